/* Inside of an estimator: class, parameter values, fitted state. For src/learn only; the
 * library's own estimators need, beyond the public estimator_class.h, only cx__param,
 * cx__class_weights and a row in classes.def. */
#ifndef CX_LEARN_ESTIMATOR_H
#define CX_LEARN_ESTIMATOR_H
#include "base/object.h"
#include "learn/base/literal.h"
#include "learn/numeric/site.h"
#include <calx/estimator_class.h>

/** Columns seen by fit. Immutable, shared. */
typedef struct cx__schema {
    atomic_int refs;
    int64_t n;             /* features */
    char **names;          /* NULL: fitted from a matrix */
    uint8_t *dtypes;       /* cx_dtype per column; NULL: a matrix of numbers */
    cx_array **categories; /* per text column its words in the order of the codes; else NULL. A
                            * matrix of text has one dictionary, of all columns */
    char *target;          /* the target's column, left out of later tables; or NULL */
} cx__schema;

/** Fitted state. Immutable once it is published in an estimator: a fit builds a new one. */
typedef struct cx__state {
    int slots;
    cx_array **slot;  /* one reference each, or NULL */
    cx_device device; /* where the arrays are: that of the data seen by fit */
    cx__schema *schema;
    int children;
    char **child_name;
    cx_estimator **child;
} cx__state;

struct cx_estimator {
    cx__object object;
    const cx_estimator_class *cls;
    int n_params;
    cx__lit *params;
    cx__state *state;        /* NULL: not fitted */
    const cx__state *before; /* while a fit runs: what it is to replace, or NULL */
    bool fitting;            /* the object that fit sees as self: its state may be written */
};

/* ---- classes (registry.c) */
#define CX_CLASS(x) extern const cx_estimator_class cx__class_##x;
#include "learn/base/classes.def"
#undef CX_CLASS
/** A FrozenEstimator's clones keep its state, wherever they are parameters. */
static inline bool cx__is_frozen(const cx_estimator *m)
{
    return m->cls == &cx__class_frozen_estimator;
}
int cx__class_params(const cx_estimator_class *c);
int cx__class_attrs(const cx_estimator_class *c);
/** "predict", ...: the verb of a method. */
const char *cx__method_name(cx_method method);
/** Index of a parameter, -1. */
int cx__class_param(const cx_estimator_class *c, const char *name, size_t len);
/** Index of an attribute, -1. */
int cx__class_slot(const cx_estimator_class *c, const char *name);
/** Attribute i's bare name (without rule or '?'): pointer and length. */
const char *cx__class_attr(const cx_estimator_class *c, int i, size_t *len);
/** The checks of registration, for the library's own classes too (run by a test). */
cx_status cx__class_check(const cx_estimator_class *c);
/** All class names, ended by NULL, for suggestions; cx__free it. */
const char **cx__class_names(void);

/* ---- objects (estimator.c): these return one reference, the caller's; no scope needed */
cx_status cx__estimator_make(const char *where, const cx_estimator_class *c, cx_estimator **out);
cx_status cx__estimator_clone(const char *where, const cx_estimator *m, cx_estimator **out);
/** fn for every frozen estimator among m's parameters, in their order; not for those that are
 *  parameters of a frozen one. What is changed must be m's alone. */
cx_status cx__each_frozen(const cx_estimator *m, cx_status (*fn)(void *ctx, cx_estimator *frozen),
                          void *ctx);
cx_status cx__estimator_parse(const char *where, const char *spec, size_t len, cx_estimator **out);
/** Parse one literal, all of the text. */
cx_status cx__literal_parse(const char *where, const char *text, size_t len, cx__lit *out);
void cx__estimator_print(cx__text *t, const cx_estimator *m);

/* ---- parameters (param.c) */
/** Value of a parameter that the class has; never NULL for a name in its table. */
const cx__lit *cx__param(const cx_estimator *m, const char *name);
/** Take *v into parameter i: kind and range are checked, errors name class, parameter, value and
 *  range. *v is emptied on success. */
cx_status cx__param_set(const char *where, cx_estimator *m, int i, cx__lit *v);
/** The same by name, "alpha" or "pca__n_components"; *v is taken over, on failure too. */
cx_status cx__param_assign(const char *where, cx_estimator *m, const char *name, cx__lit *v);
/** Is there a parameter or step of that name? */
bool cx__param_known(const cx_estimator *m, const char *name);
/** Kind only, or kind and range (before fit), of every parameter, nested ones too. */
cx_status cx__params_check(const char *where, const cx_estimator *m);
cx_status cx__param_check(const char *where, const cx_estimator_class *c, const cx_param *p,
                          const cx__lit *v);

/* ---- fitting and calling other estimators (call.c); `where` is the public verb the user called */
cx_status cx__estimator_fit(const char *where, cx_estimator *m, const cx_data *d, bool partial);
/** Fit, then what the class's fit_transform or transform gives for the data; of the open scope. */
cx_array *cx__estimator_fit_transform(const char *where, cx_estimator *m, const cx_data *d);
/** Fit, and labels of the same rows. */
cx_array *cx__estimator_fit_predict(const char *where, cx_estimator *m, const cx_data *d);
/** Result belongs to the open scope; nil and a mark on failure. */
cx_array *cx__estimator_call(const char *where, const cx_estimator *m, cx_method method,
                             const cx_data *d);
double cx__estimator_score(const char *where, const cx_estimator *m, const cx_data *d);

/* ---- state (state.c) */
cx__state *cx__state_new(int slots);
void cx__state_release(cx__state *s);
/** Same contents, own slots (arrays shared), for partial_fit. */
cx__state *cx__state_copy(const cx__state *s);
void cx__schema_release(cx__schema *s);

/* ---- data (data.c) */
/** Handles are live, exactly one of x and table, and target or y. */
cx_status cx__data_valid(const char *where, const cx_data *in);
/** The target, if one is named, is a column of the table. */
cx_status cx__data_target(const char *where, const cx_data *d);
/** What a class's methods get: matrix, y, weights checked and converted per its flags; handles
 *  belong to the open scope. FOR_USE leaves y and weights out; FOR_FIT and FOR_SCORE require y
 *  where the class needs it. */
typedef enum cx__purpose { CX__FOR_USE, CX__FOR_FIT, CX__FOR_SCORE } cx__purpose;
cx_status cx__data_prepare(const char *where, const cx_estimator *m, const cx_data *in,
                           cx__purpose why, cx_data *out);
/** Schema of the data (fit), and the check of later data against it. */
cx_status cx__schema_make(const char *where, const cx_data *d, cx__schema **out);
cx_status cx__schema_check(const char *where, const cx_estimator *m, const cx_data *d);

/* ---- features one by one, for classes that take tables (features.c) */
/** Columns of the data but for the target; the i-th as a 1-d array (a view, text or numbers),
 *  nil on failure; its name, or NULL in a matrix. */
int64_t cx__feature_count(const cx_estimator *m, const cx_data *d);
cx_array *cx__feature(const char *where, const cx_estimator *m, const cx_data *d, int64_t i);
const char *cx__feature_name(const cx_estimator *m, const cx_data *d, int64_t i);
/** Rows of x or table. */
int64_t cx__feature_rows(const cx_data *d);
/* ---- text (texts.c) */
/** Is x, or a column of the table, text? */
bool cx__holds_text(const cx_estimator *m, const cx_data *d);
/** Columns of text as CX_CAT [rows, features], C order, the dictionary in byte order; of the open
 *  scope.   Errors   SCHEMA numbers stand beside text; DEVICE; SHAPE. */
cx_status cx__text_matrix(const char *where, const cx_estimator *m, const cx_data *d,
                          cx_array **out);
/** Texts as CX_CAT [n], equal ones under one code, in byte order; NULL: missing. */
cx_array *cx__texts_new(const char *where, int64_t n, const char *const *texts);
/** The texts of an array's codes; of the open scope. */
const char *const *cx__words_of(const cx_array *text);
/** Sorted by bytes, each once; how many are left. */
int64_t cx__words_sort(int64_t n, const char **words);
/** to[i]: the place of from[i] among the words (NULL: none), -1 if it is none of them. */
cx_status cx__words_match(int64_t n, const char *const *from, int64_t count,
                          const char *const *word, int64_t *to);
/** n bytes, zeroed, as long as the open scope; NULL and a mark on failure. */
void *cx__scope_room(size_t bytes);

/** Texts as CX_CAT [n], and "prefix0", "prefix1", ... */
cx_array *cx__names_new(int64_t n, const char *const *texts);
cx_array *cx__names_numbered(const char *prefix, int64_t n);
/** Names that put writes one by one; ctx is its own. */
cx_array *cx__names_made(int64_t n, void (*put)(const void *ctx, int64_t i, cx__text *t),
                         const void *ctx);
/** What cx_feature_names_out tells when names go in; `where` as the user called it. */
cx_array *cx__names_out(const char *where, const cx_estimator *m, const cx_array *names);

/* ---- scores (score.c) */
/** y and sample_weight of the data as they are, with the target resolved, for comparing with
 *  predictions. */
cx_status cx__score_truth(const char *where, const cx_estimator *m, const cx_data *d, cx_data *out);

/** Share of rows of y_true [n, k] that y_pred has right in every column, weighted. */
cx_status cx__score_columns(const char *where, const cx_array *y_true, const cx_array *y_pred,
                            const cx_array *weight, double *out);

/* ---- labels (labels.c, label_columns.c) */
/** cx_labels_encode by its status; marks nothing of its own. */
cx_status cx__labels_encode(const char *where, const cx_array *y, cx_labels *out);
/** Places of y's labels in sorted classes, as cx_labels_codes, but -1 where there is none. */
cx_status cx__labels_find(const char *where, const cx_array *y, const cx_array *classes,
                          cx_array **out);
/** classes_ and class_offsets_ of k label columns from the classes of each. */
cx_status cx__join_classes(const cx__site *s, int64_t k, const cx_array *const *each,
                           cx_array **classes, cx_array **offsets);
/** Where the classes of each label column begin [k + 1], of the state; NULL: one column. */
const cx_array *cx__class_offsets(const cx_estimator *m);
/** Label columns of a fitted classifier; 1 without class_offsets_. */
int64_t cx__label_columns(const cx_estimator *m);
/** The same offsets on the host, [k + 1] of the open scope. */
cx_status cx__read_offsets(const char *where, const cx_estimator *m, const int64_t **out);
/** i of "classes_<i>", -1: not such a name. */
int64_t cx__classes_index(const char *name);
/** class_offsets_ of a loaded state cut classes_ into columns of one class at least. */
cx_status cx__offsets_check(const char *where, const cx_estimator *m);
/** Weights (NULL: 1) of the rows of each code [n] in 0..groups, summed, on the host. */
cx_status cx__count_codes(const cx__site *s, const cx_array *codes, const cx_array *weight,
                          int64_t groups, double *mass);

/* ---- class weights (class_weight.c) */
/** class_weight of a classifier: None gives ones, 'balanced' n / (classes * count) (counts
 *  weighted if w is given), a dict by label. codes [n] int64, w [n] float64 or NULL, out
 *  [classes]. */
cx_status cx__class_weights(const cx__site *s, const cx__lit *class_weight, const cx_array *classes,
                            const cx_array *codes, const cx_array *w, double *out);
#endif
