/* Arrays for the conformance tests: every layout in guarded memory, filled with ordinary and
 * special values from a printed seed.
 *
 * The array borrows its memory; bytes that belong to no element hold a pattern that no operation
 * may change. On another device than the CPU the whole block has a twin there: test_up and
 * test_down copy it, and do nothing on the CPU. */
#ifndef TEST_LAYOUTS_H
#define TEST_LAYOUTS_H
#include "device.h"

enum { LAYOUT_NDIM = 12 };
typedef enum layout {
    LAYOUT_C,        /* C order */
    LAYOUT_FORTRAN,  /* dimensions in memory the other way round */
    LAYOUT_SLICED,   /* every second element along the last axis, gaps between rows */
    LAYOUT_REVERSED, /* negative strides everywhere */
    LAYOUT_MIXED,    /* first axis reversed, last two exchanged in memory, a gap */
    LAYOUT_REPEATED, /* stride 0 along the first axis: inputs only */
    LAYOUT_COUNT
} layout;

typedef struct test_array {
    cx_array *a;                         /* on the test's device; belongs to the open scope */
    cx_array *host_bytes, *device_bytes; /* both blocks, or NULL on the CPU */
    cx_dtype t;
    int ndim;
    int64_t shape[LAYOUT_NDIM], stride[LAYOUT_NDIM], size;
    unsigned char *block, *used; /* all bytes; 1 for those of elements */
    size_t bytes;
    unsigned char *data;
} test_array;

/** xorshift; any seed but 0. */
uint64_t test_random(uint64_t *state);
/** The run's seed: $CX_TEST_SEED, or a fixed one. Printed by the caller when something fails. */
uint64_t test_seed(void);

/** An array of that layout inside guards, elements zero. */
void test_array_new(test_array *x, cx_dtype t, int ndim, const int64_t *shape, layout how);
void test_array_free(test_array *x);
/** After elements were written on the host / before they are read there. */
void test_up(test_array *x);
void test_down(test_array *x);
/** Address of element i in C order of the shape, on the host. */
void *test_element(const test_array *x, int64_t i);
/** Are all bytes between and around the elements as they were? Reads the device's block anew. */
bool test_guards(test_array *x);

/** Values: the whole range of the dtype with its special ones; small ones for shifts and exponents
 * (0..4). */
typedef enum fill { FILL_ANY, FILL_SMALL } fill;
void test_fill(test_array *x, uint64_t *state, fill how); /* and test_up */
/** One value of the dtype at p. */
void test_value(cx_dtype t, void *p, uint64_t *state, fill how);
const char *test_layout_name(layout how);
#endif
