/* Schur forms, Hessenberg forms, pencils and balancing on the CPU through LAPACK, matrix by matrix
 * over the pool.
 *
 * One idea: reordering is a slot of its own (trsen, tgsen), told by a mask what comes first, so no
 * callback ever runs inside LAPACK. Everything lies in columns. Inputs are finite: the fronts have
 * looked, because LAPACK need not come back otherwise. */
#include "linalg/schur.h"
#include "paste.h"
#include <math.h>

typedef struct schur_type {
    int64_t size, real_size;
    int (*hessenberg)(int n, void *a, int lda, void *tau, host_lap_work *w);
    int (*schur)(int n, void *a, int lda, void *values, void *z, int ldz, host_lap_work *w);
    int (*move)(const unsigned char *chosen, int n, void *t, int ldt, void *z, int ldz,
                void *values, host_lap_work *w);
    int (*pencil)(int n, void *a, int lda, void *b, int ldb, void *alpha, void *beta, void *q,
                  int ldq, void *z, int ldz, host_lap_work *w);
    int (*pencil_move)(const unsigned char *chosen, int n, void *a, int lda, void *b, int ldb,
                       void *alpha, void *beta, void *q, int ldq, void *z, int ldz,
                       host_lap_work *w);
    int (*pencil_vectors)(int n, void *a, int lda, void *b, int ldb, void *alpha, void *beta,
                          void *vl, int ldvl, void *vr, int ldvr, bool left, bool right,
                          host_lap_work *w);
    int (*vectors)(int n, void *a, int lda, void *values, void *vl, int ldvl, void *vr, int ldvr,
                   bool right, host_lap_work *w);
    int (*balance)(bool permute, bool scale, int n, void *a, int lda, void *factors,
                   int64_t *order);
} schur_type;

#define LOOP "loops/schur.inc"
#include "loops/blas_types.inc"

static const schur_type *const types[CX_DTYPE_COUNT] = {
    [CX_F32] = &sschurs, [CX_F64] = &dschurs, [CX_C64] = &cschurs, [CX_C128] = &zschurs};

/* A job with the views and flags that a pencil has more than others. */
typedef struct pencil_job {
    host_lap_job job; /* a, b: matrices; c, d: alpha, beta */
    const cx_view *left, *right;
    const unsigned char *chosen;
    int64_t *order;
    bool scale;
} pencil_job;

static const schur_type *of(const host_lap_job *j)
{
    return j->methods;
}
static pencil_job *wide(host_lap_job *j)
{
    return (pencil_job *)(void *)j;
}

/* What every slot begins with; false: nothing to do, *st says whether that is an error. */
static bool begin(host_lap_job *j, cx_status *st)
{
    const schur_type *const t = types[j->a->dtype];
    j->m = j->n = host_rows_of(j->a);
    *st = CX_OK;
    if (!t) {
        *st = host_core->fail(CX_E_UNSUPPORTED, j->where, "no Schur form of %s matrices",
                              cx_dtype_name(j->a->dtype));
        return false;
    }
    j->methods = t;
    j->size = t->size;
    j->real_size = t->real_size;
    if (j->n == 0) return false;
    if (host_lap_fits(j->n, 2 * j->n)) return true;
    j->sizes.lwork = INT64_MAX;
    *st = host_lap_run(j, 0); /* makes the error */
    return false;
}

/* Ask for the workspace with j's own method, then run. */
static cx_status run(host_lap_job *j, int refused, double cubes)
{
    if (refused < 0)
        return host_core->fail(CX_E_INTERNAL, j->where, "LAPACK refused argument %d", -refused);
    return host_lap_run(j, cubes * (double)j->n * (double)j->n * (double)j->n);
}

static cx_status told(const host_lap_job *j, int64_t i, int info)
{
    if (j->info && info >= 0) j->info[i] = info;
    return info < 0 ? CX_E_INTERNAL : CX_OK;
}

/* ---- Hessenberg form */
static cx_status one_hessenberg(host_lap_job *j, int64_t i, host_lap_work *w)
{
    int lda;
    char *const a = host_lap_matrix(j, j->a, i, &lda);
    const host_vendor v = host_vendor_enter();
    const int info = of(j)->hessenberg((int)j->n, a, lda, host_lap_vector(j->b, i), w);
    host_vendor_leave(v);
    return told(j, i, info);
}

cx_status host_gehrd(cx_queue *q, const cx_view *a, const cx_view *tau)
{
    (void)q;
    host_lap_job j = {.where = "hessenberg", .a = a, .b = tau, .one = one_hessenberg};
    cx_status st;
    if (!begin(&j, &st)) return st;
    const host_vendor v = host_vendor_enter();
    const int bad = of(&j)->hessenberg((int)j.n, NULL, (int)j.n, NULL, &j.sizes);
    host_vendor_leave(v);
    return run(&j, bad, 3.4);
}

/* ---- Schur form */
static cx_status one_schur(host_lap_job *j, int64_t i, host_lap_work *w)
{
    int lda, ldz;
    char *const a = host_lap_matrix(j, j->a, i, &lda), *const z = host_lap_matrix(j, j->c, i, &ldz);
    const host_vendor v = host_vendor_enter();
    const int info = of(j)->schur((int)j->n, a, lda, host_lap_vector(j->b, i), z, ldz, w);
    host_vendor_leave(v);
    return told(j, i, info);
}

cx_status host_gees(cx_queue *q, const cx_view *a, const cx_view *w, const cx_view *z,
                    int64_t *info)
{
    (void)q;
    host_lap_job j = {.where = "schur", .a = a, .b = w, .c = z, .info = info, .one = one_schur};
    cx_status st;
    if (!begin(&j, &st)) return st;
    const host_vendor v = host_vendor_enter();
    const int bad = of(&j)->schur((int)j.n, NULL, (int)j.n, NULL, NULL, (int)j.n, &j.sizes);
    host_vendor_leave(v);
    return run(&j, bad, 25);
}

static cx_status one_move(host_lap_job *j, int64_t i, host_lap_work *w)
{
    int ldt, ldz;
    char *const t = host_lap_matrix(j, j->a, i, &ldt), *const z = host_lap_matrix(j, j->c, i, &ldz);
    const host_vendor v = host_vendor_enter();
    const int info = of(j)->move(wide(j)->chosen + i * j->n, (int)j->n, t, ldt, z, ldz,
                                 host_lap_vector(j->b, i), w);
    host_vendor_leave(v);
    return told(j, i, info);
}

cx_status host_trsen(cx_queue *q, const unsigned char *select, const cx_view *t, const cx_view *z,
                     const cx_view *w, int64_t *info)
{
    (void)q;
    pencil_job p = {
        .job = {.where = "schur", .a = t, .b = w, .c = z, .info = info, .one = one_move},
        .chosen = select};
    cx_status st;
    if (!begin(&p.job, &st)) return st;
    (void)of(&p.job)->move(NULL, (int)p.job.n, NULL, 1, NULL, 1, NULL, &p.job.sizes);
    return run(&p.job, 0, 6);
}

/* ---- pencils */
typedef struct four {
    char *a, *b, *l, *r;
    int lda, ldb, ldl, ldr;
} four;

static four matrices(host_lap_job *j, int64_t i)
{
    const pencil_job *const p = wide(j);
    four f = {.ldb = 1, .ldl = (int)j->n, .ldr = (int)j->n};
    f.a = host_lap_matrix(j, j->a, i, &f.lda);
    if (j->b) f.b = host_lap_matrix(j, j->b, i, &f.ldb);
    if (p->left) f.l = host_lap_matrix(j, p->left, i, &f.ldl);
    if (p->right) f.r = host_lap_matrix(j, p->right, i, &f.ldr);
    return f;
}

static cx_status one_pencil(host_lap_job *j, int64_t i, host_lap_work *w)
{
    const four f = matrices(j, i);
    void *const alpha = host_lap_vector(j->c, i), *const beta = host_lap_vector(j->d, i);
    const unsigned char *const chosen = wide(j)->chosen;
    const int n = (int)j->n;
    const host_vendor v = host_vendor_enter();
    const int info =
        chosen ? of(j)->pencil_move(chosen + i * j->n, n, f.a, f.lda, f.b, f.ldb, alpha, beta, f.l,
                                    f.ldl, f.r, f.ldr, w)
               : of(j)->pencil(n, f.a, f.lda, f.b, f.ldb, alpha, beta, f.l, f.ldl, f.r, f.ldr, w);
    host_vendor_leave(v);
    return told(j, i, info);
}

static cx_status pencil(pencil_job *p)
{
    cx_status st;
    if (!begin(&p->job, &st)) return st;
    const int n = (int)p->job.n;
    const schur_type *const t = of(&p->job);
    const host_vendor v = host_vendor_enter();
    const int bad =
        p->chosen
            ? t->pencil_move(NULL, n, NULL, n, NULL, n, NULL, NULL, NULL, n, NULL, n, &p->job.sizes)
            : t->pencil(n, NULL, n, NULL, n, NULL, NULL, NULL, n, NULL, n, &p->job.sizes);
    host_vendor_leave(v);
    return run(&p->job, bad, p->chosen ? 12 : 66);
}

cx_status host_gges(cx_queue *q, const cx_view *a, const cx_view *b, const cx_view *alpha,
                    const cx_view *beta, const cx_view *left, const cx_view *right, int64_t *info)
{
    (void)q;
    pencil_job p = {
        .job =
            {.where = "qz", .a = a, .b = b, .c = alpha, .d = beta, .info = info, .one = one_pencil},
        .left = left,
        .right = right};
    return pencil(&p);
}

cx_status host_tgsen(cx_queue *q, const unsigned char *select, const cx_view *a, const cx_view *b,
                     const cx_view *alpha, const cx_view *beta, const cx_view *left,
                     const cx_view *right, int64_t *info)
{
    (void)q;
    pencil_job p = {.job = {.where = "ordqz",
                            .a = a,
                            .b = b,
                            .c = alpha,
                            .d = beta,
                            .info = info,
                            .one = one_pencil},
                    .left = left,
                    .right = right,
                    .chosen = select};
    return pencil(&p);
}

/* ---- eigenvectors of pencils, and left ones */
static cx_status one_vectors(host_lap_job *j, int64_t i, host_lap_work *w)
{
    const four f = matrices(j, i);
    const int n = (int)j->n;
    void *const values = host_lap_vector(j->c, i);
    const host_vendor v = host_vendor_enter();
    const int info =
        j->b ? of(j)->pencil_vectors(n, f.a, f.lda, f.b, f.ldb, values, host_lap_vector(j->d, i),
                                     f.l, f.ldl, f.r, f.ldr, f.l != NULL, f.r != NULL, w)
             : of(j)->vectors(n, f.a, f.lda, values, f.l, f.ldl, f.r, f.ldr, f.r != NULL, w);
    host_vendor_leave(v);
    return told(j, i, info);
}

static cx_status vectors(pencil_job *p)
{
    cx_status st;
    if (!begin(&p->job, &st)) return st;
    const int n = (int)p->job.n;
    const schur_type *const t = of(&p->job);
    const bool left = p->left != NULL, right = p->right != NULL;
    const host_vendor v = host_vendor_enter();
    const int bad = p->job.b ? t->pencil_vectors(n, NULL, n, NULL, n, NULL, NULL, NULL, n, NULL, n,
                                                 left, right, &p->job.sizes)
                             : t->vectors(n, NULL, n, NULL, NULL, n, NULL, n, right, &p->job.sizes);
    host_vendor_leave(v);
    return run(&p->job, bad, p->job.b ? 70 : 30);
}

cx_status host_ggev(cx_queue *q, const cx_view *a, const cx_view *b, const cx_view *alpha,
                    const cx_view *beta, const cx_view *left, const cx_view *right, int64_t *info)
{
    (void)q;
    pencil_job p = {.job = {.where = "eig",
                            .a = a,
                            .b = b,
                            .c = alpha,
                            .d = beta,
                            .info = info,
                            .one = one_vectors},
                    .left = left,
                    .right = right};
    return vectors(&p);
}

cx_status host_geev_left(cx_queue *q, const cx_view *a, const cx_view *w, const cx_view *left,
                         const cx_view *right, int64_t *info)
{
    (void)q;
    pencil_job p = {.job = {.where = "eig", .a = a, .c = w, .info = info, .one = one_vectors},
                    .left = left,
                    .right = right};
    return vectors(&p);
}

/* ---- balancing */
static cx_status one_balance(host_lap_job *j, int64_t i, host_lap_work *w)
{
    (void)w;
    int lda;
    char *const a = host_lap_matrix(j, j->a, i, &lda);
    const host_vendor v = host_vendor_enter();
    const int info =
        of(j)->balance(j->upper, wide(j)->scale, (int)j->n, a, lda, host_lap_vector(j->b, i),
                       (int64_t *)(void *)host_lap_vector(j->c, i));
    host_vendor_leave(v);
    return told(j, i, info);
}

cx_status host_gebal(cx_queue *q, bool permute, bool scale, const cx_view *a,
                     const cx_view *factors, const cx_view *order)
{
    (void)q;
    pencil_job p = {.job = {.where = "matrix_balance",
                            .a = a,
                            .b = factors,
                            .c = order,
                            .upper = permute,
                            .one = one_balance},
                    .scale = scale};
    cx_status st;
    if (!begin(&p.job, &st)) return st;
    return run(&p.job, 0, 0.1);
}
