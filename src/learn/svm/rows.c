/* Kernel rows on demand: see the header.
 *
 * One idea: points lie packed in the order of the variables, so a row is one pass over them, and
 * swapping variables moves a lane of the pack and two numbers of each row that is held. Where a
 * point has two variables (regression) rows are computed over the points and dealt out. */
#include "learn/svm/rows.h"

#include "base/alloc.h"
#include "base/object.h"
#include "base/threads.h"
#include <math.h>
#include <string.h>

enum { PACK = CX_SVM_PACK, FEWEST = 4, SLAB = 4 << 20, PARALLEL = 1 << 18 };

typedef struct cx__svm_row {
    float *data;
    int64_t count;        /* places that are computed */
    int64_t newer, older; /* points, -1: none */
} row;

static int64_t padded(int64_t n)
{
    return (n + PACK - 1) / PACK * PACK;
}

static double dot(const double *a, const double *b, int64_t n)
{
    double s = 0;
    for (int64_t i = 0; i < n; i++) s += a[i] * b[i];
    return s;
}

static const double *x_of(const cx__svm_rows *r, int64_t point)
{
    return r->source->x + r->row[point] * r->source->kernel.d;
}

static void pack(cx__svm_rows *r)
{
    const int64_t d = r->source->kernel.d;
    for (int64_t p = 0; p < r->points; p++) {
        const double *const x = x_of(r, p);
        if (r->source->users) {
            memcpy(r->packed + p * d, x, (size_t)d * sizeof *x);
            continue;
        }
        double *const to = r->packed + p / PACK * PACK * d + p % PACK;
        for (int64_t k = 0; k < d; k++) to[k * PACK] = x[k];
        r->norm[p] = dot(x, x, d);
    }
}

cx_status cx__svm_rows_open(const cx__svm_source *s, const int64_t *rows, int64_t points,
                            bool twice, cx__svm_rows *out)
{
    const bool given = s->kernel.kernel == CX_SVM_GIVEN;
    const int64_t n = twice ? 2 * points : points, held = padded(points);
    *out = (cx__svm_rows){.source = s,
                          .points = points,
                          .variables = n,
                          .room = padded(n),
                          .row = rows,
                          .twice = twice,
                          .newest = -1,
                          .oldest = -1};
    if (points > INT32_MAX / 2 - PACK)
        return cx__fail(CX_E_ARGUMENT, "fit", "%lld rows are too many for a kernel machine",
                        (long long)points);
    out->point = cx__calloc((size_t)n, sizeof *out->point);
    out->of = cx__calloc((size_t)points, sizeof *out->of);
    out->norm = cx__calloc((size_t)held, sizeof *out->norm);
    out->packed = given ? NULL : cx__calloc((size_t)held * (size_t)s->kernel.d, sizeof(double));
    out->whole = twice || given ? cx__calloc((size_t)held, sizeof *out->whole) : NULL;
    if (!out->point || !out->of || !out->norm || (!given && !out->packed) ||
        ((twice || given) && !out->whole)) {
        cx__svm_rows_close(out);
        return cx__fail_nomem("fit", "points of a kernel", (size_t)held * (size_t)s->kernel.d * 8);
    }
    for (int64_t t = 0; t < n; t++) out->point[t] = (int32_t)(t % points);
    if (!given) pack(out);
    const double bytes = (double)out->room * sizeof(float), fit = s->cache_bytes / bytes;
    out->most = fit > (double)points ? points : fit < FEWEST ? FEWEST : (int64_t)fit;
    out->together = bytes < SLAB ? SLAB / (int64_t)bytes : 1;
    if (out->together > out->most) out->together = out->most;
    out->slab = cx__calloc((size_t)(out->most / out->together + 1), sizeof *out->slab);
    if (out->slab) return CX_OK;
    cx__svm_rows_close(out);
    return cx__fail_nomem("fit", "rows of the kernel matrix", 0);
}

void cx__svm_rows_close(cx__svm_rows *r)
{
    for (int64_t k = 0; r->slab && k * r->together < r->held; k++) cx__free(r->slab[k]);
    cx__free(r->slab);
    cx__free(r->point);
    cx__free(r->of);
    cx__free(r->norm);
    cx__free(r->packed);
    cx__free(r->whole);
    *r = (cx__svm_rows){0};
}

/* ---- the list of held rows, by use */
static void leave(cx__svm_rows *r, int64_t p)
{
    row *const h = &r->of[p];
    if (h->newer >= 0)
        r->of[h->newer].older = h->older;
    else
        r->newest = h->older;
    if (h->older >= 0)
        r->of[h->older].newer = h->newer;
    else
        r->oldest = h->newer;
}

static void enter(cx__svm_rows *r, int64_t p)
{
    row *const h = &r->of[p];
    h->newer = -1;
    h->older = r->newest;
    if (r->newest >= 0) r->of[r->newest].newer = p;
    r->newest = p;
    if (r->oldest < 0) r->oldest = p;
}

/* Memory for one more row. */
static float *fresh(cx__svm_rows *r)
{
    float **const slab = &r->slab[r->held / r->together];
    const int64_t at = r->held % r->together;
    if (at == 0) *slab = cx__alloc((size_t)(r->together * r->room) * sizeof **slab);
    if (!*slab) return NULL;
    r->held++;
    return *slab + at * r->room;
}

/* Memory for point p's row, newest of all. */
static row *hold(cx__svm_rows *r, int64_t p)
{
    row *const h = &r->of[p];
    if (h->data) {
        leave(r, p);
    } else if (r->held < r->most) {
        h->data = fresh(r);
        if (!h->data) return NULL;
    } else {
        const int64_t last = r->oldest;
        leave(r, last);
        h->data = r->of[last].data;
        r->of[last].data = NULL;
        r->of[last].count = 0;
    }
    enter(r, p);
    return h;
}

/* ---- values */
typedef struct part {
    const cx__svm_rows *r;
    cx_svm_points points;
    const double *x;
    double norm;
    int64_t first, last;
    float *out;
} part;

static void compute_packs(void *ctx, int64_t lo, int64_t hi)
{
    const part *const j = ctx;
    const int64_t first = (j->first / PACK + lo) * PACK, last = (j->first / PACK + hi) * PACK;
    j->r->source->ops->row(&j->points, j->x, j->norm, first, last < j->last ? last : j->last,
                           j->out);
}

/* Values of point p with the packed points first .. last - 1. */
static cx_status compute(cx__svm_rows *r, int64_t p, double norm, int64_t first, int64_t last,
                         float *out)
{
    part j = {.r = r,
              .points = r->source->kernel,
              .x = x_of(r, p),
              .norm = norm,
              .first = first,
              .last = last,
              .out = out};
    j.points.packed = r->packed;
    j.points.norm = r->norm;
    const int64_t packs = (last + PACK - 1) / PACK - first / PACK, d = j.points.d + 16;
    if (packs * PACK * d < PARALLEL) {
        compute_packs(&j, 0, packs);
        return CX_OK;
    }
    return cx__parallel_for(packs, PARALLEL / 2 / (PACK * d) + 1, compute_packs, &j);
}

/* The same of a user's kernel. */
static cx_status compute_users(cx__svm_rows *r, int64_t p, int64_t first, int64_t last, float *out)
{
    const int64_t d = r->source->kernel.d;
    CX__TRY(cx__user_kernel_block(r->source->users, x_of(r, p), 1, r->packed + first * d,
                                  last - first, d, r->norm));
    for (int64_t v = first; v < last; v++) out[v] = (float)r->norm[v - first];
    return CX_OK;
}

static cx_status fill(cx__svm_rows *r, int64_t t, int64_t p, row *h, int64_t count)
{
    const cx__svm_source *const s = r->source;
    if (s->kernel.kernel == CX_SVM_GIVEN) {
        const double *const x = x_of(r, p);
        for (int64_t v = h->count; v < count; v++) h->data[v] = (float)x[r->row[r->point[v]]];
    } else if (r->twice) {
        CX__TRY(s->users ? compute_users(r, p, 0, r->points, r->whole)
                         : compute(r, p, r->norm[p], 0, r->points, r->whole));
        if (!r->moved) { /* both halves as they are */
            memcpy(h->data, r->whole, (size_t)r->points * sizeof *h->data);
            memcpy(h->data + r->points, r->whole, (size_t)r->points * sizeof *h->data);
            count = r->variables;
        }
        for (int64_t v = h->count; r->moved && v < count; v++) h->data[v] = r->whole[r->point[v]];
    } else if (s->users) {
        CX__TRY(compute_users(r, p, h->count, count, h->data));
    } else {
        CX__TRY(compute(r, p, r->norm[t], h->count, count, h->data));
    }
    h->count = count;
    return CX_OK;
}

const float *cx__svm_row_get(cx__svm_rows *r, int64_t t, int64_t count)
{
    const int64_t p = r->point[t];
    row *const h = hold(r, p);
    if (!h) {
        (void)cx__fail_nomem("fit", "a row of the kernel matrix", (size_t)r->room * sizeof(float));
        return NULL;
    }
    if (h->count < count && fill(r, t, p, h, count) != CX_OK) return NULL;
    return h->data;
}

double cx__svm_diagonal(const cx__svm_rows *r, int64_t t)
{
    const cx_svm_points *const k = &r->source->kernel;
    const int64_t p = r->point[t];
    const double *const x = x_of(r, p);
    double v = 0;
    if (r->source->users) return r->source->diagonal[r->row[p]];
    switch (k->kernel) {
    case CX_SVM_GIVEN: return x[r->row[p]];
    case CX_SVM_RBF: return 1;
    case CX_SVM_LINEAR: return dot(x, x, k->d);
    case CX_SVM_SIGMOID: return tanh(k->gamma * dot(x, x, k->d) + k->coef0);
    default: break;
    }
    double base = k->gamma * dot(x, x, k->d) + k->coef0;
    v = 1;
    for (int64_t e = k->degree; e > 0; e /= 2, base *= base)
        if (e % 2 == 1) v *= base;
    return v;
}

/* ---- order */
static void swap_lanes(cx__svm_rows *r, int64_t a, int64_t b)
{
    const bool users = r->source->users != NULL;
    const int64_t d = r->source->kernel.d, step = users ? 1 : PACK;
    double *const pa = r->packed + (users ? a * d : a / PACK * PACK * d + a % PACK);
    double *const pb = r->packed + (users ? b * d : b / PACK * PACK * d + b % PACK);
    for (int64_t k = 0; k < d; k++) {
        const double v = pa[k * step];
        pa[k * step] = pb[k * step];
        pb[k * step] = v;
    }
    if (users) return;
    const double norm = r->norm[a];
    r->norm[a] = r->norm[b];
    r->norm[b] = norm;
}

void cx__svm_rows_swap(cx__svm_rows *r, const int32_t *a, const int32_t *b, int64_t count)
{
    r->moved = r->moved || count > 0;
    for (int64_t k = 0; k < count; k++) {
        const int32_t point = r->point[a[k]];
        r->point[a[k]] = r->point[b[k]];
        r->point[b[k]] = point;
        if (r->packed && !r->twice) swap_lanes(r, a[k], b[k]);
    }
    for (int64_t p = r->newest; p >= 0; p = r->of[p].older) {
        row *const h = &r->of[p];
        for (int64_t k = 0; k < count; k++) {
            if (a[k] >= h->count) continue;
            if (b[k] >= h->count) { /* what comes to a's place is not known */
                h->count = a[k];
                continue;
            }
            const float v = h->data[a[k]];
            h->data[a[k]] = h->data[b[k]];
            h->data[b[k]] = v;
        }
    }
}
