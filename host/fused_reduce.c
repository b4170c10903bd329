/* Fused programs with reductions: blocks of values go into a buffer the size of the reduce slot's
 * blocks and from there through its kernels, states and trees, so the bits are those of that slot
 * over the values in the order of the walk, on any number of threads. Along: the reduced dimensions
 * are walked last. Down: the inner kept one is, and rows are folded into accumulators. */
#include "fused.h"
#include "reduce_plan.h"
#include <stdlib.h>
#include <string.h>

enum {
    UNIT = 8192,  /* values of a span at most: a block of the reduce slot, or two */
    SHORT = 4096, /* reduced parts up to here are never cut */
    PANELS = 4,   /* panels of columns of a span */
    TILE = PANELS * RED_PANEL * 4, /* values of a span of rows */
    DIMS = CX_KERNEL_NDIM
};

typedef struct sum { /* one reduction */
    red_plan plan;
    cx_reduce_call call;
    cx_view in, out; /* the values as if they were in memory; the kept dimensions of the output */
    int operand;
    bool sink;
    host_convert_fn *convert; /* value to load dtype */
} sum;

typedef struct fused_sums {
    fused_plan plan;
    int n;
    sum red[CX_FUSED_OUTPUTS];
    bool down;
    int64_t kept, reduced; /* extents: all kept dimensions, all reduced ones */
    int64_t keep;          /* the inner kept one */
    int64_t units, width;  /* along: spans of an output. Down: columns of a span */
    int64_t room;          /* values of one reduction that a thread holds */
    size_t bytes;          /* of a thread's memory */
    atomic_bool starved;
} fused_sums;

typedef struct sums_frame {
    fused_frame f;
    char *values[CX_FUSED_OUTPUTS]; /* of each reduction, in its load dtype */
    red_sweep *sweep[CX_FUSED_OUTPUTS];
} sums_frame;

/* ---- values */
/* n values from a flat position on, into the buffers from element `to` on. */
static void values(const fused_sums *s, sums_frame *t, int64_t position, int64_t n, int64_t to)
{
    const fused_plan *const p = &s->plan;
    host_place at;
    host_iter_seek(&p->it, position, &at);
    for (int64_t i = 0, w; i < n; i += w) {
        w = fused_next(p, &at, n - i);
        for (int k = 0; k < s->n; k++) {
            const sum *const r = &s->red[k];
            if (p->sunk[r->operand] && r->sink)
                t->f.at[r->operand] = t->values[k] + (to + i) * r->plan.size;
        }
        fused_block(p, &t->f, &at, w);
        for (int k = 0; k < s->n; k++) {
            const sum *const r = &s->red[k];
            char *const place = t->values[k] + (to + i) * r->plan.size;
            const char *const from = t->f.at[r->operand];
            if (from == place) continue;
            r->convert(from, p->level[r->operand] == FUSED_EACH ? p->size[r->operand] : 0, place,
                       r->plan.size, w);
        }
        fused_advance(p, &at, w);
    }
}

/* A thread's memory: blocks, values, sweeps. */
static bool frame_make(fused_sums *s, sums_frame *t)
{
    char *const work = host_core->alloc(s->bytes);
    if (work == NULL) {
        atomic_store_explicit(&s->starved, true, memory_order_relaxed);
        return false;
    }
    char *next = work + s->plan.n_buffers * s->plan.pitch;
    for (int k = 0; k < s->n; k++) {
        t->values[k] = next;
        next += s->room * s->red[k].plan.size;
    }
    for (int k = 0; s->down && k < s->n; k++) {
        t->sweep[k] = (red_sweep *)(void *)next;
        next += PANELS * sizeof(red_sweep);
    }
    fused_frame_start(&s->plan, &t->f, work);
    return true;
}

/* ---- along */
static host_red_state *partial_of(const sum *r, int64_t output, int64_t block)
{
    const red_plan *const p = &r->plan;
    return p->partial + (output / p->keep * p->blocks + block) * p->keep + output % p->keep;
}

/* Whole outputs [first, first + n), whose values are in the buffer. */
static void outputs(const fused_sums *s, sum *r, const char *x, int64_t first, int64_t n)
{
    red_plan *const p = &r->plan;
    host_red_state state[RED_PANEL];
    while (n > 0) {
        const int64_t col = first % p->keep;
        int64_t w = p->keep - col < n ? p->keep - col : n;
        if (w > RED_PANEL) w = RED_PANEL;
        if (p->mode == RED_DOWN && red_panel_whole(p, x, first / p->keep, col, w)) {
            x += w * s->reduced * p->size;
            first += w;
            n -= w;
            continue;
        }
        if (p->mode == RED_DOWN) {
            red_block_down(p, x, 0, s->reduced, w, state);
        } else {
            for (int64_t j = 0; j < w; j++) {
                state[j].n = s->reduced;
                if (s->reduced > 0) p->block(x + j * s->reduced * p->size, s->reduced, &state[j]);
            }
        }
        red_finish_panel(p, first / p->keep, col, w, state);
        x += w * s->reduced * p->size;
        first += w;
        n -= w;
    }
}

static void short_tasks(void *ctx, int64_t lo, int64_t hi)
{
    fused_sums *const s = ctx;
    sums_frame t;
    if (!frame_make(s, &t)) return;
    const int64_t most = s->reduced > 0 ? UNIT / s->reduced : RED_PANEL;
    for (int64_t n; lo < hi; lo += n) {
        n = hi - lo < most ? hi - lo : most;
        if (s->reduced > 0) values(s, &t, lo * s->reduced, n * s->reduced, 0);
        for (int k = 0; k < s->n; k++) outputs(s, &s->red[k], t.values[k], lo, n);
    }
    host_core->free(t.f.work);
}

static void long_tasks(void *ctx, int64_t lo, int64_t hi)
{
    fused_sums *const s = ctx;
    sums_frame t;
    if (!frame_make(s, &t)) return;
    for (; lo < hi; lo++) {
        const int64_t output = lo / s->units, r0 = lo % s->units * UNIT,
                      n = s->reduced - r0 < UNIT ? s->reduced - r0 : UNIT;
        values(s, &t, output * s->reduced + r0, n, 0);
        for (int k = 0; k < s->n; k++) {
            const red_plan *const p = &s->red[k].plan;
            for (int64_t i = 0; i < n; i += p->block_len) {
                host_red_state *const state =
                    partial_of(&s->red[k], output, (r0 + i) / p->block_len);
                state->n = n - i < p->block_len ? n - i : p->block_len;
                p->block(t.values[k] + i * p->size, state->n, state);
            }
        }
    }
    host_core->free(t.f.work);
}

/* ---- down */
/* rows rows of w columns are in the buffers, the first of them number `first` of its block. */
static void sweep(const fused_sums *s, sums_frame *t, int64_t first, int64_t rows, int64_t w)
{
    for (int k = 0; k < s->n; k++) {
        const red_plan *const p = &s->red[k].plan;
        const int64_t full = rows / p->fold, rest = rows % p->fold;
        for (int64_t c = 0, i = 0; c < w; c += RED_PANEL, i++) {
            const int64_t panel = w - c < RED_PANEL ? w - c : RED_PANEL,
                          wide = full > 0 ? panel * p->fold : panel * rest;
            const char *const x = t->values[k] + c * p->size;
            red_sweep *const v = &t->sweep[k][i];
            if (first == 0) red_sweep_start(p, v, x, wide);
            if (full > 0)
                red_sweep_step(p, v, x, w * p->fold * p->size, first / p->fold, full, wide);
            if (rest > 0)
                red_sweep_step(p, v, x + full * p->fold * w * p->size, 0, first / p->fold + full, 1,
                               panel * rest);
        }
    }
}

static void down_tasks(void *ctx, int64_t lo, int64_t hi)
{
    fused_sums *const s = ctx;
    sums_frame t;
    if (!frame_make(s, &t)) return;
    const red_plan *const p = &s->red[0].plan; /* cut like all others */
    const int64_t panels = (s->keep + s->width - 1) / s->width;
    /* the kernels take rows in fours */
    const int64_t most = TILE / (s->width * p->fold) / 4 * 4 * p->fold;
    for (; lo < hi; lo++) {
        const int64_t col = lo % panels * s->width, block = lo / panels % p->blocks,
                      o = lo / panels / p->blocks, r0 = block * p->block_len;
        const int64_t w = s->keep - col < s->width ? s->keep - col : s->width,
                      n = s->reduced - r0 < p->block_len ? s->reduced - r0 : p->block_len;
        for (int64_t r = 0, rows; r < n; r += rows) {
            rows = n - r < most ? n - r : most;
            const int64_t position = (o * s->reduced + r0 + r) * s->keep + col;
            if (w == s->keep)
                values(s, &t, position, rows * w, 0);
            else
                for (int64_t i = 0; i < rows; i++) values(s, &t, position + i * s->keep, w, i * w);
            sweep(s, &t, r, rows, w);
        }
        for (int k = 0; k < s->n; k++) {
            red_plan *const q = &s->red[k].plan;
            for (int64_t c = 0, i = 0; c < w; c += RED_PANEL, i++) {
                const int64_t panel = w - c < RED_PANEL ? w - c : RED_PANEL;
                host_red_state local[RED_PANEL];
                host_red_state *const state =
                    q->partial != NULL ? q->partial + (o * q->blocks + block) * q->keep + col + c
                                       : local;
                red_sweep_states(q, &t.sweep[k][i], r0, n, panel, state);
                if (q->partial == NULL) red_finish_panel(q, o, col + c, panel, state);
            }
        }
    }
    host_core->free(t.f.work);
}

/* ---- planning */
/* Dimensions of the call that count, kept ones first. */
typedef struct order {
    int kept, n;
    int dim[DIMS];
} order;

static order dimensions(const cx_view *lead, int n_reduced)
{
    order o = {.kept = 0, .n = 0};
    for (int d = 0; d < lead->ndim; d++) {
        if (lead->shape[d] == 1) continue;
        o.dim[o.n++] = d;
        if (d < lead->ndim - n_reduced) o.kept++;
    }
    return o;
}

static cx_view taken(const cx_view *v, int n, const int *dim)
{
    cx_view r = {.data = v->data, .dtype = v->dtype, .flags = v->flags};
    if (v->ndim == 0) return r;
    r.ndim = (uint16_t)n;
    for (int i = 0; i < n; i++) {
        r.shape[i] = v->shape[dim[i]];
        r.stride[i] = v->stride[dim[i]];
    }
    return r;
}

/* Do the inputs lie closer along the inner kept dimension than along the inner reduced one? */
static bool lies_down(const cx_fused_call *c, const order *o)
{
    if (o->kept == 0 || o->kept == o->n) return false;
    const int across = o->dim[o->kept - 1], along = o->dim[o->n - 1];
    int votes = 0;
    for (int k = 0; k < c->program->n_in; k++) {
        const cx_view *const v = c->in[k];
        if (v->ndim == 0 || v->stride[across] == 0 || v->stride[along] == 0) continue;
        votes += llabs(v->stride[across]) < llabs(v->stride[along]) ? 1 : -1;
    }
    return votes > 0;
}

/* One reduction of values that are not there yet: its loops, and how they would lie. */
static bool plan_sum(fused_sums *s, const cx_fused_call *c, int j, const order *o, bool down)
{
    sum *const r = &s->red[s->n];
    const cx_fused_program *const program = c->program;
    const cx_fused_out *const out = &program->out[j];
    static const bool known[CX_RED_ALL + 1] = {
        [CX_RED_SUM] = true,  [CX_RED_PROD] = true, [CX_RED_MIN] = true, [CX_RED_MAX] = true,
        [CX_RED_MEAN] = true, [CX_RED_ANY] = true,  [CX_RED_ALL] = true};
    if (out->reduce > CX_RED_ALL || !known[out->reduce]) return false;
    const int v = out->operand, constants = program->n_in + program->n_constants;
    memset(&r->plan, 0, sizeof r->plan);
    r->operand = v;
    r->out = taken(c->out[j], o->kept, o->dim);
    r->in =
        (cx_view){.dtype = v < program->n_in ? (cx_dtype)program->in_dtype[v]
                           : v < constants   ? (cx_dtype)program->constant_dtype[v - program->n_in]
                                             : (cx_dtype)program->step[v - constants].dtype};
    r->call = (cx_reduce_call){.op = out->reduce,
                               .acc = (cx_dtype)out->acc,
                               .n_keep = o->kept,
                               .in = &r->in,
                               .out = &r->out};
    if (r->in.dtype == CX_CAT || red_plan_op(&r->plan, &r->call) != CX_OK) return false;
    r->sink = r->plan.to_load == NULL;
    r->convert = r->sink ? host_convert(r->in.dtype, r->in.dtype) : r->plan.to_load;
    r->plan.to_load = NULL;
    /* [kept, reduced], where the walk goes along the one or the other last */
    r->in.ndim = (uint16_t)(o->kept + 1);
    r->in.shape[o->kept] = s->reduced;
    int64_t step = r->plan.size;
    if (down) {
        r->in.stride[o->kept] = s->keep * step;
        r->in.stride[o->kept - 1] = step;
        step *= s->keep * s->reduced;
    } else {
        r->in.stride[o->kept] = step;
        step *= s->reduced;
    }
    for (int d = o->kept - 1; d >= 0; d--) {
        r->in.shape[d] = r->out.shape[d];
        if (down && d == o->kept - 1) continue;
        r->in.stride[d] = step;
        step *= r->in.shape[d];
    }
    red_plan_shape(&r->plan);
    red_plan_tasks(&r->plan);
    s->n++;
    return !down || r->plan.mode == RED_DOWN;
}

static bool plan_sums(fused_sums *s, const cx_fused_call *c, const order *o, bool down)
{
    s->n = 0;
    s->down = down;
    for (int j = 0; j < c->program->n_out; j++)
        if (c->program->out[j].reduce != 0 && !plan_sum(s, c, j, o, down)) return false;
    return true;
}

/* Views in the order of the walk; the plan of the program over them. */
static bool plan_values(fused_sums *s, const cx_fused_call *c, const cx_view *lead, const order *o)
{
    const cx_fused_program *const program = c->program;
    int dim[DIMS];
    memcpy(dim, o->dim, sizeof dim);
    if (s->down) { /* the inner kept dimension last */
        const int inner = dim[o->kept - 1];
        memmove(&dim[o->kept - 1], &dim[o->kept], (size_t)(o->n - o->kept) * sizeof *dim);
        dim[o->n - 1] = inner;
    }
    cx_view view[CX_FUSED_INPUTS + CX_FUSED_OUTPUTS];
    const cx_view walk = taken(lead, o->n, dim);
    fused_space space = {.lead = &walk};
    bool sink[CX_FUSED_OUTPUTS];
    for (int k = 0; k < program->n_in; k++) {
        view[k] = taken(c->in[k], o->n, dim);
        space.in[k] = &view[k];
    }
    for (int j = 0, k = 0; j < program->n_out; j++) {
        sink[j] = program->out[j].reduce != 0 && s->red[k].sink;
        if (program->out[j].reduce != 0) {
            k++;
            continue;
        }
        view[CX_FUSED_INPUTS + j] = taken(c->out[j], o->n, dim);
        space.out[j] = &view[CX_FUSED_INPUTS + j];
    }
    space.sink = sink;
    return fused_plan_make(&s->plan, program, &space);
}

/* ---- one call */
static cx_status no_memory(size_t bytes)
{
    return host_core->fail(CX_E_NOMEM, "eval", "cannot allocate %zu bytes for a fused program",
                           bytes);
}

static cx_status run(fused_sums *s)
{
    const int64_t grain = fused_grain(&s->plan);
    if (s->down) {
        const red_plan *const p = &s->red[0].plan;
        const int64_t tasks = p->outers * p->blocks * ((s->keep + s->width - 1) / s->width),
                      each = s->width * (s->reduced < p->block_len ? s->reduced : p->block_len);
        return host_core->parallel_for(tasks, each >= grain ? 1 : grain / each, down_tasks, s);
    }
    if (s->reduced > SHORT)
        return host_core->parallel_for(s->kept * s->units, grain >= UNIT ? grain / UNIT : 1,
                                       long_tasks, s);
    const int64_t each = s->reduced > 0 ? s->reduced : 1;
    return host_core->parallel_for(s->kept, each >= grain ? 1 : grain / each, short_tasks, s);
}

/* Partial results of reductions that are cut; then the values; then the trees. */
static cx_status run_and_merge(fused_sums *s)
{
    cx_status st = CX_OK;
    const bool cut = s->down ? s->red[0].plan.blocks > 1 : s->reduced > SHORT;
    for (int k = 0; cut && st == CX_OK && k < s->n; k++) {
        red_plan *const p = &s->red[k].plan;
        const size_t bytes = (size_t)(p->outers * p->blocks * p->keep) * sizeof(host_red_state);
        p->partial = host_core->alloc(bytes);
        if (p->partial == NULL) st = no_memory(bytes);
    }
    if (st == CX_OK) st = run(s);
    if (st == CX_OK && atomic_load_explicit(&s->starved, memory_order_relaxed))
        st = no_memory(s->bytes);
    for (int k = 0; cut && k < s->n; k++) {
        red_plan *const p = &s->red[k].plan;
        const int64_t merges = p->panel * p->blocks;
        if (st == CX_OK)
            st = host_core->parallel_for(p->outers * p->panels, merges >= 4096 ? 1 : 4096 / merges,
                                         red_run_merges, p);
        if (p->partial != NULL) host_core->free(p->partial);
    }
    return st;
}

cx_status fused_reduce(const cx_fused_call *c)
{
    const cx_fused_program *const program = c->program;
    const cx_view *lead = NULL;
    for (int j = 0; j < program->n_out; j++)
        if (program->out[j].reduce == 0) lead = c->out[j];
    for (int k = 0; k < program->n_in; k++)
        if ((c->in[k]->flags & CX_VIEW_HOST) == 0 && (lead == NULL || lead->ndim <= c->in[k]->ndim))
            lead = c->in[k];
    if (lead == NULL) return CX_E_UNSUPPORTED; /* nothing has the shape */
    const order o = dimensions(lead, c->n_reduced);
    fused_sums s;
    atomic_init(&s.starved, false);
    s.kept = s.reduced = 1;
    for (int i = 0; i < o.n; i++) *(i < o.kept ? &s.kept : &s.reduced) *= lead->shape[o.dim[i]];
    if (s.kept == 0) return CX_OK;
    s.keep = o.kept > 0 ? lead->shape[o.dim[o.kept - 1]] : 1;
    if (!(s.reduced > 1 && lies_down(c, &o) && plan_sums(&s, c, &o, true)) &&
        !plan_sums(&s, c, &o, false))
        return CX_E_UNSUPPORTED;
    if (!plan_values(&s, c, lead, &o)) return CX_E_UNSUPPORTED;
    s.units = (s.reduced + UNIT - 1) / UNIT;
    s.width = s.keep < PANELS * RED_PANEL ? s.keep : PANELS * RED_PANEL;
    const int64_t total = (s.kept * s.reduced + 63) & ~INT64_C(63);
    s.room = total < UNIT ? total : UNIT;
    s.bytes = (size_t)(s.plan.n_buffers * s.plan.pitch) + 64;
    for (int k = 0; k < s.n; k++)
        s.bytes +=
            (size_t)(s.room * s.red[k].plan.size) + (s.down ? PANELS * sizeof(red_sweep) : 0);
    return run_and_merge(&s);
}
