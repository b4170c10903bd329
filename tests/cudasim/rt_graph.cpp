/* Stream capture and graphs: a capturing stream records its work as nodes with dependencies, and a
 * launched graph runs them in any order that the dependencies allow. In LAZY mode that is the order
 * that runs the latest recorded node first, so that a missing dependency shows. */
#include "cudasim_int.h"
#include <algorithm>

namespace cudasim {

struct Node {
    const char *what;
    std::function<void()> fn;
    bool host;
    std::vector<int> after;
};
using Nodes = std::shared_ptr<const std::vector<Node>>;

struct Capture {
    unsigned long long id;
    cudaStreamCaptureMode mode;
    void *thread;
    Stream *origin;
    std::vector<Stream *> streams; /* the origin and those that joined it by an event */
    std::vector<Node> nodes;
    bool spoiled;
};
struct Graph {
    Nodes nodes;
};
struct Exec {
    Nodes nodes;
    OpP last; /* launches of one executable graph do not overlap */
};

static std::vector<std::shared_ptr<Capture>> active;
static std::vector<Graph *> graphs;
static std::vector<Exec *> execs;
static unsigned long long capture_ids;
static thread_local cudaStreamCaptureMode thread_mode = cudaStreamCaptureModeGlobal;

static void *self()
{
    return __builtin_thread_pointer();
}
template <class T> static bool holds(const std::vector<T *> &all, const void *p)
{
    return std::find(all.begin(), all.end(), p) != all.end();
}
bool capture_is_active(const Capture *c)
{
    for (const auto &a : active)
        if (a.get() == c) return true;
    return false;
}
void capture_spoil(Capture *c)
{
    c->spoiled = true;
}
static void finish(const std::shared_ptr<Capture> &c)
{
    for (Stream *const s : c->streams) {
        s->capture = nullptr;
        s->tail.clear();
    }
    active.erase(std::find(active.begin(), active.end(), c));
}

/* ---- what is allowed meanwhile */
cudaError_t capture_forbids_unsafe()
{
    if (thread_mode == cudaStreamCaptureModeRelaxed) return cudaSuccess;
    for (const auto &c : active) {
        const bool own = c->thread == self() && c->mode != cudaStreamCaptureModeRelaxed;
        const bool global =
            thread_mode == cudaStreamCaptureModeGlobal && c->mode == cudaStreamCaptureModeGlobal;
        if (!own && !global) continue;
        c->spoiled = true;
        return fail(cudaErrorStreamCaptureUnsupported);
    }
    return cudaSuccess;
}
cudaError_t capture_refuses(Stream *s)
{
    if (s->capture) {
        s->capture->spoiled = true;
        return fail(cudaErrorStreamCaptureUnsupported);
    }
    return capture_check(s);
}
cudaError_t capture_check(Stream *s)
{
    if (s->capture)
        return s->capture->spoiled ? fail(cudaErrorStreamCaptureInvalidated) : cudaSuccess;
    if (!s->is_default) return cudaSuccess;
    for (const auto &c : active)
        for (const Stream *const k : c->streams)
            if (k->blocking && k->device == s->device) {
                c->spoiled = true;
                return fail(cudaErrorStreamCaptureImplicit);
            }
    return cudaSuccess;
}

/* ---- recording */
void capture_add(Stream *s, const char *what, std::function<void()> fn, bool host)
{
    Capture &c = *s->capture;
    c.nodes.push_back({what, std::move(fn), host, s->tail});
    s->tail = {(int)c.nodes.size() - 1};
}
cudaError_t capture_join(Stream *s, const std::shared_ptr<Capture> &c,
                         const std::vector<int> &nodes)
{
    if (!capture_is_active(c.get())) return fail(cudaErrorCapturedEvent);
    if (s->is_default) return fail(cudaErrorStreamCaptureImplicit);
    if (s->capture && s->capture != c) {
        s->capture->spoiled = c->spoiled = true;
        return fail(cudaErrorStreamCaptureMerge);
    }
    if (!s->capture) {
        s->capture = c;
        c->streams.push_back(s);
    }
    for (const int n : nodes)
        if (std::find(s->tail.begin(), s->tail.end(), n) == s->tail.end()) s->tail.push_back(n);
    return cudaSuccess;
}
/* everything that the other streams recorded must have been waited for by the origin */
static bool all_joined(const Capture &c)
{
    std::vector<bool> reached(c.nodes.size());
    std::vector<int> todo = c.origin->tail;
    while (!todo.empty()) {
        const size_t n = (size_t)todo.back();
        todo.pop_back();
        if (reached[n]) continue;
        reached[n] = true;
        todo.insert(todo.end(), c.nodes[n].after.begin(), c.nodes[n].after.end());
    }
    for (const Stream *const s : c.streams)
        for (const int n : s->tail)
            if (!reached[(size_t)n]) return false;
    return true;
}

/* ---- replay */
static size_t choose(const std::vector<size_t> &able)
{
    if (conf.mode == EAGER) return 0;
    return conf.mode == LAZY ? able.size() - 1 : rng() % able.size();
}
static void run_nodes(const Nodes &nodes, int device)
{
    std::vector<size_t> open(nodes->size()), able;
    std::vector<std::vector<size_t>> next(nodes->size());
    for (size_t i = 0; i < nodes->size(); i++) {
        open[i] = (*nodes)[i].after.size();
        for (const int before : (*nodes)[i].after) next[(size_t)before].push_back(i);
        if (open[i] == 0) able.push_back(i);
    }
    while (!able.empty() && sticky_error(device) == cudaSuccess) {
        const auto pick = able.begin() + (std::ptrdiff_t)choose(able);
        const size_t i = *pick;
        able.erase(pick);
        const Node &node = (*nodes)[i];
        if (conf.trace) fprintf(stderr, "cudasim:   run node %s\n", node.what);
        if (node.host)
            run_callback(node.fn);
        else if (node.fn)
            node.fn();
        for (const size_t n : next[i])
            if (--open[n] == 0) able.push_back(n);
        std::sort(able.begin(), able.end());
    }
}

} /* namespace cudasim */

using namespace cudasim;
#define API          \
    const Lock lock; \
    if (const cudaError_t api_e = api(__func__)) return api_e

extern "C" {
cudaError_t cudaStreamBeginCapture(cudaStream_t cs, cudaStreamCaptureMode mode)
{
    API;
    Stream *const s = stream_of(cs);
    if (s->is_default) return fail(cudaErrorStreamCaptureUnsupported);
    if (s->capture) return fail(cudaErrorIllegalState);
    const auto c = std::make_shared<Capture>();
    c->id = ++capture_ids;
    c->mode = mode;
    c->thread = self();
    c->origin = s;
    c->streams = {s};
    active.push_back(c);
    s->capture = c;
    s->tail.clear();
    return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t cs, cudaGraph_t *out)
{
    API;
    *out = nullptr;
    Stream *const s = stream_of(cs);
    const std::shared_ptr<Capture> c = s->capture;
    if (c == nullptr) return fail(cudaErrorIllegalState);
    if (c->mode != cudaStreamCaptureModeRelaxed && c->thread != self())
        return fail(cudaErrorStreamCaptureWrongThread);
    const cudaError_t e = c->spoiled        ? cudaErrorStreamCaptureInvalidated
                          : s != c->origin  ? cudaErrorStreamCaptureUnmatched
                          : !all_joined(*c) ? cudaErrorStreamCaptureUnjoined
                                            : cudaSuccess;
    finish(c);
    if (e != cudaSuccess) return fail(e);
    Graph *const g = new Graph{std::make_shared<const std::vector<Node>>(std::move(c->nodes))};
    graphs.push_back(g);
    stats.live_graphs++;
    *out = (cudaGraph_t)g;
    return cudaSuccess;
}
cudaError_t cudaStreamIsCapturing(cudaStream_t cs, cudaStreamCaptureStatus *status)
{
    API;
    Stream *const s = stream_of(cs);
    if (const cudaError_t e = s->capture ? cudaSuccess : capture_check(s)) return e;
    *status = !s->capture           ? cudaStreamCaptureStatusNone
              : s->capture->spoiled ? cudaStreamCaptureStatusInvalidated
                                    : cudaStreamCaptureStatusActive;
    return cudaSuccess;
}
static cudaError_t capture_info(cudaStream_t cs, cudaStreamCaptureStatus *status,
                                unsigned long long *id)
{
    const cudaError_t e = cudaStreamIsCapturing(cs, status);
    if (e != cudaSuccess) return e;
    const Lock lock;
    const Stream *const s = stream_of(cs);
    if (id != nullptr && s->capture) *id = s->capture->id;
    return cudaSuccess;
}
#if CUDART_VERSION >= 13000
cudaError_t cudaStreamGetCaptureInfo(cudaStream_t cs, cudaStreamCaptureStatus *status,
                                     unsigned long long *id, cudaGraph_t *graph,
                                     const cudaGraphNode_t **, const cudaGraphEdgeData **, size_t *)
{
    if (graph != nullptr)
        return fail(cudaErrorNotSupported); /* the simulator has no node handles */
    return capture_info(cs, status, id);
}
#else
cudaError_t cudaStreamGetCaptureInfo(cudaStream_t cs, cudaStreamCaptureStatus *status,
                                     unsigned long long *id)
{
    return capture_info(cs, status, id);
}
#endif
cudaError_t cudaThreadExchangeStreamCaptureMode(cudaStreamCaptureMode *mode)
{
    API;
    std::swap(*mode, thread_mode);
    return cudaSuccess;
}

static cudaError_t graph_of(cudaGraph_t g)
{
    return holds(graphs, g) ? cudaSuccess : fail(cudaErrorInvalidValue);
}
cudaError_t cudaGraphGetNodes(cudaGraph_t g, cudaGraphNode_t *list, size_t *count)
{
    API;
    if (const cudaError_t e = graph_of(g)) return e;
    if (list != nullptr) return fail(cudaErrorNotSupported);
    *count = ((Graph *)g)->nodes->size();
    return cudaSuccess;
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t *out, cudaGraph_t g, unsigned long long)
{
    API;
    if (const cudaError_t e = graph_of(g)) return e;
    Exec *const x = new Exec{((Graph *)g)->nodes, nullptr};
    execs.push_back(x);
    stats.live_graphs++;
    *out = (cudaGraphExec_t)x;
    return cudaSuccess;
}
cudaError_t cudaGraphUpload(cudaGraphExec_t x, cudaStream_t cs)
{
    API;
    if (!holds(execs, x)) return fail(cudaErrorInvalidValue);
    return capture_check(stream_of(cs));
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t x, cudaStream_t cs)
{
    API;
    if (!holds(execs, x)) return fail(cudaErrorInvalidValue);
    Stream *const s = stream_of(cs);
    if (const cudaError_t e = capture_check(s)) return e;
    Exec *const exec = (Exec *)x;
    const Nodes nodes = exec->nodes;
    const int device = s->device;
    const OpP op = submit(
        cs, "graph", [=] { run_nodes(nodes, device); }, exec->last);
    if (op) exec->last = op;
    return cudaSuccess;
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t x)
{
    const Lock lock;
    if (!holds(execs, x)) return fail(cudaErrorInvalidValue);
    execs.erase(std::find(execs.begin(), execs.end(), (Exec *)x));
    delete (Exec *)x;
    stats.live_graphs--;
    return cudaSuccess;
}
cudaError_t cudaGraphDestroy(cudaGraph_t g)
{
    const Lock lock;
    if (!holds(graphs, g)) return fail(cudaErrorInvalidValue);
    graphs.erase(std::find(graphs.begin(), graphs.end(), (Graph *)g));
    delete (Graph *)g;
    stats.live_graphs--;
    return cudaSuccess;
}
} /* extern "C" */
