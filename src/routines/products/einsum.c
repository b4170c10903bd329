/* einsum: operands are made ready one by one (diagonals as views, sums over letters that nobody
 * else has), then multiplied in pairs. One idea: the letters of a pair are a batch, rows, columns
 * and the sum of a matrix product, chosen in an order of axes that needs no copy where there is
 * one. */
#include "base/alloc.h"
#include "routines/arguments.h"
#include "routines/products/einsum.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

typedef struct node {
    cx_array *x; /* one reference */
    int ndim;
    uint8_t label[CX_MAX_NDIM]; /* all different */
} node;

typedef struct work {
    const cx__einsum *e;
    cx_dtype t;
    cx__einsum_plan plan;
    node node[2 * CX__EINSUM_OPERANDS];
} work;

/* Some axes of a node in an order. */
typedef struct group {
    int n;
    uint8_t label[CX_MAX_NDIM];
} group;

static cx__labels bit(int label)
{
    return UINT64_C(1) << label;
}
static int axis_of(const node *x, int label)
{
    for (int d = 0; d < x->ndim; d++)
        if (x->label[d] == label) return d;
    return -1;
}
static cx__labels set_of(const node *x)
{
    cx__labels s = 0;
    for (int d = 0; d < x->ndim; d++) s |= bit(x->label[d]);
    return s;
}

/* ---- one operand */
/* Replace a node's array within the open scope; labels are the caller's business. */
static void set_array(node *x, cx_array *a)
{
    x->x = a;
}

static void drop_axis(node *x, int d)
{
    memmove(x->label + d, x->label + d + 1, (size_t)(x->ndim - d - 1));
    x->ndim--;
}

static void take_diagonals(node *x)
{
    for (int p = 0; p < x->ndim; p++) {
        for (int q = p + 1; q < x->ndim; q++) {
            if (x->label[q] != x->label[p]) continue;
            const uint8_t label = x->label[p];
            set_array(x, cx_diagonal(cx_moveaxis(cx_moveaxis(x->x, q, -1), p, -1), 0));
            drop_axis(x, q);
            drop_axis(x, p);
            x->label[x->ndim++] = label;
            p = -1; /* from the start: the axes have moved */
            break;
        }
    }
}

/* Axes of length 1 of a letter that is longer elsewhere: the others' axes cover them. */
static void drop_broadcast(const cx__einsum *e, node *x)
{
    for (int d = x->ndim - 1; d >= 0; d--) {
        if (cx_dim(x->x, d) != 1 || e->extent[x->label[d]] == 1) continue;
        set_array(x, cx_squeeze(x->x, d));
        drop_axis(x, d);
    }
}

static cx_array *summed(const cx_array *a, cx_dtype t, int n, const int *axes)
{
    const cx_reduce how = {.axis_count = n, .axes = axes, .axis = axes[0]};
    if (t == CX_BOOL) return cx_any(a, how);
    cx_reduce in_dtype = how;
    in_dtype.dtype = t;
    return cx_sum(a, in_dtype);
}

static void sum_lone(const work *w, node *x, cx__labels others)
{
    int axes[CX_MAX_NDIM], n = 0;
    for (int d = 0; d < x->ndim; d++)
        if (!(others & bit(x->label[d]))) axes[n++] = d;
    if (n > 0) set_array(x, summed(x->x, w->t, n, axes));
    for (int i = n - 1; i >= 0; i--) drop_axis(x, axes[i]);
}

/* What others need of operand i, of dtype t. */
static cx_status prepare(work *w, int i, const cx_array *a, cx__labels others)
{
    const cx__einsum_term *const term = &w->e->term[i];
    node x = {.ndim = term->ndim};
    memcpy(x.label, term->label, (size_t)term->ndim);
    const cx_scope s = cx_scope_open();
    set_array(&x, cx_to(a, cx_device_of(a)));
    take_diagonals(&x);
    drop_broadcast(w->e, &x);
    sum_lone(w, &x, others);
    if (cx_dtype_of(x.x) != w->t) set_array(&x, cx_astype(x.x, w->t));
    if (cx_ok()) w->node[i] = x;
    if (cx_ok()) w->node[i].x = cx_retain(x.x);
    return cx_scope_close(s);
}

/* ---- a pair */
/* A node's axes as stated, with axes of length 1 for letters that it lacks. */
static cx_array *arranged(const node *x, const group *g)
{
    int axes[CX_MAX_NDIM], n = 0;
    for (int i = 0; i < g->n; i++) {
        const int d = axis_of(x, g->label[i]);
        if (d >= 0) axes[n++] = d;
    }
    cx_array *r = cx_permute_dims(x->x, n, axes);
    for (int i = 0; i < g->n; i++)
        if (axis_of(x, g->label[i]) < 0) r = cx_expand_dims(r, i);
    return r;
}

/* Letters of s: in the result's order if it is the last pair, else by falling stride in x. */
static group ordered(const work *w, const node *x, cx__labels s, bool last)
{
    group g = {0};
    for (int d = 0; last && d < w->e->out.ndim; d++)
        if (s & bit(w->e->out.label[d])) g.label[g.n++] = w->e->out.label[d];
    if (last) return g;
    for (int d = 0; d < x->ndim; d++) {
        if (!(s & bit(x->label[d]))) continue;
        const int64_t stride = llabs(cx_stride(x->x, d));
        int at = g.n++;
        for (; at > 0 && llabs(cx_stride(x->x, axis_of(x, g.label[at - 1]))) < stride; at--)
            g.label[at] = g.label[at - 1];
        g.label[at] = x->label[d];
    }
    return g;
}

/* Do x's axes lie like one in this order? */
static bool merges(const node *x, const group *g)
{
    int64_t extent = 1, stride = 0;
    for (int i = g->n - 1; i >= 0; i--) {
        const int d = axis_of(x, g->label[i]);
        const int64_t n = cx_dim(x->x, d), step = cx_stride(x->x, d);
        if (n == 1) continue;
        if (extent > 1 && step != stride * extent) return false;
        if (extent == 1) stride = step;
        extent *= n;
    }
    return true;
}

static group joined(const group *a, const group *b, const group *c)
{
    group r = {0};
    const group *const parts[3] = {a, b, c};
    for (int p = 0; p < 3; p++)
        for (int i = 0; i < parts[p]->n && r.n < CX_MAX_NDIM; i++)
            r.label[r.n++] = parts[p]->label[i];
    return r;
}

static int64_t length(const cx__einsum *e, const group *g)
{
    int64_t n = 1;
    for (int i = 0; i < g->n; i++) n *= e->extent[g->label[i]];
    return n;
}

/* [batch..., a, b] of a node. */
static cx_array *as_matrices(const cx__einsum *e, const node *x, const group *batch, const group *a,
                             const group *b)
{
    const group all = joined(batch, a, b);
    int64_t shape[CX_MAX_NDIM + 2];
    for (int i = 0; i < batch->n; i++) shape[i] = e->extent[batch->label[i]];
    shape[batch->n] = length(e, a);
    shape[batch->n + 1] = length(e, b);
    return cx_reshape(arranged(x, &all), (cx_shape){batch->n + 2, shape});
}

/* The shape with the letters' own axes again. */
static cx_array *unfolded(const cx__einsum *e, const cx_array *r, const group *all)
{
    int64_t shape[CX_MAX_NDIM];
    for (int i = 0; i < all->n; i++) shape[i] = e->extent[all->label[i]];
    return cx_reshape(r, (cx_shape){all->n, shape});
}

static int first_in_result(const cx__einsum *e, cx__labels s)
{
    for (int d = 0; d < e->out.ndim; d++)
        if (s & bit(e->out.label[d])) return d;
    return e->out.ndim;
}

/* Is x's axis with the smallest stride one of the batch? Then rows of a dot product lie far apart,
 * and whole batches are better multiplied element by element. */
static bool batch_inside(const node *x, cx__labels batch)
{
    int best = -1;
    for (int d = 0; d < x->ndim; d++)
        if (cx_dim(x->x, d) > 1 &&
            (best < 0 || llabs(cx_stride(x->x, d)) < llabs(cx_stride(x->x, best))))
            best = d;
    return best >= 0 && (batch & bit(x->label[best]));
}

/* Products of all elements, then the sum over what goes. */
static cx_array *by_elements(const work *w, const node *a, const node *b, const group *keep,
                             const group *sum)
{
    static const group none = {0};
    const group all = joined(keep, sum, &none);
    cx_array *const r = cx_mul(arranged(a, &all), arranged(b, &all));
    int axes[CX_MAX_NDIM];
    for (int i = 0; i < sum->n; i++) axes[i] = keep->n + i;
    return sum->n > 0 ? summed(r, w->t, sum->n, axes) : r;
}

static cx_array *by_matmul(const work *w, const node *a, const node *b, const group *batch,
                           const group *rows, const group *cols, cx__labels sum)
{
    group k = ordered(w, a, sum, false);
    if (k.n > 1 && !(merges(a, &k) && merges(b, &k))) { /* one of the two has to be copied */
        const group other = ordered(w, b, sum, false);
        const int64_t copied =
                          (merges(a, &k) ? 0 : cx_size(a->x)) + (merges(b, &k) ? 0 : cx_size(b->x)),
                      instead = (merges(a, &other) ? 0 : cx_size(a->x)) +
                                (merges(b, &other) ? 0 : cx_size(b->x));
        if (instead < copied) k = other;
    }
    const group all = joined(batch, rows, cols);
    return unfolded(
        w->e,
        cx_matmul(as_matrices(w->e, a, batch, rows, &k), as_matrices(w->e, b, batch, &k, cols)),
        &all);
}

static void multiply(const work *w, const node *a, const node *b, cx__labels out, bool last,
                     node *r)
{
    const cx__labels in_a = set_of(a), in_b = set_of(b), sum = in_a & in_b & ~out;
    if (last && first_in_result(w->e, in_a & ~in_b) > first_in_result(w->e, in_b & ~in_a)) {
        multiply(w, b, a, out, last, r); /* so that rows come before columns */
        return;
    }
    const group batch = ordered(w, a, in_a & in_b & out, last),
                rows = ordered(w, a, in_a & ~in_b, last), cols = ordered(w, b, in_b & ~in_a, last);
    group all = joined(&batch, &rows, &cols);
    if (last && sum == 0) { /* any order costs the same */
        all.n = w->e->out.ndim;
        memcpy(all.label, w->e->out.label, (size_t)all.n);
    }
    const bool half = cx_dtype_kind(w->t) == 'e', dots = rows.n == 0 && cols.n == 0;
    const group k = ordered(w, a, sum, false);
    if (sum == 0 || batch.n + 2 > CX_MAX_NDIM ||
        (dots && !half && batch_inside(a, out) && batch_inside(b, out)))
        r->x = by_elements(w, a, b, &all, &k);
    else
        r->x = by_matmul(w, a, b, &batch, &rows, &cols, sum);
    r->ndim = all.n;
    memcpy(r->label, all.label, (size_t)all.n);
}

static cx_status run_step(work *w, int i)
{
    const cx__einsum_step *const step = &w->plan.step[i];
    node *const a = &w->node[step->a], *const b = &w->node[step->b];
    node r = {0};
    const cx_scope s = cx_scope_open();
    const bool last = i + 1 == w->plan.count;
    multiply(w, a, b, last ? w->e->result : step->out, last, &r);
    if (cx_ok()) {
        w->node[w->e->operands + i] = r;
        w->node[w->e->operands + i].x = cx_retain(r.x);
        cx_assign(&a->x, NULL); /* intermediates go as soon as they can */
        cx_assign(&b->x, NULL);
    }
    return cx_scope_close(s);
}

/* ---- the call */
static cx_status check(const char *where, cx_arrays operands, const cx_einsum_opts *o, cx_dtype *t)
{
    if (operands.count < 1 || operands.count > CX__EINSUM_OPERANDS || operands.at == NULL)
        return cx__fail(CX_E_ARGUMENT, where, "%d operands; 1 to %d are possible", operands.count,
                        (int)CX__EINSUM_OPERANDS);
    if ((int)o->order < CX_EINSUM_AUTO || o->order > CX_EINSUM_LEFT)
        return cx__fail(CX_E_ARGUMENT, where, "order is %d", (int)o->order);
    if (o->memory_limit < 0)
        return cx__fail(CX_E_ARGUMENT, where, "memory_limit is %" PRId64, o->memory_limit);
    char argument[24] = "operand ";
    *t = CX_DTYPE_NONE;
    for (int i = 0; i < operands.count; i++) {
        const cx_array *const a = operands.at[i];
        argument[8] = (char)(i < 10 ? '0' + i : '0' + i / 10);
        argument[9] = (char)(i < 10 ? '\0' : '0' + i % 10);
        argument[10] = '\0';
        CX__TRY(cx__need_array(where, argument, a));
        const cx_dtype own = cx_dtype_of(a);
        if (own == CX_CAT) return cx__fail(CX_E_DTYPE, where, "%s is of categories", argument);
        CX__TRY(cx__need_together(where, "operand 0", operands.at[0], argument, a));
        if (o->dtype != CX_DTYPE_NONE && !cx_can_cast(own, o->dtype, CX_CASTING_SAFE))
            return cx__fail(CX_E_DTYPE, where, "%s is %s, which %s does not hold safely", argument,
                            cx_dtype_name(own), cx_dtype_name(o->dtype));
        *t = i == 0 ? own : cx_promote_types(*t, own);
    }
    if (o->dtype != CX_DTYPE_NONE) *t = o->dtype;
    return CX_OK;
}

/* The result in the order of the output's letters; of a pair in C order. */
static void finish(const work *w, const node *x, cx_array **out)
{
    group g = {.n = w->e->out.ndim};
    memcpy(g.label, w->e->out.label, (size_t)g.n);
    cx_array *const r = arranged(x, &g);
    *out = w->plan.count > 0 ? cx_ascontiguous(r) : r;
}

static cx_status run(work *w, cx_arrays operands, cx_array **out)
{
    const int n = w->e->operands;
    cx_status st = CX_OK;
    for (int i = 0; i < n && st == CX_OK; i++) {
        cx__labels others = w->e->result;
        for (int k = 0; k < n; k++)
            if (k != i) others |= w->e->has[k];
        st = prepare(w, i, operands.at[i], others);
    }
    for (int i = 0; i < w->plan.count && st == CX_OK; i++) st = run_step(w, i);
    if (st == CX_OK) finish(w, &w->node[n + w->plan.count - 1], out);
    for (int i = 0; i < 2 * CX__EINSUM_OPERANDS; i++) cx_assign(&w->node[i].x, NULL);
    return st;
}

static cx_status understand(const char *where, const char *subscripts, cx_arrays operands,
                            const cx_einsum_opts *given, cx__einsum *e, work *w)
{
    cx_einsum_opts o;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(check(where, operands, &o, &w->t));
    CX__TRY(cx__einsum_parse(where, subscripts, operands, e));
    w->e = e;
    return cx__einsum_plan_make(e, &o, &w->plan);
}

/* Parts are on the heap: a work is some thousand bytes. */
typedef struct task {
    cx__einsum e;
    work w;
} task;

static cx_status einsum(const char *where, const char *subscripts, cx_arrays operands,
                        const cx_einsum_opts *o, cx_array **out)
{
    task *const t = cx__calloc(1, sizeof *t);
    if (t == NULL) return cx__fail_nomem(where, "the plan", sizeof *t);
    cx_status st = understand(where, subscripts, operands, o, &t->e, &t->w);
    if (st == CX_OK) st = run(&t->w, operands, out);
    cx__free(t);
    return st;
}

cx_array *cx_einsum_with(const char *subscripts, cx_arrays operands, const cx_einsum_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = einsum("einsum_with", subscripts, operands, o, &r);
    return cx__give(s, st, r);
}

cx_array *cx_einsum(const char *subscripts, cx_arrays operands)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = einsum("einsum", subscripts, operands, NULL, &r);
    return cx__give(s, st, r);
}

static cx_status einsum_into(const char *subscripts, cx_arrays operands, cx_array *out)
{
    static const char where[] = "einsum_into";
    CX__TRY(cx__need_array(where, "out", out));
    cx_array *r = NULL;
    CX__TRY(einsum(where, subscripts, operands, NULL, &r));
    CX__TRY(cx__so_far());
    return cx__deliver(where, operands, r, out);
}

cx_status cx_einsum_into(const char *subscripts, cx_arrays operands, cx_array *out)
{
    const cx_scope s = cx_scope_open();
    return cx__give_status(s, einsum_into(subscripts, operands, out));
}

const char *cx_einsum_path(const char *subscripts, cx_arrays operands, const cx_einsum_opts *o)
{
    static const char where[] = "einsum_path";
    cx__text text = {0};
    task *const t = cx__calloc(1, sizeof *t);
    cx_status st = t == NULL ? cx__fail_nomem(where, "the plan", sizeof *t)
                             : understand(where, subscripts, operands, o, &t->e, &t->w);
    if (st == CX_OK) cx__einsum_describe(&t->e, &t->w.plan, &text);
    cx__free(t);
    return cx__scope_text(where, st, &text);
}
