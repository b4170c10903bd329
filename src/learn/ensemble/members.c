/* Members of ensembles: see the header. One idea: what they are and what they say is asked for here
 * alike; how they are drawn, weighed and combined is each ensemble's own. */
#include "learn/ensemble/members.h"
#include "learn/model_selection/model_selection.h"
#include "learn/multiclass/inner.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

cx_status cx__member_new(const cx_estimator *self, const char *otherwise, cx_estimator **out)
{
    const cx__lit *const v = cx__param(self, "estimator");
    if (v->kind == CX__LIT_ESTIMATOR) return cx__estimator_clone("fit", v->u.estimator, out);
    return cx__estimator_parse("fit", otherwise, strlen(otherwise), out);
}

static const cx_estimator_class *class_of(const cx_estimator *self, const char *otherwise)
{
    const cx__lit *const v = cx__param(self, "estimator");
    if (v->kind == CX__LIT_ESTIMATOR) return v->u.estimator->cls;
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(otherwise, "("), otherwise);
    return cx_estimator_class_find(name);
}

bool cx__member_has(const cx_estimator *self, const char *otherwise, cx_method method)
{
    const cx__lit *const v = cx__param(self, "estimator");
    if (v->kind == CX__LIT_ESTIMATOR) return cx_estimator_has(v->u.estimator, method);
    const cx_estimator_class *const c = class_of(self, otherwise);
    if (!c) return method == CX_PREDICT;
    return method == CX_PREDICT || (method == CX_PREDICT_PROBA && c->predict_proba != NULL) ||
           (method == CX_PREDICT_LOG_PROBA && c->predict_proba != NULL);
}

/* ---- random states */
enum { PATH = 512 };
typedef struct found {
    int count;
    const char **name; /* NULL: only count */
    bool failed;
} found;

static void find_in(const cx_estimator *m, char *path, size_t len, found *f);

static void found_one(const char *path, found *f)
{
    char *const copy = f->name ? cx__scope_room(strlen(path) + 1) : NULL;
    if (copy) memcpy(copy, path, strlen(path) + 1);
    if (f->name) f->name[f->count] = copy;
    f->failed = f->failed || (f->name && !copy);
    f->count++;
}

/* What lies below the value of a parameter or step of that name. */
static void find_below(const cx__lit *v, const char *name, char *path, size_t len, found *f)
{
    if (v->kind != CX__LIT_ESTIMATOR || cx_estimator_kind_of(v->u.estimator) == CX_SPLITTER) return;
    const int n = snprintf(path + len, PATH - len, "%s__", name);
    if (n > 0 && len + (size_t)n < PATH) find_in(v->u.estimator, path, len + (size_t)n, f);
}

static void find_in(const cx_estimator *m, char *path, size_t len, found *f)
{
    if (cx__is_frozen(m)) return;
    for (int i = 0; i < m->n_params; i++) {
        const cx_param *const p = &m->cls->params[i];
        const cx__lit *const v = &m->params[i];
        if (strcmp(p->name, "random_state") == 0 && len + sizeof "random_state" <= PATH) {
            memcpy(path + len, p->name, sizeof "random_state");
            found_one(path, f);
        }
        find_below(v, p->name, path, len, f);
        const bool steps = (p->kinds & (CX_PARAM_STEPS | CX_PARAM_COLUMNS)) != 0 &&
                           (v->kind == CX__LIT_LIST || v->kind == CX__LIT_TUPLE);
        for (int k = 0; steps && k < v->count; k++) {
            const cx__lit *const pair = v->u.items[k].u.items;
            find_below(&pair[1], pair[0].u.s, path, len, f);
        }
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

cx_status cx__member_seed(cx_estimator *m, cx_generator *g)
{
    char path[PATH];
    found f = {0};
    find_in(m, path, 0, &f);
    if (f.count == 0) return CX_OK;
    f.name = cx__scope_room((size_t)f.count * sizeof *f.name);
    if (!f.name) return cx__last_status();
    f.count = 0;
    find_in(m, path, 0, &f);
    if (f.failed) return cx__last_status();
    qsort((void *)f.name, (size_t)f.count, sizeof *f.name, by_name);
    for (int i = 0; i < f.count; i++) {
        int64_t seed = 0;
        CX__TRY(cx__draw_int(g, INT32_MAX, &seed));
        CX__TRY(cx_set_param_i64(m, f.name[i], seed));
    }
    return CX_OK;
}

/* ---- weights */
bool cx__takes_weights(const cx_estimator *m)
{
    if (cx__is_frozen(m)) return false;
    if (m->cls == &cx__class_pipeline) {
        const cx__lit *const steps = &m->params[0], *const last = &steps->u.items[steps->count - 1]
                                                                       .u.items[1];
        return last->kind == CX__LIT_ESTIMATOR && cx__takes_weights(last->u.estimator);
    }
    return !(m->cls->flags & CX_CLASS_NO_WEIGHT);
}

bool cx__names_weights(const cx_estimator *m)
{
    if (!(m->cls->flags & CX_CLASS_RAW)) return !(m->cls->flags & CX_CLASS_NO_WEIGHT);
    const cx_estimator_class *const named[] = {
        &cx__class_multi_output_classifier,  &cx__class_multi_output_regressor,
        &cx__class_calibrated_classifier_cv, &cx__class_bagging_classifier,
        &cx__class_bagging_regressor,        &cx__class_ada_boost_classifier,
        &cx__class_ada_boost_regressor};
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (m->cls == named[i]) return true;
    return false;
}

/* ---- children */
cx_status cx__member_keep(cx_estimator *self, int64_t i, const cx_estimator *fitted)
{
    char name[40];
    snprintf(name, sizeof name, "estimators_%lld", (long long)i);
    return cx_self_set_child(self, name, fitted);
}

cx_status cx__members_check(const cx_estimator *self, const char *otherwise, int64_t features)
{
    const cx__state *const s = self->state;
    const cx_estimator_class *const c = class_of(self, otherwise);
    bool ok = s->children > 0 && c;
    for (int i = 0; ok && i < s->children; i++)
        ok = s->child[i]->cls == c && s->child[i]->state &&
             cx_self_features(s->child[i]) == features;
    if (ok) return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load", "the fitted estimators of a %s are not its own",
                    self->cls->name);
}

cx_status cx__members_data(const cx_estimator *self, const cx_data *in, cx_data *features,
                           const cx_array **y)
{
    if (cx__feature_rows(in) < 1 || cx__feature_count(self, in) < 1)
        return cx__fail(CX_E_SHAPE, "fit",
                        "%s: x has %lld rows and %lld columns; at least one of each is needed",
                        self->cls->name, (long long)cx__feature_rows(in),
                        (long long)cx__feature_count(self, in));
    cx_data truth;
    CX__TRY(cx__score_truth("fit", self, in, &truth));
    *y = truth.y;
    return cx__inner_features(self, in, features);
}

/* ---- what members say */
cx_array *cx__members_sum(const char *where, const cx_estimator *self, int64_t from, int64_t to,
                          cx__member_part *part, const cx_data *d, const void *ctx,
                          const cx_array *start)
{
    cx_array *sum = NULL;
    if (start) cx_assign(&sum, start);
    cx_status st = cx__so_far();
    for (int64_t i = from; st == CX_OK && i < to; i++) {
        const cx_scope scope = cx_scope_open();
        const cx_array *const p = cx_astype(part(where, self, i, d, ctx), CX_F64);
        const cx_array *const all = sum && cx_ok() ? cx_add(sum, p) : p;
        if (cx_ok()) cx_assign(&sum, all);
        st = cx_scope_close(scope);
        if (st == CX_OK) st = cx__poll(where);
    }
    if (st == CX_OK) return cx__yield(st, where, sum);
    cx_release(sum);
    return cx__yield(st, where, NULL);
}

cx_array *cx__member_spread(const char *where, const cx_estimator *member, const cx_array *a,
                            int64_t c)
{
    const cx_array *const seen = cx_attr(member, "classes_");
    if (!cx_ok()) return cx__nil(cx__last_status());
    const int64_t k = cx_size(seen);
    if (k == c) return cx_to(a, cx_device_of(a));
    cx__site s;
    int64_t *const code = cx__scope_room((size_t)k * sizeof *code);
    if (!code || cx_check(cx__site_of(where, a, &s)) != CX_OK ||
        cx_check(cx__read_all_i64(&s, cx__i64(&s, seen), code)) != CX_OK)
        return cx__nil(cx__last_status());
    cx_array *const out = cx_zeros(CX_SHAPE(cx_dim(a, 0), c), CX_F64, cx_device_of(a));
    for (int64_t j = 0; j < k && cx_ok(); j++) {
        if (code[j] < 0 || code[j] >= c) /* of a file */
            return cx__yield(cx__fail(CX_E_PARSE, where, "a member has classes of its own"), where,
                             NULL);
        (void)cx_check(
            cx_copy_into(cx_astype(cx_select(a, 1, j), CX_F64), cx_select(out, 1, code[j])));
    }
    return out;
}

cx_array *cx__member_votes(const char *where, const cx_array *codes, int64_t c)
{
    static cx__held one = CX__HELD("p, k: float64(p == k)");
    const cx_array *const k = cx_arange_i64(0, c, 1, CX_I64, cx_device_of(codes));
    return cx__held_run(where, &one, CX_ARRAYS(cx_expand_dims(cx_astype(codes, CX_I64), 1), k));
}

/* ---- sessions */
double *cx__crew_room(cx_plan *p, int64_t cols)
{
    if (cols > INT64_MAX / 64 / p->max_rows) {
        (void)cx__fail_nomem("session_new", "a buffer", SIZE_MAX);
        return NULL;
    }
    return cx_plan_alloc(p, (size_t)(cols * p->max_rows) * sizeof(double) + 1);
}

/* Which of self's classes those of a member are, where it was fitted on their codes. */
static cx_status crew_codes(const cx_estimator *self, const cx_estimator *member, cx_plan *p,
                            const int64_t **out)
{
    if (!cx_has_attr(self, "classes_") || !cx_has_attr(member, "classes_")) return CX_OK;
    const int64_t c = cx_size(cx_attr(self, "classes_"));
    const cx_array *const seen = cx_attr(member, "classes_");
    if (cx_size(seen) == c) return CX_OK;
    CX__TRY(cx__plan_i64(p, seen, out));
    for (int64_t j = 0; j < cx_size(seen); j++)
        if ((*out)[j] < 0 || (*out)[j] >= c)
            return cx__fail(CX_E_PARSE, "session_new", "a member of this %s has other classes",
                            self->cls->name);
    return CX_OK;
}

cx_status cx__crew_plan(const cx_estimator *self, int64_t count, const cx_method *method,
                        const int64_t *column, int64_t width, cx_plan *p, cx__crew *out)
{
    *out = (cx__crew){.count = count, .width = column ? width : p->cols_in};
    out->child = cx_plan_alloc(p, (size_t)count * sizeof *out->child);
    out->code = cx_plan_alloc(p, (size_t)count * sizeof *out->code);
    if (!out->child || !out->code) return CX_E_NOMEM;
    int64_t widest = 1;
    for (int64_t i = 0; i < count; i++) {
        cx__ready *const r = &out->child[i];
        CX__TRY(cx__plan_make("session_new", self->state->child[i], method[i], p->max_rows,
                              out->width, r));
        cx__plan_adopt(p, r);
        CX__TRY(crew_codes(self, self->state->child[i], p, &out->code[i]));
        if (r->plan.cols_out > widest) widest = r->plan.cols_out;
    }
    if (column) {
        out->column = cx_plan_alloc(p, (size_t)(count * width) * sizeof *out->column);
        if (!out->column) return CX_E_NOMEM;
        memcpy(out->column, column, (size_t)(count * width) * sizeof *column);
        out->in = cx__crew_room(p, width);
    }
    out->out = cx__crew_room(p, widest);
    return out->out && (!column || out->in) ? CX_OK : CX_E_NOMEM;
}

cx_status cx__crew_run(const cx_plan *p, const cx__crew *c, int64_t i, const double *x,
                       int64_t rows)
{
    const cx__ready *const r = &c->child[i];
    if (!c->column) return r->run(&r->plan, x, rows, c->out);
    const int64_t *const column = c->column + i * c->width;
    for (int64_t k = 0; k < rows; k++)
        for (int64_t j = 0; j < c->width; j++)
            c->in[k * c->width + j] = x[k * p->cols_in + column[j]];
    return r->run(&r->plan, c->in, rows, c->out);
}

void cx__crew_largest(const double *p, int64_t rows, int64_t c, double *out)
{
    for (int64_t i = 0; i < rows; i++) {
        int64_t best = 0;
        for (int64_t j = 1; j < c; j++)
            if (p[i * c + j] > p[i * c + best]) best = j;
        out[i] = (double)best;
    }
}
