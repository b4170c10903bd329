/* Between the files of `calx bench`. */
#ifndef CX_CLI_BENCH_H
#define CX_CLI_BENCH_H
#include "cli/cli.h"
#include <jansson.h>

/** Write the report as one HTML file that needs nothing else: page.c. */
int cli_bench_page(const char *path, const json_t *report);
#endif
