/* Copies between strided views of one shape, with a cast: long contiguous pieces as they are,
 * transpositions (and what has a short innermost dimension) in tiles that stay in the second-level
 * cache (long in the input's direction, which the prefetchers follow), everything else run by run
 * in the order of the output's memory. */
#include "iter.h"
#include "move.h"
#include <string.h>

enum { GRAIN = 1 << 15, TILE_A = 32, TILE_B = 512, MIN_TILED = 8 };

typedef struct copying {
    host_iter it; /* operand 0 is read, 1 written */
    host_convert_fn *convert;
    /* tiles: dimension a is the output's innermost, b the input's */
    int b;
    int64_t tiles_a, tiles_b;
    bool stream;
    bool thin; /* few elements in the output's innermost dimension: runs go along b */
    bool turn; /* tiles of elements of 8 bytes, turned in registers */
} copying;

static int64_t magnitude(int64_t x)
{
    return x < 0 ? -x : x;
}

/* Both views with dimensions in the order of the output's strides, largest first. */
static void order_by_output(const cx_view *in, const cx_view *out, cx_view *in_sorted,
                            cx_view *out_sorted)
{
    int order[CX_KERNEL_NDIM];
    for (int i = 0; i < out->ndim; i++) {
        int j = i;
        for (; j > 0 && magnitude(out->stride[order[j - 1]]) < magnitude(out->stride[i]); j--)
            order[j] = order[j - 1];
        order[j] = i;
    }
    *in_sorted = (cx_view){.data = in->data, .dtype = in->dtype, .ndim = out->ndim};
    *out_sorted = (cx_view){.data = out->data, .dtype = out->dtype, .ndim = out->ndim};
    for (int i = 0; i < out->ndim; i++) {
        in_sorted->shape[i] = out_sorted->shape[i] = out->shape[order[i]];
        in_sorted->stride[i] = in->ndim == 0 ? 0 : in->stride[order[i]];
        out_sorted->stride[i] = out->stride[order[i]];
    }
}

static void rows_chunk(void *ctx, int64_t lo, int64_t hi)
{
    const copying *const c = ctx;
    host_place at;
    host_iter_seek(&c->it, lo, &at);
    const int last = c->it.ndim - 1;
    const char *src = host_iter_at(&c->it, 0, &at);
    char *dst = host_iter_at(&c->it, 1, &at);
    for (int64_t n = hi - lo; n > 0;) {
        const int64_t left = c->it.shape[last] - at.index[last], run = n < left ? n : left;
        c->convert(src, c->it.stride[0][last], dst, c->it.stride[1][last], run);
        host_place same = at;
        src = host_iter_step(&c->it, 0, &same, (char *)(uintptr_t)src, run);
        dst = host_iter_step(&c->it, 1, &at, dst, run);
        n -= run;
    }
}

static void bytes_chunk(void *ctx, int64_t lo, int64_t hi)
{
    const copying *const c = ctx;
    if (c->stream) {
        HOST_PICK(host_moves)->stream(c->it.data[1] + lo, c->it.data[0] + lo, (size_t)(hi - lo));
    } else {
        memcpy(c->it.data[1] + lo, c->it.data[0] + lo, (size_t)(hi - lo));
    }
}

static void tiles_chunk(void *ctx, int64_t lo, int64_t hi)
{
    const copying *const c = ctx;
    const host_move_table *const moves = HOST_PICK(host_moves);
    const int last = c->it.ndim - 1, b = c->b;
    const int64_t na = c->it.shape[last], nb = c->it.shape[b];
    for (int64_t t = lo; t < hi; t++) {
        int64_t rest = t;
        const int64_t a0 = rest % c->tiles_a * TILE_A;
        rest /= c->tiles_a;
        const int64_t b0 = rest % c->tiles_b * TILE_B;
        rest /= c->tiles_b;
        const char *src = c->it.data[0] + a0 * c->it.stride[0][last] + b0 * c->it.stride[0][b];
        char *dst = c->it.data[1] + a0 * c->it.stride[1][last] + b0 * c->it.stride[1][b];
        for (int d = last - 1; d >= 0; d--) {
            if (d == b) continue;
            const int64_t i = rest % c->it.shape[d];
            rest /= c->it.shape[d];
            src += i * c->it.stride[0][d];
            dst += i * c->it.stride[1][d];
        }
        const int64_t ta = na - a0 < TILE_A ? na - a0 : TILE_A,
                      tb = nb - b0 < TILE_B ? nb - b0 : TILE_B;
        if (c->turn) {
            moves->turn_8(src, c->it.stride[0][last], dst, c->it.stride[1][b], ta, tb, c->stream);
            continue;
        }
        for (int64_t i = 0; c->thin && i < ta; i++) {
            c->convert(src + i * c->it.stride[0][last], c->it.stride[0][b],
                       dst + i * c->it.stride[1][last], c->it.stride[1][b], tb);
        }
        for (int64_t j = 0; !c->thin && j < tb; j++) {
            c->convert(src + j * c->it.stride[0][b], c->it.stride[0][last],
                       dst + j * c->it.stride[1][b], c->it.stride[1][last], ta);
        }
    }
    if (c->turn && c->stream) moves->fence();
}

/* Dimension along which the input lies closest in memory, if that is another one than the output's
 * and both are long. */
static int input_dimension(const host_iter *it)
{
    const int last = it->ndim - 1;
    int best = last;
    for (int d = 0; d < last; d++) {
        if (it->stride[0][d] != 0 && magnitude(it->stride[0][d]) < magnitude(it->stride[0][best]))
            best = d;
    }
    return it->shape[last] >= MIN_TILED && it->shape[best] >= MIN_TILED ? best : last;
}

/* The longest dimension, if the output's innermost one is too short for runs of its own. */
static int long_dimension(const host_iter *it)
{
    const int last = it->ndim - 1;
    int best = last;
    for (int d = 0; d < last; d++)
        if (it->shape[d] > it->shape[best]) best = d;
    return it->shape[last] < MIN_TILED && it->shape[best] >= MIN_TILED * MIN_TILED ? best : last;
}

cx_status host_copy(cx_queue *q, const cx_view *in, const cx_view *out)
{
    (void)q;
    copying c = {.convert = host_convert(in->dtype, out->dtype)};
    if (c.convert == NULL) {
        return host_core->fail(CX_E_DTYPE, "copy", "no conversion from %s to %s",
                               cx_dtype_name(in->dtype), cx_dtype_name(out->dtype));
    }
    cx_view in_sorted, out_sorted;
    order_by_output(in, out, &in_sorted, &out_sorted);
    host_iter_init(&c.it, 2, (const cx_view *const[]){&in_sorted, &out_sorted});
    if (c.it.total == 0) return CX_OK;
    const int64_t size = host_itemsize(out->dtype);
    if (in->dtype == out->dtype && host_iter_flat(&c.it, 0, size) &&
        host_iter_flat(&c.it, 1, size)) {
        const int64_t bytes = c.it.total * size;
        c.stream = bytes >= HOST_STREAM_BYTES;
        return host_core->parallel_for(bytes, GRAIN * 16, bytes_chunk, &c);
    }
    const int last = c.it.ndim - 1;
    c.b = input_dimension(&c.it);
    if (c.b == last) {
        c.b = long_dimension(&c.it);
        c.thin = c.b != last;
    }
    if (c.b != last) {
        c.tiles_a = (c.it.shape[last] + TILE_A - 1) / TILE_A;
        c.tiles_b = (c.it.shape[c.b] + TILE_B - 1) / TILE_B;
        c.turn = !c.thin && in->dtype == out->dtype && size == 8 && c.it.stride[0][c.b] == size &&
                 c.it.stride[1][last] == size && HOST_PICK(host_moves)->turn_8 != NULL;
        c.stream = c.it.total * size >= HOST_STREAM_BYTES;
        const int64_t outer = c.it.total / (c.it.shape[last] * c.it.shape[c.b]);
        return host_core->parallel_for(outer * c.tiles_a * c.tiles_b,
                                       (GRAIN + TILE_A * TILE_B - 1) / (TILE_A * TILE_B),
                                       tiles_chunk, &c);
    }
    return host_core->parallel_for(c.it.total, GRAIN, rows_chunk, &c);
}
