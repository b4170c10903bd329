/* Every allocation of reading trees from JSON fails in turn (the parser's own apart): right status,
 * nothing leaked. */
#include "fault.h"

#include <calx.h>
#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(trees_import, .init = fault_install);

static void load(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/data/trees/%s.json", CX_TEST_DATA, name);
    static const double row[10] = {0.5, 1, 3, -0.2, 0.1, -1, 0, 7, 2.5, (double)NAN};
    const cx_array *const x = cx_copy_host(row, CX_SHAPE(2, 5), CX_F64);
    const cx_estimator *const m = cx_trees_load(path, NULL);
    fault_add(cx_predict(m, x));
    fault_add(cx_trees_apply(m, x));
}

FAULT_SCENARIO(trees_import, xgboost, load("xgb_softprob"))
FAULT_SCENARIO(trees_import, categories, load("xgb_lists"))
FAULT_SCENARIO(trees_import, lightgbm, load("lgb_lists"))
FAULT_SCENARIO(trees_import, plain, load("skl_hist"))
