/* The slots of histogram growth against plain loops, on random rows with missing values,
 * categories, directions and columns that may not split. */
#include "learn/numeric/site.h"

#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { D = 11, D8 = 16, MOST = 300, BINS = 21, CASES = 60 };

static uint64_t state;
static double draw(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (double)(int64_t)(state >> 11) / 9007199254740992.0;
}

/* Rows whose column j has edges 0.5, 1.5, ... (used[j] codes), odd cases with categories. */
typedef struct world {
    int64_t n, channels;
    double x[MOST * D], edge[D * BINS], g[MOST], h[MOST], unit[2];
    int32_t first[D + 1], used[D], row[MOST], room[MOST];
    uint8_t missing[D], categorical[D], code[D8 * MOST], allowed[D], plain[MOST * D];
    int8_t monotonic[D];
    int64_t word[MOST * 2], hist[3 * D8 * BINS * 2];
    cx_tree_codes codes;
    cx_tree_gains gains;
} world;

static cx__site site;
static world *make(int number)
{
    world *const w = calloc(1, sizeof *w);
    state = 77u + (uint64_t)number;
    w->n = 40 + (int64_t)(draw() * (MOST - 40));
    w->channels = number % 2 + 1;
    for (int64_t j = 0, at = 0; j < D; j++) {
        w->categorical[j] = number % 3 == 0 && j % 4 == 1;
        w->missing[j] = draw() < 0.5;
        w->used[j] = 2 + (int32_t)(draw() * (BINS - 3));
        w->monotonic[j] = (int8_t)(w->categorical[j] ? 0 : (int)(draw() * 3) - 1);
        w->allowed[j] = j == 0 || draw() < 0.7;
        const int32_t count = w->used[j] - !w->categorical[j];
        w->first[j] = (int32_t)at;
        for (int32_t k = 0; k < count; k++) w->edge[at + k] = w->categorical[j] ? k * 1.5 : k + 0.5;
        w->first[j + 1] = (int32_t)(at += count);
    }
    for (int64_t i = 0; i < w->n; i++) {
        for (int64_t j = 0; j < D; j++) {
            const int c = (int)(draw() * w->used[j]);
            const bool gone = w->missing[j] && draw() < 0.2;
            w->x[i * D + j] = gone ? (double)NAN : w->categorical[j] ? c * 1.5 : c;
            w->plain[i * D + j] = (uint8_t)(gone ? BINS - 1 : c);
        }
        w->g[i] = draw() - 0.5 + 0.1 * (w->plain[i * D] > 3);
        w->h[i] = 0.05 + draw();
        w->row[i] = (int32_t)i;
    }
    w->codes = (cx_tree_codes){.n = w->n, .d = D, .bins = BINS, .code = w->code};
    w->gains = (cx_tree_gains){.l2 = number % 4,
                               .min_hessian = 1e-3,
                               .min_samples = 1 + number % 5,
                               .used = w->used,
                               .missing = w->missing,
                               .categorical = w->categorical,
                               .monotonic = number % 4 == 1 ? w->monotonic : NULL};
    const cx_tree_bins bins = {&w->codes, w->x, NULL, w->edge, w->first, w->categorical};
    cr_assert(site.trees->bins(site.queue, &bins) == CX_OK);
    const cx_tree_fix fix = {.count_bits = cx_tree_count_bits(w->n),
                             .n = w->n,
                             .stride = 1,
                             .gradient = w->g,
                             .hessian = w->channels == 2 ? w->h : NULL,
                             .word = w->word,
                             .unit = w->unit};
    cr_assert(site.trees->fix(site.queue, &fix) == CX_OK);
    return w;
}

static void open_site(void)
{
    cr_assert(cx__site_at("test", CX_CPU, &site) == CX_OK);
}
TestSuite(trees_hist, .init = open_site);

Test(trees_hist, codes_and_words)
{
    for (int k = 0; k < CASES; k++) {
        world *const w = make(k);
        for (int64_t i = 0; i < w->n; i++) {
            for (int64_t j = 0; j < D; j++)
                cr_assert(w->code[(j / 8 * w->n + i) * 8 + j % 8] == w->plain[i * D + j]);
            const int bits = cx_tree_count_bits(w->n);
            const int64_t last = w->word[i * w->channels + w->channels - 1];
            cr_assert((last & (((int64_t)1 << bits) - 1)) == 1);
            const double g =
                (double)(w->channels == 2 ? w->word[2 * i] : last >> bits) * w->unit[0];
            cr_assert(fabs(g - (double)(float)w->g[i]) <= w->unit[0]);
            if (w->channels == 2)
                cr_assert(fabs((double)(last >> bits) * w->unit[1] - (double)(float)w->h[i]) <=
                          w->unit[1]);
        }
        free(w);
    }
}

static void sum_plainly(const world *w, int64_t begin, int64_t end, int64_t *out)
{
    memset(out, 0, D8 * BINS * 2 * sizeof *out);
    for (int64_t i = begin; i < end; i++)
        for (int64_t j = 0; j < D; j++)
            for (int64_t c = 0; c < w->channels; c++)
                out[(j * BINS + w->plain[w->row[i] * D + j]) * w->channels + c] +=
                    w->word[w->row[i] * w->channels + c];
}

Test(trees_hist, histograms_and_differences)
{
    static int64_t want[D8 * BINS * 2];
    for (int k = 0; k < CASES; k++) {
        world *const w = make(k);
        const int64_t length = D8 * BINS * w->channels, middle = w->n / 3;
        const cx_tree_node_rows nodes[] = {{0, w->n, 1, -1}, {0, middle, 2, 1}};
        const cx_tree_histograms call = {&w->codes, w->channels, w->word, w->row,
                                         2,         nodes,       w->hist};
        cr_assert(site.trees->histograms(site.queue, &call) == CX_OK);
        sum_plainly(w, 0, middle, want);
        cr_assert(memcmp(want, w->hist + 2 * length, (size_t)length * 8) == 0, "case %d", k);
        sum_plainly(w, middle, w->n, want);
        cr_assert(memcmp(want, w->hist + length, (size_t)length * 8) == 0, "case %d", k);
        free(w);
    }
}

/* ---- splits: of all cuts of the numbers none is better, and the one told is what it says */
typedef struct side {
    double g, h;
    int64_t n;
} side;

static bool left_of(const cx_tree_split *s, uint8_t code)
{
    if (s->categorical) return s->bits[code / 32] >> (code % 32) & 1;
    return code == BINS - 1 ? s->missing_left || s->bin >= BINS - 1 : code <= s->bin;
}

static double gain_of(const world *w, const cx_tree_split *s, side *left, side *right)
{
    side all[2] = {{0, 0, 0}, {0, 0, 0}};
    for (int64_t i = 0; i < w->n; i++) {
        side *const to = &all[!left_of(s, w->plain[i * D + s->feature])];
        to->g += (double)(float)w->g[i];
        to->h += w->channels == 2 ? (double)(float)w->h[i] : 1;
        to->n++;
    }
    *left = all[0];
    *right = all[1];
    double gain = 0, value[2];
    for (int k = 0; k < 2; k++) {
        if (all[k].n < w->gains.min_samples || all[k].h < w->gains.min_hessian) return -1;
        value[k] = -all[k].g / (all[k].h + w->gains.l2 + 1e-15);
        gain -= all[k].g * value[k];
    }
    const int sign = w->gains.monotonic != NULL ? w->gains.monotonic[s->feature] : 0;
    return (sign > 0 && value[0] > value[1]) || (sign < 0 && value[0] < value[1]) ? -1 : gain;
}

static double best_plainly(const world *w, const uint8_t *allowed)
{
    double best = -1;
    side l, r;
    for (int32_t j = 0; j < D; j++)
        for (int32_t b = 0; b < w->used[j] && allowed[j] && !w->categorical[j]; b++)
            for (int m = 0; m <= w->missing[j]; m++) {
                const cx_tree_split s = {.feature = j, .bin = b, .missing_left = (uint8_t)m};
                const double gain = gain_of(w, &s, &l, &r);
                best = gain > best ? gain : best;
            }
    return best;
}

Test(trees_hist, the_best_split)
{
    int categorical = 0, missing_left = 0, none = 0;
    for (int k = 0; k < CASES; k++) {
        world *const w = make(k);
        const cx_tree_node_rows all = {0, w->n, 0, -1};
        const cx_tree_histograms sums = {&w->codes, w->channels, w->word, w->row, 1, &all, w->hist};
        cr_assert(site.trees->histograms(site.queue, &sums) == CX_OK);
        const cx_tree_ask ask[] = {{0, 0, -INFINITY, INFINITY, -1}, {0, 0, -INFINITY, INFINITY, 0}};
        cx_tree_split got[2];
        const cx_tree_splits call = {.codes = &w->codes,
                                     .gains = &w->gains,
                                     .channels = w->channels,
                                     .count_bits = cx_tree_count_bits(w->n),
                                     .hist = w->hist,
                                     .unit = w->unit,
                                     .nodes = 2,
                                     .node = ask,
                                     .allowed = w->allowed,
                                     .split = got};
        cr_assert(site.trees->splits(site.queue, &call) == CX_OK);
        uint8_t every[D];
        memset(every, 1, D);
        for (int a = 0; a < 2; a++) {
            const double best = best_plainly(w, a == 0 ? every : w->allowed);
            side l = {0, 0, 0}, r = {0, 0, 0};
            cr_assert(got[a].count == w->n);
            if (!(got[a].gain > 0)) {
                cr_assert(best <= 1e-9, "case %d", k);
                none++;
                continue;
            }
            cr_assert(a == 0 || w->allowed[got[a].feature]);
            cr_assert(got[a].gain >= best - 1e-6, "case %d: %g < %g", k, got[a].gain, best);
            cr_assert(fabs(gain_of(w, &got[a], &l, &r) - got[a].gain) < 1e-6, "case %d", k);
            cr_assert(got[a].count_left == l.n);
            cr_assert(fabs(got[a].value_left + l.g / (l.h + w->gains.l2 + 1e-15)) < 1e-6);
            cr_assert(fabs(got[a].value_right + r.g / (r.h + w->gains.l2 + 1e-15)) < 1e-6);
            categorical += got[a].categorical;
            missing_left += got[a].missing_left && !got[a].categorical;
        }
        free(w);
    }
    cr_expect(categorical > 0 && missing_left > 0 && none < CASES);
}

Test(trees_hist, cuts_keep_the_order_and_leaves_raise)
{
    for (int k = 0; k < CASES; k++) {
        world *const w = make(k);
        cx_tree_cut cut[2] = {
            {.begin = 0, .end = w->n / 2, .feature = 3, .bin = 1, .missing_left = 1},
            {.begin = w->n / 2, .end = w->n, .feature = 9, .categorical = 1}};
        cut[1].bits[0] = 0x55555555u;
        int64_t middle[2];
        const cx_tree_partition call = {&w->codes, w->row, w->room, 2, cut, middle};
        cr_assert(site.trees->partition(site.queue, &call) == CX_OK);
        for (int c = 0; c < 2; c++) {
            int64_t left = cut[c].begin, right = middle[c];
            for (int64_t i = cut[c].begin; i < cut[c].end; i++) {
                const uint8_t code = w->plain[i * D + cut[c].feature];
                const bool go =
                    c == 0 ? code <= 1 || code == BINS - 1 : (0x55555555u >> (code % 32) & 1) != 0;
                cr_assert(w->row[go ? left++ : right++] == i, "case %d", k);
            }
            cr_assert(left == middle[c] && right == cut[c].end);
        }
        double raw[MOST] = {0};
        const int64_t begin[] = {0, middle[0]}, end[] = {middle[0], w->n};
        const double value[] = {1, 2};
        const cx_tree_leaves leaves = {w->row, 2, begin, end, value, raw, 1, 0};
        cr_assert(site.trees->leaves(site.queue, &leaves) == CX_OK);
        for (int64_t i = 0; i < w->n; i++) cr_assert(raw[w->row[i]] == (i < middle[0] ? 1 : 2));
        free(w);
    }
}
