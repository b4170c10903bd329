/* Distances between all pairs of rows: squares by a product, sums over columns block by block.
 *
 * One idea: where |x|^2 + |y|^2 - 2 x.y cancels, the pair is computed again by differences. */
#include "learn/metrics/pairwise.h"

#include "base/object.h"
#include "ops/primitives.h"
#include "base/threads.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>
#include <stdatomic.h>

/* ---- rows */
static cx_status check_rows(const char *where, const char *name, const cx_array *a, cx__finite nan)
{
    static cx__held infinite = CX__HELD("x: any(abs(x) == inf)"),
                    unreal = CX__HELD("x: any(~(abs(x) < inf))");
    if (cx_ndim(a) != 2)
        return cx__fail(CX_E_SHAPE, where, "%s has %d dimensions, not 2", name, cx_ndim(a));
    if (cx_size(a) == 0) return cx__fail(CX_E_SHAPE, where, "%s is empty", name);
    cx__held *const h = nan == CX__ALLOW_NAN ? &infinite : &unreal;
    if (cx__number_i64(cx__held_run(where, h, CX_ARRAYS(a))) == 0) return cx__so_far();
    CX__TRY(cx__so_far());
    return cx__fail(CX_E_ARGUMENT, where, "%s has an element that is infinite%s", name,
                    nan == CX__ALLOW_NAN ? "" : " or NaN");
}

cx_status cx__two_read(const char *where, const cx_array *x, const cx_array *y, cx__finite nan,
                       cx__two *out)
{
    *out = (cx__two){.where = where, .same = y == NULL || y == x};
    CX__TRY(cx__site_of(where, x, &out->site));
    if (y != NULL) CX__NEED(where, "y", y, CX__KIND_ARRAY);
    const cx_array *other = out->same ? x : y;
    out->single = cx_dtype_of(x) == CX_F32 && cx_dtype_of(other) == CX_F32;
    out->x = cx__f64(&out->site, x);
    CX__TRY(cx__so_far());
    CX__TRY(check_rows(where, "x", out->x, nan));
    out->y = out->x;
    if (!out->same) {
        const cx_device a = cx_device_of(x), b = cx_device_of(y);
        if (a.kind != b.kind || a.index != b.index)
            return cx__fail(CX_E_DEVICE, where, "x and y are on different devices");
        out->y = cx__f64(&out->site, y);
        CX__TRY(cx__so_far());
        CX__TRY(check_rows(where, "y", out->y, nan));
    }
    if (out->single) {
        out->x32 = cx_ascontiguous(x);
        out->y32 = out->same ? out->x32 : cx_ascontiguous(other);
    }
    out->n = cx_dim(x, 0);
    out->m = cx_dim(other, 0);
    out->d = cx_dim(x, 1);
    if (cx_dim(other, 1) == out->d) return CX_OK;
    return cx__fail(CX_E_SHAPE, where, "x has %lld columns, y has %lld", (long long)out->d,
                    (long long)cx_dim(other, 1));
}

cx__two cx__two_with(const cx__two *t, const cx_array *x, const cx_array *y)
{
    cx__two out = *t;
    out.x = cx_ascontiguous(x);
    out.y = t->same ? out.x : cx_ascontiguous(y);
    out.d = cx_dim(out.x, 1);
    return out;
}

/* ---- squares */
typedef struct straight {
    const cx__site *site;
    cx_learn_scores call;
    atomic_int failed;
} straight;

static void some_rows(void *ctx, int64_t lo, int64_t hi)
{
    straight *const s = ctx;
    cx_learn_scores call = s->call;
    call.n = hi - lo;
    call.x += lo * call.d;
    call.out += lo * call.k;
    const cx_status st = s->site->ops->scores(s->site->queue, &call);
    if (st != CX_OK) atomic_store_explicit(&s->failed, (int)st, memory_order_relaxed);
}

/* All pairs by differences. */
cx_status cx__by_differences(const cx__two *t, bool squared, cx_array **out)
{
    *out = cx__new_f64(&t->site, t->n, t->m);
    straight s = {.site = &t->site,
                  .call = {.score = CX_LEARN_SQUARES,
                           .end = squared ? CX_LEARN_SCORES : CX_LEARN_ROOTS,
                           .n = t->n,
                           .d = t->d,
                           .k = t->m,
                           .ld = t->m,
                           .x = cx__at(t->x),
                           .w = cx__at(t->y),
                           .out = cx__at(*out)}};
    CX__TRY(cx__so_far());
    if (t->site.device.kind != CX_DEVICE_CPU) return t->site.ops->scores(t->site.queue, &s.call);
    const int64_t work = t->m * t->d, grain = work > 32768 ? 1 : 32768 / work + 1;
    CX__TRY(cx__parallel_for(t->n, grain, some_rows, &s));
    const cx_status failed = (cx_status)atomic_load_explicit(&s.failed, memory_order_relaxed);
    return failed == CX_OK ? CX_OK : cx__fail(failed, t->where, "a block of rows failed");
}

/* The pairs at flat indices [count] of out, again, by the differences of their coordinates. */
static cx_status again(const cx__two *t, cx__held *formula, const cx_array *index, int64_t count,
                       cx_array *out)
{
    static cx__held row = CX__HELD("i, m: i // m"), column = CX__HELD("i, m: i % m");
    cx_array *const flat = cx_reshape(out, CX_SHAPE(t->n * t->m));
    const int64_t block = ((int64_t)1 << 18) / t->d + 1;
    for (int64_t lo = 0; lo < count; lo += block) {
        const cx_scope s = cx_scope_open();
        const cx_array *at = cx_slice(index, 0, lo, lo + block < count ? lo + block : count, 1),
                       *m = cx_int(t->m),
                       *a = cx_take(t->x, cx__held_run(t->where, &row, CX_ARRAYS(at, m)), 0),
                       *b = cx_take(t->y, cx__held_run(t->where, &column, CX_ARRAYS(at, m)), 0);
        const cx_array *value = cx__held_run(t->where, formula, CX_ARRAYS(a, b));
        cx_status st = cx__so_far();
        if (st == CX_OK) st = cx_put_rows(flat, at, value);
        CX__TRY(cx__give_status(s, st));
    }
    return CX_OK;
}

cx_status cx__euclid(const cx__two *t, bool squared, cx_array **out)
{
    /* a pair closer than this share of both lengths has lost more than five bits */
    static cx__held centred = CX__HELD("x, mu: x - mu"), norms = CX__HELD("x: sum(x * x, axis=1)"),
                    expand = CX__HELD("g, a, b: maximum(a + b - 2 * g, 0.0)"),
                    near = CX__HELD("g, a, b: g < (a + b) * 0.03125"),
                    root = CX__HELD("g: sqrt(g)"),
                    squares = CX__HELD("a, b: e = a - b; sum(e * e, axis=1)");
    enum { FEW = 8 };
    if (t->d < FEW || t->n * t->m * t->d < 32768) return cx__by_differences(t, squared, out);
    const cx_array *mu = cx_mean(t->y, CX_AXIS(0)),
                   *x = cx__held_run(t->where, &centred, CX_ARRAYS(t->x, mu)),
                   *y = t->same ? x : cx__held_run(t->where, &centred, CX_ARRAYS(t->y, mu)),
                   *a = cx__held_run(t->where, &norms, CX_ARRAYS(x)),
                   *b = t->same ? a : cx__held_run(t->where, &norms, CX_ARRAYS(y));
    a = cx_expand_dims(a, 1);
    *out = cx_matmul(x, cx_transpose(y));
    CX__TRY(cx__so_far());
    CX__TRY(cx__held_into(t->where, &expand, CX_ARRAYS(*out, a, b), CX_OUTS(*out)));
    const cx_array *lost = cx__held_run(t->where, &near, CX_ARRAYS(*out, a, b)),
                   *index = cx_flatnonzero(lost);
    CX__TRY(cx__so_far());
    const int64_t count = cx_size(index);
    if (count > t->n * t->m / 8) return cx__by_differences(t, squared, out);
    if (count > 0) CX__TRY(again(t, &squares, index, count, *out));
    return squared ? CX_OK : cx__held_into(t->where, &root, CX_ARRAYS(*out), CX_OUTS(*out));
}

cx_status cx__euclid_holed(const cx__two *t, const cx_array *in_x, const cx_array *in_y,
                           cx_array **out)
{
    static cx__held middle = CX__HELD("y, p: sum(where(y == y, y, 0.0), axis=0) /"
                                      "maximum(sum(p, axis=0), 1.0)"),
                    centred = CX__HELD("x, mu: where(x == x, x - mu, 0.0)"),
                    square = CX__HELD("x: x * x"), sum = CX__HELD("a, b: a + b"),
                    expand = CX__HELD("g, s: maximum(s - 2 * g, 0.0)"),
                    near = CX__HELD("g, s: g < s * 0.03125"),
                    squares = CX__HELD("a, b: e = a - b; sum(where(e == e, e * e, 0.0), axis=1)");
    const char *const where = t->where;
    const cx_array *mu = cx__held_run(where, &middle, CX_ARRAYS(t->y, in_y)),
                   *x = cx__held_run(where, &centred, CX_ARRAYS(t->x, mu)),
                   *y = t->same ? x : cx__held_run(where, &centred, CX_ARRAYS(t->y, mu)),
                   *x2 = cx__held_run(where, &square, CX_ARRAYS(x)),
                   *y2 = t->same ? x2 : cx__held_run(where, &square, CX_ARRAYS(y)),
                   *a = cx_matmul(x2, cx_transpose(in_y)), *b = cx_matmul(in_x, cx_transpose(y2)),
                   *lengths = cx__held_run(where, &sum, CX_ARRAYS(a, b));
    *out = cx_matmul(x, cx_transpose(y));
    CX__TRY(cx__so_far());
    CX__TRY(cx__held_into(where, &expand, CX_ARRAYS(*out, lengths), CX_OUTS(*out)));
    const cx_array *index = cx_flatnonzero(cx__held_run(where, &near, CX_ARRAYS(*out, lengths)));
    CX__TRY(cx__so_far());
    return cx_size(index) > 0 ? again(t, &squares, index, cx_size(index), *out) : CX_OK;
}

/* ---- sums over columns: one column of both sides at a time, or four */
#define EACH(f, o) CX__HELD("o, p, a, b: " o(f("a", "b")))
#define FOUR(f, o)                               \
    CX__HELD("o, p, a, b, c, d, e, f, g, h: " o( \
        f("a", "b") " + " f("c", "d") " + " f("e", "f") " + " f("g", "h")))
#define FORMS(f)                       \
    {                                  \
        EACH(f, ADDED), FOUR(f, ADDED) \
    }
#define ADDED(term) "o + (" term ")"
#define ABSOLUTE(a, b) "abs(" a " - " b ")"
#define POWER(a, b) "abs(" a " - " b ") ** p"
#define CANBERRA(a, b) "where(" a " == " b ", 0.0, abs(" a " - " b ") / (abs(" a ") + abs(" b ")))"
#define BOTH(a, b) "abs(" a " + " b ")"
#define DIFFERENT(a, b) "float64(" a " != " b ")"
#define CHI2(a, b) \
    "where(" a " + " b " == 0, 0.0, (" a " - " b ") * (" b " - " a ") / (" a " + " b "))"
static cx__held sum_forms[][2] = {
    [CX__SUM_ABSOLUTE] = FORMS(ABSOLUTE),
    [CX__SUM_POWER] = FORMS(POWER),
    [CX__SUM_LARGEST] = {CX__HELD("o, p, a, b: maximum(o, abs(a - b))"),
                         CX__HELD("o, p, a, b, c, d, e, f, g, h: maximum(maximum(maximum(o, "
                                  "abs(a - b)), abs(c - d)), maximum(abs(e - f), abs(g - h)))")},
    [CX__SUM_CANBERRA] = FORMS(CANBERRA),
    [CX__SUM_BOTH] = FORMS(BOTH),
    [CX__SUM_DIFFERENT] = FORMS(DIFFERENT),
    [CX__SUM_CHI2] = FORMS(CHI2)};

static cx_status sum_block(const cx__two *t, cx__held *form, double p, const cx_array *x,
                           const cx_array *columns, cx_array *out)
{
    for (int64_t j = 0; j < t->d;) {
        const cx_scope s = cx_scope_open();
        const int64_t step = t->d - j >= 4 ? 4 : 1;
        const cx_array *arg[10] = {out, cx_float(p)};
        for (int64_t i = 0; i < step; i++) {
            arg[2 + 2 * i] = cx_slice(x, 1, j + i, j + i + 1, 1);
            arg[3 + 2 * i] = cx_slice(columns, 0, j + i, j + i + 1, 1);
        }
        const cx_status st = cx__held_into(t->where, &form[step == 4],
                                           (cx_arrays){(int)(2 + 2 * step), arg}, CX_OUTS(out));
        CX__TRY(cx__give_status(s, st));
        j += step;
    }
    return CX_OK;
}

cx_status cx__sum_columns(const cx__two *t, cx__sum which, double p, cx_array **out)
{
    /* on the CPU blocks of the result that stay in its cache */
    const int64_t block = t->site.device.kind != CX_DEVICE_CPU ? t->n
                          : t->m >= 32768                      ? 1
                                                               : 32768 / t->m;
    const cx_array *columns = cx_ascontiguous(cx_transpose(t->y));
    *out = cx_zeros(CX_SHAPE(t->n, t->m), CX_F64, t->site.device);
    CX__TRY(cx__so_far());
    for (int64_t lo = 0; lo < t->n; lo += block) {
        const int64_t hi = lo + block < t->n ? lo + block : t->n;
        const cx_scope s = cx_scope_open();
        const cx_status st = sum_block(t, sum_forms[which], p, cx_slice(t->x, 0, lo, hi, 1),
                                       columns, cx_slice(*out, 0, lo, hi, 1));
        CX__TRY(cx__give_status(s, st));
    }
    return CX_OK;
}

/* ---- angles */
cx_array *cx__unit_rows(const char *where, const cx_array *x)
{
    static cx__held unit = CX__HELD("x: s = sqrt(sum(x * x, axis=1, keepdims=True));"
                                    "x / where(s == 0, 1, s)");
    return cx__held_run(where, &unit, CX_ARRAYS(x));
}

cx_status cx__cosine(const cx__two *t, double of_zeros, cx_array **out)
{
    /* half the squared distance of unit rows: nothing cancels for near directions */
    static cx__held zero = CX__HELD("x: all(x == 0, axis=1)"),
                    half = CX__HELD("g, a, b, v: where(a | b, v, minimum(g * 0.5, 2.0))");
    const cx_array *x = cx__unit_rows(t->where, t->x),
                   *y = t->same ? NULL : cx__unit_rows(t->where, t->y),
                   *a = cx__held_run(t->where, &zero, CX_ARRAYS(t->x)),
                   *b = t->same ? a : cx__held_run(t->where, &zero, CX_ARRAYS(t->y));
    const cx__two unit = cx__two_with(t, x, y);
    CX__TRY(cx__so_far());
    CX__TRY(cx__euclid(&unit, true, out));
    CX__TRY(cx__held_into(t->where, &half,
                          CX_ARRAYS(*out, cx_expand_dims(a, 1), b, cx_float(of_zeros)),
                          CX_OUTS(*out)));
    return cx__so_far();
}
