/* OPTICS: rows in an order in which clusters of every density are valleys of their reachabilities
 * (Ankerst, Breunig, Kriegel and Sander, SIGMOD 1999). */
#include "base/alloc.h"
#include "learn/base/estimator.h"
#include "learn/cluster/optics_graph.h"
#include "learn/cluster/optics_xi.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <math.h>
#include <string.h>

enum { LABELS, REACHABILITY, ORDERING, CORE, PREDECESSOR, HIERARCHY };
static const char *const attrs[] = {"labels_: int [m]",
                                    "reachability_: float [m]",
                                    "ordering_: int [m]",
                                    "core_distances_: float [m]",
                                    "predecessor_: int [m]",
                                    "cluster_hierarchy_?: int [h, 2]",
                                    NULL};

static const cx_param params[] = {
    {"min_samples", CX_PARAM_INT | CX_PARAM_FLOAT, "5", "int [2, inf), float [0, 1]",
     "rows within a core distance, or their share"},
    {"max_eps", CX_PARAM_FLOAT, "inf", "[0, inf]", "rows farther apart are not near"},
    CX__NEAR_METRIC,
    CX__NEAR_P,
    CX__NEAR_METRIC_PARAMS,
    {"cluster_method", CX_PARAM_STR, "'xi'", "{'xi', 'dbscan'}", "how clusters are read"},
    {"eps", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", "[0, inf]",
     "cluster_method='dbscan': where the plot is cut; None: max_eps"},
    {"xi", CX_PARAM_FLOAT, "0.05", "[0, 1]", "steepness of a valley's sides"},
    {"predecessor_correction", CX_PARAM_BOOL, "True", NULL, "correct where valleys end"},
    {"min_cluster_size", CX_PARAM_INT | CX_PARAM_FLOAT | CX_PARAM_NONE, "None",
     "int [2, inf), float (0, 1]", "rows of a valley, or their share; None: min_samples"},
    CX__NEAR_ALGORITHM,
    CX__NEAR_LEAF_SIZE,
    {"memory", CX_PARAM_NONE, "None", NULL, "not used"},
    CX__NEAR_JOBS,
    {.name = NULL},
};

typedef struct fitting {
    cx_estimator *self;
    cx__near_rows rows;
    int64_t n, samples;
    double *core, *reach, *plot;                /* [n], [n], [n + 1] */
    int64_t *order, *from, *label, *reached_by; /* [n] each */
} fitting;

static cx_status tick(void *ctx, int64_t done)
{
    const fitting *f = ctx;
    return cx_self_progress(f->self, done, f->n);
}

static cx_status order_rows(fitting *f)
{
    const cx__optics_graph graph = {
        .core = f->core, .reach = f->reach, .order = f->order, .from = f->from};
    return cx__optics_graph_of("OPTICS", &f->rows, f->samples, cx_param_f64(f->self, "max_eps"),
                               tick, f, &graph);
}

static cx_status read_valleys(fitting *f)
{
    cx__plot p = {.n = f->n,
                  .reach = f->plot,
                  .row = f->order,
                  .before = f->reached_by,
                  .xi = cx_param_f64(f->self, "xi"),
                  .min_samples = f->samples,
                  .min_size = f->samples,
                  .corrected = cx_param_bool(f->self, "predecessor_correction")};
    if (!cx_param_is_none(f->self, "min_cluster_size"))
        CX__TRY(cx__plot_count("fit", "min_cluster_size", cx_param_f64(f->self, "min_cluster_size"),
                               f->n, &p.min_size));
    for (int64_t i = 0; i < f->n; i++) {
        f->plot[i] = f->reach[f->order[i]];
        f->reached_by[i] = f->from[f->order[i]];
    }
    f->plot[f->n] = (double)INFINITY;
    int64_t *valley = NULL, count = 0;
    CX__TRY(cx__valleys(&p, &valley, &count, f->label));
    cx_array *const all = cx__valley_list(&f->rows.site, valley, count);
    cx__free(valley);
    CX__TRY(cx__so_far());
    return cx_self_set(f->self, HIERARCHY, all);
}

/* What DBSCAN would say at a distance, but for rows at borders. */
static cx_status cut_plot(fitting *f)
{
    const double most = cx_param_f64(f->self, "max_eps"),
                 eps = cx_param_is_none(f->self, "eps") ? most : cx_param_f64(f->self, "eps");
    if (eps > most)
        return cx__fail(CX_E_ARGUMENT, "fit", "OPTICS: eps=%g is more than max_eps=%g", eps, most);
    cx__plot_cut(f->n, f->reach, f->core, f->order, eps, f->label);
    return CX_OK;
}

static cx_status store_i64(const fitting *f, int slot, const int64_t *v)
{
    cx_array *const a = cx_copy_host(v, CX_SHAPE(f->n), CX_I64);
    CX__TRY(cx__so_far());
    return cx_self_set(f->self, slot, cx__send(&f->rows.site, a));
}
static cx_status store_f64(const fitting *f, int slot, const double *v)
{
    cx_array *const a = cx_copy_host(v, CX_SHAPE(f->n), CX_F64);
    CX__TRY(cx__so_far());
    return cx_self_set(f->self, slot, cx__send(&f->rows.site, a));
}

static cx_status cluster(fitting *f, const cx_data *data)
{
    CX__TRY(cx__plot_count("fit", "min_samples", cx_param_f64(f->self, "min_samples"), f->n,
                           &f->samples));
    CX__TRY(cx__near_rows_open("fit", f->self, data->x, &f->rows));
    const size_t n = (size_t)f->n;
    f->core = cx__alloc((3 * n + 1) * sizeof *f->core);
    f->order = cx__alloc(4 * n * sizeof *f->order);
    if (!f->core || !f->order) return cx__fail_nomem("fit", "reachabilities", 7 * n * 8);
    f->reach = f->core + n;
    f->plot = f->reach + n;
    f->from = f->order + n;
    f->label = f->from + n;
    f->reached_by = f->label + n;
    CX__TRY(order_rows(f));
    const bool xi = strcmp(cx_param_str(f->self, "cluster_method"), "xi") == 0;
    CX__TRY(xi ? read_valleys(f) : cut_plot(f));
    CX__TRY(store_i64(f, LABELS, f->label));
    CX__TRY(store_i64(f, ORDERING, f->order));
    CX__TRY(store_i64(f, PREDECESSOR, f->from));
    CX__TRY(store_f64(f, REACHABILITY, f->reach));
    return store_f64(f, CORE, f->core);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    fitting f = {.self = self, .n = cx_dim(data->x, 0)};
    const cx_status st = cluster(&f, data);
    cx__near_rows_close(&f.rows);
    cx__free(f.core);
    cx__free(f.order);
    return st;
}

static cx_array *fit_predict(cx_estimator *self, const cx_data *data)
{
    if (cx_check(fit(self, data)) != CX_OK) return NULL;
    return cx_copy(cx_self(self, LABELS));
}

const cx_estimator_class cx__class_optics = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "OPTICS",
    .doc = "Rows in an order that shows clusters of every density as valleys.",
    .kind = CX_CLUSTERER,
    .flags = CX_CLASS_NO_WEIGHT,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .fit_predict = fit_predict,
};
