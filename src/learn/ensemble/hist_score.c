/* Scores of early stopping, from the raw predictions that the fit has at hand. */
#include "base/alloc.h"
#include "base/object.h"
#include "learn/ensemble/hist.h"
#include "learn/model_selection/model_selection.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/metrics.h>
#include <calx/ops.h>
#include <math.h>
#include <string.h>

/* What a scorer asks for, from raw [n, K]. */
static const cx_array *answer_of(const cx_estimator *self, const cx_scorer *s,
                                 const cx_array *classes, const cx_array *raw)
{
    const bool one = cx_dim(raw, 1) == 1;
    if (classes == NULL) return cx__hist_mean_of(self, raw);
    if (s->needs == CX_SCORER_PREDICTION) return cx_take(classes, cx__hist_code_of(raw), 0);
    if (s->needs == CX_SCORER_RANKING) return one ? cx_select(raw, 1, 0) : raw;
    return cx__hist_proba_of(raw);
}

static cx_array *rows_of(const double *v, int64_t n, const int64_t *pick, int64_t picked)
{
    const int64_t count = pick != NULL ? picked : n;
    cx_array *const a = cx_empty(CX_SHAPE(count), CX_F64, CX_CPU);
    double *const to = cx__at(a);
    for (int64_t i = 0; to != NULL && i < count; i++) to[i] = v[pick != NULL ? pick[i] : i];
    return a;
}

static cx_status by_scorer(const cx_estimator *self, const cx_scorer *s, const cx_array *classes,
                           int64_t outputs, const cx__hist_part *p, const int64_t *pick,
                           int64_t picked, double *out)
{
    const int64_t count = pick != NULL ? picked : p->n;
    cx_array *const raw = cx_empty(CX_SHAPE(count, outputs), CX_F64, CX_CPU);
    double *const to = cx__at(raw);
    for (int64_t i = 0; to != NULL && i < count; i++)
        for (int64_t k = 0; k < outputs; k++)
            to[i * outputs + k] = p->raw[k * p->n + (pick != NULL ? pick[i] : i)];
    const cx_array *y = rows_of(p->y, p->n, pick, picked);
    if (classes != NULL) y = cx_take(classes, cx_astype(y, CX_I64), 0);
    cx_metric_opts o = s->opts;
    o.struct_size = sizeof o;
    o.sample_weight = p->weight != NULL ? rows_of(p->weight, p->n, pick, picked) : NULL;
    if (s->known_classes && classes != NULL) o.labels = classes;
    CX__TRY(cx__so_far());
    const double v = s->metric(y, answer_of(self, s, classes, raw), &o);
    *out = s->loss ? -v : v;
    return cx__so_far();
}

cx_status cx__hist_score(const cx_estimator *self, const cx__loss *l, const cx_array *classes,
                         const cx__hist_part *p, const int64_t *pick, int64_t picked, double *out)
{
    const bool none = cx_param_is_none(self, "scoring");
    const char *name = none ? classes != NULL ? "accuracy" : "r2" : cx_param_str(self, "scoring");
    if (strcmp(name, "loss") == 0) {
        CX__TRY(cx__loss_mean(l, p->n, p->y, p->weight, p->raw, out));
        *out = -*out;
        return CX_OK;
    }
    const cx_scorer *const s = cx__scorer_find("fit", name, strlen(name));
    if (s == NULL) return cx__so_far();
    const cx_scope inner = cx_scope_open();
    cx_check(by_scorer(self, s, classes, l->outputs, p, pick, picked, out));
    return cx_scope_close(inner);
}

/* Rows of each class in their order: where class c begins is start[c]. */
static void by_class(const double *codes, int64_t n, int64_t classes, int64_t *start, int64_t *row)
{
    for (int64_t i = 0; i < n; i++) start[(int64_t)codes[i] + 1]++;
    for (int64_t c = 0; c < classes; c++) start[c + 1] += start[c];
    for (int64_t i = 0; i < n; i++) row[start[(int64_t)codes[i]]++] = i;
    for (int64_t c = classes; c > 0; c--) start[c] = start[c - 1];
    start[0] = 0;
}

static cx_status stratified(cx_generator *g, const double *codes, int64_t classes, int64_t n,
                            int64_t *out)
{
    int64_t *const start = cx__scope_room((size_t)(classes * 4 + 2) * sizeof *start),
                   *const row = cx__scope_room((size_t)n * sizeof *row);
    double *const room = cx__scope_room((size_t)classes * 2 * sizeof *room);
    if (start == NULL || row == NULL || room == NULL) return CX_E_NOMEM;
    int64_t *const count = start + classes + 1, *const take = count + classes,
                   *const pick = take + classes;
    by_class(codes, n, classes, start, row);
    for (int64_t c = 0; c < classes; c++) count[c] = start[c + 1] - start[c];
    CX__TRY(cx__approximate_mode(g, count, classes, CX__HIST_SMALL, take, room, pick));
    for (int64_t c = 0, at = 0; c < classes; c++) {
        CX__TRY(cx__shuffle_rows(g, row + start[c], count[c]));
        for (int64_t i = 0; i < take[c]; i++) out[at++] = row[start[c] + i];
    }
    return CX_OK;
}

cx_status cx__hist_small(int64_t seed, const double *codes, int64_t classes, int64_t n,
                         const int64_t **out, int64_t *count)
{
    *out = NULL;
    *count = n;
    if (n <= CX__HIST_SMALL) return CX_OK;
    cx_generator *const g = cx_random_state(CX_SEED(seed), CX_CPU);
    int64_t *const row = cx__scope_room((size_t)n * sizeof *row);
    if (row == NULL) return CX_E_NOMEM;
    *out = row;
    *count = CX__HIST_SMALL;
    CX__TRY(cx__so_far());
    if (classes > 0) return stratified(g, codes, classes, n, row);
    for (int64_t i = 0; i < n; i++) row[i] = i;
    return cx__shuffle_rows(g, row, n);
}
