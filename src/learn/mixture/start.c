/* Where the first shares come from. Draws are the host's and in scikit-learn's order. */
#include "learn/mixture/mixture.h"

#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/cluster/lloyd.h"
#include "learn/numeric/columns.h"
#include "ops/primitives.h"
#include <calx/choose.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <string.h>

/* k-means as KMeans(n_init=1) has it. */
static cx_status by_kmeans(cx__mixture *m, cx_generator *g)
{
    const cx__site *const s = &m->site;
    const cx_array *const mean = cx__given_all(s, m->shift, m->d, CX_F64);
    const cx_array *const x = cx_sub(m->x, mean);
    const double n = (double)m->n;
    const cx_array *const spread = cx_sum(cx_square(x), CX_ALL);
    cx__points p;
    CX__TRY(cx__points_make(s, x, NULL, &p));
    cx__lloyd_run run = {.centres = NULL};
    CX__TRY(cx__seed_centres(&p, m->k, 0, g, &run.centres, NULL));
    const double tol = 1e-4 * cx__number_f64(spread) / (n * (double)m->d);
    CX__TRY(cx__lloyd(&p, 300, tol, NULL, NULL, &run));
    const cx_array *const each = cx_arange_i64(0, m->k, 1, CX_I32, s->device);
    const cx_array *const shares = cx_astype(cx_equal(cx_expand_dims(run.label, 1), each), CX_F64);
    return cx__mixture_of_shares(m, cx_ascontiguous(shares));
}

static cx_status at_random(cx__mixture *m, cx_generator *g)
{
    static cx__held shares = CX__HELD("r: r / sum(r, axis=1, keepdims=True)");
    const cx_array *const r = cx_rng_uniform(g, 0, 1, CX_SHAPE(m->n, m->k));
    const cx_array *const sent = cx__send(&m->site, cx__held_run("fit", &shares, CX_ARRAYS(r)));
    CX__TRY(cx__so_far());
    return cx__mixture_of_shares(m, sent);
}

/* Rows of x [k, d] become components of their own. */
static cx_status from_rows(cx__mixture *m, const cx_array *rows)
{
    double *const at = cx__scope_room((size_t)(m->k * m->d) * sizeof *at);
    CX__TRY(cx__so_far());
    CX__TRY(cx__read_all(&m->site, cx_ascontiguous(rows), at));
    return cx__mixture_of_rows(m, at);
}

static cx_status from_data(cx__mixture *m, cx_generator *g)
{
    const cx_array *const drawn =
        cx_rng_choice(g, cx_int(m->n), CX_SHAPE(m->k), CX_OPTS(cx_choice_opts, .no_replace = true));
    const int64_t *const rows = cx_data_i64(drawn);
    if (!rows) return cx__last_status();
    return from_rows(m, cx_take(m->x, cx__given_all(&m->site, rows, m->k, CX_I64), 0));
}

static cx_status by_seeds(cx__mixture *m, cx_generator *g)
{
    cx__points p;
    cx_array *centres;
    CX__TRY(cx__points_make(&m->site, m->x, NULL, &p));
    CX__TRY(cx__seed_centres(&p, m->k, 0, g, &centres, NULL));
    return from_rows(m, centres);
}

cx_status cx__mixture_begin(cx__mixture *m, cx_generator *g)
{
    const char *const how = cx_param_str(m->self, "init_params");
    if (strcmp(how, "kmeans") == 0) return by_kmeans(m, g);
    if (strcmp(how, "random") == 0) return at_random(m, g);
    return strcmp(how, "random_from_data") == 0 ? from_data(m, g) : by_seeds(m, g);
}
