/* Texts to codes: a hash table over one growing block of bytes. The one idea: a code is an
 * index, so parts built apart can be merged by looking their texts up again. Knows no array. */
#include "io/format.h"
#include "base/alloc.h"
#include <stdlib.h>
#include <string.h>

static uint64_t hash(const char *s, size_t n)
{
    uint64_t h = 0x9e3779b97f4a7c15u ^ n;
    while (n > 0) {
        uint64_t w = 0;
        const size_t k = n < 8 ? n : 8;
        memcpy(&w, s, k);
        h = (h ^ w) * 0xff51afd7ed558ccdu;
        h ^= h >> 32;
        s += k;
        n -= k;
    }
    return h;
}

static bool rehash(cx__interner *in, size_t slots)
{
    int32_t *const table = cx__alloc(slots * sizeof *table);
    if (table == NULL) return false;
    memset(table, 0xff, slots * sizeof *table);
    for (int code = 0; code < in->count; code++) {
        const char *const s = cx__interned(in, code);
        size_t i = hash(s, strlen(s)) & (slots - 1);
        while (table[i] >= 0) i = (i + 1) & (slots - 1);
        table[i] = code;
    }
    cx__free(in->slots);
    in->slots = table;
    in->slot_count = slots;
    return true;
}

static bool append(cx__interner *in, const char *s, size_t n)
{
    if (in->count == in->room) {
        if (in->room > (INT32_MAX - 1) / 2) return false;
        const int room = in->room == 0 ? 16 : in->room * 2;
        size_t *const starts = cx__realloc(in->starts, (size_t)room * sizeof *starts);
        if (starts == NULL) return false;
        in->starts = starts;
        in->room = room;
    }
    if (n >= SIZE_MAX / 4 || in->len + n + 1 > in->cap) {
        if (n >= SIZE_MAX / 4 || in->cap >= SIZE_MAX / 4) return false;
        const size_t cap = in->cap * 2 > in->len + n + 64 ? in->cap * 2 : in->len + n + 64;
        char *const bytes = cx__realloc(in->bytes, cap);
        if (bytes == NULL) return false;
        in->bytes = bytes;
        in->cap = cap;
    }
    in->starts[in->count++] = in->len;
    if (n != 0) memcpy(in->bytes + in->len, s, n);
    in->bytes[in->len + n] = '\0';
    in->len += n + 1;
    return true;
}

int cx__intern(cx__interner *in, const char *s, size_t n)
{
    if ((size_t)in->count * 2 >= in->slot_count &&
        !rehash(in, in->slot_count == 0 ? 32 : in->slot_count * 2))
        return -1;
    size_t i = hash(s, n) & (in->slot_count - 1);
    for (; in->slots[i] >= 0; i = (i + 1) & (in->slot_count - 1)) {
        const char *const known = cx__interned(in, in->slots[i]);
        if (strncmp(known, s, n) == 0 && known[n] == '\0') return in->slots[i];
    }
    if (!append(in, s, n)) return -1;
    in->slots[i] = in->count - 1;
    return in->count - 1;
}

typedef struct entry {
    const char *text;
    int32_t code;
} entry;

static int compare(const void *a, const void *b)
{
    return strcmp(((const entry *)a)->text, ((const entry *)b)->text);
}

cx_status cx__interner_sort(const char *where, const cx__interner *in, int32_t *rank,
                            const char **texts)
{
    const size_t n = (size_t)in->count;
    entry *const entries = cx__alloc(n * sizeof *entries);
    if (entries == NULL) return cx__fail_nomem(where, "categories", n * sizeof *entries);
    for (int32_t i = 0; i < in->count; i++) entries[i] = (entry){cx__interned(in, i), i};
    qsort(entries, n, sizeof *entries, compare);
    for (int32_t i = 0; i < in->count; i++) {
        rank[entries[i].code] = i;
        texts[i] = entries[i].text;
    }
    cx__free(entries);
    return CX_OK;
}

void cx__interner_free(cx__interner *in)
{
    cx__free(in->bytes);
    cx__free(in->starts);
    cx__free(in->slots);
    *in = (cx__interner){0};
}
