/* Maps from a classifier's scores to probabilities: how their few numbers are found. */
#ifndef CX_LEARN_CALIBRATORS_H
#define CX_LEARN_CALIBRATORS_H
#include "learn/numeric/site.h"

/** Platt's sigmoid 1 / (1 + exp(a score + b)): score [n], positive [n] (0 or 1), weight [n] or
 *  NULL, all float64 at the site. */
cx_status cx__sigmoid_fit(const cx__site *s, const cx_array *score, const cx_array *positive,
                          const cx_array *weight, double *a, double *b);
/** What softmax multiplies logits by, between e^-10 and e^10: logits [n, k] and weight [n] (or
 *  NULL) float64, codes [n] int64, at the site. */
cx_status cx__temperature_fit(const cx__site *s, const cx_array *logits, const cx_array *codes,
                              const cx_array *weight, double *beta);
/** Added to probabilities before their logarithms. */
#define CX__LOGIT_EPS 1e-12
#endif
