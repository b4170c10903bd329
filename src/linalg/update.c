/* Factors that follow a change of their matrix. One idea: the change makes r triangular but for one
 * diagonal or one column, and the backend's rotations of neighbouring rows make it triangular again
 * while they turn q's columns. With q reduced, the part of a vector that is outside what q's
 * columns span becomes one column more for as long as it is needed. */
#include "base/alloc.h"
#include "core/shape.h"
#include "linalg/linalg.h"
#include "ops/primitives.h"
#include <calx/grid.h>
#include <calx/index.h>
#include <calx/linalg_update.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/views.h>
#include <inttypes.h>
#include <string.h>

/* Factors q [m, k] and r [k, n] of a batch, in one dtype and upper triangular; of the open scope.
 */
typedef struct factors {
    cx__lin c;
    int64_t m, n, k;
    cx_dims batch;
    const cx_array *q, *r;
} factors;

/* ---- arrays of the batch */
static cx_array *zeros(const factors *f, int64_t rows, int64_t cols)
{
    cx_dims shape = f->batch;
    shape.dim[shape.ndim++] = rows;
    shape.dim[shape.ndim++] = cols;
    return cx_zeros((cx_shape){shape.ndim, shape.dim}, f->c.t, f->c.dev->id);
}

/* a in the batch and the dtype of the call; its last `core` dimensions are no batch. */
static const cx_array *in_batch(const factors *f, const cx_array *a, int core)
{
    cx_dims shape = f->batch;
    for (int i = 0; i < core; i++) shape.dim[shape.ndim++] = cx_dim(a, i - core);
    return cx_broadcast_to(cx_astype(a, f->c.t), (cx_shape){shape.ndim, shape.dim});
}

static cx_array *block(const cx_array *a, int64_t row, int64_t rows_end, int64_t col,
                       int64_t cols_end)
{
    return cx_slice(cx_slice(a, -2, row, rows_end, 1), -1, col, cols_end, 1);
}

static void put(cx_array *to, const cx_array *from)
{
    if (cx_ok()) (void)cx_check(cx_copyto(to, from, CX_CASTING_SAME_KIND, NULL));
}

/* A copy in C order of whatever is in the batch: what the backend works on. */
static cx_array *fresh(const cx_array *a)
{
    if (!cx_ok()) return cx_copy(a); /* which is nothing */
    cx_array *const r = cx_empty(cx_shape_of(a), cx_dtype_of(a), cx_device_of(a));
    put(r, a);
    return r;
}

static const cx_array *adjoint(const cx_array *a)
{
    return cx_matrix_transpose(cx_dtype_kind(cx_dtype_of(a)) == 'c' ? cx_conjugate(a) : a);
}

static const cx_array *conjugate(const cx_array *a)
{
    return cx_dtype_kind(cx_dtype_of(a)) == 'c' ? cx_conjugate(a) : a;
}

/* ---- the door */
static bool broadcasts(const cx_array *a, int core, cx_dims *batch)
{
    return cx__shape_broadcast(a->ndim - core, a->shape, &batch->ndim, batch->dim);
}

static cx_status begin(const char *where, const cx_array *q, const cx_array *r, factors *f)
{
    char text[2][CX__SHAPE_TEXT];
    CX__TRY(cx__array_need(where, "q", q));
    CX__TRY(cx__array_need(where, "r", r));
    CX__TRY(cx__lin_open(&f->c, where, q, r, false));
    if (f->c.ops->rotate == NULL || f->c.ops->cholesky_update == NULL)
        return cx__unsupported(where, f->c.dev, "updates of factors");
    f->batch.ndim = 0;
    const bool matrices = r->ndim >= 2 && f->c.n == r->shape[r->ndim - 2];
    f->m = f->c.m;
    f->k = f->c.n;
    f->n = matrices ? r->shape[r->ndim - 1] : 0;
    if (!matrices || (f->k != f->m && (f->k != f->n || f->k > f->m)) ||
        !broadcasts(q, 2, &f->batch) || !broadcasts(r, 2, &f->batch))
        return cx__fail(CX_E_SHAPE, where, "shapes %s and %s are not those of q and r",
                        cx__shape_text(q->ndim, q->shape, text[0]),
                        cx__shape_text(r->ndim, r->shape, text[1]));
    f->q = q;
    f->r = r;
    return CX_OK;
}

/* Takes another operand in: its device, its dtype, its batch. */
static cx_status join(factors *f, const char *name, const cx_array *u, int core)
{
    char text[CX__SHAPE_TEXT];
    cx__lin c = f->c;
    CX__TRY(cx__same_device(c.where, f->q, u));
    if (cx_dtype_of(u) == CX_F16 || cx_dtype_of(u) == CX_BF16 || cx_dtype_of(u) == CX_CAT)
        return cx__fail(CX_E_DTYPE, c.where, "%s is %s; take float32 or float64", name,
                        cx_dtype_name(cx_dtype_of(u)));
    const char kind = cx_dtype_kind(cx_dtype_of(u));
    const cx_dtype wanted = kind == 'f' || kind == 'c' ? cx_dtype_of(u) : CX_F64;
    f->c.t = cx_promote_types(f->c.t, wanted);
    if (!broadcasts(u, core, &f->batch))
        return cx__fail(CX_E_SHAPE, c.where,
                        "batch dimensions of %s %s and of q and r do not broadcast", name,
                        cx__shape_text(u->ndim, u->shape, text));
    return f->batch.ndim + 2 <= CX_MAX_NDIM
               ? CX_OK
               : cx__fail(CX_E_SHAPE, c.where, "more than %d dimensions", (int)CX_MAX_NDIM);
}

static void settle(factors *f)
{
    f->q = in_batch(f, f->q, 2);
    f->r = cx_triu(in_batch(f, f->r, 2), 0);
}

/* ---- rotations */
/* A part of an array of the batch, for the backend. */
static cx_view matrix(const factors *f, const cx_array *a)
{
    const int last = a->ndim - 1;
    cx_view v = {.data = a->data, .dtype = f->c.t, .ndim = 3};
    v.shape[0] = cx__prod(f->batch.ndim, f->batch.dim);
    v.shape[1] = a->shape[last - 1];
    v.shape[2] = a->shape[last];
    v.stride[0] = f->batch.ndim > 0 ? a->strides[last - 2] : 0; /* dense but for the last two */
    v.stride[1] = a->strides[last - 1];
    v.stride[2] = a->strides[last];
    return v;
}

/* w [..., m, 1] in C order or NULL, a and u as in the contract; marks the scope on failure. */
static void turn(const factors *f, int64_t first, int64_t width, const cx_array *w, cx_array *a,
                 cx_array *u)
{
    const cx_rotations what = {.first = first, .width = width};
    if (!cx_ok() || cx_size(u) == 0) return;
    const cx_view va = matrix(f, a), vu = matrix(f, u);
    cx_view vw = {0};
    if (w != NULL) {
        vw = matrix(f, w);
        vw.ndim = 2;
    }
    cx_queue *q;
    const cx_array *const arrays[3] = {a, u, w};
    cx_status st = cx__lin_queue(&f->c, w != NULL ? 3 : 2, w != NULL ? 3 : 2, arrays, &q);
    if (st == CX_OK)
        st = cx__queue_done(f->c.dev, f->c.ops->rotate(q, &what, w != NULL ? &vw : NULL, &va, &vu));
    (void)cx_check(st);
}

/* ---- a column more */
/* x without its parts along the columns of q. */
static const cx_array *apart(const cx_array *q, const cx_array *x)
{
    return cx_sub(x, cx_matmul(q, cx_matmul(adjoint(q), x)));
}

/* Scaled, so that no square leaves the range of numbers. */
static const cx_array *length(const cx_array *x)
{
    const cx_array *const size = cx_abs(x);
    const cx_array *const most = cx_max(size, CX_AXIS(-2, .keepdims = true));
    const cx_array *const by = cx_where(cx_equal(most, cx_int(0)), cx_float(1), most);
    return cx_mul(most,
                  cx_sqrt(cx_sum(cx_square(cx_div(size, by)), CX_AXIS(-2, .keepdims = true))));
}

/* x [..., m, 1] = q h + d s with d of length 1 and apart from q's columns; h and s under each
 * other. Where s is as good as 0 it is, and d is any such column, with zeros in rows `from` to
 * `to`, where q has them too. */
static cx_array *extend(const factors *f, const cx_array *q, const cx_array *x, int64_t from,
                        int64_t to, cx_array *d)
{
    const cx_device device = f->c.dev->id;
    const cx_array *const h = cx_matmul(adjoint(q), x);
    const cx_array *const rest = cx_sub(x, cx_matmul(q, h));
    const cx_array *const more = cx_matmul(adjoint(q), rest);
    const cx_array *const left = cx_sub(rest, cx_matmul(q, more)), *const s = length(left);
    const cx_array *const place = cx_expand_dims(cx_arange_i64(0, f->m, 1, CX_I64, device), -1);
    const cx_array *const gone =
        cx_logical_and(cx_greater_equal(place, cx_int(from)), cx_less(place, cx_int(to)));
    const cx_array *const any = cx_astype(
        cx_where(gone, cx_float(0), cx_cos(cx_mul(place, cx_float(2.5 + (double)(to - from))))),
        f->c.t);
    const double eps = f->c.t == CX_F32 || f->c.t == CX_C64 ? 0x1p-23 : 0x1p-52;
    const cx_array *const zero = /* or nothing but rounding, which may lie along q for ever */
        cx_less_equal(s, cx_mul(length(x), cx_float(4 * eps * (double)(f->k + 1))));
    const cx_array *y = cx_where(zero, any, cx_div(left, cx_where(zero, cx_float(1), s)));
    for (int i = 0; i < 3; i++) { /* the first may leave nothing but rounding, along q */
        y = apart(q, y);
        y = cx_div(y, length(y));
    }
    put(d, y);
    return cx_concatenate(
        CX_ARRAYS(cx_add(h, more), cx_astype(cx_where(zero, cx_float(0), s), f->c.t)), -2);
}

/* q and r in larger arrays of zeros, at these places. */
typedef struct room {
    cx_array *q, *r;
} room;

/* Both results as arrays of their own, beyond the scope s. */
static cx_qr finish(cx_scope s, const char *where, cx_status st, const cx_array *q,
                    const cx_array *r)
{
    cx_array *out[2] = {NULL, NULL};
    if (st == CX_OK && cx_ok()) {
        out[0] = fresh(q);
        out[1] = fresh(r);
    }
    st = cx__lin_keep(s, st, 2, out);
    return (cx_qr){cx__yield(st, where, out[0]), cx__yield(st, where, out[1])};
}

/* ---- rank k */
static cx_status update(const char *where, factors *f, const cx_array *u, const cx_array *v,
                        room *o)
{
    char text[2][CX__SHAPE_TEXT];
    const bool vector = u->ndim == 1;
    if (u->ndim < 1 || (vector ? v->ndim != 1 : v->ndim < 2) ||
        u->shape[vector ? 0 : u->ndim - 2] != f->m || v->shape[vector ? 0 : v->ndim - 2] != f->n ||
        (!vector && u->shape[u->ndim - 1] != v->shape[v->ndim - 1]))
        return cx__fail(CX_E_SHAPE, where,
                        "u has shape %s and v %s; for a matrix of (%" PRId64 ", %" PRId64
                        ") these are as long as its columns and its rows, and equally many",
                        cx__shape_text(u->ndim, u->shape, text[0]),
                        cx__shape_text(v->ndim, v->shape, text[1]), f->m, f->n);
    CX__TRY(join(f, "u", u, vector ? 1 : 2));
    CX__TRY(join(f, "v", v, vector ? 1 : 2));
    settle(f);
    if (vector) {
        u = cx_expand_dims(u, -1);
        v = cx_expand_dims(v, -1);
    }
    u = in_batch(f, u, 2);
    v = in_batch(f, v, 2);
    CX__TRY(cx__so_far());
    const bool grows = f->k < f->m;
    const int64_t wide = grows ? f->k + 1 : f->k;
    o->q = zeros(f, f->m, wide);
    o->r = zeros(f, wide, f->n);
    put(block(o->q, 0, f->m, 0, f->k), f->q);
    put(block(o->r, 0, f->k, 0, f->n), f->r);
    for (int64_t j = 0; j < cx_dim(u, -1) && cx_ok(); j++) {
        const cx_scope s = cx_scope_open();
        const cx_array *const x = cx_slice(u, -1, j, j + 1, 1);
        const cx_array *const y = adjoint(cx_slice(v, -1, j, j + 1, 1));
        cx_array *const q = block(o->q, 0, f->m, 0, f->k);
        cx_array *const w = fresh(grows ? extend(f, q, x, 0, 0, block(o->q, 0, f->m, f->k, wide))
                                        : cx_matmul(adjoint(q), x));
        if (cx_size(w) > 0) {
            turn(f, 0, 0, w, o->r, o->q);
            cx_array *const top = block(o->r, 0, 1, 0, f->n);
            put(top, cx_add(top, cx_mul(block(w, 0, 1, 0, 1), y)));
            turn(f, 0, 1, NULL, o->r, o->q);
        }
        CX__TRY(cx_scope_close(s));
    }
    o->q = block(o->q, 0, f->m, 0, f->k);
    o->r = block(o->r, 0, f->k, 0, f->n);
    return CX_OK;
}

cx_qr cx_linalg_qr_update(const cx_array *q, const cx_array *r, const cx_array *u,
                          const cx_array *v)
{
    static const char where[] = "linalg_qr_update";
    const cx_scope s = cx_scope_open();
    factors f;
    room o = {NULL, NULL};
    cx_status st = begin(where, q, r, &f);
    if (st == CX_OK) st = cx__array_need(where, "u", u);
    if (st == CX_OK) st = cx__array_need(where, "v", v);
    if (st == CX_OK) st = update(where, &f, u, v, &o);
    return finish(s, where, st, o.q, o.r);
}

/* ---- rows and columns in */
static cx_status which_of(const char *where, const char *which, bool *columns)
{
    *columns = which != NULL && strcmp(which, "col") == 0;
    if (*columns || which == NULL || strcmp(which, "row") == 0) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, where, "which is '%s'; it can be 'row' or 'col'", which);
}

static cx_status place(const char *where, int64_t k, int64_t size, int64_t last, int64_t *at)
{
    *at = k < 0 ? k + size : k;
    if (k >= -size && *at <= last) return CX_OK;
    return cx__fail(CX_E_INDEX, where,
                    "k is %" PRId64 "; of %" PRId64 " it can be at most %" PRId64, k, size, last);
}

/* On top, where they make p diagonals below the main one. */
static void insert_rows(factors *f, const cx_array *u, int64_t at, room *o)
{
    const int64_t p = cx_dim(u, -2), m = f->m + p, k = f->k + p;
    o->q = zeros(f, m, k);
    o->r = zeros(f, k, f->n);
    put(block(o->q, 0, at, p, k), block(f->q, 0, at, 0, f->k));
    put(block(o->q, at + p, m, p, k), block(f->q, at, f->m, 0, f->k));
    cx_array *const one = block(o->q, at, at + p, 0, p);
    put(one, cx_eye(p, -1, 0, f->c.t, f->c.dev->id));
    put(block(o->r, 0, p, 0, f->n), u);
    put(block(o->r, p, k, 0, f->n), f->r);
    if (p > 0) turn(f, 0, p, NULL, o->r, o->q);
    if (f->k == f->m) return;
    o->q = block(o->q, 0, m, 0, f->k);
    o->r = block(o->r, 0, f->k, 0, f->n);
}

/* One after the other: each has its part below the diagonal made 0. */
static cx_status insert_columns(factors *f, const cx_array *u, int64_t at, room *o)
{
    const int64_t p = cx_dim(u, -1), n = f->n + p, most = f->k + p < f->m ? f->k + p : f->m;
    int64_t k = f->k;
    o->q = zeros(f, f->m, most);
    o->r = zeros(f, most, n);
    put(block(o->q, 0, f->m, 0, k), f->q);
    put(block(o->r, 0, k, 0, at), block(f->r, 0, k, 0, at));
    put(block(o->r, 0, k, at + p, n), block(f->r, 0, k, at, f->n));
    for (int64_t j = 0; j < p && cx_ok(); j++) {
        const cx_scope s = cx_scope_open();
        const cx_array *const x = cx_slice(u, -1, j, j + 1, 1);
        cx_array *const q = block(o->q, 0, f->m, 0, k);
        const bool grows = k < f->m;
        const cx_array *const h = grows ? extend(f, q, x, 0, 0, block(o->q, 0, f->m, k, k + 1))
                                        : cx_matmul(adjoint(q), x);
        if (grows) k++;
        const int64_t c = at + j;
        cx_array *const w = fresh(block(h, c, k, 0, 1));
        if (c + 1 < k) turn(f, 0, 0, w, block(o->r, c, k, at + p, n), block(o->q, 0, f->m, c, k));
        put(block(o->r, 0, c < k ? c : k, c, c + 1), block(h, 0, c < k ? c : k, 0, 1));
        if (c < k) put(block(o->r, c, k, c, c + 1), w);
        CX__TRY(cx_scope_close(s));
    }
    return CX_OK;
}

static cx_status insert(const char *where, factors *f, const cx_array *u, int64_t k,
                        const cx_qr_insert_opts *given, room *o)
{
    char text[CX__SHAPE_TEXT];
    bool columns;
    int64_t at;
    cx_qr_insert_opts options;
    CX__TRY(CX__OPTIONS(where, given, &options));
    CX__TRY(which_of(where, options.which, &columns));
    const int64_t size = columns ? f->n : f->m, across = columns ? f->m : f->n;
    CX__TRY(place(where, k, size, size, &at));
    const bool vector = u->ndim == 1;
    if (u->ndim < 1 || u->shape[vector || !columns ? u->ndim - 1 : u->ndim - 2] != across)
        return cx__fail(CX_E_SHAPE, where, "u has shape %s; its %s must have %" PRId64 " numbers",
                        cx__shape_text(u->ndim, u->shape, text), columns ? "columns" : "rows",
                        across);
    CX__TRY(join(f, "u", u, vector ? 1 : 2));
    settle(f);
    if (vector) u = cx_expand_dims(u, columns ? -1 : -2);
    u = in_batch(f, u, 2);
    CX__TRY(cx__so_far());
    if (columns) return insert_columns(f, u, at, o);
    insert_rows(f, u, at, o);
    return CX_OK;
}

cx_qr cx_linalg_qr_insert(const cx_array *q, const cx_array *r, const cx_array *u, int64_t k,
                          const cx_qr_insert_opts *given)
{
    static const char where[] = "linalg_qr_insert";
    const cx_scope s = cx_scope_open();
    factors f;
    room o = {NULL, NULL};
    cx_status st = begin(where, q, r, &f);
    if (st == CX_OK) st = cx__array_need(where, "u", u);
    if (st == CX_OK) st = insert(where, &f, u, k, given, &o);
    return finish(s, where, st, o.q, o.r);
}

/* ---- rows and columns out */
/* Each row becomes the first unit vector, whose column and whose row of r then go. */
static cx_status delete_rows(factors *f, int64_t at, int64_t p, room *o)
{
    int64_t k = f->k;
    o->q = zeros(f, f->m, k + p);
    o->r = zeros(f, k + p, f->n);
    put(block(o->q, 0, f->m, 0, k), f->q);
    put(block(o->r, 0, k, 0, f->n), f->r);
    for (int64_t j = 0; j < p && cx_ok(); j++) {
        const cx_scope s = cx_scope_open();
        const bool grows = k < f->m - j;
        if (grows) {
            cx_array *const x = zeros(f, f->m, 1);
            put(block(x, at + j, at + j + 1, 0, 1), cx_int(1));
            (void)extend(f, block(o->q, 0, f->m, j, j + k), x, at, at + j,
                         block(o->q, 0, f->m, j + k, j + k + 1));
        } else {
            k--;
        }
        const int64_t end = j + k + 1;
        cx_array *const w =
            fresh(cx_matrix_transpose(conjugate(block(o->q, at + j, at + j + 1, j, end))));
        turn(f, 0, 0, w, block(o->r, j, end, 0, f->n), block(o->q, 0, f->m, j, end));
        put(block(o->q, at + j, at + j + 1, j + 1, end), cx_int(0)); /* but for rounding it is */
        CX__TRY(cx_scope_close(s));
    }
    o->q = cx_concatenate(
        CX_ARRAYS(block(o->q, 0, at, p, p + k), block(o->q, at + p, f->m, p, p + k)), -2);
    o->r = block(o->r, p, p + k, 0, f->n);
    return CX_OK;
}

static void delete_columns(factors *f, int64_t at, int64_t p, room *o)
{
    const int64_t n = f->n - p, k = f->k == f->m ? f->k : f->k - p;
    o->q = fresh(f->q);
    o->r = fresh(cx_concatenate(
        CX_ARRAYS(block(f->r, 0, f->k, 0, at), block(f->r, 0, f->k, at + p, f->n)), -1));
    turn(f, at, p, NULL, o->r, o->q);
    o->q = block(o->q, 0, f->m, 0, k);
    o->r = block(o->r, 0, k, 0, n);
}

static cx_status delete_some(const char *where, factors *f, int64_t k,
                             const cx_qr_delete_opts *given, room *o)
{
    bool columns;
    int64_t at;
    cx_qr_delete_opts options;
    CX__TRY(CX__OPTIONS(where, given, &options));
    CX__TRY(which_of(where, options.which, &columns));
    const int64_t size = columns ? f->n : f->m;
    const int64_t p = options.p.set ? options.p.value : 1;
    CX__TRY(place(where, k, size, size - 1, &at));
    if (p < 1) return cx__fail(CX_E_ARGUMENT, where, "p is %" PRId64, p);
    if (p > size - at)
        return cx__fail(CX_E_INDEX, where,
                        "p is %" PRId64 "; from %" PRId64 " on there are %" PRId64, p, at,
                        size - at);
    settle(f);
    CX__TRY(cx__so_far());
    if (!columns) return delete_rows(f, at, p, o);
    delete_columns(f, at, p, o);
    return CX_OK;
}

cx_qr cx_linalg_qr_delete(const cx_array *q, const cx_array *r, int64_t k,
                          const cx_qr_delete_opts *given)
{
    static const char where[] = "linalg_qr_delete";
    const cx_scope s = cx_scope_open();
    factors f;
    room o = {NULL, NULL};
    cx_status st = begin(where, q, r, &f);
    if (st == CX_OK) st = delete_some(where, &f, k, given, &o);
    return finish(s, where, st, o.q, o.r);
}

/* ---- Cholesky */
static const char indefinite[] =
    "is no factor of a positive definite matrix after this: the leading minor of order %lld is not";

static cx_status cholesky(const char *where, bool down, const cx_array *c, const cx_array *x,
                          const cx_cholesky_opts *given, cx_array **out)
{
    char text[2][CX__SHAPE_TEXT];
    factors f = {.batch = {.ndim = 0}};
    cx_cholesky_opts o;
    CX__TRY(CX__OPTIONS(where, given, &o));
    const bool upper = o.upper;
    CX__TRY(cx__array_need(where, "c", c));
    CX__TRY(cx__array_need(where, "x", x));
    CX__TRY(cx__lin_open(&f.c, where, c, x, true));
    if (f.c.ops->cholesky_update == NULL)
        return cx__unsupported(where, f.c.dev, "updates of factors");
    if (x->ndim < 1 || x->shape[x->ndim - 1] != f.c.n || !broadcasts(c, 2, &f.batch) ||
        !broadcasts(x, 1, &f.batch) || f.batch.ndim + 2 > CX_MAX_NDIM)
        return cx__fail(CX_E_SHAPE, where, "c has shape %s and x %s; x must be as long as c's rows",
                        cx__shape_text(c->ndim, c->shape, text[0]),
                        cx__shape_text(x->ndim, x->shape, text[1]));
    const cx_array *const l = in_batch(&f, upper ? adjoint(c) : c, 2);
    cx_array *const a = fresh(cx_tril(l, 0)), *const w = fresh(in_batch(&f, x, 1));
    CX__TRY(cx__so_far());
    if (cx_size(a) > 0) {
        int64_t *info = NULL;
        cx_view va = matrix(&f, a), vw;
        cx_queue *q;
        cx__lin wide = f.c;
        wide.ndim = f.batch.ndim;
        memcpy(wide.shape, f.batch.dim, (size_t)wide.ndim * sizeof *wide.shape);
        wide.batch = cx__prod(wide.ndim, wide.shape);
        cx__lin_vector(w, wide.batch, &vw);
        cx_status st = cx__lin_info_new(&wide, &info);
        if (st == CX_OK) st = cx__lin_queue(&wide, 2, 2, (const cx_array *const[]){a, w}, &q);
        if (st == CX_OK)
            st = cx__queue_done(wide.dev, wide.ops->cholesky_update(q, down, &va, &vw, info));
        if (st == CX_OK) st = cx__lin_info_check(&wide, info, CX_E_SINGULAR, indefinite);
        cx__free(info);
        CX__TRY(st);
    }
    *out = upper ? fresh(adjoint(a)) : a;
    return CX_OK;
}

static cx_array *changed(const char *where, bool down, const cx_array *c, const cx_array *x,
                         const cx_cholesky_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *out = NULL;
    cx_status st = cholesky(where, down, c, x, o, &out);
    st = cx__lin_keep(s, st, 1, &out);
    return cx__yield(st, where, out);
}

cx_array *cx_linalg_cho_update(const cx_array *c, const cx_array *x, const cx_cholesky_opts *o)
{
    return changed("linalg_cho_update", false, c, x, o);
}

cx_array *cx_linalg_cho_downdate(const cx_array *c, const cx_array *x, const cx_cholesky_opts *o)
{
    return changed("linalg_cho_downdate", true, c, x, o);
}
