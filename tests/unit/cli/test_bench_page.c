/* calx bench --html: the page holds the report and gives it back, refers to nothing outside itself,
 * and is there whole or not at all. */
#include "cli/bench/bench.h"
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static char folder[64], path[96];

static void setup(void)
{
    cr_redirect_stderr();
    strcpy(folder, "/tmp/calx-page-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/page.html", folder);
}

static void teardown(void)
{
    (void)unlink(path);
    cr_assert_eq(rmdir(folder), 0); /* nothing else is left in it */
}

TestSuite(bench_page, .init = setup, .fini = teardown);

/* Texts that would end the script element, or the line of a script, or hurt a reader of JSON. */
static json_t *nasty(void)
{
    json_t *const report = json_pack(
        "{s:s, s:{s:s, s:i, s:f, s:n}, s:[f, f, f], s:s, s:s}", "calx",
        "0.1.0 </script><b>@script@", "machine", "cpu", "a \"quoted\\\" name & <!-- <script>",
        "threads", 2, "load", 0.1, "none", "rows", 1e-9, 12345.678901234567, 1e300, "lines",
        "\xe2\x80\xa8 \xe2\x80\xa9 \xc2\xb5 \xf0\x9f\x99\x82", "]]>", "-->\n\t\x01");
    cr_assert_not_null(report);
    return report;
}

static char *page(void)
{
    FILE *const f = fopen(path, "rb");
    cr_assert_not_null(f);
    char *const text = calloc(1, 1 << 20);
    cr_assert_not_null(text);
    cr_assert_lt(fread(text, 1, (1 << 20) - 1, f), (1 << 20) - 1);
    (void)fclose(f);
    return text;
}

static int occurrences(const char *text, const char *what)
{
    int n = 0;
    for (const char *at = text; (at = strstr(at, what)) != NULL; at++) n++;
    return n;
}

Test(bench_page, gives_the_report_back)
{
    json_t *const report = nasty();
    cr_assert_eq(cli_bench_page(path, report), CLI_OK);
    char *const text = page();
    const char *const mark = "<script type=\"application/json\" id=\"report\">";
    char *const from = strstr(text, mark);
    cr_assert_not_null(from);
    char *const to = strstr(from, "</script>");
    cr_assert_not_null(to);
    *to = '\0';
    json_error_t error;
    json_t *const back = json_loads(from + strlen(mark), 0, &error);
    cr_assert_not_null(back, "%s", error.text);
    cr_assert(json_equal(back, report));
    for (const char *at = from; *at != '\0'; at++) cr_assert((unsigned char)*at < 0x80);
    json_decref(back);
    json_decref(report);
    free(text);
}

Test(bench_page, is_one_whole_page_without_references)
{
    json_t *const report = nasty();
    cr_assert_eq(cli_bench_page(path, report), CLI_OK);
    char *const text = page();
    cr_assert_eq(strncmp(text, "<!DOCTYPE html>", 15), 0);
    cr_assert_str_eq(text + strlen(text) - strlen("</html>\n"), "</html>\n");
    cr_assert_eq(occurrences(text, "</script>"), 2);
    cr_assert_eq(occurrences(text, "</style>"), 1);
    static const char *const outside[] = {
        "http://", "https://", "src=",    "@import", "url(", "<link rel=\"stylesheet",
        "fetch(",  "import(",  "@style@", "@report@"};
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++)
        cr_assert_eq(occurrences(text, outside[i]), 0, "%s", outside[i]);
    cr_assert_eq(occurrences(text, "default-src 'none'"), 1);
    cr_assert_eq(occurrences(text, "@script@"), 1); /* that of the report, as it was */
    json_decref(report);
    free(text);
}

Test(bench_page, a_failure_leaves_nothing)
{
    json_t *const report = nasty();
    char missing[128];
    (void)snprintf(missing, sizeof missing, "%s/none/page.html", folder);
    cr_assert_eq(cli_bench_page(missing, report), CLI_FAILED);
    (void)signal(SIGXFSZ, SIG_IGN);
    struct rlimit was, small;
    cr_assert_eq(getrlimit(RLIMIT_FSIZE, &was), 0);
    small = was;
    small.rlim_cur = 1000;
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    const int bad = cli_bench_page(path, report);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &was), 0);
    cr_assert_eq(bad, CLI_FAILED);
    cr_assert_eq(access(path, F_OK), -1);
    if (access("/dev/full", W_OK) == 0)
        cr_assert_eq(cli_bench_page("/dev/full", report), CLI_FAILED);
    json_decref(report);
}
