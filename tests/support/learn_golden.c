/* Reads the golden values of the estimators: a key, a tab, numbers. */
#include "learn_golden.h"
#include "plain.h"

#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *slurp(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL) cr_assert(false, "cannot open %s", path);
    fseek(f, 0, SEEK_END);
    const long size = ftell(f);
    rewind(f);
    char *text = malloc((size_t)size + 1);
    if (text == NULL || fread(text, 1, (size_t)size, f) != (size_t)size)
        cr_assert(false, "cannot read %s", path);
    text[size] = '\0';
    fclose(f);
    return text;
}

/* A number, independent of the locale's decimal point. */
static double number(const char **at)
{
    char word[64];
    size_t n = 0;
    while (**at == ' ' || **at == ',') ++*at;
    while (**at != '\0' && strchr(" ,\t\r\n", **at) == NULL && n + 1 < sizeof word)
        word[n++] = *(*at)++;
    word[n] = '\0';
    char *end;
    const double v = plain_number(word, &end);
    if (*end != '\0' || n == 0) cr_assert(false, "not a number: '%s'", word);
    return v;
}

/* Rows that were read: kept, so that the caller need not free them. */
typedef struct row {
    struct row *next;
    double value[];
} row;
static row *rows;

static char *rows_text;
static const char *file = "learn.tsv";

void golden_from(const char *name)
{
    free(rows_text);
    rows_text = NULL;
    file = name;
}

const double *golden(size_t *count, const char *key, ...)
{
    if (rows_text == NULL) {
        char path[512];
        snprintf(path, sizeof path, "%s/golden/%s", CX_TEST_DATA, file);
        rows_text = slurp(path);
    }
    char wanted[160];
    va_list args;
    va_start(args, key);
    vsnprintf(wanted, sizeof wanted - 1, key, args);
    va_end(args);
    strcat(wanted, "\t");
    const char *at = rows_text;
    while (at != NULL && strncmp(at, wanted, strlen(wanted)) != 0)
        at = strchr(at, '\n') != NULL ? strchr(at, '\n') + 1 : NULL;
    if (at == NULL) cr_assert(false, "%s has no row '%s'", file, wanted);
    at += strlen(wanted);
    size_t n = 1;
    for (const char *p = at; *p != '\n' && *p != '\0'; p++) n += *p == ' ';
    row *r = malloc(sizeof *r + n * sizeof *r->value);
    if (r == NULL) abort();
    r->next = rows;
    rows = r;
    double *v = r->value;
    for (size_t i = 0; i < n; i++) v[i] = number(&at);
    *count = n;
    return v;
}

data_set read_data(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/data/%s.csv", CX_TEST_DATA, name);
    char *text = slurp(path);
    const char *at = text;
    data_set s = {.d = 0};
    for (; *at != '\n'; at++) s.d += *at == ',';
    at++;
    for (const char *p = at; *p != '\0'; p++) s.n += *p == '\n' || (p[1] == '\0' && *p != '\n');
    s.x = cx_empty(CX_SHAPE(s.n, s.d), CX_F64, CX_CPU);
    s.y = cx_empty(CX_SHAPE(s.n), CX_F64, CX_CPU);
    double *x = cx_data_f64_mut(s.x), *y = cx_data_f64_mut(s.y);
    if (x == NULL || y == NULL) cr_assert(false, "%s", cx_error_message());
    for (int64_t i = 0; i < s.n; i++) {
        for (int64_t j = 0; j < s.d; j++) x[i * s.d + j] = number(&at);
        y[i] = number(&at);
        while (*at == '\r' || *at == '\n') at++;
    }
    free(text);
    return s;
}

cx_array *standardised(const cx_array *a)
{
    const int64_t n = cx_dim(a, 0), d = cx_dim(a, 1);
    cx_array *out = cx_empty(CX_SHAPE(n, d), CX_F64, CX_CPU);
    const double *x = cx_data_f64(a);
    double *z = cx_data_f64_mut(out);
    for (int64_t j = 0; j < d; j++) {
        double mean = 0, square = 0;
        for (int64_t i = 0; i < n; i++) mean += x[i * d + j];
        mean /= (double)n;
        for (int64_t i = 0; i < n; i++) square += (x[i * d + j] - mean) * (x[i * d + j] - mean);
        const double scale = square > 0 ? sqrt(square / (double)n) : 1;
        for (int64_t i = 0; i < n; i++) z[i * d + j] = (x[i * d + j] - mean) / scale;
    }
    return out;
}

cx_array *rows_of(const cx_array *a, const double *index, size_t count)
{
    const int64_t n = (int64_t)count, d = cx_ndim(a) == 2 ? cx_dim(a, 1) : 1;
    cx_array *out = cx_ndim(a) == 2 ? cx_empty(CX_SHAPE(n, d), CX_F64, CX_CPU)
                                    : cx_empty(CX_SHAPE(n), CX_F64, CX_CPU);
    const double *from = cx_data_f64(a);
    double *to = cx_data_f64_mut(out);
    for (int64_t i = 0; i < n; i++)
        memcpy(to + i * d, from + (int64_t)index[i] * d, (size_t)d * sizeof *to);
    return out;
}

static const double *values(const cx_array *a, size_t count)
{
    const double *v = cx_data_f64(cx_ascontiguous(cx_astype(a, CX_F64)));
    if (v == NULL) cr_assert(false, "%s", cx_error_message());
    if ((size_t)cx_size(a) != count)
        cr_assert(false, "%lld values, expected %zu", (long long)cx_size(a), count);
    return v;
}

double difference(const cx_array *a, const double *b, size_t count)
{
    const double *v = values(a, count);
    double worst = 0, largest = 0;
    for (size_t i = 0; i < count; i++) {
        if (isfinite(b[i]) && fabs(b[i]) > largest) largest = fabs(b[i]);
        if (v[i] == b[i] || (isnan(v[i]) && isnan(b[i]))) continue;
        const double off = fabs(v[i] - b[i]);
        if (!isfinite(off)) return (double)INFINITY;
        if (off > worst) worst = off;
    }
    return largest > 0 ? worst / largest : worst;
}

double agreement(const cx_array *a, const double *b, size_t count, const double *skip)
{
    const double *v = values(a, count);
    size_t same = 0, all = 0;
    for (size_t i = 0; i < count; i++) {
        if (skip != NULL && skip[i] != 0) continue;
        all++;
        same += v[i] == b[i];
    }
    return (double)same / (double)all;
}

void golden_same(const char *name, const char *what, const cx_array *a, double tolerance,
                 double least)
{
    size_t count;
    const double *const want = golden(&count, "%s/%s", name, what);
    const cx_array *const all = cx_ascontiguous(cx_astype(a, CX_F64));
    const double *const got = cx_data_f64(all);
    cr_assert(got != NULL, "%s/%s: %s", name, what, cx_error_message());
    cr_assert((size_t)cx_size(all) == count, "%s/%s: %zu numbers, not %zu", name, what,
              (size_t)cx_size(all), count);
    double most = 0;
    for (size_t i = 0; i < count; i++) most = fmax(most, fabs(want[i]));
    for (size_t i = 0; i < count; i++) {
        const double unit = fmax(fabs(want[i]), least * most);
        if (got[i] == want[i] || fabs(got[i] - want[i]) <= tolerance * unit) continue;
        cr_expect(false, "%s/%s[%zu]: %.17g, not %.17g", name, what, i, got[i], want[i]);
        return;
    }
}

cx_array *golden_weights(int64_t n)
{
    cx_array *const out = cx_empty(CX_SHAPE(n), CX_F64, CX_CPU);
    double *const w = cx_data_f64_mut(out);
    for (int64_t i = 0; w != NULL && i < n; i++) w[i] = i % 9 == 4 ? 0 : 0.5 + (double)(i % 3);
    return out;
}
