/* train_test_split and every splitter choose the rows that scikit-learn chooses: one line of
 * splits.tsv is one call. */
#include "plain.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FOLDS = 64 };

typedef struct call {
    char kind[128], labels[16];
    long n;
    double a, b;
    long long seed;
} call;

static const cx_array *make_labels(const char *kind, int64_t n)
{
    static const char *const words[] = {"beta", "alpha", "gamma"};
    int32_t codes[256];
    int64_t numbers[256];
    if (strcmp(kind, "none") == 0) return NULL;
    for (int64_t i = 0; i < n; i++) {
        codes[i] = (int32_t)(i * i % 3);
        numbers[i] = strcmp(kind, "mod3") == 0 ? i * 7 % 3 : i % 10 < 6 ? 4 : i % 10 < 9 ? -1 : 7;
    }
    if (strcmp(kind, "text") == 0)
        return cx_categories_new(cx_copy_host(codes, CX_SHAPE(n), CX_I32), 3, words);
    return cx_copy_host(numbers, CX_SHAPE(n), CX_I64);
}

static const cx_array *make_groups(int64_t n)
{
    int64_t groups[256];
    for (int64_t i = 0; i < n; i++) groups[i] = (i * i + i / 3) % 9 + (i % 5 == 0 ? 20 : 0);
    return cx_copy_host(groups, CX_SHAPE(n), CX_I64);
}

static int64_t make_folds(const call *c, cx_fold *folds)
{
    const cx_array *const y = make_labels(c->labels, c->n);
    if (strcmp(c->kind, "split") == 0 || strcmp(c->kind, "stratified") == 0 ||
        strcmp(c->kind, "ordered") == 0) {
        const cx_split_opts o = {.struct_size = sizeof o,
                                 .test_size = c->a,
                                 .train_size = c->b,
                                 .random_state = {c->seed >= 0, c->seed},
                                 .stratify = c->kind[1] == 't',
                                 .no_shuffle = c->kind[0] == 'o'};
        folds[0] = cx_train_test_indices(c->n, y, &o);
        return 1;
    }
    char text[224];
    const bool whole = strchr(c->kind, '(') != NULL;
    if (whole)
        snprintf(text, sizeof text, "%s", c->kind);
    else if (c->b != 0)
        snprintf(text, sizeof text, "%s(n_splits=%d, shuffle=True, random_state=%lld)", c->kind,
                 (int)c->a, c->seed);
    else
        snprintf(text, sizeof text, "%s(%d)", c->kind, (int)c->a);
    int64_t count = 0;
    const cx_array *const x = cx_zeros(CX_SHAPE(c->n, 1), CX_F64, CX_CPU);
    cr_assert_eq(cx_cv_split(text, CX_DATA(.x = x, .y = y, .groups = make_groups(c->n)), MAX_FOLDS,
                             folds, &count),
                 CX_OK, "%s: %s", text, cx_error_message());
    return count;
}

static const char *compare(const char *at, const cx_array *rows, const char *line)
{
    char *end = NULL;
    const long long n = strtoll(at, &end, 10);
    cr_assert_eq(cx_status_of(rows), CX_OK, "%s: %s", line, cx_error_message());
    cr_assert_eq(cx_size(rows), n, "%.60s", line);
    const int64_t *const got = cx_data_i64(rows);
    for (long long i = 0; i < n; i++) {
        const long long want = strtoll(end, &end, 10);
        cr_assert_eq(got[i], want, "%.60s: entry %lld is %lld, not %lld", line, i,
                     (long long)got[i], want);
    }
    return end;
}

Test(splits, rows_of_scikit_learn)
{
    FILE *const f = fopen(CX_TEST_DATA "/golden/splits.tsv", "r");
    cr_assert_not_null(f);
    char *const line = malloc(1 << 16);
    cr_assert_not_null(line);
    int calls = 0;
    while (fgets(line, 1 << 16, f)) {
        if (line[0] == '#') continue;
        call c = {.n = 0};
        int used = 0;
        char a[32], b[32];
        cr_assert_eq(sscanf(line, "%127s %ld %15s %31s %31s %lld%n", c.kind, &c.n, c.labels, a, b,
                            &c.seed, &used),
                     6, "%.60s", line);
        c.a = plain_number(a, NULL);
        c.b = plain_number(b, NULL);
        const cx_scope s = cx_scope_open();
        cx_fold folds[MAX_FOLDS];
        const int64_t count = make_folds(&c, folds);
        const char *at = line + used;
        for (int64_t k = 0; k < count; k++) {
            at = compare(at, folds[k].train, line);
            at = compare(at, folds[k].test, line);
        }
        cr_expect_eq(strspn(at, " \n"), strlen(at), "%.60s: more folds than %lld", line,
                     (long long)count);
        cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
        calls++;
    }
    fclose(f);
    free(line);
    cr_expect_gt(calls, 150);
}
