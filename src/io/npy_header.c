/* The header of a .npy file: a Python dict literal with three keys. The one idea: a cursor that
 * knows its byte and what it wants to see next; nothing in the file is believed before it is
 * checked against the file's size. Knows no array. */
#include "base/size.h"
#include "io/format.h"
#include <string.h>

enum { MAX_HEADER = 1 << 20 };

typedef struct cursor {
    const char *where;
    const char *file; /* for positions */
    const char *at, *end;
} cursor;

static cx_status expected(const cursor *c, const char *what)
{
    const long long byte = c->at - c->file;
    if (c->at >= c->end)
        return cx__fail(CX_E_PARSE, c->where, "byte %lld: the header ends where %s is expected",
                        byte, what);
    const unsigned char ch = (unsigned char)*c->at;
    if (ch >= 0x20 && ch < 0x7f)
        return cx__fail(CX_E_PARSE, c->where, "byte %lld: expected %s, found '%c'", byte, what, ch);
    return cx__fail(CX_E_PARSE, c->where, "byte %lld: expected %s, found byte 0x%02x", byte, what,
                    ch);
}

static void skip_space(cursor *c)
{
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\t' || *c->at == '\n' || *c->at == '\r'))
        c->at++;
}

static bool take(cursor *c, char ch)
{
    skip_space(c);
    if (c->at >= c->end || *c->at != ch) return false;
    c->at++;
    return true;
}

static bool take_word(cursor *c, const char *word)
{
    const size_t n = strlen(word);
    if ((size_t)(c->end - c->at) < n || memcmp(c->at, word, n) != 0) return false;
    c->at += n;
    return true;
}

/* A quoted string without escapes: [*s, *s + *n). */
static cx_status take_string(cursor *c, const char *what, const char **s, size_t *n)
{
    skip_space(c);
    if (c->at >= c->end || (*c->at != '\'' && *c->at != '"')) return expected(c, what);
    const char quote = *c->at++;
    *s = c->at;
    while (c->at < c->end && *c->at != quote && *c->at != '\\' && *c->at != '\n') c->at++;
    if (c->at >= c->end || *c->at != quote) return expected(c, "the closing quote");
    *n = (size_t)(c->at++ - *s);
    return CX_OK;
}

static cx_status foreign(const cursor *c, const char *from, size_t n, const char *why)
{
    const int shown = n > 200 ? 200 : (int)n;
    return cx__fail(CX_E_DTYPE, c->where, "%s dtype %.*s%s cannot be loaded", why, shown, from,
                    n > 200 ? "..." : "");
}

/* A list in the place of the descr is a structured dtype; show it up to its closing bracket. */
static cx_status structured(const cursor *c)
{
    int depth = 0;
    const char *p = c->at;
    while (p < c->end) {
        depth += *p == '[' || *p == '(' ? 1 : *p == ']' || *p == ')' ? -1 : 0;
        p++;
        if (depth == 0) break;
    }
    return foreign(c, c->at, (size_t)(p - c->at), "structured");
}

static bool is_big_endian(void)
{
    const uint16_t one = 1;
    unsigned char first;
    memcpy(&first, &one, 1);
    return first == 0;
}

static cx_status take_descr(cursor *c, cx__npy_header *h)
{
    static const struct {
        const char *descr;
        cx_dtype t;
    } known[] = {
#define CX_DTYPE(NAME, value, ctype, sfx, text, bytes, kind, descr) {descr, CX_##NAME},
#include <calx/dtypes.def>
#undef CX_DTYPE
    };
    skip_space(c);
    if (c->at < c->end && *c->at == '[') return structured(c);
    const char *s;
    size_t n;
    CX__TRY(take_string(c, "the descr", &s, &n));
    const char *const whole = s;
    const size_t whole_n = n;
    char order = '=';
    if (n > 0 && strchr("<>=|", *s) != NULL) {
        order = *s++;
        n--;
    }
    const bool big = order == '>';
    h->swap = order != '=' && order != '|' && big != is_big_endian();
    if (n >= 2 && (*s == 'U' || *s == 'S' || *s == 'a')) {
        int64_t chars;
        if (s[1] < '0' || s[1] > '9' || cx__parse_i64(s + 1, s + n, &chars) != s + n ||
            chars > INT32_MAX)
            return foreign(c, whole, whole_n, "unknown");
        h->text = *s == 'U' ? 'U' : 'S';
        h->dtype = CX_CAT;
        h->itemsize = (size_t)chars * (h->text == 'U' ? 4 : 1);
        return CX_OK;
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].t != CX_CAT && strlen(known[i].descr) == n &&
            memcmp(known[i].descr, s, n) == 0) {
            h->dtype = known[i].t;
            h->itemsize = cx_dtype_size(h->dtype);
            return CX_OK;
        }
    if (n > 0 && *s == 'O') return foreign(c, whole, whole_n, "object");
    return foreign(c, whole, whole_n, n > 0 && (*s == 'M' || *s == 'm') ? "time" : "unknown");
}

static cx_status take_shape(cursor *c, cx__npy_header *h)
{
    if (!take(c, '(')) return expected(c, "'('");
    h->ndim = 0;
    bool comma = true;
    for (;;) {
        if (take(c, ')')) break;
        if (!comma) return expected(c, "',' or ')'");
        int64_t v;
        if (c->at >= c->end || *c->at < '0' || *c->at > '9')
            return expected(c, h->ndim == 0 ? "an extent or ')'" : "an extent");
        if (h->ndim == CX_MAX_NDIM)
            return cx__fail(CX_E_PARSE, c->where, "byte %lld: more than %d dimensions",
                            (long long)(c->at - c->file), CX_MAX_NDIM);
        const char *const q = cx__parse_i64(c->at, c->end, &v);
        if (q == NULL) return expected(c, "an extent below 2^63");
        c->at = q;
        if (c->at < c->end && *c->at == 'L') /* written by Python 2 */
            c->at++;
        h->shape[h->ndim++] = v;
        comma = take(c, ',');
    }
    if (h->ndim == 1 && !comma)
        return cx__fail(CX_E_PARSE, c->where, "byte %lld: expected ',' after the only extent",
                        (long long)(c->at - 1 - c->file));
    return CX_OK;
}

static cx_status take_pair(cursor *c, cx__npy_header *h, unsigned *seen)
{
    static const char *const keys[] = {"descr", "fortran_order", "shape"};
    const char *s;
    size_t n, k = 0;
    skip_space(c);
    const char *const start = c->at;
    CX__TRY(take_string(c, "a key", &s, &n));
    while (k < 3 && (strlen(keys[k]) != n || memcmp(keys[k], s, n) != 0)) k++;
    if (k == 3 || (*seen & 1u << k) != 0) {
        c->at = start;
        return expected(c,
                        k == 3 ? "one of the keys descr, fortran_order, shape" : "each key once");
    }
    *seen |= 1u << k;
    if (!take(c, ':')) return expected(c, "':'");
    skip_space(c);
    if (k == 0) return take_descr(c, h);
    if (k == 2) return take_shape(c, h);
    h->fortran = take_word(c, "True");
    return h->fortran || take_word(c, "False") ? CX_OK : expected(c, "True or False");
}

static cx_status take_dict(cursor *c, cx__npy_header *h)
{
    unsigned seen = 0;
    if (!take(c, '{')) return expected(c, "'{'");
    while (!take(c, '}')) {
        CX__TRY(take_pair(c, h, &seen));
        if (!take(c, ',')) {
            if (!take(c, '}')) return expected(c, "',' or '}'");
            break;
        }
    }
    if (seen != 7)
        return cx__fail(CX_E_PARSE, c->where, "byte %lld: the header lacks %s",
                        (long long)(c->at - c->file),
                        (seen & 1) == 0   ? "descr"
                        : (seen & 2) == 0 ? "fortran_order"
                                          : "shape");
    skip_space(c);
    return c->at == c->end ? CX_OK : expected(c, "nothing after the dict");
}

/* Bytes of the data, and are they there? */
static cx_status measure(const char *where, size_t size, cx__npy_header *h)
{
    int64_t count = 1;
    bool empty = false, fits = true;
    for (int i = 0; i < h->ndim; i++) {
        empty = empty || h->shape[i] == 0;
        if (h->shape[i] != 0) fits = fits && cx__mul_i64(count, h->shape[i], &count);
    }
    int64_t memory;
    const size_t widest = h->itemsize > 16 ? h->itemsize : 16;
    fits = fits && cx__mul_i64(count, (int64_t)widest, &memory);
    if (!fits)
        return cx__fail(CX_E_PARSE, where,
                        "the shape in the header needs more memory than can be addressed");
    h->size = empty ? 0 : count;
    h->bytes = (size_t)h->size * h->itemsize;
    if (h->bytes > size - h->offset)
        return cx__fail(CX_E_PARSE, where,
                        "byte %zu: the header promises %zu bytes of data, %zu are there", h->offset,
                        h->bytes, size - h->offset);
    /* Elements without bytes (U0) cost the file nothing: bound them by what the file holds. */
    if (h->itemsize == 0 && h->size > 1 << 20)
        return cx__fail(CX_E_PARSE, where, "byte %zu: %lld empty texts", h->offset,
                        (long long)h->size);
    return CX_OK;
}

cx_status cx__npy_parse(const char *where, const char *file, size_t size, cx__npy_header *h)
{
    static const char magic[] = "\x93NUMPY";
    *h = (cx__npy_header){0};
    if (size >= 4 && memcmp(file, "PK\3\4", 4) == 0)
        return cx__fail(
            CX_E_PARSE, where,
            "byte 0: this is a zip archive (.npz?); cx_npz_load reads one of its arrays");
    const size_t seen = size < 6 ? size : 6;
    if (memcmp(file, magic, seen) != 0 || size == 0)
        return cx__fail(CX_E_PARSE, where,
                        "byte 0: expected a .npy file, which starts with \\x93NUMPY");
    if (size < 10)
        return cx__fail(CX_E_PARSE, where, "byte %zu: the file ends inside its first 10 bytes",
                        size);
    const unsigned char *const u = (const unsigned char *)file;
    const unsigned major = u[6], minor = u[7];
    if (major < 1 || major > 3 || minor != 0)
        return cx__fail(CX_E_PARSE, where, "byte 6: .npy version %u.%u is none of 1.0, 2.0, 3.0",
                        major, minor);
    h->major = (int)major;
    h->minor = (int)minor;
    const size_t first = major == 1 ? 10 : 12;
    if (size < first)
        return cx__fail(CX_E_PARSE, where, "byte %zu: the file ends inside its first %zu bytes",
                        size, first);
    size_t length = (size_t)u[8] | (size_t)u[9] << 8;
    if (major > 1) length |= (size_t)u[10] << 16 | (size_t)u[11] << 24;
    if (length > MAX_HEADER)
        return cx__fail(CX_E_PARSE, where, "byte 8: a header of %zu bytes (at most %d)", length,
                        MAX_HEADER);
    if (length > size - first)
        return cx__fail(CX_E_PARSE, where, "byte 8: a header of %zu bytes in a file of %zu", length,
                        size);
    h->offset = first + length;
    cursor c = {where, file, file + first, file + h->offset};
    CX__TRY(take_dict(&c, h));
    return measure(where, size, h);
}
