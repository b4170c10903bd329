#!/bin/sh
# run.sh WHAT [TREE]: on a machine with a GPU, the programs of a build or of an unpacked bundle.
#
#   test        every device test on cuda
#   sanitize    a subset of about three minutes under compute-sanitizer: memcheck, racecheck,
#               initcheck
#   bench       bench_gpu, and CuPy, PyTorch and JAX where they are installed
#   all         the three
#
# TREE: a build folder; without it the archive beside this script is unpacked. Exit status 0 if
# everything asked for passed. $OUT, if set, receives the logs.
set -u
what=${1:?usage: run.sh test|sanitize|bench|all [TREE]}
here=$(cd "$(dirname "$0")" && pwd)
tree=${2:-}
if [ -z "$tree" ]; then
    tree=$(mktemp -d)/tree
    tar -C "$(dirname "$tree")" -xJf "$here/tree.tar.xz" || exit 1
    # the bundled libraries only where the machine has none of that name
    mkdir -p "$tree/needed"
    for lib in "$tree"/debian/*; do
        ldconfig -p 2>/dev/null | grep -q "$(basename "$lib") " || cp "$lib" "$tree/needed/"
    done
    export LD_LIBRARY_PATH="$tree/lib:$tree/needed${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
else
    tree=$(cd "$tree" && pwd)
fi
cd "$tree" || exit 1 # a bundle's programs look for their data here
logs=${OUT:-$tree/gpu-logs}
mkdir -p "$logs"
export CX_PLUGIN="$tree/lib/libcalx_cuda.so" CX_TEST_DEVICE=cuda
failed=0

"$tree/bin/calx" info | tee "$logs/info.txt"
grep -q cuda:0 "$logs/info.txt" || { echo "run.sh: there is no GPU"; exit 1; }

run() { # NAME COMMAND...
    name=$1
    shift
    start=$(date +%s)
    if "$@" >"$logs/$name.log" 2>&1; then state=passed; else
        state=FAILED
        failed=$((failed + 1))
        tail -n 15 "$logs/$name.log"
    fi
    printf '%-40s %s, %d s\n' "$name" "$state" $(($(date +%s) - start)) | tee -a "$logs/summary.txt"
}

case $what in test | all)
    for program in "$tree"/tests/*; do
        case $program in *_test_*) ;; *) continue ;; esac
        # in a build folder stand tests without a device too
        strings -a "$program" 2>/dev/null | grep -q CX_TEST_DEVICE || continue
        run "$(basename "$program")" "$program" --jobs 1
    done
    # formulas once more, each by a kernel of its own
    for program in conformance_test_eval golden_test_eval_cases; do
        run "$program-compiled" env CX_JIT=wait "$tree/tests/$program" --jobs 1
    done
    ;;
esac
case $what in sanitize | all)
    # CX_TEST_BRIEF shortens the walks; each tool sees every family of kernels
    for tool in memcheck racecheck initcheck; do
        for program in cast elementwise reduce select sort products fused_slot fused_compiled; do
            CX_TEST_BRIEF=1 CX_MEMORY_POOL=off run "$tool-$program" compute-sanitizer --tool $tool \
                --error-exitcode 9 --target-processes all \
                "$tree/tests/conformance_test_$program" --jobs 1
        done
    done
    ;;
esac
case $what in bench | all)
    if [ -x "$tree/bin/bench_gpu" ]; then
        "$tree/bin/bench_gpu" cuda:0 | tee "$logs/bench.txt" || failed=$((failed + 1))
        CX_JIT=off "$tree/bin/bench_gpu" cuda:0 100000000 formulas | tee -a "$logs/bench.txt" ||
            failed=$((failed + 1))
        peers=$tree/bench/peers/gpu.py
        [ -e "$peers" ] || peers=$here/../../bench/peers/gpu.py
        python3 "$peers" >"$logs/peers.txt" 2>&1
        cat "$logs/peers.txt"
    fi
    ;;
esac
[ $failed -eq 0 ] || { echo "run.sh: $failed failed"; exit 1; }
