/* calx bench: cases are rows of tables (cases_*.c), a job is one case at one size on one device.
 * ceilings.c measures what the machine can do, measure.c how long a job takes, sweep.c goes through
 * the sizes of a case, table.c and report.c tell, page.c draws. */
#ifndef CX_CLI_BENCH_H
#define CX_CLI_BENCH_H
#include "analysis.h"
#include "cli/cli.h"
#include <jansson.h>

enum {
    BENCH_SIZES = 10,  /* of one sweep */
    BENCH_DEVICES = 8, /* of one run */
    BENCH_INPUTS = 3,
    BENCH_OUTPUTS = 3,
    BENCH_CURVE = 12 /* points of a copy's rate */
};

/** Sizes of a sweep, rising, ended by 0. */
typedef struct bench_sizes {
    int64_t full[BENCH_SIZES + 1], quick[BENCH_SIZES + 1];
} bench_sizes;

/** An elementwise operation by how many arrays it takes; pair: it has two results. */
typedef union bench_call {
    cx_array *(*of_1)(const cx_array *a);
    cx_array *(*of_2)(const cx_array *a, const cx_array *b);
    cx_array *(*of_3)(const cx_array *a, const cx_array *b, const cx_array *c);
    cx_pair (*pair_of_1)(const cx_array *a);
    cx_pair (*pair_of_2)(const cx_array *a, const cx_array *b);
} bench_call;

typedef struct bench_job bench_job;
typedef struct bench_case bench_case;
struct bench_case {
    const char *suite, *name;
    /** What n counts: "elements", "rows", "matrices", "transforms", or "order" of a square one. */
    const char *unit;
    const bench_sizes *sizes;
    /** flops * n ^ power (* log2 n): the arithmetic; 0 where there is none to speak of. */
    double flops;
    int power;
    bool log;
    bool quick; /* part of --quick */
    /** The dtype where it is the case's own (integers); CX_DTYPE_NONE: those of --dtype. */
    cx_dtype dtype;
    /** Make host[], or what else the job needs, in the open scope; failures are marked there. */
    void (*prepare)(bench_job *j);
    /** Do it once, from in[] to out[]; results belong to the open scope. */
    void (*run)(bench_job *j);
    /** Is the result right? Sees given[] and got[]. */
    bool (*right)(const bench_job *j);
    /* ---- for the functions of one family of cases */
    int op, arity, ulp; /* an elementwise operation's row */
    const char *kinds;  /* its domain */
    bool pair;          /* it has two results */
    bench_call call;
    const char *spec; /* of an estimator */
    double floor;     /* the least score that a right fit has */
};

struct bench_job {
    const bench_case *what;
    int64_t n;
    cx_dtype dtype;
    cx_device device;
    const cx_array *host[BENCH_INPUTS]; /* inputs on the host: what a transfer carries */
    const cx_array *in[BENCH_INPUTS];   /* where the work runs */
    cx_array *out[BENCH_OUTPUTS];
    cx_generator *generator;
    cx_estimator *model; /* to predict with; fitted on the host and moved, or what run has fitted */
    const cli_data *data;  /* the user's own, of --mine */
    const cx_table *table; /* instead of in[], with the target's name: text stays on the host */
    const char *target;
    /** For the check: inputs and results on the host in C order as float64 (complex ones in pairs),
     * and how many elements the results have. */
    const double *given[BENCH_INPUTS], *got[BENCH_OUTPUTS];
    int64_t size[BENCH_OUTPUTS];
};

/** The rows of a suite. */
typedef struct bench_suite {
    const char *name;
    const bench_case *cases;
    int count;
} bench_suite;

/** What one device can do. Rates are per second; NaN where there is none. */
typedef struct bench_ceiling {
    cx_device device;
    bench_rate copy[BENCH_CURVE];
    int copies;
    double product[2]; /* flops of a large product, float64 and float32 */
    double to, from;   /* bytes from the host's memory and back */
} bench_ceiling;

/** One device at one size. */
typedef struct bench_on {
    bench_stats alone;    /* data and results stay where they are */
    double with_transfer; /* median, from the host's memory and back; NaN on the CPU */
    double limit;         /* share of the roofline's rate that was reached */
    double price;         /* of a million items; NaN without --cost */
    const char *left_out; /* why there is nothing, or NULL */
} bench_on;

typedef struct bench_point {
    int64_t n;
    double bytes, flops;
    bench_on on[BENCH_DEVICES];
} bench_point;

/** From which size a device is ahead of the CPU; NaN: at none. */
typedef struct bench_crossing {
    double alone, with_transfer;
} bench_crossing;

/** A case of one dtype at all its sizes. */
typedef struct bench_row {
    const bench_case *what;
    cx_dtype dtype;
    int count;
    bench_point points[BENCH_SIZES];
    bench_crossing pays[BENCH_DEVICES], cheaper[BENCH_DEVICES];
} bench_row;

/** What the command line asked for. */
typedef struct bench_plan {
    bool quick;
    const char *suite, *only;
    int64_t sizes[BENCH_SIZES + 1]; /* ended by 0; none: each case's own */
    cx_dtype dtypes[3];             /* ended by CX_DTYPE_NONE */
    cx_device devices[BENCH_DEVICES];
    double per_hour[BENCH_DEVICES]; /* NaN: not told */
    int device_count;
    int cpu; /* index of the CPU in devices, -1 if it is left out */
    bench_ceiling ceilings[BENCH_DEVICES];
    cli_data data; /* of --mine */
    double load;   /* of the machine before anything was measured; NaN: nobody knows */
    int threads;
} bench_plan;

/* ---- plan.c */
/** Read the options; CLI_OK, or the exit status after telling which one is wrong. */
int bench_plan_of(const cli_args *a, bench_plan *p);

/* ---- cases.c */
extern const bench_suite *const bench_suites[];
extern const int bench_suite_count;
/** Is the case asked for by --suite, --only and --quick? */
bool bench_wanted(const bench_plan *p, const bench_case *c);
/** Is it the case that --only calls so: by its name or the first word of it? */
bool bench_named(const bench_case *c, const char *name, size_t length);
/** The dtype that a case has whatever --dtype says; CX_DTYPE_NONE: it has none. */
cx_dtype bench_own_dtype(const bench_case *c);
/** Arithmetic of a case at a size. */
double bench_flops(const bench_case *c, int64_t n);
/** Elements, rows or matrices that a size stands for: what a price is of. */
double bench_items(const bench_case *c, int64_t n);
/** Samples of a check: the k-th of up to 16 places among `size`, both ends included; -1 after the
 * last. */
int64_t bench_sample(int64_t size, int k);
/** |got - want| within `units` roundings of the job's dtype at a magnitude. */
bool bench_near(const bench_job *j, double got, double want, double magnitude, double units);
/** Random numbers of [0, 1) in the job's dtype, always the same ones of a seed. */
cx_array *bench_random(const bench_job *j, cx_shape shape, int seed);

/* ---- the tables: cases_ops.c, cases_elementwise.c, ... */
extern const bench_suite bench_ops, bench_elementwise, bench_linalg, bench_fft, bench_draws,
    bench_estimators;
/** Fit and predict (or transform, where there is one) of the user's own spec; how many cases. */
int bench_mine(const char *spec, const bench_sizes *sizes, bench_case cases[2]);

/* ---- ceilings.c */
/** Measure a device; on failure the scope is marked. */
bench_ceiling bench_ceiling_of(cx_device d, bool quick);

/* ---- measure.c */
/** How long to look at one point. */
typedef struct bench_budget {
    double seconds; /* of samples, once there are enough of them */
    int least, most;
} bench_budget;
/** Time one job: inputs, a checked run, samples. bytes: of inputs and results. CX_OK, or the status
 * of the open scope; *right false for a wrong result. */
cx_status bench_measure(bench_job *j, const bench_budget *b, bench_on *out, double *bytes,
                        bool *right);
/** How a sample is timed: by the host's clock, or by events on the device around its work. */
typedef enum bench_clock { BENCH_HOST, BENCH_EVENTS } bench_clock;
/** Seconds of one call, over samples; errors are marked in the open scope. */
bench_stats bench_samples(cx_device d, bench_clock clock, const bench_budget *b,
                          void (*call)(void *ctx), void *ctx);

/* ---- sweep.c */
/** All sizes on all devices; CLI_OK, or CLI_FAILED after telling what is wrong. */
int bench_sweep(const bench_plan *p, const bench_case *c, cx_dtype t, bench_row *row);

/* ---- table.c: the terminal */
void bench_print_machine(const bench_plan *p);
void bench_print_suite(const bench_plan *p, const char *suite);
void bench_print_row(const bench_plan *p, const bench_row *row);

/** What is under way, on a terminal only; c NULL: nothing any more. */
void bench_show_progress(const bench_case *c, int64_t n, cx_device d);

/* ---- report.c: JSON */
json_t *bench_report(const bench_plan *p);
json_t *bench_report_row(const bench_plan *p, const bench_row *row);

/* ---- page.c */
/** Write the report as one HTML file that needs nothing else. */
int cli_bench_page(const char *path, const json_t *report);
#endif
