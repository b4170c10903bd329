/* device: each. Choosing and placing by positions against NumPy
 * (tests/golden/make_choose_cases.py).
 */
#include "cases.h"
#include <criterion/criterion.h>
#include <string.h>

static cx_bounds mode_of(const char *text)
{
    return strcmp(text, "wrap") == 0    ? CX_BOUNDS_WRAP
           : strcmp(text, "clip") == 0  ? CX_BOUNDS_CLIP
           : strcmp(text, "raise") == 0 ? CX_BOUNDS_RAISE
                                        : (cx_bounds)9;
}
static cx_bounds mode(test_case *c)
{
    return mode_of(case_text(c, "mode", "raise"));
}
static void give(cx_tuple t, cx_array **out)
{
    for (int i = 0; i < t.count && i < CASE_RESULTS; i++) out[i] = t.at[i];
    if (t.count == 0) out[0] = t.at[0];
}

static void take_with(test_case *c, cx_array **out)
{
    const cx_maybe_i64 axis = {case_has(c, "axis"), case_int(c, "axis", 0)};
    out[0] = cx_take_with(case_array(c, 0), case_array(c, 1),
                          CX_OPTS(cx_take_opts, .axis = axis, .mode = mode(c)));
}
static void put(test_case *c, cx_array **out)
{
    out[0] = case_target(c, 0);
    case_status(c, cx_put(out[0], case_array(c, 1), case_array(c, 2), mode(c)));
}
static void put_along_axis(test_case *c, cx_array **out)
{
    out[0] = case_target(c, 0);
    case_status(c, cx_put_along_axis(out[0], case_array(c, 1), case_array(c, 2),
                                     (int)case_int(c, "axis", 0)));
}
static void place(test_case *c, cx_array **out)
{
    out[0] = case_target(c, 0);
    case_status(c, cx_place(out[0], case_array(c, 1), case_array(c, 2)));
}
static void extract(test_case *c, cx_array **out)
{
    out[0] = cx_extract(case_array(c, 0), case_array(c, 1));
}
static void choose(test_case *c, cx_array **out)
{
    out[0] = cx_choose(case_array(c, 0), case_arrays(c, 1), mode(c));
}
static void select_first(test_case *c, cx_array **out)
{
    const cx_arrays all = case_arrays(c, 1);
    const int n = all.count / 2;
    out[0] = cx_select_first((cx_arrays){n, all.at}, (cx_arrays){n, all.at + n}, case_array(c, 0));
}
static void ix(test_case *c, cx_array **out)
{
    give(cx_ix_(case_arrays(c, 0)), out);
}
static void nonzero(test_case *c, cx_array **out)
{
    give(cx_nonzero(case_array(c, 0)), out);
}
static void argwhere(test_case *c, cx_array **out)
{
    out[0] = cx_argwhere(case_array(c, 0));
}
static void flatnonzero(test_case *c, cx_array **out)
{
    out[0] = cx_flatnonzero(case_array(c, 0));
}
static void compress(test_case *c, cx_array **out)
{
    out[0] = cx_compress(case_array(c, 0), case_array(c, 1), (int)case_int(c, "axis", 0));
}
static void ravel_multi_index(test_case *c, cx_array **out)
{
    int64_t dims[32];
    const int n = case_ints(c, "dims", dims);
    const bool fortran = strcmp(case_text(c, "order", "C"), "F") == 0;
    const char *const text = case_text(c, "mode", "raise"), *const plus = strchr(text, '+');
    const cx_bounds modes[2] = {CX_BOUNDS_WRAP, CX_BOUNDS_CLIP};
    out[0] = cx_ravel_multi_index(
        case_arrays(c, 0), (cx_shape){n, dims},
        CX_OPTS(cx_coordinate_opts, .mode = plus != NULL ? CX_BOUNDS_RAISE : mode_of(text),
                .modes = plus != NULL ? modes : NULL, .fortran = fortran));
}
static void unravel_index(test_case *c, cx_array **out)
{
    int64_t dims[32];
    const int n = case_ints(c, "dims", dims);
    const bool fortran = strcmp(case_text(c, "order", "C"), "F") == 0;
    give(cx_unravel_index(case_array(c, 0), (cx_shape){n, dims},
                          CX_OPTS(cx_coordinate_opts, .fortran = fortran)),
         out);
}
static void fill_diagonal(test_case *c, cx_array **out)
{
    out[0] = case_target(c, 0);
    case_status(c, cx_fill_diagonal(out[0], case_array(c, 1),
                                    case_int(c, "wrap", 0) ? CX_DIAGONAL_WRAP : CX_DIAGONAL_ONCE));
}

static void take(test_case *c, cx_array **out)
{
    out[0] = cx_take(case_array(c, 0), case_array(c, 1), (int)case_int(c, "axis", 0));
}
static void take_along_axis(test_case *c, cx_array **out)
{
    out[0] = cx_take_along_axis(case_array(c, 0), case_array(c, 1), (int)case_int(c, "axis", 0));
}
static void putmask(test_case *c, cx_array **out)
{
    out[0] = case_target(c, 0);
    case_status(c, cx_putmask(out[0], case_array(c, 1), case_array(c, 2)));
}
static void about_diagonal(test_case *c, cx_array **out)
{
    static const struct {
        const char *name;
        cx_array *(*fn)(const cx_array *a, int64_t k);
    } table[] = {{"diagonal", cx_diagonal},
                 {"diag", cx_diag},
                 {"tril", cx_tril},
                 {"triu", cx_triu},
                 {"trace", cx_trace}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i].name, case_op(c)) == 0)
            out[0] = table[i].fn(case_array(c, 0), case_int(c, "k", 0));
}
static void real(test_case *c, cx_array **out)
{
    out[0] = cx_real(case_array(c, 0));
}
static void imag(test_case *c, cx_array **out)
{
    out[0] = cx_imag(case_array(c, 0));
}
static void broadcast_to(test_case *c, cx_array **out)
{
    int64_t dims[32];
    const int n = case_ints(c, "shape", dims);
    out[0] = cx_broadcast_to(case_array(c, 0), (cx_shape){n, dims});
}

static const case_fn calls[] = {{"take_with", take_with},
                                {"put", put},
                                {"put_along_axis", put_along_axis},
                                {"place", place},
                                {"extract", extract},
                                {"choose", choose},
                                {"select_first", select_first},
                                {"ix_", ix},
                                {"nonzero", nonzero},
                                {"argwhere", argwhere},
                                {"flatnonzero", flatnonzero},
                                {"compress", compress},
                                {"ravel_multi_index", ravel_multi_index},
                                {"unravel_index", unravel_index},
                                {"fill_diagonal", fill_diagonal},
                                {"take", take},
                                {"take_along_axis", take_along_axis},
                                {"putmask", putmask},
                                {"diagonal", about_diagonal},
                                {"diag", about_diagonal},
                                {"tril", about_diagonal},
                                {"triu", about_diagonal},
                                {"trace", about_diagonal},
                                {"real", real},
                                {"imag", imag},
                                {"broadcast_to", broadcast_to}};

Test(golden, choose)
{
    cr_assert_geq(CASES("golden/choose_cases.tsv", calls), 1000);
}
