/* Runs a fuzz target without libFuzzer: every seed of a folder as it is, cut at every length, and
 * with bytes changed by a generator of fixed start, so that a failure can be repeated. CALX_LONG in
 * the environment asks for many more changes. Knows nothing of the format. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SEED_LIMIT = 1 << 20, CUTS = 4096 };

static uint64_t state = 0x9e3779b97f4a7c15u;
static long runs;

static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

/* An exact copy on the heap, so that a sanitizer sees a read past the end. */
static void run(const uint8_t *data, size_t size)
{
    uint8_t *const copy = malloc(size ? size : 1);
    if (!copy) exit(2);
    if (size) memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
    runs++;
}

static void change(uint8_t *data, size_t size)
{
    static const uint8_t odd[] = {0, 1, 0x7f, 0x80, 0xff, '"', '\n', ',', '{', '[', '-', '9'};
    const int count = 1 + (int)(next() % 4);
    for (int i = 0; i < count; i++) {
        const size_t at = (size_t)(next() % size);
        if (next() % 2)
            data[at] = odd[next() % sizeof odd];
        else
            data[at] = (uint8_t)(data[at] ^ (1u << (next() % 8)));
    }
}

static void replay(const uint8_t *seed, size_t size, long changes)
{
    run(seed, size);
    const size_t step = size / CUTS + 1;
    for (size_t cut = 0; cut < size; cut += step) run(seed, cut);
    if (size == 0) return;
    uint8_t *const work = malloc(size);
    if (!work) exit(2);
    for (long i = 0; i < changes; i++) {
        memcpy(work, seed, size);
        change(work, size);
        run(work, next() % 8 ? size : (size_t)(next() % size));
    }
    free(work);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s CORPUS-FOLDER\n", argv[0]);
        return 2;
    }
    DIR *const folder = opendir(argv[1]);
    if (!folder) {
        perror(argv[1]);
        return 1;
    }
    const long changes = getenv("CALX_LONG") ? 200000 : 2000;
    uint8_t *const seed = malloc(SEED_LIMIT);
    int seeds = 0;
    for (const struct dirent *e; seed && (e = readdir(folder)) != NULL;) {
        if (e->d_name[0] == '.') continue;
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", argv[1], e->d_name);
        FILE *const file = fopen(path, "rb");
        if (!file) continue;
        const size_t size = fread(seed, 1, SEED_LIMIT, file);
        fclose(file);
        replay(seed, size, changes);
        seeds++;
    }
    closedir(folder);
    free(seed);
    printf("%d seeds, %ld runs\n", seeds, runs);
    return seeds > 0 ? 0 : 1;
}
