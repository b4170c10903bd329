/* Kernels that a user brings, by the text that names them: a formula of two rows (with a colon), or
 * a function known by cx_pairwise_kernel_register. */
#ifndef CX_LEARN_USER_KERNEL_H
#define CX_LEARN_USER_KERNEL_H
#include "base/text.h"
#include "learn/numeric/site.h"
#include <calx/pairwise.h>

/* ---- functions by name (kernel_registry.c) */
/** A registered function, one reference the holder's: it stays callable while it is held. */
typedef struct cx__kernel_entry cx__kernel_entry;
cx__kernel_entry *cx__kernel_hold(const char *name); /* NULL: none of that name */
void cx__kernel_drop(cx__kernel_entry *e);
cx_pairwise_kernel_fn *cx__kernel_function(const cx__kernel_entry *e, void **context);
/** May the text stand for a user's kernel: a formula, or a name that is none of the library's? */
bool cx__kernel_may_be_users(const char *text, size_t len);
/** ARGUMENT: no kernel has that name, with the nearest one that has. */
cx_status cx__kernel_unknown(const char *where, const char *who, const char *name);

/* ---- formulas that are made of a few sums (kernel_forms.c) */
typedef struct cx__word {
    const char *at;
    size_t len;
} cx__word;
enum {
    CX__FORM_SQUARES, /* of differences */
    CX__FORM_PRODUCTS,
    CX__FORM_ABSOLUTES, /* differences */
    CX__KERNEL_FORMS
};
/** A valid formula whose first two names are x and y, as one over the sums that it is made of,
 *  which stand before its other names: their bits; 0: it is made of other things. */
unsigned cx__kernel_forms(const char *text, cx__word x, cx__word y, cx__text *out);
/** These sums [n, m] of x [n, d] and y [m, d], float64: arguments, and how many. */
cx_status cx__kernel_forms_of(const char *where, unsigned forms, const cx_array *x,
                              const cx_array *y, const cx_array *arg[], int *count);

/* ---- values (user_kernel.c) */
typedef struct cx__user_kernel cx__user_kernel;
/** A number that formulas may name. */
typedef struct cx__kernel_number {
    const char *name;
    double value;
} cx__kernel_number;
/** Who asks: the verb, the class (NULL: none) and its parameter, for messages; and the numbers. */
typedef struct cx__kernel_asker {
    const char *where, *who, *parameter;
    const cx__kernel_number *number;
    int numbers;
} cx__kernel_asker;

/** The kernel of a text, of the open scope; what fit or one call uses from beginning to end. */
cx_status cx__user_kernel_open(const cx__kernel_asker *a, const char *text, cx__user_kernel **out);
/** Is it a function, which computes on the host? */
bool cx__user_kernel_is_function(const cx__user_kernel *k);
/** Values [n, m], C order, of float64 rows x [n, d] and y [m, d] of one device, where they are; of
 *  the open scope. Block by block: memory beside the result is bounded. */
cx_status cx__user_kernel_matrix(const cx__user_kernel *k, const cx_array *x, const cx_array *y,
                                 cx_array **out);
/** The same over plain memory of the host; any thread. */
cx_status cx__user_kernel_block(const cx__user_kernel *k, const double *x, int64_t n,
                                const double *y, int64_t m, int64_t d, double *out);
#endif
