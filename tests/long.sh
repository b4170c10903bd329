#!/bin/sh
# The long checks, by hand before a release: every test with CALX_LONG in its environment (many
# seeds, large arrays, whole fault loops), then each reader under libFuzzer.
# usage: long.sh BUILD-FOLDER
# CALX_FUZZ_SECONDS sets the time for each fuzz target (600), CALX_SEED the random formulas that are
# compared with NumPy's operations, which CALX_PYTHON (python3) must have.
set -eu
build=$1
top=$(cd "$(dirname "$0")/.." && pwd)
seconds=${CALX_FUZZ_SECONDS:-600}

cmake "$build" -DCALX_LONG=ON >/dev/null
trap 'cmake "$build" -DCALX_LONG=OFF >/dev/null' EXIT
cmake --build "$build" -j "$(nproc)"
CALX_LONG=1 ctest --test-dir "$build" -j "$(nproc)" --output-on-failure

python=${CALX_PYTHON:-python3}
seed=${CALX_SEED:-$(date +%s)}
if "$python" -c 'import numpy' 2>/dev/null; then
    echo "20000 random formulas against NumPy, CALX_SEED=$seed"
    CALX_EVAL_CASES=$(cd "$build" && pwd)/eval_cases.tsv
    export CALX_EVAL_CASES
    SEED=$seed COUNT=20000 "$python" -B "$top/tests/golden/make_eval_cases.py" "$CALX_EVAL_CASES"
    ctest --test-dir "$build" --output-on-failure -R '^golden/eval_cases(@cuda)?$'
    unset CALX_EVAL_CASES
else
    echo "skipped: 20000 random formulas against NumPy, $python has no NumPy"
fi

command -v clang >/dev/null || { echo "long.sh: fuzzing needs clang" >&2; exit 1; }
cd "$top"
cmake --preset fuzz --log-level=WARNING
cmake --build build/fuzz --target fuzz -j "$(nproc)"
for program in build/fuzz/tests/fuzz_*; do
    [ -x "$program" ] || continue
    name=${program##*/fuzz_}
    mkdir -p "build/fuzz/found/$name"
    echo "fuzzing $name for $seconds s"
    "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="build/fuzz/found/$name-" "build/fuzz/found/$name" \
        "tests/fuzz/corpus/$name" 2>"build/fuzz/$name.log" ||
        { tail -40 "build/fuzz/$name.log"; exit 1; }
    grep -E '^stat::number_of_executed_units|^Done' "build/fuzz/$name.log" || :
done
