/* Reading the environment: never in a set-user-id program, never an empty value. */
#ifndef CX_BASE_ENV_H
#define CX_BASE_ENV_H
#include <stdbool.h>

/** Value of a variable; NULL if it is unset, empty, or the process runs with raised privileges.
 * Valid until the environment changes. */
const char *cx__env(const char *name);
/** The variable as a decimal integer in [lo, hi]; false (and *out untouched) if it is missing or
 * anything else. */
bool cx__env_int(const char *name, int lo, int hi, int *out);
#endif
