/* CSV text: fields, missing values, and errors that are noted where they are found and told
 * later by the calling thread. */
#ifndef CX_IO_CSV_H
#define CX_IO_CSV_H
#include "io/format.h"

typedef enum cx__csv_fault {
    CX__CSV_FINE,
    CX__CSV_STRAY_QUOTE,
    CX__CSV_AFTER_QUOTE,
    CX__CSV_OPEN_QUOTE,
    CX__CSV_LONE_CR,
    CX__CSV_NUL,
    CX__CSV_UTF8,
    CX__CSV_COUNT,   /* detail: fields found */
    CX__CSV_VALUE,   /* detail: column */
    CX__CSV_MISSING, /* detail: column */
    CX__CSV_NOMEM
} cx__csv_fault;

/** A place in the text where something is wrong. */
typedef struct cx__csv_error {
    cx__csv_fault fault;
    const char *at;
    size_t n; /* length of the offending field */
    int64_t detail;
} cx__csv_error;

typedef struct cx__csv_cursor {
    const char *at, *end;
    char delimiter;
    cx__csv_error error;
} cx__csv_cursor;

/** A field without its quotes; doubled tells that "" inside stand for one. */
typedef struct cx__csv_field {
    const char *s;
    size_t n;
    bool doubled, last; /* last of its record */
} cx__csv_field;

/** Step over empty lines; is there another record? */
bool cx__csv_more(cx__csv_cursor *c);
/** The next field of the record; false and an error if it is malformed. */
bool cx__csv_next(cx__csv_cursor *c, cx__csv_field *f);
/** The field's text with doubled quotes made single, in scratch if needed; NULL when memory ran
 *  out. */
const char *cx__csv_plain(const cx__csv_field *f, cx__text *scratch, size_t *n);
/** The field without blanks around it. */
void cx__csv_trim(const cx__csv_field *f, const char **s, const char **end);

/** Texts that mean "no value", by first byte. */
typedef struct cx__csv_missing {
    bool first[256];
    const char *list; /* separated by commas */
} cx__csv_missing;
void cx__csv_missing_init(cx__csv_missing *m, const char *list);
bool cx__csv_is_missing(const cx__csv_missing *m, const char *s, const char *end);

/** "line 3, column 7: ..." in the file's text; what names the wanted type of CX__CSV_VALUE, name
 *  the column, want the count. */
cx_status cx__csv_fail(const char *where, const char *file, const cx__csv_error *e,
                       const char *name, const char *what, int64_t want);

/** A CSV text as a table; one reference, the caller's. Works inside the open scope. */
cx_status cx__csv_decode(const char *where, const char *text, size_t size, const cx_csv_opts *o,
                         cx_table **out);
#endif
