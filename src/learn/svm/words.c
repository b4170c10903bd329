/* Words of a Mersenne Twister and numbers below a bound: see the header. */
#include "learn/svm/words.h"

#include "base/object.h"
#include "learn/numeric/site.h"
#include <calx/array.h>
#include <calx/device.h>

enum { TOGETHER = 4096 };

cx_status cx__words_seed(cx_generator *g, uint32_t *out)
{
    const int64_t *const v = cx_data_i64(cx_rng_integers(g, 0, INT32_MAX, CX_SHAPE(1), CX_I64));
    CX__TRY(cx__so_far());
    *out = (uint32_t)v[0];
    return CX_OK;
}

cx_status cx__words_open(uint32_t seed, cx__words *w)
{
    *w = (cx__words){.from = cx_random_state((cx_maybe_i64){true, seed}, CX_CPU),
                     .some = cx_empty(CX_SHAPE(TOGETHER), CX_U32, CX_CPU)};
    return cx__so_far();
}

static uint32_t next(cx__words *w)
{
    if (w->left == 0) {
        w->at = NULL;
        if (cx_check(cx_rng_integers_into(w->from, 0, (int64_t)UINT32_MAX + 1, w->some)) != CX_OK)
            return 0;
        w->at = cx__at(w->some);
        w->left = TOGETHER;
    }
    w->left--;
    return *w->at++;
}

uint32_t cx__words_below(cx__words *w, uint32_t range)
{
    uint64_t product = (uint64_t)next(w) * range;
    if ((uint32_t)product < range) {
        const uint32_t least = (0U - range) % range;
        while ((uint32_t)product < least && w->at) product = (uint64_t)next(w) * range;
    }
    return (uint32_t)(product >> 32);
}
