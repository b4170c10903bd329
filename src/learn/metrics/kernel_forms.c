/* Sums over the columns of two rows that formulas of kernels are made of: sum((x - y)**2, axis=-1),
 * sum(x * y, axis=-1), sum(abs(x - y), axis=-1).
 *
 * One idea: such a sum is a matrix that the library makes by faster ways than column by column. If
 * the rows occur nowhere else, the formula is rewritten as one over these matrices. */
#include "learn/metrics/user_kernel.h"

#include "base/object.h"
#include "learn/metrics/pairwise.h"
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <string.h>

static const char *const names[CX__KERNEL_FORMS] = {"cx_squares", "cx_products", "cx_absolutes"};
/* What stands behind "sum": X and Y are the rows, in either order. */
static const struct {
    int form;
    const char *pattern;
} patterns[] = {{CX__FORM_SQUARES, "((X-Y)**2"},
                {CX__FORM_SQUARES, "((X-Y)*(X-Y)"},
                {CX__FORM_SQUARES, "(square(X-Y)"},
                {CX__FORM_PRODUCTS, "(X*Y"},
                {CX__FORM_ABSOLUTES, "(abs(X-Y)"}};
enum { PATTERNS = sizeof patterns / sizeof *patterns };
static const char *const tails[] = {",axis=-1)", ",axis=2)"};

/* ---- text */
static bool word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static const char *past_spaces(const char *p)
{
    while (*p == ' ' || *p == '\t' || *p == '\n') p++;
    return p;
}

/* The text behind a pattern that p begins with, spaces aside, or NULL. */
static const char *match(const char *p, const char *pattern, cx__word x, cx__word y)
{
    for (; *pattern; pattern++) {
        p = past_spaces(p);
        if (*pattern != 'X' && *pattern != 'Y') {
            if (*p++ != *pattern) return NULL;
            continue;
        }
        const cx__word w = *pattern == 'X' ? x : y;
        if (strncmp(p, w.at, w.len) != 0 || word_char(p[w.len])) return NULL;
        p += w.len;
    }
    return p;
}

static const char *match_form(const char *p, cx__word x, cx__word y, int *form)
{
    for (int i = 0; i < 2 * PATTERNS; i++) {
        const bool turned = i >= PATTERNS;
        const char *const end =
            match(p, patterns[i % PATTERNS].pattern, turned ? y : x, turned ? x : y);
        *form = patterns[i % PATTERNS].form;
        for (int t = 0; end && t < 2; t++) {
            const char *const behind = match(end, tails[t], x, y);
            if (behind) return behind;
        }
    }
    return NULL;
}

static bool is(cx__word a, cx__word b)
{
    return a.len == b.len && memcmp(a.at, b.at, a.len) == 0;
}

/* The expression with its sums replaced; false if the rows occur otherwise. */
static bool rewrite(const char *p, cx__word x, cx__word y, cx__text *out, unsigned *used)
{
    while (*p) {
        const char *const start = p;
        if (!word_char(*p)) {
            cx__text_f(out, "%c", *p++);
            continue;
        }
        while (word_char(*p)) p++;
        const cx__word w = {start, (size_t)(p - start)};
        int form;
        const char *const behind = is(w, (cx__word){"sum", 3}) ? match_form(p, x, y, &form) : NULL;
        if (behind) {
            cx__text_puts(out, names[form]);
            *used |= 1U << form;
            p = behind;
        } else if (is(w, x) || is(w, y)) {
            return false;
        } else {
            cx__text_f(out, "%.*s", (int)w.len, w.at);
        }
    }
    return *used != 0;
}

unsigned cx__kernel_forms(const char *text, cx__word x, cx__word y, cx__text *out)
{
    const char *const colon = strchr(text, ':'), *const rest = y.at + y.len;
    cx__text body = {0};
    unsigned used = 0;
    bool good = rewrite(colon + 1, x, y, &body, &used);
    for (int i = 0; i < CX__KERNEL_FORMS; i++) good = good && !strstr(text, names[i]);
    bool first = true;
    for (int i = 0; good && i < CX__KERNEL_FORMS; i++) {
        if (!(used >> i & 1)) continue;
        cx__text_f(out, "%s%s", first ? "" : ", ", names[i]);
        first = false;
    }
    if (good) cx__text_f(out, "%.*s:", (int)(colon - rest), rest);
    if (good && body.at) cx__text_f(out, "%.*s", (int)body.len, body.at);
    out->failed = out->failed || body.failed;
    cx__text_free(&body);
    return good ? used : 0;
}

/* ---- values */
cx_status cx__kernel_forms_of(const char *where, unsigned forms, const cx_array *x,
                              const cx_array *y, const cx_array *arg[], int *count)
{
    cx__two t = {.where = where,
                 .x = x,
                 .y = y,
                 .same = x == y,
                 .n = cx_dim(x, 0),
                 .m = cx_dim(y, 0),
                 .d = cx_dim(x, 1)};
    cx_array *a = NULL;
    *count = 0;
    CX__TRY(cx__site_of(where, x, &t.site));
    if (forms & 1U << CX__FORM_SQUARES) {
        CX__TRY(cx__euclid(&t, true, &a));
        arg[(*count)++] = a;
    }
    if (forms & 1U << CX__FORM_PRODUCTS) arg[(*count)++] = cx_matmul(x, cx_transpose(y));
    if (forms & 1U << CX__FORM_ABSOLUTES) {
        CX__TRY(cx__sum_columns(&t, CX__SUM_ABSOLUTE, 1, &a));
        arg[(*count)++] = a;
    }
    return cx__so_far();
}
