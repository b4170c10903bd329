/* Golden cases. See cases.h. */
#include "cases.h"
#include "layouts.h"
#include "numbers.h"
#include "plain.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS = 4 + CASE_ARGS + CASE_RESULTS };
enum { OP, OPTIONS, TOLERANCE, COUNT, FIRST };

typedef struct argument {
    bool array, target;
    test_array x;
    unsigned char *before; /* values in C order */
    cx_scalar weak;
    const cx_array *handle; /* NULL: not given */
} argument;

struct test_case {
    const char *file, *op, *options, *tolerance;
    int line, args, results;
    const char *result[CASE_RESULTS];
    layout how;
    argument arg[CASE_ARGS];
    const cx_array *list[CASE_ARGS];
    char text[8][256]; /* of options, in turn */
    int next_text;
    int axes[CX_MAX_NDIM];
    cx_status failed;
};

#define HERE(c) (c)->file, (c)->line, (c)->op, (c)->options, test_layout_name((c)->how)
#define AT "%s:%d: %s %s (%s): "

/* ---- values */
static void write_element(cx_dtype t, void *p, const char *text, char **end)
{
    const char kind = cx_dtype_kind(t);
    if (kind == 'b' || kind == 'u') {
        const uint64_t v = strtoull(text, end, 10);
        memcpy(p, &v, cx_dtype_size(t));
    } else if (kind == 'i') {
        const int64_t v = strtoll(text, end, 10);
        memcpy(p, &v, cx_dtype_size(t));
    } else if (t == CX_F64) {
        *(double *)p = plain_number(text, end);
    } else if (t == CX_F32) {
        *(float *)p = (float)plain_number(text, end);
    } else if (t == CX_F16) {
        *(cx_float16 *)p = cx_f16_from_float((float)plain_number(text, end));
    } else if (t == CX_BF16) {
        *(cx_bfloat16 *)p = cx_bf16_from_float((float)plain_number(text, end));
    } else {
        const double re = plain_number(text, end);
        cr_assert_eq(**end, ',', "a complex number: %s", text);
        const double im = plain_number(*end + 1, end);
        if (t == CX_C64) {
            ((float *)p)[0] = (float)re;
            ((float *)p)[1] = (float)im;
        } else {
            ((double *)p)[0] = re;
            ((double *)p)[1] = im;
        }
    }
}

/* "float64:2x3:" and where the values begin; false: no array. */
static bool header(const char *text, cx_dtype *t, int *ndim, int64_t *shape, const char **values)
{
    char name[16];
    const char *const colon = strchr(text, ':');
    if (colon == NULL || colon - text >= (int)sizeof name) return false;
    memcpy(name, text, (size_t)(colon - text));
    name[colon - text] = '\0';
    if (cx_dtype_parse(name, t) != CX_OK) return false;
    const char *at = colon + 1;
    *ndim = 0;
    if (*at == '-') at++;
    while (*at != ':') {
        char *end;
        shape[(*ndim)++] = strtoll(at, &end, 10);
        cr_assert(end != at && *ndim < LAYOUT_NDIM, "shape of %.60s", text);
        at = *end == 'x' ? end + 1 : end;
    }
    *values = at + 1;
    return true;
}

static void read_argument(test_case *c, argument *a, const char *text)
{
    memset(a, 0, sizeof *a);
    if (strcmp(text, "null") == 0) return;
    if (strncmp(text, "weak:", 5) == 0) {
        char *end;
        const char kind = text[5];
        a->weak.head.tag = CX__SCALAR_TAG;
        a->weak.head.kind = kind == 'b'   ? CX_BOOL
                            : kind == 'i' ? CX_I64
                            : kind == 'f' ? CX_F64
                                          : CX_C128;
        if (kind == 'i' || kind == 'b')
            a->weak.v.i64 = strtoll(text + 7, NULL, 10);
        else
            a->weak.v.f64 = plain_number(text + 7, &end);
        if (kind == 'c') a->weak.im = plain_number(end + 1, NULL);
        a->handle = (const cx_array *)(const void *)&a->weak;
        return;
    }
    cx_dtype t;
    int ndim;
    int64_t shape[LAYOUT_NDIM];
    const char *at;
    cr_assert(header(text, &t, &ndim, shape, &at), AT "argument %.80s", HERE(c), text);
    test_array_new(&a->x, t, ndim, shape, c->how);
    const size_t size = cx_dtype_size(t);
    a->before = calloc((size_t)a->x.size + 1, size);
    cr_assert_not_null(a->before);
    for (int64_t i = 0; i < a->x.size; i++) {
        char *end;
        void *const p = test_element(&a->x, i);
        write_element(t, p, at, &end);
        cr_assert(end != at, AT "value %d of %.80s", HERE(c), (int)i, text);
        at = end;
        memcpy(a->before + (size_t)i * size, p, size);
    }
    test_up(&a->x);
    a->array = true;
    a->handle = a->x.a;
}

static void free_argument(argument *a)
{
    if (a->array) test_array_free(&a->x);
    free(a->before);
}

/* What an operation only reads must be as before, the bytes around it too. */
static void check_argument(const test_case *c, argument *a, int i)
{
    if (!a->array) return;
    cr_assert(test_guards(&a->x), AT "wrote beside argument %d", HERE(c), i);
    const size_t size = cx_dtype_size(a->x.t);
    for (int64_t k = 0; k < a->x.size && !a->target; k++)
        cr_assert_arr_eq(test_element(&a->x, k), a->before + (size_t)k * size, size,
                         AT "changed argument %d", HERE(c), i);
}

/* ---- what a case asks for */
cx_array *case_array(test_case *c, int i)
{
    return i < c->args ? (cx_array *)(uintptr_t)c->arg[i].handle : NULL;
}
cx_array *case_target(test_case *c, int i)
{
    c->arg[i].target = true;
    return case_array(c, i);
}
int case_count(const test_case *c)
{
    return c->args;
}
cx_arrays case_arrays(test_case *c, int from)
{
    for (int i = from; i < c->args; i++) c->list[i] = c->arg[i].handle;
    return (cx_arrays){c->args - from, c->list + from};
}
const char *case_op(const test_case *c)
{
    return c->op;
}

static const char *option(const test_case *c, const char *key)
{
    const size_t n = strlen(key);
    for (const char *at = c->options; at != NULL; at = strchr(at, ';')) {
        if (*at == ';') at++;
        if (strncmp(at, key, n) == 0 && at[n] == '=') return at + n + 1;
    }
    return NULL;
}
bool case_has(const test_case *c, const char *key)
{
    return option(c, key) != NULL;
}
int64_t case_int(const test_case *c, const char *key, int64_t otherwise)
{
    const char *const at = option(c, key);
    return at == NULL ? otherwise : strtoll(at, NULL, 10);
}
double case_f64(const test_case *c, const char *key, double otherwise)
{
    const char *const at = option(c, key);
    return at == NULL ? otherwise : plain_number(at, NULL);
}
const char *case_text(const test_case *c, const char *key, const char *otherwise)
{
    const char *const at = option(c, key);
    if (at == NULL) return otherwise;
    test_case *const me = (test_case *)(uintptr_t)c;
    char *const to = me->text[me->next_text++ % 8];
    const size_t n = strcspn(at, ";");
    cr_assert_lt(n, sizeof c->text[0]);
    memcpy(to, at, n);
    to[n] = '\0';
    return to;
}
int case_ints(const test_case *c, const char *key, int64_t out[32])
{
    const char *at = option(c, key);
    int n = 0;
    while (at != NULL && *at != ';' && *at != '\0') {
        char *end;
        out[n++] = strtoll(at, &end, 10);
        cr_assert(end != at && n <= 32, "%s", c->options);
        at = *end == ',' ? end + 1 : end;
    }
    return n;
}
cx_dtype case_dtype(const test_case *c, const char *key)
{
    const char *const text = case_text(c, key, NULL);
    cx_dtype t = CX_DTYPE_NONE;
    if (text != NULL) cr_assert_eq(cx_dtype_parse(text, &t), CX_OK, "%s", text);
    return t;
}
cx_reduce case_how(const test_case *c)
{
    test_case *const me = (test_case *)(uintptr_t)c;
    int64_t wide[32];
    cx_reduce how = {.axis_count = case_ints(c, "axis", wide), .axes = me->axes};
    for (int i = 0; i < how.axis_count; i++) me->axes[i] = (int)wide[i];
    if (how.axis_count == 1) how.axis = me->axes[0];
    how.no_axes = case_has(c, "axis") && how.axis_count == 0;
    how.keepdims = case_int(c, "keepdims", 0) != 0;
    how.ddof = case_f64(c, "ddof", 0);
    how.dtype = case_dtype(c, "dtype");
    return how;
}
void case_status(test_case *c, cx_status st)
{
    c->failed = st;
}

/* ---- results */
static bool near(const char *tolerance, cx_dtype t, number got, number want, long double largest)
{
    const char kind = cx_dtype_kind(t);
    if (kind == 'b' || kind == 'i' || kind == 'u') return got.bits == want.bits;
    long double bound = 0;
    if (tolerance[0] != '=') {
        const long double n = (long double)plain_number(tolerance + 1, NULL);
        bound = tolerance[0] == 'u'
                    ? n * (number_eps(t) * (fabsl(want.re) + fabsl(want.im)) + number_tiny(t))
                    : n * largest;
        if (!isfinite(bound)) bound = 0; /* a part that is not finite says nothing of the other */
    }
    const long double pair[2][2] = {{got.re, want.re}, {got.im, want.im}};
    for (int i = 0; i < 2; i++) {
        const long double g = pair[i][0], w = pair[i][1];
        if (isnan(w) || isinf(w)) {
            if (isnan(w) ? !isnan(g) : g != w) return false;
        } else if (!(g == w || fabsl(g - w) <= bound) ||
                   (tolerance[0] == '=' && g == 0 && signbit(g) != signbit(w))) {
            return false;
        }
    }
    return true;
}

static void check_values(const test_case *c, int which, const char *tolerance, cx_array *got,
                         cx_dtype t, const char *values)
{
    const int64_t n = cx_size(got);
    const size_t size = cx_dtype_size(t);
    unsigned char *const have = calloc((size_t)n + 1, size), *const want =
                                                                 calloc((size_t)n + 1, size);
    cr_assert(have != NULL && want != NULL);
    cr_assert_eq(cx_copy_into(got, cx_borrow_host(have, cx_shape_of(got), t, NULL)), CX_OK, AT "%s",
                 HERE(c), cx_error_message());
    long double largest = 0;
    for (int64_t i = 0; i < n; i++) {
        char *end;
        write_element(t, want + (size_t)i * size, values, &end);
        cr_assert(end != values, AT "the file lacks values", HERE(c));
        values = end;
        const number w = number_read(t, want + (size_t)i * size);
        const long double m = fabsl(w.re) + fabsl(w.im);
        if (isfinite(m) && m > largest) largest = m;
    }
    for (int64_t i = 0; i < n; i++) {
        const number g = number_read(t, have + (size_t)i * size),
                     w = number_read(t, want + (size_t)i * size);
        cr_assert(near(tolerance, t, g, w, largest),
                  AT "result %d, element %d: %.21Lg%+.21Lgi, not %.21Lg%+.21Lgi (%s)", HERE(c),
                  which, (int)i, g.re, g.im, w.re, w.im, tolerance);
    }
    free(have);
    free(want);
}

static void check_result(const test_case *c, int which, const char *tolerance, cx_array *got,
                         const char *text)
{
    if (strcmp(text, "null") == 0) return;
    cr_assert_not_null(got, AT "no result %d", HERE(c), which);
    cr_assert_eq(cx_status_of(got), CX_OK, AT "result %d: %s: %s", HERE(c), which,
                 cx_status_name(cx_status_of(got)), cx_error_message());
    cx_dtype t;
    int ndim;
    int64_t shape[LAYOUT_NDIM];
    const char *values;
    cr_assert(header(text, &t, &ndim, shape, &values), AT "result %.80s", HERE(c), text);
    cr_assert_eq(cx_dtype_of(got), t, AT "result %d is %s, not %s", HERE(c), which,
                 cx_dtype_name(cx_dtype_of(got)), cx_dtype_name(t));
    cr_assert_eq(cx_ndim(got), ndim, AT "result %d has %d dimensions, not %d", HERE(c), which,
                 cx_ndim(got), ndim);
    for (int d = 0; d < ndim; d++)
        cr_assert_eq(cx_dim(got, d), shape[d], AT "result %d, axis %d: %d, not %d", HERE(c), which,
                     d, (int)cx_dim(got, d), (int)shape[d]);
    check_values(c, which, tolerance, got, t, values);
}

/* A device that runs late may tell at the next wait. */
static void check_error(test_case *c, cx_array *got, const char *name)
{
    cx_status st = c->failed;
    if (st == CX_OK && got != NULL) st = cx_status_of(got);
    if (st == CX_OK) st = cx_device_sync(test_device());
    cr_assert_neq(st, CX_OK, AT "NumPy refuses", HERE(c));
    if (*name == ':')
        cr_assert_str_eq(cx_status_name(st), name + 1, AT "%s", HERE(c), cx_error_message());
}

static void run_case(test_case *c, const case_fn *f, char *const field[])
{
    const cx_scope s = cx_scope_open();
    c->next_text = 0;
    c->failed = CX_OK;
    for (int i = 0; i < c->args; i++) read_argument(c, &c->arg[i], field[FIRST + i]);
    cx_array *out[CASE_RESULTS] = {NULL};
    f->run(c, out);
    const bool refused = strncmp(c->result[0], "error", 5) == 0;
    if (refused) {
        check_error(c, out[0], c->result[0] + 5);
    } else {
        cr_assert_eq(c->failed, CX_OK, AT "%s: %s", HERE(c), cx_status_name(c->failed),
                     cx_error_message());
        const char *tolerance = c->tolerance;
        for (int i = 0; i < c->results; i++) {
            check_result(c, i, tolerance, out[i], c->result[i]);
            const char *const comma = strchr(tolerance, ',');
            if (comma != NULL) tolerance = comma + 1;
        }
    }
    for (int i = 0; i < c->args; i++) check_argument(c, &c->arg[i], i);
    const cx_status end = cx_scope_close(s);
    if (!refused) cr_assert_eq(end, CX_OK, AT "%s", HERE(c), cx_error_message());
    for (int i = 0; i < c->args; i++) free_argument(&c->arg[i]);
}

static void run_line(test_case *c, char *line, const case_fn *calls, size_t count)
{
    char *field[FIELDS];
    int n = 0;
    for (char *at = line; at != NULL && n < FIELDS; n++) {
        field[n] = at;
        at = strchr(at, '\t');
        if (at != NULL) *at++ = '\0';
    }
    cr_assert_gt(n, FIRST, "%s:%d: too few columns", c->file, c->line);
    c->op = field[OP];
    c->options = field[OPTIONS];
    c->tolerance = field[TOLERANCE];
    c->args = (int)strtol(field[COUNT], NULL, 10);
    c->results = n - FIRST - c->args;
    cr_assert(c->args <= CASE_ARGS && c->results >= 1 && c->results <= CASE_RESULTS,
              "%s:%d: %d arguments, %d results", c->file, c->line, c->args, c->results);
    for (int i = 0; i < c->results; i++) c->result[i] = field[FIRST + c->args + i];
    const case_fn *f = NULL;
    for (size_t i = 0; i < count && f == NULL; i++)
        if (strcmp(calls[i].op, c->op) == 0) f = &calls[i];
    cr_assert_not_null(f, "%s:%d: nobody calls %s", c->file, c->line, c->op);
    c->how = LAYOUT_C;
    run_case(c, f, field);
    if (test_brief()) return;
    c->how = (layout)(LAYOUT_FORTRAN + c->line % 4);
    run_case(c, f, field);
}

int test_cases(const char *file, const case_fn *calls, size_t count)
{
    char path[1024];
    if (file[0] == '/')
        snprintf(path, sizeof path, "%s", file);
    else
        snprintf(path, sizeof path, "%s/%s", CX_TEST_DATA, file);
    FILE *const f = fopen(path, "r");
    cr_assert_not_null(f, "%s", path);
    static test_case c;
    c.file = file;
    c.line = 0;
    char *line = NULL;
    size_t cap = 0;
    for (ssize_t n; (n = getline(&line, &cap, f)) > 0;) {
        if (line[n - 1] == '\n') line[n - 1] = '\0';
        c.line++;
        run_line(&c, line, calls, count);
    }
    free(line);
    fclose(f);
    return c.line;
}
