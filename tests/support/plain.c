/* strtod follows the process's locale; golden files do not. */
#include "plain.h"
#include <locale.h>
#include <stdlib.h>

double plain_number(const char *text, char **end)
{
    static locale_t c;
    if (c == NULL) c = newlocale(LC_ALL_MASK, "C", NULL);
    return strtod_l(text, end, c);
}
