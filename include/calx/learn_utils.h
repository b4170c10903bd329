/* Helpers of those who write estimators (sklearn.utils): weights of classes, rows drawn again,
 * norms and signs. Draws are those of numpy.random.RandomState for the same seed. */
#ifndef CALX_LEARN_UTILS_H
#define CALX_LEARN_UTILS_H
#include <calx/array.h>
#include <calx/tuple.h>

/** Ways of drawing different numbers. */
typedef enum cx_sample_method {
    CX_SAMPLE_AUTO = 0,  /* by the share that is drawn */
    CX_SAMPLE_TRACKING,  /* drawing again what came before; a reservoir from a fifth on */
    CX_SAMPLE_RESERVOIR, /* the first n, replaced at random by later ones */
    CX_SAMPLE_POOL       /* from a list that becomes shorter */
} cx_sample_method;
typedef struct cx_resample_opts {
    size_t struct_size;
    cx_maybe_i64 random_state;     /* CX_SEED(0): reproducible; not set: the system's entropy */
    int64_t n_samples;             /* how many rows; 0: as many as there are */
    bool no_replace;               /* each row at most once */
    const cx_array *stratify;      /* [n] labels, whose shares are kept; or NULL */
    const cx_array *sample_weight; /* [n] not negative: drawn in proportion; or NULL */
} cx_resample_opts;
typedef struct cx_row_norms_opts {
    size_t struct_size;
    bool squared;
} cx_row_norms_opts;
typedef struct cx_svd_flip_opts {
    size_t struct_size;
    bool by_v; /* rows of v decide, not columns of u (u_based_decision=False) */
} cx_svd_flip_opts;
typedef struct cx_flipped {
    cx_array *u, *v;
} cx_flipped;

CX_BEGIN
/** sklearn.utils.compute_class_weight: a weight for each of classes.
 *
 *  @param class_weight   "balanced": n / (classes * rows of the class); a dict in the notation of
 *                        specs, "{0: 1.0, 1: 2.5}", where what it does not name weighs 1; NULL or
 *                        "None": 1.
 *  @param classes        [c] labels, each once, in any order.
 *  @param y              [n] labels.
 *  @param sample_weight  [n] float or NULL; counts for "balanced".
 *  @return     New float64 [c] where y is; nil on error.
 *  Errors      ARGUMENT a label of y is not among the classes, a class is not in y ("balanced"), a
 *              dict of other labels; PARSE; SHAPE; DEVICE.   Syncs: reads counts. */
CX_API cx_array *cx_compute_class_weight(const char *class_weight, const cx_array *classes,
                                         const cx_array *y, const cx_array *sample_weight);
/** sklearn.utils.compute_sample_weight: the weight of every row's class, multiplied over outputs.
 *
 *  @param class_weight   as above; for several outputs "balanced", or a list with one of the above
 *                        for each output, "[{0: 1, 1: 2}, None]".
 *  @param y              [n] or [n, outputs] labels.
 *  @param indices        int64 rows whose counts balance, or NULL: all. Classes that are not among
 *                        them weigh 0.
 *  @return     New float64 [n] where y is; nil on error.
 *  Errors      as above; ARGUMENT indices without "balanced", a list of another length; INDEX. */
CX_API cx_array *cx_compute_sample_weight(const char *class_weight, const cx_array *y,
                                          const cx_array *indices);
/** sklearn.utils.resample: the same randomly drawn rows of each array.
 *
 *  @param arrays  [n, ...] each, of any dtype and device.
 *  @return     New arrays [n_samples, ...]; count 0 on error.
 *  Errors      SHAPE first sizes differ; ARGUMENT more rows than there are with .no_replace;
 *              UNSUPPORTED .sample_weight with .no_replace or .stratify.
 *  Device      The draw is the host's; row numbers go to the arrays.   Syncs. */
CX_API cx_tuple cx_resample(cx_arrays arrays, const cx_resample_opts *o);
/** sklearn.utils.shuffle: cx_resample with .no_replace. */
CX_API cx_tuple cx_shuffle(cx_arrays arrays, const cx_resample_opts *o);
/** sklearn.utils.random.sample_without_replacement: n_samples different integers of 0 to
 *  n_population - 1.
 *  @return     New int64 [n_samples] on the CPU, in no particular order; nil on error.
 *  Errors      ARGUMENT negative, or more samples than there are. */
CX_API cx_array *cx_sample_without_replacement(int64_t n_population, int64_t n_samples,
                                               cx_sample_method method, cx_maybe_i64 random_state);
/** sklearn.utils.extmath.row_norms: the Euclidean length of each row of x [n, d], or its square.
 *  @return     New [n] of x's dtype (integers: float64 lengths); nil on error.
 *  Errors      SHAPE; DTYPE bool or complex. */
CX_API cx_array *cx_row_norms(const cx_array *x, const cx_row_norms_opts *o);
/** sklearn.utils.extmath.svd_flip: the signs of a decomposition made definite: the entry of
 *  largest size in each column of u [m, k] (row of v [k, n] with .by_v) becomes positive. The one
 *  that does not decide may be NULL.
 *  @return     New u and v (nil for NULL); both nil on error.
 *  Errors      SHAPE; NULL what decides. */
CX_API cx_flipped cx_svd_flip(const cx_array *u, const cx_array *v, const cx_svd_flip_opts *o);
CX_END_DECLS
#endif
