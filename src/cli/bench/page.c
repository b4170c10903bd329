/* calx bench --html: one file with everything in it. The template of page/ is inside the program;
 * the report goes into it as JSON, and the page's own script draws from that. */
#include "cli/bench/bench.h"
#include "base/embed.h"
#include <stdlib.h>
#include <string.h>

CX__EMBED(page_html, CX_PAGE "page.html");
CX__EMBED(page_css, CX_PAGE "page.css");
CX__EMBED(page_format, CX_PAGE "format.js");
CX__EMBED(page_model, CX_PAGE "model.js");
CX__EMBED(page_plot, CX_PAGE "plot.js");
CX__EMBED(page_overview, CX_PAGE "overview.js");
CX__EMBED(page_table, CX_PAGE "table.js");
CX__EMBED(page_page, CX_PAGE "page.js");

/* What stands for a marker of the template: files, one after the other. */
typedef struct part {
    const char *marker, *from, *to;
} part;

static const part parts[] = {
    {"@style@", cx__file_page_css, cx__end_page_css},
    {"@script@", cx__file_page_format, cx__end_page_format},
    {"@script@", cx__file_page_model, cx__end_page_model},
    {"@script@", cx__file_page_plot, cx__end_page_plot},
    {"@script@", cx__file_page_overview, cx__end_page_overview},
    {"@script@", cx__file_page_table, cx__end_page_table},
    {"@script@", cx__file_page_page, cx__end_page_page},
};
enum { PARTS = sizeof parts / sizeof parts[0] };
static const char report_marker[] = "@report@";

/* JSON inside a script element: these letters stand in strings only, and escaped they can end
 * neither the element nor a comment. What is not ASCII is escaped by json_dumps already. */
static void put_json(const char *json, FILE *to)
{
    for (; *json != '\0'; json++)
        if (*json == '<' || *json == '>' || *json == '&')
            (void)fprintf(to, "\\u%04x", (unsigned)*json);
        else
            (void)putc(*json, to);
}

static bool starts(const char *at, const char *end, const char *marker)
{
    const size_t n = strlen(marker);
    return (size_t)(end - at) >= n && memcmp(at, marker, n) == 0;
}

/* What the marker at `at` stands for; its length, or 0 where there is none. */
static size_t put_part(const char *at, const char *end, const char *json, FILE *to)
{
    if (starts(at, end, report_marker)) {
        put_json(json, to);
        return strlen(report_marker);
    }
    size_t length = 0;
    for (int i = 0; i < PARTS; i++)
        if (starts(at, end, parts[i].marker)) {
            (void)fwrite(parts[i].from, 1, (size_t)(parts[i].to - parts[i].from), to);
            length = strlen(parts[i].marker);
        }
    return length;
}

static bool put_page(const char *json, FILE *to)
{
    const char *const end = cx__end_page_html;
    for (const char *at = cx__file_page_html; at < end;) {
        const size_t length = *at == '@' ? put_part(at, end, json, to) : 0;
        if (length == 0) (void)putc(*at, to);
        at += length > 0 ? length : 1;
    }
    return !ferror(to);
}

int cli_bench_page(const char *path, const json_t *report)
{
    char *const json = json_dumps(report, JSON_COMPACT | JSON_ENSURE_ASCII), *text = NULL;
    size_t size = 0;
    FILE *const to = json != NULL ? open_memstream(&text, &size) : NULL;
    bool whole = to != NULL && put_page(json, to);
    if (to != NULL) whole = fclose(to) == 0 && whole;
    const int result = whole ? cli_replace_file(path, text, size)
                             : cli_fail_text("not enough memory to write", path);
    free(text);
    free(json);
    return result;
}
