/* What the readers of trees share: errors that name tree and node, numbers out of JSON, and the
 * test that what was read is a tree. */
#include "base/alloc.h"
#include "learn/tree/imported/imported.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char where[] = "trees_load";

cx_status cx__import_fail(const cx__imported *m, cx_status st, int64_t tree, int64_t node,
                          const char *fmt, ...)
{
    char text[256], place[64] = "";
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (tree >= 0 && node >= 0)
        (void)snprintf(place, sizeof place, "tree %lld, node %lld: ", (long long)tree,
                       (long long)node);
    else if (tree >= 0)
        (void)snprintf(place, sizeof place, "tree %lld: ", (long long)tree);
    return cx__fail(st, where, "%s: %s%s", m->path, place, text);
}

cx_status cx__import_array(const cx__imported *m, int64_t tree, const json_t *o, const char *key,
                           int64_t n, const json_t **out)
{
    const json_t *const a = json_object_get(o, key);
    *out = a;
    if (!json_is_array(a))
        return cx__import_fail(m, CX_E_PARSE, tree, -1, "'%s' is missing, or no list", key);
    const int64_t have = (int64_t)json_array_size(a);
    if (n < 0 || have == n) return CX_OK;
    return cx__import_fail(m, CX_E_PARSE, tree, -1, "'%s' has %lld entries, not %lld", key,
                           (long long)have, (long long)n);
}

/* The decimal digits of a text, with a sign; no number of more than 18. */
static bool whole_text(const char *s, int64_t *out)
{
    const bool minus = *s == '-';
    if (minus) s++;
    const size_t n = strspn(s, "0123456789");
    if (n == 0 || n > 18 || s[n] != '\0') return false;
    int64_t v = 0;
    for (size_t i = 0; i < n; i++) v = v * 10 + (s[i] - '0');
    *out = minus ? -v : v;
    return true;
}

cx_status cx__import_whole(const cx__imported *m, int64_t tree, const json_t *o, const char *key,
                           int64_t least, int64_t most, int64_t *out)
{
    const json_t *const v = json_object_get(o, key);
    int64_t n = 0;
    bool is = json_is_integer(v);
    if (is)
        n = (int64_t)json_integer_value(v);
    else if (json_is_string(v))
        is = whole_text(json_string_value(v), &n);
    if (!is)
        return cx__import_fail(m, CX_E_PARSE, tree, -1, "'%s' is missing, or no whole number", key);
    *out = n;
    if (n >= least && n <= most) return CX_OK;
    return cx__import_fail(m, CX_E_PARSE, tree, -1, "'%s' is %lld, not in %lld to %lld", key,
                           (long long)n, (long long)least, (long long)most);
}

bool cx__import_number(const json_t *a, int64_t i, double *out)
{
    const json_t *const v = json_array_get(a, (size_t)i);
    *out = json_is_boolean(v) ? (double)json_is_true(v) : json_number_value(v);
    return json_is_number(v) || json_is_boolean(v);
}

bool cx__import_int(const json_t *a, int64_t i, int32_t *out)
{
    const json_t *const v = json_array_get(a, (size_t)i);
    const json_int_t n = json_is_boolean(v) ? (json_int_t)json_is_true(v) : json_integer_value(v);
    if (!(json_is_integer(v) || json_is_boolean(v)) || n < INT32_MIN || n > INT32_MAX) return false;
    *out = (int32_t)n;
    return true;
}

cx_status cx__import_range(const cx__imported *m, int64_t iterations, int64_t *from, int64_t *to)
{
    const int64_t first = m->take.first_iteration, count = m->take.iterations;
    if (first < 0 || count < 0 || first >= iterations || count > iterations - first)
        return cx__import_fail(m, CX_E_ARGUMENT, -1, -1,
                               "first_iteration=%lld, iterations=%lld of a model that has %lld",
                               (long long)first, (long long)count, (long long)iterations);
    *from = first;
    *to = count == 0 ? iterations : first + count;
    return CX_OK;
}

cx_status cx__import_turns(cx__imported *m, const int64_t *group, int64_t from, int64_t to,
                           int64_t **which)
{
    const int64_t n = to - from, columns = m->columns;
    int64_t *const order = cx__calloc((size_t)n + 1, sizeof *order),
                   *const source = cx__calloc((size_t)n + 1, sizeof *source),
                   *const count = cx__calloc((size_t)columns + 1, sizeof *count);
    cx_status st = order && source && count
                       ? CX_OK
                       : cx__fail_nomem(where, "the order of the trees", (size_t)n * 8);
    if (st == CX_OK && n % columns != 0)
        st = cx__import_fail(m, CX_E_PARSE, -1, -1, "%lld trees for %lld outputs", (long long)n,
                             (long long)columns);
    bool same = true;
    for (int64_t i = 0; i < n && st == CX_OK; i++) {
        const int64_t g = group[from + i];
        if (g < 0 || g >= columns || count[g] >= n / columns) {
            st = cx__import_fail(m, CX_E_PARSE, from + i, -1,
                                 "output %lld of %lld has more trees than others, or is none",
                                 (long long)g, (long long)columns);
            break;
        }
        order[i] = count[g]++ * columns + g;
        source[order[i]] = from + i;
        same = same && order[i] == i;
    }
    cx__free(count);
    if (st == CX_OK && !same)
        m->order = order;
    else
        cx__free(order);
    if (st == CX_OK)
        *which = source;
    else
        cx__free(source);
    return st;
}

cx_status cx__import_base(cx__imported *m, int64_t outputs)
{
    if (outputs < 1 || outputs > CX__IMPORTED_OUTPUTS)
        return cx__import_fail(m, CX_E_UNSUPPORTED, -1, -1, "%lld outputs; at most %d are known",
                               (long long)outputs, CX__IMPORTED_OUTPUTS);
    m->base = cx__calloc((size_t)outputs, sizeof *m->base);
    return m->base != NULL ? CX_OK : cx__fail_nomem(where, "a base", (size_t)outputs * 8);
}

cx_status cx__import_open(cx__imported *m, int64_t tree, int64_t n, int64_t bit_rows)
{
    cx__trees *const t = &m->trees;
    if (n < 1) return cx__import_fail(m, CX_E_PARSE, tree, -1, "it has no nodes");
    if (t->nodes + n > INT32_MAX)
        return cx__import_fail(m, CX_E_UNSUPPORTED, tree, -1, "more than 2^31 nodes in all");
    CX__TRY(cx__trees_reserve(t, 1, n, bit_rows));
    const int64_t at = t->nodes;
    memset(t->samples + at, 0, (size_t)n * sizeof *t->samples);
    memset(t->impurity + at, 0, (size_t)n * sizeof *t->impurity);
    memset(t->weighted + at, 0, (size_t)n * sizeof *t->weighted);
    memset(t->value + at * t->width, 0, (size_t)(n * t->width) * sizeof *t->value);
    if (t->category != NULL)
        for (int64_t i = 0; i < n; i++) t->category[at + i] = -1;
    return CX_OK;
}

void cx__import_leaf(cx__imported *m, int64_t i)
{
    cx__trees *const t = &m->trees;
    const int64_t at = t->nodes + i;
    t->left[at] = t->right[at] = -1;
    t->feature[at] = -2;
    t->threshold[at] = -2;
    t->missing_left[at] = false;
}

static cx_status one_parent(const cx__imported *m, int64_t tree, int64_t i, int64_t n,
                            int32_t child, bool *reached)
{
    if (child <= i || child >= n)
        return cx__import_fail(m, CX_E_PARSE, tree, i,
                               "child %d; children stand behind their parent, below %lld",
                               (int)child, (long long)n);
    if (reached[child])
        return cx__import_fail(m, CX_E_PARSE, tree, i, "node %d is a child twice", (int)child);
    reached[child] = true;
    return CX_OK;
}

/* What is reached from the root, which is a tree. */
static cx_status walk(const cx__imported *m, int64_t tree, int64_t n, bool *reached)
{
    const cx__trees *const t = &m->trees;
    reached[0] = true;
    for (int64_t i = 0; i < n; i++) {
        const int64_t at = t->nodes + i;
        if (!reached[i] || (t->left[at] < 0 && t->right[at] < 0)) continue;
        CX__TRY(one_parent(m, tree, i, n, t->left[at], reached));
        CX__TRY(one_parent(m, tree, i, n, t->right[at], reached));
        if (t->feature[at] < 0 || t->feature[at] >= m->features)
            return cx__import_fail(m, CX_E_PARSE, tree, i, "feature %d of %lld",
                                   (int)t->feature[at], (long long)m->features);
    }
    return CX_OK;
}

static void move_node(cx__trees *t, int64_t from, int64_t to)
{
    t->left[to] = t->left[from];
    t->right[to] = t->right[from];
    t->feature[to] = t->feature[from];
    t->samples[to] = t->samples[from];
    t->threshold[to] = t->threshold[from];
    t->impurity[to] = t->impurity[from];
    t->weighted[to] = t->weighted[from];
    t->missing_left[to] = t->missing_left[from];
    if (t->category != NULL) t->category[to] = t->category[from];
    memmove(t->value + to * t->width, t->value + from * t->width,
            (size_t)t->width * sizeof *t->value);
}

/* The reached nodes close up; their number is returned. place [n] is room for where they go. */
static int64_t close_up(cx__imported *m, int64_t n, const bool *reached, int32_t *place)
{
    cx__trees *const t = &m->trees;
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++) {
        place[i] = (int32_t)count;
        if (!reached[i]) continue;
        if (count < i) move_node(t, t->nodes + i, t->nodes + count);
        m->number[t->nodes + count++] = (int32_t)i;
    }
    if (count == n) return n;
    m->renumbered = true;
    for (int64_t at = t->nodes; at < t->nodes + count; at++) {
        if (t->left[at] < 0) continue;
        t->left[at] = place[t->left[at]];
        t->right[at] = place[t->right[at]];
    }
    return count;
}

static cx_status number_room(cx__imported *m, int64_t n)
{
    if (n <= m->number_room) return CX_OK;
    const int64_t more = n + n / 2;
    int32_t *const p = cx__realloc(m->number, (size_t)more * sizeof *p);
    if (p == NULL) return cx__fail_nomem(where, "numbers of nodes", (size_t)more * sizeof *p);
    m->number = p;
    m->number_room = more;
    return CX_OK;
}

cx_status cx__import_close(cx__imported *m, int64_t tree, int64_t n, int64_t bit_rows)
{
    cx__trees *const t = &m->trees;
    CX__TRY(number_room(m, t->nodes + n));
    bool *const reached = cx__calloc((size_t)n, sizeof *reached);
    int32_t *const place = cx__calloc((size_t)n, sizeof *place);
    cx_status st = reached && place ? CX_OK : cx__fail_nomem(where, "a tree", (size_t)n * 5);
    if (st == CX_OK) st = walk(m, tree, n, reached);
    if (st == CX_OK) {
        t->nodes += close_up(m, n, reached, place);
        t->bit_rows += bit_rows;
        t->start[++t->count] = t->nodes;
    }
    cx__free(reached);
    cx__free(place);
    return st;
}

double cx__import_below(double t)
{
    return (double)nextafterf((float)t, -INFINITY);
}
