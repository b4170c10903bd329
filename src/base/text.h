/* Text: a growing string, and numbers without a locale. */
#ifndef CX_BASE_TEXT_H
#define CX_BASE_TEXT_H
#include "base/status.h"
#include <stddef.h>
#include <stdint.h>

/** Growing string; zero-initialise. After a failed append `failed` stays set and later appends
 *  do nothing; check once at the end. */
typedef struct cx__text {
    char *at;
    size_t len, cap;
    bool failed;
} cx__text;
void cx__text_put(cx__text *t, const char *s, size_t n);
void cx__text_puts(cx__text *t, const char *s);
void cx__text_f(cx__text *t, const char *fmt, ...)
    CX__PRINTF(2, 3); /* no %f %g %e: they follow the locale */
void cx__text_f64(
    cx__text *t,
    double v); /* shortest round trip, "nan", "inf", "1e+300", "0.1", "1.0" for whole */
void cx__text_free(cx__text *t);

/** Shortest digits that read back as v, laid out as Python's repr ("1e-05", "0.0001", "100000",
 *  "1e+16", no ".0"), at most 32 bytes with the terminator; returns the length. */
int cx__f64_to_text(double v, char buf[40]);
int cx__f32_to_text(float v, char buf[40]);
int cx__f16_to_text(uint16_t bits, char buf[40]);
int cx__bf16_to_text(uint16_t bits, char buf[40]);
/** The same digits always with an exponent, "1.5e+00"; "inf", "nan". */
int cx__f64_shortest(double v, char buf[40]);
int cx__f32_shortest(float v, char buf[40]);
/** The same for the bits of the two 16-bit floats, with digits that read back as them. */
int cx__f16_shortest(uint16_t bits, char buf[40]);
int cx__bf16_shortest(uint16_t bits, char buf[40]);
/** Scientific with `digits` after the point, or fixed; returns the length. */
int cx__f64_to_sci(double v, int digits, char *buf, size_t cap);
int cx__f64_to_fixed(double v, int digits, char *buf, size_t cap);
/** Parse the longest prefix of [s, end) that is a number (from_chars plus leading '+', "nan",
 *  "inf", "infinity" in any case); returns the end of what was read, s if nothing was. Out of
 *  range: infinity or 0 of the right sign, as strtod. */
const char *cx__parse_f64(const char *s, const char *end, double *out);
const char *cx__parse_f32(const char *s, const char *end, float *out);
/** The same for integers in base 10; NULL out of range. */
const char *cx__parse_i64(const char *s, const char *end, int64_t *out);
const char *cx__parse_u64(const char *s, const char *end, uint64_t *out);
/** Length of the valid UTF-8 prefix of [s, s + n). */
size_t cx__utf8_valid(const char *s, size_t n);
#endif
