/* Planning a fused program. A reduction that any order makes the same of leaves one value for some
 * 32 elements, and the reduce slot goes on from there: it costs a few percent of the traffic and no
 * kernel of its own. Others, sums and products of floating numbers, are given to that slot whole,
 * as the operation before them would have left them in memory, so that their bits are the same. */
#include "fused/plan.cuh"

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
} // namespace

int fused_bytes(int t)
{
    return dtypes[t].bytes;
}
char fused_kind(int t)
{
    return dtypes[t].kind;
}
int fused_stored_as(int t)
{
    return t == CX_CAT ? CX_I32 : t;
}
const char *fused_domain(int op)
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
int fused_reads(int op)
{
    return op == CX_FUSED_CAST || op < 1000 ? 1 : op < 2000 ? 2 : 3;
}
int fused_fold_row(int reduce)
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
cx_status fused_no_loop(const char *what, int t)
{
    return cuda_core->fail(CX_E_UNSUPPORTED, "fused", "no %s of %s in a fused program on cuda",
                           what, cuda_dtype_name(t));
}

namespace {
bool is_signed(int t)
{
    return dtypes[t].kind == 'i' || t == CX_CAT;
}
int mirrored(int op)
{
    return op == CX_BI_LESS            ? CX_BI_GREATER
           : op == CX_BI_GREATER       ? CX_BI_LESS
           : op == CX_BI_LESS_EQUAL    ? CX_BI_GREATER_EQUAL
           : op == CX_BI_GREATER_EQUAL ? CX_BI_LESS_EQUAL
                                       : op;
}
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
    if (o.reduce == CX_RED_MEAN) return false;
    const bool total = o.reduce == CX_RED_SUM || o.reduce == CX_RED_PROD;
    return !total || kind == 'b' || kind == 'i' || kind == 'u';
}
void know_operands(fused_plan &p)
{
    const cx_fused_program *const g = p.program;
    memset(p.folds, 0, sizeof p.folds);
    int n = 0;
    for (int k = 0; k < g->n_in; k++) p.dtype[n++] = (uint8_t)fused_stored_as(g->in_dtype[k]);
    for (int k = 0; k < g->n_constants; k++)
        p.dtype[n++] = (uint8_t)fused_stored_as(g->constant_dtype[k]);
    p.first_step = n;
    for (int k = 0; k < g->n_steps; k++) p.dtype[n++] = (uint8_t)fused_stored_as(g->step[k].dtype);
    for (int k = 0; k < g->n_out; k++) {
        p.acc[k] = p.dtype[g->out[k].operand];
        p.folds[k] = p.fold && g->out[k].reduce != 0 && is_exact(g->out[k]);
        if (p.folds[k]) p.acc[k] = (uint8_t)fold_dtype(g->out[k], p.acc[k]);
    }
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
void deal_out(fused_plan &p)
{
    const cx_fused_call *const c = p.call;
    const cx_view &whole = p.whole;
    fused_deal &d = p.deal;
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
    d.folds = 0;
    for (int k = 0; k < c->program->n_out; k++) {
        if (!p.folds[k]) continue;
        d.dtype[d.folds] = p.acc[k];
        d.size[d.folds++] = dtypes[p.acc[k]].bytes;
    }
}

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
void plan_rest(fused_plan &p)
{
    const fused_deal &d = p.deal;
    fused_rest &r = p.rest;
    const cx_fused_call *const c = p.call;
    const int kept = p.whole.ndim - c->n_reduced;
    r.bytes = 0;
    for (int k = 0; k < c->program->n_out; k++) {
        if (c->program->out[k].reduce == 0) continue;
        cx_view &v = r.view[k];
        v = p.whole;
        v.dtype = (cx_dtype)p.acc[k];
        int64_t step = dtypes[p.acc[k]].bytes;
        if (p.folds[k]) { /* kept dimensions, and the parts */
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
        const size_t size = (size_t)extent(v, 0, v.ndim) * dtypes[p.acc[k]].bytes;
        r.at[k] = r.bytes;
        r.bytes += (size + 255) / 256 * 256;
    }
}

void walk_operands(fused_plan &p)
{
    const cx_fused_call *const c = p.call;
    cx_view absent; /* 0-d: repeated */
    absent.data = nullptr;
    absent.ndim = 0;
    const cx_view *v[FUSED_OPERANDS];
    for (const cx_view *&at : v) at = &absent;
    v[0] = &p.whole;
    for (int k = 0; k < p.program->n_out; k++) {
        if (p.program->out[k].reduce == 0)
            v[k] = c->out[k];
        else if (!p.folds[k])
            v[k] = &p.rest.view[k];
    }
    for (int k = 0, at = CX_FUSED_OUTPUTS; k < p.program->n_in; k++)
        if ((c->in[k]->flags & CX_VIEW_HOST) == 0) v[at++] = c->in[k];
    p.walk = cuda_walk_of<FUSED_OPERANDS>(v);
}
cx_status know_memory(fused_plan &p)
{
    const cx_fused_call *const c = p.call;
    memset(p.memory, 0, sizeof p.memory);
    for (int k = 0; k < p.program->n_out; k++) {
        const cx_fused_out &o = p.program->out[k];
        if (p.folds[k]) continue;
        p.memory[k] = p.dtype[o.operand];
        if (o.reduce == 0 && fused_stored_as(c->out[k]->dtype) != p.memory[k])
            return fused_no_loop("conversion of an output", p.memory[k]);
    }
    for (int k = 0; k < p.program->n_in; k++)
        if ((c->in[k]->flags & CX_VIEW_HOST) == 0)
            p.memory[CX_FUSED_OUTPUTS + p.inputs++] = p.dtype[k];
    return CX_OK;
}
} // namespace

bool fused_by_value(const fused_plan &p, const cx_fused_step &s, int *op, bool *swap)
{
    if (s.op < CX_BI_EQUAL || s.op > CX_BI_GREATER_EQUAL || s.loop != CX_U64) return false;
    const bool first = is_signed(p.dtype[s.operand[0]]), second = is_signed(p.dtype[s.operand[1]]);
    *swap = second;
    *op = second ? mirrored(s.op) : s.op;
    return first != second;
}

cx_status fused_plan_make(const cx_fused_call *c, fused_plan *p)
{
    p->call = c;
    p->program = c->program;
    p->inputs = 0;
    memset(&p->deal, 0, sizeof p->deal);
    if (!whole_shape(c, &p->whole))
        return cuda_core->fail(CX_E_UNSUPPORTED, "fused", "a reduction of host scalars only");
    for (p->fold = extent(p->whole, 0, p->whole.ndim) > 0;; p->fold = false) {
        know_operands(*p);
        const bool any = p->folds[0] || p->folds[1] || p->folds[2] || p->folds[3];
        p->deal.folds = 0;
        if (any) deal_out(*p);
        plan_rest(*p);
        walk_operands(*p);
        /* what one piece cannot hold goes through memory whole */
        if (!any || cuda_walk_excess(p->walk) < 0) break;
    }
    return know_memory(*p);
}
void fused_plan_place(fused_plan &p, char *block)
{
    for (int k = 0, fold = 0; k < p.program->n_out; k++) {
        if (p.program->out[k].reduce == 0) continue;
        char *const at = block + p.rest.at[k];
        p.rest.view[k].data = at;
        if (p.folds[k])
            p.deal.to[fold++] = at;
        else
            p.walk.data[k] = at;
    }
}

namespace {
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
} // namespace

cx_status fused_reduce_rest(cx_queue *q, const fused_plan &p)
{
    const cx_fused_call *const c = p.call;
    const fused_rest &r = p.rest;
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

/* ---- memory */
bool fused_together(const fused_plan &p, const cuda_piece<FUSED_OPERANDS> &w, int count,
                    fused_access *a)
{
    const fused_deal &d = p.deal;
    const int last = w.ndim - 1;
    const uint32_t run = last == 0 ? w.total : w.div[last].divisor, by = (uint32_t)count;
    *a = fused_access();
    if (run < by || (last > 0 && run % by != 0)) return false;
    if (d.folds > 0 && (d.down || d.parts % by != 0 || (d.outs > 1 && d.span % by != 0)))
        return false;
    a->wide = true;
    for (int k = 0; k < CX_FUSED_OUTPUTS + p.inputs; k++) {
        if (p.memory[k] == 0) continue;
        const bool input = k >= CX_FUSED_OUTPUTS;
        const int64_t size = dtypes[p.memory[k]].bytes;
        const bool repeats = count > 1 && input && w.stride[k][last] == 0;
        a->bytes[k] = (uint8_t)(repeats ? size : size * count);
        a->wide = a->wide && (!input || a->bytes[k] == 16);
        uint64_t bits = (uint64_t)w.data[k];
        for (int e = 0; e < last; e++) bits |= (uint64_t)(int64_t)w.stride[k][e];
        if (repeats)
            a->repeated = (uint16_t)(a->repeated | 1u << (k - CX_FUSED_OUTPUTS));
        else if (count == 1)
            bits |= (uint64_t)(int64_t)w.stride[k][last];
        else if (w.stride[k][last] != size)
            return false;
        if (bits % a->bytes[k] != 0) return false;
    }
    return true;
}
