/* Exact nearest neighbours, and their votes.
 *
 * A block answers one query after the other: its threads scan interleaved rows and keep short
 * sorted lists, then the least of all heads is taken k times. Distances are sums over differences,
 * as on the CPU, and equal ones go by the index, so both find the same rows. */
#include "learn.cuh"

enum { LISTS = 1 << 26 /* most bytes of all blocks' lists */ };

namespace {
__device__ double rank_of(const double *a, const double *b, int64_t d, double p)
{
    if (p == 2) return learn_sqdist(a, b, d);
    double sum = 0;
    if (p == 1) {
        for (int64_t j = 0; j < d; j++) sum += fabs(a[j] - b[j]);
    } else if (isinf(p)) {
        for (int64_t j = 0; j < d; j++) sum = fmax(sum, fabs(a[j] - b[j]));
    } else {
        for (int64_t j = 0; j < d; j++) sum += pow(fabs(a[j] - b[j]), p);
    }
    return sum;
}

__device__ bool before(double a, int64_t ai, double b, int64_t bi)
{
    return a < b || (a == b && ai < bi);
}

/* The list of one thread: entry e stands at e * LEARN_BLOCK. */
struct list {
    double *value;
    int64_t *place;
    int64_t cap, count;
};

__device__ void keep(list &l, double v, int64_t at)
{
    if (l.count == l.cap && !(v < l.value[(l.cap - 1) * LEARN_BLOCK])) return;
    int64_t i = l.count < l.cap ? l.count++ : l.cap - 1;
    for (; i > 0 && l.value[(i - 1) * LEARN_BLOCK] > v; i--) {
        l.value[i * LEARN_BLOCK] = l.value[(i - 1) * LEARN_BLOCK];
        l.place[i * LEARN_BLOCK] = l.place[(i - 1) * LEARN_BLOCK];
    }
    l.value[i * LEARN_BLOCK] = v;
    l.place[i * LEARN_BLOCK] = at;
}

__global__ void neighbours_kernel(cx_learn_neighbours c, int64_t cap, double *values,
                                  int64_t *places)
{
    CX_SHARED(double, head, [LEARN_BLOCK]);
    CX_SHARED(int64_t, owner, [LEARN_BLOCK]);
    const int me = (int)threadIdx.x;
    const int64_t room = (int64_t)blockIdx.x * cap * LEARN_BLOCK + me;
    for (int64_t i = blockIdx.x; i < c.n; i += gridDim.x) {
        list l = {values + room, places + room, cap, 0};
        for (int64_t t = me; t < c.m; t += LEARN_BLOCK)
            keep(l, rank_of(c.query + i * c.d, c.train + t * c.d, c.d, c.p), t);
        int64_t next = 0;
        for (int64_t a = 0; a < c.k; a++) {
            const bool left = next < l.count;
            const double v = left ? l.value[next * LEARN_BLOCK] : INFINITY;
            const int64_t place = left ? l.place[next * LEARN_BLOCK] : INT64_MAX;
            head[me] = v;
            owner[me] = place;
            __syncthreads();
            for (int half = LEARN_BLOCK / 2; half > 0; half /= 2) {
                if (me < half && before(head[me + half], owner[me + half], head[me], owner[me])) {
                    head[me] = head[me + half];
                    owner[me] = owner[me + half];
                }
                __syncthreads();
            }
            if (left && owner[0] == place) next++;
            if (me == 0) {
                c.rank[i * c.k + a] = head[0];
                c.index[i * c.k + a] = owner[0];
            }
            __syncthreads();
        }
    }
}

__device__ double weight_of(double rank, double p)
{
    if (p == 2) return 1 / sqrt(rank);
    return 1 / (p == 1 || isinf(p) ? rank : pow(rank, 1 / p));
}

__global__ void vote_kernel(const int64_t *index, const double *rank, int64_t n, int64_t k,
                            const int64_t *code, int64_t classes, bool by_distance, double p,
                            double *share)
{
    CX_GRID_STRIDE(int64_t, i, n)
    {
        const int64_t *at = index + i * k;
        const double *far = rank + i * k;
        double *to = share + i * classes, sum = 0;
        for (int64_t c = 0; c < classes; c++) to[c] = 0;
        const bool hit = by_distance && far[0] == 0;
        for (int64_t a = 0; a < k; a++) {
            double w = 1;
            if (hit)
                w = far[a] == 0 ? 1 : 0;
            else if (by_distance)
                w = weight_of(far[a], p);
            to[code[at[a]]] += w;
        }
        for (int64_t c = 0; c < classes; c++) sum += to[c];
        for (int64_t c = 0; c < classes; c++) to[c] /= sum != 0 ? sum : 1;
    }
}
} // namespace

cx_status cuda_learn_neighbours(cx_queue *q, const cx_learn_neighbours *c)
{
    if (c->n == 0) return CX_OK;
    const int64_t each = (c->m + LEARN_BLOCK - 1) / LEARN_BLOCK, cap = c->k < each ? c->k : each,
                  bytes = cap * LEARN_BLOCK * 16, fit = LISTS / bytes,
                  most = (int64_t)cuda_sm_count(q) * 8;
    int64_t blocks = c->n < most ? c->n : most;
    if (blocks > fit) blocks = fit > 0 ? fit : 1;
    cuda_work w(q);
    CX_STATUS_TRY(w.get("kneighbors", (size_t)(blocks * bytes)));
    double *const values = w.as<double>();
    int64_t *const places = (int64_t *)(values + blocks * cap * LEARN_BLOCK);
    return CX_LAUNCH(neighbours_kernel, (unsigned)blocks, LEARN_BLOCK, 0, q, *c, cap, values,
                     places);
}

cx_status cuda_learn_vote(cx_queue *q, const int64_t *index, const double *rank, int64_t n,
                          int64_t k, const int64_t *code, int64_t classes, bool by_distance,
                          double p, double *share)
{
    if (n == 0) return CX_OK;
    return CX_LAUNCH(vote_kernel, cuda_blocks(q, n), CUDA_BLOCK, 0, q, index, rank, n, k, code,
                     classes, by_distance, p, share);
}
