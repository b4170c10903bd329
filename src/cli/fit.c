/* calx fit: read, split, fit, score, save, read back and compare; a line a stage. */
#include "cli.h"
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

/* NaN is like NaN here: missing values may go through a transformer. */
static bool same_values(const cx_array *p, const cx_array *q)
{
    if (cx_array_equal(p, q)) return true;
    if (cx_dtype_kind(cx_dtype_of(p)) != 'f' || cx_ndim(p) != cx_ndim(q) ||
        cx_size(p) != cx_size(q))
        return false;
    const cx_array *const both = cx_logical_and(cx_isnan(p), cx_isnan(q));
    return cx_item_bool(cx_all(cx_logical_or(both, cx_equal(p, q)), CX_ALL));
}

/* predictions of two models on the same data, bit for bit? */
static bool same_predictions(const cx_estimator *a, const cx_estimator *b, const cx_data *d,
                             bool transforms, int64_t *rows)
{
    const cx_array *p = transforms ? cx_transform_data(a, d) : cx_predict_data(a, d);
    const cx_array *q = transforms ? cx_transform_data(b, d) : cx_predict_data(b, d);
    if (cx_status_of(p) != CX_OK || cx_status_of(q) != CX_OK) return false;
    *rows = cx_dim(p, 0);
    return same_values(p, q);
}

static long long file_size(const char *path)
{
    struct stat s;
    return stat(path, &s) == 0 ? (long long)s.st_size : 0;
}

static int save_and_check(const cli_args *a, const cx_estimator *m, const cx_data *d,
                          cx_device device)
{
    char text[200];
    cli_stage_begin("save", a->output);
    if (cx_estimator_save(a->output, m) != CX_OK) return cli_fail();
    snprintf(text, sizeof text, "%lld bytes", file_size(a->output));
    cli_stage_end(text, device);

    cli_stage_begin("reload", a->output);
    const cx_estimator *back = cx_estimator_load(a->output);
    if (cx_estimator_status(back) != CX_OK) return cli_fail();
    if (device.kind != CX_DEVICE_CPU) back = cx_estimator_to(back, device);
    const bool transforms = !cx_estimator_has(m, CX_PREDICT);
    int64_t rows = 0;
    if (!same_predictions(m, back, d, transforms, &rows))
        return cx_ok() ? cli_fail_text("the reloaded model's predictions differ:", a->output)
                       : cli_fail();
    snprintf(text, sizeof text, "%" PRId64 " predictions identical", rows);
    cli_stage_end(text, device);
    return CLI_OK;
}

int cli_fit(const cli_args *a)
{
    if (a->model == NULL || a->output == NULL) {
        fprintf(stderr, "calx fit: %s is missing\n",
                a->model == NULL ? "--model SPEC" : "-o MODEL");
        return CLI_USAGE;
    }
    cx_device device;
    if (!cli_device(a->device, &device)) return CLI_FAILED;
    cx_estimator *m = cx_estimator_new(a->model);
    if (cx_estimator_status(m) != CX_OK) return cli_fail();

    cli_data all;
    char text[200];
    cli_stage_begin("read", a->file[0]);
    if (cli_read(a->file[0], a->target, a->y, 0, &all) != CX_OK) return cli_fail();
    cli_move(&all, device);
    snprintf(text, sizeof text, "%" PRId64 " rows, %" PRId64 " columns", all.rows, all.columns);
    cli_stage_end(text, device);

    cx_data train, test;
    const int split = cli_hold_out(a, &all, &train, &test, device);
    if (split != CLI_OK) return split;

    cli_stage_begin("fit", a->model);
    if (cx_fit_data(m, &train) != CX_OK) return cli_fail();
    cli_stage_end("", device);

    const int scored_well = cli_score_stage(a, m, &test, device);
    if (scored_well != CLI_OK) return scored_well;
    return save_and_check(a, m, &test, device);
}
