/* The fused slot, the host's side: a program becomes the interpreter's steps and is launched. All
 * of it happens at every call: it is a few hundred table look-ups. Nothing is written before the
 * whole program is understood.
 *
 * A reduction that any order makes the same of leaves one value for some 32 elements, and the
 * reduce slot goes on from there: it costs a few percent of the traffic and no kernel of its own.
 * Others, sums and products of floating numbers, are given to that slot whole, as the operation
 * before them would have left them in memory, so that their bits are the same. */
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
    bool folded[OPERANDS];     /* read by folds, which follow its step: from its slot */
    int8_t last_use[OPERANDS]; /* step that reads it last */
    bool fold;                 /* may reductions be begun here? */
    bool folds[CX_FUSED_OUTPUTS];
    uint8_t acc[CX_FUSED_OUTPUTS]; /* dtype of what is left for the reduce slot */
    uint8_t spare;                 /* slot of a converted value on its way into a fold */
    fused_params *to;
};

/* What a fold is done in. */
int fold_dtype(const cx_fused_out &o, int value)
{
    if (o.reduce == CX_RED_MIN || o.reduce == CX_RED_MAX) return value;
    if (o.reduce == CX_RED_ANY || o.reduce == CX_RED_ALL) return CX_BOOL;
    return dtypes[o.acc].kind == 'u' ? CX_U64 : CX_I64;
}
/* The same in any order, but for which of equal zeros or of several NaNs is the smallest. */
bool is_exact(const cx_fused_out &o)
{
    const char kind = dtypes[o.acc].kind;
    const bool total = o.reduce == CX_RED_SUM || o.reduce == CX_RED_PROD;
    return !total || kind == 'b' || kind == 'i' || kind == 'u';
}
int fold_row(int reduce)
{
    switch (reduce) {
    case CX_RED_SUM: return CX_BI_ADD;
    case CX_RED_PROD: return CX_BI_MUL;
    case CX_RED_MIN: return CX_BI_MINIMUM;
    case CX_RED_MAX: return CX_BI_MAXIMUM;
    case CX_RED_ANY: return CX_BI_LOGICAL_OR;
    default: return CX_BI_LOGICAL_AND;
    }
}
int cell_for(int t)
{
    return dtypes[t].kind == 'c' ? 16 : dtypes[t].bytes <= 4 ? 4 : 8;
}

void know_operands(translation &t)
{
    const cx_fused_program *const g = t.program;
    int n = 0;
    for (int k = 0; k < g->n_in; k++) t.dtype[n++] = (uint8_t)stored_as(g->in_dtype[k]);
    for (int k = 0; k < g->n_constants; k++)
        t.dtype[n++] = (uint8_t)stored_as(g->constant_dtype[k]);
    t.first_step = n;
    for (int k = 0; k < g->n_steps; k++) t.dtype[n++] = (uint8_t)stored_as(g->step[k].dtype);
    t.cell = 4;
    for (int k = 0; k < n; k++) {
        if (cell_for(t.dtype[k]) > t.cell) t.cell = cell_for(t.dtype[k]);
        t.last_use[k] = -1;
    }
    for (int k = 0; k < g->n_out; k++) {
        t.acc[k] = t.dtype[g->out[k].operand];
        t.folds[k] = t.fold && g->out[k].reduce != 0 && is_exact(g->out[k]);
        if (!t.folds[k]) continue;
        t.folded[g->out[k].operand] = true;
        t.acc[k] = (uint8_t)fold_dtype(g->out[k], t.acc[k]);
        if (cell_for(t.acc[k]) > t.cell) t.cell = cell_for(t.acc[k]);
    }
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
        if (t.last_use[t.first_step + k] <= k + 1 && !t.folded[t.first_step + k]) continue;
        uint8_t *const at = &place[g->step[k].place];
        if (*at == FUSED_LAST) *at = (uint8_t)p->slots++;
        *slot = *at;
    }
    for (int k = 0; k < g->n_out; k++) {
        if (!t.folds[k]) continue;
        fused_deal &d = p->deal;
        d.dtype[d.folds] = t.acc[k];
        d.size[d.folds] = dtypes[t.acc[k]].bytes;
        d.slot[d.folds++] = (uint8_t)p->slots++;
    }
    if (p->deal.folds > 0) t.spare = (uint8_t)p->slots++;
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
/* Is the operand what the step before k has just left? */
bool is_last(const translation &t, int operand, int k)
{
    return k > 0 && operand == t.first_step + k - 1 && !t.folded[operand];
}
cx_status translate_step(translation &t, int k)
{
    const cx_fused_step &s = t.program->step[k];
    fused_params *const p = t.to;
    fused_step r = {};
    r.how = (uint8_t)inputs_of(s.op);
    uint8_t *const reads[3] = {&r.a, &r.b, &r.c};
    for (int j = 0; j < r.how; j++)
        *reads[j] = is_last(t, s.operand[j], k) ? (uint8_t)FUSED_LAST : t.slot[s.operand[j]];
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
/* Into the fold of output k, which is number `fold` of those; from a slot. */
void join_operand(translation &t, int k, int fold, uint8_t from)
{
    fused_params *const p = t.to;
    const int value = t.dtype[t.program->out[k].operand], acc = t.acc[k];
    fused_step r = {};
    if (acc != value) {
        r.code = FUSED_CAST;
        r.cls = (uint8_t)class_of(value);
        r.how = 1;
        r.a = from;
        r.c = (uint8_t)acc;
        r.to = t.spare;
        p->step[p->steps++] = r;
        from = t.spare;
        r.c = 0;
    }
    r.code = (uint8_t)(FUSED_BINARY + fold_row(t.program->out[k].reduce) - 1000);
    r.cls = (uint8_t)class_of(acc);
    r.how = 2 | FUSED_JOIN;
    r.a = r.to = p->deal.slot[fold];
    r.b = from;
    p->step[p->steps++] = r;
}
/* Outputs are written as soon as their value is there. */
void store_operand(translation &t, int operand, bool last)
{
    fused_params *const p = t.to;
    const uint8_t from = last && !t.folded[operand] ? (uint8_t)FUSED_LAST : t.slot[operand];
    for (int k = 0, fold = 0; k < t.program->n_out; k++) {
        if (t.program->out[k].operand == operand) {
            if (t.folds[k]) {
                join_operand(t, k, fold, from);
            } else {
                fused_step r = {};
                r.code = FUSED_STORE;
                r.how = 1;
                r.a = from;
                r.b = (uint8_t)k;
                p->step[p->steps++] = r;
            }
        }
        fold += t.folds[k];
    }
}
cx_status translate(translation &t)
{
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
bool go_together(fused_params &p, int count)
{
    const cuda_piece<FUSED_OPERANDS> &w = p.w;
    const fused_deal &d = p.deal;
    const int last = w.ndim - 1;
    const uint32_t run = last == 0 ? w.total : w.div[last].divisor, by = (uint32_t)count;
    p.repeated = 0;
    if (run < by || (last > 0 && run % by != 0)) return false;
    if (d.folds > 0 && (d.down || d.parts % by != 0 || (d.outs > 1 && d.span % by != 0)))
        return false;
    p.wide = true;
    for (int k = 0; k < CX_FUSED_OUTPUTS + p.in; k++) {
        if (p.dtype[k] == 0) continue;
        const bool input = k >= CX_FUSED_OUTPUTS;
        const int64_t size = dtypes[p.dtype[k]].bytes;
        const bool repeats = count > 1 && input && w.stride[k][last] == 0;
        p.bytes[k] = (uint8_t)(repeats ? size : size * count);
        p.wide = p.wide && (!input || p.bytes[k] == 16);
        uint64_t bits = (uint64_t)w.data[k];
        for (int e = 0; e < last; e++) bits |= (uint64_t)(int64_t)w.stride[k][e];
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

cx_status launch(cx_queue *q, fused_params &p, int cell)
{
    enum { SHARED = 48 * 1024 };
    const int count = 16 / cell;
    p.together = go_together(p, count);
    unsigned block = FUSED_BLOCK;
    while (((unsigned)p.slots * block + (unsigned)p.values) * 16 > SHARED) block /= 2;
    const int64_t items = ((int64_t)p.deal.total + count - 1) / count,
                  need = (items + block - 1) / block, most = (int64_t)cuda_sm_count(q) * 192;
    fused_kernel_fn *const kernel = cell == 4   ? fused_kernel_4()
                                    : cell == 8 ? fused_kernel_8()
                                                : fused_kernel_16();
    return CX_LAUNCH(kernel, (unsigned)(need < most ? need : most), block,
                     ((unsigned)p.slots * block + (unsigned)p.values) * 16, q, p);
}

/* The shape that the program runs over, as a view of nothing; false where no operand has it. */
bool whole_shape(const cx_fused_call *c, cx_view *whole)
{
    const cx_fused_program *const g = c->program;
    const cx_view *like = nullptr;
    for (int k = 0; k < g->n_in; k++)
        if ((c->in[k]->flags & CX_VIEW_HOST) == 0 &&
            (like == nullptr || c->in[k]->ndim > like->ndim))
            like = c->in[k];
    for (int k = 0; k < g->n_out; k++)
        if (g->out[k].reduce == 0) like = c->out[k];
    if (like == nullptr || like->ndim < c->n_reduced) return false;
    *whole = *like;
    whole->data = nullptr;
    for (int d = 0; d < whole->ndim; d++) whole->stride[d] = 0;
    return true;
}
int64_t extent(const cx_view &v, int from, int to)
{
    int64_t n = 1;
    for (int d = from; d < to; d++) n *= v.shape[d];
    return n;
}
int64_t absolute(int64_t x)
{
    return x < 0 ? -x : x;
}

/* How many elements make a part: a matter of the shape and the inputs' strides, never of the
 * device. */
void deal_out(const cx_fused_call *c, const cx_view &whole, fused_deal &d)
{
    enum { ROW = 8 }; /* parts side by side, so that whole sectors are read */
    const int kept = whole.ndim - c->n_reduced;
    const int64_t outs = extent(whole, 0, kept), span = extent(whole, kept, whole.ndim),
                  all = outs * span,
                  each = all >= 1 << 22   ? 32
                         : all >= 1 << 16 ? 8
                                          : 4;
    int64_t along = 0, across = 0;
    for (int k = 0; k < c->program->n_in; k++) {
        const cx_view *const v = c->in[k];
        if ((v->flags & CX_VIEW_HOST) != 0 || v->ndim != whole.ndim) continue;
        along += absolute(v->stride[v->ndim - 1]);
        if (kept > 0) across += absolute(v->stride[kept - 1]);
    }
    d.down = outs > 1 && span > 1 && across < along;
    int64_t parts = (span + each - 1) / each;
    if (!d.down) parts = (parts + ROW - 1) / ROW * ROW;
    if (parts > span) parts = span;
    d.parts = (uint32_t)parts;
    d.span = (uint32_t)span;
    d.outs = (uint32_t)outs;
    d.rounds = (uint32_t)((span + parts - 1) / parts);
    d.total = (uint32_t)(outs * parts);
    d.by = fast_div_of(d.down ? d.outs : d.parts);
}

/* What a program leaves for the reduce slot. */
struct fused_rest {
    cx_view view[CX_FUSED_OUTPUTS];
    size_t at[CX_FUSED_OUTPUTS], bytes;
};
/* Steps of an array in the order of the inputs' memory, which an operation would have left. */
void like_inputs(const cx_fused_call *c, cx_view &v, int64_t step)
{
    int64_t weight[CX_KERNEL_NDIM];
    int order[CX_KERNEL_NDIM];
    for (int d = 0; d < v.ndim; d++) {
        weight[d] = 0;
        for (int k = 0; k < c->program->n_in; k++)
            if (c->in[k]->ndim == v.ndim) weight[d] += absolute(c->in[k]->stride[d]);
        int at = d;
        for (; at > 0 && weight[order[at - 1]] < weight[d]; at--) order[at] = order[at - 1];
        order[at] = d;
    }
    for (int i = v.ndim - 1; i >= 0; i--) {
        v.stride[order[i]] = step;
        step *= v.shape[order[i]];
    }
}
void plan_rest(const translation &t, const cx_view &whole, const fused_deal &d, fused_rest &r)
{
    const cx_fused_call *const c = t.call;
    const int kept = whole.ndim - c->n_reduced;
    r.bytes = 0;
    for (int k = 0; k < c->program->n_out; k++) {
        if (c->program->out[k].reduce == 0) continue;
        cx_view &v = r.view[k];
        v = whole;
        v.dtype = (cx_dtype)t.acc[k];
        int64_t step = dtypes[t.acc[k]].bytes;
        if (t.folds[k]) { /* kept dimensions, and the parts */
            v.ndim = (uint16_t)(kept + 1);
            v.shape[kept] = d.parts;
            v.stride[kept] = d.down ? step * d.outs : step;
            if (!d.down) step *= d.parts;
            for (int e = kept - 1; e >= 0; e--) {
                v.stride[e] = step;
                step *= v.shape[e];
            }
        } else {
            like_inputs(c, v, step);
        }
        const size_t size = (size_t)extent(v, 0, v.ndim) * dtypes[t.acc[k]].bytes;
        r.at[k] = r.bytes;
        r.bytes += (size + 255) / 256 * 256;
    }
}
/* Dimensions from..to of in (and out) behind those of a (and b), by falling steps, those merged
 * that are stepped through in one: how the reduce slot is given them. */
void append(const cx_view &in, const cx_view *out, int from, int to, cx_view &a, cx_view &b)
{
    int order[CX_KERNEL_NDIM], n = 0;
    for (int d = from; d < to; d++) {
        if (in.shape[d] == 1) continue;
        int at = n++;
        for (; at > 0 && in.stride[order[at - 1]] < in.stride[d]; at--) order[at] = order[at - 1];
        order[at] = d;
    }
    const int start = a.ndim;
    for (int i = 0; i < n; i++) {
        const int d = order[i], last = a.ndim - 1;
        const int64_t extent = in.shape[d];
        const bool merge = a.ndim > start && a.stride[last] == in.stride[d] * extent &&
                           (out == nullptr || b.stride[last] == out->stride[d] * extent);
        const int at = merge ? last : a.ndim++;
        a.shape[at] = merge ? a.shape[last] * extent : extent;
        a.stride[at] = in.stride[d];
        if (out == nullptr) continue;
        b.ndim = a.ndim;
        b.shape[at] = a.shape[at];
        b.stride[at] = out->stride[d];
    }
}
cx_status reduce_rest(cx_queue *q, const cx_fused_call *c, const fused_rest &r)
{
    for (int k = 0; k < c->program->n_out; k++) {
        const cx_fused_out &o = c->program->out[k];
        if (o.reduce == 0) continue;
        const int kept = c->out[k]->ndim;
        cx_view in = r.view[k], out = *c->out[k];
        in.ndim = out.ndim = 0;
        append(r.view[k], c->out[k], 0, kept, in, out);
        cx_reduce_call call = {};
        call.n_keep = in.ndim;
        append(r.view[k], nullptr, kept, r.view[k].ndim, in, out);
        call.op = o.reduce;
        call.acc = (cx_dtype)o.acc;
        call.in = &in;
        call.out = &out;
        CX_STATUS_TRY(cuda_reduce(q, &call));
    }
    return CX_OK;
}

/* The walk over all operands. Of reductions those take part whose values are written whole. */
cuda_walk<FUSED_OPERANDS> walk_of(const translation &t, const cx_view &whole,
                                  const fused_rest &rest)
{
    const cx_fused_call *const c = t.call;
    cx_view absent; /* 0-d: repeated */
    absent.data = nullptr;
    absent.ndim = 0;
    const cx_view *v[FUSED_OPERANDS];
    for (const cx_view *&at : v) at = &absent;
    v[0] = &whole;
    for (int k = 0; k < t.program->n_out; k++) {
        if (t.program->out[k].reduce == 0)
            v[k] = c->out[k];
        else if (!t.folds[k])
            v[k] = &rest.view[k];
    }
    for (int k = 0, at = CX_FUSED_OUTPUTS; k < t.program->n_in; k++)
        if ((c->in[k]->flags & CX_VIEW_HOST) == 0) v[at++] = c->in[k];
    return cuda_walk_of<FUSED_OPERANDS>(v);
}
cx_status know_dtypes(const translation &t, fused_params &p)
{
    const cx_fused_call *const c = t.call;
    for (int k = 0; k < t.program->n_out; k++) {
        const cx_fused_out &o = t.program->out[k];
        if (t.folds[k]) continue;
        p.dtype[k] = t.dtype[o.operand];
        if (o.reduce == 0 && stored_as(c->out[k]->dtype) != p.dtype[k])
            return no_loop("conversion of an output", p.dtype[k]);
    }
    for (int k = 0, at = CX_FUSED_OUTPUTS; k < t.program->n_in; k++)
        if ((c->in[k]->flags & CX_VIEW_HOST) == 0) p.dtype[at++] = t.dtype[k];
    return CX_OK;
}
cx_status run_pieces(cx_queue *q, const cuda_walk<FUSED_OPERANDS> &w, fused_params &p, int cell)
{
    if (w.total == 0) return CX_OK;
    return cuda_pieces(w, [&](const cuda_piece<FUSED_OPERANDS> &piece) {
        p.w = piece;
        if (p.deal.folds == 0) {
            p.deal.rounds = 1;
            p.deal.total = piece.total;
        }
        return launch(q, p, cell);
    });
}

cx_status cuda_fused_run(cx_queue *q, const cx_fused_call *c)
{
    const cx_fused_program *const g = c->program;
    fused_params p;
    memset(&p, 0, sizeof p);
    translation t = {};
    t.call = c;
    t.program = g;
    t.to = &p;
    cx_view whole;
    if (!whole_shape(c, &whole))
        return cuda_core->fail(CX_E_UNSUPPORTED, "fused", "a reduction of host scalars only");
    fused_rest rest;
    cuda_walk<FUSED_OPERANDS> w;
    for (t.fold = extent(whole, 0, whole.ndim) > 0;; t.fold = false) {
        know_operands(t);
        if (t.fold && c->n_reduced > 0) deal_out(c, whole, p.deal);
        plan_rest(t, whole, p.deal, rest);
        w = walk_of(t, whole, rest);
        /* what one piece cannot hold goes through memory whole */
        const bool any = t.folds[0] || t.folds[1] || t.folds[2] || t.folds[3];
        if (!any || cuda_walk_excess(w) < 0) break;
    }
    CX_STATUS_TRY(translate(t));
    CX_STATUS_TRY(know_dtypes(t, p));
    cuda_work work(q);
    if (rest.bytes > 0) CX_STATUS_TRY(work.get("fused", rest.bytes));
    for (int k = 0, fold = 0; k < g->n_out; k++) {
        if (g->out[k].reduce == 0) continue;
        char *const at = work.as<char>() + rest.at[k];
        rest.view[k].data = at;
        if (t.folds[k])
            p.deal.to[fold++] = at;
        else
            w.data[k] = at;
    }
    CX_STATUS_TRY(run_pieces(q, w, p, t.cell));
    return reduce_rest(q, c, rest);
}
} // namespace

const cx_fused_ops cuda_fused_ops = {sizeof(cx_fused_ops), cuda_fused_run, nullptr};
