/* timeout: 600. Spectral decompositions of matrices that are large enough for all
 * threads to share one: residuals, orthogonality and order on the gallery of hard matrices. */
#include "device.h"
#include "gallery.h"
#include <criterion/criterion.h>
#include <math.h>

static const cx_dtype floats[] = {CX_F32, CX_F64, CX_C64, CX_C128};
enum { FLOATS = 4, LARGE = 260 };

static const cx_array *identity_like(const cx_array *square)
{
    const int64_t n = cx_dim(square, -1);
    return cx_eye(n, n, 0, cx_dtype_of(square), test_device());
}

static void orthonormal(const cx_array *v, double bound, const char *what, const char *of)
{
    const cx_array *const g = cx_matmul(check_adjoint(v), v);
    const double d = check_distance(g, identity_like(g));
    cr_assert(d <= bound, "%s of %s (%s): off by %g, bound %g; %s", what, of,
              cx_dtype_name(cx_dtype_of(v)), d, bound, cx_error_message());
}

static void same(const cx_array *a, const cx_array *b, double bound, const char *what,
                 const char *of)
{
    const double d = check_distance(a, b);
    cr_assert(d <= bound, "%s of %s (%s): off by %g, bound %g; %s", what, of,
              cx_dtype_name(cx_dtype_of(a)), d, bound, cx_error_message());
}

/* a over a power of two near its largest element, so that products stay in range; that power. */
static const cx_array *tame(const cx_array *a, double *unit)
{
    const double size = check_size(a);
    *unit = 1;
    while (*unit < size / 2) *unit *= 2;
    while (size > 0 && *unit > size) *unit /= 2;
    return cx_div(a, cx_float(*unit));
}

static bool rising(const cx_array *w)
{
    return cx_item_bool(
        cx_all(cx_greater_equal(cx_slice(w, -1, 1, CX_END, 1), cx_slice(w, -1, 0, -1, 1)), CX_ALL));
}

static void check_eigh(const gallery_matrix *g, cx_dtype t, bool upper)
{
    const cx_scope s = cx_scope_open();
    const double eps = check_eps(t), n = LARGE;
    double unit;
    const cx_array *const a = gallery_make(g, LARGE, t, upper ? LIE_COLUMNS : LIE_ROWS);
    const cx_eigh f = cx_linalg_eigh(a, CX_OPTS(cx_eigh_opts, .upper = upper));
    const cx_array *const b = tame(a, &unit), *const w = cx_div(f.w, cx_float(unit));
    const double size = n * check_size(b);
    same(cx_matmul(b, f.v), cx_mul(f.v, w), 2 * n * eps * size, "eigenvectors", g->name);
    orthonormal(f.v, 8 * n * eps, "eigenvectors", g->name);
    cr_assert(rising(w), "%s", g->name);
    const cx_array *const alone = cx_linalg_eigvalsh(a, CX_OPTS(cx_eigh_opts, .upper = upper));
    same(cx_div(alone, cx_float(unit)), w, 4 * n * eps * size, "eigenvalues alone", g->name);
    cr_assert(cx_scope_close(s) == CX_OK, "%s: %s", g->name, cx_error_message());
}

/* In short, each matrix in one of the types. */
static bool looked_at(const gallery_matrix *g, int type)
{
    return !test_short() || (g - gallery) % FLOATS == type;
}

Test(linalg_spectral, hermitian_eigenvalues_of_the_gallery)
{
    for (const gallery_matrix *g = gallery; g->name != NULL; g++)
        for (int i = 0; i < FLOATS; i++)
            if ((g->is & GALLERY_HERMITIAN) != 0 && looked_at(g, i)) {
                check_eigh(g, floats[i], false);
                if (i % 2 == 1) check_eigh(g, floats[i], true);
            }
}

static void check_svd(const gallery_matrix *g, int64_t m, int64_t n, cx_dtype t, lie how, bool thin)
{
    const cx_scope s = cx_scope_open();
    const double eps = check_eps(t), big = (double)(m > n ? m : n);
    const int64_t k = m < n ? m : n;
    double unit;
    const cx_array *const a = gallery_make_wide(g, m, n, t, how);
    const cx_svd f = cx_linalg_svd(a, CX_OPTS(cx_svd_opts, .thin = thin));
    const cx_array *const b = tame(a, &unit), *const w = cx_div(f.s, cx_float(unit));
    const cx_array *const us = cx_mul(cx_slice(f.u, -1, 0, k, 1), w);
    const double size = big * check_size(b);
    same(cx_matmul(us, cx_slice(f.vh, -2, 0, k, 1)), b, 2 * big * eps * size, "svd", g->name);
    orthonormal(f.u, 8 * big * eps, "left vectors", g->name);
    orthonormal(check_adjoint(f.vh), 8 * big * eps, "right vectors", g->name);
    cr_assert(rising(cx_negative(w)), "%s", g->name);
    cr_assert(cx_item_bool(cx_all(cx_greater_equal(w, cx_float(0)), CX_ALL)), "%s", g->name);
    const cx_array *const alone = cx_linalg_svdvals(a);
    same(cx_div(alone, cx_float(unit)), w, 4 * big * eps * size, "singular values alone", g->name);
    cr_assert(cx_scope_close(s) == CX_OK, "%s: %s", g->name, cx_error_message());
}

Test(linalg_spectral, singular_values_of_the_gallery)
{
    for (const gallery_matrix *g = gallery; g->name != NULL; g++)
        for (int i = 0; i < FLOATS; i++) {
            if (!looked_at(g, i)) continue;
            const bool wide = i % 2 == 1;
            check_svd(g, LARGE, LARGE, floats[i], wide ? LIE_COLUMNS : LIE_ROWS, true);
        }
}

/* Those of more than two to one go by way of QR. */
Test(linalg_spectral, singular_values_of_oblong_matrices)
{
    for (int i = 0; i < FLOATS; i++)
        for (int how = 0; how < 2; how++) {
            check_svd(&gallery[3], LARGE, LARGE + 60, floats[i], (lie)how, how == 0);
            check_svd(&gallery[3], LARGE + 60, LARGE, floats[i], (lie)how, how == 1);
            check_svd(&gallery[3], 3 * LARGE, LARGE, floats[i], (lie)how, true);
        }
    for (const gallery_matrix *g = gallery; g->name != NULL; g++)
        for (int i = 0; i < FLOATS; i++)
            if (looked_at(g, i))
                check_svd(g, 700, 50, floats[i], i % 2 == 0 ? LIE_ROWS : LIE_COLUMNS, true);
}

Test(linalg_spectral, what_is_not_finite_does_not_converge)
{
    for (int i = 0; i < FLOATS; i++)
        for (int infinite = 0; infinite < 2; infinite++) {
            const cx_scope s = cx_scope_open();
            cx_array *const a = cx_copy(gallery_make(&gallery[4], LARGE, floats[i], LIE_ROWS));
            const double bad = infinite ? (double)INFINITY : (double)NAN;
            cr_assert(cx_copy_into(cx_float(bad), cx_index(a, "200, 100")) == CX_OK);
            cr_assert(cx_status_of(cx_linalg_eigh(a, NULL).v) == CX_E_CONVERGENCE);
            cr_assert(cx_status_of(cx_linalg_eigvalsh(a, NULL)) == CX_E_CONVERGENCE);
            cr_assert(cx_status_of(cx_linalg_svd(a, NULL).u) == CX_E_CONVERGENCE);
            cr_assert(cx_status_of(cx_linalg_svdvals(a)) == CX_E_CONVERGENCE);
            (void)cx_check(cx_scope_close(s));
        }
}

Test(linalg_spectral, the_same_bits_on_any_number_of_threads)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const a = gallery_make(&gallery[4], 600, CX_F64, LIE_ROWS);
    enum { COUNT = 5 };
    const cx_array *first[COUNT];
    for (int threads = 1; threads <= 3; threads++) {
        cr_assert(cx_set_num_threads(threads) == CX_OK);
        const cx_eigh e = cx_linalg_eigh(a, NULL);
        const cx_svd v = cx_linalg_svd(a, NULL);
        const cx_array *const r[COUNT] = {e.w, e.v, v.u, v.s, v.vh};
        for (int i = 0; i < COUNT; i++) {
            if (threads == 1) first[i] = r[i];
            cr_assert(check_same_bits(first[i], r[i]), "result %d on %d threads", i, threads);
        }
    }
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
