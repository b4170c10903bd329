/* device: simulated. Histogram growth, slot by slot: what a GPU leaves is what the CPU leaves, bit
 * for bit, so that both grow the same trees. */
#include "device.h"
#include "learn/numeric/site.h"
#include <calx/array.h>
#include <calx/device.h>
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { N = 3000, D = 11, D8 = 16, BINS = 40, NAN_COLUMN = 3, CATEGORIES = 5, SLOTS = 3 };

static cx_scope scope;
static void setup(void)
{
    scope = cx_scope_open();
}
static void teardown(void)
{
    cr_assert(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
}
TestSuite(trees, .init = setup, .fini = teardown);

static uint32_t state = 7;
static uint32_t draw(uint32_t below)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % below;
}

/* The same things on a device: what goes in, and what the slots make. */
typedef struct side {
    cx__site site;
    cx_array *x, *row, *edge, *first, *categorical, *code, *gradient, *hessian, *word, *unit, *hist,
        *list, *room, *used, *missing, *monotonic, *raw;
    cx_tree_codes codes;
} side;

static cx_array *here(const side *s, const void *v, int64_t n, cx_dtype t)
{
    return cx_to(cx_copy_host(v, CX_SHAPE(n), t), s->site.device);
}
static cx_array *empty(const side *s, int64_t n, cx_dtype t)
{
    return cx_zeros(CX_SHAPE(n), t, s->site.device);
}

/* Numbers of few values in every column; some missing in one, categories (and others) in another.
 */
static double *table(void)
{
    static double x[N * D];
    for (int64_t i = 0; i < N; i++)
        for (int64_t j = 0; j < D; j++) {
            double v = (double)draw(97) / 7 - 5;
            if (j == NAN_COLUMN && draw(5) == 0) v = NAN;
            if (j == CATEGORIES) v = draw(12) == 0 ? NAN : (double)draw(9) * 3;
            x[i * D + j] = v;
        }
    return x;
}

static void fill(side *s, cx_device device)
{
    static double edge[D * BINS], gradient[N], hessian[N];
    static int32_t first[D + 1], used[D], list[N];
    static int64_t row[N];
    static uint8_t missing[D], categorical[D];
    static int8_t monotonic[D];
    state = 7;
    const double *const x = table();
    int32_t at = 0;
    for (int j = 0; j < D; j++) {
        first[j] = at;
        const int count = j == CATEGORIES ? 8 : j == 2 ? 0 : 5 + 3 * j;
        for (int k = 0; k < count; k++) edge[at++] = j == CATEGORIES ? k * 3 : k * 10.0 / count - 5;
        used[j] = j == CATEGORIES ? count : count + 1;
        missing[j] = j == NAN_COLUMN || j == CATEGORIES;
        categorical[j] = j == CATEGORIES;
        monotonic[j] = (int8_t)(j == 1 ? 1 : j == 4 ? -1 : 0);
    }
    first[D] = at;
    for (int64_t i = 0; i < N; i++) {
        row[i] = (i * 7) % N;
        list[i] = (int32_t)((i * 11) % N);
        gradient[i] = ((double)draw(1000) - 400) / 300 + (x[row[i] * D] > 0 ? 0.5 : 0);
        hessian[i] = (double)(1 + draw(100)) / 70;
    }
    cr_assert(cx__site_at("test", device, &s->site) == CX_OK, "%s", cx_error_message());
    s->x = here(s, x, N * D, CX_F64);
    s->row = here(s, row, N, CX_I64);
    s->edge = here(s, edge, at, CX_F64);
    s->first = here(s, first, D + 1, CX_I32);
    s->categorical = here(s, categorical, D, CX_U8);
    s->gradient = here(s, gradient, N, CX_F64);
    s->hessian = here(s, hessian, N, CX_F64);
    s->list = here(s, list, N, CX_I32);
    s->used = here(s, used, D, CX_I32);
    s->missing = here(s, missing, D, CX_U8);
    s->monotonic = here(s, monotonic, D, CX_I8);
    s->code = empty(s, D8 * N, CX_U8);
    s->word = empty(s, 2 * N, CX_I64);
    s->unit = empty(s, 2, CX_F64);
    s->hist = empty(s, SLOTS * D8 * BINS * 2, CX_I64);
    s->room = empty(s, N, CX_I32);
    s->raw = empty(s, 2 * N, CX_F64);
    s->codes = (cx_tree_codes){.n = N, .d = D, .bins = BINS, .code = cx__at(s->code)};
    cr_assert(cx_ok(), "%s", cx_error_message());
}

static void same(const cx_array *a, const cx_array *b, const char *what)
{
    const cx_array *const p = cx_to(a, CX_CPU), *const q = cx_to(b, CX_CPU);
    cr_assert(cx_ok() && memcmp(cx__at(p), cx__at(q), cx_nbytes(p)) == 0, "%s differ", what);
}
static void ok(cx_status st)
{
    cr_assert(st == CX_OK, "%s", cx_error_message());
}

static void make_codes(const side *s)
{
    ok(s->site.trees->bins(s->site.queue, &(cx_tree_bins){.codes = &s->codes,
                                                          .x = cx__at(s->x),
                                                          .row = cx__at(s->row),
                                                          .edge = cx__at(s->edge),
                                                          .first = cx__at(s->first),
                                                          .categorical = cx__at(s->categorical)}));
}
static void make_words(const side *s, int channels)
{
    ok(s->site.trees->fix(s->site.queue,
                          &(cx_tree_fix){.count_bits = cx_tree_count_bits(N),
                                         .n = N,
                                         .stride = 1,
                                         .gradient = cx__at(s->gradient),
                                         .hessian = channels == 2 ? cx__at(s->hessian) : NULL,
                                         .word = cx__at(s->word),
                                         .unit = cx__at(s->unit)}));
}
/* Slot 0: what is left of all rows without [200, 1400), which is slot 1; slot 2: one row. */
static void make_histograms(const side *s, int channels)
{
    const cx_tree_node_rows node[SLOTS] = {{0, N, 0, -1}, {200, 1400, 1, 0}, {5, 6, 2, -1}};
    const cx_tree_histograms call = {.codes = &s->codes,
                                     .channels = channels,
                                     .word = cx__at(s->word),
                                     .row = cx__at(s->list),
                                     .nodes = 1,
                                     .node = node,
                                     .hist = cx__at(s->hist)};
    ok(s->site.trees->histograms(s->site.queue, &call));
    cx_tree_histograms rest = call;
    rest.node = node + 1;
    rest.nodes = 2;
    ok(s->site.trees->histograms(s->site.queue, &rest));
}

static void make_splits(const side *s, int channels, bool plain, cx_tree_split *out)
{
    static const uint8_t allowed[D] = {1, 0, 1, 1, 0, 1};
    const cx_tree_gains gains = {.l2 = 0.25,
                                 .min_hessian = 1e-3,
                                 .min_samples = 20,
                                 .used = cx__at(s->used),
                                 .missing = cx__at(s->missing),
                                 .categorical = plain ? NULL : cx__at(s->categorical),
                                 .monotonic = plain ? NULL : cx__at(s->monotonic)};
    const cx_tree_ask node[SLOTS] = {
        {0, 0.1, -INFINITY, INFINITY, -1}, {1, -0.05, -0.3, 0.2, 0}, {2, 0, -1, 1, -1}};
    ok(s->site.trees->splits(s->site.queue, &(cx_tree_splits){.codes = &s->codes,
                                                              .gains = &gains,
                                                              .channels = channels,
                                                              .count_bits = cx_tree_count_bits(N),
                                                              .hist = cx__at(s->hist),
                                                              .unit = cx__at(s->unit),
                                                              .nodes = SLOTS,
                                                              .node = node,
                                                              .allowed = allowed,
                                                              .split = out}));
}

static void same_split(const cx_tree_split *a, const cx_tree_split *b, int node)
{
    cr_assert(a->gain == b->gain && a->feature == b->feature && a->bin == b->bin &&
                  a->missing_left == b->missing_left && a->categorical == b->categorical,
              "node %d: gain %.17g of column %d, code %d; not %.17g, %d, %d", node, b->gain,
              b->feature, b->bin, a->gain, a->feature, a->bin);
    cr_assert(a->count == b->count && memcmp(a->total, b->total, sizeof a->total) == 0);
    if (!(a->gain > 0)) return;
    cr_assert(a->count_left == b->count_left && a->value_left == b->value_left &&
              a->value_right == b->value_right && memcmp(a->left, b->left, sizeof a->left) == 0);
    if (a->categorical) cr_assert(memcmp(a->bits, b->bits, sizeof a->bits) == 0);
}

static void cut(const side *s, const cx_tree_split *split, int64_t middle[2])
{
    cx_tree_cut k[2] = {{.begin = 0, .end = N - 300}, {.begin = N - 250, .end = N}};
    for (int i = 0; i < 2; i++) {
        k[i].feature = split->feature;
        k[i].bin = split->bin;
        k[i].missing_left = split->missing_left;
        k[i].categorical = split->categorical;
        memcpy(k[i].bits, split->bits, sizeof split->bits);
    }
    ok(s->site.trees->partition(s->site.queue, &(cx_tree_partition){.codes = &s->codes,
                                                                    .row = cx__at(s->list),
                                                                    .room = cx__at(s->room),
                                                                    .nodes = 2,
                                                                    .cut = k,
                                                                    .middle = middle}));
}

static void compare(int channels, bool plain)
{
    side s[2] = {{.x = NULL}};
    cx_tree_split split[2][SLOTS];
    int64_t middle[2][2];
    memset(split, 0, sizeof split);
    for (int k = 0; k < 2; k++) {
        fill(&s[k], k == 0 ? CX_CPU : test_device());
        make_codes(&s[k]);
        make_words(&s[k], channels);
        make_histograms(&s[k], channels);
        make_splits(&s[k], channels, plain, split[k]);
        cut(&s[k], &split[k][0], middle[k]);
    }
    same(s[0].code, s[1].code, "codes");
    same(s[0].word, s[1].word, "words");
    same(s[0].unit, s[1].unit, "units");
    same(s[0].hist, s[1].hist, "histograms");
    for (int i = 0; i < SLOTS; i++) same_split(&split[0][i], &split[1][i], i);
    cr_assert(split[0][0].gain > 0 && split[0][1].gain > 0 && split[0][2].gain <= 0);
    same(s[0].list, s[1].list, "cuts");
    cr_assert(memcmp(middle[0], middle[1], sizeof middle[0]) == 0);
    for (int k = 0; k < 2; k++) {
        const int64_t begin[3] = {0, 100, N - 10}, end[3] = {100, 100, N};
        const double value[3] = {0.1, 9, -0.7};
        for (int twice = 0; twice < 2; twice++)
            ok(s[k].site.trees->leaves(s[k].site.queue, &(cx_tree_leaves){.row = cx__at(s[k].list),
                                                                          .leaves = 3,
                                                                          .begin = begin,
                                                                          .end = end,
                                                                          .value = value,
                                                                          .raw = cx__at(s[k].raw),
                                                                          .stride = 2}));
    }
    same(s[0].raw, s[1].raw, "predictions");
}

Test(trees, newton_steps_with_categories_and_bounds)
{
    compare(2, false);
}
Test(trees, hessians_of_one)
{
    compare(1, false);
}
Test(trees, numbers_only)
{
    compare(2, true);
    compare(1, true);
}

Test(trees, words_of_several_classes)
{
    enum { K = 30 };
    side s[2];
    cx_array *hist[2];
    for (int k = 0; k < 2; k++) {
        fill(&s[k], k == 0 ? CX_CPU : test_device());
        make_codes(&s[k]);
        static int64_t word[N * K];
        for (int64_t i = 0; i < N * K; i++) word[i] = (int64_t)((uint64_t)i * 0x9e3779b97f4a7c15u);
        const cx_array *const words = here(&s[k], word, N * K, CX_I64);
        hist[k] = empty(&s[k], D8 * BINS * K, CX_I64);
        const cx_tree_node_rows node = {17, N - 5, 0, -1};
        ok(s[k].site.trees->histograms(s[k].site.queue,
                                       &(cx_tree_histograms){.codes = &s[k].codes,
                                                             .channels = K,
                                                             .word = cx__at(words),
                                                             .row = cx__at(s[k].list),
                                                             .nodes = 1,
                                                             .node = &node,
                                                             .hist = cx__at(hist[k])}));
    }
    same(hist[0], hist[1], "histograms");
}

/* ---- several outputs */
enum { OUTPUTS = 3 };
static double several[N * OUTPUTS];

/* The highest gain of the rows by the definition, over columns of numbers. */
static double best_gain(const side *s, const double *hessian)
{
    const uint8_t *const code = cx__at(cx_to(s->code, CX_CPU));
    const int32_t *const list = cx__at(cx_to(s->list, CX_CPU)), *const used =
                                                                    cx__at(cx_to(s->used, CX_CPU));
    double best = -1;
    for (int64_t j = 0; j < D; j++)
        for (int cut = 0; cut < used[j]; cut++)
            for (int way = 0; way < 2; way++) {
                double g[2][OUTPUTS] = {{0}}, h[2] = {0, 0}, gain = 0;
                int64_t count[2] = {0, 0};
                for (int64_t i = 0; i < N; i++) {
                    const int64_t r = list[i];
                    const int c = code[(j / 8 * N + r) * 8 + j % 8],
                              right = c == BINS - 1 ? way == 0 : c > cut;
                    for (int k = 0; k < OUTPUTS; k++) g[right][k] += several[r * OUTPUTS + k];
                    h[right] += hessian != NULL ? hessian[r] : 1;
                    count[right]++;
                }
                if (count[0] < 20 || count[1] < 20) continue;
                for (int k = 0; k < OUTPUTS; k++) {
                    const double all = g[0][k] + g[1][k];
                    gain += g[0][k] * g[0][k] / h[0] + g[1][k] * g[1][k] / h[1] -
                            all * all / (h[0] + h[1]);
                }
                best = gain > best ? gain : best;
            }
    return best;
}

static void split_several(side *s, bool hessians, cx_tree_split *out, int64_t *sums)
{
    static const uint8_t allowed[D] = {1, 0, 1, 1, 0, 1};
    const cx_array *const gradient = here(s, several, N * OUTPUTS, CX_F64);
    s->word = empty(s, N * (OUTPUTS + 1), CX_I64);
    s->hist = empty(s, SLOTS * D8 * BINS * (OUTPUTS + 1), CX_I64);
    ok(s->site.trees->fix(s->site.queue,
                          &(cx_tree_fix){.count_bits = cx_tree_count_bits(N),
                                         .n = N,
                                         .stride = OUTPUTS,
                                         .gradient = cx__at(gradient),
                                         .hessian = hessians ? cx__at(s->hessian) : NULL,
                                         .word = cx__at(s->word),
                                         .unit = cx__at(s->unit),
                                         .outputs = OUTPUTS}));
    const cx_tree_node_rows rows[SLOTS] = {{0, N, 0, -1}, {200, 1400, 1, -1}, {5, 6, 2, -1}};
    ok(s->site.trees->histograms(s->site.queue, &(cx_tree_histograms){.codes = &s->codes,
                                                                      .channels = OUTPUTS + 1,
                                                                      .word = cx__at(s->word),
                                                                      .row = cx__at(s->list),
                                                                      .nodes = SLOTS,
                                                                      .node = rows,
                                                                      .hist = cx__at(s->hist)}));
    const cx_tree_gains gains = {.min_hessian = 1e-3,
                                 .min_samples = 20,
                                 .used = cx__at(s->used),
                                 .missing = cx__at(s->missing)};
    const cx_tree_ask node[SLOTS] = {
        {.slot = 0, .allowed = -1}, {.slot = 1, .allowed = 0}, {.slot = 2, .allowed = -1}};
    ok(s->site.trees->splits(s->site.queue, &(cx_tree_splits){.codes = &s->codes,
                                                              .gains = &gains,
                                                              .channels = OUTPUTS + 1,
                                                              .count_bits = cx_tree_count_bits(N),
                                                              .hist = cx__at(s->hist),
                                                              .unit = cx__at(s->unit),
                                                              .nodes = SLOTS,
                                                              .node = node,
                                                              .allowed = allowed,
                                                              .split = out,
                                                              .outputs = OUTPUTS,
                                                              .sums = sums}));
}

static void compare_several(bool hessians)
{
    side s[2] = {{.x = NULL}};
    cx_tree_split split[2][SLOTS];
    int64_t sums[2][SLOTS * 2 * (OUTPUTS + 1)];
    for (int k = 0; k < 2; k++) {
        fill(&s[k], k == 0 ? CX_CPU : test_device());
        for (int64_t i = 0; i < N * OUTPUTS; i++)
            several[i] = ((double)draw(1000) - 500) / 300 * (1 + (i / OUTPUTS * 7 % N) % 5);
        make_codes(&s[k]);
        split_several(&s[k], hessians, split[k], sums[k]);
    }
    same(s[0].word, s[1].word, "words");
    same(s[0].unit, s[1].unit, "units");
    same(s[0].hist, s[1].hist, "histograms");
    for (int i = 0; i < SLOTS; i++) same_split(&split[0][i], &split[1][i], i);
    cr_assert(memcmp(sums[0], sums[1], sizeof sums[0]) == 0, "sums differ");
    cr_assert(split[0][0].gain > 0 && split[0][1].gain > 0 && split[0][2].gain <= 0);
    const double want = best_gain(&s[0], hessians ? cx__at(s[0].hessian) : NULL);
    cr_assert(fabs(split[0][0].gain - want) <= 1e-6 * want, "gain %g, not %g", split[0][0].gain,
              want);
}

Test(trees, several_outputs)
{
    compare_several(false);
    compare_several(true);
}

Test(trees, gradients_beyond_float32)
{
    side s;
    fill(&s, test_device());
    make_codes(&s);
    const cx_scope inner = cx_scope_open();
    cr_assert(cx_copy_into(cx_f64(1e300), cx_slice(s.gradient, 0, 70, 71, 1)) == CX_OK);
    cx_tree_split split[SLOTS];
    const cx_tree_fix fix = {.count_bits = cx_tree_count_bits(N),
                             .n = N,
                             .stride = 1,
                             .gradient = cx__at(s.gradient),
                             .word = cx__at(s.word),
                             .unit = cx__at(s.unit)};
    ok(s.site.trees->fix(s.site.queue, &fix));
    make_histograms(&s, 1);
    const cx_tree_gains gains = {
        .min_samples = 1, .used = cx__at(s.used), .missing = cx__at(s.missing)};
    const cx_tree_ask node = {0, 0, -1, 1, -1};
    const cx_status st =
        s.site.trees->splits(s.site.queue, &(cx_tree_splits){.codes = &s.codes,
                                                             .gains = &gains,
                                                             .channels = 1,
                                                             .count_bits = fix.count_bits,
                                                             .hist = cx__at(s.hist),
                                                             .unit = cx__at(s.unit),
                                                             .nodes = 1,
                                                             .node = &node,
                                                             .split = split});
    cr_assert(st == CX_E_ARGUMENT && strstr(cx_error_message(), "diverge") != NULL);
    const cx_status closed = cx_scope_close(inner);
    cr_assert(closed == CX_OK || closed == CX_E_ARGUMENT);
}
