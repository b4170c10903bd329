/* A plan as text: what runs in which pass, and what an element costs of memory. */
#include "eval/formula.h"
#include "ops/elementwise.h"
#include <calx/dtype.h>
#include <calx/ops.h>

static const char *const reductions[] = {"sum", "prod", "mean", "min", "max", "any", "all"};

static const char *name_of(int op)
{
    if (op < 0) return reductions[-1 - op];
    return op == CX_FUSED_CAST ? "cast" : cx__op_of(op)->name;
}
static void number(cx__text *out, const cx__constant *c)
{
    if (c->computed >= 0)
        cx__text_f(out, "number %d", c->computed);
    else if (c->number.head.kind == CX_F64)
        cx__text_f64(out, c->number.v.f64);
    else if (c->number.head.kind == CX_C128) {
        cx__text_puts(out, "(");
        cx__text_f64(out, c->number.v.f64);
        cx__text_puts(out, ", ");
        cx__text_f64(out, c->number.im);
        cx__text_puts(out, ")");
    } else {
        cx__text_f(out, "%lld", (long long)c->number.v.i64);
    }
    cx__text_f(out, ":%s", cx_dtype_name((cx_dtype)c->dtype));
}
static void operand(cx__text *out, const cx__formula *p, int32_t v)
{
    if (v < 0)
        number(out, &p->constant[-1 - v]);
    else if (v < p->tree->args)
        cx__text_puts(out, p->tree->name[v]);
    else
        cx__text_f(out, "v%d", v - p->tree->args);
}
static size_t item(const cx__formula *p, int32_t v)
{
    return cx_dtype_size(
        (cx_dtype)(v < p->tree->args ? p->signature[v] : p->step[v - p->tree->args].dtype));
}
static void segment(cx__text *out, const cx__formula *p, const cx__segment *s)
{
    if (s->fused) {
        size_t bytes = 0;
        for (int i = 0; i < s->inputs; i++) bytes += item(p, s->input[i]);
        for (int i = 0; i < s->outputs; i++) bytes += item(p, s->output[i]);
        cx__text_f(out, "pass: %d steps, %d registers, %zu bytes an element\n", s->program.n_steps,
                   s->program.n_registers, bytes);
    } else {
        cx__text_puts(out, p->step[s->first].op < 0 ? "reduction\n" : "step by step\n");
    }
    for (int i = s->first; i < s->end; i++) {
        const cx__step *const t = &p->step[i];
        cx__text_f(out, "  v%d:%s = %s", i, cx_dtype_name((cx_dtype)t->dtype), name_of(t->op));
        for (int k = 0; k < t->children; k++) {
            cx__text_puts(out, k == 0 ? " " : ", ");
            operand(out, p, t->operand[k]);
        }
        for (int k = 0; k < t->axis_count; k++)
            cx__text_f(out, "%s%d", k == 0 ? " over " : ", ", p->tree->axis[t->axis + k]);
        if (s->fused && i < s->middle)
            cx__text_f(out, "  -> r%d", s->program.step[i - s->first].place);
        cx__text_puts(out, "\n");
    }
}

void cx__formula_dump(const cx__formula *p, cx__text *out)
{
    for (int i = 0; i < p->segments; i++) segment(out, p, &p->segment[i]);
    cx__text_puts(out, "results:");
    for (int i = 0; i < p->tree->results; i++)
        cx__text_f(out, "%s v%d", i == 0 ? "" : ",", p->result[i] - p->tree->args);
    cx__text_puts(out, "\n");
}
