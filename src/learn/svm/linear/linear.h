/* What LinearSVC and LinearSVR share: parameters, rows with a column for the intercept, the choice
 * of a solver, and results. */
#ifndef CX_LEARN_SVM_LINEAR_H
#define CX_LEARN_SVM_LINEAR_H
#include "learn/base/estimator.h"
#include "learn/svm/linear/margin.h"

#define CX__MARGIN_TOL                                                           \
    {                                                                            \
        "tol", CX_PARAM_FLOAT, "0.0001", "(0, inf)", "violation that may remain" \
    }
#define CX__MARGIN_C                                                                         \
    {                                                                                        \
        "C", CX_PARAM_FLOAT, "1.0", "(0, inf)", "how much an error costs beside the penalty" \
    }
#define CX__MARGIN_DUAL                                                                             \
    {                                                                                               \
        "dual", CX_PARAM_STR | CX_PARAM_BOOL, "'auto'", "{'auto'}",                                 \
            "solve the dual problem; 'auto': if there are fewer rows than columns, or no other way" \
    }
#define CX__MARGIN_INTERCEPT                                                                       \
    {                                                                                              \
        "fit_intercept", CX_PARAM_BOOL, "True", NULL, "a constant column stands beside the others" \
    }
#define CX__MARGIN_SCALING(one)                                          \
    {                                                                    \
        "intercept_scaling", CX_PARAM_FLOAT, one, "(0, inf)",            \
            "its value: the larger, the less is the intercept penalised" \
    }
#define CX__MARGIN_VERBOSE                                                                    \
    {                                                                                         \
        "verbose", CX_PARAM_INT | CX_PARAM_BOOL, "0", "[0, inf)", "not used: see on_progress" \
    }
#define CX__MARGIN_RANDOM_STATE                                                  \
    {                                                                            \
        "random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]", \
            "seed of the order of visits of dual and L1 solvers"                 \
    }
#define CX__MARGIN_MAX_ITER                                                     \
    {                                                                           \
        "max_iter", CX_PARAM_INT, "1000", "[0, inf)", "most visits of all rows" \
    }

/** How a problem is solved. */
typedef enum cx__margin_way {
    CX__MARGIN_NEWTON,
    CX__MARGIN_DUAL_WAY,
    CX__MARGIN_SPARSE,
    CX__MARGIN_TOGETHER
} cx__margin_way;
/** `dual` resolved against which of both ways the loss and the penalty have; ARGUMENT if it is not
 *  the one asked for. */
cx_status cx__margin_choose(const cx_estimator *self, const cx_array *x, bool has_dual,
                            bool has_primal, bool *dual);

/** A fit: rows with the intercept's column, where the data are (there) or on the host, in the order
 *  of `order`. */
typedef struct cx__margin_fit {
    cx_estimator *self;
    cx__site site;
    const cx_data *data;
    int64_t all, n, d, w; /* rows, those that weigh more than 0, columns, with the intercept's */
    const double *weight; /* [all] on the host, or NULL */
    bool intercept;
    double scaling;
    double *x;             /* [n, w], or by columns [w, n] */
    const cx_array *there; /* [all, w] */
    cx__words words;
} cx__margin_fit;
cx_status cx__margin_begin(cx_estimator *self, const cx_data *data, cx__margin_fit *f);
/** f->x from rows order [n] of x. */
cx_status cx__margin_fetch(cx__margin_fit *f, const int64_t *order, bool by_columns);
/** f->there. */
cx_status cx__margin_widen(cx__margin_fit *f);
/** f->words, from random_state. */
cx_status cx__margin_seed(cx__margin_fit *f);
/** Slots 0 and 1 from coef [k, w], coef_ as [d] if flat; n_iter_ in slot `iter`, with a warning if
 *  max_iter was reached. */
cx_status cx__margin_store(const cx__margin_fit *f, const double *coef, int64_t k, bool flat,
                           int iter, int64_t rounds);
#endif
