/* device: each. Models that learn piece by piece from a file several times as large as the memory
 * that may be used, and what they learnt. */
#include "device.h"
#include "files.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MIB = 1 << 20, COLUMNS = 8, WIDTH = COLUMNS + 1, ROWS = 3 << 18, ALLOWED = 16 * MIB };

static char path[TEST_PATH];

/* 54 MiB of rows: eight columns that repeat after 1024 rows, and a class that most of them show. */
static void write_file(void)
{
    test_temp_file(path);
    cx_array *const file = cx_open_memmap(path, CX_F64, CX_SHAPE(ROWS, WIDTH), NULL);
    double *p = cx_data_f64_mut(file);
    cr_assert_not_null(p);
    for (int64_t i = 0; i < ROWS; i++) {
        const int64_t step = i * 7 % 1024;
        const double label = step % 3;
        for (int64_t j = 0; j < COLUMNS; j++)
            *p++ = (double)((step * (j + 3)) % 101) / 50 + (j % 3 == step % 3 ? 3 : 0) * (j < 6);
        *p++ = label;
    }
    cr_assert_eq(cx_flush(file), CX_OK);
}

/* One piece: scaled by what an earlier pass learnt, given to the next model. */
typedef struct stage {
    const cx_estimator *scaler;
    cx_estimator *next;
    const cx_array *y; /* of all rows, or NULL */
} stage;

static cx_status learn(void *ctx, const cx_array *piece, int64_t first)
{
    const stage *const s = ctx;
    const cx_array *const x = cx_transform(s->scaler, piece);
    const int64_t n = cx_dim(piece, 0);
    const cx_data d = {
        .x = x,
        .y = s->y ? cx_to(cx_copy(cx_slice(s->y, 0, first, first + n, 1)), test_device()) : NULL,
        .classes = s->y ? cx_to(cx_arange(0, 3, 1, CX_F64, CX_CPU), test_device()) : NULL};
    return cx_partial_fit_data(s->next, &d);
}

static const cx_chunk_opts pieces = {.struct_size = sizeof pieces, .bytes = MIB};

static cx_estimator *streamed(const char *spec, const cx_estimator *scaler, const cx_array *x,
                              const cx_array *y)
{
    stage s = {.scaler = scaler, .next = cx_estimator_new(spec), .y = y};
    cr_assert_eq(cx_chunks(x, test_device(), &pieces, learn, &s), CX_OK, "%s: %s", spec,
                 cx_error_message());
    return s.next;
}

static double right(const cx_estimator *scaler, const cx_estimator *m, const cx_array *x,
                    const cx_array *y)
{
    const cx_array *const few = cx_to(cx_copy(cx_slice(x, 0, 0, 2048, 1)), test_device()),
                          *const told = cx_to(cx_copy(cx_slice(y, 0, 0, 2048, 1)), test_device());
    return cx_score(m, cx_transform(scaler, few), told);
}

static void learn_all(const cx_array *x, const cx_array *y)
{
    cx_estimator *const scaler = cx_estimator_new("StandardScaler()");
    cr_assert_eq(cx_chunks_partial_fit(scaler, x, NULL, test_device(), &pieces), CX_OK, "%s",
                 cx_error_message());
    cr_assert_eq(cx_item_i64(cx_attr(scaler, "n_samples_seen_")), ROWS);
    const char *const classifiers[] = {"GaussianNB()", "BernoulliNB()",
                                       "MLPClassifier(6, random_state=0)",
                                       "SGDClassifier(random_state=0)"};
    for (int i = 0; i < (test_on_cpu() ? 4 : 1); i++) {
        const cx_estimator *const m = streamed(classifiers[i], scaler, x, y);
        const double share = right(scaler, m, x, y);
        cr_expect(share > 0.9, "%s: %g", classifiers[i], share);
    }
    if (!test_on_cpu()) return;
    const cx_estimator *const pca = streamed("IncrementalPCA(2)", scaler, x, NULL);
    cr_expect(cx_item_i64(cx_attr(pca, "n_samples_seen_")) == ROWS);
    cx_estimator *const small = cx_estimator_new("PCA(2)");
    /* one period of the rows has the same components, but for the last part of one */
    cr_assert_eq(cx_fit(small, cx_transform(scaler, cx_slice(x, 0, 0, 1024, 1)), NULL), CX_OK);
    const cx_array *const off = cx_abs(cx_sub(cx_attr(pca, "explained_variance_ratio_"),
                                              cx_attr(small, "explained_variance_ratio_")));
    cr_expect(cx_item_f64(cx_max(off, CX_ALL)) < 1e-3);
}

Test(streaming, a_file_larger_than_memory)
{
    const cx_scope outer = cx_scope_open();
    write_file();
    const cx_array *const file = cx_load_mapped(path, CX_MMAP_READ);
    const cx_array *const x = cx_slice(file, 1, 0, COLUMNS, 1), *const y =
                                                                    cx_select(file, 1, COLUMNS);
    cr_assert_eq(cx_memory_trim(test_device(), 0), CX_OK);
    const size_t before = cx_memory_stats(test_device()).live;
    cr_assert_eq(cx_memory_limit(test_device(), before + ALLOWED), CX_OK);
    const cx_scope whole = cx_scope_open(); /* the rows as a whole do not fit */
    cr_assert_eq(cx_status_of(test_on_cpu() ? cx_copy(x) : cx_to(x, test_device())), CX_E_NOMEM);
    cr_assert_eq(cx_scope_close(whole), CX_E_NOMEM);
    learn_all(x, y);
    const cx_memory after = cx_memory_stats(test_device());
    cr_assert(after.live + after.cached <= before + ALLOWED);
    cr_assert_eq(cx_memory_limit(test_device(), 0), CX_OK);
    cr_assert_eq(cx_scope_close(outer), CX_OK, "%s", cx_error_message());
    (void)unlink(path);
}
