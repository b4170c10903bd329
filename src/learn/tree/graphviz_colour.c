/* Colours of nodes: a hue for each class, the fainter the nearer the second class is; of numbers
 * one hue from white at the least to full at the largest; of several outputs by purity. */
#include "learn/tree/graphviz.h"

#include <math.h>

/* The i-th of n hues, evenly round the circle from 25 degrees, of saturation 0.75 and value 0.9. */
static void hue(int64_t i, int64_t n, int rgb[3])
{
    const double chroma = 0.75 * 0.9, grey = 0.9 - chroma, step = 360.0 / (double)n;
    const double angle = floor(25 + (double)i * ((25 + step) - 25)) / 60;
    const double x = chroma * (1 - fabs(fmod(angle, 2) - 1));
    const double part[7][3] = {{chroma, x, 0}, {x, chroma, 0}, {0, chroma, x}, {0, x, chroma},
                               {x, 0, chroma}, {chroma, 0, x}, {chroma, x, 0}};
    for (int k = 0; k < 3; k++) rgb[k] = (int)(255 * (part[(int)angle][k] + grey));
}

void cx__dot_bounds(cx__dot *d)
{
    const cx__told *const t = &d->told;
    const bool several = t->outputs != 1;
    d->bounded = several;
    if (!several && d->most != 1) return;
    const double *const v = several ? t->all.impurity + t->base : t->all.value + t->base;
    double low = v[0], high = v[0];
    for (int64_t i = 1; i < t->n; i++) {
        if (v[i] < low) low = v[i];
        if (v[i] > high) high = v[i];
    }
    d->bounded = several || low != high;
    d->low = several ? -high : low;
    d->high = several ? -low : high;
}

/* How full the colour of a node of classes is; *which: the class. */
static double clearness(const cx__dot *d, int64_t node, int64_t *which)
{
    double first = -1, second = -1;
    cx__dot_row(d, node);
    for (int64_t i = 0; i < d->most; i++) {
        if (d->row[i] > first) {
            second = first;
            first = d->row[i];
            *which = i;
        } else if (d->row[i] > second) {
            second = d->row[i];
        }
    }
    return d->most == 1 ? 0 : (first - second) / (1 - second);
}

void cx__dot_colour(const cx__dot *d, int64_t node)
{
    const cx__told *const t = &d->told;
    int64_t which = 0;
    double full = 0;
    if (d->bounded) {
        const double v =
            t->outputs != 1 ? -t->all.impurity[t->base + node] : t->all.value[t->base + node];
        full = d->high > d->low ? (v - d->low) / (d->high - d->low) : 0;
    } else {
        full = clearness(d, node, &which);
    }
    int rgb[3];
    hue(which, d->most, rgb);
    cx__text_puts(d->out, "#");
    for (int k = 0; k < 3; k++)
        cx__text_f(d->out, "%02x", (unsigned)(int)rint(full * rgb[k] + (1 - full) * 255));
}
