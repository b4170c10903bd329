/* Hard matrices by formulas of their indices, so that every size is there without a file. Those
 * with random numbers draw them by hashing the indices. */
#include "gallery.h"
#include "device.h"
#include <float.h>
#include <math.h>

/* In (-0.5, 0.5), the same for the same arguments. */
static double hashed(int64_t i, int64_t j, uint64_t seed)
{
    uint64_t x = ((uint64_t)i * 0x9E3779B97F4A7C15u) ^ ((uint64_t)j * 0xC2B2AE3D27D4EB4Fu) ^
                 (seed * 0x165667B19E3779F9u);
    x ^= x >> 31;
    x *= 0x7FB5D329728EA185u;
    x ^= x >> 27;
    x *= 0x81DADEF4BC2DD44Du;
    x ^= x >> 33;
    return ((double)(x >> 11) + 0.5) * 0x1p-53 - 0.5;
}
/* A fraction of the way from the first to the last index. */
static double way(int64_t n, int64_t i)
{
    return n > 1 ? (double)i / (double)(n - 1) : 0;
}

#define AT(name) static double name(int64_t n, int64_t i, int64_t j, int far)
#define UNUSED (void)n, (void)i, (void)j, (void)far

AT(zero)
{
    UNUSED;
    return 0;
}
AT(identity)
{
    UNUSED;
    return i == j;
}
AT(ones)
{
    UNUSED;
    return 1;
}
AT(random)
{
    UNUSED;
    return hashed(i, j, 1);
}
AT(hermitian)
{
    UNUSED;
    return i < j ? hashed(i, j, 2) : hashed(j, i, 2);
}
AT(hilbert)
{
    UNUSED;
    return 1 / (double)(i + j + 1);
}
AT(lehmer)
{
    UNUSED;
    return i < j ? (double)(i + 1) / (double)(j + 1) : (double)(j + 1) / (double)(i + 1);
}
AT(smaller_index)
{
    UNUSED;
    return (double)(i < j ? i + 1 : j + 1);
}
AT(second_difference)
{
    UNUSED;
    return i == j ? 2 : i == j + 1 || j == i + 1 ? -1 : 0;
}
AT(kahan)
{
    UNUSED;
    const double s = sin(1.2), c = cos(1.2);
    return i > j ? 0 : pow(s, (double)i) * (i == j ? 1 : -c);
}
AT(wilkinson)
{
    UNUSED;
    return i == j ? fabs((double)i - (double)(n - 1) / 2) : i == j + 1 || j == i + 1 ? 1 : 0;
}
AT(growth)
{
    UNUSED;
    return j == n - 1 || i == j ? 1 : i > j ? -1 : 0;
}
/* Rows that fall by 10 orders of magnitude, columns that rise by as many. */
AT(graded_rows)
{
    UNUSED;
    return hashed(i, j, 3) * pow(10, -10 * way(n, i));
}
AT(graded_columns)
{
    UNUSED;
    return hashed(i, j, 4) * pow(10, 10 * (way(n, j) - 1));
}
AT(graded_hermitian)
{
    UNUSED;
    return hermitian(n, i, j, far) * pow(10, -4 * (way(n, i) + way(n, j)));
}
/* Rows and columns scaled up and down without an order. */
AT(badly_scaled)
{
    UNUSED;
    return hashed(i, j, 5) * pow(10, rint(10 * hashed(i, -1, 5)) + rint(10 * hashed(-1, j, 5)));
}
/* The sum of r products: rank r. */
static double low_rank(int64_t i, int64_t j, int64_t r, uint64_t seed, bool same)
{
    double sum = 0;
    for (int64_t k = 0; k < r; k++)
        sum += hashed(i, k, seed) * hashed(j, k, same ? seed : seed + 1);
    return sum;
}
AT(half_rank)
{
    UNUSED;
    return low_rank(i, j, (n + 1) / 2, 6, false);
}
AT(half_rank_hermitian)
{
    UNUSED;
    return low_rank(i, j, (n + 1) / 2, 8, true);
}
/* Exactly singular, also in floating point: a row of zeros. */
AT(zero_row)
{
    UNUSED;
    return i == n / 2 ? 0 : hashed(i, j, 9);
}
AT(jordan)
{
    UNUSED;
    return i == j ? 0.5 : j == i + 1 ? 1 : 0;
}
AT(nilpotent)
{
    UNUSED;
    return j > i ? hashed(i, j, 10) : 0;
}
/* All eigenvalues positive, the small ones ill-conditioned (Frank, 1958). */
AT(frank)
{
    UNUSED;
    return j < i - 1 ? 0 : (double)(n - (i > j ? i : j));
}
/* Far from normal: eigenvalues that move with the smallest disturbance (Grcar, 1989). */
AT(grcar)
{
    UNUSED;
    return i == j + 1 ? -1 : j >= i && j <= i + 3 ? 1 : 0;
}
/* Eigenvalues in three tight clusters round 1, 2 and 3: d is reflected, h d h with h = 1 - 2 v v^T
 * and v = (1, ..., 1) / sqrt(n). */
AT(clustered)
{
    UNUSED;
    double trace = 0;
#define VALUE(k) ((double)(1 + (k) % 3) + (double)(k)*0x1p-40)
    for (int64_t k = 0; k < n; k++) trace += VALUE(k);
    const double v = 2 / (double)n;
    return (i == j ? VALUE(i) : 0) - v * (VALUE(i) + VALUE(j)) + v * v * trace;
#undef VALUE
}
/* Of columns 1, x, x^2, ... at points in [-1, 1]. */
AT(vandermonde)
{
    UNUSED;
    return pow(2 * way(n, i) - 1, (double)j);
}
AT(permutation)
{
    UNUSED;
    return j == (i + 1) % n;
}
AT(huge)
{
    UNUSED;
    return ldexp(hashed(i, j, 11), far - 24);
}
AT(tiny)
{
    UNUSED;
    return ldexp(hashed(i, j, 12), 16 - far);
}
AT(huge_hermitian)
{
    UNUSED;
    return ldexp(hermitian(n, i, j, far), far - 24);
}
AT(huge_definite)
{
    UNUSED;
    return ldexp(lehmer(n, i, j, far), far - 24);
}
AT(tiny_definite)
{
    UNUSED;
    return ldexp(lehmer(n, i, j, far), 16 - far);
}

enum {
    HER = GALLERY_HERMITIAN,
    DEF = GALLERY_HERMITIAN | GALLERY_DEFINITE,
    SING = GALLERY_SINGULAR,
    ILL = GALLERY_ILL,
    FAR = GALLERY_EXTREME
};
const gallery_matrix gallery[] = {
    {"zero", HER | SING, zero},
    {"identity", DEF | GALLERY_TRIANGULAR, identity},
    {"ones", HER | SING, ones},
    {"random", 0, random},
    {"hermitian", HER, hermitian},
    {"hilbert", DEF | ILL, hilbert},
    {"lehmer", DEF, lehmer},
    {"smaller index", DEF, smaller_index},
    {"second difference", DEF, second_difference},
    {"kahan", GALLERY_TRIANGULAR | ILL, kahan},
    {"wilkinson", HER, wilkinson},
    {"growth", GALLERY_GROWTH, growth},
    {"graded rows", ILL, graded_rows},
    {"graded columns", ILL, graded_columns},
    {"graded hermitian", HER | ILL, graded_hermitian},
    {"badly scaled", ILL, badly_scaled},
    {"half rank", SING, half_rank},
    {"half rank hermitian", HER | SING, half_rank_hermitian},
    {"zero row", SING, zero_row},
    {"jordan", GALLERY_TRIANGULAR | GALLERY_DEFECTIVE, jordan},
    {"nilpotent", GALLERY_TRIANGULAR | GALLERY_DEFECTIVE | SING, nilpotent},
    {"frank", ILL, frank},
    {"grcar", 0, grcar},
    {"clustered", DEF, clustered},
    {"vandermonde", ILL, vandermonde},
    {"permutation", 0, permutation},
    {"huge", FAR, huge},
    {"tiny", FAR, tiny},
    {"huge hermitian", HER | FAR, huge_hermitian},
    {"huge definite", DEF | FAR, huge_definite},
    {"tiny definite", DEF | FAR, tiny_definite},
    {NULL, 0, NULL},
};

cx_array *gallery_make_wide(const gallery_matrix *g, int64_t m, int64_t n, cx_dtype t, lie how)
{
    const bool complex = cx_dtype_kind(t) == 'c';
    const int far = t == CX_F32 || t == CX_C64 ? FLT_MAX_EXP : DBL_MAX_EXP;
    const int64_t order = m > n ? m : n, step = how == LIE_SLICED ? 2 : 1;
    const bool columns = how == LIE_COLUMNS, back = how == LIE_REVERSED;
    const int64_t rows = (columns ? n : m) * step, cols = (columns ? m : n) * step;
    cx_array *const a = cx_empty(CX_SHAPE(rows, cols), complex ? CX_C128 : CX_F64, CX_CPU);
    double *p = complex ? (double *)cx_data_c128_mut(a) : cx_data_f64_mut(a);
    for (int64_t r = 0; r < rows; r++)
        for (int64_t c = 0; c < cols; c++) {
            const int64_t u = (columns ? c : r) / step, v = (columns ? r : c) / step;
            const int64_t i = back ? m - 1 - u : u, j = back ? n - 1 - v : v;
            const double x = r % step + c % step > 0 ? 7 : g->at(order, i, j, far);
            const double angle = 0.7 * (double)(i - j);
            *p++ = complex ? x * cos(angle) : x;
            if (complex) *p++ = x * sin(angle);
        }
    cx_array *const here = test_here(cx_astype(a, t));
    if (columns) return cx_matrix_transpose(here);
    if (back) return cx_flip(cx_flip(here, 1), 0);
    return step == 1 ? here : cx_slice(cx_slice(here, 0, 0, rows, step), 1, 0, cols, step);
}

cx_array *gallery_make(const gallery_matrix *g, int64_t n, cx_dtype t, lie how)
{
    return gallery_make_wide(g, n, n, t, how);
}

int gallery_find(unsigned with, unsigned without, const gallery_matrix *at[], int most)
{
    int count = 0;
    for (const gallery_matrix *g = gallery; g->name != NULL && count < most; g++)
        if ((g->is & with) == with && (g->is & without) == 0) at[count++] = g;
    return count;
}

cx_array *gallery_stack(unsigned with, unsigned without, int64_t n, cx_dtype t)
{
    enum { MOST = 64 };
    const gallery_matrix *found[MOST];
    const cx_array *part[MOST];
    const int count = gallery_find(with, without, found, MOST);
    for (int i = 0; i < count; i++) part[i] = gallery_make(found[i], n, t, LIE_ROWS);
    return cx_stack((cx_arrays){count, part}, 0);
}
