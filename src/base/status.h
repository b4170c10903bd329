/* Making errors: one function, a breakpoint's home. */
#ifndef CX_BASE_STATUS_H
#define CX_BASE_STATUS_H
#include <calx/status.h>

#if defined(__GNUC__)
#define CX__PRINTF(f, a) __attribute__((format(printf, f, a)))
#define CX__LIKELY(x) __builtin_expect(!!(x), 1)
#define CX__UNLIKELY(x) __builtin_expect(!!(x), 0)
#define CX__COLD __attribute__((cold, noinline))
#else
#define CX__PRINTF(f, a)
#define CX__LIKELY(x) (x)
#define CX__UNLIKELY(x) (x)
#define CX__COLD
#endif

/** Record this thread's last error as "where: text" and return st. where is the public name without
 * cx_. */
CX__COLD cx_status cx__fail(cx_status st, const char *where, const char *fmt, ...) CX__PRINTF(3, 4);
/** The usual one: "where: cannot allocate <bytes> bytes for <what>". */
CX__COLD cx_status cx__fail_nomem(const char *where, const char *what, size_t bytes);
/** Put an error back as this thread's last one (an error that was saved before clean-up). */
void cx__error_set(const cx_error *e);
/** Raise a warning: to the scope's on_warning, else counted. Never an error. */
void cx__warn(cx_status kind, const char *fmt, ...) CX__PRINTF(2, 3);
/** Suggest the nearest of the words, or NULL if none is near: "did you mean". words ends with NULL.
 */
const char *cx__nearest(const char *word, const char *const *words);
#endif
