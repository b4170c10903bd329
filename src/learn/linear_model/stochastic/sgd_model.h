/* What SGDClassifier, SGDRegressor and their kin share: parameters, state between calls, draws,
 * rows held out for early stopping. */
#ifndef CX_LEARN_SGD_MODEL_H
#define CX_LEARN_SGD_MODEL_H
#include "learn/base/estimator.h"
#include "learn/linear_model/stochastic/sgd.h"

/** Rows of the parameter tables; doc texts are the same everywhere. */
#define CX__SGD_LOOP(seed)                                                                      \
    {"fit_intercept", CX_PARAM_BOOL, "True", NULL, "add an intercept, which is not penalised"}, \
        {"max_iter", CX_PARAM_INT, "1000", "[1, inf)", "most epochs of fit"},                   \
        {"tol", CX_PARAM_FLOAT | CX_PARAM_NONE, "0.001", "[0, inf)",                            \
         "an epoch that gains less counts as idle; None: run max_iter epochs"},                 \
        {"shuffle", CX_PARAM_BOOL, "True", NULL, "draw a new order of the rows every epoch"},   \
        {"verbose", CX_PARAM_INT, "0", "[0, inf)", "not used: see the scope's on_progress"},    \
    {                                                                                           \
        "random_state", CX_PARAM_INT | CX_PARAM_NONE, seed, "[0, 4294967295]",                  \
            "seed of numpy.random.RandomState"                                                  \
    }
#define CX__SGD_WARM_START                                                                        \
    {                                                                                             \
        "warm_start", CX_PARAM_BOOL, "False", NULL, "start from the coefficients of the last fit" \
    }
#define CX__SGD_COMMON(seed)                                                                 \
    CX__SGD_LOOP(seed),                                                                      \
        {"early_stopping", CX_PARAM_BOOL, "False", NULL,                                     \
         "stop by the score on rows that are held out"},                                     \
        {"validation_fraction", CX_PARAM_FLOAT, "0.1", "(0, 1)", "their share of the rows"}, \
        {"n_iter_no_change", CX_PARAM_INT, "5", "[1, inf)", "idle epochs before it stops"},  \
        CX__SGD_WARM_START
#define CX__SGD_PENALTY(deflt)                                                      \
    {"penalty", CX_PARAM_STR | CX_PARAM_NONE, deflt, "{'l1', 'l2', 'elasticnet'}",  \
     "which penalty, None: none"},                                                  \
        {"alpha", CX_PARAM_FLOAT, "0.0001", "[0, inf)", "strength of the penalty"}, \
    {                                                                               \
        "l1_ratio", CX_PARAM_FLOAT | CX_PARAM_NONE, "0.15", "[0, 1]",               \
            "share of L1 with penalty='elasticnet'"                                 \
    }
#define CX__SGD_AVERAGE                                                   \
    {                                                                     \
        "average", CX_PARAM_INT | CX_PARAM_BOOL, "False", "int [1, inf)", \
            "average the coefficients over the steps, from this step on"  \
    }
#define CX__SGD_RATE(rate, eta0, power)                                                      \
    {"epsilon", CX_PARAM_FLOAT, "0.1", "[0, inf)", "the width of the losses that have one"}, \
        {"learning_rate", CX_PARAM_STR, rate,                                                \
         "{'constant', 'optimal', 'invscaling', 'adaptive', 'pa1', 'pa2'}",                  \
         "schedule of the steps' sizes"},                                                    \
        {"eta0", CX_PARAM_FLOAT, eta0, "(0, inf)", "first size; the limit of pa1 and pa2"},  \
    {                                                                                        \
        "power_t", CX_PARAM_FLOAT, power, "(-inf, inf)", "exponent of 'invscaling'"          \
    }

/** Slots behind a class's own, from `first`: state that partial_fit goes on with. */
enum {
    CX__SGD_N_ITER,
    CX__SGD_T,
    CX__SGD_STANDARD,
    CX__SGD_STANDARD_INTERCEPT,
    CX__SGD_AVERAGED,
    CX__SGD_AVERAGED_INTERCEPT,
    CX__SGD_SLOTS
};
#define CX__SGD_ATTRS(coef, intercept)                               \
    "n_iter_: int []", "t_: float []", "standard_coef_?: " coef,     \
        "standard_intercept_?: " intercept, "average_coef_?: " coef, \
        "average_intercept_?: " intercept

/** k descents over the same rows, on the host. */
typedef struct cx__sgd_fit {
    cx_estimator *self;
    bool partial;
    int slot; /* of CX__SGD_N_ITER; slots 0 and 1 are coef_ and intercept_ */
    cx__sgd base;
    int64_t k;
    cx_dtype dtype;
    cx_array *x;                            /* holds base.x */
    cx_array *standard, *averaged;          /* [k, d] of dtype; averaged NULL without average */
    double *intercept, *averaged_intercept; /* [k] of the open scope */
    int64_t epochs;
} cx__sgd_fit;

/** Parameters and data. UNSUPPORTED on a device; ARGUMENT combinations that do not exist. */
cx_status cx__sgd_prepare(cx_estimator *self, const cx_data *data, bool partial, int slot,
                          cx__sgd_fit *f);
/** Where the k descents start. */
cx_status cx__sgd_start(cx__sgd_fit *f, int64_t k);
/** The generator of random_state; entropy without one. */
cx_generator *cx__sgd_generator(const cx_estimator *self);
/** The next number below 2^31 - 1 of randint(low, 2^31 - 1). */
cx_status cx__sgd_draw(cx_generator *g, int64_t low, uint32_t *out);
/** Rows held out for early stopping, 1 each in *mask [n] of the open scope; NULL without it. codes
 *  of the classes to stratify by, or NULL. */
cx_status cx__sgd_hold_out(const cx__sgd_fit *f, const cx_array *codes, const uint8_t **mask);
/** x coef + intercept of a row in the data's type. */
double cx__sgd_score_row(const cx__sgd *p, const void *coef, double intercept, int64_t row);
/** Run descent i with these targets and these rows held out. */
cx_status cx__sgd_descend(cx__sgd_fit *f, const cx__sgd *p, int64_t i, cx__sgd_state *end);
/** Attributes, the steps counted, and the warning where it did not converge. flat: coef_ is [d]. */
cx_status cx__sgd_store(cx__sgd_fit *f, bool flat);
#endif
