/* Fits of models on folds and their scores: what cross-validation, searches and curves share. */
#ifndef CX_LEARN_CV_H
#define CX_LEARN_CV_H
#include "learn/model_selection/model_selection.h"
#include "learn/model_selection/tasks.h"

enum { CX__MAX_SCORES = 16 };

/** Which scores: from text ("roc_auc, accuracy"; NULL: the estimator's own) or a parameter's value
 *  (None, text, a list of texts). */
typedef struct cx__scoring {
    int count;
    bool several;                         /* they carry their names: multimetric */
    const cx__scorer *at[CX__MAX_SCORES]; /* NULL: the estimator's own */
} cx__scoring;
cx_status cx__scoring_read(const char *where, const char *text, cx__scoring *out);
cx_status cx__scoring_of(const char *where, const cx__lit *v, cx__scoring *out);
/** "accuracy", or "score" where it is the only one. */
const char *cx__scoring_name(const cx__scoring *s, int i);
/** Score i; NaN and a mark on failure. */
double cx__scoring_run(const cx__scoring *s, int i, const cx_estimator *m, const cx_data *d);

/** Answers of models that have not seen the rows, in the rows' order: of the open scope. */
cx_status cx__cross_val_predict(const char *where, const cx_estimator *m, const cx_data *d,
                                const cx_fold *fold, int64_t folds, cx_method method,
                                cx_array **out);

/** Options of cross-validation, defaults for NULL; folds of its .cv. */
cx_status cx__cv_opts_check(const char *where, const cx_cv_opts **o);
cx_status cx__cv_text_folds(const char *where, const char *cv, const cx_estimator *m,
                            const cx_data *d, cx_fold **folds, int64_t *count);

/** One run: every model on every fold. A fit or score that fails for a reason in its data or
 *  parameters gives error_score and a warning (an error if all fits fail), with `raise` an error.
 */
typedef struct cx__cv {
    const char *where, *stage; /* the verb; who tells progress */
    const cx_data *d;
    const cx__scoring *scoring;
    bool train_too, weigh, raise; /* weigh: scores are weighted as fits are */
    double error_score;
    int64_t models, folds;
    const cx_estimator *const *model; /* [models]; NULL: the error in refused */
    const cx_error *refused;          /* [models], or NULL: there is none */
    const cx_array *const *columns;   /* [models] indices of the columns that it sees; NULL: all */
    const cx_fold *fold;              /* [folds] */
    /* results, task = model * folds + fold */
    double *fit_time, *score_time; /* [tasks] */
    double *test, *train;          /* [scores, tasks] */
    cx_error *failed;              /* [tasks]; status OK: fitted */
} cx__cv;
cx_status cx__cv_run(cx__cv *c);
/** Only the room for results, all 0: for who puts them there by several runs. */
cx_status cx__cv_room(cx__cv *c);
void cx__cv_free(cx__cv *c);
/** May a failure with this status become a score? */
bool cx__cv_pardons(cx_status st);
#endif
