/* Elementwise rows of two results: one kernel a loop dtype, of operands of any dtypes, which
 * chooses the row when it runs. Inputs are read once. */
#include "expressions.cuh"
#include "map.cuh"

/* Operands: both outputs, two inputs (the second may be absent), the mask (data NULL: none). */
enum { PAIR_OPERANDS = 5 };
struct pair_params {
    cuda_piece<PAIR_OPERANDS> w;
    int op, n_in, in[2], out[2];
    uint32_t by_value;
    map_value value[2];
};

template <class C> struct pair_result {
    C first, second;
    int exponent;
};
template <class C> __device__ inline pair_result<C> pair_of(int op, C x, C y)
{
    pair_result<C> r = {x, x, 0};
    if constexpr (is_float<C>) {
        if (op == CX_PA_FREXP) {
            if (is_finite(x)) r.first = (C)::frexp((double)x, &r.exponent);
            return r;
        }
        if (op == CX_PA_MODF) {
            r.second = rows::c_trunc(x);
            r.first = rows::c_copysign(is_inf(x) ? (C)0 : x - r.second, x);
            if (rows::is_nan(x)) r.first = x;
            return r;
        }
    }
    r.first = rows::FLOOR_DIVIDE<C>::of(x, y);
    r.second = rows::REMAINDER<C>::of(x, y);
    return r;
}

/* S: what results are rounded to before they are stored. */
template <class S> __global__ void map_pair_kernel(pair_params p)
{
    typedef compute_t<S> C;
    CX_GRID_STRIDE(uint32_t, i, p.w.total)
    {
        char *at[PAIR_OPERANDS];
        piece_at(p.w, i, at);
        if (at[4] != nullptr && *(const uint8_t *)at[4] == 0) continue;
        C x[2] = {};
        for (int k = 0; k < p.n_in; k++) {
            if (p.by_value >> k & 1)
                x[k] = *(const C *)p.value[k].bytes;
            else
                x[k] = load_as<C>(p.in[k], at[2 + k]);
        }
        const pair_result<C> r = pair_of<C>(p.op, x[0], x[1]);
        store_as(p.out[0], at[0], convert<S>(r.first));
        if (p.op == CX_PA_FREXP)
            store_as(p.out[1], at[1], (int32_t)r.exponent);
        else
            store_as(p.out[1], at[1], convert<S>(r.second));
    }
}

template <class S> struct pair_run {
    typedef map_pair_fn fn_t;
    static cx_status fn(cx_queue *q, const cx_map_call *c)
    {
        cx_view absent;
        absent.data = nullptr;
        absent.ndim = 0;
        absent.dtype = CX_BOOL;
        const cx_view *v[PAIR_OPERANDS] = {c->out[0], c->out[1], &absent, &absent,
                                           c->mask != nullptr ? c->mask : &absent};
        pair_params p = {};
        p.op = c->op;
        p.n_in = c->n_in;
        for (int k = 0; k < c->n_in; k++) {
            p.in[k] = c->in[k]->dtype;
            if ((c->in[k]->flags & CX_VIEW_HOST) != 0) {
                map_valuer<compute_t<S>>::fn(c->in[k]->dtype, c->in[k]->data, &p.value[k]);
                p.by_value |= 1u << k;
            } else {
                v[2 + k] = c->in[k];
            }
        }
        for (int k = 0; k < 2; k++) p.out[k] = c->out[k]->dtype;
        return cuda_pieces(cuda_walk_of<PAIR_OPERANDS>(v), [&](const cuda_piece<PAIR_OPERANDS> &w) {
            p.w = w;
            return CX_LAUNCH(map_pair_kernel<S>, cuda_waves(q, w.total), CUDA_BLOCK, 0, q, p);
        });
    }
};

map_pair_fn *map_pair_find(int op, int loop)
{
    switch (loop) {
    case CX_F16: return pair_run<f16>::fn;
    case CX_BF16: return pair_run<bf16>::fn;
    case CX_F32: return pair_run<float>::fn;
    case CX_F64: return pair_run<double>::fn;
    default: break;
    }
    if (op != CX_PA_DIVMOD) return nullptr;
    switch (loop) {
    case CX_I8: return pair_run<int8_t>::fn;
    case CX_I16: return pair_run<int16_t>::fn;
    case CX_I32: return pair_run<int32_t>::fn;
    case CX_I64: return pair_run<int64_t>::fn;
    case CX_U8: return pair_run<uint8_t>::fn;
    case CX_U16: return pair_run<uint16_t>::fn;
    case CX_U32: return pair_run<uint32_t>::fn;
    case CX_U64: return pair_run<uint64_t>::fn;
    default: return nullptr;
    }
}
