/* Fourier transforms on cuFFT.
 *
 * One idea: plans are made without a work area, kept by what they transform, and get memory of the
 * pool for each call; the least recently used ones go when there are too many or they hold too
 * much. Views that do not lie densely, and half spectra that the library would overwrite, go
 * through work memory. */
#include "library.h"
#include "matrix.h"
#include <pthread.h>
#include <string.h>

static const char where[] = "fft";

/* ---- plans */
enum { MOST_AXES = 3, MOST_PLANS = 64, MOST_BYTES = 256 << 20 };

typedef struct plan_key {
    int ordinal, ndim;
    cudaDataType in, out;
    long long n[MOST_AXES], batch;
} plan_key;

typedef struct plan {
    plan_key key;
    cufftHandle handle;
    size_t work;   /* bytes of work area */
    size_t tables; /* about what it holds on the device: the roots of unity of its axes */
    uint64_t used;
} plan;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static plan plans[MOST_PLANS];
static int plan_count;
static size_t plan_bytes;
static uint64_t now;

static void forget(const cuda_cufft *lib, int i)
{
    (void)lib->cufftDestroy(plans[i].handle); /* waits for what is under way */
    plan_bytes -= plans[i].tables;
    plans[i] = plans[--plan_count];
}

static void make_room(const cuda_cufft *lib, size_t bytes)
{
    while (plan_count > 0 &&
           (plan_count == MOST_PLANS || plan_bytes + bytes > (size_t)MOST_BYTES)) {
        int oldest = 0;
        for (int i = 1; i < plan_count; i++)
            if (plans[i].used < plans[oldest].used) oldest = i;
        forget(lib, oldest);
    }
}

static bool is_wide(const plan_key *k)
{
    return k->in == CUDA_C_64F || k->in == CUDA_R_64F;
}
static size_t tables_of(const plan_key *k)
{
    size_t bytes = 0;
    for (int d = 0; d < k->ndim; d++) bytes += (size_t)k->n[d] * (is_wide(k) ? 16 : 8);
    return bytes;
}

static cx_status plan_make(cx_queue *q, const cuda_cufft *lib, const plan_key *k, plan *p)
{
    *p = (plan){.key = *k, .tables = tables_of(k)};
    const bool wide = is_wide(k);
    CX_STATUS_TRY(cuda_cufft_check(q, where, "cufftCreate", lib->cufftCreate(&p->handle)));
    cx_status st = cuda_cufft_check(q, where, "cufftSetAutoAllocation",
                                    lib->cufftSetAutoAllocation(p->handle, 0));
    long long n[MOST_AXES];
    memcpy(n, k->n, sizeof n);
    if (st == CX_OK)
        st = cuda_cufft_check(q, where, "cufftXtMakePlanMany",
                              lib->cufftXtMakePlanMany(p->handle, k->ndim, n, NULL, 1, 1, k->in,
                                                       NULL, 1, 1, k->out, k->batch, &p->work,
                                                       wide ? CUDA_C_64F : CUDA_C_32F));
    if (st != CX_OK) (void)lib->cufftDestroy(p->handle);
    return st;
}

static bool same_key(const plan_key *a, const plan_key *b)
{
    if (a->ordinal != b->ordinal || a->ndim != b->ndim || a->in != b->in || a->out != b->out ||
        a->batch != b->batch)
        return false;
    for (int d = 0; d < a->ndim; d++)
        if (a->n[d] != b->n[d]) return false;
    return true;
}

/* The plan, made if need be. Under the lock: it is good until that is given up. */
static cx_status plan_get(cx_queue *q, const cuda_cufft *lib, const plan_key *k, plan **out)
{
    for (int i = 0; i < plan_count; i++)
        if (same_key(&plans[i].key, k)) {
            plans[i].used = ++now;
            *out = &plans[i];
            return CX_OK;
        }
    plan made;
    CX_STATUS_TRY(cuda_may_make(q, where, "this transform's plan"));
    make_room(lib, tables_of(k));
    CX_STATUS_TRY(plan_make(q, lib, k, &made));
    made.used = ++now;
    plan_bytes += made.tables;
    *out = &plans[plan_count++];
    **out = made;
    return CX_OK;
}

/* A plan that the caller keeps. */
struct cx_fft_held {
    plan p;
    pthread_mutex_t lock;
};

/* One call on dense memory, under the plan's lock: its stream and work area are settings of it,
 * until the work is queued. */
static cx_status execute(cx_queue *q, const cuda_cufft *lib, const plan *p, void *in, void *out,
                         int direction)
{
    void *work;
    CX_STATUS_TRY(cuda_work_alloc(q, where, p->work > 0 ? p->work : 1, &work));
    cx_status st =
        cuda_cufft_check(q, where, "cufftSetStream", lib->cufftSetStream(p->handle, q->stream));
    if (st == CX_OK)
        st = cuda_cufft_check(q, where, "cufftSetWorkArea", lib->cufftSetWorkArea(p->handle, work));
    cuda_core->count(CX_COUNT_KERNELS, 1);
    if (st == CX_OK)
        st = cuda_cufft_check(q, where, "cufftXtExec",
                              lib->cufftXtExec(p->handle, in, out, direction));
    cuda_work_free(q, work);
    return st;
}
static cx_status run(cx_queue *q, const plan_key *k, const cx_fft_held *held, void *in, void *out,
                     int direction)
{
    const cuda_cufft *lib;
    plan *p = NULL;
    CX_STATUS_TRY(cuda_cufft_open(where, &lib));
    cx_fft_held *const own = (cx_fft_held *)(uintptr_t)held;
    pthread_mutex_t *const mutex = own != NULL ? &own->lock : &lock;
    pthread_mutex_lock(mutex);
    cx_status st = CX_OK;
    if (own != NULL)
        p = &own->p;
    else
        st = plan_get(q, lib, k, &p);
    if (st == CX_OK) st = execute(q, lib, p, in, out, direction);
    pthread_mutex_unlock(mutex);
    return st;
}

/* ---- views */
/* Without gaps, and aligned for pairs, which the library loads also from reals? */
static bool is_dense(const cx_view *v)
{
    int64_t step = cuda_itemsize(v);
    const bool wide = v->dtype == CX_F64 || v->dtype == CX_C128;
    if ((uintptr_t)v->data % (wide ? 16 : 8) != 0) return false;
    for (int d = v->ndim - 1; d >= 0; d--) {
        if (v->shape[d] != 1 && v->stride[d] != step) return false;
        step *= v->shape[d];
    }
    return true;
}

/* The same shape, dense, in work memory. */
static cx_status dense_new(cx_queue *q, const cx_view *v, cx_view *out, void **own)
{
    *out = *v;
    int64_t step = cuda_itemsize(v);
    for (int d = v->ndim - 1; d >= 0; d--) {
        out->stride[d] = step;
        if (v->shape[d] > 0 && step > INT64_MAX / v->shape[d])
            return cuda_core->fail(CX_E_NOMEM, where, "a packed operand is past 2^63 bytes");
        step *= v->shape[d];
    }
    CX_STATUS_TRY(cuda_work_alloc(q, where, (size_t)step, own));
    out->data = *own;
    return CX_OK;
}

/* Dense numbers times scale, complex ones as pairs of reals (infinities stay what they are). */
static cx_status scale_by(cx_queue *q, const cx_view *v, double scale)
{
    const bool wide = v->dtype == CX_F64 || v->dtype == CX_C128,
               pairs = v->dtype == CX_C64 || v->dtype == CX_C128;
    int64_t count = pairs ? 2 : 1;
    for (int d = 0; d < v->ndim; d++) count *= v->shape[d];
    const cx_view all = {.data = v->data,
                         .dtype = wide ? CX_F64 : CX_F32,
                         .ndim = 1,
                         .shape = {count},
                         .stride = {wide ? 8 : 4}},
                  factor = {.data = &scale, .dtype = CX_F64, .flags = CX_VIEW_HOST};
    const cx_map_call c = {.op = CX_BI_MUL,
                           .loop = all.dtype,
                           .n_in = 2,
                           .n_out = 1,
                           .in = {&all, &factor},
                           .out = {&all}};
    return cuda_map(q, &c);
}

/* whole: of in and out the one with the full last extent. */
static cx_status key_of(const cx_queue *q, const cx_fft_call *c, cudaDataType in, cudaDataType out,
                        const cx_view *whole, plan_key *k)
{
    const int first = whole->ndim - c->ndim;
    if (c->ndim < 1 || c->ndim > MOST_AXES || first < 0)
        return cuda_core->fail(CX_E_UNSUPPORTED, where, "%d transformed dimensions", c->ndim);
    *k = (plan_key){.ordinal = q->dev->ordinal,
                    .ndim = c->ndim,
                    .in = in,
                    .out = out,
                    .batch = cuda_batch(whole, c->ndim)};
    for (int d = 0; d < c->ndim; d++) k->n[d] = whole->shape[first + d];
    return CX_OK;
}

/* The library may write to the input of a transform to reals. */
static cx_status transform(cx_queue *q, const cx_fft_call *c, cudaDataType in, cudaDataType out,
                           bool spoils_input, int direction)
{
    plan_key k;
    CX_STATUS_TRY(cuda_enter(q->dev));
    CX_STATUS_TRY(key_of(q, c, in, out, spoils_input ? c->out : c->in, &k));
    if (k.batch == 0) return CX_OK;
    void *own_in = NULL, *own_out = NULL;
    cx_view from = *c->in, to = *c->out;
    cx_status st = CX_OK;
    if (spoils_input || !is_dense(c->in)) {
        st = dense_new(q, c->in, &from, &own_in);
        if (st == CX_OK) st = cuda_copy(q, c->in, &from);
    }
    if (st == CX_OK && !is_dense(c->out)) st = dense_new(q, c->out, &to, &own_out);
    if (st == CX_OK) st = run(q, &k, c->held, from.data, to.data, direction);
    if (st == CX_OK && c->scale != 1) st = scale_by(q, &to, c->scale);
    if (st == CX_OK && own_out != NULL) st = cuda_copy(q, &to, c->out);
    if (own_in != NULL) cuda_work_free(q, own_in);
    if (own_out != NULL) cuda_work_free(q, own_out);
    return st;
}

static cx_status refuse(const cx_view *v)
{
    return cuda_core->fail(CX_E_UNSUPPORTED, where, "no transform of arrays of dtype %d",
                           (int)v->dtype);
}

static cx_status cuda_c2c(cx_queue *q, const cx_fft_call *c)
{
    const cudaDataType t = c->in->dtype == CX_C128 ? CUDA_C_64F : CUDA_C_32F;
    if (c->in->dtype != CX_C64 && c->in->dtype != CX_C128) return refuse(c->in);
    return transform(q, c, t, t, false, c->inverse ? CUFFT_INVERSE : CUFFT_FORWARD);
}

static cx_status cuda_r2c(cx_queue *q, const cx_fft_call *c)
{
    if (c->in->dtype == CX_F32)
        return transform(q, c, CUDA_R_32F, CUDA_C_32F, false, CUFFT_FORWARD);
    if (c->in->dtype == CX_F64)
        return transform(q, c, CUDA_R_64F, CUDA_C_64F, false, CUFFT_FORWARD);
    return refuse(c->in);
}

static cx_status cuda_c2r(cx_queue *q, const cx_fft_call *c)
{
    if (c->in->dtype == CX_C64) return transform(q, c, CUDA_C_32F, CUDA_R_32F, true, CUFFT_INVERSE);
    if (c->in->dtype == CX_C128)
        return transform(q, c, CUDA_C_64F, CUDA_R_64F, true, CUFFT_INVERSE);
    return refuse(c->in);
}

static void cuda_clear(void)
{
    const cuda_cufft *lib;
    pthread_mutex_lock(&lock);
    if (plan_count > 0 && cuda_cufft_open(where, &lib) == CX_OK)
        while (plan_count > 0) forget(lib, 0);
    pthread_mutex_unlock(&lock);
}

static void cuda_release(cx_fft_held *h)
{
    const cuda_cufft *lib;
    if (cuda_cufft_open(where, &lib) == CX_OK)
        (void)lib->cufftDestroy(h->p.handle); /* waits for what is under way */
    pthread_mutex_destroy(&h->lock);
    cuda_core->system_free(h, sizeof *h);
}

static cudaDataType type_of(const cx_view *v)
{
    return v->dtype == CX_C128  ? CUDA_C_64F
           : v->dtype == CX_C64 ? CUDA_C_32F
           : v->dtype == CX_F64 ? CUDA_R_64F
                                : CUDA_R_32F;
}

static cx_status cuda_hold(cx_queue *q, const cx_fft_call *c, cx_fft_held **out)
{
    const cuda_cufft *lib;
    plan_key k;
    const bool to_reals = c->out->dtype == CX_F64 || c->out->dtype == CX_F32;
    CX_STATUS_TRY(cuda_enter(q->dev));
    CX_STATUS_TRY(key_of(q, c, type_of(c->in), type_of(c->out), to_reals ? c->out : c->in, &k));
    *out = NULL;
    if (k.batch == 0) return CX_OK;
    CX_STATUS_TRY(cuda_may_make(q, where, "this transform's plan"));
    CX_STATUS_TRY(cuda_cufft_open(where, &lib));
    cx_fft_held *const h = cuda_core->system_alloc(sizeof *h);
    if (h == NULL) return cuda_core->fail(CX_E_NOMEM, where, "no memory for a plan");
    const cx_status st = plan_make(q, lib, &k, &h->p);
    if (st != CX_OK) {
        cuda_core->system_free(h, sizeof *h);
        return st;
    }
    pthread_mutex_init(&h->lock, NULL);
    *out = h;
    return CX_OK;
}

const cx_fft_ops cuda_fft_ops = {.struct_size = sizeof(cx_fft_ops),
                                 .c2c = cuda_c2c,
                                 .r2c = cuda_r2c,
                                 .c2r = cuda_c2r,
                                 .clear = cuda_clear,
                                 .hold = cuda_hold,
                                 .release = cuda_release};
