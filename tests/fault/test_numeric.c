/* Every allocation of the numeric operations failing in turn, once and from then on. Each scenario
 * also adds up what it made: a run that reports success must have made the same numbers as the
 * first one. */
#include "fault.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

TestSuite(fault_numeric, .init = fault_install, .timeout = 120);

/* Two axes and an option. */
#define AXES(a, b, ...) ((cx_reduce){.axis_count = 2, .axes = (const int[]){a, b}, __VA_ARGS__})

#define SCENARIO(name, ...) FAULT_SCENARIO(fault_numeric, name, __VA_ARGS__)

static cx_array *cube(cx_dtype t)
{
    double v[24];
    for (int i = 0; i < 24; i++) v[i] = (i * 7 + 3) % 11 - 4;
    return cx_astype(cx_copy_host(v, CX_SHAPE(2, 3, 4), CX_F64), t);
}

static cx_array *integers(void)
{
    const int64_t v[] = {3, 1, 4, 1, 5, 9, 2, 6};
    return cx_copy_host(v, CX_SHAPE(8), CX_I64);
}

static cx_array *truth(cx_shape shape)
{
    static const bool v[24] = {true, false, true, true, false, true, true, false, true, false};
    return cx_copy_host(v, shape, CX_BOOL);
}

static cx_array *many_axes(void)
{
    return cx_reshape(cx_arange(0, 512, 1, CX_F32, CX_CPU), CX_SHAPE(2, 2, 2, 2, 2, 2, 2, 2, 2));
}

typedef cx_array *reduction(const cx_array *a, cx_reduce how);
typedef cx_status reduction_into(const cx_array *a, cx_reduce how, cx_array *out);
static const struct {
    int code;
    reduction *fn;
    reduction_into *into;
} rows[] = {
#define CX_REDUCE(NAME, name, code, domain, result, identity, doc) \
    {code, cx_##name, cx_##name##_into},
#include <calx/reduce_ops.def>
#undef CX_REDUCE
};
enum { ROWS = sizeof rows / sizeof *rows };

static bool is_place(int code)
{
    return code == CX_RED_ARGMIN || code == CX_RED_ARGMAX || code == CX_RED_NANARGMIN ||
           code == CX_RED_NANARGMAX;
}

SCENARIO(reductions, {
    for (int i = 0; i < ROWS && cx_ok(); i++) {
        const cx_array *const a = cube(i % 2 ? CX_F16 : CX_F64);
        fault_add(rows[i].fn(a, CX_ALL));
        fault_add(rows[i].fn(cx_transpose(a), CX_AXIS(-1, .keepdims = true)));
        cx_array *const out = cx_empty(CX_SHAPE(3, 4), cx_dtype_of(rows[i].fn(a, CX_ALL)), CX_CPU);
        cx_check(rows[i].into(a, CX_AXIS(0), out));
        if (cx_ok()) fault_add(out);
    }
})

SCENARIO(reductions_of_axes, {
    for (int i = 0; i < ROWS && cx_ok(); i++) {
        if (is_place(rows[i].code)) continue;
        fault_add(rows[i].fn(cube(CX_I16), CX_AXES(0, 2)));
        fault_add(rows[i].fn(cx_index(cube(CX_F32), "::-1, :, ::2"), CX_AXES(-1, 1)));
    }
})

SCENARIO(reductions_where, {
    const cx_array *const a = cube(CX_F64);
    const cx_array *const which = truth(CX_SHAPE(3, 4));
    fault_add(cx_sum(a, CX_AXIS(1, .where = which, .initial = cx_float(2))));
    fault_add(cx_mean(a, AXES(0, 2, .where = which)));
    fault_add(cx_std(a, (cx_reduce){.where = which, .ddof = 1}));
    fault_add(cx_max(a, (cx_reduce){.where = which, .initial = cx_float(-9), .keepdims = true}));
    fault_add(cx_any(a, CX_AXIS(0, .where = which)));
    fault_add(cx_nansum(cube(CX_C64), CX_AXIS(2, .where = which, .dtype = CX_C128)));
    fault_add(cx_sum(a, (cx_reduce){.no_axes = true}));
})

SCENARIO(reductions_of_many_axes, {
    const cx_array *const a = many_axes();
    for (int i = 0; i < ROWS && cx_ok(); i++) {
        fault_add(
            rows[i].fn(cx_permute_dims(a, 9, (const int[]){8, 0, 7, 1, 6, 2, 5, 3, 4}), CX_ALL));
        if (is_place(rows[i].code))
            fault_add(rows[i].fn(a, CX_AXIS(4)));
        else
            fault_add(rows[i].fn(a, CX_AXES(0, 2, 4, 6, 8)));
    }
    fault_add(cx_sum(a, CX_AXIS(3, .where = cx_greater(a, cx_float(100)))));
})

SCENARIO(scans, {
    fault_add(cx_cumsum(cube(CX_F64), 1));
    fault_add(cx_cumprod(cx_transpose(cube(CX_I8)), 0));
    fault_add(cx_cumsum(many_axes(), -1));
    cx_array *const out = cx_empty(CX_SHAPE(2, 3, 4), CX_F32, CX_CPU);
    cx_check(cx_cumsum_into(cube(CX_F32), 2, out));
    if (cx_ok()) fault_add(out);
})

SCENARIO(sorting, {
    fault_add(cx_sort(cube(CX_F64), 1));
    fault_add(cx_argsort(cx_transpose(cube(CX_F32)), 0));
    cx_array *const a = cube(CX_I32);
    cx_check(cx_sort_inplace(cx_index(a, ":, ::-1, 1"), 0));
    if (cx_ok()) fault_add(a);
    fault_add(cx_searchsorted(cx_sort(integers(), 0), cube(CX_F64), CX_RIGHT));
    const cx_unique_result u =
        cx_unique(cube(CX_F64), CX_OPTS(cx_unique_opts, .return_index = true,
                                        .return_inverse = true, .return_counts = true));
    fault_add(u.values);
    fault_add(u.index);
    fault_add(u.inverse);
    fault_add(u.counts);
    fault_add(cx_bincount(integers(), NULL, 4));
    fault_add(cx_bincount(integers(), cx_astype(integers(), CX_F32), 20));
    const cx_topk k = cx_smallest_k(cx_index(cube(CX_F64), "..., ::-1"), 3);
    fault_add(k.values);
    fault_add(k.indices);
})

SCENARIO(order_statistics, {
    const cx_array *const q = cx_copy_host((const double[]){0.1, 0.5, 0.9}, CX_SHAPE(3), CX_F64);
    fault_add(cx_median(cube(CX_F64), CX_ALL));
    fault_add(cx_median(cube(CX_F16), AXES(0, 2, .keepdims = true)));
    fault_add(cx_quantile(cube(CX_I8), q, CX_AXIS(1)));
    fault_add(cx_quantile(cube(CX_F32), cx_float(0.3), AXES(0, 1, .keepdims = true)));
    fault_add(cx_ptp(cube(CX_I32), CX_AXIS(-1)));
    const cx_array *const w = cx_copy_host((const double[]){1, 2, 3}, CX_SHAPE(3), CX_F64);
    fault_add(cx_average(cube(CX_F32), w, CX_AXIS(1)));
    fault_add(cx_average(cube(CX_F64), cx_abs(cube(CX_F64)), CX_ALL));
    fault_add(cx_average(cube(CX_I16), NULL, CX_AXIS(0, .keepdims = true)));
})

SCENARIO(gathering, {
    const cx_array *const a = cube(CX_F64);
    const cx_array *const at = cx_copy_host((const int32_t[]){1, -1, 0}, CX_SHAPE(3), CX_I32);
    fault_add(cx_take(a, cx_reshape(at, CX_SHAPE(3, 1)), 1));
    fault_add(cx_take_along_axis(a, cx_argsort(a, 1), 1));
    fault_add(cx_take_along_axis(a, cx_reshape(at, CX_SHAPE(1, 3, 1)), 2));
    fault_add(cx_mask(a, truth(CX_SHAPE(2, 3))));
    fault_add(cx_mask(cx_transpose(a), truth(CX_SHAPE(4, 3, 2))));
    fault_add(cx_compress(truth(CX_SHAPE(3)), a, 1));
    fault_add(cx_argwhere(a));
    fault_add(cx_flatnonzero(cx_transpose(a)));
    cx_array *const b = cx_copy(a);
    cx_check(cx_putmask(b, truth(CX_SHAPE(4)), cx_float(7)));
    if (cx_ok())
        cx_check(cx_put_rows(cx_transpose(b), at, cx_ones(CX_SHAPE(3, 3, 2), CX_I8, CX_CPU)));
    if (cx_ok()) fault_add(b);
    fault_add(cx_diag(cx_ravel(a), 1));
    fault_add(cx_trace(a, 0));
    fault_add(cx_tril(a, 0));
    fault_add(cx_roll(a, 2, 1));
    fault_add(cx_repeat(a, 2, 1));
    fault_add(cx_tile(a, CX_SHAPE(2, 1)));
})

SCENARIO(products, {
    const cx_array *const a = cube(CX_F64);
    const cx_array *const v = cx_copy_host((const double[]){1, 2, 3, 4}, CX_SHAPE(4), CX_F64);
    fault_add(cx_matmul(a, cx_matrix_transpose(a)));
    fault_add(cx_matmul(a, v));
    fault_add(cx_matmul(cube(CX_F16), cx_matrix_transpose(cube(CX_C64))));
    fault_add(cx_matmul(cube(CX_I32), cx_index(cx_matrix_transpose(cube(CX_I8)), "1, :, ::-1")));
    fault_add(cx_dot(a, v));
    fault_add(cx_dot(a, cx_matrix_transpose(a)));
    fault_add(cx_dot(a, cx_float(2)));
    fault_add(cx_vdot(cx_transpose(cube(CX_C128)), cube(CX_C128)));
    fault_add(cx_inner(a, v));
    fault_add(cx_outer(cube(CX_F32), v));
    fault_add(cx_tensordot(a, cx_transpose(a), 2, (const int[]){0, 2}, (const int[]){2, 0}));
    fault_add(cx_tensordot_n(a, v, 1));
    cx_array *const out = cx_empty(CX_SHAPE(2, 3, 3), CX_F64, CX_CPU);
    cx_check(cx_matmul_into(cx_index(a, "..., ::-1"), cx_matrix_transpose(a), out));
    cx_check(cx_dot_into(v, v, cx_index(out, "0, 0, 0")));
    if (cx_ok()) fault_add(out);
})

/* Two well-conditioned 3 x 3 matrices, symmetric and positive definite. */
static cx_array *definite(cx_dtype t)
{
    static const double v[] = {4, 1, 0.5, 1, 3, 0.25, 0.5, 0.25, 2, 5, -1, 1, -1, 6, 2, 1, 2, 7};
    return cx_astype(cx_copy_host(v, CX_SHAPE(2, 3, 3), CX_F64), t);
}

SCENARIO(equations, {
    const cx_array *const a = definite(CX_F64);
    const cx_array *const one = cx_select(a, 0, 0);
    const cx_array *const b = cx_copy_host((const double[]){1, 2, 3}, CX_SHAPE(3), CX_F64);
    fault_add(cx_linalg_solve(one, b));
    fault_add(cx_linalg_solve(a, cx_reshape(b, CX_SHAPE(3, 1))));
    fault_add(cx_linalg_solve(cx_matrix_transpose(definite(CX_C64)),
                              cx_ones(CX_SHAPE(3, 2), CX_I8, CX_CPU)));
    fault_add(cx_linalg_inv(a));
    fault_add(cx_linalg_inv(definite(CX_F32)));
    cx_array *const out = cx_empty(CX_SHAPE(2, 3, 3), CX_F64, CX_CPU);
    cx_check(cx_linalg_solve_into(a, one, out));
    cx_check(cx_linalg_inv_into(a, cx_index(out, "::-1")));
    if (cx_ok()) fault_add(out);
    const cx_lstsq l = cx_linalg_lstsq(cx_reshape(a, CX_SHAPE(6, 3)),
                                       cx_ones(CX_SHAPE(6, 2), CX_F64, CX_CPU), NULL);
    fault_add(l.x);
    fault_add(l.residuals);
    fault_add(l.rank);
    fault_add(l.s);
    const cx_lstsq thin = cx_linalg_lstsq(cx_index(one, ":2"), cx_index(b, ":2"),
                                          CX_OPTS(cx_lstsq_opts, .rcond = CX_SET(1e-9)));
    fault_add(thin.x);
})

SCENARIO(factorisations, {
    const cx_array *const a = definite(CX_F64);
    const cx_array *const tall = cx_reshape(definite(CX_C128), CX_SHAPE(6, 3));
    fault_add(cx_linalg_cholesky(a, NULL));
    cx_array *const out = cx_empty(CX_SHAPE(2, 3, 3), CX_F64, CX_CPU);
    cx_check(cx_linalg_cholesky_into(a, CX_OPTS(cx_cholesky_opts, .upper = true), out));
    if (cx_ok()) fault_add(out);
    for (int mode = CX_QR_REDUCED; mode <= CX_QR_R && cx_ok(); mode++) {
        const cx_qr f = cx_linalg_qr(tall, CX_OPTS(cx_qr_opts, .mode = (cx_qr_mode)mode));
        if (mode != CX_QR_R) fault_add(f.q);
        fault_add(f.r);
        fault_add(cx_linalg_qr(a, CX_OPTS(cx_qr_opts, .mode = (cx_qr_mode)mode)).r);
    }
    const cx_svd full = cx_linalg_svd(a, NULL);
    fault_add(full.u);
    fault_add(full.s);
    fault_add(full.vh);
    const cx_svd thin = cx_linalg_svd(tall, CX_OPTS(cx_svd_opts, .thin = true));
    fault_add(thin.u);
    fault_add(thin.vh);
    fault_add(cx_linalg_svdvals(tall));
    cx_check(cx_linalg_svdvals_into(a, cx_index(out, ":, 0")));
    if (cx_ok()) fault_add(out);
    const cx_eigh e = cx_linalg_eigh(a, NULL);
    fault_add(e.w);
    fault_add(e.v);
    fault_add(cx_linalg_eigh(definite(CX_C64), CX_OPTS(cx_eigh_opts, .upper = true)).v);
    fault_add(cx_linalg_eigvalsh(a, NULL));
    const cx_eig g = cx_linalg_eig(a);
    fault_add(g.w);
    fault_add(g.v);
    fault_add(cx_linalg_eigvals(definite(CX_C64)));
    cx_check(cx_linalg_eigvalsh_into(a, NULL, cx_index(out, ":, 1")));
    if (cx_ok()) fault_add(out);
})

SCENARIO(numbers_of_a_matrix, {
    const cx_array *const a = definite(CX_F64);
    const cx_array *const one = cx_select(a, 0, 1);
    fault_add(cx_linalg_det(a));
    cx_array *const out = cx_empty(CX_SHAPE(2), CX_F64, CX_CPU);
    cx_check(cx_linalg_det_into(a, out));
    if (cx_ok()) fault_add(out);
    const cx_slogdet d = cx_linalg_slogdet(definite(CX_C128));
    fault_add(d.sign);
    fault_add(d.logabsdet);
    fault_add(cx_linalg_norm(a, CX_ALL, NULL));
    fault_add(cx_linalg_norm(a, CX_AXIS(1), CX_OPTS(cx_norm_opts, .ord = CX_SET(3.0))));
    static const char *const kinds[] = {"fro", "nuc"};
    for (int i = 0; i < 2 && cx_ok(); i++)
        fault_add(cx_linalg_norm(a, AXES(1, 2, .keepdims = true),
                                 CX_OPTS(cx_norm_opts, .kind = kinds[i])));
    static const double orders[] = {1, -1, 2, -2, INFINITY, -INFINITY};
    for (int i = 0; i < 6 && cx_ok(); i++)
        fault_add(cx_linalg_norm(cx_transpose(a), CX_AXES(0, 2),
                                 CX_OPTS(cx_norm_opts, .ord = CX_SET(orders[i]))));
    cx_check(cx_linalg_norm_into(one, CX_AXIS(0), NULL, cx_index(definite(CX_F64), "0, 0")));
    fault_add(cx_linalg_matrix_rank(a, NULL));
    fault_add(cx_linalg_matrix_rank(cx_select(one, 0, 0), NULL));
    fault_add(cx_linalg_pinv(a, NULL));
    fault_add(cx_linalg_pinv(cx_reshape(definite(CX_C64), CX_SHAPE(6, 3)), NULL));
    fault_add(cx_linalg_cond(a));
    fault_add(cx_linalg_matrix_power(a, 5));
    fault_add(cx_linalg_matrix_power(one, -3));
    fault_add(cx_linalg_matrix_power(one, 0));
})

SCENARIO(printing, {
    static const cx_dtype some[] = {CX_BOOL, CX_I8, CX_U64, CX_F16, CX_F64, CX_C64};
    for (size_t i = 0; i < sizeof some / sizeof *some && cx_ok(); i++)
        fault_add_number((double)strlen(cx_repr(cube(some[i]))));
    const cx_array *const long_one = cx_arange(0, 2000, 1, CX_F64, CX_CPU);
    fault_add_number((double)strlen(cx_repr(long_one)));
    fault_add_number((double)strlen(cx_repr(cx_reshape(long_one, CX_SHAPE(40, 50)))));
})

static cx_array *words(int count, const char *const *texts)
{
    const int32_t codes[] = {1, 0, -1, 1, 0, 1};
    return cx_categories_new(cx_copy_host(codes, CX_SHAPE(6), CX_I32), count, texts);
}

SCENARIO(categories, {
    const cx_array *const a = words(2, (const char *const[]){"no", "yes"});
    const cx_array *b = words(3, (const char *const[]){"yes", "no", "perhaps"});
    fault_add(cx_equal(a, b));
    fault_add(cx_not_equal(a, cx_index(b, "::-1")));
    fault_add_number(cx_array_equal(a, b) ? 1 : 2);
    cx_array *const both = cx_concatenate(CX_ARRAYS(a, b, cx_index(a, "2:")), 0);
    fault_add(both);
    fault_add_number(cx_category_count(both));
    fault_add(cx_stack(CX_ARRAYS(b, a), 1));
    fault_add(cx_take(
        both,
        cx_flatnonzero(cx_equal(both, b = cx_concatenate(CX_ARRAYS(b, a, cx_index(b, "2:")), 0))),
        0));
    const cx_unique_result u = cx_unique(both, CX_OPTS(cx_unique_opts, .return_inverse = true));
    fault_add(u.values);
    fault_add(u.inverse);
    fault_add(cx_sort(both, 0));
    const char *const label = cx_label(both, 0);
    if (label != NULL) fault_add_number((double)strlen(label));
    fault_add_number((double)strlen(cx_repr(both)));
    cx_array *const copy = cx_empty(CX_SHAPE(6), CX_I32, CX_CPU);
    cx_check(cx_copy_into(cx_codes(a), copy));
    if (cx_ok()) fault_add(copy);
})

SCENARIO(dlpack, {
    cx_dl_versioned *versioned = NULL;
    cx_check(cx_to_dlpack(cx_transpose(cube(CX_F32)), CX_NO_STREAM, &versioned));
    if (versioned != NULL) fault_add(cx_from_dlpack(versioned, CX_NO_STREAM));
    cx_dl_managed *managed = NULL;
    cx_check(cx_to_dlpack_legacy(cx_index(cube(CX_I16), "0, ::-1"), NULL, &managed));
    if (managed != NULL) fault_add(cx_from_dlpack_legacy(managed, NULL));
    versioned = NULL;
    cx_check(cx_to_dlpack(cube(CX_C64), NULL, &versioned));
    if (versioned != NULL) versioned->deleter(versioned);
})

static cx_status double_it(void *ctx)
{
    cx_array *const a = ctx;
    return cx_mul_into(cx_add(a, cx_float(0)), cx_float(2), a);
}

SCENARIO(streams, {
    cx_stream *const stream = cx_stream_new(CX_CPU);
    cx_event *const from = cx_event_new(CX_CPU);
    cx_event *const to = cx_event_new(CX_CPU);
    cx_array *const a = cx_ones(CX_SHAPE(4), CX_F64, CX_CPU);
    cx_check(cx_event_record(from, stream));
    const cx_scope inner = cx_scope_open_with(CX_OPTS(cx_scope_opts, .stream = stream));
    fault_add(cx_add(a, a));
    cx_check(cx_scope_close(inner));
    cx_check(cx_event_record(to, stream));
    cx_check(cx_stream_wait(cx_stream_wrap(CX_CPU, NULL), to));
    double seconds = 0;
    cx_check(cx_event_elapsed(from, to, &seconds));
    cx_check(cx_event_sync(to));
    cx_check(cx_stream_sync(stream));
    cx_check(cx_device_sync(CX_CPU));
    cx_graph *const g = cx_graph_capture(stream, double_it, a);
    cx_check(cx_graph_launch(g));
    cx_check(cx_graph_launch(g));
    fault_add(a);
    cx_array *const pinned = cx_empty_pinned(CX_SHAPE(4), CX_F64, CX_CPU);
    cx_check(cx_copy_async(a, pinned));
    if (cx_ok()) fault_add(pinned);
    fault_add(cx_to(a, CX_CPU));
})

/* Plans are kept, so they are forgotten first: their making may fail too. */
SCENARIO(transforms, {
    (void)cx_check(cx_fft_clear_plans(CX_CPU));
    const cx_array *const x = cube(CX_F64);
    fault_add(cx_fft_fft(x, 1, NULL));
    fault_add(cx_fft_rfft(x, 2, CX_OPTS(cx_fft_opts, .n = CX_SET(150))));
    fault_add(cx_fft_irfft(x, 0, CX_OPTS(cx_fft_opts, .n = CX_SET(67))));
    fault_add(cx_fft_fft(cx_ravel(x), 0, CX_OPTS(cx_fft_opts, .n = CX_SET(134))));
    fault_add(cx_fft_irfftn(x, NULL));
    fault_add(cx_fft_hfft(cube(CX_C64), 1, NULL));
    (void)cx_check(cx_fft_clear_plans(CX_CPU));
})
