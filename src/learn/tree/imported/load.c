/* cx_trees_load: which form a file has, and a fitted state of what its reader found. */
#include "base/alloc.h"
#include "base/file.h"
#include "base/object.h"
#include "learn/numeric/rows.h"
#include "learn/tree/imported/imported.h"
#include <calx/array.h>
#include <calx/device.h>
#include <string.h>

static const char where[] = "trees_load";
enum { MOST_BYTES = 1 << 30 };

static void clear(cx__imported *m)
{
    cx__trees_free(&m->trees);
    cx__free(m->base);
    cx__free(m->order);
    cx__free(m->number);
}

/* ---- the file */
static CX__COLD cx_status no_json(const cx__imported *m, const char *text, size_t n,
                                  const json_error_t *why)
{
    if (n > 0 && text[0] == '{' && n > 1 && (text[1] == 'L' || text[1] == '$' || text[1] == 'i'))
        return cx__import_fail(m, CX_E_UNSUPPORTED, -1, -1,
                               "this is XGBoost's binary form; save_model with a name that ends in "
                               ".json writes the one that is read");
    if (n > 4 && memcmp(text, "tree", 4) == 0)
        return cx__import_fail(m, CX_E_UNSUPPORTED, -1, -1,
                               "this is LightGBM's text; json.dump(booster.dump_model(), file) "
                               "writes the form that is read");
    return cx__import_fail(m, CX_E_PARSE, -1, -1, "no JSON: line %d, column %d: %s", why->line,
                           why->column, why->text);
}

static cx_status read_root(cx__imported *m, const json_t *root)
{
    const char *const format = json_string_value(json_object_get(root, "format"));
    if (format != NULL && strcmp(format, "calx.trees") == 0) return cx__import_plain(root, m);
    if (json_is_object(json_object_get(root, "learner"))) return cx__import_xgboost(root, m);
    if (json_object_get(root, "tree_info") != NULL) return cx__import_lightgbm(root, m);
    if (json_is_array(root))
        return cx__import_fail(m, CX_E_UNSUPPORTED, -1, -1,
                               "a list, as XGBoost's dump_model writes it, lacks the objective and "
                               "the base score; save_model writes them");
    return cx__import_fail(m, CX_E_UNSUPPORTED, -1, -1,
                           "JSON, but no model of XGBoost, LightGBM or calx.trees");
}

static cx_status read_file(cx__imported *m)
{
    char *text = NULL;
    size_t n = 0;
    CX__TRY(cx__file_read_part(where, m->path, 0, (size_t)MOST_BYTES + 1, &text, &n));
    json_error_t why = {.line = 0};
    json_t *const root = n <= MOST_BYTES ? json_loadb(text, n, JSON_REJECT_DUPLICATES, &why) : NULL;
    cx_status st = CX_OK;
    if (n > MOST_BYTES)
        st = cx__import_fail(m, CX_E_UNSUPPORTED, -1, -1, "the file has more than 1 GiB");
    else
        st = root != NULL ? read_root(m, root) : no_json(m, text, n, &why);
    cx__free(text);
    if (st != CX_OK) {
        json_decref(root);
        return st;
    }
    m->root = root;
    return CX_OK;
}

/* ---- the estimator */
/* Labels as an array: whole numbers, numbers or text, rising. */
static cx_status labels(const cx__imported *m, cx_array **out)
{
    const int64_t n = m->classes;
    if (n < 1 || n > CX__IMPORTED_OUTPUTS)
        return cx__import_fail(m, CX_E_PARSE, -1, -1, "%lld classes", (long long)n);
    if (m->labels == NULL) {
        *out = cx_arange_i64(0, n, 1, CX_I64, CX_CPU);
        return cx_status_of(*out);
    }
    const char **const text = cx__calloc((size_t)n, sizeof *text);
    double *const v = cx__calloc((size_t)n, sizeof *v);
    cx_status st = text && v ? CX_OK : cx__fail_nomem(where, "classes", (size_t)n * 8);
    int64_t texts = 0, whole = 0;
    for (int64_t i = 0; i < n && st == CX_OK; i++) {
        const json_t *const at = json_array_get(m->labels, (size_t)i);
        text[i] = json_string_value(at);
        const bool ok = text[i] != NULL || cx__import_number(m->labels, i, &v[i]);
        texts += text[i] != NULL;
        whole += json_is_integer(at) || json_is_boolean(at);
        const bool rises = i == 0 || (texts == i + 1 ? strcmp(text[i - 1], text[i]) < 0
                                                     : texts == 0 && v[i - 1] < v[i]);
        if (!ok || !rises)
            st = cx__import_fail(
                m, CX_E_PARSE, -1, -1,
                "'classes' are neither rising numbers nor rising texts (entry %lld)", (long long)i);
    }
    if (st == CX_OK && texts == n) {
        *out = cx__texts_new(where, n, text);
        st = cx_status_of(*out);
    } else if (st == CX_OK) {
        cx_array *const all = cx_copy_host(v, CX_SHAPE(n), CX_F64);
        *out = whole == n ? cx_astype(all, CX_I64) : all;
        st = cx_status_of(*out);
    }
    cx__free(text);
    cx__free(v);
    return st;
}

/* The columns by number, and by name where the file names them. */
static cx_status schema(const cx__imported *m, cx__schema **out)
{
    cx__schema *const s = cx__calloc(1, sizeof *s);
    *out = s; /* belongs to the state from now on */
    if (s == NULL) return cx__fail_nomem(where, "a schema", sizeof *s);
    atomic_init(&s->refs, 1);
    s->n = m->features;
    if (m->names == NULL) return CX_OK;
    if ((int64_t)json_array_size(m->names) != m->features)
        return cx__import_fail(m, CX_E_PARSE, -1, -1, "%zu names of %lld features",
                               json_array_size(m->names), (long long)m->features);
    const size_t n = (size_t)m->features;
    s->names = cx__calloc(n + 1, sizeof *s->names);
    s->dtypes = cx__calloc(n + 1, sizeof *s->dtypes);
    s->categories = cx__calloc(n + 1, sizeof *s->categories);
    if (!s->names || !s->dtypes || !s->categories)
        return cx__fail_nomem(where, "a schema", n * sizeof *s->names);
    for (size_t i = 0; i < n; i++) {
        const char *const name = json_string_value(json_array_get(m->names, i));
        if (name == NULL || *name == '\0')
            return cx__import_fail(m, CX_E_PARSE, -1, -1, "feature %zu has no name", i);
        s->dtypes[i] = CX_F64;
        s->names[i] = cx__strdup(name);
        if (s->names[i] == NULL) return cx__fail_nomem(where, "a schema", strlen(name));
    }
    return CX_OK;
}

static cx_status numbers(cx_estimator *e, const cx__imported *m)
{
    const int64_t outputs = m->columns * m->trees.width;
    CX__TRY(cx_self_set(e, CX__IMPORTED_BASE, cx_copy_host(m->base, CX_SHAPE(outputs), CX_F64)));
    CX__TRY(cx_self_set_f64(e, CX__IMPORTED_SCALE, m->scale));
    CX__TRY(cx_self_set_f64(e, CX__IMPORTED_DIVISOR, m->divisor));
    CX__TRY(cx_self_set_i64(e, CX__IMPORTED_LINK, m->link));
    CX__TRY(cx_self_set_f64(e, CX__IMPORTED_SLOPE, m->slope));
    CX__TRY(cx_self_set_i64(e, CX__IMPORTED_COLUMNS, m->columns));
    CX__TRY(cx_self_set_i64(e, CX__IMPORTED_SINGLE, m->single));
    if (m->renumbered)
        CX__TRY(cx_self_set(e, CX__IMPORTED_NUMBER,
                            cx_copy_host(m->number, CX_SHAPE(m->trees.nodes), CX_I32)));
    if (m->order == NULL) return CX_OK;
    return cx_self_set(e, CX__IMPORTED_ORDER,
                       cx_copy_host(m->order, CX_SHAPE(m->trees.count), CX_I64));
}

static cx_status fill(cx_estimator *e, cx__imported *m)
{
    cx__site s;
    CX__TRY(cx__site_at(where, CX_CPU, &s));
    CX__TRY(schema(m, &e->state->schema));
    CX__TRY(numbers(e, m));
    CX__TRY(cx__trees_give(e, &s, &m->trees));
    if (m->classifier) {
        cx_array *classes = NULL;
        CX__TRY(labels(m, &classes));
        CX__TRY(cx_self_set(e, CX__IMPORTED_CLASSES, classes));
    }
    CX__TRY(cx__so_far());
    const cx_status st = e->cls->check(e);
    if (st == CX_OK) return CX_OK;
    cx_error why = {.status = st};
    cx_error_get(&why);
    return cx__import_fail(m, st, -1, -1, "%s", why.text);
}

static cx_status make(cx__imported *m, cx_estimator **out)
{
    cx_estimator *e = NULL;
    CX__TRY(cx__estimator_make(where,
                               m->classifier ? &cx__class_tree_ensemble_classifier
                                             : &cx__class_tree_ensemble_regressor,
                               &e));
    e->state = cx__state_new(cx__class_attrs(e->cls));
    cx_status st = e->state != NULL ? CX_OK : cx__fail_nomem(where, "a fitted state", 0);
    if (st == CX_OK) {
        e->fitting = true;
        st = fill(e, m);
        e->fitting = false;
    }
    if (st == CX_OK)
        *out = e;
    else
        cx__release(e);
    return st;
}

static cx_status load(const char *path, const cx_trees_load_opts *o, cx_estimator **out)
{
    cx__imported m = {.path = path, .scale = 1, .slope = 1, .divisor = 1};
    if (o != NULL) m.take = *o;
    cx_status st = read_file(&m);
    if (st == CX_OK) st = make(&m, out);
    json_decref(m.root);
    clear(&m);
    return st;
}

cx_estimator *cx_trees_load(const char *path, const cx_trees_load_opts *o)
{
    cx_estimator *e = NULL;
    cx_status st = path != NULL ? CX_OK : cx__fail(CX_E_NULL, where, "path is NULL");
    if (st == CX_OK) {
        const cx_scope s = cx_scope_open();
        st = cx_check(load(path, o, &e));
        const cx_status closed = cx_scope_close(s);
        if (st == CX_OK && closed != CX_OK) {
            cx__release(e);
            e = NULL;
        }
        st = closed;
    }
    return cx__yield(st, where, e);
}
