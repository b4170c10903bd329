/* What Lasso, ElasticNet and their cross-validated forms share. */
#ifndef CX_LEARN_ELASTIC_H
#define CX_LEARN_ELASTIC_H
#include "learn/linear_model/serial/descent.h"
#include "learn/linear_model/serial/normal.h"

/** First slots of all of them. */
enum { CX__ELASTIC_GAP = CX__LINEAR_SLOTS, CX__ELASTIC_N_ITER, CX__ELASTIC_SLOTS };
#define CX__ELASTIC_ATTRS "coef_: float", "intercept_: float", "dual_gap_: float", "n_iter_: int"

/** Rows of their parameter tables, which differ in order only. */
#define CX__ELASTIC_ALPHA                                                     \
    {                                                                         \
        "alpha", CX_PARAM_FLOAT, "1.0", "[0, inf)", "strength of the penalty" \
    }
#define CX__ELASTIC_RATIO                                                      \
    {                                                                          \
        "l1_ratio", CX_PARAM_FLOAT, "0.5", "[0, 1]", "share of the L1 penalty" \
    }
#define CX__ELASTIC_WARM_START                              \
    {                                                       \
        "warm_start", CX_PARAM_BOOL, "False", NULL,         \
            "start from the coefficients of the fit before" \
    }
#define CX__ELASTIC_INTERCEPT                                           \
    {                                                                   \
        "fit_intercept", CX_PARAM_BOOL, "True", NULL, "centre the data" \
    }
#define CX__ELASTIC_COPY_X                                                          \
    {                                                                               \
        "copy_X", CX_PARAM_BOOL, "True", NULL, "not used: inputs are never changed" \
    }
#define CX__ELASTIC_MAX_ITER                                        \
    {                                                               \
        "max_iter", CX_PARAM_INT, "1000", "[1, inf)", "most sweeps" \
    }
#define CX__ELASTIC_TOL                                                                          \
    {                                                                                            \
        "tol", CX_PARAM_FLOAT, "0.0001", "[0, inf)",                                             \
            "stop when the duality gap is at most tol times the centred target's squared length" \
    }
#define CX__ELASTIC_POSITIVE                                              \
    {                                                                     \
        "positive", CX_PARAM_BOOL, "False", NULL, "coefficients are >= 0" \
    }
#define CX__ELASTIC_RANDOM_STATE                                                 \
    {                                                                            \
        "random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]", \
            "seed of selection='random'; None: the system's entropy"             \
    }
#define CX__ELASTIC_SELECTION                                          \
    {                                                                  \
        "selection", CX_PARAM_STR, "'cyclic'", "{'cyclic', 'random'}", \
            "which coordinate comes next"                              \
    }

/** The descent that the parameters ask for, for target k. */
cx__descent cx__elastic_descent(const cx_estimator *self, const cx__normal *m, int64_t k);
/** The same for all targets at once, whose coefficients of a column vanish together. */
cx__descent cx__elastic_joint(const cx_estimator *self, const cx__normal *m);
/** Seeds of n descents in a row; not 0 where order is random. */
cx_status cx__elastic_seeds(const cx_estimator *self, int64_t n, uint32_t *out);
/** The mass of the rows: their number, or the sum of their weights. */
cx_status cx__elastic_mass(const cx_data *data, double *out);
/** Products of the columns where they cost less than the sweeps they save. */
cx__normal_form cx__elastic_form(const cx__regression *r);
/** Host memory [t, d]: 0, or with warm_start the coefficients of the fit before. */
cx_status cx__elastic_start(const cx_estimator *self, const cx__regression *r, double **out);
/** Warn if the descent did not reach its end; ARGUMENT if a coefficient is not finite. */
cx_status cx__elastic_ended(const cx_estimator *self, const cx__descent_end *end,
                            const double *coef, int64_t n);
/** Fit to data that has been centred (tall: or whose products come as they are needed) and fill
 *  the common slots. */
struct cx__tall;
cx_status cx__elastic_fit(cx_estimator *self, const cx__regression *r, const cx__normal *m,
                          struct cx__tall *tall, double mass, double alpha, double l1_ratio,
                          cx_dtype t);
/** y has targets: ARGUMENT without (multi_task.c). */
cx_status cx__elastic_targets(const cx_estimator *self, const cx_data *data);
/** A fit of all targets at once, and how it ended (multi_task.c). */
cx_status cx__multi_task_fit(cx_estimator *self, const cx__regression *r, const cx__normal *m,
                             double mass, double alpha, double l1_ratio, cx_dtype t,
                             cx__descent_end *end);
#endif
