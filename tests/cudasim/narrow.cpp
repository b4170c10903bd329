/* How many positions kernels may count in 32 bits: 2^31, or CUDASIM_NARROW, so that the 64-bit
 * paths and the cutting into pieces run on arrays of ordinary size. */
#include <cstdint>
#include <cstdlib>

namespace cudasim {
int64_t narrow_limit();
int64_t narrow_limit()
{
    static const int64_t limit = [] {
        const int64_t most = (int64_t)1 << 31;
        const char *const text = getenv("CUDASIM_NARROW");
        const int64_t asked = text != nullptr ? strtoll(text, nullptr, 10) : most;
        return asked < 2 || asked > most ? most : asked;
    }();
    return limit;
}
} // namespace cudasim
