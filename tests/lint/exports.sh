#!/bin/sh
# The public headers, src/calx.symbols and the built library name the same functions.
#     exports.sh            checks
#     exports.sh --update   writes src/calx.symbols anew from the headers (`--target symbols`)
. "$(dirname "$0")/common.sh"

prototypes >"$scratch/declared.tsv"
cut -f1 "$scratch/declared.tsv" | sort -u >"$scratch/declared"
if [ "${1:-}" = --update ]; then
    cmp -s "$scratch/declared" src/calx.symbols || cp "$scratch/declared" src/calx.symbols
    echo "src/calx.symbols: $(wc -l <src/calx.symbols | tr -d ' ') functions"
    exit 0
fi

sort -c src/calx.symbols 2>/dev/null || report "src/calx.symbols:1: not sorted"
sort -u src/calx.symbols >"$scratch/listed"
nm -D --defined-only "$library" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort -u \
    >"$scratch/exported"

grep -v '^cx_[a-z]' "$scratch/exported" | while read -r s; do
    report "$library: exports $s, which does not start with cx_"
done
awk -F'\t' '$1 !~ /^cx_[a-z]/ { print $2 ": declares " $1 ", which does not start with cx_" }
    $3 !~ /v/ { print $2 ": " $1 " lacks CX_API" }' "$scratch/declared.tsv" >>"$findings"
comm -23 "$scratch/declared" "$scratch/listed" | while read -r s; do
    report "src/calx.symbols: $s is declared and not listed (build target symbols)"
done
comm -13 "$scratch/declared" "$scratch/listed" | while read -r s; do
    report "src/calx.symbols: $s is listed and in no header"
done
comm -23 "$scratch/listed" "$scratch/exported" | while read -r s; do
    report "$library: $s is listed and not exported (no definition?)"
done
comm -13 "$scratch/listed" "$scratch/exported" | while read -r s; do
    report "$library: $s is exported and not listed"
done
[ -s "$scratch/declared" ] || report "include/calx: no function found"
lint_end "$(wc -l <"$scratch/declared" | tr -d ' ') functions"
