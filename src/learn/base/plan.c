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

void *cx_plan_alloc(cx_plan *p, size_t bytes)
{
    if (!p || bytes > SIZE_MAX - sizeof(block)) return NULL;
    block *const b = cx__alloc(sizeof *b + bytes);
    if (!b) {
        (void)cx__fail_nomem("session_new", "a serving plan", bytes);
        return NULL;
    }
    memset(b + 1, 0, bytes);
    b->next = p->memory_;
    p->memory_ = b;
    return b + 1;
}

void cx__plan_free(cx__ready *r)
{
    for (block *b = r->plan.memory_; b;) {
        block *const next = b->next;
        cx__free(b);
        b = next;
    }
    memset(r, 0, sizeof *r);
}

void cx__plan_adopt(cx_plan *outer, cx__ready *inner)
{
    block *last = inner->plan.memory_;
    if (!last) return;
    while (last->next) last = last->next;
    last->next = outer->memory_;
    outer->memory_ = inner->plan.memory_;
    inner->plan.memory_ = NULL;
}

bool cx__takes_nan(const cx_estimator *m)
{
    while (m->cls->call && m->state && m->state->children) m = m->state->child[0];
    return (m->cls->flags & CX_CLASS_ALLOW_NAN) != 0;
}

static cx_row_kernel *kernel(const cx_estimator_class *c, cx_method method)
{
    switch (method) {
    case CX_PREDICT: return c->predict_into;
    case CX_PREDICT_PROBA: return c->predict_proba_into;
    case CX_DECISION_FUNCTION: return c->decision_into;
    case CX_TRANSFORM: return c->transform_into;
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

static const char *const method_names[] = {"predict",   "predict_proba",     "decision_function",
                                           "transform", "predict_log_proba", "inverse_transform"};

cx_status cx__plan_make(const char *where, const cx_estimator *m, cx_method method,
                        int64_t max_rows, int64_t cols_in, cx__ready *out)
{
    memset(out, 0, sizeof *out);
    if (method < CX_PREDICT || method > CX_INVERSE_TRANSFORM)
        return cx__fail(CX_E_ARGUMENT, where, "method %d is none", (int)method);
    if (!m->state) return cx__fail(CX_E_NOT_FITTED, where, "this %s is not fitted", m->cls->name);
    if (!cx_estimator_has(m, method))
        return cx__fail(CX_E_UNSUPPORTED, where, "%s has no %s", m->cls->name,
                        method_names[method]);
    out->run = kernel(m->cls, method);
    if (!out->run)
        return cx__fail(CX_E_UNSUPPORTED, where, "%s has no row kernel for %s, so it cannot serve",
                        m->cls->name, method_names[method]);
    for (int i = 0; i < m->state->slots; i++)
        if (m->state->slot[i] && cx_device_of(m->state->slot[i]).kind != CX_DEVICE_CPU)
            return cx__fail(
                CX_E_DEVICE, where,
                "this %s lives on a device; sessions run on the CPU: use cx_estimator_to",
                m->cls->name);
    out->plan = (cx_plan){.method = method,
                          .max_rows = max_rows,
                          .cols_in = cols_in,
                          .cols_out = usual_columns(m, method, cols_in)};
    const cx_status st = m->cls->plan ? m->cls->plan(m, &out->plan) : CX_OK;
    if (st == CX_OK && out->plan.cols_out >= 1) return CX_OK;
    cx__plan_free(out);
    return st != CX_OK ? st
                       : cx__fail(CX_E_INTERNAL, where, "%s plans no output columns", m->cls->name);
}
