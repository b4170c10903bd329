/* Text files that the commands write themselves: whole under their name or not at all (beside it,
 * fsync, rename), as the library writes its own. */
#include "cli.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int failed(const char *path, int why)
{
    char text[320];
    (void)snprintf(text, sizeof text, "%s: %s", path, strerror(why));
    return cli_fail_text("cannot write", text);
}

/* everything, or the reason why not */
static int put(int fd, const char *text, size_t size)
{
    while (size > 0) {
        const ssize_t done = write(fd, text, size);
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) return errno;
        text += done;
        size -= (size_t)done;
    }
    return 0;
}

/* to a new file called temporary, which becomes path; nothing of it is left after a failure */
static int replace(const char *path, const char *temporary, const struct stat *old,
                   const char *text, size_t size)
{
    const int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) return errno;
    if (old != NULL) (void)fchmod(fd, old->st_mode & 07777);
    int why = put(fd, text, size);
    if (why == 0 && fsync(fd) != 0) why = errno;
    if (close(fd) != 0 && why == 0) why = errno;
    if (why == 0 && rename(temporary, path) != 0) why = errno;
    if (why != 0) (void)unlink(temporary);
    return why;
}

/* a pipe or a device: there is nothing to replace */
static int pour(const char *path, const char *text, size_t size)
{
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return errno;
    int why = put(fd, text, size);
    if (close(fd) != 0 && why == 0) why = errno;
    return why;
}

int cli_replace_file(const char *path, const char *text, size_t size)
{
    struct stat old;
    const bool exists = stat(path, &old) == 0;
    if (exists && S_ISDIR(old.st_mode)) return failed(path, EISDIR);
    if (exists && !S_ISREG(old.st_mode)) {
        const int why = pour(path, text, size);
        return why == 0 ? CLI_OK : failed(path, why);
    }
    /* where a link leads to, so that the file is replaced and not the link */
    char *const real = exists ? realpath(path, NULL) : strdup(path);
    const size_t room = (real != NULL ? strlen(real) : 0) + 32;
    char *const temporary = malloc(room);
    int why = ENOMEM;
    if (real != NULL && temporary != NULL) {
        (void)snprintf(temporary, room, "%s.%ld.tmp", real, (long)getpid());
        why = replace(real, temporary, exists ? &old : NULL, text, size);
    }
    free(temporary);
    free(real);
    return why == 0 ? CLI_OK : failed(path, why);
}
