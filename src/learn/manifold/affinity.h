/* Joint probabilities of pairs of rows, as t-SNE takes them from squared distances. */
#ifndef CX_LEARN_MANIFOLD_AFFINITY_H
#define CX_LEARN_MANIFOLD_AFFINITY_H
#include "learn/manifold/sparse.h"

/** Gaussian shares p [n, m] of a row's m squared distances, each row of the precision for which
 *  exp(entropy) is the perplexity; m = n: row i leaves out entry i. */
cx_status cx__perplexity_rows(const float *square, int64_t n, int64_t m, double perplexity,
                              double *p);
/** Symmetric, of sum 1, over neighbours and those whose neighbours they are. */
cx_status cx__joint_near(const cx__nearby *near, double perplexity, cx__sparse *out);
/** The same over all pairs, p [n, n] from squared distances [n, n]; not below 2^-52. */
cx_status cx__joint_all(const float *square, int64_t n, double perplexity, double *p);
#endif
