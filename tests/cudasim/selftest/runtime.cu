/* Correct and refused uses of the runtime: streams, events, graphs, copies, devices, faults. */
#include "selftest.h"
#include "cudasim_int.h"
#include <atomic>
#include <thread>
#include <vector>

namespace {

enum { N = 1000 };

__global__ void add_to(int *p, int v, int n)
{
    CX_GRID_STRIDE(int, i, n) p[i] += v;
}
__global__ void times(int *p, int v, int n)
{
    CX_GRID_STRIDE(int, i, n) p[i] *= v;
}
__global__ void copy(int *to, const int *from, int n)
{
    CX_GRID_STRIDE(int, i, n) to[i] = from[i];
}
__global__ void returns_before_barrier(int *p)
{
    if (threadIdx.x >= 40) return;
    p[threadIdx.x] = 1;
    __syncthreads();
}
bool all_are(const int *device, int v)
{
    std::vector<int> h(N);
    if (to_host(h.data(), device, N) != cudaSuccess) return false;
    for (const int x : h)
        if (x != v) return false;
    return true;
}
cudaStream_t new_stream()
{
    cudaStream_t s = nullptr;
    (void)cudaStreamCreateWithFlags(&s, cudaStreamNonBlocking);
    return s;
}
cudaEvent_t new_event()
{
    cudaEvent_t e = nullptr;
    (void)cudaEventCreate(&e);
    return e;
}

/* ---- streams and events */
int test_streams()
{
    const cudaStream_t a = new_stream(), b = new_stream();
    const cudaEvent_t first = new_event(), second = new_event();
    int *const x = on_device<int>(nullptr, N), *const y = on_device<int>(nullptr, N);
    CHECK(cudaEventQuery(first) == cudaSuccess); /* never recorded: nothing to wait for */
    OK(cudaMemsetAsync(x, 0, N * 4, a));
    OK(cudaEventRecord(first, a));
    OK(LAUNCH(add_to, 2, 128, 0, a, x, 3, (int)N));
    OK(cudaEventRecord(second, a));
    OK(cudaStreamWaitEvent(b, second, 0));
    OK(LAUNCH(copy, 2, 128, 0, b, y, (const int *)x, (int)N));
    OK(cudaStreamSynchronize(b));
    CHECK(cudaEventQuery(second) == cudaSuccess);
    float ms = -1;
    OK(cudaEventElapsedTime(&ms, first, second));
    CHECK(ms >= 0);
    CHECK(all_are(y, 3));

    OK(LAUNCH(add_to, 2, 128, 0, a, x, 1, (int)N)); /* polling comes to an end in every mode */
    int polls = 0;
    while (cudaStreamQuery(a) == cudaErrorNotReady && polls < 1000) polls++;
    CHECK(polls < 1000);
    OK(LAUNCH(add_to, 2, 128, 0, a, x, 1, (int)N)); /* a destroyed stream still does its work */
    OK(cudaEventRecord(first, a));
    OK(cudaStreamDestroy(a));
    OK(cudaEventSynchronize(first));
    CHECK(all_are(x, 5));

    int value = 0;
    OK(LAUNCH(add_to, 2, 128, 0, b, y, 1, (int)N));
    OK(cudaLaunchHostFunc(
        b,
        [](void *p) {
            const bool refused = cudaStreamSynchronize(nullptr) == cudaErrorNotPermitted &&
                                 cudaFree(p) == cudaErrorNotPermitted;
            *(int *)p = refused ? 1 : 2;
        },
        &value));
    OK(cudaStreamSynchronize(b));
    CHECK(value == 1);
    int priority = 1, least = 1, greatest = 1;
    OK(cudaDeviceGetStreamPriorityRange(&least, &greatest));
    CHECK(greatest < least);
    cudaStream_t urgent;
    OK(cudaStreamCreateWithPriority(&urgent, cudaStreamNonBlocking, greatest));
    OK(cudaStreamGetPriority(urgent, &priority));
    CHECK(priority == greatest);
    OK(cudaStreamDestroy(urgent));
    OK(cudaStreamDestroy(b));
    OK(cudaEventDestroy(first));
    OK(cudaEventDestroy(second));
    OK(cudaFree(x));
    OK(cudaFree(y));
    return 0;
}
/* the legacy stream and blocking streams order themselves */
int test_legacy_stream()
{
    cudaStream_t s;
    OK(cudaStreamCreate(&s));
    int *const x = on_device<int>(nullptr, N);
    OK(cudaMemsetAsync(x, 0, N * 4, s));
    OK(LAUNCH(add_to, 1, 64, 0, 0, x, 2, (int)N));
    OK(LAUNCH(times, 1, 64, 0, s, x, 5, (int)N));
    CHECK(all_are(x, 10));
    OK(cudaStreamDestroy(s));
    OK(cudaFree(x));
    return 0;
}

/* ---- copies */
int test_copies()
{
    const cudaStream_t s = new_stream();
    std::vector<char> h(1000), back(1000, 0);
    for (size_t i = 0; i < h.size(); i++) h[i] = (char)(i % 101);
    char *const d = on_device<char>(nullptr, 1000), *const e = on_device<char>(nullptr, 1000);
    OK(cudaMemsetAsync(d, 0, 1000, s));
    OK(cudaMemsetAsync(e, 0, 1000, s));
    /* 7 rows of 13 bytes, from a pitch of 50 to one of 40, and back through a box */
    OK(cudaMemcpy2DAsync(d, 40, h.data(), 50, 13, 7, cudaMemcpyHostToDevice, s));
    OK(cudaStreamSynchronize(s));
    cudaMemcpy3DParms p = {};
    p.srcPtr = make_cudaPitchedPtr(d, 40, 40, 5);
    p.dstPtr = make_cudaPitchedPtr(e, 20, 20, 3);
    p.extent = make_cudaExtent(13, 2, 2);
    p.srcPos = make_cudaPos(0, 1, 0);
    p.kind = cudaMemcpyDeviceToDevice;
    OK(cudaMemcpy3DAsync(&p, s));
    OK(cudaStreamSynchronize(s));
    OK(cudaMemcpy(back.data(), e, 1000, cudaMemcpyDefault));
    for (size_t k = 0; k < 2; k++)
        for (size_t j = 0; j < 2; j++)
            for (size_t i = 0; i < 13; i++) {
                const size_t row = k * 5 + j + 1;
                CHECK(back[(k * 3 + j) * 20 + i] == (row < 7 ? h[row * 50 + i] : 0));
            }
    CHECK(cudaMemcpy(d, h.data(), 1001, cudaMemcpyHostToDevice) == cudaErrorInvalidValue);
    CHECK(cudaMemcpy(d, e, 10, cudaMemcpyHostToDevice) == cudaErrorInvalidValue);
    CHECK(cudaMemcpy2DAsync(d, 10, h.data(), 50, 13, 2, cudaMemcpyHostToDevice, s) ==
          cudaErrorInvalidPitchValue);
    OK(cudaMemset2DAsync(d, 40, 9, 13, 7, s));
    OK(cudaStreamSynchronize(s));
    OK(cudaMemcpy(back.data(), d, 60, cudaMemcpyDeviceToHost));
    CHECK(back[12] == 9 && back[13] == 0 && back[40] == 9);

    cudaPointerAttributes at;
    OK(cudaPointerGetAttributes(&at, d + 5));
    CHECK(at.type == cudaMemoryTypeDevice && at.devicePointer == d + 5);
    OK(cudaHostRegister(h.data(), h.size(), 0));
    OK(cudaPointerGetAttributes(&at, h.data()));
    CHECK(at.type == cudaMemoryTypeHost);
    OK(cudaHostUnregister(h.data()));
    OK(cudaPointerGetAttributes(&at, h.data()));
    CHECK(at.type == cudaMemoryTypeUnregistered);
    CHECK(cudaFree(d + 1) == cudaErrorInvalidValue);
    OK(cudaFree(e));
    CHECK(cudaFree(e) == cudaErrorInvalidValue); /* twice */
    OK(cudaFree(d));
    OK(cudaStreamDestroy(s));
    (void)cudaGetLastError();
    return 0;
}
int test_memory_limit()
{
    size_t unused = 0, total = 0;
    cudasim_ctl("memory", 1 << 20);
    void *p = nullptr, *q = nullptr;
    OK(cudaMalloc(&p, 1000000));
    OK(cudaMemGetInfo(&unused, &total));
    CHECK(total == 1 << 20 && unused == (1 << 20) - 1000000);
    CHECK(cudaMalloc(&q, 100000) == cudaErrorMemoryAllocation && q == nullptr);
    CHECK(cudaGetLastError() == cudaErrorMemoryAllocation && cudaGetLastError() == cudaSuccess);
    OK(cudaFree(p));
    OK(cudaMallocAsync(&q, 100000, 0));
    OK(cudaFreeAsync(q, 0));
    CHECK(cudaFreeAsync(q, 0) == cudaErrorInvalidValue);
    OK(cudaDeviceSynchronize());
    cudasim_ctl("memory", 2L << 30);
    (void)cudaGetLastError();
    return 0;
}

/* ---- graphs */
int test_graph()
{
    const cudaStream_t s = new_stream(), side = new_stream();
    const cudaEvent_t fork = new_event(), join = new_event();
    int *const x = on_device<int>(nullptr, N), *const y = on_device<int>(nullptr, N);
    OK(cudaMemset(x, 0, N * 4));
    OK(cudaMemset(y, 0, N * 4));
    OK(cudaDeviceSynchronize()); /* these streams do not wait for the legacy one */
    cudaStreamCaptureStatus status;
    unsigned long long id = 0;
    OK(cudaStreamBeginCapture(s, cudaStreamCaptureModeThreadLocal));
    OK(cudaStreamGetCaptureInfo(s, &status, &id));
    CHECK(status == cudaStreamCaptureStatusActive && id != 0);
    OK(LAUNCH(add_to, 1, 64, 0, s, x, 1, (int)N));
    OK(cudaEventRecord(fork, s));
    OK(cudaStreamWaitEvent(side, fork, 0)); /* the other stream takes part from here */
    OK(LAUNCH(copy, 1, 64, 0, side, y, (const int *)x, (int)N));
    OK(LAUNCH(times, 1, 64, 0, side, y, 10, (int)N));
    OK(cudaEventRecord(join, side));
    OK(cudaStreamWaitEvent(s, join, 0));
    OK(LAUNCH(add_to, 1, 64, 0, s, y, 7, (int)N));
    cudaGraph_t graph;
    cudaGraphExec_t exec;
    OK(cudaStreamEndCapture(s, &graph));
    OK(cudaStreamIsCapturing(side, &status));
    CHECK(status == cudaStreamCaptureStatusNone);
    CHECK(all_are(y, 0)); /* recorded, not run */
    OK(cudaGraphInstantiate(&exec, graph, 0));
    OK(cudaGraphDestroy(graph));
    for (int i = 1; i <= 3; i++) {
        OK(cudaGraphLaunch(exec, s));
        OK(cudaStreamSynchronize(s));
        CHECK(all_are(x, i) && all_are(y, 10 * i + 7));
    }
    OK(cudaGraphLaunch(exec, s)); /* destroyed before it has run: it still runs */
    OK(cudaGraphExecDestroy(exec));
    OK(cudaStreamSynchronize(s));
    CHECK(all_are(x, 4));
    OK(cudaStreamDestroy(s));
    OK(cudaStreamDestroy(side));
    OK(cudaEventDestroy(fork));
    OK(cudaEventDestroy(join));
    OK(cudaFree(x));
    OK(cudaFree(y));
    return 0;
}
int test_refused_captures()
{
    const cudaStream_t s = new_stream(), side = new_stream();
    const cudaEvent_t e = new_event();
    cudaGraph_t graph = nullptr;
    int *const x = on_device<int>(nullptr, N), host[4] = {0};
    void *p = nullptr;

    OK(cudaStreamBeginCapture(s, cudaStreamCaptureModeGlobal));
    CHECK(cudaStreamSynchronize(s) == cudaErrorStreamCaptureUnsupported);
    CHECK(LAUNCH(add_to, 1, 1, 0, s, x, 1, 1) == cudaErrorStreamCaptureInvalidated);
    CHECK(cudaStreamEndCapture(s, &graph) == cudaErrorStreamCaptureInvalidated);

    OK(cudaStreamBeginCapture(s, cudaStreamCaptureModeGlobal));
    CHECK(cudaMalloc(&p, 100) == cudaErrorStreamCaptureUnsupported);
    CHECK(cudaStreamEndCapture(s, &graph) == cudaErrorStreamCaptureInvalidated);

    OK(cudaStreamBeginCapture(s, cudaStreamCaptureModeGlobal));
    CHECK(cudaMemcpyAsync(x, host, 16, cudaMemcpyHostToDevice, s) ==
          cudaErrorStreamCaptureUnsupported);
    CHECK(cudaStreamEndCapture(s, &graph) == cudaErrorStreamCaptureInvalidated);

    OK(cudaStreamBeginCapture(s, cudaStreamCaptureModeRelaxed)); /* allowed here */
    OK(cudaMalloc(&p, 100));
    OK(cudaStreamEndCapture(s, &graph));
    OK(cudaGraphDestroy(graph));
    OK(cudaFree(p));

    OK(cudaStreamBeginCapture(s, cudaStreamCaptureModeGlobal)); /* allowed by the thread's mode */
    cudaStreamCaptureMode mode = cudaStreamCaptureModeRelaxed;
    OK(cudaThreadExchangeStreamCaptureMode(&mode));
    CHECK(mode == cudaStreamCaptureModeGlobal);
    OK(cudaMalloc(&p, 100));
    OK(cudaThreadExchangeStreamCaptureMode(&mode));
    OK(cudaStreamEndCapture(s, &graph));
    OK(cudaGraphDestroy(graph));
    OK(cudaFree(p));

    OK(cudaStreamBeginCapture(s, cudaStreamCaptureModeGlobal)); /* work that is not joined */
    OK(cudaEventRecord(e, s));
    OK(cudaStreamWaitEvent(side, e, 0));
    OK(LAUNCH(add_to, 1, 1, 0, side, x, 1, 1));
    CHECK(cudaStreamEndCapture(s, &graph) == cudaErrorStreamCaptureUnjoined);

    OK(cudaEventRecord(e, side)); /* an event of work outside */
    OK(cudaStreamBeginCapture(s, cudaStreamCaptureModeGlobal));
    CHECK(cudaStreamWaitEvent(s, e, 0) == cudaErrorStreamCaptureIsolation);
    CHECK(cudaStreamEndCapture(s, &graph) == cudaErrorStreamCaptureInvalidated);
    CHECK(cudaStreamEndCapture(s, &graph) == cudaErrorIllegalState);

    OK(cudaDeviceSynchronize());
    OK(cudaEventDestroy(e));
    OK(cudaStreamDestroy(s));
    OK(cudaStreamDestroy(side));
    OK(cudaFree(x));
    (void)cudaGetLastError();
    return 0;
}

/* ---- what the fakes of libraries stand on: work with threads of its own, scratch, refusals */
int test_library_call()
{
    const cudaStream_t s = new_stream();
    int *const x = on_device<int>(nullptr, N), *const work = on_device<int>(nullptr, 16), w = 1;
    OK(cudaMemsetAsync(x, 0, N * 4, s));
    const auto body = [=] {
        std::thread([=] { x[N - 1] = work[0] == -1 ? 7 : 8; }).join();
        work[1] = 5;
    };
    OK(cudasim::submit_checked("library", s, body, {{x, N * 4}}, {{x, N * 4}}, {{work, 64}}));
    OK(cudaStreamSynchronize(s));
    std::vector<int> h(N);
    OK(to_host(h.data(), x, N));
    CHECK(h[0] == 0 && h[N - 1] == 7);
    OK(to_host(&w, work + 1, 1));
    CHECK(w == -1);
    cudasim_ctl("fail_at", 1);
    CHECK(cudasim::submit_checked("library", s, body, {}, {}) == cudaErrorMemoryAllocation);
    cudasim_ctl("fail_at", 0);
    OK(cudaStreamDestroy(s));
    OK(cudaFree(x));
    OK(cudaFree(work));
    (void)cudaGetLastError();
    return 0;
}

/* ---- two devices */
int test_devices()
{
    int n = 0, can = 0, device = -1;
    OK(cudaGetDeviceCount(&n));
    CHECK(n == 2);
    CHECK(cudaSetDevice(2) == cudaErrorInvalidDevice);
    const cudaStream_t zero = new_stream();
    int *const x = on_device<int>(nullptr, N);
    OK(cudaMemset(x, 0, N * 4));
    OK(cudaDeviceSynchronize());
    OK(cudaSetDevice(1));
    const cudaStream_t one = new_stream();
    OK(cudaStreamGetDevice(one, &device));
    CHECK(device == 1);
    int *const y = on_device<int>(nullptr, N);
    CHECK(LAUNCH(add_to, 1, 64, 0, zero, x, 1, (int)N) == cudaErrorInvalidResourceHandle);
    OK(LAUNCH(copy, 1, 64, 0, one, y, (const int *)y, 0));
    const cudaEvent_t here = new_event();
    CHECK(cudaEventRecord(here, zero) == cudaErrorInvalidResourceHandle);
    OK(cudaMemcpyPeerAsync(y, 1, x, 0, N * 4, one)); /* needs no access */
    OK(LAUNCH(add_to, 1, 64, 0, one, y, 4, (int)N));
    OK(cudaEventRecord(here, one));
    OK(cudaSetDevice(0));
    OK(cudaStreamWaitEvent(zero, here, 0)); /* across devices */
    OK(cudaDeviceCanAccessPeer(&can, 0, 1));
    CHECK(can);
    OK(cudaDeviceEnablePeerAccess(1, 0));
    CHECK(cudaDeviceEnablePeerAccess(1, 0) == cudaErrorPeerAccessAlreadyEnabled);
    OK(LAUNCH(copy, 1, 64, 0, zero, x, (const int *)y, (int)N)); /* reads the other's memory */
    OK(cudaStreamSynchronize(zero));
    CHECK(all_are(x, 4));
    OK(cudaDeviceDisablePeerAccess(1));
    int seen = -1; /* the current device belongs to the thread */
    std::thread([&] { (void)cudaGetDevice(&seen), (void)cudaSetDevice(1); }).join();
    OK(cudaGetDevice(&device));
    CHECK(seen == 0 && device == 0);
    OK(cudaFree(x));
    OK(cudaFree(y));
    OK(cudaStreamDestroy(zero));
    OK(cudaStreamDestroy(one));
    OK(cudaEventDestroy(here));
    (void)cudaGetLastError();
    return 0;
}
int test_refused_launches()
{
    int *const x = on_device<int>(nullptr, N), blocks = 0;
    CHECK(LAUNCH(add_to, 1, 1025, 0, 0, x, 1, (int)N) == cudaErrorInvalidConfiguration);
    CHECK(LAUNCH(add_to, dim3(1, 65536), 1, 0, 0, x, 1, (int)N) == cudaErrorInvalidConfiguration);
    CHECK(LAUNCH(add_to, 1, 64, 49 << 10, 0, x, 1, (int)N) == cudaErrorInvalidValue);
    OK(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, (const void *)add_to, 256, 0));
    CHECK(blocks == 8);
    CHECK(strcmp(cudaGetErrorName(cudaErrorInvalidConfiguration),
                 "cudaErrorInvalidConfiguration") == 0);
    OK(cudaFree(x));
    (void)cudaGetLastError();
    return 0;
}

/* allocates, copies, launches, waits, gives back; the first failure */
cudaError_t small_program()
{
    cudaStream_t s = nullptr;
    cudaEvent_t e = nullptr;
    int *x = nullptr, *pinned = nullptr;
    cudaError_t st = cudaStreamCreateWithFlags(&s, cudaStreamNonBlocking);
    if (!st) st = cudaEventCreateWithFlags(&e, cudaEventDisableTiming);
    if (!st) st = cudaMallocHost((void **)&pinned, N * 4);
    if (!st) st = cudaMalloc((void **)&x, N * 4);
    if (!st) st = cudaMemsetAsync(x, 0, N * 4, s);
    if (!st) st = LAUNCH(add_to, 4, 64, 0, s, x, 6, (int)N);
    if (!st) st = cudaEventRecord(e, s);
    if (!st) st = cudaMemcpyAsync(pinned, x, N * 4, cudaMemcpyDeviceToHost, s);
    if (!st) st = cudaStreamSynchronize(s);
    if (!st && pinned[N - 1] != 6) st = cudaErrorUnknown;
    if (x) (void)cudaFree(x);
    if (pinned) (void)cudaFreeHost(pinned);
    if (e) (void)cudaEventDestroy(e);
    if (s) (void)cudaStreamDestroy(s);
    return st;
}

} /* namespace */

EXPORT int selftest_runtime(int)
{
    using test = int (*)();
    static const test tests[] = {
        test_streams,     test_legacy_stream,    test_copies,  test_memory_limit,
        test_graph,       test_refused_captures, test_devices, test_refused_launches,
        test_library_call};
    for (const test t : tests)
        if (const int line = t()) return line;
    CHECK(cudasim_ctl("live", 0) == 0 && cudasim_ctl("live_bytes", 0) == 0);
    CHECK(cudasim_ctl("no such thing", 0) == -1);
    return 0;
}
/* no device at all, or a driver that is too old */
EXPORT int selftest_absent(int old)
{
    int n = -7, version = -1;
    void *p = nullptr;
    const cudaError_t want = old ? cudaErrorInsufficientDriver : cudaErrorNoDevice;
    CHECK(cudaGetDeviceCount(&n) == want && n == -7);
    CHECK(cudaMalloc(&p, 1) == want);
    OK(cudaDriverGetVersion(&version));
    CHECK(version == (old ? 12040 : 0));
    return 0;
}
/* a kernel's mistake as an error that stays */
EXPORT int selftest_sticky(int)
{
    int *const x = on_device<int>(nullptr, N);
    const cudaStream_t s = new_stream();
    cudasim_ctl("fail_op_at", 1);
    OK(LAUNCH(add_to, 1, 64, 0, s, x, 1, (int)N));
    CHECK(cudaStreamSynchronize(s) == cudaErrorLaunchFailure);
    CHECK(cudaGetLastError() == cudaErrorLaunchFailure);
    CHECK(cudaGetLastError() == cudaErrorLaunchFailure);
    CHECK(LAUNCH(add_to, 1, 64, 0, s, x, 1, (int)N) == cudaErrorLaunchFailure);
    CHECK(cudaFree(x) == cudaErrorLaunchFailure);
    OK(cudaStreamDestroy(s));
    CHECK(cudasim_ctl("live", 0) == 0);
    cudasim_ctl("fail_op_at", 0);
    cudasim_ctl("reset", 0);
    OK(small_program());

    int *const y = on_device<int>(nullptr, N);
    OK(LAUNCH(returns_before_barrier, 3, 64, 0, 0, y));
    CHECK(cudaDeviceSynchronize() == cudaErrorLaunchFailure);
    CHECK(cudaFree(y) == cudaErrorLaunchFailure);
    cudasim_ctl("reset", 0);
    OK(small_program());
    return 0;
}
EXPORT int selftest_faults(int)
{
    OK(small_program());
    int injected = 0;
    for (int persistent = 0; persistent < 2; persistent++)
        for (long n = 1; n < 100; n++) {
            cudasim_ctl(persistent ? "fail_from" : "fail_at", n);
            const cudaError_t e = small_program();
            const long calls = cudasim_ctl("calls", 0);
            cudasim_ctl(persistent ? "fail_from" : "fail_at", 0);
            cudasim_ctl("reset", 0);
            CHECK(cudasim_ctl("live", 0) == 0);
            if (calls < n) {
                CHECK(e == cudaSuccess);
                break;
            }
            CHECK(e == cudaErrorMemoryAllocation);
            injected++;
        }
    CHECK(injected == 18);
    OK(small_program());
    return 0;
}
/* several host threads, each with streams of its own, and callbacks that take a lock of theirs */
EXPORT int selftest_threads(int)
{
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 6; t++)
        threads.emplace_back([&wrong] {
            static std::atomic<int> calls;
            for (int i = 0; i < 60; i++) {
                if (small_program() != cudaSuccess) wrong++;
                const cudaStream_t s = new_stream();
                std::atomic<int> mine{0};
                const auto call = [](void *p) {
                    calls++;
                    std::this_thread::yield();
                    (*(std::atomic<int> *)p)++;
                };
                for (int k = 0; k < 3; k++)
                    if (cudaLaunchHostFunc(s, call, &mine) != cudaSuccess) wrong++;
                if (cudaStreamSynchronize(s) != cudaSuccess || mine != 3) wrong++;
                if (cudaStreamDestroy(s) != cudaSuccess) wrong++;
            }
        });
    for (std::thread &t : threads) t.join();
    CHECK(wrong == 0);
    CHECK(cudasim_ctl("live", 0) == 0);
    return 0;
}
