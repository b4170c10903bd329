/* IterativeImputer: what a column lacks is predicted from other columns, in rounds.
 *
 * One idea: one matrix of the kept columns is filled and filled anew, a column a step; every step's
 * fitted estimator is kept as a child, so that other rows go through the same steps. */
#include "base/alloc.h"
#include "learn/base/plan.h"
#include "learn/impute/iterative.h"
#include "learn/impute/missing.h"
#include "learn/linear_model/serial/normal.h"
#include "learn/model_selection/model_selection.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/statistics.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { KEEP, IMPUTED, N_ITER, LIMITS, MARK, WITH_MISSING, COLUMNS, NEIGHBOURS, STATE };
static const char *const attrs[] = {"_keep: int [k]",          "_imputed: bool [k]",
                                    "n_iter_: int []",         "_limits: float [2, k]",
                                    "_mark?: int [m]",         "n_features_with_missing_?: int []",
                                    "_columns?: int [t]",      "_neighbours?: int [t, q]",
                                    "_random_state?: int [*]", NULL};

#define LIMIT(name, start, words)                                                \
    {                                                                            \
        name, CX_PARAM_FLOAT | CX_PARAM_LIST | CX_PARAM_NONE, start, NULL, words \
    }
static const cx_param params[] = {
    {"estimator", CX_PARAM_ESTIMATOR | CX_PARAM_NONE, "None", NULL,
     "what predicts a column from others; None: BayesianRidge()"},
    {"missing_values", CX_PARAM_FLOAT, "nan", NULL, "what stands for a missing number"},
    {"sample_posterior", CX_PARAM_BOOL, "False", NULL,
     "draw from what BayesianRidge predicts, not its mean; transform goes on from where fit ended"},
    {"max_iter", CX_PARAM_INT, "10", "[0, inf)", "most rounds over the columns"},
    {"tol", CX_PARAM_FLOAT, "0.001", "[0, inf)",
     "stop when no row changes by more than it in a round, relative to the largest number"},
    {"n_nearest_features", CX_PARAM_INT | CX_PARAM_NONE, "None", "[1, inf)",
     "columns to predict from, drawn by their correlations; None: all others"},
    {"initial_strategy", CX_PARAM_STR, "'mean'", "{'mean', 'median', 'most_frequent', 'constant'}",
     "what is put in first, as by SimpleImputer"},
    {"fill_value", CX_PARAM_FLOAT | CX_PARAM_STR | CX_PARAM_NONE, "None", NULL,
     "for 'constant', a number; None: 0"},
    {"imputation_order", CX_PARAM_STR, "'ascending'",
     "{'ascending', 'descending', 'roman', 'arabic', 'random'}",
     "columns by how much they lack, from left to right or back, or shuffled"},
    {"skip_complete", CX_PARAM_BOOL, "False", NULL,
     "columns that lacked nothing in fit are not predicted later"},
    LIMIT("min_value", "-inf", "least number that is put in, or one for each column"),
    LIMIT("max_value", "inf", "largest number that is put in, or one for each column"),
    {"verbose", CX_PARAM_INT, "0", "[0, inf)", "not used: see the scope's on_progress"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]",
     "seed of draws; None: the system's entropy"},
    {"add_indicator", CX_PARAM_BOOL, "False", NULL, "columns of marks behind the others"},
    {"keep_empty_features", CX_PARAM_BOOL, "False", NULL,
     "columns without a number are filled as at first; else they are left out"},
    {.name = NULL},
};

/* ---- the first filling */
static cx_status first_imputer(const cx_estimator *self, cx_estimator **out)
{
    CX__TRY(cx__estimator_make("fit", &cx__class_simple_imputer, out));
    CX__TRY(cx_set_param_str(*out, "strategy", cx_param_str(self, "initial_strategy")));
    const char *const fill = cx_param_text(self, "fill_value");
    CX__TRY(cx__so_far());
    CX__TRY(cx_set_param(*out, "fill_value", fill));
    return cx_set_param_bool(*out, "keep_empty_features",
                             cx_param_bool(self, "keep_empty_features"));
}

/* x with NaN for what is missing, and what there is of it at first: the kept columns, filled, and
 * which of their numbers are to be imputed. */
static cx_status first_filling(const char *where, const cx_estimator *self, const cx_array *given,
                               cx__filled_rows *out)
{
    static cx__held lacking = CX__HELD("x, imputed: (x != x) & imputed");
    cx_array *coded = NULL;
    CX__TRY(cx__missing_as_nan(where, self, given, &coded));
    out->coded = coded;
    const cx_array *const x = cx__f64(&out->site, coded);
    const cx_array *const filled = cx__estimator_call(
        where, cx_self_child(self, "initial_imputer_"), CX_TRANSFORM, &(const cx_data){.x = x});
    out->x = cx_copy(filled);
    out->missing = cx__held_run(
        where, &lacking, CX_ARRAYS(cx_take(x, cx_self(self, KEEP), 1), cx_self(self, IMPUTED)));
    return cx__so_far();
}

/* ---- fit */
typedef struct fitting {
    cx_estimator *self;
    cx__filled_rows rows;
    int64_t n, k, q;          /* rows, kept columns, columns to predict from */
    int64_t *count;           /* [k] numbers that a column lacks */
    const double *low, *high; /* [k] */
    double *share; /* [k, k] probabilities of neighbours by column, or NULL: all others */
    cx_generator *g;
    cx_estimator *base;
    int64_t *order, ordered; /* [k] columns of a round */
    int64_t *column, *near;  /* [steps], [steps, q] */
    int64_t steps;
} fitting;

/* One side of the limits for the kept columns. */
static cx_status read_limit(const cx_estimator *self, const char *name, double otherwise,
                            const int64_t *keep, int64_t k, double *out)
{
    const cx_array *list = NULL;
    const double *v = NULL;
    double all = otherwise;
    if (cx_param_is_number(self, name) != 0) {
        all = cx_param_f64(self, name);
    } else if (!cx_param_is_none(self, name)) {
        list = cx_param_array(self, name);
        v = cx_data_f64(list);
        CX__TRY(cx__so_far());
        if (cx_size(list) != cx_self_features(self))
            return cx__fail(CX_E_SHAPE, "fit",
                            "IterativeImputer: %s has %lld numbers for %lld columns", name,
                            (long long)cx_size(list), (long long)cx_self_features(self));
    }
    for (int64_t j = 0; j < k; j++) out[j] = v != NULL ? v[keep[j]] : all;
    return CX_OK;
}

static cx_status read_limits(fitting *f)
{
    const int64_t k = f->k;
    int64_t *const keep = cx__alloc((size_t)k * sizeof *keep + 8);
    double *const v = cx__host_f64(2, k + 1);
    cx_status st = keep != NULL ? cx__so_far() : cx__fail_nomem("fit", "columns", (size_t)k * 8);
    if (st == CX_OK) st = cx__read_all_i64(&f->rows.site, cx_self(f->self, KEEP), keep);
    if (st == CX_OK) st = read_limit(f->self, "min_value", -(double)INFINITY, keep, k, v);
    if (st == CX_OK) st = read_limit(f->self, "max_value", (double)INFINITY, keep, k, v + k);
    cx__free(keep);
    CX__TRY(st);
    for (int64_t j = 0; j < k; j++)
        if (!(v[k + j] > v[j]))
            return cx__fail(CX_E_ARGUMENT, "fit",
                            "IterativeImputer: min_value=%g is not below max_value=%g", v[j],
                            v[k + j]);
    f->low = v;
    f->high = v + k;
    return cx_self_set(f->self, LIMITS,
                       cx_reshape(cx__given_all(&f->rows.site, v, 2 * k, CX_F64), CX_SHAPE(2, k)));
}

/* Probabilities of the others as neighbours of a column: by the sizes of their correlations. */
static cx_status read_shares(fitting *f)
{
    const int64_t k = f->k;
    f->q = k - 1;
    if (cx_param_is_none(f->self, "n_nearest_features") ||
        cx_param_i64(f->self, "n_nearest_features") >= k)
        return CX_OK;
    f->q = cx_param_i64(f->self, "n_nearest_features");
    f->share = cx__host_f64(k, k);
    CX__TRY(cx__so_far());
    const cx_array *const r = cx_corrcoef(f->rows.x, NULL, CX_OPTS(cx_cov_opts, .columns = true));
    CX__TRY(cx__read_all(&f->rows.site, cx__f64(&f->rows.site, r), f->share));
    for (int64_t j = 0; j < k; j++) {
        double sum = 0;
        for (int64_t i = 0; i < k; i++) {
            double *const v = f->share + i * k + j;
            *v = i == j ? 0 : isnan(*v) ? 1e-6 : fmax(fabs(*v), 1e-6);
            sum += *v;
        }
        for (int64_t i = 0; i < k; i++) f->share[i * k + j] /= sum;
    }
    return CX_OK;
}

/* The columns of a round. */
static cx_status put_in_order(fitting *f)
{
    const char *const order = cx_param_str(f->self, "imputation_order");
    const bool skip = cx_param_bool(f->self, "skip_complete"), up = strcmp(order, "ascending") == 0,
               down = strcmp(order, "descending") == 0;
    int64_t *const o = f->order;
    f->ordered = 0;
    for (int64_t j = 0; j < f->k; j++)
        if (!skip || f->count[j] > 0) o[f->ordered++] = j;
    if (strcmp(order, "random") == 0) return cx__shuffle_rows(f->g, o, f->ordered);
    for (int64_t i = 1; (up || down) && i < f->ordered; i++) {
        const int64_t j = o[i];
        int64_t at = i;
        for (; at > 0 && f->count[o[at - 1]] > f->count[j]; at--) o[at] = o[at - 1];
        o[at] = j;
    }
    for (int64_t i = 0; (down || strcmp(order, "arabic") == 0) && i < f->ordered / 2; i++) {
        const int64_t other = o[f->ordered - 1 - i];
        o[f->ordered - 1 - i] = o[i];
        o[i] = other;
    }
    return CX_OK;
}

static cx_status draw_neighbours(const fitting *f, int64_t column, int64_t *out)
{
    const int64_t k = f->k;
    if (f->share == NULL) {
        for (int64_t j = 0, at = 0; j < k; j++)
            if (j != column) out[at++] = j;
        return CX_OK;
    }
    double *const p = cx__host_f64(k, -1);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < k; i++) p[i] = f->share[i * k + column];
    const cx_array *const drawn = cx_rng_choice(
        f->g, cx_int(k), CX_SHAPE(f->q),
        CX_OPTS(cx_choice_opts, .no_replace = true, .p = cx_copy_host(p, CX_SHAPE(k), CX_F64)));
    const int64_t *const v = cx_data_i64(drawn);
    CX__TRY(cx__so_far());
    memcpy(out, v, (size_t)f->q * sizeof *v);
    return CX_OK;
}

/* One column: fit on the rows that have it, predict for those that lack it. */
static cx_status fit_column(fitting *f, int64_t column)
{
    int64_t *const near = f->near + f->steps * f->q;
    CX__TRY(draw_neighbours(f, column, near));
    cx__imputing s = {.rows = &f->rows,
                      .column = column,
                      .low = f->low[column],
                      .high = f->high[column],
                      .g = cx_param_bool(f->self, "sample_posterior") ? f->g : NULL};
    s.others = cx_take(f->rows.x, cx__given_all(&f->rows.site, near, f->q, CX_I64), 1);
    const cx_array *x = s.others, *y = cx_ascontiguous(cx_select(f->rows.x, 1, column));
    if (f->count[column] > 0) {
        const cx_array *const here =
            cx_flatnonzero(cx_logical_not(cx_ascontiguous(cx_select(f->rows.missing, 1, column))));
        x = cx_take(x, here, 0);
        y = cx_take(y, here, 0);
        CX__TRY(cx__lacking_rows(&s));
    }
    CX__TRY(cx__so_far());
    cx_estimator *m = NULL;
    CX__TRY(cx__estimator_clone("fit", f->base, &m));
    cx_status st = cx__estimator_fit("fit", m, &(const cx_data){.x = x, .y = y}, false);
    s.model = m;
    if (st == CX_OK && f->count[column] > 0) st = cx__impute("fit", &s);
    char name[32];
    snprintf(name, sizeof name, "estimator_%lld", (long long)f->steps);
    if (st == CX_OK) st = cx_self_set_child(f->self, name, m);
    f->column[f->steps++] = column;
    cx_estimator_release(m);
    return st;
}

/* The largest number that is there, and the most that a row has changed. */
static double largest(const cx__filled_rows *r)
{
    static cx__held top = CX__HELD("x, missing: max(where(missing, 0, abs(x)))");
    return cx__number_f64(cx__held_run("fit", &top, CX_ARRAYS(r->x, r->missing)));
}
static double change(const cx_array *a, const cx_array *b)
{
    static cx__held rows = CX__HELD("a, b: max(sum(abs(a - b), axis=1))");
    return cx__number_f64(cx__held_run("fit", &rows, CX_ARRAYS(a, b)));
}

static cx_status run_rounds(fitting *f)
{
    const bool draws = cx_param_bool(f->self, "sample_posterior"),
               shuffles = strcmp(cx_param_str(f->self, "imputation_order"), "random") == 0;
    const int64_t most = cx_param_i64(f->self, "max_iter");
    const double limit = draws ? 0 : cx_param_f64(f->self, "tol") * largest(&f->rows);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < most; i++) {
        const cx_scope scope = cx_scope_open();
        const cx_array *const before = draws ? NULL : cx_copy(f->rows.x);
        cx_status st = shuffles ? put_in_order(f) : CX_OK;
        for (int64_t j = 0; st == CX_OK && j < f->ordered; j++) {
            const cx_scope one = cx_scope_open();
            st = cx__give_status(one, fit_column(f, f->order[j]));
        }
        if (st == CX_OK) st = cx_self_set_i64(f->self, N_ITER, i + 1);
        const bool rests = st == CX_OK && !draws && change(f->rows.x, before) < limit;
        CX__TRY(cx__give_status(scope, st));
        CX__TRY(cx_self_progress(f->self, i + 1, most));
        if (rests) return CX_OK;
    }
    if (!draws)
        cx__warn(CX_E_CONVERGENCE, "IterativeImputer: numbers still change after %lld rounds",
                 (long long)most);
    return CX_OK;
}

static cx_status store_steps(fitting *f)
{
    const cx__site *const s = &f->rows.site;
    CX__TRY(cx_self_set_i64(f->self, WITH_MISSING, f->ordered));
    CX__TRY(cx_self_set(f->self, COLUMNS, cx__given_all(s, f->column, f->steps, CX_I64)));
    return cx_self_set(
        f->self, NEIGHBOURS,
        cx_reshape(cx__given_all(s, f->near, f->steps * f->q, CX_I64), CX_SHAPE(f->steps, f->q)));
}

static cx_status impute_all(fitting *f)
{
    CX__TRY(read_limits(f));
    CX__TRY(put_in_order(f));
    CX__TRY(read_shares(f));
    const size_t steps = (size_t)(f->ordered * cx_param_i64(f->self, "max_iter"));
    f->column = cx__alloc(steps * (size_t)(f->q + 1) * sizeof *f->column + 8);
    if (f->column == NULL) return cx__fail_nomem("fit", "steps", steps * 16);
    f->near = f->column + steps;
    const cx__lit *const given = cx__param(f->self, "estimator");
    if (given->kind == CX__LIT_ESTIMATOR)
        CX__TRY(cx__estimator_clone("fit", given->u.estimator, &f->base));
    else
        CX__TRY(cx__estimator_make("fit", &cx__class_bayesian_ridge, &f->base));
    CX__TRY(run_rounds(f));
    CX__TRY(store_steps(f));
    if (!cx_param_bool(f->self, "sample_posterior")) return CX_OK;
    return cx_self_set(f->self, STATE, cx__send(&f->rows.site, cx_generator_state(f->g)));
}

/* Which columns are kept, which of them are imputed, and what each lacks. */
static cx_status look(fitting *f, const cx_array *given)
{
    static cx__held some = CX__HELD("x: sum(x == x, axis=0) > 0"),
                    all = CX__HELD("m: sum(m, axis=0)");
    cx_estimator *const self = f->self;
    cx__site *const s = &f->rows.site;
    cx_array *coded = NULL;
    cx_estimator *first = NULL;
    CX__TRY(cx__missing_as_nan("fit", self, given, &coded));
    CX__TRY(cx__choose_columns(self, s, coded, KEEP, MARK));
    cx_status st = first_imputer(self, &first);
    if (st == CX_OK)
        st = cx__estimator_fit("fit", first, &(const cx_data){.x = cx__f64(s, coded)}, false);
    if (st == CX_OK) st = cx_self_set_child(self, "initial_imputer_", first);
    cx_estimator_release(first);
    CX__TRY(st);
    f->k = cx_size(cx_self(self, KEEP));
    const cx_array *const x = cx_take(coded, cx_self(self, KEEP), 1);
    CX__TRY(cx_self_set(self, IMPUTED, cx__held_run("fit", &some, CX_ARRAYS(x))));
    CX__TRY(first_filling("fit", self, given, &f->rows));
    f->count = cx__alloc((size_t)f->k * 2 * sizeof *f->count + 8);
    if (f->count == NULL) return cx__fail_nomem("fit", "columns", (size_t)f->k * 16);
    f->order = f->count + f->k;
    if (f->k == 0) return CX_OK;
    return cx__read_all_i64(s, cx__i64(s, cx__held_run("fit", &all, CX_ARRAYS(f->rows.missing))),
                            f->count);
}

static cx_array *marked(const cx_estimator *self, const cx__filled_rows *r)
{
    return cx__filled(r->coded, cx_self(self, KEEP), r->x,
                      cx_self_has(self, MARK) ? cx_self(self, MARK) : NULL);
}

static cx_status fit_rows(cx_estimator *self, const cx_data *data, cx_array **result)
{
    fitting f = {.self = self, .n = cx_dim(data->x, 0), .g = cx__seeded(self)};
    CX__TRY(cx__site_of("fit", data->x, &f.rows.site));
    cx_status st = cx_self_set_i64(self, N_ITER, 0);
    if (st == CX_OK) st = look(&f, data->x);
    if (st == CX_OK && f.k > 1 && cx_param_i64(self, "max_iter") > 0)
        st = impute_all(&f);
    else if (st == CX_OK)
        st = cx_self_set(self, LIMITS, cx_zeros(CX_SHAPE(2, f.k), CX_F64, f.rows.site.device));
    if (st == CX_OK && result != NULL) *result = marked(self, &f.rows);
    cx__free(f.count);
    cx__free(f.column);
    cx_estimator_release(f.base);
    return st;
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    return fit_rows(self, data, NULL);
}
static cx_array *fit_transform(cx_estimator *self, const cx_data *data)
{
    cx_array *out = NULL;
    return cx_check(fit_rows(self, data, &out)) == CX_OK ? out : NULL;
}

/* ---- use */
static const cx_estimator *step_of(const cx_estimator *self, int64_t i)
{
    return self->state->child[i + 1]; /* the first imputer comes before them */
}

/* What a fit left for later: columns and limits on the host. */
typedef struct steps {
    int64_t count, k, q;
    int64_t *column, *near;
    double *limit; /* [2, k] */
} steps;

static cx_status read_steps(const char *where, const cx_estimator *self, const cx__site *s,
                            steps *out)
{
    const cx_array *const column = cx_self(self, COLUMNS), *const near = cx_self(self, NEIGHBOURS);
    out->count = cx_size(column);
    out->k = cx_size(cx_self(self, KEEP));
    out->q = cx_dim(near, 1);
    CX__TRY(cx__so_far());
    const size_t words = (size_t)(out->count * (out->q + 1) + 2 * out->k);
    out->column = cx__alloc(words * sizeof *out->column + 8);
    if (out->column == NULL) return cx__fail_nomem(where, "steps", words * 8);
    out->near = out->column + out->count;
    out->limit = (double *)(void *)(out->near + out->count * out->q);
    CX__TRY(cx__read_all_i64(s, cx__i64(s, column), out->column));
    CX__TRY(cx__read_all_i64(s, cx__i64(s, near), out->near));
    return cx__read_all(s, cx__f64(s, cx_self(self, LIMITS)), out->limit);
}

static cx_status go_through(const cx_estimator *self, cx__filled_rows *rows, const steps *p)
{
    cx_generator *g = NULL;
    const bool draws = cx_self_has(self, STATE);
    if (draws) {
        g = cx_random_state(CX_SEED(0), CX_CPU);
        CX__TRY(cx_generator_set_state(g, cx_to(cx_self(self, STATE), CX_CPU)));
    }
    for (int64_t i = 0; i < p->count; i++) {
        const cx_scope one = cx_scope_open();
        const int64_t j = p->column[i];
        cx__imputing s = {.rows = rows,
                          .column = j,
                          .low = p->limit[j],
                          .high = p->limit[p->k + j],
                          .g = g,
                          .model = step_of(self, i)};
        cx_status st = cx__lacking_rows(&s);
        if (st == CX_OK && cx_size(s.lacking) > 0) {
            s.others =
                cx_take(rows->x, cx__given_all(&rows->site, p->near + i * p->q, p->q, CX_I64), 1);
            st = cx__impute("transform", &s);
        }
        CX__TRY(cx__give_status(one, st));
    }
    return CX_OK;
}

static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    static cx__held none = CX__HELD("m: all(m)");
    static const char where[] = "transform";
    cx__filled_rows rows;
    if (cx_check(cx__site_of(where, x, &rows.site)) != CX_OK) return NULL;
    if (cx_check(first_filling(where, self, x, &rows)) != CX_OK) return NULL;
    if (!cx_self_has(self, COLUMNS)) return marked(self, &rows);
    const bool empty = cx__number_i64(cx__held_run(where, &none, CX_ARRAYS(rows.missing))) != 0;
    if (empty || !cx_ok()) return marked(self, &rows);
    steps p = {.count = 0};
    cx_status st = read_steps(where, self, &rows.site, &p);
    if (st == CX_OK) st = go_through(self, &rows, &p);
    cx__free(p.column);
    return cx_check(st) == CX_OK ? marked(self, &rows) : NULL;
}

static cx_array *names_out(const cx_estimator *self, const cx_array *names)
{
    return cx__names_filled(names, cx_self(self, KEEP),
                            cx_self_has(self, MARK) ? cx_self(self, MARK) : NULL);
}

static cx_status check(const cx_estimator *self)
{
    const bool run = cx_self_has(self, COLUMNS);
    const int64_t count = run ? cx_size(cx_self(self, COLUMNS)) : 0,
                  k = cx_size(cx_self(self, KEEP));
    bool ok = self->state->children == count + 1 && run == cx_self_has(self, NEIGHBOURS) &&
              self->state->child[0]->cls == &cx__class_simple_imputer;
    steps p = {.count = 0};
    cx__site s;
    CX__TRY(cx__site_at("estimator_load", CX_CPU, &s));
    cx_status st = ok && run ? read_steps("estimator_load", self, &s, &p) : CX_OK;
    for (int64_t i = 0; ok && st == CX_OK && i < p.count; i++) {
        ok = p.column[i] >= 0 && p.column[i] < k && cx_self_features(step_of(self, i)) == p.q;
        for (int64_t j = 0; ok && j < p.q; j++)
            ok = p.near[i * p.q + j] >= 0 && p.near[i * p.q + j] < k;
    }
    cx__free(p.column);
    CX__TRY(st);
    return ok ? CX_OK
              : cx__fail(CX_E_PARSE, "estimator_load",
                         "the steps of an IterativeImputer do not fit");
}

/* ---- sessions: the same steps, a row kernel each */
typedef struct served {
    cx__filling f;
    steps p;
    bool *imputed;      /* [k] */
    cx__ready *ready;   /* [steps] */
    double *row;        /* [max_rows, k] */
    double *x, *answer; /* [max_rows, q], [max_rows] of the rows that lack a column */
    int64_t *who;       /* [max_rows] */
} served;

static cx_status plan_steps(const cx_estimator *self, cx_plan *p, served *v)
{
    const cx_array *const flags = cx__to_host(cx__plan_site(p), cx_self(self, IMPUTED));
    const int64_t k = v->f.kept, rows = p->max_rows;
    v->imputed = cx_plan_alloc(p, (size_t)k + 1);
    v->row = cx_plan_alloc(p, (size_t)(rows * k) * sizeof *v->row + 8);
    if (v->imputed == NULL || v->row == NULL) return CX_E_NOMEM;
    const bool *const known = cx__at(flags);
    CX__TRY(cx__so_far());
    memcpy(v->imputed, known, (size_t)k);
    if (!cx_self_has(self, COLUMNS)) return CX_OK;
    if (cx_self_has(self, STATE))
        return cx__fail(CX_E_UNSUPPORTED, "session_new",
                        "IterativeImputer(sample_posterior=True) draws, so it cannot serve");
    steps read = {.count = 0};
    const cx_status st = read_steps("session_new", self, cx__plan_site(p), &read);
    const size_t words = (size_t)(read.count * (read.q + 1) + 2 * read.k);
    v->p = read;
    v->p.column = st == CX_OK ? cx_plan_alloc(p, words * sizeof *read.column) : NULL;
    if (v->p.column != NULL) memcpy(v->p.column, read.column, words * sizeof *read.column);
    cx__free(read.column);
    CX__TRY(st);
    v->ready = cx_plan_alloc(p, (size_t)read.count * sizeof *v->ready + 1);
    v->x = cx_plan_alloc(p, (size_t)(rows * read.q) * sizeof *v->x + 8);
    v->answer = cx_plan_alloc(p, (size_t)rows * sizeof *v->answer);
    v->who = cx_plan_alloc(p, (size_t)rows * sizeof *v->who);
    if (!v->p.column || !v->ready || !v->x || !v->answer || !v->who) return CX_E_NOMEM;
    v->p.near = v->p.column + read.count;
    v->p.limit = (double *)(void *)(v->p.near + read.count * read.q);
    for (int64_t i = 0; i < read.count; i++) {
        CX__TRY(
            cx__plan_make("session_new", step_of(self, i), CX_PREDICT, rows, read.q, &v->ready[i]));
        cx__plan_adopt(p, &v->ready[i]);
    }
    return CX_OK;
}

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    served *const v = cx_plan_alloc(p, sizeof *v);
    if (v == NULL) return CX_E_NOMEM;
    p->state = v;
    const cx_array *const fill = cx_attr(self->state->child[0], "statistics_");
    CX__TRY(cx__so_far());
    CX__TRY(cx__filling_plan(self, p, KEEP, MARK, CX__FILL_LATER, &v->f));
    CX__TRY(cx__plan_f64(p, fill, &v->f.fill));
    return plan_steps(self, p, v);
}

static cx_status serve_step(const served *v, const double *x, int64_t rows, int64_t cols,
                            int64_t step)
{
    const int64_t j = v->p.column[step], k = v->f.kept, q = v->p.q;
    const int64_t *const near = v->p.near + step * q;
    int64_t count = 0;
    if (!v->imputed[j]) return CX_OK;
    for (int64_t i = 0; i < rows; i++) {
        if (!cx__is_missing(&v->f, v->f.keep[j], x[i * cols + v->f.keep[j]])) continue;
        for (int64_t a = 0; a < q; a++) v->x[count * q + a] = v->row[i * k + near[a]];
        v->who[count++] = i;
    }
    if (count == 0) return CX_OK;
    CX__TRY(v->ready[step].run(&v->ready[step].plan, v->x, count, v->answer));
    for (int64_t a = 0; a < count; a++)
        v->row[v->who[a] * k + j] = fmin(fmax(v->answer[a], v->p.limit[j]), v->p.limit[k + j]);
    return CX_OK;
}

static cx_status transform_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const served *const v = p->state;
    const int64_t k = v->f.kept, cols = p->cols_in;
    for (int64_t i = 0; i < rows; i++) {
        CX__TRY(cx__no_other_nan(&v->f, x + i * cols, cols));
        for (int64_t j = 0; j < k; j++) {
            const double at = x[i * cols + v->f.keep[j]];
            v->row[i * k + j] =
                cx__is_missing(&v->f, v->f.keep[j], at) ? v->f.fill[v->f.keep[j]] : at;
        }
    }
    for (int64_t i = 0; i < v->p.count; i++) CX__TRY(serve_step(v, x, rows, cols, i));
    for (int64_t i = 0; i < rows; i++) {
        memcpy(out + i * p->cols_out, v->row + i * k, (size_t)k * sizeof *out);
        cx__put_marks(&v->f, x + i * cols, out + i * p->cols_out);
    }
    return CX_OK;
}

const cx_estimator_class cx__class_iterative_imputer = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "IterativeImputer",
    .doc = "Predict what each column lacks from the other columns, in rounds.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_ALLOW_NAN | CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .fit_transform = fit_transform,
    .transform = transform,
    .feature_names_out = names_out,
    .check = check,
    .plan = plan,
    .transform_into = transform_into,
};
