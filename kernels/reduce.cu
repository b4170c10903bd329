/* The reduce slot: what is asked for becomes a functor and a plan of segments and teams. The plan
 * follows from shape, dtype and layout alone, never from the device. */
#include "reduce.cuh"
#include <string.h>

namespace {
enum family { SUM = 1, PROD, MEAN, VAR, EXTREME, PLACE, TRUTH };
struct meaning {
    uint8_t family;
    bool largest, nan;
};
const meaning meanings[] = {
    {0, false, false},      {SUM, false, false},   {PROD, false, false},  {EXTREME, false, false},
    {EXTREME, true, false}, {MEAN, false, false},  {VAR, false, false},   {VAR, false, false},
    {TRUTH, false, false},  {TRUTH, false, false}, {PLACE, false, false}, {PLACE, true, false},
    {TRUTH, false, false},  {SUM, false, true},    {PROD, false, true},   {EXTREME, false, true},
    {EXTREME, true, true},  {MEAN, false, true},   {VAR, false, true},    {VAR, false, true},
    {PLACE, false, true},   {PLACE, true, true},
};
static_assert(CX_RED_SUM == 1 && CX_RED_MEAN == 5 && CX_RED_ANY == 8 &&
                  CX_RED_COUNT_NONZERO == 12 && CX_RED_NANSUM == 13 && CX_RED_NANARGMAX == 21 &&
                  sizeof meanings / sizeof *meanings == CX_RED_NANARGMAX + 1,
              "the rows follow reduce_ops.def");

/* ---- dtypes */
struct facts {
    uint8_t bytes;
    char kind;
};
const facts dtypes[] = {
    {0, 0},
#define CX_DTYPE(NAME, value, ctype, sfx, text, size, kind, descr) {(size), (kind)},
#include <calx/dtypes.def>
#undef CX_DTYPE
};
static_assert(CX_BOOL == 1 && CX_CAT == 16 &&
                  sizeof dtypes / sizeof *dtypes == (size_t)CX_DTYPE_COUNT,
              "the rows follow dtypes.def");

bool is_whole(int t)
{
    return dtypes[t].kind == 'b' || dtypes[t].kind == 'i' || dtypes[t].kind == 'u';
}

/* Accumulators are the five that have functors; CX_I64 stands for uint64 too. */
int wide(int acc)
{
    if (is_whole(acc)) return CX_I64;
    return acc == CX_F16 || acc == CX_BF16 ? CX_F32 : acc;
}

/* What turns the order of keys so that the smallest is looked for (reduce_ops.cuh). */
uint64_t key_flip(int in, bool largest)
{
    if (!is_whole(in)) return largest ? (uint64_t)1 << 63 : 0;
    const uint64_t sign = in == CX_U32 ? (uint64_t)1 << 31 : in == CX_U64 ? (uint64_t)1 << 63 : 0;
    return sign ^ (largest ? ~(uint64_t)0 : 0);
}

/* The functor; *any is set where it looks the dtype up at every element. */
red_fn *find(const cx_reduce_call *c, red_call &g, bool *any)
{
    const meaning m = meanings[c->op];
    const int in = c->in->dtype, load = wide(c->acc);
    *any = false;
    g.unsigned_acc = dtypes[c->acc].kind == 'u';
    switch (m.family) {
    case SUM:
    case MEAN:
        if (load == wide(in)) return red_sum_natural(in);
        if (load == CX_F64 && dtypes[in].kind != 'c') return red_sum_double(in);
        *any = true;
        return red_sum_any(load);
    case PROD:
        if (load == wide(in)) return red_prod_natural(in);
        *any = true;
        return red_prod_any(load);
    case VAR:
        *any = dtypes[c->acc].kind == 'c' && dtypes[in].kind != 'c';
        return *any ? red_var_complex() : red_var_natural(in);
    case TRUTH: return red_truth(in);
    default:
        g.unsigned_acc = dtypes[in].kind == 'u';
        g.flip = key_flip(in, m.largest);
        return m.family == EXTREME ? red_extreme(in) : red_place_of(in);
    }
}

/* ---- shape */
void take_dims(const cx_reduce_call *c, red_call &g)
{
    const cx_view *const in = c->in, *const mask = c->mask;
    g.outs = g.count = 1;
    for (int d = 0; d < in->ndim; d++) {
        const bool kept = d < c->n_keep;
        red_dims &to = kept ? g.keep : g.gone;
        const int64_t mask_step = mask != nullptr ? mask->stride[d] : 0;
        *(kept ? &g.outs : &g.count) *= in->shape[d];
        if (kept) g.keep_mask[to.n] = mask_step;
        to.shape[to.n] = in->shape[d];
        to.in[to.n] = in->stride[d];
        to.beside[to.n++] = kept ? c->out->stride[d] : mask_step;
    }
    g.keep.narrow = cuda_narrow(g.outs);
    g.gone.narrow = cuda_narrow(g.count);
    red_dims *const groups[2] = {&g.keep, &g.gone};
    for (red_dims *group : groups)
        for (int d = 0; group->narrow && d < group->n; d++)
            if (group->shape[d] > 0) group->div[d] = fast_div_of((uint32_t)group->shape[d]);
}

int64_t absolute(int64_t x)
{
    return x < 0 ? -x : x;
}
int64_t split(int64_t n, int64_t piece)
{
    return n <= piece ? 1 : (n + piece - 1) / piece;
}

/* Segments of lanes * each elements, fewer where that leaves few blocks, more where it makes very
 * many. */
void plan_segments(red_call &g, int64_t lane_step, int64_t each, int64_t least)
{
    enum { BLOCKS = 1024, MOST = 16384 };
    const int64_t one = lane_step << g.log_lanes;
    while (each > least && g.panels * split(g.count, one * each) < BLOCKS) each /= 2;
    while (split(g.count, one * each) > MOST) each *= 2;
    g.segment = one * each;
    g.segments = split(g.count, g.segment);
}

/* Across the kept dimensions, which lie denser: 32 neighbours side by side, the other threads of
 * the block share the reduced elements. */
void plan_down(red_call &g)
{
    int log_width = red_log2_up(g.keep.shape[g.keep.n - 1]);
    if (log_width > 5) log_width = 5;
    g.log_lanes = red_log2_up((g.count + 3) / 4);
    if (g.log_lanes > 8 - log_width) g.log_lanes = 8 - log_width;
    /* enough outputs to fill a device need no teams */
    while (g.log_lanes > 0 && g.count <= (int64_t)64 << g.log_lanes &&
           (g.outs >> (9 - g.log_lanes)) >= 1024)
        g.log_lanes--;
    g.panels = split(g.outs, RED_BLOCK >> g.log_lanes);
    plan_segments(g, 1, 128, 16);
}

/* Along the reduced dimensions: a few threads to a short row, a warp to a longer one, then a block,
 * then several. */
void plan_along(red_call &g, int64_t per_step)
{
    const int64_t steps = (g.count + per_step - 1) / per_step;
    const bool few = g.outs < 256;
    if (steps > (few ? 64 : per_step > 1 ? 512 : 2048))
        g.log_lanes = 8;
    else {
        g.log_lanes = red_log2_up((steps + 3) / 4);
        if (g.log_lanes > 5) g.log_lanes = 5;
    }
    g.panels = split(g.outs, RED_BLOCK >> g.log_lanes);
    if (g.log_lanes == 8) {
        plan_segments(g, per_step, per_step > 1 ? 16 : 64, per_step > 1 ? 4 : 16);
    } else {
        g.segment = g.count;
        g.segments = 1;
    }
}

void plan(red_call &g, bool any)
{
    const int64_t size = dtypes[g.in_type].bytes;
    const int64_t along = g.gone.n > 0 ? absolute(g.gone.in[g.gone.n - 1]) : 0,
                  across = g.keep.n > 0 ? absolute(g.keep.in[g.keep.n - 1]) : 0;
    g.along = g.outs == 1 || g.count < 2 || along <= across;
    if (!g.along) {
        plan_down(g);
        return;
    }
    g.chunked =
        !any && g.mask == nullptr && (g.gone.n == 0 || (g.gone.n == 1 && g.gone.in[0] == size));
    plan_along(g, g.chunked ? 16 / size : 1);
}
} // namespace

cx_status cuda_reduce(cx_queue *q, const cx_reduce_call *c)
{
    if (c->op <= 0 || c->op > CX_RED_NANARGMAX || c->in->dtype == CX_CAT)
        return cuda_core->fail(CX_E_UNSUPPORTED, "reduce",
                               "operation %d is not known to the CUDA backend for this dtype",
                               c->op);
    red_call g;
    memset(&g, 0, sizeof g);
    take_dims(c, g);
    if (g.outs == 0) return CX_OK;
    g.in = (const char *)c->in->data;
    g.mask = c->mask != nullptr ? (const char *)c->mask->data : nullptr;
    g.out = (char *)c->out->data;
    g.in_type = c->in->dtype;
    g.out_type = c->out->dtype;
    g.op = c->op;
    g.ddof = c->ddof;
    g.skip_nan = meanings[c->op].nan;
    if (c->initial != nullptr) {
        g.has_initial = true;
        memcpy(g.initial, c->initial->data, dtypes[c->initial->dtype].bytes);
    }
    if (c->op == CX_RED_NANARGMIN || c->op == CX_RED_NANARGMAX) g.late = &q->late->first;
    bool any;
    red_fn *const fn = find(c, g, &any);
    plan(g, any);
    return fn(q, g);
}
