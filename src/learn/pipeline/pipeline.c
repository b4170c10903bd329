/* Pipeline: transformers in a row and an estimator at the end (sklearn.pipeline.Pipeline).
 *
 * One idea: fit makes fitted clones of the steps and keeps them as children, so that steps are
 * parameters only, a failed fit changes nothing, and every method walks the children. */
#include "base/alloc.h"
#include "learn/base/plan.h"
#include <calx/manipulate.h>
#include <calx/table.h>
#include <string.h>

static const cx_param params[] = {
    {"steps", CX_PARAM_STEPS, NULL, NULL, "list of (name, estimator); 'passthrough' skips a step"},
    {"transform_input", CX_PARAM_NONE, "None", NULL, "only None"},
    {"memory", CX_PARAM_NONE, "None", NULL, "only None: fitted steps are not cached on disk"},
    {"verbose", CX_PARAM_BOOL, "False", NULL, "accepted; progress goes to the scope's callback"},
    {.name = NULL},
};

static int step_count(const cx_estimator *self)
{
    return self->params[0].count;
}
static const char *step_name(const cx_estimator *self, int i)
{
    return self->params[0].u.items[i].u.items[0].u.s;
}
/* NULL: passthrough */
static const cx_estimator *step(const cx_estimator *self, int i)
{
    const cx__lit *const v = &self->params[0].u.items[i].u.items[1];
    return v->kind == CX__LIT_ESTIMATOR ? v->u.estimator : NULL;
}

static cx_estimator_kind kind_of(const cx_estimator *self)
{
    const int n = step_count(self);
    const cx_estimator *const last = n ? step(self, n - 1) : NULL;
    return last ? cx_estimator_kind_of(last) : CX_TRANSFORMER;
}

static bool has(const cx_estimator *self, cx_method method)
{
    const int n = step_count(self);
    for (int i = 0; i < n; i++) {
        const cx_estimator *const s = step(self, i);
        const bool last = i == n - 1;
        const cx_method asked = last || method == CX_INVERSE_TRANSFORM ? method : CX_TRANSFORM;
        if (s ? !cx_estimator_has(s, asked)
              : last && method != CX_TRANSFORM && method != CX_INVERSE_TRANSFORM)
            return false;
    }
    return n > 0;
}

/* ---- fit */
static cx_status check_steps(const cx_estimator *self)
{
    const int n = step_count(self);
    for (int i = 0; i < n; i++) {
        const cx_estimator *const s = step(self, i);
        if (!s) continue;
        if (!s->cls->fit)
            return cx__fail(CX_E_ARGUMENT, "fit", "step '%s' (%s) has no fit", step_name(self, i),
                            s->cls->name);
        if (i < n - 1 && !cx_estimator_has(s, CX_TRANSFORM))
            return cx__fail(CX_E_ARGUMENT, "fit",
                            "step '%s' (%s) is not the last and has no transform",
                            step_name(self, i), s->cls->name);
    }
    return CX_OK;
}

/* How the last step is fitted where it is to give something for its data. */
typedef cx_array *ending(const char *where, cx_estimator *m, const cx_data *d);

/* Fit step i on *d; unless it is the last, *d becomes the transformed data, held by *slot. With an
 * end, the slot then holds what that gives. */
static cx_status fit_step(cx_estimator *self, int i, ending *end, cx_data *d, cx_array **slot)
{
    const bool last = i == step_count(self) - 1;
    const cx_estimator *const s = step(self, i);
    if (!s) return CX_OK;
    cx_estimator *child = NULL;
    CX__TRY(cx__estimator_clone("fit", s, &child));
    const cx_data part = {.x = d->x,
                          .table = d->table,
                          .target = d->target,
                          .y = d->table && d->target ? NULL : d->y,
                          .sample_weight = last ? d->sample_weight : NULL,
                          .groups = d->groups,
                          .classes = d->classes};
    cx_status st;
    if (last && !end) {
        st = cx__estimator_fit("fit", child, &part, false);
    } else {
        const cx_scope scope = cx_scope_open();
        ending *const fit_and_give = last ? end : cx__estimator_fit_transform;
        const cx_array *const t = fit_and_give("fit", child, &part);
        if (cx_ok()) cx_assign(slot, t);
        st = cx_scope_close(scope);
        if (st == CX_OK) {
            d->x = *slot;
            d->table = NULL;
            d->target = NULL;
        }
    }
    if (st == CX_OK) st = cx_self_set_child(self, step_name(self, i), child);
    cx__release(child);
    return st;
}

static cx_status fit_steps(cx_estimator *self, const cx_data *in, ending *end, cx_array **slot)
{
    CX__TRY(check_steps(self));
    cx_data d = *in;
    if (d.table && d.target) {
        d.y = cx_table_column(d.table, d.target);
        CX__TRY(cx_status_of(d.y));
    }
    cx_status st = CX_OK;
    const int n = step_count(self);
    for (int i = 0; i < n && st == CX_OK; i++) {
        cx__progress(step_name(self, i), i, n);
        st = fit_step(self, i, end, &d, slot);
    }
    if (st == CX_OK) cx__progress(step_name(self, n - 1), n, n);
    return st;
}

static cx_status fit(cx_estimator *self, const cx_data *in)
{
    cx_array *slot = NULL;
    const cx_status st = fit_steps(self, in, NULL, &slot);
    cx_release(slot);
    return st;
}

static cx_array *fit_transform(cx_estimator *self, const cx_data *in)
{
    cx_array *slot = NULL;
    cx_status st = fit_steps(self, in, cx__estimator_fit_transform, &slot);
    if (st == CX_OK && !slot) { /* nothing but passthrough */
        cx_data prepared = {0};
        st = cx__data_prepare("fit_transform", self, in, CX__FOR_USE, &prepared);
        if (st == CX_OK) slot = cx_retain(prepared.x);
    }
    if (st == CX_OK) return cx__yield(st, "fit_transform", slot);
    cx_release(slot);
    return cx__yield(st, "fit_transform", NULL);
}

static cx_array *fit_predict(cx_estimator *self, const cx_data *in)
{
    static const char where[] = "fit_predict";
    cx_array *slot = NULL;
    const int n = step_count(self);
    cx_status st = n > 0 && step(self, n - 1)
                       ? fit_steps(self, in, cx__estimator_fit_predict, &slot)
                       : cx__fail(CX_E_UNSUPPORTED, where,
                                  "Pipeline has no %s: it ends in a "
                                  "passthrough",
                                  where);
    if (st == CX_OK) return cx__yield(st, where, slot);
    cx_release(slot);
    return cx__yield(st, where, NULL);
}

/* A loaded state: the children are the steps that do not pass through, in their order. */
static cx_status check(const cx_estimator *self)
{
    int child = 0;
    const int n = step_count(self);
    for (int i = 0; i < n; i++) {
        const cx_estimator *const s = step(self, i);
        if (!s) continue;
        const bool same = child < self->state->children &&
                          strcmp(self->state->child_name[child], step_name(self, i)) == 0 &&
                          self->state->child[child]->cls == s->cls;
        if (!same)
            return cx__fail(CX_E_PARSE, "estimator_load",
                            "the fitted steps of a Pipeline are not those of its spec");
        child++;
    }
    if (child == self->state->children) return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load", "a Pipeline has more fitted steps than its spec");
}

/* ---- use */

/* The data as it reaches the last fitted child; *slot holds it. */
static cx_status walk(const char *where, const cx_estimator *self, const cx_data *in, int children,
                      cx_data *d, cx_array **slot)
{
    *d = (cx_data){.x = in->x, .table = in->table, .target = in->target};
    for (int i = 0; i < children; i++) {
        const cx_scope scope = cx_scope_open();
        const cx_array *const t = cx__estimator_call(where, self->state->child[i], CX_TRANSFORM, d);
        if (cx_ok()) cx_assign(slot, t);
        CX__TRY(cx_scope_close(scope));
        *d = (cx_data){.x = *slot};
    }
    return CX_OK;
}

static cx_array *inverse(const cx_estimator *self, const cx_data *in)
{
    cx_array *slot = NULL;
    cx_assign(&slot, in->x);
    cx_status st = CX_OK;
    for (int i = self->state->children - 1; i >= 0 && st == CX_OK; i--) {
        const cx_scope scope = cx_scope_open();
        const cx_array *const t =
            cx__estimator_call("inverse_transform", self->state->child[i], CX_INVERSE_TRANSFORM,
                               &(const cx_data){.x = slot});
        if (cx_ok()) cx_assign(&slot, t);
        st = cx_scope_close(scope);
    }
    if (st == CX_OK &&
        self->state->children == 0) { /* a new handle: a call never returns its argument */
        cx_release(slot);
        return cx_to(in->x, cx_device_of(in->x));
    }
    return cx__yield(st, "inverse_transform", slot);
}

static cx_array *call(const cx_estimator *self, cx_method method, const cx_data *in)
{
    if (method == CX_INVERSE_TRANSFORM) return inverse(self, in);
    const char *const where = cx__method_name(method);
    const int n = step_count(self);
    const bool through =
        n && !step(self, n - 1); /* the last step passes through: all children transform */
    const int children = self->state->children,
              before = through || !children ? children : children - 1;
    cx_array *slot = NULL;
    cx_data d;
    cx_status st = walk(where, self, in, before, &d, &slot);
    if (st == CX_OK && !slot && before == children) { /* nothing but passthrough */
        cx_data prepared = {0};
        st = cx__data_prepare(where, self, &d, CX__FOR_USE, &prepared);
        if (st == CX_OK) slot = cx_retain(prepared.x);
    }
    if (st != CX_OK || before == children) return cx__yield(st, where, slot);
    cx_array *const out = cx__estimator_call(where, self->state->child[before], method, &d);
    cx_release(slot);
    return out;
}

static cx_array *names_out(const cx_estimator *self, const cx_array *names)
{
    cx_array *out = cx_copy(names);
    for (int i = 0; i < self->state->children && cx_ok(); i++)
        out = cx__names_out("feature_names_out", self->state->child[i], out);
    return out;
}

static double score(const cx_estimator *self, const cx_data *in)
{
    static const char where[] = "score";
    const int children = self->state->children, n = step_count(self);
    cx_array *slot = NULL;
    cx_data d = {0}, truth = {.sample_weight = in->sample_weight};
    cx_status st =
        children && step(self, n - 1)
            ? CX_OK
            : cx__fail(CX_E_UNSUPPORTED, where, "Pipeline has no score: it ends in a passthrough");
    if (st == CX_OK) st = walk(where, self, in, children - 1, &d, &slot);
    const cx__schema *const schema = self->state->schema;
    const bool labelled = in->y || in->target || (in->table && schema && schema->target);
    if (st == CX_OK && labelled) st = cx__score_truth(where, self, in, &truth);
    d.y = truth.y;
    d.target = NULL;
    d.sample_weight = truth.sample_weight;
    double out = 0;
    if (st == CX_OK && d.table) { /* a single step sees the table itself */
        d.y = in->y;
        d.target = in->target;
    }
    if (st == CX_OK)
        out = cx__estimator_score(where, self->state->child[children - 1], &d);
    else
        cx_check(st);
    cx_release(slot);
    return out;
}

/* ---- sessions */
typedef struct served {
    int n, first_strict; /* the first step that takes no NaN; the session looks for step 0 */
    double *buffer[2];
    cx__recoding *recoding; /* [n]: of what a step gets */
    cx__ready step[];
} served;

static bool finite_all(const double *x, int64_t n)
{
    double acc[4] = {0, 0, 0, 0};
    int64_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (int k = 0; k < 4; k++) acc[k] += x[i + k] - x[i + k];
    for (; i < n; i++) acc[0] += x[i] - x[i];
    return acc[0] + acc[1] + acc[2] + acc[3] == 0;
}

static CX__COLD cx_status not_finite(int step)
{
    return cx__fail(CX_E_ARGUMENT, "session_run",
                    "step %d of the Pipeline gets NaN or an infinity, which it does not take",
                    step);
}

static cx_status run(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const served *const s = p->state;
    for (int i = 0; i < s->n; i++) {
        double *const to = i == s->n - 1 ? out : s->buffer[i & 1];
        if (i > 0 && i == s->first_strict &&
            CX__UNLIKELY(!finite_all(x, rows * s->step[i].plan.cols_in)))
            return not_finite(i);
        if (s->recoding[i].cols) cx__recode(&s->recoding[i], s->buffer[(i - 1) & 1], rows);
        CX__TRY(s->step[i].run(&s->step[i].plan, x, rows, to));
        x = to;
    }
    return CX_OK;
}

static cx_status plan_steps(const cx_estimator *self, cx_plan *p, served *s, int64_t *widest)
{
    int64_t cols = p->cols_in;
    const int n = step_count(self);
    const bool through = n && !step(self, n - 1);
    for (int i = 0; i < self->state->children; i++) {
        const bool last = i == self->state->children - 1;
        cx__ready *const r = &s->step[i];
        CX__TRY(cx__plan_make("session_new", self->state->child[i],
                              last && !through ? p->method : CX_TRANSFORM, p->max_rows, cols, r));
        cx__plan_adopt(p, r);
        if (i > 0)
            CX__TRY(cx__recoding_plan(p, &r[-1].plan, self->state->child[i], &s->recoding[i]));
        s->n = i + 1;
        cols = r->plan.cols_out;
        if (!last && cols > *widest) *widest = cols;
    }
    p->cols_out = cols;
    for (int64_t j = 0; s->n && j < cols; j++) {
        const cx_array *const words = cx__plan_words_of(&s->step[s->n - 1].plan, j);
        if (words) CX__TRY(cx__plan_words(p, j, words));
    }
    return CX_OK;
}

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    const int children = self->state->children;
    if (!children)
        return cx__fail(CX_E_UNSUPPORTED, "session_new", "this Pipeline has no step to run");
    served *const s = cx_plan_alloc(p, sizeof *s + (size_t)children * sizeof(cx__ready));
    if (!s) return CX_E_NOMEM;
    p->state = s;
    s->recoding = cx_plan_alloc(p, (size_t)children * sizeof *s->recoding);
    if (!s->recoding) return CX_E_NOMEM;
    int64_t widest = 0;
    CX__TRY(plan_steps(self, p, s, &widest));
    /* what lets NaN through up to a step that takes none, as in a batch */
    int through = 0;
    while (through < s->n && cx__takes_nan(self->state->child[through])) through++;
    s->first_strict = through;
    for (int i = 0; i < 2 && i < children - 1; i++) {
        if (widest > INT64_MAX / 8 / p->max_rows)
            return cx__fail_nomem("session_new", "a buffer", SIZE_MAX);
        s->buffer[i] = cx_plan_alloc(p, (size_t)(widest * p->max_rows) * sizeof(double));
        if (!s->buffer[i]) return CX_E_NOMEM;
    }
    return CX_OK;
}

const cx_estimator_class cx__class_pipeline = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "Pipeline",
    .doc = "Transformers in a row and an estimator at the end.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_RAW,
    .positional = 1,
    .params = params,
    .fit = fit,
    .fit_transform = fit_transform,
    .fit_predict = fit_predict,
    .feature_names_out = names_out,
    .score = score,
    .check = check,
    .plan = plan,
    .transform_into = run,
    .predict_into = run,
    .predict_proba_into = run,
    .decision_into = run,
    .score_samples_into = run,
    .kind_of = kind_of,
    .has = has,
    .call = call,
};
