/* The door of estimators to plain memory: conversion, views, backend, raw products. */
#include "ops/primitives.h"
#include <calx.h>
#include <criterion/criterion.h>

Test(primitives, as_shares_what_already_fits_and_converts_the_rest)
{
    const cx_scope s = cx_scope_open();
    const double v[6] = {1, 2, 3, 4, 5, 6};
    const cx_array *a = cx_copy_host(v, CX_SHAPE(2, 3), CX_F64);
    cr_assert(cx_may_share_memory(a, cx__as("test", a, CX_F64)));
    const cx_array *t = cx__as("test", cx_transpose(a), CX_F32);
    const float want[6] = {1, 4, 2, 5, 3, 6}, *p = cx_data_f32(t);
    for (int i = 0; i < 6; i++) cr_assert_eq(p[i], want[i]);
    cr_assert_eq(cx_item_f64(cx__as("test", cx_float(2.5), CX_F64)), 2.5);
    cr_assert(cx_ok());
    const int32_t code = 0;
    const cx_array *cat =
        cx_categories_new(cx_copy_host(&code, CX_SHAPE(1), CX_I32), 1, (const char *const[]){"a"});
    cr_assert_eq(cx_status_of(cx__as("test", cat, CX_F64)), CX_E_DTYPE);
    cr_assert_eq(cx_scope_close(s), CX_E_DTYPE);
}

Test(primitives, views_and_backend)
{
    const cx_scope s = cx_scope_open();
    const cx_array *a = cx_zeros(CX_SHAPE(2, 3), CX_I16, CX_CPU);
    cx_view v;
    cr_assert_eq(cx__view_of("test", cx_transpose(a), &v), CX_OK);
    cr_assert_eq(v.ndim, 2);
    cr_assert_eq(v.shape[0], 3);
    cr_assert_eq(v.stride[1], 6);
    cr_assert_eq(v.dtype, CX_I16);
    cr_assert_eq(cx__view_of("test", NULL, &v), CX_E_NULL);
    const cx_array *deep =
        cx_zeros(CX_SHAPE(1, 1, 1, 1, 1, 1, 1, 1, 1), CX_F64, CX_CPU); /* one too many */
    cr_assert_eq(cx__view_of("test", deep, &v), CX_E_SHAPE);
    const cx_backend_ops *ops = NULL;
    cx_queue *q = NULL;
    cr_assert_eq(cx__backend_of("test", a, &ops, &q), CX_OK);
    cr_assert(ops != NULL && ops->map != NULL && q != NULL);
    cr_assert_eq(cx_scope_close(s), CX_OK);
}

/* every transposition of small whole numbers, so that both precisions are exact */
Test(primitives, raw_products)
{
    enum { M = 5, N = 4, K = 3 };
    for (int form = 0; form < 4; form++) {
        const bool ta = (form & 1) != 0, tb = (form & 2) != 0;
        double a[M * K], b[K * N], c[M * N];
        float af[M * K], bf[K * N], cf[M * N];
        for (int i = 0; i < M * K; i++) af[i] = (float)(a[i] = i - 6);
        for (int i = 0; i < K * N; i++) bf[i] = (float)(b[i] = 2 * i - 7);
        for (int i = 0; i < M * N; i++) cf[i] = (float)(c[i] = i);
        cr_assert_eq(cx__gemm_f64(ta, tb, M, N, K, 2, a, ta ? M : K, b, tb ? K : N, 3, c, N),
                     CX_OK);
        cr_assert_eq(cx__gemm_f32(ta, tb, M, N, K, 2, af, ta ? M : K, bf, tb ? K : N, 3, cf, N),
                     CX_OK);
        for (int i = 0; i < M; i++)
            for (int j = 0; j < N; j++) {
                double want = 3.0 * (i * N + j);
                for (int k = 0; k < K; k++)
                    want +=
                        2 * (ta ? a[k * M + i] : a[i * K + k]) * (tb ? b[j * K + k] : b[k * N + j]);
                cr_assert_eq(c[i * N + j], want);
                cr_assert_eq((double)cf[i * N + j], want);
            }
    }
}

Test(primitives, control_data_and_categories)
{
    const cx_scope s = cx_scope_open();
    const double v[3] = {1, 2, 4};
    double back[3] = {0, 0, 0};
    cx_array *a = cx_zeros(CX_SHAPE(3), CX_F64, CX_CPU);
    const cx_counters before = cx_counters_get();
    cr_assert_eq(cx__control_write("test", a, v), CX_OK);
    cr_assert_eq(cx__control_read("test", a, back), CX_OK);
    cr_assert(back[0] == 1 && back[1] == 2 && back[2] == 4);
    cr_assert_eq(cx__control_read("test", cx_slice(a, 0, 0, CX_END, 2), back), CX_E_INTERNAL);
    cr_assert_eq(cx__control_write("test", NULL, v), CX_E_NULL);
    const cx_counters after = cx_counters_get(); /* nothing crosses on the CPU */
    cr_assert(after.control_reads == before.control_reads && after.copies == before.copies);
    cr_assert_eq(cx__work_wait("test", CX_CPU), CX_OK);
    const int32_t codes[2] = {1, 0};
    const cx_array *words = cx_categories_new(cx_copy_host(codes, CX_SHAPE(2), CX_I32), 2,
                                              (const char *const[]){"a", "b"});
    const cx_array *again =
        cx__as_categories("test", cx_arange_i64(0, 2, 1, CX_I32, CX_CPU), words);
    cr_assert_str_eq(cx_label(again, 1), "b");
    cr_assert_eq(cx_status_of(cx__as_categories("test", a, words)), CX_E_DTYPE);
    cr_assert_eq(cx_scope_close(s), CX_E_DTYPE);
}
