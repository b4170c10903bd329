/* What stands in a node of cx_export_graphviz: rule, impurity, rows, values, class; numbers and
 * lines as NumPy prints arrays. */
#include "learn/tree/graphviz.h"

#include <math.h>
#include <string.h>

/* numpy.around */
static double rounded(double v, int digits)
{
    double unit = 1;
    for (int i = 0; i < digits; i++) unit *= 10;
    return digits == 0 ? rint(v) : rint(v * unit) / unit;
}

static void put_escaped(cx__text *t, const char *s)
{
    for (; *s != '\0'; s++) {
        if (*s == '"') cx__text_puts(t, "\\");
        cx__text_put(t, s, 1);
    }
}

void cx__dot_row(const cx__dot *d, int64_t node)
{
    const cx__told *const t = &d->told;
    const double *const value = t->all.value + (t->base + node) * t->all.width;
    for (int64_t i = 0; i < t->outputs; i++) {
        const int64_t from = t->offset != NULL ? t->offset[i] : i;
        const int64_t count = t->offset != NULL ? t->offset[i + 1] - from : 1;
        for (int64_t j = 0; j < d->most; j++)
            d->row[i * d->most + j] = j < count ? value[from + j] : 0;
    }
}

/* ---- arrays as NumPy prints them */
static bool all_whole(const double *v, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (v[i] != floor(v[i])) return false;
    return true;
}

/* Words that stand as b'...' in NumPy's lines of 75; wrapped where those are. */
static void put_line(const cx__dot *d, const double *v, int64_t n, bool whole, int indent,
                     int width)
{
    int64_t at = indent; /* of the line that NumPy writes */
    for (int64_t i = 0; i < n; i++) {
        cx__text word = {0};
        if (whole)
            cx__text_f(&word, "%lld", (long long)v[i]);
        else
            cx__text_f64(&word, rounded(v[i], d->precision));
        if (word.failed) d->out->failed = true;
        const int64_t long_as = (int64_t)word.len + 3;
        if (at > indent && at + long_as > width) {
            cx__text_puts(d->out, d->newline);
            for (int k = 1; k < indent; k++) cx__text_puts(d->out, " ");
            at = indent;
        } else if (i > 0) {
            cx__text_puts(d->out, ", ");
        }
        if (!word.failed) cx__text_put(d->out, word.at, word.len);
        at += long_as + 1;
        cx__text_free(&word);
    }
}

static void put_value(const cx__dot *d, int64_t node)
{
    const cx__told *const t = &d->told;
    const int64_t count = t->outputs * d->most;
    const bool classes = d->most != 1;
    cx__dot_row(d, node);
    if (!d->o->proportion && classes)
        for (int64_t i = 0; i < count; i++) d->row[i] *= t->all.weighted[t->base + node];
    const bool whole = classes && !d->o->proportion && all_whole(d->row, count);
    const bool bare = !classes && t->outputs == 1;
    if (!bare) cx__text_puts(d->out, "[");
    if (t->outputs == 1) {
        put_line(d, d->row, count, whole, 1, 74);
    } else {
        for (int64_t i = 0; i < t->outputs; i++) {
            cx__text_puts(d->out, i > 0 ? d->newline : "");
            cx__text_puts(d->out, "[");
            put_line(d, d->row + i * d->most, d->most, whole, 2, 73);
            cx__text_puts(d->out, "]");
        }
    }
    cx__text_puts(d->out, bare ? "" : "]");
}

/* ---- a node */
static void put_rule(const cx__dot *d, int64_t node)
{
    const cx__told *const t = &d->told;
    const int32_t feature = t->all.feature[t->base + node];
    if (t->all.left[t->base + node] < 0) return;
    if (d->o->feature_names.count > 0)
        put_escaped(d->out, d->o->feature_names.at[feature]);
    else
        cx__text_f(d->out, "x%s%d%s", d->sub, (int)feature, d->end_sub);
    cx__text_f(d->out, " %s ", d->below);
    cx__text_f64(d->out, rounded(t->all.threshold[t->base + node], d->precision));
    cx__text_puts(d->out, d->newline);
}

static const char *criterion_of(const cx_estimator *m)
{
    static const char name[] = "criterion";
    if (cx__class_param(m->cls, name, strlen(name)) < 0 || !cx_param_is_str(m, name))
        return "squared_error";
    const char *const is = cx_param_str(m, name);
    return strcmp(is, "deprecated") == 0 ? "squared_error" : is;
}

static void put_samples(const cx__dot *d, int64_t node)
{
    const int32_t *const samples = d->told.all.samples + d->told.base;
    if (d->o->proportion) {
        cx__text_f64(d->out, rounded(100.0 * samples[node] / (double)samples[0], 1));
        cx__text_puts(d->out, "%");
    } else {
        cx__text_f(d->out, "%d", (int)samples[node]);
    }
    cx__text_puts(d->out, d->newline);
}

static bool put_class(const cx__dot *d, bool labels)
{
    const cx__told *const t = &d->told;
    const bool named = d->o->class_names.count > 0;
    if ((!named && !d->o->class_symbols) || d->most == 1 || t->outputs != 1) return false;
    int64_t best = 0;
    for (int64_t i = 1; i < d->most; i++)
        if (d->row[i] > d->row[best]) best = i;
    cx__text_puts(d->out, labels ? "class = " : "");
    if (named)
        put_escaped(d->out, d->o->class_names.at[best]);
    else
        cx__text_f(d->out, "y%s%lld%s", d->sub, (long long)best, d->end_sub);
    return true;
}

void cx__dot_node(const cx__dot *d, int64_t node)
{
    const cx__told *const t = &d->told;
    const bool labels =
        d->o->label == CX_NODE_LABEL_ALL || (d->o->label == CX_NODE_LABEL_ROOT && node == 0);
    cx__text_puts(d->out, d->open);
    if (d->o->node_ids)
        cx__text_f(d->out, "%s%s%lld%s", labels ? "node " : "", d->hash, (long long)node,
                   d->newline);
    put_rule(d, node);
    if (!d->o->no_impurity) {
        if (labels) cx__text_f(d->out, "%s = ", criterion_of(t->m));
        cx__text_f64(d->out, rounded(t->all.impurity[t->base + node], d->precision));
        cx__text_puts(d->out, d->newline);
    }
    cx__text_puts(d->out, labels ? "samples = " : "");
    put_samples(d, node);
    cx__text_puts(d->out, labels ? "value = " : "");
    put_value(d, node);
    const size_t before = d->out->len;
    cx__text_puts(d->out, d->newline);
    if (!put_class(d, labels) && !d->out->failed) d->out->len = before; /* nothing follows */
    cx__text_puts(d->out, d->close);
}
