/* The fold slot, the host's side. What takes rows by index sorts the indices first, so that each
 * row has one thread. */
#include "fold.cuh"

static fold_step steps(const cx_fold_call *c, int d)
{
    return {c->in->stride[d], c->out->stride[d], c->mask != nullptr ? c->mask->stride[d] : 0};
}

cx_status cuda_fold(cx_queue *q, const cx_fold_call *c)
{
    fold_call g = {};
    g.in = (const char *)c->in->data;
    g.out = (char *)c->out->data;
    g.mask = c->mask != nullptr ? (const char *)c->mask->data : nullptr;
    g.first = c->first != nullptr ? (const int64_t *)c->first->data : nullptr;
    g.last = c->last != nullptr ? (const int64_t *)c->last->data : nullptr;
    g.index = c->index != nullptr ? (const int64_t *)c->index->data : nullptr;
    g.op = c->op;
    g.kind = c->kind;
    g.in_type = c->in->dtype;
    g.out_type = c->out->dtype;
    g.start = c->start;
    g.outer = c->in->shape[0];
    g.n = c->in->shape[1];
    g.m = c->out->shape[1];
    g.inner = c->in->shape[2];
    g.by_outer = steps(c, 0);
    g.by_row = steps(c, 1);
    g.by_inner = steps(c, 2);
    if (g.outer == 0 || g.inner == 0 || g.m == 0) return CX_OK;
    if (g.n == 0 && c->kind != CX_FOLD_REDUCE) return CX_OK;
    fold_fn *fn = fold_integers(c->loop);
    if (fn == nullptr) fn = fold_floats(c->loop);
    if (fn == nullptr) fn = fold_complex(c->loop);
    if (fn == nullptr)
        return cuda_core->fail(CX_E_UNSUPPORTED, "fold", "no fold of %s on cuda",
                               cuda_dtype_name(c->loop));
    if (c->kind != CX_FOLD_AT) return fn(q, g);
    cuda_work order(q);
    CX_STATUS_TRY(order.get("fold", (size_t)g.n * sizeof(int64_t)));
    cx_view keys = {}, sorted = {};
    keys.data = c->index->data;
    keys.dtype = CX_I64;
    keys.ndim = 2;
    keys.shape[0] = 1;
    keys.shape[1] = g.n;
    keys.stride[0] = g.n * 8;
    keys.stride[1] = 8;
    sorted = keys;
    sorted.data = order.as<void>();
    CX_STATUS_TRY(cuda_argsort(q, &keys, &sorted));
    g.order = order.as<int64_t>();
    return fn(q, g);
}
