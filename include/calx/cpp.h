/* The macros' spellings for a C++ caller (C++11): temporaries live to the end of the full
 * expression, as compound literals do to the end of the block. Included by <calx.h>. */
#ifndef CALX_CPP_H
#define CALX_CPP_H
#include <calx/base.h>
#ifdef __cplusplus
#include <calx/array.h>
#include <calx/eval.h>
#include <calx/index.h>
#include <calx/ma.h>
#include <calx/reduce.h>
#include <calx/table.h>

namespace calx_detail {
template <int N> struct dims {
    int64_t v[N + 1];
    operator cx_shape() const
    {
        const cx_shape s = {N, v};
        return s;
    }
};
template <class... T> dims<static_cast<int>(sizeof...(T))> shape(T... t)
{
    return {{static_cast<int64_t>(t)..., 0}};
}
template <int N> struct ins {
    const cx_array *v[N + 1];
    operator cx_arrays() const
    {
        const cx_arrays s = {N, v};
        return s;
    }
};
template <class... T> ins<static_cast<int>(sizeof...(T))> arrays(T... t)
{
    return {{t..., nullptr}};
}
template <int N> struct outs {
    cx_array *v[N + 1];
    operator cx_outs() const
    {
        const cx_outs s = {N, v};
        return s;
    }
};
template <class... T> outs<static_cast<int>(sizeof...(T))> outputs(T... t)
{
    return {{t..., nullptr}};
}
template <int N> struct texts {
    const char *v[N + 1];
    operator cx_names() const
    {
        const cx_names s = {N, v};
        return s;
    }
};
template <class... T> texts<static_cast<int>(sizeof...(T))> names(T... t)
{
    return {{t..., nullptr}};
}
struct scalar {
    cx_scalar s;
    operator const cx_array *() const { return reinterpret_cast<const cx_array *>(&s); }
};
inline scalar weak_float(double x)
{
    scalar r = scalar();
    r.s.head.tag = CX__SCALAR_TAG;
    r.s.head.kind = CX_F64;
    r.s.v.f64 = x;
    return r;
}
inline scalar weak_int(int64_t x)
{
    scalar r = scalar();
    r.s.head.tag = CX__SCALAR_TAG;
    r.s.head.kind = CX_I64;
    r.s.v.i64 = x;
    return r;
}
inline scalar weak_complex(double re, double im)
{
    scalar r = weak_float(re);
    r.s.head.kind = CX_C128;
    r.s.im = im;
    return r;
}
inline cx_reduce axis(int k)
{
    cx_reduce r = cx_reduce();
    r.axis_count = 1;
    r.axis = k;
    return r;
}
inline cx_maybe_i64 seed(int64_t n)
{
    const cx_maybe_i64 r = {true, n};
    return r;
}
inline cx_shape no_size()
{
    const cx_shape r = {-1, nullptr};
    return r;
}
inline cx_device cpu()
{
    const cx_device d = {0, 0};
    return d;
}
} // namespace calx_detail
#define CX_SHAPE(...) (::calx_detail::shape(__VA_ARGS__))
#define CX_ARRAYS(...) (::calx_detail::arrays(__VA_ARGS__))
#define CX_OUTS(...) (::calx_detail::outputs(__VA_ARGS__))
#define CX_NAMES(...) (::calx_detail::names(__VA_ARGS__))
#define CX_CPU (::calx_detail::cpu())
#define CX_SIZE_NONE (::calx_detail::no_size())
#define CX_ALL (cx_reduce())
#define CX_AXIS(k) (::calx_detail::axis(k))
#define CX_SEED(n) (::calx_detail::seed(n))
#define cx_float(x) (::calx_detail::weak_float(x))
#define cx_int(x) (::calx_detail::weak_int(x))
#define cx_complex(re, im) (::calx_detail::weak_complex((re), (im)))
inline cx_masked cx_ma(const cx_array *a)
{
    cx_masked m = cx_masked();
    m.data = a;
    return m;
}
/** Anything but arrays does not compile. */
template <class... T> inline cx_array *cx_eval(const char *source, T... t)
{
    const cx_array *const v[] = {t..., NULL};
    return cx_eval_n(source, static_cast<int>(sizeof...(T)), v);
}
template <class... T> inline cx_array *cx_index(const cx_array *a, const char *spec, T... t)
{
    const int64_t v[] = {static_cast<int64_t>(t)..., 0};
    return cx_index_n(a, spec, static_cast<int>(sizeof...(T)), v);
}
#endif
#endif
