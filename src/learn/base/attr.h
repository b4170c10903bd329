/* Rules of fitted attributes: "coef_: float [k, n]" says what a loaded file must hold. */
#ifndef CX_LEARN_ATTR_H
#define CX_LEARN_ATTR_H
#include "learn/base/estimator.h"

/** Does the text follow the notation of cx_estimator_class.attrs? */
bool cx__attr_valid(const char *rule);
/** May the attribute be absent? */
bool cx__attr_optional(const char *rule);
/** Check every slot of a state that came from a file: presence, dtype, shape, sizes that agree
 *  with each other and with n features. */
cx_status cx__attrs_check(const char *where, const cx_estimator *m);
#endif
