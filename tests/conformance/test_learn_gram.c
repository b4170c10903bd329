/* device: each, link: static. The learn group's products of columns against plain sums, for every
 * combination of what the header lets a caller ask: x itself, x - mean or x transform, with and
 * without y. All numbers are small whole ones, so that every order of summing is exact. */
#include "device.h"
#include "layouts.h"
#include "learn/numeric/site.h"

#include <calx.h>
#include <criterion/criterion.h>

enum { D = 5, T = 2, MOST = 1300 };

typedef enum form { PLAIN, CENTRED, TRANSFORMED } form;

static double x[MOST * D], y[MOST * T], mean[D], transform[D * D], z[MOST * D];

static void make_data(void)
{
    uint64_t state = 5;
    for (int i = 0; i < MOST * D; i++) x[i] = (double)(test_random(&state) % 9) - 4;
    for (int i = 0; i < MOST * T; i++) y[i] = (double)(test_random(&state) % 7) - 3;
    for (int i = 0; i < D; i++) mean[i] = (double)i - 2;
    for (int i = 0; i < D * D; i++) transform[i] = (double)(test_random(&state) % 3) - 1;
}
TestSuite(learn_gram, .init = make_data);

/* z of the form, row by row. */
static void make_rows(form f, int n)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < D; j++) {
            double v = f == TRANSFORMED ? 0 : x[i * D + j];
            if (f == CENTRED) v -= mean[j];
            for (int k = 0; f == TRANSFORMED && k < D; k++)
                v += x[i * D + k] * transform[k * D + j];
            z[i * D + j] = v;
        }
}

/* Is the array z^T by, entry by entry? */
static void expect_products(const cx_array *got, const double *by, int width, int n,
                            const char *what, form f)
{
    const cx_array *here = cx_to(got, CX_CPU);
    const double *v = cx_data_f64(here);
    cr_assert(v != NULL, "%s", cx_error_message());
    for (int j = 0; j < D; j++)
        for (int k = 0; k < width; k++) {
            double sum = 0;
            for (int i = 0; i < n; i++) sum += z[i * D + j] * by[i * width + k];
            cr_expect(v[j * width + k] == sum, "%s of form %d, %d rows, %d %d: %g is not %g", what,
                      (int)f, n, j, k, v[j * width + k], sum);
        }
}

static cx_array *there(const cx__site *s, const double *v, int rows, int cols)
{
    return cx_to(cx_copy_host(v, CX_SHAPE(rows, cols), CX_F64), s->device);
}

static void check(form f, bool with_y, int n)
{
    const cx_scope scope = cx_scope_open();
    cx__site s;
    cr_assert(cx__site_at("test", test_device(), &s) == CX_OK);
    const cx_array *at = there(&s, x, n, D), *targets = there(&s, y, n, T),
                   *centre = there(&s, mean, 1, D), *change = there(&s, transform, D, D),
                   *gram = cx__new_f64(&s, D, D), *cross = cx__new_f64(&s, D, T);
    const cx_learn_gram call = {.n = n,
                                .d = D,
                                .t = with_y ? T : 0,
                                .x = cx__at(at),
                                .mean = f == CENTRED ? cx__at(centre) : NULL,
                                .transform = f == TRANSFORMED ? cx__at(change) : NULL,
                                .y = with_y ? cx__at(targets) : NULL,
                                .gram = cx__at(gram),
                                .cross = with_y ? cx__at(cross) : NULL};
    cr_assert(s.ops->gram(s.queue, &call) == CX_OK, "%s", cx_error_message());
    make_rows(f, n);
    expect_products(gram, z, D, n, "gram", f);
    if (with_y) expect_products(cross, y, T, n, "cross", f);
    cr_expect(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
}

Test(learn_gram, every_form)
{
    static const int rows[] = {1, 3, 129, 511, MOST};
    for (int i = 0; i < 5; i++)
        for (int f = PLAIN; f <= TRANSFORMED; f++)
            for (int k = 0; k < 2; k++) check((form)f, k == 1, rows[i]);
}
