/* The svm group of the CPU: each slot is the loop of the processor's level. */
#include "learn/learn.h"
#include "learn/svm_loops.h"

static void row(const cx_svm_points *p, const double *x, double norm, int64_t first, int64_t last,
                float *out)
{
    HOST_PICK(host_svm_loops)->row(p, x, norm, first, last, out);
}

static void sums(const cx_svm_sums *c, const double *x, int64_t n, int64_t columns, double *out)
{
    HOST_PICK(host_svm_loops)->sums(c, x, n, columns, out);
}

static cx_svm_best first(int64_t n, const double *force, const double *up, const double *also)
{
    return HOST_PICK(host_svm_loops)->first(n, force, up, also);
}

static void partner(cx_svm_search *c)
{
    HOST_PICK(host_svm_loops)->partner(c);
}

static cx_svm_best step(int64_t n, double *force, double a, const float *row_a, double b,
                        const float *row_b, const double *up)
{
    return HOST_PICK(host_svm_loops)->step(n, force, a, row_a, b, row_b, up);
}

const cx_svm_ops host_svm_ops = {.struct_size = sizeof host_svm_ops,
                                 .row = row,
                                 .sums = sums,
                                 .first = first,
                                 .partner = partner,
                                 .step = step};
