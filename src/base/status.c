/* Statuses and errors: names, this thread's last error, marks of the open scope, warnings,
 * suggestions. Every error of the library is made in cx__fail. */
#include "base/status.h"
#include "base/log.h"
#include "base/text.h"
#include "base/thread_state.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *cx_version(void)
{
    return "0.1.0";
}

const char *cx_status_name(cx_status st)
{
    static const struct {
        cx_status status;
        const char *name;
    } names[] = {
        {CX_OK, "OK"},
#define CX_STATUS(NAME, value, text) {CX_E_##NAME, #NAME},
#include <calx/status.def>
#undef CX_STATUS
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].status == st) return names[i].name;
    return "?";
}

/* write at most cap - 1 bytes of formatted text, cut back to a whole UTF-8 character */
static void format(char *out, size_t cap, const char *fmt, va_list ap)
{
    const int n = vsnprintf(out, cap, fmt, ap);
    if (n < 0) {
        out[0] = '\0';
        return;
    }
    if ((size_t)n < cap) return;
    size_t end = cap - 1;
    while (end > 0 && ((unsigned char)out[end - 1] & 0xC0) == 0x80) end--;
    const unsigned char lead = end > 0 ? (unsigned char)out[end - 1] : 0;
    const size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    if (end > 0 && end - 1 + need > cap - 1)
        end--;
    else
        end = cap - 1;
    out[end] = '\0';
}

cx_status cx__fail(cx_status st, const char *where, const char *fmt, ...)
{
    CX__COUNT_ADD(errors, 1);
    cx__thread *t = cx__self_thread();
    if (t->emergency) return st;
    cx_error e = {.status = st};
    snprintf(e.where, sizeof e.where, "%s", where);
    const int n = snprintf(e.text, sizeof e.text, "%s: ", where);
    const size_t used = n > 0 && (size_t)n < sizeof e.text ? (size_t)n : 0;
    va_list ap;
    va_start(ap, fmt);
    format(e.text + used, sizeof e.text - used, fmt, ap);
    va_end(ap);
    t->last = e;
    return st;
}

cx_status cx__fail_nomem(const char *where, const char *what, size_t bytes)
{
    return cx__fail(CX_E_NOMEM, where, "cannot allocate %zu bytes for %s", bytes, what);
}

void cx__error_set(const cx_error *e)
{
    cx__thread *t = cx__self_thread();
    if (!t->emergency) t->last = *e;
}

cx_status cx_error_get(cx_error *out)
{
    const cx__thread *t = cx__self_thread();
    if (out != NULL) *out = t->last;
    return t->last.status;
}

const char *cx_error_message(void)
{
    return cx__self_thread()->last.text;
}

void cx__warn(cx_status kind, const char *fmt, ...)
{
    CX__COUNT_ADD(warnings, 1);
    cx__thread *t = cx__self_thread();
    if (t->emergency) return;
    t->warnings++;
    t->warning.status = kind;
    va_list ap;
    va_start(ap, fmt);
    format(t->warning.text, sizeof t->warning.text, fmt, ap);
    va_end(ap);
    const cx__level *l = &t->level[t->depth];
    if (t->depth > 0 && l->on_warning != NULL) l->on_warning(kind, t->warning.text, l->warning_ctx);
}

int64_t cx_warning_count(const char **text)
{
    const cx__thread *t = cx__self_thread();
    if (text != NULL) *text = t->warning.text;
    return t->warnings;
}

/* edit distance of short words, insertions and deletions and substitutions cost 1; a change of case
 * costs nothing */
static int distance(const char *a, const char *b)
{
    enum { MAX = 40 };
    const size_t n = strlen(a), m = strlen(b);
    if (n > MAX || m > MAX) return 1000;
    int row[MAX + 1];
    for (size_t j = 0; j <= m; j++) row[j] = (int)j;
    for (size_t i = 1; i <= n; i++) {
        int diagonal = row[0];
        row[0] = (int)i;
        for (size_t j = 1; j <= m; j++) {
            const int up = row[j];
            const int ca = a[i - 1] >= 'A' && a[i - 1] <= 'Z' ? a[i - 1] + 32 : a[i - 1];
            const int cb = b[j - 1] >= 'A' && b[j - 1] <= 'Z' ? b[j - 1] + 32 : b[j - 1];
            int best = diagonal + (ca != cb);
            if (row[j] + 1 < best) best = row[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            row[j] = best;
            diagonal = up;
        }
    }
    return row[m];
}

const char *cx__nearest(const char *word, const char *const *words)
{
    const char *best = NULL;
    int least = 1000;
    for (; *words != NULL; words++) {
        const int d = distance(word, *words);
        if (d < least) {
            least = d;
            best = *words;
        }
    }
    const int allowed = 1 + (int)strlen(word) / 3;
    return least <= allowed ? best : NULL;
}
