/* Values and derivatives of kernels of Gaussian processes, as array operations.
 *
 * One idea: what a weighted sum of the kernel's entries loses or gains by each hyperparameter comes
 * backwards through the tree, a matrix of weights at each node, so that no matrix per
 * hyperparameter is made. */
#include "base/object.h"
#include "learn/gaussian_process/kernel.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/pairwise.h>
#include <calx/reduce.h>
#include <math.h>

/* ---- values */
typedef struct rows {
    const char *where;
    const cx__gp_kernel *k;
    const cx_array *x, *y; /* y NULL: x with itself */
    const cx_array *value[CX__GP_NODES];
} rows;

/* A hyperparameter of a node, as a number of the block it stands in. */
#define HYPER(r, n, i) cx_float((r)->k->value[(n)->first[i]])

static bool each_column(const cx__gp_node *n)
{
    return n->kind == CX__GP_RBF || n->kind == CX__GP_MATERN;
}

/* Rows over the length scales; those of the other kernels as they are. */
static cx_array *scaled(const rows *r, const cx__gp_node *n, const cx_array *x)
{
    const double *const scale = r->k->value + n->first[0];
    if (n->count[0] == 1) return cx_div(x, cx_float(scale[0]));
    cx__site s;
    if (cx_check(cx__site_of(r->where, x, &s)) != CX_OK) return NULL;
    return cx_div(x, cx__given_all(&s, scale, n->count[0], CX_F64));
}

static cx_array *distances(const rows *r, const cx__gp_node *n)
{
    const cx_array *x = r->x, *y = r->y;
    if (each_column(n)) {
        x = scaled(r, n, x);
        y = y != NULL ? scaled(r, n, y) : NULL;
    }
    return cx_pairwise_distances(x, y, "sqeuclidean", NULL);
}

static cx_array *matern(const rows *r, const cx__gp_node *n, const cx_array *d)
{
    static cx__held half = CX__HELD("d: exp(-sqrt(d))"),
                    three = CX__HELD("d: r = sqrt(3 * d); (1 + r) * exp(-r)"),
                    five = CX__HELD("d: r = sqrt(5 * d); (1 + r + r * r / 3) * exp(-r)"),
                    smooth = CX__HELD("d: exp(-d / 2)");
    cx__held *const f = n->fixed == 0.5   ? &half
                        : n->fixed == 1.5 ? &three
                        : n->fixed == 2.5 ? &five
                                          : &smooth;
    return cx__held_run(r->where, f, CX_ARRAYS(d));
}

static cx_array *leaf(const rows *r, const cx__gp_node *n)
{
    static cx__held smooth = CX__HELD("d: exp(-d / 2)"),
                    rational = CX__HELD("d, a, l: (1 + d / (2 * a * l * l)) ** -a"),
                    periodic =
                        CX__HELD("d, l, p, pi: s = sin(pi * sqrt(d) / p) / l; exp(-2 * s * s)"),
                    plus = CX__HELD("k, s: k + s * s");
    const int64_t rows_x = cx_dim(r->x, 0), rows_y = r->y != NULL ? cx_dim(r->y, 0) : rows_x;
    const cx_device at = cx_device_of(r->x);
    const double first = r->k->value[n->first[0]];
    switch (n->kind) {
    case CX__GP_CONSTANT: return cx_full(CX_SHAPE(rows_x, rows_y), cx_float(first), CX_F64, at);
    case CX__GP_WHITE:
        if (r->y != NULL) return cx_zeros(CX_SHAPE(rows_x, rows_y), CX_F64, at);
        return cx_mul(cx_eye(rows_x, rows_x, 0, CX_F64, at), cx_float(first));
    case CX__GP_DOT:
        return cx__held_run(
            r->where, &plus,
            CX_ARRAYS(cx_matmul(r->x, cx_transpose(r->y != NULL ? r->y : r->x)), HYPER(r, n, 0)));
    case CX__GP_MATERN: return matern(r, n, distances(r, n));
    case CX__GP_RATIONAL:
        return cx__held_run(r->where, &rational,
                            CX_ARRAYS(distances(r, n), HYPER(r, n, 0), HYPER(r, n, 1)));
    case CX__GP_PERIODIC:
        return cx__held_run(
            r->where, &periodic,
            CX_ARRAYS(distances(r, n), HYPER(r, n, 0), HYPER(r, n, 1), cx_float(acos(-1))));
    default: return cx__held_run(r->where, &smooth, CX_ARRAYS(distances(r, n)));
    }
}

/* Every node's value, the children's before their parents'. */
static cx_status values(rows *r)
{
    const cx__gp_kernel *const k = r->k;
    const int64_t d = cx_dim(r->x, 1);
    for (int i = 0; i < k->nodes; i++) {
        const cx__gp_node *const n = &k->node[i];
        if (n->kind < CX__GP_SUM && n->count[0] > 1 && n->count[0] != d)
            return cx__fail(CX_E_SHAPE, r->where, "kernel %s: %d length scales for %lld columns",
                            cx__gp_word[n->kind].kind, n->count[0], (long long)d);
        if (n->kind == CX__GP_SUM)
            r->value[i] = cx_add(r->value[n->left], r->value[n->right]);
        else if (n->kind == CX__GP_PRODUCT)
            r->value[i] = cx_mul(r->value[n->left], r->value[n->right]);
        else if (n->kind == CX__GP_POWER)
            r->value[i] = cx_power(r->value[n->left], cx_float(n->fixed));
        else
            r->value[i] = leaf(r, n);
        CX__TRY(cx__so_far());
    }
    return CX_OK;
}

cx_array *cx__gp_value(const char *where, const cx__gp_kernel *k, const cx_array *x,
                       const cx_array *y)
{
    rows r = {.where = where, .k = k, .x = x, .y = y};
    const cx_scope s = cx_scope_open();
    const cx_status st = values(&r);
    return cx__give(s, st, st == CX_OK ? cx_copy(r.value[k->nodes - 1]) : NULL);
}

cx_array *cx__gp_diagonal(const char *where, const cx__gp_kernel *k, const cx_array *x)
{
    static cx__held dot = CX__HELD("x, s: sum(x * x, axis=1) + s * s");
    cx_array *v[CX__GP_NODES];
    const cx_shape n = CX_SHAPE(cx_dim(x, 0));
    const cx_device at = cx_device_of(x);
    for (int i = 0; i < k->nodes; i++) {
        const cx__gp_node *const e = &k->node[i];
        if (e->kind == CX__GP_SUM)
            v[i] = cx_add(v[e->left], v[e->right]);
        else if (e->kind == CX__GP_PRODUCT)
            v[i] = cx_mul(v[e->left], v[e->right]);
        else if (e->kind == CX__GP_POWER)
            v[i] = cx_power(v[e->left], cx_float(e->fixed));
        else if (e->kind == CX__GP_DOT)
            v[i] = cx__held_run(where, &dot, CX_ARRAYS(x, cx_float(k->value[e->first[0]])));
        else
            v[i] = cx_full(n, cx_float(e->kind <= CX__GP_WHITE ? k->value[e->first[0]] : 1), CX_F64,
                           at);
    }
    return v[k->nodes - 1];
}

/* ---- derivatives */
/* The derivative of a stationary kernel by the logarithm of a length scale is the squared
 * difference along it times m / weight; sums of m over those, one for each length scale. */
static cx_status by_scales(const rows *r, const cx__gp_node *n, const cx_array *m,
                           const cx_array *d, const cx_array **out)
{
    static cx__held together = CX__HELD("m, d: sum(m * d)"),
                    apart = CX__HELD("u, mu, r, c: "
                                     "sum(u * u * (r + c), axis=0) - 2 * sum(u * mu, axis=0)");
    if (n->count[0] == 1) {
        *out = cx__held_run(r->where, &together, CX_ARRAYS(m, d));
        return cx__so_far();
    }
    const cx_array *const x = scaled(r, n, r->x), *const u = cx_sub(x, cx_mean(x, CX_AXIS(0)));
    *out = cx__held_run(r->where, &apart,
                        CX_ARRAYS(u, cx_matmul(m, u), cx_sum(m, CX_AXIS(1, .keepdims = true)),
                                  cx_expand_dims(cx_sum(m, CX_AXIS(0)), 1)));
    return cx__so_far();
}

/* Of RBF and Matern kernels. */
static cx_status smooth(const rows *r, const cx__gp_node *n, const cx_array *w,
                        const cx_array **out)
{
    static cx__held rbf = CX__HELD("w, d: w * exp(-d / 2)"),
                    half = CX__HELD("w, d: r = sqrt(d); where(d > 0, w * exp(-r) / r, 0)"),
                    three = CX__HELD("w, d: 3 * w * exp(-sqrt(3 * d))"),
                    five = CX__HELD("w, d: r = sqrt(5 * d); w * (5 / 3) * (1 + r) * exp(-r)");
    const cx_array *const d = distances(r, n);
    cx__held *const f = n->kind == CX__GP_RBF || isinf(n->fixed) ? &rbf
                        : n->fixed == 0.5                        ? &half
                        : n->fixed == 1.5                        ? &three
                                                                 : &five;
    return by_scales(r, n, cx__held_run(r->where, f, CX_ARRAYS(w, d)), d, out);
}

/* Of the i-th hyperparameter of a leaf with weights w: a number, or one for each length scale. */
static cx_status by_hyper(const rows *r, int at, int i, const cx_array *w, const cx_array **out)
{
    static cx__held same = CX__HELD("w, k: sum(w * k)"), dot = CX__HELD("w, s: 2 * s * s * sum(w)"),
                    alpha = CX__HELD("w, k, d, a, l: q = d / (2 * l * l); b = 1 + q / a; "
                                     "sum(w * k * (q / b - a * log(b)))"),
                    length = CX__HELD("w, k, d, a, l: q = d / (l * l); "
                                      "sum(w * k * q / (1 + q / (2 * a)))"),
                    wide = CX__HELD("w, k, d, l, p, pi: s = sin(pi * sqrt(d) / p) / l; "
                                    "sum(w * 4 * s * s * k)"),
                    period = CX__HELD("w, k, d, l, p, pi: t = pi * sqrt(d) / p; "
                                      "sum(w * 4 * t / (l * l) * cos(t) * sin(t) * k)");
    const cx__gp_node *const n = &r->k->node[at];
    const cx_array *const k = r->value[at];
    switch (n->kind) {
    case CX__GP_CONSTANT:
    case CX__GP_WHITE: *out = cx__held_run(r->where, &same, CX_ARRAYS(w, k)); break;
    case CX__GP_DOT: *out = cx__held_run(r->where, &dot, CX_ARRAYS(w, HYPER(r, n, 0))); break;
    case CX__GP_RATIONAL:
        *out = cx__held_run(r->where, i == 0 ? &alpha : &length,
                            CX_ARRAYS(w, k, distances(r, n), HYPER(r, n, 0), HYPER(r, n, 1)));
        break;
    case CX__GP_PERIODIC:
        *out = cx__held_run(
            r->where, i == 0 ? &wide : &period,
            CX_ARRAYS(w, k, distances(r, n), HYPER(r, n, 0), HYPER(r, n, 1), cx_float(acos(-1))));
        break;
    default: return smooth(r, n, w, out);
    }
    return cx__so_far();
}

/* A leaf's derivatives into numbers of the host, at the places of its hyperparameters. */
static cx_status leaf_gradient(const rows *r, int at, const cx_array *w, double *all)
{
    const cx__gp_node *const n = &r->k->node[at];
    for (int i = 0; i < 2 && n->count[i] > 0; i++) {
        if (r->k->fixed[n->first[i]]) continue;
        const cx_array *g = NULL;
        cx__site s;
        CX__TRY(by_hyper(r, at, i, w, &g));
        CX__TRY(cx__site_of(r->where, g, &s));
        CX__TRY(cx__read_f64(&s, cx_ascontiguous(g), all + n->first[i]));
    }
    return CX_OK;
}

static cx_status backwards(const rows *r, const cx_array *weight, double *all)
{
    static cx__held power = CX__HELD("w, k, p: w * p * k ** (p - 1)");
    const cx_array *w[CX__GP_NODES];
    const cx__gp_kernel *const k = r->k;
    w[k->nodes - 1] = weight;
    for (int i = k->nodes - 1; i >= 0; i--) {
        const cx__gp_node *const n = &k->node[i];
        if (n->kind < CX__GP_SUM) {
            CX__TRY(leaf_gradient(r, i, w[i], all));
        } else if (n->kind == CX__GP_SUM) {
            w[n->left] = w[n->right] = w[i];
        } else if (n->kind == CX__GP_PRODUCT) {
            w[n->left] = cx_mul(w[i], r->value[n->right]);
            w[n->right] = cx_mul(w[i], r->value[n->left]);
        } else {
            w[n->left] = cx__held_run(r->where, &power,
                                      CX_ARRAYS(w[i], r->value[n->left], cx_float(n->fixed)));
        }
        CX__TRY(cx__so_far());
    }
    return CX_OK;
}

cx_status cx__gp_gradient(const char *where, const cx__gp_kernel *k, const cx_array *x,
                          const cx_array *weight, double *gradient)
{
    rows r = {.where = where, .k = k, .x = x};
    double all[CX__GP_NUMBERS] = {0};
    const cx_scope s = cx_scope_open();
    cx_status st = values(&r);
    if (st == CX_OK) st = backwards(&r, weight, all);
    CX__TRY(cx__give_status(s, st));
    for (int i = 0, at = 0; i < k->numbers; i++)
        if (!k->fixed[i]) gradient[at++] = all[i];
    return CX_OK;
}
