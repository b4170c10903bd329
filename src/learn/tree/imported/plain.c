/* Our own JSON form of trees, which a few lines of Python write of scikit-learn's models: flat
 * lists a tree, as in tree_, and what becomes of their sums by name. */
#include "learn/tree/imported/imported.h"
#include <math.h>
#include <string.h>

static const char *const links[CX__LINKS] = {"none", "expit",  "softmax", "exp",
                                             "step", "square", "softplus"};

static cx_status number(const cx__imported *m, const json_t *o, const char *key, double *out)
{
    const json_t *const v = json_object_get(o, key);
    if (v == NULL) return CX_OK; /* the usual one */
    *out = json_number_value(v);
    if (json_is_number(v)) return CX_OK;
    return cx__import_fail(m, CX_E_PARSE, -1, -1, "'%s' is no number", key);
}

static cx_status read_link(cx__imported *m, const json_t *root)
{
    const char *const name = json_string_value(json_object_get(root, "link"));
    for (int i = 0; i < CX__LINKS && name != NULL; i++)
        if (strcmp(name, links[i]) == 0) {
            m->link = (cx__tree_link)i;
            return CX_OK;
        }
    return cx__import_fail(m, CX_E_UNSUPPORTED, -1, -1, "the link '%.40s' is not known here",
                           name != NULL ? name : "");
}

static cx_status read_head(cx__imported *m, const json_t *root)
{
    int64_t version = 0;
    const json_t *base = NULL;
    CX__TRY(cx__import_whole(m, -1, root, "version", 1, 1, &version));
    CX__TRY(cx__import_whole(m, -1, root, "features", 1, CX_TREE_FEATURE, &m->features));
    CX__TRY(cx__import_whole(m, -1, root, "columns", 1, CX__IMPORTED_OUTPUTS, &m->columns));
    CX__TRY(cx__import_whole(m, -1, root, "width", 1, CX__IMPORTED_OUTPUTS, &m->trees.width));
    CX__TRY(read_link(m, root));
    CX__TRY(number(m, root, "scale", &m->scale));
    CX__TRY(number(m, root, "slope", &m->slope));
    CX__TRY(number(m, root, "divisor", &m->divisor));
    m->single = json_is_true(json_object_get(root, "single"));
    const int64_t outputs = m->columns * m->trees.width;
    CX__TRY(cx__import_base(m, outputs));
    if (json_object_get(root, "base") != NULL)
        CX__TRY(cx__import_array(m, -1, root, "base", outputs, &base));
    for (int64_t i = 0; i < outputs && base != NULL; i++)
        if (!cx__import_number(base, i, &m->base[i]))
            return cx__import_fail(m, CX_E_PARSE, -1, -1, "'base' holds what is no number");
    if (json_array_size(json_object_get(root, "feature_names")) > 0)
        m->names = json_object_get(root, "feature_names");
    m->classifier = json_object_get(root, "classes") != NULL;
    if (!m->classifier) return CX_OK;
    CX__TRY(cx__import_array(m, -1, root, "classes", -1, &m->labels));
    m->classes = (int64_t)json_array_size(m->labels);
    return CX_OK;
}

/* Lists of [node, [category, ...]], which go left. */
static cx_status categories(cx__imported *m, int64_t tree, const json_t *lists, int64_t n)
{
    cx__trees *const t = &m->trees;
    for (int64_t j = 0; j < (int64_t)json_array_size(lists); j++) {
        const json_t *const pair = json_array_get(lists, (size_t)j), *const all =
                                                                         json_array_get(pair, 1);
        int32_t node = -1, c = 0;
        if (!cx__import_int(pair, 0, &node) || node < 0 || node >= n || !json_is_array(all))
            return cx__import_fail(m, CX_E_PARSE, tree, -1, "its categories do not fit its nodes");
        const int64_t row = t->bit_rows + j;
        uint32_t *const word = t->bits + row * 8;
        memset(word, 0, 8 * sizeof *word);
        for (int64_t i = 0; i < (int64_t)json_array_size(all); i++) {
            if (!cx__import_int(all, i, &c) || c < 0 || c > 255)
                return cx__import_fail(m, CX_E_UNSUPPORTED, tree, node,
                                       "category %d; those from 0 to 255 are known here", (int)c);
            word[c / 32] |= 1u << (c % 32);
        }
        t->category[t->nodes + node] = (int32_t)row;
    }
    return CX_OK;
}

typedef struct lists {
    const json_t *left, *right, *feature, *threshold, *value;
    const json_t *missing, *impurity, *samples, *weighted; /* NULL: 0 */
} lists;

static cx_status optional(const cx__imported *m, int64_t tree, const json_t *o, const char *key,
                          int64_t n, const json_t **out)
{
    return json_object_get(o, key) != NULL ? cx__import_array(m, tree, o, key, n, out) : CX_OK;
}

static bool read_node(cx__imported *m, const lists *l, int64_t i)
{
    cx__trees *const t = &m->trees;
    const int64_t at = t->nodes + i;
    int32_t missing = 0;
    bool ok = cx__import_int(l->left, i, &t->left[at]) &&
              cx__import_int(l->right, i, &t->right[at]) &&
              cx__import_int(l->feature, i, &t->feature[at]) &&
              cx__import_number(l->threshold, i, &t->threshold[at]);
    if (l->missing != NULL) ok = ok && cx__import_int(l->missing, i, &missing);
    if (l->impurity != NULL) ok = ok && cx__import_number(l->impurity, i, &t->impurity[at]);
    if (l->samples != NULL) ok = ok && cx__import_int(l->samples, i, &t->samples[at]);
    if (l->weighted != NULL) ok = ok && cx__import_number(l->weighted, i, &t->weighted[at]);
    for (int64_t c = 0; c < t->width && ok; c++)
        ok = cx__import_number(l->value, i * t->width + c, &t->value[at * t->width + c]);
    t->missing_left[at] = missing != 0;
    if (ok && t->left[at] < 0) cx__import_leaf(m, i);
    return ok;
}

static cx_status read_tree(cx__imported *m, int64_t tree, const json_t *o)
{
    lists l = {.missing = NULL};
    CX__TRY(cx__import_array(m, tree, o, "left", -1, &l.left));
    const int64_t n = (int64_t)json_array_size(l.left);
    CX__TRY(cx__import_array(m, tree, o, "right", n, &l.right));
    CX__TRY(cx__import_array(m, tree, o, "feature", n, &l.feature));
    CX__TRY(cx__import_array(m, tree, o, "threshold", n, &l.threshold));
    CX__TRY(cx__import_array(m, tree, o, "value", n * m->trees.width, &l.value));
    CX__TRY(optional(m, tree, o, "missing_left", n, &l.missing));
    CX__TRY(optional(m, tree, o, "impurity", n, &l.impurity));
    CX__TRY(optional(m, tree, o, "samples", n, &l.samples));
    CX__TRY(optional(m, tree, o, "weighted", n, &l.weighted));
    const json_t *cats = NULL;
    CX__TRY(optional(m, tree, o, "categories", -1, &cats));
    const int64_t rows = cats != NULL ? (int64_t)json_array_size(cats) : 0;
    CX__TRY(cx__import_open(m, tree, n, rows));
    for (int64_t i = 0; i < n; i++)
        if (!read_node(m, &l, i))
            return cx__import_fail(m, CX_E_PARSE, tree, i, "the node is not made of numbers");
    CX__TRY(categories(m, tree, cats, n));
    return cx__import_close(m, tree, n, rows);
}

cx_status cx__import_plain(const json_t *root, cx__imported *m)
{
    const json_t *trees = NULL;
    int64_t from = 0, to = 0;
    CX__TRY(read_head(m, root));
    CX__TRY(cx__import_array(m, -1, root, "trees", -1, &trees));
    const int64_t count = (int64_t)json_array_size(trees);
    if (count == 0 || count % m->columns != 0)
        return cx__import_fail(m, CX_E_PARSE, -1, -1, "%lld trees in iterations of %lld",
                               (long long)count, (long long)m->columns);
    CX__TRY(cx__import_range(m, count / m->columns, &from, &to));
    for (int64_t i = from * m->columns; i < to * m->columns; i++)
        CX__TRY(read_tree(m, i, json_array_get(trees, (size_t)i)));
    if (m->divisor == (double)(count / m->columns)) m->divisor = (double)(to - from);
    return CX_OK;
}
