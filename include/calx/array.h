/* Arrays: handles, creation, host memory, transfer, numbers out.
 *
 * A handle is shared by reference count; views share a buffer. const means that any number of
 * threads may do this at once on the same array. A function that makes a view of a const array
 * returns a writable alias of it, as strchr does. */
#ifndef CALX_ARRAY_H
#define CALX_ARRAY_H
#include <calx/dtype.h>
#include <calx/scope.h>

enum { CX_MAX_NDIM = 32 };

/** A number in the caller's block: no allocation, no scope, no device, cannot fail. Weak in
 * promotion, as a Python number is. */
typedef struct cx_scalar {
    cx_head head;
    union {
        double f64;
        int64_t i64;
    } v;
    double im;
} cx_scalar;
#define CX__SCALAR_TAG 0x43585301u
#ifndef __cplusplus
#define CX__SCALAR(k, ...) \
    ((const cx_array *)(const void *)&(const cx_scalar){.head = {CX__SCALAR_TAG, (k)}, __VA_ARGS__})
#define cx_float(x) CX__SCALAR(CX_F64, .v.f64 = (x))
#define cx_int(x) CX__SCALAR(CX_I64, .v.i64 = (x))
#define cx_complex(re_, im_) CX__SCALAR(CX_C128, .v.f64 = (re_), .im = (im_))
#define cx_bool(x) CX__SCALAR(CX_BOOL, .v.i64 = (x) ? 1 : 0)
#endif

CX_BEGIN
/* ---- references */
/** One more reference, yours to release. A stack scalar is copied to the heap (strong from then
 * on). nil comes back as it is. */
CX_API cx_array *cx_retain(const cx_array *a);
/** Give back a reference of yours, from any thread. NULL and nil are allowed. */
CX_API void cx_release(cx_array *a);
/** *slot owns one reference (or is NULL): retain value, release what was there. The loop variable
 * that neither leaks nor grows. */
CX_API void cx_assign(cx_array **slot, const cx_array *value);
/** CX_OK for a live array or a scalar; the status that a nil carries; CX_E_NULL. A query: never
 * marks. */
CX_API cx_status cx_status_of(const cx_array *a);

/* ---- creation. NumPy's order (shape, dtype), then the device, always said. */
/** The one constructor that needs no scope: *out is yours (release it). Contents undefined.
 *  Errors      SHAPE negative or too large; DTYPE; UNAVAILABLE; NOMEM. */
CX_API CX_MUST cx_status cx_new(cx_shape shape, cx_dtype t, cx_device d, cx_array **out);
/** Uninitialised (numpy.empty), zeros, ones, every element value (numpy.full; value is broadcast,
 * cast as by astype). */
CX_API cx_array *cx_empty(cx_shape shape, cx_dtype t, cx_device d);
CX_API cx_array *cx_zeros(cx_shape shape, cx_dtype t, cx_device d);
CX_API cx_array *cx_ones(cx_shape shape, cx_dtype t, cx_device d);
CX_API cx_array *cx_full(cx_shape shape, const cx_array *value, cx_dtype t, cx_device d);
/** As a in shape, dtype (CX_DTYPE_NONE: a's) and device, in K order: numpy.empty_like and its kin.
 */
CX_API cx_array *cx_empty_like(const cx_array *a, cx_dtype t);
CX_API cx_array *cx_zeros_like(const cx_array *a, cx_dtype t);
CX_API cx_array *cx_ones_like(const cx_array *a, cx_dtype t);
CX_API cx_array *cx_full_like(const cx_array *a, const cx_array *value, cx_dtype t);
/** numpy.arange: start + i * step for i < ceil((stop - start) / step). t CX_DTYPE_NONE: float64.
 * Not for bool, CX_CAT. Errors      ARGUMENT step is 0 or NaN, or too many elements. */
CX_API cx_array *cx_arange(double start, double stop, double step, cx_dtype t, cx_device d);
/** numpy.arange for integers, exact over all of int64 (t CX_DTYPE_NONE: int64). */
CX_API cx_array *cx_arange_i64(int64_t start, int64_t stop, int64_t step, cx_dtype t, cx_device d);
/** numpy.linspace: num samples from start to stop; the last is stop exactly unless endpoint is left
 * out by num + 1 steps. */
typedef struct cx_linspace_opts {
    size_t struct_size;
    bool no_endpoint;
} cx_linspace_opts;
CX_API cx_array *cx_linspace(double start, double stop, int64_t num, cx_dtype t, cx_device d,
                             const cx_linspace_opts *o);
/** numpy.logspace (base ** linspace, NaN or 0 for base: 10) and numpy.geomspace for real endpoints
 * of one sign. */
CX_API cx_array *cx_logspace(double start, double stop, int64_t num, double base, cx_dtype t,
                             cx_device d);
CX_API cx_array *cx_geomspace(double start, double stop, int64_t num, cx_dtype t, cx_device d);
/** numpy.eye: n rows, m columns (m < 0: n), ones on the k-th diagonal. */
CX_API cx_array *cx_eye(int64_t n, int64_t m, int64_t k, cx_dtype t, cx_device d);
/** Strong scalars: ordinary 0-d arrays on the CPU. */
CX_API cx_array *cx_f64(double v);
CX_API cx_array *cx_f32(float v);
CX_API cx_array *cx_i64(int64_t v);

/* ---- host memory */
/** Copy n elements from p (C order) into a new CPU array. */
CX_API cx_array *cx_copy_host(const void *p, cx_shape shape, cx_dtype t);
/** Wrap memory of the caller's, which must outlive every view. byte_strides NULL: C order; else one
 * per dimension, of any sign. Errors      ARGUMENT p or a stride is not aligned for t. */
CX_API cx_array *cx_borrow_host(void *p, cx_shape shape, cx_dtype t, const int64_t *byte_strides);
/** The same, read-only: writing into it is CX_E_READONLY. */
CX_API cx_array *cx_borrow_host_const(const void *p, cx_shape shape, cx_dtype t,
                                      const int64_t *byte_strides);
/** Take over memory of the caller's: free_fn(p, ctx) runs once, after the last use, on failure too,
 * on any thread. */
CX_API cx_array *cx_adopt_host(void *p, cx_shape shape, cx_dtype t,
                               void (*free_fn)(void *p, void *ctx), void *ctx);
/** Host memory pinned for transfers with peer; plain memory if peer is the CPU. */
CX_API cx_array *cx_empty_pinned(cx_shape shape, cx_dtype t, cx_device peer);

/* ---- facts */
/** Dimensions, extents, elements, bytes, strides, dtype, device, layout. Queries: never mark; nil
 * and NULL answer 0. */
CX_API int cx_ndim(const cx_array *a);
CX_API int64_t cx_dim(const cx_array *a,
                      int axis); /* negative axes count from the end; out of range: 0 */
CX_API int64_t cx_size(const cx_array *a);
CX_API size_t cx_nbytes(const cx_array *a);
CX_API int64_t cx_stride(const cx_array *a, int axis); /* in bytes */
CX_API cx_dtype cx_dtype_of(const cx_array *a);
CX_API cx_device cx_device_of(const cx_array *a);
CX_API bool cx_is_contiguous(const cx_array *a); /* C order */
CX_API bool cx_is_writeable(const cx_array *a);
/** Shape by value, valid as long as a is. */
CX_API cx_shape cx_shape_of(const cx_array *a);
/** Do a and b share memory (numpy.shares_memory decided by bounds: may say true for interleaved
 * views)? */
CX_API bool cx_may_share_memory(const cx_array *a, const cx_array *b);
/** Forbid writing through this handle and through views made of it later. */
CX_API CX_MUST cx_status cx_set_readonly(cx_array *a);

/* ---- transfer and copy */
/** a on device d: a copy, or a new handle on the same memory if it is there already. */
CX_API cx_array *cx_to(const cx_array *a, cx_device d);
/** Copy a into out (broadcast to its shape, cast same_kind; between devices too). Blocks the host
 * if either is host memory. Errors      SHAPE; DTYPE; READONLY. Overlap is handled as if a were
 * copied first. */
CX_API CX_MUST cx_status cx_copy_into(const cx_array *a, cx_array *out);
/** The same without blocking: the host side must be pinned (cx_empty_pinned) or both on one device.
 *  Errors      ARGUMENT host memory is not pinned. */
CX_API CX_MUST cx_status cx_copy_async(const cx_array *a, cx_array *out);
/** A new array in C order with a's contents. */
CX_API cx_array *cx_copy(const cx_array *a);
/** a itself as a new handle if it is in C order, else a copy (numpy.ascontiguousarray, but 0-d
 * stays 0-d). */
CX_API cx_array *cx_ascontiguous(const cx_array *a);
/** numpy.astype(casting='unsafe'): always a copy. Floats to integers truncate, saturate, NaN gives
 * 0, on every device. */
CX_API cx_array *cx_astype(const cx_array *a, cx_dtype t);

/* ---- numbers out */
/** Pointers into a C-contiguous CPU array of exactly that dtype, else NULL and a mark. They wait
 * for device work that still writes (mut: or reads) the buffer. mut: READONLY arrays are refused.
 */
#define CX_DTYPE(NAME, value, ctype, sfx, text, bytes, kind, descr) \
    CX_API const ctype *cx_data_##sfx(const cx_array *a);           \
    CX_API ctype *cx_data_##sfx##_mut(cx_array *a);
#include <calx/dtypes.def>
#undef CX_DTYPE
/** The only element of a size-1 array of any real dtype on any device (copies, synchronises). NaN,
 * 0, false and a mark on failure. */
CX_API double cx_item_f64(const cx_array *a);
CX_API int64_t cx_item_i64(const cx_array *a);
CX_API bool cx_item_bool(const cx_array *a); /* never the only exit of a loop: an error is false */
CX_API CX_MUST cx_status cx_item_f64_into(const cx_array *a, double *out);
CX_API CX_MUST cx_status cx_item_i64_into(const cx_array *a, int64_t *out);
CX_API CX_MUST cx_status cx_item_c128_into(const cx_array *a, cx_complex128 *out);
/** As NumPy prints it (precision 8, threshold 1000, edgeitems 3); belongs to the open scope. "" and
 * a mark on failure. */
CX_API const char *cx_repr(const cx_array *a);

/* ---- categories: CX_CAT is int32 codes (-1: missing) and a shared dictionary of UTF-8 strings */
/** Codes [n...] with a dictionary; codes is int32 on the CPU (copied), texts are copied.
 *  Errors      DTYPE; INDEX a code is outside -1..count-1; ARGUMENT a text occurs twice. */
CX_API cx_array *cx_categories_new(const cx_array *codes, int count, const char *const *texts);
/** Text of element i (C order) of a CPU CX_CAT array, NULL and a mark on failure, "" for a missing
 * one; lives as long as the array. */
CX_API const char *cx_label(const cx_array *cat, int64_t i);
/** Number of categories, text of one (NULL if out of range). Queries. */
CX_API int cx_category_count(const cx_array *cat);
CX_API const char *cx_category(const cx_array *cat, int code);
/** The int32 codes as a view. */
CX_API cx_array *cx_codes(const cx_array *cat);
CX_END_DECLS
#endif
