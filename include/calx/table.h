/* Tables: named columns, each a 1-d array on the CPU, all of one length. What CSV files become,
 * and what estimators take beside matrices.
 *
 * Columns are numbers, CX_BOOL or CX_CAT. Tables are immutable: a change is a new table that
 * shares the columns it keeps. */
#ifndef CALX_TABLE_H
#define CALX_TABLE_H
#include <calx/array.h>

/** A list of names by value, built by CX_NAMES("age", "sex"). */
typedef struct cx_names {
    int count;
    const char *const *at;
} cx_names;
#ifndef __cplusplus
typedef const char *cx__name;
#define CX_NAMES(...) \
    ((cx_names){CX__COUNT(cx__name, __VA_ARGS__), (const cx__name[]){0, __VA_ARGS__} + 1})
#endif

/** How a CSV file is read. */
typedef struct cx_csv_opts {
    size_t struct_size;
    char delimiter;      /* 0: ',' */
    const char *missing; /* "?, -": texts that mean "no value", as the empty field always does;
                          * NULL: "NA, NaN, nan" */
    const char *types;   /* "age: float64, sex: category" pins what would be inferred */
    bool no_header;      /* the first line is data; columns are named x0, x1, ... */
    int64_t max_rows;    /* stop after so many; 0: all */
} cx_csv_opts;

/** How a CSV file is written. */
typedef struct cx_csv_write_opts {
    size_t struct_size;
    char delimiter;      /* 0: ',' */
    const char *missing; /* written for NaN and for missing categories; NULL: nothing */
    bool no_header;
} cx_csv_write_opts;

CX_BEGIN
/** One more reference, yours to release; give one back (NULL and nil allowed); CX_OK or the
 *  status that a nil carries. */
CX_API cx_table *cx_table_retain(const cx_table *t);
CX_API void cx_table_release(cx_table *t);
CX_API cx_status cx_table_status(const cx_table *t);

/** A table of named columns.
 *
 *  @param names    as many as columns; UTF-8, unique, not empty.
 *  @param columns  1-d CPU arrays of equal length; shared, not copied.
 *  @return     New table; nil on error.
 *  Errors      ARGUMENT counts differ, or a name is empty or occurs twice; SHAPE a column is not
 *              1-d or lengths differ; DEVICE a column is not on the CPU.
 */
CX_API cx_table *cx_table_new(cx_names names, cx_arrays columns);

/** Rows, columns, name and dtype of column i (NULL, CX_DTYPE_NONE if out of range), index of a
 *  name (-1 if there is none). Queries: never mark; nil and NULL answer 0. A name lives as long
 *  as the table. */
CX_API int64_t cx_table_rows(const cx_table *t);
CX_API int cx_table_count(const cx_table *t);
CX_API const char *cx_table_name(const cx_table *t, int i);
CX_API cx_dtype cx_table_dtype(const cx_table *t, int i);
CX_API int cx_table_find(const cx_table *t, const char *name);

/** The column of that name, or column i, as a new handle on its memory.
 *  Errors      ARGUMENT no such column, with the nearest name; INDEX i out of range. */
CX_API cx_array *cx_table_column(const cx_table *t, const char *name);
CX_API cx_array *cx_table_column_at(const cx_table *t, int i);

/** The named columns in that order; all but the named ones; t with one column added at the end
 *  or replaced in its place.
 *  Errors      ARGUMENT no such column, or a name twice; SHAPE the column's length differs;
 *              DEVICE it is not on the CPU. */
CX_API cx_table *cx_table_select(const cx_table *t, cx_names names);
CX_API cx_table *cx_table_drop(const cx_table *t, cx_names names);
CX_API cx_table *cx_table_with(const cx_table *t, const char *name, const cx_array *column);

/** Rows by an integer array of indices (negative ones count from the end) or by a bool mask of
 *  the table's length.
 *  Errors      DTYPE; SHAPE; INDEX out of bounds. */
CX_API cx_table *cx_table_take(const cx_table *t, const cx_array *rows);
/** Rows start to stop, NumPy's clipping (CX_END for the end); columns are views. */
CX_API cx_table *cx_table_slice(const cx_table *t, int64_t start, int64_t stop);

/** The named columns (no names: all) as a float64 matrix.
 *
 *  @return     [rows, columns] float64, C order, on the CPU; nil on error.
 *  Errors      DTYPE a column is CX_CAT or complex, naming it; ARGUMENT no such column.
 */
CX_API cx_array *cx_table_to_matrix(const cx_table *t, cx_names names);

/** The first rows (0: 5) as aligned text with names and dtypes; belongs to the open scope. ""
 *  and a mark on failure. */
CX_API const char *cx_table_head(const cx_table *t, int64_t rows);

/** Read a CSV file (RFC 4180: quoted fields may hold delimiters, doubled quotes and line ends;
 *  CR LF or LF; a UTF-8 byte order mark is skipped; empty lines are skipped; gzip by its first
 *  bytes).
 *
 *  A column is int64 if every value is an integer, float64 if every value is a number (missing
 *  ones are NaN; int64 with a missing value becomes float64), else CX_CAT (missing: code -1;
 *  categories in byte order). Numbers never follow the locale.
 *
 *  @param o    options or NULL.
 *  @return     New table; nil on error.
 *  Errors      IO the file cannot be read; PARSE malformed, with line and column and the text;
 *              ARGUMENT a bad option.
 */
CX_API cx_table *cx_read_csv(const char *path, const cx_csv_opts *o);

/** Write a table as CSV that cx_read_csv and pandas read back: shortest digits that give the
 *  same number, quotes where needed. The file appears whole or not at all.
 *
 *  Errors      IO; DTYPE a complex column, naming it; ARGUMENT a bad option.
 */
CX_API CX_MUST cx_status cx_write_csv(const char *path, const cx_table *t,
                                      const cx_csv_write_opts *o);
CX_END_DECLS
#endif
