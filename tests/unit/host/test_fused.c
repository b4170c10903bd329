/* isa: each. timeout: 300. Fused programs of the CPU backend against the same operations one by one
 * through the map, copy and reduce slots, bit for bit: random programs of all rows and dtypes over
 * random layouts and block edges, with reductions, in place, on one and on several threads. The
 * slots are called directly. */
#include "core/device.h"
#include "layouts.h"
#include <calx.h>
#include <calx/backend_fused.h>
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { NDIM = 4, VALUES = CX_FUSED_INPUTS + CX_FUSED_CONSTANTS + CX_FUSED_STEPS };

static const cx_backend_ops *ops;
static cx_queue *queue;

static void start(void)
{
    cx__device *device = NULL;
    cr_assert_eq(cx__device_get("test", CX_CPU, &device), CX_OK, "%s", cx_error_message());
    ops = device->ops;
    cr_assert_not_null((void *)(uintptr_t)(const void *)ops->fused);
    cr_assert_eq(ops->fused->struct_size, sizeof *ops->fused);
}
TestSuite(fused, .init = start);

/* ---- rows of the tables */
typedef struct row {
    int code;
    const char *name, *domain;
    char result;
    int n_in;
} row;
static const row table[] = {
#define CX_UNARY(NAME, name, code, domain, result, ulp, doc) {code, #name, domain, result, 1},
#define CX_BINARY(NAME, name, code, domain, result, ulp, doc) {code, #name, domain, result, 2},
#define CX_TERNARY(NAME, name, code, domain, result, ulp, doc) {code, #name, domain, result, 3},
#include <calx/unary_ops.def>
#include <calx/binary_ops.def>
#include <calx/ternary_ops.def>
#undef CX_UNARY
#undef CX_BINARY
#undef CX_TERNARY
};

static bool compares(int code)
{
    return code >= CX_BI_EQUAL && code <= CX_BI_GREATER_EQUAL;
}

static cx_dtype result_of(const row *r, cx_dtype loop)
{
    if (r->result == 'B') return CX_BOOL;
    if (r->result == '8') return CX_U8;
    if (r->result == 'R') return loop == CX_C64 ? CX_F32 : loop == CX_C128 ? CX_F64 : loop;
    return loop;
}

/* ---- memory */
/* Every layout that a view of a shape may have, in its own block with a margin. */
typedef struct block {
    unsigned char *bytes;
    size_t size;
    cx_view view;
} block;
typedef enum lie {
    LIE_C,
    LIE_FORTRAN,
    LIE_SLICED,
    LIE_REVERSED,
    LIE_ROWS,    /* rows lie apart */
    LIE_REPEATS, /* inputs only: stride 0 in the first dimension ... */
    LIE_REPEATS_LAST,
    LIE_SINGLE, /* ... in all */
    LIE_HOST,   /* 0-d */
    LIE_COUNT
} lie;
enum { MARGIN = 64, PATTERN = 0xa5 };

static int64_t count(int ndim, const int64_t *shape)
{
    int64_t n = 1;
    for (int d = 0; d < ndim; d++) n *= shape[d];
    return n;
}

static void block_make(block *b, cx_dtype t, int ndim, const int64_t *shape, lie how)
{
    const int64_t size = (int64_t)cx_dtype_size(t);
    cx_view *const v = &b->view;
    *v = (cx_view){.dtype = t, .ndim = (uint16_t)(how == LIE_HOST ? 0 : ndim)};
    if (how == LIE_HOST) v->flags = CX_VIEW_HOST;
    int64_t step = size, offset = 0;
    for (int i = 0; i < v->ndim; i++) {
        const int d = how == LIE_FORTRAN ? i : v->ndim - 1 - i;
        const bool repeats = how == LIE_SINGLE || (how == LIE_REPEATS && d == 0) ||
                             (how == LIE_REPEATS_LAST && d == v->ndim - 1);
        v->shape[d] = shape[d];
        if (how == LIE_SLICED && i == 0) step *= 3;
        if (how == LIE_ROWS && i == 1) step += 5 * size;
        v->stride[d] = repeats ? 0 : step;
        if (!repeats) step *= shape[d];
        if (how == LIE_REVERSED && shape[d] > 0) {
            offset += (shape[d] - 1) * v->stride[d];
            v->stride[d] = -v->stride[d];
        }
    }
    b->size = (size_t)(step > size ? step : size) + 2 * MARGIN;
    b->bytes = malloc(b->size);
    memset(b->bytes, PATTERN, b->size);
    v->data = b->bytes + MARGIN + offset;
}

static void *element(const cx_view *v, int64_t i)
{
    char *p = v->data;
    for (int d = v->ndim - 1; d >= 0; d--) {
        p += i % v->shape[d] * v->stride[d];
        i /= v->shape[d];
    }
    return p;
}

/* Contiguous in C order. */
static cx_view dense(void *data, cx_dtype t, int ndim, const int64_t *shape)
{
    cx_view v = {.data = data, .dtype = t, .ndim = (uint16_t)ndim};
    int64_t step = (int64_t)cx_dtype_size(t);
    for (int d = ndim - 1; d >= 0; d--) {
        v.shape[d] = shape[d];
        v.stride[d] = step;
        step *= shape[d];
    }
    return v;
}

/* Same bits, or both NaN: which NaN comes out of two depends on their order in an instruction. */
static bool same(cx_dtype t, const void *x, const void *y)
{
    const size_t size = cx_dtype_size(t);
    if (memcmp(x, y, size) == 0) return true;
    const char kind = cx_dtype_kind(t);
    if (kind != 'e' && kind != 'f' && kind != 'c') return false;
    const cx_dtype part = t == CX_C64 ? CX_F32 : t == CX_C128 ? CX_F64 : t;
    const size_t each = cx_dtype_size(part);
    for (size_t k = 0; k < size; k += each) {
        const unsigned char *const p = (const unsigned char *)x + k, *const q =
                                                                         (const unsigned char *)y +
                                                                         k;
        if (memcmp(p, q, each) == 0) continue;
        uint64_t a = 0, b = 0;
        memcpy(&a, p, each);
        memcpy(&b, q, each);
        const uint64_t inf = part == CX_F16    ? 0x7c00u
                             : part == CX_BF16 ? 0x7f80u
                             : part == CX_F32  ? 0x7f800000u
                                               : UINT64_C(0x7ff0000000000000);
        const uint64_t low = (UINT64_C(1) << (8 * each - 1)) - 1;
        if ((a & low) <= inf || (b & low) <= inf) return false;
    }
    return true;
}

/* ---- programs */
typedef struct trial {
    cx_fused_program p;
    int last[VALUES]; /* step that reads the operand last */
    cx_dtype type[VALUES];
    int ndim, n_reduced;
    int64_t shape[NDIM], total;
    block in[CX_FUSED_INPUTS], out[CX_FUSED_OUTPUTS];
    unsigned char *value[VALUES]; /* of all operands, dense */
    uint64_t seed;
    cx_dtype only; /* of everything that is free to choose; or none */
} trial;

static unsigned pick(trial *t, unsigned n)
{
    return (unsigned)(test_random(&t->seed) >> 33) % n;
}

static cx_dtype any_dtype(trial *t)
{
    static const uint8_t often[] = {CX_F64, CX_F32, CX_F64, CX_I64, CX_BOOL, CX_C128};
    if (t->only != CX_DTYPE_NONE) return t->only;
    return pick(t, 2) == 0 ? (cx_dtype)often[pick(t, sizeof often)]
                           : (cx_dtype)(1 + pick(t, CX_CAT - 1));
}

static int operands(const trial *t)
{
    return t->p.n_in + t->p.n_constants + t->p.n_steps;
}

static int add_step(trial *t, int op, cx_dtype loop, cx_dtype dtype, int a, int b, int c)
{
    cx_fused_step *const s = &t->p.step[t->p.n_steps];
    *s = (cx_fused_step){.op = (int16_t)op,
                         .loop = (uint8_t)loop,
                         .dtype = (uint8_t)dtype,
                         .operand = {(uint8_t)a, (uint8_t)b, (uint8_t)c}};
    const int v = operands(t);
    t->p.n_steps++;
    t->type[v] = dtype;
    return v;
}

/* An operand of that dtype: one that there is, or a cast of one. */
static int of_dtype(trial *t, cx_dtype want)
{
    const unsigned n = (unsigned)operands(t), first = pick(t, n);
    for (unsigned i = 0; i < n; i++) {
        const unsigned k = (first + i) % n;
        if (t->type[k] == want) return (int)k;
    }
    return add_step(t, CX_FUSED_CAST, t->type[first], want, (int)first, 0, 0);
}

static void random_step(trial *t)
{
    if (t->only == CX_DTYPE_NONE && pick(t, 8) == 0) {
        const int from = (int)pick(t, (unsigned)operands(t));
        add_step(t, CX_FUSED_CAST, t->type[from], any_dtype(t), from, 0, 0);
        return;
    }
    const row *r;
    cx_dtype loop;
    do {
        r = &table[pick(t, sizeof table / sizeof *table)];
        loop = any_dtype(t);
    } while (strchr(r->domain, cx_dtype_kind(loop)) == NULL ||
             (r->code == CX_BI_FLOAT_POWER && loop == CX_C64) ||
             (r->code == CX_BI_FLOAT_POWER && loop == CX_F32));
    int a = of_dtype(t, r->code == CX_TE_WHERE ? CX_BOOL : loop), b = 0, c = 0;
    if (r->n_in > 1)
        b = of_dtype(t, r->code == CX_BI_LDEXP ? (pick(t, 2) == 0 ? CX_I32 : CX_I64) : loop);
    if (r->n_in > 2) c = of_dtype(t, loop);
    if (compares(r->code) && loop == CX_U64 && pick(t, 2) == 0) {
        if (pick(t, 2) == 0)
            a = of_dtype(t, CX_I64);
        else
            b = of_dtype(t, CX_I64);
    }
    add_step(t, r->code, loop, result_of(r, loop), a, b, c);
}

static int operands_of(const cx_fused_step *s)
{
    return s->op == CX_FUSED_CAST ? 1 : s->op >= 2000 ? 3 : s->op >= 1000 ? 2 : 1;
}

/* Registers by last use, as tightly as can be; false if there are too few. */
static bool place(trial *t)
{
    cx_fused_program *const p = &t->p;
    const int first = p->n_in + p->n_constants;
    int holder[CX_FUSED_REGISTERS];
    for (int i = 0; i < CX_FUSED_REGISTERS; i++) holder[i] = -1;
    for (int k = 0; k < VALUES; k++) t->last[k] = -1;
    for (int i = 0; i < p->n_steps; i++)
        for (int k = 0; k < operands_of(&p->step[i]); k++) t->last[p->step[i].operand[k]] = i;
    for (int j = 0; j < p->n_out; j++) t->last[p->out[j].operand] = CX_FUSED_STEPS;
    p->n_registers = 0;
    for (int i = 0; i < p->n_steps; i++) {
        int at = 0;
        while (at < CX_FUSED_REGISTERS && holder[at] >= 0 && t->last[holder[at]] >= i) at++;
        if (at == CX_FUSED_REGISTERS) return false;
        holder[at] = first + i;
        if (t->last[first + i] < i) t->last[first + i] = i;
        p->step[i].place = (uint8_t)at;
        if (at >= p->n_registers) p->n_registers = at + 1;
    }
    return true;
}

/* Values small enough that whole programs do not end in infinities. */
static void fill_view(trial *t, const cx_view *v, int64_t n)
{
    const size_t size = cx_dtype_size(v->dtype);
    for (int64_t i = 0; i < n; i++) {
        _Alignas(16) unsigned char x[16];
        test_value(v->dtype, x, &t->seed, pick(t, 4) == 0 ? FILL_ANY : FILL_SMALL);
        memcpy(element(v, i), x, size);
    }
}

static void random_shape(trial *t)
{
    static const int64_t lines[] = {0,    1,    2,    7,    63,   64,   127,   128,  129,  255,
                                    256,  257,  511,  512,  513,  1023, 1024,  1025, 2047, 2048,
                                    2049, 4095, 4097, 8191, 8192, 8193, 12289, 20000};
    static const int64_t grids[][NDIM] = {
        {3, 1000, 1, 1}, {1000, 3, 1, 1}, {129, 130, 1, 1}, {2, 4097, 1, 1}, {300, 20, 1, 1},
        {7, 5, 11, 1},   {0, 5, 1, 1},    {5, 0, 1, 1},     {2, 3, 4, 5},    {1, 9000, 1, 1},
        {20, 1, 30, 1},  {600, 31, 1, 1}, {40, 300, 1, 1},  {1030, 9, 1, 1}, {4, 3, 700, 1},
        {2, 1100, 2, 1}, {1, 1, 1, 1},    {12, 1, 1, 90}};
    if (pick(t, 3) == 0) {
        t->ndim = (int)pick(t, 12) != 0;
        t->shape[0] = lines[pick(t, sizeof lines / sizeof *lines)];
    } else {
        const int64_t *const g = grids[pick(t, sizeof grids / sizeof *grids)];
        t->ndim = 2 + (int)(g[2] != 1 || g[3] != 1) + (int)(g[3] != 1);
        memcpy(t->shape, g, sizeof t->shape);
    }
    t->total = count(t->ndim, t->shape);
}

/* Inputs, constants and steps; at most so many steps. */
static void random_program(trial *t, unsigned steps)
{
    cx_fused_program *const p = &t->p;
    memset(p, 0, sizeof *p);
    p->struct_size = sizeof *p;
    p->n_in = 1 + (int)pick(t, 5);
    if (pick(t, 10) == 0) p->n_in = CX_FUSED_INPUTS;
    p->n_constants = (int)pick(t, 4);
    for (int k = 0; k < p->n_in; k++) {
        t->type[k] = any_dtype(t);
        p->in_dtype[k] = (uint8_t)t->type[k];
        const lie how = pick(t, 2) == 0 ? LIE_C : (lie)pick(t, LIE_COUNT);
        block_make(&t->in[k], t->type[k], t->ndim, t->shape,
                   k == 0 && how == LIE_HOST ? LIE_C : how);
        fill_view(t, &t->in[k].view, how == LIE_HOST && k > 0 ? 1 : t->total);
    }
    for (int k = 0; k < p->n_constants; k++) {
        const cx_dtype c = any_dtype(t);
        t->type[p->n_in + k] = c;
        p->constant_dtype[k] = (uint8_t)c;
        test_value(c, p->constant[k], &t->seed, FILL_SMALL);
    }
    const unsigned want = 1 + pick(t, steps);
    while ((unsigned)p->n_steps < want) random_step(t);
}

/* ---- one by one */
static cx_view full(const trial *t, int operand)
{
    return dense(t->value[operand], t->type[operand], t->ndim, t->shape);
}

static void one_by_one(trial *t)
{
    const cx_fused_program *const p = &t->p;
    for (int k = 0; k < operands(t); k++)
        t->value[k] = malloc((size_t)t->total * cx_dtype_size(t->type[k]) + 16);
    for (int k = 0; k < p->n_in + p->n_constants; k++) {
        const cx_view to = full(t, k);
        cx_view from = t->in[k < p->n_in ? k : 0].view;
        if (k >= p->n_in)
            from = (cx_view){.data = (void *)(uintptr_t)p->constant[k - p->n_in],
                             .dtype = t->type[k],
                             .flags = CX_VIEW_HOST};
        cr_assert_eq(ops->copy(queue, &from, &to), CX_OK, "%s", cx_error_message());
    }
    for (int i = 0; i < p->n_steps; i++) {
        const cx_fused_step *const s = &p->step[i];
        cx_view in[3], to = full(t, p->n_in + p->n_constants + i);
        for (int k = 0; k < operands_of(s); k++) in[k] = full(t, s->operand[k]);
        if (s->op == CX_FUSED_CAST) {
            cr_assert_eq(ops->copy(queue, &in[0], &to), CX_OK, "%s", cx_error_message());
            continue;
        }
        const cx_map_call c = {.op = s->op,
                               .loop = (cx_dtype)s->loop,
                               .n_in = operands_of(s),
                               .n_out = 1,
                               .in = {&in[0], &in[1], &in[2]},
                               .out = {&to}};
        cr_assert_eq(ops->map(queue, &c), CX_OK, "%s", cx_error_message());
    }
}

static void print(const trial *t)
{
    const cx_fused_program *const p = &t->p;
    for (int k = 0; k < p->n_in; k++) {
        const cx_view *const v = &t->in[k].view;
        cr_log_error("in %d: %s%s", k, cx_dtype_name(v->dtype), v->ndim == 0 ? " 0-d" : "");
        for (int d = 0; d < v->ndim; d++)
            cr_log_error("    %lld by %lld", (long long)v->shape[d], (long long)v->stride[d]);
    }
    for (int i = 0; i < p->n_steps; i++) {
        const cx_fused_step *const s = &p->step[i];
        cr_log_error("%d = op %d loop %s (%d %d %d) %s in register %d",
                     p->n_in + p->n_constants + i, s->op, cx_dtype_name((cx_dtype)s->loop),
                     s->operand[0], s->operand[1], s->operand[2], cx_dtype_name((cx_dtype)s->dtype),
                     s->place);
    }
    for (int j = 0; j < p->n_out; j++)
        cr_log_error("out %d: operand %d, reduction %d over %d dimensions", j, p->out[j].operand,
                     p->out[j].reduce, t->n_reduced);
}

static void release(trial *t)
{
    for (int k = 0; k < t->p.n_in; k++) free(t->in[k].bytes);
    for (int k = 0; k < operands(t); k++) free(t->value[k]);
    for (int j = 0; j < t->p.n_out; j++) free(t->out[j].bytes);
}

static bool margins(const block *b, const trial *t, int64_t n)
{
    (void)t;
    unsigned char *const copy = malloc(b->size);
    memcpy(copy, b->bytes, b->size);
    for (int64_t i = 0; i < n; i++)
        memset(copy + ((unsigned char *)element(&b->view, i) - b->bytes), PATTERN,
               cx_dtype_size(b->view.dtype));
    bool untouched = true;
    for (size_t i = 0; i < b->size; i++) untouched = untouched && copy[i] == PATTERN;
    free(copy);
    return untouched;
}

/* What NaN's sign and payload may change is not compared further on. */
static bool looks_at_signs(const trial *t)
{
    for (int i = 0; i < t->p.n_steps; i++) {
        const int op = t->p.step[i].op;
        if (op == CX_UN_SIGNBIT || op == CX_BI_COPYSIGN) return true;
    }
    return false;
}

static cx_status run(trial *t, int threads)
{
    cx_fused_call c = {.program = &t->p, .n_reduced = t->n_reduced};
    for (int k = 0; k < t->p.n_in; k++) c.in[k] = &t->in[k].view;
    for (int j = 0; j < t->p.n_out; j++) c.out[j] = &t->out[j].view;
    cr_assert_eq(cx_set_num_threads(threads), CX_OK);
    const cx_status st = ops->fused->run(queue, &c);
    cr_assert_eq(cx_set_num_threads(0), CX_OK);
    return st;
}

/* ---- elementwise outputs */
static void compare_map(trial *t, int j, uint64_t seed)
{
    const int v = t->p.out[j].operand;
    const size_t size = cx_dtype_size(t->type[v]);
    for (int64_t i = 0; i < t->total; i++) {
        if (same(t->type[v], element(&t->out[j].view, i), t->value[v] + (size_t)i * size)) continue;
        print(t);
        cr_assert_fail("seed %llu: output %d differs at %lld of %lld", (unsigned long long)seed, j,
                       (long long)i, (long long)t->total);
    }
}

/* An output that is one of the inputs, where one fits and is nobody else's. */
static bool in_place(trial *t, int j, bool taken[])
{
    const int v = t->p.out[j].operand;
    for (int k = 0; k < t->p.n_in; k++) {
        const cx_view *const in = &t->in[k].view;
        if (taken[k] || in->dtype != t->type[v] || in->ndim != t->ndim) continue;
        bool plain = true;
        for (int d = 0; d < in->ndim; d++) plain = plain && in->stride[d] != 0;
        if (!plain) continue;
        taken[k] = true;
        t->out[j].view = *in;
        t->out[j].bytes = NULL;
        return true;
    }
    return false;
}

static void random_outputs(trial *t, bool inside)
{
    cx_fused_program *const p = &t->p;
    bool taken[CX_FUSED_INPUTS] = {false};
    p->n_out = 1 + (pick(t, 3) == 0 ? (int)pick(t, CX_FUSED_OUTPUTS) : 0);
    for (int j = 0; j < p->n_out; j++) {
        p->out[j] = (cx_fused_out){.operand = (uint8_t)(operands(t) - 1)};
        if (j > 0) p->out[j].operand = (uint8_t)pick(t, (unsigned)operands(t));
        if (inside && in_place(t, j, taken)) continue;
        static const lie lies[] = {LIE_C, LIE_C, LIE_FORTRAN, LIE_SLICED, LIE_REVERSED, LIE_ROWS};
        block_make(&t->out[j], t->type[p->out[j].operand], t->ndim, t->shape,
                   lies[pick(t, sizeof lies / sizeof *lies)]);
    }
}

static void map_run(trial *t, uint64_t seed, unsigned steps, bool inside)
{
    random_program(t, steps);
    random_outputs(t, inside);
    if (!place(t) || looks_at_signs(t)) {
        for (int k = 0; k < operands(t); k++) t->value[k] = NULL;
        release(t);
        return;
    }
    one_by_one(t);
    const cx_status st = run(t, 1 + (int)pick(t, 3));
    if (st != CX_OK) print(t);
    cr_assert_eq(st, CX_OK, "seed %llu: status %d", (unsigned long long)seed, (int)st);
    for (int j = 0; j < t->p.n_out; j++) {
        compare_map(t, j, seed);
        cr_assert(t->out[j].bytes == NULL || margins(&t->out[j], t, t->total),
                  "seed %llu: output %d written beside", (unsigned long long)seed, j);
    }
    release(t);
}

static void map_trial(uint64_t seed, unsigned steps, bool inside)
{
    static trial t;
    memset(&t, 0, sizeof t);
    t.seed = seed;
    random_shape(&t);
    map_run(&t, seed, steps, inside);
}

/* Lines of few elements, all of one dtype, one output. */
static void small_trial(uint64_t seed)
{
    static const uint8_t dtypes[] = {CX_F64, CX_F32, CX_I64, CX_U8, CX_BOOL, CX_C128, CX_F16};
    static trial t;
    memset(&t, 0, sizeof t);
    t.seed = seed;
    t.ndim = 1;
    t.shape[0] = t.total = pick(&t, 70);
    t.only = (cx_dtype)dtypes[pick(&t, sizeof dtypes)];
    map_run(&t, seed, 5, pick(&t, 4) == 0);
}

/* So many of a sort; under a sanitizer, where one takes fifteen times as long, an eighth of them.
 */
static uint64_t trials(uint64_t n)
{
#ifdef CX_TEST_SANITIZED
    return n / 8;
#else
    return n;
#endif
}

Test(fused, random_programs)
{
    const uint64_t seed = test_seed();
    for (uint64_t i = 0; i < trials(1500); i++) map_trial(seed + 7919 * i, 12, false);
}

Test(fused, few_elements)
{
    const uint64_t seed = test_seed() + 5;
    for (uint64_t i = 0; i < trials(4000); i++) small_trial(seed + 7919 * i);
}

Test(fused, in_place)
{
    const uint64_t seed = test_seed() + 1;
    for (uint64_t i = 0; i < trials(1000); i++) map_trial(seed + 7919 * i, 6, true);
}

Test(fused, many_steps)
{
    const uint64_t seed = test_seed() + 2;
    for (uint64_t i = 0; i < trials(200); i++) map_trial(seed + 7919 * i, 50, i % 2 == 0);
}

/* ---- reductions */
/* The values as the reduce slot takes them, the reduced dimensions as one: in C order, or (down)
 * the last kept dimension innermost in memory. Which of the two a backend walks is its own. */
static void reduce_values(const trial *t, int j, bool down, void *out)
{
    const cx_fused_out *const o = &t->p.out[j];
    const cx_dtype type = t->type[o->operand];
    const int64_t size = (int64_t)cx_dtype_size(type);
    const int kept = t->ndim - t->n_reduced;
    int64_t reduced = 1, shape[NDIM + 1];
    for (int d = kept; d < t->ndim; d++) reduced *= t->shape[d];
    /* extents of 1 change nothing, and may stand between the two */
    int n = 0;
    for (int d = 0; d < kept; d++)
        if (t->shape[d] != 1) shape[n++] = t->shape[d];
    shape[n] = reduced;
    cx_view in = dense(t->value[o->operand], type, n + 1, shape);
    unsigned char *turned = NULL;
    if (down && n > 0) {
        turned = malloc((size_t)(t->total * size) + 1);
        cx_view to = in;
        to.data = turned;
        to.stride[n - 1] = size;
        to.stride[n] = shape[n - 1] * size;
        int64_t step = shape[n - 1] * reduced * size;
        for (int d = n - 2; d >= 0; d--) {
            to.stride[d] = step;
            step *= shape[d];
        }
        cr_assert_eq(ops->copy(queue, &in, &to), CX_OK, "%s", cx_error_message());
        in = to;
    }
    const cx_view to = dense(out, t->out[j].view.dtype, n, shape);
    const cx_reduce_call c = {
        .op = o->reduce, .acc = (cx_dtype)o->acc, .n_keep = n, .in = &in, .out = &to};
    cr_assert_eq(ops->reduce(queue, &c), CX_OK, "%s", cx_error_message());
    free(turned);
}

static void compare_reduced(trial *t, int j, uint64_t seed)
{
    const cx_view *const v = &t->out[j].view;
    const int64_t n = count(v->ndim, t->shape), size = (int64_t)cx_dtype_size(v->dtype);
    unsigned char *const want = malloc((size_t)(2 * n * size) + 2);
    for (int down = 0; down < 2; down++) reduce_values(t, j, down != 0, want + down * n * size);
    bool as[2] = {true, true};
    for (int64_t i = 0; i < n; i++)
        for (int down = 0; down < 2; down++)
            as[down] = as[down] && same(v->dtype, element(v, i), want + (down * n + i) * size);
    free(want);
    if (as[0] || as[1]) return;
    print(t);
    cr_assert_fail("seed %llu: reduction %d differs from both orders (%lld results)",
                   (unsigned long long)seed, j, (long long)n);
}

static cx_dtype acc_of(cx_dtype t, int op)
{
    if (op == CX_RED_ANY || op == CX_RED_ALL) return CX_BOOL;
    if (op == CX_RED_MIN || op == CX_RED_MAX) return t;
    const char kind = cx_dtype_kind(t);
    if (op == CX_RED_MEAN) return kind == 'b' || kind == 'i' || kind == 'u' ? CX_F64 : t;
    return kind == 'b' || kind == 'i' ? CX_I64 : kind == 'u' ? CX_U64 : t;
}

static void random_reductions(trial *t)
{
    static const uint8_t kinds[] = {CX_RED_SUM, CX_RED_SUM,  CX_RED_PROD, CX_RED_MIN,
                                    CX_RED_MAX, CX_RED_MEAN, CX_RED_ANY,  CX_RED_ALL};
    static const lie lies[] = {LIE_C, LIE_C, LIE_FORTRAN, LIE_SLICED, LIE_REVERSED, LIE_ROWS};
    cx_fused_program *const p = &t->p;
    p->n_out = 1 + (pick(t, 2) == 0 ? (int)pick(t, CX_FUSED_OUTPUTS) : 0);
    t->n_reduced = t->ndim == 0 ? 0 : 1 + (int)pick(t, (unsigned)t->ndim);
    int64_t reduced = 1;
    for (int d = t->ndim - t->n_reduced; d < t->ndim; d++) reduced *= t->shape[d];
    for (int j = 0; j < p->n_out; j++) {
        const int v = j == 0 ? operands(t) - 1 : (int)pick(t, (unsigned)operands(t));
        int op = j > 0 && pick(t, 3) == 0 ? 0 : kinds[pick(t, sizeof kinds)];
        if (reduced == 0 && (op == CX_RED_MIN || op == CX_RED_MAX)) op = CX_RED_SUM;
        const cx_dtype acc = acc_of(t->type[v], op);
        p->out[j] = (cx_fused_out){(uint8_t)v, (uint8_t)op, (uint8_t)acc};
        block_make(&t->out[j], op == 0 ? t->type[v] : acc, t->ndim - (op != 0 ? t->n_reduced : 0),
                   t->shape, lies[pick(t, sizeof lies / sizeof *lies)]);
    }
}

/* Outputs' bytes are the same on 1, 2 and 4 threads. */
static void same_on_threads(trial *t, uint64_t seed)
{
    for (int threads = 1; threads <= 4; threads += threads) {
        unsigned char *before[CX_FUSED_OUTPUTS];
        for (int j = 0; j < t->p.n_out; j++) {
            before[j] = malloc(t->out[j].size);
            memcpy(before[j], t->out[j].bytes, t->out[j].size);
        }
        cr_assert_eq(run(t, threads), CX_OK);
        for (int j = 0; j < t->p.n_out; j++) {
            cr_assert_eq(memcmp(before[j], t->out[j].bytes, t->out[j].size), 0,
                         "seed %llu: output %d has other bits on %d threads",
                         (unsigned long long)seed, j, threads);
            free(before[j]);
        }
    }
}

static void reduce_trial(uint64_t seed, unsigned steps, const int64_t *shape, int ndim)
{
    static trial t;
    memset(&t, 0, sizeof t);
    t.seed = seed;
    if (shape == NULL) {
        random_shape(&t);
    } else {
        t.ndim = ndim;
        memcpy(t.shape, shape, (size_t)ndim * sizeof *shape);
        t.total = count(ndim, shape);
    }
    random_program(&t, steps);
    random_reductions(&t);
    if (!place(&t) || looks_at_signs(&t)) {
        for (int k = 0; k < operands(&t); k++) t.value[k] = NULL;
        release(&t);
        return;
    }
    one_by_one(&t);
    const cx_status st = run(&t, 3);
    if (st != CX_OK) print(&t);
    cr_assert_eq(st, CX_OK, "seed %llu: status %d", (unsigned long long)seed, (int)st);
    for (int j = 0; j < t.p.n_out; j++) {
        if (t.p.out[j].reduce == 0)
            compare_map(&t, j, seed);
        else
            compare_reduced(&t, j, seed);
        cr_assert(margins(&t.out[j], &t, count(t.out[j].view.ndim, t.shape)),
                  "seed %llu: output %d written beside", (unsigned long long)seed, j);
    }
    same_on_threads(&t, seed);
    release(&t);
}

Test(fused, reductions)
{
    const uint64_t seed = test_seed() + 3;
    for (uint64_t i = 0; i < trials(1000); i++) reduce_trial(seed + 7919 * i, 8, NULL, 0);
}

Test(fused, reductions_of_many)
{
    static const int64_t shapes[][2] = {{1, 100000}, {3, 50000}, {50000, 3}, {200, 700},
                                        {5, 8193},   {2, 65537}, {9000, 31}, {40000, 4}};
    const uint64_t seed = test_seed() + 4;
    for (uint64_t i = 0; i < 12 * sizeof shapes / sizeof *shapes; i++)
        reduce_trial(seed + 7919 * i, 4, shapes[i % (sizeof shapes / sizeof *shapes)], 2);
}
