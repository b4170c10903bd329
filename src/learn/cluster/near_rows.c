/* Distances between the rows of a fit: see near_rows.h. */
#include "learn/cluster/near_rows.h"

#include "ops/primitives.h"
#include <calx/choose.h>
#include <calx/index.h>
#include <string.h>

bool cx__near_rows_given(const cx_estimator *self)
{
    return strcmp(cx_param_str(self, "metric"), "precomputed") == 0;
}

static bool euclidean(const cx__near_opts *o)
{
    const cx_maybe_f64 p = o->pairwise.p;
    if (o->pairwise.w != NULL) return false;
    if (strcmp(o->metric, "minkowski") == 0) return !p.set || p.value == 2;
    return strcmp(o->metric, "euclidean") == 0 || strcmp(o->metric, "l2") == 0;
}

cx_status cx__near_rows_open(const char *where, const cx_estimator *self, const cx_array *x,
                             cx__near_rows *out)
{
    cx__near_rows r = {.x = x};
    *out = r;
    CX__TRY(cx__site_of(where, x, &r.site));
    CX__TRY(cx__near_options(&r.site, self, &r.near));
    return cx__near_rows_with(&r.site, x, &r.near, out);
}

cx_status cx__near_rows_with(const cx__site *s, const cx_array *x, const cx__near_opts *o,
                             cx__near_rows *out)
{
    const int64_t n = cx_dim(x, 0), d = cx_dim(x, 1);
    const bool given = strcmp(o->metric, "precomputed") == 0, rows = euclidean(o);
    *out = (cx__near_rows){.site = *s, .near = *o, .x = x};
    if (given && n != d)
        return cx__fail(CX_E_SHAPE, s->where, "a precomputed matrix must be square");
    const cx_array *from = cx__f64(s, x);
    if (!rows && !given) from = cx_pairwise_distances(from, NULL, o->metric, &o->pairwise);
    const cx_array *const host = cx__fetch(s, from);
    const double *const at = cx_data_f64(host);
    CX__TRY(cx__so_far());
    if (rows) return cx__apart_turn(at, n, d, &out->apart);
    out->apart = (cx__apart){.n = n, .matrix = at};
    return CX_OK;
}

void cx__near_rows_close(cx__near_rows *r)
{
    cx__apart_free(&r->apart);
}

cx_status cx__near_rows_core(const cx__near_rows *r, int64_t k, double *core)
{
    cx__near *near = NULL;
    cx_array *index, *distance;
    CX__TRY(cx__near_open(&r->site, r->x, &r->near, &near));
    const cx_status st = cx__near_k(near, r->x, k, &index, &distance);
    cx__near_close(near);
    CX__TRY(st);
    const cx_array *const last = cx__fetch(&r->site, cx_take(distance, cx_int(k - 1), 1));
    const double *const at = cx_data_f64(last);
    CX__TRY(cx__so_far());
    memcpy(core, at, (size_t)r->apart.n * sizeof *core);
    return CX_OK;
}
