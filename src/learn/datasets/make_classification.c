/* make_classification and make_multilabel_classification. */
#include "learn/datasets/draw.h"

#include "learn/model_selection/model_selection.h"
#include <calx/distributions.h>
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <math.h>

typedef struct cube {
    const char *where;
    cx_make_classification_opts o;
    cx_generator *g;
    int64_t n, d, informative, redundant, repeated, useless, classes, clusters;
    double flip, apart;
    double *share; /* [classes] */
    cx_array *x, *y;
    double *at;
    int64_t *label;
} cube;

static cx_status read_weights(cube *c)
{
    cx_array *shares;
    CX__TRY(cx__draw_room(c->classes, 0, &shares, &c->share));
    for (int64_t k = 0; k < c->classes; k++) c->share[k] = 1.0 / (double)c->classes;
    if (c->o.weights == NULL) return CX_OK;
    CX__NEED(c->where, "weights", c->o.weights, CX__KIND_ARRAY);
    const int64_t count = cx_size(c->o.weights);
    if (count != c->classes && count != c->classes - 1)
        return cx__fail(CX_E_SHAPE, c->where, "%lld weights for %lld classes", (long long)count,
                        (long long)c->classes);
    const double *given =
        cx_data_f64(cx_to(cx__as(c->where, cx_ravel(c->o.weights), CX_F64), CX_CPU));
    CX__TRY(cx__so_far());
    double sum = 0;
    for (int64_t k = 0; k < count; k++) {
        c->share[k] = given[k];
        sum += given[k];
    }
    if (count < c->classes) c->share[count] = 1 - sum;
    return CX_OK;
}

static cx_status read(const cx_make_classification_opts *given, cube *c)
{
    const char *const where = c->where;
    CX__TRY(CX__OPTIONS(where, given, &c->o));
    const cx_make_classification_opts *o = &c->o;
    int64_t per_class;
    CX__TRY(cx__draw_size(where, "n_samples", o->n_samples, 100, &c->n));
    CX__TRY(cx__draw_size(where, "n_features", o->n_features, 20, &c->d));
    CX__TRY(cx__draw_size(where, "n_classes", o->n_classes, 2, &c->classes));
    CX__TRY(cx__draw_size(where, "n_clusters_per_class", o->n_clusters_per_class, 2, &per_class));
    c->informative = o->n_informative.set ? o->n_informative.value : 2;
    c->redundant = o->n_redundant.set ? o->n_redundant.value : 2;
    c->repeated = o->n_repeated;
    c->clusters = c->classes * per_class;
    c->useless = c->d - c->informative - c->redundant - c->repeated;
    c->flip = o->flip_y.set ? o->flip_y.value : 0.01;
    c->apart = o->class_sep.set ? o->class_sep.value : 1;
    if (c->informative < 1 || c->redundant < 0 || c->repeated < 0 || c->useless < 0)
        return cx__fail(CX_E_ARGUMENT, where,
                        "informative, redundant and repeated features are more than all %lld",
                        (long long)c->d);
    if (!(c->flip >= 0 && c->flip <= 1))
        return cx__fail(CX_E_ARGUMENT, where, "flip_y must be in [0, 1]");
    if ((double)c->informative < log2((double)c->clusters))
        return cx__fail(CX_E_ARGUMENT, where,
                        "%lld clusters do not fit the corners of %lld informative features",
                        (long long)c->clusters, (long long)c->informative);
    return read_weights(c);
}

/* ---- corners */
/* Corners [clusters, informative] of 0 and 1: 30 columns are different numbers in binary, the ones
 * before them are drawn bits, as many as there are more than 30. */
static cx_status draw_corners(cube *c, double *corner)
{
    const int64_t k = c->clusters, d = c->informative, more = d > 30 ? d - 30 : 0, left = d - more;
    if (more > 0) {
        const int64_t *bit = cx_data_i64(cx_rng_integers(c->g, 0, 2, CX_SHAPE(k, more), CX_I64));
        CX__TRY(cx__so_far());
        for (int64_t i = 0; i < k; i++)
            for (int64_t j = 0; j < more; j++) corner[i * d + j] = (double)bit[i * more + j];
    }
    /* a whole permutation is drawn of fewer than 100 times as many only */
    const int64_t all = (int64_t)1 << left, room = all < 128 * k ? all : 1;
    cx_array *drawn;
    int64_t *code;
    CX__TRY(cx__draw_labels(k + room, &drawn, &code));
    CX__TRY(cx__draw_different(c->g, all, k, code, code + k));
    for (int64_t i = 0; i < k; i++)
        for (int64_t j = 0; j < left; j++)
            corner[i * d + more + j] = (double)((code[i] >> (left - 1 - j)) & 1);
    return CX_OK;
}

static cx_status place_corners(cube *c, double *corner)
{
    const int64_t k = c->clusters, d = c->informative;
    CX__TRY(draw_corners(c, corner));
    for (int64_t i = 0; i < k * d; i++) corner[i] = corner[i] * (2 * c->apart) - c->apart;
    if (!c->o.no_hypercube) return CX_OK;
    const double *row, *col;
    CX__TRY(cx__draw_uniform(c->g, k, &row));
    CX__TRY(cx__draw_uniform(c->g, d, &col));
    for (int64_t i = 0; i < k; i++)
        for (int64_t j = 0; j < d; j++) corner[i * d + j] = corner[i * d + j] * row[i] * col[j];
    return CX_OK;
}

/* ---- features */
/* 2 u - 1 as a matrix. */
static cx_array *mixture(cx_generator *g, int64_t rows, int64_t cols)
{
    static cx__held spread = CX__HELD("u: 2 * u - 1");
    return cx__held_run("make_classification", &spread,
                        CX_ARRAYS(cx_rng_uniform(g, 0, 1, CX_SHAPE(rows, cols))));
}

static cx_array *columns(const cube *c, int64_t from, int64_t count)
{
    return cx_slice(c->x, 1, from, from + count, 1);
}

static cx_status draw_clusters(cube *c)
{
    const int64_t k = c->clusters, d = c->informative, per_class = k / c->classes;
    cx_array *corners, *sizes;
    double *corner;
    int64_t *size, all = 0, row = 0;
    CX__TRY(cx__draw_room(k, d, &corners, &corner));
    CX__TRY(cx__draw_labels(k, &sizes, &size));
    for (int64_t i = 0; i < k; i++) {
        size[i] = (int64_t)((double)c->n * c->share[i % c->classes] / (double)per_class);
        all += size[i];
    }
    if (all > c->n || all < 0)
        return cx__fail(CX_E_ARGUMENT, c->where, "the weights are more than 1 together");
    for (int64_t i = 0; i < c->n - all; i++) size[i % k]++;
    CX__TRY(place_corners(c, corner));
    CX__TRY(
        cx_copy_into(cx_rng_standard_normal(c->g, CX_SHAPE(c->n, d), CX_F64), columns(c, 0, d)));
    for (int64_t i = 0; i < k; i++) {
        if (size[i] < 0) return cx__fail(CX_E_ARGUMENT, c->where, "a weight is below 0");
        const cx_scope s = cx_scope_open();
        cx_array *part = cx_slice(columns(c, 0, d), 0, row, row + size[i], 1);
        const cx_array *mixed = cx_matmul(part, mixture(c->g, d, d));
        cx_status st = cx__so_far();
        if (st == CX_OK) st = cx_add_into(mixed, cx_select(corners, 0, i), part);
        CX__TRY(cx__give_status(s, st));
        for (const int64_t end = row + size[i]; row < end; row++) c->label[row] = i % c->classes;
    }
    return CX_OK;
}

static cx_status draw_rest(cube *c)
{
    const int64_t known = c->informative + c->redundant;
    if (c->redundant > 0)
        CX__TRY(cx_copy_into(
            cx_matmul(columns(c, 0, c->informative), mixture(c->g, c->informative, c->redundant)),
            columns(c, c->informative, c->redundant)));
    if (c->repeated > 0) {
        const double *u;
        CX__TRY(cx__draw_uniform(c->g, c->repeated, &u));
        for (int64_t j = 0; j < c->repeated; j++) {
            const int64_t from = (int64_t)((double)(known - 1) * u[j] + 0.5);
            for (int64_t i = 0; i < c->n; i++) c->at[i * c->d + known + j] = c->at[i * c->d + from];
        }
    }
    if (c->useless > 0)
        CX__TRY(cx_copy_into(cx_rng_standard_normal(c->g, CX_SHAPE(c->n, c->useless), CX_F64),
                             columns(c, c->d - c->useless, c->useless)));
    return cx__so_far();
}

static cx_status flip_labels(cube *c)
{
    const double *u;
    int64_t count = 0;
    CX__TRY(cx__draw_uniform(c->g, c->n, &u));
    for (int64_t i = 0; i < c->n; i++) count += u[i] < c->flip;
    const int64_t *other =
        cx_data_i64(cx_rng_integers(c->g, 0, c->classes, CX_SHAPE(count), CX_I64));
    CX__TRY(cx__so_far());
    for (int64_t i = 0, k = 0; i < c->n; i++)
        if (u[i] < c->flip) c->label[i] = other[k++];
    return CX_OK;
}

static cx_status move(cube *c)
{
    const double *shift = NULL, *scale = NULL;
    const double by = c->o.shift.set ? c->o.shift.value : 0,
                 times = c->o.scale.set ? c->o.scale.value : 1;
    if (c->o.random_shift) CX__TRY(cx__draw_uniform(c->g, c->d, &shift));
    if (c->o.random_scale) CX__TRY(cx__draw_uniform(c->g, c->d, &scale));
    for (int64_t i = 0; i < c->n; i++)
        for (int64_t j = 0; j < c->d; j++) {
            double *const v = &c->at[i * c->d + j];
            *v += shift != NULL ? (2 * shift[j] - 1) * c->apart : by;
            *v *= scale != NULL ? 1 + 100 * scale[j] : times;
        }
    return CX_OK;
}

static cx_status classification(const char *where, const cx_make_classification_opts *o,
                                cx_dataset *out)
{
    cube c = {.where = where};
    CX__TRY(read(o, &c));
    CX__TRY(cx__draw_start(c.o.random_state, &c.g));
    CX__TRY(cx__draw_room(c.n, c.d, &c.x, &c.at));
    CX__TRY(cx__draw_labels(c.n, &c.y, &c.label));
    CX__TRY(draw_clusters(&c));
    CX__TRY(draw_rest(&c));
    CX__TRY(flip_labels(&c));
    CX__TRY(move(&c));
    *out = (cx_dataset){c.x, c.y, NULL};
    return c.o.no_shuffle ? CX_OK : cx__draw_shuffled(c.g, out, true);
}

cx_dataset cx_make_classification(const cx_make_classification_opts *o)
{
    static const char where[] = "make_classification";
    const cx_scope s = cx_scope_open();
    cx_dataset d = {NULL, NULL, NULL};
    const cx_status st = classification(where, o, &d);
    return cx__draw_give(s, st, where, d);
}

/* ---- several labels a row */
typedef struct words {
    const char *where;
    cx_generator *g;
    int64_t n, d, classes, length;
    double labels;
    bool every;
    double *up_to; /* [classes] running shares of the classes */
    double *word;  /* [d, classes] shares of the words */
    double *mass;  /* [d] running shares of a row's classes */
    double *x;
    int64_t *y;
} words;

/* Running shares of p [n], in place. */
static void run_up(double *p, int64_t n)
{
    for (int64_t i = 1; i < n; i++) p[i] += p[i - 1];
}

/* The first place that reaches v (numpy.searchsorted). */
static int64_t place(const double *up_to, int64_t n, double v)
{
    int64_t lo = 0, hi = n;
    while (lo < hi) {
        const int64_t mid = (lo + hi) / 2;
        if (up_to[mid] < v)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static int64_t draw_poisson(cx_generator *g, double mean)
{
    const cx_scope s = cx_scope_open();
    const int64_t v = cx_item_i64(cx_rng_poisson(g, mean, CX_SHAPE(1)));
    (void)cx_check(cx_scope_close(s));
    return v;
}

static cx_status draw_label_set(words *w, int64_t *y, int64_t *count)
{
    *count = w->classes + 1;
    while (((w->every && *count == 0) || *count > w->classes) && cx_ok())
        *count = draw_poisson(w->g, w->labels);
    for (int64_t have = 0; have < *count;) {
        const double *u;
        const int64_t want = *count - have;
        CX__TRY(cx__draw_uniform(w->g, want, &u));
        for (int64_t i = 0; i < want; i++) {
            const int64_t k = place(w->up_to, w->classes, u[i]);
            have += y[k] == 0;
            y[k] = 1;
        }
    }
    return cx__so_far();
}

static cx_status draw_row(words *w, double *x, int64_t *y)
{
    int64_t labels, count = 0;
    CX__TRY(draw_label_set(w, y, &labels));
    while (count == 0 && cx_ok()) count = draw_poisson(w->g, (double)w->length);
    CX__TRY(cx__so_far());
    if (labels == 0) {
        const int64_t *at = cx_data_i64(cx_rng_integers(w->g, 0, w->d, CX_SHAPE(count), CX_I64));
        CX__TRY(cx__so_far());
        for (int64_t i = 0; i < count; i++) x[at[i]]++;
        return CX_OK;
    }
    for (int64_t j = 0; j < w->d; j++) {
        w->mass[j] = 0;
        for (int64_t k = 0; k < w->classes; k++)
            if (y[k] != 0) w->mass[j] += w->word[j * w->classes + k];
    }
    run_up(w->mass, w->d);
    const double all = w->mass[w->d - 1];
    for (int64_t j = 0; j < w->d; j++) w->mass[j] /= all;
    const double *u;
    CX__TRY(cx__draw_uniform(w->g, count, &u));
    for (int64_t i = 0; i < count; i++) x[place(w->mass, w->d, u[i])]++;
    return CX_OK;
}

static cx_status draw_shares(words *w)
{
    const double *u;
    cx_array *room;
    double sum = 0;
    CX__TRY(cx__draw_room(w->classes + w->d * w->classes + w->d, 0, &room, &w->up_to));
    w->word = w->up_to + w->classes;
    w->mass = w->word + w->d * w->classes;
    CX__TRY(cx__draw_uniform(w->g, w->classes, &u));
    for (int64_t k = 0; k < w->classes; k++) sum += u[k];
    for (int64_t k = 0; k < w->classes; k++) w->up_to[k] = u[k] / sum;
    run_up(w->up_to, w->classes);
    CX__TRY(cx__draw_uniform(w->g, w->d * w->classes, &u));
    for (int64_t k = 0; k < w->classes; k++) {
        sum = 0;
        for (int64_t j = 0; j < w->d; j++) sum += u[j * w->classes + k];
        for (int64_t j = 0; j < w->d; j++)
            w->word[j * w->classes + k] = u[j * w->classes + k] / sum;
    }
    return CX_OK;
}

static cx_status multilabel(const char *where, const cx_make_multilabel_opts *given,
                            cx_dataset *out)
{
    cx_make_multilabel_opts o;
    words w = {.where = where};
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(cx__draw_size(where, "n_samples", o.n_samples, 100, &w.n));
    CX__TRY(cx__draw_size(where, "n_features", o.n_features, 20, &w.d));
    CX__TRY(cx__draw_size(where, "n_classes", o.n_classes, 5, &w.classes));
    CX__TRY(cx__draw_size(where, "length", o.length, 50, &w.length));
    w.labels = o.n_labels.set ? (double)o.n_labels.value : 2;
    w.every = o.no_unlabeled;
    if (w.labels < 0 || (w.labels == 0 && w.every))
        return cx__fail(CX_E_ARGUMENT, where, "n_labels is %lld", (long long)o.n_labels.value);
    CX__TRY(cx__draw_start(o.random_state, &w.g));
    CX__TRY(draw_shares(&w));
    CX__TRY(cx__draw_room(w.n, w.d, &out->x, &w.x));
    CX__TRY(cx__draw_labels(w.n * w.classes, &out->y, &w.y));
    for (int64_t i = 0; i < w.n; i++) {
        const cx_scope s = cx_scope_open();
        CX__TRY(cx__give_status(s, draw_row(&w, w.x + i * w.d, w.y + i * w.classes)));
    }
    out->y = cx_reshape(out->y, CX_SHAPE(w.n, w.classes));
    return cx__so_far();
}

cx_dataset cx_make_multilabel_classification(const cx_make_multilabel_opts *o)
{
    static const char where[] = "make_multilabel_classification";
    const cx_scope s = cx_scope_open();
    cx_dataset d = {NULL, NULL, NULL};
    const cx_status st = multilabel(where, o, &d);
    return cx__draw_give(s, st, where, d);
}
