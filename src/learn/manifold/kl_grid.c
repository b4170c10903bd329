/* t-SNE's repulsion by a grid, for many points. One idea: forces are sums of one smooth kernel
 * over charges, so charges are spread to the nodes of a grid by polynomials, the kernel is applied
 * there as a convolution, and points read the result by the same polynomials. With K = 1 / (1 +
 * r^2)^2 the charges 1, x, y and x^2 + y^2 give forces and similarities both. Source: Linderman et
 * al., Nature Methods 16 (2019). */
#include "learn/manifold/kl_sparse.h"

#include "base/threads.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/fft.h>
#include <calx/ops.h>
#include <math.h>
#include <string.h>

/* 3 nodes to a unit of length; a point uses STENCIL nodes along each side. */
enum { STENCIL = 4, CHARGES = 4, LEAST = 150, MOST = 3000, BAND = 8 };

/* A point's nodes are row to row + STENCIL - 1, and columns likewise. */
typedef struct place {
    int32_t row, column;
    double along[2][STENCIL];
} place;

struct cx__embed_grid {
    place *at;      /* [n] */
    int32_t *order; /* [n] points by their row */
    int32_t first[MOST + 1];
    int64_t nodes; /* along a side */
    double low, step, middle[2];
    double *charge, *kernel; /* [CHARGES, nodes, nodes], [2 nodes, 2 nodes] */
    const double *potential; /* [CHARGES, 2 nodes, 2 nodes] */
    const cx_embed_points *points;
    float *push[2], *sum;
    bool odd; /* which bands are filled now */
};

/* The next length that has factors 2, 3 and 5 only. */
static int64_t smooth(int64_t length)
{
    for (;; length++) {
        int64_t rest = length;
        while (rest % 2 == 0) rest /= 2;
        while (rest % 3 == 0) rest /= 3;
        while (rest % 5 == 0) rest /= 5;
        if (rest == 1) return length;
    }
}

/* A square that holds all points, with a margin for the stencils. */
static void lay_out(struct cx__embed_grid *g, const cx_embed_points *p)
{
    double low = (double)p->at[0][0], high = low;
    for (int k = 0; k < 2; k++) {
        double least = (double)p->at[k][0], most = least;
        for (int64_t i = 1; i < p->n; i++) {
            const double v = (double)p->at[k][i];
            least = v < least ? v : least;
            most = v > most ? v : most;
        }
        g->middle[k] = (least + most) / 2;
        low = least < low ? least : low;
        high = most > high ? most : high;
    }
    const double span = high - low > 0 ? high - low : 1, wanted = ceil(3 * span) + STENCIL;
    g->nodes = wanted < LEAST ? LEAST : wanted < MOST ? smooth((int64_t)wanted) : MOST;
    if (g->nodes > MOST) g->nodes = MOST;
    g->low = low;
    g->step = span / (double)(g->nodes - STENCIL);
    g->points = p;
}

/* Lagrange's polynomials of four nodes, the point between the middle two. */
static int32_t weights(const struct cx__embed_grid *g, double v, double *w)
{
    const double steps = (v - g->low) / g->step;
    int64_t cell = steps > 0 ? (int64_t)steps : 0;
    if (cell > g->nodes - STENCIL) cell = g->nodes - STENCIL;
    const double t = steps - (double)cell; /* from the second node, which stands at the cell */
    w[0] = -t * (t - 1) * (t - 2) / 6;
    w[1] = (t + 1) * (t - 1) * (t - 2) / 2;
    w[2] = -(t + 1) * t * (t - 2) / 2;
    w[3] = (t + 1) * t * (t - 1) / 6;
    return (int32_t)cell;
}

static void place_points(void *ctx, int64_t lo, int64_t hi)
{
    struct cx__embed_grid *const g = ctx;
    for (int64_t i = lo; i < hi; i++) {
        g->at[i].row = weights(g, (double)g->points->at[0][i], g->at[i].along[0]);
        g->at[i].column = weights(g, (double)g->points->at[1][i], g->at[i].along[1]);
    }
}

static void sort_places(struct cx__embed_grid *g)
{
    memset(g->first, 0, sizeof g->first);
    for (int64_t i = 0; i < g->points->n; i++) g->first[g->at[i].row]++;
    for (int64_t r = 0; r < g->nodes; r++) g->first[r + 1] += g->first[r];
    for (int64_t i = g->points->n - 1; i >= 0; i--) g->order[--g->first[g->at[i].row]] = (int32_t)i;
}

/* Points of every second band of rows touch no node of another one, so bands are filled side by
 * side, first the even ones, then the odd ones. */
static void spread(void *ctx, int64_t lo, int64_t hi)
{
    const struct cx__embed_grid *const g = ctx;
    const int64_t area = g->nodes * g->nodes, from = (2 * lo + g->odd) * BAND;
    const int64_t end = from + BAND < g->nodes ? from + BAND : g->nodes;
    (void)hi; /* one band at a time */
    if (from >= g->nodes) return;
    for (int64_t o = g->first[from]; o < g->first[end]; o++) {
        const int32_t i = g->order[o];
        const place *const at = &g->at[i];
        const double x = (double)g->points->at[0][i] - g->middle[0],
                     y = (double)g->points->at[1][i] - g->middle[1];
        const double charge[CHARGES] = {1, x, y, x * x + y * y};
        for (int a = 0; a < STENCIL; a++) {
            double *const line = g->charge + (at->row + a) * g->nodes + at->column;
            for (int c = 0; c < CHARGES; c++)
                for (int b = 0; b < STENCIL; b++)
                    line[c * area + b] += charge[c] * at->along[0][a] * at->along[1][b];
        }
    }
}

static void fill_kernel(void *ctx, int64_t lo, int64_t hi)
{
    const struct cx__embed_grid *const g = ctx;
    const int64_t m = 2 * g->nodes;
    for (int64_t i = lo; i < hi; i++)
        for (int64_t j = 0; j < m; j++) {
            const double x = g->step * (double)(i < g->nodes ? i : m - i),
                         y = g->step * (double)(j < g->nodes ? j : m - j), r = 1 + x * x + y * y;
            g->kernel[i * m + j] = 1 / (r * r);
        }
}

static void read_back(void *ctx, int64_t lo, int64_t hi)
{
    const struct cx__embed_grid *const g = ctx;
    const int64_t m = 2 * g->nodes;
    for (int64_t i = lo; i < hi; i++) {
        const place *const at = &g->at[i];
        double phi[CHARGES] = {0};
        for (int a = 0; a < STENCIL; a++)
            for (int b = 0; b < STENCIL; b++) {
                const double w = at->along[0][a] * at->along[1][b];
                const double *const node = g->potential + (at->row + a) * m + at->column + b;
                for (int c = 0; c < CHARGES; c++) phi[c] += w * node[c * m * m];
            }
        const double x = (double)g->points->at[0][i] - g->middle[0],
                     y = (double)g->points->at[1][i] - g->middle[1];
        g->push[0][i] = (float)(x * phi[0] - phi[1]);
        g->push[1][i] = (float)(y * phi[0] - phi[2]);
        g->sum[i] = (float)((1 + x * x + y * y) * phi[0] - 2 * (x * phi[1] + y * phi[2]) + phi[3]);
    }
}

/* Charges times kernel, by their transforms; [CHARGES, 2 nodes, 2 nodes]. */
static cx_status convolve(struct cx__embed_grid *g)
{
    const int64_t m = g->nodes, size[2] = {2 * m, 2 * m};
    const cx_fftn_opts padded = {.struct_size = sizeof padded, .count = 2, .s = size};
    cx_array *const charge = cx_zeros(CX_SHAPE(CHARGES, m, m), CX_F64, CX_CPU),
                    *const kernel = cx_empty(CX_SHAPE(2 * m, 2 * m), CX_F64, CX_CPU);
    g->charge = cx__at(charge);
    g->kernel = cx__at(kernel);
    CX__TRY(cx__so_far());
    const int64_t pairs = (m + 2 * BAND - 1) / (2 * BAND);
    for (int odd = 0; odd < 2; odd++) {
        g->odd = odd;
        CX__TRY(cx__parallel_for(pairs, 1, spread, g));
    }
    CX__TRY(cx__parallel_for(2 * m, 16, fill_kernel, g));
    const cx_array *const product =
        cx_mul(cx_fft_rfft2(charge, &padded), cx_fft_rfft2(kernel, NULL));
    g->potential = cx__at(cx_fft_irfft2(product, &padded));
    return cx__so_far();
}

static cx_status repel(cx__kl_sparse *t, const cx_embed_points *points, double *total)
{
    struct cx__embed_grid *const g = t->grid;
    const cx_scope scope = cx_scope_open();
    lay_out(g, points);
    for (int k = 0; k < 2; k++) g->push[k] = t->push[k];
    g->sum = t->sum;
    cx_status st = cx__parallel_for(points->n, 1024, place_points, g);
    if (st == CX_OK) {
        sort_places(g);
        st = convolve(g);
    }
    if (st == CX_OK) st = cx__parallel_for(points->n, 1024, read_back, g);
    *total = 0;
    for (int64_t i = 0; st == CX_OK && i < points->n; i++) *total += (double)t->sum[i] - 1;
    return cx__give_status(scope, st);
}

cx_status cx__kl_grid(const cx__sparse *p, int dims, cx__kl *out)
{
    if (dims != 2)
        return cx__fail(CX_E_UNSUPPORTED, "fit", "TSNE: method='fft' takes n_components=2, not %d",
                        dims);
    cx__kl_sparse *const t = cx__scope_room(sizeof *t);
    struct cx__embed_grid *const g = cx__scope_room(sizeof *g);
    CX__TRY(cx__so_far());
    g->at = cx__scope_room((size_t)p->n * sizeof *g->at);
    g->order = cx__scope_room((size_t)p->n * sizeof *g->order);
    CX__TRY(cx__so_far());
    t->grid = g;
    t->repel = repel;
    return cx__kl_sparse_new(p, dims, t, out);
}
