/* Schur forms, pencils, ordered eigenvalues and balancing by what they have to fulfil, on matrices
 * of every kind: residuals, unitary factors, the forms' zeros, the order that was asked for. */
#include "device.h"
#include "gallery.h"
#include <criterion/criterion.h>
#include <math.h>

static const cx_dtype types[4] = {CX_F32, CX_F64, CX_C64, CX_C128};

static void near(const cx_array *got, const cx_array *wanted, double bound, const char *what,
                 const char *name)
{
    const double d = check_distance(got, wanted);
    cr_assert(d <= bound, "%s of %s: %s off by %g, bound %g; %s", what, name,
              cx_dtype_name(cx_dtype_of(wanted)), d, bound, cx_error_message());
}
/* Stays finite for matrices near overflow: everything is measured in units of the largest element.
 */
static cx_array *unit(const cx_array *a)
{
    const double size = check_size(a);
    return size > 0 ? cx_div(a, cx_astype(cx_full(CX_SHAPE(), cx_float(size), CX_F64, CX_CPU),
                                          check_eps(cx_dtype_of(a)) > 1e-10 ? CX_F32 : CX_F64))
                    : cx_copy(a);
}
static cx_array *one_like(const cx_array *q)
{
    const cx_array *const one = cx_eye(cx_dim(q, -1), -1, 0, cx_dtype_of(q), CX_CPU);
    return cx_broadcast_to(one, cx_shape_of(q));
}
static void unitary(const cx_array *q, const char *name)
{
    const double n = (double)cx_dim(q, -1);
    near(cx_matmul(check_adjoint(q), q), one_like(q), 8 * n * check_eps(cx_dtype_of(q)), "q^H q",
         name);
}
static cx_array *turned(const cx_array *q, const cx_array *t, const cx_array *z)
{
    return cx_matmul(cx_matmul(q, t), check_adjoint(z));
}
/* Nothing below diagonal -k, and of a quasi-triangular form no two numbers side by side there. */
static void triangular(const cx_array *t, int64_t k, const char *name)
{
    cr_assert(check_size(cx_tril(t, -k - 1)) == 0, "%s", name);
    if (k == 0) return;
    const cx_array *const below = cx_not_equal(cx_diagonal(t, -1), cx_int(0));
    const int64_t n = cx_dim(below, -1);
    if (n < 2) return;
    cr_assert(!cx_item_bool(cx_any(
                  cx_logical_and(cx_slice(below, -1, 0, n - 1, 1), cx_slice(below, -1, 1, n, 1)),
                  CX_ALL)),
              "%s: blocks of 3", name);
}

static const cx_schur_opts plain = {.struct_size = sizeof(cx_schur_opts)};

static void schur_of(const cx_array *a, bool complex, const char *name)
{
    const double n = (double)cx_dim(a, -1), eps = check_eps(cx_dtype_of(a));
    cx_schur_opts o = plain;
    o.complex_output = complex;
    const cx_schur f = cx_linalg_schur(a, &o);
    cr_assert(cx_is_contiguous(f.t) && cx_is_contiguous(f.z), "%s: %s", name, cx_error_message());
    const double size = check_size(a);
    unitary(f.z, name);
    const cx_array *const scaled = cx_mul(f.t, cx_float(size > 0 ? 1 / size : 1));
    near(turned(f.z, scaled, f.z), cx_astype(unit(a), cx_dtype_of(f.t)), 8 * n * n * eps, "z t z^H",
         name);
    triangular(f.t, cx_dtype_kind(cx_dtype_of(f.t)) == 'c' ? 0 : 1, name);
    cr_assert(cx_item_bool(cx_all(cx_equal(f.sdim, cx_int(0)), CX_ALL)));
}

Test(schur, gallery)
{
    for (int i = 0; i < 4; i++)
        for (const gallery_matrix *g = gallery; g->name != NULL; g++)
            for (int64_t n = 1; n <= 17; n += 4) {
                const cx_scope s = cx_scope_open();
                const cx_array *const a = gallery_make(g, n, types[i], LIE_ROWS);
                schur_of(a, false, g->name);
                schur_of(a, true, g->name);
                const cx_hessenberg h =
                    cx_linalg_hessenberg(a, CX_OPTS(cx_hessenberg_opts, .calc_q = true));
                const double size = check_size(a), eps = check_eps(types[i]);
                const cx_array *const scaled = cx_mul(h.h, cx_float(size > 0 ? 1 / size : 1));
                unitary(h.q, g->name);
                near(turned(h.q, scaled, h.q), unit(a), 8 * (double)(n * n) * eps, "hessenberg",
                     g->name);
                cr_assert(n < 3 || check_size(cx_tril(h.h, -2)) == 0);
                const cx_hessenberg alone = cx_linalg_hessenberg(a, NULL);
                cr_assert(cx_status_of(alone.q) == CX_E_ARGUMENT && check_same_bits(alone.h, h.h));
                cr_assert(cx_scope_close(s) == CX_OK, "%s: %s", g->name, cx_error_message());
            }
}

Test(schur, stacks_and_layouts)
{
    for (int i = 0; i < 4; i++)
        for (int how = 0; how < LIE_COUNT; how++) {
            const cx_scope s = cx_scope_open();
            const cx_array *const a = check_random(CX_SHAPE(2, 3, 6, 6), types[i], (lie)how, 3);
            schur_of(a, false, "stack");
            schur_of(a, true, "stack");
            const cx_schur all = cx_linalg_schur(a, NULL);
            const cx_schur one = cx_linalg_schur(cx_index(a, "1, 2"), NULL);
            cr_assert(check_same_bits(cx_copy(cx_index(all.t, "1, 2")), one.t));
            cr_assert(cx_ndim(all.sdim) == 2 && cx_dtype_of(all.sdim) == CX_I64);
            cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
        }
}

/* ---- order */
static cx_array *values_of(const cx_array *t)
{
    return cx_linalg_eigvals(t);
}
static bool upper_half(cx_complex128 alpha, cx_complex128 beta, void *ctx)
{
    ++*(int *)ctx;
    return beta.re == 1 && alpha.im > 0;
}

Test(schur, order)
{
    static const cx_eigenvalue_sort sorts[4] = {CX_SORT_LHP, CX_SORT_RHP, CX_SORT_IUC, CX_SORT_OUC};
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < 4; k++) {
            const cx_scope s = cx_scope_open();
            const cx_array *const a =
                cx_mul(check_random(CX_SHAPE(9, 9), types[i], LIE_ROWS, 11), cx_float(2));
            cx_schur_opts o = plain;
            o.sort = sorts[k];
            const cx_schur f = cx_linalg_schur(a, &o);
            const int64_t m = cx_item_i64(f.sdim);
            near(turned(f.z, f.t, f.z), a, 80 * check_eps(types[i]) * check_size(a), "sorted", "");
            unitary(f.z, "sorted");
            triangular(f.t, i < 2 ? 1 : 0, "sorted");
            cr_assert(m > 0 && m < 9, "%d of 9", (int)m); /* else nothing is tested */
            for (int part = 0; part < 2; part++) {
                const int64_t from = part == 0 ? 0 : m, to = part == 0 ? m : 9;
                const cx_array *const w =
                    values_of(cx_slice(cx_slice(f.t, -1, from, to, 1), -2, from, to, 1));
                const cx_array *const in = k == 0   ? cx_less(cx_real(w), cx_float(0))
                                           : k == 1 ? cx_greater_equal(cx_real(w), cx_float(0))
                                           : k == 2 ? cx_less_equal(cx_abs(w), cx_float(1))
                                                    : cx_greater(cx_abs(w), cx_float(1));
                cr_assert(part == 0 ? cx_item_bool(cx_all(in, CX_ALL))
                                    : !cx_item_bool(cx_any(in, CX_ALL)),
                          "order %d part %d", k, part);
            }
            cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
        }
}

Test(schur, order_by_callback)
{
    const cx_scope s = cx_scope_open();
    int calls = 0;
    const double v[9] = {0, 2, 2, 0, 1, 2, 1, 0, 1};
    const cx_array *const a = cx_copy_host(v, CX_SHAPE(3, 3), CX_F64);
    cx_schur_opts o = plain;
    o.choose = upper_half;
    o.ctx = &calls;
    cr_assert_eq(cx_item_i64(cx_linalg_schur(a, &o).sdim), 2); /* the pair goes together */
    o.complex_output = true;
    cr_assert_eq(cx_item_i64(cx_linalg_schur(a, &o).sdim), 1);
    cr_assert_eq(calls, 12);
    o.choose = NULL;
    o.sort = (cx_eigenvalue_sort)9;
    cr_assert_eq(cx_status_of(cx_linalg_schur(a, &o).t), CX_E_ARGUMENT);
    (void)!cx_scope_close(s);
}

Test(schur, from_real_to_complex)
{
    for (int i = 0; i < 2; i++) {
        const cx_scope s = cx_scope_open();
        const cx_array *const a = check_random(CX_SHAPE(2, 11, 11), types[i], LIE_ROWS, 21);
        const cx_schur f = cx_linalg_schur(a, NULL), g = cx_linalg_rsf2csf(f.t, f.z);
        cr_assert(cx_dtype_of(g.t) == types[i + 2] && cx_dtype_of(g.z) == types[i + 2]);
        triangular(g.t, 0, "csf");
        unitary(g.z, "csf");
        near(turned(g.z, g.t, g.z), cx_astype(a, types[i + 2]), 100 * check_eps(types[i]), "csf",
             "");
        cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    }
}

/* ---- pencils */
static void pencil_of(const cx_array *a, const cx_array *b, bool complex, const char *name)
{
    const double n = (double)cx_dim(a, -1), eps = check_eps(cx_dtype_of(a));
    const cx_qz f = cx_linalg_qz(a, b, CX_OPTS(cx_qz_opts, .complex_output = complex));
    const cx_dtype t = cx_dtype_of(f.aa);
    unitary(f.q, name);
    unitary(f.z, name);
    near(turned(f.q, f.aa, f.z), cx_astype(a, t), 16 * n * n * eps * check_size(a), "qz a", name);
    near(turned(f.q, f.bb, f.z), cx_astype(b, t), 16 * n * n * eps * check_size(b), "qz b", name);
    triangular(f.aa, cx_dtype_kind(t) == 'c' ? 0 : 1, name);
    triangular(f.bb, 0, name);
}

Test(schur, pencils)
{
    for (int i = 0; i < 4; i++)
        for (const gallery_matrix *g = gallery; g->name != NULL; g++) {
            if ((g->is & GALLERY_EXTREME) != 0) continue; /* their products are infinite */
            const cx_scope s = cx_scope_open();
            const cx_array *const a = gallery_make(g, 9, types[i], LIE_ROWS),
                                  *const b = check_random(CX_SHAPE(9, 9), types[i], LIE_COLUMNS, 5);
            pencil_of(a, b, false, g->name);
            pencil_of(b, a, true, g->name);
            cr_assert(cx_scope_close(s) == CX_OK, "%s: %s", g->name, cx_error_message());
        }
}

static bool large(cx_complex128 alpha, cx_complex128 beta, void *ctx)
{
    (void)ctx;
    return hypot(alpha.re, alpha.im) > hypot(beta.re, beta.im);
}

Test(schur, ordered_pencils)
{
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < 6; k++) {
            const cx_scope s = cx_scope_open();
            const cx_array *const a = check_random(CX_SHAPE(2, 8, 8), types[i], LIE_ROWS, 31),
                                  *const b = check_random(CX_SHAPE(8, 8), types[i], LIE_ROWS, 32);
            cx_qz_opts o = {.struct_size = sizeof o, .sort = (cx_eigenvalue_sort)(k % 5)};
            if (k == 5) o.choose = large;
            const int rule = k == 5 ? CX_SORT_OUC : k == 0 ? CX_SORT_LHP : k;
            const cx_ordqz f = cx_linalg_ordqz(a, b, &o);
            unitary(f.q, "ordqz");
            unitary(f.z, "ordqz");
            near(turned(f.q, f.aa, f.z), a, 300 * check_eps(types[i]), "ordqz a", "");
            near(turned(f.q, f.bb, f.z), cx_broadcast_to(b, cx_shape_of(a)),
                 300 * check_eps(types[i]), "ordqz b", "");
            const cx_array *const w = cx_div(f.alpha, f.beta);
            const cx_array *const in = rule == CX_SORT_LHP   ? cx_less(cx_real(w), cx_float(0))
                                       : rule == CX_SORT_RHP ? cx_greater(cx_real(w), cx_float(0))
                                       : rule == CX_SORT_IUC ? cx_less(cx_abs(w), cx_float(1))
                                                             : cx_greater(cx_abs(w), cx_float(1));
            /* once it is false it stays so, and it is both somewhere */
            const cx_array *const first = cx_slice(in, -1, 0, 7, 1), *const next =
                                                                         cx_slice(in, -1, 1, 8, 1);
            cr_assert(cx_item_bool(cx_all(cx_greater_equal(first, next), CX_ALL)), "rule %d", k);
            cr_assert(cx_item_bool(cx_any(in, CX_ALL)) && !cx_item_bool(cx_all(in, CX_ALL)));
            cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
        }
}

/* ---- eigenvectors of both sides */
static cx_array *columns_by(const cx_array *v, const cx_array *w)
{
    return cx_mul(v, cx_expand_dims(w, -2));
}
static void lengths(const cx_array *v, const char *name)
{
    const cx_array *const l = cx_sqrt(cx_sum(cx_square(cx_abs(v)), CX_AXIS(-2)));
    near(l, cx_ones_like(l, CX_DTYPE_NONE), 16 * check_eps(cx_dtype_of(v)), "length", name);
}

Test(schur, vectors_of_both_sides)
{
    for (int i = 0; i < 4; i++)
        for (int both = 0; both < 2; both++) {
            const cx_scope s = cx_scope_open();
            const cx_array *const a = check_random(CX_SHAPE(3, 7, 7), types[i], LIE_COLUMNS, 41);
            const cx_array *const b =
                both ? cx_add(check_random(CX_SHAPE(7, 7), types[i], LIE_ROWS, 42),
                              cx_mul(cx_eye(7, 7, 0, types[i], CX_CPU), cx_float(3)))
                     : NULL;
            const cx_eig_sides e = cx_linalg_eig_with(a, b, CX_OPTS(cx_eig_opts, .left = true));
            const double bound = 8 * 7 * check_eps(types[i]) * 4 * (1 + check_size(e.w));
            const cx_array *const bv = both ? cx_matmul(b, e.vr) : e.vr;
            near(cx_matmul(a, e.vr), columns_by(bv, e.w), bound, "a v = w b v", "");
            const cx_array *const lb = both ? cx_matmul(check_adjoint(b), e.vl) : e.vl;
            near(cx_matmul(check_adjoint(a), e.vl), columns_by(lb, cx_conjugate(e.w)), bound,
                 "vl^H a = w vl^H b", "");
            lengths(e.vl, "left");
            lengths(e.vr, "right");
            cr_assert(cx_dtype_kind(cx_dtype_of(e.w)) == 'c');
            const cx_eig_sides left =
                cx_linalg_eig_with(a, b, CX_OPTS(cx_eig_opts, .left = true, .not_right = true));
            cr_assert(cx_status_of(left.vr) == CX_E_ARGUMENT && cx_status_of(left.vl) == CX_OK);
            const cx_eig_sides h =
                cx_linalg_eig_with(a, b, CX_OPTS(cx_eig_opts, .homogeneous_eigvals = true));
            cr_assert(cx_dim(h.w, -2) == 2 && cx_status_of(h.vl) == CX_E_ARGUMENT);
            near(cx_div(cx_select(h.w, -2, 0), cx_select(h.w, -2, 1)), e.w,
                 4 * check_eps(types[i]) * check_size(e.w), "homogeneous", "");
            near(cx_sum(cx_linalg_eigvals_with(a, b, NULL), CX_AXIS(-1)), cx_sum(e.w, CX_AXIS(-1)),
                 bound * 10, "eigvals", "");
            cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
        }
}

Test(schur, infinite_and_undefined_eigenvalues)
{
    const cx_scope s = cx_scope_open();
    const double a[4] = {2, 0, 0, 3}, none[4] = {1, 0, 0, 0}, last[4] = {0, 0, 0, 3};
    const cx_array *const b = cx_copy_host(none, CX_SHAPE(2, 2), CX_F64);
    const cx_array *w = cx_linalg_eigvals_with(cx_copy_host(a, CX_SHAPE(2, 2), CX_F64), b, NULL);
    const cx_complex128 *v = cx_data_c128(w);
    cr_assert(v[0].re == 2 && isinf(v[1].re), "%g %g", v[0].re, v[1].re);
    w = cx_linalg_eigvals_with(cx_copy_host(none, CX_SHAPE(2, 2), CX_F64), b, NULL);
    v = cx_data_c128(w);
    cr_assert(v[0].re == 1 && isnan(v[1].re));
    const cx_eig_sides real =
        cx_linalg_eig_with(cx_copy_host(a, CX_SHAPE(2, 2), CX_F64), NULL, NULL);
    cr_assert(cx_dtype_of(real.vr) == CX_F64 && cx_dtype_of(real.w) == CX_C128);
    const cx_ordqz f = cx_linalg_ordqz(cx_copy_host(last, CX_SHAPE(2, 2), CX_F64), b,
                                       CX_OPTS(cx_qz_opts, .sort = CX_SORT_OUC));
    cr_assert(cx_data_f64(f.beta)[0] == 0 && cx_data_c128(f.alpha)[0].re != 0);
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

/* ---- balancing */
Test(schur, balancing)
{
    for (int i = 0; i < 4; i++)
        for (const gallery_matrix *g = gallery; g->name != NULL; g++)
            for (int how = 0; how < 4; how++) {
                if ((g->is & GALLERY_EXTREME) != 0) continue;
                const cx_scope s = cx_scope_open();
                const cx_array *const a = gallery_make(g, 8, types[i], LIE_ROWS);
                const cx_balance r = cx_linalg_matrix_balance(
                    a, CX_OPTS(cx_balance_opts, .not_permute = how & 1, .not_scale = how & 2));
                /* powers of 2 and places: nothing is rounded */
                near(cx_matmul(cx_astype(r.t, types[i]), r.b),
                     cx_matmul(a, cx_astype(r.t, types[i])), 0, "a t = t b", g->name);
                const cx_array *const p = cx_sort(r.perm, -1);
                cr_assert(cx_item_bool(
                    cx_all(cx_equal(p, cx_arange_i64(0, 8, 1, CX_I64, CX_CPU)), CX_ALL)));
                if (how & 2) cr_assert(cx_item_bool(cx_all(cx_equal(r.scale, cx_int(1)), CX_ALL)));
                cr_assert(cx_scope_close(s) == CX_OK, "%s: %s", g->name, cx_error_message());
            }
}

/* ---- edges */
Test(schur, empty)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const none = cx_zeros(CX_SHAPE(0, 0), CX_F32, CX_CPU), *const stack = cx_zeros(
                                                                               CX_SHAPE(0, 3, 3),
                                                                               CX_C64, CX_CPU);
    const cx_array *const each[2] = {none, stack};
    for (int i = 0; i < 2; i++) {
        const cx_array *const a = each[i];
        const cx_schur f = cx_linalg_schur(a, CX_OPTS(cx_schur_opts, .sort = CX_SORT_LHP));
        cr_assert(cx_size(f.t) == 0 && cx_dtype_of(f.z) == cx_dtype_of(a));
        const cx_hessenberg h =
            cx_linalg_hessenberg(a, CX_OPTS(cx_hessenberg_opts, .calc_q = true));
        cr_assert(cx_size(h.q) == 0 && cx_ndim(h.h) == cx_ndim(a));
        cr_assert(cx_size(cx_linalg_qz(a, a, NULL).aa) == 0);
        cr_assert(cx_size(cx_linalg_ordqz(a, a, NULL).beta) == 0);
        cr_assert(cx_size(cx_linalg_eig_with(a, a, NULL).vr) == 0);
        cr_assert(cx_size(cx_linalg_matrix_balance(a, NULL).t) == 0);
        cr_assert(cx_size(cx_linalg_rsf2csf(a, a).t) == 0);
    }
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

#define REFUSED(call, member, status)                                                 \
    do {                                                                              \
        const cx_scope inner = cx_scope_open();                                       \
        cr_assert(cx_status_of((call).member) == (status), "%s", cx_error_message()); \
        (void)!cx_scope_close(inner);                                                 \
    } while (0)

Test(schur, errors)
{
    const double bad[2] = {NAN, -INFINITY};
    const cx_scope s = cx_scope_open();
    const cx_array *const good = cx_eye(3, 3, 0, CX_F64, CX_CPU);
    for (int i = 0; i < 2; i++) {
        cx_array *const a = cx_ones(CX_SHAPE(2, 3, 3), CX_F64, CX_CPU);
        cr_assert(cx_copy_into(cx_float(bad[i]), cx_index(a, "1, 2, 0")) == CX_OK);
        REFUSED(cx_linalg_schur(a, NULL), t, CX_E_ARGUMENT);
        REFUSED(cx_linalg_hessenberg(a, NULL), h, CX_E_ARGUMENT);
        REFUSED(cx_linalg_qz(good, a, NULL), aa, CX_E_ARGUMENT);
        REFUSED(cx_linalg_ordqz(a, good, NULL), z, CX_E_ARGUMENT);
        REFUSED(cx_linalg_eig_with(a, good, NULL), w, CX_E_ARGUMENT);
        REFUSED(cx_linalg_matrix_balance(a, NULL), b, CX_E_ARGUMENT);
        REFUSED(cx_linalg_rsf2csf(a, a), t, CX_E_ARGUMENT);
    }
    const cx_array *const flat = cx_ones(CX_SHAPE(2, 3), CX_F64, CX_CPU),
                          *const half = cx_ones(CX_SHAPE(2, 2), CX_F16, CX_CPU),
                          *const two = cx_ones(CX_SHAPE(2, 2), CX_F64, CX_CPU);
    REFUSED(cx_linalg_schur(flat, NULL), t, CX_E_SHAPE);
    REFUSED(cx_linalg_schur(half, NULL), t, CX_E_DTYPE);
    REFUSED(cx_linalg_hessenberg(flat, NULL), h, CX_E_SHAPE);
    REFUSED(cx_linalg_qz(good, two, NULL), aa, CX_E_SHAPE);
    REFUSED(cx_linalg_qz(two, two, CX_OPTS(cx_qz_opts, .sort = CX_SORT_IUC)), aa, CX_E_ARGUMENT);
    REFUSED(cx_linalg_eig_with(good, two, NULL), w, CX_E_SHAPE);
    REFUSED(cx_linalg_eig_with(half, NULL, NULL), w, CX_E_DTYPE);
    REFUSED(cx_linalg_matrix_balance(flat, NULL), b, CX_E_SHAPE);
    REFUSED(cx_linalg_rsf2csf(good, two), t, CX_E_SHAPE);
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(schur, the_same_bits_on_any_number_of_threads)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const a = check_random(CX_SHAPE(40, 9, 9), CX_F64, LIE_ROWS, 1);
    cx_schur first = {NULL, NULL, NULL};
    for (int threads = 1; threads <= 3; threads++) {
        cr_assert(cx_set_num_threads(threads) == CX_OK);
        const cx_schur f = cx_linalg_schur(a, CX_OPTS(cx_schur_opts, .sort = CX_SORT_RHP));
        if (threads == 1) first = f;
        cr_assert(check_same_bits(first.t, f.t) && check_same_bits(first.z, f.z));
        cr_assert(check_same_bits(first.sdim, f.sdim));
    }
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
