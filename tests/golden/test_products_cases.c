/* device: each. Products, norms and condition numbers against NumPy
 * (tests/golden/make_products_cases.py). */
#include "cases.h"
#include <calx.h>
#include <criterion/criterion.h>

#define BOTH(name)                                              \
    static void name(test_case *c, cx_array **out)              \
    {                                                           \
        out[0] = cx_##name(case_array(c, 0), case_array(c, 1)); \
    }
BOTH(dot)
BOTH(inner)
BOTH(outer)
BOTH(vdot)
BOTH(matvec)
BOTH(vecmat)
BOTH(kron)

static void tensordot(test_case *c, cx_array **out)
{
    if (case_has(c, "n")) {
        out[0] = cx_tensordot_n(case_array(c, 0), case_array(c, 1), (int)case_int(c, "n", 0));
        return;
    }
    int64_t wide[2][32];
    int axes[2][32];
    const int n = case_ints(c, "a_axes", wide[0]);
    cr_assert_eq(case_ints(c, "b_axes", wide[1]), n);
    for (int i = 0; i < n; i++)
        for (int side = 0; side < 2; side++) axes[side][i] = (int)wide[side][i];
    out[0] = cx_tensordot(case_array(c, 0), case_array(c, 1), n, axes[0], axes[1]);
}

static void vecdot(test_case *c, cx_array **out)
{
    out[0] = cx_vecdot(case_array(c, 0), case_array(c, 1), (int)case_int(c, "axis", -1));
}

static void cross(test_case *c, cx_array **out)
{
    cx_cross_opts o = {.struct_size = sizeof o};
    o.axisa = (cx_maybe_i64){case_has(c, "axisa"), case_int(c, "axisa", 0)};
    o.axisb = (cx_maybe_i64){case_has(c, "axisb"), case_int(c, "axisb", 0)};
    o.axisc = (cx_maybe_i64){case_has(c, "axisc"), case_int(c, "axisc", 0)};
    out[0] = cx_cross(case_array(c, 0), case_array(c, 1),
                      o.axisa.set || o.axisb.set || o.axisc.set ? &o : NULL);
}

static void multi_dot(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_multi_dot(case_arrays(c, 0));
}

static void trace(test_case *c, cx_array **out)
{
    int64_t axes[32];
    cr_assert_eq(case_ints(c, "axes", axes), 2);
    out[0] = cx_trace_axes(case_array(c, 0), case_int(c, "k", 0), (int)axes[0], (int)axes[1],
                           case_dtype(c, "dtype"));
}

static void diagonal(test_case *c, cx_array **out)
{
    int64_t axes[32];
    cr_assert_eq(case_ints(c, "axes", axes), 2);
    out[0] = cx_diagonal_axes(case_array(c, 0), case_int(c, "k", 0), (int)axes[0], (int)axes[1]);
}

static cx_norm_opts norm_of(const test_case *c)
{
    return (cx_norm_opts){.struct_size = sizeof(cx_norm_opts),
                          .kind = case_text(c, "kind", NULL),
                          .ord = {case_has(c, "ord"), case_f64(c, "ord", 0)}};
}

static void vector_norm(test_case *c, cx_array **out)
{
    const cx_norm_opts o = norm_of(c);
    cx_reduce how = case_how(c);
    if (case_has(c, "axis") && *case_text(c, "axis", "") == '\0')
        how = (cx_reduce){.no_axes = true, .keepdims = how.keepdims};
    out[0] = cx_linalg_vector_norm(case_array(c, 0), how, &o);
}

static void matrix_norm(test_case *c, cx_array **out)
{
    const cx_norm_opts o = norm_of(c);
    out[0] = cx_linalg_matrix_norm(case_array(c, 0), case_how(c),
                                   o.kind != NULL || o.ord.set ? &o : NULL);
}

static void cond(test_case *c, cx_array **out)
{
    const cx_norm_opts o = norm_of(c);
    out[0] = cx_linalg_cond_with(case_array(c, 0), o.kind != NULL || o.ord.set ? &o : NULL);
}

static const case_fn calls[] = {
    {"dot", dot},
    {"inner", inner},
    {"outer", outer},
    {"vdot", vdot},
    {"tensordot", tensordot},
    {"vecdot", vecdot},
    {"matvec", matvec},
    {"vecmat", vecmat},
    {"cross", cross},
    {"kron", kron},
    {"multi_dot", multi_dot},
    {"trace", trace},
    {"diagonal", diagonal},
    {"cond", cond},
    {"vector_norm", vector_norm},
    {"matrix_norm", matrix_norm},
};

Test(golden, products)
{
    cr_assert_geq(CASES("golden/products_cases.tsv", calls), 600);
}
