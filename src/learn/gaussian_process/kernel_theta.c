/* Hyperparameters of kernels as a search sees them: logarithms, bounds, and where it ended. */
#include "base/object.h"
#include "learn/gaussian_process/kernel.h"

#include <math.h>

int cx__gp_free(const cx__gp_kernel *k)
{
    int n = 0;
    for (int i = 0; i < k->numbers; i++) n += !k->fixed[i];
    return n;
}

void cx__gp_theta(const cx__gp_kernel *k, double *theta)
{
    for (int i = 0, at = 0; i < k->numbers; i++)
        if (!k->fixed[i]) theta[at++] = log(k->value[i]);
}

void cx__gp_set_theta(cx__gp_kernel *k, const double *theta)
{
    for (int i = 0, at = 0; i < k->numbers; i++)
        if (!k->fixed[i]) k->value[i] = exp(theta[at++]);
}

void cx__gp_bounds(const cx__gp_kernel *k, double *low, double *high)
{
    for (int i = 0, at = 0; i < k->numbers; i++)
        if (!k->fixed[i]) {
            low[at] = log(k->low[i]);
            high[at++] = log(k->high[i]);
        }
}

/* Of one hyperparameter of a node. */
static void warn_of(const cx__gp_kernel *k, const cx__gp_node *n, int i)
{
    const cx__gp_words *const w = &cx__gp_word[n->kind];
    for (int at = n->first[i]; at < n->first[i] + n->count[i]; at++) {
        const double here = log(k->value[at]), near = 1e-8 + 1e-5 * fabs(here);
        const bool low = fabs(here - log(k->low[at])) <= near,
                   high = fabs(here - log(k->high[at])) <= near;
        if (!k->fixed[at] && (low || high))
            cx__warn(CX_E_CONVERGENCE,
                     "kernel %s: %s=%g is its %s bound; with a wider one fit may do better",
                     w->kind, w->hyper[i], k->value[at], low ? "lower" : "upper");
    }
}

void cx__gp_warn(const cx__gp_kernel *k)
{
    for (int i = 0; i < k->nodes; i++)
        for (int h = 0; h < 2; h++) warn_of(k, &k->node[i], h);
}
