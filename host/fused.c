/* The fused slot: a program over arrays in one pass. The one idea: an interpreter over blocks that
 * stay in the cache, whose instructions are the kernels of the map slot, so the bits are those of
 * the operations one by one. It knows no operation; plans are made in fused_plan.c. */
#include "fused.h"
#include "move.h"
#include <string.h>

/* ---- one block */
/* Operands that the kernel wants otherwise, a result that has to be rounded, conversions. */
static void run_odd(const fused_plan *p, fused_frame *f, const fused_op *o, int64_t n)
{
    if (o->fn == NULL) {
        o->load[0](f->at[o->operand[0]], o->load_step[0], f->at[o->value], o->value_size, n);
        return;
    }
    char *const scratch = f->work + p->scratch * p->pitch;
    const void *in[3] = {NULL, NULL, NULL};
    for (int k = 0; k < o->n_in; k++) {
        in[k] = f->at[o->operand[k]];
        if (o->load[k] == NULL) continue;
        char *const to = scratch + k * p->pitch;
        o->load[k](in[k], o->load_step[k], to, o->size[k], (o->one >> k & 1u) != 0 ? 1 : n);
        in[k] = to;
    }
    if (o->round == NULL) {
        o->fn(in, f->at[o->value], n);
        return;
    }
    char *const made = scratch + 3 * p->pitch;
    o->fn(in, made, n);
    o->round(made, o->made_size, f->at[o->value], o->value_size, n);
}

static inline void run_op(const fused_plan *p, fused_frame *f, const fused_op *o, int64_t n)
{
    if (HOST_UNLIKELY(o->odd)) {
        run_odd(p, f, o, n);
        return;
    }
    const void *const in[3] = {f->at[o->operand[0]], f->at[o->operand[1]], f->at[o->operand[2]]};
    o->fn(in, f->at[o->value], n);
}

/* A row that all rows are, again and again: a block from any of its elements on. */
static void repeat(const fused_plan *p, const fused_copy *l, char *to)
{
    const int64_t row = l->period * l->size, all = (p->block + l->period) * l->size;
    host_iter_fetch(&p->it, l->iter, &(host_place){.index = {0}}, l->period, to, l->size);
    for (int64_t done = row, more; done < all; done += more) {
        more = done < all - done ? done : all - done;
        memcpy(to + done, to, (size_t)more);
    }
}

void fused_frame_start(const fused_plan *p, fused_frame *f, char *work)
{
    const cx_fused_program *const program = p->program;
    f->work = work;
    for (int k = 0; k < program->n_in; k++)
        f->at[k] = p->buffer[k] >= 0 ? work + p->buffer[k] * p->pitch : p->it.data[k];
    /* an input that is an output as it is, of a call that may write over it */
    for (int i = 0; i < p->n_stored; i++) {
        const int k = p->stored[i].operand;
        if (k >= program->n_in || p->level[k] != FUSED_ONCE) continue;
        memcpy(f->kept[i], f->at[k], p->size[k]);
        f->at[k] = f->kept[i];
    }
    for (int i = 0; i < p->n_loaded; i++)
        if (p->loaded[i].period > 0) repeat(p, &p->loaded[i], f->at[p->loaded[i].operand]);
    int o = program->n_in;
    for (int k = 0; k < program->n_constants; k++)
        f->at[o++] = (char *)(uintptr_t)program->constant[k];
    for (int k = 0; k < program->n_steps; k++, o++)
        f->at[o] = p->buffer[o] >= 0 ? work + p->buffer[o] * p->pitch : f->single[k];
    for (int i = 0; i < p->n_ops; i++)
        if (p->op[i].level == FUSED_ONCE) run_op(p, f, &p->op[i], 1);
}

void fused_block(const fused_plan *p, fused_frame *f, const host_place *at, int64_t n)
{
    for (int i = 0; i < p->n_moved; i++)
        f->at[p->moved[i].operand] = host_iter_at(&p->it, p->moved[i].iter, at);
    for (int i = 0; i < p->n_loaded; i++) {
        const fused_copy *const l = &p->loaded[i];
        if (l->period > 0)
            f->at[l->operand] =
                f->work + p->buffer[l->operand] * p->pitch + at->index[p->it.ndim - 1] * l->size;
        else
            host_iter_fetch(&p->it, l->iter, at, n, f->at[l->operand], l->size);
    }
    for (int i = 0; i < p->n_ops; i++) {
        const fused_op *const o = &p->op[i];
        if (o->level == FUSED_ONCE) continue;
        run_op(p, f, o, o->level == FUSED_ROW ? 1 : n);
    }
    for (int i = 0; i < p->n_stored; i++) {
        const fused_copy *const s = &p->stored[i];
        if (s->convert == NULL)
            HOST_PICK(host_moves)
                ->stream_piece(host_iter_at(&p->it, s->iter, at), f->at[s->operand],
                               (size_t)(n * s->size));
        else
            host_iter_store(&p->it, s->iter, at, n, s->convert, f->at[s->operand], s->step);
    }
}

static void chunk(void *ctx, int64_t lo, int64_t hi)
{
    const fused_plan *const p = ctx;
    _Alignas(64) char work[FUSED_WORK];
    fused_frame f;
    fused_frame_start(p, &f, work);
    host_place at;
    host_iter_seek(&p->it, lo, &at);
    for (int64_t n; lo < hi; lo += n) {
        n = fused_next(p, &at, hi - lo);
        fused_block(p, &f, &at, n);
        fused_advance(p, &at, n);
    }
    if (p->streams) HOST_PICK(host_moves)->fence();
}

/* ---- the walk's order */
static int64_t magnitude(int64_t x)
{
    return x < 0 ? -x : x;
}

static bool descends(const cx_view *v)
{
    for (int d = 0; d < v->ndim; d++) {
        if (v->shape[d] != 1 && v->stride[d] < 0) return false;
        if (d > 0 && v->stride[d - 1] < v->stride[d]) return false;
    }
    return true;
}

/* The same view with dimensions in another order, those whose bit is set the other way round. */
static cx_view turned(const cx_view *v, int ndim, const int *order, unsigned flips)
{
    cx_view r = {.data = v->data, .dtype = v->dtype, .ndim = v->ndim, .flags = v->flags};
    if (v->ndim == 0) return r;
    for (int i = 0; i < ndim; i++) {
        const int d = order[i];
        r.shape[i] = v->shape[d];
        r.stride[i] = v->stride[d];
        if ((flips >> d & 1u) == 0) continue;
        r.data = (char *)r.data + (v->shape[d] - 1) * v->stride[d];
        r.stride[i] = -v->stride[d];
    }
    return r;
}

/* Dimensions by the first output's steps, largest first and all forwards. */
static void in_order(const cx_fused_call *c, fused_space *s, cx_view *room)
{
    const cx_view *const lead = c->out[0];
    int order[CX_KERNEL_NDIM];
    unsigned flips = 0;
    for (int i = 0; i < lead->ndim; i++) {
        if (lead->shape[i] > 1 && lead->stride[i] < 0) flips |= 1u << i;
        int j = i;
        for (; j > 0 && magnitude(lead->stride[order[j - 1]]) < magnitude(lead->stride[i]); j--)
            order[j] = order[j - 1];
        order[j] = i;
    }
    for (int k = 0; k < c->program->n_in; k++) {
        room[k] = turned(c->in[k], lead->ndim, order, flips);
        s->in[k] = &room[k];
    }
    for (int k = 0; k < c->program->n_out; k++) {
        cx_view *const v = &room[CX_FUSED_INPUTS + k];
        *v = turned(c->out[k], lead->ndim, order, flips);
        s->out[k] = v;
    }
    s->lead = s->out[0];
}

static cx_status host_fused_run(cx_queue *q, const cx_fused_call *c)
{
    (void)q;
    const cx_fused_program *const program = c->program;
    for (int j = 0; j < program->n_out; j++)
        if (program->out[j].reduce != 0) return fused_reduce(c);
    if (fused_small(c)) return CX_OK;
    fused_plan p;
    fused_space s;
    s.sink = NULL;
    cx_view room[CX_FUSED_INPUTS + CX_FUSED_OUTPUTS];
    if (HOST_LIKELY(descends(c->out[0]))) {
        s.lead = c->out[0];
        for (int k = 0; k < program->n_in; k++) s.in[k] = c->in[k];
        for (int k = 0; k < program->n_out; k++) s.out[k] = c->out[k];
    } else {
        in_order(c, &s, room);
    }
    if (!fused_plan_make(&p, program, &s)) return CX_E_UNSUPPORTED;
    if (p.it.total <= FUSED_GRAIN_MIN) {
        if (p.it.total > 0) chunk(&p, 0, p.it.total);
        return CX_OK;
    }
    return host_core->parallel_for(p.it.total, fused_grain(&p), chunk, &p);
}

const cx_fused_ops host_fused_ops = {.struct_size = sizeof host_fused_ops, .run = host_fused_run};
