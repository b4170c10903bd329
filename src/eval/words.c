/* The names of functions in formulas: every row of the operation tables under its name, NumPy's
 * other names for them, dtypes as conversions, reductions. */
#include "eval/tree.h"
#include <calx/dtype.h>
#include <calx/ops.h>
#include <string.h>

typedef struct entry {
    const char *name;
    cx__word word;
} entry;

static const entry words[] = {
#define CX_UNARY(NAME, name, code, domain, result, ulp, doc) {#name, {CX__WORD_CALL, code, 1}},
#include <calx/unary_ops.def>
#undef CX_UNARY
#define CX_BINARY(NAME, name, code, domain, result, ulp, doc) {#name, {CX__WORD_CALL, code, 2}},
#include <calx/binary_ops.def>
#undef CX_BINARY
#define CX_TERNARY(NAME, name, code, domain, result, ulp, doc) {#name, {CX__WORD_CALL, code, 3}},
#include <calx/ternary_ops.def>
#undef CX_TERNARY
#define ALIAS(name, OP, inputs)            \
    {                                      \
        name,                              \
        {                                  \
            CX__WORD_CALL, CX_##OP, inputs \
        }                                  \
    }
    ALIAS("subtract", BI_SUB, 2),
    ALIAS("multiply", BI_MUL, 2),
    ALIAS("divide", BI_DIV, 2),
    ALIAS("true_divide", BI_DIV, 2),
    ALIAS("mod", BI_REMAINDER, 2),
    ALIAS("pow", BI_POWER, 2),
    ALIAS("absolute", UN_ABS, 1),
    ALIAS("conj", UN_CONJUGATE, 1),
    ALIAS("round", UN_RINT, 1),
    ALIAS("acos", UN_ARCCOS, 1),
    ALIAS("acosh", UN_ARCCOSH, 1),
    ALIAS("asin", UN_ARCSIN, 1),
    ALIAS("asinh", UN_ARCSINH, 1),
    ALIAS("atan", UN_ARCTAN, 1),
    ALIAS("atanh", UN_ARCTANH, 1),
    ALIAS("atan2", BI_ARCTAN2, 2),
    ALIAS("deg2rad", UN_RADIANS, 1),
    ALIAS("rad2deg", UN_DEGREES, 1),
    ALIAS("bitwise_not", UN_INVERT, 1),
    ALIAS("bitwise_invert", UN_INVERT, 1),
    ALIAS("bitwise_left_shift", BI_LEFT_SHIFT, 2),
    ALIAS("bitwise_right_shift", BI_RIGHT_SHIFT, 2),
#undef ALIAS
#define REDUCTION(name, OP)                     \
    {                                           \
        name,                                   \
        {                                       \
            CX__WORD_REDUCE, CX__REDUCE_##OP, 1 \
        }                                       \
    }
    REDUCTION("sum", SUM),
    REDUCTION("prod", PROD),
    REDUCTION("mean", MEAN),
    REDUCTION("min", MIN),
    REDUCTION("max", MAX),
    REDUCTION("amin", MIN),
    REDUCTION("amax", MAX),
    REDUCTION("any", ANY),
    REDUCTION("all", ALL),
#undef REDUCTION
};
enum { WORDS = sizeof words / sizeof *words };

cx__word cx__word_of(const char *name)
{
    for (int i = 0; i < WORDS; i++)
        if (strcmp(words[i].name, name) == 0) return words[i].word;
    for (int t = CX_DTYPE_NONE + 1; t < CX_DTYPE_COUNT; t++)
        if (t != CX_CAT && strcmp(cx_dtype_name((cx_dtype)t), name) == 0)
            return (cx__word){CX__WORD_CAST, t, 1};
    return (cx__word){CX__WORD_NONE, 0, 0};
}

const char *cx__word_near(const char *name, const char *const *more)
{
    const char *list[WORDS + CX_DTYPE_COUNT + CX__EVAL_ARGS + CX__EVAL_NAMES + 1];
    int n = 0;
    while (*more != NULL && n < CX__EVAL_ARGS + CX__EVAL_NAMES) list[n++] = *more++;
    for (int i = 0; i < WORDS; i++) list[n++] = words[i].name;
    for (int t = CX_DTYPE_NONE + 1; t < CX_DTYPE_COUNT; t++)
        if (t != CX_CAT) list[n++] = cx_dtype_name((cx_dtype)t);
    list[n] = NULL;
    return cx__nearest(name, list);
}
