/* Counts of divide, overflow and invalid by NumPy's definitions: from what inputs and results are,
 * not from the processor's flags, so that both devices count alike. Everything is made of public
 * operations, which are not counted themselves. */
#include "ops/ufunc/fp_count.h"
#include "core/shape.h"
#include <calx/reduce.h>
#include <calx/ufunc.h>
#include <math.h>
#include <stdatomic.h>
#include <string.h>

static atomic_ullong divides, overflows, invalids;
static _Thread_local bool busy; /* what runs now is the counting */

bool cx__fp_counting_here(void)
{
    return !busy;
}

cx_status cx_fp_count(cx_fp_counting mode)
{
    if (mode != CX_FP_COUNT_OFF && mode != CX_FP_COUNT_ON)
        return cx__fail(CX_E_ARGUMENT, "fp_count", "%d is neither on nor off", (int)mode);
    if (mode == CX_FP_COUNT_ON)
        atomic_fetch_or_explicit(&cx__trace_mask, CX__TRACE_FP, memory_order_relaxed);
    else
        atomic_fetch_and_explicit(&cx__trace_mask, ~(unsigned)CX__TRACE_FP, memory_order_relaxed);
    return CX_OK;
}

cx_fp_counts cx_fp_counts_get(void)
{
    return (cx_fp_counts){atomic_load_explicit(&divides, memory_order_relaxed),
                          atomic_load_explicit(&overflows, memory_order_relaxed),
                          atomic_load_explicit(&invalids, memory_order_relaxed)};
}

void cx_fp_counts_reset(void)
{
    atomic_store_explicit(&divides, 0, memory_order_relaxed);
    atomic_store_explicit(&overflows, 0, memory_order_relaxed);
    atomic_store_explicit(&invalids, 0, memory_order_relaxed);
}

/* ---- before */
static const cx_array *either(const cx_array *a, const cx_array *b)
{
    return a == NULL ? b : b == NULL ? a : cx_logical_or(a, b);
}

static bool weak_equals(const cx_array *a, double v)
{
    const cx_scalar *const s = (const cx_scalar *)(const void *)a;
    return (s->head.kind == CX_F64 || s->head.kind == CX_C128 ? s->v.f64 : (double)s->v.i64) == v &&
           s->im == 0;
}

/* Where a is v: an array, or NULL and *everywhere. */
static const cx_array *places(const cx_array *a, double v, bool size, bool *everywhere)
{
    *everywhere = false;
    if (cx__is_scalar(a)) {
        *everywhere = weak_equals(a, v) || (size && weak_equals(a, -v));
        return NULL;
    }
    return cx_equal(size ? cx_abs(a) : a, cx_float(v));
}

/* Which input has a pole, and where. */
static bool pole_of(int code, int *input, double *at, bool *size)
{
    static const struct {
        int16_t code, input;
        double at;
        bool size; /* of |x| */
    } poles[] = {{CX_BI_DIV, 1, 0, false},        {CX_BI_FLOOR_DIVIDE, 1, 0, false},
                 {CX_PA_DIVMOD, 1, 0, false},     {CX_BI_REMAINDER, 1, 0, false},
                 {CX_BI_FMOD, 1, 0, false},       {CX_UN_RECIPROCAL, 0, 0, false},
                 {CX_UN_LOG, 0, 0, false},        {CX_UN_LOG2, 0, 0, false},
                 {CX_UN_LOG10, 0, 0, false},      {CX_UN_LOG1P, 0, -1, false},
                 {CX_UN_ARCTANH, 0, 1, true},     {CX_BI_POWER, 0, 0, false},
                 {CX_BI_FLOAT_POWER, 0, 0, false}};
    for (size_t i = 0; i < sizeof poles / sizeof *poles; i++)
        if (poles[i].code == code) {
            *input = poles[i].input;
            *at = poles[i].at;
            *size = poles[i].size;
            return true;
        }
    return false;
}

static void look_at_inputs(cx__fp_watch *w, int n, const cx_array *const in[])
{
    for (int i = w->code == CX_TE_WHERE ? 1 : 0; i < n; i++) {
        if (w->code == CX_BI_LDEXP && i == 1) continue;
        if (cx__is_scalar(in[i])) {
            const cx_scalar *const s = (const cx_scalar *)(const void *)in[i];
            const bool real = s->head.kind == CX_F64 || s->head.kind == CX_C128;
            w->clean = w->clean && !(real && (isnan(s->v.f64) || isnan(s->im)));
            w->finite = w->finite && !(real && !(isfinite(s->v.f64) && isfinite(s->im)));
            continue;
        }
        if (strchr("efc", cx_dtype_kind((cx_dtype)in[i]->dtype)) == NULL) continue;
        w->nan = either(w->nan, cx_isnan(in[i]));
        w->big = either(w->big, cx_logical_not(cx_isfinite(in[i])));
    }
}

static uint64_t count(const cx_array *a, const cx_array *mask)
{
    const cx_array *const counted = mask != NULL ? cx_logical_and(a, mask) : a;
    return (uint64_t)cx_item_i64(cx_count_nonzero(counted, CX_ALL));
}
static void add(atomic_ullong *to, uint64_t n)
{
    if (n > 0) atomic_fetch_add_explicit(to, n, memory_order_relaxed);
}

void cx__fp_begin(cx__fp_watch *w, int code, cx_dtype loop, int n, const cx_array *const in[],
                  const cx_array *mask)
{
    int input = 0;
    double at = 0;
    bool size = false, everywhere = false;
    const bool real = strchr("efc", cx_dtype_kind(loop)) != NULL,
               pole = pole_of(code, &input, &at, &size) && (real || at == 0);
    memset(w, 0, sizeof *w);
    w->on = real || (pole && code != CX_BI_POWER);
    if (!w->on) return;
    busy = true;
    w->scope = cx_scope_open();
    w->code = real ? code : CX_MAP_NONE; /* of integers only the division by zero counts */
    w->clean = w->finite = true;
    w->mask = mask;
    if (pole) w->pole = places(in[input], at, size, &everywhere);
    if (everywhere) { /* a 0-d array that broadcasts: true */
        const cx_array *other = NULL;
        for (int i = 0; i < n; i++)
            if (!cx__is_scalar(in[i])) other = in[i];
        if (other != NULL) w->pole = cx_ones_like(other, CX_BOOL);
    }
    if (real) look_at_inputs(w, n, in);
    busy = false;
}

static void count_real(const cx__fp_watch *w, int n_out, cx_array *const out[])
{
    for (int k = 0; k < n_out; k++) {
        if (strchr("efc", cx_dtype_kind((cx_dtype)out[k]->dtype)) == NULL) continue;
        if (w->clean) {
            const cx_array *nan = cx_isnan(out[k]);
            if (w->nan != NULL) nan = cx_logical_and(nan, cx_logical_not(w->nan));
            add(&invalids, count(nan, w->mask));
        }
        if (!w->finite) continue;
        const cx_array *inf = cx_isinf(out[k]);
        if (w->big != NULL) inf = cx_logical_and(inf, cx_logical_not(w->big));
        const uint64_t all = count(inf, w->mask),
                       poles = w->pole == NULL ? 0 : count(cx_logical_and(inf, w->pole), w->mask);
        add(&divides, poles);
        add(&overflows, all - poles);
    }
}

void cx__fp_end(cx__fp_watch *w, int n_out, cx_array *const out[])
{
    if (!w->on) return;
    busy = true;
    if (out != NULL && w->code != CX_MAP_NONE)
        count_real(w, n_out, out);
    else if (out != NULL && w->pole != NULL)
        add(&divides, count(cx_logical_and(w->pole, cx_ones_like(out[0], CX_BOOL)), w->mask));
    /* a count that could not be made is not the operation's failure */
    if (cx_scope_close(w->scope) != CX_OK) w->on = false;
    busy = false;
}
