/* Bare numbers and mapped files: what is written is in the file, modes, offsets, errors. */
#include <calx.h>
#include "files.h"
#include "plain.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[TEST_PATH];
static cx_scope scope;
static void setup(void)
{
    test_temp_file(path);
    scope = cx_scope_open();
}
static void teardown(void)
{
    cr_assert_eq(cx_scope_close(scope), CX_OK, "%s", cx_error_message());
    (void)unlink(path);
}
TestSuite(raw, .init = setup, .fini = teardown);

static cx_array *counting(int64_t n, cx_dtype t)
{
    return cx_arange_i64(0, n, 1, t, CX_CPU);
}
static size_t file_size(void)
{
    struct stat info;
    cr_assert_eq(stat(path, &info), 0);
    return (size_t)info.st_size;
}
static bool same(const cx_array *a, const cx_array *b)
{
    return cx_array_equal(a, b);
}

/* The expression fails with st and marks its scope. */
#define FAILS(st, expr)                                                                  \
    do {                                                                                 \
        const cx_scope inner_ = cx_scope_open();                                         \
        (void)(expr);                                                                    \
        cr_assert_eq(cx_scope_close(inner_), (st), "%s: %s", #expr, cx_error_message()); \
    } while (0)

Test(raw, memmap_writes_into_the_file)
{
    cx_array *const m = cx_memmap(path, CX_F32, CX_SHAPE(3, 4), CX_MMAP_CREATE, NULL);
    cr_assert(cx_is_writeable(m) && file_size() == 48);
    cr_assert_eq(cx_item_f64(cx_sum(m, CX_ALL)), 0);
    cr_assert_eq(cx_copy_into(cx_reshape(counting(12, CX_F32), CX_SHAPE(3, 4)), m), CX_OK);
    cr_assert_eq(cx_flush(cx_index(m, "1:, ::-1")), CX_OK);
    cr_assert(same(cx_fromfile(path, CX_F32, NULL), counting(12, CX_F32)));
    cx_array *const again = cx_memmap(path, CX_F32, CX_SHAPE(-1), CX_MMAP_WRITE, NULL);
    cr_assert_eq(cx_size(again), 12);
    cr_assert_eq(cx_copy_into(cx_float(-1), cx_index(again, "5")), CX_OK);
    cr_assert_eq(cx_item_f64(cx_index(m, "1, 1")), -1);
    cx_array *const copy = cx_memmap(path, CX_F32, CX_SHAPE(12), CX_MMAP_COPY, NULL);
    cr_assert_eq(cx_copy_into(cx_float(9), copy), CX_OK);
    cr_assert_eq(cx_item_f64(cx_index(m, "1, 1")), -1);
    cx_array *const read = cx_memmap(path, CX_F32, CX_SHAPE(12), CX_MMAP_READ, NULL);
    cr_assert_not(cx_is_writeable(read));
    cr_assert_eq(cx_copy_into(cx_float(9), read), CX_E_READONLY);
    cr_assert_eq(cx_flush(read), CX_OK);
    cr_assert_eq(cx_flush(counting(5, CX_F64)), CX_OK);
}

Test(raw, memmap_offsets_orders_and_growth)
{
    cr_assert_eq(cx_tofile(counting(10, CX_I64), path, NULL), CX_OK);
    cr_assert(same(cx_memmap(path, CX_I64, CX_SHAPE(2, 3), CX_MMAP_READ,
                             CX_OPTS(cx_memmap_opts, .offset = 16)),
                   cx_reshape(cx_arange_i64(2, 8, 1, CX_I64, CX_CPU), CX_SHAPE(2, 3))));
    cr_assert(same(cx_memmap(path, CX_I64, CX_SHAPE(2, 3), CX_MMAP_READ,
                             CX_OPTS(cx_memmap_opts, .fortran_order = true)),
                   cx_transpose(cx_reshape(counting(6, CX_I64), CX_SHAPE(3, 2)))));
    cr_assert_eq(cx_size(cx_memmap(path, CX_I64, CX_SHAPE(-1), CX_MMAP_READ,
                                   CX_OPTS(cx_memmap_opts, .offset = 24))),
                 7);
    cx_array *const longer = cx_memmap(path, CX_I64, CX_SHAPE(12), CX_MMAP_WRITE, NULL);
    cr_assert(file_size() == 96 && cx_item_i64(cx_index(longer, "-1")) == 0);
    cr_assert_eq(cx_item_i64(cx_index(longer, "9")), 9);
}

Test(raw, memmap_refuses)
{
    cr_assert_eq(cx_tofile(counting(10, CX_U8), path, NULL), CX_OK);
    FAILS(CX_E_ARGUMENT, cx_memmap(path, CX_U8, CX_SHAPE(11), CX_MMAP_READ, NULL));
    FAILS(CX_E_ARGUMENT, cx_memmap(path, CX_I32, CX_SHAPE(-1), CX_MMAP_READ, NULL));
    FAILS(CX_E_ARGUMENT,
          cx_memmap(path, CX_I32, CX_SHAPE(1), CX_MMAP_READ, CX_OPTS(cx_memmap_opts, .offset = 2)));
    FAILS(CX_E_ARGUMENT,
          cx_memmap(path, CX_U8, CX_SHAPE(1), CX_MMAP_READ, CX_OPTS(cx_memmap_opts, .offset = -1)));
    FAILS(CX_E_ARGUMENT, cx_memmap(path, CX_U8, CX_SHAPE(-1), CX_MMAP_READ,
                                   CX_OPTS(cx_memmap_opts, .offset = 11)));
    FAILS(CX_E_ARGUMENT, cx_memmap(path, CX_U8, CX_SHAPE(0), CX_MMAP_READ, NULL));
    FAILS(CX_E_ARGUMENT, cx_memmap(path, CX_U8, CX_SHAPE(-1), CX_MMAP_CREATE, NULL));
    FAILS(CX_E_ARGUMENT, cx_memmap(path, CX_U8, CX_SHAPE(1), (cx_mmap_mode)7, NULL));
    FAILS(CX_E_SHAPE, cx_memmap(path, CX_U8, CX_SHAPE(2, -1), CX_MMAP_READ, NULL));
    FAILS(CX_E_SHAPE, cx_memmap(path, CX_F64, CX_SHAPE(INT64_MAX), CX_MMAP_READ, NULL));
    FAILS(CX_E_DTYPE, cx_memmap(path, CX_CAT, CX_SHAPE(1), CX_MMAP_READ, NULL));
    FAILS(CX_E_PARSE, cx_memmap(path, CX_BOOL, CX_SHAPE(10), CX_MMAP_READ, NULL));
    FAILS(CX_E_IO, cx_memmap("/nonexistent/x", CX_U8, CX_SHAPE(1), CX_MMAP_CREATE, NULL));
    FAILS(CX_E_NULL, cx_memmap(NULL, CX_U8, CX_SHAPE(1), CX_MMAP_READ, NULL));
    cr_assert_eq(file_size(), 10); /* nothing of this has changed the file */
}

Test(raw, open_memmap_makes_a_npy_file)
{
    const struct {
        int version;
        bool fortran;
    } ways[] = {{0, false}, {1, true}, {2, false}, {3, true}};
    for (int i = 0; i < 4; i++) {
        cx_array *const m = cx_open_memmap(
            path, CX_F64, CX_SHAPE(3, 5),
            CX_OPTS(cx_memmap_opts, .version = ways[i].version, .fortran_order = ways[i].fortran));
        cx_array *const v = cx_reshape(counting(15, CX_F64), CX_SHAPE(3, 5));
        cr_assert_eq(cx_copy_into(v, m), CX_OK);
        cr_assert_eq(cx_flush(m), CX_OK);
        cr_assert(same(cx_load(path), v));
        cx_npy_header h;
        cr_assert_eq(cx_npy_read_header(path, &h), CX_OK);
        cr_assert(h.major == (i == 0 ? 1 : ways[i].version) && h.minor == 0);
        cr_assert(h.dtype == CX_F64 && h.ndim == 2 && h.shape[0] == 3 && h.shape[1] == 5);
        cr_assert(h.fortran_order == ways[i].fortran && h.itemsize == 8 && h.offset % 64 == 0);
        cx_array *const w = cx_load_mapped(path, CX_MMAP_WRITE);
        cr_assert_eq(cx_copy_into(cx_float(0.5), cx_index(w, "1")), CX_OK);
        cr_assert_eq(cx_item_f64(cx_index(cx_load(path), "1, 4")), 0.5);
    }
    FAILS(CX_E_ARGUMENT,
          cx_open_memmap(path, CX_F64, CX_SHAPE(1), CX_OPTS(cx_memmap_opts, .version = 4)));
    FAILS(CX_E_DTYPE, cx_open_memmap(path, CX_CAT, CX_SHAPE(1), NULL));
    FAILS(CX_E_SHAPE, cx_open_memmap(path, CX_F64, CX_SHAPE(-1), NULL));
    FAILS(CX_E_ARGUMENT, cx_load_mapped(path, CX_MMAP_CREATE));
    cr_assert_eq(cx_size(cx_open_memmap(path, CX_F64, CX_SHAPE(0, 4), NULL)), 0);
    cr_assert_eq(cx_dim(cx_load(path), 1), 4);
}

Test(raw, npy_versions_are_read_back)
{
    const cx_array *const v = cx_reshape(counting(6, CX_I16), CX_SHAPE(2, 3));
    for (int version = 0; version <= 3; version++) {
        cr_assert_eq(cx_save_as(path, v, CX_OPTS(cx_save_opts, .version = version)), CX_OK);
        cx_npy_header h;
        cr_assert_eq(cx_npy_read_header(path, &h), CX_OK);
        cr_assert_eq(h.major, version == 0 ? 1 : version);
        cr_assert(same(cx_load(path), v));
    }
    /* Byte for byte as numpy.lib.format.write_array (golden/make_io.py). */
    const cx_array *const f = cx_astype(
        cx_sub(cx_mul(cx_reshape(counting(6, CX_I64), CX_SHAPE(2, 3)), cx_int(3)), cx_int(7)),
        CX_F64);
    for (int version = 2; version <= 3; version++) {
        char theirs[200];
        (void)snprintf(theirs, sizeof theirs, CX_TEST_DATA "/data/io/version%d.npy", version);
        cr_assert_eq(cx_save_as(path, f, CX_OPTS(cx_save_opts, .version = version)), CX_OK);
        cr_assert(same(cx_fromfile(path, CX_U8, NULL), cx_fromfile(theirs, CX_U8, NULL)));
    }
    cr_assert_eq(cx_save_as(path, v, CX_OPTS(cx_save_opts, .version = 4)), CX_E_ARGUMENT);
    cx_npy_header untouched = {.ndim = 77};
    cr_assert_eq(cx_tofile(v, path, NULL), CX_OK);
    cr_assert_eq(cx_npy_read_header(path, &untouched), CX_E_PARSE);
    cr_assert_eq(untouched.ndim, 77);
    cr_assert_eq(cx_npy_read_header(path, NULL), CX_E_NULL);
    cr_assert_eq(cx_npy_read_header("/nonexistent/x", &untouched), CX_E_IO);
}

/* Rows past one piece of the threaded reader: the same values and the same errors for any number of
 * threads. */
Test(raw, loadtxt_in_pieces)
{
    enum { ROWS = 150000 };
    FILE *const f = fopen(path, "w");
    cr_assert_not_null(f);
    for (int i = 0; i < ROWS; i++)
        (void)fprintf(f, "%d %d.5e-3\n%s", i, i, i % 1000 == 7 ? "# c\n\n" : "");
    (void)fclose(f);
    cr_assert_gt(file_size(), 2u << 20);
    for (int threads = 1; threads <= 4; threads += 3) {
        const cx_scope s = cx_scope_open_with(CX_OPTS(cx_scope_opts, .num_threads = threads));
        const cx_array *const a = cx_loadtxt(path, CX_F64, NULL);
        cr_assert(cx_dim(a, 0) == ROWS && cx_dim(a, 1) == 2);
        const double *const p = cx_data_f64(a);
        for (int i = 0; i < ROWS; i++) {
            char want[40];
            (void)snprintf(want, sizeof want, "%d.5e-3", i);
            cr_assert(p[2 * i] == i && p[2 * i + 1] == plain_number(want, NULL), "row %d", i);
        }
        cr_assert_eq(cx_scope_close(s), CX_OK);
    }
    FILE *const g = fopen(path, "a");
    (void)fprintf(g, "1 2\n3 x\n4 y\n");
    (void)fclose(g);
    for (int threads = 1; threads <= 4; threads += 3) {
        const cx_scope s = cx_scope_open_with(CX_OPTS(cx_scope_opts, .num_threads = threads));
        (void)cx_loadtxt(path, CX_F64, NULL);
        cr_assert_eq(cx_scope_close(s), CX_E_PARSE);
        cr_assert_not_null(strstr(cx_error_message(), "line 150302, column 3: 'x' is no float64"),
                           "%s", cx_error_message());
    }
}

Test(raw, text_options_that_cannot_be)
{
    static const int columns[] = {0};
    cr_assert_eq(cx_savetxt(path, counting(4, CX_F64), NULL), CX_OK);
    FAILS(CX_E_DTYPE, cx_loadtxt(path, CX_CAT, NULL));
    FAILS(CX_E_DTYPE, cx_genfromtxt(path, (cx_dtype)99, NULL));
    FAILS(CX_E_ARGUMENT, cx_loadtxt(path, CX_F64, CX_OPTS(cx_loadtxt_opts, .ndmin = 3)));
    FAILS(CX_E_ARGUMENT, cx_loadtxt(path, CX_F64, CX_OPTS(cx_loadtxt_opts, .skiprows = -1)));
    FAILS(CX_E_ARGUMENT, cx_loadtxt(path, CX_F64, CX_OPTS(cx_loadtxt_opts, .delimiter = '\n')));
    FAILS(CX_E_ARGUMENT, cx_loadtxt(path, CX_F64, CX_OPTS(cx_loadtxt_opts, .delimiter = '#')));
    FAILS(CX_E_ARGUMENT,
          cx_loadtxt(path, CX_F64, CX_OPTS(cx_loadtxt_opts, .delimiter = ',', .quotechar = ',')));
    FAILS(CX_E_ARGUMENT, cx_loadtxt(path, CX_F64, CX_OPTS(cx_loadtxt_opts, .usecol_count = 1)));
    FAILS(
        CX_E_ARGUMENT,
        cx_loadtxt(path, CX_F64, CX_OPTS(cx_loadtxt_opts, .usecols = columns, .usecol_count = -1)));
    FAILS(CX_E_ARGUMENT,
          cx_genfromtxt(path, CX_F64, CX_OPTS(cx_genfromtxt_opts, .delimiter = "a\nb")));
    FAILS(CX_E_ARGUMENT,
          cx_genfromtxt(path, CX_F64, CX_OPTS(cx_genfromtxt_opts, .skip_footer = -1)));
    FAILS(CX_E_IO, cx_loadtxt("/nonexistent/x", CX_F64, NULL));
    FAILS(CX_E_NULL, cx_genfromtxt(NULL, CX_F64, NULL));
    FAILS(CX_E_IO, cx_fromfile("/nonexistent/x", CX_F64, NULL));
    cr_assert_eq(cx_savetxt("/nonexistent/x", counting(4, CX_F64), NULL), CX_E_IO);
    cr_assert_eq(cx_tofile(counting(4, CX_F64), "/nonexistent/x", NULL), CX_E_IO);
    cr_assert_eq(
        cx_tofile(counting(4, CX_F64), path, CX_OPTS(cx_tofile_opts, .sep = ",", .format = "%d%d")),
        CX_E_ARGUMENT);
    cr_assert_eq(cx_savetxt(path, counting(4, CX_F64), CX_OPTS(cx_savetxt_opts, .fmt = "%1001d")),
                 CX_E_ARGUMENT);
    cr_assert_eq(cx_savetxt(path, counting(4, CX_F64), CX_OPTS(cx_savetxt_opts, .fmt = "%.501f")),
                 CX_E_ARGUMENT);
    /* A failing write leaves the file that was there. */
    cr_assert_eq(cx_item_f64(cx_sum(cx_loadtxt(path, CX_F64, NULL), CX_ALL)), 6);
}

/* The longest number with the longest precision has room. */
Test(raw, the_longest_text_of_a_number)
{
    const cx_array *const most =
        cx_full(CX_SHAPE(1), cx_float(-1.7976931348623157e308), CX_F64, CX_CPU);
    cr_assert_eq(cx_savetxt(path, most, CX_OPTS(cx_savetxt_opts, .fmt = "%#+1000.500f")), CX_OK);
    cr_assert_eq(file_size(), 1001);
    const cx_array *const back = cx_loadtxt(path, CX_F64, NULL);
    cr_assert_eq(cx_item_f64(back), -1.7976931348623157e308);
    cr_assert_eq(cx_savetxt(path, counting(1, CX_U64), CX_OPTS(cx_savetxt_opts, .fmt = "%.500d")),
                 CX_OK);
    cr_assert_eq(file_size(), 501);
}

/* What is written with enough digits comes back bit for bit, in every layout. */
Test(raw, text_round_trips)
{
    const unsigned long long seed = 20261121;
    (void)fprintf(stderr, "seed %llu\n", seed);
    unsigned long long state = seed;
    uint64_t *bits;
    cx_array *const words = cx_empty(CX_SHAPE(20, 6), CX_U64, CX_CPU);
    bits = cx_data_u64_mut(words);
    for (int i = 0; i < 120; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        bits[i] = state;
        if ((bits[i] >> 52 & 0x7ff) == 0x7ff) bits[i] ^= UINT64_C(1) << 62; /* no nan */
    }
    const cx_array *const m = cx_view_as(words, CX_F64);
    const cx_array *const layouts[] = {m, cx_transpose(m), cx_index(m, "::-3, 1::2"),
                                       cx_index(m, "4:5")};
    static const char *const formats[] = {"%.18e", "%.17g", "%s", "%.16E", "%+30.17g"};
    for (int k = 0; k < 4; k++) {
        const cx_array *const a = layouts[k];
        for (int f = 0; f < 5; f++) {
            cr_assert_eq(cx_savetxt(path, a, CX_OPTS(cx_savetxt_opts, .fmt = formats[f])), CX_OK);
            cr_assert(same(cx_loadtxt(path, CX_F64, CX_OPTS(cx_loadtxt_opts, .ndmin = 2)), a));
            cr_assert(
                same(cx_genfromtxt(path, CX_F64, CX_OPTS(cx_genfromtxt_opts, .ndmin = 2)), a));
        }
        const cx_array *const flat = cx_ravel(cx_copy(a));
        cr_assert_eq(cx_tofile(a, path, CX_OPTS(cx_tofile_opts, .sep = ", ")), CX_OK);
        cr_assert(same(cx_fromfile(path, CX_F64, CX_OPTS(cx_fromfile_opts, .sep = ",")), flat));
        cr_assert_eq(cx_tofile(a, path, NULL), CX_OK);
        cr_assert(same(cx_fromfile(path, CX_F64, NULL), flat));
    }
    for (int t = CX_BOOL; t < CX_CAT; t++) {
        const cx_array *const a = cx_reshape(
            cx_astype(cx_index(cx_arange_i64(0, 24, 1, CX_I64, CX_CPU), "::2"), (cx_dtype)t),
            CX_SHAPE(4, 3));
        cr_assert_eq(cx_savetxt(path, a, CX_OPTS(cx_savetxt_opts, .fmt = "%.3g")), CX_OK);
        cr_assert(
            same(cx_loadtxt(path, cx_dtype_kind((cx_dtype)t) == 'c' ? CX_C128 : CX_F64, NULL), a),
            "%s", cx_dtype_name((cx_dtype)t));
    }
}

static void put_file(const char *p, const void *bytes, size_t n)
{
    FILE *const f = fopen(p, "wb");
    cr_assert_not_null(f);
    cr_assert_eq(fwrite(bytes, 1, n, f), n);
    (void)fclose(f);
}

/* printf '1 2\n3 4\n' | gzip -n */
static const unsigned char packed[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03,
                                       0x33, 0x54, 0x30, 0xe2, 0x32, 0x56, 0x30, 0xe1, 0x02, 0x00,
                                       0x57, 0x00, 0xd6, 0x61, 0x08, 0x00, 0x00, 0x00};

Test(raw, gzip_is_read_by_content)
{
    const cx_array *const want =
        cx_add(cx_reshape(counting(4, CX_F64), CX_SHAPE(2, 2)), cx_float(1));
    unsigned char twice[2 * sizeof packed];
    put_file(path, packed, sizeof packed);
    cr_assert(same(cx_loadtxt(path, CX_F64, NULL), want));
    cr_assert(same(cx_genfromtxt(path, CX_F64, NULL), want));
    cr_assert_eq(cx_table_rows(cx_read_csv(path, CX_OPTS(cx_csv_opts, .no_header = true))), 2);
    memcpy(twice, packed, sizeof packed);
    memcpy(twice + sizeof packed, packed, sizeof packed);
    put_file(path, twice, sizeof twice); /* two members are one text */
    cr_assert_eq(cx_dim(cx_loadtxt(path, CX_F64, NULL), 0), 4);
    for (size_t n = 3; n < sizeof packed; n++) {
        put_file(path, packed, n);
        FAILS(CX_E_PARSE, cx_loadtxt(path, CX_F64, NULL));
    }
    unsigned char broken[sizeof packed];
    memcpy(broken, packed, sizeof packed);
    broken[sizeof packed - 8] ^= 1; /* its checksum */
    put_file(path, broken, sizeof broken);
    FAILS(CX_E_PARSE, cx_loadtxt(path, CX_F64, NULL));
}

Test(raw, gzip_is_written_by_name)
{
    char name[80];
    (void)snprintf(name, sizeof name, "%s.gz", path);
    const cx_array *const a = cx_reshape(counting(300000, CX_F64), CX_SHAPE(100000, 3));
    cr_assert_eq(cx_savetxt(name, a, NULL), CX_OK);
    const cx_array *const bytes = cx_fromfile(name, CX_U8, NULL);
    cr_assert(cx_data_u8(bytes)[0] == 0x1f && cx_data_u8(bytes)[1] == 0x8b);
    cr_assert_lt(cx_size(bytes), 3000000); /* 7.5 MB plain */
    cr_assert(same(cx_loadtxt(name, CX_F64, NULL), a));
    cr_assert_eq(cx_savetxt(name, cx_zeros(CX_SHAPE(0, 2), CX_F64, CX_CPU), NULL), CX_OK);
    cr_assert_eq(cx_size(cx_loadtxt(name, CX_F64, NULL)), 0);
    (void)unlink(name);
}
