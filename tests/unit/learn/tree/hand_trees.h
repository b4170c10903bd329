/* A class whose trees are drawn, not learned, so that walks and explanations can be held against
 * their definitions; and those definitions, on the attributes. */
#ifndef TEST_HAND_TREES_H
#define TEST_HAND_TREES_H
#include "learn/numeric/rows.h"
#include "learn/tree/trees.h"

#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

static const cx_param hand_params[] = {
    {"trees", CX_PARAM_INT, "5", NULL, "how many"},
    {"size", CX_PARAM_INT, "100", NULL, "training rows that each pretends to have seen"},
    {"width", CX_PARAM_INT, "1", NULL, "numbers of a value"},
    {"columns", CX_PARAM_INT, "1", NULL, "trees t, t + columns, ... add up"},
    {"single", CX_PARAM_BOOL, "True", NULL, "x counts as float32"},
    {"categories", CX_PARAM_BOOL, "False", NULL, "feature 0 holds codes"},
    {"seed", CX_PARAM_INT, "1", NULL, "of the draws"},
    {"broken", CX_PARAM_INT, "0", NULL, "what is wrong with the fitted trees"},
    {.name = NULL},
};
static const char *const hand_attrs[] = {CX__TREES_ATTRS, NULL};

static uint64_t hand_state;
static double hand_draw(void)
{
    hand_state ^= hand_state << 13;
    hand_state ^= hand_state >> 7;
    hand_state ^= hand_state << 17;
    return (double)(hand_state >> 11) * 0x1p-53;
}

/* One more node, not yet split; its number. */
static int32_t hand_node(cx__trees *t, int64_t base, int32_t samples)
{
    cr_assert(cx__trees_reserve(t, 0, 1, 0) == CX_OK);
    const int64_t at = t->nodes++;
    t->left[at] = t->right[at] = t->feature[at] = -1;
    t->threshold[at] = -2;
    t->impurity[at] = 0;
    t->samples[at] = samples;
    t->weighted[at] = samples;
    t->missing_left[at] = hand_draw() < .5;
    if (t->category != NULL) t->category[at] = -1;
    for (int64_t k = 0; k < t->width; k++) t->value[at * t->width + k] = hand_draw() - .4;
    return (int32_t)(at - base);
}

static void hand_split(cx__trees *t, int64_t base, int32_t i, int64_t d)
{
    const int64_t at = base + i;
    const int32_t samples = t->samples[at],
                  left = 1 + (int32_t)((samples - 1) * (.1 + .8 * hand_draw()));
    if (samples < 2 || left >= samples || (i > 0 && hand_draw() < .05)) return;
    t->feature[at] = (int32_t)(hand_draw() * (double)d);
    t->threshold[at] = hand_draw() * 2 - 1;
    if (t->category != NULL && t->feature[at] == 0) {
        cr_assert(cx__trees_reserve(t, 0, 0, 1) == CX_OK);
        t->category[at] = (int32_t)t->bit_rows++;
        for (int w = 0; w < 8; w++)
            t->bits[t->category[at] * 8 + w] = (uint32_t)(hand_draw() * 0x1p32);
    }
    const int32_t l = hand_node(t, base, left), r = hand_node(t, base, samples - left);
    t->left[at] = l;
    t->right[at] = r;
}

/* What no fit makes, but a file may say. The trees have several splits. */
static void hand_break(cx__trees *t, int64_t how)
{
    const int32_t last = (int32_t)(t->start[1] - 1);
    switch (how) {
    case 1: t->left[0] = last + 1; break;    /* a node of the next tree */
    case 2: t->right[t->left[0]] = 0; break; /* a cycle */
    case 3: t->right[0] = t->left[0]; break; /* a node twice */
    case 4: t->left[last] = t->right[last] = -7, t->left[0] = -1, t->right[0] = -1; break;
    case 5: t->feature[0] = 1000; break;
    case 6: t->feature[0] = -1; break;
    case 7: t->threshold[0] = NAN, t->category[0] = -1; break;
    case 8: t->start[1] = t->start[2] + 1; break; /* offsets fall */
    case 9: t->start[0] = 1; break;
    case 10: t->start[t->count]++; break;
    case 11: t->category[0] = (int32_t)t->bit_rows; break;
    case 12: t->right[0] = INT32_MIN; break;
    case 13: t->right[0] = t->right[t->left[0]]; break; /* a child of two nodes */
    default: break;
    }
}

/* Trees whose nodes are numbered level by level, so that children do not follow their parent. */
static cx_status hand_fit(cx_estimator *self, const cx_data *d)
{
    cx__trees t = {.width = cx_param_i64(self, "width")};
    const bool categories = cx_param_bool(self, "categories");
    hand_state = (uint64_t)cx_param_i64(self, "seed") * 0x9e3779b97f4a7c15U | 1;
    for (int64_t tree = 0; tree < cx_param_i64(self, "trees"); tree++) {
        const int64_t base = t.nodes;
        CX__TRY(cx__trees_reserve(&t, 1, 1, categories ? 1 : 0));
        hand_node(&t, base, (int32_t)cx_param_i64(self, "size"));
        for (int32_t i = 0; i < t.nodes - base; i++) hand_split(&t, base, i, cx_dim(d->x, 1));
        t.start[++t.count] = t.nodes;
    }
    hand_break(&t, cx_param_i64(self, "broken"));
    cx__site s;
    CX__TRY(cx__site_of("fit", d->x, &s));
    const cx_status st = cx__trees_store(self, &s, &t);
    cx__trees_free(&t);
    return st;
}

static cx_array *hand_predict(const cx_estimator *self, const cx_array *x)
{
    return cx__by_rows(self, CX_PREDICT, x, CX__ROWS_FLAT, CX_F64);
}
static cx_array *hand_transform(const cx_estimator *self, const cx_array *x)
{
    return cx__trees_apply("transform", self, x, cx_param_bool(self, "single"));
}
static cx_status hand_plan(const cx_estimator *self, cx_plan *p)
{
    cx__walker *const w = cx_plan_alloc(p, sizeof *w);
    if (w == NULL) return CX_E_NOMEM;
    p->state = w;
    CX__TRY(cx__walker_plan(self, p, cx_param_i64(self, "columns"), cx_param_bool(self, "single"),
                            .5, w));
    p->cols_out = w->walk.columns * w->walk.width;
    return CX_OK;
}
static cx_status hand_rows(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    return cx__walker_into(p, p->state, x, rows, out);
}
static cx_status hand_check(const cx_estimator *self)
{
    return cx__trees_check(self, cx_param_i64(self, "columns"));
}

static const cx_estimator_class hand_class = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "HandTrees",
    .doc = "Trees that were drawn.",
    .kind = CX_REGRESSOR,
    .flags = CX_CLASS_ALLOW_NAN | CX_CLASS_F64,
    .params = hand_params,
    .attrs = hand_attrs,
    .fit = hand_fit,
    .predict = hand_predict,
    .transform = hand_transform,
    .plan = hand_plan,
    .predict_into = hand_rows,
    .check = hand_check,
};

/* [n, d] of [-1, 1], with codes in column 0 if so wished and some NaN. */
static cx_array *hand_x(int64_t n, int64_t d, bool codes, double nan)
{
    cx_array *const x = cx_empty(CX_SHAPE(n, d), CX_F64, CX_CPU);
    double *const v = cx_data_f64_mut(x);
    hand_state = 77;
    for (int64_t i = 0; i < n * d; i++) {
        v[i] = codes && i % d == 0 ? floor(hand_draw() * 300 - 20) : hand_draw() * 2 - 1;
        if (hand_draw() < nan) v[i] = NAN;
    }
    return x;
}

static bool hand_left(const cx__trees *t, int64_t at, const double *x, bool single)
{
    double v = x[t->feature[at]];
    if (single) v = (double)(float)v;
    if (isnan(v)) return t->missing_left[at];
    if (t->category == NULL || t->category[at] < 0) return v <= t->threshold[at];
    const uint32_t *const word = t->bits + (int64_t)t->category[at] * 8;
    return v >= 0 && v < 256 && (word[(int)v / 32] >> ((int)v % 32) & 1) != 0;
}

static int32_t hand_leaf(const cx__trees *t, int64_t tree, const double *x, bool single)
{
    const int64_t base = t->start[tree];
    int32_t i = 0;
    while (t->left[base + i] >= 0)
        i = hand_left(t, base + i, x, single) ? t->left[base + i] : t->right[base + i];
    return i;
}

static cx_estimator *hand_new(const char *spec, int64_t d)
{
    cr_assert(cx_estimator_register(&hand_class) == CX_OK);
    cx_estimator *const m = cx_estimator_new(spec);
    cr_assert(cx_fit(m, cx_zeros(CX_SHAPE(2, d), CX_F64, CX_CPU),
                     cx_zeros(CX_SHAPE(2), CX_F64, CX_CPU)) == CX_OK,
              "%s", cx_error_message());
    return m;
}
#endif
