/* Schur forms, for the files that work with them. Everything belongs to the open scope. */
#ifndef CX_LINALG_SCHUR_H
#define CX_LINALG_SCHUR_H
#include "linalg/linalg.h"
#include <calx/linalg_schur.h>

/** t and z in columns, w complex. */
typedef struct cx__schur_form {
    cx_array *t, *z, *w;
} cx__schur_form;
/** Schur form of the call's matrix in the call's dtype (UNSUPPORTED, ARGUMENT, CONVERGENCE). */
cx_status cx__schur(const cx__lin *c, const cx_array *a, cx__schur_form *f);

/** How eigenvalues are chosen. */
typedef struct cx__choice {
    cx_eigenvalue_sort sort;
    cx_eigenvalue_fn *choose;
    void *ctx;
    bool pencil, pairs; /* a pencil's boundary; complex ones come in pairs */
} cx__choice;
static inline bool cx__chooses(const cx__choice *o)
{
    return o->sort != CX_SORT_NONE || o->choose != NULL;
}
/** ARGUMENT: no such order. */
cx_status cx__choice_check(const char *where, const cx__choice *o);
/** A byte for each eigenvalue of each matrix, and how many are chosen of each (count, one a
 * matrix); alpha c128 and beta c128 (NULL: 1) on the host, in C order. */
void cx__choose(const cx__choice *o, int64_t batch, int64_t n, const cx_array *alpha,
                const cx_array *beta, unsigned char *chosen, int64_t *count);

/** Functions of triangular matrices in columns, in place (the slot `triangular`). */
cx_status cx__triangular(const cx__lin *c, cx_triangular_fn fn, double power, const cx_array *t,
                         const cx_array *z, const cx_array *values);
#endif
