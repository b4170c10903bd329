/* Generators as objects: made from seeds, copied, spawned, jumped, saved and restored.
 * The state is plain data of the backend contract, changed by the CPU backend's host code whatever
 * the generator's device. Knows no draw. */
#include "ops/random/generator.h"

#include <string.h>

static void generator_destroy(cx__object *o)
{
    cx_generator *const g = (cx_generator *)(void *)o;
    cx__seedseq_free(&g->sequence);
    cx__object_free(g);
}

static const cx__noun generator_noun = {"generator", CX__KIND_GENERATOR, generator_destroy};

static const cx_random_ops *host_state(void)
{
    return cx__device_cpu()->ops->random;
}

static cx_status generator_new(const char *where, cx__device *device, cx_generator **out)
{
    cx_generator *const g = cx__object_new(&generator_noun, sizeof *g);
    if (!g) return cx__fail_nomem(where, "a generator", sizeof *g);
    g->device = device;
    *out = g;
    return CX_OK;
}

static void seed_from_sequence(cx_generator *g, int kind)
{
    const cx_random_ops *const ops = host_state();
    uint64_t words[CX_BITGEN_SEED_WORDS];
    cx__seedseq_generate64(&g->sequence, (size_t)ops->seed_words(kind), words);
    ops->seed(&g->state, kind, words);
    g->has_sequence = true;
}

static cx_status seed_generator(const char *where, const cx__generator_seed *seed, cx_generator *g)
{
    const cx_random_ops *const ops = host_state();
    if (seed->philox_key) {
        ops->seed_philox(&g->state, seed->key, seed->counter);
        return CX_OK;
    }
    if (seed->legacy) {
        if (seed->list)
            ops->seed_legacy_array(&g->state, seed->word, seed->words);
        else
            ops->seed_legacy(&g->state, seed->word[0]);
        return CX_OK;
    }
    if (!cx__seedseq_init(&g->sequence, seed->word, seed->words, seed->spawn_key, seed->spawns))
        return cx__fail_nomem(where, "a seed sequence", seed->words * sizeof *seed->word);
    seed_from_sequence(g, seed->kind);
    if (seed->kind == CX_BITGEN_PHILOX)
        memcpy(g->state.u.philox.counter, seed->counter, sizeof seed->counter);
    return CX_OK;
}

cx_status cx__generator_seed_entropy(const char *where, cx__generator_seed *seed)
{
    enum { ENTROPY_WORDS = 4 };
    if (seed->words > 0) return CX_OK;
    if (!cx__entropy(seed->word, ENTROPY_WORDS))
        return cx__fail(CX_E_IO, where, "the operating system gives no random seed");
    seed->words = ENTROPY_WORDS;
    seed->list = true;
    return CX_OK;
}

cx_status cx__generator_make(const char *where, cx__generator_seed *seed, cx_device d,
                             cx_generator **out)
{
    cx__device *device = NULL, *cpu = NULL;
    CX__TRY(cx__device_get(where, CX_CPU, &cpu));
    CX__TRY(cx__device_get(where, d, &device));
    if (!cpu->ops->random) return cx__unsupported(where, cpu, "random numbers");
    if (!seed->philox_key) CX__TRY(cx__generator_seed_entropy(where, seed));
    cx_generator *g = NULL;
    CX__TRY(generator_new(where, device, &g));
    const cx_status st = seed_generator(where, seed, g);
    if (st != CX_OK) {
        cx__release(g);
        return st;
    }
    *out = g;
    return CX_OK;
}

static void seed_from_integer(cx__generator_seed *seed, cx_maybe_i64 value)
{
    if (!value.set) return;
    const uint64_t v = (uint64_t)value.value;
    seed->word[0] = (uint32_t)v;
    seed->word[1] = (uint32_t)(v >> 32);
    seed->words = v >> 32 ? 2 : 1;
}

void cx__generator_seed_clear(cx__generator_seed *seed, int kind, bool legacy)
{
    seed->kind = kind;
    seed->legacy = legacy;
    seed->list = seed->philox_key = false;
    seed->words = seed->spawns = 0;
    memset(seed->key, 0, sizeof seed->key);
    memset(seed->counter, 0, sizeof seed->counter);
}

static cx_status make_default(cx_maybe_i64 value, cx_device d, cx_generator **out)
{
    if (value.set && value.value < 0)
        return cx__fail(CX_E_ARGUMENT, "default_rng", "seed %lld is negative",
                        (long long)value.value);
    cx__generator_seed seed;
    cx__generator_seed_clear(&seed, CX_BITGEN_PCG64, false);
    seed_from_integer(&seed, value);
    return cx__generator_make("default_rng", &seed, d, out);
}

cx_generator *cx_default_rng(cx_maybe_i64 seed, cx_device d)
{
    cx_generator *g = NULL;
    const cx_status st = make_default(seed, d, &g);
    return cx__yield(st, "default_rng", g);
}

static cx_status make_legacy(cx_maybe_i64 value, cx_device d, cx_generator **out)
{
    if (value.set && (value.value < 0 || value.value > (int64_t)UINT32_MAX))
        return cx__fail(CX_E_ARGUMENT, "random_state", "seed %lld is not in 0 to 2**32 - 1",
                        (long long)value.value);
    cx__generator_seed seed;
    cx__generator_seed_clear(&seed, CX_BITGEN_MT19937, true);
    seed_from_integer(&seed, value);
    return cx__generator_make("random_state", &seed, d, out);
}

cx_generator *cx_random_state(cx_maybe_i64 seed, cx_device d)
{
    cx_generator *g = NULL;
    const cx_status st = make_legacy(seed, d, &g);
    return cx__yield(st, "random_state", g);
}

static cx_status make_from_spec(const char *spec, cx_device d, cx_generator **out)
{
    if (!spec) return cx__fail(CX_E_NULL, "generator_new", "spec is NULL");
    cx__generator_seed seed;
    cx__generator_seed_clear(&seed, CX_BITGEN_PCG64, false);
    CX__TRY(cx__generator_parse("generator_new", spec, &seed));
    return cx__generator_make("generator_new", &seed, d, out);
}

cx_generator *cx_generator_new(const char *spec, cx_device d)
{
    cx_generator *g = NULL;
    const cx_status st = make_from_spec(spec, d, &g);
    return cx__yield(st, "generator_new", g);
}

cx_generator *cx_generator_retain(const cx_generator *h)
{
    return cx__retain(h);
}

void cx_generator_release(cx_generator *h)
{
    cx__release(h);
}

cx_status cx_generator_status(const cx_generator *h)
{
    return cx__status(h, CX__KIND_GENERATOR);
}

cx_device cx_generator_device(const cx_generator *g)
{
    if (cx__status(g, CX__KIND_GENERATOR) != CX_OK) return CX_CPU;
    return g->device->id;
}

const char *cx_generator_name(const cx_generator *g)
{
    if (cx__status(g, CX__KIND_GENERATOR) != CX_OK) return "";
    return cx__generator_names[g->state.legacy ? CX_BITGEN_KINDS : (int)g->state.kind];
}

static cx_status copy_generator(const char *where, const cx_generator *g, cx_generator **out)
{
    CX__NEED(where, "g", g, CX__KIND_GENERATOR);
    cx_generator *copy = NULL;
    CX__TRY(generator_new(where, g->device, &copy));
    if (!cx__seedseq_copy(&copy->sequence, &g->sequence)) {
        cx__release(copy);
        return cx__fail_nomem(where, "a seed sequence", 0);
    }
    copy->has_sequence = g->has_sequence;
    copy->state = g->state;
    *out = copy;
    return CX_OK;
}

cx_generator *cx_generator_copy(const cx_generator *g)
{
    cx_generator *copy = NULL;
    const cx_status st = copy_generator("generator_copy", g, &copy);
    return cx__yield(st, "generator_copy", copy);
}

static cx_status spawn(cx_generator *g, cx_generator **out)
{
    CX__NEED("generator_spawn", "g", g, CX__KIND_GENERATOR);
    if (!g->has_sequence)
        return cx__fail(CX_E_ARGUMENT, "generator_spawn",
                        "g was not made from a seed sequence, so it has no children");
    cx_generator *child = NULL;
    CX__TRY(generator_new("generator_spawn", g->device, &child));
    if (!cx__seedseq_spawn(&g->sequence, &child->sequence)) {
        cx__release(child);
        return cx__fail_nomem("generator_spawn", "a seed sequence", 0);
    }
    seed_from_sequence(child, (int)g->state.kind);
    *out = child;
    return CX_OK;
}

cx_generator *cx_generator_spawn(cx_generator *g)
{
    cx_generator *child = NULL;
    const cx_status st = spawn(g, &child);
    return cx__yield(st, "generator_spawn", child);
}

static cx_status jump(const cx_generator *g, int64_t jumps, cx_generator **out)
{
    static const char where[] = "generator_jumped";
    if (jumps < 0)
        return cx__fail(CX_E_ARGUMENT, where, "jumps %lld is negative", (long long)jumps);
    cx_generator *moved = NULL;
    CX__TRY(copy_generator(where, g, &moved));
    if (!host_state()->jump(&moved->state, (uint64_t)jumps)) {
        cx__release(moved);
        return cx__fail(CX_E_UNSUPPORTED, where, "SFC64 cannot skip numbers");
    }
    *out = moved;
    return CX_OK;
}

cx_generator *cx_generator_jumped(const cx_generator *g, int64_t jumps)
{
    cx_generator *moved = NULL;
    const cx_status st = jump(g, jumps, &moved);
    return cx__yield(st, "generator_jumped", moved);
}

cx_status cx_generator_advance(cx_generator *g, uint64_t delta)
{
    CX__NEED("generator_advance", "g", g, CX__KIND_GENERATOR);
    const uint64_t steps[4] = {delta, 0, 0, 0};
    if (host_state()->advance(&g->state, steps)) return CX_OK;
    return cx__fail(CX_E_UNSUPPORTED, "generator_advance",
                    "only PCG64, PCG64DXSM and Philox can skip numbers");
}

/* ---- state as numbers: a header of three words, then the union's words that the kind uses */

enum { STATE_HEADER = 3, STATE_MARK = 0x4378 };

static const uint16_t state_words[CX_BITGEN_KINDS] = {
    [CX_BITGEN_PCG64] = 4,
    [CX_BITGEN_PCG64DXSM] = 4,
    [CX_BITGEN_PHILOX] = 10,
    [CX_BITGEN_SFC64] = 4,
    [CX_BITGEN_MT19937] = CX_MT19937_WORDS / 2,
};

static cx_status save_state(const cx_generator *g, cx_array **out)
{
    CX__NEED("generator_state", "g", g, CX__KIND_GENERATOR);
    const cx_bitgen *const s = &g->state;
    const int64_t n = STATE_HEADER + state_words[s->kind];
    CX__TRY(cx__array_new("generator_state", 1, &n, CX_U64, CX_CPU, out));
    uint64_t *const word = (uint64_t *)(void *)(*out)->data;
    word[0] = (uint64_t)STATE_MARK << 48 | (uint64_t)s->position << 16 |
              (uint64_t)s->has_gauss << 10 | (uint64_t)s->has_uint32 << 9 |
              (uint64_t)s->legacy << 8 | s->kind;
    word[1] = s->uinteger;
    memcpy(&word[2], &s->gauss, sizeof s->gauss);
    memcpy(word + STATE_HEADER, &s->u, state_words[s->kind] * sizeof *word);
    return CX_OK;
}

cx_array *cx_generator_state(const cx_generator *g)
{
    cx_array *a = NULL;
    const cx_status st = save_state(g, &a);
    return cx__yield(st, "generator_state", a);
}

static cx_status restore_state(const char *where, const cx_array *a, cx_bitgen *out)
{
    const uint64_t *const word = (const uint64_t *)(const void *)a->data;
    cx_bitgen s;
    memset(&s, 0, sizeof s);
    s.kind = (uint32_t)(word[0] & 0xff);
    s.legacy = (uint32_t)(word[0] >> 8 & 1);
    s.has_uint32 = (uint32_t)(word[0] >> 9 & 1);
    s.has_gauss = (uint32_t)(word[0] >> 10 & 1);
    s.position = (uint32_t)(word[0] >> 16);
    s.uinteger = (uint32_t)word[1];
    memcpy(&s.gauss, &word[2], sizeof s.gauss);
    if (word[0] >> 48 != STATE_MARK || s.kind >= CX_BITGEN_KINDS ||
        a->size != STATE_HEADER + state_words[s.kind])
        return cx__fail(CX_E_ARGUMENT, where, "state holds no generator's state");
    memcpy(&s.u, word + STATE_HEADER, state_words[s.kind] * sizeof *word);
    if (!host_state()->valid(&s))
        return cx__fail(CX_E_ARGUMENT, where, "state holds impossible values");
    *out = s;
    return CX_OK;
}

cx_status cx_generator_set_state(cx_generator *g, const cx_array *state)
{
    static const char where[] = "generator_set_state";
    CX__NEED(where, "g", g, CX__KIND_GENERATOR);
    CX__TRY(cx__array_need(where, "state", state));
    if (state->dtype != CX_U64)
        return cx__fail(CX_E_DTYPE, where, "state is %s, not uint64",
                        cx_dtype_name((cx_dtype)state->dtype));
    if (state->ndim != 1 || state->size < STATE_HEADER)
        return cx__fail(CX_E_SHAPE, where, "state is not a 1-d array of %d words or more",
                        STATE_HEADER);
    if (state->device.kind != CX_DEVICE_CPU)
        return cx__fail(CX_E_DEVICE, where, "state is not on the CPU");
    cx_array *plain;
    CX__TRY(cx__array_contiguous(where, state, CX_U64, &plain));
    const cx_status st = restore_state(where, plain, &g->state);
    cx__release(plain);
    if (st == CX_OK) {
        cx__seedseq_free(&g->sequence);
        g->has_sequence = false;
    }
    return st;
}
