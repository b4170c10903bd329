/* Data files of the command: CSV as tables, .npy and svmlight as matrices, results out by
 * extension. */
#include "cli.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool cli_has_extension(const char *path, const char *extension)
{
    const size_t n = strlen(path), e = strlen(extension);
    return n > e && strcmp(path + n - e, extension) == 0;
}

bool cli_is_svmlight(const char *path)
{
    static const char *const known[] = {".svm", ".svmlight", ".libsvm", ".svm.gz"};
    for (int i = 0; i < 4; i++)
        if (cli_has_extension(path, known[i])) return true;
    return false;
}

/* column of a matrix, and the matrix without it */
static cx_status split_column(const cx_array *x, const char *target, cli_data *out)
{
    char *end;
    const long long k = strtoll(target, &end, 10);
    const int64_t n = cx_dim(x, 1), at = k < 0 ? k + n : k;
    if (*target == '\0' || *end != '\0' || at < 0 || at >= n) {
        fprintf(stderr, "calx: --target %s is no column of a matrix with %" PRId64 " columns\n",
                target, n);
        return CX_E_ARGUMENT;
    }
    out->data.y = cx_select(x, 1, at);
    out->data.x =
        at == n - 1 ? cx_slice(x, 1, 0, at, 1)
        : at == 0
            ? cx_slice(x, 1, 1, n, 1)
            : cx_concatenate(CX_ARRAYS(cx_slice(x, 1, 0, at, 1), cx_slice(x, 1, at + 1, n, 1)), 1);
    return cx_status_of(out->data.x);
}

cx_status cli_read(const char *path, const char *target, const char *y_path, int64_t features,
                   cli_data *out)
{
    *out = (cli_data){.rows = 0};
    if (y_path != NULL) {
        out->data.y = cx_load(y_path);
        if (cx_status_of(out->data.y) != CX_OK) return cx_status_of(out->data.y);
    }
    if (cli_has_extension(path, ".npy")) {
        cx_array *x = cx_load(path);
        if (cx_status_of(x) != CX_OK) return cx_status_of(x);
        out->rows = cx_dim(x, 0);
        out->columns = cx_ndim(x) > 1 ? cx_dim(x, 1) : 1;
        out->data.x = x;
        return target != NULL && cx_ndim(x) == 2 ? split_column(x, target, out) : CX_OK;
    }
    if (cli_is_svmlight(path)) {
        const cx_svmlight d =
            cx_load_svmlight_file(path, CX_OPTS(cx_load_svmlight_opts, .n_features = features));
        if (cx_status_of(d.x) != CX_OK) return cx_status_of(d.x);
        if (target != NULL) {
            fprintf(stderr, "calx: --target %s: %s has its target at the start of each line\n",
                    target, path);
            return CX_E_ARGUMENT;
        }
        out->data.x = d.x;
        if (out->data.y == NULL) out->data.y = d.y;
        out->rows = cx_dim(d.x, 0);
        out->columns = cx_dim(d.x, 1);
        return CX_OK;
    }
    const cx_table *t = cx_read_csv(path, NULL);
    if (cx_table_status(t) != CX_OK) return cx_table_status(t);
    out->data.table = t;
    out->data.target = target;
    out->rows = cx_table_rows(t);
    out->columns = cx_table_count(t);
    return CX_OK;
}

void cli_move(cli_data *d, cx_device device)
{
    if (device.kind == CX_DEVICE_CPU) return;
    if (d->data.x != NULL) d->data.x = cx_to(d->data.x, device);
    if (d->data.y != NULL && cx_dtype_of(d->data.y) != CX_CAT) d->data.y = cx_to(d->data.y, device);
}

static void column_name(char *out, size_t cap, const char *name, const cx_array *labels, int64_t i)
{
    if (name == NULL)
        snprintf(out, cap, "%.*s", (int)cap - 1, cx_label(labels, i));
    else if (labels == NULL || i >= cx_size(labels))
        snprintf(out, cap, "%.24s%" PRId64, name, i);
    else if (cx_dtype_of(labels) == CX_CAT)
        snprintf(out, cap, "%.24s_%.60s", name, cx_label(labels, i));
    else
        snprintf(out, cap, "%.24s_%" PRId64, name, cx_item_i64(cx_select(labels, 0, i)));
}

cx_table *cli_to_table(const cx_array *a, const char *name, const cx_array *labels)
{
    const int64_t columns = cx_ndim(a) == 2 ? cx_dim(a, 1) : 1;
    if (cx_ndim(a) < 2) {
        const cx_array *line = cx_ndim(a) == 0 ? cx_reshape(a, CX_SHAPE(1)) : a;
        return cx_table_new(CX_NAMES(name), CX_ARRAYS(line));
    }
    const char **names = calloc((size_t)columns + 1, sizeof *names);
    const cx_array **parts = calloc((size_t)columns + 1, sizeof *parts);
    enum { NAME = 256 };
    char *text = calloc((size_t)columns + 1, NAME);
    cx_table *t = NULL;
    if (names != NULL && parts != NULL && text != NULL) {
        for (int64_t i = 0; i < columns; i++) {
            column_name(text + NAME * i, NAME, name, labels, i);
            names[i] = text + NAME * i;
            parts[i] = cx_select(a, 1, i);
        }
        t = cx_table_new((cx_names){(int)columns, names}, (cx_arrays){(int)columns, parts});
    }
    free(text);
    free(parts);
    free(names);
    return t;
}

/* through a file that is gone at once: the writer of CSV knows files only */
cx_status cli_write_stdout(const cx_table *t)
{
    char path[] = "/tmp/calx-XXXXXX";
    const int fd = mkstemp(path);
    if (fd < 0) {
        perror("calx: a temporary file");
        return CX_E_IO;
    }
    close(fd);
    const cx_status st = cx_write_csv(path, t, NULL);
    FILE *f = st == CX_OK ? fopen(path, "r") : NULL;
    char buffer[4096];
    size_t n;
    while (f != NULL && (n = fread(buffer, 1, sizeof buffer, f)) > 0) fwrite(buffer, 1, n, stdout);
    if (f != NULL) fclose(f);
    unlink(path);
    return st;
}

cx_status cli_write(const char *path, const cx_array *a, const char *name, const cx_array *labels)
{
    if (cx_status_of(a) != CX_OK) return cx_status_of(a);
    const cx_array *host = cx_to(a, CX_CPU);
    if (path != NULL && cli_has_extension(path, ".npy")) return cx_save(path, host);
    if (path != NULL && cli_has_extension(path, ".safetensors"))
        return cx_safetensors_save(path, CX_NAMES(name), CX_ARRAYS(host), NULL);
    const cx_table *t = cli_to_table(host, name, labels);
    if (t == NULL) return CX_E_NOMEM;
    if (cx_table_status(t) != CX_OK) return cx_table_status(t);
    return path != NULL ? cx_write_csv(path, t, NULL) : cli_write_stdout(t);
}
