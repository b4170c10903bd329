/* What AdaBoostClassifier and AdaBoostRegressor share: members fitted one after the other, each
 * with more weight on what those before had wrong. */
#ifndef CX_LEARN_ADA_BOOST_H
#define CX_LEARN_ADA_BOOST_H
#include "learn/ensemble/members.h"

enum {
    CX__ADA_WEIGHTS,     /* estimator_weights_ [n_estimators], 0 where there is no member */
    CX__ADA_ERRORS,      /* estimator_errors_, 1 there */
    CX__ADA_IMPORTANCES, /* where members have them */
    CX__ADA_CLASSES,
    CX__ADA_COUNT
};
#define CX__ADA_ATTRS                                                \
    "estimator_weights_: float [m]", "estimator_errors_: float [m]", \
        "feature_importances_?: float [n]"
/** Parameters before and after the regressor's loss. */
#define CX__ADA_PARAMS(tree)                                                               \
    {"estimator", CX_PARAM_ESTIMATOR | CX_PARAM_NONE, "None", NULL,                        \
     "what is fitted again and again; None: " tree},                                       \
        {"n_estimators", CX_PARAM_INT, "50", "[1, inf)", "largest number of members"},     \
    {                                                                                      \
        "learning_rate", CX_PARAM_FLOAT, "1.0", "(0, inf)", "shrinks the members' weights" \
    }
#define CX__ADA_RANDOM                                                           \
    {                                                                            \
        "random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]", \
            "seed of the members' random states and of the regressor's draws"    \
    }

/** One round: fit member i with weights [n], whose sum is 1. *next: the weights of the next one,
 *  not of sum 1, left NULL where none follows. */
typedef enum cx__ada_end { CX__ADA_GO_ON, CX__ADA_DONE, CX__ADA_DROP, CX__ADA_LAST } cx__ada_end;
typedef struct cx__ada_round {
    cx_estimator *member; /* seeded, not fitted */
    const cx_data *d;     /* features, y */
    cx_generator *random;
    const cx_array *weight, *zero; /* [n]; where the caller's weights are 0, or NULL */
    int64_t number, rounds;
    /* results. GO_ON: another one; DONE: the member is kept and the last; DROP: it is not kept, and
     * none follows; LAST: kept without a weight */
    cx__ada_end end;
    double member_weight, error;
    cx_array *next;
} cx__ada_round;
typedef cx_status cx__ada_boost(cx_estimator *self, cx__ada_round *r);
/** All rounds, and the attributes of both classes. */
cx_status cx__ada_fit(cx_estimator *self, const cx_data *d, const cx_array *weight,
                      const char *otherwise, cx__ada_boost *boost);
/** estimator_weights_ on the host, of the open scope. */
cx_status cx__ada_weights(const char *where, const cx_estimator *self, const double **out);
cx_status cx__ada_check(const cx_estimator *self, const char *otherwise);
#endif
