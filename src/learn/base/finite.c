/* Is x finite? One pass over memory, which large data feel.
 *
 * One idea: who reads x anyway may find out on the way. A call of a class that says so
 * (CX_CLASS_LATE_*) leaves its x waiting, for this thread; rows that go through a kernel are looked
 * at while the cache holds them, a fit vouches by sums that a NaN or an infinity would have
 * spoiled, and what is still waiting when the call ends is scanned then. On the CPU only: elsewhere
 * a scan is one launch. */
#include "learn/base/finite.h"

#include "base/threads.h"
#include "learn/base/estimator.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <math.h>
#include <stdatomic.h>

typedef struct scan {
    const double *f64;
    const float *f32;
    bool allow_nan;
    atomic_int_fast64_t first; /* element that is refused, or INT64_MAX */
} scan;

/* x - x is 0 for finite x and NaN else: one cheap pass over a chunk, in vectors whose sums do not
 * wait for each other, and a second one only where there is something. */
#define ALL_FINITE(name, T)                                                           \
    __extension__ typedef T name##_wide                                               \
        __attribute__((vector_size(32), aligned(sizeof(T)), may_alias));              \
    static bool name(const T *v, int64_t n)                                           \
    {                                                                                 \
        enum { LANES = 32 / sizeof(T) };                                              \
        name##_wide a = {0}, b = a, c = a, d = a;                                     \
        int64_t i = 0;                                                                \
        for (; i + 4 * LANES <= n; i += 4 * LANES) {                                  \
            const name##_wide *const at = (const name##_wide *)(const void *)(v + i); \
            a += at[0] - at[0];                                                       \
            b += at[1] - at[1];                                                       \
            c += at[2] - at[2];                                                       \
            d += at[3] - at[3];                                                       \
        }                                                                             \
        for (; i + LANES <= n; i += LANES) {                                          \
            const name##_wide *const at = (const name##_wide *)(const void *)(v + i); \
            a += at[0] - at[0];                                                       \
        }                                                                             \
        a = (a + b) + (c + d);                                                        \
        T rest = 0;                                                                   \
        for (; i < n; i++) rest += v[i] - v[i];                                       \
        for (int l = 0; l < LANES; l++) rest += a[l];                                 \
        return rest == 0;                                                             \
    }
ALL_FINITE(finite_f64, double)
ALL_FINITE(finite_f32, float)

bool cx__all_finite(const double *v, int64_t n, bool allow_nan)
{
    if (finite_f64(v, n)) return true;
    for (int64_t i = 0; i < n; i++)
        if (!isfinite(v[i]) && !(allow_nan && isnan(v[i]))) return false;
    return true;
}

static void scan_chunk(void *ctx, int64_t lo, int64_t hi)
{
    scan *const s = ctx;
    if (s->f64 ? finite_f64(s->f64 + lo, hi - lo) : finite_f32(s->f32 + lo, hi - lo)) return;
    for (int64_t i = lo; i < hi; i++) {
        const double v = s->f64 ? s->f64[i] : (double)s->f32[i];
        if (isfinite(v) || (s->allow_nan && isnan(v))) continue;
        int_fast64_t seen = atomic_load(&s->first);
        while (i < seen && !atomic_compare_exchange_weak(&s->first, &seen, i)) {
        }
        return;
    }
}

static cx_status first_bad(const char *where, const cx_array *a, bool allow_nan, int64_t *at)
{
    *at = -1;
    if (cx_device_of(a).kind != CX_DEVICE_CPU) {
        static cx__held finite = CX__HELD("a: all(isfinite(a))"),
                        missing = CX__HELD("a: all(not isinf(a))");
        const cx_array *const ok =
            cx__held_run(where, allow_nan ? &missing : &finite, CX_ARRAYS(a));
        if (cx__number_i64(ok) == 0)
            *at = cx__number_i64(
                cx_argmin(allow_nan ? cx_logical_not(cx_isinf(a)) : cx_isfinite(a), CX_ALL));
        return cx__so_far();
    }
    scan s = {.allow_nan = allow_nan};
    if (cx_dtype_of(a) == CX_F32)
        s.f32 = cx_data_f32(a);
    else
        s.f64 = cx_data_f64(a);
    atomic_init(&s.first, INT64_MAX);
    CX__TRY(cx__parallel_for(cx_size(a), 1 << 16, scan_chunk, &s));
    const int64_t first = atomic_load(&s.first);
    *at = first == INT64_MAX ? -1 : first;
    return CX_OK;
}

cx_status cx__need_finite(const char *where, const char *what, const cx_array *a, bool allow_nan,
                          const cx_estimator *m, const cx_data *in)
{
    int64_t at = -1;
    CX__TRY(first_bad(where, a, allow_nan, &at));
    if (at < 0) return CX_OK;
    const int64_t cols = cx_ndim(a) == 2 ? cx_dim(a, 1) : 1;
    const int64_t row = at / cols, col = at % cols;
    const double v = cx__number_f64(cx_ndim(a) == 2 ? cx_select(cx_select(a, 0, row), 0, col)
                                                    : cx_select(a, 0, row));
    CX__TRY(cx__so_far());
    const char *const value = isnan(v) ? "NaN" : "an infinity";
    if (cx_ndim(a) < 2)
        return cx__fail(CX_E_ARGUMENT, where, "%s holds %s at %lld", what, value, (long long)row);
    const cx__schema *const s = m != NULL && m->state ? m->state->schema : NULL;
    const char *const name = s && in->table && s->names && col < s->n ? s->names[col] : NULL;
    if (name)
        return cx__fail(CX_E_ARGUMENT, where, "column '%s' holds %s in row %lld", name, value,
                        (long long)row);
    return cx__fail(CX_E_ARGUMENT, where, "%s holds %s at [%lld, %lld]", what, value,
                    (long long)row, (long long)col);
}

/* ---- later */
static _Thread_local cx__late *waiting; /* the innermost call's */

void cx__late_begin(cx__late *l, const char *where, const cx_estimator *m, const cx_data *in,
                    const cx_array *x)
{
    *l = (cx__late){.where = where,
                    .m = m,
                    .in = in,
                    .x = x,
                    .allow_nan = (m->cls->flags & CX_CLASS_ALLOW_NAN) != 0,
                    .outer = waiting};
    waiting = l;
}

static cx_status scan_now(cx__late *l)
{
    const cx_array *const x = l->x;
    l->x = NULL;
    return x != NULL ? cx__need_finite(l->where, "x", x, l->allow_nan, l->m, l->in) : CX_OK;
}

cx_status cx__late_end(cx__late *l)
{
    waiting = l->outer;
    return scan_now(l);
}

cx__late *cx__late_of(const cx_array *x)
{
    return x != NULL && waiting != NULL && waiting->x == x ? waiting : NULL;
}

cx_status cx__finite_by(const cx_array *x, const cx_array *sums)
{
    cx__late *const l = cx__late_of(x);
    if (l == NULL) return CX_OK;
    const double *const v = sums != NULL ? cx_data_f64(sums) : NULL;
    if (v == NULL || !finite_f64(v, cx_size(sums))) return scan_now(l);
    l->x = NULL;
    return CX_OK;
}
