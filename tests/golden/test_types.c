/* Result dtypes of everything elementwise against NumPy's: golden/types.tsv. */
#include <calx.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT = 14 };
static cx_dtype dtypes[COUNT];

static cx_dtype dtype_of(char letter)
{
    return letter == '-' ? CX_DTYPE_NONE : (cx_dtype)(letter - 'a' + 1);
}

typedef cx_array *unary_fn(const cx_array *a);
typedef cx_array *binary_fn(const cx_array *a, const cx_array *b);

static unary_fn *find_unary(const char *name)
{
#define CX_UNARY(NAME, name_, code, domain, result, ulp, doc) \
    if (strcmp(name, #name_) == 0) return cx_##name_;
#include <calx/unary_ops.def>
#undef CX_UNARY
    return NULL;
}

static binary_fn *find_binary(const char *name)
{
#define CX_BINARY(NAME, name_, code, domain, result, ulp, doc) \
    if (strcmp(name, #name_) == 0) return cx_##name_;
#include <calx/binary_ops.def>
#undef CX_BINARY
    return NULL;
}

static const cx_array *scalar_of(const char *kind, cx_scalar *storage)
{
    const bool real = strcmp(kind, "float") == 0, complex = strcmp(kind, "complex") == 0;
    storage->head.tag = CX__SCALAR_TAG;
    storage->head.kind = complex                    ? CX_C128
                         : real                     ? CX_F64
                         : strcmp(kind, "int") == 0 ? CX_I64
                                                    : CX_BOOL;
    if (real || complex)
        storage->v.f64 = complex ? 1.0 : 1.5;
    else
        storage->v.i64 = strcmp(kind, "int") == 0 ? 3 : 1;
    storage->im = complex ? 2.0 : 0.0;
    return (const cx_array *)(const void *)storage;
}

/* The dtype of a result, CX_DTYPE_NONE for an error; the scope's mark is dropped. */
static cx_dtype result_of(cx_scope s, const cx_array *r)
{
    const cx_dtype t = cx_status_of(r) == CX_OK ? cx_dtype_of(r) : CX_DTYPE_NONE;
    const cx_status st = cx_scope_close(s);
    cr_assert((st == CX_OK) == (t != CX_DTYPE_NONE));
    return t;
}

static cx_array *ones(cx_dtype t)
{
    return cx_ones(CX_SHAPE(1), t, CX_CPU);
}

static void expect(const char *what, const char *name, cx_dtype a, cx_dtype b, cx_dtype got,
                   char letter)
{
    cr_expect_eq(got, dtype_of(letter), "%s %s(%s, %s): %s, NumPy: %s", what, name,
                 cx_dtype_name(a), cx_dtype_name(b), cx_dtype_name(got),
                 cx_dtype_name(dtype_of(letter)));
}

static void check_unary(const char *name, const char *letters)
{
    unary_fn *const fn = find_unary(name);
    cr_assert_not_null(fn, "%s", name);
    for (int i = 0; i < COUNT; i++) {
        const cx_scope s = cx_scope_open();
        const cx_dtype got = result_of(s, fn(ones(dtypes[i])));
        expect("unary", name, dtypes[i], dtypes[i], got, letters[i]);
    }
}

static void check_binary(const char *name, const char *letters)
{
    binary_fn *const fn = find_binary(name);
    cr_assert_not_null(fn, "%s", name);
    for (int i = 0; i < COUNT * COUNT; i++) {
        const cx_dtype a = dtypes[i / COUNT], b = dtypes[i % COUNT];
        const cx_scope s = cx_scope_open();
        expect("binary", name, a, b, result_of(s, fn(ones(a), ones(b))), letters[i]);
    }
}

static void check_weak(const char *name, const char *kind, const char *letters, bool left)
{
    binary_fn *const fn = find_binary(name);
    cr_assert_not_null(fn, "%s", name);
    for (int i = 0; i < COUNT; i++) {
        cx_scalar storage;
        const cx_array *const w = scalar_of(kind, &storage);
        const cx_scope s = cx_scope_open();
        const cx_array *const a = ones(dtypes[i]);
        const cx_dtype got = result_of(s, left ? fn(w, a) : fn(a, w));
        expect(left ? "weak left" : "weak right", name, dtypes[i], dtypes[i], got, letters[i]);
    }
}

static void check_pairs(const char *row, const char *letters)
{
    for (int i = 0; i < COUNT * COUNT; i++) {
        const cx_dtype a = dtypes[i / COUNT], b = dtypes[i % COUNT];
        if (strcmp(row, "promote") == 0) {
            expect("promote", "", a, b, cx_promote_types(a, b), letters[i]);
            continue;
        }
        const cx_casting rule = strcmp(row, "cast_safe") == 0        ? CX_CASTING_SAFE
                                : strcmp(row, "cast_same_kind") == 0 ? CX_CASTING_SAME_KIND
                                                                     : CX_CASTING_UNSAFE;
        cr_expect_eq(cx_can_cast(a, b, rule), letters[i] == 'y', "%s %s to %s", row,
                     cx_dtype_name(a), cx_dtype_name(b));
    }
}

Test(types, as_numpy)
{
    FILE *const f = fopen(CX_TEST_DATA "/golden/types.tsv", "r");
    cr_assert_not_null(f);
    char line[512];
    int rows = 0;
    while (fgets(line, sizeof line, f) != NULL) {
        char *field[5] = {0};
        int n = 0;
        for (char *at = strtok(line, "\t\n"); at != NULL && n < 5; at = strtok(NULL, "\t\n"))
            field[n++] = at;
        if (n < 2) continue;
        rows++;
        if (strcmp(field[0], "dtypes") == 0) {
            cr_assert_eq(strlen(field[1]), COUNT);
            for (int i = 0; i < COUNT; i++) dtypes[i] = dtype_of(field[1][i]);
        } else if (strcmp(field[0], "unary") == 0) {
            check_unary(field[1], field[2]);
        } else if (strcmp(field[0], "binary") == 0) {
            check_binary(field[1], field[2]);
        } else if (strncmp(field[0], "weak", 4) == 0) {
            check_weak(field[1], field[2], field[3], strcmp(field[0], "weak_left") == 0);
        } else {
            check_pairs(field[0], field[1]);
        }
    }
    fclose(f);
    cr_assert_gt(rows, 360);
}

/* What NumPy has no word for: bfloat16 and categories. */
Test(types, of_our_own)
{
    cr_expect_eq(cx_promote_types(CX_BF16, CX_F16), CX_F32);
    cr_expect_eq(cx_promote_types(CX_BF16, CX_I8), CX_BF16);
    cr_expect_eq(cx_promote_types(CX_U8, CX_BF16), CX_BF16);
    cr_expect_eq(cx_promote_types(CX_BF16, CX_I16), CX_F32);
    cr_expect_eq(cx_promote_types(CX_BF16, CX_I32), CX_F64);
    cr_expect_eq(cx_promote_types(CX_BF16, CX_BOOL), CX_BF16);
    cr_expect_eq(cx_promote_types(CX_BF16, CX_C64), CX_C64);
    cr_expect_eq(cx_promote_types(CX_BF16, CX_C128), CX_C128);
    cr_expect_eq(cx_promote_types(CX_CAT, CX_CAT), CX_CAT);
    cr_expect_eq(cx_promote_types(CX_CAT, CX_I32), CX_DTYPE_NONE);
    cr_expect(cx_can_cast(CX_CAT, CX_I64, CX_CASTING_UNSAFE));
    cr_expect_not(cx_can_cast(CX_CAT, CX_F64, CX_CASTING_UNSAFE));
    cr_expect_not(cx_can_cast(CX_I32, CX_CAT, CX_CASTING_UNSAFE));
    cr_expect(cx_can_cast(CX_F32, CX_BF16, CX_CASTING_SAME_KIND));
    cr_expect_not(cx_can_cast(CX_F32, CX_F16, CX_CASTING_SAFE));
    cr_expect_eq(cx_promote_types((cx_dtype)99, CX_I8), CX_DTYPE_NONE);
}
