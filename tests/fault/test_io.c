/* Every allocation of reading and writing files failing in turn: the old file or the new one, no
 * leak, the next call works. */
#include "fault.h"
#include "files.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char path[TEST_PATH];

static void setup(void)
{
    fault_install();
    test_temp_file(path);
}

static void teardown(void)
{
    unlink(path);
}

TestSuite(fault_io, .init = setup, .fini = teardown, .timeout = 120);

static cx_array *categories(void)
{
    const int32_t codes[] = {1, 0, -1, 1};
    return cx_categories_new(cx_copy_host(codes, CX_SHAPE(4), CX_I32), 2,
                             (const char *const[]){"no", "yes"});
}

static cx_array *numbers(void)
{
    const double v[] = {1.5, -2, 1e300, 0.1};
    return cx_copy_host(v, CX_SHAPE(2, 2), CX_F64);
}

#define SCENARIO(name, ...) FAULT_SCENARIO(fault_io, name, __VA_ARGS__)

SCENARIO(npy, {
    cx_check(cx_save(path, cx_transpose(numbers())));
    if (cx_ok()) (void)cx_load(path);
    cx_check(cx_save(path, categories()));
    if (cx_ok()) (void)cx_load(path);
})

SCENARIO(npy_mapped, {
    cx_check(cx_save(path, numbers()));
    if (cx_ok()) (void)cx_load_mapped(path, CX_MMAP_READ);
})

SCENARIO(npz, {
    cx_check(cx_npz_save(path, CX_NAMES("x", "y"), CX_ARRAYS(numbers(), categories()), NULL));
    if (cx_ok()) (void)cx_tensors_get(cx_npz_open(path), "y");
})

SCENARIO(safetensors, {
    cx_check(cx_safetensors_save(path, CX_NAMES("x", "y"), CX_ARRAYS(numbers(), categories()),
                                 (const char *const[]){"spec", "A()", NULL}));
    if (cx_ok()) (void)cx_tensors_get(cx_safetensors_load(path), "y");
})

SCENARIO(csv, {
    cx_array *const x = cx_index(numbers(), "0");
    const int32_t codes[] = {1, 0};
    cx_array *const y = cx_categories_new(cx_copy_host(codes, CX_SHAPE(2), CX_I32), 2,
                                          (const char *const[]){"a \"b\"", "c"});
    cx_check(cx_write_csv(path, cx_table_new(CX_NAMES("x", "y"), CX_ARRAYS(x, y)), NULL));
    if (cx_ok()) {
        cx_table *const t = cx_read_csv(path, CX_OPTS(cx_csv_opts, .types = "x: float32"));
        (void)cx_table_head(cx_table_slice(cx_table_select(t, CX_NAMES("y", "x")), 1, CX_END), 3);
        (void)cx_table_to_matrix(t, CX_NAMES("x"));
        const bool mask[] = {false, true};
        (void)cx_table_take(cx_table_drop(t, CX_NAMES("x")),
                            cx_copy_host(mask, CX_SHAPE(2), CX_BOOL));
        (void)cx_table_with(t, "z", cx_table_column(t, "y"));
    }
})

SCENARIO(mapped_writing, {
    cx_array *const m = cx_open_memmap(path, CX_F64, CX_SHAPE(2, 2), NULL);
    if (cx_ok()) cx_check(cx_copy_into(numbers(), m));
    if (cx_ok()) cx_check(cx_flush(m));
    cx_npy_header h;
    if (cx_ok()) cx_check(cx_npy_read_header(path, &h));
    if (cx_ok()) (void)cx_load_mapped(path, CX_MMAP_WRITE);
    (void)cx_memmap(path, CX_F64, CX_SHAPE(2, 3), CX_MMAP_WRITE,
                    CX_OPTS(cx_memmap_opts, .fortran_order = true));
    if (cx_ok()) cx_check(cx_save_as(path, numbers(), CX_OPTS(cx_save_opts, .version = 2)));
})

SCENARIO(bare_numbers, {
    cx_check(cx_tofile(cx_transpose(numbers()), path, NULL));
    if (cx_ok()) (void)cx_fromfile(path, CX_F64, CX_OPTS(cx_fromfile_opts, .count = CX_SET(3)));
    if (cx_ok()) cx_check(cx_tofile(numbers(), path, CX_OPTS(cx_tofile_opts, .sep = ",")));
    if (cx_ok()) (void)cx_fromfile(path, CX_F64, CX_OPTS(cx_fromfile_opts, .sep = ","));
})

SCENARIO(text, {
    cx_check(cx_savetxt(path, numbers(), CX_OPTS(cx_savetxt_opts, .fmt = "<%.3f> %g")));
    if (cx_ok()) cx_check(cx_savetxt(path, numbers(), CX_OPTS(cx_savetxt_opts, .header = "h")));
    if (cx_ok()) (void)cx_loadtxt(path, CX_F64, NULL);
    static const int columns[] = {1, 0, 1};
    if (cx_ok())
        (void)cx_loadtxt(
            path, CX_F32,
            CX_OPTS(cx_loadtxt_opts, .usecols = columns, .usecol_count = 3, .quotechar = '"'));
    if (cx_ok())
        (void)cx_genfromtxt(path, CX_I32, CX_OPTS(cx_genfromtxt_opts, .skip_invalid = true));
})

SCENARIO(gzip, {
    char packed[80];
    (void)snprintf(packed, sizeof packed, "%s.gz", path);
    cx_check(cx_savetxt(packed, numbers(), NULL));
    if (cx_ok()) (void)cx_loadtxt(packed, CX_F64, NULL);
    unlink(packed);
})

SCENARIO(svmlight, {
    const cx_array *const y = cx_arange_i64(0, 2, 1, CX_I64, CX_CPU);
    cx_check(cx_dump_svmlight_file(
        path, numbers(), y, CX_OPTS(cx_dump_svmlight_opts, .comment = "made here", .query_id = y)));
    if (cx_ok())
        (void)cx_load_svmlight_file(
            path, CX_OPTS(cx_load_svmlight_opts, .query_id = true, .dtype = CX_I32));
    cx_svmlight two[2];
    if (cx_ok())
        cx_check(cx_load_svmlight_files(CX_NAMES(path, path),
                                        CX_OPTS(cx_load_svmlight_opts, .multilabel = true), two));
    if (cx_ok()) fault_add(two[1].y);
})

SCENARIO(bundled, {
    const cx_load_opts o = {.struct_size = sizeof o, .as_frame = true};
    const cx_bunch b = cx_load_iris(&o);
    if (cx_ok()) fault_add(b.x);
    const cx_load_opts few = {.struct_size = sizeof few, .n_class = 1};
    (void)cx_load_digits(&few);
    (void)cx_load_diabetes(NULL);
})

SCENARIO(chunks, {
    const cx_chunk_opts o = {.struct_size = sizeof o, .rows = 1};
    (void)cx_chunks_sum(numbers(), CX_AXIS(0), CX_CPU, &o);
    (void)cx_chunks_mean(numbers(), CX_AXIS(1), CX_CPU, &o);
    cx_estimator *const m = cx_estimator_new("StandardScaler()");
    if (cx_ok()) cx_check(cx_chunks_partial_fit(m, numbers(), NULL, CX_CPU, &o));
})

SCENARIO(repr, {
    (void)cx_repr(numbers());
    (void)cx_repr(categories());
    (void)cx_array2string(numbers(), CX_OPTS(cx_print_opts, .linewidth = CX_SET(5)));
    (void)cx_array_str(cx_f64(0.5), NULL);
})
