#!/bin/sh
# Every public header compiles alone, as C11 and as C++11 and C++20, with each compiler that is here: what
# the standards between take from a header of C, one of the two refuses as well.
. "$(dirname "$0")/common.sh"

warnings='-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wcast-qual -Werror'

# other ONE NAME...: the NAMEs that are here and are not ONE under another name.
other() {
    first=$(readlink -f "$(command -v "$1")")
    shift
    for c in "$@"; do
        path=$(command -v "$c") && [ "$(readlink -f "$path")" != "$first" ] && printf ' %s' "$c"
    done
    return 0
}
c_compilers=$cc$(other "$cc" gcc clang)
cxx_compilers=$cxx$(other "$cxx" g++ clang++)

# The words of $warnings and of the compiler are meant to be split.
# shellcheck disable=SC2086
try() {
    compiler=$1 standard=$2 language=$3 header=$4
    printf '#include <%s>\ntypedef int not_empty;\n' "$header" |
        $compiler -std=$standard $warnings -Iinclude -fsyntax-only -x $language - \
            2>"$scratch/messages" && return
    report "include/$header: $compiler -std=$standard: $(grep -m1 -E 'error|warning' \
        "$scratch/messages")"
}

count=0
for h in $(cd include && ls calx.h calx/*.h 2>/dev/null); do
    count=$((count + 1))
    for c in $c_compilers; do
        try "$c" c11 c "$h"
    done
    for c in $cxx_compilers; do
        for standard in c++11 c++20; do
            try "$c" $standard c++ "$h"
        done
    done
done
[ $count -gt 0 ] || report "include: no header found"
lint_end "$count headers with$(printf ' %s' $c_compilers $cxx_compilers)"
