/* Serving plans: which row kernel a class has for a method, and the memory that lives as long as
 * the plan.
 *
 * One idea: blocks of a plan form a list, so that a pipeline's plan takes over those of its
 * steps. */
#include "learn/base/plan.h"
#include "base/alloc.h"
#include "learn/numeric/rows.h"
#include <string.h>

typedef struct block {
    struct block *next;
    cx_array *kept;                     /* a parameter; the block holds nothing else */
    char pad_[64 - 2 * sizeof(void *)]; /* what follows is aligned to 64 bytes */
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
    b->kept = NULL;
    b->next = owner_of(p)->blocks;
    owner_of(p)->blocks = b;
    return b + 1;
}

void cx__plan_free(cx__ready *r)
{
    for (block *b = r->owner.blocks; b;) {
        block *const next = b->next;
        cx_release(b->kept);
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

/* Fitted arrays never change, so a plan that lasts keeps large ones as they are, a mapped file's
 * too; small ones it copies, to have what a row needs in one place. */
enum { COPIED = 1 << 16 };

cx_status cx__plan_scratch(cx_plan *p, int64_t count, double **out)
{
    const cx__plan_owner *const owner = p->memory_;
    if (!owner->keep)
        return cx__fail(CX_E_INTERNAL, owner->site.where,
                        "a kernel with memory of its own in a batch, where blocks run in parallel");
    *out = cx_plan_alloc(p, (size_t)count * sizeof **out);
    return *out != NULL ? CX_OK : CX_E_NOMEM;
}

cx_status cx__plan_uses(cx_plan *p, const cx_array *a)
{
    cx__plan_owner *const owner = owner_of(p);
    if (owner->used == (int)(sizeof owner->parameter / sizeof *owner->parameter))
        return cx__fail(CX_E_INTERNAL, owner->site.where, "a plan of too many parameters");
    owner->parameter[owner->used++] = a;
    return CX_OK;
}

static cx_status parameter(cx_plan *p, const cx_array *a, const void **out)
{
    const void *const at = cx__at(a);
    CX__TRY(cx_status_of(a));
    cx__plan_owner *const owner = owner_of(p);
    *out = at;
    if (!owner->keep) return cx__plan_uses(p, a);
    void *const own = cx_plan_alloc(p, cx_nbytes(a) <= COPIED ? cx_nbytes(a) : 0);
    if (!own) return CX_E_NOMEM;
    if (cx_nbytes(a) > COPIED) {
        ((block *)own - 1)->kept = cx_retain(a);
        return CX_OK;
    }
    if (cx_nbytes(a)) memcpy(own, at, cx_nbytes(a));
    *out = own;
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

/* ---- text between steps */
cx_status cx__plan_words(cx_plan *p, int64_t i, const cx_array *words)
{
    cx__plan_owner *const owner = owner_of(p);
    if (!owner->words)
        owner->words = cx_plan_alloc(p, (size_t)p->cols_out * sizeof *owner->words + 1);
    if (!owner->words) return CX_E_NOMEM;
    owner->words[i] = words;
    return cx_status_of(words);
}

static cx_status recode_column(cx_plan *p, const cx_array *from, const cx_array *to,
                               struct cx__recoded *out)
{
    const int64_t n = cx_category_count(from);
    double *const code = cx_plan_alloc(p, (size_t)n * sizeof *code + 1);
    if (!code) return CX_E_NOMEM;
    int64_t *const place = cx__scope_room((size_t)n * sizeof *place);
    const char *const *const old = cx__words_of(from), *const *const new = cx__words_of(to);
    CX__TRY(cx__so_far());
    CX__TRY(cx__words_match(n, old, cx_category_count(to), new, place));
    for (int64_t i = 0; i < n; i++) code[i] = (double)place[i];
    *out = (struct cx__recoded){.count = n, .to = code};
    return CX_OK;
}

cx_status cx__recoding_plan(cx_plan *p, const cx_plan *from, const cx_estimator *next,
                            cx__recoding *out)
{
    const cx__schema *const s = next->state ? next->state->schema : NULL;
    const int64_t n = from->cols_out;
    *out = (cx__recoding){0};
    if (!s || (s->dtypes && s->n != n))
        return cx__fail(CX_E_UNSUPPORTED, "session_new", "%s was fitted on other columns",
                        next->cls->name);
    for (int64_t i = 0; i < n; i++) {
        const cx_array *const words = cx__plan_words_of(from, i), *const own =
                                                                      s->categories
                                                                          ? s->categories[i]
                                                                          : NULL;
        if ((words != NULL) != (own != NULL))
            return cx__fail(CX_E_UNSUPPORTED, "session_new",
                            "what is text in column %lld is not known to %s", (long long)i,
                            next->cls->name);
        if (!words) continue;
        if (!out->at) out->at = cx_plan_alloc(p, (size_t)n * sizeof *out->at);
        if (!out->at) return CX_E_NOMEM;
        out->cols = n;
        CX__TRY(recode_column(p, words, own, &out->at[i]));
    }
    return CX_OK;
}

void cx__recode(const cx__recoding *r, double *x, int64_t rows)
{
    for (int64_t i = 0; i < rows; i++, x += r->cols)
        for (int64_t j = 0; j < r->cols; j++)
            if (r->at[j].to && x[j] >= 0 && x[j] < (double)r->at[j].count)
                x[j] = r->at[j].to[(int64_t)x[j]];
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
    if (method == CX_PREDICT) return cx__label_columns(m);
    const int classes = cx__class_slot(m->cls, "classes_");
    if (method != CX_PREDICT_PROBA || classes < 0 || !m->state->slot[classes]) return 1;
    return cx_size(m->state->slot[classes]);
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
    const cx__schema *const seen = m->state->schema;
    if (seen && seen->n != cols_in) /* a file may say so of a nested one */
        return cx__fail(CX_E_SHAPE, where, "%lld columns for a %s that was fitted with %lld",
                        (long long)cols_in, m->cls->name, (long long)seen->n);
    out->owner.keep = keep;
    out->owner.rows = max_rows;
    out->plan = (cx_plan){.method = method,
                          .max_rows = max_rows > CX_ROW_BLOCK && !keep && d.kind == CX_DEVICE_CPU
                                          ? CX_ROW_BLOCK
                                          : max_rows,
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

cx_status cx__plan_batch(const char *where, const cx_estimator *m, cx_method method, int64_t rows,
                         int64_t cols_in, cx_device d, cx__ready *out)
{
    return make(where, m, method, d, false, rows, cols_in, out);
}
