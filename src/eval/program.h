/* Programs, for the other files of src/eval: without the open scope. */
#ifndef CX_EVAL_PROGRAM_H
#define CX_EVAL_PROGRAM_H
#include "eval/formula.h"
#include <calx/eval.h>

/** One reference, the caller's. */
cx_status cx__program_make(const char *where, const char *source, cx_program **out);
/** Run a live program. out NULL: results are new, one reference each, the caller's. */
cx_status cx__program_run(const char *where, const cx_program *p, cx_arrays args,
                          cx_array *const *out, cx_array **results);
/** The same for one result; into outputs; as a tuple of the open scope (after st). */
cx_status cx__program_one(const char *where, const cx_program *p, cx_arrays args, cx_array **out);
cx_status cx__program_into(const char *where, const cx_program *p, cx_arrays args, cx_outs out);
cx_tuple cx__program_all(const char *where, cx_status st, const cx_program *p, cx_arrays args);
/** Typed forms made by this process. */
int64_t cx__programs_typed(void);
#endif
