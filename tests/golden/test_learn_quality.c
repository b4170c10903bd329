/* How good classifiers, regressors, clusterers, embeddings and decompositions are, beside
 * scikit-learn's (and umap-learn's): means over seeds, by the list learn_quality.def. The first
 * seeds only, unless CALX_LONG asks for all twenty, and then every pair is printed. */
#include "learn_golden.h"

#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A mean may be worse than scikit-learn's by this share of it. */
static const double MARGIN = 0.01;
enum { SEEDS = 20 };

typedef enum measure { SCORE, ARI, TRUST, REBUILT, CONTRAST } measure;
typedef struct row {
    int brief;
    const char *set, *name; /* of the measure */
    measure kind;
    const char *spec;
} row;
#define QUALITY(brief, set, kind, spec) {brief, set, #kind, kind, spec},
static const row rows[] = {
#include "learn_quality.def"
};
#undef QUALITY

/* ---- the data sets, as the generator makes them */
static cx_array *unit(const cx_array *y)
{
    return cx_div(cx_sub(y, cx_mean(y, CX_ALL)), cx_std(y, CX_ALL));
}

static cx_data shipped(const char *file, bool y_too)
{
    const data_set d = read_data(file);
    return (cx_data){.x = standardised(d.x), .y = y_too ? unit(d.y) : d.y};
}

static cx_dataset drawn(const char *set, int seed)
{
    const cx_maybe_i64 state = CX_SEED(seed);
    if (strcmp(set, "classes") == 0)
        return cx_make_classification(CX_OPTS(cx_make_classification_opts, .n_samples = 400,
                                              .n_features = 10, .n_informative = CX_SET(6),
                                              .n_classes = 3, .random_state = state));
    if (strcmp(set, "friedman") == 0)
        return cx_make_friedman1(
            CX_OPTS(cx_make_function_opts, .n_samples = 300, .noise = 1.0, .random_state = state));
    if (strcmp(set, "blobs") == 0)
        return cx_make_blobs(CX_OPTS(cx_make_blobs_opts, .n_samples = 300, .n_features = 3,
                                     .n_centers = 4, .cluster_std = CX_SET(1.5),
                                     .random_state = state));
    if (strcmp(set, "moons") == 0)
        return cx_make_moons(CX_OPTS(cx_make_curves_opts, .n_samples = 300, .noise = CX_SET(0.08),
                                     .random_state = state));
    if (strcmp(set, "circles") == 0)
        return cx_make_circles(CX_OPTS(cx_make_curves_opts, .n_samples = 300, .noise = CX_SET(0.06),
                                       .factor = CX_SET(0.4), .random_state = state));
    if (strcmp(set, "roll") == 0)
        return cx_make_swiss_roll(
            CX_OPTS(cx_make_function_opts, .n_samples = 300, .random_state = state));
    cr_assert(strcmp(set, "mixed") == 0, "no set '%s'", set);
    const cx_dataset d = cx_make_friedman1(
        CX_OPTS(cx_make_function_opts, .n_samples = 400, .n_features = 5, .random_state = state));
    return (cx_dataset){.x = cx_cumsum(d.x, 1), .y = d.y};
}

static cx_data data_of(const char *set, int seed)
{
    static const char *const files[][2] = {{"iris", "iris"},
                                           {"wine", "wine_data"},
                                           {"cancer", "breast_cancer"},
                                           {"diabetes", "diabetes"}};
    for (int i = 0; i < 4; i++)
        if (strcmp(files[i][0], set) == 0) return shipped(files[i][1], i == 3);
    if (strcmp(set, "pixels") == 0) {
        const data_set d = read_data("digits");
        return (cx_data){.x = cx_slice(d.x, 0, 0, 500, 1), .y = cx_slice(d.y, 0, 0, 500, 1)};
    }
    const cx_dataset d = drawn(set, seed);
    return (cx_data){.x = d.x, .y = d.y};
}

/* ---- measures */
static double score(cx_estimator *m, const cx_split *part)
{
    const cx_estimator_kind kind = cx_estimator_kind_of(m);
    const bool told = kind == CX_CLASSIFIER || kind == CX_REGRESSOR;
    cx_check(cx_fit(m, part->train.x, told ? part->train.y : NULL));
    return cx_score(m, part->test.x, told ? part->test.y : NULL);
}

static double rebuilt(cx_estimator *m, const cx_split *part)
{
    cx_check(cx_fit(m, part->train.x, NULL));
    const cx_array *const back = cx_inverse_transform(m, cx_transform(m, part->test.x));
    return cx_item_f64(cx_linalg_norm(cx_sub(back, part->test.x), CX_ALL, NULL));
}

/* Squared differences of the mean log cosh from that of a standard normal number. */
static double contrast(cx_estimator *m, const cx_split *part)
{
    cx_check(cx_fit(m, part->train.x, NULL));
    const cx_array *const s = cx_transform(m, part->test.x), *const off =
                                                                 cx_sub(cx_mean(cx_log(cx_cosh(s)),
                                                                                CX_AXIS(0)),
                                                                        cx_float(0.3745672075));
    return cx_item_f64(cx_sum(cx_square(off), CX_ALL));
}

static double measured(cx_estimator *m, measure kind, const cx_split *part)
{
    switch (kind) {
    case SCORE: return score(m, part);
    case ARI:
        return cx_adjusted_rand_score(part->train.y, cx_fit_predict(m, part->train.x, NULL), NULL);
    case TRUST:
        return cx_trustworthiness(part->train.x, cx_fit_transform(m, part->train.x, NULL), NULL);
    case REBUILT: return rebuilt(m, part);
    case CONTRAST: return contrast(m, part);
    }
    return 0;
}

static double figure(const row *r, int seed)
{
    const cx_scope s = cx_scope_open();
    char text[160];
    snprintf(text, sizeof text, r->spec, seed);
    const cx_data d = data_of(r->set, seed);
    const cx_split part = cx_train_test_split(
        &d, CX_OPTS(cx_split_opts, .test_size = 0.25, .random_state = CX_SEED(seed)));
    const double v = measured(cx_estimator_new(text), r->kind, &part);
    cr_assert(cx_scope_close(s) == CX_OK, "%s: %s", text, cx_error_message());
    return v;
}

static void check(const row *r, bool all)
{
    const cx_scope s = cx_scope_open();
    size_t count;
    const double *const theirs = golden(&count, "%s/%s/%s", r->set, r->name, r->spec);
    cr_assert_eq(count, SEEDS);
    const int seeds = all ? SEEDS : r->brief;
    double own = 0, other = 0;
    int alike = 0;
    for (int i = 0; i < seeds; i++) {
        const double v = figure(r, i);
        own += v / seeds;
        other += theirs[i] / seeds;
        alike += fabs(v - theirs[i]) <= 1e-6 * fabs(theirs[i]);
    }
    if (all)
        printf("%-9s %-8s %9.5f %9.5f %2d alike  %s\n", r->set, r->name, own, other, alike,
               r->spec);
    const double worse = r->kind == REBUILT ? own - other : other - own;
    cr_expect(worse <= MARGIN * fabs(other), "%s, %s: %g beside %g of %s", r->set, r->name, own,
              other, r->spec);
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

static void each(measure kind)
{
    golden_from("learn_quality.tsv");
    const bool all = getenv("CALX_LONG") != NULL;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].kind == kind && (all || rows[i].brief > 0)) check(&rows[i], all);
}

Test(quality, scores)
{
    each(SCORE);
}
Test(quality, clusters)
{
    each(ARI);
}
Test(quality, embeddings)
{
    each(TRUST);
}
Test(quality, reconstructions)
{
    each(REBUILT);
}
Test(quality, independent_components)
{
    each(CONTRAST);
}
