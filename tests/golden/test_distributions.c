/* device: each
 * Every distribution of the public API against NumPy's bytes, and the state it leaves:
 * golden/distributions.tsv. */
#include "device.h"
#include "sha256.h"

#include "random_golden.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARGUMENTS = 10, LINE = 1024 };

typedef union number {
    double f64;
    int64_t i64;
    uint64_t bits;
} number;

typedef struct row {
    char stream[16], method[40], dtype[4], text[96];
    int64_t n;
    int count;
    number p[ARGUMENTS];
    char digest[65], first[128], state[65];
} row;

static void parse(char *line, row *r)
{
    char n[24], bits[200];
    random_field(r->stream, sizeof r->stream, &line);
    random_field(r->method, sizeof r->method, &line);
    random_field(r->dtype, sizeof r->dtype, &line);
    random_field(n, sizeof n, &line);
    random_field(r->text, sizeof r->text, &line);
    random_field(bits, sizeof bits, &line);
    random_field(r->digest, sizeof r->digest, &line);
    random_field(r->first, sizeof r->first, &line);
    random_field(r->state, sizeof r->state, &line);
    cr_assert_eq(strlen(r->state), 64);
    r->n = strtoll(n, NULL, 10);
    r->count = 0;
    for (const char *at = bits; *at && *at != '-'; r->count++) {
        char *end;
        cr_assert_lt(r->count, ARGUMENTS);
        r->p[r->count].bits = strtoull(at, &end, 16);
        at = *end == ',' ? end + 1 : end;
    }
}

/* ---- the call */

static cx_array *vector(const row *r, int from, cx_dtype t)
{
    return test_here(cx_copy_host(&r->p[from], CX_SHAPE(r->count - from), t));
}

static cx_array *rows(cx_generator *g, const row *r, cx_shape s)
{
    const int last = r->count - 1;
    if (strcmp(r->method, "multinomial") == 0)
        return cx_rng_multinomial(g, cx_int(r->p[0].i64), vector(r, 1, CX_F64), s);
    if (strcmp(r->method, "dirichlet") == 0) return cx_rng_dirichlet(g, vector(r, 0, CX_F64), s);
    cr_assert_eq(strncmp(r->method, "multivariate_hypergeometric", 27), 0, "no method %s",
                 r->method);
    cx_array *const colors = test_here(cx_copy_host(r->p, CX_SHAPE(last), CX_I64));
    return cx_rng_multivariate_hypergeometric(g, colors, r->p[last].i64, s,
                                              r->method[27] ? CX_MVHG_COUNT : CX_MVHG_MARGINALS);
}

#define CALL_R0(name) cx_rng_##name(g, s)
#define CALL_R1(name) cx_rng_##name(g, p[0].f64, s)
#define CALL_R2(name) cx_rng_##name(g, p[0].f64, p[1].f64, s)
#define CALL_R3(name) cx_rng_##name(g, p[0].f64, p[1].f64, p[2].f64, s)
#define CALL_OWN(name) NULL

static cx_array *draw(cx_generator *g, const row *r)
{
    const cx_shape s = CX_SHAPE(r->n);
    const number *const p = r->p;
    if (strcmp(r->method, "bytes") == 0) return cx_rng_bytes(g, r->n);
    if (strcmp(r->method, "standard_gamma") == 0)
        return cx_rng_standard_gamma(g, p[0].f64, s, strcmp(r->dtype, "f4") ? CX_F64 : CX_F32);
    if (strcmp(r->method, "binomial") == 0) return cx_rng_binomial(g, p[0].i64, p[1].f64, s);
    if (strcmp(r->method, "hypergeometric") == 0)
        return cx_rng_hypergeometric(g, p[0].i64, p[1].i64, p[2].i64, s);
#define CX_DISTRIBUTION(NAME, name, code, values, face, ...) \
    if (strcmp(r->method, #name) == 0) return CALL_##face(name);
#include <calx/distributions.def>
#undef CX_DISTRIBUTION
    return rows(g, r, s);
}

/* ---- the checks */

static size_t size_of(const row *r)
{
    return (size_t)(r->dtype[1] - '0');
}

static const void *bytes_of(const cx_array *a, const row *r)
{
    if (strcmp(r->dtype, "f8") == 0) return cx_data_f64(a);
    if (strcmp(r->dtype, "f4") == 0) return cx_data_f32(a);
    if (strcmp(r->dtype, "u1") == 0) return cx_data_u8(a);
    return cx_data_i64(a);
}

static bool is_wrong(const row *r, const cx_array *a)
{
    char digest[65], first[128] = "", *at = first;
    const size_t size = size_of(r), n = (size_t)cx_size(a);
    const unsigned char *const value = bytes_of(a, r);
    cr_assert_not_null(value, "%s %s(%s): %s", r->stream, r->method, r->text, cx_error_message());
    sha256_hex(value, n * size, digest);
    if (strcmp(digest, r->digest) == 0) return false;
    for (size_t i = 0; i < n && i < 5; i++) {
        at += sprintf(at, i ? "," : "");
        for (size_t k = size; k > 0; k--) at += sprintf(at, "%02x", value[i * size + k - 1]);
    }
    fprintf(stderr, "%s.%s(%s) %s: first %s, recorded %s\n", r->stream, r->method, r->text,
            r->dtype, first, r->first);
    return true;
}

/* cx_generator_state's header taken apart, in the order of the recorded words. */
static bool is_elsewhere(const row *r, const cx_generator *g)
{
    uint64_t word[5 + 312];
    char digest[65];
    const cx_array *const state = cx_generator_state(g);
    const uint64_t *const s = cx_data_u64(state);
    const size_t n = (size_t)cx_size(state) - 3;
    cr_assert_leq(n, 312);
    word[0] = s[0] >> 9 & 1;
    word[1] = s[1];
    word[2] = s[0] >> 16 & 0xffff;
    word[3] = s[0] >> 10 & 1;
    word[4] = s[2];
    memcpy(word + 5, s + 3, n * sizeof *word);
    if (strcmp(r->stream, "Philox") == 0 && word[2] == 4) memset(word + 5 + 6, 0, 32);
    sha256_hex(word, (5 + n) * sizeof *word, digest);
    if (strcmp(digest, r->state) == 0) return false;
    fprintf(stderr, "%s.%s(%s) %s: another state afterwards\n", r->stream, r->method, r->text,
            r->dtype);
    return true;
}

Test(distributions, equal_numpy)
{
    FILE *const f = fopen(CX_TEST_DATA "/golden/distributions.tsv", "r");
    cr_assert_not_null(f, "golden/distributions.tsv is missing");
    static char line[LINE];
    int checked = 0, wrong = 0;
    while (fgets(line, sizeof line, f)) {
        row r;
        char spec[32];
        if (line[0] == '#') continue;
        parse(line, &r);
        snprintf(spec, sizeof spec, "%s(42)", r.stream);
        const cx_scope s = cx_scope_open();
        cx_generator *const g = cx_generator_new(spec, test_device());
        const cx_array *const a = test_host(draw(g, &r));
        cr_assert(cx_ok(), "%s %s(%s): %s", r.stream, r.method, r.text, cx_error_message());
        wrong += is_wrong(&r, a) || is_elsewhere(&r, g);
        cr_assert_eq(cx_scope_close(s), CX_OK);
        checked++;
    }
    fclose(f);
    cr_expect_eq(wrong, 0, "%d of %d", wrong, checked);
    cr_expect_geq(checked, 880);
}
