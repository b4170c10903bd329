#!/bin/sh
# calx info tells apart why there is no GPU: no driver, no plugin, a plugin that is none, a driver too
# old, no device, and a device without one of the vendor's libraries. usage: devices.sh CALX CUDASIM
set -u
calx=$1
simulated=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# says NAME TEXT [VARIABLE=VALUE...]: calx info with these variables exits 0 and prints the text
says() {
    name=$1
    text=$2
    shift 2
    env -u CX_PLUGIN -u CX_PLUGIN_PATH "$@" "$calx" info >"$work/out" 2>&1
    status=$?
    if [ $status -ne 0 ] || ! grep -qF -- "$text" "$work/out"; then
        failed=$((failed + 1))
        printf '%s: exit status %d, no "%s" in\n' "$name" $status "$text"
        sed 's/^/    /' "$work/out"
    fi
}

# a driver library for the probe to find, with nothing in it
mkdir "$work/driver" "$work/empty"
echo 'int cuInit(unsigned flags) { return (int)flags; }' >"$work/driver.c"
${CC:-cc} -shared -fPIC -o "$work/driver/libcuda.so.1" "$work/driver.c" || exit 1
echo 'int nothing;' >"$work/nothing.c"
${CC:-cc} -shared -fPIC -o "$work/nothing.so" "$work/nothing.c" || exit 1

if ! ldconfig -p 2>/dev/null | grep -q 'libcuda\.so\.1'; then
    says 'no driver' 'no GPU: no driver: libcuda.so.1'
fi
says 'no plugin' "no GPU: no plugin: $work/empty/libcalx_cuda.so" \
    LD_LIBRARY_PATH="$work/driver" CX_PLUGIN_PATH="$work/empty"
says 'not a plugin' 'no symbol cx_backend_entry' CX_PLUGIN="$work/nothing.so"
says 'relative path' 'is not an absolute path' CX_PLUGIN=libcalx_cuda.so
says 'old driver' 'no GPU: the driver is too old: it speaks CUDA 12.4' CX_PLUGIN="$simulated" \
    CUDASIM_DRIVER=old
says 'no device' 'no GPU: no CUDA device' CX_PLUGIN="$simulated" CUDASIM_DEVICES=0
says 'a device' 'cuda:0' CX_PLUGIN="$simulated"
for library in cublas:blas cusolver:lapack cufft:fft; do
    says "no ${library%%:*}" "no ${library##*:}: " CX_PLUGIN="$simulated" \
        CUDASIM_MISSING="${library%%:*}"
    says "no ${library%%:*}, named" "lib${library%%:*}.so" CX_PLUGIN="$simulated" \
        CUDASIM_MISSING="${library%%:*}"
done
[ $failed -eq 0 ] || { echo "$failed checks failed"; exit 1; }
echo "all reasons are told apart"
