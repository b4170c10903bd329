/* device: each. Advanced indexing where golden files cannot look: large arrays of every layout
 * against positions computed here, duplicates, overlap, what happens when an index is out of
 * bounds, and that nothing that is a view copies. */
#include "layouts.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define EXPECT(e, ...) \
    if (!(e)) cr_assert_fail(__VA_ARGS__)

static cx_status in_the_end(cx_status now)
{
    return now != CX_OK ? now : cx_device_sync(test_device());
}
static bool says(const char *text)
{
    return strstr(cx_error_message(), text) != NULL;
}
static cx_array *indices(const int64_t *p, int64_t n)
{
    return test_copy_host(p, CX_SHAPE(n), CX_I64);
}

/* ---- one or several arrays among slices, on every layout: element by element */
enum { A = 7, B = 9, C = 11, M = 23 };
typedef struct drawn {
    int64_t i[M], j[M], k[M];
} drawn;
static drawn draw(uint64_t *seed)
{
    drawn d;
    for (int m = 0; m < M; m++) {
        d.i[m] = (int64_t)(test_random(seed) % (2 * A)) - A;
        d.j[m] = (int64_t)(test_random(seed) % (2 * B)) - B;
        d.k[m] = (int64_t)(test_random(seed) % (2 * C)) - C;
    }
    return d;
}
static int64_t positive(int64_t i, int64_t n)
{
    return i < 0 ? i + n : i;
}
/* where the element of a selection comes from; the shape of the selection is [x, y] or [x] */
typedef struct shape_case {
    const char *spec;
    int64_t x, y;
    int arrays; /* bit set of axes that an array indexes */
} shape_case;
static const shape_case shape_cases[] = {
    {"?, ?, ?", M, 1, 7}, {"?, ?, :", M, C, 3}, {"?, :, ?", M, B, 5},
    {":, ?, ?", A, M, 6}, {"?, 2, :", M, C, 1}, {"3, :, ?", M, B, 4},
};
static int64_t source(const shape_case *s, const drawn *d, int64_t x, int64_t y)
{
    const int64_t m = strncmp(s->spec, ":,", 2) == 0 ? y : x;
    int64_t i = (s->arrays & 1) ? positive(d->i[m], A) : 3, j = positive(d->j[m], B),
            k = positive(d->k[m], C);
    if (s->arrays == 3) k = y;
    if (s->arrays == 5) j = y;
    if (s->arrays == 6) i = x;
    if (s->arrays == 1) {
        j = 2;
        k = y;
    }
    if (s->arrays == 4) j = y;
    return (i * B + j) * C + k;
}
static cx_arrays arrays_of(const shape_case *s, const drawn *d, const cx_array *list[3])
{
    int n = 0;
    if (s->arrays & 1) list[n++] = indices(d->i, M);
    if (s->arrays & 2) list[n++] = indices(d->j, M);
    if (s->arrays & 4) list[n++] = indices(d->k, M);
    return (cx_arrays){n, list};
}

static void check_read(test_array *x, const shape_case *s, uint64_t *seed)
{
    const cx_scope scope = cx_scope_open();
    const drawn d = draw(seed);
    const cx_array *list[3];
    cx_array *const r = cx_getitem(x->a, s->spec, arrays_of(s, &d, list));
    EXPECT(cx_status_of(r) == CX_OK, "%s: %s", s->spec, cx_error_message());
    EXPECT(cx_size(r) == s->x * s->y, "%s: %d elements", s->spec, (int)cx_size(r));
    cx_array *const host = test_host(cx_ascontiguous(r));
    const size_t size = cx_dtype_size(x->t);
    unsigned char *const bytes = malloc(cx_nbytes(host));
    cr_assert_not_null(bytes);
    cr_assert_eq(cx_tobytes(host, CX_ELEMENTS_C, bytes, cx_nbytes(host)), CX_OK);
    for (int64_t e = 0; e < cx_size(r); e++) {
        const int64_t from = source(s, &d, e / s->y, e % s->y);
        EXPECT(memcmp(bytes + (size_t)e * size, test_element(x, from), size) == 0,
               "%s of %s: element %d", s->spec, cx_dtype_name(x->t), (int)e);
    }
    free(bytes);
    cr_assert_eq(cx_scope_close(scope), CX_OK, "%s", cx_error_message());
}

static void check_write(test_array *x, const shape_case *s, uint64_t *seed)
{
    const cx_scope scope = cx_scope_open();
    const drawn d = draw(seed);
    const cx_array *list[3];
    const size_t size = cx_dtype_size(x->t);
    const int64_t n = s->x * s->y;
    unsigned char *const value = malloc((size_t)n * size), *const want =
                                                               malloc((size_t)x->size * size);
    cr_assert(value != NULL && want != NULL);
    for (int64_t e = 0; e < n; e++) test_value(x->t, value + (size_t)e * size, seed, FILL_ANY);
    test_down(x);
    for (int64_t e = 0; e < x->size; e++) memcpy(want + (size_t)e * size, test_element(x, e), size);
    for (int64_t e = 0; e < n; e++) /* in C order: the last wins */
        memcpy(want + (size_t)source(s, &d, e / s->y, e % s->y) * size, value + (size_t)e * size,
               size);
    cx_array *const v = s->y == 1 ? test_copy_host(value, CX_SHAPE(n), x->t)
                                  : test_copy_host(value, CX_SHAPE(s->x, s->y), x->t);
    EXPECT(cx_setitem(x->a, s->spec, arrays_of(s, &d, list), v) == CX_OK, "%s: %s", s->spec,
           cx_error_message());
    test_down(x);
    for (int64_t e = 0; e < x->size; e++)
        EXPECT(memcmp(want + (size_t)e * size, test_element(x, e), size) == 0,
               "%s of %s: element %d after writing", s->spec, cx_dtype_name(x->t), (int)e);
    EXPECT(test_guards(x), "%s wrote beside its array", s->spec);
    free(value);
    free(want);
    cr_assert_eq(cx_scope_close(scope), CX_OK, "%s", cx_error_message());
}

Test(indexing, every_layout)
{
    uint64_t seed = test_seed();
    cr_log_info("seed %llu", (unsigned long long)seed);
    static const cx_dtype types[] = {CX_BOOL, CX_I16, CX_F32, CX_I64, CX_C128};
    for (int how = 0; how < LAYOUT_COUNT; how++)
        for (size_t t = 0; t < sizeof types / sizeof *types; t += test_brief() ? 3 : 1) {
            const cx_scope scope = cx_scope_open();
            test_array x;
            test_array_new(&x, types[t], 3, (const int64_t[]){A, B, C}, (layout)how);
            test_fill(&x, &seed, FILL_ANY);
            for (size_t s = 0; s < sizeof shape_cases / sizeof *shape_cases; s++) {
                check_read(&x, &shape_cases[s], &seed);
                if (how != LAYOUT_REPEATED) check_write(&x, &shape_cases[s], &seed);
            }
            EXPECT(test_guards(&x), "%s: an input was written to", test_layout_name((layout)how));
            test_array_free(&x);
            cr_assert_eq(cx_scope_close(scope), CX_OK, "%s", cx_error_message());
        }
}

/* ---- a long axis, whose positions are computed and not looked up */
Test(indexing, long_axes)
{
    const cx_scope s = cx_scope_open();
    enum { N = 20000 };
    cx_array *const a =
        cx_reshape(cx_arange_i64(0, 3 * N, 1, CX_I64, test_device()), CX_SHAPE(3, N));
    const int64_t i[] = {0, -1, 1, 2}, j[] = {N - 1, -N, -1, 12345};
    const int64_t want[] = {N - 1, 2 * N, 2 * N - 1, 2 * N + 12345};
    cx_array *const r = test_host(cx_getitem(a, "?, ?", CX_ARRAYS(indices(i, 4), indices(j, 4))));
    for (int e = 0; e < 4; e++) cr_expect_eq(cx_item_i64(cx_select(r, 0, e)), want[e]);
    const int64_t too_far[] = {0, 1, N, 2};
    cr_expect_eq(in_the_end(cx_status_of(
                     cx_getitem(a, "?, ?", CX_ARRAYS(indices(i, 4), indices(too_far, 4))))),
                 CX_E_INDEX);
    cr_expect(says("index 20000 at position 2 is out of bounds for axis 1 with size 20000"), "%s",
              cx_error_message());
    (void)!cx_scope_close(s);
}

/* ---- duplicates */
Test(indexing, of_many_values_the_last_wins)
{
    const cx_scope s = cx_scope_open();
    uint64_t seed = test_seed();
    const int64_t n = test_brief() ? 3000 : 60000;
    int64_t *const at = malloc((size_t)n * sizeof *at), want[64] = {0};
    cr_assert_not_null(at);
    for (int64_t i = 0; i < n; i++) {
        at[i] = (int64_t)(test_random(&seed) % 64);
        want[at[i]] = i;
    }
    cx_array *const index = indices(at, n), *const values =
                                                cx_arange_i64(0, n, 1, CX_I64, test_device());
    cx_array *const flat = cx_zeros(CX_SHAPE(64), CX_I64, test_device());
    cr_assert_eq(cx_setitem(flat, "?", CX_ARRAYS(index), values), CX_OK);
    cx_array *const square = cx_zeros(CX_SHAPE(8, 8), CX_I64, test_device());
    cr_assert_eq(
        cx_setitem(square, "?, ?",
                   CX_ARRAYS(cx_floor_divide(index, cx_int(8)), cx_remainder(index, cx_int(8))),
                   values),
        CX_OK);
    const int64_t *const got = cx_data_i64(test_host(flat)), *const twice =
                                                                 cx_data_i64(test_host(square));
    for (int i = 0; i < 64; i++) {
        cr_expect_eq(got[i], want[i], "%d", i);
        cr_expect_eq(twice[i], want[i], "%d", i);
    }
    free(at);
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

/* ---- source and target share memory: as if the value, and the indices, were copied first */
Test(indexing, overlap)
{
    const cx_scope s = cx_scope_open();
    const int64_t at[] = {0, 1, 2, 3, 4}, want[] = {4, 3, 2, 1, 0}, turn[] = {3, 4, 0, 1, 2};
    cx_array *const a = cx_arange_i64(0, 5, 1, CX_I64, test_device());
    cr_assert_eq(cx_setitem(a, "?", CX_ARRAYS(indices(at, 5)), cx_flip(a, 0)), CX_OK);
    const int64_t *got = cx_data_i64(test_host(cx_copy(a)));
    for (int i = 0; i < 5; i++) cr_expect_eq(got[i], want[i]);
    cx_array *const b = indices(turn, 5);
    cr_assert_eq(cx_setitem(b, "?", CX_ARRAYS(b), cx_mul(indices(at, 5), cx_int(10))), CX_OK);
    got = cx_data_i64(test_host(cx_copy(b)));
    for (int i = 0; i < 5; i++) cr_expect_eq(got[turn[i]], 10 * i);
    cx_array *const m = cx_reshape(cx_arange_i64(0, 9, 1, CX_I64, test_device()), CX_SHAPE(3, 3));
    cr_assert_eq(
        cx_setitem(m, "?", CX_ARRAYS(cx_greater(m, cx_int(3))), cx_slice(cx_ravel(m), 0, 0, 5, 1)),
        CX_OK);
    got = cx_data_i64(test_host(cx_copy(m)));
    for (int i = 0; i < 9; i++) cr_expect_eq(got[i], i > 3 ? i - 4 : i);
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

/* ---- out of bounds */
typedef struct wrong {
    const char *spec;
    int64_t i[3], j[3];
    const char *text;
} wrong;
static const wrong wrongs[] = {
    {"?", {0, 3, 1}, {0}, "index 3 at position 1 is out of bounds for axis 0 with size 3"},
    {":, ?", {0, 3, -5}, {0}, "index -5 at position 2 is out of bounds for axis 1 with size 4"},
    {"..., ?", {7, 3, 1}, {0}, "index 7 at position 0 is out of bounds for axis 2 with size 5"},
    {"?, ?", {0, 1, 2}, {0, 4, 1}, "index 4 at position 1 is out of bounds for axis 1 with size 4"},
    {"?, :, ?",
     {0, 1, 2},
     {0, -1, -6},
     "index -6 at position 2 is out of bounds for axis 2 with size 5"},
};
Test(indexing, out_of_bounds_names_axis_and_size_and_writes_nothing)
{
    const cx_scope s = cx_scope_open();
    cx_array *const a = cx_zeros(CX_SHAPE(3, 4, 5), CX_F32, test_device());
    for (size_t w = 0; w < sizeof wrongs / sizeof *wrongs; w++) {
        const wrong *const x = &wrongs[w];
        const cx_array *const list[2] = {indices(x->i, 3), indices(x->j, 3)};
        const cx_arrays given = {strchr(strchr(x->spec, '?') + 1, '?') != NULL ? 2 : 1, list};
        cr_expect_eq(in_the_end(cx_status_of(cx_getitem(a, x->spec, given))), CX_E_INDEX);
        cr_expect(says(x->text), "%s: %s", x->spec, cx_error_message());
        cr_expect_eq(in_the_end(cx_setitem(a, x->spec, given, cx_float(1))), CX_E_INDEX);
        cr_expect(says(x->text), "%s: %s", x->spec, cx_error_message());
        cr_expect_eq(cx_item_i64(cx_count_nonzero(a, CX_ALL)), 0, "%s", x->spec);
        cr_expect_eq(in_the_end(CX_OK), CX_OK, "told once");
    }
    (void)!cx_scope_close(s);
}

static void quiet(const char *line, void *ctx)
{
    (void)line;
    (void)ctx;
}
Test(indexing, late_on_a_device_and_at_once_in_strict_mode)
{
    const cx_scope s = cx_scope_open();
    const int64_t at[3] = {1, 7, 2};
    cx_array *const a = cx_zeros(CX_SHAPE(4, 5), CX_F64, test_device());
    cx_array *const index = indices(at, 3);
    const cx_scope inside = cx_scope_open();
    const cx_status now = cx_status_of(cx_getitem(a, ":, ?", CX_ARRAYS(index)));
    cr_expect_eq(now, test_on_cpu() ? CX_E_INDEX : CX_OK);
    cr_expect_eq(cx_scope_close(inside), now);
    if (!test_on_cpu()) cr_expect_eq(cx_device_sync(test_device()), CX_E_INDEX);
    cr_expect(says("index 7") && says("axis 1 with size 5"), "%s", cx_error_message());
    cx_set_log(quiet, NULL);
    cr_assert_eq(cx_set_trace("sync"), CX_OK);
    cr_expect_eq(cx_setitem(a, ":, ?", CX_ARRAYS(index), cx_float(2)), CX_E_INDEX);
    cr_expect(says("index 7") && says("axis 1 with size 5"), "%s", cx_error_message());
    cr_assert_eq(cx_set_trace(""), CX_OK);
    cr_expect_eq(cx_item_f64(cx_sum(a, CX_ALL)), 0);
    (void)!cx_scope_close(s);
}

/* ---- several arrays by value */
Test(indexing, tuples_are_indices)
{
    const cx_scope s = cx_scope_open();
    cx_array *const a =
        cx_reshape(cx_arange_i64(0, 24, 1, CX_I64, test_device()), CX_SHAPE(2, 3, 4));
    cx_array *const odd = cx_equal(cx_remainder(a, cx_int(5)), cx_int(2));
    const cx_tuple at = cx_nonzero(odd);
    cr_assert_eq(at.count, 3);
    cr_expect(cx_array_equal(cx_getitem(a, "?, ?, ?", CX_OF_TUPLE(at)), cx_mask(a, odd)));
    const int64_t i[] = {1, 0}, k[] = {3, 0, 1};
    const cx_tuple mesh = cx_ix_(CX_ARRAYS(indices(i, 2), indices(k, 3)));
    cx_array *const block = cx_getitem(cx_select(a, 1, 1), "?, ?", CX_OF_TUPLE(mesh));
    cr_expect_eq(cx_dim(block, 0), 2);
    cr_expect_eq(cx_dim(block, 1), 3);
    cr_expect_eq(cx_item_i64(cx_index(block, "0, 0")), 19);
    const cx_tuple flat = cx_unravel_index(cx_flatnonzero(odd), CX_SHAPE(2, 3, 4), NULL);
    for (int d = 0; d < 3; d++) cr_expect(cx_array_equal(flat.at[d], at.at[d]));
    cr_assert(cx_ok(), "%s", cx_error_message());
    const cx_tuple none = cx_nonzero(cx_index(a, "0, 0, 0"));
    cr_expect_eq(none.count, 0);
    cr_expect_eq(cx_status_of(none.at[0]), CX_E_SHAPE);
    cr_expect_eq(cx_scope_close(s), CX_E_SHAPE, "the scope around is marked");
}

/* ---- categories */
Test(indexing, categories_keep_their_texts)
{
    const cx_scope s = cx_scope_open();
    const int32_t codes[] = {0, 1, -1, 1};
    const char *const texts[] = {"no", "yes"};
    cx_array *const a =
        test_here(cx_categories_new(cx_copy_host(codes, CX_SHAPE(4), CX_I32), 2, texts));
    const int64_t at[] = {3, 0};
    cx_array *const r = test_host(cx_getitem(a, "?", CX_ARRAYS(indices(at, 2))));
    cr_expect_str_eq(cx_label(r, 0), "yes");
    cr_expect_str_eq(cx_label(r, 1), "no");
    cr_assert_eq(cx_setitem(a, "?", CX_ARRAYS(indices(at, 2)), cx_slice(a, 0, 0, 2, 1)), CX_OK,
                 "%s", cx_error_message());
    cr_expect_str_eq(cx_label(test_host(a), 3), "no");
    cr_expect_str_eq(cx_label(test_host(a), 0), "yes");
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

/* ---- views: the same memory, nothing moved, no block of data taken */
typedef cx_array *(*view_fn)(const cx_array *a);
static cx_array *by_index(const cx_array *a)
{
    return cx_index(a, "::-2, newaxis, 1:");
}
static cx_array *by_getitem(const cx_array *a)
{
    return cx_getitem(a, "?:, ..., ?", CX_ARRAYS(cx_int(1), cx_int(-1)));
}
static cx_array *by_slice(const cx_array *a)
{
    return cx_slice(a, 0, 1, CX_END, 3);
}
static cx_array *by_select(const cx_array *a)
{
    return cx_select(a, 1, 5);
}
static cx_array *by_reshape(const cx_array *a)
{
    return cx_reshape(a, CX_SHAPE(4, -1, 8));
}
static cx_array *by_permute(const cx_array *a)
{
    return cx_permute_dims(a, 2, (const int[]){1, 0});
}
static cx_array *by_swap(const cx_array *a)
{
    return cx_swapaxes(a, 0, 1);
}
static cx_array *by_move(const cx_array *a)
{
    return cx_moveaxis(a, 0, -1);
}
static cx_array *by_broadcast(const cx_array *a)
{
    return cx_broadcast_to(a, CX_SHAPE(9, 64, 64));
}
static cx_array *by_expand(const cx_array *a)
{
    return cx_squeeze_all(cx_squeeze(cx_expand_dims(cx_expand_dims(a, 0), 2), 0));
}
static cx_array *by_flip(const cx_array *a)
{
    return cx_flip(a, 1);
}
static cx_array *by_split(const cx_array *a)
{
    return cx_split_part(a, 3, 1, 0);
}
static cx_array *by_splits(const cx_array *a)
{
    cx_array *parts[4];
    return cx_check(cx_split_into(a, 4, 1, parts)) == CX_OK ? parts[2] : NULL;
}
static cx_array *by_diagonal(const cx_array *a)
{
    return cx_diagonal(a, -3);
}
static cx_array *by_view_as(const cx_array *a)
{
    return cx_view_as(a, CX_I64);
}
static cx_array *by_strides(const cx_array *a)
{
    return cx_as_strided(a, CX_SHAPE(10, 10), (const int64_t[]){8, 16}, NULL);
}
static cx_array *by_windows(const cx_array *a)
{
    return cx_sliding_window_view(a, 2, (const int64_t[]){3, 5}, NULL);
}
static cx_array *by_broadcasts(const cx_array *a)
{
    return cx_broadcast_arrays(CX_ARRAYS(a, cx_expand_dims(a, 1))).at[0];
}
static cx_array *by_mesh(const cx_array *a)
{
    return cx_meshgrid(CX_ARRAYS(a, a), CX_OPTS(cx_meshgrid_opts, .no_copy = true)).at[1];
}
static cx_array *by_to(const cx_array *a)
{
    return cx_to(a, test_device());
}
static const struct {
    const char *name;
    view_fn make;
} views[] = {
    {"index", by_index},
    {"getitem", by_getitem},
    {"slice", by_slice},
    {"select", by_select},
    {"reshape", by_reshape},
    {"ravel", cx_ravel},
    {"transpose", cx_transpose},
    {"permute_dims", by_permute},
    {"matrix_transpose", cx_matrix_transpose},
    {"swapaxes", by_swap},
    {"moveaxis", by_move},
    {"broadcast_to", by_broadcast},
    {"expand_dims", by_expand},
    {"flip", by_flip},
    {"split_part", by_split},
    {"split_into", by_splits},
    {"diagonal", by_diagonal},
    {"view_as", by_view_as},
    {"real", cx_real},
    {"as_strided", by_strides},
    {"sliding_window_view", by_windows},
    {"broadcast_arrays", by_broadcasts},
    {"meshgrid", by_mesh},
    {"ascontiguous", cx_ascontiguous},
    {"to", by_to},
};

static bool takes_memory(const char *name, const cx_array *a, view_fn make)
{
    const cx_scope s = cx_scope_open();
    const cx_memory before = cx_memory_stats(test_device());
    const cx_counters moved = cx_counters_get();
    const cx_array *const v = make(a);
    const cx_memory after = cx_memory_stats(test_device());
    const cx_counters now = cx_counters_get();
    cr_assert_eq(cx_status_of(v), CX_OK, "%s: %s", name, cx_error_message());
    cr_expect(cx_may_share_memory(v, a), "%s: other memory", name);
    cr_expect_eq(now.copies, moved.copies, "%s copies", name);
    cr_expect_eq(now.ops, moved.ops, "%s computes", name);
    cr_assert_eq(cx_scope_close(s), CX_OK);
    return after.live >= before.live + cx_nbytes(a) / 2; /* headers are memory too */
}
Test(views, never_copy)
{
    const cx_scope s = cx_scope_open();
    cx_array *const a = cx_zeros(CX_SHAPE(64, 64), CX_F64, test_device());
    for (size_t i = 0; i < sizeof views / sizeof *views; i++)
        cr_expect_not(takes_memory(views[i].name, a, views[i].make), "%s takes memory",
                      views[i].name);
    const size_t before = cx_memory_stats(test_device()).live;
    cr_expect_eq(cx_status_of(cx_copy(a)), CX_OK);
    cr_expect_geq(cx_memory_stats(test_device()).live, before + cx_nbytes(a),
                  "a copy would be seen");
    cr_expect(cx_may_share_memory(a, cx_asfortranarray(cx_transpose(a))) &&
              cx_may_share_memory(a, cx_asfortranarray(cx_select(a, 0, 1))));
    cx_array *const c = cx_zeros(CX_SHAPE(64, 64), CX_C128, test_device());
    cr_expect_not(takes_memory("imag", c, cx_imag));
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

/* ---- strides stay inside the memory */
Test(views, as_strided_keeps_to_the_memory)
{
    const cx_scope s = cx_scope_open();
    cx_array *const a = cx_reshape(cx_arange(0, 12, 1, CX_F64, test_device()), CX_SHAPE(3, 4));
    const int64_t down = -32, one = 8, odd = 4, far = INT64_MAX / 8 * 8;
    cx_array *const v = cx_as_strided(a, CX_SHAPE(3, 3), (const int64_t[]){8, 32}, NULL);
    cr_expect_eq(cx_item_f64(cx_index(v, "2, 1")), 6);
    cr_expect_not(cx_is_writeable(v));
    cx_array *const back = cx_as_strided(a, CX_SHAPE(3), &down,
                                         CX_OPTS(cx_strided_opts, .offset = 64, .writeable = true));
    cr_expect_eq(cx_item_f64(cx_index(back, "2")), 0);
    cr_assert_eq(cx_copy_into(cx_float(-1), back), CX_OK);
    cr_expect_eq(cx_item_f64(cx_sum(cx_select(a, 1, 0), CX_ALL)), -3);
    cr_expect_eq(cx_size(cx_as_strided(a, CX_SHAPE(0, 99), NULL, NULL)), 0);
    /* a view of a part may see all of the memory, not more */
    cx_array *const part = cx_index(a, "1, 1:3");
    cr_expect_eq(cx_item_f64(cx_index(cx_as_strided(part, CX_SHAPE(12), NULL,
                                                    CX_OPTS(cx_strided_opts, .offset = -40)),
                                      "11")),
                 11);
    cr_assert(cx_ok(), "%s", cx_error_message());
    cr_expect_eq(cx_status_of(cx_as_strided(a, CX_SHAPE(13), &one, NULL)), CX_E_INDEX);
    cr_expect_eq(cx_status_of(cx_as_strided(a, CX_SHAPE(2), &down, NULL)), CX_E_INDEX);
    cr_expect_eq(cx_status_of(cx_as_strided(a, CX_SHAPE(3), &far, NULL)), CX_E_INDEX);
    cr_expect_eq(cx_status_of(cx_as_strided(a, CX_SHAPE(2), &odd, NULL)), CX_E_ARGUMENT);
    cr_expect_eq(
        cx_status_of(cx_as_strided(a, CX_SHAPE(12), NULL, CX_OPTS(cx_strided_opts, .offset = 8))),
        CX_E_INDEX);
    cr_expect_eq(
        cx_status_of(cx_as_strided(a, CX_SHAPE(1), NULL, CX_OPTS(cx_strided_opts, .offset = 3))),
        CX_E_ARGUMENT);
    cr_expect_eq(cx_status_of(cx_as_strided(a, CX_SHAPE(-1), NULL, NULL)), CX_E_SHAPE);
    (void)!cx_scope_close(s);
}

Test(views, flags)
{
    const cx_scope s = cx_scope_open();
    cx_array *const a = cx_zeros(CX_SHAPE(3, 4), CX_C64, test_device());
    cx_array_flags f = cx_flags(a);
    cr_expect(f.c_contiguous && !f.f_contiguous && f.owndata && f.writeable && f.aligned);
    f = cx_flags(cx_transpose(a));
    cr_expect(!f.c_contiguous && f.f_contiguous && f.writeable);
    f = cx_flags(cx_select(a, 1, 0));
    cr_expect(!f.c_contiguous && !f.f_contiguous && !f.owndata);
    f = cx_flags(cx_select(a, 0, 0));
    cr_expect(f.c_contiguous && f.f_contiguous && !f.owndata);
    cr_expect_not(cx_flags(cx_broadcast_to(a, CX_SHAPE(2, 3, 4))).writeable);
    cr_expect(cx_flags(cx_zeros(CX_SHAPE(), CX_F64, test_device())).f_contiguous);
    cr_expect(cx_flags(cx_zeros(CX_SHAPE(0, 3), CX_F64, test_device())).f_contiguous);
    double plain[4] = {0};
    cr_expect_not(cx_flags(cx_borrow_host(plain, CX_SHAPE(4), CX_F64, NULL)).owndata);
    cr_expect_not(cx_flags(NULL).aligned);
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}
