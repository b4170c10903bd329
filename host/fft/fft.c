/* Fourier transforms of the CPU backend: views to sequences, sequences to the kernels of
 * host/simd/fft.c. Several dimensions are passes along one after the other; a pass takes either as
 * many sequences at once as a vector has lanes, or one long one that is cut. Chunks depend on sizes
 * only, so any number of threads gives the same bits. */
#include "fft/fft.h"
#include <calx/backend_fft.h>
#include <stdatomic.h>
#include <string.h>

static const char where[] = "fft";
enum {
    CHUNK = 16384,      /* complex numbers that are worth a thread */
    NEAREST = 24 * 1024 /* bytes that stay in the first cache beside other work */
};

#define TRY(expr)                     \
    do {                              \
        const cx_status st_ = (expr); \
        if (st_ != CX_OK) return st_; \
    } while (0)

const host_fft_kernels *host_fft_kernels_of(bool wide)
{
    return wide ? &HOST_PICK(host_fft_table)->wide : &HOST_PICK(host_fft_table)->narrow;
}
int host_fft_lanes(bool wide)
{
    return host_fft_kernels_of(wide)->lanes;
}

static int64_t complex_size(bool wide)
{
    return 2 * (int64_t)(wide ? sizeof(double) : sizeof(float));
}
static cx_status no_memory(int64_t n)
{
    return host_core->fail(CX_E_NOMEM, where, "no memory for work on length %lld", (long long)n);
}
/* Do results of that many bytes in all go past the caches? Only whole vectors in order can. */
static bool is_past(int64_t bytes, int64_t step, bool wide)
{
    return bytes >= HOST_FFT_PAST && step == complex_size(wide);
}
static bool is_aligned(const void *p)
{
    return (uintptr_t)p % 64 == 0;
}
/* count complex numbers of work; NULL without memory */
static void *work_new(bool wide, int64_t count)
{
    return host_core->alloc((size_t)(count * complex_size(wide)));
}

/* ---- one long sequence */
typedef struct line {
    host_fft_long l;
    const host_fft_kernels *k;
    atomic_bool starved;
} line;

/* complex numbers of the middle, and of a thread's work */
static int64_t middle_size(const host_fft_plan *p, int lanes)
{
    return (p->n1 + lanes - 1) / lanes * lanes * host_fft_row(p);
}
static int64_t line_work_size(const host_fft_plan *p, int lanes)
{
    return 2 * (p->n1 > p->n2 ? p->n1 : p->n2) * lanes;
}

static void line_part(line *c, int64_t lo, int64_t hi, bool columns)
{
    const host_fft_plan *const p = c->l.plan;
    void *const work = work_new(p->key.wide, line_work_size(p, c->k->lanes));
    if (work == NULL) {
        atomic_store_explicit(&c->starved, true, memory_order_relaxed);
        return;
    }
    (columns ? c->k->columns : c->k->rows)(&c->l, lo, hi, work);
    host_core->free(work);
}
static void columns_chunk(void *ctx, int64_t lo, int64_t hi)
{
    line_part(ctx, lo, hi, true);
}
static void rows_chunk(void *ctx, int64_t lo, int64_t hi)
{
    line_part(ctx, lo, hi, false);
}

/* Both passes by this thread. */
static void line_alone(host_fft_long *l, const host_fft_kernels *k, void *space)
{
    const host_fft_plan *const p = l->plan;
    const int64_t size = complex_size(p->key.wide);
    void *const work = (char *)space + middle_size(p, k->lanes) * size;
    l->middle = space;
    l->middle_past = p->n * size >= HOST_FFT_PAST;
    k->columns(l, 0, (p->n2 + k->lanes - 1) / k->lanes, work);
    k->rows(l, 0, (p->n1 + k->lanes - 1) / k->lanes, work);
}

static cx_status cut_line(const host_fft_long *l)
{
    const host_fft_plan *const p = l->plan;
    line c = {.l = *l, .k = host_fft_kernels_of(p->key.wide)};
    const int lanes = c.k->lanes;
    const int64_t size = complex_size(p->key.wide);
    c.l.past = l->past && is_aligned(l->out) && p->n1 * size % 64 == 0;
    if (l->space != NULL) {
        line_alone(&c.l, c.k, l->space);
        return CX_OK;
    }
    const bool alone = p->n <= CHUNK;
    void *const space =
        work_new(p->key.wide, middle_size(p, lanes) + (alone ? line_work_size(p, lanes) : 0));
    if (space == NULL) return no_memory(p->n);
    cx_status st = CX_OK;
    atomic_init(&c.starved, false);
    if (alone) {
        line_alone(&c.l, c.k, space);
    } else {
        c.l.middle = space;
        c.l.middle_past = p->n * size >= HOST_FFT_PAST;
        st = host_core->parallel_for((p->n2 + lanes - 1) / lanes, CHUNK / (p->n1 * lanes) + 1,
                                     columns_chunk, &c);
        if (st == CX_OK && !atomic_load(&c.starved))
            st = host_core->parallel_for((p->n1 + lanes - 1) / lanes, CHUNK / (p->n2 * lanes) + 1,
                                         rows_chunk, &c);
    }
    host_core->free(space);
    return st == CX_OK && atomic_load(&c.starved) ? no_memory(p->n) : st;
}

/* complex numbers of space for a thread's many sequences */
static int64_t space_size(const host_fft_plan *p)
{
    const int lanes = host_fft_lanes(p->key.wide);
    if (p->convolution != NULL || !p->key.cut) return 0;
    return middle_size(p, lanes) + line_work_size(p, lanes);
}

static cx_status convolved_line(const host_fft_long *l)
{
    const host_fft_plan *const p = l->plan;
    const bool wide = p->key.wide;
    const host_fft_kernels *const k = host_fft_kernels_of(wide);
    const int64_t size = complex_size(wide);
    char *const a = work_new(wide, p->work);
    if (a == NULL) return no_memory(p->n);
    k->multiply(l->in, l->in_step, l->inverse, p->chirp, a, size, false, 1, p->n);
    memset(a + p->n * size, 0, (size_t)((p->work - p->n) * size));
    host_fft_long c = {.plan = p->convolution,
                       .scale = 1,
                       .in = a,
                       .out = a,
                       .in_step = size,
                       .out_step = size,
                       .past = is_past(p->work * size, size, wide)};
    cx_status st = host_fft_line(&c);
    if (st == CX_OK) {
        k->multiply(a, size, false, p->chirp_hat, a, size, false, 1, p->work);
        c.inverse = true;
        st = host_fft_line(&c);
    }
    if (st == CX_OK)
        k->multiply(a, size, false, p->chirp, l->out, l->out_step, l->inverse, l->scale, p->n);
    host_core->free(a);
    return st;
}

static cx_status run_group(host_fft_group *g, const host_fft_kernels *k)
{
    g->work = work_new(g->plan->key.wide, 2 * (g->plan->work + 1) * k->lanes);
    if (g->work == NULL) return no_memory(g->n);
    k->group(g);
    host_core->free(g->work);
    return CX_OK;
}

cx_status host_fft_line(const host_fft_long *l)
{
    const host_fft_plan *const p = l->plan;
    if (p->convolution != NULL) return convolved_line(l);
    if (p->key.cut) return cut_line(l);
    host_fft_group g = {.plan = p,
                        .form = HOST_FFT_C2C,
                        .n = p->n,
                        .inverse = l->inverse,
                        .scale = l->scale,
                        .lanes = 1,
                        .in_step = l->in_step,
                        .out_step = l->out_step};
    g.in[0] = l->in;
    g.out[0] = l->out;
    return run_group(&g, host_fft_kernels_of(p->key.wide));
}

/* ---- a pass: all sequences along one axis */
typedef struct pass {
    host_fft_form form;
    bool wide, inverse, past;
    int64_t ahead; /* as in host_fft_long */
    double scale;
    int64_t n; /* of the whole sequence, not of a half spectrum */
    const char *in;
    char *out;
    int64_t in_step, out_step;
    int ndim; /* of the batch, its last dimension fastest */
    int64_t shape[CX_KERNEL_NDIM], in_stride[CX_KERNEL_NDIM], out_stride[CX_KERNEL_NDIM], count;
    const host_fft_plan *plan;
    const host_fft_kernels *kernels;
    _Atomic int failed; /* cx_status of a chunk */
} pass;

typedef struct place {
    int64_t at[CX_KERNEL_NDIM], in, out;
} place;

static void go_to(const pass *p, int64_t i, place *x)
{
    x->in = x->out = 0;
    for (int d = p->ndim - 1; d >= 0; d--) {
        x->at[d] = i % p->shape[d];
        i /= p->shape[d];
        x->in += x->at[d] * p->in_stride[d];
        x->out += x->at[d] * p->out_stride[d];
    }
}
static void advance(const pass *p, place *x)
{
    for (int d = p->ndim - 1; d >= 0; d--) {
        x->in += p->in_stride[d];
        x->out += p->out_stride[d];
        if (++x->at[d] < p->shape[d]) return;
        x->in -= x->at[d] * p->in_stride[d];
        x->out -= x->at[d] * p->out_stride[d];
        x->at[d] = 0;
    }
}

static void groups_chunk(void *ctx, int64_t lo, int64_t hi)
{
    pass *const p = ctx;
    const int lanes = p->kernels->lanes;
    host_fft_group g = {.plan = p->plan,
                        .form = p->form,
                        .n = p->n,
                        .inverse = p->inverse,
                        .scale = p->scale,
                        .in_step = p->in_step,
                        .out_step = p->out_step};
    g.work = work_new(p->wide, 2 * (p->plan->work + 1) * lanes);
    if (g.work == NULL) {
        atomic_store_explicit(&p->failed, CX_E_NOMEM, memory_order_relaxed);
        return;
    }
    place x;
    go_to(p, lo * lanes, &x);
    for (int64_t i = lo; i < hi; i++) {
        g.lanes = p->count - i * lanes < lanes ? (int)(p->count - i * lanes) : lanes;
        g.past = p->past;
        for (int q = 0; q < g.lanes; q++) {
            g.in[q] = p->in + x.in;
            g.out[q] = p->out + x.out;
            g.past = g.past && is_aligned(g.out[q]);
            advance(p, &x);
        }
        p->kernels->group(&g);
    }
    host_core->free(g.work);
}

/* ---- long real sequences */
static void copy_reals(bool wide, const char *in, int64_t in_step, char *out, int64_t out_step,
                       int64_t n)
{
    const size_t size = wide ? sizeof(double) : sizeof(float);
    for (int64_t i = 0; i < n; i++) memcpy(out + i * out_step, in + i * in_step, size);
}
static void copy_complex(bool wide, const char *in, int64_t in_step, char *out, int64_t out_step,
                         int64_t n)
{
    const size_t size = (size_t)complex_size(wide);
    for (int64_t i = 0; i < n; i++) memcpy(out + i * out_step, in + i * in_step, size);
}
static void negate(bool wide, char *p)
{
    if (wide)
        *(double *)(void *)p = -*(double *)(void *)p;
    else
        *(float *)(void *)p = -*(float *)(void *)p;
}

/* What a thread keeps for its sequences: space of host_fft_long, NULL where each is split among the
 * threads, and place for a half spectrum, NULL where each takes its own. */
typedef struct room {
    void *space;
    char *half;
} room;

/* bytes from real to imaginary parts that are kept apart; 0 where the plan knows none */
static int64_t parts_apart(const pass *p)
{
    const host_fft_plan *const f = p->plan;
    if (f->half_apart == NULL || f->convolution != NULL || f->n1 % p->kernels->lanes != 0) return 0;
    return (f->n + HOST_FFT_LANES) * complex_size(p->wide) / 2;
}

static cx_status line_of(const pass *p, const room *r, bool inverse, double scale, const char *in,
                         char *out)
{
    const int64_t size = complex_size(p->wide);
    const host_fft_long l = {.plan = p->plan,
                             .ahead = inverse ? 0 : p->ahead,
                             .inverse = inverse,
                             .scale = scale,
                             .in = in,
                             .out = out,
                             .in_step = size,
                             .out_step = size,
                             .space = r->space};
    return host_fft_line(&l);
}

/* The usual one: of a length that the vectors divide, all of it in the first cache. */
static cx_status forward_near(const pass *p, const room *r, int64_t apart, const char *in,
                              char *out)
{
    const int64_t size = complex_size(p->wide);
    /* rows of one block have left the middle when their results come: fewer lines of the cache */
    const bool one = p->plan->n1 == p->kernels->lanes && p->plan->rows.stages > 1;
    char *const parts = one ? r->space : r->half;
    const host_fft_long l = {.plan = p->plan,
                             .ahead = p->ahead,
                             .scale = 1,
                             .in = in,
                             .out = parts,
                             .in_step = size,
                             .out_step = size,
                             .apart = apart,
                             .space = r->space};
    TRY(host_fft_line(&l));
    p->kernels->to_half_apart(p->plan, parts, apart, out, p->scale);
    return CX_OK;
}

static cx_status forward_real(const pass *p, const room *r, const char *in, char *out)
{
    const int64_t apart = r->half != NULL ? parts_apart(p) : 0;
    if (apart > 0 && p->in_step == complex_size(p->wide) / 2 && p->out_step == 2 * p->in_step)
        return forward_near(p, r, apart, in, out);
    const int64_t size = complex_size(p->wide), kept = p->n / 2 + 1, m = p->plan->n;
    const bool even = p->n % 2 == 0, straight = even && p->out_step == size;
    char *const z = r->half != NULL ? r->half : straight ? out : work_new(p->wide, m + 1);
    if (z == NULL) return no_memory(p->n);
    cx_status st;
    if (even && p->in_step == size / 2) {
        st = line_of(p, r, false, 1, in, z);
    } else {
        if (!even) memset(z, 0, (size_t)(m * size));
        copy_reals(p->wide, in, p->in_step, z, even ? size / 2 : size, p->n);
        st = line_of(p, r, false, even ? 1 : p->scale, z, z);
    }
    if (st == CX_OK && even) p->kernels->to_half(p->plan, z, straight ? out : z, p->scale);
    if (st == CX_OK && !straight) copy_complex(p->wide, z, size, out, p->out_step, kept);
    if (z != out && z != r->half) host_core->free(z);
    return st;
}
static cx_status back_to_real(const pass *p, const room *r, const char *in, char *out)
{
    const int64_t size = complex_size(p->wide), kept = p->n / 2 + 1, m = p->plan->n;
    const bool even = p->n % 2 == 0;
    char *const z = r->half != NULL ? r->half : work_new(p->wide, m + 1);
    if (z == NULL) return no_memory(p->n);
    if (even) {
        p->kernels->from_half(p->plan, in, p->in_step, z);
    } else {
        copy_complex(p->wide, in, p->in_step, z, size, kept);
        memset(z + size / 2, 0, (size_t)size / 2);
        copy_complex(p->wide, in + (kept - 1) * p->in_step, -p->in_step, z + kept * size, size,
                     kept - 1);
        for (int64_t k = kept; k < p->n; k++) negate(p->wide, z + k * size + size / 2);
    }
    const bool straight = even && p->out_step == size / 2;
    const cx_status st = line_of(p, r, true, p->scale, z, straight ? out : z);
    if (st == CX_OK && !straight)
        copy_reals(p->wide, z, even ? size / 2 : size, out, p->out_step, p->n);
    if (z != r->half) host_core->free(z);
    return st;
}

static cx_status long_line(const pass *p, const room *r, const place *x)
{
    if (p->form == HOST_FFT_R2C) return forward_real(p, r, p->in + x->in, p->out + x->out);
    if (p->form == HOST_FFT_C2R) return back_to_real(p, r, p->in + x->in, p->out + x->out);
    const host_fft_long l = {.plan = p->plan,
                             .inverse = p->inverse,
                             .scale = p->scale,
                             .in = p->in + x->in,
                             .out = p->out + x->out,
                             .in_step = p->in_step,
                             .out_step = p->out_step,
                             .ahead = p->ahead,
                             .past = p->past,
                             .space = r->space};
    return host_fft_line(&l);
}

static cx_status lines(const pass *p, const room *r, int64_t lo, int64_t hi)
{
    place x;
    go_to(p, lo, &x);
    for (int64_t i = lo; i < hi; i++, advance(p, &x)) TRY(long_line(p, r, &x));
    return CX_OK;
}
static void lines_chunk(void *ctx, int64_t lo, int64_t hi)
{
    pass *const p = ctx;
    const int64_t size = complex_size(p->wide), space = space_size(p->plan);
    /* half spectra in the first cache are put in order on their way out */
    const bool half = p->form != HOST_FFT_C2C && p->plan->n * size <= NEAREST;
    char *const memory =
        work_new(p->wide, space + (half ? p->plan->n + 2 * HOST_FFT_LANES : 0) + 1);
    cx_status st = memory == NULL ? no_memory(p->n) : CX_OK;
    const room r = {space > 0 ? memory : NULL, half ? memory + space * size : NULL};
    if (st == CX_OK) st = lines(p, &r, lo, hi);
    host_core->free(memory);
    if (st != CX_OK) atomic_store_explicit(&p->failed, (int)st, memory_order_relaxed);
}

/* The plan for count sequences of n. */
static cx_status plan_for(host_fft_form form, int64_t n, int64_t count, bool wide, bool beside,
                          const host_fft_plan **out)
{
    const bool halved = form != HOST_FFT_C2C && n % 2 == 0;
    const int64_t length = halved ? n / 2 : n;
    return host_fft_plan_get((host_fft_key){.n = length,
                                            .wide = wide,
                                            .cut = host_fft_cut(length, count, wide, beside),
                                            .real = halved},
                             out);
}

static cx_status run_pass(pass *p, const host_fft_plan *held)
{
    p->kernels = host_fft_kernels_of(p->wide);
    const int lanes = p->kernels->lanes;
    p->plan = held;
    const int64_t size = complex_size(p->wide), last = p->ndim - 1;
    const int64_t in = p->form == HOST_FFT_R2C ? size / 2 : size,
                  out = p->form == HOST_FFT_C2R ? size / 2 : size;
    const bool beside =
        p->in_step != in && p->ndim > 0 && p->in_stride[last] == in && p->out_stride[last] == out;
    if (held == NULL) TRY(plan_for(p->form, p->n, p->count, p->wide, beside, &p->plan));
    atomic_init(&p->failed, CX_OK);
    if (p->ndim > 0 && p->count * p->n * complex_size(p->wide) > HOST_FFT_NEAR)
        p->ahead = p->in_stride[p->ndim - 1];
    p->past = p->form == HOST_FFT_C2C &&
              is_past(p->count * p->n * complex_size(p->wide), p->out_step, p->wide);
    cx_status st;
    if (!p->plan->key.cut) {
        const int64_t grain = CHUNK / (p->plan->work * lanes) + 1;
        st = host_core->parallel_for((p->count + lanes - 1) / lanes, grain, groups_chunk, p);
    } else if (p->count >= 4) {
        st = host_core->parallel_for(p->count, CHUNK / p->n + 1, lines_chunk, p);
    } else {
        st = lines(p, &(room){NULL, NULL}, 0, p->count); /* each is split among the threads */
    }
    if (held == NULL) host_fft_plan_put(p->plan);
    const cx_status failed = (cx_status)atomic_load(&p->failed);
    if (st == CX_OK && failed != CX_OK)
        st = failed == CX_E_NOMEM ? no_memory(p->n) : host_core->poll(where);
    return st != CX_OK ? st : failed;
}

/* ---- calls */
/* Plans of the last axis, the one before it, ... */
struct cx_fft_held {
    const host_fft_plan *axis[CX_KERNEL_NDIM];
};

/* Sequences along axis of both views. */
static cx_status along(host_fft_form form, const cx_view *in, const cx_view *out, int axis,
                       const cx_fft_call *c, double scale)
{
    const cx_view *const real = form == HOST_FFT_C2R ? out : in;
    const cx_dtype t = form == HOST_FFT_C2C ? in->dtype : real->dtype;
    pass p = {.form = form,
              .wide = t == CX_F64 || t == CX_C128,
              .inverse = form == HOST_FFT_C2C ? c->inverse : form == HOST_FFT_C2R,
              .scale = scale,
              .n = real->shape[axis],
              .in = in->data,
              .out = out->data,
              .in_step = in->stride[axis],
              .out_step = out->stride[axis],
              .count = 1};
    for (int d = 0; d < in->ndim; d++) {
        if (d == axis) continue;
        p.shape[p.ndim] = in->shape[d];
        p.in_stride[p.ndim] = in->stride[d];
        p.out_stride[p.ndim++] = out->stride[d];
        p.count *= in->shape[d];
    }
    if (p.count == 0) return CX_OK;
    return run_pass(&p, c->held == NULL ? NULL : c->held->axis[in->ndim - 1 - axis]);
}

static cx_status check(const cx_fft_call *c, cx_dtype narrow, cx_dtype wide)
{
    if (c->in->dtype == narrow || c->in->dtype == wide) return CX_OK;
    return host_core->fail(CX_E_UNSUPPORTED, where, "no transform of arrays of dtype %d",
                           (int)c->in->dtype);
}

/* c2c along all transformed dimensions but the last `done`, in place on v */
static cx_status rest(const cx_fft_call *c, const cx_view *v, int done)
{
    for (int d = v->ndim - 1 - done; d >= v->ndim - c->ndim; d--)
        TRY(along(HOST_FFT_C2C, v, v, d, c, d == v->ndim - c->ndim ? c->scale : 1));
    return CX_OK;
}

static cx_status host_c2c(cx_queue *q, const cx_fft_call *c)
{
    (void)q;
    TRY(check(c, CX_C64, CX_C128));
    TRY(along(HOST_FFT_C2C, c->in, c->out, c->in->ndim - 1, c, c->ndim == 1 ? c->scale : 1));
    return rest(c, c->out, 1);
}

static cx_status host_r2c(cx_queue *q, const cx_fft_call *c)
{
    (void)q;
    TRY(check(c, CX_F32, CX_F64));
    TRY(along(HOST_FFT_R2C, c->in, c->out, c->in->ndim - 1, c, c->ndim == 1 ? c->scale : 1));
    return rest(c, c->out, 1);
}

static cx_status host_c2r(cx_queue *q, const cx_fft_call *c)
{
    TRY(check(c, CX_C64, CX_C128));
    const int last = c->in->ndim - 1;
    if (c->ndim == 1) return along(HOST_FFT_C2R, c->in, c->out, last, c, c->scale);
    cx_view v = *c->in; /* the other dimensions first, in a copy */
    int64_t step = complex_size(c->in->dtype == CX_C128);
    for (int d = last; d >= 0; d--) {
        v.stride[d] = step;
        step *= v.shape[d];
    }
    if (step == 0) return CX_OK;
    v.data = host_core->alloc((size_t)step);
    if (v.data == NULL) return no_memory(c->out->shape[last]);
    cx_status st = host_copy(q, c->in, &v);
    if (st == CX_OK) st = rest(c, &v, 1);
    if (st == CX_OK) st = along(HOST_FFT_C2R, &v, c->out, last, c, 1);
    host_core->free(v.data);
    return st;
}

static void host_release(cx_fft_held *h)
{
    for (int i = 0; i < CX_KERNEL_NDIM; i++)
        if (h->axis[i] != NULL) host_fft_plan_put(h->axis[i]);
    host_core->system_free(h, sizeof *h);
}

static cx_status host_hold(cx_queue *q, const cx_fft_call *c, cx_fft_held **out)
{
    (void)q;
    const cx_dtype in = c->in->dtype, to = c->out->dtype;
    const bool wide = in == CX_F64 || in == CX_C128, from_real = in == CX_F64 || in == CX_F32;
    const host_fft_form form = from_real                      ? HOST_FFT_R2C
                               : to == CX_F64 || to == CX_F32 ? HOST_FFT_C2R
                                                              : HOST_FFT_C2C;
    const cx_view *const whole = form == HOST_FFT_C2R ? c->out : c->in, *const half =
                                                                            form == HOST_FFT_R2C
                                                                                ? c->out
                                                                                : c->in;
    cx_fft_held *const h = host_core->system_alloc(sizeof *h);
    if (h == NULL) return host_core->fail(CX_E_NOMEM, where, "no memory for a plan");
    memset(h, 0, sizeof *h);
    cx_status st = CX_OK;
    for (int i = 0; i < c->ndim && st == CX_OK; i++) {
        const int last = half->ndim - 1, axis = last - i;
        int64_t count = 1;
        for (int d = 0; d <= last; d++)
            if (d != axis) count *= half->shape[d];
        if (count > 0)
            st = plan_for(i == 0 ? form : HOST_FFT_C2C, whole->shape[axis], count, wide,
                          half->stride[axis] != complex_size(wide), &h->axis[i]);
    }
    if (st == CX_OK)
        *out = h;
    else
        host_release(h);
    return st;
}

const cx_fft_ops host_fft_ops = {.struct_size = sizeof(cx_fft_ops),
                                 .c2c = host_c2c,
                                 .r2c = host_r2c,
                                 .c2r = host_c2r,
                                 .clear = host_fft_plans_clear,
                                 .hold = host_hold,
                                 .release = host_release};
