/* Arrays in pieces along the first axis. The one idea: two pinned pieces and two on the device take
 * turns, so that the next one travels on a stream of its own while the caller's works on this one;
 * who waits for whom is the buffers' affair. Uses public functions only. */
#include "base/object.h"
#include <calx/array.h>
#include <calx/chunks.h>
#include <calx/index.h>
#include <calx/stream.h>

enum { TURNS = 2 };

typedef struct walk {
    const char *where;
    const cx_array *a;
    cx_device device;
    int64_t rows, each; /* of a, of a piece */
    bool staged;        /* from the CPU to another device */
    cx_array *pinned[TURNS], *there[TURNS];
    cx_event *sent[TURNS]; /* the pinned piece has been read */
    cx_stream *stream;
} walk;

static cx_status take_options(walk *w, const cx_chunk_opts *given)
{
    static const cx_chunk_opts defaults = {.struct_size = sizeof defaults};
    const cx_chunk_opts *const o = given == NULL ? &defaults : given;
    const size_t budget = o->bytes == 0 ? (size_t)32 << 20 : o->bytes;
    if (o->struct_size != sizeof *o)
        return cx__fail(CX_E_ARGUMENT, w->where, "struct_size is %zu: make options with CX_OPTS",
                        o->struct_size);
    if (o->rows < 0) return cx__fail(CX_E_ARGUMENT, w->where, "rows is %lld", (long long)o->rows);
    if (cx_ndim(w->a) == 0) return cx__fail(CX_E_SHAPE, w->where, "a is 0-d; it has no rows");
    size_t row = cx_dtype_size(cx_dtype_of(w->a));
    for (int i = 1; i < cx_ndim(w->a); i++) row *= (size_t)cx_dim(w->a, i);
    w->rows = cx_dim(w->a, 0);
    w->each = o->rows > 0 ? o->rows : row == 0 || budget / row < 1 ? 1 : (int64_t)(budget / row);
    if (row == 0 && o->rows == 0) w->each = w->rows;
    if (w->each > w->rows) w->each = w->rows;
    return CX_OK;
}

/* Memory for the pieces that travel: at most two. */
static cx_status open_staging(walk *w)
{
    int64_t shape[CX_MAX_NDIM];
    const int turns = w->rows > w->each ? TURNS : 1;
    for (int i = 1; i < cx_ndim(w->a); i++) shape[i] = cx_dim(w->a, i);
    shape[0] = w->each;
    const cx_shape s = {cx_ndim(w->a), shape};
    w->stream = cx_stream_new(w->device);
    for (int k = 0; k < turns; k++) {
        w->pinned[k] = cx_empty_pinned(s, cx_dtype_of(w->a), w->device);
        w->there[k] = cx_empty(s, cx_dtype_of(w->a), w->device);
        w->sent[k] = cx_event_new(w->device);
    }
    return cx__so_far();
}

/* Send piece i on its way. */
static cx_status send(walk *w, int64_t i)
{
    const int k = (int)(i % TURNS);
    const int64_t first = i * w->each, n = w->rows - first < w->each ? w->rows - first : w->each;
    const cx_scope s = cx_scope_open_with(CX_OPTS(cx_scope_opts, .stream = w->stream));
    cx_status st = cx_event_sync(w->sent[k]);
    cx_array *const from = cx_slice(w->pinned[k], 0, 0, n, 1);
    if (st == CX_OK) st = cx_copy_into(cx_slice(w->a, 0, first, first + n, 1), from);
    if (st == CX_OK) st = cx_copy_async(from, cx_slice(w->there[k], 0, 0, n, 1));
    if (st == CX_OK) st = cx_event_record(w->sent[k], w->stream);
    const cx_status closed = cx_scope_close(s);
    return st != CX_OK ? st : closed;
}

static cx_status call_body(walk *w, int64_t i, cx_chunk_body *body, void *ctx)
{
    const int64_t first = i * w->each, stop = w->rows - first < w->each ? w->rows : first + w->each;
    const cx_scope s = cx_scope_open();
    const cx_array *const piece = w->staged ? cx_slice(w->there[i % TURNS], 0, 0, stop - first, 1)
                                            : cx_to(cx_slice(w->a, 0, first, stop, 1), w->device);
    cx_status st = cx_status_of(piece);
    if (st == CX_OK) st = body(ctx, piece, first);
    const cx_status closed = cx_scope_close(s);
    return st != CX_OK ? st : closed;
}

static cx_status walk_all(walk *w, const cx_chunk_opts *o, cx_chunk_body *body, void *ctx)
{
    CX__TRY(cx__check(w->where, "a", w->a, CX__KIND_ARRAY));
    CX__TRY(take_options(w, o));
    if (body == NULL) return cx__fail(CX_E_NULL, w->where, "body is NULL");
    CX__TRY(cx_device_check(w->device));
    if (w->rows == 0) return CX_OK;
    const int64_t count = (w->rows - 1) / w->each + 1;
    /* Categories take their dictionary along: cx_to knows how. */
    w->staged = cx_device_of(w->a).kind == CX_DEVICE_CPU && w->device.kind != CX_DEVICE_CPU &&
                cx_dtype_of(w->a) != CX_CAT && cx_size(w->a) > 0;
    if (w->staged) CX__TRY(open_staging(w));
    if (w->staged) CX__TRY(send(w, 0));
    for (int64_t i = 0; i < count; i++) {
        CX__TRY(cx__poll(w->where));
        if (w->staged && i + 1 < count) CX__TRY(send(w, i + 1));
        CX__TRY(call_body(w, i, body, ctx));
        cx__progress("chunks", i + 1, count);
    }
    return CX_OK;
}

cx_status cx_chunks(const cx_array *a, cx_device device, const cx_chunk_opts *o,
                    cx_chunk_body *body, void *ctx)
{
    const cx_scope s = cx_scope_open();
    cx_array *const own = cx_status_of(a) == CX_OK ? cx_retain(a) : NULL; /* scalars to the heap */
    walk w = {.where = "chunks", .a = own != NULL ? own : a, .device = device};
    const cx_status st = walk_all(&w, o, body, ctx);
    cx_release(own);
    const cx_status closed = cx_scope_close(s);
    return st != CX_OK ? st : closed;
}

/* ---- estimators */

typedef struct fitting {
    cx_estimator *m;
    const cx_data *data;
    cx_device device;
} fitting;

/* The rows of y or of weights that go with a piece; NULL stays NULL. */
static const cx_array *part(const fitting *f, const cx_array *a, int64_t first, int64_t stop)
{
    return a == NULL ? NULL : cx_to(cx_slice(a, 0, first, stop, 1), f->device);
}

static cx_status fit_piece(void *ctx, const cx_array *piece, int64_t first)
{
    const fitting *const f = ctx;
    const int64_t stop = first + cx_dim(piece, 0);
    const cx_array *const classes = f->data->classes;
    const cx_data d = {.x = piece,
                       .y = part(f, f->data->y, first, stop),
                       .sample_weight = part(f, f->data->sample_weight, first, stop),
                       .classes = classes == NULL ? NULL : cx_to(classes, f->device)};
    CX__TRY(cx__so_far());
    return cx_partial_fit_data(f->m, &d);
}

static cx_status goes_along(const char *where, const char *name, const cx_array *a,
                            const cx_array *x)
{
    if (a == NULL) return CX_OK;
    CX__TRY(cx__check(where, name, a, CX__KIND_ARRAY));
    if (cx_ndim(a) == 0 || cx_dim(a, 0) != cx_dim(x, 0))
        return cx__fail(CX_E_SHAPE, where, "x has %lld rows, %s %lld", (long long)cx_dim(x, 0),
                        name, (long long)cx_dim(a, 0));
    return CX_OK;
}

cx_status cx_chunks_partial_fit_data(cx_estimator *m, const cx_data *d, cx_device device,
                                     const cx_chunk_opts *o)
{
    static const char where[] = "chunks_partial_fit";
    CX__TRY(cx__check(where, "m", m, CX__KIND_ESTIMATOR));
    if (d == NULL) return cx__fail(CX_E_NULL, where, "d is NULL");
    if (d->table != NULL || d->target != NULL || d->groups != NULL)
        return cx__fail(CX_E_ARGUMENT, where, "a table or groups do not come in pieces; give x");
    CX__TRY(cx__check(where, "x", d->x, CX__KIND_ARRAY));
    CX__TRY(goes_along(where, "y", d->y, d->x));
    CX__TRY(goes_along(where, "sample_weight", d->sample_weight, d->x));
    if (d->classes != NULL) CX__TRY(cx__check(where, "classes", d->classes, CX__KIND_ARRAY));
    fitting f = {m, d, device};
    return cx_chunks(d->x, device, o, fit_piece, &f);
}

cx_status cx_chunks_partial_fit(cx_estimator *m, const cx_array *x, const cx_array *y,
                                cx_device device, const cx_chunk_opts *o)
{
    return cx_chunks_partial_fit_data(m, &(const cx_data){.x = x, .y = y}, device, o);
}
