/* Folds of complex numbers. */
#include "fold.cuh"

fold_fn *fold_complex(int loop)
{
    return loop == CX_C64 ? fold_of<c64>::fn : loop == CX_C128 ? fold_of<c128>::fn : nullptr;
}
