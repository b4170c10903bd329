/* Scores of early stopping, from the raw predictions that the fit has at hand, where they are. */
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

static const cx_array *rows_of(const cx_array *v, const cx_array *pick)
{
    return pick != NULL ? cx_take(v, pick, 0) : v;
}

static cx_status by_scorer(const cx_estimator *self, const cx_scorer *s, const cx_array *classes,
                           const cx__loss_rows *p, const cx_array *pick, double *out)
{
    const cx_array *const raw = cx_ascontiguous(rows_of(cx_transpose(p->raw), pick));
    const cx_array *y = rows_of(p->y, pick);
    if (classes != NULL) y = cx_take(classes, cx_astype(y, CX_I64), 0);
    cx_metric_opts o = s->opts;
    o.struct_size = sizeof o;
    o.sample_weight = p->weight != NULL ? rows_of(p->weight, pick) : NULL;
    if (s->known_classes && classes != NULL) o.labels = classes;
    CX__TRY(cx__so_far());
    const double v = s->metric(y, answer_of(self, s, classes, raw), &o);
    *out = s->loss ? -v : v;
    return cx__so_far();
}

cx_status cx__hist_score(const cx_estimator *self, const cx__site *site, const cx__loss *l,
                         const cx_array *classes, const cx__loss_rows *p, const cx_array *pick,
                         double *out)
{
    const bool none = cx_param_is_none(self, "scoring");
    const char *name = none ? classes != NULL ? "accuracy" : "r2" : cx_param_str(self, "scoring");
    if (strcmp(name, "loss") == 0) {
        CX__TRY(cx__loss_mean_of(site, l, p, out));
        *out = -*out;
        return CX_OK;
    }
    const cx_scorer *const s = cx__scorer_find("fit", name, strlen(name));
    if (s == NULL) return cx__so_far();
    const cx_scope inner = cx_scope_open();
    cx_check(by_scorer(self, s, classes, p, pick, out));
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

cx_status cx__hist_small(const cx__site *s, int64_t seed, const double *codes, int64_t classes,
                         int64_t n, const cx_array **out)
{
    *out = NULL;
    if (n <= CX__HIST_SMALL) return CX_OK;
    cx_generator *const g = cx_random_state(CX_SEED(seed), CX_CPU);
    cx_array *const rows = cx_empty(CX_SHAPE(n), CX_I64, CX_CPU);
    int64_t *const row = cx__at(rows);
    CX__TRY(cx__so_far());
    if (classes > 0) {
        CX__TRY(stratified(g, codes, classes, n, row));
    } else {
        for (int64_t i = 0; i < n; i++) row[i] = i;
        CX__TRY(cx__shuffle_rows(g, row, n));
    }
    *out = cx__send(s, cx_slice(rows, 0, 0, CX__HIST_SMALL, 1));
    return cx__so_far();
}
