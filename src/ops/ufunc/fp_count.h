/* Counting floating-point exceptions of elementwise operations, when it is on. */
#ifndef CX_OPS_UFUNC_FP_COUNT_H
#define CX_OPS_UFUNC_FP_COUNT_H
#include "base/log.h"
#include "ops/elementwise.h"

/** What is known of the inputs before a result may be written over them. */
typedef struct cx__fp_watch {
    bool on;
    int code;
    bool clean, finite; /* of the weak inputs: no NaN, finite */
    cx_scope scope;     /* of the arrays below */
    const cx_array *nan,
        *big;             /* bool arrays: an input is NaN, an input is not finite; NULL: none */
    const cx_array *pole; /* bool: the operation divides by zero there; NULL: nowhere */
    const cx_array *mask;
} cx__fp_watch;

/** Is anything counted on this thread now? (One load where nothing is.) */
bool cx__fp_counting_here(void);
/** Around one operation in loop; end looks at the results and closes what begin has opened, with
 * out NULL without looking. */
void cx__fp_begin(cx__fp_watch *w, int code, cx_dtype loop, int n, const cx_array *const in[],
                  const cx_array *mask);
void cx__fp_end(cx__fp_watch *w, int n_out, cx_array *const out[]);
#endif
