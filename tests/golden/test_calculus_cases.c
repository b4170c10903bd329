/* device: each. Differences, gradients, integrals, phases and clean-ups against NumPy
 * (tests/golden/make_calculus_cases.py). */
#include "cases.h"
#include <calx.h>
#include <criterion/criterion.h>

static int axis_of(const test_case *c)
{
    return (int)case_int(c, "axis", -1);
}

static void diff(test_case *c, cx_array **out)
{
    const cx_diff_opts o = {
        .struct_size = sizeof o, .prepend = case_array(c, 1), .append = case_array(c, 2)};
    out[0] = cx_diff(case_array(c, 0), (int)case_int(c, "n", 1), axis_of(c),
                     case_count(c) > 1 ? &o : NULL);
}

static void ediff1d(test_case *c, cx_array **out)
{
    const cx_ediff1d_opts o = {
        .struct_size = sizeof o, .to_begin = case_array(c, 1), .to_end = case_array(c, 2)};
    out[0] = cx_ediff1d(case_array(c, 0), case_count(c) > 1 ? &o : NULL);
}

static void gradient(test_case *c, cx_array **out)
{
    const cx_gradient_opts o = {.struct_size = sizeof o,
                                .spacing = case_array(c, 1),
                                .edge_order = (int)case_int(c, "edge_order", 0)};
    out[0] = cx_gradient(case_array(c, 0), axis_of(c), &o);
}

static void gradients(test_case *c, cx_array **out)
{
    int64_t wide[32];
    int axes[32];
    const cx_array *const f = case_array(c, 0);
    const int given = case_ints(c, "axes", wide), count = given > 0 ? given : cx_ndim(f);
    for (int i = 0; i < given; i++) axes[i] = (int)wide[i];
    case_status(c, cx_gradients_into(f, count, given > 0 ? axes : NULL, case_arrays(c, 1),
                                     (int)case_int(c, "edge_order", 1), out));
}

static void trapezoid(test_case *c, cx_array **out)
{
    const cx_trapezoid_opts o = {.struct_size = sizeof o,
                                 .x = case_array(c, 1),
                                 .dx = {case_has(c, "dx"), case_f64(c, "dx", 0)}};
    out[0] = cx_trapezoid(case_array(c, 0), axis_of(c), o.x != NULL || o.dx.set ? &o : NULL);
}

static void unwrap(test_case *c, cx_array **out)
{
    const cx_unwrap_opts o = {.struct_size = sizeof o,
                              .period = case_array(c, 1),
                              .discont = {case_has(c, "discont"), case_f64(c, "discont", 0)}};
    out[0] = cx_unwrap(case_array(c, 0), axis_of(c), &o);
}

static void nan_to_num(test_case *c, cx_array **out)
{
    const cx_nan_opts o = {.struct_size = sizeof o,
                           .nan = case_f64(c, "nan", 0),
                           .posinf = {case_has(c, "posinf"), case_f64(c, "posinf", 0)},
                           .neginf = {case_has(c, "neginf"), case_f64(c, "neginf", 0)}};
    if (case_has(c, "nan") || o.posinf.set || o.neginf.set)
        out[0] = cx_nan_to_num_with(case_array(c, 0), &o);
    else
        out[0] = cx_nan_to_num(case_array(c, 0));
}

static void angle(test_case *c, cx_array **out)
{
    out[0] = case_has(c, "deg") ? cx_angle_degrees(case_array(c, 0)) : cx_angle(case_array(c, 0));
}

static void real_if_close(test_case *c, cx_array **out)
{
    out[0] = cx_real_if_close(case_array(c, 0),
                              (cx_maybe_f64){case_has(c, "limit"), case_f64(c, "limit", 0)});
}

static void round_to(test_case *c, cx_array **out)
{
    out[0] = cx_round(case_array(c, 0), (int)case_int(c, "decimals", 0));
}

static void clip(test_case *c, cx_array **out)
{
    out[0] = cx_clip(case_array(c, 0), case_array(c, 1), case_array(c, 2));
}

static const case_fn calls[] = {
    {"diff", diff},
    {"ediff1d", ediff1d},
    {"gradient", gradient},
    {"gradients", gradients},
    {"trapezoid", trapezoid},
    {"unwrap", unwrap},
    {"nan_to_num", nan_to_num},
    {"angle", angle},
    {"real_if_close", real_if_close},
    {"round", round_to},
    {"clip", clip},
};

Test(golden, calculus)
{
    cr_assert_geq(CASES("golden/calculus_cases.tsv", calls), 1000);
}
