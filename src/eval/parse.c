/* Text to tree, by recursive descent over Python's expression grammar. The one idea: children come
 * before parents in one array, so that whoever walks it needs no recursion; depth and size are
 * bounded here, once. */
#include "base/alloc.h"
#include "base/object.h"
#include "base/number.h"
#include "base/text.h"
#include "eval/tree.h"
#include <calx/ops.h>
#include <math.h>
#include <string.h>

typedef struct assigned {
    char name[CX__EVAL_NAME];
    int32_t node;
} assigned;

typedef struct parser {
    const char *where, *text, *p, *end;
    cx__tree *t;
    int node_cap, axis_cap, depth, names;
    assigned name[CX__EVAL_NAMES];
} parser;

/* ------------------------------------------------------------------------------------ words */
static int column(const parser *s, const char *p)
{
    return (int)(p - s->text) + 1;
}
#define PARSE_FAIL(s, p_, ...) parse_fail((s), (p_), __VA_ARGS__)
static cx_status parse_fail(const parser *s, const char *p, const char *what)
{
    if (p >= s->end) return cx__fail(CX_E_PARSE, s->where, "%s at the end of the text", what);
    return cx__fail(CX_E_PARSE, s->where, "%s at column %d, before '%.12s'", what, column(s, p), p);
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
static bool is_name(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9');
}
/* Blanks; line ends too, inside of brackets (depth of which the parser knows by `lines`). */
static void blanks(parser *s)
{
    for (;; s->p++) {
        if (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\n' || *s->p == '\r'))
            continue;
        if (s->p >= s->end || *s->p != '#') return;
        while (s->p + 1 < s->end && s->p[1] != '\n') s->p++;
    }
}
/* Is the sign c next? Taken if so. Longer signs that begin alike must be asked for first. */
static bool sign(parser *s, const char *c)
{
    const size_t n = strlen(c);
    blanks(s);
    if ((size_t)(s->end - s->p) < n || memcmp(s->p, c, n) != 0) return false;
    s->p += n;
    return true;
}
static size_t word_here(parser *s)
{
    blanks(s);
    if (s->p >= s->end || !is_letter(*s->p)) return 0;
    const char *q = s->p;
    while (q < s->end && is_name(*q)) q++;
    return (size_t)(q - s->p);
}
static bool keyword(parser *s, const char *word)
{
    const size_t n = word_here(s);
    if (n != strlen(word) || memcmp(s->p, word, n) != 0) return false;
    s->p += n;
    return true;
}
static bool is_keyword(const char *p, size_t n)
{
    static const char *const list[] = {"and",   "or",   "not", "if", "else",  "True",
                                       "False", "None", "in",  "is", "lambda"};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        if (strlen(list[i]) == n && memcmp(list[i], p, n) == 0) return true;
    return false;
}
static cx_status read_name(parser *s, char out[CX__EVAL_NAME])
{
    const size_t n = word_here(s);
    if (n == 0) return PARSE_FAIL(s, s->p, "a name is expected");
    if (is_keyword(s->p, n)) return PARSE_FAIL(s, s->p, "this word cannot be a name");
    if (n >= CX__EVAL_NAME) return PARSE_FAIL(s, s->p, "a name of more than 31 letters");
    memcpy(out, s->p, n);
    out[n] = '\0';
    s->p += n;
    return CX_OK;
}

/* ------------------------------------------------------------------------------------ nodes */
static cx_status add(parser *s, const cx__node *n, int32_t *out)
{
    cx__tree *const t = s->t;
    if (t->nodes >= CX__EVAL_NODES)
        return cx__fail(CX_E_PARSE, s->where, "more than %d parts, at column %d", CX__EVAL_NODES,
                        n->at + 1);
    if (t->nodes == s->node_cap) {
        const int cap = s->node_cap > 0 ? 2 * s->node_cap : 32;
        cx__node *const more = cx__realloc(t->node, (size_t)cap * sizeof *more);
        if (more == NULL) return cx__fail_nomem(s->where, "a formula", (size_t)cap * sizeof *more);
        t->node = more;
        s->node_cap = cap;
    }
    t->node[t->nodes] = *n;
    *out = t->nodes++;
    return CX_OK;
}
static cx_status add_number(parser *s, const char *at, cx_scalar v, int32_t *out)
{
    const cx__node n = {.kind = CX__NODE_NUMBER, .at = (int32_t)(at - s->text), .number = v};
    return add(s, &n, out);
}
/* An operator of Python; of numbers alone a number. */
static cx_status add_operator(parser *s, const char *at, int op, int children,
                              const int32_t child[3], int32_t *out)
{
    cx__node n = {.kind = CX__NODE_OPERATOR,
                  .children = (uint8_t)children,
                  .op = (int16_t)op,
                  .at = (int32_t)(at - s->text)};
    const cx_scalar *number[3];
    bool numbers = true;
    for (int i = 0; i < children; i++) {
        n.child[i] = child[i];
        numbers = numbers && s->t->node[child[i]].kind == CX__NODE_NUMBER;
        number[i] = &s->t->node[child[i]].number;
    }
    if (!numbers) return add(s, &n, out);
    cx_scalar v;
    CX__TRY(cx__number_apply(s->where, op, children, number, n.at, &v));
    return add_number(s, at, v, out);
}

/* ------------------------------------------------------------------------------------ atoms */
static cx_status expression(parser *s, int32_t *out);

static cx_status deeper(parser *s)
{
    if (++s->depth <= CX__EVAL_DEPTH) return CX_OK;
    return cx__fail(CX_E_PARSE, s->where, "nested deeper than %d, at column %d", CX__EVAL_DEPTH,
                    column(s, s->p));
}

static cx_status whole_number(parser *s, const char *first, int64_t *out)
{
    int base = 10;
    if (s->end - s->p > 2 && s->p[0] == '0' && (s->p[1] == 'x' || s->p[1] == 'X')) {
        base = 16;
        s->p += 2;
    }
    uint64_t v = 0;
    int digits = 0;
    for (; s->p < s->end; s->p++) {
        const char c = *s->p;
        if (c == '_') continue;
        const int d = c >= '0' && c <= '9'                 ? c - '0'
                      : base == 16 && c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : base == 16 && c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                           : -1;
        if (d < 0) break;
        if (v > ((uint64_t)INT64_MAX - (uint64_t)d) / (uint64_t)base)
            return PARSE_FAIL(s, first, "an integer beyond 64 bits");
        v = v * (uint64_t)base + (uint64_t)d;
        digits++;
    }
    if (digits == 0) return PARSE_FAIL(s, first, "a number without digits");
    *out = (int64_t)v;
    return CX_OK;
}
static cx_status number(parser *s, int32_t *out)
{
    const char *const first = s->p, *q = s->p;
    while (q < s->end && ((*q >= '0' && *q <= '9') || *q == '_')) q++;
    const bool real =
        q < s->end && (*q == '.' || ((*q == 'e' || *q == 'E') && q > first) || *q == 'j');
    cx_scalar v = {.head = {CX__SCALAR_TAG, CX_I64}};
    if (real) {
        double d;
        const char *const after = cx__read_f64(first, s->end, &d);
        if (after == NULL || after == first) return PARSE_FAIL(s, first, "no number");
        s->p = after;
        v = (cx_scalar){.head = {CX__SCALAR_TAG, CX_F64}, .v.f64 = d};
        if (s->p < s->end && *s->p == 'j') {
            s->p++;
            v = (cx_scalar){.head = {CX__SCALAR_TAG, CX_C128}, .v.f64 = 0, .im = d};
        }
    } else {
        CX__TRY(whole_number(s, first, &v.v.i64));
    }
    if (s->p < s->end && is_name(*s->p)) return PARSE_FAIL(s, s->p, "a number ends in a letter");
    return add_number(s, first, v, out);
}

static const struct {
    const char *name;
    cx_scalar value;
} constants[] = {{"pi", {.head = {CX__SCALAR_TAG, CX_F64}, .v.f64 = 3.14159265358979323846}},
                 {"e", {.head = {CX__SCALAR_TAG, CX_F64}, .v.f64 = 2.71828182845904523536}},
                 {"inf", {.head = {CX__SCALAR_TAG, CX_F64}, .v.f64 = (double)INFINITY}},
                 {"nan", {.head = {CX__SCALAR_TAG, CX_F64}, .v.f64 = (double)NAN}},
                 {"True", {.head = {CX__SCALAR_TAG, CX_BOOL}, .v.i64 = 1}},
                 {"False", {.head = {CX__SCALAR_TAG, CX_BOOL}, .v.i64 = 0}}};
enum { CONSTANTS = sizeof constants / sizeof *constants };

static cx_status unknown(parser *s, const char *at, const char *name, bool call)
{
    const char *list[CX__EVAL_ARGS + CX__EVAL_NAMES + CONSTANTS + 1];
    int n = 0;
    for (int i = 0; i < s->t->args; i++) list[n++] = s->t->name[i];
    for (int i = 0; i < s->names; i++) list[n++] = s->name[i].name;
    for (int i = 0; i < CONSTANTS; i++) list[n++] = constants[i].name;
    list[n] = NULL;
    static const char *const none[] = {NULL};
    const char *const near = call ? cx__word_near(name, none) : cx__nearest(name, list);
    return cx__fail(CX_E_PARSE, s->where, "unknown %s '%s' at column %d%s%s%s",
                    call ? "function" : "name", name, column(s, at), near ? "; did you mean '" : "",
                    near ? near : "", near ? "'?" : "");
}

static cx_status variable(parser *s, const char *at, const char *name, int32_t *out)
{
    for (int i = s->names - 1; i >= 0; i--)
        if (strcmp(s->name[i].name, name) == 0) {
            *out = s->name[i].node;
            return CX_OK;
        }
    for (int i = 0; i < s->t->args; i++)
        if (strcmp(s->t->name[i], name) == 0) {
            const cx__node n = {
                .kind = CX__NODE_ARGUMENT, .op = (int16_t)i, .at = (int32_t)(at - s->text)};
            return add(s, &n, out);
        }
    for (int i = 0; i < CONSTANTS; i++)
        if (strcmp(constants[i].name, name) == 0) return add_number(s, at, constants[i].value, out);
    return unknown(s, at, name, false);
}

/* ------------------------------------------------------------------------------------ calls */
static cx_status one_axis(parser *s, cx__node *n)
{
    const bool minus = sign(s, "-");
    blanks(s);
    const char *const at = s->p;
    int64_t v;
    if (s->p >= s->end || *s->p < '0' || *s->p > '9')
        return PARSE_FAIL(s, at, "an axis is a whole number");
    CX__TRY(whole_number(s, at, &v));
    if (v > CX_MAX_NDIM || n->axis_count == CX_MAX_NDIM)
        return PARSE_FAIL(s, at, "an axis beyond the possible ones");
    if (s->t->axes == s->axis_cap) {
        const int cap = s->axis_cap > 0 ? 2 * s->axis_cap : 8;
        int *const more = cx__realloc(s->t->axis, (size_t)cap * sizeof *more);
        if (more == NULL) return cx__fail_nomem(s->where, "axes", (size_t)cap * sizeof *more);
        s->t->axis = more;
        s->axis_cap = cap;
    }
    if (n->axis_count++ == 0) n->axis = s->t->axes;
    s->t->axis[s->t->axes++] = (int)(minus ? -v : v);
    return CX_OK;
}
static cx_status axes(parser *s, cx__node *n)
{
    if (n->axis_count > 0) return PARSE_FAIL(s, s->p, "axis is given twice");
    if (keyword(s, "None")) return CX_OK;
    if (!sign(s, "(")) return one_axis(s, n);
    while (!sign(s, ")")) {
        CX__TRY(one_axis(s, n));
        if (sign(s, ",")) continue;
        if (sign(s, ")")) break;
        return PARSE_FAIL(s, s->p, "a ) is missing");
    }
    if (n->axis_count == 0) return PARSE_FAIL(s, s->p, "axis names no axis");
    return CX_OK;
}
static cx_status reduction_arguments(parser *s, cx__node *n)
{
    while (sign(s, ",")) {
        if (sign(s, ")")) return CX_OK;
        if (keyword(s, "axis") && sign(s, "=")) {
            CX__TRY(axes(s, n));
        } else if (keyword(s, "keepdims") && sign(s, "=")) {
            n->keepdims = keyword(s, "True");
            if (!n->keepdims && !keyword(s, "False"))
                return PARSE_FAIL(s, s->p, "keepdims is True or False");
        } else {
            return PARSE_FAIL(s, s->p, "axis=... or keepdims=... is expected");
        }
    }
    return sign(s, ")") ? CX_OK : PARSE_FAIL(s, s->p, "a ) is missing");
}
static cx_status call(parser *s, const char *at, const char *name, int32_t *out)
{
    const cx__word w = cx__word_of(name);
    if (w.kind == CX__WORD_NONE) return unknown(s, at, name, true);
    cx__node n = {.kind = w.kind == CX__WORD_CALL   ? CX__NODE_CALL
                          : w.kind == CX__WORD_CAST ? CX__NODE_CAST
                                                    : CX__NODE_REDUCE,
                  .op = (int16_t)w.op,
                  .at = (int32_t)(at - s->text)};
    CX__TRY(deeper(s));
    do {
        if (n.children == w.inputs || (n.children == 0 && sign(s, ")"))) {
            return cx__fail(CX_E_PARSE, s->where, "%s at column %d takes %d argument%s", name,
                            column(s, at), w.inputs, w.inputs == 1 ? "" : "s");
        }
        CX__TRY(expression(s, &n.child[n.children]));
        n.children++;
        if (w.kind == CX__WORD_REDUCE) break;
    } while (sign(s, ","));
    s->depth--;
    if (w.kind == CX__WORD_REDUCE) {
        CX__TRY(reduction_arguments(s, &n));
        return add(s, &n, out);
    }
    if (n.children != w.inputs)
        return cx__fail(CX_E_PARSE, s->where, "%s at column %d takes %d arguments, not %d", name,
                        column(s, at), w.inputs, n.children);
    if (!sign(s, ")")) return PARSE_FAIL(s, s->p, "a ) is missing");
    return add(s, &n, out);
}

static cx_status atom(parser *s, int32_t *out)
{
    blanks(s);
    const char *const at = s->p;
    if (s->p >= s->end) return PARSE_FAIL(s, s->p, "something is missing");
    if (sign(s, "(")) {
        CX__TRY(deeper(s));
        CX__TRY(expression(s, out));
        s->depth--;
        return sign(s, ")") ? CX_OK : PARSE_FAIL(s, s->p, "a ) is missing");
    }
    if ((*s->p >= '0' && *s->p <= '9') || *s->p == '.') return number(s, out);
    const size_t n = word_here(s);
    if (n == 0) return PARSE_FAIL(s, at, "nothing can begin like this");
    if (n >= CX__EVAL_NAME) return PARSE_FAIL(s, at, "a name of more than 31 letters");
    char name[CX__EVAL_NAME];
    memcpy(name, at, n);
    name[n] = '\0';
    const bool truth = strcmp(name, "True") == 0 || strcmp(name, "False") == 0;
    if (is_keyword(at, n) && !truth) return PARSE_FAIL(s, at, "this word cannot stand here");
    s->p += n;
    if (sign(s, "(")) return call(s, at, name, out);
    return variable(s, at, name, out);
}

/* ------------------------------------------------------------------------------------ operators */
typedef struct operator_ {
    const char *text;
    int op;
} operator_;

static cx_status unary(parser *s, int32_t *out);

static cx_status power(parser *s, int32_t *out)
{
    int32_t in[3] = {0, 0, 0};
    CX__TRY(atom(s, &in[0]));
    blanks(s);
    const char *const at = s->p;
    if (!sign(s, "**")) {
        *out = in[0];
        return CX_OK;
    }
    CX__TRY(deeper(s));
    CX__TRY(unary(s, &in[1]));
    s->depth--;
    return add_operator(s, at, CX_BI_POWER, 2, in, out);
}
static cx_status unary(parser *s, int32_t *out)
{
    blanks(s);
    const char *const at = s->p;
    const int op = sign(s, "-")   ? CX_UN_NEGATIVE
                   : sign(s, "+") ? CX_UN_POSITIVE
                   : sign(s, "~") ? CX_UN_INVERT
                                  : 0;
    if (op == 0) return power(s, out);
    int32_t in[3] = {0, 0, 0};
    CX__TRY(deeper(s));
    CX__TRY(unary(s, &in[0]));
    s->depth--;
    return add_operator(s, at, op, 1, in, out);
}

/* Levels of binary operators, loosest first; longer signs before those they begin with. A sign that
 * begins with a listed one but is another (`**`, `<<`, `==`) is in `not`. */
static const operator_ level_or[] = {{"|", CX_BI_BITWISE_OR}, {NULL, 0}},
                       level_xor[] = {{"^", CX_BI_BITWISE_XOR}, {NULL, 0}},
                       level_and[] = {{"&", CX_BI_BITWISE_AND}, {NULL, 0}},
                       level_shift[] = {{"<<", CX_BI_LEFT_SHIFT},
                                        {">>", CX_BI_RIGHT_SHIFT},
                                        {NULL, 0}},
                       level_sum[] = {{"+", CX_BI_ADD}, {"-", CX_BI_SUB}, {NULL, 0}},
                       level_product[] = {{"//", CX_BI_FLOOR_DIVIDE},
                                          {"*", CX_BI_MUL},
                                          {"/", CX_BI_DIV},
                                          {"%", CX_BI_REMAINDER},
                                          {NULL, 0}};
static const operator_ *const levels[] = {level_or,    level_xor, level_and,
                                          level_shift, level_sum, level_product};
enum { LEVELS = sizeof levels / sizeof *levels };

static cx_status binary(parser *s, int level, int32_t *out)
{
    if (level == LEVELS) return unary(s, out);
    CX__TRY(binary(s, level + 1, out));
    for (;;) {
        blanks(s);
        const char *const at = s->p;
        const operator_ *o = levels[level];
        while (o->text != NULL && !sign(s, o->text)) o++;
        if (o->text == NULL) return CX_OK;
        int32_t in[3] = {*out, 0, 0};
        CX__TRY(binary(s, level + 1, &in[1]));
        CX__TRY(add_operator(s, at, o->op, 2, in, out));
    }
}

static cx_status comparison(parser *s, int32_t *out)
{
    static const operator_ list[] = {{"==", CX_BI_EQUAL},
                                     {"!=", CX_BI_NOT_EQUAL},
                                     {"<=", CX_BI_LESS_EQUAL},
                                     {">=", CX_BI_GREATER_EQUAL},
                                     {"<", CX_BI_LESS},
                                     {">", CX_BI_GREATER},
                                     {NULL, 0}};
    int32_t left, all = -1;
    CX__TRY(binary(s, 0, &left));
    for (;;) {
        blanks(s);
        const char *const at = s->p;
        const operator_ *o = list;
        while (o->text != NULL && !sign(s, o->text)) o++;
        if (o->text == NULL) break;
        int32_t right, one;
        CX__TRY(binary(s, 0, &right));
        CX__TRY(add_operator(s, at, o->op, 2, (const int32_t[]){left, right, 0}, &one));
        if (all >= 0)
            CX__TRY(
                add_operator(s, at, CX_BI_LOGICAL_AND, 2, (const int32_t[]){all, one, 0}, &one));
        all = one;
        left = right;
    }
    *out = all >= 0 ? all : left;
    return CX_OK;
}
static cx_status negation(parser *s, int32_t *out)
{
    blanks(s);
    const char *const at = s->p;
    if (!keyword(s, "not")) return comparison(s, out);
    int32_t in[3] = {0, 0, 0};
    CX__TRY(deeper(s));
    CX__TRY(negation(s, &in[0]));
    s->depth--;
    return add_operator(s, at, CX_UN_LOGICAL_NOT, 1, in, out);
}
static cx_status conjunction(parser *s, bool either, int32_t *out)
{
    CX__TRY(either ? conjunction(s, false, out) : negation(s, out));
    for (;;) {
        blanks(s);
        const char *const at = s->p;
        if (!keyword(s, either ? "or" : "and")) return CX_OK;
        int32_t in[3] = {*out, 0, 0};
        CX__TRY(either ? conjunction(s, false, &in[1]) : negation(s, &in[1]));
        CX__TRY(add_operator(s, at, either ? CX_BI_LOGICAL_OR : CX_BI_LOGICAL_AND, 2, in, out));
    }
}
static cx_status expression(parser *s, int32_t *out)
{
    int32_t in[3] = {0, 0, 0};
    CX__TRY(conjunction(s, true, &in[1]));
    blanks(s);
    const char *const at = s->p;
    if (!keyword(s, "if")) {
        *out = in[1];
        return CX_OK;
    }
    CX__TRY(conjunction(s, true, &in[0]));
    if (!keyword(s, "else")) return PARSE_FAIL(s, s->p, "else is missing");
    CX__TRY(deeper(s));
    CX__TRY(expression(s, &in[2]));
    s->depth--;
    return add_operator(s, at, CX_TE_WHERE, 3, in, out);
}

/* ------------------------------------------------------------------------------------ statements
 */
static cx_status header(parser *s)
{
    const char *colon = s->p;
    while (colon < s->end && *colon != ':' && *colon != '#') colon++;
    if (colon >= s->end || *colon != ':') return CX_OK;
    if (sign(s, ":")) return CX_OK;
    cx__tree *const t = s->t;
    do {
        if (t->args == CX__EVAL_ARGS) return PARSE_FAIL(s, s->p, "more than 16 arguments");
        blanks(s);
        const char *const at = s->p;
        CX__TRY(read_name(s, t->name[t->args]));
        for (int i = 0; i < t->args; i++)
            if (strcmp(t->name[i], t->name[t->args]) == 0)
                return PARSE_FAIL(s, at, "two arguments of one name");
        t->args++;
    } while (sign(s, ","));
    return sign(s, ":") ? CX_OK : PARSE_FAIL(s, s->p, "a : is expected after the arguments");
}

/* NAME = expression, if it is one. */
static cx_status assignment(parser *s, bool *is)
{
    const char *const at = s->p;
    *is = false;
    const size_t n = word_here(s);
    if (n == 0 || is_keyword(s->p, n)) return CX_OK;
    s->p += n;
    const bool equals = sign(s, "=") && !(s->p < s->end && *s->p == '=');
    s->p = at;
    if (!equals) return CX_OK;
    *is = true;
    if (s->names == CX__EVAL_NAMES) return PARSE_FAIL(s, at, "more than 64 assignments");
    assigned one;
    CX__TRY(read_name(s, one.name));
    (void)sign(s, "=");
    CX__TRY(expression(s, &one.node));
    s->name[s->names++] = one;
    return CX_OK;
}
static cx_status statements(parser *s)
{
    cx__tree *const t = s->t;
    for (;;) {
        bool is;
        blanks(s);
        CX__TRY(assignment(s, &is));
        if (!is) break;
        if (!sign(s, ";")) {
            blanks(s);
            if (s->p < s->end) return PARSE_FAIL(s, s->p, "a ; is expected");
        }
        blanks(s);
        if (s->p < s->end) continue;
        t->result[t->results++] = s->name[s->names - 1].node;
        return CX_OK;
    }
    do {
        if (t->results == CX__EVAL_RESULTS) return PARSE_FAIL(s, s->p, "more than 8 results");
        CX__TRY(expression(s, &t->result[t->results]));
        t->results++;
        blanks(s);
    } while (sign(s, ","));
    (void)sign(s, ";");
    blanks(s);
    return s->p == s->end ? CX_OK : PARSE_FAIL(s, s->p, "the text should end");
}

cx_status cx__tree_parse(const char *where, const char *source, cx__tree *out)
{
    memset(out, 0, sizeof *out);
    if (source == NULL) return cx__fail(CX_E_NULL, where, "source is NULL");
    const size_t n = strlen(source);
    if (n > CX__EVAL_TEXT)
        return cx__fail(CX_E_PARSE, where, "a text of %zu bytes, at most %d are read", n,
                        CX__EVAL_TEXT);
    parser s = {.where = where, .text = source, .p = source, .end = source + n, .t = out};
    CX__TRY(header(&s));
    return statements(&s);
}

void cx__tree_free(cx__tree *t)
{
    cx__free(t->node);
    cx__free(t->axis);
    t->node = NULL;
    t->axis = NULL;
}
