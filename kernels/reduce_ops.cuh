/* What each reduction means on the device: how an element enters an accumulator of one thread, how
 * two states become one, what a state is worth. The one idea: an operation is a struct of static
 * functions; states with n == 0 count for nothing, and are aligned so that they move 16 bytes at a
 * time. Knows nothing of strides. */
#ifndef CX_KERNELS_REDUCE_OPS_CUH
#define CX_KERNELS_REDUCE_OPS_CUH
#include "reduce.cuh"

/* ---- values */
template <class T> __device__ inline bool red_isnan(T x)
{
    if constexpr (is_complex<T>)
        return x.re != x.re || x.im != x.im;
    else if constexpr (is_float<T>)
        return x != x;
    else
        return false;
}
/** Sums and products of 32-bit floats go on in 64 bits between threads. */
template <class T> struct red_wide {
    typedef T type;
};
template <> struct red_wide<float> {
    typedef double type;
};
template <> struct red_wide<c64> {
    typedef c128 type;
};
template <class T> __device__ inline T red_plus(T a, T b)
{
    if constexpr (is_complex<T>)
        return T{a.re + b.re, a.im + b.im};
    else
        return a + b;
}
template <class T> __device__ inline T red_times(T a, T b)
{
    if constexpr (is_complex<T>)
        return T{a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
    else
        return a * b;
}
template <class T> __device__ inline T red_const(int v)
{
    if constexpr (is_complex<T>)
        return T{(typename T::real)v, 0};
    else
        return (T)v;
}
/** Integers leave as what they were read as. */
template <class T> __device__ inline void red_store(const red_call &g, T v, char *out)
{
    if constexpr (std::is_same<T, uint64_t>::value) {
        if (!g.unsigned_acc) {
            store_as<int64_t>(g.out_type, out, (int64_t)v);
            return;
        }
    }
    store_as<T>(g.out_type, out, v);
}

/** What functors without an order load alike: any dtype converts to L. */
template <class L> struct red_loads {
    typedef L load;
    enum { can_skip = is_float<L> || is_complex<L> };
    template <class In> __device__ static L of(const red_call &, In x) { return convert<L>(x); }
    __device__ static L any(const red_call &g, int t, const char *p)
    {
        if constexpr (std::is_same<L, uint64_t>::value)
            if (!g.unsigned_acc) return (uint64_t)load_as<int64_t>(t, p);
        return load_as<L>(t, p);
    }
    __device__ static bool is_nan(L x) { return red_isnan(x); }
};

/* ---- sums, products, means */
template <class L, bool MUL> struct red_total : red_loads<L> {
    typedef typename red_wide<L>::type wide;
    enum { has_initial = 1 };
    struct acc {
        L v;
        uint32_t n;
    };
    struct alignas(16) state {
        wide v;
        int64_t n;
    };
    __device__ static void start(acc &a)
    {
        a.v = red_const<L>(MUL);
        a.n = 0;
    }
    __device__ static void take(acc &a, L x, uint32_t)
    {
        if constexpr (!MUL)
            a.v = red_plus(a.v, x);
        else if constexpr (is_complex<L>) /* 1 * (inf, 0) would be (inf, nan) */
            a.v = a.n == 0 ? x : red_times(a.v, x);
        else
            a.v = red_times(a.v, x);
        a.n++;
    }
    __device__ static state state_of(const acc &a, int64_t)
    {
        return state{convert<wide>(a.v), (int64_t)a.n};
    }
    __device__ static void merge(state &a, const state &b)
    {
        if constexpr (!MUL)
            a.v = red_plus(a.v, b.v);
        else if constexpr (is_complex<L>)
            a.v = b.n == 0 ? a.v : a.n == 0 ? b.v : red_times(a.v, b.v);
        else
            a.v = red_times(a.v, b.v);
        a.n += b.n;
    }
    __device__ static state initial(const red_call &g)
    {
        const uint64_t raw[2] = {g.initial[0], g.initial[1]};
        return state{convert<wide>(red_loads<L>::any(g, g.out_type, (const char *)raw)), 1};
    }
    __device__ static void store(const red_call &g, const state &s, char *out)
    {
        wide v = s.v;
        if constexpr (!MUL && !std::is_same<L, uint64_t>::value) {
            if (g.op == CX_RED_MEAN || g.op == CX_RED_NANMEAN) {
                const double n = (double)s.n; /* 0 / 0 is NaN */
                if constexpr (is_complex<wide>)
                    v = wide{v.re / n, v.im / n};
                else
                    v = v / n;
            }
        }
        red_store(g, v, out);
    }
};

/* ---- variances: a thread sums distances from the first element it met; states hold squared
 * deviations (Chan, Golub and LeVeque 1983) and a mean that stays in two parts, that element and a
 * small rest: rounded to one number far from zero it would spoil the merges. */
template <class L> __device__ inline double red_norm(L x)
{
    if constexpr (is_complex<L>)
        return x.re * x.re + x.im * x.im;
    else
        return x * x;
}
template <class L> __device__ inline L red_minus(L a, L b)
{
    if constexpr (is_complex<L>)
        return L{a.re - b.re, a.im - b.im};
    else
        return a - b;
}
template <class L> __device__ inline L red_scaled(L a, double k)
{
    if constexpr (is_complex<L>)
        return L{a.re * k, a.im * k};
    else
        return a * k;
}

template <class L> struct red_var : red_loads<L> {
    enum { has_initial = 0 };
    struct acc {
        L from, sum;
        double squares;
        uint32_t n;
    };
    struct alignas(16) state {
        L from, mean; /* mean above from */
        double m2;
        int64_t n;
    };
    __device__ static void start(acc &a)
    {
        a.from = a.sum = red_const<L>(0);
        a.squares = 0;
        a.n = 0;
    }
    __device__ static void take(acc &a, L x, uint32_t)
    {
        if (a.n == 0) a.from = x;
        const L d = red_minus(x, a.from);
        a.sum = red_plus(a.sum, d);
        a.squares += red_norm(d);
        a.n++;
    }
    __device__ static state state_of(const acc &a, int64_t)
    {
        const double part = a.n > 0 ? 1.0 / (double)a.n : 0.0;
        double m2 = a.squares - red_norm(a.sum) * part;
        if (m2 < 0) m2 = 0; /* rounding only; a NaN stays */
        /* overflow is infinite, not inf - inf; infinite elements leave their NaN */
        if (m2 != m2 && a.squares == a.squares && red_norm(red_minus(a.sum, a.sum)) == 0)
            m2 = a.squares;
        return state{a.from, red_scaled(a.sum, part), m2, (int64_t)a.n};
    }
    __device__ static void merge(state &a, const state &b)
    {
        if (b.n == 0) return;
        if (a.n == 0) {
            a = b;
            return;
        }
        const double part = (double)b.n / ((double)a.n + (double)b.n);
        const L d = red_plus(red_minus(b.from, a.from), red_minus(b.mean, a.mean));
        a.mean = red_plus(a.mean, red_scaled(d, part));
        a.m2 += b.m2 + red_norm(d) * ((double)a.n * part);
        a.n += b.n;
    }
    __device__ static void store(const red_call &g, const state &s, char *out)
    {
        /* NumPy's var divides by max(n - ddof, 0); its nanvar gives NaN where that is 0 */
        const double left = (double)s.n - g.ddof, nan = __longlong_as_double(0x7ff8000000000000);
        double v = s.n > 0 ? s.m2 / (left > 0 ? left : 0.0) : nan;
        if (left <= 0 && g.op >= CX_RED_NANSUM) v = nan;
        if (g.op == CX_RED_STD || g.op == CX_RED_NANSTD) v = sqrt(v);
        red_store(g, v, out);
    }
};

/* ---- extremes and their places. Only the smallest is looked for: keys are elements whose order
 * a flip of bits turns round where the largest is asked for, and puts right where they are
 * unsigned. */
template <class In> struct red_key {
    typedef typename std::conditional<
        is_complex<In>, In,
        typename std::conditional<
            is_float<compute_t<In>>, compute_t<In>,
            typename std::conditional<sizeof(In) == 8, int64_t, int32_t>::type>::type>::type type;
};
__device__ inline int32_t red_flip(int32_t x, uint64_t flip)
{
    return x ^ (int32_t)flip;
}
__device__ inline int64_t red_flip(int64_t x, uint64_t flip)
{
    return x ^ (int64_t)flip;
}
__device__ inline float red_flip(float x, uint64_t flip)
{
    return __int_as_float(__float_as_int(x) ^ (int)(uint32_t)(flip >> 32));
}
__device__ inline double red_flip(double x, uint64_t flip)
{
    return __longlong_as_double(__double_as_longlong(x) ^ (long long)flip);
}
template <class R> __device__ inline complex_of<R> red_flip(complex_of<R> x, uint64_t flip)
{
    return complex_of<R>{red_flip(x.re, flip), red_flip(x.im, flip)};
}
/** What leads, or is equal and stays: a NaN leads, of two the first. */
template <class K> __device__ inline bool red_before(K a, K b)
{
    if constexpr (is_complex<K>)
        return (a.re < b.re || (a.re == b.re && a.im < b.im) || red_isnan(a)) && !red_isnan(b);
    else if constexpr (is_float<K>)
        return !(a >= b) && b == b;
    else
        return a < b;
}
template <class K> __device__ inline K red_nan()
{
    if constexpr (std::is_same<K, c128>::value)
        return K{__longlong_as_double(0x7ff8000000000000), 0.0};
    else if constexpr (std::is_same<K, c64>::value)
        return K{__int_as_float(0x7fc00000), 0.0f};
    else if constexpr (std::is_same<K, double>::value)
        return __longlong_as_double(0x7ff8000000000000);
    else if constexpr (std::is_same<K, float>::value)
        return __int_as_float(0x7fc00000);
    else
        return 0;
}

template <class K> struct red_order {
    typedef K load;
    enum { can_skip = is_float<K> || is_complex<K> };
    template <class In> __device__ static K of(const red_call &g, In x)
    {
        return red_flip(convert<K>(x), g.flip);
    }
    __device__ static bool is_nan(K x) { return red_isnan(x); }
};

template <class K> struct red_best : red_order<K> {
    enum { has_initial = 1 };
    struct acc {
        K v;
        uint32_t n;
    };
    struct alignas(16) state {
        K v;
        int64_t n;
    };
    __device__ static void start(acc &a)
    {
        a.v = red_const<K>(0);
        a.n = 0;
    }
    __device__ static void take(acc &a, K x, uint32_t)
    {
        if (a.n == 0 || red_before(x, a.v)) a.v = x;
        a.n++;
    }
    __device__ static state state_of(const acc &a, int64_t) { return state{a.v, (int64_t)a.n}; }
    __device__ static void merge(state &a, const state &b)
    {
        if (b.n > 0 && (a.n == 0 || red_before(b.v, a.v))) a.v = b.v;
        a.n += b.n;
    }
    __device__ static state initial(const red_call &g)
    {
        const uint64_t raw[2] = {g.initial[0], g.initial[1]};
        return state{red_flip(load_as<K>(g.out_type, raw), g.flip), 1};
    }
    __device__ static void store(const red_call &g, const state &s, char *out)
    {
        const K v = s.n > 0 ? red_flip(s.v, g.flip) : red_nan<K>();
        if constexpr (std::is_same<K, int64_t>::value)
            red_store<uint64_t>(g, (uint64_t)v, out);
        else if constexpr (std::is_same<K, int32_t>::value)
            store_as<int64_t>(g.out_type, out, g.unsigned_acc ? (int64_t)(uint32_t)v : (int64_t)v);
        else
            store_as<K>(g.out_type, out, v);
    }
};

template <class K> struct red_where : red_order<K> {
    enum { has_initial = 0 };
    struct acc {
        K v;
        uint32_t at, n;
    };
    struct alignas(16) state {
        K v;
        int64_t at; /* -1: nothing counted */
    };
    __device__ static void start(acc &a)
    {
        a.v = red_const<K>(0);
        a.at = a.n = 0;
    }
    __device__ static void take(acc &a, K x, uint32_t at)
    {
        /* a thread goes upwards, so the first of equals stays */
        if (a.n == 0 || red_before(x, a.v)) {
            a.v = x;
            a.at = at;
        }
        a.n = 1;
    }
    __device__ static state state_of(const acc &a, int64_t first)
    {
        return state{a.v, a.n > 0 ? first + (int64_t)a.at : -1};
    }
    __device__ static void merge(state &a, const state &b)
    {
        if (b.at < 0) return;
        if (a.at < 0 || red_before(b.v, a.v) || (b.at < a.at && !red_before(a.v, b.v))) a = b;
    }
    __device__ static void store(const red_call &g, const state &s, char *out)
    {
        if (s.at < 0 && g.late != nullptr) {
            const unsigned long long note =
                (unsigned long long)CUDA_LATE_NAN << 48 | (unsigned)g.op;
            if (note < *(volatile unsigned long long *)g.late) atomicMin(g.late, note);
        }
        store_as<int64_t>(g.out_type, out, s.at < 0 ? 0 : s.at);
    }
};

/* ---- how many are not zero */
struct red_count {
    typedef bool load;
    enum { can_skip = 0, has_initial = 0 };
    struct acc {
        uint32_t v, n;
    };
    struct alignas(16) state {
        int64_t v, n;
    };
    template <class In> __device__ static bool of(const red_call &, In x)
    {
        return convert<bool>(x);
    }
    __device__ static bool is_nan(bool) { return false; }
    __device__ static void start(acc &a) { a.v = a.n = 0; }
    __device__ static void take(acc &a, bool x, uint32_t)
    {
        a.v += x;
        a.n++;
    }
    __device__ static state state_of(const acc &a, int64_t)
    {
        return state{(int64_t)a.v, (int64_t)a.n};
    }
    __device__ static void merge(state &a, const state &b)
    {
        a.v += b.v;
        a.n += b.n;
    }
    __device__ static void store(const red_call &g, const state &s, char *out)
    {
        const int64_t v = g.op == CX_RED_ANY ? s.v > 0 : g.op == CX_RED_ALL ? s.v == s.n : s.v;
        store_as<int64_t>(g.out_type, out, v);
    }
};
#endif
