/* Distributions of scipy.stats by their text, for searches: 'uniform(0, 1)', 'loguniform(1e-4, 1)'.
 *
 * One idea: one draw of NumPy's RandomState and the formula that SciPy's rvs makes of it. */
#include "learn/model_selection/candidates.h"
#include <math.h>
#include <string.h>

enum { MOST = 4 };

typedef struct dist {
    const char *name, *args[MOST + 1]; /* in the order of positions */
    int needed;                        /* the first so many have no default */
    double deflt[MOST];
    cx_status (*check)(const char *where, const char *text, const double *v);
    cx_status (*draw)(cx_generator *g, const double *v, cx__lit *out);
} dist;

static cx_status bad(const char *where, const char *text, const char *why)
{
    return cx__fail(CX_E_ARGUMENT, where, "the distribution '%.80s' %s", text, why);
}

static double number_of(cx_array *a)
{
    return cx_item_f64(a);
}

static cx_status finish(double v, cx__lit *out)
{
    *out = cx__lit_f64(v);
    return cx__so_far();
}

static cx_status check_scale(const char *where, const char *text, double scale)
{
    return scale > 0 ? CX_OK : bad(where, text, "needs a positive scale");
}

static cx_status check_located(const char *where, const char *text, const double *v)
{
    return check_scale(where, text, v[1]);
}
static cx_status draw_uniform(cx_generator *g, const double *v, cx__lit *out)
{
    return finish(number_of(cx_rng_uniform(g, 0, 1, CX_SHAPE())) * v[1] + v[0], out);
}
static cx_status draw_norm(cx_generator *g, const double *v, cx__lit *out)
{
    return finish(number_of(cx_rng_standard_normal(g, CX_SHAPE(), CX_F64)) * v[1] + v[0], out);
}
static cx_status draw_expon(cx_generator *g, const double *v, cx__lit *out)
{
    return finish(number_of(cx_rng_standard_exponential(g, CX_SHAPE(), CX_F64)) * v[1] + v[0], out);
}

static cx_status check_loguniform(const char *where, const char *text, const double *v)
{
    if (!(v[0] > 0 && v[1] > v[0])) return bad(where, text, "needs 0 < a < b");
    return check_scale(where, text, v[3]);
}
static cx_status draw_loguniform(cx_generator *g, const double *v, cx__lit *out)
{
    const double u = number_of(cx_rng_uniform(g, 0, 1, CX_SHAPE()));
    return finish(exp(log(v[0]) + u * (log(v[1]) - log(v[0]))) * v[3] + v[2], out);
}

static cx_status check_randint(const char *where, const char *text, const double *v)
{
    for (int i = 0; i < 3; i++)
        if (v[i] != floor(v[i]) || fabs(v[i]) > 9007199254740992.0)
            return bad(where, text, "takes integers");
    return v[1] > v[0] ? CX_OK : bad(where, text, "needs low < high");
}
static cx_status draw_randint(cx_generator *g, const double *v, cx__lit *out)
{
    const cx_array *const a = cx_rng_integers(g, (int64_t)v[0], (int64_t)v[1], CX_SHAPE(), CX_I64);
    *out = cx__lit_i64(cx_item_i64(a) + (int64_t)v[2]);
    return cx__so_far();
}

static const dist dists[] = {
    {"uniform", {"loc", "scale"}, 0, {0, 1}, check_located, draw_uniform},
    {"loguniform", {"a", "b", "loc", "scale"}, 2, {0, 0, 0, 1}, check_loguniform, draw_loguniform},
    {"reciprocal", {"a", "b", "loc", "scale"}, 2, {0, 0, 0, 1}, check_loguniform, draw_loguniform},
    {"randint", {"low", "high", "loc"}, 2, {0, 0, 0}, check_randint, draw_randint},
    {"norm", {"loc", "scale"}, 0, {0, 1}, check_located, draw_norm},
    {"expon", {"loc", "scale"}, 0, {0, 1}, check_located, draw_expon},
};
enum { DISTS = sizeof dists / sizeof *dists };

static const char *blank(const char *s)
{
    return s + strspn(s, " ");
}

static const dist *find(const char *where, const char *text, size_t len)
{
    const char *words[DISTS + 1] = {NULL};
    for (int i = 0; i < DISTS; i++) {
        if (strlen(dists[i].name) == len && memcmp(dists[i].name, text, len) == 0) return &dists[i];
        words[i] = dists[i].name;
    }
    char word[32] = "";
    memcpy(word, text, len < sizeof word - 1 ? len : sizeof word - 1);
    const char *const near = cx__nearest(word, words);
    (void)cx__fail(CX_E_ARGUMENT, where, "no distribution is called '%s'%s%s%s", word,
                   near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return NULL;
}

/* Which argument the text at *s gives by name; `order` without one; -1: there is no such name. */
static int argument(const dist *d, const char **s, int order)
{
    for (int i = 0; i < MOST && d->args[i]; i++) {
        const size_t len = strlen(d->args[i]);
        if (strncmp(*s, d->args[i], len) != 0) continue;
        const char *const after = blank(*s + len);
        if (*after != '=') continue;
        *s = blank(after + 1);
        return i;
    }
    return order < MOST && d->args[order] ? order : -1;
}

static cx_status read(const char *where, const char *text, const dist **out, double *v)
{
    const char *s = blank(text);
    const size_t len = strcspn(s, "( ");
    const dist *const d = *out = find(where, s, len);
    if (!d) return CX_E_ARGUMENT;
    memcpy(v, d->deflt, sizeof d->deflt);
    s = blank(s + len);
    if (*s != '(') return bad(where, text, "has no parentheses");
    unsigned given = 0;
    s = blank(s + 1);
    for (int order = 0; *s && *s != ')'; order++) {
        const int i = argument(d, &s, order);
        if (i < 0 || given & 1u << i) return bad(where, text, "has a parameter too many");
        const char *const end = cx__parse_f64(s, s + strlen(s), &v[i]);
        if (end == s || !isfinite(v[i])) return bad(where, text, "takes finite numbers");
        given |= 1u << i;
        s = blank(end);
        if (*s == ',')
            s = blank(s + 1);
        else if (*s != ')')
            return bad(where, text, "is malformed");
    }
    if (*s != ')' || *blank(s + 1)) return bad(where, text, "is malformed");
    for (int i = 0; i < d->needed; i++)
        if (!(given & 1u << i)) return bad(where, text, "lacks a parameter");
    return d->check(where, text, v);
}

cx_status cx__distribution_check(const char *where, const char *text)
{
    const dist *d = NULL;
    double v[MOST];
    return read(where, text, &d, v);
}

cx_status cx__distribution_draw(const char *where, const char *text, cx_generator *g, cx__lit *out)
{
    const dist *d = NULL;
    double v[MOST];
    CX__TRY(read(where, text, &d, v));
    const cx_scope s = cx_scope_open();
    cx_check(d->draw(g, v, out));
    return cx_scope_close(s);
}
