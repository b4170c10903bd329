// The same program from C++11, with the macros' C++ spellings.
#include <calx.h>
#include <cstdio>

int main()
{
    const cx_scope s = cx_scope_open();
    const cx_array *const x = cx_arange(0, 6, 1, CX_F64, CX_CPU);
    const cx_array *const m = cx_reshape(x, CX_SHAPE(2, 3));
    const cx_array *const y = cx_add(cx_mul(m, cx_int(2)), cx_float(0.5));
    const double total = cx_item_f64(cx_sum(y, CX_ALL));
    const double last = cx_item_f64(cx_select(cx_sum(y, CX_AXIS(0)), 0, -1));
    const cx_status status = cx_scope_close(s);
    if (status != CX_OK) std::fprintf(stderr, "%s\n", cx_error_message());
    std::printf("Calx %s: total %g, last column %g\n", cx_version(), total, last);
    return status == CX_OK && total == 33 && last == 15 ? 0 : 1;
}
