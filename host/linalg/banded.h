/* Slots of banded, tridiagonal and Toeplitz matrices and of updates; contracts in
 * <calx/backend_linalg.h>. */
#ifndef CX_HOST_BANDED_H
#define CX_HOST_BANDED_H
#include "linalg/lapack.h"

cx_status host_gbsv(cx_queue *q, int64_t l, int64_t u, const cx_view *ab, const cx_view *b,
                    int64_t *info);
cx_status host_pbsv(cx_queue *q, bool upper, const cx_view *ab, const cx_view *b, int64_t *info);
cx_status host_pbtrs(cx_queue *q, bool upper, const cx_view *ab, const cx_view *b);
cx_status host_hbevd(cx_queue *q, bool upper, const cx_view *ab, const cx_view *w, const cx_view *v,
                     int64_t *info);
cx_status host_stemr(cx_queue *q, const cx_eig_part *part, const cx_view *de, const cx_view *w,
                     const cx_view *v, int64_t *found, int64_t *info);
cx_status host_levinson(cx_queue *q, const cx_view *cr, const cx_view *b, int64_t *info);
cx_status host_rotate(cx_queue *q, const cx_rotations *what, const cx_view *w, const cx_view *a,
                      const cx_view *u);
cx_status host_cholesky_update(cx_queue *q, bool down, const cx_view *a, const cx_view *x,
                               int64_t *info);
#endif
