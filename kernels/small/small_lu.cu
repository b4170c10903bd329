/* LU with partial pivoting of small matrices, and what follows from it: solutions and inverses.
 *
 * Up to 4 x 4 a thread has a matrix in registers, its rows exchanged by selection, so that no index
 * is computed. Above, a lane has a row of the team's tile: the pivot is found by shuffles, the
 * pivot's row is read by all lanes at once. Right-hand sides go through in registers, a row in each
 * lane, four columns at a time. Pivots are LAPACK's, from 1. */
#include "small/small_matrix.cuh"

namespace {
using namespace small;

/* ---- a matrix a thread */
template <class T> __device__ inline void swap_if(bool yes, T &x, T &y)
{
    const T t = x;
    x = yes ? y : x;
    y = yes ? t : y;
}

/* pivot[k]: the row, from 0, that was exchanged with row k; info as LAPACK's */
template <class T, int N> __device__ inline int lu_in_registers(T (&a)[N][N], int (&pivot)[N])
{
    int info = 0;
    CX_UNROLL
    for (int k = 0; k < N; k++) {
        int p = k;
        real_t<T> best = rough_size(a[k][k]);
        CX_UNROLL
        for (int i = k + 1; i < N; i++) {
            const real_t<T> size = rough_size(a[i][k]);
            if (size > best) best = size, p = i;
        }
        pivot[k] = p;
        CX_UNROLL
        for (int i = k + 1; i < N; i++) CX_UNROLL
        for (int j = 0; j < N; j++) swap_if(p == i, a[k][j], a[i][j]);
        if (best == 0) { /* nothing to eliminate */
            if (info == 0) info = k + 1;
            continue;
        }
        const divisor<T> d = divisor_of(a[k][k]);
        CX_UNROLL
        for (int i = k + 1; i < N; i++) {
            a[i][k] = divide(a[i][k], d);
            CX_UNROLL
            for (int j = k + 1; j < N; j++) a[i][j] = minus_product(a[i][j], a[i][k], a[k][j]);
        }
    }
    return info;
}

/* x := U^-1 L^-1 P x */
template <class T, int N>
__device__ inline void solve_in_registers(const T (&a)[N][N], const divisor<T> (&d)[N],
                                          const int (&pivot)[N], T (&x)[N])
{
    CX_UNROLL
    for (int k = 0; k < N; k++) CX_UNROLL
    for (int i = k + 1; i < N; i++) swap_if(pivot[k] == i, x[k], x[i]);
    CX_UNROLL
    for (int k = 0; k < N; k++) CX_UNROLL
    for (int i = k + 1; i < N; i++) x[i] = minus_product(x[i], a[i][k], x[k]);
    CX_UNROLL
    for (int k = N - 1; k >= 0; k--) {
        x[k] = divide(x[k], d[k]);
        CX_UNROLL
        for (int i = 0; i < k; i++) x[i] = minus_product(x[i], a[i][k], x[k]);
    }
}

template <int N>
__device__ inline void read_pivots(const stack &pivots, int64_t i, bool there, int (&pivot)[N])
{
    CX_UNROLL
    for (int k = 0; k < N; k++) pivot[k] = there ? *element<int>(pivots, i, 0, k) - 1 : k;
}

/* Of matrix i, if it is there; fresh: m is to be factored, else it comes with its pivots. */
template <class T, int N>
__device__ inline void make_factors(const stack &pivots, int64_t i, bool there, bool fresh,
                                    T (&m)[N][N], int (&pivot)[N], divisor<T> (&d)[N], int *info)
{
    if (fresh) {
        const int bad = lu_in_registers(m, pivot);
        if (there) info[i] = bad;
    } else {
        read_pivots(pivots, i, there, pivot);
    }
    CX_UNROLL
    for (int k = 0; k < N; k++) d[k] = divisor_of(m[k][k]);
}

template <class T, int N>
__global__ void lu_threads(stack a, stack pivots, int *info, int64_t batch)
{
    typedef passage<T, N, N> matrices;
    CX_SHARED(T, rooms, [ROOM_WARPS][matrices::ELEMENTS]);
    const warp_stride w;
    T *const room = rooms[threadIdx.x / 32];
    for (int64_t first = w.first; first < batch; first += w.step) {
        const int64_t i = first + threadIdx.x % 32;
        T m[N][N];
        int pivot[N];
        matrices::in(a, first, batch, room, m);
        const int bad = lu_in_registers(m, pivot);
        matrices::out(a, first, batch, room, m);
        if (i >= batch) continue;
        info[i] = bad;
        CX_UNROLL
        for (int k = 0; k < N; k++) *element<int>(pivots, i, 0, k) = pivot[k] + 1;
    }
}

template <class T, int N>
__global__ void solve_threads(stack a, stack pivots, stack b, int *info, int64_t batch, bool fresh)
{
    typedef passage<T, N, N> matrices;
    typedef passage<T, N, 1> vectors;
    CX_SHARED(T, rooms, [ROOM_WARPS][matrices::ELEMENTS]);
    const warp_stride w;
    T *const room = rooms[threadIdx.x / 32];
    for (int64_t first = w.first; first < batch; first += w.step) {
        const int64_t i = first + threadIdx.x % 32;
        T m[N][N];
        int pivot[N];
        divisor<T> d[N];
        matrices::in(a, first, batch, room, m);
        make_factors(pivots, i, i < batch, fresh, m, pivot, d, info);
        stack column = b;
        column.cols = 1, column.by_row = false;
        for (int c = 0; c < b.cols; c++, column.p += b.cs) {
            T x[N][1], y[N];
            vectors::in(column, first, batch, room, x);
            CX_UNROLL
            for (int k = 0; k < N; k++) y[k] = x[k][0];
            solve_in_registers(m, d, pivot, y);
            CX_UNROLL
            for (int k = 0; k < N; k++) x[k][0] = y[k];
            vectors::out(column, first, batch, room, x);
        }
    }
}

template <class T, int N>
__global__ void inverse_threads(stack a, stack pivots, stack x, int *info, int64_t batch,
                                bool fresh)
{
    typedef passage<T, N, N> matrices;
    CX_SHARED(T, rooms, [ROOM_WARPS][matrices::ELEMENTS]);
    const warp_stride w;
    T *const room = rooms[threadIdx.x / 32];
    for (int64_t first = w.first; first < batch; first += w.step) {
        const int64_t i = first + threadIdx.x % 32;
        T m[N][N], r[N][N];
        int pivot[N];
        divisor<T> d[N];
        matrices::in(a, first, batch, room, m);
        make_factors(pivots, i, i < batch, fresh, m, pivot, d, info);
        CX_UNROLL
        for (int c = 0; c < N; c++) {
            T y[N];
            CX_UNROLL
            for (int k = 0; k < N; k++) y[k] = number<T>(k == c ? 1 : 0);
            solve_in_registers(m, d, pivot, y);
            CX_UNROLL
            for (int k = 0; k < N; k++) r[k][c] = y[k];
        }
        matrices::out(x, first, batch, room, r);
    }
}

/* ---- a matrix a team */
/* The tile becomes L and U. pivot: of this lane's step, from 0; origin: the row that came to stand
 * in this lane's. */
template <class T>
__device__ int lu_tile(const team &g, T *a, int ld, int m, int n, int &pivot, int &origin)
{
    int info = 0;
    origin = pivot = g.lane;
    T *const mine = a + g.lane * ld;
    for (int k = 0; k < m && k < n; k++) {
        /* NaN is taken for the largest, so that all lanes agree */
        real_t<T> size = g.lane >= k && g.lane < m ? rough_size(mine[k]) : (real_t<T>)-1;
        if (size != size) size = infinity_of<real_t<T>>();
        const int p = largest_at(g, size);
        const int down = of_lane(g, origin, k), up = of_lane(g, origin, p);
        if (g.lane == k) pivot = p;
        if (p != k) {
            if (g.lane < n) {
                const T t = a[k * ld + g.lane];
                a[k * ld + g.lane] = a[p * ld + g.lane];
                a[p * ld + g.lane] = t;
            }
            origin = g.lane == k ? up : g.lane == p ? down : origin;
            meet(g);
        }
        const T *const row = a + k * ld;
        if (row[k] == number<T>(0)) {
            if (info == 0) info = k + 1;
        } else if (g.lane > k && g.lane < m) {
            const T l = divide(mine[k], divisor_of(row[k]));
            mine[k] = l;
            for (int j = k + 1; j < n; j++) mine[j] = minus_product(mine[j], l, row[j]);
        }
        meet(g);
    }
    return info;
}

/* Where the rows of factors that were read came from. */
__device__ inline int origin_of(const team &g, const stack &pivots, int64_t i, int n)
{
    const int pivot = g.lane < n ? *element<int>(pivots, i, 0, g.lane) - 1 : g.lane;
    int origin = g.lane;
    for (int k = 0; k < n; k++) {
        const int p = of_lane(g, pivot, k), down = of_lane(g, origin, k),
                  up = of_lane(g, origin, p);
        origin = g.lane == k ? up : g.lane == p ? down : origin;
    }
    return origin;
}

/* Matrix i as factors, made here if it is fresh; where this lane's row came from. */
template <class T>
__device__ int factors_tile(const team &g, const stack &a, const stack &pivots, int64_t i,
                            bool fresh, T *tile, int ld, int *info)
{
    const int n = a.rows;
    load(g, a, i, tile, ld);
    meet(g);
    if (!fresh) return origin_of(g, pivots, i, n);
    int pivot, origin;
    const int bad = lu_tile(g, tile, ld, n, n, pivot, origin);
    if (g.lane == 0) info[i] = bad;
    return origin;
}

enum { COLUMNS = 4 };
/* x := U^-1 L^-1 x for the first `count` of the columns, a row in each lane; d: of its diagonal */
template <class T>
__device__ void substitute(const team &g, const T *lu, int ld, int n, const divisor<T> &d,
                           int count, T (&x)[COLUMNS])
{
    const T *const mine = lu + g.lane * ld;
    for (int k = 0; k + 1 < n; k++) {
        const bool below = g.lane > k && g.lane < n;
        const T l = below ? mine[k] : T();
        CX_UNROLL
        for (int c = 0; c < COLUMNS; c++) {
            if (c >= count) break;
            const T y = of_lane(g, x[c], k);
            if (below) x[c] = minus_product(x[c], l, y);
        }
    }
    for (int k = n - 1; k >= 0; k--) {
        const T u = g.lane < k ? mine[k] : T();
        CX_UNROLL
        for (int c = 0; c < COLUMNS; c++) {
            if (c >= count) break;
            if (g.lane == k) x[c] = divide(x[c], d);
            const T y = of_lane(g, x[c], k);
            if (g.lane < k) x[c] = minus_product(x[c], u, y);
        }
    }
}

template <class T>
__global__ void lu_teams(stack a, stack pivots, int *info, int64_t batch, int lanes, int bytes)
{
    CX_DYN_SHARED(unsigned char, memory);
    const team g = team_of(lanes);
    const int m = a.rows, n = a.cols, ld = n | 1;
    T *const tile = reinterpret_cast<T *>(memory + g.place * bytes);
    for (int64_t i = g.first; i < batch; i += g.step) {
        int pivot, origin;
        load(g, a, i, tile, ld);
        meet(g);
        const int bad = lu_tile(g, tile, ld, m, n, pivot, origin);
        store(g, a, i, tile, ld);
        if (g.lane < m && g.lane < n) *element<int>(pivots, i, 0, g.lane) = pivot + 1;
        if (g.lane == 0) info[i] = bad;
        meet(g);
    }
}

template <class T>
__global__ void solve_teams(stack a, stack pivots, stack b, int *info, int64_t batch, int lanes,
                            int bytes, bool fresh)
{
    CX_DYN_SHARED(unsigned char, memory);
    const team g = team_of(lanes);
    const int n = a.rows, ld = n | 1;
    T *const tile = reinterpret_cast<T *>(memory + g.place * bytes);
    for (int64_t i = g.first; i < batch; i += g.step) {
        const int origin = factors_tile(g, a, pivots, i, fresh, tile, ld, info);
        const bool mine = g.lane < n;
        const divisor<T> d = divisor_of(mine ? tile[g.lane * ld + g.lane] : number<T>(1));
        for (int from = 0; from < b.cols; from += COLUMNS) {
            const int count = b.cols - from < COLUMNS ? b.cols - from : COLUMNS;
            T x[COLUMNS];
            CX_UNROLL
            for (int c = 0; c < COLUMNS; c++)
                x[c] = mine && c < count ? *element<T>(b, i, origin, from + c) : T();
            meet(g); /* all have read what others write */
            substitute(g, tile, ld, n, d, count, x);
            CX_UNROLL
            for (int c = 0; c < COLUMNS; c++)
                if (mine && c < count) *element<T>(b, i, g.lane, from + c) = x[c];
        }
        meet(g);
    }
}

/* Beside the factors the inverse's tile, which goes where its stack lies, in its order. */
template <class T>
__global__ void inverse_teams(stack a, stack pivots, stack x, int *info, int64_t batch, int lanes,
                              int bytes, bool fresh)
{
    CX_DYN_SHARED(unsigned char, memory);
    const team g = team_of(lanes);
    const int n = a.rows, ld = n | 1;
    T *const tile = reinterpret_cast<T *>(memory + g.place * bytes), *const result = tile + n * ld;
    for (int64_t i = g.first; i < batch; i += g.step) {
        const int origin = factors_tile(g, a, pivots, i, fresh, tile, ld, info);
        const bool mine = g.lane < n;
        const divisor<T> d = divisor_of(mine ? tile[g.lane * ld + g.lane] : number<T>(1));
        for (int from = 0; from < n; from += COLUMNS) {
            const int count = n - from < COLUMNS ? n - from : COLUMNS;
            T e[COLUMNS];
            CX_UNROLL
            for (int c = 0; c < COLUMNS; c++) e[c] = number<T>(origin == from + c ? 1 : 0);
            substitute(g, tile, ld, n, d, count, e);
            CX_UNROLL
            for (int c = 0; c < COLUMNS; c++)
                if (mine && c < count) result[g.lane * ld + from + c] = e[c];
        }
        meet(g);
        store(g, x, i, result, ld);
        meet(g);
    }
}

/* ---- launches */
struct lu_call {
    cx_queue *q;
    stack a, pivots, x;
    int *info;
    int64_t batch;
    bool fresh;
};
enum job { FACTOR, SOLVE, INVERT };

template <class T, int N> cx_status in_threads(job j, const lu_call &c)
{
    const unsigned blocks = warp_blocks(c.q, c.batch), threads = 32 * ROOM_WARPS;
    if (j == FACTOR)
        return CX_LAUNCH((lu_threads<T, N>), blocks, threads, 0, c.q, c.a, c.pivots, c.info,
                         c.batch);
    if (j == SOLVE)
        return CX_LAUNCH((solve_threads<T, N>), blocks, threads, 0, c.q, c.a, c.pivots, c.x, c.info,
                         c.batch, c.fresh);
    return CX_LAUNCH((inverse_threads<T, N>), blocks, threads, 0, c.q, c.a, c.pivots, c.x, c.info,
                     c.batch, c.fresh);
}

template <class T> cx_status in_teams(job j, const lu_call &c)
{
    const int m = c.a.rows, n = c.a.cols, tiles = j == INVERT ? 2 : 1;
    const layout l =
        layout_of(c.q, c.batch, m > n ? m : n, sizeof(T) * (size_t)(tiles * m * tile_step(n)));
    if (j == FACTOR)
        return CX_LAUNCH((lu_teams<T>), l.blocks, l.threads, l.shared, c.q, c.a, c.pivots, c.info,
                         c.batch, l.lanes, l.bytes);
    if (j == SOLVE)
        return CX_LAUNCH((solve_teams<T>), l.blocks, l.threads, l.shared, c.q, c.a, c.pivots, c.x,
                         c.info, c.batch, l.lanes, l.bytes, c.fresh);
    return CX_LAUNCH((inverse_teams<T>), l.blocks, l.threads, l.shared, c.q, c.a, c.pivots, c.x,
                     c.info, c.batch, l.lanes, l.bytes, c.fresh);
}

template <class T> struct small_lu {
    typedef cx_status fn_t(job j, const lu_call &c);
    static cx_status fn(job j, const lu_call &c)
    {
        static constexpr fn_t *by_size[IN_REGISTERS] = {in_threads<T, 1>, in_threads<T, 2>,
                                                        in_threads<T, 3>, in_threads<T, 4>};
        const int n = c.a.rows;
        return n == c.a.cols && n <= IN_REGISTERS ? by_size[n - 1](j, c) : in_teams<T>(j, c);
    }
};
} // namespace

cx_status cuda_small_lu(cx_queue *q, const cx_view *a, const cx_view *pivots, int *info)
{
    const lu_call c = {q, stack_of(a), vectors_of(pivots), {}, info, cuda_batch(a, 2), true};
    return by_type<small_lu>(a->dtype)(FACTOR, c);
}

cx_status cuda_small_solve(cx_queue *q, const cx_view *a, const cx_view *pivots, const cx_view *b,
                           int *info)
{
    const lu_call c = {q,    stack_of(a),      vectors_of(pivots), stack_of(b),
                       info, cuda_batch(a, 2), pivots == nullptr};
    return by_type<small_lu>(a->dtype)(SOLVE, c);
}

cx_status cuda_small_inverse(cx_queue *q, const cx_view *a, const cx_view *pivots, const cx_view *x,
                             int *info)
{
    const lu_call c = {q,    stack_of(a),      vectors_of(pivots), stack_of(x),
                       info, cuda_batch(a, 2), pivots == nullptr};
    return by_type<small_lu>(a->dtype)(INVERT, c);
}
