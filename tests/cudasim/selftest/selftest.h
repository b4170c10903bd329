/* What the self-test's files share. A check that fails ends the function with its line. */
#ifndef CUDASIM_SELFTEST_H
#define CUDASIM_SELFTEST_H
#include "device.cuh"
#include <cstdio>

#define LAUNCH(K, grid, block, bytes, stream, ...) \
    ::cudasim::launch(#K, K, grid, block, bytes, stream, ##__VA_ARGS__)
#define CHECK(...)                                                                  \
    do {                                                                            \
        if (__VA_ARGS__) break;                                                     \
        fprintf(stderr, "selftest: %s:%d: %s\n", __FILE__, __LINE__, #__VA_ARGS__); \
        return __LINE__;                                                            \
    } while (0)
#define OK(...) CHECK((__VA_ARGS__) == cudaSuccess)
#define EXPORT extern "C" __attribute__((visibility("default")))

extern "C" long cudasim_ctl(const char *what, long value);

/* n elements on the device, filled from the host's where there are any */
template <class T> T *on_device(const T *host, size_t n)
{
    T *p = nullptr;
    if (cudaMalloc((void **)&p, n * sizeof(T)) != cudaSuccess) return nullptr;
    if (host != nullptr) (void)cudaMemcpy(p, host, n * sizeof(T), cudaMemcpyHostToDevice);
    return p;
}
template <class T> cudaError_t to_host(T *host, const T *device, size_t n)
{
    return cudaMemcpy(host, device, n * sizeof(T), cudaMemcpyDeviceToHost);
}
#endif
