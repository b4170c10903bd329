/* The report as a page: for now the report itself, as text that a browser shows. */
#include "bench.h"
#include <stdlib.h>
#include <string.h>

int cli_bench_page(const char *path, const json_t *report)
{
    char *const text = json_dumps(report, JSON_INDENT(1));
    if (text == NULL) return cli_fail_text("no memory for the page", path);
    const int result = bench_write_file(path, text, strlen(text));
    free(text);
    return result;
}
