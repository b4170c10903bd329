/* Inner loops of support vector machines, compiled once per ISA level; what each does stands in
 * <calx/backend_svm.h>. */
#ifndef CX_HOST_SVM_LOOPS_H
#define CX_HOST_SVM_LOOPS_H
#include "host.h"
#include <calx/backend_svm.h>
HOST_PER_ISA(cx_svm_ops, host_svm_loops);
#endif
