/* MeanShift: clusters are the places to which points climb that move to the mean of those round
 * them.
 *
 * One idea: the climb is many short loops over a few numbers, so it is the host's, wherever the
 * data lie; places nearer to each other than the bandwidth become the one with more points, and
 * rows go to the nearest that is left, on their device. */
#include "base/alloc.h"
#include "base/object.h"
#include "learn/cluster/bandwidth.h"
#include "learn/cluster/centres.h"
#include "learn/cluster/shift.h"
#include "learn/numeric/rows.h"
#include <calx/ops.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LABELS = CX__CENTRES + 1, N_ITER };
static const char *const attrs[] = {"cluster_centers_: float [k, n]", "labels_: int [m]",
                                    "n_iter_: int []", NULL};

static const cx_param params[] = {
    {"bandwidth", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", "(0, inf)",
     "radius of the kernel; None: that of cx_estimate_bandwidth"},
    {"seeds", CX_PARAM_LIST | CX_PARAM_NONE, "None", NULL, "where climbs begin, a list for each"},
    {"bin_seeding", CX_PARAM_BOOL, "False", NULL, "climbs begin at bins, not at all rows"},
    {"min_bin_freq", CX_PARAM_INT, "1", "[1, inf)", "rows that make a bin a seed"},
    {"cluster_all", CX_PARAM_BOOL, "True", NULL,
     "rows far from every centre belong to the nearest; else they get -1"},
    {"n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL, "not used: see the scope's num_threads"},
    {"max_iter", CX_PARAM_INT, "300", "[0, inf)", "most moves of a climb"},
    {.name = NULL},
};

/* ---- what the climbs found */
typedef struct place {
    const double *mean;
    int64_t d, within, seed;
} place;

static int compare_means(const place *a, const place *b)
{
    for (int64_t j = 0; j < a->d; j++)
        if (a->mean[j] != b->mean[j]) return a->mean[j] < b->mean[j] ? -1 : 1;
    return 0;
}

/* By mean, equal ones by seed. */
static int by_mean(const void *x, const void *y)
{
    const place *const a = x, *const b = y;
    const int way = compare_means(a, b);
    return way ? way : (a->seed > b->seed) - (a->seed < b->seed);
}

/* By points within, then by mean, the largest first. */
static int by_mass(const void *x, const void *y)
{
    const place *const a = x, *const b = y;
    if (a->within != b->within) return a->within < b->within ? 1 : -1;
    return -compare_means(a, b);
}

/* Each mean once, with what the last seed that came to it says. */
static int64_t merge_equal(place *p, int64_t count)
{
    int64_t kept = 0;
    qsort(p, (size_t)count, sizeof *p, by_mean);
    for (int64_t i = 0; i < count; i++)
        if (i + 1 == count || compare_means(p + i, p + i + 1) != 0) p[kept++] = p[i];
    return kept;
}

/* Places that are farther than the bandwidth from all that are before them. */
static int64_t drop_near(place *p, int64_t count, double bandwidth)
{
    int64_t kept = 0;
    qsort(p, (size_t)count, sizeof *p, by_mass);
    for (int64_t i = 0; i < count; i++) {
        bool apart = true;
        for (int64_t k = 0; apart && k < kept; k++) {
            double square = 0;
            for (int64_t j = 0; j < p->d; j++)
                square += (p[i].mean[j] - p[k].mean[j]) * (p[i].mean[j] - p[k].mean[j]);
            apart = square > bandwidth * bandwidth;
        }
        if (apart) p[kept++] = p[i];
    }
    return kept;
}

/* ---- fit */
typedef struct fitting {
    cx_estimator *self;
    cx__site site;
    cx__shift shift;
    const cx_array *x;  /* float64 at the site */
    const double *rows; /* the same on the host */
    double *seed;       /* [seeds, d] */
    int64_t seeds;
    cx__shifted *shifted;
    place *place;
} fitting;

static cx_status copy_seeds(fitting *f, const double *from, int64_t count)
{
    const size_t bytes = (size_t)(count * f->shift.d) * sizeof *from;
    f->seeds = count;
    f->seed = cx__alloc(bytes);
    if (f->seed == NULL) return cx__fail_nomem("fit", "seeds", bytes);
    memcpy(f->seed, from, bytes);
    return CX_OK;
}

static cx_status bins(fitting *f)
{
    const bool given = !cx_param_is_none(f->self, "bandwidth");
    CX__TRY(cx__bin_seeds(f->rows, f->shift.n, f->shift.d, f->shift.bandwidth, given,
                          cx_param_i64(f->self, "min_bin_freq"), &f->seed, &f->seeds));
    if (f->seeds == 0)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "MeanShift: no bin of width %g holds min_bin_freq=%lld rows",
                        f->shift.bandwidth, (long long)cx_param_i64(f->self, "min_bin_freq"));
    if (f->seeds < f->shift.n) return CX_OK;
    cx__warn(CX_E_ARGUMENT, "MeanShift: bins of width %g hold one row each; rows are the seeds",
             f->shift.bandwidth);
    cx__free(f->seed);
    f->seed = NULL;
    return copy_seeds(f, f->rows, f->shift.n);
}

static cx_status find_seeds(fitting *f)
{
    if (!cx_param_is_none(f->self, "seeds")) {
        cx_array *given = NULL;
        cx__site host;
        CX__TRY(cx__site_at("fit", CX_CPU, &host));
        CX__TRY(cx__given_rows(f->self, &host, "seeds", f->shift.d, &given));
        const double *const at = cx_data_f64(given);
        if (at == NULL) return cx__last_status();
        return copy_seeds(f, at, cx_dim(given, 0));
    }
    if (f->shift.bandwidth > 0 && cx_param_bool(f->self, "bin_seeding")) return bins(f);
    return copy_seeds(f, f->rows, f->shift.n);
}

/* Where the climbs end, as centres [k, d]. */
static cx_status climb(fitting *f, cx_array **centres)
{
    const int64_t d = f->shift.d;
    CX__TRY(find_seeds(f));
    f->shifted = cx__calloc((size_t)f->seeds + 1, sizeof *f->shifted);
    f->place = cx__calloc((size_t)f->seeds + 1, sizeof *f->place);
    if (f->shifted == NULL || f->place == NULL)
        return cx__fail_nomem("fit", "places", (size_t)f->seeds * sizeof *f->place);
    CX__TRY(cx__shift_seeds(&f->shift, f->rows, f->seeds, f->seed, f->shifted));
    int64_t count = 0, most = 0;
    for (int64_t i = 0; i < f->seeds; i++) {
        most = f->shifted[i].iterations > most ? f->shifted[i].iterations : most;
        if (f->shifted[i].within > 0)
            f->place[count++] = (place){f->seed + i * d, d, f->shifted[i].within, i};
    }
    if (count == 0)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "MeanShift: no row lies within bandwidth=%g of a seed", f->shift.bandwidth);
    count = drop_near(f->place, merge_equal(f->place, count), f->shift.bandwidth);
    cx_array *const out = cx_empty(CX_SHAPE(count, d), CX_F64, CX_CPU);
    double *const to = cx_data_f64_mut(out);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < count; i++)
        memcpy(to + i * d, f->place[i].mean, (size_t)d * sizeof *to);
    *centres = cx__send(&f->site, out);
    return cx_self_set_i64(f->self, N_ITER, most);
}

static cx_status label(fitting *f, const cx_array *centres, cx_array **out)
{
    cx__points p;
    CX__TRY(cx__points_make(&f->site, f->x, NULL, &p));
    CX__TRY(cx__nearest_centres(&p, centres, out));
    if (cx_param_bool(f->self, "cluster_all")) return CX_OK;
    cx_array *square = NULL;
    CX__TRY(cx__square_distances(&p, centres, *out, &square));
    const cx_array *const near = cx_less_equal(cx_sqrt(square), cx_float(f->shift.bandwidth));
    *out = cx_astype(cx_where(near, *out, cx_int(-1)), CX_I32);
    return cx__so_far();
}

static cx_status run(fitting *f, const cx_data *data)
{
    cx_array *centres = NULL, *labels = NULL;
    CX__TRY(climb(f, &centres));
    CX__TRY(cx__so_far());
    CX__TRY(label(f, centres, &labels));
    CX__TRY(cx__store(f->self, CX__CENTRES, centres, cx__float_like(data->x)));
    return cx_self_set(f->self, LABELS, labels);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    fitting f = {.self = self};
    CX__TRY(cx__site_of("fit", data->x, &f.site));
    f.x = cx__f64(&f.site, data->x);
    f.shift = (cx__shift){
        .n = cx_dim(f.x, 0), .d = cx_dim(f.x, 1), .max_iter = cx_param_i64(self, "max_iter")};
    if (cx_param_is_none(self, "bandwidth"))
        CX__TRY(cx__bandwidth(&f.site, f.x, 0.3, &f.shift.bandwidth));
    else
        f.shift.bandwidth = cx_param_f64(self, "bandwidth");
    f.rows = cx_data_f64(cx__fetch(&f.site, f.x));
    if (f.rows == NULL) return cx__last_status();
    const cx_status st = run(&f, data);
    cx__free(f.seed);
    cx__free(f.shifted);
    cx__free(f.place);
    return st;
}

const cx_estimator_class cx__class_mean_shift = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "MeanShift",
    .doc = "Clusters round the places where rows are dense, by mean shift with a flat kernel.",
    .kind = CX_CLUSTERER,
    .flags = CX_CLASS_NO_WEIGHT,
    .positional = 0,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = cx__centres_predict,
    .check = cx__centres_check,
    .plan = cx__centres_plan,
    .predict_into = cx__scores_into,
};
