/* A chain of matrix products in the cheapest order. One idea: the best cut of each stretch of the
 * chain follows from the best ones of shorter stretches. */
#include "base/alloc.h"
#include "base/size.h"
#include "routines/arguments.h"
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

typedef struct chain {
    const char *where;
    int n;
    const cx_array *const *at;

    double *size; /* n + 1 extents */
    double *cost; /* n x n */
    int *cut;
} chain;

static const cx_array *matrix(const chain *c, int i)
{
    const cx_array *const a = c->at[i];
    if (cx_ndim(a) == 2) return a;
    return cx_expand_dims(a, i == 0 ? 0 : 1);
}

static cx_status check(const chain *c)
{
    if (c->n < 2 || c->at == NULL)
        return cx__fail(CX_E_ARGUMENT, c->where, "%d matrices; two or more are needed", c->n);
    char argument[24];
    for (int i = 0; i < c->n; i++) {
        (void)snprintf(argument, sizeof argument, "matrix %d", i);
        CX__TRY(cx__need_array(c->where, argument, c->at[i]));
        CX__TRY(cx__need_together(c->where, "matrix 0", c->at[0], argument, c->at[i]));
        if (cx_dtype_of(c->at[i]) == CX_CAT)
            return cx__fail(CX_E_DTYPE, c->where, "%s is of categories", argument);
        const int ndim = cx_ndim(c->at[i]);
        if (ndim != 2 && !(ndim == 1 && (i == 0 || i == c->n - 1)))
            return cx__fail(CX_E_SHAPE, c->where, "%s has %d dimensions", argument, ndim);
        if (i > 0) {
            const int64_t left = cx_dim(c->at[i - 1], -1), right = cx_dim(c->at[i], 0);
            if (left != right)
                return cx__fail(CX_E_SHAPE, c->where,
                                "matrix %d has %" PRId64 " columns and %s %" PRId64 " rows", i - 1,
                                left, argument, right);
        }
    }
    return CX_OK;
}

static void best_cuts(const chain *c)
{
    const int n = c->n;
    for (int i = 0; i < n; i++) c->cost[i * n + i] = 0;
    for (int span = 1; span < n; span++) {
        for (int i = 0; i + span < n; i++) {
            const int j = i + span;
            c->cost[i * n + j] = INFINITY;
            for (int k = i; k < j; k++) {
                const double cost = c->cost[i * n + k] + c->cost[(k + 1) * n + j] +
                                    c->size[i] * c->size[k + 1] * c->size[j + 1];
                if (cost >= c->cost[i * n + j]) continue;
                c->cost[i * n + j] = cost;
                c->cut[i * n + j] = k;
            }
        }
    }
}

static const cx_array *product(const chain *c, int i, int j)
{
    if (i == j) return matrix(c, i);
    const int k = c->cut[i * c->n + j];
    return cx_matmul(product(c, i, k), product(c, k + 1, j));
}

static cx_status multi_dot(const char *where, cx_arrays matrices, cx_array **out)
{
    chain c = {.where = where, .n = matrices.count, .at = matrices.at};
    CX__TRY(check(&c));
    const size_t n = (size_t)c.n;
    size_t cells = 0;
    cx_status st = CX_OK;
    if (!cx__mul_size(n, n, &cells) || cells > INT32_MAX)
        return cx__fail(CX_E_ARGUMENT, where, "%d matrices are too many", c.n);
    c.size = cx__calloc(n + 1, sizeof *c.size);
    c.cost = cx__calloc(cells, sizeof *c.cost);
    c.cut = cx__calloc(cells, sizeof *c.cut);
    if (c.size == NULL || c.cost == NULL || c.cut == NULL) {
        st = cx__fail_nomem(where, "the table of cuts", cells * sizeof *c.cost);
        goto done;
    }
    const bool row = cx_ndim(c.at[0]) == 1, column = cx_ndim(c.at[c.n - 1]) == 1;
    c.size[0] = row ? 1 : (double)cx_dim(c.at[0], 0);
    for (int i = 0; i < c.n; i++)
        c.size[i + 1] = i == c.n - 1 && column ? 1 : (double)cx_dim(c.at[i], -1);
    best_cuts(&c);
    const cx_array *r = product(&c, 0, c.n - 1);
    if (column) r = cx_squeeze(r, 1);
    if (row) r = cx_squeeze(r, 0);
    *out = cx_to(r, cx_device_of(c.at[0]));
done:
    cx__free(c.size);
    cx__free(c.cost);
    cx__free(c.cut);
    return st;
}

cx_array *cx_linalg_multi_dot(cx_arrays matrices)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = multi_dot("linalg_multi_dot", matrices, &r);
    return cx__give(s, st, r);
}

static cx_status multi_dot_into(cx_arrays matrices, cx_array *out)
{
    static const char where[] = "linalg_multi_dot_into";
    CX__TRY(cx__need_array(where, "out", out));
    cx_array *r = NULL;
    CX__TRY(multi_dot(where, matrices, &r));
    CX__TRY(cx__so_far());
    return cx__deliver(where, matrices, r, out);
}

cx_status cx_linalg_multi_dot_into(cx_arrays matrices, cx_array *out)
{
    const cx_scope s = cx_scope_open();
    return cx__give_status(s, multi_dot_into(matrices, out));
}
