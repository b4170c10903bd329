/* isa: each. Steps of Lloyd's iteration that build on each other say what each says by itself:
 * labels and counts exactly, sums to rounding, also where most of a sum has left it. */
#include "learn/learn.h"
#include "learn/numeric/site.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 3001, D = 37, K = 23, STEPS = 14, FAR = 1234 };

typedef struct setting {
    cx__site site;
    double *x, *weight, *norm, *centres, *room, *sums[2], *mass[2], record[2][3];
    int32_t *label[2];
} setting;

static double draw(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 40) / 16777216.0 - 0.5;
}

static void open_setting(setting *s)
{
    uint64_t state = 5;
    cr_assert(cx__site_at("test", CX_CPU, &s->site) == CX_OK);
    s->x = malloc(N * D * sizeof *s->x);
    s->weight = malloc(N * sizeof *s->weight);
    s->norm = malloc(N * sizeof *s->norm);
    s->centres = malloc(K * D * sizeof *s->centres);
    s->room = malloc((size_t)s->site.ops->lloyd_room(N, D, K) * sizeof *s->room);
    for (int i = 0; i < 2; i++) {
        s->sums[i] = malloc(K * D * sizeof *s->sums[i]);
        s->mass[i] = malloc(K * sizeof *s->mass[i]);
        s->label[i] = malloc(N * sizeof *s->label[i]);
        memset(s->label[i], 255, N * sizeof *s->label[i]); /* -1 */
    }
    for (int i = 0; i < N * D; i++) s->x[i] = draw(&state);
    for (int i = 0; i < N; i++) s->weight[i] = draw(&state) + 0.6;
    memcpy(s->centres, s->x, K * D * sizeof *s->centres);
    s->x[FAR * D] = 1e9; /* goes from one cluster to another and takes the digits with it */
    cr_assert(s->site.ops->row_norms(s->site.queue, s->x, N, D, s->norm) == CX_OK);
}

static void close_setting(const setting *s)
{
    free(s->x), free(s->weight), free(s->norm), free(s->centres), free(s->room);
    for (int i = 0; i < 2; i++) free(s->sums[i]), free(s->mass[i]), free(s->label[i]);
}

static void take_steps(setting *s, bool first, bool weighted)
{
    const cx_learn_points points = {
        .n = N, .d = D, .x = s->x, .weight = weighted ? s->weight : NULL, .norm = s->norm};
    const cx_learn_lloyd call = {.points = points,
                                 .room = s->room,
                                 .first = first,
                                 .centres = s->centres,
                                 .k = K,
                                 .label = s->label[0],
                                 .sums = s->sums[0],
                                 .mass = s->mass[0],
                                 .record = s->record[0]};
    cr_assert(s->site.ops->lloyd(s->site.queue, &call) == CX_OK);
    cr_assert(s->site.ops->nearest(s->site.queue, &points, s->centres, K, s->label[1], s->sums[1],
                                   s->mass[1], s->record[1]) == CX_OK);
}

static void compare(const setting *s, int step)
{
    cr_expect(memcmp(s->label[0], s->label[1], N * sizeof *s->label[0]) == 0, "step %d", step);
    cr_expect(s->record[0][0] == s->record[1][0] && s->record[0][1] == s->record[1][1],
              "step %d: %g moved, not %g; %g empty, not %g", step, s->record[0][0], s->record[1][0],
              s->record[0][1], s->record[1][1]);
    for (int c = 0; c < K; c++) {
        const double mass = s->mass[1][c];
        cr_expect(fabs(s->mass[0][c] - mass) <= 1e-12 * mass, "step %d, mass %d", step, c);
        for (int j = 0; j < D; j++) {
            const double want = s->sums[1][c * D + j];
            cr_expect(fabs(s->sums[0][c * D + j] - want) <= 1e-12 * (mass + fabs(want)),
                      "step %d, sum %d, column %d: %.17g, not %.17g", step, c, j,
                      s->sums[0][c * D + j], want);
        }
    }
}

/* Centres move less and less; one is far away for a step, which empties its cluster, and the row
 * that is far off changes sides. */
static void check_steps(bool weighted)
{
    setting s;
    uint64_t state = 7;
    int kept_up = 0;
    open_setting(&s);
    for (int step = 0; step < STEPS; step++) {
        const double size = 0.3 / (1 << step);
        for (int i = 0; i < K * D; i++) s.centres[i] += size * draw(&state);
        s.centres[0] = step % 2 == 0 ? 1 : -1;
        s.centres[D] = step % 2 == 0 ? -1 : 1;
        s.centres[2 * D + 1] = step == STEPS - 3 ? 100 : 0;
        take_steps(&s, step == 0, weighted);
        compare(&s, step);
        kept_up += s.record[0][0] < N / 8;
    }
    cr_expect(kept_up > 3, "sums were kept up in %d steps only", kept_up);
    close_setting(&s);
}

Test(lloyd_slot, steps_build_on_each_other)
{
    check_steps(false);
    check_steps(true);
}

/* The same bits for any number of threads. */
Test(lloyd_slot, threads)
{
    double centres[2][K];
    for (int i = 0; i < 2; i++) {
        const cx_scope scope = cx_scope_open();
        setting s;
        cr_assert(cx_set_num_threads(1 + 3 * i) == CX_OK);
        open_setting(&s);
        const cx_array *const x = cx_copy_host(s.x, CX_SHAPE(N, D), CX_F64);
        cx_estimator *const m =
            cx_estimator_new("KMeans(23, init='random', n_init=1, random_state=0)");
        cr_assert(cx_fit(m, x, NULL) == CX_OK);
        const double *const at = cx_data_f64(cx_attr(m, "cluster_centers_"));
        for (int c = 0; c < K; c++) centres[i][c] = at[c * D + 1];
        close_setting(&s);
        cr_assert(cx_scope_close(scope) == CX_OK);
    }
    cr_expect(memcmp(centres[0], centres[1], sizeof centres[0]) == 0);
}
