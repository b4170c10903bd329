/* calx bench: plan, ceilings, sweeps; a table as they end, then the report's files. */
#include "bench.h"
#include <stdlib.h>
#include <string.h>

static int one_case(const bench_plan *p, const bench_case *c, json_t *rows)
{
    const cx_dtype own = bench_own_dtype(c);
    for (int i = 0; p->dtypes[i] != CX_DTYPE_NONE; i++) {
        bench_row row;
        const int failed = bench_sweep(p, c, own != CX_DTYPE_NONE ? own : p->dtypes[i], &row);
        if (failed != CLI_OK) return failed;
        bench_print_row(p, &row);
        json_array_append_new(rows, bench_report_row(p, &row));
        if (own != CX_DTYPE_NONE) break;
    }
    return CLI_OK;
}

/* A case that fails is told and left out, and the others go on. */
static int all_suites(const bench_plan *p, json_t *rows)
{
    const char *shown = NULL;
    int result = CLI_OK;
    for (int i = 0; i < bench_suite_count; i++)
        for (int k = 0; k < bench_suites[i]->count; k++) {
            const bench_case *const c = &bench_suites[i]->cases[k];
            if (!bench_wanted(p, c)) continue;
            if (shown == NULL || strcmp(shown, c->suite) != 0) bench_print_suite(p, c->suite);
            shown = c->suite;
            if (one_case(p, c, rows) != CLI_OK) result = CLI_FAILED;
        }
    return result;
}

/* ---- the user's own */
/* A table of numbers becomes a matrix, which any device can have, and labels become codes; one with
 * text stays a table, for the CPU. */
static cx_status as_matrix(cli_data *d)
{
    const cx_table *const t = d->data.table;
    if (t != NULL) {
        const char *const target = d->data.target;
        const cx_table *const x = target != NULL ? cx_table_drop(t, CX_NAMES(target)) : t;
        if (cx_table_status(x) != CX_OK) return cx_table_status(x);
        for (int i = 0; i < cx_table_count(x); i++)
            if (cx_table_dtype(x, i) == CX_CAT) return CX_OK;
        d->data.x = cx_table_to_matrix(x, (cx_names){0, NULL});
        if (target != NULL) d->data.y = cx_table_column(t, target);
        d->data.table = NULL;
        d->data.target = NULL;
    }
    if (d->data.y != NULL && cx_dtype_of(d->data.y) == CX_CAT)
        d->data.y = cx_astype(cx_codes(d->data.y), CX_I64);
    return cx_ok() ? CX_OK : CX_E_ARGUMENT;
}

static void leave_gpus(bench_plan *p)
{
    if (p->device_count > (p->cpu >= 0))
        fprintf(stderr,
                "calx bench: the file has columns of text, which stay on the host: CPU only\n");
    p->devices[0] = CX_CPU;
    if (p->cpu > 0) p->per_hour[0] = p->per_hour[p->cpu];
    p->cpu = 0;
    p->device_count = 1;
}

/* as they are, then a quarter, a sixteenth, ... down to some ten rows; rising */
static bench_sizes own_sizes(int64_t rows)
{
    enum { STEPS = 5, FEW = 16 };
    bench_sizes s = {{0}, {0}};
    int n = 0;
    for (int64_t k = STEPS - 1; k >= 0; k--) {
        const int64_t size = rows >> (2 * k);
        if (size >= FEW || k == 0) s.full[n++] = size;
    }
    memcpy(s.quick, s.full, sizeof s.quick);
    return s;
}

static int read_own(const cli_args *a, bench_plan *p)
{
    if (cx_estimator_status(cx_estimator_new(a->mine)) != CX_OK) return cli_fail();
    if (cli_read(a->file[0], a->target, a->y, 0, &p->data) != CX_OK) return cli_fail();
    if (as_matrix(&p->data) != CX_OK) return cli_fail();
    if (p->data.rows < 1) return cli_fail_text("there are no rows in", a->file[0]);
    if (p->data.data.table != NULL)
        leave_gpus(p);
    else if (cx_dtype_of(p->data.data.x) == CX_F32)
        p->dtypes[0] = CX_F32;
    return CLI_OK;
}

static int own_cases(const cli_args *a, const bench_plan *p, json_t *report)
{
    const bench_sizes sizes = own_sizes(p->data.rows);
    bench_case cases[2];
    const int count = bench_mine(a->mine, &sizes, cases);
    json_t *const rows = json_array();
    json_object_set_new(
        report, "mine",
        json_pack("{s:s, s:s, s:o}", "spec", a->mine, "data", a->file[0], "rows", rows));
    printf("\n%s on %s, %lld rows; a larger n repeats them\n", a->mine, a->file[0],
           (long long)p->data.rows);
    bench_print_suite(p, "mine");
    int result = CLI_OK;
    for (int i = 0; i < count && result == CLI_OK; i++) result = one_case(p, &cases[i], rows);
    return result;
}

static int write_files(const cli_args *a, const json_t *report)
{
    int result = CLI_OK;
    if (a->json_file != NULL) {
        char *const text = json_dumps(report, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
        result = text != NULL ? cli_replace_file(a->json_file, text, strlen(text))
                              : cli_fail_text("no memory for the report", NULL);
        free(text);
    }
    if (result == CLI_OK && a->html != NULL) result = cli_bench_page(a->html, report);
    return result;
}

int cli_bench(const cli_args *a)
{
    bench_plan p;
    int result = bench_plan_of(a, &p);
    if (result == CLI_OK && a->mine != NULL) result = read_own(a, &p);
    if (result != CLI_OK) return result;
    for (int d = 0; d < p.device_count; d++)
        p.ceilings[d] = bench_ceiling_of(p.devices[d], p.quick);
    if (!cx_ok()) return cli_fail();
    bench_print_machine(&p);
    fflush(stdout);
    json_t *const report = bench_report(&p);
    if (report == NULL) return cli_fail_text("no memory for the report", NULL);
    result = a->mine != NULL ? own_cases(a, &p, report)
                             : all_suites(&p, json_object_get(report, "rows"));
    const int written = write_files(a, report);
    json_decref(report);
    return result != CLI_OK ? result : written;
}
