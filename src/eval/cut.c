/* Steps into segments that run in one pass each. Reductions wait until everything of their level is
 * there, so that what stands beside them shares their pass; a segment that would not fit a program
 * is cut in two, and the values that cross go through memory. */
#include "base/alloc.h"
#include "base/object.h"
#include "eval/formula.h"
#include <calx/reduce.h>
#include <string.h>

static bool is_reduction(const cx__step *s)
{
    return s->op < 0;
}

/* ------------------------------------------------------------------------------------ order */
/* Steps sorted by level (reductions on the way to them), elementwise ones first; stable. */
static cx_status order(const char *where, cx__formula *p)
{
    const int args = p->tree->args;
    int32_t *const level = cx__calloc((size_t)p->steps * 2 + 1, sizeof *level);
    cx__step *const sorted = cx__calloc((size_t)p->steps + 1, sizeof *sorted);
    if (level == NULL || sorted == NULL) {
        cx__free(level);
        cx__free(sorted);
        return cx__fail_nomem(where, "steps", (size_t)p->steps * sizeof *sorted);
    }
    int32_t *const to = level + p->steps;
    int most = 0;
    for (int i = 0; i < p->steps; i++) {
        for (int k = 0; k < p->step[i].children; k++) {
            const int32_t o = p->step[i].operand[k] - args;
            if (o < 0) continue;
            const int32_t after = level[o] + is_reduction(&p->step[o]);
            if (after > level[i]) level[i] = after;
        }
        if (level[i] > most) most = level[i];
    }
    int n = 0;
    for (int l = 0; l <= most; l++)
        for (int r = 0; r < 2; r++)
            for (int i = 0; i < p->steps; i++)
                if (level[i] == l && is_reduction(&p->step[i]) == (r == 1)) to[i] = n++;
    for (int i = 0; i < p->steps; i++) {
        cx__step s = p->step[i];
        for (int k = 0; k < s.children; k++)
            if (s.operand[k] >= args) s.operand[k] = args + to[s.operand[k] - args];
        sorted[to[i]] = s;
    }
    for (int i = 0; i < p->tree->results; i++) p->result[i] = args + to[p->result[i] - args];
    cx__free(p->step);
    cx__free(level);
    p->step = sorted;
    p->step_cap = p->steps + 1;
    return CX_OK;
}

/* ------------------------------------------------------------------------------------ programs */
/* Place of v in list, added if it is new and there is room; -1 if there is none. */
static int place_in(int32_t *list, int *n, int most, int32_t v)
{
    for (int i = 0; i < *n; i++)
        if (list[i] == v) return i;
    if (*n == most) return -1;
    list[*n] = v;
    return (*n)++;
}
static bool is_result(const cx__formula *p, int32_t v)
{
    for (int i = 0; i < p->tree->results; i++)
        if (p->result[i] == v) return true;
    return false;
}
static bool is_used_from(const cx__formula *p, int32_t v, int from)
{
    for (int i = from; i < p->steps; i++)
        for (int k = 0; k < p->step[i].children; k++)
            if (p->step[i].operand[k] == v) return true;
    return false;
}

/* Integers have no negative powers: such an exponent is looked at before the power runs. */
static bool looks(const cx__step *s, int k)
{
    return s->op == CX_BI_POWER && k == 1 && strchr("iu", cx_dtype_kind((cx_dtype)s->loop)) != NULL;
}

/* Inputs, constants and outputs of a segment; false if they do not fit. */
static bool gather(const cx__formula *p, cx__segment *s)
{
    const int args = p->tree->args;
    uint32_t needs[CX_FUSED_STEPS] = {0};
    cx_fused_program *const g = &s->program;
    s->inputs = s->outputs = g->n_constants = 0;
    if (s->middle - s->first > CX_FUSED_STEPS) return false;
    for (int i = s->first; i < s->middle; i++)
        for (int k = 0; k < p->step[i].children; k++) {
            const int32_t v = p->step[i].operand[k];
            if (v < 0) {
                if (place_in(s->constant, &g->n_constants, CX_FUSED_CONSTANTS, v) < 0) return false;
            } else if (v - args >= s->first && !looks(&p->step[i], k)) {
                needs[i - s->first] |= needs[v - args - s->first];
            } else if (looks(&p->step[i], k)) {
                return false;
            } else {
                const int at = place_in(s->input, &s->inputs, CX_FUSED_INPUTS, v);
                if (at < 0) return false;
                needs[i - s->first] |= 1u << at;
            }
        }
    for (int i = s->first; i < s->end; i++) {
        if (i < s->middle && !is_result(p, args + i) && !is_used_from(p, args + i, s->end))
            continue;
        if (s->outputs == CX_FUSED_OUTPUTS) return false;
        const int from = i < s->middle ? i : p->step[i].operand[0] - args;
        s->needs[s->outputs] = needs[from - s->first];
        s->output[s->outputs++] = args + i;
    }
    return true;
}

static uint64_t mix(uint64_t h, uint64_t v)
{
    h ^= v + UINT64_C(0x9e3779b97f4a7c15) + (h << 6) + (h >> 2);
    h *= UINT64_C(0xff51afd7ed558ccd);
    return h ^ h >> 32;
}
static uint64_t key_of(const cx_fused_program *g)
{
    uint64_t h = mix((uint64_t)g->n_in, (uint64_t)g->n_constants);
    for (int i = 0; i < g->n_in; i++) h = mix(h, g->in_dtype[i]);
    for (int i = 0; i < g->n_constants; i++) h = mix(h, g->constant_dtype[i]);
    for (int i = 0; i < g->n_steps; i++) {
        const cx_fused_step *const t = &g->step[i];
        h = mix(h, (uint64_t)(uint16_t)t->op << 16 | (uint64_t)t->loop << 8 | t->dtype);
        h = mix(h, (uint64_t)t->operand[0] << 24 | (uint64_t)t->operand[1] << 16 |
                       (uint64_t)t->operand[2] << 8 | t->place);
    }
    for (int i = 0; i < g->n_out; i++)
        h = mix(h, (uint64_t)g->out[i].operand << 16 | (uint64_t)g->out[i].reduce << 8 |
                       g->out[i].acc);
    return h;
}

/* Registers by last use; outputs are kept to the end. false if there are too few. */
static bool registers(cx__segment *s)
{
    cx_fused_program *const g = &s->program;
    const int base = g->n_in + g->n_constants;
    int last[CX_FUSED_STEPS];
    for (int i = 0; i < g->n_steps; i++) last[i] = i;
    static const uint8_t children_most = 3;
    for (int i = 0; i < g->n_steps; i++)
        for (int k = 0; k < children_most; k++)
            if (g->step[i].operand[k] >= base) last[g->step[i].operand[k] - base] = i;
    for (int i = 0; i < g->n_out; i++) last[g->out[i].operand - base] = g->n_steps;
    int free_from[CX_FUSED_REGISTERS] = {0}; /* first step that may write it */
    g->n_registers = 0;
    for (int i = 0; i < g->n_steps; i++) {
        int r = 0;
        while (r < CX_FUSED_REGISTERS && free_from[r] > i) r++;
        if (r == CX_FUSED_REGISTERS) return false;
        g->step[i].place = (uint8_t)r;
        free_from[r] = last[i] + 1;
        if (r >= g->n_registers) g->n_registers = r + 1;
    }
    return true;
}

static uint8_t fused_reduction(const cx__step *s)
{
    static const uint8_t codes[] = {CX_RED_SUM, CX_RED_PROD, CX_RED_MEAN, CX_RED_MIN,
                                    CX_RED_MAX, CX_RED_ANY,  CX_RED_ALL};
    return codes[-1 - s->op];
}
/* May all of [middle, end) be reductions of one program with the steps [first, middle)? */
static bool go_together(const cx__formula *p, int first, int middle, int end)
{
    const cx__step *const one = &p->step[middle];
    for (int i = middle; i < end; i++) {
        const cx__step *const s = &p->step[i];
        const int from = s->operand[0] - p->tree->args;
        if (from < first || from >= middle) return false;
        if (s->axis_count != one->axis_count) return false;
        for (int k = 0; k < s->axis_count; k++)
            if (p->tree->axis[s->axis + k] != p->tree->axis[one->axis + k]) return false;
    }
    return end > middle;
}

static bool build(const cx__formula *p, cx__segment *s)
{
    const int args = p->tree->args;
    cx_fused_program *const g = &s->program;
    if (!gather(p, s)) return false;
    g->struct_size = sizeof *g;
    g->n_in = s->inputs;
    g->n_steps = s->middle - s->first;
    g->n_out = s->outputs;
    const int base = g->n_in + g->n_constants;
    for (int i = 0; i < g->n_in; i++) {
        const int32_t v = s->input[i];
        g->in_dtype[i] = v < args ? p->signature[v] : p->step[v - args].dtype;
    }
    s->open = false;
    for (int i = 0; i < g->n_constants; i++) {
        const cx__constant *const c = &p->constant[-1 - s->constant[i]];
        cx__value bits;
        g->constant_dtype[i] = c->dtype;
        s->open = s->open || c->computed >= 0;
        if (c->computed >= 0) continue;
        memset(&bits, 0, sizeof bits);
        cx__scalar_value(&c->number, (cx_dtype)c->dtype, &bits);
        memcpy(g->constant[i], &bits, sizeof g->constant[i]);
    }
    for (int i = 0; i < g->n_steps; i++) {
        const cx__step *const from = &p->step[s->first + i];
        cx_fused_step *const t = &g->step[i];
        *t = (cx_fused_step){.op = from->op, .loop = from->loop, .dtype = from->dtype};
        for (int k = 0; k < from->children; k++) {
            int32_t v = from->operand[k];
            int n = g->n_constants;
            if (v < 0)
                v = g->n_in + place_in(s->constant, &n, n, v);
            else if (v - args >= s->first)
                v = base + v - args - s->first;
            else
                v = place_in(s->input, &s->inputs, s->inputs, v);
            t->operand[k] = (uint8_t)v;
        }
        for (int k = from->children; k < 3; k++) t->operand[k] = t->operand[0];
    }
    for (int i = 0; i < g->n_out; i++) {
        const cx__step *const from = &p->step[s->output[i] - args];
        const bool reduced = is_reduction(from);
        const int32_t v = reduced ? from->operand[0] : s->output[i];
        g->out[i] = (cx_fused_out){.operand = (uint8_t)(base + v - args - s->first)};
        if (!reduced) continue;
        g->out[i].reduce = fused_reduction(from);
        g->out[i].acc = from->dtype;
    }
    if (!registers(s)) return false;
    g->key = key_of(g);
    return true;
}

/* ------------------------------------------------------------------------------------ segments */
static cx_status add_segment(const char *where, cx__formula *p, int first, int middle, int end)
{
    if ((p->segments & (p->segments + 1)) == 0) { /* 0, 1, 3, 7: full */
        const size_t cap = 2 * (size_t)p->segments + 1;
        cx__segment *const more = cx__realloc(p->segment, cap * sizeof *more);
        if (more == NULL) return cx__fail_nomem(where, "segments", cap * sizeof *more);
        p->segment = more;
    }
    cx__segment *const s = &p->segment[p->segments++];
    memset(s, 0, sizeof *s);
    s->first = first;
    s->middle = middle;
    s->end = end;
    return CX_OK;
}
/* One segment, or two if it does not fit; a single step that does not goes by itself. */
static cx_status cut(const char *where, cx__formula *p, int first, int end)
{
    CX__TRY(add_segment(where, p, first, end, end));
    cx__segment *const s = &p->segment[p->segments - 1];
    s->fused = build(p, s);
    if (s->fused || end - first < 2) return CX_OK;
    p->segments--;
    const int half =
        end - first > CX_FUSED_STEPS ? first + CX_FUSED_STEPS / 2 : first + (end - first) / 2;
    CX__TRY(cut(where, p, first, half));
    return cut(where, p, half, end);
}

cx_status cx__formula_cut(const char *where, cx__formula *p)
{
    CX__TRY(order(where, p));
    for (int i = 0; i < p->steps;) {
        int middle = i, end;
        while (middle < p->steps && !is_reduction(&p->step[middle])) middle++;
        for (end = middle; end < p->steps && is_reduction(&p->step[end]);) end++;
        bool together = middle > i && go_together(p, i, middle, end);
        if (together) {
            CX__TRY(add_segment(where, p, i, middle, end));
            cx__segment *const s = &p->segment[p->segments - 1];
            together = s->fused = build(p, s);
            if (!together) p->segments--;
        }
        if (!together && middle > i) CX__TRY(cut(where, p, i, middle));
        for (int k = middle; k < end && !together; k++) CX__TRY(add_segment(where, p, k, k, k + 1));
        i = end;
    }
    return CX_OK;
}
