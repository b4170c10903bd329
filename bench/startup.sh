#!/bin/sh
# How long a start takes: `calx info` on a machine where no GPU is looked for (under 30 ms), and what
# dlopen of libcalx.so adds to the cost of its dependencies alone (under 2 ms). The least of many
# fresh processes decides, since other programs only ever add.
#     startup.sh BUILD
set -eu
cd "$(dirname "$0")/.."
[ $# -eq 1 ] || { echo "usage: startup.sh BUILD" >&2; exit 2; }
build=$(cd "$1" && pwd)
library=$build/lib/libcalx.so
work=$build/startup
cc=$(sed -n 's/^CMAKE_C_COMPILER:[A-Z]*=//p' "$build/CMakeCache.txt")
mkdir -p "$work"
"$cc" -std=c11 -O2 bench/startup/measure.c -o "$work/measure" -ldl
needed=$(readelf -dW "$library" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -v '^ld-linux')

unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
{
    CX_PLUGIN=/none "$work/measure" run "$build/bin/calx" info
    # shellcheck disable=SC2086
    "$work/measure" open "$library" $needed
} >"$work/now"
awk -F'\t' '
    BEGIN { limit["run"] = 30; limit["library"] = 2; name["run"] = "calx info, no GPU"
            name["dependencies"] = "dlopen of the dependencies"; name["library"] = "dlopen of libcalx.so, added" }
    { over = $1 in limit && $2 >= limit[$1]
      printf "%-28s %8.2f ms at least, %8.2f ms median%s%s\n", name[$1], $2, $3,
          $1 in limit ? ", limit " limit[$1] " ms" : "", over ? ": OVER" : ""
      bad = bad || over }
    END { exit bad }' "$work/now"
