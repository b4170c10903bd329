/* Scores of predicted numbers (sklearn.metrics). y_true and y_pred: [n] or [n, outputs], any real
 * dtype; the scores of the outputs are averaged as .multioutput or .output_weights say, and come
 * one by one from the functions called _each (multioutput='raw_values'). Failures as in
 * calx/metrics.h. */
#ifndef CALX_METRICS_REGRESSION_H
#define CALX_METRICS_REGRESSION_H
#include <calx/metrics.h>

CX_BEGIN
/** Mean of |y_true - y_pred|.
 *  Errors      SHAPE. Shared by all below. */
CX_API double cx_mean_absolute_error(const cx_array *y_true, const cx_array *y_pred,
                                     const cx_metric_opts *o);
/** Mean of squared differences. */
CX_API double cx_mean_squared_error(const cx_array *y_true, const cx_array *y_pred,
                                    const cx_metric_opts *o);
/** Its root, of each output. */
CX_API double cx_root_mean_squared_error(const cx_array *y_true, const cx_array *y_pred,
                                         const cx_metric_opts *o);
/** The same of log(1 + y), and its root.
 *  Errors      ARGUMENT a value of -1 or less. */
CX_API double cx_mean_squared_log_error(const cx_array *y_true, const cx_array *y_pred,
                                        const cx_metric_opts *o);
CX_API double cx_root_mean_squared_log_error(const cx_array *y_true, const cx_array *y_pred,
                                             const cx_metric_opts *o);
/** Mean of |y_true - y_pred| / |y_true|, the divisor at least the epsilon of float64. */
CX_API double cx_mean_absolute_percentage_error(const cx_array *y_true, const cx_array *y_pred,
                                                const cx_metric_opts *o);
/** Median of |y_true - y_pred|, weighted if there are weights. */
CX_API double cx_median_absolute_error(const cx_array *y_true, const cx_array *y_pred,
                                       const cx_metric_opts *o);
/** Mean of alpha d where d = y_true - y_pred is positive, (alpha - 1) d elsewhere. */
CX_API double cx_mean_pinball_loss(const cx_array *y_true, const cx_array *y_pred,
                                   const cx_metric_opts *o);
/** 1 - residual / total sum of squares; a constant target: 1 if met exactly, else 0. NaN with a
 *  warning for fewer than two rows. */
CX_API double cx_r2_score(const cx_array *y_true, const cx_array *y_pred, const cx_metric_opts *o);
/** 1 - variance of the residual / variance of the truth. */
CX_API double cx_explained_variance_score(const cx_array *y_true, const cx_array *y_pred,
                                          const cx_metric_opts *o);
/** 1 - absolute error / absolute error of the median. Fewer than two rows: NaN with a warning. */
CX_API double cx_d2_absolute_error_score(const cx_array *y_true, const cx_array *y_pred,
                                         const cx_metric_opts *o);
/** Largest |y_true - y_pred|; one output. */
CX_API double cx_max_error(const cx_array *y_true, const cx_array *y_pred, const cx_metric_opts *o);
/** Deviance of Tweedie's distribution of .power: 0 squares, 1 Poisson, 2 gamma, 3 inverse Gaussian;
 *  one output.
 *  Errors      ARGUMENT a power between 0 and 1, values outside the distribution's. */
CX_API double cx_mean_tweedie_deviance(const cx_array *y_true, const cx_array *y_pred,
                                       const cx_metric_opts *o);
CX_API double cx_mean_poisson_deviance(const cx_array *y_true, const cx_array *y_pred,
                                       const cx_metric_opts *o);
CX_API double cx_mean_gamma_deviance(const cx_array *y_true, const cx_array *y_pred,
                                     const cx_metric_opts *o);

/** The same for each output, float64 [outputs]. */
CX_API cx_array *cx_mean_absolute_error_each(const cx_array *y_true, const cx_array *y_pred,
                                             const cx_metric_opts *o);
CX_API cx_array *cx_mean_squared_error_each(const cx_array *y_true, const cx_array *y_pred,
                                            const cx_metric_opts *o);
CX_API cx_array *cx_root_mean_squared_error_each(const cx_array *y_true, const cx_array *y_pred,
                                                 const cx_metric_opts *o);
CX_API cx_array *cx_mean_squared_log_error_each(const cx_array *y_true, const cx_array *y_pred,
                                                const cx_metric_opts *o);
CX_API cx_array *cx_root_mean_squared_log_error_each(const cx_array *y_true, const cx_array *y_pred,
                                                     const cx_metric_opts *o);
CX_API cx_array *cx_mean_absolute_percentage_error_each(const cx_array *y_true,
                                                        const cx_array *y_pred,
                                                        const cx_metric_opts *o);
CX_API cx_array *cx_median_absolute_error_each(const cx_array *y_true, const cx_array *y_pred,
                                               const cx_metric_opts *o);
CX_API cx_array *cx_mean_pinball_loss_each(const cx_array *y_true, const cx_array *y_pred,
                                           const cx_metric_opts *o);
CX_API cx_array *cx_r2_score_each(const cx_array *y_true, const cx_array *y_pred,
                                  const cx_metric_opts *o);
CX_API cx_array *cx_explained_variance_score_each(const cx_array *y_true, const cx_array *y_pred,
                                                  const cx_metric_opts *o);
CX_API cx_array *cx_d2_absolute_error_score_each(const cx_array *y_true, const cx_array *y_pred,
                                                 const cx_metric_opts *o);
CX_END_DECLS
#endif
