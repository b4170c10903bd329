#!/bin/sh
# Every public function has a doc comment: a /** block straight above it, or above the group that it
# stands in (declarations and types that follow each other without an empty line). Functions that a
# .def table writes are documented by the comment that opens their header and names the table.
# cx_<noun>_retain, _release and _status are documented once, in scope.h.
. "$(dirname "$0")/common.sh"

count=0
for h in include/calx/*.h; do
    [ -f "$h" ] || continue
    count=$((count + 1))
    awk -v file="$h" '
    function finding(text) { print file ":" FNR ": " text }
    FNR == 1 { opening = 1 }
    opening { intro = intro $0; if ($0 ~ /\*\//) opening = 0 }

    # Comments: /** documents what follows; any other block comment does not.
    in_comment { if ($0 ~ /\*\//) in_comment = 0; next }
    /^[ \t]*\/\*\*/ {
        documented = 1
        if ($0 !~ /\*\//)
            in_comment = 1
        next
    }
    /^[ \t]*\/\*/ {
        if ($0 !~ /\*\//)
            in_comment = 1
        next
    }
    /^[ \t]*$/ { documented = 0; next }
    /^CX_BEGIN/ { documented = 0; next }

    # A table macro: its functions are checked against the comment that names the table.
    /^#define .*\\$/ { in_macro = 1; macro_line = FNR; macro_api = 0; macro_doc = documented; next }
    in_macro {
        if ($0 ~ /CX_API/)
            macro_api = 1
        if ($0 !~ /\\$/)
            in_macro = 0
        next
    }
    /^#include <calx\/.*\.def>/ {
        table = $2
        sub(/^<calx\//, "", table)
        sub(/>$/, "", table)
        if (macro_api && !macro_doc && index(intro, table) == 0)
            finding("functions of " table " are documented neither here nor at the top")
        macro_api = 0
        next
    }
    /^#/ { next }
    /^CX_API/ {
        s = $0
        gsub(/__attribute__ *\(\(.*\)\)/, "", s)
        s = substr(s, 1, index(s "(", "(") - 1)
        if (!match(s, /[A-Za-z0-9_]+$/))
            next
        name = substr(s, RSTART)
        if (!documented && name !~ /_(retain|release|status)$/)
            finding(name " has no doc comment")
    }' "$h" >>"$findings"
done
[ $count -gt 0 ] || report "include/calx: no header found"
lint_end "$count headers"
