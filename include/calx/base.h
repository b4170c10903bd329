/* What every public header needs: attributes, handle types, small values. Include <calx.h> in
 * programs. */
#ifndef CALX_BASE_H
#define CALX_BASE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define CX_BEGIN extern "C" {
#define CX_END_DECLS }
#else
#define CX_BEGIN
#define CX_END_DECLS
#endif

#if defined(__GNUC__)
#define CX_API __attribute__((visibility("default")))
#define CX_MUST __attribute__((warn_unused_result))
#else
#define CX_API
#define CX_MUST
#endif

/* Version of the headers; cx_version() tells the library's. */
#define CX_VERSION_MAJOR 0
#define CX_VERSION_MINOR 1
#define CX_VERSION_PATCH 0

typedef struct cx_array cx_array;
typedef struct cx_table cx_table;
typedef struct cx_estimator cx_estimator;
typedef struct cx_session cx_session;
typedef struct cx_generator cx_generator;
typedef struct cx_program cx_program;
typedef struct cx_kernel cx_kernel;
typedef struct cx_fft_plan cx_fft_plan;
typedef struct cx_stream cx_stream;
typedef struct cx_event cx_event;
typedef struct cx_graph cx_graph;

/** First member of every object, so that a tag may be read before the type is known. */
typedef struct cx_head {
    uint32_t tag, kind;
} cx_head;

/** Dimensions by value; borrows dim, which needs to live only for the call. Built by CX_SHAPE(3,
 * 4); CX_SHAPE() is 0-d. */
typedef struct cx_shape {
    int ndim;
    const int64_t *dim;
} cx_shape;

/** Lists of arrays by value, built by CX_ARRAYS(a, b) and CX_OUTS(x, y). */
typedef struct cx_arrays {
    int count;
    const cx_array *const *at;
} cx_arrays;
typedef struct cx_outs {
    int count;
    cx_array *const *at;
} cx_outs;

/** An option for which zero is legal and not the default: .random_state = CX_SET(0). */
typedef struct cx_maybe_f64 {
    bool set;
    double value;
} cx_maybe_f64;
typedef struct cx_maybe_i64 {
    bool set;
    int64_t value;
} cx_maybe_i64;

/** A place where arrays live. A struct, so that swapping it with a dtype does not compile. */
typedef struct cx_device {
    int16_t kind, index;
} cx_device;
enum { CX_DEVICE_CPU = 0, CX_DEVICE_CUDA = 1 };

#ifndef __cplusplus
#define CX_CPU ((cx_device){0, 0})
#define CX_SET(v) \
    {             \
        true, (v) \
    }
#define CX_SEED(n) ((cx_maybe_i64){true, (n)})
#define CX_ENTROPY ((cx_maybe_i64){false, 0})
#define CX_OPTS(T, ...) (&(const T){.struct_size = sizeof(T), __VA_ARGS__})
#define CX__COUNT(T, ...) ((int)(sizeof((const T[]){(T)0, __VA_ARGS__}) / sizeof(T)) - 1)
#define CX_SHAPE(...) \
    ((cx_shape){CX__COUNT(int64_t, __VA_ARGS__), (const int64_t[]){0, __VA_ARGS__} + 1})
typedef const cx_array *cx__in;
typedef cx_array *cx__out;
#define CX_ARRAYS(...) \
    ((cx_arrays){CX__COUNT(cx__in, __VA_ARGS__), (const cx__in[]){0, __VA_ARGS__} + 1})
#define CX_OUTS(...) \
    ((cx_outs){CX__COUNT(cx__out, __VA_ARGS__), (const cx__out[]){0, __VA_ARGS__} + 1})
/* first and rest of a macro's arguments, for calls that take a string and then values */
#define CX__FIRST(...) CX__FIRST_(__VA_ARGS__, 0)
#define CX__FIRST_(f, ...) f
#define CX__SEL(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, a2, \
                b2, c2, d2, e2, f2, g2, N, ...)                                                   \
    N
#define CX__MANY(...)                                                                            \
    CX__SEL(__VA_ARGS__, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, \
            N, N, N, N, N, N, N, N, 1, 0)
#define CX__REST(...) CX__REST_(CX__MANY(__VA_ARGS__), __VA_ARGS__)
#define CX__REST_(k, ...) CX__REST__(k, __VA_ARGS__)
#define CX__REST__(k, ...) CX__REST_##k(__VA_ARGS__)
#define CX__REST_1(f) 0
#define CX__REST_N(f, ...) 0, __VA_ARGS__
#define CX__LIST(T, ...)                                               \
    (int)(sizeof((const T[]){CX__REST(__VA_ARGS__)}) / sizeof(T)) - 1, \
        (const T[]){CX__REST(__VA_ARGS__)} + 1
#endif

CX_BEGIN
/** Version of the library that is loaded, "0.1.0"; static storage. */
CX_API const char *cx_version(void);
CX_END_DECLS
#endif
