/* Shared by the commands: arguments, data files, stages on the terminal. The command is the
 * library's first user: public headers only. */
#ifndef CX_CLI_H
#define CX_CLI_H
#include <calx.h>
#include <stdio.h>

/** What the arguments said; a text is NULL and a number has its default where nothing was said. */
typedef struct cli_args {
    const char *model, *target, *output, *device, *y, *json_file, *list, *grid, *cv, *scoring,
        *suite, *only, *sizes, *dtype, *html, *mine, *cost;
    double test_size;
    int64_t seed, draws;
    bool seeded, json, quick, proba, stratify, time, markdown;
    int count;
    const char *const *file; /* the arguments that are not options */
} cli_args;

typedef struct cli_command {
    const char *name, *usage, *summary, *help;
    int (*run)(const cli_args *a);
    int least, most; /* number of files */
} cli_command;

enum { CLI_OK = 0, CLI_FAILED = 1, CLI_USAGE = 2 };

int cli_info(const cli_args *a);
int cli_fit(const cli_args *a);
int cli_predict(const cli_args *a);
int cli_transform(const cli_args *a);
int cli_score(const cli_args *a);
int cli_import(const cli_args *a);
int cli_convert(const cli_args *a);
int cli_eval(const cli_args *a);
int cli_bench(const cli_args *a);
int cli_cache(const cli_args *a);
int cli_search(const cli_args *a);
int cli_estimators(const cli_args *a);

/** A number as formulas write it (eval.c); false after an error. */
bool cli_number(const char *text, cx_scalar *out);

/** Print the library's last error, or a text of one's own, on stderr; both return CLI_FAILED. */
int cli_fail(void);
int cli_fail_text(const char *text, const char *what);

/* ---- data.c */
/** A data file: a table from CSV, or a matrix from .npy or svmlight. Handles belong to the open
 * scope. */
typedef struct cli_data {
    cx_data data;
    int64_t rows, columns;
} cli_data;
/** Read path; target names (CSV) or numbers (.npy, negative from the end) the column to predict,
 * y_path a file of its own for it. features: as many as a model wants, where a file leaves it open
 * (svmlight); 0: as many as it names. */
cx_status cli_read(const char *path, const char *target, const char *y_path, int64_t features,
                   cli_data *out);
/** Put the data on a device: matrices move, tables stay where they are. */
void cli_move(cli_data *d, cx_device device);
/** Write an array to path by its extension (.npy, .csv, .safetensors); NULL: as CSV to the standard
 * output. */
cx_status cli_write(const char *path, const cx_array *a, const char *name, const cx_array *labels);
cx_status cli_write_stdout(const cx_table *t);
bool cli_has_extension(const char *path, const char *extension);
/** Does the name say svmlight (.svm, .svmlight, .libsvm)? */
bool cli_is_svmlight(const char *path);
/** A vector as one column, a matrix as columns name0, name1, ..., or name_<label> of each label;
 * name NULL: called as the labels, one a column. */
cx_table *cli_to_table(const cx_array *a, const char *name, const cx_array *labels);

/** Write a text file, whole under its name or not at all; CLI_FAILED after telling why (file.c). */
int cli_replace_file(const char *path, const char *text, size_t size);

/** The model and the data of `calx COMMAND MODEL DATA` (use.c). */
int cli_load_both(const cli_args *a, cx_estimator **m, cli_data *d, cx_device *device);

/* ---- score.c */
/** The model's own score, or those of --scoring with `between` between them, into out. */
int cli_scores(const cli_args *a, const cx_estimator *m, const cx_data *d, const char *between,
               char *out, size_t size);
/** The two parts that --test-size asks for, as a stage; without it both are all of the data. */
int cli_hold_out(const cli_args *a, const cli_data *all, cx_data *train, cx_data *test,
                 cx_device device);
/** The scores as a stage. */
int cli_score_stage(const cli_args *a, const cx_estimator *m, const cx_data *test,
                    cx_device device);

/* ---- stage.c: one line a stage with its time and device; progress while it runs, on a terminal
 * only */
void cli_stage_begin(const char *name, const char *what);
void cli_stage_end(const char *detail, cx_device device);
/** For the scope's on_progress. */
void cli_progress(const cx_progress *p, void *ctx);
void cli_warning(cx_status kind, const char *text, void *ctx);
/** Device named by --device (NULL: auto); false after telling why. */
bool cli_device(const char *text, cx_device *out);
/** Why there is no GPU, in one line, or NULL if there is one. */
const char *cli_no_gpu(void);
#endif
