/* Values of a user's kernel: see the header.
 *
 * One idea: rows come in blocks whose size depends on the data only, so that a formula's
 * intermediate values stay in the cache and any number of threads gives the same bits. */
#include "learn/metrics/user_kernel.h"

#include "base/alloc.h"
#include "base/object.h"
#include "learn/model_selection/tasks.h"
#include "ops/primitives.h"
#include <calx/eval.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* numbers of a block: of a formula's intermediates on the CPU and elsewhere, of its sums; of a
 * function's values */
enum { NEAR = 1 << 18, FAR = 1 << 24, SUMS = 1 << 20, BLOCK = 1 << 17 };
enum { MOST_NAMES = 16 };

struct cx__user_kernel {
    cx__kernel_entry *entry; /* of a function */
    cx_program *program;     /* of a formula of two rows and these numbers */
    cx_program *shorter;     /* the same of these sums, if forms are not 0 */
    unsigned forms;
    int numbers;
    double number[MOST_NAMES];
    bool finite; /* values have to be */
    const char *where;
    char label[128];
};

static void destroy(void *p, void *ctx)
{
    cx__user_kernel *const k = p;
    (void)ctx;
    cx__kernel_drop(k->entry);
    if (k->program) cx_program_release(k->program);
    if (k->shorter) cx_program_release(k->shorter);
    cx__free(k);
}

/* ---- formulas */
/* The next of the names before the colon; false at the end. */
static bool next_name(const char **p, cx__word *w)
{
    const char *at = *p;
    while (*at == ' ' || *at == '\t' || *at == '\n') at++;
    if (*at == ':' || *at == '\0') return false;
    const char *end = at + strcspn(at, ",:");
    *p = *end == ',' ? end + 1 : end;
    while (end > at && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\n')) end--;
    *w = (cx__word){at, (size_t)(end - at)};
    return true;
}

static const cx__kernel_number *find(const cx__kernel_asker *a, cx__word w)
{
    for (int i = 0; i < a->numbers; i++)
        if (strlen(a->number[i].name) == w.len && memcmp(a->number[i].name, w.at, w.len) == 0)
            return &a->number[i];
    return NULL;
}

static CX__COLD cx_status no_such(const cx__user_kernel *k, const cx__kernel_asker *a, cx__word w)
{
    cx__text names = {0};
    for (int i = 0; i < a->numbers; i++)
        cx__text_f(&names, "%s%s", i > 0 ? ", " : "", a->number[i].name);
    const cx_status st =
        cx__fail(CX_E_ARGUMENT, k->where, "%s: there is no number called '%.*s', only %.*s",
                 k->label, (int)(w.len < 40 ? w.len : 40), w.at, names.failed ? 0 : (int)names.len,
                 names.failed ? "" : names.at);
    cx__text_free(&names);
    return st;
}

static cx_status read_names(cx__user_kernel *k, const cx__kernel_asker *a, const char *text,
                            cx__word row[2])
{
    cx__word w;
    int i = 0;
    for (const char *p = text; next_name(&p, &w); i++) {
        const cx__kernel_number *const v = find(a, w);
        if (i < 2 && v)
            return cx__fail(CX_E_ARGUMENT, k->where,
                            "%s: the first two names are the rows, '%s' is a number", k->label,
                            v->name);
        if (i < 2) row[i] = w;
        if (i < 2) continue;
        if (!v) return no_such(k, a, w);
        if (k->numbers == MOST_NAMES)
            return cx__fail(CX_E_ARGUMENT, k->where, "%s has too many names", k->label);
        k->number[k->numbers++] = v->value;
    }
    if (i >= 2) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, k->where,
                    "%s: a formula begins with the names of two rows, as 'x, y: ...'", k->label);
}

static cx_status compile(const cx__user_kernel *k, const char *text, cx_program **out)
{
    const cx_scope s = cx_scope_open();
    const cx_program *const p = cx_program_new(text);
    const int results = cx_program_results(p);
    if (cx_ok()) *out = cx_program_retain(p);
    const cx_status st = cx_scope_close(s);
    cx_error e;
    if (st != CX_OK)
        return cx_error_get(&e) == CX_E_PARSE ? cx__fail(st, k->where, "%s: %s", k->label, e.text)
                                              : st;
    if (results == 1) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, k->where, "%s has %d results, not one", k->label, results);
}

static cx_status read_formula(cx__user_kernel *k, const cx__kernel_asker *a, const char *text)
{
    cx__word row[2];
    CX__TRY(read_names(k, a, text, row));
    CX__TRY(compile(k, text, &k->program));
    cx__text shorter = {0};
    cx_status st = CX_OK;
    k->forms = cx__kernel_forms(text, row[0], row[1], &shorter);
    if (shorter.failed)
        st = cx__fail_nomem(k->where, "a formula", strlen(text));
    else if (k->forms)
        st = compile(k, shorter.at, &k->shorter);
    cx__text_free(&shorter);
    return st;
}

static cx_status read_text(cx__user_kernel *k, const cx__kernel_asker *a, const char *text)
{
    if (strchr(text, ':')) return read_formula(k, a, text);
    k->entry = cx__kernel_hold(text);
    if (k->entry) return CX_OK;
    return cx__kernel_unknown(a->where, a->who ? a->who : a->parameter, text);
}

cx_status cx__user_kernel_open(const cx__kernel_asker *a, const char *text, cx__user_kernel **out)
{
    cx__user_kernel *const k = *out = cx__calloc(1, sizeof *k);
    if (!k) return cx__fail_nomem(a->where, "a kernel", sizeof *k);
    /* whatever happens, the scope lets go of it */
    (void)cx_adopt_host(k, CX_SHAPE((int64_t)sizeof *k), CX_U8, destroy, NULL);
    CX__TRY(cx__so_far());
    k->where = a->where;
    k->finite = a->who != NULL;
    (void)snprintf(k->label, sizeof k->label, "%s%s%s '%.60s%s'", a->who ? a->who : "",
                   a->who ? ": " : "", a->parameter, text, strlen(text) > 60 ? "..." : "");
    return read_text(k, a, text);
}

bool cx__user_kernel_is_function(const cx__user_kernel *k)
{
    return k->entry != NULL;
}

static CX__COLD cx_status wrong_shape(const cx__user_kernel *k, const cx_array *v, int64_t n,
                                      int64_t m)
{
    cx__text t = {0};
    for (int i = 0; i < cx_ndim(v); i++)
        cx__text_f(&t, "%s%lld", i > 0 ? ", " : "", (long long)cx_dim(v, i));
    const cx_status st = cx__fail(
        CX_E_SHAPE, k->where,
        "%s gives [%.*s], not [%lld, %lld] for so many rows; sum over their columns by axis=-1",
        k->label, t.failed ? 0 : (int)t.len, t.failed || !t.at ? "" : t.at, (long long)n,
        (long long)m);
    cx__text_free(&t);
    return st;
}

/* Few rows are not worth what their sums begin with. */
static bool by_sums(const cx__user_kernel *k, int64_t n)
{
    enum { FEW = 8 };
    return k->forms && n >= FEW;
}

/* Rows [n, d] and [m, d] at once. */
static cx_status formula_block(const cx__user_kernel *k, bool sums, const cx_array *x,
                               const cx_array *y, cx_array **out)
{
    const int64_t n = cx_dim(x, 0), m = cx_dim(y, 0);
    const cx_array *arg[CX__KERNEL_FORMS + MOST_NAMES];
    cx_scalar number[MOST_NAMES];
    int count = 2;
    if (sums) {
        CX__TRY(cx__kernel_forms_of(k->where, k->forms, x, y, arg, &count));
    } else {
        arg[0] = cx_expand_dims(x, 1);
        arg[1] = cx_expand_dims(y, 0);
    }
    for (int i = 0; i < k->numbers; i++) {
        number[i] = *(const cx_scalar *)(const void *)cx_float(k->number[i]);
        arg[count++] = (const cx_array *)(const void *)&number[i];
    }
    const cx_array *const v =
        cx_program_run(sums ? k->shorter : k->program, (cx_arrays){count, arg});
    CX__TRY(cx__so_far());
    if (cx_ndim(v) != 2 || cx_dim(v, 0) != n || cx_dim(v, 1) != m) return wrong_shape(k, v, n, m);
    *out = cx__as(k->where, v, CX_F64);
    return cx__so_far();
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static cx_status formula(const cx__user_kernel *k, const cx_array *x, const cx_array *y,
                         cx_array **out)
{
    const bool sums = by_sums(k, cx_dim(x, 0));
    /* numbers that a pair has while it is worked on */
    const int64_t n = cx_dim(x, 0), m = cx_dim(y, 0), d = cx_dim(x, 1) > 0 ? cx_dim(x, 1) : 1,
                  each = sums ? 1 : d,
                  most = !cx__on_host(x) ? FAR
                         : sums          ? SUMS
                                         : NEAR,
                  wide = least(m, most / each + 1),
                  high = m > 0 ? least(n, most / (wide * each) + 1) : n;
    if (wide == m && high == n) return formula_block(k, sums, x, y, out);
    *out = cx_empty(CX_SHAPE(n, m), CX_F64, cx_device_of(x));
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < n; i += high) {
        const int64_t end = least(n, i + high);
        for (int64_t j = 0; j < m; j += wide) {
            const int64_t right = least(m, j + wide);
            const cx_scope s = cx_scope_open();
            cx_array *v = NULL;
            cx_status st =
                formula_block(k, sums, cx_slice(x, 0, i, end, 1), cx_slice(y, 0, j, right, 1), &v);
            if (st == CX_OK)
                st = cx_copy_into(v, cx_slice(cx_slice(*out, 0, i, end, 1), 1, j, right, 1));
            CX__TRY(cx__give_status(s, st));
        }
    }
    return CX_OK;
}

/* ---- functions */
/* What the function returned, if it is a status at all. */
static cx_status status_of(cx_status st)
{
    switch (st) {
#define CX_STATUS(name, value, text) case CX_E_##name:
#include <calx/status.def>
#undef CX_STATUS
    case CX_OK: return st;
    }
    return CX_E_ARGUMENT;
}

static cx_status call(const cx__user_kernel *k, const double *x, int64_t n, const double *y,
                      int64_t m, int64_t d, double *out)
{
    void *context;
    cx_pairwise_kernel_fn *const fn = cx__kernel_function(k->entry, &context);
    const cx_scope s = cx_scope_open();
    const cx_status st = status_of(fn(context, x, n, y, m, d, out)), left = cx_scope_close(s);
    if (left != CX_OK) return left;
    if (st == CX_OK) return CX_OK;
    return cx__fail(st, k->where, "%s failed: %s", k->label, cx_status_name(st));
}

typedef struct blocks {
    const cx__user_kernel *k;
    const double *x, *y;
    double *out;
    int64_t n, m, d, high;
} blocks;

static cx_status run_block(void *ctx, int64_t i)
{
    const blocks *const b = ctx;
    const int64_t lo = i * b->high, hi = least(b->n, lo + b->high);
    return call(b->k, b->x + lo * b->d, hi - lo, b->y, b->m, b->d, b->out + lo * b->m);
}

static cx_status function(const cx__user_kernel *k, const cx_array *x, const cx_array *y,
                          cx_array **out)
{
    cx__site s;
    CX__TRY(cx__site_of(k->where, x, &s));
    const cx_array *const a = cx__fetch(&s, x), *const b = y == x ? a : cx__fetch(&s, y);
    cx_array *const host = cx_empty(CX_SHAPE(cx_dim(x, 0), cx_dim(y, 0)), CX_F64, CX_CPU);
    blocks f = {.k = k,
                .x = cx__at(a),
                .y = cx__at(b),
                .out = cx__at(host),
                .n = cx_dim(x, 0),
                .m = cx_dim(y, 0),
                .d = cx_dim(x, 1)};
    CX__TRY(cx__so_far());
    f.high = f.m > 0 ? BLOCK / f.m + 1 : f.n;
    const int64_t count = f.m > 0 ? (f.n + f.high - 1) / f.high : 0;
    CX__TRY(cx__tasks_run(k->where, "kernel", CX_CPU, count, run_block, &f));
    *out = cx__send(&s, host);
    return cx__so_far();
}

/* ---- both */
static cx_status unfinite(const cx__user_kernel *k)
{
    return cx__fail(CX_E_ARGUMENT, k->where, "%s gives NaN or infinity", k->label);
}

cx_status cx__user_kernel_matrix(const cx__user_kernel *k, const cx_array *x, const cx_array *y,
                                 cx_array **out)
{
    static cx__held strange = CX__HELD("k: any(~(abs(k) < inf))");
    CX__TRY(k->entry ? function(k, x, y, out) : formula(k, x, y, out));
    if (!k->finite || cx_size(*out) == 0) return cx__so_far();
    const int64_t some = cx__number_i64(cx__held_run(k->where, &strange, CX_ARRAYS(*out)));
    CX__TRY(cx__so_far());
    return some != 0 ? unfinite(k) : CX_OK;
}

cx_status cx__user_kernel_block(const cx__user_kernel *k, const double *x, int64_t n,
                                const double *y, int64_t m, int64_t d, double *out)
{
    if (k->entry) {
        CX__TRY(call(k, x, n, y, m, d, out));
    } else {
        const cx_scope s = cx_scope_open();
        const cx_array *const a = cx_borrow_host_const(x, CX_SHAPE(n, d), CX_F64, NULL),
                              *const b = cx_borrow_host_const(y, CX_SHAPE(m, d), CX_F64, NULL);
        cx_array *const to = cx_borrow_host(out, CX_SHAPE(n, m), CX_F64, NULL), *v = NULL;
        cx_status st = cx__so_far();
        if (st == CX_OK) st = formula(k, a, b, &v);
        if (st == CX_OK) st = cx_copy_into(v, to);
        CX__TRY(cx__give_status(s, st));
    }
    for (int64_t i = 0; k->finite && i < n * m; i++)
        if (!isfinite(out[i])) return unfinite(k);
    return CX_OK;
}
