/* Categories of columns, as fit learns them: sorted values that occur, or given ones; rare ones in
 * one group.
 *
 * One idea: categories are few, so they are worked out on the host whatever device the data are on;
 * what is long (a column) is only sorted or counted where it is. */
#include "base/alloc.h"
#include "learn/preprocessing/categories.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <calx/table.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONTROL_BYTES = 4096 };

void *cx__cats_room(size_t bytes)
{
    return cx__scope_room(bytes);
}

const char *cx__cats_name(const cx_estimator *self, int64_t j, char text[80])
{
    const cx__schema *const s = self->state ? self->state->schema : NULL;
    if (s && s->names && j < s->n)
        snprintf(text, 80, "column '%.60s'", s->names[j]);
    else
        snprintf(text, 80, "column %lld", (long long)j);
    return text;
}

cx_status cx__cats_dtype(const cx_estimator *self, cx_dtype *out)
{
    const char *const text = cx_param_str(self, "dtype");
    if (cx_dtype_parse(text, out) == CX_OK && *out != CX_CAT && cx_dtype_kind(*out) != 'c')
        return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit", "%s: dtype '%.40s' names no real dtype", self->cls->name,
                    text);
}

/* ---- data */
static cx_status need_finite(const cx__cats_data *in, const cx_array *column, int64_t j)
{
    const cx_array *const bad = cx_isinf(column);
    if (cx__number_i64(cx_any(bad, CX_ALL)) == 0) return cx__so_far();
    const int64_t row = cx__number_i64(cx_argmax(bad, CX_ALL));
    CX__TRY(cx__so_far());
    char name[80];
    return cx__fail(CX_E_ARGUMENT, in->site.where, "%s holds an infinity in row %lld",
                    cx__cats_name(in->self, j, name), (long long)row);
}

static bool holds_text(const cx_data *d)
{
    return d->x && cx_dtype_of(d->x) == CX_CAT;
}

/* Columns of a table, or of a matrix of text: numbers are real and finite or NaN. */
static cx_status check_columns(const cx__cats_data *in)
{
    if (in->rows < 1 || in->n < 1)
        return cx__fail(CX_E_SHAPE, in->site.where,
                        "x has %lld rows and %lld columns; at least one of each is needed",
                        (long long)in->rows, (long long)in->n);
    for (int64_t j = 0; j < in->n; j++) {
        const cx_array *const a = cx__feature(in->site.where, in->self, &in->d, j);
        CX__TRY(cx_status_of(a));
        const char kind = cx_dtype_kind(cx_dtype_of(a));
        char name[80];
        if (kind == 'c')
            return cx__fail(CX_E_DTYPE, in->site.where, "%s is complex",
                            cx__cats_name(in->self, j, name));
        if (kind == 'k' && cx_device_of(a).kind != CX_DEVICE_CPU)
            return cx__fail(CX_E_DEVICE, in->site.where, "%s is text, which stays on the CPU",
                            cx__cats_name(in->self, j, name));
        if (kind == 'f' || kind == 'e') CX__TRY(need_finite(in, a, j));
    }
    return CX_OK;
}

cx_status cx__cats_open(const char *where, const cx_estimator *self, const cx_data *d,
                        cx__cats_data *out)
{
    *out = (cx__cats_data){.self = self,
                           .d = {.x = d->x, .table = d->table, .target = d->target},
                           .dtype = d->x ? cx_dtype_of(d->x) : CX_DTYPE_NONE};
    CX__TRY(cx__site_at(where, d->x ? cx_device_of(d->x) : CX_CPU, &out->site));
    if (d->x && !holds_text(d)) {
        cx_data prepared = {0};
        CX__TRY(cx__data_prepare(where, self, &out->d, CX__FOR_USE, &prepared));
        out->d.x = prepared.x;
    }
    out->rows = cx__feature_rows(&out->d);
    out->n = cx__feature_count(self, &out->d);
    return d->x && !holds_text(d) ? CX_OK : check_columns(out);
}

cx_array *cx__cats_column(const cx__cats_data *in, int64_t j)
{
    cx_array *const a = cx__feature(in->site.where, in->self, &in->d, j);
    return cx_dtype_of(a) == CX_CAT ? a : cx__as(in->site.where, a, CX_F64);
}

static cx__value_kind kind_of(cx_dtype t)
{
    const char kind = cx_dtype_kind(t);
    if (t == CX_CAT) return CX__VALUE_TEXT;
    if (t == CX_F32) return CX__VALUE_F32;
    return kind == 'i' || kind == 'u' ? CX__VALUE_INT
           : kind == 'b'              ? CX__VALUE_BOOL
                                      : CX__VALUE_F64;
}

/* ---- what occurs in a column */
typedef struct seen {
    int64_t count; /* without the missing one */
    const double *number;
    const char **word;
    int64_t *tally;
    int64_t missing; /* rows */
} seen;

/* A few numbers of the site's, on the host. */
static const cx_array *bring(const cx__site *s, const cx_array *a)
{
    if (cx_device_of(a).kind == CX_DEVICE_CPU) return cx_ascontiguous(a);
    return cx_nbytes(a) <= CONTROL_BYTES ? cx__to_host(s, a) : cx_to(a, CX_CPU);
}

/* Few different numbers are counted in a table of their bits, which walks the rows once. */
enum { FEW = 4096 };
typedef struct tallied {
    double value;
    int64_t tally;
} tallied;

static int by_value(const void *a, const void *b)
{
    const tallied *const x = a, *const y = b;
    return x->value < y->value ? -1 : x->value > y->value;
}

/* The place of v, or the free one where it would stand. */
static int64_t place_of(const tallied *table, int bits_of_place, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    const int64_t mask = ((int64_t)1 << bits_of_place) - 1;
    int64_t at = (int64_t)((bits * 0x9E3779B97F4A7C15u) >> (64 - bits_of_place));
    while (table[at].tally && table[at].value != v) at = (at + 1) & mask;
    return at;
}

/* false: there are more than a few */
static bool count_few(const double *v, int64_t step, int64_t rows, tallied *table, int bits,
                      int64_t *count, int64_t *missing)
{
    int64_t used = 0, last = 0;
    for (int64_t i = 0; i < rows; i++) {
        const double x = v[i * step] + 0.0; /* -0 is 0 */
        if (isnan(x)) {
            ++*missing;
            continue;
        }
        if (!table[last].tally || table[last].value != x) last = place_of(table, bits, x);
        if (!table[last].tally && ++used > FEW) return false;
        table[last].value = x;
        table[last].tally++;
    }
    *count = used;
    return true;
}

/* The different numbers, in order, to the front of the table. */
static cx_status take_few(tallied *table, int64_t places, int64_t count, int64_t missing, seen *out)
{
    double *const number = cx__cats_room(((size_t)count + 1) * sizeof *number);
    int64_t *const tally = cx__cats_room(((size_t)count + 1) * sizeof *tally);
    CX__TRY(cx__so_far());
    for (int64_t i = 0, k = 0; i < places; i++)
        if (table[i].tally) table[k++] = table[i];
    qsort(table, (size_t)count, sizeof *table, by_value);
    for (int64_t i = 0; i < count; i++) {
        number[i] = table[i].value;
        tally[i] = table[i].tally;
    }
    number[count] = (double)NAN;
    *out = (seen){.count = count, .number = number, .tally = tally, .missing = missing};
    return CX_OK;
}

/* On the CPU; *done: there were few. */
static cx_status look_few(const cx__cats_data *in, int64_t j, seen *out, bool *done)
{
    const bool matrix = in->d.x && cx_dtype_of(in->d.x) == CX_F64;
    const cx_array *const a = matrix ? in->d.x : cx__cats_column(in, j);
    const double *const v = cx_data_f64(a);
    int bits = 4; /* at least twice as many places as numbers */
    while (bits < 14 && ((int64_t)1 << bits) < 2 * in->rows) bits++;
    const int64_t places = (int64_t)1 << bits;
    tallied *const table = cx__cats_room((size_t)places * sizeof *table);
    CX__TRY(cx__so_far());
    int64_t count = 0, missing = 0;
    *done =
        count_few(matrix ? v + j : v, matrix ? in->n : 1, in->rows, table, bits, &count, &missing);
    return *done ? take_few(table, places, count, missing, out) : CX_OK;
}

static cx_status look_numbers(const cx__cats_data *in, int64_t j, seen *out)
{
    if (in->site.device.kind == CX_DEVICE_CPU) {
        bool done = false;
        CX__TRY(look_few(in, j, out, &done));
        if (done) return CX_OK;
    }
    const cx_array *const column = cx__cats_column(in, j);
    CX__TRY(cx_status_of(column));
    const cx_unique_result u = cx_unique(column, CX_OPTS(cx_unique_opts, .return_counts = true));
    const cx_array *const values = bring(&in->site, u.values), *const counts = bring(
                                                                   &in->site,
                                                                   cx__i64(&in->site, u.counts));
    const double *const v = cx_data_f64(values);
    const int64_t *const c = cx_data_i64(counts);
    const int64_t n = cx_size(values);
    CX__TRY(cx__so_far());
    int64_t *const tally = cx__cats_room(((size_t)n + 1) * sizeof *tally);
    if (!tally) return cx__last_status();
    memcpy(tally, c, (size_t)n * sizeof *tally);
    const bool missing = n > 0 && isnan(v[n - 1]);
    *out = (seen){.count = missing ? n - 1 : n,
                  .number = v,
                  .tally = tally,
                  .missing = missing ? tally[n - 1] : 0};
    return CX_OK;
}

typedef struct entry {
    const char *word;
    int64_t tally;
} entry;

static int by_word(const void *a, const void *b)
{
    const entry *const x = a, *const y = b;
    return strcmp(x->word, y->word);
}

static cx_status look_text(const cx_array *column, seen *out)
{
    const int words = cx_category_count(column);
    const cx_array *const codes = cx_ascontiguous(cx_codes(column));
    const int32_t *const code = cx_data_i32(codes);
    const int64_t rows = cx_size(codes);
    int64_t *const mass = cx__cats_room(((size_t)words + 1) * sizeof *mass),
                   *const tally = cx__cats_room(((size_t)words + 1) * sizeof *tally);
    entry *const all = cx__cats_room(((size_t)words + 1) * sizeof *all);
    const char **const word = cx__cats_room(((size_t)words + 1) * sizeof *word);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < rows; i++) mass[code[i] + 1]++;
    int64_t n = 0;
    for (int c = 0; c < words; c++)
        if (mass[c + 1]) all[n++] = (entry){cx_category(column, c), mass[c + 1]};
    qsort(all, (size_t)n, sizeof *all, by_word);
    for (int64_t i = 0; i < n; i++) {
        word[i] = all[i].word;
        tally[i] = all[i].tally;
    }
    *out = (seen){.count = n, .word = word, .tally = tally, .missing = mass[0]};
    return CX_OK;
}

/* ---- categories of a column: what occurs, or what is given */
static cx_status take_all(const seen *s, cx__cats *c)
{
    c->missing = s->missing > 0;
    c->count = s->count + (c->missing ? 1 : 0);
    c->number = s->number;
    c->word = s->word; /* one entry more than words: NULL, for the missing one */
    s->tally[s->count] = s->missing;
    c->tally = s->tally;
    return CX_OK;
}

static bool is_missing(const cx__lit *v)
{
    return v->kind == CX__LIT_NONE || (v->kind == CX__LIT_FLOAT && isnan(v->u.f));
}

static CX__COLD cx_status bad_given(const cx__cats_data *in, int64_t j, const char *why)
{
    char name[80];
    return cx__fail(CX_E_ARGUMENT, in->site.where, "%s: categories of %s %s", in->self->cls->name,
                    cx__cats_name(in->self, j, name), why);
}

static bool equal_given(const cx__lit *a, const cx__lit *b)
{
    double x = 0, y = 0;
    if (cx__lit_number(a, &x) && cx__lit_number(b, &y)) return x == y;
    return a->kind == CX__LIT_STR && b->kind == CX__LIT_STR && strcmp(a->u.s, b->u.s) == 0;
}

static bool number_of(const cx__lit *v, double *out)
{
    if (v->kind != CX__LIT_BOOL) return cx__lit_number(v, out);
    *out = v->u.b ? 1 : 0;
    return true;
}

static cx_status check_given(const cx__cats_data *in, const cx__lit *list, int64_t j, bool text)
{
    if ((list->kind != CX__LIT_LIST && list->kind != CX__LIT_TUPLE) || list->count == 0)
        return bad_given(in, j, "are no list of values");
    for (int i = 0; i < list->count; i++) {
        const cx__lit *const v = &list->u.items[i];
        double x = 0, before = 0;
        if (is_missing(v)) {
            if (i < list->count - 1) return bad_given(in, j, "must hold the missing value last");
            continue;
        }
        if (text != (v->kind == CX__LIT_STR) || (!text && !number_of(v, &x)))
            return bad_given(in, j, text ? "must be texts" : "must be numbers");
        for (int k = 0; text && k < i; k++)
            if (equal_given(v, &list->u.items[k])) return bad_given(in, j, "hold a value twice");
        if (text || i == 0 || !number_of(&list->u.items[i - 1], &before)) continue;
        if (x == before) return bad_given(in, j, "hold a value twice");
        if (x < before) return bad_given(in, j, "must ascend: they are numbers");
    }
    return CX_OK;
}

/* Place of an occurring value among the given ones, -1. */
static int64_t place_given(const seen *s, int64_t i, const cx__lit *list, bool text)
{
    for (int k = 0; k < list->count; k++) {
        const cx__lit *const v = &list->u.items[k];
        double x = 0;
        if (text ? v->kind == CX__LIT_STR && strcmp(v->u.s, s->word[i]) == 0
                 : number_of(v, &x) && x == s->number[i])
            return k;
    }
    return -1;
}

static CX__COLD cx_status unknown_given(const cx__cats_data *in, int64_t j, const seen *s,
                                        int64_t i)
{
    char name[80], number[40] = "a missing value";
    if (i < s->count && s->number) number[cx__f64_to_text(s->number[i], number)] = '\0';
    const char *const what = i < s->count && s->word ? s->word[i] : number;
    return cx__fail(CX_E_ARGUMENT, in->site.where,
                    "%s holds '%.60s', which is not among the given categories",
                    cx__cats_name(in->self, j, name), what);
}

static cx_status take_given(const cx__cats_data *in, const seen *s, const cx__lit *list, int64_t j,
                            bool refuse, cx__cats *c)
{
    const bool text = c->kind == CX__VALUE_TEXT;
    CX__TRY(check_given(in, list, j, text));
    const size_t n = (size_t)list->count;
    double *const number = cx__cats_room(n * sizeof *number);
    const char **const word = cx__cats_room(n * sizeof *word);
    int64_t *const tally = cx__cats_room(n * sizeof *tally);
    CX__TRY(cx__so_far());
    for (int i = 0; i < list->count; i++) {
        const cx__lit *const v = &list->u.items[i];
        number[i] = (double)NAN;
        if (text)
            word[i] = v->kind == CX__LIT_STR ? v->u.s : NULL;
        else
            (void)number_of(v, &number[i]);
    }
    c->missing = is_missing(&list->u.items[n - 1]);
    for (int64_t i = 0; i < s->count; i++) {
        const int64_t k = place_given(s, i, list, text);
        if (k >= 0)
            tally[k] = s->tally[i];
        else if (refuse)
            return unknown_given(in, j, s, i);
    }
    if (s->missing && !c->missing && refuse) return unknown_given(in, j, s, s->count);
    if (c->missing) tally[n - 1] = s->missing;
    c->count = list->count;
    c->number = text ? NULL : number;
    c->word = text ? word : NULL;
    c->tally = tally;
    return CX_OK;
}

/* ---- rare ones */
typedef struct limits {
    bool on;
    double least; /* rows; fewer are rare */
    int64_t most; /* categories; 0: any number */
} limits;

static limits limits_of(const cx__cats_data *in)
{
    const cx_estimator *const m = in->self;
    if (cx__class_param(m->cls, "min_frequency", 13) < 0) return (limits){.on = false};
    const cx__lit *const least = cx__param(m, "min_frequency"), *const most =
                                                                    cx__param(m, "max_categories");
    limits l = {.on = least->kind != CX__LIT_NONE || most->kind == CX__LIT_INT};
    if (least->kind == CX__LIT_INT) l.least = (double)least->u.i;
    if (least->kind == CX__LIT_FLOAT) l.least = (double)in->rows * least->u.f;
    if (most->kind == CX__LIT_INT) l.most = most->u.i;
    return l;
}

typedef struct level {
    int64_t tally, place;
} level;

static int by_tally(const void *a, const void *b)
{
    const level *const x = a, *const y = b;
    if (x->tally != y->tally) return x->tally < y->tally ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

static cx_status mark_rare(const cx__cats *c, int64_t n, const limits *l, bool *rare)
{
    int64_t found = 0;
    for (int64_t i = 0; i < n; i++) found += rare[i] = (double)c->tally[i] < l->least;
    if (l->most == 0 || l->most >= n - found + 1) return CX_OK;
    level *const order = cx__cats_room((size_t)n * sizeof *order);
    if (!order) return cx__last_status();
    for (int64_t i = 0; i < n; i++) order[i] = (level){c->tally[i], i};
    qsort(order, (size_t)n, sizeof *order, by_tally);
    for (int64_t i = 0; i < n - (l->most - 1); i++) rare[order[i].place] = true;
    return CX_OK;
}

static cx_status group(cx__cats *c, const limits *l, bool missing_apart)
{
    int64_t *const place = cx__cats_room((size_t)c->count * sizeof *place);
    bool *const rare = cx__cats_room((size_t)c->count + 1);
    CX__TRY(cx__so_far());
    const int64_t n = c->count - (missing_apart && c->missing ? 1 : 0);
    if (l->on) CX__TRY(mark_rare(c, n, l, rare));
    int64_t next = 0;
    for (int64_t i = 0; i < n; i++)
        if (!rare[i]) place[i] = next++;
    c->rare = next < n ? next : -1;
    for (int64_t i = 0; i < n; i++)
        if (rare[i]) place[i] = next;
    c->groups = next + (next < n ? 1 : 0);
    if (n < c->count) place[n] = c->groups++;
    c->group = place;
    return CX_OK;
}

static cx_status learn(const cx__cats_data *in, cx__cats_rule rule, const cx__lit *given,
                       const limits *l, int64_t j, cx__cats *c)
{
    const cx_array *const column = cx__feature(in->site.where, in->self, &in->d, j);
    CX__TRY(cx_status_of(column));
    c->kind = kind_of(in->d.x ? in->dtype : cx_dtype_of(column));
    seen s = {0};
    CX__TRY(c->kind == CX__VALUE_TEXT ? look_text(column, &s) : look_numbers(in, j, &s));
    CX__TRY(given ? take_given(in, &s, given, j, rule.refuse_unknown, c) : take_all(&s, c));
    return group(c, l, rule.missing_apart);
}

cx_status cx__cats_learn(const cx__cats_data *in, cx__cats_rule rule, cx__cats **out)
{
    const cx__lit *const given = cx__param(in->self, "categories");
    const bool listed = given->kind != CX__LIT_STR;
    if (listed && given->count != in->n)
        return cx__fail(CX_E_ARGUMENT, in->site.where,
                        "%s: categories has %d lists, but x has %lld columns", in->self->cls->name,
                        given->count, (long long)in->n);
    cx__cats *const all = cx__cats_room((size_t)in->n * sizeof *all);
    if (!all) return cx__last_status();
    const limits l = limits_of(in);
    for (int64_t j = 0; j < in->n; j++)
        CX__TRY(learn(in, rule, listed ? &given->u.items[j] : NULL, &l, j, &all[j]));
    *out = all;
    return CX_OK;
}

/* ---- into the state */
static cx_status put(cx_estimator *self, const cx__site *s, int slot, const void *v, int64_t n,
                     cx_dtype t)
{
    const cx_array *const host = cx_copy_host(v, CX_SHAPE(n), t);
    return cx_self_set(self, slot,
                       cx_nbytes(host) <= CONTROL_BYTES ? cx__to_site(s, host)
                                                        : cx_to(host, s->device));
}

/* Texts of all columns as codes of one dictionary, in which each stands once. */
static cx_status put_texts(cx_estimator *self, const cx__cats *cats, int64_t n, int64_t count)
{
    const char **const words = cx__cats_room(((size_t)count + 1) * sizeof *words);
    if (!words) return cx__last_status();
    int64_t at = 0;
    for (int64_t j = 0; j < n; j++)
        for (int64_t i = 0; cats[j].word && i < cats[j].count; i++) words[at++] = cats[j].word[i];
    return cx_self_set(self, CX__CATS_TEXTS, cx__texts_new("fit", count, words));
}

cx_status cx__cats_store(cx_estimator *self, const cx__cats_data *in, const cx__cats *cats)
{
    int64_t numbers = 0, texts = 0, all = 0;
    bool grouped = false;
    for (int64_t j = 0; j < in->n; j++) {
        const cx__cats *const c = &cats[j];
        *(c->word ? &texts : &numbers) += c->count;
        all += c->count;
        grouped = grouped || c->rare >= 0;
    }
    double *const number = cx__cats_room((size_t)numbers * sizeof *number);
    int64_t *const count = cx__cats_room((size_t)in->n * 3 * sizeof *count),
                   *const kind = count ? count + in->n : NULL,
                   *const group = cx__cats_room((size_t)all * sizeof *group);
    CX__TRY(cx__so_far());
    int64_t *const rares = kind + in->n;
    int64_t at = 0, place = 0;
    for (int64_t j = 0; j < in->n; j++) {
        const cx__cats *const c = &cats[j];
        count[j] = c->count;
        kind[j] = (int64_t)c->kind;
        rares[j] = c->rare;
        if (c->number) memcpy(number + at, c->number, (size_t)c->count * sizeof *number);
        at += c->number ? c->count : 0;
        memcpy(group + place, c->group, (size_t)c->count * sizeof *group);
        place += c->count;
    }
    CX__TRY(put(self, &in->site, CX__CATS_COUNT, count, in->n, CX_I64));
    CX__TRY(put(self, &in->site, CX__CATS_NUMBERS, number, numbers, CX_F64));
    CX__TRY(put(self, &in->site, CX__CATS_KIND, kind, in->n, CX_I64));
    if (texts) CX__TRY(put_texts(self, cats, in->n, texts));
    if (!grouped) return CX_OK;
    CX__TRY(put(self, &in->site, CX__CATS_GROUP, group, all, CX_I64));
    return put(self, &in->site, CX__CATS_RARE, rares, in->n, CX_I64);
}
