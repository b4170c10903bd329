/* calx convert: between .csv, .npy, .npz, .safetensors and svmlight. Everything becomes named
 * arrays in between; what svmlight holds is columns, the last one called target. */
#include "cli.h"
#include <stdlib.h>
#include <string.h>

typedef struct named {
    int count;
    const char **name;
    const cx_array **array;
} named;

static bool grow(named *n, int count)
{
    n->name = calloc((size_t)count + 1, sizeof *n->name);
    n->array = calloc((size_t)count + 1, sizeof *n->array);
    return n->name != NULL && n->array != NULL;
}

static bool read_table(const cx_table *t, named *n)
{
    if (cx_table_status(t) != CX_OK || !grow(n, cx_table_count(t))) return false;
    for (n->count = 0; n->count < cx_table_count(t); n->count++) {
        n->name[n->count] = cx_table_name(t, n->count);
        n->array[n->count] = cx_table_column_at(t, n->count);
    }
    return true;
}

/* Columns of a matrix as x0, x1, ..., and one more. */
static bool read_svmlight(const char *path, named *n)
{
    const cx_svmlight d = cx_load_svmlight_file(path, NULL);
    const cx_table *t = cx_ok() ? cli_to_table(d.x, "x", NULL) : NULL;
    if (t != NULL) t = cx_table_with(t, "target", d.y);
    return t != NULL && read_table(t, n);
}

static bool read_any(const char *path, named *n)
{
    if (cli_is_svmlight(path)) return read_svmlight(path, n);
    if (cli_has_extension(path, ".csv")) return read_table(cx_read_csv(path, NULL), n);
    if (cli_has_extension(path, ".npz") || cli_has_extension(path, ".safetensors")) {
        const cx_tensors *t =
            cli_has_extension(path, ".npz") ? cx_npz_open(path) : cx_safetensors_load(path);
        if (cx_tensors_status(t) != CX_OK || !grow(n, cx_tensors_count(t))) return false;
        for (n->count = 0; n->count < cx_tensors_count(t); n->count++) {
            n->name[n->count] = cx_tensors_name(t, n->count);
            n->array[n->count] = cx_tensors_at(t, n->count);
        }
        return cx_ok();
    }
    if (!grow(n, 1)) return false;
    n->name[0] = "x";
    n->array[0] = cx_load(path);
    n->count = 1;
    return cx_ok();
}

/* columns of one length become a matrix, one array stays what it is */
static const cx_array *as_one(const named *n)
{
    if (n->count == 1) return n->array[0];
    return cx_stack((cx_arrays){n->count, n->array}, 1);
}

/* The column called target, else the last one, at the start of each line. */
static cx_status write_svmlight(const char *path, const named *n)
{
    const cx_array *x = as_one(n);
    if (cx_status_of(x) != CX_OK) return cx_status_of(x);
    const int64_t columns = cx_ndim(x) == 2 ? cx_dim(x, 1) : 0;
    if (columns < 2) {
        fprintf(stderr, "calx convert: %s needs features and a target, at least two columns\n",
                path);
        return CX_E_SHAPE;
    }
    int64_t at = columns - 1;
    for (int i = 0; i < n->count && n->count > 1; i++)
        if (strcmp(n->name[i], "target") == 0) at = i;
    const cx_array *const y = cx_select(x, 1, at);
    x = cx_delete(x, cx_int(at), 1);
    return cx_status_of(x) == CX_OK ? cx_dump_svmlight_file(path, x, y, NULL) : cx_status_of(x);
}

static cx_status write_any(const char *path, const named *n)
{
    if (cli_is_svmlight(path)) return write_svmlight(path, n);
    const cx_names names = {n->count, n->name};
    const cx_arrays arrays = {n->count, n->array};
    if (cli_has_extension(path, ".npz")) return cx_npz_save(path, names, arrays, NULL);
    if (cli_has_extension(path, ".safetensors"))
        return cx_safetensors_save(path, names, arrays, NULL);
    if (cli_has_extension(path, ".npy")) {
        const cx_array *one = as_one(n);
        return cx_status_of(one) == CX_OK ? cx_save(path, one) : cx_status_of(one);
    }
    const cx_table *t =
        n->count == 1 ? cli_to_table(n->array[0], n->name[0], NULL) : cx_table_new(names, arrays);
    if (t == NULL) return CX_E_NOMEM;
    return cx_table_status(t) == CX_OK ? cx_write_csv(path, t, NULL) : cx_table_status(t);
}

int cli_convert(const cli_args *a)
{
    static const char *const known[] = {".csv", ".npy", ".npz", ".safetensors"};
    for (int f = 0; f < 2; f++) {
        bool ok = cli_is_svmlight(a->file[f]);
        for (int i = 0; i < 4; i++) ok = ok || cli_has_extension(a->file[f], known[i]);
        if (!ok) {
            fprintf(stderr, "calx convert: %s is none of .csv, .npy, .npz, .safetensors, .svm\n",
                    a->file[f]);
            return CLI_USAGE;
        }
    }
    named n = {0, NULL, NULL};
    int result = CLI_OK;
    if (!read_any(a->file[0], &n) || write_any(a->file[1], &n) != CX_OK)
        result = cli_fail();
    else
        printf("%s: %d array%s to %s\n", a->file[0], n.count, n.count == 1 ? "" : "s", a->file[1]);
    free(n.name);
    free(n.array);
    return result;
}
