/* cx_export_text: the rules of a tree as lines of text (sklearn.tree.export_text).
 *
 * A node is met up to twice, for its two sides; a stack of our own keeps where we are, as trees may
 * be deep. */
#include "base/alloc.h"
#include "base/object.h"
#include "base/text.h"
#include "learn/tree/told.h"
#include <calx/tree.h>

typedef struct rules {
    const char *where;
    cx__told told;
    const cx_export_text_opts *o;
    int64_t max_depth;
    int spacing, decimals;
    const int32_t *level; /* [n] */
    cx__text *out;
} rules;

static void put_indent(const rules *r, int64_t depth)
{
    for (int64_t i = 0; i < depth; i++) {
        cx__text_puts(r->out, "|");
        for (int k = 0; k < r->spacing; k++) cx__text_puts(r->out, i + 1 < depth ? " " : "-");
    }
}

static void put_number(const rules *r, double v)
{
    char text[400];
    const int n = cx__f64_to_fixed(v, r->decimals, text, sizeof text);
    cx__text_put(r->out, text, (size_t)n);
}

/* The numbers that stand for a node: its value, of several label columns the first class of each.
 */
static int64_t numbers(const rules *r)
{
    const cx__told *const t = &r->told;
    return t->offset != NULL && t->outputs == 1 ? t->all.width : t->outputs;
}

static double number(const rules *r, int64_t node, int64_t i)
{
    const cx__told *const t = &r->told;
    const double *const value = t->all.value + (t->base + node) * t->all.width;
    return t->offset != NULL && t->outputs > 1 ? value[t->offset[i]] : value[i];
}

static void put_list(const rules *r, int64_t node, double scale)
{
    const int64_t n = numbers(r);
    cx__text_puts(r->out, "[");
    for (int64_t i = 0; i < n; i++) {
        if (i > 0) cx__text_puts(r->out, ", ");
        put_number(r, number(r, node, i) * scale);
    }
    cx__text_puts(r->out, "]");
}

static void put_class(const rules *r, int64_t node)
{
    const cx__told *const t = &r->told;
    int64_t best = 0;
    for (int64_t i = 1; i < numbers(r); i++)
        if (number(r, node, i) > number(r, node, best)) best = i;
    cx__text_puts(r->out, " class: ");
    if (t->outputs > 1)
        cx__text_f(r->out, "%lld", (long long)best);
    else if (r->o->class_names.count > 0)
        cx__text_puts(r->out, r->o->class_names.at[best]);
    else
        cx__told_class(t, best, r->out);
}

static void put_leaf(const rules *r, int64_t node, int64_t depth)
{
    const cx__told *const t = &r->told;
    put_indent(r, depth);
    if (t->offset == NULL) {
        cx__text_puts(r->out, " value: ");
        put_list(r, node, 1);
    } else {
        if (r->o->show_weights) {
            cx__text_puts(r->out, " weights: ");
            put_list(r, node, t->all.weighted[t->base + node]);
        }
        put_class(r, node);
    }
    cx__text_puts(r->out, "\n");
}

static void put_rule(const rules *r, int64_t node, int64_t depth, const char *sign)
{
    const cx__told *const t = &r->told;
    const int32_t feature = t->all.feature[t->base + node];
    put_indent(r, depth);
    cx__text_puts(r->out, " ");
    if (r->o->feature_names.count > 0)
        cx__text_puts(r->out, r->o->feature_names.at[feature]);
    else
        cx__text_f(r->out, "feature_%d", (int)feature);
    cx__text_puts(r->out, sign);
    put_number(r, t->all.threshold[t->base + node]);
    cx__text_puts(r->out, "\n");
}

/* ---- the walk */
typedef struct visit {
    int32_t node;
    bool right; /* the left side has been told */
    int64_t depth;
} visit;

static bool put_closed(const rules *r, int32_t node, int64_t depth)
{
    if (r->told.all.left[r->told.base + node] < 0) {
        put_leaf(r, node, depth);
        return true;
    }
    if (depth <= r->max_depth + 1) return false;
    put_indent(r, depth);
    cx__text_f(r->out, " truncated branch of depth %d\n", (int)r->level[node]);
    return true;
}

static void walk(const rules *r, visit *stack)
{
    const cx__told *const t = &r->told;
    int64_t top = 0;
    stack[top++] = (visit){.node = 0, .depth = 1};
    while (top > 0) {
        visit *const v = &stack[top - 1];
        const int64_t depth = v->depth;
        if (!v->right && put_closed(r, v->node, depth)) {
            top--;
            continue;
        }
        put_rule(r, v->node, depth, v->right ? " >  " : " <= ");
        const int32_t *const side = v->right ? t->all.right : t->all.left;
        const visit next = {.node = side[t->base + v->node], .depth = depth + 1};
        if (v->right)
            *v = next; /* nothing more to tell of this one */
        else {
            v->right = true;
            stack[top++] = next;
        }
    }
}

/* ---- the call */
static cx_status read_opts(rules *r, const cx_export_text_opts *o)
{
    const cx__told *const t = &r->told;
    if (o->struct_size != sizeof *o)
        return cx__fail(CX_E_ARGUMENT, r->where,
                        "options without struct_size: use CX_OPTS(cx_export_text_opts, ...)");
    const int64_t decimals = o->decimals.set ? o->decimals.value : 2;
    r->o = o;
    r->spacing = o->spacing == 0 ? 3 : o->spacing;
    r->max_depth = o->max_depth.set ? o->max_depth.value : 10;
    r->decimals = (int)decimals;
    if (r->spacing < 1 || r->spacing > 1000 || r->max_depth < 0 || decimals < 0 || decimals > 50)
        return cx__fail(CX_E_ARGUMENT, r->where,
                        "spacing %d is not in 1..1000, decimals %lld not in 0..50, or max_depth "
                        "%lld below 0",
                        r->spacing, (long long)decimals, (long long)r->max_depth);
    CX__TRY(cx__told_names(r->where, "feature_names", o->feature_names, cx_self_features(t->m)));
    return cx__told_names(r->where, "class_names", t->offset ? o->class_names : (cx_names){0, NULL},
                          t->all.width);
}

static cx_status tell(rules *r, const cx_estimator *m, int64_t tree, const cx_export_text_opts *o)
{
    CX__TRY(cx__told_open(r->where, m, tree, &r->told));
    CX__TRY(cx__told_thresholds(r->where, &r->told));
    CX__TRY(read_opts(r, o));
    const size_t n = (size_t)r->told.n;
    int32_t *const level = cx__scope_room(n * sizeof *level);
    visit *const stack = cx__scope_room(n * sizeof *stack);
    if (level == NULL || stack == NULL) return CX_E_NOMEM;
    cx__told_levels(&r->told, level);
    r->level = level;
    walk(r, stack);
    return cx__so_far();
}

const char *cx_export_text(const cx_estimator *m, int64_t tree, const cx_export_text_opts *o)
{
    static const cx_export_text_opts defaults = {.struct_size = sizeof defaults};
    cx__text text = {0};
    rules r = {.where = "export_text", .out = &text};
    const cx_scope scope = cx_scope_open();
    cx_check(tell(&r, m, tree, o != NULL ? o : &defaults));
    return cx__scope_text(r.where, cx_scope_close(scope), &text);
}
