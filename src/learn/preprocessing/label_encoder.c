/* LabelEncoder and LabelBinarizer: labels as numbers, or as a column for each class
 * (sklearn.preprocessing). x is the labels: [n], [n, 1], or a table of one column. */
#include "base/alloc.h"
#include "learn/base/estimator.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <string.h>

enum { CLASSES };
static const char *const attrs[] = {"classes_: label [k]", NULL};

static cx_status labels_of(const char *where, const cx_estimator *self, const cx_data *d,
                           cx_array **out)
{
    if (d->table && cx__feature_count(self, d) != 1)
        return cx__fail(CX_E_SHAPE, where, "%s takes one column", self->cls->name);
    *out = d->table             ? cx__feature(where, self, d, 0)
           : cx_ndim(d->x) == 2 ? cx_select(d->x, 1, 0)
                                : cx_to(d->x, cx_device_of(d->x));
    CX__TRY(cx_status_of(*out));
    if (cx_size(*out) > 0) return CX_OK;
    return cx__fail(CX_E_SHAPE, where, "there are no labels");
}

static cx_status fit(cx_estimator *self, const cx_data *d)
{
    cx_array *y = NULL;
    CX__TRY(labels_of("fit", self, d, &y));
    return cx_self_set(self, CLASSES, cx_labels_encode(y).classes);
}

static bool has(const cx_estimator *self, cx_method method)
{
    (void)self;
    return method == CX_TRANSFORM || method == CX_INVERSE_TRANSFORM;
}

/* ---- LabelEncoder */
static cx_status restore(const cx_estimator *self, const cx_data *d, cx_array **out)
{
    static const char where[] = "inverse_transform";
    cx_array *code = NULL;
    CX__TRY(labels_of(where, self, d, &code));
    const char kind = cx_dtype_kind(cx_dtype_of(code));
    if (kind != 'i' && kind != 'u')
        return cx__fail(CX_E_DTYPE, where, "codes are %s, not integers",
                        cx_dtype_name(cx_dtype_of(code)));
    const int64_t k = cx_size(cx_self(self, CLASSES)), low = cx__number_i64(cx_min(code, CX_ALL)),
                  high = cx__number_i64(cx_max(code, CX_ALL));
    CX__TRY(cx__so_far());
    if (low < 0 || high >= k)
        return cx__fail(CX_E_ARGUMENT, where, "code %lld stands for none of %lld classes",
                        (long long)(low < 0 ? low : high), (long long)k);
    *out = cx_take(cx_self(self, CLASSES), code, 0);
    return cx_status_of(*out);
}

static cx_status encode(const cx_estimator *self, const cx_data *d, cx_array **out)
{
    cx_array *y = NULL;
    CX__TRY(labels_of("transform", self, d, &y));
    *out = cx_labels_codes(y, cx_self(self, CLASSES));
    return cx_status_of(*out);
}

static cx_array *call(const cx_estimator *self, cx_method method, const cx_data *d)
{
    cx_array *out = NULL;
    const cx_status st = method == CX_TRANSFORM ? encode(self, d, &out) : restore(self, d, &out);
    return cx_check(st) == CX_OK ? out : NULL;
}

const cx_estimator_class cx__class_label_encoder = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "LabelEncoder",
    .doc = "Labels as the numbers 0, 1, ... of their order.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_RAW | CX_CLASS_LABELS | CX_CLASS_NO_WEIGHT,
    .attrs = attrs,
    .fit = fit,
    .has = has,
    .call = call,
};

/* ---- LabelBinarizer */
static const cx_param params[] = {
    {"neg_label", CX_PARAM_INT, "0", NULL, "written where the label is another"},
    {"pos_label", CX_PARAM_INT, "1", NULL, "written where it is the class of the column"},
    {"sparse_output", CX_PARAM_BOOL, "False", NULL, "not used: the result is dense"},
    {.name = NULL},
};

static cx_status fit_columns(cx_estimator *self, const cx_data *d)
{
    const int64_t low = cx_param_i64(self, "neg_label"), high = cx_param_i64(self, "pos_label");
    if (low >= high)
        return cx__fail(CX_E_ARGUMENT, "fit", "neg_label=%lld must be less than pos_label=%lld",
                        (long long)low, (long long)high);
    return fit(self, d);
}

/* Labels that fit did not see have no column. */
static cx_array *is_class(const cx_array *y, const cx_array *classes, int64_t c)
{
    if (cx_dtype_of(y) != CX_CAT) return cx_equal(y, cx_select(classes, 0, c));
    const char *const word = cx_label(classes, c);
    int code = 0;
    while (word && code < cx_category_count(y) && strcmp(cx_category(y, code), word) != 0) code++;
    return cx_equal(cx_codes(y), cx_int(code));
}

static cx_status columns(const cx_estimator *self, const cx_data *d, cx_array **out)
{
    cx_array *y = NULL;
    CX__TRY(labels_of("transform", self, d, &y));
    cx__site s;
    CX__TRY(cx__site_of("transform", y, &s));
    const cx_array *const classes = cx_self(self, CLASSES);
    const bool text = cx_dtype_of(classes) == CX_CAT;
    if (text != (cx_dtype_of(y) == CX_CAT))
        return cx__fail(CX_E_DTYPE, "transform", "labels are %s, but the classes %s",
                        cx_dtype_name(cx_dtype_of(y)), cx_dtype_name(cx_dtype_of(classes)));
    const cx_array *const known = text ? cx__to_host(&s, classes) : classes;
    const int64_t k = cx_size(classes), width = k > 2 ? k : 1;
    *out = cx_full(CX_SHAPE(cx_size(y), width), cx_int(cx_param_i64(self, "neg_label")), CX_I64,
                   s.device);
    for (int64_t c = 0; c < width && k > 1; c++) {
        const cx_array *const hit = is_class(y, known, k > 2 ? c : 1);
        CX__TRY(cx_copy_into(cx_where(hit, cx_int(cx_param_i64(self, "pos_label")),
                                      cx_int(cx_param_i64(self, "neg_label"))),
                             cx_select(*out, 1, c)));
    }
    return cx__so_far();
}

static cx_status labels(const cx_estimator *self, const cx_data *d, cx_array **out)
{
    static const char where[] = "inverse_transform";
    const cx_array *const classes = cx_self(self, CLASSES);
    const int64_t k = cx_size(classes);
    if (!d->x) return cx__fail(CX_E_ARGUMENT, where, "a matrix is needed, not a table");
    const cx_array *const x =
        cx_ndim(d->x) == 1 ? cx_reshape(d->x, CX_SHAPE(cx_dim(d->x, 0), 1)) : d->x;
    const int64_t cols = cx_dim(x, 1);
    if (cols != (k > 2 ? k : 1) && !(k == 2 && cols == 2))
        return cx__fail(CX_E_SHAPE, where, "x has %lld columns; there are %lld classes",
                        (long long)cols, (long long)k);
    const double half =
        ((double)cx_param_i64(self, "pos_label") + (double)cx_param_i64(self, "neg_label")) / 2;
    const cx_array *code = NULL;
    if (k > 2)
        code = cx_argmax(x, CX_AXIS(1));
    else
        code = cx_astype(cx_greater(cx_select(x, 1, cols - 1), cx_float(half)), CX_I64);
    if (k == 1) code = cx_zeros_like(code, CX_I64);
    *out = cx_take(classes, code, 0);
    return cx_status_of(*out);
}

static cx_array *call_columns(const cx_estimator *self, cx_method method, const cx_data *d)
{
    cx_array *out = NULL;
    const cx_status st = method == CX_TRANSFORM ? columns(self, d, &out) : labels(self, d, &out);
    return cx_check(st) == CX_OK ? out : NULL;
}

const cx_estimator_class cx__class_label_binarizer = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "LabelBinarizer",
    .doc = "A column for each class of labels; one for two classes.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_RAW | CX_CLASS_LABELS | CX_CLASS_NO_WEIGHT,
    .params = params,
    .attrs = attrs,
    .fit = fit_columns,
    .has = has,
    .call = call_columns,
};
