/* The estimators that are tested alike, each with the data it is made for. A new estimator is one
 * row or more in subjects.def. */
#ifndef TESTS_SUPPORT_SUBJECTS_H
#define TESTS_SUPPORT_SUBJECTS_H
#include <calx/estimator.h>

/** What y is: none, numbers above 0, three classes, two, three as text, two targets; two columns of
 *  labels (three and two classes), the same as text, three columns of 0 and 1. */
typedef enum subject_y {
    NOTHING,
    NUMBERS,
    CLASSES,
    TWO_CLASSES,
    TEXT,
    TWO_TARGETS,
    LABEL_COLUMNS,
    TEXT_COLUMNS,
    INDICATOR
} subject_y;

/** What does not hold for an estimator, or-ed. */
enum {
    SUBJECT_LOOSE = 1,      /* iterates to a tolerance: equal problems give nearly equal results */
    SUBJECT_ORDERED = 2,    /* depends on the order of the rows, or draws random numbers by them */
    SUBJECT_NEIGHBOURS = 4, /* a row's result depends on the other rows that are asked with it */
    SUBJECT_HOST = 8,       /* not on a GPU: says UNSUPPORTED there */
    SUBJECT_BATCH = 16,     /* no row kernels, so no sessions */
    SUBJECT_F64 = 32,       /* float32 becomes float64 */
    SUBJECT_FOLDS = 64,     /* fit makes folds or projections, whose numbers go to the device, or a
                             * matrix of all pairs on the host */
    SUBJECT_WEIGHTS = 128,  /* weights are no repetitions, by scikit-learn's definition */
    SUBJECT_NAN = 256,      /* takes NaN because what is in it does */
    SUBJECT_ASKS = 1024,    /* what is asked of the model makes such a matrix, too */
    SUBJECT_OWN = 512 /* a device's fit is its own: another model, as good as the CPU's, by the
                       * host's help */
};

typedef struct subject {
    const char *spec;
    subject_y y;
    bool weighted; /* with sample_weight */
    int flags;
} subject;

/** Ended by .spec = NULL. */
extern const subject subjects[];

/** 60 rows of iris in a mixed order, on the CPU; handles of the open scope. */
typedef struct subject_rows {
    const cx_array *x, *y, *weight;
} subject_rows;
subject_rows subject_data(const subject *s, bool f32);
/** The same on the test's device. */
subject_rows subject_here(const subject_rows *r);
cx_status subject_fit(cx_estimator *m, const subject_rows *r);

/** Methods that make arrays of x, in a fixed order, with their names. */
enum { SUBJECT_METHODS = 6 };
extern const cx_method subject_methods[SUBJECT_METHODS];
const char *subject_method(cx_method method);
cx_array *subject_ask(const cx_estimator *m, cx_method method, const cx_array *x);

/** Run check for every subject in a scope of its own; what it leaves there fails the test. */
void each_subject(void (*check)(const subject *s));
#endif
