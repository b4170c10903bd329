/* link: static
 * Every public function with each of its handles bad in turn: NULL, nil, and in debug builds
 * released. The calls are made from the headers, so a new function is covered when it is declared.
 * Each must come back with an error (queries with a value), leak nothing, and leave the library
 * working. */
#include "base/object.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* ---- good values for the other parameters, by type */
static cx_array *good_array, *good_slot, *good_outs[8];
static cx_table *good_table;
static cx_estimator *good_estimator;
static cx_session *good_session;
static cx_generator *good_generator;
static cx_stream *good_stream;
static cx_event *good_event;
static cx_graph *good_graph;
static cx_fft_plan *good_fft_plan;
static cx_neighbor_tree *good_tree;
static double numbers[64];
static int64_t integers[64];
static int axes[8];
static cx_dl_versioned *versioned;
static cx_dl_managed *managed;
static cx_complex128 complex_out;
static cx_flatiter flatiter;
static const cx_data good_data = {.x = NULL};
static const cx_polynomial good_polynomial = {.coef = NULL};

static cx_status no_body(void *ctx)
{
    (void)ctx;
    return CX_OK;
}

static cx_status no_chunk_body(void *ctx, const cx_array *piece, int64_t first)
{
    (void)ctx;
    (void)piece;
    (void)first;
    return CX_OK;
}

static void no_kernel(void *ctx, void *const *arg, int64_t begin, int64_t end)
{
    (void)ctx;
    (void)arg;
    (void)begin;
    (void)end;
}

#define GOOD_const_cx_array_p good_array
#define GOOD_cx_array_p good_array
#define GOOD_cx_array_pp (strcmp("slot", "slot") == 0 ? &good_slot : good_outs)
#define GOOD_const_cx_table_p good_table
#define GOOD_cx_table_p good_table
#define GOOD_const_cx_estimator_p good_estimator
#define GOOD_cx_estimator_p good_estimator
#define GOOD_const_cx_session_p good_session
#define GOOD_cx_session_p good_session
#define GOOD_const_cx_generator_p good_generator
#define GOOD_cx_generator_p good_generator
#define GOOD_const_cx_stream_p good_stream
#define GOOD_cx_stream_p good_stream
#define GOOD_const_cx_event_p good_event
#define GOOD_cx_event_p good_event
#define GOOD_cx_graph_p good_graph
#define GOOD_const_cx_fft_plan_p good_fft_plan
#define GOOD_const_cx_neighbor_tree_p good_tree
#define GOOD_cx_reduce ((cx_reduce){0})
#define GOOD_int 0
#define GOOD_int32_t 0
#define GOOD_int64_t 1
#define GOOD_uint64_t 1
#define GOOD_size_t 1
#define GOOD__Bool false
#define GOOD_double 0.5
#define GOOD_float 0.5f
#define GOOD_const_char_p "/nonexistent/x"
#define GOOD_cx_shape CX_SHAPE(2)
#define GOOD_cx_dtype CX_F64
#define GOOD_cx_device CX_CPU
#define GOOD_cx_method CX_PREDICT
#define GOOD_cx_scope outermost
#define GOOD_cx_names CX_NAMES("a")
#define GOOD_cx_arrays CX_ARRAYS(good_array)
#define GOOD_const_cx_data_p (&good_data)
#define GOOD_const_int_p axes
#define GOOD_void_p NULL
#define GOOD_double_p numbers
#define GOOD_const_double_p numbers
#define GOOD_int64_t_p integers
#define GOOD_const_int64_t_p integers
#define GOOD_cx_complex128_p (&complex_out)
#define GOOD_cx_dl_versioned_pp (&versioned)
#define GOOD_cx_dl_managed_pp (&managed)
#define GOOD_cx_body_p no_body
#define GOOD_cx_kernel_fn_p no_kernel
#define GOOD_cx_matrix_fn_p NULL
#define GOOD_cx_chunk_body_p no_chunk_body
#define GOOD_cx_flatiter_p (&flatiter)
#define GOOD_const_cx_piece_p NULL
#define GOOD_function NULL
#define GOOD_const_char_pconst_p NULL
#define GOOD_const_cx_polynomial_p (&good_polynomial)
#define GOOD_const_cx_ufunc_def_p NULL
#define GOOD_cx_pairwise_fn_p no_chunk_body
#define GOOD_const_cx_scorer_p cx_get_scorer("accuracy")

/* ---- what may be NULL by its documentation, or answers a bad handle with success */
static const struct {
    const char *name;
    int position;
} optional[] = {
    {"cx_copyto", 4},
    {"cx_feature_names_out", 2},
    {"cx_fit", 3},
    {"cx_partial_fit", 3},
    {"cx_chunks_partial_fit", 3},
    {"cx_fit_transform", 3},
    {"cx_average", 2},
    {"cx_average_returned", 2},
    {"cx_cov", 2},
    {"cx_feature_names_out", 2},
    {"cx_euclidean_distances", 2},
    {"cx_manhattan_distances", 2},
    {"cx_cosine_distances", 2},
    {"cx_haversine_distances", 2},
    {"cx_nan_euclidean_distances", 2},
    {"cx_pairwise_distances", 2},
    {"cx_pairwise_distances_chunked", 2},
    {"cx_linear_kernel", 2},
    {"cx_polynomial_kernel", 2},
    {"cx_rbf_kernel", 2},
    {"cx_laplacian_kernel", 2},
    {"cx_sigmoid_kernel", 2},
    {"cx_cosine_similarity", 2},
    {"cx_pairwise_kernels", 2},
    {"cx_linalg_toeplitz", 2},
    {"cx_linalg_hankel", 2},
    {"cx_linalg_solve_toeplitz", 2},
    {"cx_linalg_matmul_toeplitz", 2},
    {"cx_linalg_eigvals_with", 2},
    {"cx_linalg_eigh_with", 2},
    {"cx_linalg_eigvalsh_with", 2},
    {"cx_corrcoef", 2},
    {"cx_bincount", 2},
    {"cx_scope_keep", 2},
    {"cx_train_test_indices", 2},
    {"cx_self_set", 3},
    {"cx_self_set_child", 3},
    {"cx_set_param_estimator", 3},
    {"cx_copyto", 4},
    {"cx_feature_names_out", 2},
    {"cx_ma_filled", 2},
    {"cx_ma_average", 2},
};
static bool is_optional(const char *name, int position)
{
    for (size_t i = 0; i < sizeof optional / sizeof optional[0]; i++)
        if (optional[i].position == position && strcmp(optional[i].name, name) == 0) return true;
    return strstr(name, "_retain") != NULL;
}

static const char *mode_name;
static int calls, bad_results;

static void must_fail(const char *name, int position, cx_status st)
{
    if (st != CX_OK || is_optional(name, position)) return;
    bad_results++;
    cr_log_error("%s: parameter %d %s is accepted", name, position, mode_name);
}

static cx_status handle_status(const void *h)
{
    if (h == NULL) return CX_E_NULL;
    const cx_head *head = h;
    return head->tag == CX__TAG_NIL ? (cx_status)head->kind : CX_OK;
}

#define CHECK_STATUS(name, position, e) must_fail(name, position, (e))
#define CHECK_HANDLE(name, position, e) must_fail(name, position, handle_status(e))
#define CHECK_DOUBLE(name, position, e) must_fail(name, position, isnan(e) ? CX_E_NULL : CX_OK)
#define CHECK_VALUE(name, position, e) (void)(e)
#define CHECK_VOID(name, position, e) (e)

static void make_good(void)
{
    good_array = cx_copy_host((const double[]){1, 2, 3, 4}, CX_SHAPE(2, 2), CX_F64);
    good_table = cx_table_new(CX_NAMES("a", "b"),
                              CX_ARRAYS(cx_select(good_array, 0, 0), cx_select(good_array, 0, 1)));
    good_estimator = cx_estimator_new("StandardScaler()");
    cx_check(cx_fit(good_estimator, good_array, NULL));
    good_session = cx_session_new(good_estimator, CX_TRANSFORM, 2);
    good_generator = cx_default_rng(CX_SEED(0), CX_CPU);
    good_stream = cx_stream_new(CX_CPU);
    good_event = cx_event_new(CX_CPU);
    good_graph = cx_graph_capture(good_stream, no_body, NULL);
    good_fft_plan = cx_fft_plan_new(CX_FFT_R2C, CX_SHAPE(2, 2), CX_F64, CX_CPU, NULL);
    good_tree = cx_kd_tree(good_array, NULL);
    good_slot = NULL;
}

static void drop_results(void)
{
    cx_release(good_slot);
    good_slot = NULL;
    if (versioned != NULL) versioned->deleter(versioned);
    if (managed != NULL) managed->deleter(managed);
    versioned = NULL;
    managed = NULL;
}

/* handles that a call may hand out as its caller's own */
#define CALL(name, position, check, call)                                                   \
    {                                                                                       \
        const cx_scope outermost = cx_scope_open();                                         \
        if (refresh != NULL) bad = refresh();                                               \
        make_good();                                                                        \
        cr_assert(cx_ok(), "%s", cx_error_message());                                       \
        const cx_scope inner = cx_scope_open();                                             \
        check(name, position, call);                                                        \
        const cx_status closed = cx_scope_close(inner);                                     \
        (void)closed;                                                                       \
        drop_results();                                                                     \
        const cx_status all = cx_scope_close(outermost);                                    \
        (void)all;                                                                          \
        calls++;                                                                            \
        const int64_t live = cx__object_live();                                             \
        if (live != before) {                                                               \
            bad_results++;                                                                  \
            cr_log_error("%s: parameter %d %s leaks %d objects", name, position, mode_name, \
                         (int)(live - before));                                             \
            before = live;                                                                  \
        }                                                                                   \
    }

#ifdef CX_DEBUG
/* what is bad now: one handle for all calls, or a fresh one for each (a released header is held
 * back for a while only) */
static void *make_released(void)
{
    const cx_scope s = cx_scope_open();
    cx_array *a = cx_zeros(CX_SHAPE(2), CX_F64, CX_CPU);
    const cx_status closed = cx_scope_close(s);
    (void)closed;
    return a;
}
#endif

static void call_everything(void *bad, void *(*refresh)(void), const char *mode)
{
    mode_name = mode;
    calls = bad_results = 0;
    int64_t before = cx__object_live();
#include "bad_handles.inc"
    cr_assert_gt(calls, 500);
    cr_assert_eq(bad_results, 0, "%d of %d calls", bad_results, calls);
}

Test(bad_handles, null, .timeout = 60)
{
    call_everything(NULL, NULL, "NULL");
}

Test(bad_handles, nil, .timeout = 60)
{
    call_everything(cx__nil(CX_E_SINGULAR), NULL, "nil");
}

#ifdef CX_DEBUG
Test(bad_handles, released, .timeout = 60)
{
    cr_assert_eq(cx_status_of(make_released()), CX_E_RELEASED);
    call_everything(NULL, make_released, "released");
}
#endif
