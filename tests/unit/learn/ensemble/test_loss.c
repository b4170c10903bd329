/* Losses of boosting by what defines them: slopes are differences of values, constants minimise,
 * links undo each other, quantiles are those of sorted rows. */
#include "learn/ensemble/loss.h"

#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 5000, K = 3 };
static double y[N], w[N], raw[K * N], slope[K * N], bend[K * N], more[K * N], less[K * N];

static uint64_t state = 88172645463325252u;
static double uniform(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (double)(state >> 11) * 0x1p-53;
}

static cx__loss loss_of(int kind)
{
    return (cx__loss){.kind = (cx__loss_kind)kind,
                      .outputs = kind == CX__LOSS_MULTINOMIAL ? K : 1,
                      .quantile = 0.3,
                      .delta = 0.7};
}

static void fill(const cx__loss *l)
{
    for (int i = 0; i < N; i++) {
        const double u = uniform(), v = uniform();
        y[i] = l->kind >= CX__LOSS_POISSON       ? 0.1 + 3 * u
               : l->kind == CX__LOSS_MULTINOMIAL ? (double)(int)(K * u)
               : l->kind >= CX__LOSS_BINOMIAL    ? (double)(u < 0.3)
                                                 : 4 * u - 2;
        w[i] = i % 7 == 3 ? 0 : 0.25 + v;
        for (int k = 0; k < K; k++) raw[k * N + i] = 6 * uniform() - 3;
    }
    raw[1] = l->kind == CX__LOSS_BINOMIAL ? -45 : raw[1];
}

/* One row's loss, as the mean of a single row. */
static double value(const cx__loss *l, int i, int k, double step)
{
    double one[K], out = 0;
    for (int c = 0; c < K; c++) one[c] = raw[c * N + i] + (c == k ? step : 0);
    cr_assert(cx__loss_mean(l, 1, y + i, NULL, one, &out) == CX_OK);
    return out;
}

Test(loss, slopes_are_differences)
{
    const double h = 1e-5;
    for (int kind = 0; kind <= CX__LOSS_GAMMA; kind++) {
        const cx__loss l = loss_of(kind);
        fill(&l);
        cr_assert(cx__loss_slopes(&l, N, y, NULL, raw, slope, bend) == CX_OK);
        for (int i = 0; i < 600; i++)
            for (int k = 0; k < l.outputs; k++) {
                const double away = fabs(y[i] - raw[i]), at = value(&l, i, k, 0),
                             up = value(&l, i, k, h), down = value(&l, i, k, -h),
                             first = (up - down) / (2 * h), second = (up - 2 * at + down) / (h * h);
                if (kind <= CX__LOSS_HUBER && (away < 1e-4 || fabs(away - l.delta) < 1e-4))
                    continue;
                cr_expect(fabs(first - slope[k * N + i]) <= 1e-6 * (1 + fabs(first)),
                          "loss %d, row %d: slope %g, not %g", kind, i, slope[k * N + i], first);
                if (kind == CX__LOSS_ABSOLUTE || kind == CX__LOSS_PINBALL)
                    cr_expect(bend[i] == 1);
                else
                    cr_expect(fabs(second - bend[k * N + i]) <= 2e-4 * (1 + fabs(at)),
                              "loss %d, row %d: bend %g, not %g", kind, i, bend[k * N + i], second);
            }
    }
}

Test(loss, weights_multiply_and_both_exponentials_agree)
{
    for (int kind = 0; kind <= CX__LOSS_GAMMA; kind++) {
        cx__loss l = loss_of(kind);
        fill(&l);
        cr_assert(cx__loss_slopes(&l, N, y, NULL, raw, slope, bend) == CX_OK);
        l.library_exp = true;
        cr_assert(cx__loss_slopes(&l, N, y, w, raw, more, less) == CX_OK);
        for (int64_t i = 0; i < l.outputs * N; i++) {
            const double m = w[i % N], unit = 1e-14 * (1 + fabs(slope[i]) + fabs(bend[i]));
            cr_expect(fabs(more[i] - m * slope[i]) <= unit && fabs(less[i] - m * bend[i]) <= unit,
                      "loss %d at %d", kind, (int)i);
        }
        double all = 0, mass = 0, mean = 0;
        for (int i = 0; i < N; i++) all += w[i] == 0 ? 0 : w[i] * value(&l, i, 0, 0);
        for (int i = 0; i < N; i++) mass += w[i];
        cr_assert(cx__loss_mean(&l, N, y, w, raw, &mean) == CX_OK);
        cr_expect(fabs(mean - all / mass) <= 1e-12 * fabs(mean), "loss %d: %g", kind, mean);
    }
}

static double mean_at(const cx__loss *l, const double *c, int k, double step)
{
    double out = 0;
    for (int i = 0; i < l->outputs * N; i++) raw[i] = c[i / N] + (i / N == k ? step : 0);
    cr_assert(cx__loss_mean(l, N, y, w, raw, &out) == CX_OK);
    return out;
}

Test(loss, constants_minimise)
{
    for (int kind = 0; kind <= CX__LOSS_GAMMA; kind++) {
        if (kind == CX__LOSS_HUBER) continue; /* one step from the median, no minimum */
        const cx__loss l = loss_of(kind);
        double c[K];
        fill(&l);
        cr_assert(cx__loss_constant(&l, N, y, w, c) == CX_OK);
        for (int k = 0; k < l.outputs; k++) {
            const double at = mean_at(&l, c, k, 0);
            cr_expect(at <= mean_at(&l, c, k, 1e-3) && at <= mean_at(&l, c, k, -1e-3), "loss %d",
                      kind);
        }
    }
}

Test(loss, links_undo_each_other)
{
    for (int kind = 0; kind <= CX__LOSS_GAMMA; kind++) {
        const cx__loss l = loss_of(kind);
        const int64_t k = l.outputs;
        const bool two = kind == CX__LOSS_BINOMIAL || kind == CX__LOSS_EXPONENTIAL;
        double r[K], said[K], back[K];
        for (int i = 0; i < 200; i++) {
            double mean = 0;
            for (int c = 0; c < k; c++) mean += (r[c] = 4 * uniform() - 2) / (double)k;
            for (int c = 0; c < k && k > 1; c++) r[c] -= mean;
            cx__loss_predict(&l, 1, r, said);
            if (two) cr_expect(fabs(said[0] + said[1] - 1) < 1e-15);
            cx__loss_link(&l, 1, two ? said + 1 : said, back);
            for (int c = 0; c < k; c++)
                cr_expect(fabs(back[c] - r[c]) < 1e-13, "loss %d: %g, not %g", kind, back[c], r[c]);
        }
    }
}

static int by_value(const void *a, const void *b)
{
    const double *const p = a, *const q = b;
    return (p[0] > q[0]) - (p[0] < q[0]);
}

Test(loss, quantiles_are_those_of_sorted_rows)
{
    static double sorted[2 * N], v[N], u[N];
    for (int round = 0; round < 60; round++) {
        const int n = 1 + (int)(uniform() * 400);
        const double q = round % 5 == 0 ? 0.5 : uniform();
        double all = 0, run = 0, want = NAN;
        for (int i = 0; i < n; i++) {
            v[i] = sorted[2 * i] = round % 3 == 0 ? floor(8 * uniform()) : uniform();
            u[i] = sorted[2 * i + 1] = round % 2 == 0 ? 1 : floor(3 * uniform()) + (i == 0);
            all += u[i];
        }
        qsort(sorted, (size_t)n, 2 * sizeof(double), by_value);
        for (int i = 0; i < n && isnan(want); i++) {
            run += sorted[2 * i + 1];
            if (run >= q * all) want = sorted[2 * i];
        }
        double copy[400];
        memcpy(copy, v, (size_t)n * sizeof *copy);
        const double got = cx__weighted_quantile_in_place(n, v, round % 4 == 0 ? NULL : u, q);
        cr_expect(got == want, "round %d: %g, not %g", round, got, want);
        const double at = q * (double)(n - 1);
        const int64_t k = (int64_t)at;
        const double a = sorted[2 * k], b = sorted[2 * (k + 1 < n ? k + 1 : k)];
        const double line = cx__linear_quantile_in_place(n, copy, q);
        cr_expect(fabs(line - (a + (b - a) * (at - (double)k))) < 1e-12, "round %d", round);
    }
    double zero[2] = {0, 0}, two[2] = {1, 2};
    cr_expect(isnan(cx__weighted_quantile_in_place(2, two, zero, 0.5)));
}
