#!/bin/sh
# A public function never returns its argument: what it returns belongs to the open scope, its argument
# may not. Read from the definitions: no `return a;`, cast or not, where a is a pointer parameter.
. "$(dirname "$0")/common.sh"

# Reference counting and scopes hand their argument on by contract; cx_device_name fills a buffer.
may_return='^cx_([a-z0-9]+_)?retain$|^cx_scope_(return|keep)$|^cx_device_name$'

project_files '^src/.*\.(c|cc|inc)$' >"$scratch/files"
while read -r f; do
    awk -v file="$f" -v may_return="$may_return" '
    /^[A-Za-z]/ && !/;[ \t]*$/ { head = ""; heading = 1 }
    heading {
        head = head " " $0
        if ($0 !~ /[{;][ \t]*$/ && $0 !~ /\)[ \t]*$/ && $0 !~ /[{].*[}][ \t]*$/)
            next
        heading = 0
        name = ""
        if (match(head, /[*] ?cx_[a-z][a-z0-9_]*[(]/) && head !~ /^ *(static|typedef)/) {
            name = substr(head, RSTART, RLENGTH - 1)
            sub(/^[*] ?/, "", name)
            functions++
            list = substr(head, RSTART + RLENGTH)
            count = split(list, part, ",")
            for (i in pointer)
                delete pointer[i]
            for (i = 1; i <= count; i++) {
                sub(/[)].*/, "", part[i])
                if (part[i] ~ /[*]/ && match(part[i], /[A-Za-z_][A-Za-z0-9_]*[ \t]*$/)) {
                    p = substr(part[i], RSTART)
                    sub(/[ \t]+$/, "", p)
                    pointer[p] = 1
                }
            }
        }
    }
    name != "" && name !~ may_return && match($0, /return [^;]*;/) {
        value = substr($0, RSTART + 7, RLENGTH - 8)
        gsub(/[(][A-Za-z_ ]*[*][ ]*[)]/, "", value)
        gsub(/[() \t]/, "", value)
        # Of a conditional expression the two results count, not the condition.
        count = split(value, result, /[?:]/)
        for (i = count > 1 ? 2 : 1; i <= count; i++)
            if (result[i] in pointer)
                print file ":" FNR ": " name " returns its argument " result[i]
    }
    /^}/ { name = "" }
    END { if (functions) print file "\t" functions >count_file }
    ' count_file="$scratch/count" "$f" >>"$findings"
    [ ! -f "$scratch/count" ] || cat "$scratch/count" >>"$scratch/counts"
    rm -f "$scratch/count"
done <"$scratch/files"
[ -f "$scratch/counts" ] || report "src: no public function that returns a pointer found"
lint_end "$(awk -F'\t' '{ n += $2 } END { print n + 0 }' "$scratch/counts") functions"
