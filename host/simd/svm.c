/* Kernel values, for each ISA level: a tile of queries and packs of points whose products stay in
 * registers, then the kernel's function on them. Each product is one chain of fused additions in
 * the order of the columns, whatever the tile, so that no value depends on its company. */
#include "learn/svm_loops.h"
#include "svm_steps.h"
#include "svm_vector.h"

enum { PACK = CX_SVM_PACK, PARTS = PACK / LANES, MOST = 8, CHUNK = 256 };
/* queries of a tile over one pack, and packs of a tile with one query */
#if defined(__AVX512F__)
enum { QUERIES = 8, PACKS = 8 };
#elif defined(__AVX2__)
enum { QUERIES = 2, PACKS = 2 };
#else
enum { QUERIES = 1, PACKS = 1 };
#endif

INLINE V power(V base, int64_t degree)
{
    V square = base, out = spread(1);
    for (int64_t t = degree; t > 0; t /= 2) {
        if (t % 2 == 1) out *= square;
        square *= square;
    }
    return out;
}

/* From products to values; norm: of the query and of the points. */
INLINE V value(const cx_svm_points *p, V product, double norm, const double *norms)
{
    switch (p->kernel) {
    case CX_SVM_POLY: return power(p->gamma * product + p->coef0, p->degree);
    case CX_SVM_RBF: {
        const V apart = at_least((norm + get(norms)) - 2 * product, 0);
        return EXP(at_least(-p->gamma * apart, -1000));
    }
    case CX_SVM_SIGMOID: return TANH(at_most(at_least(p->gamma * product + p->coef0, -20), 20));
    default: return product;
    }
}

/* Values of q queries (ld apart) with the points of b packs: out(query, point) by `store`. */
INLINE void tile(const int q, const int b, const cx_svm_points *p, const double *x, int64_t ld,
                 const double *norm, int64_t pack, V out[][PARTS])
{
    V sum[MOST][PARTS];
    for (int i = 0; i < q * b; i++)
        for (int v = 0; v < PARTS; v++) sum[i][v] = spread(0);
    const double *const at = p->packed + pack * p->d * PACK;
    for (int64_t k = 0; k < p->d; k++)
        for (int c = 0; c < b; c++)
            for (int v = 0; v < PARTS; v++) {
                const V point = get(at + (c * p->d + k) * PACK + v * LANES);
                for (int i = 0; i < q; i++)
                    sum[i * b + c][v] = FMA(spread(x[i * ld + k]), point, sum[i * b + c][v]);
            }
    for (int i = 0; i < q; i++)
        for (int c = 0; c < b; c++)
            for (int v = 0; v < PARTS; v++)
                out[i * b + c][v] =
                    value(p, sum[i * b + c][v], norm[i], p->norm + (pack + c) * PACK + v * LANES);
}

static void row(const cx_svm_points *p, const double *x, double norm, int64_t first, int64_t last,
                float *out)
{
    const int64_t end = (last + PACK - 1) / PACK;
    int64_t pack = first / PACK;
    V values[MOST][PARTS];
    for (; pack + PACKS <= end; pack += PACKS) {
        tile(1, PACKS, p, x, 0, &norm, pack, values);
        for (int c = 0; c < PACKS; c++)
            for (int v = 0; v < PARTS; v++)
                put_single(out + (pack + c) * PACK + v * LANES, values[c][v]);
    }
    for (; pack < end; pack++) {
        tile(1, 1, p, x, 0, &norm, pack, values);
        for (int v = 0; v < PARTS; v++) put_single(out + pack * PACK + v * LANES, values[0][v]);
    }
}

/* ---- sums */
INLINE void chunk_values(const int q, const cx_svm_points *p, const double *x, int64_t ld,
                         const double *norm, int64_t first, int64_t count, double out[][CHUNK])
{
    V values[MOST][PARTS];
    int64_t at = 0;
    for (; q == 1 && at + PACKS * PACK <= count; at += PACKS * PACK) {
        tile(1, PACKS, p, x, ld, norm, (first + at) / PACK, values);
        for (int c = 0; c < PACKS; c++)
            for (int v = 0; v < PARTS; v++) put(out[0] + at + c * PACK + v * LANES, values[c][v]);
    }
    for (; at < count; at += PACK) {
        tile(q, 1, p, x, ld, norm, (first + at) / PACK, values);
        for (int i = 0; i < q; i++)
            for (int v = 0; v < PARTS; v++) put(out[i] + at + v * LANES, values[i][v]);
    }
}

static double weighted(const double *coef, const double *values, int64_t count)
{
    V sum[PARTS];
    for (int v = 0; v < PARTS; v++) sum[v] = spread(0);
    for (int64_t t = 0; t < count; t += PACK)
        for (int v = 0; v < PARTS; v++)
            sum[v] = FMA(get(coef + t + v * LANES), get(values + t + v * LANES), sum[v]);
    double all = 0;
    for (int v = 0; v < PARTS; v++)
        for (int l = 0; l < LANES; l++) all += sum[v][l];
    return all;
}

static void segment(const int q, const cx_svm_sums *c, int64_t s, const double *x, int64_t ld,
                    const double *norm, double *out)
{
    const cx_svm_points *const p = &c->points;
    double values[MOST][CHUNK];
    for (int64_t first = c->begin[s]; first < c->begin[s + 1]; first += CHUNK) {
        const int64_t left = c->begin[s + 1] - first, count = left < CHUNK ? left : CHUNK;
        if (p->kernel == CX_SVM_GIVEN)
            for (int64_t t = 0; t < count; t++) values[0][t] = x[p->index[first + t]];
        else if (q == 1)
            chunk_values(1, p, x, ld, norm, first, count, values);
        else
            chunk_values(QUERIES, p, x, ld, norm, first, count, values);
        for (int64_t r = 0; r < c->rows; r++) {
            const int64_t place = c->place[s * c->rows + r];
            for (int i = 0; place >= 0 && i < q; i++)
                out[i * c->width + place] += weighted(c->coef + r * p->n + first, values[i], count);
        }
    }
}

/* q queries: apart from the points' shift first, and with their lengths. */
static void queries(const int q, const cx_svm_sums *c, const double *x, int64_t columns,
                    double *out)
{
    double room[CX_SVM_SHIFTED], norm[MOST];
    const int64_t d = c->points.d;
    const double *at = x;
    int64_t ld = columns;
    if (c->points.shift != NULL) {
        for (int i = 0; i < q; i++)
            for (int64_t k = 0; k < d; k++)
                room[i * d + k] = x[i * columns + k] - c->points.shift[k];
        at = room;
        ld = d;
    }
    for (int i = 0; i < q; i++) {
        norm[i] = 0;
        for (int64_t k = 0; c->points.kernel == CX_SVM_RBF && k < d; k++)
            norm[i] = fma(at[i * ld + k], at[i * ld + k], norm[i]);
        for (int64_t k = 0; k < c->width; k++) out[i * c->width + k] = 0;
    }
    for (int64_t s = 0; s < c->segments; s++) segment(q, c, s, at, ld, norm, out);
}

static void sums(const cx_svm_sums *c, const double *x, int64_t n, int64_t columns, double *out)
{
    int64_t i = 0;
    const bool together = c->points.kernel != CX_SVM_GIVEN &&
                          (c->points.shift == NULL || QUERIES * c->points.d <= CX_SVM_SHIFTED);
    for (; together && i + QUERIES <= n; i += QUERIES)
        queries(QUERIES, c, x + i * columns, columns, out + i * c->width);
    for (; i < n; i++) queries(1, c, x + i * columns, columns, out + i * c->width);
}

const cx_svm_ops CX_ISA_NAME(host_svm_loops) = {.struct_size = sizeof(cx_svm_ops),
                                                .row = row,
                                                .sums = sums,
                                                .first = first_of,
                                                .partner = partner_of,
                                                .step = step_of};
