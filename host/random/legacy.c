/* The frozen stream's own methods: polar normals in pairs, exponentials by logarithm.
 * The second value of a pair waits in the state, across calls and other methods. */
#include "draws.h"

#include "words.h"

#include <math.h>

void host_legacy_normal(cx_bitgen *g, int64_t n, double *out)
{
    int64_t i = 0;
    if (n > 0 && g->has_gauss) {
        out[i++] = g->gauss;
        g->has_gauss = 0;
        g->gauss = 0.0;
    }
    host_words64 w;
    words64_open(&w, g);
    while (i < n) {
        /* a pair takes two words at least: as many as there are values, made even */
        const int64_t certain = (n - i + 1) & ~(int64_t)1;
        double x1, x2, r2;
        do {
            x1 = 2.0 * words64_unit(&w, certain) - 1.0;
            x2 = 2.0 * words64_unit(&w, certain - 1) - 1.0;
            r2 = x1 * x1 + x2 * x2;
        } while (r2 >= 1.0 || r2 == 0.0);
        const double f = sqrt(-2.0 * log(r2) / r2);
        out[i++] = f * x2;
        if (i < n) {
            out[i++] = f * x1;
        } else {
            g->has_gauss = 1;
            g->gauss = f * x1;
        }
    }
}

void host_legacy_exponential(cx_bitgen *g, int64_t n, double *out)
{
    host_random_f64(g, n, out);
    for (int64_t i = 0; i < n; i++) out[i] = -log(1.0 - out[i]);
}
