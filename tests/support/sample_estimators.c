/* Estimators of the tests' own. They use what a user has: the public headers. */
#include "sample_estimators.h"
#include <math.h>
#include <string.h>

/* ---- QuantileClipper */
enum { LO, HI };
static const cx_param clipper_params[] = {
    {"q", CX_PARAM_FLOAT, "0.01", "[0, 0.5)", "share of the rows cut at each end"},
    {.name = NULL},
};
static const char *const clipper_attrs[] = {"lo_: float [n]", "hi_: float [n]", NULL};

static cx_status clipper_fit(cx_estimator *self, const cx_data *d)
{
    const double q = cx_param_f64(self, "q");
    const cx_status st = cx_self_set(self, LO, cx_quantile(d->x, cx_float(q), CX_AXIS(0)));
    return st != CX_OK ? st : cx_self_set(self, HI, cx_quantile(d->x, cx_float(1 - q), CX_AXIS(0)));
}
static cx_array *clipper_transform(const cx_estimator *self, const cx_array *x)
{
    return cx_clip(x, cx_self(self, LO), cx_self(self, HI));
}
static cx_array *clipper_inverse(const cx_estimator *self, const cx_array *x)
{
    (void)self;
    return cx_copy(x);
}
static cx_status clipper_plan(const cx_estimator *self, cx_plan *p)
{
    double *const bounds = cx_plan_alloc(p, 2 * (size_t)p->cols_in * sizeof *bounds);
    const double *const lo = cx_data_f64(cx_self(self, LO)), *const hi =
                                                                 cx_data_f64(cx_self(self, HI));
    if (!bounds || !lo || !hi) return CX_E_NOMEM;
    memcpy(bounds, lo, (size_t)p->cols_in * sizeof *bounds);
    memcpy(bounds + p->cols_in, hi, (size_t)p->cols_in * sizeof *bounds);
    p->state = bounds;
    return CX_OK;
}
static cx_status clipper_rows(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const double *const lo = p->state, *const hi = lo + p->cols_in;
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < p->cols_in; j++)
            out[i * p->cols_in + j] = fmin(fmax(x[i * p->cols_in + j], lo[j]), hi[j]);
    return CX_OK;
}
const cx_estimator_class sample_clipper = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "QuantileClipper",
    .doc = "Clip columns to quantiles seen in fit.",
    .kind = CX_TRANSFORMER,
    .params = clipper_params,
    .attrs = clipper_attrs,
    .fit = clipper_fit,
    .transform = clipper_transform,
    .inverse_transform = clipper_inverse,
    .plan = clipper_plan,
    .transform_into = clipper_rows,
};

/* ---- NearestMean */
enum { CLASSES, MEANS };
static const cx_param nearest_params[] = {
    {"shift", CX_PARAM_FLOAT, "0.0", NULL, "added to every mean"},
    {.name = NULL},
};
static const char *const nearest_attrs[] = {"classes_: label [c]", "means_: float [c, n]", NULL};

static cx_status nearest_fit(cx_estimator *self, const cx_data *d)
{
    const cx_labels l = cx_labels_encode(d->y);
    const int64_t c = cx_size(l.classes);
    cx_array *const means = cx_empty(CX_SHAPE(c, cx_dim(d->x, 1)), CX_F64, CX_CPU);
    for (int64_t k = 0; k < c && cx_ok(); k++) {
        const cx_array *const rows = cx_mask(d->x, cx_equal(l.codes, cx_int(k)));
        const cx_array *const mean =
            cx_add(cx_mean(rows, CX_AXIS(0)), cx_float(cx_param_f64(self, "shift")));
        cx_check(cx_copy_into(mean, cx_select(means, 0, k)));
        cx_check(cx_self_progress(self, k + 1, c));
    }
    const cx_status st = cx_self_set(self, CLASSES, l.classes);
    return st != CX_OK ? st : cx_self_set(self, MEANS, means);
}
static cx_array *nearest_decide(const cx_estimator *self, const cx_array *x)
{
    const cx_array *const off = cx_sub(cx_expand_dims(x, 1), cx_self(self, MEANS));
    return cx_negative(cx_sum(cx_mul(off, off), CX_AXIS(-1)));
}
static cx_array *nearest_predict(const cx_estimator *self, const cx_array *x)
{
    return cx_take(cx_self(self, CLASSES), cx_argmax(nearest_decide(self, x), CX_AXIS(-1)), 0);
}
typedef struct nearest_state {
    int64_t classes;
    double means[];
} nearest_state;
static cx_status nearest_plan(const cx_estimator *self, cx_plan *p)
{
    const cx_array *const means = cx_self(self, MEANS);
    nearest_state *const s = cx_plan_alloc(p, sizeof *s + (size_t)cx_size(means) * sizeof(double));
    const double *const v = cx_data_f64(means);
    if (!s || !v) return CX_E_NOMEM;
    s->classes = cx_dim(means, 0);
    memcpy(s->means, v, (size_t)cx_size(means) * sizeof(double));
    p->state = s;
    if (p->method == CX_DECISION_FUNCTION) p->cols_out = s->classes;
    return CX_OK;
}
static double minus_distance(const nearest_state *s, int64_t k, const double *x, int64_t n)
{
    double sum = 0;
    for (int64_t j = 0; j < n; j++)
        sum += (x[j] - s->means[k * n + j]) * (x[j] - s->means[k * n + j]);
    return -sum;
}
static cx_status nearest_predict_rows(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const nearest_state *const s = p->state;
    for (int64_t i = 0; i < rows; i++) {
        int64_t best = 0;
        for (int64_t k = 1; k < s->classes; k++)
            if (minus_distance(s, k, x + i * p->cols_in, p->cols_in) >
                minus_distance(s, best, x + i * p->cols_in, p->cols_in))
                best = k;
        out[i] = (double)best;
    }
    return CX_OK;
}
static cx_status nearest_decide_rows(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const nearest_state *const s = p->state;
    for (int64_t i = 0; i < rows; i++)
        for (int64_t k = 0; k < s->classes; k++)
            out[i * s->classes + k] = minus_distance(s, k, x + i * p->cols_in, p->cols_in);
    return CX_OK;
}
const cx_estimator_class sample_nearest_mean = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "NearestMean",
    .doc = "The class whose mean is nearest.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_F64 | CX_CLASS_NO_WEIGHT,
    .params = nearest_params,
    .attrs = nearest_attrs,
    .fit = nearest_fit,
    .predict = nearest_predict,
    .decision_function = nearest_decide,
    .plan = nearest_plan,
    .predict_into = nearest_predict_rows,
    .decision_into = nearest_decide_rows,
};

/* ---- Unions */
static const cx_param union_params[] = {
    {"gamma", CX_PARAM_STR | CX_PARAM_FLOAT, "'scale'", "{'scale', 'auto'}, (0, inf)", "as in SVC"},
    {"n", CX_PARAM_INT | CX_PARAM_FLOAT | CX_PARAM_STR | CX_PARAM_NONE, "None",
     "int [1, inf), float (0, 1), {'mle'}", "as in PCA"},
    {"flag", CX_PARAM_BOOL, "True", NULL, "a bool"},
    {"count", CX_PARAM_INT, "3", "[1, 10]", "an int"},
    {"tol", CX_PARAM_FLOAT, "0.0001", "[0, inf)", "a float"},
    {"values", CX_PARAM_LIST | CX_PARAM_NONE, "None", NULL, "numbers"},
    {"weights", CX_PARAM_DICT | CX_PARAM_NONE, "None", NULL, "a dict"},
    {"inner", CX_PARAM_ESTIMATOR | CX_PARAM_NONE, "None", NULL, "an estimator"},
    {"gap", CX_PARAM_FLOAT, "nan", NULL, "any float"},
    {.name = NULL},
};
const cx_estimator_class sample_unions = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "Unions",
    .doc = "A parameter of every kind.",
    .kind = CX_TRANSFORMER,
    .positional = 2,
    .params = union_params,
};

/* ---- Faulty */
static const cx_param faulty_params[] = {
    {"how", CX_PARAM_STR, "'none'", "{'none', 'status', 'mark', 'nil', 'unset', 'predict'}",
     "where it fails"},
    {"value", CX_PARAM_FLOAT, "1.0", NULL, "what value_ becomes"},
    {.name = NULL},
};
static const char *const faulty_attrs[] = {"value_: float []", "second_: float []", NULL};

static cx_status faulty_fit(cx_estimator *self, const cx_data *d)
{
    const char *const how = cx_param_str(self, "how");
    cx_status st = cx_self_set_f64(self, 0, cx_param_f64(self, "value"));
    if (st == CX_OK && strcmp(how, "unset") != 0) st = cx_self_set_f64(self, 1, 2.0);
    if (st != CX_OK) return st;
    if (strcmp(how, "status") == 0)
        return cx_copy_into(d->x, cx_zeros(CX_SHAPE(1), CX_F64, CX_CPU));
    if (strcmp(how, "mark") == 0) (void)cx_reshape(d->x, CX_SHAPE(99, 99));
    if (strcmp(how, "nil") == 0) return cx_self_set(self, 1, cx_reshape(d->x, CX_SHAPE(99, 99)));
    return CX_OK;
}
static cx_array *faulty_transform(const cx_estimator *self, const cx_array *x)
{
    const bool fail = strcmp(cx_param_str(self, "how"), "predict") == 0;
    return fail ? cx_reshape(x, CX_SHAPE(99, 99)) : cx_add(x, cx_self(self, 0));
}
static cx_status faulty_partial_fit(cx_estimator *self, const cx_data *d)
{
    const double before = cx_self_has(self, 0) ? cx_item_f64(cx_self(self, 0)) : 0;
    const cx_status st = faulty_fit(self, d);
    return st != CX_OK ? st : cx_self_set_f64(self, 0, before + cx_param_f64(self, "value"));
}
const cx_estimator_class sample_faulty = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "Faulty",
    .doc = "Fails as told.",
    .kind = CX_TRANSFORMER,
    .params = faulty_params,
    .attrs = faulty_attrs,
    .fit = faulty_fit,
    .partial_fit = faulty_partial_fit,
    .transform = faulty_transform,
};

/* ---- CodeEncoder */
static cx_status encoder_fit(cx_estimator *self, const cx_data *d)
{
    (void)self;
    (void)d;
    return CX_OK; /* the schema holds all it needs */
}
/* Rank of each of the categories among them, by text. */
static void ranks(const cx_array *words, double *out)
{
    const int n = cx_category_count(words);
    for (int i = 0; i < n; i++) {
        out[i] = 0;
        for (int k = 0; k < n; k++)
            out[i] += strcmp(cx_category(words, k), cx_category(words, i)) < 0;
    }
}
static cx_array *encoder_call(const cx_estimator *self, cx_method method, const cx_data *d)
{
    (void)method;
    const int64_t rows = cx_table_rows(d->table), cols = cx_self_features(self);
    cx_array *const out = cx_empty(CX_SHAPE(rows, cols), CX_F64, CX_CPU);
    double *const to = cx_data_f64_mut(out), rank[64];
    for (int64_t j = 0; to && cx_ok() && j < cols; j++) {
        const cx_array *const words = cx_self_categories(self, j), *const column =
                                                                       cx_table_column_at(d->table,
                                                                                          (int)j);
        ranks(words, rank);
        for (int64_t i = 0; i < rows; i++) {
            to[i * cols + j] = -1;
            for (int k = 0; k < cx_category_count(words); k++)
                if (strcmp(cx_category(words, k), cx_label(column, i)) == 0)
                    to[i * cols + j] = rank[k];
        }
    }
    return out;
}
static cx_status encoder_plan(const cx_estimator *self, cx_plan *p)
{
    double *const table = cx_plan_alloc(p, (size_t)p->cols_in * 64 * sizeof *table);
    for (int64_t j = 0; table && j < p->cols_in; j++)
        ranks(cx_self_categories(self, j), table + 64 * j);
    p->state = table;
    return table ? CX_OK : CX_E_NOMEM;
}
static cx_status encoder_rows(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const double *const rank = p->state;
    for (int64_t i = 0; i < rows * p->cols_in; i++)
        out[i] = x[i] < 0 ? -1 : rank[64 * (i % p->cols_in) + (int64_t)x[i]];
    return CX_OK;
}
static bool encoder_has(const cx_estimator *self, cx_method method)
{
    (void)self;
    return method == CX_TRANSFORM;
}
const cx_estimator_class sample_encoder = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "CodeEncoder",
    .doc = "Ranks of words.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_RAW,
    .fit = encoder_fit,
    .call = encoder_call,
    .has = encoder_has,
    .plan = encoder_plan,
    .transform_into = encoder_rows,
};

/* ---- helpers */
void scope_drop(cx_scope s)
{
    const cx_status st = cx_scope_close(s);
    (void)st;
}
cx_status sample_register(void)
{
    const cx_estimator_class *const all[] = {&sample_clipper, &sample_nearest_mean, &sample_unions,
                                             &sample_faulty, &sample_encoder};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const cx_status st = cx_estimator_register(all[i]);
        if (st != CX_OK) return st;
    }
    return CX_OK;
}

int error_has(const char *text)
{
    return strstr(cx_error_message(), text) != NULL;
}

cx_array *matrix(int64_t rows, int64_t cols, const double *v)
{
    return cx_copy_host(v, CX_SHAPE(rows, cols), CX_F64);
}

cx_array *text_labels(int64_t n, const char *const *texts)
{
    const char *words[64];
    int32_t codes[256];
    int count = 0;
    for (int64_t i = 0; i < n; i++) {
        int k = 0;
        while (k < count && strcmp(words[k], texts[i]) != 0) k++;
        if (k == count) words[count++] = texts[i];
        codes[i] = k;
    }
    return cx_categories_new(cx_copy_host(codes, CX_SHAPE(n), CX_I32), count, words);
}
