#!/bin/sh
# calx cache on the simulated GPU: what is on disk, listed and removed, and formulas compiled before a
# program needs them. usage: cache.sh CALX CUDASIM
set -u
calx=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
unset CX_CACHE CX_JIT
export CX_CACHE_DIR="$work/kernels" CX_PLUGIN="$2"

# check NAME STATUS TEXT COMMAND...: exits so, and prints the text somewhere
check() {
    name=$1
    want=$2
    text=$3
    shift 3
    "$@" >"$work/out" 2>&1
    got=$?
    if [ $got -ne "$want" ] || ! grep -qF -- "$text" "$work/out"; then
        failed=$((failed + 1))
        printf '%s: exit status %d, no "%s" in\n' "$name" $got "$text"
        sed 's/^/    /' "$work/out"
    fi
}
# files N: so many are in the folder
files() {
    n=$(find "$work/kernels" -name '*.cxk' 2>/dev/null | wc -l)
    [ "$n" -eq "$1" ] && return
    failed=$((failed + 1))
    printf '%s: %d files, not %d\n' "$name" "$n" "$1"
}

check empty 0 'files    0' "$calx" cache stats
check limit 0 'limit    1000' env CX_CACHE_LIMIT=1000 "$calx" cache stats
check clear-empty 0 '0 files removed' "$calx" cache clear
check wrong-word 2 'none of list, stats, clear, prebuild' "$calx" cache lst
check too-many 2 'usage' "$calx" cache list 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18
check no-formula 2 'needs a formula' "$calx" cache prebuild
check cpu 1 'for a GPU' "$calx" cache prebuild --device cpu 'x + 1' x=float32
check no-gpu 1 'no CUDA device' env CUDASIM_DEVICES=0 "$calx" cache prebuild 'x + 1' x=float32
check jit-off 1 'CX_JIT=off' env CX_JIT=off "$calx" cache prebuild 'x + 1' x=float32
check no-dtype 1 'neither dtype nor number' "$calx" cache prebuild 'x + 1' x=float33
check no-name 2 'name=DTYPE' "$calx" cache prebuild 'x + 1' float32
check bad-shape 1 'x=float32[3,' "$calx" cache prebuild 'x + 1' 'x=float32[3,'
check bad-formula 1 'unknown name' "$calx" cache prebuild 'y + 1' x=float32
check no-list 1 'cannot open' "$calx" cache prebuild --file "$work/none"
files 0

# compiled once, then found; a value changes nothing, a dtype does
check prebuild 0 ': 1 compiled' "$calx" cache prebuild 'exp(-x**2 / s)' x=float32 s=2.5
files 1
check again 0 ': 0 compiled, 1 there before' "$calx" cache prebuild 'exp(-x**2 / s)' x=float32 s=3.5
check other 0 ': 1 compiled' "$calx" cache prebuild 'exp(-x**2 / s)' x=float64 s=2.5
files 2
check without-compiler 0 ': 0 compiled, 1 there before' env CUDASIM_MISSING=nvrtc \
    "$calx" cache prebuild 'exp(-x**2 / s)' x=float32 s=2.5
cat >"$work/list" <<'END'
# two formulas
'(x - m) / d' x=float32[40,5] m=float32[5] d=float32[5]
"sum(x * x, axis=1)" x=float32[40,5]
END
check list 0 'sum(x * x, axis=1): 1 compiled' "$calx" cache prebuild --file "$work/list"
files 4
check stats 0 'files    4' "$calx" cache stats
check listed 0 'mul of float32' "$calx" cache list
check clear 0 '4 files removed' "$calx" cache clear
files 0

exit $failed
