/* The way to the drawing slots. A stream that a device cannot draw from (MT19937 and SFC64 cannot
 * skip, permutations are one chain of swaps) is drawn by the CPU backend and uploaded: the same
 * numbers and the same state after it. Knows no distribution. */
#include "ops/random/generator.h"

#include "base/log.h"

/* What is drawn; out is the view to fill. UNSUPPORTED, without an error made and with the state as
 * it was, where ops have no such slot or it cannot. */
typedef cx_status draw_fn(const cx_random_ops *ops, cx_queue *queue, cx_bitgen *state,
                          const cx_view *out, const void *ctx);

static cx_status draw_on_host(const char *where, cx_generator *g, cx_view *view, cx_array *out,
                              draw_fn *draw, const void *ctx)
{
    cx__device *const cpu = cx__device_cpu();
    cx_queue *queue = NULL;
    cx_array *host = NULL;
    CX__TRY(cx__queue_for(where, cpu, 0, 0, NULL, &queue));
    CX__TRY(cx__array_new(where, out->ndim, out->shape, view->dtype, CX_CPU, &host));
    view->data = host->data;
    cx_status st = draw(cpu->ops->random, queue, &g->state, view, ctx);
    if (st == CX_OK) st = cx__array_copy(where, host, out);
    cx__release(host);
    return st;
}

/* view: of the shape that the slot takes, its data not yet set. */
static cx_status draw_into(const char *where, cx_generator *g, cx_view *view, cx_array *out,
                           draw_fn *draw, const void *ctx)
{
    const cx_random_ops *const ops = g->device->ops->random;
    cx_queue *queue = NULL;
    const cx_array *const drawn = out;
    CX__TRY(cx__queue_for(where, g->device, 1, 1, &drawn, &queue));
    view->data = out->data;
    const cx_status st =
        cx__queue_done(g->device, ops ? draw(ops, queue, &g->state, view, ctx) : CX_E_UNSUPPORTED);
    if (st != CX_E_UNSUPPORTED || g->device == cx__device_cpu()) return st;
    return draw_on_host(where, g, view, out, draw, ctx);
}

static cx_status fill(const cx_random_ops *ops, cx_queue *queue, cx_bitgen *state,
                      const cx_view *out, const void *ctx)
{
    cx_random_call c = *(const cx_random_call *)ctx;
    c.out = out;
    return ops->fill ? ops->fill(queue, state, &c) : CX_E_UNSUPPORTED;
}

cx_status cx__generator_fill(cx_generator *g, const cx_random_call *c, cx_array *out)
{
    cx_view view;
    view.dtype = (cx_dtype)out->dtype;
    view.ndim = 1;
    view.flags = 0;
    view.shape[0] = out->size;
    view.stride[0] = (int64_t)cx__itemsize(view.dtype);
    if (c->draw >= CX_DRAW_MULTINOMIAL && c->draw <= CX_DRAW_MVHG_COUNT) {
        view.ndim = 2;
        view.shape[1] = out->shape[out->ndim - 1];
        view.shape[0] = view.shape[1] > 0 ? out->size / view.shape[1] : 0;
        view.stride[1] = view.stride[0];
        view.stride[0] *= view.shape[1];
    }
    CX__COUNT_ADD(ops, 1);
    if (cx__tracing(CX__TRACE_OP))
        cx__log("op", "%s %lld %s", c->where, (long long)out->size, cx_dtype_name(view.dtype));
    return draw_into(c->where, g, &view, out, fill, c);
}

static cx_status permute(const cx_random_ops *ops, cx_queue *queue, cx_bitgen *state,
                         const cx_view *out, const void *ctx)
{
    (void)ctx;
    return ops->permutation ? ops->permutation(queue, state, out) : CX_E_UNSUPPORTED;
}

cx_status cx__generator_permutations(const char *where, cx_generator *g, int64_t rows, int64_t n,
                                     cx_array *out)
{
    cx_view view = {.dtype = CX_I64, .ndim = 2};
    view.shape[0] = rows;
    view.shape[1] = n;
    view.stride[0] = n * (int64_t)sizeof(int64_t);
    view.stride[1] = (int64_t)sizeof(int64_t);
    return draw_into(where, g, &view, out, permute, NULL);
}

typedef struct sample {
    int64_t n;
    bool shuffled;
} sample;

static cx_status choose(const cx_random_ops *ops, cx_queue *queue, cx_bitgen *state,
                        const cx_view *out, const void *ctx)
{
    const sample *const s = ctx;
    return ops->choice ? ops->choice(queue, state, s->n, s->shuffled, out) : CX_E_UNSUPPORTED;
}

cx_status cx__generator_choice(const char *where, cx_generator *g, int64_t n, bool shuffled,
                               cx_array *out)
{
    const sample s = {n, shuffled};
    cx_view view = {.dtype = CX_I64, .ndim = 1};
    view.shape[0] = out->size;
    view.stride[0] = (int64_t)sizeof(int64_t);
    return draw_into(where, g, &view, out, choose, &s);
}
