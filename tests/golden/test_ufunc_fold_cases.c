/* device: each. reduce, accumulate, reduceat, outer and at of every operation, against NumPy. */
#include "cases.h"
#include <criterion/criterion.h>

static cx_map_op op_of(const test_case *c)
{
    const char *const name = case_text(c, "ufunc", "");
    const cx_map_op op = cx_ufunc_find(name);
    cr_assert_neq(op, CX_MAP_NONE, "no operation %s", name);
    return op;
}

static void reduce(test_case *c, cx_array **out)
{
    cx_reduce how = case_how(c);
    const cx_scalar initial = {.head = {CX__SCALAR_TAG, CX_I64},
                               .v.i64 = case_int(c, "initial", 0)};
    how.where = case_array(c, 1);
    how.no_axes = case_has(c, "no_axes");
    if (case_has(c, "initial")) how.initial = (const cx_array *)(const void *)&initial;
    out[0] = cx_ufunc_reduce(op_of(c), case_array(c, 0), how);
    if (cx_status_of(out[0]) != CX_OK) return;
    /* the same into an array that is there */
    cx_array *const into = cx_empty_like(out[0], CX_DTYPE_NONE);
    cr_assert_eq(cx_ufunc_reduce_into(op_of(c), case_array(c, 0), how, into), CX_OK, "%s",
                 cx_error_message());
    cr_assert(cx_allclose(out[0], into, CX_OPTS(cx_close_opts, .equal_nan = true)));
}
static void accumulate(test_case *c, cx_array **out)
{
    const int axis = (int)case_int(c, "axis", 0);
    const cx_dtype t = case_dtype(c, "dtype");
    out[0] = cx_ufunc_accumulate(op_of(c), case_array(c, 0), axis, t);
    if (cx_status_of(out[0]) != CX_OK) return;
    cx_array *const into = cx_empty_like(out[0], CX_DTYPE_NONE);
    cr_assert_eq(cx_ufunc_accumulate_into(op_of(c), case_array(c, 0), axis, t, into), CX_OK, "%s",
                 cx_error_message());
    cr_assert(cx_allclose(out[0], into, CX_OPTS(cx_close_opts, .equal_nan = true)));
}
static void reduceat(test_case *c, cx_array **out)
{
    out[0] = cx_ufunc_reduceat(op_of(c), case_array(c, 0), case_array(c, 1),
                               (int)case_int(c, "axis", 0), case_dtype(c, "dtype"));
}
static void outer(test_case *c, cx_array **out)
{
    out[0] = cx_ufunc_outer(op_of(c), case_array(c, 0), case_array(c, 1));
}
static void at(test_case *c, cx_array **out)
{
    cx_array *const a = case_target(c, 0);
    const cx_status st = cx_ufunc_at(op_of(c), a, case_array(c, 1), case_array(c, 2));
    case_status(c, st);
    out[0] = a;
}

static const case_fn calls[] = {{"reduce", reduce},
                                {"accumulate", accumulate},
                                {"reduceat", reduceat},
                                {"outer", outer},
                                {"at", at}};

Test(golden, ufunc_folds)
{
    cr_assert_geq(CASES("golden/ufunc_fold_cases.tsv", calls), 1000);
}

Test(golden, ufunc_at)
{
    cr_assert_geq(CASES("golden/ufunc_at_cases.tsv", calls), 300);
}
