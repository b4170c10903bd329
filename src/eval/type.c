/* Types: from a tree and the dtypes of its arguments to steps. The one idea: the rules of promotion
 * are asked of the operations themselves, with stand-ins for arrays, so that a formula has the
 * dtypes that its operations have one by one. Numbers stay Python's until an array meets them. */
#include "base/alloc.h"
#include "base/object.h"
#include "core/promote.h"
#include "eval/formula.h"
#include "ops/elementwise.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a node is. */
typedef struct value {
    bool number;   /* of Python */
    uint8_t dtype; /* a number: of its kind */
    int32_t at;    /* number: place among the computed ones, -1 - node if it is known; else the
                      value */
} value;

typedef struct typing {
    const char *where;
    const cx__tree *t;
    cx__formula *p;
    value *of; /* of each node */
} typing;

static bool is_integer(uint8_t t)
{
    const char kind = cx_dtype_kind((cx_dtype)t);
    return kind == 'i' || kind == 'u';
}
static bool compares(int op)
{
    return op >= CX_BI_EQUAL && op <= CX_BI_GREATER_EQUAL;
}

/* An error of typing, with its place. */
static cx_status at_column(const typing *y, cx_status st, int32_t at)
{
    cx_error e;
    if (st == CX_OK || cx_error_get(&e) == CX_OK) return st;
    const size_t n = strlen(y->where);
    const char *const text = strncmp(e.text, y->where, n) == 0 && strncmp(e.text + n, ": ", 2) == 0
                                 ? e.text + n + 2
                                 : e.text;
    return cx__fail(st, y->where, "%s (column %d)", text, at + 1);
}

/* ------------------------------------------------------------------------------------ steps */
static bool same_step(const cx__step *a, const cx__step *b)
{
    return a->op == b->op && a->loop == b->loop && a->dtype == b->dtype &&
           a->children == b->children && a->keepdims == b->keepdims &&
           a->axis_count == b->axis_count && (a->axis_count == 0 || a->axis == b->axis) &&
           memcmp(a->operand, b->operand, sizeof a->operand) == 0;
}
static cx_status add_step(typing *y, const cx__step *s, int32_t *out)
{
    cx__formula *const p = y->p;
    for (int i = p->steps - 1; i >= 0 && i >= p->steps - 256; i--)
        if (same_step(&p->step[i], s)) {
            *out = y->t->args + i;
            return CX_OK;
        }
    if (p->steps == p->step_cap) {
        const int cap = p->step_cap > 0 ? 2 * p->step_cap : 16;
        cx__step *const more = cx__realloc(p->step, (size_t)cap * sizeof *more);
        if (more == NULL) return cx__fail_nomem(y->where, "steps", (size_t)cap * sizeof *more);
        p->step = more;
        p->step_cap = cap;
    }
    p->step[p->steps] = *s;
    *out = y->t->args + p->steps++;
    return CX_OK;
}
static uint8_t dtype_of(const typing *y, int32_t v)
{
    if (v < 0) return y->p->constant[-1 - v].dtype;
    return v < y->t->args ? y->p->signature[v] : y->p->step[v - y->t->args].dtype;
}
/* The value v in dtype t. */
static cx_status cast(typing *y, int32_t v, uint8_t t, int32_t at, int32_t *out)
{
    *out = v;
    const uint8_t from = dtype_of(y, v);
    if (from == t) return CX_OK;
    const cx__step s = {.op = CX_FUSED_CAST,
                        .loop = from,
                        .dtype = t,
                        .children = 1,
                        .operand = {v, 0, 0},
                        .at = at};
    return add_step(y, &s, out);
}

/* ------------------------------------------------------------------------------------ numbers */
static const cx_scalar *known(const typing *y, const value *v)
{
    return v->number && v->at < 0 ? &y->t->node[-1 - v->at].number : NULL;
}
/* A number, or one that stands for all of its kind. */
static cx_scalar example(const typing *y, const value *v)
{
    const cx_scalar *const k = known(y, v);
    if (k != NULL) return *k;
    cx_scalar s = {.head = {CX__SCALAR_TAG, v->dtype}};
    if (v->dtype == CX_F64 || v->dtype == CX_C128)
        s.v.f64 = 1;
    else
        s.v.i64 = 1;
    return s;
}
static cx_status add_computed(typing *y, const cx__computed *c, value *out)
{
    cx__formula *const p = y->p;
    if (p->computed == CX__EVAL_COMPUTED)
        return cx__fail(CX_E_PARSE, y->where,
                        "more than %d numbers are made of arguments (column %d)", CX__EVAL_COMPUTED,
                        c->at + 1);
    p->number[p->computed] = *c;
    *out = (value){.number = true, .dtype = c->kind, .at = p->computed++};
    return CX_OK;
}
/* k: NULL: the computed number at that place */
static cx_status add_constant_of(typing *y, const cx_scalar *k, int32_t at, uint8_t t,
                                 bool exponent, int32_t *out)
{
    cx__formula *const p = y->p;
    cx__constant c;
    memset(&c, 0, sizeof c);
    if (k != NULL) c.number = *k;
    c.computed = k != NULL ? -1 : at;
    c.dtype = t;
    c.exponent = exponent;
    for (int i = 0; i < p->constants; i++)
        if (memcmp(&p->constant[i], &c, sizeof c) == 0) {
            *out = -1 - i;
            return CX_OK;
        }
    if (p->constants == p->constant_cap) {
        const int cap = p->constant_cap > 0 ? 2 * p->constant_cap : 8;
        cx__constant *const more = cx__realloc(p->constant, (size_t)cap * sizeof *more);
        if (more == NULL) return cx__fail_nomem(y->where, "constants", (size_t)cap * sizeof *more);
        p->constant = more;
        p->constant_cap = cap;
    }
    p->constant[p->constants] = c;
    *out = -1 - p->constants++;
    return CX_OK;
}

static cx_status add_constant(typing *y, const value *v, uint8_t t, bool exponent, int32_t *out)
{
    return add_constant_of(y, known(y, v), v->at, t, exponent, out);
}

/* An operator between numbers alone. */
static cx_status number_operator(typing *y, const cx__node *n, value *out)
{
    cx__computed c = {.op = n->op, .children = n->children, .at = n->at};
    cx_scalar s[3], made;
    const cx_scalar *in[3] = {&s[0], &s[1], &s[2]};
    for (int i = 0; i < n->children; i++) {
        const value *const v = &y->of[n->child[i]];
        s[i] = example(y, v);
        c.operand[i] = v->at;
    }
    CX__TRY(cx__number_apply(y->where, n->op, n->children, in, n->at, &made));
    c.kind = (uint8_t)made.head.kind;
    return add_computed(y, &c, out);
}

/* ------------------------------------------------------------------------------------ operations
 */
/* NumPy's short ways of a power with a number for exponent. */
static int power_with(const typing *y, const cx__node *n)
{
    const value *const base = &y->of[n->child[0]], *const exponent = &y->of[n->child[1]];
    const cx_scalar *const k = known(y, exponent);
    if (n->op != CX_BI_POWER || n->kind != CX__NODE_OPERATOR || base->number || k == NULL) return 0;
    const char kind = cx_dtype_kind((cx_dtype)base->dtype);
    const bool floating = kind == 'f' || kind == 'c' || kind == 'e';
    if (k->head.kind == CX_I64 && k->v.i64 == 2) return CX_UN_SQUARE;
    if (k->head.kind == CX_F64 && k->v.f64 == 2 && floating) return CX_UN_SQUARE;
    if (k->head.kind == CX_F64 && k->v.f64 == 0.5 && floating) return CX_UN_SQRT;
    return 0;
}

/* A power of two has an exact reciprocal: x / k and x * (1 / k) are the same number before it is
 * rounded, and a multiplication costs an eighth. */
static bool reciprocal(const typing *y, const cx__node *n, int op, cx_dtype loop, cx_scalar *out)
{
    if (op != CX_BI_DIV || (loop != CX_F64 && loop != CX_F32)) return false;
    const cx_scalar *const k = known(y, &y->of[n->child[1]]);
    if (k == NULL || (k->head.kind != CX_F64 && k->head.kind != CX_I64)) return false;
    const double x = k->head.kind == CX_F64 ? k->v.f64 : (double)k->v.i64;
    int power;
    if (fabs(frexp(x, &power)) != 0.5 || abs(power) > 100) return false; /* normal in float32 */
    *out = (cx_scalar){.head = {CX__SCALAR_TAG, CX_F64}, .v.f64 = 1 / x};
    return true;
}

/* The dtype in which an operation of that loop takes operand i, of dtype t. */
static uint8_t taken_as(int op, int i, cx_dtype loop, uint8_t t)
{
    if (op == CX_TE_WHERE && i == 0) return CX_BOOL;
    if (op == CX_BI_LDEXP && i == 1) return CX_I64;
    if (compares(op) && loop == CX_U64 && cx_dtype_kind((cx_dtype)t) == 'i') return CX_I64;
    return (uint8_t)loop;
}

static bool is_logic(int op)
{
    return op >= CX_BI_LOGICAL_AND && op <= CX_BI_LOGICAL_XOR;
}
static bool numbers_in_logic(const typing *y, const cx__node *n, int op, int children)
{
    for (int i = 0; i < children; i++)
        if (is_logic(op) && y->of[n->child[i]].number) return true;
    return false;
}

static cx_status operation(typing *y, const cx__node *n, value *out)
{
    int op = n->op, children = n->children;
    const int shorter = power_with(y, n);
    if (shorter != 0) {
        op = shorter;
        children = 1;
    }
    cx_array stand_in[3];
    cx_scalar number[3];
    const cx_array *in[3];
    bool open_integer = false, arrays_whole = true; /* a number not yet known; integer arrays */
    for (int i = 0; i < children; i++) {
        const value *const v = &y->of[n->child[i]];
        if (v->number) {
            number[i] = example(y, v);
            in[i] = (const cx_array *)(const void *)&number[i];
            open_integer = open_integer || (known(y, v) == NULL && v->dtype == CX_I64);
        } else {
            memset(&stand_in[i], 0, sizeof stand_in[i]);
            stand_in[i].object.head = (cx_head){CX__TAG_LIVE, CX__KIND_ARRAY};
            stand_in[i].dtype = v->dtype;
            in[i] = &stand_in[i];
            arrays_whole = arrays_whole && is_integer(v->dtype);
        }
    }
    cx_dtype loop;
    CX__TRY(at_column(y, cx__map_loop(y->where, op, in, &loop), n->at));
    /* a number that may be beyond the array's dtype is compared in 64 bits */
    if (compares(op) && open_integer && arrays_whole && loop != CX_U64) loop = CX_I64;
    if (numbers_in_logic(y, n, op, children)) loop = CX_BOOL; /* any number has its truth */
    cx_scalar inverse;
    const bool inverted = reciprocal(y, n, op, loop, &inverse);
    if (inverted) op = CX_BI_MUL;
    const cx__op *const row = cx__op_of(op);
    cx__step s = {.op = (int16_t)op,
                  .loop = (uint8_t)loop,
                  .dtype = (uint8_t)cx__result_dtype(row->result, loop),
                  .children = (uint8_t)children,
                  .at = n->at};
    const bool whole_power = op == CX_BI_POWER && is_integer((uint8_t)loop);
    for (int i = 0; i < children; i++) {
        const value *const v = &y->of[n->child[i]];
        if (inverted && i == 1) {
            CX__TRY(add_constant_of(y, &inverse, -1, (uint8_t)loop, false, &s.operand[i]));
        } else if (v->number) {
            const bool below = compares(op) && loop == CX_U64 && v->dtype == CX_I64 &&
                               (known(y, v) == NULL || known(y, v)->v.i64 < 0);
            const uint8_t t = below ? (uint8_t)CX_I64 : taken_as(op, i, loop, CX_DTYPE_NONE);
            CX__TRY(add_constant(y, v, t, whole_power && i == 1, &s.operand[i]));
            if (whole_power && i == 1 && known(y, v) != NULL && known(y, v)->v.i64 < 0)
                return cx__fail(CX_E_ARGUMENT, y->where,
                                "integers have no negative powers (column %d)", n->at + 1);
        } else {
            CX__TRY(cast(y, v->at, taken_as(op, i, loop, v->dtype), n->at, &s.operand[i]));
        }
    }
    *out = (value){.dtype = s.dtype};
    return add_step(y, &s, &out->at);
}

/* A node as a value that is no number. */
static cx_status as_value(typing *y, const value *v, int32_t *out)
{
    if (!v->number) {
        *out = v->at;
        return CX_OK;
    }
    return add_constant(y, v, v->dtype, false, out);
}

static uint8_t reduced_dtype(int reduction, uint8_t t)
{
    const char kind = cx_dtype_kind((cx_dtype)t);
    switch (reduction) {
    case CX__REDUCE_SUM:
    case CX__REDUCE_PROD: return kind == 'b' || kind == 'i' ? CX_I64 : kind == 'u' ? CX_U64 : t;
    case CX__REDUCE_MEAN: return kind == 'b' || kind == 'i' || kind == 'u' ? CX_F64 : t;
    case CX__REDUCE_ANY:
    case CX__REDUCE_ALL: return CX_BOOL;
    default: return t;
    }
}
static cx_status reduction(typing *y, const cx__node *n, value *out)
{
    cx__step s = {.op = (int16_t)(-1 - n->op),
                  .children = 1,
                  .keepdims = n->keepdims,
                  .axis_count = n->axis_count,
                  .axis = n->axis,
                  .at = n->at};
    CX__TRY(as_value(y, &y->of[n->child[0]], &s.operand[0]));
    s.loop = dtype_of(y, s.operand[0]);
    s.dtype = reduced_dtype(n->op, s.loop);
    if (s.operand[0] < 0) { /* of a number: a step's value, which has a place */
        const cx__step copy = {.op = CX_FUSED_CAST,
                               .loop = s.loop,
                               .dtype = s.loop,
                               .children = 1,
                               .operand = {s.operand[0], 0, 0},
                               .at = n->at};
        CX__TRY(add_step(y, &copy, &s.operand[0]));
    }
    *out = (value){.dtype = s.dtype};
    return add_step(y, &s, &out->at);
}

static cx_status type_node(typing *y, int32_t i)
{
    const cx__node *const n = &y->t->node[i];
    value *const out = &y->of[i];
    bool numbers = n->children > 0;
    for (int k = 0; k < n->children; k++) numbers = numbers && y->of[n->child[k]].number;
    switch ((cx__node_kind)n->kind) {
    case CX__NODE_NUMBER:
        *out = (value){.number = true, .dtype = (uint8_t)n->number.head.kind, .at = -1 - i};
        return CX_OK;
    case CX__NODE_ARGUMENT: {
        const uint8_t s = y->p->signature[n->op];
        if ((s & CX__SIGNATURE_WEAK) == 0) {
            *out = (value){.dtype = s, .at = n->op};
            return CX_OK;
        }
        const cx__computed c = {.kind = s & 0x7f, .operand = {n->op, 0, 0}, .at = n->at};
        return add_computed(y, &c, out);
    }
    case CX__NODE_OPERATOR: return numbers ? number_operator(y, n, out) : operation(y, n, out);
    case CX__NODE_CALL: return operation(y, n, out);
    case CX__NODE_CAST: {
        int32_t v;
        CX__TRY(as_value(y, &y->of[n->child[0]], &v));
        *out = (value){.dtype = (uint8_t)n->op};
        CX__TRY(cast(y, v, (uint8_t)n->op, n->at, &out->at));
        if (out->at >= 0) return CX_OK;
        const cx__step copy = {.op = CX_FUSED_CAST,
                               .loop = out->dtype,
                               .dtype = out->dtype,
                               .children = 1,
                               .operand = {v, 0, 0},
                               .at = n->at};
        return add_step(y, &copy, &out->at);
    }
    case CX__NODE_REDUCE: return reduction(y, n, out);
    }
    return CX_E_INTERNAL;
}

/* Results are values of steps: an argument or a number is copied. */
static cx_status results(typing *y)
{
    for (int i = 0; i < y->t->results; i++) {
        int32_t v;
        CX__TRY(as_value(y, &y->of[y->t->result[i]], &v));
        const uint8_t t = dtype_of(y, v);
        if (v < y->t->args) {
            const cx__step copy = {
                .op = CX_FUSED_CAST, .loop = t, .dtype = t, .children = 1, .operand = {v, 0, 0}};
            CX__TRY(add_step(y, &copy, &v));
        }
        y->p->result[i] = v;
        y->p->result_dtype[i] = t;
    }
    return CX_OK;
}

/* Steps that no result hangs on go; the others move together. */
static void drop_unused(cx__formula *p)
{
    const int args = p->tree->args;
    int32_t *const to = (int32_t *)(void *)cx__calloc((size_t)p->steps + 1, sizeof *to);
    if (to == NULL) return; /* they only cost time */
    for (int i = 0; i < p->tree->results; i++) to[p->result[i] - args] = 1;
    for (int i = p->steps - 1; i >= 0; i--)
        for (int k = 0; to[i] != 0 && k < p->step[i].children; k++)
            if (p->step[i].operand[k] >= args) to[p->step[i].operand[k] - args] = 1;
    int n = 0;
    for (int i = 0; i < p->steps; i++) {
        if (to[i] == 0) continue;
        cx__step s = p->step[i];
        for (int k = 0; k < s.children; k++)
            if (s.operand[k] >= args) s.operand[k] = args + to[s.operand[k] - args];
        p->step[n] = s;
        to[i] = n++;
    }
    for (int i = 0; i < p->tree->results; i++) p->result[i] = args + to[p->result[i] - args];
    p->steps = n;
    cx__free(to);
}

cx_status cx__formula_new(const char *where, const cx__tree *t,
                          const uint8_t signature[CX__EVAL_ARGS], cx__formula **out)
{
    typing y = {.where = where, .t = t};
    cx__formula *const p = cx__calloc(1, sizeof *p);
    y.of = cx__calloc((size_t)t->nodes + 1, sizeof *y.of);
    cx_status st = CX_OK;
    if (p == NULL || y.of == NULL) {
        st = cx__fail_nomem(where, "a typed program", sizeof *p);
    } else {
        y.p = p;
        p->tree = t;
        memcpy(p->signature, signature, sizeof p->signature);
        for (int i = 0; st == CX_OK && i < t->args; i++)
            if (signature[i] == CX_CAT)
                st = cx__fail(CX_E_DTYPE, where, "%s is category: formulas take numbers",
                              t->name[i]);
        for (int32_t i = 0; st == CX_OK && i < t->nodes; i++) st = type_node(&y, i);
        if (st == CX_OK) st = results(&y);
        if (st == CX_OK) drop_unused(p);
        if (st == CX_OK) st = cx__formula_cut(where, p);
    }
    cx__free(y.of);
    if (st == CX_OK)
        *out = p;
    else
        cx__formula_free(p);
    return st;
}

void cx__formula_free(cx__formula *p)
{
    if (p == NULL) return;
    cx__free(p->step);
    cx__free(p->constant);
    cx__free(p->segment);
    cx__free(p);
}
