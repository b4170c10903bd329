/* Exact labels: the nearest of k centres for each row, the first of equal ones. */
#ifndef CX_HOST_LABEL_H
#define CX_HOST_LABEL_H
#include "learn/block_loops.h"
#include "learn/learn.h"
#include "learn/nearest_loops.h"

/** Centres made ready, for any number of threads. */
typedef struct host_labels {
    const cx_learn_points *p;
    const double *centres;
    int64_t k;
    double *norm, *panels;
    float *narrow; /* panels of float32 */
    double largest_norm;
    float unit, least; /* as host_block_loops' label takes them */
} host_labels;
cx_status host_labels_open(host_labels *s, const cx_learn_points *p, const double *centres,
                           int64_t k);
void host_labels_close(host_labels *s);

/** What one thread works with. */
typedef struct host_labelling {
    const host_labels *s;
    double *row;   /* [HOST_NEAR_ROWS, d]: rows that float32 does not decide */
    float *blocks; /* where rows are not kept as blocks */
    int64_t place[HOST_NEAR_ROWS];
    bool narrow; /* go on with float32: it has decided most rows so far */
    host_near_two near;
} host_labelling;
/** pack: rows will come without blocks. */
cx_status host_labelling_open(host_labelling *l, const host_labels *s, bool pack);
void host_labelling_close(host_labelling *l);

/** Rows [lo, lo + rows), rows <= HOST_NEAR_ROWS, as blocks with what labels need of their lengths:
 * whole blocks of [1 + d, block]. */
void host_label_pack(const cx_learn_points *p, int64_t lo, int64_t rows, float *blocks);
/** Their labels; blocks as above, or NULL. */
void host_label_rows(host_labelling *l, int64_t lo, int64_t rows, const float *blocks,
                     int32_t *label);
#endif
