/* Systems of equations whose matrices have a structure that the caller knows. One idea: the
 * structure chooses the routine; what it says is 0, or the same as something else, is never read.
 */
#include "routines/linalg/linalg.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/linalg_banded.h>
#include <calx/linalg_factor.h>
#include <calx/linalg_structured.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <string.h>

/* a, square, with what is asked of it */
typedef struct system {
    const char *where;
    const cx_array *a, *b;
    bool lower;
} system_of;

static cx_array *general(const system_of *s)
{
    return cx_linalg_solve(s->a, s->b);
}

static cx_array *triangular(const system_of *s)
{
    return cx_linalg_solve_triangular(s->a, s->b,
                                      CX_OPTS(cx_solve_triangular_opts, .lower = s->lower));
}

static cx_array *definite(const system_of *s)
{
    const cx_cho_opts *const o = CX_OPTS(cx_cho_opts, .lower = s->lower);
    return cx_linalg_cho_solve(cx_linalg_cho_factor(s->a, o), s->b, o);
}

/* The other triangle from the one that is given. */
static cx_array *mirrored(const system_of *s, bool conjugated)
{
    const cx_array *const strict = s->lower ? cx_tril(s->a, -1) : cx_triu(s->a, 1);
    const cx_array *const other = conjugated ? cx__adjoint(strict) : cx_matrix_transpose(strict);
    const cx_array *const one = cx_eye(cx_dim(s->a, -1), -1, 0, CX_BOOL, cx_device_of(s->a));
    const cx_array *middle = cx_where(one, s->a, cx_zeros_like(s->a, CX_DTYPE_NONE));
    if (conjugated && cx__kind_of(middle) == 'c') middle = cx_real(middle);
    return cx_add(cx_add(strict, other), middle);
}
static cx_array *symmetric(const system_of *s)
{
    return cx_linalg_solve(mirrored(s, false), s->b);
}
static cx_array *hermitian(const system_of *s)
{
    return cx_linalg_solve(mirrored(s, true), s->b);
}

static cx_array *diagonal(const system_of *s)
{
    const cx_array *const d = cx_diagonal(s->a, 0);
    if (cx__any_true(cx_equal(d, cx_int(0)))) {
        (void)cx_check(cx__fail(CX_E_SINGULAR, s->where, "a is singular: its diagonal has a 0"));
        return NULL;
    }
    return cx_div(s->b, cx_ndim(s->b) == 1 ? d : cx_expand_dims(d, -1));
}

/* Diagonals from u above the main one to l below it, as rows. */
static const cx_array *bands(const cx_array *a, int64_t l, int64_t u)
{
    const int64_t n = cx_dim(a, -1);
    const cx_array *all = NULL;
    for (int64_t d = u; d >= -l && cx_ok(); d--) {
        const cx_array *const line = cx_diagonal(a, d);
        if (!cx_ok()) return NULL; /* what failed has no dimensions */
        const int64_t gap = n - cx_dim(line, -1);
        int64_t widths[2 * CX_MAX_NDIM] = {0};
        const int ndim = cx_ndim(line);
        widths[2 * (ndim - 1) + (d > 0 ? 0 : 1)] = gap;
        const cx_array *const row =
            cx_expand_dims(cx_pad(line, (cx_shape){2 * ndim, widths}, "constant", NULL), -2);
        all = all == NULL ? row : cx_concatenate(CX_ARRAYS(all, row), -2);
    }
    return all;
}
static cx_array *by_bands(const system_of *s, int64_t l, int64_t u)
{
    if (cx_device_of(s->a).kind != CX_DEVICE_CPU) /* which has no routine for them */
        return cx_linalg_solve(cx_tril(cx_triu(s->a, -l), u), s->b);
    return cx_linalg_solve_banded(l, u, bands(s->a, l, u), s->b);
}
static cx_array *tridiagonal(const system_of *s)
{
    return by_bands(s, 1, 1);
}
static cx_array *banded(const system_of *s)
{
    const cx_bandwidth w = cx_linalg_bandwidth(s->a);
    if (cx_size(s->a) == 0) return general(s);
    const int64_t l = cx_item_i64(cx_max(w.lower, CX_ALL)),
                  u = cx_item_i64(cx_max(w.upper, CX_ALL));
    return cx_ok() ? by_bands(s, l, u) : NULL;
}

static cx_array *upper_triangular(const system_of *s)
{
    return triangular(&(system_of){s->where, s->a, s->b, false});
}
static cx_array *lower_triangular(const system_of *s)
{
    return triangular(&(system_of){s->where, s->a, s->b, true});
}

static const struct {
    const char *name, *short_name;
    cx_array *(*solve)(const system_of *s);
    cx_array *(*turned)(const system_of *s); /* for a^T */
} structures[] = {{"general", "gen", general, general},
                  {"diagonal", NULL, diagonal, diagonal},
                  {"tridiagonal", NULL, tridiagonal, tridiagonal},
                  {"banded", NULL, banded, banded},
                  {"upper triangular", NULL, upper_triangular, lower_triangular},
                  {"lower triangular", NULL, lower_triangular, upper_triangular},
                  {"symmetric", "sym", symmetric, symmetric},
                  {"hermitian", "her", hermitian, hermitian},
                  {"positive definite", "pos", definite, definite}};
enum { STRUCTURES = (int)(sizeof structures / sizeof *structures) };

static cx_status solve_with(const char *where, const cx_array *a, const cx_array *b,
                            const cx_solve_opts *given, cx_array **out)
{
    char text[2][CX__SHAPE_TEXT];
    cx_solve_opts o;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(cx__matrices(where, "a", a, true, &a));
    CX__TRY(cx__need_array(where, "b", b));
    CX__TRY(cx__need_together(where, "a", a, "b", b));
    const bool vector = cx_ndim(b) == 1;
    if (cx_ndim(b) == 0 || cx_dim(b, vector ? -1 : -2) != cx_dim(a, -1))
        return cx__fail(CX_E_SHAPE, where, "a has shape %s and b %s; b must have as many rows",
                        cx__words_of_shape(a, text[0]), cx__words_of_shape(b, text[1]));
    int k = 0;
    while (o.assume_a != NULL && k < STRUCTURES && strcmp(o.assume_a, structures[k].name) != 0 &&
           (structures[k].short_name == NULL || strcmp(o.assume_a, structures[k].short_name) != 0))
        k++;
    if (k == STRUCTURES)
        return cx__fail(CX_E_ARGUMENT, where, "assume_a is '%s'; it can be 'general', ... 'banded'",
                        o.assume_a);
    const char kind = cx__kind_of(b);
    if (kind == 'e' || cx_dtype_of(b) == CX_CAT)
        return cx__fail(CX_E_DTYPE, where, "b is %s; take float32 or float64",
                        cx_dtype_name(cx_dtype_of(b)));
    const system_of s = {.where = where,
                         .a = o.transposed ? cx_matrix_transpose(a) : a,
                         .b = kind == 'f' || kind == 'c' ? b : cx_astype(b, CX_F64),
                         .lower = o.lower != o.transposed};
    *out = o.transposed ? structures[k].turned(&s) : structures[k].solve(&s);
    return cx__so_far();
}
cx_array *cx_linalg_solve_with(const cx_array *a, const cx_array *b, const cx_solve_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = solve_with("linalg_solve_with", a, b, o, &r);
    return cx__give(s, st, r);
}
