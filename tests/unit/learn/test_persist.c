/* Files of estimators: what is saved comes back bit for bit, and a file that was tampered with
 * is an error, never a crash. */
#include "base/alloc.h"
#include "sample_estimators.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static cx_scope scope;
static char path[64];
static void begin(void)
{
    scope = cx_scope_open();
    cr_assert_eq(sample_register(), CX_OK, "%s", cx_error_message());
    snprintf(path, sizeof path, "model-%d.safetensors", (int)getpid());
}
static void end(void)
{
    remove(path);
    scope_drop(scope);
}
TestSuite(persist, .init = begin, .fini = end);

#define WORKS(call) cr_assert_eq((call), CX_OK, "%s", cx_error_message())

static const double points[] = {0, 0, 1, 0, 0, 1, 10, 10, 11, 10, 10, 11};
static const char *const colours[] = {"red", "red", "red", "blue", "blue", "blue"};

static cx_estimator *fitted(const char *spec)
{
    static const double a[] = {0, 1, 0, 10, 11, 10}, b[] = {0, 0, 1, 10, 10, 11};
    const cx_table *const t =
        cx_table_new(CX_NAMES("a", "b\xc3\xa4 \"quoted\"", "colour"),
                     CX_ARRAYS(cx_copy_host(a, CX_SHAPE(6), CX_F64),
                               cx_copy_host(b, CX_SHAPE(6), CX_F64), text_labels(6, colours)));
    cx_estimator *const m = cx_estimator_new(spec);
    WORKS(cx_fit_data(m, CX_DATA(.table = t, .target = "colour")));
    return m;
}

static void load_fails(cx_status st, const char *message)
{
    const cx_scope s = cx_scope_open();
    const cx_estimator *const m = cx_estimator_load(path);
    cr_expect_eq(cx_estimator_status(m), st, "%s", cx_error_message());
    cr_expect(error_has(message), "'%s' lacks '%s'", cx_error_message(), message);
    scope_drop(s);
}

Test(persist, round_trip)
{
    cx_estimator *const m = fitted("QuantileClipper(q=0.25) | NearestMean(shift=0.1)");
    WORKS(cx_estimator_save(path, m));
    const cx_estimator *const r = cx_estimator_load(path);
    WORKS(cx_estimator_status(r));
    cr_expect_str_eq(cx_estimator_spec(r), cx_estimator_spec(m));
    const cx_array *const x = matrix(6, 2, points);
    cr_expect(cx_array_equal(cx_decision_function(r, x), cx_decision_function(m, x)),
              "bit for bit");
    cr_expect(cx_array_equal(cx_predict(r, x), cx_predict(m, x)));
    cr_expect_eq(cx_dtype_of(cx_predict(r, x)), CX_CAT);
    cr_expect_str_eq(cx_label(cx_attr(r, "feature_names_in_"), 1), "b\xc3\xa4 \"quoted\"");
    cr_expect_str_eq(cx_label(cx_attr(r, "quantileclipper__feature_names_in_"), 0), "a");
    /* a second generation is the same file's twin */
    WORKS(cx_estimator_save(path, r));
    cr_expect(cx_array_equal(cx_decision_function(cx_estimator_load(path), x),
                             cx_decision_function(m, x)));
    cr_expect(cx_ok(), "%s", cx_error_message());
}

Test(persist, text_columns)
{
    static const char *const sizes[] = {"small", "big", "small", "huge", "big", "small"};
    const cx_table *const t = cx_table_new(
        CX_NAMES("size", "colour"), CX_ARRAYS(text_labels(6, sizes), text_labels(6, colours)));
    cx_estimator *const m = cx_estimator_new("CodeEncoder() | QuantileClipper()");
    WORKS(cx_fit_data(m, CX_DATA(.table = t)));
    WORKS(cx_estimator_save(path, m));
    const cx_estimator *const r = cx_estimator_load(path);
    cr_expect(cx_array_equal(cx_transform_data(r, CX_DATA(.table = t)),
                             cx_transform_data(m, CX_DATA(.table = t))));
    cx_session *const s = cx_session_new(r, CX_TRANSFORM, 1);
    cr_expect_eq(cx_session_code(s, 0, "huge", 4), 2);
    cr_expect(cx_ok(), "%s", cx_error_message());
}

Test(persist, other_tools_see_tensors)
{
    WORKS(cx_estimator_save(path, fitted("QuantileClipper(q=0.25) | NearestMean()")));
    const cx_tensors *const t = cx_safetensors_load(path);
    cr_expect_geq(cx_tensors_find(t, "steps.quantileclipper.lo_"), 0);
    cr_expect_geq(cx_tensors_find(t, "steps.nearestmean.classes_"), 0);
    cr_expect_str_eq(cx_tensors_metadata(t, "calx.version"), cx_version());
    cr_expect_str_eq(
        cx_tensors_metadata(t, "calx.spec"),
        "Pipeline(steps=[('quantileclipper', QuantileClipper(q=0.25)), ('nearestmean', NearestMean())])");
}

Test(persist, unfitted_and_matrix_fitted)
{
    WORKS(cx_estimator_save(path, cx_estimator_new("Unions(gap=1.5)")));
    const cx_estimator *r = cx_estimator_load(path);
    cr_expect_str_eq(cx_estimator_spec(r), "Unions(gap=1.5)");
    cr_expect_not(cx_is_fitted(r));
    cx_estimator *const m = cx_estimator_new("QuantileClipper()");
    WORKS(cx_fit(m, cx_astype(matrix(6, 2, points), CX_F32), NULL));
    WORKS(cx_estimator_save(path, m));
    r = cx_estimator_load(path);
    cr_expect(cx_is_fitted(r));
    cr_expect_eq(cx_dtype_of(cx_attr(r, "lo_")), cx_dtype_of(cx_attr(m, "lo_")));
    cr_expect_eq(cx_item_i64(cx_attr(r, "n_features_in_")), 2);
    cr_expect_not(cx_has_attr(r, "feature_names_in_"));
}

Test(persist, files_that_are_none)
{
    remove(path);
    load_fails(CX_E_IO, path);
    FILE *f = fopen(path, "w");
    fputs("not a model", f);
    fclose(f);
    load_fails(CX_E_PARSE, "");
    const cx_array *const a = cx_ones(CX_SHAPE(2), CX_F64, CX_CPU);
    WORKS(cx_safetensors_save(path, CX_NAMES("a"), CX_ARRAYS(a), NULL));
    load_fails(CX_E_PARSE, "these are tensors, but no estimator");
    const cx_scope s = cx_scope_open();
    cr_expect_eq(cx_estimator_status(cx_estimator_load(NULL)), CX_E_NULL);
    cr_expect_eq(cx_estimator_save(NULL, cx_estimator_new("QuantileClipper()")), CX_E_NULL);
    cr_expect_eq(cx_estimator_save(path, NULL), CX_E_NULL);
    cr_expect_eq(
        cx_estimator_save("/no/such/folder/m.safetensors", cx_estimator_new("QuantileClipper()")),
        CX_E_IO);
    scope_drop(s);
}

/* A file with the given metadata and the two arrays of a QuantileClipper. */
static void forge(const char *format, const char *spec, const char *state, const cx_array *lo,
                  const cx_array *hi)
{
    const char *const metadata[] = {
        "calx.format", format, "calx.spec", spec, state ? "calx.state" : NULL, state, NULL};
    WORKS(cx_safetensors_save(path, CX_NAMES("lo_", "hi_"), CX_ARRAYS(lo, hi), metadata));
}

Test(persist, files_that_contradict_themselves)
{
    const cx_array *const two = cx_ones(CX_SHAPE(2), CX_F64, CX_CPU),
                          *const three = cx_ones(CX_SHAPE(3), CX_F64, CX_CPU),
                          *const square = cx_ones(CX_SHAPE(2, 2), CX_F64, CX_CPU),
                          *const ints = cx_ones(CX_SHAPE(2), CX_I64, CX_CPU);
    static const char state[] = "{\"features\":2}", clip[] = "QuantileClipper()";
    forge("1", clip, state, two, two);
    WORKS(cx_estimator_status(cx_estimator_load(path)));
    forge("2", clip, state, two, two);
    load_fails(CX_E_UNSUPPORTED, "newer");
    forge("1", "QuantileClip()", state, two, two);
    load_fails(CX_E_PARSE, "did you mean 'QuantileClipper'?");
    forge("1", "QuantileClipper(q=5.0)", state, two, two);
    load_fails(CX_E_ARGUMENT, "must lie in");
    forge("1", clip, state, two, three);
    load_fails(CX_E_PARSE, "attribute hi_ has size 3");
    forge("1", clip, "{\"features\":3}", two, two);
    load_fails(CX_E_PARSE, "attribute lo_ has size 2");
    forge("1", clip, state, square, two);
    load_fails(CX_E_PARSE, "attribute lo_ has 2 dimensions");
    forge("1", clip, state, ints, two);
    load_fails(CX_E_PARSE, "attribute lo_ is int64, not float");
    forge("1", "NearestMean()", state, two, two);
    load_fails(CX_E_PARSE, "attribute classes_ is missing");
    forge("1", "KFold()", state, two, two);
    load_fails(CX_E_PARSE, "cannot be fitted");
    static const char *const states[] = {"",
                                         "{",
                                         "[]",
                                         "{}",
                                         "{\"features\":-1}",
                                         "{\"features\":\"2\"}",
                                         "{\"features\":99999999999}",
                                         "{\"features\":2,\"features\":2}"};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        forge("1", clip, states[i], two, two);
        load_fails(CX_E_PARSE, "");
    }
    static const char pipe[] = "Pipeline(steps=[('a', QuantileClipper())])";
    static const struct {
        const char *spec, *state, *message;
    } steps[] = {
        {pipe, "{\"features\":2}", "not those of its spec"},
        {pipe, "{\"features\":2,\"children\":[]}", "not those of its spec"},
        {pipe, "{\"features\":2,\"children\":[{\"name\":\"a\"}]}", "no name or spec"},
        {pipe, "{\"features\":2,\"children\":[{\"name\":\"a\",\"spec\":\"QuantileClipper()\"}]}",
         "number of features"},
        {pipe,
         "{\"features\":2,\"children\":[{\"name\":\"a\",\"spec\":\"QuantileClipper()\",\"features\":2}]}",
         "lo_ is missing"},
        {pipe,
         "{\"features\":2,\"children\":[{\"name\":\"a\",\"spec\":\"Faulty()\",\"features\":2}]}",
         "value_ is missing"},
        {pipe,
         "{\"features\":2,\"children\":[{\"name\":\"../a\",\"spec\":\"Faulty()\",\"features\":2}]}",
         "no name or spec"},
        {clip, "{\"features\":2,\"target\":5,\"children\":{}}", NULL},
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        forge("1", steps[i].spec, steps[i].state, two, two);
        if (steps[i].message)
            load_fails(CX_E_PARSE, steps[i].message);
        else
            WORKS(cx_estimator_status(cx_estimator_load(path)));
    }
}

static char *slurp(size_t *n)
{
    FILE *const f = fopen(path, "rb");
    cr_assert_not_null(f);
    char *const bytes = malloc(1 << 20);
    cr_assert_not_null(bytes);
    *n = fread(bytes, 1, 1 << 20, f);
    fclose(f);
    return bytes;
}
static void spill(const char *bytes, size_t n)
{
    remove(path); /* a new file: truncating one makes some file systems write it out at once */
    FILE *const f = fopen(path, "wb");
    cr_assert_not_null(f);
    cr_assert_eq(fwrite(bytes, 1, n, f), n);
    fclose(f);
}

/* What was loaded in spite of the damage must be safe to use. */
static bool survives(void)
{
    const cx_scope s = cx_scope_open();
    const cx_estimator *const m = cx_estimator_load(path);
    const bool loaded = cx_estimator_status(m) == CX_OK;
    if (loaded) {
        (void)cx_predict(m, matrix(6, 2, points));
        (void)cx_estimator_spec(m);
        (void)cx_session_new(m, CX_PREDICT, 3);
    }
    scope_drop(s);
    return loaded;
}

Test(persist, cut_at_every_byte)
{
    WORKS(cx_estimator_save(path, fitted("QuantileClipper(q=0.25) | NearestMean()")));
    size_t n = 0;
    char *const bytes = slurp(&n);
    for (size_t cut = 0; cut < n; cut++) {
        spill(bytes, cut);
        cr_expect_not(survives(), "a file of %zu of %zu bytes", cut, n);
    }
    free(bytes);
}

Test(persist, one_byte_changed)
{
    WORKS(cx_estimator_save(path, fitted("QuantileClipper(q=0.25) | NearestMean()")));
    size_t n = 0;
    char *const bytes = slurp(&n);
    unsigned long seed = 12345;
    int refused = 0;
    for (int round = 0; round < 4000; round++) {
        seed = seed * 6364136223846793005ul + 1442695040888963407ul;
        const size_t at = (seed >> 33) % n;
        const char was = bytes[at];
        bytes[at] = (char)(seed >> 24);
        spill(bytes, n);
        if (!survives()) refused++;
        bytes[at] = was;
    }
    free(bytes);
    cr_expect_gt(refused, 100);
}

static int64_t live_after(int rounds)
{
    for (int i = 0; i < rounds; i++) {
        const cx_scope s = cx_scope_open();
        cx_estimator *const m = fitted("QuantileClipper(q=0.25) | NearestMean()");
        WORKS(cx_estimator_save(path, m));
        (void)cx_predict(cx_estimator_load(path), matrix(6, 2, points));
        (void)cx_cross_val_score(cx_estimator_new("NearestMean()"),
                                 CX_DATA(.x = matrix(6, 2, points), .y = text_labels(6, colours)),
                                 CX_OPTS(cx_cv_opts, .cv = "3"));
        cr_expect_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
        const cx_scope bad = cx_scope_open();
        spill("broken", 6);
        (void)cx_estimator_load(path);
        (void)cx_estimator_new("Pipeline(steps=[('a', NearestMean(shift='x'))])");
        scope_drop(bad);
    }
    return cx__alloc_live();
}

/* Caches and the quarantine of debug builds fill first; then the number of live blocks stands
 * still. */
Test(persist, nothing_is_left_behind)
{
    const int64_t early = live_after(60), late = live_after(60);
    cr_expect_leq(late, early + 8, "%lld blocks more after 60 rounds", (long long)(late - early));
}
