/* The fold slot: any binary row along an axis, in order. The one idea: the row's own kernel folds a
 * block of neighbouring results at once, row after row; what lies side by side is the inner
 * dimension, or the outer one where the inner is a single element. Where a lane's elements lie
 * closer than the lanes, a kernel of one line goes along each. It knows no operation. */
#include "map.h"
#include "iter.h"
#include <string.h>

enum { LANES = 256, WORK = 1 << 15 };

/* A dimension of the three: extent, and steps in bytes of in, out and mask. */
typedef struct fold_dim {
    int64_t n, in, out, mask;
} fold_dim;

typedef struct folding {
    const cx_fold_call *call;
    host_map_fn *fn;
    host_fold_fn *line;     /* for lanes whose elements lie close along the axis; or NULL */
    int64_t size, out_size; /* of the kernel's operands, of out's elements */
    host_convert_fn *load, *first_load, *reload, *store, *move;
    bool direct; /* in holds what the kernel takes */
    bool as_is;  /* so does out, and it is what the kernel makes */
    int64_t made_size;
    fold_dim lanes, rest;              /* what lies side by side, and what is left */
    int64_t in_row, out_row, mask_row; /* along the axis */
    int64_t n, m, blocks;
    const int64_t *first, *last, *index;
} folding;

/* held: what the results stand at, in out's dtype. */
typedef struct fold_block {
    _Alignas(64) char held[LANES * 16], acc[LANES * 16], x[LANES * 16], made[LANES * 16];
    char cast[LANES * 16];
} fold_block;

/* held = op(held, row at in) over w lanes. */
static void step(const folding *f, fold_block *b, const char *in, const char *mask, int64_t w)
{
    const void *operand[2] = {b->held, in};
    if (!f->as_is) {
        f->reload(b->held, f->out_size, b->acc, f->size, w);
        operand[0] = b->acc;
    }
    if (!f->direct || (w > 1 && f->lanes.in != f->size)) {
        f->load(in, f->lanes.in, b->x, f->size, w);
        operand[1] = b->x;
    }
    if (f->as_is && mask == NULL) {
        f->fn(operand, b->held, w);
        return;
    }
    f->fn(operand, b->made, w);
    char *const to = mask == NULL ? b->held : b->cast;
    f->store(b->made, f->made_size, to, f->out_size, w);
    for (int64_t i = 0; mask != NULL && i < w; i++)
        if (mask[i * f->lanes.mask] != 0)
            memcpy(b->held + i * f->out_size, to + i * f->out_size, (size_t)f->out_size);
}

/* May the kernel work on w lanes where they lie in memory? */
static bool lies_plain(const folding *f, int64_t w)
{
    return f->as_is && f->direct && (w == 1 || (f->lanes.in == f->size && f->lanes.out == f->size));
}

/* n more elements of each of w lanes, lane by lane; results of neighbouring lanes are apart by
 * out_lane bytes. */
static void lines(const folding *f, host_fold_line l, int64_t out_lane, int64_t w)
{
    l.in_step = f->in_row;
    for (int64_t i = 0; i < w; i++, l.in += f->lanes.in, l.out += out_lane) f->line(&l);
}

static void reduce_rows(const folding *f, const char *in, const char *mask, char *out, int64_t j,
                        int64_t w, fold_block *b)
{
    int64_t k = f->first == NULL ? 0 : f->first[j];
    const int64_t end = f->last == NULL ? f->n : f->last[j];
    if (f->call->start)
        f->move(out, f->lanes.out, b->held, f->out_size, w);
    else
        f->first_load(in + k++ * f->in_row, f->lanes.in, b->held, f->out_size, w);
    if (f->line != NULL && mask == NULL) {
        lines(f, (host_fold_line){.in = in + k * f->in_row, .out = b->held, .n = end - k},
              f->out_size, w);
        k = end;
    }
    const void *operand[2] = {b->held, NULL};
    for (; mask == NULL && lies_plain(f, w) && k < end; k++) {
        operand[1] = in + k * f->in_row;
        f->fn(operand, b->held, w);
    }
    for (; k < end; k++)
        step(f, b, in + k * f->in_row, mask == NULL ? NULL : mask + k * f->mask_row, w);
    f->move(b->held, f->out_size, out, f->lanes.out, w);
}

static void accumulate_rows(const folding *f, const char *in, char *out, int64_t w, fold_block *b)
{
    if (f->line != NULL) {
        f->first_load(in, f->lanes.in, out, f->lanes.out, w);
        lines(f,
              (host_fold_line){
                  .in = in + f->in_row, .out = out, .out_step = f->out_row, .n = f->n - 1},
              f->lanes.out, w);
        return;
    }
    if (lies_plain(f, w)) {
        f->first_load(in, f->lanes.in, out, f->lanes.out, w);
        for (int64_t k = 1; k < f->n; k++) {
            const void *const operand[2] = {out + (k - 1) * f->out_row, in + k * f->in_row};
            f->fn(operand, out + k * f->out_row, w);
        }
        return;
    }
    f->first_load(in, f->lanes.in, b->held, f->out_size, w);
    for (int64_t k = 0;;) {
        f->move(b->held, f->out_size, out + k * f->out_row, f->lanes.out, w);
        if (++k == f->n) return;
        step(f, b, in + k * f->in_row, NULL, w);
    }
}

static void rows_at(const folding *f, const char *in, char *out, int64_t w, fold_block *b)
{
    if (f->line != NULL) {
        lines(f,
              (host_fold_line){
                  .in = in, .out = out, .out_step = f->out_row, .n = f->n, .index = f->index},
              f->lanes.out, w);
        return;
    }
    const bool plain = lies_plain(f, w);
    for (int64_t k = 0; k < f->n; k++) {
        char *const to = out + f->index[k] * f->out_row;
        if (plain) {
            const void *const operand[2] = {to, in + k * f->in_row};
            f->fn(operand, to, w);
            continue;
        }
        f->move(to, f->lanes.out, b->held, f->out_size, w);
        step(f, b, in + k * f->in_row, NULL, w);
        f->move(b->held, f->out_size, to, f->lanes.out, w);
    }
}

static void fold_tasks(void *ctx, int64_t lo, int64_t hi)
{
    const folding *const f = ctx;
    const cx_fold_call *const c = f->call;
    fold_block b;
    for (int64_t task = lo; task < hi; task++) {
        const int64_t lane = task % f->blocks * LANES, left = task / f->blocks,
                      w = f->lanes.n - lane < LANES ? f->lanes.n - lane : LANES;
        const int64_t j = left % f->m, rest = left / f->m;
        const char *const in = (const char *)c->in->data + lane * f->lanes.in + rest * f->rest.in;
        const char *const mask = c->mask == NULL ? NULL
                                                 : (const char *)c->mask->data +
                                                       lane * f->lanes.mask + rest * f->rest.mask;
        char *const out = (char *)c->out->data + lane * f->lanes.out + rest * f->rest.out;
        if (c->kind == CX_FOLD_REDUCE)
            reduce_rows(f, in, mask, out + j * f->out_row, j, w, &b);
        else if (c->kind == CX_FOLD_ACCUMULATE)
            accumulate_rows(f, in, out, w, &b);
        else
            rows_at(f, in, out, w, &b);
    }
}

static fold_dim dimension(const cx_fold_call *c, int d)
{
    return (fold_dim){c->in->shape[d], c->in->stride[d], c->out->stride[d],
                      c->mask != NULL ? c->mask->stride[d] : 0};
}

static cx_status choose(folding *f, const cx_fold_call *c)
{
    const host_map_row *row = host_map_find(c->op, c->loop);
    cx_dtype t = c->loop;
    if (row == NULL) {
        t = host_map_kernel_type(c->loop);
        row = host_map_find(c->op, t);
    }
    if (row == NULL || c->op < 1000 || c->op >= 2000)
        return host_core->fail(CX_E_UNSUPPORTED, host_map_name(c->op), "no fold of %s on the CPU",
                               cx_dtype_name(c->loop));
    const cx_dtype made = t == c->loop ? host_map_result(c->op, c->loop)
                                       : host_map_kernel_type(host_map_result(c->op, c->loop)),
                   in = c->in->dtype, out = c->out->dtype;
    f->call = c;
    f->fn = row->fn[0];
    f->size = host_itemsize(t);
    f->made_size = host_itemsize(made);
    f->out_size = host_itemsize(out);
    f->load = host_convert(in, t);
    f->first_load = host_convert(in, out);
    f->reload = host_convert(out, t);
    f->store = host_convert(made, out);
    f->move = host_convert(out, out);
    f->direct = in == t;
    f->as_is = out == t && made == t;
    return CX_OK;
}

cx_status host_fold(cx_queue *q, const cx_fold_call *c)
{
    (void)q;
    folding f;
    const cx_status st = choose(&f, c);
    if (st != CX_OK) return st;
    const bool across = c->in->shape[2] > 1;
    f.lanes = dimension(c, across ? 2 : 0);
    f.rest = dimension(c, across ? 0 : 2);
    f.n = c->in->shape[1];
    f.m = c->kind == CX_FOLD_REDUCE ? c->out->shape[1] : 1;
    f.in_row = c->in->stride[1];
    f.out_row = c->out->stride[1];
    f.mask_row = c->mask != NULL ? c->mask->stride[1] : 0;
    f.first = c->first != NULL ? c->first->data : NULL;
    f.last = c->last != NULL ? c->last->data : NULL;
    f.index = c->index != NULL ? c->index->data : NULL;
    const int64_t apart = f.lanes.in < 0 ? -f.lanes.in : f.lanes.in,
                  along = f.in_row < 0 ? -f.in_row : f.in_row;
    f.line = f.as_is && f.direct && (f.lanes.n == 1 || along < apart)
                 ? host_map_fold_line(c->op, c->loop)
                 : NULL;
    f.blocks = (f.lanes.n + LANES - 1) / LANES;
    const int64_t tasks = f.blocks * f.m * f.rest.n;
    if (tasks == 0 || (f.n == 0 && c->kind != CX_FOLD_REDUCE)) return CX_OK;
    const int64_t each = (f.n / f.m + 1) * (f.lanes.n < LANES ? f.lanes.n : LANES);
    return host_core->parallel_for(tasks, each >= WORK ? 1 : WORK / each, fold_tasks, &f);
}
