/* Sliding products of the CPU. One idea: operands become dense vectors of a real dtype (complex
 * ones two each, four products), outputs are cut into chunks that depend on the sizes only; a chunk
 * is a loop of host/simd/slide.c. Limit: 2 n m operations, which are not contracted. */
#include "slide.h"
#include <string.h>

enum { CHUNK_OPERATIONS = 1 << 18, CHUNK_MIN = 1 << 10 };

typedef struct slide {
    const cx_slide_call *c;
    cx_dtype t, loop; /* of the views, of the loops */
    int64_t n, m, count;
    host_slide_job job[4]; /* one, or rr, ii, ri, ir */
    int jobs;
    host_slide_fn *fn;
    char *scratch;
} slide;

/* Vector v as dense elements of the loop dtype; offset: of a complex number's part. */
static void pack(const slide *w, const cx_view *v, int64_t n, int64_t offset, char *to)
{
    const int64_t size = (int64_t)cx_dtype_size(w->loop);
    const cx_dtype from = cx_dtype_kind(w->t) == 'c' ? w->loop : w->t;
    host_convert(from, w->loop)((const char *)v->data + offset, v->stride[0], to, size, n);
    if (w->t != CX_BOOL) return;
    uint8_t *const bytes = (uint8_t *)to;
    for (int64_t i = 0; i < n; i++) bytes[i] = bytes[i] != 0;
}

/* Ready for the loops as it lies? */
static bool lies_ready(const slide *w, const cx_view *v)
{
    return w->t == w->loop && w->t != CX_BOOL && v->stride[0] == (int64_t)cx_dtype_size(w->t);
}

static cx_status prepare(slide *w)
{
    const bool complex = cx_dtype_kind(w->t) == 'c';
    const int64_t size = (int64_t)cx_dtype_size(w->loop), parts = complex ? 2 : 1;
    const cx_view *const a = w->c->a, *const b = w->c->b, *const out = w->c->out;
    const bool own[3] = {!lies_ready(w, a), !lies_ready(w, b), !lies_ready(w, out)};
    w->jobs = complex ? 4 : 1;
    const int64_t bytes = size * ((own[0] ? parts * w->n : 0) + (own[1] ? parts * w->m : 0) +
                                  (own[2] ? w->jobs * w->count : 0));
    if (bytes > 0 && (w->scratch = host_core->alloc((size_t)bytes)) == NULL)
        return host_core->fail(CX_E_NOMEM, "convolve", "cannot allocate %lld bytes of scratch",
                               (long long)bytes);
    char *at = w->scratch;
    const void *x[2], *y[2];
    for (int64_t p = 0; p < parts; p++) {
        x[p] = own[0] ? at : a->data;
        if (own[0]) pack(w, a, w->n, p * size, at);
        at += own[0] ? w->n * size : 0;
        y[p] = own[1] ? at : b->data;
        if (own[1]) pack(w, b, w->m, p * size, at);
        at += own[1] ? w->m * size : 0;
    }
    for (int i = 0; i < w->jobs; i++) {
        w->job[i] = (host_slide_job){.a = x[complex && (i == 1 || i == 3)],
                                     .b = y[complex && (i == 1 || i == 2)],
                                     .out = own[2] ? at : out->data,
                                     .n = w->n,
                                     .m = w->m,
                                     .first = w->c->first,
                                     .step = w->c->step};
        at += own[2] ? w->count * size : 0;
    }
    return CX_OK;
}

/* re = rr - ii, im = ri + ir */
static void combine(const slide *w, int64_t lo, int64_t hi)
{
    char *const out = w->c->out->data;
    const int64_t step = w->c->out->stride[0];
    for (int64_t i = lo; i < hi; i++) {
        if (w->loop == CX_F32) {
            const float *const s[4] = {w->job[0].out, w->job[1].out, w->job[2].out, w->job[3].out};
            cx_complex64 *const z = (cx_complex64 *)(void *)(out + i * step);
            *z = (cx_complex64){s[0][i] - s[1][i], s[2][i] + s[3][i]};
        } else {
            const double *const s[4] = {w->job[0].out, w->job[1].out, w->job[2].out, w->job[3].out};
            cx_complex128 *const z = (cx_complex128 *)(void *)(out + i * step);
            *z = (cx_complex128){s[0][i] - s[1][i], s[2][i] + s[3][i]};
        }
    }
}

static void body(void *ctx, int64_t lo, int64_t hi)
{
    const slide *const w = ctx;
    const cx_view *const out = w->c->out;
    const int64_t size = (int64_t)cx_dtype_size(w->loop);
    for (int i = 0; i < w->jobs; i++) w->fn(&w->job[i], lo, hi);
    if (w->jobs == 4) {
        combine(w, lo, hi);
    } else if (w->job[0].out != out->data) {
        host_convert(w->loop, w->t)((const char *)w->job[0].out + lo * size, size,
                                    (char *)out->data + lo * out->stride[0], out->stride[0],
                                    hi - lo);
    }
}

cx_status host_slide(cx_queue *q, const cx_slide_call *c)
{
    (void)q;
    slide w = {.c = c,
               .t = c->out->dtype,
               .n = c->a->shape[0],
               .m = c->b->shape[0],
               .count = c->out->shape[0]};
    w.loop = cx_dtype_kind(w.t) == 'e' || w.t == CX_C64 ? CX_F32 : w.t == CX_C128 ? CX_F64 : w.t;
    w.fn = HOST_PICK(host_slides)->fn[w.loop];
    if (w.count == 0) return CX_OK;
    if (w.fn == NULL)
        return host_core->fail(CX_E_UNSUPPORTED, "convolve", "no sliding product of %s",
                               cx_dtype_name(w.t));
    cx_status st = prepare(&w);
    const int64_t chunk = CHUNK_OPERATIONS / w.m;
    if (st == CX_OK)
        st = host_core->parallel_for(w.count, chunk > CHUNK_MIN ? chunk : CHUNK_MIN, body, &w);
    if (w.scratch != NULL) host_core->free(w.scratch);
    return st;
}
