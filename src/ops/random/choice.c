/* Permutations and samples: indices are drawn, entries are taken.
 * Indices come from the backend; probabilities are small and on the CPU, so their cumulative sum
 * and the search in it are plain loops here, in the order of additions that the streams depend on.
 */
#include "ops/random/generator.h"

#include "core/shape.h"
#include <calx/index.h>
#include <calx/manipulate.h>

#include <math.h>
#include <string.h>

/* ---- helpers */

static cx_status same_device(const char *where, const char *name, const cx_generator *g,
                             const cx_array *a)
{
    char x[16], y[16];
    if (cx_device_equal(a->device, g->device->id)) return CX_OK;
    return cx__fail(CX_E_DEVICE, where, "%s is on %s and g on %s", name,
                    cx_device_name(a->device, x), cx_device_name(g->device->id, y));
}

/* Keep an expression's result past the scope s it was made in; r is nil after an error. */
static cx_status leave(cx_scope s, cx_array *r, cx_array **out)
{
    cx_array *const kept = cx_retain(r);
    const cx_status st = cx_scope_close(s);
    if (st != CX_OK) {
        cx_release(kept);
        return st;
    }
    *out = kept;
    return CX_OK;
}

static cx_status take(const cx_array *a, const cx_array *index, int axis, cx_array **out)
{
    const cx_scope s = cx_scope_open();
    return leave(s, cx_take(a, index, axis), out);
}

/* An integer given as cx_int(n), which means 0 to n - 1. */
static cx_status population_of(const char *where, const char *name, const cx_array *a, int64_t *n)
{
    const cx_scalar *const s = (const cx_scalar *)(const void *)a;
    if (s->head.kind != CX_I64)
        return cx__fail(CX_E_ARGUMENT, where, "%s is neither an array nor an integer", name);
    if (s->v.i64 < 0)
        return cx__fail(CX_E_ARGUMENT, where, "%s is %lld: an array or a count is needed", name,
                        (long long)s->v.i64);
    *n = s->v.i64;
    return CX_OK;
}

/* A new [rows, n] array of permutations, or [n] for rows < 0. */
static cx_status permutations(const char *where, cx_generator *g, int64_t rows, int64_t n,
                              cx_array **out)
{
    const int64_t shape[2] = {rows, n};
    CX__TRY(cx__array_new(where, rows < 0 ? 1 : 2, rows < 0 ? shape + 1 : shape, CX_I64,
                          g->device->id, out));
    return cx__generator_permutations(where, g, rows < 0 ? 1 : rows, n, *out);
}

/* ---- permutation, shuffle, permuted */

static cx_status permute_array(const char *where, cx_generator *g, const cx_array *x, int axis,
                               cx_array **out)
{
    int k = 0;
    CX__TRY(same_device(where, "x", g, x));
    CX__TRY(cx__axis(where, axis, x->ndim, &k));
    cx_array *index = NULL;
    cx_status st = permutations(where, g, -1, x->shape[k], &index);
    if (st == CX_OK) st = take(x, index, k, out);
    cx_release(index);
    return st;
}

static cx_status permutation(cx_generator *g, const cx_array *x, int axis, cx_array **out)
{
    static const char where[] = "rng_permutation";
    CX__NEED(where, "g", g, CX__KIND_GENERATOR);
    CX__TRY(cx__array_check(where, "x", x));
    if (!cx__is_scalar(x)) return permute_array(where, g, x, axis, out);
    int64_t n = 0;
    CX__TRY(population_of(where, "x", x, &n));
    return permutations(where, g, -1, n, out);
}

cx_array *cx_rng_permutation(cx_generator *g, const cx_array *x, int axis)
{
    cx_array *out = NULL;
    const cx_status st = permutation(g, x, axis, &out);
    return cx__yield(st, "rng_permutation", out);
}

cx_status cx_rng_shuffle(cx_generator *g, cx_array *x, int axis)
{
    static const char where[] = "rng_shuffle";
    CX__NEED(where, "g", g, CX__KIND_GENERATOR);
    CX__TRY(cx__array_need_out(where, "x", x));
    cx_array *shuffled = NULL;
    int k = 0;
    CX__TRY(same_device(where, "x", g, x));
    CX__TRY(cx__axis(where, axis, x->ndim, &k));
    if (x->size == 0) return CX_OK; /* nothing is drawn, as in NumPy */
    cx_status st = permute_array(where, g, x, k, &shuffled);
    if (st == CX_OK) st = cx__array_copy(where, shuffled, x);
    cx_release(shuffled);
    return st;
}

static cx_status permuted(const char *where, cx_generator *g, const cx_array *x, int axis,
                          cx_array **out)
{
    int k = 0;
    CX__NEED(where, "g", g, CX__KIND_GENERATOR);
    CX__TRY(cx__array_need(where, "x", x));
    CX__TRY(same_device(where, "x", g, x));
    CX__TRY(cx__axis(where, axis, x->ndim, &k));
    const int64_t n = x->shape[k], rows = n > 0 ? x->size / n : 0;
    cx_array *index = NULL;
    cx_status st = permutations(where, g, rows, n, &index);
    if (st == CX_OK) {
        /* lanes last, all other axes in one */
        const cx_scope s = cx_scope_open();
        cx_array *const lanes = cx_moveaxis(x, k, -1);
        cx_array *const flat = cx_reshape(lanes, CX_SHAPE(rows, n));
        cx_array *const mixed = cx_take_along_axis(flat, index, 1);
        st = leave(s, cx_moveaxis(cx_reshape(mixed, cx_shape_of(lanes)), -1, k), out);
    }
    cx_release(index);
    return st;
}

cx_array *cx_rng_permuted(cx_generator *g, const cx_array *x, int axis)
{
    cx_array *out = NULL;
    const cx_status st = permuted("rng_permuted", g, x, axis, &out);
    return cx__yield(st, "rng_permuted", out);
}

cx_status cx_rng_permuted_into(cx_generator *g, const cx_array *x, int axis, cx_array *out)
{
    static const char where[] = "rng_permuted_into";
    char a[CX__SHAPE_TEXT], b[CX__SHAPE_TEXT];
    CX__NEED(where, "g", g, CX__KIND_GENERATOR);
    CX__TRY(cx__array_need(where, "x", x));
    CX__TRY(cx__array_need_out(where, "out", out));
    CX__TRY(same_device(where, "out", g, out));
    if (out->dtype != x->dtype)
        return cx__fail(CX_E_DTYPE, where, "out is %s and x is %s",
                        cx_dtype_name((cx_dtype)out->dtype), cx_dtype_name((cx_dtype)x->dtype));
    bool same = out->ndim == x->ndim;
    for (int i = 0; same && i < x->ndim; i++) same = out->shape[i] == x->shape[i];
    if (!same)
        return cx__fail(CX_E_SHAPE, where, "out has shape %s and x %s",
                        cx__shape_text(out->ndim, out->shape, a),
                        cx__shape_text(x->ndim, x->shape, b));
    cx_array *mixed = NULL;
    cx_status st = permuted(where, g, x, axis, &mixed);
    if (st == CX_OK) st = cx__array_copy(where, mixed, out);
    cx_release(mixed);
    return st;
}

static cx_status permuted_all(const char *where, cx_generator *g, const cx_array *x, cx_array **out)
{
    CX__NEED(where, "g", g, CX__KIND_GENERATOR);
    CX__TRY(cx__array_need(where, "x", x));
    const cx_scope s = cx_scope_open();
    cx_array *const flat = cx_reshape(x, CX_SHAPE(-1));
    cx_array *mixed = NULL;
    cx_status st = cx_status_of(flat);
    if (st == CX_OK) st = permute_array(where, g, flat, 0, &mixed);
    cx_array *const shaped = st == CX_OK ? cx_reshape(mixed, cx_shape_of(x)) : NULL;
    cx_release(mixed);
    if (st == CX_OK) return leave(s, shaped, out);
    const cx_status closed = cx_scope_close(s);
    return closed != CX_OK ? closed : st;
}

cx_array *cx_rng_permuted_all(cx_generator *g, const cx_array *x)
{
    cx_array *out = NULL;
    const cx_status st = permuted_all("rng_permuted_all", g, x, &out);
    return cx__yield(st, "rng_permuted_all", out);
}

/* ---- choice */

/* What is chosen: k = count of a shape's entries out of n. */
typedef struct choice {
    const char *where;
    cx_generator *g;
    int64_t n;
    int ndim;
    const int64_t *shape;
    int64_t k;
    bool replace, shuffle;
    double *p; /* n probabilities, ours to change; NULL: uniform */
    double tolerance;
} choice;

static cx_status check_probabilities(const choice *c)
{
    double sum = c->n > 0 ? c->p[0] : 0.0, lost = 0.0;
    int64_t positive = 0;
    for (int64_t i = 0; i < c->n; i++) {
        if (isnan(c->p[i]))
            return cx__fail(CX_E_ARGUMENT, c->where, "p[%lld] is NaN", (long long)i);
        if (c->p[i] < 0)
            return cx__fail(CX_E_ARGUMENT, c->where, "p[%lld] is negative", (long long)i);
        positive += c->p[i] > 0;
        if (i == 0) continue;
        const double y = c->p[i] - lost, t = sum + y; /* Kahan's sum */
        lost = (t - sum) - y;
        sum = t;
    }
    if (!(fabs(sum - 1.0) <= c->tolerance))
        return cx__fail(CX_E_ARGUMENT, c->where, "p does not sum to 1");
    if (!c->replace && positive < c->k)
        return cx__fail(CX_E_ARGUMENT, c->where, "%lld entries wanted, %lld have p > 0",
                        (long long)c->k, (long long)positive);
    return CX_OK;
}

static void cumulate(const double *p, int64_t n, double *cdf)
{
    double sum = 0.0;
    for (int64_t i = 0; i < n; i++) {
        sum += p[i];
        cdf[i] = sum;
    }
    for (int64_t i = 0; i < n; i++) cdf[i] /= sum;
}

/* Number of entries <= u. */
static int64_t search_right(const double *cdf, int64_t n, double u)
{
    int64_t lo = 0, hi = n;
    while (lo < hi) {
        const int64_t middle = lo + (hi - lo) / 2;
        if (cdf[middle] <= u)
            lo = middle + 1;
        else
            hi = middle;
    }
    return lo;
}

/* k uniform doubles on the CPU, of the generator's stream whatever its device. */
static cx_status uniforms(const choice *c, int64_t k, double *out)
{
    cx__device *const cpu = cx__device_cpu();
    cx_queue *queue = NULL;
    CX__TRY(cx__queue_for(c->where, cpu, 0, 0, NULL, &queue));
    cx_view view = {.data = out, .dtype = CX_F64, .ndim = 1};
    view.shape[0] = k;
    view.stride[0] = (int64_t)sizeof(double);
    const cx_random_call call = {.where = c->where, .draw = CX_DRAW_RANDOM, .out = &view};
    return cpu->ops->random->fill(queue, &c->g->state, &call);
}

/* Distinct entries: draw as many as are missing, keep each one's first occurrence, give it
 * probability 0, until there are k. */
static cx_status weighted_distinct(choice *c, double *cdf, double *u, int64_t *index)
{
    for (int64_t found = 0; found < c->k;) {
        const int64_t wanted = c->k - found, before = found;
        CX__TRY(cx__poll(c->where));
        CX__TRY(uniforms(c, wanted, u));
        cumulate(c->p, c->n, cdf);
        for (int64_t i = 0; i < wanted; i++) {
            const int64_t j = search_right(cdf, c->n, u[i]);
            if (j < c->n && c->p[j] >= 0) {
                index[found++] = j;
                c->p[j] = -1.0; /* drawn in this round */
            }
        }
        for (int64_t i = before; i < found; i++) c->p[index[i]] = 0.0;
    }
    return CX_OK;
}

static cx_status weighted(choice *c, int64_t *index)
{
    const size_t n = (size_t)c->n, k = (size_t)c->k;
    if (n > SIZE_MAX / 32 || k > SIZE_MAX / 32)
        return cx__fail_nomem(c->where, "probabilities", SIZE_MAX);
    const size_t bytes = (n + k) * sizeof(double);
    double *const cdf = cx__scratch(bytes);
    if (!cdf) return cx__fail_nomem(c->where, "probabilities", bytes);
    double *const u = cdf + n;
    cx_status st = CX_OK;
    if (!c->replace) {
        st = weighted_distinct(c, cdf, u, index);
    } else {
        st = uniforms(c, c->k, u);
        cumulate(c->p, c->n, cdf);
        for (int64_t i = 0; st == CX_OK && i < c->k; i++) index[i] = search_right(cdf, c->n, u[i]);
    }
    cx__scratch_free(cdf);
    return st;
}

static cx_status choose_weighted(choice *c, cx_array **out)
{
    cx_array *index = NULL;
    CX__TRY(cx__array_new(c->where, c->ndim, c->shape, CX_I64, CX_CPU, &index));
    const cx_status st = weighted(c, (int64_t *)(void *)index->data);
    if (st != CX_OK || c->g->device->id.kind == CX_DEVICE_CPU) {
        *out = index;
        return st;
    }
    const cx_scope s = cx_scope_open();
    const cx_status moved = leave(s, cx_to(index, c->g->device->id), out);
    cx_release(index);
    return moved;
}

/* RandomState permutes everything and keeps the first k. */
static cx_status choose_legacy(choice *c, cx_array **out)
{
    cx_array *all = NULL;
    cx_status st = permutations(c->where, c->g, -1, c->n, &all);
    if (st == CX_OK) {
        const cx_scope s = cx_scope_open();
        cx_array *const first = cx_slice(all, 0, 0, c->k, 1);
        st = leave(s, cx_copy(cx_reshape(first, (cx_shape){c->ndim, c->shape})), out);
    }
    cx_release(all);
    return st;
}

/* The indices of the sample, in its shape. */
static cx_status choose(choice *c, cx_array **out)
{
    if (c->p) return choose_weighted(c, out);
    if (!c->replace && c->g->state.legacy) return choose_legacy(c, out);
    CX__TRY(cx__array_new(c->where, c->ndim, c->shape, CX_I64, c->g->device->id, out));
    if (c->k == 0) return CX_OK;
    if (c->replace) {
        cx_random_call call = {.where = c->where, .draw = CX_DRAW_INTEGERS};
        call.range = (uint64_t)c->n - 1;
        return cx__generator_fill(c->g, &call, *out);
    }
    return cx__generator_choice(c->where, c->g, c->n, c->shuffle, *out);
}

/* A copy of p in double, checked. */
static cx_status take_probabilities(choice *c, const cx_array *p)
{
    CX__TRY(cx__array_need(c->where, "p", p));
    const char kind = cx_dtype_kind((cx_dtype)p->dtype);
    if (kind == 'c' || kind == 'k')
        return cx__fail(CX_E_DTYPE, c->where, "p is %s, not real",
                        cx_dtype_name((cx_dtype)p->dtype));
    if (p->device.kind != CX_DEVICE_CPU)
        return cx__fail(CX_E_DEVICE, c->where, "p is not on the CPU");
    if (p->ndim != 1 || p->size != c->n)
        return cx__fail(CX_E_SHAPE, c->where, "p is not 1-d with one entry for each of %lld",
                        (long long)c->n);
    cx_array *plain = NULL;
    CX__TRY(cx__array_contiguous(c->where, p, CX_F64, &plain));
    const size_t bytes = (size_t)c->n * sizeof(double);
    c->p = cx__scratch(bytes);
    if (c->p && bytes > 0) memcpy(c->p, plain->data, bytes);
    cx_release(plain);
    if (!c->p) return cx__fail_nomem(c->where, "probabilities", bytes);
    c->tolerance = p->dtype == CX_F32    ? sqrt(0x1p-23)
                   : p->dtype == CX_F16  ? sqrt(0x1p-10)
                   : p->dtype == CX_BF16 ? sqrt(0x1p-7)
                                         : sqrt(0x1p-52);
    return check_probabilities(c);
}

static cx_status check_choice(choice *c, const cx_array *a, const cx_choice_opts *o, int *axis)
{
    *axis = 0;
    if (cx__is_scalar(a)) {
        CX__TRY(population_of(c->where, "a", a, &c->n));
    } else {
        CX__TRY(same_device(c->where, "a", c->g, a));
        CX__TRY(cx__axis(c->where, o ? o->axis : 0, a->ndim, axis));
        c->n = a->shape[*axis];
    }
    size_t bytes;
    CX__TRY(cx__shape_size(c->where, c->ndim, c->shape, sizeof(int64_t), &c->k, &bytes));
    if (c->n == 0 && c->k > 0)
        return cx__fail(CX_E_ARGUMENT, c->where, "a is empty and %lld entries are wanted",
                        (long long)c->k);
    if (!c->replace && c->k > c->n)
        return cx__fail(CX_E_ARGUMENT, c->where, "%lld different entries wanted of %lld",
                        (long long)c->k, (long long)c->n);
    return o && o->p ? take_probabilities(c, o->p) : CX_OK;
}

static cx_status choose_entries(cx_generator *g, const cx_array *a, cx_shape shape,
                                const cx_choice_opts *o, cx_array **out)
{
    static const char where[] = "rng_choice";
    CX__NEED(where, "g", g, CX__KIND_GENERATOR);
    CX__TRY(cx__array_check(where, "a", a));
    if (o && o->struct_size != sizeof *o)
        return cx__fail(CX_E_ARGUMENT, where, "options not made by CX_OPTS(cx_choice_opts, ...)");
    choice c = {.where = where, .g = g, .ndim = shape.ndim, .shape = shape.dim};
    c.replace = !(o && o->no_replace);
    c.shuffle = !(o && o->no_shuffle);
    int axis = 0;
    cx_array *index = NULL;
    cx_status st = check_choice(&c, a, o, &axis);
    if (st == CX_OK) st = choose(&c, &index);
    cx__scratch_free(c.p);
    if (st == CX_OK && !cx__is_scalar(a)) {
        st = take(a, index, axis, out);
        cx_release(index);
        return st;
    }
    *out = index;
    return st;
}

cx_array *cx_rng_choice(cx_generator *g, const cx_array *a, cx_shape shape, const cx_choice_opts *o)
{
    cx_array *out = NULL;
    const cx_status st = choose_entries(g, a, shape, o, &out);
    return cx__yield(st, "rng_choice", out);
}
