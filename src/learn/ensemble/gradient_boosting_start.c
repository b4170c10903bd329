/* Where gradient boosting starts from: the best constant, zeros, an estimator of its own, or the
 * trees of the last fit. */
#include "learn/ensemble/gradient_boosting.h"
#include "base/object.h"
#include "learn/numeric/rows.h"
#include <calx/ops.h>
#include <float.h>
#include <math.h>
#include <string.h>

static cx_status fill_raw(const cx__gb_fit *f, cx__gb_rows *rows, const double *start,
                          const cx_estimator *init)
{
    if (rows->n == 0) return CX_OK;
    if (start) {
        for (int64_t k = 0; k < f->outputs; k++)
            for (int64_t i = 0; i < rows->n; i++) rows->raw[k * rows->n + i] = start[k];
        return CX_OK;
    }
    const cx_array *const raw = cx__gb_init_raw("fit", f->self, init, &f->loss, rows->x);
    const double *const from = cx__at(raw);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < rows->n; i++)
        for (int64_t k = 0; k < f->outputs; k++)
            rows->raw[k * rows->n + i] = from[i * f->outputs + k];
    return CX_OK;
}

/* Shares of the classes, as DummyClassifier(strategy='prior') has them, through the link. */
static cx_status prior(const cx__gb_fit *f, int64_t classes, double *start)
{
    const cx__gb_rows *const t = &f->train;
    double *const mass = cx__scope_room((size_t)classes * sizeof *mass), all = 0;
    if (!mass) return CX_E_NOMEM;
    for (int64_t i = 0; i < t->n; i++) mass[(int64_t)t->y[i]] += t->weight ? t->weight[i] : 1;
    for (int64_t c = 0; c < classes; c++) all += mass[c];
    for (int64_t c = 0; c < classes; c++)
        mass[c] = fmin(fmax(mass[c] / all, DBL_EPSILON), 1 - DBL_EPSILON);
    cx__loss_link(&f->loss, 1, f->outputs > 1 ? mass : mass + 1, start);
    return CX_OK;
}

/* Constants [K] of init=None and 'zero'. */
static cx_status constants(const cx__gb_fit *f, int64_t classes, double *start)
{
    if (cx_param_is_str(f->self, "init")) return CX_OK; /* zeros already */
    if (classes > 0) return prior(f, classes, start);
    const bool mean = f->loss.kind == CX__LOSS_SQUARED;
    const cx__loss l = {.kind = mean ? CX__LOSS_SQUARED : CX__LOSS_PINBALL,
                        .outputs = 1,
                        .quantile = f->loss.kind == CX__LOSS_PINBALL ? f->loss.quantile : 0.5};
    return cx__loss_constant(&l, f->train.n, f->train.y, f->train.weight, start);
}

static cx_status fit_init(const cx__gb_fit *f, cx_estimator *init)
{
    const cx__gb_rows *const t = &f->train;
    const cx_array *const y = cx__given_all(&f->grow.site, t->y, t->n, CX_F64),
                          *const w = t->weight
                                         ? cx__given_all(&f->grow.site, t->weight, t->n, CX_F64)
                                         : NULL;
    const cx_data d = {.x = cx_astype(t->x, CX_F32), .y = y, .sample_weight = w};
    CX__TRY(cx__so_far());
    CX__TRY(cx__estimator_fit("fit", init, &d, false));
    return cx_self_set_child(f->self, CX__GB_INIT, init);
}

cx_status cx__gb_begin(cx__gb_fit *f, int64_t classes)
{
    const cx__lit *const given = cx__param(f->self, "init");
    if (given->kind == CX__LIT_ESTIMATOR) {
        cx_estimator *init = NULL;
        CX__TRY(cx__estimator_clone("fit", given->u.estimator, &init));
        cx_status st = fit_init(f, init);
        if (st == CX_OK) st = fill_raw(f, &f->train, NULL, init);
        if (st == CX_OK) st = fill_raw(f, &f->held_out, NULL, init);
        cx__release(init);
        return st;
    }
    double *const start = cx__scope_room((size_t)f->outputs * sizeof *start);
    if (!start) return CX_E_NOMEM;
    CX__TRY(constants(f, classes, start));
    CX__TRY(
        cx_self_set(f->self, CX__GB_START, cx__given(&f->grow.site, start, f->outputs, CX_F64)));
    CX__TRY(fill_raw(f, &f->train, start, NULL));
    return fill_raw(f, &f->held_out, start, NULL);
}

/* ---- warm starts */
static const cx_estimator *child_before(const cx_estimator *self)
{
    const cx__state *const s = self->before;
    for (int i = 0; i < s->children; i++)
        if (strcmp(s->child_name[i], CX__GB_INIT) == 0) return s->child[i];
    return NULL;
}

static cx_status scores_before(cx__gb_fit *f, int slot, double *to)
{
    const cx_array *const a = cx_self_before(f->self, slot);
    return a && to ? cx__read_all(&f->grow.site, a, to) : CX_OK;
}

static cx_status same_shape(const cx__gb_fit *f)
{
    const cx_array *const k = cx_self_before(f->self, CX__GB_PER_STAGE);
    if (f->from > f->to)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s(warm_start=True): n_estimators=%lld is below the %lld stages there are",
                        f->self->cls->name, (long long)f->to, (long long)f->from);
    if (cx__number_i64(k) != f->outputs)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s(warm_start=True): %lld trees a stage before, now %lld",
                        f->self->cls->name, (long long)cx__number_i64(k), (long long)f->outputs);
    for (int64_t i = 0; i < f->trees.nodes; i++)
        if (f->trees.feature[i] >= f->grow.d)
            return cx__fail(CX_E_ARGUMENT, "fit",
                            "%s(warm_start=True): x has %lld columns, fewer than before",
                            f->self->cls->name, (long long)f->grow.d);
    return CX_OK;
}

cx_status cx__gb_go_on(cx__gb_fit *f)
{
    CX__TRY(cx__trees_before("fit", f->self, &f->trees));
    f->from = f->trees.count / f->outputs;
    CX__TRY(same_shape(f));
    const cx_array *const start = cx_self_before(f->self, CX__GB_START);
    const cx_estimator *const init = child_before(f->self);
    double *const first = cx__scope_room((size_t)f->outputs * sizeof *first);
    if (!first) return CX_E_NOMEM;
    if (start) {
        CX__TRY(cx__read_all(&f->grow.site, start, first));
        CX__TRY(cx_self_set(f->self, CX__GB_START, start));
    } else {
        CX__TRY(cx_self_set_child(f->self, CX__GB_INIT, init));
    }
    CX__TRY(fill_raw(f, &f->train, start ? first : NULL, init));
    CX__TRY(fill_raw(f, &f->held_out, start ? first : NULL, init));
    for (int64_t t = 0; t < f->trees.count; t++)
        CX__TRY(cx__gb_add_tree(&f->trees, t, &f->train, t % f->outputs, f->learning_rate));
    CX__TRY(scores_before(f, CX__GB_TRAIN_SCORE, f->train_score));
    CX__TRY(scores_before(f, CX__GB_OOB_IMPROVEMENT, f->oob_improvement));
    CX__TRY(scores_before(f, CX__GB_OOB_SCORES, f->oob_scores));
    return cx_check(cx_generator_set_state(f->rng, cx_self_before(f->self, CX__GB_STREAM)));
}
