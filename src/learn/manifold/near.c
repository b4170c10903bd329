/* Neighbours for embeddings: asked of the device that has the rows, used on the host. */
#include "learn/manifold/near.h"

#include <calx/device.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <string.h>

static bool has(const cx_estimator *self, const char *name)
{
    return cx__class_param(self->cls, name, strlen(name)) >= 0;
}

/* metric_params: {'p': 3}. Arrays cannot stand in a spec. */
static cx_status more_params(const cx_estimator *self, const char *name, cx__near_opts *out)
{
    const cx__lit *const given = cx__param(self, name);
    if (given->kind != CX__LIT_DICT) return CX_OK;
    for (int i = 0; i < given->count; i++) {
        const cx__lit *const key = &given->u.items[2 * i];
        double v = 0;
        if (key->kind != CX__LIT_STR || strcmp(key->u.s, "p") != 0 ||
            !cx__lit_number(&given->u.items[2 * i + 1], &v))
            return cx__fail(CX_E_UNSUPPORTED, "fit", "%s: %s may hold the number 'p' only",
                            self->cls->name, name);
        out->pairwise.p = (cx_maybe_f64)CX_SET(v);
    }
    return CX_OK;
}

cx_status cx__near_params(const cx_estimator *self, cx__near_opts *out)
{
    static const char *const names[] = {"auto", "brute", "kd_tree", "ball_tree"};
    static const cx__near_way ways[] = {CX__NEAR_AUTO, CX__NEAR_BRUTE, CX__NEAR_KD_TREE,
                                        CX__NEAR_BALL_TREE};
    *out = (cx__near_opts){.pairwise.struct_size = sizeof out->pairwise};
    if (has(self, "metric")) out->metric = cx_param_str(self, "metric");
    if (has(self, "p")) out->pairwise.p = (cx_maybe_f64)CX_SET(cx_param_f64(self, "p"));
    if (has(self, "metric_params")) CX__TRY(more_params(self, "metric_params", out));
    if (has(self, "metric_kwds")) CX__TRY(more_params(self, "metric_kwds", out));
    if (!has(self, "neighbors_algorithm")) return cx__so_far();
    for (int i = 0; i < 4; i++)
        if (strcmp(cx_param_str(self, "neighbors_algorithm"), names[i]) == 0) out->way = ways[i];
    return cx__so_far();
}

cx_status cx__near_lists(const cx__site *s, const cx_array *x, const cx_array *query,
                         const cx__near_opts *o, int64_t k, cx__nearby *out)
{
    cx__near *near = NULL;
    cx_array *index = NULL, *distance = NULL;
    cx_status st = cx__near_open(s, x, o, &near);
    if (st == CX_OK) st = cx__near_k(near, query, k, &index, &distance);
    cx__near_close(near);
    CX__TRY(st);
    *out = (cx__nearby){.n = cx_dim(query ? query : x, 0), .count = k};
    out->index = cx__at(cx__fetch(s, index));
    out->distance = cx__at(cx__fetch(s, distance));
    return cx__so_far();
}

bool cx__is_precomputed(const cx_estimator *self, const char *parameter)
{
    return strcmp(cx_param_str(self, parameter), "precomputed") == 0;
}

cx_status cx__precomputed_check(const cx_estimator *self, const cx_array *x)
{
    if (cx_dim(x, 0) != cx_dim(x, 1))
        return cx__fail(CX_E_SHAPE, "fit",
                        "%s: metric='precomputed' takes a square matrix of distances, x is [%lld, "
                        "%lld]",
                        self->cls->name, (long long)cx_dim(x, 0), (long long)cx_dim(x, 1));
    const double least = cx__number_f64(cx_min(x, CX_ALL));
    CX__TRY(cx__so_far());
    if (least < 0)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: with metric='precomputed' x holds a negative distance",
                        self->cls->name);
    return CX_OK;
}

const double *cx__near_numbers(const cx__site *s, const cx_array *a)
{
    const cx_array *const here = cx__fetch(s, cx__f64(s, a));
    return cx__so_far() == CX_OK ? cx__at(here) : NULL;
}

cx_array *cx__embedded(const cx__site *s, const double *v, int64_t rows, int64_t cols, cx_dtype t)
{
    cx_array *const a = cx_empty(CX_SHAPE(rows, cols), CX_F64, CX_CPU);
    double *const to = cx__at(a);
    if (to) memcpy(to, v, (size_t)(rows * cols) * sizeof *to);
    return cx__send(s, t == CX_F64 ? a : cx_astype(a, t));
}

cx_array *cx__embedding_names(const cx_estimator *self, const cx_array *names)
{
    (void)names;
    return cx_self_names(self, cx_dim(cx_self(self, 0), 1));
}
