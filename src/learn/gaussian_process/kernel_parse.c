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
    {"Sum", {NULL, NULL}},
    {"Product", {NULL, NULL}},
    {"Exponentiation", {NULL, NULL}},
};
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
    int count;
    double value[CX__GP_NUMBERS], low, high;
    bool fixed;
} hyper;

/* One number, or a list of them. */
static cx_status values(reader *r, hyper *h)
{
    const bool list = take(r, "[") || take(r, "(");
    h->count = 0;
    do {
        if (h->count == CX__GP_NUMBERS) return wrong(r, "a shorter list");
        CX__TRY(number(r, &h->value[h->count]));
        if (!(h->value[h->count] > 0) || isinf(h->value[h->count]))
            return wrong(r, "a positive number before what is");
        h->count++;
        skip(r);
    } while (list && take(r, ",") && !(skip(r), *r->at == ']' || *r->at == ')'));
    if (list && !take(r, "]") && !take(r, ")")) return wrong(r, "]");
    return CX_OK;
}

static cx_status bounds(reader *r, hyper *h)
{
    h->fixed = take(r, "'fixed'") || take(r, "\"fixed\"");
    if (h->fixed) return CX_OK;
    if (!take(r, "(") && !take(r, "[")) return wrong(r, "'fixed' or (low, high)");
    CX__TRY(number(r, &h->low));
    if (!take(r, ",")) return wrong(r, ",");
    CX__TRY(number(r, &h->high));
    if (!take(r, ")") && !take(r, "]")) return wrong(r, ")");
    if (!(h->low >= 0 && h->low <= h->high)) return wrong(r, "low <= high before what is");
    return CX_OK;
}

/* The hyperparameter that an argument names; -1: nu, -2: none. */
static int hyper_of(cx__gp_kind kind, const char *name, size_t len, bool *is_bounds)
{
    static const char end[] = "_bounds";
    *is_bounds =
        len > sizeof end - 1 && memcmp(name + len - (sizeof end - 1), end, sizeof end - 1) == 0;
    if (*is_bounds) len -= sizeof end - 1;
    for (int i = 0; i < 2; i++) {
        const char *const h = cx__gp_word[kind].hyper[i];
        if (h != NULL && strlen(h) == len && memcmp(h, name, len) == 0) return i;
    }
    return kind == CX__GP_MATERN && len == 2 && memcmp(name, "nu", 2) == 0 ? -1 : -2;
}

/* The smoothness of a Matern kernel. */
static cx_status smoothness(reader *r, cx__gp_node *n)
{
    CX__TRY(number(r, &n->fixed));
    if (n->fixed == 0.5 || n->fixed == 1.5 || n->fixed == 2.5 || (isinf(n->fixed) && n->fixed > 0))
        return CX_OK;
    return cx__fail(CX_E_UNSUPPORTED, r->where, "kernel Matern: nu is 0.5, 1.5, 2.5 or inf");
}

static cx_status argument(reader *r, cx__gp_node *n, hyper h[2], int place)
{
    size_t len = word(r);
    const char *name = r->at;
    const char *after = name + len;
    while (*after == ' ') after++;
    if (len > 0 && *after == '=' && !isdigit((unsigned char)*name)) {
        r->at = after + 1;
    } else {
        name = place < 4 ? arguments[n->kind][place] : NULL;
        if (name == NULL) return wrong(r, ")");
        len = strlen(name);
    }
    bool is_bounds;
    const int i = hyper_of(n->kind, name, len, &is_bounds);
    if (i == -1) return smoothness(r, n);
    if (i < 0) {
        r->at = name;
        return wrong(r, "a parameter of that kernel");
    }
    return is_bounds ? bounds(r, &h[i]) : values(r, &h[i]);
}

/* Give the node its hyperparameters. */
static cx_status keep(reader *r, cx__gp_node *n, const hyper h[2])
{
    cx__gp_kernel *const k = r->k;
    const bool many = n->kind == CX__GP_RBF || n->kind == CX__GP_MATERN;
    for (int i = 0; i < 2 && cx__gp_word[n->kind].hyper[i] != NULL; i++) {
        if (h[i].count > 1 && !many) return wrong(r, "one number instead of a list before what is");
        if (k->numbers + h[i].count > CX__GP_NUMBERS)
            return cx__fail(CX_E_UNSUPPORTED, r->where, "kernel: more than %d hyperparameters",
                            (int)CX__GP_NUMBERS);
        n->first[i] = k->numbers;
        n->count[i] = h[i].count;
        for (int j = 0; j < h[i].count; j++, k->numbers++) {
            k->value[k->numbers] = h[i].value[j];
            k->low[k->numbers] = h[i].low;
            k->high[k->numbers] = h[i].high;
            k->fixed[k->numbers] = h[i].fixed;
        }
    }
    return CX_OK;
}

static cx_status constructor(reader *r, cx__gp_kind kind, int *out)
{
    hyper h[2] = {{.count = 1, .value = {1}, .low = 1e-5, .high = 1e5},
                  {.count = 1, .value = {1}, .low = 1e-5, .high = 1e5}};
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
static cx_status sum(reader *r, int *out);

static cx_status atom(reader *r, int *out)
{
    if (take(r, "(")) {
        if (++r->depth > 32) return wrong(r, "fewer brackets");
        CX__TRY(sum(r, out));
        r->depth--;
        return take(r, ")") ? CX_OK : wrong(r, ")");
    }
    const size_t len = word(r);
    for (int kind = 0; kind < CX__GP_SUM; kind++)
        if (strlen(cx__gp_word[kind].kind) == len &&
            strncmp(cx__gp_word[kind].kind, r->at, len) == 0) {
            r->at += len;
            return take(r, "(") ? constructor(r, (cx__gp_kind)kind, out) : wrong(r, "(");
        }
    hyper h[2] = {{.count = 1, .low = 1e-5, .high = 1e5}};
    const char *const from = r->at;
    CX__TRY(number(r, &h[0].value[0]));
    if (!(h[0].value[0] > 0) || isinf(h[0].value[0])) {
        r->at = from;
        return wrong(r, "a positive number");
    }
    CX__TRY(node(r, CX__GP_CONSTANT, -1, -1, out));
    return keep(r, &r->k->node[*out], h);
}

static cx_status power(reader *r, int *out)
{
    CX__TRY(atom(r, out));
    while (take(r, "**")) {
        double exponent;
        CX__TRY(number(r, &exponent));
        CX__TRY(node(r, CX__GP_POWER, *out, -1, out));
        r->k->node[*out].fixed = exponent;
    }
    return CX_OK;
}

static cx_status product(reader *r, int *out)
{
    CX__TRY(power(r, out));
    while (skip(r), *r->at == '*') {
        int right;
        r->at++;
        CX__TRY(power(r, &right));
        CX__TRY(node(r, CX__GP_PRODUCT, *out, right, out));
    }
    return CX_OK;
}

static cx_status sum(reader *r, int *out)
{
    CX__TRY(product(r, out));
    while (take(r, "+")) {
        int right;
        CX__TRY(product(r, &right));
        CX__TRY(node(r, CX__GP_SUM, *out, right, out));
    }
    return CX_OK;
}

cx_status cx__gp_parse(const char *where, const char *text, cx__gp_kernel *out)
{
    reader r = {.where = where, .text = text, .at = text, .k = out};
    int root;
    *out = (cx__gp_kernel){.nodes = 0};
    CX__TRY(sum(&r, &root));
    skip(&r);
    return *r.at == '\0' ? CX_OK : wrong(&r, "the end");
}

/* ---- printing */
static void print_hyper(cx__text *t, const cx__gp_kernel *k, const cx__gp_node *n, int i)
{
    const char *const name = cx__gp_word[n->kind].hyper[i];
    const int first = n->first[i], count = n->count[i];
    cx__text_f(t, "%s%s=%s", i > 0 ? ", " : "", name, count > 1 ? "[" : "");
    for (int j = 0; j < count; j++) {
        if (j > 0) cx__text_puts(t, ", ");
        cx__text_f64(t, k->value[first + j]);
    }
    cx__text_f(t, "%s, %s_bounds=", count > 1 ? "]" : "", name);
    if (k->fixed[first]) {
        cx__text_puts(t, "'fixed'");
        return;
    }
    cx__text_puts(t, "(");
    cx__text_f64(t, k->low[first]);
    cx__text_puts(t, ", ");
    cx__text_f64(t, k->high[first]);
    cx__text_puts(t, ")");
}

static void print(cx__text *t, const cx__gp_kernel *k, int at)
{
    const cx__gp_node *const n = &k->node[at];
    if (n->kind >= CX__GP_SUM) {
        cx__text_puts(t, "(");
        print(t, k, n->left);
        cx__text_puts(t, n->kind == CX__GP_SUM       ? " + "
                         : n->kind == CX__GP_PRODUCT ? " * "
                                                     : " ** ");
        if (n->kind == CX__GP_POWER)
            cx__text_f64(t, n->fixed);
        else
            print(t, k, n->right);
        cx__text_puts(t, ")");
        return;
    }
    cx__text_f(t, "%s(", cx__gp_word[n->kind].kind);
    for (int i = 0; i < 2 && cx__gp_word[n->kind].hyper[i] != NULL; i++) print_hyper(t, k, n, i);
    if (n->kind == CX__GP_MATERN) {
        cx__text_puts(t, ", nu=");
        cx__text_f64(t, n->fixed);
    }
    cx__text_puts(t, ")");
}

void cx__gp_print(cx__text *t, const cx__gp_kernel *k)
{
    print(t, k, k->nodes - 1);
}
