/* Calx: arrays, linear algebra and estimators for C programs, on the CPU or on an NVIDIA GPU,
 * chosen when the program runs.
 *
 * THE FIVE RULES
 *  1 Ownership. Every handle that a call returns belongs to the innermost open scope of the calling
 * thread and dies when that scope closes. cx_retain adds a reference that is yours, cx_release
 * gives one of yours back; neither ever touches a scope's. With no scope open an expression is nil
 * with CX_E_SCOPE. A call never returns its argument: it returns a new handle (a view costs no
 * data). 2 Errors. A function that returns a handle or a value (an expression) never returns NULL:
 * on failure it returns nil (NaN, 0, false for values) and marks the scope; the first mark wins. A
 * function that returns cx_status (a command: verbs and every _into form) marks nothing: the caller
 * has been told. cx_check turns the second kind into the first. 3 Threads. const means: any number
 * of threads may do this at once on the same object. Not const: one at a time, yours to arrange. 4
 * Devices. Work runs where its arrays live, on the stream of the open scope. Nothing moves between
 * devices but by cx_to and cx_copy_into. 5 Options. CX_OPTS(type, .field = v) or NULL. A field's
 * zero is its default; where zero is a legal choice that is not the default, the field is a
 * cx_maybe_* and is given as CX_SET(0).
 */
#ifndef CALX_H
#define CALX_H
#include <calx/apply.h>
#include <calx/array.h>
#include <calx/base.h>
#include <calx/choose.h>
#include <calx/chirp.h>
#include <calx/chunks.h>
#include <calx/cluster.h>
#include <calx/constants.h>
#include <calx/covariance.h>
#include <calx/calculus.h>
#include <calx/datasets.h>
#include <calx/decomposition.h>
#include <calx/device.h>
#include <calx/distributions.h>
#include <calx/dlpack.h>
#include <calx/dtype.h>
#include <calx/einsum.h>
#include <calx/eval.h>
#include <calx/ensemble.h>
#include <calx/estimator.h>
#include <calx/estimator_class.h>
#include <calx/feature_selection.h>
#include <calx/fft.h>
#include <calx/fft_hankel.h>
#include <calx/fft_plan.h>
#include <calx/fft_real.h>
#include <calx/grid.h>
#include <calx/half.h>
#include <calx/hooks.h>
#include <calx/index.h>
#include <calx/io.h>
#include <calx/iter.h>
#include <calx/kernel.h>
#include <calx/label_sets.h>
#include <calx/linalg.h>
#include <calx/linalg_factor.h>
#include <calx/linalg_equations.h>
#include <calx/linalg_functions.h>
#include <calx/linalg_matrices.h>
#include <calx/linalg_schur.h>
#include <calx/linalg_solve.h>
#include <calx/linalg_banded.h>
#include <calx/linalg_functions.h>
#include <calx/linalg_matrices.h>
#include <calx/linalg_random.h>
#include <calx/linalg_structured.h>
#include <calx/linalg_update.h>
#include <calx/linalg_factor.h>
#include <calx/linalg_functions.h>
#include <calx/linalg_matrices.h>
#include <calx/linalg_random.h>
#include <calx/linalg_solve.h>
#include <calx/ma.h>
#include <calx/gaussian_process.h>
#include <calx/manifold.h>
#include <calx/manipulate.h>
#include <calx/metrics.h>
#include <calx/metrics_cluster.h>
#include <calx/metrics_ranking.h>
#include <calx/metrics_regression.h>
#include <calx/pairwise.h>
#include <calx/mixture.h>
#include <calx/model_selection.h>
#include <calx/explain.h>
#include <calx/inspection.h>
#include <calx/learn_utils.h>
#include <calx/search.h>
#include <calx/neighbors.h>
#include <calx/neural_network.h>
#include <calx/ops.h>
#include <calx/polynomial.h>
#include <calx/print.h>
#include <calx/random.h>
#include <calx/random_projection.h>
#include <calx/reduce.h>
#include <calx/scope.h>
#include <calx/session.h>
#include <calx/scorer.h>
#include <calx/sets.h>
#include <calx/sort.h>
#include <calx/statistics.h>
#include <calx/status.h>
#include <calx/stream.h>
#include <calx/table.h>
#include <calx/tuple.h>
#include <calx/views.h>
#include <calx/window.h>
#include <calx/svm.h>
#include <calx/text.h>
#include <calx/tree.h>
#include <calx/trees_import.h>
#include <calx/ufunc.h>
#ifdef __cplusplus
#include <calx/cpp.h>
#endif
#endif
