/* The vendor's libraries by the dynamic linker: its search path, then the folders where the CUDA
 * toolkit puts them. Knows no library. */
#include "open_library.h"
#include <dlfcn.h>
#include <stdio.h>

void *cuda_open_library(const char *file, char *why, size_t size)
{
    static const char *const folders[] = {"", "/usr/local/cuda/lib64/"};
    why[0] = '\0';
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char path[256];
        snprintf(path, sizeof path, "%s%s", folders[i], file);
        void *const library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        if (library != NULL) return library;
        const char *const said = dlerror(); /* "libx.so.1: cannot open ..." */
        if (i == 0) snprintf(why, size, "%s", said != NULL ? said : file);
    }
    return NULL;
}

void *cuda_find_symbol(void *library, const char *name)
{
    return dlsym(library, name);
}
