/* Categories of a fitted encoder: read back from the state, found for values row by row and, on any
 * device, column by column.
 *
 * One idea: a text is its code in the column's dictionary before a row kernel sees it, so kernels
 * compare numbers only and never allocate. */
#include "learn/preprocessing/categories.h"
#include "base/alloc.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <string.h>

/* ---- from the state */
static const cx_array *host_of(const cx__site *s, const cx_estimator *self, int slot)
{
    const cx_array *const a = cx_self(self, slot);
    if (cx_device_of(a).kind == CX_DEVICE_CPU) return cx_ascontiguous(a);
    return cx_nbytes(a) <= 4096 ? cx__to_host(s, a) : cx_to(a, CX_CPU);
}

static const int64_t *integers(const cx__site *s, const cx_estimator *self, int slot)
{
    return cx_data_i64(cx__as(s->where, host_of(s, self, slot), CX_I64));
}

static cx_status recall_one(const cx_array *texts, cx__cats *c)
{
    const char **const word = cx__cats_room((size_t)c->count * sizeof *word);
    if (!word) return cx__last_status();
    const int32_t *const code = cx_data_i32(cx_ascontiguous(cx_codes(texts)));
    if (!code) return cx__last_status();
    for (int64_t i = 0; i < c->count; i++)
        word[i] = code[c->value_at + i] < 0 ? NULL : cx_category(texts, code[c->value_at + i]);
    c->word = word;
    c->missing = c->count > 0 && !word[c->count - 1];
    return CX_OK;
}

static cx_status identity(cx__cats *c)
{
    int64_t *const group = cx__cats_room((size_t)c->count * sizeof *group);
    if (!group) return cx__last_status();
    for (int64_t i = 0; i < c->count; i++) group[i] = i;
    c->group = group;
    return CX_OK;
}

cx_status cx__cats_recall(const char *where, const cx_estimator *self, cx__cats **out)
{
    cx__site s;
    CX__TRY(cx__site_at(where, self->state->device, &s));
    const bool grouped = cx_self_has(self, CX__CATS_GROUP);
    const int64_t n = cx_size(cx_self(self, CX__CATS_COUNT));
    const int64_t *const count = integers(&s, self, CX__CATS_COUNT),
                         *const kind = integers(&s, self, CX__CATS_KIND),
                         *const group = grouped ? integers(&s, self, CX__CATS_GROUP) : NULL,
                         *const rare = grouped ? integers(&s, self, CX__CATS_RARE) : NULL;
    const double *const number =
        cx_data_f64(cx__as(where, host_of(&s, self, CX__CATS_NUMBERS), CX_F64));
    const cx_array *const texts =
        cx_self_has(self, CX__CATS_TEXTS) ? host_of(&s, self, CX__CATS_TEXTS) : NULL;
    cx__cats *const all = cx__cats_room((size_t)n * sizeof *all);
    CX__TRY(cx__so_far());
    int64_t at[2] = {0, 0}, place = 0;
    for (int64_t j = 0; j < n; j++) {
        cx__cats *const c = &all[j];
        c->kind = (cx__value_kind)kind[j];
        c->count = count[j];
        const int text = c->kind == CX__VALUE_TEXT ? 1 : 0;
        c->value_at = at[text];
        c->group_at = place;
        c->rare = rare ? rare[j] : -1;
        if (text) CX__TRY(recall_one(texts, c));
        if (!text) {
            c->number = number + at[text];
            c->missing = c->count > 0 && isnan(c->number[c->count - 1]);
        }
        c->group = group ? group + place : NULL;
        if (!group) CX__TRY(identity(c));
        for (int64_t i = 0; i < c->count; i++)
            if (c->group[i] >= c->groups) c->groups = c->group[i] + 1;
        at[text] += c->count;
        place += c->count;
    }
    *out = all;
    return CX_OK;
}

static CX__COLD cx_status broken(const cx_estimator *self, const char *what)
{
    return cx__fail(CX_E_PARSE, "estimator_load", "%s: %s", self->cls->name, what);
}

/* Groups of a column, and which holds the rare ones. */
static cx_status check_groups(const cx_estimator *self, const int64_t *group, int64_t count,
                              int64_t rare)
{
    int64_t groups = 0;
    for (int64_t i = 0; i < count; i++) {
        if (group[i] < 0 || group[i] >= count)
            return broken(self, "a category belongs to no group");
        if (group[i] >= groups) groups = group[i] + 1;
    }
    return rare >= -1 && rare < groups ? CX_OK : broken(self, "_rare is no group");
}

cx_status cx__cats_check(const cx_estimator *self)
{
    cx__site s;
    CX__TRY(cx__site_at("estimator_load", CX_CPU, &s));
    const bool grouped = cx_self_has(self, CX__CATS_GROUP);
    if (grouped != cx_self_has(self, CX__CATS_RARE)) return broken(self, "_group without _rare");
    const int64_t n = cx_size(cx_self(self, CX__CATS_COUNT)),
                  all = grouped ? cx_size(cx_self(self, CX__CATS_GROUP)) : 0;
    const int64_t *const count = integers(&s, self, CX__CATS_COUNT),
                         *const kind = integers(&s, self, CX__CATS_KIND),
                         *const group = grouped ? integers(&s, self, CX__CATS_GROUP) : NULL,
                         *const rare = grouped ? integers(&s, self, CX__CATS_RARE) : NULL;
    CX__TRY(cx__so_far());
    const bool text = cx_self_has(self, CX__CATS_TEXTS);
    const cx_array *const texts = text ? cx_self(self, CX__CATS_TEXTS) : NULL;
    if (text && (cx_dtype_of(texts) != CX_CAT || cx_ndim(texts) != 1))
        return broken(self, "category_texts_ are no texts");
    int64_t left[2] = {cx_size(cx_self(self, CX__CATS_NUMBERS)), text ? cx_size(texts) : 0},
            place = 0;
    for (int64_t j = 0; j < n; j++) {
        if (kind[j] < CX__VALUE_F64 || kind[j] > CX__VALUE_TEXT)
            return broken(self, "a column of no known kind");
        int64_t *const room = &left[kind[j] == CX__VALUE_TEXT ? 1 : 0];
        if (count[j] < 1 || count[j] > *room || (group && count[j] > all - place))
            return broken(self, "the categories do not add up");
        if (group) CX__TRY(check_groups(self, group + place, count[j], rare[j]));
        *room -= count[j];
        place += count[j];
    }
    return left[0] == 0 && left[1] == 0 && (!group || place == all)
               ? CX_OK
               : broken(self, "the categories do not add up");
}

void cx__cats_print(cx__text *t, const cx__cats *c, int64_t i)
{
    if (c->missing && i == c->count - 1) {
        cx__text_puts(t, "nan");
        return;
    }
    if (c->word) {
        cx__text_puts(t, c->word[i]);
        return;
    }
    const double v = c->number[i];
    char digits[40];
    switch (c->kind) {
    case CX__VALUE_INT: cx__text_f(t, "%lld", (long long)v); return;
    case CX__VALUE_BOOL: cx__text_puts(t, v != 0 ? "True" : "False"); return;
    case CX__VALUE_F32: {
        const int n = cx__f32_to_text((float)v, digits);
        cx__text_put(t, digits, (size_t)n);
        if (!memchr(digits, '.', (size_t)n) && !memchr(digits, 'e', (size_t)n))
            cx__text_puts(t, ".0");
        return;
    }
    default: cx__lit_print(t, &(const cx__lit){.kind = CX__LIT_FLOAT, .u.f = v});
    }
}

/* The words that codes of column j stand for: the schema's, *seen of them, then those of the
 * categories, which may have been given and not have occurred. */
static cx_status words_of(const cx_estimator *self, const cx__cats *c, int64_t j, int64_t *count,
                          int64_t *seen, const char *const **out)
{
    const cx__schema *const s = self->state->schema;
    const cx_array *const own = s && s->categories ? s->categories[j] : NULL;
    *seen = own ? cx_category_count(own) : 0;
    *count = *seen + c->count;
    const char **const word = cx__cats_room((size_t)*count * sizeof *word);
    if (!word) return cx__last_status();
    for (int64_t i = 0; i < *seen; i++) word[i] = cx_category(own, (int)i);
    for (int64_t i = 0; i < c->count; i++) word[*seen + i] = c->word[i];
    *out = word;
    return CX_OK;
}

/* ---- finding */
static cx_status find_text(const cx_estimator *self, const cx__cats *c, int64_t j,
                           cx__cats_finder *f, int64_t *to)
{
    int64_t count = 0, seen = 0;
    const char *const *word = NULL;
    CX__TRY(words_of(self, c, j, &count, &seen, &word));
    CX__TRY(cx__words_match(count, word, c->count, c->word, to));
    for (int64_t i = 0; i < count; i++)
        if (to[i] >= 0) to[i] = c->group[to[i]];
    f->group = to;
    f->count = count;
    return CX_OK;
}

/* p NULL: memory of the scope */
static void *room(cx_plan *p, size_t bytes)
{
    return p ? cx_plan_alloc(p, bytes + 1) : cx__cats_room(bytes);
}

static cx_status finder(const cx_estimator *self, cx_plan *p, const cx__cats *c, int64_t j,
                        cx__cats_finder *f)
{
    *f = (cx__cats_finder){.text = c->kind == CX__VALUE_TEXT, .groups = c->groups, .missing = -1};
    if (c->missing) f->missing = c->group[c->count - 1];
    if (f->text) {
        int64_t count = 0, seen = 0;
        const char *const *word = NULL;
        CX__TRY(words_of(self, c, j, &count, &seen, &word));
        int64_t *const to = room(p, (size_t)count * sizeof *to);
        return to ? find_text(self, c, j, f, to) : CX_E_NOMEM;
    }
    f->count = c->count - (c->missing ? 1 : 0);
    double *const number = room(p, (size_t)c->count * sizeof *number);
    int64_t *const group = room(p, (size_t)c->count * sizeof *group);
    if (!number || !group) return CX_E_NOMEM;
    memcpy(number, c->number, (size_t)c->count * sizeof *number);
    memcpy(group, c->group, (size_t)c->count * sizeof *group);
    f->number = number;
    f->group = group;
    f->first = f->count ? number[0] : 0;
    f->run = true;
    for (int64_t i = 1; i < f->count; i++) f->run = f->run && number[i] == number[i - 1] + 1;
    return CX_OK;
}

static cx_status finders(const char *where, const cx_estimator *self, cx_plan *p,
                         cx__cats_finder **out)
{
    cx__cats *cats = NULL;
    CX__TRY(cx__cats_recall(where, self, &cats));
    const int64_t n = cx_self_features(self);
    cx__cats_finder *const all = room(p, (size_t)n * sizeof *all);
    if (!all) return CX_E_NOMEM;
    for (int64_t j = 0; j < n; j++) CX__TRY(finder(self, p, &cats[j], j, &all[j]));
    *out = all;
    return CX_OK;
}

cx_status cx__cats_plan(const cx_estimator *self, cx_plan *p, cx__cats_finder **out)
{
    return finders("session_new", self, p, out);
}

cx_status cx__cats_finders(const char *where, const cx_estimator *self, cx__cats_finder **out)
{
    return finders(where, self, NULL, out);
}

/* ---- values */
static cx_status text_values(const cx__cats_data *in, const cx__cats *c, const cx_array *column,
                             int64_t j, double *to)
{
    const cx_array *const codes = cx_ascontiguous(cx_codes(column));
    const int32_t *const code = cx_data_i32(codes);
    const int words = cx_category_count(column);
    int64_t *const place = cx__cats_room(((size_t)words + 1) * sizeof *place), count = 0, seen = 0;
    const char *const *word = NULL, *const *const own = cx__words_of(column);
    CX__TRY(cx__so_far());
    CX__TRY(words_of(in->self, c, j, &count, &seen, &word));
    bool same = seen == words;
    for (int i = 0; i < words && same; i++) {
        same = word[i] && strcmp(own[i], word[i]) == 0;
        place[i] = i;
    }
    if (!same) CX__TRY(cx__words_match(words, own, count, word, place));
    for (int64_t i = 0; i < in->rows; i++)
        to[i * in->n] = code[i] < 0 ? CX__CODE_MISSING : (double)place[code[i]];
    return CX_OK;
}

static cx_status fill_values(const cx__cats_data *in, double *to)
{
    cx__cats *cats = NULL;
    CX__TRY(cx__cats_recall(in->site.where, in->self, &cats));
    for (int64_t j = 0; j < in->n; j++) {
        const cx_array *const column = cx__cats_column(in, j);
        CX__TRY(cx_status_of(column));
        const bool text = cx_dtype_of(column) == CX_CAT;
        if (text != (cats[j].kind == CX__VALUE_TEXT)) {
            char name[80];
            return cx__fail(CX_E_SCHEMA, in->site.where, "%s holds %s; fit saw %s",
                            cx__cats_name(in->self, j, name), text ? "text" : "numbers",
                            text ? "numbers" : "text");
        }
        if (text) {
            CX__TRY(text_values(in, &cats[j], column, j, to + j));
            continue;
        }
        const double *const v = cx_data_f64(column);
        if (!v) return cx__last_status();
        for (int64_t i = 0; i < in->rows; i++) to[i * in->n + j] = v[i];
    }
    return CX_OK;
}

cx_array *cx__cats_values(const cx__cats_data *in)
{
    if (in->d.x && cx_dtype_of(in->d.x) != CX_CAT && !cx_self_has(in->self, CX__CATS_TEXTS))
        return cx__as(in->site.where, in->d.x, CX_F64);
    cx_array *const out = cx_empty(CX_SHAPE(in->rows, in->n), CX_F64, CX_CPU);
    double *const to = cx_data_f64_mut(out);
    if (!to || cx_check(fill_values(in, to)) != CX_OK) return NULL;
    return out;
}

int64_t cx__cats_unknown(const cx__cats_finder *f, const double *values, int64_t rows, int64_t n,
                         int64_t j)
{
    for (int64_t i = 0; i < rows; i++)
        if (cx__cats_find(&f[j], values[i * n + j]) < 0) return i;
    return -1;
}

cx_status cx__cats_refuse(const cx__cats_data *in, const cx__cats_finder *f, const cx_array *values)
{
    const double *const v = cx_data_f64(values);
    if (!v) return cx__last_status();
    for (int64_t j = 0; j < in->n; j++) {
        const int64_t row = cx__cats_unknown(f, v, in->rows, in->n, j);
        if (row < 0) continue;
        const cx_array *const column = cx__cats_column(in, j);
        char name[80], number[40] = "";
        if (cx_dtype_of(column) != CX_CAT)
            number[cx__f64_to_text(v[row * in->n + j], number)] = '\0';
        const char *const what = *number ? number : cx_label(column, row);
        return cx__fail(CX_E_ARGUMENT, in->site.where,
                        "%s holds %s%.60s%s in row %lld, which fit did not see",
                        cx__cats_name(in->self, j, name), *number ? "" : "'", what ? what : "",
                        *number ? "" : "'", (long long)row);
    }
    return CX_OK;
}

/* ---- by array operations */
cx_array *cx__cats_codes(const cx__cats_data *in, const cx__cats *cats, int64_t j)
{
    const cx__cats *const c = &cats[j];
    const cx_array *const v = cx__cats_column(in, j), *const unknown =
                                                          cx_full(CX_SHAPE(), cx_int(c->groups),
                                                                  CX_I64, in->site.device);
    const int64_t k = c->count - (c->missing ? 1 : 0);
    cx_array *out = cx_full(CX_SHAPE(in->rows), cx_int(c->groups), CX_I64, in->site.device);
    if (k > 0) {
        const cx_array *const number = cx__as(
            in->site.where,
            cx_slice(cx_self(in->self, CX__CATS_NUMBERS), 0, c->value_at, c->value_at + k, 1),
            CX_F64);
        const cx_array *const at = cx_minimum(cx_searchsorted(number, v, CX_LEFT), cx_int(k - 1));
        const cx_array *const group =
            !cx_self_has(in->self, CX__CATS_GROUP)
                ? at
                : cx_take(cx__as(in->site.where,
                                 cx_slice(cx_self(in->self, CX__CATS_GROUP), 0, c->group_at,
                                          c->group_at + k, 1),
                                 CX_I64),
                          at, 0);
        out = cx_where(cx_equal(cx_take(number, at, 0), v), group, unknown);
    }
    if (!c->missing) return out;
    return cx_where(cx_isnan(v), cx_int(c->group[c->count - 1]), out);
}
