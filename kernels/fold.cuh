/* The kernel of the fold slot: one a loop dtype, which chooses the row when it runs. A thread folds
 * one result from its first row to its last, so the order is the definition's and nothing depends
 * on the launch. */
#ifndef CX_KERNELS_FOLD_CUH
#define CX_KERNELS_FOLD_CUH
#include "map/rows.cuh"

/** Bytes from one element to the next of in, out and mask along a dimension. */
struct fold_step {
    int64_t in, out, mask;
};
struct fold_call {
    const char *in, *mask;
    char *out;
    const int64_t *first, *last; /* REDUCE; or nullptr */
    const int64_t *index;        /* AT */
    const int64_t *order;        /* AT: ascending by index, in order where equal */
    int op, kind, in_type, out_type;
    bool start;
    int64_t outer, n, m, inner;
    fold_step by_outer, by_row, by_inner;
};
typedef cx_status fold_fn(cx_queue *q, const fold_call &g);

/* acc as it stands in out. */
template <class S> struct fold_held {
    typedef compute_t<S> C;
    __device__ static C of(const fold_call &g, C v)
    {
        if (g.out_type == dtype_code<S>::value) return convert<C>(convert<S>(v));
        map_value held;
        store_as(g.out_type, held.bytes, convert<S>(v));
        return load_as<C>(g.out_type, held.bytes);
    }
};
template <class S>
__device__ inline compute_t<S> fold_join(const fold_call &g, compute_t<S> acc, compute_t<S> x)
{
    if constexpr (is_half<S>) {
        if (g.op == CX_BI_NEXTAFTER)
            return fold_held<S>::of(
                g, convert<float>(rows::NEXTAFTER<S>::of(convert<S>(acc), convert<S>(x))));
    }
    return fold_held<S>::of(g, map_binary_choice<S>::of(g.op, acc, x, x));
}

template <class S>
__device__ inline void fold_reduce(const fold_call &g, const char *in, const char *mask, char *out,
                                   int64_t j)
{
    typedef compute_t<S> C;
    int64_t k = g.first == nullptr ? 0 : g.first[j];
    const int64_t end = g.last == nullptr ? g.n : g.last[j];
    C acc;
    if (g.start)
        acc = load_as<C>(g.out_type, out);
    else
        acc = convert<C>(convert<S>(load_as<C>(g.in_type, in + k++ * g.by_row.in)));
    for (; k < end; k++) {
        if (mask != nullptr && *(const uint8_t *)(mask + k * g.by_row.mask) == 0) continue;
        acc = fold_join<S>(g, acc, load_as<C>(g.in_type, in + k * g.by_row.in));
    }
    store_as(g.out_type, out, convert<S>(acc));
}
template <class S>
__device__ inline void fold_accumulate(const fold_call &g, const char *in, char *out)
{
    typedef compute_t<S> C;
    C acc = convert<C>(convert<S>(load_as<C>(g.in_type, in)));
    store_as(g.out_type, out, convert<S>(acc));
    for (int64_t k = 1; k < g.n; k++) {
        acc = fold_join<S>(g, acc, load_as<C>(g.in_type, in + k * g.by_row.in));
        store_as(g.out_type, out + k * g.by_row.out, convert<S>(acc));
    }
}
/* The thread of the first of equal indices takes them all. */
template <class S>
__device__ inline void fold_at(const fold_call &g, const char *in, char *out, int64_t k)
{
    typedef compute_t<S> C;
    const int64_t row = g.index[g.order[k]];
    if (k > 0 && g.index[g.order[k - 1]] == row) return;
    out += row * g.by_row.out;
    C acc = load_as<C>(g.out_type, out);
    for (; k < g.n && g.index[g.order[k]] == row; k++)
        acc = fold_join<S>(g, acc, load_as<C>(g.in_type, in + g.order[k] * g.by_row.in));
    store_as(g.out_type, out, convert<S>(acc));
}

template <class S> __global__ void fold_kernel(fold_call g)
{
    const int64_t along = g.kind == CX_FOLD_REDUCE ? g.m : g.kind == CX_FOLD_AT ? g.n : 1;
    CX_GRID_STRIDE(int64_t, i, g.outer * along * g.inner)
    {
        const int64_t lane = i % g.inner, up = i / g.inner, j = up % along, o = up / along;
        const char *const in = g.in + o * g.by_outer.in + lane * g.by_inner.in;
        const char *const mask =
            g.mask == nullptr ? nullptr : g.mask + o * g.by_outer.mask + lane * g.by_inner.mask;
        char *const out = g.out + o * g.by_outer.out + lane * g.by_inner.out;
        if (g.kind == CX_FOLD_REDUCE)
            fold_reduce<S>(g, in, mask, out + j * g.by_row.out, j);
        else if (g.kind == CX_FOLD_ACCUMULATE)
            fold_accumulate<S>(g, in, out);
        else
            fold_at<S>(g, in, out, j);
    }
}

template <class S> struct fold_of {
    typedef fold_fn fn_t;
    static cx_status fn(cx_queue *q, const fold_call &g)
    {
        const int64_t along = g.kind == CX_FOLD_REDUCE ? g.m : g.kind == CX_FOLD_AT ? g.n : 1;
        return CX_LAUNCH(fold_kernel<S>, cuda_waves(q, g.outer * along * g.inner), CUDA_BLOCK, 0, q,
                         g);
    }
};

/** By loop dtype; nullptr for what is not theirs. */
fold_fn *fold_integers(int loop);
fold_fn *fold_floats(int loop);
fold_fn *fold_complex(int loop);
#endif
