/* Serving plans: which row kernel a class has for a method, and the memory that lives as long as
 * the plan.
 *
 * One idea: blocks of a plan form a list, so that a pipeline's plan takes over those of its
 * steps. */
#include "learn/base/plan.h"
#include "base/alloc.h"
#include <string.h>

typedef struct block {
    struct block *next;
    char pad_[64 - sizeof(struct block *)]; /* what follows is aligned to 64 bytes */
} block;

static cx__plan_owner *owner_of(const cx_plan *p)
{
    return p->memory_;
}

void *cx_plan_alloc(cx_plan *p, size_t bytes)
{
    if (!p || bytes > SIZE_MAX - sizeof(block)) return NULL;
    block *const b = cx__alloc(sizeof *b + bytes);
    if (!b) {
        (void)cx__fail_nomem("session_new", "a serving plan", bytes);
        return NULL;
    }
    memset(b + 1, 0, bytes);
    b->next = owner_of(p)->blocks;
    owner_of(p)->blocks = b;
    return b + 1;
}

void cx__plan_free(cx__ready *r)
{
    for (block *b = r->owner.blocks; b;) {
        block *const next = b->next;
        cx__free(b);
        b = next;
    }
    memset(r, 0, sizeof *r);
}

void cx__plan_adopt(cx_plan *outer, cx__ready *inner)
{
    block *last = inner->owner.blocks;
    if (!last) return;
    while (last->next) last = last->next;
    last->next = owner_of(outer)->blocks;
    owner_of(outer)->blocks = inner->owner.blocks;
    inner->owner.blocks = NULL;
}

static cx_status parameter(cx_plan *p, const cx_array *a, const void **out)
{
    const void *const at = cx__at(a);
    CX__TRY(cx_status_of(a));
    cx__plan_owner *const owner = owner_of(p);
    *out = at;
    if (!owner->keep) {
        if (owner->used == (int)(sizeof owner->parameter / sizeof *owner->parameter))
            return cx__fail(CX_E_INTERNAL, owner->site.where, "a plan of too many parameters");
        owner->parameter[owner->used++] = a;
        return CX_OK;
    }
    void *const copy = cx_plan_alloc(p, cx_nbytes(a));
    if (!copy) return CX_E_NOMEM;
    if (cx_nbytes(a)) memcpy(copy, at, cx_nbytes(a));
    *out = copy;
    return CX_OK;
}

cx_status cx__plan_f64(cx_plan *p, const cx_array *a, const double **out)
{
    const void *at = NULL;
    CX__TRY(parameter(p, cx__f64(cx__plan_site(p), a), &at));
    *out = at;
    return CX_OK;
}

cx_status cx__plan_i64(cx_plan *p, const cx_array *a, const int64_t **out)
{
    const void *at = NULL;
    CX__TRY(parameter(p, cx__i64(cx__plan_site(p), a), &at));
    *out = at;
    return CX_OK;
}

bool cx__takes_nan(const cx_estimator *m)
{
    while (!(m->cls->flags & CX_CLASS_ALLOW_NAN) && m->cls->call && m->state && m->state->children)
        m = m->state->child[0];
    return (m->cls->flags & CX_CLASS_ALLOW_NAN) != 0;
}

static cx_row_kernel *kernel(const cx_estimator_class *c, cx_method method)
{
    switch (method) {
    case CX_PREDICT: return c->predict_into;
    case CX_PREDICT_PROBA: return c->predict_proba_into;
    case CX_DECISION_FUNCTION: return c->decision_into;
    case CX_TRANSFORM: return c->transform_into;
    case CX_METHOD_SCORE_SAMPLES: return c->score_samples_into;
    default: return NULL;
    }
}

static int64_t usual_columns(const cx_estimator *m, cx_method method, int64_t cols_in)
{
    if (method == CX_TRANSFORM) return cols_in;
    if (method != CX_PREDICT_PROBA) return 1;
    const int n = cx__class_attrs(m->cls);
    for (int i = 0; i < n; i++) {
        size_t len = 0;
        const char *const name = cx__class_attr(m->cls, i, &len);
        if (len == 8 && memcmp(name, "classes_", 8) == 0 && m->state->slot[i])
            return cx_size(m->state->slot[i]);
    }
    return 1;
}

static cx_status make(const char *where, const cx_estimator *m, cx_method method, cx_device d,
                      bool keep, int64_t max_rows, int64_t cols_in, cx__ready *out)
{
    memset(out, 0, sizeof *out);
    if (method < CX_PREDICT || method > CX_METHOD_SCORE_SAMPLES)
        return cx__fail(CX_E_ARGUMENT, where, "method %d is none", (int)method);
    if (!m->state) return cx__fail(CX_E_NOT_FITTED, where, "this %s is not fitted", m->cls->name);
    if (!cx_estimator_has(m, method))
        return cx__fail(CX_E_UNSUPPORTED, where, "%s has no %s", m->cls->name,
                        cx__method_name(method));
    out->run = kernel(m->cls, method);
    if (!out->run)
        return cx__fail(CX_E_UNSUPPORTED, where, "%s has no row kernel for %s, so it cannot serve",
                        m->cls->name, cx__method_name(method));
    if (keep && m->state->device.kind != CX_DEVICE_CPU)
        return cx__fail(CX_E_DEVICE, where,
                        "this %s lives on a device; sessions run on the CPU: use cx_estimator_to",
                        m->cls->name);
    out->owner.keep = keep;
    out->plan = (cx_plan){.method = method,
                          .max_rows = max_rows,
                          .cols_in = cols_in,
                          .cols_out = usual_columns(m, method, cols_in),
                          .memory_ = &out->owner};
    cx_status st = cx__site_at(where, d, &out->owner.site);
    if (st == CX_OK && m->cls->plan) st = m->cls->plan(m, &out->plan);
    if (st == CX_OK && out->plan.cols_out >= 0) return CX_OK;
    cx__plan_free(out);
    return st != CX_OK ? st
                       : cx__fail(CX_E_INTERNAL, where, "%s plans no output columns", m->cls->name);
}

cx_status cx__plan_make(const char *where, const cx_estimator *m, cx_method method,
                        int64_t max_rows, int64_t cols_in, cx__ready *out)
{
    return make(where, m, method, CX_CPU, true, max_rows, cols_in, out);
}

cx_status cx__plan_batch(const char *where, const cx_estimator *m, cx_method method,
                         int64_t max_rows, int64_t cols_in, cx_device d, cx__ready *out)
{
    return make(where, m, method, d, false, max_rows, cols_in, out);
}
