/* Labels of classifiers: any dtype of y to sorted classes and codes, and back.
 *
 * One idea: classes keep the dtype of y, so that predict is a take from them. Text is ordered by
 * its bytes, which is the order of its characters, as in NumPy; its codes are numbered anew where
 * they are, only the dictionary is looked at on the host. */
#include "base/alloc.h"
#include "learn/base/estimator.h"
#include "learn/numeric/site.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <stdlib.h>
#include <string.h>

typedef struct word {
    const char *text;
    int code;
} word;

static int by_text(const void *a, const void *b)
{
    const word *const wa = a, *const wb = b;
    return strcmp(wa->text, wb->text);
}

cx_status cx__count_codes(const cx__site *s, const cx_array *codes, const cx_array *weight,
                          int64_t groups, double *mass)
{
    const cx_array *const code = cx__i64(s, codes), *const w = weight ? cx__f64(s, weight) : NULL;
    cx_array *const sums = cx__new_f64(s, groups, -1);
    const cx_learn_groups call = {.n = cx_size(codes),
                                  .groups = groups,
                                  .code = cx__at(code),
                                  .weight = cx__at(w),
                                  .mass = cx__at(sums)};
    CX__TRY(cx__so_far());
    CX__TRY(s->ops->groups(s->queue, &call));
    return cx__read(s, sums, mass);
}

static cx_status missing_label(const char *where, const cx_array *codes)
{
    const int64_t row = cx__number_i64(cx_argmin(codes, CX_ALL));
    CX__TRY(cx__so_far());
    return cx__fail(CX_E_ARGUMENT, where, "the label of row %lld is missing", (long long)row);
}

/* Codes as int64, moved up by one: 0 is a missing label. */
static cx_array *places_of(const cx_array *codes)
{
    return cx_add(cx_astype(codes, CX_I64), cx_int(1));
}

/* Sorted texts of the categories that occur (mass > 0; the first entry is for missing ones) and the
 * new number of each. */
static cx_status order_words(const char *where, const cx_array *y, const double *mass,
                             int64_t *rank, cx_array **classes)
{
    const int count = cx_category_count(y);
    word *const words = cx__calloc((size_t)count + 1, sizeof *words);
    const char **const texts = cx__calloc((size_t)count + 1, sizeof *texts);
    int used = 0;
    for (int c = 0; words && texts && c < count; c++)
        if (mass[c + 1] > 0) words[used++] = (word){cx_category(y, c), c};
    if (words && texts) qsort(words, (size_t)used, sizeof *words, by_text);
    for (int k = 0; words && texts && k < used; k++) {
        rank[words[k].code + 1] = k;
        texts[k] = words[k].text;
    }
    cx_status st = CX_OK;
    if (words && texts) {
        *classes = cx_categories_new(cx_arange_i64(0, used, 1, CX_I32, CX_CPU), used, texts);
        if (cx_device_of(y).kind != CX_DEVICE_CPU)
            *classes = cx__as_categories(where, cx_arange_i64(0, used, 1, CX_I32, cx_device_of(y)),
                                         *classes);
        st = cx_status_of(*classes);
    } else {
        st = cx__fail_nomem(where, "labels", (size_t)count * sizeof *words);
    }
    cx__free(words);
    cx__free(texts);
    return st;
}

/* Only texts that occur become classes. */
static cx_status encode_text(const char *where, const cx_array *y, cx_labels *out)
{
    const int64_t count = cx_category_count(y);
    const cx_array *const codes = cx_codes(y), *const places = places_of(codes);
    cx__site s;
    CX__TRY(cx__site_of(where, y, &s));
    double *const mass = cx__calloc((size_t)count + 1, sizeof *mass);
    int64_t *const rank = cx__calloc((size_t)count + 1, sizeof *rank);
    cx_status st = mass && rank ? cx__count_codes(&s, places, NULL, count + 1, mass)
                                : cx__fail_nomem(where, "labels", (size_t)count * sizeof *rank);
    if (st == CX_OK && mass[0] > 0) st = missing_label(where, codes);
    if (st == CX_OK) st = order_words(where, y, mass, rank, &out->classes);
    if (st == CX_OK) {
        out->codes = cx_take(cx__given(&s, rank, count + 1, CX_I64), places, 0);
        st = cx_status_of(out->codes);
    }
    cx__free(mass);
    cx__free(rank);
    return st;
}

static cx_status no_class(const char *where, double v)
{
    char text[40];
    text[cx__f64_to_text(v, text)] = '\0';
    return cx__fail(CX_E_ARGUMENT, where,
                    "the label %s is no class: labels are text or whole numbers", text);
}

static cx_status whole(const char *where, const cx_array *classes)
{
    const char kind = cx_dtype_kind(cx_dtype_of(classes));
    if (kind != 'f' && kind != 'e') return CX_OK;
    const cx_array *const v = cx__as(where, classes, CX_F64), *const ok = cx_logical_and(
                                                                  cx_equal(cx_floor(v), v),
                                                                  cx_isfinite(v));
    if (cx__number_i64(cx_all(ok, CX_ALL)) != 0) return cx__so_far();
    const double bad = cx__number_f64(cx_select(v, 0, cx__number_i64(cx_argmin(ok, CX_ALL))));
    CX__TRY(cx__so_far());
    return no_class(where, bad);
}

/* Whole numbers that lie close together are counted, not sorted. Not done: out stays as it is. */
static cx_status encode_near(const char *where, const cx_array *y, cx_labels *out)
{
    enum { FEW = 2048, MOST = 512 };
    static cx__held ends = CX__HELD("y: min(y), max(y)");
    const cx_dtype t = cx_dtype_of(y);
    const char kind = cx_dtype_kind(t);
    if ((kind != 'b' && kind != 'i' && kind != 'u') || t == CX_U64 || cx_size(y) < FEW)
        return CX_OK;
    const cx_tuple end = cx__held_all(where, &ends, CX_ARRAYS(y));
    CX__TRY(cx__so_far());
    const int64_t low = cx__number_i64(end.at[0]), high = cx__number_i64(end.at[1]);
    CX__TRY(cx__so_far());
    if ((uint64_t)high - (uint64_t)low >= MOST) return CX_OK;
    cx__site s;
    double mass[MOST];
    int64_t rank[MOST], value[MOST], used = 0;
    const int64_t range = high - low + 1;
    const cx_array *const place = cx_sub(cx__as(where, y, CX_I64), cx_int(low));
    CX__TRY(cx__site_of(where, y, &s));
    CX__TRY(cx__count_codes(&s, place, NULL, range, mass));
    for (int64_t i = 0; i < range; i++) {
        rank[i] = used;
        if (mass[i] > 0) value[used++] = low + i;
    }
    out->classes = cx_astype(cx__given(&s, value, used, CX_I64), t);
    out->codes = cx_take(cx__given(&s, rank, range, CX_I64), place, 0);
    return cx__so_far();
}

cx_status cx__labels_encode(const char *where, const cx_array *y, cx_labels *out)
{
    CX__NEED(where, "y", y, CX__KIND_ARRAY);
    if (cx_ndim(y) != 1)
        return cx__fail(CX_E_SHAPE, where, "labels have %d dimensions, not 1", cx_ndim(y));
    const cx_dtype t = cx_dtype_of(y);
    if (cx_dtype_kind(t) == 'c')
        return cx__fail(CX_E_DTYPE, where, "labels are %s", cx_dtype_name(t));
    if (t == CX_CAT) return encode_text(where, y, out);
    CX__TRY(encode_near(where, y, out));
    if (out->codes != NULL) return CX_OK;
    const cx_unique_result u = cx_unique(y, CX_OPTS(cx_unique_opts, .return_inverse = true));
    CX__TRY(cx_status_of(u.values));
    CX__TRY(cx_status_of(u.inverse));
    *out = (cx_labels){u.values, u.inverse};
    return whole(where, u.values);
}

cx_labels cx_labels_encode(const cx_array *y)
{
    const cx_scope s = cx_scope_open();
    cx_labels out = {NULL, NULL};
    const cx_status st = cx_check(cx__labels_encode("labels_encode", y, &out));
    cx_array *const none = cx__nil(st);
    out.classes = cx_scope_keep(s, st == CX_OK ? out.classes : none);
    out.codes = cx_scope_keep(s, st == CX_OK ? out.codes : none);
    const cx_status closed = cx_scope_close(s);
    if (closed == CX_OK) return out;
    cx__mark(closed);
    return (cx_labels){cx__nil(closed), cx__nil(closed)};
}

/* ---- codes in known classes */
static int64_t find_word(const cx_array *classes, int64_t k, const char *text)
{
    int64_t lo = 0, hi = k; /* classes are sorted by text */
    while (lo < hi) {
        const int64_t mid = (lo + hi) / 2;
        if (strcmp(cx_label(classes, mid), text) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < k && strcmp(cx_label(classes, lo), text) == 0 ? lo : -1;
}

/* Places in the classes, -1 where there is none, -2 where the label is missing. */
static cx_status find_text(const cx__site *s, const cx_array *y, const cx_array *classes,
                           cx_array **out)
{
    const int count = cx_category_count(y);
    const cx_array *const codes = cx_codes(y), *const known = cx__to_host(s, classes);
    CX__TRY(cx__so_far());
    const int64_t k = cx_size(known);
    int64_t *const map = cx__calloc((size_t)count + 1, sizeof *map);
    if (!map) return cx__fail_nomem(s->where, "labels", (size_t)count * sizeof *map);
    map[0] = -2;
    for (int c = 0; c < count; c++) map[c + 1] = find_word(known, k, cx_category(y, c));
    *out = cx_take(cx__given(s, map, (int64_t)count + 1, CX_I64), places_of(codes), 0);
    cx__free(map);
    return cx_status_of(*out);
}

static cx_status find_numbers(const cx__site *s, const cx_array *y, const cx_array *classes,
                              cx_array **out)
{
    static cx__held found = CX__HELD("place, c, v: where(c == v, place, -1)");
    const cx_array *const v = cx__f64(s, y), *const c = cx__f64(s, classes);
    const int64_t k = cx_size(classes);
    if (cx_size(y) == 0 || k == 0) {
        *out = cx_full(CX_SHAPE(cx_size(y)), cx_int(-1), CX_I64, s->device);
        return cx__so_far();
    }
    const cx_array *const place = cx_minimum(cx_searchsorted(c, v, CX_LEFT), cx_int(k - 1));
    *out = cx__held_run(s->where, &found, CX_ARRAYS(place, cx_take(c, place, 0), v));
    return cx__so_far();
}

static cx_status find(const cx__site *s, const cx_array *y, const cx_array *classes, cx_array **out)
{
    if (cx_ndim(y) != 1 || cx_ndim(classes) != 1)
        return cx__fail(CX_E_SHAPE, s->where, "labels and classes have one dimension");
    const bool text = cx_dtype_of(y) == CX_CAT;
    if (text != (cx_dtype_of(classes) == CX_CAT))
        return cx__fail(CX_E_DTYPE, s->where, "labels are %s, but the classes %s",
                        cx_dtype_name(cx_dtype_of(y)), cx_dtype_name(cx_dtype_of(classes)));
    if (cx_dtype_kind(cx_dtype_of(y)) == 'c')
        return cx__fail(CX_E_DTYPE, s->where, "labels are complex");
    return text ? find_text(s, y, classes, out) : find_numbers(s, y, classes, out);
}

/* The least place found and its row; 0 of no labels. */
static cx_status least(const cx_array *found, int64_t *place, int64_t *row)
{
    *place = *row = 0;
    if (cx_size(found) == 0) return CX_OK;
    *place = cx__number_i64(cx_min(found, CX_ALL));
    if (*place < 0) *row = cx__number_i64(cx_argmin(found, CX_ALL));
    return cx__so_far();
}

cx_status cx__labels_find(const char *where, const cx_array *y, const cx_array *classes,
                          cx_array **out)
{
    cx__site s;
    int64_t place, row;
    CX__TRY(cx__site_of(where, y, &s));
    CX__TRY(find(&s, y, classes, out));
    CX__TRY(least(*out, &place, &row));
    return place == -2 ? missing_label(where, cx_codes(y)) : CX_OK;
}

static cx_status codes_of(const char *where, const cx_array *y, const cx_array *classes,
                          cx_array **out)
{
    cx__site s;
    int64_t place, row;
    CX__NEED(where, "y", y, CX__KIND_ARRAY);
    CX__NEED(where, "classes", classes, CX__KIND_ARRAY);
    CX__TRY(cx__site_of(where, y, &s));
    CX__TRY(find(&s, y, classes, out));
    CX__TRY(least(*out, &place, &row));
    if (place == -2) return missing_label(where, cx_codes(y));
    if (place >= 0) return CX_OK;
    if (cx_dtype_of(y) == CX_CAT) {
        const int64_t code = cx__number_i64(cx_select(cx_codes(y), 0, row));
        CX__TRY(cx__so_far());
        return cx__fail(CX_E_ARGUMENT, where, "label '%.60s' of row %lld is not among the classes",
                        cx_category(y, (int)code), (long long)row);
    }
    const double bad = cx__number_f64(cx_select(cx__f64(&s, y), 0, row));
    CX__TRY(cx__so_far());
    char text[40];
    text[cx__f64_to_text(bad, text)] = '\0';
    return cx__fail(CX_E_ARGUMENT, where, "label %s of row %lld is not among the classes", text,
                    (long long)row);
}

cx_array *cx_labels_codes(const cx_array *y, const cx_array *classes)
{
    const cx_scope s = cx_scope_open();
    cx_array *out = cx__nil(CX_E_INTERNAL);
    cx_check(codes_of("labels_codes", y, classes, &out));
    return cx_scope_return(s, out);
}
