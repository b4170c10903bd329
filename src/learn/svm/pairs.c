/* From the decisions between pairs of classes to an answer: see the header. The votes of a row are
 * counted as LIBSVM counts them; ties and sureness as scikit-learn's one-against-rest shape has
 * them; probabilities by coupling (Wu, Lin, Weng, J. Mach. Learn. Res. 5 (2004), second method). */
#include "learn/svm/pairs.h"

#include "learn/base/estimator.h"
#include <math.h>

cx_status cx__svm_dense(const double *dual, const int64_t *counts, int64_t classes, int64_t s,
                        const double **out)
{
    const int64_t p = cx__svm_pair_count(classes), rows = classes > 1 ? classes - 1 : 1;
    double *const dense = cx__scope_room((size_t)(p * s + 1) * sizeof *dense);
    *out = dense;
    CX__TRY(cx__so_far());
    int64_t at = 0;
    for (int64_t k = 0; k < classes; k++)
        for (const int64_t end = at + counts[k]; at < end; at++)
            for (int64_t r = 0; r < rows; r++)
                dense[cx__svm_pair_of(k, r, classes) * s + at] = dual[r * s + at];
    return CX_OK;
}

/* decision: above 0 speaks for the first of a pair, but with two classes for the second. */
static double for_first(const double *decision, int64_t pair, int64_t c)
{
    return c <= 2 ? -decision[pair] : decision[pair];
}

static void votes(const double *decision, int64_t c, double *out)
{
    for (int64_t k = 0; k < c; k++) out[k] = 0;
    for (int64_t a = 0, pair = 0; a < c; a++)
        for (int64_t b = a + 1; b < c; b++, pair++) out[for_first(decision, pair, c) > 0 ? a : b]++;
}

/* Equal decisions speak for the first here. */
static void ballot(const double *decision, int64_t c, double *sure, double *out)
{
    for (int64_t k = 0; k < c; k++) out[k] = sure[k] = 0;
    for (int64_t a = 0, pair = 0; a < c; a++)
        for (int64_t b = a + 1; b < c; b++, pair++) {
            const double v = for_first(decision, pair, c);
            sure[a] += v;
            sure[b] -= v;
            out[v < 0 ? b : a]++;
        }
    for (int64_t k = 0; k < c; k++) out[k] += sure[k] / (3 * (fabs(sure[k]) + 1));
}

static double first_largest(const double *v, int64_t c)
{
    int64_t best = 0;
    for (int64_t k = 1; k < c; k++)
        if (v[k] > v[best]) best = k;
    return (double)best;
}

/* 1 / (1 + exp(a v + b)), each way without cancellation. */
static double sigmoid(double v, double a, double b)
{
    const double z = v * a + b;
    return z >= 0 ? exp(-z) / (1 + exp(-z)) : 1 / (1 + exp(z));
}

/* The shares whose pairwise ones come nearest to r [c, c]: q is the form's matrix [c, c], qp [c].
 */
static void couple(const double *r, int64_t c, double *q, double *qp, double *share)
{
    for (int64_t t = 0; t < c; t++) {
        share[t] = 1 / (double)c;
        q[t * c + t] = 0;
        for (int64_t j = 0; j < c; j++) {
            if (j == t) continue;
            q[t * c + t] += r[j * c + t] * r[j * c + t];
            q[t * c + j] = -r[j * c + t] * r[t * c + j];
        }
    }
    const int64_t most = c > 100 ? c : 100;
    for (int64_t round = 0; round < most; round++) {
        double all = 0, error = 0;
        for (int64_t t = 0; t < c; t++) {
            qp[t] = 0;
            for (int64_t j = 0; j < c; j++) qp[t] += q[t * c + j] * share[j];
            all += share[t] * qp[t];
        }
        for (int64_t t = 0; t < c; t++) error = fmax(error, fabs(qp[t] - all));
        if (error < 0.005 / (double)c) return;
        for (int64_t t = 0; t < c; t++) {
            const double own = q[t * c + t], by = (all - qp[t]) / own;
            share[t] += by;
            all = (all + by * (by * own + 2 * qp[t])) / (1 + by) / (1 + by);
            for (int64_t j = 0; j < c; j++) {
                qp[j] = (qp[j] + by * q[t * c + j]) / (1 + by);
                share[j] /= 1 + by;
            }
        }
    }
}

static void shares(const cx__svm_asked *q, const double *decision, double *room, double *out)
{
    const int64_t c = q->c;
    double *const r = room;
    for (int64_t a = 0, pair = 0; a < c; a++)
        for (int64_t b = a + 1; b < c; b++, pair++) {
            const double p = sigmoid(for_first(decision, pair, c), q->a[pair], q->b[pair]),
                         inside = fmin(fmax(p, 1e-7), 1 - 1e-7);
            r[a * c + b] = inside;
            r[b * c + a] = 1 - inside;
        }
    couple(r, c, room + c * c, room + 2 * c * c, out);
}

int64_t cx__svm_answer_width(const cx__svm_asked *q)
{
    return q->answer == CX__SVM_VOTED || q->answer == CX__SVM_SURE ? 1 : q->c;
}

int64_t cx__svm_answer_room(const cx__svm_asked *q)
{
    return q->answer == CX__SVM_SHARES ? q->c * (2 * q->c + 1) : 2 * q->c;
}

void cx__svm_answers(const cx__svm_asked *q, const double *decision, int64_t n, double *room,
                     double *out)
{
    const int64_t p = cx__svm_pair_count(q->c), width = cx__svm_answer_width(q);
    for (int64_t i = 0; i < n; i++, decision += p, out += width) {
        switch (q->answer) {
        case CX__SVM_VOTED:
            votes(decision, q->c, room);
            *out = first_largest(room, q->c);
            break;
        case CX__SVM_SURE:
            ballot(decision, q->c, room, room + q->c);
            *out = first_largest(room + q->c, q->c);
            break;
        case CX__SVM_BALLOT: ballot(decision, q->c, room, out); break;
        case CX__SVM_SHARES: shares(q, decision, room, out); break;
        }
    }
}
