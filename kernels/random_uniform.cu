/* Draws that take one unit for each value whatever it is: uniform numbers and exponentials by
 * inversion. The new state is known beforehand, so nothing waits. */
#include "random.cuh"

template <class T, bool INVERSE> struct uniform_draw {
    static constexpr int BITS = sizeof(T) == 8 ? 64 : 32, PARTS = 1;
    T *out;
    int64_t units;
    double low, range; /* doubles that are not inverted: low + range * u */
    void place(void *base, int64_t first, int64_t count)
    {
        out = static_cast<T *>(base) + first;
        units = count;
    }
    template <class W, class C> __device__ void operator()(int64_t unit, W word, const C &) const
    {
        if (unit >= units) return;
        if constexpr (BITS == 32) {
            const float u = cx__unit_f32(word);
            out[unit] = INVERSE ? (float)-cx__log1m_f64((double)u) : u;
        } else {
            const double u = cx__unit_f64(word);
            out[unit] = INVERSE ? -cx__log1m_f64(u) : low + range * u;
        }
    }
};

template <class T> static cx_status draw_typed(cx_queue *q, cx_bitgen *g, const cx_random_call *c)
{
    T *const out = static_cast<T *>(c->out->data);
    const bool scaled = c->draw == CX_DRAW_UNIFORM;
    if (c->draw == CX_DRAW_EXPONENTIAL_INV)
        return random_draw_all(q, g, c, uniform_draw<T, true>{out, 0, 0, 0});
    return random_draw_all(
        q, g, c, uniform_draw<T, false>{out, 0, scaled ? c->a : 0.0, scaled ? c->b : 1.0});
}

cx_status random_uniform(cx_queue *q, cx_bitgen *g, const cx_random_call *c)
{
    return c->out->dtype == CX_F32 ? draw_typed<float>(q, g, c) : draw_typed<double>(q, g, c);
}
