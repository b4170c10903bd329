/* The contract's optional group `manifold`: inner loops of embeddings, whose points have one to
 * three coordinates. Serial steps round them (trees, descents) are the caller's and work on the
 * host's memory, so only the CPU has this group.
 *
 * Pointers are memory of the host, float32 unless their type says otherwise. No result depends on
 * the number of threads or on the SIMD level. */
#ifndef CALX_BACKEND_MANIFOLD_H
#define CALX_BACKEND_MANIFOLD_H
#include <calx/backend_learn.h>

enum { CX_EMBED_DIMS = 3 };

/** n points, an array for each of dims coordinates. */
typedef struct cx_embed_points {
    int64_t n;
    int dims;
    const float *at[CX_EMBED_DIMS];
} cx_embed_points;

/** Cells of a tree over points, a cell before those within it. Its points are begin to end - 1 of
 * points that stand in the tree's order; next is the first cell behind all that are within it, so
 * a leaf's next is the cell after it. */
typedef struct cx_embed_tree {
    int64_t cells;
    const float *centre[CX_EMBED_DIMS]; /* of mass */
    const float *mass, *width;          /* points; the longest side, squared */
    const int32_t *next, *begin, *end;
} cx_embed_tree;

/** Repulsion between all points (t-SNE; Barnes and Hut 1986): with q = (dof / (dof + |y_i -
 * y_j|^2))^((dof + 1) / 2), force_i = sum of q^2 (y_i - y_j) and sum_i = sum of q, where a cell
 * stands for its points if width < angle^2 times its squared distance. A point's own q = 1 is
 * in its sum. */
typedef struct cx_embed_repel {
    const cx_embed_points *points; /* in the tree's order */
    const cx_embed_tree *tree;
    int dof; /* 1 or 2 */
    float angle;
    float *force[CX_EMBED_DIMS], *sum; /* [n] each, in the same order */
} cx_embed_repel;

/** Attraction along the edges of a graph: force_i = sum of weight q (y_i - y_j) over the edges
 * start[i] to start[i + 1] - 1. */
typedef struct cx_embed_attract {
    const cx_embed_points *points;
    int dof;
    const int64_t *start; /* [n + 1] */
    const int32_t *index; /* [start[n]] */
    const float *weight;  /* [start[n]] */
    float *force[CX_EMBED_DIMS];
} cx_embed_attract;

/** Rows that go from where they are, one step after the other, towards points that stay or away
 * from them (UMAP; McInnes, Healy and Melville 2018). With y = row - point, s = |y|^2 and p = s^b a
 * step adds rate c y, where c = -2 a b p / (s (a p + 1)) towards and c = 2 repulsion b / ((0.001 +
 * s) (a p + 1)) away, and no coordinate of c y counts as more than most. From a point that it lies
 * on a row does not go. p is right to 2^-20. */
typedef struct cx_embed_walk {
    int dims;
    int64_t rows, stride; /* numbers from a row to the next, in at and to */
    const float *points;  /* [*, dims] */
    const float *at;      /* where rows begin */
    float *to;            /* where they end; may be at */
    const int64_t *first; /* [rows]: where a row's steps begin */
    const int32_t *count; /* [rows]: how many they are */
    const int32_t *step;  /* i: towards point i; -1 - i: away from it */
    float rate, most, a, b, repulsion;
} cx_embed_walk;

struct cx_manifold_ops {
    size_t struct_size;
    cx_status (*repel)(cx_queue *q, const cx_embed_repel *c);     /* required */
    cx_status (*attract)(cx_queue *q, const cx_embed_attract *c); /* required */
    cx_status (*walk)(cx_queue *q, const cx_embed_walk *c);       /* required */
};
#endif
