/* The contract's optional group `random`: streams equal to NumPy's bit for bit, on every device.
 *
 * The state of a stream is plain host data, a cx_bitgen. The slots that only change the state
 * (seeding, skipping) are host code without a queue; the core calls the CPU backend's for
 * generators of any device. The drawing slots belong to the device where the values go; they leave
 * the state where NumPy's method of that name would. A drawing slot may be NULL, or return
 * CX_E_UNSUPPORTED with the state as it was and no error made: then the CPU backend draws, and the
 * core uploads. */
#ifndef CALX_BACKEND_RANDOM_H
#define CALX_BACKEND_RANDOM_H
#include <calx/backend.h>

typedef enum cx_bitgen_kind {
    CX_BITGEN_PCG64 = 0,
    CX_BITGEN_PCG64DXSM = 1,
    CX_BITGEN_PHILOX = 2,
    CX_BITGEN_SFC64 = 3,
    CX_BITGEN_MT19937 = 4,
    CX_BITGEN_KINDS = 5
} cx_bitgen_kind;

enum { CX_MT19937_WORDS = 624, CX_BITGEN_SEED_WORDS = CX_MT19937_WORDS / 2 };

/** One stream. Multi-word numbers have their low word first. */
typedef struct cx_bitgen {
    uint32_t kind;       /* cx_bitgen_kind */
    uint32_t legacy;     /* 1: the frozen RandomState stream (polar normals, masked integers) */
    uint32_t has_uint32; /* 1: uinteger is the kept high half of the last 64-bit word split */
    uint32_t uinteger;
    uint32_t has_gauss; /* legacy streams only: gauss is the second value of the last polar pair */
    uint32_t position;  /* Philox: words of buffer used up; MT19937: words of key used up */
    double gauss;
    union {
        struct {
            uint64_t state[2], increment[2];
        } pcg; /* both PCG64 variants */
        struct {
            uint64_t counter[4], key[2], buffer[4];
        } philox;
        struct {
            uint64_t word[4]; /* a, b, c, counter */
        } sfc;
        struct {
            uint32_t key[CX_MT19937_WORDS];
        } mt;
    } u;
} cx_bitgen;

/** What is drawn, and the dtypes of the output. A legacy stream has the same draws by its own
 *  methods, but no float32. */
typedef enum cx_draw {
    CX_DRAW_RANDOM = 1,               /* [0, 1): float64, float32 */
    CX_DRAW_INTEGERS = 3,             /* low + [0, range], wrapping: bool and the integer dtypes */
    CX_DRAW_STANDARD_NORMAL = 4,      /* float64, float32 */
    CX_DRAW_STANDARD_EXPONENTIAL = 6, /* float64, float32 */
    CX_DRAW_EXPONENTIAL_INV = 8,      /* standard, by inversion: float64, float32; not legacy */
/* The distributions. Without param: uniform (a + b * random), normal (a + b * standard normal) and
 * exponential (b * standard exponential), float64. With param, all: float64 or int64 as their row
 * says, and the standard gamma as float32 too. */
#define CX_DISTRIBUTION(NAME, name, code, values, ...) CX_DRAW_##NAME = code,
#include <calx/distributions.def>
#undef CX_DISTRIBUTION
    /* rows of k values: out [rows, k], C order */
    CX_DRAW_MULTINOMIAL = 64,    /* int64; param: n [rows], p [rows, k] */
    CX_DRAW_DIRICHLET = 65,      /* float64; param: alpha [k] */
    CX_DRAW_MVHG_MARGINALS = 66, /* int64; param: colors [k], sample [1] */
    CX_DRAW_MVHG_COUNT = 67,     /* the same by counting balls */
    CX_DRAW_INTEGERS_EACH = 68,  /* as INTEGERS; param: low, range [n], as uint64 */
    CX_DRAW_COUNT = 69
} cx_draw;

enum { CX_DRAW_PARAMS = 3 };

typedef struct cx_random_call {
    const char *where; /* public name of the operation, for errors */
    int draw;          /* cx_draw */
    double a, b;
    uint64_t low, range; /* low: two's complement of the output's width, extended */
    const cx_view *out;
    /* Parameters, on the host, one view each: float64, or int64 of a count; as many as out has
     * values, with a stride of 0 for one value for all. */
    int params;
    const cx_view *param;
} cx_random_call;

struct cx_random_ops {
    size_t struct_size;
    /* ---- state, host code */
    /** Number of 64-bit words that seed takes for a kind, at most CX_BITGEN_SEED_WORDS. */
    int (*seed_words)(int kind);
    /** From words of a SeedSequence (pairs of 32-bit outputs, low half first). */
    void (*seed)(cx_bitgen *g, int kind, const uint64_t *words);
    /** Philox from an explicit key and counter. */
    void (*seed_philox)(cx_bitgen *g, const uint64_t key[2], const uint64_t counter[4]);
    /** The legacy stream from one integer, and from a sequence of n > 0 words. */
    void (*seed_legacy)(cx_bitgen *g, uint32_t seed);
    void (*seed_legacy_array)(cx_bitgen *g, const uint32_t *words, size_t n);
    /** Skip delta (four words) steps, or blocks of four for Philox; jumps times 2^128 of them, or
     *  PCG64's golden-ratio step. Both forget the kept half (and the second normal of a pair), as
     *  NumPy does. False where the kind cannot: MT19937 jumps only, SFC64 does neither. */
    bool (*advance)(cx_bitgen *g, const uint64_t delta[4]);
    bool (*jump)(cx_bitgen *g, uint64_t jumps);
    /** Is this the state of a stream (kind and positions in range)? For states that come from a
     * file. */
    bool (*valid)(const cx_bitgen *g);
    /* ---- draws */
    /** out is contiguous, 1-d but for draws of rows. */
    cx_status (*fill)(cx_queue *q, cx_bitgen *g, const cx_random_call *c);
    /** out [rows, n] int64, C order: each row a fresh permutation of 0..n-1, in turn. */
    cx_status (*permutation)(cx_queue *q, cx_bitgen *g, const cx_view *out);
    /** out [k] int64, contiguous: k different integers of [0, n), k <= n, in random order if
     * shuffled. */
    cx_status (*choice)(cx_queue *q, cx_bitgen *g, int64_t n, bool shuffled, const cx_view *out);
};
#endif
