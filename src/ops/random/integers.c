/* Integers between bounds that are arrays. Bounds keep their sign while they are compared, so all
 * of int64 and of uint64 can stand beside each other; to the backend go low and the width, bits. */
#include "ops/random/parameters.h"

#include <calx/distributions.h>

#include <string.h>

typedef struct limits {
    int64_t bottom; /* of the dtype drawn */
    uint64_t top;
    bool is_signed[2]; /* low, high */
    bool closed;
} limits;

static bool is_negative(uint64_t bits, bool is_signed)
{
    return is_signed && (int64_t)bits < 0;
}

static bool is_within(const limits *l, uint64_t bits, bool is_signed)
{
    return is_negative(bits, is_signed) ? (int64_t)bits >= l->bottom : bits <= l->top;
}

static bool is_below(const limits *l, uint64_t low, uint64_t high)
{
    const bool a = is_negative(low, l->is_signed[0]), b = is_negative(high, l->is_signed[1]);
    if (a != b) return a;
    return a ? (int64_t)low < (int64_t)high : low < high;
}

/* The closed width of a pair of bounds. */
static cx_status width_of(const char *where, const limits *l, uint64_t low, uint64_t high,
                          int64_t i, uint64_t *width)
{
    const bool ordered = l->closed ? low == high || is_below(l, low, high) : is_below(l, low, high);
    if (!ordered)
        return cx__fail(CX_E_ARGUMENT, where, "low is not below high at element %lld",
                        (long long)i);
    const uint64_t last = l->closed ? high : high - 1;
    if (!is_within(l, low, l->is_signed[0]) ||
        !is_within(l, last, l->is_signed[1] && (l->closed || (int64_t)high <= 0)))
        return cx__fail(CX_E_ARGUMENT, where, "a bound is out of the dtype's at element %lld",
                        (long long)i);
    *width = last - low;
    return CX_OK;
}

static cx_status limits_of(const char *where, const cx_array *low, const cx_array *high, cx_dtype t,
                           bool closed, limits *l, cx__parameter_kind kind[2])
{
    const cx_array *const bound[2] = {low, high};
    const char drawn = cx_dtype_kind(t);
    if (drawn != 'b' && drawn != 'i' && drawn != 'u')
        return cx__fail(CX_E_DTYPE, where, "dtype %s is neither bool nor an integer",
                        cx_dtype_name(t));
    const int bits = drawn == 'b' ? 1 : 8 * (int)cx_dtype_size(t) - (drawn == 'i');
    l->closed = closed;
    l->top = bits == 64 ? UINT64_MAX : ((uint64_t)1 << bits) - 1;
    l->bottom = drawn == 'i' ? -(int64_t)l->top - 1 : 0;
    for (int k = 0; k < 2; k++) {
        kind[k].name = k == 0 ? "low" : "high";
        CX__TRY(cx__array_check(where, kind[k].name, bound[k]));
        const cx_dtype have = cx_dtype_of(bound[k]);
        const char c = cx_dtype_kind(have);
        if (c != 'b' && c != 'i' && c != 'u')
            return cx__fail(CX_E_DTYPE, where, "%s is %s, neither bool nor an integer",
                            kind[k].name, cx_dtype_name(have));
        kind[k].dtype = have == CX_U64 ? CX_U64 : CX_I64;
        l->is_signed[k] = have != CX_U64;
    }
    return CX_OK;
}

/* Replace high by the width, for each element, in host memory. */
static cx_status widths(const char *where, const limits *l, cx__parameters *p)
{
    if (!cx__parameters_differ(p))
        return width_of(where, l, p->value[0].u64, p->value[1].u64, 0, &p->value[1].u64);
    cx_array *width = NULL;
    CX__TRY(cx__array_new(where, p->ndim, p->shape, CX_U64, CX_CPU, &width));
    cx_status st = CX_OK;
    for (int64_t i = 0; i < width->size && st == CX_OK; i++) {
        uint64_t bound[2];
        for (int k = 0; k < 2; k++)
            memcpy(&bound[k], (const char *)p->view[k].data + i * p->view[k].stride[0],
                   sizeof bound[k]);
        st = width_of(where, l, bound[0], bound[1], i, (uint64_t *)(void *)width->data + i);
    }
    cx__release(p->held[1]);
    p->held[1] = width;
    p->view[1].data = width->data;
    p->view[1].stride[0] = (int64_t)sizeof(uint64_t);
    return st;
}

static cx_array *integers_each(const char *where, cx_generator *g, const cx_array *low,
                               const cx_array *high, cx_shape shape, cx_dtype t, bool closed)
{
    limits l;
    cx__parameter_kind kind[2];
    cx__parameters p = {0};
    cx_array *out = NULL;
    cx_status st = cx__check(where, "g", g, CX__KIND_GENERATOR);
    if (st == CX_OK) st = limits_of(where, low, high, t, closed, &l, kind);
    if (st == CX_OK) st = cx__parameters_open(where, g, CX_ARRAYS(low, high), kind, shape, &p);
    if (st == CX_OK) st = widths(where, &l, &p);
    if (st == CX_OK) st = cx__array_new(where, p.ndim, p.shape, t, g->device->id, &out);
    if (st == CX_OK) {
        const cx_random_call c = {
            .where = where, .draw = CX_DRAW_INTEGERS_EACH, .params = 2, .param = p.view};
        st = cx__generator_fill(g, &c, out);
    }
    cx__parameters_close(&p);
    return cx__yield(st, where, out);
}

cx_array *cx_rng_integers_each(cx_generator *g, const cx_array *low, const cx_array *high,
                               cx_shape shape, cx_dtype t)
{
    return integers_each("rng_integers_each", g, low, high, shape, t, false);
}

cx_array *cx_rng_integers_closed_each(cx_generator *g, const cx_array *low, const cx_array *high,
                                      cx_shape shape, cx_dtype t)
{
    return integers_each("rng_integers_closed_each", g, low, high, shape, t, true);
}

/* ---- words */

/* All values of a dtype of 32 or 64 bits are words of the stream as they are. */
static cx_status words(const char *where, cx_generator *g, cx_array *out)
{
    const cx_random_call c = {.where = where,
                              .draw = CX_DRAW_INTEGERS,
                              .range = out->dtype == CX_U32 ? UINT32_MAX : UINT64_MAX};
    return cx__generator_fill(g, &c, out);
}

static cx_status bytes(const char *where, cx_generator *g, int64_t n, cx_array **out)
{
    CX__NEED(where, "g", g, CX__KIND_GENERATOR);
    if (n < 0) return cx__fail(CX_E_ARGUMENT, where, "n is %lld", (long long)n);
    cx_array *all = NULL;
    /* a word is drawn for no bytes too, as NumPy does */
    const int64_t count = n > 0 ? (n - 1) / 4 + 1 : 1, byte = 1;
    CX__TRY(cx__array_new(where, 1, &count, CX_U32, g->device->id, &all));
    cx_status st = words(where, g, all);
    if (st == CX_OK) st = cx__array_view(where, all, 1, &n, &byte, all->data, CX_U8, out);
    cx__release(all);
    return st;
}

cx_array *cx_rng_bytes(cx_generator *g, int64_t n)
{
    cx_array *out = NULL;
    const cx_status st = bytes("rng_bytes", g, n, &out);
    return cx__yield(st, "rng_bytes", out);
}

static cx_status raw(const char *where, cx_generator *g, cx_shape shape, cx_array **out)
{
    CX__NEED(where, "g", g, CX__KIND_GENERATOR);
    CX__TRY(cx__array_new(where, shape.ndim, shape.dim, CX_U64, g->device->id, out));
    if (g->state.kind != CX_BITGEN_MT19937) return words(where, g, *out);
    cx_array *narrow = NULL;
    CX__TRY(cx__array_new(where, shape.ndim, shape.dim, CX_U32, g->device->id, &narrow));
    cx_status st = words(where, g, narrow);
    if (st == CX_OK) st = cx__array_copy(where, narrow, *out);
    cx__release(narrow);
    return st;
}

cx_array *cx_generator_random_raw(cx_generator *g, cx_shape shape)
{
    cx_array *out = NULL;
    const cx_status st = raw("generator_random_raw", g, shape, &out);
    return cx__yield(st, "generator_random_raw", out);
}
