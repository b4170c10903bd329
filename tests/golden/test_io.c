/* Files that NumPy and safetensors wrote (make_io.py): values, and our own files against theirs
 * byte for byte. */
#include <calx.h>
#include "files.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static cx_scope scope;
static char made[TEST_PATH]; /* a file of ours */

static void setup(void)
{
    scope = cx_scope_open();
    test_temp_file(made);
}

static void teardown(void)
{
    cr_assert_eq(cx_scope_close(scope), CX_OK, "%s", cx_error_message());
    unlink(made);
}

TestSuite(io, .init = setup, .fini = teardown);

static const char *data(const char *name)
{
    static char path[4096];
    (void)snprintf(path, sizeof path, "%s/data/io/%s", CX_TEST_DATA, name);
    return path;
}

/* Whole file; the caller frees it. */
static char *bytes_of(const char *path, size_t *n)
{
    FILE *const f = fopen(path, "rb");
    cr_assert_not_null(f, "%s", path);
    char *const p = malloc(1 << 16);
    *n = fread(p, 1, 1 << 16, f);
    cr_assert_lt(*n, 1u << 16);
    (void)fclose(f);
    return p;
}

static void expect_same_file(const char *a, const char *b)
{
    size_t n, m;
    char *const p = bytes_of(a, &n), *const q = bytes_of(b, &m);
    cr_assert(n == m && memcmp(p, q, n) == 0, "%s differs", a);
    free(p);
    free(q);
}

static double item(const cx_array *a, int64_t i)
{
    return cx_item_f64(cx_index(cx_reshape(a, CX_SHAPE(-1)), "?", i));
}

static double value(const char *dtype, int i)
{
    const int v = 3 * i - 7;
    if (strcmp(dtype, "bool") == 0) return i % 3 == 0;
    if (strcmp(dtype, "uint8") == 0) return (uint8_t)v;
    if (strcmp(dtype, "uint16") == 0) return (uint16_t)v;
    if (strcmp(dtype, "uint32") == 0) return (uint32_t)v;
    return strcmp(dtype, "uint64") == 0 ? (double)(uint64_t)(int64_t)v : v;
}

Test(io, npy_of_every_dtype)
{
    static const char *const dtypes[] = {"bool",   "int8",    "int16",   "int32",
                                         "int64",  "uint8",   "uint16",  "uint32",
                                         "uint64", "float16", "float32", "float64"};
    for (size_t k = 0; k < sizeof dtypes / sizeof *dtypes; k++) {
        char name[64];
        (void)snprintf(name, sizeof name, "dtype_%s.npy", dtypes[k]);
        cx_array *const a = cx_load(data(name));
        cr_assert_eq(cx_status_of(a), CX_OK, "%s", cx_error_message());
        cr_assert_str_eq(cx_dtype_name(cx_dtype_of(a)), dtypes[k]);
        cr_assert(cx_ndim(a) == 2 && cx_dim(a, 0) == 2 && cx_dim(a, 1) == 3);
        for (int i = 0; i < 6; i++)
            cr_assert_eq(item(a, i), value(dtypes[k], i), "%s %d", dtypes[k], i);
        cr_assert_eq(cx_save(made, a), CX_OK);
        expect_same_file(made, data(name));
    }
    const cx_complex128 *const z = cx_data_c128(cx_load(data("dtype_complex128.npy")));
    const cx_complex64 *const c = cx_data_c64(cx_load(data("dtype_complex64.npy")));
    const cx_complex128 *const b = cx_data_c128(cx_load(data("big_c16.npy")));
    for (int i = 0; i < 6; i++) {
        cr_assert(z[i].re == 3 * i - 7 && z[i].im == i + 0.5);
        cr_assert(b[i].re == 3 * i - 7 && b[i].im == i + 0.5);
        cr_assert(c[i].re == (float)(3 * i - 7) && c[i].im == (float)i + 0.5f);
    }
}

Test(io, npy_orders_versions_and_shapes)
{
    static const char *const same[] = {"big_f8.npy", "big_i2.npy", "fortran.npy", "version2.npy",
                                       "version3.npy"};
    for (size_t k = 0; k < sizeof same / sizeof *same; k++) {
        cx_array *const a = cx_load(data(same[k]));
        cr_assert(cx_ndim(a) == 2 && cx_dim(a, 0) == 2 && cx_dim(a, 1) == 3, "%s", same[k]);
        for (int i = 0; i < 6; i++) cr_assert_eq(item(a, i), 3 * i - 7, "%s", same[k]);
    }
    cx_array *const f = cx_load(data("fortran.npy"));
    cr_assert(!cx_is_contiguous(f) && cx_stride(f, 0) == 8);
    cr_assert_eq(cx_save(made, f), CX_OK);
    expect_same_file(made, data("fortran.npy"));
    static const char *const others[] = {"scalar.npy", "empty.npy", "one.npy"};
    for (size_t k = 0; k < 3; k++) {
        cr_assert_eq(cx_save(made, cx_load(data(others[k]))), CX_OK);
        expect_same_file(made, data(others[k]));
    }
    cr_assert(cx_ndim(cx_load(data("scalar.npy"))) == 0 &&
              cx_item_f64(cx_load(data("scalar.npy"))) == 2.5);
    cr_assert_eq(cx_save(made, cx_float(2.5)), CX_OK);
    expect_same_file(made, data("scalar.npy"));
    /* neither C nor Fortran order: written in C order */
    cx_array *const strided = cx_index(cx_load(data("dtype_float64.npy")), ":, ::2");
    cr_assert_eq(cx_save(made, strided), CX_OK);
    cx_array *const again = cx_load(made);
    cr_assert(cx_dim(again, 1) == 2 && item(again, 1) == -1 && item(again, 3) == 8);
}

Test(io, npy_text_is_categories)
{
    static const char *const files[] = {"text_U.npy", "text_U_big.npy"};
    static const char *const texts[] = {"pear", "apple", "", "größe", "apple", "\xf0\x9f\x98\x80"};
    for (int k = 0; k < 2; k++) {
        cx_array *const a = cx_load(data(files[k]));
        cr_assert(cx_dtype_of(a) == CX_CAT && cx_size(a) == 6 && cx_category_count(a) == 4);
        for (int i = 0; i < 6; i++) cr_assert_str_eq(cx_label(a, i), texts[i]);
        cr_assert_str_eq(cx_category(a, 0), "apple");
        cr_assert_eq(cx_data_i32(cx_codes(a))[2], -1);
        cr_assert_eq(cx_save(made, a), CX_OK);
        expect_same_file(made, data("text_U.npy"));
    }
    cr_assert_str_eq(cx_label(cx_load(data("text_S.npy")), 3), "fig");
}

Test(io, npy_foreign_dtypes_name_the_descr)
{
    static const struct {
        const char *file, *says;
    } cases[] = {{"structured.npy", "[('a', '<f4'), ('b', '<i8')]"},
                 {"object.npy", "|O"},
                 {"time.npy", "<M8[D]"}};
    for (size_t k = 0; k < 3; k++) {
        const cx_scope s = cx_scope_open();
        cr_assert_eq(cx_status_of(cx_load(data(cases[k].file))), CX_E_DTYPE);
        cr_assert_not_null(strstr(cx_error_message(), cases[k].says), "%s", cx_error_message());
        cr_assert_not_null(strstr(cx_error_message(), cases[k].file), "%s", cx_error_message());
        cr_assert_eq(cx_scope_close(s), CX_E_DTYPE);
    }
}

Test(io, npy_mapped)
{
    cx_array *const r = cx_load_mapped(data("dtype_float64.npy"), CX_MMAP_READ);
    cr_assert(!cx_is_writeable(r) && item(r, 5) == 8);
    cr_assert_eq(cx_copy_into(cx_float(1), r), CX_E_READONLY);
    cx_array *const w = cx_load_mapped(data("fortran.npy"), CX_MMAP_COPY);
    cr_assert(cx_is_writeable(w) && item(w, 1) == -4);
    cr_assert_eq(cx_copy_into(cx_float(1), w), CX_OK);
    cr_assert(item(w, 1) == 1 && item(cx_load(data("fortran.npy")), 1) == -4);
    static const char *const unfit[] = {"big_f8.npy", "text_U.npy"};
    for (int k = 0; k < 2; k++) {
        const cx_scope s = cx_scope_open();
        cr_assert_eq(cx_status_of(cx_load_mapped(data(unfit[k]), CX_MMAP_READ)), CX_E_UNSUPPORTED);
        cr_assert_eq(cx_scope_close(s), CX_E_UNSUPPORTED);
    }
}

Test(io, npz_read)
{
    cx_tensors *const t = cx_npz_open(data("arrays.npz"));
    cr_assert_eq(cx_tensors_status(t), CX_OK, "%s", cx_error_message());
    cr_assert_eq(cx_tensors_count(t), 2);
    cr_assert_str_eq(cx_tensors_name(t, 0), "first");
    cr_assert(item(cx_tensors_get(t, "first"), 5) == 8 && item(cx_tensors_at(t, 1), 4) == 4);
    cr_assert_eq(item(cx_npz_load(data("arrays.npz"), "second.npy"), 3), 3);
    cx_array *const ones = cx_npz_load(data("compressed.npz"), "ones");
    cr_assert(cx_size(ones) == 1000 && item(ones, 999) == 1);
    cr_assert_str_eq(cx_label(cx_npz_load(data("compressed.npz"), "text"), 3), "größe");
    const cx_scope s = cx_scope_open();
    cr_assert_eq(cx_status_of(cx_npz_load(data("arrays.npz"), "frist")), CX_E_ARGUMENT);
    cr_assert_not_null(strstr(cx_error_message(), "did you mean 'first'?"), "%s",
                       cx_error_message());
    cr_assert_eq(cx_scope_close(s), CX_E_ARGUMENT);
}

Test(io, npz_write)
{
    cx_array *const a = cx_load(data("dtype_float64.npy")), *const ones = cx_ones(CX_SHAPE(5000),
                                                                                  CX_F64, CX_CPU);
    cx_array *const text = cx_load(data("text_U.npy"));
    for (int k = 0; k < 2; k++) {
        const cx_npz_opts *const o = CX_OPTS(cx_npz_opts, .compress = k == 1);
        cr_assert_eq(cx_npz_save(made, CX_NAMES("a", "ones", "größe"), CX_ARRAYS(a, ones, text), o),
                     CX_OK, "%s", cx_error_message());
        cx_tensors *const t = cx_npz_open(made);
        cr_assert_eq(cx_tensors_count(t), 3);
        cr_assert(item(cx_tensors_get(t, "a"), 2) == -1 &&
                  item(cx_tensors_get(t, "ones"), 4999) == 1);
        cr_assert_str_eq(cx_label(cx_tensors_get(t, "größe"), 0), "pear");
        FILE *const f = fopen(made, "rb");
        cr_assert_eq(fseek(f, 0, SEEK_END), 0);
        cr_assert(k == 0 ? ftell(f) > 40000 : ftell(f) < 3000);
        (void)fclose(f);
    }
    cr_assert_eq(cx_npz_save(made, CX_NAMES(), CX_ARRAYS(), NULL), CX_OK);
    cr_assert_eq(cx_tensors_count(cx_npz_open(made)), 0);
    cr_assert_eq(cx_npz_save(made, CX_NAMES("a", "a"), CX_ARRAYS(a, a), NULL), CX_E_ARGUMENT);
    cr_assert_eq(cx_npz_save(made, CX_NAMES("a"), CX_ARRAYS(a, a), NULL), CX_E_ARGUMENT);
}

Test(io, safetensors_of_python)
{
    cx_tensors *const t = cx_safetensors_load(data("plain.safetensors"));
    cr_assert_eq(cx_tensors_status(t), CX_OK, "%s", cx_error_message());
    cr_assert_eq(cx_tensors_count(t), 5);
    cr_assert_str_eq(cx_tensors_metadata(t, "who"), "größe");
    cr_assert_null(cx_tensors_metadata(t, "nobody"));
    cx_array *const w = cx_tensors_get(t, "w");
    cr_assert(cx_dtype_of(w) == CX_F32 && cx_dim(w, 1) == 3 && item(w, 5) == 8);
    cr_assert(cx_data_bool(cx_tensors_get(t, "flag"))[0] &&
              !cx_data_bool(cx_tensors_get(t, "flag"))[1]);
    cr_assert(cx_dim(cx_tensors_get(t, "none"), 1) == 2 && cx_size(cx_tensors_get(t, "none")) == 0);
    cr_assert(cx_data_c64(cx_tensors_get(t, "z"))[0].im == 2);
    cr_assert(cx_tensors_find(t, "b") >= 0 && cx_tensors_find(t, "nobody") == -1);
}

/* Archives cut short or with a byte changed: an error, or the arrays that are still whole. */
Test(io, npz_damaged)
{
    size_t n;
    char *const whole = bytes_of(data("arrays.npz"), &n);
    int refused = 0;
    for (size_t k = 0; k < 2 * n; k++) {
        FILE *const f = fopen(made, "wb");
        if (k < n) {
            cr_assert_eq(fwrite(whole, 1, k, f), k);
        } else {
            whole[k - n] ^= 0x11;
            cr_assert_eq(fwrite(whole, 1, n, f), n);
            whole[k - n] ^= 0x11;
        }
        (void)fclose(f);
        const cx_scope s = cx_scope_open();
        const cx_tensors *const t = cx_npz_open(made);
        for (int i = 0; i < cx_tensors_count(t); i++) {
            const cx_array *const a = cx_tensors_at(t, i);
            cr_assert(cx_status_of(a) != CX_OK || cx_size(a) == 6 || cx_size(a) == 5);
        }
        const cx_status st = cx_scope_close(s);
        cr_assert(st == CX_OK || st == CX_E_PARSE || st == CX_E_DTYPE || st == CX_E_UNSUPPORTED,
                  "%zu: %s", k, cx_error_message());
        cr_assert(k >= n || st == CX_E_PARSE, "%zu: %s", k, cx_error_message());
        refused += st != CX_OK;
    }
    cr_assert_gt(refused, (int)(n + n / 2));
    free(whole);
}
