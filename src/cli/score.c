/* Scores as the commands print them: a fitted model's own, or the ones that --scoring names; and
 * the part of the data that is held out for them. */
#include "cli.h"
#include <inttypes.h>
#include <string.h>

static const char *own_score(const cx_estimator *m)
{
    const cx_estimator_kind kind = cx_estimator_kind_of(m);
    return kind == CX_CLASSIFIER ? "accuracy" : kind == CX_REGRESSOR ? "R^2" : "score";
}

int cli_scores(const cli_args *a, const cx_estimator *m, const cx_data *d, const char *between,
               char *out, size_t size)
{
    out[0] = '\0';
    if (a->scoring == NULL) {
        const double score = cx_score_data(m, d);
        if (!cx_ok()) return cli_fail();
        snprintf(out, size, "%s %.4f", own_score(m), score);
        return CLI_OK;
    }
    size_t used = 0;
    for (const char *at = a->scoring; used < size; at += strcspn(at, ", ")) {
        at += strspn(at, ", ");
        if (*at == '\0') break;
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(at, ", "), at);
        const cx_scorer *const s = cx_get_scorer(name);
        if (s == NULL) return cli_fail();
        const double score = cx_scorer_score(s, m, d);
        if (!cx_ok()) return cli_fail();
        used += (size_t)snprintf(out + used, size - used, "%s%s %.4f", used > 0 ? between : "",
                                 name, score);
    }
    return CLI_OK;
}

int cli_hold_out(const cli_args *a, const cli_data *all, cx_data *train, cx_data *test,
                 cx_device device)
{
    *train = *test = all->data;
    if (a->test_size <= 0) return CLI_OK;
    cli_stage_begin("split", a->seeded ? "by seed" : "at random");
    const cx_maybe_i64 seed = {a->seeded, a->seed};
    const cx_split part =
        cx_train_test_split(&all->data, CX_OPTS(cx_split_opts, .test_size = a->test_size,
                                                .random_state = seed, .stratify = a->stratify));
    if (!cx_ok()) return cli_fail();
    *train = part.train;
    *test = part.test;
    char text[120];
    snprintf(text, sizeof text, "%" PRId64 " rows train, %" PRId64 " are held out",
             cx_data_rows(train), cx_data_rows(test));
    cli_stage_end(text, device);
    return CLI_OK;
}

int cli_score_stage(const cli_args *a, const cx_estimator *m, const cx_data *test, cx_device device)
{
    const cx_estimator_kind kind = cx_estimator_kind_of(m);
    if (a->scoring == NULL && kind != CX_CLASSIFIER && kind != CX_REGRESSOR) return CLI_OK;
    char text[200];
    cli_stage_begin("score", a->test_size > 0 ? "on the held-out rows" : "on the training rows");
    const int bad = cli_scores(a, m, test, ", ", text, sizeof text);
    if (bad == CLI_OK) cli_stage_end(text, device);
    return bad;
}

int cli_score(const cli_args *a)
{
    cx_estimator *m;
    cli_data d;
    cx_device device;
    const int bad = cli_load_both(a, &m, &d, &device);
    if (bad != CLI_OK) return bad;
    char text[1000], rows[40];
    snprintf(rows, sizeof rows, " on %" PRId64 " rows\n", d.rows);
    const int failed = cli_scores(a, m, &d.data, rows, text, sizeof text);
    if (failed == CLI_OK) printf("%s%s", text, rows);
    return failed;
}
