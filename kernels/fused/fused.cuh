/* A fused program as the interpreter runs it: steps with slots for operands, made from a
 * cx_fused_program at each call, so that nothing is compiled, kept or uploaded.
 *
 * A slot is 16 bytes a thread of shared memory: four, two or one cells, by the widest dtype of the
 * program. Narrow dtypes stand in a cell as what they compute in (f16 as float, int8 as int), and a
 * step that must round or wrap says so: one body of code serves all of them. */
#ifndef CX_KERNELS_FUSED_CUH
#define CX_KERNELS_FUSED_CUH
#include "fused/plan.cuh"
#include "map/map.cuh"

enum {
    FUSED_BLOCK = 128,
    FUSED_VALUES = CX_FUSED_CONSTANTS + CX_FUSED_INPUTS,
    FUSED_STEPS = CX_FUSED_STEPS + 2 * CX_FUSED_OUTPUTS,
    FUSED_LAST = 255 /* instead of a slot: the result of the step before; as target: nowhere else */
};
/* What a step computes in; the 16-bit floats have a few rows of their own. */
enum fused_class {
    FUSED_F32,
    FUSED_F64,
    FUSED_INT,
    FUSED_UINT,
    FUSED_C64,
    FUSED_C128,
    FUSED_F16,
    FUSED_BF16,
    FUSED_ANY
};
/* Rows of one input keep their code, those of two count from 64 on. */
enum fused_code {
    FUSED_BINARY = 64,
    FUSED_BY_VALUE = 128, /* comparisons of int64 with uint64, in table order */
    FUSED_CLIP = 140,
    FUSED_CAST,  /* to: third operand */
    FUSED_WHERE, /* of any class */
    FUSED_STORE  /* into the output that is the second operand */
};

/* What a step is beside its row, above the number of operands in slots. */
enum {
    FUSED_READS = 3,
    FUSED_JOIN =
        4 /* folds the second operand into the first, of which the first round knows none */
};
struct fused_step {
    uint8_t code, cls, how;
    uint8_t a, b, c;
    uint8_t to;
    uint8_t finish; /* dtype to round or wrap to, or 0 */
};
/** Slots: inputs, then values that outlive the next step; behind those the constants, which all
 * threads share. */
struct fused_params {
    cuda_piece<FUSED_OPERANDS> w;
    fused_deal deal;
    int in, values, steps, slots;
    bool together, wide; /* a thread's cells are neighbours, read and written at once; and cells
                            are what lies in memory */
    uint8_t dtype[FUSED_OPERANDS]; /* 0: not used */
    uint8_t bytes[FUSED_OPERANDS]; /* together: of one access */
    uint16_t repeated;             /* together: inputs of one element for all cells */
    fused_step step[FUSED_STEPS];
    map_value value[FUSED_VALUES];
};
static_assert(sizeof(fused_params) <= 4096, "a kernel's parameters");

/** Steps for the program; what all pieces share of the parameters. */
cx_status fused_translate(const fused_plan &plan, fused_params *p, int *cell);

typedef void fused_kernel_fn(fused_params);
/** The interpreter for cells of 4 bytes (all dtypes of at most 32 bits), of 8 (reals) and of 16. */
fused_kernel_fn *fused_kernel_4();
fused_kernel_fn *fused_kernel_8();
fused_kernel_fn *fused_kernel_16();

/* ---- cells */
template <int CELL> struct fused_cell {
    uint32_t word[CELL / 4];
};
template <int CELL> struct alignas(16) fused_pack {
    fused_cell<CELL> at[16 / CELL];
};
template <int CELL> using fused_int = typename std::conditional<CELL == 4, int32_t, int64_t>::type;
template <int CELL>
using fused_uint = typename std::conditional<CELL == 4, uint32_t, uint64_t>::type;
template <class T, int CELL>
constexpr bool fused_fits = (int)sizeof(T) <= CELL && (!is_complex<T> || CELL == 16);

template <class T, int CELL> struct fused_held_as {
    typedef typename std::conditional<
        is_int<T>,
        typename std::conditional<std::is_signed<T>::value, fused_int<CELL>,
                                  fused_uint<CELL>>::type,
        typename std::conditional<std::is_same<T, bool>::value, fused_uint<CELL>,
                                  compute_t<T>>::type>::type type;
};
template <int CELL, class T> __host__ __device__ inline fused_cell<CELL> fused_put(T v)
{
    const typename fused_held_as<T, CELL>::type held =
        convert<typename fused_held_as<T, CELL>::type>(v);
    fused_cell<CELL> r = {};
    memcpy(r.word, &held, sizeof held);
    return r;
}
template <class T, int CELL> __device__ inline T fused_get(const fused_cell<CELL> &x)
{
    typename fused_held_as<T, CELL>::type held;
    memcpy(&held, x.word, sizeof held);
    if constexpr (is_half<T>)
        return fused_narrow(held, T());
    else if constexpr (std::is_same<T, bool>::value)
        return held != 0;
    else
        return (T)held;
}
#endif
