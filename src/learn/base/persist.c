/* Estimators as safetensors files: arrays under "steps.<step>.<attribute>", the rest as metadata
 * texts.
 *
 * One idea: a file is data that contradicts itself until shown otherwise. Loading builds an
 * estimator from its spec, as a user would, puts arrays into the slots that the class knows, and
 * lets the class's rules check them; nothing is executed.
 *
 * Metadata: calx.format "1", calx.version, calx.spec (the notation), calx.state (JSON: features,
 * target, children with their own spec and state, frozen parameters likewise under "frozen"; absent
 * if unfitted and without frozen parameters). Names, dtypes and categories of the columns, or the
 * one dictionary of a matrix of text, are arrays
 * "<prefix>schema.*". */
#include "base/alloc.h"
#include "learn/base/attr.h"
#include <calx/io.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum { MAX_LEVELS = 16, MAX_JSON = 1 << 24 };

/* ---- writing */
typedef struct list {
    const char *where;
    int count, cap;
    char **names;
    const cx_array **arrays; /* borrowed from the state or of the open scope */
} list;

static cx_status add(list *l, const char *prefix, const char *name, size_t len, const cx_array *a)
{
    CX__TRY(cx_status_of(a));
    if (l->count == l->cap) {
        const int cap = l->cap ? 2 * l->cap : 16;
        char **const names = cx__realloc(l->names, (size_t)cap * sizeof *names);
        if (names) l->names = names;
        const cx_array **const arrays = cx__realloc(l->arrays, (size_t)cap * sizeof *arrays);
        if (arrays) l->arrays = arrays;
        if (!names || !arrays)
            return cx__fail_nomem(l->where, "a list of arrays", (size_t)cap * sizeof *arrays);
        l->cap = cap;
    }
    cx__text t = {0};
    cx__text_f(&t, "%s%.*s", prefix, (int)len, name);
    char *const full = t.failed ? NULL : cx__strndup(t.at, t.len);
    cx__text_free(&t);
    if (!full) return cx__fail_nomem(l->where, "an array's name", strlen(prefix) + len);
    l->names[l->count] = full;
    l->arrays[l->count++] = cx_to(a, CX_CPU);
    return cx_status_of(l->arrays[l->count - 1]);
}

static cx_status add_schema(list *l, const char *prefix, const cx__schema *s)
{
    if (!s->names) /* a matrix of text: one dictionary */
        return s->categories && s->n > 0 ? add(l, prefix, "schema.text", 11, s->categories[0])
                                         : CX_OK;
    const cx_array *const codes = cx_arange_i64(0, s->n, 1, CX_I32, CX_CPU);
    CX__TRY(add(l, prefix, "schema.names", 12,
                cx_categories_new(codes, (int)s->n, (const char *const *)(void *)s->names)));
    CX__TRY(add(l, prefix, "schema.dtypes", 13, cx_copy_host(s->dtypes, CX_SHAPE(s->n), CX_U8)));
    for (int64_t i = 0; i < s->n; i++) {
        if (!s->categories[i]) continue;
        char name[48];
        const int len = snprintf(name, sizeof name, "schema.categories.%lld", (long long)i);
        CX__TRY(add(l, prefix, name, (size_t)len, s->categories[i]));
    }
    return CX_OK;
}

static cx_status put_spec(const char *where, json_t *node, const cx_estimator *m)
{
    cx__text t = {0};
    cx__estimator_print(&t, m);
    const int bad = t.failed ? -1 : json_object_set_new(node, "spec", json_stringn(t.at, t.len));
    cx__text_free(&t);
    return bad ? cx__fail_nomem(where, "a spec", t.len) : CX_OK;
}

static cx_status describe(list *l, const char *prefix, const cx_estimator *m, json_t *node,
                          int level);

/* Part `name` of m, with a node of its own; it is called `what`.0, ... or `what`.<name>. */
static cx_status describe_part(list *l, const char *prefix, const char *what, const char *name,
                               const cx_estimator *part, json_t *node, int level)
{
    cx__text deeper = {0};
    cx__text_f(&deeper, "%s%s.%s.", prefix, what, name);
    cx__text_put(&deeper, "", 1);
    const cx_status st = deeper.failed ? cx__fail_nomem(l->where, "an array's name", 0)
                                       : describe(l, deeper.at, part, node, level + 1);
    cx__text_free(&deeper);
    return st;
}

/* Frozen estimators among the parameters: a spec does not hold their state. */
typedef struct frozen_list {
    list *l;
    const char *prefix;
    json_t *nodes;
    int level;
} frozen_list;

static cx_status describe_frozen(void *ctx, cx_estimator *frozen)
{
    const frozen_list *const f = ctx;
    char name[24];
    snprintf(name, sizeof name, "%zu", json_array_size(f->nodes));
    json_t *const node = json_object();
    if (json_array_append_new(f->nodes, node))
        return cx__fail_nomem(f->l->where, "the state as JSON", 0);
    return describe_part(f->l, f->prefix, "frozen", name, frozen, node, f->level);
}

/* Arrays of m and its children into the list, the rest into node. */
static cx_status describe(list *l, const char *prefix, const cx_estimator *m, json_t *node,
                          int level)
{
    if (level > MAX_LEVELS)
        return cx__fail(CX_E_UNSUPPORTED, l->where, "estimators are nested deeper than %d levels",
                        MAX_LEVELS);
    const cx__state *const s = m->state;
    CX__TRY(put_spec(l->where, node, m));
    frozen_list frozen = {l, prefix, json_array(), level};
    const cx_status walked = frozen.nodes ? cx__each_frozen(m, describe_frozen, &frozen)
                                          : cx__fail_nomem(l->where, "the state as JSON", 0);
    const bool some = json_array_size(frozen.nodes) > 0;
    if (some && json_object_set(node, "frozen", frozen.nodes)) {
        json_decref(frozen.nodes);
        return cx__fail_nomem(l->where, "the state as JSON", 0);
    }
    json_decref(frozen.nodes);
    CX__TRY(walked);
    if (!s) return CX_OK;
    for (int i = 0; i < s->slots; i++) {
        size_t len = 0;
        const char *const name = cx__class_attr(m->cls, i, &len);
        if (s->slot[i]) CX__TRY(add(l, prefix, name, len, s->slot[i]));
    }
    int bad = json_object_set_new(node, "features", json_integer(s->schema ? s->schema->n : 0));
    if (s->schema && s->schema->target)
        bad |= json_object_set_new(node, "target", json_string(s->schema->target));
    if (s->schema) CX__TRY(add_schema(l, prefix, s->schema));
    json_t *const children = json_array();
    bad |= json_object_set_new(node, "children", children);
    for (int i = 0; i < s->children && !bad; i++) {
        json_t *const child = json_object();
        bad |= json_object_set_new(child, "name", json_string(s->child_name[i]));
        bad |= json_array_append_new(children, child);
        if (bad) break;
        CX__TRY(describe_part(l, prefix, "steps", s->child_name[i], s->child[i], child, level));
    }
    return bad ? cx__fail_nomem(l->where, "the state as JSON", 0) : CX_OK;
}

static cx_status write_file(const char *path, const cx_estimator *m, list *l, json_t *node)
{
    CX__TRY(describe(l, "", m, node, 0));
    const char *const spec = json_string_value(json_object_get(node, "spec"));
    const bool more = m->state || json_object_get(node, "frozen");
    const size_t flags = JSON_COMPACT | JSON_SORT_KEYS,
                 len = more ? json_dumpb(node, NULL, 0, flags) : 0;
    char *const state = len ? cx__calloc(len + 1, 1) : NULL;
    if (more && (!state || json_dumpb(node, state, len, flags) != len)) {
        cx__free(state);
        return cx__fail_nomem(l->where, "the state as JSON", len);
    }
    const char *const metadata[] = {"calx.format",
                                    "1",
                                    "calx.version",
                                    cx_version(),
                                    "calx.spec",
                                    spec,
                                    state ? "calx.state" : NULL,
                                    state,
                                    NULL};
    const cx_status st =
        cx_safetensors_save(path, (cx_names){l->count, (const char *const *)(void *)l->names},
                            (cx_arrays){l->count, l->arrays}, metadata);
    cx__free(state);
    return st;
}

cx_status cx_estimator_save(const char *path, const cx_estimator *m)
{
    static const char where[] = "estimator_save";
    if (!path) return cx__fail(CX_E_NULL, where, "path is NULL");
    CX__NEED(where, "m", m, CX__KIND_ESTIMATOR);
    list l = {.where = where};
    json_t *const node = json_object();
    const cx_scope s = cx_scope_open();
    cx_status st =
        node ? write_file(path, m, &l, node) : cx__fail_nomem(where, "the state as JSON", 0);
    cx_error e = {0};
    if (st != CX_OK) cx_error_get(&e);
    const cx_status closed = cx_scope_close(s);
    if (st == CX_OK)
        st = closed;
    else
        cx__error_set(&e);
    for (int i = 0; i < l.count; i++) cx__free(l.names[i]);
    cx__free(l.names);
    cx__free(l.arrays);
    json_decref(node);
    return st;
}

/* ---- reading */
typedef struct reader {
    const char *where, *path;
    const cx_tensors *file;
} reader;

static CX__COLD cx_status broken(const reader *r, const char *why)
{
    return cx__fail(CX_E_PARSE, r->where, "%s: %s", r->path, why);
}

/* Array of that name, NULL if there is none. */
static cx_status get(const reader *r, const char *prefix, const char *name, size_t len,
                     cx_array **out)
{
    cx__text t = {0};
    cx__text_f(&t, "%s%.*s", prefix, (int)len, name);
    cx__text_put(&t, "", 1);
    *out = NULL;
    cx_status st = t.failed ? cx__fail_nomem(r->where, "an array's name", len) : CX_OK;
    const int i = st == CX_OK ? cx_tensors_find(r->file, t.at) : -1;
    cx__text_free(&t);
    if (i < 0) return st;
    *out = cx_tensors_at(r->file, i);
    return cx_status_of(*out);
}

static cx_status room_for_columns(const reader *r, cx__schema *s)
{
    const size_t n = (size_t)s->n;
    s->dtypes = cx__calloc(n + 1, 1);
    s->categories = cx__calloc(n + 1, sizeof *s->categories);
    if (s->dtypes && s->categories) return CX_OK;
    return cx__fail_nomem(r->where, "a schema", n * sizeof *s->categories);
}

static cx_status read_text(const reader *r, const char *prefix, cx__schema *s)
{
    cx_array *words = NULL;
    CX__TRY(get(r, prefix, "schema.text", 11, &words));
    if (!words) return CX_OK;
    if (cx_dtype_of(words) != CX_CAT) return broken(r, "the categories of the columns are no text");
    CX__TRY(room_for_columns(r, s));
    for (int64_t i = 0; i < s->n; i++) {
        s->dtypes[i] = CX_CAT;
        s->categories[i] = cx_retain(words);
    }
    return CX_OK;
}

static cx_status read_columns(const reader *r, const char *prefix, cx__schema *s)
{
    cx_array *names = NULL, *dtypes = NULL;
    CX__TRY(get(r, prefix, "schema.names", 12, &names));
    if (!names) return read_text(r, prefix, s);
    CX__TRY(get(r, prefix, "schema.dtypes", 13, &dtypes));
    if (cx_dtype_of(names) != CX_CAT || cx_ndim(names) != 1 || cx_size(names) != s->n || !dtypes ||
        cx_dtype_of(dtypes) != CX_U8 || cx_ndim(dtypes) != 1 || cx_size(dtypes) != s->n)
        return broken(r, "the names and dtypes of the columns do not fit");
    const size_t n = (size_t)s->n;
    CX__TRY(room_for_columns(r, s));
    s->names = cx__calloc(n + 1, sizeof *s->names);
    const uint8_t *const t = cx_data_u8(cx_ascontiguous(dtypes));
    if (!s->names || !t) return cx__fail_nomem(r->where, "a schema", n * sizeof *s->names);
    for (size_t i = 0; i < n; i++) {
        const char *const name = cx_label(names, (int64_t)i);
        if (!name || !*name || t[i] <= CX_DTYPE_NONE || t[i] >= CX_DTYPE_COUNT)
            return broken(r, "a column has no name or no dtype");
        s->names[i] = cx__strdup(name);
        if (!s->names[i]) return cx__fail_nomem(r->where, "a schema", strlen(name));
        s->dtypes[i] = t[i];
        if (t[i] != CX_CAT) continue;
        char text[48];
        cx_array *words = NULL;
        const int len = snprintf(text, sizeof text, "schema.categories.%zu", i);
        CX__TRY(get(r, prefix, text, (size_t)len, &words));
        if (!words || cx_dtype_of(words) != CX_CAT)
            return broken(r, "the categories of a column are missing");
        s->categories[i] = cx_retain(words);
    }
    return CX_OK;
}

static cx_status read_schema(const reader *r, const char *prefix, const json_t *node,
                             cx__schema **out)
{
    const json_t *const features = json_object_get(node, "features");
    const json_int_t n = json_is_integer(features) ? json_integer_value(features) : -1;
    if (n < 0 || n > INT32_MAX) return broken(r, "the number of features is missing");
    cx__schema *const s = cx__calloc(1, sizeof *s);
    if (!s) return cx__fail_nomem(r->where, "a schema", sizeof *s);
    atomic_init(&s->refs, 1);
    s->n = (int64_t)n;
    const char *const target = json_string_value(json_object_get(node, "target"));
    cx_status st = CX_OK;
    if (target && !(s->target = cx__strdup(target)))
        st = cx__fail_nomem(r->where, "a schema", strlen(target));
    if (st == CX_OK) st = read_columns(r, prefix, s);
    if (st == CX_OK)
        *out = s;
    else
        cx__schema_release(s);
    return st;
}

static cx_status read_state(const reader *r, const char *prefix, const json_t *node,
                            cx_estimator *m, int level);

/* What the file says of m beyond its spec: nothing, states of frozen parameters, its own. */
static cx_status read_more(const reader *r, const char *prefix, const json_t *node, cx_estimator *m,
                           int level);

static cx_status read_part(const reader *r, const char *prefix, const char *what, const char *name,
                           const json_t *node, cx_estimator *m, int level)
{
    cx__text deeper = {0};
    cx__text_f(&deeper, "%s%s.%s.", prefix, what, name);
    cx__text_put(&deeper, "", 1);
    const cx_status st = deeper.failed ? cx__fail_nomem(r->where, "an array's name", 0)
                                       : read_more(r, deeper.at, node, m, level + 1);
    cx__text_free(&deeper);
    return st;
}

static cx_status read_child(const reader *r, const char *prefix, const json_t *node,
                            cx_estimator *m, int level)
{
    const char *const name = json_string_value(json_object_get(node, "name"));
    const json_t *const spec = json_object_get(node, "spec");
    if (!name || !*name || strchr(name, '/') || !json_is_string(spec))
        return broken(r, "a step has no name or spec");
    if (cx_estimator_status(cx_self_child(m, name)) == CX_OK)
        return broken(r, "two steps have one name");
    cx_estimator *child = NULL;
    CX__TRY(
        cx__estimator_parse(r->where, json_string_value(spec), json_string_length(spec), &child));
    cx_status st = read_part(r, prefix, "steps", name, node, child, level);
    if (st == CX_OK && !child->state) st = broken(r, "a step has no state");
    if (st == CX_OK) st = cx_self_set_child(m, name, child);
    cx__release(child);
    return st;
}

/* The state into m, which is writeable meanwhile. */
static cx_status fill_state(const reader *r, const char *prefix, const json_t *node,
                            cx_estimator *m, int level)
{
    CX__TRY(read_schema(r, prefix, node, &m->state->schema));
    for (int i = 0; i < m->state->slots; i++) {
        size_t len = 0;
        cx_array *a = NULL;
        const char *const name = cx__class_attr(m->cls, i, &len);
        CX__TRY(get(r, prefix, name, len, &a));
        if (a) m->state->slot[i] = cx_retain(a);
    }
    const json_t *const children = json_object_get(node, "children");
    const size_t n = json_array_size(children);
    for (size_t i = 0; i < n; i++)
        CX__TRY(read_child(r, prefix, json_array_get(children, i), m, level));
    CX__TRY(cx__attrs_check(r->where, m));
    return m->cls->check ? m->cls->check(m) : CX_OK;
}

static cx_status read_state(const reader *r, const char *prefix, const json_t *node,
                            cx_estimator *m, int level)
{
    if (!m->cls->fit) return broken(r, "a class that cannot be fitted has a state");
    m->state = cx__state_new(cx__class_attrs(m->cls));
    if (!m->state) return cx__fail_nomem(r->where, "a fitted state", 0);
    m->fitting = true;
    const cx_status st = fill_state(r, prefix, node, m, level);
    m->fitting = false;
    return st;
}

typedef struct frozen_reader {
    const reader *r;
    const char *prefix;
    const json_t *nodes;
    size_t count;
    int level;
} frozen_reader;

static cx_status read_frozen(void *ctx, cx_estimator *frozen)
{
    frozen_reader *const f = ctx;
    char name[24];
    snprintf(name, sizeof name, "%zu", f->count);
    const json_t *const node = json_array_get(f->nodes, f->count++);
    if (!json_is_object(node)) return broken(f->r, "a frozen estimator is missing");
    if (!json_object_get(node, "features") && !json_object_get(node, "frozen")) return CX_OK;
    return read_part(f->r, f->prefix, "frozen", name, node, frozen, f->level);
}

static cx_status read_more(const reader *r, const char *prefix, const json_t *node, cx_estimator *m,
                           int level)
{
    if (level > MAX_LEVELS) return broken(r, "estimators are nested too deep");
    const json_t *const nodes = json_object_get(node, "frozen");
    frozen_reader f = {r, prefix, nodes, 0, level};
    if (nodes) CX__TRY(cx__each_frozen(m, read_frozen, &f));
    if (nodes && f.count != json_array_size(nodes))
        return broken(r, "there are more frozen estimators than parameters");
    const bool only = nodes && !json_object_get(node, "features");
    return only ? CX_OK : read_state(r, prefix, node, m, level);
}

static cx_status read_file(reader *r, cx_estimator **out)
{
    r->file = cx_safetensors_load_mapped(r->path);
    CX__TRY(cx_tensors_status(r->file));
    const char *const format = cx_tensors_metadata(r->file, "calx.format"),
                      *const spec = cx_tensors_metadata(r->file, "calx.spec"),
                      *const state = cx_tensors_metadata(r->file, "calx.state");
    if (!format || !spec)
        return broken(r,
                      "these are tensors, but no estimator: calx.format or calx.spec is missing");
    if (strcmp(format, "1") != 0)
        return cx__fail(CX_E_UNSUPPORTED, r->where,
                        "%s: the format '%.20s' is newer than this library", r->path, format);
    cx_estimator *m = NULL;
    CX__TRY(cx__estimator_parse(r->where, spec, strlen(spec), &m));
    cx_status st = CX_OK;
    if (state) {
        json_error_t why;
        const size_t len = strlen(state);
        json_t *const node =
            len < MAX_JSON ? json_loadb(state, len, JSON_REJECT_DUPLICATES, &why) : NULL;
        st = json_is_object(node) ? read_more(r, "", node, m, 0)
                                  : broken(r, "calx.state is no JSON object");
        json_decref(node);
    }
    if (st == CX_OK)
        *out = m;
    else
        cx__release(m);
    return st;
}

cx_estimator *cx_estimator_load(const char *path)
{
    static const char where[] = "estimator_load";
    cx_estimator *m = NULL;
    cx_status st = path ? CX_OK : cx__fail(CX_E_NULL, where, "path is NULL");
    if (st == CX_OK) {
        const cx_scope s = cx_scope_open();
        reader r = {.where = where, .path = path};
        st = cx_check(read_file(&r, &m));
        const cx_status closed = cx_scope_close(s);
        if (st == CX_OK && closed != CX_OK) {
            cx__release(m);
            m = NULL;
        }
        st = closed;
    }
    return cx__yield(st, where, m);
}
