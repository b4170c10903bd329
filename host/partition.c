/* The partition slot: rows arranged about given positions. The one idea: quicksort's steps (those
 * of sort.c) only where a position is asked for, so a position costs a few passes over its row.
 * What is narrow is counted and what is complex is merged, which is to sort it. */
#include "sort.h"
#include <string.h>

/* Runs up to this are sorted; no shorter than what split leaves as it is. */
enum { SELECT_SORTED = 512 };

typedef struct selection {
    const host_sorts *t;
    cx_dtype dtype;
    int width;
    char *data;
    int64_t stride, n, count;
    const int64_t *kth;
} selection;

static void select_run(const selection *s, char *row, int64_t lo, int64_t hi, const int64_t *kth,
                       int64_t count, int depth)
{
    while (count > 0) {
        char *const at = row + lo * s->width;
        const int64_t n = hi - lo;
        if (n <= SELECT_SORTED || depth-- == 0) {
            s->t->sort[s->dtype](at, n);
            return;
        }
        const int64_t cut = lo + s->t->split[s->dtype](at, n);
        if (cut == hi) return; /* all alike */
        int64_t left = 0;
        while (left < count && kth[left] < cut) left++;
        if (left < count) select_run(s, row, cut, hi, kth + left, count - left, depth);
        hi = cut;
        count = left;
    }
}

/* Quicksort takes both zeros for one; where a position holds one, they stand as in a sorted row:
 * whoever asks for a zero has every negative number before it. */
static uint64_t bits_at(const selection *s, const char *row, int64_t i)
{
    uint32_t narrow;
    uint64_t wide;
    if (s->width == 4) {
        memcpy(&narrow, row + i * 4, sizeof narrow);
        return (uint64_t)narrow << 32;
    }
    memcpy(&wide, row + i * 8, sizeof wide);
    return wide;
}
static void order_zeros(const selection *s, char *row)
{
    bool any = false;
    for (int64_t i = 0; i < s->count; i++) any = any || bits_at(s, row, s->kth[i]) << 1 == 0;
    if (!any) return;
    int64_t negative = 0;
    for (int64_t i = 0; i < s->n; i++) negative += bits_at(s, row, i) == UINT64_C(1) << 63;
    for (int64_t i = 0; i < s->n; i++) {
        if (bits_at(s, row, i) << 1 != 0) continue;
        const uint32_t top = negative-- > 0 ? UINT32_C(1) << 31 : 0;
        const uint64_t whole = (uint64_t)top << 32;
        memcpy(row + i * s->width, s->width == 4 ? (const void *)&top : &whole, (size_t)s->width);
    }
}

static void select_tasks(void *ctx, int64_t lo, int64_t hi)
{
    const selection *const s = ctx;
    for (int64_t i = lo; i < hi; i++) {
        char *const row = s->data + i * s->stride;
        const int64_t ready = s->t->encode[s->dtype](row, s->n);
        int depth = 8;
        for (int64_t k = ready; k > 1; k /= 2) depth += 2;
        int64_t inside = s->count; /* the rest of the positions hold NaN already */
        while (inside > 0 && s->kth[inside - 1] >= ready) inside--;
        select_run(s, row, 0, ready, s->kth, inside, depth);
        if (s->t->decode[s->dtype]) s->t->decode[s->dtype](row, s->n);
        if (s->dtype == CX_F32 || s->dtype == CX_F64) order_zeros(s, row);
    }
}

cx_status host_partition(cx_queue *q, const cx_view *a, int64_t count, const int64_t *kth)
{
    static const uint8_t widths[CX_DTYPE_COUNT] = {
        [CX_I32] = 4, [CX_U32] = 4, [CX_F32] = 4, [CX_CAT] = 4,
        [CX_I64] = 8, [CX_U64] = 8, [CX_F64] = 8};
    const int64_t n = a->shape[1];
    if (a->shape[0] == 0 || n < 2 || count == 0) return CX_OK;
    if (widths[a->dtype] == 0) return host_sort(q, a);
    selection s = {.t = HOST_PICK(host_sorts),
                   .dtype = a->dtype,
                   .width = widths[a->dtype],
                   .data = a->data,
                   .stride = a->stride[0],
                   .n = n,
                   .count = count,
                   .kth = kth};
    return host_core->parallel_for(a->shape[0], n >= 4096 ? 1 : 4096 / n, select_tasks, &s);
}
