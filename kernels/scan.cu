/* The scan slot: which way through memory, and where lines are cut. Both follow from shape, dtype
 * and layout alone, never from the device. */
#include "scan.cuh"
#include <string.h>

namespace {
enum { TILE = SCAN_BLOCK * SCAN_ITEMS };

int64_t absolute(int64_t x)
{
    return x < 0 ? -x : x;
}
int64_t pieces(int64_t n, int64_t piece)
{
    return (n + piece - 1) / piece;
}

/* The dimension that lies densest is the fastest, so that neighbouring threads are neighbours. */
void take_lines(scan_call &g, int axis, const cx_view *in, const cx_view *out)
{
    g.n_lines = 1;
    for (int d = 0; d < in->ndim; d++) {
        if (d == axis) continue;
        int to = g.lines.n++;
        for (; to > 0 && absolute(g.lines.in[to - 1]) < absolute(in->stride[d]); to--) {
            g.lines.shape[to] = g.lines.shape[to - 1];
            g.lines.in[to] = g.lines.in[to - 1];
            g.lines.beside[to] = g.lines.beside[to - 1];
        }
        g.lines.shape[to] = in->shape[d];
        g.lines.in[to] = in->stride[d];
        g.lines.beside[to] = out->stride[d];
        g.n_lines *= in->shape[d];
    }
    g.lines.narrow = cuda_narrow(g.n_lines);
    for (int d = 0; g.lines.narrow && g.n_lines > 0 && d < g.lines.n; d++)
        g.lines.div[d] = fast_div_of((uint32_t)g.lines.shape[d]);
}

void plan(scan_call &g)
{
    enum { DOWN_THREADS = 131072, DOWN_LEAST = 32, ALONG_TEAMS = 512, ALONG_MOST = 16384 };
    const int inner = g.lines.n - 1;
    const bool down = inner >= 0 && g.lines.shape[inner] >= 16 &&
                      absolute(g.lines.in[inner]) < absolute(g.in_step);
    g.log_lanes = down ? 0 : scan_lanes(g.n);
    g.segment = g.n;
    if (down) {
        while (g.segment > DOWN_LEAST && g.n_lines * pieces(g.n, g.segment) < DOWN_THREADS)
            g.segment = pieces(g.segment, 2 * SCAN_ITEMS) * SCAN_ITEMS;
    } else if (g.log_lanes == 8 && g.n_lines < ALONG_TEAMS && g.n > 8 * TILE) {
        int64_t tiles = 16;
        while (tiles > 1 && g.n_lines * pieces(g.n, tiles * TILE) < 2 * ALONG_TEAMS) tiles /= 2;
        while (pieces(g.n, tiles * TILE) > ALONG_MOST) tiles *= 2;
        g.segment = tiles * TILE;
    }
    g.segments = pieces(g.n, g.segment);
}

bool is_natural(int in, int out)
{
    static const uint8_t to[CX_DTYPE_COUNT] = {
        0,      CX_I64, CX_I64, CX_I64,  CX_I64, CX_I64, CX_U64, CX_U64,
        CX_U64, CX_U64, CX_F16, CX_BF16, CX_F32, CX_F64, CX_C64, CX_C128,
    };
    return to[in] == out;
}
} // namespace

cx_status cuda_scan(cx_queue *q, int op, int axis, const cx_view *in, const cx_view *out)
{
    scan_call g;
    memset(&g, 0, sizeof g);
    take_lines(g, axis, in, out);
    g.n = in->shape[axis];
    if (g.n == 0 || g.n_lines == 0) return CX_OK;
    g.in = (const char *)in->data;
    g.out = (char *)out->data;
    g.in_type = in->dtype;
    g.out_type = out->dtype;
    g.unsigned_acc = out->dtype >= CX_U8 && out->dtype <= CX_U64;
    g.in_step = in->stride[axis];
    g.out_step = out->stride[axis];
    plan(g);
    if (is_natural(in->dtype, out->dtype))
        return (op == CX_SCAN_CUMPROD ? scan_prod : scan_sum)(in->dtype)(q, g);
    return (op == CX_SCAN_CUMPROD ? scan_prod_any : scan_sum_any)(out->dtype)(q, g);
}
