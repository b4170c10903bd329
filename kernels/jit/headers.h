/* The device headers that the plugin carries for sources compiled at run time: NVRTC has no files.
 * Names are those that #include gives, from kernels/ on. */
#ifndef CX_KERNELS_JIT_HEADERS_H
#define CX_KERNELS_JIT_HEADERS_H
#ifdef __cplusplus
extern "C" {
#endif
typedef struct cuda_header {
    const char *name, *text;
} cuda_header;
extern const cuda_header cuda_headers[];
extern const int cuda_headers_count; /* at most CUDA_HEADERS */
enum { CUDA_HEADERS = 128 };
#ifdef __cplusplus
}
#endif
#endif
