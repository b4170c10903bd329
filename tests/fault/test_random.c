/* Every allocation of generators and their draws failing in turn, once and from then on. */
#include "fault.h"
#include <calx.h>
#include <criterion/criterion.h>

static cx_status random_work(void *ctx)
{
    (void)ctx;
    const cx_scope s = cx_scope_open();
    cx_generator *const g = cx_generator_new("Philox([1, 2, 3])", CX_CPU);
    cx_generator *const child = cx_generator_jumped(cx_generator_spawn(g), 2);
    cx_array *const state = cx_generator_state(child);
    (void)cx_check(cx_generator_set_state(g, state));
    cx_array *const x = cx_rng_normal(g, 0, 1, CX_SHAPE(6, 3));
    cx_array *const narrow = cx_empty(CX_SHAPE(3, 6), CX_F32, CX_CPU);
    (void)cx_check(cx_rng_uniform_into(g, -1, 1, cx_transpose(narrow)));
    (void)cx_rng_integers(g, 0, 9, CX_SHAPE(40), CX_U8);
    (void)cx_rng_permutation(g, x, 0);
    (void)cx_rng_permuted(g, x, 1);
    (void)cx_check(cx_rng_shuffle(g, x, 1));
    cx_generator *const old = cx_random_state(CX_SEED(7), CX_CPU);
    static const double weight[4] = {0.25, 0.5, 0.25, 0.0};
    cx_array *const p = cx_copy_host(weight, CX_SHAPE(4), CX_F64);
    (void)cx_rng_choice(g, cx_int(100), CX_SHAPE(5), CX_OPTS(cx_choice_opts, .no_replace = true));
    (void)cx_rng_choice(old, x, CX_SHAPE(2, 2), CX_OPTS(cx_choice_opts, .no_replace = true));
    (void)cx_rng_choice(g, cx_int(4), CX_SHAPE(3),
                        CX_OPTS(cx_choice_opts, .no_replace = true, .p = p));
    return cx_scope_close(s);
}

static cx_status distributions_work(void *ctx)
{
    static const double weight[4] = {0.25, 0.5, 0.125, 0.125}, cov[4] = {2, 1, 1, 2};
    static const int64_t color[3] = {4, 5, 6};
    (void)ctx;
    const cx_scope s = cx_scope_open();
    cx_generator *const g = cx_generator_new("PCG64(7, spawn_key=(1, 2))", CX_CPU);
    cx_array *const p = cx_copy_host(weight, CX_SHAPE(4), CX_F64);
    cx_array *const n = cx_arange_i64(1, 5, 1, CX_I64, CX_CPU);
    cx_array *const narrow = cx_empty(CX_SHAPE(3, 4), CX_F32, CX_CPU);
    (void)cx_rng_gamma(g, 2.5, 1, CX_SHAPE(5));
    (void)cx_check(cx_rng_beta_into(g, 0.5, 0.5, cx_transpose(narrow)));
    (void)cx_rng_each(g, CX_DIST_BINOMIAL, CX_ARRAYS(n, p), CX_SIZE_NONE);
    (void)cx_check(cx_rng_each_into(g, CX_DIST_GAMMA, CX_ARRAYS(p, cx_float(2)), narrow));
    (void)cx_rng_integers_each(g, cx_int(0), n, CX_SHAPE(2, 4), CX_U8);
    (void)cx_rng_multinomial(g, n, p, CX_SIZE_NONE);
    (void)cx_rng_dirichlet(g, cx_mul(p, cx_float(0.125)), CX_SHAPE(3));
    cx_array *const urn = cx_copy_host(color, CX_SHAPE(3), CX_I64);
    (void)cx_rng_multivariate_hypergeometric(g, urn, 7, CX_SHAPE(2), CX_MVHG_COUNT);
    (void)cx_rng_multivariate_hypergeometric(g, urn, 7, CX_SHAPE(2), CX_MVHG_MARGINALS);
    cx_array *const mean = cx_copy_host(cov, CX_SHAPE(2), CX_F64);
    cx_array *const c = cx_copy_host(cov, CX_SHAPE(2, 2), CX_F64);
    for (int method = 0; method < 3; method++)
        (void)cx_rng_multivariate_normal(
            g, mean, c, CX_SHAPE(2),
            CX_OPTS(cx_multivariate_normal_opts, .method = (cx_cov_method)method));
    (void)cx_rng_bytes(g, 9);
    (void)cx_generator_random_raw(cx_generator_jumped(cx_random_state(CX_SEED(1), CX_CPU), 1),
                                  CX_SHAPE(3));
    (void)cx_rng_permuted_all(g, c);
    (void)cx_check(cx_rng_permuted_into(g, c, 0, c));
    const char *const child = cx_seed_sequence_spawn(cx_generator_seed_sequence(g), 3);
    if (cx_ok()) (void)cx_seed_sequence_generate_state(child, 8, CX_U64);
    return cx_scope_close(s);
}

Test(fault, distributions_once, .timeout = 60)
{
    fault_install();
    cr_assert_gt(fault_loop("distributions", FAULT_ONCE, distributions_work, NULL), 30);
}

Test(fault, distributions_from_then_on, .timeout = 60)
{
    fault_install();
    cr_assert_gt(fault_loop("distributions", FAULT_FROM_THEN_ON, distributions_work, NULL), 30);
}

Test(fault, random_once, .timeout = 60)
{
    fault_install();
    cr_assert_gt(fault_loop("random", FAULT_ONCE, random_work, NULL), 10);
}

Test(fault, random_from_then_on, .timeout = 60)
{
    fault_install();
    cr_assert_gt(fault_loop("random", FAULT_FROM_THEN_ON, random_work, NULL), 10);
}
