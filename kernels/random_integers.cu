/* Bounded integers by Lemire's method: 64-bit results of a small range come from 32-bit words,
 * narrow ones from the parts of one, as in host/random/integers.c. Where no word is surplus the
 * values are written as they come, and so they are where probably none is met; else they are tried
 * and packed.
 * Source: D. Lemire, Fast random integer generation in an interval, ACM TOMACS 29 (2019). */
#include "random.cuh"

/** One value of every unit; that it should have been rejected is only noted. */
template <class T> struct random_direct {
    T *out;
    int64_t units;
    unsigned *rejected;
    void place(void *base, int64_t first, int64_t count)
    {
        out = static_cast<T *>(base) + first;
        units = count;
    }
    __device__ void put(int64_t unit, T v, bool taken) const
    {
        out[unit] = v;
        if (!taken) atomicExch(rejected, 1u);
    }
    __device__ void begin() const {}
};

/** Attempts of one unit each. */
template <class T> struct random_tried {
    random_attempts<T> to;
    int64_t units;
    __device__ void put(int64_t unit, T v, bool taken) const { to.put(unit, v, 1, taken); }
    __device__ void begin() const { to.control->cut = 0; }
};

/** range below 2^32. */
template <class T, class SINK> struct bounded32 {
    static constexpr int BITS = 32, PARTS = 1;
    SINK sink;
    T low;
    uint32_t range, surplus;
    void place(void *out, int64_t first, int64_t count) { sink.place(out, first, count); }
    template <class N> __device__ void operator()(int64_t unit, uint32_t word, const N &) const
    {
        if (unit >= sink.units) return;
        if (unit == 0) sink.begin();
        const uint64_t m = (uint64_t)word * ((uint64_t)range + 1);
        sink.put(unit, (T)(low + (T)(m >> 32)), (uint32_t)m >= surplus);
    }
};

template <class SINK> struct bounded64 {
    static constexpr int BITS = 64, PARTS = 1;
    SINK sink;
    uint64_t low, range, surplus;
    void place(void *out, int64_t first, int64_t count) { sink.place(out, first, count); }
    template <class N> __device__ void operator()(int64_t unit, uint64_t word, const N &) const
    {
        if (unit >= sink.units) return;
        if (unit == 0) sink.begin();
        cx__u128 m = {~(uint64_t)0, word}; /* all 2^64 words are values */
        if (range != ~(uint64_t)0) m = cx__u128_mul64(word, range + 1);
        sink.put(unit, low + m.hi, m.lo >= surplus);
    }
};

/** Parts of 16 or 8 bits, tried. */
template <class T> struct bounded_parts {
    static constexpr int BITS = 32;
    static constexpr int WIDTH = 8 * sizeof(T), PARTS = 32 / WIDTH;
    random_tried<T> sink;
    T low;
    uint32_t range, surplus;
    template <class N> __device__ void operator()(int64_t unit, uint32_t word, const N &) const
    {
        if (unit * PARTS >= sink.units) return;
        if (unit == 0) sink.begin();
        for (int i = 0; i < PARTS; i++) {
            const uint32_t top = (1u << WIDTH) - 1u;
            const uint32_t m = ((word >> i * WIDTH) & top) * (range + 1);
            const int64_t at = unit * PARTS + i;
            if (at < sink.units) sink.put(at, (T)(low + (m >> WIDTH)), (m & top) >= surplus);
        }
    }
};

/** Parts of WIDTH bits, all of them values: 16, 8, or 1 in a byte each. Four bytes at a time where
 * out allows. */
template <class T, int WIDTH> struct plain_parts {
    static constexpr int BITS = 32;
    static constexpr int PARTS = 32 / WIDTH, TOGETHER = 4 / (int)sizeof(T);
    T *out;
    int64_t values;
    T low;
    uint32_t range; /* 2^k - 1 */
    void place(void *base, int64_t first, int64_t count)
    {
        out = static_cast<T *>(base) + first;
        values = count;
    }
    template <class N> __device__ void operator()(int64_t unit, uint32_t word, const N &) const
    {
        const bool is_aligned = (uintptr_t)out % 4 == 0;
        for (int i = 0; i < PARTS; i += TOGETHER) {
            const int64_t at = unit * PARTS + i;
            uint32_t packed = 0;
            for (int j = 0; j < TOGETHER; j++) {
                const uint32_t part = (word >> (i + j) * WIDTH) & ((1u << WIDTH) - 1u);
                const T v = (T)(low + (part * (range + 1) >> WIDTH));
                packed |= (uint32_t)v << 8 * (int)sizeof(T) * j;
                if (!is_aligned && at + j < values) out[at + j] = v;
            }
            if (!is_aligned) continue;
            if (at + TOGETHER <= values) {
                *(uint32_t *)(out + at) = packed;
            } else {
                for (int j = 0; j < TOGETHER; j++)
                    if (at + j < values) out[at + j] = (T)(packed >> 8 * (int)sizeof(T) * j);
            }
        }
    }
};

/* ---- the host's side */

/** What a range demands: Lemire's surplus words out of 2^width. */
static uint64_t surplus_of(uint64_t range, int width)
{
    const uint64_t top = width == 64 ? ~(uint64_t)0 : ((uint64_t)1 << width) - 1;
    return range == top ? 0 : (top - range) % (range + 1);
}

template <class T>
static cx_status tried32(cx_queue *q, const cx_bitgen *g, const cx_random_call *c, void *value,
                         uint8_t *code, int64_t attempts, random_control *control)
{
    const bounded32<T, random_tried<T>> d = {
        {{static_cast<T *>(value), code, attempts, control}, attempts},
        (T)c->low,
        (uint32_t)c->range,
        (uint32_t)surplus_of(c->range, 32)};
    return random_launch(q, g, attempts, d);
}

static cx_status tried64(cx_queue *q, const cx_bitgen *g, const cx_random_call *c, void *value,
                         uint8_t *code, int64_t attempts, random_control *control)
{
    const bounded64<random_tried<uint64_t>> d = {
        {{static_cast<uint64_t *>(value), code, attempts, control}, attempts},
        c->low,
        c->range,
        surplus_of(c->range, 64)};
    return random_launch(q, g, attempts, d);
}

template <class T>
static cx_status tried_parts(cx_queue *q, const cx_bitgen *g, const cx_random_call *c, void *value,
                             uint8_t *code, int64_t attempts, random_control *control)
{
    typedef bounded_parts<T> D;
    const D d = {{{static_cast<T *>(value), code, attempts, control}, attempts},
                 (T)c->low,
                 (uint32_t)c->range,
                 (uint32_t)surplus_of(c->range, D::WIDTH)};
    return random_launch(q, g, (attempts + D::PARTS - 1) / D::PARTS, d);
}

/** Write the values as they come. *done: it was tried, and none had to be rejected; else the state
 * is as it was. */
template <class D>
static cx_status draw_hoping(cx_queue *q, cx_bitgen *g, const cx_random_call *c, D d,
                             double per_value, bool *done)
{
    const double likely = (double)c->out->shape[0] * (1 - 1 / per_value);
    *done = false;
    if (likely > 0.25) return CX_OK;
    cuda_work w(q);
    CX_STATUS_TRY(w.get(c->where, sizeof(unsigned)));
    d.sink.rejected = w.as<unsigned>();
    CUDA_TRY(q->dev, c->where,
             cudaMemsetAsync(d.sink.rejected, 0, sizeof(unsigned), cuda_stream(q)));
    cx_bitgen at = *g;
    CX_STATUS_TRY(random_draw_all(q, &at, c, d));
    unsigned rejected = 0;
    CX_STATUS_TRY(cuda_control_read(q, c->where, &rejected, d.sink.rejected, sizeof rejected));
    if (rejected) return CX_OK;
    *g = at;
    *done = true;
    return CX_OK;
}

template <class D>
static cx_status draw_bounded(cx_queue *q, cx_bitgen *g, const cx_random_call *c, const D &d,
                              const random_rejecting *r)
{
    if (d.surplus == 0) return random_draw_all(q, g, c, d);
    bool done = false;
    CX_STATUS_TRY(draw_hoping(q, g, c, d, r->per_value, &done));
    return done ? CX_OK : random_fill_rejecting(q, g, c, r);
}

template <class T>
static cx_status fill32(cx_queue *q, cx_bitgen *g, const cx_random_call *c, double per_value)
{
    const random_rejecting r = {32, 1, sizeof(T), false, per_value, tried32<T>};
    const bounded32<T, random_direct<T>> d = {
        {}, (T)c->low, (uint32_t)c->range, (uint32_t)surplus_of(c->range, 32)};
    return draw_bounded(q, g, c, d, &r);
}

static cx_status fill64(cx_queue *q, cx_bitgen *g, const cx_random_call *c)
{
    const uint64_t surplus = surplus_of(c->range, 64);
    const random_rejecting r = {
        64,     1, sizeof(uint64_t), false, 1 / (1 - (double)surplus / 18446744073709551616.0),
        tried64};
    const bounded64<random_direct<uint64_t>> d = {{}, c->low, c->range, surplus};
    return draw_bounded(q, g, c, d, &r);
}

template <class T>
static cx_status fill_parts(cx_queue *q, cx_bitgen *g, const cx_random_call *c, double per_value)
{
    typedef bounded_parts<T> D;
    const random_rejecting r = {32, D::PARTS, sizeof(T), false, per_value, tried_parts<T>};
    if (per_value > 1) return random_fill_rejecting(q, g, c, &r);
    const plain_parts<T, D::WIDTH> d = {nullptr, 0, (T)c->low, (uint32_t)c->range};
    return random_draw_all(q, g, c, d);
}

cx_status random_integers(cx_queue *q, cx_bitgen *g, const cx_random_call *c)
{
    static const uint8_t width[] = {0, 1, 8, 16, 32, 64, 8, 16, 32, 64};
    static_assert(CX_BOOL == 1 && CX_I64 == 5 && CX_U8 == 6 && CX_U64 == 9,
                  "the table follows dtypes.def");
    const int bits = width[c->out->dtype];
    if (c->range == 0) { /* draws nothing; the low bytes of low are the value */
        cx_view value = {};
        uint64_t low = bits == 1 ? c->low & 1 : c->low;
        value.data = &low;
        value.dtype = c->out->dtype;
        value.flags = CX_VIEW_HOST;
        return cuda_fill(q, &value, c->out);
    }
    if (bits == 1) return random_draw_all(q, g, c, plain_parts<uint8_t, 1>{nullptr, 0, 0, 1});
    if (bits == 64 && c->range > 0xffffffffu) return fill64(q, g, c);
    const int unit = bits == 64 ? 32 : bits; /* the width of what a range is cut from */
    const double words = (double)((uint64_t)1 << unit);
    const double per_value = 1 / (1 - (double)surplus_of(c->range, unit) / words);
    if (bits == 64) return fill32<uint64_t>(q, g, c, per_value);
    if (bits == 32) return fill32<uint32_t>(q, g, c, per_value);
    return bits == 16 ? fill_parts<uint16_t>(q, g, c, per_value)
                      : fill_parts<uint8_t>(q, g, c, per_value);
}
