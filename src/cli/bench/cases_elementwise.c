/* Every elementwise operation of the library, by its row in the tables of the public headers: one
 * case whose inputs, call and check follow from the row. */
#include "bench.h"
#include <calx/ops.h>
#include <math.h>
#include <string.h>

static void run(bench_job *j)
{
    const bench_case *const c = j->what;
    if (c->pair) {
        const cx_pair both =
            c->arity == 1 ? c->call.pair_of_1(j->in[0]) : c->call.pair_of_2(j->in[0], j->in[1]);
        j->out[0] = both.first;
        j->out[1] = both.second;
    } else if (c->arity == 1)
        j->out[0] = c->call.of_1(j->in[0]);
    else if (c->arity == 2)
        j->out[0] = c->call.of_2(j->in[0], j->in[1]);
    else
        j->out[0] = c->call.of_3(j->in[0], j->in[1], j->in[2]);
}

/* x of (0.05, 0.95) lies in the domain of nearly all of them; where it does not, (1.05, 1.95) does
 */
static bool defined_below_one(const bench_job *j)
{
    const cx_array *const half = cx_f64(0.5);
    bench_job scalar = {.what = j->what, .in = {half, half, half}};
    if (j->what->pair || j->what->op == CX_BI_LDEXP) return true;
    run(&scalar);
    return !isnan(cx_item_f64(scalar.out[0]));
}

static cx_array *number_input(const bench_job *j, int seed, bool below_one)
{
    const cx_array *const r = bench_random(j, CX_SHAPE(j->n), seed);
    return cx_add(cx_mul(r, cx_float(0.9)), cx_float(below_one ? 0.05 : 1.05));
}

/* small enough that no shift, product or conversion to float64 loses a bit */
static cx_array *integer_input(const bench_job *j, int seed)
{
    return cx_rng_integers(cx_default_rng(CX_SEED(seed), CX_CPU), 1, seed == 1 ? 1 << 20 : 31,
                           CX_SHAPE(j->n), CX_I64);
}

static void prepare(bench_job *j)
{
    const bench_case *const c = j->what;
    const bool integers = bench_own_dtype(c) == CX_I64,
               below_one = integers || defined_below_one(j);
    for (int i = 0; i < c->arity; i++)
        j->host[i] = integers ? integer_input(j, i + 1) : number_input(j, i + 1, below_one);
    if (c->op == CX_BI_LDEXP) j->host[1] = integer_input(j, 2);
    if (c->op == CX_TE_WHERE) j->host[0] = cx_less(j->host[0], cx_float(0.5));
}

/* The sampled elements alone, on the CPU: in float64 where the row allows an error, else in the
 * job's own dtype, bit for bit. */
static bool right(const bench_job *j)
{
    const bench_case *const c = j->what;
    bench_job small = *j;
    enum { MOST = 16 };
    double picked[MOST];
    int64_t count = 0;
    while (count < MOST && bench_sample(j->n, (int)count) >= 0) count++;
    for (int i = 0; i < c->arity; i++) {
        for (int k = 0; k < count; k++) picked[k] = j->given[i][bench_sample(j->n, k)];
        const cx_dtype own = cx_dtype_of(j->host[i]),
                       t = c->ulp > 0 && own == CX_F32 ? CX_F64 : own;
        small.in[i] = cx_astype(cx_copy_host(picked, CX_SHAPE(count), CX_F64), t);
    }
    run(&small);
    for (int r = 0; r < (c->pair ? 2 : 1); r++) {
        const double *const want = cx_data_f64(cx_astype(small.out[r], CX_F64));
        if (want == NULL || j->size[r] != j->n) return false;
        for (int k = 0; k < count; k++)
            if (!(j->got[r][bench_sample(j->n, k)] == want[k]) &&
                !bench_near(j, j->got[r][bench_sample(j->n, k)], want[k], want[k],
                            c->ulp > 0 ? c->ulp + 1 : 0))
                return false;
    }
    return true;
}

static const bench_sizes decades = {{1000, 10000, 100000, 1000000, 10000000},
                                    {1000, 100000, 1000000}};

/* those that --quick shows */
#define QUICK(code)                                                                               \
    ((code) == CX_BI_ADD || (code) == CX_UN_EXP || (code) == CX_UN_SIN || (code) == CX_UN_SQRT || \
     (code) == CX_BI_POWER || (code) == CX_TE_WHERE)
#define ROW(name_, code_, domain_, inputs_, ulp_, pair_, call_) \
    {.suite = "ops",                                            \
     .name = #name_,                                            \
     .unit = "elements",                                        \
     .sizes = &decades,                                         \
     .flops = 1,                                                \
     .power = 1,                                                \
     .quick = QUICK(code_),                                     \
     .prepare = prepare,                                        \
     .run = run,                                                \
     .right = right,                                            \
     .op = (code_),                                             \
     .arity = (inputs_),                                        \
     .ulp = (ulp_),                                             \
     .kinds = (domain_),                                        \
     .pair = (pair_),                                           \
     .call = {.call_ = cx_##name_}},

static const bench_case cases[] = {
#define CX_UNARY(NAME, name, code, domain, result, ulp, doc) \
    ROW(name, code, domain, 1, ulp, false, of_1)
#include <calx/unary_ops.def>
#undef CX_UNARY
#define CX_BINARY(NAME, name, code, domain, result, ulp, doc) \
    ROW(name, code, domain, 2, ulp, false, of_2)
#include <calx/binary_ops.def>
#undef CX_BINARY
#define CX_TERNARY(NAME, name, code, domain, result, ulp, doc) \
    ROW(name, code, domain, 3, ulp, false, of_3)
#include <calx/ternary_ops.def>
#undef CX_TERNARY
#define CX_PAIR(NAME, name, code, inputs, domain, first, second, doc) \
    ROW(name, code, domain, inputs, 0, true, pair_of_##inputs)
#include <calx/pair_ops.def>
#undef CX_PAIR
};

const bench_suite bench_elementwise = {"ops", cases, sizeof cases / sizeof *cases};
