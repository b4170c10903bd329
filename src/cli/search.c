/* calx search: candidates of a grid on the folds of a data file, a line each by rank, the best one
 * scored on rows that are held out, and saved. */
#include "cli.h"
#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Text that grows. */
typedef struct buffer {
    char *at;
    size_t len, cap;
    bool failed;
} buffer;

static void put(buffer *b, const char *s, size_t n)
{
    if (b->failed) return;
    if (b->len + n + 1 > b->cap) {
        const size_t cap = 2 * (b->len + n + 1);
        char *const grown = realloc(b->at, cap);
        if (grown == NULL) {
            b->failed = true;
            return;
        }
        b->at = grown;
        b->cap = cap;
    }
    memcpy(b->at + b->len, s, n);
    b->len += n;
    b->at[b->len] = '\0';
}

static void put_text(buffer *b, const char *s)
{
    put(b, s, strlen(s));
}

static void put_string(buffer *b, const char *s)
{
    put_text(b, "'");
    for (; *s != '\0'; s++) {
        const unsigned char c = (unsigned char)*s;
        char escaped[8];
        if (c == '\'' || c == '\\')
            snprintf(escaped, sizeof escaped, "\\%c", c);
        else if (c < 0x20)
            snprintf(escaped, sizeof escaped, "\\x%02x", c);
        else
            snprintf(escaped, sizeof escaped, "%c", c);
        put_text(b, escaped);
    }
    put_text(b, "'");
}

/* JSON as the library's notation writes it. */
static void put_value(buffer *b, json_t *v)
{
    const char *key;
    json_t *item;
    size_t i;
    switch (json_typeof(v)) {
    case JSON_OBJECT:
        put_text(b, "{");
        json_object_foreach(v, key, item)
        {
            if (b->at[b->len - 1] != '{') put_text(b, ", ");
            put_string(b, key);
            put_text(b, ": ");
            put_value(b, item);
        }
        put_text(b, "}");
        break;
    case JSON_ARRAY:
        put_text(b, "[");
        json_array_foreach(v, i, item)
        {
            if (i > 0) put_text(b, ", ");
            put_value(b, item);
        }
        put_text(b, "]");
        break;
    case JSON_STRING: put_string(b, json_string_value(v)); break;
    case JSON_TRUE: put_text(b, "True"); break;
    case JSON_FALSE: put_text(b, "False"); break;
    case JSON_NULL: put_text(b, "None"); break;
    default: { /* Jansson writes numbers without the locale */
        char *const number = json_dumps(v, JSON_ENCODE_ANY);
        if (number == NULL)
            b->failed = true;
        else
            put_text(b, number);
        free(number);
    }
    }
}

/* The search of a model over the grid in a file; NULL after telling why. */
static cx_estimator *make_search(const cli_args *a)
{
    json_error_t why;
    json_t *const grid = json_load_file(a->grid, JSON_REJECT_DUPLICATES, &why);
    if (grid == NULL) {
        fprintf(stderr, "calx: %s, line %d: %s\n", a->grid, why.line, why.text);
        return NULL;
    }
    const cx_estimator *const model = cx_estimator_new(a->model);
    buffer b = {NULL, 0, 0, false};
    put_text(&b, a->draws > 0 ? "RandomizedSearchCV(" : "GridSearchCV(");
    put_text(&b, cx_estimator_spec(model));
    put_text(&b, ", ");
    put_value(&b, grid);
    put_text(&b, ")");
    json_decref(grid);
    if (b.failed) {
        free(b.at);
        (void)cli_fail_text("out of memory for the grid of", a->grid);
        return NULL;
    }
    cx_estimator *const m = cx_ok() ? cx_estimator_new(b.at) : NULL;
    free(b.at);
    char first[64] = "";
    if (a->scoring != NULL)
        snprintf(first, sizeof first, "%.*s", (int)strcspn(a->scoring, ", "), a->scoring);
    cx_status st = cx_ok() ? CX_OK : CX_E_ARGUMENT;
    if (st == CX_OK && a->cv != NULL) st = cx_set_param(m, "cv", a->cv);
    if (st == CX_OK && a->scoring != NULL) st = cx_set_param_str(m, "scoring", a->scoring);
    /* of several scores the first one chooses */
    if (st == CX_OK && a->scoring != NULL && strchr(a->scoring, ',') != NULL)
        st = cx_set_param_str(m, "refit", first);
    if (st == CX_OK && a->draws > 0) st = cx_set_param_i64(m, "n_iter", a->draws);
    if (st == CX_OK && a->draws > 0 && a->seeded) st = cx_set_param_i64(m, "random_state", a->seed);
    if (st == CX_OK) return m;
    (void)cli_fail();
    return NULL;
}

/* Candidates, the best first: a line each with the scores that were asked for. */
static int print_table(const cli_args *a, const cx_table *t)
{
    char score[64] = "score", column[96];
    if (a->scoring != NULL && strchr(a->scoring, ',') != NULL)
        snprintf(score, sizeof score, "%.*s", (int)strcspn(a->scoring, ", "), a->scoring);
    snprintf(column, sizeof column, "rank_test_%s", score);
    const cx_array *const rank = cx_table_column(t, column), *const order = cx_argsort(rank, 0);
    snprintf(column, sizeof column, "mean_test_%s", score);
    const cx_array *const mean = cx_table_column(t, column);
    snprintf(column, sizeof column, "std_test_%s", score);
    const cx_array *const spread = cx_table_column(t, column),
                          *const params = cx_table_column(t, "params"),
                          *const fit = cx_table_column(t, "mean_fit_time");
    const int64_t *const at = cx_data_i64(order);
    const double *const m = cx_data_f64(mean), *const s = cx_data_f64(spread),
                        *const seconds = cx_data_f64(fit);
    const cx_array *const ranks = cx_astype(rank, CX_I64);
    const int64_t *const r = cx_data_i64(ranks);
    if (!cx_ok()) return cli_fail();
    char title[64] = "score"; /* the one that ranks, by the name it was asked for */
    if (a->scoring != NULL)
        snprintf(title, sizeof title, "%.*s", (int)strcspn(a->scoring, ", "), a->scoring);
    printf("  %4s  %12s  %10s  %10s  params\n", "rank", title, "std", "fit ms");
    for (int64_t i = 0; i < cx_size(order); i++)
        printf("  %4" PRId64 "  %12.6g  %10.3g  %10.2f  %s\n", r[at[i]], m[at[i]], s[at[i]],
               1e3 * seconds[at[i]], cx_label(params, at[i]));
    return CLI_OK;
}

int cli_search(const cli_args *a)
{
    if (a->model == NULL || a->grid == NULL) {
        fprintf(stderr, "calx search: %s is missing\n",
                a->model == NULL ? "--model SPEC" : "--grid FILE.json");
        return CLI_USAGE;
    }
    cx_device device;
    if (!cli_device(a->device, &device)) return CLI_FAILED;
    cx_estimator *const m = make_search(a);
    if (m == NULL) return CLI_FAILED;

    cli_data all;
    char text[200];
    cli_stage_begin("read", a->file[0]);
    if (cli_read(a->file[0], a->target, a->y, 0, &all) != CX_OK) return cli_fail();
    cli_move(&all, device);
    snprintf(text, sizeof text, "%" PRId64 " rows, %" PRId64 " columns", all.rows, all.columns);
    cli_stage_end(text, device);

    cx_data train, test;
    const int split = cli_hold_out(a, &all, &train, &test, device);
    if (split != CLI_OK) return split;

    cli_stage_begin("search", a->model);
    if (cx_fit_data(m, &train) != CX_OK) return cli_fail();
    const cx_table *const t = cx_cv_results(m);
    if (cx_table_status(t) != CX_OK) return cli_fail();
    snprintf(text, sizeof text, "%" PRId64 " candidates, best %s", cx_table_rows(t),
             cx_best_params(m));
    cli_stage_end(text, device);
    const int printed = print_table(a, t);
    if (printed != CLI_OK) return printed;
    const cx_estimator *const best = cx_best_estimator(m);
    const int scored = a->test_size > 0 ? cli_score_stage(a, best, &test, device) : CLI_OK;
    if (scored != CLI_OK || a->output == NULL) return scored;

    cli_stage_begin("save", a->output);
    if (cx_estimator_save(a->output, best) != CX_OK) return cli_fail();
    cli_stage_end(a->test_size > 0 ? "the best, fitted on the rows that train"
                                   : "the best, fitted on all rows",
                  device);
    return CLI_OK;
}
