/* Rows drawn at random: see the header. The draw is the host's; only row numbers go to a device,
 * and weights come from it. */
#include "learn/numeric/draw.h"

#include "base/object.h"
#include <calx/device.h>
#include <calx/ops.h>
#include <calx/reduce.h>

cx_generator *cx__seeded(const cx_estimator *self)
{
    const bool given = cx_param_is_number(self, "random_state") == 1;
    return cx_random_state((cx_maybe_i64){given, given ? cx_param_i64(self, "random_state") : 0},
                           CX_CPU);
}

cx_array *cx__rows_shuffled(const cx__site *s, cx_generator *g, int64_t n, int64_t count)
{
    cx_array *const rows = cx_arange_i64(0, n, 1, CX_I64, CX_CPU);
    if (cx_check(cx_rng_shuffle(g, rows, 0)) != CX_OK) return cx__nil(cx__last_status());
    return cx__given_all(s, cx__at(rows), count, CX_I64);
}

cx_array *cx__rows_repeated(const cx__site *s, cx_generator *g, int64_t n, int64_t count,
                            const cx_array *weight)
{
    const cx_array *share = NULL;
    if (weight != NULL) {
        const cx_array *const w = cx_to(weight, CX_CPU);
        share = cx_div(w, cx_sum(w, CX_ALL));
    }
    const cx_array *const rows =
        cx_rng_choice(g, cx_int(n), CX_SHAPE(count), CX_OPTS(cx_choice_opts, .p = share));
    const int64_t *const at = cx_data_i64(rows);
    return at != NULL ? cx__given_all(s, at, count, CX_I64) : cx__nil(cx__last_status());
}
