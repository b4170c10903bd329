/* Fourier transforms of the CPU backend: plans, and what the SIMD kernels do with them.
 *
 * The one idea: a kernel transforms as many sequences at once as a vector has lanes, real and
 * imaginary parts apart, so no butterfly ever shuffles. Many sequences fill the lanes by
 * themselves; a single long one is cut into n1 columns and n2 rows (n = n1 n2), which then fill
 * them. Lengths with large prime factors become a cyclic convolution (Bluestein).
 *
 * Sources: Stockham's autosorting factorisation; Bailey, FFTs in external or hierarchical memory
 * (1990), for the cut; Bluestein, A linear filtering approach (1970). */
#ifndef CX_HOST_FFT_H
#define CX_HOST_FFT_H
#include "host.h"

enum {
    HOST_FFT_LANES = 16, /* at most */
    HOST_FFT_RADIX = 61, /* largest prime that is a butterfly */
    HOST_FFT_STAGES = 40,
    HOST_FFT_TABLES = 3 * HOST_FFT_STAGES,
    HOST_FFT_NEAR = 512 << 10, /* bytes that a core's second cache holds beside its work */
    HOST_FFT_PAST = 16 << 20   /* bytes of results that no cache should be filled with */
};

/** One pass over m * radix * s elements: butterflies of the radix, then twiddles. */
typedef struct host_fft_stage {
    int radix;
    int64_t m, s;
    const void *twiddle; /* m times radix - 1 complex numbers; NULL if m is 1: all are 1 */
    const void *root;    /* radix complex numbers cos, sin (2 pi j / radix): odd radices */
} host_fft_stage;

/** A product of butterflies: len = product of the radices. */
typedef struct host_fft_chain {
    int64_t len;
    int stages;
    host_fft_stage stage[HOST_FFT_STAGES];
} host_fft_chain;

/** What a plan is for. cut: one long sequence at a time; real: of half the length of real
 * sequences. */
typedef struct host_fft_key {
    int64_t n;
    bool wide, cut, real; /* wide: double, else float */
} host_fft_key;

/** Everything about one length in one precision. Immutable once made. */
typedef struct host_fft_plan {
    host_fft_key key;
    int64_t n;
    int64_t work;         /* length of the lane kernel's work: n, or Bluestein's */
    host_fft_chain chain; /* of work elements, unless cut */
    /* cut: n1 columns of length n1 ... n = n1 n2 */
    int64_t n1, n2;
    host_fft_chain columns, rows;
    /* w_n^(j2 k1) per block of lanes columns and k1, re lanes, im lanes. Of long sequences of the
     * first block only; the others are that times apart, per block and k1: w_n^(block lanes k1) */
    const void *between, *apart;
    /* Bluestein: exp(-pi i j^2 / n) [n], and the transform of its conjugate over work, / work */
    const void *chirp, *chirp_hat;
    const struct host_fft_plan *convolution; /* cut: of length work */
    const void *half;                        /* real: w_2n^k for k <= n */
    /* real, cut and even: real parts for k <= 3 n / 2; imaginary ones are those of k + n / 2 */
    const void *half_apart;
    void *memory[HOST_FFT_TABLES];
    size_t sizes[HOST_FFT_TABLES];
    int memories;
    size_t bytes;
    /* the cache's */
    int users;
    uint64_t used;
} host_fft_plan;

/** The plan, made if need be; give it back. Fails with NOMEM. */
cx_status host_fft_plan_get(host_fft_key k, const host_fft_plan **out);
void host_fft_plan_put(const host_fft_plan *p);
/** Forget all plans that nobody uses. */
void host_fft_plans_clear(void);
/** Is a sequence better cut than transformed in lanes beside count - 1 others? beside: their first
 * elements lie side by side, not the elements of each. */
bool host_fft_cut(int64_t n, int64_t count, bool wide, bool beside);
/** Lanes of a vector of that precision at this process's level. */
int host_fft_lanes(bool wide);

typedef enum host_fft_form { HOST_FFT_C2C, HOST_FFT_R2C, HOST_FFT_C2R } host_fft_form;

/** Up to a vector's lanes of sequences at once. For even real lengths plan is that of n / 2. */
typedef struct host_fft_group {
    const host_fft_plan *plan;
    host_fft_form form;
    int64_t n; /* length of the transform */
    bool inverse;
    double scale;
    int lanes; /* that hold a sequence */
    const char *in[HOST_FFT_LANES];
    char *out[HOST_FFT_LANES];
    int64_t in_step, out_step; /* bytes between a sequence's elements */
    bool past;                 /* results go past the caches: in order and aligned for vectors */
    void *work;                /* 2 (plan->work + 1) elements of lanes complex numbers */
} host_fft_group;

/** One long sequence of complex numbers; out may be in. */
typedef struct host_fft_long {
    const host_fft_plan *plan;
    bool inverse;
    double scale;
    const char *in;
    char *out;
    int64_t in_step, out_step;
    int64_t ahead; /* bytes to the next sequence, if that is far from the processor; else 0 */
    bool past;     /* out goes past the caches: it lies in order, and aligned for vectors */
    /* bytes from the real to the imaginary parts of out, which are apart and in order then: whole
     * vectors only (n1 a multiple of the lanes); 0: side by side */
    int64_t apart;
    void *space; /* that of host/fft/fft.c for a thread's many sequences; NULL: shared by threads */
    /* the library's: rows of n1 / lanes rounded up, lanes complex numbers times host_fft_row */
    void *middle;
    bool middle_past;
} host_fft_long;
/** Pairs from one row of the middle to the next: never a power of two. */
static inline int64_t host_fft_row(const host_fft_plan *p)
{
    return p->n2 + 2;
}

typedef struct host_fft_kernels {
    int lanes;
    void (*group)(const host_fft_group *g);
    /* columns and rows lo..hi, in blocks of lanes; work: 2 max(n1, n2) elements of
     * lanes complex numbers */
    void (*columns)(const host_fft_long *l, int64_t lo, int64_t hi, void *work);
    void (*rows)(const host_fft_long *l, int64_t lo, int64_t hi, void *work);
    /* the half spectrum of 2 m reals (m + 1 elements, out may be z) from and to the transform of m
     * complex numbers; plan is that of m */
    void (*to_half)(const host_fft_plan *plan, const void *z, void *out, double scale);
    /* the same from parts that are apart, imaginary ones `apart` bytes behind the real ones */
    void (*to_half_apart)(const host_fft_plan *plan, const void *z, int64_t apart, void *out,
                          double scale);
    void (*from_half)(const host_fft_plan *plan, const char *half, int64_t step, void *z);
    /* out[j] = in[j] table[j] scale, real and imaginary parts exchanged before and after if asked
     */
    void (*multiply)(const char *in, int64_t in_step, bool exchange_in, const void *table,
                     char *out, int64_t out_step, bool exchange_out, double scale, int64_t n);
} host_fft_kernels;

/** The tables of both precisions. */
typedef struct host_fft_table {
    host_fft_kernels wide, narrow;
} host_fft_table;
HOST_PER_ISA(host_fft_table, host_fft_table);
const host_fft_kernels *host_fft_kernels_of(bool wide);
/** Transform it: all but the middle is given. */
cx_status host_fft_line(const host_fft_long *l);

extern const struct cx_fft_ops host_fft_ops;
#endif
