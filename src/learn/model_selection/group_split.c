/* Splitters that keep groups whole: GroupKFold, StratifiedGroupKFold, LeaveOneGroupOut,
 * LeavePGroupsOut.
 *
 * One idea: what is chosen on the host is a table over the groups; the rows follow from it where
 * they are. Sums are NumPy's, term by term, because ties decide which fold gets a group. */
#include "base/alloc.h"
#include "learn/model_selection/model_selection.h"
#include "learn/numeric/site.h"
#include <calx/index.h>
#include <calx/ops.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const cx_param kfold_params[] = {
    {"n_splits", CX_PARAM_INT, "5", "[2, inf)", "number of folds"},
    {"shuffle", CX_PARAM_BOOL, "False", NULL, "shuffle the groups first"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]",
     "seed of the shuffle; None: the system's entropy"},
    {.name = NULL},
};
static const cx_param leave_params[] = {
    {"n_groups", CX_PARAM_INT, NULL, "[1, inf)", "how many groups test at a time"},
    {.name = NULL},
};

typedef struct groups {
    cx__site site;
    cx_array *codes;
    int64_t k, splits;
    cx_generator *g; /* NULL: no shuffle */
    int64_t *fold;   /* [k] */
} groups;

cx_status cx__splitter_groups(const cx_estimator *self, const cx_data *d, cx_labels *out)
{
    if (!d->groups) return cx__fail(CX_E_ARGUMENT, "split", "%s needs groups", self->cls->name);
    *out = cx_labels_encode(d->groups);
    return cx__so_far();
}

static cx_status open_groups(const cx_estimator *self, const cx_data *d, groups *s)
{
    cx_labels l = {NULL, NULL};
    if (cx_data_rows(d) < 0) return CX_E_SHAPE; /* marked already; the error text stays */
    CX__TRY(cx__splitter_groups(self, d, &l));
    CX__TRY(cx__site_of("split", l.codes, &s->site));
    s->codes = l.codes;
    s->k = cx_size(l.classes);
    return CX_OK;
}

static cx_status open_kfold(const cx_estimator *self, const cx_data *d, groups *s)
{
    CX__TRY(open_groups(self, d, s));
    s->splits = cx__param(self, "n_splits")->u.i;
    if (s->splits > s->k)
        return cx__fail(CX_E_ARGUMENT, "split", "%s: %lld folds of only %lld groups",
                        self->cls->name, (long long)s->splits, (long long)s->k);
    const cx__lit *const seed = cx__param(self, "random_state");
    if (cx__param(self, "shuffle")->u.b) return cx__splitter_generator(self, &s->g);
    if (seed->kind != CX__LIT_INT) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "split", "%s: random_state has no effect without shuffle=True",
                    self->cls->name);
}

/* The fold of every row by its group's. */
static cx_status finish(const groups *s, int64_t cap, cx_fold *folds)
{
    const cx_array *const table = cx__given(&s->site, s->fold, s->k, CX_I64);
    return cx__folds_from(cx_take(table, s->codes, 0), s->splits, cap, folds);
}

/* ---- GroupKFold */
typedef struct counted {
    double count;
    int64_t group;
} counted;

/* the largest first, of equal ones the last */
static int by_count(const void *a, const void *b)
{
    const counted *const x = a, *const y = b;
    if (x->count != y->count) return x->count < y->count ? 1 : -1;
    return x->group < y->group ? 1 : -1;
}

static cx_status lightest_first(groups *s)
{
    const size_t k = (size_t)s->k;
    counted *const all = cx__calloc(k + 1, sizeof *all);
    double *const mass = cx__calloc(k + (size_t)s->splits + 1, sizeof *mass), *const load =
                                                                                  mass + k;
    cx_status st = all && mass ? cx__count_codes(&s->site, s->codes, NULL, s->k, mass)
                               : cx__fail_nomem("split", "groups", k * sizeof *all);
    for (int64_t i = 0; st == CX_OK && i < s->k; i++) all[i] = (counted){mass[i], i};
    if (st == CX_OK) qsort(all, k, sizeof *all, by_count);
    for (int64_t i = 0; st == CX_OK && i < s->k; i++) {
        int64_t best = 0;
        for (int64_t f = 1; f < s->splits; f++)
            if (load[f] < load[best]) best = f;
        load[best] += all[i].count;
        s->fold[all[i].group] = best;
    }
    cx__free(all);
    cx__free(mass);
    return st;
}

static cx_status shuffled_groups(groups *s)
{
    int64_t *const order = cx__alloc((size_t)s->k * sizeof *order);
    if (!order) return cx__fail_nomem("split", "groups", (size_t)s->k * sizeof *order);
    for (int64_t i = 0; i < s->k; i++) order[i] = i;
    const cx_status st = cx__shuffle_rows(s->g, order, s->k);
    int64_t at = 0;
    for (int64_t f = 0; f < s->splits; f++) {
        const int64_t size = s->k / s->splits + (f < s->k % s->splits ? 1 : 0);
        for (int64_t i = 0; i < size; i++) s->fold[order[at++]] = f;
    }
    cx__free(order);
    return st;
}

static cx_status group_kfold(const cx_estimator *self, const cx_data *d, int64_t cap,
                             cx_fold *folds, int64_t *count)
{
    groups s = {0};
    CX__TRY(open_kfold(self, d, &s));
    *count = s.splits;
    s.fold = cx__calloc((size_t)s.k + 1, sizeof *s.fold);
    if (!s.fold) return cx__fail_nomem("split", "groups", (size_t)s.k * sizeof *s.fold);
    cx_status st = s.g ? shuffled_groups(&s) : lightest_first(&s);
    if (st == CX_OK) st = finish(&s, cap, folds);
    cx__free(s.fold);
    return st;
}

/* ---- StratifiedGroupKFold */
double cx__pairwise_sum(const double *v, int64_t n)
{
    if (n < 8) {
        double sum = 0;
        for (int64_t i = 0; i < n; i++) sum += v[i];
        return sum;
    }
    if (n > 128) {
        int64_t half = n / 2;
        half -= half % 8;
        return cx__pairwise_sum(v, half) + cx__pairwise_sum(v + half, n - half);
    }
    double r[8];
    memcpy(r, v, sizeof r);
    int64_t i = 8;
    for (; i < n - n % 8; i += 8)
        for (int j = 0; j < 8; j++) r[j] += v[i + j];
    double sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
    for (; i < n; i++) sum += v[i];
    return sum;
}

/* Standard deviation of v, with room for n numbers. */
double cx__deviation(const double *v, int64_t n, double *room)
{
    const double mean = cx__pairwise_sum(v, n) / (double)n;
    for (int64_t i = 0; i < n; i++) room[i] = (v[i] - mean) * (v[i] - mean);
    return sqrt(cx__pairwise_sum(room, n) / (double)n);
}

typedef struct mixed {
    groups *s;
    int64_t c;             /* classes */
    double *in_group;      /* [k, c] rows */
    double *in_class;      /* [c] */
    double *in_fold;       /* [splits, c] */
    double *spread, *room; /* [c] */
    counted *order;        /* [k]: the most uneven groups first */
} mixed;

static int by_spread(const void *a, const void *b)
{
    const counted *const x = a, *const y = b;
    if (x->count != y->count) return x->count < y->count ? 1 : -1;
    return x->group > y->group ? 1 : -1; /* here: the place in the shuffled order */
}

/* Mean over the classes of how unevenly their rows lie in the folds. */
static double unevenness(const mixed *m)
{
    const int64_t folds = m->s->splits;
    for (int64_t c = 0; c < m->c; c++) {
        double sum = 0, squares = 0;
        for (int64_t f = 0; f < folds; f++) sum += m->in_fold[f * m->c + c] / m->in_class[c];
        const double mean = sum / (double)folds;
        for (int64_t f = 0; f < folds; f++) {
            const double off = m->in_fold[f * m->c + c] / m->in_class[c] - mean;
            squares += off * off;
        }
        m->spread[c] = sqrt(squares / (double)folds);
    }
    return cx__pairwise_sum(m->spread, m->c) / (double)m->c;
}

static int64_t best_fold(const mixed *m, const double *group)
{
    int64_t best = 0;
    double least = (double)INFINITY, fewest = (double)INFINITY;
    for (int64_t f = 0; f < m->s->splits; f++) {
        double *const mine = m->in_fold + f * m->c;
        for (int64_t c = 0; c < m->c; c++) mine[c] += group[c];
        const double now = unevenness(m);
        for (int64_t c = 0; c < m->c; c++) mine[c] -= group[c];
        const double rows = cx__pairwise_sum(mine, m->c);
        const bool alike = isfinite(least) && fabs(now - least) <= 1e-8 + 1e-5 * fabs(least);
        if (now < least || (alike && rows < fewest)) {
            least = now;
            fewest = rows;
            best = f;
        }
    }
    return best;
}

/* order: of the groups, shuffled or not */
static void deal_groups(const mixed *m, const int64_t *order)
{
    const groups *const s = m->s;
    for (int64_t i = 0; i < s->k; i++)
        m->order[i] = (counted){cx__deviation(m->in_group + order[i] * m->c, m->c, m->room), i};
    qsort(m->order, (size_t)s->k, sizeof *m->order, by_spread);
    for (int64_t i = 0; i < s->k; i++) {
        const int64_t group = order[m->order[i].group];
        const double *const rows = m->in_group + group * m->c;
        const int64_t f = best_fold(m, rows);
        for (int64_t c = 0; c < m->c; c++) m->in_fold[f * m->c + c] += rows[c];
        s->fold[group] = f;
    }
}

static cx_status enough_rows(const mixed *m)
{
    double most = 0, least = (double)INFINITY;
    for (int64_t c = 0; c < m->c; c++) {
        most = fmax(most, m->in_class[c]);
        least = fmin(least, m->in_class[c]);
    }
    if ((double)m->s->splits > most)
        return cx__fail(CX_E_ARGUMENT, "split",
                        "StratifiedGroupKFold: %lld folds, but no class has more than %.0f rows",
                        (long long)m->s->splits, most);
    if ((double)m->s->splits > least)
        cx__warn(CX_E_ARGUMENT,
                 "StratifiedGroupKFold: the smallest class has only %.0f rows for %lld folds",
                 least, (long long)m->s->splits);
    return CX_OK;
}

/* m's arrays and the order are there. */
static cx_status deal_mixed(mixed *m, const cx_array *classes, int64_t *order)
{
    groups *const s = m->s;
    const cx_array *const both =
        cx_add(cx_mul(s->codes, cx_int(m->c)), classes); /* group and class as one number */
    CX__TRY(cx__so_far());
    CX__TRY(cx__count_codes(&s->site, both, NULL, s->k * m->c, m->in_group));
    for (int64_t i = 0; i < s->k * m->c; i++) m->in_class[i % m->c] += m->in_group[i];
    CX__TRY(enough_rows(m));
    for (int64_t i = 0; i < s->k; i++) order[i] = i;
    if (s->g) CX__TRY(cx__shuffle_rows(s->g, order, s->k));
    deal_groups(m, order);
    return CX_OK;
}

static cx_status stratified_group_kfold(const cx_estimator *self, const cx_data *d, int64_t cap,
                                        cx_fold *folds, int64_t *count)
{
    groups s = {0};
    CX__TRY(open_kfold(self, d, &s));
    *count = s.splits;
    const cx_array *const y = cx__data_y(d);
    if (!y) return cx__fail(CX_E_ARGUMENT, "split", "%s needs y", self->cls->name);
    const cx_labels l = cx_labels_encode(y);
    CX__TRY(cx__so_far());
    mixed m = {.s = &s, .c = cx_size(l.classes)};
    const size_t k = (size_t)s.k, c = (size_t)m.c;
    m.in_group = cx__calloc(k * c + c * ((size_t)s.splits + 3), sizeof *m.in_group);
    s.fold = cx__calloc(2 * k + 1, sizeof *s.fold);
    m.order = cx__calloc(k + 1, sizeof *m.order);
    cx_status st = m.in_group && s.fold && m.order
                       ? CX_OK
                       : cx__fail_nomem("split", "groups", k * c * sizeof *m.in_group);
    if (st == CX_OK) {
        m.in_fold = m.in_group + k * c;
        m.in_class = m.in_fold + c * (size_t)s.splits;
        m.spread = m.in_class + c;
        m.room = m.spread + c;
        st = deal_mixed(&m, l.codes, s.fold + k);
    }
    if (st == CX_OK) st = finish(&s, cap, folds);
    cx__free(m.in_group);
    cx__free(m.order);
    cx__free(s.fold);
    return st;
}

/* ---- leaving groups out */
static cx_status leave_one(const cx_estimator *self, const cx_data *d, int64_t cap, cx_fold *folds,
                           int64_t *count)
{
    groups s = {0};
    CX__TRY(open_groups(self, d, &s));
    if (s.k < 2)
        return cx__fail(CX_E_ARGUMENT, "split", "%s needs two groups; there is only one",
                        self->cls->name);
    *count = s.k;
    return cx__folds_from(s.codes, s.k, cap, folds);
}

static cx_status leave_some(const cx_estimator *self, const cx_data *d, int64_t cap, cx_fold *folds,
                            int64_t *count)
{
    groups s = {0};
    CX__TRY(open_groups(self, d, &s));
    const int64_t p = cx__param(self, "n_groups")->u.i;
    if (p >= s.k)
        return cx__fail(CX_E_ARGUMENT, "split", "%s: of %lld groups %lld cannot be left out",
                        self->cls->name, (long long)s.k, (long long)p);
    CX__TRY(cx__choose_count("split", s.k, p, count));
    int64_t *const chosen = cx__calloc((size_t)(p + s.k), sizeof *chosen), *const out = chosen + p;
    if (!chosen) return cx__fail_nomem("split", "groups", (size_t)(p + s.k) * sizeof *chosen);
    cx_status st = CX_OK;
    for (int64_t i = 0; i < p; i++) chosen[i] = i;
    for (int64_t f = 0; f < *count && f < cap && st == CX_OK; f++) {
        memset(out, 0, (size_t)s.k * sizeof *out);
        for (int64_t i = 0; i < p; i++) out[chosen[i]] = 1;
        const cx_array *const test =
            cx_equal(cx_take(cx__given(&s.site, out, s.k, CX_I64), s.codes, 0), cx_int(1));
        folds[f].train = cx_flatnonzero(cx_logical_not(test));
        folds[f].test = cx_flatnonzero(test);
        st = cx__so_far();
        cx__choose_next(chosen, p, s.k);
    }
    cx__free(chosen);
    return st;
}

const cx_estimator_class cx__class_group_kfold = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "GroupKFold",
    .doc = "Folds of nearly equal size that keep groups whole.",
    .kind = CX_SPLITTER,
    .positional = 1,
    .params = kfold_params,
    .split = group_kfold,
};
const cx_estimator_class cx__class_stratified_group_kfold = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "StratifiedGroupKFold",
    .doc = "Folds that keep groups whole and give every class its share where they can.",
    .kind = CX_SPLITTER,
    .positional = 3,
    .params = kfold_params,
    .split = stratified_group_kfold,
};
const cx_estimator_class cx__class_leave_one_group_out = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "LeaveOneGroupOut",
    .doc = "Each group tests once.",
    .kind = CX_SPLITTER,
    .split = leave_one,
};
const cx_estimator_class cx__class_leave_pgroups_out = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "LeavePGroupsOut",
    .doc = "Each choice of so many groups tests once.",
    .kind = CX_SPLITTER,
    .positional = 1,
    .params = leave_params,
    .split = leave_some,
};
