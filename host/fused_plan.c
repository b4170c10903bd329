/* A fused program and its views become a plan: for each step the kernel's row, for each operand the
 * place where a block of it is. The one idea: how often a value changes (once, once a row, for each
 * element) follows from the inputs, so that what repeats is worked out once and goes to the
 * kernels' variants of single operands. Nothing is allocated; nothing is computed here. */
#include "fused.h"

/* ---- steps */
static bool is_signed(int t)
{
    return t >= CX_I8 && t <= CX_I64;
}

static int mirrored(int op)
{
    return op == CX_BI_LESS            ? CX_BI_GREATER
           : op == CX_BI_GREATER       ? CX_BI_LESS
           : op == CX_BI_LESS_EQUAL    ? CX_BI_GREATER_EQUAL
           : op == CX_BI_GREATER_EQUAL ? CX_BI_LESS_EQUAL
                                       : op;
}

/* The row, and the dtypes of its operands; operands may be exchanged. */
static const host_map_row *choose(const fused_plan *p, const cx_fused_step *s, fused_op *o,
                                  uint8_t want[3])
{
    int op = s->op;
    const cx_dtype loop = (cx_dtype)s->loop;
    if (loop == CX_U64 && op >= CX_BI_EQUAL && op <= CX_BI_GREATER_EQUAL &&
        is_signed(p->dtype[s->operand[0]]) != is_signed(p->dtype[s->operand[1]])) {
        if (is_signed(p->dtype[s->operand[1]])) {
            o->operand[0] = s->operand[1];
            o->operand[1] = s->operand[0];
            op = mirrored(op);
        }
        want[0] = CX_I64;
        want[1] = CX_U64;
        return host_map_find(op, CX_DTYPE_NONE);
    }
    cx_dtype t = loop;
    const host_map_row *row = host_map_find(op, t);
    if (row == NULL) {
        t = host_map_kernel_type(loop);
        row = host_map_find(op, t);
    }
    want[0] = op == CX_TE_WHERE ? (uint8_t)CX_BOOL : (uint8_t)t;
    want[1] = want[2] = (uint8_t)t;
    return row;
}

/* The kernel for this combination of single operands; those that no kernel takes are spread out. */
static host_map_fn *variant(const host_map_row *row, bool ternary, unsigned *scalars)
{
    for (;;) {
        const unsigned v = ternary ? *scalars >> 1 : *scalars;
        if (v < HOST_VARIANTS && !(ternary && (*scalars & 1u)) && row->fn[v] != NULL)
            return row->fn[v];
        *scalars &= *scalars - 1;
    }
}

/* What lies between operands and kernel, and behind it. */
static void adapt(fused_op *o, const fused_plan *p, const uint8_t want[3], int made, int value,
                  unsigned single, unsigned scalars)
{
    o->odd = true;
    o->one = (uint8_t)scalars;
    for (int k = 0; k < o->n_in; k++) {
        const int have = p->dtype[o->operand[k]];
        const bool spread = ((single & ~scalars) >> k & 1u) != 0;
        o->load[k] =
            have != want[k] || spread ? host_convert((cx_dtype)have, (cx_dtype)want[k]) : NULL;
        o->load_step[k] = (single >> k & 1u) != 0 ? 0 : p->size[o->operand[k]];
        o->size[k] = (uint8_t)host_itemsize((cx_dtype)want[k]);
    }
    o->round = made != value ? host_convert((cx_dtype)made, (cx_dtype)value) : NULL;
    o->made_size = (uint8_t)host_itemsize((cx_dtype)made);
    o->value_size = (uint8_t)host_itemsize((cx_dtype)value);
}

static bool plan_cast(fused_plan *p, const cx_fused_step *s, fused_op *o)
{
    o->fn = NULL;
    o->n_in = 1;
    o->odd = true;
    o->load[0] = host_convert((cx_dtype)p->dtype[s->operand[0]], (cx_dtype)s->dtype);
    o->load_step[0] = p->size[s->operand[0]];
    o->value_size = (uint8_t)host_itemsize((cx_dtype)s->dtype);
    o->level = p->level[s->operand[0]];
    return o->load[0] != NULL;
}

/* Steps that no row takes as they are: conversions, operands of several dtypes, three operands. */
static bool plan_other(fused_plan *p, const cx_fused_step *s, fused_op *o, int *cost, int *widest)
{
    if (s->op == CX_FUSED_CAST) return plan_cast(p, s, o);
    const bool ternary = s->op >= 2000;
    o->n_in = ternary ? 3 : s->op >= 1000 ? 2 : 1;
    for (int k = o->n_in; k < 3; k++) o->operand[k] = s->operand[0];
    uint8_t want[3];
    const host_map_row *const row = choose(p, s, o, want);
    if (row == NULL) return false;
    *cost = row->cost;
    uint8_t level = FUSED_ONCE;
    bool same = true;
    for (int k = 0; k < o->n_in; k++) {
        if (p->level[o->operand[k]] > level) level = p->level[o->operand[k]];
        same = same && p->dtype[o->operand[k]] == want[k];
    }
    unsigned single = 0;
    for (int k = 0; level == FUSED_EACH && k < o->n_in; k++)
        single |= p->level[o->operand[k]] != FUSED_EACH ? 1u << k : 0u;
    unsigned scalars = single;
    o->fn = variant(row, ternary, &scalars);
    o->level = level;
    /* the kernel's result is the value, or float32 that has yet to be rounded to 16 bits */
    const int made =
        row->loop == s->loop ? (int)s->dtype : (int)host_map_kernel_type((cx_dtype)s->dtype);
    o->odd = !same || single != scalars || made != s->dtype;
    if (!o->odd) return true;
    adapt(o, p, want, made, s->dtype, single, scalars);
    p->scratch = 0;
    for (int k = 0; k < o->n_in; k++) *widest = o->size[k] > *widest ? o->size[k] : *widest;
    *widest = o->made_size > *widest ? o->made_size : *widest;
    return true;
}

/* One or two operands of the row's dtype, and a kernel that takes them: nearly every step. */
static bool plan_plain(const fused_plan *p, const cx_fused_step *s, fused_op *o, int *cost)
{
    const int op = s->op, loop = s->loop, a = s->operand[0], b = op >= 1000 ? s->operand[1] : a;
    if (op >= 2000 || op == CX_FUSED_CAST || p->dtype[a] != loop || p->dtype[b] != loop)
        return false;
    const host_map_row *const row = host_map_find(op, (cx_dtype)loop);
    if (row == NULL) return false;
    const int x = p->level[a], y = p->level[b], level = x > y ? x : y;
    const unsigned single = level != FUSED_EACH ? 0u : (x != FUSED_EACH) | (y != FUSED_EACH) * 2u;
    host_map_fn *const fn = row->fn[single];
    if (fn == NULL) return false;
    *cost = row->cost;
    o->fn = fn;
    o->operand[0] = o->operand[2] = (uint8_t)a;
    o->operand[1] = (uint8_t)b;
    o->n_in = 2;
    o->level = (uint8_t)level;
    o->odd = false;
    return true;
}

static bool plan_step(fused_plan *p, int value, const cx_fused_step *s, int *widest)
{
    fused_op *const o = &p->op[p->n_ops++];
    int cost = 0;
    if (!plan_plain(p, s, o, &cost)) {
        for (int k = 0; k < 3; k++) o->operand[k] = s->operand[k];
        if (!plan_other(p, s, o, &cost, widest)) return false;
    }
    const int size = (int)host_itemsize((cx_dtype)s->dtype);
    o->value = (uint8_t)value;
    p->weight += cost == 0 ? 1 : 16;
    p->dtype[value] = s->dtype;
    p->size[value] = (uint8_t)size;
    p->level[value] = o->level;
    p->buffer[value] = o->level == FUSED_EACH ? s->place : -1;
    if (size > *widest) *widest = size;
    return true;
}

/* ---- views */
static bool lies_flat(const cx_view *v, const cx_view *lead, int64_t size)
{
    if (v->ndim != lead->ndim) return false;
    for (int d = lead->ndim - 1; d >= 0; d--) {
        if (lead->shape[d] != 1 && v->stride[d] != size) return false;
        size *= lead->shape[d];
    }
    return true;
}
static bool lies_single(const cx_view *v)
{
    for (int d = 0; d < v->ndim; d++) {
        if (v->shape[d] != 1 && v->stride[d] != 0) return false;
    }
    return true;
}

/* Everything is one piece or one element: the walk has one dimension. */
static bool plan_flat(fused_plan *p, const fused_space *s, int n_out)
{
    host_iter *const it = &p->it;
    const int n_in = p->program->n_in;
    it->total = 1;
    for (int d = 0; d < s->lead->ndim; d++) it->total *= s->lead->shape[d];
    int n = 0;
    for (int k = 0; k < n_in + n_out; k++) {
        const cx_view *const v = k < n_in ? s->in[k] : s->out[k - n_in];
        if (v == NULL) continue;
        const int64_t size = host_itemsize(v->dtype);
        const bool single = k < n_in && lies_single(v);
        if (!single && !lies_flat(v, s->lead, size)) return false;
        it->data[n] = v->data;
        it->stride[n++][0] = single ? 0 : size;
    }
    it->n = n;
    it->ndim = 1;
    it->shape[0] = it->total;
    return true;
}

static void plan_walk(fused_plan *p, const fused_space *s, int n_out)
{
    const int n_in = p->program->n_in;
    const cx_view *v[HOST_OPERANDS + 1];
    int n = 0;
    for (int k = 0; k < n_in; k++) v[n++] = s->in[k];
    for (int k = 0; k < n_out; k++)
        if (s->out[k] != NULL) v[n++] = s->out[k];
    if (n > 0 && v[n - 1]->ndim == s->lead->ndim) {
        host_iter_init(&p->it, n, v);
        return;
    }
    /* the last one's shape counts: a leader without memory behind single elements */
    cx_view lead = *s->lead;
    lead.data = NULL;
    v[n++] = &lead;
    host_iter_init(&p->it, n, v);
}

/* Row by row? A column goes to the kernels as one element then; in blocks over short rows it has to
 * be spread. */
static bool by_rows(const fused_plan *p)
{
    const int last = p->it.ndim - 1;
    const int64_t row = p->it.shape[last];
    if (last == 0 || row >= HOST_LONG_RUN) return true;
    for (int k = 0; row >= HOST_LONG_RUN / 2 && k < p->program->n_in; k++)
        if (p->it.stride[k][last] == 0 && !host_iter_single(&p->it, k)) return true;
    return false;
}

/* Length of rows too short for blocks of their own that are all the same; 0 for others. */
static int16_t period(const fused_plan *p, int k)
{
    if (p->rows) return 0;
    for (int d = 0; d < p->it.ndim - 1; d++)
        if (p->it.stride[k][d] != 0) return 0;
    return (int16_t)p->it.shape[p->it.ndim - 1];
}

static void plan_inputs(fused_plan *p, const fused_space *s, int *widest)
{
    const host_iter *const it = &p->it;
    const int last = it->ndim - 1;
    p->n_moved = p->n_loaded = 0;
    for (int k = 0; k < p->program->n_in; k++) {
        const cx_dtype t = s->in[k]->dtype;
        const int64_t size = host_itemsize(t), step = it->stride[k][last];
        p->dtype[k] = (uint8_t)t;
        p->size[k] = (uint8_t)size;
        p->buffer[k] = -1;
        if (host_iter_single(it, k)) {
            p->level[k] = FUSED_ONCE;
            continue;
        }
        const bool repeats = p->rows && step == 0;
        p->level[k] = repeats ? FUSED_ROW : FUSED_EACH;
        if (size > *widest) *widest = (int)size;
        if (repeats || (p->rows && step == size) || host_iter_flat(it, k, size)) {
            p->moved[p->n_moved++] = (fused_move){(uint8_t)k, (uint8_t)k, (uint8_t)size};
            continue;
        }
        p->loaded[p->n_loaded++] = (fused_copy){.operand = (uint8_t)k,
                                                .iter = (uint8_t)k,
                                                .size = (uint8_t)size,
                                                .period = period(p, k)};
        p->weight += 2;
    }
}

static void plan_constants(fused_plan *p, const cx_fused_program *program)
{
    for (int k = 0; k < program->n_constants; k++) {
        const int o = program->n_in + k;
        p->dtype[o] = program->constant_dtype[k];
        p->size[o] = (uint8_t)host_itemsize((cx_dtype)program->constant_dtype[k]);
        p->level[o] = FUSED_ONCE;
        p->buffer[o] = -1;
    }
}

/* ---- outputs */
/* Number of the last step that reads an operand, -1 if none does. */
static int last_use(const fused_plan *p, int operand)
{
    for (int i = p->n_ops - 1; i >= 0; i--) {
        const fused_op *const o = &p->op[i];
        for (int k = 0; k < o->n_in; k++)
            if (o->operand[k] == operand) return i;
    }
    return -1;
}

/* Would writing the output at that step change what is read afterwards? */
static bool in_the_way(const fused_plan *p, const cx_view *out, int step)
{
    for (int k = 0; k < p->program->n_in; k++) {
        if (p->it.data[k] != (char *)out->data) continue;
        if (last_use(p, k) > step) return true;
        for (int j = 0; j < p->program->n_out; j++)
            if (p->program->out[j].operand == k) return true;
    }
    return false;
}

/* Much larger than the caches, and whole vectors in every block but a chunk's last? */
static bool goes_past(const fused_plan *p, const cx_view *out, int64_t size)
{
    return p->it.ndim == 1 && p->it.total * size >= FUSED_STREAM && p->it.total * size % 64 == 0 &&
           (uintptr_t)out->data % 64 == 0;
}

static bool plan_outputs(fused_plan *p, const fused_space *s)
{
    const cx_fused_program *const program = p->program;
    const host_iter *const it = &p->it;
    const int first_step = program->n_in + program->n_constants, last = it->ndim - 1;
    p->n_stored = 0;
    p->streams = false;
    for (int j = 0, iter = program->n_in; j < program->n_out; j++) {
        if (s->out[j] == NULL) continue;
        const int v = program->out[j].operand, k = iter++;
        const cx_view *const out = s->out[j];
        const int64_t size = host_itemsize(out->dtype);
        const bool made = v >= first_step && p->level[v] == FUSED_EACH,
                   free = made && p->buffer[v] >= 0,
                   plain = out->dtype == (cx_dtype)p->dtype[v] &&
                           (host_iter_flat(it, k, size) ||
                            (p->rows && (it->stride[k][last] == size || it->shape[last] == 1)));
        const bool past = free && plain && s->sink == NULL && goes_past(p, out, size);
        if (free && plain && !past && !in_the_way(p, out, v - first_step)) {
            p->buffer[v] = -1;
            p->moved[p->n_moved++] = (fused_move){(uint8_t)v, (uint8_t)k, (uint8_t)size};
            continue;
        }
        /* its register may be another value's by the end of the block */
        if (free) p->buffer[v] = (int16_t)p->n_buffers++;
        p->stored[p->n_stored++] =
            (fused_copy){.operand = (uint8_t)v,
                         .iter = (uint8_t)k,
                         .size = (uint8_t)size,
                         .step = p->level[v] == FUSED_EACH ? (int16_t)p->size[v] : (int16_t)0,
                         .convert = host_convert((cx_dtype)p->dtype[v], out->dtype)};
        if (p->stored[p->n_stored - 1].convert == NULL) return false;
        if (!past) continue;
        p->stored[p->n_stored - 1].convert = NULL;
        p->streams = true;
    }
    return true;
}

/* Inputs that are outputs as they are, of a call that writes over them: fetched first. */
static void keep_inputs(fused_plan *p)
{
    for (int i = 0; i < p->n_stored; i++) {
        const int v = p->stored[i].operand;
        if (v >= p->program->n_in) continue;
        for (int m = 0; m < p->n_moved; m++) {
            if (p->moved[m].operand != v || p->level[v] != FUSED_EACH) continue;
            const fused_move at = p->moved[m];
            p->moved[m] = p->moved[--p->n_moved];
            p->loaded[p->n_loaded++] =
                (fused_copy){.operand = at.operand, .iter = at.iter, .size = at.size};
            break;
        }
    }
}

/* Values for reductions: a register may be another value's by the end of the block. */
static void plan_sinks(fused_plan *p, const fused_space *space)
{
    const cx_fused_program *const program = p->program;
    for (int k = 0; k < p->n_operands; k++) p->sunk[k] = false;
    for (int j = 0; j < program->n_out; j++) {
        const int v = program->out[j].operand;
        if (program->out[j].reduce == 0 || p->buffer[v] < 0) continue;
        p->sunk[v] = space->sink[j];
        p->buffer[v] = space->sink[j] ? (int16_t)-1 : (int16_t)p->n_buffers++;
    }
}

/* All buffers of a thread are in its work, whose size is fixed. */
static void plan_blocks(fused_plan *p, int64_t widest)
{
    p->block = p->it.total > 0 ? p->it.total : 1;
    if (p->block * widest > FUSED_BLOCK) p->block = (FUSED_BLOCK / widest) & ~INT64_C(63);
    p->pitch = (p->block * widest + 63) & ~INT64_C(63);
    if (p->pitch * p->n_buffers <= FUSED_WORK) return;
    p->block = (FUSED_WORK / p->n_buffers / widest) & ~INT64_C(63);
    p->pitch = p->block * widest;
}

bool fused_plan_make(fused_plan *p, const cx_fused_program *program, const fused_space *space)
{
    p->program = program;
    p->n_operands = program->n_in + program->n_constants + program->n_steps;
    p->weight = p->n_ops = 0;
    p->scratch = -1;
    p->n_buffers = program->n_registers;
    if (!plan_flat(p, space, program->n_out)) plan_walk(p, space, program->n_out);
    p->rows = by_rows(p);
    int widest = 1;
    plan_inputs(p, space, &widest);
    plan_constants(p, program);
    for (int i = 0; i < program->n_steps; i++) {
        if (!plan_step(p, program->n_in + program->n_constants + i, &program->step[i], &widest))
            return false;
    }
    if (space->sink != NULL) plan_sinks(p, space);
    if (!plan_outputs(p, space)) return false;
    keep_inputs(p);
    for (int i = 0; i < p->n_loaded; i++) {
        p->buffer[p->loaded[i].operand] = (int16_t)p->n_buffers;
        p->n_buffers += p->loaded[i].period > 0 ? 2 : 1;
    }
    if (p->scratch >= 0) {
        p->scratch = p->n_buffers;
        p->n_buffers += FUSED_SCRATCH;
    }
    plan_blocks(p, widest);
    for (int i = 0; i < p->n_loaded; i++) {
        fused_copy *const l = &p->loaded[i];
        if ((p->block + l->period) * l->size > 2 * p->pitch) l->period = 0;
    }
    return true;
}

int64_t fused_grain(const fused_plan *p)
{
    const int64_t n = FUSED_WEIGHT / (p->weight > 0 ? p->weight : 1) & ~INT64_C(1023);
    return n < FUSED_GRAIN_MIN ? FUSED_GRAIN_MIN : n > FUSED_GRAIN ? FUSED_GRAIN : n;
}
