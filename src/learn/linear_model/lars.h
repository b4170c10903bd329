/* What Lars, LassoLars and their cross-validated forms share. */
#ifndef CX_LEARN_LARS_H
#define CX_LEARN_LARS_H
#include "learn/linear_model/serial/lars_path.h"

/** First slots of all of them. */
enum {
    CX__LARS_ALPHAS = CX__LINEAR_SLOTS,
    CX__LARS_ACTIVE,
    CX__LARS_PATH,
    CX__LARS_N_ITER,
    CX__LARS_SLOTS
};
#define CX__LARS_ATTRS                                                               \
    "coef_: float", "intercept_: float", "alphas_?: float [*]", "active_?: int [*]", \
        "coef_path_?: float [n, *]", "n_iter_: int"

/** Rows of their parameter tables. */
#define CX__LARS_INTERCEPT                                              \
    {                                                                   \
        "fit_intercept", CX_PARAM_BOOL, "True", NULL, "centre the data" \
    }
#define CX__LARS_VERBOSE                                        \
    {                                                           \
        "verbose", CX_PARAM_BOOL | CX_PARAM_INT, "False", NULL, \
            "not used: see the scope's on_progress"             \
    }
#define CX__LARS_PRECOMPUTE                                                                                \
    {                                                                                                      \
        "precompute", CX_PARAM_BOOL | CX_PARAM_STR | CX_PARAM_NONE, "'auto'", "{'auto'}",                  \
            "use products of the columns, which are made here (never given); 'auto': with more rows than " \
            "columns, or several targets"                                                                  \
    }
#define CX__LARS_EPS                                                \
    {                                                               \
        "eps", CX_PARAM_FLOAT, "2.220446049250313e-16", "[0, inf)", \
            "least diagonal of the Cholesky factor"                 \
    }
#define CX__LARS_MAX_ITER                                         \
    {                                                             \
        "max_iter", CX_PARAM_INT, "500", "[0, inf)", "most steps" \
    }
#define CX__LARS_COPY_X                                                             \
    {                                                                               \
        "copy_X", CX_PARAM_BOOL, "True", NULL, "not used: inputs are never changed" \
    }
#define CX__LARS_POSITIVE                                                 \
    {                                                                     \
        "positive", CX_PARAM_BOOL, "False", NULL, "coefficients are >= 0" \
    }

/** Do the data and the parameter ask for products of the columns? */
bool cx__lars_products(const cx_estimator *self, int64_t n, int64_t d, int64_t t);
/** Walk the path that is asked for (its m has r's targets) and fill the common slots; whole: keep
 *  the path of a single target. */
cx_status cx__lars_fit(cx_estimator *self, const cx__regression *r, const cx__lars *as, bool whole,
                       cx_dtype t);
#endif
