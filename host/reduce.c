/* The reduce slot. The one idea: the reduced elements are cut into blocks by shape and layout
 * alone, every block becomes a state, states are merged as a tree of fixed form, so any number of
 * threads gives the same bits. What the operations mean is in reduce_state.c. */
#include "reduce_plan.h"
#include <stdlib.h>
#include <string.h>

/* ---- positions */
static int64_t offset_of(int n, const int64_t *shape, const int64_t *stride, int64_t flat)
{
    int64_t off = 0;
    for (int d = n - 1; d >= 0 && flat > 0; d--) {
        off += flat % shape[d] * stride[d];
        flat /= shape[d];
    }
    return off;
}

/* Runs of the reduced elements [r0, r0 + n): each is a piece of the innermost reduced dimension. */
typedef struct runs {
    const red_plan *p;
    int64_t index[CX_KERNEL_NDIM];
    int64_t off, mask_off, left;
} runs;
static void runs_start(runs *it, const red_plan *p, int64_t r0, int64_t n)
{
    it->p = p;
    it->left = n;
    it->off = it->mask_off = 0;
    for (int d = p->n_red - 1; d >= 0; d--) {
        it->index[d] = r0 % p->red[d];
        r0 /= p->red[d];
        it->off += it->index[d] * p->red_in[d];
        it->mask_off += it->index[d] * p->red_mask[d];
    }
}
/* Length of the next run, 0 at the end; *off and *mask_off are where it starts. */
static int64_t runs_next(runs *it, int64_t *off, int64_t *mask_off)
{
    if (it->left == 0) return 0;
    const red_plan *p = it->p;
    int d = p->n_red - 1;
    const int64_t room = p->red[d] - it->index[d], len = it->left < room ? it->left : room;
    *off = it->off;
    *mask_off = it->mask_off;
    it->left -= len;
    it->index[d] += len;
    it->off += len * p->red_in[d];
    it->mask_off += len * p->red_mask[d];
    while (d > 0 && it->index[d] == p->red[d]) {
        it->index[d] = 0;
        it->off += p->red_in[d - 1] - p->red[d] * p->red_in[d];
        it->mask_off += p->red_mask[d - 1] - p->red[d] * p->red_mask[d];
        it->index[--d]++;
    }
    return len;
}

static void convert_rows(host_convert_fn *to_load, int64_t size, const char *src, int64_t stride,
                         char *dst, int64_t dst_stride, int64_t n)
{
    if (to_load) {
        to_load(src, stride, dst, dst_stride, n);
        return;
    }
    for (int64_t i = 0; i < n; i++) memcpy(dst + i * dst_stride, src + i * stride, (size_t)size);
}
/* As above with the sizes known, so that the copies are loads and stores. */
static void load_run(const red_plan *p, const char *src, int64_t stride, char *dst,
                     int64_t dst_stride, int64_t n)
{
    if (p->to_load) {
        p->to_load(src, stride, dst, dst_stride, n);
        return;
    }
    if (stride == p->size && dst_stride == p->size)
        memcpy(dst, src, (size_t)(n * p->size));
    else if (p->size == 8)
        convert_rows(NULL, 8, src, stride, dst, dst_stride, n);
    else if (p->size == 4)
        convert_rows(NULL, 4, src, stride, dst, dst_stride, n);
    else if (p->size == 2)
        convert_rows(NULL, 2, src, stride, dst, dst_stride, n);
    else if (p->size == 1)
        convert_rows(NULL, 1, src, stride, dst, dst_stride, n);
    else
        convert_rows(NULL, 16, src, stride, dst, dst_stride, n);
}

/* ---- one block of one output, already contiguous and in the load dtype */
static int64_t pack_mask(const char *x, const bool *mask, char *dst, int64_t size, int64_t n)
{
    int64_t k = 0;
    for (int64_t i = 0; i < n; i++) {
        if (!mask[i]) continue;
        memmove(dst + k * size, x + i * size, (size_t)size);
        k++;
    }
    return k;
}

/* nanargmin and nanargmax: pieces without their NaNs, the place searched in the piece itself. */
static void place_without_nan(const red_plan *p, const char *x, int64_t n, int64_t r0,
                              host_red_state *s)
{
    enum { PIECE = 512 };
    _Alignas(64) char kept[PIECE * 16];
    s->n = 0;
    for (int64_t i = 0; i < n; i += PIECE) {
        const int64_t len = n - i < PIECE ? n - i : PIECE;
        host_red_state piece;
        const void *from = x + i * p->size;
        piece.n = p->pack(&from, kept, len);
        if (piece.n == 0) continue;
        p->block(from, piece.n, &piece);
        piece.at = r0 + i + p->find(x + i * p->size, len, piece.v.raw);
        red_merge(p, s, &piece);
    }
}

/* scratch may be x itself. */
static void consume(const red_plan *p, const char *x, const bool *mask, char *scratch, int64_t n,
                    int64_t r0, host_red_state *s)
{
    if (mask) {
        n = pack_mask(x, mask, scratch, p->size, n);
        x = scratch;
    }
    if (p->family == RED_PLACE && p->skip_nan) {
        place_without_nan(p, x, n, r0, s);
        return;
    }
    if (p->skip_nan) {
        const void *from = x;
        n = p->pack(&from, scratch, n);
        x = from;
    }
    s->n = n;
    if (n == 0) return;
    if (p->place) {
        s->at = r0 + p->place(x, n, s);
        return;
    }
    p->block(x, n, s);
    if (p->family == RED_PLACE) s->at = r0 + p->find(x, n, s->v.raw);
}

/* ---- the three ways through memory: along the reduced axis, down the rows, or turned in the
 * cache */
static void block_along(const red_plan *p, const char *base, const char *mask, int64_t r0,
                        int64_t n, host_red_state *s)
{
    _Alignas(64) char buffer[RED_BUFFER];
    bool kept[RED_BUFFER / 8];
    if (n == 0) {
        s->n = 0;
        return;
    }
    const int d = p->n_red - 1;
    if (d == 0 && !mask && !p->to_load && p->red_in[0] == p->size) {
        consume(p, base + r0 * p->size, NULL, buffer, n, r0, s);
        return;
    }
    runs it;
    runs_start(&it, p, r0, n);
    const char *x = buffer;
    const bool *m = mask ? kept : NULL;
    const bool one_run = p->red[d] - it.index[d] >= n;
    if (one_run && !p->to_load && p->red_in[d] == p->size) x = base + it.off;
    if (one_run && mask && p->red_mask[d] == 1)
        m = (const bool *)(const void *)(mask + it.mask_off);
    if (x == buffer || (mask && m == kept)) {
        int64_t off, mask_off, at = 0;
        for (int64_t len; (len = runs_next(&it, &off, &mask_off)) > 0; at += len) {
            if (x == buffer)
                load_run(p, base + off, p->red_in[d], buffer + at * p->size, p->size, len);
            if (mask && m == kept)
                convert_rows(NULL, 1, mask + mask_off, p->red_mask[d], (char *)(kept + at), 1, len);
        }
    }
    consume(p, x, m, buffer, n, r0, s);
}

static void block_turned(const red_plan *p, const char *base, const char *mask, int64_t r0,
                         int64_t n, int64_t w, host_red_state *s)
{
    _Alignas(64) char buffer[RED_BUFFER];
    bool kept[RED_BUFFER / 8];
    const int64_t column = p->block_len * p->size;
    const int d = p->n_red - 1;
    runs it;
    runs_start(&it, p, r0, n);
    int64_t off, mask_off, at = 0;
    for (int64_t len; (len = runs_next(&it, &off, &mask_off)) > 0;) {
        for (int64_t i = 0; i < len; i++, at++) {
            load_run(p, base + off + i * p->red_in[d], p->keep_in, buffer + at * p->size, column,
                     w);
            if (mask)
                convert_rows(NULL, 1, mask + mask_off + i * p->red_mask[d], p->keep_mask,
                             (char *)(kept + at), p->block_len, w);
        }
    }
    for (int64_t j = 0; j < w; j++) {
        char *x = buffer + j * column;
        consume(p, x, mask ? kept + j * p->block_len : NULL, x, n, r0, &s[j]);
    }
}

void red_sweep_step(const red_plan *p, red_sweep *v, const char *x, int64_t stride, int64_t first,
                    int64_t rows, int64_t w)
{
    if (v->deviations)
        p->dev_rows(x, stride, rows, w, v->mean, v->m2);
    else if (p->arg_rows)
        p->arg_rows(x, stride, first, rows, w, v->acc, v->at);
    else
        p->rows(x, stride, rows, w, v->acc);
}
/* rows folded rows of w elements from r0 on (in unfolded rows). */
static void sweep_rows(const red_plan *p, red_sweep *v, const char *base, int64_t r0, int64_t first,
                       int64_t rows, int64_t w)
{
    enum { ROWS = 16 };
    _Alignas(64) char buffer[ROWS * RED_PANEL * 16];
    const bool direct = !p->to_load && p->keep_in == p->size;
    const int64_t stride = p->fold * p->red_in[p->n_red - 1];
    runs it;
    runs_start(&it, p, r0, p->fold > 1 ? rows * p->fold : rows);
    int64_t off, mask_off;
    for (int64_t len; (len = runs_next(&it, &off, &mask_off)) > 0;) {
        len /= p->fold;
        for (int64_t i = 0; i < len;) {
            const char *x = base + off + i * stride;
            int64_t n = len - i;
            if (direct) {
                red_sweep_step(p, v, x, stride, first, n, w);
            } else {
                if (n > ROWS) n = ROWS;
                for (int64_t k = 0; k < n; k++)
                    load_run(p, x + k * stride, p->keep_in, buffer + k * w * p->size, p->size, w);
                red_sweep_step(p, v, buffer, w * p->size, first, n, w);
            }
            i += n;
            first += n;
        }
    }
}
void red_sweep_start(const red_plan *p, red_sweep *v, const char *x, int64_t w)
{
    v->deviations = false;
    if (p->family == RED_PROD) {
        for (int64_t j = 0; j < w; j++) {
            if (p->load == CX_F32)
                ((float *)(void *)v->acc)[j] = 1.0F;
            else if (p->load == CX_F64)
                ((double *)(void *)v->acc)[j] = 1.0;
            else
                ((uint64_t *)(void *)v->acc)[j] = 1;
        }
    } else if (p->family == RED_SUM || p->family == RED_MEAN || p->dev_rows) {
        memset(v->acc, 0, (size_t)(w * p->size));
    } else { /* extremes start with the first row; meeting it again changes nothing */
        load_run(p, x, p->keep_in, v->acc, p->size, w);
        memset(v->at, 0, (size_t)w);
    }
}
static void state_of_column(const red_plan *p, const red_sweep *v, int64_t j, int64_t n,
                            host_red_state *s)
{
    const char *a = v->acc + j * p->size;
    s->n = n;
    if (p->load == CX_BOOL) {
        s->v.u64 = *a == 0 ? 0 : p->family == RED_ALL ? (uint64_t)n : 1;
    } else if (p->dev_rows) {
        s->v.re = v->mean[j];
        s->m2 = v->m2[j];
    } else if (p->family == RED_EXTREME || p->family == RED_PLACE) {
        memcpy(s->v.raw, a, sizeof s->v.raw); /* of which size bytes count; acc has them all */
    } else if (p->load == CX_F32) {
        s->v.re = (double)*(const float *)(const void *)a;
    } else if (p->load == CX_C64) {
        const cx_complex64 *z = (const cx_complex64 *)(const void *)a;
        s->v.c128 = (cx_complex128){(double)z->re, (double)z->im};
    } else {
        memcpy(s->v.raw, a, (size_t)p->size);
    }
}
void red_sweep_states(const red_plan *p, const red_sweep *v, int64_t r0, int64_t n, int64_t w,
                      host_red_state *s)
{
    if (p->fold == 1) {
        for (int64_t j = 0; j < w; j++) {
            state_of_column(p, v, j, n, &s[j]);
            s[j].at = r0 + v->at[j];
        }
        return;
    }
    const int64_t full = n / p->fold, rest = n % p->fold, wide = full > 0 ? w * p->fold : w * rest;
    for (int64_t j = 0; j < w; j++) s[j].n = 0;
    for (int64_t f = 0; f * w < wide; f++) {
        for (int64_t j = 0; j < w; j++) {
            host_red_state one;
            state_of_column(p, v, f * w + j, full + (f < rest), &one);
            one.at = r0 + (int64_t)v->at[f * w + j] * p->fold + f;
            if (p->family == RED_PLACE && s[j].n > 0 && one.at < s[j].at) {
                /* folded columns are not in order: let the earlier place be the first */
                host_red_state earlier = one;
                red_merge(p, &earlier, &s[j]);
                s[j] = earlier;
            } else {
                red_merge(p, &s[j], &one);
            }
        }
    }
}
void red_block_down(const red_plan *p, const char *base, int64_t r0, int64_t n, int64_t w,
                    host_red_state *s)
{
    red_sweep v;
    const int64_t full = n / p->fold, rest = n % p->fold, wide = full > 0 ? w * p->fold : w * rest;
    const int64_t rest_at = r0 + full * p->fold;
    red_sweep_start(p, &v, base + offset_of(p->n_red, p->red, p->red_in, r0), wide);
    if (full > 0) sweep_rows(p, &v, base, r0, 0, full, wide);
    /* what is left of a folded row is the beginning of one */
    const char *tail = base + rest_at * p->red_in[p->n_red - 1];
    char loaded[RED_PANEL * 16];
    if (rest > 0) {
        load_run(p, tail, p->keep_in, loaded, p->size, w * rest);
        red_sweep_step(p, &v, loaded, 0, full, 1, w * rest);
    }
    if (p->dev_rows) {
        for (int64_t j = 0; j < wide; j++) {
            v.mean[j] = ((const double *)(const void *)v.acc)[j] / (double)(full + (j < w * rest));
            v.m2[j] = 0;
        }
        v.deviations = true;
        if (full > 0) sweep_rows(p, &v, base, r0, 0, full, wide);
        if (rest > 0) red_sweep_step(p, &v, loaded, 0, full, 1, w * rest);
    }
    red_sweep_states(p, &v, r0, n, w, s);
}

/* ---- tasks */
void red_finish_panel(red_plan *p, int64_t o, int64_t col, int64_t w, host_red_state *s)
{
    static const uint8_t bytes[CX_DTYPE_COUNT] = {
#define CX_DTYPE(NAME, value, ctype, sfx, text, size, kind, descr) [value] = (size),
#include <calx/dtypes.def>
#undef CX_DTYPE
    };
    _Alignas(16) char results[RED_PANEL * 16];
    const int64_t size = bytes[p->result];
    for (int64_t j = 0; j < w; j++) {
        if (p->has_initial) {
            host_red_state first = p->initial;
            red_merge(p, &first, &s[j]);
            s[j] = first;
        }
        if (s[j].n == 0 && p->family == RED_PLACE)
            atomic_store_explicit(&p->all_nan, true, memory_order_relaxed);
        p->finish(p, &s[j], results + j * size);
    }
    char *out = (char *)p->call->out->data + offset_of(p->n_outer, p->outer, p->outer_out, o) +
                col * p->keep_out;
    p->to_out(results, size, out, p->keep_out, w);
}

bool red_panel_whole(const red_plan *p, const char *base, int64_t o, int64_t col, int64_t w)
{
    const bool mean = p->family == RED_MEAN && p->result == CX_F64,
               plain = mean || p->family == RED_SUM || p->family == RED_PROD ||
                       p->family == RED_EXTREME;
    if (!plain || p->load == CX_BOOL || p->fold != 1 || p->blocks != 1 || p->count < 1 ||
        p->has_initial)
        return false;
    red_sweep v;
    _Alignas(16) char results[RED_PANEL * 16];
    red_sweep_start(p, &v, base, w);
    sweep_rows(p, &v, base, 0, 0, p->count, w);
    const char *made = v.acc;
    int64_t size = p->size;
    if (p->result != p->load || mean) {
        const int64_t wide = p->result == CX_C128 ? 16 : 8;
        host_convert(p->load, p->result)(v.acc, size, results, wide, w);
        made = results;
        size = wide;
    }
    double *const means = (double *)(void *)results;
    for (int64_t j = 0; mean && j < w; j++) means[j] /= (double)p->count;
    char *const out = (char *)p->call->out->data +
                      offset_of(p->n_outer, p->outer, p->outer_out, o) + col * p->keep_out;
    p->to_out(made, size, out, p->keep_out, w);
    return true;
}

static void run_tasks(void *ctx, int64_t lo, int64_t hi)
{
    red_plan *p = ctx;
    host_red_state local[RED_PANEL];
    for (int64_t t = lo; t < hi; t++) {
        /* divisions only where there is something to divide */
        const int64_t row = p->panels == 1 ? t : t / p->panels, panel = t - row * p->panels,
                      o = p->blocks == 1 ? row : row / p->blocks, block = row - o * p->blocks;
        const int64_t col = panel * p->panel,
                      w = p->keep - col < p->panel ? p->keep - col : p->panel;
        const int64_t r0 = block * p->block_len,
                      n = p->count - r0 < p->block_len ? p->count - r0 : p->block_len;
        const char *base = (const char *)p->call->in->data +
                           offset_of(p->n_outer, p->outer, p->outer_in, o) + col * p->keep_in;
        const char *mask = NULL;
        if (p->call->mask)
            mask = (const char *)p->call->mask->data +
                   offset_of(p->n_outer, p->outer, p->outer_mask, o) + col * p->keep_mask;
        if (p->mode == RED_DOWN && red_panel_whole(p, base, o, col, w)) continue;
        host_red_state *s =
            p->partial ? p->partial + (o * p->blocks + block) * p->keep + col : local;
        if (p->mode == RED_DOWN)
            red_block_down(p, base, r0, n, w, s);
        else if (p->mode == RED_TURN)
            block_turned(p, base, mask, r0, n, w, s);
        else
            for (int64_t j = 0; j < w; j++)
                block_along(p, base + j * p->keep_in, mask ? mask + j * p->keep_mask : NULL, r0, n,
                            &s[j]);
        if (!p->partial) red_finish_panel(p, o, col, w, s);
    }
}

void red_run_merges(void *ctx, int64_t lo, int64_t hi)
{
    red_plan *p = ctx;
    for (int64_t t = lo; t < hi; t++) {
        const int64_t o = t / p->panels, col = t % p->panels * p->panel;
        const int64_t w = p->keep - col < p->panel ? p->keep - col : p->panel;
        host_red_state *s = p->partial + o * p->blocks * p->keep + col;
        for (int64_t h = 1; h < p->blocks; h *= 2)
            for (int64_t b = 0; b + h < p->blocks; b += 2 * h)
                for (int64_t j = 0; j < w; j++)
                    red_merge(p, &s[b * p->keep + j], &s[(b + h) * p->keep + j]);
        red_finish_panel(p, o, col, w, s);
    }
}

/* ---- planning */
void red_plan_shape(red_plan *p)
{
    const cx_reduce_call *c = p->call;
    const cx_view *in = c->in, *mask = c->mask, *out = c->out;
    const int nk = c->n_keep;
    p->keep = p->outers = p->count = 1;
    p->keep_in = p->keep_out = p->size;
    for (int d = 0; d < nk; d++) {
        if (d == nk - 1) {
            p->keep = in->shape[d];
            p->keep_in = in->stride[d];
            p->keep_mask = mask ? mask->stride[d] : 0;
            p->keep_out = out->stride[d];
            continue;
        }
        p->outer[d] = in->shape[d];
        p->outer_in[d] = in->stride[d];
        p->outer_mask[d] = mask ? mask->stride[d] : 0;
        p->outer_out[d] = out->stride[d];
        p->outers *= in->shape[d];
        p->n_outer++;
    }
    for (int d = nk; d < in->ndim; d++) {
        p->red[p->n_red] = in->shape[d];
        p->red_in[p->n_red] = in->stride[d];
        p->red_mask[p->n_red] = mask ? mask->stride[d] : 0;
        p->count *= in->shape[d];
        p->n_red++;
    }
    if (p->n_red == 0) {
        p->red[0] = 1;
        p->red_in[0] = p->size;
        p->red_mask[0] = 1;
        p->n_red = 1;
    }
}

void red_plan_tasks(red_plan *p)
{
    const int64_t along = llabs(p->red_in[p->n_red - 1]), across = llabs(p->keep_in);
    const bool loops = (p->rows || p->arg_rows) && !p->call->mask && !p->skip_nan;
    const bool columns =
        p->keep > 1 && p->count > 1 && (across < along || (loops && p->count < 32 && p->keep >= 8));
    p->mode = !columns ? RED_ALONG : loops ? RED_DOWN : across < along ? RED_TURN : RED_ALONG;
    p->fold = 1;
    if (p->mode == RED_DOWN) {
        p->panel = RED_PANEL;
        if (p->n_red == 1 && p->keep <= RED_PANEL / 4 && p->red_in[0] == p->keep * p->keep_in)
            p->fold = RED_PANEL / p->keep;
        if (p->fold > p->count) p->fold = p->count;
        p->block_len = RED_ROWS * p->fold;
    } else if (p->mode == RED_TURN) {
        p->panel = 32;
        p->block_len = RED_BUFFER / (p->panel * (p->size < 8 ? 8 : p->size));
    } else {
        p->block_len = p->size > 8 ? RED_BUFFER / 16 : RED_BUFFER / 8;
        p->panel = p->keep == 1 || p->count > 32768 ? 1
                   : p->count * RED_PANEL <= 32768  ? RED_PANEL
                                                    : 32768 / p->count;
    }
    if (p->panel > p->keep) p->panel = p->keep;
    p->panels = p->panel == p->keep ? 1 : (p->keep + p->panel - 1) / p->panel;
    p->blocks = p->count <= p->block_len ? 1 : (p->count + p->block_len - 1) / p->block_len;
}

cx_status host_reduce(cx_queue *q, const cx_reduce_call *c)
{
    (void)q;
    red_plan p;
    memset(&p, 0, sizeof p);
    const cx_status known = red_plan_op(&p, c);
    if (known != CX_OK) return known;
    red_plan_shape(&p);
    if (p.outers == 0 || p.keep == 0) return CX_OK;
    red_plan_tasks(&p);
    if (c->initial && (p.family == RED_SUM || p.family == RED_PROD || p.family == RED_EXTREME)) {
        _Alignas(16) char value[16];
        host_convert(c->initial->dtype, p.load)(c->initial->data, 0, value, 16, 1);
        p.has_initial = true;
        p.initial.n = 1;
        p.block(value, 1, &p.initial);
    }
    if (p.blocks > 1) {
        const int64_t states = p.outers * p.blocks * p.keep;
        p.partial = host_core->alloc((size_t)states * sizeof(host_red_state));
        if (!p.partial)
            return host_core->fail(CX_E_NOMEM, red_name(c->op),
                                   "cannot allocate %lld partial results", (long long)states);
    }
    const int64_t work = p.panel * (p.count < p.block_len ? p.count + 1 : p.block_len),
                  tasks = p.outers * p.blocks * p.panels;
    cx_status st = CX_OK;
    if (tasks == 1)
        run_tasks(&p, 0, 1);
    else
        st = host_core->parallel_for(tasks, work >= 32768 ? 1 : 32768 / work, run_tasks, &p);
    if (p.partial) {
        const int64_t merges = p.panel * p.blocks;
        if (st == CX_OK)
            st = host_core->parallel_for(p.outers * p.panels, merges >= 4096 ? 1 : 4096 / merges,
                                         red_run_merges, &p);
        host_core->free(p.partial);
    }
    if (st == CX_OK && atomic_load_explicit(&p.all_nan, memory_order_relaxed))
        return host_core->fail(CX_E_ARGUMENT, red_name(c->op), "a slice holds nothing but NaN");
    return st;
}
