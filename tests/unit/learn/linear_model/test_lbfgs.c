/* The minimiser and its line search on functions with known minima. */
#include "learn/linear_model/lbfgs.h"

#include <calx.h>
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>

typedef struct counter {
    int64_t n, calls, fail_at;
} counter;

static cx__site site;
static void open_site(void)
{
    cr_assert(cx__site_at("test", CX_CPU, &site) == CX_OK);
}
TestSuite(lbfgs, .init = open_site);

static void finish(int64_t n, double f, const double *along, const double *g, double *record)
{
    record[0] = f;
    record[1] = record[2] = 0;
    for (int64_t i = 0; i < n; i++) {
        record[1] += along != NULL ? g[i] * along[i] : 0;
        record[2] = fmax(record[2], fabs(g[i]));
    }
}

static cx_status rosenbrock(void *ctx, const double *x, const double *along, double *g,
                            double *record)
{
    counter *c = ctx;
    if (++c->calls == c->fail_at) return CX_E_NOMEM;
    double sum = 0, *const f = &sum;
    for (int64_t i = 0; i < c->n; i++) g[i] = 0;
    for (int64_t i = 0; i + 1 < c->n; i++) {
        const double a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
        *f += 100 * a * a + b * b;
        g[i] += -400 * a * x[i] - 2 * b;
        g[i + 1] += 200 * a;
    }
    finish(c->n, sum, along, g, record);
    return CX_OK;
}

static cx__lbfgs_problem problem(counter *c)
{
    return (cx__lbfgs_problem){.site = &site,
                               .n = c->n,
                               .value = rosenbrock,
                               .ctx = c,
                               .memory = 10,
                               .max_iter = 1000,
                               .max_eval = 15000,
                               .max_search = 50,
                               .gtol = 1e-8,
                               .ftol = 0};
}

Test(lbfgs, rosenbrock)
{
    counter c = {.n = 20};
    const cx__lbfgs_problem p = problem(&c);
    const cx_scope s = cx_scope_open();
    cx_array *at = cx_zeros(CX_SHAPE(20), CX_F64, CX_CPU);
    double *x = cx_data_f64_mut(at);
    for (int i = 0; i < 20; i++) x[i] = i % 2 == 0 ? -1.2 : 1;
    cx__lbfgs_result r;
    cr_assert(cx__lbfgs(&p, at, &r) == CX_OK);
    cr_expect(r.why == CX__LBFGS_CONVERGED && r.gmax <= 1e-8);
    cr_expect(r.evaluations == c.calls && r.iterations < 200, "%lld", (long long)r.iterations);
    for (int i = 0; i < 20; i++) cr_expect(fabs(x[i] - 1) < 1e-7, "%g", x[i]);
    cr_expect(cx_scope_close(s) == CX_OK);
}

Test(lbfgs, limits_and_failures)
{
    counter c = {.n = 2};
    cx__lbfgs_problem p = problem(&c);
    const cx_scope s = cx_scope_open();
    const double start[2] = {-1.2, 1};
    cx_array *x = cx_copy_host(start, CX_SHAPE(2), CX_F64);
    cx__lbfgs_result r;
    p.max_iter = 5;
    cr_assert(cx__lbfgs(&p, x, &r) == CX_OK);
    cr_expect(r.why == CX__LBFGS_MAX_ITER && r.iterations == 5);
    cr_expect(r.f < 24.2, "lower than at the start");
    c = (counter){.n = 2, .fail_at = 3};
    cr_expect(cx__lbfgs(&p, x, &r) == CX_E_NOMEM);
    cx_array *best = cx_ones(CX_SHAPE(2), CX_F64, CX_CPU);
    c = (counter){.n = 2};
    cr_assert(cx__lbfgs(&p, best, &r) == CX_OK);
    cr_expect(r.why == CX__LBFGS_CONVERGED && r.iterations == 0 && c.calls == 1);
    cr_expect(cx_scope_close(s) == CX_OK);
}

/* Values that are not numbers end the search; the start comes back. */
static cx_status nowhere(void *ctx, const double *x, const double *along, double *g, double *record)
{
    (void)ctx;
    g[0] = 1;
    finish(1, x[0] == 0 ? 1 : (double)NAN, along, g, record);
    return CX_OK;
}

Test(lbfgs, nan_does_not_loop)
{
    const cx__lbfgs_problem p = {.site = &site,
                                 .n = 1,
                                 .value = nowhere,
                                 .memory = 10,
                                 .max_iter = 100,
                                 .max_eval = 1000,
                                 .max_search = 50,
                                 .gtol = 1e-4};
    const cx_scope s = cx_scope_open();
    cx_array *x = cx_zeros(CX_SHAPE(1), CX_F64, CX_CPU);
    cx__lbfgs_result r;
    cr_assert(cx__lbfgs(&p, x, &r) == CX_OK);
    cr_expect(r.why == CX__LBFGS_ABNORMAL && r.evaluations <= 60);
    cr_expect(cx_data_f64(x)[0] == 0 && cx_scope_close(s) == CX_OK);
}

/* The first test function of More and Thuente: -t / (t^2 + 2), from steps over six powers of ten.
 */
Test(line_search, finds_acceptable_steps)
{
    for (int e = -3; e <= 3; e++) {
        cx__search s;
        cx__search_start(&s, pow(10, e), 0, -0.5);
        bool ended = false;
        double f = 0, g = 0, step = 0;
        for (int i = 0; i < 30 && !ended; i++) {
            step = s.step;
            const double q = step * step + 2;
            f = -step / q;
            g = (step * step - 2) / (q * q);
            ended = cx__search_next(&s, f, g);
        }
        cr_expect(ended && s.step == step, "from 1e%d", e);
        cr_expect(f <= 1e-3 * step * -0.5 && fabs(g) <= 0.9 * 0.5, "from 1e%d: step %g", e, step);
    }
}
