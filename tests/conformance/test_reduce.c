/* isa: each. device: each
 * Every reduction on every dtype and layout over every set of axes, and scans along every axis,
 * against loops over long double. */
#include "layouts.h"
#include "numbers.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A passing assertion of the framework costs a message; there are millions here. */
#define EXPECT(condition, ...)                         \
    do {                                               \
        if (!(condition)) cr_assert_fail(__VA_ARGS__); \
    } while (0)

typedef struct operation {
    const char *name;
    cx_array *(*fn)(const cx_array *a, cx_reduce how);
    cx_status (*into)(const cx_array *a, cx_reduce how, cx_array *out);
    int code;
    char result;
} operation;
static const operation operations[] = {
#define CX_REDUCE(NAME, name, code, domain, result, identity, doc) \
    {#name, cx_##name, cx_##name##_into, CX_RED_##NAME, result},
#include <calx/reduce_ops.def>
#undef CX_REDUCE
};
enum {
    OPERATIONS = sizeof operations / sizeof *operations,
    BIG = 9 /* three shapes of several blocks start here */
};

static const int64_t shapes[][12] = {
    {0},
    {1, 1},
    {1, 0},
    {1, 7},
    {2, 3, 0},
    {2, 5, 4},
    {2, 33, 70},
    {3, 4, 3, 5},
    {4, 2, 3, 4, 5},
    {1, 20000},
    {2, 300, 130},
    {2, 9000, 3},
    {10, 2, 1, 2, 1, 2, 1, 2, 1, 2, 2},
};

static bool is_place(int code)
{
    return code == CX_RED_ARGMIN || code == CX_RED_ARGMAX || code == CX_RED_NANARGMIN ||
           code == CX_RED_NANARGMAX;
}
static bool is_var(int code)
{
    return code == CX_RED_VAR || code == CX_RED_STD || code == CX_RED_NANVAR ||
           code == CX_RED_NANSTD;
}
static bool is_extreme(int code)
{
    return code == CX_RED_MIN || code == CX_RED_MAX || code == CX_RED_NANMIN ||
           code == CX_RED_NANMAX;
}
static bool is_prod(int code)
{
    return code == CX_RED_PROD || code == CX_RED_NANPROD;
}
static bool skips_nan(int code)
{
    return code >= CX_RED_NANSUM;
}

static cx_dtype result_dtype(char result, cx_dtype t)
{
    const char kind = cx_dtype_kind(t);
    const bool integer = kind == 'b' || kind == 'i' || kind == 'u';
    if (result == 'B') return CX_BOOL;
    if (result == 'I') return CX_I64;
    if (result == 'S') return t;
    if (result == 'A') return !integer ? t : kind == 'u' ? CX_U64 : CX_I64;
    if (integer) return CX_F64;
    return result == 'R' && t == CX_C64 ? CX_F32 : result == 'R' && t == CX_C128 ? CX_F64 : t;
}

/* What n numbers should come to, and how far off a result may be. */
typedef struct answer {
    number value;
    long double bound;
} answer;

/* What sums, means and deviations of the same numbers have in common. */
typedef struct totals {
    bool known;
    number sum;
    long double size, most, squares; /* of magnitudes; of distances from the mean */
} totals;

static void add_up(totals *a, const number *x, int64_t n)
{
    *a = (totals){.known = true};
    for (int64_t i = 0; i < n; i++) {
        a->sum.re += x[i].re;
        a->sum.im += x[i].im;
        a->sum.bits += x[i].bits;
        const long double m = fabsl(x[i].re) + fabsl(x[i].im);
        a->size += m;
        a->most = m > a->most ? m : a->most;
    }
    const long double re = a->sum.re / (long double)n, im = a->sum.im / (long double)n;
    for (int64_t i = 0; i < n; i++) {
        const long double p = x[i].re - re, q = x[i].im - im;
        a->squares += p * p + q * q;
    }
}

/* one: the sum starts from 1 */
static answer moments(const operation *op, cx_dtype t, const totals *a, int64_t n, double ddof,
                      bool one)
{
    const cx_dtype r = result_dtype(op->result, t);
    const long double eps = number_eps(r), count = (long double)n, most = a->most;
    const long double start = one ? 1 : 0;
    if (op->code == CX_RED_MEAN || op->code == CX_RED_NANMEAN)
        return (answer){{a->sum.re / count, a->sum.im / count, 0},
                        32 * eps * (n > 0 ? a->size / count : 0) + number_tiny(r)};
    if (!is_var(op->code))
        return (answer){{a->sum.re + start, a->sum.im, a->sum.bits + (uint64_t)one},
                        32 * eps * (a->size + start) + number_tiny(r)};
    const long double left = count - (long double)ddof;
    long double v = n == 0 || (skips_nan(op->code) && left <= 0)
                        ? (long double)NAN
                        : a->squares / (left > 0 ? left : 0);
    long double bound = 32 * eps * fabsl(v) + 32 * (eps * most) * (eps * most) + number_tiny(r);
    if (op->code == CX_RED_STD || op->code == CX_RED_NANSTD) {
        v = sqrtl(v);
        bound = 32 * eps * v + 32 * eps * most + number_tiny(r);
    }
    return (answer){{v, 0, 0}, bound};
}

static bool is_moment(int code)
{
    return is_var(code) || code == CX_RED_SUM || code == CX_RED_NANSUM || code == CX_RED_MEAN ||
           code == CX_RED_NANMEAN;
}

/* of the others */
static answer expected(const operation *op, cx_dtype t, const number *x, int64_t n)
{
    switch (op->code) {
    case CX_RED_PROD:
    case CX_RED_NANPROD: {
        answer a = {{1, 0, 1}, 0};
        for (int64_t i = 0; i < n; i++) {
            const long double re = a.value.re * x[i].re - a.value.im * x[i].im;
            a.value.im = a.value.re * x[i].im + a.value.im * x[i].re;
            a.value.re = re;
            a.value.bits *= x[i].bits;
        }
        const cx_dtype r = result_dtype('A', t);
        a.bound =
            4 * (long double)(n + 2) * number_eps(r) * (fabsl(a.value.re) + fabsl(a.value.im)) +
            (long double)(n + 1) * number_tiny(r);
        return a;
    }
    case CX_RED_ANY:
    case CX_RED_ALL:
    case CX_RED_COUNT_NONZERO: {
        uint64_t count = 0;
        for (int64_t i = 0; i < n; i++) count += x[i].re != 0 || x[i].im != 0;
        if (op->code == CX_RED_ANY) count = count > 0;
        if (op->code == CX_RED_ALL) count = count == (uint64_t)n;
        return (answer){{(long double)count, 0, count}, 0};
    }
    default: break;
    }
    /* the rest are extremes and their places: a NaN leads unless it is skipped */
    const bool largest = op->code == CX_RED_MAX || op->code == CX_RED_ARGMAX ||
                         op->code == CX_RED_NANMAX || op->code == CX_RED_NANARGMAX;
    int64_t best = -1;
    for (int64_t i = 0; i < n; i++) {
        const bool nan = number_nan(x[i]);
        if (skips_nan(op->code) && nan) continue;
        if (best < 0) {
            best = i;
            continue;
        }
        if (number_nan(x[best])) break;
        const int order = number_order(t, x[i], x[best]);
        if (nan || (largest ? order > 0 : order < 0)) best = i;
    }
    if (is_place(op->code)) return (answer){{(long double)best, 0, (uint64_t)best}, 0};
    if (best < 0) return (answer){{(long double)NAN, 0, 0}, 0};
    return (answer){x[best], 0};
}

static bool agrees(cx_dtype t, number got, answer want)
{
    const char kind = cx_dtype_kind(t);
    if (kind == 'b' || kind == 'i' || kind == 'u') return got.bits == want.value.bits;
    if (number_nan(want.value)) return number_nan(got);
    if (want.bound == 0) return got.re == want.value.re && got.im == want.value.im;
    return fabsl(got.re - want.value.re) + fabsl(got.im - want.value.im) <= want.bound;
}

typedef struct gathered {
    number *line; /* [outputs][inside + 1] */
    int64_t *count;
    totals *total;
} gathered;

/* One array as plain numbers, and which of them count. */
typedef struct subject {
    test_array x, mask;
    number *value;
    bool *counts; /* NULL: all */
    layout how;
    bool nan; /* is there one? */
    /* of the set of axes at hand, for each output what it takes in: all, and what is no NaN; with
     * room for one more */
    gathered all, firm;
    int64_t outs, inside;
} subject;

static void make_subject(subject *s, cx_dtype t, const int64_t *shape, layout how, uint64_t *seed,
                         int flavour, bool masked)
{
    s->how = how;
    test_array_new(&s->x, t, (int)shape[0], shape + 1, how);
    for (int64_t i = 0; i < s->x.size; i++) {
        void *const p = test_element(&s->x, i);
        if (flavour == 2)
            test_value(t, p, seed, FILL_ANY);
        else
            number_write(t, p, test_random(seed), flavour == 1);
    }
    test_up(&s->x);
    s->value = malloc((size_t)(s->x.size + 1) * sizeof *s->value);
    s->nan = false;
    for (int64_t i = 0; i < s->x.size; i++) {
        s->value[i] = number_read(t, test_element(&s->x, i));
        s->nan = s->nan || number_nan(s->value[i]);
    }
    s->counts = NULL;
    if (!masked) return;
    test_array_new(&s->mask, CX_BOOL, (int)shape[0], shape + 1,
                   how == LAYOUT_C ? LAYOUT_FORTRAN : how);
    for (int64_t i = 0; i < s->x.size; i++)
        *(bool *)test_element(&s->mask, i) = test_random(seed) % 3 != 0;
    test_up(&s->mask);
    s->counts = malloc((size_t)s->x.size + 1);
    for (int64_t i = 0; i < s->x.size; i++) s->counts[i] = *(const bool *)test_element(&s->mask, i);
}
static void free_subject(subject *s)
{
    EXPECT(test_guards(&s->x), "an input was written to");
    test_array_free(&s->x);
    if (s->counts) test_array_free(&s->mask);
    free(s->value);
    free(s->counts);
}

/* Positions of what each output takes in, for one set of axes: [outputs][inside] */
static int64_t *make_order(const subject *s, uint32_t axes)
{
    int64_t *const order = malloc((size_t)(s->x.size + 1) * sizeof *order);
    int64_t extent[LAYOUT_NDIM], stride[LAYOUT_NDIM], step = 1;
    int n = 0;
    for (int pass = 0; pass < 2; pass++)
        for (int d = 0; d < s->x.ndim; d++)
            if ((int)(axes >> d & 1) == pass) {
                step = 1;
                for (int e = d + 1; e < s->x.ndim; e++) step *= s->x.shape[e];
                extent[n] = s->x.shape[d];
                stride[n++] = step;
            }
    for (int64_t i = 0; i < s->x.size; i++) {
        int64_t left = i, at = 0;
        for (int d = n - 1; d >= 0; d--) {
            at += left % extent[d] * stride[d];
            left /= extent[d];
        }
        order[i] = at;
    }
    return order;
}

/* The numbers themselves in that order, once for all operations. */
static void make_lines(subject *s, uint32_t axes)
{
    s->outs = s->inside = 1;
    for (int d = 0; d < s->x.ndim; d++) *(axes >> d & 1 ? &s->inside : &s->outs) *= s->x.shape[d];
    int64_t *const order = make_order(s, axes);
    const int64_t room = s->inside + 1;
    for (int firm = 0; firm <= (int)s->nan; firm++) {
        number *const line = malloc((size_t)(s->outs * room + 1) * sizeof *line);
        int64_t *const count = calloc((size_t)s->outs + 1, sizeof *count);
        for (int64_t i = 0; i < s->outs * s->inside; i++) {
            const int64_t at = order[i], o = i / s->inside;
            if (s->counts && !s->counts[at]) continue;
            if (firm && number_nan(s->value[at])) continue;
            line[o * room + count[o]++] = s->value[at];
        }
        totals *const total = calloc((size_t)s->outs + 1, sizeof *total);
        *(firm ? &s->firm : &s->all) = (gathered){line, count, total};
    }
    if (!s->nan) s->firm = s->all;
    free(order);
}
static void free_lines(subject *s)
{
    for (int firm = 0; firm <= (int)s->nan; firm++) {
        const gathered *const l = firm ? &s->firm : &s->all;
        free(l->line);
        free(l->count);
        free(l->total);
    }
}

/* What output o should come to. */
static answer wanted(const subject *s, const operation *op, int64_t o, const cx_reduce *how)
{
    const bool skip = skips_nan(op->code) && !is_place(op->code), one = how->initial != NULL;
    number *const x = (skip ? s->firm : s->all).line + o * (s->inside + 1);
    int64_t n = (skip ? s->firm : s->all).count[o];
    if (is_moment(op->code)) {
        totals *const a = (skip ? s->firm : s->all).total + o;
        if (!a->known) add_up(a, x, n);
        return moments(op, s->x.t, a, n, how->ddof, one);
    }
    if (one) x[n++] = (number){1, 0, 1}; /* 1 in every dtype */
    return expected(op, s->x.t, x, n);
}

/* A device that runs late tells what it found when it is waited for. */
static cx_status late(cx_status now)
{
    return now != CX_OK ? now : cx_device_sync(test_device());
}

static void check(const subject *s, const operation *op, uint32_t axes, cx_reduce how)
{
    const cx_dtype t = s->x.t, rt = result_dtype(op->result, t);
    const int64_t outs = s->outs, inside = s->inside;
    cx_array *const got = op->fn(s->x.a, how);
    const bool no_identity =
        (is_extreme(op->code) || is_place(op->code)) && inside == 0 && how.initial == NULL;
    if (no_identity) {
        EXPECT(cx_status_of(got) == (CX_E_ARGUMENT), "%s of nothing: %s", op->name,
               cx_error_message());
        return;
    }
    bool all_nan = false;
    if (op->code == CX_RED_NANARGMIN || op->code == CX_RED_NANARGMAX) {
        for (int64_t o = 0; o < outs && !all_nan; o++) {
            all_nan = s->firm.count[o] == 0;
        }
        if (all_nan) {
            EXPECT(late(cx_status_of(got)) == CX_E_ARGUMENT, "%s of NaN only: %s", op->name,
                   cx_error_message());
            return;
        }
    }
    EXPECT(cx_status_of(got) == (CX_OK), "%s %s: %s", op->name, cx_dtype_name(t),
           cx_error_message());
    EXPECT(cx_dtype_of(got) == (rt), "%s of %s is %s", op->name, cx_dtype_name(t),
           cx_dtype_name(cx_dtype_of(got)));
    EXPECT(cx_size(got) == (outs), "%s", op->name);
    EXPECT(cx_ndim(got) == (how.keepdims ? s->x.ndim : s->x.ndim - __builtin_popcount(axes)), "%s",
           op->name);
    /* the other face, into a strided output, gives the same bits */
    test_array out;
    test_array_new(&out, rt, cx_ndim(got), cx_shape_of(got).dim, LAYOUT_SLICED);
    EXPECT(op->into(s->x.a, how, out.a) == (CX_OK), "%s: %s", op->name, cx_error_message());
    EXPECT(test_guards(&out), "%s_into wrote beside its output", op->name);
    for (int64_t o = 0; o < outs; o++) {
        const answer want = wanted(s, op, o, &how);
        const number value = number_read(rt, test_element(&out, o));
        EXPECT(agrees(rt, value, want),
               "%s of %s, layout %s, axes %x of %d, shape %lld.., output %lld of %lld: %Lg%+Lgi, "
               "not %Lg%+Lgi (bound %Lg, ddof %g, where %d)",
               op->name, cx_dtype_name(t), test_layout_name(s->how), (unsigned)axes, s->x.ndim,
               (long long)(s->x.ndim > 0 ? s->x.shape[0] : 1), (long long)o, (long long)outs,
               value.re, value.im, want.value.re, want.value.im, want.bound, how.ddof,
               how.where != NULL);
    }
    /* both faces, bit for bit where their outputs lie alike; in the short form each is right */
    test_array first, second;
    test_array_new(&first, rt, cx_ndim(got), cx_shape_of(got).dim, LAYOUT_C);
    EXPECT(cx_copy_into(got, first.a) == (CX_OK), "%s", op->name);
    test_down(&first);
    for (int64_t o = 0; test_brief() && o < outs; o++)
        EXPECT(agrees(rt, number_read(rt, test_element(&first, o)), wanted(s, op, o, &how)),
               "%s of %s: output %lld of a new array", op->name, cx_dtype_name(t), (long long)o);
    if (!test_brief()) {
        test_array_new(&second, rt, cx_ndim(got), cx_shape_of(got).dim, LAYOUT_C);
        EXPECT(op->into(s->x.a, how, second.a) == (CX_OK), "%s", op->name);
        test_down(&second);
        for (int64_t o = 0; o < outs; o++)
            EXPECT(memcmp(test_element(&first, o), test_element(&second, o), cx_dtype_size(rt)) ==
                       0,
                   "%s: the two faces differ", op->name);
        test_array_free(&second);
    }
    test_array_free(&first);
    test_array_free(&out);
}

/* What op is asked for on a set of axes; false: it takes no such set. */
static bool options(const subject *s, const operation *op, uint32_t axes, const int *list, int n,
                    const cx_array *one, cx_reduce *how)
{
    if (is_place(op->code) && n != 1 && n != s->x.ndim) return false;
    *how =
        (cx_reduce){.axis_count = n, .axes = list, .no_axes = n == 0, .keepdims = (axes & 2) != 0};
    if (is_var(op->code)) how->ddof = (double)(axes & 1);
    if (n == s->x.ndim) { /* all of them by default */
        how->axis_count = 0;
        how->no_axes = false;
    }
    if (s->counts) {
        if (is_place(op->code) || op->code == CX_RED_COUNT_NONZERO) return false;
        how->where = s->mask.a;
    }
    if ((s->counts && is_extreme(op->code)) ||
        (!s->counts && (op->code == CX_RED_SUM || is_prod(op->code)) && (axes & 1)))
        how->initial = one;
    return true;
}

static void each_axes(subject *s, bool order_only)
{
    const int ndim = s->x.ndim;
    const uint32_t sets = ndim > 4 ? 0 : UINT32_C(1) << ndim;
    static const uint32_t some[] = {0, 1, 0x3ff, 0x155, 0x2aa, 0x200};
    const cx_array *const one = cx_int(1);
    for (uint32_t i = 0; i < (sets ? sets : 6); i++) {
        const uint32_t axes = sets ? i : some[i];
        if (axes == 0 && s->x.size > 10000) continue;
        int list[LAYOUT_NDIM], n = 0;
        for (int d = 0; d < ndim; d++)
            if (axes >> d & 1) list[n++] = i % 2 ? d : d - ndim;
        make_lines(s, axes);
        for (int k = 0; k < OPERATIONS; k++) {
            const operation *const op = &operations[k];
            const bool order = is_place(op->code) || is_extreme(op->code) || op->result == 'B' ||
                               op->code == CX_RED_COUNT_NONZERO;
            cx_reduce how;
            if ((order_only && !order) || !options(s, op, axes, list, n, one, &how)) continue;
            const cx_scope scope = cx_scope_open();
            check(s, op, axes, how);
            (void)!cx_scope_close(scope);
        }
        free_lines(s);
    }
}

/* Running sums and products of one line, at the place of each element. */
static void check_scan(test_array *x, int axis, bool product)
{
    const cx_dtype t = x->t, rt = result_dtype('A', t);
    cx_array *const got = product ? cx_cumprod(x->a, axis) : cx_cumsum(x->a, axis);
    EXPECT(cx_status_of(got) == CX_OK && cx_dtype_of(got) == rt, "%s", cx_error_message());
    test_array out, same;
    test_array_new(&out, rt, x->ndim, x->shape, LAYOUT_SLICED);
    test_array_new(&same, rt, x->ndim, x->shape, LAYOUT_C);
    EXPECT(cx_copy_into(got, same.a) == CX_OK, "copy");
    EXPECT((product ? cx_cumprod_into : cx_cumsum_into)(x->a, axis, out.a) == CX_OK, "%s",
           cx_error_message());
    EXPECT(test_guards(&out) && test_guards(&same) && test_guards(x),
           "a scan wrote beside its output");
    const int64_t n = x->shape[axis];
    int64_t inner = 1;
    for (int d = axis + 1; d < x->ndim; d++) inner *= x->shape[d];
    for (int64_t l = 0; n > 0 && l < x->size / n; l++) {
        number sum = {product ? 1 : 0, 0, product ? 1 : 0};
        long double size = 0;
        for (int64_t i = 0; i < n; i++) {
            const int64_t at = l / inner * inner * n + i * inner + l % inner;
            const number v = number_read(t, test_element(x, at));
            if (product) {
                const long double re = sum.re * v.re - sum.im * v.im;
                sum = (number){re, sum.re * v.im + sum.im * v.re, sum.bits * v.bits};
                size = 2 * (long double)(i + 2) * (fabsl(sum.re) + fabsl(sum.im));
            } else {
                sum = (number){sum.re + v.re, sum.im + v.im, sum.bits + v.bits};
                size += fabsl(v.re) + fabsl(v.im);
            }
            /* a line is added up one by one within a vector's width */
            const cx_dtype acc = rt == CX_F16 || rt == CX_BF16 ? CX_F32 : rt;
            const long double eps = 4 * number_eps(rt) + (i + 8) * number_eps(acc);
            const answer want = {sum, eps * size + (i + 1) * number_tiny(rt)};
            EXPECT(agrees(rt, number_read(rt, test_element(&out, at)), want) &&
                       agrees(rt, number_read(rt, test_element(&same, at)), want),
                   "%s of %s along %d at %lld", product ? "cumprod" : "cumsum", cx_dtype_name(t),
                   axis, (long long)at);
        }
    }
    test_array_free(&out);
    test_array_free(&same);
}

static void walk_scans(cx_dtype t, uint64_t *seed)
{
    static const int64_t lines[][4] = {{1, 0},     {1, 1},       {1, 300},
                                       {2, 7, 33}, {3, 4, 3, 5}, {1, 140001}};
    for (size_t k = 0; k < sizeof lines / sizeof *lines; k++) {
        for (int how = 0; how < LAYOUT_REPEATED; how++) {
            const bool once = !test_on_cpu() || TEST_SANITIZED;
            if (lines[k][1] > 100000 && how > 0 && once) continue;
            const cx_scope scope = cx_scope_open();
            test_array x;
            test_array_new(&x, t, (int)lines[k][0], lines[k] + 1, (layout)how);
            for (int64_t i = 0; i < x.size; i++)
                number_write(t, test_element(&x, i), test_random(seed), false);
            test_up(&x);
            for (int axis = 0; axis < x.ndim; axis++) {
                check_scan(&x, axis, false);
                check_scan(&x, axis, true);
            }
            test_array_free(&x);
            cr_assert_eq(cx_scope_close(scope), CX_OK);
        }
    }
}

/* Categories are no numbers. */
static void refuse(void)
{
    const cx_scope scope = cx_scope_open();
    cx_array *const codes = cx_zeros(CX_SHAPE(3), CX_I32, CX_CPU);
    cx_array *const a = test_here(cx_categories_new(codes, 1, (const char *const[]){"x"}));
    cr_assert_eq(cx_status_of(a), CX_OK);
    for (int i = 0; i < OPERATIONS; i++)
        cr_assert_eq(cx_status_of(operations[i].fn(a, CX_ALL)), CX_E_DTYPE, "%s",
                     operations[i].name);
    cr_assert_eq(cx_scope_close(scope), CX_E_DTYPE);
}

static void walk(cx_dtype t)
{
    if (t == CX_CAT) {
        refuse();
        return;
    }
    uint64_t seed = test_seed() + (uint64_t)t;
    walk_scans(t, &seed);
    for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++) {
        for (int how = 0; how < LAYOUT_COUNT; how++) {
            const bool big = k >= BIG && k < BIG + 3;
            if (shapes[k][0] == 0 && how > 0) continue;
            if (big && how > (test_on_cpu() ? LAYOUT_FORTRAN : 0)) continue;
            if (big && test_brief() && t != CX_F32 && t != CX_I64) continue;
            if (test_short() && how > 0 && how != LAYOUT_MIXED) continue;
            for (int flavour = 0; flavour < 4; flavour++) { /* plain, with NaN, any value, masked */
                const bool numbers_alone = flavour == 1 || flavour == 2;
                if ((big || test_short()) && numbers_alone) continue;
                const cx_scope scope = cx_scope_open();
                subject s;
                make_subject(&s, t, shapes[k], (layout)how, &seed, flavour % 3, flavour == 3);
                each_axes(&s, flavour == 2); /* sums of any values would be about overflow */
                free_subject(&s);
                (void)!cx_scope_close(scope);
            }
        }
    }
}

#define CX_DTYPE(NAME, value, ctype, sfx, text, bytes, kind, descr) \
    Test(reduce, sfx)                                               \
    {                                                               \
        walk(CX_##NAME);                                            \
    }
#include <calx/dtypes.def>
#undef CX_DTYPE
