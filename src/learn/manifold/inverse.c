/* Solving with large positive definite matrices: Cholesky's factor, of all of it, or of its band
 * where a good order of the rows makes that thin. */
#include "learn/manifold/eigen.h"

#include "base/alloc.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/linalg.h>
#include <calx/linalg_banded.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- order */
typedef struct by_degree {
    int64_t degree;
    int32_t row;
} by_degree;

static int rising(const void *a, const void *b)
{
    const by_degree *const p = a, *const q = b;
    if (p->degree != q->degree) return p->degree < q->degree ? -1 : 1;
    return p->row < q->row ? -1 : p->row > q->row;
}

typedef struct walk {
    const cx__sparse *a;
    int32_t *list; /* in the order in which they were met */
    int32_t *seen; /* number of the walk that met a row */
    by_degree *near;
} walk;

/* Rows in breadth first order from one, neighbours of few entries first; the last one met, and how
 * many. */
static int32_t breadth_first(const walk *w, int32_t from, int32_t mark, int64_t *count)
{
    int64_t met = 1;
    w->list[0] = from;
    w->seen[from] = mark;
    for (int64_t i = 0; i < met; i++) {
        const int32_t row = w->list[i];
        int64_t k = 0;
        for (int64_t e = w->a->start[row]; e < w->a->start[row + 1]; e++) {
            const int32_t to = w->a->index[e];
            if (w->seen[to] == mark) continue;
            w->seen[to] = mark;
            w->near[k++] = (by_degree){w->a->start[to + 1] - w->a->start[to], to};
        }
        qsort(w->near, (size_t)k, sizeof *w->near, rising);
        for (int64_t j = 0; j < k; j++) w->list[met++] = w->near[j].row;
    }
    *count = met;
    return w->list[met - 1];
}

cx_status cx__thin_order(const cx__sparse *a, int32_t *order, int64_t *width)
{
    const size_t n = (size_t)a->n;
    walk w = {.a = a};
    w.list = cx__scope_room(n * sizeof *w.list);
    w.seen = cx__scope_room(n * sizeof *w.seen);
    w.near = cx__scope_room(n * sizeof *w.near);
    int32_t *const place = cx__scope_room(n * sizeof *place);
    CX__TRY(cx__so_far());
    int64_t done = 0;
    int32_t mark = 0;
    for (int64_t i = 0; i < a->n; i++) {
        if (w.seen[i] != 0) continue; /* of a component that was ordered */
        int64_t count = 0;
        /* a row at one of its ends is far from where a walk from the other ends */
        int32_t end = breadth_first(&w, (int32_t)i, ++mark, &count);
        end = breadth_first(&w, end, ++mark, &count);
        (void)breadth_first(&w, end, ++mark, &count);
        for (int64_t j = 0; j < count; j++) order[a->n - 1 - done - j] = w.list[j];
        done += count;
    }
    for (int64_t i = 0; i < a->n; i++) place[order[i]] = (int32_t)i;
    *width = 0;
    for (int64_t i = 0; i < a->n; i++)
        for (int64_t e = a->start[i]; e < a->start[i + 1]; e++) {
            const int64_t off = llabs((long long)place[i] - place[a->index[e]]);
            if (off > *width) *width = off;
        }
    return CX_OK;
}

/* ---- factors */
static cx_status whole(const cx__smallest *how, cx__inverse *f)
{
    const int64_t n = how->n;
    const cx_scope scope = cx_scope_open();
    cx_array *const m = cx_zeros(CX_SHAPE(n, n), CX_F64, CX_CPU);
    double *const at = cx__at(m);
    for (int64_t i = 0; at && how->sparse && i < n; i++)
        for (int64_t e = how->sparse->start[i]; e < how->sparse->start[i + 1]; e++)
            at[i * n + how->sparse->index[e]] += how->sparse->value[e];
    if (at && !how->sparse) memcpy(at, how->dense, (size_t)(n * n) * sizeof *at);
    for (int64_t i = 0; at && i < n; i++) at[i * n + i] += how->shift;
    cx_array *const factor = cx__give(scope, CX_OK, cx_linalg_cholesky(m, NULL));
    f->at = cx__at(cx__as("fit", factor, CX_F64));
    f->stride = n;
    return cx__so_far();
}

static cx_status band(const cx__smallest *how, const int32_t *order, int64_t width, cx__inverse *f)
{
    const int64_t n = how->n;
    const cx__sparse *const a = how->sparse;
    int32_t *const place = cx__scope_room((size_t)n * sizeof *place);
    double *const rows = cx__scope_room((size_t)(n * (width + 1)) * sizeof *rows);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < n; i++) place[order[i]] = (int32_t)i;
    const cx_scope scope = cx_scope_open();
    cx_array *const m = cx_zeros(CX_SHAPE(width + 1, n), CX_F64, CX_CPU);
    double *const at = cx__at(m);
    for (int64_t i = 0; at && i < n; i++) {
        at[i] += how->shift;
        for (int64_t e = a->start[i]; e < a->start[i + 1]; e++) {
            const int64_t row = place[i], column = place[a->index[e]];
            if (row >= column) at[(row - column) * n + column] += a->value[e];
        }
    }
    const cx_array *const factor =
        cx_linalg_cholesky_banded(m, CX_OPTS(cx_banded_opts, .lower = true));
    const double *const l = cx__at(cx__as("fit", factor, CX_F64));
    for (int64_t i = 0; l && i < n; i++)
        for (int64_t j = i > width ? i - width : 0; j <= i; j++)
            rows[i * width + width + j] = l[(i - j) * n + j];
    f->at = rows + width;
    f->stride = width;
    f->order = order;
    return cx__give_status(scope, cx__so_far());
}

cx_status cx__inverse_make(const cx__smallest *how, cx__inverse *out)
{
    const int64_t n = how->n;
    int64_t width = n - 1;
    int32_t *const order = cx__scope_room((size_t)n * sizeof *order), *const first = cx__scope_room(
                                                                          (size_t)n *
                                                                          sizeof *first);
    *out = (cx__inverse){.n = n, .first = first};
    out->room = cx__scope_room((size_t)n * sizeof *out->room);
    CX__TRY(cx__so_far());
    if (how->sparse) CX__TRY(cx__thin_order(how->sparse, order, &width));
    const bool thin = width < n / 3;
    CX__TRY(thin ? band(how, order, width, out) : whole(how, out));
    for (int64_t i = 0; i < n; i++) first[i] = (int32_t)(thin && i > width ? i - width : 0);
    return CX_OK;
}

void cx__inverse_solve(const cx__inverse *f, const double *x, double *y)
{
    const int64_t n = f->n;
    double *const z = f->room;
    for (int64_t i = 0; i < n; i++) {
        const double *const row = f->at + i * f->stride;
        double s[4] = {f->order ? x[f->order[i]] : x[i], 0, 0, 0};
        int64_t j = f->first[i];
        for (; j + 4 <= i; j += 4)
            for (int k = 0; k < 4; k++) s[k] -= row[j + k] * z[j + k];
        for (; j < i; j++) s[0] -= row[j] * z[j];
        z[i] = ((s[0] + s[1]) + (s[2] + s[3])) / row[i];
    }
    for (int64_t i = n - 1; i >= 0; i--) {
        const double *const row = f->at + i * f->stride, v = z[i] / row[i];
        for (int64_t j = f->first[i]; j < i; j++) z[j] -= row[j] * v;
        y[f->order ? f->order[i] : i] = v;
    }
}
