/* Kernels of Gaussian processes as text and back.
 *
 * One idea: Python's precedence of +, * and **, by recursive descent; a plain number is a
 * ConstantKernel, as it is beside a kernel in Python. */
#include "base/object.h"
#include "learn/gaussian_process/kernel.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

const cx__gp_words cx__gp_word[CX__GP_KINDS] = {
    {"ConstantKernel", {"constant_value", NULL}},
    {"WhiteKernel", {"noise_level", NULL}},
    {"RBF", {"length_scale", NULL}},
    {"Matern", {"length_scale", NULL}},
    {"RationalQuadratic", {"alpha", "length_scale"}},
    {"ExpSineSquared", {"length_scale", "periodicity"}},
    {"DotProduct", {"sigma_0", NULL}},
    {"PairwiseKernel", {"gamma", NULL}},
    {"Sum", {NULL, NULL}},
    {"Product", {NULL, NULL}},
    {"Exponentiation", {NULL, NULL}},
};
const char *const cx__gp_metric[CX__GP_METRICS] = {"linear", "additive_chi2", "cosine",
                                                   "rbf",    "laplacian",     "chi2",
                                                   "poly",   "polynomial",    "sigmoid"};
/* The names of arguments without their words, in the order of scikit-learn's constructors. */
static const char *const arguments[CX__GP_KINDS][5] = {
    [CX__GP_CONSTANT] = {"constant_value", "constant_value_bounds"},
    [CX__GP_WHITE] = {"noise_level", "noise_level_bounds"},
    [CX__GP_RBF] = {"length_scale", "length_scale_bounds"},
    [CX__GP_MATERN] = {"length_scale", "length_scale_bounds", "nu"},
    [CX__GP_RATIONAL] = {"length_scale", "alpha", "length_scale_bounds", "alpha_bounds"},
    [CX__GP_PERIODIC] = {"length_scale", "periodicity", "length_scale_bounds",
                         "periodicity_bounds"},
    [CX__GP_DOT] = {"sigma_0", "sigma_0_bounds"},
    [CX__GP_PAIRWISE] = {"gamma", "gamma_bounds", "metric", "pairwise_kernels_kwargs"},
};

typedef struct reader {
    const char *where, *text, *at;
    cx__gp_kernel *k;
    int depth;
} reader;

static cx_status wrong(const reader *r, const char *wanted)
{
    return cx__fail(CX_E_PARSE, r->where, "kernel '%.100s': %s expected at character %d", r->text,
                    wanted, (int)(r->at - r->text) + 1);
}

static void skip(reader *r)
{
    while (*r->at == ' ' || *r->at == '\n' || *r->at == '\t') r->at++;
}

static bool take(reader *r, const char *word)
{
    skip(r);
    const size_t len = strlen(word);
    if (strncmp(r->at, word, len) != 0) return false;
    r->at += len;
    return true;
}

static cx_status number(reader *r, double *out)
{
    skip(r);
    const char *const end = cx__parse_f64(r->at, r->at + strlen(r->at), out);
    if (end == NULL || end == r->at) return wrong(r, "a number");
    r->at = end;
    return CX_OK;
}

static size_t word(reader *r)
{
    skip(r);
    size_t n = 0;
    while (isalnum((unsigned char)r->at[n]) || r->at[n] == '_') n++;
    return n;
}

static cx_status node(reader *r, cx__gp_kind kind, int left, int right, int *out)
{
    cx__gp_kernel *const k = r->k;
    if (k->nodes == CX__GP_NODES)
        return cx__fail(CX_E_UNSUPPORTED, r->where, "kernel: more than %d parts",
                        (int)CX__GP_NODES);
    k->node[k->nodes] = (cx__gp_node){.kind = kind, .left = left, .right = right, .fixed = 1.5};
    *out = k->nodes++;
    return CX_OK;
}

/* ---- arguments of a constructor */
typedef struct hyper {
    int count, pairs; /* numbers, and pairs of bounds: one, or as many */
    double value[CX__GP_NUMBERS], low[CX__GP_NUMBERS], high[CX__GP_NUMBERS];
    bool fixed;
} hyper;

static bool opens(reader *r)
{
    return take(r, "[") || take(r, "(");
}

static bool closes(reader *r)
{
    return take(r, "]") || take(r, ")");
}

/* One number, or a list of them. */
static cx_status values(reader *r, hyper *h)
{
    const bool list = opens(r);
    h->count = 0;
    do {
        if (h->count == CX__GP_NUMBERS) return wrong(r, "a shorter list");
        CX__TRY(number(r, &h->value[h->count++]));
    } while (list && take(r, ",") && !(skip(r), *r->at == ']' || *r->at == ')'));
    return list && !closes(r) ? wrong(r, "]") : CX_OK;
}

static cx_status pair(reader *r, hyper *h)
{
    double *const low = &h->low[h->pairs], *const high = &h->high[h->pairs];
    CX__TRY(number(r, low));
    if (!take(r, ",")) return wrong(r, ",");
    CX__TRY(number(r, high));
    if (!closes(r)) return wrong(r, ")");
    h->pairs++;
    return *low >= 0 && *low <= *high ? CX_OK : wrong(r, "0 <= low <= high before what is");
}

/* 'fixed', a pair, or a list of pairs. */
static cx_status bounds(reader *r, hyper *h)
{
    h->fixed = take(r, "'fixed'") || take(r, "\"fixed\"");
    if (h->fixed) return CX_OK;
    if (!opens(r)) return wrong(r, "'fixed' or (low, high)");
    h->pairs = 0;
    if (!opens(r)) return pair(r, h);
    do {
        if (h->pairs == CX__GP_NUMBERS) return wrong(r, "a shorter list");
        CX__TRY(pair(r, h));
    } while (take(r, ",") && opens(r));
    return closes(r) ? CX_OK : wrong(r, "]");
}

/* The smoothness of a Matern kernel. */
static cx_status smoothness(reader *r, cx__gp_node *n)
{
    CX__TRY(number(r, &n->fixed));
    if (!(n->fixed > 0)) return wrong(r, "a number above 0 before what is");
    if (n->fixed <= CX__GP_SMOOTHEST || isinf(n->fixed)) return CX_OK;
    return cx__fail(CX_E_UNSUPPORTED, r->where, "kernel Matern: nu=%g is above %d and not inf",
                    n->fixed, (int)CX__GP_SMOOTHEST);
}

/* The metric of a pairwise kernel. */
static cx_status metric(reader *r, cx__gp_node *n)
{
    const bool single = take(r, "'");
    if (!single && !take(r, "\"")) return wrong(r, "a metric in quotes");
    const size_t len = word(r);
    for (int i = 0; i < CX__GP_METRICS; i++)
        if (strlen(cx__gp_metric[i]) == len && strncmp(cx__gp_metric[i], r->at, len) == 0) {
            n->metric = i;
            r->at += len;
            return take(r, single ? "'" : "\"") ? CX_OK : wrong(r, "the metric's end");
        }
    return wrong(r, "a metric of pairwise_kernels");
}

/* The value of a named argument. */
static cx_status valued(reader *r, cx__gp_node *n, hyper h[2], const char *name, size_t len)
{
    static const char end[] = "_bounds", none[] = "pairwise_kernels_kwargs";
    const size_t tail = sizeof end - 1;
    if (n->kind == CX__GP_MATERN && len == 2 && memcmp(name, "nu", 2) == 0) return smoothness(r, n);
    if (n->kind == CX__GP_PAIRWISE && len == 6 && memcmp(name, "metric", 6) == 0)
        return metric(r, n);
    if (n->kind == CX__GP_PAIRWISE && len == sizeof none - 1 && memcmp(name, none, len) == 0)
        return take(r, "None") ? CX_OK : wrong(r, "None");
    const bool is_bounds = len > tail && memcmp(name + len - tail, end, tail) == 0;
    if (is_bounds) len -= tail;
    for (int i = 0; i < 2; i++) {
        const char *const own = cx__gp_word[n->kind].hyper[i];
        if (own != NULL && strlen(own) == len && memcmp(own, name, len) == 0)
            return is_bounds ? bounds(r, &h[i]) : values(r, &h[i]);
    }
    r->at = name;
    return wrong(r, "a parameter of that kernel");
}

static cx_status argument(reader *r, cx__gp_node *n, hyper h[2], int place)
{
    const size_t len = word(r);
    const char *const name = r->at, *after = name + len;
    while (*after == ' ') after++;
    if (len > 0 && *after == '=') {
        r->at = after + 1;
        return valued(r, n, h, name, len);
    }
    const char *const placed = place < 4 ? arguments[n->kind][place] : NULL;
    return placed == NULL ? wrong(r, ")") : valued(r, n, h, placed, strlen(placed));
}

/* Give the node its hyperparameters. */
static cx_status keep(reader *r, cx__gp_node *n, const hyper h[2])
{
    cx__gp_kernel *const k = r->k;
    const bool many = n->kind == CX__GP_RBF || n->kind == CX__GP_MATERN;
    for (int i = 0; i < 2 && cx__gp_word[n->kind].hyper[i] != NULL; i++) {
        if (h[i].count > 1 && !many) return wrong(r, "one number instead of a list before what is");
        if (h[i].pairs != 1 && h[i].pairs != h[i].count)
            return wrong(r, "bounds once or for each number before what is");
        if (k->numbers + h[i].count > CX__GP_NUMBERS)
            return cx__fail(CX_E_UNSUPPORTED, r->where, "kernel: more than %d hyperparameters",
                            (int)CX__GP_NUMBERS);
        n->first[i] = k->numbers;
        n->count[i] = h[i].count;
        for (int j = 0; j < h[i].count; j++, k->numbers++) {
            const int of = h[i].pairs == 1 ? 0 : j;
            k->value[k->numbers] = h[i].value[j];
            k->low[k->numbers] = h[i].low[of];
            k->high[k->numbers] = h[i].high[of];
            k->fixed[k->numbers] = h[i].fixed;
        }
    }
    return CX_OK;
}

static cx_status constructor(reader *r, cx__gp_kind kind, int *out)
{
    hyper h[2];
    for (int i = 0; i < 2; i++)
        h[i] = (hyper){.count = 1, .pairs = 1, .value = {1}, .low = {1e-5}, .high = {1e5}};
    CX__TRY(node(r, kind, -1, -1, out));
    cx__gp_node *const n = &r->k->node[*out];
    for (int place = 0; !take(r, ")"); place++) {
        if (place > 0 && !take(r, ",")) return wrong(r, ", or )");
        if (place > 0 && take(r, ")")) break;
        CX__TRY(argument(r, n, h, place));
    }
    return keep(r, n, h);
}

/* ---- expressions */
/* A part of one: a node, which is a plain number so far or a kernel. */
typedef struct part {
    int node;
    bool plain;
} part;

static cx_status sum(reader *r, part *out);

/* Two numbers are one: the right one was made last. */
static void fold(reader *r, int left, double value)
{
    cx__gp_kernel *const k = r->k;
    k->value[k->node[left].first[0]] = value;
    k->nodes--;
    k->numbers--;
}

static double plain(const reader *r, part p)
{
    return r->k->value[r->k->node[p.node].first[0]];
}

static cx_status joined(reader *r, cx__gp_kind kind, part *left, part right)
{
    if (left->plain && right.plain) {
        const double a = plain(r, *left), b = plain(r, right);
        fold(r, left->node, kind == CX__GP_SUM ? a + b : a * b);
        return CX_OK;
    }
    left->plain = false;
    return node(r, kind, left->node, right.node, &left->node);
}

static void named(reader *r, const char *name)
{
    const char *const from = r->at;
    if (!take(r, name) || !take(r, "=")) r->at = from;
}

/* What stands in Sum(), Product() and Exponentiation(). */
static cx_status operation(reader *r, cx__gp_kind kind, part *out)
{
    part right;
    double exponent;
    named(r, kind == CX__GP_POWER ? "kernel" : "k1");
    CX__TRY(sum(r, out));
    if (!take(r, ",")) return wrong(r, ",");
    named(r, kind == CX__GP_POWER ? "exponent" : "k2");
    out->plain = false;
    if (kind == CX__GP_POWER) {
        CX__TRY(number(r, &exponent));
        CX__TRY(node(r, kind, out->node, -1, &out->node));
        r->k->node[out->node].fixed = exponent;
    } else {
        CX__TRY(sum(r, &right));
        CX__TRY(node(r, kind, out->node, right.node, &out->node));
    }
    return take(r, ")") ? CX_OK : wrong(r, ")");
}

static cx_status plain_number(reader *r, part *out)
{
    hyper h[2] = {{.count = 1, .pairs = 1, .low = {1e-5}, .high = {1e5}}};
    CX__TRY(number(r, &h[0].value[0]));
    CX__TRY(node(r, CX__GP_CONSTANT, -1, -1, &out->node));
    out->plain = true;
    return keep(r, &r->k->node[out->node], h);
}

static cx_status deeper(reader *r, cx_status (*read)(reader *, cx__gp_kind, part *),
                        cx__gp_kind kind, part *out)
{
    if (++r->depth > 32) return wrong(r, "fewer brackets");
    CX__TRY(read(r, kind, out));
    r->depth--;
    return CX_OK;
}

static cx_status bracket(reader *r, cx__gp_kind kind, part *out)
{
    (void)kind;
    CX__TRY(sum(r, out));
    return take(r, ")") ? CX_OK : wrong(r, ")");
}

static cx_status atom(reader *r, part *out)
{
    if (take(r, "(")) return deeper(r, bracket, CX__GP_SUM, out);
    const size_t len = word(r);
    for (int i = 0; i < CX__GP_KINDS; i++) {
        const cx__gp_kind kind = (cx__gp_kind)i;
        if (strlen(cx__gp_word[i].kind) != len || strncmp(cx__gp_word[i].kind, r->at, len) != 0)
            continue;
        r->at += len;
        if (!take(r, "(")) return wrong(r, "(");
        out->plain = false;
        return kind < CX__GP_SUM ? constructor(r, kind, &out->node)
                                 : deeper(r, operation, kind, out);
    }
    if (len > 0 && !isdigit((unsigned char)*r->at)) return wrong(r, "a kernel");
    return plain_number(r, out);
}

/* What follows **, itself a power. */
static cx_status exponent(reader *r, double *out)
{
    double above;
    CX__TRY(number(r, out));
    if (!take(r, "**")) return CX_OK;
    CX__TRY(number(r, &above));
    *out = pow(*out, above);
    return CX_OK;
}

static cx_status power(reader *r, part *out)
{
    double by;
    CX__TRY(atom(r, out));
    if (!take(r, "**")) return CX_OK;
    CX__TRY(exponent(r, &by));
    if (out->plain) {
        r->k->value[r->k->node[out->node].first[0]] = pow(plain(r, *out), by);
        return CX_OK;
    }
    CX__TRY(node(r, CX__GP_POWER, out->node, -1, &out->node));
    r->k->node[out->node].fixed = by;
    return CX_OK;
}

static cx_status product(reader *r, part *out)
{
    CX__TRY(power(r, out));
    while (skip(r), *r->at == '*') {
        part right;
        r->at++;
        CX__TRY(power(r, &right));
        CX__TRY(joined(r, CX__GP_PRODUCT, out, right));
    }
    return CX_OK;
}

static cx_status sum(reader *r, part *out)
{
    CX__TRY(product(r, out));
    while (take(r, "+")) {
        part right;
        CX__TRY(product(r, &right));
        CX__TRY(joined(r, CX__GP_SUM, out, right));
    }
    return CX_OK;
}

/* Hyperparameters have logarithms; a fixed one that is no length may be 0. */
static cx_status in_range(const reader *r)
{
    for (int i = 0; i < r->k->nodes; i++) {
        const cx__gp_node *const n = &r->k->node[i];
        const bool zero =
            n->kind == CX__GP_CONSTANT || n->kind == CX__GP_WHITE || n->kind == CX__GP_DOT;
        for (int h = 0; h < 2; h++)
            for (int at = n->first[h]; at < n->first[h] + n->count[h]; at++) {
                const double v = r->k->value[at];
                if ((v > 0 && !isinf(v)) || (v == 0 && zero && r->k->fixed[at])) continue;
                return cx__fail(CX_E_ARGUMENT, r->where, "kernel %s: %s=%g is no positive number",
                                cx__gp_word[n->kind].kind, cx__gp_word[n->kind].hyper[h], v);
            }
    }
    return CX_OK;
}

cx_status cx__gp_parse(const char *where, const char *text, cx__gp_kernel *out)
{
    reader r = {.where = where, .text = text, .at = text, .k = out};
    part root;
    *out = (cx__gp_kernel){.nodes = 0};
    CX__TRY(sum(&r, &root));
    skip(&r);
    if (*r.at != '\0') return wrong(&r, "the end");
    return root.plain ? wrong(&r, "a kernel beside the number") : in_range(&r);
}
