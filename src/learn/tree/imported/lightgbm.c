/* LightGBM's dump_model() as JSON: nested nodes. Here a tree of L leaves has its splits at 0 to L -
 * 2 and leaf j at L - 1 + j, which keeps LightGBM's own order of both. */
#include "base/alloc.h"
#include "learn/tree/imported/imported.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct objective {
    const char *name;
    bool classifier;
    cx__tree_link link;
} objective;
static const objective objectives[] = {
    {"binary", true, CX__LINK_EXPIT},         {"multiclass", true, CX__LINK_SOFTMAX},
    {"multiclassova", true, CX__LINK_EXPIT},  {"regression", false, CX__LINK_NONE},
    {"regression_l1", false, CX__LINK_NONE},  {"huber", false, CX__LINK_NONE},
    {"fair", false, CX__LINK_NONE},           {"quantile", false, CX__LINK_NONE},
    {"mape", false, CX__LINK_NONE},           {"lambdarank", false, CX__LINK_NONE},
    {"rank_xendcg", false, CX__LINK_NONE},    {"poisson", false, CX__LINK_EXP},
    {"gamma", false, CX__LINK_EXP},           {"tweedie", false, CX__LINK_EXP},
    {"cross_entropy", false, CX__LINK_EXPIT}, {"cross_entropy_lambda", false, CX__LINK_SOFTPLUS},
};

/* "binary sigmoid:1": words behind the name, of which the slope and the square root matter. */
static cx_status read_options(cx__imported *m, const char *options)
{
    if (strstr(options, " sqrt") != NULL) m->link = CX__LINK_SQUARE;
    const char *const at = strstr(options, " sigmoid:");
    if (at == NULL) return CX_OK;
    const char *const digits = at + strlen(" sigmoid:");
    json_error_t why;
    json_t *const v = json_loadb(digits, strcspn(digits, " "), JSON_DECODE_ANY, &why);
    m->slope = json_number_value(v);
    json_decref(v);
    if (m->slope > 0) return CX_OK;
    return cx__import_fail(m, CX_E_PARSE, -1, -1, "the objective '%.80s' has no slope", options);
}

static cx_status read_objective(cx__imported *m, const json_t *root)
{
    const char *const name = json_string_value(json_object_get(root, "objective"));
    m->link = CX__LINK_NONE;
    if (name == NULL) return CX_OK; /* one of the user's own: sums */
    const size_t len = strcspn(name, " ");
    for (size_t i = 0; i < sizeof objectives / sizeof *objectives; i++) {
        if (strlen(objectives[i].name) != len || memcmp(name, objectives[i].name, len) != 0)
            continue;
        m->classifier = objectives[i].classifier;
        m->link = objectives[i].link;
        return read_options(m, name + len);
    }
    return cx__import_fail(m, CX_E_UNSUPPORTED, -1, -1, "the objective '%.80s' is not known here",
                           name);
}

/* ---- one tree */
typedef struct tree_json {
    int64_t number, leaves;
    bool *seen; /* [2 leaves - 1] */
    int64_t rows;
} tree_json;

static bool is_text(const json_t *node, const char *key, const char *text)
{
    const char *const have = json_string_value(json_object_get(node, key));
    return have != NULL && strcmp(have, text) == 0;
}

static cx_status place_of(const cx__imported *m, tree_json *t, const json_t *node, int32_t *out)
{
    const bool split = json_object_get(node, "split_index") != NULL;
    int64_t i = 0;
    if (split)
        CX__TRY(cx__import_whole(m, t->number, node, "split_index", 0, t->leaves - 2, &i));
    else if (t->leaves > 1)
        CX__TRY(cx__import_whole(m, t->number, node, "leaf_index", 0, t->leaves - 1, &i));
    *out = (int32_t)(split ? i : t->leaves - 1 + i);
    if (t->seen[*out])
        return cx__import_fail(m, CX_E_PARSE, t->number, *out, "it stands there twice");
    t->seen[*out] = true;
    return CX_OK;
}

/* "0||3||17" */
static cx_status categories(cx__imported *m, tree_json *t, int32_t i, const char *list)
{
    uint32_t *const word = m->trees.bits + (m->trees.bit_rows + t->rows) * 8;
    memset(word, 0, 8 * sizeof *word);
    for (const char *s = list; *s != '\0';) {
        int64_t c = 0;
        const size_t n = strspn(s, "0123456789");
        for (size_t k = 0; k < n && c < 256; k++) c = c * 10 + (s[k] - '0');
        if (n == 0 || (s[n] != '\0' && strncmp(s + n, "||", 2) != 0))
            return cx__import_fail(m, CX_E_PARSE, t->number, i, "'%.40s' lists no categories",
                                   list);
        if (c > 255)
            return cx__import_fail(m, CX_E_UNSUPPORTED, t->number, i,
                                   "category %.20s; those from 0 to 255 are known here", s);
        word[c / 32] |= 1u << (c % 32);
        s += n + (s[n] != '\0' ? 2 : 0);
    }
    m->trees.category[m->trees.nodes + i] = (int32_t)(m->trees.bit_rows + t->rows++);
    return CX_OK;
}

/* x <= threshold, and where NaN goes: its own way, or that of 0. */
static cx_status numbers(cx__imported *m, const tree_json *t, int32_t i, const json_t *node)
{
    const json_t *const threshold = json_object_get(node, "threshold");
    const int64_t at = m->trees.nodes + i;
    if (!json_is_number(threshold))
        return cx__import_fail(m, CX_E_PARSE, t->number, i, "its threshold is no number");
    const double v = json_number_value(threshold);
    const bool zero_left = v >= 0,
               default_left = json_is_true(json_object_get(node, "default_left"));
    m->trees.threshold[at] = v;
    m->trees.missing_left[at] = is_text(node, "missing_type", "None") ? zero_left : default_left;
    if (!is_text(node, "missing_type", "Zero")) return CX_OK;
    if ((default_left && v >= 1e-35) || (!default_left && v < -1e-35)) return CX_OK;
    return cx__import_fail(m, CX_E_UNSUPPORTED, t->number, i,
                           "zeros are missing values there and go against the threshold "
                           "(zero_as_missing)");
}

static cx_status read_leaf(cx__imported *m, const tree_json *t, int32_t i, const json_t *node)
{
    const json_t *const value = json_object_get(node, "leaf_value"), *const count = json_object_get(
                                                                         node, "leaf_count");
    if (!json_is_number(value))
        return cx__import_fail(m, CX_E_PARSE, t->number, i, "the leaf has no value");
    if (json_object_get(node, "leaf_coeff") != NULL || json_object_get(node, "leaf_const") != NULL)
        return cx__import_fail(m, CX_E_UNSUPPORTED, t->number, i,
                               "the leaf is linear (linear_tree)");
    cx__import_leaf(m, i);
    m->trees.value[m->trees.nodes + i] = json_number_value(value);
    m->trees.weighted[m->trees.nodes + i] = json_number_value(count);
    return CX_OK;
}

/* Depth is bounded by the parser's. */
static cx_status read_node(cx__imported *m, tree_json *t, const json_t *node, int32_t *place)
{
    cx__trees *const to = &m->trees;
    CX__TRY(place_of(m, t, node, place));
    const int32_t i = *place;
    const int64_t at = to->nodes + i;
    if (i >= t->leaves - 1) return read_leaf(m, t, i, node);
    int64_t feature = 0;
    CX__TRY(cx__import_whole(m, t->number, node, "split_feature", 0, m->features - 1, &feature));
    to->feature[at] = (int32_t)feature;
    to->weighted[at] = json_number_value(json_object_get(node, "internal_count"));
    if (is_text(node, "decision_type", "==")) {
        const char *const list = json_string_value(json_object_get(node, "threshold"));
        to->threshold[at] = 0;
        to->missing_left[at] = false;
        CX__TRY(categories(m, t, i, list != NULL ? list : ""));
    } else if (is_text(node, "decision_type", "<=")) {
        CX__TRY(numbers(m, t, i, node));
    } else {
        return cx__import_fail(m, CX_E_PARSE, t->number, i,
                               "its decision_type is neither <= nor ==");
    }
    CX__TRY(read_node(m, t, json_object_get(node, "left_child"), &to->left[at]));
    return read_node(m, t, json_object_get(node, "right_child"), &to->right[at]);
}

/* Splits by categories, for which rows of bits are needed. */
static int64_t count_lists(const json_t *node)
{
    if (!json_is_object(node)) return 0;
    return (is_text(node, "decision_type", "==") ? 1 : 0) +
           count_lists(json_object_get(node, "left_child")) +
           count_lists(json_object_get(node, "right_child"));
}

static int64_t count_nodes(const json_t *node)
{
    if (!json_is_object(node)) return 0;
    return 1 + count_nodes(json_object_get(node, "left_child")) +
           count_nodes(json_object_get(node, "right_child"));
}

static cx_status read_tree(cx__imported *m, int64_t number, const json_t *o)
{
    tree_json t = {.number = number};
    CX__TRY(cx__import_whole(m, number, o, "num_leaves", 1, INT32_MAX / 2, &t.leaves));
    const json_t *const root = json_object_get(o, "tree_structure");
    const int64_t nodes = 2 * t.leaves - 1, rows = count_lists(root);
    if (nodes > count_nodes(root)) /* before memory is asked for */
        return cx__import_fail(m, CX_E_PARSE, number, -1, "%lld leaves are not there",
                               (long long)t.leaves);
    CX__TRY(cx__import_open(m, number, nodes, rows));
    t.seen = cx__calloc((size_t)nodes, sizeof *t.seen);
    if (t.seen == NULL) return cx__fail_nomem("trees_load", "a tree", (size_t)nodes);
    int32_t first = 0;
    cx_status st = read_node(m, &t, root, &first);
    if (st == CX_OK && first != 0)
        st = cx__import_fail(m, CX_E_PARSE, number, first, "the root is not split 0");
    for (int64_t i = 0; i < nodes && st == CX_OK; i++)
        if (!t.seen[i]) st = cx__import_fail(m, CX_E_PARSE, number, i, "it is missing");
    cx__free(t.seen);
    return st == CX_OK ? cx__import_close(m, number, nodes, rows) : st;
}

/* ---- all trees */
/* Names that LightGBM made itself are none. */
static bool named(const json_t *names)
{
    char usual[32];
    for (size_t i = 0; i < json_array_size(names); i++) {
        (void)snprintf(usual, sizeof usual, "Column_%zu", i);
        const char *const name = json_string_value(json_array_get(names, i));
        if (name == NULL || strcmp(name, usual) != 0) return true;
    }
    return false;
}

cx_status cx__import_lightgbm(const json_t *root, cx__imported *m)
{
    const json_t *trees = NULL;
    int64_t most = 0, from = 0, to = 0;
    CX__TRY(cx__import_whole(m, -1, root, "max_feature_idx", 0, CX_TREE_FEATURE - 1, &most));
    CX__TRY(cx__import_whole(m, -1, root, "num_tree_per_iteration", 1, CX__IMPORTED_OUTPUTS,
                             &m->columns));
    CX__TRY(cx__import_array(m, -1, root, "tree_info", -1, &trees));
    m->features = most + 1;
    m->trees.width = 1;
    CX__TRY(read_objective(m, root));
    CX__TRY(cx__import_base(m, m->columns));
    m->classes = m->columns > 1 ? m->columns : 2;
    const int64_t count = (int64_t)json_array_size(trees);
    if (count == 0 || count % m->columns != 0)
        return cx__import_fail(m, CX_E_PARSE, -1, -1, "%lld trees in iterations of %lld",
                               (long long)count, (long long)m->columns);
    CX__TRY(cx__import_range(m, count / m->columns, &from, &to));
    if (json_is_true(json_object_get(root, "average_output"))) m->divisor = (double)(to - from);
    if (named(json_object_get(root, "feature_names")))
        m->names = json_object_get(root, "feature_names");
    for (int64_t i = from * m->columns; i < to * m->columns; i++)
        CX__TRY(read_tree(m, i, json_array_get(trees, (size_t)i)));
    return CX_OK;
}
