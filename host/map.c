/* Elementwise operations over strided views: every block of a chunk is brought into contiguous
 * memory of the loop's dtype where it is not, given to a kernel, and stored. Kernels therefore know
 * neither strides nor casts; float16 and bfloat16 are float32 to them. */
#include "map.h"
#include "iter.h"
#include "move.h"
#include <string.h>

enum {
    OPS = 192,
    BUFFER = 8192, /* bytes of one operand's block: five of them stay in the first-level cache */
    GRAIN_CHEAP = 1 << 15,
    GRAIN_DEAR = 1 << 12,
    MAX_IN = 3
};

static const host_map_row *table[OPS][CX_DTYPE_COUNT];
static host_fold_fn *lines[OPS][CX_DTYPE_COUNT];

/* Codes are 1.., 1001.. and 2001..: a row of the table for each. */
static int slot_of(int op)
{
    return op >= 2000 ? op - 2000 + 128 : op >= 1000 ? op - 1000 + 64 : op;
}

static void add_rows(const host_map_rows *rows)
{
    for (int64_t i = 0; i < rows->count; i++)
        table[slot_of(rows->row[i].op)][rows->row[i].loop] = &rows->row[i];
}

static void add_lines(const host_map_rows *rows)
{
    for (int64_t i = 0; i < rows->count; i++)
        lines[slot_of(rows->row[i].op)][rows->row[i].loop] = rows->row[i].fold;
}

void host_map_init(void)
{
    add_lines(&host_map_integer_base);
    add_lines(&host_map_real_base);
    add_lines(&host_map_complex_base);
    add_rows(&host_map_scalar);
    add_rows(&host_map_special);
    add_rows(HOST_PICK(host_map_integer));
    add_rows(HOST_PICK(host_map_real));
    add_rows(HOST_PICK(host_map_complex));
    add_rows(HOST_PICK(host_map_math));
}

const char *host_map_name(int op)
{
    switch (op) {
#define CX_UNARY(NAME, name, code, domain, result, ulp, doc) \
    case code:                                               \
        return #name;
#define CX_BINARY CX_UNARY
#define CX_TERNARY CX_UNARY
#define CX_PAIR(NAME, name, code, inputs, domain, first, second, doc) \
    case code:                                                        \
        return #name;
#include <calx/unary_ops.def>
#include <calx/binary_ops.def>
#include <calx/ternary_ops.def>
#include <calx/pair_ops.def>
#undef CX_UNARY
#undef CX_BINARY
#undef CX_TERNARY
#undef CX_PAIR
    default: return "map";
    }
}

static char op_result(int op)
{
    switch (op) {
#define CX_UNARY(NAME, name, code, domain, result, ulp, doc) \
    case code:                                               \
        return result;
#define CX_BINARY CX_UNARY
#define CX_TERNARY CX_UNARY
#include <calx/unary_ops.def>
#include <calx/binary_ops.def>
#include <calx/ternary_ops.def>
#undef CX_UNARY
#undef CX_BINARY
#undef CX_TERNARY
    default: return 'S';
    }
}

cx_dtype host_map_result(int op, cx_dtype loop)
{
    const char r = op_result(op);
    if (r == 'B') return CX_BOOL;
    if (r == '8') return CX_U8;
    if (r == 'R') return loop == CX_C64 ? CX_F32 : loop == CX_C128 ? CX_F64 : loop;
    return loop;
}

void (*host_map_kernel(int op, cx_dtype loop, unsigned scalars))(const void *const *in, void *out,
                                                                 int64_t n)
{
    const int slot = slot_of(op);
    if (slot < 0 || slot >= OPS || (unsigned)loop >= CX_DTYPE_COUNT) return NULL;
    const host_map_row *const row = table[slot][loop];
    if (row == NULL) return NULL;
    if (op >= 2000)
        return (scalars & 1u) != 0 || scalars >> 1 >= HOST_VARIANTS ? NULL : row->fn[scalars >> 1];
    return scalars >= HOST_VARIANTS ? NULL : row->fn[scalars];
}

/* ------------------------------------------------------------------------------------ one call */
typedef struct mapping {
    host_iter it;        /* inputs, mask if any, output last */
    int n_in, out, mask; /* operand numbers; mask -1: none */
    const host_map_row *row;
    bool ternary;
    cx_dtype type[MAX_IN]; /* what the kernel takes */
    int64_t size[MAX_IN];
    host_convert_fn *load[MAX_IN];
    bool flat[MAX_IN], single[MAX_IN], same[MAX_IN];
    int64_t out_size;       /* of the kernel's result */
    host_convert_fn *round; /* kernel's result to the loop's result dtype, where they differ */
    int64_t round_size;
    host_convert_fn *store; /* to the output's dtype */
    bool out_same, out_flat;
    bool past; /* results go past the caches */
    int64_t block;
} mapping;

typedef struct buffers {
    _Alignas(64) char in[MAX_IN][BUFFER];
    _Alignas(64) char out[BUFFER];
    _Alignas(64) char rounded[BUFFER];
    bool wanted[BUFFER];
} buffers;

/* The operand's block for the kernel: where it lies, or loaded. One repeated element sets its bit
 * in *scalars. */
static const void *operand(const mapping *m, int k, const host_place *at, int64_t n, bool in_row,
                           buffers *b, unsigned *scalars)
{
    const int last = m->it.ndim - 1;
    const int64_t step = m->it.stride[k][last];
    if (m->single[k] || (in_row && step == 0)) {
        *scalars |= 1u << k;
        if (m->same[k]) return host_iter_at(&m->it, k, at);
        m->load[k](host_iter_at(&m->it, k, at), 0, b->in[k], m->size[k], 1);
        return b->in[k];
    }
    if (m->same[k] && (m->flat[k] || (in_row && step == m->size[k])))
        return host_iter_at(&m->it, k, at);
    host_iter_load(&m->it, k, at, n, m->load[k], b->in[k], m->size[k]);
    return b->in[k];
}

/* Kernel for this combination of repeated operands; repeats that no kernel takes are spread out. */
static host_map_fn *kernel(const mapping *m, const void *in[], unsigned scalars, int64_t n,
                           buffers *b)
{
    for (;;) {
        const unsigned variant = m->ternary ? scalars >> 1 : scalars;
        if (variant < HOST_VARIANTS && !(m->ternary && (scalars & 1u)) &&
            m->row->fn[variant] != NULL)
            return m->row->fn[variant];
        const int k = scalars & 1u ? 0 : scalars & 2u ? 1 : 2;
        char value[16];
        memcpy(value, in[k], (size_t)m->size[k]);
        host_convert(m->type[k], m->type[k])(value, 0, b->in[k], m->size[k], n);
        in[k] = b->in[k];
        scalars &= ~(1u << k);
    }
}

static void block(const mapping *m, const host_place *at, int64_t n, bool in_row, buffers *b)
{
    const void *in[MAX_IN];
    unsigned scalars = 0;
    for (int k = 0; k < m->n_in; k++) in[k] = operand(m, k, at, n, in_row, b, &scalars);
    host_map_fn *const fn = kernel(m, in, scalars, n, b);
    const int last = m->it.ndim - 1;
    if (m->past) {
        fn(in, b->out, n);
        HOST_PICK(host_moves)
            ->stream_piece(host_iter_at(&m->it, m->out, at), b->out, (size_t)(n * m->out_size));
        return;
    }
    if (m->out_same && (m->out_flat || (in_row && m->it.stride[m->out][last] == m->out_size))) {
        fn(in, host_iter_at(&m->it, m->out, at), n);
        return;
    }
    fn(in, b->out, n);
    const char *result = b->out;
    int64_t size = m->out_size;
    if (m->round != NULL) {
        m->round(b->out, m->out_size, b->rounded, m->round_size, n);
        result = b->rounded;
        size = m->round_size;
    }
    if (m->mask >= 0) {
        host_iter_load(&m->it, m->mask, at, n, host_convert(CX_BOOL, CX_BOOL), b->wanted, 1);
        host_iter_store_where(&m->it, m->out, at, n, m->store, result, size, b->wanted);
    } else {
        host_iter_store(&m->it, m->out, at, n, m->store, result, size);
    }
}

static void map_chunk(void *ctx, int64_t lo, int64_t hi)
{
    const mapping *const m = ctx;
    buffers b;
    const int last = m->it.ndim - 1;
    const bool rows = m->it.shape[last] >= HOST_LONG_RUN || m->it.ndim == 1;
    for (int64_t i = lo; i < hi;) {
        host_place at;
        host_iter_seek(&m->it, i, &at);
        int64_t n = hi - i < m->block ? hi - i : m->block;
        if (rows) {
            const int64_t left = m->it.shape[last] - at.index[last];
            n = n < left ? n : left;
        }
        block(m, &at, n, rows, &b);
        i += n;
    }
    if (m->past) HOST_PICK(host_moves)->fence();
}

/* Much larger than the caches, in whole vectors, and in no line that an input has brought in? */
static bool goes_past(const mapping *m)
{
    const int64_t bytes = m->it.total * m->out_size;
    const char *const out = m->it.data[m->out];
    if (m->it.ndim != 1 || bytes < HOST_STREAM_BYTES || (bytes | (int64_t)(uintptr_t)out) % 64 != 0)
        return false;
    for (int k = 0; k < m->n_in; k++)
        if (m->it.data[k] == out) return false;
    return true;
}

/* ------------------------------------------------------------------------------------ setting up
 */
const host_map_row *host_map_find(int op, cx_dtype kernel)
{
    return table[slot_of(op)][kernel];
}

host_fold_fn *host_map_fold_line(int op, cx_dtype kernel)
{
    return lines[slot_of(op)][kernel];
}

cx_dtype host_map_kernel_type(cx_dtype loop)
{
    return loop == CX_F16 || loop == CX_BF16 ? CX_F32 : loop;
}

static bool is_signed(cx_dtype t)
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

/* Choose the kernel and the dtypes of its operands; in[] may be exchanged. */
static cx_status choose(mapping *m, const cx_map_call *c, const cx_view *in[], cx_dtype *result)
{
    int op = c->op;
    m->ternary = op >= 2000;
    m->n_in = c->n_in;
    for (int k = 0; k < c->n_in; k++) in[k] = c->in[k];
    *result = host_map_result(op, c->loop);
    const bool compares = op >= CX_BI_EQUAL && op <= CX_BI_GREATER_EQUAL;
    if (compares && c->loop == CX_U64 && is_signed(in[0]->dtype) != is_signed(in[1]->dtype)) {
        if (is_signed(in[1]->dtype)) {
            in[0] = c->in[1];
            in[1] = c->in[0];
            op = mirrored(op);
        }
        m->row = table[slot_of(op)][CX_DTYPE_NONE];
        m->type[0] = CX_I64;
        m->type[1] = CX_U64;
        return CX_OK;
    }
    m->row = table[slot_of(op)][c->loop];
    cx_dtype t = c->loop;
    if (m->row == NULL) {
        t = host_map_kernel_type(c->loop);
        m->row = table[slot_of(op)][t];
    }
    if (m->row == NULL) {
        return host_core->fail(CX_E_UNSUPPORTED, host_map_name(op), "no loop for %s on the CPU",
                               cx_dtype_name(c->loop));
    }
    for (int k = 0; k < c->n_in; k++) m->type[k] = t;
    if (op == CX_TE_WHERE) m->type[0] = CX_BOOL;
    return CX_OK;
}

cx_status host_map(cx_queue *q, const cx_map_call *c)
{
    (void)q;
    if (c->n_out > 1) return host_map_pair(c);
    mapping m;
    m.row = NULL;
    const cx_view *v[HOST_OPERANDS];
    cx_dtype result = CX_DTYPE_NONE;
    const cx_status st = choose(&m, c, v, &result);
    if (st != CX_OK) return st;
    int n = c->n_in;
    m.mask = -1;
    if (c->mask != NULL) {
        m.mask = n;
        v[n++] = c->mask;
    }
    m.out = n;
    v[n++] = c->out[0];
    host_iter_init(&m.it, n, v);
    if (m.it.total == 0) return CX_OK;

    bool direct = m.mask < 0;
    int64_t widest = 1;
    for (int k = 0; k < m.n_in; k++) {
        m.size[k] = host_itemsize(m.type[k]);
        m.load[k] = host_convert(v[k]->dtype, m.type[k]);
        if (m.load[k] == NULL) {
            return host_core->fail(CX_E_DTYPE, host_map_name(c->op), "no conversion from %s",
                                   cx_dtype_name(v[k]->dtype));
        }
        m.same[k] = v[k]->dtype == m.type[k];
        m.single[k] = host_iter_single(&m.it, k);
        m.flat[k] = host_iter_flat(&m.it, k, m.size[k]);
        if (!m.single[k] && !(m.same[k] && m.flat[k])) direct = false;
        widest = m.size[k] > widest ? m.size[k] : widest;
    }
    /* the kernel's result is the loop's, or float32 that has yet to be rounded to 16 bits */
    const cx_dtype made = m.row->loop == c->loop ? result : host_map_kernel_type(result);
    const cx_dtype written = c->out[0]->dtype;
    m.out_size = host_itemsize(made);
    m.round = NULL;
    m.round_size = m.out_size;
    if (made != result && written != result) {
        m.round = host_convert(made, result);
        m.round_size = host_itemsize(result);
    }
    m.store = host_convert(m.round != NULL ? result : made, written);
    if (m.store == NULL)
        return host_core->fail(CX_E_DTYPE, host_map_name(c->op), "no conversion to %s",
                               cx_dtype_name(written));
    m.out_same = made == written && m.mask < 0;
    m.out_flat = host_iter_flat(&m.it, m.out, m.out_size);
    direct = direct && m.out_same && m.out_flat;
    widest = m.out_size > widest ? m.out_size : widest;
    unsigned scalars = 0;
    for (int k = 0; k < m.n_in; k++) scalars |= m.single[k] ? 1u << k : 0;
    const unsigned variant = m.ternary ? scalars >> 1 : scalars;
    direct = direct && !(m.ternary && (scalars & 1u)) && variant < HOST_VARIANTS &&
             m.row->fn[variant] != NULL;
    m.past = direct && goes_past(&m);
    m.block = direct && !m.past ? GRAIN_CHEAP : BUFFER / widest;
    const int64_t grain = m.row->cost == 0 ? GRAIN_CHEAP : GRAIN_DEAR;
    if (m.it.total <= grain) {
        map_chunk(&m, 0, m.it.total);
        return CX_OK;
    }
    return host_core->parallel_for(m.it.total, grain, map_chunk, &m);
}
