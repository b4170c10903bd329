/* What RegressorChain and ClassifierChain share: an order of the columns of y, a fitted copy of the
 * estimator for each, and the answers of the earlier ones beside x. */
#ifndef CX_LEARN_CHAIN_H
#define CX_LEARN_CHAIN_H
#include "learn/base/plan.h"

#define CX__CHAIN_ORDER                                                                  \
    {                                                                                    \
        "order", CX_PARAM_STR | CX_PARAM_LIST | CX_PARAM_NONE, "None", "{'random'}",     \
            "columns of y in the order in which they are predicted; None: as they stand" \
    }
#define CX__CHAIN_RANDOM_STATE                                                   \
    {                                                                            \
        "random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]", \
            "for order='random'"                                                 \
    }
#define CX__CHAIN_VERBOSE                                                                          \
    {                                                                                              \
        "verbose", CX_PARAM_BOOL, "False", NULL, "not used: progress goes to the scope's callback" \
    }

/** Fit a copy for each column of y [n, t]; a copy sees the columns before it: as they are, or with
 *  cv as `method` of copies that have not seen the row tells them. The attribute order_ is set. */
cx_status cx__chain_fit(cx_estimator *self, const cx_data *d, cx_method method);
/** Answers [n, t] of a method as dtype t, in the order of y's columns; `between` is what a copy
 *  tells the later ones. Of several columns of a copy's answer the second one counts. */
cx_array *cx__chain_ask(const cx_estimator *self, const char *where, cx_method method,
                        cx_method between, const cx_array *x, cx_dtype t);
/** order_ of a loaded state is one, and the children are its copies. */
cx_status cx__chain_check(const cx_estimator *self);
/** Plan of p->method and its row kernel; of a class with class_offsets_, predict gives places in
 *  classes_. */
cx_status cx__chain_plan(const cx_estimator *self, cx_method between, cx_plan *p);
cx_row_kernel cx__chain_into;
#endif
