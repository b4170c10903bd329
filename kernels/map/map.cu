/* Elementwise operations, the host's side: finds the row, merges dimensions, and chooses between
 * the row's own kernel (operands of its dtypes) and the one of any dtypes. Allocates nothing and
 * takes no lock. */
#include "map.cuh"

template <class S> struct unary_table {
    typedef const map_row<1> *fn_t();
    static const map_row<1> *fn() { return map_unary_rows<S>(); }
};
template <class S> struct binary_table {
    typedef const map_row<2> *fn_t();
    static const map_row<2> *fn() { return map_binary_rows<S>(); }
};

static const char *op_name(int op)
{
    switch (op) {
#define CX_UNARY(NAME, name, code, domain, result, ulp, doc) \
    case code:                                               \
        return #name;
#define CX_BINARY CX_UNARY
#define CX_TERNARY CX_UNARY
#define CX_PAIR(NAME, name, code, inputs, domain, first, second, doc) \
    case code:                                                        \
        return #name;
#include <calx/unary_ops.def>
#include <calx/binary_ops.def>
#include <calx/ternary_ops.def>
#include <calx/pair_ops.def>
#undef CX_UNARY
#undef CX_BINARY
#undef CX_TERNARY
#undef CX_PAIR
    default: return "map";
    }
}

static int stored_as(int t)
{
    return t == CX_CAT ? CX_I32 : t;
}

/* Elements that go by vectors of a piece: all but the last few of one run, all of whole rows, or
 * none. Sets the inputs that repeat along a vector. */
template <int N>
static uint32_t vectors(const cuda_piece<N + 1> &w, const map_row<N> &row, unsigned by_value,
                        uint16_t *repeated)
{
    const int last = w.ndim - 1;
    const uint32_t count = row.vector, run = last == 0 ? w.total : w.div[last].divisor;
    *repeated = 0;
    if (count == 1 || run < count || (last > 0 && run % count != 0)) return 0;
    for (int k = 0; k <= N; k++) {
        if (k > 0 && (by_value >> (k - 1) & 1) != 0) continue;
        if (k > 0 && w.stride[k][last] == 0) {
            *repeated = (uint16_t)(*repeated | 1u << (k - 1));
            continue;
        }
        const int64_t size = cuda_itemsize(k == 0 ? row.out : row.in[k - 1]);
        uint64_t bits = (uint64_t)w.data[k];
        for (int d = 0; d < last; d++) bits |= (uint64_t)(int64_t)w.stride[k][d];
        if (w.stride[k][last] != size || bits % (uint64_t)(size * count) != 0) return 0;
    }
    return w.total - w.total % count;
}

template <int N>
static cx_status run_same(cx_queue *q, const map_row<N> &row, const cx_view *const (&v)[N + 2],
                          unsigned by_value, const map_value (&value)[N])
{
    const cx_view *list[N + 1];
    for (int k = 0; k <= N; k++) list[k] = v[k];
    return cuda_pieces(cuda_walk_of<N + 1>(list), [&](const cuda_piece<N + 1> &w) {
        map_params<N> p;
        p.w = w;
        p.by_value = (uint16_t)by_value;
        for (int k = 0; k < N; k++) p.value[k] = value[k];
        p.vectors = vectors<N>(w, row, by_value, &p.repeated);
        const int64_t threads = p.vectors > 0 ? p.vectors / row.vector : (w.total + 1) / 2;
        return CX_LAUNCH(row.same, cuda_waves(q, threads), CUDA_BLOCK, 0, q, p);
    });
}

template <int N>
static cx_status run_any(cx_queue *q, const map_row<N> &row, const cx_view *const (&v)[N + 2],
                         unsigned by_value, const map_value (&value)[N])
{
    return cuda_pieces(cuda_walk_of<N + 2>(v), [&](const cuda_piece<N + 2> &w) {
        map_any_params<N> p;
        p.w = w;
        p.op = row.op;
        p.by_value = by_value;
        p.out = v[0]->dtype;
        for (int k = 0; k < N; k++) {
            p.in[k] = v[k + 1]->dtype;
            p.value[k] = value[k];
        }
        return CX_LAUNCH(row.any, cuda_waves(q, w.total), CUDA_BLOCK, 0, q, p);
    });
}

template <int N>
static cx_status run(cx_queue *q, const cx_map_call *c, const map_row<N> *row,
                     const cx_view *const *in)
{
    if (row == nullptr || row->same == nullptr)
        return cuda_core->fail(CX_E_UNSUPPORTED, op_name(c->op), "no loop for %s on cuda",
                               cuda_dtype_name(c->loop));
    cx_view absent, held[N]; /* 0-d: repeated */
    absent.data = nullptr;
    absent.ndim = 0;
    absent.dtype = CX_BOOL;
    map_value value[N] = {};
    unsigned by_value = 0;
    bool same = c->mask == nullptr && stored_as(c->out[0]->dtype) == row->out;
    const cx_view *v[N + 2];
    v[0] = c->out[0];
    v[N + 1] = c->mask != nullptr ? c->mask : &absent;
    for (int k = 0; k < N; k++) {
        v[k + 1] = in[k];
        if ((in[k]->flags & CX_VIEW_HOST) != 0) {
            cuda_by_dtype<map_valuer>(row->input[k])(in[k]->dtype, in[k]->data, &value[k]);
            by_value |= 1u << k;
            held[k] = absent;
            held[k].dtype = in[k]->dtype;
            v[k + 1] = &held[k];
        } else if (stored_as(in[k]->dtype) != row->in[k]) {
            same = false;
        }
    }
    return same ? run_same<N>(q, *row, v, by_value, value)
                : run_any<N>(q, *row, v, by_value, value);
}

static bool is_signed(int t)
{
    return t >= CX_I8 && t <= CX_I64;
}
static int mirrored(int op)
{
    return op == CX_BI_LESS            ? CX_BI_GREATER
           : op == CX_BI_GREATER       ? CX_BI_LESS
           : op == CX_BI_LESS_EQUAL    ? CX_BI_GREATER_EQUAL
           : op == CX_BI_GREATER_EQUAL ? CX_BI_LESS_EQUAL
                                       : op;
}

static cx_status run_binary(cx_queue *q, const cx_map_call *c)
{
    const bool compares = c->op >= CX_BI_EQUAL && c->op <= CX_BI_GREATER_EQUAL;
    const bool first = is_signed(c->in[0]->dtype), second = is_signed(c->in[1]->dtype);
    if (compares && c->loop == CX_U64 && first != second) {
        const cx_view *const in[2] = {c->in[first ? 0 : 1], c->in[first ? 1 : 0]};
        return run<2>(q, c, map_by_value_row(first ? c->op : mirrored(c->op)), in);
    }
    return run<2>(q, c, cuda_by_dtype<binary_table>(c->loop)() + (c->op - 1001), c->in);
}

cx_status cuda_map(cx_queue *q, const cx_map_call *c)
{
    for (int d = 0; d < c->out[0]->ndim; d++)
        if (c->out[0]->shape[d] == 0) return CX_OK;
    if (c->n_out > 1) {
        map_pair_fn *const fn = map_pair_find(c->op, c->loop);
        return fn != nullptr ? fn(q, c) : run<1>(q, c, nullptr, c->in);
    }
    const bool equal = c->op == CX_BI_EQUAL || c->op == CX_BI_NOT_EQUAL;
    if (c->loop == CX_CAT && !equal && c->op != CX_TE_WHERE) return run<1>(q, c, nullptr, c->in);
    if (c->op >= 2000) return run<3>(q, c, map_ternary_row(c->op, c->loop), c->in);
    if (c->op >= 1000) return run_binary(q, c);
    return run<1>(q, c, cuda_by_dtype<unary_table>(c->loop)() + (c->op - 1), c->in);
}
