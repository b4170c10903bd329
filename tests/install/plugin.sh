#!/bin/sh
# plugin.sh BUILD [BYTES]: the built CUDA plugin exports its entry and nothing else, needs no library of
# NVIDIA's, keeps to its size, and on a machine without a GPU loads and says so.
set -eu
lib=$1/lib/libcalx_cuda.so
fail() {
    echo "plugin.sh: $*" >&2
    exit 1
}
[ -e "$lib" ] || fail "$lib is not there"
exported=$(nm -D --defined-only "$lib" | awk '{ print $3 }' | sort | tr '\n' ' ')
[ "$exported" = "cx_backend_entry " ] || fail "exports $exported"
needed=$(readelf -d "$lib" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
for name in $needed; do
    case $name in
    libc.so.* | libm.so.* | libstdc++.so.* | libgcc_s.so.* | libpthread.so.* | libdl.so.* | \
        librt.so.* | ld-linux*) ;;
    *) fail "needs $name" ;;
    esac
done
bytes=$(wc -c <"$lib")
[ "$bytes" -lt "${2:-150000000}" ] || fail "$bytes bytes"
[ "$(wc -c <"$1/lib/libcalx.so")" -lt 20000000 ] || fail "libcalx.so has 20 MB or more"
case $lib in
/*) ;;
*) lib=$PWD/$lib ;;
esac
said=$(CX_PLUGIN=$lib "$1/bin/calx" info)
case $said in
*"cuda:0"* | *"no CUDA device"* | *"driver is too old"*) ;;
*) fail "calx info does not say what the plugin found: $said" ;;
esac
echo "plugin: $bytes bytes, needs $(printf "%s " $needed | sed "s, $,,")"
