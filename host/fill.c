/* Filling views: one value, or start + i * step. */
#include "iter.h"
#include "move.h"
#include <string.h>

enum { GRAIN = 1 << 16 };

typedef struct filling {
    host_iter it;
    host_convert_fn *move;
    const void *value;
} filling;

static void fill_chunk(void *ctx, int64_t lo, int64_t hi)
{
    const filling *const f = ctx;
    host_place at;
    host_iter_seek(&f->it, lo, &at);
    /* stride 0: the same element again and again */
    const int last = f->it.ndim - 1;
    char *p = host_iter_at(&f->it, 0, &at);
    for (int64_t n = hi - lo; n > 0;) {
        const int64_t left = f->it.shape[last] - at.index[last], run = n < left ? n : left;
        f->move(f->value, 0, p, f->it.stride[0][last], run);
        p = host_iter_step(&f->it, 0, &at, p, run);
        n -= run;
    }
}

static bool all_zero(const void *p, int64_t n)
{
    const unsigned char *const b = p;
    for (int64_t i = 0; i < n; i++) {
        if (b[i] != 0) return false;
    }
    return true;
}

static void zero_chunk(void *ctx, int64_t lo, int64_t hi)
{
    memset((char *)ctx + lo, 0, (size_t)(hi - lo));
}

cx_status host_fill(cx_queue *q, const cx_view *value, const cx_view *out)
{
    (void)q;
    filling f = {.move = host_convert(out->dtype, out->dtype), .value = value->data};
    host_iter_init(&f.it, 1, &out);
    if (f.it.total == 0) return CX_OK;
    const int64_t size = host_itemsize(out->dtype);
    if (host_iter_flat(&f.it, 0, size) && all_zero(value->data, size)) {
        return host_core->parallel_for(f.it.total * size, GRAIN * 8, zero_chunk, f.it.data[0]);
    }
    return host_core->parallel_for(f.it.total, GRAIN, fill_chunk, &f);
}

/* ------------------------------------------------------------------------------------ arange */
enum { BLOCK = 512 };
typedef struct ranging {
    double start, step;
    int64_t start_i, step_i;
    bool integer, straight; /* straight: into the output itself */
    host_convert_fn *store;
    char *data;
    int64_t stride;
} ranging;

static void arange_chunk(void *ctx, int64_t lo, int64_t hi)
{
    const ranging *const r = ctx;
    union {
        double f[BLOCK];
        uint64_t u[BLOCK];
    } b;
    for (int64_t i = lo; i < hi; i += BLOCK) {
        const int64_t n = hi - i < BLOCK ? hi - i : BLOCK;
        if (r->integer) {
            const uint64_t first = (uint64_t)r->start_i + (uint64_t)i * (uint64_t)r->step_i;
            if (r->straight) {
                HOST_PICK(host_moves)
                    ->count((uint64_t *)(void *)(r->data + i * 8), first, (uint64_t)r->step_i, n);
                continue;
            }
            HOST_PICK(host_moves)->count(b.u, first, (uint64_t)r->step_i, n);
        } else {
            for (int64_t j = 0; j < n; j++) b.f[j] = r->start + (double)(i + j) * r->step;
        }
        r->store(&b, 8, r->data + i * r->stride, r->stride, n);
    }
}

cx_status host_arange(cx_queue *q, double start, double step, int64_t start_i, int64_t step_i,
                      const cx_view *out)
{
    (void)q;
    const bool integer = out->dtype >= CX_I8 && out->dtype <= CX_U64;
    ranging r = {.start = start,
                 .step = step,
                 .start_i = start_i,
                 .step_i = step_i,
                 .integer = integer,
                 .straight = (out->dtype == CX_I64 || out->dtype == CX_U64) && out->stride[0] == 8,
                 .store = host_convert(integer ? CX_I64 : CX_F64, out->dtype),
                 .data = out->data,
                 .stride = out->stride[0]};
    return host_core->parallel_for(out->shape[0], GRAIN, arange_chunk, &r);
}
