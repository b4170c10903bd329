/* Generators as objects, and the draws' arguments: what the golden streams do not show. */
#include <calx.h>

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static double first(cx_generator *g)
{
    return cx_item_f64(cx_rng_random(g, CX_SHAPE(1), CX_F64));
}

/* The open scope must have failed with this status, and the text must hold these words. */
static void expect_failure(cx_scope s, cx_status want, const char *words, int line)
{
    const cx_status st = cx_scope_close(s);
    cr_expect_eq(st, want, "line %d: %s: %s", line, cx_status_name(st), cx_error_message());
    cr_expect_not_null(strstr(cx_error_message(), words), "line %d: %s", line, cx_error_message());
}

#define FAILS(expression, status, words)                     \
    do {                                                     \
        const cx_scope scope_ = cx_scope_open();             \
        (void)(expression);                                  \
        expect_failure(scope_, (status), (words), __LINE__); \
    } while (0)

Test(generator, seeds)
{
    const cx_scope s = cx_scope_open();
    cr_expect_eq(first(cx_default_rng(CX_SEED(42), CX_CPU)), 0.7739560485559633);
    cr_expect_eq(first(cx_generator_new("PCG64(42)", CX_CPU)), 0.7739560485559633);
    cr_expect_eq(first(cx_generator_new(" PCG64 ( seed = 0x2a ) ", CX_CPU)), 0.7739560485559633);
    cr_expect_eq(first(cx_generator_new("PCG64([42])", CX_CPU)), 0.7739560485559633);
    cr_expect_eq(first(cx_generator_new("Philox(42)", CX_CPU)), 0.08607763073528474);
    cr_expect_eq(first(cx_generator_new("MT19937(42)", CX_CPU)), 0.5419938930062744);
    cr_expect_eq(first(cx_random_state(CX_SEED(42), CX_CPU)), 0.3745401188473625);
    cr_expect_eq(first(cx_generator_new("RandomState(42)", CX_CPU)), 0.3745401188473625);
    cr_expect_neq(first(cx_default_rng(CX_ENTROPY, CX_CPU)),
                  first(cx_generator_new("PCG64", CX_CPU)));
    cr_expect_neq(first(cx_random_state(CX_ENTROPY, CX_CPU)),
                  first(cx_generator_new("RandomState()", CX_CPU)));
    cr_expect_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

Test(generator, philox_key_and_counter)
{
    const cx_scope s = cx_scope_open();
    cx_generator *const g =
        cx_generator_new("Philox(key=0x0123456789abcdef0fedcba987654321, counter=7)", CX_CPU);
    const cx_array *const a = cx_rng_integers_u64(g, 0, UINT64_MAX, CX_SHAPE(2));
    cr_assert(cx_ok(), "%s", cx_error_message());
    cr_expect_eq(cx_data_u64(a)[0], 0x9aa192b6526b0502u);
    cr_expect_eq(cx_data_u64(a)[1], 0x9c5c3cf59b054d10u);
    cx_generator *const h = cx_generator_new("Philox(3, counter=5)", CX_CPU);
    const cx_array *const b = cx_rng_integers_u64(h, 0, UINT64_MAX, CX_SHAPE(2));
    cr_expect_eq(cx_data_u64(b)[0], 8204266499262342051u);
    cr_expect_eq(cx_data_u64(b)[1], 522557731427094313u);
    cr_expect_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

Test(generator, malformed_specs)
{
    static const char *const malformed[] = {
        "",           "(42)",         "PCG64(",     "PCG64(42",     "PCG64(42))",
        "PCG64(-1)",  "PCG64(4 2)",   "PCG64([,])", "PCG64([1, 2",  "PCG64([])",
        "PCG64(1.5)", "PCG64(0x)",    "PCG64(0xg)", "PCG64(key=1)", "Philox(keys=1)",
        "PCG64(,)",   "Philox(key=)", "PCG65(1)",   "pcg(1)",       "Philox(key 1)",
    };
    for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
        const cx_scope s = cx_scope_open();
        (void)cx_generator_new(malformed[i], CX_CPU);
        cr_expect_eq(cx_scope_close(s), CX_E_PARSE, "%s: %s", malformed[i], cx_error_message());
    }
    FAILS(cx_generator_new("RandomState(1, spawn_key=(0,))", CX_CPU), CX_E_PARSE, "unknown");
    FAILS(cx_generator_new("PCG46(1)", CX_CPU), CX_E_PARSE, "did you mean 'PCG64'");
    FAILS(cx_generator_new("RandomState(4294967296)", CX_CPU), CX_E_ARGUMENT, "2**32 - 1");
    FAILS(cx_generator_new("Philox(1, key=2)", CX_CPU), CX_E_ARGUMENT, "not both");
    FAILS(cx_generator_new("Philox(key=0x100000000000000000000000000000000)", CX_CPU),
          CX_E_ARGUMENT, "128 bits");
    FAILS(cx_generator_new(NULL, CX_CPU), CX_E_NULL, "spec");
    FAILS(cx_default_rng(CX_SEED(-1), CX_CPU), CX_E_ARGUMENT, "negative");
    FAILS(cx_random_state(CX_SEED(4294967296), CX_CPU), CX_E_ARGUMENT, "2**32 - 1");
}

Test(generator, children_and_jumps)
{
    const cx_scope s = cx_scope_open();
    cx_generator *const g = cx_default_rng(CX_SEED(42), CX_CPU);
    cx_generator *const first_child = cx_generator_spawn(g), *const second = cx_generator_spawn(g);
    /* numpy.random.default_rng(42).spawn(2), and the second's own first child */
    cr_expect_eq(first(first_child), 0.9167441575549085);
    cr_expect_eq(first(second), 0.4674907799518424);
    cr_expect_eq(first(cx_generator_spawn(second)), 0.5700286821875662);
    cr_expect_eq(first(g), 0.7739560485559633, "spawning draws nothing");
    const cx_array *const jumped = cx_rng_integers_u64(
        cx_generator_jumped(cx_default_rng(CX_SEED(42), CX_CPU), 1), 0, UINT64_MAX, CX_SHAPE(1));
    cr_expect_eq(cx_data_u64(jumped)[0], 0xc193c65d22914c57u);
    cx_generator *const moved = cx_default_rng(CX_SEED(42), CX_CPU);
    cr_expect_eq(cx_generator_advance(moved, 1000), CX_OK);
    const cx_array *const after = cx_rng_integers_u64(moved, 0, UINT64_MAX, CX_SHAPE(1));
    cr_expect_eq(cx_data_u64(after)[0], 0x0fe35e24e0cd297au);
    cr_expect_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
    FAILS(cx_generator_spawn(cx_random_state(CX_SEED(1), CX_CPU)), CX_E_ARGUMENT, "no children");
    FAILS(cx_generator_jumped(cx_generator_new("SFC64(1)", CX_CPU), 1), CX_E_UNSUPPORTED, "skip");
    FAILS(cx_generator_jumped(cx_default_rng(CX_SEED(1), CX_CPU), -1), CX_E_ARGUMENT, "negative");
}

Test(generator, state_continues_every_stream)
{
    static const char *const specs[] = {"PCG64(1)", "PCG64DXSM(1)", "Philox(1)",
                                        "SFC64(1)", "MT19937(1)",   "RandomState(1)"};
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        const cx_scope s = cx_scope_open();
        cx_generator *const g = cx_generator_new(specs[i], CX_CPU);
        (void)cx_rng_standard_normal(g, CX_SHAPE(3), CX_F64);   /* a cached normal */
        (void)cx_rng_integers(g, 0, 1000, CX_SHAPE(1), CX_I32); /* a kept half */
        cx_generator *const copy = cx_generator_copy(g);
        cx_generator *const other = cx_default_rng(CX_SEED(9), CX_CPU);
        cr_expect_eq(cx_generator_set_state(other, cx_generator_state(g)), CX_OK);
        for (int round = 0; round < 2; round++) {
            const int64_t n = cx_item_i64(cx_rng_integers(g, 0, 1000, CX_SHAPE(), CX_I32));
            cr_expect_eq(n, cx_item_i64(cx_rng_integers(copy, 0, 1000, CX_SHAPE(), CX_I32)));
            cr_expect_eq(n, cx_item_i64(cx_rng_integers(other, 0, 1000, CX_SHAPE(), CX_I32)));
            const double z = cx_item_f64(cx_rng_normal(g, 0, 1, CX_SHAPE()));
            cr_expect_eq(z, cx_item_f64(cx_rng_normal(copy, 0, 1, CX_SHAPE())), "%s", specs[i]);
            cr_expect_eq(z, cx_item_f64(cx_rng_normal(other, 0, 1, CX_SHAPE())), "%s", specs[i]);
        }
        cr_expect_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
    }
}

Test(generator, impossible_states)
{
    const cx_scope s = cx_scope_open();
    cx_generator *const g = cx_generator_new("Philox(1)", CX_CPU);
    cx_array *const state = cx_generator_state(g);
    uint64_t *const word = cx_data_u64_mut(state);
    const uint64_t good = word[0];
    const uint64_t bad[] = {
        0,                          /* no mark */
        good ^ UINT64_C(1) << 48,   /* another mark */
        good + 5,                   /* no such kind */
        good ^ 3,                   /* a kind with fewer words */
        good | UINT64_C(1) << 8,    /* a legacy Philox */
        good + (UINT64_C(1) << 16), /* more of the buffer used than it has */
        good | UINT64_C(0x7fff) << 32,
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        word[0] = bad[i];
        cr_expect_eq(cx_generator_set_state(g, state), CX_E_ARGUMENT, "case %zu", i);
    }
    word[0] = good;
    cr_expect_eq(cx_generator_set_state(g, cx_slice(state, 0, 0, 12, 1)), CX_E_ARGUMENT);
    cr_expect_eq(cx_generator_set_state(g, cx_slice(state, 0, 0, 2, 1)), CX_E_SHAPE);
    cr_expect_eq(cx_generator_set_state(g, cx_zeros(CX_SHAPE(13), CX_F64, CX_CPU)), CX_E_DTYPE);
    cr_expect_eq(cx_generator_set_state(g, state), CX_OK);
    cr_expect_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

Test(draws, into_any_layout_and_dtype)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const want =
        cx_rng_standard_normal(cx_default_rng(CX_SEED(3), CX_CPU), CX_SHAPE(4, 5), CX_F64);
    cx_array *const plain = cx_empty(CX_SHAPE(4, 5), CX_F64, CX_CPU);
    cx_array *const turned = cx_transpose(cx_empty(CX_SHAPE(5, 4), CX_F64, CX_CPU));
    cx_array *const narrow = cx_empty(CX_SHAPE(4, 5), CX_F16, CX_CPU);
    cr_expect_eq(cx_rng_standard_normal_into(cx_default_rng(CX_SEED(3), CX_CPU), plain), CX_OK);
    cr_expect_eq(cx_rng_standard_normal_into(cx_default_rng(CX_SEED(3), CX_CPU), turned), CX_OK);
    cr_expect_eq(cx_rng_standard_normal_into(cx_default_rng(CX_SEED(3), CX_CPU), narrow), CX_OK);
    const double *const w = cx_data_f64(want);
    const double *const t = cx_data_f64(cx_copy(turned)), *const p = cx_data_f64(plain);
    const double *const h = cx_data_f64(cx_astype(narrow, CX_F64));
    cr_assert(cx_ok(), "%s", cx_error_message());
    for (int i = 0; i < 20; i++) {
        cr_expect_eq(p[i], w[i]);
        cr_expect_eq(t[i], w[i], "C order of the output, whatever its strides");
        cr_expect_lt(fabs(h[i] - w[i]), 2e-3);
    }
    cx_array *const whole = cx_empty(CX_SHAPE(3), CX_I32, CX_CPU);
    cr_expect_eq(cx_rng_normal_into(cx_default_rng(CX_SEED(3), CX_CPU), 0, 1, whole), CX_E_DTYPE);
    cx_array *const fixed = cx_zeros(CX_SHAPE(3), CX_F64, CX_CPU);
    cr_expect_eq(cx_set_readonly(fixed), CX_OK);
    cr_expect_eq(cx_rng_random_into(cx_default_rng(CX_SEED(3), CX_CPU), fixed), CX_E_READONLY);
    cr_expect_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

/* Long uniform draws are shared among threads; a kept half and a used buffer come before them. */
Test(draws, long_draws_equal_short_ones)
{
    enum { N = 300001, PIECE = 1001 };
    static const char *const specs[] = {"PCG64(1)", "PCG64DXSM(1)", "Philox(1)", "SFC64(1)"};
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        const cx_scope s = cx_scope_open();
        cx_generator *const g = cx_generator_new(specs[i], CX_CPU);
        (void)cx_rng_random(g, CX_SHAPE(3), CX_F32);
        (void)cx_rng_random(g, CX_SHAPE(3), CX_F64);
        cx_generator *const h = cx_generator_copy(g);
        const float *const a = cx_data_f32(cx_rng_random(g, CX_SHAPE(N), CX_F32));
        const double *const b = cx_data_f64(cx_rng_uniform(g, -1, 1, CX_SHAPE(N)));
        cr_assert(cx_ok(), "%s", cx_error_message());
        for (int at = 0; at < N; at += PIECE) {
            const int n = N - at < PIECE ? N - at : PIECE;
            const float *const p = cx_data_f32(cx_rng_random(h, CX_SHAPE(n), CX_F32));
            cr_assert_arr_eq(p, a + at, (size_t)n * sizeof *p, "%s at %d", specs[i], at);
        }
        for (int at = 0; at < N; at += PIECE) {
            const int n = N - at < PIECE ? N - at : PIECE;
            const double *const p = cx_data_f64(cx_rng_uniform(h, -1, 1, CX_SHAPE(n)));
            cr_assert_arr_eq(p, b + at, (size_t)n * sizeof *p, "%s at %d", specs[i], at);
        }
        const cx_array *const x = cx_generator_state(g), *const y = cx_generator_state(h);
        cr_expect_arr_eq(cx_data_u64(x), cx_data_u64(y), cx_nbytes(x), "%s", specs[i]);
        cr_expect_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
    }
}

/* Normals of several threads, in chains that meet; pieces of any length, so that words come from
 * vectors and from single steps. */
Test(draws, long_normals_equal_short_ones)
{
    enum { N = 900001 };
    static const char *const specs[] = {"PCG64(1)", "PCG64(77)", "PCG64DXSM(1)", "Philox(1)"};
    cr_assert_eq(cx_set_num_threads(3), CX_OK);
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        const cx_scope s = cx_scope_open();
        cx_generator *const g = cx_generator_new(specs[i], CX_CPU);
        (void)cx_rng_random(g, CX_SHAPE(3), CX_F32);
        cx_generator *const h = cx_generator_copy(g);
        const double *const a = cx_data_f64(cx_rng_standard_normal(g, CX_SHAPE(N), CX_F64));
        const double *const b = cx_data_f64(cx_rng_normal(g, 2, 3, CX_SHAPE(N)));
        cr_assert(cx_ok(), "%s", cx_error_message());
        for (int at = 0, n = 1; at < N; at += n) {
            n = n * 3 % 1777 + 1 < N - at ? n * 3 % 1777 + 1 : N - at;
            const double *const p = cx_data_f64(cx_rng_standard_normal(h, CX_SHAPE(n), CX_F64));
            cr_assert_arr_eq(p, a + at, (size_t)n * sizeof *p, "%s at %d", specs[i], at);
        }
        for (int at = 0; at < N; at += 70000) {
            const int n = N - at < 70000 ? N - at : 70000;
            const double *const p = cx_data_f64(cx_rng_normal(h, 2, 3, CX_SHAPE(n)));
            cr_assert_arr_eq(p, b + at, (size_t)n * sizeof *p, "%s at %d", specs[i], at);
        }
        for (int k = 0; k < 2; k++) { /* the kept half, and what follows */
            const cx_dtype t = k == 0 ? CX_F32 : CX_F64;
            cr_expect(
                cx_array_equal(cx_rng_random(g, CX_SHAPE(9), t), cx_rng_random(h, CX_SHAPE(9), t)),
                "%s goes on alike", specs[i]);
        }
        cr_expect_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
    }
    cr_assert_eq(cx_set_num_threads(0), CX_OK);
}

Test(draws, integers_into_every_dtype_equal_the_expression)
{
    static const cx_dtype types[] = {CX_BOOL, CX_I8,  CX_I16, CX_I32, CX_I64,
                                     CX_U8,   CX_U16, CX_U32, CX_U64};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const cx_scope s = cx_scope_open();
        cx_array *const every_other =
            cx_slice(cx_zeros(CX_SHAPE(202), types[i], CX_CPU), 0, 0, CX_END, 2);
        cx_array *const want =
            cx_rng_integers(cx_default_rng(CX_SEED(5), CX_CPU), 0, 2, CX_SHAPE(101), types[i]);
        cr_expect_eq(cx_rng_integers_into(cx_default_rng(CX_SEED(5), CX_CPU), 0, 2, every_other),
                     CX_OK);
        const int64_t *const a = cx_data_i64(cx_astype(every_other, CX_I64));
        const int64_t *const b = cx_data_i64(cx_astype(want, CX_I64));
        cr_assert(cx_ok(), "%s", cx_error_message());
        cr_expect_arr_eq(a, b, 101 * sizeof *a, "%s", cx_dtype_name(types[i]));
        cr_expect_eq(cx_scope_close(s), CX_OK);
    }
}

Test(draws, arguments_are_checked)
{
    const cx_scope outer = cx_scope_open();
    cx_generator *const g = cx_default_rng(CX_SEED(1), CX_CPU);
    cx_generator *const old = cx_random_state(CX_SEED(1), CX_CPU);
    FAILS(cx_rng_random(g, CX_SHAPE(2), CX_F16), CX_E_DTYPE, "float16");
    FAILS(cx_rng_random(old, CX_SHAPE(2), CX_F32), CX_E_DTYPE, "RandomState");
    FAILS(cx_rng_random(g, CX_SHAPE(-1), CX_F64), CX_E_SHAPE, "");
    FAILS(cx_rng_uniform(g, 1, 0, CX_SHAPE(2)), CX_E_ARGUMENT, "less than low");
    FAILS(cx_rng_uniform(g, 0, INFINITY, CX_SHAPE(2)), CX_E_ARGUMENT, "finite");
    FAILS(cx_rng_uniform(old, -1e308, 1e308, CX_SHAPE(2)), CX_E_ARGUMENT, "finite");
    FAILS(cx_rng_normal(g, 0, -1, CX_SHAPE(2)), CX_E_ARGUMENT, "scale");
    FAILS(cx_rng_exponential(g, -0.0, CX_SHAPE(2)), CX_E_ARGUMENT, "scale");
    FAILS(cx_rng_standard_exponential_inv(old, CX_SHAPE(2), CX_F64), CX_E_UNSUPPORTED, "");
    FAILS(cx_rng_integers(g, 5, 5, CX_SHAPE(2), CX_I64), CX_E_ARGUMENT, "not below");
    FAILS(cx_rng_integers(g, 0, 257, CX_SHAPE(2), CX_U8), CX_E_ARGUMENT, "out of bounds for uint8");
    FAILS(cx_rng_integers(g, -1, 2, CX_SHAPE(2), CX_U64), CX_E_ARGUMENT, "out of bounds");
    FAILS(cx_rng_integers(g, -129, 2, CX_SHAPE(2), CX_I8), CX_E_ARGUMENT, "out of bounds");
    FAILS(cx_rng_integers(g, 0, 3, CX_SHAPE(2), CX_BOOL), CX_E_ARGUMENT, "out of bounds for bool");
    FAILS(cx_rng_integers(g, 0, 3, CX_SHAPE(2), CX_F64), CX_E_DTYPE, "float64");
    FAILS(cx_rng_integers_closed(g, 1, 0, CX_SHAPE(2), CX_I64), CX_E_ARGUMENT, "above");
    FAILS(cx_rng_random(NULL, CX_SHAPE(2), CX_F64), CX_E_NULL, "g");
    const int64_t *const edge =
        cx_data_i64(cx_rng_integers_closed(g, INT64_MAX, INT64_MAX, CX_SHAPE(1), CX_I64));
    cr_assert(cx_ok(), "%s", cx_error_message());
    cr_expect_eq(edge[0], INT64_MAX);
    cr_expect_eq(cx_size(cx_rng_random(g, CX_SHAPE(0, 3), CX_F64)), 0);
    cr_expect_eq(cx_scope_close(outer), CX_OK, "%s", cx_error_message());
}

Test(choice, arguments_are_checked)
{
    const cx_scope outer = cx_scope_open();
    cx_generator *const g = cx_default_rng(CX_SEED(1), CX_CPU);
    const cx_choice_opts unique = {.struct_size = sizeof unique, .no_replace = true};
    static const double half[2] = {0.5, 0.5}, low[3] = {0.5, 0.4, 0.0}, minus[3] = {0.5, 1, -0.5},
                        gap[3] = {0.5, NAN, 0.5}, two[3] = {0.5, 0.5, 0.0};
#define WITH_P(values, n) \
    CX_OPTS(cx_choice_opts, .p = cx_copy_host(values, CX_SHAPE(n), CX_F64), .no_replace = true)
    FAILS(cx_rng_choice(g, cx_int(0), CX_SHAPE(1), NULL), CX_E_ARGUMENT, "empty");
    FAILS(cx_rng_choice(g, cx_int(-4), CX_SHAPE(1), NULL), CX_E_ARGUMENT, "-4");
    FAILS(cx_rng_choice(g, cx_float(4), CX_SHAPE(1), NULL), CX_E_ARGUMENT, "integer");
    FAILS(cx_rng_choice(g, cx_int(5), CX_SHAPE(2, 3), &unique), CX_E_ARGUMENT, "6 different");
    FAILS(cx_rng_choice(g, cx_int(3), CX_SHAPE(1), WITH_P(half, 2)), CX_E_SHAPE, "3");
    FAILS(cx_rng_choice(g, cx_int(3), CX_SHAPE(1), WITH_P(low, 3)), CX_E_ARGUMENT, "sum");
    FAILS(cx_rng_choice(g, cx_int(3), CX_SHAPE(1), WITH_P(minus, 3)), CX_E_ARGUMENT, "negative");
    FAILS(cx_rng_choice(g, cx_int(3), CX_SHAPE(1), WITH_P(gap, 3)), CX_E_ARGUMENT, "NaN");
    FAILS(cx_rng_choice(g, cx_int(3), CX_SHAPE(3), WITH_P(two, 3)), CX_E_ARGUMENT, "p > 0");
    const cx_choice_opts wrong = {.struct_size = 1};
    FAILS(cx_rng_choice(g, cx_int(3), CX_SHAPE(3), &wrong), CX_E_ARGUMENT, "CX_OPTS");
    cr_expect_eq(cx_size(cx_rng_choice(g, cx_int(0), CX_SHAPE(0), NULL)), 0);
    cr_expect_eq(cx_scope_close(outer), CX_OK, "%s", cx_error_message());
}

/* numpy.random.default_rng(1), in turn: of arange(12).reshape(3, 4) permutation along axis 1,
 * choice of 2 rows, permuted along axis 0; and the shuffle of axis 1. */
Test(arrays, rows_and_columns_move_as_in_numpy)
{
    static const int64_t permuted_columns[12] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    static const int64_t chosen_rows[8] = {0, 1, 2, 3, 0, 1, 2, 3};
    static const int64_t permuted_lanes[12] = {4, 9, 10, 11, 0, 1, 6, 7, 8, 5, 2, 3};
    static const int64_t shuffled[12] = {1, 3, 0, 2, 5, 7, 4, 6, 9, 11, 8, 10};
    const cx_scope s = cx_scope_open();
    cx_generator *const g = cx_default_rng(CX_SEED(1), CX_CPU);
    cx_array *const x = cx_reshape(cx_arange_i64(0, 12, 1, CX_I64, CX_CPU), CX_SHAPE(3, 4));
    const cx_array *const a = cx_rng_permutation(g, x, 1);
    const cx_array *const b = cx_rng_choice(g, x, CX_SHAPE(2), NULL);
    const cx_array *const c = cx_rng_permuted(g, x, 0);
    cr_assert(cx_ok(), "%s", cx_error_message());
    cr_expect_eq(cx_rng_shuffle(g, x, 1), CX_OK);
    cr_expect_arr_eq(cx_data_i64(a), permuted_columns, sizeof permuted_columns);
    cr_expect_arr_eq(cx_data_i64(b), chosen_rows, sizeof chosen_rows);
    cr_expect_arr_eq(cx_data_i64(cx_copy(c)), permuted_lanes, sizeof permuted_lanes);
    cr_expect_arr_eq(cx_data_i64(x), shuffled, sizeof shuffled);
    FAILS(cx_rng_permutation(g, x, 2), CX_E_INDEX, "");
    FAILS(cx_rng_permutation(g, cx_int(-1), 0), CX_E_ARGUMENT, "-1");
    cr_expect_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

/* ---- seed sequences as text */

static void check_text(const char *text, const char *want)
{
    cr_expect_str_eq(text, want, "%s: %s", text, cx_error_message());
}

Test(generator, seed_sequences_are_text)
{
    const cx_scope s = cx_scope_open();
    check_text(cx_seed_sequence_spawn("SeedSequence(42)", 0), "SeedSequence([42], spawn_key=[0])");
    check_text(cx_seed_sequence_spawn("SeedSequence(\n    entropy=4294967297,\n)", 4294967296),
               "SeedSequence([1, 1], spawn_key=[0, 1])");
    check_text(cx_seed_sequence_spawn("SeedSequence([1, 2], spawn_key=(0, 7))", 3),
               "SeedSequence([1, 2], spawn_key=[0, 7, 3])");
    cx_generator *const g = cx_default_rng(CX_SEED(5), CX_CPU);
    check_text(cx_generator_seed_sequence(g), "SeedSequence([5])");
    (void)cx_generator_spawn(g);
    check_text(cx_generator_seed_sequence(cx_generator_spawn(g)),
               "SeedSequence([5], spawn_key=[1])");
    cr_expect_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

Test(generator, refused_seed_sequences)
{
    static const char *const malformed[] = {
        "",
        "PCG64(1)",
        "SeedSequence(",
        "SeedSequence(-1)",
        "SeedSequence(1, spawn_key=",
        "SeedSequence(1, spawn_key=(1]",
        "SeedSequence(1, spawn_key=-1)",
        "SeedSequence(1, key=3)",
        "SeedSequence(1) 2",
        "SeedSequence(x=1)",
    };
    for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
        const cx_scope s = cx_scope_open();
        (void)cx_seed_sequence_generate_state(malformed[i], 4, CX_U32);
        cr_expect_eq(cx_scope_close(s), CX_E_PARSE, "%s: %s", malformed[i], cx_error_message());
        const cx_scope t = cx_scope_open();
        cr_expect_str_empty(cx_seed_sequence_spawn(malformed[i], 0));
        cr_expect_eq(cx_scope_close(t), CX_E_PARSE, "%s: %s", malformed[i], cx_error_message());
    }
    FAILS(cx_seed_sequence_generate_state("SeedSequence(1)", -1, CX_U32), CX_E_ARGUMENT, "n is -1");
    FAILS(cx_seed_sequence_generate_state("SeedSequence(1)", 1, CX_I32), CX_E_DTYPE, "int32");
    FAILS(cx_seed_sequence_generate_state(NULL, 1, CX_U32), CX_E_NULL, "sequence");
    const cx_scope s = cx_scope_open();
    cr_expect_str_empty(cx_seed_sequence_spawn("SeedSequence(1)", -1));
    cr_expect_eq(cx_scope_close(s), CX_E_ARGUMENT);
    const cx_scope t = cx_scope_open();
    cr_expect_str_empty(cx_seed_sequence_spawn("SeedSequence()", 0));
    cr_expect_eq(cx_scope_close(t), CX_E_ARGUMENT);
    const cx_scope u = cx_scope_open();
    cr_expect_str_empty(cx_generator_seed_sequence(cx_random_state(CX_SEED(1), CX_CPU)));
    cr_expect_eq(cx_scope_close(u), CX_E_ARGUMENT);
    const cx_scope v = cx_scope_open();
    cr_expect_eq(cx_size(cx_seed_sequence_generate_state("SeedSequence()", 6, CX_U32)), 6);
    cr_expect_eq(cx_scope_close(v), CX_OK);
}
