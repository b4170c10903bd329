/* The rules of ownership and errors, each fault that the API's review reproduced as a test:
 * arguments and results of scopes, handled and unhandled errors, loops at constant live blocks,
 * limits, weak scalars, other threads. */
#include "base/object.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <pthread.h>
#include <time.h>

static const double A[9] = {4, 1, 0, 1, 3, 1, 0, 1, 2}, V[3] = {1, 1, 1};

static cx_array *matrix(void)
{
    return cx_copy_host(A, CX_SHAPE(3, 3), CX_F64);
}
static cx_array *vector(void)
{
    return cx_copy_host(V, CX_SHAPE(3), CX_F64);
}

Test(rules, argument_of_a_helper_is_not_moved)
{
    const int64_t before = cx__object_live();
    const cx_scope outer = cx_scope_open();
    cx_array *a = matrix();
    for (int trivial = 0; trivial < 2; trivial++) {
        const cx_scope s = cx_scope_open();
        cx_array *r = cx_scope_return(s, trivial ? a : cx_mul(a, a));
        cr_assert(eq(int, cx_status_of(r), CX_OK));
    }
    cr_assert(eq(int, cx_scope_close(outer), CX_OK));
    cr_assert(eq(i64, cx__object_live(), before));
}

Test(rules, handled_command_does_not_mark)
{
    const cx_scope s = cx_scope_open();
    cx_array *a = matrix(), *out = cx_zeros(CX_SHAPE(2), CX_F64, CX_CPU);
    cr_assert(eq(int, cx_add_into(a, a, out), CX_E_SHAPE));
    cr_assert(cx_ok());
    cr_assert(eq(int, cx_scope_close(s), CX_OK));
}

Test(rules, checked_command_marks_and_the_first_mark_wins)
{
    const cx_scope s = cx_scope_open();
    cx_array *a = matrix(), *out = cx_zeros(CX_SHAPE(2), CX_F64, CX_CPU);
    cx_check(cx_add_into(a, a, out));
    cr_assert(not(cx_ok()));
    (void)cx_reshape(a, CX_SHAPE(5));
    (void)cx_select(a, 0, 99);
    cr_assert(eq(int, cx_scope_close(s), CX_E_SHAPE));
    cx_error e;
    cr_assert(eq(int, cx_error_get(&e), CX_E_SHAPE));
    cr_assert(eq(str, e.where, "add"));
}

Test(rules, side_failure_is_not_swallowed)
{
    const int64_t before = cx__object_live();
    const cx_scope outer = cx_scope_open();
    cx_array *v = vector();
    const cx_scope s = cx_scope_open();
    cx_array *r = cx_add(v, v);
    (void)cx_add(v, cx_copy_host(A, CX_SHAPE(2), CX_F64));
    r = cx_scope_return(s, r);
    cr_assert(eq(int, cx_status_of(r), CX_E_SHAPE));
    cr_assert(not(cx_ok()));
    cr_assert(eq(int, cx_status_of(cx_mul(r, v)), CX_E_SHAPE));
    cr_assert(isnan(cx_item_f64(r)));
    cr_assert(eq(int, cx_scope_close(outer), CX_E_SHAPE));
    cr_assert(eq(i64, cx__object_live(), before));
}

Test(rules, no_scope_is_nil_and_leaks_nothing)
{
    const int64_t before = cx__object_live();
    cr_assert(eq(int, cx_status_of(cx_add(cx_float(1), cx_float(2))), CX_E_SCOPE));
    cr_assert(eq(int, cx_status_of(cx_zeros(CX_SHAPE(3), CX_F64, CX_CPU)), CX_E_SCOPE));
    cr_assert(eq(i64, cx__object_live(), before));
    cr_assert(ne(ptr, (void *)strstr(cx_error_message(), "scope"), NULL));
}

Test(rules, early_return_unwinds_and_stale_tokens_are_refused)
{
    const cx_scope s = cx_scope_open();
    const cx_scope forgotten = cx_scope_open();
    (void)cx_add(vector(), vector());
    cr_assert(eq(int, cx_scope_close(s), CX_OK));
    cr_assert(eq(int, cx_scope_close(forgotten), CX_E_SCOPE));
    cr_assert(eq(int, cx_scope_close(s), CX_E_SCOPE));
    const cx_scope none = {0, 0};
    cr_assert(eq(int, cx_scope_close(none), CX_E_SCOPE));
}

Test(rules, keep_moves_several_results)
{
    const int64_t before = cx__object_live();
    const cx_scope outer = cx_scope_open(), mid = cx_scope_open(), in = cx_scope_open();
    cx_array *a = vector(), *b = cx_add(a, a), *c = cx_mul(a, a);
    cr_assert(eq(ptr, cx_scope_keep(mid, b), b));
    cr_assert(eq(ptr, cx_scope_keep(in, c), c));
    cr_assert(eq(int, cx_scope_close(in), CX_OK));
    cr_assert(eq(dbl, cx_item_f64(cx_sum(c, CX_ALL)), 3.0));
    cr_assert(eq(int, cx_scope_close(mid), CX_OK));
    cr_assert(eq(dbl, cx_item_f64(cx_sum(b, CX_ALL)), 6.0));
    cr_assert(eq(int, cx_status_of(cx_scope_keep(outer, b)), CX_E_SCOPE));
    cr_assert(eq(int, cx_scope_close(outer), CX_E_SCOPE));
    cr_assert(eq(i64, cx__object_live(), before));
}

Test(rules, loops_of_200000_rounds_hold_a_constant_number_of_objects)
{
    const int64_t before = cx__object_live();
    const cx_scope s = cx_scope_open();
    const cx_array *a = matrix();
    cx_array *v = cx_retain(vector());
    int64_t peak = 0;
    double lambda = 0;
    for (int i = 0; cx_ok() && i < 200000; i++) {
        const cx_scope round = cx_scope_open();
        const cx_array *w = cx_sum(cx_mul(a, v), CX_AXIS(1));
        const cx_array *n = cx_max(w, CX_ALL);
        cx_assign(&v, cx_mul(cx_div(w, n), cx_float(1.0)));
        if (i % 1000 == 999) lambda = cx_item_f64(n);
        cx_check(cx_scope_close(round));
        const int64_t live = cx__object_live();
        if (i % 1000 == 0 && live > peak) peak = live;
    }
    cr_assert(lt(dbl, fabs(lambda - (3 + sqrt(3.0))), 1e-9));
    cr_assert(le(i64, peak - before, 4));
    cx_release(v);
    cr_assert(eq(int, cx_scope_close(s), CX_OK));
    cr_assert(eq(i64, cx__object_live(), before));
}

Test(rules, a_call_never_returns_its_argument)
{
    const cx_scope s = cx_scope_open();
    cx_array *a = matrix();
    cr_assert(ne(ptr, cx_to(a, CX_CPU), a));
    cr_assert(ne(ptr, cx_ascontiguous(a), a));
    cr_assert(ne(ptr, cx_index(a, "..."), a));
    cr_assert(ne(ptr, cx_reshape(a, CX_SHAPE(3, 3)), a));
    cr_assert(ne(ptr, cx_astype(a, CX_F64), a));
    cr_assert(ne(ptr, cx_positive(a), a));
    cr_assert(eq(int, cx_scope_close(s), CX_OK));
}

Test(rules, over_deep_scopes_share_their_parents_level)
{
    enum { DEEP = 200 };
    const int64_t before = cx__object_live();
    cx_scope s[DEEP];
    for (int i = 0; i < DEEP; i++) {
        s[i] = cx_scope_open();
        (void)vector();
    }
    for (int i = DEEP - 1; i >= 0; i--) cr_assert(eq(int, cx_scope_close(s[i]), CX_OK));
    cr_assert(eq(i64, cx__object_live(), before));
}

Test(rules, over_deep_scopes_give_their_streams_back)
{
    enum { DEEP = 80 };
    const int64_t before = cx__object_live();
    const cx_scope outermost = cx_scope_open();
    cx_stream *st = cx_stream_new(CX_CPU);
    cx_scope s[DEEP];
    for (int i = 0; i < DEEP; i++) s[i] = cx_scope_open_with(CX_OPTS(cx_scope_opts, .stream = st));
    cr_assert(eq(int, cx_status_of(cx_add(vector(), vector())), CX_OK));
    for (int i = DEEP - 1; i >= 0; i--) cr_assert(eq(int, cx_scope_close(s[i]), CX_OK));
    cr_assert(eq(int, cx_scope_close(outermost), CX_OK));
    cr_assert(eq(i64, cx__object_live(), before));
}

static void *release_all(void *p)
{
    cx_array **v = p;
    for (int i = 0; i < 1000; i++) cx_release(v[i]);
    return NULL;
}

Test(rules, other_threads_release_while_the_scope_closes)
{
    static cx_array *shared[1000];
    const int64_t before = cx__object_live();
    const cx_scope s = cx_scope_open();
    for (int i = 0; i < 1000; i++) shared[i] = cx_retain(vector());
    pthread_t t;
    cr_assert(eq(int, pthread_create(&t, NULL, release_all, shared), 0));
    cr_assert(eq(int, cx_scope_close(s), CX_OK));
    pthread_join(t, NULL);
    cr_assert(eq(i64, cx__object_live(), before));
}

Test(rules, weak_scalars)
{
    cx_array *half = NULL;
    {
        cx_assign(&half, cx_float(0.5));
    }
    cr_assert(eq(dbl, cx_item_f64(half), 0.5));
    cx_release(half);
    const cx_scope s = cx_scope_open();
    cx_array *x = cx_ones(CX_SHAPE(2), CX_F32, CX_CPU);
    cr_assert(eq(int, cx_dtype_of(cx_mul(x, cx_float(2))), CX_F32));
    cr_assert(eq(int, cx_dtype_of(cx_mul(x, cx_f64(2))), CX_F64));
    cx_array *small = cx_ones(CX_SHAPE(2), CX_U8, CX_CPU);
    cr_assert(eq(int, cx_dtype_of(cx_add(small, cx_int(1))), CX_U8));
    cr_assert(cx_ok());
    cr_assert(eq(int, cx_status_of(cx_add(small, cx_int(300))), CX_E_DTYPE));
    cr_assert(eq(int, cx_scope_close(s), CX_E_DTYPE));
}

static void *cancel_soon(void *p)
{
    const struct timespec t = {0, 20000000};
    nanosleep(&t, NULL);
    cx_cancel_request(p);
    return NULL;
}

Test(rules, cancel_from_another_thread, .timeout = 20)
{
    cx_cancel c = {{0}};
    pthread_t t;
    cr_assert(eq(int, pthread_create(&t, NULL, cancel_soon, &c), 0));
    const cx_scope s = cx_scope_open_with(CX_OPTS(cx_scope_opts, .cancel = &c));
    cx_array *v = vector();
    while (cx_ok()) {
        const cx_scope in = cx_scope_open();
        (void)cx_add(v, v);
        cx_check(cx_scope_close(in));
    }
    cr_assert(eq(int, cx_scope_close(s), CX_E_CANCELLED));
    pthread_join(t, NULL);
}

Test(rules, an_inner_scope_can_only_bring_the_deadline_nearer, .timeout = 20)
{
    const int64_t t0 = cx_now_ns();
    const cx_scope s = cx_scope_open_with(CX_OPTS(cx_scope_opts, .deadline_ns = t0 + 5000000));
    cx_array *v = vector();
    while (cx_ok()) {
        const cx_scope in =
            cx_scope_open_with(CX_OPTS(cx_scope_opts, .deadline_ns = t0 + 900000000));
        (void)cx_add(v, v);
        cx_check(cx_scope_close(in));
    }
    cr_assert(eq(int, cx_scope_close(s), CX_E_TIMEOUT));
    cr_assert(lt(i64, cx_now_ns() - t0, 800000000));
}

Test(rules, bad_options_and_nil_streams_fail_the_scope)
{
    const cx_scope s = cx_scope_open_with(&(const cx_scope_opts){.num_threads = 1});
    cr_assert(not(cx_ok()));
    cr_assert(eq(int, cx_scope_close(s), CX_E_ARGUMENT));
    const cx_scope outer = cx_scope_open();
    cx_stream *none = cx_stream_new(cx_cuda(99));
    cr_assert(eq(int, cx_stream_status(none), CX_E_UNAVAILABLE));
    const cx_scope on = cx_scope_open_with(CX_OPTS(cx_scope_opts, .stream = none));
    cr_assert(eq(int, cx_status_of(cx_add(vector(), vector())), CX_E_UNAVAILABLE));
    cr_assert(eq(int, cx_scope_close(on), CX_E_UNAVAILABLE));
    cr_assert(eq(int, cx_scope_close(outer), CX_E_UNAVAILABLE));
}

Test(rules, null_and_wrong_handles)
{
    const cx_scope s = cx_scope_open();
    cr_assert(eq(int, cx_status_of(cx_add(NULL, cx_float(1))), CX_E_NULL));
    cr_assert(eq(int, cx_status_of(NULL), CX_E_NULL));
    cr_assert(eq(i64, cx_dim(NULL, 0), 0));
    cx_stream *st = cx_stream_new(CX_CPU);
    cr_assert(eq(int, cx_status_of((cx_array *)(void *)st), CX_E_ARGUMENT));
    cr_assert(eq(int, cx_scope_close(s), CX_E_NULL));
}

Test(rules, error_text_is_cut_at_a_whole_character)
{
    const cx_scope s = cx_scope_open();
    char spec[1200];
    for (int i = 0; i < 1199; i += 3) memcpy(spec + i, "\xe2\x82\xac", 3);
    spec[1199] = '\0';
    (void)cx_index(matrix(), spec);
    const char *m = cx_error_message();
    const size_t n = strlen(m);
    cr_assert(gt(sz, n, 0));
    cr_assert(lt(sz, n, sizeof((cx_error *)0)->text));
    cr_assert(eq(int, cx_scope_close(s), CX_E_PARSE));
}
