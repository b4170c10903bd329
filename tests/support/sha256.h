/* SHA-256 (FIPS 180-4), for comparing long streams with recorded ones. */
#ifndef TESTS_SUPPORT_SHA256_H
#define TESTS_SUPPORT_SHA256_H

#include <stddef.h>

/** The digest of n bytes as 64 lower-case hex digits and a terminator. */
void sha256_hex(const void *data, size_t n, char out[65]);

#endif
