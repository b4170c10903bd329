/* Stacks of small real matrices, one in each lane of a vector; for lapack.c. */
#ifndef CX_HOST_STACKS_H
#define CX_HOST_STACKS_H
#include "linalg/lapack.h"

/** The kernels of a job's dtype where its stack fills the lanes with small matrices, else NULL. */
const host_lanes_type *host_lanes_for(const host_lap_job *j);
/** fn over a job's stack: a, pivots in b (NULL: a is no factors yet), right-hand sides or the
 * inverse in c (NULL: in a). */
cx_status host_lanes_run(const host_lap_job *j, const host_lanes_type *t, host_lanes_fn *fn,
                         double flops);

/** Is a job's stack one for the spectral kernels, which take extents up to limit? */
bool host_stack_takes(const host_lap_job *j, int64_t limit);
cx_status host_stack_eig(const host_lap_job *j);
cx_status host_stack_svd(const host_lap_job *j);

/* the slots */
cx_status host_stack_solve(cx_queue *q, const cx_view *a, const cx_view *b, int64_t *info);
cx_status host_stack_inverse(cx_queue *q, const cx_view *a, const cx_view *x, int64_t *info);
#endif
