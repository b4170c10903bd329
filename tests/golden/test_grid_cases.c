/* device: each. Grids, triangles, functions over parts of arrays and views by strides against NumPy
 * (tests/golden/make_grid_cases.py). */
#include "cases.h"
#include "plain.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static void give(cx_tuple t, cx_array **out)
{
    for (int i = 0; i < t.count && i < CASE_RESULTS; i++) out[i] = t.at[i];
    if (t.count == 0) out[0] = t.at[0];
}
static cx_shape shape_of(test_case *c, const char *key, int64_t dims[32])
{
    return (cx_shape){case_ints(c, key, dims), dims};
}

static void meshgrid(test_case *c, cx_array **out)
{
    const char *const how = case_text(c, "indexing", "xy");
    give(cx_meshgrid(case_arrays(c, 0),
                     CX_OPTS(cx_meshgrid_opts,
                             .indexing = strcmp(how, "xy") == 0   ? CX_INDEXING_XY
                                         : strcmp(how, "ij") == 0 ? CX_INDEXING_IJ
                                                                  : (cx_indexing)7,
                             .sparse = case_int(c, "sparse", 0) != 0,
                             .no_copy = case_int(c, "copy", 1) == 0)),
         out);
}
static void indices(test_case *c, cx_array **out)
{
    int64_t dims[32];
    out[0] = cx_indices(shape_of(c, "shape", dims), case_dtype(c, "dtype"), test_device());
}
static void indices_sparse(test_case *c, cx_array **out)
{
    int64_t dims[32];
    give(cx_indices_sparse(shape_of(c, "shape", dims), case_dtype(c, "dtype"), test_device()), out);
}

/* start, stop, step of each axis, then how many points */
static int ranges(test_case *c, cx_range *r)
{
    int n = 0;
    const char *at = case_text(c, "ranges", "");
    int64_t points[32];
    const int counted = case_ints(c, "points", points);
    for (char *end; *at != '\0'; n++) {
        r[n].start = plain_number(at, &end);
        r[n].stop = plain_number(end + 1, &end);
        r[n].step = plain_number(end + 1, &end);
        r[n].points = n < counted ? points[n] : 0;
        at = *end == ',' ? end + 1 : end;
    }
    return n;
}
static void mgrid(test_case *c, cx_array **out)
{
    cx_range r[8];
    const int n = ranges(c, r);
    out[0] = cx_mgrid(n, r, CX_DTYPE_NONE, test_device());
}
static void ogrid(test_case *c, cx_array **out)
{
    cx_range r[8];
    const int n = ranges(c, r);
    give(cx_ogrid(n, r, CX_DTYPE_NONE, test_device()), out);
}

static void tri(test_case *c, cx_array **out)
{
    out[0] = cx_tri(case_int(c, "n", 0), case_int(c, "m", -1), case_int(c, "k", 0),
                    case_dtype(c, "dtype"), test_device());
}
static void tril_indices(test_case *c, cx_array **out)
{
    give(cx_tril_indices(case_int(c, "n", 0), case_int(c, "k", 0), case_int(c, "m", -1),
                         test_device()),
         out);
}
static void triu_indices(test_case *c, cx_array **out)
{
    give(cx_triu_indices(case_int(c, "n", 0), case_int(c, "k", 0), case_int(c, "m", -1),
                         test_device()),
         out);
}
static void tril_indices_from(test_case *c, cx_array **out)
{
    give(cx_tril_indices_from(case_array(c, 0), case_int(c, "k", 0)), out);
}
static void triu_indices_from(test_case *c, cx_array **out)
{
    give(cx_triu_indices_from(case_array(c, 0), case_int(c, "k", 0)), out);
}
static void diagflat(test_case *c, cx_array **out)
{
    out[0] = cx_diagflat(case_array(c, 0), case_int(c, "k", 0));
}
static void diag_indices(test_case *c, cx_array **out)
{
    give(cx_diag_indices(case_int(c, "n", 0), (int)case_int(c, "ndim", 2), test_device()), out);
}
static void diag_indices_from(test_case *c, cx_array **out)
{
    give(cx_diag_indices_from(case_array(c, 0)), out);
}
static void vander(test_case *c, cx_array **out)
{
    out[0] = cx_vander(case_array(c, 0), case_int(c, "n", -1),
                       case_int(c, "increasing", 0) ? CX_POWERS_INCREASING : CX_POWERS_DECREASING);
}

/* ---- functions of the program's */
static cx_array *twice_the_sum(cx_arrays x, void *ctx)
{
    (void)ctx;
    const cx_array *sum = x.at[0];
    for (int i = 1; i < x.count; i++) sum = cx_add(sum, x.at[i]);
    return cx_mul(sum, cx_int(2));
}
static void fromfunction(test_case *c, cx_array **out)
{
    int64_t dims[32];
    out[0] = cx_fromfunction(twice_the_sum, NULL, shape_of(c, "shape", dims),
                             case_dtype(c, "dtype"), test_device());
}
static cx_array *square(const cx_array *x, void *ctx)
{
    (void)ctx;
    return cx_mul(x, x);
}
static cx_array *plus(const cx_array *x, void *ctx)
{
    return cx_add(x, cx_int(*(int *)ctx));
}
static void piecewise(test_case *c, cx_array **out)
{
    static int five = 5;
    const cx_array *const one = cx_int(1);
    cx_piece pieces[8];
    int n = 0;
    for (const char *at = case_text(c, "pieces", ""); *at != '\0';) {
        pieces[n++] = strncmp(at, "square", 6) == 0  ? (cx_piece){.fn = square}
                      : strncmp(at, "plus5", 5) == 0 ? (cx_piece){.fn = plus, .ctx = &five}
                                                     : (cx_piece){.value = one};
        at += strcspn(at, ",");
        at += *at == ',';
    }
    out[0] = cx_piecewise(case_array(c, 0), case_arrays(c, 1), n, pieces);
}
static cx_array *sorted(const cx_array *line, void *ctx)
{
    (void)ctx;
    return cx_sort(line, 0);
}
static cx_array *total(const cx_array *line, void *ctx)
{
    (void)ctx;
    return cx_sum(line, CX_ALL);
}
static cx_array *outer(const cx_array *line, void *ctx)
{
    (void)ctx;
    return cx_mul(cx_expand_dims(line, 1), line);
}
static void apply_along_axis(test_case *c, cx_array **out)
{
    const char *const name = case_text(c, "fn", "");
    out[0] = cx_apply_along_axis(strcmp(name, "sort") == 0    ? sorted
                                 : strcmp(name, "total") == 0 ? total
                                                              : outer,
                                 NULL, (int)case_int(c, "axis", 0), case_array(c, 0));
}
static cx_array *total_along(const cx_array *a, int axis, void *ctx)
{
    (void)ctx;
    return cx_sum(a, CX_AXIS(axis));
}
static cx_array *flipped(const cx_array *a, int axis, void *ctx)
{
    (void)ctx;
    return cx_flip(a, axis);
}
static void apply_over_axes(test_case *c, cx_array **out)
{
    int64_t wide[32];
    int axes[32];
    const int n = case_ints(c, "axes", wide);
    for (int i = 0; i < n; i++) axes[i] = (int)wide[i];
    out[0] = cx_apply_over_axes(strcmp(case_text(c, "fn", ""), "flip") == 0 ? flipped : total_along,
                                NULL, case_array(c, 0), n, axes);
}

/* ---- views */
static void broadcast_arrays(test_case *c, cx_array **out)
{
    const cx_tuple t = cx_broadcast_arrays(case_arrays(c, 0));
    give(t, out);
    for (int i = 0; i < t.count; i++) {
        cr_assert_not(cx_is_writeable(t.at[i]));
        cr_assert(cx_size(t.at[i]) == 0 || cx_may_share_memory(t.at[i], case_array(c, i)));
    }
}
static void broadcast_shape(test_case *c, cx_array **out)
{
    cx_shape shapes[CASE_ARGS];
    for (int i = 0; i < case_count(c); i++) shapes[i] = cx_shape_of(case_array(c, i));
    const cx_dims d = cx_broadcast_shapes(case_count(c), shapes),
                  e = cx_broadcast_dims(case_arrays(c, 0));
    cr_assert_eq(d.ndim, e.ndim);
    if (d.ndim < 0) {
        case_status(c, CX_E_SHAPE);
        return;
    }
    for (int i = 0; i < d.ndim; i++) cr_assert_eq(d.dim[i], e.dim[i]);
    out[0] = test_copy_host(d.dim, CX_SHAPE(d.ndim), CX_I64);
}
static void sliding_window_view(test_case *c, cx_array **out)
{
    int64_t window[32], wide[32];
    int axes[32];
    const int n = case_ints(c, "window", window), given = case_ints(c, "axes", wide);
    for (int i = 0; i < given; i++) axes[i] = (int)wide[i];
    cx_array *const a = case_array(c, 0);
    if (given > 0 && given != n) { /* one list is the other's length in C */
        case_status(c, CX_E_ARGUMENT);
        return;
    }
    out[0] = cx_sliding_window_view(a, n, window, given > 0 ? axes : NULL);
    if (cx_size(out[0]) > 0) cr_assert(cx_may_share_memory(a, out[0]));
}
static void asfortranarray(test_case *c, cx_array **out)
{
    out[0] = cx_asfortranarray(case_array(c, 0));
    cr_assert(cx_flags(out[0]).f_contiguous);
}
static void tobytes(test_case *c, cx_array **out)
{
    const char how = case_text(c, "order", "C")[0];
    cx_array *a = case_array(c, 0);
    if (how == 'A') a = cx_copy(a);
    static unsigned char bytes[4096];
    case_status(c, cx_tobytes(a,
                              how == 'F'   ? CX_ELEMENTS_F
                              : how == 'A' ? CX_ELEMENTS_A
                                           : CX_ELEMENTS_C,
                              bytes, sizeof bytes));
    out[0] = test_copy_host(bytes, CX_SHAPE((int64_t)cx_nbytes(a)), CX_U8);
}

static const case_fn calls[] = {{"meshgrid", meshgrid},
                                {"indices", indices},
                                {"indices_sparse", indices_sparse},
                                {"mgrid", mgrid},
                                {"ogrid", ogrid},
                                {"tri", tri},
                                {"tril_indices", tril_indices},
                                {"triu_indices", triu_indices},
                                {"tril_indices_from", tril_indices_from},
                                {"triu_indices_from", triu_indices_from},
                                {"diagflat", diagflat},
                                {"diag_indices", diag_indices},
                                {"diag_indices_from", diag_indices_from},
                                {"vander", vander},
                                {"fromfunction", fromfunction},
                                {"piecewise", piecewise},
                                {"apply_along_axis", apply_along_axis},
                                {"apply_over_axes", apply_over_axes},
                                {"broadcast_arrays", broadcast_arrays},
                                {"broadcast_shape", broadcast_shape},
                                {"sliding_window_view", sliding_window_view},
                                {"asfortranarray", asfortranarray},
                                {"tobytes", tobytes}};

Test(golden, grid)
{
    cr_assert_geq(CASES("golden/grid_cases.tsv", calls), 700);
}
