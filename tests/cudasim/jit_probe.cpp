/* What tests ask of kernels/jit that no slot reaches: the table that formulas look into, and what a
 * kernel is made from. Found by dlsym on the plugin. */
#include "jit/build.h"
#include "jit/headers.h"
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
/* The tag of a user's kernel, or of a formula's, whose size is returned; 0 for none. */
CUDASIM_EXPORT size_t cudasim_jit_tag(const cx_dev *dev, const char *text, const char *name,
                                      bool formula, char *out, size_t room)
{
    cuda_source s = {};
    cuda_tag tag = {};
    s.text = text;
    s.name = s.label = name;
    s.headers = formula;
    s.contract = !formula;
    if (!cuda_tag_make(dev, &s, &tag)) return 0;
    if (tag.size < room) memcpy(out, tag.at, tag.size);
    cuda_core->free(tag.at);
    return tag.size < room ? tag.size : 0;
}
/* the name of the i-th header that the plugin carries */
CUDASIM_EXPORT const char *cudasim_jit_header(int i)
{
    return i < cuda_headers_count ? cuda_headers[i].name : nullptr;
}
