/* Shapes as plain numbers: sizes, text, broadcasting, strides, collapsing. Knows no array. */
#include "core/shape.h"
#include "base/size.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

cx_status cx__shape_size(const char *where, int ndim, const int64_t *shape, size_t itemsize,
                         int64_t *size, size_t *bytes)
{
    if (ndim < 0 || ndim > CX_MAX_NDIM)
        return cx__fail(CX_E_SHAPE, where, "%d dimensions; 0 to %d are possible", ndim,
                        CX_MAX_NDIM);
    int64_t n = 1, all = 1;
    for (int i = 0; i < ndim; i++) {
        char text[CX__SHAPE_TEXT];
        if (shape[i] < 0)
            return cx__fail(CX_E_SHAPE, where, "negative extent in shape %s",
                            cx__shape_text(ndim, shape, text));
        n *= shape[i] == 0 ? 0 : 1;
        if (shape[i] != 0 && !cx__mul_i64(all, shape[i], &all))
            return cx__fail(CX_E_SHAPE, where, "shape %s has more elements than an int64 counts",
                            cx__shape_text(ndim, shape, text));
    }
    int64_t b;
    if (!cx__mul_i64(all, (int64_t)itemsize, &b) || (uint64_t)b > SIZE_MAX / 2) {
        char text[CX__SHAPE_TEXT];
        return cx__fail(CX_E_SHAPE, where,
                        "shape %s of %zu-byte elements is larger than memory can be",
                        cx__shape_text(ndim, shape, text), itemsize);
    }
    *size = n == 0 ? 0 : all;
    *bytes = n == 0 ? 0 : (size_t)b;
    return CX_OK;
}

const char *cx__shape_text(int ndim, const int64_t *shape, char buf[CX__SHAPE_TEXT])
{
    size_t at = 0;
    buf[at++] = '(';
    for (int i = 0; i < ndim; i++) {
        const int n =
            snprintf(buf + at, CX__SHAPE_TEXT - at, i == 0 ? "%" PRId64 : ", %" PRId64, shape[i]);
        if (at + (size_t)n > CX__SHAPE_TEXT - 8) {
            memcpy(buf + at, "...", 3);
            at += 3;
            break;
        }
        at += (size_t)n;
    }
    if (ndim == 1) buf[at++] = ',';
    buf[at++] = ')';
    buf[at] = '\0';
    return buf;
}

int64_t cx__prod(int ndim, const int64_t *shape)
{
    int64_t n = 1;
    for (int i = 0; i < ndim; i++) n *= shape[i];
    return n;
}

void cx__shape_strides(int ndim, const int64_t *shape, int64_t itemsize, int64_t *strides)
{
    int64_t step = itemsize;
    for (int i = ndim - 1; i >= 0; i--) {
        strides[i] = step;
        step *= shape[i] > 0 ? shape[i] : 1;
    }
}

bool cx__shape_broadcast(int ndim, const int64_t *shape, int *out_ndim, int64_t *out)
{
    const int have = *out_ndim;
    if (ndim > have) {
        const int add = ndim - have;
        for (int i = have - 1; i >= 0; i--) out[i + add] = out[i];
        for (int i = 0; i < add; i++) out[i] = 1;
        *out_ndim = ndim;
    }
    const int lead = *out_ndim - ndim;
    for (int i = 0; i < ndim; i++) {
        if (shape[i] == out[lead + i] || shape[i] == 1) continue;
        if (out[lead + i] != 1) return false;
        out[lead + i] = shape[i];
    }
    return true;
}

void cx__shape_broadcast_strides(int ndim, const int64_t *shape, const int64_t *strides,
                                 int out_ndim, const int64_t *out_shape, int64_t *out_strides)
{
    const int lead = out_ndim - ndim;
    for (int i = 0; i < lead; i++) out_strides[i] = 0;
    for (int i = 0; i < ndim; i++)
        out_strides[lead + i] = shape[i] == 1 && out_shape[lead + i] != 1 ? 0 : strides[i];
}

cx_status cx__axis(const char *where, int axis, int ndim, int *out)
{
    if (axis < -ndim || axis >= ndim)
        return cx__fail(CX_E_INDEX, where,
                        "axis %d is out of bounds for an array of %d dimension%s", axis, ndim,
                        ndim == 1 ? "" : "s");
    *out = axis < 0 ? axis + ndim : axis;
    return CX_OK;
}

bool cx__is_c_order(int ndim, const int64_t *shape, const int64_t *strides, int64_t itemsize)
{
    int64_t step = itemsize;
    bool order = true;
    for (int i = ndim - 1; i >= 0; i--) {
        if (shape[i] == 0) return true;
        if (shape[i] != 1 && strides[i] != step) order = false;
        step *= shape[i];
    }
    return order;
}

static int64_t magnitude(int64_t v)
{
    return v < 0 ? -v : v;
}

int cx__collapse(int ndim, int64_t *shape, int n, int64_t *const strides[], bool reorder)
{
    int kept = 0;
    for (int i = 0; i < ndim; i++) {
        if (shape[i] == 1) continue;
        shape[kept] = shape[i];
        for (int k = 0; k < n; k++) strides[k][kept] = strides[k][i];
        kept++;
    }
    if (reorder) /* insertion sort, largest stride of the first list outermost; stable, so C order
                    stays */
        for (int i = 1; i < kept; i++)
            for (int j = i; j > 0 && magnitude(strides[0][j - 1]) < magnitude(strides[0][j]); j--) {
                const int64_t e = shape[j];
                shape[j] = shape[j - 1];
                shape[j - 1] = e;
                for (int k = 0; k < n; k++) {
                    const int64_t s = strides[k][j];
                    strides[k][j] = strides[k][j - 1];
                    strides[k][j - 1] = s;
                }
            }
    int last = 0;
    for (int i = 1; i < kept; i++) {
        bool joins = true;
        for (int k = 0; k < n && joins; k++) joins = strides[k][last] == strides[k][i] * shape[i];
        if (joins) {
            shape[last] *= shape[i];
            for (int k = 0; k < n; k++) strides[k][last] = strides[k][i];
        } else {
            last++;
            shape[last] = shape[i];
            for (int k = 0; k < n; k++) strides[k][last] = strides[k][i];
        }
    }
    return kept == 0 ? 0 : last + 1;
}

void cx__extent(const char *data, int ndim, const int64_t *shape, const int64_t *strides,
                size_t itemsize, const char **lo, const char **hi)
{
    const char *a = data, *b = data + itemsize;
    for (int i = 0; i < ndim; i++) {
        if (shape[i] == 0) {
            *lo = *hi = data;
            return;
        }
        const int64_t span = strides[i] * (shape[i] - 1);
        if (span < 0)
            a += span;
        else
            b += span;
    }
    *lo = a;
    *hi = b;
}
