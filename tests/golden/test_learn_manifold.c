/* device: each. Embeddings against scikit-learn where they are determined: the first steps of
 * t-SNE, trustworthiness; and how good they are where they are not. */
#include "device.h"
#include "learn_golden.h"

#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
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

/* The numbers of a key as [rows, cols], on the test's device. */
static cx_array *matrix(int64_t cols, const char *name)
{
    size_t count;
    const double *const v = golden(&count, "%s", name);
    return test_copy_host(v, CX_SHAPE((int64_t)count / cols, cols), CX_F64);
}

static double from(const cx_array *a, const char *name, const char *what)
{
    size_t count;
    const double *const want = golden(&count, "%s/%s", name, what);
    return difference(test_host(cx_copy(a)), want, count);
}

static cx_estimator *fitted(const char *spec, const cx_array *x)
{
    cx_estimator *const m = cx_estimator_new(spec);
    cx_check(cx_fit(m, x, NULL));
    cr_assert(cx_ok(), "%.80s: %s", spec, cx_error_message());
    return m;
}

/* ---- t-SNE */
typedef struct way {
    const char *name, *arguments;
    double near, embedding; /* of the divergence, of the positions */
} way;

/* The first positions are thousandths. */
static const char *first_positions(int dims)
{
    static char text[4096];
    char name[32];
    size_t count, used = 0;
    snprintf(name, sizeof name, "tsne/first%d", dims);
    const double *const v = golden(&count, "%s", name);
    for (size_t i = 0; i < count; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%ldE-3", i ? "," : "",
                                 lround(v[i] * 1000));
    return text;
}

Test(tsne, first_steps)
{
    const way ways[] = {
        {"exact", "method='exact'", 1e-10, 1e-9},
        {"manhattan", "method='exact', metric='manhattan', perplexity=10", 1e-10, 1e-9},
        {"tree", "angle=0.0, perplexity=10, early_exaggeration=1.0", 1e-5, 1e-4},
        {"cosine", "angle=0.0, perplexity=10, early_exaggeration=1.0, metric='cosine'", 1e-5,
         1e-4}};
    for (int dims = 1; dims <= 3; dims++)
        for (int w = 0; w < 4; w++) {
            const cx_scope s = begin();
            char spec[5000], name[32];
            snprintf(spec, sizeof spec,
                     "TSNE(%d, learning_rate=0.5, min_grad_norm=1000.0, %s, init=[%s])", dims,
                     ways[w].arguments, first_positions(dims));
            snprintf(name, sizeof name, "tsne/%s%d", ways[w].name, dims);
            const cx_estimator *const m = fitted(spec, matrix(5, "tsne/x"));
            const double off = from(cx_attr(m, "embedding_"), name, "embedding"),
                         kl = from(cx_attr(m, "kl_divergence_"), name, "divergence");
            cr_expect(off <= ways[w].embedding, "%s: embedding %g", name, off);
            cr_expect(kl <= ways[w].near, "%s: divergence %g", name, kl);
            cr_expect(from(cx_attr(m, "n_iter_"), name, "rounds") == 0);
            end(s);
        }
}

Test(tsne, first_positions)
{
    const way ways[] = {{"random", "init='random', random_state=7", 0, 1e-5}, {"pca", "", 0, 1e-5}};
    for (int w = 0; w < 2; w++) {
        const cx_scope s = begin();
        char spec[200], name[32];
        snprintf(spec, sizeof spec,
                 "TSNE(method='exact', learning_rate=0.01, min_grad_norm=1000.0, %s)",
                 ways[w].arguments);
        snprintf(name, sizeof name, "tsne/%s", ways[w].name);
        const cx_estimator *const m = fitted(spec, matrix(5, "tsne/x"));
        const double off = from(cx_attr(m, "embedding_"), name, "embedding");
        cr_expect(off <= ways[w].embedding, "%s: %g", name, off);
        end(s);
    }
}

static const cx_array *digits(int64_t rows)
{
    return test_here(cx_copy(cx_slice(read_data("digits").x, 0, 0, rows, 1)));
}

/* As good as scikit-learn's, within a part in a hundred; the same on one thread and on two. */
Test(tsne, digits)
{
    const cx_scope s = begin();
    size_t count;
    const double *const want = golden(&count, "tsne/digits");
    const cx_array *const x = digits(400);
    const cx_estimator *const m = fitted("TSNE(random_state=0)", x);
    const double kl = cx_item_f64(test_host(cx_attr(m, "kl_divergence_"))),
                 trust = cx_trustworthiness(x, cx_attr(m, "embedding_"), NULL);
    cr_expect(kl < 1.05 * want[0], "%g, scikit-learn's is %g", kl, want[0]);
    cr_expect(trust > want[1] - 0.01, "%g, scikit-learn's is %g", trust, want[1]);
    const cx_scope alone = cx_scope_open_with(CX_OPTS(cx_scope_opts, .num_threads = 1));
    const cx_estimator *const again = fitted("TSNE(random_state=0)", x);
    cr_expect(cx_array_equal(cx_attr(m, "embedding_"), cx_attr(again, "embedding_")));
    end(alone);
    end(s);
}

Test(tsne, by_a_grid)
{
    const cx_scope s = begin();
    size_t count;
    const double *const want = golden(&count, "tsne/digits");
    const cx_array *const x = digits(400);
    cx_array *const y =
        cx_fit_transform(cx_estimator_new("TSNE(method='fft', max_iter=400)"), x, NULL);
    const double trust = cx_trustworthiness(x, y, NULL);
    cr_expect(trust > want[1] - 0.01, "%g, scikit-learn's is %g", trust, want[1]);
    end(s);
}

static void refused(const char *spec, cx_status wanted, const cx_array *x, const char *words)
{
    const cx_scope s = cx_scope_open();
    const cx_status st = cx_fit(cx_estimator_new(spec), x, NULL);
    cr_expect(st == wanted, "%s: %s", spec, cx_status_name(st));
    cr_expect(strstr(cx_error_message(), words), "%s: %s", spec, cx_error_message());
    (void)!cx_scope_close(s);
}

Test(tsne, refusals)
{
    const cx_scope s = begin();
    const cx_array *const x = matrix(5, "tsne/x");
    refused("TSNE(perplexity=60)", CX_E_ARGUMENT, x, "perplexity=60");
    refused("TSNE(4)", CX_E_ARGUMENT, x, "n_components=4");
    refused("TSNE(3, method='fft')", CX_E_ARGUMENT, x, "n_components=3");
    refused("TSNE(1, method='fft')", CX_E_UNSUPPORTED, x, "n_components=2");
    refused("TSNE(metric='precomputed')", CX_E_ARGUMENT, x, "init='pca'");
    refused("TSNE(metric='precomputed', init='random')", CX_E_SHAPE, x, "square");
    refused("TSNE(init=[1, 2, 3])", CX_E_SHAPE, x, "init holds 3");
    refused("TSNE(metric_params={'q': 3})", CX_E_UNSUPPORTED, x, "metric_params");
    end(s);
}

/* ---- UMAP */
/* As good as umap-learn's within a part in a hundred; the same on one thread and on two; new rows
 * lie where rows like them do. */
Test(umap, digits)
{
    const cx_scope s = begin();
    size_t count;
    const double *const want = golden(&count, "umap/digits"), *const ab =
                                                                  golden(&count, "umap/curve");
    const char *const spec = "UMAP(random_state=0, n_epochs=200)";
    const cx_array *const x = digits(test_on_cpu() ? 1797 : 400);
    const cx_estimator *const m = fitted(spec, x);
    const double trust = cx_trustworthiness(x, cx_attr(m, "embedding_"), NULL);
    cr_expect(trust > want[0] - 0.01, "%g, umap-learn's is %g", trust, want[0]);
    cr_expect(difference(test_host(cx_attr(m, "_ab")), ab, 2) < 1e-5);
    const cx_array *const few = digits(300);
    const cx_estimator *const one = fitted(spec, few);
    const cx_scope alone = cx_scope_open_with(CX_OPTS(cx_scope_opts, .num_threads = 1));
    const cx_estimator *const again = fitted(spec, few);
    cr_expect(cx_array_equal(cx_attr(one, "embedding_"), cx_attr(again, "embedding_")));
    end(alone);
    const cx_array *const all = digits(400), *const fresh = cx_slice(all, 0, 300, 400, 1);
    const double with = cx_trustworthiness(
        all, cx_concatenate(CX_ARRAYS(cx_attr(one, "embedding_"), cx_transform(one, fresh)), 0),
        NULL);
    cr_expect(with > 0.96, "with new rows: %g", with);
    end(s);
}

Test(umap, ways)
{
    const cx_scope s = begin();
    const cx_array *const x = digits(200);
    const char *const all[] = {
        "UMAP(init='pca', random_state=1, n_epochs=100)",
        "UMAP(init='random', random_state=1, n_epochs=200)",
        "UMAP(n_components=3, metric='manhattan', random_state=1, n_epochs=100)",
        "UMAP(n_neighbors=5, set_op_mix_ratio=0.5, local_connectivity=1.5, "
        "min_dist=0.5, random_state=1, n_epochs=100)",
        "UMAP(a=1.5, b=0.9, negative_sample_rate=2, random_state=1, n_epochs=100)"};
    for (int i = 0; i < 5; i++) {
        const double trust = cx_trustworthiness(x, cx_attr(fitted(all[i], x), "embedding_"), NULL);
        cr_expect(trust > 0.95, "%s: %g", all[i], trust);
    }
    refused("UMAP(min_dist=2.0)", CX_E_ARGUMENT, x, "min_dist=2");
    refused("UMAP(a=1.0)", CX_E_ARGUMENT, x, "both a and b");
    refused("UMAP(metric='precomputed')", CX_E_SHAPE, x, "square");
    end(s);
}

/* ---- trustworthiness */
Test(trustworthiness, of_projections)
{
    const cx_scope s = begin();
    size_t count;
    const cx_array *const x = matrix(5, "tsne/x"), *const left = cx_slice(x, 1, 0, 2, 1);
    const double five = cx_trustworthiness(x, left, NULL),
                 one = cx_trustworthiness(x, left,
                                          CX_OPTS(cx_trustworthiness_opts, .n_neighbors = 1)),
                 manhattan = cx_trustworthiness(
                     x, cx_slice(x, 1, 1, 4, 1),
                     CX_OPTS(cx_trustworthiness_opts, .n_neighbors = 12, .metric = "manhattan"));
    const cx_array *const column = cx_slice(x, 1, 0, 1, 1), *const d = cx_abs(cx_sub(
                                                                column, cx_transpose(column)));
    const double given = cx_trustworthiness(
        d, cx_slice(x, 1, 1, 5, 1), CX_OPTS(cx_trustworthiness_opts, .metric = "precomputed"));
    cr_expect(fabs(five - *golden(&count, "trust/five")) < 1e-14);
    cr_expect(fabs(one - *golden(&count, "trust/one")) < 1e-14);
    cr_expect(fabs(manhattan - *golden(&count, "trust/manhattan")) < 1e-14);
    cr_expect(fabs(given - *golden(&count, "trust/precomputed")) < 1e-14);
    cr_expect(fabs(cx_trustworthiness(x, x, NULL) - 1) < 1e-15);
    end(s);
    const cx_scope inner = begin();
    cr_expect(
        isnan(cx_trustworthiness(x, left, CX_OPTS(cx_trustworthiness_opts, .n_neighbors = 30))));
    (void)!cx_scope_close(inner);
}
