/* Singular vectors of scaled matrices and their clusters: see the header. All of it stays where the
 * data is; the host reads a few numbers. */
#include "learn/cluster/bicluster.h"

#include "learn/base/estimator.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/linalg_random.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <string.h>

cx_array *cx__bicluster_lifted(const cx_array *x, double least)
{
    const double lowest = cx__number_f64(cx_min(x, CX_ALL));
    return lowest < least ? cx_add(x, cx_float(least - lowest)) : cx_copy(x);
}

cx_status cx__bicluster_scale(const cx_estimator *self, const cx_array *x, cx_array **out,
                              cx_array **row, cx_array **column)
{
    static cx__held scale = CX__HELD("x, r, c: r * x * c");
    static cx__held over_root = CX__HELD("s: 1 / sqrt(s)");
    const cx_array *const in_row = cx_sum(x, CX_AXIS(1)), *const in_column = cx_sum(x, CX_AXIS(0));
    const double least_row = cx__number_f64(cx_min(in_row, CX_ALL)),
                 least_column = cx__number_f64(cx_min(in_column, CX_ALL));
    CX__TRY(cx__so_far());
    if (!(least_row > 0) || !(least_column > 0))
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: a %s of x sums to 0, so it cannot be scaled",
                        self->cls->name, least_row > 0 ? "column" : "row");
    *row = cx__held_run("fit", &over_root, CX_ARRAYS(in_row));
    *column = cx__held_run("fit", &over_root, CX_ARRAYS(in_column));
    *out = cx__held_run("fit", &scale, CX_ARRAYS(x, cx_expand_dims(*row, 1), *column));
    return cx__so_far();
}

/* ---- singular vectors */
/* scipy.sparse.linalg.svds lists the largest ones in rising order, so what is left out is the
 * smallest of them: that is what scikit-learn's svd_method='arpack' means. */
static cx_status exact(const cx_estimator *self, const cx_array *a, int64_t count, cx_svd *out)
{
    const int64_t least = cx_dim(a, 0) < cx_dim(a, 1) ? cx_dim(a, 0) : cx_dim(a, 1);
    if (count >= least)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: svd_method='arpack' finds less than %lld singular vectors of x, %lld "
                        "are needed",
                        self->cls->name, (long long)least, (long long)count);
    const cx_svd f = cx_linalg_svd(a, CX_OPTS(cx_svd_opts, .thin = true));
    out->u = cx_flip(cx_slice(f.u, 1, 0, count, 1), 1);
    out->vh = cx_flip(cx_slice(f.vh, 0, 0, count, 1), 0);
    return cx__so_far();
}

cx_status cx__bicluster_vectors(const cx_estimator *self, const cx_array *a, int64_t count,
                                int64_t discard, cx_array **u, cx_array **v)
{
    cx_svd f = {.u = NULL};
    if (strcmp(cx_param_str(self, "svd_method"), "arpack") == 0) {
        CX__TRY(exact(self, a, count, &f));
    } else {
        cx_randomized_svd_opts o = {.struct_size = sizeof o};
        if (!cx_param_is_none(self, "n_svd_vecs"))
            o.n_oversamples = (cx_maybe_i64)CX_SET(cx_param_i64(self, "n_svd_vecs"));
        if (!cx_param_is_none(self, "random_state"))
            o.random_state = (cx_maybe_i64)CX_SET(cx_param_i64(self, "random_state"));
        f = cx_linalg_randomized_svd(a, count, &o);
    }
    CX__TRY(cx__so_far());
    if (cx_dim(f.u, 1) <= discard)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: %lld singular vectors are not enough, as the first is left out",
                        self->cls->name, (long long)cx_dim(f.u, 1));
    *u = cx_ascontiguous(cx_slice(f.u, 1, discard, CX_END, 1));
    *v = cx_ascontiguous(cx_transpose(cx_slice(f.vh, 0, discard, CX_END, 1)));
    return cx__so_far();
}

/* ---- clusters */
cx_status cx__bicluster_means(const cx_estimator *self, const cx_array *x, int64_t k,
                              cx_array **label, cx_array **centres)
{
    static const char *const same[] = {"init", "n_init", "random_state"};
    cx_estimator *const m =
        cx_estimator_new(cx_param_bool(self, "mini_batch") ? "MiniBatchKMeans()" : "KMeans()");
    CX__TRY(cx__so_far());
    CX__TRY(cx_set_param_i64(m, "n_clusters", k));
    for (int i = 0; i < 3; i++) {
        const char *const text = cx_param_text(self, same[i]);
        CX__TRY(cx__so_far());
        CX__TRY(cx_set_param(m, same[i], text));
    }
    const cx_data data = {.x = x};
    CX__TRY(cx__estimator_fit("fit", m, &data, false));
    *label = cx_attr(m, "labels_");
    if (centres) *centres = cx_attr(m, "cluster_centers_");
    return cx__so_far();
}

static cx_array *members(const cx__site *s, const cx_array *label, int64_t b, const int64_t *of)
{
    static cx__held equal = CX__HELD("label, of: of == label");
    const cx_array *const number = cx_expand_dims(cx__given_all(s, of, b, CX_I64), 1);
    return cx__held_run("fit", &equal, CX_ARRAYS(label, number));
}

cx_status cx__bicluster_store(cx_estimator *self, const cx__site *s, cx_array *row_label,
                              cx_array *column_label, int64_t b, const int64_t *of_row,
                              const int64_t *of_column)
{
    row_label = cx_ascontiguous(row_label);
    column_label = cx_ascontiguous(column_label);
    CX__TRY(cx_self_set(self, CX__BICLUSTER_ROWS, members(s, row_label, b, of_row)));
    CX__TRY(cx_self_set(self, CX__BICLUSTER_COLUMNS, members(s, column_label, b, of_column)));
    CX__TRY(cx_self_set(self, CX__BICLUSTER_ROW_LABELS, row_label));
    return cx_self_set(self, CX__BICLUSTER_COLUMN_LABELS, column_label);
}
