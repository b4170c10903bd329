/* The fused slot, the host's side: a program is planned, and each piece of what it runs over goes
 * to the kernel that was compiled for it or, until there is one, to the interpreter. */
#include "fused/compiled.cuh"
#include "fused/fused.cuh"

namespace {
cx_status interpret(cx_queue *q, const fused_plan &plan, fused_params &p, int cell)
{
    enum { SHARED = 48 * 1024 };
    const int count = 16 / cell;
    fused_access a;
    p.together = fused_together(plan, p.w, count, &a);
    p.wide = a.wide;
    p.repeated = a.repeated;
    memcpy(p.bytes, a.bytes, sizeof p.bytes);
    unsigned block = FUSED_BLOCK;
    while (((unsigned)p.slots * block + (unsigned)p.values) * 16 > SHARED) block /= 2;
    const int64_t items = ((int64_t)p.deal.total + count - 1) / count,
                  need = (items + block - 1) / block, most = (int64_t)cuda_sm_count(q) * 192;
    fused_kernel_fn *const kernel = cell == 4   ? fused_kernel_4()
                                    : cell == 8 ? fused_kernel_8()
                                                : fused_kernel_16();
    return CX_LAUNCH(kernel, (unsigned)(need < most ? need : most), block,
                     ((unsigned)p.slots * block + (unsigned)p.values) * 16, q, p);
}

/* What the interpreter needs is made when it is needed. */
struct steps {
    bool made;
    int cell;
    fused_params params;
};
cx_status run_piece(cx_queue *q, const fused_plan &plan, const cuda_piece<FUSED_OPERANDS> &w,
                    steps &s)
{
    fused_deal deal = plan.deal;
    if (deal.folds == 0) {
        deal.rounds = 1;
        deal.total = w.total;
    }
    fused_compiled k;
    if (fused_find(q, plan, w, &k)) return fused_launch(q, plan, w, deal, k);
    if (!s.made) CX_STATUS_TRY(fused_translate(plan, &s.params, &s.cell));
    s.made = true;
    if (fused_want(q, plan, w.total, &k)) return fused_launch(q, plan, w, deal, k);
    fused_params &p = s.params;
    p.w = w;
    p.deal.rounds = deal.rounds;
    p.deal.total = deal.total;
    return interpret(q, plan, p, s.cell);
}

cx_status cuda_fused_run(cx_queue *q, const cx_fused_call *c)
{
    fused_plan plan;
    CX_STATUS_TRY(fused_plan_make(c, &plan));
    cuda_work work(q);
    if (plan.rest.bytes > 0) CX_STATUS_TRY(work.get("fused", plan.rest.bytes));
    fused_plan_place(plan, work.as<char>());
    if (plan.walk.total > 0) {
        steps s;
        s.made = false;
        CX_STATUS_TRY(cuda_pieces(plan.walk, [&](const cuda_piece<FUSED_OPERANDS> &w) {
            return run_piece(q, plan, w, s);
        }));
    }
    return fused_reduce_rest(q, plan);
}
} // namespace

const cx_fused_ops cuda_fused_ops = {sizeof(cx_fused_ops), cuda_fused_run, nullptr};
