/* What SparseCoder and the dictionary learners share: parameters of their transform, and it. */
#ifndef CX_LEARN_CODING_PARAMS_H
#define CX_LEARN_CODING_PARAMS_H
#include "learn/decomposition/coding.h"

#define CX__TRANSFORM_ALGORITHM                                                             \
    {                                                                                       \
        "transform_algorithm", CX_PARAM_STR, "'omp'",                                       \
            "{'lasso_lars', 'lasso_cd', 'lars', 'omp', 'threshold'}", "how codes are found" \
    }
#define CX__TRANSFORM_NONZERO                                                                 \
    {                                                                                         \
        "transform_n_nonzero_coefs", CX_PARAM_INT | CX_PARAM_NONE, "None", "[1, inf)",        \
            "numbers of a code that are not 0, of lars and omp; None: a tenth of the columns" \
    }
#define CX__TRANSFORM_ALPHA                                                    \
    {                                                                          \
        "transform_alpha", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", "[0, inf)", \
            "penalty or cut of the other algorithms; None: alpha, else 1"      \
    }
#define CX__SPLIT_SIGN                                                                         \
    {                                                                                          \
        "split_sign", CX_PARAM_BOOL, "False", NULL, "positive and negative parts side by side" \
    }
#define CX__CODING_N_JOBS                                     \
    {                                                         \
        "n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL, \
            "not used: see the scope's num_threads"           \
    }
#define CX__POSITIVE_CODE                                                 \
    {                                                                     \
        "positive_code", CX_PARAM_BOOL, "False", NULL, "codes of no sign" \
    }
#define CX__TRANSFORM_MAX_ITER                                                          \
    {                                                                                   \
        "transform_max_iter", CX_PARAM_INT, "1000", "[0, inf)", "most steps for a code" \
    }
#define CX__CODING_VERBOSE                                                               \
    {                                                                                    \
        "verbose", CX_PARAM_INT | CX_PARAM_BOOL, "False", NULL, "not used: use progress" \
    }
#define CX__CODING_SEED                                                          \
    {                                                                            \
        "random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]", \
            "seed of the draws"                                                  \
    }
#define CX__CODING_CALLBACK                                                              \
    {                                                                                    \
        "callback", CX_PARAM_NONE, "None", NULL, "not used: see the scope's on_progress" \
    }

/** .transform, .inverse_transform, .feature_names_out of classes whose slot 0 is the dictionary. */
cx_array *cx__coding_transform(const cx_estimator *self, const cx_array *x);
cx_array *cx__coding_inverse(const cx_estimator *self, const cx_array *x);
cx_array *cx__coding_names(const cx_estimator *self, const cx_array *names);
#endif
