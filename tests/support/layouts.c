/* Guarded arrays in every layout. See layouts.h. */
#include "layouts.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GUARD = 192, PATTERN = 0xa5 };

uint64_t test_random(uint64_t *state)
{
    uint64_t x = *state;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return *state = x;
}

uint64_t test_seed(void)
{
    const char *const text = getenv("CX_TEST_SEED");
    const uint64_t seed = text == NULL ? 0 : strtoull(text, NULL, 0);
    return seed == 0 ? UINT64_C(0x9e3779b97f4a7c15) : seed;
}

const char *test_layout_name(layout how)
{
    static const char *const names[LAYOUT_COUNT] = {"C",        "Fortran", "sliced",
                                                    "reversed", "mixed",   "repeated"};
    return names[how];
}

/* Order of the axes in memory, outermost first, and steps in elements. */
static void lay_out(test_array *x, layout how, int64_t size)
{
    int order[LAYOUT_NDIM];
    for (int i = 0; i < x->ndim; i++) order[i] = how == LAYOUT_FORTRAN ? x->ndim - 1 - i : i;
    if (how == LAYOUT_MIXED && x->ndim >= 2) {
        order[x->ndim - 1] = x->ndim - 2;
        order[x->ndim - 2] = x->ndim - 1;
    }
    int64_t step = size * (how == LAYOUT_SLICED ? 2 : 1);
    for (int i = x->ndim - 1; i >= 0; i--) {
        const int d = order[i];
        x->stride[d] = step;
        if (how == LAYOUT_REPEATED && d == 0) {
            x->stride[d] = 0;
            continue;
        }
        step *= x->shape[d] == 0 ? 1 : x->shape[d];
        if (how == LAYOUT_SLICED || how == LAYOUT_MIXED) step += 3 * size;
    }
    for (int d = 0; d < x->ndim; d++) {
        if (how == LAYOUT_REVERSED || (how == LAYOUT_MIXED && d == 0)) x->stride[d] = -x->stride[d];
    }
}

/* The block once more on the device, and the array over it: strides of any kind come through
 * DLPack, whose tensor keeps the block alive. */
typedef struct stranger {
    cx_dl_managed tensor;
    cx_dl_managed *base;
    int64_t shape[LAYOUT_NDIM], stride[LAYOUT_NDIM];
} stranger;

static void stranger_gone(cx_dl_managed *t)
{
    stranger *const s = t->manager_ctx;
    s->base->deleter(s->base);
    free(s);
}

static void twin(test_array *x, int64_t below)
{
    const int64_t bytes = (int64_t)x->bytes;
    x->host_bytes = cx_borrow_host(x->block, CX_SHAPE(bytes), CX_U8, NULL);
    x->device_bytes = test_here(x->host_bytes);
    stranger *const s = calloc(1, sizeof *s);
    if (s == NULL || cx_to_dlpack_legacy(x->device_bytes, NULL, &s->base) != CX_OK) abort();
    static const cx_dl_dtype types[] = {
        [CX_BOOL] = {6, 8, 1}, [CX_I8] = {0, 8, 1},   [CX_I16] = {0, 16, 1},  [CX_I32] = {0, 32, 1},
        [CX_I64] = {0, 64, 1}, [CX_U8] = {1, 8, 1},   [CX_U16] = {1, 16, 1},  [CX_U32] = {1, 32, 1},
        [CX_U64] = {1, 64, 1}, [CX_F16] = {2, 16, 1}, [CX_BF16] = {4, 16, 1}, [CX_F32] = {2, 32, 1},
        [CX_F64] = {2, 64, 1}, [CX_C64] = {5, 64, 1}, [CX_C128] = {5, 128, 1}};
    s->tensor.tensor = s->base->tensor;
    s->tensor.tensor.dtype = types[x->t];
    s->tensor.tensor.ndim = x->ndim;
    s->tensor.tensor.shape = s->shape;
    s->tensor.tensor.strides = s->stride;
    s->tensor.tensor.byte_offset = (uint64_t)(GUARD + below);
    s->tensor.manager_ctx = s;
    s->tensor.deleter = stranger_gone;
    for (int i = 0; i < x->ndim; i++) {
        s->shape[i] = x->shape[i];
        s->stride[i] = x->stride[i] / (int64_t)cx_dtype_size(x->t);
    }
    x->a = cx_from_dlpack_legacy(&s->tensor, CX_NO_STREAM);
    if (cx_status_of(x->a) != CX_OK) abort();
}

void test_array_new(test_array *x, cx_dtype t, int ndim, const int64_t *shape, layout how)
{
    memset(x, 0, sizeof *x);
    x->t = t;
    x->ndim = ndim;
    x->size = 1;
    for (int i = 0; i < ndim; i++) {
        x->shape[i] = shape[i];
        x->size *= shape[i];
    }
    const int64_t size = (int64_t)cx_dtype_size(t);
    lay_out(x, how, size);
    int64_t below = 0, above = size;
    for (int d = 0; d < ndim; d++) {
        const int64_t span = x->stride[d] * (shape[d] > 0 ? shape[d] - 1 : 0);
        if (span < 0)
            below -= span;
        else
            above += span;
    }
    x->bytes = (size_t)(below + above) + 2 * GUARD;
    x->block = aligned_alloc(64, (x->bytes + 63) / 64 * 64);
    x->used = calloc(x->bytes, 1);
    if (x->block == NULL || x->used == NULL) abort();
    memset(x->block, PATTERN, x->bytes);
    x->data = x->block + GUARD + below;
    for (int64_t i = 0; i < x->size; i++) {
        unsigned char *const p = test_element(x, i);
        memset(p, 0, (size_t)size);
        memset(x->used + (p - x->block), 1, (size_t)size);
    }
    if (test_on_cpu())
        x->a = cx_borrow_host(x->data, (cx_shape){ndim, x->shape}, t, x->stride);
    else
        twin(x, below);
}

void test_up(test_array *x)
{
    if (x->device_bytes != NULL && cx_copy_into(x->host_bytes, x->device_bytes) != CX_OK) abort();
}

void test_down(test_array *x)
{
    if (x->device_bytes != NULL && cx_copy_into(x->device_bytes, x->host_bytes) != CX_OK) abort();
}

void test_array_free(test_array *x)
{
    free(x->block);
    free(x->used);
    x->block = x->used = NULL;
}

void *test_element(const test_array *x, int64_t i)
{
    unsigned char *p = x->data;
    for (int d = x->ndim - 1; d >= 0; d--) {
        p += i % x->shape[d] * x->stride[d];
        i /= x->shape[d];
    }
    return p;
}

bool test_guards(test_array *x)
{
    test_down(x);
    for (size_t i = 0; i < x->bytes; i++) {
        if (!x->used[i] && x->block[i] != PATTERN) return false;
    }
    return true;
}

static double real_value(uint64_t *state, fill how, bool single)
{
    static const double special[] = {0.0, -0.0, 1.0,  -1.0,     0.5,       -0.5, 1.5, 2.5,  -2.5,
                                     2.0, 3.0,  1e-3, INFINITY, -INFINITY, NAN,  1e4, -7.0, 1e-7};
    const uint64_t r = test_random(state);
    if (how == FILL_SMALL) return (double)(r % 5);
    if (r % 4 == 0) return special[(r >> 8) % (sizeof special / sizeof *special)];
    if (r % 4 == 1) /* any magnitude */
        return ldexp((double)(int64_t)test_random(state),
                     (int)((r >> 8) % (single ? 120 : 1200)) - (single ? 120 : 640));
    return (double)(int64_t)test_random(state) * 0x1p-60;
}

void test_value(cx_dtype t, void *p, uint64_t *state, fill how)
{
    static const int64_t special[] = {
        0,         1,         2,         3,         7,         -1,
        -2,        63,        64,        INT8_MIN,  INT8_MAX,  INT16_MIN,
        INT16_MAX, INT32_MIN, INT32_MAX, INT64_MIN, INT64_MAX, INT64_MIN + 1};
    const char kind = cx_dtype_kind(t);
    const size_t size = cx_dtype_size(t);
    if (kind == 'b') {
        *(uint8_t *)p = test_random(state) >> 20 & 1;
    } else if (kind == 'i' || kind == 'u' || kind == 'k') {
        const uint64_t r = test_random(state);
        int64_t v = r % 3 == 0 ? special[(r >> 8) % (sizeof special / sizeof *special)]
                               : (int64_t)test_random(state);
        if (how == FILL_SMALL || kind == 'k') v = (int64_t)(r >> 8 & 3);
        memcpy(p, &v, size); /* little-endian: the low bytes */
    } else if (t == CX_F16) {
        *(cx_float16 *)p = cx_f16_from_float((float)real_value(state, how, true));
    } else if (t == CX_BF16) {
        *(cx_bfloat16 *)p = cx_bf16_from_float((float)real_value(state, how, true));
    } else if (size == 4 || t == CX_C64) {
        float *const f = p;
        f[0] = (float)real_value(state, how, true);
        if (t == CX_C64) f[1] = (float)real_value(state, how, true);
    } else {
        double *const d = p;
        d[0] = real_value(state, how, false);
        if (t == CX_C128) d[1] = real_value(state, how, false);
    }
}

void test_fill(test_array *x, uint64_t *state, fill how)
{
    for (int64_t i = 0; i < x->size; i++) test_value(x->t, test_element(x, i), state, how);
    test_up(x);
}
