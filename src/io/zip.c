/* Opening libzip when the first archive is met. The one idea: programs that use no archive need
 * no libzip. */
#include "io/zip.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static cx__zip table;
static char reason[256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static bool resolve(void *library, const char *name, void *slot)
{
    void *const f = dlsym(library, name);
    if (f == NULL) (void)snprintf(reason, sizeof reason, "libzip lacks %s", name);
    memcpy(slot, &f,
           sizeof f); /* a data pointer as a function pointer: POSIX promises that the bits serve */
    return f != NULL;
}

static void open_library(void)
{
    static const char *const names[] = {"libzip.so.5", "libzip.so.4", "libzip.so"};
    void *library = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names && library == NULL; i++)
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        const char *const why = dlerror();
        (void)snprintf(reason, sizeof reason, "%s", why != NULL ? why : "libzip cannot be opened");
        return;
    }
#define SLOT(f) &&resolve(library, "zip_" #f, &table.f)
    const bool all = true SLOT(open) SLOT(close) SLOT(discard) SLOT(get_num_entries) SLOT(get_name)
        SLOT(stat_index) SLOT(fopen_index) SLOT(fread) SLOT(fclose) SLOT(strerror)
            SLOT(file_strerror) SLOT(source_function) SLOT(source_free) SLOT(file_add)
                SLOT(set_file_compression) SLOT(file_set_mtime) SLOT(error_init_with_code)
                    SLOT(error_strerror) SLOT(error_fini);
#undef SLOT
    if (all) reason[0] = '\0';
}

cx_status cx__zip_library(const char *where, const cx__zip **out)
{
    (void)pthread_once(&once, open_library);
    if (reason[0] != '\0')
        return cx__fail(CX_E_UNAVAILABLE, where, ".npz files need libzip: %s", reason);
    *out = &table;
    return CX_OK;
}
