/* The options of calx bench: read, and refused by name and value before anything is measured. */
#include "bench.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int wrong(const char *option, const char *value, size_t length, const char *why)
{
    fprintf(stderr, "calx bench: --%s %.*s: %s\n", option, (int)length, value, why);
    return CLI_USAGE;
}

/* the next part of a comma-separated list, or false; *s moves past it */
static bool next_part(const char **s, const char **part, size_t *length)
{
    if (**s == '\0') return false;
    *part = *s;
    *length = strcspn(*s, ",");
    *s += *length;
    if (**s == ',') (*s)++;
    return true;
}

static int read_suite(const char *text, bench_plan *p)
{
    if (text == NULL || strcmp(text, "all") == 0) return CLI_OK;
    for (int i = 0; i < bench_suite_count; i++)
        if (strcmp(text, bench_suites[i]->name) == 0) p->suite = bench_suites[i]->name;
    return p->suite != NULL ? CLI_OK
                            : wrong("suite", text, strlen(text),
                                    "the suites are ops, linalg, fft, random, estimators, all");
}

static bool named_anywhere(const bench_plan *p, const char *name, size_t length)
{
    for (int i = 0; i < bench_suite_count; i++)
        for (int k = 0; k < bench_suites[i]->count; k++) {
            const bench_case *const c = &bench_suites[i]->cases[k];
            if ((p->suite == NULL || strcmp(p->suite, c->suite) == 0) &&
                bench_named(c, name, length))
                return true;
        }
    return false;
}
static int no_such_case(const bench_plan *p, const char *name, size_t length)
{
    (void)wrong("only", name, length, "no such case; there are");
    for (int i = 0; i < bench_suite_count; i++)
        for (int k = 0; k < bench_suites[i]->count; k++) {
            const bench_case *const c = &bench_suites[i]->cases[k];
            if (c->quick && (p->suite == NULL || strcmp(p->suite, c->suite) == 0))
                fprintf(stderr, "  %s", c->name);
        }
    fprintf(stderr, "  and in ops every elementwise operation by its name\n");
    return CLI_USAGE;
}
static int read_only(const char *text, bench_plan *p)
{
    const char *part;
    size_t length;
    p->only = text;
    for (const char *s = text; s != NULL && next_part(&s, &part, &length);)
        if (!named_anywhere(p, part, length)) return no_such_case(p, part, length);
    return text == NULL || *text != '\0' ? CLI_OK : wrong("only", "", 0, "names are missing");
}

static int by_size(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}
/* an integer, or one as 1e6 */
static int read_sizes(const char *text, bench_plan *p)
{
    const char *part;
    size_t length;
    int n = 0;
    for (const char *s = text; s != NULL && next_part(&s, &part, &length);) {
        char *end;
        const double v = strtod(part, &end);
        if (end != part + length || !(v >= 1) || v > 1e12 || v != floor(v))
            return wrong("size", part, length, "a size is a positive integer, as 4096 or 1e6");
        if (n == BENCH_SIZES) return wrong("size", text, strlen(text), "ten sizes at most");
        p->sizes[n++] = (int64_t)v;
    }
    qsort(p->sizes, (size_t)n, sizeof *p->sizes, by_size);
    return text == NULL || n > 0 ? CLI_OK : wrong("size", "", 0, "sizes are missing");
}

static int read_dtypes(const char *text, bench_plan *p)
{
    static const struct {
        const char *name;
        cx_dtype t;
    } known[] = {{"float64", CX_F64}, {"float32", CX_F32}};
    const char *part;
    size_t length;
    int n = 0;
    for (const char *s = text != NULL ? text : "float64"; next_part(&s, &part, &length);) {
        int i = 0;
        while (i < 2 &&
               (strlen(known[i].name) != length || strncmp(known[i].name, part, length) != 0 ||
                (n > 0 && p->dtypes[0] == known[i].t)))
            i++;
        if (i == 2)
            return wrong("dtype", part, length, "a dtype is float64 or float32, or both, once");
        p->dtypes[n++] = known[i].t;
    }
    p->dtypes[n] = CX_DTYPE_NONE;
    return n > 0 ? CLI_OK : wrong("dtype", "", 0, "a dtype is float64 or float32");
}

static int read_devices(const char *text, bench_plan *p)
{
    p->cpu = -1;
    if (text == NULL) {
        p->devices[p->device_count++] = CX_CPU;
        if (cx_device_count(CX_DEVICE_CUDA) > 0) p->devices[p->device_count++] = cx_cuda(0);
    }
    const char *part;
    size_t length;
    for (const char *s = text; s != NULL && next_part(&s, &part, &length);) {
        char name[32];
        cx_device d;
        (void)snprintf(name, sizeof name, "%.*s", (int)length, part);
        if (p->device_count == BENCH_DEVICES)
            return wrong("device", text, strlen(text), "eight devices at most");
        if (!cli_device(name, &d)) {
            (void)wrong("device", part, length, "not a device that is here");
            return CLI_FAILED;
        }
        for (int i = 0; i < p->device_count; i++)
            if (cx_device_equal(d, p->devices[i])) return wrong("device", part, length, "twice");
        p->devices[p->device_count++] = d;
    }
    for (int i = 0; i < p->device_count; i++)
        if (p->devices[i].kind == CX_DEVICE_CPU) p->cpu = i;
    return p->device_count > 0 ? CLI_OK : wrong("device", "", 0, "devices are missing");
}

/* cpu=0.10,gpu=2.50 or cuda:1=3; gpu is every one that has no price of its own */
static int read_costs(const char *text, bench_plan *p)
{
    bool own[BENCH_DEVICES] = {false};
    for (int i = 0; i < BENCH_DEVICES; i++) p->per_hour[i] = NAN;
    const char *part;
    size_t length;
    for (const char *s = text; s != NULL && next_part(&s, &part, &length);) {
        const size_t name = strcspn(part, "=");
        char *end;
        const double v = name < length ? strtod(part + name + 1, &end) : NAN;
        if (!(v >= 0) || isinf(v) || end != part + length || end == part + name + 1)
            return wrong("cost", part, length,
                         "prices are DEVICE=NUMBER for an hour, as cpu=0.10,gpu=2.50");
        bool known = length > 0 && name == 3 &&
                     (strncmp(part, "cpu", name) == 0 || strncmp(part, "gpu", name) == 0);
        for (int i = 0; i < p->device_count; i++) {
            char device[16];
            (void)cx_device_name(p->devices[i], device);
            const bool exact = strlen(device) == name && strncmp(device, part, name) == 0,
                       any_gpu = p->devices[i].kind == CX_DEVICE_CUDA && name == 3 &&
                                 strncmp(part, "gpu", name) == 0;
            known = known || exact;
            if (exact || (any_gpu && !own[i])) p->per_hour[i] = v;
            own[i] = own[i] || exact;
        }
        if (!known)
            return wrong("cost", part, length, "the devices are cpu, gpu, or one that is measured");
    }
    return CLI_OK;
}

/* Can the file be written at the end? Better told before the minutes than after them. */
static int check_output(const char *path)
{
    struct stat there;
    const bool exists = path != NULL && stat(path, &there) == 0;
    if (path == NULL || (exists && !S_ISDIR(there.st_mode) && access(path, W_OK) == 0))
        return CLI_OK;
    const char *const slash = strrchr(path, '/');
    char *const folder = slash == NULL   ? strdup(".")
                         : slash == path ? strdup("/")
                                         : strndup(path, (size_t)(slash - path));
    int why = folder == NULL ? ENOMEM : exists && S_ISDIR(there.st_mode) ? EISDIR : 0;
    if (why == 0 && access(folder, W_OK | X_OK) != 0) why = errno;
    free(folder);
    if (why == 0) return CLI_OK;
    fprintf(stderr, "calx: cannot write %s: %s\n", path, strerror(why));
    return CLI_FAILED;
}

int bench_plan_of(const cli_args *a, bench_plan *p)
{
    cx_device_info info;
    *p = (bench_plan){.quick = a->quick, .threads = 1};
    if (getloadavg(&p->load, 1) != 1) p->load = NAN;
    if (cx_device_info_get(CX_CPU, &info) == CX_OK) p->threads = info.threads;
    if (a->mine != NULL && a->count == 0) {
        fprintf(stderr, "calx bench: --mine %s needs a data file\n", a->mine);
        return CLI_USAGE;
    }
    if (a->mine == NULL && (a->count > 0 || a->target != NULL)) {
        fprintf(stderr, "calx bench: %s belongs to --mine SPEC\n",
                a->count > 0 ? a->file[0] : "--target");
        return CLI_USAGE;
    }
    const char *const other = a->suite != NULL   ? "suite"
                              : a->only != NULL  ? "only"
                              : a->dtype != NULL ? "dtype"
                                                 : NULL;
    if (a->mine != NULL && other != NULL) {
        fprintf(stderr, "calx bench: --mine measures one model on data as they are, without --%s\n",
                other);
        return CLI_USAGE;
    }
    int bad = read_suite(a->suite, p);
    if (bad == CLI_OK) bad = read_only(a->only, p);
    if (bad == CLI_OK) bad = read_sizes(a->sizes, p);
    if (bad == CLI_OK) bad = read_dtypes(a->dtype, p);
    if (bad == CLI_OK) bad = read_devices(a->device, p);
    if (bad == CLI_OK) bad = read_costs(a->cost, p);
    if (bad == CLI_OK) bad = check_output(a->json_file);
    if (bad == CLI_OK) bad = check_output(a->html);
    return bad;
}
