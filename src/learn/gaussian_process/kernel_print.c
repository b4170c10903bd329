/* Kernels of Gaussian processes as text that says everything: every argument by its name, every sum
 * in brackets. What was searched for has six digits: all of them are in theta_. */
#include "learn/gaussian_process/kernel.h"

#include <math.h>

/* A number with six digits. */
static double rounded(double v)
{
    const double unit = pow(10, 5 - floor(log10(v)));
    const double near = round(v * unit) / unit;
    return isfinite(near) ? near : v;
}

static void print_pair(cx__text *t, double low, double high)
{
    cx__text_puts(t, "(");
    cx__text_f64(t, low);
    cx__text_puts(t, ", ");
    cx__text_f64(t, high);
    cx__text_puts(t, ")");
}

static void print_hyper(cx__text *t, const cx__gp_kernel *k, const cx__gp_node *n, int i)
{
    const char *const name = cx__gp_word[n->kind].hyper[i];
    const int first = n->first[i], count = n->count[i];
    cx__text_f(t, "%s%s=%s", i > 0 ? ", " : "", name, count > 1 ? "[" : "");
    for (int j = 0; j < count; j++) {
        if (j > 0) cx__text_puts(t, ", ");
        const double v = k->value[first + j];
        cx__text_f64(t, k->fixed[first] ? v : rounded(v));
    }
    cx__text_f(t, "%s, %s_bounds=", count > 1 ? "]" : "", name);
    if (k->fixed[first]) {
        cx__text_puts(t, "'fixed'");
        return;
    }
    bool same = true;
    for (int j = 1; j < count; j++)
        same &= k->low[first + j] == k->low[first] && k->high[first + j] == k->high[first];
    if (!same) cx__text_puts(t, "[");
    for (int j = 0; j < (same ? 1 : count); j++) {
        if (j > 0) cx__text_puts(t, ", ");
        print_pair(t, k->low[first + j], k->high[first + j]);
    }
    if (!same) cx__text_puts(t, "]");
}

static void print(cx__text *t, const cx__gp_kernel *k, int at)
{
    const cx__gp_node *const n = &k->node[at];
    if (n->kind >= CX__GP_SUM) {
        cx__text_puts(t, "(");
        print(t, k, n->left);
        cx__text_puts(t, n->kind == CX__GP_SUM       ? " + "
                         : n->kind == CX__GP_PRODUCT ? " * "
                                                     : " ** ");
        if (n->kind == CX__GP_POWER)
            cx__text_f64(t, n->fixed);
        else
            print(t, k, n->right);
        cx__text_puts(t, ")");
        return;
    }
    cx__text_f(t, "%s(", cx__gp_word[n->kind].kind);
    for (int i = 0; i < 2 && cx__gp_word[n->kind].hyper[i] != NULL; i++) print_hyper(t, k, n, i);
    if (n->kind == CX__GP_MATERN) {
        cx__text_puts(t, ", nu=");
        cx__text_f64(t, n->fixed);
    }
    if (n->kind == CX__GP_PAIRWISE) cx__text_f(t, ", metric='%s'", cx__gp_metric[n->metric]);
    cx__text_puts(t, ")");
}

void cx__gp_print(cx__text *t, const cx__gp_kernel *k)
{
    print(t, k, k->nodes - 1);
}
