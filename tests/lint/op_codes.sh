#!/bin/sh
# Codes in the .def tables are for ever: unique in their space, never changed, never taken away.
# tests/lint/op_codes.txt remembers them as "table NAME code".
#     op_codes.sh            checks
#     op_codes.sh --update   adds new rows to the list; an old one is never touched
. "$(dirname "$0")/common.sh"
list=tests/lint/op_codes.txt

# A row is MACRO(NAME, ..., code, ...): its code is the first argument that is a number.
for t in include/calx/*.def; do
    [ -f "$t" ] || continue
    awk -v table="$(basename "$t" .def)" '/^CX_[A-Z0-9_]+\(/ {
        s = $0
        gsub(/"[^"]*"/, "\"\"", s)
        sub(/^[A-Z0-9_]+\(/, "", s)
        n = split(s, cell, ",")
        for (i = 1; i <= n; i++) {
            gsub(/[ \t)]/, "", cell[i])
            if (cell[i] ~ /^(0x[0-9a-fA-F]+|[0-9]+)$/) {
                print table, cell[1], cell[i]
                break
            }
        }
    }' "$t"
done >"$scratch/rows"
touch "$scratch/old"
[ ! -f $list ] || grep -v '^#' $list >"$scratch/old" || :

# One code space: the three tables of elementwise operations share one enum.
awk '{
    space = $1 ~ /^(unary|binary|ternary)_ops$/ ? "map" : $1
    if ((space " " $3) in seen)
        print "include/calx/" $1 ".def: " $2 " and " seen[space " " $3] " share the code " $3
    seen[space " " $3] = $2
    if (($1 " " $2) in named)
        print "include/calx/" $1 ".def: " $2 " occurs twice"
    named[$1 " " $2] = 1
}' "$scratch/rows" >>"$findings"

awk 'FILENAME == ARGV[1] { now[$1 " " $2] = $3; next }
    !(($1 " " $2) in now) { print "include/calx/" $1 ".def: " $2 " (" $3 ") is gone"; next }
    now[$1 " " $2] != $3 {
        print "include/calx/" $1 ".def: " $2 " was " $3 " and is " now[$1 " " $2] " now"
    }' "$scratch/rows" "$scratch/old" >>"$findings"

awk 'FILENAME == ARGV[1] { old[$1 " " $2] = 1; next } !(($1 " " $2) in old)' "$scratch/old" \
    "$scratch/rows" >"$scratch/new"
if [ "${1:-}" = --update ]; then
    [ -f $list ] || echo '# Codes of the .def tables, only ever appended to.' >$list
    cat "$scratch/new" >>$list
else
    sed 's|^|tests/lint/op_codes.txt: |; s|$| is not listed (build target symbols)|' \
        "$scratch/new" >>"$findings"
fi
[ -s "$scratch/rows" ] || report "include/calx: no table found"
lint_end "$(wc -l <"$scratch/rows" | tr -d ' ') rows"
