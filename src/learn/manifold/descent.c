/* Gradient descent of t-SNE: batches, momentum, gains that grow while a coordinate keeps its
 * direction. Every 50 iterations it asks whether to go on. */
#include "learn/manifold/descent.h"

#include <float.h>
#include <math.h>

enum { CHECK_EVERY = 50 };

static void step(const cx__downhill *how, int64_t count, double *at, double *gradient,
                 double *update, double *gain)
{
    for (int64_t i = 0; i < count; i++) {
        double g = how->single_gradient ? (double)(float)gradient[i] : gradient[i];
        gain[i] = update[i] * g < 0 ? gain[i] + 0.2 : gain[i] * 0.8;
        if (gain[i] < 0.01) gain[i] = 0.01;
        if (how->single) gain[i] = (double)(float)gain[i];
        g *= gain[i];
        if (how->single_gradient) g = (double)(float)g;
        gradient[i] = g;
        update[i] = how->momentum * update[i] - how->learning_rate * g;
        at[i] += update[i];
        if (how->single) at[i] = (double)(float)at[i];
    }
}

static double length(int64_t count, const double *v)
{
    double sum = 0;
    for (int64_t i = 0; i < count; i++) sum += v[i] * v[i];
    return sqrt(sum);
}

cx_status cx__downhill_run(const cx__downhill *how, const cx__kl *kl, double *at, double *error,
                           int64_t *last)
{
    const int64_t count = kl->n * kl->dims;
    double *const gradient = cx__scope_room((size_t)count * sizeof *gradient);
    double *const update = cx__scope_room((size_t)count * sizeof *update);
    double *const gain = cx__scope_room((size_t)count * sizeof *gain);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < count; i++) gain[i] = 1;
    double best = DBL_MAX;
    int64_t best_at = how->first;
    *last = how->first;
    for (int64_t i = how->first; i < how->max_iter; i++) {
        const bool check = (i + 1) % CHECK_EVERY == 0;
        *last = i;
        CX__TRY(kl->gradient(kl, at, how->exaggeration, gradient,
                             check || i == how->max_iter - 1 ? error : NULL));
        step(how, count, at, gradient, update, gain);
        if (!check) continue;
        CX__TRY(cx_self_progress(how->self, i + 1, how->total));
        if (*error < best) {
            best = *error;
            best_at = i;
        } else if (i - best_at > how->patience) {
            break;
        }
        if (length(count, gradient) <= how->min_grad_norm) break;
    }
    return CX_OK;
}
