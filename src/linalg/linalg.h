/* Shared by the linear algebra files: opening the device's group, working copies in rows or in
 * columns, info. */
#ifndef CX_LINALG_LINALG_H
#define CX_LINALG_LINALG_H
#include "core/device.h"
#include "ops/output.h"
#include <calx/backend_linalg.h>
#include <calx/linalg.h>
#include <calx/linalg_factor.h>

/** One call: names, dtype, device, and the batch that all its arrays have. */
typedef struct cx__lin {
    const char *where;
    const cx_array *a; /* the argument, as given */
    cx_dtype t, real;  /* f32 f64 c64 c128, and its real dtype */
    int64_t m, n;      /* rows and columns of a */
    int ndim;          /* of the batch */
    int64_t shape[CX_MAX_NDIM];
    int64_t batch; /* its size */
    cx__device *dev;
    const cx_lapack_ops *ops;
} cx__lin;

/** Check a (two dimensions or more; square if asked for), choose the dtype, open the group. b, if
 * given, takes part in the dtype. */
cx_status cx__lin_open(cx__lin *c, const char *where, const cx_array *a, const cx_array *b,
                       bool square);

/** Right-hand sides of a call: b [n] (vector), or [..., n, cols] whose batch broadcasts with a's.
 */
typedef struct cx__right {
    cx__lin wide; /* the call with the broadcast batch */
    int64_t cols;
    bool vector;
    int ndim; /* of the result: [batch..., n] for a vector, else [batch..., n, cols] */
    int64_t shape[CX_MAX_NDIM + 2];
} cx__right;
/** Check b against a call with square matrices. SHAPE. */
cx_status cx__lin_right(const cx__lin *c, const cx_array *b, cx__right *r);

/** New array [batch..., extents] in C order; one reference. */
cx_status cx__lin_new(const cx__lin *c, int count, const int64_t *extents, cx_dtype t,
                      cx_array **out);
/** A copy of a in rows (C order) or in columns (a view whose last two dimensions are exchanged), of
 * the call's dtype. */
cx_status cx__lin_rows(const cx__lin *c, const cx_array *a, cx_array **out);
cx_status cx__lin_columns(const cx__lin *c, const cx_array *a, cx_array **out);
/** New [batch..., rows, cols] in columns. */
cx_status cx__lin_columns_new(const cx__lin *c, int64_t rows, int64_t cols, cx_array **out);

/** a [batch..., rows, cols] whose batch lies densely, as a view [batch, rows, cols] for the
 * backend. */
void cx__lin_view(const cx_array *a, int64_t batch, cx_view *out);
/** a [batch..., n] in C order as [batch, n]. */
void cx__lin_vector(const cx_array *a, int64_t batch, cx_view *out);
/** Set all of a view of a's memory, or the diagonal of a matrix view, to a number. */
cx_status cx__lin_fill(const cx__lin *c, const cx_array *a, const cx_view *v, int64_t value);
/** The queue for work on arrays, the n_out that it writes first; ends with cx__queue_done. */
cx_status cx__lin_queue(const cx__lin *c, int n_out, int n, const cx_array *const arrays[],
                        cx_queue **q);
cx_status cx__lin_identity(const cx__lin *c, cx_array *a);

/** The reference *a, made with st, to the open scope; st. */
cx_status cx__lin_hold(const cx__lin *c, cx_status st, cx_array **a);
/** *a, of the open scope, as an array in C order there, of its real part if asked for. */
cx_status cx__lin_settle(bool real, cx_array **a);
/** Has x no NaN and no infinity? Has w no imaginary parts? Reads. */
cx_status cx__lin_finite(const cx_array *x, bool *finite);
cx_status cx__lin_all_real(const cx_array *w, bool *real);
/** ARGUMENT, naming it, where x is not finite: LAPACK's iterations need not end then. */
cx_status cx__lin_need_finite(const char *where, const char *name, const cx_array *x);

/** info of one call; free with cx__free. */
cx_status cx__lin_info_new(const cx__lin *c, int64_t **info);
/** First matrix with an info: st with "matrix (i, j): <text>", text having one %lld for info. CX_OK
 * if there is none. */
cx_status cx__lin_info_check(const cx__lin *c, const int64_t *info, cx_status st, const char *text);

/** How a triangular matrix is meant. */
typedef struct cx__tri {
    bool upper, unit;
    bool transposed, conj; /* a^T, conjugate of a; both: a^H */
} cx__tri;
/** The side of a trans option; ARGUMENT. */
cx_status cx__lin_trans(const char *where, cx_trans trans, cx__tri *how);
/** x, in C order and of the call's dtype, as [batch, n, cols]; cols columns of right-hand sides
 * become the solutions. a [..., n, n] of any layout and dtype, its batch broadcasting to c's.
 * A zero on the diagonal is no error here. */
cx_status cx__lin_trsm(const cx__lin *c, const cx_array *a, cx__tri how, const cx_array *x,
                       int64_t cols);

/** LU of a in columns: *lu [batch..., m, n], *pivots [batch..., k] int32, one reference each; *perm
 * [batch..., m] int64 (NULL: not wanted), such that row i of l u is row perm[i] of a. */
cx_status cx__lin_lu(const cx__lin *c, cx_array **lu, cx_array **pivots, cx_array **perm);
/** Pivots as they are, int32 [batch..., k], as a permutation [batch..., m]. */
cx_status cx__lin_permutation(const cx__lin *c, const cx_array *pivots, int64_t m, cx_array **perm);
/** The end of a scope in which a call's parts were made: one reference to each, or NULL for all on
 * an error in it, or st, which is returned. */
cx_status cx__lin_keep(cx_scope s, cx_status st, int n, cx_array *part[]);

/** a as f64 or c128 on the host, in C order (copies between devices wait). */
cx_status cx__lin_host(const cx__lin *c, const cx_array *a, cx_dtype t, cx_array **out);
#endif
