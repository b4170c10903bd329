/* device: each
 * Helpers of those who write estimators against sklearn.utils. */
#include "device.h"
#include "learn_golden.h"

#include <calx.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

enum { N = 60 };
static cx_scope open(void)
{
    golden_from("learn_utils.tsv");
    return cx_scope_open();
}
static void done(cx_scope s)
{
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
static void near(cx_array *a, double tolerance, const char *key)
{
    size_t count;
    const double *const want = golden(&count, "%s", key);
    cr_assert(cx_ok(), "%s: %s", key, cx_error_message());
    const double off = difference(test_host(a), want, count);
    cr_expect(off <= tolerance, "%s: %g > %g", key, off, tolerance);
}

/* As the generator makes them. */
static cx_array *numbers(void)
{
    int64_t v[N];
    for (int i = 0; i < N; i++) v[i] = i;
    return test_copy_host(v, CX_SHAPE(N), CX_I64);
}
static cx_array *labels(void)
{
    int64_t v[N];
    for (int i = 0; i < N; i++) v[i] = i * 7 % 11 % 3;
    return test_copy_host(v, CX_SHAPE(N), CX_I64);
}
static cx_array *two_labels(void)
{
    int64_t v[2 * N];
    for (int i = 0; i < N; i++) {
        v[2 * i] = i * 7 % 11 % 3;
        v[2 * i + 1] = i % 2;
    }
    return test_copy_host(v, CX_SHAPE(N, 2), CX_I64);
}
static cx_array *weights(void)
{
    double v[N];
    for (int i = 0; i < N; i++) v[i] = 0.5 + i % 4;
    return test_copy_host(v, CX_SHAPE(N), CX_F64);
}
static cx_array *matrix(void)
{
    size_t count;
    return test_copy_host(golden(&count, "x"), CX_SHAPE(N, 3), CX_F64);
}

Test(utils, class_weights)
{
    const cx_scope s = open();
    const int64_t names[] = {2, 0, 1};
    const cx_array *const c = test_copy_host(names, CX_SHAPE(3), CX_I64), *const y = labels();
    near(cx_compute_class_weight("balanced", c, y, NULL), 1e-15, "class/balanced");
    near(cx_compute_class_weight("'balanced'", c, y, weights()), 1e-15, "class/weighted");
    near(cx_compute_class_weight(NULL, c, y, NULL), 0, "class/none");
    near(cx_compute_class_weight("None", c, y, NULL), 0, "class/none");
    near(cx_compute_class_weight("{0: 1.5, 2: 0.25}", c, y, NULL), 0, "class/dict");
    done(s);
}

Test(utils, sample_weights)
{
    const cx_scope s = open();
    const cx_array *const y = labels(), *const two = two_labels();
    near(cx_compute_sample_weight("balanced", y, NULL), 1e-15, "sample/balanced");
    near(cx_compute_sample_weight("{0: 1.5, 2: 0.25}", y, NULL), 0, "sample/dict");
    near(cx_compute_sample_weight("balanced", two, NULL), 1e-15, "sample/two");
    near(cx_compute_sample_weight("[{0: 1.5, 2: 0.25}, {0: 2, 1: 3}]", two, NULL), 1e-15,
         "sample/list");
    int64_t rows[20];
    for (int i = 0, n = 0; n < 20; i++)
        if (i * 7 % 11 % 3 != 1) rows[n++] = i;
    near(cx_compute_sample_weight("balanced", y, test_copy_host(rows, CX_SHAPE(20), CX_I64)), 1e-15,
         "sample/indices");
    const int64_t few[] = {0, 3, 4, 9, 10, 11, 11};
    near(cx_compute_sample_weight("balanced", two, test_copy_host(few, CX_SHAPE(7), CX_I64)), 1e-15,
         "sample/two_indices");
    done(s);
}

static void drawn(const char *what, int seed, const cx_resample_opts *o, bool shuffle)
{
    char key[64];
    cx_array *const i = numbers(), *const x = matrix();
    const cx_tuple t = shuffle ? cx_shuffle(CX_ARRAYS(i, x), o) : cx_resample(CX_ARRAYS(i, x), o);
    snprintf(key, sizeof key, "%s/%d", what, seed);
    cr_assert(t.count == 2, "%s: %s", key, cx_error_message());
    near(t.at[0], 0, key);
    cr_expect(cx_array_equal(test_host(t.at[1]), test_host(cx_take(x, t.at[0], 0))), "%s", key);
}

Test(utils, resample_and_shuffle)
{
    const cx_scope s = open();
    const cx_array *const y = labels(), *const w = weights();
    const int seeds[] = {0, 42};
    for (int k = 0; k < 2; k++) {
        const cx_maybe_i64 seed = CX_SEED(seeds[k]);
#define DRAW(what, shuffle, ...) \
    drawn(what, seeds[k], CX_OPTS(cx_resample_opts, .random_state = seed, __VA_ARGS__), shuffle)
        DRAW("resample/plain", false, .n_samples = 0);
        DRAW("resample/fewer", false, .n_samples = 13);
        DRAW("resample/more", false, .n_samples = 130);
        DRAW("resample/once", false, .n_samples = 13, .no_replace = true);
        DRAW("resample/weighted", false, .sample_weight = w);
        DRAW("resample/strata", false, .n_samples = 20, .stratify = y);
        DRAW("resample/strata_once", false, .n_samples = 20, .stratify = y, .no_replace = true);
        DRAW("shuffle/all", true, .n_samples = 0);
        DRAW("shuffle/few", true, .n_samples = 9);
    }
    done(s);
}

Test(utils, different_numbers)
{
    static const char *const methods[] = {"auto", "tracking_selection", "reservoir_sampling",
                                          "pool"};
    static const int sizes[][2] = {{10, 5},    {1000, 4}, {1000, 10}, {1000, 11}, {100, 99},
                                   {100, 100}, {50, 9},   {50, 11},   {7, 0}};
    const cx_scope s = open();
    char key[80];
    for (int m = 0; m < 4; m++)
        for (int z = 0; z < 9; z++)
            for (int seed = 0; seed <= 42; seed += 42) {
                const int n = sizes[z][1];
                cx_array *const got = cx_sample_without_replacement(
                    sizes[z][0], n, (cx_sample_method)m, CX_SEED(seed));
                snprintf(key, sizeof key, "different/%s/%d/%d/%d", methods[m], sizes[z][0], n,
                         seed);
                if (n)
                    near(got, 0, key);
                else
                    cr_expect(cx_size(got) == 0);
            }
    done(s);
}

Test(utils, norms_and_signs)
{
    const cx_scope s = open();
    cx_array *const x = matrix();
    near(cx_row_norms(x, NULL), 1e-15, "norms/plain");
    near(cx_row_norms(x, CX_OPTS(cx_row_norms_opts, .squared = true)), 1e-15, "norms/squared");
    cr_expect(cx_dtype_of(cx_row_norms(cx_astype(x, CX_F32), NULL)) == CX_F32);
    const cx_array *const u = cx_slice(x, 0, 0, 6, 1), *const v = cx_add(cx_slice(x, 0, 10, 13, 1),
                                                                         cx_float(0.1));
    const cx_flipped a = cx_svd_flip(u, v, NULL),
                     b = cx_svd_flip(u, v, CX_OPTS(cx_svd_flip_opts, .by_v = true));
    near(a.u, 1e-15, "flip/True/u"), near(a.v, 1e-15, "flip/True/v");
    near(b.u, 1e-15, "flip/False/u"), near(b.v, 1e-15, "flip/False/v");
    near(cx_svd_flip(u, NULL, NULL).u, 1e-15, "flip/True/u");
    near(cx_svd_flip(NULL, v, CX_OPTS(cx_svd_flip_opts, .by_v = true)).v, 1e-15, "flip/False/v");
    done(s);
}

static void refused(cx_scope s, cx_status want, int line)
{
    const cx_status st = cx_scope_close(s);
    cr_expect(st == want, "line %d: %s (%s)", line, cx_status_name(st), cx_error_message());
}
#define REFUSED(call, want)                 \
    do {                                    \
        const cx_scope t = cx_scope_open(); \
        (void)(call);                       \
        refused(t, want, __LINE__);         \
    } while (0)

Test(utils, refusals)
{
    const cx_scope s = open();
    cx_array *const y = labels(), *const two = two_labels();
    const int64_t names[] = {0, 1};
    const cx_array *const c = test_copy_host(names, CX_SHAPE(2), CX_I64);
    REFUSED(cx_compute_class_weight("balanced", c, y, NULL), CX_E_ARGUMENT);
    REFUSED(cx_compute_class_weight("balanced", y, c, NULL), CX_E_ARGUMENT);
    REFUSED(cx_compute_class_weight("{5: 1}", y, y, NULL), CX_E_ARGUMENT);
    REFUSED(cx_compute_class_weight("{5: ", y, y, NULL), CX_E_PARSE);
    REFUSED(cx_compute_sample_weight("{0: 1}", two, NULL), CX_E_ARGUMENT);
    REFUSED(cx_compute_sample_weight("[{0: 1}]", two, NULL), CX_E_ARGUMENT);
    REFUSED(cx_compute_sample_weight("{0: 1}", y, c), CX_E_ARGUMENT);
    REFUSED(cx_resample(CX_ARRAYS(y, c), NULL), CX_E_SHAPE);
    REFUSED(cx_shuffle(CX_ARRAYS(y), CX_OPTS(cx_resample_opts, .n_samples = 61)), CX_E_ARGUMENT);
    REFUSED(cx_shuffle(CX_ARRAYS(y), CX_OPTS(cx_resample_opts, .sample_weight = y)),
            CX_E_UNSUPPORTED);
    REFUSED(cx_resample(CX_ARRAYS(y), CX_OPTS(cx_resample_opts, .stratify = c)), CX_E_SHAPE);
    REFUSED(cx_sample_without_replacement(5, 6, CX_SAMPLE_AUTO, CX_ENTROPY), CX_E_ARGUMENT);
    REFUSED(cx_row_norms(y, NULL), CX_E_SHAPE);
    REFUSED(cx_svd_flip(two, two, NULL), CX_E_SHAPE);
    REFUSED(cx_svd_flip(NULL, two, NULL), CX_E_NULL);
    done(s);
}
