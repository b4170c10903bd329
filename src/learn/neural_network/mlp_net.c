/* A network forwards and backwards, in array operations and formulas. */
#include "learn/neural_network/mlp.h"

#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

static cx__mlp_unit hidden_unit(const cx_estimator *self)
{
    const char *const name = cx_param_str(self, "activation");
    if (strcmp(name, "identity") == 0) return CX__MLP_IDENTITY;
    if (strcmp(name, "logistic") == 0) return CX__MLP_LOGISTIC;
    return strcmp(name, "tanh") == 0 ? CX__MLP_TANH : CX__MLP_RELU;
}

static void count(cx__mlp *net)
{
    net->weights = net->biases = 0;
    for (int64_t i = 0; i < net->layers; i++) {
        net->weights += net->units[i] * net->units[i + 1];
        net->biases += net->units[i + 1];
    }
}

cx_status cx__mlp_shape(const cx_estimator *self, const cx__site *s, int64_t columns,
                        int64_t outputs, cx__mlp_unit out, cx__mlp *net)
{
    const cx_array *const list = cx_param_array(self, "hidden_layer_sizes");
    const double *const v = cx_data_f64(list);
    if (!v) return cx__last_status();
    const int64_t hidden = cx_size(list);
    if (hidden >= CX__MLP_MOST)
        return cx__fail(CX_E_UNSUPPORTED, "fit", "%s: %lld hidden layers; %d are the most",
                        self->cls->name, (long long)hidden, CX__MLP_MOST - 1);
    *net = (cx__mlp){.self = self,
                     .site = *s,
                     .layers = hidden + 1,
                     .hidden = hidden_unit(self),
                     .out = out,
                     .alpha = cx_param_f64(self, "alpha")};
    net->units[0] = columns;
    net->units[hidden + 1] = outputs;
    for (int64_t i = 0; i < hidden; i++) {
        if (!(v[i] >= 1 && v[i] < 0x1p31 && v[i] == floor(v[i])))
            return cx__fail(CX_E_ARGUMENT, "fit",
                            "%s: hidden_layer_sizes must be whole numbers above 0, got %g",
                            self->cls->name, v[i]);
        net->units[i + 1] = (int64_t)v[i];
    }
    count(net);
    return CX_OK;
}

cx_status cx__mlp_set(cx__mlp *net, cx_array *params)
{
    int64_t at = 0, end = net->weights;
    net->params = params;
    for (int64_t i = 0; i < net->layers; i++) {
        const int64_t in = net->units[i], out = net->units[i + 1];
        net->w[i] = cx_reshape(cx_slice(params, 0, at, at + in * out, 1), CX_SHAPE(in, out));
        net->b[i] = cx_slice(params, 0, end, end + out, 1);
        at += in * out;
        end += out;
    }
    return cx__so_far();
}

cx_status cx__mlp_recall(const cx_estimator *self, const cx__site *s, cx__mlp_unit out,
                         cx__mlp *net)
{
    const cx_array *const sizes = cx_self(self, CX__MLP_SIZES);
    *net = (cx__mlp){.self = self,
                     .site = *s,
                     .layers = cx_size(sizes) - 1,
                     .hidden = hidden_unit(self),
                     .out = out};
    CX__TRY(cx__read_all_i64(s, cx__i64(s, sizes), net->units));
    count(net);
    return cx__mlp_set(net, cx_concatenate(CX_ARRAYS(cx__slot_f64(self, CX__MLP_COEFS),
                                                     cx__slot_f64(self, CX__MLP_INTERCEPTS)),
                                           0));
}

/* z = unit(z + b) */
static cx_status apply(const cx__mlp *net, cx__mlp_unit unit, cx_array *z, const cx_array *b)
{
    static cx__held units[] = {
        CX__HELD("z, b: z + b"),
        CX__HELD("z, b: 1 / (1 + exp(-(z + b)))"),
        CX__HELD("z, b: tanh(z + b)"),
        CX__HELD("z, b: maximum(z + b, 0)"),
        CX__HELD("z, b: t = z + b; e = exp(t - max(t, axis=1, keepdims=True));"
                 "e / sum(e, axis=1, keepdims=True)"),
        CX__HELD("z, b: exp(z + b)"),
    };
    if (unit == CX__MLP_SOFTMAX)
        return cx_copy_into(cx__held_run(net->site.where, &units[unit], CX_ARRAYS(z, b)), z);
    return cx__held_into(net->site.where, &units[unit], CX_ARRAYS(z, b), CX_OUTS(z));
}

/* at[0] is x; at[i + 1] what layer i says. */
static cx_status forwards(const cx__mlp *net, const cx_array *x, const cx_array **at)
{
    at[0] = x;
    for (int64_t i = 0; i < net->layers; i++) {
        cx_array *const z = cx_matmul(at[i], net->w[i]);
        CX__TRY(cx__so_far());
        CX__TRY(apply(net, i + 1 < net->layers ? net->hidden : net->out, z, net->b[i]));
        at[i + 1] = z;
    }
    return CX_OK;
}

cx_array *cx__mlp_says(const cx__mlp *net, const cx_array *x)
{
    const cx_array *at = x;
    for (int64_t i = 0; i < net->layers && cx_ok(); i++) {
        cx_array *const z = cx_matmul(at, net->w[i]);
        if (!cx_ok()) break;
        cx_check(apply(net, i + 1 < net->layers ? net->hidden : net->out, z, net->b[i]));
        at = z;
    }
    return cx_positive(at);
}

/* Sum of the rows' losses, and their derivatives by what goes into the last units. */
static cx_tuple loss_of(const cx__mlp *net, const cx_array *y, const cx_array *p,
                        const cx_array *weight)
{
    static cx__held losses[] = {
        [CX__MLP_IDENTITY] = CX__HELD("y, p, w: d = p - y; 0.5 * sum(d * d * w), d * w"),
        [CX__MLP_LOGISTIC] =
            CX__HELD("y, p, w: q = clip(p, 2.220446049250313e-16, 0.9999999999999998);"
                     "-sum((y * log(q) + (1 - y) * log(1 - q)) * w), (p - y) * w"),
        [CX__MLP_SOFTMAX] =
            CX__HELD("y, p, w: q = clip(p, 2.220446049250313e-16, 0.9999999999999998);"
                     "-sum(y * log(q) * w), (p - y) * w"),
        [CX__MLP_EXP] = CX__HELD("y, p, w: sum((where(y == 0, 0, y * log(y / p)) - y + p) * w),"
                                 "(p - y) * w"),
    };
    return cx__held_all(net->site.where, &losses[net->out], CX_ARRAYS(y, p, weight));
}

/* d = d times the derivative of the hidden unit where it says a */
static cx_status pass_back(const cx__mlp *net, const cx_array *a, cx_array *d)
{
    static cx__held units[] = {
        [CX__MLP_LOGISTIC] = CX__HELD("a, d: d * a * (1 - a)"),
        [CX__MLP_TANH] = CX__HELD("a, d: d * (1 - a * a)"),
        [CX__MLP_RELU] = CX__HELD("a, d: where(a == 0, 0, d)"),
    };
    if (net->hidden == CX__MLP_IDENTITY) return CX_OK;
    return cx__held_into(net->site.where, &units[net->hidden], CX_ARRAYS(a, d), CX_OUTS(d));
}

static cx_status backwards(const cx__mlp *net, const cx_array *const *at, cx_array *delta,
                           cx_array *gradient)
{
    static cx__held sums = CX__HELD("d: sum(d, axis=0)");
    int64_t from = net->weights, end = net->weights + net->biases;
    for (int64_t i = net->layers - 1; i >= 0; i--) {
        const int64_t in = net->units[i], out = net->units[i + 1];
        from -= in * out;
        end -= out;
        cx_array *const gw = cx_reshape(cx_slice(gradient, 0, from, from + in * out, 1),
                                        CX_SHAPE(in, out)),
                        *const gb = cx_slice(gradient, 0, end, end + out, 1);
        CX__TRY(cx__so_far());
        CX__TRY(cx_matmul_into(cx_transpose(at[i]), delta, gw));
        CX__TRY(cx_copy_into(cx__held_run(net->site.where, &sums, CX_ARRAYS(delta)), gb));
        if (i == 0) break;
        delta = cx_matmul(delta, cx_transpose(net->w[i]));
        CX__TRY(cx__so_far());
        CX__TRY(pass_back(net, at[i], delta));
    }
    return cx__so_far();
}

cx_status cx__mlp_gradient(const cx__mlp *net, const cx__mlp_rows *rows, cx_array *gradient,
                           const cx_array **mass, cx_array **loss)
{
    static cx__held whole =
        CX__HELD("sum_, w, mass, by, alpha: sum_ / (mass * by) + 0.5 * alpha * sum(w * w) / mass");
    const cx_array *at[CX__MLP_MOST + 1];
    CX__TRY(forwards(net, rows->x, at));
    const cx_array *const weight = rows->weight ? cx_expand_dims(rows->weight, 1) : cx_float(1);
    *mass = rows->weight ? cx_sum(rows->weight, CX_ALL) : NULL;
    const cx_array *const all = *mass ? *mass : cx_float((double)cx_dim(rows->x, 0));
    const cx_tuple t = loss_of(net, rows->y, at[net->layers], weight);
    CX__TRY(cx__so_far());
    const double by = net->out == CX__MLP_IDENTITY ? (double)net->units[net->layers] : 1;
    *loss = cx__held_run(net->site.where, &whole,
                         CX_ARRAYS(t.at[0], cx_slice(net->params, 0, 0, net->weights, 1), all,
                                   cx_float(by), cx_float(net->alpha)));
    return backwards(net, at, t.at[1], gradient);
}
