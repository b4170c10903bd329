/* Spectral embedding of a graph: eigenvectors of its Laplacian. For SpectralEmbedding,
 * SpectralClustering and UMAP. */
#ifndef CX_LEARN_MANIFOLD_SPECTRAL_H
#define CX_LEARN_MANIFOLD_SPECTRAL_H
#include "learn/manifold/eigen.h"

typedef struct cx__spectral {
    int64_t n;
    const cx__sparse *sparse; /* symmetric affinities, or */
    const double *dense;      /* [n, n], symmetric (see cx__spectral_symmetric) */
    int64_t components;
    bool drop_first;      /* leave out the constant vector */
    bool plain;           /* the Laplacian itself (norm_laplacian=False) */
    double tol;           /* 0: to the last digits */
    cx_generator *random; /* n numbers are drawn, as scikit-learn draws the first vector */
} cx__spectral;

/** embedding [n, components], a row each: eigenvectors of the smallest eigenvalues over the roots
 * of the degrees, the largest entry of each positive; memory of the open scope. A graph of several
 *  parts is a warning. */
cx_status cx__spectral_embedding(const cx__spectral *how, double **embedding);
/** The mean of a matrix [n, n] of the host and its transpose, with a warning if they differ; memory
 *  of the open scope. */
cx_status cx__spectral_symmetric(const double *a, int64_t n, const double **out);
#endif
