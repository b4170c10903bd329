/* device: each. Sorting, partitioning, searching, digitize, top_k against NumPy
 * (golden/make_order_cases.py). */
#include "cases.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/sort.h>
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static int axis_of(const test_case *c)
{
    return (int)case_int(c, "axis", -1);
}
static cx_side side_of(test_case *c)
{
    return strcmp(case_text(c, "side", "left"), "right") == 0 ? CX_RIGHT : CX_LEFT;
}

static void sort(test_case *c, cx_array **out)
{
    out[0] = cx_sort(case_array(c, 0), axis_of(c));
}
static void argsort(test_case *c, cx_array **out)
{
    out[0] = cx_argsort(case_array(c, 0), axis_of(c));
}

static int ascending(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}
/* The pieces between the positions, each sorted: the sorted array if and only if p is partitioned
 * at every one of them. */
static cx_array *pieces_sorted(const cx_array *p, int axis, int n, int64_t *kth)
{
    if (cx_status_of(p) != CX_OK || n == 0 || cx_size(p) == 0) return cx_sort(p, axis);
    for (int i = 0; i < n; i++) kth[i] += kth[i] < 0 ? cx_dim(p, axis) : 0;
    qsort(kth, (size_t)n, sizeof *kth, ascending);
    const cx_array *part[80];
    int parts = 0;
    int64_t from = 0;
    for (int i = 0; i <= n; i++) {
        const int64_t to = i < n ? kth[i] : cx_dim(p, axis);
        if (to > from) part[parts++] = cx_sort(cx_slice(p, axis, from, to, 1), axis);
        if (i < n && to >= from) part[parts++] = cx_slice(p, axis, to, to + 1, 1);
        from = to + 1 > from ? to + 1 : from;
    }
    return cx_concatenate((cx_arrays){parts, part}, axis);
}
static void partition(test_case *c, cx_array **out)
{
    int64_t kth[32];
    const int n = case_ints(c, "kth", kth), axis = axis_of(c);
    const cx_array *const a = case_array(c, 0);
    cx_array *const p = cx_partition(a, n, kth, axis);
    out[0] = p;
    if (cx_status_of(p) != CX_OK) return;
    /* in place, in memory of that layout, the same */
    cx_array *const copy = cx_copy(a);
    cr_assert_eq(cx_partition_inplace(copy, n, kth, axis), CX_OK, "%s", cx_error_message());
    cx_array *const twice = pieces_sorted(copy, axis, n, kth);
    out[0] = pieces_sorted(p, axis, n, kth);
    cr_assert_eq(cx_nbytes(out[0]), cx_nbytes(twice));
    out[1] = twice;
}
static void argpartition(test_case *c, cx_array **out)
{
    int64_t kth[32];
    const int n = case_ints(c, "kth", kth), axis = axis_of(c);
    cx_array *const p = cx_argpartition(case_array(c, 0), n, kth, axis);
    out[0] = p;
    if (cx_status_of(p) != CX_OK) return;
    cr_assert_eq(cx_dtype_of(p), CX_I64);
    out[0] = pieces_sorted(cx_take_along_axis(case_array(c, 0), p, axis), axis, n, kth);
}
static void lexsort(test_case *c, cx_array **out)
{
    out[0] = cx_lexsort(case_arrays(c, 0), axis_of(c));
}
static void searchsorted(test_case *c, cx_array **out)
{
    out[0] = cx_searchsorted(case_array(c, 0), case_array(c, 1), side_of(c));
}
static void searchsorted_by(test_case *c, cx_array **out)
{
    out[0] = cx_searchsorted_by(case_array(c, 0), case_array(c, 1), case_array(c, 2), side_of(c));
}
static void digitize(test_case *c, cx_array **out)
{
    const bool right = case_int(c, "right", 0) != 0;
    out[0] = cx_digitize(case_array(c, 0), case_array(c, 1),
                         case_has(c, "right") ? CX_OPTS(cx_digitize_opts, .right = right) : NULL);
}
static void top_k(test_case *c, cx_array **out)
{
    const cx_topk r = cx_top_k(case_array(c, 0), case_int(c, "k", 0), axis_of(c),
                               case_int(c, "smallest", 0) != 0 ? CX_SMALLEST : CX_LARGEST);
    out[0] = r.values;
    out[1] = r.indices;
}

static const case_fn calls[] = {
    {"sort", sort},
    {"argsort", argsort},
    {"partition", partition},
    {"argpartition", argpartition},
    {"lexsort", lexsort},
    {"searchsorted", searchsorted},
    {"searchsorted_by", searchsorted_by},
    {"digitize", digitize},
    {"top_k", top_k},
};

Test(golden, order)
{
    cr_assert_geq(CASES("golden/order_cases.tsv", calls), 1000);
}
