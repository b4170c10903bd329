/* Where an estimator runs: the learn group of the device that holds its data, arrays there, and the
 * few numbers that the host must see.
 *
 * An algorithm is array operations and slots of the group over device memory; its pointers are for
 * slots only and never followed here. */
#ifndef CX_LEARN_SITE_H
#define CX_LEARN_SITE_H
#include "base/status.h"
#include <calx/array.h>
#include <calx/backend_learn.h>
#include <calx/backend_trees.h>

typedef struct cx__site {
    const char *where; /* the verb that the user called */
    cx_device device;
    const cx_learn_ops *ops;
    const cx_tree_ops *trees; /* NULL: the device has none */
    cx_queue *queue;
} cx__site;

/** UNSUPPORTED if the device has no learn group. */
cx_status cx__site_at(const char *where, cx_device d, cx__site *out);
cx_status cx__site_of(const char *where, const cx_array *x, cx__site *out);

/** Memory of a C-contiguous array, for slots; NULL for NULL and for what is no array (the scope is
 *  marked then). For the slots called next: other operations in between may let other streams
 *  overtake, unless the work is waited for in the end, as a fit's is. */
void *cx__at(const cx_array *a);
/** Slots that use a have been queued: other streams come after them. */
void cx__used(const cx_array *a);
/** a as C-contiguous float64, int64 where it lives; a handle of the open scope. */
cx_array *cx__f64(const cx__site *s, const cx_array *a);
cx_array *cx__i64(const cx__site *s, const cx_array *a);
/** New float64 [rows, cols], [rows] with cols < 0, or a number with rows < 0: uninitialised. */
cx_array *cx__new_f64(const cx__site *s, int64_t rows, int64_t cols);
/** n numbers of the host (and of dtype t), on the device: control data. */
cx_array *cx__given(const cx__site *s, const void *v, int64_t n, cx_dtype t);
/** An array of the host (numbers or text) at the site, as control data: results that are few. */
cx_array *cx__sent(const cx__site *s, const cx_array *a);
/** All elements of a C-contiguous array of a few numbers: control data, waits. */
cx_status cx__read(const cx__site *s, const cx_array *a, void *to);
cx_status cx__read_f64(const cx__site *s, const cx_array *a, double *to);
/** The same of any length, float64 and int64, in pieces of control data. */
cx_status cx__read_all(const cx__site *s, const cx_array *a, double *to);
cx_status cx__read_all_i64(const cx__site *s, const cx_array *a, int64_t *to);
/** n float64 or int64 of the host on the device, in such pieces. */
cx_array *cx__given_all(const cx__site *s, const void *v, int64_t n, cx_dtype t);
/** Does the array lie where the host's row kernels can follow its pointers? */
bool cx__on_host(const cx_array *a);
/** One number of any real dtype or bool, converted. */
double cx__number_f64(const cx_array *a);
int64_t cx__number_i64(const cx_array *a);
/** A small array (categories too) on the host; one from the host at the site (what is elsewhere
 * stays there). */
cx_array *cx__to_host(const cx__site *s, const cx_array *a);
cx_array *cx__to_site(const cx__site *s, const cx_array *a);
/** The same for algorithms that are serial and work on the host, of any size: C-contiguous, control
 *  data up to its limit, else a copy that is counted as one. */
cx_array *cx__fetch(const cx__site *s, const cx_array *a);
cx_array *cx__send(const cx__site *s, const cx_array *a);

/** float32 stays float32, everything else is float64. */
cx_dtype cx__float_like(const cx_array *a);
#endif
