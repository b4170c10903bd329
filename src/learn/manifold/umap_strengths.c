/* UMAP's strengths of neighbours, rows on all threads, and the curve of its forces. */
#include "learn/manifold/umap.h"

#include "base/threads.h"
#include <math.h>

enum { STEPS = 64 };
static const double tolerance = 1e-5, least_share = 1e-3;

typedef struct job {
    const cx__strengths *how;
    double *strength;
    double mean, target;
} job;

/* How far the nearest is that count as at no distance. */
static double nearest(const cx__strengths *how, const double *d)
{
    const int64_t count = how->near->count;
    int64_t first = 0;
    while (first < count && !(d[first] > 0)) first++;
    const int64_t there = count - first, whole = (int64_t)floor(how->connected);
    const double part = how->connected - (double)whole;
    if (there == 0) return 0;
    if ((double)there < how->connected) return d[count - 1];
    if (whole == 0) return part * d[first];
    const double at = d[first + whole - 1];
    return part > tolerance && whole < there ? at + part * (d[first + whole] - at) : at;
}

static double width_of(const job *j, const double *d, double rho)
{
    double low = 0, high = INFINITY, width = 1;
    for (int step = 0; step < STEPS; step++) {
        double sum = 0;
        for (int64_t e = j->how->skip; e < j->how->near->count; e++)
            sum += d[e] > rho ? exp(-(d[e] - rho) / width) : 1;
        if (fabs(sum - j->target) < tolerance) break;
        if (sum > j->target) {
            high = width;
            width = (low + high) / 2;
        } else {
            low = width;
            width = isinf(high) ? 2 * width : (low + high) / 2;
        }
    }
    return width;
}

static void rows(void *ctx, int64_t lo, int64_t hi)
{
    const job *const j = ctx;
    const int64_t count = j->how->near->count;
    for (int64_t i = lo; i < hi; i++) {
        const double *const d = j->how->near->distance + i * count;
        const double rho = nearest(j->how, d);
        double mean = 0, width = width_of(j, d, rho);
        for (int64_t e = 0; e < count; e++) mean += d[e] / (double)j->how->k;
        const double least = least_share * (rho > 0 ? mean : j->mean);
        if (width < least) width = least;
        for (int64_t e = 0; e < count; e++)
            j->strength[i * count + e] = d[e] <= rho || width == 0 ? 1 : exp(-(d[e] - rho) / width);
    }
}

cx_status cx__umap_strengths(const cx__strengths *how, double *strength)
{
    const cx__nearby *const near = how->near;
    job j = {.how = how, .strength = strength, .target = log2((double)how->k)};
    for (int64_t e = 0; e < near->n * near->count; e++) j.mean += near->distance[e];
    j.mean /= (double)near->n * (double)how->k;
    return cx__parallel_for(near->n, 128, rows, &j);
}

/* ---- the curve: least squares at 300 points, by damped Gauss-Newton steps */
enum { POINTS = 300, TURNS = 500 };

static double miss(double spread, double min_dist, double a, double b, double *jtj, double *jtr)
{
    double sum = 0;
    for (int i = 0; i < 3; i++) jtj[i] = 0;
    jtr[0] = jtr[1] = 0;
    for (int i = 0; i < POINTS; i++) {
        const double x = 3 * spread * (double)i / (POINTS - 1),
                     want = x < min_dist ? 1 : exp(-(x - min_dist) / spread),
                     power = x > 0 ? pow(x, 2 * b) : 0, got = 1 / (1 + a * power), r = want - got,
                     by_a = -power * got * got,
                     by_b = x > 0 ? -a * power * 2 * log(x) * got * got : 0;
        sum += r * r;
        jtj[0] += by_a * by_a;
        jtj[1] += by_a * by_b;
        jtj[2] += by_b * by_b;
        jtr[0] += by_a * r;
        jtr[1] += by_b * r;
    }
    return sum;
}

void cx__umap_curve(double spread, double min_dist, double *a, double *b)
{
    double jtj[3], jtr[2], damping = 1e-3;
    *a = *b = 1;
    double now = miss(spread, min_dist, *a, *b, jtj, jtr);
    for (int i = 0; i < TURNS && damping < 1e12; i++) {
        const double p = jtj[0] * (1 + damping), q = jtj[2] * (1 + damping),
                     det = p * q - jtj[1] * jtj[1];
        const double da = (q * jtr[0] - jtj[1] * jtr[1]) / det,
                     db = (p * jtr[1] - jtj[1] * jtr[0]) / det;
        double next_jtj[3], next_jtr[2];
        const double next = *a + da > 0 && *b + db > 0
                                ? miss(spread, min_dist, *a + da, *b + db, next_jtj, next_jtr)
                                : (double)INFINITY;
        if (!(next <= now)) {
            damping *= 10;
            continue;
        }
        *a += da;
        *b += db;
        for (int k = 0; k < 3; k++) jtj[k] = next_jtj[k];
        for (int k = 0; k < 2; k++) jtr[k] = next_jtr[k];
        const bool done = fabs(da) <= 1e-12 * *a && fabs(db) <= 1e-12 * *b;
        now = next;
        damping /= 10;
        if (done) break;
    }
}
