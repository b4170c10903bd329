/* device: each. Products and linear algebra against NumPy's values (make_linalg.py,
 * linalg.safetensors). */
#include "device.h"
#include "linalg_check.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static cx_tensors *data;

/* An array of a case; complex ones come back from their pairs. */
static cx_array *get(const char *kind, const char *name, const char *part)
{
    char key[96];
    snprintf(key, sizeof key, "%s/%s/%s", kind, name, part);
    cx_array *const a = test_here(cx_tensors_get(data, key));
    cr_assert(cx_status_of(a) == CX_OK, "%s: %s", key, cx_error_message());
    return a;
}
static cx_array *number(const char *kind, const char *name, const char *part)
{
    cx_array *const a = get(kind, name, part);
    if (strcmp(kind, "complex") != 0) return a;
    return cx_add(cx_select(a, -1, 0), cx_mul(cx_select(a, -1, 1), cx_complex(0, 1)));
}

static void same(const cx_array *got, const cx_array *wanted, const char *kind, const char *name)
{
    const double d = check_distance(got, wanted), bound = 1e-12 * (1 + check_size(wanted));
    cr_assert(d <= bound, "%s %s: off by %g, bound %g; %s", kind, name, d, bound,
              cx_error_message());
}

static void one_kind(const char *kind)
{
#define IN(name, part) number(kind, name, part)
#define REAL(name, part) get(kind, name, part)
    same(cx_linalg_solve(IN("solve", "a"), IN("solve", "b")), IN("solve", "0"), kind, "solve");
    same(cx_linalg_inv(IN("inv", "a")), IN("inv", "0"), kind, "inv");
    same(cx_linalg_det(IN("det", "a")), IN("det", "0"), kind, "det");
    const cx_slogdet d = cx_linalg_slogdet(IN("slogdet", "a"));
    same(d.sign, IN("slogdet", "0"), kind, "slogdet sign");
    same(d.logabsdet, REAL("slogdet", "1"), kind, "slogdet");
    same(cx_linalg_cholesky(IN("cholesky", "a"), NULL), IN("cholesky", "0"), kind, "cholesky");
    same(cx_linalg_eigvalsh(IN("eigvalsh", "a"), NULL), REAL("eigvalsh", "0"), kind, "eigvalsh");
    same(cx_linalg_svdvals(IN("svdvals", "a")), REAL("svdvals", "0"), kind, "svdvals");
    same(cx_linalg_pinv(IN("pinv", "a"), NULL), IN("pinv", "0"), kind, "pinv");
    same(cx_linalg_cond(IN("cond", "a")), REAL("cond", "0"), kind, "cond");
    same(cx_linalg_matrix_power(IN("power", "a"), 5), IN("power", "0"), kind, "power");
    same(cx_linalg_matrix_power(IN("power_negative", "a"), -3), IN("power_negative", "0"), kind,
         "negative power");
    static const char *const squares[] = {"lstsq", "lstsq_wide", "lstsq_poor"};
    for (int i = 0; i < 3; i++) {
        const cx_lstsq l = cx_linalg_lstsq(IN(squares[i], "a"), IN(squares[i], "b"), NULL);
        same(l.x, IN(squares[i], "0"), kind, squares[i]);
        same(l.residuals, REAL(squares[i], "1"), kind, "residuals");
        same(l.rank, REAL(squares[i], "2"), kind, "rank");
        same(l.s, REAL(squares[i], "3"), kind, "singular values");
    }
    same(cx_linalg_matrix_rank(IN("rank", "a"), NULL), REAL("rank", "0"), kind, "matrix_rank");
    same(cx_vdot(IN("vdot", "a"), IN("vdot", "b")), IN("vdot", "0"), kind, "vdot");
    same(cx_dot(IN("dot", "a"), IN("dot", "b")), IN("dot", "0"), kind, "dot");
    same(cx_inner(IN("inner", "a"), IN("inner", "b")), IN("inner", "0"), kind, "inner");
    same(cx_outer(IN("outer", "a"), IN("outer", "b")), IN("outer", "0"), kind, "outer");
    const cx_qr f = cx_linalg_qr(IN("qr", "a"), NULL);
    same(f.q, IN("qr", "0"), kind, "q");
    same(f.r, IN("qr", "1"), kind, "r");
}

static cx_scope begin(void)
{
    const cx_scope s = cx_scope_open();
    data = cx_safetensors_load(CX_TEST_DATA "/golden/linalg.safetensors");
    cr_assert(cx_tensors_status(data) == CX_OK, "%s", cx_error_message());
    return s;
}

Test(linalg_golden, real)
{
    const cx_scope s = begin();
    one_kind("real");
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(linalg_golden, complex)
{
    const cx_scope s = begin();
    one_kind("complex");
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(linalg_golden, norms)
{
    static const struct {
        const char *name;
        double ord;
        const char *kind;
        bool vector, matrix;
    } orders[] = {{"0", 0, NULL, true, false},
                  {"1", 1, NULL, true, true},
                  {"2", 2, NULL, true, true},
                  {"3", 3, NULL, true, false},
                  {"0.5", 0.5, NULL, true, false},
                  {"-1", -1, NULL, true, true},
                  {"-2", -2, NULL, true, true},
                  {"inf", INFINITY, NULL, true, true},
                  {"-inf", -INFINITY, NULL, true, true},
                  {"fro", 0, "fro", false, true},
                  {"nuc", 0, "nuc", false, true}};
    const cx_scope s = begin();
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        const cx_norm_opts o = {.struct_size = sizeof o,
                                .kind = orders[i].kind,
                                .ord = {orders[i].kind == NULL, orders[i].ord}};
        const char *const n = orders[i].name;
        if (orders[i].vector) {
            same(cx_linalg_norm(get("norm/vector", n, "a"), CX_ALL, &o), get("norm/vector", n, "0"),
                 "vector", n);
            same(cx_linalg_norm(get("norm/axis", n, "a"), CX_AXIS(1), &o), get("norm/axis", n, "0"),
                 "axis", n);
        }
        if (orders[i].matrix) {
            same(cx_linalg_norm(get("norm/matrix", n, "a"), CX_ALL, &o), get("norm/matrix", n, "0"),
                 "matrix", n);
            same(cx_linalg_norm(get("norm/axes", n, "a"), CX_AXES(2, 0), &o),
                 get("norm/axes", n, "0"), "axes", n);
            cx_reduce kept = CX_AXES(0, 1);
            kept.keepdims = true;
            same(cx_linalg_norm(get("norm/kept", n, "a"), kept, &o), get("norm/kept", n, "0"),
                 "keepdims", n);
        }
    }
    same(cx_linalg_norm(get("norm", "all", "a"), CX_ALL, NULL), get("norm", "all", "0"), "whole",
         "array");
    const cx_array *const z = get("norm", "complex", "a");
    same(cx_linalg_norm(cx_add(cx_select(z, -1, 0), cx_mul(cx_select(z, -1, 1), cx_complex(0, 1))),
                        CX_ALL, NULL),
         get("norm", "complex", "0"), "complex", "matrix");
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
