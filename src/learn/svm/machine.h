/* What all kernel machines share: parameters, the training rows and their kernel, the attributes of
 * a fitted one, and its decision function. */
#ifndef CX_LEARN_SVM_MACHINE_H
#define CX_LEARN_SVM_MACHINE_H
#include "learn/base/estimator.h"
#include "learn/base/plan.h"
#include "learn/numeric/kernel_of.h"
#include "learn/svm/forms.h"

/* ---- rows of a parameter table */
#define CX__SVM_KERNEL                                                                         \
    {                                                                                          \
        "kernel", CX_PARAM_STR, "'rbf'",                                                       \
            "{'linear', 'poly', 'rbf', 'sigmoid', 'precomputed'}, user kernel", CX__KERNEL_DOC \
    }
#define CX__SVM_DEGREE                                                \
    {                                                                 \
        "degree", CX_PARAM_INT, "3", "[0, inf)", "exponent of 'poly'" \
    }
#define CX__SVM_GAMMA                                                                                   \
    {                                                                                                   \
        "gamma", CX_PARAM_STR | CX_PARAM_FLOAT, "'scale'", "{'scale', 'auto'}, float [0, inf)",         \
            "factor of 'rbf', 'poly' and 'sigmoid'; 'scale': 1 / (columns * variance of x), 'auto': 1 " \
            "/ columns"                                                                                 \
    }
#define CX__SVM_COEF0                                      \
    {                                                      \
        "coef0", CX_PARAM_FLOAT, "0.0", "(-inf, inf)",     \
            "what 'poly' and 'sigmoid' add to the product" \
    }
#define CX__SVM_TOL                                                             \
    {                                                                           \
        "tol", CX_PARAM_FLOAT, "0.001", "(0, inf)", "violation that may remain" \
    }
#define CX__SVM_C                                                                           \
    {                                                                                       \
        "C", CX_PARAM_FLOAT, "1.0", "(0, inf]", "how much an error costs beside the margin" \
    }
#define CX__SVM_NU                                                 \
    {                                                              \
        "nu", CX_PARAM_FLOAT, "0.5", "(0, 1]",                     \
            "most share of errors, least share of support vectors" \
    }
#define CX__SVM_SHRINKING                                                                  \
    {                                                                                      \
        "shrinking", CX_PARAM_BOOL, "True", NULL, "leave settled rows aside while fitting" \
    }
#define CX__SVM_CACHE                                                                           \
    {                                                                                           \
        "cache_size", CX_PARAM_FLOAT, "200", "(0, inf)", "megabytes of kernel rows kept by fit" \
    }
#define CX__SVM_VERBOSE                                                      \
    {                                                                        \
        "verbose", CX_PARAM_BOOL, "False", NULL, "not used: see on_progress" \
    }
#define CX__SVM_MAX_ITER                                                        \
    {                                                                           \
        "max_iter", CX_PARAM_INT, "-1", "[-1, inf)", "most steps; -1: no limit" \
    }

/* ---- attributes: the first of every machine. s support vectors, k rows of coefficients, p
 * decision functions; support_vectors_ is [0, 0] of a precomputed kernel */
#define CX__SVM_ATTRS(iterations)                                                                 \
    "support_: int [s]", "support_vectors_: float [*, *]", "n_support_: int [*]",                 \
        "dual_coef_: float [k, s]", "intercept_: float [p]", "coef_?: float [p, n]",              \
        "fit_status_: int []", "n_iter_: int " iterations, "_gamma: float []", "_kernel: int []", \
        "shape_fit_: int [2]", "_kernel_text?: label [1]"
enum {
    CX__SVM_SUPPORT,
    CX__SVM_VECTORS,
    CX__SVM_COUNTS,
    CX__SVM_DUAL,
    CX__SVM_INTERCEPT,
    CX__SVM_COEF,
    CX__SVM_STATUS,
    CX__SVM_ITER,
    CX__SVM_GAMMA_USED,
    CX__SVM_KERNEL_USED,
    CX__SVM_SHAPE,
    CX__SVM_KERNEL_TEXT, /* of a user's kernel */
    CX__SVM_SLOTS
};

/** In _kernel, beside the values of cx_svm_kernel: a user's. */
enum { CX__SVM_USERS = CX_SVM_GIVEN + 1 };

/** A fit: the rows that weigh more than 0, on the host. */
typedef struct cx__svm_fit {
    cx_estimator *self;
    cx__site site;
    cx__svm_rules rules;
    int64_t n;                /* of these rows */
    int64_t *row;             /* [n], places in x */
    double *weight;           /* [n] */
    bool given;               /* x of fit and of later calls has a column for each training row */
    const cx_array *x, *here; /* all rows on the host, and where they came from */
    int64_t all, d;
} cx__svm_fit;
/** Handles and memory belong to the open scope. */
cx_status cx__svm_begin(cx_estimator *self, const cx_data *data, cx__svm_form form,
                        cx__svm_fit *out);

/** Fill the slots above from a fit's result, all of the host: s support vectors in their order, as
 *  places among the fit's rows; how many of each of `classes` (1: no classes); dual [k, s];
 *  intercept and iterations [p]. */
typedef struct cx__svm_result {
    int64_t s, k, p, classes;
    const int64_t *support, *counts, *iterations;
    const double *dual, *intercept;
    bool stopped;
} cx__svm_result;
cx_status cx__svm_store(const cx__svm_fit *f, const cx__svm_result *r);

/** The values of a user's kernel, if they fit into the cache, become the source: a given kernel of
 *  all rows. Else rows of it are computed when they are asked for. */
cx_status cx__svm_users_begin(cx__svm_fit *f, const char *text);
/** Was the fitted one's kernel a user's? Decision functions [n, p] by it, from coefficients [p, s];
 *  and are the attributes of a loaded one right? */
bool cx__svm_is_users(const cx_estimator *self);
cx_array *cx__svm_users_decisions(const cx_estimator *self, const cx_array *x,
                                  const cx_array *vectors, const cx_array *coef);
bool cx__svm_users_good(const cx_estimator *self);

/** One machine without classes: solved and stored. rho: the decision function's cut. */
cx_status cx__svm_fit_one(const cx__svm_fit *f, const double *y, double *rho);

/* ---- use */
/** Decision functions [n, p], by pairs of classes in their order where there are more than two. */
cx_array *cx__svm_decisions(const cx_estimator *self, const cx_array *x);
/** Do the row kernels below serve for x? They are of the host and of the library's kernels. */
bool cx__svm_by_rows(const cx_estimator *self, const cx_array *x);
/** Plan and row kernel of these p numbers; its state, or what begins with it, is read by both. */
typedef struct cx__svm_plan {
    cx_svm_sums sums;
    const double *intercept;
    const double *offset; /* a caller's */
} cx__svm_plan;
cx_status cx__svm_plan_make(const cx_estimator *self, cx_plan *p);
cx_status cx__svm_decisions_into(const cx_plan *p, const double *x, int64_t rows, double *out);
/** A loaded machine's attributes fit together. */
cx_status cx__svm_check(const cx_estimator *self);
#endif
