/* Every allocation of fitting, using, naming, saving and serving mixed columns fails in turn: right
 * status, nothing leaked. */
#include "fault.h"

#include <calx.h>
#include <calx/estimator.h>
#include <calx/session.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

enum { ROWS = 24 };

static const char *const specs[] = {
    "ColumnTransformer([('num', StandardScaler(), ['size']), ('cat', OneHotEncoder(drop='if_binary', "
    "handle_unknown='ignore', min_frequency=2), ['sex', 'town'])], remainder='passthrough')",
    "ColumnTransformer([('a', OrdinalEncoder(categories=[['red', 'green', 'blue']]), ['town']), ('b', "
    "'drop', make_column_selector('^s'))], remainder=MinMaxScaler())",
    "ColumnTransformer([('a', SimpleImputer(strategy='constant', fill_value='none', "
    "add_indicator=True, missing_values='male') | OneHotEncoder(handle_unknown='ignore'), ['sex', "
    "'town']), ('m', MissingIndicator(features='all'), ['town'])])",
    "ColumnTransformer([('a', TargetEncoder(cv=2, shuffle=False), slice(0, 2))])",
};

static const cx_table *table(void)
{
    double size[ROWS], more[ROWS];
    int32_t sex[ROWS], town[ROWS];
    for (int i = 0; i < ROWS; i++) {
        size[i] = i * i % 7;
        more[i] = i;
        sex[i] = i % 2;
        town[i] = i % 3;
    }
    return cx_table_new(CX_NAMES("sex", "town", "size", "more"),
                        CX_ARRAYS(cx_categories_new(cx_copy_host(sex, CX_SHAPE(ROWS), CX_I32), 2,
                                                    (const char *const[]){"male", "female"}),
                                  cx_categories_new(cx_copy_host(town, CX_SHAPE(ROWS), CX_I32), 3,
                                                    (const char *const[]){"red", "blue", "green"}),
                                  cx_copy_host(size, CX_SHAPE(ROWS), CX_F64),
                                  cx_copy_host(more, CX_SHAPE(ROWS), CX_F64)));
}

static cx_status use(const char *spec, const char *path)
{
    const cx_table *const t = table();
    const cx_array *const y = cx_remainder(cx_table_column(t, "more"), cx_int(2));
    cx_estimator *const m = cx_estimator_new(spec);
    (void)cx_fit_transform_data(m, CX_DATA(.table = t, .y = y));
    if (!cx_ok()) return CX_OK;
    cx_status st = cx_estimator_save(path, m);
    if (st != CX_OK) return st;
    const cx_estimator *const back = cx_estimator_load(path);
    (void)cx_transform_data(back, CX_DATA(.table = t));
    (void)cx_feature_names_out(back, NULL);
    cx_session *const s = cx_session_new(back, CX_TRANSFORM, 2);
    if (!cx_ok()) return CX_OK;
    st = cx_session_run(s, 2);
    return st;
}

static cx_status scenario(void *ctx)
{
    char path[64];
    snprintf(path, sizeof path, "test_fault_encoders_%ld.safetensors", (long)getpid());
    const cx_scope s = cx_scope_open();
    const cx_status st = use(*(const char *const *)ctx, path), closed = cx_scope_close(s);
    remove(path);
    return st != CX_OK ? st : closed;
}

static void over_all(fault_mode mode)
{
    fault_install();
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        const char *spec = specs[i];
        cr_expect(scenario(&spec) == CX_OK, "%s: %s", spec, cx_error_message());
        const int runs = fault_loop(spec, mode, scenario, &spec);
        cr_expect(runs > 10, "%s: %d runs", spec, runs);
    }
}

Test(encoders, one_allocation_fails)
{
    over_all(FAULT_ONCE);
}

Test(encoders, all_allocations_fail_from_then_on)
{
    over_all(FAULT_FROM_THEN_ON);
}
