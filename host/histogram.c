/* The histogram slot: pieces of fixed number count in tables of their own, which are added. Counts
 * are integers, so nothing depends on threads. */
#include "histogram.h"
#include <float.h>
#include <math.h>
#include <string.h>

enum { HISTOGRAM_PIECES = 16, HISTOGRAM_GRAIN = 1 << 16, HISTOGRAM_FEW = 512 };

typedef struct counting {
    const host_histograms *t;
    host_bins bins;
    cx_dtype dtype;
    const char *x;
    int64_t grain, tables; /* counters of one piece */
    int ways, size;
    int64_t *counts;
} counting;

static void count_tasks(void *ctx, int64_t lo, int64_t hi)
{
    const counting *const c = ctx;
    c->t->count[c->dtype](c->x + lo * c->size, hi - lo, &c->bins, c->ways,
                          c->counts + lo / c->grain * c->tables);
}

/* How far computed places and edges can be from the true ones, in bins: some roundings of the
 * place, and of an edge, which is as large as the ends. */
static double slack_of(cx_dtype t, const host_bins *b)
{
    const double eps = t == CX_F32 ? (double)FLT_EPSILON : DBL_EPSILON,
                 ends = fmax(fabs(b->first), fabs(b->last));
    return 8 * eps * (double)b->bins * (1 + ends / b->width);
}

cx_status host_histogram(cx_queue *q, const cx_view *x, const cx_view *edges, const double range[3],
                         const cx_view *out)
{
    (void)q;
    const int64_t n = x->shape[0], bins = out->shape[0];
    int64_t *const total = out->data;
    if (bins >= INT32_MAX)
        return host_core->fail(CX_E_UNSUPPORTED, "histogram", "%lld bins", (long long)bins);
    counting c = {.t = HOST_PICK(host_histograms),
                  .bins = {.first = range[0],
                           .last = range[1],
                           .width = range[2],
                           .bins = bins,
                           .edges = edges->data},
                  .dtype = x->dtype,
                  .x = x->data,
                  .size = x->dtype == CX_F32 ? 4 : 8,
                  .ways = bins < HISTOGRAM_FEW ? 4 : 1};
    c.bins.slack = slack_of(x->dtype, &c.bins);
    c.tables = (bins + 1) * c.ways;
    const int64_t piece = bins * 8 > n ? n : (n + HISTOGRAM_PIECES - 1) / HISTOGRAM_PIECES;
    c.grain = piece > HISTOGRAM_GRAIN ? piece : HISTOGRAM_GRAIN;
    const int64_t pieces = (n + c.grain - 1) / c.grain;
    memset(total, 0, (size_t)bins * sizeof *total);
    if (n == 0) return CX_OK;
    const size_t bytes = (size_t)(c.tables * pieces) * sizeof *c.counts;
    c.counts = host_core->alloc(bytes);
    if (!c.counts)
        return host_core->fail(CX_E_NOMEM, "histogram", "cannot allocate %zu bytes of counters",
                               bytes);
    memset(c.counts, 0, bytes);
    const cx_status st = host_core->parallel_for(n, c.grain, count_tasks, &c);
    for (int64_t i = 0; i < pieces * c.ways; i++)
        for (int64_t k = 0; k < bins; k++) total[k] += c.counts[i * (bins + 1) + k];
    host_core->free(c.counts);
    return st;
}
