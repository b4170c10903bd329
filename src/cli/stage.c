/* Stages on the terminal: a line each with time and device; while one runs, its progress, if stderr
 * is a terminal. */
#include "cli.h"
#include <string.h>
#include <unistd.h>

static struct {
    const char *name;
    char what[120], step[40];
    int64_t start, step_start; /* step: who tells progress now, and since when */
    bool drawn;
} stage;

int cli_fail(void)
{
    if (stage.drawn) fputs("\r\033[K", stderr);
    fprintf(stderr, "calx: %s\n", cx_error_message());
    return CLI_FAILED;
}

int cli_fail_text(const char *text, const char *what)
{
    if (stage.drawn) fputs("\r\033[K", stderr);
    fprintf(stderr, "calx: %s%s%s\n", text, what != NULL ? " " : "", what != NULL ? what : "");
    return CLI_FAILED;
}

/* One line of text: white space becomes one blank, and what is too long loses its middle, at the
 * bounds of characters. */
static void shorten(const char *s, char *out, size_t size)
{
    enum { MOST = 60, HEAD = 36 };
    size_t n = 0;
    for (; *s != '\0' && n + 1 < size; s++) {
        const bool blank = strchr(" \t\r\n", *s) != NULL;
        if (!blank || (n > 0 && out[n - 1] != ' ')) out[n++] = blank ? ' ' : *s;
    }
    out[n] = '\0';
    if (n <= MOST) return;
    size_t head = HEAD, tail = n - (MOST - HEAD - 3);
    while (head > 0 && ((unsigned char)out[head] & 0xc0) == 0x80) head--;
    while (((unsigned char)out[tail] & 0xc0) == 0x80) tail++;
    memmove(out + head + 3, out + tail, n - tail + 1);
    memcpy(out + head, "...", 3);
}

void cli_stage_begin(const char *name, const char *what)
{
    char text[4096];
    shorten(what, text, sizeof text);
    stage.name = name;
    snprintf(stage.what, sizeof stage.what, "%s", text);
    stage.step[0] = '\0';
    stage.drawn = false;
    stage.start = cx_now_ns();
}

/* "  12 s left", from the time that the steps so far took; "" while nobody knows. */
static const char *time_left(const cx_progress *p, char *out, size_t size)
{
    if (strncmp(stage.step, p->stage, sizeof stage.step - 1) != 0) {
        snprintf(stage.step, sizeof stage.step, "%s", p->stage);
        stage.step_start = cx_now_ns();
    }
    const double past = (double)(cx_now_ns() - stage.step_start) * 1e-9,
                 left = p->seconds_left >= 0 ? p->seconds_left
                        : p->done > 0 && p->done < p->total
                            ? past / (double)p->done * (double)(p->total - p->done)
                            : -1;
    if (left < 1)
        out[0] = '\0';
    else if (left < 120)
        snprintf(out, size, "  %.0f s left", left);
    else
        snprintf(out, size, "  %.0f min left", left / 60);
    return out;
}

void cli_progress(const cx_progress *p, void *ctx)
{
    (void)ctx;
    if (!isatty(STDERR_FILENO) || stage.name == NULL) return;
    const int width = 24, full = p->total > 0 ? (int)(width * p->done / p->total) : 0;
    char bar[32];
    for (int i = 0; i < width; i++) bar[i] = i < full ? '#' : '.';
    bar[width] = '\0';
    char left[40];
    fprintf(stderr, "\r\033[K  %-9s %-24s [%s] %lld/%lld%s", stage.name, p->stage, bar,
            (long long)p->done, (long long)p->total, time_left(p, left, sizeof left));
    fflush(stderr);
    stage.drawn = true;
}

void cli_warning(cx_status kind, const char *text, void *ctx)
{
    (void)ctx;
    if (stage.drawn) fputs("\r\033[K", stderr);
    stage.drawn = false;
    fprintf(stderr, "calx: warning: %s%s%s\n", kind == CX_E_CONVERGENCE ? "" : cx_status_name(kind),
            kind == CX_E_CONVERGENCE ? "" : ": ", text);
}

void cli_stage_end(const char *detail, cx_device device)
{
    char name[16];
    const double ms = (double)(cx_now_ns() - stage.start) / 1e6;
    if (stage.drawn) fputs("\r\033[K", stderr);
    stage.drawn = false;
    char text[240];
    snprintf(text, sizeof text, "%s%s%s", stage.what, detail[0] != '\0' ? ": " : "", detail);
    printf("  %-9s %-72s %9.1f ms  %s\n", stage.name, text, ms, cx_device_name(device, name));
    fflush(stdout);
    stage.name = NULL;
}

bool cli_device(const char *text, cx_device *out)
{
    if (cx_device_parse(text != NULL ? text : "cpu", out) == CX_OK &&
        cx_device_check(*out) == CX_OK)
        return true;
    (void)cli_fail();
    return false;
}

const char *cli_no_gpu(void)
{
    if (cx_device_check(cx_cuda(0)) == CX_OK) return NULL;
    const char *text = cx_error_message(), *colon = strstr(text, "cuda:0: ");
    return colon != NULL ? colon + strlen("cuda:0: ") : text;
}
