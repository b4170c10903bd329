/* Free blocks in trees ordered by size, then address: treaps, whose shape depends on the blocks'
 * priorities only, so that best fit costs a few steps whatever the history. */
#include "core/stream_pool.h"

static bool less(const cx__block *a, const cx__block *b)
{
    return a->bytes != b->bytes ? a->bytes < b->bytes : a->p < b->p;
}

void cx__block_insert(cx__block **root, cx__block *b)
{
    while (*root != NULL && (*root)->priority >= b->priority)
        root = less(b, *root) ? &(*root)->left : &(*root)->right;
    /* cut what hangs here in two about b */
    cx__block *rest = *root, **low = &b->left, **high = &b->right;
    while (rest != NULL) {
        if (less(rest, b)) {
            *low = rest;
            low = &rest->right;
            rest = rest->right;
        } else {
            *high = rest;
            high = &rest->left;
            rest = rest->left;
        }
    }
    *low = *high = NULL;
    *root = b;
}

void cx__block_remove(cx__block **root, cx__block *b)
{
    while (*root != b) root = less(b, *root) ? &(*root)->left : &(*root)->right;
    cx__block *low = b->left, *high = b->right;
    while (low != NULL && high != NULL) { /* join the two by falling priority */
        if (low->priority >= high->priority) {
            *root = low;
            root = &low->right;
            low = low->right;
        } else {
            *root = high;
            root = &high->left;
            high = high->left;
        }
    }
    *root = low != NULL ? low : high;
    b->left = b->right = NULL;
}

cx__block *cx__block_best(cx__block *root, size_t bytes)
{
    cx__block *best = NULL;
    while (root != NULL) {
        if (root->bytes >= bytes) {
            best = root;
            root = root->left;
        } else {
            root = root->right;
        }
    }
    return best;
}

cx__block *cx__block_largest(cx__block *root)
{
    while (root != NULL && root->right != NULL) root = root->right;
    return root;
}
