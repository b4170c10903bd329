/* Squared errors with the L2 penalty by Newton's method in a trust region: see margin.h.
 *
 * One idea: only products with the rows are large, and they are array operations where the rows
 * are; the coefficients and everything as short as they are stay on the host. */
#include "learn/svm/linear/margin.h"

#include "base/alloc.h"
#include "base/object.h"
#include "learn/linear_model/serial/descent.h"
#include "ops/primitives.h"
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/scope.h>
#include <math.h>
#include <string.h>

typedef struct region {
    const cx__margin_there *p;
    int64_t w;
    const cx_array *columns; /* x transposed */
    cx_array *score;         /* [n] x coef of the last objective */
    double *coef, *trial, *slope, *step, *rest, *along, *curved; /* [w] each */
    double radius;
    void *memory;
} region;

static double length(const double *v, int64_t n)
{
    return sqrt(cx__dot(v, v, n));
}

/* ---- products */
static const cx_array *score_of(const region *r, const double *coef)
{
    return cx_matmul(r->p->x, cx__given_all(r->p->site, coef, r->w, CX_F64));
}

/* out = base + 2 x^T v */
static cx_status project(const region *r, const cx_array *v, const double *base, double *out)
{
    CX__TRY(cx__read_all(r->p->site, cx_matmul(r->columns, v), out));
    for (int64_t j = 0; j < r->w; j++) out[j] = base[j] + 2 * out[j];
    return CX_OK;
}

static cx_status objective(region *r, const double *coef, double *out)
{
    static cx__held classes = CX__HELD("z, y, c: sum(c * maximum(1 - y * z, 0) ** 2)"),
                    numbers = CX__HELD("z, y, c, e: sum(c * maximum(abs(z - y) - e, 0) ** 2)");
    const cx__margin_there *const p = r->p;
    const cx_array *const z = score_of(r, coef);
    const cx_scope s = cx_scope_open();
    cx_array *const loss =
        p->numbers ? cx__held_run("fit", &numbers, CX_ARRAYS(z, p->y, p->c, cx_float(p->epsilon)))
                   : cx__held_run("fit", &classes, CX_ARRAYS(z, p->y, p->c));
    *out = cx_ok() ? cx__number_f64(loss) : 0;
    CX__TRY(cx_scope_close(s));
    (void)cx_check(cx_copy_into(z, r->score));
    *out += cx__dot(coef, coef, r->w) / 2;
    return cx__so_far();
}

static cx_status gradient(region *r)
{
    static cx__held classes = CX__HELD("z, y, c: c * (z - y) * (y * z < 1)"),
                    numbers =
                        CX__HELD("z, y, c, e: d = z - y; c * (d - minimum(maximum(d, -e), e))");
    const cx__margin_there *const p = r->p;
    const cx_array *const v =
        p->numbers
            ? cx__held_run("fit", &numbers, CX_ARRAYS(r->score, p->y, p->c, cx_float(p->epsilon)))
            : cx__held_run("fit", &classes, CX_ARRAYS(r->score, p->y, p->c));
    return project(r, v, r->coef, r->slope);
}

/* curved = H along, H over the rows that count at score. */
static cx_status curve(region *r)
{
    static cx__held classes = CX__HELD("v, z, y, c: c * v * (y * z < 1)"),
                    numbers = CX__HELD("v, z, y, c, e: c * v * (abs(z - y) > e)");
    const cx__margin_there *const p = r->p;
    const cx_array *const v = score_of(r, r->along);
    const cx_array *const t =
        p->numbers ? cx__held_run("fit", &numbers,
                                  CX_ARRAYS(v, r->score, p->y, p->c, cx_float(p->epsilon)))
                   : cx__held_run("fit", &classes, CX_ARRAYS(v, r->score, p->y, p->c));
    return project(r, t, r->along, r->curved);
}

/* ---- the step: conjugate gradients up to the region's edge */
/* How far along from inside to the edge. */
static double to_edge(const region *r)
{
    const double sd = cx__dot(r->step, r->along, r->w), ss = cx__dot(r->step, r->step, r->w),
                 dd = cx__dot(r->along, r->along, r->w), left = r->radius * r->radius - ss,
                 root = sqrt(sd * sd + dd * left);
    return sd >= 0 ? left / (sd + root) : (root - sd) / dd;
}

static cx_status find_step(region *r)
{
    const int64_t w = r->w;
    for (int64_t j = 0; j < w; j++) {
        r->step[j] = 0;
        r->rest[j] = r->along[j] = -r->slope[j];
    }
    const double enough = 0.1 * length(r->slope, w);
    double square = cx__dot(r->rest, r->rest, w);
    while (length(r->rest, w) > enough) {
        const cx_scope s = cx_scope_open();
        const cx_status st = curve(r), closed = cx_scope_close(s);
        CX__TRY(st);
        CX__TRY(closed);
        double by = square / cx__dot(r->along, r->curved, w);
        cx__axpy(by, r->along, r->step, w);
        if (length(r->step, w) > r->radius) {
            cx__axpy(-by, r->along, r->step, w);
            by = to_edge(r);
            cx__axpy(by, r->along, r->step, w);
            cx__axpy(-by, r->curved, r->rest, w);
            return CX_OK;
        }
        cx__axpy(-by, r->curved, r->rest, w);
        const double next = cx__dot(r->rest, r->rest, w), keep = next / square;
        for (int64_t j = 0; j < w; j++) r->along[j] = r->rest[j] + keep * r->along[j];
        square = next;
    }
    return CX_OK;
}

/* The region grows or shrinks by how well the model foretold the fall; by: where a parabola through
 * what was found has its bottom. */
static void resize(region *r, double fall, double foretold, double by)
{
    const double size = by * length(r->step, r->w), at = r->radius;
    if (fall < 1e-4 * foretold)
        r->radius = fmin(fmax(by, 0.25) * length(r->step, r->w), 0.5 * at);
    else if (fall < 0.25 * foretold)
        r->radius = fmax(0.25 * at, fmin(size, 0.5 * at));
    else if (fall < 0.75 * foretold)
        r->radius = fmax(0.25 * at, fmin(size, 4 * at));
    else
        r->radius = fmax(at, fmin(size, 4 * at));
}

static cx_status run(region *r, int64_t *rounds)
{
    const int64_t w = r->w, n = cx_dim(r->p->x, 0);
    double now, next;
    r->score = cx__new_f64(r->p->site, n, -1);
    CX__TRY(objective(r, r->coef, &now));
    CX__TRY(gradient(r));
    const double first = r->radius = length(r->slope, w);
    if (first == 0) return CX_OK;
    while (*rounds < r->p->max_iter) {
        CX__TRY(cx_poll());
        CX__TRY(find_step(r));
        for (int64_t j = 0; j < w; j++) r->trial[j] = r->coef[j] + r->step[j];
        const double along = cx__dot(r->slope, r->step, w),
                     foretold = -0.5 * (along - cx__dot(r->step, r->rest, w));
        const cx_scope s = cx_scope_open();
        cx_array *const kept = r->score;
        r->score = cx__new_f64(r->p->site, n, -1);
        cx_status st = objective(r, r->trial, &next);
        const double fall = now - next, bend = next - now - along;
        if (*rounds == 0) r->radius = fmin(r->radius, length(r->step, w));
        resize(r, fall, foretold, bend <= 0 ? 4 : fmax(0.25, -0.5 * (along / bend)));
        const bool good = st == CX_OK && fall > 1e-4 * foretold;
        if (good) (void)cx_check(cx_copy_into(r->score, kept));
        r->score = kept;
        const cx_status closed = cx_scope_close(s);
        CX__TRY(st);
        CX__TRY(closed);
        if (good) {
            ++*rounds;
            memcpy(r->coef, r->trial, (size_t)w * sizeof *r->coef);
            now = next;
            const cx_scope inner = cx_scope_open();
            const cx_status of = gradient(r), ended = cx_scope_close(inner);
            CX__TRY(of);
            CX__TRY(ended);
            if (length(r->slope, w) <= r->p->tol * first) break;
        }
        if (fall == 0 && foretold <= 0) break;
        if (fabs(fall) <= 1e-12 * fabs(now) && fabs(foretold) <= 1e-12 * fabs(now)) break;
    }
    return CX_OK;
}

cx_status cx__margin_newton(const cx__margin_there *p, double *coef, int64_t *rounds)
{
    const int64_t w = cx_dim(p->x, 1);
    region r = {.p = p, .w = w, .coef = coef, .columns = cx_transpose(p->x)};
    const size_t bytes = (size_t)(6 * w) * sizeof(double);
    *rounds = 0;
    r.trial = r.memory = cx__alloc(bytes);
    if (!r.memory) return cx__fail_nomem("fit", "coefficients", bytes);
    r.slope = r.trial + w;
    r.step = r.slope + w;
    r.rest = r.step + w;
    r.along = r.rest + w;
    r.curved = r.along + w;
    memset(coef, 0, (size_t)w * sizeof *coef);
    cx_status st = cx__so_far();
    if (st == CX_OK) st = run(&r, rounds);
    cx__free(r.memory);
    return st;
}
