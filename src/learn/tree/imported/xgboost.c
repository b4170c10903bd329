/* XGBoost's JSON model. Its splits go left where x < threshold in float32, which is x <= the
 * float32 below it; the categories that it lists go right, and others, unknown ones too, left. */
#include "base/alloc.h"
#include "learn/tree/imported/imported.h"
#include <math.h>
#include <string.h>

/* How base_score becomes the beginning of the sums. */
typedef enum score_as { AS_IS, LOGIT, LOG } score_as;
typedef struct objective {
    const char *name;
    bool classifier;
    cx__tree_link link;
    score_as base;
} objective;
static const objective objectives[] = {
    {"binary:logistic", true, CX__LINK_EXPIT, LOGIT},
    {"binary:logitraw", true, CX__LINK_EXPIT, AS_IS},
    {"binary:hinge", true, CX__LINK_STEP, AS_IS},
    {"multi:softprob", true, CX__LINK_SOFTMAX, AS_IS},
    {"multi:softmax", true, CX__LINK_SOFTMAX, AS_IS},
    {"reg:logistic", false, CX__LINK_EXPIT, LOGIT},
    {"reg:squarederror", false, CX__LINK_NONE, AS_IS},
    {"reg:linear", false, CX__LINK_NONE, AS_IS},
    {"reg:squaredlogerror", false, CX__LINK_NONE, AS_IS},
    {"reg:pseudohubererror", false, CX__LINK_NONE, AS_IS},
    {"reg:absoluteerror", false, CX__LINK_NONE, AS_IS},
    {"reg:quantileerror", false, CX__LINK_NONE, AS_IS},
    {"rank:pairwise", false, CX__LINK_NONE, AS_IS},
    {"rank:ndcg", false, CX__LINK_NONE, AS_IS},
    {"rank:map", false, CX__LINK_NONE, AS_IS},
    {"count:poisson", false, CX__LINK_EXP, LOG},
    {"reg:gamma", false, CX__LINK_EXP, LOG},
    {"reg:tweedie", false, CX__LINK_EXP, LOG},
    {"survival:cox", false, CX__LINK_EXP, LOG},
    {"survival:aft", false, CX__LINK_EXP, LOG},
};

static cx_status find_objective(const cx__imported *m, const json_t *learner, const objective **out)
{
    const char *const name =
        json_string_value(json_object_get(json_object_get(learner, "objective"), "name"));
    if (name == NULL) return cx__import_fail(m, CX_E_PARSE, -1, -1, "the objective has no name");
    for (size_t i = 0; i < sizeof objectives / sizeof *objectives; i++)
        if (strcmp(name, objectives[i].name) == 0) {
            *out = &objectives[i];
            return CX_OK;
        }
    return cx__import_fail(m, CX_E_UNSUPPORTED, -1, -1, "the objective '%.60s' is not known here",
                           name);
}

/* ---- base_score: a number or a list, often as a text */
static cx_status base_from(cx__imported *m, const json_t *score, int64_t outputs, score_as as)
{
    const bool list = json_is_array(score);
    const int64_t n = list ? (int64_t)json_array_size(score) : 1;
    if ((!list && !json_is_number(score)) || (n != 1 && n != outputs))
        return cx__import_fail(m, CX_E_PARSE, -1, -1, "base_score is no number and no list of %lld",
                               (long long)outputs);
    for (int64_t i = 0; i < outputs; i++) {
        double b = json_number_value(score);
        if (list && !cx__import_number(score, n == 1 ? 0 : i, &b))
            return cx__import_fail(m, CX_E_PARSE, -1, -1, "base_score holds what is no number");
        b = (double)(float)b;
        if ((as == LOGIT && !(b > 0 && b < 1)) || (as == LOG && !(b > 0)))
            return cx__import_fail(m, CX_E_PARSE, -1, -1,
                                   "base_score %g does not suit the objective", b);
        m->base[i] = as == LOGIT ? log(b / (1 - b)) : as == LOG ? log(b) : b;
    }
    return CX_OK;
}

static cx_status read_base(cx__imported *m, const json_t *params, int64_t outputs, score_as as)
{
    const json_t *const score = json_object_get(params, "base_score");
    CX__TRY(cx__import_base(m, outputs));
    if (!json_is_string(score)) return base_from(m, score, outputs, as);
    json_error_t why;
    json_t *const inner = json_loads(json_string_value(score), JSON_DECODE_ANY, &why);
    const cx_status st = base_from(m, inner, outputs, as);
    json_decref(inner);
    return st;
}

/* ---- one tree */
typedef struct tree_json {
    int64_t number, nodes, leaf_width;
    float weight; /* of a dart tree */
    const json_t *left, *right, *feature, *threshold, *missing, *kind, *cover, *leaves;
    const json_t *cat_node, *cat_from, *cat_count, *cats; /* NULL: none */
} tree_json;

static cx_status open_tree(const cx__imported *m, const json_t *o, tree_json *t)
{
    const int64_t k = t->number;
    CX__TRY(cx__import_array(m, k, o, "left_children", -1, &t->left));
    t->nodes = (int64_t)json_array_size(t->left);
    CX__TRY(cx__import_array(m, k, o, "right_children", t->nodes, &t->right));
    CX__TRY(cx__import_array(m, k, o, "split_indices", t->nodes, &t->feature));
    CX__TRY(cx__import_array(m, k, o, "split_conditions", t->nodes, &t->threshold));
    CX__TRY(cx__import_array(m, k, o, "default_left", t->nodes, &t->missing));
    CX__TRY(cx__import_array(m, k, o, "sum_hessian", t->nodes, &t->cover));
    t->kind = NULL;
    if (json_object_get(o, "split_type") != NULL)
        CX__TRY(cx__import_array(m, k, o, "split_type", t->nodes, &t->kind));
    t->leaves = NULL;
    if (t->leaf_width > 1) CX__TRY(cx__import_array(m, k, o, "leaf_weights", -1, &t->leaves));
    t->cat_node = NULL;
    if (json_array_size(json_object_get(o, "categories_nodes")) == 0) return CX_OK;
    CX__TRY(cx__import_array(m, k, o, "categories_nodes", -1, &t->cat_node));
    const int64_t n = (int64_t)json_array_size(t->cat_node);
    CX__TRY(cx__import_array(m, k, o, "categories_segments", n, &t->cat_from));
    CX__TRY(cx__import_array(m, k, o, "categories_sizes", n, &t->cat_count));
    return cx__import_array(m, k, o, "categories", -1, &t->cats);
}

static cx_status leaf(cx__imported *m, const tree_json *t, int64_t i)
{
    cx__import_leaf(m, i);
    double v = 0;
    int32_t row = 0;
    if (t->leaves != NULL && (!cx__import_int(t->right, i, &row) || row < 0))
        return cx__import_fail(m, CX_E_PARSE, t->number, i, "its row of leaf_weights is no number");
    for (int64_t c = 0; c < t->leaf_width; c++) {
        const bool there = t->leaves != NULL
                               ? cx__import_number(t->leaves, row * t->leaf_width + c, &v)
                               : cx__import_number(t->threshold, i, &v);
        if (!there) return cx__import_fail(m, CX_E_PARSE, t->number, i, "the leaf has no value");
        m->trees.value[(m->trees.nodes + i) * t->leaf_width + c] = (double)((float)v * t->weight);
    }
    return CX_OK;
}

static cx_status split(cx__imported *m, const tree_json *t, int64_t i)
{
    cx__trees *const to = &m->trees;
    const int64_t at = to->nodes + i;
    double threshold = 0;
    int32_t missing = 0, kind = 0;
    if (!cx__import_int(t->right, i, &to->right[at]) ||
        !cx__import_int(t->feature, i, &to->feature[at]) ||
        !cx__import_number(t->threshold, i, &threshold) ||
        !cx__import_int(t->missing, i, &missing) ||
        (t->kind != NULL && !cx__import_int(t->kind, i, &kind)))
        return cx__import_fail(m, CX_E_PARSE, t->number, i, "the split is not made of numbers");
    to->threshold[at] = kind == 0 ? cx__import_below(threshold) : 0;
    to->missing_left[at] = missing != 0;
    if (kind == 0) return CX_OK;
    if (t->cat_node == NULL)
        return cx__import_fail(m, CX_E_PARSE, t->number, i,
                               "a split by categories that lists none");
    /* sides change, so that the listed ones go left here and all others right */
    const int32_t left = to->left[at];
    to->left[at] = to->right[at];
    to->right[at] = left;
    to->missing_left[at] = missing == 0;
    return CX_OK;
}

/* Categories of the j-th split that has some. */
static cx_status categories(cx__imported *m, const tree_json *t, int64_t j)
{
    cx__trees *const to = &m->trees;
    int32_t node = 0, from = 0, count = 0, kind = 0;
    if (!cx__import_int(t->cat_node, j, &node) || !cx__import_int(t->cat_from, j, &from) ||
        !cx__import_int(t->cat_count, j, &count) || node < 0 || node >= t->nodes || from < 0 ||
        count < 0 || from + (int64_t)count > (int64_t)json_array_size(t->cats) ||
        !cx__import_int(t->kind, node, &kind) || kind == 0)
        return cx__import_fail(m, CX_E_PARSE, t->number, -1, "its categories do not fit its nodes");
    const int64_t row = to->bit_rows + j;
    uint32_t *const word = to->bits + row * 8;
    memset(word, 0, 8 * sizeof *word);
    for (int32_t i = 0; i < count; i++) {
        double c = 0;
        if (!cx__import_number(t->cats, from + (int64_t)i, &c) || !(c >= 0 && c < 256))
            return cx__import_fail(m, CX_E_UNSUPPORTED, t->number, node,
                                   "category %g; those from 0 to 255 are known here", c);
        word[(int)c / 32] |= 1u << ((int)c % 32);
    }
    to->category[to->nodes + node] = (int32_t)row;
    return CX_OK;
}

static cx_status read_tree(cx__imported *m, const json_t *o, tree_json *t)
{
    CX__TRY(open_tree(m, o, t));
    const int64_t rows = t->cat_node != NULL ? (int64_t)json_array_size(t->cat_node) : 0;
    CX__TRY(cx__import_open(m, t->number, t->nodes, rows));
    for (int64_t i = 0; i < t->nodes; i++) {
        const int64_t at = m->trees.nodes + i;
        if (!cx__import_int(t->left, i, &m->trees.left[at]) ||
            !cx__import_number(t->cover, i, &m->trees.weighted[at]))
            return cx__import_fail(m, CX_E_PARSE, t->number, i, "the node is not made of numbers");
        CX__TRY(m->trees.left[at] < 0 ? leaf(m, t, i) : split(m, t, i));
    }
    for (int64_t j = 0; j < rows; j++) CX__TRY(categories(m, t, j));
    for (int64_t i = 0; i < t->nodes && t->kind != NULL; i++) {
        const int64_t at = m->trees.nodes + i;
        int32_t kind = 0;
        if (m->trees.left[at] >= 0 && cx__import_int(t->kind, i, &kind) && kind != 0 &&
            m->trees.category[at] < 0)
            return cx__import_fail(m, CX_E_PARSE, t->number, i, "its categories are missing");
    }
    return cx__import_close(m, t->number, t->nodes, rows);
}

/* ---- all trees */
typedef struct booster {
    const json_t *trees, *group, *drop; /* drop: weights of dart trees, or NULL */
    int64_t count, from, to, leaf_width;
} booster;

/* Trees of the wanted iterations; these are told by iteration_indptr, or all alike. */
static cx_status take_range(const cx__imported *m, const json_t *model, booster *b)
{
    const json_t *const at = json_object_get(model, "iteration_indptr");
    const int64_t n = json_is_array(at) ? (int64_t)json_array_size(at) - 1 : 0;
    int32_t lo = 0, hi = 0;
    if (n > 0) {
        CX__TRY(cx__import_range(m, n, &b->from, &b->to));
        if (!cx__import_int(at, b->from, &lo) || !cx__import_int(at, b->to, &hi) || lo < 0 ||
            hi <= lo || hi > b->count)
            return cx__import_fail(m, CX_E_PARSE, -1, -1,
                                   "iteration_indptr does not fit the trees");
        b->from = lo;
        b->to = hi;
        return CX_OK;
    }
    int64_t parallel = 1;
    CX__TRY(cx__import_whole(m, -1, json_object_get(model, "gbtree_model_param"),
                             "num_parallel_tree", 1, 1000000, &parallel));
    const int64_t each = parallel * m->columns;
    if (b->count % each != 0)
        return cx__import_fail(m, CX_E_PARSE, -1, -1, "%lld trees in iterations of %lld",
                               (long long)b->count, (long long)each);
    CX__TRY(cx__import_range(m, b->count / each, &b->from, &b->to));
    b->from *= each;
    b->to *= each;
    return CX_OK;
}

static cx_status read_chosen(cx__imported *m, const booster *b, const int64_t *which)
{
    for (int64_t i = 0; i < b->to - b->from; i++) {
        double weight = 1;
        if (b->drop != NULL && !cx__import_number(b->drop, which[i], &weight))
            return cx__import_fail(m, CX_E_PARSE, which[i], -1, "its weight_drop is no number");
        tree_json t = {.number = which[i], .leaf_width = b->leaf_width, .weight = (float)weight};
        CX__TRY(read_tree(m, json_array_get(b->trees, (size_t)which[i]), &t));
    }
    return CX_OK;
}

static cx_status read_trees(cx__imported *m, const json_t *model, booster *b)
{
    CX__TRY(take_range(m, model, b));
    int64_t *const group = cx__calloc((size_t)b->count + 1, sizeof *group), *which = NULL;
    if (group == NULL) return cx__fail_nomem("trees_load", "groups", (size_t)b->count * 8);
    cx_status st = CX_OK;
    for (int64_t i = 0; i < b->count && st == CX_OK; i++) {
        int32_t g = 0;
        if (!cx__import_int(b->group, i, &g))
            st = cx__import_fail(m, CX_E_PARSE, i, -1, "its tree_info is no number");
        group[i] = b->leaf_width > 1 ? 0 : g;
    }
    if (st == CX_OK) st = cx__import_turns(m, group, b->from, b->to, &which);
    cx__free(group);
    if (st == CX_OK) st = read_chosen(m, b, which);
    cx__free(which);
    return st;
}

/* The part with the trees, of a gbtree or a dart. */
static cx_status find_model(const cx__imported *m, const json_t *learner, const json_t **model,
                            booster *b)
{
    const json_t *const top = json_object_get(learner, "gradient_booster");
    const char *const name = json_string_value(json_object_get(top, "name"));
    const json_t *inner = top;
    if (name != NULL && strcmp(name, "dart") == 0) {
        inner = json_object_get(top, "gbtree");
        CX__TRY(cx__import_array(m, -1, top, "weight_drop", -1, &b->drop));
    } else if (name == NULL || strcmp(name, "gbtree") != 0) {
        return cx__import_fail(m, CX_E_UNSUPPORTED, -1, -1, "the booster '%.40s' has no trees",
                               name != NULL ? name : "");
    }
    *model = json_object_get(inner, "model");
    CX__TRY(cx__import_array(m, -1, *model, "trees", -1, &b->trees));
    b->count = (int64_t)json_array_size(b->trees);
    if (b->count == 0) return cx__import_fail(m, CX_E_UNSUPPORTED, -1, -1, "it has no trees");
    if (b->drop != NULL) CX__TRY(cx__import_array(m, -1, top, "weight_drop", b->count, &b->drop));
    return cx__import_array(m, -1, *model, "tree_info", b->count, &b->group);
}

/* How many sums a row has, and whether a leaf holds all of them. */
static cx_status read_shape(cx__imported *m, const json_t *params, booster *b, int64_t *outputs)
{
    int64_t classes = 0, targets = 1;
    CX__TRY(cx__import_whole(m, -1, params, "num_feature", 1, CX_TREE_FEATURE, &m->features));
    CX__TRY(cx__import_whole(m, -1, params, "num_class", 0, INT32_MAX, &classes));
    if (json_object_get(params, "num_target") != NULL)
        CX__TRY(cx__import_whole(m, -1, params, "num_target", 0, INT32_MAX, &targets));
    if (classes > 1 && targets > 1)
        return cx__import_fail(m, CX_E_UNSUPPORTED, -1, -1, "several targets of several classes");
    *outputs = classes > 1 ? classes : targets > 1 ? targets : 1;
    const json_t *const first = json_object_get(json_array_get(b->trees, 0), "tree_param");
    b->leaf_width = 1;
    if (json_object_get(first, "size_leaf_vector") != NULL)
        CX__TRY(cx__import_whole(m, 0, first, "size_leaf_vector", 0, INT32_MAX, &b->leaf_width));
    if (b->leaf_width < 1) b->leaf_width = 1;
    if (b->leaf_width > 1 && b->leaf_width != *outputs)
        return cx__import_fail(m, CX_E_PARSE, 0, -1, "leaves of %lld numbers for %lld outputs",
                               (long long)b->leaf_width, (long long)*outputs);
    m->columns = b->leaf_width > 1 ? 1 : *outputs;
    m->trees.width = b->leaf_width;
    return CX_OK;
}

cx_status cx__import_xgboost(const json_t *root, cx__imported *m)
{
    const json_t *const learner = json_object_get(root, "learner"),
                        *const params = json_object_get(learner, "learner_model_param"),
                        *model = NULL;
    const objective *o = NULL;
    booster b = {.drop = NULL};
    int64_t outputs = 1;
    CX__TRY(find_objective(m, learner, &o));
    CX__TRY(find_model(m, learner, &model, &b));
    CX__TRY(read_shape(m, params, &b, &outputs));
    CX__TRY(read_base(m, params, outputs, o->base));
    m->single = true;
    m->link = o->link;
    /* several 0 or 1 at once are no classes: what comes out are their probabilities */
    m->classifier = o->classifier && (o->link == CX__LINK_SOFTMAX || outputs == 1);
    m->classes = outputs > 1 ? outputs : 2;
    if (o->link == CX__LINK_SOFTMAX && outputs == 1)
        return cx__import_fail(m, CX_E_PARSE, -1, -1, "'%s' of one class", o->name);
    const json_t *const names = json_object_get(learner, "feature_names");
    if (json_array_size(names) > 0) m->names = names;
    return read_trees(m, model, &b);
}
