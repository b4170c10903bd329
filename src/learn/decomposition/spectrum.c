/* Singular values of data: see the header.
 *
 * One idea: singular values and right vectors of tall data are those of its triangle, d x d, which
 * one or two passes of products give. That holds for what random projections find, too: the random
 * vectors stand on the side of the columns. */
#include "learn/decomposition/spectrum.h"

#include "base/object.h"
#include "learn/linear_model/linear.h"
#include "learn/numeric/columns.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/linalg_random.h>

cx_status cx__spectral_rows(const cx__site *s, const cx_array *x, cx_array *mean, cx_array **rows)
{
    const int64_t n = cx_dim(x, 0), d = cx_dim(x, 1);
    CX__TRY(cx__so_far());
    if (n < 4 * d) {
        *rows = cx__centred(s, x, mean, NULL);
        return cx__so_far();
    }
    const cx__regression r = {.site = *s, .n = n, .d = d, .raw = x, .x_mean = mean};
    return cx__regression_triangle(&r, rows);
}

cx_status cx__spectrum_exact(const cx_array *rows, cx__spectrum *out)
{
    const bool tall = cx_dim(rows, 0) > cx_dim(rows, 1);
    const cx_array *const square =
        tall ? cx_linalg_qr(rows, CX_OPTS(cx_qr_opts, .mode = CX_QR_R)).r : rows;
    const cx_svd f = cx_linalg_svd(square, CX_OPTS(cx_svd_opts, .thin = true));
    CX__TRY(cx__so_far());
    *out = (cx__spectrum){.r = cx_dim(f.s, 0), .vt = f.vh, .singular = f.s};
    return CX_OK;
}

static cx_status project(const cx_array *rows, const cx__projecting *how, int64_t iterations,
                         bool transpose, cx__spectrum *out)
{
    const cx_svd f = cx_linalg_randomized_svd(
        rows, how->k,
        CX_OPTS(cx_randomized_svd_opts, .n_oversamples = {true, how->n_oversamples},
                .n_iter = {true, iterations}, .transpose = {true, transpose},
                .power_iteration_normalizer = how->normalizer, .keep_signs = true,
                .generator = how->generator));
    CX__TRY(cx__so_far());
    *out = (cx__spectrum){.r = cx_dim(f.s, 0), .vt = f.vh, .singular = f.s, .u = f.u};
    return CX_OK;
}

static int64_t iterations_of(const cx__projecting *how, int64_t n, int64_t d)
{
    const int64_t least = n < d ? n : d;
    return how->n_iter >= 0 ? how->n_iter : (double)how->k < 0.1 * (double)least ? 7 : 4;
}

cx_status cx__spectrum_of_rows(const cx_array *rows, const cx__projecting *how, cx__spectrum *out)
{
    const int64_t n = cx_dim(rows, 0), d = cx_dim(rows, 1);
    CX__TRY(cx__so_far());
    return project(rows, how, iterations_of(how, n, d), n < d, out);
}

cx_status cx__spectrum_random(const cx__site *s, const cx_array *x, cx_array *mean,
                              const cx__projecting *how, cx__spectrum *out)
{
    const int64_t n = cx_dim(x, 0), d = cx_dim(x, 1), iterations = iterations_of(how, n, d);
    /* multiplications of the triangle's products, and of those that the projections cost */
    const bool cheaper = d <= 4 * (iterations + 1) * (how->k + how->n_oversamples);
    cx_array *rows = NULL;
    if (n >= 4 * d && cheaper) {
        CX__TRY(cx__spectral_rows(s, x, mean, &rows));
    } else {
        rows = cx__centred(s, x, mean, NULL);
    }
    CX__TRY(cx__so_far());
    CX__TRY(project(rows, how, iterations, n < d, out));
    out->u = NULL;
    return CX_OK;
}
