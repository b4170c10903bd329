/* The slots of the backend's group `random`: chooses the draw, cuts long calls into pieces.
 * Plain uniforms of engines that can skip are drawn by all threads, each piece from a copy of the
 * state moved to its place, so the values do not depend on the number of threads; normals in
 * chains (chain.c). Everything else is one stream and one thread. Arguments have been checked. */
#include "random/draws.h"

#include "host.h"

#include <string.h>

enum { PIECE = 1 << 16 };

typedef void draw_fn(cx_bitgen *g, const cx_random_call *c, int64_t n, void *out);

static void random_f64(cx_bitgen *g, const cx_random_call *c, int64_t n, void *out)
{
    (void)c;
    host_random_f64(g, n, out);
}

static void random_f32(cx_bitgen *g, const cx_random_call *c, int64_t n, void *out)
{
    (void)c;
    host_random_f32(g, n, out);
}

static void uniform(cx_bitgen *g, const cx_random_call *c, int64_t n, void *out)
{
    host_uniform(g, c->a, c->b, n, out);
}

static void standard_normal_f64(cx_bitgen *g, const cx_random_call *c, int64_t n, void *out)
{
    (void)c;
    if (g->legacy)
        host_legacy_normal(g, n, out);
    else
        host_normal_f64(g, n, out);
}

static void standard_normal_f32(cx_bitgen *g, const cx_random_call *c, int64_t n, void *out)
{
    (void)c;
    host_normal_f32(g, n, out);
}

static void normal(cx_bitgen *g, const cx_random_call *c, int64_t n, void *out)
{
    double *const value = out;
    standard_normal_f64(g, c, n, out);
    for (int64_t i = 0; i < n; i++) value[i] = c->a + c->b * value[i];
}

static void standard_exponential_f64(cx_bitgen *g, const cx_random_call *c, int64_t n, void *out)
{
    (void)c;
    if (g->legacy)
        host_legacy_exponential(g, n, out);
    else
        host_exponential_f64(g, n, out);
}

static void standard_exponential_f32(cx_bitgen *g, const cx_random_call *c, int64_t n, void *out)
{
    (void)c;
    host_exponential_f32(g, n, out);
}

static void exponential(cx_bitgen *g, const cx_random_call *c, int64_t n, void *out)
{
    double *const value = out;
    standard_exponential_f64(g, c, n, out);
    for (int64_t i = 0; i < n; i++) value[i] *= c->b;
}

static void exponential_inv_f64(cx_bitgen *g, const cx_random_call *c, int64_t n, void *out)
{
    (void)c;
    host_exponential_inv_f64(g, n, out);
}

static void exponential_inv_f32(cx_bitgen *g, const cx_random_call *c, int64_t n, void *out)
{
    (void)c;
    host_exponential_inv_f32(g, n, out);
}

/* [0]: float64, [1]: float32 */
static draw_fn *const draws[CX_DRAW_COUNT][2] = {
    [CX_DRAW_RANDOM] = {random_f64, random_f32},
    [CX_DRAW_UNIFORM] = {uniform},
    [CX_DRAW_STANDARD_NORMAL] = {standard_normal_f64, standard_normal_f32},
    [CX_DRAW_NORMAL] = {normal},
    [CX_DRAW_STANDARD_EXPONENTIAL] = {standard_exponential_f64, standard_exponential_f32},
    [CX_DRAW_EXPONENTIAL] = {exponential},
    [CX_DRAW_EXPONENTIAL_INV] = {exponential_inv_f64, exponential_inv_f32},
};

/* Width of an integer dtype's values; 0 for other dtypes. */
static const uint8_t integer_bits[CX_DTYPE_COUNT] = {
    [CX_BOOL] = 1, [CX_I8] = 8,   [CX_I16] = 16, [CX_I32] = 32, [CX_I64] = 64,
    [CX_U8] = 8,   [CX_U16] = 16, [CX_U32] = 32, [CX_U64] = 64,
};

typedef struct parallel_draw {
    const cx_bitgen *start;
    const cx_random_call *call;
    draw_fn *draw;
    int64_t per_word; /* values from one 64-bit word */
    char *out;
    size_t word_bytes; /* bytes of output per word */
} parallel_draw;

static void draw_piece(void *ctx, int64_t lo, int64_t hi)
{
    const parallel_draw *const p = ctx;
    cx_bitgen g = *p->start;
    host_engine_of(&g)->skip(&g, (uint64_t)lo);
    p->draw(&g, p->call, (hi - lo) * p->per_word, p->out + (size_t)lo * p->word_bytes);
}

/* n values of one word each, or of half a word, over all threads. */
static cx_status fill_parallel(cx_bitgen *g, const cx_random_call *c, draw_fn *draw, int64_t n,
                               char *out)
{
    const bool halves = c->out->dtype == CX_F32;
    const size_t size = halves ? sizeof(float) : sizeof(double);
    if (halves && g->has_uint32) {
        draw(g, c, 1, out);
        out += size;
        n--;
    }
    const int64_t per_word = halves ? 2 : 1, words = n / per_word;
    const cx_bitgen start = *g;
    parallel_draw p = {&start, c, draw, per_word, out, (size_t)per_word * size};
    const cx_status st = host_core->parallel_for(words, PIECE, draw_piece, &p);
    host_engine_of(g)->skip(g, (uint64_t)words);
    draw(g, c, n - words * per_word, out + (size_t)words * p.word_bytes);
    return st;
}

static void scale(void *ctx, int64_t lo, int64_t hi)
{
    const cx_random_call *const c = ctx;
    double *const value = c->out->data;
    for (int64_t i = lo; i < hi; i++) value[i] = c->a + c->b * value[i];
}

static cx_status fill_chained(cx_bitgen *g, const cx_random_call *c, int64_t n, double *out)
{
    const cx_status st = host_normal_parallel(g, n, out);
    if (st != CX_OK || c->draw == CX_DRAW_STANDARD_NORMAL) return st;
    cx_random_call call = *c;
    return host_core->parallel_for(n, PIECE, scale, &call);
}

static cx_status fill_integers(cx_bitgen *g, const cx_random_call *c, int64_t n, char *out)
{
    const int bits = integer_bits[c->out->dtype];
    const size_t size = bits == 1 ? 1 : (size_t)bits / 8;
    host_parts parts = {0, 0};
    for (int64_t done = 0; done < n; done += PIECE) {
        const cx_status st = host_core->poll(c->where);
        if (st != CX_OK) return st;
        const int64_t count = n - done < PIECE ? n - done : PIECE;
        host_integers(g, bits, c->low, c->range, &parts, count, out + (size_t)done * size);
    }
    return CX_OK;
}

/* Bounds per element, in turn; parts of words are shared by all of them. */
static cx_status fill_integers_each(cx_bitgen *g, const cx_random_call *c, int64_t n, char *out)
{
    const int bits = integer_bits[c->out->dtype];
    const size_t size = bits == 1 ? 1 : (size_t)bits / 8;
    const char *low = c->param[0].data, *range = c->param[1].data;
    host_parts parts = {0, 0};
    for (int64_t i = 0; i < n; i++, low += c->param[0].stride[0], range += c->param[1].stride[0]) {
        if (i % PIECE == 0) {
            const cx_status st = host_core->poll(c->where);
            if (st != CX_OK) return st;
        }
        host_integers(g, bits, *(const uint64_t *)(const void *)low,
                      *(const uint64_t *)(const void *)range, &parts, 1, out + (size_t)i * size);
    }
    return CX_OK;
}

static cx_status host_random_fill(cx_queue *q, cx_bitgen *g, const cx_random_call *c)
{
    (void)q;
    const int64_t n = c->out->shape[0];
    char *const out = c->out->data;
    if (c->draw == CX_DRAW_INTEGERS_EACH) return fill_integers_each(g, c, n, out);
    if (c->draw >= CX_DRAW_MULTINOMIAL) return host_multivariate(g, c);
    if (c->draw == CX_DRAW_INTEGERS) return fill_integers(g, c, n, out);
    if (c->params > 0 || !draws[c->draw][0]) return host_distribution(g, c);
    draw_fn *const draw = draws[c->draw][c->out->dtype == CX_F32];
    const size_t size = c->out->dtype == CX_F32 ? sizeof(float) : sizeof(double);
    const bool chains =
        (c->draw == CX_DRAW_STANDARD_NORMAL || c->draw == CX_DRAW_NORMAL) && size == sizeof(double);
    if (chains && n >= 8 * PIECE && host_engine_of(g)->skip && host_core->num_threads() > 1)
        return fill_chained(g, c, n, (double *)(void *)out);
    const bool plain = c->draw == CX_DRAW_RANDOM || c->draw == CX_DRAW_UNIFORM;
    if (plain && n >= 4 * PIECE && host_engine_of(g)->skip)
        return fill_parallel(g, c, draw, n, out);
    for (int64_t done = 0; done < n; done += PIECE) {
        const cx_status st = host_core->poll(c->where);
        if (st != CX_OK) return st;
        draw(g, c, n - done < PIECE ? n - done : PIECE, out + (size_t)done * size);
    }
    return CX_OK;
}

static cx_status host_random_permutation(cx_queue *q, cx_bitgen *g, const cx_view *out)
{
    (void)q;
    const int64_t rows = out->shape[0], n = out->shape[1];
    for (int64_t row = 0; row < rows; row++) {
        int64_t *const index = (int64_t *)out->data + row * n;
        for (int64_t i = 0; i < n; i++) index[i] = i;
        host_shuffle(g, n, index);
    }
    return CX_OK;
}

static cx_status host_random_choice(cx_queue *q, cx_bitgen *g, int64_t n, bool shuffled,
                                    const cx_view *out)
{
    (void)q;
    const int64_t k = out->shape[0];
    const bool tail = host_choice_tail(n, k, shuffled);
    const size_t bytes = (size_t)(tail ? n : host_choice_slots(k)) * sizeof(int64_t);
    int64_t *const scratch = host_core->alloc(bytes);
    if (!scratch)
        return host_core->fail(CX_E_NOMEM, "choice", "cannot allocate %zu bytes for indices",
                               bytes);
    if (tail) {
        host_choice(g, n, k, shuffled, scratch, NULL);
        memcpy(out->data, scratch, (size_t)k * sizeof(int64_t));
    } else {
        host_choice(g, n, k, shuffled, out->data, scratch);
    }
    host_core->free(scratch);
    return CX_OK;
}

static int host_random_seed_words(int kind)
{
    return host_engine_of_kind(kind)->seed_words;
}

static void host_random_seed(cx_bitgen *g, int kind, const uint64_t *words)
{
    host_bitgen_seed(g, (cx_bitgen_kind)kind, words);
}

static bool host_random_valid(const cx_bitgen *g)
{
    if (g->kind >= CX_BITGEN_KINDS || g->legacy > 1 || g->has_uint32 > 1 || g->has_gauss > 1)
        return false;
    if (g->kind == CX_BITGEN_MT19937) return g->position <= CX_MT19937_WORDS;
    if (g->legacy) return false;
    if (g->kind == CX_BITGEN_PHILOX) return g->position <= 4;
    return g->kind == CX_BITGEN_SFC64 || (g->u.pcg.increment[0] & 1) == 1;
}

const cx_random_ops host_random = {
    .struct_size = sizeof(cx_random_ops),
    .seed_words = host_random_seed_words,
    .seed = host_random_seed,
    .seed_philox = host_philox_set,
    .seed_legacy = host_legacy_seed,
    .seed_legacy_array = host_legacy_seed_array,
    .advance = host_bitgen_advance,
    .jump = host_bitgen_jump,
    .valid = host_random_valid,
    .fill = host_random_fill,
    .permutation = host_random_permutation,
    .choice = host_random_choice,
};
