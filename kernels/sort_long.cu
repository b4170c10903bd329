/* Sorting long rows of real elements in place, by radix sort of their keys. One row is sorted by
 * keys of its own width, where it stands. Several rows are sorted at once, the row above the key:
 * in one number where both fit in 64 bits, else by key and then, stably, by row. */
#include "prim.cuh"
#include "sort_key.cuh"

namespace {
const char where[] = "sort";

template <class K>
__global__ void encode_kernel(key_rows rows, key_rule rule, int64_t total, K *keys)
{
    CX_GRID_STRIDE(int64_t, i, total)
    {
        keys[i] = key_make<K>(rule, *(const K *)key_at(rows, i, sizeof(K)));
    }
}
/* S is what was sorted: the key alone, or the key under its row. */
template <class K, class S>
__global__ void decode_kernel(key_rows rows, key_rule rule, int64_t total, const S *keys)
{
    CX_GRID_STRIDE(int64_t, i, total)
    {
        *(K *)key_at(rows, i, sizeof(K)) = key_back<K>(rule, (K)keys[i]);
    }
}
template <class K>
__global__ void encode_under_kernel(key_rows rows, key_rule rule, int64_t total, uint64_t *keys)
{
    CX_GRID_STRIDE(int64_t, i, total)
    {
        keys[i] = (uint64_t)key_row(rows, i) << (8 * sizeof(K)) |
                  key_make<K>(rule, *(const K *)key_at(rows, i, sizeof(K)));
    }
}
__global__ void row_number_kernel(key_rows rows, int64_t total, uint64_t *numbers)
{
    CX_GRID_STRIDE(int64_t, i, total)
    {
        numbers[i] = (uint64_t)key_row(rows, i);
    }
}

template <class K, class S>
cx_status decode(cx_queue *q, const key_rows &rows, const key_rule &rule, int64_t total,
                 const S *keys)
{
    return CX_LAUNCH((decode_kernel<K, S>), cuda_blocks(q, total), CUDA_BLOCK, 0, q, rows, rule,
                     total, keys);
}
template <class K> cx_status sort_one(cx_queue *q, const key_rows &rows, const key_rule &rule)
{
    const int64_t n = rows.n;
    cuda_work work(q);
    CX_STATUS_TRY(work.get(where, (size_t)n * sizeof(K)));
    K *const home = reinterpret_cast<K *>(rows.data);
    K *keys = home, *other = work.as<K>();
    if (rule.kind != KEY_UNSIGNED)
        CX_STATUS_TRY(
            CX_LAUNCH(encode_kernel<K>, cuda_blocks(q, n), CUDA_BLOCK, 0, q, rows, rule, n, keys));
    CX_STATUS_TRY(cuda_sort_keys<K>(q, where, keys, other, n, 0, 8 * (int)sizeof(K)));
    if (rule.kind == KEY_UNSIGNED && keys == home) return CX_OK;
    return decode<K, K>(q, rows, rule, n, keys);
}
template <class K> cx_status sort_under(cx_queue *q, const key_rows &rows, const key_rule &rule)
{
    const int64_t total = rows.rows * rows.n;
    cuda_work work(q);
    CX_STATUS_TRY(work.get(where, (size_t)total * 2 * sizeof(uint64_t)));
    uint64_t *keys = work.as<uint64_t>(), *other = keys + total;
    CX_STATUS_TRY(CX_LAUNCH(encode_under_kernel<K>, cuda_blocks(q, total), CUDA_BLOCK, 0, q, rows,
                            rule, total, keys));
    CX_STATUS_TRY(cuda_sort_keys<uint64_t>(q, where, keys, other, total, 0,
                                           8 * (int)sizeof(K) + key_bits(rows.rows)));
    return decode<K, uint64_t>(q, rows, rule, total, keys);
}
cx_status sort_wide(cx_queue *q, const key_rows &rows, const key_rule &rule)
{
    const int64_t total = rows.rows * rows.n;
    cuda_work work(q);
    CX_STATUS_TRY(work.get(where, (size_t)total * 4 * sizeof(uint64_t)));
    uint64_t *keys = work.as<uint64_t>(), *other = keys + total, *row = other + total,
             *row_other = row + total;
    const unsigned blocks = cuda_blocks(q, total);
    CX_STATUS_TRY(
        CX_LAUNCH(encode_kernel<uint64_t>, blocks, CUDA_BLOCK, 0, q, rows, rule, total, keys));
    CX_STATUS_TRY(CX_LAUNCH(row_number_kernel, blocks, CUDA_BLOCK, 0, q, rows, total, row));
    CX_STATUS_TRY(cuda_sort_pairs(q, where, keys, other, row, row_other, total, 0, 64));
    CX_STATUS_TRY(
        cuda_sort_pairs(q, where, row, row_other, keys, other, total, 0, key_bits(rows.rows)));
    return decode<uint64_t, uint64_t>(q, rows, rule, total, keys);
}
template <class K> cx_status sort_narrow(cx_queue *q, const key_rows &rows, const key_rule &rule)
{
    return rows.rows == 1 ? sort_one<K>(q, rows, rule) : sort_under<K>(q, rows, rule);
}
} // namespace

cx_status cuda_sort_long(cx_queue *q, const cx_view *a)
{
    const key_rule rule = key_rule_of(a->dtype);
    const int64_t count = a->shape[0], group = sort_group(count, a->shape[1]);
    for (int64_t first = 0; first < count; first += group) {
        const key_rows rows = key_rows_of(a, first, count - first < group ? count - first : group);
        CX_STATUS_TRY(cuda_core->poll(where));
        cx_status st;
        switch (rule.bytes) {
        case 1: st = sort_narrow<uint8_t>(q, rows, rule); break;
        case 2: st = sort_narrow<uint16_t>(q, rows, rule); break;
        case 4: st = sort_narrow<uint32_t>(q, rows, rule); break;
        default: st = rows.rows == 1 ? sort_one<uint64_t>(q, rows, rule) : sort_wide(q, rows, rule);
        }
        CX_STATUS_TRY(st);
    }
    return CX_OK;
}
