/* link: static
 * A draw may be cut into calls anywhere: same values, and the stream stands at the same place.
 * (That the values are NumPy's is checked through the public API, in tests/golden.) */
#include "base/seedseq.h"
#include "random/bitgen.h"
#include "random/draws.h"
#include "random_golden.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const char *const stream_names[CX_BITGEN_KINDS] = {
    [CX_BITGEN_PCG64] = "PCG64", [CX_BITGEN_PCG64DXSM] = "PCG64DXSM", [CX_BITGEN_PHILOX] = "Philox",
    [CX_BITGEN_SFC64] = "SFC64", [CX_BITGEN_MT19937] = "MT19937",
};

/* "1+2+3" is a sequence of three integers. */
static size_t seed_words(const char *text, uint32_t *word, size_t room)
{
    size_t used = 0;
    for (const char *at = text; *at;) {
        const size_t length = strcspn(at, "+");
        size_t n = room - used;
        cr_assert(cx__seed_words(at, length, word + used, &n));
        used += n;
        at += length + (at[length] == '+');
    }
    return used;
}

static cx_bitgen open_stream(const char *name, const char *seed)
{
    cx_bitgen g;
    uint32_t entropy[16];
    const size_t n = seed_words(seed, entropy, 16);
    if (strcmp(name, "RandomState") == 0) {
        if (n == 1)
            host_legacy_seed(&g, entropy[0]);
        else
            host_legacy_seed_array(&g, entropy, n);
        return g;
    }
    int kind = 0;
    while (strcmp(stream_names[kind], name) != 0)
        cr_assert_lt(++kind, CX_BITGEN_KINDS, "no stream %s", name);
    cx__seedseq s;
    uint64_t words[CX_MT19937_WORDS / 2];
    cr_assert(cx__seedseq_init(&s, entropy, n, NULL, 0));
    cx__seedseq_generate64(&s, CX_MT19937_WORDS / 2, words);
    cx__seedseq_free(&s);
    host_bitgen_seed(&g, (cx_bitgen_kind)kind, words);
    return g;
}

static uint64_t integer(const char *text)
{
    return text[0] == '-' ? (uint64_t)strtoll(text, NULL, 10) : strtoull(text, NULL, 10);
}

static void draw_integers(cx_bitgen *g, const random_case *c, int64_t n, host_parts *parts,
                          void *out)
{
    const int bits = c->dtype[0] == '?' ? 1 : 8 * (c->dtype[1] - '0');
    const uint64_t low = integer(c->argument[0]);
    host_integers(g, bits, low, integer(c->argument[1]) - low, parts, n, out);
}

/* n more values of the case's method; false where these files have no such method. */
static bool draw(cx_bitgen *g, const random_case *c, int64_t n, host_parts *parts, void *out)
{
    const bool f32 = strcmp(c->dtype, "f4") == 0;
    const double a = random_argument(c, 0), b = random_argument(c, 1);
    if (strcmp(c->method, "random") == 0) {
        f32 ? host_random_f32(g, n, out) : host_random_f64(g, n, out);
    } else if (strcmp(c->method, "uniform") == 0) {
        host_uniform(g, a, b - a, n, out);
    } else if (strcmp(c->method, "standard_normal") == 0) {
        if (g->legacy)
            host_legacy_normal(g, n, out);
        else
            f32 ? host_normal_f32(g, n, out) : host_normal_f64(g, n, out);
    } else if (strcmp(c->method, "standard_exponential") == 0) {
        if (g->legacy)
            host_legacy_exponential(g, n, out);
        else
            f32 ? host_exponential_f32(g, n, out) : host_exponential_f64(g, n, out);
    } else if (strcmp(c->method, "standard_exponential_inv") == 0) {
        f32 ? host_exponential_inv_f32(g, n, out) : host_exponential_inv_f64(g, n, out);
    } else if (strcmp(c->method, "integers") == 0) {
        draw_integers(g, c, n, parts, out);
    } else {
        return false;
    }
    return true;
}

static size_t width(const random_case *c)
{
    return c->dtype[0] == '?' ? 1 : (size_t)(c->dtype[1] - '0');
}

Test(draws, calls_may_be_cut_anywhere)
{
    static const int64_t piece[] = {1, 7, 0, 300, 2, 513, 64, 1000, 255, 3};
    size_t count, checked = 0;
    random_case *const all = random_cases(&count);
    for (size_t i = 0; i < count; i++) {
        random_case c = all[i];
        c.n = c.n < 50000 ? c.n : 50000;
        unsigned char *const whole = malloc((size_t)c.n * 8), *const cut = malloc((size_t)c.n * 8);
        cx_bitgen g = open_stream(c.stream, c.seed), h = g;
        host_parts parts = {0, 0}, cut_parts = {0, 0};
        const size_t size = width(&c);
        if (draw(&g, &c, c.n, &parts, whole)) {
            int64_t done = 0;
            for (size_t k = 0; done < c.n; k++) {
                const int64_t want = piece[k % (sizeof piece / sizeof *piece)];
                const int64_t n = c.n - done < want ? c.n - done : want;
                draw(&h, &c, n, &cut_parts, cut + (size_t)done * size);
                done += n;
            }
            cr_expect_arr_eq(whole, cut, (size_t)c.n * size, "%s %s %s", c.stream, c.method,
                             c.dtype);
            /* the streams stand at the same place */
            uint64_t a[3], b[3];
            host_engine_of(&g)->fill64(&g, 3, a);
            host_engine_of(&h)->fill64(&h, 3, b);
            cr_expect_arr_eq(a, b, sizeof a, "%s %s %s: state", c.stream, c.method, c.dtype);
            checked++;
        }
        free(whole);
        free(cut);
    }
    cr_expect_gt(checked, 140, "only %zu cases ran", checked);
    free(all);
}
