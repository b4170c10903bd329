/* The remaining entry points of the CUDA runtime: devices, memory, copies, launches, and the names
 * of errors. A prototype that differs from the toolkit's header does not compile. */
#include "cudasim_int.h"
#include <cstddef>

namespace cudasim {

constexpr int SHARED_DEFAULT = 48 << 10;
static std::map<const void *, int> shared_optin; /* by kernel */

/* ---- launches */
static bool shape_allowed(dim3 grid, dim3 block)
{
    const size_t threads = (size_t)block.x * block.y * block.z;
    return threads >= 1 && threads <= 1024 && block.x <= 1024 && block.y <= 1024 && block.z <= 64 &&
           grid.x >= 1 && grid.y >= 1 && grid.z >= 1 && grid.x <= 0x7fffffffu && grid.y <= 65535 &&
           grid.z <= 65535;
}
static size_t shared_limit(const void *kernel)
{
    const auto it = shared_optin.find(kernel);
    return (size_t)(it == shared_optin.end() ? SHARED_DEFAULT : it->second);
}
/* A device would run and fail, or read something else: here the launch says what is wrong. */
static void check_pointer(const char *kernel, int device, int i, const void *p)
{
    if (p == nullptr || is_pinned(p)) return;
    const Alloc *const a = find_alloc(p);
    if (a == nullptr && in_arena(p) && find_alloc((const char *)p - 1) != nullptr)
        return; /* one past the end may be passed, not touched */
    if (a == nullptr) mistake("launch of %s: argument %d is %s (%p)", kernel, i, describe(p), p);
    if (!device_reaches(device, a))
        mistake("launch of %s on device %d: argument %d is %s, without peer access", kernel, device,
                i, describe(p));
}
cudaError_t enqueue(const char *name, const void *kernel, dim3 grid, dim3 block, size_t shared,
                    cudaStream_t cs, Body body, const ArgInfo *args, int nargs)
{
    const Lock lock;
    if (const cudaError_t e = api(name)) return e;
    Stream *const s = stream_of(cs);
    if (s->device != current_device()) return fail(cudaErrorInvalidResourceHandle);
    if (const cudaError_t e = capture_check(s)) return e;
    if (!shape_allowed(grid, block)) return fail(cudaErrorInvalidConfiguration);
    if (shared > shared_limit(kernel)) return fail(cudaErrorInvalidValue);
    for (int i = 0; i < nargs; i++)
        if (args[i].is_pointer) check_pointer(name, s->device, i, args[i].p);
    const int device = s->device;
    submit(cs, name, [=] {
        const cudaError_t e = run_grid(name, body, grid, block, shared);
        if (e != cudaSuccess) set_sticky(device, e);
    });
    return cudaSuccess;
}

/* ---- copies: all are boxes of rows */
struct Box {
    char *to;
    const char *from;
    size_t to_pitch, from_pitch, to_slice, from_slice; /* bytes */
    size_t width, height, depth;                       /* width in bytes */

    size_t span(size_t pitch, size_t slice) const
    {
        return (depth - 1) * slice + (height - 1) * pitch + width;
    }
    size_t to_span() const { return span(to_pitch, to_slice); }
    size_t from_span() const { return span(from_pitch, from_slice); }
    bool empty() const { return width == 0 || height == 0 || depth == 0; }
};
static Box line(void *to, const void *from, size_t bytes)
{
    return {(char *)to, (const char *)from, bytes, bytes, bytes, bytes, bytes, 1, 1};
}
static void copy_box(const Box &b)
{
    for (size_t k = 0; k < b.depth; k++)
        for (size_t j = 0; j < b.height; j++) {
            char *const to = b.to + k * b.to_slice + j * b.to_pitch;
            memmove(to, b.from + k * b.from_slice + j * b.from_pitch, b.width);
            if (hooks.written && in_arena(to)) hooks.written(to, b.width);
        }
}
/* the driver stages what the stream's device does not reach */
static void copy_on_device(const Box &b)
{
    const DeviceMode mode(ANY_DEVICE);
    copy_box(b);
}
static cudaMemcpyKind kind_of(const Box &b)
{
    if (in_arena(b.to)) return in_arena(b.from) ? cudaMemcpyDeviceToDevice : cudaMemcpyHostToDevice;
    return in_arena(b.from) ? cudaMemcpyDeviceToHost : cudaMemcpyHostToHost;
}
static cudaError_t check_copy(const char *name, const Box &b, cudaMemcpyKind kind)
{
    const cudaMemcpyKind real = kind_of(b);
    const bool to_ok = !in_arena(b.to) || range_ok(b.to, b.to_span());
    const bool from_ok = !in_arena(b.from) || range_ok(b.from, b.from_span());
    if ((kind == cudaMemcpyDefault || kind == real) && to_ok && from_ok) return cudaSuccess;
    fprintf(stderr, "cudasim: %s of %zu x %zu x %zu bytes, kind %d (really %d):\n", name, b.width,
            b.height, b.depth, (int)kind, (int)real);
    fprintf(stderr, "  to %p, %s\n", (void *)b.to, describe(b.to));
    fprintf(stderr, "  from %p, %s\n", (const void *)b.from, describe(b.from));
    return fail(cudaErrorInvalidValue);
}
/* Pageable memory is read before the call returns, or written before it returns. */
static bool is_pageable(const void *p)
{
    return !in_arena(p) && !is_pinned(p);
}
static void submit_staged(const char *name, const Box &b, cudaStream_t s)
{
    Box packed = b;
    packed.to_pitch = b.width;
    packed.to_slice = b.width * b.height;
    const auto bytes = std::make_shared<std::vector<char>>(packed.to_slice * b.depth);
    packed.to = bytes->data();
    copy_box(packed);
    Box rest = b;
    rest.from = bytes->data();
    rest.from_pitch = packed.to_pitch;
    rest.from_slice = packed.to_slice;
    submit(s, name, [bytes, rest] { copy_on_device(rest); });
}
static cudaError_t copy_async(const char *name, const Box &b, cudaMemcpyKind kind, cudaStream_t cs)
{
    if (b.empty()) return cudaSuccess;
    Stream *const s = stream_of(cs);
    const bool from_pageable = is_pageable(b.from), to_pageable = is_pageable(b.to);
    if (from_pageable || to_pageable) {
        if (const cudaError_t e = capture_refuses(s)) return e;
    } else if (const cudaError_t e = capture_check(s)) {
        return e;
    }
    if (const cudaError_t e = check_copy(name, b, kind)) return e;
    if (from_pageable && !to_pageable) {
        submit_staged(name, b, cs);
        return cudaSuccess;
    }
    const OpP op = submit(cs, name, [b] { copy_on_device(b); });
    if (!to_pageable) return cudaSuccess;
    const int device = s->device;
    wait_op(op);
    return after_wait(device);
}
static cudaError_t copy_now(const char *name, const Box &b, cudaMemcpyKind kind)
{
    if (b.empty()) return cudaSuccess;
    if (const cudaError_t e = capture_forbids_unsafe()) return e;
    Stream *const s = stream_of(nullptr);
    if (const cudaError_t e = capture_check(s)) return e;
    if (const cudaError_t e = check_copy(name, b, kind)) return e;
    wait_op(submit(nullptr, name, [b] { copy_on_device(b); }));
    return after_wait(s->device);
}
static bool box_of(const cudaMemcpy3DParms *p, Box *b)
{
    if (p->srcArray != nullptr || p->dstArray != nullptr) return false;
    const cudaPitchedPtr &to = p->dstPtr, &from = p->srcPtr;
    const cudaPos &at = p->dstPos, &of = p->srcPos;
    *b = {(char *)to.ptr + at.x + (at.y + at.z * to.ysize) * to.pitch,
          (const char *)from.ptr + of.x + (of.y + of.z * from.ysize) * from.pitch,
          to.pitch,
          from.pitch,
          to.pitch * to.ysize,
          from.pitch * from.ysize,
          p->extent.width,
          p->extent.height,
          p->extent.depth};
    return true;
}
static cudaError_t set_bytes(const char *name, void *p, int value, size_t pitch, size_t width,
                             size_t height, cudaStream_t cs)
{
    if (width == 0 || height == 0) return cudaSuccess;
    if (const cudaError_t e = capture_check(stream_of(cs))) return e;
    if (!range_ok(p, (height - 1) * pitch + width)) {
        fprintf(stderr, "cudasim: %s of %zu x %zu bytes at %p: %s\n", name, width, height, p,
                describe(p));
        return fail(cudaErrorInvalidValue);
    }
    submit(cs, name, [=] {
        const DeviceMode mode(ANY_DEVICE);
        for (size_t j = 0; j < height; j++) {
            memset((char *)p + j * pitch, value, width);
            if (hooks.written) hooks.written((char *)p + j * pitch, width);
        }
    });
    return cudaSuccess;
}

/* ---- errors by name */
struct ErrorText {
    cudaError_t code;
    const char *name, *text;
};
#define CUDASIM_ERROR(NAME, TEXT) \
    {                             \
        NAME, #NAME, TEXT         \
    }
static const ErrorText error_texts[] = {
    CUDASIM_ERROR(cudaSuccess, "no error"),
    CUDASIM_ERROR(cudaErrorInvalidValue, "invalid argument"),
    CUDASIM_ERROR(cudaErrorMemoryAllocation, "out of memory"),
    CUDASIM_ERROR(cudaErrorInitializationError, "initialization error"),
    CUDASIM_ERROR(cudaErrorInvalidConfiguration, "invalid launch configuration"),
    CUDASIM_ERROR(cudaErrorStubLibrary, "the driver library is a stub"),
    CUDASIM_ERROR(cudaErrorInsufficientDriver, "the driver is too old for this runtime"),
    CUDASIM_ERROR(cudaErrorNoDevice, "no device"),
    CUDASIM_ERROR(cudaErrorInvalidDevice, "no such device"),
    CUDASIM_ERROR(cudaErrorInvalidKernelImage, "invalid kernel image"),
    CUDASIM_ERROR(cudaErrorInvalidDeviceFunction, "invalid device function"),
    CUDASIM_ERROR(cudaErrorNoKernelImageForDevice, "no kernel image for this device"),
    CUDASIM_ERROR(cudaErrorECCUncorrectable, "uncorrectable memory error"),
    CUDASIM_ERROR(cudaErrorInvalidResourceHandle, "invalid handle, or of another device"),
    CUDASIM_ERROR(cudaErrorIllegalState, "not in the state for this call"),
    CUDASIM_ERROR(cudaErrorSymbolNotFound, "symbol not found"),
    CUDASIM_ERROR(cudaErrorNotReady, "not ready"),
    CUDASIM_ERROR(cudaErrorIllegalAddress, "illegal address in a kernel"),
    CUDASIM_ERROR(cudaErrorLaunchOutOfResources, "too many resources for a launch"),
    CUDASIM_ERROR(cudaErrorLaunchTimeout, "a kernel ran too long"),
    CUDASIM_ERROR(cudaErrorPeerAccessAlreadyEnabled, "peer access is enabled already"),
    CUDASIM_ERROR(cudaErrorPeerAccessNotEnabled, "peer access is not enabled"),
    CUDASIM_ERROR(cudaErrorPeerAccessUnsupported, "no peer access between these devices"),
    CUDASIM_ERROR(cudaErrorHostMemoryAlreadyRegistered, "memory registered already"),
    CUDASIM_ERROR(cudaErrorHostMemoryNotRegistered, "memory not registered"),
    CUDASIM_ERROR(cudaErrorMisalignedAddress, "misaligned address in a kernel"),
    CUDASIM_ERROR(cudaErrorIllegalInstruction, "illegal instruction in a kernel"),
    CUDASIM_ERROR(cudaErrorAssert, "an assertion in a kernel failed"),
    CUDASIM_ERROR(cudaErrorLaunchFailure, "a kernel failed"),
    CUDASIM_ERROR(cudaErrorNotPermitted, "not permitted here"),
    CUDASIM_ERROR(cudaErrorNotSupported, "not supported"),
    CUDASIM_ERROR(cudaErrorStreamCaptureUnsupported, "not permitted while a stream is capturing"),
    CUDASIM_ERROR(cudaErrorStreamCaptureInvalidated, "the capture was invalidated"),
    CUDASIM_ERROR(cudaErrorStreamCaptureMerge, "two captures cannot be merged"),
    CUDASIM_ERROR(cudaErrorStreamCaptureUnmatched, "the capture began on another stream"),
    CUDASIM_ERROR(cudaErrorStreamCaptureUnjoined, "captured work that was not joined"),
    CUDASIM_ERROR(cudaErrorStreamCaptureIsolation, "a captured stream depends on other work"),
    CUDASIM_ERROR(cudaErrorStreamCaptureImplicit, "implicit dependency of the legacy stream"),
    CUDASIM_ERROR(cudaErrorStreamCaptureWrongThread, "the capture began on another thread"),
    CUDASIM_ERROR(cudaErrorCapturedEvent, "the event was recorded in a capture"),
    CUDASIM_ERROR(cudaErrorUnknown, "unknown error"),
};
static const ErrorText *error_text(cudaError_t e)
{
    for (const ErrorText &t : error_texts)
        if (t.code == e) return &t;
    static const ErrorText other = {cudaErrorUnknown, "unrecognized error code",
                                    "unrecognized error code"};
    return &other;
}

/* ---- what a device is */
struct Attribute {
    cudaDeviceAttr code;
    int value;
};
static const Attribute attributes[] = {
    {cudaDevAttrComputeCapabilityMajor, 9},
    {cudaDevAttrComputeCapabilityMinor, 0},
    {cudaDevAttrMaxThreadsPerBlock, 1024},
    {cudaDevAttrMaxBlockDimX, 1024},
    {cudaDevAttrMaxBlockDimY, 1024},
    {cudaDevAttrMaxBlockDimZ, 64},
    {cudaDevAttrMaxGridDimX, 0x7fffffff},
    {cudaDevAttrMaxGridDimY, 65535},
    {cudaDevAttrMaxGridDimZ, 65535},
    {cudaDevAttrMaxSharedMemoryPerBlock, SHARED_DEFAULT},
    {cudaDevAttrMaxSharedMemoryPerBlockOptin, (int)SHARED_MAX},
    {cudaDevAttrMaxSharedMemoryPerMultiprocessor, (int)SHARED_MAX + 1024},
    {cudaDevAttrReservedSharedMemoryPerBlock, 1024},
    {cudaDevAttrWarpSize, 32},
    {cudaDevAttrMaxRegistersPerBlock, 65536},
    {cudaDevAttrMaxRegistersPerMultiprocessor, 65536},
    {cudaDevAttrMaxThreadsPerMultiProcessor, 2048},
    {cudaDevAttrMaxBlocksPerMultiprocessor, 32},
    {cudaDevAttrClockRate, 1000000},
    {cudaDevAttrMemoryClockRate, 1000000},
    {cudaDevAttrGlobalMemoryBusWidth, 1024},
    {cudaDevAttrL2CacheSize, 1 << 20},
    {cudaDevAttrAsyncEngineCount, 2},
    {cudaDevAttrConcurrentKernels, 1},
    {cudaDevAttrUnifiedAddressing, 1},
    {cudaDevAttrStreamPrioritiesSupported, 1},
    {cudaDevAttrMemoryPoolsSupported, 1},
    {cudaDevAttrManagedMemory, 0},
    {cudaDevAttrPageableMemoryAccess, 0},
    {cudaDevAttrCooperativeLaunch, 0},
    {cudaDevAttrIntegrated, 0},
    {cudaDevAttrEccEnabled, 0},
    {cudaDevAttrComputeMode, 0},
};
static bool no_such(int device)
{
    return device < 0 || device >= conf.devices;
}

} /* namespace cudasim */

using namespace cudasim;
#define API          \
    const Lock lock; \
    if (const cudaError_t api_e = api(__func__)) return api_e
#define UNSAFE \
    API;       \
    if (const cudaError_t unsafe_e = capture_forbids_unsafe()) return unsafe_e

extern "C" {
/* ================================================================== devices */
cudaError_t cudaGetDeviceCount(int *n)
{
    API; /* n is not touched where there is none, as on a real machine */
    *n = conf.devices;
    return cudaSuccess;
}
cudaError_t cudaDriverGetVersion(int *version)
{
    *version = conf.old_driver ? 12040 : conf.devices <= 0 ? 0 : CUDART_VERSION;
    return cudaSuccess;
}
cudaError_t cudaRuntimeGetVersion(int *version)
{
    *version = CUDART_VERSION;
    return cudaSuccess;
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp *p, int device)
{
    API;
    if (no_such(device)) return fail(cudaErrorInvalidDevice);
    *p = {};
    snprintf(p->name, sizeof p->name, "Simulated GPU %d", device);
    p->major = 9;
    p->multiProcessorCount = conf.sms;
    p->totalGlobalMem = conf.memory;
    p->warpSize = 32;
    p->maxThreadsPerBlock = 1024;
    p->maxThreadsPerMultiProcessor = 2048;
    p->maxBlocksPerMultiProcessor = 32;
    p->regsPerBlock = p->regsPerMultiprocessor = 65536;
    p->sharedMemPerBlock = SHARED_DEFAULT;
    p->sharedMemPerBlockOptin = SHARED_MAX;
    p->sharedMemPerMultiprocessor = SHARED_MAX + 1024;
    p->l2CacheSize = 1 << 20;
    p->asyncEngineCount = 2;
    p->concurrentKernels = 1;
    p->unifiedAddressing = 1;
    p->streamPrioritiesSupported = 1;
    p->memoryPoolsSupported = 1;
    p->pciBusID = device + 1;
    p->maxGridSize[0] = 0x7fffffff;
    p->maxGridSize[1] = p->maxGridSize[2] = 65535;
    p->maxThreadsDim[0] = p->maxThreadsDim[1] = 1024;
    p->maxThreadsDim[2] = 64;
    return cudaSuccess;
}
cudaError_t cudaDeviceGetAttribute(int *value, cudaDeviceAttr attribute, int device)
{
    API;
    if (no_such(device)) return fail(cudaErrorInvalidDevice);
    *value = conf.sms;
    if (attribute == cudaDevAttrMultiProcessorCount) return cudaSuccess;
    for (const Attribute &a : attributes) {
        if (a.code != attribute) continue;
        *value = a.value;
        return cudaSuccess;
    }
    return fail(cudaErrorInvalidValue);
}
cudaError_t cudaDeviceGetPCIBusId(char *text, int bytes, int device)
{
    API;
    if (no_such(device)) return fail(cudaErrorInvalidDevice);
    snprintf(text, (size_t)bytes, "0000:%02X:00.0", (unsigned)device + 1);
    return cudaSuccess;
}
cudaError_t cudaDeviceCanAccessPeer(int *can, int device, int peer)
{
    API;
    if (no_such(device) || no_such(peer)) return fail(cudaErrorInvalidDevice);
    *can = device != peer;
    return cudaSuccess;
}
cudaError_t cudaDeviceEnablePeerAccess(int peer, unsigned flags)
{
    API;
    if (no_such(peer) || peer == current_device()) return fail(cudaErrorInvalidDevice);
    if (flags != 0) return fail(cudaErrorInvalidValue);
    if (peer_enabled(current_device(), peer)) return fail(cudaErrorPeerAccessAlreadyEnabled);
    peer_enable(current_device(), peer, true);
    return cudaSuccess;
}
cudaError_t cudaDeviceDisablePeerAccess(int peer)
{
    API;
    if (no_such(peer)) return fail(cudaErrorInvalidDevice);
    if (!peer_enabled(current_device(), peer)) return fail(cudaErrorPeerAccessNotEnabled);
    peer_enable(current_device(), peer, false);
    return cudaSuccess;
}
cudaError_t cudaMemGetInfo(size_t *unused, size_t *total)
{
    API;
    *total = conf.memory;
    *unused = conf.memory - device_bytes(current_device());
    return cudaSuccess;
}
const char *cudaGetErrorName(cudaError_t e)
{
    return error_text(e)->name;
}
const char *cudaGetErrorString(cudaError_t e)
{
    return error_text(e)->text;
}

/* ================================================================== memory */
cudaError_t cudaMalloc(void **out, size_t bytes)
{
    UNSAFE;
    return fail(mem_alloc(current_device(), bytes, out));
}
/* Calls that release are not counted and never made to fail, since cleaning up must work; they wait
 * for what may still use the memory, which a callback cannot. */
static cudaError_t release_refused()
{
    return inside_callback() ? fail(cudaErrorNotPermitted) : capture_forbids_unsafe();
}
/* Waits for the device, as the real one does. */
cudaError_t cudaFree(void *p)
{
    const Lock lock;
    if (p == nullptr) return cudaSuccess;
    if (const cudaError_t e = release_refused()) return e;
    const Alloc *const a = find_alloc(p);
    if (a == nullptr || a->base != p || a->releasing) {
        fprintf(stderr, "cudasim: cudaFree of %p: %s\n", p,
                a != nullptr && a->releasing ? "its release is queued already" : describe(p));
        return fail(cudaErrorInvalidValue);
    }
    const int device = a->device;
    wait_device(device);
    const cudaError_t e = mem_free(p);
    return e != cudaSuccess ? fail(e) : after_wait(device);
}
cudaError_t cudaMallocAsync(void **out, size_t bytes, cudaStream_t cs)
{
    API;
    Stream *const s = stream_of(cs);
    if (s->capture) { /* allocation nodes are not simulated */
        capture_spoil(s->capture.get());
        return fail(cudaErrorNotSupported);
    }
    return fail(mem_alloc(s->device, bytes, out));
}
cudaError_t cudaFreeAsync(void *p, cudaStream_t cs)
{
    const Lock lock;
    if (p == nullptr) return cudaSuccess;
    Stream *const s = stream_of(cs);
    Alloc *const a = find_alloc(p);
    if (a == nullptr || a->base != p || a->releasing) {
        fprintf(stderr, "cudasim: cudaFreeAsync of %p: %s\n", p,
                a != nullptr && a->releasing ? "its release is queued already" : describe(p));
        return fail(cudaErrorInvalidValue);
    }
    if (s->capture) {
        capture_spoil(s->capture.get());
        return fail(cudaErrorNotSupported);
    }
    a->releasing = true;
    if (sticky_error(s->device) != cudaSuccess) return fail(mem_free(p));
    submit(cs, "cudaFreeAsync", [p] { (void)mem_free(p); });
    return cudaSuccess;
}
cudaError_t cudaHostAlloc(void **out, size_t bytes, unsigned)
{
    UNSAFE;
    *out = nullptr;
    if (bytes == 0) return cudaSuccess;
    void *const p = aligned_alloc(256, (bytes + 255) & ~(size_t)255);
    if (p == nullptr) return fail(cudaErrorMemoryAllocation);
    *out = p;
    return fail(pinned_add(p, bytes, true));
}
cudaError_t cudaMallocHost(void **out, size_t bytes)
{
    return cudaHostAlloc(out, bytes, cudaHostAllocDefault);
}
cudaError_t cudaFreeHost(void *p)
{
    const Lock lock;
    if (p == nullptr) return cudaSuccess;
    if (const cudaError_t e = release_refused()) return e;
    wait_all();
    return pinned_remove(p, true) ? cudaSuccess : fail(cudaErrorInvalidValue);
}
cudaError_t cudaHostRegister(void *p, size_t bytes, unsigned)
{
    UNSAFE;
    if (p == nullptr || bytes == 0 || in_arena(p)) return fail(cudaErrorInvalidValue);
    return fail(pinned_add(p, bytes, false));
}
cudaError_t cudaHostUnregister(void *p)
{
    const Lock lock;
    if (const cudaError_t e = release_refused()) return e;
    wait_all();
    return pinned_remove(p, false) ? cudaSuccess : fail(cudaErrorHostMemoryNotRegistered);
}
cudaError_t cudaHostGetDevicePointer(void **out, void *p, unsigned)
{
    API;
    if (!is_pinned(p)) return fail(cudaErrorInvalidValue);
    *out = p;
    return cudaSuccess;
}
cudaError_t cudaPointerGetAttributes(cudaPointerAttributes *out, const void *p)
{
    API;
    *out = {};
    out->device = -1;
    out->type = cudaMemoryTypeUnregistered;
    if (const Alloc *const a = find_alloc(p)) {
        out->type = cudaMemoryTypeDevice;
        out->device = a->device;
        out->devicePointer = (void *)p;
    } else if (is_pinned(p)) {
        out->type = cudaMemoryTypeHost;
        out->device = current_device();
        out->devicePointer = out->hostPointer = (void *)p;
    } else if (in_arena(p)) {
        return fail(cudaErrorInvalidValue);
    } else {
        out->hostPointer = (void *)p;
    }
    return cudaSuccess;
}

/* ================================================================== copies */
cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t s)
{
    API;
    return copy_async(__func__, line(to, from, bytes), kind, s);
}
cudaError_t cudaMemcpy(void *to, const void *from, size_t bytes, cudaMemcpyKind kind)
{
    API;
    return copy_now(__func__, line(to, from, bytes), kind);
}
cudaError_t cudaMemcpy2DAsync(void *to, size_t to_pitch, const void *from, size_t from_pitch,
                              size_t width, size_t height, cudaMemcpyKind kind, cudaStream_t s)
{
    API;
    if (width > to_pitch || width > from_pitch) return fail(cudaErrorInvalidPitchValue);
    const Box b = {(char *)to, (const char *)from, to_pitch, from_pitch, 0, 0, width, height, 1};
    return copy_async(__func__, b, kind, s);
}
cudaError_t cudaMemcpy2D(void *to, size_t to_pitch, const void *from, size_t from_pitch,
                         size_t width, size_t height, cudaMemcpyKind kind)
{
    API;
    if (width > to_pitch || width > from_pitch) return fail(cudaErrorInvalidPitchValue);
    const Box b = {(char *)to, (const char *)from, to_pitch, from_pitch, 0, 0, width, height, 1};
    return copy_now(__func__, b, kind);
}
cudaError_t cudaMemcpy3DAsync(const cudaMemcpy3DParms *p, cudaStream_t s)
{
    API;
    Box b;
    if (!box_of(p, &b)) return fail(cudaErrorNotSupported);
    return copy_async(__func__, b, p->kind, s);
}
cudaError_t cudaMemcpyPeerAsync(void *to, int to_device, const void *from, int from_device,
                                size_t bytes, cudaStream_t s)
{
    API;
    if (no_such(to_device) || no_such(from_device)) return fail(cudaErrorInvalidDevice);
    if (bytes == 0) return cudaSuccess;
    const Alloc *const a = find_alloc(to), *const b = find_alloc(from);
    if (a == nullptr || b == nullptr || a->device != to_device || b->device != from_device)
        return fail(cudaErrorInvalidValue);
    return copy_async(__func__, line(to, from, bytes), cudaMemcpyDeviceToDevice, s);
}
cudaError_t cudaMemsetAsync(void *p, int value, size_t bytes, cudaStream_t s)
{
    API;
    return set_bytes(__func__, p, value, bytes, bytes, 1, s);
}
cudaError_t cudaMemset(void *p, int value, size_t bytes)
{
    API;
    return set_bytes(__func__, p, value, bytes, bytes, 1, nullptr);
}
cudaError_t cudaMemset2DAsync(void *p, size_t pitch, int value, size_t width, size_t height,
                              cudaStream_t s)
{
    API;
    return set_bytes(__func__, p, value, pitch, width, height, s);
}

/* ================================================================== kernels */
cudaError_t cudaFuncSetAttribute(const void *kernel, cudaFuncAttribute attribute, int value)
{
    API;
    if (attribute != cudaFuncAttributeMaxDynamicSharedMemorySize) return cudaSuccess;
    if (value < 0 || value > (int)SHARED_MAX) return fail(cudaErrorInvalidValue);
    shared_optin[kernel] = value;
    return cudaSuccess;
}
cudaError_t cudaFuncGetAttributes(cudaFuncAttributes *out, const void *kernel)
{
    API;
    *out = {};
    out->maxThreadsPerBlock = 1024;
    out->numRegs = 32;
    out->binaryVersion = out->ptxVersion = 90;
    out->maxDynamicSharedSizeBytes = (int)shared_limit(kernel);
    return cudaSuccess;
}
cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int *blocks, const void *kernel,
                                                                   int threads, size_t shared,
                                                                   unsigned)
{
    API;
    if (threads < 1 || threads > 1024) return fail(cudaErrorInvalidValue);
    const int by_threads = 2048 / ((threads + 31) / 32 * 32);
    const int by_shared = (int)((SHARED_MAX + 1024) / (shared + 1024));
    *blocks = shared > shared_limit(kernel) ? 0 : by_threads < by_shared ? by_threads : by_shared;
    if (*blocks > 32) *blocks = 32;
    return cudaSuccess;
}
cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, const void *kernel,
                                                          int threads, size_t shared)
{
    return cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(blocks, kernel, threads, shared,
                                                                  0);
}
} /* extern "C" */
