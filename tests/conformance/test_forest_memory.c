/* What a forest takes while it is fitted, as the host's allocator sees it: the model, and beside it
 * at most twice the data. A pool's blocks are a little larger than what is in
 * them, and a model's memory is asked for before its size is known. */
#include <calx.h>
#include <calx/hooks.h>
#include <criterion/criterion.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { ROWS = 12000, COLUMNS = 20, NODE = 41 };

static atomic_llong live, peak;

static void *counted(void *ctx, size_t bytes)
{
    (void)ctx;
    void *const p = aligned_alloc(64, (bytes + 63) / 64 * 64 + (bytes == 0 ? 64 : 0));
    if (p == NULL) return NULL;
    const long long now = atomic_fetch_add(&live, (long long)bytes) + (long long)bytes;
    long long most = atomic_load(&peak);
    while (now > most && !atomic_compare_exchange_weak(&peak, &most, now)) continue;
    return p;
}

static void given_back(void *ctx, void *p, size_t bytes)
{
    (void)ctx;
    atomic_fetch_sub(&live, (long long)bytes);
    free(p);
}

static cx_array *numbers(int64_t rows, int64_t columns, uint64_t state)
{
    cx_array *const a = cx_empty(CX_SHAPE(rows, columns), CX_F64, CX_CPU);
    double *const v = cx_data_f64_mut(a);
    for (int64_t i = 0; v != NULL && i < rows * columns; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        v[i] = (double)(state >> 33) / 0x1p30 - 1;
    }
    return a;
}

static void bounded(const char *spec, bool classes, int threads)
{
    const cx_allocator hook = {sizeof hook, counted, given_back, NULL};
    cr_assert_eq(cx_set_allocator(&hook), CX_OK, "%s", cx_error_message());
    const cx_scope s = cx_scope_open();
    cx_check(cx_set_num_threads(threads));
    const cx_array *const x = numbers(ROWS, COLUMNS, 1), *const noise = numbers(ROWS, 1, 2);
    const cx_array *y = cx_reshape(cx_add(cx_slice(x, 1, 0, 1, 1), noise), CX_SHAPE(ROWS));
    if (classes) y = cx_astype(cx_greater(y, cx_float(0)), CX_I64);
    cx_estimator *const m = cx_estimator_new(spec);
    const long long before = atomic_load(&live);
    atomic_store(&peak, before);
    cx_check(cx_fit(m, x, y));
    const double most = (double)(atomic_load(&peak) - before);
    const double data = (double)(ROWS * COLUMNS) * sizeof(double);
    const int64_t width = cx_dim(cx_attr(m, "value_"), 1);
    const double model = (double)(cx_size(cx_attr(m, "feature_")) * (NODE + 8 * width));
    /* of several threads, one more tree may wait for its turn */
    const double wanted = 2 * data + (threads > 1 ? 1.25 : 1.1) * model;
    cr_assert_leq(most, wanted, "%s: %.0f bytes for %.0f of data and %.0f of model", spec, most,
                  data, model);
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

#define FOREST(kind) "RandomForest" kind "(n_estimators=8, random_state=0)"
Test(forest_memory, of_numbers)
{
    bounded(FOREST("Regressor"), false, 1);
}
Test(forest_memory, of_classes)
{
    bounded(FOREST("Classifier"), true, 1);
}
Test(forest_memory, of_random_thresholds)
{
    bounded("ExtraTreesRegressor(n_estimators=8, random_state=0)", false, 1);
}
Test(forest_memory, of_two_threads)
{
    bounded(FOREST("Regressor"), false, 2);
}

/* What fits hand out comes back: the pool's books are even. */
Test(forest_memory, comes_back)
{
    size_t held = 0;
    for (int i = 0; i < 3; i++) {
        const cx_scope s = cx_scope_open();
        const cx_array *const x = numbers(600, 5, 1);
        cx_check(cx_fit(cx_estimator_new(FOREST("Regressor")), x, cx_slice(x, 1, 0, 1, 1)));
        cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
        if (i == 1) held = cx_memory_stats(CX_CPU).live;
    }
    cr_assert_eq(cx_memory_stats(CX_CPU).live, held);
}
