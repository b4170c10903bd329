/* Inner loops of histogram growth, compiled once per ISA level: whole numbers, and doubles rounded
 * one operation at a time, so that all levels give the same bits. */
#ifndef CX_HOST_TREES_HIST_LOOPS_H
#define CX_HOST_TREES_HIST_LOOPS_H
#include "host.h"
#include <calx/backend_trees.h>

/* Rows whose words are gathered at once. */
enum { HOST_HIST_ROWS = 512 };

/* One column of one node, for the search of a threshold. */
typedef struct host_gain_scan {
    const int64_t *hist;                 /* [bins, channels] */
    int64_t channels, bins, used, count; /* rows of the node */
    int64_t total[2], min_samples;
    int bits; /* of the count in a word */
    bool missing;
    int monotonic;
    double unit[2], l2, min_hessian, min_gain, value, lower, upper;
} host_gain_scan;
/* gain < 0: none; way 1: missing values go left. */
typedef struct host_gain_best {
    double gain;
    int32_t bin, way;
} host_gain_best;

typedef struct host_hist_loops {
    /* hist [columns, bins, channels] += word [i, channels] at code [row[i], 8] for i < m */
    void (*add)(const uint8_t *code, const int32_t *row, int64_t m, const int64_t *word,
                int64_t channels, int64_t columns, int64_t bins, int64_t *hist);
    /* to[i] -= by[i] and to[i] += by[i] */
    void (*subtract)(int64_t *to, const int64_t *by, int64_t n);
    void (*merge)(int64_t *to, const int64_t *by, int64_t n);
    void (*scan)(const host_gain_scan *s, host_gain_best *out);
    /* out[i] = how many of edge [256], padded with infinities, are below x[i], at most 255; 255 for
     * NaN is the caller's */
    void (*search)(const double *edge, const double *x, int64_t n, uint8_t *out);
} host_hist_loops;
HOST_PER_ISA(host_hist_loops, host_hist_loops_table);

/* Rows: gradients to words (as cx_tree_fix has them), and cuts. */
typedef struct host_row_loops {
    /* the greatest size of v [n] as float32; infinite if one is no such number */
    double (*largest)(const double *v, int64_t stride, int64_t n);
    void (*singles)(const double *g, int64_t stride, int64_t n, double times, int bits,
                    int64_t *word);
    void (*pairs)(const double *g, const double *h, int64_t stride, int64_t n, const double *times,
                  int bits, int64_t *word);
    /* rows whose code's bit is set to the front of row [n], the others into room; how many went to
     * the front. code: of the column's eight. Both lists are written up to n. */
    int64_t (*sift)(const uint8_t *code, int column, const uint32_t *bits, int32_t *row, int64_t n,
                    int32_t *room);
} host_row_loops;
HOST_PER_ISA(host_row_loops, host_row_loops_table);

/* As scikit-learn's: a leaf's value within its bounds. */
static inline double host_leaf_value(double g, double h, double l2, double lower, double upper)
{
    const double v = -g / (h + l2 + 1e-15);
    return v < lower ? lower : v > upper ? upper : v;
}
#endif
