/* Graphs as objects: a captured body on a late device; on the CPU, where work is done when a call
 * returns, a launch calls the body again. */
#include "base/alloc.h"
#include "core/slot.h"
#include <calx/stream.h>

struct cx_graph {
    cx__object object;
    cx_stream *stream;
    cx_body *body; /* the CPU's */
    void *ctx;
    cx__capture *capture;
    cx_exec *exec;
};

static void graph_destroy(cx__object *o)
{
    cx_graph *const g = (cx_graph *)(void *)o;
    if (g->capture != NULL) {
        cx__late *const l = g->capture->slot->late;
        if (g->exec != NULL && !atomic_load(&l->lost)) l->ops->graph_free(g->exec);
        cx__capture_free(g->capture);
    }
    cx__release(g->stream);
    cx__object_free(g);
}
static const cx__noun graph_noun = {"graph", CX__KIND_GRAPH, graph_destroy};

/* run the body on the stream, inside a scope whose temporaries end with it */
static cx_status run_body(cx_graph *g)
{
    const cx_scope s = cx_scope_open_with(CX_OPTS(cx_scope_opts, .stream = g->stream));
    const cx_status st = cx__mark(g->body(g->ctx));
    const cx_status closed = cx_scope_close(s);
    return st != CX_OK ? st : closed;
}

static cx_status capture(const char *where, cx_graph *g)
{
    cx__device *const d = cx__stream_of_device(g->stream);
    if (d->late == NULL) return run_body(g);
    if (d->ops->graph_begin == NULL) return cx__unsupported(where, d, "graph capture");
    CX__TRY(cx__capture_begin(where, cx__stream_slot(g->stream), &g->capture));
    cx_status st = run_body(g);
    cx_error told;
    (void)cx_error_get(&told);
    if (st == CX_OK) return cx__capture_end(where, g->capture, &g->exec);
    (void)cx__capture_end(where, g->capture, NULL);
    cx__error_set(&told);
    return st;
}

cx_graph *cx_graph_capture(cx_stream *s, cx_body *body, void *ctx)
{
    static const char where[] = "graph_capture";
    cx_graph *g = NULL;
    cx_status st = cx__check(where, "s", s, CX__KIND_STREAM);
    if (st == CX_OK && body == NULL) st = cx__fail(CX_E_NULL, where, "body is NULL");
    if (st == CX_OK) {
        g = cx__object_new(&graph_noun, sizeof *g);
        if (g == NULL) st = cx__fail_nomem(where, "a graph", sizeof *g);
    }
    if (st == CX_OK) {
        g->stream = cx__retain(s);
        g->body = body;
        g->ctx = ctx;
        st = capture(where, g);
    }
    return cx__yield(st, where, g);
}

cx_status cx_graph_launch(cx_graph *g)
{
    static const char where[] = "graph_launch";
    CX__NEED(where, "g", g, CX__KIND_GRAPH);
    CX__TRY(cx__poll(where));
    return g->capture != NULL ? cx__capture_launch(where, g->capture, g->exec) : run_body(g);
}

cx_graph *cx_graph_retain(const cx_graph *h)
{
    return cx__retain(h);
}
void cx_graph_release(cx_graph *h)
{
    cx__release(h);
}
cx_status cx_graph_status(const cx_graph *h)
{
    return cx__status(h, CX__KIND_GRAPH);
}
