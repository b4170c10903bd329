/* cumsum. */
#include "scan.cuh"

scan_fn *scan_sum(int in)
{
    return cuda_by_dtype<scans<false>::natural>(in);
}
scan_fn *scan_sum_any(int out)
{
    return cuda_by_dtype<scans<false>::any>(out);
}
