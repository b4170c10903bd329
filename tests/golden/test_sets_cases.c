/* device: each. unique and the set functions against NumPy (golden/make_sets_cases.py), and on
 * categories. */
#include "cases.h"
#include <calx/index.h>
#include <calx/sets.h>
#include <criterion/criterion.h>
#include <string.h>

static void put(const cx_unique_result r, cx_array **out)
{
    out[0] = r.values;
    out[1] = r.index;
    out[2] = r.inverse;
    out[3] = r.counts;
}
/* What was not asked for is nil; the file has an empty array there. */
static void unasked(cx_array **part, bool asked)
{
    if (asked) return;
    cr_assert_eq(cx_status_of(*part), CX_E_ARGUMENT);
    *part = cx_zeros(CX_SHAPE(0), CX_F64, CX_CPU);
}
static void unique(test_case *c, cx_array **out)
{
    cx_unique_opts o = {.struct_size = sizeof o};
    o.return_index = case_int(c, "return_index", 0) != 0;
    o.return_inverse = case_int(c, "return_inverse", 0) != 0;
    o.return_counts = case_int(c, "return_counts", 0) != 0;
    o.distinct_nans = case_int(c, "equal_nan", 1) == 0;
    o.axis.set = case_has(c, "axis");
    o.axis.value = case_int(c, "axis", 0);
    put(cx_unique(case_array(c, 0), &o), out);
    if (cx_status_of(out[0]) != CX_OK) return;
    unasked(&out[1], o.return_index);
    unasked(&out[2], o.return_inverse);
    unasked(&out[3], o.return_counts);
}
static void unique_all(test_case *c, cx_array **out)
{
    put(cx_unique_all(case_array(c, 0)), out);
}
static void unique_counts(test_case *c, cx_array **out)
{
    const cx_unique_result r = cx_unique_counts(case_array(c, 0));
    out[0] = r.values;
    out[1] = r.counts;
}
static void unique_inverse(test_case *c, cx_array **out)
{
    const cx_unique_result r = cx_unique_inverse(case_array(c, 0));
    out[0] = r.values;
    out[1] = r.inverse;
}
static void unique_values(test_case *c, cx_array **out)
{
    out[0] = cx_unique_values(case_array(c, 0));
}
static void intersect1d(test_case *c, cx_array **out)
{
    cx_intersect1d_opts o = {.struct_size = sizeof o};
    o.assume_unique = case_int(c, "assume_unique", 0) != 0;
    o.return_indices = case_int(c, "return_indices", 0) != 0;
    const cx_intersection r = cx_intersect1d(case_array(c, 0), case_array(c, 1), &o);
    out[0] = r.values;
    out[1] = r.index_a;
    out[2] = r.index_b;
}
static void union1d(test_case *c, cx_array **out)
{
    out[0] = cx_union1d(case_array(c, 0), case_array(c, 1));
}
static const cx_set_opts *set_opts(test_case *c, cx_set_opts *o)
{
    *o = (cx_set_opts){.struct_size = sizeof *o};
    o->assume_unique = case_int(c, "assume_unique", 0) != 0;
    return o->assume_unique ? o : NULL;
}
static void setdiff1d(test_case *c, cx_array **out)
{
    cx_set_opts o;
    out[0] = cx_setdiff1d(case_array(c, 0), case_array(c, 1), set_opts(c, &o));
}
static void setxor1d(test_case *c, cx_array **out)
{
    cx_set_opts o;
    out[0] = cx_setxor1d(case_array(c, 0), case_array(c, 1), set_opts(c, &o));
}
static void isin(test_case *c, cx_array **out)
{
    cx_isin_opts o = {.struct_size = sizeof o};
    o.assume_unique = case_int(c, "assume_unique", 0) != 0;
    o.invert = case_int(c, "invert", 0) != 0;
    out[0] = cx_isin(case_array(c, 0), case_array(c, 1), &o);
}

static const case_fn calls[] = {
    {"unique", unique},
    {"unique_all", unique_all},
    {"unique_counts", unique_counts},
    {"unique_inverse", unique_inverse},
    {"unique_values", unique_values},
    {"intersect1d", intersect1d},
    {"union1d", union1d},
    {"setdiff1d", setdiff1d},
    {"setxor1d", setxor1d},
    {"isin", isin},
};

Test(golden, sets)
{
    cr_assert_geq(CASES("golden/sets_cases.tsv", calls), 1000);
}

static cx_array *words(int n, const int32_t *codes, int count, const char *const *texts)
{
    return cx_to(cx_categories_new(cx_copy_host(codes, CX_SHAPE(n), CX_I32), count, texts),
                 test_device());
}
static void check_words(const cx_array *got, int n, const char *const *want)
{
    cr_assert_eq(cx_status_of(got), CX_OK, "%s", cx_error_message());
    cr_assert_eq(cx_size(got), n);
    cx_array *const host = cx_to(got, CX_CPU);
    for (int i = 0; i < n; i++) cr_assert_str_eq(cx_label(host, i), want[i]);
}

/* Two dictionaries with their words in other orders. */
Test(golden, sets_of_categories)
{
    const cx_scope s = cx_scope_open();
    cx_array *const a = words(5, (const int32_t[]){2, 0, 1, 0, 2}, 3,
                              (const char *const[]){"pear", "fig", "apple"}),
                    *const b = words(4, (const int32_t[]){1, 0, 0, 2}, 3,
                                     (const char *const[]){"fig", "plum", "apple"});
    check_words(cx_unique_values(a), 3, (const char *const[]){"apple", "fig", "pear"});
    check_words(cx_intersect1d(a, b, NULL).values, 2, (const char *const[]){"apple", "fig"});
    check_words(cx_union1d(a, b), 4, (const char *const[]){"apple", "fig", "pear", "plum"});
    check_words(cx_setdiff1d(a, b, NULL), 1, (const char *const[]){"pear"});
    check_words(cx_setxor1d(a, b, NULL), 2, (const char *const[]){"pear", "plum"});
    const bool want[5] = {true, false, true, false, true};
    cx_array *const in = cx_isin(a, b, NULL);
    cr_assert_eq(cx_size(in), 5);
    for (int i = 0; i < 5; i++) cr_assert_eq(cx_item_bool(cx_select(in, 0, i)), want[i], "%d", i);
    cr_assert_eq(cx_scope_close(s), CX_OK);

    const cx_scope t = cx_scope_open();
    cx_array *const c = words(2, (const int32_t[]){0, 1}, 2, (const char *const[]){"x", "y"}),
                    *const x = cx_zeros(CX_SHAPE(2), CX_F64, test_device());
    cr_assert_eq(cx_status_of(cx_isin(c, x, NULL)), CX_E_DTYPE);
    cr_assert_eq(cx_status_of(cx_union1d(x, c)), CX_E_DTYPE);
    cr_assert_eq(cx_scope_close(t), CX_E_DTYPE);
}
