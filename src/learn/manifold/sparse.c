/* Sparse square matrices on the host: see the header. A transposition sorts every row, since it
 * meets the rows in order; so sorting is two of them. */
#include "learn/manifold/sparse.h"

#include "base/threads.h"
#include <math.h>

cx_status cx__sparse_new(int64_t n, int64_t entries, cx__sparse *out)
{
    if (n >= INT32_MAX)
        return cx__fail(CX_E_UNSUPPORTED, "fit", "graphs have less than 2^31 rows, not %lld",
                        (long long)n);
    out->n = n;
    out->start = cx__scope_room((size_t)(n + 1) * sizeof *out->start);
    out->index = cx__scope_room((size_t)(entries + 1) * sizeof *out->index);
    out->value = cx__scope_room((size_t)(entries + 1) * sizeof *out->value);
    return cx__so_far();
}

cx_status cx__sparse_turn(const cx__sparse *a, cx__sparse *out)
{
    const int64_t n = a->n;
    CX__TRY(cx__sparse_new(n, a->start[n], out));
    for (int64_t e = 0; e < a->start[n]; e++) out->start[a->index[e] + 1]++;
    for (int64_t i = 0; i < n; i++) out->start[i + 1] += out->start[i];
    int64_t *const at = cx__scope_room((size_t)(n + 1) * sizeof *at);
    if (at == NULL) return CX_E_NOMEM;
    for (int64_t i = 0; i < n; i++) at[i] = out->start[i];
    for (int64_t i = 0; i < n; i++)
        for (int64_t e = a->start[i]; e < a->start[i + 1]; e++) {
            const int64_t to = at[a->index[e]]++;
            out->index[to] = (int32_t)i;
            out->value[to] = a->value[e];
        }
    return CX_OK;
}

cx_status cx__sparse_near(const cx__nearby *near, const double *value, double self, cx__sparse *out)
{
    const bool with_self = !isnan(self);
    const int64_t n = near->n, k = near->count + with_self;
    cx__sparse raw, turned;
    CX__TRY(cx__sparse_new(n, n * k, &raw));
    int64_t e = 0;
    for (int64_t i = 0; i < n; i++) {
        raw.start[i] = e;
        if (with_self) {
            raw.index[e] = (int32_t)i;
            raw.value[e++] = self;
        }
        for (int64_t j = i * near->count; j < (i + 1) * near->count; j++) {
            raw.index[e] = (int32_t)near->index[j];
            raw.value[e++] = value ? value[j] : 1;
        }
    }
    raw.start[n] = e;
    CX__TRY(cx__sparse_turn(&raw, &turned));
    return cx__sparse_turn(&turned, out);
}

static double of_both(cx__sparse_both both, double a, double b)
{
    if (both == CX__BOTH_SUM) return a + b;
    if (both == CX__BOTH_MEAN) return 0.5 * (a + b);
    if (both == CX__BOTH_PRODUCT) return a * b;
    return a + b - a * b;
}

cx_status cx__sparse_symmetric(const cx__sparse *a, cx__sparse_both both, cx__sparse *out)
{
    cx__sparse b;
    CX__TRY(cx__sparse_turn(a, &b));
    CX__TRY(cx__sparse_new(a->n, 2 * a->start[a->n], out));
    int64_t to = 0;
    for (int64_t i = 0; i < a->n; i++) {
        int64_t e = a->start[i], f = b.start[i];
        while (e < a->start[i + 1] || f < b.start[i + 1]) {
            const int32_t p = e < a->start[i + 1] ? a->index[e] : INT32_MAX,
                          q = f < b.start[i + 1] ? b.index[f] : INT32_MAX;
            const double v = p <= q ? a->value[e++] : 0, w = q <= p ? b.value[f++] : 0;
            out->index[to] = p < q ? p : q;
            out->value[to++] = of_both(both, v, w);
        }
        out->start[i + 1] = to;
    }
    return CX_OK;
}

typedef struct product {
    const cx__sparse *a;
    const double *x;
    double *y;
} product;

static void times_rows(void *ctx, int64_t lo, int64_t hi)
{
    const product *const p = ctx;
    for (int64_t i = lo; i < hi; i++) {
        double sum = 0;
        for (int64_t e = p->a->start[i]; e < p->a->start[i + 1]; e++)
            sum += p->a->value[e] * p->x[p->a->index[e]];
        p->y[i] = sum;
    }
}

cx_status cx__sparse_times(const cx__sparse *a, const double *x, double *y)
{
    product p = {.a = a, .x = x, .y = y};
    return cx__parallel_for(a->n, 512, times_rows, &p);
}

static int32_t root_of(int32_t *parent, int32_t i)
{
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
}

cx_status cx__sparse_components(const cx__sparse *a, int32_t *label, int64_t *count)
{
    int32_t *const parent = cx__scope_room((size_t)(a->n + 1) * sizeof *parent);
    if (parent == NULL) return CX_E_NOMEM;
    for (int64_t i = 0; i < a->n; i++) parent[i] = (int32_t)i;
    for (int64_t i = 0; i < a->n; i++)
        for (int64_t e = a->start[i]; e < a->start[i + 1]; e++) {
            const int32_t p = root_of(parent, (int32_t)i), q = root_of(parent, a->index[e]);
            if (p < q) parent[q] = p; /* a root is the first row of its component */
            if (q < p) parent[p] = q;
        }
    *count = 0;
    for (int64_t i = 0; i < a->n; i++)
        label[i] = parent[i] == i ? (int32_t)(*count)++ : label[root_of(parent, (int32_t)i)];
    return CX_OK;
}
