/* The estimators that are tested alike, and their data: iris, because its columns are positive, of
 * one size, and its classes nearly separable. */
#include "subjects.h"
#include "device.h"
#include "learn_golden.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <string.h>

const subject subjects[] = {
#define SUBJECT(spec, y, weighted, flags) {spec, y, weighted, flags},
#include "subjects.def"
#undef SUBJECT
    {.spec = NULL}};

/* Two or three columns of labels. */
static const cx_array *columns_of(const cx_array *x, const cx_array *y, subject_y t)
{
    const cx_array *const code = cx_astype(y, CX_I32);
    const cx_array *const large = cx_astype(cx_greater(cx_select(x, 1, 0), cx_float(5.8)), CX_I32);
    if (t == INDICATOR)
        return cx_stack(CX_ARRAYS(cx_astype(cx_equal(y, cx_float(1)), CX_I64),
                                  cx_astype(large, CX_I64),
                                  cx_astype(cx_not_equal(y, cx_float(0)), CX_I64)),
                        1);
    if (t == LABEL_COLUMNS)
        return cx_stack(CX_ARRAYS(code, cx_sub(cx_int(4), cx_mul(large, cx_int(7)))), 1);
    return cx_categories_new(
        cx_stack(CX_ARRAYS(code, cx_sub(cx_int(3), cx_mul(large, cx_int(2)))), 1), 4,
        (const char *const[]){"setosa", "virginica", "a third", "small"});
}

static const cx_array *target_of(const cx_array *x, const cx_array *y, subject_y t)
{
    if (t == NOTHING) return NULL;
    if (t == LABEL_COLUMNS || t == TEXT_COLUMNS || t == INDICATOR) return columns_of(x, y, t);
    if (t == CLASSES) return cx_astype(y, CX_I32);
    if (t == TWO_CLASSES) return cx_astype(cx_equal(y, cx_float(1)), CX_I64);
    if (t == TEXT)
        return cx_categories_new(cx_astype(y, CX_I32), 4,
                                 (const char *const[]){"setosa", "virginica", "a third", "none"});
    const cx_array *const sum = cx_add(cx_sum(x, CX_AXIS(1)), y);
    return t == NUMBERS ? cx_copy(sum) : cx_stack(CX_ARRAYS(sum, cx_select(x, 1, 2)), 1);
}

subject_rows subject_data(const subject *s, bool f32)
{
    const data_set d = read_data("iris");
    const cx_array *const order =
        cx_remainder(cx_mul(cx_arange_i64(0, 60, 1, CX_I64, CX_CPU), cx_int(67)), cx_int(150));
    const cx_array *const x = cx_take(d.x, order, 0), *const y = cx_take(d.y, order, 0);
    subject_rows r = {.x = f32 ? cx_astype(x, CX_F32) : x, .y = target_of(x, y, s->y)};
    if (s->weighted)
        r.weight =
            cx_add(cx_remainder(cx_arange(0, 60, 1, CX_F64, CX_CPU), cx_float(3)), cx_float(0.5));
    return r;
}

subject_rows subject_here(const subject_rows *r)
{
    return (subject_rows){test_here(r->x), r->y ? test_here(r->y) : NULL,
                          r->weight ? test_here(r->weight) : NULL};
}

cx_status subject_fit(cx_estimator *m, const subject_rows *r)
{
    return cx_fit_data(m, CX_DATA(.x = r->x, .y = r->y, .sample_weight = r->weight));
}

const cx_method subject_methods[SUBJECT_METHODS] = {CX_PREDICT,           CX_PREDICT_PROBA,
                                                    CX_PREDICT_LOG_PROBA, CX_DECISION_FUNCTION,
                                                    CX_TRANSFORM,         CX_METHOD_SCORE_SAMPLES};

const char *subject_method(cx_method method)
{
    switch (method) {
    case CX_PREDICT: return "predict";
    case CX_PREDICT_PROBA: return "predict_proba";
    case CX_PREDICT_LOG_PROBA: return "predict_log_proba";
    case CX_DECISION_FUNCTION: return "decision_function";
    case CX_TRANSFORM: return "transform";
    case CX_METHOD_SCORE_SAMPLES: return "score_samples";
    default: return "inverse_transform";
    }
}

cx_array *subject_ask(const cx_estimator *m, cx_method method, const cx_array *x)
{
    switch (method) {
    case CX_PREDICT: return cx_predict(m, x);
    case CX_PREDICT_PROBA: return cx_predict_proba(m, x);
    case CX_PREDICT_LOG_PROBA: return cx_predict_log_proba(m, x);
    case CX_DECISION_FUNCTION: return cx_decision_function(m, x);
    case CX_METHOD_SCORE_SAMPLES: return cx_score_samples(m, x);
    default: return cx_transform(m, x);
    }
}

/* Another row of the class before? A short walk has one row a class. */
static bool same_class(const subject *s)
{
    const size_t n = strcspn(s->spec, "(");
    return s > subjects && strncmp(s->spec, s[-1].spec, n + 1) == 0;
}

void each_subject(void (*check)(const subject *s))
{
    for (const subject *s = subjects; s->spec; s++) {
        if ((s->flags & SUBJECT_HOST) && !test_on_cpu()) continue;
        /* what a device fits its own way has tests of its own */
        if (test_brief() && (same_class(s) || (s->flags & SUBJECT_OWN))) continue;
        const cx_scope scope = cx_scope_open();
        check(s);
        cr_expect(cx_scope_close(scope) == CX_OK, "%s: %s", s->spec, cx_error_message());
    }
}
