/* device: each. timeout: 300. Factorisations of hard matrices put together again: residuals,
 * orthogonality, order and shape of the factors, in every dtype. */
#include "device.h"
#include "gallery.h"
#include <criterion/criterion.h>
#include <math.h>

static const cx_dtype dtypes[] = {CX_F64, CX_F32, CX_C128, CX_C64};
static const int64_t sizes[] = {1, 2, 5, 13};
enum { DTYPES = 4, SIZES = 4 };

/* the matrix that is looked at, for messages */
typedef struct look {
    const gallery_matrix *g;
    cx_dtype t;
    int64_t n;
    double eps;
} look;

static void near(const look *k, const cx_array *got, const cx_array *wanted, double bound,
                 const char *what)
{
    cr_assert(cx_ok(), "%s of %s: %s", what, k->g->name, cx_error_message());
    const double d = check_distance(got, wanted);
    cr_assert(d <= bound, "%s of %s, %lld x %lld, %s: off by %g, bound %g", what, k->g->name,
              (long long)k->n, (long long)k->n, cx_dtype_name(k->t), d, bound);
}

static cx_array *eye(const look *k, int64_t n)
{
    return cx_eye(n, n, 0, k->t, test_device());
}

static void orthonormal(const look *k, const cx_array *q, bool rows, const char *what)
{
    const cx_array *const h = check_adjoint(q);
    const int64_t n = cx_dim(q, rows ? -2 : -1), m = cx_dim(q, rows ? -1 : -2);
    near(k, rows ? cx_matmul(q, h) : cx_matmul(h, q), eye(k, n), 8 * (double)(m + 1) * k->eps,
         what);
}

/* body for the whole gallery, or the part of it with some flags and without others */
static void walk(unsigned with, unsigned without, void (*body)(const look *k))
{
    const gallery_matrix *found[64];
    const int count = gallery_find(with, without, found, 64);
    cr_assert_gt(count, 0);
    for (int d = 0; d < (test_brief() ? 2 : DTYPES); d++)
        for (int s = 0; s < (test_brief() ? 2 : SIZES); s++)
            for (int i = 0; i < count; i++) {
                const cx_scope scope = cx_scope_open();
                const look k = {found[i], dtypes[d], sizes[s], check_eps(dtypes[d])};
                body(&k);
                cr_assert_eq(cx_scope_close(scope), CX_OK, "%s: %s", found[i]->name,
                             cx_error_message());
            }
}
static lie some_layout(const look *k)
{
    return (lie)((k->n + (int)k->t) % LIE_COUNT);
}
static cx_array *square(const look *k)
{
    return gallery_make(k->g, k->n, k->t, some_layout(k));
}

/* ---- LU */
static void lu_of(const look *k, const cx_array *a)
{
    const cx_lu f = cx_linalg_lu(a, NULL);
    const int64_t least = cx_dim(f.l, -1);
    const double bound = 4 * (double)(least * least) * k->eps * check_size(f.l) * check_size(f.u);
    near(k, cx_matmul(f.p, cx_matmul(f.l, f.u)), a, bound, "lu");
    /* complex pivots are chosen by the sum of their parts' sizes */
    const double most = cx_dtype_kind(k->t) == 'c' ? sqrt(2) : 1;
    cr_assert_leq(check_size(f.l), most + 4 * k->eps, "%s: l of %g", k->g->name, check_size(f.l));
    near(k, f.l, cx_tril(f.l, 0), 0, "lu's l");
    near(k, f.u, cx_triu(f.u, 0), 0, "lu's u");
    near(k, cx_diagonal(f.l, 0), cx_ones(CX_SHAPE(least), k->t, test_device()), 0, "l's diagonal");
    const cx_lu permuted = cx_linalg_lu(a, CX_OPTS(cx_lu_opts, .permute_l = true)),
                indexed = cx_linalg_lu(a, CX_OPTS(cx_lu_opts, .p_indices = true));
    near(k, permuted.l, cx_take(f.l, indexed.p, 0), 0, "permuted l");
    near(k, cx_matmul(f.p, f.l), permuted.l, 0, "p l");
}
static void lu(const look *k)
{
    lu_of(k, square(k));
    lu_of(k, gallery_make_wide(k->g, k->n, k->n + 3, k->t, some_layout(k)));
    lu_of(k, gallery_make_wide(k->g, 2 * k->n + 1, k->n, k->t, some_layout(k)));
}
Test(factor, lu)
{
    walk(0, 0, lu);
}

static void lu_solve(const look *k)
{
    const cx_array *const a = square(k);
    if (check_size(a) == 0) return; /* some are singular if they are 1 x 1 */
    const cx_lu_factors f = cx_linalg_lu_factor(a);
    const double growth = check_size(f.lu) * (double)(k->n * k->n);
    const cx_array *const ops[3] = {a, cx_matrix_transpose(a), check_adjoint(a)};
    for (int trans = 0; trans < 3; trans++)
        for (int64_t cols = 1; cols < 4; cols += 2) {
            const cx_array *const b =
                cx_mul(check_random(CX_SHAPE(k->n, cols), k->t, LIE_ROWS, 3), cx_float(0x1p-20));
            const cx_array *const x =
                cx_linalg_lu_solve(trans == 1 ? cx_copy(f.lu) : f.lu, f.piv, b,
                                   CX_OPTS(cx_lu_solve_opts, .trans = (cx_trans)trans));
            near(k, cx_matmul(ops[trans], x), b, 16 * k->eps * growth * check_size(x), "lu_solve");
        }
}
Test(factor, lu_solve)
{
    walk(0, GALLERY_SINGULAR | GALLERY_ILL, lu_solve);
}

/* Many at once, broadcast both ways, as each one alone. */
Test(factor, lu_stacks)
{
    for (int d = 0; d < DTYPES; d++) {
        const cx_scope s = cx_scope_open();
        const int64_t n = 5;
        const cx_dtype t = dtypes[d];
        const cx_array *const a =
            gallery_stack(0, GALLERY_SINGULAR | GALLERY_ILL | GALLERY_EXTREME, n, t);
        const int64_t count = cx_dim(a, 0);
        const cx_array *const b = check_random(CX_SHAPE(2, 1, n, 3), t, LIE_ROWS, 5);
        const cx_lu_factors f = cx_linalg_lu_factor(a);
        const cx_array *const x = cx_linalg_lu_solve(f.lu, f.piv, b, NULL);
        const cx_array *const y = cx_linalg_solve(a, b);
        cr_assert(cx_ok(), "%s", cx_error_message());
        cr_assert_eq(cx_ndim(x), 4);
        for (int64_t i = 0; i < count; i++) {
            const cx_lu_factors alone = cx_linalg_lu_factor(cx_select(a, 0, i));
            cr_assert_eq(check_distance(cx_select(f.piv, 0, i), alone.piv), 0);
            cr_assert_leq(check_distance(cx_select(f.lu, 0, i), alone.lu),
                          64 * check_eps(t) * check_size(alone.lu));
        }
        cr_assert_leq(check_distance(x, y), 4096 * check_eps(t) * check_size(y));
        cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
    }
}

/* ---- triangles */
static void one_triangle(const look *k, const cx_array *a, bool lower, cx_trans trans)
{
    const cx_array *const t = lower ? cx_tril(a, 0) : cx_triu(a, 0);
    const cx_array *const b = check_random(CX_SHAPE(k->n, 3), k->t, some_layout(k), 9);
    const bool zero = !cx_item_bool(cx_all(cx_diagonal(a, 0), CX_ALL));
    const cx_solve_triangular_opts o = {.struct_size = sizeof o, .lower = lower, .trans = trans};
    if (zero) {
        const cx_scope s = cx_scope_open();
        (void)cx_linalg_solve_triangular(a, b, &o);
        cr_assert_eq(cx_scope_close(s), CX_E_SINGULAR, "%s", k->g->name);
        return;
    }
    const cx_array *const x = cx_linalg_solve_triangular(a, b, &o);
    const cx_array *const op = trans == CX_TRANS_N   ? t
                               : trans == CX_TRANS_T ? cx_matrix_transpose(t)
                                                     : check_adjoint(t);
    const double size = check_size(x) * check_size(t);
    if (!isfinite(size)) return; /* the solution is past the dtype's range */
    near(k, cx_matmul(op, x), b, 4 * k->eps * (double)(k->n * k->n) * size, "solve_triangular");
}
static void triangle(const look *k)
{
    for (int lower = 0; lower < 2; lower++)
        for (int trans = 0; trans < 3; trans++)
            one_triangle(k, square(k), lower != 0, (cx_trans)trans);
}
Test(factor, triangles)
{
    walk(0, 0, triangle);
}

/* Every order of both operands, vectors and views of larger matrices, large enough for groups of
 * columns. */
Test(factor, triangles_in_every_order)
{
    const int64_t n = test_brief() ? 9 : 70, cols[] = {1, 2, 131};
    for (int d = 0; d < DTYPES; d++)
        for (int c = 0; c < 3; c++)
            for (int how = 0; how < LIE_COUNT * LIE_COUNT; how++) {
                const cx_scope s = cx_scope_open();
                const cx_dtype t = dtypes[d];
                const cx_array *const full = check_random(CX_SHAPE(n, n), t, (lie)(how % LIE_COUNT),
                                                          1),
                                      *const b = check_random(CX_SHAPE(n, cols[c]), t,
                                                              (lie)(how / LIE_COUNT), 2);
                const cx_array *const a =
                    cx_add(full, cx_mul(cx_eye(n, n, 0, t, test_device()), cx_int(n / 2 + 1)));
                const cx_array *const turned = how % 2 != 0 ? cx_matrix_transpose(a) : a;
                const cx_trans trans = (cx_trans)((how + c) % 3);
                const cx_array *const x = cx_linalg_solve_triangular(
                    turned, b, CX_OPTS(cx_solve_triangular_opts, .trans = trans));
                const cx_array *op = cx_triu(turned, 0);
                if (trans != CX_TRANS_N)
                    op = trans == CX_TRANS_T ? cx_matrix_transpose(op) : check_adjoint(op);
                cr_assert_leq(check_distance(cx_matmul(op, x), b),
                              8 * (double)(n * n) * check_eps(t) * check_size(x), "%s, %d",
                              cx_dtype_name(t), how);
                cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
            }
}

Test(factor, zeros_on_the_diagonal_are_named)
{
    const cx_scope s = cx_scope_open();
    double v[2][3][3] = {{{1, 2, 3}, {0, 1, 2}, {0, 0, 1}}, {{1, 2, 3}, {0, 0, 2}, {0, 0, 0}}};
    const cx_array *const a = test_copy_host(v, CX_SHAPE(2, 3, 3), CX_F64);
    const cx_array *const b = cx_ones(CX_SHAPE(3), CX_F64, test_device());
    (void)cx_linalg_solve_triangular(a, b, NULL);
    cr_assert_str_eq(cx_error_message(),
                     "linalg_solve_triangular: matrix (1,) of a is singular: number 2 on its "
                     "diagonal is zero");
    cr_assert_eq(cx_scope_close(s), CX_E_SINGULAR);
}

/* ---- Cholesky */
static void cho(const look *k)
{
    const cx_array *const a = square(k);
    const cx_array *const b = check_random(CX_SHAPE(k->n, 2), k->t, LIE_COLUMNS, 4);
    for (int lower = 0; lower < 2; lower++) {
        const cx_cho_opts o = {.struct_size = sizeof o, .lower = lower != 0};
        const cx_array *const c = cx_linalg_cho_factor(a, &o), *const h = check_adjoint(c);
        const double n2 = (double)(k->n * k->n), size = check_size(a);
        near(k, lower != 0 ? cx_matmul(c, h) : cx_matmul(h, c), a, 4 * n2 * k->eps * size,
             "cho_factor");
        const cx_array *const x = cx_linalg_cho_solve(c, b, &o);
        near(k, cx_matmul(a, x), b, 16 * n2 * k->eps * size * check_size(x), "cho_solve");
    }
}
Test(factor, cholesky)
{
    walk(GALLERY_DEFINITE, GALLERY_ILL, cho);
}

/* ---- QR with exchanges, products with q */
static cx_array *columns(const cx_array *a, const cx_array *p)
{
    return cx_take(a, p, -1);
}
static void pivoted_of(const look *k, const cx_array *a)
{
    const double bound = 8 * (double)(cx_dim(a, 0) * cx_dim(a, 1)) * k->eps * check_size(a);
    for (int mode = CX_FACTOR_FULL; mode <= CX_FACTOR_ECONOMIC; mode++) {
        const cx_qr_pivoted f =
            cx_linalg_qr_pivoted(a, CX_OPTS(cx_qr_pivoted_opts, .mode = (cx_factor_mode)mode));
        near(k, cx_matmul(f.q, f.r), columns(a, f.p), bound, "qr_pivoted");
        orthonormal(k, f.q, false, "qr_pivoted's q");
        near(k, f.r, cx_triu(f.r, 0), 0, "r");
        const double *const d = cx_data_f64(
            cx_to(cx_ascontiguous(cx_astype(cx_abs(cx_diagonal(f.r, 0)), CX_F64)), CX_CPU));
        for (int64_t i = 1; i < (cx_dim(a, 0) < cx_dim(a, 1) ? cx_dim(a, 0) : cx_dim(a, 1)); i++)
            cr_assert_leq(d[i], d[i - 1] * (1 + 64 * k->eps) + bound, "%s: r rises", k->g->name);
    }
}
static void pivoted(const look *k)
{
    pivoted_of(k, square(k));
    pivoted_of(k, gallery_make_wide(k->g, k->n, k->n + 2, k->t, LIE_ROWS));
    pivoted_of(k, gallery_make_wide(k->g, k->n + 3, k->n, k->t, LIE_COLUMNS));
}
Test(factor, qr_pivoted)
{
    if (test_on_cpu()) walk(0, 0, pivoted);
}

static void multiplied_of(const look *k, const cx_array *a, bool pivoting)
{
    const int64_t m = cx_dim(a, 0), n = cx_dim(a, 1), least = m < n ? m : n;
    const double bound = 8 * (double)(m * n) * k->eps * check_size(a);
    const cx_qr_multiply_opts right = {.struct_size = sizeof right, .pivoting = pivoting},
                              left = {
                                  .struct_size = sizeof left, .pivoting = pivoting, .left = true};
    const cx_qr_product f = cx_linalg_qr_multiply(a, eye(k, m), &right),
                        g = cx_linalg_qr_multiply(a, eye(k, least), &left);
    near(k, cx_matmul(f.cq, f.r), pivoting ? columns(a, f.p) : a, bound, "qr_multiply");
    orthonormal(k, f.cq, false, "qr_multiply's q");
    near(k, g.cq, f.cq, 8 * (double)m * k->eps, "qr_multiply from the left");
}
static void multiplied(const look *k)
{
    for (int pivoting = 0; pivoting < (test_on_cpu() ? 2 : 1); pivoting++) {
        multiplied_of(k, square(k), pivoting != 0);
        multiplied_of(k, gallery_make_wide(k->g, k->n, k->n + 2, k->t, LIE_ROWS), pivoting != 0);
        multiplied_of(k, gallery_make_wide(k->g, k->n + 3, k->n, k->t, LIE_COLUMNS), pivoting != 0);
    }
}
Test(factor, qr_multiply)
{
    walk(0, 0, multiplied);
}

/* ---- RQ */
static void rq_of(const look *k, const cx_array *a)
{
    const double bound = 8 * (double)(cx_dim(a, 0) * cx_dim(a, 1)) * k->eps * check_size(a);
    for (int mode = CX_FACTOR_FULL; mode <= CX_FACTOR_ECONOMIC; mode++) {
        const cx_rq f = cx_linalg_rq(a, CX_OPTS(cx_rq_opts, .mode = (cx_factor_mode)mode));
        near(k, cx_matmul(f.r, f.q), a, bound, "rq");
        orthonormal(k, f.q, true, "rq's q");
        near(k, f.r, cx_triu(f.r, cx_dim(f.r, -1) - cx_dim(f.r, -2)), 0, "rq's r");
    }
}
static void rq(const look *k)
{
    rq_of(k, square(k));
    rq_of(k, gallery_make_wide(k->g, k->n, k->n + 2, k->t, LIE_ROWS));
    rq_of(k, gallery_make_wide(k->g, k->n + 3, k->n, k->t, LIE_COLUMNS));
}
Test(factor, rq)
{
    walk(0, 0, rq);
}

/* ---- LDL */
static void ldl_of(const look *k, const cx_array *a, bool upper, bool symmetric)
{
    const cx_array *const side = upper ? cx_triu(a, 0) : cx_tril(a, 0);
    const cx_ldl f =
        cx_linalg_ldl(side, CX_OPTS(cx_ldl_opts, .upper = upper, .symmetric = symmetric));
    const cx_array *const h = symmetric ? cx_matrix_transpose(f.lu) : check_adjoint(f.lu);
    const double n = (double)k->n, size = check_size(f.lu);
    near(k, cx_matmul(cx_matmul(f.lu, f.d), h), a,
         8 * n * n * k->eps * (check_size(a) + size * size * check_size(f.d)), "ldl");
    const cx_array *const t = cx_take(f.lu, f.perm, 0);
    near(k, t, upper ? cx_triu(t, 0) : cx_tril(t, 0), 0, "ldl's triangle");
    near(k, cx_diagonal(t, 0), cx_ones(CX_SHAPE(k->n), k->t, test_device()), 0, "ldl's diagonal");
    near(k, f.d, cx_triu(cx_tril(f.d, 1), -1), 0, "ldl's d");
    if (k->n < 3) return; /* blocks do not touch */
    const cx_array *const beside = cx_diagonal(f.d, 1);
    cr_assert_eq(check_size(cx_where(cx_not_equal(cx_slice(beside, 0, 0, k->n - 2, 1), cx_float(0)),
                                     cx_slice(beside, 0, 1, k->n - 1, 1), cx_float(0))),
                 0, "%s: blocks of more than 2", k->g->name);
}
static void ldl(const look *k)
{
    const cx_array *const a = square(k);
    for (int upper = 0; upper < 2; upper++) ldl_of(k, a, upper != 0, false);
    if (cx_dtype_kind(k->t) != 'c') return;
    const cx_array *const b = cx_add(a, cx_matrix_transpose(a)); /* complex symmetric */
    for (int upper = 0; upper < 2; upper++) ldl_of(k, b, upper != 0, true);
}
Test(factor, ldl)
{
    if (test_on_cpu()) walk(GALLERY_HERMITIAN, 0, ldl);
}

/* ---- pairs of Hermitian matrices */
static void pair(const look *k)
{
    const cx_array *const a = square(k);
    const gallery_matrix *found[16];
    const int count = gallery_find(GALLERY_DEFINITE, GALLERY_ILL | GALLERY_EXTREME, found, 16);
    const gallery_matrix *const g = found[(k->n + (int)k->t) % count];
    const cx_array *const b = gallery_make(g, k->n, k->t, LIE_ROWS);
    const double n = (double)k->n, inverse = check_size(cx_linalg_inv(b));
    for (int type = 1; type <= 3; type++) {
        const bool upper = type == 2;
        const cx_eigh f =
            cx_linalg_eigh_with(a, b, CX_OPTS(cx_eigh_with_opts, .type = type, .upper = upper));
        const cx_array *const w =
            cx_linalg_eigvalsh_with(a, b, CX_OPTS(cx_eigh_with_opts, .type = type, .upper = upper));
        const double sizes_of = check_size(a) * (1 + check_size(b)) * (1 + inverse) *
                                (1 + check_size(f.v)),
                     bound = 64 * n * n * n * k->eps * sizes_of * (1 + check_size(b));
        near(k, w, f.w, bound, "eigvalsh_with");
        const cx_array *const vw = cx_mul(f.v, f.w);
        if (type == 1) near(k, cx_matmul(a, f.v), cx_matmul(b, vw), bound, "a v - b v w");
        if (type == 2) near(k, cx_matmul(a, cx_matmul(b, f.v)), vw, bound, "a b v - v w");
        if (type == 3) near(k, cx_matmul(b, cx_matmul(a, f.v)), vw, bound, "b a v - v w");
        const cx_array *const bv = type == 3 ? cx_linalg_solve(b, f.v) : cx_matmul(b, f.v);
        near(k, cx_matmul(check_adjoint(f.v), bv), eye(k, k->n),
             64 * n * n * k->eps * (1 + check_size(b)) * (1 + inverse), "v^H b v");
        const double *const values = cx_data_f64(cx_to(cx_astype(f.w, CX_F64), CX_CPU));
        for (int64_t i = 1; i < k->n; i++) cr_assert_geq(values[i], values[i - 1]);
    }
}
Test(factor, pairs)
{
    walk(GALLERY_HERMITIAN, GALLERY_EXTREME, pair);
}

/* Subsets are parts of the whole. */
static void subset(const look *k)
{
    const cx_array *const a = square(k);
    const cx_eigh all = cx_linalg_eigh(a, NULL);
    const cx_eigh part = cx_linalg_eigh_with(
        a, NULL, CX_OPTS(cx_eigh_with_opts, .by_index = true, .index = {k->n / 2, k->n - 1}));
    near(k, part.w, cx_slice(all.w, 0, k->n / 2, k->n, 1), 0, "eigenvalues by index");
    near(k, part.v, cx_slice(all.v, 1, k->n / 2, k->n, 1), 0, "eigenvectors by index");
    const double size = check_size(a);
    if (size == 0) return;
    const cx_eigh above = cx_linalg_eigh_with(
        a, NULL, CX_OPTS(cx_eigh_with_opts, .by_value = true, .value = {0, INFINITY}));
    const int64_t count = cx_item_i64(cx_count_nonzero(cx_greater(all.w, cx_float(0)), CX_ALL));
    cr_assert_eq(cx_dim(above.w, 0), count, "%s", k->g->name);
    cr_assert_eq(cx_dim(above.v, 1), count);
}
Test(factor, subsets)
{
    walk(GALLERY_HERMITIAN, 0, subset);
}

/* ---- least squares: both drivers, the residual orthogonal to a's columns */
static void least_of(const look *k, const cx_array *a, cx_lstsq_driver driver)
{
    const int64_t m = cx_dim(a, 0), n = cx_dim(a, 1);
    const cx_array *const b =
        cx_mul(check_random(CX_SHAPE(m, 2), k->t, LIE_ROWS, 8), cx_float(0x1p-20));
    const cx_lstsq f = cx_linalg_lstsq(a, b, CX_OPTS(cx_lstsq_opts, .driver = driver));
    cr_assert(cx_ok(), "%s: %s", k->g->name, cx_error_message());
    const int64_t rank = cx_item_i64(f.rank), least = m < n ? m : n;
    cr_assert_geq(rank, 0);
    cr_assert_leq(rank, least);
    if (check_size(a) == 0) {
        cr_assert_eq(rank, 0, "%s", k->g->name);
        cr_assert_eq(check_size(f.x), 0);
        return;
    }
    const cx_array *const rest = cx_sub(b, cx_matmul(a, f.x));
    const double bound =
        256 * (double)(m * n) * k->eps * (check_size(a) * check_size(f.x) + check_size(b));
    if ((k->g->is & (GALLERY_SINGULAR | GALLERY_ILL)) == 0 && m <= n)
        near(k, cx_matmul(a, f.x), b, bound, "lstsq");
    const cx_array *const unit = cx_mul(a, cx_float(ldexp(1, -ilogb(check_size(a)))));
    near(k, cx_matmul(check_adjoint(unit), rest), cx_zeros(CX_SHAPE(n, 2), k->t, test_device()),
         bound * 2 * (double)m, "lstsq's residual");
}
static void least(const look *k)
{
    for (int driver = 0; driver < (test_on_cpu() ? 2 : 1); driver++) {
        least_of(k, square(k), (cx_lstsq_driver)driver);
        least_of(k, gallery_make_wide(k->g, k->n, k->n + 2, k->t, LIE_ROWS),
                 (cx_lstsq_driver)driver);
        least_of(k, gallery_make_wide(k->g, k->n + 3, k->n, k->t, LIE_COLUMNS),
                 (cx_lstsq_driver)driver);
    }
}
Test(factor, least_squares)
{
    walk(0, GALLERY_SINGULAR | GALLERY_ILL | GALLERY_DEFECTIVE, least);
}

/* ---- what a device has not */
Test(factor, unsupported_is_told)
{
    if (test_on_cpu()) return;
    const cx_scope s = cx_scope_open();
    const cx_array *const a = cx_eye(3, 3, 0, CX_F64, test_device());
    const cx_qr_pivoted f = cx_linalg_qr_pivoted(a, NULL);
    cr_assert_eq(cx_status_of(f.r), CX_E_UNSUPPORTED, "%s", cx_error_message());
    cr_assert_eq(cx_status_of(cx_linalg_ldl(a, NULL).d), CX_E_UNSUPPORTED);
    const cx_lstsq l = cx_linalg_lstsq(a, a, CX_OPTS(cx_lstsq_opts, .driver = CX_LSTSQ_QR));
    cr_assert_eq(cx_status_of(l.x), CX_E_UNSUPPORTED, "%s", cx_error_message());
    cr_assert_eq(cx_scope_close(s), CX_E_UNSUPPORTED);
}

/* NaN and infinities: an answer, not a hang. */
Test(factor, nonfinite)
{
    const double bad[2] = {NAN, INFINITY};
    for (int d = 0; d < DTYPES; d++)
        for (int i = 0; i < 2; i++) {
            const cx_scope s = cx_scope_open();
            const cx_array *const a =
                cx_add(cx_eye(40, 40, 0, dtypes[d], test_device()), cx_float(bad[i]));
            const cx_array *const b = cx_ones(CX_SHAPE(40), dtypes[d], test_device());
            const cx_lu_factors f = cx_linalg_lu_factor(a);
            (void)cx_linalg_lu(a, NULL);
            (void)cx_linalg_lu_solve(f.lu, f.piv, b, NULL);
            (void)cx_linalg_solve_triangular(a, b, NULL);
            (void)cx_linalg_rq(a, NULL);
            cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
        }
}
