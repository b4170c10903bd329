/* Eigenvalues in pairs as blocks of real numbers. One idea: counting the complex ones along the
 * line says which is the first and which the second of a pair, whatever lies between them. */
#include "routines/linalg/linalg.h"
#include <calx/grid.h>
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/linalg_schur.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>

static cx_status real_form(const char *where, const cx_array *w, const cx_array *v,
                           cx_array *out[2])
{
    char text[2][CX__SHAPE_TEXT];
    CX__ARRAY(where, "w", w);
    CX__TRY(cx__matrices(where, "v", v, true, &v));
    if (cx_dtype_of(w) == CX_CAT || cx__kind_of(w) == 'e')
        return cx__fail(CX_E_DTYPE, where, "w is %s", cx_dtype_name(cx_dtype_of(w)));
    bool fits = cx_ndim(v) == cx_ndim(w) + 1;
    for (int d = 0; fits && d < cx_ndim(w); d++) fits = cx_dim(w, d) == cx_dim(v, d);
    if (!fits)
        return cx__fail(CX_E_SHAPE, where, "w has shape %s and v %s; wanted (..., n), (..., n, n)",
                        cx__words_of_shape(w, text[0]), cx__words_of_shape(v, text[1]));
    if (cx__is_whole(w)) w = cx_astype(w, CX_F64);
    const cx_array *const im = cx_imag(w), *const turning = cx_not_equal(im, cx_int(0));
    const cx_array *const count = cx_cumsum(cx_astype(turning, CX_I64), -1);
    const cx_array *const odd = cx_equal(cx_bitwise_and(count, cx_int(1)), cx_int(1));
    if (cx_size(w) > 0) {
        const bool single = cx__any_true(cx_select(odd, -1, -1));
        CX__TRY(cx__so_far());
        if (single)
            return cx__fail(CX_E_ARGUMENT, where, "w has an odd number of complex eigenvalues");
    }
    const cx_array *const first = cx_logical_and(turning, odd), *const second = cx_logical_and(
                                                                    turning, cx_logical_not(odd));
    /* at (j, k) the first of a pair stands in row j and the second in column k */
    const cx_array *const up = cx_logical_and(
        cx_logical_and(cx_expand_dims(first, -1), cx_expand_dims(second, -2)),
        cx_equal(cx_expand_dims(cx_add(count, cx_int(1)), -1), cx_expand_dims(count, -2)));
    const cx_array *const down = cx_matrix_transpose(up);
    const int64_t n = cx_dim(w, -1);
    const cx_array *const on = cx_eye(n, n, 0, CX_BOOL, cx_device_of(w));
    const cx_array *const zero = cx_zeros_like(im, CX_DTYPE_NONE);
    const cx_array *const rows = cx_expand_dims(im, -1), *const none = cx_expand_dims(zero, -1);
    out[0] =
        cx_where(on, cx_expand_dims(cx_real(w), -1), cx_where(cx_logical_or(up, down), rows, none));
    if (cx__kind_of(v) != 'c') {
        out[1] = cx_copy(v);
        return cx__so_far();
    }
    /* columns re + im i and re - im i become im, negated, and re */
    const cx_array *const half = cx_complex(0, 0.5), *const minus = cx_complex(0, -0.5);
    const cx_array *const diagonal =
        cx_where(cx_expand_dims(first, -1), half,
                 cx_where(cx_expand_dims(second, -1), cx_complex(0.5, 0), cx_complex(1, 0)));
    const cx_array *const u = cx_where(
        on, diagonal, cx_where(up, cx_complex(0.5, 0), cx_where(down, minus, cx_complex(0, 0))));
    out[1] = cx_copy(cx_real(cx_matmul(v, cx_astype(u, cx_dtype_of(v)))));
    return cx__so_far();
}

cx_real_form cx_linalg_cdf2rdf(const cx_array *w, const cx_array *v)
{
    static const char where[] = "linalg_cdf2rdf";
    const cx_scope s = cx_scope_open();
    cx_array *r[2] = {NULL, NULL};
    const cx_status st = real_form(where, w, v, r);
    cx__give_all(s, st, where, 2, r);
    return (cx_real_form){r[0], r[1]};
}
