/* The learn group of the CPU: its table. */
#include "learn/embed.h"
#include "learn/learn.h"
#include "neighbors/neighbors.h"

const cx_learn_ops host_learn_ops = {
    .struct_size = sizeof host_learn_ops,
    .moments = host_learn_moments,
    .extremes = host_learn_extremes,
    .columns = host_learn_columns,
    .gram = host_learn_gram,
    .groups = host_learn_groups,
    .scores = host_learn_scores,
    .solve = host_learn_solve,
    .precondition = host_learn_precondition,
    .triangle = host_learn_triangle,
    .row_norms = host_learn_row_norms,
    .nearest = host_learn_nearest,
    .spread = host_learn_spread,
    .centres = host_learn_centres,
    .trials = host_learn_trials,
    .neighbours = host_learn_neighbours,
    .vote = host_learn_vote,
    .logistic = host_learn_logistic,
    .combine = host_learn_combine,
    .direction = host_learn_direction,
    .svm = &host_svm_ops,
    .manifold = &host_manifold_ops,
    .near = &host_near_ops,
    .mixture = host_learn_mixture,
    .lloyd = host_learn_lloyd,
    .lloyd_room = host_learn_lloyd_room,
};
