/* What the host's side of map and the files of rows share: the kernels' parameters, and a row of
 * the tables. */
#ifndef CX_KERNELS_MAP_CUH
#define CX_KERNELS_MAP_CUH
#include "elements.cuh"
#include "walk.cuh"

/** Rows that take 16-bit floats as they are, not as float32. */
__host__ __device__ constexpr bool map_takes_halves(int op)
{
    return op == CX_UN_SPACING || op == CX_BI_NEXTAFTER || op == CX_TE_WHERE;
}

/** Operand 0 is the output, then N inputs. Bits of the sets count inputs from 0. */
template <int N> struct map_params {
    cuda_piece<N + 1> w;
    uint32_t vectors;            /* elements that go by vectors */
    uint16_t by_value, repeated; /* inputs given by value; those that repeat along a vector */
    map_value value[N];
};
/** The same with a mask (data NULL: none) as the last operand, and dtypes. */
template <int N> struct map_any_params {
    cuda_piece<N + 2> w;
    int op, in[N], out;
    uint32_t by_value;
    map_value value[N];
};

/** A row for one loop dtype. Dtypes are those of the operands that `same` takes, `compute` what the
 * expression's inputs are (for values and for `any`). */
template <int N> struct map_row {
    int op;
    uint8_t vector, in[N], out, input[N];
    void (*same)(map_params<N>);
    void (*any)(map_any_params<N>);
};
/** All rows of one loop dtype in the order of the tables: codes count from 1 (1001); `same` is
 * nullptr where the dtype is not in the row's domain. Defined in rows.cuh, instantiated in the
 * files beside it. */
template <class S> const map_row<1> *map_unary_rows();
template <class S> const map_row<2> *map_binary_rows();
/** WHERE and CLIP by loop dtype; the comparisons of int64 with uint64 by value, in table order. */
const map_row<3> *map_ternary_row(int op, int loop);
const map_row<2> *map_by_value_row(int op);

/** A host scalar as an expression's input. */
template <class T> struct map_valuer {
    typedef void fn_t(int t, const void *p, map_value *out);
    static void fn(int t, const void *p, map_value *out)
    {
        const T v = load_as<T>(t, p);
        memcpy(out->bytes, &v, sizeof v);
    }
};
/** Rows of two results, by loop dtype; nullptr where there is no loop. */
typedef cx_status map_pair_fn(cx_queue *q, const cx_map_call *c);
map_pair_fn *map_pair_find(int op, int loop);
#endif
