/* isa: each. device: each
 * Sorting, stable order, searching and unique on every dtype and layout, against definitions: a
 * sorted array is a permutation in order. */
#include "layouts.h"
#include "numbers.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EXPECT(condition, ...)                         \
    do {                                               \
        if (!(condition)) cr_assert_fail(__VA_ARGS__); \
    } while (0)

static const int64_t shapes[][5] = {{1, 0},     {1, 1},      {1, 9},       {1, 100},
                                    {2, 7, 65}, {2, 129, 3}, {3, 4, 5, 6}, {1, 5000}};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static void set_values(test_array *x, uint64_t *seed, int flavour)
{
    for (int64_t i = 0; i < x->size; i++) {
        void *const p = test_element(x, i);
        if (flavour == 0)
            test_value(x->t, p, seed, FILL_ANY);
        else
            number_write(x->t, p, test_random(seed), flavour == 1);
    }
    test_up(x);
}

/* Flat position in C order of element i of line l along an axis. */
static int64_t place(const test_array *x, int axis, int64_t line, int64_t i)
{
    int64_t inner = 1;
    for (int d = axis + 1; d < x->ndim; d++) inner *= x->shape[d];
    return line / inner * inner * x->shape[axis] + i * inner + line % inner;
}

static void check_lines(test_array *x, int axis)
{
    const cx_dtype t = x->t;
    const size_t size = cx_dtype_size(t);
    const int64_t n = x->shape[axis], lines = n == 0 ? 0 : x->size / n;
    cx_array *const sorted = cx_sort(x->a, axis), *const order = cx_argsort(x->a, axis);
    EXPECT(cx_status_of(sorted) == CX_OK && cx_status_of(order) == CX_OK, "%s", cx_error_message());
    EXPECT(cx_dtype_of(sorted) == t && cx_dtype_of(order) == CX_I64, "dtypes");
    test_array s;
    test_array_new(&s, t, x->ndim, x->shape, LAYOUT_C);
    EXPECT(cx_copy_into(sorted, s.a) == CX_OK, "%s", cx_error_message());
    test_down(&s);
    const int64_t *const at = cx_data_i64(test_host(order));
    unsigned char *const seen = calloc((size_t)n + 1, 1);
    for (int64_t l = 0; l < lines; l++) {
        memset(seen, 0, (size_t)n);
        number before = {0, 0, 0};
        for (int64_t i = 0; i < n; i++) {
            const int64_t here = place(x, axis, l, i), from = at[here];
            EXPECT(from >= 0 && from < n && !seen[from], "%s argsort is no permutation",
                   cx_dtype_name(t));
            seen[from] = 1;
            const number v = number_read(t, test_element(x, place(x, axis, l, from)));
            EXPECT(number_order(t, v, number_read(t, test_element(&s, here))) == 0,
                   "%s: sort and argsort differ at %lld", cx_dtype_name(t), (long long)i);
            if (i > 0) {
                const int order_ = number_order(t, before, v);
                EXPECT(order_ <= 0, "%s not ascending at %lld of %lld", cx_dtype_name(t),
                       (long long)i, (long long)n);
                EXPECT(order_ < 0 || at[place(x, axis, l, i - 1)] < from,
                       "%s argsort is not stable", cx_dtype_name(t));
            }
            before = v;
        }
    }
    /* in place, in memory of any layout */
    EXPECT(cx_sort_inplace(x->a, axis) == CX_OK, "%s", cx_error_message());
    test_down(x);
    for (int64_t i = 0; i < x->size; i++)
        EXPECT(memcmp(test_element(x, i), test_element(&s, i), size) == 0, "%s: in place differs",
               cx_dtype_name(t));
    EXPECT(test_guards(x), "%s: wrote beside the array", cx_dtype_name(t));
    free(seen);
    test_array_free(&s);
}

static void check_search(cx_dtype t, uint64_t *seed, int flavour)
{
    test_array a, v;
    const int64_t n = 77, m = 301;
    test_array_new(&a, t, 1, &n, LAYOUT_SLICED);
    test_array_new(&v, t, 1, &m, LAYOUT_REVERSED);
    set_values(&a, seed, flavour);
    set_values(&v, seed, flavour);
    EXPECT(cx_sort_inplace(a.a, 0) == CX_OK, "%s", cx_error_message());
    test_down(&a);
    const int64_t *const left = cx_data_i64(test_host(cx_searchsorted(a.a, v.a, CX_LEFT))),
                         *const right = cx_data_i64(test_host(cx_searchsorted(a.a, v.a, CX_RIGHT)));
    EXPECT(left && right, "%s", cx_error_message());
    for (int64_t i = 0; i < m; i++) {
        const number x = number_read(t, test_element(&v, i));
        int64_t below = 0, upto = 0;
        for (int64_t k = 0; k < n; k++) {
            const int order = number_order(t, number_read(t, test_element(&a, k)), x);
            below += order < 0;
            upto += order <= 0;
        }
        EXPECT(left[i] == below && right[i] == upto, "%s: searched %lld, %lld, not %lld, %lld",
               cx_dtype_name(t), (long long)left[i], (long long)right[i], (long long)below,
               (long long)upto);
    }
    test_array_free(&a);
    test_array_free(&v);
}

static void check_unique(cx_dtype t, uint64_t *seed, int flavour)
{
    test_array x;
    const int64_t shape[2] = {17, 9};
    test_array_new(&x, t, 2, shape, LAYOUT_FORTRAN);
    set_values(&x, seed, flavour);
    const cx_unique_result r =
        cx_unique(x.a, CX_OPTS(cx_unique_opts, .return_index = true, .return_inverse = true,
                               .return_counts = true));
    EXPECT(cx_status_of(r.values) == CX_OK, "%s", cx_error_message());
    const int64_t n = cx_size(r.values);
    test_array v;
    test_array_new(&v, t, 1, &n, LAYOUT_C);
    EXPECT(cx_copy_into(r.values, v.a) == CX_OK, "copy");
    test_down(&v);
    const int64_t *const index = cx_data_i64(test_host(r.index)), *const counts = cx_data_i64(
                                                                      test_host(r.counts));
    cx_array *const flat = cx_ravel(r.inverse);
    const int64_t *const inverse = cx_data_i64(test_host(flat));
    EXPECT(index && counts && inverse && cx_dim(r.inverse, 0) == 17, "%s", cx_error_message());
    int64_t total = 0;
    for (int64_t k = 0; k < n; k++) {
        if (k > 0)
            EXPECT(number_order(t, number_read(t, test_element(&v, k - 1)),
                                number_read(t, test_element(&v, k))) < 0,
                   "%s: values not ascending", cx_dtype_name(t));
        int64_t first = -1, count = 0;
        for (int64_t i = 0; i < x.size; i++) {
            if (inverse[i] != k) continue;
            count++;
            first = first < 0 ? i : first;
        }
        EXPECT(counts[k] == count && index[k] == first,
               "%s: value %lld: count %lld not %lld, index %lld not %lld", cx_dtype_name(t),
               (long long)k, (long long)counts[k], (long long)count, (long long)index[k],
               (long long)first);
        total += count;
    }
    EXPECT(total == x.size, "%s: an inverse is out of range", cx_dtype_name(t));
    for (int64_t i = 0; i < x.size; i++) {
        const number a = number_read(t, test_element(&x, i)),
                     b = number_read(t, test_element(&v, inverse[i]));
        EXPECT(number_order(t, a, b) == 0 || (number_nan(a) && number_nan(b)),
               "%s: inverse of %lld", cx_dtype_name(t), (long long)i);
    }
    cx_array *const alone = cx_unique(x.a, NULL).values;
    EXPECT(cx_size(alone) == n, "%s: %lld values alone, %lld with their places", cx_dtype_name(t),
           (long long)cx_size(alone), (long long)n);
    test_array_free(&v);
    test_array_free(&x);
}

static void walk(cx_dtype t)
{
    uint64_t seed = test_seed() + 17 * (uint64_t)t;
    for (int k = 0; k < SHAPES; k++) {
        for (int how = 0; how < LAYOUT_REPEATED; how += test_brief() ? 3 : 1) {
            for (int flavour = 0; flavour < 3; flavour++) {
                for (int axis = 0; axis < (int)shapes[k][0]; axis++) {
                    const cx_scope scope = cx_scope_open();
                    test_array x;
                    test_array_new(&x, t, (int)shapes[k][0], shapes[k] + 1, (layout)how);
                    set_values(&x, &seed, flavour);
                    check_lines(&x, axis);
                    test_array_free(&x);
                    cr_assert_eq(cx_scope_close(scope), CX_OK);
                }
            }
        }
    }
    for (int flavour = 0; flavour < 3; flavour++) {
        const cx_scope scope = cx_scope_open();
        check_search(t, &seed, flavour);
        if (t != CX_C64 && t != CX_C128) check_unique(t, &seed, flavour);
        cr_assert_eq(cx_scope_close(scope), CX_OK);
    }
}
#define REAL(sfx, T) \
    Test(sort, sfx)  \
    {                \
        walk(T);     \
    }
REAL(b, CX_BOOL)
REAL(i8, CX_I8)
REAL(i16, CX_I16)
REAL(i32, CX_I32)
REAL(i64, CX_I64)
REAL(u8, CX_U8)
REAL(u16, CX_U16)
REAL(u32, CX_U32)
REAL(u64, CX_U64)
REAL(f16, CX_F16)
REAL(bf16, CX_BF16)
REAL(f32, CX_F32)
REAL(f64, CX_F64)
REAL(c64, CX_C64)
REAL(c128, CX_C128)

/* Lengths round those at which a GPU changes its way, alone and in company. */
Test(sort, row_lengths)
{
    static const int64_t lengths[][3] = {{2, 700, 1},  {2, 700, 3},  {2, 66, 8},   {2, 3, 511},
                                         {2, 3, 513},  {2, 2, 1024}, {2, 1, 2047}, {2, 3, 2048},
                                         {2, 1, 2049}, {2, 3, 2049}, {2, 17, 2300}};
    uint64_t seed = test_seed();
    for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k += test_brief() ? 3 : 1) {
        for (cx_dtype t = CX_BOOL; t <= CX_C128; t++) {
            const cx_scope scope = cx_scope_open();
            test_array x;
            test_array_new(&x, t, 2, lengths[k] + 1, LAYOUT_C);
            set_values(&x, &seed, (int)(test_random(&seed) % 3));
            check_lines(&x, 1);
            test_array_free(&x);
            cr_assert_eq(cx_scope_close(scope), CX_OK);
        }
    }
}

/* A long row goes over the threads: its pieces, and what makes pivots useless. */
Test(sort, long_rows)
{
    const cx_scope scope = cx_scope_open();
    enum { N = 700001 };
    for (int kind = 0; kind < 6; kind++) {
        cx_array *const a = cx_empty(CX_SHAPE(N), CX_F64, CX_CPU);
        double *const x = cx_data_f64_mut(a);
        uint64_t seed = test_seed() + (uint64_t)kind;
        for (int64_t i = 0; i < N; i++) {
            const double r = (double)(test_random(&seed) >> 11) * 0x1p-53;
            const double by_kind[] = {r,
                                      7.0,
                                      (double)i,
                                      (double)(N - i),
                                      (double)(int)(r * 3),
                                      i == 5 ? -1e300 : 1 + (double)(int)(r * 99) * 0x1p-45};
            x[i] = by_kind[kind];
        }
        cx_array *const here = test_here(a);
        const double *const s = cx_data_f64(test_host(cx_sort(here, 0)));
        const int64_t *const at = cx_data_i64(test_host(cx_argsort(here, 0)));
        cr_assert(s && at, "%s", cx_error_message());
        double sum = 0, want = 0;
        for (int64_t i = 0; i < N; i++) {
            EXPECT(x[at[i]] == s[i], "kind %d: argsort differs at %lld", kind, (long long)i);
            EXPECT(i == 0 || s[i - 1] < s[i] || (s[i - 1] == s[i] && at[i - 1] < at[i]),
                   "kind %d: order at %lld", kind, (long long)i);
            sum += (double)at[i];
            want += (double)i;
        }
        cr_assert_eq(sum, want, "kind %d: no permutation", kind);
    }
    cr_assert_eq(cx_scope_close(scope), CX_OK);
}

/* What quicksort in vectors may stumble over: lengths round registers and leaves, few values, order
 * in the input, all of floats that is not a plain number. Against the C library, to the bit. */
static int by_i64(const void *pa, const void *pb)
{
    const int64_t a = *(const int64_t *)pa, b = *(const int64_t *)pb;
    return (a > b) - (a < b);
}
/* The pattern's element i of n: a number of any size, of which each dtype takes what it can hold.
 */
enum { PATTERNS = 9 };
static int64_t patterned(int pattern, int64_t i, int64_t n, uint64_t *seed)
{
    const uint64_t r = test_random(seed);
    const int64_t wide = (int64_t)(r >> 1) - (INT64_C(1) << 62);
    switch (pattern) {
    case 0: return wide;
    case 1: return 7;
    case 2: return i;
    case 3: return n - i;
    case 4: return i < n / 2 ? i : n - i;
    case 5: return (int64_t)(r % 3);
    case 6: return i % 16 - 8;
    case 7: return r % 50 == 0 ? wide : i;
    default: return r % 2 ? INT64_MAX : INT64_MIN;
    }
}
static void check_integers(int pattern, int64_t n, uint64_t *seed)
{
    cx_array *const a = cx_empty(CX_SHAPE(n), CX_I64, CX_CPU), *const b = cx_empty(CX_SHAPE(n),
                                                                                   CX_I32, CX_CPU);
    int64_t *const want = malloc(((size_t)n + 1) * sizeof *want);
    int64_t *const x = cx_data_i64_mut(a);
    int32_t *const y = cx_data_i32_mut(b);
    for (int64_t i = 0; i < n; i++) {
        want[i] = x[i] = patterned(pattern, i, n, seed);
        y[i] = (int32_t)(x[i] >> (pattern == 0 || pattern == 8 ? 32 : 0));
    }
    qsort(want, (size_t)n, sizeof *want, by_i64);
    const int64_t *const s = cx_data_i64(test_host(cx_sort(test_here(a), 0)));
    cr_assert(n == 0 || memcmp(s, want, (size_t)n * sizeof *s) == 0, "i64 pattern %d of %lld",
              pattern, (long long)n);
    for (int64_t i = 0; i < n; i++) want[i] = y[i];
    qsort(want, (size_t)n, sizeof *want, by_i64);
    const int32_t *const t = cx_data_i32(test_host(cx_sort(test_here(b), 0)));
    for (int64_t i = 0; i < n; i++)
        EXPECT(t[i] == want[i], "i32 pattern %d of %lld", pattern, (long long)n);
    free(want);
}
/* Bits of a float as an integer of the same order: the negative zero below the other. */
static int64_t key_f64(double x)
{
    int64_t k;
    memcpy(&k, &x, sizeof k);
    return k < 0 ? INT64_MIN - k - 1 : k;
}
static int64_t key_f32(float x)
{
    int32_t k;
    memcpy(&k, &x, sizeof k);
    return k < 0 ? INT32_MIN - k - 1 : k;
}
static void check_floats(int pattern, int64_t n, int strange, uint64_t *seed)
{
    cx_array *const a = cx_empty(CX_SHAPE(n), CX_F64, CX_CPU), *const b = cx_empty(CX_SHAPE(n),
                                                                                   CX_F32, CX_CPU);
    int64_t *const want = malloc(((size_t)n + 1) * 2 * sizeof *want), *const narrow = want + n;
    double *const x = cx_data_f64_mut(a);
    float *const y = cx_data_f32_mut(b);
    const double odd[] = {NAN, INFINITY, -INFINITY, 0.0, -0.0, 0x1p-1074, -0x1p-1060, -NAN};
    const float odd32[] = {NAN, INFINITY, -INFINITY, 0.0f, -0.0f, 0x1p-149f, -0x1p-140f, -NAN};
    int64_t numbers = 0;
    for (int64_t i = 0; i < n; i++) {
        x[i] = (double)patterned(pattern, i, n, seed);
        y[i] = (float)x[i];
        const uint64_t r = test_random(seed);
        if (strange && r % 3 < (uint64_t)strange) {
            x[i] = odd[r / 3 % 8];
            y[i] = odd32[r / 3 % 8];
        }
        if (isnan(x[i])) continue;
        narrow[numbers] = key_f32(y[i]);
        want[numbers++] = key_f64(x[i]);
    }
    qsort(want, (size_t)numbers, sizeof *want, by_i64);
    qsort(narrow, (size_t)numbers, sizeof *want, by_i64);
    const double *const s = cx_data_f64(test_host(cx_sort(test_here(a), 0)));
    const float *const t = cx_data_f32(test_host(cx_sort(test_here(b), 0)));
    for (int64_t i = 0; i < n; i++) {
        if (i < numbers)
            EXPECT(key_f64(s[i]) == want[i] && key_f32(t[i]) == narrow[i],
                   "pattern %d (%d) of %lld: differs at %lld", pattern, strange, (long long)n,
                   (long long)i);
        else
            EXPECT(isnan(s[i]) && isnan(t[i]), "pattern %d of %lld: no NaN at %lld", pattern,
                   (long long)n, (long long)i);
    }
    free(want);
}
Test(sort, patterns)
{
    uint64_t seed = test_seed();
    static const int64_t round[] = {8,   16,  32,  64,  96,  128,  136,  160,
                                    256, 257, 272, 300, 512, 1024, 4096, 20000};
    for (size_t k = 0; k < sizeof round / sizeof *round; k += test_brief() ? 5 : 1) {
        for (int64_t n = round[k] - 2; n <= round[k] + 2; n++) {
            for (int pattern = 0; pattern < PATTERNS; pattern++) {
                const cx_scope scope = cx_scope_open();
                check_integers(pattern, n, &seed);
                for (int strange = 0; strange <= 3; strange++)
                    check_floats(pattern, n, strange, &seed);
                cr_assert_eq(cx_scope_close(scope), CX_OK);
            }
        }
    }
    const cx_scope scope = cx_scope_open();
    for (int strange = 0; strange <= 3; strange++) /* over the threads */
        check_floats(0, 300000, strange, &seed);
    cr_assert_eq(cx_scope_close(scope), CX_OK);
}

Test(sort, categories_by_text)
{
    const cx_scope scope = cx_scope_open();
    const int32_t codes[] = {0, 2, -1, 1, 2, 0};
    cx_array *const a = test_here(cx_categories_new(cx_copy_host(codes, CX_SHAPE(6), CX_I32), 3,
                                                    (const char *const[]){"pear", "apple", "fig"}));
    cx_array *const s = cx_sort(a, 0);
    const char *const want[] = {"apple", "fig", "fig", "pear", "pear", ""};
    for (int i = 0; i < 6; i++) cr_assert_str_eq(cx_label(test_host(s), i), want[i]);
    const cx_unique_result r = cx_unique(a, CX_OPTS(cx_unique_opts, .return_counts = true));
    cr_assert_eq(cx_size(r.values), 4);
    const int64_t counts[] = {1, 2, 2, 1};
    const char *const labels[] = {"apple", "fig", "pear", ""};
    for (int i = 0; i < 4; i++) {
        cr_assert_str_eq(cx_label(test_host(r.values), i), labels[i]);
        cr_assert_eq(cx_data_i64(test_host(r.counts))[i], counts[i]);
    }
    cr_assert_neq(cx_status_of(r.index), CX_OK, "not asked for");
    cr_assert_eq(cx_scope_close(scope), CX_OK);
}

Test(sort, smallest_and_bins)
{
    const cx_scope scope = cx_scope_open();
    const double x[] = {3, 1, 2, 1, 9, 8, 7, 8};
    const cx_topk k = cx_smallest_k(test_copy_host(x, CX_SHAPE(2, 4), CX_F64), 2);
    const double values[] = {1, 1, 7, 8};
    const int64_t indices[] = {1, 3, 2, 1};
    cr_assert_arr_eq(cx_data_f64(test_host(k.values)), values, sizeof values);
    cr_assert_arr_eq(cx_data_i64(test_host(k.indices)), indices, sizeof indices);
    const int32_t n[] = {1, 0, 1, 4};
    cx_array *const a = test_copy_host(n, CX_SHAPE(4), CX_I32);
    const int64_t bins[] = {1, 2, 0, 0, 1, 0};
    cr_assert_arr_eq(cx_data_i64(test_host(cx_bincount(a, NULL, 6))), bins, sizeof bins);
    const double w[] = {0.5, 2, 0.25, 1}, sums[] = {2, 0.75, 0, 0, 1};
    cr_assert_arr_eq(
        cx_data_f64(test_host(cx_bincount(a, test_copy_host(w, CX_SHAPE(4), CX_F64), 0))), sums,
        sizeof sums);
    cr_assert_eq(cx_scope_close(scope), CX_OK);
}

Test(sort, bins_of_many)
{
    enum { N = 70000, BINS = 97 }; /* more than one piece of those that threads count */
    const cx_scope scope = cx_scope_open();
    uint64_t seed = test_seed();
    static int16_t x[N];
    for (int k = 0; k < 3; k++) { /* all bins, few of them, one */
        int64_t want[BINS + 5] = {0};
        for (int i = 0; i < N; i++) {
            x[i] = (int16_t)(k == 2 ? 3 : test_random(&seed) % (k == 0 ? BINS : 7));
            want[x[i]]++;
        }
        cx_array *const n =
            cx_bincount(test_copy_host(x, CX_SHAPE(N), CX_I16), NULL, k == 1 ? BINS + 5 : 0);
        cr_assert_eq(cx_size(n), k == 0 ? BINS : k == 1 ? BINS + 5 : 4);
        cr_assert_arr_eq(cx_data_i64(test_host(n)), want, (size_t)cx_size(n) * 8);
        cx_array *const halves = cx_full(CX_SHAPE(N), cx_float(0.5), CX_F32, test_device()),
                        *const w =
                            cx_bincount(test_copy_host(x, CX_SHAPE(N), CX_I16), halves, BINS);
        const double *const sums = cx_data_f64(test_host(w));
        for (int i = 0; i < BINS; i++) cr_assert_eq(sums[i], 0.5 * (double)want[i]);
    }
    const int64_t none[] = {0, 0};
    cx_array *const empty = cx_zeros(CX_SHAPE(0), CX_U8, test_device());
    cr_assert_arr_eq(cx_data_i64(test_host(cx_bincount(empty, NULL, 2))), none, sizeof none);
    cr_assert_eq(cx_size(cx_bincount(empty, NULL, 0)), 0);
    cr_assert_arr_eq(
        cx_data_f64(test_host(cx_bincount(empty, cx_zeros(CX_SHAPE(0), CX_F64, test_device()), 2))),
        none, sizeof none);
    cr_assert_eq(cx_scope_close(scope), CX_OK);
}

Test(sort, errors)
{
    const cx_scope scope = cx_scope_open();
    cx_array *const a = cx_zeros(CX_SHAPE(2, 3), CX_F64, test_device());
    cr_assert_eq(cx_status_of(cx_sort(a, 2)), CX_E_INDEX);
    cr_assert_eq(cx_status_of(cx_argsort(cx_zeros(CX_SHAPE(), CX_F64, test_device()), 0)),
                 CX_E_INDEX);
    cr_assert_eq(cx_status_of(cx_searchsorted(a, a, CX_LEFT)), CX_E_SHAPE);
    cr_assert_eq(cx_status_of(cx_smallest_k(a, 4).values), CX_E_ARGUMENT);
    cr_assert_eq(cx_status_of(cx_bincount(a, NULL, 0)), CX_E_SHAPE);
    cr_assert_eq(
        cx_status_of(cx_bincount(cx_full(CX_SHAPE(3), cx_int(-1), CX_I64, test_device()), NULL, 0)),
        CX_E_ARGUMENT);
    cr_assert_eq(cx_set_readonly(a), CX_OK);
    cr_assert_eq(cx_sort_inplace(a, 0), CX_E_READONLY);
    (void)!cx_scope_close(scope);
}
