/* Data sets. Drawn at random (sklearn.datasets.make_*): with an integer seed the same rows as
 * scikit-learn's, bit for bit in what is drawn, to the last digits in what is computed of it. Drawn
 * on the host: results are on the CPU, handles of the open scope, nil on failure. Options that are
 * 0 or not set are scikit-learn's defaults. In the library (sklearn.datasets.load_*): five small
 * well-known sets. In files: the svmlight format.
 *
 * Errors      of cx_make_*: ARGUMENT sizes or shares that cannot be; SHAPE of an array among the
 * options. */
#ifndef CALX_DATASETS_H
#define CALX_DATASETS_H
#include <calx/array.h>
#include <calx/table.h>

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

/** A set that comes with the library. Names and text live as long as the process. */
typedef struct cx_bunch {
    cx_array *x, *y;         /* [n, d] float64; [n] classes int64, or numbers float64 */
    cx_table *frame;         /* as_frame: features and "target" as columns, on the CPU; else nil */
    cx_names feature_names;  /* d */
    cx_names target_names;   /* of the classes; none where y is a number */
    const char *description; /* what it holds, where it comes from, its licence */
} cx_bunch;

typedef struct cx_load_opts {
    size_t struct_size;
    cx_device device; /* of x and y: the CPU */
    bool as_frame;
    bool unscaled;   /* diabetes: the values as they were measured (scaled=False) */
    int64_t n_class; /* digits: 0 to n_class - 1 only, 1 to 10 */
} cx_load_opts;

/** Do the indices of a file count from 0 or from 1? AUTO: from 1 if every file names one and none
 *  is 0; from 0 in a part of a file. */
typedef enum cx_svmlight_base {
    CX_SVMLIGHT_AUTO,
    CX_SVMLIGHT_ZERO_BASED,
    CX_SVMLIGHT_ONE_BASED
} cx_svmlight_base;

typedef struct cx_load_svmlight_opts {
    size_t struct_size;
    int64_t n_features; /* 0: as many as the largest index of all files asks for */
    cx_dtype dtype;     /* of x: float64 */
    bool multilabel;    /* "1,3 0:2.5": several labels a row, or none */
    cx_svmlight_base zero_based;
    bool query_id;  /* .query_id too */
    int64_t offset; /* leave out so many bytes, and the rest of the line there */
    int64_t length; /* > 0: stop after the row that ends behind offset + length */
} cx_load_svmlight_opts;

/** What a file holds. x [n, d]; y float64 [n], or with multilabel int64 [n, k]: 1 where the row has
 *  the label labels[j] (float64 [k], ascending, else nil). query_id int64 [n] where it is asked for
 *  ([0] if no row has one), else nil. */
typedef struct cx_svmlight {
    cx_array *x, *y, *query_id, *labels;
} cx_svmlight;

typedef struct cx_dump_svmlight_opts {
    size_t struct_size;
    bool one_based;           /* indices count from 1 (zero_based=False) */
    const char *comment;      /* written at the top; NULL or "": none */
    const cx_array *query_id; /* [n] integers; NULL: none */
    bool multilabel;          /* y [n, k]: a row's labels are the columns that are not 0 */
} cx_dump_svmlight_opts;

CX_BEGIN
/** scikit-learn's copies, value for value: iris [150, 4], 3 classes; wine [178, 13], 3; breast
 *  cancer [569, 30], 2; digits [1797, 64], 10: images of 8 x 8 (cx_reshape to [n, 8, 8]); diabetes
 *  [442, 10], y a number, each feature with mean 0 and sum of squares 1.
 *
 *  @param o    options or NULL.
 *  @return     x, y and (as_frame) frame belong to the open scope; nil on error.
 *  Errors      ARGUMENT an option that the set does not have, n_class out of range; UNAVAILABLE
 *              the device; NOMEM.
 *  Device      Read and scaled on the CPU, then copied.
 */
CX_API cx_bunch cx_load_iris(const cx_load_opts *o);
CX_API cx_bunch cx_load_wine(const cx_load_opts *o);
CX_API cx_bunch cx_load_breast_cancer(const cx_load_opts *o);
CX_API cx_bunch cx_load_digits(const cx_load_opts *o);
CX_API cx_bunch cx_load_diabetes(const cx_load_opts *o);

/** Read a file in the svmlight or libsvm format into a dense matrix: lines of "label qid:1 0:2.5
 *  7:-1 # comment", indices ascending, what is not named 0. Numbers never follow the locale. A file
 *  that begins as gzip does is expanded. Reading is threaded; results do not depend on it.
 *
 *  @param o    options or NULL.
 *  @return     CPU arrays of the open scope; nil on error. An empty file gives x [0, 1].
 *  Errors      IO; PARSE with line and column; ARGUMENT an option, or n_features below what the
 *              file names; DTYPE; NOMEM the matrix is larger than the machine's memory (or
 *              cx_memory_limit), which is known before it is made.
 */
CX_API cx_svmlight cx_load_svmlight_file(const char *path, const cx_load_svmlight_opts *o);
/** The same for several files that share their features: training and test rows.
 *
 *  @param out  [paths.count]; its arrays belong to the open scope, nil on error.
 *  Errors      as cx_load_svmlight_file.
 */
CX_API CX_MUST cx_status cx_load_svmlight_files(cx_names paths, const cx_load_svmlight_opts *o,
                                                cx_svmlight out[]);
/** Write rows in that format, zeros left out; other numbers in the fewest digits that read back as
 *  the same double. A row of nothing but zeros and no label has its first feature written, so that
 *  it stays a row. A path that ends with ".gz" is compressed. The file appears whole or not at all.
 *
 *  @param x    [n, d] real, on the CPU.
 *  @param y    [n] real, on the CPU; [n, k] with multilabel.
 *  @param o    options or NULL.
 *  Errors      IO; SHAPE; DTYPE complex, CX_CAT, a query_id that is no integer; DEVICE; ARGUMENT.
 */
CX_API CX_MUST cx_status cx_dump_svmlight_file(const char *path, const cx_array *x,
                                               const cx_array *y, const cx_dump_svmlight_opts *o);

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
