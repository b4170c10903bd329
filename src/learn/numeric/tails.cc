// Tails of distributions: a thin wrapper over Boost.Math, whose errors become NaN. C sees plain
// functions (tails.h); no exception can arise here. Knows no array.
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>
extern "C" {
#include "learn/numeric/tails.h"
}

namespace {

namespace policies = boost::math::policies;
using quiet = policies::policy<
    policies::domain_error<policies::ignore_error>, policies::pole_error<policies::ignore_error>,
    policies::overflow_error<policies::ignore_error>,
    policies::underflow_error<policies::ignore_error>,
    policies::denorm_error<policies::ignore_error>,
    policies::evaluation_error<policies::ignore_error>, policies::promote_double<false>>;

const double nothing = std::numeric_limits<double>::quiet_NaN();

} // namespace

extern "C" {

double cx__f_above(double a, double b, double x)
{
    if (!(a > 0 && b > 0) || std::isnan(x)) return nothing;
    if (x <= 0) return 1;
    if (std::isinf(x)) return 0;
    return boost::math::ibeta(b / 2, a / 2, b / (b + a * x), quiet());
}

double cx__chi2_above(double k, double x)
{
    if (!(k > 0) || std::isnan(x)) return nothing;
    if (x <= 0) return 1;
    if (std::isinf(x)) return 0;
    return boost::math::gamma_q(k / 2, x / 2, quiet());
}

double cx__chi2_below(double k, double x)
{
    if (!(k > 0) || std::isnan(x)) return nothing;
    if (x <= 0) return 0;
    if (std::isinf(x)) return 1;
    return boost::math::gamma_p(k / 2, x / 2, quiet());
}

double cx__chi2_from_above(double k, double p)
{
    if (!(k > 0 && p >= 0 && p <= 1)) return nothing;
    if (p == 0) return std::numeric_limits<double>::infinity();
    return 2 * boost::math::gamma_q_inv(k / 2, p, quiet());
}

double cx__normal_below(double x)
{
    return 0.5 * std::erfc(-x * 0.70710678118654752440);
}

double cx__normal_quantile(double p)
{
    const double inf = std::numeric_limits<double>::infinity();
    if (!(p >= 0 && p <= 1)) return nothing;
    if (p == 0 || p == 1) return p == 0 ? -inf : inf;
    return -1.41421356237309504880 * boost::math::erfc_inv(2 * p, quiet());
}

double cx__digamma(double x)
{
    return x > 0 ? boost::math::digamma(x, quiet()) : nothing;
}
}
