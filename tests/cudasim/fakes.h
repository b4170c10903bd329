// What the fakes of the vendor's libraries share: their tables of names, and the checks that every
// call makes. A fake has the prototype of the real header, runs on the CPU when its stream gets
// there, and aborts where the real library would corrupt memory.
#pragma once
#include "cudasim_int.h"
#include <cstddef>
#include <cstring>
#include <functional>
#include <utility>
#include <type_traits>
#include <vector>

namespace cudasim {
struct Symbol {
    const char *name;
    void *function;
};
struct Library {
    const char *name; // "cublas" for libcublas.so.*
    const Symbol *symbols;
    size_t count;
};
extern const Library fake_cublas, fake_cusolver, fake_cufft, fake_nvrtc;
#define CUDASIM_SYMBOL(f)                  \
    {                                      \
#f, reinterpret_cast < void *>(&f) \
    }

// Elements (rows, cols) of a column-major matrix.
inline size_t span(int64_t rows, int64_t cols, int64_t ld, size_t size)
{
    return rows > 0 && cols > 0 ? static_cast<size_t>(ld * (cols - 1) + rows) * size : 0;
}
// Abort unless every range lies inside one live device allocation.
inline void need_ranges(const char *call, const std::vector<Range> &ranges)
{
    for (const Range &r : ranges)
        if (r.bytes != 0 && !range_ok(r.p, r.bytes))
            mistake("%s: %p + %zu is not inside one live device allocation (%s)", call, r.p,
                    r.bytes, describe(r.p));
}
// Queue body on the stream, for calls whose operands are a list (else submit_checked). The caller
// holds the lock and has asked api(). out: what it leaves initialised.
inline void queue(const char *call, cudaStream_t stream, const std::vector<Range> &in,
                  const std::vector<Range> &out, std::function<void()> body)
{
    need_ranges(call, in);
    need_ranges(call, out);
    submit(stream, call, [out, body = std::move(body)] {
        body();
        if (hooks.written)
            for (const Range &r : out)
                if (r.bytes != 0) hooks.written(const_cast<void *>(r.p), r.bytes);
    });
}
// A workspace's contents are gone after a call: NaNs make sure that nobody counts on them.
inline void poison(void *p, size_t bytes)
{
    if (bytes > 0) memset(p, 0xff, bytes);
}
} // namespace cudasim
