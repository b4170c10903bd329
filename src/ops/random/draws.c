/* Draws into arrays: the two faces of every method, and argument checks. A draw writes contiguous
 * memory in one of its own dtypes; anything else goes through a temporary array and a cast. Knows
 * no stream: the generator's state says which it is. */
#include "ops/random/generator.h"

#include <math.h>

/* Which dtypes a draw writes: besides integers all have float64. */
static cx_status check_dtype(const cx_generator *g, const cx_random_call *c, cx_dtype t)
{
    const bool single = c->draw == CX_DRAW_RANDOM || c->draw == CX_DRAW_STANDARD_NORMAL ||
                        c->draw == CX_DRAW_STANDARD_EXPONENTIAL ||
                        c->draw == CX_DRAW_EXPONENTIAL_INV;
    if (t == CX_F64 || c->draw == CX_DRAW_INTEGERS) return CX_OK;
    if (t == CX_F32 && single && !g->state.legacy) return CX_OK;
    return cx__fail(CX_E_DTYPE, c->where, "dtype %s is not drawn (%s)", cx_dtype_name(t),
                    g->state.legacy ? "RandomState has float64" : "there are float64 and float32");
}

static cx_status draw_new(cx_generator *g, cx_random_call *c, cx_shape shape, cx_dtype t,
                          cx_array **out)
{
    CX__TRY(check_dtype(g, c, t));
    CX__TRY(cx__array_new(c->where, shape.ndim, shape.dim, t, g->device->id, out));
    return cx__generator_fill(g, c, *out);
}

/* st: of the argument checks. */
static cx_array *yield_draw(cx_status st, cx_generator *g, cx_random_call *c, cx_shape shape,
                            cx_dtype t)
{
    cx_array *out = NULL;
    if (st == CX_OK) st = draw_new(g, c, shape, t, &out);
    return cx__yield(st, c->where, out);
}

cx_status cx__draw_check_out(const cx_generator *g, const char *where, const cx_array *out)
{
    CX__TRY(cx__array_need_out(where, "out", out));
    if (!cx_device_equal(out->device, g->device->id)) {
        char a[16], b[16];
        return cx__fail(CX_E_DEVICE, where, "out is on %s and g on %s",
                        cx_device_name(out->device, a), cx_device_name(g->device->id, b));
    }
    return CX_OK;
}

cx_status cx__draw_into(cx_generator *g, const cx_random_call *c, cx_dtype t, cx_array *out)
{
    const cx_dtype to = (cx_dtype)out->dtype;
    if (t == to && out->flags & CX__F_CONTIGUOUS) return cx__generator_fill(g, c, out);
    if (!cx_can_cast(t, to, CX_CASTING_SAME_KIND))
        return cx__fail(CX_E_DTYPE, c->where, "cannot cast %s to out's %s", cx_dtype_name(t),
                        cx_dtype_name(to));
    cx_array *plain = NULL;
    CX__TRY(cx__array_new(c->where, out->ndim, out->shape, t, g->device->id, &plain));
    cx_status st = cx__generator_fill(g, c, plain);
    if (st == CX_OK) st = cx__array_copy(c->where, plain, out);
    cx__release(plain);
    return st;
}

static cx_status draw_into(cx_status st, cx_generator *g, cx_random_call *c, cx_array *out)
{
    CX__TRY(st);
    CX__TRY(cx__draw_check_out(g, c->where, out));
    cx_dtype t = (cx_dtype)out->dtype;
    if (c->draw != CX_DRAW_INTEGERS) {
        const bool single = t == CX_F32 && !g->state.legacy && c->draw != CX_DRAW_UNIFORM &&
                            c->draw != CX_DRAW_NORMAL && c->draw != CX_DRAW_EXPONENTIAL;
        t = single ? CX_F32 : CX_F64;
    }
    return cx__draw_into(g, c, t, out);
}

/* ---- draws without parameters */

static cx_status plain_call(const cx_generator *g, const char *where, int draw, cx_random_call *c)
{
    *c = (cx_random_call){.where = where, .draw = draw};
    CX__NEED(where, "g", g, CX__KIND_GENERATOR);
    if (draw == CX_DRAW_EXPONENTIAL_INV && g->state.legacy)
        return cx__fail(CX_E_UNSUPPORTED, where, "RandomState has one method only");
    return CX_OK;
}

cx_array *cx_rng_random(cx_generator *g, cx_shape shape, cx_dtype t)
{
    cx_random_call c;
    const cx_status st = plain_call(g, "rng_random", CX_DRAW_RANDOM, &c);
    return yield_draw(st, g, &c, shape, t);
}

cx_status cx_rng_random_into(cx_generator *g, cx_array *out)
{
    cx_random_call c;
    const cx_status st = plain_call(g, "rng_random_into", CX_DRAW_RANDOM, &c);
    return draw_into(st, g, &c, out);
}

cx_array *cx_rng_standard_normal(cx_generator *g, cx_shape shape, cx_dtype t)
{
    cx_random_call c;
    const cx_status st = plain_call(g, "rng_standard_normal", CX_DRAW_STANDARD_NORMAL, &c);
    return yield_draw(st, g, &c, shape, t);
}

cx_status cx_rng_standard_normal_into(cx_generator *g, cx_array *out)
{
    cx_random_call c;
    const cx_status st = plain_call(g, "rng_standard_normal_into", CX_DRAW_STANDARD_NORMAL, &c);
    return draw_into(st, g, &c, out);
}

cx_array *cx_rng_standard_exponential(cx_generator *g, cx_shape shape, cx_dtype t)
{
    cx_random_call c;
    const cx_status st =
        plain_call(g, "rng_standard_exponential", CX_DRAW_STANDARD_EXPONENTIAL, &c);
    return yield_draw(st, g, &c, shape, t);
}

cx_status cx_rng_standard_exponential_into(cx_generator *g, cx_array *out)
{
    cx_random_call c;
    const cx_status st =
        plain_call(g, "rng_standard_exponential", CX_DRAW_STANDARD_EXPONENTIAL, &c);
    return draw_into(st, g, &c, out);
}

cx_array *cx_rng_standard_exponential_inv(cx_generator *g, cx_shape shape, cx_dtype t)
{
    cx_random_call c;
    const cx_status st = plain_call(g, "rng_standard_exponential", CX_DRAW_EXPONENTIAL_INV, &c);
    return yield_draw(st, g, &c, shape, t);
}

cx_status cx_rng_standard_exponential_inv_into(cx_generator *g, cx_array *out)
{
    cx_random_call c;
    const cx_status st = plain_call(g, "rng_standard_exponential", CX_DRAW_EXPONENTIAL_INV, &c);
    return draw_into(st, g, &c, out);
}

/* ---- uniform, normal, exponential */

static cx_status uniform_call(const cx_generator *g, const char *where, double low, double high,
                              cx_random_call *c)
{
    CX__TRY(plain_call(g, where, CX_DRAW_UNIFORM, c));
    c->a = low;
    c->b = high - low;
    if (!isfinite(c->b)) return cx__fail(CX_E_ARGUMENT, where, "high - low is not finite");
    if (c->b < 0 && !g->state.legacy)
        return cx__fail(CX_E_ARGUMENT, where, "high is less than low");
    return CX_OK;
}

cx_array *cx_rng_uniform(cx_generator *g, double low, double high, cx_shape shape)
{
    cx_random_call c;
    const cx_status st = uniform_call(g, "rng_uniform", low, high, &c);
    return yield_draw(st, g, &c, shape, CX_F64);
}

cx_status cx_rng_uniform_into(cx_generator *g, double low, double high, cx_array *out)
{
    cx_random_call c;
    const cx_status st = uniform_call(g, "rng_uniform_into", low, high, &c);
    return draw_into(st, g, &c, out);
}

static cx_status scaled_call(const cx_generator *g, const char *where, int draw, double loc,
                             double scale, cx_random_call *c)
{
    CX__TRY(plain_call(g, where, draw, c));
    c->a = loc;
    c->b = scale;
    if (!isnan(scale) && signbit(scale)) return cx__fail(CX_E_ARGUMENT, where, "scale is negative");
    return CX_OK;
}

cx_array *cx_rng_normal(cx_generator *g, double loc, double scale, cx_shape shape)
{
    cx_random_call c;
    const cx_status st = scaled_call(g, "rng_normal", CX_DRAW_NORMAL, loc, scale, &c);
    return yield_draw(st, g, &c, shape, CX_F64);
}

cx_status cx_rng_normal_into(cx_generator *g, double loc, double scale, cx_array *out)
{
    cx_random_call c;
    const cx_status st = scaled_call(g, "rng_normal_into", CX_DRAW_NORMAL, loc, scale, &c);
    return draw_into(st, g, &c, out);
}

cx_array *cx_rng_exponential(cx_generator *g, double scale, cx_shape shape)
{
    cx_random_call c;
    const cx_status st = scaled_call(g, "rng_exponential", CX_DRAW_EXPONENTIAL, 0.0, scale, &c);
    return yield_draw(st, g, &c, shape, CX_F64);
}

cx_status cx_rng_exponential_into(cx_generator *g, double scale, cx_array *out)
{
    cx_random_call c;
    const cx_status st =
        scaled_call(g, "rng_exponential_into", CX_DRAW_EXPONENTIAL, 0.0, scale, &c);
    return draw_into(st, g, &c, out);
}

/* ---- integers: bounds are closed from here on */

/* Does t hold the integers from low to high? */
static cx_status check_bounds(const char *where, int64_t low, int64_t high, cx_dtype t)
{
    const char kind = cx_dtype_kind(t);
    if (kind != 'b' && kind != 'i' && kind != 'u')
        return cx__fail(CX_E_DTYPE, where, "dtype %s is neither bool nor an integer",
                        cx_dtype_name(t));
    const int bits = kind == 'b' ? 1 : 8 * (int)cx_dtype_size(t);
    const bool is_signed = kind == 'i';
    const int64_t top = bits - is_signed >= 63 ? INT64_MAX : ((int64_t)1 << (bits - is_signed)) - 1;
    const int64_t bottom = is_signed ? -top - 1 : 0;
    if (low < bottom || high > top)
        return cx__fail(CX_E_ARGUMENT, where, "%lld to %lld is out of bounds for %s",
                        (long long)low, (long long)high, cx_dtype_name(t));
    return CX_OK;
}

static cx_status closed_call(const cx_generator *g, const char *where, int64_t low, int64_t high,
                             cx_dtype t, cx_random_call *c)
{
    CX__TRY(plain_call(g, where, CX_DRAW_INTEGERS, c));
    if (low > high)
        return cx__fail(CX_E_ARGUMENT, where, "low %lld is above high %lld", (long long)low,
                        (long long)high);
    c->low = (uint64_t)low;
    c->range = (uint64_t)high - (uint64_t)low;
    return check_bounds(where, low, high, t);
}

static cx_status open_call(const cx_generator *g, const char *where, int64_t low, int64_t high,
                           cx_dtype t, cx_random_call *c)
{
    CX__TRY(plain_call(g, where, CX_DRAW_INTEGERS, c));
    if (low >= high)
        return cx__fail(CX_E_ARGUMENT, where, "low %lld is not below high %lld", (long long)low,
                        (long long)high);
    return closed_call(g, where, low, high - 1, t, c);
}

static cx_status u64_call(const cx_generator *g, const char *where, uint64_t low, uint64_t high,
                          cx_random_call *c)
{
    CX__TRY(plain_call(g, where, CX_DRAW_INTEGERS, c));
    if (low > high)
        return cx__fail(CX_E_ARGUMENT, where, "low %llu is above high %llu",
                        (unsigned long long)low, (unsigned long long)high);
    c->low = low;
    c->range = high - low;
    return CX_OK;
}

cx_array *cx_rng_integers(cx_generator *g, int64_t low, int64_t high, cx_shape shape, cx_dtype t)
{
    cx_random_call c;
    const cx_status st = open_call(g, "rng_integers", low, high, t, &c);
    return yield_draw(st, g, &c, shape, t);
}

cx_status cx_rng_integers_into(cx_generator *g, int64_t low, int64_t high, cx_array *out)
{
    static const char where[] = "rng_integers_into";
    cx_random_call c;
    CX__TRY(cx__array_need_out(where, "out", out));
    const cx_status st = open_call(g, where, low, high, (cx_dtype)out->dtype, &c);
    return draw_into(st, g, &c, out);
}

cx_array *cx_rng_integers_closed(cx_generator *g, int64_t low, int64_t high, cx_shape shape,
                                 cx_dtype t)
{
    cx_random_call c;
    const cx_status st = closed_call(g, "rng_integers_closed", low, high, t, &c);
    return yield_draw(st, g, &c, shape, t);
}

cx_status cx_rng_integers_closed_into(cx_generator *g, int64_t low, int64_t high, cx_array *out)
{
    static const char where[] = "rng_integers_closed_into";
    cx_random_call c;
    CX__TRY(cx__array_need_out(where, "out", out));
    const cx_status st = closed_call(g, where, low, high, (cx_dtype)out->dtype, &c);
    return draw_into(st, g, &c, out);
}

cx_array *cx_rng_integers_u64(cx_generator *g, uint64_t low, uint64_t high, cx_shape shape)
{
    cx_random_call c;
    const cx_status st = u64_call(g, "rng_integers_u64", low, high, &c);
    return yield_draw(st, g, &c, shape, CX_U64);
}

cx_status cx_rng_integers_u64_into(cx_generator *g, uint64_t low, uint64_t high, cx_array *out)
{
    static const char where[] = "rng_integers_u64_into";
    cx_random_call c;
    CX__TRY(cx__array_need_out(where, "out", out));
    if (out->dtype != CX_U64)
        return cx__fail(CX_E_DTYPE, where, "out is %s, not uint64",
                        cx_dtype_name((cx_dtype)out->dtype));
    const cx_status st = u64_call(g, where, low, high, &c);
    return draw_into(st, g, &c, out);
}
