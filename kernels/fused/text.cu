/* The text of a kernel of one program: what its values are and which row makes each of them. How
 * elements are dealt out, read and written, and what a row computes, are in the headers that the
 * text includes (special.cuh). Constants, scalars, extents and strides are parameters: the text
 * does not know them. */
#include "fused/compiled.cuh"
#include "map/expressions.cuh"
#include "map/map.cuh"
#include <stdarg.h>
#include <stdio.h>

namespace {
const char *const dtype_names[] = {
    "",
#define CX_DTYPE(NAME, value, ctype, sfx, text, size, kind, descr) #NAME,
#include <calx/dtypes.def>
#undef CX_DTYPE
};
struct row_facts {
    const char *name, *people;
    bool is_long[4]; /* for integers, float, double, complex */
};
template <template <class> class ROW, class T, bool HAS> constexpr bool is_long()
{
    if constexpr (HAS)
        return ROW<T>::rolled;
    else
        return false;
}
row_facts row_of(int op)
{
    switch (op) {
#define CX_UNARY(NAME, name, code, domain, result, ulp, doc)                 \
    case code:                                                               \
        return {#NAME,                                                       \
                #name,                                                       \
                {is_long<rows::NAME, int32_t, map_in_domain(domain, 'i')>(), \
                 is_long<rows::NAME, float, map_in_domain(domain, 'f')>(),   \
                 is_long<rows::NAME, double, map_in_domain(domain, 'f')>(),  \
                 is_long<rows::NAME, c128, map_in_domain(domain, 'c')>()}};
#define CX_BINARY CX_UNARY
#define CX_TERNARY CX_UNARY
#include <calx/binary_ops.def>
#include <calx/ternary_ops.def>
#include <calx/unary_ops.def>
#undef CX_UNARY
#undef CX_BINARY
#undef CX_TERNARY
    default: return {"", "astype", {false, false, false, false}};
    }
}
bool has_long_row(const cx_fused_program *g)
{
    for (int k = 0; k < g->n_steps; k++) {
        const int loop = g->step[k].loop;
        const int column = fused_kind(loop) == 'c' ? 3
                           : loop == CX_F64        ? 2
                           : loop >= CX_F16        ? 1
                                                   : 0;
        if (row_of(g->step[k].op).is_long[column]) return true;
    }
    return false;
}
int at_least(int n, int least)
{
    return n < least ? least : n;
}

/* ---- numbers of things in memory and among the parameters */
struct counts {
    int operands, values;
};
counts count(const fused_plan &p)
{
    counts n = {0, p.program->n_constants + p.program->n_in - p.inputs};
    for (const uint8_t t : p.memory) n.operands += t != 0;
    return n;
}

/* ---- writing */
struct writer {
    const fused_plan &p;
    const fused_layout &l;
    fused_shape shape;
    char *text;
    size_t size, n;
};
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void put(writer &w, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    const size_t left = w.n < w.size ? w.size - w.n : 0;
    w.n += (size_t)vsnprintf(left > 0 ? w.text + w.n : nullptr, left, format, list);
    va_end(list);
}
bool by_value(const writer &w, int input)
{
    return (w.l.by_value >> input & 1) != 0;
}
/* Is the input one element in memory for all? */
bool is_single(const writer &w, int place)
{
    return w.l.ndim == 1 && (w.l.repeated >> place & 1) != 0;
}
/* Operand number `from` of the walk is number... of those in memory. */
int in_memory(const writer &w, int from)
{
    int n = 0;
    for (int k = 0; k < from; k++) n += w.p.memory[k] != 0;
    return n;
}

/* Values that all elements share: members, read once. */
void put_shared(writer &w, bool declare)
{
    const cx_fused_program *const g = w.p.program;
    int value = 0, place = 0;
    for (int k = 0; k < w.p.first_step; k++) {
        const char *const t = dtype_names[w.p.dtype[k]];
        const bool single = k < g->n_in && !by_value(w, k) && is_single(w, place);
        const bool param = k >= g->n_in || by_value(w, k);
        if ((single || param) && declare) put(w, "    of_dtype<CX_%s> v%d;\n", t, k);
        if (single && !declare)
            put(w, "        v%d = special_one<of_dtype<CX_%s>>(p.data[%d]);\n", k, t,
                in_memory(w, CX_FUSED_OUTPUTS + place));
        if (param && !declare)
            put(w, "        v%d = special_value<of_dtype<CX_%s>>(p.value[%d]);\n", k, t, value);
        value += param;
        place += !param;
    }
}
void put_loads(writer &w)
{
    const cx_fused_program *const g = w.p.program;
    for (int k = 0, place = 0; k < g->n_in; k++) {
        if (by_value(w, k)) continue;
        if (!is_single(w, place))
            put(w, "        of_dtype<CX_%s> v%d[W::count];\n        w.load%s(p, %d, v%d);\n",
                dtype_names[w.p.dtype[k]], k, (w.l.repeated >> place & 1) != 0 ? "_repeated" : "",
                in_memory(w, CX_FUSED_OUTPUTS + place), k);
        place++;
    }
}
void put_step(writer &w, int k)
{
    const cx_fused_step &s = w.p.program->step[k];
    const int to = w.p.first_step + k;
    put(w, "        of_dtype<CX_%s> v%d[W::count];\n", dtype_names[w.p.dtype[to]], to);
    if (s.op == CX_FUSED_CAST) {
        put(w, "        special_cast(v%d, v%d);\n", to, s.operand[0]);
        return;
    }
    int op = s.op;
    bool swap = false;
    const char *const loop = dtype_names[fused_stored_as(s.loop)];
    if (fused_by_value(w.p, s, &op, &swap))
        put(w, "        special_do<rows::%s_BY_VALUE>(v%d", row_of(op).name, to);
    else if (map_takes_halves(op))
        put(w, "        special_do<rows::%s<of_dtype<CX_%s>>>(v%d", row_of(op).name, loop, to);
    else
        put(w, "        special_do<rows::%s<compute_t<of_dtype<CX_%s>>>>(v%d", row_of(op).name,
            loop, to);
    for (int j = 0; j < fused_reads(s.op); j++) put(w, ", v%d", s.operand[swap ? 1 - j : j]);
    put(w, ");\n");
}
/* What becomes of an operand, as soon as it is there. */
void put_outputs(writer &w, int operand)
{
    for (int k = 0, fold = 0; k < w.p.program->n_out; k++) {
        const cx_fused_out &o = w.p.program->out[k];
        const char *const acc = dtype_names[w.p.acc[k]];
        if (o.operand != operand) {
            fold += w.p.folds[k];
            continue;
        }
        if (!w.p.folds[k]) {
            put(w, "        w.template store<of_dtype<CX_%s>>(p, %d, v%d);\n",
                dtype_names[w.p.memory[k]], in_memory(w, k), operand);
            continue;
        }
        put(w,
            "        of_dtype<CX_%s> x%d[W::count];\n        special_cast(x%d, v%d);\n"
            "        special_join<rows::%s<compute_t<of_dtype<CX_%s>>>>(w, first, f%d, x%d);\n",
            acc, fold, fold, operand, row_of(fused_fold_row(o.reduce)).name, acc, fold, fold);
        fold++;
    }
}
void put_folds(writer &w, bool declare)
{
    const int n = w.shape.vector * w.shape.unroll;
    for (int k = 0; k < w.p.deal.folds; k++) {
        const char *const t = dtype_names[w.p.deal.dtype[k]];
        if (declare)
            put(w, "    compute_t<of_dtype<CX_%s>> f%d[%d];\n", t, k, n);
        else
            put(w, "        special_leave<of_dtype<CX_%s>, %d, %d>(p, %d, mine, f%d);\n", t,
                w.shape.vector, w.shape.unroll, k, k);
    }
}
} // namespace

/* ---- what the launch must know, too */
int fused_vector(const fused_plan &p, const fused_layout &l)
{
    int widest = 1;
    for (const uint8_t t : p.memory)
        if (t != 0) widest = at_least(widest, fused_bytes(t));
    return !l.together ? 1 : widest <= 2 ? 8 : 16 / widest;
}
fused_shape fused_shape_of(const fused_plan &p, const fused_layout &l)
{
    enum { ASKED = 64, REGISTERS = 96 }; /* bytes of a thread; of values that are needed at once */
    const cx_fused_program *const g = p.program;
    int bytes = 0, words = 1;
    for (int k = 0; k < p.inputs; k++)
        if ((l.repeated >> k & 1) == 0) bytes += fused_bytes(p.memory[CX_FUSED_OUTPUTS + k]);
    for (int k = 0; k < p.first_step + g->n_steps; k++)
        words = at_least(words, fused_bytes(p.dtype[k]) / 4);
    fused_shape s = {fused_vector(p, l), 4};
    const int held = (g->n_registers + p.inputs) * words * s.vector;
    while (s.unroll > 1 && (s.unroll * bytes * s.vector > ASKED || s.unroll * held > REGISTERS))
        s.unroll /= 2;
    /* parts are few: threads rather than vectors */
    if (l.folds != 0 && s.unroll > 4 / s.vector) s.unroll = at_least(4 / s.vector, 1);
    if (has_long_row(g)) s.unroll = 1;
    return s;
}
size_t fused_params_bytes(const fused_plan &p, const fused_layout &l)
{
    const counts n = count(p);
    const size_t bytes = (sizeof(fused_deal) + 15) / 16 * 16 +
                         (size_t)at_least(n.values, 1) * sizeof(map_value) +
                         (size_t)n.operands * sizeof(char *) + l.ndim * sizeof(fast_div) +
                         (size_t)n.operands * l.ndim * sizeof(int32_t);
    return (bytes + 15) / 16 * 16;
}

bool fused_text(const fused_plan &p, const fused_layout &l, const char *name, char *text,
                size_t size)
{
    writer w = {p, l, fused_shape_of(p, l), text, size, 0};
    const counts n = count(p);
    put(w,
        "#define CX_DEVICE_ONLY 1\n#include \"fused/special.cuh\"\n"
        "typedef special_params<%d, %d, %d> %s_params;\n"
        "static_assert(sizeof(%s_params) == %d, \"as the host fills it\");\n"
        "struct %s_program {\n    static constexpr int ahead = %d;\n",
        n.operands, at_least(n.values, 1), l.ndim, name, name, (int)fused_params_bytes(p, l), name,
        has_long_row(p.program) ? 1 : 4);
    put_shared(w, true);
    put_folds(w, true);
    put(w, "    __device__ %s_program(const %s_params &p)\n    {\n", name, name);
    put_shared(w, false);
    put(w,
        "    }\n    template <class W>\n"
        "    __device__ __forceinline__ void round(const %s_params &p, const W &w, bool first)\n"
        "    {\n",
        name);
    put_loads(w);
    for (int k = 0; k < p.first_step; k++) put_outputs(w, k);
    for (int k = 0; k < p.program->n_steps; k++) {
        put_step(w, k);
        put_outputs(w, p.first_step + k);
    }
    put(w, "    }\n    __device__ void leave(const %s_params &p, uint32_t mine)\n    {\n", name);
    put_folds(w, false);
    put(w,
        "    }\n};\nextern \"C\" __global__ void %s(const %s_params p)\n{\n"
        "    special_%s<%s_program, %d, %d, %d>(p);\n}\n",
        name, name, l.folds != 0 ? "folds" : "elements", name, w.shape.vector, w.shape.unroll,
        l.ndim);
    return w.n < size;
}

void fused_label(const fused_plan &p, const fused_layout &l, char *line, size_t size)
{
    const cx_fused_program *const g = p.program;
    writer w = {p, l, {}, line, size, 0};
    put(w, "formula:");
    for (int k = 0; k < g->n_steps; k++) put(w, " %s", row_of(g->step[k].op).people);
    for (int k = 0; k < g->n_in; k++)
        put(w, "%s%s", k == 0 ? " of " : ", ", cuda_dtype_name(p.dtype[k]));
    put(w, "; %d-d %s", l.ndim, l.together ? "vectors" : "elements");
    if (w.n >= size) memcpy(line + size - 4, "...", 4);
}
