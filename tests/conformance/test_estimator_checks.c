/* device: each. What users of estimators rely on, for every one of them: fits repeat, clones are
 * unfitted, specs read back, bad data is refused with words, rows do not know each other, weights
 * are repetitions, inputs are never changed, columns have names. */
#include "device.h"
#include "subjects.h"

#include <calx.h>
#include <calx/estimator.h>
#include <calx/estimator_class.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static subject_rows data_here(const subject *t)
{
    const subject_rows host = subject_data(t, false);
    return subject_here(&host);
}

static cx_estimator *fitted(const subject *t, const subject_rows *d)
{
    cx_estimator *const m = cx_estimator_new(t->spec);
    cr_assert(subject_fit(m, d) == CX_OK, "%s: %s", t->spec, cx_error_message());
    return m;
}

static const cx_estimator_class *class_of(const subject *t)
{
    return cx_estimator_class_find(cx_estimator_name(cx_estimator_new(t->spec)));
}

/* Equal, or near by the largest number. */
static bool alike(cx_array *a, cx_array *b, double tolerance)
{
    if (cx_ndim(a) != cx_ndim(b) || cx_size(a) != cx_size(b)) return false;
    if (cx_array_equal(a, b)) return true;
    if (cx_dtype_kind(cx_dtype_of(a)) != 'f') return false;
    const cx_array *const x = cx_astype(test_host(a), CX_F64), *const y =
                                                                   cx_astype(test_host(b), CX_F64);
    const double off = cx_item_f64(cx_max(cx_abs(cx_sub(x, y)), CX_ALL)),
                 most = cx_item_f64(cx_max(cx_abs(y), CX_ALL));
    return off <= tolerance * (1 + most);
}

static void same_results(const subject *t, const char *what, const cx_estimator *a,
                         const cx_estimator *b, const cx_array *x, double tolerance)
{
    for (int i = 0; i < SUBJECT_METHODS; i++) {
        const cx_method method = subject_methods[i];
        if (!cx_estimator_has(a, method) || method == CX_PREDICT_LOG_PROBA) continue;
        cr_expect(alike(subject_ask(a, method, x), subject_ask(b, method, x), tolerance),
                  "%s, %s: %s", t->spec, what, subject_method(method));
    }
}

/* ---- the table of subjects is whole */
static bool mentions(const char *spec, const char *name)
{
    const size_t n = strlen(name);
    for (const char *at = spec; (at = strstr(at, name)) != NULL; at += n)
        if (at[n] == '(' && (at == spec || at[-1] == ' ' || at[-1] == '(' || at[-1] == '='))
            return true;
    return false;
}

Test(estimator_checks, every_class_has_a_row)
{
    for (int i = 0; i < cx_estimator_class_count(); i++) {
        const cx_estimator_class *const c = cx_estimator_class_at(i);
        bool found = c->kind == CX_SPLITTER || strcmp(c->name, "Pipeline") == 0 ||
                     strcmp(c->name, "FrozenEstimator") == 0 ||   /* no spec holds its model */
                     strncmp(c->name, "TreeEnsemble", 12) == 0 || /* nor its trees */
                     /* takes no matrix, or a square one */
                     (c->flags & (CX_CLASS_LABELS | CX_CLASS_PAIRWISE)) != 0;
        for (const subject *s = subjects; s->spec && !found; s++)
            found = mentions(s->spec, c->name);
        cr_expect(found, "%s stands in no row of subjects.def", c->name);
    }
}

/* ---- objects */
/* Where a float that is whole is the default, the integer will do as well. */
static void whole_number(const cx_estimator *given, const cx_estimator_class *c, const cx_param *p)
{
    const size_t n = p->deflt ? strlen(p->deflt) : 0;
    char whole[32];
    if (!(p->kinds & CX_PARAM_FLOAT) || n < 3 || n >= sizeof whole ||
        strcmp(p->deflt + n - 2, ".0") != 0)
        return;
    snprintf(whole, sizeof whole, "%.*s", (int)(n - 2), p->deflt);
    cx_estimator *const m = cx_clone(given);
    cr_expect(cx_set_param(m, p->name, whole) == CX_OK, "%s.%s=%s: %s", c->name, p->name, whole,
              cx_error_message());
}

/* Each default can be set, is read back, and leaves the spec as it was. */
static void parameters(const subject *t)
{
    cx_estimator *const m = cx_estimator_new(t->spec);
    const cx_estimator_class *const c = class_of(t);
    for (const cx_param *p = c->params; p && p->name; p++) {
        const char *const now = cx_param_text(m, p->name);
        cr_expect(p->doc && *p->doc, "%s has no words on '%s'", c->name, p->name);
        cr_expect(cx_set_param(m, p->name, now) == CX_OK, "%s.%s=%s: %s", c->name, p->name, now,
                  cx_error_message());
        cr_expect_str_eq(cx_param_text(m, p->name), now);
        whole_number(m, c, p);
    }
    const cx_scope inner = cx_scope_open();
    cr_expect(cx_set_param(m, "no_such_parameter", "1") == CX_E_ARGUMENT, "%s", t->spec);
    (void)!cx_scope_close(inner);
}

Test(estimator_checks, parameters_read_back)
{
    each_subject(parameters);
}

/* ---- bad data: a status, words that name the class or the argument, and nothing happens */
static void refused(const subject *t, const char *what, cx_status wanted, const cx_array *x,
                    const cx_array *y)
{
    const cx_scope inner = cx_scope_open();
    cx_estimator *const m = cx_estimator_new(t->spec);
    const cx_status st = cx_fit(m, x, y);
    cr_expect(st == wanted, "%s, %s: %s", t->spec, what, cx_status_name(st));
    cr_expect(strlen(cx_error_message()) > 0 && !cx_is_fitted(m), "%s, %s", t->spec, what);
    (void)!cx_scope_close(inner);
}

static const cx_array *with_one(const cx_array *x, double bad)
{
    const int64_t n = cx_dim(x, 0), d = cx_dim(x, 1);
    const cx_array *const place = cx_reshape(
        cx_equal(cx_arange_i64(0, n * d, 1, CX_I64, CX_CPU), cx_int(2 * d + 1)), CX_SHAPE(n, d));
    return test_here(cx_where(place, cx_float(bad), test_host(cx_copy(x))));
}

static void bad_data(const subject *t)
{
    const subject_rows d = data_here(t);
    const bool nan_allowed = (class_of(t)->flags & CX_CLASS_ALLOW_NAN) != 0 ||
                             strchr(t->spec, '|') != NULL || (t->flags & SUBJECT_NAN) != 0;
    refused(t, "an infinity", CX_E_ARGUMENT, with_one(d.x, (double)INFINITY), d.y);
    if (!nan_allowed) refused(t, "a NaN", CX_E_ARGUMENT, with_one(d.x, (double)NAN), d.y);
    refused(t, "one dimension", CX_E_SHAPE, cx_ravel(d.x), d.y);
    refused(t, "no rows", CX_E_SHAPE, cx_slice(d.x, 0, 0, 0, 1),
            d.y ? cx_slice(d.y, 0, 0, 0, 1) : NULL);
    refused(t, "no columns", CX_E_SHAPE, cx_slice(d.x, 1, 0, 0, 1), d.y);
    refused(t, "complex", CX_E_DTYPE, cx_astype(d.x, CX_C128), d.y);
    if (!d.y) return;
    refused(t, "too short a y", CX_E_SHAPE, d.x, cx_slice(d.y, 0, 0, 10, 1));
    refused(t, "no y", CX_E_ARGUMENT, d.x, NULL);
}

Test(estimator_checks, bad_data_is_refused)
{
    each_subject(bad_data);
}

/* ---- hard but good data: a result or a clear refusal */
static void tried(const subject *t, const char *what, const cx_array *x, const cx_array *y)
{
    const cx_scope inner = cx_scope_open();
    cx_estimator *const m = cx_estimator_new(t->spec);
    const cx_status st = cx_fit(m, x, y);
    cr_expect(st == CX_OK || st == CX_E_ARGUMENT || st == CX_E_SHAPE || st == CX_E_SINGULAR,
              "%s, %s: %s", t->spec, what, cx_error_message());
    for (int i = 0; st == CX_OK && i < SUBJECT_METHODS; i++) {
        if (!cx_estimator_has(m, subject_methods[i])) continue;
        cx_array *const r = subject_ask(m, subject_methods[i], x);
        const cx_status asked = cx_status_of(r);
        cr_expect(asked == CX_E_ARGUMENT || (asked == CX_OK && cx_dim(r, 0) == cx_dim(x, 0)),
                  "%s, %s, %s: %s", t->spec, what, subject_method(subject_methods[i]),
                  cx_error_message());
    }
    (void)!cx_scope_close(inner);
}

static void hard_data(const subject *t)
{
    const subject_rows d = data_here(t);
    tried(t, "one row", cx_slice(d.x, 0, 0, 1, 1), d.y ? cx_slice(d.y, 0, 0, 1, 1) : NULL);
    tried(t, "one column", cx_ascontiguous(cx_slice(d.x, 1, 0, 1, 1)), d.y);
    tried(t, "constant columns", cx_full_like(d.x, cx_float(2), CX_F64), d.y);
    if (test_brief()) return; /* no other shapes follow */
    tried(t, "equal columns", cx_concatenate(CX_ARRAYS(d.x, d.x), 1), d.y);
    tried(t, "whole numbers", cx_astype(d.x, CX_I32), d.y);
    tried(t, "columns of memory", cx_transpose(cx_ascontiguous(cx_transpose(d.x))), d.y);
}

Test(estimator_checks, hard_data_is_taken_or_refused)
{
    each_subject(hard_data);
}

/* ---- one fit, and all that is asked of it */
static void fits_again(const subject *t, const subject_rows *d, const cx_estimator *m)
{
    cx_estimator *const b = fitted(t, d);
    same_results(t, "fitted twice", m, b, d->x, 0);
    if (test_brief()) return; /* no other kernels follow */
    cr_expect(subject_fit(b, d) == CX_OK);
    same_results(t, "fitted again", m, b, d->x, 0);
    const cx_scope inner = cx_scope_open();
    cr_expect(cx_fit(b, with_one(d->x, (double)INFINITY), d->y) != CX_OK);
    (void)!cx_scope_close(inner);
    same_results(t, "after a fit that failed", m, b, d->x, 0);
    subject_rows other = *d;
    other.x = cx_transpose(cx_ascontiguous(cx_transpose(d->x)));
    same_results(t, "columns of memory", m, fitted(t, &other), d->x, 0);
}

static void clones(const subject *t, const cx_estimator *m)
{
    const cx_estimator *const copy = cx_clone(m);
    cr_expect(cx_is_fitted(m) && !cx_is_fitted(copy), "%s", t->spec);
    cr_expect_str_eq(cx_estimator_spec(copy), cx_estimator_spec(m));
    const cx_estimator *const again = cx_estimator_new(cx_estimator_spec(m));
    cr_expect_str_eq(cx_estimator_spec(again), cx_estimator_spec(m));
}

static void misuse(const subject *t, const subject_rows *d, const cx_estimator *m)
{
    const cx_estimator *const fresh = cx_clone(m);
    for (int i = 0; i < SUBJECT_METHODS; i++) {
        const cx_method method = subject_methods[i];
        if (!cx_estimator_has(m, method)) continue;
        const cx_scope inner = cx_scope_open();
        cr_expect(cx_status_of(subject_ask(fresh, method, d->x)) == CX_E_NOT_FITTED, "%s: %s",
                  t->spec, subject_method(method));
        cr_expect(cx_status_of(subject_ask(m, method, cx_slice(d->x, 1, 0, 3, 1))) == CX_E_SHAPE,
                  "%s: %s of fewer columns", t->spec, subject_method(method));
        (void)!cx_scope_close(inner);
    }
}

/* Rows do not know each other, and no rows at all are refused. */
static void row_by_row(const subject *t, const subject_rows *d, const cx_estimator *m)
{
    if (t->flags & SUBJECT_NEIGHBOURS) return;
    const cx_scope inner = cx_scope_open();
    for (int i = 0; i < SUBJECT_METHODS; i++) {
        const cx_method method = subject_methods[i];
        if (!cx_estimator_has(m, method)) continue;
        const cx_array *const all = subject_ask(m, method, d->x);
        const cx_array *const some = subject_ask(m, method, cx_slice(d->x, 0, 7, 20, 1));
        cr_expect(alike(cx_copy(some), cx_slice(all, 0, 7, 20, 1),
                        t->flags & SUBJECT_LOOSE ? 1e-12 : 1e-13),
                  "%s: %s", t->spec, subject_method(method));
        cr_expect(cx_dim(subject_ask(m, method, cx_slice(d->x, 0, 0, 0, 1)), 0) <= 0);
    }
    (void)!cx_scope_close(inner);
}

static void names(const subject *t, const subject_rows *d, const cx_estimator *m)
{
    if (!cx_estimator_has(m, CX_TRANSFORM)) return;
    const cx_array *const given = cx_categories_new(cx_arange_i64(0, 4, 1, CX_I32, CX_CPU), 4,
                                                    (const char *const[]){"a", "b", "c", "d"});
    const int64_t columns = cx_dim(cx_transform(m, d->x), 1);
    cr_expect(cx_size(cx_feature_names_out(m, NULL)) == columns, "%s: %s", t->spec,
              cx_error_message());
    cr_expect(cx_size(cx_feature_names_out(m, given)) == columns, "%s: %s", t->spec,
              cx_error_message());
    const cx_scope inner = cx_scope_open();
    cr_expect(cx_status_of(cx_feature_names_out(m, cx_slice(given, 0, 0, 3, 1))) == CX_E_SHAPE,
              "%s", t->spec);
    (void)!cx_scope_close(inner);
}

static void one_fit(const subject *t)
{
    const subject_rows d = data_here(t);
    const cx_array *const x = cx_copy(d.x), *const y = d.y ? cx_copy(d.y) : NULL;
    const cx_estimator *const m = fitted(t, &d);
    clones(t, m);
    misuse(t, &d, m);
    row_by_row(t, &d, m);
    names(t, &d, m);
    fits_again(t, &d, m);
    cr_expect(cx_array_equal(x, d.x) && (!y || cx_array_equal(y, d.y)), "%s: inputs changed",
              t->spec);
}

Test(estimator_checks, a_fit_and_what_is_asked_of_it)
{
    each_subject(one_fit);
}

/* Weights 1, 2, 3 against rows that stand once, twice, three times. */
static void weights(const subject *t)
{
    subject_rows d = data_here(t);
    if ((class_of(t)->flags & CX_CLASS_NO_WEIGHT) ||
        (t->flags & (SUBJECT_ORDERED | SUBJECT_WEIGHTS)) || strchr(t->spec, '|'))
        return;
    const cx_array *const count =
        cx_add(cx_remainder(cx_arange_i64(0, 60, 1, CX_I64, CX_CPU), cx_int(3)), cx_int(1));
    const cx_array *const rows =
        test_here(cx_repeat_each(cx_arange_i64(0, 60, 1, CX_I64, CX_CPU), count, 0));
    subject_rows weighted = {d.x, d.y, test_here(cx_astype(count, CX_F64))},
                 repeated = {cx_take(d.x, rows, 0), d.y ? cx_take(d.y, rows, 0) : NULL, NULL},
                 ones = {d.x, d.y, cx_ones_like(weighted.weight, CX_F64)}, none = {d.x, d.y, NULL};
    const double tolerance = t->flags & SUBJECT_LOOSE ? 1e-3 : 1e-8;
    if (!test_brief())
        same_results(t, "weights 1", fitted(t, &ones), fitted(t, &none), d.x, tolerance);
    same_results(t, "repeated rows", fitted(t, &weighted), fitted(t, &repeated), d.x, tolerance);
}

Test(estimator_checks, weights_are_repetitions)
{
    each_subject(weights);
}

/* ---- labels: any order, any dtype, text */
static void labels(const subject *t)
{
    if (t->y != CLASSES && t->y != TWO_CLASSES) return;
    if (cx_estimator_kind_of(cx_estimator_new(t->spec)) != CX_CLASSIFIER) return;
    const bool drawn = (t->flags & SUBJECT_ORDERED) != 0; /* by class: another order, other draws */
    const subject_rows host = subject_data(t, false);
    const cx_array *const code = cx_astype(host.y, CX_I32);
    const cx_array *const negative = cx_sub(cx_int(7), cx_mul(host.y, cx_int(5)));
    const subject_rows plain = {host.x, code, NULL}, turned = {host.x, negative, NULL};
    const subject_rows a = subject_here(&plain), b = subject_here(&turned);
    const cx_estimator *const m = fitted(t, &a), *const n = fitted(t, &b);
    const cx_array *const classes = test_host(cx_attr(n, "classes_"));
    cr_expect(cx_array_equal(classes, cx_unique_values(negative)), "%s: classes_ %s", t->spec,
              cx_repr(classes));
    const cx_array *const p = test_host(cx_predict(m, a.x)), *const q =
                                                                 test_host(cx_predict(n, b.x));
    const cx_array *const same = cx_equal(cx_sub(cx_int(7), cx_mul(p, cx_int(5))), q);
    cr_expect(drawn || cx_item_f64(cx_mean(cx_astype(same, CX_F64), CX_ALL)) >= 0.95,
              "%s: labels in another order", t->spec);
    const char *const words[] = {"zinc", "argon", "neon"};
    const subject_rows text = {host.x, cx_categories_new(code, 3, words), NULL},
                       c = subject_here(&text);
    const cx_estimator *const k = fitted(t, &c);
    const cx_array *const said = test_host(cx_predict(k, c.x));
    cr_expect(cx_dtype_of(said) == CX_CAT, "%s", t->spec);
    const double with_text = cx_score(k, c.x, c.y), with_numbers = cx_score(m, a.x, a.y);
    cr_expect(drawn || fabs(with_text - with_numbers) < 0.05, "%s: %g, %g", t->spec, with_text,
              with_numbers);
}

Test(estimator_checks, labels_of_any_kind)
{
    each_subject(labels);
}

/* ---- several columns of labels */
static const cx_array *classes_of(const cx_estimator *m, int64_t i)
{
    char name[24];
    snprintf(name, sizeof name, "classes_%d", (int)i);
    return test_host(cx_attr(m, name));
}

/* classes_, its parts, offsets and codes say the same, of the model and of y. */
static void check_classes(const subject *t, const cx_estimator *m, const subject_rows *host)
{
    const int64_t k = cx_dim(host->y, 1);
    const cx_array *const all = test_host(cx_attr(m, "classes_"));
    const cx_array *const offsets = test_host(cx_attr(m, "class_offsets_"));
    const cx_label_columns y = cx_labels_encode_columns(host->y);
    cr_assert(cx_array_equal(all, y.classes) && cx_array_equal(offsets, y.offsets), "%s: %s %s",
              t->spec, cx_repr(all), cx_repr(offsets));
    cr_expect(cx_array_equal(cx_take(y.classes, y.codes, 0), host->y), "%s: codes", t->spec);
    const int64_t *const at = cx_data_i64(offsets);
    cr_assert(cx_size(offsets) == k + 1 && at[0] == 0 && at[k] == cx_size(all), "%s", t->spec);
    for (int64_t i = 0; i < k; i++) {
        const cx_array *const own = cx_labels_encode(cx_select(host->y, 1, i)).classes;
        cr_expect(cx_array_equal(classes_of(m, i), own), "%s: classes_%d", t->spec, (int)i);
        cr_expect(cx_array_equal(cx_slice(all, 0, at[i], at[i + 1], 1), own), "%s", t->spec);
    }
    cr_expect(!cx_has_attr(m, "classes_9") && !cx_has_attr(m, "classes_0x"), "%s", t->spec);
}

/* The share of rows right in all columns, and probabilities that sum to 1 in each column's part. */
static void check_answers(const subject *t, const cx_estimator *m, const subject_rows *d)
{
    const int64_t n = cx_dim(d->x, 0), k = cx_dim(d->y, 1);
    cx_array *const p = cx_predict(m, d->x);
    cr_assert(cx_ndim(p) == 2 && cx_dim(p, 0) == n && cx_dim(p, 1) == k, "%s", t->spec);
    cr_expect(cx_dtype_of(p) == cx_dtype_of(d->y), "%s", t->spec);
    const cx_array *const right = cx_all(cx_equal(p, d->y), CX_AXIS(1));
    const double share = cx_item_f64(cx_mean(cx_astype(right, CX_F64), CX_ALL));
    cr_expect(share > 0.4 && fabs(cx_score(m, d->x, d->y) - share) < 1e-12, "%s: %g, %g", t->spec,
              cx_score(m, d->x, d->y), share);
    if (!cx_estimator_has(m, CX_PREDICT_PROBA)) return;
    const cx_array *const proba = test_host(cx_predict_proba(m, d->x));
    if (cx_dim(proba, 1) == k) { /* of labels that are there or not */
        const cx_array *const there = cx_astype(cx_greater(proba, cx_float(0.5)), CX_I64);
        cr_expect(cx_array_equal(there, test_host(p)), "%s: probabilities", t->spec);
        return;
    }
    const int64_t *const at = cx_data_i64(test_host(cx_attr(m, "class_offsets_")));
    cr_assert(cx_dim(proba, 1) == at[k], "%s", t->spec);
    for (int64_t i = 0; i < k; i++) {
        const cx_array *const sum = cx_sum(cx_slice(proba, 1, at[i], at[i + 1], 1), CX_AXIS(1));
        cr_expect(cx_allclose(sum, cx_ones_like(sum, CX_F64), NULL), "%s: column %d", t->spec,
                  (int)i);
    }
}

static void label_columns(const subject *t)
{
    if (t->y != LABEL_COLUMNS && t->y != TEXT_COLUMNS && t->y != INDICATOR) return;
    const subject_rows host = subject_data(t, false), here = subject_here(&host);
    const cx_estimator *const m = fitted(t, &here);
    if (cx_has_attr(m, "class_offsets_")) check_classes(t, m, &host);
    check_answers(t, m, &here);
    const cx_scope inner = cx_scope_open();
    (void)cx_score(m, here.x, cx_select(here.y, 1, 0));
    cr_expect(cx_scope_close(inner) == CX_E_SHAPE, "%s: score of one column", t->spec);
}

Test(estimator_checks, several_columns_of_labels)
{
    each_subject(label_columns);
}
