/* cumprod. */
#include "scan.cuh"

scan_fn *scan_prod(int in)
{
    return cuda_by_dtype<scans<true>::natural>(in);
}
scan_fn *scan_prod_any(int out)
{
    return cuda_by_dtype<scans<true>::any>(out);
}
