// The same program from C++11, with the macros' C++ spellings.
#include <calx.h>
#include <cstdio>

static void half(void *, void *const *arg, int64_t begin, int64_t end)
{
    const double *const x = static_cast<const double *>(arg[0]);
    double *const y = static_cast<double *>(arg[1]);
    for (int64_t i = begin; i < end; i++) y[i] = x[i] / 2;
}

int main()
{
    const cx_scope s = cx_scope_open();
    const cx_array *const x = cx_arange(0, 6, 1, CX_F64, CX_CPU);
    const cx_array *const m = cx_reshape(x, CX_SHAPE(2, 3));
    cx_kernel *const k = cx_kernel_new(nullptr, "half", "const float64 *x, float64 *y");
    cx_array *const t = cx_empty_like(m, CX_F64);
    cx_launch how = cx_launch();
    how.n = cx_size(m);
    cx_check(cx_kernel_set_cpu(k, half, nullptr));
    cx_check(cx_kernel_run(k, how, CX_ARRAYS(m), CX_OUTS(t)));
    const cx_array *const y = cx_add(cx_mul(t, cx_int(4)), cx_float(0.5));
    const double total = cx_item_f64(cx_sum(y, CX_ALL));
    const double last = cx_item_f64(cx_select(cx_sum(y, CX_AXIS(0)), 0, -1));
    const cx_status status = cx_scope_close(s);
    if (status != CX_OK) std::fprintf(stderr, "%s\n", cx_error_message());
    std::printf("Calx %s: total %g, last column %g\n", cx_version(), total, last);
    return status == CX_OK && total == 33 && last == 15 ? 0 : 1;
}
