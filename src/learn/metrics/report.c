/* The report of a classification: one table, as text or as numbers. */
#include "learn/metrics/labels.h"

#include "base/alloc.h"
#include "base/object.h"
#include "base/text.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/ops.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { AVERAGES = 4, COLUMNS = 4 };

typedef struct report {
    cx__counts c;
    bool weighted;
    int64_t labels, rows; /* rows: labels and averages */
    int digits;
    const char **name; /* [rows] */
    double *value;     /* [rows, COLUMNS] */
    int64_t accuracy;  /* the row of accuracy, -1 */
} report;

static cx_status name_labels(const char *where, const cx_report_opts *o, report *r)
{
    const cx__pair *p = &r->c.p;
    if (o->target_names.count > 0) {
        if (o->target_names.count != r->labels)
            return cx__fail(CX_E_ARGUMENT, where, "%d target_names for %lld labels",
                            o->target_names.count, (long long)r->labels);
        for (int64_t a = 0; a < r->labels; a++) r->name[a] = o->target_names.at[a];
        return CX_OK;
    }
    const cx_array *classes = cx__to_host(&p->site, p->class_values);
    CX__TRY(cx__so_far());
    const cx_dtype t = cx_dtype_of(classes);
    const char kind = cx_dtype_kind(t);
    const double *number =
        t == CX_CAT ? NULL : cx_data_f64(cx_ascontiguous(cx_astype(classes, CX_F64)));
    CX__TRY(cx__so_far());
    for (int64_t a = 0; a < r->labels; a++) {
        cx__text text = {0};
        const int64_t k = p->label[a];
        if (number == NULL)
            cx__text_puts(&text, cx_label(classes, k));
        else if (kind == 'b')
            cx__text_puts(&text, number[k] != 0 ? "True" : "False");
        else if (kind == 'f')
            cx__text_f64(&text, number[k]);
        else
            cx__text_f(&text, "%lld", (long long)number[k]);
        r->name[a] = cx__scope_text(where, CX_OK, &text);
    }
    return cx__so_far();
}

/* Do the labels asked for hold all that occur? */
static bool complete(const report *r)
{
    const cx__pair *p = &r->c.p;
    for (int64_t k = 0; k < p->classes; k++) {
        bool asked = r->c.truth[k] == 0 && r->c.pred[k] == 0;
        for (int64_t a = 0; a < p->count && !asked; a++) asked = p->label[a] == k;
        if (!asked) return false;
    }
    return true;
}

static cx_status fill(cx__ask *q, report *r)
{
    static const struct {
        cx_score_average average;
        const char *name;
    } averages[AVERAGES] = {{CX_SCORE_MICRO, "micro avg"},
                            {CX_SCORE_MACRO, "macro avg"},
                            {CX_SCORE_WEIGHTED, "weighted avg"},
                            {CX_SCORE_SAMPLES, "samples avg"}};
    static const int member[3] = {CX__PRECISION, CX__RECALL, CX__F1};
    double *each, support = 0;
    CX__TRY(cx__metric_room(r->labels, &each));
    for (int64_t a = 0; a < r->labels; a++) {
        r->value[a * COLUMNS + 3] = r->c.truth[r->c.p.label[a]];
        support += r->c.truth[r->c.p.label[a]];
    }
    for (int i = 0; i < 3; i++) {
        q->which = member[i];
        CX__TRY(cx__prf_each(q, &r->c, each));
        for (int64_t a = 0; a < r->labels; a++) r->value[a * COLUMNS + i] = each[a];
        for (int64_t a = 0; a < r->rows - r->labels; a++) {
            const int64_t row = r->labels + a;
            q->o.average = averages[a].average;
            r->name[row] = row == r->accuracy ? "accuracy" : averages[a].name;
            r->value[row * COLUMNS + 3] = support;
            CX__TRY(cx__prf_mean(q, &r->c, &r->value[row * COLUMNS + i]));
        }
    }
    return CX_OK;
}

static cx_status make(const char *where, const cx_array *y_true, const cx_array *y_pred,
                      const cx_metric_opts *o, const cx_report_opts *given, report *r)
{
    cx__ask q;
    cx_report_opts how;
    CX__TRY(cx__metric_ask(where, 0, y_true, y_pred, o, &q));
    CX__TRY(CX__OPTIONS(where, given, &how));
    CX__TRY(cx__count_hits(&q, &r->c));
    r->weighted = q.o.sample_weight != NULL;
    r->labels = r->c.p.count;
    r->rows = r->labels + (r->c.p.many ? 4 : 3);
    r->digits = how.digits.set ? (int)how.digits.value : 2;
    if (r->digits < 0 || r->digits > 17)
        return cx__fail(CX_E_ARGUMENT, where, "digits is %d, it must be 0 to 17", r->digits);
    r->accuracy = !r->c.p.many && complete(r) ? r->labels : -1;
    r->name = cx__calloc((size_t)r->rows, sizeof *r->name);
    if (r->name == NULL) return cx__fail_nomem(where, "names", (size_t)r->rows * sizeof *r->name);
    CX__TRY(cx__metric_room(r->rows * COLUMNS, &r->value));
    CX__TRY(name_labels(where, &how, r));
    return fill(&q, r);
}

/* ---- text */
static int characters(const char *s)
{
    int n = 0;
    for (; *s != '\0'; s++) n += ((unsigned char)*s & 0xc0) != 0x80;
    return n;
}

static void right(cx__text *t, int width, const char *s)
{
    for (int i = characters(s); i < width; i++) cx__text_put(t, " ", 1);
    cx__text_puts(t, s);
}

static void put_support(cx__text *t, const report *r, double v)
{
    cx__text number = {0};
    if (r->weighted)
        cx__text_f64(&number, v);
    else
        cx__text_f(&number, "%lld", (long long)v);
    cx__text_put(&number, "", 1);
    cx__text_put(t, " ", 1);
    right(t, 9, number.failed ? "" : number.at);
    t->failed |= number.failed;
    cx__text_free(&number);
    cx__text_put(t, "\n", 1);
}

static void write_report(const report *r, cx__text *t)
{
    static const char *const heads[COLUMNS] = {"precision", "recall", "f1-score", "support"};
    int width = r->digits > 12 ? r->digits : 12; /* of "weighted avg" */
    for (int64_t a = 0; a < r->labels; a++)
        width = characters(r->name[a]) > width ? characters(r->name[a]) : width;
    right(t, width, "");
    cx__text_put(t, " ", 1);
    for (int i = 0; i < COLUMNS; i++) {
        cx__text_put(t, " ", 1);
        right(t, 9, heads[i]);
    }
    cx__text_puts(t, "\n\n");
    for (int64_t row = 0; row < r->rows; row++) {
        if (row == r->labels) cx__text_puts(t, "\n");
        right(t, width, r->name[row]);
        cx__text_put(t, " ", 1);
        for (int i = 0; i < 3; i++) {
            char number[64] = "";
            if (row != r->accuracy || i == 2)
                (void)cx__f64_to_fixed(r->value[row * COLUMNS + i], r->digits, number,
                                       sizeof number);
            cx__text_put(t, " ", 1);
            right(t, 9, number);
        }
        put_support(t, r, r->value[row * COLUMNS + 3]);
    }
}

const char *cx_classification_report(const cx_array *y_true, const cx_array *y_pred,
                                     const cx_metric_opts *o, const cx_report_opts *how)
{
    static const char where[] = "classification_report";
    const cx_scope s = cx_scope_open();
    report r = {.name = NULL};
    cx__text text = {0};
    cx_status st = make(where, y_true, y_pred, o, how, &r);
    if (st == CX_OK) write_report(&r, &text);
    cx__free(r.name);
    return cx__scope_text(where, cx_check(cx__give_status(s, st)), &text);
}

/* ---- numbers */
cx_table *cx_classification_report_table(const cx_array *y_true, const cx_array *y_pred,
                                         const cx_metric_opts *o, const cx_report_opts *how)
{
    static const char where[] = "classification_report_table";
    const cx_scope s = cx_scope_open();
    report r = {.name = NULL};
    cx_table *out = NULL;
    cx_status st = make(where, y_true, y_pred, o, how, &r);
    if (st == CX_OK) {
        const cx_array *m = cx_copy_host(r.value, CX_SHAPE(r.rows, COLUMNS), CX_F64),
                       *columns[1 + COLUMNS] = {cx_categories_new(
                           cx_arange_i64(0, r.rows, 1, CX_I32, CX_CPU), (int)r.rows, r.name)};
        for (int i = 0; i < COLUMNS; i++) columns[1 + i] = cx_ascontiguous(cx_select(m, 1, i));
        cx_table *const made =
            cx_table_new(CX_NAMES("name", "precision", "recall", "f1-score", "support"),
                         (cx_arrays){1 + COLUMNS, columns});
        if (cx_ok()) out = cx_table_retain(made);
    }
    cx__free(r.name);
    return cx__yield(cx__give_status(s, st), where, out);
}
