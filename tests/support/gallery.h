/* Hard matrices for the tests of linear algebra: a table of named generators. Each is square, of
 * any size, and of any of the four dtypes; a complex one is the real one with its rows and columns
 * turned by phases (d a d^H with d diagonal and unitary), which keeps what the flags say, the
 * singular values, the eigenvalues and the sizes of the elements.
 *
 *     for (const gallery_matrix *g = gallery; g->name != NULL; g++)
 *         if ((g->is & GALLERY_HERMITIAN) != 0) check(g->name, gallery_make(g, 20, CX_F32,
 * LIE_ROWS));
 */
#ifndef TEST_GALLERY_H
#define TEST_GALLERY_H
#include "linalg_check.h"

typedef enum gallery_flag {
    GALLERY_HERMITIAN = 1,
    GALLERY_DEFINITE = 2,    /* Hermitian with all eigenvalues above 0, in exact arithmetic */
    GALLERY_SINGULAR = 4,    /* in exact arithmetic, for n > 2 */
    GALLERY_ILL = 8,         /* regular, but with a condition that soon is past 1 / eps */
    GALLERY_DEFECTIVE = 16,  /* fewer than n eigenvectors, for n > 1 */
    GALLERY_TRIANGULAR = 32, /* upper */
    GALLERY_EXTREME = 64, /* elements near an end of the dtype's range: their squares are past it */
    GALLERY_GROWTH = 128  /* partial pivoting lets the last pivots grow to 2^(n - 1) */
} gallery_flag;

typedef struct gallery_matrix {
    const char *name;
    unsigned is; /* of gallery_flag */
    /** Element i, j of the n x n matrix. far: about the power of 2 at which the dtype overflows. */
    double (*at)(int64_t n, int64_t i, int64_t j, int far);
} gallery_matrix;

/** Ends with a row whose name is NULL. */
extern const gallery_matrix gallery[];
/** [n, n] on the test's device, in the dtype and layout asked for. Belongs to the open scope. */
cx_array *gallery_make(const gallery_matrix *g, int64_t n, cx_dtype t, lie how);
/** The first rows, or the first columns, of the larger square one. */
cx_array *gallery_make_wide(const gallery_matrix *g, int64_t m, int64_t n, cx_dtype t, lie how);
/** All that have every flag of `with` and none of `without`, as one stack [count, n, n]. */
cx_array *gallery_stack(unsigned with, unsigned without, int64_t n, cx_dtype t);
/** What gallery_stack finds: rows at[0..count), at most `most`. */
int gallery_find(unsigned with, unsigned without, const gallery_matrix *at[], int most);
#endif
