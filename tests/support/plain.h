/* Numbers of golden files, whatever the locale of the test. */
#ifndef CX_TEST_PLAIN_H
#define CX_TEST_PLAIN_H

/** strtod in the C locale. */
double plain_number(const char *text, char **end);
#endif
