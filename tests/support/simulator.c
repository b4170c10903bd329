/* Finds the controls of the simulated GPU in the plugin. See simulator.h. */
#include "simulator.h"

#include "device.h"
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

long test_simulator(const char *what, long value)
{
    static long (*control)(const char *what, long value);
    if (control == NULL) {
        const char *const plugin = getenv("CX_PLUGIN");
        void *const handle =
            !test_on_cpu() && plugin != NULL ? dlopen(plugin, RTLD_NOW | RTLD_NOLOAD) : NULL;
        void *const symbol = handle != NULL ? dlsym(handle, "cudasim_ctl") : NULL;
        if (symbol == NULL) return -1;
        memcpy(&control, &symbol, sizeof control);
    }
    return control(what, value);
}
