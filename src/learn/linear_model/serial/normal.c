/* Regression data on the host: see the header.
 *
 * One idea: what is quadratic in the rows happens where the data is; what comes to the host is the
 * product of the columns, or for fewer rows than columns the data itself. */
#include "learn/linear_model/serial/normal.h"

#include "base/object.h"
#include "learn/linear_model/serial/descent.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <string.h>

double *cx__host_f64(int64_t rows, int64_t cols)
{
    cx_array *a = cx_zeros(CX_SHAPE(rows, cols < 0 ? 1 : cols), CX_F64, CX_CPU);
    return cx_status_of(a) == CX_OK ? cx_data_f64_mut(a) : NULL;
}

static const double *fetched(const cx__site *s, const cx_array *a)
{
    const cx_array *here = cx__fetch(s, a);
    return cx_status_of(here) == CX_OK ? cx_data_f64(here) : NULL;
}

static cx_array *squares(const cx_array *a)
{
    static cx__held each = CX__HELD("a: sum(a * a, axis=0)");
    return cx__held_run("fit", &each, CX_ARRAYS(a));
}

cx_status cx__normal_of(const cx__site *s, int64_t n, const cx_array *gram, const cx_array *cross,
                        const cx_array *yy, cx__normal *out)
{
    *out = (cx__normal){.n = n, .d = cx_dim(cross, 0), .t = cx_dim(cross, 1)};
    out->gram = fetched(s, gram);
    out->cross = fetched(s, cx_transpose(cross));
    out->yy = fetched(s, yy);
    double *square = cx__host_f64(out->d, -1);
    CX__TRY(cx__so_far());
    for (int64_t j = 0; j < out->d; j++) square[j] = out->gram[j * out->d + j];
    out->square = square;
    return CX_OK;
}

cx_status cx__normal_make(const cx__regression *r, cx__normal_form form, cx__normal *out)
{
    const cx__site *s = &r->site;
    if (form == CX__NORMAL_PRODUCTS)
        return cx__normal_of(s, r->n, cx__gram(s, r->x, NULL), cx_matmul(cx_transpose(r->x), r->y),
                             squares(r->y), out);
    *out = (cx__normal){.n = r->n, .d = r->d, .t = r->t};
    out->columns = fetched(s, cx_transpose(r->x));
    out->y = fetched(s, cx_transpose(r->y));
    double *cross = cx__host_f64(r->t, r->d), *square = cx__host_f64(r->d, -1),
           *yy = cx__host_f64(r->t, -1);
    CX__TRY(cx__so_far());
    for (int64_t j = 0; j < r->d; j++) {
        const double *column = out->columns + j * r->n;
        square[j] = cx__dot(column, column, r->n);
        for (int64_t k = 0; k < r->t; k++)
            cross[k * r->d + j] = cx__dot(column, out->y + k * r->n, r->n);
    }
    for (int64_t k = 0; k < r->t; k++) yy[k] = cx__dot(out->y + k * r->n, out->y + k * r->n, r->n);
    out->cross = cross;
    out->square = square;
    out->yy = yy;
    return CX_OK;
}

double cx__normal_product(const cx__normal *m, int64_t j, int64_t k)
{
    if (m->gram != NULL) return m->gram[j * m->d + k];
    return cx__dot(m->columns + j * m->n, m->columns + k * m->n, m->n);
}

const double *cx__normal_row(const cx__normal *m, int64_t j, double *scratch)
{
    if (m->gram != NULL) return m->gram + j * m->d;
    const double *column = m->columns + j * m->n;
    for (int64_t i = 0; i < m->d; i++) scratch[i] = cx__dot(m->columns + i * m->n, column, m->n);
    return scratch;
}

cx_status cx__normal_store(cx_estimator *self, const cx__regression *r, const double *coef,
                           cx_dtype t)
{
    const cx_array *there = cx__send(&r->site, cx_copy_host(coef, CX_SHAPE(r->t, r->d), CX_F64));
    return cx__regression_store(self, r, there, t);
}

cx_status cx__store_host(cx_estimator *self, const cx__site *s, int slot, const double *v,
                         int64_t n, cx_dtype t)
{
    const cx_array *a =
        n < 0 ? cx_copy_host(v, CX_SHAPE(), CX_F64) : cx_copy_host(v, CX_SHAPE(n), CX_F64);
    return cx__store(self, slot, cx__send(s, a), t);
}
