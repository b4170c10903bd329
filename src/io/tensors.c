/* Named arrays: what a safetensors file or an archive holds. The one idea: an array that is not
 * there yet (NULL) is fetched from the archive each time it is asked for, so that the object
 * never changes and any number of threads may read it. */
#include "base/alloc.h"
#include "base/size.h"
#include "io/format.h"
#include <string.h>

typedef struct pair {
    char *key, *value;
} pair;

struct cx_tensors {
    cx__object object;
    int count, meta_count, meta_room;
    char **names; /* one more than count, the last NULL */
    cx_array **arrays;
    pair *meta;
    char *archive; /* path of an archive */
};

static void destroy(cx__object *o)
{
    cx_tensors *const t = (cx_tensors *)o;
    for (int i = 0; i < t->count; i++) {
        cx__free(t->names[i]);
        cx_release(t->arrays[i]);
    }
    for (int i = 0; i < t->meta_count; i++) {
        cx__free(t->meta[i].key);
        cx__free(t->meta[i].value);
    }
    cx__free(t->names);
    cx__free(t->arrays);
    cx__free(t->meta);
    cx__free(t->archive);
    cx__object_free(t);
}

static const cx__noun noun = {"tensors", CX__KIND_TENSORS, destroy};

cx_status cx__tensors_new(const char *where, int count, cx_tensors **out)
{
    cx_tensors *const t = cx__object_new(&noun, sizeof *t);
    if (t == NULL) return cx__fail_nomem(where, "named arrays", sizeof *t);
    t->names = cx__calloc((size_t)count + 1, sizeof *t->names);
    t->arrays = cx__calloc((size_t)count + 1, sizeof *t->arrays);
    if (t->names == NULL || t->arrays == NULL) {
        cx__release(t);
        return cx__fail_nomem(where, "named arrays", (size_t)count * sizeof *t->names);
    }
    t->count = count;
    *out = t;
    return CX_OK;
}

cx_status cx__tensors_set(const char *where, cx_tensors *t, int i, const char *name, size_t len,
                          const cx_array *a)
{
    t->names[i] = cx__strndup(name, len);
    if (t->names[i] == NULL) return cx__fail_nomem(where, "a name", len);
    t->arrays[i] = a == NULL ? NULL : cx_retain(a);
    return CX_OK;
}

cx_status cx__tensors_meta(const char *where, cx_tensors *t, const char *key, const char *value)
{
    if (t->meta_count == t->meta_room) {
        const int room = t->meta_room == 0 ? 4 : t->meta_room * 2;
        pair *const meta = cx__realloc(t->meta, (size_t)room * sizeof *meta);
        if (meta == NULL) return cx__fail_nomem(where, "metadata", (size_t)room * sizeof *meta);
        t->meta = meta;
        t->meta_room = room;
    }
    const pair p = {cx__strdup(key), cx__strdup(value)};
    if (p.key == NULL || p.value == NULL) {
        cx__free(p.key);
        cx__free(p.value);
        return cx__fail_nomem(where, "metadata", strlen(value));
    }
    t->meta[t->meta_count++] = p;
    return CX_OK;
}

cx_status cx__tensors_archive(const char *where, cx_tensors *t, const char *path)
{
    t->archive = cx__strdup(path);
    return t->archive == NULL ? cx__fail_nomem(where, "a path", strlen(path)) : CX_OK;
}

cx_tensors *cx_tensors_retain(const cx_tensors *t)
{
    return cx__retain(t);
}
void cx_tensors_release(cx_tensors *t)
{
    cx__release(t);
}
cx_status cx_tensors_status(const cx_tensors *t)
{
    return cx__status(t, CX__KIND_TENSORS);
}

static bool usable(const cx_tensors *t)
{
    return cx__status(t, CX__KIND_TENSORS) == CX_OK;
}

int cx_tensors_count(const cx_tensors *t)
{
    return usable(t) ? t->count : 0;
}

const char *cx_tensors_name(const cx_tensors *t, int i)
{
    return usable(t) && i >= 0 && i < t->count ? t->names[i] : NULL;
}

int cx_tensors_find(const cx_tensors *t, const char *name)
{
    if (!usable(t) || name == NULL) return -1;
    for (int i = 0; i < t->count; i++)
        if (strcmp(t->names[i], name) == 0) return i;
    return -1;
}

const char *cx_tensors_metadata(const cx_tensors *t, const char *key)
{
    if (!usable(t) || key == NULL) return NULL;
    for (int i = 0; i < t->meta_count; i++)
        if (strcmp(t->meta[i].key, key) == 0) return t->meta[i].value;
    return NULL;
}

static cx_status at(const char *where, const cx_tensors *t, int i, cx_array **out)
{
    CX__TRY(cx__check(where, "t", t, CX__KIND_TENSORS));
    if (i < 0 || i >= t->count) return cx__fail(CX_E_INDEX, where, "array %d of %d", i, t->count);
    if (t->arrays[i] != NULL) {
        *out = cx_to(t->arrays[i], CX_CPU); /* a new handle */
        return cx_status_of(*out);
    }
    return cx__npz_entry(where, t->archive, t->names[i], out);
}

static cx_status get(const cx_tensors *t, const char *name, cx_array **out)
{
    static const char where[] = "tensors_get";
    CX__TRY(cx__check(where, "t", t, CX__KIND_TENSORS));
    if (name == NULL) return cx__fail(CX_E_NULL, where, "name is NULL");
    const int i = cx_tensors_find(t, name);
    if (i >= 0) return at(where, t, i, out);
    const char *const near = cx__nearest(name, (const char *const *)t->names);
    if (near != NULL)
        return cx__fail(CX_E_ARGUMENT, where, "no array '%s'; did you mean '%s'?", name, near);
    return cx__fail(CX_E_ARGUMENT, where, "no array '%s' among %d", name, t->count);
}

cx_array *cx_tensors_get(const cx_tensors *t, const char *name)
{
    const cx_scope s = cx_scope_open();
    cx_array *a = NULL;
    cx_check(get(t, name, &a));
    return cx_scope_return(s, a);
}

cx_array *cx_tensors_at(const cx_tensors *t, int i)
{
    const cx_scope s = cx_scope_open();
    cx_array *a = NULL;
    cx_check(at("tensors_at", t, i, &a));
    return cx_scope_return(s, a);
}
