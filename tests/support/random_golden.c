/* Reads golden/random.tsv. Digests make rows short; the first values make failures readable. */
#include "random_golden.h"

#include "sha256.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void random_field(char *to, size_t room, char **at)
{
    char *const field = *at;
    char *const end = field + strcspn(field, "\t\n");
    cr_assert_lt((size_t)(end - field), room, "field too long: %s", field);
    memcpy(to, field, (size_t)(end - field));
    to[end - field] = '\0';
    *at = *end ? end + 1 : end;
}

static void parse(char *line, random_case *c)
{
    char n[24], arguments[64];
    random_field(c->stream, sizeof c->stream, &line);
    random_field(c->seed, sizeof c->seed, &line);
    random_field(c->method, sizeof c->method, &line);
    random_field(c->dtype, sizeof c->dtype, &line);
    random_field(n, sizeof n, &line);
    random_field(arguments, sizeof arguments, &line);
    random_field(c->digest, sizeof c->digest, &line);
    random_field(c->first, sizeof c->first, &line);
    cr_assert_eq(strlen(c->digest), 64);
    c->n = strtoll(n, NULL, 10);
    c->argument[0][0] = c->argument[1][0] = '\0';
    (void)sscanf(arguments, "%31[^,],%31s", c->argument[0], c->argument[1]);
}

random_case *random_cases(size_t *count)
{
    FILE *const f = fopen(CX_TEST_DATA "/golden/random.tsv", "r");
    cr_assert_not_null(f, "golden/random.tsv is missing");
    random_case *all = NULL;
    char line[512];
    *count = 0;
    while (fgets(line, sizeof line, f)) {
        if (line[0] == '#') continue;
        all = realloc(all, (*count + 1) * sizeof *all);
        cr_assert_not_null(all);
        parse(line, &all[(*count)++]);
    }
    fclose(f);
    return all;
}

double random_argument(const random_case *c, int i)
{
    const char *at = c->argument[i];
    const double sign = *at == '-' ? -1.0 : 1.0;
    double digits = 0.0, scale = 1.0; /* exact: there are few digits */
    bool fraction = false;
    for (at += *at == '-'; *at; at++) {
        if (*at == '.') {
            fraction = true;
            continue;
        }
        digits = 10.0 * digits + (*at - '0');
        scale *= fraction ? 10.0 : 1.0;
    }
    return sign * (digits / scale);
}

static void bits_of_first(const void *value, size_t n, size_t size, char *out)
{
    for (size_t i = 0; i < n && i < 5; i++) {
        uint64_t bits = 0;
        for (size_t k = size; k > 0; k--) /* little-endian, as recorded */
            bits = bits << 8 | ((const unsigned char *)value)[i * size + k - 1];
        out += sprintf(out, "%s%0*llx", i ? "," : "", (int)(2 * size), (unsigned long long)bits);
    }
}

void random_check(const random_case *c, const void *value, size_t n, size_t size)
{
    char digest[65], first[128] = "";
    sha256_hex(value, n * size, digest);
    bits_of_first(value, n, size, first);
    cr_expect_str_eq(digest, c->digest, "%s(%s).%s %s n=%lld (%s %s): first %s, recorded %s",
                     c->stream, c->seed, c->method, c->dtype, (long long)c->n, c->argument[0],
                     c->argument[1], first, c->first);
}
