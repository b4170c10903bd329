/* Normal values by all threads, the same as by one. A value takes one word or more, so nobody knows
 * where the values of a later part of the stream begin. The one idea: a chain of values that begins
 * at any word soon meets the true one, because most values are a single word. Each piece of the
 * stream is drawn as if a value began with it; where the piece before ends decides which of its
 * values are true, and what does not fit is drawn again. Knows only the normal ziggurat. */
#include "draws.h"

#include "host.h"

#include <string.h>

enum {
    WORDS = 1 << 14, /* of a piece */
    PIECES = 16,     /* of a round */
    STARTS = 24,     /* values whose places are remembered: chains have met by then */
};

/* Values that begin in the piece, from its word `from` on. */
typedef struct piece {
    int64_t count, from, end; /* end: the word, from the piece's first, that the next begins with */
    int64_t start[STARTS];    /* of the first values */
    double value[WORDS];
} piece;

typedef struct chains {
    const cx_bitgen *begin; /* where the round's first word is the next */
    piece *piece;
    int64_t skip[PIECES],
        place[PIECES + 1]; /* values of a piece that do not count, and before it */
    double *out;
} chains;

static void draw_piece(const cx_bitgen *begin, int64_t number, int64_t from, piece *p)
{
    cx_bitgen g = *begin;
    host_engine_of(&g)->skip(&g, (uint64_t)(number * WORDS + from));
    host_words64 w;
    words64_open(&w, &g);
    p->from = from;
    p->count = 0;
    for (;;) {
        p->end = from + w.fetched - (w.end - w.pos);
        if (p->end >= WORDS) return;
        if (p->count < STARTS) { /* one by one */
            p->start[p->count] = p->end;
            p->value[p->count++] = host_normal_next(&w, HOST_WORDS);
            continue;
        }
        const int64_t left = WORDS - p->end;
        if (w.pos == w.end) words64_refill(&w, left);
        p->count += host_normal_some(&w, left, 2 * HOST_WORDS, p->value + p->count);
    }
}

static void draw_pieces(void *ctx, int64_t lo, int64_t hi)
{
    const chains *const r = ctx;
    for (int64_t k = lo; k < hi; k++) draw_piece(r->begin, k, 0, r->piece + k);
}

/* Make piece k's values those of the true chain, which enters it at word `from`. */
static void join_piece(const chains *r, int64_t k, int64_t from, int64_t *skip)
{
    piece *const p = r->piece + k;
    for (*skip = 0; *skip < p->count && *skip < STARTS; ++*skip)
        if (p->start[*skip] == from) return;
    *skip = 0;
    draw_piece(r->begin, k, from, p);
}

static void copy_out(void *ctx, int64_t lo, int64_t hi)
{
    const chains *const r = ctx;
    for (int64_t k = lo; k < hi; k++)
        memcpy(r->out + r->place[k], r->piece[k].value + r->skip[k],
               (size_t)(r->place[k + 1] - r->place[k]) * sizeof *r->out);
}

cx_status host_normal_parallel(cx_bitgen *g, int64_t n, double *out)
{
    const size_t bytes = PIECES * sizeof(piece);
    chains r = {.begin = g, .out = out, .piece = host_core->alloc(bytes)};
    if (r.piece == NULL)
        return host_core->fail(CX_E_NOMEM, "normal", "cannot allocate %zu bytes for pieces", bytes);
    cx_status st = CX_OK;
    while (st == CX_OK && n >= (int64_t)PIECES * WORDS) { /* which are no more values than words */
        st = host_core->parallel_for(PIECES, 1, draw_pieces, &r);
        if (st != CX_OK) break;
        int64_t from = 0;
        for (int64_t k = 0; k < PIECES; k++) {
            join_piece(&r, k, from, &r.skip[k]);
            from = r.piece[k].end - WORDS;
            r.place[k + 1] = r.place[k] + r.piece[k].count - r.skip[k];
        }
        st = host_core->parallel_for(PIECES, 1, copy_out, &r);
        host_engine_of(g)->skip(g, (uint64_t)((int64_t)PIECES * WORDS + from));
        r.out += r.place[PIECES];
        n -= r.place[PIECES];
    }
    host_core->free(r.piece);
    if (st == CX_OK) host_normal_f64(g, n, r.out);
    return st;
}
