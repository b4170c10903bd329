/* calx eval: a formula over arrays in files and numbers. The names before the colon are those of
 * the arguments, so the text needs no head. */
#include "cli.h"
#include <stdlib.h>
#include <string.h>

enum { MOST = 16, RUNS = 20 };

typedef struct inputs {
    int count;
    const cx_array *at[MOST];
    cx_scalar number[MOST];
    char *source;
} inputs;

bool cli_number(const char *text, cx_scalar *out)
{
    const cx_array *const v = cx_eval_n(text, 0, NULL);
    if (cx_status_of(v) != CX_OK || cx_ndim(v) != 0) return false;
    cx_complex128 z;
    if (cx_item_c128_into(v, &z) != CX_OK) return false;
    const cx_dtype t = cx_dtype_of(v);
    if (t == CX_I64 || t == CX_BOOL)
        *out = (cx_scalar){.head = {CX__SCALAR_TAG, (uint32_t)t}, .v.i64 = cx_item_i64(v)};
    else
        *out = (cx_scalar){.head = {CX__SCALAR_TAG, (uint32_t)t}, .v.f64 = z.re, .im = z.im};
    return true;
}

/* name=FILE or name=NUMBER; the name is appended to the head of the source. */
static int read_one(const char *text, cx_device device, inputs *in)
{
    const char *const equals = strchr(text, '=');
    if (equals == NULL || equals == text) {
        fprintf(stderr, "calx eval: %s is not name=FILE or name=NUMBER\n", text);
        return CLI_USAGE;
    }
    if (in->count == MOST)
        return cli_fail_text("eval: at most 16 arguments, one too many is", text);
    if (in->count > 0) strcat(in->source, ", ");
    strncat(in->source, text, (size_t)(equals - text));
    const char *const value = equals + 1;
    const int i = in->count++;
    if (cli_has_extension(value, ".npy")) {
        in->at[i] = cx_to(cx_load(value), device);
        return cx_status_of(in->at[i]) == CX_OK ? CLI_OK : cli_fail();
    }
    if (!cli_number(value, &in->number[i])) return cli_fail();
    in->at[i] = (const cx_array *)(const void *)&in->number[i];
    return CLI_OK;
}

static cx_status write_results(const char *path, const cx_tuple *t)
{
    if (t->count == 1) return cli_write(path, t->at[0], "r", NULL);
    static const char *const names[] = {"r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7"};
    const cx_array *at[8];
    for (int i = 0; i < t->count; i++) at[i] = cx_to(t->at[i], CX_CPU);
    return cx_npz_save(path, (cx_names){t->count, names}, (cx_arrays){t->count, at}, NULL);
}

/* The best of several runs, each to its end on the device. */
static int time_runs(const cx_program *p, cx_arrays args, cx_device device)
{
    int64_t best = INT64_MAX, all = 0;
    int runs = 0;
    for (; runs < RUNS && (runs < 3 || all < 1000000000); runs++) {
        const cx_scope s = cx_scope_open();
        const int64_t start = cx_now_ns();
        const cx_tuple t = cx_program_run_all(p, args);
        const cx_status done = cx_check(cx_device_sync(device));
        const int64_t took = cx_now_ns() - start;
        if (cx_scope_close(s) != CX_OK || done != CX_OK || t.count == 0) return cli_fail();
        all += took;
        if (took < best) best = took;
    }
    fprintf(stderr, "calx: %.3f ms, the best of %d runs\n", (double)best * 1e-6, runs);
    return CLI_OK;
}

int cli_eval(const cli_args *a)
{
    cx_device device = CX_CPU;
    if (a->device != NULL && !cli_device(a->device, &device)) return CLI_FAILED;
    size_t room = strlen(a->file[0]) + 8;
    for (int i = 1; i < a->count; i++) room += strlen(a->file[i]) + 2;
    inputs in = {.source = calloc(room, 1)};
    if (in.source == NULL) return cli_fail_text("eval: out of memory", NULL);
    int result = CLI_OK;
    for (int i = 1; result == CLI_OK && i < a->count; i++)
        result = read_one(a->file[i], device, &in);
    if (result == CLI_OK) {
        if (in.count > 0) strcat(in.source, ": ");
        strcat(in.source, a->file[0]);
        const cx_arrays args = {in.count, in.at};
        const cx_program *const p = cx_program_new(in.source);
        const cx_tuple t = cx_program_run_all(p, args);
        if (t.count == 0)
            result = cli_fail();
        else if (a->output == NULL)
            for (int i = 0; i < t.count; i++) printf("%s\n", cx_repr(t.at[i]));
        else if (write_results(a->output, &t) != CX_OK)
            result = cli_fail();
        if (result == CLI_OK && a->time) result = time_runs(p, args, device);
    }
    free(in.source);
    return result;
}
