/* device: simulated, link: static
 * The fused slot against the slots that it saves: random programs over every dtype, layout and row,
 * run at once and then step by step on the same device, must leave the same bits (of a NaN: a NaN,
 * whose sign the host's compiler decides). */
#include "fused_trial.inc"
#include <dlfcn.h>

/* One program over one shape; false where it needs too many registers. */
static bool run_trial(uint64_t seed)
{
    static trial t;
    memset(&t, 0, sizeof t);
    t.state = seed;
    if (!compose(&t)) return false;
    take_shape(&t);
    take_reductions(&t);
    run_and_compare(&t, seed);
    return true;
}
/* x * y of one dtype, whose sums and products are whole numbers that all orders find. */
static bool run_exact(uint64_t seed)
{
    static const cx_dtype some[] = {CX_F32, CX_F64, CX_F16, CX_BF16, CX_C64, CX_C128};
    static trial t;
    memset(&t, 0, sizeof t);
    t.state = seed;
    t.exact = true;
    cx_fused_program *const g = &t.program;
    const cx_dtype d = some[below(&t, 6)];
    g->struct_size = sizeof *g;
    g->n_in = g->n_out = 2;
    g->n_steps = g->n_registers = 1;
    t.operands = 3;
    for (int k = 0; k < 3; k++) t.dtype[k] = d;
    g->in_dtype[0] = g->in_dtype[1] = (uint8_t)d;
    g->step[0] = (cx_fused_step){
        .op = CX_BI_MUL, .loop = (uint8_t)d, .dtype = (uint8_t)d, .operand = {0, 1}};
    g->out[0].operand = 2;
    g->out[1].operand = (uint8_t)below(&t, 3);
    take_shape(&t);
    take_reductions(&t);
    run_and_compare(&t, seed);
    return true;
}

/* CX_TEST_SEED runs the program of that seed alone. */
static void run_all(bool (*one)(uint64_t seed), int trials)
{
    cr_assert(cx__device_get("test", test_device(), &device) == CX_OK);
    cr_assert(device->ops->fused != NULL);
    if (getenv("CX_TEST_SEED") != NULL) {
        cr_assert(one(test_seed()));
        return;
    }
    uint64_t state = test_seed();
    int ran = 0;
    if (test_brief()) trials /= 8;
    for (int k = 0; k < trials; k++) ran += one(test_random(&state));
    cr_expect(ran > trials * 3 / 4, "%d of %d programs ran", ran, trials);
}
/* One step of one dtype, of which everything else is left to the caller. */
static cx_fused_program one_step(cx_fused_step step, int n_in, cx_dtype in)
{
    cx_fused_program g = {.struct_size = sizeof g, .n_in = n_in, .n_steps = 1};
    g.n_registers = g.n_out = 1;
    for (int k = 0; k < n_in; k++) g.in_dtype[k] = (uint8_t)in;
    g.step[0] = step;
    g.out[0].operand = (uint8_t)n_in;
    return g;
}
static cx_status run_program(const cx_fused_program *g, const cx_array *const *in,
                             const cx_array *out, int n_reduced)
{
    cx_view view[CX_FUSED_INPUTS], to;
    cx_fused_program keyed = *g;
    keyed.key = key_of(keyed);
    cx_fused_call c = {.program = &keyed, .n_reduced = n_reduced, .out = {&to}};
    for (int k = 0; k < g->n_in; k++) {
        cx__array_to_view(in[k], &view[k]);
        c.in[k] = &view[k];
    }
    cx__array_to_view(out, &to);
    return cx__queue_done(device, device->ops->fused->run(queue(), &c));
}

/* Where does not compute: every bit of a NaN comes through, signalling ones too. */
Test(fused_slot, where_moves_bits)
{
    static const uint16_t bits[] = {0x7c01, 0xfc01, 0x7fff, 0xfe00, 0x7f81, 0xff81, 0x0001, 0x8000};
    cr_assert(cx__device_get("test", test_device(), &device) == CX_OK);
    const cx_scope s = cx_scope_open();
    for (int half = 0; half < 2; half++) {
        const cx_dtype d = half == 0 ? CX_F16 : CX_BF16;
        cx_fused_program g = one_step(
            (cx_fused_step){
                .op = CX_TE_WHERE, .loop = (uint8_t)d, .dtype = (uint8_t)d, .operand = {0, 1, 2}},
            3, d);
        g.in_dtype[0] = CX_BOOL;
        const cx_array *const x = test_copy_host(bits, CX_SHAPE(8), d);
        const cx_array *const in[3] = {cx_full(CX_SHAPE(8), cx_bool(true), CX_BOOL, test_device()),
                                       x, cx_zeros_like(x, d)};
        cx_array *const out = cx_empty(CX_SHAPE(8), d, test_device());
        cr_assert(run_program(&g, in, out, 0) == CX_OK, "%s", cx_error_message());
        const cx_array *const host = cx_to(out, CX_CPU);
        cr_expect(memcmp(host->data, bits, sizeof bits) == 0, "%s", cx_dtype_name(d));
    }
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

/* A sum has the same bits whatever order threads run in, and is as near as sums in parts are. */
Test(fused_slot, sums_depend_on_the_shape_alone)
{
    enum { N = 90001 };
    cr_assert(cx__device_get("test", test_device(), &device) == CX_OK);
    const cx_scope s = cx_scope_open();
    static float x[N];
    uint64_t state = test_seed();
    double sum = 0, sizes = 0;
    for (int i = 0; i < N; i++) {
        x[i] = (float)((double)(int64_t)test_random(&state) * 0x1p-62);
        sum += 2.0 * (double)x[i];
        sizes += 2.0 * fabs((double)x[i]);
    }
    cx_fused_program g = one_step(
        (cx_fused_step){.op = CX_BI_ADD, .loop = CX_F32, .dtype = CX_F32, .operand = {0, 0}}, 1,
        CX_F32);
    g.out[0].reduce = CX_RED_SUM;
    g.out[0].acc = CX_F32;
    const cx_array *const in[1] = {test_copy_host(x, CX_SHAPE(N), CX_F32)};
    uint32_t first = 0;
    void *const plugin = dlopen(getenv("CX_PLUGIN"), RTLD_NOW | RTLD_NOLOAD);
    long (*ctl)(const char *, long) = NULL;
    if (plugin != NULL) *(void **)&ctl = dlsym(plugin, "cudasim_ctl");
    for (int order = 0; order < 3; order++) {
        if (ctl != NULL) ctl("order", order);
        cx_array *const out = cx_empty((cx_shape){0, NULL}, CX_F32, test_device());
        cr_assert(run_program(&g, in, out, 1) == CX_OK, "%s", cx_error_message());
        const cx_array *const host = cx_to(out, CX_CPU);
        uint32_t bits;
        float value;
        memcpy(&bits, host->data, sizeof bits);
        memcpy(&value, host->data, sizeof value);
        if (order == 0) first = bits;
        cr_expect(bits == first, "order %d: %#x and %#x", order, bits, first);
        cr_expect(fabs((double)value - sum) <= 32 * 0x1p-24 * sizes, "%g for %g", (double)value,
                  sum);
    }
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

/* What it does not know it says before anything is written. */
Test(fused_slot, unknown_rows_are_unsupported)
{
    cr_assert(cx__device_get("test", test_device(), &device) == CX_OK);
    static const cx_fused_step wrong[] = {
        {.op = 999, .loop = CX_F32, .dtype = CX_F32},
        {.op = CX_BI_GCD, .loop = CX_F32, .dtype = CX_F32},
        {.op = CX_UN_SIN, .loop = CX_I32, .dtype = CX_I32},
    };
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        const cx_scope s = cx_scope_open();
        const cx_fused_program g = one_step(wrong[k], 1, (cx_dtype)wrong[k].loop);
        const cx_array *const in[1] = {
            cx_full(CX_SHAPE(5), cx_int(3), (cx_dtype)wrong[k].loop, test_device())};
        cx_array *const out =
            cx_full(CX_SHAPE(5), cx_int(7), (cx_dtype)wrong[k].loop, test_device());
        cr_expect(run_program(&g, in, out, 0) == CX_E_UNSUPPORTED, "case %d", (int)k);
        const cx_array *const seven = cx_all(cx_equal(out, cx_int(7)), CX_ALL);
        cr_expect(*(const uint8_t *)cx_to(seven, CX_CPU)->data == 1, "case %d", (int)k);
        cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    }
}

Test(fused_slot, random_programs)
{
    run_all(run_trial, 2000);
}
Test(fused_slot, sums_and_products)
{
    run_all(run_exact, 400);
}
