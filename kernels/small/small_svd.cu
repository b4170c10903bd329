/* Singular values and vectors of small matrices by one-sided Jacobi: pairs of columns are rotated
 * until all are orthogonal to working accuracy; their lengths are the singular values, their
 * directions U, the product of the rotations V. Of a matrix with more columns than rows the adjoint
 * is taken, whose factors change places. Two lanes share a pair, every other row each, so a round
 * meets once. Columns of U that belong to no singular value, or to one that is 0, are made from the
 * unit vectors that are farthest from the others.
 *
 * Source: Golub and Van Loan, Matrix Computations, 8.6.3; Drmac and Veselic, New fast and accurate
 * Jacobi SVD algorithm I, SIAM J. Matrix Anal. Appl. 29 (2008). */
#include "small/small_matrix.cuh"

namespace {
using namespace small;

/* A stack's shapes: x [m, n] is a or its adjoint, m >= n; u has `left` columns, 0 for values alone.
 * Tiles are in columns. */
struct shape {
    int m, n, left;
    bool turned;
    __host__ __device__ int ldx() const { return m | 1; }
    __host__ __device__ int ldv() const { return n | 1; }
};

template <class T> struct svd_room {
    typedef real_t<T> R;
    T *x, *v; /* x has room for all columns of u; v: NULL without vectors */
    R *s;
    int *order; /* columns of x and v by falling singular value, then the further ones of x */
    static __host__ __device__ size_t bytes(const shape &d)
    {
        const int columns = d.left > d.n ? d.left : d.n;
        return sizeof(T) * (size_t)(columns * d.ldx() + (d.left > 0 ? d.n * d.ldv() : 0)) +
               (sizeof(R) + sizeof(int)) * CUDA_SMALL_N;
    }
    __device__ svd_room(unsigned char *memory, const shape &d)
    {
        x = reinterpret_cast<T *>(memory);
        T *const end = x + (d.left > d.n ? d.left : d.n) * d.ldx();
        v = d.left > 0 ? end : nullptr;
        s = reinterpret_cast<R *>(d.left > 0 ? end + d.n * d.ldv() : end);
        order = reinterpret_cast<int *>(s + CUDA_SMALL_N);
    }
};

/* Scaled by a power of 2 so that nothing overflows; its exponent, or false in good. */
template <class T> __device__ int prepare(const team &g, T *x, const shape &d, bool &good)
{
    typedef real_t<T> R;
    T *const mine = x + g.lane * d.ldx();
    R most = 0;
    bool bad = false;
    if (g.lane < d.n)
        for (int r = 0; r < d.m; r++) {
            const R size = largest_part(mine[r]);
            bad = bad || !all_finite(mine[r]);
            most = size > most ? size : most;
        }
    good = !any(g, bad);
    if (!good) return 0;
    const int e = to_one(largest(g, most));
    if (g.lane < d.n)
        for (int r = 0; r < d.m; r++) mine[r] = scaled(mine[r], e);
    meet(g);
    return e;
}

/* A column whose square is below counts as 0: scaled as they are, that is far below rounding. */
template <class R> constexpr R least_square = least_normal<R> / epsilon<R>;

/* One round; did this lane's pair turn? */
template <class T>
__device__ bool turn_pairs(const team &g, const svd_room<T> &m, const shape &d, int round)
{
    typedef real_t<T> R;
    const int even = d.n + (d.n & 1), slot = g.lane / 2, half = g.lane & 1;
    pair at = {0, d.n};
    if (slot < even / 2) at = pair_of(even, round, slot);
    const bool here = slot < even / 2 && at.second < d.n;
    T *const x = m.x + at.first * d.ldx(), *const y = m.x + at.second * d.ldx();
    R p = 0, q = 0;
    T dot = T();
    if (here)
        for (int r = half; r < d.m; r += 2) {
            p = plus_square(p, x[r]);
            q = plus_square(q, y[r]);
            dot = plus_product(dot, conj_of(x[r]), y[r]);
        }
    p = p + of_partner(g, p, 1);
    q = q + of_partner(g, q, 1);
    dot = dot + of_partner(g, dot, 1);
    const R bound = epsilon<R> * root((R)d.m) * root(p) * root(q);
    const bool turns = here && p > least_square<R> && q > least_square<R> && magnitude(dot) > bound;
    if (turns) {
        const rotation<T> t = rotation_of(p, q, dot);
        for (int r = half; r < d.m; r += 2) rotate(x[r], y[r], t.c, t.s);
        if (m.v != nullptr) {
            T *const u = m.v + at.first * d.ldv(), *const v = m.v + at.second * d.ldv();
            for (int r = half; r < d.n; r += 2) rotate(u[r], v[r], t.c, t.s);
        }
    }
    meet(g);
    return turns;
}

template <class T> __device__ bool jacobi(const team &g, const svd_room<T> &m, const shape &d)
{
    const int rounds = d.n + (d.n & 1) - 1;
    for (int sweep = 0; sweep < MOST_SWEEPS; sweep++) {
        bool turned = false;
        for (int round = 0; round < rounds; round++) turned = turn_pairs(g, m, d, round) || turned;
        if (!any(g, turned)) return true;
    }
    return false;
}

/* Singular values into s, their order; columns become those of U. How many are not 0. */
template <class T> __device__ int lengths(const team &g, const svd_room<T> &m, const shape &d)
{
    typedef real_t<T> R;
    T *const mine = m.x + g.lane * d.ldx();
    R square = 0;
    if (g.lane < d.n)
        for (int r = 0; r < d.m; r++) square = plus_square(square, mine[r]);
    const R s = square > least_square<R> ? root(square) : (R)0;
    m.s[g.lane] = s;
    meet(g);
    int rank = g.lane;
    if (g.lane < d.n) {
        rank = 0;
        for (int k = 0; k < d.n; k++)
            if (m.s[k] > s || (m.s[k] == s && k < g.lane)) rank++;
        if (s > 0)
            for (int r = 0; r < d.m; r++) mine[r] = over(mine[r], s);
    }
    m.order[rank] = g.lane;
    const int count = sum(g, g.lane < d.n && s > 0 ? 1 : 0);
    meet(g);
    return count;
}

/* The columns of U from `have` on. */
template <class T>
__device__ void complete(const team &g, const svd_room<T> &m, const shape &d, int have)
{
    typedef real_t<T> R;
    for (int j = have; j < d.left; j++) {
        R covered = 0; /* of this lane's unit vector */
        if (g.lane < d.m)
            for (int k = 0; k < j; k++)
                covered = plus_square(covered, m.x[m.order[k] * d.ldx() + g.lane]);
        const int unit = largest_at(g, g.lane < d.m ? 4 - covered : (R)-1);
        T *const column = m.x + m.order[j] * d.ldx();
        T w = number<T>(g.lane == unit ? 1 : 0);
        for (int pass = 0; pass < 2; pass++) { /* twice is enough */
            if (g.lane < d.m) column[g.lane] = w;
            meet(g);
            T part = T(); /* along column number `lane` of those there are */
            if (g.lane < j) {
                const T *const other = m.x + m.order[g.lane] * d.ldx();
                for (int r = 0; r < d.m; r++)
                    part = plus_product(part, conj_of(other[r]), column[r]);
            }
            for (int k = 0; k < j; k++) {
                const T along = of_lane(g, part, k);
                if (g.lane < d.m) w = minus_product(w, along, m.x[m.order[k] * d.ldx() + g.lane]);
            }
            const R size = root(sum(g, g.lane < d.m ? plus_square((R)0, w) : (R)0));
            w = over(w, size);
            meet(g);
        }
        if (g.lane < d.m) column[g.lane] = w;
        meet(g);
    }
}

/* The factors of x as those of a. */
template <class T>
__device__ void store_factors(const team &g, const svd_room<T> &m, const shape &d, const stack &u,
                              const stack &vh, int64_t i, bool good)
{
    const T nan = number<T>(nan_of<real_t<T>>());
    const T *const left = d.turned ? m.v : m.x, *const right = d.turned ? m.x : m.v;
    const int ldl = d.turned ? d.ldv() : d.ldx(), ldr = d.turned ? d.ldx() : d.ldv();
    for (cursor e(g, u); e.more(); e.next())
        *element<T>(u, i, e.row(), e.col()) = good ? left[m.order[e.col()] * ldl + e.row()] : nan;
    for (cursor e(g, vh); e.more(); e.next())
        *element<T>(vh, i, e.row(), e.col()) =
            good ? conj_of(right[m.order[e.row()] * ldr + e.col()]) : nan;
}

template <class T>
__global__ void svd_teams(stack a, stack s, stack u, stack vh, shape d, int *info, int64_t batch,
                          int lanes, int bytes)
{
    typedef real_t<T> R;
    CX_DYN_SHARED(unsigned char, memory);
    const team g = team_of(lanes);
    const svd_room<T> m(memory + g.place * bytes, d);
    for (int64_t i = g.first; i < batch; i += g.step) {
        for (cursor e(g, a); e.more(); e.next()) {
            const T x = *element<T>(a, i, e.row(), e.col());
            if (d.turned)
                m.x[e.row() * d.ldx() + e.col()] = conj_of(x);
            else
                m.x[e.col() * d.ldx() + e.row()] = x;
        }
        if (m.v != nullptr && g.lane < d.n)
            for (int r = 0; r < d.n; r++)
                m.v[g.lane * d.ldv() + r] = number<T>(r == g.lane ? 1 : 0);
        meet(g);
        bool good;
        const int e = prepare(g, m.x, d, good);
        const bool done = good && jacobi(g, m, d);
        if (good) {
            const int count = lengths(g, m, d);
            complete(g, m, d, count);
        }
        if (g.lane < d.n)
            *element<R>(s, i, 0, g.lane) = good ? scaled(m.s[m.order[g.lane]], -e) : nan_of<R>();
        if (d.left > 0) store_factors(g, m, d, u, vh, i, good);
        if (g.lane == 0) info[i] = done ? 0 : d.n;
        meet(g);
    }
}

struct svd_call {
    cx_queue *q;
    stack a, s, u, vh;
    shape d;
    int *info;
    int64_t batch;
};

template <class T> struct small_svd {
    typedef cx_status fn_t(const svd_call &c);
    static cx_status fn(const svd_call &c)
    {
        const layout l = layout_of(c.q, c.batch, c.d.m, svd_room<T>::bytes(c.d));
        return CX_LAUNCH((svd_teams<T>), l.blocks, l.threads, l.shared, c.q, c.a, c.s, c.u, c.vh,
                         c.d, c.info, c.batch, l.lanes, l.bytes);
    }
};
} // namespace

cx_status cuda_small_svd(cx_queue *q, const cx_view *a, const cx_view *s, const cx_view *u,
                         const cx_view *vh, int *info)
{
    svd_call c = {q, stack_of(a), vectors_of(s), {}, {}, {}, info, cuda_batch(a, 2)};
    c.d.turned = c.a.rows < c.a.cols;
    c.d.m = c.d.turned ? c.a.cols : c.a.rows;
    c.d.n = c.d.turned ? c.a.rows : c.a.cols;
    if (u != nullptr) {
        c.u = stack_of(u), c.vh = stack_of(vh);
        c.d.left = c.d.turned ? c.vh.rows : c.u.cols;
    }
    return by_type<small_svd>(a->dtype)(c);
}
