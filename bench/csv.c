/* Reading numbers from text: megabytes for each second of processor time on one thread, the best of
 * several rounds. Results are checked once. NumPy's figures for the same files:
 * bench/peers/csv_files.py.
 */
#define _POSIX_C_SOURCE 200809L
#include <calx.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 5, ROWS = 200000, COLUMNS = 8 };

static double cpu_ns(void)
{
    struct timespec t;
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) != 0) abort();
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int64_t bytes_of(FILE *f)
{
    const long at = ftell(f);
    return at < 0 ? 0 : at;
}

/* What column k of row i holds, in so many digits. */
static double value(const char *what, int i, int k)
{
    const int v = (int)((unsigned)i * 2654435761u >> 8) % 1000000 + k;
    return what[0] == 'i' ? v : what[0] == 's' ? v / 1000.0 : sin((double)i * COLUMNS + k);
}

static int64_t write_file(const char *path, const char *what, char delimiter)
{
    FILE *const f = fopen(path, "w");
    if (f == NULL) abort();
    for (int k = 0; k < COLUMNS; k++) fprintf(f, "%cx%d", k == 0 ? '#' : delimiter, k);
    fprintf(f, "\n");
    for (int i = 0; i < ROWS; i++)
        for (int k = 0; k < COLUMNS; k++)
            fprintf(f,
                    what[0] == 'i'   ? "%.0f%c"
                    : what[0] == 's' ? "%.3f%c"
                                     : "%.17g%c",
                    value(what, i, k), k + 1 == COLUMNS ? '\n' : delimiter);
    const int64_t n = bytes_of(f);
    if (fclose(f) != 0) abort();
    return n;
}

static void check(const cx_array *a, const char *what, int k, int64_t stride)
{
    const cx_array *const f = cx_astype(a, CX_F64);
    const double *const p = cx_data_f64(f);
    for (int i = 0; i < ROWS; i++)
        if (p[i * stride] != value(what, i, k)) abort();
}

/* The reader: 0 cx_read_csv, 1 cx_loadtxt. */
static double best_ns(const char *path, const char *what, int reader)
{
    double best = INFINITY;
    for (int r = 0; r < ROUNDS; r++) {
        const cx_scope s = cx_scope_open_with(CX_OPTS(cx_scope_opts, .num_threads = 1));
        const double t = cpu_ns();
        const cx_table *table = NULL;
        const cx_array *a = NULL;
        if (reader == 0)
            table = cx_read_csv(path, NULL);
        else
            a = cx_loadtxt(path, CX_F64, CX_OPTS(cx_loadtxt_opts, .delimiter = ','));
        const double ns = cpu_ns() - t;
        if (ns < best) best = ns;
        if (r == 0 && reader == 0) check(cx_table_column_at(table, 3), what, 3, 1);
        if (r == 0 && reader == 1) check(cx_ravel(cx_index(a, ":, 3")), what, 3, 1);
        if (cx_scope_close(s) != CX_OK) {
            fprintf(stderr, "%s\n", cx_error_message());
            exit(1);
        }
    }
    return best;
}

int main(int argc, char **argv)
{
    static const char *const kinds[] = {"integers of 6 digits", "short decimals, 123.456",
                                        "doubles of 17 digits"};
    const char *const path = argc > 1 ? argv[1] : "bench-csv.tmp";
    for (int k = 0; k < 3; k++) {
        const int64_t n = write_file(path, kinds[k], ',');
        for (int reader = 0; reader < 2; reader++)
            printf("%-28s %-12s %8.0f MB/s\n", kinds[k], reader == 0 ? "read_csv" : "loadtxt",
                   (double)n / best_ns(path, kinds[k], reader) * 1e3);
    }
    return remove(path) == 0 ? 0 : 1;
}
