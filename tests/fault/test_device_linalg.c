/* device: each. Every call of the runtime and of a library, failing in turn, below products,
 * factorisations and least squares: an error comes back, and the next call works. Only the
 * simulated GPU can be told to fail; other devices are skipped. */
#include "device.h"
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static long (*ctl)(const char *what, long value);

static bool can_fail(void)
{
    const char *const plugin = getenv("CX_PLUGIN");
    if (test_on_cpu() || plugin == NULL) return false;
    void *const library = dlopen(plugin, RTLD_NOW);
    void *const f = library != NULL ? dlsym(library, "cudasim_ctl") : NULL;
    memcpy(&ctl, &f, sizeof f);
    return f != NULL;
}

/* [m, n] with a heavy diagonal: far from singular */
static cx_array *matrix(int64_t m, int64_t n, cx_dtype t)
{
    cx_array *const a = cx_empty(CX_SHAPE(m, n), CX_F64, CX_CPU);
    double *const p = cx_data_f64_mut(a);
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++)
            p[i * n + j] = (i == j ? 4 : 0) + (double)((i * j * 7 + i + j) % 11) / 11;
    return test_here(cx_astype(a, t));
}

typedef struct operands {
    cx_array *square, *symmetric, *tall, *wide, *right, *complex, *whole, *many, *pairs,
        *identities;
} operands;

static cx_array *product(const operands *o)
{
    return cx_matmul(o->square, o->tall);
}
static cx_array *packed(const operands *o)
{
    return cx_matmul(cx_slice(o->square, 1, 0, 6, 2), cx_slice(o->tall, 0, 0, 6, 2));
}
static cx_array *whole(const operands *o)
{
    return cx_matmul(o->whole, o->whole);
}
static cx_array *conjugated(const operands *o)
{
    return cx_vdot(o->complex, o->complex);
}
static cx_array *inverse(const operands *o)
{
    return cx_linalg_inv(o->square);
}
static cx_array *inverses(const operands *o)
{
    return cx_linalg_inv(o->many);
}
static cx_array *solution(const operands *o)
{
    return cx_linalg_solve(o->complex, o->complex);
}
static cx_array *cholesky(const operands *o)
{
    return cx_linalg_cholesky(o->symmetric, NULL);
}
static cx_array *orthogonal(const operands *o)
{
    return cx_linalg_qr(o->tall, NULL).q;
}
static cx_array *singular(const operands *o)
{
    return cx_linalg_svd(o->wide, CX_OPTS(cx_svd_opts, .thin = true)).u;
}
static cx_array *eigen(const operands *o)
{
    return cx_linalg_eigh(o->symmetric, NULL).v;
}
static cx_array *general(const operands *o)
{
    return cx_linalg_eig(o->symmetric).v;
}
static cx_array *least(const operands *o)
{
    return cx_linalg_lstsq(o->wide, o->right, NULL).x;
}

/* stacks of small matrices */
static cx_array *solutions(const operands *o)
{
    return cx_linalg_solve(o->pairs, o->pairs);
}
static cx_array *determinants(const operands *o)
{
    return cx_linalg_det(o->many);
}
static cx_array *choleskies(const operands *o)
{
    return cx_linalg_cholesky(o->identities, NULL);
}
static cx_array *orthogonals(const operands *o)
{
    return cx_linalg_qr(o->many, CX_OPTS(cx_qr_opts, .mode = CX_QR_COMPLETE)).q;
}
static cx_array *singulars(const operands *o)
{
    return cx_linalg_svd(o->pairs, NULL).vh;
}
static cx_array *eigens(const operands *o)
{
    return cx_linalg_eigh(o->identities, NULL).v;
}

static cx_array *(*const calls[])(const operands *) = {
    product,      packed,     whole,       conjugated, inverse, inverses, solution,
    cholesky,     orthogonal, singular,    eigen,      general, least,    solutions,
    determinants, choleskies, orthogonals, singulars,  eigens,
};
enum { CALLS = sizeof calls / sizeof *calls };

/* The result on the host; NULL on failure. */
static cx_array *result(int i, const operands *o)
{
    cx_array *const a = calls[i](o);
    return cx_ok() ? cx_to(a, CX_CPU) : NULL;
}

/* before: what the call gives, or NULL. */
static void fail_each(int i, const operands *o, const cx_array *before)
{
    int reached = 0;
    for (long at = 1;; at++) {
        const cx_scope s = cx_scope_open();
        cr_assert(ctl("fail_at", at) == 0);
        const cx_array *const broken = result(i, o);
        const bool injected = ctl("calls", 0) >= at;
        cr_assert(ctl("fail_at", 0) == 0);
        if (cx_ok() && before != NULL)
            cr_assert(cx_array_equal(broken, before), "call %d: failure %ld was not seen", i, at);
        const cx_status st = cx_scope_close(s);
        cr_assert(injected || st == CX_OK, "call %d: %s", i, cx_error_message());
        if (!injected) break;
        if (st != CX_OK)
            reached++; /* an allocation may have been tried again, and then it is right */
        cr_assert(at < 1000, "call %d does not end", i);
    }
    cr_assert(reached > 0, "call %d: nothing failed", i);
    const cx_array *const after = result(i, o);
    cr_assert(after != NULL && (before == NULL || cx_array_equal(after, before)), "call %d: %s", i,
              cx_error_message());
}

Test(device_linalg, every_call_fails_in_turn)
{
    if (!can_fail()) cr_skip_test("this device cannot be told to fail");
    const cx_scope all = cx_scope_open();
    const operands o = {
        .square = matrix(6, 6, CX_F64),
        .symmetric = test_here(cx_eye(6, -1, 0, CX_F64, CX_CPU)),
        .tall = matrix(6, 3, CX_F64),
        .wide = matrix(3, 6, CX_F64),
        .right = matrix(3, 2, CX_F64),
        .complex = matrix(5, 5, CX_C128),
        .whole = matrix(5, 5, CX_I32),
        .many = test_here(cx_copy(cx_broadcast_to(matrix(4, 4, CX_F32), CX_SHAPE(3, 4, 4)))),
        .pairs = test_here(cx_copy(cx_broadcast_to(matrix(6, 6, CX_C128), CX_SHAPE(2, 6, 6)))),
        .identities = test_here(
            cx_copy(cx_broadcast_to(cx_eye(5, -1, 0, CX_F64, CX_CPU), CX_SHAPE(2, 5, 5)))),
    };
    cr_assert(cx_ok(), "%s", cx_error_message());
    for (int i = 0; i < CALLS; i++) fail_each(i, &o, NULL); /* libraries and handles are made */
    for (int i = 0; i < CALLS; i++) fail_each(i, &o, result(i, &o));
    cr_assert(cx_scope_close(all) == CX_OK, "%s", cx_error_message());
}
