/* The largest eigenvalues of dense matrices, and their vectors. */
#include "learn/manifold/eigen.h"

#include "base/threads.h"
#include "ops/primitives.h"
#include <math.h>

typedef struct times {
    const double *a, *x;
    double *y;
    int64_t n;
} times;

static void times_rows(void *ctx, int64_t lo, int64_t hi)
{
    const times *const t = ctx;
    for (int64_t i = lo; i < hi; i++) {
        const double *const row = t->a + i * t->n;
        double s[4] = {0};
        int64_t j = 0;
        for (; j + 4 <= t->n; j += 4)
            for (int l = 0; l < 4; l++) s[l] += row[j + l] * t->x[j + l];
        for (; j < t->n; j++) s[0] += row[j] * t->x[j];
        t->y[i] = (s[0] + s[1]) + (s[2] + s[3]);
    }
}

static cx_status dense_times(const cx__operator *a, const double *x, double *y)
{
    times t = {a->ctx, x, y, a->n};
    return cx__parallel_for(a->n, 64, times_rows, &t);
}

/* Largest first. */
static void turn_round(cx__pairs *p)
{
    const int64_t n = p->n;
    for (int64_t r = 0; r < p->count / 2; r++) {
        const int64_t q = p->count - 1 - r;
        const double v = p->value[r];
        p->value[r] = p->value[q];
        p->value[q] = v;
        for (int64_t i = 0; i < n; i++) {
            const double w = p->vector[r * n + i];
            p->vector[r * n + i] = p->vector[q * n + i];
            p->vector[q * n + i] = w;
        }
    }
}

static cx_status found(const cx__largest *how, int64_t count, cx__pairs *out)
{
    const int64_t n = how->n;
    if (how->by_eigh || count >= n) {
        CX__TRY(cx__eigen_dense(how->dense, n, n - count, count, out));
        turn_round(out);
        return CX_OK;
    }
    double *const start = cx__scope_room((size_t)n * sizeof *start);
    if (start == NULL) return CX_E_NOMEM;
    uint64_t state = 7;
    for (int64_t i = 0; i < n; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        start[i] = (double)(state >> 11) / 9007199254740992.0 - 0.5;
    }
    const cx__operator op = {.n = n, .times = dense_times, .ctx = how->dense};
    return cx__lanczos(&op, count, start, how->tol, how->max_iter, out);
}

static void fix_signs(cx__pairs *p)
{
    for (int64_t r = 0; r < p->count; r++) {
        double *const x = p->vector + r * p->n, most = 0, sign = 1;
        for (int64_t i = 0; i < p->n; i++)
            if (fabs(x[i]) > most) {
                most = fabs(x[i]);
                sign = x[i] < 0 ? -1 : 1;
            }
        for (int64_t i = 0; i < p->n; i++) x[i] *= sign;
    }
}

cx_status cx__eigen_largest(const cx__largest *how, int64_t count, cx__pairs *out)
{
    CX__TRY(found(how, count, out));
    fix_signs(out);
    return CX_OK;
}
