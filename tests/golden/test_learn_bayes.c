/* device: each. Naive Bayes against scikit-learn: coins, categories, and batches of every class. */
#include "device.h"
#include "learn_golden.h"

#include <calx.h>
#include <calx/estimator.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

typedef struct named {
    const char *name, *spec;
} named;

static cx_scope open(void)
{
    golden_from("learn_bayes.tsv");
    return cx_scope_open();
}
static void done(cx_scope s)
{
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
static cx_array *here(const cx_array *a)
{
    return cx_to(a, test_device());
}
static cx_array *weights_for(int64_t n)
{
    return cx_add(cx_remainder(cx_arange(0, (double)n, 1, CX_F64, CX_CPU), cx_float(3)),
                  cx_float(0.5));
}

static void check(const char *at, const cx_estimator *on_device, const cx_array *x)
{
    cx_estimator *const m = cx_estimator_to(on_device, CX_CPU);
    const bool gaussian = strcmp(cx_estimator_name(m), "GaussianNB") == 0,
               categorical = strcmp(cx_estimator_name(m), "CategoricalNB") == 0;
    const cx_array *const nine = cx_copy(cx_slice(x, 0, 0, 9, 1));
    golden_same(at, "counts",
                cx_attr(m, gaussian      ? "class_count_"
                           : categorical ? "category_count_"
                                         : "feature_count_"),
                1e-12, 1e-12);
    golden_same(at, "logs", cx_attr(m, gaussian ? "theta_" : "feature_log_prob_"), 1e-12, 1e-12);
    golden_same(at, "prior", cx_attr(m, gaussian ? "class_prior_" : "class_log_prior_"), 1e-12,
                1e-12);
    if (gaussian) golden_same(at, "var", cx_attr(m, "var_"), 1e-10, 1e-10);
    if (categorical) golden_same(at, "categories", cx_attr(m, "n_categories_"), 0, 0);
    golden_same(at, "labels", cx_to(cx_predict(on_device, here(x)), CX_CPU), 0, 0);
    golden_same(at, "log_proba", cx_to(cx_predict_log_proba(on_device, here(nine)), CX_CPU), 1e-9,
                1e-3);
    golden_same(at, "proba", cx_to(cx_predict_proba(on_device, here(nine)), CX_CPU), 1e-8, 1e-4);
}

static void fit_and_check(const char *set, const named *c, const data_set *d, bool weighted)
{
    char at[96];
    snprintf(at, sizeof at, "bayes/%s/%s/%s", set, c->name, weighted ? "weighted" : "plain");
    cx_estimator *const m = cx_estimator_new(c->spec);
    const cx_array *x = cx_minimum(d->x, cx_float(12));
    if (strcmp(c->name, "bernoulli_none") == 0) x = cx_astype(cx_greater(x, cx_float(2.5)), CX_F64);
    const cx_array *const w = weighted ? here(weights_for(d->n)) : NULL;
    cx_check(cx_fit_data(m, CX_DATA(.x = here(x), .y = here(d->y), .sample_weight = w)));
    cr_assert(cx_ok(), "%s: %s", c->spec, cx_error_message());
    check(at, m, x);
}

Test(bayes, of_data_sets)
{
    const named models[] = {
        {"bernoulli", "BernoulliNB(binarize=2.0)"},
        {"bernoulli_some",
         "BernoulliNB(alpha=0.05, force_alpha=False, binarize=1.0, fit_prior=False)"},
        {"bernoulli_none", "BernoulliNB(binarize=None)"},
        {"categorical", "CategoricalNB()"},
        {"categorical_some",
         "CategoricalNB(alpha=0.2, min_categories=20, class_prior=[0.2, 0.5, 0.3])"},
        {"categorical_each", "CategoricalNB(min_categories=[10, 11, 12, 13], fit_prior=False)"}};
    const char *const sets[] = {"iris", "wine_data"};
    for (int i = 0; i < 2; i++)
        for (size_t j = 0; j < sizeof models / sizeof *models; j++) {
            if (i == 1 && strstr(models[j].name, "_each")) continue; /* a list for four columns */
            const cx_scope s = open();
            const data_set d = read_data(sets[i]);
            fit_and_check(sets[i], &models[j], &d, false);
            fit_and_check(sets[i], &models[j], &d, true);
            done(s);
        }
}

/* scikit-learn cannot take a list here; a list of equal numbers is the number. */
Test(bayes, a_number_for_each_column)
{
    const cx_scope s = open();
    const data_set d = read_data("iris");
    cx_estimator *const one = cx_estimator_new("BernoulliNB(alpha=0.5, binarize=2.0)"),
                        *const each = cx_estimator_new(
                            "BernoulliNB(alpha=[0.5, 0.5, 0.5, 2.0], binarize=2.0)");
    cx_check(cx_fit(one, here(d.x), here(d.y)));
    cx_check(cx_fit(each, here(d.x), here(d.y)));
    const cx_array *const same =
        cx_equal(cx_attr(one, "feature_log_prob_"), cx_attr(each, "feature_log_prob_"));
    cr_expect(cx_item_bool(cx_all(cx_slice(same, 1, 0, 3, 1), CX_ALL)));
    cr_expect(!cx_item_bool(cx_any(cx_slice(same, 1, 3, 4, 1), CX_ALL)));
    done(s);
}

static void fit_in_batches(const named *c, const cx_array *x, const cx_array *y, bool weighted)
{
    char at[96];
    snprintf(at, sizeof at, "batches/%s/%s", c->name, weighted ? "weighted" : "plain");
    cx_estimator *const m = cx_estimator_new(c->spec);
    const cx_array *const w = weights_for(150);
    for (int64_t i = 0; i < 4; i++) {
        const int64_t from = i * 40, to = from + 40 < 150 ? from + 40 : 150;
        const cx_data part = {.x = here(cx_slice(x, 0, from, to, 1)),
                              .y = here(cx_slice(y, 0, from, to, 1)),
                              .sample_weight = weighted ? here(cx_slice(w, 0, from, to, 1)) : NULL,
                              .classes = i == 0 ? here(cx_arange(0, 3, 1, CX_F64, CX_CPU)) : NULL};
        cx_check(cx_partial_fit_data(m, &part));
        cr_assert(cx_ok(), "%s: %s", c->spec, cx_error_message());
    }
    check(at, m, x);
}

Test(bayes, batches)
{
    const named models[] = {
        {"gaussian", "GaussianNB()"},
        {"gaussian_priors", "GaussianNB(priors=[0.2, 0.5, 0.3], var_smoothing=1e-3)"},
        {"multinomial", "MultinomialNB(alpha=0.5)"},
        {"complement", "ComplementNB(norm=True)"},
        {"bernoulli", "BernoulliNB(binarize=1.6)"},
        {"categorical", "CategoricalNB(min_categories=8)"}};
    for (size_t j = 0; j < sizeof models / sizeof *models; j++) {
        const cx_scope s = open();
        const data_set d = read_data("iris");
        size_t n;
        const double *const order = golden(&n, "batches/order");
        const cx_array *const x = rows_of(d.x, order, n), *const y = rows_of(d.y, order, n);
        fit_in_batches(&models[j], x, y, false);
        fit_in_batches(&models[j], x, y, true);
        done(s);
    }
}

static cx_status refused(const char *spec, const cx_array *x, const cx_array *y)
{
    return cx_fit(cx_estimator_new(spec), x, y);
}

Test(bayes, errors)
{
    const cx_scope s = open();
    const data_set d = read_data("iris");
    const cx_array *const x = here(d.x), *const y = here(d.y);
    cr_expect(refused("CategoricalNB()", cx_negative(x), y) == CX_E_ARGUMENT);
    cr_expect(refused("CategoricalNB(min_categories=[1, 2])", x, y) == CX_E_ARGUMENT);
    cr_expect(refused("CategoricalNB(min_categories=[1.5, 2, 3, 4])", x, y) == CX_E_ARGUMENT);
    cr_expect(refused("BernoulliNB(class_prior=[1.0])", x, y) == CX_E_ARGUMENT);
    cr_expect(cx_partial_fit(cx_estimator_new("BernoulliNB()"), x, y) == CX_E_ARGUMENT);
    cx_estimator *const m = cx_estimator_new("CategoricalNB()");
    cr_assert(cx_fit(m, x, y) == CX_OK, "%s", cx_error_message());
    cr_expect(cx_status_of(cx_predict(m, cx_add(x, cx_float(1)))) == CX_E_ARGUMENT);
    cr_expect(strstr(cx_error_message(), "column 0") != NULL, "%s", cx_error_message());
    cr_expect(cx_scope_close(s) == CX_E_ARGUMENT);
}
