/* strtod follows the process's locale; golden files do not. */
#include "plain.h"
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

double plain_number(const char *text, char **end)
{
    static locale_t c;
    if (c == NULL) c = newlocale(LC_ALL_MASK, "C", NULL);
    return strtod_l(text, end, c);
}

static int with_point(char *text, size_t room, int n)
{
    const char point = *localeconv()->decimal_point;
    for (int i = 0; i < n && (size_t)i < room; i++)
        if (text[i] == point) text[i] = '.';
    return n;
}

int plain_text(char *text, size_t room, double v)
{
    return with_point(text, room, snprintf(text, room, "%.17g", v));
}

int plain_decimals(char *text, size_t room, double v, int decimals)
{
    return with_point(text, room, snprintf(text, room, "%.*f", decimals, v));
}
