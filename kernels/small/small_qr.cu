/* QR of small matrices by Householder reflections as LAPACK writes them (H = 1 - tau v v^H, v from
 * 1 on): a lane has a row while the reflection is found and a column while it is applied. Q comes
 * from the reflections one column in each lane, which then need not meet. */
#include "small/small_matrix.cuh"

namespace {
using namespace small;

/* Column k of the tile becomes v below the diagonal, and beta on it; tau. */
template <class T> __device__ T reflection(const team &g, T *a, int ld, int m, int k)
{
    typedef real_t<T> R;
    const bool below = g.lane > k && g.lane < m;
    const T x = g.lane >= k && g.lane < m ? a[g.lane * ld + k] : T();
    R size = largest_part(x);
    if (size != size) size = infinity_of<R>(); /* so that all lanes agree */
    const R most = largest(g, size), rest = largest(g, below ? size : (R)0);
    const T first = of_lane(g, x, k);
    bool real = true;
    if constexpr (is_complex<T>) real = first.im == 0;
    if (rest == 0 && real) return T(); /* H = 1 */
    const int e = to_one(most);
    const T y = scaled(x, e), alpha = scaled(first, e);
    const R length = root(sum(g, plus_square((R)0, y)));
    const R beta = negative_bit(real_of(alpha)) ? length : -length;
    const T d = number<T>(1) / (alpha - number<T>(beta));
    if (below) a[g.lane * ld + k] = y * d;
    if (g.lane == k) a[k * ld + k] = number<T>(scaled(beta, -e));
    return over(number<T>(beta) - alpha, beta);
}

template <class T> __global__ void qr_teams(stack a, stack tau, int64_t batch, int lanes, int bytes)
{
    CX_DYN_SHARED(unsigned char, memory);
    const team g = team_of(lanes);
    const int m = a.rows, n = a.cols, ld = n | 1, steps = m < n ? m : n;
    T *const tile = reinterpret_cast<T *>(memory + g.place * bytes);
    for (int64_t i = g.first; i < batch; i += g.step) {
        load(g, a, i, tile, ld);
        meet(g);
        for (int k = 0; k < steps; k++) {
            const T t = reflection(g, tile, ld, m, k);
            if (g.lane == 0) *element<T>(tau, i, 0, k) = t;
            meet(g);
            if (g.lane > k && g.lane < n && t != T()) { /* H^H from the left */
                T *const column = tile + g.lane;
                const T *const v = tile + k;
                T w = column[k * ld];
                for (int r = k + 1; r < m; r++)
                    w = plus_product(w, conj_of(v[r * ld]), column[r * ld]);
                w = w * conj_of(t);
                column[k * ld] = column[k * ld] - w;
                for (int r = k + 1; r < m; r++)
                    column[r * ld] = minus_product(column[r * ld], v[r * ld], w);
            }
            meet(g);
        }
        store(g, a, i, tile, ld);
        meet(g);
    }
}

template <class T> __global__ void q_teams(stack a, stack tau, int64_t batch, int lanes, int bytes)
{
    CX_DYN_SHARED(unsigned char, memory);
    const team g = team_of(lanes);
    const int m = a.rows, n = a.cols, ld = n | 1, steps = tau.cols;
    T *const tile = reinterpret_cast<T *>(memory + g.place * bytes), *const q = tile + m * ld;
    for (int64_t i = g.first; i < batch; i += g.step) {
        load(g, a, i, tile, ld);
        meet(g);
        if (g.lane < n) {
            T *const column = q + g.lane;
            for (int r = 0; r < m; r++) column[r * ld] = number<T>(r == g.lane ? 1 : 0);
            /* the reflections after its own leave a unit vector as it is */
            for (int k = g.lane < steps ? g.lane : steps - 1; k >= 0; k--) {
                const T t = *element<T>(tau, i, 0, k), *const v = tile + k;
                T w = column[k * ld];
                for (int r = k + 1; r < m; r++)
                    w = plus_product(w, conj_of(v[r * ld]), column[r * ld]);
                w = w * t;
                column[k * ld] = column[k * ld] - w;
                for (int r = k + 1; r < m; r++)
                    column[r * ld] = minus_product(column[r * ld], v[r * ld], w);
            }
        }
        meet(g);
        store(g, a, i, q, ld);
        meet(g);
    }
}

struct qr_call {
    cx_queue *q;
    stack a, tau;
    int64_t batch;
    bool make_q;
};

template <class T> struct small_qr {
    typedef cx_status fn_t(const qr_call &c);
    static cx_status fn(const qr_call &c)
    {
        const int m = c.a.rows, n = c.a.cols;
        const size_t tile = sizeof(T) * (size_t)(m * tile_step(n));
        const layout l = layout_of(c.q, c.batch, m > n ? m : n, c.make_q ? 2 * tile : tile);
        if (c.make_q)
            return CX_LAUNCH((q_teams<T>), l.blocks, l.threads, l.shared, c.q, c.a, c.tau, c.batch,
                             l.lanes, l.bytes);
        return CX_LAUNCH((qr_teams<T>), l.blocks, l.threads, l.shared, c.q, c.a, c.tau, c.batch,
                         l.lanes, l.bytes);
    }
};

cx_status run(cx_queue *q, const cx_view *a, const cx_view *tau, bool make_q)
{
    const qr_call c = {q, stack_of(a), vectors_of(tau), cuda_batch(a, 2), make_q};
    return by_type<small_qr>(a->dtype)(c);
}
} // namespace

cx_status cuda_small_qr(cx_queue *q, const cx_view *a, const cx_view *tau)
{
    return run(q, a, tau, false);
}
cx_status cuda_small_q(cx_queue *q, const cx_view *a, const cx_view *tau)
{
    return run(q, a, tau, true);
}
