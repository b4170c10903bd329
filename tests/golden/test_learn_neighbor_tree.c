/* device: each. KDTree and BallTree against scikit-learn: the nearest, all within radii, pairs,
 * densities; and what is refused. */
#include "device.h"
#include "learn_golden.h"

#include <calx.h>
#include <calx/neighbors.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { K = 6, Q = 25, RADII = 6 };
static const double close = 1e-12;

static cx_scope open(void)
{
    golden_from("learn_neighbor_tree.tsv");
    return cx_scope_open();
}
static void done(cx_scope s)
{
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
static cx_array *given(const char *key, int64_t cols)
{
    size_t n;
    const double *const v = golden(&n, "%s", key);
    const int64_t rows = (int64_t)n / (cols > 0 ? cols : 1);
    return cols > 0 ? test_copy_host(v, CX_SHAPE(rows, cols), CX_F64)
                    : test_copy_host(v, CX_SHAPE(rows), CX_F64);
}
static void near(const cx_array *a, double tolerance, const char *key, const char *what)
{
    size_t count;
    const double *const want = golden(&count, "%s/%s", key, what);
    cr_assert(cx_ok(), "%s/%s: %s", key, what, cx_error_message());
    const double off = difference(test_host(cx_copy(a)), want, count);
    cr_expect(off <= tolerance, "%s/%s: %g > %g", key, what, off, tolerance);
}

/* ---- metrics */
typedef struct variant {
    const char *key, *metric;
    double p;
    int64_t leaf_size;
} variant;
static const variant variants[] = {{"kd/euclidean", NULL, 0, 0},
                                   {"kd/leaf", "l2", 0, 3},
                                   {"kd/manhattan", "manhattan", 0, 0},
                                   {"kd/infinity", "infinity", 0, 0},
                                   {"kd/p3", "p", 3, 0},
                                   {"ball/euclidean", "euclidean", 0, 1},
                                   {"ball/canberra", "canberra", 0, 0},
                                   {"ball/braycurtis", "braycurtis", 0, 0},
                                   {"ball/seuclidean", "seuclidean", 0, 0},
                                   {"ball/haversine", "haversine", 0, 0}};
enum { VARIANTS = sizeof variants / sizeof *variants };

static cx_neighbor_tree *tree_of(const variant *v, const cx_array *x)
{
    const double variance[] = {1, 4, 0.25};
    cx_neighbor_tree_opts o = {
        .struct_size = sizeof o, .leaf_size = v->leaf_size, .metric = v->metric};
    if (v->p > 0) o.pairwise.p = (cx_maybe_f64){true, v->p};
    if (strcmp(v->key, "ball/seuclidean") == 0)
        o.pairwise.v = test_copy_host(variance, CX_SHAPE(3), CX_F64);
    return v->key[0] == 'k' ? cx_kd_tree(x, &o) : cx_ball_tree(x, &o);
}

static void check_within(const cx_neighbor_tree *t, const cx_array *q, const char *key,
                         const cx_array *r, const char *const names[3])
{
    const cx_neighbor_query_opts rising = {.struct_size = sizeof rising,
                                           .order = CX_NEIGHBORS_BY_DISTANCE},
                                 plain = {.struct_size = sizeof plain, .indices_only = true};
    const cx_neighborhoods g = cx_neighbor_tree_query_radius(t, q, r, &rising),
                           h = cx_neighbor_tree_query_radius(t, q, r, &plain);
    near(cx_neighbor_tree_count(t, q, r), 0, key, names[0]);
    near(cx_diff(g.starts, 1, 0, NULL), 0, key, names[0]);
    near(g.indices, 0, key, names[1]);
    near(g.distances, close, key, names[2]);
    cr_expect(cx_status_of(h.distances) != CX_OK);
    cr_expect(cx_array_equal(h.starts, g.starts));
    cr_expect(cx_array_equal(cx_sort(h.indices, 0), cx_sort(g.indices, 0)));
}

static void check_pairs(const cx_neighbor_tree *t, const cx_array *q, const char *key)
{
    char name[64];
    size_t n;
    snprintf(name, sizeof name, "%s/far", key);
    const double *const far = golden(&n, "%s", name);
    cr_assert(n == RADII);
    near(cx_neighbor_tree_two_point_correlation(t, q, given(name, 0)), 0, key, "pairs");
    /* in the order in which radii are asked for */
    double back[RADII];
    for (int i = 0; i < RADII; i++) back[i] = far[RADII - 1 - i];
    near(cx_flip(cx_neighbor_tree_two_point_correlation(
                     t, q, test_copy_host(back, CX_SHAPE(RADII), CX_F64)),
                 0),
         0, key, "pairs");
}

Test(neighbor_tree, metrics)
{
    for (int i = 0; i < VARIANTS; i++) {
        const cx_scope s = open();
        const variant *const v = &variants[i];
        const cx_array *x = given("x", 3), *q = given("q", 3);
        if (strcmp(v->key, "ball/haversine") == 0) {
            x = given("earth", 2);
            q = cx_add(cx_slice(x, 0, 0, Q, 1), cx_float(0.01));
        }
        if (strcmp(v->key, "ball/braycurtis") == 0) {
            x = cx_abs(x);
            q = cx_abs(q);
        }
        const cx_neighbor_tree *const t = tree_of(v, x);
        cr_assert(cx_neighbor_tree_status(t) == CX_OK, "%s: %s", v->key, cx_error_message());
        const cx_neighbors k = cx_neighbor_tree_query(t, q, K, NULL);
        near(k.distances, close, v->key, "distance");
        near(k.indices, 0, v->key, "index");
        const cx_neighbor_query_opts plain = {.struct_size = sizeof plain, .indices_only = true};
        const cx_neighbors only = cx_neighbor_tree_query(t, q, K, &plain);
        cr_expect(cx_status_of(only.distances) != CX_OK);
        near(only.indices, 0, v->key, "index");
        char name[64];
        snprintf(name, sizeof name, "%s/radius", v->key);
        size_t n;
        const double radius = golden(&n, "%s", name)[0];
        check_within(t, q, v->key, cx_float(radius),
                     (const char *const[]){"count", "within", "within_distance"});
        snprintf(name, sizeof name, "%s/each", v->key);
        check_within(t, q, v->key, given(name, 0),
                     (const char *const[]){"each_count", "each_within", "each_distance"});
        check_pairs(t, q, v->key);
        done(s);
    }
}

/* ---- densities */
Test(neighbor_tree, densities)
{
    const char *const kernels[] = {"gaussian",    "tophat", "epanechnikov",
                                   "exponential", "linear", "cosine"};
    const cx_scope s = open();
    const cx_array *const x = given("x", 3), *const q = given("q", 3);
    const cx_neighbor_tree *const t = cx_kd_tree(x, NULL);
    const cx_neighbor_tree_opts o = {
        .struct_size = sizeof o, .metric = "manhattan", .sample_weight = given("weight", 0)};
    const cx_neighbor_tree *const ball = cx_ball_tree(x, &o);
    for (int i = 0; i < 6; i++) {
        const cx_neighbor_density_opts kind = {.struct_size = sizeof kind, .kernel = kernels[i]};
        char key[64];
        snprintf(key, sizeof key, "density/%s", kernels[i]);
        near(cx_neighbor_tree_kernel_density(t, q, 0.6, &kind), close, key, "0.6");
        near(cx_neighbor_tree_kernel_density(t, q, 3, &kind), close, key, "3");
        near(cx_neighbor_tree_kernel_density(ball, q, 2, &kind), close, key, "ball");
    }
    const cx_neighbor_density_opts log = {.struct_size = sizeof log, .log = true};
    near(cx_neighbor_tree_kernel_density(t, q, 0.2, &log), close, "density", "log");
    done(s);
}

/* ---- dtypes, rows of its own, lives */
Test(neighbor_tree, keeps_its_rows)
{
    const cx_scope s = open();
    cx_array *const x = given("x", 3);
    const cx_array *const q = given("q", 3);
    cx_neighbor_tree *const t = cx_neighbor_tree_retain(cx_kd_tree(x, NULL));
    cr_assert(cx_copy_into(cx_zeros_like(x, CX_F64), x) == CX_OK);
    near(cx_neighbor_tree_query(t, q, K, NULL).distances, close, "kd/euclidean", "distance");
    const cx_array *const single = cx_astype(q, CX_F32);
    const cx_neighbors a = cx_neighbor_tree_query(t, single, K, NULL),
                       b = cx_neighbor_tree_query(t, cx_astype(single, CX_F64), K, NULL);
    cr_expect(cx_array_equal(a.distances, b.distances) && cx_array_equal(a.indices, b.indices));
    cx_neighbor_tree_release(t);
    done(s);
}

/* ---- what is refused */
static void refused(const char *words, cx_status want, cx_scope s)
{
    cr_expect(strstr(cx_error_message(), words) != NULL, "'%s': %s", words, cx_error_message());
    const cx_status st = cx_scope_close(s);
    cr_expect(st == want, "'%s': %d", words, (int)st);
}

static void refuses_tree(const cx_array *x, const cx_neighbor_tree_opts *o, bool ball,
                         const char *words, cx_status want)
{
    const cx_scope s = cx_scope_open();
    const cx_neighbor_tree *const t = ball ? cx_ball_tree(x, o) : cx_kd_tree(x, o);
    cr_expect(cx_neighbor_tree_status(t) != CX_OK, "%s", words);
    refused(words, want, s);
}

Test(neighbor_tree, refuses_to_be_made)
{
    const cx_scope s = open();
    const cx_array *const x = given("x", 3);
    cx_neighbor_tree_opts o = {.struct_size = sizeof o, .metric = "canberra"};
    refuses_tree(x, &o, false, "metric 'canberra' has no kd_tree", CX_E_ARGUMENT);
    o.metric = "cosine";
    refuses_tree(x, &o, true, "metric 'cosine' has no ball_tree", CX_E_ARGUMENT);
    o.metric = "euclid";
    refuses_tree(x, &o, true, "euclid", CX_E_ARGUMENT);
    o = (cx_neighbor_tree_opts){.struct_size = sizeof o, .leaf_size = -1};
    refuses_tree(x, &o, false, "leaf_size=-1", CX_E_ARGUMENT);
    o = (cx_neighbor_tree_opts){.struct_size = sizeof o, .sample_weight = given("weight", 3)};
    refuses_tree(x, &o, false, "sample_weight must be [300]", CX_E_SHAPE);
    o.sample_weight = cx_negative(given("weight", 0));
    refuses_tree(x, &o, false, "sample_weight has a negative element", CX_E_ARGUMENT);
    refuses_tree(cx_mul(x, cx_float(NAN)), NULL, false, "infinite or NaN", CX_E_ARGUMENT);
    refuses_tree(cx_ravel(x), NULL, false, "x has 1 dimensions, not 2", CX_E_SHAPE);
    done(s);
}

Test(neighbor_tree, refuses_to_answer)
{
    const cx_scope all = open();
    const cx_array *const x = given("x", 3), *const q = given("q", 3);
    const cx_neighbor_tree *const t = cx_kd_tree(x, NULL);
#define REFUSED(call, words, want)          \
    {                                       \
        const cx_scope s = cx_scope_open(); \
        (void)(call);                       \
        refused(words, want, s);            \
    }
    REFUSED(cx_neighbor_tree_query(t, q, 0, NULL), "neighbor_tree_query: k=0 must", CX_E_ARGUMENT)
    REFUSED(cx_neighbor_tree_query(t, q, 301, NULL), "k=301", CX_E_ARGUMENT)
    REFUSED(cx_neighbor_tree_query(t, cx_ravel(q), 1, NULL), "1 dimensions", CX_E_SHAPE)
    REFUSED(cx_neighbor_tree_query(t, given("earth", 2), 1, NULL), "[n, 3]", CX_E_SHAPE)
    REFUSED(cx_neighbor_tree_query(t, cx_div(q, cx_float(0)), 1, NULL), "x holds an infinity",
            CX_E_ARGUMENT)
    REFUSED(cx_neighbor_tree_count(t, q, cx_float(NAN)), "r is no number", CX_E_ARGUMENT)
    REFUSED(cx_neighbor_tree_count(t, q, given("weight", 0)), "r must be a number or [25]",
            CX_E_SHAPE)
    REFUSED(
        cx_neighbor_tree_query_radius(t, q, cx_mul(cx_select(q, 1, 0), cx_float(NAN)), NULL).starts,
        "neighbor_tree_query_radius: r has a NaN", CX_E_ARGUMENT)
    REFUSED(cx_neighbor_tree_two_point_correlation(t, q, q), "r has 2 dimensions", CX_E_SHAPE)
    REFUSED(cx_neighbor_tree_kernel_density(t, q, 0, NULL), "h=0", CX_E_ARGUMENT)
    const cx_neighbor_density_opts kind = {.struct_size = sizeof kind, .kernel = "round"};
    REFUSED(cx_neighbor_tree_kernel_density(t, q, 1, &kind), "no kernel 'round'", CX_E_ARGUMENT)
#undef REFUSED
    done(all);
}
