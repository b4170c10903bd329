/* Uniform doubles and floats: one word each, so whole blocks are filled and converted.
 * Two roundings in low + range * u are part of the stream: this file must not be contracted. */
#include "draws.h"

#include "kernels.h"

enum { BLOCK = 1024 };

void host_random_f64(cx_bitgen *g, int64_t n, double *out)
{
    const host_engine *const e = host_engine_of(g);
    const host_random_kernels *const loops = HOST_PICK(host_random_loops);
    uint64_t word[BLOCK];
    for (int64_t done = 0; done < n;) {
        const int64_t count = n - done < BLOCK ? n - done : BLOCK;
        /* where the values go is asked for while the words are made */
        for (int64_t k = 0; k < count; k += 8) __builtin_prefetch(out + done + k, 1);
        e->fill64(g, count, word);
        (e->double_from_32 ? loops->unit_f64_halves : loops->unit_f64)(word, count, out + done);
        done += count;
    }
}

void host_random_f32(cx_bitgen *g, int64_t n, float *out)
{
    const host_engine *const e = host_engine_of(g);
    const host_random_kernels *const loops = HOST_PICK(host_random_loops);
    uint32_t word[BLOCK];
    for (int64_t done = 0; done < n;) {
        const int64_t count = n - done < BLOCK ? n - done : BLOCK;
        e->fill32(g, count, word);
        loops->unit_f32(word, count, out + done);
        done += count;
    }
}

void host_uniform(cx_bitgen *g, double low, double range, int64_t n, double *out)
{
    host_random_f64(g, n, out);
    for (int64_t i = 0; i < n; i++) out[i] = low + range * out[i];
}
