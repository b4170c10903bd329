/* resample, shuffle and sample_without_replacement: see calx/learn_utils.h.
 *
 * One idea: rows are drawn as numbers on the host, once, and taken from every array where it is. */
#include "base/alloc.h"
#include "base/object.h"
#include "learn/model_selection/model_selection.h"
#include "learn/numeric/draw.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/learn_utils.h>
#include <string.h>

/* ---- rows in shares of classes */
typedef struct strata {
    cx_generator *g;
    int64_t k, n, draws;
    bool replace;
    int64_t *code, *order; /* [n]: of the rows; rows by class */
    int64_t *count, *take, *pick;
    double *room;
} strata;

/* take rows of one class, whose rows are of[0 .. count). */
static cx_status draw_class(const strata *s, const int64_t *of, int64_t count, int64_t take,
                            int64_t *out)
{
    if (take > count && !s->replace)
        return cx__fail(CX_E_ARGUMENT, "resample",
                        "a class has %lld rows, but %lld are wanted with no_replace",
                        (long long)count, (long long)take);
    if (count == 0) return CX_OK;
    const cx_scope scope = cx_scope_open();
    const cx_array *const drawn = cx_rng_choice(s->g, cx_int(count), CX_SHAPE(take),
                                                CX_OPTS(cx_choice_opts, .no_replace = !s->replace));
    const int64_t *const at = cx_data_i64(drawn);
    for (int64_t i = 0; at && i < take; i++) out[i] = of[at[i]];
    return cx_scope_close(scope);
}

static cx_status draw_strata(const strata *s, int64_t *out)
{
    int64_t *const start = s->pick;
    for (int64_t i = 0; i < s->n; i++) s->count[s->code[i]]++;
    CX__TRY(cx__approximate_mode(s->g, s->count, s->k, s->draws, s->take, s->room, s->pick));
    for (int64_t c = 0, at = 0; c < s->k; at += s->count[c++]) start[c] = at;
    for (int64_t i = 0; i < s->n; i++) s->order[start[s->code[i]]++] = i;
    const int64_t *of = s->order;
    int64_t done = 0;
    for (int64_t c = 0; c < s->k; c++) {
        CX__TRY(draw_class(s, of, s->count[c], s->take[c], out + done));
        of += s->count[c];
        done += s->take[c];
    }
    return cx__shuffle_rows(s->g, out, s->draws);
}

static cx_status stratified(cx_generator *g, int64_t n, const cx_resample_opts *o, int64_t *out)
{
    static const char where[] = "resample";
    if (cx_ndim(o->stratify) != 1 || cx_size(o->stratify) != n)
        return cx__fail(CX_E_SHAPE, where, "stratify must be [%lld]", (long long)n);
    const cx_labels l = cx_labels_encode(o->stratify);
    cx__site site;
    CX__TRY(cx__so_far());
    CX__TRY(cx__site_of(where, l.codes, &site));
    strata s = {
        .g = g, .k = cx_size(l.classes), .n = n, .draws = o->n_samples, .replace = !o->no_replace};
    const size_t k = (size_t)s.k;
    s.code = cx__calloc(2 * (size_t)n + 3 * k, sizeof *s.code);
    s.room = cx__calloc(2 * k, sizeof *s.room);
    cx_status st = s.code && s.room ? cx__read_all_i64(&site, l.codes, s.code)
                                    : cx__fail_nomem(where, "rows", (size_t)n * sizeof *s.code);
    if (st == CX_OK) {
        s.order = s.code + n;
        s.count = s.order + n;
        s.take = s.count + k;
        s.pick = s.take + k;
        st = draw_strata(&s, out);
    }
    cx__free(s.code);
    cx__free(s.room);
    return st;
}

/* ---- rows */
static cx_status check(const char *where, cx_arrays arrays, cx_resample_opts *o, int64_t *n)
{
    if (arrays.count < 1 || arrays.count > CX_MAX_NDIM)
        return cx__fail(CX_E_ARGUMENT, where, "%d arrays; it takes 1 to %d", arrays.count,
                        CX_MAX_NDIM);
    for (int i = 0; i < arrays.count; i++) {
        CX__NEED(where, "arrays", arrays.at[i], CX__KIND_ARRAY);
        if (cx_ndim(arrays.at[i]) < 1)
            return cx__fail(CX_E_SHAPE, where, "array %d has no rows: it is a number", i);
        if (i == 0) *n = cx_dim(arrays.at[0], 0);
        if (cx_dim(arrays.at[i], 0) != *n)
            return cx__fail(CX_E_SHAPE, where, "array %d has %lld rows, the first one %lld", i,
                            (long long)cx_dim(arrays.at[i], 0), (long long)*n);
    }
    if (o->stratify) CX__NEED(where, "stratify", o->stratify, CX__KIND_ARRAY);
    if (o->sample_weight) CX__NEED(where, "sample_weight", o->sample_weight, CX__KIND_ARRAY);
    if (o->n_samples == 0) o->n_samples = *n;
    if (o->n_samples < 0 || (o->n_samples > *n && (o->no_replace || *n == 0)))
        return cx__fail(CX_E_ARGUMENT, where, "%lld rows cannot be drawn of %lld%s",
                        (long long)o->n_samples, (long long)*n,
                        o->no_replace ? " with no_replace" : "");
    if (o->sample_weight && (o->no_replace || o->stratify))
        return cx__fail(CX_E_UNSUPPORTED, where,
                        "sample_weight goes neither with no_replace nor with stratify");
    if (o->sample_weight && (cx_ndim(o->sample_weight) != 1 || cx_size(o->sample_weight) != *n))
        return cx__fail(CX_E_SHAPE, where, "sample_weight must be [%lld]", (long long)*n);
    return CX_OK;
}

/* Row numbers, on the host. */
static cx_status draw_rows(const char *where, int64_t n, const cx_resample_opts *o, cx_array **out)
{
    cx_generator *const g = cx_random_state(o->random_state, CX_CPU);
    cx__site host;
    CX__TRY(cx_generator_status(g));
    CX__TRY(cx__site_at(where, CX_CPU, &host));
    if (o->stratify) {
        *out = cx_empty(CX_SHAPE(o->n_samples), CX_I64, CX_CPU);
        int64_t *const at = cx_data_i64_mut(*out);
        return at ? stratified(g, n, o, at) : cx__so_far();
    }
    *out = o->no_replace || n == 0
               ? cx__rows_shuffled(&host, g, n, o->n_samples)
               : cx__rows_repeated(
                     &host, g, n, o->n_samples,
                     o->sample_weight ? cx__f64(&host, cx_to(o->sample_weight, CX_CPU)) : NULL);
    return cx__so_far();
}

static cx_status take_rows(const char *where, cx_arrays arrays, cx_resample_opts *o, cx_tuple *out)
{
    int64_t n = 0;
    cx_array *rows = NULL;
    CX__TRY(check(where, arrays, o, &n));
    CX__TRY(draw_rows(where, n, o, &rows));
    for (int i = 0; i < arrays.count; i++) {
        cx__site s;
        CX__TRY(cx__site_of(where, arrays.at[i], &s));
        out->at[i] =
            cx_take(arrays.at[i], cx__given_all(&s, cx__at(rows), o->n_samples, CX_I64), 0);
    }
    return cx__so_far();
}

static cx_tuple run(const char *where, cx_arrays arrays, const cx_resample_opts *given,
                    bool no_replace)
{
    const cx_scope s = cx_scope_open();
    cx_tuple out = {0};
    cx_resample_opts o;
    cx_status st = CX__OPTIONS(where, given, &o);
    o.no_replace = o.no_replace || no_replace;
    if (st == CX_OK) st = take_rows(where, arrays, &o, &out);
    (void)cx_check(st);
    const bool ok = cx_ok();
    cx__give_all(s, st, where, CX_MAX_NDIM, out.at);
    out.count = ok ? arrays.count : 0;
    return out;
}

cx_tuple cx_resample(cx_arrays arrays, const cx_resample_opts *o)
{
    return run("resample", arrays, o, false);
}
cx_tuple cx_shuffle(cx_arrays arrays, const cx_resample_opts *o)
{
    return run("shuffle", arrays, o, true);
}

/* ---- numbers */
static cx_status draw_numbers(const char *where, int64_t total, int64_t n, cx_sample_method method,
                              cx_maybe_i64 seed, cx_array **out)
{
    static const cx__draw_way ways[] = {CX__DRAW_AUTO, CX__DRAW_TRACKING, CX__DRAW_RESERVOIR,
                                        CX__DRAW_POOL};
    if (total < 0 || n < 0 || n > total)
        return cx__fail(CX_E_ARGUMENT, where, "%lld different numbers of %lld", (long long)n,
                        (long long)total);
    if ((int)method < 0 || (size_t)method >= sizeof ways / sizeof *ways)
        return cx__fail(CX_E_ARGUMENT, where, "method %d is none", (int)method);
    const bool few = method == CX_SAMPLE_AUTO && n <= total / 101;
    const bool room = (method == CX_SAMPLE_AUTO || method == CX_SAMPLE_POOL) && !few;
    cx_generator *const g = cx_random_state(seed, CX_CPU);
    *out = cx_empty(CX_SHAPE(n), CX_I64, CX_CPU);
    int64_t *const at = cx_data_i64_mut(*out);
    CX__TRY(cx__so_far());
    int64_t *const pool = room ? cx__calloc((size_t)total + 1, sizeof *pool) : NULL;
    if (room && !pool) return cx__fail_nomem(where, "numbers", (size_t)total * sizeof *pool);
    const cx_status st = cx__draw_different_by(ways[method], g, total, n, at, pool);
    cx__free(pool);
    return st;
}

cx_array *cx_sample_without_replacement(int64_t n_population, int64_t n_samples,
                                        cx_sample_method method, cx_maybe_i64 random_state)
{
    const cx_scope s = cx_scope_open();
    cx_array *out = NULL;
    const cx_status st = draw_numbers("sample_without_replacement", n_population, n_samples, method,
                                      random_state, &out);
    return cx__give(s, st, out);
}
