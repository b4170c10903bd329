/* Strided walking: setting up, loading and storing blocks. See iter.h. */
#include "iter.h"
#include <string.h>

static bool merges(const host_iter *it, int d, int64_t extent)
{
    for (int k = 0; k < it->n; k++) {
        if (it->stride[k][d - 1] != it->stride[k][d] * extent) return false;
    }
    return true;
}

void host_iter_init(host_iter *it, int n, const cx_view *const v[])
{
    const cx_view *const lead = v[n - 1];
    it->n = n;
    it->total = 1;
    int ndim = 0;
    for (int d = 0; d < lead->ndim; d++) {
        it->total *= lead->shape[d];
        if (lead->shape[d] == 1) continue;
        it->shape[ndim] = lead->shape[d];
        for (int k = 0; k < n; k++) it->stride[k][ndim] = v[k]->ndim == 0 ? 0 : v[k]->stride[d];
        ndim++;
    }
    for (int k = 0; k < n; k++) it->data[k] = v[k]->data;
    if (ndim == 0) {
        it->shape[0] = 1;
        for (int k = 0; k < n; k++) it->stride[k][0] = 0;
        ndim = 1;
    }
    int kept = 1;
    for (int d = 1; d < ndim; d++) {
        it->shape[kept] = it->shape[d];
        for (int k = 0; k < n; k++) it->stride[k][kept] = it->stride[k][d];
        if (merges(it, kept, it->shape[kept])) {
            it->shape[kept - 1] *= it->shape[kept];
            for (int k = 0; k < n; k++) it->stride[k][kept - 1] = it->stride[k][kept];
        } else {
            kept++;
        }
    }
    it->ndim = kept;
}

void host_iter_load(const host_iter *it, int k, const host_place *from, int64_t n,
                    host_convert_fn *convert, void *buffer, int64_t size)
{
    host_place at = *from;
    const int last = it->ndim - 1;
    char *p = host_iter_at(it, k, &at), *b = buffer;
    while (n > 0) {
        const int64_t left = it->shape[last] - at.index[last], run = n < left ? n : left;
        convert(p, it->stride[k][last], b, size, run);
        p = host_iter_step(it, k, &at, p, run);
        b += run * size;
        n -= run;
    }
}

enum { LONG_COPY = 16 };

/* To the beginning of the next row. */
static inline const char *next_row(const host_iter *it, int k, host_place *at, const char *row)
{
    for (int d = it->ndim - 2; d >= 0; d--) {
        row += it->stride[k][d];
        if (++at->index[d] < it->shape[d] || d == 0) break;
        row -= it->shape[d] * it->stride[k][d];
        at->index[d] = 0;
    }
    return row;
}

#define FETCH(T)                                                                                 \
    static inline T *run_##T(const char *from, int64_t step, T *to, int64_t n)                   \
    {                                                                                            \
        if (step == (int64_t)sizeof(T) && n >= LONG_COPY) {                                      \
            memcpy(to, from, (size_t)n * sizeof(T));                                             \
        } else if (step == 0) {                                                                  \
            const T x = *(const T *)(const void *)from;                                          \
            for (int64_t i = 0; i < n; i++) to[i] = x;                                           \
        } else {                                                                                 \
            for (int64_t i = 0; i < n; i++) to[i] = *(const T *)(const void *)(from + i * step); \
        }                                                                                        \
        return to + n;                                                                           \
    }                                                                                            \
    static void fetch_##T(const host_iter *it, int k, const host_place *from, int64_t n,         \
                          void *buffer)                                                          \
    {                                                                                            \
        host_place at = *from;                                                                   \
        const int last = it->ndim - 1;                                                           \
        const int64_t step = it->stride[k][last], length = it->shape[last];                      \
        int64_t i = at.index[last];                                                              \
        const char *row = host_iter_at(it, k, &at) - i * step;                                   \
        for (T *b = buffer; n > 0; i = 0, row = next_row(it, k, &at, row)) {                     \
            const int64_t run = n < length - i ? n : length - i;                                 \
            b = run_##T(row + i * step, step, b, run);                                           \
            n -= run;                                                                            \
        }                                                                                        \
    }
FETCH(uint8_t)
FETCH(uint16_t)
FETCH(uint32_t)
FETCH(uint64_t)
FETCH(cx_complex128)

void host_iter_fetch(const host_iter *it, int k, const host_place *from, int64_t n, void *buffer,
                     int64_t size)
{
    static void (*const by_size[17])(const host_iter *, int, const host_place *, int64_t,
                                     void *) = {[1] = fetch_uint8_t,
                                                [2] = fetch_uint16_t,
                                                [4] = fetch_uint32_t,
                                                [8] = fetch_uint64_t,
                                                [16] = fetch_cx_complex128};
    by_size[size](it, k, from, n, buffer);
}

void host_iter_store(const host_iter *it, int k, const host_place *from, int64_t n,
                     host_convert_fn *convert, const void *buffer, int64_t size)
{
    host_place at = *from;
    const int last = it->ndim - 1;
    char *p = host_iter_at(it, k, &at);
    const char *b = buffer;
    while (n > 0) {
        const int64_t left = it->shape[last] - at.index[last], run = n < left ? n : left;
        convert(b, size, p, it->stride[k][last], run);
        p = host_iter_step(it, k, &at, p, run);
        b += run * size;
        n -= run;
    }
}

void host_iter_store_where(const host_iter *it, int k, const host_place *from, int64_t n,
                           host_convert_fn *convert, const void *buffer, int64_t size,
                           const bool *wanted)
{
    host_place at = *from;
    char *p = host_iter_at(it, k, &at);
    const char *const b = buffer;
    const int last = it->ndim - 1;
    const int64_t step = it->stride[k][last];
    for (int64_t i = 0; i < n;) {
        const int64_t left = it->shape[last] - at.index[last], run = n - i < left ? n - i : left;
        for (int64_t j = 0; j < run;) {
            int64_t end = j;
            while (end < run && wanted[i + end]) end++;
            if (end > j) convert(b + (i + j) * size, size, p + j * step, step, end - j);
            j = end;
            while (j < run && !wanted[i + j]) j++;
        }
        p = host_iter_step(it, k, &at, p, run);
        i += run;
    }
}
