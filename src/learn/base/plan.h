/* Serving plans: row kernels with everything they need made beforehand. */
#ifndef CX_LEARN_PLAN_H
#define CX_LEARN_PLAN_H
#include "learn/base/estimator.h"
#include "learn/numeric/site.h"

/** What a cx_plan's memory_ points to: where the kernel's pointers are, and the memory it owns. */
typedef struct cx__plan_owner {
    cx__site site;
    void *blocks;
    bool keep;    /* parameters are retained: the plan outlives the scope in which it was made */
    int64_t rows; /* else of the whole batch; 0: not known */
    int used;     /* and the arrays themselves */
    const cx_array *parameter[16];
    const cx_array **words; /* [cols_out]: what codes of text in a result column stand for (NULL:
                             * numbers); arrays of the scope. NULL: no text */
} cx__plan_owner;

/** Stays where it was made: the plan points into it. */
typedef struct cx__ready {
    cx_plan plan;
    cx_row_kernel *run;
    cx__plan_owner owner;
} cx__ready;

/** Prepare one fitted estimator for a method; cx__plan_free it. Needs an open scope (the class's
 *  plan may make arrays). For a session the model must be on the CPU. */
cx_status cx__plan_make(const char *where, const cx_estimator *m, cx_method method,
                        int64_t max_rows, int64_t cols_in, cx__ready *out);
/** For one batch of rows on a device, within the open scope: parameters stay where they are. The
 *  kernel's x and out are then memory of that device. On the CPU the plan's max_rows is a block's,
 *  and the class may choose a larger one. */
cx_status cx__plan_batch(const char *where, const cx_estimator *m, cx_method method, int64_t rows,
                         int64_t cols_in, cx_device d, cx__ready *out);
void cx__plan_free(cx__ready *r);
/** For a class's plan: the site its kernel runs on; float64 elements of a parameter there, as long
 *  as the plan is used. */
static inline const cx__site *cx__plan_site(const cx_plan *p)
{
    return &((const cx__plan_owner *)p->memory_)->site;
}
cx_status cx__plan_f64(cx_plan *p, const cx_array *a, const double **out);
cx_status cx__plan_i64(cx_plan *p, const cx_array *a, const int64_t **out);
/** A batch's kernel reads a, an array of the scope where the plan runs. */
cx_status cx__plan_uses(cx_plan *p, const cx_array *a);
/** Memory that the kernel writes to: of sessions, one to a thread. INTERNAL in a batch, whose
 * blocks of rows run in parallel. */
cx_status cx__plan_scratch(cx_plan *p, int64_t count, double **out);
/** Result column i is text: codes of these words. Once cols_out is known. */
cx_status cx__plan_words(cx_plan *p, int64_t i, const cx_array *words);
/** Words of result column i; NULL: numbers. */
static inline const cx_array *cx__plan_words_of(const cx_plan *p, int64_t i)
{
    const cx__plan_owner *const owner = p->memory_;
    return owner->words ? owner->words[i] : NULL;
}

/** What one step's codes are for the next, whose fit saw words of its own. */
typedef struct cx__recoding {
    int64_t cols; /* 0: nothing changes */
    struct cx__recoded {
        int64_t count;
        const double *to; /* NULL: a column that stays as it is */
    } * at;
} cx__recoding;
/** From the result of `from` to what `next` was fitted on; memory of p. */
cx_status cx__recoding_plan(cx_plan *p, const cx_plan *from, const cx_estimator *next,
                            cx__recoding *out);
void cx__recode(const cx__recoding *r, double *x, int64_t rows);
/** The memory of a nested plan becomes the outer one's. */
void cx__plan_adopt(cx_plan *outer, cx__ready *inner);
/** Does the estimator (a pipeline: its first step) take NaN? */
bool cx__takes_nan(const cx_estimator *m);
#endif
