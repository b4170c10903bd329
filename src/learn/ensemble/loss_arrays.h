/* The losses of histogram boosting over arrays of any device: on the CPU the loops of loss.h,
 * elsewhere formulas, whose exponentials are the device's. y [n], weight [n] or NULL (1), raw,
 * gradient and hessian [K, n]; all float64, C-contiguous and at the site. */
#ifndef CX_LEARN_LOSS_ARRAYS_H
#define CX_LEARN_LOSS_ARRAYS_H
#include "learn/ensemble/loss.h"
#include "learn/numeric/site.h"

typedef struct cx__loss_rows {
    int64_t n;
    const cx_array *y, *weight;
    cx_array *raw;
} cx__loss_rows;
/** As cx__loss_slopes; hessian may be NULL. Huber's and the exponential loss: the CPU only. */
cx_status cx__loss_slopes_of(const cx__site *s, const cx__loss *l, const cx__loss_rows *rows,
                             cx_array *gradient, cx_array *hessian);
/** As cx__loss_mean; one number is read. */
cx_status cx__loss_mean_of(const cx__site *s, const cx__loss *l, const cx__loss_rows *rows,
                           double *out);
#endif
