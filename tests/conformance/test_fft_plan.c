/* device: each. isa: each. Plans of Fourier transforms: what the functions without plans give, any
 * number of times, from several threads, through any number of other lengths; what they refuse. */
#include "device.h"
#include "layouts.h"
#include <criterion/criterion.h>
#include <pthread.h>

static cx_array *noise(cx_shape shape, cx_dtype t, uint64_t *seed)
{
    cx_array *const x = cx_empty(shape, CX_C128, CX_CPU);
    cx_complex128 *const p = cx_data_c128_mut(x);
    for (int64_t i = 0; i < cx_size(x); i++) {
        p[i].re = (double)(int64_t)test_random(seed) * 0x1p-63;
        p[i].im = cx_dtype_kind(t) == 'c' ? (double)(int64_t)test_random(seed) * 0x1p-63 : 0;
    }
    return test_here(cx_astype(x, t));
}
static bool same(const cx_array *a, const cx_array *b)
{
    const cx_close_opts *const o = CX_OPTS(cx_close_opts, .rtol = CX_SET(0.0), .atol = CX_SET(0.0));
    return cx_dtype_of(a) == cx_dtype_of(b) && cx_allclose(a, b, o);
}

typedef struct planned {
    cx_fft_kind kind;
    cx_dtype in;
    int ndim;
    int64_t shape[3];
    int count;
    int axes[3];
    bool inverse;
    cx_fft_norm norm;
} planned;

static cx_array *without_plan(const planned *c, const cx_array *x)
{
    int64_t s[3];
    for (int i = 0; i < c->count; i++) s[i] = c->shape[c->axes[i]];
    const cx_fftn_opts *const o =
        CX_OPTS(cx_fftn_opts, .count = c->count, .axes = c->axes, .s = s, .norm = c->norm);
    return c->kind == CX_FFT_R2C   ? cx_fft_rfftn(x, o)
           : c->kind == CX_FFT_C2R ? cx_fft_irfftn(x, o)
           : c->inverse            ? cx_fft_ifftn(x, o)
                                   : cx_fft_fftn(x, o);
}

static const planned cases[] = {
    {CX_FFT_C2C, CX_C128, 1, {60}, 1, {0}, false, CX_FFT_BACKWARD},
    {CX_FFT_C2C, CX_C64, 2, {5, 128}, 1, {1}, true, CX_FFT_ORTHO},
    {CX_FFT_C2C, CX_C128, 3, {4, 6, 10}, 3, {0, 1, 2}, true, CX_FFT_BACKWARD},
    {CX_FFT_C2C, CX_C128, 3, {4, 67, 3}, 1, {1}, false, CX_FFT_FORWARD},
    {CX_FFT_R2C, CX_F64, 2, {19, 30}, 1, {1}, false, CX_FFT_BACKWARD},
    {CX_FFT_R2C, CX_F32, 3, {3, 8, 9}, 2, {2, 1}, false, CX_FFT_ORTHO},
    {CX_FFT_C2R, CX_C128, 2, {7, 16}, 1, {1}, false, CX_FFT_BACKWARD},
    {CX_FFT_C2R, CX_C64, 2, {7, 15}, 2, {0, 1}, false, CX_FFT_FORWARD},
    {CX_FFT_R2C, CX_F64, 2, {0, 12}, 1, {1}, false, CX_FFT_BACKWARD},
};
enum { CASES_COUNT = sizeof cases / sizeof *cases };

static cx_fft_plan *plan_of(const planned *c)
{
    return cx_fft_plan_new(c->kind, (cx_shape){c->ndim, c->shape}, c->in, test_device(),
                           CX_OPTS(cx_fft_plan_opts, .inverse = c->inverse, .norm = c->norm,
                                   .count = c->count, .axes = c->axes));
}
static cx_array *input_of(const planned *c, uint64_t *seed)
{
    int64_t shape[3];
    for (int d = 0; d < c->ndim; d++) shape[d] = c->shape[d];
    if (c->kind == CX_FFT_C2R) shape[c->axes[c->count - 1]] = shape[c->axes[c->count - 1]] / 2 + 1;
    return noise((cx_shape){c->ndim, shape}, c->in, seed);
}

Test(fft_plan, as_without)
{
    uint64_t seed = test_seed();
    for (int i = 0; i < CASES_COUNT; i++) {
        const cx_scope s = cx_scope_open();
        cx_fft_plan *const p = plan_of(&cases[i]);
        cr_assert_eq(cx_fft_plan_status(p), CX_OK, "%d: %s", i, cx_error_message());
        for (int round = 0; round < 2; round++) {
            const cx_array *const x = input_of(&cases[i], &seed);
            const cx_array *const want = without_plan(&cases[i], x);
            cx_array *const out = cx_empty_like(want, CX_DTYPE_NONE);
            cr_assert(same(cx_fft_plan_run(p, x), want), "case %d", i);
            cr_assert_eq(cx_fft_plan_run_into(p, x, out), CX_OK, "%s", cx_error_message());
            cr_assert(same(out, want), "case %d, into", i);
            /* another layout of the same input, and of the output */
            if (cx_ndim(x) == 2) {
                const cx_array *const turned = cx_transpose(cx_copy(cx_transpose(x)));
                cx_array *const across =
                    cx_transpose(cx_empty_like(cx_transpose(want), CX_DTYPE_NONE));
                cr_assert_eq(cx_fft_plan_run_into(p, turned, across), CX_OK);
                cr_assert(same(across, want), "case %d, transposed", i);
            }
            cr_assert_eq(cx_fft_clear_plans(test_device()), CX_OK);
        }
        cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
    }
}

/* A plan outlives its scope and any number of others. */
Test(fft_plan, stays)
{
    uint64_t seed = test_seed();
    const cx_scope s = cx_scope_open();
    const planned c = {CX_FFT_C2C, CX_C128, 1, {75}, 1, {0}, false, CX_FFT_BACKWARD};
    const cx_scope inner = cx_scope_open();
    cx_fft_plan *const p = cx_fft_plan_retain(plan_of(&c));
    cr_assert_eq(cx_scope_close(inner), CX_OK);
    const cx_array *const x = input_of(&c, &seed);
    const cx_array *const want = cx_fft_fft(x, 0, NULL);
    const int64_t others = test_on_cpu() ? 300 : 20;
    for (int64_t n = 1; n <= others; n++) {
        const cx_scope one = cx_scope_open();
        (void)cx_fft_fft(cx_ones(CX_SHAPE(n), CX_F64, test_device()), 0, NULL);
        cr_assert_eq(cx_scope_close(one), CX_OK);
    }
    cr_assert(same(cx_fft_plan_run(p, x), want));
    cx_fft_plan_release(p);
    cr_assert_eq(cx_scope_close(s), CX_OK);
}

typedef struct shared {
    const cx_fft_plan *p;
    const cx_array *x, *want;
    int wrong;
} shared;
static void *runner(void *ctx)
{
    shared *const c = ctx;
    for (int i = 0; i < 20; i++) {
        const cx_scope s = cx_scope_open();
        if (!same(cx_fft_plan_run(c->p, c->x), c->want)) c->wrong++;
        if (cx_scope_close(s) != CX_OK) c->wrong++;
    }
    return NULL;
}
Test(fft_plan, many_threads)
{
    uint64_t seed = test_seed();
    const cx_scope s = cx_scope_open();
    const planned c = {CX_FFT_R2C, CX_F64, 2, {9, 256}, 1, {1}, false, CX_FFT_BACKWARD};
    cx_fft_plan *const p = plan_of(&c);
    shared each[4];
    pthread_t thread[4];
    for (int i = 0; i < 4; i++) {
        const cx_array *const x = input_of(&c, &seed);
        each[i] = (shared){p, x, cx_fft_rfft(x, -1, NULL), 0};
    }
    cr_assert_eq(cx_device_sync(test_device()), CX_OK);
    for (int i = 0; i < 4; i++) cr_assert_eq(pthread_create(&thread[i], NULL, runner, &each[i]), 0);
    for (int i = 0; i < 4; i++) {
        pthread_join(thread[i], NULL);
        cr_assert_eq(each[i].wrong, 0);
    }
    cr_assert_eq(cx_scope_close(s), CX_OK);
}

/* The second run finds its memory in the pool. */
Test(fft_plan, allocates_nothing_new)
{
    uint64_t seed = test_seed();
    const cx_scope s = cx_scope_open();
    for (int i = 0; i < 2; i++) {
        const planned c = {CX_FFT_C2C, CX_C128, 2,     {i == 0 ? 1 : 40, 1024},
                           1,          {1},     false, CX_FFT_BACKWARD};
        cx_fft_plan *const p = plan_of(&c);
        const cx_array *const x = input_of(&c, &seed);
        cx_array *const out = cx_empty_like(x, CX_DTYPE_NONE);
        const cx_scope alone = cx_scope_open_with(CX_OPTS(cx_scope_opts, .num_threads = 1));
        for (int k = 0; k < 2; k++) cr_assert_eq(cx_fft_plan_run_into(p, x, out), CX_OK);
        const int64_t before = cx_memory_stats(test_device()).system_allocs;
        for (int k = 0; k < 20; k++) cr_assert_eq(cx_fft_plan_run_into(p, x, out), CX_OK);
        cr_assert_eq(cx_memory_stats(test_device()).system_allocs, before);
        cr_assert_eq(cx_scope_close(alone), CX_OK);
    }
    cr_assert_eq(cx_scope_close(s), CX_OK);
}

static cx_status refused(cx_fft_kind kind, cx_shape shape, cx_dtype t, const cx_fft_plan_opts *o)
{
    const cx_scope s = cx_scope_open();
    const cx_status st = cx_fft_plan_status(cx_fft_plan_new(kind, shape, t, test_device(), o));
    cr_assert_eq(cx_scope_close(s), st);
    return st;
}
Test(fft_plan, refuses)
{
    const cx_scope s = cx_scope_open();
    cr_assert_eq(refused((cx_fft_kind)5, CX_SHAPE(4), CX_C128, NULL), CX_E_ARGUMENT);
    cr_assert_eq(refused(CX_FFT_C2C, CX_SHAPE(4), CX_F64, NULL), CX_E_DTYPE);
    cr_assert_eq(refused(CX_FFT_R2C, CX_SHAPE(4), CX_C64, NULL), CX_E_DTYPE);
    cr_assert_eq(refused(CX_FFT_C2C, CX_SHAPE(4, 0), CX_C64, NULL), CX_E_SHAPE);
    cr_assert_eq(refused(CX_FFT_C2C, CX_SHAPE(-1, 4), CX_C64, NULL), CX_E_SHAPE);
    cr_assert_eq(refused(CX_FFT_C2C, CX_SHAPE(), CX_C64, NULL), CX_E_INDEX);
    cr_assert_eq(
        refused(CX_FFT_C2R, CX_SHAPE(4), CX_C64, CX_OPTS(cx_fft_plan_opts, .inverse = true)),
        CX_E_ARGUMENT);
    cr_assert_eq(
        refused(CX_FFT_C2C, CX_SHAPE(4), CX_C64, CX_OPTS(cx_fft_plan_opts, .norm = (cx_fft_norm)9)),
        CX_E_ARGUMENT);
    cr_assert_eq(refused(CX_FFT_C2C, CX_SHAPE(4, 4), CX_C64,
                         CX_OPTS(cx_fft_plan_opts, .count = 2, .axes = (const int[]){1, -1})),
                 CX_E_ARGUMENT);
    cr_assert_eq(
        refused(CX_FFT_C2C, CX_SHAPE(2, 2, 2, 2), CX_C64, CX_OPTS(cx_fft_plan_opts, .count = 4)),
        CX_E_ARGUMENT);
    const cx_fft_plan *const p =
        cx_fft_plan_new(CX_FFT_R2C, CX_SHAPE(3, 8), CX_F64, test_device(), NULL);
    const cx_array *const x = cx_ones(CX_SHAPE(3, 8), CX_F64, test_device());
    cx_array *const out = cx_empty(CX_SHAPE(3, 5), CX_C128, test_device());
    cr_assert_eq(cx_fft_plan_run_into(p, x, out), CX_OK);
    cr_assert_eq(cx_fft_plan_run_into(p, cx_astype(x, CX_F32), out), CX_E_DTYPE);
    cr_assert_eq(cx_fft_plan_run_into(p, cx_slice(x, 0, 0, 2, 1), out), CX_E_SHAPE);
    cr_assert_eq(cx_fft_plan_run_into(p, x, cx_slice(out, 1, 0, 4, 1)), CX_E_SHAPE);
    cr_assert_eq(cx_fft_plan_run_into(p, x, cx_astype(out, CX_C64)), CX_E_DTYPE);
    const cx_fft_plan *const c =
        cx_fft_plan_new(CX_FFT_C2C, CX_SHAPE(3, 5), CX_C128, test_device(), NULL);
    cr_assert_eq(cx_fft_plan_run_into(c, out, out), CX_E_OVERLAP);
    if (!test_on_cpu()) cr_assert_eq(cx_fft_plan_run_into(p, cx_to(x, CX_CPU), out), CX_E_DEVICE);
    cr_assert_eq(cx_scope_close(s), CX_OK);
}
