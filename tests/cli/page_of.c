/* The page of a report: page_of REPORT.json OUT.html writes what `calx bench --html` would have
 * written where the report was measured. */
#include "cli/bench/bench.h"

int main(int argc, char **argv)
{
    if (argc != 3) return CLI_USAGE;
    json_error_t error;
    json_t *const report = json_load_file(argv[1], 0, &error);
    if (report == NULL) return cli_fail_text(argv[1], error.text);
    const int result = cli_bench_page(argv[2], report);
    json_decref(report);
    return result;
}
