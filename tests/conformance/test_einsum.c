/* device: each. einsum where no table says it: larger sums by identity, views, order and text of
 * the path, memory limits, the _into form, errors that name the letter. */
#include "device.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <string.h>

#define A(...) CX_ARRAYS(__VA_ARGS__)

/* Whole numbers, so that every order of summation gives the same bits. */
static cx_array *whole(cx_shape shape, int64_t step)
{
    int64_t n = 1;
    for (int d = 0; d < shape.ndim; d++) n *= shape.dim[d];
    const cx_array *const x = cx_remainder(
        cx_mul(cx_arange_i64(1, n + 1, 1, CX_I64, test_device()), cx_int(step)), cx_int(7));
    return cx_reshape(cx_astype(cx_sub(x, cx_int(3)), CX_F64), shape);
}

#define SAME(got, want) cr_expect(cx_array_equal((got), (want)), "%s", cx_error_message())

Test(einsum, identities)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const a = whole(CX_SHAPE(4, 30, 40), 5),
                          *const b = whole(CX_SHAPE(4, 40, 20), 3),
                          *const c = whole(CX_SHAPE(20, 35), 2),
                          *const m = whole(CX_SHAPE(50, 50), 11);
    SAME(cx_einsum("bij,bjk->bik", A(a, b)), cx_matmul(a, b));
    SAME(cx_einsum("...ij,...jk", A(a, b)), cx_matmul(a, b));
    SAME(cx_einsum("bij,bjk,kl->bil", A(a, b, c)), cx_matmul(cx_matmul(a, b), c));
    SAME(cx_einsum("bij,bjk,kl->lib", A(a, b, c)), cx_transpose(cx_matmul(cx_matmul(a, b), c)));
    SAME(cx_einsum("ij,kj", A(m, m)), cx_matmul(m, cx_transpose(m)));
    SAME(cx_einsum("ji,jk", A(m, m)), cx_matmul(cx_transpose(m), m));
    SAME(cx_einsum("ij,ij", A(m, m)), cx_sum(cx_mul(m, m), CX_ALL));
    SAME(cx_einsum("ij,ij->j", A(m, m)), cx_sum(cx_mul(m, m), CX_AXIS(0)));
    SAME(cx_einsum("ij,ij->i", A(m, m)), cx_sum(cx_mul(m, m), CX_AXIS(1)));
    SAME(cx_einsum("ii", A(m)), cx_trace(m, 0));
    SAME(cx_einsum("ij->", A(m)), cx_sum(m, CX_ALL));
    SAME(
        cx_einsum("bij,cik->bcjk", A(a, a)),
        cx_einsum_with("bij,cik->bcjk", A(a, a), CX_OPTS(cx_einsum_opts, .order = CX_EINSUM_LEFT)));
    /* all indices of one operand against another's transposed axes: both must not be copied apart
     */
    SAME(cx_einsum("bij,jib->", A(a, cx_transpose(a))), cx_sum(cx_mul(a, a), CX_ALL));
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

Test(einsum, one_operand_gives_a_view)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const m = whole(CX_SHAPE(5, 6, 5), 3);
    static const char *const views[] = {"ijk->kij", "iji->ij", "...", "iji->ji", "a...b->b...a"};
    for (int i = 0; i < 5; i++)
        cr_expect(cx_may_share_memory(m, cx_einsum(views[i], A(m))), "%s", views[i]);
    cr_expect(!cx_may_share_memory(m, cx_einsum("ijk->ij", A(m))));
    cr_expect(cx_is_contiguous(cx_einsum("ijk,ljm->klim", A(m, m))));
    cr_expect(
        cx_is_contiguous(cx_einsum("ijk,l->kjli", A(m, cx_select(cx_select(m, 0, 0), 0, 0)))));
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

Test(einsum, path)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const p = whole(CX_SHAPE(2, 100), 1), *const q = whole(CX_SHAPE(100, 100), 1),
                          *const r = whole(CX_SHAPE(100, 3), 1);
    const cx_einsum_opts left = {.struct_size = sizeof left, .order = CX_EINSUM_LEFT};
    const char *text = cx_einsum_path("ij,jk,kl->il", A(r, cx_transpose(r), q), NULL);
    cr_expect(begins(text, "[(1, 2), (0, 1)]\n"), "%s", text); /* 3 x 100 x 100 first */
    text = cx_einsum_path("ij,jk,kl->il", A(p, q, r), NULL);
    cr_expect(begins(text, "[(0, 1), (0, 1)]\n"), "%s", text);
    cr_expect(strstr(text, "contraction: ij,jk,kl->il\n") != NULL, "%s", text);
    cr_expect(strstr(text, "scaling: 4, in this order 3\n") != NULL, "%s", text);
    cr_expect(strstr(text, "ij,jk->ik  left: kl,ik\n") != NULL, "%s", text);
    text = cx_einsum_path("ij,jk,kl->il", A(r, cx_transpose(r), q), &left);
    cr_expect(begins(text, "[(0, 1), (0, 1)]\n"), "%s", text);
    text = cx_einsum_path("ij->", A(q), NULL);
    cr_expect(begins(text, "[(0,)]\n"), "%s", text);
    text = cx_einsum_path("...i,...i->...", A(q, q), NULL);
    cr_expect(strstr(text, "contraction: zi,zi->z\n") != NULL, "%s", text);
    /* from left to right a result of 10,000 elements would be kept; within the limit 300 are */
    const cx_array *const w = cx_transpose(r);
    const cx_einsum_opts tight = {
        .struct_size = sizeof tight, .order = CX_EINSUM_GREEDY, .memory_limit = 300};
    text = cx_einsum_path("ij,jk,kl->il", A(r, w, r), &tight);
    cr_expect(begins(text, "[(1, 2), (0, 1)]\n"), "%s", text);
    cr_expect(strstr(text, "elements of the largest intermediate: 3.000e+02") != NULL, "%s", text);
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

/* Every order of the pairs has the same result; BEST never costs more than the others. */
Test(einsum, orders)
{
    const cx_scope s = cx_scope_open();
    const cx_array *x[10];
    const char *const subscripts = "ab,bc,cd,de,ef,fg,gh,hi,ij,ja->";
    static const int64_t side[11] = {2, 7, 3, 5, 2, 6, 4, 3, 5, 2, 2};
    for (int i = 0; i < 10; i++) x[i] = whole(CX_SHAPE(side[i], side[i + 1]), i + 2);
    const cx_arrays all = {10, x};
    const cx_array *const want = cx_einsum(subscripts, all);
    for (int order = CX_EINSUM_AUTO; order <= CX_EINSUM_LEFT; order++) {
        cx_einsum_opts o = {.struct_size = sizeof o, .order = (cx_einsum_order)order};
        SAME(cx_einsum_with(subscripts, all, &o), want);
        o.memory_limit = 10;
        SAME(cx_einsum_with(subscripts, all, &o), want);
        o.memory_limit = 1;
        SAME(cx_einsum_with(subscripts, all, &o), want);
    }
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

Test(einsum, into)
{
    const cx_scope s = cx_scope_open();
    cx_array *const m = whole(CX_SHAPE(6, 6), 3), *const out = cx_zeros(CX_SHAPE(6, 6), CX_F32,
                                                                        test_device());
    const cx_array *const want = cx_matmul(m, m);
    cr_expect_eq(cx_einsum_into("ij,jk", A(m, m), out), CX_OK, "%s", cx_error_message());
    SAME(out, want);
    cr_expect_eq(cx_einsum_into("ij,jk->i", A(m, m), out), CX_E_SHAPE);
    cr_expect_eq(cx_einsum_into("ij,jk", A(m, m), m), CX_E_OVERLAP);
    cr_expect_eq(cx_einsum_into("ij,jk", A(m, m), cx_zeros(CX_SHAPE(6, 6), CX_I32, test_device())),
                 CX_E_DTYPE);
    cr_expect_eq(cx_set_readonly(out), CX_OK);
    cr_expect_eq(cx_einsum_into("ij,jk", A(m, m), out), CX_E_READONLY);
    cx_array *const chain = cx_zeros(CX_SHAPE(6), CX_F64, test_device());
    const cx_array *const v = cx_select(m, 0, 1);
    cr_expect_eq(cx_linalg_multi_dot_into(A(m, m, v), chain), CX_OK, "%s", cx_error_message());
    SAME(chain, cx_matmul(want, v));
    cr_expect_eq(cx_linalg_multi_dot_into(A(m, m), chain), CX_E_SHAPE);
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

static void refused(const char *subscripts, cx_arrays operands, const cx_einsum_opts *o,
                    cx_status st, const char *words)
{
    const cx_scope s = cx_scope_open();
    cr_expect_eq(cx_status_of(cx_einsum_with(subscripts, operands, o)), st, "%s", subscripts);
    cr_expect(strstr(cx_error_message(), words) != NULL, "%s: %s", subscripts, cx_error_message());
    cr_expect_eq(cx_scope_close(s), st);
}

Test(einsum, errors_name_what_is_wrong)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const a = whole(CX_SHAPE(3, 4), 1), *const b = whole(CX_SHAPE(5, 3), 1);
    refused("ij,jk", A(a, b), NULL, CX_E_SHAPE, "'j' is 5 in operand 1 and 4");
    refused("ii", A(a), NULL, CX_E_SHAPE, "'i' is 3 and 4 in operand 0");
    refused("ij,j!k", A(a, b), NULL, CX_E_PARSE, "column 5");
    refused("ij->ik", A(a), NULL, CX_E_PARSE, "column 6");
    refused("ijk", A(a), NULL, CX_E_SHAPE, "operand 0 of shape (3, 4)");
    refused("ij", A(a, b), NULL, CX_E_ARGUMENT, "fewer");
    refused("ij,ij,ij", A(a, a), NULL, CX_E_ARGUMENT, "more");
    refused(NULL, A(a), NULL, CX_E_ARGUMENT, "NULL");
    refused("ij", (cx_arrays){0, NULL}, NULL, CX_E_ARGUMENT, "operands");
    refused("ij,", A(a, cx_int(2)), NULL, CX_E_ARGUMENT, "operand 1 is a weak scalar");
    refused("ij", A(a), CX_OPTS(cx_einsum_opts, .order = (cx_einsum_order)9), CX_E_ARGUMENT,
            "order");
    refused("ij", A(a), CX_OPTS(cx_einsum_opts, .memory_limit = -1), CX_E_ARGUMENT, "memory_limit");
    refused("ij", A(a), CX_OPTS(cx_einsum_opts, .dtype = CX_F32), CX_E_DTYPE, "operand 0");
    if (!test_on_cpu())
        refused("ij,jk", A(a, cx_to(b, CX_CPU)), NULL, CX_E_DEVICE, "operand 1 on cpu");
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}
