/* Different numbers below a limit, by the draws of sklearn.utils.random: callers of the same seed
 * get the same numbers.
 *
 * One idea: a way of drawing for each share of the numbers that is wanted. */
#include "base/alloc.h"
#include "learn/model_selection/model_selection.h"
#include <string.h>

cx_status cx__draw_int(cx_generator *g, int64_t high, int64_t *out)
{
    const cx_scope s = cx_scope_open();
    *out = cx_item_i64(cx_rng_integers(g, 0, high, CX_SHAPE(), CX_I64));
    return cx_scope_close(s);
}

/* Put v into a table of mask + 1 places, where -1 is nothing: was it new? */
static bool add(int64_t *table, uint64_t mask, int64_t v)
{
    uint64_t at = ((uint64_t)v * UINT64_C(0x9E3779B97F4A7C15) >> 20) & mask;
    while (table[at] >= 0 && table[at] != v) at = (at + 1) & mask;
    if (table[at] == v) return false;
    table[at] = v;
    return true;
}

static cx_status track(cx_generator *g, int64_t total, int64_t n, int64_t *out)
{
    uint64_t places = 16;
    while (places < 2 * (uint64_t)n) places *= 2;
    int64_t *const table = cx__alloc(places * sizeof *table);
    if (!table) return cx__fail_nomem("sample", "drawn numbers", places * sizeof *table);
    memset(table, -1, places * sizeof *table);
    cx_status st = CX_OK;
    for (int64_t i = 0; st == CX_OK && i < n; i++) do
            st = cx__draw_int(g, total, &out[i]);
        while (st == CX_OK && !add(table, places - 1, out[i]));
    cx__free(table);
    return st;
}

static cx_status reservoir(cx_generator *g, int64_t total, int64_t n, int64_t *out)
{
    for (int64_t i = 0; i < n; i++) out[i] = i;
    for (int64_t i = n; i < total; i++) {
        int64_t j = 0;
        CX__TRY(cx__draw_int(g, i + 1, &j));
        if (j < n) out[j] = i;
    }
    return CX_OK;
}

static cx_status from_pool(cx_generator *g, int64_t total, int64_t n, int64_t *out, int64_t *room)
{
    for (int64_t i = 0; i < total; i++) room[i] = i;
    for (int64_t i = 0; i < n; i++) {
        int64_t j = 0;
        CX__TRY(cx__draw_int(g, total - i, &j));
        out[i] = room[j];
        room[j] = room[total - i - 1];
    }
    return CX_OK;
}

cx_status cx__draw_different_by(cx__draw_way way, cx_generator *g, int64_t total, int64_t n,
                                int64_t *out, int64_t *room)
{
    const double share = total ? (double)n / (double)total : 1;
    if (way == CX__DRAW_POOL) return from_pool(g, total, n, out, room);
    if (way == CX__DRAW_AUTO && share > 0.01 && share < 0.99) {
        for (int64_t i = 0; i < total; i++) room[i] = i;
        CX__TRY(cx__shuffle_rows(g, room, total));
        memcpy(out, room, (size_t)n * sizeof *out);
        return CX_OK;
    }
    return share < 0.2 && way != CX__DRAW_RESERVOIR ? track(g, total, n, out)
                                                    : reservoir(g, total, n, out);
}

cx_status cx__draw_different(cx_generator *g, int64_t total, int64_t n, int64_t *out, int64_t *room)
{
    return cx__draw_different_by(CX__DRAW_AUTO, g, total, n, out, room);
}
