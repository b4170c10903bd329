/* device: each. Rows near rows against plain loops: every way and metric, ties, the rows
 * themselves, and data far from the origin that float32 can just tell apart. */
#include "device.h"
#include "learn/neighbors/search.h"

#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { M = 150, N = 40, D = 4, MOST = 256 };

static cx_scope scope;
static void setup(void)
{
    scope = cx_scope_open();
}
static void teardown(void)
{
    cr_assert(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
}
TestSuite(near, .init = setup, .fini = teardown, .timeout = 100);

static uint64_t state = 1;
static double draw(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (double)(state >> 40) / 16777216.0;
}

static cx_array *matrix(const double *v, int64_t rows, int64_t cols)
{
    return test_copy_host(v, CX_SHAPE(rows, cols), CX_F64);
}

/* ---- what should be found */
typedef struct row {
    int64_t at;
    double far;
} row;
static double far_from(const char *metric, const cx_pairwise_opts *o, const double *a,
                       const double *b, int64_t d)
{
    const double p = strcmp(metric, "manhattan") == 0   ? 1
                     : strcmp(metric, "chebyshev") == 0 ? (double)INFINITY
                     : strcmp(metric, "minkowski") == 0 ? o->p.value
                                                        : 2;
    double sum = 0;
    for (int64_t j = 0; j < d; j++) {
        const double off = fabs(a[j] - b[j]);
        if (p == 1)
            sum += off;
        else if (isinf(p))
            sum = fmax(sum, off);
        else
            sum += p == 2 ? off * off : pow(off, p);
    }
    if (p == 1 || isinf(p) || strcmp(metric, "sqeuclidean") == 0) return sum;
    return p == 2 ? sqrt(sum) : pow(sum, 1 / p);
}

static bool before(row a, row b)
{
    return a.far < b.far || (a.far == b.far && a.at < b.at);
}

static int64_t sorted(row *rows, int64_t m)
{
    for (int64_t i = 1; i < m; i++) {
        const row r = rows[i];
        int64_t j = i;
        for (; j > 0 && before(r, rows[j - 1]); j--) rows[j] = rows[j - 1];
        rows[j] = r;
    }
    return m;
}

/* Distances of query i to all rows but itself, from a matrix [n, m]. */
static int64_t expected(const double *far, int64_t m, int64_t i, bool own, row *out)
{
    int64_t count = 0;
    for (int64_t j = 0; j < m; j++)
        if (!own || j != i) out[count++] = (row){j, far[i * m + j]};
    return sorted(out, count);
}

/* ---- asking */
typedef struct question {
    const char *name;
    cx__near_opts o;
    cx_array *x, *query; /* NULL: the rows themselves */
    int64_t m, n;
    const double *far; /* [n, m] */
    double slack;      /* relative; 0: to the bit */
} question;

static const double *f64(cx_array *a)
{
    return cx_data_f64(test_host(a));
}

static bool close(double a, double b, double slack)
{
    return fabs(a - b) <= slack * fmax(fabs(b), 1e-3);
}

static void check_k(const question *q, const cx__near *near, int64_t k)
{
    cx_array *index, *distance;
    row want[MOST];
    cr_assert(cx__near_k(near, q->query, k, &index, &distance) == CX_OK, "%s: %s", q->name,
              cx_error_message());
    cr_assert(cx_dim(index, 0) == q->n && cx_dim(index, 1) == k && cx_dim(distance, 1) == k);
    const int64_t *at = cx_data_i64(test_host(index));
    const double *far = f64(distance);
    for (int64_t i = 0; i < q->n; i++) {
        expected(q->far, q->m, i, q->query == NULL, want);
        for (int64_t a = 0; a < k; a++) {
            cr_assert(close(far[i * k + a], want[a].far, q->slack), "%s, row %d: %.17g, not %.17g",
                      q->name, (int)i, far[i * k + a], want[a].far);
            cr_assert(at[i * k + a] == want[a].at ||
                          close(q->far[i * q->m + at[i * k + a]], want[a].far, q->slack * 4),
                      "%s, row %d: %d, not %d", q->name, (int)i, (int)at[i * k + a],
                      (int)want[a].at);
            if (q->slack == 0) cr_assert(at[i * k + a] == want[a].at, "%s", q->name);
        }
    }
}

static void check_radius(const question *q, const cx__near *near, double radius, bool in_order)
{
    cx_array *start, *index, *distance, *no_distance = NULL;
    row want[MOST];
    cr_assert(cx__near_radius(near, q->query, radius, in_order, &start, &index, &distance) == CX_OK,
              "%s: %s", q->name, cx_error_message());
    const int64_t *begin = cx_data_i64(test_host(start)), *at = cx_data_i64(test_host(index));
    const double *far = f64(distance);
    cr_assert(cx_size(start) == q->n + 1 && begin[0] == 0 && begin[q->n] == cx_size(index));
    for (int64_t i = 0; i < q->n; i++) {
        const int64_t all = expected(q->far, q->m, i, q->query == NULL, want);
        int64_t count = 0;
        bool in[MOST] = {false};
        while (count < all && want[count].far <= radius) in[want[count++].at] = true;
        cr_assert(begin[i + 1] - begin[i] == count, "%s, row %d: %d of %d", q->name, (int)i,
                  (int)(begin[i + 1] - begin[i]), (int)count);
        for (int64_t a = 0; a < count; a++) {
            const int64_t here = begin[i] + a;
            cr_assert(in[at[here]]);
            cr_assert(close(far[here], q->far[i * q->m + at[here]], q->slack));
            in[at[here]] = false;
            if (a == 0) continue;
            cr_assert(in_order ? far[here] >= far[here - 1] : at[here] > at[here - 1]);
            if (in_order && far[here] == far[here - 1]) cr_assert(at[here] > at[here - 1]);
        }
    }
    cr_assert(cx__near_radius(near, q->query, radius, false, &start, &no_distance, NULL) == CX_OK);
    cr_assert(cx_size(no_distance) == cx_size(index));
}

static void check(const question *q, double radius)
{
    cx__site s;
    cx__near *near;
    cr_assert(cx__site_of("test", q->x, &s) == CX_OK);
    cr_assert(cx__near_open(&s, q->x, &q->o, &near) == CX_OK, "%s: %s", q->name,
              cx_error_message());
    const cx_scope in = cx_scope_open();
    const int64_t most = q->m - (q->query == NULL);
    check_k(q, near, 1);
    check_k(q, near, 5);
    check_k(q, near, most);
    check_radius(q, near, radius, false);
    check_radius(q, near, radius, true);
    check_radius(q, near, -1, true);
    cr_assert(cx_scope_close(in) == CX_OK);
    cx__near_close(near);
}

static double x[M * D], y[N * D], far[M * M];
static void check_both(question q, const cx_pairwise_opts *o, double radius)
{
    const char *metric = q.o.metric != NULL ? q.o.metric : "euclidean";
    if (o != NULL) q.o.pairwise = *o;
    q.x = matrix(x, M, D);
    q.m = M;
    q.far = far;
    for (int own = 0; own < 2; own++) {
        const double *rows = own ? x : y;
        q.query = own ? NULL : matrix(y, N, D);
        q.n = own ? M : N;
        for (int64_t i = 0; i < q.n; i++)
            for (int64_t j = 0; j < M; j++)
                far[i * M + j] = far_from(metric, o, rows + i * D, x + j * D, D);
        check(&q, radius);
    }
}

static void fill(bool whole)
{
    for (int i = 0; i < (M + N) * D; i++) {
        const double v = whole ? floor(3 * draw()) : 2 * draw() - 0.7;
        *(i < M * D ? x + i : y + (i - M * D)) = v;
    }
}

static const cx__near_way ways[] = {CX__NEAR_AUTO, CX__NEAR_BRUTE, CX__NEAR_KD_TREE,
                                    CX__NEAR_BALL_TREE};
static const char *const way_names[] = {"auto", "brute", "kd_tree", "ball_tree"};

/* Whole numbers: many equal distances, and a radius that points lie on. */
Test(near, ties_go_by_index)
{
    fill(true);
    for (int w = 0; w < 4; w++) {
        question q = {.name = way_names[w], .o = {.way = ways[w], .leaf_size = 3}};
        check_both(q, NULL, 1);
        q.o.metric = "manhattan";
        check_both(q, NULL, 2);
        q.o.metric = "chebyshev";
        check_both(q, NULL, 1);
    }
}

Test(near, metrics_of_every_order)
{
    const double orders[] = {1, 1.5, 2, 3, (double)INFINITY};
    fill(false);
    for (int w = 0; w < 4; w++)
        for (int i = 0; i < 5; i++) {
            const cx_pairwise_opts o = {.p = {true, orders[i]}};
            check_both((question){.name = way_names[w],
                                  .o = {.metric = "minkowski", .way = ways[w], .leaf_size = 7},
                                  .slack = 1e-14},
                       &o, 0.8);
        }
    check_both((question){.name = "squares", .o = {.metric = "sqeuclidean"}, .slack = 1e-14}, NULL,
               0.5);
}

/* Metrics of pairs, by their own matrix. */
Test(near, metrics_of_pairs)
{
    static const char *const names[] = {"cosine",     "canberra",   "braycurtis",  "correlation",
                                        "hamming",    "seuclidean", "mahalanobis", "minkowski",
                                        "russellrao", "precomputed"};
    fill(false);
    double v[D * D] = {0};
    for (int j = 0; j < D; j++) v[j * D + j] = 1 + j;
    cx_array *const weights = test_copy_host((double[]){1, 0.5, 2, 3}, CX_SHAPE(D), CX_F64);
    const cx_pairwise_opts o = {
        .struct_size = sizeof o, .p = {true, 3}, .w = weights, .v = weights, .vi = matrix(v, D, D)};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const bool given = strcmp(names[i], "precomputed") == 0;
        cx_array *const rows = matrix(x, M, D), *const other = matrix(y, N, D);
        for (int own = 0; own < 2; own++) {
            cx_array *const all =
                cx_pairwise_distances(own ? rows : other, rows, given ? "cityblock" : names[i], &o);
            const question q = {.name = names[i],
                                .o = {.metric = names[i], .pairwise = o},
                                .x = given ? cx_pairwise_distances(rows, NULL, "l1", NULL) : rows,
                                .query = own     ? NULL
                                         : given ? all
                                                 : other,
                                .m = M,
                                .n = own ? M : N,
                                .far = f64(all),
                                .slack = 1e-12};
            check(&q, 0.9);
        }
    }
}

/* Rows 1e4 deviations from the origin: a product of float32 or float64 numbers could not tell them
 * apart. The nearest of each is itself, at exactly 0, and all k are the right ones. */
Test(near, rows_far_from_the_origin)
{
    enum { ROWS = 200, COLS = 10 };
    static float v[ROWS * COLS];
    static double all[ROWS * ROWS];
    state = 3;
    for (int i = 0; i < ROWS * COLS; i++) v[i] = (float)(1e4 + draw() + draw() + draw() - 1.5);
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < ROWS; j++) {
            double sum = 0;
            for (int c = 0; c < COLS; c++) {
                const double off = (double)v[i * COLS + c] - (double)v[j * COLS + c];
                sum += off * off;
            }
            all[i * ROWS + j] = sqrt(sum);
        }
    cx_array *const rows = test_copy_host(v, CX_SHAPE(ROWS, COLS), CX_F32);
    for (int w = 0; w < 4; w++) {
        question q = {.name = way_names[w],
                      .o = {.way = ways[w]},
                      .x = rows,
                      .query = rows,
                      .m = ROWS,
                      .n = ROWS,
                      .far = all,
                      .slack = 4 * DBL_EPSILON};
        check(&q, 0.9);
        cx__site s;
        cx__near *near;
        cx_array *index, *distance;
        cr_assert(cx__site_of("test", rows, &s) == CX_OK);
        cr_assert(cx__near_open(&s, rows, &q.o, &near) == CX_OK);
        cr_assert(cx__near_k(near, rows, 1, &index, &distance) == CX_OK);
        for (int i = 0; i < ROWS; i++) {
            cr_assert(cx_data_i64(test_host(index))[i] == i);
            cr_assert(f64(distance)[i] == 0);
        }
        cx__near_close(near);
    }
}

static void refused(const cx_array *rows, const cx__near_opts *o, cx_status want)
{
    cx__site s;
    cx__near *near;
    const cx_scope in = cx_scope_open();
    cr_assert(cx__site_of("test", rows, &s) == CX_OK);
    const cx_status got = cx__near_open(&s, rows, o, &near);
    cr_expect(got == want, "%s", cx_error_message());
    cr_expect(near == NULL);
    (void)!cx_scope_close(in);
}

Test(near, what_is_refused)
{
    fill(false);
    const cx_array *const rows = matrix(x, M, D);
    refused(rows, &(cx__near_opts){.metric = "euclidian"}, CX_E_ARGUMENT);
    refused(rows, &(cx__near_opts){.metric = "precomputed"}, CX_E_SHAPE);
    refused(rows, &(cx__near_opts){.metric = "minkowski", .pairwise.p = {true, -1}}, CX_E_ARGUMENT);
    refused(rows, &(cx__near_opts){.metric = "cosine", .way = CX__NEAR_KD_TREE}, CX_E_ARGUMENT);
    cx__site s;
    cx__near *near;
    cx_array *index, *distance;
    cr_assert(cx__site_of("test", rows, &s) == CX_OK);
    cr_assert(cx__near_open(&s, rows, NULL, &near) == CX_OK);
    cx_scope in = cx_scope_open();
    cr_expect(cx__near_k(near, rows, M + 1, &index, &distance) == CX_E_ARGUMENT);
    cr_expect(cx_scope_close(in) == CX_E_ARGUMENT);
    in = cx_scope_open();
    cr_expect(cx__near_k(near, NULL, M, &index, &distance) == CX_E_ARGUMENT);
    cr_expect(cx_scope_close(in) == CX_E_ARGUMENT);
    in = cx_scope_open();
    cr_expect(cx__near_k(near, cx_slice(rows, 1, 0, 2, 1), 1, &index, &distance) == CX_E_SHAPE);
    cr_expect(cx_scope_close(in) == CX_E_SHAPE);
    cx__near_close(near);
}
