/* The internal door of the elementwise operations: masks, and results by code. */
#include "core/array.h"
#include "ops/elementwise.h"

#include <calx.h>
#include <criterion/criterion.h>

static cx_status masked(int code, const cx_array *const in[], const cx_array *mask, cx_array *out)
{
    const cx__map_how how = {.mask = mask, .casting = CX_CASTING_SAME_KIND};
    return cx__map_as("test", code, in, &how, &out, NULL);
}

static cx_array *column_mask(int64_t rows, int64_t columns)
{
    return cx_equal(cx_remainder(cx_arange_i64(0, columns, 1, CX_I64, CX_CPU), cx_int(3)),
                    cx_zeros(CX_SHAPE(rows, 1), CX_I64, CX_CPU));
}

Test(map, masked)
{
    const cx_scope s = cx_scope_open();
    const int64_t rows = 7, columns = 1000;
    cx_array *const mask = column_mask(rows, columns); /* every third column */
    cx_array *const x =
        cx_reshape(cx_arange_i64(0, rows * columns, 1, CX_I64, CX_CPU), CX_SHAPE(rows, columns));
    static const cx_dtype outs[] = {CX_I64, CX_F32, CX_F64};
    for (size_t k = 0; k < sizeof outs / sizeof *outs; k++) {
        for (int turned = 0; turned < 2; turned++) {
            cx_array *out = cx_full(CX_SHAPE(turned ? columns : rows, turned ? rows : columns),
                                    cx_int(-5), outs[k], CX_CPU);
            if (turned) out = cx_transpose(out);
            const cx_array *const in[2] = {x, cx_int(10)};
            cr_assert_eq(masked(CX_BI_ADD, in, mask, out), CX_OK, "%s", cx_error_message());
            cx_array *const want = cx_where(mask, cx_add(x, cx_int(10)), cx_int(-5));
            cr_expect(cx_array_equal(out, want), "%s, turned %d", cx_dtype_name(outs[k]), turned);
        }
    }
    /* a mask that broadcasts, and one of a 16-bit float's operation */
    cx_array *const h = cx_full(CX_SHAPE(rows, columns), cx_float(0.5), CX_F16, CX_CPU),
                    *const row = cx_select(mask, 0, 0);
    const cx_array *const in[1] = {cx_full(CX_SHAPE(rows, columns), cx_float(2), CX_F16, CX_CPU)};
    cr_assert_eq(masked(CX_UN_SQRT, in, row, h), CX_OK, "%s", cx_error_message());
    cr_expect(cx_array_equal(h, cx_where(row, cx_astype(cx_sqrt(in[0]), CX_F16),
                                         cx_full(CX_SHAPE(1), cx_float(0.5), CX_F16, CX_CPU))));
    cr_expect_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

Test(map, refused)
{
    const cx_scope s = cx_scope_open();
    cx_array *const a = cx_ones(CX_SHAPE(3), CX_F64, CX_CPU), *const out = cx_zeros(CX_SHAPE(3),
                                                                                    CX_F64, CX_CPU);
    const cx_array *const in[2] = {a, a};
    cr_expect_eq(masked(CX_BI_ADD, in, a, out), CX_E_DTYPE);
    cr_expect_eq(masked(CX_BI_ADD, in, cx_isnan(cx_ones(CX_SHAPE(4), CX_F64, CX_CPU)), out),
                 CX_E_SHAPE);
    cx_array *r = NULL;
    cr_expect_eq(cx__map("test", 9999, in, NULL, &r), CX_E_INTERNAL);
    cr_expect_null(r);
    cr_expect_null((void *)(uintptr_t)(const void *)cx__op_of(0));
    cr_expect_str_eq(cx__op_of(CX_TE_CLIP)->name, "clip");
    cr_expect_eq(cx_scope_close(s), CX_OK);
}
