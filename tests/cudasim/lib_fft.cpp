// A fake cuFFT: the sums written out, axis by axis, in double. Plans must leave their work area to
// the caller; it is overwritten, and so is the input of a transform to reals.
#include "fakes.h"
#include <cufftXt.h>
#include <cmath>
#include <complex>

using namespace cudasim;

namespace {
typedef std::complex<double> value;

struct Plan {
    int ndim = 0;
    long long n[3] = {1, 1, 1}, batch = 0;
    cudaDataType in = CUDA_C_32F, out = CUDA_C_32F;
    bool own_area = true;
    size_t work_bytes = 0;
    void *work = nullptr;
    cudaStream_t stream = nullptr;
    long long full() const { return n[0] * n[1] * n[2]; }
    long long half() const // elements of one half spectrum
    {
        long long all = n[ndim - 1] / 2 + 1;
        for (int d = 0; d < ndim - 1; d++) all *= n[d];
        return all;
    }
};
std::map<cufftHandle, Plan> plans;
cufftHandle last_handle;

cufftResult status_of(cudaError_t e)
{
    return e == cudaSuccess                 ? CUFFT_SUCCESS
           : e == cudaErrorMemoryAllocation ? CUFFT_ALLOC_FAILED
                                            : CUFFT_EXEC_FAILED;
}
#define ENTER() \
    Lock lock_; \
    if (const cudaError_t e_ = api(__func__)) return status_of(e_)

bool is_real(cudaDataType t)
{
    return t == CUDA_R_32F || t == CUDA_R_64F;
}
bool is_wide(cudaDataType t)
{
    return t == CUDA_R_64F || t == CUDA_C_64F;
}
size_t size_of(cudaDataType t)
{
    return (is_wide(t) ? 8 : 4) * (is_real(t) ? 1 : 2);
}

value load(const void *p, cudaDataType t, long long i)
{
    switch (t) {
    case CUDA_R_32F: return static_cast<const float *>(p)[i];
    case CUDA_R_64F: return static_cast<const double *>(p)[i];
    case CUDA_C_32F: return value(static_cast<const std::complex<float> *>(p)[i]);
    default: return static_cast<const value *>(p)[i];
    }
}
void store(void *p, cudaDataType t, long long i, value v)
{
    switch (t) {
    case CUDA_R_32F: static_cast<float *>(p)[i] = (float)v.real(); break;
    case CUDA_R_64F: static_cast<double *>(p)[i] = v.real(); break;
    case CUDA_C_32F: static_cast<std::complex<float> *>(p)[i] = std::complex<float>(v); break;
    default: static_cast<value *>(p)[i] = v;
    }
}

std::vector<value> roots(long long n, int sign)
{
    std::vector<value> r(n);
    for (long long i = 0; i < n; i++)
        r[i] = std::polar(1.0, sign * 2 * M_PI * (double)i / (double)n);
    return r;
}

// Along one axis of [outer, n, inner].
void axis(std::vector<value> &a, long long n, long long inner, int sign)
{
    const std::vector<value> w = roots(n, sign);
    std::vector<value> line(n);
    const long long lines = (long long)a.size() / n;
    for (long long l = 0; l < lines; l++) {
        value *const p = a.data() + l / inner * n * inner + l % inner;
        for (long long k = 0; k < n; k++) {
            line[k] = 0;
            for (long long j = 0; j < n; j++) line[k] += p[j * inner] * w[j * k % n];
        }
        for (long long k = 0; k < n; k++) p[k * inner] = line[k];
    }
}

// The last axis of half spectra to reals; imaginary parts of the ends do not count.
std::vector<value> to_reals(const std::vector<value> &a, long long n)
{
    const long long h = n / 2 + 1, lines = (long long)a.size() / h;
    const std::vector<value> w = roots(n, 1);
    std::vector<value> out(lines * n);
    for (long long l = 0; l < lines; l++)
        for (long long j = 0; j < n; j++) {
            double sum = a[l * h].real();
            for (long long k = 1; k < h; k++)
                sum += 2 * k == n ? a[l * h + k].real() * w[j * k % n].real()
                                  : 2 * (a[l * h + k] * w[j * k % n]).real();
            out[l * n + j] = sum;
        }
    return out;
}

void execute(const Plan &p, void *in, void *out, int sign)
{
    const bool from_half = is_real(p.out), to_half = is_real(p.in);
    const long long h = p.n[p.ndim - 1] / 2 + 1, last = p.n[p.ndim - 1];
    const long long elements = from_half ? p.half() : p.full();
    for (long long b = 0; b < p.batch; b++) {
        std::vector<value> a(elements);
        for (long long i = 0; i < elements; i++) a[i] = load(in, p.in, b * elements + i);
        long long inner = 1;
        for (int d = p.ndim - 1; d >= 0; d--) {
            if (!(from_half && d == p.ndim - 1)) axis(a, p.n[d], inner, sign);
            inner *= from_half && d == p.ndim - 1 ? h : p.n[d];
        }
        if (from_half) a = to_reals(a, last);
        if (to_half) { // leave the first half of every line
            std::vector<value> kept;
            for (long long i = 0; i < (long long)a.size(); i++)
                if (i % last < h) kept.push_back(a[i]);
            a.swap(kept);
        }
        for (size_t i = 0; i < a.size(); i++)
            store(out, p.out, b * (long long)a.size() + (long long)i, a[i]);
    }
    if (from_half) poison(in, static_cast<size_t>(p.half() * p.batch) * size_of(p.in));
}
} // namespace

extern "C" {
cufftResult cufftCreate(cufftHandle *plan)
{
    ENTER();
    *plan = ++last_handle;
    plans[*plan] = Plan();
    count_handle(1);
    return CUFFT_SUCCESS;
}
cufftResult cufftDestroy(cufftHandle plan)
{
    Lock lock;
    if (plans.count(plan) == 0) return CUFFT_INVALID_PLAN;
    wait_all();
    plans.erase(plan);
    count_handle(-1);
    return CUFFT_SUCCESS;
}
cufftResult cufftSetAutoAllocation(cufftHandle plan, int on)
{
    ENTER();
    if (plans.count(plan) == 0) return CUFFT_INVALID_PLAN;
    plans[plan].own_area = on != 0;
    return CUFFT_SUCCESS;
}
cufftResult cufftXtMakePlanMany(cufftHandle plan, int rank, long long *n, long long *inembed,
                                long long, long long, cudaDataType in, long long *onembed,
                                long long, long long, cudaDataType out, long long batch,
                                size_t *work, cudaDataType execution)
{
    ENTER();
    if (plans.count(plan) == 0) return CUFFT_INVALID_PLAN;
    Plan &p = plans[plan];
    if (rank < 1 || rank > 3 || batch < 1) return CUFFT_INVALID_SIZE;
    if (inembed != nullptr || onembed != nullptr) return CUFFT_NOT_SUPPORTED;
    if (is_wide(in) != is_wide(out) || (is_real(in) && is_real(out)) ||
        execution != (is_wide(in) ? CUDA_C_64F : CUDA_C_32F))
        return CUFFT_INVALID_TYPE;
    if (p.own_area) mistake("%s: the plan would take a work area of its own", __func__);
    p.ndim = rank;
    for (int d = 0; d < rank; d++) {
        if (n[d] < 1) return CUFFT_INVALID_SIZE;
        p.n[d] = n[d];
    }
    p.batch = batch;
    p.in = in;
    p.out = out;
    p.work_bytes = *work = static_cast<size_t>(p.full()) * 8 + 75;
    return CUFFT_SUCCESS;
}
cufftResult cufftSetWorkArea(cufftHandle plan, void *work)
{
    ENTER();
    if (plans.count(plan) == 0) return CUFFT_INVALID_PLAN;
    plans[plan].work = work;
    return CUFFT_SUCCESS;
}
cufftResult cufftSetStream(cufftHandle plan, cudaStream_t stream)
{
    ENTER();
    if (plans.count(plan) == 0) return CUFFT_INVALID_PLAN;
    plans[plan].stream = stream;
    return CUFFT_SUCCESS;
}
cufftResult cufftXtExec(cufftHandle plan, void *in, void *out, int direction)
{
    ENTER();
    if (plans.count(plan) == 0) return CUFFT_INVALID_PLAN;
    const Plan p = plans[plan];
    if (direction != CUFFT_FORWARD && direction != CUFFT_INVERSE) return CUFFT_INVALID_VALUE;
    const size_t pair = is_wide(p.in) ? 16 : 8;
    if (reinterpret_cast<uintptr_t>(in) % pair != 0 || reinterpret_cast<uintptr_t>(out) % pair != 0)
        return CUFFT_UNALIGNED_DATA;
    const int sign = is_real(p.in) ? -1 : is_real(p.out) ? 1 : direction;
    const auto elements = [&p](cudaDataType t, cudaDataType other) {
        return static_cast<size_t>((is_real(other) ? p.half() : p.full()) * p.batch) * size_of(t);
    };
    void *const work = p.work;
    queue(__func__, p.stream, {{in, elements(p.in, p.out)}, {work, p.work_bytes}},
          {{out, elements(p.out, p.in)}}, [=] {
              poison(work, p.work_bytes);
              execute(p, in, out, sign);
          });
    return CUFFT_SUCCESS;
}
}

static const Symbol symbols[] = {
    CUDASIM_SYMBOL(cufftCreate),
    CUDASIM_SYMBOL(cufftDestroy),
    CUDASIM_SYMBOL(cufftSetAutoAllocation),
    CUDASIM_SYMBOL(cufftXtMakePlanMany),
    CUDASIM_SYMBOL(cufftSetWorkArea),
    CUDASIM_SYMBOL(cufftSetStream),
    CUDASIM_SYMBOL(cufftXtExec),
};
const Library cudasim::fake_cufft = {"cufft", symbols, sizeof symbols / sizeof *symbols};
