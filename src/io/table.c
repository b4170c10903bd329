/* Tables: a list of names and a list of arrays. The one idea: a table never changes, so every
 * operation is a new list over shared columns. Uses public functions only; knows no file. */
#include "base/alloc.h"
#include "base/size.h"
#include "io/table.h"
#include <calx/index.h>
#include <calx/ops.h>
#include <string.h>

struct cx_table {
    cx__object object;
    int count;
    int64_t rows;
    char **names; /* one more than count, the last NULL */
    cx_array **columns;
};

static void destroy(cx__object *o)
{
    cx_table *const t = (cx_table *)o;
    for (int i = 0; i < t->count; i++) {
        cx__free(t->names[i]);
        cx_release(t->columns[i]);
    }
    cx__free(t->names);
    cx__free(t->columns);
    cx__object_free(t);
}

static const cx__noun noun = {"table", CX__KIND_TABLE, destroy};

cx_status cx__table_new(const char *where, cx_names names, cx_arrays columns, int64_t rows,
                        cx_table **out)
{
    CX__TRY(cx__names_check(where, names, columns));
    for (int i = 0; i < columns.count; i++) {
        const cx_array *const c = columns.at[i];
        if (cx_device_of(c).kind != CX_DEVICE_CPU)
            return cx__fail(CX_E_DEVICE, where, "column '%s' is not on the CPU", names.at[i]);
        if (cx_ndim(c) != 1)
            return cx__fail(CX_E_SHAPE, where, "column '%s' has %d dimensions, not 1", names.at[i],
                            cx_ndim(c));
        if (i == 0)
            rows = cx_size(c);
        else if (cx_size(c) != rows)
            return cx__fail(CX_E_SHAPE, where, "column '%s' has %lld rows, column '%s' has %lld",
                            names.at[i], (long long)cx_size(c), names.at[0], (long long)rows);
    }
    cx_table *const t = cx__object_new(&noun, sizeof *t);
    const size_t n = (size_t)columns.count;
    if (t == NULL) return cx__fail_nomem(where, "a table", sizeof *t);
    t->rows = rows;
    t->names = cx__calloc(n + 1, sizeof *t->names);
    t->columns = cx__calloc(n + 1, sizeof *t->columns);
    bool whole = t->names != NULL && t->columns != NULL;
    for (int i = 0; i < columns.count && whole; i++) {
        t->names[i] = cx__strdup(names.at[i]);
        t->columns[i] = cx_retain(columns.at[i]);
        t->count = i + 1;
        whole = t->names[i] != NULL;
    }
    if (!whole) {
        cx__release(t);
        return cx__fail_nomem(where, "a table", n * sizeof *t->names);
    }
    *out = t;
    return CX_OK;
}

cx_table *cx_table_new(cx_names names, cx_arrays columns)
{
    cx_table *t = NULL;
    const cx_status st = cx__table_new("table_new", names, columns, 0, &t);
    return cx__yield(st, "table_new", t);
}

cx_table *cx_table_retain(const cx_table *t)
{
    return cx__retain(t);
}
void cx_table_release(cx_table *t)
{
    cx__release(t);
}
cx_status cx_table_status(const cx_table *t)
{
    return cx__status(t, CX__KIND_TABLE);
}

/* ---- queries */

static bool usable(const cx_table *t)
{
    return cx__status(t, CX__KIND_TABLE) == CX_OK;
}

int64_t cx_table_rows(const cx_table *t)
{
    return usable(t) ? t->rows : 0;
}
int cx_table_count(const cx_table *t)
{
    return usable(t) ? t->count : 0;
}

const char *cx_table_name(const cx_table *t, int i)
{
    return usable(t) && i >= 0 && i < t->count ? t->names[i] : NULL;
}

cx_dtype cx_table_dtype(const cx_table *t, int i)
{
    return usable(t) && i >= 0 && i < t->count ? cx_dtype_of(t->columns[i]) : CX_DTYPE_NONE;
}

int cx_table_find(const cx_table *t, const char *name)
{
    if (usable(t) && name != NULL)
        for (int i = 0; i < t->count; i++)
            if (strcmp(t->names[i], name) == 0) return i;
    return -1;
}

const cx_array *cx__table_at(const cx_table *t, int i)
{
    return t->columns[i];
}

/* ---- columns */

/* Index of a name, or an error with the nearest one. */
static cx_status need(const char *where, const cx_table *t, const char *name, int *out)
{
    if (name == NULL) return cx__fail(CX_E_NULL, where, "a column name is NULL");
    *out = cx_table_find(t, name);
    if (*out >= 0) return CX_OK;
    const char *const near = cx__nearest(name, (const char *const *)t->names);
    if (near != NULL)
        return cx__fail(CX_E_ARGUMENT, where, "no column '%s'; did you mean '%s'?", name, near);
    return cx__fail(CX_E_ARGUMENT, where, "no column '%s' among %d", name, t->count);
}

static cx_status column(const char *where, const cx_table *t, const char *name, cx_array **out)
{
    int i;
    CX__TRY(cx__check(where, "t", t, CX__KIND_TABLE));
    CX__TRY(need(where, t, name, &i));
    *out = cx_to(t->columns[i], CX_CPU); /* a new handle on the same memory */
    return cx_status_of(*out);
}

cx_array *cx_table_column(const cx_table *t, const char *name)
{
    const cx_scope s = cx_scope_open();
    cx_array *a = NULL;
    cx_check(column("table_column", t, name, &a));
    return cx_scope_return(s, a);
}

static cx_status column_at(const cx_table *t, int i, cx_array **out)
{
    static const char where[] = "table_column_at";
    CX__TRY(cx__check(where, "t", t, CX__KIND_TABLE));
    if (i < 0 || i >= t->count) return cx__fail(CX_E_INDEX, where, "column %d of %d", i, t->count);
    *out = cx_to(t->columns[i], CX_CPU);
    return cx_status_of(*out);
}

cx_array *cx_table_column_at(const cx_table *t, int i)
{
    const cx_scope s = cx_scope_open();
    cx_array *a = NULL;
    cx_check(column_at(t, i, &a));
    return cx_scope_return(s, a);
}

/* ---- new tables */

/* Lists of names and columns under construction, room for a table's and one more. */
typedef struct lists {
    const char **names;
    const cx_array **columns;
    int count;
} lists;

static cx_status lists_open(const char *where, lists *l, int room)
{
    *l = (lists){cx__calloc((size_t)room + 1, sizeof *l->names),
                 cx__calloc((size_t)room + 1, sizeof *l->columns), 0};
    if (l->names != NULL && l->columns != NULL) return CX_OK;
    return cx__fail_nomem(where, "columns", (size_t)room * sizeof *l->names);
}

static void lists_add(lists *l, const char *name, const cx_array *c)
{
    l->names[l->count] = name;
    l->columns[l->count++] = c;
}

static cx_status lists_close(const char *where, cx_status st, lists *l, int64_t rows,
                             cx_table **out)
{
    if (st == CX_OK)
        st = cx__table_new(where, (cx_names){l->count, l->names}, (cx_arrays){l->count, l->columns},
                           rows, out);
    cx__free(l->names);
    cx__free(l->columns);
    return st;
}

static cx_status check_names(const char *where, const cx_table *t, cx_names names)
{
    CX__TRY(cx__check(where, "t", t, CX__KIND_TABLE));
    if (names.count < 0 || (names.count > 0 && names.at == NULL))
        return cx__fail(CX_E_ARGUMENT, where, "%d names at %p", names.count,
                        (const void *)names.at);
    return CX_OK;
}

static cx_status select_columns(const cx_table *t, cx_names names, cx_table **out)
{
    static const char where[] = "table_select";
    lists l;
    CX__TRY(check_names(where, t, names));
    cx_status st = lists_open(where, &l, names.count);
    for (int k = 0; k < names.count && st == CX_OK; k++) {
        int i;
        if ((st = need(where, t, names.at[k], &i)) == CX_OK)
            lists_add(&l, t->names[i], t->columns[i]);
    }
    return lists_close(where, st, &l, t->rows, out);
}

cx_table *cx_table_select(const cx_table *t, cx_names names)
{
    cx_table *r = NULL;
    const cx_status st = select_columns(t, names, &r);
    return cx__yield(st, "table_select", r);
}

static cx_status drop_columns(const cx_table *t, cx_names names, cx_table **out)
{
    static const char where[] = "table_drop";
    lists l;
    CX__TRY(check_names(where, t, names));
    cx_status st = CX_OK;
    for (int k = 0, i; k < names.count && st == CX_OK; k++) st = need(where, t, names.at[k], &i);
    CX__TRY(st);
    st = lists_open(where, &l, t->count);
    for (int i = 0; i < t->count && st == CX_OK; i++) {
        bool dropped = false;
        for (int k = 0; k < names.count && !dropped; k++)
            dropped = strcmp(t->names[i], names.at[k]) == 0;
        if (!dropped) lists_add(&l, t->names[i], t->columns[i]);
    }
    return lists_close(where, st, &l, t->rows, out);
}

cx_table *cx_table_drop(const cx_table *t, cx_names names)
{
    cx_table *r = NULL;
    const cx_status st = drop_columns(t, names, &r);
    return cx__yield(st, "table_drop", r);
}

static cx_status with_column(const cx_table *t, const char *name, const cx_array *c, cx_table **out)
{
    static const char where[] = "table_with";
    lists l;
    CX__TRY(cx__check(where, "t", t, CX__KIND_TABLE));
    CX__TRY(cx__check(where, "column", c, CX__KIND_ARRAY));
    if (name == NULL) return cx__fail(CX_E_NULL, where, "name is NULL");
    if (t->count > 0 && cx_ndim(c) == 1 && cx_size(c) != t->rows)
        return cx__fail(CX_E_SHAPE, where, "column '%s' has %lld rows, the table has %lld", name,
                        (long long)cx_size(c), (long long)t->rows);
    const cx_status st = lists_open(where, &l, t->count + 1);
    if (st == CX_OK) {
        const int place = cx_table_find(t, name);
        for (int i = 0; i < t->count; i++)
            lists_add(&l, t->names[i], i == place ? c : t->columns[i]);
        if (place < 0) lists_add(&l, name, c);
    }
    return lists_close(where, st, &l, t->rows, out);
}

cx_table *cx_table_with(const cx_table *t, const char *name, const cx_array *column_)
{
    cx_table *r = NULL;
    const cx_status st = with_column(t, name, column_, &r);
    return cx__yield(st, "table_with", r);
}

/* ---- rows */

static cx_status take_rows(const cx_table *t, const cx_array *rows, cx_table **out)
{
    static const char where[] = "table_take";
    lists l;
    CX__TRY(cx__check(where, "t", t, CX__KIND_TABLE));
    CX__TRY(cx__check(where, "rows", rows, CX__KIND_ARRAY));
    if (cx_ndim(rows) != 1)
        return cx__fail(CX_E_SHAPE, where, "rows has %d dimensions, not 1", cx_ndim(rows));
    const cx_array *indices = rows;
    if (cx_dtype_of(rows) == CX_BOOL) {
        if (cx_size(rows) != t->rows)
            return cx__fail(CX_E_SHAPE, where, "a mask of %lld for %lld rows",
                            (long long)cx_size(rows), (long long)t->rows);
        indices = cx_flatnonzero(rows);
        CX__TRY(cx_status_of(indices));
    }
    cx_status st = lists_open(where, &l, t->count);
    for (int i = 0; i < t->count && st == CX_OK; i++) {
        const cx_array *const c = cx_take(t->columns[i], indices, 0);
        st = cx_status_of(c);
        lists_add(&l, t->names[i], c);
    }
    return lists_close(where, st, &l, cx_size(indices), out);
}

cx_table *cx_table_take(const cx_table *t, const cx_array *rows)
{
    const cx_scope s = cx_scope_open();
    cx_table *r = NULL;
    const cx_status st = take_rows(t, rows, &r);
    const cx_status closed = cx_scope_close(s);
    return cx__yield(st != CX_OK ? st : closed, "table_take", r);
}

static cx_status slice_rows(const cx_table *t, int64_t start, int64_t stop, cx_table **out)
{
    static const char where[] = "table_slice";
    lists l;
    CX__TRY(cx__check(where, "t", t, CX__KIND_TABLE));
    cx_status st = lists_open(where, &l, t->count);
    for (int i = 0; i < t->count && st == CX_OK; i++) {
        const cx_array *const c = cx_slice(t->columns[i], 0, start, stop, 1);
        st = cx_status_of(c);
        lists_add(&l, t->names[i], c);
    }
    return lists_close(where, st, &l, 0, out);
}

cx_table *cx_table_slice(const cx_table *t, int64_t start, int64_t stop)
{
    const cx_scope s = cx_scope_open();
    cx_table *r = NULL;
    const cx_status st = slice_rows(t, start, stop, &r);
    const cx_status closed = cx_scope_close(s);
    return cx__yield(st != CX_OK ? st : closed, "table_slice", r);
}

/* ---- matrix */

static cx_status to_matrix(const cx_table *t, cx_names names, cx_array **out)
{
    static const char where[] = "table_to_matrix";
    CX__TRY(check_names(where, t, names));
    const int n = names.count > 0 ? names.count : t->count;
    cx_array *const m = cx_empty(CX_SHAPE(t->rows, n), CX_F64, CX_CPU);
    CX__TRY(cx_status_of(m));
    for (int k = 0; k < n; k++) {
        int i = k;
        if (names.count > 0) CX__TRY(need(where, t, names.at[k], &i));
        const char kind = cx_dtype_kind(cx_dtype_of(t->columns[i]));
        if (kind == 'k' || kind == 'c')
            return cx__fail(CX_E_DTYPE, where, "column '%s' is %s, not a real number", t->names[i],
                            cx_dtype_name(cx_dtype_of(t->columns[i])));
        const cx_scope s = cx_scope_open();
        const cx_status st = cx_copy_into(cx_astype(t->columns[i], CX_F64), cx_select(m, 1, k));
        const cx_status closed = cx_scope_close(s);
        CX__TRY(st);
        CX__TRY(closed);
    }
    *out = m;
    return CX_OK;
}

cx_array *cx_table_to_matrix(const cx_table *t, cx_names names)
{
    const cx_scope s = cx_scope_open();
    cx_array *a = NULL;
    cx_check(to_matrix(t, names, &a));
    return cx_scope_return(s, a);
}
