/* Folds of cross-validated penalised regressions: see the header.
 *
 * One idea: products of all rows are the sum of those of the held-out rows, and a fold's training
 * products are what is left without its own: with disjoint folds all of them together cost one pass
 * over the data. A fold's own means are taken off its products afterwards. */
#include "learn/linear_model/serial/elastic_folds.h"

#include "base/object.h"
#include "learn/linear_model/elastic.h"
#include "learn/numeric/columns.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <string.h>

enum { MOST_KEPT = 1 << 26 /* numbers in the products of all folds together */ };

/* Is every row held out once, and trains in all the other folds? */
static cx_status find_disjoint(cx__fold_data *all)
{
    const int64_t n = all->r.n;
    double *seen = cx__host_f64(n, -1), *tests = cx__host_f64(n, -1);
    CX__TRY(cx__so_far());
    all->disjoint = true;
    for (int64_t k = 0; k < all->folds && all->disjoint; k++) {
        const cx_array *test = cx_to(all->fold[k].test, CX_CPU),
                       *train = cx_to(all->fold[k].train, CX_CPU);
        CX__TRY(cx__so_far());
        const int64_t *out = cx_data_i64(test), *in = cx_data_i64(train);
        CX__TRY(cx__so_far());
        all->disjoint = cx_size(test) + cx_size(train) == n;
        const double mark = (double)(k + 1);
        for (int64_t i = 0; i < cx_size(test); i++) {
            tests[out[i]]++;
            seen[out[i]] = mark;
        }
        for (int64_t i = 0; i < cx_size(train); i++) {
            if (seen[in[i]] == mark) all->disjoint = false;
            seen[in[i]] = mark;
        }
    }
    for (int64_t i = 0; i < n; i++)
        if (tests[i] != 1) all->disjoint = false;
    return CX_OK;
}

static cx_status add_products(const cx__fold_data *all, cx__held_out *h)
{
    static cx__held squares = CX__HELD("y: sum(y * y, axis=0)"), mass = CX__HELD("s: sum(s * s)");
    const cx_array *turned = cx_transpose(h->x);
    h->yy = cx__held_run("fit", &squares, CX_ARRAYS(h->y));
    h->sums = cx_matmul(turned, cx_expand_dims(h->root, 1));
    h->mass = cx__number_f64(cx__held_run("fit", &mass, CX_ARRAYS(h->root)));
    h->y_sum = cx_matmul(cx_expand_dims(h->root, 0), h->y);
    if (all->products) {
        h->gram = cx__gram(&all->r.site, h->x, NULL);
        h->cross = cx_matmul(turned, h->y);
    }
    return cx__so_far();
}

static cx_status take_rows(const cx__fold_data *all, const cx_array *rows, cx__held_out *out)
{
    const cx_array *there = cx__send(&all->r.site, rows);
    *out = (cx__held_out){.x = cx_ascontiguous(cx_take(all->r.x, there, 0)),
                          .y = cx_ascontiguous(cx_take(all->r.y, there, 0)),
                          .root = cx_ascontiguous(cx_take(all->root, there, 0))};
    return add_products(all, out);
}

/* Products of all rows as the sums of those held out. */
static cx_status sum_up(cx__fold_data *all, cx__held_out *kept)
{
    for (int64_t k = 0; k < all->folds; k++) {
        cx__held_out *h = kept + k;
        CX__TRY(take_rows(all, all->fold[k].test, h));
        all->mass += h->mass;
        all->gram = k == 0 ? h->gram : cx_add(all->gram, h->gram);
        all->cross = k == 0 ? h->cross : cx_add(all->cross, h->cross);
        all->yy = k == 0 ? h->yy : cx_add(all->yy, h->yy);
        all->sums = k == 0 ? h->sums : cx_add(all->sums, h->sums);
        all->y_sum = k == 0 ? h->y_sum : cx_add(all->y_sum, h->y_sum);
    }
    all->kept = kept;
    return cx__so_far();
}

static cx_status all_rows(cx__fold_data *all)
{
    cx__held_out h = {.x = cx_ascontiguous(all->r.x),
                      .y = cx_ascontiguous(all->r.y),
                      .root = cx_ascontiguous(all->root)};
    CX__TRY(add_products(all, &h));
    all->gram = h.gram;
    all->cross = h.cross;
    all->yy = h.yy;
    all->sums = h.sums;
    all->mass = h.mass;
    all->y_sum = h.y_sum;
    return CX_OK;
}

cx_status cx__folds_start(const cx_data *data, bool intercept, bool products, const cx_fold *fold,
                          int64_t folds, cx__fold_data *out)
{
    *out =
        (cx__fold_data){.intercept = intercept, .products = products, .fold = fold, .folds = folds};
    CX__TRY(cx__regression_make(data, intercept, &out->r));
    const cx__site *s = &out->r.site;
    out->root = data->sample_weight != NULL ? cx_sqrt(cx__f64(s, data->sample_weight))
                                            : cx_ones(CX_SHAPE(out->r.n), CX_F64, s->device);
    CX__TRY(find_disjoint(out));
    const int64_t room = MOST_KEPT / (folds > 0 ? folds : 1);
    if (!out->disjoint || !products || out->r.d * out->r.d > room) return all_rows(out);
    const size_t bytes = (size_t)folds * sizeof(cx__held_out);
    cx_array *memory = cx_zeros(CX_SHAPE((int64_t)bytes), CX_U8, CX_CPU);
    CX__TRY(cx_status_of(memory));
    return sum_up(out, cx__at(memory));
}

/* What the fold's own means take off: products of training rows, given about the mean of all. A
 * column whose length has cancelled is constant among these rows. */
static cx_status centre(const cx__fold_data *all, cx_array *gram, cx_array *cross, cx_array *yy,
                        cx_array *sums, cx_array *y_sum, cx__fold *f)
{
    static cx__held grams = CX__HELD("g, a, row, mass: g - a * row / mass"),
                    kept = CX__HELD("own, whole: float64(own > 1e-13 * whole)"),
                    masked = CX__HELD("g, keep, across: g * keep * across"),
                    crosses = CX__HELD("q, a, b, mass: q - a * (b / mass)");
    const cx_array *mass = cx_float(f->mass);
    if (all->intercept) {
        f->shift = cx_div(sums, mass);
        f->y_shift = cx_div(y_sum, mass);
        gram = cx__held_run("fit", &grams, CX_ARRAYS(gram, sums, cx_transpose(sums), mass));
        const cx_array *keep =
            cx__held_run("fit", &kept, CX_ARRAYS(cx_diagonal(gram, 0), cx_diagonal(all->gram, 0)));
        gram = cx__held_run("fit", &masked, CX_ARRAYS(gram, keep, cx_expand_dims(keep, 1)));
        cross = cx__held_run("fit", &crosses, CX_ARRAYS(cross, sums, y_sum, mass));
        yy = cx_sub(yy, cx_select(cx_mul(y_sum, f->y_shift), 0, 0));
    }
    return cx__normal_of(&all->r.site, cx_dim(all->r.x, 0), gram, cross, yy, &f->m);
}

/* Training rows taken as they are, about their own means, for sweeps over columns. */
static cx_status by_columns(const cx__fold_data *all, const cx__held_out *train, cx__fold *f)
{
    static cx__held centred = CX__HELD("x, root, row: x - root * row");
    cx__regression r = {.site = all->r.site,
                        .n = cx_dim(train->x, 0),
                        .d = all->r.d,
                        .t = all->r.t,
                        .flat = all->r.flat,
                        .x = train->x,
                        .y = train->y};
    if (all->intercept) {
        f->shift = cx_div(train->sums, cx_float(f->mass));
        f->y_shift = cx_div(train->y_sum, cx_float(f->mass));
        r.x = cx__held_run(
            "fit", &centred,
            CX_ARRAYS(train->x, cx_expand_dims(train->root, 1), cx_transpose(f->shift)));
        r.y = cx_sub(train->y, cx_mul(cx_expand_dims(train->root, 1), f->y_shift));
    }
    CX__TRY(cx__so_far());
    return cx__normal_make(&r, CX__NORMAL_COLUMNS, &f->m);
}

cx_status cx__fold_make(const cx__fold_data *all, int64_t k, cx__fold *f)
{
    *f = (cx__fold){.mass = 0};
    if (all->kept != NULL)
        f->test = all->kept[k];
    else
        CX__TRY(take_rows(all, all->fold[k].test, &f->test));
    const cx__held_out *h = &f->test;
    if (h->mass <= 0)
        return cx__fail(CX_E_ARGUMENT, "fit", "fold %lld holds out no rows with a weight",
                        (long long)k);
    if (all->disjoint && all->products) {
        f->mass = all->mass - h->mass;
        return centre(all, cx_sub(all->gram, h->gram), cx_sub(all->cross, h->cross),
                      cx_sub(all->yy, h->yy), cx_sub(all->sums, h->sums),
                      cx_sub(all->y_sum, h->y_sum), f);
    }
    cx__held_out train;
    CX__TRY(take_rows(all, all->fold[k].train, &train));
    f->mass = train.mass;
    if (f->mass <= 0)
        return cx__fail(CX_E_ARGUMENT, "fit", "fold %lld has no rows with a weight to train on",
                        (long long)k);
    if (!all->products) return by_columns(all, &train, f);
    return centre(all, train.gram, train.cross, train.yy, train.sums, train.y_sum, f);
}

/* Numbers of the device to host memory. */
static cx_status fetch_to(const cx__fold_data *all, const cx_array *a, double *out)
{
    const cx_array *here = cx__fetch(&all->r.site, a);
    CX__TRY(cx__so_far());
    const double *v = cx_data_f64(here);
    if (v == NULL) return cx__last_status();
    memcpy(out, v, (size_t)cx_size(here) * sizeof *out);
    return CX_OK;
}

/* Column k of y, its predictions by w [d, count], and with an intercept what these lack. */
typedef struct held_errors {
    const cx_array *y, *p, *root, *mean, *offset; /* mean of y, [1, 1]; means of predictions */
} held_errors;

static held_errors predictions(const cx__fold *f, const cx_array *w, int64_t k)
{
    held_errors e = {.y = cx_slice(f->test.y, 1, k, k + 1, 1), .p = cx_matmul(f->test.x, w)};
    if (f->shift == NULL) return e;
    e.root = cx_expand_dims(f->test.root, 1);
    e.mean = cx_slice(f->y_shift, 1, k, k + 1, 1);
    e.offset = cx_matmul(cx_transpose(f->shift), w);
    return e;
}

cx_status cx__fold_errors(const cx__fold_data *all, const cx__fold *f, const double *coef,
                          int64_t count, double *out)
{
    static cx__held plain = CX__HELD("y, p, mass: e = y - p; sum(e * e, axis=0) / mass"),
                    shifted = CX__HELD("y, p, root, b, c, mass: e = y - p - root * (b - c);"
                                       "sum(e * e, axis=0) / mass");
    const int64_t t = all->r.t;
    const cx_array *w = cx__send(&all->r.site,
                                 cx_copy_host(coef, CX_SHAPE(count, t, all->r.d), CX_F64)),
                   *mass = cx_float(f->test.mass * (double)t), *errors = NULL;
    for (int64_t k = 0; k < t; k++) {
        const held_errors e = predictions(f, cx_transpose(cx_select(w, 1, k)), k);
        const cx_array *own =
            f->shift == NULL ? cx__held_run("fit", &plain, CX_ARRAYS(e.y, e.p, mass))
                             : cx__held_run("fit", &shifted,
                                            CX_ARRAYS(e.y, e.p, e.root, e.mean, e.offset, mass));
        errors = errors == NULL ? own : cx_add(errors, own);
    }
    return fetch_to(all, errors, out);
}

cx_status cx__fold_path_errors(const cx__fold_data *all, const cx__fold *f, const double *coef,
                               int64_t count, double *square, double *along, double *across)
{
    static cx__held shifted = CX__HELD("y, p, root, b, c: y - p - root * (b - c)"),
                    product = CX__HELD("a, b, mass: sum(a * b, axis=0) / mass");
    const cx_array *w = cx_transpose(cx__send(
                       &all->r.site, cx_copy_host(coef, CX_SHAPE(count, all->r.d), CX_F64))),
                   *mass = cx_float(f->test.mass);
    const held_errors e = predictions(f, w, 0);
    const cx_array *left =
        f->shift == NULL
            ? cx_sub(e.y, e.p)
            : cx__held_run("fit", &shifted, CX_ARRAYS(e.y, e.p, e.root, e.mean, e.offset));
    CX__TRY(fetch_to(all, cx__held_run("fit", &product, CX_ARRAYS(left, left, mass)), square));
    const cx_array *end = cx_slice(left, 1, count - 1, count, 1);
    CX__TRY(fetch_to(all, cx__held_run("fit", &product, CX_ARRAYS(left, end, mass)), across));
    if (count == 1) return CX_OK;
    const cx_array *before = cx_slice(left, 1, 0, count - 1, 1),
                   *after = cx_slice(left, 1, 1, count, 1);
    return fetch_to(all, cx__held_run("fit", &product, CX_ARRAYS(before, after, mass)), along);
}
