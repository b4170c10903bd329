/* Data sets with a shape: clusters, circles, moons, rolls. */
#include "learn/datasets/draw.h"

#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/index.h>
#include <calx/sort.h>
#include <math.h>

static const double pi = 3.141592653589793;

/* ---- blobs */
typedef struct blobs {
    const char *where;
    cx_make_blobs_opts o;
    cx_generator *g;
    int64_t d, k;
    cx_array *centers;
    const double *center, *std;
    int64_t *size; /* [k] */
} blobs;

static cx_status numbers_of(const char *where, const cx_array *a, const double **out)
{
    *out = cx_data_f64(cx_to(cx__as(where, a, CX_F64), CX_CPU));
    return cx__so_far();
}

static cx_status read_sizes(blobs *b, int64_t *n)
{
    cx_array *sizes;
    CX__TRY(cx__draw_labels(b->k, &sizes, &b->size));
    if (b->o.samples != NULL) {
        const double *v;
        CX__TRY(numbers_of(b->where, cx_ravel(b->o.samples), &v));
        *n = 0;
        for (int64_t i = 0; i < b->k; i++) {
            b->size[i] = (int64_t)v[i];
            if (b->size[i] < 0)
                return cx__fail(CX_E_ARGUMENT, b->where, "samples has a number below 0");
            *n += b->size[i];
        }
        return CX_OK;
    }
    CX__TRY(cx__draw_size(b->where, "n_samples", b->o.n_samples, 100, n));
    for (int64_t i = 0; i < b->k; i++) b->size[i] = *n / b->k + (i < *n % b->k);
    return CX_OK;
}

static cx_status read_centers(blobs *b)
{
    const cx_make_blobs_opts *o = &b->o;
    CX__TRY(cx__draw_size(b->where, "n_features", o->n_features, 2, &b->d));
    CX__TRY(cx__draw_size(b->where, "n_centers", o->n_centers, 3, &b->k));
    if (o->samples != NULL) {
        CX__NEED(b->where, "samples", o->samples, CX__KIND_ARRAY);
        b->k = cx_size(o->samples);
    }
    if (o->centers == NULL) {
        if (b->k < 1) return cx__fail(CX_E_ARGUMENT, b->where, "samples is empty");
        b->centers = cx_rng_uniform(b->g, o->low.set ? o->low.value : -10,
                                    o->high.set ? o->high.value : 10, CX_SHAPE(b->k, b->d));
    } else {
        CX__NEED(b->where, "centers", o->centers, CX__KIND_ARRAY);
        const int64_t count = cx_dim(o->centers, 0);
        if (cx_ndim(o->centers) != 2 || cx_size(o->centers) == 0 ||
            (o->samples != NULL && b->k != count))
            return cx__fail(CX_E_SHAPE, b->where,
                            "centers must be [k, d], with as many rows as samples");
        b->k = count;
        b->d = cx_dim(o->centers, 1);
        b->centers = cx_copy(cx_to(cx_astype(o->centers, CX_F64), CX_CPU));
    }
    b->center = cx_data_f64(b->centers);
    return cx__so_far();
}

static cx_status read_spreads(blobs *b)
{
    const cx_make_blobs_opts *o = &b->o;
    if (o->cluster_stds == NULL) {
        const double one = o->cluster_std.set ? o->cluster_std.value : 1;
        return numbers_of(b->where, cx_full(CX_SHAPE(b->k), cx_float(one), CX_F64, CX_CPU),
                          &b->std);
    }
    CX__NEED(b->where, "cluster_stds", o->cluster_stds, CX__KIND_ARRAY);
    if (cx_size(o->cluster_stds) != b->k)
        return cx__fail(CX_E_SHAPE, b->where, "%lld cluster_stds for %lld centers",
                        (long long)cx_size(o->cluster_stds), (long long)b->k);
    return numbers_of(b->where, cx_ravel(o->cluster_stds), &b->std);
}

static cx_status make_blobs(const char *where, const cx_make_blobs_opts *given, cx_dataset *out)
{
    blobs b = {.where = where};
    int64_t n, *label;
    double *x;
    CX__TRY(CX__OPTIONS(where, given, &b.o));
    CX__TRY(cx__draw_start(b.o.random_state, &b.g));
    CX__TRY(read_centers(&b));
    CX__TRY(read_spreads(&b));
    CX__TRY(read_sizes(&b, &n));
    CX__TRY(cx__draw_room(n, b.d, &out->x, &x));
    CX__TRY(cx__draw_labels(n, &out->y, &label));
    for (int64_t i = 0, row = 0; i < b.k; i++) {
        const double *z;
        CX__TRY(cx__draw_normal(b.g, b.size[i] * b.d, &z));
        for (int64_t r = 0; r < b.size[i]; r++, row++) {
            label[row] = i;
            for (int64_t j = 0; j < b.d; j++)
                x[row * b.d + j] = b.center[i * b.d + j] + b.std[i] * z[r * b.d + j];
        }
    }
    if (!b.o.no_shuffle) CX__TRY(cx__draw_shuffled(b.g, out, false));
    out->more = b.centers;
    return cx__so_far();
}

cx_dataset cx_make_blobs(const cx_make_blobs_opts *o)
{
    static const char where[] = "make_blobs";
    const cx_scope s = cx_scope_open();
    cx_dataset d = {NULL, NULL, NULL};
    const cx_status st = make_blobs(where, o, &d);
    return cx__draw_give(s, st, where, d);
}

/* ---- quantiles */
static cx_status quantiles(const char *where, const cx_make_quantiles_opts *given, cx_dataset *out)
{
    static cx__held place = CX__HELD("z, r, mu: z * r + mu"),
                    square = CX__HELD("x, mu: e = x - mu; sum(e * e, axis=1)");
    cx_make_quantiles_opts o;
    cx_generator *g;
    int64_t n, d, classes, *label;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(cx__draw_size(where, "n_samples", o.n_samples, 100, &n));
    CX__TRY(cx__draw_size(where, "n_features", o.n_features, 2, &d));
    CX__TRY(cx__draw_size(where, "n_classes", o.n_classes, 3, &classes));
    const double cov = o.cov.set ? o.cov.value : 1;
    if (n < classes || !(cov >= 0))
        return cx__fail(CX_E_ARGUMENT, where,
                        "n_samples must be at least n_classes, and cov not below 0");
    const cx_array *mu = cx_float(0);
    if (o.mean != NULL) {
        CX__NEED(where, "mean", o.mean, CX__KIND_ARRAY);
        if (cx_ndim(o.mean) != 1 || cx_size(o.mean) != d)
            return cx__fail(CX_E_SHAPE, where, "mean must be [%lld]", (long long)d);
        mu = cx_to(cx__as(where, o.mean, CX_F64), CX_CPU);
    }
    CX__TRY(cx__draw_start(o.random_state, &g));
    const cx_array *z = cx_rng_standard_normal(g, CX_SHAPE(n, d), CX_F64),
                   *x = cx__held_run(where, &place, CX_ARRAYS(z, cx_float(sqrt(cov)), mu)),
                   *far = cx__held_run(where, &square, CX_ARRAYS(x, mu));
    out->x = cx_take(x, cx_argsort(far, 0), 0);
    CX__TRY(cx__draw_labels(n, &out->y, &label));
    const int64_t step = n / classes;
    for (int64_t i = 0; i < n; i++) label[i] = i / step < classes ? i / step : classes - 1;
    return o.no_shuffle ? cx__so_far() : cx__draw_shuffled(g, out, false);
}

cx_dataset cx_make_gaussian_quantiles(const cx_make_quantiles_opts *o)
{
    static const char where[] = "make_gaussian_quantiles";
    const cx_scope s = cx_scope_open();
    cx_dataset d = {NULL, NULL, NULL};
    const cx_status st = quantiles(where, o, &d);
    return cx__draw_give(s, st, where, d);
}

/* ---- curves */
typedef struct curves {
    cx_make_curves_opts o;
    int64_t outer, inner;
    double *x;
    const double *t[2]; /* angles of both */
} curves;

static cx_status read_curves(const char *where, const cx_make_curves_opts *given, double turn,
                             bool open, curves *c)
{
    int64_t n;
    CX__TRY(CX__OPTIONS(where, given, &c->o));
    CX__TRY(cx__draw_size(where, "n_samples", c->o.n_samples, 100, &n));
    c->outer = c->o.n_outer.set ? c->o.n_outer.value : n / 2;
    c->inner = c->o.n_inner.set ? c->o.n_inner.value : n - n / 2;
    if (c->outer < 0 || c->inner < 0 || c->outer + c->inner < 1 ||
        c->o.n_outer.set != c->o.n_inner.set)
        return cx__fail(CX_E_ARGUMENT, where, "n_outer and n_inner go together, not below 0");
    if (c->o.noise.set && c->o.noise.value < 0)
        return cx__fail(CX_E_ARGUMENT, where, "noise must not be below 0");
    const cx_linspace_opts ends = {.struct_size = sizeof ends, .no_endpoint = open};
    c->t[0] = cx_data_f64(cx_linspace(0, turn, c->outer, CX_F64, CX_CPU, &ends));
    c->t[1] = cx_data_f64(cx_linspace(0, turn, c->inner, CX_F64, CX_CPU, &ends));
    return cx__so_far();
}

static cx_status finish_curves(const curves *c, cx_dataset *d)
{
    cx_generator *g;
    CX__TRY(cx__draw_start(c->o.random_state, &g));
    if (!c->o.no_shuffle) CX__TRY(cx__draw_shuffled(g, d, false));
    double *const x = cx_data_f64_mut(d->x);
    CX__TRY(cx__so_far());
    return c->o.noise.set ? cx__draw_noise(g, c->o.noise.value, x, cx_size(d->x)) : CX_OK;
}

static cx_status make_curves(const char *where, const cx_make_curves_opts *o, bool circles,
                             cx_dataset *out)
{
    curves c = {.x = NULL};
    int64_t *label;
    CX__TRY(read_curves(where, o, circles ? 2 * pi : pi, circles, &c));
    const double factor = c.o.factor.set ? c.o.factor.value : 0.8;
    if (circles && !(factor >= 0 && factor < 1))
        return cx__fail(CX_E_ARGUMENT, where, "factor must be in [0, 1)");
    const int64_t n = c.outer + c.inner;
    CX__TRY(cx__draw_room(n, 2, &out->x, &c.x));
    CX__TRY(cx__draw_labels(n, &out->y, &label));
    for (int64_t i = 0; i < n; i++) {
        const bool inner = i >= c.outer;
        const double t = inner ? c.t[1][i - c.outer] : c.t[0][i], x = cos(t), y = sin(t);
        label[i] = inner;
        c.x[2 * i] = !inner ? x : circles ? x * factor : 1 - x;
        c.x[2 * i + 1] = !inner ? y : circles ? y * factor : 1 - y - 0.5;
    }
    return finish_curves(&c, out);
}

static cx_dataset give_curves(const char *where, const cx_make_curves_opts *o, bool circles)
{
    const cx_scope s = cx_scope_open();
    cx_dataset d = {NULL, NULL, NULL};
    const cx_status st = make_curves(where, o, circles, &d);
    return cx__draw_give(s, st, where, d);
}

cx_dataset cx_make_circles(const cx_make_curves_opts *o)
{
    return give_curves("make_circles", o, true);
}

cx_dataset cx_make_moons(const cx_make_curves_opts *o)
{
    return give_curves("make_moons", o, false);
}

/* ---- surfaces */
typedef struct surface {
    cx_make_function_opts o;
    cx_generator *g;
    int64_t n;
    double *x, *t;
} surface;

static cx_status start_surface(const char *where, const cx_make_function_opts *given, surface *f,
                               cx_dataset *out)
{
    CX__TRY(CX__OPTIONS(where, given, &f->o));
    CX__TRY(cx__draw_size(where, "n_samples", f->o.n_samples, 100, &f->n));
    if (f->o.noise < 0) return cx__fail(CX_E_ARGUMENT, where, "noise must not be below 0");
    CX__TRY(cx__draw_start(f->o.random_state, &f->g));
    CX__TRY(cx__draw_room(f->n, 3, &out->x, &f->x));
    return cx__draw_room(f->n, 0, &out->y, &f->t);
}

/* Noise is drawn coordinate by coordinate. */
static cx_status end_surface(surface *f)
{
    const double *z;
    CX__TRY(cx__draw_normal(f->g, 3 * f->n, &z));
    for (int64_t i = 0; i < f->n; i++)
        for (int64_t j = 0; j < 3; j++) f->x[3 * i + j] += f->o.noise * z[j * f->n + i];
    return CX_OK;
}

static cx_status s_curve(const char *where, const cx_make_function_opts *o, cx_dataset *out)
{
    surface f;
    const double *u, *height;
    CX__TRY(start_surface(where, o, &f, out));
    CX__TRY(cx__draw_uniform(f.g, f.n, &u));
    CX__TRY(cx__draw_uniform(f.g, f.n, &height));
    for (int64_t i = 0; i < f.n; i++) {
        const double t = 3 * pi * (u[i] - 0.5);
        f.t[i] = t;
        f.x[3 * i] = sin(t);
        f.x[3 * i + 1] = 2 * height[i];
        f.x[3 * i + 2] = (double)((t > 0) - (t < 0)) * (cos(t) - 1);
    }
    return end_surface(&f);
}

/* Where on the roll the rows are: t in *f, and heights. */
static cx_status with_hole(surface *f, double *height)
{
    const double *u;
    const int64_t *corner = cx_data_i64(cx_rng_integers(f->g, 0, 8, CX_SHAPE(f->n), CX_I64));
    CX__TRY(cx__so_far());
    CX__TRY(cx__draw_uniform(f->g, 2 * f->n, &u));
    for (int64_t i = 0; i < f->n; i++) {
        const int64_t c = corner[i] + (corner[i] >= 4); /* the middle one is the hole */
        f->t[i] = pi * (1.5 + (double)(c / 3)) + u[i] * pi;
        height[i] = (double)(c % 3) * 7 + u[f->n + i] * 7;
    }
    return CX_OK;
}

static cx_status swiss_roll(const char *where, const cx_make_function_opts *o, cx_dataset *out)
{
    surface f;
    const double *u;
    cx_array *room;
    double *height;
    CX__TRY(start_surface(where, o, &f, out));
    CX__TRY(cx__draw_room(f.n, 0, &room, &height));
    if (f.o.hole) {
        CX__TRY(with_hole(&f, height));
    } else {
        CX__TRY(cx__draw_uniform(f.g, f.n, &u));
        for (int64_t i = 0; i < f.n; i++) f.t[i] = 1.5 * pi * (1 + 2 * u[i]);
        CX__TRY(cx__draw_uniform(f.g, f.n, &u));
        for (int64_t i = 0; i < f.n; i++) height[i] = 21 * u[i];
    }
    for (int64_t i = 0; i < f.n; i++) {
        f.x[3 * i] = f.t[i] * cos(f.t[i]);
        f.x[3 * i + 1] = height[i];
        f.x[3 * i + 2] = f.t[i] * sin(f.t[i]);
    }
    return end_surface(&f);
}

cx_dataset cx_make_s_curve(const cx_make_function_opts *o)
{
    static const char where[] = "make_s_curve";
    const cx_scope s = cx_scope_open();
    cx_dataset d = {NULL, NULL, NULL};
    const cx_status st = s_curve(where, o, &d);
    return cx__draw_give(s, st, where, d);
}

cx_dataset cx_make_swiss_roll(const cx_make_function_opts *o)
{
    static const char where[] = "make_swiss_roll";
    const cx_scope s = cx_scope_open();
    cx_dataset d = {NULL, NULL, NULL};
    const cx_status st = swiss_roll(where, o, &d);
    return cx__draw_give(s, st, where, d);
}
