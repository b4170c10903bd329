/* device: each
 * Identities between the set functions, and of interpolation and covariance, on arrays longer than
 * golden files hold, in several layouts. */
#include "device.h"
#include "layouts.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <stdlib.h>

#define EXPECT(condition, ...)                         \
    do {                                               \
        if (!(condition)) cr_assert_fail(__VA_ARGS__); \
    } while (0)

enum { MANY = 5000 };

/* Whole numbers below spread, so that they repeat, in every dtype. */
static cx_array *make(cx_dtype t, uint64_t *seed, unsigned spread)
{
    static double v[MANY];
    for (int i = 0; i < MANY; i++) v[i] = (double)((test_random(seed) >> 33) % spread);
    return cx_astype(test_copy_host(v, CX_SHAPE(MANY), CX_F64), t);
}

static void check_sets(cx_dtype t, uint64_t *seed)
{
    const cx_scope s = cx_scope_open();
    const char *const name = cx_dtype_name(t);
    cx_array *const a = cx_reshape(make(t, seed, 97), CX_SHAPE(50, 100)), *const b = cx_slice(
                                                                              make(t, seed, 120), 0,
                                                                              CX_END, 0, -3);
    const cx_unique_result u =
        cx_unique(cx_transpose(a), CX_OPTS(cx_unique_opts, .return_index = true,
                                           .return_inverse = true, .return_counts = true));
    EXPECT(cx_array_equal(cx_take(u.values, u.inverse, 0), cx_transpose(a)), "%s: inverse", name);
    EXPECT(cx_array_equal(cx_take(cx_ravel(cx_transpose(a)), u.index, 0), u.values), "%s: index",
           name);
    EXPECT(cx_item_i64(cx_sum(u.counts, CX_ALL)) == MANY, "%s: counts", name);
    EXPECT(cx_array_equal(u.values, cx_unique_values(a)), "%s: values", name);
    EXPECT(cx_array_equal(cx_unique_counts(a).counts, u.counts), "%s: unique_counts", name);

    const cx_intersection common =
        cx_intersect1d(a, b, CX_OPTS(cx_intersect1d_opts, .return_indices = true));
    cx_array *const only_a = cx_setdiff1d(a, b, NULL), *const only_b = cx_setdiff1d(b, a, NULL),
                    *const both = cx_union1d(a, b);
    EXPECT(cx_array_equal(cx_union1d(only_a, common.values), u.values), "%s: difference", name);
    EXPECT(cx_array_equal(cx_union1d(only_a, only_b), cx_setxor1d(a, b, NULL)), "%s: setxor1d",
           name);
    EXPECT(cx_array_equal(cx_setdiff1d(both, common.values, NULL), cx_setxor1d(a, b, NULL)),
           "%s: union", name);
    EXPECT(cx_array_equal(cx_take(cx_ravel(a), common.index_a, 0), common.values) &&
               cx_array_equal(cx_take(b, common.index_b, 0), common.values),
           "%s: indices", name);
    const cx_array *const in = cx_isin(a, b, NULL);
    EXPECT(cx_array_equal(cx_unique_values(cx_mask(a, in)), common.values), "%s: isin", name);
    EXPECT(cx_array_equal(cx_logical_not(in), cx_isin(a, b, CX_OPTS(cx_isin_opts, .invert = true))),
           "%s: invert", name);
    /* entries along an axis: pairs as one number */
    if (cx_can_cast(t, CX_I64, CX_CASTING_SAFE)) {
        cx_array *const pairs = cx_reshape(cx_remainder(a, cx_int(9)), CX_SHAPE(MANY / 2, 2)),
                        *const wide = cx_astype(pairs, CX_I64),
                        *const one =
                            cx_add(cx_mul(cx_select(wide, 1, 0), cx_int(9)), cx_select(wide, 1, 1));
        const cx_unique_opts o = {.struct_size = sizeof o,
                                  .return_index = true,
                                  .return_counts = true,
                                  .axis = {true, 0}};
        const cx_unique_result rows = cx_unique(pairs, &o),
                               flat = cx_unique(one, CX_OPTS(cx_unique_opts, .return_index = true,
                                                             .return_counts = true));
        EXPECT(cx_array_equal(rows.index, flat.index) && cx_array_equal(rows.counts, flat.counts),
               "%s: unique along an axis", name);
    }
    EXPECT(cx_scope_close(s) == CX_OK, "%s: %s", name, cx_error_message());
}
Test(sets, identities)
{
    static const cx_dtype types[] = {CX_I8,  CX_U8,   CX_I16, CX_I32, CX_U32, CX_I64, CX_U64,
                                     CX_F16, CX_BF16, CX_F32, CX_F64, CX_C64, CX_C128};
    uint64_t seed = test_seed();
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) check_sets(types[i], &seed);
}

/* All parts of unique are those of the same numbers as float64, however far apart a few stand. */
static void check_whole(const cx_array *numbers, cx_dtype t)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const a = cx_astype(numbers, t), *const plain = cx_astype(a, CX_F64);
    const cx_unique_opts o = {.struct_size = sizeof o,
                              .return_index = true,
                              .return_inverse = true,
                              .return_counts = true};
    const cx_unique_result u = cx_unique(a, &o), want = cx_unique(plain, &o);
    const char *const name = cx_dtype_name(t);
    EXPECT(cx_dtype_of(u.values) == t && cx_array_equal(u.values, want.values), "%s: values", name);
    EXPECT(cx_array_equal(u.index, want.index), "%s: index", name);
    EXPECT(cx_array_equal(u.inverse, want.inverse), "%s: inverse", name);
    EXPECT(cx_array_equal(u.counts, want.counts), "%s: counts", name);
    EXPECT(cx_array_equal(cx_unique(a, NULL).values, u.values), "%s: values alone", name);
    EXPECT(cx_scope_close(s) == CX_OK, "%s: %s", name, cx_error_message());
}
Test(sets, whole_numbers_close_together)
{
    uint64_t seed = test_seed();
    const cx_scope s = cx_scope_open();
    for (unsigned spread = 2; spread <= 20000; spread *= 10) {
        cx_array *const a = cx_astype(make(CX_F64, &seed, spread), CX_I64),
                        *const far =
                            cx_where(cx_equal(cx_arange_i64(0, MANY, 1, CX_I64, test_device()),
                                              cx_int(4321)),
                                     cx_int((int64_t)1 << 52), a);
        check_whole(a, CX_I64);
        check_whole(a, CX_U64);
        check_whole(a, CX_U16);
        check_whole(cx_sub(a, cx_int(spread / 2)), CX_I32);
        check_whole(cx_sub(a, cx_int((int64_t)1 << 52)), CX_I64);
        check_whole(cx_remainder(a, cx_int(2)), CX_BOOL);
        check_whole(far, CX_I64);
        check_whole(cx_negative(far), CX_I64);
    }
    /* at the ends of the dtype, where float64 has no such numbers */
    cx_array *const a = cx_astype(make(CX_F64, &seed, 300), CX_I64);
    const int64_t ends[] = {INT64_MIN, INT64_MAX - 299};
    for (int i = 0; i < 2; i++)
        EXPECT(cx_array_equal(cx_unique_values(cx_add(a, cx_int(ends[i]))),
                              cx_add(cx_unique_values(a), cx_int(ends[i]))),
               "end %d", i);
    cx_array *const u = cx_astype(a, CX_U64), *const top = cx_invert(u);
    EXPECT(cx_array_equal(cx_invert(cx_unique_values(top)), cx_flip(cx_unique_values(u), 0)),
           "uint64");
    EXPECT(cx_array_equal(cx_unique_values(cx_concatenate(CX_ARRAYS(u, top), 0)),
                          cx_concatenate(CX_ARRAYS(cx_unique_values(u), cx_unique_values(top)), 0)),
           "uint64 at both ends");
    EXPECT(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

/* Lines through points on a line are the line; at the points they are the points. */
Test(sets, interpolation)
{
    uint64_t seed = test_seed();
    const cx_scope s = cx_scope_open();
    cx_array *const xp = cx_unique_values(make(CX_F64, &seed, 4000)),
                    *const fp = cx_take(make(CX_F64, &seed, 1000),
                                        cx_arange_i64(0, cx_size(xp), 1, CX_I64, test_device()), 0),
                    *const x = cx_mul(make(CX_F64, &seed, 7990), cx_float(0.5));
    EXPECT(cx_array_equal(cx_interp(xp, xp, fp, NULL), fp), "at the points");
    cx_array *const inside = cx_clip(x, cx_min(xp, CX_ALL), cx_max(xp, CX_ALL));
    EXPECT(cx_allclose(cx_interp(x, xp, cx_mul(xp, cx_float(3)), NULL), cx_mul(inside, cx_float(3)),
                       NULL),
           "along a line");
    cx_array *const folded = cx_reshape(x, CX_SHAPE(50, 100));
    EXPECT(cx_array_equal(cx_interp(cx_transpose(folded), xp, fp, NULL),
                          cx_transpose(cx_interp(folded, xp, fp, NULL))),
           "layouts");
    EXPECT(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

/* Covariance of one variable is its variance; weights of one are none; scale does not matter to
 * correlation. */
Test(sets, covariance)
{
    uint64_t seed = test_seed();
    const cx_scope s = cx_scope_open();
    cx_array *const m = cx_reshape(make(CX_F64, &seed, 1000), CX_SHAPE(5, MANY / 5)),
                    *const c = cx_cov(m, NULL, NULL),
                    *const ones = cx_ones(CX_SHAPE(MANY / 5), CX_I32, test_device());
    EXPECT(cx_allclose(cx_diagonal(c, 0), cx_var(m, CX_AXIS(1, .ddof = 1)), NULL), "variance");
    EXPECT(cx_allclose(c, cx_cov(m, NULL, CX_OPTS(cx_cov_opts, .fweights = ones)), NULL),
           "weights");
    EXPECT(
        cx_allclose(c, cx_cov(cx_transpose(m), NULL, CX_OPTS(cx_cov_opts, .columns = true)), NULL),
        "columns");
    EXPECT(cx_allclose(cx_corrcoef(m, NULL, NULL), cx_corrcoef(cx_mul(m, cx_float(7)), NULL, NULL),
                       NULL),
           "scale");
    EXPECT(cx_allclose(cx_diagonal(cx_corrcoef(m, NULL, NULL), 0),
                       cx_ones(CX_SHAPE(5), CX_F64, test_device()), NULL),
           "diagonal");
    EXPECT(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
