/* Parser of signatures: a list of `[const] DTYPE [*] name` with commas between. Words that C and
 * NumPy understand differently are refused, because the source beside the signature is C. Knows
 * nothing of what is done with one. */
#include "ops/kernel/signature.h"
#include "base/alloc.h"
#include <stdio.h>
#include <string.h>

typedef struct parser {
    const char *where, *text, *p;
    cx__kernel_signature *s;
} parser;

static int column(const parser *r, const char *p)
{
    return (int)(p - r->text) + 1;
}
static cx_status expected(const parser *r, const char *what)
{
    if (*r->p == '\0')
        return cx__fail(CX_E_PARSE, r->where, "%s is expected at the end of the signature", what);
    return cx__fail(CX_E_PARSE, r->where,
                    "%s is expected at column %d of the signature, not '%.20s'", what,
                    column(r, r->p), r->p);
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
static size_t word_at(const char *p)
{
    size_t n = 0;
    while (is_letter(p[n]) || (n > 0 && p[n] >= '0' && p[n] <= '9')) n++;
    return n;
}
bool cx__is_identifier(const char *s)
{
    const size_t n = word_at(s);
    return n > 0 && s[n] == '\0';
}
static void blanks(parser *r)
{
    while (*r->p == ' ' || *r->p == '\t' || *r->p == '\n' || *r->p == '\r') r->p++;
}
static bool is_const(const char *p)
{
    return word_at(p) == 5 && memcmp(p, "const", 5) == 0;
}

static cx_status dtype(parser *r, uint8_t *out)
{
    static const struct {
        const char *word, *numpy, *c;
    } other[] = {
        {"int", "int64", "int32"}, {"uint", "uint64", "uint32"}, {"float", "float64", "float32"}};
    enum { MOST = 40 };
    char word[MOST + 1];
    const size_t n = word_at(r->p);
    if (n == 0) return expected(r, "a dtype");
    snprintf(word, sizeof word, "%.*s", (int)(n < MOST ? n : MOST), r->p);
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        if (strcmp(word, other[i].word) == 0)
            return cx__fail(CX_E_PARSE, r->where,
                            "'%s' at column %d of the signature is %s in NumPy and %s in C; write "
                            "one of these",
                            word, column(r, r->p), other[i].numpy, other[i].c);
    cx_dtype t;
    if (n > MOST || !cx__dtype_find(word, &t)) {
        const char *const near = cx__dtype_near(word);
        return cx__fail(
            CX_E_PARSE, r->where, "'%s' at column %d of the signature is no dtype%s%s%s", word,
            column(r, r->p), near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    }
    if (t == CX_CAT)
        return cx__fail(CX_E_PARSE, r->where,
                        "'%s' at column %d of the signature: kernels take the codes of categories "
                        "(cx_codes), int32",
                        word, column(r, r->p));
    *out = (uint8_t)t;
    r->p += n;
    return CX_OK;
}

static cx_status name(parser *r, cx__kernel_param *a)
{
    const size_t n = word_at(r->p);
    if (n == 0 || is_const(r->p)) return expected(r, "a parameter's name");
    char *const copy = r->s->text + (r->p - r->text);
    copy[n] = '\0';
    a->name = copy;
    for (int i = 0; i < r->s->count; i++)
        if (strcmp(r->s->param[i].name, copy) == 0)
            return cx__fail(
                CX_E_PARSE, r->where,
                "the name '%.40s' at column %d of the signature is taken by parameter %d", copy,
                column(r, r->p), i + 1);
    r->p += n;
    return CX_OK;
}

static cx_status parameter(parser *r)
{
    cx__kernel_signature *const s = r->s;
    if (s->count == CX__KERNEL_PARAMS)
        return cx__fail(CX_E_PARSE, r->where,
                        "more than %d parameters, at column %d of the signature", CX__KERNEL_PARAMS,
                        column(r, r->p));
    cx__kernel_param *const a = &s->param[s->count];
    const bool constant = is_const(r->p);
    if (constant) r->p += 5;
    blanks(r);
    const char *const at = r->p;
    CX__TRY(dtype(r, &a->dtype));
    blanks(r);
    a->array = *r->p == '*';
    if (a->array) r->p++;
    if (!a->array && cx__dtypes[a->dtype].kind == 'e')
        return cx__fail(CX_E_PARSE, r->where,
                        "%s at column %d of the signature: 16-bit floats are passed in arrays "
                        "only, '%s *'",
                        cx_dtype_name((cx_dtype)a->dtype), column(r, at),
                        cx_dtype_name((cx_dtype)a->dtype));
    blanks(r);
    CX__TRY(name(r, a));
    a->out = a->array && !constant;
    s->outputs += a->out;
    s->inputs += !a->out;
    s->count++;
    return CX_OK;
}

cx_status cx__kernel_signature_parse(const char *where, const char *text, cx__kernel_signature *out)
{
    parser r = {where, text, text, out};
    const size_t bytes = strlen(text) + 1;
    out->text = cx__alloc(bytes);
    if (out->text == NULL) return cx__fail_nomem(where, "a signature", bytes);
    memcpy(out->text, text, bytes);
    for (;; r.p++) {
        blanks(&r);
        CX__TRY(parameter(&r));
        blanks(&r);
        if (*r.p == '\0') break;
        if (*r.p != ',') return expected(&r, "',' or the end");
    }
    for (int i = 0; i < out->count; i++)
        if (out->param[i].array) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, where,
                    "no parameter of '%.60s' is an array, and a kernel runs where its arrays are",
                    text);
}

void cx__kernel_signature_free(cx__kernel_signature *s)
{
    cx__free(s->text);
}
