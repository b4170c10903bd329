/* Latent Dirichlet allocation on plain host memory: topics of documents, given topics of words. */
#ifndef CX_LEARN_LDA_H
#define CX_LEARN_LDA_H
#include "base/status.h"
#include <stdint.h>

/** What the documents are seen by. weight [d, k]: exp of the expected logarithms of the topics'
 *  shares, words in rows. */
typedef struct cx__lda {
    int64_t d, k;
    const double *weight;
    double prior, tol;
    int64_t max_iter;
} cx__lda;

/** exp(E[log theta]) of a Dirichlet distribution a [n]; the second form without exp. out may be a.
 */
void cx__dirichlet_weights(const double *a, int64_t n, double *out);
void cx__dirichlet_logs(const double *a, int64_t n, double *out);

/** One document of `count` words: their numbers (NULL: all d, in order) and how often each. doc [k]
 *  becomes its topics from where it is; weights [k] exp of their expected logarithms, given for
 *  doc; room [k]. */
void cx__lda_document(const cx__lda *m, int64_t count, const int64_t *word, const double *times,
                      double *doc, double *weights, double *room);

/** Documents x [n, d] on the pool: doc [n, k] as above, weights [n, k] of what it has become. */
cx_status cx__lda_documents(const cx__lda *m, const double *x, int64_t n, double *doc,
                            double *weights);

/** Sum over all words of x of times * log(sum over topics of exp(doc + topic)): doc [n, k] and
 * topic [d, k] expected logarithms. */
cx_status cx__lda_words(const double *x, int64_t n, int64_t d, int64_t k, const double *doc,
                        const double *topic, double *out);
/** The part of the bound that n Dirichlet distributions a [n, k] with expected logarithms [n, k]
 *  add, given the prior. */
double cx__lda_bound(double prior, const double *a, const double *logs, int64_t n, int64_t k);
#endif
