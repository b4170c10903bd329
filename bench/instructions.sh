#!/bin/sh
# Instructions of small workloads, of the start of the command, and sizes, compared with the figures
# of bench/instructions.tsv: a noise-free second signal beside times. More than 3 % either way fails;
# what became less is worth a new figure, too.
#     instructions.sh BUILD            checks a release build
#     instructions.sh BUILD --accept   checks nothing and writes the figures
# Figures hold for the tools that made them: with others nothing is compared, and that is said.
set -eu
cd "$(dirname "$0")/.."
[ $# -ge 1 ] || { echo "usage: instructions.sh BUILD [--accept]" >&2; exit 2; }
build=$(cd "$1" && pwd)
accept=${2:-}
table=bench/instructions.tsv
library=$build/lib/libcalx.so
command=$build/bin/calx
work=$build/instructions

skip() {
    echo "skipped: $*"
    exit 0
}
cached() {
    sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"
}
cc=$(cached CMAKE_C_COMPILER)
command -v valgrind >/dev/null || skip "no valgrind on this machine"
echo '#include <valgrind/callgrind.h>' | "$cc" -E - >/dev/null 2>&1 || skip "no header of callgrind"
grep -qw avx2 /proc/cpuinfo || skip "the figures are of AVX2, which this machine has not"
[ "$(cached CMAKE_BUILD_TYPE)$(cached CALX_SANITIZE)" = Release ] || skip "not a release build"

case $("$cc" --version | head -n 1) in *clang*) kind=clang ;; *) kind=gcc ;; esac
tools="$kind $("$cc" -dumpfullversion 2>/dev/null || "$cc" -dumpversion)"
tools="$tools, $(getconf GNU_LIBC_VERSION), OpenBLAS $(pkg-config --modversion openblas)"
tools="$tools, SLEEF $(pkg-config --modversion sleef), $(valgrind --version | tr - ' ')"
made=$(sed -n 's/^# made with //p' "$table" 2>/dev/null || :)
[ "$accept" = --accept ] || [ "$tools" = "$made" ] ||
    skip "the figures were made with $made; here are $tools"

rm -rf "$work"
mkdir -p "$work"
"$cc" -std=c11 -D_GNU_SOURCE -O2 -Iinclude bench/instructions.c -o "$work/program" \
    -L"$build/lib" -lcalx -lm -lpthread -Wl,-rpath,"$build/lib"

# counted OUTPUT PROGRAM [argument...]: the same environment wherever it runs, kernels of one level.
# valgrind shows programs a processor with AVX2 and no AVX-512.
counted() {
    output=$1
    shift
    (
        cd "$work"
        env -i PATH=/usr/bin:/bin LC_ALL=C CX_ISA=avx2 CX_PLUGIN=/none OPENBLAS_CORETYPE=Haswell \
            OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 \
            valgrind --tool=callgrind --callgrind-out-file="$output" "$@" >"$output.log" 2>&1
    ) || { cat "$work/$output.log" >&2; exit 1; }
}
counted workload "$work/program" .
counted start "$command" info

{
    cat "$work"/workload.* | awk '/^desc: Trigger: Client Request: / { name = $NF }
        /^totals: / && name != "" { print name "\t" $2; name = "" }'
    awk '/^totals: / { print "start/calx_info\t" $2 }' "$work/start"
    readelf -rW "$library" | awk '/R_X86_64_RELATIVE/ { plain++; next } /R_X86_64_/ { named++ }
        END { print "start/relocations\t" plain + 0; print "start/symbols_bound\t" named + 0 }'
    size "$library" | awk 'NR == 2 { print "size/libcalx_text\t" $1; print "size/libcalx_data\t" $2 + $3 }'
    size "$command" | awk 'NR == 2 { print "size/calx\t" $1 + $2 + $3 }'
} | LC_ALL=C sort >"$work/now"

if [ "$accept" = --accept ]; then
    {
        echo "# Instructions of the workloads of bench/instructions.c, of a start, and sizes in bytes."
        echo "# Written by bench/instructions.sh BUILD --accept."
        echo "# made with $tools"
        cat "$work/now"
    } >"$table"
    echo "$table: $(wc -l <"$work/now") figures"
    exit 0
fi

awk -F'\t' -v tolerance=3 '
    FNR == NR { if ($0 !~ /^#/) was[$1] = $2; next }
    !($1 in was) { print "instructions.sh: no figure of " $1; bad = 1; next }
    {
        seen[$1] = 1
        change = 100 * ($2 / was[$1] - 1)
        verdict = change > tolerance ? "MORE" : change < -tolerance ? "LESS: accept the new figure" : ""
        printf "%-22s %12d %12d %+7.2f %%  %s\n", $1, was[$1], $2, change, verdict
        if (verdict != "") bad = 1
    }
    END {
        for (name in was) if (!(name in seen)) { print "instructions.sh: no workload " name; bad = 1 }
        if (bad) print "If this is meant: bench/instructions.sh BUILD --accept, and say why in the commit."
        exit bad
    }' "$table" "$work/now"
