/* The group `random` of the CUDA backend: which family draws what. Streams that cannot skip
 * (MT19937 and the legacy one, SFC64), distributions by parameters, permutations and samples are
 * the core's: it draws them on the CPU and uploads them. Seeding and skipping are the CPU backend's
 * for any device. */
#include "random.cuh"

typedef cx_status family_fn(cx_queue *q, cx_bitgen *g, const cx_random_call *c);

static cx_status cuda_random_fill(cx_queue *q, cx_bitgen *g, const cx_random_call *c)
{
    static family_fn *const families[] = {nullptr,         random_uniform,  random_uniform,
                                          random_integers, random_ziggurat, random_ziggurat,
                                          random_ziggurat, random_ziggurat, random_uniform};
    static_assert(CX_DRAW_RANDOM == 1 && CX_DRAW_INTEGERS == 3 && CX_DRAW_EXPONENTIAL_INV == 8,
                  "the table follows cx_draw");
    enum { FAMILIES = sizeof families / sizeof *families };
    if (!cx__bitgen_skips(g) || c->params > 0 || c->draw >= FAMILIES) return CX_E_UNSUPPORTED;
    if (c->out->shape[0] == 0) return CX_OK;
    return families[c->draw](q, g, c);
}

const cx_random_ops cuda_random_ops = {
    sizeof(cx_random_ops),
    nullptr,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
    nullptr, /* state */
    cuda_random_fill,
    nullptr,
    nullptr /* permutation, choice */
};
