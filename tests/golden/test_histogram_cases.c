/* device: each. Histograms against NumPy (golden/make_histogram_cases.py). */
#include "cases.h"
#include "plain.h"
#include <calx/statistics.h>
#include <criterion/criterion.h>
#include <stdlib.h>

static cx_maybe_f64 maybe(test_case *c, const char *key)
{
    return (cx_maybe_f64){case_has(c, key), case_f64(c, key, 0)};
}
static void histogram(test_case *c, cx_array **out)
{
    cx_histogram_opts o = {.struct_size = sizeof o, .bins = case_int(c, "bins", 0)};
    o.rule = case_text(c, "rule", NULL);
    o.edges = case_array(c, 1);
    o.weights = case_array(c, 2);
    o.first = maybe(c, "first");
    o.last = maybe(c, "last");
    o.density = case_int(c, "density", 0) != 0;
    const cx_histogrammed r = cx_histogram(case_array(c, 0), &o);
    out[0] = r.counts;
    out[1] = r.edges;
    if (cx_status_of(r.counts) == CX_OK) out[2] = cx_histogram_bin_edges(case_array(c, 0), &o);
}

/* Options of several dimensions; weights are argument w, edges those after it. */
typedef struct several {
    cx_histogramdd_opts o;
    int64_t each[32];
    double ranges[64];
    const cx_array *edges[CASE_ARGS];
} several;
static const cx_histogramdd_opts *several_of(test_case *c, int w, several *s)
{
    s->o = (cx_histogramdd_opts){.struct_size = sizeof s->o, .bins = case_int(c, "bins", 0)};
    s->o.weights = case_array(c, w);
    s->o.density = case_int(c, "density", 0) != 0;
    if (case_ints(c, "each", s->each) > 0) s->o.bins_each = s->each;
    const char *at = case_text(c, "ranges", NULL);
    if (at != NULL) s->o.ranges = s->ranges;
    for (int i = 0; at != NULL && *at != '\0'; i++) {
        char *end;
        s->ranges[i] = plain_number(at, &end);
        at = *end == ',' ? end + 1 : end;
    }
    const int n = case_count(c) - w - 1;
    for (int i = 0; i < n; i++) s->edges[i] = case_array(c, w + 1 + i);
    bool any = false;
    for (int i = 0; i < n; i++) any = any || s->edges[i] != NULL;
    if (any) s->o.edges = (cx_arrays){n, s->edges};
    return &s->o;
}
static void histogramdd(test_case *c, cx_array **out)
{
    several s;
    out[0] = cx_histogramdd(case_array(c, 0), several_of(c, 1, &s), out + 1);
}
static void histogram2d(test_case *c, cx_array **out)
{
    several s;
    const cx_histogrammed2d r =
        cx_histogram2d(case_array(c, 0), case_array(c, 1), several_of(c, 2, &s));
    out[0] = r.counts;
    out[1] = r.x_edges;
    out[2] = r.y_edges;
}

static const case_fn calls[] = {
    {"histogram", histogram},
    {"histogramdd", histogramdd},
    {"histogram2d", histogram2d},
};

Test(golden, histogram)
{
    cr_assert_geq(CASES("golden/histogram_cases.tsv", calls), 500);
}
