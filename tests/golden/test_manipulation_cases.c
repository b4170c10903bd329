/* device: each. Shapes, joining, padding, inserting, repeating and bits as NumPy does them:
 * manipulation_cases.tsv and elements_cases.tsv (make_manipulation_cases.py). */
#include "cases.h"
#include <calx.h>
#include <criterion/criterion.h>

/* ---- axes */
static int axes_of(test_case *c, const char *key, int out[32])
{
    int64_t wide[32];
    const int n = case_ints(c, key, wide);
    for (int i = 0; i < n; i++) out[i] = (int)wide[i];
    return n;
}
static int axis_of(const test_case *c)
{
    return case_has(c, "axis") ? (int)case_int(c, "axis", 0) : CX_FLAT;
}
static void atleast_1d(test_case *c, cx_array **out)
{
    out[0] = cx_atleast_1d(case_array(c, 0));
}
static void atleast_2d(test_case *c, cx_array **out)
{
    out[0] = cx_atleast_2d(case_array(c, 0));
}
static void atleast_3d(test_case *c, cx_array **out)
{
    out[0] = cx_atleast_3d(case_array(c, 0));
}
static void flip(test_case *c, cx_array **out)
{
    int axes[32];
    const int n = axes_of(c, "axes", axes);
    out[0] = cx_flip_axes(case_array(c, 0), n, case_has(c, "axes") ? axes : NULL);
}
static void fliplr(test_case *c, cx_array **out)
{
    out[0] = cx_fliplr(case_array(c, 0));
}
static void flipud(test_case *c, cx_array **out)
{
    out[0] = cx_flipud(case_array(c, 0));
}
static void rot90(test_case *c, cx_array **out)
{
    out[0] = cx_rot90(case_array(c, 0), case_int(c, "k", 1), (int)case_int(c, "x", 0),
                      (int)case_int(c, "y", 1));
}
static void roll(test_case *c, cx_array **out)
{
    int64_t shifts[32];
    int axes[32];
    const int n = case_ints(c, "shifts", shifts);
    (void)axes_of(c, "axes", axes);
    out[0] = cx_roll_axes(case_array(c, 0), n, shifts, case_has(c, "axes") ? axes : NULL);
}
static void rollaxis(test_case *c, cx_array **out)
{
    out[0] = cx_rollaxis(case_array(c, 0), (int)case_int(c, "k", 0), (int)case_int(c, "start", 0));
}
static void moveaxes(test_case *c, cx_array **out)
{
    int source[32], destination[32];
    const int n = axes_of(c, "source", source);
    (void)axes_of(c, "destination", destination);
    out[0] = cx_moveaxes(case_array(c, 0), n, source, destination);
}
static void expand_dims(test_case *c, cx_array **out)
{
    int axes[32];
    const int n = axes_of(c, "axes", axes);
    out[0] = cx_expand_dims_axes(case_array(c, 0), n, axes);
}
static void squeeze(test_case *c, cx_array **out)
{
    int axes[32];
    const int n = axes_of(c, "axes", axes);
    out[0] = cx_squeeze_axes(case_array(c, 0), n, axes);
}
static void view_as(test_case *c, cx_array **out)
{
    /* the other layouts have no contiguous last axis */
    out[0] = cx_view_as(cx_ascontiguous(case_array(c, 0)), case_dtype(c, "dtype"));
}

/* ---- parts */
static void array_split(test_case *c, cx_array **out)
{
    case_status(c, cx_array_split_into(case_array(c, 0), (int)case_int(c, "n", 1),
                                       (int)case_int(c, "axis", 0), out));
}
static void split_at(test_case *c, cx_array **out)
{
    int64_t at[32];
    const int n = case_ints(c, "at", at);
    case_status(
        c, cx_split_at_into(case_array(c, 0), (cx_shape){n, at}, (int)case_int(c, "axis", 0), out));
}
static void hsplit(test_case *c, cx_array **out)
{
    case_status(c, cx_hsplit_into(case_array(c, 0), (int)case_int(c, "n", 1), out));
}
static void vsplit(test_case *c, cx_array **out)
{
    case_status(c, cx_vsplit_into(case_array(c, 0), (int)case_int(c, "n", 1), out));
}
static void dsplit(test_case *c, cx_array **out)
{
    case_status(c, cx_dsplit_into(case_array(c, 0), (int)case_int(c, "n", 1), out));
}
static void unstack(test_case *c, cx_array **out)
{
    case_status(c, cx_unstack_into(case_array(c, 0), (int)case_int(c, "axis", 0), out));
}

/* ---- joining */
static void append(test_case *c, cx_array **out)
{
    out[0] = cx_append(case_array(c, 0), case_array(c, 1), axis_of(c));
}
static void concatenate(test_case *c, cx_array **out)
{
    const cx_maybe_i64 casting = {case_has(c, "casting"), case_int(c, "casting", 0)};
    out[0] = cx_concatenate_with(
        case_arrays(c, 0), axis_of(c),
        CX_OPTS(cx_concatenate_opts, .dtype = case_dtype(c, "dtype"), .casting = casting));
}
static void concatenate_into(test_case *c, cx_array **out)
{
    out[0] = case_target(c, 0);
    case_status(c, cx_concatenate_into(case_arrays(c, 1), axis_of(c), out[0]));
}
static void column_stack(test_case *c, cx_array **out)
{
    out[0] = cx_column_stack(case_arrays(c, 0));
}
static void dstack(test_case *c, cx_array **out)
{
    out[0] = cx_dstack(case_arrays(c, 0));
}
static void block(test_case *c, cx_array **out)
{
    out[0] = cx_block(case_text(c, "nest", ""), case_arrays(c, 0));
}
static void insert(test_case *c, cx_array **out)
{
    out[0] = cx_insert(case_array(c, 0), case_array(c, 1), case_array(c, 2), axis_of(c));
}
static void insert_slice(test_case *c, cx_array **out)
{
    out[0] = cx_insert_slice(case_array(c, 0), case_int(c, "start", 0), case_int(c, "stop", 0),
                             case_int(c, "step", 1), case_array(c, 1), axis_of(c));
}
static void delete_at(test_case *c, cx_array **out)
{
    out[0] = cx_delete(case_array(c, 0), case_array(c, 1), axis_of(c));
}
static void delete_slice(test_case *c, cx_array **out)
{
    out[0] = cx_delete_slice(case_array(c, 0), case_int(c, "start", 0), case_int(c, "stop", 0),
                             case_int(c, "step", 1), axis_of(c));
}

/* ---- elements */
static void resize(test_case *c, cx_array **out)
{
    int64_t shape[32];
    const int n = case_ints(c, "shape", shape);
    out[0] = cx_resize(case_array(c, 0), (cx_shape){n, shape});
}
static void resize_zeros(test_case *c, cx_array **out)
{
    int64_t shape[32];
    const int n = case_ints(c, "shape", shape);
    out[0] = cx_resize_zeros(case_array(c, 0), (cx_shape){n, shape});
}
static void repeat(test_case *c, cx_array **out)
{
    out[0] = cx_repeat_each(case_array(c, 0), case_array(c, 1), axis_of(c));
}
static void trim_zeros(test_case *c, cx_array **out)
{
    int axes[32];
    const int n = axes_of(c, "axes", axes);
    out[0] = cx_trim_zeros(case_array(c, 0), (cx_trim)case_int(c, "which", 0), n,
                           case_has(c, "axes") ? axes : NULL);
}
static void copyto(test_case *c, cx_array **out)
{
    out[0] = case_target(c, 0);
    case_status(c, cx_copyto(out[0], case_array(c, 1), (cx_casting)case_int(c, "casting", 2),
                             case_array(c, 2)));
}
static void packbits(test_case *c, cx_array **out)
{
    out[0] = cx_packbits(case_array(c, 0), axis_of(c), (cx_bitorder)case_int(c, "order", 0));
}
static void unpackbits(test_case *c, cx_array **out)
{
    const cx_maybe_i64 count = {case_has(c, "count"), case_int(c, "count", 0)};
    out[0] = cx_unpackbits(
        case_array(c, 0), axis_of(c),
        CX_OPTS(cx_unpackbits_opts, .order = (cx_bitorder)case_int(c, "order", 0), .count = count));
}

/* ---- what was there before */
static void tile(test_case *c, cx_array **out)
{
    int64_t reps[32];
    const int n = case_ints(c, "reps", reps);
    out[0] = cx_tile(case_array(c, 0), (cx_shape){n, reps});
}
static void stack(test_case *c, cx_array **out)
{
    out[0] = cx_stack(case_arrays(c, 0), (int)case_int(c, "axis", 0));
}
static void vstack(test_case *c, cx_array **out)
{
    out[0] = cx_vstack(case_arrays(c, 0));
}
static void hstack(test_case *c, cx_array **out)
{
    out[0] = cx_hstack(case_arrays(c, 0));
}
static void reshape(test_case *c, cx_array **out)
{
    int64_t shape[32];
    const int n = case_ints(c, "shape", shape);
    out[0] = cx_reshape(case_array(c, 0), (cx_shape){n, shape});
}
static void broadcast_to(test_case *c, cx_array **out)
{
    int64_t shape[32];
    const int n = case_ints(c, "shape", shape);
    out[0] = cx_broadcast_to(case_array(c, 0), (cx_shape){n, shape});
}
static void swapaxes(test_case *c, cx_array **out)
{
    out[0] = cx_swapaxes(case_array(c, 0), (int)case_int(c, "x", 0), (int)case_int(c, "y", 0));
}

static const case_fn calls[] = {{"tile", tile},
                                {"stack", stack},
                                {"vstack", vstack},
                                {"hstack", hstack},
                                {"reshape", reshape},
                                {"broadcast_to", broadcast_to},
                                {"swapaxes", swapaxes},
                                {"atleast_1d", atleast_1d},
                                {"atleast_2d", atleast_2d},
                                {"atleast_3d", atleast_3d},
                                {"flip", flip},
                                {"fliplr", fliplr},
                                {"flipud", flipud},
                                {"rot90", rot90},
                                {"roll", roll},
                                {"rollaxis", rollaxis},
                                {"moveaxes", moveaxes},
                                {"expand_dims", expand_dims},
                                {"squeeze", squeeze},
                                {"view_as", view_as},
                                {"array_split", array_split},
                                {"split_at", split_at},
                                {"hsplit", hsplit},
                                {"vsplit", vsplit},
                                {"dsplit", dsplit},
                                {"unstack", unstack},
                                {"append", append},
                                {"concatenate", concatenate},
                                {"concatenate_into", concatenate_into},
                                {"column_stack", column_stack},
                                {"dstack", dstack},
                                {"block", block},
                                {"insert", insert},
                                {"insert_slice", insert_slice},
                                {"delete", delete_at},
                                {"delete_slice", delete_slice},
                                {"resize", resize},
                                {"resize_zeros", resize_zeros},
                                {"repeat", repeat},
                                {"trim_zeros", trim_zeros},
                                {"copyto", copyto},
                                {"packbits", packbits},
                                {"unpackbits", unpackbits}};

Test(manipulation, shapes)
{
    cr_assert_geq(CASES("golden/manipulation_cases.tsv", calls), 1100);
}
Test(manipulation, elements)
{
    cr_assert_geq(CASES("golden/elements_cases.tsv", calls), 1300);
}
