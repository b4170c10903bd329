/* Eigenvalues and vectors of small Hermitian matrices by cyclic Jacobi: each round rotates disjoint
 * pairs of columns and then of rows, all at once, until every element off the diagonal is lost
 * beside the two diagonal ones that it joins. That keeps small eigenvalues of graded matrices, and
 * the sum of squares off the diagonal only falls, so the end is certain: a matrix that is not
 * finite is told before the first round, and the number of sweeps is bounded.
 *
 * Source: Golub and Van Loan, Matrix Computations, 8.5; Demmel and Veselic, Jacobi's method is more
 * accurate than QR, SIAM J. Matrix Anal. Appl. 13 (1992). */
#include "small/small_matrix.cuh"

namespace {
using namespace small;

/* A round's rotation of one pair; c is 0 where there is none. */
template <class T> struct turn {
    T s;
    real_t<T> c;
    int p, q;
};

template <class T> struct eigh_room {
    typedef real_t<T> R;
    T *a, *v; /* v: NULL without vectors */
    turn<T> *turns;
    R *w;
    int *order;
    static __host__ __device__ size_t bytes(int n, bool vectors)
    {
        const size_t tile = sizeof(T) * (size_t)(n * (n | 1));
        return tile * (vectors ? 2 : 1) + sizeof(turn<T>) * (CUDA_SMALL_N / 2) +
               (sizeof(R) + sizeof(int)) * CUDA_SMALL_N;
    }
    __device__ eigh_room(unsigned char *memory, int n, bool vectors)
    {
        a = reinterpret_cast<T *>(memory);
        T *const end = a + n * (n | 1);
        v = vectors ? end : nullptr;
        turns = reinterpret_cast<turn<T> *>(vectors ? end + n * (n | 1) : end);
        w = reinterpret_cast<R *>(turns + CUDA_SMALL_N / 2);
        order = reinterpret_cast<int *>(w + CUDA_SMALL_N);
    }
};

/* The whole matrix from its lower triangle, scaled by a power of 2 so that nothing overflows; that
 * power's exponent, or false in good. */
template <class T> __device__ int prepare(const team &g, T *a, int ld, int n, bool &good)
{
    typedef real_t<T> R;
    T *const mine = a + g.lane * ld;
    R most = 0;
    bool bad = false;
    if (g.lane < n)
        for (int c = 0; c <= g.lane; c++) {
            const T x = c == g.lane ? number<T>(real_of(mine[c])) : mine[c];
            const R size = largest_part(x);
            bad = bad || !all_finite(x);
            most = size > most ? size : most;
        }
    good = !any(g, bad);
    if (!good) return 0;
    const int e = to_one(largest(g, most));
    if (g.lane < n)
        for (int c = 0; c <= g.lane; c++) {
            const T x = scaled(c == g.lane ? number<T>(real_of(mine[c])) : mine[c], e);
            mine[c] = x;
            if (c < g.lane) a[c * ld + g.lane] = conj_of(x);
        }
    meet(g);
    return e;
}

/* Choose a round's rotations; is there one? Each pair's lane keeps its new diagonal. */
template <class T>
__device__ bool choose(const team &g, const eigh_room<T> &m, int ld, int n, int round,
                       real_t<T> (&diagonal)[2])
{
    typedef real_t<T> R;
    const int even = n + (n & 1);
    bool mine = false;
    if (g.lane < even / 2) {
        const pair at = pair_of(even, round, g.lane);
        turn<T> t = {T(), 0, at.first, at.second};
        if (t.q < n) {
            const T x = m.a[t.p * ld + t.q];
            const R p = real_of(m.a[t.p * ld + t.p]), q = real_of(m.a[t.q * ld + t.q]);
            if (magnitude(x) > epsilon<R> * root(magnitude(p)) * root(magnitude(q))) {
                const rotation<T> r = rotation_of(p, q, x);
                t.c = r.c, t.s = r.s;
                diagonal[0] = p - r.move, diagonal[1] = q + r.move;
                mine = true;
            }
        }
        m.turns[g.lane] = t;
    }
    const bool some = any(g, mine);
    meet(g);
    return some;
}

template <class T>
__device__ void turn_all(const team &g, const eigh_room<T> &m, int ld, int n,
                         const real_t<T> (&diagonal)[2])
{
    const int pairs = (n + 1) / 2;
    if (g.lane < n) { /* columns: of this lane's row */
        T *const a = m.a + g.lane * ld, *const v = m.v + g.lane * ld;
        for (int k = 0; k < pairs; k++) {
            const turn<T> t = m.turns[k];
            if (t.c == 0) continue;
            rotate(a[t.p], a[t.q], t.c, t.s);
            if (m.v != nullptr) rotate(v[t.p], v[t.q], t.c, t.s);
        }
    }
    meet(g);
    if (g.lane < n) /* rows: of this lane's column */
        for (int k = 0; k < pairs; k++) {
            const turn<T> t = m.turns[k];
            if (t.c == 0) continue;
            rotate(m.a[t.p * ld + g.lane], m.a[t.q * ld + g.lane], t.c, conj_of(t.s));
        }
    meet(g);
    if (g.lane < pairs && m.turns[g.lane].c != 0) { /* what is known exactly */
        const int p = m.turns[g.lane].p, q = m.turns[g.lane].q;
        m.a[p * ld + q] = m.a[q * ld + p] = T();
        m.a[p * ld + p] = number<T>(diagonal[0]);
        m.a[q * ld + q] = number<T>(diagonal[1]);
    }
    meet(g);
}

template <class T> __device__ bool jacobi(const team &g, const eigh_room<T> &m, int ld, int n)
{
    const int rounds = n + (n & 1) - 1;
    for (int sweep = 0; sweep < MOST_SWEEPS; sweep++) {
        bool turned = false;
        for (int round = 0; round < rounds; round++) {
            real_t<T> diagonal[2] = {0, 0};
            if (!choose(g, m, ld, n, round, diagonal)) continue;
            turn_all(g, m, ld, n, diagonal);
            turned = true;
        }
        if (!turned) return true;
    }
    return false;
}

template <class T>
__global__ void eigh_teams(stack a, stack w, int *info, int64_t batch, int lanes, int bytes,
                           bool upper, bool vectors)
{
    typedef real_t<T> R;
    CX_DYN_SHARED(unsigned char, memory);
    const team g = team_of(lanes);
    const int n = a.rows, ld = n | 1;
    const eigh_room<T> m(memory + g.place * bytes, n, vectors);
    for (int64_t i = g.first; i < batch; i += g.step) {
        load_lower(g, a, i, upper, m.a, ld);
        if (vectors && g.lane < n)
            for (int c = 0; c < n; c++) m.v[g.lane * ld + c] = number<T>(c == g.lane ? 1 : 0);
        meet(g);
        bool good;
        const int e = prepare(g, m.a, ld, n, good);
        const bool done = good && jacobi(g, m, ld, n);
        const R value = g.lane < n ? real_of(m.a[g.lane * ld + g.lane]) : (R)0;
        m.w[g.lane] = value;
        meet(g);
        if (g.lane < n) {
            int rank = 0;
            for (int k = 0; k < n; k++)
                if (good && (m.w[k] < value || (m.w[k] == value && k < g.lane))) rank++;
            m.order[good ? rank : g.lane] = g.lane;
            *element<R>(w, i, 0, good ? rank : g.lane) = good ? scaled(value, -e) : nan_of<R>();
        }
        meet(g);
        if (vectors)
            for (cursor at(g, a); at.more(); at.next())
                *element<T>(a, i, at.row(), at.col()) =
                    good ? m.v[at.row() * ld + m.order[at.col()]] : number<T>(nan_of<R>());
        if (g.lane == 0) info[i] = done ? 0 : n;
        meet(g);
    }
}

struct eigh_call {
    cx_queue *q;
    stack a, w;
    int *info;
    int64_t batch;
    bool upper, vectors;
};

template <class T> struct small_eigh {
    typedef cx_status fn_t(const eigh_call &c);
    static cx_status fn(const eigh_call &c)
    {
        const layout l =
            layout_of(c.q, c.batch, c.a.rows, eigh_room<T>::bytes(c.a.rows, c.vectors));
        return CX_LAUNCH((eigh_teams<T>), l.blocks, l.threads, l.shared, c.q, c.a, c.w, c.info,
                         c.batch, l.lanes, l.bytes, c.upper, c.vectors);
    }
};
} // namespace

cx_status cuda_small_eigh(cx_queue *q, bool upper, bool vectors, const cx_view *a, const cx_view *w,
                          int *info)
{
    const eigh_call c = {q, stack_of(a), vectors_of(w), info, cuda_batch(a, 2), upper, vectors};
    return by_type<small_eigh>(a->dtype)(c);
}
