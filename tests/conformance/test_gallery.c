/* device: each. The hard matrices are what their table says. */
#include "device.h"
#include "gallery.h"
#include <criterion/criterion.h>
#include <math.h>

static const cx_dtype dtypes[] = {CX_F64, CX_F32, CX_C128, CX_C64};

static void check(const gallery_matrix *g, int64_t n, cx_dtype t)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const a = gallery_make(g, n, t, LIE_ROWS);
    const double eps = check_eps(t), size = check_size(a);
    for (int how = LIE_COLUMNS; how < LIE_COUNT; how++)
        cr_assert_eq(check_distance(gallery_make(g, n, t, (lie)how), a), 0, "%s: layout %d",
                     g->name, how);
    cr_assert(isfinite(size), "%s is not finite", g->name);
    if ((g->is & GALLERY_HERMITIAN) != 0)
        cr_assert_leq(check_distance(a, check_adjoint(a)), 2 * eps * size, "%s", g->name);
    if ((g->is & GALLERY_TRIANGULAR) != 0)
        cr_assert_eq(check_distance(a, cx_triu(a, 0)), 0, "%s", g->name);
    if ((g->is & GALLERY_EXTREME) != 0) {
        const cx_array *const square = cx_square(cx_abs(a));
        const double far = check_size(square);
        cr_assert(far == 0 || isinf(far), "%s: squares of up to %g", g->name, far);
    } else if (size > 0) {
        const double least = cx_item_f64(cx_min(
            cx_to(cx_linalg_eigvalsh(cx_astype(cx_matmul(check_adjoint(a), a), CX_C128), NULL),
                  CX_CPU),
            CX_ALL));
        const double bound = (double)n * (double)n * eps * size * size;
        if ((g->is & GALLERY_SINGULAR) != 0)
            cr_assert_leq(fabs(least), 8 * bound, "%s is regular", g->name);
        else if ((g->is & GALLERY_ILL) == 0)
            cr_assert_gt(least, bound, "%s is singular", g->name);
    }
    cr_assert(cx_ok(), "%s: %s", g->name, cx_error_message());
    if ((g->is & GALLERY_DEFINITE) != 0) {
        (void)cx_linalg_cholesky(a, NULL);
        cr_assert(cx_ok(), "%s is not definite", g->name);
    }
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s: %s", g->name, cx_error_message());
}

Test(gallery, is_what_it_says)
{
    for (int d = 0; d < 4; d++)
        for (const gallery_matrix *g = gallery; g->name != NULL; g++)
            for (int64_t n = 3; n < 5; n++) check(g, n, dtypes[d]);
}

Test(gallery, stacks)
{
    const cx_scope s = cx_scope_open();
    const gallery_matrix *found[8];
    const int count = gallery_find(GALLERY_SINGULAR, GALLERY_HERMITIAN, found, 8);
    const cx_array *const a = gallery_stack(GALLERY_SINGULAR, GALLERY_HERMITIAN, 5, CX_C64);
    cr_assert_gt(count, 2);
    cr_assert_eq(cx_dim(a, 0), count);
    for (int i = 0; i < count; i++)
        cr_assert_eq(
            check_distance(cx_select(a, 0, i), gallery_make(found[i], 5, CX_C64, LIE_SLICED)), 0);
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}
