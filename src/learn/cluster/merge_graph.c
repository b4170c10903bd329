/* Graphs of rows that may merge: what a parameter says, made whole. See structured.h. */
#include "learn/base/estimator.h"
#include "learn/cluster/structured.h"
#include "learn/numeric/matrix_param.h"
#include "learn/numeric/rows.h"
#include <math.h>

double cx__pair_apart(const cx__pair_rows *r, int64_t i, int64_t j)
{
    if (r->way == CX__PAIR_GIVEN) return r->x[i * r->n + j];
    const double *const a = r->x + i * r->d, *const b = r->x + j * r->d;
    double sum = 0;
    if (r->way == CX__PAIR_MANHATTAN) {
        for (int64_t k = 0; k < r->d; k++) sum += fabs(a[k] - b[k]);
        return sum;
    }
    for (int64_t k = 0; k < r->d; k++) sum += (a[k] - b[k]) * (a[k] - b[k]);
    return r->way == CX__PAIR_COSINE ? 0.5 * sum : sqrt(sum);
}

/* ---- of entries as they come: both ways, sorted, each once */
static cx_status from_entries(cx__sparse *raw, cx__sparse *out)
{
    cx__sparse turned, sorted, both;
    CX__TRY(cx__sparse_turn(raw, &turned));
    CX__TRY(cx__sparse_turn(&turned, &sorted));
    CX__TRY(cx__sparse_symmetric(&sorted, CX__BOTH_SUM, &both));
    int64_t to = 0, e = 0;
    for (int64_t i = 0; i < both.n; i++) { /* the diagonal and what cancels out go */
        for (; e < both.start[i + 1]; e++) {
            if (both.index[e] == i || both.value[e] == 0) continue;
            both.index[to] = both.index[e];
            both.value[to++] = 1;
        }
        both.start[i + 1] = to;
    }
    *out = both;
    return CX_OK;
}

static cx_status from_matrix(const cx_estimator *self, const char *name, int64_t n, cx__sparse *out)
{
    cx_array *m = NULL;
    cx__sparse raw;
    CX__TRY(cx__param_matrix(self, name, n, n, &m));
    const double *const v = cx__at(m);
    int64_t entries = 0;
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < n * n; i++) entries += v[i] != 0;
    CX__TRY(cx__sparse_new(n, entries, &raw));
    int64_t e = 0;
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j < n; j++) {
            if (v[i * n + j] == 0) continue;
            raw.index[e] = (int32_t)j;
            raw.value[e++] = v[i * n + j];
        }
        raw.start[i + 1] = e;
    }
    return from_entries(&raw, out);
}

/* Each row and the next one along each axis. */
static cx_status from_grid(const cx_estimator *self, const char *name, int64_t n, cx__sparse *out)
{
    const cx__lit *const v = cx__param(self, name);
    int64_t all = 1, step = n;
    cx__sparse raw;
    for (int a = 0; a < v->count; a++) {
        const cx__lit *const size = &v->u.items[a];
        if (size->kind != CX__LIT_INT || size->u.i < 1 || size->u.i > n)
            return cx__fail(CX_E_ARGUMENT, "fit",
                            "%s: %s must be a number, a shape such as (8, 8) or a matrix",
                            self->cls->name, name);
        all = all > n ? all : all * size->u.i;
    }
    if (all != n)
        return cx__fail(CX_E_SHAPE, "fit", "%s: the grid of %s is not one of the %lld that merge",
                        self->cls->name, name, (long long)n);
    CX__TRY(cx__sparse_new(n, n * v->count, &raw));
    int64_t e = 0;
    for (int64_t i = 0; i < n; i++) {
        step = n;
        for (int a = 0; a < v->count; a++) {
            const int64_t size = v->u.items[a].u.i;
            step /= size;
            if (i / step % size == size - 1) continue;
            raw.index[e] = (int32_t)(i + step);
            raw.value[e++] = 1;
        }
        raw.start[i + 1] = e;
    }
    return from_entries(&raw, out);
}

cx_status cx__merge_graph(const cx_estimator *self, const char *name, const cx__site *s,
                          const cx_array *x, const cx__near_opts *o, cx__sparse *out)
{
    const cx__lit *const v = cx__param(self, name);
    const int64_t n = cx_dim(x, 0);
    *out = (cx__sparse){.n = 0};
    if (v->kind == CX__LIT_NONE) return CX_OK;
    if (v->kind == CX__LIT_INT) {
        cx__nearby near;
        cx__sparse one;
        if (v->u.i >= n)
            return cx__fail(CX_E_ARGUMENT, "fit", "%s: %s=%lld, each row has %lld others",
                            self->cls->name, name, (long long)v->u.i, (long long)n - 1);
        CX__TRY(cx__near_lists(s, x, NULL, o, v->u.i, &near));
        CX__TRY(cx__sparse_near(&near, NULL, (double)NAN, &one));
        return cx__sparse_symmetric(&one, CX__BOTH_SUM, out);
    }
    const bool numbers =
        v->count > 0 && v->u.items->kind != CX__LIT_LIST && v->u.items->kind != CX__LIT_TUPLE;
    return numbers ? from_grid(self, name, n, out) : from_matrix(self, name, n, out);
}

/* ---- made whole */
typedef struct parts {
    int64_t count;
    int32_t *label;
    int64_t *row, *begin; /* rows by part; where a part's begin [count + 1] */
} parts;

static cx_status parts_of(const cx__sparse *g, parts *p)
{
    p->label = cx__scope_room((size_t)(g->n + 1) * sizeof *p->label);
    p->row = cx__scope_room((size_t)(g->n + 1) * sizeof *p->row);
    CX__TRY(cx__so_far());
    CX__TRY(cx__sparse_components(g, p->label, &p->count));
    p->begin = cx__scope_room((size_t)(p->count + 2) * sizeof *p->begin);
    CX__TRY(cx__so_far());
    int64_t *const at = p->begin + 1; /* becomes where the next begins */
    for (int64_t i = 0; i < g->n; i++) at[p->label[i] + 1]++;
    for (int64_t c = 0; c < p->count; c++) at[c + 1] += at[c];
    for (int64_t i = 0; i < g->n; i++) p->row[at[p->label[i]]++] = i;
    return CX_OK;
}

/* The nearest two rows of two parts; the first of several pairs. */
static void nearest_of(const cx__pair_rows *r, const parts *p, int64_t a, int64_t b, int64_t *i,
                       int64_t *j)
{
    double least = INFINITY;
    *i = p->row[p->begin[a]];
    *j = p->row[p->begin[b]];
    for (int64_t k = p->begin[a]; k < p->begin[a + 1]; k++)
        for (int64_t l = p->begin[b]; l < p->begin[b + 1]; l++) {
            const double v = cx__pair_apart(r, p->row[k], p->row[l]);
            if (!(v < least)) continue;
            least = v;
            *i = p->row[k];
            *j = p->row[l];
        }
}

cx_status cx__merge_whole(const cx__pair_rows *r, cx__sparse *graph, int64_t *count)
{
    parts p;
    cx__sparse raw;
    CX__TRY(parts_of(graph, &p));
    *count = p.count;
    if (p.count == 1) return CX_OK;
    /* bridges by the row that they begin at, in lists that are as long as those of the graph */
    const int64_t bridges = p.count * (p.count - 1) / 2;
    int64_t *const from = cx__scope_room((size_t)(2 * bridges) * sizeof *from), *const to =
                                                                                    from + bridges;
    CX__TRY(cx__so_far());
    int64_t b = 0;
    for (int64_t k = 0; k < p.count; k++)
        for (int64_t l = 0; l < k; l++, b++) nearest_of(r, &p, k, l, &from[b], &to[b]);
    CX__TRY(cx__sparse_new(graph->n, graph->start[graph->n] + bridges, &raw));
    for (b = 0; b < bridges; b++) raw.start[from[b] + 1]++;
    for (int64_t i = 0; i < graph->n; i++)
        raw.start[i + 1] += raw.start[i] + graph->start[i + 1] - graph->start[i];
    for (int64_t i = 0; i < graph->n; i++) {
        int64_t e = raw.start[i];
        for (int64_t g = graph->start[i]; g < graph->start[i + 1]; g++, e++) {
            raw.index[e] = graph->index[g];
            raw.value[e] = 1;
        }
        raw.start[i] = e; /* where bridges go, until all are in */
    }
    for (b = 0; b < bridges; b++) {
        const int64_t e = raw.start[from[b]]++;
        raw.index[e] = (int32_t)to[b];
        raw.value[e] = 1;
    }
    for (int64_t i = graph->n; i > 0; i--) raw.start[i] = raw.start[i - 1];
    raw.start[0] = 0;
    return from_entries(&raw, graph);
}
