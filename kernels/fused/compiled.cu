/* Kernels of one program: when one is asked for, how it is found again, and its launch. A call that
 * finds none goes on with the interpreter, and nothing waits. */
#include "fused/compiled.cuh"

namespace {
/* A kernel is asked for when the same is run a second time, or once over so many elements. */
enum { FUSED_MANY = 1 << 20, FUSED_SEEN = 256 };
uint64_t seen[FUSED_SEEN]; /* what ran last, of those that fall on the same place */

uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * UINT64_C(0x9fb21c651e98df25);
    h = (h ^ h >> 35) * UINT64_C(0xff51afd7ed558ccd);
    return h ^ h >> 28;
}
/* Is this the second time, of late? */
bool ran_before(const cx_queue *q, const uint64_t key[2])
{
    const uint64_t tag = key[1] + (uint64_t)(unsigned)q->dev->ordinal;
    return __atomic_exchange_n(&seen[key[0] % FUSED_SEEN], tag, __ATOMIC_RELAXED) == tag;
}

/* Parameters as special_params has them. */
struct parameters {
    alignas(16) char bytes[4096];
    size_t n;
};
void put(parameters &to, const void *from, size_t size, size_t align)
{
    to.n = (to.n + align - 1) / align * align;
    memcpy(to.bytes + to.n, from, size);
    to.n += size;
}
void fill(parameters &to, const fused_plan &p, const cuda_piece<FUSED_OPERANDS> &w,
          const fused_deal &deal)
{
    const cx_fused_program *const g = p.program;
    to.n = 0;
    put(to, &deal, sizeof deal, alignof(fused_deal));
    int values = 0;
    for (int k = 0; k < p.first_step; k++) {
        const bool input = k < g->n_in;
        if (input && (p.call->in[k]->flags & CX_VIEW_HOST) == 0) continue;
        map_value v = {};
        memcpy(v.bytes, input ? p.call->in[k]->data : g->constant[k - g->n_in],
               (size_t)fused_bytes(p.dtype[k]));
        put(to, &v, sizeof v, alignof(map_value));
        values++;
    }
    const map_value none = {};
    if (values == 0) put(to, &none, sizeof none, alignof(map_value));
    for (int k = 0; k < FUSED_OPERANDS; k++)
        if (p.memory[k] != 0) put(to, &w.data[k], sizeof w.data[k], alignof(char *));
    put(to, w.div, (size_t)w.ndim * sizeof *w.div, alignof(fast_div));
    for (int k = 0; k < FUSED_OPERANDS; k++)
        if (p.memory[k] != 0)
            put(to, w.stride[k], (size_t)w.ndim * sizeof *w.stride[k], alignof(int32_t));
}
} // namespace

fused_layout fused_layout_of(const fused_plan &p, const cuda_piece<FUSED_OPERANDS> &w)
{
    fused_layout l = {};
    l.ndim = (uint8_t)w.ndim;
    for (int k = 0; k < p.program->n_in; k++)
        if ((p.call->in[k]->flags & CX_VIEW_HOST) != 0)
            l.by_value = (uint16_t)(l.by_value | 1u << k);
    for (int k = 0; k < p.program->n_out; k++) l.folds = (uint8_t)(l.folds | p.folds[k] << k);
    l.together = 1;
    const int vector = fused_vector(p, l);
    fused_access a;
    l.together = vector > 1 && fused_together(p, w, vector, &a);
    if (l.together) l.repeated = a.repeated;
    return l;
}

bool fused_find(cx_queue *q, const fused_plan &p, const cuda_piece<FUSED_OPERANDS> &w,
                fused_compiled *out)
{
    out->known = cuda_jit_on();
    if (!out->known) return false;
    const fused_layout &l = out->layout = fused_layout_of(p, w);
    const uint64_t packed = (uint64_t)l.ndim | (uint64_t)l.together << 8 | (uint64_t)l.folds << 16 |
                            (uint64_t)l.by_value << 32 | (uint64_t)l.repeated << 48;
    out->key[0] = mix(p.program->key, packed);
    out->key[1] = mix(out->key[0] + UINT64_C(0x9e3779b97f4a7c15), p.program->key);
    out->state = cuda_jit_find(q->dev, out->key, &out->kernel);
    return out->state == CUDA_JIT_READY;
}

bool fused_want(cx_queue *q, const fused_plan &p, int64_t elements, fused_compiled *k)
{
    if (!k->known || k->state != CUDA_JIT_UNKNOWN || q->capturing) return false;
    const bool again = ran_before(q, k->key);
    if (!again && elements < FUSED_MANY) return false;
    char *const text = (char *)cuda_core->alloc(FUSED_TEXT);
    if (text == nullptr) return false;
    char label[200];
    fused_label(p, k->layout, label, sizeof label);
    if (fused_text(p, k->layout, "calx_formula", text, FUSED_TEXT)) {
        if (cuda_core->tracing("jit"))
            cuda_core->log("jit", "%s: wanted, run %s", label,
                           again ? "again" : "over many elements");
        const cuda_source s = {text, "calx_formula", label, true, false};
        cuda_jit_later(q->dev, k->key, &s);
    }
    cuda_core->free(text);
    k->state = cuda_jit_find(q->dev, k->key, &k->kernel);
    return k->state == CUDA_JIT_READY;
}

cx_status fused_launch(cx_queue *q, const fused_plan &p, const cuda_piece<FUSED_OPERANDS> &w,
                       const fused_deal &deal, const fused_compiled &k)
{
    parameters params;
    fill(params, p, w, deal);
    const fused_shape s = fused_shape_of(p, k.layout);
    const int sms = cuda_sm_count(q), each = s.vector * s.unroll;
    const auto blocks = [&](int block) {
        const int64_t n = (int64_t)block * each;
        return (deal.total + n - 1) / n;
    };
    int block = FUSED_COMPILED_BLOCK; /* smaller ones where few would leave processors idle */
    while (block > 64 && blocks(block) < sms) block /= 2;
    const int64_t need = blocks(block), most = (int64_t)sms * 96;
    void *list[] = {params.bytes};
    return cuda_launched(q, "calx_formula",
                         cudaLaunchKernel(k.kernel, dim3((unsigned)(need < most ? need : most)),
                                          dim3((unsigned)block), list, 0, cuda_stream(q)));
}
