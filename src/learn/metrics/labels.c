/* Two label arrays as codes over one set of classes: they are encoded together, so that a label
 * only one of them has is a class too. */
#include "learn/metrics/labels.h"

#include "base/object.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

cx_status cx__metric_ask(const char *where, int which, const cx_array *y_true,
                         const cx_array *y_pred, const cx_metric_opts *o, cx__ask *out)
{
    *out = (cx__ask){.where = where, .which = which, .truth = y_true, .pred = y_pred};
    CX__TRY(CX__OPTIONS(where, o, &out->o));
    CX__NEED(where, "y_true", y_true, CX__KIND_ARRAY);
    CX__NEED(where, "y_pred", y_pred, CX__KIND_ARRAY);
    return CX_OK;
}

double cx__metric_run(const char *where, cx__metric_fn *f, int which, const cx_array *y_true,
                      const cx_array *y_pred, const cx_metric_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx__ask q;
    double v = NAN;
    cx_status st = cx__metric_ask(where, which, y_true, y_pred, o, &q);
    if (st == CX_OK) st = f(&q, &v);
    return cx_check(cx__give_status(s, st)) == CX_OK ? v : (double)NAN;
}

cx_array *cx__metric_each(const char *where, cx__metric_each_fn *f, int which,
                          const cx_array *y_true, const cx_array *y_pred, const cx_metric_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx__ask q;
    cx_array *r = NULL;
    cx_status st = cx__metric_ask(where, which, y_true, y_pred, o, &q);
    if (st == CX_OK) st = f(&q, &r);
    return cx__give(s, st, r);
}

cx_status cx__metric_weight(const cx__site *s, const cx_metric_opts *o, int64_t n,
                            const cx_array **out)
{
    const char *const where = s->where;
    *out = NULL;
    if (o->sample_weight == NULL) return CX_OK;
    CX__NEED(where, "sample_weight", o->sample_weight, CX__KIND_ARRAY);
    if (cx_ndim(o->sample_weight) != 1 || cx_size(o->sample_weight) != n)
        return cx__fail(CX_E_SHAPE, where, "sample_weight must be [%lld]", (long long)n);
    *out = cx__f64(s, o->sample_weight);
    return cx_status_of(*out);
}

double cx__metric_mass(const cx_array *weight, int64_t n)
{
    return weight != NULL ? cx__number_f64(cx_sum(weight, CX_ALL)) : (double)n;
}

cx_status cx__metric_mean(const cx__ask *q, const cx_array *rows, const cx_array *weight,
                          double *out)
{
    static cx__held sum = CX__HELD("a, w: sum(float64(a) * w)");
    const cx_array *all =
        cx__held_run(q->where, &sum, CX_ARRAYS(rows, weight != NULL ? weight : cx_float(1)));
    *out = cx__number_f64(all);
    if (!q->o.total) *out /= cx__metric_mass(weight, cx_size(rows));
    return cx__so_far();
}

cx_status cx__metric_room(int64_t n, double **out)
{
    *out = cx_data_f64_mut(cx_empty(CX_SHAPE(n), CX_F64, CX_CPU));
    return *out != NULL ? CX_OK : cx__last_status();
}

static cx_status check_labels(const char *where, const char *name, const cx_array *a, bool text)
{
    CX__NEED(where, name, a, CX__KIND_ARRAY);
    if ((cx_dtype_of(a) == CX_CAT) != text)
        return cx__fail(CX_E_DTYPE, where, "%s: text labels against numbers", name);
    return CX_OK;
}

/* y as 1-d: [n], or [n, 1]. */
static const cx_array *column(const cx_array *y)
{
    return cx_ndim(y) == 2 && cx_dim(y, 1) == 1 ? cx_reshape(y, CX_SHAPE(cx_dim(y, 0))) : y;
}

/* Classes and codes of all parts, one behind the other. Texts have dictionaries of their own: their
 * classes meet on the host. */
static cx_status encode_together(const cx__site *s, int count, const cx_array *const *parts,
                                 bool text, cx_labels *out)
{
    if (!text) {
        *out = cx_labels_encode(cx_concatenate((cx_arrays){.count = count, .at = parts}, 0));
        return cx__so_far();
    }
    const cx_array *classes[3], *codes[3];
    for (int i = 0; i < count; i++) classes[i] = cx__to_host(s, cx_labels_encode(parts[i]).classes);
    const cx_array *all = cx_concatenate((cx_arrays){.count = count, .at = classes}, 0);
    out->classes = cx_labels_encode(all).classes;
    for (int i = 0; i < count; i++) codes[i] = cx_labels_codes(parts[i], out->classes);
    out->codes = cx_concatenate((cx_arrays){.count = count, .at = codes}, 0);
    return cx__so_far();
}

cx_status cx__metric_pair(const char *where, const cx_array *y_true, const cx_array *y_pred,
                          const cx_metric_opts *o, cx__pair *out)
{
    memset(out, 0, sizeof *out);
    CX__NEED(where, "y_true", y_true, CX__KIND_ARRAY);
    const bool text = cx_dtype_of(y_true) == CX_CAT;
    const cx_array *parts[3] = {column(y_true), NULL, NULL};
    int count = 1;
    out->n = cx_dim(y_true, 0);
    if (y_pred != NULL) {
        CX__TRY(check_labels(where, "y_pred", y_pred, text));
        parts[count++] = column(y_pred);
        if (cx_ndim(parts[0]) != 1 || cx_ndim(parts[1]) != 1 || cx_dim(y_pred, 0) != out->n)
            return cx__fail(CX_E_SHAPE, where,
                            "y_true and y_pred must be [n]; they have %lld and %lld rows",
                            (long long)out->n, (long long)cx_dim(y_pred, 0));
    }
    if (cx_ndim(parts[0]) != 1 || out->n == 0)
        return cx__fail(CX_E_SHAPE, where, "y_true must be [n] with at least one row");
    if (o->labels != NULL) {
        CX__TRY(check_labels(where, "labels", o->labels, text));
        parts[count++] = cx_ravel(o->labels);
    }
    CX__TRY(cx__site_of(where, y_true, &out->site));
    CX__TRY(cx__metric_weight(&out->site, o, out->n, &out->weight));
    cx_labels all;
    CX__TRY(encode_together(&out->site, count, parts, text, &all));
    const int64_t n = out->n;
    out->class_values = all.classes;
    out->classes = cx_size(all.classes);
    out->truth = cx_slice(all.codes, 0, 0, n, 1);
    out->pred = y_pred != NULL ? cx_slice(all.codes, 0, n, 2 * n, 1) : NULL;
    out->count = o->labels != NULL ? cx_size(o->labels) : out->classes;
    const cx_array *label =
        o->labels != NULL
            ? cx__to_host(&out->site, cx_slice(all.codes, 0, (count - 1) * n, CX_END, 1))
            : cx_arange_i64(0, out->classes, 1, CX_I64, CX_CPU);
    out->label = cx_data_i64(label);
    return cx__so_far();
}

bool cx__metric_many(const cx_array *y)
{
    return cx_ndim(y) == 2 && cx_dim(y, 1) > 1 && cx_dtype_of(y) != CX_CAT;
}

/* The columns asked for: which in *label, on the host. */
static cx_status choose_columns(const cx__ask *q, int64_t columns, cx__pair *p)
{
    const cx_array *labels = q->o.labels;
    p->count = labels != NULL ? cx_size(labels) : columns;
    if (labels == NULL) {
        p->label = cx_data_i64(cx_arange_i64(0, columns, 1, CX_I64, CX_CPU));
        return cx__so_far();
    }
    CX__TRY(check_labels(q->where, "labels", labels, false));
    p->label = cx_data_i64(cx__to_host(&p->site, cx__i64(&p->site, cx_ravel(labels))));
    CX__TRY(cx__so_far());
    for (int64_t a = 0; a < p->count; a++)
        if (p->label[a] < 0 || p->label[a] >= columns)
            return cx__fail(CX_E_ARGUMENT, q->where, "label %lld is no column of %lld",
                            (long long)p->label[a], (long long)columns);
    return CX_OK;
}

static const cx_array *chosen(const cx__ask *q, const cx__pair *p, const cx_array *y)
{
    const cx_array *v = cx__f64(&p->site, y);
    if (q->o.labels == NULL) return v;
    return cx_take(v, cx__given(&p->site, p->label, p->count, CX_I64), 1);
}

cx_status cx__metric_targets(const cx__ask *q, cx__pair *p)
{
    if (!cx__metric_many(q->truth) && !cx__metric_many(q->pred))
        return cx__metric_pair(q->where, q->truth, q->pred, &q->o, p);
    memset(p, 0, sizeof *p);
    p->many = true;
    p->n = cx_dim(q->truth, 0);
    const int64_t columns = cx_dim(q->truth, 1);
    if (cx_ndim(q->truth) != 2 || cx_ndim(q->pred) != 2 || p->n == 0 ||
        cx_dim(q->pred, 0) != p->n || cx_dim(q->pred, 1) != columns)
        return cx__fail(CX_E_SHAPE, q->where,
                        "y_true and y_pred must both be [n] or both [n, labels], with n > 0");
    CX__TRY(cx__site_of(q->where, q->truth, &p->site));
    CX__TRY(cx__metric_weight(&p->site, &q->o, p->n, &p->weight));
    CX__TRY(choose_columns(q, columns, p));
    p->truth = chosen(q, p, q->truth);
    p->pred = chosen(q, p, q->pred);
    static cx__held binary = CX__HELD("t, p: all(((t == 0) | (t == 1)) & ((p == 0) | (p == 1)))");
    if (cx__number_i64(cx__held_run(q->where, &binary, CX_ARRAYS(p->truth, p->pred))) == 0) {
        CX__TRY(cx__so_far());
        return cx__fail(CX_E_ARGUMENT, q->where,
                        "matrices of labels must hold 0 and 1 only; several outputs of classes "
                        "are not supported");
    }
    p->classes = p->count;
    p->class_values = cx_copy_host(p->label, CX_SHAPE(p->count), CX_I64);
    p->label = cx_data_i64(cx_arange_i64(0, p->count, 1, CX_I64, CX_CPU));
    return cx__so_far();
}

cx_status cx__metric_positive(const char *where, const cx_metric_opts *o, const cx__pair *p,
                              int64_t *code)
{
    *code = -1;
    const bool text = cx_dtype_of(p->class_values) == CX_CAT;
    const cx_array *classes = cx__to_host(&p->site, p->class_values);
    CX__TRY(cx__so_far());
    if (o->pos_label != NULL && text) {
        CX__TRY(check_labels(where, "pos_label", o->pos_label, true));
        const char *wanted = cx_label(o->pos_label, 0);
        if (wanted == NULL) return cx__last_status();
        for (int64_t c = 0; c < p->classes; c++) {
            const char *have = cx_label(classes, c);
            if (have != NULL && strcmp(have, wanted) == 0) *code = c;
        }
        return CX_OK;
    }
    if (text) {
        *code = p->classes - 1;
        return CX_OK;
    }
    double wanted = 1;
    if (o->pos_label != NULL) CX__TRY(cx_item_f64_into(o->pos_label, &wanted));
    const double *values = cx_data_f64(cx__as(where, classes, CX_F64));
    if (values == NULL) return cx__last_status();
    for (int64_t c = 0; c < p->classes; c++)
        if (values[c] == wanted) *code = c;
    return CX_OK;
}

cx_status cx__metric_positives(const cx__ask *q, cx__pair *p, const cx_array **positive)
{
    cx__ask own = *q;
    own.o.labels = NULL;
    CX__TRY(cx__metric_pair(q->where, q->truth, NULL, &own.o, p));
    if (q->o.pos_label == NULL && p->classes > 2)
        return cx__fail(CX_E_ARGUMENT, q->where, "%lld classes; say which in pos_label",
                        (long long)p->classes);
    int64_t code;
    CX__TRY(cx__metric_positive(q->where, &q->o, p, &code));
    if (q->o.pos_label == NULL && cx_dtype_of(p->class_values) != CX_CAT) {
        static cx__held usual =
            CX__HELD("v: all((v == 1) | (v == 0) | (v == -1)) & ~(any(v == 0) & any(v == -1))");
        if (cx__number_i64(cx__held_run(q->where, &usual,
                                        CX_ARRAYS(cx__f64(&p->site, p->class_values)))) == 0) {
            CX__TRY(cx__so_far());
            return cx__fail(CX_E_ARGUMENT, q->where,
                            "labels are not 0 and 1 or -1 and 1; say which in pos_label");
        }
    }
    *positive = cx_equal(p->truth, cx_int(code));
    return cx__so_far();
}
