/* In thread sanitizer builds: everything is in criterion.h. */
#include <criterion/criterion.h>
