/* What models that are cluster centres share.
 *
 * One idea: however the centres came about, a row's cluster is the nearest of them. Knows
 * parameters and slots by name, no iteration. */
#include "learn/cluster/centres.h"

#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/base/finite.h"
#include "learn/base/plan.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/rows.h"
#include <calx/index.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

/* ---- first centres */
cx_status cx__enough_rows(const cx_estimator *self, int64_t n)
{
    const int64_t k = cx_param_i64(self, "n_clusters");
    if (n >= k) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit", "%s: n_samples=%lld should be >= n_clusters=%lld",
                    cx_estimator_name(self), (long long)n, (long long)k);
}

cx_status cx__given_rows(const cx_estimator *self, const cx__site *s, const char *name, int64_t d,
                         cx_array **out)
{
    const cx__lit *const list = cx__param(self, name);
    const int64_t k = list->count;
    cx_array *const rows = cx_empty(CX_SHAPE(k, d), CX_F64, CX_CPU);
    double *const to = cx_data_f64_mut(rows);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < k; i++) {
        const cx__lit *const row = list->u.items + i;
        bool good = (row->kind == CX__LIT_LIST || row->kind == CX__LIT_TUPLE) && row->count == d;
        for (int64_t j = 0; good && j < d; j++)
            good = cx__lit_number(row->u.items + j, to + i * d + j) && isfinite(to[i * d + j]);
        if (!good)
            return cx__fail(CX_E_ARGUMENT, s->where,
                            "%s: %s[%lld] must list %lld numbers, one a column",
                            cx_estimator_name(self), name, (long long)i, (long long)d);
    }
    *out = cx__send(s, rows);
    return cx__so_far();
}

cx_status cx__start_read(const cx_estimator *self, const cx__site *s, int64_t d, cx__start *out)
{
    *out = (cx__start){.given = NULL};
    if (cx_param_is_str(self, "init")) {
        out->plus_plus = strcmp(cx_param_str(self, "init"), "k-means++") == 0;
        return CX_OK;
    }
    const int64_t k = cx_param_i64(self, "n_clusters"), count = cx__param(self, "init")->count;
    if (count != k)
        return cx__fail(CX_E_ARGUMENT, s->where, "%s: init lists %lld centres, n_clusters=%lld",
                        cx_estimator_name(self), (long long)count, (long long)k);
    return cx__given_rows(self, s, "init", d, &out->given);
}

int64_t cx__start_runs(const cx_estimator *self, const cx__start *start, int64_t random_runs)
{
    if (start->given) return 1;
    if (!cx_param_is_str(self, "n_init")) return cx_param_i64(self, "n_init");
    return start->plus_plus ? 1 : random_runs;
}

/* Rows drawn at random by weight, without repetition. */
static cx_status random_centres(const cx__points *p, int64_t k, cx_generator *g, cx_array **centres)
{
    /* the draw is the host's: weights go there */
    const cx_array *weight = p->weight != NULL ? cx__fetch(p->site, p->weight)
                                               : cx_ones(CX_SHAPE(p->n), CX_F64, CX_CPU),
                   *share = cx_div(weight, cx_sum(weight, CX_ALL));
    const int64_t *rows = cx_data_i64(cx_rng_choice(
        g, cx_int(p->n), CX_SHAPE(k), CX_OPTS(cx_choice_opts, .no_replace = true, .p = share)));
    if (rows == NULL) return cx__last_status();
    *centres = cx_take(p->x, cx__given(p->site, rows, k, CX_I64), 0);
    return cx__so_far();
}

cx_status cx__start_centres(const cx__start *start, const cx__points *p, int64_t k, cx_generator *g,
                            cx_array **centres)
{
    if (start->given) {
        *centres = cx_copy(start->given);
        return cx__so_far();
    }
    if (!start->plus_plus) return random_centres(p, k, g, centres);
    return cx__seed_centres(p, k, 0, g, centres, NULL);
}

cx_status cx__start_tolerance(const cx_estimator *self, const cx__site *s, const cx_array *x,
                              double *out)
{
    *out = cx_param_f64(self, "tol");
    if (*out == 0) return CX_OK;
    cx_array *mean, *squares;
    CX__TRY(cx__column_means(s, x, NULL, &mean, &squares));
    *out *= cx__number_f64(cx_mean(cx_div(squares, cx_float((double)cx_dim(x, 0))), CX_ALL));
    return cx__so_far();
}

/* ---- methods */
/* Rows as points, the centres as they are, and which is nearest. */
static cx_status label_rows(const char *where, const cx_estimator *self, const cx_data *data,
                            cx__site *s, cx__points *p, cx_array **centres, cx_array **label)
{
    CX__TRY(cx__site_of(where, data->x, s));
    const cx_array *w = data->sample_weight != NULL ? cx__f64(s, data->sample_weight) : NULL;
    *centres = cx__slot_f64(self, CX__CENTRES);
    CX__TRY(cx__points_bare(s, cx__f64(s, data->x), w, p));
    CX__TRY(cx__nearest_centres(p, *centres, label));
    return cx__finite_by(data->x, p->norm);
}

cx_status cx__centres_check(const cx_estimator *self)
{
    if (cx_dim(cx_self(self, CX__CENTRES), 0) > 0) return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load", "%s: cluster_centers_ is empty",
                    cx_estimator_name(self));
}

cx_array *cx__centres_predict(const cx_estimator *self, const cx_array *x)
{
    const cx_data data = {.x = x};
    cx__site s;
    cx__points p;
    cx_array *centres, *label;
    return cx_check(label_rows("predict", self, &data, &s, &p, &centres, &label)) == CX_OK ? label
                                                                                           : NULL;
}

double cx__centres_score(const cx_estimator *self, const cx_data *data)
{
    cx__site s;
    cx__points p;
    cx_array *centres, *label;
    double inertia = NAN;
    cx_status st = label_rows("score", self, data, &s, &p, &centres, &label);
    if (st == CX_OK) st = cx__inertia(&p, centres, label, &inertia);
    return cx_check(st) == CX_OK ? -inertia : (double)NAN;
}

cx_status cx__centres_plan(const cx_estimator *self, cx_plan *p)
{
    const bool transform = p->method == CX_TRANSFORM;
    cx_learn_scores *m = cx_plan_alloc(p, sizeof *m);
    if (m == NULL) return CX_E_NOMEM;
    *m = (cx_learn_scores){.score = CX_LEARN_SQUARES,
                           .end = transform ? CX_LEARN_ROOTS : CX_LEARN_FIRST_MIN,
                           .d = p->cols_in,
                           .k = cx_dim(cx_self(self, CX__CENTRES), 0)};
    p->state = m;
    p->cols_out = transform ? m->k : 1;
    return cx__plan_f64(p, cx_self(self, CX__CENTRES), &m->w);
}

cx_array *cx__centres_transform(const cx_estimator *self, const cx_array *x)
{
    return cx__by_rows(self, CX_TRANSFORM, x, CX__ROWS_MATRIX, cx__float_like(x));
}

cx_array *cx__centres_names(const cx_estimator *self, const cx_array *names)
{
    (void)names;
    return cx_self_names(self, cx_dim(cx_self(self, CX__CENTRES), 0));
}
