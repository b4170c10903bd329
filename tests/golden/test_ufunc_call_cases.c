/* device: each. where, dtype, casting, results in pairs, ldexp, sinc, i0 and running sums, against
 * NumPy. */
#include "cases.h"
#include <criterion/criterion.h>

static cx_map_op op_of(const test_case *c)
{
    const char *const name = case_text(c, "ufunc", "");
    const cx_map_op op = cx_ufunc_find(name);
    cr_assert_neq(op, CX_MAP_NONE, "no operation %s", name);
    return op;
}
static cx_arrays inputs(test_case *c, const cx_array *in[2])
{
    in[0] = case_array(c, 0);
    in[1] = case_count(c) > 1 ? case_array(c, 1) : NULL;
    return (cx_arrays){in[1] != NULL ? 2 : 1, in};
}
static cx_maybe_i64 casting(const test_case *c)
{
    return (cx_maybe_i64){case_has(c, "casting"), case_int(c, "casting", 0)};
}

static void call(test_case *c, cx_array **out)
{
    const cx_array *in[2];
    const cx_arrays list = inputs(c, in);
    out[0] = cx_ufunc(op_of(c), list, CX_OPTS(cx_ufunc_opts, .where = case_array(c, 2)));
}
/* The mask leaves out's old value, 7, where it does not hold. */
static void into(test_case *c, cx_array **out)
{
    const cx_array *in[2];
    const cx_arrays list = inputs(c, in);
    cx_array *const like = cx_ufunc(op_of(c), list, NULL);
    out[0] = cx_full_like(like, cx_int(7), CX_DTYPE_NONE);
    if (cx_status_of(like) != CX_OK) return;
    case_status(c, cx_ufunc_into(op_of(c), list, CX_OPTS(cx_ufunc_opts, .where = case_array(c, 2)),
                                 CX_OUTS(out[0])));
}
static void typed(test_case *c, cx_array **out)
{
    const cx_array *in[2];
    const cx_arrays list = inputs(c, in);
    const cx_ufunc_opts o = {
        .struct_size = sizeof o, .dtype = case_dtype(c, "dtype"), .casting = casting(c)};
    out[0] = cx_ufunc(op_of(c), list, &o);
}
static void cast(test_case *c, cx_array **out)
{
    const cx_array *in[2];
    const cx_arrays list = inputs(c, in);
    const cx_ufunc_opts o = {.struct_size = sizeof o, .casting = casting(c)};
    out[0] = case_target(c, 2);
    case_status(c, cx_ufunc_into(op_of(c), list, &o, CX_OUTS(out[0])));
}

/* Both forms of an operation of two results; the second into other dtypes' arrays too. */
static void both(test_case *c, cx_map_op op, cx_arrays in, cx_pair r, cx_array **out)
{
    out[0] = r.first;
    out[1] = r.second;
    if (cx_status_of(r.first) != CX_OK) return;
    cr_assert_eq(cx_status_of(r.second), CX_OK);
    cx_array *const first = cx_empty_like(r.first, CX_DTYPE_NONE), *const second = cx_empty_like(
                                                                       r.second, CX_DTYPE_NONE);
    cr_assert_eq(cx_ufunc_into(op, in, NULL, CX_OUTS(first, second)), CX_OK, "%s",
                 cx_error_message());
    const cx_close_opts nan = {.struct_size = sizeof nan, .equal_nan = true};
    cr_assert(cx_allclose(first, r.first, &nan) && cx_allclose(second, r.second, &nan));
    (void)c;
}
static void frexp_case(test_case *c, cx_array **out)
{
    const cx_array *in[2];
    const cx_arrays list = inputs(c, in);
    both(c, CX_PA_FREXP, list, cx_frexp(in[0]), out);
}
static void modf_case(test_case *c, cx_array **out)
{
    const cx_array *in[2];
    const cx_arrays list = inputs(c, in);
    both(c, CX_PA_MODF, list, cx_modf(in[0]), out);
}
static void divmod_case(test_case *c, cx_array **out)
{
    const cx_array *in[2];
    const cx_arrays list = inputs(c, in);
    both(c, CX_PA_DIVMOD, list, cx_divmod(in[0], in[1]), out);
}
static void ldexp_case(test_case *c, cx_array **out)
{
    out[0] = cx_ldexp(case_array(c, 0), case_array(c, 1));
}
static void sinc_case(test_case *c, cx_array **out)
{
    out[0] = cx_sinc(case_array(c, 0));
}
static void i0_case(test_case *c, cx_array **out)
{
    out[0] = cx_i0(case_array(c, 0));
}
static void nancumsum(test_case *c, cx_array **out)
{
    out[0] = cx_nancumsum(case_array(c, 0), (int)case_int(c, "axis", 0));
}
static void nancumprod(test_case *c, cx_array **out)
{
    out[0] = cx_nancumprod(case_array(c, 0), (int)case_int(c, "axis", 0));
}
static cx_cumulative_opts options(const test_case *c)
{
    return (cx_cumulative_opts){.struct_size = sizeof(cx_cumulative_opts),
                                .axis = {case_has(c, "axis"), case_int(c, "axis", 0)},
                                .dtype = case_dtype(c, "dtype"),
                                .include_initial = case_int(c, "include_initial", 0) != 0};
}
static void cumulative_sum(test_case *c, cx_array **out)
{
    const cx_cumulative_opts o = options(c);
    out[0] = cx_cumulative_sum(case_array(c, 0), &o);
}
static void cumulative_prod(test_case *c, cx_array **out)
{
    const cx_cumulative_opts o = options(c);
    out[0] = cx_cumulative_prod(case_array(c, 0), &o);
}

static const case_fn calls[] = {{"call", call},
                                {"into", into},
                                {"typed", typed},
                                {"cast", cast},
                                {"frexp", frexp_case},
                                {"modf", modf_case},
                                {"divmod", divmod_case},
                                {"ldexp", ldexp_case},
                                {"sinc", sinc_case},
                                {"i0", i0_case},
                                {"nancumsum", nancumsum},
                                {"nancumprod", nancumprod},
                                {"cumulative_sum", cumulative_sum},
                                {"cumulative_prod", cumulative_prod}};

Test(golden, ufunc_where)
{
    cr_assert_geq(CASES("golden/ufunc_masked_cases.tsv", calls), 600);
}
Test(golden, ufunc_dtype)
{
    cr_assert_geq(CASES("golden/ufunc_typed_cases.tsv", calls), 1000);
}
Test(golden, ufunc_pairs)
{
    cr_assert_geq(CASES("golden/ufunc_pairs_cases.tsv", calls), 300);
}
Test(golden, ufunc_functions)
{
    cr_assert_geq(CASES("golden/ufunc_call_cases.tsv", calls), 700);
}
