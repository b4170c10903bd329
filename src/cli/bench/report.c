/* The report as JSON: the machine, its ceilings, a row for each case and dtype. docs/benchmarks.md
 * describes it; numbers are null where there is nothing. */
#include "bench.h"
#include <math.h>
#include <time.h>

static json_t *number(double v)
{
    return isfinite(v) ? json_real(v) : json_null();
}

static json_t *machine(const bench_plan *p)
{
    cx_device_info info;
    if (cx_device_info_get(CX_CPU, &info) != CX_OK) return json_object();
    json_t *const gpus = json_array(), *const m = json_pack(
                                           "{s:s, s:i, s:s, s:s, s:o, s:o}", "cpu", info.name,
                                           "threads", info.threads, "isa", info.isa, "library",
                                           info.library, "load", number(p->load), "gpus", gpus);
    for (int d = 0; d < p->device_count; d++) {
        char name[16];
        if (d == p->cpu || cx_device_info_get(p->devices[d], &info) != CX_OK) continue;
        json_array_append_new(gpus, json_pack("{s:s, s:s, s:s}", "device",
                                              cx_device_name(p->devices[d], name), "name",
                                              info.name, "library", info.library));
    }
    return m;
}

static json_t *ceiling(const bench_ceiling *c)
{
    char name[16];
    json_t *const copies = json_array();
    for (int i = 0; i < c->copies; i++)
        json_array_append_new(copies, json_pack("{s:f, s:f}", "bytes", c->copy[i].bytes, "gbs",
                                                c->copy[i].per_second / 1e9));
    return json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "device", cx_device_name(c->device, name),
        "copy_gbs", number(c->copy[c->copies - 1].per_second / 1e9), "f64_gflops",
        number(c->product[0] / 1e9), "f32_gflops", number(c->product[1] / 1e9), "to_gbs",
        number(c->to / 1e9), "from_gbs", number(c->from / 1e9), "copies", copies);
}

json_t *bench_report(const bench_plan *p)
{
    const time_t now = time(NULL);
    struct tm utc;
    char date[40] = "";
    if (gmtime_r(&now, &utc) != NULL) strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &utc);
    json_t *const ceilings = json_array();
    for (int d = 0; d < p->device_count; d++)
        json_array_append_new(ceilings, ceiling(&p->ceilings[d]));
    return json_pack("{s:s, s:s, s:o, s:o, s:[], s:n}", "calx", cx_version(), "date", date,
                     "machine", machine(p), "ceilings", ceilings, "rows", "mine");
}

static json_t *measured(const bench_plan *p, const bench_point *at, int d)
{
    const bench_on *const on = &at->on[d];
    const bench_stats *const s = &on->alone;
    if (on->left_out != NULL) return json_null();
    json_t *const o =
        json_pack("{s:o, s:o, s:o, s:o, s:i, s:o, s:o, s:o, s:o}", "median", number(s->median),
                  "low", number(s->low), "high", number(s->high), "best", number(s->best),
                  "samples", s->samples, "gbs", number(at->bytes / s->median / 1e9), "gflops",
                  at->flops > 0 ? number(at->flops / s->median / 1e9) : json_null(), "limit",
                  number(on->limit), "per_million", number(on->price));
    if (d != p->cpu) json_object_set_new(o, "with_transfer", number(on->with_transfer));
    return o;
}

static json_t *crossing(const bench_crossing *c)
{
    return json_pack("{s:o, s:o}", "alone", number(c->alone), "with_transfer",
                     number(c->with_transfer));
}

json_t *bench_report_row(const bench_plan *p, const bench_row *row)
{
    char name[16];
    json_t *const points = json_array(), *const pays = json_object(),
                  *const cheaper = json_object();
    for (int i = 0; i < row->count; i++) {
        const bench_point *const at = &row->points[i];
        json_t *const on = json_object();
        for (int d = 0; d < p->device_count; d++)
            json_object_set_new(on, cx_device_name(p->devices[d], name), measured(p, at, d));
        json_array_append_new(points, json_pack("{s:I, s:f, s:f, s:o}", "n", (json_int_t)at->n,
                                                "bytes", at->bytes, "flops", at->flops, "on", on));
    }
    for (int d = 0; d < p->device_count; d++) {
        if (d == p->cpu) continue;
        (void)cx_device_name(p->devices[d], name);
        json_object_set_new(pays, name, crossing(&row->pays[d]));
        json_object_set_new(cheaper, name, crossing(&row->cheaper[d]));
    }
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o}", "suite", row->what->suite, "name",
                     row->what->name, "dtype", cx_dtype_name(row->dtype), "unit", row->what->unit,
                     "points", points, "break_even", pays, "cheaper", cheaper);
}
