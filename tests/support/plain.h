/* Numbers of golden files, whatever the locale of the test. */
#ifndef CX_TEST_PLAIN_H
#define CX_TEST_PLAIN_H
#include <stddef.h>

/** strtod in the C locale. */
double plain_number(const char *text, char **end);
/** A number as the C locale prints it ("%.17g") into text; its length. */
int plain_text(char *text, size_t room, double v);
/** The same with a fixed number of decimals. */
int plain_decimals(char *text, size_t room, double v, int decimals);
#endif
