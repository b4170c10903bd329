/* From what a user passes to what methods get: tables to matrices, dtypes, lengths, devices,
 * NaN, and the schema seen by fit.
 *
 * One idea: every rule about data is checked here once, so that no method repeats it and every
 * error names column or argument. */
#include "base/alloc.h"
#include "base/threads.h"
#include "learn/base/estimator.h"
#include "learn/base/finite.h"
#include "learn/numeric/site.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/table.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static bool is_target(const char *name, const char *a, const char *b)
{
    return (a && strcmp(name, a) == 0) || (b && strcmp(name, b) == 0);
}

/* ---- schema */
static cx_status words_alone(const cx_array *text, cx_array **out)
{
    const int count = cx_category_count(text);
    const char *const *const texts = cx__words_of(text);
    if (!texts) return cx__last_status();
    const cx_array *const each =
        cx_categories_new(cx_arange_i64(0, count, 1, CX_I32, CX_CPU), count, texts);
    CX__TRY(cx_status_of(each));
    *out = cx_retain(each);
    return CX_OK;
}

static cx_status schema_room(const char *where, int64_t n, cx__schema *s)
{
    s->dtypes = cx__calloc((size_t)n + 1, 1);
    s->categories = cx__calloc((size_t)n + 1, sizeof *s->categories);
    if (s->dtypes && s->categories) return CX_OK;
    return cx__fail_nomem(where, "a schema", (size_t)n * sizeof *s->categories);
}

static cx_status schema_matrix(const char *where, const cx_array *x, cx__schema *s)
{
    s->n = cx_dim(x, 1);
    if (cx_dtype_of(x) != CX_CAT || cx_device_of(x).kind != CX_DEVICE_CPU) return CX_OK;
    CX__TRY(schema_room(where, s->n, s));
    for (int64_t j = 0; j < s->n; j++) {
        s->dtypes[j] = CX_CAT;
        if (j == 0) CX__TRY(words_alone(x, &s->categories[0]));
        if (j > 0) s->categories[j] = cx_retain(s->categories[0]);
    }
    return CX_OK;
}

static cx_status schema_table(const char *where, const cx_data *d, cx__schema *s)
{
    const int all = cx_table_count(d->table);
    s->names = cx__calloc((size_t)all + 1, sizeof *s->names);
    if (!s->names) return cx__fail_nomem(where, "a schema", (size_t)all * sizeof *s->names);
    CX__TRY(schema_room(where, all, s));
    for (int i = 0; i < all; i++) {
        const char *const name = cx_table_name(d->table, i);
        if (is_target(name, d->target, NULL)) continue;
        const int64_t k = s->n;
        s->names[k] = cx__strdup(name);
        if (!s->names[k]) return cx__fail_nomem(where, "a schema", strlen(name));
        s->dtypes[k] = (uint8_t)cx_table_dtype(d->table, i);
        s->n = k + 1;
        if (s->dtypes[k] != CX_CAT) continue;
        CX__TRY(words_alone(cx_table_column_at(d->table, i), &s->categories[k]));
    }
    if (d->target && !(s->target = cx__strdup(d->target)))
        return cx__fail_nomem(where, "a schema", strlen(d->target));
    return CX_OK;
}

cx_status cx__schema_make(const char *where, const cx_data *d, cx__schema **out)
{
    cx__schema *const s = cx__calloc(1, sizeof *s);
    if (!s) return cx__fail_nomem(where, "a schema", sizeof *s);
    atomic_init(&s->refs, 1);
    cx_status st = CX_OK;
    if (d->table)
        st = schema_table(where, d, s);
    else
        st = schema_matrix(where, d->x, s);
    if (st == CX_OK)
        *out = s;
    else
        cx__schema_release(s);
    return st;
}

static int64_t place_of(const cx__schema *s, const char *name)
{
    for (int64_t i = 0; i < s->n; i++)
        if (strcmp(s->names[i], name) == 0) return i;
    return -1;
}

/* Columns that have a place of their own are no misspelling of the missing one. */
static CX__COLD cx_status missing_column(const char *where, const cx__schema *s, const cx_data *d,
                                         int64_t k)
{
    const int count = cx_table_count(d->table);
    const char **const words = cx__calloc((size_t)count + 1, sizeof *words);
    int n = 0;
    for (int i = 0; words && i < count; i++)
        if (place_of(s, cx_table_name(d->table, i)) < 0) words[n++] = cx_table_name(d->table, i);
    const char *const near = words ? cx__nearest(s->names[k], words) : NULL;
    const cx_status st =
        near ? cx__fail(CX_E_SCHEMA, where, "column '%s', seen by fit, is missing; is '%s' meant?",
                        s->names[k], near)
             : cx__fail(CX_E_SCHEMA, where, "column '%s', seen by fit, is missing", s->names[k]);
    cx__free(words);
    return st;
}

static cx_status check_table(const char *where, const cx__schema *s, const cx_data *d)
{
    const int count = cx_table_count(d->table);
    for (int64_t k = 0; k < s->n; k++)
        if (cx_table_find(d->table, s->names[k]) < 0) return missing_column(where, s, d, k);
    int64_t k = 0;
    for (int i = 0; i < count; i++) {
        const char *const name = cx_table_name(d->table, i);
        if (is_target(name, s->target, d->target)) continue;
        const int64_t place = place_of(s, name);
        if (place < 0) return cx__fail(CX_E_SCHEMA, where, "column '%s' was not seen by fit", name);
        if (place != k)
            return cx__fail(CX_E_SCHEMA, where,
                            "column '%s' stands at place %lld; fit saw it at place %lld", name,
                            (long long)k + 1, (long long)place + 1);
        const cx_dtype t = cx_table_dtype(d->table, i), was = (cx_dtype)s->dtypes[k];
        if ((t == CX_CAT) != (was == CX_CAT))
            return cx__fail(CX_E_SCHEMA, where, "column '%s' is %s; fit saw %s", name,
                            cx_dtype_name(t), cx_dtype_name(was));
        k++;
    }
    return CX_OK;
}

cx_status cx__schema_check(const char *where, const cx_estimator *m, const cx_data *d)
{
    const cx__schema *const s = m->state->schema;
    if (!s) return CX_OK;
    if (d->table && s->names) return check_table(where, s, d);
    int64_t n = d->table ? cx_table_count(d->table) : cx_dim(d->x, 1);
    if (d->table && d->target && cx_table_find(d->table, d->target) >= 0) n--;
    if (n == s->n) return CX_OK;
    return cx__fail(d->table ? CX_E_SCHEMA : CX_E_SHAPE, where,
                    "x has %lld columns, but %s was fitted with %lld", (long long)n, m->cls->name,
                    (long long)s->n);
}

/* ---- x */
static cx_status matrix_of_table(const char *where, const cx_estimator *m, const cx_data *in,
                                 cx_array **out)
{
    const int count = cx_table_count(in->table);
    const char *const seen = m->state && m->state->schema ? m->state->schema->target : NULL;
    const char **const names = cx__calloc((size_t)count + 1, sizeof *names);
    if (!names) return cx__fail_nomem(where, "column names", (size_t)count * sizeof *names);
    int n = 0;
    cx_status st = CX_OK;
    for (int i = 0; i < count && st == CX_OK; i++) {
        const char *const name = cx_table_name(in->table, i);
        if (is_target(name, in->target, seen)) continue;
        const char kind = cx_dtype_kind(cx_table_dtype(in->table, i));
        if (kind == 'k')
            st = cx__fail(CX_E_SCHEMA, where,
                          "column '%s' holds text, but %s takes numbers: encode it first", name,
                          m->cls->name);
        if (kind == 'c') st = cx__fail(CX_E_SCHEMA, where, "column '%s' is complex", name);
        names[n++] = name;
    }
    if (st == CX_OK && n == 0)
        st = cx__fail(CX_E_SCHEMA, where, "the table has no feature columns");
    if (st == CX_OK) {
        *out = cx_table_to_matrix(in->table, (cx_names){n, names});
        st = cx_status_of(*out);
    }
    cx__free(names);
    return st;
}

static cx_status matrix_of_array(const char *where, const cx_estimator *m, const cx_array *x,
                                 cx_array **out)
{
    const cx_dtype t = cx_dtype_of(x);
    if (cx_ndim(x) != 2)
        return cx__fail(CX_E_SHAPE, where,
                        "x has %d dimensions; %s takes a matrix [samples, features]", cx_ndim(x),
                        m->cls->name);
    if (t == CX_CAT)
        return cx__fail(CX_E_SCHEMA, where, "x holds text, but %s takes numbers: encode it first",
                        m->cls->name);
    if (cx_dtype_kind(t) == 'c')
        return cx__fail(CX_E_DTYPE, where, "x is %s; %s takes real numbers", cx_dtype_name(t),
                        m->cls->name);
    const bool keep = t == CX_F32 && !(m->cls->flags & CX_CLASS_F64);
    *out = cx__as(where, x, keep ? CX_F32 : CX_F64);
    return cx_status_of(*out);
}

/* ---- y and weights */
static cx_status check_length(const char *where, const char *what, const cx_array *a,
                              const cx_array *x)
{
    if (cx_ndim(a) < 1)
        return cx__fail(CX_E_SHAPE, where,
                        "%s is a single number; it needs one entry for each row of x", what);
    if (cx_dim(a, 0) != cx_dim(x, 0))
        return cx__fail(CX_E_SHAPE, where, "x has %lld rows, but %s has %lld",
                        (long long)cx_dim(x, 0), what, (long long)cx_dim(a, 0));
    if (cx_device_equal(cx_device_of(a), cx_device_of(x))) return CX_OK;
    char here[16], there[16];
    return cx__fail(CX_E_DEVICE, where, "x is on %s, but %s on %s",
                    cx_device_name(cx_device_of(x), here), what,
                    cx_device_name(cx_device_of(a), there));
}

static cx_status prepare_y(const char *where, const cx_estimator *m, const cx_data *in,
                           cx_estimator_kind kind, cx_data *out)
{
    const char *const seen = m->state && m->state->schema ? m->state->schema->target : NULL;
    const char *const target = in->target ? in->target : seen;
    const cx_array *y = in->y;
    if (!y && in->table && target && cx_table_find(in->table, target) >= 0)
        y = cx_table_column(in->table, target);
    if (!y) CX__TRY(cx__data_target(where, in));
    if (!y) {
        const bool needs =
            kind == CX_CLASSIFIER || kind == CX_REGRESSOR || (m->cls->flags & CX_CLASS_NEEDS_Y);
        return needs ? cx__fail(CX_E_ARGUMENT, where, "%s needs y", m->cls->name) : CX_OK;
    }
    CX__TRY(cx_status_of(y));
    CX__TRY(check_length(where, "y", y, out->x));
    if (cx_ndim(y) == 2 && cx_dim(y, 1) == 1 &&
        (kind != CX_REGRESSOR || (m->cls->flags & CX_CLASS_SINGLE_Y)))
        y = cx_reshape(y, CX_SHAPE(cx_dim(y, 0)));
    if (cx_ndim(y) > 2 || (cx_ndim(y) == 2 && (m->cls->flags & CX_CLASS_SINGLE_Y)) ||
        (cx_ndim(y) == 2 && kind == CX_CLASSIFIER && !(m->cls->flags & CX_CLASS_LABEL_COLUMNS)))
        return cx__fail(CX_E_SHAPE, where, "y has %d dimensions; %s takes one target for each row",
                        cx_ndim(y), m->cls->name);
    if (kind == CX_REGRESSOR) {
        const char letter = cx_dtype_kind(cx_dtype_of(y));
        if (letter == 'k' || letter == 'c')
            return cx__fail(CX_E_DTYPE, where, "y is %s; %s predicts real numbers",
                            cx_dtype_name(cx_dtype_of(y)), m->cls->name);
        y = cx__as(where, y, cx_dtype_of(out->x));
        CX__TRY(cx_status_of(y));
        CX__TRY(cx__need_finite(where, "y", y, false, m, in));
    }
    out->y = y;
    return cx_status_of(y);
}

static cx_status prepare_weight(const char *where, const cx_estimator *m, const cx_data *in,
                                bool fit, cx_data *out)
{
    if (!in->sample_weight) return CX_OK;
    if (fit && (m->cls->flags & CX_CLASS_NO_WEIGHT))
        return cx__fail(CX_E_ARGUMENT, where, "%s takes no sample_weight", m->cls->name);
    CX__TRY(check_length(where, "sample_weight", in->sample_weight, out->x));
    if (cx_ndim(in->sample_weight) != 1)
        return cx__fail(CX_E_SHAPE, where, "sample_weight has %d dimensions, not 1",
                        cx_ndim(in->sample_weight));
    const char letter = cx_dtype_kind(cx_dtype_of(in->sample_weight));
    if (letter == 'k' || letter == 'c')
        return cx__fail(CX_E_DTYPE, where, "sample_weight is %s",
                        cx_dtype_name(cx_dtype_of(in->sample_weight)));
    out->sample_weight = cx__as(where, in->sample_weight, CX_F64);
    CX__TRY(cx_status_of(out->sample_weight));
    return cx__need_finite(where, "sample_weight", out->sample_weight, false, m, in);
}

/* ---- all of it */
cx_status cx__data_valid(const char *where, const cx_data *in)
{
    if (!in) return cx__fail(CX_E_NULL, where, "the data is NULL");
    if (!in->x && !in->table) return cx__fail(CX_E_NULL, where, "the data has neither x nor table");
    if (in->x && in->table) return cx__fail(CX_E_ARGUMENT, where, "the data has both x and table");
    if (in->x) CX__NEED(where, "x", in->x, CX__KIND_ARRAY);
    if (in->table) CX__NEED(where, "table", in->table, CX__KIND_TABLE);
    if (in->y) CX__NEED(where, "y", in->y, CX__KIND_ARRAY);
    if (in->sample_weight) CX__NEED(where, "sample_weight", in->sample_weight, CX__KIND_ARRAY);
    if (in->x && in->target)
        return cx__fail(CX_E_ARGUMENT, where,
                        "target '%.60s' names a column, but x is a matrix: give y", in->target);
    if (in->y && in->target)
        return cx__fail(CX_E_ARGUMENT, where, "the data has both y and target '%.60s'", in->target);
    return CX_OK;
}

cx_status cx__data_target(const char *where, const cx_data *d)
{
    if (!d->table || !d->target || cx_table_find(d->table, d->target) >= 0) return CX_OK;
    const int count = cx_table_count(d->table);
    const char **const words = cx__calloc((size_t)count + 1, sizeof *words);
    for (int i = 0; words && i < count; i++) words[i] = cx_table_name(d->table, i);
    const char *const near = words ? cx__nearest(d->target, words) : NULL;
    const cx_status st =
        near ? cx__fail(CX_E_SCHEMA, where, "the table has no column '%.60s'; did you mean '%s'?",
                        d->target, near)
             : cx__fail(CX_E_SCHEMA, where, "the table has no column '%.60s'", d->target);
    cx__free(words);
    return st;
}

static cx_status prepare(const char *where, const cx_estimator *m, const cx_data *in,
                         cx__purpose why, bool late, cx_data *out)
{
    *out = (cx_data){.groups = in->groups, .classes = in->classes};
    cx_array *x = NULL;
    const bool text = (m->cls->flags & CX_CLASS_TEXT) && cx__holds_text(m, in);
    CX__TRY(text        ? cx__text_matrix(where, m, in, &x)
            : in->table ? matrix_of_table(where, m, in, &x)
                        : matrix_of_array(where, m, in->x, &x));
    out->x = x;
    if (cx_dim(x, 0) < 1 || cx_dim(x, 1) < 1)
        return cx__fail(CX_E_SHAPE, where,
                        "x has %lld rows and %lld columns; at least one of each is needed",
                        (long long)cx_dim(x, 0), (long long)cx_dim(x, 1));
    if ((m->cls->flags & CX_CLASS_PAIRWISE) && why == CX__FOR_FIT && cx_dim(x, 0) != cx_dim(x, 1))
        return cx__fail(CX_E_SHAPE, where, "x is [%lld, %lld]; %s takes a square matrix",
                        (long long)cx_dim(x, 0), (long long)cx_dim(x, 1), m->cls->name);
    if (!text && !(late && cx_device_of(x).kind == CX_DEVICE_CPU))
        CX__TRY(cx__need_finite(where, "x", x, (m->cls->flags & CX_CLASS_ALLOW_NAN) != 0, m, in));
    if (why == CX__FOR_USE) return CX_OK;
    CX__TRY(prepare_y(where, m, in, cx_estimator_kind_of(m), out));
    return prepare_weight(where, m, in, why == CX__FOR_FIT, out);
}

cx_status cx__data_prepare(const char *where, const cx_estimator *m, const cx_data *in,
                           cx__purpose why, cx_data *out)
{
    return prepare(where, m, in, why, false, out);
}

cx_status cx__data_prepare_late(const char *where, const cx_estimator *m, const cx_data *in,
                                cx__purpose why, cx__late *late, cx_data *out)
{
    const unsigned flag = why == CX__FOR_FIT ? CX_CLASS_LATE_FIT : CX_CLASS_LATE_ROWS;
    const bool wait = (m->cls->flags & flag) != 0;
    CX__TRY(prepare(where, m, in, why, wait, out));
    const bool waits = wait && cx_device_of(out->x).kind == CX_DEVICE_CPU;
    cx__late_begin(late, where, m, in, waits ? out->x : NULL);
    return CX_OK;
}
