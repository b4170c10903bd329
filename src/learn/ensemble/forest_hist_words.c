/* What trees of a histogram forest sum: gradients of squared errors as words. Targets count from
 * their mean; a class is a target that is 1 or 0, and two classes are one target. */
#include "base/alloc.h"
#include "base/object.h"
#include "learn/ensemble/forest_hist.h"
#include <calx/array.h>
#include <calx/device.h>
#include <calx/index.h>
#include <calx/ops.h>
#include <float.h>
#include <math.h>
#include <string.h>

enum { TOGETHER = 8, NODES = 4096, SQUARES = 2, WIDEST = 50 };

/* ---- gradients */
/* One target is enough for two classes. */
static int64_t outputs_of(const cx__grow *g)
{
    if (g->classes == NULL) return g->outputs;
    return g->outputs == 1 && g->classes[0] <= 2 ? 1 : g->width;
}

static void class_gradients(const cx__hist_words *w, const double *weight, double *to)
{
    const cx__grow *const g = w->g;
    const int64_t one = g->width == 2 ? 1 : 0; /* the class of a single target */
    for (int64_t i = 0; i < w->n; i++) {
        const double by = weight != NULL ? -weight[i] : -1;
        double *at = to + i * w->outputs;
        if (w->outputs == 1) {
            at[0] = (int64_t)g->y[i] == one ? by : 0;
            continue;
        }
        for (int64_t k = 0; k < g->outputs; at += g->classes[k++])
            for (int64_t c = 0; c < g->classes[k]; c++)
                at[c] = (int64_t)g->y[i * g->outputs + k] == c ? by : 0;
    }
}

static void target_gradients(const cx__hist_words *w, const double *weight, double *to)
{
    const cx__grow *const g = w->g;
    for (int64_t i = 0; i < w->n; i++)
        for (int64_t k = 0; k < w->outputs; k++)
            to[i * w->outputs + k] =
                (weight != NULL ? weight[i] : 1) * (w->centre[k] - g->y[i * w->outputs + k]);
}

/* Squares about the mean, as two numbers of float32 each: what it has, and what that lacks. */
static void target_squares(const cx__hist_words *w, const double *weight, double *to)
{
    const cx__grow *const g = w->g;
    for (int64_t i = 0; i < w->n; i++) {
        double sum = 0;
        for (int64_t k = 0; k < w->outputs; k++) {
            const double off = (double)(float)(g->y[i * w->outputs + k] - w->centre[k]);
            sum += off * off;
        }
        sum *= weight != NULL ? weight[i] : 1;
        to[i * SQUARES] = (double)(float)sum;
        to[i * SQUARES + 1] = sum - to[i * SQUARES];
    }
}

/* Weights as the words will have them, so that sums of a class are sums of weights exactly. */
static double *rounded(const cx__hist_words *w, const double *weight)
{
    double *const to = cx__scope_room((size_t)w->n * sizeof *to), most = 0;
    if (to == NULL) return NULL;
    for (int64_t i = 0; i < w->n; i++) most = weight[i] > most ? weight[i] : most;
    int e = 0;
    (void)frexp((double)(float)most, &e);
    const int bits = 62 - 2 * w->bits;
    const double unit = ldexp(1, e - (bits < WIDEST ? bits : WIDEST));
    for (int64_t i = 0; i < w->n; i++) to[i] = nearbyint((double)(float)weight[i] / unit) * unit;
    return to;
}

/* Words of numbers [n, outputs] of the host; their units. */
static cx_status fix(const cx__hist_words *w, const double *from, const double *weight,
                     int64_t outputs, cx_array *word, cx_array *units)
{
    const cx__site *const s = w->site;
    const cx_scope inner = cx_scope_open();
    const cx_array *const gradient =
        cx__send(s, cx_borrow_host_const(from, CX_SHAPE(w->n, outputs), CX_F64, NULL));
    const cx_array *const hessian =
        weight != NULL ? cx__send(s, cx_borrow_host_const(weight, CX_SHAPE(w->n), CX_F64, NULL))
                       : NULL;
    const cx_tree_fix call = {.count_bits = w->bits,
                              .n = w->n,
                              .stride = outputs == 1 ? 1 : outputs,
                              .gradient = cx__at(gradient),
                              .hessian = cx__at(hessian),
                              .word = cx__at(word),
                              .unit = cx__at(units),
                              .outputs = outputs};
    if (cx_ok()) cx_check(s->trees->fix(s->queue, &call));
    return cx_scope_close(inner);
}

static cx_status fix_all(cx__hist_words *w, const double *weight)
{
    const int64_t room = w->outputs > SQUARES ? w->outputs : SQUARES;
    double *const from = cx__alloc((size_t)(w->n * room) * sizeof *from);
    if (from == NULL) return cx__fail_nomem("fit", "gradients", (size_t)(w->n * room) * 8);
    if (w->g->classes != NULL)
        class_gradients(w, weight, from);
    else
        target_gradients(w, weight, from);
    /* the hessian of several outputs is a word of its own even if it is 1 everywhere */
    cx_status st = fix(w, from, w->hessian ? weight : NULL, w->outputs, w->word, w->units);
    if (st == CX_OK) st = cx__read_all(w->site, w->units, w->unit);
    if (st == CX_OK && w->square != NULL) {
        const cx_scope inner = cx_scope_open();
        cx_array *const units = cx__new_f64(w->site, 2, -1);
        double unit[2] = {1, 1};
        target_squares(w, weight, from);
        cx_check(fix(w, from, NULL, SQUARES, w->square, units));
        if (cx_ok()) cx_check(cx__read_all(w->site, units, unit));
        st = cx_scope_close(inner);
        w->square_unit = unit[0];
    }
    cx__free(from);
    return st;
}

cx_status cx__hist_words_make(const cx__hist_forest *f, const double *weight, cx__hist_words *out)
{
    const cx__grow *const g = f->g;
    const int64_t longest = f->most > g->n ? f->most : g->n;
    *out = (cx__hist_words){.site = f->site,
                            .g = g,
                            .n = g->n,
                            .outputs = outputs_of(g),
                            .bits = cx_tree_count_bits(longest),
                            .hessian = weight != NULL,
                            .centre = cx__scope_room((size_t)g->outputs * sizeof(double))};
    out->channels = out->outputs > 1 ? out->outputs + 1 : out->hessian ? 2 : 1;
    CX__TRY(cx__so_far());
    for (int64_t k = 0; k < g->outputs; k++) {
        double sum = 0;
        for (int64_t i = 0; i < g->n && g->classes == NULL; i++) sum += g->y[i * g->outputs + k];
        out->centre[k] = sum / (double)g->n;
    }
    const cx_device there = f->site->device;
    out->word = cx_empty(CX_SHAPE(g->n, out->channels), CX_I64, there);
    out->units = cx__new_f64(f->site, 2, -1);
    out->flat = cx_zeros(CX_SHAPE(g->n, TOGETHER), CX_U8, there);
    if (g->classes == NULL) out->square = cx_empty(CX_SHAPE(g->n, SQUARES + 1), CX_I64, there);
    const double *const by = weight != NULL ? rounded(out, weight) : NULL;
    CX__TRY(cx__so_far());
    return fix_all(out, by);
}

/* ---- sums of lists of rows: histograms of one column with one code */
static cx_status sum_lists(const cx__hist_words *w, const cx_array *word, int64_t channels,
                           const int32_t *row, int64_t nodes, const int64_t *begin,
                           const int64_t *end, int64_t *sum)
{
    const int64_t width = TOGETHER * channels, most = nodes < NODES ? nodes : NODES;
    cx_tree_node_rows *const node = cx__scope_room((size_t)most * sizeof *node);
    cx_array *const hist = cx_empty(CX_SHAPE(most, width), CX_I64, w->site->device);
    CX__TRY(cx__so_far());
    const cx_tree_codes codes = {.n = w->n, .d = 1, .bins = 1, .code = cx__at(w->flat)};
    for (int64_t at = 0; at < nodes; at += most) {
        const cx_scope inner = cx_scope_open();
        const int64_t count = nodes - at < most ? nodes - at : most;
        for (int64_t i = 0; i < count; i++)
            node[i] = (cx_tree_node_rows){begin[at + i], end[at + i], i, -1};
        const cx_tree_histograms call = {.codes = &codes,
                                         .channels = channels,
                                         .word = cx__at(word),
                                         .row = row,
                                         .nodes = count,
                                         .node = node,
                                         .hist = cx__at(hist)};
        if (cx_ok()) cx_check(w->site->trees->histograms(w->site->queue, &call));
        const cx_array *const back = cx__fetch(w->site, cx_slice(hist, 0, 0, count, 1));
        const int64_t *const from = cx__at(back);
        for (int64_t i = 0; from != NULL && i < count; i++)
            memcpy(sum + (at + i) * channels, from + i * width, (size_t)channels * sizeof *sum);
        CX__TRY(cx_scope_close(inner));
    }
    return CX_OK;
}

cx_status cx__hist_words_sum(const cx__hist_words *w, const int32_t *row, int64_t nodes,
                             const int64_t *begin, const int64_t *end, int64_t *sum)
{
    return sum_lists(w, w->word, w->channels, row, nodes, begin, end, sum);
}

cx_status cx__hist_words_squares(const cx__hist_words *w, const int32_t *row, int64_t nodes,
                                 const int64_t *begin, const int64_t *end, double *sum)
{
    enum { CHANNELS = SQUARES + 1 };
    int64_t *const words = cx__calloc((size_t)nodes * CHANNELS, sizeof *words);
    if (words == NULL) return cx__fail_nomem("fit", "squares", (size_t)nodes * CHANNELS * 8);
    const cx_status st = sum_lists(w, w->square, CHANNELS, row, nodes, begin, end, words);
    for (int64_t i = 0; i < nodes; i++)
        sum[i] = (double)(words[i * CHANNELS] + words[i * CHANNELS + 1]) * w->square_unit;
    cx__free(words);
    return st;
}

/* ---- sums as numbers */
int64_t cx__hist_words_count(const cx__hist_words *w, const int64_t *sum)
{
    return sum[w->channels - 1] & (((int64_t)1 << w->bits) - 1);
}

double cx__hist_words_hessian(const cx__hist_words *w, const int64_t *sum)
{
    if (!w->hessian) return (double)cx__hist_words_count(w, sum);
    return (double)(sum[w->channels - 1] >> w->bits) * w->unit[1];
}

double cx__hist_words_gradient(const cx__hist_words *w, const int64_t *sum, int64_t output)
{
    return (double)(w->channels == 1 ? sum[0] >> w->bits : sum[output]) * w->unit[0];
}

double cx__hist_words_score(const cx__hist_words *w, const int64_t *sum)
{
    double squares = 0;
    for (int64_t k = 0; k < w->outputs; k++) {
        const double g = cx__hist_words_gradient(w, sum, k);
        squares += g * g;
    }
    return squares / cx__hist_words_hessian(w, sum);
}

double cx__hist_words_factor(const cx__hist_words *w)
{
    const cx__grow *const g = w->g;
    return (g->classes != NULL && w->outputs == 1 ? 2.0 : 1.0) / (double)g->outputs;
}

double cx__hist_words_impurity(const cx__hist_words *w, const int64_t *sum, double squares)
{
    const cx__grow *const g = w->g;
    const double h = cx__hist_words_hessian(w, sum);
    double impurity = (double)g->outputs;
    if (g->classes == NULL) {
        impurity = (squares - cx__hist_words_score(w, sum)) / h;
    } else if (w->outputs == 1) {
        const double p = -cx__hist_words_gradient(w, sum, 0) / h;
        impurity = 2 * (p * (1 - p));
    } else {
        for (int64_t k = 0; k < w->outputs; k++) {
            const double p = cx__hist_words_gradient(w, sum, k) / h;
            impurity -= p * p;
        }
    }
    return impurity > 0 ? impurity / (double)g->outputs : 0;
}

void cx__hist_words_value(const cx__hist_words *w, const int64_t *sum, double lower, double upper,
                          double *value)
{
    const cx__grow *const g = w->g;
    const double h = cx__hist_words_hessian(w, sum);
    for (int64_t k = 0; k < w->outputs; k++) {
        const double v = -cx__hist_words_gradient(w, sum, k) / h;
        value[k] = v < lower ? lower : v > upper ? upper : v;
        if (g->classes == NULL) value[k] += w->centre[k];
    }
    if (g->classes == NULL || g->width == w->outputs) return;
    value[1] = value[0];
    value[0] = 1 - value[1];
}
