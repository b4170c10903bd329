/* The scan slot: running sums and products along one axis. The one idea: a line is cut into blocks
 * by its length alone, each block is scanned from nothing and the totals of the blocks before it
 * are added, so any number of threads gives the same bits. Whoever takes a block sums it up first,
 * tells the others, and looks back at what they have told; then the block is still in a cache. A
 * thread that goes from block to block alone needs no total beforehand. */
#include "scan.h"
#include "move.h"
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { SCAN_BLOCK = 16384, SCAN_CHUNK = 2048, SCAN_PANEL = 256 };

/* What is known of a block: nothing, its total, what the block after it starts from. */
enum { NOTHING, TOTAL, NEXT };
typedef struct scan_block {
    char total[16], next[16];
    const void *by; /* the thread; valid from NEXT on */
    atomic_int known;
} scan_block;

typedef struct scan_plan {
    const host_scans *loops;
    int op; /* 0 sum, 1 product */
    cx_dtype load;
    int64_t size;
    host_convert_fn *to_load, *to_out; /* NULL: already in the load dtype */
    const char *in;
    char *out;
    int64_t n, in_step, out_step; /* along the axis */
    int n_outer;                  /* the other dimensions, without the panel's */
    int64_t outer[CX_KERNEL_NDIM], outer_in[CX_KERNEL_NDIM], outer_out[CX_KERNEL_NDIM];
    int64_t lines;
    int64_t keep, keep_in, keep_out,
        panels; /* rows of one dimension scanned side by side; keep 1: along the line */
    int64_t blocks;
    bool serial;       /* one thread takes all blocks in turn */
    bool stream;       /* results go past the caches */
    scan_block *marks; /* [line][block]; NULL: lines of one block */
} scan_plan;

static const uint8_t scan_wide[CX_DTYPE_COUNT] = {
    [CX_BOOL] = CX_I64, [CX_I8] = CX_I64,  [CX_I16] = CX_I64,   [CX_I32] = CX_I64,
    [CX_I64] = CX_I64,  [CX_U8] = CX_U64,  [CX_U16] = CX_U64,   [CX_U32] = CX_U64,
    [CX_U64] = CX_U64,  [CX_F16] = CX_F32, [CX_BF16] = CX_F32,  [CX_F32] = CX_F32,
    [CX_F64] = CX_F64,  [CX_C64] = CX_C64, [CX_C128] = CX_C128,
};
static const uint8_t scan_bytes[CX_DTYPE_COUNT] = {
#define CX_DTYPE(NAME, value, ctype, sfx, text, size, kind, descr) [value] = (size),
#include <calx/dtypes.def>
#undef CX_DTYPE
};

static void identity(const scan_plan *p, char value[16])
{
    static const double zero[2] = {0, 0}, one[2] = {1, 0};
    host_convert(CX_C128, p->load)(p->op ? one : zero, 0, value, 16, 1);
}
static void line_offsets(const scan_plan *p, int64_t line, int64_t *in, int64_t *out)
{
    *in = *out = 0;
    for (int d = p->n_outer - 1; d >= 0; d--) {
        const int64_t i = line % p->outer[d];
        line /= p->outer[d];
        *in += i * p->outer_in[d];
        *out += i * p->outer_out[d];
    }
}
/* n elements in the load dtype: where they lie, or copied into buffer. */
static const char *loaded(const scan_plan *p, const char *src, int64_t stride, char *buffer,
                          int64_t n)
{
    if (!p->to_load && stride == p->size) return src;
    if (p->to_load)
        p->to_load(src, stride, buffer, p->size, n);
    else
        host_convert(p->load, p->load)(src, stride, buffer, p->size, n);
    return buffer;
}
static void store(const scan_plan *p, const char *src, char *dst, int64_t stride, int64_t n)
{
    host_convert_fn *const f = p->to_out ? p->to_out : host_convert(p->load, p->load);
    f(src, p->size, dst, stride, n);
}

/* x[0] op ... op x[n - 1] of elements [first, last) of a line, from 0 or 1. */
static void sum_up(const scan_plan *p, int64_t in, int64_t first, int64_t last, char acc[16])
{
    _Alignas(64) char buffer[SCAN_CHUNK * 16];
    _Alignas(16) char part[16], unused[16];
    identity(p, acc);
    for (int64_t i = first; i < last; i += SCAN_CHUNK) {
        const int64_t n = last - i < SCAN_CHUNK ? last - i : SCAN_CHUNK;
        p->loops->total[p->op][p->load](
            loaded(p, p->in + in + i * p->in_step, p->in_step, buffer, n), n, part);
        p->loops->row[p->op][p->load](part, acc, unused, 1);
    }
}

/* The scan of those elements; acc as above. */
static void scan_up(const scan_plan *p, int64_t in, int64_t out, int64_t first, int64_t last,
                    char start[16], char acc[16])
{
    _Alignas(64) char buffer[SCAN_CHUNK * 16];
    _Alignas(16) char part[16], unused[16];
    const host_move_table *const moves = HOST_PICK(host_moves);
    identity(p, acc);
    for (int64_t i = first; i < last; i += SCAN_CHUNK) {
        const int64_t n = last - i < SCAN_CHUNK ? last - i : SCAN_CHUNK;
        const char *x = loaded(p, p->in + in + i * p->in_step, p->in_step, buffer, n);
        char *dst = p->out + out + i * p->out_step;
        const bool direct = !p->to_out && p->out_step == p->size && !p->stream;
        char *y = direct ? dst : buffer;
        p->loops->line[p->op][p->load](x, y, n, start, part);
        memcpy(start, y + (n - 1) * p->size, (size_t)p->size);
        p->loops->row[p->op][p->load](part, acc, unused, 1);
        if (p->stream)
            moves->stream(dst, buffer, (size_t)(n * p->size));
        else if (!direct)
            store(p, buffer, dst, p->out_step, n);
    }
}

static int known(const scan_block *b)
{
    return atomic_load_explicit(&b->known, memory_order_acquire);
}
static void tell(scan_block *b, int what)
{
    atomic_store_explicit(&b->known, what, memory_order_release);
}

/* What block t, number b of its line, starts from. Every block before it has been taken by a thread
 * that tells its total without waiting for anybody. */
static void look_back(const scan_plan *p, int64_t t, int64_t b, char start[16])
{
    _Alignas(16) char unused[16];
    int64_t from = b;
    identity(p, start);
    for (; from > 0; from--) {
        const scan_block *const before = p->marks + t - b + from - 1;
        for (int k = 0; known(before) == NOTHING; k++)
            if (k > 200) (void)sched_yield();
        if (known(before) != NEXT) continue;
        memcpy(start, before->next, sizeof before->next);
        break;
    }
    for (; from < b; from++)
        p->loops->row[p->op][p->load](p->marks[t - b + from].total, start, unused, 1);
}

static void block_tasks(void *ctx, int64_t lo, int64_t hi)
{
    static _Thread_local char here; /* its address tells threads apart */
    const scan_plan *p = ctx;
    for (int64_t t = lo; t < hi; t++) {
        const int64_t b = t % p->blocks, first = b * SCAN_BLOCK,
                      last = p->n - first < SCAN_BLOCK ? p->n : first + SCAN_BLOCK;
        int64_t in, out;
        line_offsets(p, t / p->blocks, &in, &out);
        scan_block *const mark = p->marks + t;
        _Alignas(16) char start[16], acc[16], unused[16];
        const bool alone = p->serial || (b > 0 && known(mark - 1) == NEXT && mark[-1].by == &here);
        mark->by = &here;
        if (!alone) {
            sum_up(p, in, first, last, mark->total);
            tell(mark, TOTAL);
            look_back(p, t, b, start);
        } else if (b == 0) {
            identity(p, start);
        } else {
            memcpy(start, mark[-1].next, sizeof start);
        }
        memcpy(mark->next, start, sizeof start);
        if (alone) {
            scan_up(p, in, out, first, last, start, mark->total);
            p->loops->row[p->op][p->load](mark->total, mark->next, unused, 1);
            tell(mark, NEXT);
        } else {
            p->loops->row[p->op][p->load](mark->total, mark->next, unused, 1);
            tell(mark, NEXT);
            scan_up(p, in, out, first, last, start, acc);
        }
    }
}

static void line_tasks(void *ctx, int64_t lo, int64_t hi)
{
    const scan_plan *p = ctx;
    for (int64_t t = lo; t < hi; t++) {
        int64_t in, out;
        line_offsets(p, t, &in, &out);
        _Alignas(16) char start[16], acc[16];
        identity(p, start);
        scan_up(p, in, out, 0, p->n, start, acc);
    }
}
static void row_tasks(void *ctx, int64_t lo, int64_t hi)
{
    const scan_plan *p = ctx;
    _Alignas(64) char buffer[SCAN_PANEL * 16], acc[SCAN_PANEL * 16];
    for (int64_t t = lo; t < hi; t++) {
        int64_t in, out;
        line_offsets(p, t / p->panels, &in, &out);
        const int64_t col = t % p->panels * SCAN_PANEL,
                      w = p->keep - col < SCAN_PANEL ? p->keep - col : SCAN_PANEL;
        in += col * p->keep_in;
        out += col * p->keep_out;
        const bool direct = !p->to_out && p->keep_out == p->size;
        for (int64_t i = 0; i < p->n; i++) {
            const char *x = loaded(p, p->in + in + i * p->in_step, p->keep_in, buffer, w);
            char *dst = p->out + out + i * p->out_step, *y = direct ? dst : buffer;
            if (i == 0) {
                memcpy(acc, x, (size_t)(w * p->size));
                if (y != x) memmove(y, x, (size_t)(w * p->size));
            } else {
                p->loops->row[p->op][p->load](x, acc, y, w);
            }
            if (!direct) store(p, buffer, dst, p->keep_out, w);
        }
    }
}

static void plan_lines(scan_plan *p, int axis, const cx_view *in, const cx_view *out)
{
    p->n = in->shape[axis];
    p->in_step = in->stride[axis];
    p->out_step = out->stride[axis];
    int across = -1; /* a dimension that lies denser than the axis */
    for (int d = 0; d < in->ndim; d++) {
        if (d == axis || in->shape[d] < 2 || llabs(in->stride[d]) >= llabs(p->in_step) ||
            in->stride[d] == 0)
            continue;
        if (across < 0 || llabs(in->stride[d]) < llabs(in->stride[across])) across = d;
    }
    p->lines = p->keep = 1;
    for (int d = 0; d < in->ndim; d++) {
        if (d == axis) continue;
        if (d == across) {
            p->keep = in->shape[d];
            p->keep_in = in->stride[d];
            p->keep_out = out->stride[d];
            continue;
        }
        p->outer[p->n_outer] = in->shape[d];
        p->outer_in[p->n_outer] = in->stride[d];
        p->outer_out[p->n_outer++] = out->stride[d];
        p->lines *= in->shape[d];
    }
}

cx_status host_scan(cx_queue *q, int op, int axis, const cx_view *in, const cx_view *out)
{
    (void)q;
    scan_plan p;
    memset(&p, 0, sizeof p);
    p.loops = HOST_PICK(host_scans);
    p.op = op == CX_SCAN_CUMPROD;
    p.load = (cx_dtype)scan_wide[out->dtype];
    p.size = scan_bytes[p.load];
    p.to_load = in->dtype == p.load ? NULL : host_convert(in->dtype, p.load);
    p.to_out = out->dtype == p.load ? NULL : host_convert(p.load, out->dtype);
    p.in = in->data;
    p.out = out->data;
    plan_lines(&p, axis, in, out);
    if (p.n == 0 || p.lines == 0 || p.keep == 0) return CX_OK;
    if (p.keep > 1) {
        p.panels = (p.keep + SCAN_PANEL - 1) / SCAN_PANEL;
        const int64_t work = p.n * (p.keep < SCAN_PANEL ? p.keep : SCAN_PANEL);
        return host_core->parallel_for(p.lines * p.panels, work >= 32768 ? 1 : 32768 / work,
                                       row_tasks, &p);
    }
    p.blocks = (p.n + SCAN_BLOCK - 1) / SCAN_BLOCK;
    const int64_t work = p.n < SCAN_BLOCK ? p.n : SCAN_BLOCK,
                  grain = work >= 32768 ? 1 : 32768 / work;
    if (p.blocks == 1) return host_core->parallel_for(p.lines, grain, line_tasks, &p);
    p.stream = !p.to_out && p.out_step == p.size && p.n * p.size >= HOST_STREAM_BYTES;
    p.serial = host_core->num_threads() == 1;
    const size_t bytes = (size_t)(p.lines * p.blocks) * sizeof *p.marks;
    p.marks = host_core->alloc(bytes);
    if (!p.marks)
        return host_core->fail(CX_E_NOMEM, "scan", "cannot allocate %zu bytes for block totals",
                               bytes);
    for (int64_t t = 0; t < p.lines * p.blocks; t++) atomic_init(&p.marks[t].known, NOTHING);
    const cx_status st = host_core->parallel_for(p.lines * p.blocks, 1, block_tasks, &p);
    host_core->free(p.marks);
    return st;
}
