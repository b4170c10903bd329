/* device: each. timeout: 900. Formulas against NumPy one operation at a time: those that the tree
 * holds, or those of $CALX_EVAL_CASES, made anew (tests/golden/make_eval_cases.py). */
#include "cases.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static void eval(test_case *c, cx_array **out)
{
    char source[4096];
    (void)snprintf(source, sizeof source, "%s", case_text(c, "source", ""));
    for (char *p = source; *p != '\0'; p++)
        if (*p == '@') *p = ';';
    const cx_tuple t = cx_eval_all(source, case_arrays(c, 0));
    for (int i = 0; i < t.count && i < CASE_RESULTS; i++) out[i] = t.at[i];
    if (t.count == 0) out[0] = t.at[0];
}

static const case_fn calls[] = {{"eval", eval}};

Test(golden, eval)
{
    const char *const others = getenv("CALX_EVAL_CASES");
    cr_assert_geq(CASES(others != NULL ? others : "golden/eval_cases.tsv", calls), 800);
    cx_eval_cache_clear();
}
