/* Sessions: typed columns in, one run over row kernels, result out.
 *
 * One idea: everything is allocated and touched when the session is made; a run only moves
 * numbers. Knows no estimator but through its serving plan. */
#include "base/alloc.h"
#include "base/size.h"
#include "learn/base/finite.h"
#include "learn/base/plan.h"
#include "ops/primitives.h"
#include <calx/session.h>
#include <math.h>
#include <string.h>

struct cx_session {
    cx__object object;
    cx__ready ready;
    cx__schema *schema;
    int64_t max_rows, cols;
    double *columns; /* [cols, max_rows]: one row at a time this is the row itself */
    double *rows;    /* [max_rows, cols] */
    int32_t *codes;  /* [cols, max_rows], only if there are categories */
    double *out;     /* [max_rows, cols_out] */
    double *labels;  /* numeric labels by class, for CX_PREDICT */
    int64_t classes;
    cx_array *texts; /* classes_ if they are text */
    bool allow_nan, ran;
};

static void destroy(cx__object *o)
{
    cx_session *const s = (cx_session *)(void *)o;
    cx__plan_free(&s->ready);
    cx__schema_release(s->schema);
    cx__free(s->columns);
    cx__free(s->rows);
    cx__free(s->codes);
    cx__free(s->out);
    cx__free(s->labels);
    cx_release(s->texts);
    cx__object_free(s);
}

static const cx__noun noun = {.name = "session", .kind = CX__KIND_SESSION, .destroy = destroy};

/* n zeroed numbers of size bytes each, written once so that no page faults later */
static void *buffer(int64_t rows, int64_t cols, size_t size)
{
    int64_t n = 0;
    if (!cx__mul_i64(rows, cols, &n) || n > INT64_MAX / 64) return NULL;
    void *const p = cx__alloc((size_t)n * size);
    if (p) memset(p, 0, (size_t)n * size);
    return p;
}

static bool has_categories(const cx_session *s)
{
    for (int64_t i = 0; s->schema->dtypes && i < s->cols; i++)
        if (s->schema->dtypes[i] == CX_CAT) return true;
    return false;
}

static cx_status prepare_labels(const char *where, cx_session *s, const cx_estimator *m)
{
    if (cx_estimator_kind_of(m) != CX_CLASSIFIER || !cx_has_attr(m, "classes_")) return CX_OK;
    const cx_array *const classes = cx_attr(m, "classes_");
    s->classes = cx_size(classes);
    if (cx_dtype_of(classes) == CX_CAT) {
        s->texts = cx_retain(classes);
        return CX_OK;
    }
    if (s->ready.plan.method != CX_PREDICT) return CX_OK;
    const cx_array *const numbers = cx__as(where, classes, CX_F64);
    const double *const v = cx_data_f64(numbers);
    if (!v) return cx_status_of(numbers);
    s->labels = buffer(s->classes, 1, sizeof(double));
    if (!s->labels) return cx__fail_nomem(where, "labels", (size_t)s->classes * sizeof(double));
    memcpy(s->labels, v, (size_t)s->classes * sizeof(double));
    return CX_OK;
}

static cx_status prepare(const char *where, cx_session *s, const cx_estimator *m, cx_method method)
{
    if (!m->state->schema)
        return cx__fail(CX_E_UNSUPPORTED, where, "this %s saw no features", m->cls->name);
    s->schema = m->state->schema;
    atomic_fetch_add_explicit(&s->schema->refs, 1, memory_order_relaxed);
    s->cols = s->schema->n;
    s->allow_nan = cx__takes_nan(m);
    CX__TRY(cx__plan_make(where, m, method, s->max_rows, s->cols, &s->ready));
    if (s->ready.owner.words)
        return cx__fail(CX_E_UNSUPPORTED, where,
                        "%s gives text, but results of sessions are numbers: put an encoder behind "
                        "it",
                        m->cls->name);
    s->columns = buffer(s->cols, s->max_rows, sizeof(double));
    s->rows = buffer(s->max_rows, s->cols, sizeof(double));
    s->out = buffer(s->max_rows, s->ready.plan.cols_out, sizeof(double));
    const bool codes = has_categories(s);
    if (codes) s->codes = buffer(s->cols, s->max_rows, sizeof(int32_t));
    if (!s->columns || !s->rows || !s->out || (codes && !s->codes))
        return cx__fail(CX_E_NOMEM, where, "no memory for %lld rows of %lld columns",
                        (long long)s->max_rows, (long long)s->cols);
    return prepare_labels(where, s, m);
}

cx_session *cx_session_new(const cx_estimator *m, cx_method method, int64_t max_rows)
{
    static const char where[] = "session_new";
    cx_status st = cx__check(where, "m", m, CX__KIND_ESTIMATOR);
    if (st == CX_OK && !m->state)
        st = cx__fail(CX_E_NOT_FITTED, where, "this %s is not fitted", m->cls->name);
    if (st == CX_OK && max_rows < 1)
        st = cx__fail(CX_E_ARGUMENT, where, "max_rows is %lld; it must be at least 1",
                      (long long)max_rows);
    cx_session *s = NULL;
    if (st == CX_OK && !(s = cx__object_new(&noun, sizeof *s)))
        st = cx__fail_nomem(where, "a session", sizeof *s);
    if (st == CX_OK) {
        const cx_scope scope = cx_scope_open();
        s->max_rows = max_rows;
        cx_check(prepare(where, s, m, method));
        st = cx_scope_close(scope);
    }
    return cx__yield(st, where, s);
}

cx_session *cx_session_retain(const cx_session *s)
{
    return cx__retain(s);
}
void cx_session_release(cx_session *s)
{
    cx__release(s);
}
cx_status cx_session_status(const cx_session *s)
{
    return cx__status(s, CX__KIND_SESSION);
}

static bool live(const cx_session *s)
{
    return cx__status(s, CX__KIND_SESSION) == CX_OK;
}

int cx_session_columns(const cx_session *s)
{
    return live(s) ? (int)s->cols : 0;
}

int cx_session_column(const cx_session *s, const char *name)
{
    if (!live(s) || !name || !s->schema->names) return -1;
    for (int64_t i = 0; i < s->cols; i++)
        if (strcmp(s->schema->names[i], name) == 0) return (int)i;
    return -1;
}

static bool is_text(const cx_session *s, int column)
{
    return s->schema->dtypes && s->schema->dtypes[column] == CX_CAT;
}

static cx_status need_column(const char *where, const cx_session *s, int column, bool text)
{
    CX__NEED(where, "s", s, CX__KIND_SESSION);
    if (column < 0 || column >= s->cols)
        return cx__fail(CX_E_INDEX, where, "there is no column %d; the model has %lld", column,
                        (long long)s->cols);
    if (is_text(s, column) == text) return CX_OK;
    return cx__fail(CX_E_DTYPE, where, "column %d (%s) holds %s", column,
                    s->schema->names ? s->schema->names[column] : "no name",
                    text ? "numbers" : "categories");
}

double *cx_session_f64(cx_session *s, int column)
{
    const cx_status st = need_column("session_f64", s, column, false);
    if (st == CX_OK) return s->columns + column * s->max_rows;
    cx__mark(st);
    return NULL;
}

int32_t *cx_session_codes(cx_session *s, int column)
{
    const cx_status st = need_column("session_codes", s, column, true);
    if (st == CX_OK) return s->codes + column * s->max_rows;
    cx__mark(st);
    return NULL;
}

int32_t cx_session_code(const cx_session *s, int column, const char *text, size_t len)
{
    if (!live(s) || !text || column < 0 || column >= s->cols || !is_text(s, column)) return -1;
    const cx_array *const words = s->schema->categories[column];
    const int count = cx_category_count(words);
    for (int c = 0; c < count; c++) {
        const char *const word = cx_category(words, c);
        if (strlen(word) == len && memcmp(word, text, len) == 0) return c;
    }
    return -1;
}

/* ---- running */
static CX__COLD cx_status refuse_number(const cx_session *s, const double *x, int64_t rows)
{
    for (int64_t i = 0; i < rows * s->cols; i++) {
        const double v = x[i];
        if (isfinite(v) || (s->allow_nan && isnan(v))) continue;
        const int64_t col = i % s->cols;
        const char *const what = isnan(v) ? "NaN" : "an infinity";
        if (s->schema->names)
            return cx__fail(CX_E_ARGUMENT, "session_run", "column '%s' holds %s in row %lld",
                            s->schema->names[col], what, (long long)(i / s->cols));
        return cx__fail(CX_E_ARGUMENT, "session_run", "x holds %s at [%lld, %lld]", what,
                        (long long)(i / s->cols), (long long)col);
    }
    return CX_OK;
}

static const double *gather(cx_session *s, int64_t rows)
{
    if (s->codes)
        for (int64_t j = 0; j < s->cols; j++)
            for (int64_t i = 0; is_text(s, (int)j) && i < rows; i++)
                s->columns[j * s->max_rows + i] = (double)s->codes[j * s->max_rows + i];
    if (s->max_rows == 1) return s->columns;
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < s->cols; j++)
            s->rows[i * s->cols + j] = s->columns[j * s->max_rows + i];
    return s->rows;
}

static cx_status run_on(cx_session *s, const double *x, int64_t rows)
{
    if (CX__UNLIKELY(!cx__all_finite(x, rows * s->cols, s->allow_nan)))
        CX__TRY(refuse_number(s, x, rows));
    CX__TRY(s->ready.run(&s->ready.plan, x, rows, s->out));
    if (s->labels)
        for (int64_t i = 0; i < rows * s->ready.plan.cols_out; i++)
            s->out[i] = s->labels[(int64_t)s->out[i]];
    s->ran = true;
    return CX_OK;
}

static cx_status begin(cx_session *s, int64_t rows)
{
    CX__NEED("session_run", "s", s, CX__KIND_SESSION);
    if (CX__UNLIKELY(rows < 0 || rows > s->max_rows))
        return cx__fail(CX_E_ARGUMENT, "session_run", "rows is %lld; this session takes 0 to %lld",
                        (long long)rows, (long long)s->max_rows);
    s->ran = false;
    return cx__poll("session_run");
}

cx_status cx_session_run(cx_session *s, int64_t rows)
{
    CX__TRY(begin(s, rows));
    return run_on(s, gather(s, rows), rows);
}

cx_status cx_session_run_rows(cx_session *s, const double *x, int64_t rows)
{
    CX__TRY(begin(s, rows));
    if (!x) return cx__fail(CX_E_NULL, "session_run_rows", "x is NULL");
    return run_on(s, x, rows);
}

const double *cx_session_result(const cx_session *s, int64_t *cols)
{
    static const char where[] = "session_result";
    cx_status st = cx__check(where, "s", s, CX__KIND_SESSION);
    if (st == CX_OK && !s->ran) st = cx__fail(CX_E_ARGUMENT, where, "no run has succeeded yet");
    if (cols) *cols = st == CX_OK ? s->ready.plan.cols_out : 0;
    if (st == CX_OK) return s->out;
    cx__mark(st);
    return NULL;
}

const char *cx_session_label(const cx_session *s, int64_t i)
{
    if (!live(s) || !s->texts || i < 0 || i >= s->classes) return NULL;
    return cx_label(s->texts, i);
}
