/* Gamma variates and what is made of them: beta, chi-square, F, t and their noncentral forms.
 * The order of draws and of every rounding is part of the stream; the frozen stream differs only in
 * its normals, its exponentials and in how a beta with vanishing powers is rescued.
 * Sources: Ahrens and Dieter, Computing 12 (1974), for shapes below 1; Marsaglia and Tsang, ACM
 * TOMS 26 (2000), above; Joehnk, Metrika 8 (1964), for betas. */
#include "variates.h"

/* Two thirds below 1 - shape, the rest by the exponential's tail. */
static double gamma_below_one(host_variates *v, double shape)
{
    const double power = 1.0 / shape;
    for (;;) {
        const double u = variates_unit(v);
        const double e = variates_exponential(v);
        if (u <= 1.0 - shape) {
            const double x = pow(u, power);
            if (x <= e) return x;
        } else {
            const double y = -log((1.0 - u) / shape);
            const double x = pow(1.0 - shape + shape * y, power);
            if (x <= e + y) return x;
        }
    }
}

/* d * (1 + c z)^3 for a normal z, nearly always accepted. A shape of NaN ends in the quick test. */
static double gamma_above_one(host_variates *v, double shape)
{
    const double d = shape - 1.0 / 3.0, c = 1.0 / sqrt(9.0 * d);
    for (;;) {
        double z, cube;
        do {
            z = variates_normal(v);
            cube = 1.0 + c * z;
        } while (cube <= 0.0);
        cube = cube * cube * cube;
        const double u = variates_unit(v), z2 = z * z;
        if (u < 1.0 - 0.0331 * z2 * z2) return d * cube;
        if (log(u) < 0.5 * z * z + d * (1.0 - cube + log(cube))) return d * cube;
    }
}

double host_gamma(host_variates *v, double shape)
{
    if (shape == 1.0) return variates_exponential(v);
    if (shape == 0.0) return 0.0;
    return shape < 1.0 ? gamma_below_one(v, shape) : gamma_above_one(v, shape);
}

static double chisquare(host_variates *v, double df)
{
    return 2.0 * host_gamma(v, df / 2.0);
}

/* Where both powers vanish their quotient is still known by its logarithm. */
static double joehnk(host_variates *v, double a, double b)
{
    for (;;) {
        const double u = variates_unit(v), w = variates_unit(v);
        const double x = pow(u, 1.0 / a), y = pow(w, 1.0 / b);
        if (!(x + y <= 1.0) || !(u + w > 0.0)) continue;
        if (x > 0.0 && y > 0.0) return x / (x + y);
        const double d = log(u) / a - log(w) / b;
        return d > 0.0 ? exp(-log1p(exp(-d))) : exp(d - log1p(exp(d)));
    }
}

static double joehnk_legacy(host_variates *v, double a, double b)
{
    for (;;) {
        const double u = variates_unit(v), w = variates_unit(v);
        const double x = pow(u, 1.0 / a), y = pow(w, 1.0 / b);
        if (!(x + y <= 1.0)) continue;
        if (x + y > 0.0) return x / (x + y);
        const double p = log(u) / a, q = log(w) / b, top = p > q ? p : q;
        return exp((p - top) - log(exp(p - top) + exp(q - top)));
    }
}

double host_beta(host_variates *v, double a, double b)
{
    const double tiny = 3e-103; /* all but never strictly between 0 and 1 */
    if (a <= 1.0 && b <= 1.0) {
        if (v->legacy) return joehnk_legacy(v, a, b);
        if (a < tiny && b < tiny) return (a + b) * variates_unit(v) < a ? 1.0 : 0.0;
        return joehnk(v, a, b);
    }
    const double x = host_gamma(v, a), y = host_gamma(v, b);
    return x / (x + y);
}

static double noncentral_chisquare(host_variates *v, double df, double nonc)
{
    if (isnan(nonc) && !v->legacy) return NAN;
    if (nonc == 0.0) return chisquare(v, df);
    if (df > 1.0) {
        const double rest = chisquare(v, df - 1.0);
        const double shifted = variates_normal(v) + sqrt(nonc);
        return rest + shifted * shifted;
    }
    /* doubled as integers are: an absurd rate wraps */
    const uint64_t twice = 2 * (uint64_t)host_poisson_next(v, nonc / 2.0);
    const double x = chisquare(v, df + (double)(int64_t)twice);
    return isnan(nonc) ? NAN : x;
}

double host_draw_standard_gamma(host_variates *v, const host_number *p)
{
    return host_gamma(v, p[0].f64);
}

double host_draw_gamma(host_variates *v, const host_number *p)
{
    return p[1].f64 * host_gamma(v, p[0].f64);
}

double host_draw_beta(host_variates *v, const host_number *p)
{
    return host_beta(v, p[0].f64, p[1].f64);
}

double host_draw_chisquare(host_variates *v, const host_number *p)
{
    return chisquare(v, p[0].f64);
}

double host_draw_noncentral_chisquare(host_variates *v, const host_number *p)
{
    return noncentral_chisquare(v, p[0].f64, p[1].f64);
}

double host_draw_f(host_variates *v, const host_number *p)
{
    const double above = chisquare(v, p[0].f64) * p[1].f64;
    const double below = chisquare(v, p[1].f64) * p[0].f64;
    return above / below;
}

double host_draw_noncentral_f(host_variates *v, const host_number *p)
{
    const double above = noncentral_chisquare(v, p[0].f64, p[2].f64) * p[1].f64;
    return above / (chisquare(v, p[1].f64) * p[0].f64);
}

double host_draw_standard_t(host_variates *v, const host_number *p)
{
    const double z = variates_normal(v), x = host_gamma(v, p[0].f64 / 2.0);
    return sqrt(p[0].f64 / 2.0) * z / sqrt(x);
}

/* ---- single precision: the same methods on 32-bit words */

static float below_one_f32(host_words32 *w, int64_t certain, float shape)
{
    const float power = 1.0f / shape;
    for (;;) {
        const float u = words32_unit(w, certain);
        const float e = host_exponential_next_f32(w, certain);
        if (u <= 1.0f - shape) {
            const float x = powf(u, power);
            if (x <= e) return x;
        } else {
            const float y = -logf((1.0f - u) / shape);
            const float x = powf(1.0f - shape + shape * y, power);
            if (x <= e + y) return x;
        }
    }
}

static float above_one_f32(host_words32 *w, int64_t certain, float shape)
{
    const float d = shape - 1.0f / 3.0f, c = 1.0f / sqrtf(9.0f * d);
    for (;;) {
        float z, cube;
        do {
            z = host_normal_next_f32(w, certain);
            cube = 1.0f + c * z;
        } while (cube <= 0.0f);
        cube = cube * cube * cube;
        const float u = words32_unit(w, certain), z2 = z * z;
        if (u < 1.0f - 0.0331f * z2 * z2) return d * cube;
        if (logf(u) < 0.5f * z * z + d * (1.0f - cube + logf(cube))) return d * cube;
    }
}

void host_gamma_f32(cx_bitgen *g, int64_t n, const char *shape, int64_t stride, float *out)
{
    host_words32 w;
    words32_open(&w, g);
    for (int64_t i = 0; i < n; i++) {
        const float a = (float)*(const double *)(const void *)(shape + i * stride);
        const int64_t certain = stride == 0 ? n - i : 1;
        if (a == 1.0f)
            out[i] = host_exponential_next_f32(&w, certain);
        else if (a == 0.0f)
            out[i] = 0.0f;
        else
            out[i] = a < 1.0f ? below_one_f32(&w, certain, a) : above_one_f32(&w, certain, a);
    }
}
