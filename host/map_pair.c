/* Elementwise operations of two results. Every block of a chunk is brought into contiguous memory,
 * both results are made in the cache and stored together, so that memory is read once; divmod is
 * the kernels of its two rows over the same block. */
#include "map.h"
#include "iter.h"
#include <math.h>
#include <string.h>

enum { BUFFER = 4096, GRAIN = 1 << 14, MAX_IN = 2, MAX_OUT = 2 };

/** n contiguous elements in, n of each result out; nothing overlaps. */
typedef void pair_fn(const void *const *in, void *const *out, int64_t n);

/* frexp by the bits of the number: the exponent's field goes out, that of 0.5 comes in. What has
 * none (zero, denormal) or the last one (infinity, NaN) is rare and libm's. */
#define FREXP(sfx, T, U, I, call, fraction, last, half)                         \
    static void frexp_##sfx(const void *const *in, void *const *out, int64_t n) \
    {                                                                           \
        const T *const x = in[0];                                               \
        T *const m = out[0];                                                    \
        int32_t *const e = out[1];                                              \
        U odd = 0;                                                              \
        for (int64_t i = 0; i < n; i++) {                                       \
            U u;                                                                \
            memcpy(&u, &x[i], sizeof u);                                        \
            const U field = u >> (fraction) & (last);                           \
            odd |= (field - 1) | ((last)-1 - field);                            \
            e[i] = (int32_t)((I)field - ((half)));                              \
            u = (u & ~((U)(last) << (fraction))) | (U)(half) << (fraction);     \
            memcpy(&m[i], &u, sizeof u);                                        \
        }                                                                       \
        if (odd >> (8 * sizeof odd - 1) == 0) return;                           \
        for (int64_t i = 0; i < n; i++) {                                       \
            if (isnormal(x[i])) continue;                                       \
            int k = 0;                                                          \
            m[i] = isfinite(x[i]) ? call(x[i], &k) : x[i];                      \
            e[i] = k;                                                           \
        }                                                                       \
    }
FREXP(f32, float, uint32_t, int32_t, frexpf, 23, 0xffu, 126)
FREXP(f64, double, uint64_t, int64_t, frexp, 52, 0x7ffu, 1022)
static void modf_f32(const void *const *in, void *const *out, int64_t n)
{
    const float *const x = in[0];
    float *const part = out[0], *const whole = out[1];
    for (int64_t i = 0; i < n; i++) part[i] = modff(x[i], &whole[i]);
}
static void modf_f64(const void *const *in, void *const *out, int64_t n)
{
    const double *const x = in[0];
    double *const part = out[0], *const whole = out[1];
    for (int64_t i = 0; i < n; i++) part[i] = modf(x[i], &whole[i]);
}

typedef struct pairing {
    host_iter it; /* inputs, mask if any, outputs */
    bool direct;  /* all lie one after the other in the dtypes of fn, which works where they are */
    int n_in, mask, out;
    pair_fn *fn; /* NULL: the two rows */
    host_map_fn *row[MAX_OUT];
    int64_t in_size; /* of the kernel's dtype */
    host_convert_fn *load[MAX_IN];
    int64_t made_size[MAX_OUT], round_size[MAX_OUT];
    host_convert_fn *round[MAX_OUT]; /* what is made to the result's dtype, or NULL */
    host_convert_fn *store[MAX_OUT];
} pairing;

static void pair_chunk(void *ctx, int64_t lo, int64_t hi)
{
    const pairing *const m = ctx;
    _Alignas(64) char in[MAX_IN][BUFFER], made[MAX_OUT][BUFFER], rounded[BUFFER];
    bool wanted[BUFFER];
    const int64_t block = BUFFER / 8;
    if (m->direct) {
        const void *const x[1] = {m->it.data[0] + lo * m->in_size};
        void *const y[MAX_OUT] = {m->it.data[m->out] + lo * m->made_size[0],
                                  m->it.data[m->out + 1] + lo * m->made_size[1]};
        m->fn(x, y, hi - lo);
        return;
    }
    for (int64_t i = lo; i < hi; i += block) {
        const int64_t n = hi - i < block ? hi - i : block;
        host_place at;
        host_iter_seek(&m->it, i, &at);
        const void *x[MAX_IN] = {in[0], in[1]};
        void *const y[MAX_OUT] = {made[0], made[1]};
        for (int k = 0; k < m->n_in; k++)
            host_iter_load(&m->it, k, &at, n, m->load[k], in[k], m->in_size);
        if (m->fn != NULL)
            m->fn(x, y, n);
        else
            for (int r = 0; r < MAX_OUT; r++) m->row[r](x, y[r], n);
        if (m->mask >= 0)
            host_iter_load(&m->it, m->mask, &at, n, host_convert(CX_BOOL, CX_BOOL), wanted, 1);
        for (int r = 0; r < MAX_OUT; r++) {
            const char *from = made[r];
            if (m->round[r] != NULL) {
                m->round[r](made[r], m->made_size[r], rounded, m->round_size[r], n);
                from = rounded;
            }
            if (m->mask >= 0)
                host_iter_store_where(&m->it, m->out + r, &at, n, m->store[r], from,
                                      m->round_size[r], wanted);
            else
                host_iter_store(&m->it, m->out + r, &at, n, m->store[r], from, m->round_size[r]);
        }
    }
}

static cx_status choose(pairing *m, int op, cx_dtype t)
{
    const bool wide = t == CX_F64;
    const host_map_row *const quotient = host_map_find(CX_BI_FLOOR_DIVIDE, t),
                              *const rest = host_map_find(CX_BI_REMAINDER, t);
    if ((op == CX_PA_FREXP || op == CX_PA_MODF) && (wide || t == CX_F32)) {
        m->fn = op == CX_PA_FREXP ? (wide ? frexp_f64 : frexp_f32) : (wide ? modf_f64 : modf_f32);
        return CX_OK;
    }
    if (op == CX_PA_DIVMOD && quotient != NULL && rest != NULL) {
        m->fn = NULL;
        m->row[0] = quotient->fn[0];
        m->row[1] = rest->fn[0];
        return CX_OK;
    }
    return host_core->fail(CX_E_UNSUPPORTED, host_map_name(op), "no loop for %s on the CPU",
                           cx_dtype_name(t));
}

cx_status host_map_pair(const cx_map_call *c)
{
    pairing m;
    const cx_dtype t = host_map_kernel_type(c->loop);
    const cx_status st = choose(&m, c->op, t);
    if (st != CX_OK) return st;
    const cx_view *v[HOST_OPERANDS];
    bool as_made[MAX_OUT];
    int n = 0;
    m.n_in = c->n_in;
    m.in_size = host_itemsize(t);
    for (int k = 0; k < c->n_in; k++) {
        v[n++] = c->in[k];
        m.load[k] = host_convert(c->in[k]->dtype, t);
    }
    m.mask = c->mask != NULL ? n : -1;
    if (c->mask != NULL) v[n++] = c->mask;
    m.out = n;
    for (int r = 0; r < MAX_OUT; r++) {
        const bool exponent = c->op == CX_PA_FREXP && r == 1;
        const cx_dtype made = exponent ? CX_I32 : t, result = exponent ? CX_I32 : c->loop,
                       written = c->out[r]->dtype;
        v[n++] = c->out[r];
        m.made_size[r] = host_itemsize(made);
        m.round[r] = made != result && written != result ? host_convert(made, result) : NULL;
        m.round_size[r] = m.round[r] != NULL ? host_itemsize(result) : m.made_size[r];
        as_made[r] = written == made;
        m.store[r] = host_convert(m.round[r] != NULL ? result : made, written);
    }
    host_iter_init(&m.it, n, v);
    if (m.it.total == 0) return CX_OK;
    m.direct = m.fn != NULL && m.mask < 0 && c->in[0]->dtype == t &&
               host_iter_flat(&m.it, 0, m.in_size) && c->in[0]->data != c->out[0]->data &&
               c->in[0]->data != c->out[1]->data;
    for (int r = 0; r < MAX_OUT; r++)
        m.direct = m.direct && as_made[r] && host_iter_flat(&m.it, m.out + r, m.made_size[r]);
    return host_core->parallel_for(m.it.total, GRAIN, pair_chunk, &m);
}
