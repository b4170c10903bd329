#!/bin/sh
# bundle.sh BUILD FOLDER: what a CUDA machine without network and without this project's packages
# needs to run the tests and benchmarks: the libraries and programs of BUILD, the test data, and the
# shared libraries that they need beyond libc. One archive and one script; at most 40 MiB.
set -eu
build=$(cd "$1" && pwd)
top=$(cd "$(dirname "$0")/../.." && pwd)
out=$2
rm -rf "$out"
mkdir -p "$out/tree/lib" "$out/tree/tests" "$out/tree/bin" "$out/tree/debian" "$out/tree/bench"

[ -e "$build/lib/libcalx_cuda.so" ] || { echo "bundle.sh: $build has no CUDA plugin" >&2; exit 1; }
cp -P "$build"/lib/libcalx.so* "$build"/lib/libcalx_cuda.so "$out/tree/lib/"
cp "$build"/bin/* "$out/tree/bin/"
# programs that take a device: their first line says so
for source in $(grep -lE "device: *each" -r "$top/tests" --include="test_*.c"); do
    program=$(echo "$source" | sed "s,^$top/tests/,,; s,/,_,g; s,\.c\$,,")
    cp "$build/tests/$program" "$out/tree/tests/"
done
strip --strip-unneeded "$out"/tree/lib/*.so* "$out"/tree/tests/* "$out"/tree/bin/* 2>/dev/null || true
cp -r "$top/tests/data" "$top/tests/golden" "$out/tree/"
cp -r "$top/bench/peers" "$out/tree/bench/"
# libraries beyond libc and the compiler's own; what the machine has of them comes first
for program in "$out"/tree/tests/* "$out"/tree/bin/* "$out"/tree/lib/libcalx.so.?; do
    LD_LIBRARY_PATH=$build/lib ldd "$program"
done | awk '$3 ~ /^\// { print $3 }' | sort -u | while read -r lib; do
    case $lib in
    */libc.so.* | */libm.so.* | */ld-linux* | */libpthread.so.* | */libdl.so.* | */librt.so.* | \
        */libcalx*) ;;
    *) cp -L "$lib" "$out/tree/debian/" ;;
    esac
done
tar -C "$out" -cJf "$out/tree.tar.xz" tree
rm -rf "$out/tree"
cp "$top/tests/gpu/run.sh" "$out/"
bytes=$(du -sb "$out" | awk '{ print $1 }')
[ "$bytes" -le 41943040 ] || { echo "bundle.sh: $out has $bytes bytes, more than 40 MiB" >&2; exit 1; }
echo "$out: $bytes bytes; there: sh run.sh all"
