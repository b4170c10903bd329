/* Affinity propagation (Frey and Dueck, Science 315, 2007).
 *
 * One idea: an exchange is two passes over rows. The first makes a row's responsibilities and adds
 * up what its positive ones are worth to each column; the second makes availabilities from these
 * sums. Sums over rows are added in the order of fixed chunks, so threads change nothing. Knows
 * numbers on the host. */
#include "learn/cluster/messages.h"

#include "base/alloc.h"
#include "base/object.h"
#include "base/threads.h"
#include <math.h>
#include <string.h>

enum { ROWS = 32, WIDE = 8 };

void cx__messages_free(cx__messages *m)
{
    cx__free(m->answer);
    cx__free(m->offer);
    cx__free(m->part);
}

cx_status cx__messages_begin(cx__messages *m, int64_t n, const double *similarity, double damping)
{
    const size_t all = (size_t)n * (size_t)n, chunks = ((size_t)n + ROWS - 1) / ROWS;
    *m = (cx__messages){.n = n, .similarity = similarity, .damping = damping};
    m->answer = cx__calloc(all, sizeof *m->answer);
    m->offer = cx__calloc(all, sizeof *m->offer);
    m->part = cx__calloc((chunks + 1) * (size_t)n, sizeof *m->part);
    if (m->answer == NULL || m->offer == NULL || m->part == NULL)
        return cx__fail_nomem("fit", "messages", 2 * all * sizeof *m->answer);
    m->total = m->part + chunks * (size_t)n;
    return CX_OK;
}

/* ---- responsibilities */
/* The largest of offer + similarity, the first of equal ones, and the largest of the others: eight
 * lanes, each with its own, which are joined. */
static int64_t two_largest(const double *offer, const double *similar, int64_t n, double *first,
                           double *second)
{
    double top[WIDE], next[WIDE];
    for (int l = 0; l < WIDE; l++) top[l] = next[l] = -INFINITY;
    int64_t j = 0;
    for (; j + WIDE <= n; j += WIDE)
        for (int l = 0; l < WIDE; l++) {
            const double v = offer[j + l] + similar[j + l], t = top[l];
            const double low = v < t ? v : t;
            next[l] = low > next[l] ? low : next[l];
            top[l] = v > t ? v : t;
        }
    double a = -INFINITY, b = -INFINITY;
    for (int l = 0; l < WIDE; l++) {
        const double low = top[l] < a ? top[l] : a;
        b = fmax(fmax(b, next[l]), low);
        a = top[l] > a ? top[l] : a;
    }
    for (; j < n; j++) {
        const double v = offer[j] + similar[j];
        b = fmax(b, v < a ? v : a);
        a = v > a ? v : a;
    }
    *first = a;
    *second = b;
    for (j = 0; j + 1 < n; j++)
        if (offer[j] + similar[j] == a) break;
    return j;
}

static void answer_row(const cx__messages *m, int64_t i, double *part)
{
    const int64_t n = m->n;
    const double *const offer = m->offer + i * n, *const similar = m->similarity + i * n,
                        keep = m->damping, take = 1 - m->damping;
    double *const answer = m->answer + i * n, first, second;
    const int64_t best = two_largest(offer, similar, n, &first, &second);
    const double before = answer[best], own = part[i];
    int64_t j = 0;
    const double at_best = part[best];
    for (; j + WIDE <= n; j += WIDE)
        for (int l = 0; l < WIDE; l++) {
            const double v = answer[j + l] * keep + (similar[j + l] - first) * take;
            answer[j + l] = v;
            part[j + l] += v > 0 ? v : 0;
        }
    for (; j < n; j++) {
        const double v = answer[j] * keep + (similar[j] - first) * take;
        answer[j] = v;
        part[j] += v > 0 ? v : 0;
    }
    answer[best] = before * keep + (similar[best] - second) * take;
    part[best] = at_best + (answer[best] > 0 ? answer[best] : 0);
    part[i] = own + answer[i]; /* of itself, whatever its sign */
}

static void answer_rows(void *ctx, int64_t lo, int64_t hi)
{
    const cx__messages *const m = ctx;
    double *const part = m->part + lo / ROWS * m->n;
    memset(part, 0, (size_t)m->n * sizeof *part);
    for (int64_t i = lo; i < hi; i++) answer_row(m, i, part);
}

/* ---- availabilities */
static void offer_row(const cx__messages *m, int64_t i)
{
    const int64_t n = m->n;
    const double *const answer = m->answer + i * n, *const total = m->total, keep = m->damping,
                        take = 1 - m->damping;
    double *const offer = m->offer + i * n;
    const double self = offer[i] * keep - (answer[i] - total[i]) * take;
    int64_t j = 0;
    for (; j + WIDE <= n; j += WIDE)
        for (int l = 0; l < WIDE; l++) {
            const double v = (answer[j + l] > 0 ? answer[j + l] : 0) - total[j + l];
            offer[j + l] = offer[j + l] * keep - (v > 0 ? v : 0) * take;
        }
    for (; j < n; j++) {
        const double v = (answer[j] > 0 ? answer[j] : 0) - total[j];
        offer[j] = offer[j] * keep - (v > 0 ? v : 0) * take;
    }
    offer[i] = self;
}

static void offer_rows(void *ctx, int64_t lo, int64_t hi)
{
    const cx__messages *const m = ctx;
    for (int64_t i = lo; i < hi; i++) offer_row(m, i);
}

cx_status cx__messages_step(cx__messages *m, bool *exemplar)
{
    const int64_t n = m->n, chunks = (n + ROWS - 1) / ROWS;
    CX__TRY(cx__parallel_for(n, ROWS, answer_rows, m));
    memset(m->total, 0, (size_t)n * sizeof *m->total);
    for (int64_t c = 0; c < chunks; c++)
        for (int64_t j = 0; j < n; j++) m->total[j] += m->part[c * n + j];
    CX__TRY(cx__parallel_for(n, ROWS, offer_rows, m));
    for (int64_t i = 0; i < n; i++)
        exemplar[i] = m->offer[i * (n + 1)] + m->answer[i * (n + 1)] > 0;
    return CX_OK;
}

/* ---- clusters */
/* Each point to the most similar of the exemplars, the first of equal ones; an exemplar to itself:
 * places in centre. */
static void assign(const cx__messages *m, const int64_t *centre, int64_t count, int64_t *label)
{
    for (int64_t i = 0; i < m->n; i++) {
        const double *const s = m->similarity + i * m->n;
        label[i] = 0;
        for (int64_t k = 1; k < count; k++)
            if (s[centre[k]] > s[centre[label[i]]]) label[i] = k;
    }
    for (int64_t k = 0; k < count; k++) label[centre[k]] = k;
}

/* The exemplar of a cluster becomes the member to which the members are most similar; sum [n] is
 * room. */
static int64_t best_member(const cx__messages *m, const int64_t *label, int64_t k, double *sum)
{
    int64_t best = -1;
    memset(sum, 0, (size_t)m->n * sizeof *sum);
    for (int64_t i = 0; i < m->n; i++)
        for (int64_t j = 0; label[i] == k && j < m->n; j++) sum[j] += m->similarity[i * m->n + j];
    for (int64_t j = 0; j < m->n; j++)
        if (label[j] == k && (best < 0 || sum[j] > sum[best])) best = j;
    return best;
}

cx_status cx__messages_clusters(const cx__messages *m, const bool *exemplar, int64_t *label,
                                int64_t *centre, int64_t *count)
{
    const int64_t n = m->n;
    *count = 0;
    for (int64_t i = 0; i < n; i++) {
        label[i] = -1;
        if (exemplar[i]) centre[(*count)++] = i;
    }
    if (*count == 0) return CX_OK;
    int64_t *const number = cx__calloc((size_t)n, sizeof *number);
    if (number == NULL) return cx__fail_nomem("fit", "labels", (size_t)n * sizeof *number);
    assign(m, centre, *count, label);
    for (int64_t k = 0; k < *count; k++) centre[k] = best_member(m, label, k, m->total);
    assign(m, centre, *count, label);
    for (int64_t i = 0; i < n; i++) number[centre[label[i]]] = 1;
    for (int64_t i = 0; i < n; i++) label[i] = centre[label[i]];
    *count = 0;
    for (int64_t i = 0; i < n; i++)
        if (number[i]) {
            number[i] = *count;
            centre[(*count)++] = i;
        }
    for (int64_t i = 0; i < n; i++) label[i] = number[label[i]];
    cx__free(number);
    return CX_OK;
}
