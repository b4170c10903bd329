/* device: each. Masked arrays: ma_cases.tsv and ma_reduce_cases.tsv (make_ma_cases.py). Results are
 * compared as the data filled with 1 and the whole mask. */
#include "cases.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <string.h>

static cx_masked operand(test_case *c, int i)
{
    return (cx_masked){case_array(c, i), case_array(c, i + 1), NULL};
}
static void give(cx_masked r, cx_array **out)
{
    out[0] = cx_ma_filled(r, cx_int(1));
    out[1] = cx_ma_getmaskarray(r);
}

/* ---- elementwise: the operation's name is the row's */
static const struct {
    const char *name;
    cx_map_op op;
} rows[] = {
#define CX_UNARY(NAME, name, code, domain, result, ulp, doc) {#name, CX_UN_##NAME},
#include <calx/unary_ops.def>
#undef CX_UNARY
#define CX_BINARY(NAME, name, code, domain, result, ulp, doc) {#name, CX_BI_##NAME},
#include <calx/binary_ops.def>
#undef CX_BINARY
};
static void map(test_case *c, cx_array **out)
{
    size_t i = 0;
    while (i < sizeof rows / sizeof rows[0] && strcmp(rows[i].name, case_op(c)) != 0) i++;
    cr_assert_lt(i, sizeof rows / sizeof rows[0], "%s", case_op(c));
    if (case_count(c) == 2)
        give(cx_ma_unary(rows[i].op, operand(c, 0)), out);
    else
        give(cx_ma_binary(rows[i].op, operand(c, 0), operand(c, 2)), out);
}

/* ---- reductions */
static const struct {
    const char *name;
    cx_masked (*f)(cx_masked a, cx_reduce how);
} reductions[] = {{"sum", cx_ma_sum}, {"prod", cx_ma_prod},    {"min", cx_ma_min},
                  {"max", cx_ma_max}, {"ptp", cx_ma_ptp},      {"mean", cx_ma_mean},
                  {"var", cx_ma_var}, {"std", cx_ma_std},      {"any", cx_ma_any},
                  {"all", cx_ma_all}, {"median", cx_ma_median}};
static void reduce(test_case *c, cx_array **out)
{
    size_t i = 0;
    while (strcmp(reductions[i].name, case_op(c)) != 0) i++;
    give(reductions[i].f(operand(c, 0), case_how(c)), out);
}
static void average(test_case *c, cx_array **out)
{
    give(cx_ma_average(operand(c, 0), case_array(c, 2), case_how(c)), out);
}
static void count(test_case *c, cx_array **out)
{
    out[0] = cx_ma_count(operand(c, 0), case_how(c));
}

/* ---- conditions */
static const struct {
    const char *name;
    cx_masked (*f)(cx_masked a, const cx_array *value);
} comparisons[] = {
    {"masked_equal", cx_ma_masked_equal},     {"masked_not_equal", cx_ma_masked_not_equal},
    {"masked_less", cx_ma_masked_less},       {"masked_less_equal", cx_ma_masked_less_equal},
    {"masked_greater", cx_ma_masked_greater}, {"masked_greater_equal", cx_ma_masked_greater_equal}};
static void compare(test_case *c, cx_array **out)
{
    size_t i = 0;
    while (strcmp(comparisons[i].name, case_op(c)) != 0) i++;
    give(comparisons[i].f(operand(c, 0), case_array(c, 2)), out);
}
static void inside(test_case *c, cx_array **out)
{
    give(cx_ma_masked_inside(operand(c, 0), case_array(c, 2), case_array(c, 3)), out);
}
static void outside(test_case *c, cx_array **out)
{
    give(cx_ma_masked_outside(operand(c, 0), case_array(c, 2), case_array(c, 3)), out);
}
static void masked_where(test_case *c, cx_array **out)
{
    give(cx_ma_masked_where(case_array(c, 2), operand(c, 0)), out);
}
static void invalid(test_case *c, cx_array **out)
{
    give(cx_ma_masked_invalid(operand(c, 0)), out);
}

/* ---- asking and filling */
static void array(test_case *c, cx_array **out)
{
    give(cx_ma_array(case_array(c, 0), case_array(c, 1), NULL), out);
}
static void filled(test_case *c, cx_array **out)
{
    out[0] = cx_ma_filled(operand(c, 0), case_array(c, 2));
}
static void compressed(test_case *c, cx_array **out)
{
    out[0] = cx_ma_compressed(operand(c, 0));
}
static void getmask(test_case *c, cx_array **out)
{
    out[0] = cx_ma_getmask(operand(c, 0));
}
static void getmaskarray(test_case *c, cx_array **out)
{
    out[0] = cx_ma_getmaskarray(operand(c, 0));
}
static void is_masked(test_case *c, cx_array **out)
{
    out[0] = cx_full(CX_SHAPE(), cx_bool(cx_ma_is_masked(operand(c, 0))), CX_BOOL, test_device());
}
static void default_fill_value(test_case *c, cx_array **out)
{
    out[0] = cx_ma_default_fill_value(cx_dtype_of(case_array(c, 0)), test_device());
}
static void fill_value(test_case *c, cx_array **out)
{
    out[0] = cx_ma_fill_value((cx_masked){case_array(c, 0), case_array(c, 1), case_array(c, 2)});
}
static void kept_fill_value(test_case *c, cx_array **out)
{
    out[0] = cx_ma_fill_value(cx_ma_masked_equal(cx_ma(case_array(c, 0)), case_array(c, 1)));
}

static const case_fn calls[] = {
    {"add", map},
    {"sub", map},
    {"mul", map},
    {"div", map},
    {"floor_divide", map},
    {"remainder", map},
    {"fmod", map},
    {"power", map},
    {"equal", map},
    {"not_equal", map},
    {"less", map},
    {"less_equal", map},
    {"greater", map},
    {"greater_equal", map},
    {"logical_and", map},
    {"logical_or", map},
    {"logical_xor", map},
    {"arctan2", map},
    {"hypot", map},
    {"bitwise_and", map},
    {"sqrt", map},
    {"log", map},
    {"log2", map},
    {"log10", map},
    {"tan", map},
    {"arcsin", map},
    {"arccos", map},
    {"arccosh", map},
    {"arctanh", map},
    {"exp", map},
    {"negative", map},
    {"abs", map},
    {"logical_not", map},
    {"floor", map},
    {"sin", map},
    {"sum", reduce},
    {"prod", reduce},
    {"min", reduce},
    {"max", reduce},
    {"ptp", reduce},
    {"mean", reduce},
    {"var", reduce},
    {"std", reduce},
    {"any", reduce},
    {"all", reduce},
    {"median", reduce},
    {"average", average},
    {"count", count},
    {"masked_equal", compare},
    {"masked_not_equal", compare},
    {"masked_less", compare},
    {"masked_less_equal", compare},
    {"masked_greater", compare},
    {"masked_greater_equal", compare},
    {"masked_inside", inside},
    {"masked_outside", outside},
    {"masked_where", masked_where},
    {"masked_invalid", invalid},
    {"array", array},
    {"filled", filled},
    {"compressed", compressed},
    {"getmask", getmask},
    {"getmaskarray", getmaskarray},
    {"is_masked", is_masked},
    {"default_fill_value", default_fill_value},
    {"fill_value", fill_value},
    {"kept_fill_value", kept_fill_value},
};

Test(ma, elementwise)
{
    cr_assert_geq(CASES("golden/ma_cases.tsv", calls), 1000);
}
Test(ma, reductions)
{
    cr_assert_geq(CASES("golden/ma_reduce_cases.tsv", calls), 1000);
}
