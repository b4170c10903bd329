/* Normal and exponential variates by 256-strip ziggurats, in double and single precision.
 * Nearly every value is one word, one table row and one multiplication; the tables (ziggurat.inc)
 * are part of the stream's definition. The wedge test's left side must be two roundings.
 * Source: Marsaglia and Tsang, The ziggurat method, J. Stat. Software 5 (2000). */
#include "draws.h"

#include "words.h"

#include <math.h>
#include <string.h>

typedef struct strip64 {
    uint64_t k;
    double w;
} strip64; /* accept at once below k; x = word bits * w */

typedef struct strip32 {
    uint32_t k;
    float w;
} strip32;

#include "ziggurat.inc"

#define NORMAL_R 3.6541528853610087963519472518
#define NORMAL_MINUS_1_OVER_R (-0.27366123732975827203338247596)
#define EXPONENTIAL_R 7.6971174701310497140446280481
#define NORMAL_R_F32 3.6541528853610087963519472518f
#define NORMAL_MINUS_1_OVER_R_F32 (-0.27366123732975827203338247596f)
#define EXPONENTIAL_R_F32 7.6971174701310497140446280481f

/* x or -x by a bit that is as good as random: a branch would be mispredicted every other time. */
static double with_sign(double x, uint64_t negative)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits ^= negative << 63;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static float with_sign_f32(float x, uint32_t negative)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits ^= negative << 31;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static double normal_tail(host_words64 *w, uint64_t bits, int64_t certain)
{
    for (;;) {
        const double x = NORMAL_MINUS_1_OVER_R * log1p(-words64_unit(w, certain));
        const double y = -log1p(-words64_unit(w, certain));
        if (y + y > x * x) return (bits >> 8) & 1 ? -(NORMAL_R + x) : NORMAL_R + x;
    }
}

/* The value that starts with this word, whatever words it takes. */
static double normal_slow(host_words64 *w, uint64_t word, int64_t certain)
{
    for (;; word = words64_next(w, certain)) {
        const unsigned i = (unsigned)(word & 0xff);
        const uint64_t bits = (word >> 9) & 0x000fffffffffffffu;
        const double x = with_sign((double)(int64_t)bits * normal64[i].w, (word >> 8) & 1);
        if (bits < normal64[i].k) return x;
        if (i == 0) return normal_tail(w, bits, certain);
        const double side = (normal64_f[i - 1] - normal64_f[i]) * words64_unit(w, certain);
        if (side + normal64_f[i] < exp(-0.5 * x * x)) return x;
    }
}

void host_normal_f64(cx_bitgen *g, int64_t n, double *out)
{
    host_words64 w;
    words64_open(&w, g);
    for (int64_t i = 0; i < n;) {
        words64_refill(&w, n - i);
        for (int pos = 0; pos < w.end; i++) {
            const uint64_t word = w.word[pos++];
            const strip64 *const strip = normal64 + (word & 0xff);
            const uint64_t bits = (word >> 9) & 0x000fffffffffffffu;
            out[i] = with_sign((double)(int64_t)bits * strip->w, (word >> 8) & 1);
            if (bits >= strip->k) {
                w.pos = pos;
                out[i] = normal_slow(&w, word, n - i);
                pos = w.pos;
            }
        }
    }
}

static float normal_tail_f32(host_words32 *w, uint32_t bits, int64_t certain)
{
    for (;;) {
        const float x = NORMAL_MINUS_1_OVER_R_F32 * log1pf(-words32_unit(w, certain));
        const float y = -log1pf(-words32_unit(w, certain));
        if (y + y > x * x) return (bits >> 8) & 1 ? -(NORMAL_R_F32 + x) : NORMAL_R_F32 + x;
    }
}

static float normal_slow_f32(host_words32 *w, uint32_t word, int64_t certain)
{
    for (;; word = words32_next(w, certain)) {
        const unsigned i = word & 0xff;
        const uint32_t bits = (word >> 9) & 0x7fffffu;
        const float x = with_sign_f32((float)(int32_t)bits * normal32[i].w, (word >> 8) & 1);
        if (bits < normal32[i].k) return x;
        if (i == 0) return normal_tail_f32(w, bits, certain);
        const float side = (normal32_f[i - 1] - normal32_f[i]) * words32_unit(w, certain);
        if ((double)(side + normal32_f[i]) < exp(-0.5 * (double)x * (double)x)) return x;
    }
}

void host_normal_f32(cx_bitgen *g, int64_t n, float *out)
{
    host_words32 w;
    words32_open(&w, g);
    for (int64_t i = 0; i < n;) {
        words32_refill(&w, n - i);
        for (int pos = 0; pos < w.end; i++) {
            const uint32_t word = w.word[pos++];
            const strip32 *const strip = normal32 + (word & 0xff);
            const uint32_t bits = (word >> 9) & 0x7fffffu;
            out[i] = with_sign_f32((float)(int32_t)bits * strip->w, (word >> 8) & 1);
            if (bits >= strip->k) {
                w.pos = pos;
                out[i] = normal_slow_f32(&w, word, n - i);
                pos = w.pos;
            }
        }
    }
}

static double exponential_slow(host_words64 *w, uint64_t word, int64_t certain)
{
    for (;; word = words64_next(w, certain)) {
        const unsigned i = (unsigned)(word >> 3 & 0xff);
        const uint64_t bits = word >> 11;
        const double x = (double)(int64_t)bits * exponential64[i].w;
        if (bits < exponential64[i].k) return x;
        if (i == 0) return EXPONENTIAL_R - log1p(-words64_unit(w, certain));
        const double side =
            (exponential64_f[i - 1] - exponential64_f[i]) * words64_unit(w, certain);
        if (side + exponential64_f[i] < exp(-x)) return x;
    }
}

void host_exponential_f64(cx_bitgen *g, int64_t n, double *out)
{
    host_words64 w;
    words64_open(&w, g);
    for (int64_t i = 0; i < n;) {
        words64_refill(&w, n - i);
        for (int pos = 0; pos < w.end; i++) {
            const uint64_t word = w.word[pos++];
            const strip64 *const strip = exponential64 + (word >> 3 & 0xff);
            const uint64_t bits = word >> 11;
            out[i] = (double)(int64_t)bits * strip->w;
            if (bits >= strip->k) {
                w.pos = pos;
                out[i] = exponential_slow(&w, word, n - i);
                pos = w.pos;
            }
        }
    }
}

static float exponential_slow_f32(host_words32 *w, uint32_t word, int64_t certain)
{
    for (;; word = words32_next(w, certain)) {
        const unsigned i = word >> 1 & 0xff;
        const uint32_t bits = word >> 9;
        const float x = (float)(int32_t)bits * exponential32[i].w;
        if (bits < exponential32[i].k) return x;
        if (i == 0) return EXPONENTIAL_R_F32 - log1pf(-words32_unit(w, certain));
        const float side = (exponential32_f[i - 1] - exponential32_f[i]) * words32_unit(w, certain);
        if (side + exponential32_f[i] < expf(-x)) return x;
    }
}

void host_exponential_f32(cx_bitgen *g, int64_t n, float *out)
{
    host_words32 w;
    words32_open(&w, g);
    for (int64_t i = 0; i < n;) {
        words32_refill(&w, n - i);
        for (int pos = 0; pos < w.end; i++) {
            const uint32_t word = w.word[pos++];
            const strip32 *const strip = exponential32 + (word >> 1 & 0xff);
            const uint32_t bits = word >> 9;
            out[i] = (float)(int32_t)bits * strip->w;
            if (bits >= strip->k) {
                w.pos = pos;
                out[i] = exponential_slow_f32(&w, word, n - i);
                pos = w.pos;
            }
        }
    }
}

void host_exponential_inv_f64(cx_bitgen *g, int64_t n, double *out)
{
    host_random_f64(g, n, out);
    for (int64_t i = 0; i < n; i++) out[i] = -log1p(-out[i]);
}

void host_exponential_inv_f32(cx_bitgen *g, int64_t n, float *out)
{
    host_random_f32(g, n, out);
    for (int64_t i = 0; i < n; i++)
        out[i] =
            (float)-log1p(-(double)out[i]); /* in double, then rounded: so are the recorded bits */
}
