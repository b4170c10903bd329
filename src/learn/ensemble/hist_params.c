/* Parameters that name columns: categories, directions, groups that may meet. */
#include "base/object.h"
#include "learn/ensemble/hist.h"
#include <string.h>

static cx_status wrong(const cx_estimator *self, const char *what, const char *why)
{
    return cx__fail(CX_E_ARGUMENT, "fit", "%s: %s=%.200s %s", self->cls->name, what,
                    cx_param_text(self, what), why);
}

/* The column of a name that fit sees, -1. */
static int64_t named(const cx_estimator *self, const char *name)
{
    const cx__schema *const schema = self->state != NULL ? self->state->schema : NULL;
    for (int64_t j = 0; schema != NULL && schema->names != NULL && j < schema->n; j++)
        if (strcmp(schema->names[j], name) == 0) return j;
    return -1;
}

cx_status cx__hist_categorical(const cx_estimator *self, int64_t d, const uint8_t **out)
{
    static const char what[] = "categorical_features";
    const cx__lit *const v = cx__param(self, what);
    *out = NULL;
    if (v->kind != CX__LIT_LIST && v->kind != CX__LIT_TUPLE) return CX_OK;
    if (v->count == 0) return CX_OK;
    uint8_t *const mask = cx__scope_room((size_t)d);
    if (mask == NULL) return CX_E_NOMEM;
    const cx__lit_kind kind = v->u.items[0].kind;
    if (kind == CX__LIT_BOOL && v->count != d)
        return wrong(self, what, "is a mask of another length than there are columns");
    bool any = false;
    for (int i = 0; i < v->count; i++) {
        const cx__lit *const item = &v->u.items[i];
        if (item->kind != kind) return wrong(self, what, "must be all of one kind");
        int64_t j = -1;
        if (kind == CX__LIT_BOOL)
            j = item->u.b ? i : d;
        else if (kind == CX__LIT_INT)
            j = item->u.i;
        else if (kind == CX__LIT_STR)
            j = named(self, item->u.s);
        else
            return wrong(self, what, "must be bools, numbers of columns or their names");
        if (kind == CX__LIT_BOOL && j == d) continue;
        if (j < 0 || j >= d) return wrong(self, what, "names a column that is not there");
        mask[j] = 1;
        any = true;
    }
    if (any) *out = mask;
    return CX_OK;
}

static cx_status direction(const cx_estimator *self, const cx__lit *v, int8_t *out)
{
    if (v->kind != CX__LIT_INT || v->u.i < -1 || v->u.i > 1)
        return wrong(self, "monotonic_cst", "must hold -1, 0 and 1");
    *out = (int8_t)v->u.i;
    return CX_OK;
}

cx_status cx__hist_monotonic(const cx_estimator *self, int64_t d, const uint8_t *categorical,
                             const int8_t **out)
{
    static const char what[] = "monotonic_cst";
    const cx__lit *const v = cx__param(self, what);
    *out = NULL;
    if (v->kind == CX__LIT_NONE) return CX_OK;
    int8_t *const sign = cx__scope_room((size_t)d);
    if (sign == NULL) return CX_E_NOMEM;
    const bool dict = v->kind == CX__LIT_DICT;
    if (!dict && v->count != d)
        return wrong(self, what, "is of another length than there are columns");
    for (int i = 0; i < v->count; i++) {
        int64_t j = i;
        const cx__lit *const item = dict ? &v->u.items[2 * i + 1] : &v->u.items[i];
        if (dict) {
            const cx__lit *const key = &v->u.items[2 * i];
            j = key->kind == CX__LIT_STR ? named(self, key->u.s) : -1;
            if (j < 0) return wrong(self, what, "names a column that is not there");
        }
        CX__TRY(direction(self, item, &sign[j]));
        if (sign[j] == 0) continue;
        if (categorical != NULL && categorical[j])
            return wrong(self, what, "constrains a categorical column");
        *out = sign;
    }
    return CX_OK;
}

static cx_status read_group(const cx_estimator *self, const cx__lit *v, int64_t d, uint8_t *out)
{
    static const char what[] = "interaction_cst";
    if (v->kind != CX__LIT_LIST && v->kind != CX__LIT_TUPLE)
        return wrong(self, what, "must be a list of lists of columns");
    for (int i = 0; i < v->count; i++) {
        const cx__lit *const item = &v->u.items[i];
        if (item->kind != CX__LIT_INT || item->u.i < 0 || item->u.i >= d)
            return wrong(self, what, "names a column that is not there");
        out[item->u.i] = 1;
    }
    return CX_OK;
}

cx_status cx__hist_interactions(const cx_estimator *self, int64_t d, int64_t *groups,
                                const uint8_t **out)
{
    const cx__lit *const v = cx__param(self, "interaction_cst");
    *groups = 0;
    *out = NULL;
    if (v->kind == CX__LIT_NONE) return CX_OK;
    const bool text = v->kind == CX__LIT_STR, pairs = text && v->u.s[0] == 'p';
    const int64_t given = pairs ? d * (d - 1) / 2 : text ? d : v->count;
    uint8_t *const group = cx__scope_room((size_t)(given + 1) * (size_t)d);
    if (group == NULL) return CX_E_NOMEM;
    if (pairs) {
        uint8_t *g = group;
        for (int64_t a = 0; a < d; a++)
            for (int64_t b = a + 1; b < d; b++, g += d) g[a] = g[b] = 1;
    } else {
        for (int64_t k = 0; k < given; k++) {
            if (text)
                group[k * d + k] = 1;
            else
                CX__TRY(read_group(self, &v->u.items[k], d, group + k * d));
        }
    }
    bool rest = false; /* columns in no group are one of their own */
    for (int64_t j = 0; j < d; j++) {
        bool found = false;
        for (int64_t k = 0; k < given && !found; k++) found = group[k * d + j] != 0;
        rest = rest || !found;
        group[given * d + j] = !found;
    }
    *groups = given + (rest ? 1 : 0);
    *out = group;
    return CX_OK;
}
