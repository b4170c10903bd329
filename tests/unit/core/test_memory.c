/* Host memory in every way of handing it over, the pool's statistics, limit and trim, DLPack both
 * ways. */
#include "base/object.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

static int freed;
static void count_free(void *p, void *ctx)
{
    freed++;
    cr_assert(eq(ptr, ctx, &freed));
    free(p);
}

Test(memory, adopted_memory_is_freed_once_after_the_last_view)
{
    const cx_scope s = cx_scope_open();
    double *p = aligned_alloc(64, 64);
    for (int i = 0; i < 8; i++) p[i] = i;
    cx_array *a = cx_adopt_host(p, CX_SHAPE(2, 4), CX_F64, count_free, &freed);
    cx_array *row = cx_retain(cx_select(a, 0, 1));
    cr_assert(eq(int, cx_scope_close(s), CX_OK));
    cr_assert(eq(int, freed, 0));
    cr_assert(eq(i64, cx_dim(row, 0), 4));
    cx_release(row);
    cr_assert(eq(int, freed, 1));
}

Test(memory, adopted_memory_is_freed_on_failure_too)
{
    freed = 0;
    cr_assert(eq(int,
                 cx_status_of(cx_adopt_host(malloc(64), CX_SHAPE(-1), CX_F64, count_free, &freed)),
                 CX_E_SHAPE));
    cr_assert(eq(int, freed, 1));
    cr_assert(eq(int,
                 cx_status_of(cx_adopt_host(malloc(64), CX_SHAPE(2), CX_F64, count_free, &freed)),
                 CX_E_SCOPE));
    cr_assert(eq(int, freed, 2));
}

Test(memory, borrowed_structs_by_byte_strides)
{
    struct {
        double x;
        int32_t id;
        double y;
    } rows[3] = {{1, 7, 10}, {2, 8, 20}, {3, 9, 30}};
    const int64_t step = sizeof rows[0], odd = 3;
    const cx_scope s = cx_scope_open();
    cx_array *x = cx_borrow_host(&rows[0].x, CX_SHAPE(3), CX_F64, &step);
    cx_array *id = cx_borrow_host_const(&rows[0].id, CX_SHAPE(3), CX_I32, &step);
    cr_assert(eq(dbl, cx_item_f64(cx_sum(x, CX_ALL)), 6.0));
    cr_assert(eq(i64, cx_item_i64(cx_sum(id, CX_ALL)), 24));
    cr_assert(eq(int, cx_copy_into(cx_mul(x, cx_float(2)), x), CX_OK));
    cr_assert(eq(dbl, rows[2].x, 6.0));
    cr_assert(eq(dbl, rows[2].y, 30.0));
    cr_assert(eq(int, cx_copy_into(cx_int(1), id), CX_E_READONLY));
    cr_assert(cx_ok());
    cr_assert(
        eq(int, cx_status_of(cx_borrow_host(rows, CX_SHAPE(3), CX_F64, &odd)), CX_E_ARGUMENT));
    cr_assert(eq(int, cx_scope_close(s), CX_E_ARGUMENT));
}

Test(memory, pool_keeps_warm_blocks_and_trims)
{
    const cx_scope s = cx_scope_open();
    for (int i = 0; i < 3; i++) {
        const cx_scope in = cx_scope_open();
        (void)cx_empty(CX_SHAPE(1000, 1000), CX_F64, CX_CPU);
        cr_assert(ge(sz, cx_memory_stats(CX_CPU).live, 8000000));
        cr_assert(eq(int, cx_scope_close(in), CX_OK));
    }
    const cx_memory warm = cx_memory_stats(CX_CPU);
    cr_assert(ge(sz, warm.cached, 8000000));
    {
        const cx_scope in = cx_scope_open();
        (void)cx_empty(CX_SHAPE(1000, 1000), CX_F64, CX_CPU);
        cr_assert(eq(int, cx_scope_close(in), CX_OK));
    }
#ifndef CX_DEBUG /* debug builds hold released headers back, so each array takes a new one */
    cr_assert(eq(u64, cx_memory_stats(CX_CPU).system_allocs, warm.system_allocs));
#endif
    cr_assert(eq(int, cx_memory_trim(CX_CPU, 0), CX_OK));
    cr_assert(lt(sz, cx_memory_stats(CX_CPU).cached, 100000));
    cr_assert(eq(int, cx_scope_close(s), CX_OK));
}

Test(memory, limit_fails_with_a_message_that_adds_up_and_the_next_call_works)
{
    const cx_scope s = cx_scope_open();
    cr_assert(eq(int, cx_memory_limit(CX_CPU, 4 << 20), CX_OK));
    cx_array *a = NULL;
    cr_assert(eq(int, cx_new(CX_SHAPE(1000, 1000), CX_F64, CX_CPU, &a), CX_E_NOMEM));
    cr_assert(ne(ptr, (void *)strstr(cx_error_message(), "8000000 bytes asked"), NULL), "%s",
              cx_error_message());
    cr_assert(eq(int, cx_new(CX_SHAPE(100, 1000), CX_F64, CX_CPU, &a), CX_OK));
    cx_release(a);
    cr_assert(eq(int, cx_memory_limit(CX_CPU, 0), CX_OK));
    cr_assert(eq(int, cx_new(CX_SHAPE(1000, 1000), CX_F64, CX_CPU, &a), CX_OK));
    cx_release(a);
    cr_assert(eq(int, cx_scope_close(s), CX_OK));
}

Test(memory, shapes_that_overflow_are_errors)
{
    cx_array *a = NULL;
    cr_assert(eq(int, cx_new(CX_SHAPE(INT64_MAX, 3), CX_F64, CX_CPU, &a), CX_E_SHAPE));
    cr_assert(eq(int, cx_new(CX_SHAPE(INT64_MAX / 8), CX_C128, CX_CPU, &a), CX_E_SHAPE));
    cr_assert(eq(int, cx_new(CX_SHAPE(-3), CX_F64, CX_CPU, &a), CX_E_SHAPE));
    cr_assert(eq(int, cx_new(CX_SHAPE(2), (cx_dtype)99, CX_CPU, &a), CX_E_DTYPE));
    cr_assert(eq(int, cx_new(CX_SHAPE(0, INT64_MAX, 3), CX_F64, CX_CPU, &a), CX_E_SHAPE));
    cr_assert(eq(ptr, a, NULL));
}

Test(memory, copies_handle_overlap)
{
    const cx_scope s = cx_scope_open();
    cx_array *a = cx_arange_i64(0, 10, 1, CX_I64, CX_CPU);
    cr_assert(eq(int, cx_copy_into(cx_slice(a, 0, 0, 9, 1), cx_slice(a, 0, 1, 10, 1)), CX_OK));
    const int64_t *p = cx_data_i64(a);
    for (int i = 0; i < 10; i++) cr_assert(eq(i64, p[i], i == 0 ? 0 : i - 1));
    cr_assert(eq(int, cx_copy_into(cx_flip(a, 0), a), CX_OK));
    cr_assert(eq(i64, p[0], 8));
    cr_assert(eq(i64, p[9], 0));
    cr_assert(eq(int, cx_scope_close(s), CX_OK));
}

/* ---- DLPack */
static int deleted;
static void delete_tensor(cx_dl_versioned *t)
{
    deleted++;
    free(t->tensor.data);
    free(t);
}

static cx_dl_versioned *foreign(uint8_t bits, uint64_t offset)
{
    static int64_t shape[2] = {2, 3}, strides[2] = {1, 2};
    cx_dl_versioned *t = calloc(1, sizeof *t);
    t->version.major = 1;
    t->deleter = delete_tensor;
    t->tensor.data = calloc(1, 64);
    for (int i = 0; i < 6; i++)
        memcpy((char *)t->tensor.data + offset + 8 * (size_t)i, &(double){i}, 8);
    t->tensor.device = (cx_dl_device){1, 0};
    t->tensor.ndim = 2;
    t->tensor.dtype = (cx_dl_dtype){2, bits, 1};
    t->tensor.shape = shape;
    t->tensor.strides = strides;
    t->tensor.byte_offset = offset;
    return t;
}

Test(dlpack, import_shares_and_deletes_once)
{
    for (uint64_t offset = 0; offset <= 4; offset += 4) { /* 4: misaligned, hence copied */
        deleted = 0;
        const cx_scope s = cx_scope_open();
        cx_array *a = cx_from_dlpack(foreign(64, offset), CX_NO_STREAM);
        cr_assert(eq(int, cx_status_of(a), CX_OK), "%s", cx_error_message());
        cr_assert(eq(i64, cx_dim(a, 1), 3));
        cr_assert(eq(dbl, cx_item_f64(cx_index(a, "1, 2")), 5.0));
        cr_assert(eq(dbl, cx_item_f64(cx_index(a, "0, 1")), 2.0));
        cr_assert(eq(int, deleted, offset == 0 ? 0 : 1));
        cr_assert(eq(int, cx_scope_close(s), CX_OK));
        cr_assert(eq(int, deleted, 1));
    }
}

Test(dlpack, failure_consumes_the_tensor)
{
    deleted = 0;
    const cx_scope s = cx_scope_open();
    cr_assert(eq(int, cx_status_of(cx_from_dlpack(foreign(24, 0), NULL)), CX_E_DTYPE));
    cx_dl_versioned *wrong = foreign(64, 0);
    wrong->version.major = 9;
    cr_assert(eq(int, cx_status_of(cx_from_dlpack(wrong, NULL)), CX_E_ARGUMENT));
    cr_assert(eq(int, deleted, 2));
    cr_assert(eq(int, cx_scope_close(s), CX_E_DTYPE));
    cr_assert(eq(int, cx_status_of(cx_from_dlpack(foreign(64, 0), NULL)), CX_E_SCOPE));
    cr_assert(eq(int, deleted, 3));
}

Test(dlpack, export_outlives_the_scope_and_round_trips)
{
    const int64_t before = cx__object_live();
    cx_dl_versioned *t = NULL;
    cx_scope s = cx_scope_open();
    cx_array *a = cx_arange(0, 6, 1, CX_F32, CX_CPU);
    cr_assert(eq(int, cx_to_dlpack(cx_flip(a, 0), NULL, &t), CX_OK));
    cr_assert(eq(int, cx_scope_close(s), CX_OK));
    cr_assert(eq(i64, t->tensor.strides[0], -1));
    s = cx_scope_open();
    cx_array *back = cx_from_dlpack(t, NULL);
    cr_assert(eq(dbl, cx_item_f64(cx_index(back, "0")), 5.0));
    cr_assert(eq(int, cx_scope_close(s), CX_OK));
    cr_assert(eq(i64, cx__object_live(), before));
}

/* ---- streams of the CPU */
static cx_status twice(void *ctx)
{
    cx_array *a = ctx;
    return cx_mul_into(a, cx_float(2), a);
}

Test(stream, immediate_streams_events_and_graphs)
{
    const cx_scope s = cx_scope_open();
    cx_stream *st = cx_stream_new(CX_CPU);
    cx_event *a = cx_event_new(CX_CPU), *b = cx_event_new(CX_CPU);
    double seconds = -1;
    cr_assert(cx_event_done(a));
    cr_assert(eq(int, cx_event_sync(a), CX_OK));
    cr_assert(eq(int, cx_event_elapsed(a, b, &seconds), CX_E_ARGUMENT));
    cr_assert(eq(int, cx_event_record(a, st), CX_OK));
    cx_array *x = cx_ones(CX_SHAPE(4), CX_F64, CX_CPU);
    cx_graph *g = cx_graph_capture(st, twice, x);
    cr_assert(eq(int, cx_graph_launch(g), CX_OK));
    cr_assert(eq(dbl, cx_item_f64(cx_sum(x, CX_ALL)), 16.0));
    cr_assert(eq(int, cx_event_record(b, st), CX_OK));
    cr_assert(eq(int, cx_event_elapsed(a, b, &seconds), CX_OK));
    cr_assert(ge(dbl, seconds, 0.0));
    cr_assert(eq(int, cx_stream_sync(st), CX_OK));
    cr_assert(eq(int, cx_scope_close(s), CX_OK));
}
