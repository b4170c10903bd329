/* Stacking in sessions: members' columns and the features in one buffer, which the last estimator
 * gets. */
#include "learn/ensemble/stacking.h"

typedef struct served {
    cx__crew crew;
    bool *second, *pairs;   /* [members]: only the second column, or of each pair the second */
    int64_t cols, features; /* of what the last one learns from; 0: no passthrough */
    double *meta;
    cx__ready last;
} served;

static cx_status plan_last(const cx_estimator *self, cx_plan *p, served *s)
{
    s->features = cx_param_bool(self, "passthrough") ? p->cols_in : 0;
    s->cols += s->features;
    if (p->method == CX_TRANSFORM) {
        p->cols_out = s->cols;
        return CX_OK;
    }
    s->meta = cx__crew_room(p, s->cols);
    if (!s->meta) return CX_E_NOMEM;
    CX__TRY(cx__plan_make("session_new", cx__stack_last(self), p->method, p->max_rows, s->cols,
                          &s->last));
    cx__plan_adopt(p, &s->last);
    p->cols_out = s->last.plan.cols_out;
    return CX_OK;
}

cx_status cx__stack_plan(const cx_estimator *self, cx_plan *p)
{
    const int n = self->state->children - 1;
    served *const s = cx_plan_alloc(p, sizeof *s);
    cx_method *method = NULL;
    if (!s) return CX_E_NOMEM;
    p->state = s;
    CX__TRY(cx__stack_methods("session_new", self, &method));
    CX__TRY(cx__crew_plan(self, n, method, NULL, 0, p, &s->crew));
    s->second = cx_plan_alloc(p, 2 * (size_t)n);
    if (!s->second) return CX_E_NOMEM;
    s->pairs = s->second + n;
    const bool classifier = self->cls->kind == CX_CLASSIFIER;
    const bool many = classifier && cx_self_has(self, CX__STACK_OFFSETS);
    const int64_t c = classifier ? cx_size(cx_self(self, CX__STACK_CLASSES)) : 0;
    for (int i = 0; i < n; i++) {
        const int64_t own = cx__crew_cols(&s->crew, i);
        const bool proba = classifier && method[i] == CX_PREDICT_PROBA;
        if (s->crew.code[i] && !many)
            return cx__fail(CX_E_UNSUPPORTED, "session_new", "%s: '%s' saw other classes",
                            self->cls->name, self->state->child_name[i]);
        s->second[i] = proba && !many && c == 2 && own == 2;
        s->pairs[i] =
            proba && many && own == c && cx_has_attr(self->state->child[i], "class_offsets_");
        s->cols += s->second[i] ? 1 : s->pairs[i] ? own / 2 : own;
    }
    return plan_last(self, p, s);
}

/* Members' columns, then the features, [rows, cols]. */
static cx_status meta_into(const cx_plan *p, const double *x, int64_t rows, double *meta)
{
    const served *const s = p->state;
    int64_t at = 0;
    for (int64_t i = 0; i < s->crew.count; i++) {
        CX__TRY(cx__crew_run(p, &s->crew, i, x, rows));
        const int64_t own = cx__crew_cols(&s->crew, i), step = s->pairs[i] ? 2 : 1,
                      first = s->second[i] || s->pairs[i] ? 1 : 0;
        int64_t width = 0;
        for (int64_t j = first; j < own; j += step, width++)
            for (int64_t k = 0; k < rows; k++)
                meta[k * s->cols + at + width] = s->crew.out[k * own + j];
        at += width;
    }
    for (int64_t k = 0; k < rows; k++)
        for (int64_t j = 0; j < s->features; j++)
            meta[k * s->cols + at + j] = x[k * p->cols_in + j];
    return CX_OK;
}

cx_status cx__stack_transform_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    return meta_into(p, x, rows, out);
}

cx_status cx__stack_final_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const served *const s = p->state;
    CX__TRY(meta_into(p, x, rows, s->meta));
    return s->last.run(&s->last.plan, s->meta, rows, out);
}
