/* Slots of the lapack group that stand in files of their own; lapack.c's table names them. */
#ifndef CX_HOST_SCHUR_H
#define CX_HOST_SCHUR_H
#include "linalg/lapack.h"

cx_status host_gehrd(cx_queue *q, const cx_view *a, const cx_view *tau);
cx_status host_gees(cx_queue *q, const cx_view *a, const cx_view *w, const cx_view *z,
                    int64_t *info);
cx_status host_trsen(cx_queue *q, const unsigned char *select, const cx_view *t, const cx_view *z,
                     const cx_view *w, int64_t *info);
cx_status host_gges(cx_queue *q, const cx_view *a, const cx_view *b, const cx_view *alpha,
                    const cx_view *beta, const cx_view *left, const cx_view *right, int64_t *info);
cx_status host_tgsen(cx_queue *q, const unsigned char *select, const cx_view *a, const cx_view *b,
                     const cx_view *alpha, const cx_view *beta, const cx_view *left,
                     const cx_view *right, int64_t *info);
cx_status host_ggev(cx_queue *q, const cx_view *a, const cx_view *b, const cx_view *alpha,
                    const cx_view *beta, const cx_view *left, const cx_view *right, int64_t *info);
cx_status host_geev_left(cx_queue *q, const cx_view *a, const cx_view *w, const cx_view *left,
                         const cx_view *right, int64_t *info);
cx_status host_gebal(cx_queue *q, bool permute, bool scale, const cx_view *a,
                     const cx_view *factors, const cx_view *order);
cx_status host_trsyl(cx_queue *q, const cx_sylvester_call *c);
cx_status host_triangular(cx_queue *q, const cx_triangular_call *c);
#endif
