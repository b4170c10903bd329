/* device: each. Eigenvalues of general matrices by a v = v w, for every accepted dtype, layout and
 * batch; when results are real; errors; the same bits on any number of threads. */
#include "device.h"
#include "linalg_check.h"
#include <criterion/criterion.h>
#include <math.h>

static const cx_dtype floats[] = {CX_F32, CX_F64, CX_C64, CX_C128};
enum { FLOATS = 4 };

static void near(const cx_array *got, const cx_array *wanted, double bound, const char *what)
{
    const double d = check_distance(got, wanted);
    cr_assert(d <= bound, "%s: %s off by %g, bound %g; %s", what,
              cx_dtype_name(cx_dtype_of(wanted)), d, bound, cx_error_message());
}

/* Of each matrix of a batch. */
static cx_array *trace_of(const cx_array *a)
{
    const cx_array *const one = cx_eye(cx_dim(a, -1), -1, 0, cx_dtype_of(a), test_device());
    return cx_sum(cx_mul(a, one), CX_AXES(-2, -1));
}

/* Lengths of the columns of v. */
static cx_array *lengths(const cx_array *v)
{
    return cx_sqrt(cx_sum(cx_square(cx_abs(v)), CX_AXIS(-2)));
}

static void check(cx_shape shape, cx_dtype t, lie how, uint32_t seed)
{
    const double n = (double)shape.dim[shape.ndim - 1], eps = check_eps(t);
    const cx_array *const a = check_random(shape, t, how, seed);
    const cx_eig e = cx_linalg_eig(a);
    const double size = check_size(a) * n;
    near(cx_matmul(a, e.v), cx_mul(e.v, cx_expand_dims(e.w, -2)), 8 * n * eps * size, "a v = v w");
    near(lengths(e.v), cx_ones_like(lengths(e.v), CX_DTYPE_NONE), 4 * n * eps, "length of v");
    near(cx_sum(e.w, CX_AXIS(-1)), trace_of(a), 16 * n * eps * size, "sum of eigenvalues");
    const cx_array *const w = cx_linalg_eigvals(a);
    cr_assert(cx_dtype_of(w) == cx_dtype_of(e.w) && cx_is_contiguous(e.v) && cx_is_contiguous(w));
    near(cx_sum(w, CX_AXIS(-1)), trace_of(a), 16 * n * eps * size, "eigvals");
}

Test(eig, identities)
{
    for (int i = 0; i < FLOATS; i++)
        for (int how = 0; how < LIE_COUNT; how++) {
            const cx_scope s = cx_scope_open();
            check(CX_SHAPE(1, 1), floats[i], (lie)how, 1);
            check(CX_SHAPE(2, 2), floats[i], (lie)how, 2);
            check(CX_SHAPE(13, 13), floats[i], (lie)how, 3);
            check(CX_SHAPE(40, 40), floats[i], (lie)how, 4);
            check(CX_SHAPE(3, 2, 5, 5), floats[i], (lie)how, 5);
            cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
        }
}

Test(eig, real_where_all_are_real)
{
    const cx_scope s = cx_scope_open();
    for (int i = 0; i < 2; i++) {
        const cx_dtype real = floats[i], wide = i == 0 ? CX_C64 : CX_C128;
        const cx_array *const symmetric = check_random(CX_SHAPE(6, 6), real, LIE_ROWS, 7);
        const cx_eig e = cx_linalg_eig(cx_add(symmetric, check_adjoint(symmetric)));
        cr_assert(cx_dtype_of(e.w) == real && cx_dtype_of(e.v) == real);
        const cx_array *const turn = test_here(
            cx_astype(cx_copy_host((const double[]){0, -1, 1, 0}, CX_SHAPE(2, 2), CX_F64), real));
        const cx_eig f = cx_linalg_eig(turn);
        cr_assert(cx_dtype_of(f.w) == wide && cx_dtype_of(f.v) == wide);
        /* one complex matrix makes the batch complex */
        const cx_array *const parts[] = {cx_eye(2, 2, 0, real, test_device()), turn};
        const cx_eig g = cx_linalg_eig(cx_stack((cx_arrays){2, parts}, 0));
        cr_assert(cx_dtype_of(g.w) == wide && cx_dtype_of(g.v) == wide);
        near(cx_imag(cx_select(g.v, 0, 0)), cx_zeros(CX_SHAPE(2, 2), real, test_device()), 0,
             "vectors of real values");
    }
    const cx_eig e = cx_linalg_eig(cx_eye(3, 3, 0, CX_I32, test_device()));
    cr_assert(cx_dtype_of(e.w) == CX_F64 && cx_dtype_of(e.v) == CX_F64);
    cr_assert(cx_dtype_of(cx_linalg_eigvals(cx_eye(3, 3, 0, CX_C64, test_device()))) == CX_C64);
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(eig, empty)
{
    const cx_scope s = cx_scope_open();
    const cx_eig e = cx_linalg_eig(cx_zeros(CX_SHAPE(0, 0), CX_F32, test_device()));
    cr_assert(cx_dtype_of(e.w) == CX_F32 && cx_ndim(e.w) == 1 && cx_size(e.w) == 0);
    cr_assert(cx_ndim(e.v) == 2 && cx_size(e.v) == 0);
    const cx_eig f = cx_linalg_eig(cx_zeros(CX_SHAPE(0, 3, 3), CX_C64, test_device()));
    cr_assert(cx_ndim(f.w) == 2 && cx_dim(f.w, 1) == 3 && cx_dtype_of(f.w) == CX_C64);
    cr_assert(cx_ndim(f.v) == 3 && cx_dim(f.v, 0) == 0);
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

static void refused(const cx_array *a, cx_status st)
{
    const cx_scope s = cx_scope_open();
    const cx_eig e = cx_linalg_eig(a);
    cr_assert(cx_status_of(e.w) == st && cx_status_of(e.v) == st, "%s", cx_error_message());
    cr_assert(cx_status_of(cx_linalg_eigvals(a)) == st);
    (void)!cx_scope_close(s);
}

Test(eig, errors)
{
    const cx_scope s = cx_scope_open();
    cx_array *const a = cx_ones(CX_SHAPE(2, 3, 3), CX_F64, test_device());
    refused(cx_ones(CX_SHAPE(2, 3), CX_F64, test_device()), CX_E_SHAPE);
    refused(cx_ones(CX_SHAPE(3), CX_F64, test_device()), CX_E_SHAPE);
    refused(cx_ones(CX_SHAPE(2, 2), CX_F16, test_device()), CX_E_DTYPE);
    cr_assert(cx_copy_into(cx_float(NAN), cx_index(a, "1, 2, 0")) == CX_OK);
    refused(a, CX_E_CONVERGENCE);
    cr_assert(cx_copy_into(cx_float(-INFINITY), cx_index(a, "1, 2, 0")) == CX_OK);
    refused(a, CX_E_CONVERGENCE);
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(eig, the_same_bits_on_any_number_of_threads)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const a = check_random(CX_SHAPE(30, 7, 7), CX_F64, LIE_ROWS, 1);
    cx_eig first = {NULL, NULL};
    for (int threads = 1; threads <= 3; threads++) {
        cr_assert(cx_set_num_threads(threads) == CX_OK);
        const cx_eig e = cx_linalg_eig(a);
        if (threads == 1) first = e;
        cr_assert(check_same_bits(first.w, e.w) && check_same_bits(first.v, e.v));
    }
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
