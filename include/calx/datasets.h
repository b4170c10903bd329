/* Data sets drawn at random (sklearn.datasets.make_*): with an integer seed the same rows as
 * scikit-learn's, bit for bit in what is drawn, to the last digits in what is computed of it. Drawn
 * on the host: results are on the CPU, handles of the open scope, nil on failure. Options that are
 * 0 or not set are scikit-learn's defaults.
 *
 * Errors      ARGUMENT sizes or shares that cannot be; SHAPE of an array among the options. */
#ifndef CALX_DATASETS_H
#define CALX_DATASETS_H
#include <calx/array.h>

/** x [n, d] float64; y: classes int64 [n], or numbers float64. The third where a function says so,
 *  else nil without a mark. */
typedef struct cx_dataset {
    cx_array *x, *y, *more;
} cx_dataset;

typedef struct cx_make_classification_opts {
    size_t struct_size;
    int64_t n_samples, n_features;                       /* 100, 20 */
    cx_maybe_i64 n_informative, n_redundant;             /* 2, 2 */
    int64_t n_repeated, n_classes, n_clusters_per_class; /* 0, 2, 2 */
    const cx_array *weights;                             /* [n_classes], or without the last */
    cx_maybe_f64 flip_y, class_sep;                      /* .01, 1 */
    bool no_hypercube;
    cx_maybe_f64 shift, scale;       /* 0, 1 */
    bool random_shift, random_scale; /* drawn for each feature (None) */
    bool no_shuffle;
    cx_maybe_i64 random_state;
} cx_make_classification_opts;

typedef struct cx_make_regression_opts {
    size_t struct_size;
    int64_t n_samples, n_features; /* 100, 100 */
    cx_maybe_i64 n_informative;    /* 10 */
    int64_t n_targets;             /* 1 */
    double bias;
    cx_maybe_i64 effective_rank; /* not set: independent columns */
    cx_maybe_f64 tail_strength;  /* .5 */
    double noise;
    bool no_shuffle;
    cx_maybe_i64 random_state;
} cx_make_regression_opts;

typedef struct cx_make_blobs_opts {
    size_t struct_size;
    int64_t n_samples, n_features; /* 100, 2 */
    const cx_array *samples;       /* [k] rows of each centre, instead of n_samples */
    int64_t n_centers;             /* 3 */
    const cx_array *centers;       /* [k, d], instead of drawn ones */
    cx_maybe_f64 cluster_std;      /* 1 */
    const cx_array *cluster_stds;  /* [k], instead of one */
    cx_maybe_f64 low, high;        /* of centres: -10, 10 */
    bool no_shuffle;
    cx_maybe_i64 random_state;
} cx_make_blobs_opts;

/** Two curves in the plane. */
typedef struct cx_make_curves_opts {
    size_t struct_size;
    int64_t n_samples;             /* 100, half on each */
    cx_maybe_i64 n_outer, n_inner; /* instead, both */
    cx_maybe_f64 noise;            /* not set: none is drawn */
    cx_maybe_f64 factor;           /* circles: of the inner one, .8 */
    bool no_shuffle;
    cx_maybe_i64 random_state;
} cx_make_curves_opts;

/** Functions of uniform numbers, and surfaces. */
typedef struct cx_make_function_opts {
    size_t struct_size;
    int64_t n_samples, n_features; /* 100; friedman1: 10, hastie always 10, sparse: 10 */
    double noise;
    bool hole; /* swiss roll */
    cx_maybe_i64 random_state;
} cx_make_function_opts;

typedef struct cx_make_low_rank_opts {
    size_t struct_size;
    int64_t n_samples, n_features; /* 100, 100 */
    cx_maybe_i64 effective_rank;   /* 10 */
    cx_maybe_f64 tail_strength;    /* .5 */
    cx_maybe_i64 random_state;
} cx_make_low_rank_opts;

typedef struct cx_make_multilabel_opts {
    size_t struct_size;
    int64_t n_samples, n_features, n_classes; /* 100, 20, 5 */
    cx_maybe_i64 n_labels;                    /* mean number of labels: 2 */
    int64_t length;                           /* mean sum of a row: 50 */
    bool no_unlabeled;                        /* every row has a label (allow_unlabeled=False) */
    cx_maybe_i64 random_state;
} cx_make_multilabel_opts;

typedef struct cx_make_quantiles_opts {
    size_t struct_size;
    int64_t n_samples, n_features, n_classes; /* 100, 2, 3 */
    const cx_array *mean;                     /* [d]; NULL: 0 */
    cx_maybe_f64 cov;                         /* 1 */
    bool no_shuffle;
    cx_maybe_i64 random_state;
} cx_make_quantiles_opts;

CX_BEGIN
/** Normal clusters round corners of a cube, with redundant, repeated and useless features.
 *  Errors      ARGUMENT more corners than 2^n_informative; features that do not fit. */
CX_API cx_dataset cx_make_classification(const cx_make_classification_opts *o);
/** A linear function of some features; y [n] or [n, n_targets], .more its coefficients. */
CX_API cx_dataset cx_make_regression(const cx_make_regression_opts *o);
/** Normal clusters; .more the centres. */
CX_API cx_dataset cx_make_blobs(const cx_make_blobs_opts *o);
/** A circle in a circle; two half circles that hold each other. */
CX_API cx_dataset cx_make_circles(const cx_make_curves_opts *o);
CX_API cx_dataset cx_make_moons(const cx_make_curves_opts *o);
/** Friedman's three functions; squares of ten normal numbers above their median or not (y is -1, 1
 *  as float64; n_samples 12000); four normal numbers of which y is a noisy sum. */
CX_API cx_dataset cx_make_friedman1(const cx_make_function_opts *o);
CX_API cx_dataset cx_make_friedman2(const cx_make_function_opts *o);
CX_API cx_dataset cx_make_friedman3(const cx_make_function_opts *o);
CX_API cx_dataset cx_make_hastie_10_2(const cx_make_function_opts *o);
CX_API cx_dataset cx_make_sparse_uncorrelated(const cx_make_function_opts *o);
/** Surfaces rolled up in space, [n, 3]; y is where along the roll. */
CX_API cx_dataset cx_make_s_curve(const cx_make_function_opts *o);
CX_API cx_dataset cx_make_swiss_roll(const cx_make_function_opts *o);
/** A matrix [n_samples, n_features] with bell-shaped singular values. */
CX_API cx_array *cx_make_low_rank_matrix(const cx_make_low_rank_opts *o);
/** One normal cluster, cut into classes of equal size by the distance from its middle. */
CX_API cx_dataset cx_make_gaussian_quantiles(const cx_make_quantiles_opts *o);
/** A symmetric positive definite matrix [n, n]. */
CX_API cx_array *cx_make_spd_matrix(int64_t n, cx_maybe_i64 random_state);
/** Counts of words x (float64) and labels y, int64 0/1 [n, n_classes]. */
CX_API cx_dataset cx_make_multilabel_classification(const cx_make_multilabel_opts *o);
CX_END_DECLS
#endif
