/* Sums of kernels over the distances of all pairs, or of those within reach: exact, no bound of an
 * error is used up. */
#include "learn/neighbors/density.h"
#include "learn/neighbors/near.h"

#include "base/log_gamma.h"
#include "base/object.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/ops.h>
#include <calx/device.h>
#include <calx/manipulate.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <math.h>
#include <string.h>

cx__density_kind cx__density_kernel(const char *name)
{
    static const char *const names[CX__DENSITY_KINDS] = {"gaussian",    "tophat", "epanechnikov",
                                                         "exponential", "linear", "cosine"};
    int k = 0;
    while (k < CX__DENSITY_KINDS && strcmp(names[k], name) != 0) k++;
    return (cx__density_kind)k;
}

/* Logarithm of the volume of the unit ball of n dimensions. */
static double log_ball(double n)
{
    return 0.5 * n * log(3.14159265358979323846) - cx__log_gamma(0.5 * n + 1);
}

double cx__density_log_mass(cx__density_kind kernel, int64_t columns)
{
    const double pi = 3.14159265358979323846, d = (double)columns,
                 sphere = log(2 * pi) + log_ball(d - 2);
    switch (kernel) {
    case CX__GAUSSIAN: return 0.5 * d * log(2 * pi);
    case CX__TOPHAT: return log_ball(d);
    case CX__EPANECHNIKOV: return log_ball(d) + log(2 / (d + 2));
    case CX__EXPONENTIAL: return sphere + cx__log_gamma(d);
    case CX__LINEAR: return log_ball(d) - log(d + 1);
    default: break;
    }
    /* I(n), the integral of r^n cos(pi r / 2), by parts twice; downwards, where errors shrink */
    const double part = 2 / pi;
    double sum = 0;
    for (int64_t n = columns + 63; n > columns; n -= 2)
        sum = (part - sum) / ((double)n * (double)(n - 1) * part * part);
    return log(sum) + sphere;
}

typedef struct sums {
    cx__density_kind kernel;
    double width;
    const cx_array *weight; /* [m], or the number 1 */
    cx_array *out;          /* [n] */
} sums;

static cx_status add(void *ctx, const cx__asked *a, const cx_array *far, int64_t lo)
{
#define FAR_SUM(e)                                                \
    CX__HELD("d, h, w: r = d / h; e = " e "; m = max(e, axis=1);" \
             "log(sum(w * exp(e - max(e, axis=1, keepdims=True)), axis=1)) + m")
#define NEAR_SUM(v) CX__HELD("d, h, w: r = d / h; log(sum(w * where(r < 1, " v ", 0.0), axis=1))")
    static cx__held forms[] = {[CX__GAUSSIAN] = FAR_SUM("r * r * -0.5"),
                               [CX__TOPHAT] = NEAR_SUM("1.0"),
                               [CX__EPANECHNIKOV] = NEAR_SUM("1 - r * r"),
                               [CX__EXPONENTIAL] = FAR_SUM("-r"),
                               [CX__LINEAR] = NEAR_SUM("1 - r"),
                               [CX__COSINE] = NEAR_SUM("cos(r * 1.5707963267948966)")};
    const sums *const s = ctx;
    const cx_array *const part = cx__held_run(a->near->where, &forms[s->kernel],
                                              CX_ARRAYS(far, cx_float(s->width), s->weight));
    CX__TRY(cx__so_far());
    return cx_copy_into(part, cx_slice(s->out, 0, lo, lo + cx_dim(far, 0), 1));
#undef FAR_SUM
#undef NEAR_SUM
}

/* ---- kernels that end: only what a tree finds within their width is added */
static bool ends(cx__density_kind kernel)
{
    return kernel != CX__GAUSSIAN && kernel != CX__EXPONENTIAL;
}

static cx_status add_within(const sums *s, const cx__near *near, const cx_array *x, int64_t lo)
{
#define VALUE(v) CX__HELD("d, h, w: r = d / h; w * where(r < 1, " v ", 0.0)")
    static cx__held forms[] = {[CX__TOPHAT] = VALUE("1.0"),
                               [CX__EPANECHNIKOV] = VALUE("1 - r * r"),
                               [CX__LINEAR] = VALUE("1 - r"),
                               [CX__COSINE] = VALUE("cos(r * 1.5707963267948966)")};
    cx_array *start = NULL, *index = NULL, *far = NULL;
    CX__TRY(cx__near_radius(near, x, s->width, false, &start, &index, &far));
    const cx_array *const weight =
        cx_ndim(s->weight) == 0 ? s->weight : cx_take(s->weight, index, 0);
    const cx_array *const value =
        cx__held_run(near->where, &forms[s->kernel], CX_ARRAYS(far, cx_float(s->width), weight));
    const cx_array *const row =
        cx_searchsorted(cx_slice(start, 0, 1, CX_END, 1),
                        cx_arange_i64(0, cx_size(index), 1, CX_I64, near->device), CX_RIGHT);
    const int64_t n = cx_dim(x, 0);
    const cx_array *const sum = cx_log(cx_bincount(row, value, n));
    CX__TRY(cx__so_far());
    return cx_copy_into(sum, cx_slice(s->out, 0, lo, lo + n, 1));
#undef VALUE
}

/* Queries go in pieces, so that those of a piece may be within reach of all rows. */
static cx_status each_within(const sums *s, const cx__near *near, const cx_array *x)
{
    enum { PAIRS = 1 << 22 };
    const int64_t n = cx_dim(x, 0), fit = PAIRS / near->m, rows = fit > 0 ? fit : 1;
    for (int64_t lo = 0; lo < n; lo += rows) {
        const cx_scope piece = cx_scope_open();
        cx_status st = cx_poll();
        if (st == CX_OK)
            st = add_within(s, near, cx_slice(x, 0, lo, lo + rows < n ? lo + rows : n, 1), lo);
        CX__TRY(cx__give_status(piece, st));
    }
    return CX_OK;
}

cx_status cx__density_sums(const cx__near *near, const cx_array *query, cx__density_kind kernel,
                           double width, const cx_array *weight, cx_array **out)
{
    sums s = {.kernel = kernel, .width = width, .weight = weight != NULL ? weight : cx_float(1)};
    cx_array *found = NULL;
    const cx_scope scope = cx_scope_open();
    cx_status st = cx__so_far();
    if (cx_ndim(query) == 2)
        s.out = found = cx_empty(CX_SHAPE(cx_dim(query, 0)), CX_F64, cx_device_of(query));
    const bool tree = ends(kernel) && near->grown[0] != NULL && found != NULL;
    if (st == CX_OK)
        st = tree ? each_within(&s, near, query) : cx__near_pieces(near, query, add, &s);
    *out = cx__give(scope, st, found);
    return cx__so_far();
}
