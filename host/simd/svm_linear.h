/* Loops of linear support vector machines over one row or one column: two sums side by side, the
 * rest one by one. */
#ifndef CX_HOST_SVM_LINEAR_H
#define CX_HOST_SVM_LINEAR_H
#include "svm_vector.h"

/* By halves: what follows waits for it. */
INLINE double total(V v)
{
#if defined(__AVX512F__)
    return _mm512_reduce_add_pd((__m512d)v);
#elif defined(__AVX2__)
    const __m128d both =
        _mm_add_pd(_mm256_castpd256_pd128((__m256d)v), _mm256_extractf128_pd((__m256d)v, 1));
    return both[0] + both[1];
#else
    return v[0] + v[1];
#endif
}

static double dot_of(int64_t n, const double *x, const double *y)
{
    V a = spread(0), b = a;
    int64_t i = 0;
    for (; i + 2 * LANES <= n; i += 2 * LANES) {
        a = FMA(get(x + i), get(y + i), a);
        b = FMA(get(x + i + LANES), get(y + i + LANES), b);
    }
    if (i + LANES <= n) {
        a = FMA(get(x + i), get(y + i), a);
        i += LANES;
    }
    double rest = 0;
    for (; i < n; i++) rest += x[i] * y[i];
    return total(a + b) + rest;
}

static void add_to(int64_t n, double a, const double *x, double *y)
{
    const V by = spread(a);
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) put(y + i, FMA(by, get(x + i), get(y + i)));
    for (; i < n; i++) y[i] += a * x[i];
}

static void slope_of(int64_t n, const double *c, const double *x, const double *left,
                     double sums[2])
{
    V fall = spread(0), curve = fall;
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        const V v = get(c + i) * get(x + i), short_of = at_least(get(left + i), 0);
        fall = FMA(v, short_of, fall);
        curve += CHOOSE(ABOVE(short_of, spread(0)), v * get(x + i), spread(0));
    }
    sums[0] = -total(fall);
    sums[1] = total(curve);
    for (; i < n; i++) {
        if (!(left[i] > 0)) continue;
        sums[0] -= c[i] * x[i] * left[i];
        sums[1] += c[i] * x[i] * x[i];
    }
}

static void shift_by(int64_t n, const double *c, const double *x, double by, double *left,
                     double sums[2])
{
    V before = spread(0), after = before;
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        const V was = get(left + i), now = FMA(spread(by), get(x + i), was), old = at_least(was, 0),
                young = at_least(now, 0);
        put(left + i, now);
        before = FMA(get(c + i) * old, old, before);
        after = FMA(get(c + i) * young, young, after);
    }
    sums[0] = total(before);
    sums[1] = total(after);
    for (; i < n; i++) {
        const double was = left[i], now = left[i] = was + by * x[i];
        if (was > 0) sums[0] += c[i] * was * was;
        if (now > 0) sums[1] += c[i] * now * now;
    }
}
#endif
