/* TargetEncoder: a category as the mean of the target over its rows, drawn towards the mean of all
 * (sklearn.preprocessing.TargetEncoder; Micci-Barreca 2001, equations 3 to 6).
 *
 * One idea: an encoding is a table by category and class with one entry more for unknown values, so
 * that transform is a look-up. fit_transform gives each fold what the others say of it: it is not
 * fit().transform(). */
#include "base/alloc.h"
#include "base/threads.h"
#include "learn/model_selection/model_selection.h"
#include "learn/numeric/rows.h"
#include "learn/preprocessing/categories.h"
#include "learn/preprocessing/target_sums.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <string.h>

enum { ENCODINGS = CX__CATS, MEAN, CLASSES };
static const char *const attrs[] = {CX__CATS_ATTRS, "encodings_: float [e]", "target_mean_: float",
                                    "classes_?: label [k]", NULL};

static const cx_param params[] = {
    {"categories", CX_PARAM_STR | CX_PARAM_LIST, "'auto'", "{'auto'}",
     "those that occur, or a list for each column; None or nan stands last for a missing value"},
    {"target_type", CX_PARAM_STR, "'auto'", "{'auto', 'continuous', 'binary', 'multiclass'}",
     "what y is; auto looks at it"},
    {"smooth", CX_PARAM_FLOAT | CX_PARAM_STR, "'auto'", "[0, inf), {'auto'}",
     "rows that the mean of all counts for; auto: by the variances"},
    {"cv", CX_PARAM_INT | CX_PARAM_ESTIMATOR, "5", "[2, inf)",
     "folds of fit_transform, or a splitter"},
    {"shuffle", CX_PARAM_BOOL | CX_PARAM_STR, "'deprecated'", "{'deprecated'}",
     "shuffle before splitting into cv folds, as 'deprecated' does too"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE | CX_PARAM_STR, "'deprecated'",
     "[0, 4294967295], {'deprecated'}", "seed of the shuffle; other values draw from the system"},
    {.name = NULL},
};

/* What fit works with, all on the device of the data. */
typedef struct job {
    cx__cats_data in;
    cx__cats *cats;
    const cx_array **code;  /* [n] int64 [rows] each: groups for unknown values */
    const cx_array **y;     /* [outputs] float64 [rows] each */
    const cx_array *labels; /* for the folds; NULL: y is continuous */
    cx_array *classes;
    int64_t outputs;
} job;

/* ---- the target */
static cx_status all_whole(const cx_array *y, bool *out)
{
    const char kind = cx_dtype_kind(cx_dtype_of(y));
    *out = true;
    if (kind != 'f' && kind != 'e') return CX_OK;
    const cx_array *const v = cx__as("fit", y, CX_F64);
    const bool finite = cx__number_i64(cx_all(cx_isfinite(v), CX_ALL)) != 0;
    CX__TRY(cx__so_far());
    if (!finite) return cx__fail(CX_E_ARGUMENT, "fit", "y holds NaN or an infinity");
    *out = cx__number_i64(cx_all(cx_equal(cx_floor(v), v), CX_ALL)) != 0;
    return cx__so_far();
}

static cx_status continuous(job *j, const cx_array *y)
{
    const char kind = cx_dtype_kind(cx_dtype_of(y));
    if (kind == 'k' || kind == 'c')
        return cx__fail(CX_E_DTYPE, "fit", "y is %s; target_type='continuous' takes real numbers",
                        cx_dtype_name(cx_dtype_of(y)));
    j->outputs = 1;
    j->y = cx__cats_room(sizeof *j->y);
    if (!j->y) return cx__last_status();
    j->y[0] = cx__f64(&j->in.site, y);
    return cx_status_of(j->y[0]);
}

static cx_status labelled(job *j, const cx_array *y, bool automatic, bool multiclass)
{
    const cx_labels l = cx_labels_encode(y);
    CX__TRY(cx_status_of(l.classes));
    const int64_t k = cx_size(l.classes);
    if (!automatic && (multiclass ? k < 3 : k > 2))
        return cx__fail(CX_E_ARGUMENT, "fit", "y has %lld classes, but target_type is '%s'",
                        (long long)k, multiclass ? "multiclass" : "binary");
    j->classes = l.classes;
    j->labels = l.codes;
    j->outputs = k > 2 ? k : 1;
    j->y = cx__cats_room((size_t)j->outputs * sizeof *j->y);
    if (!j->y) return cx__last_status();
    for (int64_t c = 0; c < j->outputs; c++)
        j->y[c] = cx_astype(j->outputs > 1 ? cx_equal(l.codes, cx_int(c)) : l.codes, CX_F64);
    return cx__so_far();
}

static cx_status target_of(job *j, const cx_data *d)
{
    cx_data truth = {0};
    CX__TRY(cx__score_truth("fit", j->in.self, d, &truth));
    if (cx_ndim(truth.y) != 1)
        return cx__fail(CX_E_SHAPE, "fit", "y has %d dimensions; TargetEncoder takes one target",
                        cx_ndim(truth.y));
    if (!cx_device_equal(cx_device_of(truth.y), j->in.site.device))
        return cx__fail(CX_E_DEVICE, "fit", "x and y are on different devices");
    const char *const type = cx_param_str(j->in.self, "target_type");
    const bool automatic = strcmp(type, "auto") == 0;
    bool whole = true;
    CX__TRY(all_whole(truth.y, &whole));
    if (strcmp(type, "continuous") == 0 || (automatic && !whole)) return continuous(j, truth.y);
    return labelled(j, truth.y, automatic, strcmp(type, "multiclass") == 0);
}

/* ---- categories of the rows */
typedef struct lookup {
    const cx__cats_finder *f;
    const double *values;
    int64_t **code;
    int64_t n;
} lookup;

static void look_up(void *ctx, int64_t lo, int64_t hi)
{
    const lookup *const l = ctx;
    for (int64_t i = lo; i < hi; i++)
        for (int64_t k = 0; k < l->n; k++) {
            const int64_t g = cx__cats_find(&l->f[k], l->values[i * l->n + k]);
            l->code[k][i] = g < 0 ? l->f[k].groups : g;
        }
}

static cx_status codes_on_host(job *j)
{
    cx__cats_finder *f = NULL;
    const cx_array *const a = cx__cats_values(&j->in);
    CX__TRY(cx__so_far());
    CX__TRY(cx__cats_finders("fit", j->in.self, &f));
    int64_t **const code = cx__cats_room((size_t)j->in.n * sizeof *code);
    if (!code) return cx__last_status();
    for (int64_t k = 0; k < j->in.n; k++) {
        cx_array *const c = cx_empty(CX_SHAPE(j->in.rows), CX_I64, CX_CPU);
        code[k] = cx_data_i64_mut(c);
        j->code[k] = c;
    }
    lookup l = {f, cx_data_f64(a), code, j->in.n};
    CX__TRY(cx__so_far());
    return cx__parallel_for(j->in.rows, 4096, look_up, &l);
}

static bool on_host(const job *j)
{
    return j->in.site.device.kind == CX_DEVICE_CPU;
}

static cx_status rows_of(job *j)
{
    j->code = cx__cats_room((size_t)j->in.n * sizeof *j->code);
    if (!j->code) return cx__last_status();
    if (on_host(j)) return codes_on_host(j);
    for (int64_t i = 0; i < j->in.n; i++) j->code[i] = cx__cats_codes(&j->in, j->cats, i);
    return cx__so_far();
}

/* On the host: encodings of all columns and targets for each fold, [folds, groups + 1] each. */
static cx_status sum_on_host(const job *j, const int32_t *fold, int64_t folds, double **e)
{
    const int64_t n = j->in.n * j->outputs;
    cx__target_sums *const t = cx__cats_room((size_t)n * sizeof *t);
    if (!t) return cx__last_status();
    const bool drawn = cx_param_is_str(j->in.self, "smooth");
    for (int64_t i = 0; i < n; i++) {
        const int64_t groups = j->cats[i / j->outputs].groups;
        t[i] = (cx__target_sums){
            .rows = j->in.rows,
            .groups = groups,
            .folds = folds,
            .fold = fold,
            .code = cx_data_i64(j->code[i / j->outputs]),
            .y = cx_data_f64(cx_ascontiguous(j->y[i % j->outputs])),
            .drawn = drawn,
            .smooth = drawn ? 0 : cx_param_f64(j->in.self, "smooth"),
            .work = cx__cats_room((size_t)(folds * (3 * groups + 3)) * sizeof(double)),
            .out = cx__cats_room((size_t)(folds * (groups + 1)) * sizeof(double))};
        e[i] = t[i].out;
    }
    CX__TRY(cx__so_far());
    return cx__target_sums_run(t, n);
}

/* ---- encodings */
/* Sums of weight (NULL: 1) by code. */
static cx_array *sums_of(const job *j, const cx_array *code, const cx_array *weight, int64_t groups)
{
    const cx__site *const s = &j->in.site;
    const cx_array *const c = cx__i64(s, code), *const w = weight ? cx__f64(s, weight) : NULL;
    cx_array *const out = cx__new_f64(s, groups, -1);
    const cx_learn_groups call = {.n = cx_size(c),
                                  .groups = groups,
                                  .code = cx__at(c),
                                  .weight = cx__at(w),
                                  .mass = cx__at(out)};
    if (cx_check(cx__so_far()) != CX_OK || cx_check(s->ops->groups(s->queue, &call)) != CX_OK)
        return NULL;
    cx__used(c);
    if (w) cx__used(w);
    cx__used(out);
    return out;
}

/* Of one column and output over some rows: [groups + 1], the last for unknown values. */
static cx_array *encode(const job *j, const cx_array *code, const cx_array *y, const cx_array *mean,
                        int64_t groups)
{
    static cx__held fixed = CX__HELD("count, sum, mean, smooth: where(count + smooth == 0, mean,"
                                     "(sum + smooth * mean) / (count + smooth))");
    static cx__held drawn =
        CX__HELD("count, sum, squares, mean, var: share = var * count /"
                 "(var * count + squares / count);"
                 "where(isnan(share), mean, share * (sum / count) + (1 - share) * mean)");
    /* as scikit-learn: fit takes what is unknown for the first category */
    const cx_array *const at = cx_where(cx_equal(code, cx_int(groups)), cx_int(0), code);
    const cx_array *const count = sums_of(j, at, NULL, groups), *const sum =
                                                                    sums_of(j, at, y, groups);
    if (!count || !sum) return NULL;
    const cx_array *e = NULL;
    if (cx_param_is_str(j->in.self, "smooth")) {
        const cx_array *const off = cx_sub(y, cx_take(cx_div(sum, count), at, 0));
        const cx_array *const squares = sums_of(j, at, cx_mul(off, off), groups);
        if (!squares) return NULL;
        e = cx__held_run("fit", &drawn, CX_ARRAYS(count, sum, squares, mean, cx_var(y, CX_ALL)));
    } else {
        e = cx__held_run("fit", &fixed,
                         CX_ARRAYS(count, sum, mean, cx_float(cx_param_f64(j->in.self, "smooth"))));
    }
    return cx_concatenate(CX_ARRAYS(e, cx_reshape(mean, CX_SHAPE(1))), 0);
}

/* Encodings over the rows (NULL: all) by column, then output; means by output. */
static cx_status encode_all(const job *j, const cx_array *rows, const cx_array **e,
                            const cx_array **mean)
{
    for (int64_t c = 0; c < j->outputs; c++) {
        const cx_array *const y = rows ? cx_take(j->y[c], rows, 0) : j->y[c];
        mean[c] = cx_mean(y, CX_ALL);
        for (int64_t i = 0; i < j->in.n; i++) {
            const cx_array *const code = rows ? cx_take(j->code[i], rows, 0) : j->code[i];
            e[i * j->outputs + c] = encode(j, code, y, mean[c], j->cats[i].groups);
            CX__TRY(cx__so_far());
        }
    }
    return CX_OK;
}

/* The same over all rows by host loops. */
static cx_status encode_on_host(const job *j, const cx_array **e, const cx_array **mean)
{
    const int64_t n = j->in.n * j->outputs;
    double **const at = cx__cats_room((size_t)n * sizeof *at);
    if (!at) return cx__last_status();
    CX__TRY(sum_on_host(j, NULL, 1, at));
    for (int64_t i = 0; i < n; i++) {
        const int64_t groups = j->cats[i / j->outputs].groups;
        e[i] = cx_copy_host(at[i], CX_SHAPE(groups + 1), CX_F64);
        mean[i % j->outputs] = cx_copy_host(at[i] + groups, CX_SHAPE(), CX_F64);
    }
    return cx__so_far();
}

static cx_status learn(cx_estimator *self, const cx_data *d, job *j)
{
    CX__TRY(cx__cats_open("fit", self, d, &j->in));
    CX__TRY(target_of(j, d));
    CX__TRY(cx__cats_learn(&j->in, (cx__cats_rule){.refuse_unknown = false}, &j->cats));
    CX__TRY(cx__cats_store(self, &j->in, j->cats));
    CX__TRY(cx__cats_recall("fit", self, &j->cats));
    CX__TRY(rows_of(j));
    const int64_t n = j->in.n * j->outputs;
    const cx_array **const e = cx__cats_room((size_t)n * sizeof *e),
                           **const mean = cx__cats_room((size_t)j->outputs * sizeof *mean);
    CX__TRY(cx__so_far());
    CX__TRY(on_host(j) ? encode_on_host(j, e, mean) : encode_all(j, NULL, e, mean));
    for (int64_t i = 0; i < n; i++) e[i] = cx_slice(e[i], 0, 0, cx_size(e[i]) - 1, 1);
    CX__TRY(cx_self_set(self, ENCODINGS, cx_concatenate((cx_arrays){(int)n, e}, 0)));
    CX__TRY(cx_self_set(self, MEAN,
                        j->outputs == 1 ? cx_copy(mean[0])
                                        : cx_stack((cx_arrays){(int)j->outputs, mean}, 0)));
    return j->classes ? cx_self_set(self, CLASSES, j->classes) : CX_OK;
}

static cx_status fit(cx_estimator *self, const cx_data *d)
{
    job j = {0};
    return learn(self, d, &j);
}

/* ---- cross fitting */
static cx_status splitter_of(const cx_estimator *self, bool stratified, cx_estimator **out)
{
    const cx__lit *const cv = cx__param(self, "cv"), *const shuffle = cx__param(self, "shuffle"),
                         *const seed = cx__param(self, "random_state");
    if (cv->kind == CX__LIT_ESTIMATOR) {
        if (!cv->u.estimator->cls->split)
            return cx__fail(CX_E_ARGUMENT, "fit_transform", "cv (%s) is no splitter",
                            cv->u.estimator->cls->name);
        return cx__estimator_clone("fit_transform", cv->u.estimator, out);
    }
    cx_estimator *m = NULL;
    CX__TRY(cx__estimator_make("fit_transform",
                               stratified ? &cx__class_stratified_kfold : &cx__class_kfold, &m));
    cx_status st = cx_set_param_i64(m, "n_splits", cv->u.i);
    if (st == CX_OK)
        st = cx_set_param_bool(m, "shuffle", shuffle->kind != CX__LIT_BOOL || shuffle->u.b);
    if (st == CX_OK && seed->kind == CX__LIT_INT)
        st = cx_set_param_i64(m, "random_state", seed->u.i);
    if (st == CX_OK)
        *out = m;
    else
        cx__release(m);
    return st;
}

static cx_status folds_of(const job *j, const cx_data *d, cx_fold **out, int64_t *count)
{
    cx_estimator *splitter = NULL;
    CX__TRY(splitter_of(j->in.self, j->labels != NULL, &splitter));
    /* rows are all that a splitter asks of x */
    const cx_data rows = {.x = cx_reshape(j->code[0], CX_SHAPE(j->in.rows, 1)),
                          .y = j->labels ? j->labels : j->y[0],
                          .groups = d->groups};
    cx_status st = cx__splitter_split("fit_transform", splitter, &rows, 0, NULL, count);
    *out = st == CX_OK ? cx__cats_room((size_t)*count * sizeof **out) : NULL;
    if (st == CX_OK && !*out) st = cx__last_status();
    if (st == CX_OK) st = cx__splitter_split("fit_transform", splitter, &rows, *count, *out, count);
    cx__release(splitter);
    return st;
}

static cx_status fill_fold(const job *j, const cx_fold *f, const cx_array **e,
                           const cx_array **mean, cx_array *out)
{
    const int64_t n = j->in.n * j->outputs;
    CX__TRY(encode_all(j, f->train, e, mean));
    for (int64_t i = 0; i < n; i++)
        e[i] = cx_take(e[i], cx_take(j->code[i / j->outputs], f->test, 0), 0);
    return cx_setitem(out, "?", CX_ARRAYS(f->test), cx_stack((cx_arrays){(int)n, e}, 1));
}

/* Each row must stand in one test fold. */
static cx_status check_folds(const job *j, const cx_fold *f, int64_t count)
{
    const cx_array **const test = cx__cats_room((size_t)count * sizeof *test);
    if (!test) return cx__last_status();
    for (int64_t k = 0; k < count; k++) test[k] = f[k].test;
    const cx_array *const seen =
        sums_of(j, cx_concatenate((cx_arrays){(int)count, test}, 0), NULL, j->in.rows);
    const bool once = cx__number_i64(cx_all(cx_equal(seen, cx_int(1)), CX_ALL)) != 0;
    CX__TRY(cx__so_far());
    if (once) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit_transform",
                    "the test rows of cv's folds must be all rows, each once");
}

/* The fold of each row, NULL if a training set is not all that is not its test set. */
static cx_status number_folds(const job *j, const cx_fold *f, int64_t count, int32_t **out)
{
    int32_t *const fold = cx__cats_room((size_t)j->in.rows * sizeof *fold);
    if (!fold) return cx__last_status();
    bool whole = count <= INT32_MAX;
    for (int64_t k = 0; k < count && whole; k++) {
        const cx_array *const test = cx__i64(&j->in.site, f[k].test);
        const int64_t *const row = cx_data_i64(test);
        if (!row) return cx__last_status();
        whole = cx_size(f[k].train) + cx_size(test) == j->in.rows;
        for (int64_t i = 0; i < cx_size(test); i++) fold[row[i]] = (int32_t)k;
    }
    *out = whole && count > 1 ? fold : NULL;
    return CX_OK;
}

typedef struct filling {
    const job *j;
    const int64_t **code;
    const int32_t *fold;
    double **e;
    double *out;
} filling;

static void fill_rows(void *ctx, int64_t lo, int64_t hi)
{
    const filling *const t = ctx;
    const int64_t k = t->j->outputs, n = t->j->in.n * k;
    for (int64_t i = lo; i < hi; i++)
        for (int64_t c = 0; c < n; c++)
            t->out[i * n + c] =
                t->e[c][t->fold[i] * (t->j->cats[c / k].groups + 1) + t->code[c / k][i]];
}

static cx_status cross_on_host(const job *j, const int32_t *fold, int64_t count, cx_array *out)
{
    const int64_t n = j->in.n * j->outputs;
    filling t = {.j = j,
                 .fold = fold,
                 .e = cx__cats_room((size_t)n * sizeof *t.e),
                 .code = cx__cats_room((size_t)j->in.n * sizeof *t.code),
                 .out = cx_data_f64_mut(out)};
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < j->in.n; i++) t.code[i] = cx_data_i64(j->code[i]);
    CX__TRY(sum_on_host(j, fold, count, t.e));
    return cx__parallel_for(j->in.rows, 4096, fill_rows, &t);
}

static cx_status cross_fit(cx_estimator *self, const cx_data *d, cx_array **out)
{
    job j = {0};
    cx_fold *f = NULL;
    int64_t count = 0;
    CX__TRY(learn(self, d, &j));
    CX__TRY(folds_of(&j, d, &f, &count));
    CX__TRY(check_folds(&j, f, count));
    const int64_t n = j.in.n * j.outputs;
    const cx_array **const e = cx__cats_room((size_t)n * sizeof *e),
                           **const mean = cx__cats_room((size_t)j.outputs * sizeof *mean);
    CX__TRY(cx__so_far());
    *out = cx_empty(CX_SHAPE(j.in.rows, n), CX_F64, j.in.site.device);
    int32_t *fold = NULL;
    if (on_host(&j)) CX__TRY(number_folds(&j, f, count, &fold));
    if (fold) return cross_on_host(&j, fold, count, *out);
    for (int64_t k = 0; k < count; k++) CX__TRY(fill_fold(&j, &f[k], e, mean, *out));
    return cx__so_far();
}

static cx_array *fit_transform(cx_estimator *self, const cx_data *d)
{
    cx_array *out = NULL;
    return cx_check(cross_fit(self, d, &out)) == CX_OK ? out : NULL;
}

/* ---- use */
static int64_t outputs_of(const cx_estimator *self)
{
    return cx_size(cx_self(self, MEAN));
}

typedef struct served {
    cx__cats_finder *find;
    const double **table; /* [n] by group and output */
    const double *mean;
    int64_t outputs;
} served;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    served *const s = cx_plan_alloc(p, sizeof *s);
    if (!s) return CX_E_NOMEM;
    CX__TRY(cx__cats_plan(self, p, &s->find));
    const int64_t n = p->cols_in, k = s->outputs = outputs_of(self);
    const double *all = NULL;
    CX__TRY(cx__plan_f64(p, cx_self(self, ENCODINGS), &all));
    CX__TRY(cx__plan_f64(p, cx_self(self, MEAN), &s->mean));
    const double **const table = cx_plan_alloc(p, (size_t)n * sizeof *table);
    if (!table) return CX_E_NOMEM;
    for (int64_t i = 0; i < n; i++) {
        table[i] = all;
        all += s->find[i].groups * k;
    }
    s->table = table;
    p->cols_out = n * k;
    p->state = s;
    return CX_OK;
}

static cx_status transform_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const served *const s = p->state;
    const int64_t k = s->outputs;
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < p->cols_in; j++) {
            const int64_t g = cx__cats_find(&s->find[j], x[i * p->cols_in + j]);
            for (int64_t c = 0; c < k; c++)
                *out++ = g < 0 ? s->mean[c] : s->table[j][c * s->find[j].groups + g];
        }
    return CX_OK;
}

static cx_status run_device(const cx_estimator *self, const cx__cats_data *in, cx_array **out)
{
    cx__cats *cats = NULL;
    CX__TRY(cx__cats_recall("transform", self, &cats));
    const int64_t k = outputs_of(self);
    const cx_array *const all = cx_self(self, ENCODINGS), *const mean = cx_reshape(
                                                              cx_self(self, MEAN), CX_SHAPE(k));
    const cx_array **const part = cx__cats_room((size_t)(in->n * k) * sizeof *part);
    if (!part) return cx__last_status();
    int64_t at = 0;
    for (int64_t j = 0; j < in->n; j++) {
        const cx_array *const code = cx__cats_codes(in, cats, j);
        for (int64_t c = 0; c < k; c++, at += cats[j].groups)
            part[j * k + c] =
                cx_take(cx_concatenate(CX_ARRAYS(cx_slice(all, 0, at, at + cats[j].groups, 1),
                                                 cx_slice(mean, 0, c, c + 1, 1)),
                                       0),
                        code, 0);
    }
    *out = cx_stack((cx_arrays){(int)(in->n * k), part}, 1);
    return cx_status_of(*out);
}

static cx_array *call(const cx_estimator *self, cx_method method, const cx_data *d)
{
    (void)method;
    cx__cats_data in;
    cx_array *out = NULL;
    if (cx_check(cx__cats_open("transform", self, d, &in)) != CX_OK) return NULL;
    if (in.site.device.kind != CX_DEVICE_CPU)
        return cx_check(run_device(self, &in, &out)) == CX_OK ? out : NULL;
    const cx_array *const values = cx__cats_values(&in);
    if (!values || cx_status_of(values) != CX_OK) return NULL;
    return cx__by_rows(self, CX_TRANSFORM, values, CX__ROWS_MATRIX, CX_F64);
}

static bool has(const cx_estimator *self, cx_method method)
{
    (void)self;
    return method == CX_TRANSFORM;
}

static cx_status check(const cx_estimator *self)
{
    CX__TRY(cx__cats_check(self));
    const int64_t k = outputs_of(self),
                  n = cx_size(cx_self(self, CX__CATS_NUMBERS)) +
                      (cx_self_has(self, CX__CATS_TEXTS) ? cx_size(cx_self(self, CX__CATS_TEXTS))
                                                         : 0);
    const bool classes = cx_self_has(self, CLASSES);
    if (k >= 1 && cx_size(cx_self(self, ENCODINGS)) == n * k &&
        !cx_self_has(self, CX__CATS_GROUP) &&
        (k == 1 || (classes && cx_size(cx_self(self, CLASSES)) == k)))
        return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load", "TargetEncoder: encodings_ do not fit");
}

/* ---- names */
static cx_status class_name(const cx_array *classes, int64_t c, cx__text *t)
{
    if (cx_dtype_of(classes) == CX_CAT) {
        cx__text_puts(t, cx_label(classes, c));
        return cx__so_far();
    }
    const char kind = cx_dtype_kind(cx_dtype_of(classes));
    const double v = cx__number_f64(cx_select(classes, 0, c));
    const cx__cats one = {.kind = kind == 'f' || kind == 'e' ? CX__VALUE_F64
                                  : kind == 'b'              ? CX__VALUE_BOOL
                                                             : CX__VALUE_INT,
                          .count = 1,
                          .number = &v};
    CX__TRY(cx__so_far());
    cx__cats_print(t, &one, 0);
    return CX_OK;
}

static cx_status write_names(const cx_estimator *self, const cx_array *names, cx__text *t)
{
    const cx_array *classes = cx_self(self, CLASSES);
    if (cx_device_of(classes).kind != CX_DEVICE_CPU) classes = cx_to(classes, CX_CPU);
    const int64_t k = outputs_of(self);
    for (int64_t j = 0; j < cx_self_features(self); j++)
        for (int64_t c = 0; c < k; c++) {
            const char *const name = cx_label(names, j);
            if (!name) return cx__last_status();
            cx__text_f(t, "%s_", name);
            CX__TRY(class_name(classes, c, t));
            cx__text_put(t, "", 1);
        }
    return t->failed ? cx__fail_nomem("feature_names_out", "names", t->len) : CX_OK;
}

static cx_array *names_out(const cx_estimator *self, const cx_array *names)
{
    const int64_t n = cx_self_features(self) * outputs_of(self);
    if (outputs_of(self) == 1) return cx_copy(names);
    cx__text t = {0};
    const char **const all = cx__cats_room((size_t)n * sizeof *all);
    cx_array *out = NULL;
    if (all && cx_check(write_names(self, names, &t)) == CX_OK) {
        const char *at = t.at;
        for (int64_t i = 0; i < n; i++, at += strlen(at) + 1) all[i] = at;
        out = cx__names_new(n, all);
    }
    cx__text_free(&t);
    return out;
}

const cx_estimator_class cx__class_target_encoder = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "TargetEncoder",
    .doc = "Categories as the smoothed mean of the target over their rows.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_RAW | CX_CLASS_ALLOW_NAN | CX_CLASS_NEEDS_Y | CX_CLASS_NO_WEIGHT |
             CX_CLASS_SINGLE_Y,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .fit_transform = fit_transform,
    .feature_names_out = names_out,
    .check = check,
    .plan = plan,
    .transform_into = transform_into,
    .has = has,
    .call = call,
};
