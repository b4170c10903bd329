/* device: simulated, link: static
 * The fused slot against the slots that it saves: random programs over every dtype, layout and row,
 * run at once and then step by step on the same device, must leave the same bits (of a NaN: a NaN,
 * whose sign the host's compiler decides). */
#include "core/array.h"
#include "core/device.h"
#include "device.h"
#include "layouts.h"
#include "ops/primitives.h"
#include <calx.h>
#include <calx/backend_fused.h>
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cx__device *device;

/* ---- rows */
typedef struct test_row {
    int op, reads;
    const char *domain;
    char result;
} test_row;
static const test_row rows[] = {
#define CX_UNARY(NAME, name, code, domain, result, ulp, doc) {code, 1, domain, result},
#define CX_BINARY(NAME, name, code, domain, result, ulp, doc) {code, 2, domain, result},
#define CX_TERNARY(NAME, name, code, domain, result, ulp, doc) {code, 3, domain, result},
#include <calx/binary_ops.def>
#include <calx/ternary_ops.def>
#include <calx/unary_ops.def>
#undef CX_UNARY
#undef CX_BINARY
#undef CX_TERNARY
};
enum { ROWS = sizeof rows / sizeof *rows };

static cx_dtype result_of(const test_row *row, cx_dtype loop)
{
    if (row->result == 'B') return CX_BOOL;
    if (row->result == '8') return CX_U8;
    if (row->result == 'R' && loop == CX_C64) return CX_F32;
    if (row->result == 'R' && loop == CX_C128) return CX_F64;
    return loop;
}

/* ---- a program and what it is run over */
enum { OPERANDS = CX_FUSED_INPUTS + CX_FUSED_CONSTANTS + CX_FUSED_STEPS };
typedef struct trial {
    uint64_t state;
    int palette; /* which dtypes */
    cx_fused_program program;
    int operands;
    cx_dtype dtype[OPERANDS];
    int ndim, n_reduced;
    int64_t shape[4];
    bool exact; /* values whose sums and products are exact in any order */
    test_array in[CX_FUSED_INPUTS], out[CX_FUSED_OUTPUTS];
    cx_view view[OPERANDS]; /* of inputs and constants, then of what the steps make one by one */
    cx_view to[CX_FUSED_OUTPUTS];
    cx__value host[CX_FUSED_INPUTS]; /* host scalars */
    cx_array *made[CX_FUSED_STEPS], *want[CX_FUSED_OUTPUTS];
} trial;

static int below(trial *t, int n)
{
    return (int)((test_random(&t->state) >> 20) % (uint64_t)n);
}
static cx_dtype some_dtype(trial *t)
{
    static const cx_dtype singles[] = {CX_F32}, doubles[] = {CX_F64},
                          narrow[] = {CX_F32, CX_BOOL, CX_F16, CX_BF16, CX_I8,
                                      CX_I16, CX_I32,  CX_U8,  CX_U16,  CX_U32},
                          real[] = {CX_F32, CX_F64, CX_I64, CX_U64, CX_BOOL, CX_I8,  CX_U8,
                                    CX_I16, CX_U16, CX_I32, CX_U32, CX_F16,  CX_BF16},
                          any[] = {CX_C64, CX_C128, CX_F32, CX_F64, CX_I64,  CX_U64, CX_BOOL,
                                   CX_I8,  CX_U16,  CX_I32, CX_F16, CX_BF16, CX_U32},
                          halves[] = {CX_F16, CX_BF16};
    switch (t->palette) {
    case 0: return singles[0];
    case 1: return doubles[0];
    case 2: return narrow[below(t, 10)];
    case 3: return real[below(t, 13)];
    case 4: return halves[below(t, 2)];
    default: return any[below(t, 13)];
    }
}

/* An operand of that dtype, made by a conversion where there is none. Recent ones are likely. */
static int operand_of(trial *t, cx_dtype want)
{
    int found[OPERANDS], n = 0;
    for (int k = 0; k < t->operands; k++)
        if (t->dtype[k] == want) found[n++] = k;
    if (n > 0) return found[below(t, 2) == 0 ? n - 1 : below(t, n)];
    const int from = below(t, t->operands);
    cx_fused_step *const s = &t->program.step[t->program.n_steps++];
    *s = (cx_fused_step){.op = CX_FUSED_CAST,
                         .loop = (uint8_t)t->dtype[from],
                         .dtype = (uint8_t)want,
                         .operand = {(uint8_t)from}};
    t->dtype[t->operands] = want;
    return t->operands++;
}
static void add_step(trial *t)
{
    cx_fused_program *const g = &t->program;
    if (below(t, 8) == 0) {
        (void)operand_of(t, some_dtype(t));
        return;
    }
    const cx_dtype loop = below(t, 3) == 0 ? some_dtype(t) : t->dtype[below(t, t->operands)];
    const test_row *row = &rows[below(t, ROWS)];
    while (strchr(row->domain, cx_dtype_kind(loop)) == NULL) row = &rows[below(t, ROWS)];
    cx_dtype want[3] = {loop, loop, loop};
    if (row->op == CX_TE_WHERE) want[0] = CX_BOOL;
    if (row->op == CX_BI_LDEXP) want[1] = t->palette == 2 || t->palette == 4 ? CX_I32 : CX_I64;
    if (row->op >= CX_BI_EQUAL && row->op <= CX_BI_GREATER_EQUAL && loop == CX_U64)
        want[below(t, 2)] = CX_I64;
    cx_fused_step s = {.op = (int16_t)row->op, .loop = (uint8_t)loop};
    s.dtype = (uint8_t)result_of(row, loop);
    for (int k = 0; k < row->reads; k++) s.operand[k] = (uint8_t)operand_of(t, want[k]);
    g->step[g->n_steps++] = s;
    t->dtype[t->operands++] = (cx_dtype)s.dtype;
}

static int reads_of(const cx_fused_step *s)
{
    return s->op == CX_FUSED_CAST || s->op < 1000 ? 1 : s->op < 2000 ? 2 : 3;
}
/* Registers, each given again after its value's last use; false where there are too few. */
static bool give_places(trial *t)
{
    cx_fused_program *const g = &t->program;
    const int first = g->n_in + g->n_constants;
    int last[OPERANDS], held[CX_FUSED_REGISTERS];
    for (int k = 0; k < t->operands; k++) last[k] = -1;
    for (int k = 0; k < g->n_steps; k++)
        for (int j = 0; j < reads_of(&g->step[k]); j++) last[g->step[k].operand[j]] = k;
    for (int k = 0; k < g->n_out; k++) last[g->out[k].operand] = CX_FUSED_STEPS;
    for (int k = 0; k < CX_FUSED_REGISTERS; k++) held[k] = -1;
    g->n_registers = 0;
    for (int k = 0; k < g->n_steps; k++) {
        int at = 0;
        while (at < CX_FUSED_REGISTERS && held[at] >= 0 && last[held[at]] >= k) at++;
        if (at == CX_FUSED_REGISTERS) return false;
        held[at] = first + k;
        g->step[k].place = (uint8_t)at;
        if (at >= g->n_registers) g->n_registers = at + 1;
    }
    return true;
}
static bool compose(trial *t)
{
    cx_fused_program *const g = &t->program;
    memset(g, 0, sizeof *g);
    g->struct_size = sizeof *g;
    g->key = test_random(&t->state);
    t->palette = below(t, 6);
    t->operands = 0;
    g->n_in = below(t, 20) == 0 ? CX_FUSED_INPUTS : 1 + below(t, 6);
    g->n_constants = below(t, 20) == 0 ? CX_FUSED_CONSTANTS : below(t, 4);
    for (int k = 0; k < g->n_in; k++)
        g->in_dtype[k] = (uint8_t)(t->dtype[t->operands++] = some_dtype(t));
    for (int k = 0; k < g->n_constants; k++) {
        const cx_dtype d = t->dtype[t->operands++] = some_dtype(t);
        g->constant_dtype[k] = (uint8_t)d;
        test_value(d, g->constant[k], &t->state, below(t, 2) == 0 ? FILL_ANY : FILL_SMALL);
    }
    const int steps = 1 + below(t, below(t, 6) == 0 ? CX_FUSED_STEPS - 4 : 10);
    while (g->n_steps < steps) add_step(t);
    g->n_out = 1 + below(t, CX_FUSED_OUTPUTS);
    for (int k = 0; k < g->n_out; k++) { /* mostly a late value */
        const int kind = below(t, 8);
        g->out[k].operand = (uint8_t)(k == 0 || kind < 3 ? t->operands - 1
                                                         : t->operands - 1 - below(t, t->operands));
    }
    return give_places(t);
}

/* ---- memory */
static void take_shape(trial *t)
{
    static const struct {
        int ndim;
        int64_t shape[4];
    } shapes[] = {{0, {0}},         {1, {0}},        {1, {1}},        {1, {5}},
                  {1, {513}},       {1, {2048}},     {1, {3001}},     {2, {7, 5}},
                  {2, {6, 8}},      {2, {3, 0}},     {2, {40, 36}},   {2, {33, 31}},
                  {3, {3, 4, 5}},   {3, {2, 5, 16}}, {3, {9, 1, 24}}, {4, {2, 3, 1, 4}},
                  {4, {3, 2, 4, 8}}};
    static const int64_t many[][2] = {{1, 70001}, {9, 8192}, {300, 257}, {70000, 1}, {3, 40000}};
    if (t->exact && !test_brief() && below(t, 16) == 0) { /* more elements to a part */
        t->ndim = 2;
        memcpy(t->shape, many[below(t, 5)], sizeof many[0]);
        return;
    }
    const int which = below(t, (int)(sizeof shapes / sizeof *shapes));
    t->ndim = shapes[which].ndim;
    memcpy(t->shape, shapes[which].shape, sizeof t->shape);
}
static int64_t span_of(const trial *t)
{
    int64_t n = 1;
    for (int d = t->ndim - t->n_reduced; d < t->ndim; d++) n *= t->shape[d];
    return n;
}
/* Some outputs become reductions; sums and products of floating numbers where they are exact. */
static void take_reductions(trial *t)
{
    cx_fused_program *const g = &t->program;
    t->n_reduced = t->ndim > 0 && (t->exact || below(t, 3) == 0) ? 1 + below(t, t->ndim) : 0;
    for (int k = 0; t->n_reduced > 0 && k < g->n_out; k++) {
        static const uint8_t rows_of[] = {CX_RED_MIN, CX_RED_MAX, CX_RED_ANY,
                                          CX_RED_ALL, CX_RED_SUM, CX_RED_PROD};
        const cx_dtype d = t->dtype[g->out[k].operand];
        const char kind = cx_dtype_kind(d);
        const bool whole = kind == 'b' || kind == 'i' || kind == 'u';
        cx_fused_out *const o = &g->out[k];
        if (below(t, 4) == 0) continue;
        o->reduce = rows_of[below(t, 6)];
        const bool total = o->reduce == CX_RED_SUM || o->reduce == CX_RED_PROD;
        if (total && !whole && !t->exact) o->reduce = CX_RED_ANY;
        if (span_of(t) == 0 && o->reduce <= CX_RED_MAX && !total) o->reduce = CX_RED_ALL;
        o->acc = (uint8_t)(o->reduce >= CX_RED_ANY ? CX_BOOL : d);
        if (o->reduce != CX_RED_SUM && o->reduce != CX_RED_PROD) continue;
        if (whole) o->acc = kind == 'u' ? CX_U64 : CX_I64;
        if (kind != 'c' && below(t, 4) == 0) o->acc = CX_F64;
    }
}
static cx_dtype out_dtype(const trial *t, int k)
{
    const cx_fused_out *const o = &t->program.out[k];
    return o->reduce != 0 ? (cx_dtype)o->acc : t->dtype[o->operand];
}
static int out_ndim(const trial *t, int k)
{
    return t->program.out[k].reduce != 0 ? t->ndim - t->n_reduced : t->ndim;
}
static void host_scalar(trial *t, int k)
{
    cx_view *const v = &t->view[k];
    memset(v, 0, sizeof *v);
    test_value(t->dtype[k], &t->host[k], &t->state, FILL_ANY);
    v->data = &t->host[k];
    v->dtype = t->dtype[k];
    v->flags = CX_VIEW_HOST;
}
/* 1, mostly, or 2, or -1: products of two hundred of them are numbers, too. */
static void fill_exact(trial *t, test_array *x)
{
    static const cx_complex128 values[] = {{1, 0}, {2, 0}, {-1, 0}};
    const cx_array *const three = cx_astype(cx_copy_host(values, CX_SHAPE(3), CX_C128), x->t);
    const size_t size = cx_dtype_size(x->t);
    for (int64_t i = 0; i < x->size; i++) {
        const int which = below(t, 16);
        memcpy(test_element(x, i), three->data + (size_t)(which < 3 ? which : 0) * size, size);
    }
    test_up(x);
}
static void fill_operands(trial *t)
{
    const cx_fused_program *const g = &t->program;
    for (int k = 0; k < g->n_in; k++) {
        memset(&t->in[k], 0, sizeof t->in[k]);
        if (!t->exact && (k > 0 || t->n_reduced == 0) && below(t, 8) == 0) {
            host_scalar(t, k);
            continue;
        }
        /* some dimensions repeat */
        const int repeats = below(t, 3) == 0 ? below(t, 16) : 0;
        int64_t shape[4];
        for (int d = 0; d < t->ndim; d++)
            shape[d] = (repeats >> d & 1) != 0 && t->shape[d] > 0 ? 1 : t->shape[d];
        const layout how = below(t, 2) == 0 ? LAYOUT_C : (layout)below(t, LAYOUT_COUNT);
        test_array_new(&t->in[k], t->dtype[k], t->ndim, shape, how);
        if (t->exact)
            fill_exact(t, &t->in[k]);
        else
            test_fill(&t->in[k], &t->state, below(t, 2) == 0 ? FILL_ANY : FILL_SMALL);
        cx__array_to_view(t->in[k].a, &t->view[k]);
        for (int d = 0; d < t->ndim; d++) {
            if (t->view[k].shape[d] != t->shape[d]) t->view[k].stride[d] = 0;
            t->view[k].shape[d] = t->shape[d];
        }
    }
    for (int k = 0; k < g->n_constants; k++) {
        cx_view *const v = &t->view[g->n_in + k];
        memset(v, 0, sizeof *v);
        v->data = (void *)(uintptr_t)g->constant[k];
        v->dtype = (cx_dtype)g->constant_dtype[k];
        v->flags = CX_VIEW_HOST;
    }
}
/* An input of its own that the output may be written over. */
static int replaceable(trial *t, cx_dtype d)
{
    const int k = below(t, t->program.n_in);
    if (t->dtype[k] != d || t->in[k].a == NULL || below(t, 2) == 0) return -1;
    for (int i = 0; i < t->ndim; i++)
        if (t->view[k].stride[i] == 0 && t->shape[i] > 1) return -1;
    for (int i = 0; i < CX_FUSED_OUTPUTS; i++)
        if (t->to[i].data == t->view[k].data) return -1;
    return k;
}
static void make_outputs(trial *t)
{
    memset(t->to, 0, sizeof t->to);
    for (int k = 0; k < t->program.n_out; k++) {
        const cx_dtype d = out_dtype(t, k);
        memset(&t->out[k], 0, sizeof t->out[k]);
        const int over = t->program.out[k].reduce != 0 ? -1 : replaceable(t, d);
        if (over >= 0) {
            t->to[k] = t->view[over];
            t->out[k] = t->in[over];
            memset(&t->in[over], 0, sizeof t->in[over]);
            continue;
        }
        const layout how = below(t, 2) == 0 ? LAYOUT_C : (layout)below(t, LAYOUT_REPEATED);
        test_array_new(&t->out[k], d, out_ndim(t, k), t->shape, how);
        test_up(&t->out[k]);
        cx__array_to_view(t->out[k].a, &t->to[k]);
    }
}
static void let_go(trial *t)
{
    for (int k = 0; k < t->program.n_in; k++)
        if (t->in[k].block != NULL) test_array_free(&t->in[k]);
    for (int k = 0; k < t->program.n_out; k++) test_array_free(&t->out[k]);
}

/* ---- running */
static cx_queue *queue(void)
{
    cx_queue *q;
    cr_assert(cx__queue_for("test", device, 0, 0, NULL, &q) == CX_OK, "%s", cx_error_message());
    return q;
}
/* A host scalar is a scalar for rows; a conversion takes an array. */
static cx_status convert_one(const cx_view *from, const cx_view *to)
{
    if ((from->flags & CX_VIEW_HOST) == 0) return device->ops->copy(queue(), from, to);
    const cx_array *const a =
        cx_to(cx_copy_host(from->data, CX_SHAPE(1), from->dtype), test_device());
    cx_view v;
    cx__array_to_view(a, &v);
    v.ndim = to->ndim;
    for (int d = 0; d < to->ndim; d++) {
        v.shape[d] = to->shape[d];
        v.stride[d] = 0;
    }
    return device->ops->copy(queue(), &v, to);
}
static void run_steps(trial *t)
{
    const cx_fused_program *const g = &t->program;
    const int first = g->n_in + g->n_constants;
    for (int k = 0; k < g->n_steps; k++) {
        const cx_fused_step *const s = &g->step[k];
        t->made[k] = cx_empty((cx_shape){t->ndim, t->shape}, (cx_dtype)s->dtype, test_device());
        cx__array_to_view(t->made[k], &t->view[first + k]);
        const cx_view *const to = &t->view[first + k];
        cx_map_call c = {.op = s->op, .loop = (cx_dtype)s->loop, .n_out = 1, .out = {to}};
        c.n_in = reads_of(s);
        for (int j = 0; j < c.n_in; j++) c.in[j] = &t->view[s->operand[j]];
        cx_status st = CX_OK;
        if (cx_size(t->made[k]) > 0)
            st = s->op == CX_FUSED_CAST ? convert_one(c.in[0], to) : device->ops->map(queue(), &c);
        cr_assert(cx__queue_done(device, st) == CX_OK, "%s", cx_error_message());
    }
}
/* What must come out, before inputs are written over. */
static void run_outputs(trial *t)
{
    const cx_fused_program *const g = &t->program;
    const int first = g->n_in + g->n_constants;
    for (int k = 0; k < g->n_out; k++) {
        const cx_fused_out *const o = &g->out[k];
        cx_view from = t->view[o->operand], to;
        if (o->operand < first) {
            cx_array *const a =
                cx_empty((cx_shape){t->ndim, t->shape}, t->dtype[o->operand], test_device());
            cx__array_to_view(a, &to);
            if (cx_size(a) > 0) cr_assert(cx__queue_done(device, convert_one(&from, &to)) == CX_OK);
            t->want[k] = a;
            from = to;
        } else {
            t->want[k] = t->made[o->operand - first];
        }
        if (o->reduce == 0) continue;
        t->want[k] =
            cx_empty((cx_shape){out_ndim(t, k), t->shape}, (cx_dtype)o->acc, test_device());
        cx__array_to_view(t->want[k], &to);
        const cx_reduce_call c = {.op = o->reduce,
                                  .acc = (cx_dtype)o->acc,
                                  .n_keep = out_ndim(t, k),
                                  .in = &from,
                                  .out = &to};
        cr_assert(cx__queue_done(device, device->ops->reduce(queue(), &c)) == CX_OK, "%s",
                  cx_error_message());
    }
}
static cx_status run_fused(trial *t)
{
    cx_fused_call c = {.program = &t->program, .n_reduced = t->n_reduced};
    for (int k = 0; k < t->program.n_in; k++) c.in[k] = &t->view[k];
    for (int k = 0; k < t->program.n_out; k++) c.out[k] = &t->to[k];
    return cx__queue_done(device, device->ops->fused->run(queue(), &c));
}

/* Equal bits, or both NaN: parts of complex numbers each. */
static bool is_nan_of(cx_dtype d, const void *p)
{
    uint64_t u = 0;
    memcpy(&u, p, cx_dtype_size(d));
    switch (d) {
    case CX_F16: return (u & 0x7fff) > 0x7c00;
    case CX_BF16: return (u & 0x7fff) > 0x7f80;
    case CX_F32: return (u & 0x7fffffff) > 0x7f800000;
    case CX_F64: return (u & INT64_MAX) > UINT64_C(0x7ff0000000000000);
    default: return false;
    }
}
static bool same(cx_dtype d, const char *p, const char *q)
{
    const cx_dtype part = d == CX_C64 ? CX_F32 : d == CX_C128 ? CX_F64 : d;
    const size_t size = cx_dtype_size(part);
    for (size_t at = 0; at < cx_dtype_size(d); at += size)
        if (memcmp(p + at, q + at, size) != 0 &&
            !(is_nan_of(part, p + at) && is_nan_of(part, q + at)))
            return false;
    return true;
}
/* Of equal zeros, and of several NaNs, another may be the smallest. */
static bool same_least(cx_dtype d, const char *p, const char *q)
{
    if (same(d, p, q)) return true;
    const cx_dtype part = d == CX_C64 ? CX_F32 : d == CX_C128 ? CX_F64 : d;
    const size_t size = cx_dtype_size(part);
    bool nan[2] = {false, false}, zeros = true;
    for (size_t at = 0; at < cx_dtype_size(d); at += size) {
        nan[0] |= is_nan_of(part, p + at);
        nan[1] |= is_nan_of(part, q + at);
        uint64_t u = 0, v = 0;
        memcpy(&u, p + at, size);
        memcpy(&v, q + at, size);
        zeros &= u == v || (u | v) == UINT64_C(1) << (8 * size - 1);
    }
    return (nan[0] && nan[1]) || zeros;
}
static void describe(const trial *t)
{
    const cx_fused_program *const g = &t->program;
    for (int k = 0; k < g->n_in; k++)
        fprintf(stderr, "  %d: input %s%s\n", k, cx_dtype_name(t->dtype[k]),
                (t->view[k].flags & CX_VIEW_HOST) != 0 ? " of the host" : "");
    for (int k = 0; k < g->n_steps; k++)
        fprintf(stderr, "  %d: op %d of %s (%d %d %d) -> %s\n", g->n_in + g->n_constants + k,
                g->step[k].op, cx_dtype_name((cx_dtype)g->step[k].loop), g->step[k].operand[0],
                g->step[k].operand[1], g->step[k].operand[2],
                cx_dtype_name((cx_dtype)g->step[k].dtype));
    for (int k = 0; k < g->n_out; k++)
        fprintf(stderr, "  output %d, reduction %d in %s\n", g->out[k].operand, g->out[k].reduce,
                cx_dtype_name((cx_dtype)g->out[k].acc));
    fprintf(stderr, "  %d dimensions, %d of them reduced\n", t->ndim, t->n_reduced);
}
static void expect_same(trial *t, uint64_t seed)
{
    for (int k = 0; k < t->program.n_out; k++) {
        const int operand = t->program.out[k].operand;
        cr_expect(test_guards(&t->out[k]), "seed %#llx: output %d writes beside its elements",
                  (unsigned long long)seed, k);
        test_down(&t->out[k]);
        const size_t size = cx_dtype_size(t->out[k].t);
        const cx_array *const host = cx_to(t->want[k], CX_CPU);
        const char *const want = host->data;
        for (int64_t i = 0; i < t->out[k].size; i++) {
            const char *const p = want + (size_t)i * size, *const q = test_element(&t->out[k], i);
            if (t->program.out[k].reduce != 0 ? same_least(t->out[k].t, p, q)
                                              : same(t->out[k].t, p, q))
                continue;
            describe(t);
            cr_assert(false, "seed %#llx: output %d (operand %d), element %lld of %lld",
                      (unsigned long long)seed, k, operand, (long long)i,
                      (long long)t->out[k].size);
        }
    }
}

static void run_and_compare(trial *t, uint64_t seed)
{
    const cx_scope s = cx_scope_open();
    fill_operands(t);
    make_outputs(t);
    run_steps(t);
    run_outputs(t);
    const cx_status st = run_fused(t);
    if (st != CX_OK) describe(t);
    cr_assert(st == CX_OK, "seed %#llx: %s", (unsigned long long)seed, cx_error_message());
    expect_same(t, seed);
    let_go(t);
    cr_assert(cx_scope_close(s) == CX_OK, "seed %#llx: %s", (unsigned long long)seed,
              cx_error_message());
}
/* One program over one shape; false where it needs too many registers. */
static bool run_trial(uint64_t seed)
{
    static trial t;
    memset(&t, 0, sizeof t);
    t.state = seed;
    if (!compose(&t)) return false;
    take_shape(&t);
    take_reductions(&t);
    run_and_compare(&t, seed);
    return true;
}
/* x * y of one dtype, whose sums and products are whole numbers that all orders find. */
static bool run_exact(uint64_t seed)
{
    static const cx_dtype some[] = {CX_F32, CX_F64, CX_F16, CX_BF16, CX_C64, CX_C128};
    static trial t;
    memset(&t, 0, sizeof t);
    t.state = seed;
    t.exact = true;
    cx_fused_program *const g = &t.program;
    const cx_dtype d = some[below(&t, 6)];
    g->struct_size = sizeof *g;
    g->n_in = g->n_out = 2;
    g->n_steps = g->n_registers = 1;
    t.operands = 3;
    for (int k = 0; k < 3; k++) t.dtype[k] = d;
    g->in_dtype[0] = g->in_dtype[1] = (uint8_t)d;
    g->step[0] = (cx_fused_step){
        .op = CX_BI_MUL, .loop = (uint8_t)d, .dtype = (uint8_t)d, .operand = {0, 1}};
    g->out[0].operand = 2;
    g->out[1].operand = (uint8_t)below(&t, 3);
    take_shape(&t);
    take_reductions(&t);
    run_and_compare(&t, seed);
    return true;
}

/* CX_TEST_SEED runs the program of that seed alone. */
static void run_all(bool (*one)(uint64_t seed), int trials)
{
    cr_assert(cx__device_get("test", test_device(), &device) == CX_OK);
    cr_assert(device->ops->fused != NULL);
    if (getenv("CX_TEST_SEED") != NULL) {
        cr_assert(one(test_seed()));
        return;
    }
    uint64_t state = test_seed();
    int ran = 0;
    if (test_brief()) trials /= 8;
    for (int k = 0; k < trials; k++) ran += one(test_random(&state));
    cr_expect(ran > trials * 3 / 4, "%d of %d programs ran", ran, trials);
}
/* One step of one dtype, of which everything else is left to the caller. */
static cx_fused_program one_step(cx_fused_step step, int n_in, cx_dtype in)
{
    cx_fused_program g = {.struct_size = sizeof g, .n_in = n_in, .n_steps = 1};
    g.n_registers = g.n_out = 1;
    for (int k = 0; k < n_in; k++) g.in_dtype[k] = (uint8_t)in;
    g.step[0] = step;
    g.out[0].operand = (uint8_t)n_in;
    return g;
}
static cx_status run_program(const cx_fused_program *g, const cx_array *const *in,
                             const cx_array *out, int n_reduced)
{
    cx_view view[CX_FUSED_INPUTS], to;
    cx_fused_call c = {.program = g, .n_reduced = n_reduced, .out = {&to}};
    for (int k = 0; k < g->n_in; k++) {
        cx__array_to_view(in[k], &view[k]);
        c.in[k] = &view[k];
    }
    cx__array_to_view(out, &to);
    return cx__queue_done(device, device->ops->fused->run(queue(), &c));
}

/* Where does not compute: every bit of a NaN comes through, signalling ones too. */
Test(fused_slot, where_moves_bits)
{
    static const uint16_t bits[] = {0x7c01, 0xfc01, 0x7fff, 0xfe00, 0x7f81, 0xff81, 0x0001, 0x8000};
    cr_assert(cx__device_get("test", test_device(), &device) == CX_OK);
    const cx_scope s = cx_scope_open();
    for (int half = 0; half < 2; half++) {
        const cx_dtype d = half == 0 ? CX_F16 : CX_BF16;
        cx_fused_program g = one_step(
            (cx_fused_step){
                .op = CX_TE_WHERE, .loop = (uint8_t)d, .dtype = (uint8_t)d, .operand = {0, 1, 2}},
            3, d);
        g.in_dtype[0] = CX_BOOL;
        const cx_array *const x = test_copy_host(bits, CX_SHAPE(8), d);
        const cx_array *const in[3] = {cx_full(CX_SHAPE(8), cx_bool(true), CX_BOOL, test_device()),
                                       x, cx_zeros_like(x, d)};
        cx_array *const out = cx_empty(CX_SHAPE(8), d, test_device());
        cr_assert(run_program(&g, in, out, 0) == CX_OK, "%s", cx_error_message());
        const cx_array *const host = cx_to(out, CX_CPU);
        cr_expect(memcmp(host->data, bits, sizeof bits) == 0, "%s", cx_dtype_name(d));
    }
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

/* A sum has the same bits whatever order threads run in, and is as near as sums in parts are. */
Test(fused_slot, sums_depend_on_the_shape_alone)
{
    enum { N = 90001 };
    cr_assert(cx__device_get("test", test_device(), &device) == CX_OK);
    const cx_scope s = cx_scope_open();
    static float x[N];
    uint64_t state = test_seed();
    double sum = 0, sizes = 0;
    for (int i = 0; i < N; i++) {
        x[i] = (float)((double)(int64_t)test_random(&state) * 0x1p-62);
        sum += 2.0 * (double)x[i];
        sizes += 2.0 * fabs((double)x[i]);
    }
    cx_fused_program g = one_step(
        (cx_fused_step){.op = CX_BI_ADD, .loop = CX_F32, .dtype = CX_F32, .operand = {0, 0}}, 1,
        CX_F32);
    g.out[0].reduce = CX_RED_SUM;
    g.out[0].acc = CX_F32;
    const cx_array *const in[1] = {test_copy_host(x, CX_SHAPE(N), CX_F32)};
    uint32_t first = 0;
    void *const plugin = dlopen(getenv("CX_PLUGIN"), RTLD_NOW | RTLD_NOLOAD);
    long (*ctl)(const char *, long) = NULL;
    if (plugin != NULL) *(void **)&ctl = dlsym(plugin, "cudasim_ctl");
    for (int order = 0; order < 3; order++) {
        if (ctl != NULL) ctl("order", order);
        cx_array *const out = cx_empty((cx_shape){0, NULL}, CX_F32, test_device());
        cr_assert(run_program(&g, in, out, 1) == CX_OK, "%s", cx_error_message());
        const cx_array *const host = cx_to(out, CX_CPU);
        uint32_t bits;
        float value;
        memcpy(&bits, host->data, sizeof bits);
        memcpy(&value, host->data, sizeof value);
        if (order == 0) first = bits;
        cr_expect(bits == first, "order %d: %#x and %#x", order, bits, first);
        cr_expect(fabs((double)value - sum) <= 32 * 0x1p-24 * sizes, "%g for %g", (double)value,
                  sum);
    }
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

/* What it does not know it says before anything is written. */
Test(fused_slot, unknown_rows_are_unsupported)
{
    cr_assert(cx__device_get("test", test_device(), &device) == CX_OK);
    static const cx_fused_step wrong[] = {
        {.op = 999, .loop = CX_F32, .dtype = CX_F32},
        {.op = CX_BI_GCD, .loop = CX_F32, .dtype = CX_F32},
        {.op = CX_UN_SIN, .loop = CX_I32, .dtype = CX_I32},
    };
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        const cx_scope s = cx_scope_open();
        const cx_fused_program g = one_step(wrong[k], 1, (cx_dtype)wrong[k].loop);
        const cx_array *const in[1] = {
            cx_full(CX_SHAPE(5), cx_int(3), (cx_dtype)wrong[k].loop, test_device())};
        cx_array *const out =
            cx_full(CX_SHAPE(5), cx_int(7), (cx_dtype)wrong[k].loop, test_device());
        cr_expect(run_program(&g, in, out, 0) == CX_E_UNSUPPORTED, "case %d", (int)k);
        const cx_array *const seven = cx_all(cx_equal(out, cx_int(7)), CX_ALL);
        cr_expect(*(const uint8_t *)cx_to(seven, CX_CPU)->data == 1, "case %d", (int)k);
        cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    }
}

Test(fused_slot, random_programs)
{
    run_all(run_trial, 2000);
}
Test(fused_slot, sums_and_products)
{
    run_all(run_exact, 400);
}
