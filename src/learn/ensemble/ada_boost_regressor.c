/* AdaBoostRegressor (AdaBoost.R2): the weighted median of regressors, each fitted on rows drawn by
 * weights that are large where those before were far off (sklearn.ensemble). */
#include "learn/ensemble/ada_boost.h"
#include "learn/ensemble/staged.h"
#include "learn/model_selection/tasks.h"
#include "learn/multiclass/inner.h"
#include "learn/numeric/draw.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/model_selection.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <math.h>
#include <string.h>

#define TREE "DecisionTreeRegressor(max_depth=3)"
static const cx_param params[] = {
    CX__ADA_PARAMS(TREE),
    {"loss", CX_PARAM_STR, "'linear'", "{'linear', 'square', 'exponential'}",
     "how an error counts beside the largest"},
    CX__ADA_RANDOM,
    {.name = NULL},
};
static const char *const attrs[] = {CX__ADA_ATTRS, NULL};

/* ---- fit */
/* Rows drawn by their weights, where the data is. */
static cx_array *drawn(const cx__ada_round *r)
{
    cx__site s;
    if (cx_check(cx__site_of("fit", r->weight, &s)) != CX_OK) return cx__nil(cx__last_status());
    const int64_t n = cx_size(r->weight);
    const cx_array *const rows = cx_rng_choice(
        r->random, cx_int(n), CX_SHAPE(n), CX_OPTS(cx_choice_opts, .p = cx__fetch(&s, r->weight)));
    const int64_t *const at = cx_data_i64(rows);
    return at ? cx__given_all(&s, at, n, CX_I64) : cx__nil(cx__last_status());
}

/* Loss of each row, 0 to 1, of those that have a weight. */
static cx_array *losses(const cx_estimator *self, const cx_array *p, const cx_array *y,
                        const cx_array *w)
{
    static cx__held size = CX__HELD("p, y, w: where(w > 0, abs(p - y), 0.0), max(where(w > 0, "
                                    "abs(p - y), 0.0))"),
                    linear = CX__HELD("e, m: where(m != 0, e / m, e)"),
                    square = CX__HELD("e, m: where(m != 0, e / m, e) * where(m != 0, e / m, e)"),
                    exponential = CX__HELD("e, m: 1 - exp(-where(m != 0, e / m, e))");
    const char kind = cx__param(self, "loss")->u.s[0];
    const cx_tuple e =
        cx__held_all("fit", &size, CX_ARRAYS(cx_astype(p, CX_F64), cx_astype(y, CX_F64), w));
    if (!cx_ok()) return cx__nil(cx__last_status());
    return cx__held_run("fit",
                        kind == 'l'   ? &linear
                        : kind == 's' ? &square
                                      : &exponential,
                        CX_ARRAYS(e.at[0], e.at[1]));
}

static cx_status boost(cx_estimator *self, cx__ada_round *r)
{
    static cx__held wrong = CX__HELD("e, w: sum(w * e)"),
                    next = CX__HELD("e, w, b, l: w * b ** ((1 - e) * l)");
    const cx_data x = {.x = r->d->x, .table = r->d->table};
    const cx_array *const rows = drawn(r);
    CX__TRY(cx__so_far());
    const cx_data part = cx_data_take(r->d, rows);
    CX__TRY(cx__so_far());
    CX__TRY(cx__estimator_fit("fit", r->member, &part, false));
    const cx_array *const p = cx__estimator_call("fit", r->member, CX_PREDICT, &x);
    CX__TRY(cx__so_far());
    const cx_array *const e = losses(self, p, r->d->y, r->weight);
    const double error = cx__number_f64(cx__held_run("fit", &wrong, CX_ARRAYS(e, r->weight))),
                 rate = cx_param_f64(self, "learning_rate");
    CX__TRY(cx__so_far());
    r->end = CX__ADA_DONE;
    r->member_weight = 1;
    r->error = 0;
    if (error <= 0) return CX_OK;
    r->end = r->number > 0 ? CX__ADA_DROP : CX__ADA_LAST;
    if (error >= 0.5) return CX_OK;
    const double beta = error / (1 - error);
    r->end = CX__ADA_GO_ON;
    r->error = error;
    r->member_weight = rate * log(1 / beta);
    if (r->number + 1 < r->rounds)
        r->next =
            cx__held_run("fit", &next, CX_ARRAYS(e, r->weight, cx_float(beta), cx_float(rate)));
    return cx__so_far();
}

static cx_status fit(cx_estimator *self, const cx_data *in)
{
    cx_data d;
    const cx_array *y = NULL;
    CX__TRY(cx__members_data(self, in, &d, &y));
    if (cx_ndim(y) != 1)
        return cx__fail(CX_E_SHAPE, "fit", "%s: y has %d dimensions; it takes one target a row",
                        self->cls->name, cx_ndim(y));
    const char kind = cx_dtype_kind(cx_dtype_of(y));
    if (kind == 'k' || kind == 'c')
        return cx__fail(CX_E_DTYPE, "fit", "%s: y is %s, not real numbers", self->cls->name,
                        cx_dtype_name(cx_dtype_of(y)));
    d.y = y;
    return cx__ada_fit(self, &d, in->sample_weight, TREE, boost);
}

static cx_status check(const cx_estimator *self)
{
    return cx__ada_check(self, TREE);
}

/* ---- use */
/* Weighted medians of the members' answers [n, members]: the first, by size, at which half of all
 * weight is reached. */
static cx_array *medians(const char *where, const cx_array *answers, const cx_array *weight)
{
    static cx__held half = CX__HELD("c, t: c >= 0.5 * t"),
                    at = CX__HELD("s, k, f: sum(where(k == f, s, 0.0), axis=1)");
    const cx_array *const sum = cx_cumsum(cx_take(weight, cx_argsort(answers, 1), 0), 1);
    if (!cx_ok()) return cx__nil(cx__last_status());
    const int64_t m = cx_dim(answers, 1);
    const cx_array *const there =
        cx__held_run(where, &half, CX_ARRAYS(sum, cx_slice(sum, 1, m - 1, m, 1)));
    const cx_array *const first = cx_expand_dims(cx_argmax(there, CX_AXIS(1)), 1),
                          *const k = cx_arange_i64(0, m, 1, CX_I64, cx_device_of(answers));
    return cx__held_run(where, &at, CX_ARRAYS(cx_sort(answers, 1), k, first));
}

/* What members say, side by side [n, members]. */
static cx_array *answers_of(const char *where, const cx_estimator *self, const cx_data *d)
{
    const int members = self->state->children;
    const cx_array **const each = cx__scope_room((size_t)members * sizeof *each);
    for (int i = 0; cx_ok() && i < members; i++)
        each[i] = cx__estimator_call(where, self->state->child[i], CX_PREDICT, d);
    return cx_ok() ? cx_stack((cx_arrays){members, each}, 1) : cx__nil(cx__last_status());
}

/* The median of the first so many. */
static cx_array *first_median(const char *where, const cx_estimator *self, const cx_array *answers,
                              int64_t members)
{
    if (!cx_ok()) return cx__nil(cx__last_status());
    return medians(where, cx_slice(answers, 1, 0, members, 1),
                   cx_slice(cx_self(self, CX__ADA_WEIGHTS), 0, 0, members, 1));
}

cx_array *cx__ada_staged_numbers(const cx_estimator *self, cx_method method, const cx_array *x)
{
    static const char where[] = "staged_predict";
    (void)method;
    const int n = self->state->children;
    const cx_array **const each = cx__scope_room((size_t)n * sizeof *each);
    const cx_array *const answers = answers_of(where, self, &(const cx_data){.x = x});
    for (int i = 0; i < n && cx_ok(); i++) each[i] = first_median(where, self, answers, i + 1);
    return cx_ok() ? cx_stack((cx_arrays){n, each}, 0) : cx__nil(cx__last_status());
}

static bool has(const cx_estimator *self, cx_method method)
{
    (void)self;
    return method == CX_PREDICT;
}

static cx_array *call(const cx_estimator *self, cx_method method, const cx_data *in)
{
    cx_data d;
    const char *const where = cx__method_name(method);
    if (cx_check(cx__inner_features(self, in, &d)) != CX_OK) return cx__nil(cx__last_status());
    return first_median(where, self, answers_of(where, self, &d), self->state->children);
}

/* ---- sessions */
typedef struct served {
    cx__crew crew;
    double *weight, *answers; /* [members]; [max_rows, members] */
    int64_t *order;           /* [members] */
} served;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    const int64_t n = self->state->children;
    served *const s = cx_plan_alloc(p, sizeof *s);
    cx_method *const method = cx__scope_room((size_t)n * sizeof *method);
    const double *w = NULL;
    if (!s || !method) return CX_E_NOMEM;
    p->state = s;
    for (int64_t i = 0; i < n; i++) method[i] = CX_PREDICT;
    CX__TRY(cx__ada_weights("session_new", self, &w));
    CX__TRY(cx__crew_plan(self, n, method, NULL, 0, p, &s->crew));
    s->weight = cx_plan_alloc(p, (size_t)n * sizeof *s->weight);
    s->order = cx_plan_alloc(p, (size_t)n * sizeof *s->order);
    s->answers = cx__crew_room(p, n);
    if (!s->weight || !s->order || !s->answers) return CX_E_NOMEM;
    memcpy(s->weight, w, (size_t)n * sizeof *w);
    return CX_OK;
}

static double median(const served *s, const double *answer)
{
    const int64_t n = s->crew.count;
    for (int64_t i = 0; i < n; i++) { /* few members: sorted in as they come, equal ones in order */
        int64_t at = i;
        for (; at > 0 && answer[s->order[at - 1]] > answer[i]; at--)
            s->order[at] = s->order[at - 1];
        s->order[at] = i;
    }
    double all = 0, sum = 0;
    for (int64_t i = 0; i < n; i++) all += s->weight[s->order[i]];
    for (int64_t i = 0; i < n; i++) {
        sum += s->weight[s->order[i]];
        if (sum >= 0.5 * all) return answer[s->order[i]];
    }
    return answer[s->order[0]];
}

static cx_status predict_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const served *const s = p->state;
    const int64_t n = s->crew.count;
    for (int64_t i = 0; i < n; i++) {
        CX__TRY(cx__crew_run(p, &s->crew, i, x, rows));
        for (int64_t k = 0; k < rows; k++) s->answers[k * n + i] = s->crew.out[k];
    }
    for (int64_t k = 0; k < rows; k++) out[k] = median(s, s->answers + k * n);
    return CX_OK;
}

const cx_estimator_class cx__class_ada_boost_regressor = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "AdaBoostRegressor",
    .doc = "The weighted median of regressors, each minding where those before were far off.",
    .kind = CX_REGRESSOR,
    .flags = CX_CLASS_RAW | CX_CLASS_SINGLE_Y,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .check = check,
    .plan = plan,
    .predict_into = predict_into,
    .has = has,
    .call = call,
};
