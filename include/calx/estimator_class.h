/* Writing an estimator: a static class (parameters, attributes, methods), registered once, is a
 * word of the spec notation, of clone, of the file format, of Pipeline and of sessions like any
 * of the library's own.
 *
 * Methods are called inside a scope of the library's, so temporaries need no care, and an error
 * left in that scope fails the call even if the method returned CX_OK. Parameters have passed
 * their table before fit is called. Data arrives checked: 2-d, C-contiguous, float32 or float64
 * on one device, finite, with y and sample_weight of matching length; .table and .target are
 * resolved. Text arrives where a class asks for it (CX_CLASS_TEXT). */
#ifndef CALX_ESTIMATOR_CLASS_H
#define CALX_ESTIMATOR_CLASS_H
#include <calx/estimator.h>

/** Kinds of parameter values; or them for a union: CX_PARAM_FLOAT | CX_PARAM_STR is
 *  gamma='scale' or 0.1. An int is a float too. */
typedef enum cx_param_kind {
    CX_PARAM_FLOAT = 1,
    CX_PARAM_INT = 2,
    CX_PARAM_BOOL = 4,
    CX_PARAM_STR = 8,
    CX_PARAM_NONE = 16,      /* None is allowed */
    CX_PARAM_ESTIMATOR = 32, /* one nested estimator; 'passthrough' needs CX_PARAM_STR as well */
    CX_PARAM_STEPS = 64,     /* [('name', Estimator()), ...] */
    CX_PARAM_LIST = 128,     /* list or tuple of literals: see cx_param_array */
    CX_PARAM_DICT = 256,     /* {label: number, ...} */
    CX_PARAM_COLUMNS = 512   /* [('name', Estimator(), columns), ...] */
} cx_param_kind;

/** One parameter. deflt is a literal of the spec notation. range restricts values, items
 *  separated by commas: "[0, 0.5)" every number; "int [1, inf), float (0, 1)" by kind;
 *  "{'lbfgs', 'newton-cg'}" the strings; "{'linear', 'rbf'}, user
 *  kernel": formulas and names of cx_pairwise_kernel_register, too. NULL: anything of the kind. */
typedef struct cx_param {
    const char *name;
    int kinds; /* cx_param_kind, or-ed */
    const char *deflt, *range, *doc;
} cx_param;

/** Rules of a class, or-ed into .flags. */
enum {
    CX_CLASS_ALLOW_NAN = 1, /* x may hold NaN (infinities are refused all the same) */
    CX_CLASS_RAW = 2, /* data arrives untouched, tables too, and .call serves: meta-estimators */
    CX_CLASS_NEEDS_Y = 4,    /* fit without y is an error (as it always is for predictors) */
    CX_CLASS_F64 = 8,        /* float32 is converted to float64, too */
    CX_CLASS_NO_WEIGHT = 16, /* sample_weight is an error: fit does not take it */
    CX_CLASS_SINGLE_Y = 32,  /* y is 1-d only */
    CX_CLASS_LABELS = 64,    /* x is labels [n] or [n, 1], not a matrix; with CX_CLASS_RAW */
    /* x may be text too: then a CX_CAT matrix on the CPU, its dictionary in byte order; a table's
     * columns are all text or all numbers */
    CX_CLASS_TEXT = 128,
    /* a classifier that learns several columns of labels at once: y may be [n, k], k > 1 ([n, 1]
     * arrives as [n]); see below */
    CX_CLASS_LABEL_COLUMNS = 256,
    CX_CLASS_PAIRWISE = 512, /* x is one number for each pair of rows: square in fit */
    /* the library's own classes: nobody has looked for NaN and infinities in x when methods that
     * go through row kernels get it, or fit does */
    CX_CLASS_LATE_ROWS = 1024,
    CX_CLASS_LATE_FIT = 2048
};

/** Serving plan of one fitted estimator and method: made when a session is made, then read by
 *  the row kernels. */
typedef struct cx_plan {
    cx_method method;
    int64_t max_rows, cols_in; /* given */
    /* preset to 1 or the number of label columns (predict), the number of classes_ (predict_proba),
     * cols_in (transform); .plan may change it */
    int64_t cols_out;
    void *state;   /* .plan's own: coefficients in the order the kernel likes; from cx_plan_alloc */
    void *memory_; /* the library's */
} cx_plan;
/** Row kernel: x is [rows, cols_in], out [rows, cols_out], both C order float64 host memory and
 *  not overlapping; rows <= max_rows. Allocates nothing, makes no arrays, opens no scope. A
 *  classifier's predict writes the index into classes_, as a double, for each label column. */
typedef cx_status cx_row_kernel(const cx_plan *p, const double *x, int64_t rows, double *out);

/** Train and test rows of one split: int64 indices, ascending where scikit-learn's are. */
typedef struct cx_fold {
    cx_array *train, *test;
} cx_fold;

/** Static storage. NULL for what the class has not. */
typedef struct cx_estimator_class {
    size_t struct_size;
    const char *name, *doc;
    cx_estimator_kind kind;
    unsigned flags;         /* CX_CLASS_* */
    int positional;         /* leading parameters that may be given without a name, as in PCA(20) */
    const cx_param *params; /* ended by .name = NULL; NULL: none */
    /** Fitted state, ended by NULL; the index is the slot of cx_self_*. Each is a name, or a
     *  name with the rule that a loaded file must keep: "coef_: float [k, n]", "var_?: float
     *  [n]" (may be absent), "n_iter_: int []", "classes_: label [c]". dtypes: float (f32, f64),
     *  int (any integer), bool, label (anything but complex), any. Letters stand for sizes and
     *  mean the same in all rows; n is the number of features; numbers are exact; * is any size.
     *
     *  A classifier of several label columns (y [n, k]) has two: "classes_: label [c]", the classes
     *  of all columns one behind the other, and "class_offsets_?: int [o]", where each column's
     *  begin: k + 1 numbers from 0 to c, left empty while y has one column. From them follow
     *  classes_0, classes_1, ... of cx_attr and the labels of sessions. predict gives labels
     *  [n, k]; predict_proba [n, c], a column for each of classes_. cx_labels_encode_columns makes
     *  both from y, and codes that are places in classes_: cx_take(classes, codes, 0) is y again.
     */
    const char *const *attrs;
    cx_status (*fit)(cx_estimator *self, const cx_data *d);
    cx_status (*partial_fit)(cx_estimator *self, const cx_data *d);
    cx_array *(*transform)(const cx_estimator *self, const cx_array *x);
    /** Fit, and the transformed training data where that is not what transform gives for it (cross
     *  fitting) or comes at once. NULL: fit, then transform. Pipelines fit their steps with it. */
    cx_array *(*fit_transform)(cx_estimator *self, const cx_data *d);
    cx_array *(*inverse_transform)(const cx_estimator *self, const cx_array *x);
    /** Names of transform's columns, CX_CAT; names are those of the columns that go in. NULL: the
     *  same ones, if there are as many. cx_self_names makes numbered ones. */
    cx_array *(*feature_names_out)(const cx_estimator *self, const cx_array *names);
    cx_array *(*predict)(const cx_estimator *self, const cx_array *x);
    cx_array *(*predict_proba)(const cx_estimator *self, const cx_array *x);
    cx_array *(*predict_log_proba)(const cx_estimator *self,
                                   const cx_array *x); /* NULL: log of predict_proba */
    cx_array *(*decision_function)(const cx_estimator *self, const cx_array *x);
    cx_array *(*score_samples)(const cx_estimator *self, const cx_array *x);
    /** Fit, and the labels of the training data where predict does not give them or they come at
     * once. NULL: fit, then predict. */
    cx_array *(*fit_predict)(cx_estimator *self, const cx_data *d);
    double (*score)(const cx_estimator *self, const cx_data *d); /* NULL: by kind */
    /** Rules of a loaded state that attrs cannot say; an error refuses the file. */
    cx_status (*check)(const cx_estimator *self);
    /* ---- sessions: prepare once (optional), then kernels on plain memory */
    cx_status (*plan)(const cx_estimator *self, cx_plan *p);
    cx_row_kernel *transform_into, *predict_into, *predict_proba_into, *decision_into,
        *score_samples_into;
    /* ---- meta-estimators (flag CX_CLASS_RAW): kind and methods may depend on the parameters */
    cx_estimator_kind (*kind_of)(const cx_estimator *self);
    bool (*has)(const cx_estimator *self, cx_method method);
    cx_array *(*call)(const cx_estimator *self, cx_method method,
                      const cx_data *d); /* serves every method, tables included */
    /* ---- splitters: up to cap folds, handles owned by the open scope; *count is how many there
     * are */
    cx_status (*split)(const cx_estimator *self, const cx_data *d, int64_t cap, cx_fold *folds,
                       int64_t *count);
} cx_estimator_class;

CX_BEGIN
/** Make a class known; any thread. The same pointer again is CX_OK. The tables are checked:
 *  defaults parse and lie in their ranges.
 *  Errors      ARGUMENT another class has that name, or a table is wrong (the message says
 *              where). */
CX_API CX_MUST cx_status cx_estimator_register(const cx_estimator_class *c);
/** Known classes: how many, the i-th (the library's own first), by name. NULL if there is none. */
CX_API int cx_estimator_class_count(void);
CX_API const cx_estimator_class *cx_estimator_class_at(int i);
CX_API const cx_estimator_class *cx_estimator_class_find(const char *name);

/* ---- for methods */
/** The array in a slot: borrowed for the call; nil with NOT_FITTED while the slot is empty (no
 *  mark). */
CX_API const cx_array *cx_self(const cx_estimator *self, int slot);
/** Is the slot filled? A query. */
CX_API bool cx_self_has(const cx_estimator *self, int slot);
/** The array that the slot held before the fit that is running, for warm starts: borrowed for the
 *  call; NULL if there is none. A query. */
CX_API const cx_array *cx_self_before(const cx_estimator *self, int slot);
/** Fill a slot during fit or partial_fit; keeps its own reference. a NULL empties it.
 *  Errors      a nil is refused with its own error; ARGUMENT no such slot, or not in fit. */
CX_API CX_MUST cx_status cx_self_set(cx_estimator *self, int slot, const cx_array *a);
/** The same from a number (0-d float64, int64) and from n float64 or int64 values. */
CX_API CX_MUST cx_status cx_self_set_f64(cx_estimator *self, int slot, double v);
CX_API CX_MUST cx_status cx_self_set_i64(cx_estimator *self, int slot, int64_t v);
/** Fitted nested estimators, by name, for meta-estimators: saved, loaded and moved with self.
 *  cx_self_child is nil if there is none. */
CX_API CX_MUST cx_status cx_self_set_child(cx_estimator *self, const char *name,
                                           const cx_estimator *fitted);
CX_API const cx_estimator *cx_self_child(const cx_estimator *self, const char *name);
/** Columns seen by fit (0 before). A query. */
CX_API int64_t cx_self_features(const cx_estimator *self);
/** Categories of a text column of the table seen by fit: CX_CAT, one entry each in the order of
 *  a session's codes. For classes that take tables.
 *  Errors      SCHEMA the column holds numbers, or fit saw a matrix. */
CX_API cx_array *cx_self_categories(const cx_estimator *self, int64_t column);
/** Names for n columns that are nobody's own: the class's name in lower case and a number,
 *  "pca0", "pca1", ... CX_CAT [n], for .feature_names_out. */
CX_API cx_array *cx_self_names(const cx_estimator *self, int64_t n);
/** Tell the scope's progress callback; the stage is the class's name. Also polls: CX_OK,
 *  CX_E_TIMEOUT or CX_E_CANCELLED. */
CX_API CX_MUST cx_status cx_self_progress(const cx_estimator *self, int64_t done, int64_t total);
/** Memory that lives as long as the plan, 64-byte aligned, zeroed; NULL on failure: return
 *  CX_E_NOMEM then (the error is made). */
CX_API void *cx_plan_alloc(cx_plan *p, size_t bytes);
/** Labels of a classifier (numpy.unique with inverse): sorted classes in y's dtype (CX_CAT: by
 *  text) and int64 codes [n]; handles of the open scope, nil on failure. Floats must be whole
 *  numbers.
 *  Errors      ARGUMENT continuous or missing labels; SHAPE y is not 1-d; DTYPE complex. */
typedef struct cx_labels {
    cx_array *classes, *codes;
} cx_labels;
CX_API cx_labels cx_labels_encode(const cx_array *y);
/** Codes of y in given classes; labels may be of another integer or float dtype, CX_CAT by text.
 *  Errors      ARGUMENT naming the first label that is not among the classes. */
CX_API cx_array *cx_labels_codes(const cx_array *y, const cx_array *classes);
/** Several columns of labels, y [n, k] (or [n]: one), of one dtype: classes [c] of all columns,
 *  each column's sorted; offsets int64 [k + 1], column i has classes offsets[i] to offsets[i + 1];
 *  codes int64 [n, k], places in classes. Handles of the open scope, nil on failure.   Syncs.
 *  Errors      as cx_labels_encode, naming the column. */
typedef struct cx_label_columns {
    cx_array *classes, *offsets, *codes;
} cx_label_columns;
CX_API cx_label_columns cx_labels_encode_columns(const cx_array *y);
CX_END_DECLS
#endif
