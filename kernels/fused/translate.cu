/* A fused program as the interpreter's steps. */
#include "fused/fused.cuh"

namespace {
int class_of(int t)
{
    switch (fused_kind(t)) {
    case 'i':
    case 'k': return FUSED_INT;
    case 'b':
    case 'u': return FUSED_UINT;
    case 'c': return t == CX_C64 ? FUSED_C64 : FUSED_C128;
    default: return t == CX_F64 ? FUSED_F64 : FUSED_F32;
    }
}
int cell_for(int t)
{
    return fused_kind(t) == 'c' ? 16 : fused_bytes(t) <= 4 ? 4 : 8;
}

/* One element in all cells of a slot. */
template <int CELL, class T> map_value repeated_value(T v)
{
    fused_pack<CELL> all;
    for (int k = 0; k < 16 / CELL; k++) all.at[k] = fused_put<CELL>(v);
    map_value r;
    memcpy(r.bytes, &all, sizeof r.bytes);
    return r;
}
template <class T> struct fused_valuer {
    typedef map_value fn_t(int cell, const void *p);
    static map_value fn(int cell, const void *p)
    {
        T v;
        memcpy(&v, p, sizeof v);
        if constexpr (fused_fits<T, 4>)
            if (cell == 4) return repeated_value<4>(v);
        if constexpr (fused_fits<T, 8>)
            if (cell == 8) return repeated_value<8>(v);
        return repeated_value<16>(v);
    }
};

/* What is known of operands while a program is translated, by their number. */
struct translation {
    const fused_plan &plan;
    int cell;
    uint8_t slot[FUSED_NUMBERS];
    bool folded[FUSED_NUMBERS];     /* read by folds, which follow its step: from its slot */
    int8_t last_use[FUSED_NUMBERS]; /* step that reads it last */
    uint8_t spare;                  /* slot of a converted value on its way into a fold */
    fused_params *to;
};

void know_uses(translation &t)
{
    const cx_fused_program *const g = t.plan.program;
    const int n = t.plan.first_step + g->n_steps;
    t.cell = 4;
    for (int k = 0; k < n; k++) {
        if (cell_for(t.plan.dtype[k]) > t.cell) t.cell = cell_for(t.plan.dtype[k]);
        t.last_use[k] = -1;
        t.folded[k] = false;
    }
    for (int k = 0; k < g->n_out; k++) {
        if (!t.plan.folds[k]) continue;
        t.folded[g->out[k].operand] = true;
        if (cell_for(t.plan.acc[k]) > t.cell) t.cell = cell_for(t.plan.acc[k]);
    }
    for (int k = 0; k < g->n_steps; k++)
        for (int j = 0; j < fused_reads(g->step[k].op); j++)
            t.last_use[g->step[k].operand[j]] = (int8_t)k;
}

/* Slots in the kernel's order: inputs, values that a later step than the next one reads, and what
 * all elements share. */
void give_slots(translation &t)
{
    const cx_fused_program *const g = t.plan.program;
    fused_params *const p = t.to;
    bool shared[CX_FUSED_INPUTS];
    for (int k = 0; k < g->n_in; k++) {
        shared[k] = (t.plan.call->in[k]->flags & CX_VIEW_HOST) != 0;
        if (!shared[k]) t.slot[k] = (uint8_t)p->in++;
    }
    uint8_t place[CX_FUSED_REGISTERS];
    memset(place, FUSED_LAST, sizeof place);
    p->slots = p->in;
    for (int k = 0; k < g->n_steps; k++) {
        uint8_t *const slot = &t.slot[t.plan.first_step + k];
        *slot = FUSED_LAST;
        if (t.last_use[t.plan.first_step + k] <= k + 1 && !t.folded[t.plan.first_step + k])
            continue;
        uint8_t *const at = &place[g->step[k].place];
        if (*at == FUSED_LAST) *at = (uint8_t)p->slots++;
        *slot = *at;
    }
    for (int k = 0; k < p->deal.folds; k++) p->deal.slot[k] = (uint8_t)p->slots++;
    if (p->deal.folds > 0) t.spare = (uint8_t)p->slots++;
    for (int k = 0; k < t.plan.first_step; k++) {
        const bool input = k < g->n_in;
        if (input && !shared[k]) continue;
        const void *const value = input ? t.plan.call->in[k]->data : g->constant[k - g->n_in];
        p->value[p->values] = cuda_by_dtype<fused_valuer>(t.plan.dtype[k])(t.cell, value);
        t.slot[k] = (uint8_t)(p->slots + p->values++);
    }
}

/* Does the class compute more digits than the dtype has? */
bool is_narrow(int t, int cell)
{
    const char kind = fused_kind(t);
    return kind == 'b' || kind == 'e' ||
           ((kind == 'i' || kind == 'u') && fused_bytes(t) < (cell == 4 ? 4 : 8));
}

/* A row of the tables: its code, class, and what it is rounded to. */
cx_status translate_row(translation &t, const cx_fused_step &s, fused_step &r)
{
    int op = s.op;
    const int loop = s.loop;
    const char *const domain = fused_domain(op);
    const char kind = loop == CX_CAT ? 'i' : fused_kind(loop);
    const bool equal = op == CX_BI_EQUAL || op == CX_BI_NOT_EQUAL;
    if (domain == nullptr || strchr(domain, kind) == nullptr || (loop == CX_CAT && !equal))
        return fused_no_loop("such row", loop);
    const bool half = kind == 'e' && (op == CX_UN_SPACING || op == CX_BI_NEXTAFTER);
    r.cls = (uint8_t)(half ? (loop == CX_F16 ? FUSED_F16 : FUSED_BF16) : class_of(loop));
    if (!half && is_narrow(s.dtype, t.cell) && fused_kind(s.dtype) == kind)
        r.finish = (uint8_t)s.dtype;
    bool swap;
    if (fused_by_value(t.plan, s, &op, &swap)) {
        if (swap) {
            const uint8_t first = r.a;
            r.a = r.b;
            r.b = first;
        }
        r.cls = FUSED_INT;
        r.code = (uint8_t)(FUSED_BY_VALUE + op - CX_BI_EQUAL);
        return CX_OK;
    }
    if (op == CX_UN_INVERT && loop == CX_BOOL) op = CX_UN_LOGICAL_NOT;
    if (op == CX_BI_FLOAT_POWER) op = CX_BI_POWER;
    r.code = (uint8_t)(op < 1000 ? op : op < 2000 ? FUSED_BINARY + op - 1000 : FUSED_CLIP);
    return CX_OK;
}
/* Is the operand what the step before k has just left? */
bool is_last(const translation &t, int operand, int k)
{
    return k > 0 && operand == t.plan.first_step + k - 1 && !t.folded[operand];
}
cx_status translate_step(translation &t, int k)
{
    const cx_fused_step &s = t.plan.program->step[k];
    fused_params *const p = t.to;
    fused_step r = {};
    r.how = (uint8_t)fused_reads(s.op);
    uint8_t *const reads[3] = {&r.a, &r.b, &r.c};
    for (int j = 0; j < r.how; j++)
        *reads[j] = is_last(t, s.operand[j], k) ? (uint8_t)FUSED_LAST : t.slot[s.operand[j]];
    r.to = t.slot[t.plan.first_step + k];
    if (s.op == CX_FUSED_CAST) {
        r.cls = (uint8_t)class_of(s.loop);
        r.code = FUSED_CAST;
        r.c = (uint8_t)fused_stored_as(s.dtype);
    } else if (s.op == CX_TE_WHERE) {
        r.cls = FUSED_ANY;
        r.code = FUSED_WHERE;
    } else {
        CX_STATUS_TRY(translate_row(t, s, r));
    }
    p->step[p->steps++] = r;
    return CX_OK;
}
/* Into the fold of output k, which is number `fold` of those; from a slot. */
void join_operand(translation &t, int k, int fold, uint8_t from)
{
    fused_params *const p = t.to;
    const int value = t.plan.dtype[t.plan.program->out[k].operand], acc = t.plan.acc[k];
    fused_step r = {};
    if (acc != value) {
        r.code = FUSED_CAST;
        r.cls = (uint8_t)class_of(value);
        r.how = 1;
        r.a = from;
        r.c = (uint8_t)acc;
        r.to = t.spare;
        p->step[p->steps++] = r;
        from = t.spare;
        r.c = 0;
    }
    r.code = (uint8_t)(FUSED_BINARY + fused_fold_row(t.plan.program->out[k].reduce) - 1000);
    r.cls = (uint8_t)class_of(acc);
    r.how = 2 | FUSED_JOIN;
    r.a = r.to = p->deal.slot[fold];
    r.b = from;
    p->step[p->steps++] = r;
}
/* Outputs are written as soon as their value is there. */
void store_operand(translation &t, int operand, bool last)
{
    fused_params *const p = t.to;
    const uint8_t from = last && !t.folded[operand] ? (uint8_t)FUSED_LAST : t.slot[operand];
    for (int k = 0, fold = 0; k < t.plan.program->n_out; k++) {
        if (t.plan.program->out[k].operand == operand) {
            if (t.plan.folds[k]) {
                join_operand(t, k, fold, from);
            } else {
                fused_step r = {};
                r.code = FUSED_STORE;
                r.how = 1;
                r.a = from;
                r.b = (uint8_t)k;
                p->step[p->steps++] = r;
            }
        }
        fold += t.plan.folds[k];
    }
}
} // namespace

cx_status fused_translate(const fused_plan &plan, fused_params *p, int *cell)
{
    memset(p, 0, sizeof *p);
    p->deal = plan.deal;
    memcpy(p->dtype, plan.memory, sizeof p->dtype);
    translation t = {plan, 0, {}, {}, {}, 0, p};
    know_uses(t);
    give_slots(t);
    for (int k = 0; k < plan.first_step; k++) store_operand(t, k, false);
    for (int k = 0; k < plan.program->n_steps; k++) {
        CX_STATUS_TRY(translate_step(t, k));
        store_operand(t, plan.first_step + k, true);
    }
    *cell = t.cell;
    return CX_OK;
}
