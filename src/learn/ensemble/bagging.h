/* What BaggingClassifier and BaggingRegressor share: members fitted on rows and columns drawn at
 * random. */
#ifndef CX_LEARN_BAGGING_H
#define CX_LEARN_BAGGING_H
#include "learn/ensemble/members.h"

/** First slots of both: the columns of every member [members, columns], the score of rows that
 *  members have not seen and what they say of them. */
enum { CX__BAG_COLUMNS, CX__BAG_SCORE, CX__BAG_ANSWERS, CX__BAG_CLASSES, CX__BAG_COUNT };

/** The member that stands for estimator=None. */
const char *cx__bag_default(const cx_estimator *self);
/** Draw and fit. y: codes of a classifier, targets of a regressor. */
cx_status cx__bag_fit(cx_estimator *self, const cx_data *d, const cx_array *y,
                      const cx_array *weight);
/** What member i says of data of all columns: cx__member_part, .ctx a cx__bag_ask. */
typedef struct cx__bag_ask {
    cx_method method;
    int64_t width;         /* columns of a member */
    const int64_t *column; /* NULL: all */
    int64_t classes;       /* 0: a regressor */
} cx__bag_ask;
cx_status cx__bag_ask_of(const char *where, const cx_estimator *self, cx_method method,
                         cx__bag_ask *out);
cx_array *cx__bag_part(const char *where, const cx_estimator *self, int64_t i, const cx_data *d,
                       const void *ask);
/** Columns of the data, a matrix unless all are there. */
cx_status cx__bag_columns(const char *where, const cx_estimator *self, const cx_data *d,
                          const int64_t *column, int64_t width, cx_data *out);
#endif
