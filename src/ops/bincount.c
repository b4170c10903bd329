/* bincount: counted where the host can, else read off the sorted numbers; weights go through the
 * learn group. */
#include "base/threads.h"
#include "core/array.h"
#include "core/device.h"
#include <calx/backend_learn.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <inttypes.h>
#include <string.h>

/* ---- on the host: pieces of fixed number count in tables of their own, which are added */
enum { PIECES = 8, PIECE_LEAST = 1 << 15 };

typedef struct counting {
    const int64_t *x;
    int64_t grain, bins;
    int64_t least[PIECES], most[PIECES];
    int64_t *count; /* [piece][bin] */
} counting;

static int64_t pieces_of(counting *c, int64_t n, int64_t bins)
{
    const bool many = n >= 2 * PIECE_LEAST && bins <= n / PIECES;
    c->grain = many ? (n + PIECES - 1) / PIECES : n;
    return n == 0 ? 0 : (n + c->grain - 1) / c->grain;
}

static void range_piece(void *ctx, int64_t lo, int64_t hi)
{
    counting *const c = ctx;
    int64_t most = c->x[lo], least = most;
    for (int64_t i = lo; i < hi; i++) {
        most = c->x[i] > most ? c->x[i] : most;
        least = c->x[i] < least ? c->x[i] : least;
    }
    c->most[lo / c->grain] = most;
    c->least[lo / c->grain] = least;
}

static void count_piece(void *ctx, int64_t lo, int64_t hi)
{
    const counting *const c = ctx;
    int64_t *const count = c->count + lo / c->grain * c->bins;
    for (int64_t i = lo; i < hi; i++) count[c->x[i]]++;
}

static cx_status count_bins(const char *where, const cx_array *index, int64_t bins, cx_array **out)
{
    CX__TRY(cx__array_new(where, 1, &bins, CX_I64, index->device, out));
    int64_t *const total = (int64_t *)(void *)(*out)->data;
    counting c = {.x = (const int64_t *)(const void *)index->data, .bins = bins};
    const int64_t pieces = pieces_of(&c, index->size, bins);
    const size_t bytes = (size_t)(bins * pieces) * sizeof *total;
    for (int64_t i = 0; i < bins; i++) total[i] = 0;
    if (pieces <= 1) {
        c.count = total;
        if (pieces == 1) count_piece(&c, 0, index->size);
        return CX_OK;
    }
    if ((c.count = cx__scratch(bytes)) == NULL) {
        cx__release(*out);
        *out = NULL;
        return cx__fail(CX_E_NOMEM, where, "cannot allocate %zu bytes of counters", bytes);
    }
    memset(c.count, 0, bytes);
    const cx_status st = cx__parallel_for(index->size, c.grain, count_piece, &c);
    for (int64_t k = 0; k < pieces; k++)
        for (int64_t i = 0; i < bins; i++) total[i] += c.count[k * bins + i];
    cx__scratch_free(c.count);
    if (st == CX_OK) return CX_OK;
    cx__release(*out);
    *out = NULL;
    return st;
}

static cx_status weigh_bins(const char *where, const cx_array *index, const cx_array *weights,
                            int64_t bins, cx_array **out)
{
    CX__TRY(cx__array_new(where, 1, &bins, CX_F64, index->device, out));
    const int64_t *const x = (const int64_t *)(const void *)index->data;
    double *const sum = (double *)(void *)(*out)->data;
    const double *const w = (const double *)(const void *)weights->data;
    for (int64_t i = 0; i < bins; i++) sum[i] = 0;
    for (int64_t i = 0; i < index->size; i++) sum[x[i]] += w[i];
    return CX_OK;
}

/* Where the host cannot count: sorted, a number stands as often as its bin is wide. */
static cx_status sorted_ends(const char *where, const cx_array *sorted, int64_t ends[2])
{
    for (int i = 0; i < 2; i++) {
        cx_array *one = NULL;
        CX__TRY(cx__array_view(where, sorted, 0, NULL, NULL,
                               sorted->data + (i == 0 ? 0 : (sorted->size - 1) * 8), CX_I64, &one));
        const cx_status st = cx__array_control(where, one, &ends[i], NULL);
        cx__release(one);
        if (st != CX_OK) return st;
    }
    return CX_OK;
}
/* Weights of each bin, by the learn group's sums of groups; a group without rows weighs nothing. */
static cx_status weighed_bins(const char *where, const cx_array *index, const cx_array *weights,
                              int64_t bins, cx_array **out)
{
    cx__device *d;
    cx_queue *q;
    cx_array *w = NULL, *mass = NULL;
    CX__TRY(cx__device_get(where, index->device, &d));
    if (d->ops->learn == NULL) return cx__unsupported(where, d, where);
    if (index->size == 0) {
        cx_array *const none = cx_zeros(CX_SHAPE(bins), CX_F64, index->device);
        if (cx_status_of(none) == CX_OK) *out = cx_retain(none);
        return cx_status_of(none);
    }
    cx_status st = cx__array_contiguous(where, weights, CX_F64, &w);
    if (st == CX_OK) st = cx__array_new(where, 1, &bins, CX_F64, index->device, &mass);
    if (st == CX_OK)
        st = cx__queue_for(where, d, 1, 3, (const cx_array *const[]){mass, index, w}, &q);
    if (st == CX_OK)
        st = cx__queue_done(
            d, d->ops->learn->groups(q, &(cx_learn_groups){.n = index->size,
                                                           .groups = bins,
                                                           .code = (const int64_t *)index->data,
                                                           .weight = (const double *)w->data,
                                                           .mass = (double *)mass->data}));
    cx__release(w);
    if (st == CX_OK)
        *out = mass;
    else
        cx__release(mass);
    return st;
}
static cx_status sorted_bins(const char *where, const cx_array *index, const cx_array *weights,
                             int64_t minlength, cx_array **out)
{
    int64_t ends[2] = {0, -1};
    const cx_scope s = cx_scope_open();
    cx_array *const sorted = cx_sort(index, 0);
    cx_status st = cx_status_of(sorted);
    if (st == CX_OK && index->size > 0) st = sorted_ends(where, sorted, ends);
    if (st == CX_OK && ends[0] < 0)
        st = cx__fail(CX_E_ARGUMENT, where, "a holds the negative number %" PRId64, ends[0]);
    const int64_t bins = ends[1] + 1 > minlength ? ends[1] + 1 : minlength;
    if (st == CX_OK && weights != NULL) {
        st = weighed_bins(where, index, weights, bins, out);
    } else if (st == CX_OK) {
        cx_array *const edges = cx_arange_i64(0, bins + 1, 1, CX_I64, index->device),
                        *const at = cx_searchsorted(sorted, edges, CX_LEFT),
                        *const n =
                            cx_sub(cx_slice(at, 0, 1, CX_END, 1), cx_slice(at, 0, 0, bins, 1));
        st = cx_status_of(n);
        if (st == CX_OK) *out = cx_retain(n);
    }
    const cx_status closed = cx_scope_close(s);
    return st != CX_OK ? st : closed;
}

/* On the host. */
static cx_status counted_bins(const char *where, const cx_array *index, const cx_array *weights,
                              int64_t minlength, cx_array **out)
{
    counting c = {.x = (const int64_t *)(const void *)index->data};
    const int64_t pieces = pieces_of(&c, index->size, 1);
    CX__TRY(cx__parallel_for(index->size, c.grain, range_piece, &c));
    int64_t most = -1, least = 0;
    for (int64_t k = 0; k < pieces; k++) {
        most = c.most[k] > most ? c.most[k] : most;
        least = c.least[k] < least ? c.least[k] : least;
    }
    if (least < 0)
        return cx__fail(CX_E_ARGUMENT, where, "a holds the negative number %" PRId64, least);
    const int64_t bins = most + 1 > minlength ? most + 1 : minlength;
    if (weights == NULL) return count_bins(where, index, bins, out);
    cx_array *w = NULL;
    CX__TRY(cx__array_contiguous(where, weights, CX_F64, &w));
    const cx_status st = weigh_bins(where, index, w, bins, out);
    cx__release(w);
    return st;
}

static cx_status bincount(const cx_array *a, const cx_array *weights, int64_t minlength,
                          cx_array **out)
{
    const char *const where = "bincount";
    CX__TRY(cx__array_need(where, "a", a));
    const char kind = cx_dtype_kind((cx_dtype)a->dtype);
    if (a->ndim != 1) return cx__fail(CX_E_SHAPE, where, "a has %d dimensions, not 1", a->ndim);
    if (kind != 'i' && kind != 'u' && kind != 'b')
        return cx__fail(CX_E_DTYPE, where, "a is %s, not integers",
                        cx_dtype_name((cx_dtype)a->dtype));
    if (minlength < 0) return cx__fail(CX_E_ARGUMENT, where, "minlength is %" PRId64, minlength);
    const bool host = a->device.kind == CX_DEVICE_CPU;
    if (weights != NULL) {
        CX__TRY(cx__array_need(where, "weights", weights));
        if (weights->ndim != 1 || weights->size != a->size)
            return cx__fail(CX_E_SHAPE, where, "%" PRId64 " weights for %" PRId64 " numbers",
                            weights->size, a->size);
        if (!cx_can_cast((cx_dtype)weights->dtype, CX_F64, CX_CASTING_SAFE))
            return cx__fail(CX_E_DTYPE, where, "weights are %s",
                            cx_dtype_name((cx_dtype)weights->dtype));
        char name[2][16];
        if (!cx_device_equal(weights->device, a->device))
            return cx__fail(CX_E_DEVICE, where, "weights are on %s and a on %s",
                            cx_device_name(weights->device, name[0]),
                            cx_device_name(a->device, name[1]));
    }
    cx_array *index = NULL;
    CX__TRY(cx__array_contiguous(where, a, CX_I64, &index));
    const cx_status st = host ? counted_bins(where, index, weights, minlength, out)
                              : sorted_bins(where, index, weights, minlength, out);
    cx__release(index);
    return st;
}
cx_array *cx_bincount(const cx_array *a, const cx_array *weights, int64_t minlength)
{
    cx_array *out = NULL;
    const cx_status st = bincount(a, weights, minlength, &out);
    return cx__yield(st, "bincount", out);
}
