/* How the families write their rows. */
#ifndef CX_HOST_ROWS_H
#define CX_HOST_ROWS_H
#include <string.h>

#define ROW1(op, loop, cost, name)                \
    {                                             \
        CX_UN_##op, CX_##loop, cost, {name}, NULL \
    }
#define ROW2(op, loop, cost, name)                                           \
    {                                                                        \
        CX_BI_##op, CX_##loop, cost, {name##_vv, name##_sv, name##_vs}, NULL \
    }
/* ... that folds by a line of its own */
#if defined(__AVX2__)
#define FOLD_LINES 0
#define ROW2_FOLD ROW2
#else
#define FOLD_LINES 1
#define ROW2_FOLD(op, loop, cost, name)                                             \
    {                                                                               \
        CX_BI_##op, CX_##loop, cost, {name##_vv, name##_sv, name##_vs}, name##_line \
    }
#endif
#define ROW2V(op, loop, cost, name)               \
    {                                             \
        CX_BI_##op, CX_##loop, cost, {name}, NULL \
    } /* vectors only */
#define ROW3(op, loop, cost, name)                                                      \
    {                                                                                   \
        CX_TE_##op, CX_##loop, cost, {name##_vv, name##_sv, name##_vs, name##_ss}, NULL \
    }
#define COMPARE_ROWS(loop, sfx)                                                                   \
    ROW2(EQUAL, loop, 0, equal_##sfx), ROW2(NOT_EQUAL, loop, 0, not_equal_##sfx),                 \
        ROW2(LESS, loop, 0, less_##sfx), ROW2(LESS_EQUAL, loop, 0, less_equal_##sfx),             \
        ROW2(GREATER, loop, 0, greater_##sfx), ROW2(GREATER_EQUAL, loop, 0, greater_equal_##sfx), \
        ROW2(LOGICAL_AND, loop, 0, logical_and_##sfx),                                            \
        ROW2(LOGICAL_OR, loop, 0, logical_or_##sfx),                                              \
        ROW2(LOGICAL_XOR, loop, 0, logical_xor_##sfx),                                            \
        ROW1(LOGICAL_NOT, loop, 0, logical_not_##sfx)
#define ROWS(array)                                       \
    {                                                     \
        (int64_t)(sizeof(array) / sizeof *(array)), array \
    }
#endif
