/* device: each. Neighbours of float32 rows 1e4 standard deviations from the origin, where an
 * expanded square keeps no digit: all are found, by every algorithm, and a row is at exactly 0 from
 * itself. Differences, squares and sums are exact in the test's float64, and so are ties. */
#include "device.h"

#include <calx.h>
#include <calx/neighbors.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST = 700, QUERIES = 40, K = 10 };
static float rows[MOST * 64], queries[QUERIES * 64];

/* About normal, with deviation 1. */
static double draw(uint64_t *state)
{
    double sum = -6;
    for (int i = 0; i < 12; i++) {
        *state = *state * 6364136223846793005u + 1442695040888963407u;
        sum += (double)(*state >> 40) / 16777216.0;
    }
    return sum;
}

/* Columns of deviations from 1e-3 to 1e3, each shifted by 1e4 of its own. */
static void fill(float *to, int64_t n, int64_t d, bool alike, uint64_t *state)
{
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < d; j++) {
            const double unit = alike ? 1 : pow(10, (double)(j % 7) - 3);
            to[i * d + j] = (float)(unit * (1e4 + draw(state)));
        }
}

typedef struct found {
    double far;
    int64_t at;
} found;

static int by_distance(const void *a, const void *b)
{
    const found *const p = a, *const q = b;
    if (p->far != q->far) return p->far < q->far ? -1 : 1;
    return p->at < q->at ? -1 : 1;
}

/* All rows by their squared distance from v, the lower number first among equals. */
static void sorted(const float *v, int64_t n, int64_t d, found *out)
{
    for (int64_t i = 0; i < n; i++) {
        double sum = 0;
        for (int64_t j = 0; j < d; j++) {
            const double off = (double)v[j] - (double)rows[i * d + j];
            sum += off * off;
        }
        out[i] = (found){sum, i};
    }
    qsort(out, (size_t)n, sizeof *out, by_distance);
}

/* exact: sums have no rounding, so that ties are the same ones. */
static void check(const char *spec, const cx_neighbors *got, const float *from, int64_t count,
                  int64_t n, int64_t d, bool exact)
{
    static found want[MOST];
    cr_assert(cx_ok(), "%s: %s", spec, cx_error_message());
    const int64_t *const at = cx_data_i64(test_host(got->indices));
    const double *const far = cx_data_f64(test_host(got->distances));
    cr_assert(at != NULL && far != NULL, "%s", cx_error_message());
    int64_t right = 0;
    for (int64_t i = 0; i < count; i++) {
        sorted(from + i * d, n, d, want);
        for (int64_t k = 0; k < K; k++) {
            const double whole = sqrt(want[k].far), off = fabs(far[i * K + k] - whole);
            right += at[i * K + k] == want[k].at || (!exact && off <= 1e-15 * whole);
            cr_expect(off <= 1e-15 * whole, "%s: row %lld, %lld: %.17g, not %.17g", spec,
                      (long long)i, (long long)k, far[i * K + k], whole);
        }
        if (from == rows)
            cr_expect(at[i * K] == i && far[i * K] == 0, "%s: row %lld is %g from itself", spec,
                      (long long)i, far[i * K]);
    }
    cr_expect(right == count * K, "%s: %lld of %lld neighbours", spec, (long long)right,
              (long long)(count * K));
}

static void ask(const char *spec, int64_t n, int64_t d, bool exact)
{
    const cx_scope s = cx_scope_open();
    cx_array *const x = test_copy_host(rows, CX_SHAPE(n, d), CX_F32),
                    *const q = test_copy_host(queries, CX_SHAPE(QUERIES, d), CX_F32),
                    *const y = test_here(cx_arange_i64(0, n, 1, CX_I64, CX_CPU));
    cx_estimator *const m = cx_estimator_new(spec);
    const bool told = cx_estimator_kind_of(m) == CX_CLASSIFIER;
    cx_check(cx_fit(m, x, told ? y : NULL));
    cx_neighbors near = cx_kneighbors(m, x, K);
    check(spec, &near, rows, n, n, d, exact);
    near = cx_kneighbors(m, q, K);
    check(spec, &near, queries, QUERIES, n, d, exact);
    if (told) { /* of one neighbour, the row itself */
        cr_expect(cx_array_equal(cx_predict(m, x), y), "%s: %s", spec, cx_error_message());
    }
    cr_expect(cx_scope_close(s) == CX_OK, "%s: %s", spec, cx_error_message());
}

/* Rows: a checked simulator takes its time. */
static int64_t rows_here(int64_t most)
{
    return test_on_cpu() ? most : test_brief() ? 50 : 120;
}

static void all(int64_t n, int64_t d, bool alike)
{
    static const char *const specs[] = {"NearestNeighbors(algorithm='brute')",
                                        "NearestNeighbors(algorithm='kd_tree')",
                                        "NearestNeighbors(algorithm='ball_tree')",
                                        "NearestNeighbors()",
                                        "KNeighborsClassifier(1, algorithm='brute')",
                                        "KNeighborsClassifier(1, algorithm='kd_tree')"};
    uint64_t state = (uint64_t)n;
    fill(rows, n, d, alike, &state);
    fill(queries, QUERIES, d, alike, &state);
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) ask(specs[i], n, d, alike);
}

Test(far_rows, few_columns)
{
    all(rows_here(MOST), 5, true);
}
Test(far_rows, some_columns)
{
    all(rows_here(MOST), 16, true);
}
Test(far_rows, many_columns)
{
    if (!test_brief()) all(rows_here(300), 64, true);
}
Test(far_rows, columns_of_many_sizes)
{
    if (!test_brief()) all(rows_here(400), 14, false);
}
