/* calx import: trees that other libraries trained, from their JSON into a model file. */
#include "cli.h"

int cli_import(const cli_args *a)
{
    if (a->output == NULL) {
        fprintf(stderr, "calx import: -o MODEL is missing\n");
        return CLI_USAGE;
    }
    const cx_estimator *const m = cx_trees_load(a->file[0], NULL);
    if (cx_estimator_status(m) != CX_OK || cx_estimator_save(a->output, m) != CX_OK)
        return cli_fail();
    const int64_t trees = cx_size(cx_attr(m, "tree_start_")) - 1;
    if (!cx_ok()) return cli_fail();
    printf("%s: %s of %lld trees over %lld features to %s\n", a->file[0], cx_estimator_name(m),
           (long long)trees, (long long)cx_item_i64(cx_attr(m, "n_features_in_")), a->output);
    return CLI_OK;
}
