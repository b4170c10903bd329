/* How many principal components to keep when all variances are known. */
#ifndef CX_LEARN_PCA_RANK_H
#define CX_LEARN_PCA_RANK_H
#include "learn/numeric/site.h"
#include <calx/estimator_class.h>

/** *k by the parameter n_components: all, so many, a share of the total, or Minka's likeliest. */
cx_status cx__pca_rank(const cx_estimator *self, const cx__site *site, int64_t n,
                       const cx_array *variance, const cx_array *total, int64_t *k);
#endif
