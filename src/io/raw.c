/* Bare numbers: files without a header, and an array's bytes. The one idea: what is read becomes
 * the array's memory. */
#include "base/alloc.h"
#include "io/text/text.h"
#include <math.h>
#include <string.h>

static cx_status from_text(const char *path, cx_dtype t, const cx_fromfile_opts *o, cx_array **out)
{
    static const char where[] = "fromfile";
    char *text;
    size_t size;
    if (o->offset != 0)
        return cx__fail(CX_E_ARGUMENT, where, "offset is %lld; text has none",
                        (long long)o->offset);
    CX__TRY(cx__file_read(where, path, &text, &size));
    const cx_status st = cx__io_in_file(
        path, cx__text_list(where, text, size, t, o->sep, o->count.set ? o->count.value : -1, out));
    cx__free(text);
    return st;
}

static cx_status from_file(const char *path, cx_dtype t, const cx_fromfile_opts *o, cx_array **out)
{
    static const char where[] = "fromfile";
    static const cx_fromfile_opts defaults = {.struct_size = sizeof defaults};
    if (o == NULL) o = &defaults;
    if (o->struct_size != sizeof *o)
        return cx__fail(CX_E_ARGUMENT, where, "struct_size is %zu: make options with CX_OPTS",
                        o->struct_size);
    if (cx_dtype_size(t) == 0 || t == CX_CAT)
        return cx__fail(CX_E_DTYPE, where, "%s cannot be read from bare numbers", cx_dtype_name(t));
    if (o->offset < 0 || (o->count.set && o->count.value < -1))
        return cx__fail(CX_E_ARGUMENT, where, "count is %lld, offset %lld",
                        (long long)o->count.value, (long long)o->offset);
    if (o->sep != NULL && o->sep[0] != '\0') return from_text(path, t, o, out);
    const size_t item = cx_dtype_size(t);
    const bool bounded =
        o->count.set && o->count.value >= 0 && (uint64_t)o->count.value <= (SIZE_MAX / 2) / item;
    const size_t limit = bounded ? (size_t)o->count.value * item : SIZE_MAX / 2;
    char *data;
    size_t size;
    CX__TRY(cx__file_read_part(where, path, (uint64_t)o->offset, limit, &data, &size));
    const int64_t shape[1] = {(int64_t)(size / item)};
    if (t == CX_BOOL) cx__io_normalise_bools(data, size);
    return cx__io_adopt(data, data, 1, shape, t, out);
}

cx_array *cx_fromfile(const char *path, cx_dtype t, const cx_fromfile_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *a = NULL;
    cx_check(from_file(path, t, o, &a));
    return cx_scope_return(s, a);
}

/* ---- writing */

/* NumPy hands the elements over as Python's numbers: every float is a double. */
static cx__number element(cx_dtype t, const void *data, int64_t i, int part)
{
    cx__number v = cx__number_at(t, data, i, part);
    if (strchr("efc", cx_dtype_kind(v.t)) != NULL) v.t = CX_F64;
    return v;
}

/* str() of Python's complex: "(1+2j)", "2j" where there is no real part. */
static void put_complex(double re, double im, cx__text *out)
{
    char buf[40];
    const bool alone = re == 0 && !signbit(re);
    if (!alone) {
        cx__text_puts(out, "(");
        cx__text_put(out, buf, (size_t)cx__f64_to_text(re, buf));
    }
    const int n = cx__f64_to_text(im, buf);
    if (!alone && buf[0] != '-') cx__text_puts(out, "+");
    cx__text_put(out, buf, (size_t)n);
    cx__text_puts(out, alone ? "j" : "j)");
}

/* One element; false if it has no such form. */
static bool put_element(const cx__format *f, cx_dtype t, const void *data, int64_t i, cx__text *out)
{
    const bool pair = cx_dtype_kind(t) == 'c';
    const cx__number v = element(t, data, i, 0);
    for (int k = 0; k < f->count; k++) {
        const cx__format_part *const part = &f->part[k];
        cx__text_put(out, part->text, part->len);
        if (!part->has_spec) continue;
        if (pair && part->spec.conversion != 's') return false;
        if (pair)
            put_complex(v.f, element(t, data, i, 1).f, out);
        else if (!cx__format_put(&part->spec, &v, out))
            return false;
    }
    return true;
}

static cx_status write_text(cx__writer *w, const cx_array *a, const void *data,
                            const cx_tofile_opts *o)
{
    enum { FLUSH = 1 << 20 };
    const cx_dtype t = cx_dtype_of(a);
    const int64_t n = cx_size(a);
    cx__format f;
    cx__text out = {0};
    CX__TRY(cx__format_parse(w->where, o->format == NULL ? "%s" : o->format, &f));
    cx_status st = CX_OK;
    if (f.specs != 1)
        st = cx__fail(CX_E_ARGUMENT, w->where, "format '%.80s' has %d conversions, one is needed",
                      o->format == NULL ? "%s" : o->format, f.specs);
    for (int64_t i = 0; i < n && st == CX_OK; i++) {
        if (i > 0) cx__text_puts(&out, o->sep);
        if (!put_element(&f, t, data, i, &out))
            st = cx__fail(CX_E_ARGUMENT, w->where, "element %lld has no form in '%.80s'",
                          (long long)i, o->format);
        if (out.len >= FLUSH && st == CX_OK) {
            st = cx__writer_put(w, out.at, out.len);
            out.len = 0;
        }
    }
    if (st == CX_OK)
        st = out.failed ? cx__fail_nomem(w->where, "text", out.cap)
                        : cx__writer_put(w, out.at, out.len);
    cx__text_free(&out);
    cx__format_free(&f);
    return st;
}

static cx_status to_file(const cx_array *a, const char *path, const cx_tofile_opts *o)
{
    static const char where[] = "tofile";
    static const cx_tofile_opts defaults = {.struct_size = sizeof defaults};
    const void *data;
    size_t bytes;
    if (o == NULL) o = &defaults;
    if (o->struct_size != sizeof *o)
        return cx__fail(CX_E_ARGUMENT, where, "struct_size is %zu: make options with CX_OPTS",
                        o->struct_size);
    CX__TRY(cx__check(where, "a", a, CX__KIND_ARRAY));
    if (cx_dtype_of(a) == CX_CAT)
        return cx__fail(CX_E_DTYPE, where, "category has no bare numbers; cx_codes has");
    CX__TRY(cx__io_bytes(where, "a", a, &data, &bytes));
    const bool text = o->sep != NULL && o->sep[0] != '\0';
    cx__writer w;
    CX__TRY(cx__writer_open(&w, where, path));
    const cx_status st = text ? write_text(&w, a, data, o) : cx__writer_put(&w, data, bytes);
    if (st == CX_OK) return cx__writer_commit(&w);
    cx__writer_abort(&w);
    return st;
}

cx_status cx_tofile(const cx_array *a, const char *path, const cx_tofile_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *const own = cx_status_of(a) == CX_OK ? cx_retain(a) : NULL; /* scalars to the heap */
    const cx_status st = to_file(own != NULL ? own : a, path, o);
    cx_release(own);
    const cx_status closed = cx_scope_close(s);
    return st != CX_OK ? st : closed;
}
