/* .npz archives: .npy files in a zip. The one idea: a member's size in the directory is believed
 * only as far as the bytes that are stored for it can be inflated to. Zip itself is libzip's
 * affair. */
#include "base/alloc.h"
#include "base/size.h"
#include "io/format.h"
#include "io/zip.h"
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- reading */

static cx_status open_archive(const char *where, const char *path, const cx__zip **zip, zip_t **z)
{
    int code = 0;
    if (path == NULL) return cx__fail(CX_E_NULL, where, "path is NULL");
    CX__TRY(cx__zip_library(where, zip));
    *z = (*zip)->open(path, ZIP_RDONLY | ZIP_CHECKCONS, &code);
    if (*z != NULL) return CX_OK;
    zip_error_t e;
    (*zip)->error_init_with_code(&e, code);
    /* libzip says "no such file" of a member that its directory promises, too. */
    const bool machine = code == ZIP_ER_OPEN || code == ZIP_ER_READ || code == ZIP_ER_SEEK ||
                         (code == ZIP_ER_NOENT && access(path, F_OK) != 0);
    const cx_status st =
        cx__fail(code == ZIP_ER_MEMORY ? CX_E_NOMEM
                 : machine             ? CX_E_IO
                                       : CX_E_PARSE,
                 where, "cannot open '%s': %s", path,
                 code == ZIP_ER_NOENT && !machine ? "its directory and its members do not agree"
                                                  : (*zip)->error_strerror(&e));
    (*zip)->error_fini(&e);
    return st;
}

/* Length of a member's name without ".npy"; 0 if it is no array's. */
static size_t array_name(const char *member)
{
    const size_t n = member == NULL ? 0 : strlen(member);
    return n > 4 && strcmp(member + n - 4, ".npy") == 0 ? n - 4 : 0;
}

static cx_status read_member(const char *where, const cx__zip *zip, zip_t *z, zip_uint64_t index,
                             const char *name, char **data, size_t *size)
{
    zip_stat_t info;
    const zip_uint64_t need = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
    if (zip->stat_index(z, index, 0, &info) != 0 || (info.valid & need) != need)
        return cx__fail(CX_E_PARSE, where, "'%.120s': the archive does not tell its size", name);
    /* Deflate makes at most 1032 bytes of one. */
    if (info.size / 1032 > info.comp_size + 1 || info.size > SIZE_MAX / 2)
        return cx__fail(CX_E_PARSE, where, "'%.120s': %llu bytes cannot come out of %llu", name,
                        (unsigned long long)info.size, (unsigned long long)info.comp_size);
    char *const p = cx__alloc((size_t)info.size + 1);
    if (p == NULL) return cx__fail_nomem(where, name, (size_t)info.size);
    zip_file_t *const f = zip->fopen_index(z, index, 0);
    if (f == NULL) {
        cx__free(p);
        return cx__fail(CX_E_PARSE, where, "'%.120s': %s", name, zip->strerror(z));
    }
    size_t len = 0;
    zip_int64_t got;
    cx_status st = CX_OK;
    /* One byte past the end, so that the end is seen and the checksum is checked. */
    while ((got = zip->fread(f, p + len, info.size + 1 - len)) > 0) {
        len += (size_t)got;
        if (len > info.size) break;
    }
    if (got < 0)
        st = cx__fail(CX_E_PARSE, where, "'%.120s': %s", name, zip->file_strerror(f));
    else if (len != info.size)
        st = cx__fail(CX_E_PARSE, where, "'%.120s': %zu bytes where the archive promises %llu",
                      name, len, (unsigned long long)info.size);
    (void)zip->fclose(f);
    if (st != CX_OK) {
        cx__free(p);
        return st;
    }
    *data = p;
    *size = len;
    return CX_OK;
}

/* The error for a name that is not there, with the nearest one that is. */
static cx_status unknown(const char *where, const cx__zip *zip, zip_t *z, zip_int64_t count,
                         const char *name)
{
    char **const words = cx__calloc((size_t)count + 1, sizeof *words);
    if (words == NULL) return cx__fail_nomem(where, "names", (size_t)count * sizeof *words);
    zip_int64_t n = 0;
    for (zip_int64_t i = 0; i < count; i++) {
        const char *const member = zip->get_name(z, (zip_uint64_t)i, ZIP_FL_ENC_GUESS);
        if (array_name(member) > 0 && (words[n] = cx__strndup(member, array_name(member))) != NULL)
            n++;
    }
    const char *const near = cx__nearest(name, (const char *const *)words);
    const cx_status st =
        near == NULL
            ? cx__fail(CX_E_ARGUMENT, where, "no array '%.120s' among %lld", name, (long long)n)
            : cx__fail(CX_E_ARGUMENT, where, "no array '%.120s'; did you mean '%.120s'?", name,
                       near);
    for (zip_int64_t i = 0; i < n; i++) cx__free(words[i]);
    cx__free(words);
    return st;
}

cx_status cx__npz_entry(const char *where, const char *path, const char *name, cx_array **out)
{
    const cx__zip *zip;
    zip_t *z;
    char *data = NULL;
    size_t size = 0;
    if (name == NULL) return cx__fail(CX_E_NULL, where, "name is NULL");
    CX__TRY(open_archive(where, path, &zip, &z));
    const zip_int64_t count = zip->get_num_entries(z, 0);
    zip_int64_t index = -1;
    for (zip_int64_t i = 0; i < count && index < 0; i++) {
        const char *const member = zip->get_name(z, (zip_uint64_t)i, ZIP_FL_ENC_GUESS);
        const size_t n = array_name(member);
        if (n > 0 &&
            (strcmp(member, name) == 0 || (strlen(name) == n && memcmp(member, name, n) == 0)))
            index = i;
    }
    cx_status st = index < 0 ? unknown(where, zip, z, count, name)
                             : read_member(where, zip, z, (zip_uint64_t)index, name, &data, &size);
    zip->discard(z);
    if (st == CX_OK) st = cx__io_in_file(name, cx__npy_decode(where, data, size, out));
    return cx__io_in_file(path, st);
}

cx_array *cx_npz_load(const char *path, const char *name)
{
    const cx_scope s = cx_scope_open();
    cx_array *a = NULL;
    cx_check(cx__npz_entry("npz_load", path, name, &a));
    return cx_scope_return(s, a);
}

static cx_status list(const char *where, const char *path, cx_tensors **out)
{
    const cx__zip *zip;
    zip_t *z;
    CX__TRY(open_archive(where, path, &zip, &z));
    const zip_int64_t members = zip->get_num_entries(z, 0);
    int count = 0;
    for (zip_int64_t i = 0; i < members && count < INT32_MAX; i++)
        count += array_name(zip->get_name(z, (zip_uint64_t)i, ZIP_FL_ENC_GUESS)) > 0;
    cx_tensors *t = NULL;
    cx_status st = cx__tensors_new(where, count, &t);
    if (st == CX_OK) st = cx__tensors_archive(where, t, path);
    int k = 0;
    for (zip_int64_t i = 0; i < members && st == CX_OK && k < count; i++) {
        const char *const member = zip->get_name(z, (zip_uint64_t)i, ZIP_FL_ENC_GUESS);
        const size_t n = array_name(member);
        if (n > 0) st = cx__tensors_set(where, t, k++, member, n, NULL);
    }
    zip->discard(z);
    if (st == CX_OK)
        *out = t;
    else
        cx__release(t);
    return st;
}

cx_tensors *cx_npz_open(const char *path)
{
    cx_tensors *t = NULL;
    const cx_status st = list("npz_open", path, &t);
    return cx__yield(st, "npz_open", t);
}

/* ---- writing */

/* A member as libzip reads it: the header's bytes, then the data's. It outlives zip_close. */
typedef struct member {
    cx__text head;
    const void *data;
    size_t bytes, at;
} member;

static zip_int64_t feed(void *ctx, void *buf, zip_uint64_t n, zip_source_cmd_t command)
{
    member *const m = ctx;
    if (command == ZIP_SOURCE_OPEN) {
        m->at = 0;
        return 0;
    }
    if (command == ZIP_SOURCE_READ) {
        char *out = buf;
        size_t room = (size_t)n;
        if (m->at < m->head.len) {
            const size_t k = m->head.len - m->at < room ? m->head.len - m->at : room;
            memcpy(out, m->head.at + m->at, k);
            m->at += k;
            out += k;
            room -= k;
        }
        if (m->at >= m->head.len && room > 0) {
            const size_t from = m->at - m->head.len, left = m->bytes - from,
                         k = left < room ? left : room;
            if (k > 0) memcpy(out, (const char *)m->data + from, k);
            m->at += k;
            room -= k;
        }
        return (zip_int64_t)((size_t)n - room);
    }
    if (command == ZIP_SOURCE_STAT) {
        zip_stat_t *const st = buf;
        memset(st, 0, sizeof *st);
        st->size = m->head.len + m->bytes;
        st->valid = ZIP_STAT_SIZE;
        return (zip_int64_t)sizeof *st;
    }
    if (command == ZIP_SOURCE_SUPPORTS)
        return ZIP_SOURCE_MAKE_COMMAND_BITMASK(ZIP_SOURCE_OPEN) |
               ZIP_SOURCE_MAKE_COMMAND_BITMASK(ZIP_SOURCE_READ) |
               ZIP_SOURCE_MAKE_COMMAND_BITMASK(ZIP_SOURCE_CLOSE) |
               ZIP_SOURCE_MAKE_COMMAND_BITMASK(ZIP_SOURCE_STAT) |
               ZIP_SOURCE_MAKE_COMMAND_BITMASK(ZIP_SOURCE_ERROR) |
               ZIP_SOURCE_MAKE_COMMAND_BITMASK(ZIP_SOURCE_FREE);
    return 0;
}

static cx_status add_member(const char *where, const cx__zip *zip, zip_t *z, const char *name,
                            member *m, bool compress)
{
    cx__text file = {0};
    const size_t n = strlen(name);
    cx__text_put(&file, name, n);
    if (n < 4 || strcmp(name + n - 4, ".npy") != 0) cx__text_puts(&file, ".npy");
    if (file.failed) {
        cx__text_free(&file);
        return cx__fail_nomem(where, "a name", n);
    }
    cx_status st = CX_OK;
    zip_source_t *const source = zip->source_function(z, feed, m);
    const zip_int64_t i = source == NULL ? -1 : zip->file_add(z, file.at, source, ZIP_FL_ENC_UTF_8);
    if (i < 0 && source != NULL) zip->source_free(source);
    /* The first day of zip's calendar, as NumPy writes: the same arrays give the same file. */
    const time_t epoch = 315532800;
    if (i < 0 ||
        zip->set_file_compression(z, (zip_uint64_t)i, compress ? ZIP_CM_DEFLATE : ZIP_CM_STORE,
                                  0) != 0 ||
        zip->file_set_mtime(z, (zip_uint64_t)i, epoch, 0) != 0)
        st = cx__fail(CX_E_IO, where, "'%.120s': %s", name, zip->strerror(z));
    cx__text_free(&file);
    return st;
}

/* libzip writes a file of its own and renames it onto our temporary one, which is then flushed
 * and renamed in turn. */
static cx_status write_archive(const char *where, const cx__zip *zip, const char *path,
                               cx_names names, member *members, bool compress)
{
    cx__writer w;
    CX__TRY(cx__writer_open(&w, where, path));
    if (w.temporary == NULL) {
        cx__writer_abort(&w);
        return cx__fail(CX_E_IO, where, "cannot write '%s': an archive needs a regular file", path);
    }
    struct stat mode;
    const bool known = stat(w.temporary, &mode) == 0;
    int code = 0;
    cx_status st = CX_OK;
    zip_t *const z = zip->open(w.temporary, ZIP_CREATE | ZIP_TRUNCATE, &code);
    if (z == NULL) {
        zip_error_t e;
        zip->error_init_with_code(&e, code);
        st = cx__fail(CX_E_IO, where, "cannot write '%s': %s", path, zip->error_strerror(&e));
        zip->error_fini(&e);
    }
    for (int i = 0; i < names.count && st == CX_OK; i++)
        st = add_member(where, zip, z, names.at[i], &members[i], compress);
    if (st == CX_OK && names.count > 0 && zip->close(z) != 0) {
        st = cx__fail(CX_E_IO, where, "cannot write '%s': %s", path, zip->strerror(z));
        zip->discard(z);
    } else if (z != NULL && (st != CX_OK || names.count == 0))
        zip->discard(z);
    /* libzip writes no archive without members: this is one. */
    static const char none[22] = "PK\5\6";
    if (st == CX_OK)
        st = names.count > 0 ? cx__writer_reopen(&w) : cx__writer_put(&w, none, sizeof none);
    if (st == CX_OK && known) (void)chmod(w.temporary, mode.st_mode & 07777);
    if (st == CX_OK) return cx__writer_commit(&w);
    cx__writer_abort(&w);
    return st;
}

cx_status cx_npz_save(const char *path, cx_names names, cx_arrays arrays, const cx_npz_opts *o)
{
    static const char where[] = "npz_save";
    if (o != NULL && o->struct_size != sizeof *o)
        return cx__fail(CX_E_ARGUMENT, where, "struct_size is %zu: make options with CX_OPTS",
                        o->struct_size);
    const cx_scope s = cx_scope_open();
    const cx__zip *zip = NULL;
    member *members = NULL;
    cx_status st = cx__names_check(where, names, arrays);
    if (st == CX_OK) st = cx__zip_library(where, &zip);
    if (st == CX_OK && (members = cx__calloc((size_t)names.count + 1, sizeof *members)) == NULL)
        st = cx__fail_nomem(where, "members", (size_t)names.count * sizeof *members);
    for (int i = 0; i < names.count && st == CX_OK; i++)
        if (names.at[i][0] == '/')
            st = cx__fail(CX_E_ARGUMENT, where, "name '%.120s' starts with '/'", names.at[i]);
        else
            st = cx__npy_encode(where, names.at[i], arrays.at[i], 0, &members[i].head,
                                &members[i].data, &members[i].bytes);
    if (st == CX_OK) st = write_archive(where, zip, path, names, members, o != NULL && o->compress);
    for (int i = 0; members != NULL && i < names.count; i++) cx__text_free(&members[i].head);
    cx__free(members);
    const cx_status closed = cx_scope_close(s);
    return st != CX_OK ? st : closed;
}
