/* device: each. Arrays in pieces: every row once and in order, results equal to those of the whole,
 * a file larger than the memory that may be used. */
#include "device.h"
#include "files.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[TEST_PATH];
static cx_scope scope;
static void setup(void)
{
    test_temp_file(path);
    scope = cx_scope_open();
}
static void teardown(void)
{
    cr_assert_eq(cx_scope_close(scope), CX_OK, "%s", cx_error_message());
    (void)unlink(path);
}
TestSuite(chunks, .init = setup, .fini = teardown);

typedef struct seen {
    const cx_array *whole; /* on the CPU */
    int64_t next, pieces, longest;
    cx_status answer;
} seen;

static cx_status look(void *ctx, const cx_array *piece, int64_t first)
{
    seen *const s = ctx;
    const int64_t n = cx_dim(piece, 0);
    cr_assert_eq(first, s->next);
    cr_assert(n > 0 && cx_ndim(piece) == cx_ndim(s->whole));
    cr_assert(cx_device_of(piece).kind == test_device().kind);
    cr_assert(cx_array_equal(cx_to(piece, CX_CPU), cx_slice(s->whole, 0, first, first + n, 1)));
    s->next += n;
    s->pieces++;
    s->longest = n > s->longest ? n : s->longest;
    return s->answer;
}

static cx_status nothing(void *ctx, const cx_array *piece, int64_t first)
{
    (void)piece;
    (void)first;
    ++*(int *)ctx;
    return CX_OK;
}

static cx_array *numbers(int64_t rows, int64_t columns, cx_dtype t)
{
    cx_array *const v = cx_empty(CX_SHAPE(rows, columns), CX_I64, CX_CPU);
    int64_t *const p = cx_data_i64_mut(v);
    for (int64_t i = 0; i < rows * columns; i++) p[i] = i * 37 % 181 - 90;
    return cx_astype(v, t);
}

Test(chunks, every_row_once_and_in_order)
{
    static const cx_dtype dtypes[] = {CX_F64, CX_I8, CX_C64, CX_BOOL, CX_F16};
    for (int k = 0; k < 5; k++) {
        cx_array *const a = numbers(23, 6, dtypes[k]);
        const cx_array *const layouts[] = {a, cx_index(a, "::-2, 1::2"), cx_transpose(a),
                                           cx_index(a, ":, 0"), cx_index(a, ":1")};
        for (int l = 0; l < 5; l++)
            for (int64_t rows = 1; rows < 9; rows += 3) {
                seen s = {.whole = layouts[l]};
                cr_assert_eq(cx_chunks(layouts[l], test_device(),
                                       CX_OPTS(cx_chunk_opts, .rows = rows), look, &s),
                             CX_OK, "%s", cx_error_message());
                const int64_t n = cx_dim(layouts[l], 0);
                cr_assert(s.next == n && s.pieces == (n + rows - 1) / rows);
            }
    }
}

Test(chunks, pieces_fit_the_budget)
{
    cx_array *const a = numbers(100, 4, CX_F64);
    seen s = {.whole = a};
    cr_assert_eq(cx_chunks(a, test_device(), CX_OPTS(cx_chunk_opts, .bytes = 1000), look, &s),
                 CX_OK);
    cr_assert(s.longest == 31 && s.pieces == 4);
    s = (seen){.whole = a};
    cr_assert_eq(cx_chunks(a, test_device(), CX_OPTS(cx_chunk_opts, .bytes = 1), look, &s), CX_OK);
    cr_assert(s.longest == 1 && s.pieces == 100);
    s = (seen){.whole = a};
    cr_assert_eq(cx_chunks(a, test_device(), NULL, look, &s), CX_OK);
    cr_assert_eq(s.pieces, 1);
    cx_array *const none = cx_zeros(CX_SHAPE(7, 0), CX_F32, CX_CPU);
    s = (seen){.whole = none};
    cr_assert_eq(cx_chunks(none, test_device(), NULL, look, &s), CX_OK);
    cr_assert(s.next == 7 && s.pieces == 1);
}

Test(chunks, errors_end_the_walk)
{
    cx_array *const a = numbers(10, 2, CX_F64);
    seen s = {.whole = a, .answer = CX_E_SINGULAR};
    int calls = 0;
    cr_assert_eq(cx_chunks(a, test_device(), CX_OPTS(cx_chunk_opts, .rows = 3), look, &s),
                 CX_E_SINGULAR);
    cr_assert_eq(s.pieces, 1);
    cr_assert_eq(cx_chunks(a, test_device(), CX_OPTS(cx_chunk_opts, .rows = -1), nothing, &calls),
                 CX_E_ARGUMENT);
    cr_assert_eq(cx_chunks(cx_f64(1), test_device(), NULL, nothing, &calls), CX_E_SHAPE);
    cr_assert_eq(cx_chunks(a, test_device(), NULL, NULL, NULL), CX_E_NULL);
    cr_assert_eq(
        cx_chunks(cx_zeros(CX_SHAPE(0, 2), CX_F64, CX_CPU), test_device(), NULL, nothing, &calls),
        CX_OK);
    cr_assert_eq(calls, 0);
    cx_cancel c = {0};
    cx_cancel_request(&c);
    const cx_scope inner = cx_scope_open_with(CX_OPTS(cx_scope_opts, .cancel = &c));
    cr_assert_eq(cx_chunks(a, test_device(), NULL, nothing, &calls), CX_E_CANCELLED);
    cr_assert_eq(cx_scope_close(inner), CX_OK);
    cr_assert_eq(calls, 0);
}

static void near(const cx_array *got, const cx_array *want, const char *what)
{
    cr_assert_eq(cx_dtype_of(got), cx_dtype_of(want), "%s: %s, not %s", what,
                 cx_dtype_name(cx_dtype_of(got)), cx_dtype_name(cx_dtype_of(want)));
    cr_assert(cx_device_of(got).kind == test_device().kind);
    const cx_array *const host = cx_to(got, CX_CPU);
    cr_assert(cx_array_equal(host, want), "%s: %s\nnot %s", what, cx_repr(host), cx_repr(want));
}

/* Small integers: every sum is exact, so pieces and the whole agree in every bit. */
Test(chunks, reductions_equal_those_of_the_whole)
{
    static const cx_dtype dtypes[] = {CX_F64, CX_F32, CX_F16, CX_I8,
                                      CX_I64, CX_U8,  CX_C64, CX_BOOL};
    static const int pair[] = {0, 2};
    const cx_chunk_opts o = {.struct_size = sizeof o, .rows = 5};
    for (int k = 0; k < 8; k++) {
        const cx_array *const a = cx_reshape(numbers(17, 6, dtypes[k]), CX_SHAPE(17, 2, 3));
        const cx_array *const mask = cx_greater(numbers(17, 3, CX_I64), cx_int(-40));
        const cx_array *const wide = cx_reshape(mask, CX_SHAPE(17, 1, 3));
        const cx_reduce ways[] = {{0},
                                  {.axis_count = 1, .axis = 0},
                                  {.axis_count = 1, .axis = -1},
                                  {.axis_count = 1, .axis = -3, .keepdims = true},
                                  {.axis_count = 2, .axes = pair},
                                  {.no_axes = true},
                                  {.axis_count = 1, .axis = 0, .where = wide},
                                  {.axis_count = 1, .axis = 2, .where = wide},
                                  {.initial = cx_int(1)},
                                  {.axis_count = 1, .axis = 1, .initial = cx_int(1)}};
        for (int w = 0; w < 10; w++) {
            const cx_reduce how = ways[w];
            char what[64];
            (void)snprintf(what, sizeof what, "%s, way %d", cx_dtype_name(dtypes[k]), w);
            near(cx_chunks_sum(a, how, test_device(), &o), cx_sum(a, how), what);
            if (how.initial == NULL && (how.where == NULL || w == 6))
                near(cx_chunks_mean(a, how, test_device(), &o), cx_mean(a, how), what);
            if (how.where != NULL || dtypes[k] == CX_C64) continue;
            near(cx_chunks_min(a, how, test_device(), &o), cx_min(a, how), what);
            near(cx_chunks_max(a, how, test_device(), &o), cx_max(a, how), what);
        }
    }
    const cx_array *const none = cx_zeros(CX_SHAPE(0, 3), CX_F32, CX_CPU);
    near(cx_chunks_sum(none, CX_AXIS(0), test_device(), NULL), cx_sum(none, CX_AXIS(0)), "no rows");
    const cx_scope s = cx_scope_open();
    (void)cx_chunks_max(none, CX_ALL, test_device(), NULL);
    cr_assert_neq(cx_scope_close(s), CX_OK);
    const cx_scope t = cx_scope_open();
    (void)cx_chunks_mean(none, (cx_reduce){.initial = cx_int(1)}, test_device(), NULL);
    cr_assert_eq(cx_scope_close(t), CX_E_ARGUMENT);
    const cx_scope u = cx_scope_open();
    (void)cx_chunks_sum(cx_f64(1), CX_ALL, test_device(), NULL);
    cr_assert_eq(cx_scope_close(u), CX_E_SHAPE);
}

/* 48 MiB in a file, 16 MiB of memory: pieces of 1 MiB go through, the whole does not. */
Test(chunks, a_file_larger_than_memory)
{
    enum { ROWS = 3 << 18, COLUMNS = 8, MIB = 1 << 20 };
    cx_array *const file = cx_open_memmap(path, CX_F64, CX_SHAPE(ROWS, COLUMNS), NULL);
    double *p = cx_data_f64_mut(file);
    cr_assert_not_null(p);
    for (int64_t i = 0; i < ROWS; i++)
        for (int64_t j = 0; j < COLUMNS; j++) *p++ = (double)((i * 7 + j) % 1024) + (double)j;
    cr_assert_eq(cx_flush(file), CX_OK);
    cx_array *const x = cx_load_mapped(path, CX_MMAP_READ);
    cr_assert_eq(cx_memory_trim(test_device(), 0), CX_OK);
    const size_t before = cx_memory_stats(test_device()).live;
    cr_assert_eq(cx_memory_limit(test_device(), before + 16 * MIB), CX_OK);
    const cx_scope s = cx_scope_open();
    cr_assert_eq(cx_status_of(test_on_cpu() ? cx_copy(x) : cx_to(x, test_device())), CX_E_NOMEM);
    cr_assert_eq(cx_scope_close(s), CX_E_NOMEM);
    const cx_chunk_opts o = {.struct_size = sizeof o, .bytes = MIB};
    const cx_array *const total = cx_to(cx_chunks_sum(x, CX_AXIS(0), test_device(), &o), CX_CPU);
    const cx_array *const mean = cx_to(cx_chunks_mean(x, CX_ALL, test_device(), &o), CX_CPU);
    cr_assert_eq(cx_item_f64(cx_to(cx_chunks_max(x, CX_ALL, test_device(), &o), CX_CPU)), 1030);
    cr_assert_eq(cx_item_f64(cx_to(cx_chunks_min(x, CX_ALL, test_device(), &o), CX_CPU)), 0);
    cx_estimator *const m = cx_estimator_new("StandardScaler()");
    cr_assert_eq(cx_chunks_partial_fit(m, x, NULL, test_device(), &o), CX_OK, "%s",
                 cx_error_message());
    const cx_array *const learnt = cx_to(cx_attr(m, "mean_"), CX_CPU);
    const cx_array *const var = cx_to(cx_attr(m, "var_"), CX_CPU);
    cr_assert_eq(cx_item_i64(cx_attr(m, "n_samples_seen_")), ROWS);
    /* 7 and 1024 have no common factor: every remainder comes up as often. */
    const double middle = 511.5, square = (1024.0 * 1024.0 - 1) / 12;
    for (int j = 0; j < COLUMNS; j++) {
        cr_assert_eq(cx_data_f64(total)[j], (middle + j) * ROWS);
        cr_assert_lt(fabs(cx_data_f64(learnt)[j] - (middle + j)), 1e-9);
        cr_assert_lt(fabs(cx_data_f64(var)[j] - square), 1e-6);
    }
    cr_assert_eq(cx_item_f64(mean), middle + 3.5);
    cr_assert_leq(cx_memory_stats(test_device()).live, before + 16 * MIB);
    cr_assert_eq(cx_memory_limit(test_device(), 0), CX_OK);
}

/* 24 MiB in a file, 12 MiB of memory: centres that move with each piece find the four places round
 * which the rows lie, and so do the subclusters of a tree of features. */
Test(chunks, clusters_of_a_file_larger_than_memory)
{
    enum { ROWS = 3 << 18, COLUMNS = 4, MIB = 1 << 20 };
    static const double places[4] = {-60, -20, 20, 60};
    cx_array *const file = cx_open_memmap(path, CX_F64, CX_SHAPE(ROWS, COLUMNS), NULL);
    double *p = cx_data_f64_mut(file);
    cr_assert_not_null(p);
    for (int64_t i = 0; i < ROWS; i++)
        for (int64_t j = 0; j < COLUMNS; j++)
            *p++ = places[i * 5 % 7 % 4] + (double)((i * 37 + j * 11) % 64) / 64;
    cr_assert_eq(cx_flush(file), CX_OK);
    const cx_array *const x = cx_load_mapped(path, CX_MMAP_READ);
    cr_assert_eq(cx_memory_trim(test_device(), 0), CX_OK);
    const size_t before = cx_memory_stats(test_device()).live;
    cr_assert_eq(cx_memory_limit(test_device(), before + 12 * MIB), CX_OK);
    cx_estimator *const whole = cx_estimator_new("MiniBatchKMeans(4, random_state=0)");
    if (!test_on_cpu()) {
        const cx_scope s = cx_scope_open();
        cr_assert_eq(cx_status_of(cx_to(x, test_device())), CX_E_NOMEM);
        cr_assert_eq(cx_scope_close(s), CX_E_NOMEM);
    }
    const cx_chunk_opts o = {.struct_size = sizeof o, .bytes = MIB};
    const char *const specs[] = {"MiniBatchKMeans(4, random_state=0)",
                                 "Birch(threshold=10, compute_labels=False, n_clusters=None)"};
    for (int m = 0; m < (test_on_cpu() ? 2 : 1); m++) {
        cx_estimator *const e = m == 0 ? whole : cx_estimator_new(specs[m]);
        cr_assert_eq(cx_chunks_partial_fit(e, x, NULL, test_device(), &o), CX_OK, "%s",
                     cx_error_message());
        const cx_array *const centres = cx_sort(
            cx_to(cx_attr(e, m == 0 ? "cluster_centers_" : "subcluster_centers_"), CX_CPU), 0);
        cr_assert(cx_dim(centres, 0) == 4, "%s: %d centres", specs[m], (int)cx_dim(centres, 0));
        const double *const v = cx_data_f64(cx_ascontiguous(centres));
        for (int c = 0; c < 16; c++)
            cr_assert(fabs(v[c] - places[c / 4] - 0.5) < 0.02, "%s: %g", specs[m], v[c]);
        cr_assert_leq(cx_memory_stats(test_device()).live, before + 12 * MIB);
    }
    cr_assert_eq(cx_item_i64(cx_attr(whole, "n_steps_")), 24);
    cr_assert_eq(cx_memory_limit(test_device(), 0), CX_OK);
}

/* 16 MiB in a file, 6 MiB of memory: principal components come of pieces of 256 KiB, and they are
 * those of the whole, whose three large directions are known. Products on a GPU keep 32 MiB of
 * their own. */
Test(chunks, principal_components_of_a_file_larger_than_memory)
{
    enum { ROWS = 1 << 18, COLUMNS = 8, MIB = 1 << 20, BLAS = 32 * MIB };
    cx_array *const file = cx_open_memmap(path, CX_F64, CX_SHAPE(ROWS, COLUMNS), NULL);
    double *p = cx_data_f64_mut(file);
    cr_assert_not_null(p);
    for (int64_t i = 0; i < ROWS; i++)
        for (int64_t j = 0; j < COLUMNS; j++)
            *p++ = j < 3 ? (double)((i >> (4 * j)) % 16) * (double)(3 - j) + 5 : 0.0;
    cr_assert_eq(cx_flush(file), CX_OK);
    cx_array *const x = cx_load_mapped(path, CX_MMAP_READ);
    cr_assert_eq(cx_memory_trim(test_device(), 0), CX_OK);
    const size_t before = cx_memory_stats(test_device()).live;
    const size_t most = before + (test_on_cpu() ? 6 * MIB : 6 * MIB + BLAS);
    cr_assert_eq(cx_memory_limit(test_device(), most), CX_OK);
    const cx_scope s = cx_scope_open();
    if (test_on_cpu()) cr_assert_eq(cx_status_of(cx_copy(x)), CX_E_NOMEM);
    cr_assert_eq(cx_scope_close(s), test_on_cpu() ? CX_E_NOMEM : CX_OK);
    const cx_chunk_opts o = {.struct_size = sizeof o, .bytes = MIB / 4};
    cx_estimator *const m = cx_estimator_new("IncrementalPCA(3)");
    cr_assert_eq(cx_chunks_partial_fit(m, x, NULL, test_device(), &o), CX_OK, "%s",
                 cx_error_message());
    cr_assert_eq(cx_item_i64(cx_attr(m, "n_samples_seen_")), ROWS);
    const cx_array *const variance = cx_to(cx_attr(m, "explained_variance_"), CX_CPU),
                          *const components = cx_to(cx_attr(m, "components_"), CX_CPU);
    /* columns are independent: every combination of their 16 values comes as often */
    for (int j = 0; j < 3; j++) {
        const double want = (3.0 - j) * (3.0 - j) * 255 / 12 * ROWS / (ROWS - 1);
        cr_assert_lt(fabs(cx_data_f64(variance)[j] - want), 1e-9 * want);
        cr_assert_lt(fabs(cx_data_f64(components)[j * COLUMNS + j] - 1), 1e-9);
    }
    cr_assert_leq(cx_memory_stats(test_device()).live, most);
    cr_assert_eq(cx_memory_limit(test_device(), 0), CX_OK);
}

/* In pieces as in one: the estimator's merge is exact up to rounding; and labels are cut along. */
Test(chunks, partial_fit_in_pieces)
{
    cx_array *const x = cx_astype(numbers(60, 3, CX_I64), CX_F64);
    cx_array *const y = cx_astype(cx_greater(cx_index(x, ":, 0"), cx_float(0)), CX_I64);
    const cx_chunk_opts o = {.struct_size = sizeof o, .rows = 7};
    cx_estimator *const pieces = cx_estimator_new("StandardScaler()"), *const whole =
                                                                           cx_estimator_new(
                                                                               "StandardScaler()");
    cr_assert_eq(cx_chunks_partial_fit(pieces, x, NULL, test_device(), &o), CX_OK);
    cr_assert_eq(cx_fit(whole, test_here(x), NULL), CX_OK);
    for (int k = 0; k < 3; k++) {
        const char *const name = ((const char *[]){"mean_", "var_", "scale_"})[k];
        cr_assert(cx_allclose(cx_attr(pieces, name), cx_attr(whole, name), NULL));
    }
    cr_assert_eq(cx_chunks_partial_fit(pieces, x, cx_index(y, "1:"), test_device(), &o),
                 CX_E_SHAPE);
    cr_assert_eq(cx_chunks_partial_fit(pieces, cx_index(x, ":, 1:"), NULL, test_device(), &o),
                 CX_E_SHAPE);
    seen s = {.whole = y};
    cr_assert_eq(cx_chunks(y, test_device(), &o, look, &s), CX_OK);
    /* A classifier is told its classes: the first pieces need not have them all. */
    cx_estimator *const piecewise = cx_estimator_new("GaussianNB()"), *const at_once =
                                                                          cx_estimator_new(
                                                                              "GaussianNB()");
    const cx_array *const classes = cx_arange_i64(0, 2, 1, CX_I64, CX_CPU);
    const cx_array *const weight = cx_add(cx_mul(cx_astype(y, CX_F64), cx_float(0.5)), cx_float(1));
    const cx_data d = {.x = x, .y = y, .sample_weight = weight, .classes = classes};
    cr_assert_eq(cx_chunks_partial_fit_data(piecewise, &d, test_device(), &o), CX_OK, "%s",
                 cx_error_message());
    const cx_data all = {.x = test_here(x), .y = test_here(y), .sample_weight = test_here(weight)};
    cr_assert_eq(cx_fit_data(at_once, &all), CX_OK);
    for (int k = 0; k < 2; k++) {
        const char *const name = ((const char *[]){"theta_", "class_prior_"})[k];
        cr_assert(cx_allclose(cx_attr(piecewise, name), cx_attr(at_once, name), NULL));
    }
    const cx_data table = {.x = x, .target = "y"};
    cr_assert_eq(cx_chunks_partial_fit_data(piecewise, &table, test_device(), &o), CX_E_ARGUMENT);
    cr_assert_eq(cx_chunks_partial_fit_data(piecewise, NULL, test_device(), &o), CX_E_NULL);
}
