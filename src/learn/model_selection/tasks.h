/* Many fits or predictions that know nothing of each other. */
#ifndef CX_LEARN_TASKS_H
#define CX_LEARN_TASKS_H
#include "base/object.h"
#include <calx/device.h>
#include <calx/estimator.h>

/** Task i of a run: what it returns, or what it leaves marked in its scope, fails the run. */
typedef cx_status cx__task(void *ctx, int64_t i);
/** Run tasks 0 to n - 1, each in a scope of its own: in parallel on the CPU (what they call is then
 *  serial), one after the other on a device, whose work is parallel by itself. The scope's deadline
 *  and cancel flag hold in all of them; its progress is told `done of n` of stage; warnings are
 * told afterwards in the order of the tasks, each text once. The error is that of the first task
 * that fails, whatever the number of threads; later tasks may not have run then. */
cx_status cx__tasks_run(const char *where, const char *stage, cx_device device, int64_t n,
                        cx__task *task, void *ctx);
/** Where the data is, for the above. */
static inline cx_device cx__data_device(const cx_data *d)
{
    return d->x ? cx_device_of(d->x) : CX_CPU;
}
#endif
