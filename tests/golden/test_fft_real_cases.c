/* device: each. isa: each. scipy.fft's cosine and sine transforms against SciPy
 * (tests/golden/make_fft_real_cases.py). */
#include "cases.h"
#include <criterion/criterion.h>
#include <string.h>

static cx_fft_norm norm_of(test_case *c)
{
    const char *const text = case_text(c, "norm", "backward");
    return strcmp(text, "ortho") == 0     ? CX_FFT_ORTHO
           : strcmp(text, "forward") == 0 ? CX_FFT_FORWARD
                                          : CX_FFT_BACKWARD;
}
static cx_fft_ends ends_of(test_case *c)
{
    if (!case_has(c, "orthogonalize")) return CX_FFT_ENDS_BY_NORM;
    return case_int(c, "orthogonalize", 0) != 0 ? CX_FFT_ENDS_ORTHOGONAL : CX_FFT_ENDS_PLAIN;
}

typedef cx_array *one_fn(const cx_array *a, int axis, const cx_dct_opts *o);
typedef cx_array *many_fn(const cx_array *a, const cx_dctn_opts *o);

static void one(test_case *c, cx_array **out)
{
    static const struct {
        const char *name;
        one_fn *fn;
    } of[] = {
        {"dct", cx_fft_dct}, {"idct", cx_fft_idct}, {"dst", cx_fft_dst}, {"idst", cx_fft_idst}};
    const cx_dct_opts *const o = CX_OPTS(cx_dct_opts, .type = (int)case_int(c, "type", 0),
                                         .n = {case_has(c, "n"), case_int(c, "n", 0)},
                                         .norm = norm_of(c), .orthogonalize = ends_of(c));
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        if (strcmp(of[i].name, case_op(c)) == 0)
            out[0] = of[i].fn(case_array(c, 0), (int)case_int(c, "axis", -1), o);
}

static void many(test_case *c, cx_array **out)
{
    static const struct {
        const char *name;
        many_fn *fn;
    } of[] = {{"dctn", cx_fft_dctn},
              {"idctn", cx_fft_idctn},
              {"dstn", cx_fft_dstn},
              {"idstn", cx_fft_idstn}};
    int64_t wide[32], s[32];
    int axes[32];
    const int count = case_ints(c, "axes", wide), lengths = case_ints(c, "s", s);
    for (int i = 0; i < count; i++) axes[i] = (int)wide[i];
    const cx_dctn_opts *const o =
        CX_OPTS(cx_dctn_opts, .type = (int)case_int(c, "type", 0),
                .count = count > 0 ? count : lengths, .axes = count > 0 ? axes : NULL,
                .s = lengths > 0 ? s : NULL, .norm = norm_of(c), .orthogonalize = ends_of(c));
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        if (strcmp(of[i].name, case_op(c)) == 0) out[0] = of[i].fn(case_array(c, 0), o);
}

static const case_fn calls[] = {{"dct", one},   {"idct", one},   {"dst", one},   {"idst", one},
                                {"dctn", many}, {"idctn", many}, {"dstn", many}, {"idstn", many}};

Test(golden, fft_real)
{
    cr_assert_geq(CASES("golden/fft_real_cases.tsv", calls), 1300);
}

/* Of every length below a bound the definition's answer; beyond, SciPy's. */
static bool smooth(int64_t n, int64_t most)
{
    for (int64_t p = 2; p <= most; p++)
        while (n % p == 0) n /= p;
    return n == 1;
}
Test(golden, fast_lengths)
{
    for (int real = 0; real < 2; real++)
        for (int64_t n = 1; n < 3000; n++) {
            int64_t want = n;
            while (!smooth(want, real != 0 ? 5 : 11)) want++;
            cr_assert_eq(cx_fft_next_fast_len(n, real != 0), want, "%d", (int)n);
            for (want = n; !smooth(want, real != 0 ? 5 : 11);) want--;
            cr_assert_eq(cx_fft_prev_fast_len(n, real != 0), want, "%d", (int)n);
        }
    static const int64_t at[][3] = {
        {INT64_C(10007), INT64_C(10080), INT64_C(10125)},
        {INT64_C(99991), INT64_C(100000), INT64_C(100000)},
        {INT64_C(1000003), INT64_C(1000188), INT64_C(1012500)},
        {INT64_C(2147483647), INT64_C(2147483648), INT64_C(2147483648)},
        {INT64_C(1099511627777), INT64_C(1099535990784), INT64_C(1100753141760)}};
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        cr_assert_eq(cx_fft_next_fast_len(at[i][0], false), at[i][1]);
        cr_assert_eq(cx_fft_next_fast_len(at[i][0], true), at[i][2]);
    }
    cr_assert_eq(cx_fft_next_fast_len(0, false), 0);
    cr_assert_eq(cx_fft_prev_fast_len(0, false), 0);
    cr_assert_eq(cx_fft_prev_fast_len(INT64_C(1099535990783), false), INT64_C(1099511627776));
    cr_assert_eq(cx_fft_prev_fast_len(INT64_C(1000000000000000007), true),
                 INT64_C(1000000000000000000));
    const cx_scope s = cx_scope_open();
    cr_assert_eq(cx_fft_next_fast_len(-1, false), 0);
    cr_assert_eq(cx_scope_close(s), CX_E_ARGUMENT);
    const cx_scope t = cx_scope_open();
    cr_assert_eq(cx_fft_prev_fast_len(-1, false), 0);
    cr_assert_eq(cx_scope_close(t), CX_E_ARGUMENT);
}
