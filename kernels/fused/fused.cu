/* The fused slot, the host's side: a program becomes the interpreter's steps and is launched. All
 * of it happens at every call: it is a few hundred table look-ups and needs no memory. Nothing is
 * written before the whole program is understood. */
#include "fused/fused.cuh"

namespace {
struct fused_facts {
    uint8_t bytes;
    char kind;
};
const fused_facts dtypes[] = {
    {0, 0},
#define CX_DTYPE(NAME, value, ctype, sfx, text, size, kind, descr) {(size), (kind)},
#include <calx/dtypes.def>
#undef CX_DTYPE
};
/* Kinds for which a row has a loop; nullptr for no row. */
const char *domain_of(int op)
{
    switch (op) {
#define CX_UNARY(NAME, name, code, domain, result, ulp, doc) \
    case code:                                               \
        return domain;
#define CX_BINARY CX_UNARY
#define CX_TERNARY CX_UNARY
#include <calx/unary_ops.def>
#include <calx/binary_ops.def>
#include <calx/ternary_ops.def>
#undef CX_UNARY
#undef CX_BINARY
#undef CX_TERNARY
    default: return nullptr;
    }
}
int inputs_of(int op)
{
    return op == CX_FUSED_CAST || op < 1000 ? 1 : op < 2000 ? 2 : 3;
}
bool is_signed(int t)
{
    return dtypes[t].kind == 'i' || t == CX_CAT;
}
int stored_as(int t)
{
    return t == CX_CAT ? CX_I32 : t;
}
int class_of(int t)
{
    switch (dtypes[t].kind) {
    case 'i':
    case 'k': return FUSED_INT;
    case 'b':
    case 'u': return FUSED_UINT;
    case 'c': return t == CX_C64 ? FUSED_C64 : FUSED_C128;
    default: return t == CX_F64 ? FUSED_F64 : FUSED_F32;
    }
}
cx_status no_loop(const char *what, int t)
{
    return cuda_core->fail(CX_E_UNSUPPORTED, "fused", "no %s of %s in a fused program on cuda",
                           what, cuda_dtype_name(t));
}

/* One element in all cells of a slot. */
template <int CELL, class T> map_value repeated_value(T v)
{
    fused_pack<CELL> all;
    for (int k = 0; k < 16 / CELL; k++) all.at[k] = fused_put<CELL>(v);
    map_value r;
    memcpy(r.bytes, &all, sizeof r.bytes);
    return r;
}
template <class T> struct fused_valuer {
    typedef map_value fn_t(int cell, const void *p);
    static map_value fn(int cell, const void *p)
    {
        T v;
        memcpy(&v, p, sizeof v);
        if constexpr (fused_fits<T, 4>)
            if (cell == 4) return repeated_value<4>(v);
        if constexpr (fused_fits<T, 8>)
            if (cell == 8) return repeated_value<8>(v);
        return repeated_value<16>(v);
    }
};

/* What is known of operands while a program is translated, by their number. */
enum { OPERANDS = CX_FUSED_INPUTS + CX_FUSED_CONSTANTS + CX_FUSED_STEPS };
struct translation {
    const cx_fused_call *call;
    const cx_fused_program *program;
    int cell, first_step; /* number of the first step's value */
    uint8_t dtype[OPERANDS], slot[OPERANDS];
    int8_t last_use[OPERANDS]; /* step that reads it last */
    fused_params *to;
};

void know_operands(translation &t)
{
    const cx_fused_program *const g = t.program;
    int widest = 4, n = 0;
    for (int k = 0; k < g->n_in; k++) t.dtype[n++] = (uint8_t)stored_as(g->in_dtype[k]);
    for (int k = 0; k < g->n_constants; k++)
        t.dtype[n++] = (uint8_t)stored_as(g->constant_dtype[k]);
    t.first_step = n;
    for (int k = 0; k < g->n_steps; k++) t.dtype[n++] = (uint8_t)stored_as(g->step[k].dtype);
    for (int k = 0; k < n; k++) {
        const fused_facts f = dtypes[t.dtype[k]];
        const int needs = f.kind == 'c' ? 16 : f.bytes;
        if (needs > widest) widest = needs;
        t.last_use[k] = -1;
    }
    t.cell = widest;
    for (int k = 0; k < g->n_steps; k++)
        for (int j = 0; j < inputs_of(g->step[k].op); j++)
            t.last_use[g->step[k].operand[j]] = (int8_t)k;
}

/* Slots in the kernel's order: inputs, values that a later step than the next one reads, and what
 * all elements share. */
void give_slots(translation &t)
{
    const cx_fused_program *const g = t.program;
    fused_params *const p = t.to;
    bool shared[CX_FUSED_INPUTS];
    for (int k = 0; k < g->n_in; k++) {
        shared[k] = (t.call->in[k]->flags & CX_VIEW_HOST) != 0;
        if (!shared[k]) t.slot[k] = (uint8_t)p->in++;
    }
    uint8_t place[CX_FUSED_REGISTERS];
    memset(place, FUSED_LAST, sizeof place);
    p->slots = p->in;
    for (int k = 0; k < g->n_steps; k++) {
        uint8_t *const slot = &t.slot[t.first_step + k];
        *slot = FUSED_LAST;
        if (t.last_use[t.first_step + k] <= k + 1) continue;
        uint8_t *const at = &place[g->step[k].place];
        if (*at == FUSED_LAST) *at = (uint8_t)p->slots++;
        *slot = *at;
    }
    for (int k = 0; k < t.first_step; k++) {
        const bool input = k < g->n_in;
        if (input && !shared[k]) continue;
        const void *const value = input ? t.call->in[k]->data : g->constant[k - g->n_in];
        p->value[p->values] = cuda_by_dtype<fused_valuer>(t.dtype[k])(t.cell, value);
        t.slot[k] = (uint8_t)(p->slots + p->values++);
    }
}

int mirrored(int op)
{
    return op == CX_BI_LESS            ? CX_BI_GREATER
           : op == CX_BI_GREATER       ? CX_BI_LESS
           : op == CX_BI_LESS_EQUAL    ? CX_BI_GREATER_EQUAL
           : op == CX_BI_GREATER_EQUAL ? CX_BI_LESS_EQUAL
                                       : op;
}
/* Does the class compute more digits than the dtype has? */
bool is_narrow(int t, int cell)
{
    const char kind = dtypes[t].kind;
    return kind == 'b' || kind == 'e' ||
           ((kind == 'i' || kind == 'u') && dtypes[t].bytes < (cell == 4 ? 4 : 8));
}

/* A row of the tables: its code, class, and what it is rounded to. */
cx_status translate_row(translation &t, const cx_fused_step &s, fused_step &r)
{
    int op = s.op;
    const int loop = s.loop;
    const char *const domain = domain_of(op);
    const char kind = loop == CX_CAT ? 'i' : dtypes[loop].kind;
    const bool equal = op == CX_BI_EQUAL || op == CX_BI_NOT_EQUAL;
    if (domain == nullptr || strchr(domain, kind) == nullptr || (loop == CX_CAT && !equal))
        return no_loop("such row", loop);
    const bool half = kind == 'e' && (op == CX_UN_SPACING || op == CX_BI_NEXTAFTER);
    r.cls = (uint8_t)(half ? (loop == CX_F16 ? FUSED_F16 : FUSED_BF16) : class_of(loop));
    if (!half && is_narrow(s.dtype, t.cell) && dtypes[s.dtype].kind == kind)
        r.finish = (uint8_t)s.dtype;
    if (op >= CX_BI_EQUAL && op <= CX_BI_GREATER_EQUAL && loop == CX_U64) {
        const bool first = is_signed(t.dtype[s.operand[0]]),
                   second = is_signed(t.dtype[s.operand[1]]);
        if (first != second) {
            if (second) {
                const uint8_t swap = r.a;
                r.a = r.b;
                r.b = swap;
                op = mirrored(op);
            }
            r.cls = FUSED_INT;
            r.code = (uint8_t)(FUSED_BY_VALUE + op - CX_BI_EQUAL);
            return CX_OK;
        }
    }
    if (op == CX_UN_INVERT && loop == CX_BOOL) op = CX_UN_LOGICAL_NOT;
    if (op == CX_BI_FLOAT_POWER) op = CX_BI_POWER;
    r.code = (uint8_t)(op < 1000 ? op : op < 2000 ? FUSED_BINARY + op - 1000 : FUSED_CLIP);
    return CX_OK;
}
cx_status translate_step(translation &t, int k)
{
    const cx_fused_step &s = t.program->step[k];
    fused_params *const p = t.to;
    fused_step r = {};
    r.reads = (uint8_t)inputs_of(s.op);
    uint8_t *const reads[3] = {&r.a, &r.b, &r.c};
    for (int j = 0; j < r.reads; j++)
        *reads[j] = s.operand[j] == t.first_step + k - 1 && k > 0 ? (uint8_t)FUSED_LAST
                                                                  : t.slot[s.operand[j]];
    r.to = t.slot[t.first_step + k];
    if (s.op == CX_FUSED_CAST) {
        r.cls = (uint8_t)class_of(s.loop);
        r.code = FUSED_CAST;
        r.c = (uint8_t)stored_as(s.dtype);
    } else if (s.op == CX_TE_WHERE) {
        r.cls = FUSED_ANY;
        r.code = FUSED_WHERE;
    } else {
        CX_STATUS_TRY(translate_row(t, s, r));
    }
    p->step[p->steps++] = r;
    return CX_OK;
}
/* Outputs are written as soon as their value is there. */
void store_operand(translation &t, int operand, bool last)
{
    fused_params *const p = t.to;
    for (int k = 0; k < t.program->n_out; k++) {
        if (t.program->out[k].operand != operand) continue;
        fused_step r = {};
        r.code = FUSED_STORE;
        r.reads = 1;
        r.a = last ? (uint8_t)FUSED_LAST : t.slot[operand];
        r.b = (uint8_t)k;
        p->step[p->steps++] = r;
    }
}
cx_status translate(const cx_fused_call *c, translation &t, fused_params *p)
{
    t.call = c;
    t.program = c->program;
    t.to = p;
    know_operands(t);
    give_slots(t);
    for (int k = 0; k < t.first_step; k++) store_operand(t, k, false);
    for (int k = 0; k < t.program->n_steps; k++) {
        CX_STATUS_TRY(translate_step(t, k));
        store_operand(t, t.first_step + k, true);
    }
    return CX_OK;
}

/* ---- memory */
/* May a thread's cells go at once? Then how, for each operand that takes part. */
bool go_together(fused_params &p, int n_out, int count)
{
    const cuda_piece<FUSED_OPERANDS> &w = p.w;
    const int last = w.ndim - 1;
    const uint32_t run = last == 0 ? w.total : w.div[last].divisor;
    p.repeated = 0;
    if (run < (uint32_t)count || (last > 0 && run % (uint32_t)count != 0)) return false;
    for (int k = 0; k < CX_FUSED_OUTPUTS + p.in; k++) {
        const bool input = k >= CX_FUSED_OUTPUTS;
        if (!input && k >= n_out) continue;
        const int64_t size = dtypes[p.dtype[k]].bytes;
        const bool repeats = count > 1 && input && w.stride[k][last] == 0;
        p.bytes[k] = (uint8_t)(repeats ? size : size * count);
        uint64_t bits = (uint64_t)w.data[k];
        for (int d = 0; d < last; d++) bits |= (uint64_t)(int64_t)w.stride[k][d];
        if (repeats)
            p.repeated = (uint16_t)(p.repeated | 1u << (k - CX_FUSED_OUTPUTS));
        else if (count == 1)
            bits |= (uint64_t)(int64_t)w.stride[k][last];
        else if (w.stride[k][last] != size)
            return false;
        if (bits % p.bytes[k] != 0) return false;
    }
    return true;
}

cx_status launch(cx_queue *q, fused_params &p, int cell, int n_out)
{
    enum { SHARED = 48 * 1024 };
    const int count = 16 / cell;
    p.together = go_together(p, n_out, count);
    unsigned block = FUSED_BLOCK;
    while ((p.slots * block + (unsigned)p.values) * 16 > SHARED) block /= 2;
    const int64_t items = ((int64_t)p.w.total + count - 1) / count,
                  need = (items + block - 1) / block, most = (int64_t)cuda_sm_count(q) * 192;
    fused_kernel_fn *const kernel = cell == 4   ? fused_kernel_4()
                                    : cell == 8 ? fused_kernel_8()
                                                : fused_kernel_16();
    return CX_LAUNCH(kernel, (unsigned)(need < most ? need : most), block,
                     (p.slots * block + (unsigned)p.values) * 16, q, p);
}

cx_status cuda_fused_run(cx_queue *q, const cx_fused_call *c)
{
    const cx_fused_program *const g = c->program;
    for (int k = 0; k < g->n_out; k++)
        if (g->out[k].reduce != 0)
            return cuda_core->fail(CX_E_UNSUPPORTED, "fused",
                                   "no reductions in a fused program on cuda");
    fused_params p;
    memset(&p, 0, sizeof p);
    translation t;
    CX_STATUS_TRY(translate(c, t, &p));
    cx_view absent; /* 0-d: repeated */
    absent.data = nullptr;
    absent.ndim = 0;
    const cx_view *v[FUSED_OPERANDS];
    for (const cx_view *&at : v) at = &absent;
    for (int k = 0; k < g->n_out; k++) {
        v[k] = c->out[k];
        p.dtype[k] = t.dtype[g->out[k].operand];
        if (stored_as(c->out[k]->dtype) != p.dtype[k])
            return no_loop("conversion of an output", p.dtype[k]);
    }
    for (int k = 0; k < g->n_in; k++) {
        if ((c->in[k]->flags & CX_VIEW_HOST) != 0) continue;
        v[CX_FUSED_OUTPUTS + t.slot[k]] = c->in[k];
        p.dtype[CX_FUSED_OUTPUTS + t.slot[k]] = t.dtype[k];
    }
    const cuda_walk<FUSED_OPERANDS> w = cuda_walk_of<FUSED_OPERANDS>(v);
    if (w.total == 0) return CX_OK;
    return cuda_pieces(w, [&](const cuda_piece<FUSED_OPERANDS> &piece) {
        p.w = piece;
        return launch(q, p, t.cell, g->n_out);
    });
}
} // namespace

const cx_fused_ops cuda_fused_ops = {sizeof(cx_fused_ops), cuda_fused_run, nullptr};
