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
for f in $(project_files '\.(c|h|cc|cpp|cu|cuh)$'); do
    clang-format "$f" | cmp -s - "$f" || report "$f:1: clang-format would change it"
done
lint_end "clang-format $wanted"
