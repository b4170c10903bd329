/* Estimators by their spec: fit, and predict or transform, on clouds of points round a few centres
 * (labels) or on a plane with noise (numbers). And the user's own, of --mine: the same two
 * functions on rows of a file. A check asks the model about the data it was fitted with. */
#include "bench.h"
#include <calx/estimator.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/linalg.h>
#include <calx/metrics_cluster.h>
#include <calx/model_selection.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>

enum { FEATURES = 20, CENTRES = 4, FITTED = 10000, HANDFUL = 50, ASKED = 2000 };

/* ---- data */
static cx_array *normal(const bench_job *j, cx_shape shape, int seed)
{
    return cx_rng_standard_normal(cx_default_rng(CX_SEED(seed), CX_CPU), shape, j->dtype);
}
/* points round centres, with the number of the centre as label */
static void clouds(const bench_job *j, int64_t n, cx_array *xy[2])
{
    const cx_array *const centres =
        cx_mul(normal(j, CX_SHAPE(CENTRES, FEATURES), 1), cx_float(0.8));
    xy[1] = cx_remainder(cx_arange_i64(0, n, 1, CX_I64, CX_CPU), cx_int(CENTRES));
    xy[0] = cx_add(normal(j, CX_SHAPE(n, FEATURES), 2), cx_take(centres, xy[1], 0));
}
/* numbers that depend on the columns, and noise */
static void plane(const bench_job *j, int64_t n, cx_array *xy[2])
{
    xy[0] = normal(j, CX_SHAPE(n, FEATURES), 2);
    const cx_array *const noise = cx_mul(normal(j, CX_SHAPE(n), 3), cx_float(0.5));
    xy[1] = cx_add(cx_matmul(xy[0], normal(j, CX_SHAPE(FEATURES), 1)), noise);
}
/* rows of the user's own, evenly spaced; more than there are repeat them */
static cx_data own_rows(const bench_job *j, int64_t n)
{
    const cx_array *const step = cx_float((double)j->data->rows / (double)n);
    const cx_array *const at = cx_mul(cx_arange_i64(0, n, 1, CX_I64, CX_CPU), step);
    return cx_data_take(&j->data->data, cx_astype(cx_floor(at), CX_I64));
}
static cx_data data_of(const bench_job *j, int64_t n, const cx_estimator *m)
{
    if (j->data != NULL) return own_rows(j, n);
    cx_array *xy[2];
    if (cx_estimator_kind_of(m) == CX_REGRESSOR)
        plane(j, n, xy);
    else
        clouds(j, n, xy);
    return (cx_data){.x = xy[0], .y = xy[1]};
}

/* ---- work */
static void prepare_fit(bench_job *j)
{
    const cx_data d = data_of(j, j->n, cx_estimator_new(j->what->spec));
    j->host[0] = d.x;
    j->host[1] = d.y;
    j->table = d.table;
    j->target = d.target;
}
/* The model to predict with saw at most FITTED rows: it is the same for all larger sizes. */
static void prepare_use(bench_job *j)
{
    cx_estimator *const m = cx_estimator_new(j->what->spec);
    const int64_t rows = j->data != NULL ? j->data->rows : j->n;
    const cx_data d = data_of(j, rows < FITTED ? rows : FITTED, m);
    cx_check(cx_fit_data(m, &d));
    j->model = m;
    prepare_fit(j);
}
static cx_data job_data(const bench_job *j)
{
    return (cx_data){.x = j->in[0], .y = j->in[1], .table = j->table, .target = j->target};
}
static void run_fit(bench_job *j)
{
    const cx_data d = job_data(j);
    j->model = cx_estimator_new(j->what->spec);
    cx_check(cx_fit_data(j->model, &d));
}
static void run_use(bench_job *j)
{
    const cx_data d = {.x = j->in[0], .table = j->table};
    j->out[0] = cx_estimator_has(j->model, CX_PREDICT) ? cx_predict_data(j->model, &d)
                                                       : cx_transform_data(j->model, &d);
}

/* ---- checks */
/* Share of the columns' variance that comes back from transform and its inverse; 0 unless what is
 * transformed has columns about 0, and of variance 1 where the model has a scale. */
static double restored(const bench_job *j)
{
    /* of the rows that were fitted it is exact, of others about so */
    const double tolerance = j->what->run == run_use && j->n > FITTED ? 0.1 : 1e-4;
    const cx_array *const x = j->in[0], *const z = cx_transform(j->model, x),
                          *const lost = cx_square(cx_sub(x, cx_inverse_transform(j->model, z))),
                          *const all = cx_sum(cx_var(x, CX_AXIS(0)), CX_ALL),
                          *const offset = cx_max(cx_abs(cx_mean(z, CX_AXIS(0))), CX_ALL),
                          *const variance = cx_mean(cx_var(z, CX_AXIS(0)), CX_ALL);
    const double off = cx_item_f64(offset), spread = cx_item_f64(variance);
    if (!(off < tolerance)) return 0;
    if (cx_has_attr(j->model, "scale_") && !(fabs(spread - 1) < tolerance)) return 0;
    return 1 - cx_item_f64(cx_sum(lost, CX_ALL)) / (cx_item_f64(all) * (double)j->n);
}
/* How good the model is, 1 at best: accuracy, R^2, agreement with the clouds, or what comes back.
 * Not all rows are asked about: for some models that would take longer than any fit. */
static bool right_model(const bench_job *j)
{
    const cx_estimator_kind kind = cx_estimator_kind_of(j->model);
    const int64_t rows = j->n < ASKED ? j->n : ASKED;
    const cx_data d = {.x = cx_slice(j->in[0], 0, 0, rows, 1),
                       .y = cx_slice(j->in[1], 0, 0, rows, 1)};
    const double score = kind == CX_TRANSFORMER ? restored(j)
                         : kind == CX_CLUSTERER
                             ? cx_adjusted_rand_score(d.y, cx_predict_data(j->model, &d), NULL)
                             : cx_score_data(j->model, &d);
    /* few rows may lie badly, and a handful says nothing */
    return j->n < HANDFUL || score >= j->what->floor - sqrt(8 / (double)j->n);
}
/* what the model on the host says about the first rows alone */
static bool rows_agree(const bench_job *j)
{
    enum { FEW = 8, OTHERS = 1 };
    static const double tolerance = 1e-5;
    const int64_t rows = j->n < FEW ? j->n : FEW, columns = j->size[0] / j->n;
    bench_job few = {.model = cx_estimator_to(j->model, CX_CPU)};
    if (j->table != NULL)
        few.table = cx_table_slice(j->table, 0, rows);
    else
        few.in[0] = cx_slice(j->host[0], 0, 0, rows, 1);
    run_use(&few);
    const cx_array *const out = few.out[0];
    const double *const want =
        cx_data_f64(cx_astype(cx_dtype_of(out) == CX_CAT ? cx_codes(out) : out, CX_F64));
    if (want == NULL || cx_size(out) != rows * columns) return false;
    int64_t others = 0; /* rows of which two labels are equally good */
    for (int64_t i = 0; i < rows * columns; i++) {
        const double got = j->got[0][i];
        if (isnan(want[i]) ? !isnan(got)
                           : !(fabs(got - want[i]) <= tolerance * (1 + fabs(want[i]))))
            others++;
    }
    return others <= (j->device.kind == CX_DEVICE_CPU ? 0 : OTHERS);
}
static bool right_use(const bench_job *j)
{
    if (j->size[0] < j->n || j->size[0] % j->n != 0 || !rows_agree(j)) return false;
    return j->data != NULL || right_model(j);
}
/* of the user's own nobody knows how good it should be */
static bool right_fit(const bench_job *j)
{
    return j->data != NULL ? cx_is_fitted(j->model) : right_model(j);
}

static const bench_sizes decades = {{1000, 10000, 100000, 1000000}, {1000, 10000}};
#define FIT .prepare = prepare_fit, .run = run_fit, .right = right_fit
#define USE .prepare = prepare_use, .run = run_use, .right = right_use
#define ROWS(class, use, spec_, floor_) \
    {.suite = "estimators",             \
     .name = class ".fit",              \
     .unit = "rows",                    \
     .sizes = &decades,                 \
     .quick = true,                     \
     .spec = spec_,                     \
     .floor = floor_,                   \
     FIT},                              \
        {.suite = "estimators",         \
         .name = class "." use,         \
         .unit = "rows",                \
         .sizes = &decades,             \
         .quick = true,                 \
         .spec = spec_,                 \
         .floor = floor_,               \
         USE},

static const bench_case cases[] = {
    ROWS("StandardScaler", "transform", "StandardScaler()",
         0.999) ROWS("PCA", "transform", "PCA(n_components=8)",
                     0.4) ROWS("LinearRegression", "predict", "LinearRegression()",
                               0.9) ROWS("Ridge", "predict", "Ridge()", 0.9)
        ROWS("LogisticRegression", "predict", "LogisticRegression()",
             0.9) ROWS("GaussianNB", "predict", "GaussianNB()", 0.9)
            ROWS("KMeans", "predict", "KMeans(n_clusters=4, n_init=1, random_state=0)",
                 0.5) ROWS("KNeighborsClassifier", "predict", "KNeighborsClassifier()",
                           0.9) ROWS("SVC", "predict", "SVC()", 0.9)
                ROWS("DecisionTreeClassifier", "predict", "DecisionTreeClassifier(random_state=0)",
                     0.9) ROWS("RandomForestClassifier", "predict",
                               "RandomForestClassifier(n_estimators=20, random_state=0)", 0.9)
                    ROWS("HistGradientBoostingClassifier", "predict",
                         "HistGradientBoostingClassifier(max_iter=20, random_state=0)", 0.9)};

const bench_suite bench_estimators = {"estimators", cases, sizeof cases / sizeof *cases};

int bench_mine(const char *spec, const bench_sizes *sizes, bench_case mine[2])
{
    const cx_estimator *const m = cx_estimator_new(spec);
    const bool predicts = cx_estimator_has(m, CX_PREDICT);
    const bench_case own = {.suite = "mine", .unit = "rows", .sizes = sizes, .spec = spec, FIT};
    mine[0] = mine[1] = own;
    mine[0].name = "fit";
    mine[1].name = predicts ? "predict" : "transform";
    mine[1].prepare = prepare_use;
    mine[1].run = run_use;
    mine[1].right = right_use;
    return predicts || cx_estimator_has(m, CX_TRANSFORM) ? 2 : 1;
}
