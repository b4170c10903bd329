/* permutation_importance: the score's fall when one column is shuffled.
 *
 * One idea: each column draws from a stream of its own, begun at one drawn seed, so columns are
 * tasks that know nothing of each other. A column stays shuffled and is shuffled again, as
 * scikit-learn does it. */
#include "base/alloc.h"
#include "learn/model_selection/cv.h"
#include "learn/numeric/site.h"
#include <calx/index.h>
#include <calx/inspection.h>
#include <calx/manipulate.h>
#include <calx/sort.h>
#include <calx/table.h>
#include <math.h>

typedef struct shuffles {
    const char *where;
    const cx_estimator *m;
    cx_data d;
    cx__scoring scoring;
    int64_t columns, rows, repeats, most, seed; /* most: rows that are scored */
    double base;
    double *score; /* [columns, repeats] */
} shuffles;

/* *d with column c, as it stands in `from`, in the order of the rows `order`: of a matrix in d's
 * own copy. */
static cx_status shuffle_column(const shuffles *p, const cx_data *from, int64_t c,
                                const int64_t *order, int64_t n, cx_data *d)
{
    const cx_array *const rows = cx__row_indices(order, n);
    if (from->table) {
        const char *const name = cx__feature_name(p->m, from, c);
        d->table =
            cx_table_with(from->table, name, cx_take(cx_table_column(from->table, name), rows, 0));
        return cx__so_far();
    }
    const cx_array *const mine =
        cx_take(cx_select(from->x, 1, c), cx_to(rows, cx_device_of(from->x)), 0);
    cx_array *const to = cx_select(d->x, 1, c);
    CX__TRY(cx__so_far());
    return cx_copy_into(mine, to);
}

/* Which rows are scored: all, or a draw without repetition. */
static cx_status choose_rows(const shuffles *p, cx_generator *g, cx_data *d)
{
    *d = p->d;
    if (p->most >= p->rows) return CX_OK;
    int64_t *const room = cx__alloc((size_t)(p->rows + p->most) * sizeof *room);
    if (!room) return cx__fail_nomem(p->where, "row indices", (size_t)p->rows * sizeof *room);
    const cx_status st = cx__draw_different(g, p->rows, p->most, room, room + p->most);
    if (st == CX_OK) *d = cx_data_take(&p->d, cx__row_indices(room, p->most));
    cx__free(room);
    return st == CX_OK ? cx__so_far() : st;
}

/* Score the data with the column in the order that all shuffles so far make of its first state. */
static cx_status one_repeat(const shuffles *p, const cx_data *from, int64_t c, const int64_t *order,
                            int64_t n, cx_data *d, double *score)
{
    const cx_scope s = cx_scope_open();
    if (cx_check(shuffle_column(p, from, c, order, n, d)) == CX_OK)
        *score = cx__scoring_run(&p->scoring, 0, p->m, d);
    return cx_scope_close(s);
}

static cx_status one_column(void *ctx, int64_t c)
{
    const shuffles *const p = ctx;
    cx_generator *const g = cx_random_state((cx_maybe_i64){true, p->seed}, CX_CPU);
    CX__TRY(cx_generator_status(g));
    cx_data from;
    CX__TRY(choose_rows(p, g, &from));
    const int64_t n = cx_data_rows(&from);
    cx_data now = from;
    if (from.x) now.x = cx_copy(from.x);
    CX__TRY(cx__so_far());
    int64_t *const order = cx__alloc(3 * (size_t)n * sizeof *order);
    if (!order) return cx__fail_nomem(p->where, "row indices", 3 * (size_t)n * sizeof *order);
    int64_t *const total = order + n, *const next = total + n;
    for (int64_t i = 0; i < n; i++) order[i] = total[i] = i;
    cx_status st = CX_OK;
    for (int64_t r = 0; r < p->repeats && st == CX_OK; r++) {
        st = cx__poll(p->where);
        if (st == CX_OK) st = cx__shuffle_rows(g, order, n);
        for (int64_t i = 0; i < n; i++) next[i] = total[order[i]];
        for (int64_t i = 0; i < n; i++) total[i] = next[i];
        if (st == CX_OK)
            st = one_repeat(p, &from, c, total, n, &now, &p->score[c * p->repeats + r]);
    }
    cx__free(order);
    return st;
}

static cx_status read_opts(shuffles *p, const cx_permutation_opts *o)
{
    CX__TRY(cx__scoring_read(p->where, o->scoring, &p->scoring));
    if (p->scoring.count != 1) return cx__fail(CX_E_ARGUMENT, p->where, "it takes one score");
    if (o->n_repeats < 0) return cx__fail(CX_E_ARGUMENT, p->where, "n_repeats is %d", o->n_repeats);
    p->repeats = o->n_repeats ? o->n_repeats : 5;
    const double most = o->max_samples, rows = (double)p->rows;
    if (!(most >= 0) || most > rows || (most >= 1 && most != floor(most)))
        return cx__fail(
            CX_E_ARGUMENT, p->where,
            "max_samples is %g; it must be a share below 1 or a number of the %lld rows", most,
            (long long)p->rows);
    p->most = most == 0 ? p->rows : (int64_t)(most < 1 ? most * rows : most);
    if (p->most < 1) return cx__fail(CX_E_ARGUMENT, p->where, "max_samples leaves no row");
    const cx_scope s = cx_scope_open();
    cx_generator *const g = cx_random_state(o->random_state, CX_CPU);
    p->seed = cx_item_i64(cx_rng_integers(g, 0, (int64_t)1 << 31, CX_SHAPE(), CX_I64));
    return cx_scope_close(s);
}

static cx_status run(shuffles *p, const cx_permutation_opts *o)
{
    CX__NEED(p->where, "m", p->m, CX__KIND_ESTIMATOR);
    CX__TRY(cx__data_valid(p->where, &p->d));
    p->rows = cx_data_rows(&p->d);
    CX__TRY(cx__so_far());
    if (p->d.x && cx_ndim(p->d.x) != 2)
        return cx__fail(CX_E_SHAPE, p->where, "x has %d dimensions, not 2", cx_ndim(p->d.x));
    p->columns = cx__feature_count(p->m, &p->d);
    CX__TRY(read_opts(p, o));
    p->base = cx__scoring_run(&p->scoring, 0, p->m, &p->d);
    CX__TRY(cx__so_far());
    const size_t n = (size_t)(p->columns * p->repeats);
    p->score = cx__calloc(n + 2 * (size_t)p->columns + (size_t)p->repeats + 1, sizeof *p->score);
    if (!p->score) return cx__fail_nomem(p->where, "scores", n * sizeof *p->score);
    return cx__tasks_run(p->where, p->where, cx__data_device(&p->d), p->columns, one_column, p);
}

static cx_status keep(const shuffles *p, cx_scope s, cx_permutation *out)
{
    double *const mean = p->score + p->columns * p->repeats, *const spread = mean + p->columns,
                  *const room = spread + p->columns;
    for (int64_t c = 0; c < p->columns; c++) {
        double *const mine = p->score + c * p->repeats;
        for (int64_t r = 0; r < p->repeats; r++) mine[r] = p->base - mine[r];
        mean[c] = cx__pairwise_sum(mine, p->repeats) / (double)p->repeats;
        spread[c] = cx__deviation(mine, p->repeats, room);
    }
    out->mean = cx_scope_keep(s, cx_copy_host(mean, CX_SHAPE(p->columns), CX_F64));
    out->std = cx_scope_keep(s, cx_copy_host(spread, CX_SHAPE(p->columns), CX_F64));
    out->importances =
        cx_scope_keep(s, cx_copy_host(p->score, CX_SHAPE(p->columns, p->repeats), CX_F64));
    return cx__so_far();
}

cx_permutation cx_permutation_importance(const cx_estimator *m, const cx_data *d,
                                         const cx_permutation_opts *o)
{
    static const char where[] = "permutation_importance";
    static const cx_permutation_opts defaults = {.struct_size = sizeof defaults};
    if (!o) o = &defaults;
    shuffles p = {.where = where, .m = m};
    cx_permutation out = {NULL, NULL, NULL};
    const cx_scope s = cx_scope_open();
    cx_status st =
        !d ? cx__fail(CX_E_NULL, where, "d is NULL")
        : o->struct_size == sizeof *o
            ? CX_OK
            : cx__fail(CX_E_ARGUMENT, where,
                       "options without struct_size: use CX_OPTS(cx_permutation_opts, ...)");
    if (st == CX_OK) {
        p.d = *d;
        st = run(&p, o);
    }
    if (st == CX_OK) st = keep(&p, s, &out);
    cx_check(st);
    cx__free(p.score);
    st = cx_scope_close(s);
    if (st == CX_OK) return out;
    cx__mark(st);
    return (cx_permutation){cx__nil(st), cx__nil(st), cx__nil(st)};
}
