/* Queues are non-blocking streams, marks are events. What a kernel finds wrong late stands in the
 * queue's pinned word until the host synchronises. */
#include "cuda_backend.h"
#include <stdio.h>
#include <string.h>

/* With one device there is nothing to choose. With several, other code of the thread may have
 * chosen another since. */
static _Thread_local bool entered;

cx_status cuda_enter(cx_dev *dev)
{
    if (dev->lost)
        return cuda_core->fail(CX_E_DEVICE_LOST, "cuda", "cuda:%d answers no more", dev->ordinal);
    if (entered && cuda_devices == 1) return CX_OK;
    CUDA_TRY(dev, "cuda", cudaSetDevice(dev->ordinal));
    entered = true;
    return CX_OK;
}

cx_status cuda_enter_queue(cx_queue *q)
{
    CX_STATUS_TRY(cuda_enter(q->dev));
    if (!q->stuck) return CX_OK;
    cudaGraph_t graph = NULL;
    enum cudaStreamCaptureStatus now = cudaStreamCaptureStatusNone;
    const cudaError_t e = cudaStreamEndCapture(q->stream, &graph);
    if (e == cudaSuccess && graph != NULL) (void)cudaGraphDestroy(graph);
    CUDA_TRY(q->dev, "graph_capture", cudaStreamIsCapturing(q->stream, &now));
    if (now != cudaStreamCaptureStatusNone) return cuda_check(q->dev, "graph_capture", e);
    (void)cudaGetLastError();
    q->stuck = false;
    return CX_OK;
}

cudaStream_t cuda_stream(cx_queue *q)
{
    (void)cuda_enter_queue(q); /* a launch on the wrong device fails, and is told there */
    return q->stream;
}

cx_status cuda_launched(cx_queue *q, const char *kernel, cudaError_t e)
{
    cuda_core->count(CX_COUNT_KERNELS, 1);
    return cuda_check(q->dev, kernel, e);
}

int cuda_sm_count(const cx_queue *q)
{
    return q->dev->sm_count;
}

cx_status cuda_work_alloc(cx_queue *q, const char *where, size_t bytes, void **out)
{
    return cuda_core->work_alloc(q->owner, where, bytes, out);
}
void cuda_work_free(cx_queue *q, void *p)
{
    cuda_core->work_free(q->owner, p);
}

cx_status cuda_queue_new(cx_dev *dev, const cx_queue_desc *desc, cx_queue **out)
{
    static const char where[] = "stream_new";
    CX_STATUS_TRY(cuda_enter(dev));
    cx_queue *const q = cuda_core->system_alloc(sizeof *q);
    if (q == NULL)
        return cuda_core->fail(CX_E_NOMEM, where, "cannot allocate %zu bytes for a stream",
                               sizeof *q);
    memset(q, 0, sizeof *q);
    q->dev = dev;
    q->owner = desc->owner;
    q->foreign = desc->foreign;
    void *pinned = NULL; /* the control page, and behind it the note */
    cx_status st = cuda_check(dev, where, cudaMallocHost(&pinned, CUDA_CONTROL + sizeof *q->late));
    if (st == CX_OK) {
        q->control = pinned;
        q->late = (cuda_late *)((char *)pinned + CUDA_CONTROL);
        q->late->first = CUDA_LATE_NONE;
    }
    if (st == CX_OK && q->foreign) {
        q->stream = (cudaStream_t)desc->native;
    } else if (st == CX_OK) {
        int least = 0, greatest = 0;
        st = cuda_check(dev, where, cudaDeviceGetStreamPriorityRange(&least, &greatest));
        if (st == CX_OK)
            st = cuda_check(dev, where,
                            cudaStreamCreateWithPriority(&q->stream, cudaStreamNonBlocking,
                                                         desc->priority > 0 ? greatest : least));
    }
    if (st != CX_OK) {
        if (pinned != NULL) (void)cudaFreeHost(pinned);
        cuda_core->system_free(q, sizeof *q);
        return st;
    }
    *out = q;
    return CX_OK;
}

void cuda_queue_free(cx_queue *q)
{
    if (!q->dev->lost && cuda_enter(q->dev) == CX_OK) {
        cuda_handles_free(q);
        if (!q->foreign) (void)cudaStreamDestroy(q->stream);
        (void)cudaFreeHost(q->control);
    }
    cuda_core->system_free(q, sizeof *q);
}

/* What a factorisation whose info nobody waited for has found. */
static cx_status factorisation_error(const cx_queue *q, unsigned long long first)
{
    static const char where[] = "linalg";
    const long long matrix = (long long)(first & 0xffffffffffffull), info = q->late->index;
    const int kind = (int)(first >> 48);
    char which[64] = "";
    if (q->late->extent > 1)
        snprintf(which, sizeof which, "%lld of %lld ", matrix, (long long)q->late->extent);
    if (kind == CUDA_LATE_PIVOT)
        return cuda_core->fail(CX_E_SINGULAR, where, "matrix %sis singular: pivot %lld is zero",
                               which, info);
    if (kind == CUDA_LATE_DEFINITE)
        return cuda_core->fail(CX_E_SINGULAR, where,
                               "matrix %sis not positive definite: its leading minor of order %lld",
                               which, info);
    return cuda_core->fail(CX_E_CONVERGENCE, where,
                           "the decomposition of matrix %sdid not converge", which);
}

cx_status cuda_queue_sync(cx_queue *q)
{
    static const char where[] = "stream_sync";
    CX_STATUS_TRY(cuda_enter_queue(q));
    if (q->capturing)
        return cuda_core->fail(CX_E_UNSUPPORTED, where,
                               "waits for the device, which cannot be captured into a graph");
    CUDA_TRY(q->dev, where, cudaStreamSynchronize(q->stream));
    const unsigned long long first = *(volatile unsigned long long *)&q->late->first;
    if (first == CUDA_LATE_NONE) return CX_OK;
    q->late->first = CUDA_LATE_NONE;
    if (first >> 48 >= CUDA_LATE_PIVOT) return factorisation_error(q, first);
    if (first >> 48 == CUDA_LATE_NAN)
        return cuda_core->fail(CX_E_ARGUMENT,
                               (first & 0xffff) == CX_RED_NANARGMIN ? "nanargmin" : "nanargmax",
                               "a slice holds nothing but NaN");
    return cuda_core->fail(
        CX_E_INDEX, first >> 48 == CUDA_LATE_TAKE ? "take" : "put_rows",
        "index %lld at position %lld is out of bounds for axis %d with size %lld", q->late->index,
        (long long)(first & 0xffffffffffull), (int)(first >> 40 & 0xff), q->late->extent);
}

cx_status cuda_control_read(cx_queue *q, const char *where, void *host, const void *device,
                            size_t bytes)
{
    CX_STATUS_TRY(cuda_enter_queue(q));
    if (q->capturing)
        return cuda_core->fail(
            CX_E_UNSUPPORTED, where,
            "needs a number from the device to go on, which cannot be captured into a graph");
    if (bytes > CUDA_CONTROL)
        return cuda_core->fail(CX_E_INTERNAL, where, "a control read of %zu bytes", bytes);
    cuda_core->count(CX_COUNT_CONTROL_READS, 1);
    cuda_core->count(CX_COUNT_CONTROL_BYTES, bytes);
    CUDA_TRY(q->dev, where,
             cudaMemcpyAsync(q->control, device, bytes, cudaMemcpyDeviceToHost, q->stream));
    CX_STATUS_TRY(cuda_queue_sync(q));
    memcpy(host, q->control, bytes);
    return CX_OK;
}

cx_status cuda_mark_new(cx_dev *dev, cx_mark **out)
{
    static const char where[] = "event_new";
    CX_STATUS_TRY(cuda_enter(dev));
    cx_mark *const m = cuda_core->system_alloc(sizeof *m);
    if (m == NULL)
        return cuda_core->fail(CX_E_NOMEM, where, "cannot allocate %zu bytes for an event",
                               sizeof *m);
    m->dev = dev;
    const cx_status st = cuda_check(dev, where, cudaEventCreateWithFlags(&m->event, 0));
    if (st != CX_OK) {
        cuda_core->system_free(m, sizeof *m);
        return st;
    }
    *out = m;
    return CX_OK;
}

void cuda_mark_free(cx_mark *m)
{
    if (!m->dev->lost && cuda_enter(m->dev) == CX_OK) (void)cudaEventDestroy(m->event);
    cuda_core->system_free(m, sizeof *m);
}

cx_status cuda_mark_record(cx_mark *m, cx_queue *q)
{
    CX_STATUS_TRY(cuda_enter_queue(q));
    return cuda_check(m->dev, "event_record", cudaEventRecord(m->event, q->stream));
}

cx_status cuda_mark_wait(cx_mark *m, cx_queue *q)
{
    CX_STATUS_TRY(q != NULL ? cuda_enter_queue(q) : cuda_enter(m->dev));
    if (q == NULL) return cuda_check(m->dev, "event_sync", cudaEventSynchronize(m->event));
    return cuda_check(q->dev, "stream_wait", cudaStreamWaitEvent(q->stream, m->event, 0));
}

bool cuda_mark_done(cx_mark *m)
{
    if (m->dev->lost || cuda_enter(m->dev) != CX_OK) return true;
    const cudaError_t e = cudaEventQuery(m->event);
    if (e != cudaSuccess) (void)cudaGetLastError();
    return e != cudaErrorNotReady;
}

cx_status cuda_mark_elapsed(cx_mark *from, cx_mark *to, double *seconds)
{
    static const char where[] = "event_elapsed";
    CX_STATUS_TRY(cuda_enter(to->dev));
    CUDA_TRY(to->dev, where, cudaEventSynchronize(to->event));
    float ms = 0;
    CUDA_TRY(to->dev, where, cudaEventElapsedTime(&ms, from->event, to->event));
    *seconds = 1e-3 * (double)ms;
    return CX_OK;
}
