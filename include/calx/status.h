/* Statuses and errors. Expressions return nil and mark the open scope; commands return a status and
 * mark nothing. */
#ifndef CALX_STATUS_H
#define CALX_STATUS_H
#include <calx/base.h>

typedef enum cx_status {
    CX_OK = 0,
#define CX_STATUS(NAME, value, text) CX_E_##NAME = (value),
#include <calx/status.def>
#undef CX_STATUS
} cx_status;

/** One error by value: copy it into a reply, a log, another thread. Text is UTF-8, cut at a
 * character, always terminated. */
typedef struct cx_error {
    cx_status status;
    char where[28];
    char text[480];
} cx_error;

CX_BEGIN
/** Short name of a status, "SHAPE"; "OK" for CX_OK, "?" for a value that is none. Static storage.
 */
CX_API const char *cx_status_name(cx_status st);
/** Copy this thread's last error into *out (status CX_OK and empty text if there was none) and
 * return its status. */
CX_API cx_status cx_error_get(cx_error *out);
/** Text of this thread's last error, "" if there was none; valid until the next Calx call on this
 * thread. */
CX_API const char *cx_error_message(void);
/** Mark the open scope with a command's failure (the first mark wins); returns st. Without a scope
 * it only returns st. */
CX_API cx_status cx_check(cx_status st);
/** No error in the open scope so far? For loop conditions. True when no scope is open. */
CX_API bool cx_ok(void);
CX_END_DECLS
#endif
