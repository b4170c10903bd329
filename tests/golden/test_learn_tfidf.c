/* device: each. Weights of counts of words against scikit-learn. */
#include "device.h"
#include "learn_golden.h"

#include <calx.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static cx_array *counts(const char *name, cx_dtype t)
{
    size_t count;
    const double *const v = golden(&count, "%s", name);
    return cx_astype(test_copy_host(v, CX_SHAPE((int64_t)count / 6, 6), CX_F64), t);
}

static void near(const cx_array *a, double least, const char *name, const char *what)
{
    size_t count;
    const double *const want = golden(&count, "%s/%s", name, what);
    const double off = difference(test_host(cx_astype(a, CX_F64)), want, count);
    cr_expect(off <= least, "%s/%s: %g", name, what, off);
}

static const char *const ways[][2] = {
    {"default", "TfidfTransformer()"},
    {"l1", "TfidfTransformer(norm='l1', smooth_idf=False)"},
    {"none", "TfidfTransformer(norm=None)"},
    {"rough", "TfidfTransformer(norm=None, smooth_idf=False)"},
    {"sublinear", "TfidfTransformer(sublinear_tf=True)"},
    {"counts", "TfidfTransformer(norm='l1', use_idf=False)"},
    {"logarithms", "TfidfTransformer(norm=None, use_idf=False, sublinear_tf=True)"}};
enum { WAYS = sizeof ways / sizeof *ways };

/* Row 4 has no counts, column 3 none in the rows of fit: its weight is infinite in "l1" and
 * "rough". */
static void each_way(cx_dtype t, double least)
{
    golden_from("learn_tfidf.tsv");
    for (int i = 0; i < WAYS; i++) {
        const cx_scope s = cx_scope_open();
        cx_estimator *const m = cx_estimator_new(ways[i][1]);
        const cx_array *const out = cx_fit_transform(m, counts("x", t), NULL);
        cr_assert(cx_ok() && cx_dtype_of(out) == t, "%s: %s", ways[i][1], cx_error_message());
        near(out, least, ways[i][0], "fitted");
        if (strcmp(ways[i][0], "l1") != 0)
            near(cx_transform(m, counts("new", t)), least, ways[i][0], "new");
        const bool weighs = strstr(ways[i][1], "use_idf=False") == NULL;
        cr_expect(cx_has_attr(m, "idf_") == weighs, "%s", ways[i][1]);
        if (weighs) near(cx_attr(m, "idf_"), least, ways[i][0], "idf");
        cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    }
}

Test(tfidf, weights)
{
    each_way(CX_F64, 1e-14);
}

Test(tfidf, weights_in_float32)
{
    each_way(CX_F32, 1e-6);
}

/* What has an infinite weight, and what has no logarithm, cannot be a share of its row. */
Test(tfidf, refusals)
{
    static const char *const specs[] = {"TfidfTransformer(smooth_idf=False)",
                                        "TfidfTransformer(sublinear_tf=True)"};
    golden_from("learn_tfidf.tsv");
    for (int i = 0; i < 2; i++) {
        const cx_scope s = cx_scope_open();
        cx_estimator *const m = cx_estimator_new(specs[i]);
        const cx_array *const x = counts("x", CX_F64), *const new = counts("new", CX_F64);
        cr_assert(cx_fit(m, x, NULL) == CX_OK);
        const cx_array *const r = cx_transform(m, i == 0 ? new : cx_negative(new));
        cr_expect(cx_status_of(r) == CX_E_ARGUMENT);
        cr_expect(strstr(cx_error_message(), "finite") != NULL, "%s", cx_error_message());
        cr_expect(cx_scope_close(s) == CX_E_ARGUMENT);
    }
}

/* Counts may be integers; columns keep their names. */
Test(tfidf, whole_numbers)
{
    golden_from("learn_tfidf.tsv");
    const cx_scope s = cx_scope_open();
    cx_estimator *const m = cx_estimator_new("TfidfTransformer()");
    near(cx_fit_transform(m, counts("x", CX_I32), NULL), 1e-14, "default", "fitted");
    const cx_array *const names = cx_feature_names_out(m, NULL);
    cr_assert(cx_size(names) == 6);
    cr_expect_str_eq(cx_label(names, 5), "x5");
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
