/* Forms of support vector problems: see the header. A point of a regression has two variables, one
 * for being above the tube and one for being below, whose sum is its coefficient. */
#include "learn/svm/forms.h"

#include "base/alloc.h"
#include "base/object.h"
#include <math.h>

typedef struct form {
    cx__smo smo;
    int8_t *sign;
    double *bound, *pull, *b;
    void *memory;
} form;

static cx_status make(const cx__svm_rules *r, int64_t n, form *f)
{
    const size_t bytes = (size_t)n * (3 * sizeof(double) + 1);
    *f = (form){.memory = cx__alloc(bytes)};
    if (!f->memory) return cx__fail_nomem("fit", "the variables of a machine", bytes);
    f->bound = f->memory;
    f->pull = f->bound + n;
    f->b = f->pull + n;
    f->sign = (int8_t *)(f->b + n);
    f->smo = (cx__smo){.n = n,
                       .sign = f->sign,
                       .bound = f->bound,
                       .pull = f->pull,
                       .b = f->b,
                       .shrinking = r->shrinking,
                       .tol = r->tol,
                       .max_iter = r->max_iter};
    return CX_OK;
}

static void put_classes(const cx__svm_problem *p, form *f)
{
    for (int64_t i = 0; i < p->n; i++) {
        const bool plus = p->y[i] > 0;
        f->sign[i] = plus ? 1 : -1;
        f->bound[i] = p->weight[i] * (plus ? p->c_plus : p->c_minus);
        f->pull[i] = f->sign[i];
        f->b[i] = 0;
    }
}

/* Both classes begin with nu / 2 of the whole weight, given to the first rows. */
static void put_nu_classes(const cx__svm_rules *r, const cx__svm_problem *p, form *f)
{
    double all = 0;
    for (int64_t i = 0; i < p->n; i++) all += r->nu * p->weight[i];
    double left[2] = {all / 2, all / 2};
    f->smo.halves = true;
    for (int64_t i = 0; i < p->n; i++) {
        const bool plus = p->y[i] > 0;
        const double part = fmin(p->weight[i], left[plus]);
        left[plus] -= part;
        f->sign[i] = plus ? 1 : -1;
        f->bound[i] = p->weight[i];
        f->pull[i] = 0;
        f->b[i] = plus ? part : -part;
    }
}

static void put_one_class(const cx__svm_rules *r, const cx__svm_problem *p, form *f)
{
    double left = 0;
    for (int64_t i = 0; i < p->n; i++) left += p->weight[i] * r->nu;
    for (int64_t i = 0; i < p->n; i++) {
        f->sign[i] = 1;
        f->bound[i] = p->weight[i];
        f->pull[i] = 0;
        f->b[i] = left > 0 ? fmin(p->weight[i], left) : 0;
        left -= f->b[i];
    }
}

static void put_numbers(const cx__svm_rules *r, const cx__svm_problem *p, form *f)
{
    const bool nu = r->form == CX__SVM_NU_NUMBERS;
    const int64_t n = p->n;
    double left = 0;
    for (int64_t i = 0; i < n; i++) left += p->weight[i] * r->c * r->nu;
    left /= 2;
    f->smo.halves = nu;
    for (int64_t i = 0; i < n; i++) {
        const double bound = p->weight[i] * r->c, part = nu ? fmin(left, bound) : 0,
                     tube = nu ? 0 : r->epsilon;
        left -= part;
        f->sign[i] = 1;
        f->sign[n + i] = -1;
        f->bound[i] = f->bound[n + i] = bound;
        f->pull[i] = p->y[i] - tube;
        f->pull[n + i] = p->y[i] + tube;
        f->b[i] = part;
        f->b[n + i] = -part;
    }
}

cx_status cx__svm_solve(const cx__svm_rules *r, const cx__svm_problem *p, double *coef,
                        cx__svm_end *end)
{
    const bool twice = r->form == CX__SVM_EPSILON_NUMBERS || r->form == CX__SVM_NU_NUMBERS;
    form f;
    cx__svm_rows rows;
    cx__smo_end done;
    CX__TRY(make(r, twice ? 2 * p->n : p->n, &f));
    switch (r->form) {
    case CX__SVM_C_CLASSES: put_classes(p, &f); break;
    case CX__SVM_NU_CLASSES: put_nu_classes(r, p, &f); break;
    case CX__SVM_ONE_CLASS: put_one_class(r, p, &f); break;
    default: put_numbers(r, p, &f); break;
    }
    cx_status st = cx__svm_rows_open(&r->source, p->row, p->n, twice, &rows);
    if (st == CX_OK) {
        f.smo.rows = &rows;
        st = cx__smo_solve(&f.smo, &done);
        cx__svm_rows_close(&rows);
    }
    if (st == CX_OK) {
        /* classes with nu: the margin is free, and made 1 */
        const double scale = r->form == CX__SVM_NU_CLASSES ? 1 / done.sum : 1;
        for (int64_t i = 0; i < p->n; i++)
            coef[i] = twice ? f.b[i] + f.b[p->n + i] : f.b[i] * scale;
        *end = (cx__svm_end){.rho = r->form == CX__SVM_NU_CLASSES ? done.rho / done.sum : done.rho,
                             .iterations = done.iterations,
                             .stopped = done.stopped};
    }
    cx__free(f.memory);
    return st;
}
