/* Many threads ask one tree of points: each gets what one thread gets. */
#include <calx.h>
#include <calx/neighbors.h>
#include <criterion/criterion.h>
#include <pthread.h>

enum { THREADS = 6, ROUNDS = 60, ROWS = 600, QUERIES = 40, COLUMNS = 3, K = 4 };

typedef struct job {
    const cx_neighbor_tree *tree;
    const cx_array *x;
    cx_neighbors near;
    cx_array *count, *density;
    int wrong;
} job;

static void ask(const job *j, cx_neighbors *near, cx_array **count, cx_array **density)
{
    *near = cx_neighbor_tree_query(j->tree, j->x, K, NULL);
    *count = cx_neighbor_tree_count(j->tree, j->x, cx_select(j->x, 1, 0));
    *density = cx_neighbor_tree_kernel_density(j->tree, j->x, 0.3, NULL);
}

static void *work(void *ctx)
{
    job *const j = ctx;
    for (int i = 0; i < ROUNDS; i++) {
        const cx_scope s = cx_scope_open();
        cx_neighbors near;
        cx_array *count, *density;
        ask(j, &near, &count, &density);
        j->wrong += !cx_array_equal(near.distances, j->near.distances) ||
                    !cx_array_equal(near.indices, j->near.indices) ||
                    !cx_array_equal(count, j->count) || !cx_array_equal(density, j->density);
        if (cx_scope_close(s) != CX_OK) j->wrong++;
    }
    return NULL;
}

static void many_threads(const char *metric)
{
    const cx_scope s = cx_scope_open();
    cx_generator *const g = cx_random_state((cx_maybe_i64){true, 3}, CX_CPU);
    const cx_array *const x = cx_rng_uniform(g, 0, 1, CX_SHAPE(ROWS, COLUMNS));
    const cx_neighbor_tree_opts o = {.struct_size = sizeof o, .metric = metric};
    job first = {.tree = cx_ball_tree(x, &o), .x = cx_slice(x, 0, 0, QUERIES, 1)};
    ask(&first, &first.near, &first.count, &first.density);
    cr_assert(cx_ok(), "%s", cx_error_message());
    job jobs[THREADS];
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        jobs[i] = first;
        cr_assert_eq(pthread_create(&threads[i], NULL, work, &jobs[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        cr_expect_eq(jobs[i].wrong, 0, "thread %d, %s", i, metric);
    }
    cr_expect_eq(cx_scope_close(s), CX_OK);
}

Test(tree_threads, by_boxes)
{
    many_threads("euclidean");
}
Test(tree_threads, by_pieces)
{
    many_threads("canberra");
}
