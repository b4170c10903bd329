/* What the files of histogram growth share. Nodes come from the host by value, as parameters of
 * kernels: a batch of nodes is cut into launches of a few dozen, and the rows of all nodes of a
 * launch into chunks of one block each. */
#ifndef CX_KERNELS_TREES_CUH
#define CX_KERNELS_TREES_CUH
#include "device.cuh"
#include "trees.h"

enum { TREE_COLUMNS = 8 /* that stand together in codes */, TREE_CODES = 256 };

/** T [COUNT] of the host, and where the chunks of each item's rows begin. */
template <class T, int COUNT> struct tree_batch {
    int count;
    int64_t first[COUNT + 1];
    T item[COUNT];
    __device__ int of(int64_t chunk) const
    {
        int lo = 0, hi = count;
        while (hi - lo > 1) {
            const int mid = (lo + hi) / 2;
            if (first[mid] <= chunk)
                lo = mid;
            else
                hi = mid;
        }
        return lo;
    }
};
/** The next items of a list from `at` on; rows(item) of each in chunks of `grain` (0 rows: none).
 */
template <class T, int COUNT, class ROWS>
inline tree_batch<T, COUNT> tree_batch_of(const T *item, int64_t n, int64_t at, int64_t grain,
                                          ROWS rows)
{
    tree_batch<T, COUNT> b;
    b.count = (int)(n - at < (int64_t)COUNT ? n - at : (int64_t)COUNT);
    b.first[0] = 0;
    for (int i = 0; i < b.count; i++) {
        b.item[i] = item[at + i];
        b.first[i + 1] = b.first[i] + (rows(item[at + i]) + grain - 1) / grain;
    }
    return b;
}

/** The code of a row in a column. */
__device__ inline int tree_code(const cx_tree_codes &c, int64_t row, int64_t column)
{
    return c.code[(column / TREE_COLUMNS * c.n + row) * TREE_COLUMNS + column % TREE_COLUMNS];
}
inline int64_t tree_columns(int64_t d)
{
    return (d + TREE_COLUMNS - 1) / TREE_COLUMNS * TREE_COLUMNS;
}
#endif
