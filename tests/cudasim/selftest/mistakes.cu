/* Mistakes planted on purpose: the simulator must report each of them, or the values must show it.
 * selftest_mistake(n) makes one; it comes back only if nothing was reported by abort(). */
#include "selftest.h"

namespace {

enum { N = 256, BYTES = N * 4, SHOWN = 77 };

/* ---- global memory */
__global__ void past_the_end(float *a, int n)
{
    const int i = (int)(blockIdx.x * blockDim.x + threadIdx.x);
    if (i <= n) a[i] = 1;
}
__global__ void copy(float *out, const float *in)
{
    out[threadIdx.x] = in[threadIdx.x];
}
struct Hidden {
    float *out;
    const float *in;
};
__global__ void copy_hidden(Hidden h)
{
    h.out[threadIdx.x] = h.in[threadIdx.x];
}
__global__ void misaligned(float *a)
{
    *(float4 *)(a + 1) = make_float4(1, 2, 3, 4);
}
__global__ void blocks_race(int *o)
{
    if (threadIdx.x == 0) o[0] = o[0] + 1;
}
__global__ void last_block_without_fence(double *part, unsigned *ticket, double *out)
{
    CX_SHARED(bool, last, [1]);
    if (threadIdx.x == 0) {
        part[blockIdx.x] = 1;
        last[0] = atomicAdd(ticket, 1u) == gridDim.x - 1;
    }
    __syncthreads();
    if (last[0] && threadIdx.x == 0) {
        double t = 0;
        for (unsigned i = 0; i < gridDim.x; i++) t += part[i];
        *out = t;
    }
}

/* ---- barriers and warp operations */
__global__ void divergent_barrier(float *o)
{
    if (threadIdx.x < 40)
        __syncthreads();
    else
        __syncthreads();
    o[threadIdx.x] = 1;
}
__global__ void return_before_barrier(float *o)
{
    if (threadIdx.x >= 100) return;
    o[threadIdx.x] = 1;
    __syncthreads();
}
__global__ void wrong_mask(int *o)
{
    int v = (int)threadIdx.x;
    if (threadIdx.x & 1) v = __shfl_xor_sync(0xffffffffu, v, 2);
    o[threadIdx.x] = v;
}

/* ---- shared memory */
__global__ void shared_out_of_bounds(float *o)
{
    CX_SHARED(float, s, [64]);
    s[threadIdx.x] = 1;
    __syncthreads();
    o[threadIdx.x] = s[threadIdx.x];
}
__global__ void shared_race(float *o)
{
    CX_SHARED(float, s, [256]);
    s[threadIdx.x] = (float)threadIdx.x;
    o[threadIdx.x] = s[blockDim.x - 1 - threadIdx.x];
}
__global__ void shared_race_after_update(int *o)
{
    CX_SHARED(int, s, [256]);
    s[threadIdx.x] = 1;
    __syncthreads();
    if (threadIdx.x < 128) s[threadIdx.x] += s[threadIdx.x + 128];
    o[threadIdx.x] = s[(threadIdx.x + 64) & 255];
}
__global__ void warp_synchronous(int *o)
{
    CX_SHARED(int, s, [64]);
    s[threadIdx.x] = (int)threadIdx.x;
    if (threadIdx.x < 16) s[threadIdx.x] += s[threadIdx.x + 16];
    o[threadIdx.x] = s[threadIdx.x];
}
__global__ void warp_synchronous_tree(int *o)
{
    CX_SHARED(int, s, [32]);
    s[threadIdx.x] = 1;
    __syncwarp();
    for (int d = 16; d; d >>= 1)
        if ((int)threadIdx.x < d) s[threadIdx.x] += s[threadIdx.x + d];
    if (threadIdx.x == 0) o[0] = s[0];
}

/* ---- streams */
struct Two {
    cudaStream_t a, b;
    Two()
    {
        (void)cudaStreamCreateWithFlags(&a, cudaStreamNonBlocking);
        (void)cudaStreamCreateWithFlags(&b, cudaStreamNonBlocking);
    }
    ~Two()
    {
        (void)cudaStreamDestroy(a);
        (void)cudaStreamDestroy(b);
    }
};
enum When { NEVER, EARLY, RIGHT };
/* f is written on one stream and read on another, with the event recorded too early, never, or
 * where it belongs */
int across_streams(float *f, float *g, When when)
{
    const Two s;
    cudaEvent_t event;
    (void)cudaEventCreateWithFlags(&event, cudaEventDisableTiming);
    float h[N];
    for (float &v : h) v = 7;
    (void)cudaMemsetAsync(f, 0, BYTES, s.a);
    if (when == EARLY) (void)cudaEventRecord(event, s.a);
    (void)cudaMemcpyAsync(f, h, BYTES, cudaMemcpyHostToDevice, s.a);
    if (when == RIGHT) (void)cudaEventRecord(event, s.a);
    if (when != NEVER) (void)cudaStreamWaitEvent(s.b, event, 0);
    (void)LAUNCH(copy, 1, N, 0, s.b, g, f);
    (void)cudaMemcpyAsync(h, g, BYTES, cudaMemcpyDeviceToHost, s.b);
    (void)cudaStreamSynchronize(s.b);
    (void)cudaEventDestroy(event);
    return h[0] == 7 ? 0 : SHOWN;
}
int pinned_reused_early(float *f)
{
    const Two s;
    float *pinned = nullptr, h[N];
    (void)cudaMallocHost((void **)&pinned, BYTES);
    for (int i = 0; i < N; i++) pinned[i] = 5;
    (void)cudaMemcpyAsync(f, pinned, BYTES, cudaMemcpyHostToDevice, s.a);
    for (int i = 0; i < N; i++) pinned[i] = 6;
    (void)cudaStreamSynchronize(s.a);
    (void)to_host(h, f, N);
    (void)cudaFreeHost(pinned);
    return h[0] == 5 ? 0 : SHOWN;
}
int freed_while_read(float *f)
{
    const Two s;
    float *t = nullptr;
    (void)cudaMallocAsync((void **)&t, BYTES, s.a);
    (void)cudaMemsetAsync(t, 0, BYTES, s.a);
    (void)cudaStreamSynchronize(s.a);
    (void)LAUNCH(copy, 1, N, 0, s.b, f, (const float *)t);
    (void)cudaFreeAsync(t, s.a);
    (void)cudaStreamSynchronize(s.a);
    (void)cudaStreamSynchronize(s.b);
    return 0;
}

int make(int which, float *f, float *g)
{
    static float host[N];
    switch (which) {
    case 1: return LAUNCH(past_the_end, 1, 512, 0, 0, f, (int)N);
    case 2: return LAUNCH(shared_race, 1, N, 0, 0, f);
    case 3: return LAUNCH(divergent_barrier, 1, 128, 0, 0, f);
    case 4: return LAUNCH(shared_out_of_bounds, 1, 65, 0, 0, f);
    case 5: return LAUNCH(wrong_mask, 1, 32, 0, 0, (int *)f);
    case 6: return LAUNCH(copy, 1, N, 0, 0, f, (const float *)g);
    case 7: return LAUNCH(copy_hidden, 1, N, 0, 0, (Hidden{f, host}));
    case 8: (void)cudaMemset(f, 0, BYTES); return LAUNCH(blocks_race, 4, 32, 0, 0, (int *)f);
    case 9: return LAUNCH(copy, 1, N, 0, 0, f, (const float *)host);
    case 10: f[3] = 1; return 0;
    case 11: (void)cudaFree(g); return LAUNCH(copy, 1, N, 0, 0, f, (const float *)g);
    case 12: return LAUNCH(misaligned, 1, 1, 0, 0, f);
    case 13: return LAUNCH(warp_synchronous, 1, 64, 0, 0, (int *)f);
    case 14: return LAUNCH(copy, 0, N, 0, 0, f, (const float *)g);
    case 15: return across_streams(f, g, NEVER);
    case 16: return pinned_reused_early(f);
    case 17: return LAUNCH(shared_race_after_update, 1, N, 0, 0, (int *)f);
    case 18: return LAUNCH(warp_synchronous_tree, 1, 32, 0, 0, (int *)f);
    case 19:
        (void)cudaMemset(g, 0, BYTES);
        return LAUNCH(last_block_without_fence, 4, 32, 0, 0, (double *)f, (unsigned *)g + 8,
                      (double *)g);
    case 20: return across_streams(f, g, RIGHT); /* no mistake: the control */
    case 21: return across_streams(f, g, EARLY);
    case 22: return freed_while_read(f);
    case 23: return LAUNCH(return_before_barrier, 1, 128, 0, 0, f);
    default: return -1;
    }
}

} /* namespace */

EXPORT int selftest_mistake(int which)
{
    float *const f = on_device<float>(nullptr, N), *const g = on_device<float>(nullptr, N);
    const int e = make(which, f, g);
    if (e != 0) return e;
    const int late = (int)cudaDeviceSynchronize();
    (void)cudaFree(f);
    (void)cudaFree(g);
    return late;
}
