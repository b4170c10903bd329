/* Cholesky factors of small Hermitian matrices, column by column: a column is its old self less
 * what the columns before it explain, which a lane sums for its row without storing. The upper
 * factor is the lower one of the same matrix, turned round on the way in and out. */
#include "small/small_matrix.cuh"

namespace {
using namespace small;

/* The lower triangle of the tile becomes L; LAPACK's info. */
template <class T> __device__ int cholesky_tile(const team &g, T *a, int ld, int n)
{
    T *const mine = a + g.lane * ld;
    for (int k = 0; k < n; k++) {
        const T *const row = a + k * ld;
        T s = T();
        if (g.lane >= k && g.lane < n) {
            s = mine[k];
            for (int j = 0; j < k; j++) s = minus_product(s, mine[j], conj_of(row[j]));
        }
        const real_t<T> d = of_lane(g, real_of(s), k);
        if (!(d > 0)) return k + 1;
        const real_t<T> diagonal = root(d);
        if (g.lane == k)
            mine[k] = number<T>(diagonal);
        else if (g.lane > k && g.lane < n)
            mine[k] = over(s, diagonal);
        meet(g);
    }
    return 0;
}

template <class T>
__global__ void cholesky_teams(stack a, int *info, int64_t batch, int lanes, int bytes, bool upper)
{
    CX_DYN_SHARED(unsigned char, memory);
    const team g = team_of(lanes);
    const int n = a.rows, ld = n | 1;
    T *const tile = reinterpret_cast<T *>(memory + g.place * bytes);
    for (int64_t i = g.first; i < batch; i += g.step) {
        load_lower(g, a, i, upper, tile, ld);
        meet(g);
        const int bad = cholesky_tile(g, tile, ld, n);
        meet(g);
        for (cursor e(g, a); e.more(); e.next()) {
            const int r = e.row(), c = e.col();
            T x = T();
            if (upper ? r <= c : r >= c) x = upper ? conj_of(tile[c * ld + r]) : tile[r * ld + c];
            *element<T>(a, i, r, c) = x;
        }
        if (g.lane == 0) info[i] = bad;
        meet(g);
    }
}

/* ---- a matrix a thread, in registers */
template <class T, int N> __device__ inline int cholesky_in_registers(T (&a)[N][N])
{
    int info = 0;
    CX_UNROLL
    for (int k = 0; k < N; k++) {
        real_t<T> d = real_of(a[k][k]);
        CX_UNROLL
        for (int j = 0; j < k; j++) d = minus_square(d, a[k][j]);
        if (!(d > 0) && info == 0) info = k + 1;
        const real_t<T> diagonal = info == 0 ? root(d) : (real_t<T>)1;
        a[k][k] = number<T>(diagonal);
        CX_UNROLL
        for (int i = k + 1; i < N; i++) {
            CX_UNROLL
            for (int j = 0; j < k; j++) a[i][k] = minus_product(a[i][k], a[i][j], conj_of(a[k][j]));
            a[i][k] = over(a[i][k], diagonal);
            a[k][i] = T();
        }
    }
    return info;
}

template <class T, int N>
__global__ void cholesky_threads(stack a, int *info, int64_t batch, bool upper)
{
    typedef passage<T, N, N> matrices;
    CX_SHARED(T, rooms, [ROOM_WARPS][matrices::ELEMENTS]);
    const warp_stride w;
    T *const room = rooms[threadIdx.x / 32];
    for (int64_t first = w.first; first < batch; first += w.step) {
        const int64_t i = first + threadIdx.x % 32;
        T m[N][N];
        matrices::in(a, first, batch, room, m);
        CX_UNROLL
        for (int r = 0; r < N; r++) CX_UNROLL
        for (int c = 0; c < r; c++)
            if (upper) m[r][c] = conj_of(m[c][r]);
        const int bad = cholesky_in_registers(m);
        CX_UNROLL
        for (int r = 0; r < N; r++) CX_UNROLL
        for (int c = 0; c < r; c++)
            if (upper) {
                m[c][r] = conj_of(m[r][c]);
                m[r][c] = T();
            }
        matrices::out(a, first, batch, room, m);
        if (i < batch) info[i] = bad;
    }
}

/* ---- launches */
struct cholesky_call {
    cx_queue *q;
    stack a;
    int *info;
    int64_t batch;
    bool upper;
};

template <class T, int N> cx_status in_threads(const cholesky_call &c)
{
    return CX_LAUNCH((cholesky_threads<T, N>), warp_blocks(c.q, c.batch), 32 * ROOM_WARPS, 0, c.q,
                     c.a, c.info, c.batch, c.upper);
}

template <class T> struct small_cholesky {
    typedef cx_status fn_t(const cholesky_call &c);
    static cx_status fn(const cholesky_call &c)
    {
        static constexpr fn_t *by_size[IN_REGISTERS] = {in_threads<T, 1>, in_threads<T, 2>,
                                                        in_threads<T, 3>, in_threads<T, 4>};
        const int n = c.a.rows;
        if (n <= IN_REGISTERS) return by_size[n - 1](c);
        const layout l = layout_of(c.q, c.batch, n, sizeof(T) * (size_t)(n * tile_step(n)));
        return CX_LAUNCH((cholesky_teams<T>), l.blocks, l.threads, l.shared, c.q, c.a, c.info,
                         c.batch, l.lanes, l.bytes, c.upper);
    }
};
} // namespace

cx_status cuda_small_cholesky(cx_queue *q, bool upper, const cx_view *a, int *info)
{
    const cholesky_call c = {q, stack_of(a), info, cuda_batch(a, 2), upper};
    return by_type<small_cholesky>(a->dtype)(c);
}
