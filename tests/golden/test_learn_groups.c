/* KMeans, KNeighborsClassifier and GaussianNB against scikit-learn. */
#include "learn_golden.h"

#include <calx.h>
#include <calx/estimator.h>
#include <calx/neighbors.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define NEAR(a, tolerance, ...)                                                                    \
    do {                                                                                           \
        size_t count_;                                                                             \
        const double *want_ = golden(&count_, __VA_ARGS__);                                        \
        const double off_ = difference((a), want_, count_);                                        \
        cr_expect(off_ <= (tolerance), "line %d, %s: %g > %g", __LINE__, what, off_, (tolerance)); \
    } while (0)

static const char *const sets[] = {"iris", "wine_data", "breast_cancer", "digits"};
static const char *const forms[] = {"raw", "std"};

static void done(cx_scope s)
{
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

static cx_array *weights_for(int64_t n)
{
    cx_array *w = cx_empty(CX_SHAPE(n), CX_F64, CX_CPU);
    double *v = cx_data_f64_mut(w);
    for (int64_t i = 0; i < n; i++) v[i] = 0.5 + (double)(i % 3);
    return w;
}

static cx_estimator *fitted(const char *spec, const cx_array *x, const cx_array *y,
                            const cx_array *weight)
{
    cx_estimator *m = cx_estimator_new(spec);
    cx_check(cx_fit_data(m, CX_DATA(.x = x, .y = y, .sample_weight = weight)));
    return m;
}

static double matching(const cx_array *a, const double *skip, const char *key, const char *set,
                       const char *form, const char *part)
{
    size_t count;
    char name[128];
    snprintf(name, sizeof name, "%s/%s/%s/%s", key, set, form, part);
    const double *want = golden(&count, "%s", name);
    return agreement(a, want, count, skip);
}

/* The same seed must give the same start, and so the same run. */
static void check_kmeans(const char *what, const char *form, const cx_array *x, int k, int seed)
{
    char spec[80], part[32];
    snprintf(spec, sizeof spec, "KMeans(%d, random_state=%d)", k, seed);
    snprintf(part, sizeof part, "%d/labels", seed);
    cx_estimator *m = fitted(spec, x, NULL, NULL);
    const double same = matching(cx_attr(m, "labels_"), NULL, "kmeans", what, form, part);
    cr_expect(same == 1, "%s %s seed %d: %g of the labels", what, form, seed, same);
    NEAR(cx_attr(m, "inertia_"), 1e-10, "kmeans/%s/%s/%d/inertia", what, form, seed);
    NEAR(cx_attr(m, "n_iter_"), 0.0, "kmeans/%s/%s/%d/n_iter", what, form, seed);
    if (k == 3)
        NEAR(cx_attr(m, "cluster_centers_"), 1e-10, "kmeans/%s/%s/%d/centres", what, form, seed);
    cr_expect(cx_array_equal(cx_predict(m, x), cx_attr(m, "labels_")), "%s", what);
    cr_expect(cx_dim(cx_transform(m, x), 1) == k);
    const double inertia = cx_item_f64(cx_attr(m, "inertia_"));
    cr_expect(fabs(cx_score(m, x, NULL) + inertia) <= 1e-10 * inertia);
}

Test(kmeans, seeds)
{
    static const struct {
        const char *set;
        int k;
    } cases[] = {{"iris", 3}, {"wine_data", 3}, {"digits", 10}};
    for (int i = 0; i < 3; i++) {
        const cx_scope s = cx_scope_open();
        const data_set d = read_data(cases[i].set);
        const cx_array *std = standardised(d.x);
        const char *what = cases[i].set;
        for (int seed = 0; seed < 3; seed++) {
            check_kmeans(what, "raw", d.x, cases[i].k, seed);
            check_kmeans(what, "std", std, cases[i].k, seed);
        }
        char spec[80];
        snprintf(spec, sizeof spec, "KMeans(%d, init='random', n_init=3, random_state=7)",
                 cases[i].k);
        cx_estimator *m = fitted(spec, std, NULL, weights_for(d.n));
        NEAR(cx_attr(m, "inertia_"), 1e-10, "kmeans/%s/random/inertia", what);
        NEAR(cx_attr(m, "labels_"), 0.0, "kmeans/%s/random/labels", what);
        done(s);
    }
}

Test(kmeans, duplicates_and_empty_clusters)
{
    const cx_scope s = cx_scope_open();
    const double x[] = {0, 0, 0, 0, 1, 1, 1, 1};
    cx_estimator *m =
        fitted("KMeans(3, random_state=0)", cx_copy_host(x, CX_SHAPE(8, 1), CX_F64), NULL, NULL);
    cr_expect(cx_item_f64(cx_attr(m, "inertia_")) == 0);
    cr_expect(cx_fit(cx_estimator_new("KMeans(9)"), cx_copy_host(x, CX_SHAPE(8, 1), CX_F64),
                     NULL) == CX_E_ARGUMENT);
    done(s);
}

/* Points far from the origin, close to each other: the expanded square alone would lose all
 * digits. */
Test(kmeans, offset_keeps_digits)
{
    const cx_scope s = cx_scope_open();
    const data_set d = read_data("iris");
    const cx_array *far = cx_add(d.x, cx_float(67108864.0));
    const cx_array *near = cx_sub(far, cx_float(67108864.0));
    cx_estimator *a = fitted("KMeans(3, random_state=0)", near, NULL, NULL),
                 *b = fitted("KMeans(3, random_state=0)", far, NULL, NULL);
    cr_expect(cx_array_equal(cx_attr(a, "labels_"), cx_attr(b, "labels_")));
    cr_expect(cx_array_equal(cx_predict(a, near), cx_predict(b, far)));
    a = fitted("KNeighborsClassifier()", near, d.y, NULL);
    b = fitted("KNeighborsClassifier()", far, d.y, NULL);
    cr_expect(cx_array_equal(cx_predict(a, near), cx_predict(b, far)));
    done(s);
}

Test(neighbours, labels_and_distances)
{
    static const struct {
        const char *name, *spec;
    } cases[] = {{"uniform", "KNeighborsClassifier()"},
                 {"distance", "KNeighborsClassifier(weights='distance', n_neighbors=7)"},
                 {"p1", "KNeighborsClassifier(p=1)"}};
    for (int i = 0; i < 4; i++)
        for (int f = 0; f < 2; f++) {
            const cx_scope s = cx_scope_open();
            const char *what = sets[i];
            const data_set d = read_data(what);
            const cx_array *x = f == 0 ? d.x : standardised(d.x);
            size_t train, test, count;
            const double *a = golden(&train, "split/%s/train", what),
                         *b = golden(&test, "split/%s/test", what);
            for (int c = 0; c < 3; c++) {
                cx_estimator *m =
                    fitted(cases[c].spec, rows_of(x, a, train), rows_of(d.y, a, train), NULL);
                const cx_array *query = rows_of(x, b, test);
                char part[32];
                snprintf(part, sizeof part, "%s/labels", cases[c].name);
                const double *tied =
                    golden(&count, "knn/%s/%s/%s/tied", what, forms[f], cases[c].name);
                const double same =
                    matching(cx_predict(m, query), tied, "knn", what, forms[f], part);
                cr_expect(same == 1, "%s %s %s: %g", what, forms[f], cases[c].name, same);
                const cx_neighbors r = cx_kneighbors(m, cx_slice(query, 0, 0, 3, 1), 0);
                NEAR(r.distances, 1e-14, "knn/%s/%s/%s/distances", what, forms[f], cases[c].name);
            }
            done(s);
        }
}

Test(neighbours, find_themselves)
{
    const cx_scope s = cx_scope_open();
    const data_set d = read_data("wine_data");
    cx_estimator *m = fitted("KNeighborsClassifier(3, weights='distance')", d.x, d.y, NULL);
    const cx_neighbors r = cx_kneighbors(m, d.x, 1);
    cr_expect(cx_array_equal(cx_ravel(r.indices), cx_arange_i64(0, d.n, 1, CX_I64, CX_CPU)));
    cr_expect(cx_score(m, d.x, d.y) == 1);
    const cx_scope inner = cx_scope_open();
    cr_expect(cx_status_of(cx_kneighbors(m, d.x, 1000).indices) != CX_OK);
    cr_expect(cx_scope_close(inner) == CX_E_ARGUMENT);
    done(s);
}

Test(naive_bayes, moments_and_labels)
{
    for (int i = 0; i < 4; i++)
        for (int f = 0; f < 2; f++) {
            const cx_scope s = cx_scope_open();
            const char *what = sets[i];
            const data_set d = read_data(what);
            const cx_array *x = f == 0 ? d.x : standardised(d.x);
            cx_estimator *m = fitted("GaussianNB()", x, d.y, weights_for(d.n));
            NEAR(cx_attr(m, "theta_"), 1e-13, "nb/%s/%s/theta", what, forms[f]);
            NEAR(cx_attr(m, "var_"), 1e-12, "nb/%s/%s/var", what, forms[f]);
            NEAR(cx_attr(m, "class_prior_"), 1e-14, "nb/%s/%s/prior", what, forms[f]);
            NEAR(cx_attr(m, "epsilon_"), 1e-13, "nb/%s/%s/epsilon", what, forms[f]);
            NEAR(cx_predict_log_proba(m, cx_slice(x, 0, 0, 3, 1)), 1e-8, "nb/%s/%s/log_proba", what,
                 forms[f]);
            cr_expect(matching(cx_predict(m, x), NULL, "nb", what, forms[f], "labels") == 1,
                      "%s %s", what, forms[f]);
            done(s);
        }
}

Test(naive_bayes, batches)
{
    const cx_scope s = cx_scope_open();
    const data_set d = read_data("wine_data");
    cx_estimator *whole = fitted("GaussianNB(var_smoothing=0.0)", d.x, d.y, NULL),
                 *parts = cx_estimator_new("GaussianNB(var_smoothing=0.0)");
    for (int64_t lo = 0; lo < d.n; lo += 60) {
        const cx_data part = {.x = cx_slice(d.x, 0, lo, lo + 60, 1),
                              .y = cx_slice(d.y, 0, lo, lo + 60, 1),
                              .classes = d.y};
        cx_check(cx_partial_fit_data(parts, &part));
    }
    cr_expect(difference(cx_attr(parts, "var_"), cx_data_f64(cx_attr(whole, "var_")), 39) <= 1e-12);
    cr_expect(difference(cx_attr(parts, "class_prior_"),
                         cx_data_f64(cx_attr(whole, "class_prior_")), 3) <= 1e-14);
    cr_expect(cx_fit(cx_estimator_new("GaussianNB(priors=[0.5, 0.5])"), d.x, d.y) == CX_E_ARGUMENT);
    cr_expect(cx_fit(cx_estimator_new("GaussianNB(priors=[0.5, 0.25, 0.2])"), d.x, d.y) ==
              CX_E_ARGUMENT);
    done(s);
}
