/* Plans of Fourier transforms: which factors, which tables; and a cache of them, bounded in count
 * and in bytes. Tables are rounded from roots of unity that are right to about half an ulp, because
 * every error in them is an error of each result. */
#include "fft/fft.h"
#include <math.h>
#include <pthread.h>
#include <string.h>

static const char where[] = "fft";

#define TRY(expr)                     \
    do {                              \
        const cx_status st_ = (expr); \
        if (st_ != CX_OK) return st_; \
    } while (0)

/* ---- roots of unity */
/* cos and sin of 2 pi k / n for 0 <= k < n: reduced exactly to an eighth of the circle, the angle
 * as a sum of two doubles. */
static void unit_root(int64_t k, int64_t n, double out[2])
{
    static const double quarter_pi = 0.78539816339744828, rest = 3.061616997868383e-17;
    const int64_t eighth = 8 * k / n, within = 8 * k % n;
    const int64_t r = eighth % 2 == 0 ? within : n - within;
    const double q = (double)r / (double)n, q_rest = fma(-q, (double)n, (double)r) / (double)n;
    const double angle = q * quarter_pi,
                 angle_rest = fma(q, quarter_pi, -angle) + q * rest + q_rest * quarter_pi;
    const double c = cos(angle), s = sin(angle);
    const double fine_c = c - angle_rest * s, fine_s = s + angle_rest * c;
    /* which axis the angle is measured from, and on which side of both it lies */
    const bool steep = (eighth + 1) % 4 >= 2;
    const double x = steep ? fine_s : fine_c, y = steep ? fine_c : fine_s;
    out[0] = eighth >= 2 && eighth < 6 ? -x : x;
    out[1] = eighth >= 4 ? -y : y;
}

/* All roots of order n: a part of the circle is computed, the rest are its mirror images. */
static void all_roots(int64_t n, double *w)
{
    const int64_t computed = n % 8 == 0 ? n / 8 : n % 4 == 0 ? n / 4 : n / 2;
    for (int64_t k = 0; k <= computed; k++) unit_root(k, n, w + 2 * k);
    for (int64_t k = computed + 1; n % 8 == 0 && k <= n / 4; k++) {
        w[2 * k] = w[2 * (n / 4 - k) + 1];
        w[2 * k + 1] = w[2 * (n / 4 - k)];
    }
    for (int64_t k = n / 4 + 1; n % 4 == 0 && k <= n / 2; k++) {
        w[2 * k] = -w[2 * (n / 2 - k)];
        w[2 * k + 1] = w[2 * (n / 2 - k) + 1];
    }
    for (int64_t k = n / 2 + 1; k < n; k++) {
        w[2 * k] = w[2 * (n - k)];
        w[2 * k + 1] = -w[2 * (n - k) + 1];
    }
}

/* ---- memory of a plan. From the program's allocator: a plan outlives the call that made it. */
static void *keep(host_fft_plan *p, int64_t count, size_t size)
{
    if (p->memories == HOST_FFT_TABLES || (uint64_t)count > SIZE_MAX / 4 / size) return NULL;
    const size_t bytes = (size_t)(count > 0 ? count : 1) * size;
    void *const m = host_core->system_alloc(bytes);
    if (m == NULL) return NULL;
    p->memory[p->memories] = m;
    p->sizes[p->memories++] = bytes;
    p->bytes += bytes;
    return m;
}
static void *keep_complex(host_fft_plan *p, int64_t count)
{
    return keep(p, count, 2 * (p->key.wide ? sizeof(double) : sizeof(float)));
}
static void put(bool wide, void *table, int64_t at, double value)
{
    if (wide)
        ((double *)table)[at] = value;
    else
        ((float *)table)[at] = (float)value;
}
static void put_pair(bool wide, void *table, int64_t at, double re, double im)
{
    put(wide, table, 2 * at, re);
    put(wide, table, 2 * at + 1, im);
}

static void discard(host_fft_plan *p)
{
    if (p->convolution != NULL) host_fft_plan_put(p->convolution);
    for (int i = 0; i < p->memories; i++) host_core->system_free(p->memory[i], p->sizes[i]);
    host_core->system_free(p, sizeof *p);
}

/* ---- factors */
/* Radices of n, or 0 of them if a prime is too large. As few of 16, 8, 4, 2 as there can be, the
 * largest ones first, then odd ones. */
static int factor(int64_t n, int radix[HOST_FFT_STAGES])
{
    int twos = 0, count = 0;
    for (; n % 2 == 0; n /= 2) twos++;
    for (int passes = (twos + 3) / 4; passes > 0; passes--) {
        const int of = (twos + passes - 1) / passes;
        radix[count++] = 1 << of;
        twos -= of;
    }
    for (int64_t r = 3; n > 1 && r <= HOST_FFT_RADIX; r += 2)
        for (; n % r == 0; n /= r) radix[count++] = (int)r;
    return n > 1 ? 0 : count;
}

/* Vector operations for each element of a chain, loads and stores among them; 0 without one. */
static double chain_cost(int64_t n)
{
    static const double of[17] = {
        [2] = 8, [3] = 12, [4] = 10, [5] = 17, [7] = 23, [8] = 13, [11] = 34, [13] = 40, [16] = 16};
    int radix[HOST_FFT_STAGES];
    const int count = factor(n, radix);
    double sum = n == 1 ? 1 : 0;
    for (int i = 0; i < count; i++) sum += radix[i] <= 16 ? of[radix[i]] : 4.0 * radix[i];
    return sum;
}

/* The best length for a cyclic convolution of at least `least`. */
static int64_t smooth_above(int64_t least)
{
    int64_t best = 0;
    double cost = 0;
    for (int64_t fives = 1; fives <= 25; fives *= 5)
        for (int64_t threes = fives; threes <= fives * 27; threes *= 3) {
            int64_t m = threes;
            while (m < least) m *= 2;
            const double c = (double)m * chain_cost(m);
            if (best == 0 || c < cost) {
                best = m;
                cost = c;
            }
        }
    return best;
}

/* 0 if n is best transformed by its own factors, else the length of Bluestein's convolution. */
static int64_t bluestein(int64_t n)
{
    const double own = chain_cost(n);
    if (own > 0 && n < 50) return 0;
    const int64_t m = smooth_above(2 * n - 1);
    const double other = (2 * chain_cost(m) + 16) * (double)m / (double)n;
    return own > 0 && own <= other ? 0 : m;
}

enum {
    WHOLE = 16384,     /* elements with a table of all their twiddles between columns and rows */
    OWN_CACHE = 65536, /* complex numbers of work that stay in a core's second cache */
    LANE_WORK = 2048   /* and of sequences in lanes, beyond which each alone is faster: measured */
};

static double blocks(int64_t n, int lanes)
{
    return (double)((n + lanes - 1) / lanes);
}

/* Vector operations of one cut sequence; n1, or 0 where n has no two factors. */
static double cut_cost(int64_t n, int lanes, int64_t *n1)
{
    double best = INFINITY;
    *n1 = 0;
    for (int64_t d = 2; d * d <= n; d++) {
        if (n % d != 0) continue;
        for (int turn = 0; turn < 2; turn++) {
            const int64_t a = turn == 0 ? d : n / d, b = n / a;
            double c = blocks(b, lanes) * (double)a * (chain_cost(a) + 20) +
                       blocks(a, lanes) * (double)b * (chain_cost(b) + 6);
            if ((a > b ? a : b) * lanes > OWN_CACHE) c *= 2;
            if (c < best) {
                best = c;
                *n1 = a;
            }
        }
    }
    return best;
}

bool host_fft_cut(int64_t n, int64_t count, bool wide, bool beside)
{
    const int lanes = host_fft_lanes(wide);
    return n >= 64 && (2 * count <= lanes || n * lanes > (beside ? OWN_CACHE : LANE_WORK));
}

/* ---- tables */
static bool chain_make(host_fft_plan *p, host_fft_chain *c, int64_t n)
{
    int radix[HOST_FFT_STAGES];
    c->len = n;
    c->stages = factor(n, radix);
    double *const w = host_core->alloc((size_t)n * 2 * sizeof *w);
    if (w == NULL) return false;
    all_roots(n, w);
    int64_t rest = n, s = 1;
    bool made = true;
    for (int i = 0; i < c->stages && made; i++) {
        const int r = radix[i];
        const int64_t m = rest / r;
        host_fft_stage *const g = &c->stage[i];
        *g = (host_fft_stage){.radix = r, .m = m, .s = s};
        if (m > 1) {
            void *const t = keep_complex(p, m * (r - 1));
            made = t != NULL;
            for (int64_t j = 0; j < m && made; j++)
                for (int k = 1; k < r; k++) {
                    const int64_t at = j * k % rest * s;
                    put_pair(p->key.wide, t, j * (r - 1) + k - 1, w[2 * at], -w[2 * at + 1]);
                }
            g->twiddle = t;
        }
        if (made && r % 2 != 0) {
            void *const t = keep_complex(p, r);
            made = t != NULL;
            for (int j = 0; j < r && made; j++) {
                double u[2];
                unit_root(j, r, u);
                put_pair(p->key.wide, t, j, u[0], u[1]);
            }
            g->root = t;
        }
        rest = m;
        s *= r;
    }
    host_core->free(w);
    return made;
}

static bool cut_make(host_fft_plan *p, int64_t n)
{
    const int lanes = host_fft_lanes(p->key.wide);
    (void)cut_cost(n, lanes, &p->n1);
    p->n2 = n / p->n1;
    if (!chain_make(p, &p->columns, p->n1) || !chain_make(p, &p->rows, p->n2)) return false;
    const int64_t all = (p->n2 + lanes - 1) / lanes, kept = n > WHOLE ? 1 : all;
    double *const w = host_core->alloc((size_t)n * 2 * sizeof *w);
    void *const t = keep_complex(p, kept * lanes * p->n1);
    void *const apart = kept < all ? keep_complex(p, all * p->n1) : NULL;
    const bool made = w != NULL && t != NULL && (kept == all || apart != NULL);
    if (made) {
        all_roots(n, w);
        for (int64_t b = 0; b < kept; b++)
            for (int64_t k1 = 0; k1 < p->n1; k1++)
                for (int q = 0; q < lanes; q++) {
                    const int64_t at = (b * lanes + q) % p->n2 * k1, to = (b * p->n1 + k1) * 2;
                    put(p->key.wide, t, to * lanes + q, w[2 * at]);
                    put(p->key.wide, t, (to + 1) * lanes + q, -w[2 * at + 1]);
                }
        for (int64_t i = 0; apart != NULL && i < all * p->n1; i++) {
            const int64_t at = i / p->n1 * lanes * (i % p->n1);
            put_pair(p->key.wide, apart, i, w[2 * at], -w[2 * at + 1]);
        }
    }
    host_core->free(w);
    p->between = t;
    p->apart = apart;
    return made;
}

/* exp(-pi i j^2 / n), and the transform of its conjugate wrapped round m, over m */
static cx_status chirp_make(host_fft_plan *p, int64_t m)
{
    const int64_t n = p->n;
    const bool wide = p->key.wide;
    void *const chirp = keep_complex(p, n), *const hat = keep_complex(p, m);
    double *const full = host_core->alloc((size_t)m * 2 * sizeof *full);
    cx_status st = CX_OK;
    if (chirp == NULL || hat == NULL || full == NULL) st = CX_E_NOMEM;
    if (st == CX_OK) {
        memset(full, 0, (size_t)m * 2 * sizeof *full);
        int64_t square = 0; /* j^2 modulo 2 n */
        for (int64_t j = 0; j < n; j++) {
            double u[2];
            unit_root(square, 2 * n, u);
            put_pair(wide, chirp, j, u[0], -u[1]);
            const int64_t wrapped = j == 0 ? 0 : m - j;
            full[2 * j] = full[2 * wrapped] = u[0];
            full[2 * j + 1] = full[2 * wrapped + 1] = u[1];
            square = (square + 2 * j + 1) % (2 * n);
        }
        const host_fft_plan *transform;
        st = host_fft_plan_get((host_fft_key){.n = m, .wide = true, .cut = p->key.cut}, &transform);
        if (st == CX_OK) {
            const int64_t size = 2 * (int64_t)sizeof *full;
            st = host_fft_line(&(host_fft_long){.plan = transform,
                                                .scale = 1.0 / (double)m,
                                                .in = (const char *)full,
                                                .out = (char *)full,
                                                .in_step = size,
                                                .out_step = size});
            host_fft_plan_put(transform);
        }
        for (int64_t j = 0; j < m; j++) put_pair(wide, hat, j, full[2 * j], full[2 * j + 1]);
    }
    host_core->free(full);
    p->chirp = chirp;
    p->chirp_hat = hat;
    return st;
}

/* w_2n^k for k <= n, and their real parts for k <= 3 n / 2: imaginary ones are those of k + n / 2
 */
static cx_status half_make(host_fft_plan *p)
{
    const bool wide = p->key.wide;
    const int64_t n = p->n, reals = p->key.cut && n % 2 == 0 ? n / 2 * 3 : 0;
    void *const half = keep_complex(p, n + 1), *const apart = reals > 0
                                                                  ? keep_complex(p, reals / 2 + 1)
                                                                  : NULL;
    if (half == NULL || (reals > 0 && apart == NULL)) return CX_E_NOMEM;
    for (int64_t j = 0; j <= n || j <= reals; j++) {
        double u[2];
        unit_root(j, 2 * n, u);
        if (j <= n) put_pair(wide, half, j, u[0], -u[1]);
        if (apart != NULL && j <= reals) put(wide, apart, j, u[0]);
    }
    p->half = half;
    p->half_apart = apart;
    return CX_OK;
}

static cx_status fill(host_fft_plan *p)
{
    const host_fft_key k = p->key;
    const int64_t m = bluestein(k.n);
    p->n = k.n;
    p->work = m > 0 ? m : k.n;
    if (m > 0) TRY(chirp_make(p, m));
    if (k.cut && m > 0)
        TRY(host_fft_plan_get((host_fft_key){.n = m, .wide = k.wide, .cut = true},
                              &p->convolution));
    else if (k.cut ? !cut_make(p, k.n) : !chain_make(p, &p->chain, p->work))
        return CX_E_NOMEM;
    if (k.real) TRY(half_make(p));
    return CX_OK;
}

/* ---- the cache */
enum { MOST_PLANS = 128, MOST_BYTES = 256 << 20 };
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static host_fft_plan *plans[MOST_PLANS + 64];
static int plan_count;
static size_t plan_bytes;
static uint64_t now;

/* In a forked child nobody holds the lock; what other threads were using stays. */
static void after_fork(void)
{
    lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
}
static void watch_fork(void)
{
    (void)pthread_atfork(NULL, NULL, after_fork);
}

static host_fft_plan *find(const host_fft_key *k)
{
    for (int i = 0; i < plan_count; i++) {
        const host_fft_key *const o = &plans[i]->key;
        if (o->n == k->n && o->wide == k->wide && o->cut == k->cut && o->real == k->real)
            return plans[i];
    }
    return NULL;
}

/* The least recently used one that nobody uses leaves the cache, to be discarded without the lock.
 */
static host_fft_plan *evict(void)
{
    int oldest = -1;
    for (int i = 0; i < plan_count; i++)
        if (plans[i]->users == 0 && (oldest < 0 || plans[i]->used < plans[oldest]->used))
            oldest = i;
    if (oldest < 0) return NULL;
    host_fft_plan *const p = plans[oldest];
    plans[oldest] = plans[--plan_count];
    plan_bytes -= p->bytes;
    return p;
}

cx_status host_fft_plan_get(host_fft_key k, const host_fft_plan **out)
{
    pthread_mutex_lock(&lock);
    host_fft_plan *p = find(&k);
    if (p != NULL) {
        p->users++;
        p->used = ++now;
    }
    pthread_mutex_unlock(&lock);
    *out = p;
    if (p != NULL) return CX_OK;
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, watch_fork);
    p = host_core->system_alloc(sizeof *p);
    if (p == NULL)
        return host_core->fail(CX_E_NOMEM, where, "no memory for a plan of length %lld",
                               (long long)k.n);
    memset(p, 0, sizeof *p);
    p->key = k;
    p->users = 1;
    const cx_status st = fill(p);
    if (st != CX_OK) {
        discard(p);
        return st != CX_E_NOMEM ? st
                                : host_core->fail(st, where, "no memory for a plan of length %lld",
                                                  (long long)k.n);
    }
    host_fft_plan *gone[MOST_PLANS + 64];
    int going = 0;
    pthread_mutex_lock(&lock);
    host_fft_plan *const other = find(&k);
    if (other != NULL) {
        other->users++;
        gone[going++] = p;
        p = other;
    } else {
        while (plan_count >= MOST_PLANS || plan_bytes + p->bytes > (size_t)MOST_BYTES) {
            host_fft_plan *const old = evict();
            if (old == NULL) break;
            gone[going++] = old;
        }
        if (plan_count < (int)(sizeof plans / sizeof *plans)) {
            plans[plan_count++] = p;
            plan_bytes += p->bytes;
        } else {
            p->used = UINT64_MAX; /* in nobody's list: goes with its last user */
        }
    }
    if (p->used != UINT64_MAX) p->used = ++now;
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < going; i++) discard(gone[i]);
    *out = p;
    return CX_OK;
}

void host_fft_plan_put(const host_fft_plan *given)
{
    host_fft_plan *const p = (host_fft_plan *)(uintptr_t)given;
    pthread_mutex_lock(&lock);
    const bool last = --p->users == 0 && p->used == UINT64_MAX;
    pthread_mutex_unlock(&lock);
    if (last) discard(p);
}

void host_fft_plans_clear(void)
{
    for (;;) {
        pthread_mutex_lock(&lock);
        host_fft_plan *const p = evict();
        pthread_mutex_unlock(&lock);
        if (p == NULL) return;
        discard(p);
    }
}
