/* Transformers side by side over columns of one table or matrix.
 *
 * One idea: a branch is a list of columns and a fitted child; what users wrote (names, selectors,
 * slices, the remainder) is gone once fit has made it columns. */
#include "learn/compose/branches.h"
#include "base/alloc.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/table.h>
#include <string.h>

void *cx__branch_room(size_t bytes)
{
    return cx__scope_room(bytes);
}

double cx__branch_weight(const cx_estimator *self, const char *name)
{
    const cx__lit *const w = cx__param(self, "transformer_weights");
    double out = 1;
    for (int i = 0; w->kind == CX__LIT_DICT && i < w->count; i++) {
        const cx__lit *const key = &w->u.items[2 * i];
        if (key->kind == CX__LIT_STR && strcmp(key->u.s, name) == 0)
            (void)cx__lit_number(&w->u.items[2 * i + 1], &out);
    }
    return out;
}

/* ---- columns of the data */
static cx_status part_of_table(const cx_estimator *self, const cx_data *d, const cx__branch *b,
                               cx_data *out)
{
    const char **const names = cx__branch_room((size_t)b->count * sizeof *names);
    if (!names) return cx__last_status();
    for (int64_t i = 0; i < b->count; i++) names[i] = cx__feature_name(self, d, b->column[i]);
    out->table = cx_table_select(d->table, (cx_names){(int)b->count, names});
    return cx_table_status(out->table);
}

static bool run_of(const cx__branch *b)
{
    for (int64_t i = 1; i < b->count; i++)
        if (b->column[i] != b->column[i - 1] + 1) return false;
    return true;
}

static cx_status part_of_matrix(const cx_data *d, const cx__branch *b, cx_data *out)
{
    if (run_of(b)) {
        const int64_t lo = b->column[0];
        out->x = cx_slice(d->x, 1, lo, lo + b->count, 1);
        return cx_status_of(out->x);
    }
    cx__site s;
    CX__TRY(cx__site_of("transform", d->x, &s));
    const cx_array *const index = cx_copy_host(b->column, CX_SHAPE(b->count), CX_I64);
    out->x = cx_take(d->x,
                     cx_nbytes(index) <= 4096 ? cx__to_site(&s, index) : cx_to(index, s.device), 1);
    return cx_status_of(out->x);
}

static cx_status part_of(const cx_estimator *self, const cx_data *d, const cx__branch *b,
                         cx_data *out)
{
    *out = (cx_data){.y = d->y, .groups = d->groups, .classes = d->classes};
    return d->table ? part_of_table(self, d, b, out) : part_of_matrix(d, b, out);
}

static cx_status pass(const char *where, const cx_estimator *self, const cx_data *part,
                      cx_array **out)
{
    cx_data prepared = {0};
    CX__TRY(cx__data_prepare(where, self, &(const cx_data){.x = part->x, .table = part->table},
                             CX__FOR_USE, &prepared));
    *out = cx_to(prepared.x, cx_device_of(prepared.x));
    return cx_status_of(*out);
}

static cx_status weigh(const cx__branch *b, cx_array **part)
{
    if (cx_ndim(*part) != 2)
        return cx__fail(CX_E_SHAPE, "transform", "'%.60s' gives %d dimensions, not 2", b->name,
                        cx_ndim(*part));
    if (b->weight != 1) *part = cx_mul(*part, cx_float(b->weight));
    return cx_status_of(*part);
}

static cx_status join(const cx_data *d, const cx_array **part, int64_t n, cx_array **out)
{
    const cx_device here = d->x ? cx_device_of(d->x) : CX_CPU;
    *out = n ? cx_concatenate((cx_arrays){(int)n, part}, 1)
             : cx_empty(CX_SHAPE(cx__feature_rows(d), 0), CX_F64, here);
    return cx_status_of(*out);
}

/* ---- fit */
static cx_status fit_one(cx_estimator *self, const cx_data *d, cx__branch *b, cx_array **out)
{
    cx_data part;
    CX__TRY(part_of(self, d, b, &part));
    if (!b->child) {
        CX__TRY(pass("fit", self, &part, out));
    } else {
        cx_estimator *child = NULL;
        CX__TRY(cx__estimator_clone("fit", b->child, &child));
        *out = cx__estimator_fit_transform("fit", child, &part);
        cx_status st = cx_status_of(*out);
        if (st == CX_OK) st = cx_self_set_child(self, b->name, child);
        cx__release(child);
        CX__TRY(st);
    }
    CX__TRY(weigh(b, out));
    b->width = cx_dim(*out, 1);
    return CX_OK;
}

static cx_status put(cx_estimator *self, const cx__site *s, int slot, const int64_t *v, int64_t n)
{
    const cx_array *const host = cx_copy_host(v, CX_SHAPE(n), CX_I64);
    return cx_self_set(self, slot,
                       cx_nbytes(host) <= 4096 ? cx__to_site(s, host) : cx_to(host, s->device));
}

static cx_status store(cx_estimator *self, const cx_data *d, const cx__branch *b, int64_t n)
{
    cx__site s;
    CX__TRY(cx__site_at("fit", d->x ? cx_device_of(d->x) : CX_CPU, &s));
    int64_t all = 0;
    for (int64_t i = 0; i < n; i++) all += b[i].count;
    int64_t *const start = cx__branch_room((size_t)(3 * n + 1 + all) * sizeof *start);
    if (!start) return cx__last_status();
    int64_t *const width = start + n + 1, *const entry = width + n, *const column = entry + n;
    for (int64_t i = 0; i < n; i++) {
        start[i + 1] = start[i] + b[i].count;
        width[i] = b[i].width;
        entry[i] = b[i].entry;
        memcpy(column + start[i], b[i].column, (size_t)b[i].count * sizeof *column);
    }
    CX__TRY(put(self, &s, CX__BRANCH_STARTS, start, n + 1));
    CX__TRY(put(self, &s, CX__BRANCH_COLUMNS, column, all));
    CX__TRY(put(self, &s, CX__BRANCH_WIDTHS, width, n));
    return put(self, &s, CX__BRANCH_ENTRY, entry, n);
}

cx_status cx__branches_fit(cx_estimator *self, const cx_data *in, cx__branch *b, int64_t n,
                           cx_array **out)
{
    cx_data d = *in;
    if (d.table && d.target) {
        d.y = cx_table_column(d.table, d.target);
        CX__TRY(cx_status_of(d.y));
    }
    const cx_array **const part = cx__branch_room((size_t)n * sizeof *part);
    if (!part) return cx__last_status();
    for (int64_t i = 0; i < n; i++) {
        cx_array *one = NULL;
        cx__progress(b[i].name, i, n);
        CX__TRY(fit_one(self, &d, &b[i], &one));
        part[i] = one;
    }
    CX__TRY(store(self, &d, b, n));
    return join(&d, part, n, out);
}

/* ---- use */
static const int64_t *slot(const cx__site *s, const cx_estimator *self, int i)
{
    const cx_array *a = cx_self(self, i);
    if (s->device.kind != CX_DEVICE_CPU)
        a = cx_nbytes(a) <= 4096 ? cx__to_host(s, a) : cx_to(a, CX_CPU);
    return cx_data_i64(cx__as(s->where, a, CX_I64));
}

/* The steps parameter comes first in such a class. */
static const cx__lit *entry_of(const cx_estimator *self, int64_t i)
{
    return &self->params[0].u.items[i];
}

static cx_status recall_one(const cx_estimator *self, cx__branch *b)
{
    if (b->entry >= self->params[0].count)
        return cx__fail(CX_E_ARGUMENT, "transform", "the transformers are not those of the fit");
    b->name = b->entry < 0 ? "remainder" : entry_of(self, b->entry)->u.items[0].u.s;
    const cx__lit *const v =
        b->entry < 0 ? cx__param(self, "remainder") : &entry_of(self, b->entry)->u.items[1];
    b->weight = cx__branch_weight(self, b->name);
    b->child = NULL;
    if (v->kind != CX__LIT_ESTIMATOR) return CX_OK;
    b->child = cx_self_child(self, b->name);
    return cx_estimator_status(b->child);
}

cx_status cx__branches_recall(const char *where, const cx_estimator *self, cx__branch **out,
                              int64_t *n)
{
    cx__site s;
    CX__TRY(cx__site_at(where, self->state->device, &s));
    *n = cx_size(cx_self(self, CX__BRANCH_WIDTHS));
    const int64_t *const start = slot(&s, self, CX__BRANCH_STARTS),
                         *const column = slot(&s, self, CX__BRANCH_COLUMNS),
                         *const width = slot(&s, self, CX__BRANCH_WIDTHS),
                         *const entry = slot(&s, self, CX__BRANCH_ENTRY);
    cx__branch *const all = cx__branch_room((size_t)*n * sizeof *all);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < *n; i++) {
        all[i] = (cx__branch){.column = column + start[i],
                              .count = start[i + 1] - start[i],
                              .width = width[i],
                              .entry = entry[i]};
        CX__TRY(recall_one(self, &all[i]));
    }
    *out = all;
    return CX_OK;
}

static cx_status transform(const cx_estimator *self, const cx_data *in, cx_array **out)
{
    static const char where[] = "transform";
    cx__branch *b = NULL;
    int64_t n = 0;
    CX__TRY(cx__branches_recall(where, self, &b, &n));
    const cx_array **const all = cx__branch_room((size_t)n * sizeof *all);
    if (!all) return cx__last_status();
    const cx_data d = {.x = in->x, .table = in->table, .target = in->target};
    for (int64_t i = 0; i < n; i++) {
        cx_data part;
        cx_array *one = NULL;
        CX__TRY(part_of(self, &d, &b[i], &part));
        if (b[i].child)
            one = cx__estimator_call(where, b[i].child, CX_TRANSFORM, &part);
        else
            CX__TRY(pass(where, self, &part, &one));
        CX__TRY(cx_status_of(one));
        CX__TRY(weigh(&b[i], &one));
        all[i] = one;
    }
    return join(&d, all, n, out);
}

cx_array *cx__branches_call(const cx_estimator *self, cx_method method, const cx_data *d)
{
    (void)method;
    cx_array *out = NULL;
    return cx_check(transform(self, d, &out)) == CX_OK ? out : NULL;
}

/* ---- names */
/* form with {transformer_name} and {feature_name} filled in. */
static void write_name(cx__text *t, const char *form, const char *who, const char *name)
{
    static const char first[] = "{transformer_name}", second[] = "{feature_name}";
    while (*form) {
        const bool a = strncmp(form, first, sizeof first - 1) == 0,
                   b = strncmp(form, second, sizeof second - 1) == 0;
        if (a || b)
            cx__text_puts(t, a ? who : name);
        else
            cx__text_put(t, form, 1);
        form += a ? sizeof first - 1 : b ? sizeof second - 1 : 1;
    }
    cx__text_put(t, "", 1);
}

static cx_status write_names(const cx_array *names, const cx__branch *b, const char *form,
                             cx__text *t)
{
    const char **const in = cx__branch_room((size_t)b->count * sizeof *in);
    if (!in) return cx__last_status();
    for (int64_t i = 0; i < b->count; i++) in[i] = cx_label(names, b->column[i]);
    CX__TRY(cx__so_far());
    const cx_array *const given = cx__names_new(b->count, in);
    CX__TRY(cx_status_of(given));
    const cx_array *const out =
        b->child ? cx__names_out("feature_names_out", b->child, given) : given;
    CX__TRY(cx_status_of(out));
    for (int64_t i = 0; i < cx_size(out); i++) {
        const char *const name = cx_label(out, i);
        if (!name) return cx__last_status();
        write_name(t, form, b->name, name);
    }
    return t->failed ? cx__fail_nomem("feature_names_out", "names", t->len) : CX_OK;
}

static cx_array *names_of(const cx__text *t)
{
    size_t n = 0;
    for (size_t i = 0; i < t->len; i++) n += t->at[i] == '\0';
    const char **const all = cx__branch_room(n * sizeof *all);
    if (!all) return NULL;
    const char *at = t->at;
    for (size_t i = 0; i < n; i++, at += strlen(at) + 1) all[i] = at;
    return cx__names_new((int64_t)n, all);
}

cx_array *cx__branches_names(const cx_estimator *self, const cx_array *names)
{
    const cx__lit *const v = cx__param(self, "verbose_feature_names_out");
    const char *const form = v->kind == CX__LIT_STR ? v->u.s
                             : v->u.b               ? "{transformer_name}__{feature_name}"
                                                    : "{feature_name}";
    cx__branch *b = NULL;
    int64_t n = 0;
    cx__text t = {0};
    cx_status st = cx__branches_recall("feature_names_out", self, &b, &n);
    for (int64_t i = 0; i < n && st == CX_OK; i++) st = write_names(names, &b[i], form, &t);
    cx_array *const out = cx_check(st) == CX_OK ? names_of(&t) : NULL;
    cx__text_free(&t);
    return out;
}

/* ---- sessions */
typedef struct lane {
    int64_t *column, count, width;
    double weight;
    bool passes, finite, all;
    cx__ready child;
} lane;

typedef struct served {
    int64_t n;
    double *in, *out;
    lane at[];
} served;

static cx_status plan_lane(const cx__branch *b, cx_plan *p, lane *l)
{
    *l = (lane){.count = b->count, .width = b->count, .weight = b->weight, .passes = !b->child};
    l->column = cx_plan_alloc(p, (size_t)b->count * sizeof *l->column + 1);
    if (!l->column) return CX_E_NOMEM;
    l->all = b->count == p->cols_in;
    for (int64_t i = 0; i < b->count; i++) {
        l->column[i] = b->column[i];
        l->all = l->all && b->column[i] == i;
    }
    if (!b->child) return CX_OK;
    l->finite = !cx__takes_nan(b->child);
    CX__TRY(cx__plan_make("session_new", b->child, CX_TRANSFORM, p->max_rows, b->count, &l->child));
    cx__plan_adopt(p, &l->child);
    l->width = l->child.plan.cols_out;
    return CX_OK;
}

static double *buffer(cx_plan *p, int64_t cols)
{
    if (cols > INT64_MAX / 16 / p->max_rows) {
        (void)cx__fail_nomem("session_new", "a buffer", SIZE_MAX);
        return NULL;
    }
    return cx_plan_alloc(p, (size_t)(cols * p->max_rows) * sizeof(double) + 1);
}

/* Text that transformers give stays text. */
static cx_status plan_words(const served *s, cx_plan *p)
{
    int64_t at = 0;
    for (int64_t i = 0; i < s->n; i++)
        for (int64_t k = 0; k < s->at[i].width; k++, at++) {
            const cx_array *const words =
                s->at[i].passes ? NULL : cx__plan_words_of(&s->at[i].child.plan, k);
            if (words) CX__TRY(cx__plan_words(p, at, words));
        }
    return CX_OK;
}

cx_status cx__branches_plan(const cx_estimator *self, cx_plan *p)
{
    cx__branch *b = NULL;
    int64_t n = 0, in = 0, out = 0;
    CX__TRY(cx__branches_recall("session_new", self, &b, &n));
    served *const s = cx_plan_alloc(p, sizeof *s + (size_t)n * sizeof(lane));
    if (!s) return CX_E_NOMEM;
    p->state = s;
    p->cols_out = 0;
    for (int64_t i = 0; i < n; i++) {
        CX__TRY(plan_lane(&b[i], p, &s->at[i]));
        s->n = i + 1;
        p->cols_out += s->at[i].width;
        if (b[i].count > in) in = b[i].count;
        if (s->at[i].width > out) out = s->at[i].width;
    }
    CX__TRY(plan_words(s, p));
    s->in = buffer(p, in);
    s->out = buffer(p, out);
    return s->in && s->out ? CX_OK : CX_E_NOMEM;
}

static CX__COLD cx_status not_finite(void)
{
    return cx__fail(CX_E_ARGUMENT, "session_run",
                    "a column holds NaN whose transformer takes none");
}

static cx_status run_lane(const lane *l, const cx_plan *p, const served *s, const double *x,
                          int64_t rows, double *out)
{
    const double *from = x, *result = s->in;
    if (!l->all) {
        for (int64_t i = 0; i < rows; i++)
            for (int64_t k = 0; k < l->count; k++)
                s->in[i * l->count + k] = x[i * p->cols_in + l->column[k]];
        from = s->in;
    }
    if (l->finite) {
        double off = 0;
        for (int64_t i = 0; i < rows * l->count; i++) off += from[i] - from[i];
        if (CX__UNLIKELY(off != 0 || off != off)) return not_finite();
    }
    if (l->passes)
        result = from;
    else {
        CX__TRY(l->child.run(&l->child.plan, from, rows, s->out));
        result = s->out;
    }
    for (int64_t i = 0; i < rows; i++)
        for (int64_t k = 0; k < l->width; k++)
            out[i * p->cols_out + k] =
                l->weight == 1 ? result[i * l->width + k] : result[i * l->width + k] * l->weight;
    return CX_OK;
}

cx_status cx__branches_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const served *const s = p->state;
    for (int64_t i = 0; i < s->n; i++) {
        CX__TRY(run_lane(&s->at[i], p, s, x, rows, out));
        out += s->at[i].width;
    }
    return CX_OK;
}

/* ---- a loaded state */
static CX__COLD cx_status broken(const cx_estimator *self, const char *what)
{
    return cx__fail(CX_E_PARSE, "estimator_load", "%s: %s", self->cls->name, what);
}

/* The child of an entry is of the class that the parameter names. */
static cx_status check_child(const cx_estimator *self, int64_t entry)
{
    const char *const name = entry < 0 ? "remainder" : entry_of(self, entry)->u.items[0].u.s;
    const cx__lit *const v =
        entry < 0 ? cx__param(self, "remainder") : &entry_of(self, entry)->u.items[1];
    if (v->kind != CX__LIT_ESTIMATOR) return CX_OK;
    const cx_estimator *const child = cx_self_child(self, name);
    if (cx_estimator_status(child) != CX_OK || child->cls != v->u.estimator->cls || !child->state)
        return broken(self, "a fitted transformer is not that of the spec");
    return CX_OK;
}

cx_status cx__branches_check(const cx_estimator *self)
{
    cx__site s;
    CX__TRY(cx__site_at("estimator_load", CX_CPU, &s));
    const int64_t n = cx_size(cx_self(self, CX__BRANCH_WIDTHS)), features = cx_self_features(self);
    const int64_t columns = cx_size(cx_self(self, CX__BRANCH_COLUMNS));
    if (cx_size(cx_self(self, CX__BRANCH_STARTS)) != n + 1)
        return broken(self, "_starts and _widths do not fit");
    const int64_t *const start = slot(&s, self, CX__BRANCH_STARTS),
                         *const column = slot(&s, self, CX__BRANCH_COLUMNS),
                         *const width = slot(&s, self, CX__BRANCH_WIDTHS),
                         *const entry = slot(&s, self, CX__BRANCH_ENTRY);
    CX__TRY(cx__so_far());
    const bool rest = cx__class_param(self->cls, "remainder", 9) >= 0;
    if (start[0] != 0 || start[n] != columns) return broken(self, "_starts are wrong");
    for (int64_t i = 0; i < n; i++) {
        if (start[i + 1] <= start[i] || start[i + 1] > columns || width[i] < 0)
            return broken(self, "_starts or _widths are wrong");
        if (entry[i] < (rest ? -1 : 0) || entry[i] >= self->params[0].count)
            return broken(self, "_entries name no transformer");
        CX__TRY(check_child(self, entry[i]));
        const cx_estimator *const child = cx_self_child(
            self, entry[i] < 0 ? "remainder" : entry_of(self, entry[i])->u.items[0].u.s);
        if (cx_estimator_status(child) == CX_OK && child->state->schema &&
            child->state->schema->n != start[i + 1] - start[i])
            return broken(self, "a transformer was fitted with other columns");
    }
    for (int64_t i = 0; i < columns; i++)
        if (column[i] < 0 || column[i] >= features) return broken(self, "_columns are wrong");
    return CX_OK;
}
