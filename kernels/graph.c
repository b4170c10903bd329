/* Captured graphs, and named ranges for profilers. A capture is relaxed: memory may be asked for
 * meanwhile, and other threads are not disturbed. Knows nothing of what is captured. */
#include "cuda_backend.h"
#include <nvtx3/nvToolsExt.h>

struct cx_exec {
    cx_dev *dev;
    cudaGraphExec_t exec;
};

cx_status cuda_graph_begin(cx_queue *q)
{
    CX_STATUS_TRY(cuda_enter_queue(q));
    CUDA_TRY(q->dev, "graph_capture",
             cudaStreamBeginCapture(q->stream, cudaStreamCaptureModeRelaxed));
    q->capturing = true;
    return CX_OK;
}

cx_status cuda_graph_end(cx_queue *q, cx_exec **out)
{
    static const char where[] = "graph_capture";
    cudaGraph_t graph = NULL;
    q->capturing = false;
    CX_STATUS_TRY(cuda_enter(q->dev));
    const cudaError_t e = cudaStreamEndCapture(q->stream, &graph);
    /* a capture that has failed has ended; one that was not ended is when the queue is used next */
    enum cudaStreamCaptureStatus now = cudaStreamCaptureStatusNone;
    if (e != cudaSuccess && cudaStreamIsCapturing(q->stream, &now) != cudaSuccess)
        now = cudaStreamCaptureStatusActive;
    q->stuck = now != cudaStreamCaptureStatusNone;
    if (out == NULL) {
        if (e == cudaSuccess && graph != NULL) (void)cudaGraphDestroy(graph);
        if (e != cudaSuccess) (void)cudaGetLastError();
        return CX_OK;
    }
    CUDA_TRY(q->dev, where, e);
    cx_exec *const g = cuda_core->system_alloc(sizeof *g);
    cx_status st = g != NULL ? CX_OK
                             : cuda_core->fail(CX_E_NOMEM, where,
                                               "cannot allocate %zu bytes for a graph", sizeof *g);
    if (st == CX_OK) {
        g->dev = q->dev;
        st = cuda_check(q->dev, where, cudaGraphInstantiate(&g->exec, graph, 0));
    }
    (void)cudaGraphDestroy(graph);
    if (st != CX_OK) {
        cuda_core->system_free(g, sizeof *g);
        return st;
    }
    *out = g;
    return CX_OK;
}

cx_status cuda_graph_launch(cx_exec *g, cx_queue *q)
{
    CX_STATUS_TRY(cuda_enter_queue(q));
    return cuda_check(q->dev, "graph_launch", cudaGraphLaunch(g->exec, q->stream));
}

void cuda_graph_free(cx_exec *g)
{
    if (cuda_enter(g->dev) == CX_OK) (void)cudaGraphExecDestroy(g->exec);
    cuda_core->system_free(g, sizeof *g);
}

/* ---- profilers */
void cuda_range_push(const char *name)
{
    (void)nvtxRangePushA(name);
}
void cuda_range_pop(void)
{
    (void)nvtxRangePop();
}
