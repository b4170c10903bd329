/* What the encoders share: categories of columns of text or numbers, learnt by fit and found again
 * row by row. */
#ifndef CX_LEARN_CATEGORIES_H
#define CX_LEARN_CATEGORIES_H
#include "learn/base/estimator.h"
#include "learn/base/plan.h"
#include <math.h>

/** The first slots of a class that encodes: the categories of all columns one after another,
 * numbers and texts apart, how many of them each column has, what the columns hold, and where each
 * category goes once rare ones are one group (absent: each is its own). A missing value is the last
 * category of its column: NaN, or the code -1. */
enum {
    CX__CATS_COUNT,
    CX__CATS_NUMBERS,
    CX__CATS_TEXTS,
    CX__CATS_KIND,
    CX__CATS_GROUP,
    CX__CATS_RARE,
    CX__CATS
};
#define CX__CATS_ATTRS                                                               \
    "n_categories_: int [n]", "categories_: float [a]", "category_texts_?: any [b]", \
        "_kind: int [n]", "_group?: int [m]", "_rare?: int [n]"

typedef enum cx__value_kind {
    CX__VALUE_F64,
    CX__VALUE_F32,
    CX__VALUE_INT,
    CX__VALUE_BOOL,
    CX__VALUE_TEXT
} cx__value_kind;

/** Categories of one column, on the host, in memory of the open scope. */
typedef struct cx__cats {
    cx__value_kind kind;
    bool missing; /* the last category is the missing value */
    int64_t count, groups;
    const double *number;       /* [count]; NULL for text */
    const char *const *word;    /* [count], NULL for the missing one; NULL for numbers */
    const int64_t *tally;       /* rows of fit with each; only after cx__cats_learn */
    const int64_t *group;       /* [count]: 0 to groups - 1 */
    int64_t rare;               /* the group of the rare ones, -1 if there is none */
    int64_t value_at, group_at; /* where they begin among the state's numbers or texts, groups */
} cx__cats;

/** The parameter dtype. */
cx_status cx__cats_dtype(const cx_estimator *self, cx_dtype *out);

/** Data as an encoder sees it: a matrix of numbers, or columns one by one. */
typedef struct cx__cats_data {
    cx__site site;
    const cx_estimator *self;
    cx_data d;      /* .x is prepared if it holds numbers */
    cx_dtype dtype; /* of the matrix given */
    int64_t rows, n;
} cx__cats_data;

/** Checks as of any estimator's data, NaN allowed, text too. */
cx_status cx__cats_open(const char *where, const cx_estimator *self, const cx_data *d,
                        cx__cats_data *out);
/** Column j as float64 [rows], or CX_CAT. */
cx_array *cx__cats_column(const cx__cats_data *in, int64_t j);
/** Name of a column for messages, "column 'age'" or "column 3". */
const char *cx__cats_name(const cx_estimator *self, int64_t j, char text[80]);

/** How the parameters ask for it. Parameters read: categories; min_frequency, max_categories where
 *  the class has them. */
typedef struct cx__cats_rule {
    bool refuse_unknown; /* given categories must hold all that the data do */
    bool missing_apart;  /* missing values are never rare */
} cx__cats_rule;
cx_status cx__cats_learn(const cx__cats_data *in, cx__cats_rule rule, cx__cats **out);
cx_status cx__cats_store(cx_estimator *self, const cx__cats_data *in, const cx__cats *cats);
/** Those of a fitted state, [n]. */
cx_status cx__cats_recall(const char *where, const cx_estimator *self, cx__cats **out);
/** Do the state's arrays agree with each other? For .check. */
cx_status cx__cats_check(const cx_estimator *self);

/** Category `i` as Python prints it; "nan" for a missing one. */
void cx__cats_print(cx__text *t, const cx__cats *c, int64_t i);

/** Values as row kernels take them: float64 [rows, n] on the CPU; text as its code among the
 * column's categories in the schema, behind which stand given ones; -1 unknown, -2 missing. */
enum { CX__CODE_UNKNOWN = -1, CX__CODE_MISSING = -2 };
cx_array *cx__cats_values(const cx__cats_data *in);

/** How a row kernel finds the group of a value. */
typedef struct cx__cats_finder {
    bool text, run; /* run: numbers are first, first + 1, ... */
    int64_t count;  /* of numbers without the missing one; of texts in the schema */
    double first;
    const double *number;
    const int64_t *group; /* of numbers, or by code of the schema (-1: not seen by fit) */
    int64_t missing;      /* its group, or -1 */
    int64_t groups;
} cx__cats_finder;

/** Finders [n] in the plan's memory. */
cx_status cx__cats_plan(const cx_estimator *self, cx_plan *p, cx__cats_finder **out);
/** The same in memory of the open scope. */
cx_status cx__cats_finders(const char *where, const cx_estimator *self, cx__cats_finder **out);

/** Group of a value, -1 if it was not seen by fit. */
static inline int64_t cx__cats_find(const cx__cats_finder *f, double v)
{
    if (f->text) {
        if (v >= 0 && v < (double)f->count) return f->group[(int64_t)v];
        return v == CX__CODE_MISSING ? f->missing : -1;
    }
    if (isnan(v)) return f->missing;
    int64_t at = 0;
    if (f->run) {
        const double off = v - f->first;
        if (!(off >= 0 && off < (double)f->count)) return -1;
        at = (int64_t)off;
    } else {
        for (int64_t n = f->count; n > 1;) { /* the last that is not above v */
            const int64_t half = n / 2;
            if (f->number[at + half] <= v) at += half;
            n -= half;
        }
    }
    return f->count > 0 && f->number[at] == v ? f->group[at] : -1;
}

/** First row whose value in column j has no group; -1: none. values of cx__cats_values. */
int64_t cx__cats_unknown(const cx__cats_finder *f, const double *values, int64_t rows, int64_t n,
                         int64_t j);
/** ARGUMENT naming the first unknown value. */
cx_status cx__cats_refuse(const cx__cats_data *in, const cx__cats_finder *f,
                          const cx_array *values);

/** Groups of column j by array operations, for any device: int64 [rows], `groups` for unknown ones.
 *  cats of cx__cats_recall. */
cx_array *cx__cats_codes(const cx__cats_data *in, const cx__cats *cats, int64_t j);

/** inverse_transform: values of categories by index [rows] int64 for each column on one device;
 * below 0 no value (NaN, a missing text), count the rare ones, "infrequent_sklearn". float64 or
 * CX_CAT [rows, n]: UNSUPPORTED if columns of numbers stand beside text. */
cx_status cx__cats_restore(const char *where, const cx_estimator *self, const cx__cats *cats,
                           const cx_array *const *index, cx_array **out);
/** n integers of the host, on the device of index arrays. */
cx_array *cx__cats_given(const cx__site *s, const int64_t *v, int64_t n);

/** n bytes, zeroed, as long as the open scope; NULL and a mark on failure. */
void *cx__cats_room(size_t bytes);
#endif
