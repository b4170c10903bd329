/* Gradient descent with momentum and a gain for each coordinate, as t-SNE goes down. */
#ifndef CX_LEARN_MANIFOLD_DESCENT_H
#define CX_LEARN_MANIFOLD_DESCENT_H
#include "learn/manifold/affinity.h"

/** Kullback-Leibler divergence of an embedding: gradient [n, dims] at at [n, dims], and unless
 * error is NULL the divergence itself, of probabilities times exaggeration. */
typedef struct cx__kl {
    int64_t n;
    int dims;
    double dof;
    cx_status (*gradient)(const struct cx__kl *kl, const double *at, double exaggeration,
                          double *gradient, double *error);
    const void *ctx;
} cx__kl;

typedef struct cx__downhill {
    const cx_estimator *self; /* for progress */
    bool single;              /* positions are float32 numbers */
    bool single_gradient;
    double exaggeration, momentum, learning_rate, min_grad_norm;
    int64_t first, max_iter, patience, total; /* total: of all stages, for progress */
} cx__downhill;

/** From at, which is moved; the last divergence and iteration. Looks at progress every 50. */
cx_status cx__downhill_run(const cx__downhill *how, const cx__kl *kl, double *at, double *error,
                           int64_t *last);

/** The three ways of the gradient: over all pairs, by cells of a tree, by a grid and its Fourier
 *  transform. p is read while they are used; memory of the open scope. */
cx_status cx__kl_all(int64_t n, int dims, const double *p, cx__kl *out);
cx_status cx__kl_tree(const cx__sparse *p, int dims, double angle, cx__kl *out);
cx_status cx__kl_grid(const cx__sparse *p, int dims, cx__kl *out);
#endif
