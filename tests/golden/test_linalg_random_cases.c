/* device: each. Random projections against scikit-learn (tests/golden/make_linalg_random_cases.py),
 * and what holds for complex matrices and batches. */
#include "cases.h"
#include "linalg_check.h"
#include <criterion/criterion.h>

static cx_maybe_i64 maybe(const test_case *c, const char *key)
{
    return (cx_maybe_i64){.set = case_has(c, key), .value = case_int(c, key, 0)};
}
static cx_randomized_svd_opts options(const test_case *c)
{
    return (cx_randomized_svd_opts){.struct_size = sizeof(cx_randomized_svd_opts),
                                    .n_oversamples = maybe(c, "n_oversamples"),
                                    .n_iter = maybe(c, "n_iter"),
                                    .transpose = maybe(c, "transpose"),
                                    .power_iteration_normalizer =
                                        case_text(c, "power_iteration_normalizer", NULL),
                                    .random_state = maybe(c, "random_state")};
}

static void randomized_svd(test_case *c, cx_array **out)
{
    const cx_randomized_svd_opts o = options(c);
    const cx_svd f = cx_linalg_randomized_svd(case_array(c, 0), case_int(c, "k", 1), &o);
    out[0] = f.u;
    out[1] = f.s;
    out[2] = f.vh;
}
static void randomized_eigh(test_case *c, cx_array **out)
{
    const cx_randomized_svd_opts o = options(c);
    out[0] = cx_linalg_randomized_eigh(case_array(c, 0), case_int(c, "k", 1), &o).w;
}
static void range_finder(test_case *c, cx_array **out)
{
    cx_array *const q = cx_linalg_range_finder(
        case_array(c, 0), case_int(c, "size", 1),
        CX_OPTS(cx_range_finder_opts, .n_iter = case_int(c, "n_iter", 0),
                .power_iteration_normalizer = case_text(c, "power_iteration_normalizer", NULL),
                .random_state = maybe(c, "random_state")));
    out[0] = cx_status_of(q) == CX_OK ? cx_matmul(q, check_adjoint(q)) : q;
}

static const case_fn calls[] = {{"randomized_svd", randomized_svd},
                                {"randomized_eigh", randomized_eigh},
                                {"range_finder", range_finder}};

Test(golden, linalg_random)
{
    cr_assert_geq(CASES("golden/linalg_random_cases.tsv", calls), 135);
}

static double distance(const cx_array *a, const cx_array *b)
{
    return check_distance(cx_to(a, CX_CPU), cx_to(b, CX_CPU));
}

/* Of matrices of rank 3, of which 3 are asked for, everything is found. */
Test(golden, random_of_low_rank)
{
    static const cx_dtype types[4] = {CX_F32, CX_F64, CX_C64, CX_C128};
    for (int i = 0; i < 4; i++) {
        const cx_scope s = cx_scope_open();
        const double eps = check_eps(types[i]);
        const cx_array *const a = cx_matmul(check_random(CX_SHAPE(2, 9, 3), types[i], LIE_ROWS, 1),
                                            check_random(CX_SHAPE(2, 3, 7), types[i], LIE_ROWS, 2));
        const cx_svd f = cx_linalg_randomized_svd(
            a, 3, CX_OPTS(cx_randomized_svd_opts, .random_state = CX_SET(1)));
        cr_assert(cx_dim(f.u, -1) == 3 && cx_dim(f.vh, -2) == 3, "%s", cx_error_message());
        const cx_array *const back = cx_matmul(cx_mul(f.u, cx_expand_dims(f.s, -2)), f.vh);
        cr_assert_lt(distance(back, a), 400 * eps);
        const cx_array *const q =
            cx_linalg_range_finder(a, 3, CX_OPTS(cx_range_finder_opts, .random_state = CX_SET(1)));
        cr_assert_lt(distance(cx_matmul(q, cx_matmul(check_adjoint(q), a)), a), 400 * eps);
        const cx_array *const x = check_random(CX_SHAPE(2, 8, 2), types[i], LIE_ROWS, 3);
        const double signs[2] = {1, -2};
        const cx_array *const d =
            cx_astype(test_copy_host(signs, CX_SHAPE(2), CX_F64), i % 2 == 0 ? CX_F32 : CX_F64);
        const cx_array *const h = cx_matmul(cx_mul(x, d), check_adjoint(x));
        const cx_eigh e = cx_linalg_randomized_eigh(
            h, 2, CX_OPTS(cx_randomized_svd_opts, .random_state = CX_SET(1)));
        cr_assert_lt(distance(cx_matmul(h, e.v), cx_mul(e.v, cx_expand_dims(e.w, -2))), 400 * eps);
        cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
    }
}
