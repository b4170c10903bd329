/* Workloads whose instructions are counted: small ones over all layers, each once to warm up and
 * once between two requests to callgrind, which writes a file with the count. bench/instructions.sh
 * runs this on one thread at the AVX2 level and compares with bench/instructions.tsv. Without
 * callgrind it just runs them. Argument: a folder for files. */
#include "peer.h"
#include <calx.h>
#include <calx/neighbors.h>
#include <calx/session.h>
#include <pthread.h>
#if defined(__has_include)
#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#endif
#endif
#ifndef CALLGRIND_ZERO_STATS
#define CALLGRIND_ZERO_STATS ((void)0)
#define CALLGRIND_DUMP_STATS_AT(name) ((void)(name))
#endif

enum { N = 100000, SIDE = 300, MANY = 2000, ROWS = 600, COLUMNS = 20, PATH = 300 };

/* What the workloads share. Numbers are those of peer.h, whatever draws random ones. */
static struct {
    const cx_array *a, *b, *positive; /* [N] */
    const cx_array *few;              /* [8] */
    const cx_array *square;           /* [SIDE, SIDE] */
    const cx_array *stack;            /* [MANY, 4, 4] */
    const cx_array *spd;              /* [64, 64] */
    const cx_array *complex;          /* [4096] */
    const cx_array *whole, *mask;     /* [N], int64 of 0..999, bool */
    const cx_array *x, *y, *label;    /* [ROWS, COLUMNS], [ROWS] */
    const cx_estimator *forest;
    cx_session *session;
    char csv[PATH], npy[PATH], model[PATH];
} d;

static const char formula[] = "x, y, s: d = (x - y) / s; exp(-d * d / 2) + sqrt(abs(x * y))";

static void close_scope(cx_scope s)
{
    if (cx_scope_close(s) != CX_OK) stop("instructions");
}

/* ---- arrays */
static void small_calls(void)
{
    for (int i = 0; i < MANY; i++) {
        const cx_scope s = cx_scope_open();
        (void)cx_add(cx_mul(d.few, cx_float(2)), d.few);
        close_scope(s);
    }
}
static void small_sums(void)
{
    for (int i = 0; i < MANY; i++) {
        const cx_scope s = cx_scope_open();
        (void)cx_sum(d.few, CX_ALL);
        close_scope(s);
    }
}
static void elementwise(void)
{
    (void)cx_add(cx_mul(d.a, d.b), d.a);
}
static void mixed_layouts(void)
{
    (void)cx_add(cx_transpose(d.square), cx_astype(cx_select(d.square, 0, 1), CX_F32));
}
static void exponentials(void)
{
    (void)cx_exp(d.a);
    (void)cx_log(d.positive);
}
static void angles(void)
{
    (void)cx_sin(cx_mul(d.a, cx_float(20)));
    (void)cx_arctan2(d.a, d.b);
}
static void powers(void)
{
    (void)cx_power(d.positive, d.b);
    (void)cx_tanh(cx_astype(d.a, CX_F32));
}
static void casts(void)
{
    (void)cx_astype(cx_astype(d.a, CX_F16), CX_F64);
    (void)cx_astype(d.whole, CX_F32);
    (void)cx_astype(d.whole, CX_C128);
}
static void formulas(void)
{
    (void)cx_eval(formula, d.a, d.b, cx_float(0.5));
}
static void totals(void)
{
    (void)cx_sum(d.a, CX_ALL);
    (void)cx_std(d.a, CX_ALL);
    (void)cx_argmax(d.a, CX_ALL);
}
static void totals_by_axis(void)
{
    (void)cx_std(d.square, CX_AXIS(0));
    (void)cx_sum(d.square, CX_AXIS(1));
    (void)cx_max(d.square, CX_AXIS(0));
}
static void running(void)
{
    (void)cx_cumsum(d.a, 0);
    (void)cx_cumsum(d.square, 0);
}
static void sorting(void)
{
    (void)cx_sort(d.a, 0);
    (void)cx_argsort(d.b, 0);
}
static void sets(void)
{
    (void)cx_unique(d.whole, NULL);
    (void)cx_searchsorted(cx_sort(d.b, 0), d.a, CX_LEFT);
    (void)cx_bincount(d.whole, NULL, 0);
}
static void indexing(void)
{
    (void)cx_mask(d.a, d.mask);
    (void)cx_take(d.a, d.whole, 0);
    (void)cx_where(d.mask, d.a, d.b);
    (void)cx_copy(cx_transpose(d.square));
}
static void shapes(void)
{
    for (int i = 0; i < MANY / 4; i++) {
        const cx_scope s = cx_scope_open();
        (void)cx_index(d.square, "?:?, ::-2, newaxis", (int64_t)i % 9, (int64_t)200);
        (void)cx_concatenate(CX_ARRAYS(d.few, d.few, d.few), 0);
        (void)cx_reshape(d.few, CX_SHAPE(2, -1));
        close_scope(s);
    }
}

/* ---- algebra, transforms, draws */
static void stacks(void)
{
    (void)cx_matmul(d.stack, d.stack);
    (void)cx_linalg_inv(d.stack);
}
static void factors(void)
{
    (void)cx_linalg_cholesky(d.spd, NULL);
    (void)cx_linalg_solve(d.spd, d.spd);
    (void)cx_linalg_eigh(d.spd, NULL);
}
static void products(void)
{
    (void)cx_matmul(d.square, d.square);
    (void)cx_einsum("ij,ij->i", CX_ARRAYS(d.square, d.square));
}
static void transforms(void)
{
    (void)cx_fft_fft(d.complex, -1, NULL);
    (void)cx_fft_rfft(cx_slice(d.a, 0, 0, 1009, 1), -1, NULL);
}
static void draws(void)
{
    cx_generator *const g = cx_default_rng(CX_SEED(1), CX_CPU);
    (void)cx_rng_random(g, CX_SHAPE(N), CX_F64);
    (void)cx_rng_standard_normal(g, CX_SHAPE(N), CX_F64);
    (void)cx_rng_permutation(g, d.whole, 0);
    (void)cx_rng_gamma(g, 2, 1, CX_SHAPE(N / 20));
}

/* ---- files */
static void read_csv(void)
{
    (void)cx_read_csv(d.csv, NULL);
}
static void write_text(void)
{
    cx_check(cx_savetxt(d.csv, cx_reshape(cx_slice(d.a, 0, 0, 20000, 1), CX_SHAPE(-1, 10)),
                        CX_OPTS(cx_savetxt_opts, .delimiter = ",")));
}
static void arrays_in_files(void)
{
    cx_check(cx_save(d.npy, d.square));
    (void)cx_load(d.npy);
}
static void models_in_files(void)
{
    cx_check(cx_estimator_save(d.model, d.forest));
    (void)cx_estimator_load(d.model);
}

/* ---- estimators */
static cx_estimator *fitted(const char *spec, const cx_array *y)
{
    cx_estimator *const m = cx_estimator_new(spec);
    cx_check(cx_fit(m, d.x, y));
    return m;
}
static void specs(void)
{
    for (int i = 0; i < 50; i++) {
        const cx_scope s = cx_scope_open();
        (void)cx_estimator_spec(cx_clone(cx_estimator_new(
            "StandardScaler(with_mean=False) | PCA(n_components=5) | LogisticRegression(C=0.5)")));
        close_scope(s);
    }
}
static void scaler_pca(void)
{
    (void)cx_transform(fitted("StandardScaler() | PCA(n_components=5)", NULL), d.x);
}
static void least_squares(void)
{
    (void)cx_predict(fitted("LinearRegression()", d.y), d.x);
    (void)cx_predict(fitted("Lasso(alpha=0.05)", d.y), d.x);
}
static void logistic(void)
{
    (void)cx_predict_proba(fitted("LogisticRegression()", d.label), d.x);
}
static void bayes(void)
{
    (void)cx_predict(fitted("GaussianNB()", d.label), d.x);
}
static void k_means(void)
{
    (void)fitted("KMeans(n_clusters=6, n_init=1, max_iter=20, random_state=0)", NULL);
}
static void tree(void)
{
    (void)fitted("DecisionTreeClassifier(random_state=0)", d.label);
}
static void boosting(void)
{
    (void)fitted("HistGradientBoostingRegressor(max_iter=10, early_stopping=False)", d.y);
}
static void forest_rows(void)
{
    (void)cx_predict(d.forest, d.x);
}
static void support_vectors(void)
{
    (void)cx_predict(fitted("SVC()", d.label), d.x);
}
static void neighbours(void)
{
    (void)cx_kneighbors(fitted("NearestNeighbors(n_neighbors=5, algorithm='brute')", NULL), d.x, 0);
    const cx_array *const few = cx_ascontiguous(cx_slice(d.x, 1, 0, 3, 1));
    (void)cx_neighbor_tree_query(cx_kd_tree(few, NULL), few, 5, NULL);
}
static void folds(void)
{
    cx_estimator *const m = cx_estimator_new("StandardScaler() | RidgeClassifier()");
    (void)cx_cross_val_score(m, CX_DATA(.x = d.x, .y = d.label), NULL);
}
static void served_rows(void)
{
    const double *const rows = cx_data_f64(d.x);
    for (int i = 0; rows != NULL && i < ROWS; i++)
        cx_check(cx_session_run_rows(d.session, rows + i * COLUMNS, 1));
}

static const struct workload {
    const char *name;
    void (*run)(void);
} workloads[] = {
    {"specs", specs}, /* first: what malloc costs hangs on what was freed before */
    {"small_calls", small_calls},
    {"small_sums", small_sums},
    {"elementwise", elementwise},
    {"mixed_layouts", mixed_layouts},
    {"exponentials", exponentials},
    {"angles", angles},
    {"powers", powers},
    {"casts", casts},
    {"formulas", formulas},
    {"totals", totals},
    {"totals_by_axis", totals_by_axis},
    {"running", running},
    {"sorting", sorting},
    {"sets", sets},
    {"indexing", indexing},
    {"shapes", shapes},
    {"stacks", stacks},
    {"factors", factors},
    {"products", products},
    {"transforms", transforms},
    {"draws", draws},
    {"write_text", write_text},
    {"read_csv", read_csv},
    {"arrays_in_files", arrays_in_files},
    {"scaler_pca", scaler_pca},
    {"least_squares", least_squares},
    {"logistic", logistic},
    {"bayes", bayes},
    {"k_means", k_means},
    {"tree", tree},
    {"boosting", boosting},
    {"forest_rows", forest_rows},
    {"support_vectors", support_vectors},
    {"neighbours", neighbours},
    {"folds", folds},
    {"served_rows", served_rows},
    {"models_in_files", models_in_files}, /* last: names of temporary files vary */
};
enum { WORKLOADS = sizeof workloads / sizeof *workloads };

static const cx_array *numbers(uint64_t from, cx_shape shape)
{
    cx_array *const a = cx_empty(shape, CX_F64, CX_CPU);
    double *const p = cx_data_f64_mut(a);
    for (int64_t i = 0; p != NULL && i < cx_size(a); i++) p[i] = number(from + (uint64_t)i);
    return a;
}

static void prepare(const char *folder)
{
    snprintf(d.csv, sizeof d.csv, "%s/rows.csv", folder);
    snprintf(d.npy, sizeof d.npy, "%s/square.npy", folder);
    snprintf(d.model, sizeof d.model, "%s/forest.safetensors", folder);
    d.a = numbers(0, CX_SHAPE(N));
    d.b = numbers(N, CX_SHAPE(N));
    d.positive = cx_add(d.a, cx_float(1));
    d.few = numbers(7, CX_SHAPE(8));
    d.square = numbers(11, CX_SHAPE(SIDE, SIDE));
    d.stack = cx_add(numbers(13, CX_SHAPE(MANY, 4, 4)), cx_eye(4, 4, 0, CX_F64, CX_CPU));
    const cx_array *const m = numbers(17, CX_SHAPE(64, 64));
    d.spd = cx_add(cx_matmul(m, cx_transpose(m)), cx_eye(64, 64, 0, CX_F64, CX_CPU));
    d.complex = cx_astype(cx_slice(d.a, 0, 0, 4096, 1), CX_C128);
    d.whole = cx_astype(cx_floor(cx_mul(d.positive, cx_float(600))), CX_I64);
    d.mask = cx_greater(d.a, d.b);
    d.x = numbers(19, CX_SHAPE(ROWS, COLUMNS));
    d.y = cx_eval("x, e: sum(x, axis=1) + e / 4", cx_slice(d.x, 1, 0, 10, 1),
                  numbers(5, CX_SHAPE(ROWS)));
    d.label = cx_astype(cx_greater(d.y, cx_float(0)), CX_I64);
    d.forest = fitted("RandomForestClassifier(n_estimators=20, random_state=0)", d.label);
    d.session =
        cx_session_new(fitted("StandardScaler() | LogisticRegression()", d.label), CX_PREDICT, 1);
}

/* On a thread, whose stack and heap begin where pages do: those of main move with the environment
 * and the name of the program, and what a comparison of texts costs moves with them. */
static void *count(void *folder)
{
    const cx_scope all = cx_scope_open();
    if (cx_set_num_threads(1) != CX_OK) stop("threads");
    prepare(folder);
    if (!cx_ok()) stop("prepare");
    for (int i = 0; i < WORKLOADS; i++) {
        for (int warm = 1; warm >= 0; warm--) {
            const cx_scope s = cx_scope_open();
            CALLGRIND_ZERO_STATS;
            workloads[i].run();
            const cx_status status = cx_scope_close(s);
            if (warm == 0) CALLGRIND_DUMP_STATS_AT(workloads[i].name);
            if (status != CX_OK) stop(workloads[i].name);
        }
    }
    if (cx_scope_close(all) != CX_OK) stop("instructions");
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t worker;
    if (argc != 2) {
        fprintf(stderr, "instructions: FOLDER\n");
        return 1;
    }
    if (pthread_create(&worker, NULL, count, argv[1]) != 0) return 1;
    return pthread_join(worker, NULL) == 0 ? 0 : 1;
}
