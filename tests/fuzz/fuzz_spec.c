/* Any bytes as a spec of an estimator: one that prints and parses again to the same text, or a
 * clean error. */
#include "base/object.h"
#include <calx.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const cx_scope s = cx_scope_open();
    char *const text = malloc(size + 1);
    if (text == NULL) abort();
    if (size > 0) memcpy(text, data, size);
    text[size] = '\0';
    cx_estimator *const m = cx_estimator_new(text);
    if (cx_estimator_status(m) == CX_OK) {
        const char *const printed = cx_estimator_spec(m);
        const cx_estimator *const again = cx_estimator_new(printed);
        if (cx_estimator_status(again) != CX_OK || strcmp(cx_estimator_spec(again), printed) != 0)
            abort();
        if (cx_estimator_status(cx_clone(m)) != CX_OK) abort();
    } else if (cx_error_message()[0] == '\0') {
        abort();
    }
    cx_estimator *const target = cx_estimator_new("StandardScaler() | LogisticRegression()");
    if (cx_set_param(target, "logisticregression__class_weight", text) == CX_OK)
        (void)cx_estimator_spec(target);
    free(text);
    (void)cx_check(cx_scope_close(s));
    if (cx__object_live() != 0) abort();
    return 0;
}
