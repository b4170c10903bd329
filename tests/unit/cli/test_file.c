/* Text files of the commands: whole under their name, or what was there before. */
#include "cli/cli.h"
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64], path[96], link_path[96];

static void setup(void)
{
    cr_redirect_stderr();
    strcpy(folder, "/tmp/calx-cli-file-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/it", folder);
    (void)snprintf(link_path, sizeof link_path, "%s/link", folder);
}

static void teardown(void)
{
    (void)unlink(link_path);
    (void)unlink(path);
    cr_assert_eq(rmdir(folder), 0); /* nothing else is left in it */
}

TestSuite(cli_file, .init = setup, .fini = teardown);

static void expect(const char *text)
{
    char got[64] = {0};
    FILE *const f = fopen(path, "rb");
    cr_assert_not_null(f);
    cr_assert_eq(fread(got, 1, sizeof got - 1, f), strlen(text));
    (void)fclose(f);
    cr_assert_str_eq(got, text);
}

Test(cli_file, replaces_and_keeps_permissions)
{
    cr_assert_eq(cli_replace_file(path, "first", 5), CLI_OK);
    expect("first");
    cr_assert_eq(chmod(path, 0600), 0);
    cr_assert_eq(cli_replace_file(path, "second", 6), CLI_OK);
    expect("second");
    struct stat info;
    cr_assert_eq(stat(path, &info), 0);
    cr_assert_eq(info.st_mode & 0777, 0600);
}

Test(cli_file, a_link_stays_and_its_target_is_replaced)
{
    cr_assert_eq(cli_replace_file(path, "first", 5), CLI_OK);
    cr_assert_eq(symlink(path, link_path), 0);
    cr_assert_eq(cli_replace_file(link_path, "second", 6), CLI_OK);
    struct stat info;
    cr_assert_eq(lstat(link_path, &info), 0);
    cr_assert(S_ISLNK(info.st_mode));
    expect("second");
}

Test(cli_file, failing_write_leaves_the_old_file)
{
    cr_assert_eq(cli_replace_file(path, "old", 3), CLI_OK);
    (void)signal(SIGXFSZ, SIG_IGN);
    struct rlimit was, small;
    cr_assert_eq(getrlimit(RLIMIT_FSIZE, &was), 0);
    small = was;
    small.rlim_cur = 1000;
    static char big[5000];
    memset(big, 'x', sizeof big);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    const int bad = cli_replace_file(path, big, sizeof big);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &was), 0);
    cr_assert_eq(bad, CLI_FAILED);
    expect("old");
}

Test(cli_file, errors_name_the_path_and_the_reason)
{
    char missing[128];
    (void)snprintf(missing, sizeof missing, "%s/none/it", folder);
    cr_assert_eq(cli_replace_file(missing, "x", 1), CLI_FAILED);
    cr_assert_eq(cli_replace_file(folder, "x", 1), CLI_FAILED);
    if (access("/dev/full", W_OK) == 0) {
        cr_assert_eq(cli_replace_file("/dev/full", "x", 1), CLI_FAILED);
        cr_assert_eq(access("/dev/full", W_OK), 0);
    }
    char want[256], got[1024] = {0};
    (void)snprintf(want, sizeof want, "calx: cannot write %s: %s\n", missing, strerror(ENOENT));
    (void)fflush(stderr);
    FILE *const told = cr_get_redirected_stderr();
    cr_assert_gt(fread(got, 1, strlen(want), told), 0);
    cr_assert_str_eq(got, want);
}
