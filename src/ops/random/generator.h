/* Inside of a generator. */
#ifndef CX_OPS_RANDOM_GENERATOR_H
#define CX_OPS_RANDOM_GENERATOR_H
#include "base/object.h"
#include "base/seedseq.h"
#include "core/device.h"
#include <calx/backend_random.h>
#include <calx/random.h>

struct cx_generator {
    cx__object object;
    cx__device *device;
    bool has_sequence; /* made from a seed sequence, so it can have children */
    cx__seedseq sequence;
    cx_bitgen state;
};

/** What a generator is made of, as a spec or an argument says it. */
enum { CX__SEED_WORDS = 1024, CX__SPAWN_WORDS = 64 };
typedef struct cx__generator_seed {
    int kind; /* cx_bitgen_kind */
    bool legacy, list, philox_key;
    size_t words; /* 0: from the system's entropy */
    uint32_t word[CX__SEED_WORDS];
    uint64_t key[2], counter[4];
    size_t spawns; /* words of the spawn key */
    uint32_t spawn_key[CX__SPAWN_WORDS];
} cx__generator_seed;

/** Everything but the words, which are read only as far as they are counted. */
void cx__generator_seed_clear(cx__generator_seed *seed, int kind, bool legacy);
/** Words of entropy from the operating system where none were given. IO. */
cx_status cx__generator_seed_entropy(const char *where, cx__generator_seed *seed);

/** By cx_bitgen_kind, then RandomState, then NULL. */
extern const char *const cx__generator_names[CX_BITGEN_KINDS + 2];
/** Parse the text of cx_generator_new. PARSE, ARGUMENT. */
cx_status cx__generator_parse(const char *where, const char *spec, cx__generator_seed *out);

/** The same for SeedSequence(...), whose arguments are a PCG64's. */
cx_status cx__seed_sequence_parse(const char *where, const char *spec, cx__generator_seed *out);

/** A new generator on d; one reference, the caller's. */
cx_status cx__generator_make(const char *where, cx__generator_seed *seed, cx_device d,
                             cx_generator **out);

/** Draw into a contiguous array on g's device, in its own dtype; c->out is not looked at. Draws of
 * rows have one along the last axis. */
cx_status cx__generator_fill(cx_generator *g, const cx_random_call *c, cx_array *out);
/** out can be drawn into: an array, writeable, on g's device. */
cx_status cx__draw_check_out(const cx_generator *g, const char *where, const cx_array *out);
/** Draw as dtype t into a checked out: at once if it is contiguous and of that dtype, else by way
 * of a temporary and a same_kind cast. */
cx_status cx__draw_into(cx_generator *g, const cx_random_call *c, cx_dtype t, cx_array *out);
/** rows permutations of 0..n-1, one after another, into contiguous int64 on g's device. */
cx_status cx__generator_permutations(const char *where, cx_generator *g, int64_t rows, int64_t n,
                                     cx_array *out);
/** Different integers of [0, n), as many as out has room for, in random order if shuffled. */
cx_status cx__generator_choice(const char *where, cx_generator *g, int64_t n, bool shuffled,
                               cx_array *out);
#endif
