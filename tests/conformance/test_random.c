/* device: each. Draws on a device against the CPU's in smaller pieces: every method and width of
 * word, counts around the tiles and chunks that kernels cut them into, and the state that stands
 * afterwards. */
#include "device.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define EXPECT(condition, ...)                         \
    do {                                               \
        if (!(condition)) cr_assert_fail(__VA_ARGS__); \
    } while (0)

typedef enum method {
    RANDOM,
    UNIFORM,
    NORMAL,
    SCALED_NORMAL,
    EXPONENTIAL,
    SCALED_EXPONENTIAL,
    INVERSE,
    INTEGERS
} method;

typedef struct draw {
    method method;
    cx_dtype t;
    int64_t low, high; /* INTEGERS: closed */
} draw;

static const draw draws[] = {
    {RANDOM, CX_F64, 0, 0},
    {RANDOM, CX_F32, 0, 0},
    {UNIFORM, CX_F64, 0, 0},
    {NORMAL, CX_F64, 0, 0},
    {NORMAL, CX_F32, 0, 0},
    {SCALED_NORMAL, CX_F64, 0, 0},
    {EXPONENTIAL, CX_F64, 0, 0},
    {EXPONENTIAL, CX_F32, 0, 0},
    {SCALED_EXPONENTIAL, CX_F64, 0, 0},
    {INVERSE, CX_F64, 0, 0},
    {INVERSE, CX_F32, 0, 0},
    /* ranges that reject nothing, almost nothing, and nearly half of what is tried */
    {INTEGERS, CX_BOOL, 0, 1},
    {INTEGERS, CX_I8, -128, 127},
    {INTEGERS, CX_U8, 3, 18},
    {INTEGERS, CX_U8, 0, 128},
    {INTEGERS, CX_I16, -32768, 32767},
    {INTEGERS, CX_I16, -300, 699},
    {INTEGERS, CX_U16, 5, 32773},
    {INTEGERS, CX_I32, INT32_MIN, INT32_MAX},
    {INTEGERS, CX_I32, -5, 5},
    {INTEGERS, CX_U32, 7, 2147483655},
    {INTEGERS, CX_U32, 0, 1048576}, /* about one of 4000 */
    {INTEGERS, CX_I64, 0, 1048576},
    {INTEGERS, CX_I64, 0, 1023},
    {INTEGERS, CX_I64, 0, 999},
    {INTEGERS, CX_I64, -9, 4294967286},
    {INTEGERS, CX_I64, INT64_MIN, INT64_MAX},
    {INTEGERS, CX_I64, 0, (int64_t)1 << 40},
    {INTEGERS, CX_I64, -1, (int64_t)1 << 62},
    {INTEGERS, CX_U64, 0, INT64_MAX},
    {INTEGERS, CX_I32, 41, 41},
    {INTEGERS, CX_BOOL, 1, 1},
};
enum { DRAWS = sizeof draws / sizeof *draws };

static const char *const streams[] = {"PCG64(42)",  "PCG64DXSM(7)",
                                      "Philox(42)", "Philox(key=5, counter=0xfffffffffffffffe)",
                                      "SFC64(1)",   "MT19937(3)"};
enum { STREAMS = sizeof streams / sizeof *streams, SKIPPING = 4 };

static cx_array *values(cx_generator *g, const draw *d, int64_t n)
{
    const cx_shape s = CX_SHAPE(n);
    switch (d->method) {
    case RANDOM: return cx_rng_random(g, s, d->t);
    case UNIFORM: return cx_rng_uniform(g, -3.5, 11, s);
    case NORMAL: return cx_rng_standard_normal(g, s, d->t);
    case SCALED_NORMAL: return cx_rng_normal(g, 10, 0.3, s);
    case EXPONENTIAL: return cx_rng_standard_exponential(g, s, d->t);
    case SCALED_EXPONENTIAL: return cx_rng_exponential(g, 2.5, s);
    case INVERSE: return cx_rng_standard_exponential_inv(g, s, d->t);
    default: return cx_rng_integers_closed(g, d->low, d->high, s, d->t);
    }
}

/* What is left of a word that was split into parts is dropped at the end of a call. */
static bool is_cut_at_will(const draw *d)
{
    return d->method != INTEGERS || cx_dtype_size(d->t) >= 4;
}

static cx_array *values_in_pieces(cx_generator *g, const draw *d, int64_t n)
{
    if (!is_cut_at_will(d) || n < 2) return values(g, d, n);
    const int64_t first = n / 3 + 1;
    cx_array *const head = values(g, d, first), *const rest = values(g, d, n - first);
    return cx_concatenate(CX_ARRAYS(head, rest), 0);
}

/* Words that count: a Philox state's buffer is nothing once all of it is used up. */
static size_t words_of(const cx_array *state)
{
    const uint64_t *const word = cx_data_u64(state);
    const bool is_philox = (word[0] & 0xff) == 2;
    return (size_t)cx_size(state) - (is_philox && (word[0] >> 16 & 0xff) == 4 ? 4 : 0);
}

static void check_state(const cx_generator *a, const cx_generator *b, const char *what, int64_t n)
{
    const cx_array *const x = cx_generator_state(a), *const y = cx_generator_state(b);
    EXPECT(cx_size(x) == cx_size(y), "%s: kinds", what);
    EXPECT(memcmp(cx_data_u64(x), cx_data_u64(y), words_of(x) * sizeof(uint64_t)) == 0,
           "%s: the state after %lld", what, (long long)n);
}

static void check_draw(cx_generator *here, cx_generator *cpu, const draw *d, int64_t n,
                       const char *stream)
{
    char what[96];
    snprintf(what, sizeof what, "%s method %d %s %lld", stream, (int)d->method, cx_dtype_name(d->t),
             (long long)d->high);
    const cx_array *const got = test_host(values(here, d, n));
    const cx_array *const want = values_in_pieces(cpu, d, n);
    EXPECT(cx_ok(), "%s: %s", what, cx_error_message());
    EXPECT(cx_dtype_of(got) == d->t && cx_size(got) == n && cx_array_equal(got, want),
           "%s: %lld values", what, (long long)n);
    check_state(cpu, here, what, n);
}

static void check_counts(const int64_t *count, int counts, int limit)
{
    for (int s = 0; s < limit; s++)
        for (int i = 0; i < DRAWS; i++) {
            const cx_scope scope = cx_scope_open();
            cx_generator *const here = cx_generator_new(streams[s], test_device());
            cx_generator *const cpu = cx_generator_new(streams[s], CX_CPU);
            for (int k = 0; k < counts; k++) check_draw(here, cpu, &draws[i], count[k], streams[s]);
            EXPECT(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
        }
}

Test(random, counts_around_tiles)
{
    static const int64_t few[] = {0, 1, 2, 3, 5, 7, 16, 17, 255, 257, 1000};
    static const int64_t many[] = {4095, 1, 4096, 4097, 12289};
    check_counts(few, sizeof few / sizeof *few, STREAMS);
    check_counts(many, sizeof many / sizeof *many, test_brief() ? 1 : STREAMS);
}

/* Kept halves, Philox's buffer and the place in it survive any other draw. */
Test(random, mixed_draws_leave_one_state)
{
    for (int s = 0; s < STREAMS; s++) {
        const cx_scope scope = cx_scope_open();
        cx_generator *const here = cx_generator_new(streams[s], test_device());
        cx_generator *const cpu = cx_generator_new(streams[s], CX_CPU);
        uint64_t seed = 88172645463325252u;
        for (int k = 0; k < (test_brief() ? 20 : 300); k++) {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            check_draw(here, cpu, &draws[seed % DRAWS], (int64_t)(seed >> 40) % 90, streams[s]);
        }
        EXPECT(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
    }
}

/* More than kernels try at a time. */
Test(random, long_draws)
{
    static const draw longs[] = {
        {NORMAL, CX_F32, 0, 0}, {INTEGERS, CX_U8, 0, 128}, {EXPONENTIAL, CX_F64, 0, 0}};
    static const int64_t counts[] = {8500001, 4400001, 8300001};
    for (int i = 0; i < 3 && !test_brief(); i++) {
        const cx_scope scope = cx_scope_open();
        cx_generator *const here = cx_generator_new(streams[i], test_device());
        cx_generator *const cpu = cx_generator_new(streams[i], CX_CPU);
        check_draw(here, cpu, &longs[i], counts[i], streams[i]);
        check_draw(here, cpu, &longs[i], 5, streams[i]);
        EXPECT(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
    }
}

/* Into part of an array, and as another dtype. */
Test(random, into_views)
{
    for (int s = 0; s < STREAMS; s++) {
        const cx_scope scope = cx_scope_open();
        cx_array *got[2];
        for (int device = 0; device < 2; device++) {
            const cx_device at = device == 0 ? CX_CPU : test_device();
            cx_generator *const g = cx_generator_new(streams[s], at);
            cx_array *const a = cx_zeros(CX_SHAPE(9, 11), CX_F64, at);
            cx_array *const odd = cx_slice(a, 1, 1, 10, 3);
            cx_array *const b = cx_zeros(CX_SHAPE(31), CX_F16, at);
            EXPECT(cx_rng_standard_normal_into(g, odd) == CX_OK &&
                       cx_rng_uniform_into(g, 0, 1, b) == CX_OK,
                   "%s", cx_error_message());
            cx_array *const flat = cx_reshape(a, CX_SHAPE(-1)), *const wide = cx_astype(b, CX_F64);
            got[device] = cx_concatenate(CX_ARRAYS(flat, wide), 0);
        }
        EXPECT(cx_array_equal(got[0], test_host(got[1])), "%s", streams[s]);
        EXPECT(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
    }
}

/* ---- permutations and samples */

static cx_array *sample(cx_generator *g, int64_t n, int64_t k, bool replace, bool shuffle)
{
    return cx_rng_choice(g, cx_int(n), CX_SHAPE(k),
                         CX_OPTS(cx_choice_opts, .no_replace = !replace, .no_shuffle = !shuffle));
}

Test(random, permutations_and_samples)
{
    static const char *const all[] = {"PCG64(42)", "Philox(42)", "SFC64(1)", "RandomState(8)"};
    for (int s = 0; s < 4; s++) {
        const cx_scope scope = cx_scope_open();
        cx_generator *const here = cx_generator_new(all[s], test_device());
        cx_generator *const cpu = cx_generator_new(all[s], CX_CPU);
        cx_array *const x = cx_reshape(cx_arange(0, 60, 1, CX_I32, CX_CPU), CX_SHAPE(12, 5));
        cx_array *mine[6], *his[6];
        for (int device = 0; device < 2; device++) {
            cx_generator *const g = device == 0 ? cpu : here;
            cx_array *const a = cx_copy(device == 0 ? x : test_here(x)),
                            **const out = device == 0 ? his : mine;
            out[0] = cx_rng_permutation(g, cx_int(1001), 0);
            out[1] = cx_rng_permutation(g, a, 1);
            out[2] = sample(g, 100, 33, true, true);
            out[3] = sample(g, 12345, 700, false, true);
            out[4] = sample(g, 50, 50, false, false);
            EXPECT(cx_rng_shuffle(g, a, 0) == CX_OK, "%s", cx_error_message());
            out[5] = a;
        }
        for (int i = 0; i < 6; i++)
            EXPECT(cx_array_equal(test_host(mine[i]), his[i]), "%s %d: %s", all[s], i,
                   cx_error_message());
        check_state(cpu, here, all[s], 0);
        EXPECT(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
    }
}
