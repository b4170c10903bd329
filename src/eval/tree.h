/* What the parser makes of a text: nodes in an array, children before parents. */
#ifndef CX_EVAL_TREE_H
#define CX_EVAL_TREE_H
#include "base/status.h"
#include <calx/array.h>
#include <stdint.h>

enum {
    CX__EVAL_ARGS = 16,   /* names before the colon */
    CX__EVAL_RESULTS = 8, /* expressions of the last statement */
    CX__EVAL_NAMES = 64,  /* assigned */
    CX__EVAL_NODES = 4096,
    CX__EVAL_DEPTH = 200,
    CX__EVAL_NAME = 32, /* bytes of a name */
    CX__EVAL_TEXT = 1 << 20
};

typedef enum cx__node_kind {
    CX__NODE_NUMBER,   /* a weak number */
    CX__NODE_ARGUMENT, /* argument op */
    CX__NODE_OPERATOR, /* row op of ops.h as an operator of Python: of numbers alone a number */
    CX__NODE_CALL,     /* row op of ops.h by its name */
    CX__NODE_CAST,     /* to dtype op */
    CX__NODE_REDUCE    /* reduction op, with axes */
} cx__node_kind;

typedef enum cx__reduction {
    CX__REDUCE_SUM,
    CX__REDUCE_PROD,
    CX__REDUCE_MEAN,
    CX__REDUCE_MIN,
    CX__REDUCE_MAX,
    CX__REDUCE_ANY,
    CX__REDUCE_ALL
} cx__reduction;

typedef struct cx__node {
    uint8_t kind; /* cx__node_kind */
    uint8_t children;
    bool keepdims;
    int8_t axis_count; /* REDUCE: 0 all */
    int16_t op;
    int32_t child[3];
    int32_t at;   /* byte of the source */
    int32_t axis; /* first of the tree's axes */
    cx_scalar number;
} cx__node;

typedef struct cx__tree {
    int args, results, nodes, axes;
    char name[CX__EVAL_ARGS][CX__EVAL_NAME];
    int32_t result[CX__EVAL_RESULTS];
    cx__node *node;
    int *axis;
} cx__tree;

/** Parse; PARSE says the column. Free with cx__tree_free, after a failure too. */
cx_status cx__tree_parse(const char *where, const char *source, cx__tree *out);
void cx__tree_free(cx__tree *t);

/** Words with a meaning. */
typedef enum cx__word_kind {
    CX__WORD_NONE,
    CX__WORD_CALL,
    CX__WORD_CAST,
    CX__WORD_REDUCE
} cx__word_kind;
typedef struct cx__word {
    cx__word_kind kind;
    int op, inputs;
} cx__word;
/** What a function's name means: rows of ops.h, NumPy's aliases, dtypes, reductions. */
cx__word cx__word_of(const char *name);
/** The nearest of the functions' names and of more (NULL at the end), or NULL. */
const char *cx__word_near(const char *name, const char *const *more);

/** A number of C by an operator of Python; what is not possible is PARSE at byte `at`. */
cx_status cx__number_apply(const char *where, int op, int n, const cx_scalar *const in[], int at,
                           cx_scalar *out);
#endif
