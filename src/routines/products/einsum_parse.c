/* Subscripts of einsum: from text and shapes to labels and extents. Everything that can be wrong
 * with them is found here, with the column or with the letter and both lengths. Knows no values. */
#include "routines/products/einsum.h"
#include <inttypes.h>
#include <string.h>

enum { NONE = -1 };

/* A term as written: letters in front of "..." and behind it. */
typedef struct written {
    int before, after;
    bool dots;
    char letter[CX_MAX_NDIM];
} written;

typedef struct parser {
    cx__einsum *e;
    const char *text;
    size_t at;
    int of_letter[128];       /* label, or NONE */
    int of_dots[CX_MAX_NDIM]; /* label of the i-th axis of "..." from the right, or NONE */
    int widest;               /* axes of the longest "..." */
    int seen[CX__EINSUM_LABELS];
} parser;

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static cx_status malformed(const parser *p, size_t at, const char *what)
{
    return cx__fail(CX_E_PARSE, p->e->where, "\"%.100s\", column %zu: %s", p->text, at + 1, what);
}

/* One more letter of a term; false: no room. */
static bool add(written *w, char c)
{
    const int n = w->before + w->after;
    if (n == CX_MAX_NDIM) return false;
    w->letter[n] = c;
    if (w->dots)
        w->after++;
    else
        w->before++;
    return true;
}

/* Up to a comma, an arrow or the end, which stay. */
static cx_status read_term(parser *p, written *w)
{
    *w = (written){0};
    for (;; p->at++) {
        const char c = p->text[p->at];
        if (c == ' ') continue;
        if (c == '\0' || c == ',') return CX_OK;
        if (c == '-') {
            if (p->text[p->at + 1] != '>') return malformed(p, p->at, "'-' is not part of '->'");
            return CX_OK;
        }
        if (c == '.') {
            if (w->dots) return malformed(p, p->at, "a second '...' in one term");
            if (strncmp(p->text + p->at, "...", 3) != 0)
                return malformed(p, p->at, "'.' is not part of '...'");
            w->dots = true;
            p->at += 2;
        } else if (!is_letter(c)) {
            return malformed(p, p->at, "subscripts are letters, '...', ',' and '->'");
        } else if (!add(w, c)) {
            return malformed(p, p->at, "more than 32 letters in one term");
        }
    }
}

/* ---- labels */
static cx_status new_label(parser *p, char name, bool dots, int *label)
{
    cx__einsum *const e = p->e;
    if (*label != NONE) return CX_OK;
    if (e->labels == CX__EINSUM_LABELS)
        return cx__fail(CX_E_ARGUMENT, e->where, "more than %d different axes",
                        (int)CX__EINSUM_LABELS);
    *label = e->labels++;
    e->name[*label] = name;
    e->dots[*label] = dots;
    e->extent[*label] = 1;
    return CX_OK;
}

static const char *label_words(const cx__einsum *e, int label, char buf[24])
{
    if (e->dots[label]) return "an axis of '...'";
    buf[0] = '\'';
    buf[1] = e->name[label];
    buf[2] = '\'';
    buf[3] = '\0';
    return buf;
}

/* An axis of operand i has this label. */
static cx_status give_extent(cx__einsum *e, int i, int label, int64_t extent)
{
    int64_t *const known = &e->extent[label];
    if (*known == 1) *known = extent;
    if (extent == *known || extent == 1) return CX_OK;
    char buf[24];
    return cx__fail(CX_E_SHAPE, e->where,
                    "%s is %" PRId64 " in operand %d and %" PRId64 " in one before it",
                    label_words(e, label, buf), extent, i, *known);
}

/* Lengths of a letter that occurs twice in a term must be equal: a diagonal is not broadcast. */
static cx_status check_diagonals(const cx__einsum *e, const cx__einsum_term *t, int i, cx_shape s)
{
    for (int d = 0; d < t->ndim; d++) {
        for (int c = 0; c < d; c++) {
            if (t->label[c] != t->label[d] || s.dim[c] == s.dim[d]) continue;
            return cx__fail(CX_E_SHAPE, e->where,
                            "'%c' is %" PRId64 " and %" PRId64 " in operand %d",
                            e->name[t->label[d]], s.dim[c], s.dim[d], i);
        }
    }
    return CX_OK;
}

static cx_status label_operand(parser *p, const written *w, int i, cx_shape s)
{
    cx__einsum *const e = p->e;
    const int letters = w->before + w->after, dots = s.ndim - letters;
    char text[CX__SHAPE_TEXT];
    if (dots < 0 || (dots > 0 && !w->dots))
        return cx__fail(CX_E_SHAPE, e->where, "operand %d of shape %s has %d letters%s", i,
                        cx__shape_text(s.ndim, s.dim, text), letters,
                        dots > 0 ? " and no '...'" : "");
    if (dots > p->widest) p->widest = dots;
    cx__einsum_term *const t = &e->term[i];
    t->ndim = s.ndim;
    for (int d = 0; d < s.ndim; d++) {
        const int behind = d - w->before - dots;
        int label;
        if (d < w->before || behind >= 0) {
            const char c = w->letter[d < w->before ? d : w->before + behind];
            CX__TRY(new_label(p, c, false, &p->of_letter[(int)c]));
            label = p->of_letter[(int)c];
            p->seen[label]++;
        } else {
            const int from_right = dots - 1 - (d - w->before);
            CX__TRY(new_label(p, '?', true, &p->of_dots[from_right]));
            label = p->of_dots[from_right];
        }
        t->label[d] = (uint8_t)label;
    }
    CX__TRY(check_diagonals(e, t, i, s));
    for (int d = 0; d < s.ndim; d++) CX__TRY(give_extent(e, i, t->label[d], s.dim[d]));
    return CX_OK;
}

static cx_status push_out(parser *p, int label)
{
    cx__einsum_term *const t = &p->e->out;
    if (t->ndim == CX_MAX_NDIM)
        return cx__fail(CX_E_SHAPE, p->e->where, "the result has more than %d dimensions",
                        (int)CX_MAX_NDIM);
    t->label[t->ndim++] = (uint8_t)label;
    return CX_OK;
}

static cx_status push_dots(parser *p)
{
    for (int i = p->widest - 1; i >= 0; i--) CX__TRY(push_out(p, p->of_dots[i]));
    return CX_OK;
}

/* ---- result */
static cx_status implied_result(parser *p)
{
    CX__TRY(push_dots(p));
    for (int c = 0; c < 128; c++)
        if (p->of_letter[c] != NONE && p->seen[p->of_letter[c]] == 1)
            CX__TRY(push_out(p, p->of_letter[c]));
    return CX_OK;
}

static cx_status stated_result(parser *p)
{
    const size_t start = p->at;
    written w;
    CX__TRY(read_term(p, &w));
    if (p->text[p->at] == ',') return malformed(p, p->at, "a ',' behind '->'");
    if (p->text[p->at] == '-') return malformed(p, p->at, "a second '->'");
    if (!w.dots && p->widest > 0)
        return cx__fail(CX_E_SHAPE, p->e->where,
                        "\"%.100s\": operands have axes for '...', the result has none", p->text);
    cx__labels have = 0;
    for (size_t at = start; at < p->at; at++) {
        const char c = p->text[at];
        if (c == '.') {
            CX__TRY(push_dots(p));
            at += 2;
        }
        if (!is_letter(c)) continue;
        const int label = p->of_letter[(int)c];
        if (label == NONE) return malformed(p, at, "this letter is in no operand's term");
        const cx__labels bit = UINT64_C(1) << label;
        if (have & bit) return malformed(p, at, "this letter is twice in the result");
        have |= bit;
        CX__TRY(push_out(p, label));
    }
    return CX_OK;
}

/* Axes of "..." get letters that nobody uses, for the table of the path. */
static void name_dots(parser *p)
{
    char c = 'z';
    for (int label = 0; label < p->e->labels; label++) {
        if (!p->e->dots[label]) continue;
        while (c >= 'A' && (!is_letter(c) || p->of_letter[(int)c] != NONE)) c--;
        if (c >= 'A') p->e->name[label] = c--;
    }
}

/* An axis of length 1 of a letter that is longer elsewhere is as good as none. */
static void collect_sets(cx__einsum *e, cx_arrays operands)
{
    e->result = 0;
    for (int d = 0; d < e->out.ndim; d++) e->result |= UINT64_C(1) << e->out.label[d];
    for (int i = 0; i < e->operands; i++) {
        const cx__einsum_term *const t = &e->term[i];
        e->has[i] = 0;
        for (int d = 0; d < t->ndim; d++)
            if (e->extent[t->label[d]] == cx_dim(operands.at[i], d))
                e->has[i] |= UINT64_C(1) << t->label[d];
    }
}

cx_status cx__einsum_parse(const char *where, const char *subscripts, cx_arrays operands,
                           cx__einsum *out)
{
    if (subscripts == NULL) return cx__fail(CX_E_ARGUMENT, where, "subscripts is NULL");
    out->where = where;
    out->operands = operands.count;
    out->labels = 0;
    out->out.ndim = 0;
    parser p = {.e = out, .text = subscripts};
    for (int i = 0; i < 128; i++) p.of_letter[i] = NONE;
    for (int i = 0; i < CX_MAX_NDIM; i++) p.of_dots[i] = NONE;
    for (int i = 0;; i++) {
        written w;
        CX__TRY(read_term(&p, &w));
        const char end = p.text[p.at];
        if (i < operands.count) CX__TRY(label_operand(&p, &w, i, cx_shape_of(operands.at[i])));
        if ((end == ',') != (i + 1 < operands.count))
            return cx__fail(CX_E_ARGUMENT, where, "\"%.100s\" has %s terms than the %d operands",
                            subscripts, end == ',' ? "more" : "fewer", operands.count);
        if (end != ',') break;
        p.at++;
    }
    if (p.text[p.at] == '\0') {
        CX__TRY(implied_result(&p));
    } else {
        p.at += 2;
        CX__TRY(stated_result(&p));
    }
    name_dots(&p);
    collect_sets(out, operands);
    return CX_OK;
}
