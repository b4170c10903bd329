/* The formats' side door to arrays: bytes out, blocks in, texts to categories. The one idea: a
 * file's block becomes the array's memory without a copy. Uses public functions only. */
#include "base/alloc.h"
#include "io/format.h"
#include <stdio.h>
#include <string.h>

#define CX_DTYPE(NAME, value, ctype, sfx, text, bytes, kind, descr) \
    static const void *data_##sfx(const cx_array *a)                \
    {                                                               \
        return cx_data_##sfx(a);                                    \
    }
#include <calx/dtypes.def>
#undef CX_DTYPE
static const void *(*const data_of[CX_DTYPE_COUNT])(const cx_array *) = {
#define CX_DTYPE(NAME, value, ctype, sfx, text, bytes, kind, descr) [value] = data_##sfx,
#include <calx/dtypes.def>
#undef CX_DTYPE
};

/* The error of an expression that failed inside: this thread's last one. */
static cx_status last_error(void)
{
    cx_error e;
    return cx_error_get(&e);
}

cx_status cx__io_bytes(const char *where, const char *argument, const cx_array *a,
                       const void **data, size_t *bytes)
{
    CX__TRY(cx__check(where, argument, a, CX__KIND_ARRAY));
    const cx_device d = cx_device_of(a);
    if (d.kind != CX_DEVICE_CPU)
        return cx__fail(CX_E_DEVICE, where, "%s is not on the CPU; copy it with cx_to(a, CX_CPU)",
                        argument);
    const cx_array *c = a;
    if (!cx_is_contiguous(a)) {
        c = cx_ascontiguous(a);
        CX__TRY(cx_status_of(c));
    }
    *data = data_of[cx_dtype_of(c)](c);
    *bytes = cx_nbytes(c);
    return *data == NULL && *bytes != 0 ? last_error() : CX_OK;
}

static void free_block(void *p, void *block)
{
    (void)p;
    cx__free(block);
}

cx_status cx__io_adopt(void *block, void *at, int ndim, const int64_t *shape, cx_dtype t,
                       cx_array **out)
{
    *out = cx_adopt_host(at, (cx_shape){ndim, shape}, t, free_block, block);
    return cx_status_of(*out);
}

cx_status cx__io_categories(const char *where, const cx__interner *in, int32_t *codes, int ndim,
                            const int64_t *shape, cx_array **out)
{
    cx_status st = CX_OK;
    const size_t n = (size_t)in->count;
    int32_t *const rank = cx__alloc(n * sizeof *rank);
    const char **const texts = cx__alloc((n + 1) * sizeof *texts);
    if (rank == NULL || texts == NULL) {
        st = cx__fail_nomem(where, "categories", n * sizeof *texts);
        goto done;
    }
    st = cx__interner_sort(where, in, rank, texts);
    if (st != CX_OK) goto done;
    int64_t size = 1;
    for (int k = 0; k < ndim; k++) size *= shape[k];
    for (int64_t i = 0; i < size; i++)
        if (codes[i] >= 0) codes[i] = rank[codes[i]];
    cx_array *plain;
    st = cx__io_adopt(codes, codes, ndim, shape, CX_I32, &plain);
    codes = NULL;
    if (st == CX_OK) {
        *out = cx_categories_new(plain, in->count, texts);
        st = cx_status_of(*out);
    }
done:
    cx__free(codes);
    cx__free(rank);
    cx__free(texts);
    return st;
}

cx_status cx__io_in_file(const char *path, cx_status st)
{
    cx_error e;
    if ((st != CX_E_PARSE && st != CX_E_DTYPE) || cx_error_get(&e) != st) return st;
    cx_error named = e;
    const size_t prefix = strlen(e.where) + 2;
    const char *const rest = strlen(e.text) > prefix ? e.text + prefix : e.text;
    /* A path or a text that is too long is cut, never in the middle of a character. */
    char text[sizeof e.text * 2];
    (void)snprintf(text, sizeof text, "%s: '%.200s': %s", e.where, path, rest);
    text[sizeof named.text - 1] = '\0';
    const size_t whole = cx__utf8_valid(text, strlen(text));
    memcpy(named.text, text, whole);
    named.text[whole] = '\0';
    cx__error_set(&named);
    return st;
}

void cx__io_place(const char *text, const char *at, long long *line, long long *column)
{
    const char *start = text, *p = text;
    *line = 1;
    while ((p = memchr(p, '\n', (size_t)(at - p))) != NULL) {
        ++*line;
        start = ++p;
    }
    *column = at - start + 1;
}

void cx__io_swap(void *data, size_t n, size_t item)
{
    unsigned char *p = data;
    for (size_t i = 0; i < n; i++, p += item)
        for (size_t k = 0; k < item / 2; k++) {
            const unsigned char c = p[k];
            p[k] = p[item - 1 - k];
            p[item - 1 - k] = c;
        }
}

void cx__io_normalise_bools(void *data, size_t n)
{
    unsigned char *const p = data;
    for (size_t i = 0; i < n; i++) p[i] = p[i] != 0;
}

cx_status cx__names_check(const char *where, cx_names names, cx_arrays arrays)
{
    if (names.count != arrays.count || names.count < 0)
        return cx__fail(CX_E_ARGUMENT, where, "%d names for %d arrays", names.count, arrays.count);
    if (names.count > 0 && (names.at == NULL || arrays.at == NULL))
        return cx__fail(CX_E_NULL, where, "names or arrays are NULL");
    cx__interner seen = {0};
    cx_status st = CX_OK;
    for (int i = 0; i < names.count && st == CX_OK; i++) {
        const char *const name = names.at[i];
        if (name == NULL)
            st = cx__fail(CX_E_NULL, where, "name %d is NULL", i);
        else if (name[0] == '\0')
            st = cx__fail(CX_E_ARGUMENT, where, "name %d is empty", i);
        else if (cx__utf8_valid(name, strlen(name)) != strlen(name))
            st = cx__fail(CX_E_ARGUMENT, where, "name %d is not UTF-8", i);
        else if (cx__intern(&seen, name, strlen(name)) < 0)
            st = cx__fail_nomem(where, "names", strlen(name));
        else if (seen.count != i + 1)
            st = cx__fail(CX_E_ARGUMENT, where, "name '%s' occurs twice", name);
        else
            st = cx__check(where, name, arrays.at[i], CX__KIND_ARRAY);
    }
    cx__interner_free(&seen);
    return st;
}
