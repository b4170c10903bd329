/* The svmlight format in memory, for the public functions and the fuzzer. */
#ifndef CX_IO_SVMLIGHT_H
#define CX_IO_SVMLIGHT_H
#include <calx/datasets.h>
#include <stddef.h>

/** The text of one file; path for errors, or NULL. */
typedef struct cx__svmlight_text {
    const char *path, *text;
    size_t size;
} cx__svmlight_text;
/** Texts that share their features; out has as many entries, whose arrays belong to the open
 *  scope. PARSE with line and column, ARGUMENT, DTYPE, NOMEM. */
cx_status cx__svmlight_decode(const char *where, const cx_load_svmlight_opts *o, int count,
                              const cx__svmlight_text *in, cx_svmlight *out);
#endif
