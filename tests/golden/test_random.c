/* device: each
 * Every draw of the public API against NumPy's bytes: golden/random.tsv. */
#include "device.h"
#include "random_golden.h"

#include <calx.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "1+2+3" is the sequence [1, 2, 3]. */
static cx_generator *open_stream(const random_case *c)
{
    char spec[128], seed[100];
    size_t n = 0;
    for (const char *at = c->seed; *at && n < sizeof seed - 2; at++) {
        seed[n++] = *at == '+' ? ',' : *at;
        if (*at == '+') seed[n++] = ' ';
    }
    seed[n] = '\0';
    snprintf(spec, sizeof spec, strchr(seed, ',') ? "%s([%s])" : "%s(%s)", c->stream, seed);
    return cx_generator_new(spec, test_device());
}

static cx_dtype dtype_of(const random_case *c)
{
    cx_dtype t = CX_BOOL;
    if (c->dtype[0] != '?') cr_assert_eq(cx_dtype_parse(c->dtype, &t), CX_OK);
    return t;
}

static cx_array *integers(cx_generator *g, const random_case *c, cx_dtype t)
{
    const cx_shape shape = CX_SHAPE(c->n);
    if (t == CX_U64)
        return cx_rng_integers_u64(g, strtoull(c->argument[0], NULL, 10),
                                   strtoull(c->argument[1], NULL, 10), shape);
    return cx_rng_integers_closed(g, strtoll(c->argument[0], NULL, 10),
                                  strtoll(c->argument[1], NULL, 10), shape, t);
}

static cx_array *choice(cx_generator *g, const random_case *c)
{
    const int64_t n = strtoll(c->argument[0], NULL, 10);
    const size_t length = strlen(c->method);
    cx_choice_opts o = {.struct_size = sizeof o};
    o.no_replace = strstr(c->method, "_un") != NULL;
    o.no_shuffle = strcmp(c->method, "choice_unordered") == 0;
    double *p = NULL;
    if (strcmp(c->method + length - 2, "_p") == 0) {
        p = malloc((size_t)n * sizeof *p);
        for (int64_t i = 0; i < n; i++) p[i] = (double)(i + 1) / ((double)n * (double)(n + 1) / 2);
        o.p = cx_copy_host(p, CX_SHAPE(n), CX_F64);
    }
    cx_array *const a = cx_rng_choice(g, cx_int(n), CX_SHAPE(c->n), &o);
    free(p); /* was copied */
    return a;
}

static cx_array *draw(cx_generator *g, const random_case *c)
{
    const cx_dtype t = dtype_of(c);
    const cx_shape shape = CX_SHAPE(c->n);
    const double a = random_argument(c, 0), b = random_argument(c, 1);
    if (strcmp(c->method, "raw") == 0) return cx_rng_integers_u64(g, 0, UINT64_MAX, shape);
    if (strcmp(c->method, "random") == 0) return cx_rng_random(g, shape, t);
    if (strcmp(c->method, "uniform") == 0) return cx_rng_uniform(g, a, b, shape);
    if (strcmp(c->method, "integers") == 0) return integers(g, c, t);
    if (strcmp(c->method, "standard_normal") == 0) return cx_rng_standard_normal(g, shape, t);
    if (strcmp(c->method, "normal") == 0) return cx_rng_normal(g, a, b, shape);
    if (strcmp(c->method, "standard_exponential") == 0)
        return cx_rng_standard_exponential(g, shape, t);
    if (strcmp(c->method, "standard_exponential_inv") == 0)
        return cx_rng_standard_exponential_inv(g, shape, t);
    if (strcmp(c->method, "exponential") == 0) return cx_rng_exponential(g, a, shape);
    if (strcmp(c->method, "permutation") == 0) return cx_rng_permutation(g, cx_int(c->n), 0);
    cr_assert_eq(strncmp(c->method, "choice", 6), 0, "no method %s", c->method);
    return choice(g, c);
}

/* The bytes of a contiguous array of any dtype. */
static const void *bytes_of(const cx_array *a)
{
    const void *p = NULL;
#define CX_DTYPE(NAME, value, ctype, sfx, text, bytes, kind, descr) \
    if (cx_dtype_of(a) == CX_##NAME) p = cx_data_##sfx(a);
#include <calx/dtypes.def>
#undef CX_DTYPE
    return p;
}

Test(random, equals_numpy)
{
    size_t count, checked = 0;
    random_case *const all = random_cases(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(all[i].method, "mixed") == 0) continue;
        const cx_scope s = cx_scope_open();
        cx_array *const a = cx_to(draw(open_stream(&all[i]), &all[i]), CX_CPU);
        cr_assert(cx_ok(), "%s %s: %s", all[i].stream, all[i].method, cx_error_message());
        cr_assert_eq(cx_dtype_of(a), dtype_of(&all[i]));
        random_check(&all[i], bytes_of(a), (size_t)cx_size(a), cx_dtype_size(cx_dtype_of(a)));
        cr_assert_eq(cx_scope_close(s), CX_OK);
        checked++;
    }
    cr_expect_gt(checked, 230);
    free(all);
}

/* Kept halves and cached values survive other draws. */
static int64_t mixed_round(cx_generator *g, int i, bool legacy, double *out)
{
    int64_t n = 0;
    for (int part = 0; part < (legacy ? 3 : 4); part++) {
        const int64_t counts[2][4] = {{i % 4, i % 3, i % 5, i % 2}, {i % 4, i % 3, i % 5, 0}};
        const cx_shape shape = CX_SHAPE(counts[legacy][part]);
        cx_array *a;
        if (part == 0)
            a = legacy ? cx_rng_standard_normal(g, shape, CX_F64) : cx_rng_random(g, shape, CX_F32);
        else if (part == 1)
            a = cx_rng_random(g, shape, CX_F64);
        else if (part == 2)
            a = cx_rng_integers_closed(g, 0, 9, shape, CX_U8);
        else
            a = cx_rng_standard_normal(g, shape, CX_F64);
        const cx_array *const d = cx_astype(cx_to(a, CX_CPU), CX_F64);
        if (cx_size(d) > 0) memcpy(out + n, cx_data_f64(d), (size_t)cx_size(d) * sizeof *out);
        n += cx_size(d);
    }
    return n;
}

Test(random, mixed_draws_equal_numpy)
{
    size_t count;
    random_case *const all = random_cases(&count);
    int checked = 0;
    for (size_t i = 0; i < count; i++) {
        const random_case *const c = &all[i];
        if (strcmp(c->method, "mixed") != 0) continue;
        double *const out = malloc((size_t)c->n * 16 * sizeof *out);
        const cx_scope s = cx_scope_open();
        cx_generator *const g = open_stream(c);
        int64_t n = 0;
        for (int k = 0; k < c->n; k++)
            n += mixed_round(g, k, strcmp(c->stream, "RandomState") == 0, out + n);
        cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
        random_check(c, out, (size_t)n, sizeof *out);
        free(out);
        checked++;
    }
    cr_expect_eq(checked, 6);
    free(all);
}
