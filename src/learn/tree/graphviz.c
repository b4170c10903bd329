/* cx_export_graphviz: a tree in the language of dot (sklearn.tree.export_graphviz): a line for each
 * node and each edge, in the order of a walk that goes left first. */
#include "learn/tree/graphviz.h"

#include "base/object.h"
#include <calx/scope.h>
#include <stdio.h>
#include <string.h>

typedef struct step {
    int32_t node, parent;
    int64_t depth;
} step;
enum { LEAVES = -1 }; /* the rank of leaves, and of what is cut off */

static void put_head(const cx__dot *d)
{
    const cx_export_graphviz_opts *const o = d->o;
    const char *const font = o->fontname != NULL ? o->fontname : "helvetica";
    cx__text_puts(d->out, "digraph Tree {\nnode [shape=box");
    if (o->filled || o->rounded)
        cx__text_f(d->out, ", style=\"%s%s%s\", color=\"black\"", o->filled ? "filled" : "",
                   o->filled && o->rounded ? ", " : "", o->rounded ? "rounded" : "");
    cx__text_f(d->out, ", fontname=\"%s\"] ;\n", font);
    if (o->leaves_parallel) cx__text_puts(d->out, "graph [ranksep=equally, splines=polyline] ;\n");
    cx__text_f(d->out, "edge [fontname=\"%s\"] ;\n", font);
    if (o->rotate) cx__text_puts(d->out, "rankdir=LR ;\n");
}

static void put_edge(const cx__dot *d, const step *s, bool cut)
{
    if (s->parent < 0) return;
    cx__text_f(d->out, "%d -> %d", (int)s->parent, (int)s->node);
    if (s->parent == 0 && !cut) {
        const bool left = s->node == 1;
        cx__text_f(d->out, " [labeldistance=2.5, labelangle=%d, headlabel=\"%s\"]",
                   left != d->o->rotate ? 45 : -45, left ? "True" : "False");
    }
    cx__text_puts(d->out, " ;\n");
}

static void put_step(const cx__dot *d, const step *s, bool cut)
{
    cx__text_f(d->out, "%d [label=", (int)s->node);
    if (cut)
        cx__text_puts(d->out, "\"(...)\"");
    else
        cx__dot_node(d, s->node);
    if (d->o->filled) {
        cx__text_puts(d->out, ", fillcolor=\"");
        if (cut)
            cx__text_puts(d->out, "#C0C0C0");
        else
            cx__dot_colour(d, s->node);
        cx__text_puts(d->out, "\"");
    }
    cx__text_puts(d->out, "] ;\n");
    put_edge(d, s, cut);
}

/* Nodes that were told stand in order[0..*told), their ranks in rank. */
static void put_nodes(const cx__dot *d, step *stack, int32_t *order, int64_t *rank, int64_t *told)
{
    const int32_t *const left = d->told.all.left + d->told.base, *const right = d->told.all.right +
                                                                                d->told.base;
    int64_t top = 0;
    stack[top++] = (step){.node = 0, .parent = -1};
    while (top > 0) {
        const step s = stack[--top];
        const bool cut = s.depth > d->max_depth, leaf = left[s.node] < 0;
        put_step(d, &s, cut);
        order[*told] = s.node;
        rank[(*told)++] = cut || leaf ? LEAVES : s.depth;
        if (cut || leaf) continue;
        stack[top++] = (step){right[s.node], s.node, s.depth + 1};
        stack[top++] = (step){left[s.node], s.node, s.depth + 1};
    }
}

/* ---- nodes of one rank, in the order of the ranks' names: "10" stands before "2" */
static int by_name(int64_t a, int64_t b)
{
    char p[24], q[24];
    if (a == LEAVES || b == LEAVES) return a == b ? 0 : a == LEAVES ? 1 : -1;
    snprintf(p, sizeof p, "%lld", (long long)a);
    snprintf(q, sizeof q, "%lld", (long long)b);
    return strcmp(p, q);
}

static void put_ranks(const cx__dot *d, const int32_t *order, const int64_t *rank, int64_t told)
{
    int64_t done = -2; /* the last rank that was told: -2 none yet */
    for (;;) {
        int64_t next = LEAVES;
        for (int64_t i = 0; i < told; i++)
            if (by_name(rank[i], next) < 0 && (done == -2 || by_name(rank[i], done) > 0))
                next = rank[i];
        const char *between = " ; ";
        cx__text_puts(d->out, "{rank=same");
        for (int64_t i = 0; i < told; i++) {
            if (rank[i] != next) continue;
            cx__text_f(d->out, "%s%d", between, (int)order[i]);
            between = "; ";
        }
        cx__text_puts(d->out, "} ;\n");
        if (next == LEAVES) return;
        done = next;
    }
}

/* ---- the call */
static cx_status read_opts(cx__dot *d, const cx_export_graphviz_opts *o)
{
    const cx__told *const t = &d->told;
    if (o->struct_size != sizeof *o)
        return cx__fail(CX_E_ARGUMENT, d->where,
                        "options without struct_size: use CX_OPTS(cx_export_graphviz_opts, ...)");
    const int64_t digits = o->precision.set ? o->precision.value : 3;
    d->o = o;
    d->max_depth = o->max_depth.set ? o->max_depth.value : INT64_MAX;
    d->precision = (int)digits;
    if (d->max_depth < 0 || digits < 0 || digits > 20 || (int)o->label < 0 ||
        o->label > CX_NODE_LABEL_NONE)
        return cx__fail(CX_E_ARGUMENT, d->where,
                        "max_depth %lld is below 0, precision %lld not in 0..20, or label %d none",
                        (long long)d->max_depth, (long long)digits, (int)o->label);
    CX__TRY(cx__told_names(d->where, "feature_names", o->feature_names, cx_self_features(t->m)));
    const bool named = t->offset != NULL && t->outputs == 1;
    CX__TRY(cx__told_names(d->where, "class_names", named ? o->class_names : (cx_names){0, NULL},
                           t->all.width));
    const bool special = o->special_characters;
    d->hash = special ? "&#35;" : "#";
    d->sub = special ? "<SUB>" : "[";
    d->end_sub = special ? "</SUB>" : "]";
    d->below = special ? "&le;" : "<=";
    d->newline = special ? "<br/>" : "\\n";
    d->close = special ? ">" : "\"";
    d->open = special ? "<" : "\"";
    return CX_OK;
}

static cx_status tell(cx__dot *d, const cx_estimator *m, int64_t tree,
                      const cx_export_graphviz_opts *o)
{
    CX__TRY(cx__told_open(d->where, m, tree, &d->told));
    CX__TRY(cx__told_thresholds(d->where, &d->told));
    CX__TRY(read_opts(d, o));
    const cx__told *const t = &d->told;
    d->most = 1;
    for (int64_t i = 0; t->offset != NULL && i < t->outputs; i++)
        if (t->offset[i + 1] - t->offset[i] > d->most) d->most = t->offset[i + 1] - t->offset[i];
    const size_t n = (size_t)t->n;
    d->row = cx__scope_room((size_t)(t->outputs * d->most) * sizeof *d->row);
    step *const stack = cx__scope_room((n + 1) * sizeof *stack);
    int32_t *const order = cx__scope_room(n * sizeof *order);
    int64_t *const rank = cx__scope_room(n * sizeof *rank), told = 0;
    if (d->row == NULL || stack == NULL || order == NULL || rank == NULL) return CX_E_NOMEM;
    cx__dot_bounds(d);
    put_head(d);
    put_nodes(d, stack, order, rank, &told);
    if (o->leaves_parallel) put_ranks(d, order, rank, told);
    cx__text_puts(d->out, "}");
    return cx__so_far();
}

const char *cx_export_graphviz(const cx_estimator *m, int64_t tree,
                               const cx_export_graphviz_opts *o)
{
    static const cx_export_graphviz_opts defaults = {.struct_size = sizeof defaults};
    cx__text text = {0};
    cx__dot d = {.where = "export_graphviz", .out = &text};
    const cx_scope scope = cx_scope_open();
    cx_check(tell(&d, m, tree, o != NULL ? o : &defaults));
    return cx__scope_text(d.where, cx_scope_close(scope), &text);
}
