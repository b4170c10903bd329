/* Labels of classifiers: any dtype of y to sorted classes and codes, and back.
 *
 * One idea: classes keep the dtype of y, so that predict is a take from them. Text is ordered by
 * its bytes, which is the order of its characters, as in NumPy. */
#include "base/alloc.h"
#include "learn/base/estimator.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <math.h>
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

/* Codes of a text array on the host, contiguous. */
static cx_status text_codes(const char *where, const cx_array *y, const int32_t **out)
{
    const cx_array *const codes = cx_ascontiguous(cx_codes(cx_to(y, CX_CPU)));
    CX__TRY(cx_status_of(codes));
    *out = cx_data_i32(codes);
    const int64_t n = cx_size(y);
    for (int64_t i = 0; i < n; i++)
        if ((*out)[i] < 0)
            return cx__fail(CX_E_ARGUMENT, where, "the label of row %lld is missing", (long long)i);
    return CX_OK;
}

/* Only texts that occur become classes. */
static cx_status encode_text(const char *where, const cx_array *y, cx_labels *out)
{
    const int count = cx_category_count(y);
    const int64_t n = cx_size(y);
    const int32_t *codes = NULL;
    CX__TRY(text_codes(where, y, &codes));
    word *const words = cx__calloc((size_t)count + 1, sizeof *words);
    int64_t *const rank = cx__calloc((size_t)count + 1, sizeof *rank);
    const char **const texts = cx__calloc((size_t)count + 1, sizeof *texts);
    cx_status st = words && rank && texts
                       ? CX_OK
                       : cx__fail_nomem(where, "labels", (size_t)count * sizeof *words);
    if (st == CX_OK) {
        for (int64_t i = 0; i < n; i++) rank[codes[i]] = 1;
        int used = 0;
        for (int c = 0; c < count; c++)
            if (rank[c]) words[used++] = (word){cx_category(y, c), c};
        qsort(words, (size_t)used, sizeof *words, by_text);
        for (int k = 0; k < used; k++) {
            rank[words[k].code] = k;
            texts[k] = words[k].text;
        }
        out->classes = cx_categories_new(cx_arange_i64(0, used, 1, CX_I32, CX_CPU), used, texts);
        out->codes = cx_empty(CX_SHAPE(n), CX_I64, CX_CPU);
        int64_t *const to = cx_data_i64_mut(out->codes);
        for (int64_t i = 0; to && i < n; i++) to[i] = rank[codes[i]];
        st = cx_status_of(out->classes) != CX_OK ? cx_status_of(out->classes)
                                                 : cx_status_of(out->codes);
    }
    cx__free(words);
    cx__free(rank);
    cx__free(texts);
    return st;
}

static cx_status whole(const char *where, const cx_array *classes)
{
    const char kind = cx_dtype_kind(cx_dtype_of(classes));
    if (kind != 'f' && kind != 'e') return CX_OK;
    const cx_array *const host = cx__as(where, cx_to(classes, CX_CPU), CX_F64);
    const double *const v = cx_data_f64(host);
    for (int64_t i = 0; v && i < cx_size(host); i++)
        if (!(v[i] == floor(v[i]) && isfinite(v[i]))) {
            char text[40];
            text[cx__f64_to_text(v[i], text)] = '\0';
            return cx__fail(CX_E_ARGUMENT, where,
                            "the label %s is no class: labels are text or whole numbers", text);
        }
    return cx_status_of(host);
}

static cx_status encode(const char *where, const cx_array *y, cx_labels *out)
{
    CX__NEED(where, "y", y, CX__KIND_ARRAY);
    if (cx_ndim(y) != 1)
        return cx__fail(CX_E_SHAPE, where, "labels have %d dimensions, not 1", cx_ndim(y));
    const cx_dtype t = cx_dtype_of(y);
    if (cx_dtype_kind(t) == 'c')
        return cx__fail(CX_E_DTYPE, where, "labels are %s", cx_dtype_name(t));
    if (t == CX_CAT) return encode_text(where, y, out);
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
    const cx_status st = cx_check(encode("labels_encode", y, &out));
    cx_array *const none = cx__nil(st);
    out.classes = cx_scope_keep(s, st == CX_OK ? out.classes : none);
    out.codes = cx_scope_keep(s, st == CX_OK ? out.codes : none);
    const cx_status closed = cx_scope_close(s);
    if (closed == CX_OK) return out;
    cx__mark(closed);
    return (cx_labels){cx__nil(closed), cx__nil(closed)};
}

/* ---- codes in known classes */
static cx_status codes_of_text(const char *where, const cx_array *y, const cx_array *classes,
                               int64_t *to)
{
    const int count = cx_category_count(y);
    const int64_t n = cx_size(y), k = cx_size(classes);
    const int32_t *codes = NULL, *own = NULL;
    CX__TRY(text_codes(where, y, &codes));
    CX__TRY(text_codes(where, classes, &own));
    int64_t *const map = cx__calloc((size_t)count + 1, sizeof *map);
    if (!map) return cx__fail_nomem(where, "labels", (size_t)count * sizeof *map);
    for (int c = 0; c < count; c++) {
        map[c] = -1;
        int64_t lo = 0, hi = k; /* classes are sorted by text */
        while (lo < hi) {
            const int64_t mid = (lo + hi) / 2;
            if (strcmp(cx_category(classes, own[mid]), cx_category(y, c)) < 0)
                lo = mid + 1;
            else
                hi = mid;
        }
        if (lo < k && strcmp(cx_category(classes, own[lo]), cx_category(y, c)) == 0) map[c] = lo;
    }
    cx_status st = CX_OK;
    for (int64_t i = 0; i < n && st == CX_OK; i++) {
        to[i] = map[codes[i]];
        if (to[i] < 0)
            st =
                cx__fail(CX_E_ARGUMENT, where, "label '%.60s' of row %lld is not among the classes",
                         cx_category(y, codes[i]), (long long)i);
    }
    cx__free(map);
    return st;
}

static cx_status codes_of_numbers(const char *where, const cx_array *y, const cx_array *classes,
                                  int64_t *to)
{
    const cx_array *const hy = cx__as(where, cx_to(y, CX_CPU), CX_F64), *const hc = cx__as(
                                                                            where,
                                                                            cx_to(classes, CX_CPU),
                                                                            CX_F64);
    const double *const v = cx_data_f64(hy), *const c = cx_data_f64(hc);
    if (!v || !c) return cx_status_of(!v ? hy : hc);
    const int64_t n = cx_size(hy), k = cx_size(hc);
    for (int64_t i = 0; i < n; i++) {
        int64_t lo = 0, hi = k;
        while (lo < hi) {
            const int64_t mid = (lo + hi) / 2;
            if (c[mid] < v[i])
                lo = mid + 1;
            else
                hi = mid;
        }
        if (lo == k || c[lo] != v[i]) {
            char text[40];
            text[cx__f64_to_text(v[i], text)] = '\0';
            return cx__fail(CX_E_ARGUMENT, where, "label %s of row %lld is not among the classes",
                            text, (long long)i);
        }
        to[i] = lo;
    }
    return CX_OK;
}

static cx_status codes_of(const char *where, const cx_array *y, const cx_array *classes,
                          cx_array **out)
{
    CX__NEED(where, "y", y, CX__KIND_ARRAY);
    CX__NEED(where, "classes", classes, CX__KIND_ARRAY);
    if (cx_ndim(y) != 1 || cx_ndim(classes) != 1)
        return cx__fail(CX_E_SHAPE, where, "labels and classes have one dimension");
    const bool text = cx_dtype_of(y) == CX_CAT;
    if (text != (cx_dtype_of(classes) == CX_CAT))
        return cx__fail(CX_E_DTYPE, where, "labels are %s, but the classes %s",
                        cx_dtype_name(cx_dtype_of(y)), cx_dtype_name(cx_dtype_of(classes)));
    if (cx_dtype_kind(cx_dtype_of(y)) == 'c')
        return cx__fail(CX_E_DTYPE, where, "labels are complex");
    *out = cx_empty(CX_SHAPE(cx_size(y)), CX_I64, CX_CPU);
    int64_t *const to = cx_data_i64_mut(*out);
    if (!to) return cx_status_of(*out);
    return text ? codes_of_text(where, y, classes, to) : codes_of_numbers(where, y, classes, to);
}

cx_array *cx_labels_codes(const cx_array *y, const cx_array *classes)
{
    const cx_scope s = cx_scope_open();
    cx_array *out = cx__nil(CX_E_INTERNAL);
    cx_check(codes_of("labels_codes", y, classes, &out));
    return cx_scope_return(s, out);
}
