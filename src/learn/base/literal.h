/* Values of the spec notation: Python's literals and nested estimators. Owned trees of plain
 * data. */
#ifndef CX_LEARN_LITERAL_H
#define CX_LEARN_LITERAL_H
#include "base/text.h"
#include <calx/estimator_class.h>

typedef enum cx__lit_kind {
    CX__LIT_NONE = 0,
    CX__LIT_BOOL,
    CX__LIT_INT,
    CX__LIT_FLOAT,
    CX__LIT_STR,
    CX__LIT_LIST,
    CX__LIT_TUPLE,
    CX__LIT_DICT, /* items: key, value, key, value ... ; count counts pairs */
    CX__LIT_ESTIMATOR
} cx__lit_kind;

typedef struct cx__lit cx__lit;
struct cx__lit {
    cx__lit_kind kind;
    int count; /* list, tuple: items; dict: pairs; str: bytes */
    union {
        bool b;
        int64_t i;
        double f;
        char *s; /* terminated UTF-8 without NUL inside */
        cx__lit *items;
        cx_estimator *estimator; /* one reference */
    } u;
};

/** Free what the value holds and make it None. */
void cx__lit_clear(cx__lit *v);
/** Deep copy; estimators are cloned. On failure *out is None. */
cx_status cx__lit_copy(const char *where, const cx__lit *in, cx__lit *out);
/** As Python's repr: 'text', 0.5, 1e-05, [1, 2], (1,), {'a': 1}, PCA(n_components=3). */
void cx__lit_print(cx__text *t, const cx__lit *v);
/** Levels of nesting: 0 for a scalar, 1 for an estimator or list of scalars. Values are kept to
 *  CX__LIT_LEVELS, so that what prints can be parsed again and nothing recurses far. */
enum { CX__LIT_LEVELS = 31 };
int cx__lit_levels(const cx__lit *v);
/** Number of an INT or FLOAT (else false). */
bool cx__lit_number(const cx__lit *v, double *out);

static inline cx__lit cx__lit_f64(double v)
{
    return (cx__lit){.kind = CX__LIT_FLOAT, .u.f = v};
}
static inline cx__lit cx__lit_i64(int64_t v)
{
    return (cx__lit){.kind = CX__LIT_INT, .u.i = v};
}
static inline cx__lit cx__lit_bool(bool v)
{
    return (cx__lit){.kind = CX__LIT_BOOL, .u.b = v};
}
#endif
