/* AdaBoost's rounds: weights of the rows and of the members. The weights live where the data is;
 * only what decides on a round is read. */
#include "learn/ensemble/ada_boost.h"
#include "base/alloc.h"
#include "learn/numeric/draw.h"
#include "ops/primitives.h"
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/index.h>
#include <float.h>
#include <math.h>

typedef struct rounds {
    double *weight, *error; /* [rounds] */
    int64_t kept;
} rounds;

/* The caller's weights, or 1 for each row, over their sum; *zero: where they are 0. */
static cx_status first_weights(const cx_estimator *self, const cx_data *d, const cx_array *weight,
                               cx_array **out, const cx_array **zero)
{
    static cx__held parts = CX__HELD("w: w / sum(w), w == 0, sum(w), min(w), any(w == 0)");
    cx__site s;
    CX__TRY(cx__site_at("fit", d->x ? cx_device_of(d->x) : CX_CPU, &s));
    const int64_t n = cx__feature_rows(d);
    const cx_array *const w =
        weight ? cx__f64(&s, weight) : cx_full(CX_SHAPE(n), cx_float(1), CX_F64, s.device);
    const cx_tuple r = cx__held_all("fit", &parts, CX_ARRAYS(w));
    CX__TRY(cx__so_far());
    const double sum = cx__number_f64(r.at[2]), least = cx__number_f64(r.at[3]);
    CX__TRY(cx__so_far());
    if (!(least >= 0) || !(sum > 0) || !isfinite(sum))
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: sample_weight must be finite, not negative and not all 0",
                        self->cls->name);
    if (cx__number_i64(r.at[4])) *zero = r.at[1];
    *out = cx_retain(r.at[0]);
    return cx__so_far();
}

static cx_array *clipped(const cx_array *weight, const cx_array *zero)
{
    static cx__held some = CX__HELD("w, e: maximum(w, e)"),
                    none = CX__HELD("w, e, z: where(z, 0.0, maximum(w, e))");
    const cx_array *const least = cx_float(DBL_EPSILON);
    return zero ? cx__held_run("fit", &none, CX_ARRAYS(weight, least, zero))
                : cx__held_run("fit", &some, CX_ARRAYS(weight, least));
}

/* Does another round follow? Then *weight are its weights. */
static cx_status go_on(const cx_estimator *self, const cx__ada_round *r, cx_array **weight,
                       bool *more)
{
    *more = r->end == CX__ADA_GO_ON && r->number + 1 < r->rounds;
    if (r->end != CX__ADA_GO_ON || !r->next) return CX_OK;
    const double sum = cx__number_f64(cx_sum(r->next, CX_ALL));
    CX__TRY(cx__so_far());
    if (!isfinite(sum))
        cx__warn(CX_E_ARGUMENT,
                 "%s: the weights of the rows grew beyond all bounds in round %lld, which is the "
                 "last; a smaller learning_rate helps",
                 self->cls->name, (long long)r->number);
    if (!isfinite(sum) || sum <= 0) *more = false;
    if (*more) cx_assign(weight, cx_div(r->next, cx_float(sum)));
    return cx__so_far();
}

/* One round in a scope of its own. */
static cx_status one(cx_estimator *self, cx__ada_round *r, cx__ada_boost *boost, rounds *all,
                     cx_array **weight, bool *more)
{
    r->weight = clipped(*weight, r->zero);
    CX__TRY(cx__so_far());
    CX__TRY(cx__member_seed(r->member, r->random));
    CX__TRY(boost(self, r));
    *more = false;
    if (r->end == CX__ADA_DROP) return CX_OK;
    CX__TRY(cx__member_keep(self, all->kept++, r->member));
    if (r->end == CX__ADA_LAST) return CX_OK;
    all->weight[r->number] = r->member_weight;
    all->error[r->number] = r->error;
    return go_on(self, r, weight, more);
}

static cx_status all_rounds(cx_estimator *self, const cx_data *d, const cx_estimator *inner,
                            const cx_array *zero, cx__ada_boost *boost, rounds *all,
                            cx_array **weight)
{
    const int64_t n = cx_param_i64(self, "n_estimators");
    cx_generator *const g = cx__seeded(self);
    bool more = true;
    for (int64_t i = 0; more && i < n; i++) {
        cx_estimator *member = NULL;
        CX__TRY(cx_self_progress(self, i, n));
        CX__TRY(cx__estimator_clone("fit", inner, &member));
        const cx_scope scope = cx_scope_open();
        cx__ada_round r = {
            .member = member, .d = d, .random = g, .zero = zero, .number = i, .rounds = n};
        const cx_status st = cx_check(one(self, &r, boost, all, weight, &more));
        const cx_status closed = cx_scope_close(scope);
        cx__release(member);
        CX__TRY(st != CX_OK ? st : closed);
    }
    return CX_OK;
}

/* The mean of the members' importances by their weights, if they have any. */
static cx_status importances(cx_estimator *self, const rounds *all, int64_t n)
{
    double norm = 0;
    for (int64_t i = 0; i < n; i++) norm += all->weight[i];
    const cx_array *sum = NULL;
    for (int64_t i = 0; i < all->kept; i++) {
        const cx_estimator *const m = self->state->child[i];
        if (!cx_has_attr(m, "feature_importances_")) return CX_OK;
        const cx_array *const part =
            cx_mul(cx_attr(m, "feature_importances_"), cx_float(all->weight[i]));
        sum = sum ? cx_add(sum, part) : part;
    }
    CX__TRY(cx__so_far());
    return cx_self_set(self, CX__ADA_IMPORTANCES, cx_div(sum, cx_float(norm)));
}

static cx_status store(cx_estimator *self, const rounds *all, int64_t n)
{
    cx__site s;
    CX__TRY(cx__site_at("fit", self->state->device, &s));
    CX__TRY(cx_self_set(self, CX__ADA_WEIGHTS, cx__given_all(&s, all->weight, n, CX_F64)));
    CX__TRY(cx_self_set(self, CX__ADA_ERRORS, cx__given_all(&s, all->error, n, CX_F64)));
    return importances(self, all, n);
}

cx_status cx__ada_fit(cx_estimator *self, const cx_data *d, const cx_array *weight,
                      const char *otherwise, cx__ada_boost *boost)
{
    const int64_t n = cx_param_i64(self, "n_estimators");
    cx_estimator *inner = NULL;
    cx_array *now = NULL;
    const cx_array *zero = NULL;
    rounds all = {.weight = cx__calloc((size_t)n * 2, sizeof *all.weight)};
    all.error = all.weight + n;
    cx_status st = all.weight ? CX_OK : cx__fail_nomem("fit", "rounds", (size_t)n * 16);
    for (int64_t i = 0; st == CX_OK && i < n; i++) all.error[i] = 1;
    if (st == CX_OK) st = cx__member_new(self, otherwise, &inner);
    if (st == CX_OK && cx_estimator_kind_of(inner) != self->cls->kind)
        st = cx__fail(CX_E_ARGUMENT, "fit", "%s: estimator (%s) is no %s", self->cls->name,
                      inner->cls->name,
                      self->cls->kind == CX_CLASSIFIER ? "classifier" : "regressor");
    if (st == CX_OK && self->cls->kind == CX_CLASSIFIER && !cx__takes_weights(inner))
        st = cx__fail(CX_E_ARGUMENT, "fit", "%s: estimator (%s) takes no sample_weight",
                      self->cls->name, inner->cls->name);
    if (st == CX_OK) st = first_weights(self, d, weight, &now, &zero);
    if (st == CX_OK) st = all_rounds(self, d, inner, zero, boost, &all, &now);
    if (st == CX_OK) st = store(self, &all, n);
    cx_release(now);
    cx__release(inner);
    cx__free(all.weight);
    return st;
}

/* ---- use */
cx_status cx__ada_weights(const char *where, const cx_estimator *self, const double **out)
{
    const cx_array *const w = cx_self(self, CX__ADA_WEIGHTS);
    const int64_t n = cx_size(w);
    cx__site s;
    CX__TRY(cx__site_of(where, w, &s));
    double *const v = cx__scope_room((size_t)n * sizeof *v);
    if (!v) return cx__last_status();
    *out = v;
    return cx__read_all(&s, cx__f64(&s, w), v);
}

cx_status cx__ada_check(const cx_estimator *self, const char *otherwise)
{
    CX__TRY(cx__members_check(self, otherwise, cx_self_features(self)));
    if (self->state->children <= cx_size(cx_self(self, CX__ADA_WEIGHTS))) return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load", "a %s has more members than weights",
                    self->cls->name);
}
