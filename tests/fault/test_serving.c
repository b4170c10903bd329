/* What serving asks of memory: a session takes none after it is made, neither from the library's
 * allocator nor from the C library's, and loading a model looks at no page of its weights. */
#include "fault.h"
#include "files.h"

#include <calx.h>
#include <calx/session.h>
#include <criterion/criterion.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the C library's allocator, counted: these stand before its own in every library here */
#if defined __GLIBC__ && !defined CX_TEST_SANITIZED
#define COUNTS_MALLOC 1
static atomic_long mallocs;
extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t n);
extern void *__libc_memalign(size_t alignment, size_t n);

void *malloc(size_t n)
{
    atomic_fetch_add_explicit(&mallocs, 1, memory_order_relaxed);
    return __libc_malloc(n);
}
void *calloc(size_t n, size_t size)
{
    atomic_fetch_add_explicit(&mallocs, 1, memory_order_relaxed);
    return __libc_calloc(n, size);
}
void *realloc(void *p, size_t n)
{
    atomic_fetch_add_explicit(&mallocs, 1, memory_order_relaxed);
    return __libc_realloc(p, n);
}
void *aligned_alloc(size_t alignment, size_t n)
{
    atomic_fetch_add_explicit(&mallocs, 1, memory_order_relaxed);
    return __libc_memalign(alignment, n);
}
int posix_memalign(void **p, size_t alignment, size_t n)
{
    atomic_fetch_add_explicit(&mallocs, 1, memory_order_relaxed);
    *p = __libc_memalign(alignment, n);
    return *p != NULL ? 0 : 12;
}
static long malloc_calls(void)
{
    return atomic_load(&mallocs);
}
#else
#define COUNTS_MALLOC 0
static long malloc_calls(void)
{
    return 0;
}
#endif

enum { ROWS = 60, RUNS = 100000 };

static const char *const towns[] = {"Aue", "Bonn", "Celle"};
static const char *const asked[] = {"Aue", "Bonn", "Celle", "Dachau", NULL};

static const cx_table *people(void)
{
    double size[ROWS], age[ROWS];
    int32_t town[ROWS];
    for (int i = 0; i < ROWS; i++) {
        size[i] = i % 7 == 2 ? (double)NAN : i % 11 - 3.5;
        age[i] = i % 5 == 1 ? (double)NAN : i % 13;
        town[i] = i % 9 == 4 ? -1 : i % 3;
    }
    return cx_table_new(
        CX_NAMES("size", "town", "age"),
        CX_ARRAYS(cx_copy_host(size, CX_SHAPE(ROWS), CX_F64),
                  cx_categories_new(cx_copy_host(town, CX_SHAPE(ROWS), CX_I32), 3, towns),
                  cx_copy_host(age, CX_SHAPE(ROWS), CX_F64)));
}

static cx_session *served(const char *fill)
{
    char spec[400];
    snprintf(spec, sizeof spec,
             "ColumnTransformer([('n', SimpleImputer() | StandardScaler(), ['size', 'age']), ('t', "
             "SimpleImputer(%s) | OneHotEncoder(handle_unknown='ignore'), ['town'])]) | "
             "LogisticRegression()",
             fill);
    cx_estimator *const m = cx_estimator_new(spec);
    const cx_array *const y = cx_remainder(cx_arange_i64(0, ROWS, 1, CX_I64, CX_CPU), cx_int(2));
    cr_assert(cx_fit_data(m, CX_DATA(.table = people(), .y = y)) == CX_OK, "%s",
              cx_error_message());
    cx_session *const s = cx_session_new(m, CX_PREDICT_PROBA, 1);
    cr_assert(cx_session_status(s) == CX_OK, "%s", cx_error_message());
    return s;
}

static double serve(cx_session *s, int from, int to)
{
    double sum = 0;
    double *const size = cx_session_f64(s, 0), *const age = cx_session_f64(s, 2);
    int32_t *const town = cx_session_codes(s, 1);
    for (int i = from; i < to; i++) {
        const char *const word = asked[i % 5];
        *size = i % 4 == 3 ? (double)NAN : i % 17;
        *age = i % 6 == 5 ? (double)NAN : i % 19;
        *town = word ? cx_session_code(s, 1, word, strlen(word)) : CX_SESSION_MISSING;
        if (cx_session_run(s, 1) != CX_OK) return (double)NAN;
        sum += cx_session_result(s, NULL)[0];
    }
    return sum;
}

static void takes_no_memory(const char *fill)
{
    fault_install();
    const cx_scope scope = cx_scope_open();
    cx_session *const s = served(fill);
    const long calls = fault_calls(), live = fault_live(), before = malloc_calls();
    const double sum = serve(s, 0, RUNS);
    const long after = malloc_calls();
    cr_expect(sum > 0 && sum < RUNS, "%s: %g", fill, sum);
    cr_expect(fault_calls() == calls && fault_live() == live, "%ld allocations",
              fault_calls() - calls);
    cr_expect(after == before, "%ld calls of malloc and its kin", after - before);
    cr_expect(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
}

Test(serving, a_session_takes_no_memory)
{
    takes_no_memory("strategy='most_frequent'");
}

Test(serving, nor_does_one_whose_steps_have_words_of_their_own)
{
    takes_no_memory("strategy='constant', add_indicator=True");
}

Test(serving, the_counters_count)
{
    fault_install();
    const cx_scope scope = cx_scope_open();
    const long calls = fault_calls(), before = malloc_calls();
    (void)cx_zeros(CX_SHAPE(1000), CX_F64, CX_CPU);
    cr_expect(fault_calls() > calls);
    cr_expect(!COUNTS_MALLOC || malloc_calls() > before);
    cr_expect(cx_scope_close(scope) == CX_OK);
}

/* ---- mapped files */

/* KiB of memory behind the mapping that holds p; -1 if the system does not say. */
static long resident(const void *p)
{
    FILE *const f = fopen("/proc/self/smaps", "r");
    char line[512];
    bool here = false;
    long kib = -1;
    while (f != NULL && kib < 0 && fgets(line, sizeof line, f)) {
        unsigned long lo = 0, hi = 0;
        if (sscanf(line, "%lx-%lx ", &lo, &hi) == 2)
            here = (unsigned long)(uintptr_t)p >= lo && (unsigned long)(uintptr_t)p < hi;
        else if (here)
            (void)sscanf(line, "Rss: %ld kB", &kib);
    }
    if (f != NULL) (void)fclose(f);
    return kib;
}

Test(serving, loading_looks_at_no_weights)
{
    enum { TRAIN = 20000, COLUMNS = 100 }; /* 16 MB */
    fault_install();
    const cx_scope scope = cx_scope_open();
    char path[TEST_PATH];
    test_temp_file(path);
    const cx_array *const x =
        cx_reshape(cx_remainder(cx_arange(0, TRAIN * COLUMNS, 1, CX_F64, CX_CPU), cx_float(977)),
                   CX_SHAPE(TRAIN, COLUMNS));
    const cx_array *const y = cx_remainder(cx_arange_i64(0, TRAIN, 1, CX_I64, CX_CPU), cx_int(3)),
                          *const some = cx_slice(x, 0, 5, 9, 1);
    cx_estimator *const m = cx_estimator_new("KNeighborsClassifier(3)");
    cr_assert(cx_fit(m, x, y) == CX_OK && cx_estimator_save(path, m) == CX_OK, "%s",
              cx_error_message());
    const cx_estimator *const back = cx_estimator_load(path);
    cx_session *const s = cx_session_new(back, CX_PREDICT, 1);
    const double *const weights = cx_data_f64(cx_attr(back, "_fit_X"));
    cr_assert(weights != NULL && cx_session_status(s) == CX_OK, "%s", cx_error_message());
    unlink(path); /* the map keeps the file */
    const long all = TRAIN * COLUMNS * 8 / 1024, before = resident(weights);
    cr_expect(before < 512, "%ld KiB of %ld are there before the first answer", before, all);
    const cx_array *const want = cx_predict(m, some), *const got = cx_predict(back, some);
    cr_expect(cx_array_equal(got, want), "%s", cx_error_message());
    for (int i = 0; i < 4; i++) {
        cr_assert(cx_session_run_rows(s, cx_data_f64(x) + (5 + i) * COLUMNS, 1) == CX_OK, "%s",
                  cx_error_message());
        cr_expect(cx_session_result(s, NULL)[0] == (double)cx_data_i64(want)[i]);
    }
    cr_expect(before < 0 || resident(weights) > all * 9 / 10, "%ld KiB", resident(weights));
    cr_expect(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
}
