/* device: simulated, timeout: 600
 * What the real NVRTC says of kernels of single programs: every row of every dtype, and random
 * programs over random layouts. It needs no GPU. Where it is not installed the tests are skipped,
 * and say so. */
#include "fused_trial.inc"
#include <dlfcn.h>

static void *plugin_symbol(const char *name)
{
    void *const plugin = dlopen(getenv("CX_PLUGIN"), RTLD_NOW | RTLD_NOLOAD);
    void *const f = plugin != NULL ? dlsym(plugin, name) : NULL;
    cr_assert_not_null(f, "%s", name);
    return f;
}

/* ---- the compiler, by its C interface */
typedef struct _nvrtcProgram *nvrtc_program;
static struct {
    int (*create)(nvrtc_program *, const char *, const char *, int, const char *const *,
                  const char *const *);
    int (*compile)(nvrtc_program, int, const char *const *);
    int (*log_size)(nvrtc_program, size_t *);
    int (*log)(nvrtc_program, char *);
    int (*ptx_size)(nvrtc_program, size_t *);
    int (*ptx)(nvrtc_program, char *);
    int (*destroy)(nvrtc_program *);
} nvrtc;
static bool open_nvrtc(void)
{
    void *lib = dlopen("libnvrtc.so.13", RTLD_NOW);
    if (lib == NULL) lib = dlopen("libnvrtc.so.12", RTLD_NOW);
    if (lib == NULL) return false;
    *(void **)&nvrtc.create = dlsym(lib, "nvrtcCreateProgram");
    *(void **)&nvrtc.compile = dlsym(lib, "nvrtcCompileProgram");
    *(void **)&nvrtc.log_size = dlsym(lib, "nvrtcGetProgramLogSize");
    *(void **)&nvrtc.log = dlsym(lib, "nvrtcGetProgramLog");
    *(void **)&nvrtc.ptx_size = dlsym(lib, "nvrtcGetPTXSize");
    *(void **)&nvrtc.ptx = dlsym(lib, "nvrtcGetPTX");
    *(void **)&nvrtc.destroy = dlsym(lib, "nvrtcDestroyProgram");
    return nvrtc.create != NULL && nvrtc.compile != NULL && nvrtc.log_size != NULL &&
           nvrtc.log != NULL && nvrtc.ptx_size != NULL && nvrtc.ptx != NULL &&
           nvrtc.destroy != NULL;
}
static void start(void)
{
    cr_assert(cx__device_get("test", test_device(), &device) == CX_OK);
    if (!open_nvrtc()) cr_skip_test("libnvrtc.so.13 and libnvrtc.so.12 are not installed");
}

/* Warnings are not for users of a formula: there are none. The caller destroys the program. */
static nvrtc_program compiled(const char *text, const char *arch, bool optimised)
{
    bool (*header)(int, const char **, const char **) = NULL;
    *(void **)&header = plugin_symbol("cudasim_device_header");
    const char *names[128], *texts[128];
    int n = 0;
    while (header(n, &names[n], &texts[n])) n++;
    nvrtc_program p;
    cr_assert(nvrtc.create(&p, text, "formulas", n, texts, names) == 0);
    char option[64];
    snprintf(option, sizeof option, "--gpu-architecture=%s", arch);
    const char *const options[] = {option, "--std=c++17", "--fmad=false",
                                   "--device-as-default-execution-space", "--device-debug"};
    const int result = nvrtc.compile(p, optimised ? 4 : 5, options);
    static char log[1 << 16];
    size_t size = 0;
    if (nvrtc.log_size(p, &size) != 0 || size > sizeof log || nvrtc.log(p, log) != 0) log[0] = 0;
    cr_expect(result == 0 && strstr(log, "warning") == NULL, "%s: %d, %s", arch, result, log);
    return p;
}
static void compile(const char *text, const char *arch, bool optimised)
{
    nvrtc_program p = compiled(text, arch, optimised);
    nvrtc.destroy(&p);
}
/* What is refused or warned of, it is by the compiler of C++; what is behind it takes most of the
 * time and has its turn with CALX_LONG. */
static void compile_for_all(const char *text)
{
    compile(text, "compute_90", false);
    if (getenv("CALX_LONG") == NULL) return;
    compile(text, "sm_90", true);
    compile(text, "sm_75", true);
    compile(text, "sm_120", true);
}

/* ---- kernels, many in one text */
enum { TEXT = 1 << 20 };
static char all[TEXT];
static size_t used;
static void add_kernel(const cx_fused_call *c, int number)
{
    bool (*write)(const cx_fused_call *, const char *, char *, size_t) = NULL;
    *(void **)&write = plugin_symbol("cudasim_formula_text");
    char name[32];
    snprintf(name, sizeof name, "formula_%d", number);
    cr_assert(write(c, name, all + used, TEXT - used), "kernel %d", number);
    used += strlen(all + used);
}

/* Every row of a dtype, and its conversion to every other; what they leave is joined into a truth,
 * so that nothing is left out. */
static int add_rows(cx_dtype loop, int from, int number)
{
    static float memory[64];
    cx_fused_program g = {.struct_size = sizeof g, .n_in = 5, .n_out = 1, .n_registers = 4};
    const cx_dtype in[5] = {loop, loop, CX_BOOL, CX_I64, CX_BOOL};
    for (int k = 0; k < 5; k++) g.in_dtype[k] = (uint8_t)in[k];
    int joined = 4;
    for (; from < ROWS + CX_CAT && g.n_steps + 3 <= CX_FUSED_STEPS; from++) {
        cx_fused_step s = {.loop = (uint8_t)loop, .operand = {0, 1, 0}};
        if (from < ROWS) {
            if (strchr(rows[from].domain, cx_dtype_kind(loop)) == NULL) continue;
            s.op = (int16_t)rows[from].op;
            s.dtype = (uint8_t)result_of(&rows[from], loop);
            if (s.op == CX_BI_LDEXP) s.operand[1] = 3;
            if (s.op == CX_TE_WHERE) s = (cx_fused_step){s.op, s.loop, s.dtype, {2, 0, 1}, 0};
        } else {
            if (from == ROWS) continue; /* no dtype */
            s.op = CX_FUSED_CAST;
            s.dtype = (uint8_t)(from - ROWS);
        }
        g.step[g.n_steps++] = s;
        const int value = 5 + g.n_steps - 1;
        g.step[g.n_steps++] = (cx_fused_step){
            .op = CX_FUSED_CAST, .loop = s.dtype, .dtype = CX_BOOL, .operand = {(uint8_t)value}};
        g.step[g.n_steps++] = (cx_fused_step){.op = CX_BI_LOGICAL_XOR,
                                              .loop = CX_BOOL,
                                              .dtype = CX_BOOL,
                                              .operand = {(uint8_t)joined, (uint8_t)(value + 1)}};
        joined = value + 2;
    }
    g.out[0].operand = (uint8_t)joined;
    cx_view view[6];
    cx_fused_call c = {.program = &g, .out = {&view[5]}};
    for (int k = 0; k < 6; k++) {
        const cx_dtype d = k < 5 ? in[k] : CX_BOOL;
        view[k] = (cx_view){.data = memory, .dtype = d, .ndim = 1, .shape = {1000}};
        view[k].stride[0] = (int64_t)cx_dtype_size(d);
        if (k < 5) c.in[k] = &view[k];
    }
    add_kernel(&c, number);
    return from;
}
Test(fused_text, every_row_of_every_dtype)
{
    start();
    int number = 0;
    for (int loop = CX_BOOL; loop < CX_CAT; loop++) {
        used = 0;
        for (int from = 0; from < ROWS + CX_CAT;) from = add_rows((cx_dtype)loop, from, number++);
        compile_for_all(all);
    }
    cr_expect(number >= 40, "%d kernels", number);
}

static void add_trial(trial *t, int number)
{
    const cx_scope s = cx_scope_open();
    fill_operands(t);
    make_outputs(t);
    cx_fused_call c = {.program = &t->program, .n_reduced = t->n_reduced};
    for (int k = 0; k < t->program.n_in; k++) c.in[k] = &t->view[k];
    for (int k = 0; k < t->program.n_out; k++) c.out[k] = &t->to[k];
    add_kernel(&c, number);
    let_go(t);
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
Test(fused_text, random_programs)
{
    start();
    const int programs = getenv("CALX_LONG") != NULL ? 400 : 25;
    uint64_t state = test_seed();
    used = 0;
    for (int made = 0; made < programs;) {
        static trial t;
        memset(&t, 0, sizeof t);
        t.state = test_random(&state);
        if (!compose(&t)) continue;
        do {
            take_shape(&t);
        } while (t.ndim > 0 && (t.shape[0] == 0 || t.shape[t.ndim - 1] == 0));
        take_reductions(&t);
        add_trial(&t, made++);
        if (made % 25 != 0) continue;
        compile_for_all(all);
        used = 0;
    }
}

/* Neighbours in memory are read and written 16 bytes at a time, and nothing is kept in memory
 * between two steps. */
Test(fused_text, neighbours_go_at_once)
{
    start();
    static char memory[64] __attribute__((aligned(64)));
    cx_fused_program g = {.struct_size = sizeof g, .n_in = 5, .n_steps = 4, .n_out = 1};
    static const int16_t op[] = {CX_BI_ADD, CX_BI_MUL, CX_BI_MAXIMUM, CX_BI_SUB};
    g.n_registers = 2;
    for (int k = 0; k < 5; k++) g.in_dtype[k] = CX_F32;
    for (int k = 0; k < 4; k++)
        g.step[k] = (cx_fused_step){.op = op[k],
                                    .loop = CX_F32,
                                    .dtype = CX_F32,
                                    .operand = {(uint8_t)(k == 0 ? 0 : 4 + k), (uint8_t)(k + 1)},
                                    .place = (uint8_t)(k % 2)};
    g.out[0].operand = 8;
    const cx_view view = {
        .data = memory, .dtype = CX_F32, .ndim = 1, .shape = {100000}, .stride = {4}};
    cx_fused_call c = {.program = &g, .out = {&view}};
    for (int k = 0; k < 5; k++) c.in[k] = &view;
    used = 0;
    add_kernel(&c, 0);
    nvrtc_program p = compiled(all, "compute_90", true);
    size_t size = 0;
    cr_assert(nvrtc.ptx_size(p, &size) == 0);
    char *const ptx = malloc(size);
    cr_assert(ptx != NULL && nvrtc.ptx(p, ptx) == 0);
    int loads = 0, stores = 0;
    for (const char *s = ptx; (s = strstr(s, "ld.global.v4.f32")) != NULL; s++) loads++;
    for (const char *s = ptx; (s = strstr(s, "st.global.v4.f32")) != NULL; s++) stores++;
    cr_expect(loads == 5 && stores == 1, "%d loads, %d stores", loads, stores);
    cr_expect(strstr(ptx, ".local") == NULL);
    free(ptx);
    nvrtc.destroy(&p);
}
