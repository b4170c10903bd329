/* The features of a table or a matrix one by one, text or numbers, for classes that treat columns
 * apart. The table's target is none of them. */
#include "learn/base/estimator.h"
#include <calx/index.h>
#include <calx/table.h>
#include <string.h>

static bool is_target(const cx_estimator *m, const cx_data *d, const char *name)
{
    const char *const seen = m->state && m->state->schema ? m->state->schema->target : NULL;
    return (d->target && strcmp(name, d->target) == 0) || (seen && strcmp(name, seen) == 0);
}

/* The table's column that is feature i; -1: there are no so many; their number in *n. */
static int place_of(const cx_estimator *m, const cx_data *d, int64_t i, int64_t *n)
{
    int64_t k = 0;
    for (int c = 0; c < cx_table_count(d->table); c++) {
        if (is_target(m, d, cx_table_name(d->table, c))) continue;
        if (k++ == i) return c;
    }
    if (n) *n = k;
    return -1;
}

int64_t cx__feature_count(const cx_estimator *m, const cx_data *d)
{
    int64_t n = 0;
    if (!d->table) return cx_dim(d->x, 1);
    (void)place_of(m, d, -1, &n);
    return n;
}

int64_t cx__feature_rows(const cx_data *d)
{
    return d->table ? cx_table_rows(d->table) : cx_dim(d->x, 0);
}

cx_array *cx__feature(const char *where, const cx_estimator *m, const cx_data *d, int64_t i)
{
    if (!d->table) return cx_select(d->x, 1, i);
    const int place = place_of(m, d, i, NULL);
    if (place >= 0) return cx_table_column_at(d->table, place);
    return cx__yield(cx__fail(CX_E_SCHEMA, where, "the table has no feature %lld", (long long)i),
                     where, NULL);
}

const char *cx__feature_name(const cx_estimator *m, const cx_data *d, int64_t i)
{
    const int place = d->table ? place_of(m, d, i, NULL) : -1;
    return place >= 0 ? cx_table_name(d->table, place) : NULL;
}
