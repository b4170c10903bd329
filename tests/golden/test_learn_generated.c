/* device: each, timeout: 600. Estimators, splits and searches on 21 generated sets and the five of
 * data/ against scikit-learn (make_learn_generated.py says what the lines mean). Calx makes the
 * data from the same seeds. A simulated GPU takes the smallest sets (with CALX_LONG all of less
 * than 300 rows) and the fits that are not the CPU's alone. */
#include "device.h"
#include "learn_golden.h"
#include "learn_objective.h"
#include "plain.h"

#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS = 6, DEVICE_ROWS = 155, MOST_ROWS = 300, MOST_FOLDS = 32 };

/* Sets of fewer rows are a device's, too. */
static int64_t device_rows(void)
{
    return getenv("CALX_LONG") != NULL ? MOST_ROWS : DEVICE_ROWS;
}

/* The set and the model that lines belong to; where they live, and the CPU's copies. */
typedef struct state {
    char set[40], spec[600];
    const cx_array *x, *y, *here_x, *here_y, *target, *here_target, *weight;
    int64_t n, d;
    bool classes, taken; /* is this set, this model looked at? */
    cx_estimator *m;
    int sets, checks;
} state;

/* ---- lines */
static double *numbers(const char *text, size_t *count)
{
    size_t n = 1;
    for (const char *p = text; *p != '\0'; p++) n += *p == ' ';
    double *const v = malloc(n * sizeof *v);
    if (v == NULL) abort();
    char *at = (char *)(uintptr_t)text;
    for (*count = 0; *at != '\0' && *count < n; *count += 1) v[*count] = plain_number(at, &at);
    cr_assert(*at == '\0' && *count == n, "no numbers: '%.40s'", text);
    return v;
}

/* The value of a parameter in "n_samples=40 noise=0.3", NULL if it is not there. */
static const char *said(const char *params, const char *name)
{
    const size_t len = strlen(name);
    for (const char *at = params; at != NULL && *at != '\0';
         at = strchr(at, ' ') != NULL ? strchr(at, ' ') + 1 : NULL)
        if (strncmp(at, name, len) == 0 && at[len] == '=') return at + len + 1;
    return NULL;
}

static double real(const char *params, const char *name, double otherwise)
{
    const char *const at = said(params, name);
    return at != NULL ? plain_number(at, NULL) : otherwise;
}

static int64_t whole(const char *params, const char *name, int64_t otherwise)
{
    return (int64_t)real(params, name, (double)otherwise);
}

static cx_maybe_i64 maybe_whole(const char *params, const char *name)
{
    return (cx_maybe_i64){said(params, name) != NULL, whole(params, name, 0)};
}

static cx_maybe_f64 maybe_real(const char *params, const char *name)
{
    return (cx_maybe_f64){said(params, name) != NULL, real(params, name, 0)};
}

/* ---- sets */
static cx_array *list(const char *params, const char *name)
{
    const char *const at = said(params, name);
    if (at == NULL) return NULL;
    double v[8];
    int64_t n = 0;
    char *end = (char *)(uintptr_t)at;
    do {
        v[n++] = plain_number(end, &end);
    } while (*end++ == ',' && n < 8);
    return cx_copy_host(v, CX_SHAPE(n), CX_F64);
}

static cx_dataset make_classification(const char *p)
{
    return cx_make_classification(CX_OPTS(
        cx_make_classification_opts, .n_samples = whole(p, "n_samples", 0),
        .n_features = whole(p, "n_features", 0), .n_informative = maybe_whole(p, "n_informative"),
        .n_redundant = maybe_whole(p, "n_redundant"), .n_classes = whole(p, "n_classes", 0),
        .n_clusters_per_class = whole(p, "n_clusters_per_class", 0), .weights = list(p, "weights"),
        .flip_y = maybe_real(p, "flip_y"), .class_sep = maybe_real(p, "class_sep"),
        .random_state = maybe_whole(p, "random_state")));
}

static cx_dataset make_regression(const char *p)
{
    return cx_make_regression(CX_OPTS(
        cx_make_regression_opts, .n_samples = whole(p, "n_samples", 0),
        .n_features = whole(p, "n_features", 0), .n_informative = maybe_whole(p, "n_informative"),
        .n_targets = whole(p, "n_targets", 0), .effective_rank = maybe_whole(p, "effective_rank"),
        .tail_strength = maybe_real(p, "tail_strength"), .noise = real(p, "noise", 0),
        .random_state = maybe_whole(p, "random_state")));
}

static cx_dataset make_blobs(const char *p)
{
    return cx_make_blobs(CX_OPTS(cx_make_blobs_opts, .n_samples = whole(p, "n_samples", 0),
                                 .n_features = whole(p, "n_features", 0),
                                 .n_centers = whole(p, "centers", 0),
                                 .cluster_std = maybe_real(p, "cluster_std"),
                                 .random_state = maybe_whole(p, "random_state")));
}

static cx_dataset make_quantiles(const char *p)
{
    return cx_make_gaussian_quantiles(
        CX_OPTS(cx_make_quantiles_opts, .n_samples = whole(p, "n_samples", 0),
                .n_features = whole(p, "n_features", 0), .n_classes = whole(p, "n_classes", 0),
                .cov = maybe_real(p, "cov"), .random_state = maybe_whole(p, "random_state")));
}

static cx_dataset read_csv(const char *p)
{
    const data_set d = read_data(said(p, "file"));
    return (cx_dataset){.x = standardised(d.x), .y = d.y};
}

/* Makers that share their options. */
static cx_dataset make(const char *maker, const char *p)
{
    static const struct {
        const char *name;
        cx_dataset (*curves)(const cx_make_curves_opts *o);
        cx_dataset (*function)(const cx_make_function_opts *o);
        cx_dataset (*own)(const char *p);
    } makers[] = {{"csv", NULL, NULL, read_csv},
                  {"classification", NULL, NULL, make_classification},
                  {"regression", NULL, NULL, make_regression},
                  {"blobs", NULL, NULL, make_blobs},
                  {"gaussian_quantiles", NULL, NULL, make_quantiles},
                  {"moons", cx_make_moons, NULL, NULL},
                  {"circles", cx_make_circles, NULL, NULL},
                  {"hastie_10_2", NULL, cx_make_hastie_10_2, NULL},
                  {"friedman1", NULL, cx_make_friedman1, NULL},
                  {"friedman2", NULL, cx_make_friedman2, NULL},
                  {"friedman3", NULL, cx_make_friedman3, NULL},
                  {"sparse_uncorrelated", NULL, cx_make_sparse_uncorrelated, NULL},
                  {"swiss_roll", NULL, cx_make_swiss_roll, NULL}};
    const int64_t n = whole(p, "n_samples", 0);
    const cx_maybe_i64 seed = maybe_whole(p, "random_state");
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++) {
        if (strcmp(makers[i].name, maker) != 0) continue;
        if (makers[i].own != NULL) return makers[i].own(p);
        if (makers[i].curves != NULL)
            return makers[i].curves(
                CX_OPTS(cx_make_curves_opts, .n_samples = n, .noise = maybe_real(p, "noise"),
                        .factor = maybe_real(p, "factor"), .random_state = seed));
        return makers[i].function(CX_OPTS(cx_make_function_opts, .n_samples = n,
                                          .n_features = whole(p, "n_features", 0),
                                          .noise = real(p, "noise", 0), .random_state = seed));
    }
    cr_assert(false, "no such maker: %s", maker);
    return (cx_dataset){.x = NULL};
}

static double weighted_sum(const cx_array *a)
{
    const int64_t n = cx_dim(a, 0), columns = cx_size(a) / n;
    const double *const v = cx_data_f64(cx_ascontiguous(cx_astype(a, CX_F64)));
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < columns; j++) sum += (double)((i + 1) % 7) * v[i * columns + j];
    return sum;
}

static cx_array *weights_for(int64_t n)
{
    cx_array *const w = cx_empty(CX_SHAPE(n), CX_F64, CX_CPU);
    double *const v = cx_data_f64_mut(w);
    for (int64_t i = 0; i < n; i++) v[i] = 0.5 + (double)(i % 3);
    return w;
}

static void begin_set(state *s, char *const *f)
{
    const cx_dataset d = make(f[3], f[4]);
    cr_assert(cx_ok(), "%s: %s", f[2], cx_error_message());
    size_t count;
    double *const want = numbers(f[5], &count);
    snprintf(s->set, sizeof s->set, "%s", f[2]);
    s->x = d.x;
    s->y = d.y;
    s->n = cx_dim(d.x, 0);
    s->d = cx_dim(d.x, 1);
    s->classes = strstr(f[1], "classes") != NULL;
    cr_assert(count == 4 && (double)s->n == want[0] && (double)s->d == want[1], "%s", s->set);
    const double x = weighted_sum(s->x), y = weighted_sum(s->y);
    cr_expect(fabs(x - want[2]) <= 1e-9 * (1 + fabs(want[2])) &&
                  fabs(y - want[3]) <= 1e-9 * (1 + fabs(want[3])),
              "%s: other data: %.15g, %.15g", s->set, x, y);
    free(want);
    s->taken = test_on_cpu() || s->n < device_rows();
    if (!s->taken) return;
    s->sets++;
    s->here_x = test_here(s->x);
    s->here_y = test_here(s->y);
}

/* ---- fits */
/* The target, or what is made of its sizes. */
static const cx_array *target_of(const state *s, const char *form)
{
    const cx_array *const size = cx_abs(s->y);
    if (strcmp(form, "counts") == 0)
        return cx_floor(cx_div(cx_mul(cx_float(6), size), cx_max(size, CX_ALL)));
    if (strcmp(form, "positive") == 0)
        return cx_add(cx_div(size, cx_mean(size, CX_ALL)), cx_float(0.1));
    return s->y;
}

static void begin_fit(state *s, const char *form, const char *use, const char *spec)
{
    s->m = NULL;
    if (!s->taken || (strchr(use, 'c') != NULL && !test_on_cpu())) return;
    snprintf(s->spec, sizeof s->spec, "%s", spec);
    s->target = target_of(s, form);
    s->here_target = s->target == s->y ? s->here_y : test_here(s->target);
    const bool weighted = strchr(use, 'w') != NULL;
    s->weight = weighted ? weights_for(s->n) : cx_ones(CX_SHAPE(s->n), CX_F64, CX_CPU);
    s->m = cx_estimator_new(spec);
    const cx_status st =
        cx_fit_data(s->m, CX_DATA(.x = s->here_x, .y = s->here_target,
                                  .sample_weight = weighted ? test_here(s->weight) : NULL));
    cr_assert(st == CX_OK, "%s, %s: %s", s->set, spec, cx_error_message());
}

static void near(state *s, const char *what, cx_array *got, double tolerance, const char *text)
{
    size_t count;
    double *const want = numbers(text, &count);
    const double off = difference(cx_reshape(test_host(got), CX_SHAPE(-1)), want, count);
    cr_expect(off <= tolerance, "%s, %s, %s: %g > %g", s->set, s->spec, what, off, tolerance);
    free(want);
    s->checks++;
}

static void check_method(state *s, char *const *f)
{
    static const struct {
        const char *name;
        cx_array *(*f)(const cx_estimator *m, const cx_array *x);
    } methods[] = {{"predict", cx_predict},
                   {"predict_proba", cx_predict_proba},
                   {"decision_function", cx_decision_function},
                   {"transform", cx_transform}};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (strcmp(methods[i].name, f[1]) == 0) {
            near(s, f[1], methods[i].f(s->m, cx_slice(s->here_x, 0, 0, 3, 1)),
                 plain_number(f[2], NULL), f[3]);
            return;
        }
    cr_assert(false, "no such method: %s", f[1]);
}

static void check_objective(state *s, const char *text)
{
    const cx_array *y = cx_astype(s->target, CX_F64);
    if (s->classes) y = cx_astype(cx_labels_encode(s->target).codes, CX_F64);
    const problem p = {.x = s->x, .y = y, .weight = s->weight, .n = s->n, .d = s->d, .m = s->m};
    const double theirs = plain_number(text, NULL), ours = objective_of(&p);
    cr_expect(ours <= theirs + 1e-9 * fabs(theirs), "%s, %s: objective %.15g > %.15g (%g)", s->set,
              s->spec, ours, theirs, ours / theirs - 1);
    s->checks++;
}

static void check_score(state *s, const char *text)
{
    const double theirs = plain_number(text, NULL),
                 ours = cx_score(s->m, s->here_x, s->here_target);
    cr_expect(fabs(ours - theirs) <= 0.005 * fmax(1, fabs(theirs)), "%s, %s: score %.9g, not %.9g",
              s->set, s->spec, ours, theirs);
    s->checks++;
}

/* ---- splits */
static void add_rows(const cx_array *rows, double *out)
{
    const cx_array *const host = cx_ascontiguous(cx_to(rows, CX_CPU));
    const int64_t *const v = cx_data_i64(host);
    out[0] = (double)cx_size(host);
    out[1] = 0;
    for (int64_t i = 0; v != NULL && i < cx_size(host); i++)
        out[1] += (double)(v[i] + 1) * (double)(i % 7 + 1);
}

static void same_rows(state *s, const char *what, const double *got, size_t n, const char *text)
{
    size_t count;
    double *const want = numbers(text, &count);
    cr_expect(count == n && memcmp(got, want, n * sizeof *got) == 0, "%s, %s: other rows", s->set,
              what);
    free(want);
    s->checks++;
}

static void check_splitter(state *s, const char *spec, const char *text)
{
    cx_fold folds[MOST_FOLDS];
    int64_t count = 0;
    const cx_status st =
        cx_cv_split(spec, CX_DATA(.x = s->here_x, .y = s->here_y), MOST_FOLDS, folds, &count);
    cr_assert(st == CX_OK && count <= MOST_FOLDS, "%s, %s: %s", s->set, spec, cx_error_message());
    double got[2 * MOST_FOLDS];
    for (int64_t i = 0; i < count; i++) add_rows(folds[i].test, got + 2 * i);
    same_rows(s, spec, got, (size_t)(2 * count), text);
}

static void check_train_test(state *s, char *const *f)
{
    const bool stratify = strcmp(f[3], "1") == 0;
    const cx_fold part = cx_train_test_indices(
        s->n, stratify ? s->here_y : NULL,
        CX_OPTS(cx_split_opts, .test_size = plain_number(f[1], NULL),
                .random_state = {true, (int64_t)plain_number(f[2], NULL)}, .stratify = stratify));
    double got[2];
    add_rows(part.test, got);
    same_rows(s, "train_test_split", got, 2, f[4]);
}

/* ---- the file */
static void look(state *s, char *const *f)
{
    switch (f[0][0]) {
    case 'S': begin_set(s, f); break;
    case 'F': begin_fit(s, f[1], f[2], f[3]); break;
    case 'G': begin_fit(s, "plain", f[1], f[2]); break;
    case 'C':
        if (s->taken) check_splitter(s, f[1], f[2]);
        break;
    case 'T':
        if (s->taken) check_train_test(s, f);
        break;
    default:
        if (s->m == NULL) break;
        switch (f[0][0]) {
        case 'V': near(s, f[1], cx_attr(s->m, f[1]), plain_number(f[2], NULL), f[3]); break;
        case 'P': check_method(s, f); break;
        case 'O': check_objective(s, f[1]); break;
        case 'Q': check_score(s, f[1]); break;
        case 'M':
            near(s, "mean_test_score", cx_table_column(cx_cv_results(s->m), "mean_test_score"),
                 1e-6, f[1]);
            break;
        case 'R':
            near(s, "rank_test_score", cx_table_column(cx_cv_results(s->m), "rank_test_score"), 0,
                 f[1]);
            break;
        case 'B': near(s, "best_index_", cx_attr(s->m, "best_index_"), 0, f[1]); break;
        default: cr_assert(false, "what is '%s'?", f[0]);
        }
    }
}

/* Every line of the sets of a group; returns how many sets and checks there were. */
static state walk(const char *group)
{
    state s = {.sets = 0};
    FILE *const file = fopen(CX_TEST_DATA "/golden/learn_generated.tsv", "r");
    cr_assert(file != NULL);
    char *line = NULL;
    size_t room = 0;
    bool inside = false;
    cx_scope scope = cx_scope_open();
    while (getline(&line, &room, file) > 0) {
        if (line[0] == '#') continue;
        line[strcspn(line, "\n")] = '\0';
        char *f[FIELDS] = {line};
        for (int i = 1; i < FIELDS; i++) {
            f[i] = strchr(f[i - 1], '\t');
            if (f[i] != NULL)
                *f[i]++ = '\0';
            else
                f[i] = f[i - 1] + strlen(f[i - 1]);
        }
        if (f[0][0] == 'S') {
            inside = strcmp(f[1], group) == 0;
            cr_expect(cx_scope_close(scope) == CX_OK, "%s: %s", s.set, cx_error_message());
            scope = cx_scope_open();
        }
        if (inside) look(&s, f);
    }
    cr_expect(cx_scope_close(scope) == CX_OK, "%s: %s", s.set, cx_error_message());
    free(line);
    fclose(file);
    return s;
}

/* How many sets and checks a group has, on the CPU and on a device, there of small and smallest. */
static void all_of(const char *group, int sets, int checks, int small, int smallest)
{
    const state s = walk(group);
    if (test_on_cpu()) cr_expect_eq(s.sets, sets, "%s: %d sets", group, s.sets);
    const int want = test_on_cpu() ? checks : device_rows() == MOST_ROWS ? small : smallest;
    cr_expect_eq(s.checks, want, "%s: %d checks, not %d", group, s.checks, want);
}

Test(generated, classes)
{
    all_of("classes", 11, 817, 665, 222);
}

Test(generated, numbers)
{
    all_of("numbers", 10, 737, 637, 284);
}

Test(generated, shipped)
{
    all_of("shipped_classes", 4, 263, 141, 74);
    all_of("shipped_numbers", 1, 78, 0, 0);
}
