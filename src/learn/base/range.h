/* The range column of a parameter table: intervals for numbers, sets for strings, and beside a set
 * "user kernel": kernels that a user brings, too, or "formula": formulas (user_kernel.h). */
#ifndef CX_LEARN_RANGE_H
#define CX_LEARN_RANGE_H
#include "learn/base/literal.h"

/** Does the text follow the notation of cx_param.range? */
bool cx__range_valid(const char *range);
/** Does v (a number or a string; anything else passes) lie in the range? NULL: everything does. */
bool cx__range_has(const char *range, const cx__lit *v);
#endif
