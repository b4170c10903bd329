/* device: each. isa: each. numpy.fft against NumPy (tests/golden/make_fft_cases.py), and what
 * scipy.fft has beyond it against SciPy (make_fft_more_cases.py). */
#include "cases.h"
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static cx_fft_norm norm_of(test_case *c)
{
    const char *const text = case_text(c, "norm", "backward");
    return strcmp(text, "ortho") == 0     ? CX_FFT_ORTHO
           : strcmp(text, "forward") == 0 ? CX_FFT_FORWARD
                                          : CX_FFT_BACKWARD;
}

typedef cx_array *one_fn(const cx_array *a, int axis, const cx_fft_opts *o);
typedef cx_status into_fn(const cx_array *a, int axis, const cx_fft_opts *o, cx_array *out);
typedef cx_array *many_fn(const cx_array *a, const cx_fftn_opts *o);

/* The _into form gives the same as the expression. */
static void one(test_case *c, cx_array **out)
{
    static const struct {
        const char *name;
        one_fn *fn;
        into_fn *into;
    } of[] = {{"fft", cx_fft_fft, cx_fft_fft_into},
              {"ifft", cx_fft_ifft, cx_fft_ifft_into},
              {"rfft", cx_fft_rfft, cx_fft_rfft_into},
              {"irfft", cx_fft_irfft, cx_fft_irfft_into},
              {"hfft", cx_fft_hfft, NULL},
              {"ihfft", cx_fft_ihfft, NULL}};
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        if (strcmp(of[i].name, case_op(c)) != 0) continue;
        const cx_fft_opts *const o =
            CX_OPTS(cx_fft_opts, .n = {case_has(c, "n"), case_int(c, "n", 0)}, .norm = norm_of(c));
        const int axis = (int)case_int(c, "axis", -1);
        out[0] = of[i].fn(case_array(c, 0), axis, o);
        if (of[i].into == NULL || cx_status_of(out[0]) != CX_OK) return;
        cx_array *const again = cx_empty_like(out[0], CX_DTYPE_NONE);
        cr_assert_eq(of[i].into(case_array(c, 0), axis, o, again), CX_OK, "%s", cx_error_message());
        cr_assert(cx_array_equal(cx_isnan(out[0]), cx_isnan(again)));
        cr_assert(cx_allclose(out[0], again,
                              CX_OPTS(cx_close_opts, .rtol = CX_SET(0.0), .atol = CX_SET(0.0),
                                      .equal_nan = true)) ||
                      cx_dtype_of(out[0]) == CX_F16,
                  "%s: _into differs", case_op(c));
        return;
    }
    cr_assert_fail("%s", case_op(c));
}

static void many(test_case *c, cx_array **out)
{
    static const struct {
        const char *name;
        many_fn *fn;
    } of[] = {{"fftn", cx_fft_fftn},     {"ifftn", cx_fft_ifftn},   {"rfftn", cx_fft_rfftn},
              {"irfftn", cx_fft_irfftn}, {"fft2", cx_fft_fft2},     {"ifft2", cx_fft_ifft2},
              {"rfft2", cx_fft_rfft2},   {"irfft2", cx_fft_irfft2}, {"hfftn", cx_fft_hfftn},
              {"ihfftn", cx_fft_ihfftn}, {"hfft2", cx_fft_hfft2},   {"ihfft2", cx_fft_ihfft2}};
    int64_t wide[32], s[32];
    int axes[32];
    const int count = case_ints(c, "axes", wide), lengths = case_ints(c, "s", s);
    for (int i = 0; i < count; i++) axes[i] = (int)wide[i];
    const cx_fftn_opts *const o =
        CX_OPTS(cx_fftn_opts, .count = count > 0 ? count : lengths, .axes = count > 0 ? axes : NULL,
                .s = lengths > 0 ? s : NULL, .norm = norm_of(c));
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        if (strcmp(of[i].name, case_op(c)) == 0) out[0] = of[i].fn(case_array(c, 0), o);
}

static void hankel(test_case *c, cx_array **out)
{
    const double dln = case_f64(c, "dln", 0), mu = case_f64(c, "mu", 0);
    const cx_fht_opts *const o =
        CX_OPTS(cx_fht_opts, .offset = case_f64(c, "offset", 0), .bias = case_f64(c, "bias", 0));
    out[0] = case_op(c)[0] == 'f' ? cx_fft_fht(case_array(c, 0), dln, mu, o)
                                  : cx_fft_ifht(case_array(c, 0), dln, mu, o);
}
static void offset(test_case *c, cx_array **out)
{
    const double r = cx_fft_fhtoffset(case_f64(c, "dln", 0), case_f64(c, "mu", 0),
                                      case_f64(c, "initial", 0), case_f64(c, "bias", 0));
    out[0] = test_here(cx_f64(r));
}

static void frequencies(test_case *c, cx_array **out)
{
    const int64_t n = case_int(c, "n", 0);
    const double d = case_f64(c, "d", 1);
    out[0] = case_op(c)[0] == 'f' ? cx_fft_fftfreq(n, d, test_device())
                                  : cx_fft_rfftfreq(n, d, test_device());
}
static void shift(test_case *c, cx_array **out)
{
    int64_t wide[32];
    int axes[32];
    const int count = case_ints(c, "axes", wide);
    for (int i = 0; i < count; i++) axes[i] = (int)wide[i];
    out[0] = case_op(c)[0] == 'f' ? cx_fft_fftshift(case_array(c, 0), count, axes)
                                  : cx_fft_ifftshift(case_array(c, 0), count, axes);
}

static const case_fn calls[] = {{"fft", one},
                                {"ifft", one},
                                {"rfft", one},
                                {"irfft", one},
                                {"hfft", one},
                                {"ihfft", one},
                                {"fftn", many},
                                {"ifftn", many},
                                {"rfftn", many},
                                {"irfftn", many},
                                {"fft2", many},
                                {"ifft2", many},
                                {"rfft2", many},
                                {"irfft2", many},
                                {"fftfreq", frequencies},
                                {"rfftfreq", frequencies},
                                {"fftshift", shift},
                                {"ifftshift", shift}};

static const case_fn more[] = {{"hfftn", many},      {"ihfftn", many}, {"hfft2", many},
                               {"ihfft2", many},     {"fht", hankel},  {"ifht", hankel},
                               {"fhtoffset", offset}};

Test(golden, fft_more)
{
    cr_assert_geq(CASES("golden/fft_more_cases.tsv", more), 230);
}

Test(golden, fhtoffset_refuses)
{
    const cx_scope s = cx_scope_open();
    cr_assert(isnan(cx_fft_fhtoffset(0, 1, 0, 0)));
    cr_assert_eq(cx_scope_close(s), CX_E_ARGUMENT);
}

Test(golden, fft)
{
    cr_assert_geq(CASES("golden/fft_cases.tsv", calls), 700);
}
