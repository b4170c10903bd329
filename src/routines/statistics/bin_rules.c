/* How many bins of equal width: NumPy's eight rules, each a width. */
#include "routines/statistics/bins.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/ops.h>
#include <math.h>
#include <string.h>

/* What the rules look at. The range of the elements is as wide as `wide`. */
typedef struct facts {
    const char *where;
    const cx_array *a;
    cx_dtype t; /* in which NumPy has statistics of a */
    double n, wide;
    const cx__bins *range;
} facts;

static double by_sqrt(const facts *f)
{
    return f->wide / sqrt(f->n);
}
static double by_sturges(const facts *f)
{
    return f->wide / (log2(f->n) + 1.0);
}
static double by_rice(const facts *f)
{
    return cx__rounded(f->t, f->wide / cx__rounded(f->t, 2.0 * pow(f->n, 1.0 / 3)));
}
static double by_scott(const facts *f)
{
    const double pi = 3.141592653589793, k = pow(24.0 * sqrt(pi) / f->n, 1.0 / 3.0);
    return cx__rounded(f->t, cx__rounded(f->t, k) * cx_item_f64(cx_std(f->a, CX_ALL)));
}
static double by_doane(const facts *f)
{
    if (f->n <= 2) return 0;
    const double n = f->n, spread = sqrt(6.0 * (n - 2) / ((n + 1.0) * (n + 3)));
    cx_array *const sigma = cx_std(f->a, CX_ALL);
    if (!(cx_item_f64(sigma) > 0)) return 0;
    static cx__held third = CX__HELD("a, m, sigma: mean(((a - m) / sigma)**3)");
    const double skew =
        cx_item_f64(cx__held_run(f->where, &third, CX_ARRAYS(f->a, cx_mean(f->a, CX_ALL), sigma)));
    return f->wide / (1.0 + log2(n) + log2(1.0 + fabs(skew) / spread));
}
static double by_fd(const facts *f)
{
    const double q[2] = {75, 25};
    cx_array *const at = cx_percentile(f->a, cx_copy_host(q, CX_SHAPE(2), CX_F64), CX_ALL, NULL);
    const double apart = cx_item_f64(cx_select(at, 0, 0)) - cx_item_f64(cx_select(at, 0, 1));
    return 2.0 * apart * pow(f->n, -1.0 / 3.0);
}
static double by_auto(const facts *f)
{
    const double fd = by_fd(f), sturges = by_sturges(f), root = by_sqrt(f);
    const double wide = fd > root / 2 ? fd : root / 2;
    return wide < sturges ? wide : sturges;
}

/* The number of bins with the smallest estimated loss; each is counted. */
static double loss(const facts *f, int64_t bins)
{
    const cx_scope s = cx_scope_open();
    cx__bins b = *f->range;
    b.count = bins;
    (void)cx_check(cx__bins_equal(f->where, f->a, &b));
    cx_array *const counts = cx_to(cx__bins_count(f->a, &b, NULL), CX_CPU);
    const int64_t *const count = cx_data_i64(counts);
    double square = 0;
    for (int64_t i = 0; count != NULL && i < bins; i++)
        square += (double)count[i] / f->n * ((double)count[i] / f->n);
    (void)cx_check(cx_scope_close(s));
    return (2 - (f->n + 1) * square) / (f->wide / (double)bins);
}
static double by_stone(const facts *f)
{
    if (f->n <= 1 || f->wide == 0) return 0;
    const int64_t root = (int64_t)sqrt(f->n), most = root > 100 ? root : 100;
    int64_t best = 1;
    double least = loss(f, 1);
    for (int64_t bins = 2; bins <= most && cx_ok(); bins++) {
        const double here = loss(f, bins);
        if (here < least) {
            least = here;
            best = bins;
        }
    }
    if (best == most)
        cx__warn(CX_E_CONVERGENCE, "histogram: the number of bins may not be the best");
    return f->wide / (double)best;
}

static const struct {
    const char *name;
    double (*width)(const facts *f);
} rules[] = {
    {"auto", by_auto},   {"fd", by_fd},     {"doane", by_doane},     {"scott", by_scott},
    {"stone", by_stone}, {"rice", by_rice}, {"sturges", by_sturges}, {"sqrt", by_sqrt},
};

cx_status cx__bins_by_rule(const char *where, const char *rule, const cx_array *a, cx__bins *b)
{
    static const char *const names[] = {"auto", "fd",      "doane", "scott", "stone",
                                        "rice", "sturges", "sqrt",  NULL};
    size_t i = 0;
    while (i < sizeof rules / sizeof *rules && strcmp(rules[i].name, rule) != 0) i++;
    if (i == sizeof rules / sizeof *rules) {
        const char *const near = cx__nearest(rule, names);
        return cx__fail(CX_E_ARGUMENT, where, "no rule '%s'%s%s%s", rule,
                        near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
                        near != NULL ? "'?" : "");
    }
    b->count = 1;
    if (b->given) /* only what is inside counts */
        a = cx_mask(a, cx__bins_inside(a, b));
    CX__TRY(cx__so_far());
    if (cx_size(a) == 0) return CX_OK;
    facts f = {.where = where,
               .a = a,
               .t = cx__is_whole(a) ? CX_F64 : cx_dtype_of(a),
               .n = (double)cx_size(a),
               .range = b};
    cx__bins own;
    cx_maybe_f64 none = {false, 0};
    cx_array *const low = cx_min(a, CX_ALL), *const high = cx_max(a, CX_ALL);
    CX__TRY(cx__so_far());
    f.wide = 0;
    if (cx_item_bool(cx_not_equal(low, high))) {
        CX__TRY(cx__bins_range(where, a, none, none, &own));
        f.wide = own.width;
    }
    double width = rules[i].width(&f);
    CX__TRY(cx__so_far());
    if (!(width != 0)) return CX_OK;
    if (cx__is_whole(a) && cx_dtype_of(a) != CX_BOOL && width < 1) width = 1;
    const double bins = ceil(b->width / width);
    if (!(bins < 9e15))
        return cx__fail(CX_E_ARGUMENT, where, "rule '%s' wants %g bins", rule, bins);
    b->count = bins < 1 ? 1 : (int64_t)bins;
    return CX_OK;
}
