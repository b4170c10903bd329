/* Random numbers: generators whose streams equal NumPy's bit for bit.
 *
 * One set of functions; the generator decides the stream. cx_default_rng is numpy.random.Generator
 * (PCG64), cx_random_state is the frozen numpy.random.RandomState that scikit-learn's integer seeds
 * mean. A generator is not const: one draw at a time, and never two in one expression (the order of
 * arguments is unspecified in C).
 *
 * Errors that every draw shares: ARGUMENT a parameter out of its range; SHAPE; DTYPE a dtype the
 * draw does not have; DEVICE an array is not on the generator's device; NOMEM. The _into forms fill
 * out in C order and draw in out's own dtype where the method has it, else in float64, cast
 * same_kind; a draw that fails or is cut off may have used up numbers.
 *
 * Device: the same numbers and the same state afterwards on every device. On a GPU the streams that
 * can skip (PCG64, PCG64DXSM, Philox) are drawn there; the others, and the order of permutations
 * and of samples without replacement, are drawn on the CPU and uploaded. Syncs: the upload; and
 * draws whose use of the stream depends on the numbers (normal, exponential, integers of a range
 * that is no power of two) wait to learn how far it has moved. */
#ifndef CALX_RANDOM_H
#define CALX_RANDOM_H
#include <calx/array.h>

/** Options of cx_rng_choice. */
typedef struct cx_choice_opts {
    size_t struct_size;
    bool no_replace;   /* numpy: replace=False, every entry at most once */
    bool no_shuffle;   /* with no_replace: in no particular order, which is faster */
    int axis;          /* of an array that is chosen from */
    const cx_array *p; /* probabilities: 1-d, real, on the CPU, summing to 1; NULL: uniform */
} cx_choice_opts;

CX_BEGIN
/* ---- generators */
/** numpy.random.default_rng: PCG64 from a non-negative seed (CX_SEED(42)), or from the operating
 *  system's entropy (CX_ENTROPY). Its arrays live on device d.
 *  Errors      ARGUMENT negative seed; UNAVAILABLE. */
CX_API cx_generator *cx_default_rng(cx_maybe_i64 seed, cx_device d);
/** numpy.random.RandomState: the frozen MT19937 stream, seed 0 to 2^32 - 1. */
CX_API cx_generator *cx_random_state(cx_maybe_i64 seed, cx_device d);
/** A generator by its name in NumPy: PCG64, PCG64DXSM, Philox, SFC64, MT19937, RandomState. In
 *  brackets the seed, an integer of any size or a list of them: "PCG64(42)", "SFC64([1, 2, 3])",
 *  "RandomState(7)"; nothing means entropy. "PCG64(42, spawn_key=(0, 3))" is child 3 of child 0
 *  (cx_generator_spawn). "Philox(key=5, counter=0x10)" starts from a 128-bit key
 *  and a 256-bit counter.
 *  Errors      PARSE malformed text, unknown name; ARGUMENT number too large. */
CX_API cx_generator *cx_generator_new(const char *spec, cx_device d);
CX_API cx_generator *cx_generator_retain(const cx_generator *h);
CX_API void cx_generator_release(cx_generator *h);
CX_API cx_status cx_generator_status(const cx_generator *h);
/** Device where its arrays are made. A query. */
CX_API cx_device cx_generator_device(const cx_generator *g);
/** Name of its stream in NumPy ("PCG64", ..., "RandomState"), as cx_generator_new takes it; "" for
 *  a bad handle. A query. */
CX_API const char *cx_generator_name(const cx_generator *g);
/** A generator that stands where g stands. */
CX_API cx_generator *cx_generator_copy(const cx_generator *g);
/** The next child of g's seed sequence (numpy: g.spawn(n) is n of these): an independent stream.
 *  Errors      ARGUMENT g was made without a seed sequence (RandomState, a Philox key, a state). */
CX_API cx_generator *cx_generator_spawn(cx_generator *g);
/** numpy.random.SeedSequence as text, "SeedSequence(42)" or "SeedSequence([1, 2], spawn_key=(0,))":
 *  generate_state(n, t) as an array on the CPU, t CX_U32 or CX_U64; and the text of its child-th
 *  child (spawn), which belongs to the open scope ("" and a mark on failure). The pool has NumPy's
 * default size of 4 words. Errors      PARSE; DTYPE; ARGUMENT n or child negative, a child of no
 * given entropy. */
CX_API cx_array *cx_seed_sequence_generate_state(const char *sequence, int64_t n, cx_dtype t);
CX_API const char *cx_seed_sequence_spawn(const char *sequence, int64_t child);
/** The text of the sequence that g was seeded from (bit_generator.seed_seq), its integers as lists
 *  of 32-bit words, which mean the same. Belongs to the open scope.
 *  Errors      ARGUMENT g was made without one. */
CX_API const char *cx_generator_seed_sequence(const cx_generator *g);
/** g's stream moved on by jumps times 2^128 numbers (numpy's bit_generator.jumped), g untouched.
 *  MT19937's takes milliseconds each.
 *  Errors      ARGUMENT jumps negative; UNSUPPORTED for SFC64. */
CX_API cx_generator *cx_generator_jumped(const cx_generator *g, int64_t jumps);
/** Move g on by delta 64-bit numbers (Philox: blocks of four), as bit_generator.advance does.
 *  Errors      UNSUPPORTED for SFC64, MT19937 and RandomState. */
CX_API CX_MUST cx_status cx_generator_advance(cx_generator *g, uint64_t delta);
/** The state as a 1-d uint64 array on the CPU, to be kept (cx_save) and given back to
 *  cx_generator_set_state of any generator, which then continues that stream. In NumPy's terms:
 *  word 0 is 0x4378 << 48 | pos << 16 | has_gauss << 10 | has_uint32 << 9 | RandomState << 8 |
 * kind, kind 0 PCG64, 1 PCG64DXSM, 2 Philox, 3 SFC64, 4 MT19937, and pos MT19937's position or
 * Philox's buffer_pos; word 1 is uinteger, word 2 the bits of gauss. Then come the state and inc of
 * PCG64, low words first; Philox's counter, key and buffer; SFC64's a, b, c and counter; MT19937's
 * key in pairs, the first one low. Errors      of set_state: DTYPE, SHAPE, DEVICE; ARGUMENT the
 * numbers are no state. */
CX_API cx_array *cx_generator_state(const cx_generator *g);
CX_API CX_MUST cx_status cx_generator_set_state(cx_generator *g, const cx_array *state);

/* ---- uniform and integers */
/** Uniform over [0, 1): t is CX_F64 or CX_F32 (RandomState: CX_F64, as everywhere below). */
CX_API cx_array *cx_rng_random(cx_generator *g, cx_shape shape, cx_dtype t);
CX_API CX_MUST cx_status cx_rng_random_into(cx_generator *g, cx_array *out);
/** low + (high - low) * random: float64. RandomState allows high < low, as NumPy does. */
CX_API cx_array *cx_rng_uniform(cx_generator *g, double low, double high, cx_shape shape);
CX_API CX_MUST cx_status cx_rng_uniform_into(cx_generator *g, double low, double high,
                                             cx_array *out);
/** Integers from low to high - 1 (numpy's integers and randint); t is CX_BOOL or an integer dtype
 *  that holds them all. _closed includes high (endpoint=True), _u64 does so for all of uint64. */
CX_API cx_array *cx_rng_integers(cx_generator *g, int64_t low, int64_t high, cx_shape shape,
                                 cx_dtype t);
CX_API CX_MUST cx_status cx_rng_integers_into(cx_generator *g, int64_t low, int64_t high,
                                              cx_array *out);
CX_API cx_array *cx_rng_integers_closed(cx_generator *g, int64_t low, int64_t high, cx_shape shape,
                                        cx_dtype t);
CX_API CX_MUST cx_status cx_rng_integers_closed_into(cx_generator *g, int64_t low, int64_t high,
                                                     cx_array *out);
CX_API cx_array *cx_rng_integers_u64(cx_generator *g, uint64_t low, uint64_t high, cx_shape shape);
CX_API CX_MUST cx_status cx_rng_integers_u64_into(cx_generator *g, uint64_t low, uint64_t high,
                                                  cx_array *out);

/* ---- normal and exponential */
/** Mean 0 and variance 1: t is CX_F64 or CX_F32. */
CX_API cx_array *cx_rng_standard_normal(cx_generator *g, cx_shape shape, cx_dtype t);
CX_API CX_MUST cx_status cx_rng_standard_normal_into(cx_generator *g, cx_array *out);
/** loc + scale * standard normal: float64; scale >= 0. */
CX_API cx_array *cx_rng_normal(cx_generator *g, double loc, double scale, cx_shape shape);
CX_API CX_MUST cx_status cx_rng_normal_into(cx_generator *g, double loc, double scale,
                                            cx_array *out);
/** Mean 1: t is CX_F64 or CX_F32. _inv is NumPy's method='inv', which RandomState has not. */
CX_API cx_array *cx_rng_standard_exponential(cx_generator *g, cx_shape shape, cx_dtype t);
CX_API CX_MUST cx_status cx_rng_standard_exponential_into(cx_generator *g, cx_array *out);
CX_API cx_array *cx_rng_standard_exponential_inv(cx_generator *g, cx_shape shape, cx_dtype t);
CX_API CX_MUST cx_status cx_rng_standard_exponential_inv_into(cx_generator *g, cx_array *out);
/** scale * standard exponential: float64; scale >= 0. */
CX_API cx_array *cx_rng_exponential(cx_generator *g, double scale, cx_shape shape);
CX_API CX_MUST cx_status cx_rng_exponential_into(cx_generator *g, double scale, cx_array *out);

/* ---- permutations and samples */
/** The entries of x along axis in random order, or cx_int(n): the integers 0 to n - 1 (int64).
 *  Errors      ARGUMENT n negative, x another scalar; INDEX axis. */
CX_API cx_array *cx_rng_permutation(cx_generator *g, const cx_array *x, int axis);
/** Each 1-d lane of x along axis in an order of its own (numpy's permuted). Generator only in
 *  NumPy; here RandomState has it too. */
CX_API cx_array *cx_rng_permuted(cx_generator *g, const cx_array *x, int axis);
/** The same into out, of x's shape and dtype, x itself allowed (out=); and all values of x in
 *  random order, in x's shape (axis=None). Errors      SHAPE, DTYPE, DEVICE, READONLY out. */
CX_API CX_MUST cx_status cx_rng_permuted_into(cx_generator *g, const cx_array *x, int axis,
                                              cx_array *out);
CX_API cx_array *cx_rng_permuted_all(cx_generator *g, const cx_array *x);
/** Put the entries of x along axis into random order, in place.
 *  Errors      READONLY; INDEX axis. */
CX_API CX_MUST cx_status cx_rng_shuffle(cx_generator *g, cx_array *x, int axis);
/** A sample of this shape from a's entries along .axis, or from 0 to n - 1 with cx_int(n).
 *  Errors      ARGUMENT nothing to choose from, more than there is with .no_replace, .p is not a
 *              distribution or has fewer non-zero entries than are wanted. */
CX_API cx_array *cx_rng_choice(cx_generator *g, const cx_array *a, cx_shape shape,
                               const cx_choice_opts *o);
CX_END_DECLS
#endif
