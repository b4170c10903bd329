/* One layer of a fitted network: a part of the vector that holds all of them. */
#include "learn/neural_network/mlp.h"

#include "base/object.h"
#include "learn/base/estimator.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/neural_network.h>

static cx_status part_of(const char *where, const cx_estimator *m, int64_t layer, bool weights,
                         cx_array **out)
{
    int64_t units[CX__MLP_MOST + 1], at = 0;
    cx__site s;
    CX__NEED(where, "m", m, CX__KIND_ESTIMATOR);
    if (m->cls != &cx__class_mlp_classifier && m->cls != &cx__class_mlp_regressor)
        return cx__fail(CX_E_ARGUMENT, where, "%s is no perceptron", m->cls->name);
    if (!m->state) return cx__fail(CX_E_NOT_FITTED, where, "this %s is not fitted", m->cls->name);
    const cx_array *const sizes = cx_self(m, CX__MLP_SIZES);
    const int64_t layers = cx_size(sizes) - 1;
    if (layer < 0 || layer >= layers)
        return cx__fail(CX_E_ARGUMENT, where, "%s: layer %lld of %lld", m->cls->name,
                        (long long)layer, (long long)layers);
    CX__TRY(cx__site_of(where, sizes, &s));
    CX__TRY(cx__read_all_i64(&s, cx__i64(&s, sizes), units));
    for (int64_t i = 0; i < layer; i++) at += (weights ? units[i] : 1) * units[i + 1];
    const int64_t in = units[layer], count = units[layer + 1];
    const cx_array *const all = cx_self(m, weights ? CX__MLP_COEFS : CX__MLP_INTERCEPTS);
    *out = cx_slice(all, 0, at, at + (weights ? in : 1) * count, 1);
    if (weights) *out = cx_reshape(*out, CX_SHAPE(in, count));
    return cx__so_far();
}

static cx_array *part(const char *where, const cx_estimator *m, int64_t layer, bool weights)
{
    const cx_scope s = cx_scope_open();
    cx_array *out = NULL;
    const cx_status st = part_of(where, m, layer, weights, &out);
    return cx__give(s, st, out);
}

cx_array *cx_mlp_coefs(const cx_estimator *m, int64_t layer)
{
    return part("mlp_coefs", m, layer, true);
}
cx_array *cx_mlp_intercepts(const cx_estimator *m, int64_t layer)
{
    return part("mlp_intercepts", m, layer, false);
}
