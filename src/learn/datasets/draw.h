/* What the makers of data sets share: draws as plain numbers, sizes, shuffled rows. */
#ifndef CX_LEARN_DRAW_H
#define CX_LEARN_DRAW_H
#include "base/object.h"
#include "ops/primitives.h"
#include <calx/datasets.h>
#include <calx/random.h>

/** n numbers of the open scope: uniform in [0, 1), standard normal. */
cx_status cx__draw_uniform(cx_generator *g, int64_t n, const double **out);
cx_status cx__draw_normal(cx_generator *g, int64_t n, const double **out);
/** A generator of the open scope and numbers to fill, [rows, cols] ([rows] for cols 0). */
cx_status cx__draw_start(cx_maybe_i64 seed, cx_generator **g);
cx_status cx__draw_room(int64_t rows, int64_t cols, cx_array **a, double **at);
cx_status cx__draw_labels(int64_t n, cx_array **a, int64_t **at);
/** given, or otherwise for 0; ARGUMENT below 1. */
cx_status cx__draw_size(const char *where, const char *name, int64_t given, int64_t otherwise,
                        int64_t *out);
/** Rows of x and y (and columns of x and rows of more, if columns) in a drawn order. */
cx_status cx__draw_shuffled(cx_generator *g, cx_dataset *d, bool columns);
/** Normal noise added to n numbers. */
cx_status cx__draw_noise(cx_generator *g, double scale, double *at, int64_t n);
/** The end of a maker. */
cx_dataset cx__draw_give(cx_scope s, cx_status st, const char *where, cx_dataset d);
/** make_low_rank_matrix with a generator. */
cx_status cx__draw_low_rank(cx_generator *g, int64_t n, int64_t d, double rank, double tail,
                            cx_array **out);
#endif
