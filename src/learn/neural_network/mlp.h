/* Multi-layer perceptrons: what MLPClassifier and MLPRegressor share.
 *
 * All weights are one vector, layer by layer, with all intercepts behind them: layers are views of
 * it, and an optimiser is a formula over it. Everything is array operations, so one text serves
 * every device; the host sees a number for each epoch. */
#ifndef CX_LEARN_MLP_H
#define CX_LEARN_MLP_H
#include "learn/numeric/site.h"
#include <calx/estimator_class.h>
#include <calx/random.h>

/** First slots of both classes. */
enum {
    CX__MLP_COEFS,
    CX__MLP_INTERCEPTS,
    CX__MLP_SIZES,
    CX__MLP_LOSS,
    CX__MLP_BEST_LOSS,
    CX__MLP_CURVE,
    CX__MLP_VALIDATION,
    CX__MLP_BEST_VALIDATION,
    CX__MLP_T,
    CX__MLP_N_ITER,
    CX__MLP_MOMENTS,
    CX__MLP_PACE,
    CX__MLP_SLOTS
};
#define CX__MLP_ATTRS                                                                          \
    "coefs_: float [w]", "intercepts_: float [b]", "layer_sizes_: int [l]", "loss_: float []", \
        "best_loss_?: float []", "loss_curve_?: float [e]", "validation_scores_?: float [v]",  \
        "best_validation_score_?: float []", "t_: int []", "n_iter_: int []",                  \
        "moments_?: float [2, p]", "pace_?: float [3]"

/** Parameters of both, in scikit-learn's order. */
#define CX__MLP_PARAMS                                                                             \
    {"hidden_layer_sizes", CX_PARAM_INT | CX_PARAM_LIST, "(100,)", "int [1, inf)",                 \
     "units of each hidden layer"},                                                                \
        {"activation", CX_PARAM_STR, "'relu'", "{'identity', 'logistic', 'tanh', 'relu'}",         \
         "of hidden units"},                                                                       \
        {"solver", CX_PARAM_STR, "'adam'", "{'lbfgs', 'sgd', 'adam'}", "how the loss falls"},      \
        {"alpha", CX_PARAM_FLOAT, "0.0001", "[0, inf)", "strength of the L2 penalty"},             \
        {"batch_size", CX_PARAM_INT | CX_PARAM_STR, "'auto'", "int [1, inf), {'auto'}",            \
         "rows of a step; 'auto': 200 at most"},                                                   \
        {"learning_rate", CX_PARAM_STR, "'constant'", "{'constant', 'invscaling', 'adaptive'}",    \
         "schedule of 'sgd'"},                                                                     \
        {"learning_rate_init", CX_PARAM_FLOAT, "0.001", "(0, inf)", "size of the first steps"},    \
        {"power_t", CX_PARAM_FLOAT, "0.5", "[0, inf)", "exponent of 'invscaling'"},                \
        {"max_iter", CX_PARAM_INT, "200", "[1, inf)", "most epochs, of 'lbfgs' iterations"},       \
        {"shuffle", CX_PARAM_BOOL, "True", NULL, "rows in another order in each epoch"},           \
        {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, inf)", "seed; None: entropy"}, \
        {"tol", CX_PARAM_FLOAT, "0.0001", "[0, inf)", "what counts as an improvement"},            \
        {"verbose", CX_PARAM_BOOL, "False", NULL, "not used: see the scope's progress callback"},  \
        {"warm_start", CX_PARAM_BOOL, "False", NULL, "begin where the last fit ended"},            \
        {"momentum", CX_PARAM_FLOAT, "0.9", "[0, 1]", "of 'sgd'"},                                 \
        {"nesterovs_momentum", CX_PARAM_BOOL, "True", NULL, "of 'sgd': look ahead"},               \
        {"early_stopping", CX_PARAM_BOOL, "False", NULL, "stop by the score of rows held out"},    \
        {"validation_fraction", CX_PARAM_FLOAT, "0.1", "[0, 1)", "share of those rows"},           \
        {"beta_1", CX_PARAM_FLOAT, "0.9", "[0, 1)", "decay of the first moment of 'adam'"},        \
        {"beta_2", CX_PARAM_FLOAT, "0.999", "[0, 1)", "decay of the second"},                      \
        {"epsilon", CX_PARAM_FLOAT, "1e-08", "(0, inf)", "added to its root"},                     \
        {"n_iter_no_change", CX_PARAM_FLOAT, "10", "[1, inf]",                                     \
         "epochs without an improvement after which it stops"},                                    \
    {                                                                                              \
        "max_fun", CX_PARAM_INT, "15000", "[1, inf)", "most evaluations of 'lbfgs'"                \
    }

typedef enum cx__mlp_unit {
    CX__MLP_IDENTITY,
    CX__MLP_LOGISTIC,
    CX__MLP_TANH,
    CX__MLP_RELU,
    CX__MLP_SOFTMAX,
    CX__MLP_EXP
} cx__mlp_unit;

enum { CX__MLP_MOST = 64 }; /* layers of weights */
typedef struct cx__mlp {
    const cx_estimator *self;
    cx__site site;
    int64_t layers, units[CX__MLP_MOST + 1]; /* units[0]: columns of x */
    int64_t weights, biases;
    cx__mlp_unit hidden, out;
    double alpha;
    cx_array *params;                            /* [weights + biases] */
    cx_array *w[CX__MLP_MOST], *b[CX__MLP_MOST]; /* views of it */
} cx__mlp;

/** Rows to learn from, float64 at the site. */
typedef struct cx__mlp_rows {
    const cx_array *x, *y, *weight; /* [n, d], [n, outputs], [n] or NULL */
} cx__mlp_rows;

/** What the class does: the score of held out rows (NaN: not finite). */
typedef struct cx__mlp_fit {
    cx__mlp net;
    cx__mlp_rows rows;
    const cx_array *strata; /* codes to hold out rows by, or NULL */
    cx_status (*score)(const cx__mlp *net, const cx__mlp_rows *held, double *out);
    bool incremental;
} cx__mlp_fit;

/* ---- mlp_net.c */
/** Sizes from the parameters; params are unset. */
cx_status cx__mlp_shape(const cx_estimator *self, const cx__site *s, int64_t columns,
                        int64_t outputs, cx__mlp_unit out, cx__mlp *net);
/** The fitted network. */
cx_status cx__mlp_recall(const cx_estimator *self, const cx__site *s, cx__mlp_unit out,
                         cx__mlp *net);
/** params become these, whose views are the layers. */
cx_status cx__mlp_set(cx__mlp *net, cx_array *params);
/** What the network says of rows, [n, outputs]. */
cx_array *cx__mlp_says(const cx__mlp *net, const cx_array *x);
/** Loss with the penalty [] and its gradient, not yet divided: gradient [weights + biases] of the
 *  rows' sums, *mass what they are divided by ([]; NULL: the number of rows), *loss complete. */
cx_status cx__mlp_gradient(const cx__mlp *net, const cx__mlp_rows *rows, cx_array *gradient,
                           const cx_array **mass, cx_array **loss);

/* ---- mlp_fit.c */
cx_status cx__mlp_learn(cx__mlp_fit *f, cx_estimator *self);
/** A slot before this fit, if the fit goes on from it; NULL. */
const cx_array *cx__mlp_before(const cx_estimator *self, int slot, bool incremental);
cx_status cx__mlp_check(const cx_estimator *self);

/* ---- mlp_steps.c */
typedef struct cx__mlp_steps {
    const cx__mlp *net;
    cx_array
        *moments[2]; /* [weights + biases] each: velocities, or means of gradients and squares */
    bool adam, nesterov;
    double rate, first, second, epsilon, count; /* momentum or beta_1, beta_2; steps so far */
} cx__mlp_steps;
/** mass NULL: the number of rows. */
cx_status cx__mlp_step(cx__mlp_steps *s, const cx_array *gradient, const cx_array *mass,
                       int64_t rows);
/** Minimise by L-BFGS. */
cx_status cx__mlp_lbfgs(cx__mlp_fit *f, double *loss, int64_t *iterations);
#endif
