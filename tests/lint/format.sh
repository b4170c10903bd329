#!/bin/sh
# clang-format decides the layout. Needs the release whose output the tree follows; any other, or
# none, skips visibly.
. "$(dirname "$0")/common.sh"
wanted=14
have=$(clang-format --version 2>/dev/null | sed -n 's/.*version \([0-9]*\).*/\1/p')
if [ "$have" != "$wanted" ]; then
    echo "skipped: clang-format $wanted is not installed (found: ${have:-none})"
    exit 77
fi
# All files in one process first, which takes a fifth of the time; one by one where that finds some.
project_files '\.(c|h|cc|cpp|cu|cuh)$' >"$scratch/files"
if ! xargs clang-format --dry-run -Werror <"$scratch/files" >/dev/null 2>&1; then
    while read -r f; do
        clang-format "$f" | cmp -s - "$f" || report "$f:1: clang-format would change it"
    done <"$scratch/files"
fi
lint_end "clang-format $wanted"
