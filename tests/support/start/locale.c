/* Linked into every test program: adopts the locale of the environment before the first test, as
 * most programs do, so that a run under a decimal comma shows who reads or writes numbers by
 * locale. */
#include <locale.h>

__attribute__((constructor)) static void adopt_locale(void)
{
    setlocale(LC_ALL, "");
}
