/* The front of exact growth: see the header. Parameters and data are taken apart here; one tree is
 * grown.c's. */
#include "learn/tree/grow.h"

#include "base/alloc.h"
#include "base/object.h"
#include "learn/numeric/rows.h"
#include "learn/tree/single.h"
#include <calx/random.h>
#include <math.h>
#include <string.h>

/* ---- parameters */
static bool has(const cx_estimator *self, const char *name)
{
    return cx__class_param(self->cls, name, strlen(name)) >= 0;
}

static cx_tree_criterion criterion_of(const cx_estimator *self)
{
    static const struct {
        const char *name;
        cx_tree_criterion is;
    } known[] = {{"gini", CX_TREE_GINI},
                 {"entropy", CX_TREE_ENTROPY},
                 {"log_loss", CX_TREE_ENTROPY},
                 {"friedman_mse", CX_TREE_FRIEDMAN},
                 {"absolute_error", CX_TREE_ABSOLUTE},
                 {"poisson", CX_TREE_POISSON}};
    const char *const name = has(self, "criterion") ? cx_param_str(self, "criterion") : NULL;
    for (size_t i = 0; name != NULL && i < sizeof known / sizeof *known; i++)
        if (strcmp(name, known[i].name) == 0) return known[i].is;
    return CX_TREE_SQUARED;
}

/* A whole number, or a share of n. */
static int64_t rows_of(const cx_estimator *self, const char *name, int64_t n, int64_t deflt)
{
    if (!has(self, name)) return deflt;
    if (cx_param_is_number(self, name) == 1) return cx_param_i64(self, name);
    return (int64_t)ceil(cx_param_f64(self, name) * (double)n);
}

static int64_t features_of(const cx_estimator *self, int64_t d)
{
    static const char name[] = "max_features";
    if (!has(self, name) || cx_param_is_none(self, name)) return d;
    if (cx_param_is_number(self, name) == 1) return cx_param_i64(self, name);
    double few = 0;
    if (!cx_param_is_str(self, name))
        few = cx_param_f64(self, name) * (double)d;
    else
        few = strcmp(cx_param_str(self, name), "sqrt") == 0 ? sqrt((double)d) : log2((double)d);
    return few < 1 ? 1 : (int64_t)few;
}

static int64_t whole_or(const cx_estimator *self, const char *name, int64_t none)
{
    return has(self, name) && !cx_param_is_none(self, name) ? cx_param_i64(self, name) : none;
}

static double real_of(const cx_estimator *self, const char *name)
{
    return has(self, name) ? cx_param_f64(self, name) : 0;
}

static cx_status rules_of(cx__grow *g)
{
    const cx_estimator *const self = g->self;
    const int64_t leaf = rows_of(self, "min_samples_leaf", g->n, 1);
    int64_t split = rows_of(self, "min_samples_split", g->n, 2);
    if (split < 2) split = 2;
    g->rules = (cx_tree_rules){.criterion = criterion_of(self),
                               .random = has(self, "splitter") &&
                                         strcmp(cx_param_str(self, "splitter"), "random") == 0,
                               .max_depth = whole_or(self, "max_depth", INT64_MAX),
                               .max_leaf_nodes = whole_or(self, "max_leaf_nodes", 0),
                               .min_samples_leaf = leaf,
                               .min_samples_split = split > 2 * leaf ? split : 2 * leaf,
                               .max_features = features_of(self, g->d),
                               .min_impurity_decrease = real_of(self, "min_impurity_decrease")};
    g->min_weight_fraction = real_of(self, "min_weight_fraction_leaf");
    g->ccp_alpha = real_of(self, "ccp_alpha");
    if (!has(self, "monotonic_cst") || cx_param_is_none(self, "monotonic_cst")) return CX_OK;
    int8_t *const cst = cx__scope_room((size_t)g->d);
    if (cst == NULL) return CX_E_NOMEM;
    bool any = false;
    CX__TRY(cx__monotonic(self, g->where, g->d, cst, &any));
    g->rules.monotonic = cst;
    return CX_OK;
}

/* ---- rows */
cx_status cx__grow_rows(const cx_estimator *self, const char *where, const cx_data *d, cx__grow *g)
{
    *g = (cx__grow){.where = where,
                    .self = self,
                    .n = cx_dim(d->x, 0),
                    .d = cx_dim(d->x, 1),
                    .outputs = 1,
                    .width = 1};
    CX__TRY(cx__host_only(self, where, d->x));
    CX__TRY(cx__site_of(where, d->x, &g->site));
    if (g->site.trees == NULL || g->site.trees->grow == NULL)
        return cx__fail(CX_E_UNSUPPORTED, where, "%s: this device grows no trees", self->cls->name);
    g->x = cx__at(cx__f64(&g->site, d->x));
    CX__TRY(cx__so_far());
    if (cx_dtype_of(d->x) == CX_F64) CX__TRY(cx__single_fits(self->cls, where, g->x, g->n, g->d));
    return rules_of(g);
}

/* ---- y */
/* Codes of one column, or places among the classes of all columns, as codes of each column. */
static cx_status take_codes(cx__grow *g, const cx_array *codes, const int64_t *offset)
{
    const int64_t k = g->outputs;
    const int64_t *const code = cx__at(cx__i64(&g->site, codes));
    double *const y = cx__scope_room((size_t)(g->n * k) * sizeof *y);
    int64_t *const classes = cx__scope_room((size_t)k * sizeof *classes);
    CX__TRY(cx__so_far());
    if (y == NULL || classes == NULL) return CX_E_NOMEM;
    for (int64_t j = 0; j < k; j++) classes[j] = offset[j + 1] - offset[j];
    for (int64_t i = 0; i < g->n; i++)
        for (int64_t j = 0; j < k; j++) y[i * k + j] = (double)(code[i * k + j] - offset[j]);
    g->y = y;
    g->classes = classes;
    g->width = offset[k];
    return CX_OK;
}

cx_status cx__grow_labels(cx__grow *g, const cx_array *y)
{
    if (cx_ndim(y) == 2) {
        const cx_label_columns l = cx_labels_encode_columns(y);
        CX__TRY(cx__so_far());
        g->outputs = cx_dim(y, 1);
        g->labels = l.classes;
        g->offsets = l.offsets;
        const int64_t *const offset = cx__at(cx__i64(&g->site, l.offsets));
        CX__TRY(cx__so_far());
        CX__TRY(take_codes(g, l.codes, offset));
    } else {
        const cx_labels l = cx_labels_encode(y);
        CX__TRY(cx__so_far());
        g->outputs = 1;
        g->labels = l.classes;
        const int64_t offset[2] = {0, cx_size(l.classes)};
        CX__TRY(take_codes(g, l.codes, offset));
    }
    if (g->rules.monotonic != NULL && (g->outputs > 1 || g->classes[0] > 2))
        return cx__fail(CX_E_ARGUMENT, g->where,
                        "%s: monotonic_cst is for one output of two classes; y has %lld of %lld",
                        g->self->cls->name, (long long)g->outputs, (long long)g->classes[0]);
    /* What is held is the share of the first class, which falls as the second's rises. */
    int8_t *const cst = (int8_t *)(uintptr_t)g->rules.monotonic;
    for (int64_t j = 0; cst != NULL && j < g->d; j++) cst[j] = (int8_t)-cst[j];
    return CX_OK;
}

cx_status cx__grow_targets(cx__grow *g, const cx_array *y)
{
    g->outputs = g->width = cx_ndim(y) == 2 ? cx_dim(y, 1) : 1;
    g->y = cx__at(cx__f64(&g->site, y));
    CX__TRY(cx__so_far());
    if (g->rules.monotonic != NULL && g->outputs > 1)
        return cx__fail(CX_E_ARGUMENT, g->where,
                        "%s: monotonic_cst is for one output; y has %lld columns",
                        g->self->cls->name, (long long)g->outputs);
    if (g->rules.criterion != CX_TREE_POISSON) return CX_OK;
    double sum = 0;
    for (int64_t i = 0; i < g->n * g->outputs; i++) {
        if (g->y[i] < 0)
            return cx__fail(CX_E_ARGUMENT, g->where,
                            "%s: criterion='poisson' takes no negative y; row %lld has %g",
                            g->self->cls->name, (long long)(i / g->outputs), g->y[i]);
        sum += g->y[i];
    }
    return sum > 0
               ? CX_OK
               : cx__fail(CX_E_ARGUMENT, g->where,
                          "%s: criterion='poisson' needs a positive sum of y", g->self->cls->name);
}

/* ---- the whole front */
cx_status cx__grow_begin(const cx_estimator *self, const char *where, const cx_data *d, cx__grow *g)
{
    CX__TRY(cx__grow_rows(self, where, d, g));
    if (self->cls->kind == CX_CLASSIFIER)
        CX__TRY(cx__grow_labels(g, d->y));
    else
        CX__TRY(cx__grow_targets(g, d->y));
    return cx__grow_weights(g, d->sample_weight);
}

cx_status cx__grow_seed(cx_generator *rng, uint32_t *out)
{
    *out = (uint32_t)cx_item_i64(cx_rng_integers(rng, 0, INT32_MAX, CX_SHAPE(), CX_I64));
    return cx__so_far();
}
