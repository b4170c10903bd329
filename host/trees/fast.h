/* Shared by the files of the search in sorted columns. */
#ifndef CX_HOST_TREES_FAST_H
#define CX_HOST_TREES_FAST_H
#include "trees/loops.h"
#include "trees/split.h"

enum {
    FAST_SMALL = 128, /* rows of a node in which equal values are left to the plain search */
    MARK_BITS = HOST_TREE_MARK,
    FAST_CLASSES = 64 /* at most; more are left to the plain search */
};

/** Are there few enough classes for a quick look at all cuts? */
static inline bool host_few_classes(const tree_fast *f)
{
    return f->classes >= 2 && f->classes <= HOST_TREE_SEVERAL;
}

/** The best cut of one feature. */
typedef struct tree_found {
    double proxy;
    int64_t cut;                      /* rows on the left; 0: none */
    int32_t below, above;             /* the rows on both sides of it; narrow: their codes */
    bool constant, missing, doubtful; /* doubtful: values as good as equal, see host_split_fast */
} tree_found;

/** Look at all cuts of the elements [m] of a feature; only those that beat a proxy are of
 *  interest. */
void host_scan_feature(const tree_grower *w, const uint64_t *element, int64_t m, int32_t feature,
                       double beat, tree_found *out);
/** The same for two classes, or a few; only cuts that beat a proxy are of interest. */
void host_scan_pairs(const tree_grower *w, const void *element, int64_t m, int32_t feature,
                     double beat, tree_found *out);
/** Elements of rows[start, end), sorted by code and row. */
void host_sort_node(const tree_grower *w, int64_t start, int64_t end, int32_t feature,
                    uint64_t *out);
/** For narrow elements: marks of the criterion's rows, and what bounds want of them. */
void host_enter_narrow(tree_grower *w);
/** Narrow elements of the criterion's rows. */
void host_load_narrow(const tree_grower *w, int32_t feature, uint32_t *out);
/** Sort narrow elements; e is overwritten. */
void host_sort_narrow(const tree_fast *f, uint32_t *e, int64_t m, uint32_t *out);

/** Some of a feature's elements that follow each other, and what stands left of them. */
typedef struct tree_run {
    const void *element;
    int64_t m, before; /* rows */
    int32_t weight, ones;
} tree_run;
/** Look at the cuts within a run; only those that beat out->proxy, or equal that of a later cut,
 *  change out. */
void host_scan_run(const tree_grower *w, const tree_run *run, int32_t feature, tree_found *out);

/** May the rows of fast.element be searched by bounds? */
bool host_bounds_pay(const tree_grower *w);
/** Look at the cuts of the narrow elements, not sorted; false: they have to be sorted and scanned
 *  after all. */
bool host_scan_bounds(const tree_grower *w, int32_t feature, double beat, tree_found *out);
/** A row of the criterion's node that has this code. */
int32_t host_narrow_row(const tree_grower *w, int32_t feature, uint32_t code);
/** May a cut be between two neighbouring codes of the criterion's node? */
bool host_narrow_apart(const tree_grower *w, int32_t feature, uint32_t below, uint32_t above);
/** Columns of all features for the whole growth. */
void host_columns_begin(tree_grower *w);

/** The criterion of exact classes: entered, and moved to pos; at a cut whose left sums stand. */
void host_marks_enter(tree_grower *w, int64_t start, int64_t end);
void host_marks_finish(tree_grower *w, const tree_parent *parent, tree_split *split);
void host_marks_end(tree_grower *w, const tree_parent *parent, tree_split *split);
/** As host_marks_enter; marks of the node's rows stay in fast.element. */
void host_drawn_enter(tree_grower *w, int64_t start, int64_t end);

static inline uint32_t element_code(uint64_t e)
{
    return (uint32_t)(e >> 32);
}
static inline int32_t element_row(uint64_t e, int shift)
{
    return (int32_t)((uint32_t)e >> shift);
}
/** Element of a row, its mark in the lower bits. */
static inline uint64_t element_of(const tree_fast *f, uint32_t code, int32_t row)
{
    uint32_t low = (uint32_t)row;
    if (f->row_shift > 0) {
        const uint32_t mark = f->mark[row], weight = mark & ((1u << MARK_BITS) - 1);
        low = low << f->row_shift | mark >> MARK_BITS << f->weight_bits |
              (f->weight_bits > 0 ? weight : 0);
    }
    return (uint64_t)code << 32 | low;
}
#endif
