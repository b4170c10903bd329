/* The data sets in the library (sklearn.datasets.load_*). The one idea: the CSV text of each is
 * read by the library's own reader when it is asked for; here stand only names and descriptions,
 * and the scaling of one of them. */
#include "io/datasets/bundled.h"
#include "base/object.h"
#include "io/csv.h"
#include "io/table.h"
#include "ops/primitives.h"
#include <calx/datasets.h>
#include <calx/device.h>
#include <calx/index.h>
#include <calx/ops.h>
#include <math.h>

enum { MAX_FEATURES = 64 };

typedef struct set {
    const char *where;
    cx_names features, classes;
    const char *description;
} set;

#define COUNT(names) ((int)(sizeof(names) / sizeof *(names)))
#define NAMES(names)        \
    {                       \
        COUNT(names), names \
    }

static const char *const iris_features[] = {"sepal length (cm)", "sepal width (cm)",
                                            "petal length (cm)", "petal width (cm)"};
static const char *const iris_classes[] = {"setosa", "versicolor", "virginica"};
static const char *const wine_features[] = {
    "alcohol",         "malic_acid",      "ash",        "alcalinity_of_ash",
    "magnesium",       "total_phenols",   "flavanoids", "nonflavanoid_phenols",
    "proanthocyanins", "color_intensity", "hue",        "od280/od315_of_diluted_wines",
    "proline"};
static const char *const wine_classes[] = {"class_0", "class_1", "class_2"};
/* Of each measure the mean, the standard error and the worst. */
#define TEN(a, b)                                                                                  \
    a "radius" b, a "texture" b, a "perimeter" b, a "area" b, a "smoothness" b, a "compactness" b, \
        a "concavity" b, a "concave points" b, a "symmetry" b, a "fractal dimension" b
static const char *const cancer_features[] = {TEN("mean ", ""), TEN("", " error"),
                                              TEN("worst ", "")};
static const char *const cancer_classes[] = {"malignant", "benign"};
#define ROW(i)                                                                                \
    "pixel_" #i "_0", "pixel_" #i "_1", "pixel_" #i "_2", "pixel_" #i "_3", "pixel_" #i "_4", \
        "pixel_" #i "_5", "pixel_" #i "_6", "pixel_" #i "_7"
static const char *const digits_features[] = {ROW(0), ROW(1), ROW(2), ROW(3),
                                              ROW(4), ROW(5), ROW(6), ROW(7)};
static const char *const digits_classes[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
static const char *const diabetes_features[] = {"age", "sex", "bmi", "bp", "s1",
                                                "s2",  "s3",  "s4",  "s5", "s6"};

static const set sets[CX__BUNDLED_COUNT] = {
    [CX__IRIS] =
        {"load_iris", NAMES(iris_features), NAMES(iris_classes),
         "Sizes of sepals and petals of 150 flowers, 50 of each of three species of iris.\n"
         "R. A. Fisher, \"The use of multiple measurements in taxonomic problems\", 1936; "
         "UCI Machine Learning Repository, Iris, with Fisher's values where that file "
         "differs. CC BY 4.0.\n"},
    [CX__WINE] = {"load_wine", NAMES(wine_features), NAMES(wine_classes),
                  "Thirteen chemical measurements of 178 wines of one region of Italy, made of "
                  "three cultivars.\n"
                  "S. Aeberhard, M. Forina, 1992; UCI Machine Learning Repository, Wine. CC BY "
                  "4.0.\n"},
    [CX__BREAST_CANCER] =
        {"load_breast_cancer", NAMES(cancer_features), NAMES(cancer_classes),
         "Shapes of cell nuclei in images of 569 breast tumours, 212 malignant "
         "and 357 benign: of ten measures the mean, the standard error and the "
         "mean of the three largest.\n"
         "W. Wolberg, O. Mangasarian, N. Street, W. Street, 1995; UCI Machine "
         "Learning Repository, Breast Cancer Wisconsin (Diagnostic). CC BY 4.0.\n"},
    [CX__DIGITS] = {"load_digits", NAMES(digits_features), NAMES(digits_classes),
                    "1797 handwritten digits as images of 8 x 8 pixels, row by row, from 0 to 16.\n"
                    "E. Alpaydin, C. Kaynak, 1998; UCI Machine Learning Repository, Optical "
                    "Recognition of Handwritten Digits, its test set. CC BY 4.0.\n"},
    [CX__DIABETES] = {"load_diabetes",
                      NAMES(diabetes_features),
                      {0, NULL},
                      "Age, sex, body mass index, blood pressure and six blood values of 442 "
                      "patients; to predict: how far diabetes has gone on after a year. Each "
                      "feature has mean 0 and sum of squares 1 unless the raw values are asked "
                      "for.\n"
                      "B. Efron, T. Hastie, I. Johnstone, R. Tibshirani, \"Least Angle "
                      "Regression\", Annals of Statistics 32, 2004, pages 407-499. The authors "
                      "state no licence; the values are scikit-learn's copy.\n"},
};

static cx_status check_options(const char *where, cx__bundled id, const cx_load_opts *o)
{
    if (o->unscaled && id != CX__DIABETES)
        return cx__fail(CX_E_ARGUMENT, where, "unscaled is an option of load_diabetes");
    if (o->n_class != 0 && id != CX__DIGITS)
        return cx__fail(CX_E_ARGUMENT, where, "n_class is an option of load_digits");
    if (o->n_class < 0 || o->n_class > 10)
        return cx__fail(CX_E_ARGUMENT, where, "n_class is %lld, not 1 to 10",
                        (long long)o->n_class);
    return cx_device_check(o->device);
}

/* Mean 0 and sum of squares 1 of each column. Sums go row by row and every division is one, as in
 * scikit-learn, so that the bits are the same. */
static void scale(double *x, int64_t n, int64_t d)
{
    double mean[MAX_FEATURES] = {0}, square[MAX_FEATURES] = {0};
    const double root = sqrt((double)n);
    for (int64_t i = 0; i < n * d; i++) mean[i % d] += x[i];
    for (int64_t j = 0; j < d; j++) mean[j] /= (double)n;
    for (int64_t i = 0; i < n * d; i++) {
        x[i] -= mean[i % d];
        square[i % d] += x[i] * x[i];
    }
    for (int64_t j = 0; j < d; j++) square[j] = sqrt(square[j] / (double)n);
    for (int64_t i = 0; i < n * d; i++) x[i] = x[i] / square[i % d] / root;
}

static cx_status read_set(const set *about, cx__bundled id, const cx_load_opts *o, cx_bunch *out)
{
    size_t size;
    const char *const text = cx__bundled_text(id, &size);
    cx_table *t = NULL;
    const cx_status st = cx__csv_decode(about->where, text, size, NULL, &t);
    t = cx__yield(st, about->where, t);
    CX__TRY(st);
    cx_array *y = cx_table_column(t, "target");
    if (o->n_class > 0) {
        const cx_array *const wanted = cx_less(y, cx_int(o->n_class));
        t = cx_table_take(t, wanted);
        y = cx_table_column(t, "target");
    }
    out->y = cx_astype(y, about->classes.count > 0 ? CX_I64 : CX_F64);
    out->x = cx_table_to_matrix(cx_table_drop(t, CX_NAMES("target")), (cx_names){0, NULL});
    if (id != CX__DIABETES || o->unscaled) return cx__so_far();
    double *const at = cx_data_f64_mut(out->x);
    CX__TRY(cx__so_far());
    scale(at, cx_dim(out->x, 0), cx_dim(out->x, 1));
    return CX_OK;
}

/* Columns of x and y under the names that scikit-learn gives them; one reference. */
static cx_status frame(const set *about, const cx_bunch *b, cx_table **out)
{
    const char *names[MAX_FEATURES + 1];
    const cx_array *columns[MAX_FEATURES + 1];
    const int d = about->features.count;
    for (int j = 0; j < d; j++) {
        names[j] = about->features.at[j];
        columns[j] = cx_copy(cx_select(b->x, 1, j));
    }
    names[d] = "target";
    columns[d] = b->y;
    CX__TRY(cx__so_far());
    return cx__table_new(about->where, (cx_names){d + 1, names}, (cx_arrays){d + 1, columns}, 0,
                         out);
}

static cx_status load(const set *about, cx__bundled id, const cx_load_opts *given, cx_bunch *out,
                      cx_table **table)
{
    cx_load_opts o;
    CX__TRY(CX__OPTIONS(about->where, given, &o));
    CX__TRY(check_options(about->where, id, &o));
    CX__TRY(read_set(about, id, &o, out));
    if (o.as_frame) CX__TRY(frame(about, out, table));
    out->x = cx_to(out->x, o.device);
    out->y = cx_to(out->y, o.device);
    return cx__so_far();
}

static cx_bunch give(cx__bundled id, const cx_load_opts *o)
{
    const set *const about = &sets[id];
    cx_bunch b = {.feature_names = about->features,
                  .target_names = about->classes,
                  .description = about->description};
    cx_table *table = NULL;
    const cx_scope s = cx_scope_open();
    const cx_status st = load(about, id, o, &b, &table);
    cx_array *part[] = {b.x, b.y};
    cx__give_all(s, st, about->where, 2, part);
    b.x = part[0];
    b.y = part[1];
    const cx_status end = cx_status_of(b.x) != CX_OK ? cx_status_of(b.x) : cx_status_of(b.y);
    if (table == NULL)
        b.frame = cx__nil(end != CX_OK ? end : CX_E_ARGUMENT);
    else
        b.frame = cx__yield(end, about->where, table);
    return b;
}

cx_bunch cx_load_iris(const cx_load_opts *o)
{
    return give(CX__IRIS, o);
}

cx_bunch cx_load_wine(const cx_load_opts *o)
{
    return give(CX__WINE, o);
}

cx_bunch cx_load_breast_cancer(const cx_load_opts *o)
{
    return give(CX__BREAST_CANCER, o);
}

cx_bunch cx_load_digits(const cx_load_opts *o)
{
    return give(CX__DIGITS, o);
}

cx_bunch cx_load_diabetes(const cx_load_opts *o)
{
    return give(CX__DIABETES, o);
}
