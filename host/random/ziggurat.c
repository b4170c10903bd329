/* Normal and exponential variates by 256-strip ziggurats, in double and single precision.
 * Nearly every value is one word, one table row and one multiplication; the tables (ziggurat.inc)
 * are part of the stream's definition. The wedge test's left side must be two roundings.
 * Source: Marsaglia and Tsang, The ziggurat method, J. Stat. Software 5 (2000). */
#include "draws.h"

#include "kernels.h"
#include "words.h"

typedef cx__strip64 strip64;
typedef cx__strip32 strip32;

#define CX_ZIGGURAT_TABLE(type, name) static const type name[256]
#include <calx/ziggurat.def>

#define NORMAL_R_F32 ((float)CX__NORMAL_R)
#define NORMAL_MINUS_1_OVER_R_F32 ((float)CX__NORMAL_MINUS_1_OVER_R)
#define EXPONENTIAL_R_F32 ((float)CX__EXPONENTIAL_R)

/* x or -x by a bit that is as good as random: a branch would be mispredicted every other time. */
static double with_sign(double x, uint64_t negative)
{
    return cx__f64_of_bits(cx__bits_of_f64(x) ^ negative << 63);
}

static float with_sign_f32(float x, uint32_t negative)
{
    return cx__f32_of_bits(cx__bits_of_f32(x) ^ negative << 31);
}

static double normal_tail(host_words64 *w, uint64_t bits, int64_t certain)
{
    for (;;) {
        const double x = CX__NORMAL_MINUS_1_OVER_R * cx__log1m_f64(words64_unit(w, certain));
        const double y = -cx__log1m_f64(words64_unit(w, certain));
        if (y + y > x * x) return (bits >> 8) & 1 ? -(CX__NORMAL_R + x) : CX__NORMAL_R + x;
    }
}

/* Is y below the density at x, between the edges of strip i? In a strip as wide as d the density is
 * within d * d / 8 of its chord, as its second derivative is nowhere beyond 1; so most answers need
 * no exponential, and none depends on how it was found. */
static bool normal_under(unsigned i, double x, double y)
{
    const double near = (double)(int64_t)normal64[i].k * normal64[i].w,
                 d = 0x1p52 * normal64[i].w - near;
    const double above =
                     (y - normal64_f[i - 1]) * d + (normal64_f[i - 1] - normal64_f[i]) * (x - near),
                 unsure = d * (0.125 * d * d + 1e-9);
    if (above < -unsure) return true;
    return above <= unsure && y < cx__exp_negative(-0.5 * x * x);
}

/* The value that starts with this word, whatever words it takes. */
static double normal_slow(host_words64 *w, uint64_t word, int64_t certain)
{
    for (;; word = words64_next(w, certain)) {
        const unsigned i = (unsigned)(word & 0xff);
        const uint64_t bits = (word >> 9) & 0x000fffffffffffffu;
        const double size = (double)(int64_t)bits * normal64[i].w,
                     x = with_sign(size, (word >> 8) & 1);
        if (bits < normal64[i].k) return x;
        if (i == 0) return normal_tail(w, bits, certain);
        const double side = (normal64_f[i - 1] - normal64_f[i]) * words64_unit(w, certain);
        if (normal_under(i, size, side + normal64_f[i])) return x;
    }
}

void host_normal_f64(cx_bitgen *g, int64_t n, double *out)
{
    host_words64 w;
    words64_open(&w, g);
    for (int64_t i = 0; i < n;) {
        if (w.pos == w.end) words64_refill(&w, n - i);
        i += host_normal_some(&w, n - i, n - i, out + i);
    }
}

int64_t host_normal_some(host_words64 *w, int64_t n, int64_t certain, double *out)
{
    const int64_t left = w->end - w->pos, most = left < n ? left : n;
    const int64_t run =
        HOST_PICK(host_random_loops)->normal_run(normal64, w->word + w->pos, most, out);
    w->pos += (int)run;
    if (run == most) return run;
    const uint64_t word = w->word[w->pos++];
    out[run] = normal_slow(w, word, certain - run);
    return run + 1;
}

double host_normal_next(host_words64 *w, int64_t certain)
{
    return normal_slow(w, words64_next(w, certain), certain);
}

static float normal_tail_f32(host_words32 *w, uint32_t bits, int64_t certain)
{
    for (;;) {
        const float x = NORMAL_MINUS_1_OVER_R_F32 * cx__log1m_f32(words32_unit(w, certain));
        const float y = -cx__log1m_f32(words32_unit(w, certain));
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
        if ((double)(side + normal32_f[i]) < cx__exp_negative(-0.5 * (double)x * (double)x))
            return x;
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

float host_normal_next_f32(host_words32 *w, int64_t certain)
{
    return normal_slow_f32(w, words32_next(w, certain), certain);
}

static double exponential_slow(host_words64 *w, uint64_t word, int64_t certain)
{
    for (;; word = words64_next(w, certain)) {
        const unsigned i = (unsigned)(word >> 3 & 0xff);
        const uint64_t bits = word >> 11;
        const double x = (double)(int64_t)bits * exponential64[i].w;
        if (bits < exponential64[i].k) return x;
        if (i == 0) return CX__EXPONENTIAL_R - cx__log1m_f64(words64_unit(w, certain));
        const double side =
            (exponential64_f[i - 1] - exponential64_f[i]) * words64_unit(w, certain);
        if (side + exponential64_f[i] < cx__exp_negative(-x)) return x;
    }
}

double host_exponential_next(host_words64 *w, int64_t certain)
{
    return exponential_slow(w, words64_next(w, certain), certain);
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
        if (i == 0) return EXPONENTIAL_R_F32 - cx__log1m_f32(words32_unit(w, certain));
        const float side = (exponential32_f[i - 1] - exponential32_f[i]) * words32_unit(w, certain);
        if (side + exponential32_f[i] < (float)cx__exp_negative(-(double)x)) return x;
    }
}

float host_exponential_next_f32(host_words32 *w, int64_t certain)
{
    return exponential_slow_f32(w, words32_next(w, certain), certain);
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
    HOST_PICK(host_random_loops)->minus_log1m_f64(n, out);
}

void host_exponential_inv_f32(cx_bitgen *g, int64_t n, float *out)
{
    host_random_f32(g, n, out);
    HOST_PICK(host_random_loops)->minus_log1m_f32(n, out);
}
