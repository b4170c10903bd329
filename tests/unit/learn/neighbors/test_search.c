/* device: each. Rows near rows against plain loops: every way and metric, ties, the rows
 * themselves, and data far from the origin that float32 can just tell apart. */
#include "device.h"
#include "learn/neighbors/search.h"

#include <calx/reduce.h>
#include <calx/statistics.h>
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { M = 90, N = 20, D = 4, MOST = 256 };

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
    if (test_on_cpu()) check_k(q, near, most);
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
/* On a device without trees all ways are one. */
static int count_ways(void)
{
    return test_on_cpu() ? 4 : 1;
}
static const char *const way_names[] = {"auto", "brute", "kd_tree", "ball_tree"};

/* Whole numbers: many equal distances, and a radius that points lie on. */
Test(near, ties_go_by_index)
{
    fill(true);
    for (int w = 0; w < count_ways(); w++) {
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
    for (int w = 0; w < count_ways(); w++)
        for (int i = 0; i < (test_on_cpu() ? 5 : 2); i++) {
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
    enum { ROWS = 90, COLS = 10 };
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
    for (int w = 0; w < count_ways(); w++) {
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

/* Hundreds within reach: by index and by distance they are the same ones at the same distances. */
Test(near, many_within_reach)
{
    enum { ROWS = 700, ASKED = 9 };
    static double v[ROWS * 2], of[ROWS];
    for (int i = 0; i < ROWS * 2; i++) v[i] = draw();
    cx_array *const rows = test_copy_host(v, CX_SHAPE(ROWS, 2), CX_F64);
    const cx_array *const asked = cx_slice(rows, 0, 0, ASKED, 1);
    for (int w = 0; w < count_ways(); w++) {
        cx__site s;
        cx__near *near;
        cx_array *start, *index, *distance, *begin, *nearest, *off;
        const cx__near_opts o = {.way = ways[w]};
        cr_assert(cx__site_of("test", rows, &s) == CX_OK);
        cr_assert(cx__near_open(&s, rows, &o, &near) == CX_OK);
        cr_assert(cx__near_radius(near, asked, 0.6, false, &start, &index, &distance) == CX_OK);
        cr_assert(cx__near_radius(near, asked, 0.6, true, &begin, &nearest, &off) == CX_OK);
        cr_assert(cx_array_equal(start, begin));
        const int64_t *const from = cx_data_i64(test_host(start)),
                             *const at = cx_data_i64(test_host(index)),
                             *const by_far = cx_data_i64(test_host(nearest));
        for (int i = 0; i < ASKED; i++) {
            cr_assert(from[i + 1] - from[i] > 100, "too few: %d", (int)(from[i + 1] - from[i]));
            for (int64_t a = from[i]; a < from[i + 1]; a++) {
                cr_assert(a == from[i] || at[a] > at[a - 1]);
                of[at[a]] = f64(distance)[a];
            }
            for (int64_t a = from[i]; a < from[i + 1]; a++) cr_assert(of[by_far[a]] == f64(off)[a]);
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

/* ---- ways against each other, to the bit */
typedef struct shape {
    int64_t m, n, d, k, leaf;
    double offset, spread;
} shape;

static cx_array *drawn(int64_t rows, const shape *s)
{
    double *const v = malloc((size_t)(rows * s->d) * sizeof *v);
    for (int64_t i = 0; i < rows * s->d; i++) v[i] = s->offset + s->spread * (draw() - 0.5);
    cx_array *const a = matrix(v, rows, s->d);
    free(v);
    return a;
}

static void same_bits(cx_array *a, cx_array *b, const char *what, const shape *s, double p)
{
    cr_assert(cx_array_equal(test_host(a), test_host(b)), "%s, %d rows, %d columns, order %g", what,
              (int)s->m, (int)s->d, p);
}

static void ways_agree(const shape *s, double p)
{
    const cx_array *const rows = drawn(s->m, s), *const query = drawn(s->n, s);
    cx_array *part[3][5] = {{NULL}};
    double radius = 0;
    for (int w = 0; w < 3; w++) {
        const cx__near_opts o = {.metric = "minkowski",
                                 .pairwise.p = {true, p},
                                 .way = ways[w + 1],
                                 .leaf_size = s->leaf};
        cx__site site;
        cx__near *near;
        cr_assert(cx__site_of("test", rows, &site) == CX_OK);
        cr_assert(cx__near_open(&site, rows, &o, &near) == CX_OK);
        cr_assert(cx__near_k(near, query, s->k, &part[w][0], &part[w][1]) == CX_OK);
        if (w == 0) radius = cx_item_f64(cx_median(part[0][1], CX_ALL));
        cr_assert(cx__near_radius(near, query, radius, w == 2, &part[w][2], &part[w][3],
                                  &part[w][4]) == CX_OK);
        cx__near_close(near);
        if (w == 0) continue;
        same_bits(part[0][0], part[w][0], "index", s, p);
        same_bits(part[0][1], part[w][1], "distance", s, p);
        same_bits(part[0][2], part[w][2], "starts", s, p);
        if (w == 1) same_bits(part[0][3], part[w][3], "within", s, p);
        if (w == 1 && p == 2) same_bits(part[0][4], part[w][4], "within_distance", s, p);
    }
}

Test(near, ways_agree_to_the_bit)
{
    const shape shapes[] = {{1003, 37, 3, 5, 16, 0, 1},
                            {257, 20, 1, 300 / 3, 8, 5, 2},
                            {640, 30, 8, 12, 40, 1e6, 1},
                            {90, 8, 13, 1, 1, 0, 1e-200},
                            {64, 9, 2, 64, 8, 0, 1}};
    const double orders[] = {2, 1, (double)INFINITY, 3};
    if (!test_on_cpu()) return;
    state = 11;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int p = 0; p < 4; p++)
            if (!(p == 3 && shapes[i].spread < 1e-100)) ways_agree(&shapes[i], orders[p]);
}

/* Rows in far tight groups: an estimate cannot tell a group's rows apart, differences do. */
Test(near, estimates_that_cannot_decide)
{
    enum { ROWS = 700, COLS = 20, K = 6, ASKED = 50 };
    static double v[ROWS * COLS];
    state = 17;
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < COLS; j++)
            v[i * COLS + j] = (i % 3) * 1e3 + (i % 7 == 0 ? 1e-9 : 1) * draw();
    cx__site s;
    cx__near *near;
    cx_array *index, *distance;
    cx_array *const rows = matrix(v, ROWS, COLS), *const some = matrix(v, ASKED, COLS);
    cr_assert(cx__site_of("test", rows, &s) == CX_OK);
    cr_assert(cx__near_open(&s, rows, &(cx__near_opts){.way = CX__NEAR_BRUTE}, &near) == CX_OK);
    cr_assert(cx__near_k(near, some, K, &index, &distance) == CX_OK);
    const int64_t *const at = cx_data_i64(test_host(index));
    const double *const got = f64(distance);
    for (int i = 0; i < ASKED; i++) {
        row want[ROWS];
        for (int j = 0; j < ROWS; j++)
            want[j] = (row){j, far_from("euclidean", NULL, v + i * COLS, v + j * COLS, COLS)};
        sorted(want, ROWS);
        for (int a = 0; a < K; a++) {
            cr_assert(at[i * K + a] == want[a].at, "row %d", i);
            cr_assert(close(got[i * K + a], want[a].far, 1e-14));
        }
    }
    cx__near_close(near);
}
