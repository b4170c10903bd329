/* A fake NVRTC, and the runtime's libraries of kernels. The host's compiler builds the source into
 * a shared object, whose bytes are the "cubin"; what the object misses, it finds in the plugin,
 * which it names as a library that it needs. In front of those bytes stands which build of the
 * plugin they are for, and the architecture: others are refused as a real device would.
 *
 * An instrumented plugin (check.cpp) gets instrumented kernels. Compiling holds no lock. */
#include "fakes.h"
#include <dlfcn.h>
#include <fcntl.h>
#include <nvrtc.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <regex>
#include <string>

extern char **environ;
using namespace cudasim;

namespace {
typedef std::string text;

/* ---- files */
text temporary_folder()
{
    const char *const place = getenv("TMPDIR");
    text path = text(place != nullptr && *place != 0 ? place : "/tmp") + "/cudasim-XXXXXX";
    return mkdtemp(&path[0]) != nullptr ? path : text();
}
/* A folder that goes with all that lies in it. */
struct Folder {
    text path = temporary_folder();
    std::vector<text> made; /* files and folders, the innermost last */
    ~Folder()
    {
        for (size_t i = made.size(); i-- > 0;) (void)remove((path + "/" + made[i]).c_str());
        if (!path.empty()) (void)rmdir(path.c_str());
    }
    bool write(const text &name, const text &content)
    {
        for (size_t at = name.find('/'); at != text::npos; at = name.find('/', at + 1))
            if (mkdir((path + "/" + name.substr(0, at)).c_str(), 0700) == 0)
                made.push_back(name.substr(0, at));
        FILE *const f = fopen((path + "/" + name).c_str(), "wb");
        if (f == nullptr) return false;
        made.push_back(name);
        const bool whole = fwrite(content.data(), 1, content.size(), f) == content.size();
        return (fclose(f) == 0) && whole;
    }
    text read(const text &name)
    {
        text all;
        char some[4096];
        FILE *const f = fopen((path + "/" + name).c_str(), "rb");
        if (f == nullptr) return all;
        for (size_t n; (n = fread(some, 1, sizeof some, f)) > 0;) all.append(some, n);
        (void)fclose(f);
        return all;
    }
};

/* ---- the compiler */
std::vector<text> words(const char *list)
{
    std::vector<text> out;
    text one;
    for (const char *s = list;; s++) {
        if (*s != ' ' && *s != '\0') {
            one += *s;
            continue;
        }
        if (!one.empty()) out.push_back(one);
        one.clear();
        if (*s == '\0') return out;
    }
}
/* Run it in the folder; what it says is in the file "log". */
bool run(const Folder &folder, const std::vector<text> &command)
{
    std::vector<char *> list, environment;
    for (const text &w : command) list.push_back(const_cast<char *>(w.c_str()));
    list.push_back(nullptr);
    for (char **e = environ; *e != nullptr; e++) /* a sanitizer's library is not for the compiler */
        if (strncmp(*e, "LD_PRELOAD=", 11) != 0 && strncmp(*e, "LC_ALL=", 7) != 0)
            environment.push_back(*e);
    static char plain[] = "LC_ALL=C";
    environment.push_back(plain);
    environment.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addchdir_np(&actions, folder.path.c_str());
    posix_spawn_file_actions_addopen(&actions, 1, "log", O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    pid_t child = 0;
    const int e = posix_spawnp(&child, list[0], &actions, nullptr, list.data(), environment.data());
    posix_spawn_file_actions_destroy(&actions);
    int status = 0;
    if (e != 0) return false;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return false;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

const char *plugin_path()
{
    static const text path = [] {
        Dl_info info = {};
        char real[4096];
        (void)dladdr(reinterpret_cast<const void *>(&plugin_path), &info);
        return text(realpath(info.dli_fname, real) != nullptr ? real : info.dli_fname);
    }();
    return path.c_str();
}
/* Which build this is, to stand before every "cubin". */
text stamp(const text &arch)
{
    struct stat s = {};
    (void)stat(plugin_path(), &s);
    char line[128];
    snprintf(line, sizeof line, " %lld %lld.%09ld\n", static_cast<long long>(s.st_size),
             static_cast<long long>(s.st_mtim.tv_sec), s.st_mtim.tv_nsec);
    return "cudasim " + arch + " " + plugin_path() + line;
}

/* ---- the source */
/* Comments become spaces, so that what is found is code; lines stay where they are. */
text code_only(const text &source)
{
    text out = source;
    size_t end = 0;
    for (size_t i = 0; i < source.size(); i = end) {
        end = i + 1;
        const char quote = source[i];
        if (quote == '"' || quote == '\'') {
            while (end < source.size() && source[end] != quote && source[end] != '\n')
                end += source[end] == '\\' ? 2 : 1;
            end++;
            continue;
        }
        const bool line = source.compare(i, 2, "//") == 0;
        if (!line && source.compare(i, 2, "/*") != 0) continue;
        end = line ? source.find('\n', i) : source.find("*/", i + 2);
        end = end == text::npos ? source.size() : end + (line ? 0 : 2);
        for (size_t k = i; k < end; k++)
            if (out[k] != '\n') out[k] = ' ';
    }
    return out;
}
/* The functions that a launch can name. */
std::vector<text> kernels_of(const text &code)
{
    static const std::regex one(
        "extern\\s+\"C\"[\\s{]+__global__\\s+(?:__launch_bounds__\\s*\\([^)]*"
        "\\)\\s*)?void\\s+(?:__launch_bounds__\\s*\\([^)]*\\)\\s*)?"
        "([A-Za-z_]\\w*)\\s*\\(");
    std::vector<text> out;
    for (std::sregex_iterator i(code.begin(), code.end(), one), end; i != end; ++i)
        out.push_back((*i)[1]);
    return out;
}
/* Shared arrays as CUDA declares them, which the plugin's own kernels may not, become what
 * device.cuh makes of CX_SHARED and CX_DYN_SHARED: "float x, y[2][3]" after the keyword. */
text shared_declaration(const text &declaration, bool dynamic)
{
    static const std::regex first(
        "^\\s*([^]*?[^\\w\\s]\\s*|[^]*?\\s)(\\w+)\\s*((?:\\[[^\\]]*\\]\\s*)*)$");
    text type, out;
    for (size_t at = 0, depth = 0, begin = 0; at <= declaration.size(); at++) {
        const char c = at < declaration.size() ? declaration[at] : ',';
        depth += c == '<' || c == '(' || c == '[';
        depth -= c == '>' || c == ')' || c == ']';
        if (c != ',' || depth > 0) continue;
        const text one = (type.empty() ? "" : " ") + declaration.substr(begin, at - begin);
        begin = at + 1;
        std::smatch m;
        if (!std::regex_match(one, m, first)) return "#error a shared array of another kind\n";
        if (type.empty()) type = m[1];
        const text name = m[2], dims = m[3];
        if (dynamic)
            out += type + " *" + name + " = reinterpret_cast<" + type + " *>(::cudasim::ctx.dyn); ";
        else
            out += "typedef " + type + " " + name + "_cx_t " + dims + "; static ::cudasim::Site " +
                   name + "_site; " + name + "_cx_t &" + name + " = ::cudasim::shared_var<" + name +
                   "_cx_t>(" + name + "_site, \"" + name + "\", __FILE__, __LINE__); ";
    }
    return out;
}
text shared_arrays(const text &code)
{
    static const std::regex keyword("(\\bextern\\s+)?\\b__shared__\\b([^;]*);");
    text out;
    auto rest = code.cbegin();
    for (std::sregex_iterator i(code.begin(), code.end(), keyword), end; i != end; ++i) {
        out.append(rest, code.cbegin() + i->position());
        const text found = i->str();
        out += shared_declaration((*i)[2], (*i)[1].matched);
        for (const char c : found)
            if (c == '\n') out += c; /* lines stay */
        rest = code.cbegin() + i->position() + i->length();
    }
    return out.append(rest, code.cend());
}
text wrapped(const text &source, const text &label)
{
    const text code = code_only(source);
    text quoted;
    for (const char c : label)
        if (c != '"' && c != '\\' && c != '\n') quoted += c;
    text all = "#include \"cudasim.h\"\n#line 1 \"" + quoted + "\"\n" + shared_arrays(code) + "\n";
    for (const text &name : kernels_of(code))
        all += "extern \"C\" __attribute__((visibility(\"default\"))) ::cudasim::Packed "
               "*cudasim_pack_" +
               name + "(void **list)\n{\n    return new ::cudasim::Packed(::cudasim::pack(&" +
               name + ", list));\n}\n";
    return all;
}

struct Program {
    text source, label, log, cubin;
    std::vector<std::pair<text, text>> headers;
};

bool build(Program *p, const text &arch)
{
    Folder folder;
    if (folder.path.empty()) return false;
    for (const auto &h : p->headers)
        if (!folder.write("headers/" + h.first, h.second)) return false;
    if (!folder.write("kernel.cpp", wrapped(p->source, p->label)) || !folder.write("log", ""))
        return false;
    std::vector<text> compile = words(CUDASIM_COMPILER " -Iheaders " CUDASIM_COMPILER_FLAGS);
    if (hooks.barrier != nullptr)
        for (const text &w : words(CUDASIM_CHECK_FLAGS)) compile.push_back(w);
    for (const char *const w : {"-c", "kernel.cpp", "-o", "kernel.o", "-DCX_CUDASIM=1"})
        compile.push_back(w);
    folder.made.push_back("kernel.o");
    folder.made.push_back("kernel.so");
    const bool good = run(folder, compile) && run(folder, {CUDASIM_LINKER, "-shared", "-o",
                                                           "kernel.so", "kernel.o", plugin_path()});
    p->log = folder.read("log");
    if (good) p->cubin = stamp(arch) + folder.read("kernel.so");
    return good;
}

nvrtcResult entered(const char *name)
{
    switch (api(name)) {
    case cudaSuccess: return NVRTC_SUCCESS;
    case cudaErrorMemoryAllocation: (void)cudaGetLastError(); return NVRTC_ERROR_OUT_OF_MEMORY;
    default: (void)cudaGetLastError(); return NVRTC_ERROR_INTERNAL_ERROR;
    }
}
Program *program_of(nvrtcProgram p)
{
    return reinterpret_cast<Program *>(p);
}
#define ENTER() \
    if (const nvrtcResult e_ = entered(__func__)) return e_

/* ---- libraries of kernels */
struct Loaded {
    void *object;
    text arch;
    ~Loaded() { (void)dlclose(object); }
};
struct Kernel {
    text name;
    Packed *(*pack)(void **list);
    std::shared_ptr<Loaded> library;
};
std::map<cudaLibrary_t, std::shared_ptr<Loaded>> libraries;
std::map<const void *, Kernel> kernels; /* handles are never used again */
uintptr_t last_handle = 0x1000;

cudaError_t load_object(const char *bytes, size_t size, void **object)
{
    Folder folder;
    if (folder.path.empty() || !folder.write("kernel.so", text(bytes, size)))
        return cudaErrorOperatingSystem;
    *object = dlopen((folder.path + "/kernel.so").c_str(), RTLD_NOW | RTLD_LOCAL);
    if (*object != nullptr) return cudaSuccess;
    fprintf(stderr, "cudasim: %s\n", dlerror());
    return cudaErrorInvalidKernelImage;
}
/* The length of an ELF file is where its table of sections ends. */
size_t object_size(const char *p)
{
    uint64_t at;
    uint16_t each, count;
    memcpy(&at, p + 40, sizeof at);
    memcpy(&each, p + 58, sizeof each);
    memcpy(&count, p + 60, sizeof count);
    return at + static_cast<size_t>(each) * count;
}
} // namespace

extern "C" {
/* ================================================================== NVRTC */
nvrtcResult nvrtcVersion(int *major, int *minor)
{
    *major = CUDART_VERSION / 1000;
    *minor = CUDART_VERSION % 1000 / 10;
    return NVRTC_SUCCESS;
}
const char *nvrtcGetErrorString(nvrtcResult e)
{
    return e == NVRTC_SUCCESS                ? "NVRTC_SUCCESS"
           : e == NVRTC_ERROR_OUT_OF_MEMORY  ? "NVRTC_ERROR_OUT_OF_MEMORY"
           : e == NVRTC_ERROR_COMPILATION    ? "NVRTC_ERROR_COMPILATION"
           : e == NVRTC_ERROR_INVALID_OPTION ? "NVRTC_ERROR_INVALID_OPTION"
                                             : "NVRTC_ERROR_INTERNAL_ERROR";
}
nvrtcResult nvrtcCreateProgram(nvrtcProgram *out, const char *source, const char *name, int n,
                               const char *const *headers, const char *const *names)
{
    ENTER();
    auto *const p = new Program{source, name != nullptr ? name : "default_program", "", "", {}};
    for (int i = 0; i < n; i++) p->headers.emplace_back(names[i], headers[i]);
    *out = reinterpret_cast<nvrtcProgram>(p);
    return NVRTC_SUCCESS;
}
nvrtcResult nvrtcDestroyProgram(nvrtcProgram *p)
{
    delete program_of(*p);
    *p = nullptr;
    return NVRTC_SUCCESS;
}
nvrtcResult nvrtcCompileProgram(nvrtcProgram program, int n, const char *const *options)
{
    ENTER();
    {
        const Lock lock;
        stats.compiles++;
    }
    Program *const p = program_of(program);
    text arch = "sm_75";
    for (int i = 0; i < n; i++) {
        const text o = options[i];
        const size_t at = o.find('=');
        const text name = o.substr(0, at);
        if (name == "--gpu-architecture")
            arch = o.substr(at + 1);
        else if (name != "--std" && name != "--fmad" &&
                 name != "--device-as-default-execution-space")
            return NVRTC_ERROR_INVALID_OPTION;
    }
    return build(p, arch) ? NVRTC_SUCCESS : NVRTC_ERROR_COMPILATION;
}
nvrtcResult nvrtcGetCUBINSize(nvrtcProgram p, size_t *size)
{
    *size = program_of(p)->cubin.size();
    return NVRTC_SUCCESS;
}
nvrtcResult nvrtcGetCUBIN(nvrtcProgram p, char *out)
{
    memcpy(out, program_of(p)->cubin.data(), program_of(p)->cubin.size());
    return NVRTC_SUCCESS;
}
nvrtcResult nvrtcGetProgramLogSize(nvrtcProgram p, size_t *size)
{
    *size = program_of(p)->log.size() + 1;
    return NVRTC_SUCCESS;
}
nvrtcResult nvrtcGetProgramLog(nvrtcProgram p, char *out)
{
    memcpy(out, program_of(p)->log.c_str(), program_of(p)->log.size() + 1);
    return NVRTC_SUCCESS;
}

/* ================================================================== libraries of kernels */
cudaError_t cudaLibraryLoadData(cudaLibrary_t *out, const void *code, cudaJitOption *, void **,
                                unsigned, cudaLibraryOption *, void **, unsigned)
{
    const Lock lock;
    if (const cudaError_t e = api(__func__)) return e;
    if (const cudaError_t e = capture_forbids_unsafe()) return e;
    const char *const bytes = static_cast<const char *>(code);
    const text want = stamp("sm_90");
    if (strncmp(bytes, "cudasim ", 8) != 0) return fail(cudaErrorInvalidKernelImage);
    if (strncmp(bytes, want.c_str(), want.size()) != 0)
        return fail(cudaErrorNoKernelImageForDevice);
    const auto l = std::make_shared<Loaded>();
    const char *const object = bytes + want.size();
    if (const cudaError_t e = load_object(object, object_size(object), &l->object)) return fail(e);
    *out = reinterpret_cast<cudaLibrary_t>(last_handle += 16);
    libraries[*out] = l;
    stats.libraries++;
    return cudaSuccess;
}
cudaError_t cudaLibraryGetKernel(cudaKernel_t *out, cudaLibrary_t library, const char *name)
{
    const Lock lock;
    if (const cudaError_t e = api(__func__)) return e;
    const auto l = libraries.find(library);
    if (l == libraries.end()) return fail(cudaErrorInvalidResourceHandle);
    void *const f = dlsym(l->second->object, (text("cudasim_pack_") + name).c_str());
    if (f == nullptr) return fail(cudaErrorSymbolNotFound);
    Kernel k = {name, nullptr, l->second};
    memcpy(&k.pack, &f, sizeof f);
    *out = reinterpret_cast<cudaKernel_t>(last_handle += 16);
    kernels[reinterpret_cast<const void *>(*out)] = k;
    return cudaSuccess;
}
cudaError_t cudaLibraryUnload(cudaLibrary_t library)
{
    const Lock lock;
    const auto l = libraries.find(library);
    if (l == libraries.end()) mistake("cudaLibraryUnload of what is no library, or went before");
    for (auto k = kernels.begin(); k != kernels.end();)
        k = k->second.library == l->second ? kernels.erase(k) : std::next(k);
    if (l->second.use_count() > 1) mistake("cudaLibraryUnload while a kernel of it is to run");
    libraries.erase(l);
    stats.libraries--;
    return cudaSuccess;
}
cudaError_t cudaLaunchKernel(const void *kernel, dim3 grid, dim3 block, void **list, size_t shared,
                             cudaStream_t stream)
{
    const Lock lock;
    const auto k = kernels.find(kernel);
    if (k == kernels.end()) mistake("launch of %p, which is no kernel, or went before", kernel);
    stats.compiled_launches++;
    const std::unique_ptr<Packed> p(k->second.pack(list));
    /* the parameters are freed by code of the library, and so before it goes */
    struct Keep {
        std::shared_ptr<Loaded> library;
        std::shared_ptr<void> object;
    };
    const auto keep = std::make_shared<Keep>(Keep{k->second.library, p->body.object});
    p->body.object = std::shared_ptr<void>(keep, keep->object.get());
    return enqueue(k->second.name.c_str(), kernel, grid, block, shared, stream, p->body,
                   p->args.data(), static_cast<int>(p->args.size()));
}
} /* extern "C" */

namespace {
const Symbol symbols[] = {
    CUDASIM_SYMBOL(nvrtcVersion),        CUDASIM_SYMBOL(nvrtcGetErrorString),
    CUDASIM_SYMBOL(nvrtcCreateProgram),  CUDASIM_SYMBOL(nvrtcDestroyProgram),
    CUDASIM_SYMBOL(nvrtcCompileProgram), CUDASIM_SYMBOL(nvrtcGetCUBINSize),
    CUDASIM_SYMBOL(nvrtcGetCUBIN),       CUDASIM_SYMBOL(nvrtcGetProgramLogSize),
    CUDASIM_SYMBOL(nvrtcGetProgramLog)};
} // namespace
const Library cudasim::fake_nvrtc = {"nvrtc", symbols, sizeof symbols / sizeof *symbols};
