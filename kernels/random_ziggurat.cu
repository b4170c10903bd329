/* Normal and exponential numbers by the ziggurats of <calx/ziggurat.def>: what host/random does one
 * value after another, tried at every unit of the stream; random_chain.cu finds which ones count.
 */
#include "random.cuh"

typedef cx__strip64 strip64;
typedef cx__strip32 strip32;
#define CX_ZIGGURAT_TABLE(type, name) static __device__ const type name[256]
#include <calx/ziggurat.def>

/** The two ziggurats, each in both precisions. */
struct normal_shape {
    __device__ static strip64 strip(double, unsigned i) { return normal64[i]; }
    __device__ static strip32 strip(float, unsigned i) { return normal32[i]; }
    __device__ static double edge(double, unsigned i) { return normal64_f[i]; }
    __device__ static float edge(float, unsigned i) { return normal32_f[i]; }
    __device__ static unsigned index(uint64_t w) { return (unsigned)(w & 0xff); }
    __device__ static unsigned index(uint32_t w) { return w & 0xff; }
    __device__ static uint64_t bits(uint64_t w) { return (w >> 9) & 0x000fffffffffffffu; }
    __device__ static uint32_t bits(uint32_t w) { return (w >> 9) & 0x7fffffu; }
    __device__ static double with_sign(double x, uint64_t w)
    {
        return cx__f64_of_bits(cx__bits_of_f64(x) ^ (w >> 8 & 1) << 63);
    }
    __device__ static float with_sign(float x, uint32_t w)
    {
        return cx__f32_of_bits(cx__bits_of_f32(x) ^ (w >> 8 & 1) << 31);
    }
    __device__ static bool below(double side, double x)
    {
        return side < cx__exp_negative(-0.5 * x * x);
    }
    __device__ static bool below(float side, float x)
    {
        return (double)side < cx__exp_negative(-0.5 * (double)x * (double)x);
    }
};

struct exponential_shape {
    __device__ static strip64 strip(double, unsigned i) { return exponential64[i]; }
    __device__ static strip32 strip(float, unsigned i) { return exponential32[i]; }
    __device__ static double edge(double, unsigned i) { return exponential64_f[i]; }
    __device__ static float edge(float, unsigned i) { return exponential32_f[i]; }
    __device__ static unsigned index(uint64_t w) { return (unsigned)(w >> 3 & 0xff); }
    __device__ static unsigned index(uint32_t w) { return w >> 1 & 0xff; }
    __device__ static uint64_t bits(uint64_t w) { return w >> 11; }
    __device__ static uint32_t bits(uint32_t w) { return w >> 9; }
    template <class T, class W> __device__ static T with_sign(T x, W) { return x; }
    __device__ static bool below(double side, double x) { return side < cx__exp_negative(-x); }
    __device__ static bool below(float side, float x)
    {
        return side < (float)cx__exp_negative(-(double)x);
    }
};

__device__ static double log1m(double u)
{
    return cx__log1m_f64(u);
}
__device__ static float log1m(float u)
{
    return cx__log1m_f32(u);
}

/** Beyond the normal's last strip, on the side of bit 8. */
template <class T, class W, class N>
__device__ static T tail_of(normal_shape, W bits, N &next, int *length, bool *taken)
{
    const T r = (T)CX__NORMAL_R;
    while (*length + 2 < RANDOM_MOST) {
        const T x = (T)CX__NORMAL_MINUS_1_OVER_R * log1m(next.unit());
        const T y = -log1m(next.unit());
        *length += 2;
        if (y + y > x * x) return (bits >> 8) & 1 ? -(r + x) : r + x;
    }
    *length = RANDOM_MOST;
    *taken = false;
    return 0;
}

template <class T, class W, class N>
__device__ static T tail_of(exponential_shape, W, N &next, int *length, bool *)
{
    *length = 2;
    return (T)CX__EXPONENTIAL_R - log1m(next.unit());
}

/** How a number of standard scale is made the call's: as it is, b * x, or a + b * x. */
enum { SCALE_NONE, SCALE_TIMES, SCALE_BOTH };

template <class T, class SHAPE> struct ziggurat_draw {
    static constexpr int BITS = sizeof(T) == 8 ? 64 : 32;
    random_attempts<T> to;
    int scaling;
    T a, b;
    template <class W, class N> __device__ void operator()(int64_t unit, W word, N next) const
    {
        if (unit >= to.units) return;
        if (unit == 0) to.control->cut = 0;
        typedef typename std::conditional<BITS == 64, int64_t, int32_t>::type S;
        const unsigned i = SHAPE::index(word);
        const W bits = SHAPE::bits(word);
        const auto strip = SHAPE::strip(T(), i);
        T x = SHAPE::with_sign((T)(S)bits * strip.w, word);
        int length = 1;
        bool taken = true;
        if (bits >= strip.k) {
            if (i == 0) {
                x = tail_of<T>(SHAPE(), bits, next, &length, &taken);
            } else {
                const T low = SHAPE::edge(T(), i);
                const T side = (SHAPE::edge(T(), i - 1) - low) * (T)next.unit();
                length = 2;
                taken = SHAPE::below(side + low, x);
            }
        }
        if (scaling == SCALE_TIMES) x = x * b;
        if (scaling == SCALE_BOTH) x = a + b * x;
        to.put(unit, x, length, taken);
    }
};

template <class T, class SHAPE>
static cx_status launch(cx_queue *q, const cx_bitgen *g, const cx_random_call *c, void *value,
                        uint8_t *code, int64_t attempts, random_control *control)
{
    const int scaling = c->draw == CX_DRAW_NORMAL        ? SCALE_BOTH
                        : c->draw == CX_DRAW_EXPONENTIAL ? SCALE_TIMES
                                                         : SCALE_NONE;
    const ziggurat_draw<T, SHAPE> draw = {
        {static_cast<T *>(value), code, attempts, control}, scaling, (T)c->a, (T)c->b};
    return random_launch(q, g, attempts, draw);
}

cx_status random_ziggurat(cx_queue *q, cx_bitgen *g, const cx_random_call *c)
{
    const bool is_single = c->out->dtype == CX_F32;
    const bool is_normal = c->draw == CX_DRAW_STANDARD_NORMAL || c->draw == CX_DRAW_NORMAL;
    random_rejecting r = {64, 1, sizeof(double), true, 1.03, launch<double, exponential_shape>};
    if (is_normal) r.launch = launch<double, normal_shape>;
    if (is_single) {
        r.bits = 32;
        r.itemsize = sizeof(float);
        r.launch = is_normal ? launch<float, normal_shape> : launch<float, exponential_shape>;
    }
    return random_fill_rejecting(q, g, c, &r);
}
