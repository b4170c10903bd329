/* The plot of OPTICS before clusters are read from it. Numbers on the host. */
#ifndef CX_LEARN_OPTICS_GRAPH_H
#define CX_LEARN_OPTICS_GRAPH_H
#include "learn/cluster/near_rows.h"

typedef struct cx__optics_graph {
    double *core, *reach;  /* [n] each, by row; infinity beyond most, and where no step leads */
    int64_t *order, *from; /* [n]: rows as they are visited; by row, where a step begins, or -1 */
} cx__optics_graph;
/** For samples rows, itself among them, within a core distance, and steps no longer than most. With
 *  no step at all there is a warning, under that name. tick as of cx__visit_all. */
cx_status cx__optics_graph_of(const char *name, const cx__near_rows *rows, int64_t samples,
                              double most, cx_status (*tick)(void *ctx, int64_t done), void *ctx,
                              const cx__optics_graph *out);
#endif
