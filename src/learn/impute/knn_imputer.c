/* KNNImputer: missing numbers become the mean of those of the nearest rows.
 *
 * Distances are over the columns that both rows have, scaled up to all of them. On the CPU a row
 * scans the fitted ones once for several of its missing columns and keeps the nearest in order, so
 * it needs no memory of their number; on a device the same is arrays of distances. */
#include "base/alloc.h"
#include "learn/base/plan.h"
#include "learn/impute/missing.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <math.h>
#include <string.h>

enum { KEEP, MARK, MEANS, FIT_X };
static const char *const attrs[] = {"_keep: int [k]", "_mark?: int [i]", "_means: float [n]",
                                    "_fit_X: float [m, n]", NULL};

static const cx_param params[] = {
    {"missing_values", CX_PARAM_FLOAT, "nan", NULL, "what stands for a missing number"},
    {"n_neighbors", CX_PARAM_INT, "5", "[1, inf)", "rows that a missing number is made of"},
    {"weights", CX_PARAM_STR, "'uniform'", "{'uniform', 'distance'}",
     "alike, or by the inverse of their distance"},
    {"metric", CX_PARAM_STR, "'nan_euclidean'", "{'nan_euclidean'}", "between rows"},
    {"copy", CX_PARAM_BOOL, "True", NULL, "not used: inputs are never changed"},
    {"add_indicator", CX_PARAM_BOOL, "False", NULL, "columns of marks behind the others"},
    {"keep_empty_features", CX_PARAM_BOOL, "False", NULL,
     "columns without a number become 0; else they are left out"},
    {.name = NULL},
};

static bool by_distance(const cx_estimator *self)
{
    return strcmp(cx_param_str(self, "weights"), "distance") == 0;
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    static cx__held means = CX__HELD("count, v: where(count == 0, 0, v)");
    const int64_t n = cx_dim(data->x, 0), d = cx_dim(data->x, 1);
    cx__site s;
    cx_array *x = NULL;
    CX__TRY(cx__site_of("fit", data->x, &s));
    CX__TRY(cx__missing_as_nan("fit", self, data->x, &x));
    cx_array *const count = cx__new_f64(&s, d, -1), *const mean = cx__new_f64(&s, d, -1);
    const double *const x_at = cx__at(cx__f64(&s, x));
    double *const count_at = cx__at(count), *const mean_at = cx__at(mean);
    CX__TRY(cx__so_far());
    CX__TRY(s.ops->moments(s.queue, x_at, n, d, NULL, count_at, mean_at, NULL));
    CX__TRY(cx_self_set(self, MEANS, cx__held_run("fit", &means, CX_ARRAYS(count, mean))));
    CX__TRY(cx_self_set(self, FIT_X, x));
    return cx__choose_columns(self, &s, x, KEEP, MARK);
}

/* ---- rows */
typedef struct donors {
    cx__filling f; /* fill: the means, for who has no neighbour */
    int64_t m, k;
    bool by_distance;
    const double *train; /* [m, d] */
} donors;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    donors *const t = cx_plan_alloc(p, sizeof *t);
    if (t == NULL) return CX_E_NOMEM;
    p->state = t;
    CX__TRY(cx__filling_plan(self, p, KEEP, MARK, MEANS, &t->f));
    t->m = cx_dim(cx_self(self, FIT_X), 0);
    t->k = cx_param_i64(self, "n_neighbors");
    t->by_distance = by_distance(self);
    return cx__plan_f64(p, cx_self(self, FIT_X), &t->train);
}

/* Squared distance over common columns, scaled up; infinite without any. */
static double apart(const donors *t, const double *x, const double *row, int64_t d)
{
    double sum = 0;
    int64_t common = 0;
    for (int64_t j = 0; j < d; j++) {
        const double off = x[j] - row[j];
        const bool both = !isnan(row[j]) && !cx__is_missing(&t->f, j, x[j]);
        sum += both ? off * off : 0;
        common += both;
    }
    return common > 0 ? sum * (double)d / (double)common : (double)INFINITY;
}

/* The nearest rows so far of one missing column, in order, equal ones by their numbers; those up to
 * a bound have been used. More than fit are found in several scans. */
enum { NEAREST = 32, TOGETHER = 8 };
typedef struct nearest {
    int64_t column, count, room;
    double rank[NEAREST], last; /* squared distances; the bound */
    int64_t row[NEAREST], last_row;
    double weight, sum; /* of the ones that were used */
    int64_t used;
    bool exact; /* a row at distance 0 was among them: only those count */
} nearest;

static void offer(nearest *n, double rank, int64_t row)
{
    if (rank < n->last || (rank == n->last && row <= n->last_row)) return;
    if (n->count == n->room && !(rank < n->rank[n->count - 1])) return;
    int64_t at = n->count < n->room ? n->count++ : n->room - 1;
    for (; at > 0 && rank < n->rank[at - 1]; at--) {
        n->rank[at] = n->rank[at - 1];
        n->row[at] = n->row[at - 1];
    }
    n->rank[at] = rank;
    n->row[at] = row;
}

/* What was found goes into the mean; true if more rows are wanted and may be there. */
static bool use(const donors *t, nearest *n, int64_t d)
{
    for (int64_t i = 0; i < n->count; i++) {
        const double v = t->train[n->row[i] * d + n->column];
        const bool zero = n->rank[i] == 0;
        if (t->by_distance && n->exact && !zero) continue;
        if (zero) n->exact = true;
        const double w = t->by_distance && !zero ? 1 / sqrt(n->rank[i]) : 1;
        n->weight += w;
        n->sum += w * v;
    }
    n->used += n->count;
    const bool full = n->count == n->room;
    if (n->count > 0) {
        n->last = n->rank[n->count - 1];
        n->last_row = n->row[n->count - 1];
    }
    n->count = 0;
    n->room = t->k - n->used < NEAREST ? t->k - n->used : NEAREST;
    return full && n->room > 0;
}

/* Fill a few missing columns of a row. */
static void find(const donors *t, const double *x, int64_t d, nearest *some, int count)
{
    for (bool more = true; more;) {
        for (int64_t r = 0; r < t->m; r++) {
            const double *const row = t->train + r * d;
            const double rank = apart(t, x, row, d);
            if (isinf(rank)) continue;
            for (int i = 0; i < count; i++)
                if (some[i].room > 0 && !isnan(row[some[i].column])) offer(&some[i], rank, r);
        }
        more = false;
        for (int i = 0; i < count; i++) more = use(t, &some[i], d) || more;
    }
}

static void fill_row(const donors *t, const double *x, int64_t d, double *out)
{
    nearest some[TOGETHER];
    int64_t place[TOGETHER];
    int count = 0;
    for (int64_t k = 0; k < t->f.kept; k++) {
        const int64_t j = t->f.keep[k];
        out[k] = x[j];
        if (cx__is_missing(&t->f, j, x[j])) {
            memset(&some[count], 0, sizeof some[count]);
            some[count].column = j;
            some[count].room = t->k < NEAREST ? t->k : NEAREST;
            some[count].last = -1;
            place[count++] = k;
        }
        if (count < TOGETHER && (k + 1 < t->f.kept || count == 0)) continue;
        find(t, x, d, some, count);
        for (int i = 0; i < count; i++)
            out[place[i]] =
                some[i].used > 0 ? some[i].sum / some[i].weight : t->f.fill[some[i].column];
        count = 0;
    }
}

static cx_status transform_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const donors *const t = p->state;
    for (int64_t i = 0; i < rows; i++, x += p->cols_in, out += p->cols_out) {
        CX__TRY(cx__no_other_nan(&t->f, x, p->cols_in));
        fill_row(t, x, p->cols_in, out);
        cx__put_marks(&t->f, x, out);
    }
    return CX_OK;
}

/* ---- arrays: squared distances [rows, m], then column by column the nearest of those who have
 * it */
static cx_array *distances(const cx_array *x, const cx_array *train)
{
    static cx__held squares =
        CX__HELD("x, t, d: off = x - t; both = off == off; n = sum(both, axis=2);"
                 "where(n == 0, inf, sum(where(both, off * off, 0), axis=2) * d / maximum(n, 1))");
    return cx__held_run(
        "transform", &squares,
        CX_ARRAYS(cx_expand_dims(x, 1), cx_expand_dims(train, 0), cx_float((double)cx_dim(x, 1))));
}

static cx_array *column_filled(const cx_estimator *self, const cx_array *rank, const cx_array *of,
                               const cx_array *mean)
{
    static cx__held
        have = CX__HELD("rank, v: where(v == v, rank, inf)"),
        flat = CX__HELD("i, j, m: i * m + j"),
        alike = CX__HELD("r, v, mean: w = r < inf; n = sum(w, axis=1);"
                         "where(n == 0, mean, sum(where(w, v, 0), axis=1) / n)"),
        inverse =
            CX__HELD("r, v, mean: zero = r == 0; any = max(zero, axis=1, keepdims=True);"
                     "w = where(any, float64(zero), where(zero, 0, 1 / sqrt(where(zero, 1, r))));"
                     "w = where(r < inf, w, 0); n = sum(w, axis=1);"
                     "where(n == 0, mean, sum(where(r < inf, v, 0) * w, axis=1) / n)");
    const int64_t m = cx_size(of), asked = cx_param_i64(self, "n_neighbors");
    const cx_array *const r = cx__held_run("transform", &have, CX_ARRAYS(rank, of));
    const cx_array *const who =
        cx_copy(cx_slice(cx_argsort(r, -1), 1, 0, asked < m ? asked : m, 1));
    const cx_array *const row =
        cx_expand_dims(cx_arange_i64(0, cx_dim(r, 0), 1, CX_I64, cx_device_of(r)), 1);
    const cx_array *const place = cx__held_run("transform", &flat, CX_ARRAYS(row, who, cx_int(m)));
    return cx__held_run("transform", by_distance(self) ? &inverse : &alike,
                        CX_ARRAYS(cx_take(cx_ravel(r), place, 0), cx_take(of, who, 0), mean));
}

/* Some rows, filled in the columns that are kept. */
static cx_array *rows_filled(const cx_estimator *self, const cx_array *x, const cx_array *train,
                             const int64_t *keep, int64_t k)
{
    const cx_array *const rank = distances(x, train);
    const cx_array **const part = cx__calloc((size_t)k + 1, sizeof *part);
    if (part == NULL)
        return cx__nil(cx_check(cx__fail_nomem("transform", "columns", (size_t)k * 8)));
    for (int64_t i = 0; i < k && cx_ok(); i++)
        part[i] = column_filled(self, rank, cx_ascontiguous(cx_select(train, 1, keep[i])),
                                cx_select(cx_self(self, MEANS), 0, keep[i]));
    cx_array *const out = !cx_ok() ? cx__nil(cx__so_far())
                          : k > 0  ? cx_stack((cx_arrays){(int)k, part}, 1)
                                   : cx_empty(CX_SHAPE(cx_dim(x, 0), 0), CX_F64, cx_device_of(x));
    cx__free(part);
    return out;
}

static cx_array *on_device(const cx_estimator *self, const cx_array *given)
{
    cx_array *x = NULL;
    cx__site s;
    if (cx_check(cx__missing_as_nan("transform", self, given, &x)) != CX_OK) return NULL;
    if (cx_check(cx__site_of("transform", x, &s)) != CX_OK) return NULL;
    const cx_array *const train = cx__f64(&s, cx_self(self, FIT_X)), *const wide = cx__f64(&s, x);
    const int64_t n = cx_dim(x, 0), d = cx_dim(x, 1), m = cx_dim(train, 0),
                  k = cx_size(cx_self(self, KEEP));
    int64_t block = ((int64_t)1 << 25) / (m * d + 1);
    block = block < 1 ? 1 : block > n ? n : block;
    int64_t *const keep = cx__alloc((size_t)k * sizeof *keep + 8);
    cx_array *const filled = cx__new_f64(&s, n, k);
    cx_status st = keep != NULL ? cx__read_all_i64(&s, cx_self(self, KEEP), keep)
                                : cx__fail_nomem("transform", "columns", (size_t)k * 8);
    for (int64_t lo = 0; st == CX_OK && lo < n && k > 0; lo += block) {
        const int64_t hi = lo + block < n ? lo + block : n;
        const cx_scope scope = cx_scope_open();
        const cx_array *const made =
            rows_filled(self, cx_slice(wide, 0, lo, hi, 1), train, keep, k);
        if (cx_ok()) st = cx_copy_into(made, cx_slice(filled, 0, lo, hi, 1));
        st = cx__give_status(scope, st);
    }
    cx__free(keep);
    if (cx_check(st) != CX_OK) return NULL;
    return cx__filled(x, cx_self(self, KEEP), filled,
                      cx_self_has(self, MARK) ? cx_self(self, MARK) : NULL);
}

static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    cx_array *exact = NULL;
    if (!cx__on_host(x)) return on_device(self, x);
    if (cx_check(cx__missing_exact("transform", self, x, &exact)) != CX_OK) return NULL;
    return cx__by_rows(self, CX_TRANSFORM, exact, CX__ROWS_MATRIX, cx__float_like(x));
}

static cx_array *names_out(const cx_estimator *self, const cx_array *names)
{
    return cx__names_filled(names, cx_self(self, KEEP),
                            cx_self_has(self, MARK) ? cx_self(self, MARK) : NULL);
}

const cx_estimator_class cx__class_knn_imputer = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "KNNImputer",
    .doc = "Put the mean of the nearest rows' numbers where others are missing.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_ALLOW_NAN | CX_CLASS_NO_WEIGHT,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .transform = transform,
    .feature_names_out = names_out,
    .plan = plan,
    .transform_into = transform_into,
};
