/* device: each. Embeddings that graphs of neighbours and distances determine, against scikit-learn:
 * spectral, Isomap, locally linear, multidimensional scaling. */
#include "device.h"
#include "learn_golden.h"

#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static cx_scope begin(void)
{
    golden_from("learn_manifold.tsv");
    return cx_scope_open();
}
static void end(cx_scope s)
{
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
static cx_array *matrix(int64_t cols, const char *name)
{
    size_t count;
    const double *const v = golden(&count, "%s", name);
    return test_copy_host(v, CX_SHAPE((int64_t)count / cols, cols), CX_F64);
}
static const cx_array *first(const cx_array *a, int64_t n)
{
    return cx_ascontiguous(cx_slice(a, 0, 0, n, 1));
}
static cx_estimator *fitted(const char *spec, const cx_array *x)
{
    cx_estimator *const m = cx_estimator_new(spec);
    cx_check(cx_fit(m, x, NULL));
    cr_assert(cx_ok(), "%s: %s", spec, cx_error_message());
    return m;
}

static void same(const cx_array *a, double tolerance, const char *name, const char *what)
{
    size_t count;
    const double *const want = golden(&count, "%s%s", name, what);
    const double off = difference(test_host(cx_copy(a)), want, count);
    cr_expect(off <= tolerance, "%s%s: %g > %g", name, what, off, tolerance);
}
/* The same but for the signs of the columns. */
static void same_lines(const cx_array *a, double tolerance, const char *name, const char *what)
{
    size_t count;
    const double *const want = golden(&count, "%s%s", name, what);
    const int64_t n = cx_dim(a, 0), k = cx_dim(a, 1);
    cr_assert((int64_t)count == n * k, "%s%s", name, what);
    const double *const got = cx_data_f64(test_host(cx_copy(a)));
    double most = 0, off = 0;
    for (int64_t c = 0; c < k; c++) {
        double both = 0;
        for (int64_t i = 0; i < n; i++) both += got[i * k + c] * want[i * k + c];
        for (int64_t i = 0; i < n; i++) {
            most = fmax(most, fabs(want[i * k + c]));
            off = fmax(off, fabs(copysign(1, both) * got[i * k + c] - want[i * k + c]));
        }
    }
    cr_expect(off <= tolerance * most, "%s%s: %g > %g", name, what, off / most, tolerance);
}

static const cx_array *distances(const cx_array *x)
{
    return cx_pairwise_distances(x, NULL, "euclidean", NULL);
}

/* ---- spectral */
Test(spectral_embedding, of_graphs)
{
    const cx_scope s = begin();
    const cx_array *const x = matrix(5, "tsne/x"), *const sheet = matrix(4, "sheet");
    const cx_array *const d = distances(x), *const near = cx_exp(cx_negative(d));
    const struct {
        const char *name, *spec;
        const cx_array *x;
    } all[] = {{"default", "SpectralEmbedding()", x},
               {"more", "SpectralEmbedding(3, n_neighbors=10)", x},
               {"rbf", "SpectralEmbedding(affinity='rbf', gamma=0.3)", x},
               {"sheet", "SpectralEmbedding(n_neighbors=12, random_state=0)", sheet},
               {"precomputed", "SpectralEmbedding(affinity='precomputed')", near},
               {"distances",
                "SpectralEmbedding(affinity='precomputed_nearest_neighbors', n_neighbors=9)", d}};
    for (int i = 0; i < 6; i++)
        same(cx_attr(fitted(all[i].spec, all[i].x), "embedding_"), 1e-9, "spectral/", all[i].name);
    const cx_array *const whole = cx_spectral_embedding(
        near, CX_OPTS(cx_spectral_embedding_opts, .n_components = 3, .keep_first = true));
    same(whole, 1e-10, "spectral/", "function");
    same(cx_spectral_embedding(
             near, CX_OPTS(cx_spectral_embedding_opts, .n_components = 2, .plain_laplacian = true)),
         1e-10, "spectral/", "plain");
    end(s);
}

/* ---- Isomap */
Test(isomap, of_sheets)
{
    const cx_scope s = begin();
    const cx_array *const x = matrix(5, "tsne/x"), *const sheet = matrix(4, "sheet");
    const double far[] = {20, 0, 0, 1};
    const cx_array *const away = cx_add(first(sheet, 25), test_copy_host(far, CX_SHAPE(4), CX_F64));
    const cx_array *const parts = cx_concatenate(CX_ARRAYS(first(sheet, 40), away), 0);
    const cx_array *const fresh = cx_add(first(sheet, 12), cx_float(0.01));
    const struct {
        const char *name, *spec;
        const cx_array *x;
    } all[] = {{"default", "Isomap()", x},
               {"sheet", "Isomap(n_neighbors=8, n_components=3)", sheet},
               {"radius", "Isomap(n_neighbors=None, radius=0.9)", sheet},
               {"manhattan", "Isomap(metric='manhattan', eigen_solver='dense')", sheet},
               {"parts", "Isomap(n_neighbors=4)", parts},
               {"power", "Isomap(p=3, n_neighbors=9)", sheet}};
    for (int i = 0; i < 6; i++) {
        char name[32];
        snprintf(name, sizeof name, "isomap/%s", all[i].name);
        const cx_estimator *const m = fitted(all[i].spec, all[i].x);
        same(cx_attr(m, "embedding_"), 1e-9, name, "/embedding");
        same(first(cx_attr(m, "dist_matrix_"), 5), 1e-12, name, "/distances");
        same(cx_f64(cx_isomap_reconstruction_error(m)), 1e-8, name, "/error");
        if (i > 0) same(cx_transform(m, fresh), 1e-9, name, "/transform");
    }
    end(s);
}

/* ---- locally linear */
Test(locally_linear, of_a_sheet)
{
    const cx_scope s = begin();
    const cx_array *const sheet = matrix(4, "sheet"), *const fresh =
                                                          cx_add(first(sheet, 12), cx_float(0.01));
    const char *const methods[] = {"standard", "modified", "hessian", "ltsa"}, *const solvers[] = {
                                                                                   "auto", "dense"};
    for (int i = 0; i < 8; i++) {
        char name[64], spec[128];
        snprintf(name, sizeof name, "lle/%s_%s", methods[i / 2], solvers[i % 2]);
        snprintf(spec, sizeof spec,
                 "LocallyLinearEmbedding(n_neighbors=9, method='%s', eigen_solver='%s')",
                 methods[i / 2], solvers[i % 2]);
        const cx_estimator *const m = fitted(spec, sheet);
        same_lines(cx_attr(m, "embedding_"), 1e-5, name, "/embedding");
        same(cx_attr(m, "reconstruction_error_"), 1e-5, name, "/error");
        same_lines(cx_transform(m, fresh), 1e-5, name, "/transform");
    }
    end(s);
}

/* ---- multidimensional scaling */
Test(mds, of_a_sheet)
{
    const cx_scope s = begin();
    const cx_array *const few = first(matrix(4, "sheet"), 40);
    const char *const all[][2] = {
        {"default", ""},
        {"runs", "n_init=3, max_iter=40"},
        {"order", "metric_mds=False"},
        {"order_raw", "metric_mds=False, normalized_stress=False, n_init=2, max_iter=30"},
        {"classical", "init='classical_mds'"},
        {"manhattan", "metric='manhattan', n_components=3, normalized_stress=True"}};
    for (int i = 0; i < 6; i++) {
        char name[32], spec[160];
        snprintf(name, sizeof name, "mds/%s", all[i][0]);
        snprintf(spec, sizeof spec, "MDS(random_state=5, %s)", all[i][1]);
        if (i == 0) snprintf(spec, sizeof spec, "MDS(random_state=5)");
        const cx_estimator *const m = fitted(spec, few);
        same(cx_attr(m, "embedding_"), 1e-7, name, "/embedding");
        same(cx_attr(m, "stress_"), 1e-9, name, "/stress");
        same(cx_attr(m, "n_iter_"), 0, name, "/rounds");
    }
    const cx_estimator *const m = fitted("ClassicalMDS(3)", few);
    same(cx_attr(m, "embedding_"), 1e-10, "classical", "/embedding");
    same(cx_attr(m, "eigenvalues_"), 1e-10, "classical", "/values");
    const cx_smacof_result r =
        cx_smacof(cx_round(distances(few), 1),
                  CX_OPTS(cx_smacof_opts, .nonmetric = true, .init = cx_slice(few, 1, 0, 2, 1)));
    same(r.embedding, 1e-7, "smacof", "/embedding");
    same(cx_f64(r.stress), 1e-9, "smacof", "/stress");
    same(cx_i64(r.n_iter), 0, "smacof", "/rounds");
    end(s);
}

/* ---- refusals */
static void refused(const char *spec, cx_status wanted, const cx_array *x, const char *words)
{
    const cx_scope s = cx_scope_open();
    const cx_status st = cx_fit(cx_estimator_new(spec), x, NULL);
    cr_expect(st == wanted, "%s: %s", spec, cx_status_name(st));
    cr_expect(strstr(cx_error_message(), words), "%s: %s", spec, cx_error_message());
    (void)!cx_scope_close(s);
}

Test(manifold, refusals)
{
    const cx_scope s = begin();
    const cx_array *const x = matrix(5, "tsne/x"), *const square = cx_matmul(cx_transpose(x), x),
                          *const skew =
                              cx_add(cx_abs(square), cx_arange_i64(0, 5, 1, CX_I64, test_device()));
    refused("SpectralEmbedding(affinity='precomputed')", CX_E_SHAPE, x, "square");
    refused("SpectralEmbedding(n_neighbors=61)", CX_E_ARGUMENT, x, "n_neighbors=61");
    refused("SpectralEmbedding(60)", CX_E_ARGUMENT, x, "n_components=60");
    refused("Isomap(radius=1.0)", CX_E_ARGUMENT, x, "radius");
    refused("Isomap(n_neighbors=None)", CX_E_ARGUMENT, x, "radius");
    refused("Isomap(metric='precomputed')", CX_E_SHAPE, x, "square");
    refused("LocallyLinearEmbedding(n_components=6)", CX_E_ARGUMENT, x, "n_components=6");
    refused("LocallyLinearEmbedding(n_neighbors=60)", CX_E_ARGUMENT, x, "n_neighbors=60");
    refused("LocallyLinearEmbedding(method='hessian')", CX_E_ARGUMENT, x, "hessian");
    refused("MDS(metric='precomputed')", CX_E_SHAPE, x, "square");
    refused("MDS(metric='precomputed')", CX_E_ARGUMENT, skew, "symmetric");
    refused("ClassicalMDS(61)", CX_E_ARGUMENT, x, "n_components=61");
    end(s);
}
