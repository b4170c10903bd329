/* Mixtures of normal distributions: what GaussianMixture and BayesianGaussianMixture share.
 *
 * The rows stay where they are and are read in passes; the model, which is small, is plain memory
 * of the host, also on a device. */
#ifndef CX_LEARN_MIXTURE_H
#define CX_LEARN_MIXTURE_H
#include "learn/numeric/site.h"
#include <calx/backend_mixture.h>
#include <calx/estimator_class.h>
#include <calx/random.h>

typedef enum cx__covariance { CX__FULL, CX__TIED, CX__DIAG, CX__SPHERICAL } cx__covariance;

/** First slots of both classes. */
enum {
    CX__MIXTURE_WEIGHTS,
    CX__MIXTURE_MEANS,
    CX__MIXTURE_COVARIANCES,
    CX__MIXTURE_PRECISIONS,
    CX__MIXTURE_CHOLESKY,
    CX__MIXTURE_CONVERGED,
    CX__MIXTURE_N_ITER,
    CX__MIXTURE_BOUND,
    CX__MIXTURE_BOUNDS,
    CX__MIXTURE_SLOTS
};
#define CX__MIXTURE_ATTRS                                                                       \
    "weights_: float [k]", "means_: float [k, n]", "covariances_: float", "precisions_: float", \
        "precisions_cholesky_: float", "converged_: bool []", "n_iter_: int []",                \
        "lower_bound_: float []", "lower_bounds_: float [b]"

/** Parameters of both, in scikit-learn's order. */
#define CX__MIXTURE_FIRST                                                                     \
    {"n_components", CX_PARAM_INT, "1", "[1, inf)", "components"},                            \
        {"covariance_type", CX_PARAM_STR, "'full'", "{'full', 'tied', 'diag', 'spherical'}",  \
         "a matrix for each component, one for all, variances of columns, or one number"},    \
        {"tol", CX_PARAM_FLOAT, "0.001", "[0, inf)", "stop when the lower bound gains less"}, \
        {"reg_covar", CX_PARAM_FLOAT, "1e-06", "[0, inf)", "added to all variances"},         \
        {"max_iter", CX_PARAM_INT, "100", "[0, inf)", "most iterations"},                     \
        {"n_init", CX_PARAM_INT, "1", "[1, inf)", "starts, of which the best is kept"},       \
    {                                                                                         \
        "init_params", CX_PARAM_STR, "'kmeans'",                                              \
            "{'kmeans', 'k-means++', 'random', 'random_from_data'}",                          \
            "where the first shares come from"                                                \
    }
#define CX__MIXTURE_LAST                                                                           \
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, inf)", "seed; None: entropy"},     \
        {"warm_start", CX_PARAM_BOOL, "False", NULL, "begin where the last fit ended"},            \
        {"verbose", CX_PARAM_INT, "0", "[0, inf)", "not used: see the scope's progress callback"}, \
    {                                                                                              \
        "verbose_interval", CX_PARAM_INT, "10", "[1, inf)", "not used"                             \
    }

typedef struct cx__mixture_model cx__mixture_model;
typedef struct cx__mixture {
    const cx_estimator *self;
    const cx__mixture_model *kind;
    cx__site site;
    const cx_array *x; /* [n, d] float64 at the site */
    int64_t n, d, k;
    cx__covariance type;
    double reg;
    double *shift, *gram; /* [d] means of the columns; [d, d] products of x - shift: TIED only */
    /* what a pass found: masses, means and covariances of the components, and the two last totals
     */
    double *nk, *xk, *sk, record[2];
    /* the model, `count` numbers in one block: */
    double *model;
    int64_t count;
    double *means, *cov, *factor, *own; /* factor: precisions_cholesky_ transposed */
    double *log_det, *start;            /* [k], what follows from it */
    void *prior;                        /* the class's own, of the fit */
} cx__mixture;

/** What a class adds. */
struct cx__mixture_model {
    int64_t (*own)(const cx__mixture *m); /* numbers of m->own */
    /** Check parameters, make m->prior. */
    cx_status (*prepare)(cx__mixture *m);
    /** Need the rows be looked at for a start? */
    bool (*open)(const cx__mixture *m);
    /** Model from nk, xk and sk; first: of a start. */
    cx_status (*estimate)(cx__mixture *m, bool first);
    /** m->start: logarithms of the weights with what else is constant. */
    void (*starts)(cx__mixture *m);
    double (*bound)(const cx__mixture *m);
    /** Attributes beyond the shared ones, and weights [k]. */
    cx_status (*store)(cx_estimator *self, const cx__mixture *m, cx_dtype t, double *weights);
    /** m->own from attributes that get() gives. */
    cx_status (*recall)(cx__mixture *m, const cx_array *(*get)(const cx_estimator *, int));
};

/** Numbers of covariances. */
int64_t cx__mixture_size(cx__covariance type, int64_t d, int64_t k);
cx__covariance cx__mixture_type(const cx_estimator *self);

/* ---- gaussians.c */
/** m->factor and m->log_det from m->cov; ARGUMENT if one is not positive. */
cx_status cx__mixture_factors(cx__mixture *m);
/** m->factor and m->cov from precisions of the type's shape. */
cx_status cx__mixture_from_precisions(cx__mixture *m, const double *precisions);
/** precisions_ of m->factor. */
void cx__mixture_precisions(const cx__mixture *m, double *out);
/** precisions_cholesky_ of it, or it of them: triangles are transposed. */
void cx__mixture_turned(const cx__mixture *m, const double *from, double *to);
void cx__mixture_log_det(cx__mixture *m);
/** Has a [d, d] a Cholesky factor? */
bool cx__mixture_positive(const double *a, int64_t d);

/* ---- pass.c */
/** One pass over x: out, unless NULL, is told by end; if totals, nk, xk, sk and record become what
 *  the model says of x. */
cx_status cx__mixture_pass(cx__mixture *m, bool totals, cx_learn_mixture_end end, cx_array *out);
/** nk, xk and sk of given shares [n, k]. */
cx_status cx__mixture_of_shares(cx__mixture *m, const cx_array *shares);
/** Of one row alone for each component: rows [k, d] of the host. */
cx_status cx__mixture_of_rows(cx__mixture *m, const double *rows);

/** A call of the slot for a session: its operands become the plan's, its room too. */
cx_status cx__mixture_call(const cx__mixture *m, cx_plan *p, cx_learn_mixture_end end,
                           cx_learn_mixture *call);

/* ---- start.c */
/** nk, xk and sk by init_params. */
cx_status cx__mixture_begin(cx__mixture *m, cx_generator *g);

/* ---- em.c */
cx_status cx__mixture_fit(cx_estimator *self, const cx_data *data, const cx__mixture_model *kind);
/** A model's memory, of the open scope. */
cx_status cx__mixture_make(cx__mixture *m);
/** The fitted model, or the one before the fit that runs. */
cx_status cx__mixture_recall(const cx_estimator *self, const cx__mixture_model *kind,
                             const cx__site *s, bool before, cx__mixture *out);
/** Numbers of a parameter that is a list of lists, of the given shape (-1 ends it). */
cx_status cx__mixture_list(const cx_estimator *self, const char *name, const int64_t *shape,
                           double *out);

/* ---- mixture_use.c */
const cx__mixture_model *cx__mixture_model_of(const cx_estimator *self);
extern const cx__mixture_model cx__gaussian_model, cx__bayesian_model;
cx_status cx__mixture_plan(const cx_estimator *self, cx_plan *p);
cx_status cx__mixture_check(const cx_estimator *self);
cx_row_kernel cx__mixture_into;
cx_array *cx__mixture_predict(const cx_estimator *self, const cx_array *x);
cx_array *cx__mixture_proba(const cx_estimator *self, const cx_array *x);
cx_array *cx__mixture_log_proba(const cx_estimator *self, const cx_array *x);
cx_array *cx__mixture_samples(const cx_estimator *self, const cx_array *x);
double cx__mixture_score(const cx_estimator *self, const cx_data *data);
#endif
