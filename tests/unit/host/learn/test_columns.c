/* The learn group's loops over columns and small systems against plain loops and identities. */
#include "learn/learn.h"
#include "learn/loops.h"
#include "learn/numeric/site.h"
#include <calx/linalg.h>

#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static double *noise(int64_t count, uint64_t seed)
{
    double *v = malloc((size_t)count * sizeof *v);
    for (int64_t i = 0; i < count; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        v[i] = (double)(int64_t)(seed >> 11) / 9007199254740992.0 - 0.5;
    }
    return v;
}

static cx__site site;
static void open_site(void)
{
    cr_assert(cx__site_at("test", CX_CPU, &site) == CX_OK);
}
TestSuite(columns, .init = open_site);

static cx_status moments(const double *x, int64_t n, int64_t d, const double *w, double *count,
                         double *mean, double *m2)
{
    return site.ops->moments(site.queue, x, n, d, w, count, mean, m2);
}

Test(columns, moments_keep_digits_at_an_offset)
{
    enum { N = 5000, D = 3 };
    double *x = noise(N * D, 1), count[D], mean[D], m2[D], far_mean[D], far_m2[D];
    const double offset = 1073741824.0;
    cr_assert(moments(x, N, D, NULL, count, mean, m2) == CX_OK);
    for (int i = 0; i < N * D; i++)
        x[i] = (x[i] + offset) - offset; /* what is left of x up there */
    cr_assert(moments(x, N, D, NULL, count, mean, m2) == CX_OK);
    for (int i = 0; i < N * D; i++) x[i] += offset;
    cr_assert(moments(x, N, D, NULL, count, far_mean, far_m2) == CX_OK);
    for (int j = 0; j < D; j++) {
        cr_expect(count[j] == N);
        cr_expect(fabs(far_m2[j] - m2[j]) <= 1e-12 * m2[j], "%g", far_m2[j] / m2[j] - 1);
    }
    free(x);
}

Test(columns, weights_are_repetitions)
{
    enum { N = 40, D = 2 };
    double *x = noise(N * D, 2), w[N], twice[2 * N * D], a[6], b[6];
    int64_t rows = 0;
    for (int i = 0; i < N; i++) {
        w[i] = 1 + i % 2;
        for (int k = 0; k < 1 + i % 2; k++, rows++)
            memcpy(twice + rows * D, x + i * D, D * sizeof *x);
    }
    cr_assert(moments(x, N, D, w, a, a + 2, a + 4) == CX_OK);
    cr_assert(moments(twice, rows, D, NULL, b, b + 2, b + 4) == CX_OK);
    for (int i = 0; i < 6; i++) cr_expect(fabs(a[i] - b[i]) <= 1e-14 * fabs(b[i]));
    free(x);
}

Test(columns, a_column_of_missing_values)
{
    const double x[] = {1, NAN, 2, NAN};
    double count[2], mean[2], m2[2];
    cr_assert(moments(x, 2, 2, NULL, count, mean, m2) == CX_OK);
    cr_expect(count[0] == 2 && mean[0] == 1.5 && m2[0] == 0.5);
    cr_expect(count[1] == 0 && isnan(mean[1]) && isnan(m2[1]));
}

/* Alone, or among others: 11 rows are a tile and some more. */
Test(columns, projection_is_the_plain_sum)
{
    enum { ROWS = 11, STEP = 41 };
    for (int64_t k = 1; k <= 40; k++) {
        const int64_t d = 7, ld = (k + 7) / 8 * 8;
        double *x = noise(ROWS * d, 3), *shift = noise(d, 4), *start = noise(k, 5),
               *w = noise(d * ld, 6), out[ROWS * STEP], bare[ROWS * STEP], alone[STEP];
        const host_learn_loops *const loops = HOST_PICK(host_learn_loops_table);
        loops->project(x, ROWS, shift, d, w, ld, start, k, out, STEP);
        loops->project(x, ROWS, NULL, d, w, ld, NULL, k, bare, STEP);
        for (int64_t i = 0; i < ROWS; i++) {
            loops->project(x + i * d, 1, shift, d, w, ld, start, k, alone, STEP);
            for (int64_t c = 0; c < k; c++) {
                double sum = start[c], plain = 0;
                for (int64_t j = 0; j < d; j++) {
                    sum += (x[i * d + j] - shift[j]) * w[j * ld + c];
                    plain += x[i * d + j] * w[j * ld + c];
                }
                cr_expect(
                    out[i * STEP + c] == sum && alone[c] == sum && bare[i * STEP + c] == plain,
                    "row %lld, k %lld, output %lld", (long long)i, (long long)k, (long long)c);
            }
        }
        free(x), free(shift), free(start), free(w);
    }
}

Test(columns, cholesky_solves_and_refuses)
{
    const double a[] = {4, 0, 2, 3}; /* the upper triangle is not read */
    double b[] = {8, 7}, info = -1;
    cr_assert(site.ops->solve(site.queue, a, 0, 2, b, 1, &info) == CX_OK && info == 0);
    cr_expect(fabs(b[0] - 1.25) < 1e-15 && fabs(b[1] - 1.5) < 1e-15, "%g %g", b[0], b[1]);
    const double flat[] = {1, 1, 1, 1};
    cr_assert(site.ops->solve(site.queue, flat, 0, 2, b, 1, &info) == CX_OK && info == 1);
    cr_assert(site.ops->solve(site.queue, flat, 0.5, 2, b, 1, &info) == CX_OK && info == 0);
}

/* 0, or 1 if the columns are too near to dependent. */
static double by_products(const double *x, const double *y, int64_t n, int64_t d, int64_t t,
                          double *r)
{
    double gram[64], cross[64], scale[8], first[64], inverse[64], info = -1;
    cx_learn_gram call = {.n = n, .d = d, .t = t, .x = x, .gram = gram};
    cr_assert(site.ops->gram(site.queue, &call) == CX_OK);
    cr_assert(site.ops->precondition(site.queue, gram, d, scale, first, inverse, &info) == CX_OK);
    if (info != 0) return info;
    call.transform = inverse;
    call.y = y;
    call.cross = cross;
    cr_assert(site.ops->gram(site.queue, &call) == CX_OK);
    cr_assert(site.ops->triangle(site.queue, gram, cross, d, t, scale, first, r, &info) == CX_OK);
    return info;
}

/* Both triangles of the same data: r^T r = x^T x, and the parts beside them give the same solution.
 */
Test(columns, two_ways_to_a_triangle)
{
    enum { N = 700, D = 5, T = 2, ALL = D + T };
    double *x = noise(N * D, 7), *y = noise(N * T, 8), *both = malloc(N * ALL * sizeof *x);
    for (int i = 0; i < N; i++) {
        x[i * D + 1] = x[i * D] + 0.01 * x[i * D + 1]; /* a little dependent */
        memcpy(both + i * ALL, x + i * D, D * sizeof *x);
        memcpy(both + i * ALL + D, y + i * T, T * sizeof *x);
    }
    double fast[D * ALL];
    const cx_scope s = cx_scope_open();
    cr_assert(by_products(x, y, N, D, T, fast) == 0);
    const double *slow =
        cx_data_f64(cx_linalg_qr(cx_borrow_host_const(both, CX_SHAPE(N, ALL), CX_F64, NULL),
                                 CX_OPTS(cx_qr_opts, .mode = CX_QR_R))
                        .r);
    cr_assert(slow != NULL);
    for (int i = 0; i < D; i++) {
        const double sign = slow[i * ALL + i] < 0 ? -1 : 1;
        for (int j = 0; j < ALL; j++)
            cr_expect(fabs(fast[i * ALL + j] - sign * slow[i * ALL + j]) <= 1e-12, "%d %d: %g", i,
                      j, fast[i * ALL + j] - sign * slow[i * ALL + j]);
    }
    for (int i = 0; i < N; i++) x[i * D + 1] = x[i * D] * (1 + 1e-9);
    cr_expect(by_products(x, y, N, D, T, fast) == 1);
    cr_expect(cx_scope_close(s) == CX_OK);
    free(x), free(y), free(both);
}

Test(columns, exponentials_do_not_overflow)
{
    double v[] = {1000, 1000, -1000};
    cr_expect(fabs(host_logsumexp(v, 3) - (1000 + log(2))) < 1e-12);
    host_softmax(v, 3);
    cr_expect(v[0] == 0.5 && v[1] == 0.5 && v[2] == 0);
    cr_expect(host_expit(-1000) == 0 && host_expit(1000) == 1 && host_expit(0) == 0.5);
}
