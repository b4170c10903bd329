/* Forces of t-SNE and steps of UMAP (embed_walk.h), for each ISA level. The one idea: sixteen
 * points that lie close together walk the tree as one. Each has its own answer to whether a cell is
 * far enough; a lane that took a cell sleeps until the walk has left it. So every lane adds what it
 * would have added alone, in the same order. */
#include "lanes.h"
#include "learn/embed.h"

HOST_VECTOR(float, vec);
HOST_VECTOR(int32_t, mask);
enum { LANES = HOST_EMBED_GROUP };

#define GET(p) (*(const vec *)(const void *)(p))
#define PUT(p, v) (*(vec *)(void *)(p) = (v))

typedef struct walkers {
    vec at[CX_EMBED_DIMS], force[CX_EMBED_DIMS], sum;
    mask resume; /* the cell from which on a lane is awake */
} walkers;
typedef struct apart {
    vec off[CX_EMBED_DIMS], square;
} apart;

/* q of distances that are dof / (dof + squared distance) before the power. */
INLINE void similarity(int dof, const vec *square, vec *q)
{
    *q = (float)dof / ((float)dof + *square);
    if (dof != 2) return;
    vec root = *q;
    sroot(&root);
    *q *= root;
}

/* A body of that weight, for the lanes of `who`. */
INLINE void push(int d, int dof, walkers *w, const apart *a, float mass, const mask *who)
{
    const vec all = {0};
    vec q;
    similarity(dof, &a->square, &q);
    const vec mq = (vec)((mask)(all + mass) & *who) * q;
    w->sum += mq;
    for (int k = 0; k < d; k++) w->force[k] += mq * q * a->off[k];
}

INLINE void from(int d, const walkers *w, const float *const *centre, int64_t i, apart *a)
{
    a->square = (vec){0};
    for (int k = 0; k < d; k++) {
        a->off[k] = w->at[k] - centre[k][i];
        a->square += a->off[k] * a->off[k];
    }
}

INLINE void walk(int d, int dof, const cx_embed_repel *c, walkers *w)
{
    const cx_embed_tree *const t = c->tree;
    const float angle = c->angle * c->angle;
    apart a;
    for (int32_t i = 0; i < t->cells;) {
        from(d, w, t->centre, i, &a);
        const vec zero = {0};
        const mask on = w->resume <= i, far = on & ((zero + t->width[i]) < angle * a.square),
                   near = on & ~far;
        const int32_t next = t->next[i];
        if (t->end[i] - t->begin[i] == 1) {
            push(d, dof, w, &a, 1, &on);
            i = next;
            continue;
        }
        if (lanes_any(&far)) {
            push(d, dof, w, &a, t->mass[i], &far);
            w->resume = (w->resume & ~far) | (((mask){0} + next) & far);
        }
        if (!lanes_any(&near)) {
            i = next;
            continue;
        }
        if (next == i + 1)
            for (int32_t j = t->begin[i]; j < t->end[i]; j++) {
                from(d, w, c->points->at, j, &a);
                push(d, dof, w, &a, 1, &near);
            }
        i++;
    }
}

INLINE void group(int d, int dof, const cx_embed_repel *c, int64_t first, int64_t rows)
{
    float room[LANES] = {0};
    walkers w = {.sum = {0}};
    for (int l = (int)rows; l < LANES; l++) w.resume[l] = INT32_MAX;
    for (int k = 0; k < d; k++) {
        memcpy(room, c->points->at[k] + first, (size_t)rows * sizeof *room);
        w.at[k] = GET(room);
    }
    walk(d, dof, c, &w);
    for (int k = 0; k < d; k++) {
        PUT(room, w.force[k]);
        memcpy(c->force[k] + first, room, (size_t)rows * sizeof *room);
    }
    PUT(room, w.sum);
    memcpy(c->sum + first, room, (size_t)rows * sizeof *room);
}

static void repel(const cx_embed_repel *c, int64_t lo, int64_t hi)
{
    for (int64_t i = lo; i < hi; i += LANES) {
        const int64_t rows = hi - i < LANES ? hi - i : LANES;
        if (c->points->dims == 2)
            group(2, 1, c, i, rows);
        else if (c->points->dims == 3)
            group(3, 2, c, i, rows);
        else
            group(1, 1, c, i, rows);
    }
}

/* ---- edges */
INLINE float together(const vec *v)
{
    float s[LANES];
    PUT(s, *v);
    for (int half = LANES / 2; half > 0; half /= 2)
        for (int l = 0; l < half; l++) s[l] += s[l + half];
    return s[0];
}

INLINE void pull(int d, int dof, const cx_embed_attract *c, int64_t i)
{
    vec force[CX_EMBED_DIMS] = {{0}};
    for (int64_t e = c->start[i]; e < c->start[i + 1]; e += LANES) {
        const int64_t left = c->start[i + 1] - e;
        int32_t to[LANES] = {0};
        float weight[LANES] = {0}, other[CX_EMBED_DIMS][LANES];
        if (left >= LANES) {
            memcpy(to, c->index + e, sizeof to);
            memcpy(weight, c->weight + e, sizeof weight);
        } else {
            memcpy(to, c->index + e, (size_t)left * sizeof *to);
            memcpy(weight, c->weight + e, (size_t)left * sizeof *weight);
        }
        vec off[CX_EMBED_DIMS], square = {0};
        for (int k = 0; k < d; k++) {
            for (int l = 0; l < LANES; l++) other[k][l] = c->points->at[k][to[l]];
            off[k] = c->points->at[k][i] - GET(other[k]);
            square += off[k] * off[k];
        }
        vec w;
        similarity(dof, &square, &w);
        w *= GET(weight);
        for (int k = 0; k < d; k++) force[k] += w * off[k];
    }
    for (int k = 0; k < d; k++) c->force[k][i] = together(&force[k]);
}

static void attract(const cx_embed_attract *c, int64_t lo, int64_t hi)
{
    for (int64_t i = lo; i < hi; i++) {
        if (c->points->dims == 2)
            pull(2, 1, c, i);
        else if (c->points->dims == 3)
            pull(3, 2, c, i);
        else
            pull(1, 1, c, i);
    }
}

#include "embed_walk.h"

const host_embed_loops CX_ISA_NAME(host_embed_loops_table) = {
    .repel = repel, .attract = attract, .walk = steps};
