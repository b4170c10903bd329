/* Sets of labels, one for each row, as MultiLabelBinarizer takes and gives them: the labels of all
 * rows one behind the other, and where each row's begin, the two arrays of a CSR matrix.
 *
 *     labels   [m], text or whole numbers                 "comedy", "drama", "drama"
 *     offsets  int [rows + 1], from 0 to m                0, 2, 2, 3: two labels, none, one
 *
 *     cx_estimator *m = cx_estimator_new("MultiLabelBinarizer()");
 *     cx_array *y = cx_fit_transform(m, labels, offsets);        [rows, classes] of 0 and 1, or
 *     y = cx_transform_data(m, CX_DATA(.x = labels, .y = offsets));
 *     cx_label_sets back = cx_label_sets_of(m, y);               and back again
 *
 * fit needs the labels only. cx_inverse_transform gives back.labels alone. */
#ifndef CALX_LABEL_SETS_H
#define CALX_LABEL_SETS_H
#include <calx/estimator.h>

CX_BEGIN
typedef struct cx_label_sets {
    cx_array *labels;  /* [m], dtype of the classes */
    cx_array *offsets; /* int64 [rows + 1] */
} cx_label_sets;

/** The sets that a matrix of labels stands for (MultiLabelBinarizer.inverse_transform).
 *
 *  @param m    Fitted MultiLabelBinarizer, on the device of y.
 *  @param y    [rows, classes] of 0 and 1, any real dtype or bool; not modified.
 *  @return     New arrays; a row's labels are in the order of classes_. Nil, both, on error.
 *  Errors      NOT_FITTED; ARGUMENT m is another class, or y holds other numbers; SHAPE as many
 *              columns as classes; DEVICE.
 *  Device      cpu, cuda.   Syncs: reads whether all are 0 or 1. */
CX_API cx_label_sets cx_label_sets_of(const cx_estimator *m, const cx_array *y);
CX_END_DECLS
#endif
