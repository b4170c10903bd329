/* Valleys of a reachability plot: see optics_xi.h. */
#include "learn/cluster/optics_xi.h"

#include "base/alloc.h"
#include "base/object.h"
#include "ops/primitives.h"
#include <math.h>
#include <string.h>

/* A steep descent that may begin a valley; the highest place since it ended. */
typedef struct descent {
    int64_t start, end;
    double between;
} descent;

typedef struct reading {
    const cx__plot *p;
    descent *open; /* [n]: those that no higher place has closed */
    int64_t count;
    int64_t *valley; /* [2 room] */
    int64_t valleys, room;
} reading;

/* ---- places. A ratio of infinities is no number, and neither steep nor going anywhere. */
static double ratio(const cx__plot *p, int64_t i)
{
    return p->reach[i] / p->reach[i + 1];
}
static bool steep(const cx__plot *p, int64_t i, bool down)
{
    const double rest = 1 - p->xi;
    return down ? ratio(p, i) >= 1 / rest : ratio(p, i) <= rest;
}
static bool goes(const cx__plot *p, int64_t i, bool down)
{
    return down ? ratio(p, i) > 1 : ratio(p, i) < 1;
}

/* The last steep place of a region that begins at start and never turns. */
static int64_t extend(const cx__plot *p, int64_t start, bool down)
{
    int64_t end = start, flat = 0;
    for (int64_t i = start; i < p->n; i++) {
        if (steep(p, i, down)) {
            flat = 0;
            end = i;
        } else if (goes(p, i, !down) || ++flat > p->min_samples) {
            break;
        }
    }
    return end;
}

/* ---- valleys */
static void close_lower(reading *r, double between)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < r->count && !isinf(between); i++) {
        descent d = r->open[i];
        if (!(between <= r->p->reach[d.start] * (1 - r->p->xi))) continue;
        if (between > d.between) d.between = between;
        r->open[kept++] = d;
    }
    r->count = kept;
}

/* Draw the end in until it was reached from inside, or is lower than the start. */
static bool correct(const cx__plot *p, int64_t start, int64_t *end)
{
    for (; start < *end; --*end) {
        if (p->reach[start] > p->reach[*end]) return true;
        for (int64_t i = start; i < *end; i++)
            if (p->row[i] == p->before[*end]) return true;
    }
    return false;
}

/* The valley between a descent and the ascent from rise to top, if there is one. */
static bool valley_of(const cx__plot *p, const descent *d, int64_t rise, int64_t top,
                      int64_t *start, int64_t *end)
{
    const double rest = 1 - p->xi, after = p->reach[top + 1], high = p->reach[d->start];
    *start = d->start;
    *end = top;
    if (after * rest < d->between) return false;
    if (high * rest >= after)
        while (p->reach[*start + 1] > after && *start < d->end) ++*start;
    else if (after * rest >= high)
        while (p->reach[*end - 1] > high && *end > rise) --*end;
    if (p->corrected && !correct(p, *start, end)) return false;
    return *end - *start + 1 >= p->min_size && *start <= d->end && *end >= rise;
}

static cx_status note(reading *r, int64_t start, int64_t end)
{
    if (r->valleys == r->room) {
        const int64_t room = 2 * r->room + 64;
        int64_t *const more = cx__realloc(r->valley, (size_t)(2 * room) * sizeof *more);
        if (more == NULL) return cx__fail_nomem("fit", "valleys", (size_t)(2 * room));
        r->valley = more;
        r->room = room;
    }
    r->valley[2 * r->valleys] = start;
    r->valley[2 * r->valleys++ + 1] = end;
    return CX_OK;
}

/* The newest descents first: theirs are the inner valleys. */
static cx_status ascend(reading *r, int64_t rise, int64_t top)
{
    for (int64_t i = r->count - 1; i >= 0; i--) {
        int64_t start, end;
        if (valley_of(r->p, &r->open[i], rise, top, &start, &end)) CX__TRY(note(r, start, end));
    }
    return CX_OK;
}

static cx_status read(reading *r)
{
    const cx__plot *const p = r->p;
    int64_t next = 0;
    double between = 0;
    for (int64_t i = 0; i < p->n; i++) {
        const bool down = steep(p, i, true);
        if ((!down && !steep(p, i, false)) || i < next) continue;
        for (int64_t j = next; j <= i; j++)
            if (p->reach[j] > between) between = p->reach[j];
        close_lower(r, between);
        const int64_t end = extend(p, i, down);
        next = end + 1;
        between = p->reach[next];
        if (down)
            r->open[r->count++] = (descent){i, end, 0};
        else
            CX__TRY(ascend(r, i, end));
    }
    return CX_OK;
}

static void label_rows(const reading *r, int64_t *place, int64_t *label)
{
    int64_t number = 0;
    for (int64_t i = 0; i < r->p->n; i++) place[i] = -1;
    for (int64_t v = 0; v < r->valleys; v++) {
        const int64_t start = r->valley[2 * v], end = r->valley[2 * v + 1];
        bool free_ = true;
        for (int64_t i = start; i <= end; i++) free_ = free_ && place[i] < 0;
        for (int64_t i = start; free_ && i <= end; i++) place[i] = number;
        number += free_;
    }
    for (int64_t i = 0; i < r->p->n; i++) label[r->p->row[i]] = place[i];
}

cx_status cx__valleys(const cx__plot *p, int64_t **out, int64_t *count, int64_t *label)
{
    reading r = {.p = p};
    int64_t *const place = cx__alloc((size_t)p->n * sizeof *place);
    r.open = cx__alloc((size_t)p->n * sizeof *r.open);
    cx_status st = place && r.open ? CX_OK : cx__fail_nomem("fit", "valleys", (size_t)p->n);
    if (st == CX_OK) st = read(&r);
    if (st == CX_OK) label_rows(&r, place, label);
    cx__free(place);
    cx__free(r.open);
    if (st != CX_OK) {
        cx__free(r.valley);
        return st;
    }
    *out = r.valley;
    *count = r.valleys;
    return CX_OK;
}

cx_array *cx__valley_list(const cx__site *s, const int64_t *valley, int64_t count)
{
    cx_array *const all = cx_empty(CX_SHAPE(count, 2), CX_I64, CX_CPU);
    int64_t *const at = count > 0 ? cx__at(all) : NULL;
    if (at != NULL) memcpy(at, valley, (size_t)(2 * count) * sizeof *valley);
    return cx__send(s, all);
}

/* ---- what needs no valleys */
void cx__plot_cut(int64_t n, const double *reach, const double *core, const int64_t *order,
                  double eps, int64_t *label)
{
    int64_t clusters = -1;
    for (int64_t i = 0; i < n; i++) {
        const int64_t row = order[i];
        const bool far = reach[row] > eps, dense = core[row] <= eps;
        clusters += far && dense;
        label[row] = far && !dense ? -1 : clusters;
    }
}

cx_status cx__plot_count(const char *where, const char *name, double given, int64_t n, int64_t *out)
{
    const int64_t share = (int64_t)(given * (double)n);
    *out = given > 1 ? (int64_t)given : share > 2 ? share : 2;
    if (*out <= n) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, where, "OPTICS: %s=%lld is more than the %lld rows", name,
                    (long long)*out, (long long)n);
}
