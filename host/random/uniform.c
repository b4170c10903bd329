/* Uniform doubles and floats: one word each, so whole blocks are filled and converted in place.
 * Two roundings in low + range * u are part of the stream: this file must not be contracted. */
#include "draws.h"

#include "words.h"

enum { BLOCK = 512 };

static void convert_f64(const uint64_t *word, int64_t n, bool from_32, double *out)
{
    if (from_32) {
        for (int64_t i = 0; i < n; i++)
            out[i] = word_to_f64(word[i], true);
        return;
    }
    for (int64_t i = 0; i < n; i++)
        out[i] = word_to_f64(word[i], false);
}

void host_random_f64(cx_bitgen *g, int64_t n, double *out)
{
    const host_engine *const e = host_engine_of(g);
    uint64_t word[BLOCK];
    for (int64_t done = 0; done < n;) {
        const int64_t count = n - done < BLOCK ? n - done : BLOCK;
        e->fill64(g, count, word);
        convert_f64(word, count, e->double_from_32, out + done);
        done += count;
    }
}

void host_random_f32(cx_bitgen *g, int64_t n, float *out)
{
    const host_engine *const e = host_engine_of(g);
    uint32_t word[BLOCK];
    for (int64_t done = 0; done < n;) {
        const int64_t count = n - done < BLOCK ? n - done : BLOCK;
        e->fill32(g, count, word);
        for (int64_t i = 0; i < count; i++)
            out[done + i] = word_to_f32(word[i]);
        done += count;
    }
}

void host_uniform(cx_bitgen *g, double low, double range, int64_t n, double *out)
{
    host_random_f64(g, n, out);
    for (int64_t i = 0; i < n; i++)
        out[i] = low + range * out[i];
}
