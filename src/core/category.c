/* Categories: the shared, immutable dictionary behind CX_CAT arrays. */
#include "base/alloc.h"
#include "core/array.h"
#include "core/device.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

cx__dict *cx__dict_retain(cx__dict *d)
{
    atomic_fetch_add_explicit(&d->refs, 1, memory_order_relaxed);
    return d;
}

void cx__dict_release(cx__dict *d)
{
    if (d == NULL || atomic_fetch_sub_explicit(&d->refs, 1, memory_order_acq_rel) != 1) return;
    cx__free(d);
}

void cx__array_set_dict(cx_array *a, cx__dict *d)
{
    cx__dict *old = a->dict;
    a->dict = d != NULL ? cx__dict_retain(d) : NULL;
    cx__dict_release(old);
}

/* merge sort of codes by text: no comparator context needed, no recursion past log2(count) */
static void sort_codes(int *codes, int *room, int n, const char *const *texts)
{
    if (n < 2) return;
    const int half = n / 2;
    sort_codes(codes, room, half, texts);
    sort_codes(codes + half, room, n - half, texts);
    memcpy(room, codes, (size_t)n * sizeof *room);
    int i = 0, j = half;
    for (int k = 0; k < n; k++) {
        const bool left = j == n || (i < half && strcmp(texts[room[i]], texts[room[j]]) <= 0);
        codes[k] = left ? room[i++] : room[j++];
    }
}

cx_status cx__dict_new(const char *where, int count, const char *const *texts, cx__dict **out)
{
    if (count < 0) return cx__fail(CX_E_ARGUMENT, where, "%d categories", count);
    const size_t n = (size_t)count;
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++) {
        if (texts[i] == NULL) return cx__fail(CX_E_NULL, where, "texts[%zu] is NULL", i);
        bytes += strlen(texts[i]) + 1;
    }
    /* one block: record, pointers, order, room for sorting, characters */
    const size_t whole = sizeof(cx__dict) + n * sizeof(char *) + 2 * n * sizeof(int) + bytes;
    cx__dict *d = cx__alloc(whole);
    if (d == NULL) return cx__fail_nomem(where, "categories", whole);
    atomic_init(&d->refs, 1);
    d->count = count;
    d->texts = (const char **)(d + 1);
    d->order = (int *)(void *)(d->texts + n);
    int *room = d->order + n;
    char *at = (char *)(room + n);
    for (size_t i = 0; i < n; i++) {
        const size_t len = strlen(texts[i]) + 1;
        memcpy(at, texts[i], len);
        d->texts[i] = at;
        d->order[i] = (int)i;
        at += len;
    }
    sort_codes(d->order, room, count, d->texts);
    for (size_t i = 1; i < n; i++)
        if (strcmp(d->texts[d->order[i - 1]], d->texts[d->order[i]]) == 0) {
            const cx_status st = cx__fail(CX_E_ARGUMENT, where,
                                          "the text '%.60s' occurs twice (categories %d and %d)",
                                          d->texts[d->order[i]], d->order[i - 1], d->order[i]);
            cx__free(d);
            return st;
        }
    *out = d;
    return CX_OK;
}

int cx__dict_find(const cx__dict *d, const char *text, size_t len)
{
    int lo = 0, hi = d->count;
    while (lo < hi) {
        const int mid = lo + (hi - lo) / 2;
        const char *t = d->texts[d->order[mid]];
        int c = strncmp(t, text, len);
        if (c == 0 && t[len] != '\0') c = 1;
        if (c == 0) return d->order[mid];
        if (c < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return -1;
}

cx_array *cx_categories_new(const cx_array *codes, int count, const char *const *texts)
{
    static const char where[] = "categories_new";
    cx_array *out = NULL;
    cx__dict *d = NULL;
    cx_status st = cx__array_need(where, "codes", codes);
    if (st == CX_OK && codes->dtype != CX_I32)
        st = cx__fail(CX_E_DTYPE, where, "codes are %s, int32 is needed",
                      cx_dtype_name((cx_dtype)codes->dtype));
    if (st == CX_OK && codes->device.kind != CX_DEVICE_CPU)
        st = cx__fail(CX_E_DEVICE, where, "codes must be on the CPU");
    if (st == CX_OK && texts == NULL && count > 0) st = cx__fail(CX_E_NULL, where, "texts is NULL");
    if (st == CX_OK) st = cx__dict_new(where, count, texts, &d);
    if (st == CX_OK) st = cx__array_new(where, codes->ndim, codes->shape, CX_I32, CX_CPU, &out);
    if (st == CX_OK) st = cx__array_copy(where, codes, out);
    for (int64_t i = 0; st == CX_OK && i < out->size; i++) {
        const int32_t c = ((const int32_t *)(const void *)out->data)[i];
        if (c < -1 || c >= count)
            st = cx__fail(CX_E_INDEX, where, "code %d at %" PRId64 " is outside -1..%d", (int)c, i,
                          count - 1);
    }
    if (st == CX_OK) {
        out->dtype = CX_CAT;
        cx__array_set_dict(out, d);
    }
    cx__dict_release(d);
    return cx__yield(st, where, out);
}

static bool is_cat(const cx_array *a)
{
    return a != NULL && cx__is_array(a) && a->dtype == CX_CAT && a->dict != NULL;
}

const char *cx_label(const cx_array *cat, int64_t i)
{
    static const char where[] = "label";
    cx_status st = cx__array_need(where, "cat", cat);
    if (st == CX_OK && !is_cat(cat))
        st = cx__fail(CX_E_DTYPE, where, "the array is %s, not category",
                      cx_dtype_name((cx_dtype)cat->dtype));
    if (st == CX_OK && cat->device.kind != CX_DEVICE_CPU)
        st = cx__fail(CX_E_DEVICE, where, "the array is not on the CPU");
    if (st == CX_OK && (i < 0 || i >= cat->size))
        st = cx__fail(CX_E_INDEX, where, "element %" PRId64 " of %" PRId64, i, cat->size);
    if (st != CX_OK) {
        (void)cx__mark(st);
        return NULL;
    }
    const char *p = cat->data;
    for (int k = cat->ndim - 1; k >= 0; k--) {
        p += i % cat->shape[k] * cat->strides[k];
        i /= cat->shape[k];
    }
    const int32_t code = *(const int32_t *)(const void *)p;
    return code < 0 || code >= cat->dict->count ? "" : cat->dict->texts[code];
}

int cx_category_count(const cx_array *cat)
{
    return is_cat(cat) ? cat->dict->count : 0;
}

const char *cx_category(const cx_array *cat, int code)
{
    return is_cat(cat) && code >= 0 && code < cat->dict->count ? cat->dict->texts[code] : NULL;
}

cx_array *cx_codes(const cx_array *cat)
{
    static const char where[] = "codes";
    cx_array *out = NULL;
    cx_status st = cx__array_need(where, "cat", cat);
    if (st == CX_OK && !is_cat(cat))
        st = cx__fail(CX_E_DTYPE, where, "the array is %s, not category",
                      cx_dtype_name((cx_dtype)cat->dtype));
    if (st == CX_OK)
        st = cx__array_view(where, cat, cat->ndim, cat->shape, cat->strides, cat->data, CX_I32,
                            &out);
    if (st == CX_OK) out->flags |= CX__F_READONLY; /* a wild code would make the labels lie */
    return cx__yield(st, where, out);
}
