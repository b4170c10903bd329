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

int plain_text(char *text, size_t room, double v)
{
    const int n = snprintf(text, room, "%.17g", v);
    const char point = *localeconv()->decimal_point;
    for (int i = 0; i < n && (size_t)i < room; i++)
        if (text[i] == point) text[i] = '.';
    return n;
}
