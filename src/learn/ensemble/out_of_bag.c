/* oob_score: every row asked of the trees that did not see it.
 *
 * The bootstrap of each tree is drawn again from its seed; a row's answers add up tree by tree in
 * their order. */
#include "base/alloc.h"
#include "base/object.h"
#include "base/threads.h"
#include "learn/ensemble/forest.h"
#include "learn/numeric/site.h"
#include <calx/device.h>
#include <calx/metrics_regression.h>

#include <math.h>

typedef struct bag {
    const cx__forest *f;
    int64_t tree, w;
    double *times;  /* [n]: of the tree */
    double *sum;    /* [n, w] */
    int64_t *count; /* [n] */
} bag;

/* The leaf's place among all nodes. */
static int64_t leaf_of(const cx__trees *t, int64_t tree, const double *x)
{
    const int64_t base = t->start[tree];
    int64_t at = base;
    while (t->left[at] >= 0) {
        const double v = (double)(float)x[t->feature[at]];
        const bool left = isnan(v) ? t->missing_left[at] : v <= t->threshold[at];
        at = base + (left ? t->left[at] : t->right[at]);
    }
    return at;
}

static void ask_rows(void *ctx, int64_t lo, int64_t hi)
{
    const bag *const b = ctx;
    const cx__trees *const t = &b->f->model;
    const cx__grow *const g = b->f->g;
    for (int64_t i = lo; i < hi; i++) {
        if (b->times[i] > 0) continue;
        const double *const value = t->value + leaf_of(t, b->tree, g->x + i * g->d) * b->w;
        for (int64_t c = 0; c < b->w; c++) b->sum[i * b->w + c] += value[c];
        b->count[i]++;
    }
}

static cx_status ask_all(bag *b, const cx__bootstrap *by)
{
    const int64_t n = b->f->g->n;
    for (b->tree = 0; b->tree < b->f->count; b->tree++) {
        CX__TRY(cx__poll(b->f->g->where));
        CX__TRY(cx__bootstrap_times(by, b->f->seed[b->tree], b->times));
        CX__TRY(cx__parallel_for(n, 1024, ask_rows, b));
    }
    bool all = true;
    for (int64_t i = 0; i < n; i++) {
        all = all && b->count[i] > 0;
        for (int64_t c = 0; c < b->w && b->count[i] > 0; c++)
            b->sum[i * b->w + c] /= (double)b->count[i];
    }
    if (!all)
        cx__warn(CX_E_ARGUMENT,
                 "%s: some rows were seen by every tree and have no out-of-bag result; grow more",
                 b->f->g->self->cls->name);
    return CX_OK;
}

/* ---- scores */
/* Share of the rows whose labels are all right. */
static double accuracy(const bag *b)
{
    const cx__grow *const g = b->f->g;
    int64_t right = 0;
    for (int64_t i = 0; i < g->n; i++) {
        const double *share = b->sum + i * b->w;
        bool same = true;
        for (int64_t k = 0; k < g->outputs; share += g->classes[k++]) {
            int64_t best = 0;
            for (int64_t c = 1; c < g->classes[k]; c++)
                if (share[c] > share[best]) best = c;
            same = same && best == (int64_t)g->y[i * g->outputs + k];
        }
        right += same;
    }
    return (double)right / (double)g->n;
}

static double r2(const bag *b)
{
    const cx__grow *const g = b->f->g;
    return cx_r2_score(cx_borrow_host_const(g->y, CX_SHAPE(g->n, b->w), CX_F64, NULL),
                       cx_borrow_host_const(b->sum, CX_SHAPE(g->n, b->w), CX_F64, NULL), NULL);
}

static void give_back(void *p, void *ctx)
{
    (void)ctx;
    cx__free(p);
}

static cx_status keep(cx_estimator *self, bag *b, int slot)
{
    const cx__grow *const g = b->f->g;
    CX__TRY(cx_self_set_f64(self, CX__FOREST_OOB_SCORE, g->classes != NULL ? accuracy(b) : r2(b)));
    const bool flat = g->classes == NULL && b->w == 1;
    double *const sum = b->sum;
    b->sum = NULL;
    const cx_shape shape = flat ? CX_SHAPE(g->n) : CX_SHAPE(g->n, b->w);
    cx_array *const mean = cx_adopt_host(sum, shape, CX_F64, give_back, NULL);
    return cx_self_set(self, slot, cx_to(mean, g->site.device));
}

static cx_status check_y(const cx_estimator *self, const cx__grow *g)
{
    for (int64_t k = 0; g->outputs > 1 && g->classes != NULL && k < g->outputs; k++)
        if (g->classes[k] > 2)
            return cx__fail(CX_E_ARGUMENT, g->where,
                            "%s: oob_score=True with several columns of labels needs two classes "
                            "in each; column %lld has %lld",
                            self->cls->name, (long long)k, (long long)g->classes[k]);
    return CX_OK;
}

cx_status cx__out_of_bag(cx_estimator *self, const cx__forest *f, const cx__bootstrap *by, int slot)
{
    const cx__grow *const g = f->g;
    const size_t n = (size_t)g->n, w = (size_t)g->width;
    CX__TRY(check_y(self, g));
    bag b = {.f = f,
             .w = g->width,
             .times = cx__alloc(n * sizeof *b.times),
             .sum = cx__calloc(n * w, sizeof *b.sum),
             .count = cx__calloc(n, sizeof *b.count)};
    cx_status st = b.times != NULL && b.sum != NULL && b.count != NULL
                       ? ask_all(&b, by)
                       : cx__fail_nomem(g->where, "oob_score", n * (w + 2) * sizeof *b.sum);
    if (st == CX_OK) st = keep(self, &b, slot);
    cx__free(b.times);
    cx__free(b.sum);
    cx__free(b.count);
    return st;
}
