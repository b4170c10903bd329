/* ufunc.at: an operation on the rows that indices name, in index order, so that an index that
 * occurs twice counts twice. Binary rows go through the fold slot, on the host's own lines with
 * indices that are checked on the way; those of one input run once for every time that the most
 * frequent index occurs. */
#include "core/device.h"
#include "core/shape.h"
#include "ops/output.h"
#include "ops/ufunc/fold.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/sort.h>
#include <calx/ufunc.h>
#include <inttypes.h>
#include <string.h>

static const char where[] = "ufunc_at";

/* What is indexed: a's rows as [1, n, inner], by a copy that goes back in the end where a's strides
 * do not allow it, and the indices. References, the job's own. */
typedef struct at_job {
    const cx__op *row;
    cx_array *a;     /* the caller's */
    cx_array *plain; /* a in C order, or NULL */
    cx_array *index; /* contiguous int64 */
    bool checked;    /* within the rows, none negative */
    cx_view rows;
    int ndim; /* of a[indices] */
    int64_t shape[2 * CX_MAX_NDIM];
} at_job;

/* A mask over a's first dimensions: positions in them as one. */
static cx_status mask_positions(const at_job *j, const cx_array *mask, cx_array **out)
{
    char text[2][CX__SHAPE_TEXT];
    if (mask->ndim > j->a->ndim || mask->ndim == 0 ||
        memcmp(mask->shape, j->a->shape, (size_t)mask->ndim * sizeof *mask->shape) != 0)
        return cx__fail(CX_E_SHAPE, where, "the mask of shape %s does not match a of shape %s",
                        cx__shape_text(mask->ndim, mask->shape, text[0]),
                        cx__shape_text(j->a->ndim, j->a->shape, text[1]));
    CX__TRY(cx__same_device(where, j->a, mask));
    const cx_scope s = cx_scope_open();
    cx_array *const r = cx_flatnonzero(mask);
    *out = cx_status_of(r) == CX_OK ? cx_retain(r) : NULL;
    return cx_scope_close(s);
}

static cx_status take_indices(at_job *j, const cx_array *indices)
{
    CX__TRY(cx__array_check(where, "indices", indices));
    const cx_array *const a = j->a;
    const bool mask = !cx__is_scalar(indices) && indices->dtype == CX_BOOL;
    const int axes = mask ? indices->ndim : 1;
    j->checked = mask;
    if (a->ndim == 0) return cx__fail(CX_E_INDEX, where, "a has no rows: it is 0-d");
    if (mask)
        CX__TRY(mask_positions(j, indices, &j->index));
    else
        CX__TRY(cx__fold_plain_indices(where, indices, a, &j->index));
    j->ndim = 0;
    if (j->index->ndim + a->ndim - axes > CX_MAX_NDIM)
        return cx__fail(CX_E_SHAPE, where,
                        "a[indices] would have %d dimensions, at most %d are possible",
                        j->index->ndim + a->ndim - axes, CX_MAX_NDIM);
    for (int d = 0; d < j->index->ndim; d++) j->shape[j->ndim++] = j->index->shape[d];
    for (int d = axes; d < a->ndim; d++) j->shape[j->ndim++] = a->shape[d];
    const int64_t n = cx__prod(axes, a->shape), inner = cx__prod(a->ndim - axes, a->shape + axes);
    if (axes == 1) {
        cx__lines lines;
        CX__TRY(cx__fold_lines(where, a, 0, &lines));
        j->plain = lines.copy;
        j->rows = lines.view;
        return CX_OK;
    }
    CX__TRY(cx__array_contiguous(where, a, CX_DTYPE_NONE, &j->plain));
    j->rows = cx__fold_view(j->plain, 1, n, inner);
    return CX_OK;
}

/* b over the shape of a[indices], in dtype t and C order; one reference. */
static cx_status take_operand(const at_job *j, const cx_array *b, cx_dtype t, cx_array **out)
{
    cx_array *own = NULL;
    CX__TRY(cx__array_own(where, "b", b, &own));
    int ndim = j->ndim;
    int64_t shape[CX_MAX_NDIM];
    memcpy(shape, j->shape, (size_t)ndim * sizeof *shape);
    char text[2][CX__SHAPE_TEXT];
    cx_status st = CX_OK;
    if (!cx__is_scalar(b)) st = cx__same_device(where, j->a, own);
    if (st == CX_OK &&
        (!cx__shape_broadcast(own->ndim, own->shape, &ndim, shape) || ndim != j->ndim ||
         memcmp(shape, j->shape, (size_t)ndim * sizeof *shape) != 0))
        st = cx__fail(CX_E_SHAPE, where, "b of shape %s does not broadcast to a[indices] of %s",
                      cx__shape_text(own->ndim, own->shape, text[0]),
                      cx__shape_text(j->ndim, j->shape, text[1]));
    /* b itself where it is that already, and not a part of a, which is written to */
    if (st == CX_OK && own->dtype == t && own->ndim == j->ndim && own->buffer != j->a->buffer &&
        memcmp(own->shape, j->shape, (size_t)j->ndim * sizeof *j->shape) == 0 &&
        cx_is_contiguous(own) && cx_device_equal(own->device, j->a->device)) {
        *out = own;
        return CX_OK;
    }
    if (st == CX_OK) st = cx__array_new(where, j->ndim, j->shape, t, j->a->device, out);
    if (st == CX_OK && (st = cx__array_copy(where, own, *out)) != CX_OK) {
        cx__release(*out);
        *out = NULL;
    }
    cx__release(own);
    return st;
}

/* Indices that nobody has looked at yet; afterwards none is negative. */
static cx_status check_indices(at_job *j)
{
    if (j->checked) return CX_OK;
    cx_array *index = NULL;
    CX__TRY(cx__fold_indices(where, j->index, j->a, j->a->shape[0], true, &index));
    cx__release(j->index);
    j->index = index;
    j->checked = true;
    return CX_OK;
}

/* Elements [from, from + count) of the indices and of values, which have inner each. */
static cx_status fold_part(const at_job *j, const cx_array *values, int64_t from, int64_t count)
{
    const cx_array *const rows = j->plain != NULL ? j->plain : j->a;
    const int64_t inner = j->rows.shape[2], item = (int64_t)cx__itemsize((cx_dtype)values->dtype);
    cx_view in = cx__fold_view(values, 1, count, inner),
            index = cx__fold_view(j->index, 1, 1, count);
    in.data = values->data + from * inner * item;
    index.data = j->index->data + from * (int64_t)sizeof(int64_t);
    const cx_fold_call c = {.op = j->row->code,
                            .loop = (cx_dtype)values->dtype,
                            .kind = CX_FOLD_AT,
                            .start = true,
                            .in = &in,
                            .out = &j->rows,
                            .index = &index};
    const cx_array *const arrays[3] = {rows, values, j->index};
    return cx__fold_call(where, &c, 3, arrays);
}

typedef void kernel_fn(const void *const *in, void *out, int64_t n);
enum { FOLD_PIECE = 4096 }; /* indices that are still in the first cache after the look at them */

/* Are the indices from `from` on all within 0..n - 1? compare: >= of uint64, single second. */
static bool all_within(const at_job *j, kernel_fn *compare, int64_t from, int64_t count)
{
    const uint64_t n = (uint64_t)j->rows.shape[1];
    const void *const in[2] = {j->index->data + from * (int64_t)sizeof n, &n};
    uint64_t eight[FOLD_PIECE / 8], any = 0;
    eight[(count - 1) / 8] = 0;
    compare(in, eight, count);
    for (int64_t i = 0; i < (count + 7) / 8; i++) any |= eight[i];
    return any == 0;
}

/* The rows, one element each, to memory that is theirs alone, or back. */
static void keep_rows(const at_job *j, char *kept, bool back)
{
    const size_t item = cx__itemsize(j->rows.dtype);
    char *row = j->rows.data;
    for (int64_t i = 0; i < j->rows.shape[1]; i++, kept += item, row += j->rows.stride[1])
        memcpy(back ? row : kept, back ? kept : row, item);
}

/* Few elements and many indices on the host: no pass of its own looks at the indices. Where one
 * turns out to be negative or out of bounds, the elements get back what they were, and *done stays
 * false. */
static cx_status fold_unchecked(const at_job *j, const cx_array *values, bool *done)
{
    cx__device *d;
    const int64_t n = j->index->size, rows = j->rows.shape[1];
    if (j->checked || n < FOLD_PIECE || rows > n / 4 || j->rows.shape[0] * j->rows.shape[2] != 1)
        return CX_OK;
    CX__TRY(cx__device_get(where, j->a->device, &d));
    kernel_fn *const compare =
        d->ops->map_kernel != NULL ? d->ops->map_kernel(CX_BI_GREATER_EQUAL, CX_U64, 2) : NULL;
    if (compare == NULL) return CX_OK;
    char *const kept = cx__scratch((size_t)rows * cx__itemsize(j->rows.dtype));
    if (kept == NULL) return cx__fail(CX_E_NOMEM, where, "cannot keep %" PRId64 " elements", rows);
    keep_rows(j, kept, false);
    cx_status st = CX_OK;
    bool within = true;
    for (int64_t from = 0; st == CX_OK && from < n; from += FOLD_PIECE) {
        const int64_t count = n - from < FOLD_PIECE ? n - from : FOLD_PIECE;
        if (!(within = all_within(j, compare, from, count))) break;
        st = fold_part(j, values, from, count);
    }
    if (!within) keep_rows(j, kept, true);
    cx__scratch_free(kept);
    *done = within;
    return st;
}

static cx_status binary_at(at_job *j, const cx_array *b)
{
    cx_dtype loop;
    const cx_array *const pair[2] = {j->a, b};
    CX__TRY(cx__array_check(where, "b", b));
    CX__TRY(cx__map_loop(where, j->row->code, pair, &loop));
    if (loop == CX_U64 && j->row->result == 'B' &&
        (cx_dtype_kind((cx_dtype)j->a->dtype) == 'i' || cx_dtype_kind(cx_dtype_of(b)) == 'i') &&
        !cx__is_scalar(b))
        return cx__fail(CX_E_DTYPE, where, "%s of int64 and uint64 is not for repeated use",
                        j->row->name);
    cx_array *values = NULL;
    CX__TRY(take_operand(j, b, loop, &values));
    cx_status st = CX_OK;
    const char kind = cx_dtype_kind(loop);
    if (j->row->code == CX_BI_POWER && (kind == 'i' || kind == 'u'))
        st = cx__map_exponent(where, values);
    bool done = values->size == 0 && j->checked;
    if (st == CX_OK && !done) st = fold_unchecked(j, values, &done);
    if (st == CX_OK && !done) st = check_indices(j);
    if (st == CX_OK && !done && values->size > 0) st = fold_part(j, values, 0, j->index->size);
    cx__release(values);
    return st;
}

/* Pass k takes the rows whose index occurs for the k-th time. */
static cx_status unary_at(at_job *j)
{
    CX__TRY(check_indices(j));
    const int64_t n = j->index->size;
    if (n == 0) return CX_OK;
    const cx_device d = j->a->device;
    const cx_scope s = cx_scope_open();
    cx_array *const target = j->plain != NULL ? j->plain : j->a;
    cx_array *const rows =
        cx_reshape(target, CX_SHAPE(j->rows.shape[1], j->rows.shape[0] * j->rows.shape[2]));
    cx_array *const index = cx_sort(cx_reshape(j->index, CX_SHAPE(n)), 0);
    cx_array *const place = cx_arange_i64(0, n, 1, CX_I64, d);
    cx_array *const head = cx_ones(CX_SHAPE(n), CX_BOOL, d);
    (void)cx_check(cx_not_equal_into(cx_slice(index, 0, 1, n, 1), cx_slice(index, 0, 0, n - 1, 1),
                                     cx_slice(head, 0, 1, n, 1)));
    cx_array *const start =
        cx_ufunc_accumulate(CX_BI_MAXIMUM, cx_where(head, place, cx_int(0)), 0, CX_DTYPE_NONE);
    cx_array *const time = cx_sub(place, start);
    const int64_t most = cx_item_i64(cx_max(time, CX_ALL));
    for (int64_t k = 0; k <= most && cx_ok(); k++) {
        const cx_scope pass = cx_scope_open();
        cx_array *const at = cx_mask(index, cx_equal(time, cx_int(k)));
        const cx_array *const in[1] = {cx_take(rows, at, 0)};
        cx_array *r = NULL;
        cx_status st = cx_status_of(in[0]);
        if (st == CX_OK) st = cx__map(where, j->row->code, in, NULL, &r);
        if (st == CX_OK) {
            cx_array *const back = cx_astype(r, (cx_dtype)target->dtype);
            st = cx_put_rows(rows, at, back);
        }
        cx__release(r);
        (void)cx_check(st);
        const cx_status end = cx_scope_close(pass);
        if (end != CX_OK) (void)cx_check(end);
    }
    return cx_scope_close(s);
}

static cx_status check(cx_map_op op, const cx_array *b, const cx__op **row)
{
    *row = cx__op_of((int)op);
    if (*row == NULL || (*row)->second != 0 || (*row)->inputs > 2 || op == CX_BI_LDEXP)
        return cx__fail(CX_E_ARGUMENT, where, "%s has no in-place form by indices",
                        *row == NULL ? "the code" : (*row)->name);
    if ((*row)->inputs == 1 && b != NULL)
        return cx__fail(CX_E_ARGUMENT, where, "%s takes no b", (*row)->name);
    if ((*row)->inputs == 2 && b == NULL) return cx__fail(CX_E_NULL, where, "b is NULL");
    return CX_OK;
}

cx_status cx_ufunc_at(cx_map_op op, cx_array *a, const cx_array *indices, const cx_array *b)
{
    at_job j;
    memset(&j, 0, sizeof j);
    CX__TRY(check(op, b, &j.row));
    CX__TRY(cx__array_need_out(where, "a", a));
    if (b != NULL) CX__TRY(cx__array_check(where, "b", b));
    if (a->dtype == CX_CAT || (b != NULL && cx_dtype_of(b) == CX_CAT))
        return cx__fail(CX_E_DTYPE, where, "%s is not for categories", j.row->name);
    j.a = a;
    cx_status st = take_indices(&j, indices);
    if (st == CX_OK && j.index->data != NULL && cx_may_share_memory(j.index, a)) {
        cx_array *copy = NULL; /* the indices are in a itself */
        st = cx__array_new(where, j.index->ndim, j.index->shape, CX_I64, a->device, &copy);
        if (st == CX_OK) st = cx__array_copy(where, j.index, copy);
        cx__release(j.index);
        j.index = copy;
    }
    if (st == CX_OK) st = j.row->inputs == 2 ? binary_at(&j, b) : unary_at(&j);
    if (st == CX_OK && j.plain != NULL) st = cx__array_copy(where, j.plain, a);
    cx__release(j.plain);
    cx__release(j.index);
    return st;
}
