/* Which pair of einsum's operands comes first. One idea: a pair's cost is a product of extents, so
 * the cheapest order of few operands is found over all subsets, and of many by taking the pair that
 * shrinks the data most. Knows sets of labels, no arrays. */
#include "routines/products/einsum.h"
#include "base/alloc.h"
#include "base/text.h"
#include <math.h>
#include <stdlib.h>

enum { AUTO_BEST = 8, MOST_BEST = 12 }; /* 3^n splits are looked at: 6,561 and 531,441 */

static double volume(const cx__einsum *e, cx__labels s)
{
    double v = 1;
    for (int i = 0; s != 0; i++, s >>= 1)
        if (s & 1) v *= (double)e->extent[i];
    return v;
}

/* Multiplications, and additions where something is summed. */
static double cost_of(const cx__einsum *e, cx__labels both, cx__labels out)
{
    return volume(e, both) * (both == out ? 1 : 2);
}

/* Nodes that are left, in the list's order. */
typedef struct pool {
    const cx__einsum *e;
    cx__labels out; /* of the result */
    int count;
    int node[CX__EINSUM_OPERANDS];
    cx__labels set[CX__EINSUM_OPERANDS];
    double limit;
    cx__einsum_plan *plan;
} pool;

/* Labels that a pair's result keeps: those of the result and of the nodes that stay. */
static cx__labels kept(const pool *p, int i, int j)
{
    cx__labels others = p->out;
    for (int k = 0; k < p->count; k++)
        if (k != i && k != j) others |= p->set[k];
    return (p->set[i] | p->set[j]) & others;
}

static void take_pair(pool *p, int i, int j)
{
    cx__einsum_plan *const plan = p->plan;
    const cx__labels both = p->set[i] | p->set[j], out = kept(p, i, j);
    plan->step[plan->count] =
        (cx__einsum_step){.a = p->node[i], .b = p->node[j], .both = both, .out = out};
    plan->cost += cost_of(p->e, both, out);
    plan->largest = fmax(plan->largest, volume(p->e, out));
    int n = 0;
    for (int k = 0; k < p->count; k++) {
        if (k == i || k == j) continue;
        p->node[n] = p->node[k];
        p->set[n++] = p->set[k];
    }
    p->node[n] = p->e->operands + plan->count++;
    p->set[n] = out;
    p->count = n + 1;
}

/* The pair whose result is smallest against its operands; those that share no letter come last,
 * those over the limit after them. */
static void take_greedy(pool *p)
{
    int best[2] = {0, 1}, best_class = 4;
    double best_growth = 0, best_cost = 0;
    for (int i = 0; i < p->count; i++) {
        for (int j = i + 1; j < p->count; j++) {
            const cx__labels both = p->set[i] | p->set[j], out = kept(p, i, j);
            const double size = volume(p->e, out), cost = cost_of(p->e, both, out),
                         growth = size - volume(p->e, p->set[i]) - volume(p->e, p->set[j]);
            const int class = (size > p->limit ? 2 : 0) + ((p->set[i] & p->set[j]) == 0 ? 1 : 0);
            if (class > best_class || (class == best_class && growth > best_growth) ||
                (class == best_class && growth == best_growth && cost >= best_cost))
                continue;
            best[0] = i;
            best[1] = j;
            best_class = class;
            best_growth = growth;
            best_cost = cost;
        }
    }
    take_pair(p, best[0], best[1]);
}

/* ---- all orders */
typedef struct table {
    double *cost;   /* least cost of a subset of the operands, infinite where none is allowed */
    int *left;      /* one half of its last pair */
    cx__labels *in; /* labels of the operands in it */
    const pool *p;
    int full;
} table;

static cx__labels result_of(const table *t, int subset)
{
    return t->in[subset] & (t->p->out | t->in[t->full ^ subset]);
}

static void fill_table(table *t, double limit)
{
    for (int s = 1; s <= t->full; s++) {
        const int low = s & -s;
        t->cost[s] = s == low ? 0 : INFINITY;
        t->left[s] = 0;
        if (s == low || (s != t->full && volume(t->p->e, result_of(t, s)) > limit)) continue;
        const cx__labels out = result_of(t, s);
        for (int half = (s - 1) & s; half > 0; half = (half - 1) & s) {
            const int rest = s ^ half;
            if (!(half & low) || isinf(t->cost[half]) || isinf(t->cost[rest])) continue;
            const cx__labels both = result_of(t, half) | result_of(t, rest);
            const double cost = t->cost[half] + t->cost[rest] + cost_of(t->p->e, both, out);
            if (cost >= t->cost[s]) continue;
            t->cost[s] = cost;
            t->left[s] = half;
        }
    }
}

static int place_of(const pool *p, int node)
{
    int i = 0;
    while (p->node[i] != node) i++;
    return i;
}

/* Steps of a subset in the order of the tree; its node. */
static int follow(const table *t, pool *p, int subset)
{
    if (t->left[subset] == 0) {
        int i = 0;
        while (!(subset >> i & 1)) i++;
        return i;
    }
    const int a = follow(t, p, t->left[subset]), b = follow(t, p, subset ^ t->left[subset]);
    const int i = place_of(p, a), j = place_of(p, b);
    take_pair(p, i < j ? i : j, i < j ? j : i);
    return p->node[p->count - 1];
}

static cx_status take_best(pool *p)
{
    const size_t n = (size_t)1 << p->count;
    table t = {.cost = cx__alloc(n * sizeof *t.cost),
               .left = cx__alloc(n * sizeof *t.left),
               .in = cx__alloc(n * sizeof *t.in),
               .p = p,
               .full = (int)n - 1};
    cx_status st = CX_OK;
    if (t.cost == NULL || t.left == NULL || t.in == NULL) {
        st = cx__fail_nomem(p->e->where, "the table of orders", n * 24);
        goto done;
    }
    t.in[0] = 0;
    for (int s = 1; s <= t.full; s++) {
        int i = 0;
        while (!(s >> i & 1)) i++;
        t.in[s] = t.in[s & (s - 1)] | p->set[i];
    }
    fill_table(&t, p->limit);
    if (isinf(t.cost[t.full])) fill_table(&t, INFINITY);
    (void)follow(&t, p, t.full);
done:
    cx__free(t.cost);
    cx__free(t.left);
    cx__free(t.in);
    return st;
}

cx_status cx__einsum_plan_make(const cx__einsum *e, const cx_einsum_opts *o, cx__einsum_plan *out)
{
    out->count = 0;
    out->cost = out->largest = 0;
    pool p = {.e = e, .out = e->result, .count = e->operands, .plan = out};
    p.limit = o->memory_limit > 0 ? (double)o->memory_limit : INFINITY;
    cx__labels all = 0;
    for (int i = 0; i < e->operands; i++) {
        p.node[i] = i;
        p.set[i] = e->has[i];
        all |= p.set[i];
    }
    out->naive =
        volume(e, all) * ((e->operands > 1 ? e->operands - 1 : 1) + (all == p.out ? 0 : 1));
    for (int i = 0; i < e->operands; i++) { /* what only one operand has is summed before */
        cx__labels others = p.out;
        for (int k = 0; k < e->operands; k++)
            if (k != i) others |= e->has[k];
        p.set[i] &= others;
    }
    const int most = o->order == CX_EINSUM_AUTO   ? AUTO_BEST
                     : o->order == CX_EINSUM_BEST ? MOST_BEST
                                                  : 2;
    if (e->operands > 2 && e->operands <= most) return take_best(&p);
    while (p.count > 1) {
        if (o->order == CX_EINSUM_LEFT && out->count > 0)
            take_pair(&p, 0, p.count - 1);
        else if (o->order == CX_EINSUM_LEFT)
            take_pair(&p, 0, 1);
        else
            take_greedy(&p);
    }
    return CX_OK;
}

/* ---- as text */
static void put_labels(cx__text *t, const cx__einsum *e, cx__labels s)
{
    for (int i = 0; s != 0; i++, s >>= 1)
        if (s & 1) cx__text_put(t, &e->name[i], 1);
}

static void put_term(cx__text *t, const cx__einsum *e, const cx__einsum_term *term)
{
    for (int d = 0; d < term->ndim; d++) cx__text_put(t, &e->name[term->label[d]], 1);
}

static void put_count(cx__text *t, const char *what, double v)
{
    char buf[64];
    cx__text_puts(t, what);
    cx__text_put(t, buf, (size_t)cx__f64_to_sci(v, 3, buf, sizeof buf));
    cx__text_puts(t, "\n");
}

static int letters_in(cx__labels s)
{
    int n = 0;
    for (; s != 0; s &= s - 1) n++;
    return n;
}

/* The list of nodes before each step: positions for the first line, terms for the table. */
typedef struct listing {
    int count;
    int node[CX__EINSUM_OPERANDS];
} listing;

static void list_pair(listing *l, const cx__einsum *e, int step, const cx__einsum_step *s,
                      int at[2])
{
    int n = 0;
    for (int k = 0; k < l->count; k++) {
        if (l->node[k] == s->a) at[0] = k;
        if (l->node[k] == s->b) at[1] = k;
        if (l->node[k] != s->a && l->node[k] != s->b) l->node[n++] = l->node[k];
    }
    l->node[n] = e->operands + step;
    l->count = n + 1;
}

static void list_start(listing *l, const cx__einsum *e)
{
    l->count = e->operands;
    for (int i = 0; i < e->operands; i++) l->node[i] = i;
}

static void put_node(cx__text *t, const cx__einsum *e, const cx__einsum_plan *plan, int node)
{
    if (node < e->operands)
        put_term(t, e, &e->term[node]);
    else
        put_labels(t, e, plan->step[node - e->operands].out);
}

static void put_path(cx__text *t, const cx__einsum *e, const cx__einsum_plan *plan)
{
    listing l;
    list_start(&l, e);
    cx__text_puts(t, plan->count == 0 ? "[(0,)" : "[");
    for (int i = 0; i < plan->count; i++) {
        int at[2] = {0, 0};
        list_pair(&l, e, i, &plan->step[i], at);
        cx__text_f(t, "%s(%d, %d)", i > 0 ? ", " : "", at[0], at[1]);
    }
    cx__text_puts(t, "]\n");
}

static void put_step(cx__text *t, const cx__einsum *e, const cx__einsum_plan *plan, int i,
                     listing *l)
{
    const cx__einsum_step *const s = &plan->step[i];
    int at[2];
    list_pair(l, e, i, s, at);
    cx__text_f(t, "%7d  ", letters_in(s->both));
    put_node(t, e, plan, s->a);
    cx__text_puts(t, ",");
    put_node(t, e, plan, s->b);
    cx__text_puts(t, "->");
    if (i + 1 == plan->count)
        put_term(t, e, &e->out);
    else
        put_labels(t, e, s->out);
    cx__text_puts(t, "  left:");
    for (int k = 0; k < l->count; k++) {
        cx__text_puts(t, k == 0 ? " " : ",");
        put_node(t, e, plan, l->node[k]);
    }
    cx__text_puts(t, "\n");
}

void cx__einsum_describe(const cx__einsum *e, const cx__einsum_plan *plan, cx__text *t)
{
    put_path(t, e, plan);
    cx__text_puts(t, "contraction: ");
    for (int i = 0; i < e->operands; i++) {
        if (i > 0) cx__text_puts(t, ",");
        put_term(t, e, &e->term[i]);
    }
    cx__text_puts(t, "->");
    put_term(t, e, &e->out);
    cx__labels all = 0;
    int worst = 0;
    for (int i = 0; i < e->operands; i++) all |= e->has[i];
    for (int i = 0; i < plan->count; i++) {
        const int n = letters_in(plan->step[i].both);
        worst = n > worst ? n : worst;
    }
    if (plan->count == 0) worst = letters_in(all);
    cx__text_f(t, "\nscaling: %d, in this order %d\n", letters_in(all), worst);
    put_count(t, "operations in one loop: ", plan->naive);
    put_count(t, "operations in this order: ", plan->count == 0 ? plan->naive : plan->cost);
    put_count(t, "elements of the largest intermediate: ", plan->largest);
    cx__text_puts(t, "scaling  pair\n");
    listing l;
    list_start(&l, e);
    for (int i = 0; i < plan->count; i++) put_step(t, e, plan, i, &l);
}
