/* Text as data: columns as one matrix of codes, and the codes of one dictionary in another.
 *
 * One idea: a matrix of text that a class gets has a dictionary in byte order, so that its codes
 * compare as its texts do. Knows no algorithm. */
#include "base/alloc.h"
#include "learn/base/estimator.h"
#include "ops/primitives.h"
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/table.h>
#include <stdlib.h>
#include <string.h>

void *cx__scope_room(size_t bytes)
{
    cx_array *const a = cx_zeros(CX_SHAPE((int64_t)(bytes + 1)), CX_U8, CX_CPU);
    return cx_data_u8_mut(a);
}

const char *const *cx__words_of(const cx_array *text)
{
    const int n = cx_category_count(text);
    const char **const word = cx__scope_room((size_t)n * sizeof *word);
    for (int i = 0; word && i < n; i++) word[i] = cx_category(text, i);
    return word;
}

/* ---- texts of one dictionary in another */
typedef struct entry {
    const char *word;
    int64_t place;
} entry;

static int by_word(const void *a, const void *b)
{
    const entry *const x = a, *const y = b;
    return strcmp(x->word, y->word);
}

cx_status cx__words_match(int64_t n, const char *const *from, int64_t count,
                          const char *const *word, int64_t *to)
{
    entry *const all = cx__scope_room((size_t)count * sizeof *all);
    if (!all) return cx__last_status();
    size_t used = 0;
    for (int64_t i = 0; i < count; i++)
        if (word[i]) all[used++] = (entry){word[i], i};
    qsort(all, used, sizeof *all, by_word);
    for (int64_t i = 0; i < n; i++) {
        const entry key = {from[i], 0};
        const entry *const found =
            key.word && used ? bsearch(&key, all, used, sizeof *all, by_word) : NULL;
        to[i] = found ? found->place : -1;
    }
    return CX_OK;
}

static int by_text(const void *a, const void *b)
{
    const char *const *const x = a, *const *const y = b;
    return strcmp(*x, *y);
}

int64_t cx__words_sort(int64_t n, const char **words)
{
    int64_t used = 0;
    qsort(words, (size_t)n, sizeof *words, by_text);
    for (int64_t i = 0; i < n; i++)
        if (used == 0 || strcmp(words[used - 1], words[i]) != 0) words[used++] = words[i];
    return used;
}

cx_array *cx__texts_new(const char *where, int64_t n, const char *const *texts)
{
    const size_t room = (size_t)n + 1;
    entry *const words = cx__calloc(room, sizeof *words);
    const char **const names = cx__calloc(room, sizeof *names);
    int32_t *const codes = cx__calloc(room, sizeof *codes);
    int count = 0, different = 0;
    for (int64_t i = 0; words && i < n; i++)
        if (texts[i]) words[count++] = (entry){texts[i], i};
    if (words) qsort(words, (size_t)count, sizeof *words, by_word);
    cx_array *out = NULL;
    cx_status st = CX_OK;
    if (words && names && codes) {
        for (int64_t i = 0; i < n; i++) codes[i] = -1;
        for (int i = 0; i < count; i++) {
            if (!different || strcmp(names[different - 1], words[i].word) != 0)
                names[different++] = words[i].word;
            codes[words[i].place] = different - 1;
        }
        out = cx_categories_new(cx_copy_host(codes, CX_SHAPE(n), CX_I32), different, names);
    } else {
        st = cx__fail_nomem(where, "texts", room * sizeof *words);
    }
    cx__free(words);
    cx__free(names);
    cx__free(codes);
    return st == CX_OK ? out : cx__yield(st, where, NULL);
}

/* ---- data */
bool cx__holds_text(const cx_estimator *m, const cx_data *d)
{
    if (d->x) return cx_dtype_of(d->x) == CX_CAT;
    const int64_t n = cx__feature_count(m, d);
    for (int64_t j = 0; j < n; j++)
        if (cx_table_dtype(d->table, cx_table_find(d->table, cx__feature_name(m, d, j))) == CX_CAT)
            return true;
    return false;
}

static cx_status check_kinds(const char *where, const cx_estimator *m, const cx_data *d, int64_t n)
{
    if (d->x && cx_device_of(d->x).kind != CX_DEVICE_CPU)
        return cx__fail(CX_E_DEVICE, where, "x is text, which stays on the CPU");
    for (int64_t j = 0; !d->x && j < n; j++) {
        const cx_array *const a = cx__feature(where, m, d, j);
        CX__TRY(cx_status_of(a));
        if (cx_dtype_of(a) != CX_CAT)
            return cx__fail(CX_E_SCHEMA, where,
                            "column '%s' holds numbers beside columns of text: %s takes columns of "
                            "one kind",
                            cx__feature_name(m, d, j), m->cls->name);
    }
    return CX_OK;
}

static bool in_order(int64_t n, const char *const *word)
{
    for (int64_t i = 1; i < n; i++)
        if (strcmp(word[i - 1], word[i]) >= 0) return false;
    return true;
}

/* The words of all columns, in order. */
static cx_status words_of_all(const char *where, const cx_estimator *m, const cx_data *d, int64_t n,
                              int64_t *count, const char ***out)
{
    int64_t all = 0, used = 0;
    const int64_t columns = d->x ? 1 : n; /* a matrix has one dictionary */
    for (int64_t j = 0; j < columns; j++)
        all += cx_category_count(d->x ? d->x : cx__feature(where, m, d, j));
    const char **const words = cx__scope_room((size_t)all * sizeof *words);
    CX__TRY(cx__so_far());
    for (int64_t j = 0; j < columns; j++) {
        const cx_array *const column = d->x ? d->x : cx__feature(where, m, d, j);
        const int here = cx_category_count(column);
        for (int i = 0; i < here; i++) words[used++] = cx_category(column, i);
    }
    CX__TRY(cx__so_far());
    *count = cx__words_sort(used, words);
    *out = words;
    return CX_OK;
}

static cx_status recode(const char *where, const cx_array *column, int64_t count,
                        const char *const *words, int64_t rows, int64_t step, int32_t *to)
{
    const int here = cx_category_count(column);
    const char *const *const own = cx__words_of(column);
    int64_t *const place = cx__scope_room((size_t)here * sizeof *place);
    const int32_t *const code = cx_data_i32(cx_ascontiguous(cx_codes(column)));
    if (!own || !place || !code) return cx__fail(cx__last_status(), where, "text");
    CX__TRY(cx__words_match(here, own, count, words, place));
    for (int64_t i = 0; i < rows; i++) to[i * step] = code[i] < 0 ? -1 : (int32_t)place[code[i]];
    return CX_OK;
}

cx_status cx__text_matrix(const char *where, const cx_estimator *m, const cx_data *d,
                          cx_array **out)
{
    if (d->x && cx_ndim(d->x) != 2)
        return cx__fail(CX_E_SHAPE, where,
                        "x has %d dimensions; %s takes a matrix [samples, features]", cx_ndim(d->x),
                        m->cls->name);
    const int64_t n = cx__feature_count(m, d), rows = cx__feature_rows(d);
    CX__TRY(check_kinds(where, m, d, n));
    if (d->x) {
        const char *const *const word = cx__words_of(d->x);
        if (!word) return cx__last_status();
        if (in_order(cx_category_count(d->x), word)) {
            *out = cx_ascontiguous(d->x);
            return cx_status_of(*out);
        }
    }
    int64_t count = 0;
    const char **words = NULL;
    CX__TRY(words_of_all(where, m, d, n, &count, &words));
    cx_array *const codes = cx_empty(CX_SHAPE(rows, n), CX_I32, CX_CPU);
    int32_t *const to = cx_data_i32_mut(codes);
    CX__TRY(cx__so_far());
    for (int64_t j = 0; j < n; j++) {
        const cx_array *const column = cx__feature(where, m, d, j);
        CX__TRY(cx_status_of(column));
        CX__TRY(recode(where, column, count, words, rows, n, to + j));
    }
    *out = cx_categories_new(codes, (int)count, words);
    return cx_status_of(*out);
}
