/* Documents' topics by fixed points: see the header. Documents do not know each other, so they are
 * tasks.
 *
 * Sources: Hoffman, Blei, Bach, NIPS 2010; Bernardo, Applied Statistics 25 (1976) for digamma, in
 * whose digits scikit-learn's results are. */
#include "learn/decomposition/lda.h"

#include "base/alloc.h"
#include "base/log_gamma.h"
#include "base/threads.h"
#include <float.h>
#include <math.h>
#include <stdatomic.h>
#include <string.h>

/* Digamma of a positive number: the recurrence up to 6, then three terms of the series. */
static double digamma(double x)
{
    if (x <= 1e-6) return -0.57721566490153286 - 1 / x;
    double below = 0;
    for (; x < 6; x += 1) below -= 1 / x;
    const double r = 1 / x, q = r * r;
    return below + log(x) - 0.5 * r - q * (1.0 / 12 - q * (1.0 / 120 - q * (1.0 / 252)));
}

void cx__dirichlet_logs(const double *a, int64_t n, double *out)
{
    double total = 0;
    for (int64_t i = 0; i < n; i++) total += a[i];
    const double all = digamma(total);
    for (int64_t i = 0; i < n; i++) out[i] = digamma(a[i]) - all;
}

void cx__dirichlet_weights(const double *a, int64_t n, double *out)
{
    cx__dirichlet_logs(a, n, out);
    for (int64_t i = 0; i < n; i++) out[i] = exp(out[i]);
}

void cx__lda_document(const cx__lda *m, int64_t count, const int64_t *word, const double *times,
                      double *doc, double *weights, double *room)
{
    const int64_t k = m->k;
    for (int64_t i = 0; i < m->max_iter; i++) {
        memset(room, 0, (size_t)k * sizeof *room);
        for (int64_t w = 0; w < count; w++) {
            const double *const row = m->weight + (word ? word[w] : w) * k;
            double share = DBL_EPSILON;
            for (int64_t t = 0; t < k; t++) share += weights[t] * row[t];
            const double part = times[w] / share;
            for (int64_t t = 0; t < k; t++) room[t] += part * row[t];
        }
        double change = 0;
        for (int64_t t = 0; t < k; t++) {
            const double next = weights[t] * room[t] + m->prior;
            change += fabs(next - doc[t]);
            doc[t] = next;
        }
        cx__dirichlet_weights(doc, k, weights);
        if (change / (double)k < m->tol) break;
    }
}

/* ---- many documents */
typedef struct job {
    const cx__lda *m;
    const double *x;
    double *doc, *weights;
    atomic_int failed;
} job;

/* Words of a document that occur: their numbers and how often. */
static int64_t pick(const double *x, int64_t d, int64_t *word, double *times)
{
    int64_t count = 0;
    for (int64_t j = 0; j < d; j++)
        if (x[j] != 0) {
            word[count] = j;
            times[count++] = x[j];
        }
    return count;
}

static void documents(void *ctx, int64_t lo, int64_t hi)
{
    job *const j = ctx;
    const int64_t d = j->m->d, k = j->m->k;
    double *const room = cx__calloc((size_t)(2 * d + k), sizeof *room);
    if (room == NULL) {
        atomic_store_explicit(&j->failed, 1, memory_order_relaxed);
        return;
    }
    double *const times = room + k;
    int64_t *const word = (int64_t *)(void *)(times + d);
    for (int64_t i = lo; i < hi; i++) {
        const int64_t count = pick(j->x + i * d, d, word, times);
        double *const doc = j->doc + i * k, *const weights = j->weights + i * k;
        cx__dirichlet_weights(doc, k, weights);
        cx__lda_document(j->m, count, word, times, doc, weights, room);
    }
    cx__free(room);
}

cx_status cx__lda_documents(const cx__lda *m, const double *x, int64_t n, double *doc,
                            double *weights)
{
    job j = {.m = m, .x = x, .doc = doc, .weights = weights};
    const cx_status st = cx__parallel_for(n, 4, documents, &j);
    if (atomic_load_explicit(&j.failed, memory_order_relaxed))
        return cx__fail_nomem("fit", "words", (size_t)(2 * m->d + m->k) * sizeof(double));
    return st;
}

/* ---- the bound */
typedef struct sums {
    const double *x, *doc, *topic;
    int64_t n, d, k;
    double *part; /* of each row */
} sums;

/* log(sum of exp(a + b)) */
static double log_sum(const double *a, const double *b, int64_t k)
{
    double top = -INFINITY, sum = 0;
    for (int64_t t = 0; t < k; t++) top = fmax(top, a[t] + b[t]);
    for (int64_t t = 0; t < k; t++) sum += exp(a[t] + b[t] - top);
    return top + log(sum);
}

static void word_sums(void *ctx, int64_t lo, int64_t hi)
{
    const sums *const s = ctx;
    for (int64_t i = lo; i < hi; i++) {
        double sum = 0;
        for (int64_t j = 0; j < s->d; j++)
            if (s->x[i * s->d + j] != 0)
                sum += s->x[i * s->d + j] * log_sum(s->doc + i * s->k, s->topic + j * s->k, s->k);
        s->part[i] = sum;
    }
}

cx_status cx__lda_words(const double *x, int64_t n, int64_t d, int64_t k, const double *doc,
                        const double *topic, double *out)
{
    sums s = {.x = x, .doc = doc, .topic = topic, .n = n, .d = d, .k = k};
    s.part = cx__calloc((size_t)n, sizeof *s.part);
    if (s.part == NULL) return cx__fail_nomem("fit", "sums", (size_t)n * sizeof *s.part);
    const cx_status st = cx__parallel_for(n, 4, word_sums, &s);
    *out = 0;
    for (int64_t i = 0; i < n; i++) *out += s.part[i];
    cx__free(s.part);
    return st;
}

double cx__lda_bound(double prior, const double *a, const double *logs, int64_t n, int64_t k)
{
    const double one = cx__log_gamma(prior), all = cx__log_gamma(prior * (double)k);
    double sum = 0;
    for (int64_t i = 0; i < n; i++, a += k, logs += k) {
        double total = 0;
        for (int64_t t = 0; t < k; t++) {
            sum += (prior - a[t]) * logs[t] + (cx__log_gamma(a[t]) - one);
            total += a[t];
        }
        sum += all - cx__log_gamma(total);
    }
    return sum;
}
