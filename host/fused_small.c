/* Fused programs over a few elements, where a plan would cost more than the work: one output of one
 * dimension, made by the last step, and operands that every kernel takes as they are. The one idea:
 * look at everything once, then run. What does not fit is fused.c's. */
#include "fused.h"

enum { SMALL = 64 }; /* elements */

typedef struct small {
    host_map_fn *fn[CX_FUSED_STEPS];
    const char *at[FUSED_OPERANDS];
    uint8_t type[FUSED_OPERANDS];
    uint8_t many[FUSED_OPERANDS]; /* 1: an element for each of the output's; 0: one for all */
    _Alignas(64) char place[CX_FUSED_REGISTERS][SMALL * 16];
    _Alignas(16) char single[CX_FUSED_STEPS][16];
} small;

static bool look_at_inputs(small *m, const cx_fused_call *c)
{
    const cx_fused_program *const program = c->program;
    for (int k = 0; k < program->n_in; k++) {
        const cx_view *const v = c->in[k];
        m->at[k] = v->data;
        m->type[k] = (uint8_t)v->dtype;
        m->many[k] = v->ndim != 0 && v->stride[0] != 0;
        if (m->many[k] && v->stride[0] != host_itemsize(v->dtype)) return false;
    }
    for (int k = 0, o = program->n_in; k < program->n_constants; k++, o++) {
        m->at[o] = (const char *)program->constant[k];
        m->type[o] = program->constant_dtype[k];
        m->many[o] = 0;
    }
    return true;
}

static bool look_at_steps(small *m, const cx_fused_program *program)
{
    int o = program->n_in + program->n_constants;
    for (int i = 0; i < program->n_steps; i++, o++) {
        const cx_fused_step *const s = &program->step[i];
        const int op = s->op, a = s->operand[0], b = op >= 1000 ? s->operand[1] : a;
        if (op == CX_FUSED_CAST || op >= 2000 || m->type[a] != s->loop || m->type[b] != s->loop)
            return false;
        const host_map_row *const row = host_map_find(op, (cx_dtype)s->loop);
        if (row == NULL) return false;
        const unsigned x = m->many[a], y = m->many[b];
        m->many[o] = (uint8_t)(x | y);
        m->fn[i] = row->fn[(y & ~x) | (x & ~y) * 2];
        if (m->fn[i] == NULL) return false;
        m->type[o] = s->dtype;
        m->at[o] = m->many[o] != 0 ? m->place[s->place] : m->single[i];
    }
    return m->many[o - 1] != 0;
}

bool fused_small(const cx_fused_call *c)
{
    const cx_fused_program *const program = c->program;
    const cx_view *const out = c->out[0];
    const int first = program->n_in + program->n_constants, n_steps = program->n_steps;
    if (program->n_out != 1 || n_steps == 0 || program->out[0].operand != first + n_steps - 1)
        return false;
    if (out->ndim != 1 || out->shape[0] < 1 || out->shape[0] > SMALL ||
        out->stride[0] != host_itemsize(out->dtype) ||
        (int)out->dtype != (int)program->step[n_steps - 1].dtype)
        return false;
    small m;
    if (!look_at_inputs(&m, c) || !look_at_steps(&m, program)) return false;
    m.at[first + n_steps - 1] = out->data;
    for (int i = 0; i < n_steps; i++) {
        const cx_fused_step *const s = &program->step[i];
        const char *const x = m.at[s->operand[0]];
        const void *const in[2] = {x, s->op >= 1000 ? m.at[s->operand[1]] : x};
        m.fn[i](in, (char *)(uintptr_t)m.at[first + i], m.many[first + i] != 0 ? out->shape[0] : 1);
    }
    return true;
}
