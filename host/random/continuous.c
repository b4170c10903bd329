/* Continuous distributions by inversion of one uniform, exponential or normal, and two by rejection
 * (Wald, von Mises). Each is one formula in the order of roundings that the streams depend on; the
 * frozen stream has older formulas for a few.
 * Sources: Michael, Schucany and Haas, The American Statistician 30 (1976), for Wald; Best and
 * Fisher, Applied Statistics 28 (1979), for von Mises. */
#include "variates.h"

static const double pi = 3.14159265358979323846;

double host_draw_uniform(host_variates *v, const host_number *p)
{
    return p[0].f64 + (p[1].f64 - p[0].f64) * variates_unit(v);
}

double host_draw_normal(host_variates *v, const host_number *p)
{
    return p[0].f64 + p[1].f64 * variates_normal(v);
}

double host_draw_exponential(host_variates *v, const host_number *p)
{
    return p[0].f64 * variates_exponential(v);
}

double host_draw_standard_cauchy(host_variates *v, const host_number *p)
{
    (void)p;
    const double above = variates_normal(v);
    return above / variates_normal(v);
}

/* A uniform for which the logarithm is finite: 0 is drawn again. */
static double positive_unit(host_variates *v)
{
    double u;
    do u = variates_unit(v);
    while (!(u > 0.0));
    return u;
}

double host_draw_laplace(host_variates *v, const host_number *p)
{
    const double u = positive_unit(v);
    if (u >= 0.5) return p[0].f64 - p[1].f64 * log(2.0 - u - u);
    return p[0].f64 + p[1].f64 * log(u + u);
}

double host_draw_logistic(host_variates *v, const host_number *p)
{
    const double u = positive_unit(v);
    return p[0].f64 + p[1].f64 * log(u / (1.0 - u));
}

double host_draw_gumbel(host_variates *v, const host_number *p)
{
    const double u = 1.0 - positive_unit(v);
    return p[0].f64 - p[1].f64 * log(-log(u));
}

double host_draw_lognormal(host_variates *v, const host_number *p)
{
    return exp(host_draw_normal(v, p));
}

double host_draw_rayleigh(host_variates *v, const host_number *p)
{
    if (v->legacy) return p[0].f64 * sqrt(-2.0 * log1p(-variates_unit(v)));
    return p[0].f64 * sqrt(2.0 * variates_exponential(v));
}

double host_draw_weibull(host_variates *v, const host_number *p)
{
    if (p[0].f64 == 0.0) return 0.0;
    return pow(variates_exponential(v), 1.0 / p[0].f64);
}

double host_draw_power(host_variates *v, const host_number *p)
{
    const double e = variates_exponential(v);
    return pow(v->legacy ? 1.0 - exp(-e) : -expm1(-e), 1.0 / p[0].f64);
}

double host_draw_pareto(host_variates *v, const host_number *p)
{
    const double x = variates_exponential(v) / p[0].f64;
    return v->legacy ? exp(x) - 1.0 : expm1(x);
}

/* Of the two roots for a squared normal the smaller is drawn, and kept or exchanged. The frozen
 * stream's form of it loses digits to cancellation. */
double host_draw_wald(host_variates *v, const host_number *p)
{
    const double mean = p[0].f64, scale = p[1].f64, z = variates_normal(v), y = mean * z * z;
    double x;
    if (v->legacy)
        x = mean + mean / (2.0 * scale) * (y - sqrt(4.0 * scale * y + y * y));
    else
        x = mean * (1.0 - 2.0 / (1.0 + sqrt(1.0 + 4.0 * scale / y)));
    return variates_unit(v) <= mean / (mean + x) ? x : mean * mean / x;
}

/* The parameter of the wrapped Cauchy envelope. */
static double envelope(double kappa)
{
    if (kappa < 1e-5) return 1.0 / kappa + kappa;
    const double r = 1.0 + sqrt(1.0 + 4.0 * kappa * kappa);
    const double rho = (r - sqrt(2.0 * r)) / (2.0 * kappa);
    return (1.0 + rho * rho) / (2.0 * rho);
}

static double around_circle(double angle)
{
    const double turned = fmod(fabs(angle) + pi, 2.0 * pi) - pi;
    return angle < 0.0 ? -turned : turned;
}

double host_draw_vonmises(host_variates *v, const host_number *p)
{
    const double mu = p[0].f64, kappa = p[1].f64;
    if (isnan(kappa)) return NAN;
    if (kappa < 1e-8) return pi * (2.0 * variates_unit(v) - 1.0);
    if (kappa > 1e6 && !v->legacy) { /* a normal, as good as that */
        double x = mu + sqrt(1.0 / kappa) * variates_normal(v);
        if (x < -pi) x += 2.0 * pi;
        if (x > pi) x -= 2.0 * pi;
        return x;
    }
    const double s = envelope(kappa);
    for (;;) {
        const double z = cos(pi * variates_unit(v));
        const double w = (1.0 + s * z) / (s + z), y = kappa * (s - w), u = variates_unit(v);
        if (!(y * (2.0 - y) - u >= 0.0) && !(log(y / u) + 1.0 - y >= 0.0)) continue;
        const double angle = acos(w);
        return around_circle((variates_unit(v) < 0.5 ? -angle : angle) + mu);
    }
}

double host_draw_triangular(host_variates *v, const host_number *p)
{
    const double left = p[0].f64, mode = p[1].f64, right = p[2].f64, base = right - left;
    const double rising = (mode - left) * base, falling = (right - mode) * base;
    const double u = variates_unit(v);
    if (u <= (mode - left) / base) return left + sqrt(u * rising);
    return right - sqrt((1.0 - u) * falling);
}
