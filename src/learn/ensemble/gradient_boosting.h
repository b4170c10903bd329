/* Inside of gradient boosting: attributes, one fit in progress, what fit and use share. */
#ifndef CX_LEARN_GRADIENT_BOOSTING_H
#define CX_LEARN_GRADIENT_BOOSTING_H
#include "learn/ensemble/loss.h"
#include "learn/tree/grow.h"
#include <calx/random.h>

enum {
    CX__GB_TRAIN_SCORE = CX__TREES_SLOTS,
    CX__GB_OOB_IMPROVEMENT,
    CX__GB_OOB_SCORES,
    CX__GB_OOB_SCORE,
    CX__GB_IMPORTANCES,
    CX__GB_STAGES,
    CX__GB_PER_STAGE, /* trees of one stage: classes, or 1 of two classes and of numbers */
    CX__GB_MAX_FEATURES,
    CX__GB_START, /* raw predictions to start from; empty: those of the child CX__GB_INIT */
    CX__GB_STREAM,
    CX__GB_CLASSES
};
#define CX__GB_INIT "init_"

/** Loss of the parameters; classes 0: regression. */
cx__loss cx__gb_loss(const cx_estimator *self, int64_t classes);

/** Rows on the host, for training or for validation; raw is [K, n]. */
typedef struct cx__gb_rows {
    int64_t n;
    cx_array *x;          /* of the open scope; float64, C order */
    const double *y;      /* numbers, or codes of classes */
    const double *weight; /* NULL: 1 */
    double *raw;
} cx__gb_rows;

typedef struct cx__gb_fit {
    cx_estimator *self;
    cx__loss loss;
    cx__grow grow;
    cx__gb_rows train, held_out; /* held_out.n 0: no early stopping */
    int64_t outputs, from, to;   /* K; stages from a warm start, stages wanted */
    double learning_rate, subsample;
    cx_generator *rng;
    cx__trees trees;
    double *train_score, *oob_improvement, *oob_scores; /* [to]; the latter NULL: never any */
    int64_t done;                                       /* stages so far */
} cx__gb_fit;

/** Raw predictions of both kinds of rows, init fitted where it is an estimator; classes 0:
 * regression (gradient_boosting_start.c). */
cx_status cx__gb_begin(cx__gb_fit *f, int64_t classes);
/** The same from the trees, the start and the stream of the last fit. */
cx_status cx__gb_go_on(cx__gb_fit *f);
/** Grow stages from .from on; .done counts them (gradient_boosting_stages.c). */
cx_status cx__gb_stages(cx__gb_fit *f);
/** raw[k, i] += rate times what one tree of t says of the rows. */
cx_status cx__gb_add_tree(const cx__trees *t, int64_t tree, const cx__gb_rows *rows, int64_t k,
                          double rate);
/** Number of the leaf, within its tree, where a row of float64 ends as float32. */
int32_t cx__gb_leaf(const cx__trees *t, int64_t tree, const double *x);

/* ---- use (gradient_boosting_use.c) */
cx_status cx__gb_plan(const cx_estimator *self, cx_plan *p);
cx_row_kernel cx__gb_raw_into, cx__gb_label_into, cx__gb_proba_into;
cx_array *cx__gb_predict_number(const cx_estimator *self, const cx_array *x);
cx_array *cx__gb_predict_label(const cx_estimator *self, const cx_array *x);
cx_array *cx__gb_predict_proba(const cx_estimator *self, const cx_array *x);
cx_array *cx__gb_decision(const cx_estimator *self, const cx_array *x);
/** Raw predictions [n, K] that the estimator of init gives for x (of any device). */
cx_array *cx__gb_init_raw(const char *where, const cx_estimator *self, const cx_estimator *init,
                          const cx__loss *l, const cx_array *x);
cx_status cx__gb_check(const cx_estimator *self);
#endif
