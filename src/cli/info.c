/* calx info: what this machine and this build offer, as text or JSON. */
#include "cli.h"
#include <jansson.h>

/* The vendor's libraries are opened at the first use of their group; here, so that a missing one is
 * told before it is missed. A JSON object of reasons, or NULL when nothing is missing. */
static json_t *missing_groups(cx_device d, bool print)
{
    static const char *const groups[] = {"blas", "lapack", "fft"};
    json_t *missing = NULL;
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        if (cx_device_warm(d, groups[i]) == CX_OK) continue;
        if (print) printf("          no %s: %s\n", groups[i], cx_error_message());
        if (missing == NULL) missing = json_object();
        json_object_set_new(missing, groups[i], json_string(cx_error_message()));
    }
    return missing;
}

int cli_info(const cli_args *a)
{
    json_t *root = json_object(), *devices = json_array();
    json_object_set_new(root, "version", json_string(cx_version()));
    const int gpus = cx_device_count(CX_DEVICE_CUDA);
    if (!a->json) printf("calx %s\n", cx_version());
    for (int i = 0; i <= gpus; i++) {
        const cx_device d = i == 0 ? CX_CPU : cx_cuda(i - 1);
        cx_device_info info;
        char name[16];
        if (cx_device_info_get(d, &info) != CX_OK) {
            json_decref(root);
            json_decref(devices);
            return cli_fail();
        }
        const cx_memory m = cx_memory_stats(d);
        if (!a->json)
            printf("  %-7s %s, %.1f GiB, %d %s, %s, %s\n", cx_device_name(d, name), info.name,
                   (double)info.memory_total / (1 << 30), info.threads,
                   i == 0 ? "threads" : "multiprocessors", info.isa, info.library);
        json_t *const row =
            json_pack("{s:s, s:s, s:s, s:s, s:I, s:i, s:I}", "device", cx_device_name(d, name),
                      "name", info.name, "isa", info.isa, "library", info.library, "memory_bytes",
                      (json_int_t)info.memory_total, "threads", info.threads, "cached_bytes",
                      (json_int_t)m.cached);
        json_t *const missing = i > 0 ? missing_groups(d, !a->json) : NULL;
        if (missing != NULL) json_object_set_new(row, "missing", missing);
        json_array_append_new(devices, row);
    }
    json_object_set_new(root, "devices", devices);
    const char *why = cli_no_gpu();
    if (why != NULL) {
        json_object_set_new(root, "no_gpu", json_string(why));
        if (!a->json) printf("  no GPU: %s\n", why);
    }
    if (a->json) {
        json_dumpf(root, stdout, JSON_INDENT(2));
        printf("\n");
    }
    json_decref(root);
    return CLI_OK;
}
