/* Growing one tree: depth first with a stack or best first with a heap, in the order in which
 * scikit-learn makes its nodes. What a split is, is found elsewhere. */
#include "trees/grow.h"
#include <float.h>
#include <math.h>
#include <string.h>

enum { COLUMNS_FROM = 24 /* rows: fewer are sorted feature by feature */ };

typedef struct pending {
    tree_parent parent;
    int64_t start, end, pos, depth, node; /* depth first: node is the parent */
    bool is_left, is_leaf;
    bool sorted; /* its sorted columns are kept up */
    tree_split split;
    double middle;
} pending;

/* A growing list of them: the stack or the heap. */
typedef struct pendings {
    pending *at;
    int64_t count, room;
} pendings;

static cx_status no_memory(void)
{
    return host_core->fail(CX_E_NOMEM, "fit", "cannot allocate a tree's nodes");
}

static cx_status push(pendings *s, const pending *p)
{
    if (s->count == s->room) {
        const int64_t room = s->room > 0 ? 2 * s->room : 64;
        pending *const at = host_core->alloc((size_t)room * sizeof *at);
        if (at == NULL) return no_memory();
        if (s->count > 0) memcpy(at, s->at, (size_t)s->count * sizeof *at);
        host_core->free(s->at);
        s->at = at;
        s->room = room;
    }
    s->at[s->count++] = *p;
    return CX_OK;
}

/* ---- the heap of best first; ties in the order of C++'s push_heap and pop_heap */
static void sift_up(pending *heap, int64_t hole, const pending *p)
{
    while (hole > 0 && heap[(hole - 1) / 2].split.gain < p->split.gain) {
        heap[hole] = heap[(hole - 1) / 2];
        hole = (hole - 1) / 2;
    }
    heap[hole] = *p;
}

static cx_status heap_push(pendings *s, const pending *p)
{
    const cx_status st = push(s, p);
    if (st == CX_OK) sift_up(s->at, s->count - 1, p);
    return st;
}

static pending heap_pop(pendings *s)
{
    pending *const heap = s->at;
    const pending top = heap[0], last = heap[--s->count];
    const int64_t n = s->count;
    if (n == 0) return top;
    int64_t hole = 0, child = 0;
    while (child < (n - 1) / 2) {
        child = 2 * (child + 1);
        if (heap[child].split.gain < heap[child - 1].split.gain) child--;
        heap[hole] = heap[child];
        hole = child;
    }
    if (n % 2 == 0 && child == (n - 2) / 2) {
        heap[hole] = heap[2 * child + 1];
        hole = 2 * child + 1;
    }
    sift_up(heap, hole, &last);
    return top;
}

/* ---- nodes */
static cx_status enlarge(void *array, size_t size, int64_t count, int64_t room)
{
    void *old = NULL;
    memcpy(&old, array, sizeof old);
    void *const more = host_core->alloc((size_t)room * size);
    if (more == NULL) return no_memory();
    if (count > 0) memcpy(more, old, (size_t)count * size);
    host_core->free(old);
    memcpy(array, &more, sizeof more);
    return CX_OK;
}

/* All that a tree of these rows may need, as room that is not used takes no memory; but no more
 * than half of the data at first. Another tree's rows may be a few more. */
static int64_t next_room(const tree_grower *w)
{
    enum { NODE = 41, FEW = 64 };
    const int64_t more = w->g->weight != NULL ? w->count / 16 + FEW : 0;
    const int64_t most = 2 * w->count + more, room = w->out->room;
    const int64_t node = NODE + w->out->width * (int64_t)sizeof(double);
    const int64_t half = w->t->n * w->t->d * (int64_t)sizeof(float) / node;
    const int64_t next = room > 0 ? 2 * room : half > FEW ? half : FEW;
    return next > most && most > room ? most : next;
}

static cx_status make_room(const tree_grower *w)
{
    cx_tree_nodes *const t = w->out;
    if (t->count < t->room) return CX_OK;
    if (t->room >= INT32_MAX / 2)
        return host_core->fail(CX_E_SHAPE, "fit", "a tree of more than %d nodes", INT32_MAX / 2);
    const int64_t room = next_room(w);
    const struct {
        void *array;
        size_t size;
    } column[] = {{&t->left, sizeof *t->left},
                  {&t->right, sizeof *t->right},
                  {&t->feature, sizeof *t->feature},
                  {&t->samples, sizeof *t->samples},
                  {&t->missing_left, sizeof *t->missing_left},
                  {&t->threshold, sizeof *t->threshold},
                  {&t->impurity, sizeof *t->impurity},
                  {&t->weighted, sizeof *t->weighted},
                  {&t->value, (size_t)t->width * sizeof *t->value}};
    for (size_t i = 0; i < sizeof column / sizeof *column; i++) {
        const cx_status st = enlarge(column[i].array, column[i].size, t->count, room);
        if (st != CX_OK) return st;
    }
    t->room = room;
    return CX_OK;
}

static void make_leaf(cx_tree_nodes *t, int64_t node)
{
    t->left[node] = t->right[node] = -1;
    t->feature[node] = -2;
    t->threshold[node] = -2;
    t->missing_left[node] = 0;
}

static void clip(const tree_grower *w, const tree_parent *parent, double *value)
{
    if (value[0] < parent->lower)
        value[0] = parent->lower;
    else if (value[0] > parent->upper)
        value[0] = parent->upper;
    if (w->g->classes != NULL && w->out->width > 1) value[1] = 1 - value[0];
}

/* Is it worth to keep up the columns for the children? */
static bool wants_columns(const tree_grower *w, const pending *p)
{
    const int64_t left = p->split.pos - p->start, right = p->end - p->split.pos;
    return p->depth + 1 < w->r->max_depth &&
           ((left > COLUMNS_FROM && p->split.left > DBL_EPSILON) ||
            (right > COLUMNS_FROM && p->split.right > DBL_EPSILON));
}

static bool starts_columns(const tree_grower *w, int64_t n)
{
    return w->fast.columns < w->count && n <= w->fast.columns && n > COLUMNS_FROM;
}

/* Look at the rows of p: is it a leaf, and if not, what is its split? Makes its node. */
static cx_status visit(tree_grower *w, pending *p, bool first, int64_t *node)
{
    const cx_tree_rules *const r = w->r;
    cx_tree_nodes *const t = w->out;
    const int64_t n = p->end - p->start;
    cx_status st = make_room(w);
    if (st == CX_OK && (t->count & 63) == 0) st = host_core->poll("fit");
    if (st != CX_OK) return st;
    if (w->fast.on)
        host_fast_enter(w, p->start, p->end);
    else
        host_criterion_enter(&w->c, p->start, p->end);
    if (first) p->parent.impurity = host_criterion_impurity(&w->c);
    p->is_leaf = p->depth >= r->max_depth || n < r->min_samples_split ||
                 n < 2 * r->min_samples_leaf || w->c.here < 2 * r->min_weight_leaf ||
                 p->parent.impurity <= DBL_EPSILON;
    if (!p->is_leaf) {
        if (!p->sorted && w->fast.column != NULL && starts_columns(w, n)) {
            host_columns_start(w, p->start, p->end);
            p->sorted = true;
        }
        if (w->fast.on)
            host_split_fast(w, &p->parent, p->sorted, &p->split);
        else
            (r->random ? host_split_random : host_split_best)(w, &p->parent, &p->split);
        p->is_leaf =
            p->split.pos >= p->end || p->split.gain + DBL_EPSILON < r->min_impurity_decrease;
    }
    const int64_t i = *node = t->count++;
    make_leaf(t, i);
    t->impurity[i] = p->parent.impurity;
    t->samples[i] = (int32_t)n;
    t->weighted[i] = w->c.here;
    double *const value = t->value + i * t->width;
    host_criterion_value(&w->c, value);
    if (r->monotonic != NULL) clip(w, &p->parent, value);
    if (p->is_leaf) return CX_OK;
    t->feature[i] = p->split.feature;
    t->threshold[i] = p->split.threshold;
    t->missing_left[i] = p->split.missing_left;
    p->middle = host_criterion_middle(&w->c);
    p->sorted = p->sorted && wants_columns(w, p);
    if (p->sorted) host_columns_cut(w, p->start, p->split.pos, p->end);
    return CX_OK;
}

static void end_at(const tree_grower *w, const pending *p, int64_t node)
{
    if (w->g->leaf == NULL) return;
    for (int64_t i = p->start; i < p->end; i++) w->g->leaf[w->rows[i]] = (int32_t)node;
}

/* Both children, with the bounds that a monotonic split sets them. */
static void descend(const tree_grower *w, const pending *p, pending *left, pending *right)
{
    *left = *right = (pending){.parent = p->parent, .depth = p->depth + 1};
    left->start = p->start;
    left->end = right->start = p->split.pos;
    right->end = p->end;
    left->sorted = p->sorted && left->end - left->start > COLUMNS_FROM;
    right->sorted = p->sorted && right->end - right->start > COLUMNS_FROM;
    left->is_left = true;
    left->parent.impurity = p->split.left;
    right->parent.impurity = p->split.right;
    const int rule = w->r->monotonic != NULL ? w->r->monotonic[p->split.feature] : 0;
    if (rule > 0) left->parent.upper = right->parent.lower = p->middle;
    if (rule < 0) left->parent.lower = right->parent.upper = p->middle;
}

static const tree_parent no_parent = {.impurity = INFINITY, .lower = -INFINITY, .upper = INFINITY};

static bool has_columns(const tree_grower *w)
{
    return w->fast.column != NULL && w->fast.columns == w->count;
}

static cx_status depth_first(tree_grower *w, pendings *stack)
{
    const pending root = {
        .parent = no_parent, .end = w->count, .node = -1, .sorted = has_columns(w)};
    cx_status st = push(stack, &root);
    while (st == CX_OK && stack->count > 0) {
        pending p = stack->at[--stack->count], left, right;
        int64_t node = 0;
        st = visit(w, &p, p.node < 0, &node);
        if (st != CX_OK) break;
        if (p.node >= 0) (p.is_left ? w->out->left : w->out->right)[p.node] = (int32_t)node;
        if (p.is_leaf) {
            end_at(w, &p, node);
            continue;
        }
        descend(w, &p, &left, &right);
        left.node = right.node = node;
        st = push(stack, &right);
        if (st == CX_OK) st = push(stack, &left);
    }
    return st;
}

static cx_status to_frontier(tree_grower *w, pending *p, bool first)
{
    p->parent.constants = 0;
    const cx_status st = visit(w, p, first, &p->node);
    if (p->is_leaf) p->split.gain = 0;
    return st;
}

static cx_status best_first(tree_grower *w, pendings *heap)
{
    int64_t splits = w->r->max_leaf_nodes - 1;
    pending root = {.parent = no_parent, .end = w->count, .sorted = has_columns(w)};
    cx_status st = to_frontier(w, &root, true);
    if (st == CX_OK) st = heap_push(heap, &root);
    while (st == CX_OK && heap->count > 0) {
        const pending p = heap_pop(heap);
        if (p.is_leaf || splits <= 0) {
            make_leaf(w->out, p.node);
            end_at(w, &p, p.node);
            continue;
        }
        splits--;
        pending left, right;
        descend(w, &p, &left, &right);
        st = to_frontier(w, &left, false);
        if (st == CX_OK) st = to_frontier(w, &right, false);
        if (st != CX_OK) break;
        w->out->left[p.node] = (int32_t)left.node;
        w->out->right[p.node] = (int32_t)right.node;
        st = heap_push(heap, &left);
        if (st == CX_OK) st = heap_push(heap, &right);
    }
    return st;
}

/* ---- one growth's memory, in one piece */
static size_t rounded(size_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

static void *take(char **next, size_t bytes)
{
    void *const p = *next;
    *next += rounded(bytes);
    return p;
}

static void place(tree_grower *w, char *memory, size_t absolute)
{
    const size_t n = (size_t)w->count, d = (size_t)w->t->d, width = (size_t)w->out->width;
    w->rows = take(&memory, n * sizeof *w->rows);
    w->swap = take(&memory, n * sizeof *w->swap);
    w->values = take(&memory, n * sizeof *w->values);
    w->feature = take(&memory, d * sizeof *w->feature);
    w->constant = take(&memory, d * sizeof *w->constant);
    w->c.sum = take(&memory, width * sizeof *w->c.sum);
    w->c.sum_left = take(&memory, width * sizeof *w->c.sum);
    w->c.sum_right = take(&memory, width * sizeof *w->c.sum);
    if (absolute > 0) host_absolute_place(&w->c.absolute, memory, w->t->n, w->g->outputs);
}

static size_t bytes_for(const tree_grower *w)
{
    const size_t n = (size_t)w->count, d = (size_t)w->t->d, width = (size_t)w->out->width;
    return 3 * rounded(n * 4) + 2 * rounded(d * 4) + 3 * rounded(width * sizeof(double));
}

static void begin(tree_grower *w)
{
    const cx_tree_growth *const g = w->g;
    w->c.kind = w->r->criterion;
    w->c.outputs = g->outputs;
    w->c.stride = g->classes != NULL ? w->out->width / g->outputs : 1;
    w->c.classes = g->classes;
    w->c.y = g->y;
    w->c.weight = g->weight;
    w->c.rows = w->rows;
    int64_t count = 0;
    for (int64_t i = 0; i < w->t->n; i++) {
        const double weight = g->weight != NULL ? g->weight[i] : 1;
        if (weight != 0) w->rows[count++] = (int32_t)i;
        w->c.all += weight;
        if (g->leaf != NULL) g->leaf[i] = -1;
    }
    for (int64_t j = 0; j < w->t->d; j++) w->feature[j] = (int32_t)j;
}

cx_status host_tree_grow(cx_queue *q, const cx_tree_growth *g, cx_tree_nodes *out)
{
    (void)q;
    return host_tree_grow_by(g, TREE_AUTO, out);
}

cx_status host_tree_grow_by(const cx_tree_growth *g, tree_search how, cx_tree_nodes *out)
{
    int64_t stride = 1;
    for (int64_t k = 0; g->classes != NULL && k < g->outputs; k++)
        if (g->classes[k] > stride) stride = g->classes[k];
    out->width = g->outputs * stride;
    out->count = 0;
    tree_grower w = {
        .g = g, .t = g->table, .r = g->rules, .random = g->seed, .how = how, .out = out};
    for (int64_t i = 0; i < w.t->n; i++) w.count += g->weight == NULL || g->weight[i] != 0;
    const size_t absolute =
        w.r->criterion == CX_TREE_ABSOLUTE ? host_absolute_bytes(w.t->n, g->outputs) : 0;
    char *const memory = host_core->alloc(bytes_for(&w) + absolute);
    if (memory == NULL)
        return host_core->fail(CX_E_NOMEM, "fit",
                               "cannot allocate the workspace of a tree of %lld rows",
                               (long long)w.t->n);
    place(&w, memory, absolute);
    begin(&w);
    pendings list = {0};
    cx_status st = host_fast_begin(&w);
    if (st == CX_OK) st = w.r->max_leaf_nodes > 0 ? best_first(&w, &list) : depth_first(&w, &list);
    host_fast_end(&w);
    host_core->free(list.at);
    host_core->free(memory);
    return st;
}
