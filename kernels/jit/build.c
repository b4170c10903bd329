/* From source text to a loaded kernel: the tag it is known by, the disk, NVRTC, and the runtime's
 * loader. Keeps nothing, holds no lock, and makes no error of its own, since the background thread
 * has no caller to tell it to. Knows neither formulas nor users' kernels. */
#include "jit/build.h"
#include "jit/headers.h"
#include "library.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

__attribute__((format(printf, 3, 4))) static void fail(cuda_built *b, cx_status st, const char *fmt,
                                                       ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(b->why, sizeof b->why, fmt, ap);
    va_end(ap);
    b->st = st;
}

cx_status cuda_build_error(cx_dev *dev, const char *where, const cuda_built *b)
{
    if (b->cuda != cudaSuccess) return cuda_check(dev, where, b->cuda);
    return cuda_core->fail(b->st, where, "%s", b->why);
}

/* ---- what a kernel is made from */
/* FNV-1a with 128 bits: keys, not secrets; what is on disk is compared whole. */
__extension__ typedef unsigned __int128 wide;
static wide hash_bytes(const void *p, size_t n)
{
    const wide prime = (wide)1 << 88 | 0x13b;
    wide h = (wide)0x6c62272e07bb0142u << 64 | 0x62b821756295c58du;
    for (size_t i = 0; i < n; i++) h = (h ^ ((const unsigned char *)p)[i]) * prime;
    return h;
}

/* The header that stands at most n bytes long at s, -1 if the plugin carries none of that name. */
static int header_named(const char *s, size_t n)
{
    for (int i = 0; i < cuda_headers_count; i++)
        if (strlen(cuda_headers[i].name) == n && memcmp(cuda_headers[i].name, s, n) == 0) return i;
    return -1;
}

/* Mark the headers that a text includes, and those that they do. A line that a condition leaves out
 * counts, too: that makes a kernel anew without need, and never leaves an old one. */
static void mark_headers(const char *text, bool used[CUDA_HEADERS])
{
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        if (*line == '\n') line++;
        const char *s = line + strspn(line, " \t");
        if (*s != '#') continue;
        s++;
        s += strspn(s, " \t");
        if (strncmp(s, "include", 7) != 0) continue;
        s += 7;
        s += strspn(s, " \t");
        if (*s != '"' && *s != '<') continue;
        const size_t n = strcspn(s + 1, *s == '"' ? "\"\n" : ">\n");
        const int i = header_named(s + 1, n);
        if (i < 0 || used[i]) continue;
        used[i] = true;
        mark_headers(cuda_headers[i].text, used);
    }
}

typedef struct options {
    char arch[40];
    const char *list[6];
    int n;
} options;

static options options_for(const cx_dev *dev, const cuda_source *s)
{
    options o = {.n = 0};
    snprintf(o.arch, sizeof o.arch, "--gpu-architecture=sm_%d%d", dev->major, dev->minor);
    o.list[o.n++] = "--std=c++17";
    o.list[o.n++] = s->contract ? "--fmad=true" : "--fmad=false";
    if (s->headers) o.list[o.n++] = "--device-as-default-execution-space";
    return o;
}

/* The tag is made, and looked up, before the compiler is opened: a process that finds all its
 * kernels on disk never does so. So it holds the version of the compiler that the plugin was built
 * for; the exact one stands in the file, and is compared when the compiler is open anyway. */
bool cuda_tag_make(const cx_dev *dev, const cuda_source *s, cuda_tag *out)
{
    bool used[CUDA_HEADERS] = {false};
    if (s->headers) mark_headers(s->text, used);
    const options o = options_for(dev, s);
    size_t cap = strlen(s->text) + strlen(s->name) + 512;
    for (int i = 0; i < cuda_headers_count; i++)
        if (used[i]) cap += strlen(cuda_headers[i].name) + 64;
    out->at = cuda_core->alloc(cap);
    if (out->at == NULL) return false;
    size_t n =
        (size_t)snprintf(out->at, cap, "cuda kernel 1\n%s\ncompiler %d\n", o.arch, CUDART_VERSION);
    for (int i = 0; i < o.n; i++) n += (size_t)snprintf(out->at + n, cap - n, "%s\n", o.list[i]);
    for (int i = 0; i < cuda_headers_count; i++) {
        if (!used[i]) continue;
        const wide h = hash_bytes(cuda_headers[i].text, strlen(cuda_headers[i].text));
        n += (size_t)snprintf(out->at + n, cap - n, "header %016llx%016llx %s\n",
                              (unsigned long long)(h >> 64), (unsigned long long)h,
                              cuda_headers[i].name);
    }
    n += (size_t)snprintf(out->at + n, cap - n, "function %s\n%s", s->name, s->text);
    out->size = n;
    const wide h = hash_bytes(out->at, n);
    out->hash[0] = (uint64_t)(h >> 64);
    out->hash[1] = (uint64_t)h;
    return true;
}

/* ---- the compiler */
static void nvrtc_failed(const cx_dev *dev, cuda_built *b, const cuda_nvrtc *lib,
                         const cuda_source *s, nvrtcResult e)
{
    int major = 0, minor = 0;
    (void)lib->nvrtcVersion(&major, &minor);
    if (e == NVRTC_ERROR_INVALID_OPTION) /* the options are ours, so it is the architecture */
        fail(b, CX_E_UNAVAILABLE, "NVRTC %d.%d does not compile for sm_%d%d", major, minor,
             dev->major, dev->minor);
    else
        fail(b, e == NVRTC_ERROR_OUT_OF_MEMORY ? CX_E_NOMEM : CX_E_INTERNAL, "%s: NVRTC %d.%d: %s",
             s->label, major, minor, lib->nvrtcGetErrorString(e));
}

/* The compiler's words, from the first line on that fits. */
static void refused(cuda_built *b, const cuda_nvrtc *lib, nvrtcProgram p, const cuda_source *s)
{
    size_t n = 0;
    char *log = NULL;
    if (lib->nvrtcGetProgramLogSize(p, &n) == NVRTC_SUCCESS && n > 1) log = cuda_core->alloc(n + 1);
    if (log == NULL || lib->nvrtcGetProgramLog(p, log) != NVRTC_SUCCESS) {
        fail(b, CX_E_PARSE, "%s does not compile, and the compiler does not say why", s->label);
    } else {
        log[n] = '\0';
        n = strlen(log);
        while (n > 0 && (log[n - 1] == '\n' || log[n - 1] == ' ')) log[--n] = '\0';
        fail(b, CX_E_PARSE, "%s", log);
    }
    cuda_core->free(log);
}

/* What stands before a cubin on disk. */
typedef struct stored {
    char magic[8];
    int32_t major, minor; /* of the compiler */
    uint64_t size;
} stored;
static const char stored_magic[8] = "CXCUBIN1";

/* The bytes to store, cuda_core->free; NULL with the reason in b. */
static char *compile(const cx_dev *dev, const cuda_source *s, const cuda_nvrtc *lib, size_t *size,
                     cuda_built *b)
{
    const char *names[CUDA_HEADERS], *texts[CUDA_HEADERS];
    bool used[CUDA_HEADERS] = {false};
    int n_headers = 0;
    if (s->headers) mark_headers(s->text, used);
    for (int i = 0; i < cuda_headers_count; i++) {
        if (!used[i]) continue;
        names[n_headers] = cuda_headers[i].name;
        texts[n_headers++] = cuda_headers[i].text;
    }
    options o = options_for(dev, s);
    o.list[o.n++] = o.arch;
    nvrtcProgram p = NULL;
    char *data = NULL;
    size_t n = 0;
    int major = 0, minor = 0;
    (void)lib->nvrtcVersion(&major, &minor);
    nvrtcResult e = lib->nvrtcCreateProgram(&p, s->text, s->label, n_headers, texts, names);
    if (e != NVRTC_SUCCESS) {
        nvrtc_failed(dev, b, lib, s, e);
        return NULL;
    }
    e = lib->nvrtcCompileProgram(p, o.n, o.list);
    if (e == NVRTC_ERROR_COMPILATION) {
        refused(b, lib, p, s);
        goto done;
    }
    if (e == NVRTC_SUCCESS) e = lib->nvrtcGetCUBINSize(p, &n);
    if (e == NVRTC_SUCCESS) {
        data = cuda_core->alloc(sizeof(stored) + n);
        if (data == NULL) {
            fail(b, CX_E_NOMEM, "cannot allocate %zu bytes for a compiled kernel", n);
            goto done;
        }
        e = lib->nvrtcGetCUBIN(p, data + sizeof(stored));
    }
    if (e != NVRTC_SUCCESS) {
        nvrtc_failed(dev, b, lib, s, e);
        cuda_core->free(data);
        data = NULL;
        goto done;
    }
    stored head = {.major = major, .minor = minor, .size = n};
    memcpy(head.magic, stored_magic, sizeof head.magic);
    memcpy(data, &head, sizeof head);
    *size = sizeof head + n;
done:
    (void)lib->nvrtcDestroyProgram(&p);
    return data;
}

/* ---- loading */
static void load(cx_dev *dev, const cuda_source *s, const char *data, cuda_built *b)
{
    enum cudaStreamCaptureMode mode = cudaStreamCaptureModeRelaxed;
    b->cuda = cudaSetDevice(dev->ordinal);
    if (b->cuda == cudaSuccess) b->cuda = cudaThreadExchangeStreamCaptureMode(&mode);
    const bool exchanged = b->cuda == cudaSuccess;
    if (b->cuda == cudaSuccess)
        b->cuda =
            cudaLibraryLoadData(&b->library, data + sizeof(stored), NULL, NULL, 0, NULL, NULL, 0);
    const bool loaded = b->cuda == cudaSuccess;
    if (loaded) b->cuda = cudaLibraryGetKernel(&b->kernel, b->library, s->name);
    const cudaError_t back = exchanged ? cudaThreadExchangeStreamCaptureMode(&mode) : cudaSuccess;
    if (b->cuda == cudaSuccess) b->cuda = back;
    if (loaded && b->cuda != cudaSuccess) (void)cudaLibraryUnload(b->library);
    b->st = CX_OK;
    if (b->cuda == cudaSuccess) return;
    (void)cudaGetLastError();
    fail(b, CX_E_INTERNAL, "%s: %s", s->label, cudaGetErrorString(b->cuda));
    if (b->cuda != cudaErrorSymbolNotFound) return;
    b->cuda = cudaSuccess;
    fail(b, CX_E_PARSE, "%s has no function extern \"C\" __global__ %s", s->label, s->name);
}

/* Another compiler than the one that is open now made it: it is made anew, and replaced. */
static bool of_another_compiler(const stored *head)
{
    int major = 0, minor = 0;
    const cuda_nvrtc *const lib = cuda_nvrtc_if_open();
    return lib != NULL && lib->nvrtcVersion(&major, &minor) == NVRTC_SUCCESS &&
           (head->major != major || head->minor != minor);
}

static bool load_from_disk(cx_dev *dev, const cuda_source *s, const cuda_tag *tag, cuda_built *b)
{
    void *data = NULL;
    size_t size = 0;
    stored head;
    const double start = seconds_now();
    if (!cuda_core->cache_read(tag->at, tag->size, &data, &size)) return false;
    bool good = size >= sizeof head;
    if (good) memcpy(&head, data, sizeof head);
    good = good && memcmp(head.magic, stored_magic, sizeof head.magic) == 0 &&
           head.size == size - sizeof head && !of_another_compiler(&head);
    if (good) {
        load(dev, s, data, b);
        good = b->st == CX_OK;
    }
    cuda_core->free(data);
    if (good) cuda_core->count(CX_COUNT_KERNEL_LOADS, 1);
    if (good && cuda_core->tracing("jit"))
        cuda_core->log("jit", "%s for sm_%d%d: from disk, %.1f ms", s->label, dev->major,
                       dev->minor, 1e3 * (seconds_now() - start));
    return good;
}

static void build_anew(cx_dev *dev, const cuda_source *s, const cuda_tag *tag, cuda_built *b)
{
    const char *why = NULL;
    const double start = seconds_now();
    const cuda_nvrtc *const lib = cuda_nvrtc_open(&why);
    if (lib == NULL) {
        fail(b, CX_E_UNAVAILABLE, "%s", why);
        return;
    }
    cuda_build_opened();
    size_t size = 0;
    char *const data = compile(dev, s, lib, &size, b);
    cuda_core->count(data != NULL ? CX_COUNT_COMPILES : CX_COUNT_KERNEL_FAILS, 1);
    if (data == NULL) return;
    if (cuda_core->tracing("jit"))
        cuda_core->log("jit", "%s for sm_%d%d: compiled, %zu bytes, %.1f ms", s->label, dev->major,
                       dev->minor, size, 1e3 * (seconds_now() - start));
    load(dev, s, data, b);
    if (b->st == CX_OK) cuda_core->cache_write(tag->at, tag->size, s->label, data, size);
    cuda_core->free(data);
}

void cuda_build(cx_dev *dev, const cuda_source *s, const cuda_tag *tag, cuda_built *b)
{
    *b = (cuda_built){.st = CX_OK};
    if (load_from_disk(dev, s, tag, b)) return;
    *b = (cuda_built){.st = CX_OK};
    build_anew(dev, s, tag, b);
    if (b->st != CX_OK && cuda_core->tracing("jit"))
        cuda_core->log("jit", "%s for sm_%d%d: %s", s->label, dev->major, dev->minor, b->why);
}
