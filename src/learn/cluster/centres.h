/* What models that are cluster centres share: the first centres of a fit, and every method of a
 * fitted one. */
#ifndef CX_LEARN_CENTRES_H
#define CX_LEARN_CENTRES_H
#include "learn/cluster/lloyd.h"
#include <calx/estimator_class.h>

/** The slot of cluster_centers_ [k, n] in each of them. */
enum { CX__CENTRES };

/** How a parameter init begins. */
typedef struct cx__start {
    bool plus_plus;
    cx_array *given; /* [k, d] at the site, or NULL: drawn */
} cx__start;
/** A parameter that lists rows of d numbers, [rows, d] at the site. ARGUMENT where it does not. */
cx_status cx__given_rows(const cx_estimator *self, const cx__site *s, const char *name, int64_t d,
                         cx_array **out);
/** ARGUMENT where an array of another shape is given. */
cx_status cx__start_read(const cx_estimator *self, const cx__site *s, int64_t d, cx__start *out);
/** k first centres [k, d] of their own memory, as scikit-learn draws them. */
cx_status cx__start_centres(const cx__start *start, const cx__points *p, int64_t k, cx_generator *g,
                            cx_array **centres);
/** Runs that n_init and init ask for; those that 'auto' means where rows are drawn at random. */
int64_t cx__start_runs(const cx_estimator *self, const cx__start *start, int64_t random_runs);
/** ARGUMENT unless there are as many rows as clusters. */
cx_status cx__enough_rows(const cx_estimator *self, int64_t n);
/** Mean variance of the columns times the parameter tol; 0 for tol=0. */
cx_status cx__start_tolerance(const cx_estimator *self, const cx__site *s, const cx_array *x,
                              double *out);

/* ---- methods of the fitted model */
cx_array *cx__centres_predict(const cx_estimator *self, const cx_array *x);
cx_array *cx__centres_transform(const cx_estimator *self, const cx_array *x);
double cx__centres_score(const cx_estimator *self, const cx_data *data);
cx_array *cx__centres_names(const cx_estimator *self, const cx_array *names);
cx_status cx__centres_check(const cx_estimator *self);
/** Distances to the centres: their roots, or the first smallest. */
cx_status cx__centres_plan(const cx_estimator *self, cx_plan *p);

/** Parameters, in scikit-learn's order and words that all of them share. */
#define CX__PARAM_CLUSTERS                                                \
    {                                                                     \
        "n_clusters", CX_PARAM_INT, "8", "[1, inf)", "number of clusters" \
    }
#define CX__PARAM_VERBOSE                                                                 \
    {                                                                                     \
        "verbose", CX_PARAM_INT, "0", "[0, inf)", "not used: see the scope's on_progress" \
    }
#define CX__PARAM_SEED                                                           \
    {                                                                            \
        "random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]", \
            "seed of numpy.random.RandomState"                                   \
    }
#define CX__PARAM_COPY                                                              \
    {                                                                               \
        "copy_x", CX_PARAM_BOOL, "True", NULL, "not used: inputs are never changed" \
    }
#define CX__PARAM_ALGORITHM                                         \
    {                                                               \
        "algorithm", CX_PARAM_STR, "'lloyd'", "{'lloyd', 'elkan'}", \
            "both run Lloyd's iteration, whose results they share"  \
    }
#endif
