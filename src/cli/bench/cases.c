/* All suites, and what the tables of cases share: which rows a run wants, what a size stands for,
 * how a check samples and compares. */
#include "bench.h"
#include <float.h>
#include <math.h>
#include <string.h>

const bench_suite *const bench_suites[] = {&bench_ops, &bench_elementwise, &bench_linalg,
                                           &bench_fft, &bench_draws,       &bench_estimators};
const int bench_suite_count = sizeof bench_suites / sizeof *bench_suites;

bool bench_named(const bench_case *c, const char *name, size_t length)
{
    const bool whole = length == strlen(c->name), first = length == strcspn(c->name, ". ");
    return (whole || first) && strncmp(c->name, name, length) == 0;
}

bool bench_wanted(const bench_plan *p, const bench_case *c)
{
    if (p->suite != NULL && strcmp(p->suite, c->suite) != 0) return false;
    if (p->only == NULL) return c->quick || !p->quick;
    for (const char *s = p->only; *s != '\0'; s += strspn(s, ",")) {
        const size_t length = strcspn(s, ",");
        if (bench_named(c, s, length)) return true;
        s += length;
    }
    return false;
}

cx_dtype bench_own_dtype(const bench_case *c)
{
    return c->kinds != NULL && strchr(c->kinds, 'f') == NULL ? CX_I64 : c->dtype;
}

double bench_flops(const bench_case *c, int64_t n)
{
    return c->flops * pow((double)n, c->power) * (c->log ? log2((double)n) : 1);
}

double bench_items(const bench_case *c, int64_t n)
{
    return strcmp(c->unit, "order") == 0 ? (double)n * (double)n : (double)n;
}

int64_t bench_sample(int64_t size, int k)
{
    enum { SAMPLES = 16 };
    if (size <= SAMPLES) return k < size ? k : -1;
    return k < SAMPLES ? (int64_t)((double)(size - 1) * k / (SAMPLES - 1)) : -1;
}

bool bench_near(const bench_job *j, double got, double want, double magnitude, double units)
{
    if (isnan(want) || isnan(got)) return isnan(want) && isnan(got);
    const double unit = j->dtype == CX_F32 ? FLT_EPSILON : DBL_EPSILON;
    return fabs(got - want) <= units * unit * fabs(magnitude);
}

cx_array *bench_random(const bench_job *j, cx_shape shape, int seed)
{
    const cx_dtype t = j->dtype == CX_F32 ? CX_F32 : CX_F64;
    return cx_rng_random(cx_default_rng(CX_SEED(seed), CX_CPU), shape, t);
}
