/* Several columns of labels as one: the classes of all of them one behind the other, and where each
 * column's begin.
 *
 * One idea: a code is a place in that one array, so that what works with one column (a take from
 * the classes, a column of probabilities for each class, a session's label) works with all. */
#include "base/alloc.h"
#include "learn/base/estimator.h"
#include "learn/numeric/site.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <string.h>

cx_status cx__join_classes(const cx__site *s, int64_t k, const cx_array *const *each,
                           cx_array **classes, cx_array **offsets)
{
    int64_t *const at = cx__calloc((size_t)k + 1, sizeof *at);
    const cx_array **const part = cx__calloc((size_t)k, sizeof *part);
    cx_status st = at && part ? CX_OK : cx__fail_nomem(s->where, "labels", (size_t)k * sizeof *at);
    for (int64_t i = 0; st == CX_OK && i < k; i++) {
        at[i + 1] = at[i] + cx_size(each[i]);
        /* texts have dictionaries of their own, which meet on the host */
        part[i] = cx_dtype_of(each[i]) == CX_CAT ? cx__to_host(s, each[i]) : each[i];
    }
    if (st == CX_OK) {
        const cx_array *const all = cx_concatenate((cx_arrays){(int)k, part}, 0);
        *classes = cx_dtype_of(all) == CX_CAT ? cx__send(s, all) : cx_copy(all);
        *offsets = cx__given_all(s, at, k + 1, CX_I64);
        st = cx__so_far();
    }
    cx__free(at);
    cx__free(part);
    return st;
}

/* ---- from y */
/* Column i of y: its classes, and its codes moved up by `at` into codes. */
static cx_status encode_column(const cx__site *s, const cx_array *y, int64_t i, int64_t at,
                               const cx_array **classes, cx_array *codes)
{
    cx_labels one = {NULL, NULL};
    const cx_array *const column = cx_ndim(y) == 1 ? y : cx_select(y, 1, i);
    CX__TRY(cx__so_far());
    const cx_status st = cx__labels_encode(s->where, column, &one);
    if (st != CX_OK && cx_ndim(y) == 2 && cx_ok()) {
        cx_error e = {0};
        cx_error_get(&e);
        const size_t n = strlen(s->where);
        const char *const why = strncmp(e.text, s->where, n) == 0 ? e.text + n + 2 : e.text;
        return cx__fail(st, s->where, "column %lld of y: %.400s", (long long)i, why);
    }
    CX__TRY(st);
    *classes = one.classes;
    return cx_copy_into(cx_add(one.codes, cx_int(at)), cx_select(codes, 1, i));
}

static cx_status encode_all(const cx__site *s, const cx_array *y, int64_t k, const cx_array **each,
                            cx_label_columns *out)
{
    int64_t at = 0;
    out->codes = cx_empty(CX_SHAPE(cx_dim(y, 0), k), CX_I64, s->device);
    for (int64_t i = 0; i < k; i++) {
        CX__TRY(encode_column(s, y, i, at, &each[i], out->codes));
        at += cx_size(each[i]);
    }
    return cx__join_classes(s, k, each, &out->classes, &out->offsets);
}

static cx_status encode(const char *where, const cx_array *y, cx_label_columns *out)
{
    CX__NEED(where, "y", y, CX__KIND_ARRAY);
    const int64_t k = cx_ndim(y) == 2 ? cx_dim(y, 1) : 1;
    if (cx_ndim(y) < 1 || cx_ndim(y) > 2 || k < 1 || k > INT32_MAX)
        return cx__fail(CX_E_SHAPE, where,
                        "labels are [samples] or [samples, columns]; y has %d dimensions, %lld "
                        "columns",
                        cx_ndim(y), (long long)k);
    cx__site s;
    CX__TRY(cx__site_of(where, y, &s));
    const cx_array **const each = cx__calloc((size_t)k, sizeof *each);
    const cx_status st = each ? encode_all(&s, y, k, each, out)
                              : cx__fail_nomem(where, "labels", (size_t)k * sizeof *each);
    cx__free(each);
    return st;
}

cx_label_columns cx_labels_encode_columns(const cx_array *y)
{
    const cx_scope s = cx_scope_open();
    cx_label_columns out = {NULL, NULL, NULL};
    const cx_status st = cx_check(encode("labels_encode_columns", y, &out));
    cx_array *const none = cx__nil(st);
    out.classes = cx_scope_keep(s, st == CX_OK ? out.classes : none);
    out.offsets = cx_scope_keep(s, st == CX_OK ? out.offsets : none);
    out.codes = cx_scope_keep(s, st == CX_OK ? out.codes : none);
    const cx_status closed = cx_scope_close(s);
    if (closed == CX_OK) return out;
    cx__mark(closed);
    return (cx_label_columns){cx__nil(closed), cx__nil(closed), cx__nil(closed)};
}

/* ---- of a fitted estimator */
const cx_array *cx__class_offsets(const cx_estimator *m)
{
    const int slot = m->state ? cx__class_slot(m->cls, "class_offsets_") : -1;
    return slot >= 0 ? m->state->slot[slot] : NULL;
}

int64_t cx__label_columns(const cx_estimator *m)
{
    const cx_array *const offsets = cx__class_offsets(m);
    return offsets ? cx_size(offsets) - 1 : 1;
}

cx_status cx__read_offsets(const char *where, const cx_estimator *m, const int64_t **out)
{
    const cx_array *const offsets = cx__class_offsets(m);
    if (!offsets) return cx__fail(CX_E_INTERNAL, where, "%s has no label columns", m->cls->name);
    cx__site s;
    CX__TRY(cx__site_of(where, offsets, &s));
    const cx_array *const host = cx__fetch(&s, cx__i64(&s, offsets));
    *out = cx_data_i64(host);
    return cx__so_far();
}

int64_t cx__classes_index(const char *name)
{
    static const char start[] = "classes_";
    const size_t n = sizeof start - 1;
    if (strncmp(name, start, n) != 0 || name[n] < '0' || name[n] > '9') return -1;
    int64_t i = 0;
    for (const char *c = name + n; *c; c++) {
        if (*c < '0' || *c > '9' || i > INT32_MAX / 20) return -1;
        i = i * 10 + (*c - '0');
    }
    return i;
}

cx_status cx__offsets_check(const char *where, const cx_estimator *m)
{
    if (!cx__class_offsets(m)) return CX_OK;
    const int slot = cx__class_slot(m->cls, "classes_");
    const cx_array *const classes = slot >= 0 ? m->state->slot[slot] : NULL;
    const int64_t k = cx__label_columns(m), *at = NULL;
    bool fits = classes && cx_ndim(cx__class_offsets(m)) == 1 && k >= 1;
    if (fits) CX__TRY(cx__read_offsets(where, m, &at));
    fits = fits && at[0] == 0 && at[k] == cx_size(classes);
    for (int64_t i = 0; fits && i < k; i++) fits = at[i] < at[i + 1];
    if (fits) return CX_OK;
    return cx__fail(CX_E_PARSE, where, "%s: class_offsets_ do not cut classes_ into columns",
                    m->cls->name);
}
