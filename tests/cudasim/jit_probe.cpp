/* What tests ask of kernels/jit that no slot reaches: the table that formulas look into. Found by
 * dlsym on the plugin. */
#include "jit/jit.h"
#include "cudasim_int.h"

CUDASIM_EXPORT int cudasim_jit_find(cx_dev *dev, const uint64_t key[2], const void **kernel)
{
    return cuda_jit_find(dev, key, kernel);
}
CUDASIM_EXPORT void cudasim_jit_later(cx_dev *dev, const uint64_t key[2], const char *text,
                                      const char *name, const char *label)
{
    cuda_source s = {};
    s.text = text;
    s.name = name;
    s.label = label;
    cuda_jit_later(dev, key, &s);
}
CUDASIM_EXPORT bool cudasim_jit_on()
{
    return cuda_jit_on();
}
