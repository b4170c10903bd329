/* What each reduction means: which loops it takes, how the states of two blocks become one, and
 * what a state is worth in the end. The one idea: an operation is a row of functions over states.
 * Knows nothing of strides. */
#include "reduce_plan.h"
#include "select.h"
#include <math.h>
#include <string.h>

const char *red_name(int op)
{
    static const char *const names[] = {
#define CX_REDUCE(NAME, name, code, domain, result, identity, doc) [code] = #name,
#include <calx/reduce_ops.def>
#undef CX_REDUCE
    };
    return names[op];
}

/* ---- two states into one */
static void merge_add_real(const red_plan *p, host_red_state *a, const host_red_state *b)
{
    (void)p;
    a->v.re += b->v.re;
    a->n += b->n;
}
static void merge_add_complex(const red_plan *p, host_red_state *a, const host_red_state *b)
{
    (void)p;
    a->v.c128.re += b->v.c128.re;
    a->v.c128.im += b->v.c128.im;
    a->n += b->n;
}
static void merge_add_int(const red_plan *p, host_red_state *a, const host_red_state *b)
{
    (void)p;
    a->v.u64 += b->v.u64;
    a->n += b->n;
}
static void merge_mul_real(const red_plan *p, host_red_state *a, const host_red_state *b)
{
    (void)p;
    a->v.re *= b->v.re;
    a->n += b->n;
}
static void merge_mul_complex(const red_plan *p, host_red_state *a, const host_red_state *b)
{
    (void)p;
    const cx_complex128 x = a->v.c128, y = b->v.c128;
    a->v.c128 = (cx_complex128){x.re * y.re - x.im * y.im, x.re * y.im + x.im * y.re};
    a->n += b->n;
}
static void merge_mul_int(const red_plan *p, host_red_state *a, const host_red_state *b)
{
    (void)p;
    a->v.u64 *= b->v.u64;
    a->n += b->n;
}
/* Chan, Golub and LeVeque: means and squared deviations of two samples. */
static void merge_var_real(const red_plan *p, host_red_state *a, const host_red_state *b)
{
    (void)p;
    const double n = (double)a->n + (double)b->n, d = b->v.re - a->v.re;
    a->v.re += d * ((double)b->n / n);
    a->m2 += b->m2 + d * d * ((double)a->n * ((double)b->n / n));
    a->n += b->n;
}
static void merge_var_complex(const red_plan *p, host_red_state *a, const host_red_state *b)
{
    (void)p;
    const double n = (double)a->n + (double)b->n, part = (double)b->n / n;
    const double re = b->v.c128.re - a->v.c128.re, im = b->v.c128.im - a->v.c128.im;
    a->v.c128.re += re * part;
    a->v.c128.im += im * part;
    a->m2 += b->m2 + (re * re + im * im) * ((double)a->n * part);
    a->n += b->n;
}
/* The block loop decides between two elements as it does among many. */
static void better(const red_plan *p, const host_red_state *a, const host_red_state *b,
                   uint8_t pair[32], host_red_state *best)
{
    memcpy(pair, a->v.raw, (size_t)p->size);
    memcpy(pair + p->size, b->v.raw, (size_t)p->size);
    p->block(pair, 2, best);
}
static void merge_extreme(const red_plan *p, host_red_state *a, const host_red_state *b)
{
    _Alignas(16) uint8_t pair[32];
    host_red_state best;
    better(p, a, b, pair, &best);
    a->v = best.v;
    a->n += b->n;
}
static void merge_place(const red_plan *p, host_red_state *a, const host_red_state *b)
{
    _Alignas(16) uint8_t pair[32];
    host_red_state best;
    better(p, a, b, pair, &best);
    const int64_t n = a->n + b->n;
    if (p->find(pair, 2, best.v.raw) == 1) *a = *b;
    a->n = n;
}

/* ---- the value of a state */
static void finish_sum_real(const red_plan *p, const host_red_state *s, void *result)
{
    *(double *)result = s->n > 0 ? s->v.re : p->family == RED_PROD ? 1.0 : 0.0;
}
static void finish_sum_complex(const red_plan *p, const host_red_state *s, void *result)
{
    *(cx_complex128 *)result =
        s->n > 0 ? s->v.c128 : (cx_complex128){p->family == RED_PROD ? 1.0 : 0.0, 0.0};
}
static void finish_sum_int(const red_plan *p, const host_red_state *s, void *result)
{
    *(uint64_t *)result = s->n > 0 ? s->v.u64 : p->family == RED_PROD ? 1 : 0;
}
static void finish_mean_real(const red_plan *p, const host_red_state *s, void *result)
{
    (void)p;
    *(double *)result = s->n > 0 ? s->v.re / (double)s->n : (double)NAN;
}
static void finish_mean_complex(const red_plan *p, const host_red_state *s, void *result)
{
    (void)p;
    const double n = (double)s->n, none = (double)NAN;
    *(cx_complex128 *)result = s->n > 0 ? (cx_complex128){s->v.c128.re / n, s->v.c128.im / n}
                                        : (cx_complex128){none, none};
}
/* NumPy's var divides by max(n - ddof, 0); its nanvar gives NaN where that is 0. */
static void finish_var(const red_plan *p, const host_red_state *s, void *result)
{
    const double free = (double)s->n - p->call->ddof, divisor = free > 0 ? free : 0.0;
    double v = s->n > 0 ? s->m2 / divisor : (double)NAN;
    if (free <= 0 && p->call->op >= CX_RED_NANSUM) v = (double)NAN;
    *(double *)result = p->family == RED_STD ? sqrt(v) : v;
}
static void finish_extreme(const red_plan *p, const host_red_state *s, void *result)
{
    if (s->n > 0) {
        memcpy(result, s->v.raw, (size_t)p->size);
        return;
    }
    /* every element was NaN (src/ops refuses the other ways to count nothing) */
    const double none = (double)NAN;
    if (p->load == CX_F32)
        *(float *)result = (float)none;
    else if (p->load == CX_F64)
        *(double *)result = none;
    else if (p->load == CX_C64)
        *(cx_complex64 *)result = (cx_complex64){(float)none, 0.0F};
    else if (p->load == CX_C128)
        *(cx_complex128 *)result = (cx_complex128){none, 0.0};
    else
        memset(result, 0, (size_t)p->size);
}
static void finish_place(const red_plan *p, const host_red_state *s, void *result)
{
    (void)p;
    *(int64_t *)result = s->n > 0 ? s->at : 0;
}
static void finish_any(const red_plan *p, const host_red_state *s, void *result)
{
    (void)p;
    *(bool *)result = s->n > 0 && s->v.u64 > 0;
}
static void finish_all(const red_plan *p, const host_red_state *s, void *result)
{
    (void)p;
    *(bool *)result = s->n == 0 || s->v.u64 == (uint64_t)s->n;
}
static void finish_count(const red_plan *p, const host_red_state *s, void *result)
{
    (void)p;
    *(int64_t *)result = s->n > 0 ? (int64_t)s->v.u64 : 0;
}

/* ---- operation to row of functions */
static void count_block(const void *x, int64_t n, host_red_state *s)
{
    s->v.u64 = (uint64_t)HOST_PICK(host_selects)->count(x, n);
}

static const struct {
    uint8_t family;
    bool largest, nan;
} meaning[] = {
    [CX_RED_SUM] = {RED_SUM, 0, 0},         [CX_RED_PROD] = {RED_PROD, 0, 0},
    [CX_RED_MIN] = {RED_EXTREME, 0, 0},     [CX_RED_MAX] = {RED_EXTREME, 1, 0},
    [CX_RED_MEAN] = {RED_MEAN, 0, 0},       [CX_RED_VAR] = {RED_VAR, 0, 0},
    [CX_RED_STD] = {RED_STD, 0, 0},         [CX_RED_ANY] = {RED_ANY, 0, 0},
    [CX_RED_ALL] = {RED_ALL, 0, 0},         [CX_RED_ARGMIN] = {RED_PLACE, 0, 0},
    [CX_RED_ARGMAX] = {RED_PLACE, 1, 0},    [CX_RED_COUNT_NONZERO] = {RED_COUNT, 0, 0},
    [CX_RED_NANSUM] = {RED_SUM, 0, 1},      [CX_RED_NANPROD] = {RED_PROD, 0, 1},
    [CX_RED_NANMIN] = {RED_EXTREME, 0, 1},  [CX_RED_NANMAX] = {RED_EXTREME, 1, 1},
    [CX_RED_NANMEAN] = {RED_MEAN, 0, 1},    [CX_RED_NANVAR] = {RED_VAR, 0, 1},
    [CX_RED_NANSTD] = {RED_STD, 0, 1},      [CX_RED_NANARGMIN] = {RED_PLACE, 0, 1},
    [CX_RED_NANARGMAX] = {RED_PLACE, 1, 1},
};

/* Accumulator dtypes narrow to the six that have loops. */
static cx_dtype wide(cx_dtype acc)
{
    static const uint8_t to[CX_DTYPE_COUNT] = {
        [CX_BOOL] = CX_I64, [CX_I8] = CX_I64,  [CX_I16] = CX_I64,   [CX_I32] = CX_I64,
        [CX_I64] = CX_I64,  [CX_U8] = CX_U64,  [CX_U16] = CX_U64,   [CX_U32] = CX_U64,
        [CX_U64] = CX_U64,  [CX_F16] = CX_F32, [CX_BF16] = CX_F32,  [CX_F32] = CX_F32,
        [CX_F64] = CX_F64,  [CX_C64] = CX_C64, [CX_C128] = CX_C128,
    };
    return (cx_dtype)to[acc];
}
static bool is_complex(cx_dtype t)
{
    return t == CX_C64 || t == CX_C128;
}
static bool is_real_float(cx_dtype t)
{
    return t == CX_F32 || t == CX_F64;
}

static void plan_sum(red_plan *p)
{
    const host_red_sums *t = HOST_PICK(host_red_sums);
    const bool mul = p->family == RED_PROD, mean = p->family == RED_MEAN;
    p->block = mul ? t->prod[p->load] : t->sum[p->load];
    p->rows = mul ? t->prod_rows[p->load] : t->sum_rows[p->load];
    if (is_complex(p->load)) {
        p->result = CX_C128;
        p->merge = mul ? merge_mul_complex : merge_add_complex;
        p->finish = mean ? finish_mean_complex : finish_sum_complex;
    } else if (is_real_float(p->load)) {
        p->result = CX_F64;
        p->merge = mul ? merge_mul_real : merge_add_real;
        p->finish = mean ? finish_mean_real : finish_sum_real;
    } else {
        p->result = p->load;
        p->merge = mul ? merge_mul_int : merge_add_int;
        p->finish = finish_sum_int;
    }
}
static void plan_var(red_plan *p)
{
    const host_red_sums *t = HOST_PICK(host_red_sums);
    p->load = is_complex(p->call->in->dtype) || is_complex(p->call->acc) ? CX_C128 : CX_F64;
    p->result = CX_F64;
    p->block = t->var[p->load];
    p->merge = p->load == CX_C128 ? merge_var_complex : merge_var_real;
    p->finish = finish_var;
    if (p->load == CX_F64) {
        p->rows = t->sum_rows[CX_F64];
        p->dev_rows = t->dev_rows;
    }
}
static void plan_order(red_plan *p)
{
    const host_red_orders *t = HOST_PICK(host_red_orders);
    const cx_dtype in = p->call->in->dtype;
    p->load = in == CX_F16 || in == CX_BF16 ? CX_F32 : in;
    p->block = p->largest ? t->max[p->load] : t->min[p->load];
    p->find = t->find[p->load];
    if (p->family == RED_EXTREME) {
        p->rows = p->largest ? t->max_rows[p->load] : t->min_rows[p->load];
        p->result = p->load;
        p->merge = merge_extreme;
        p->finish = finish_extreme;
    } else {
        p->place = p->largest ? t->max_place[p->load] : t->min_place[p->load];
        p->arg_rows = p->largest ? t->argmax_rows[p->load] : t->argmin_rows[p->load];
        p->result = CX_I64;
        p->merge = merge_place;
        p->finish = finish_place;
    }
}
static void plan_truth(red_plan *p)
{
    const host_red_orders *t = HOST_PICK(host_red_orders);
    p->load = CX_BOOL;
    p->block = count_block;
    p->merge = merge_add_int;
    /* down columns, any is the largest of the bytes and all the smallest */
    p->rows = p->family == RED_ANY   ? t->max_rows[CX_U8]
              : p->family == RED_ALL ? t->min_rows[CX_U8]
                                     : NULL;
    p->result = p->family == RED_COUNT ? CX_I64 : CX_BOOL;
    p->finish = p->family == RED_ANY   ? finish_any
                : p->family == RED_ALL ? finish_all
                                       : finish_count;
}

cx_status red_plan_op(red_plan *p, const cx_reduce_call *c)
{
    static void (*const by_family[])(red_plan *) = {
        [RED_SUM] = plan_sum,     [RED_PROD] = plan_sum,  [RED_MEAN] = plan_sum,
        [RED_VAR] = plan_var,     [RED_STD] = plan_var,   [RED_EXTREME] = plan_order,
        [RED_PLACE] = plan_order, [RED_ANY] = plan_truth, [RED_ALL] = plan_truth,
        [RED_COUNT] = plan_truth,
    };
    static const uint8_t bytes[CX_DTYPE_COUNT] = {
#define CX_DTYPE(NAME, value, ctype, sfx, text, size, kind, descr) [value] = (size),
#include <calx/dtypes.def>
#undef CX_DTYPE
    };
    if (c->op <= 0 || c->op >= (int)(sizeof meaning / sizeof meaning[0]) || c->in->dtype == CX_CAT)
        return host_core->fail(CX_E_UNSUPPORTED, "reduce",
                               "operation %d is not known to the CPU backend for this dtype",
                               c->op);
    p->call = c;
    p->family = (red_family)meaning[c->op].family;
    p->largest = meaning[c->op].largest;
    p->load = wide(c->acc);
    by_family[p->family](p);
    p->size = bytes[p->load];
    const cx_dtype in = c->in->dtype;
    const bool byte_as_bool = p->load == CX_BOOL && bytes[in] == 1;
    const bool same_bits =
        (p->load == CX_I64 && in == CX_U64) || (p->load == CX_U64 && in == CX_I64);
    p->to_load = in == p->load || byte_as_bool || same_bits ? NULL : host_convert(in, p->load);
    p->to_out = host_convert(p->result, c->out->dtype);
    if (meaning[c->op].nan) p->pack = HOST_PICK(host_red_orders)->pack_nan[p->load];
    p->skip_nan = p->pack != NULL;
    return CX_OK;
}
