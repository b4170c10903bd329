/* calx predict, transform: a saved model on a data file. */
#include "cli.h"
#include <string.h>

int cli_load_both(const cli_args *a, cx_estimator **m, cli_data *d, cx_device *device)
{
    if (!cli_device(a->device, device)) return CLI_FAILED;
    *m = cx_estimator_load(a->file[0]);
    if (cx_estimator_status(*m) != CX_OK) return cli_fail();
    if (device->kind != CX_DEVICE_CPU) *m = cx_estimator_to(*m, *device);
    const int64_t features =
        cx_has_attr(*m, "n_features_in_") ? cx_item_i64(cx_attr(*m, "n_features_in_")) : 0;
    if (cli_read(a->file[1], a->target, a->y, features, d) != CX_OK) return cli_fail();
    cli_move(d, *device);
    return cx_ok() ? CLI_OK : cli_fail();
}

/* Names of the columns of r, NULL if the model has none for them. */
static cx_array *names_of(const cx_estimator *m, const cx_array *r)
{
    const cx_scope s = cx_scope_open();
    cx_array *const names = cx_feature_names_out(m, NULL);
    const bool fit = cx_ok() && cx_ndim(r) == 2 && cx_size(names) == cx_dim(r, 1);
    if (fit) return cx_scope_return(s, names);
    (void)!cx_scope_close(s);
    return NULL;
}

static bool is_text(const char *path)
{
    return path == NULL || cli_has_extension(path, ".csv");
}

static int apply(const cli_args *a, cx_array *(*method)(const cx_estimator *m, const cx_data *d),
                 const char *name)
{
    cx_estimator *m;
    cli_data d;
    cx_device device;
    const int bad = cli_load_both(a, &m, &d, &device);
    if (bad != CLI_OK) return bad;
    const cx_array *r = method(m, &d.data);
    if (cx_status_of(r) != CX_OK) return cli_fail();
    /* columns of several label columns are numbered: their classes may have the same names */
    const bool named = a->proba && cx_has_attr(m, "classes_") && !cx_has_attr(m, "class_offsets_");
    const cx_array *const labels = named ? cx_attr(m, "classes_") : NULL;
    const cx_array *const names =
        method == cx_transform_data && is_text(a->output) ? names_of(m, r) : NULL;
    if (cli_write(a->output, r, names != NULL ? NULL : name, names != NULL ? names : labels) !=
        CX_OK)
        return cli_fail();
    return CLI_OK;
}

int cli_predict(const cli_args *a)
{
    return a->proba ? apply(a, cx_predict_proba_data, "p")
                    : apply(a, cx_predict_data, "prediction");
}

int cli_transform(const cli_args *a)
{
    return apply(a, cx_transform_data, "x");
}
