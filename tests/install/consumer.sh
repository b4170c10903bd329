#!/bin/sh
# Installs a build into a fresh prefix, moves it, and builds a small program against the copy as users
# do: with pkg-config and with find_package(calx), in C and in C++, and the program of the README as
# it stands there. usage: consumer.sh BUILD-FOLDER
set -eu
build=$1
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Moved after the installation: nothing in it may remember the prefix.
cmake --install "$build" --prefix "$work/first" >"$work/log"
mv "$work/first" "$work/prefix"
prefix=$work/prefix
lib=$(dirname "$(find "$prefix" -name libcalx.so)")
for file in "$prefix/include/calx.h" "$lib/libcalx.so.0" "$lib/pkgconfig/calx.pc" \
    "$lib/cmake/calx/calxConfig.cmake"; do
    [ -f "$file" ] || { echo "not installed: $file"; exit 1; }
done

# The page of estimators, where this build has written it.
if [ -f "$build/doc/estimators.md" ]; then
    cmp "$build/doc/estimators.md" "$prefix/share/doc/calx/estimators.md"
fi

PKG_CONFIG_PATH=$lib/pkgconfig
LD_LIBRARY_PATH=$lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export PKG_CONFIG_PATH LD_LIBRARY_PATH

# The words that pkg-config prints are meant to be split.
# shellcheck disable=SC2046
{
    ${CC:-cc} -std=c11 -Wall -Wextra -Wpedantic -Werror -o "$work/c" "$here/consumer.c" \
        $(pkg-config --cflags --libs calx)
    ${CXX:-c++} -std=c++11 -Wall -Wextra -Wpedantic -Werror -o "$work/cc" "$here/consumer.cc" \
        $(pkg-config --cflags --libs calx)
}
"$work/c"
"$work/cc"

awk '/^```c$/ { inside = 1; next } /^```/ { inside = 0 } inside' "$here/../../README.md" \
    >"$work/readme.c"
# shellcheck disable=SC2046
${CC:-cc} -std=c11 -Wall -Wextra -Werror -o "$work/readme" "$work/readme.c" \
    $(pkg-config --cflags --libs calx)
"$work/readme"
[ "$(pkg-config --modversion calx)" = 0.1.0 ]

cmake -S "$here" -B "$work/build" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_COMPILER="${CC:-cc}" \
    -DCMAKE_CXX_COMPILER="${CXX:-c++}" >>"$work/log"
cmake --build "$work/build" >>"$work/log" || { cat "$work/log"; exit 1; }
"$work/build/consumer_c"
"$work/build/consumer_cc"

# The command finds its library without help.
if [ -x "$prefix/bin/calx" ]; then
    env -u LD_LIBRARY_PATH "$prefix/bin/calx" --help >"$work/help"
    [ -s "$work/help" ]
fi
echo "installed, moved, and used from C and C++"
