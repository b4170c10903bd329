/* Linked into every test program: no test touches the user's folder of compiled kernels, and none
 * waits for the compiler, unless it asks for that itself (or whoever runs it does). */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdlib.h>

__attribute__((constructor)) static void set_environment(void)
{
    if (getenv("CX_CACHE_DIR") == NULL) setenv("CX_CACHE", "off", 0);
    setenv("CX_JIT", "off", 0);
}
