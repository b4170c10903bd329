/* numpy.loadtxt and numpy.genfromtxt: their options as rules for the reader, their shapes. */
#include "base/alloc.h"
#include "io/gzip.h"
#include "io/text/text.h"
#include <calx/constants.h>
#include <calx/manipulate.h>
#include <calx/text.h>
#include <string.h>

/* NumPy squeezes a matrix down to ndmin dimensions; a column stays one for ndmin 2. */
static cx_array *shaped(cx_array *m, int ndmin, bool unpack)
{
    const int64_t rows = cx_dim(m, 0), columns = cx_dim(m, 1);
    cx_array *a = m;
    if (ndmin < 2 && (rows == 1 || columns == 1)) {
        const int64_t n = rows * columns;
        a = rows == 1 && columns == 1 && ndmin == 0 ? cx_reshape(m, CX_SHAPE())
                                                    : cx_reshape(m, CX_SHAPE(n));
    }
    return unpack && cx_ndim(a) == 2 ? cx_transpose(a) : a;
}

static cx_status check_common(const char *where, cx_dtype *t, const int *usecols, int usecol_count,
                              int ndmin, int64_t skip)
{
    if (*t == CX_DTYPE_NONE) *t = CX_F64;
    if (cx_dtype_size(*t) == 0 || *t == CX_CAT)
        return cx__fail(CX_E_DTYPE, where, "%s cannot be read from text", cx_dtype_name(*t));
    if (usecol_count < 0 || (usecol_count > 0 && usecols == NULL))
        return cx__fail(CX_E_ARGUMENT, where, "%d columns in usecols", usecol_count);
    if (ndmin < 0 || ndmin > 2) return cx__fail(CX_E_ARGUMENT, where, "ndmin is %d", ndmin);
    if (skip < 0) return cx__fail(CX_E_ARGUMENT, where, "%lld lines to skip", (long long)skip);
    return CX_OK;
}

static cx_status read_file(const char *path, const cx__text_rules *r, int ndmin, bool unpack,
                           cx_array **out)
{
    char *text;
    size_t size;
    CX__TRY(cx__gzip_read(r->where, path, &text, &size));
    const cx_status st = cx__io_in_file(path, cx__text_read(r, text, size, out));
    cx__free(text);
    if (st != CX_OK) return st;
    /* genfromtxt forgets the columns of rows that its footer took. */
    *out = r->forgiving && cx_dim(*out, 0) == 0 ? cx_reshape(*out, CX_SHAPE(0))
                                                : shaped(*out, ndmin, unpack);
    return cx_status_of(*out);
}

static cx_status loadtxt(const char *path, cx_dtype t, const cx_loadtxt_opts *o, cx_array **out)
{
    static const char where[] = "loadtxt";
    static const cx_loadtxt_opts defaults = {.struct_size = sizeof defaults};
    if (o == NULL) o = &defaults;
    if (o->struct_size != sizeof *o)
        return cx__fail(CX_E_ARGUMENT, where, "struct_size is %zu: make options with CX_OPTS",
                        o->struct_size);
    CX__TRY(check_common(where, &t, o->usecols, o->usecol_count, o->ndmin, o->skiprows));
    if (o->max_rows.set && o->max_rows.value < 0)
        return cx__fail(CX_E_ARGUMENT, where, "max_rows is %lld", (long long)o->max_rows.value);
    const char delimiter[2] = {o->delimiter, '\0'};
    const char *const comments = o->comments == NULL ? "#" : o->comments;
    if (delimiter[0] == '\n' || delimiter[0] == '\r' || o->quotechar == '\n' ||
        (o->quotechar != '\0' && (o->quotechar == delimiter[0] || o->quotechar == comments[0])) ||
        (delimiter[0] != '\0' && delimiter[0] == comments[0]))
        return cx__fail(CX_E_ARGUMENT, where,
                        "delimiter, comments and quotechar are a line end or alike");
    const cx__text_rules r = {.where = where,
                              .dtype = t,
                              .delimiter = delimiter,
                              .comments = comments,
                              .quote = o->quotechar,
                              .skip_lines = o->skiprows,
                              .max_rows = o->max_rows.set ? o->max_rows.value : -1,
                              .usecols = o->usecols,
                              .usecol_count = o->usecol_count};
    return read_file(path, &r, o->ndmin, o->unpack, out);
}

cx_array *cx_loadtxt(const char *path, cx_dtype t, const cx_loadtxt_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *a = NULL;
    cx_check(loadtxt(path, t, o, &a));
    return cx_scope_return(s, a);
}

/* What stands for a missing value; a mark in the last byte where unsigned integers have none. */
static cx_status choose_filling(cx__text_rules *r, cx_maybe_f64 given)
{
    const char kind = cx_dtype_kind(r->dtype);
    const double v = given.set ? given.value : kind == 'i' ? -1.0 : kind == 'b' ? 0.0 : CX_NAN;
    if (kind == 'u' && !given.set) {
        r->filling[15] = 1;
        return CX_OK;
    }
    cx_array *const one = cx_full(CX_SHAPE(), cx_float(v), r->dtype, CX_CPU);
    const void *data;
    size_t bytes;
    CX__TRY(cx_status_of(one));
    CX__TRY(cx__io_bytes(r->where, "filling_values", one, &data, &bytes));
    memcpy(r->filling, data, bytes);
    return CX_OK;
}

static cx_status genfromtxt(const char *path, cx_dtype t, const cx_genfromtxt_opts *o,
                            cx_array **out)
{
    static const char where[] = "genfromtxt";
    static const cx_genfromtxt_opts defaults = {.struct_size = sizeof defaults};
    if (o == NULL) o = &defaults;
    if (o->struct_size != sizeof *o)
        return cx__fail(CX_E_ARGUMENT, where, "struct_size is %zu: make options with CX_OPTS",
                        o->struct_size);
    CX__TRY(check_common(where, &t, o->usecols, o->usecol_count, o->ndmin, o->skip_header));
    if (o->skip_footer < 0 || (o->max_rows.set && (o->max_rows.value < 1 || o->skip_footer > 0)))
        return cx__fail(CX_E_ARGUMENT, where,
                        "max_rows is %lld and skip_footer %lld; at least 1, and not both",
                        (long long)o->max_rows.value, (long long)o->skip_footer);
    const char *const delimiter = o->delimiter == NULL ? "" : o->delimiter;
    if (strpbrk(delimiter, "\r\n") != NULL)
        return cx__fail(CX_E_ARGUMENT, where, "a line end in the delimiter");
    cx__text_rules r = {.where = where,
                        .dtype = t,
                        .delimiter = delimiter,
                        .comments = o->comments == NULL ? "#" : o->comments,
                        .skip_lines = o->skip_header,
                        .skip_footer = o->skip_footer,
                        .max_rows = o->max_rows.set ? o->max_rows.value : -1,
                        .usecols = o->usecols,
                        .usecol_count = o->usecol_count,
                        .forgiving = true,
                        .skip_invalid = o->skip_invalid,
                        .missing = o->missing_values};
    CX__TRY(choose_filling(&r, o->filling_values));
    return read_file(path, &r, o->ndmin, o->unpack, out);
}

cx_array *cx_genfromtxt(const char *path, cx_dtype t, const cx_genfromtxt_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *a = NULL;
    cx_check(genfromtxt(path, t, o, &a));
    return cx_scope_return(s, a);
}
