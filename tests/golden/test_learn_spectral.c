/* device: each. Spectral clusterers against scikit-learn: the same partitions. */
#include "device.h"
#include "learn_golden.h"

#include <calx.h>
#include <criterion/criterion.h>
#include <string.h>

typedef enum input { ROWS, MATRIX, ALIKE, PLAIN, PLAIN_ROWS } input;
typedef struct spectral_case {
    const char *name, *set;
    input how;
    const char *spec;
} spectral_case;

static const spectral_case cases[] = {
#define CASE(name, set, how, spec) {#name, #set, how, spec},
#include "learn_spectral_cases.def"
#undef CASE
};

static const cx_array *input_of(const spectral_case *c)
{
    const cx_array *const given = read_data(c->set).x;
    if (c->how == PLAIN_ROWS)
        return cx_compress(cx_greater(cx_sum(given, CX_AXIS(0)), cx_float(0)), given, 1);
    if (c->how == PLAIN || strcmp(c->set, "digits") == 0) return given;
    const cx_array *const x = standardised(given);
    if (c->how == ROWS) return x;
    const cx_array *const apart = cx_pairwise_distances(x, NULL, "chebyshev", NULL);
    return c->how == ALIKE ? cx_exp(cx_negative(apart)) : apart;
}

/* Labels in the order of the first rows that have them. */
static cx_array *ordered(const cx_array *label)
{
    const cx_array *const codes = test_host(cx_astype(label, CX_I64));
    const int64_t n = cx_size(codes), *const at = cx_data_i64(codes);
    cx_array *const out = cx_empty(CX_SHAPE(n), CX_I64, CX_CPU);
    int64_t *const to = cx_data_i64_mut(out), number[64], met = 0;
    for (int i = 0; i < 64; i++) number[i] = -1;
    for (int64_t i = 0; i < n; i++) {
        cr_assert(at[i] >= 0 && at[i] < 64);
        if (number[at[i]] < 0) number[at[i]] = met++;
        to[i] = number[at[i]];
    }
    return out;
}

/* Which of the biclusters have a row is what its label says; every cell is in one. */
static void same_members(const spectral_case *c, const cx_estimator *m)
{
    size_t count;
    const double *const shape = golden(&count, "%s/shape", c->name);
    const cx_array *const rows = cx_attr(m, "rows_"), *const columns = cx_attr(m, "columns_");
    cr_assert(cx_dim(rows, 0) == (int64_t)shape[0] && cx_dim(rows, 1) == (int64_t)shape[1] &&
                  cx_dim(columns, 0) == (int64_t)shape[2] &&
                  cx_dim(columns, 1) == (int64_t)shape[3],
              "%s", c->name);
    cr_expect(cx_dtype_of(rows) == CX_BOOL && cx_dtype_of(columns) == CX_BOOL);
    const cx_array *const cells =
        cx_matmul(cx_transpose(cx_astype(rows, CX_F64)), cx_astype(columns, CX_F64));
    const bool checkers = strstr(c->spec, "Biclustering") != NULL;
    const cx_array *const one =
        checkers ? cx_ones(CX_SHAPE(cx_dim(cells, 0), cx_dim(cells, 1)), CX_F64, test_device())
                 : cx_equal(cx_expand_dims(cx_attr(m, "row_labels_"), 1),
                            cx_expand_dims(cx_attr(m, "column_labels_"), 0));
    cr_expect(cx_item_bool(cx_all(cx_equal(cells, one), CX_ALL)), "%s: members", c->name);
}

static void check(const spectral_case *c)
{
    static const char *const attrs[] = {"labels_", "row_labels_", "column_labels_"};
    const cx_scope s = cx_scope_open();
    golden_from("learn_spectral.tsv");
    cx_estimator *const m = cx_estimator_new(c->spec);
    cx_check(cx_fit(m, test_here(input_of(c)), NULL));
    cr_assert(cx_ok(), "%s: %s", c->name, cx_error_message());
    for (int i = 0; i < 3; i++)
        if (cx_has_attr(m, attrs[i]))
            golden_same(c->name, attrs[i], ordered(cx_attr(m, attrs[i])), 0, 0);
    if (cx_has_attr(m, "rows_")) same_members(c, m);
    cr_expect(cx_scope_close(s) == CX_OK, "%s: %s", c->name, cx_error_message());
}

Test(learn_spectral, as_scikit_learn)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) check(&cases[i]);
}

Test(learn_spectral, labels_of_the_fit)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const x = test_here(standardised(read_data("iris").x));
    cx_estimator *const m = cx_estimator_new("SpectralClustering(3, random_state=0)");
    const cx_array *const label = cx_fit_predict(m, x, NULL);
    cr_expect(cx_item_bool(cx_all(cx_equal(label, cx_attr(m, "labels_")), CX_ALL)));
    cr_expect(cx_dim(cx_attr(m, "affinity_matrix_"), 0) == 150);
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

static void refused(const char *spec, cx_status wanted, const cx_array *x, const char *words)
{
    const cx_scope s = cx_scope_open();
    const cx_status st = cx_fit(cx_estimator_new(spec), x, NULL);
    cr_expect(st == wanted, "%s: %s", spec, cx_status_name(st));
    cr_expect(strstr(cx_error_message(), words), "%s: %s", spec, cx_error_message());
    (void)!cx_scope_close(s);
}

Test(learn_spectral, bad_input)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const plain = read_data("iris").x, *const x = test_here(standardised(plain));
    const cx_array *const few = cx_copy(cx_slice(x, 0, 0, 4, 1));
    const cx_array *const empty = test_here(cx_mul(plain, cx_arange(0, 4, 1, CX_F64, CX_CPU)));
    refused("SpectralClustering()", CX_E_ARGUMENT, few, "n_clusters=8");
    refused("SpectralClustering(2, affinity='nearest_neighbors')", CX_E_ARGUMENT, few,
            "n_neighbors=10");
    refused("SpectralClustering(2, affinity='precomputed')", CX_E_SHAPE, x, "square");
    refused("SpectralClustering(2, affinity='linear')", CX_E_ARGUMENT, x, "negative");
    refused("SpectralCoclustering(1)", CX_E_ARGUMENT, x, "singular vectors");
    refused("SpectralCoclustering(5)", CX_E_ARGUMENT, few, "n_clusters=5");
    refused("SpectralCoclustering(2)", CX_E_ARGUMENT, empty, "column of x sums to 0");
    refused("SpectralCoclustering(5, svd_method='arpack')", CX_E_ARGUMENT,
            cx_copy(cx_slice(x, 1, 0, 3, 1)), "arpack");
    refused("SpectralBiclustering((2, 3, 4))", CX_E_ARGUMENT, x, "(2, 3, 4)");
    refused("SpectralBiclustering((2, 1.5))", CX_E_ARGUMENT, x, "(2, 1.5)");
    refused("SpectralBiclustering(5)", CX_E_ARGUMENT, few, "n_clusters=5");
    refused("SpectralBiclustering(n_best=7)", CX_E_ARGUMENT, x, "n_best=7");
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
