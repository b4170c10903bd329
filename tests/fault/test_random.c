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
