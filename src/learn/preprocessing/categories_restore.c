/* From indices of categories back to their values: what inverse_transform of encoders ends with. */
#include "learn/preprocessing/categories.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <string.h>

static const char infrequent[] = "infrequent_sklearn";

cx_array *cx__cats_given(const cx__site *s, const int64_t *v, int64_t n)
{
    if (n * (int64_t)sizeof *v <= 4096) return cx__given(s, v, n, CX_I64);
    return cx_to(cx_copy_host(v, CX_SHAPE(n), CX_I64), s->device);
}

static cx_status numbers(const cx_estimator *self, const cx__cats *cats,
                         const cx_array *const *index, int64_t n, cx_array **out)
{
    const cx_array **const part = cx__cats_room((size_t)n * sizeof *part);
    const cx_array *const all =
        cx__as("inverse_transform", cx_self(self, CX__CATS_NUMBERS), CX_F64);
    if (!part) return cx__last_status();
    for (int64_t j = 0; j < n; j++) {
        const cx__cats *const c = &cats[j];
        if (c->rare >= 0)
            return cx__fail(CX_E_UNSUPPORTED, "inverse_transform",
                            "infrequent categories of numbers have no value");
        const cx_array *const v = cx_slice(all, 0, c->value_at, c->value_at + c->count, 1),
                              *const at =
                                  cx_minimum(cx_maximum(index[j], cx_int(0)), cx_int(c->count - 1));
        part[j] = cx_where(cx_less(index[j], cx_int(0)), cx_float((double)NAN), cx_take(v, at, 0));
    }
    *out = cx_stack((cx_arrays){(int)n, part}, 1);
    return cx_status_of(*out);
}

/* Codes in the dictionary of all texts; the rare ones' word stands behind them. */
static cx_status texts(const cx_estimator *self, const cx__cats *cats, const cx_array *const *index,
                       int64_t n, cx_array **out)
{
    const cx_array *const all = cx_self(self, CX__CATS_TEXTS), *const codes =
                                                                   cx_astype(cx_codes(all), CX_I64);
    const cx_array **const part = cx__cats_room((size_t)n * sizeof *part);
    const int words = cx_category_count(all);
    const char **const word = cx__cats_room(((size_t)words + 1) * sizeof *word);
    CX__TRY(cx__so_far());
    bool rare = false;
    for (int c = 0; c < words; c++) word[c] = cx_category(all, c);
    for (int c = 0; c < words; c++) rare = rare || strcmp(word[c], infrequent) == 0;
    word[words] = infrequent;
    for (int64_t j = 0; j < n; j++) {
        const cx__cats *const c = &cats[j];
        const cx_array *const v = cx_slice(codes, 0, c->value_at, c->value_at + c->count, 1),
                              *const at =
                                  cx_minimum(cx_maximum(index[j], cx_int(0)), cx_int(c->count - 1));
        const cx_array *const known = cx_where(cx_greater_equal(index[j], cx_int(c->count)),
                                               cx_int(words), cx_take(v, at, 0));
        part[j] = cx_where(cx_less(index[j], cx_int(0)), cx_int(-1), known);
    }
    const cx_array *const code = cx_astype(cx_stack((cx_arrays){(int)n, part}, 1), CX_I32);
    *out = cx_categories_new(code, rare ? words : words + 1, word);
    return cx_status_of(*out);
}

cx_status cx__cats_restore(const char *where, const cx_estimator *self, const cx__cats *cats,
                           const cx_array *const *index, cx_array **out)
{
    const int64_t n = cx_self_features(self);
    int64_t text = 0;
    for (int64_t j = 0; j < n; j++) text += cats[j].word != NULL;
    if (text == 0) return numbers(self, cats, index, n, out);
    if (text == n) return texts(self, cats, index, n, out);
    return cx__fail(CX_E_UNSUPPORTED, where,
                    "%s: columns of text and of numbers do not fit into one array",
                    self->cls->name);
}
