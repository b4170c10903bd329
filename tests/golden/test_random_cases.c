/* device: each
 * Parameters as arrays, vectors of draws, bounds as arrays, seeds, jumps and permutations against
 * NumPy: golden/random_cases.tsv. The second result is what is drawn next. */
#include "cases.h"

#include <calx.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static cx_generator *stream(test_case *c)
{
    char spec[32];
    snprintf(spec, sizeof spec, "%s(42)", case_text(c, "stream", "?"));
    return cx_generator_new(spec, test_device());
}

/* What comes next of a stream says where it stands. */
static cx_array *after(cx_generator *g)
{
    return cx_rng_random(g, CX_SHAPE(2), CX_F64);
}

static cx_shape size(test_case *c, int64_t dim[32])
{
    if (case_has(c, "scalar")) return (cx_shape){0, dim};
    if (!case_has(c, "size")) return CX_SIZE_NONE;
    return (cx_shape){case_ints(c, "size", dim), dim};
}

static cx_distribution distribution(test_case *c)
{
    const char *const method = case_text(c, "method", "");
#define CX_DISTRIBUTION(NAME, name, code, values, ...) \
    if (strcmp(method, #name) == 0) return CX_DIST_##NAME;
#include <calx/distributions.def>
#undef CX_DISTRIBUTION
    cr_assert_fail("no method %s", method);
    return CX_DIST_UNIFORM;
}

static void each(test_case *c, cx_array **out)
{
    int64_t dim[32];
    cx_generator *const g = stream(c);
    out[0] = cx_rng_each(g, distribution(c), case_arrays(c, 0), size(c, dim));
    if (cx_status_of(out[0]) == CX_OK) out[1] = after(g);
}

static void integers(test_case *c, cx_array **out)
{
    int64_t dim[32];
    cx_generator *const g = stream(c);
    const bool closed = strcmp(case_op(c), "integers_closed") == 0;
    out[0] = (closed ? cx_rng_integers_closed_each : cx_rng_integers_each)(
        g, case_array(c, 0), case_array(c, 1), size(c, dim), case_dtype(c, "dtype"));
    if (cx_status_of(out[0]) == CX_OK) out[1] = after(g);
}

static void multinomial(test_case *c, cx_array **out)
{
    int64_t dim[32];
    cx_generator *const g = stream(c);
    out[0] = cx_rng_multinomial(g, case_array(c, 0), case_array(c, 1), size(c, dim));
    if (cx_status_of(out[0]) == CX_OK) out[1] = after(g);
}

static void dirichlet(test_case *c, cx_array **out)
{
    int64_t dim[32];
    cx_generator *const g = stream(c);
    out[0] = cx_rng_dirichlet(g, case_array(c, 0), size(c, dim));
    if (cx_status_of(out[0]) == CX_OK) out[1] = after(g);
}

static void hypergeometric(test_case *c, cx_array **out)
{
    int64_t dim[32];
    cx_generator *const g = stream(c);
    out[0] = cx_rng_multivariate_hypergeometric(
        g, case_array(c, 0), cx_item_i64(case_array(c, 1)), size(c, dim),
        case_has(c, "count") ? CX_MVHG_COUNT : CX_MVHG_MARGINALS);
    if (cx_status_of(out[0]) == CX_OK) out[1] = after(g);
}

static void multivariate_normal(test_case *c, cx_array **out)
{
    int64_t dim[32];
    cx_generator *const g = stream(c);
    out[0] =
        cx_rng_multivariate_normal(g, case_array(c, 0), case_array(c, 1), size(c, dim),
                                   CX_OPTS(cx_multivariate_normal_opts, .method = CX_COV_CHOLESKY));
    if (cx_status_of(out[0]) == CX_OK) out[1] = after(g);
}

/* ---- orders */

static void permutation(test_case *c, cx_array **out)
{
    cx_generator *const g = stream(c);
    out[0] = cx_rng_permutation(g, case_array(c, 0), (int)case_int(c, "axis", 0));
    if (cx_status_of(out[0]) == CX_OK) out[1] = after(g);
}

static void shuffle(test_case *c, cx_array **out)
{
    cx_generator *const g = stream(c);
    out[0] = case_target(c, 0);
    const cx_status st = cx_rng_shuffle(g, out[0], (int)case_int(c, "axis", 0));
    case_status(c, st);
    if (st == CX_OK) out[1] = after(g);
}

/* Probabilities are on the CPU on every device. */
static void choice(test_case *c, cx_array **out)
{
    int64_t dim[32];
    cx_generator *const g = stream(c);
    cx_array *const p = case_array(c, 1);
    cx_choice_opts o = {.struct_size = sizeof o};
    o.axis = (int)case_int(c, "axis", 0);
    o.no_replace = case_has(c, "no_replace");
    o.p = p ? test_host(p) : NULL;
    out[0] = cx_rng_choice(g, case_array(c, 0), size(c, dim), &o);
    if (cx_status_of(out[0]) == CX_OK) out[1] = after(g);
}

/* ---- seeds and streams */

static void generate_state(test_case *c, cx_array **out)
{
    out[0] = test_here(cx_seed_sequence_generate_state(
        case_text(c, "text", ""), case_int(c, "n", 0), case_dtype(c, "dtype")));
}

static void spawned_state(test_case *c, cx_array **out)
{
    const char *const child =
        cx_seed_sequence_spawn(case_text(c, "text", ""), case_int(c, "child", 0));
    out[0] = test_here(cx_seed_sequence_generate_state(child, 4, CX_U32));
}

/* The child by spawning, which is the same as by its sequence's text. */
static void spawn(test_case *c, cx_array **out)
{
    cx_generator *const g = stream(c);
    cx_generator *kid = NULL;
    for (int64_t i = 0; i <= case_int(c, "child", 0); i++) kid = cx_generator_spawn(g);
    char spec[160];
    const char *const text = cx_generator_seed_sequence(kid);
    snprintf(spec, sizeof spec, "%s%s", case_text(c, "stream", ""), strchr(text, '('));
    cx_generator *const again = cx_generator_new(spec, test_device());
    out[0] = cx_rng_random(kid, CX_SHAPE(3), CX_F64);
    cr_assert(cx_array_equal(out[0], cx_rng_random(again, CX_SHAPE(3), CX_F64)), "%s", spec);
    out[1] = cx_rng_integers(cx_generator_spawn(kid), 0, 1000, CX_SHAPE(4), CX_I64);
}

static void raw(test_case *c, cx_array **out)
{
    cx_generator *const g = stream(c);
    const int64_t used = case_int(c, "used", 0);
    if (used > 0) {
        (void)after(g);
        (void)cx_rng_integers(g, 0, 9, CX_SHAPE(used), CX_I32);
    }
    out[0] = cx_generator_random_raw(g, CX_SHAPE(5));
    out[1] = after(g);
}

static void jumped(test_case *c, cx_array **out)
{
    cx_generator *const g = stream(c);
    (void)cx_rng_standard_normal(g, CX_SHAPE(case_int(c, "used", 0)), CX_F64);
    cx_generator *const far = cx_generator_jumped(g, case_int(c, "jumps", 0));
    out[0] = cx_rng_standard_normal(far, CX_SHAPE(3), CX_F64);
    out[1] = cx_rng_uniform(far, 0, 1, CX_SHAPE(3));
}

static void bytes(test_case *c, cx_array **out)
{
    cx_generator *const g = stream(c);
    out[0] = cx_rng_bytes(g, case_int(c, "n", 0));
    out[1] = after(g);
}

static void permuted(test_case *c, cx_array **out)
{
    cx_generator *const g = stream(c);
    cx_array *const x = case_array(c, 0);
    out[0] = case_has(c, "axis") ? cx_rng_permuted(g, x, (int)case_int(c, "axis", 0))
                                 : cx_rng_permuted_all(g, x);
    if (cx_status_of(out[0]) == CX_OK) out[1] = after(g);
}

static void permuted_into(test_case *c, cx_array **out)
{
    cx_generator *const g = stream(c);
    out[0] = case_target(c, 1);
    case_status(c, cx_rng_permuted_into(g, case_array(c, 0), (int)case_int(c, "axis", 0), out[0]));
    out[1] = after(g);
}

static const case_fn calls[] = {
    {"each", each},
    {"integers", integers},
    {"integers_closed", integers},
    {"multinomial", multinomial},
    {"dirichlet", dirichlet},
    {"multivariate_hypergeometric", hypergeometric},
    {"multivariate_normal", multivariate_normal},
    {"permutation", permutation},
    {"shuffle", shuffle},
    {"choice", choice},
    {"generate_state", generate_state},
    {"spawned_state", spawned_state},
    {"spawn", spawn},
    {"raw", raw},
    {"jumped", jumped},
    {"bytes", bytes},
    {"permuted", permuted},
    {"permuted_into", permuted_into},
};

Test(golden, random_cases)
{
    cr_assert_geq(CASES("golden/random_cases.tsv", calls), 1900);
}
