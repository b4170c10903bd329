#include "learn/manifold/kl_sparse.h"
cx_status cx__kl_grid(const cx__sparse *p, int dims, cx__kl *out)
{
    (void)p;
    (void)dims;
    (void)out;
    return cx__fail(CX_E_UNSUPPORTED, "fit", "TODO");
}
