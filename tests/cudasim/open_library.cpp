// The simulator's side of the seam kernels/open_library.h: names resolve to the fakes. A library
// named in CUDASIM_MISSING (a list: cublas,cufft) cannot be opened; one named as cublas:cublasDgemm
// lacks that function.
#include "open_library.h"
#include "fakes.h"
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {
const cudasim::Library *const libraries[] = {&cudasim::fake_cublas, &cudasim::fake_cusolver,
                                             &cudasim::fake_cufft, &cudasim::fake_nvrtc};

// Is the word in the list?
bool missing(const std::string &word)
{
    const char *const list = getenv("CUDASIM_MISSING");
    if (list == nullptr) return false;
    const std::string all = std::string(",") + list + ",";
    return all.find("," + word + ",") != std::string::npos;
}
} // namespace

void *cuda_open_library(const char *file, char *why, size_t size)
{
    for (const cudasim::Library *l : libraries) {
        const std::string start = std::string("lib") + l->name + ".so.";
        if (strncmp(file, start.c_str(), start.size()) != 0 || missing(l->name)) continue;
        if (l == &cudasim::fake_nvrtc) cudasim::stats.compiler_opened++;
        return const_cast<cudasim::Library *>(l);
    }
    snprintf(why, size, "%s: cannot open shared object file: No such file or directory", file);
    return nullptr;
}

void *cuda_find_symbol(void *library, const char *name)
{
    const auto *const l = static_cast<const cudasim::Library *>(library);
    if (missing(std::string(l->name) + ":" + name)) return nullptr;
    for (size_t i = 0; i < l->count; i++)
        if (strcmp(l->symbols[i].name, name) == 0) return l->symbols[i].function;
    return nullptr;
}
