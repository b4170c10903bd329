/* Equations and functions of triangular matrices on the CPU: Sylvester's equations, square roots,
 * logarithms and powers by inverse scaling and squaring, Parlett's recurrence, the sign.
 *
 * One idea: all but the recurrences' inner products is done by halves and by BLAS, and what is
 * known of a function at the diagonal in closed form replaces what was computed there. Logarithms
 * and the like know double precision only. */
#include "linalg/schur.h"
#include "paste.h"
#include <cblas.h>
#include <complex.h>
#include <math.h>
#include <string.h>

enum { SMALL_EQUATION = 32 };

/* A complex number has the representation of two (C11, 6.2.5); not every C library has CMPLX. */
typedef double complex number;
static number of_parts(double re, double im)
{
    const union {
        double part[2];
        number whole;
    } u = {.part = {re, im}};
    return u.whole;
}

#define LOOP "loops/schur_equations.inc"
#include "loops/blas_types.inc"

/* ---- Sylvester's equations */
typedef int solve_fn(bool adjoint_a, bool adjoint_b, int sign, int m, int n, const void *a, int lda,
                     const void *b, int ldb, void *c, int ldc);
static solve_fn *const solvers[CX_DTYPE_COUNT] = {
    [CX_F32] = ssolve, [CX_F64] = dsolve, [CX_C64] = csolve, [CX_C128] = zsolve};

typedef struct equation_job {
    host_lap_job job;
    const cx_sylvester_call *call;
} equation_job;

static cx_status one_equation(host_lap_job *j, int64_t i, host_lap_work *w)
{
    (void)w;
    const cx_sylvester_call *const c = ((const equation_job *)(const void *)j)->call;
    int lda, ldb, ldc;
    const char *const a = host_lap_matrix(j, c->a, i, &lda), *const b =
                                                                 host_lap_matrix(j, c->b, i, &ldb);
    char *const x = host_lap_matrix(j, c->c, i, &ldc);
    const host_vendor v = host_vendor_enter();
    const int info = solvers[c->c->dtype](c->adjoint_a, c->adjoint_b, c->sign, (int)j->m, (int)j->n,
                                          a, lda, b, ldb, x, ldc);
    host_vendor_leave(v);
    if (info >= 0) c->info[i] = info;
    return info < 0 ? CX_E_INTERNAL : CX_OK;
}

cx_status host_trsyl(cx_queue *q, const cx_sylvester_call *c)
{
    (void)q;
    equation_job e = {.job = {.where = "solve_sylvester",
                              .a = c->c,
                              .m = host_rows_of(c->c),
                              .n = host_cols_of(c->c),
                              .one = one_equation},
                      .call = c};
    if (!solvers[c->c->dtype])
        return host_core->fail(CX_E_UNSUPPORTED, e.job.where, "no equations of %s matrices",
                               cx_dtype_name(c->c->dtype));
    const double m = (double)e.job.m, n = (double)e.job.n;
    return e.job.m == 0 || e.job.n == 0 ? CX_OK : host_lap_run(&e.job, m * n * (m + n));
}

/* ---- functions of triangular matrices */
extern void zlacn2_(const int *n, cx_complex128 *v, cx_complex128 *x, double *est, int *kase,
                    int *isave);

static number of(cx_complex128 x)
{
    return of_parts(x.re, x.im);
}
static cx_complex128 to(number x)
{
    return (cx_complex128){creal(x), cimag(x)};
}
static double size_of(number x)
{
    return hypot(creal(x), cimag(x));
}

/* One matrix and its workspace: matrices n x n in columns, dense but for t. */
typedef struct task {
    int n, ldt;
    cx_complex128 *t; /* in: the matrix, out: its function */
    cx_complex128 *a, *b, *c;
    cx_complex128 *x, *y, *v; /* vectors */
    const cx_complex128 *values;
} task;

static cx_complex128 *at(cx_complex128 *m, int64_t ld, int64_t i, int64_t j)
{
    return m + i + j * ld;
}
static void copy_to(const task *k, cx_complex128 *to_matrix)
{
    for (int64_t j = 0; j < k->n; j++)
        memcpy(to_matrix + j * k->n, k->t + j * k->ldt, (size_t)k->n * sizeof *k->t);
}
static void add_identity(int n, cx_complex128 *m, double sign)
{
    for (int64_t i = 0; i < n; i++) m[i + i * n].re += sign;
}
/* b becomes a^-1 b, or a b, for triangular a */
static void divide(int n, const cx_complex128 *a, cx_complex128 *b)
{
    const cx_complex128 one = {1, 0};
    cblas_ztrsm(CblasColMajor, CblasLeft, CblasUpper, CblasNoTrans, CblasNonUnit, n, n,
                (const void *)&one, (const void *)a, n, (void *)b, n);
}
static void multiply(int n, const cx_complex128 *a, cx_complex128 *b)
{
    const cx_complex128 one = {1, 0};
    cblas_ztrmm(CblasColMajor, CblasLeft, CblasUpper, CblasNoTrans, CblasNonUnit, n, n,
                (const void *)&one, (const void *)a, n, (void *)b, n);
}

/* ---- scaling by square roots */
enum { ROOTS_MOST = 100 /* even 2^-1074 is near 1 after 13; a NaN never is */ };

/* (1-norm of (a - 1)^p)^(1 / p), estimated. */
static double growth(const task *k, int p)
{
    const int n = k->n;
    int kase = 0, isave[3] = {0, 0, 0};
    double est = 0;
    for (;;) {
        zlacn2_(&n, k->v, k->x, &est, &kase, isave);
        if (kase == 0) return pow(est, 1.0 / p);
        for (int i = 0; i < p; i++) {
            memcpy(k->y, k->x, (size_t)n * sizeof *k->y);
            cblas_ztrmv(CblasColMajor, CblasUpper, kase == 1 ? CblasNoTrans : CblasConjTrans,
                        CblasNonUnit, n, (const void *)k->a, n, (void *)k->x, 1);
            for (int j = 0; j < n; j++) {
                k->x[j].re -= k->y[j].re;
                k->x[j].im -= k->y[j].im;
            }
        }
    }
}

/* Square roots that bring every eigenvalue within theta of 1. */
static int roots_needed(const task *k, double theta)
{
    int most = 0;
    for (int64_t i = 0; i < k->n; i++) {
        number d = of(*at(k->a, k->n, i, i));
        int s = 0;
        while (size_of(d - 1) > theta && s < ROOTS_MOST) d = csqrt(d), s++;
        if (s > most) most = s;
    }
    return most;
}

/* a: the matrix, which becomes its 2^s-th root, near enough to 1 for the approximant of degree *m
 * whose reach is theta[m]. */
static int scale(const task *k, const double theta[8], int *m)
{
    const int first = roots_needed(k, theta[7]);
    int s = first, extra = 0;
    for (int i = 0; i < s; i++) zroot(k->n, k->a, k->n);
    double d3 = growth(k, 3);
    const double near = fmax(growth(k, 2), d3);
    *m = near <= theta[1] ? 1 : near <= theta[2] ? 2 : 0;
    while (*m == 0 && s < ROOTS_MOST) {
        if (s > first) d3 = growth(k, 3);
        const double d4 = growth(k, 4), a3 = fmax(d3, d4);
        int j = 3;
        while (j <= 7 && !(a3 <= theta[j])) j++;
        if (j <= 6) {
            *m = j;
            break;
        }
        const bool nearly = j == 7 && a3 / 2 <= theta[5] && extra < 2;
        if (nearly) {
            extra++;
        } else {
            const double eta = fmin(a3, fmax(d4, growth(k, 5)));
            *m = eta <= theta[6] ? 6 : eta <= theta[7] ? 7 : 0;
        }
        if (*m != 0) break;
        zroot(k->n, k->a, k->n);
        s++;
    }
    if (*m == 0) *m = 7;
    return s;
}

/* exp(x) - 1 */
static number exp_less_1(number x)
{
    const double half = sin(cimag(x) / 2), grown = exp(creal(x));
    return of_parts(expm1(creal(x)) * cos(cimag(x)) - 2 * half * half, grown * sin(cimag(x)));
}
/* log(l2) - log(l1): near numbers by the inverse tangent of their relative distance. Halves of sums
 * and differences stay within the range. */
static number log_between(number l1, number l2)
{
    const number direct = clog(l2) - clog(l1), apart = l2 / 2 - l1 / 2, sum = l2 / 2 + l1 / 2;
    if (size_of(apart) > size_of(sum) / 2) return direct;
    const double pi = 3.14159265358979323846;
    const double turns = ceil((cimag(direct) - pi) / (2 * pi));
    return 2 * catanh(apart / sum) + of_parts(0, 2 * pi * turns);
}
/* x / (l2 - l1) */
static number over_distance(number x, number l1, number l2)
{
    return x / (l2 / 2 - l1 / 2) / 2;
}
/* (l2^p - l1^p) / (l2 - l1) */
static number power_between(number l1, number l2, double p)
{
    if (l1 == l2) return p * cexp((p - 1) * clog(l1));
    const number middle = cexp(p / 2 * (clog(l1) + clog(l2)));
    return over_distance(middle * 2 * csinh(p / 2 * log_between(l1, l2)), l1, l2);
}

/* a - 1 at the diagonal and above it, as powers 2^-s of the matrix t. */
static void exact_distance(const task *k, int s)
{
    const double p = ldexp(1, -s);
    add_identity(k->n, k->a, -1);
    for (int64_t i = 0; i < k->n; i++) {
        const number l = of(*at(k->t, k->ldt, i, i));
        *at(k->a, k->n, i, i) = to(exp_less_1(p * clog(l)));
        if (i + 1 == k->n) break;
        const number next = of(*at(k->t, k->ldt, i + 1, i + 1)),
                     up = of(*at(k->t, k->ldt, i, i + 1));
        *at(k->a, k->n, i, i + 1) = to(up * power_between(l, next, p));
    }
}

/* The diagonal never has a negative zero for its imaginary part: the cut belongs to +pi. */
static void settle_diagonal(const task *k, double zero)
{
    for (int64_t i = 0; i < k->n; i++) {
        cx_complex128 *const d = at(k->t, k->ldt, i, i);
        if (d->re == 0 && d->im == 0) d->re = zero;
        d->im += 0.0;
    }
}

/* ---- logarithm */
/* Node and weight number i of Gauss and Legendre's quadrature of degree m on [0, 1]. */
static void legendre(int m, int i, double *node, double *weight)
{
    double x = cos(3.14159265358979323846 * (i + 0.75) / (m + 0.5)), slope = 1;
    for (int step = 0; step < 20; step++) {
        double before = 1, p = x;
        for (int j = 2; j <= m; j++) {
            const double next = ((2 * j - 1) * x * p - (j - 1) * before) / j;
            before = p;
            p = next;
        }
        slope = m * (x * p - before) / (x * x - 1);
        const double move = p / slope;
        x -= move;
        if (fabs(move) < 1e-16) break;
    }
    *node = 0.5 + 0.5 * x;
    *weight = 1 / ((1 - x * x) * slope * slope);
}

static void logarithm(const task *k)
{
    static const double theta[8] = {0,       1.59e-5, 2.31e-3, 1.94e-2,
                                    6.21e-2, 1.28e-1, 2.06e-1, 2.88e-1};
    const int64_t n = k->n, count = n * n;
    int m;
    settle_diagonal(k, 1e-20);
    copy_to(k, k->a);
    const int s = scale(k, theta, &m);
    exact_distance(k, s);
    cx_complex128 *const sum = k->t;
    cx_complex128 *const diagonal = k->x, *const above = k->y;
    for (int64_t i = 0; i < n; i++) {
        diagonal[i] = *at(k->t, k->ldt, i, i);
        if (i + 1 < n) above[i] = *at(k->t, k->ldt, i, i + 1);
    }
    for (int64_t j = 0; j < n; j++) memset(sum + j * k->ldt, 0, (size_t)n * sizeof *sum);
    for (int i = 0; i < m; i++) {
        double node, weight;
        legendre(m, i, &node, &weight);
        for (int64_t e = 0; e < count; e++)
            k->b[e] = (cx_complex128){node * k->a[e].re, node * k->a[e].im};
        add_identity(k->n, k->b, 1);
        memcpy(k->c, k->a, (size_t)count * sizeof *k->c);
        divide(k->n, k->b, k->c);
        weight = ldexp(weight, s);
        for (int64_t j = 0; j < n; j++)
            for (int64_t e = 0; e <= j; e++) {
                at(sum, k->ldt, e, j)->re += weight * k->c[e + j * n].re;
                at(sum, k->ldt, e, j)->im += weight * k->c[e + j * n].im;
            }
    }
    for (int64_t i = 0; i < n; i++) {
        const number l = of(diagonal[i]);
        *at(k->t, k->ldt, i, i) = to(clog(l));
        if (i + 1 == n) break;
        const number next = of(diagonal[i + 1]);
        const number slope = l == next ? 1 / l : over_distance(log_between(l, next), l, next);
        *at(k->t, k->ldt, i, i + 1) = to(of(above[i]) * slope);
    }
}

/* ---- recurrences along the columns */
/* Sum of f[i][l] g[l][j] over i < l < j */
static number inner(int64_t i, int64_t j, const cx_complex128 *f, int64_t ldf,
                    const cx_complex128 *g, int64_t ldg)
{
    cx_complex128 sum = {0, 0};
    if (j - i > 1)
        cblas_zdotu_sub((int)(j - i - 1), (const void *)(f + i + (i + 1) * ldf), (int)ldf,
                        (const void *)(g + i + 1 + j * ldg), 1, (void *)&sum);
    return of(sum);
}
/* An entry of the function a that commutes with t, from those to the left and below. */
static number commuting(const task *k, int64_t i, int64_t j)
{
    const int64_t n = k->n;
    const number lower = of(*at(k->t, k->ldt, i, i)), upper = of(*at(k->t, k->ldt, j, j));
    const number fi = of(k->a[i + i * n]), fj = of(k->a[j + j * n]);
    const number s = of(*at(k->t, k->ldt, i, j)) * (fj - fi) + inner(i, j, k->t, k->ldt, k->a, n) -
                     inner(i, j, k->a, n, k->t, k->ldt);
    return lower == upper ? s : s / (upper - lower);
}
static void begin_recurrence(const task *k, const cx_complex128 *diagonal)
{
    memset(k->a, 0, (size_t)k->n * (size_t)k->n * sizeof *k->a);
    for (int64_t i = 0; i < k->n; i++) k->a[i + i * k->n] = diagonal[i];
}
static void end_recurrence(const task *k)
{
    for (int64_t j = 0; j < k->n; j++)
        memcpy(k->t + j * k->ldt, k->a + j * k->n, (size_t)k->n * sizeof *k->a);
}

static void parlett(const task *k, const cx_complex128 *diagonal)
{
    begin_recurrence(k, diagonal);
    for (int64_t j = 1; j < k->n; j++)
        for (int64_t i = j - 1; i >= 0; i--) k->a[i + j * k->n] = to(commuting(k, i, j));
    end_recurrence(k);
}

/* Where two eigenvalues have one sign, a a = 1 gives the entry, where both have none a a a = a; b
 * is a a. */
static void sign(const task *k)
{
    const int64_t n = k->n;
    begin_recurrence(k, k->values);
    for (int64_t i = 0; i < n; i++)
        k->b[i + i * n].re = fabs(k->values[i].re), k->b[i + i * n].im = 0;
    for (int64_t j = 1; j < n; j++)
        for (int64_t i = j - 1; i >= 0; i--) {
            const double si = k->values[i].re, sj = k->values[j].re;
            const number squares = inner(i, j, k->a, n, k->a, n);
            const number x = si != sj  ? commuting(k, i, j)
                             : si != 0 ? -squares / (2 * si)
                                       : inner(i, j, k->b, n, k->a, n);
            k->a[i + j * n] = to(x);
            k->b[i + j * n] = to(squares + (si + sj) * x);
        }
    end_recurrence(k);
}

/* ---- powers */
/* Coefficient j of the continued fraction of (1 - x)^p. */
static double fraction(int j, double p)
{
    const int h = j / 2;
    if (j == 1) return -p;
    return j % 2 == 0 ? (p - h) / (2 * (2 * h - 1)) : (-h - p) / (2 * (2 * h + 1));
}

static void power(const task *k, double p)
{
    static const double theta[8] = {0,       1.51e-5, 2.24e-3, 1.88e-2,
                                    6.04e-2, 1.24e-1, 2.00e-1, 2.79e-1};
    const int64_t n = k->n, count = n * n;
    int m;
    bool zero = false;
    settle_diagonal(k, 0);
    for (int64_t i = 0; i < n; i++) {
        const number l = of(*at(k->t, k->ldt, i, i));
        k->x[i] = l == 0 ? (cx_complex128){0, 0} : to(cexp(p * clog(l)));
        zero = zero || l == 0;
    }
    if (zero) { /* no root comes near 1 */
        parlett(k, k->x);
        return;
    }
    copy_to(k, k->a);
    const int s = scale(k, theta, &m);
    exact_distance(k, s);
    for (int64_t e = 0; e < count; e++) k->b[e] = (cx_complex128){0, 0};
    for (int j = 2 * m; j >= 1; j--) { /* b = (1 + b)^-1 (-a c_j) */
        const double c = -fraction(j, p);
        for (int64_t e = 0; e < count; e++)
            k->c[e] = (cx_complex128){c * k->a[e].re, c * k->a[e].im};
        add_identity(k->n, k->b, 1);
        divide(k->n, k->b, k->c);
        memcpy(k->b, k->c, (size_t)count * sizeof *k->b);
    }
    add_identity(k->n, k->b, 1);
    for (int i = s; i >= 0; i--) {
        const double q = ldexp(p, -i);
        if (i < s) {
            memcpy(k->c, k->b, (size_t)count * sizeof *k->c);
            multiply(k->n, k->c, k->b);
        }
        for (int64_t r = 0; r < n; r++) {
            const number l = of(*at(k->t, k->ldt, r, r));
            k->b[r + r * n] = to(cexp(q * clog(l)));
            if (r + 1 == n) break;
            const number next = of(*at(k->t, k->ldt, r + 1, r + 1));
            k->b[r + (r + 1) * n] = to(of(*at(k->t, k->ldt, r, r + 1)) * power_between(l, next, q));
        }
    }
    memcpy(k->a, k->b, (size_t)count * sizeof *k->a);
    end_recurrence(k);
}

/* ---- real Schur forms as complex ones */
/* Columns x and y become x c + y s and y conj(c) - x conj(s). */
static void turn(int64_t count, cx_complex128 *x, cx_complex128 *y, int64_t step, number c,
                 number s)
{
    for (int64_t i = 0; i < count; i++) {
        const number a = of(x[i * step]), b = of(y[i * step]);
        x[i * step] = to(a * c + b * s);
        y[i * step] = to(b * conj(c) - a * conj(s));
    }
}

static void complex_form(const task *k, cx_complex128 *z, int64_t ldz)
{
    const int64_t n = k->n, ld = k->ldt;
    for (int64_t m = n - 1; m > 0; m--) {
        cx_complex128 *const block = at(k->t, ld, m - 1, m - 1), *const below = block + 1;
        const number a = of(block[0]), b = of(block[ld]), c = of(*below), d = of(block[ld + 1]);
        if (size_of(c) > 0x1p-52 * (size_of(a) + size_of(d))) {
            /* the eigenvalue less d, in units that no square leaves the range in */
            const double by = fmax(fmax(size_of(a / 2 - d / 2), size_of(b)), size_of(c));
            const number p = (a / 2 - d / 2) / by, r = csqrt(p * p + b / by * (c / by));
            const number mu = size_of(p + r) >= size_of(p - r) ? p + r : p - r, low = c / by;
            const double size = hypot(size_of(mu), size_of(low));
            const number co = mu / size, si = low / size;
            turn(n - m + 1, block, below, ld, conj(co), conj(si));
            turn(m + 1, at(k->t, ld, 0, m - 1), at(k->t, ld, 0, m), 1, co, si);
            turn(n, at(z, ldz, 0, m - 1), at(z, ldz, 0, m), 1, co, si);
        }
        *below = (cx_complex128){0, 0};
    }
    for (int64_t i = 0; k->values && i < n; i++) *at(k->t, ld, i, i) = k->values[i];
}

/* ---- the slot */
typedef struct triangular_job {
    host_lap_job job;
    const cx_triangular_call *call;
} triangular_job;

static void compute(const task *k, const cx_triangular_call *c, cx_complex128 *z, int ldz)
{
    switch (c->fn) {
    case CX_TRIANGULAR_SQRT:
        settle_diagonal(k, 0);
        zroot(k->n, k->t, k->ldt);
        break;
    case CX_TRIANGULAR_LOG: logarithm(k); break;
    case CX_TRIANGULAR_POWER: power(k, c->power); break;
    case CX_TRIANGULAR_PARLETT: parlett(k, k->values); break;
    case CX_TRIANGULAR_SIGN: sign(k); break;
    case CX_TRIANGULAR_COMPLEX: complex_form(k, z, ldz); break;
    }
}

static cx_status one_triangular(host_lap_job *j, int64_t i, host_lap_work *w)
{
    const cx_triangular_call *const c = ((const triangular_job *)(const void *)j)->call;
    const int64_t count = j->n * j->n;
    int ldt, ldz = 1;
    void *const t = host_lap_matrix(j, c->t, i, &ldt), *const z =
                                                           c->z ? host_lap_matrix(j, c->z, i, &ldz)
                                                                : NULL;
    const host_vendor v = host_vendor_enter();
    if (c->t->dtype == CX_F64) {
        droot((int)j->n, t, ldt);
    } else {
        cx_complex128 *const work = w->work;
        task k = {.n = (int)j->n, .ldt = ldt, .t = t};
        if (c->values)
            k.values = (const cx_complex128 *)(const void *)host_lap_vector(c->values, i);
        if (j->sizes.lwork > 0) {
            k.x = work;
            k.y = k.x + j->n;
            k.v = k.y + j->n;
            k.a = k.v + j->n;
            k.b = k.a + count;
            k.c = k.b + count;
        }
        compute(&k, c, z, ldz);
    }
    host_vendor_leave(v);
    return CX_OK;
}

cx_status host_triangular(cx_queue *q, const cx_triangular_call *c)
{
    (void)q;
    triangular_job t = {.job = {.where = "functions of matrices",
                                .a = c->t,
                                .size = sizeof(cx_complex128),
                                .m = host_rows_of(c->t),
                                .n = host_rows_of(c->t),
                                .one = one_triangular},
                        .call = c};
    const bool root = c->fn == CX_TRIANGULAR_SQRT;
    if (c->t->dtype != CX_C128 && !(root && c->t->dtype == CX_F64))
        return host_core->fail(CX_E_UNSUPPORTED, t.job.where, "triangular matrices of %s",
                               cx_dtype_name(c->t->dtype));
    if (t.job.n == 0) return CX_OK;
    if (!root && c->fn != CX_TRIANGULAR_COMPLEX) t.job.sizes.lwork = 3 * t.job.n * (t.job.n + 1);
    const double n = (double)t.job.n;
    return host_lap_run(&t.job, (c->fn == CX_TRIANGULAR_LOG ? 60 : 6) * n * n * n);
}
