#!/bin/sh
# Memory of src/ comes from src/base/alloc.c, so that a failing allocation can be tested everywhere:
# no other file calls the C library's allocator, or a function that allocates behind it. host/ takes
# memory from the core it is lent. A call through a pointer (core->free) or a member is none. The
# command (src/cli) is a program beside the library, where the private allocator does not exist.
. "$(dirname "$0")/common.sh"

calls='malloc calloc realloc reallocarray free aligned_alloc posix_memalign memalign valloc'
calls="$calls strdup strndup asprintf vasprintf getline getdelim open_memstream"

project_files '^(src|host)/.*\.(c|h|cc|inc)$' | grep -vE '^src/(base/alloc\.c$|cli/)' >"$scratch/files" || :
while read -r f; do
    awk -v file="$f" -v calls="$calls" '
    BEGIN { n = split(calls, name, " ") }
    {
        s = $0
        gsub(/"([^"\\]|\\.)*"/, "\"\"", s)
        if (comment) {
            if (!match(s, /\*\//))
                next
            s = substr(s, RSTART + 2)
            comment = 0
        }
        while (match(s, /\/\*/)) {
            head = substr(s, 1, RSTART - 1)
            rest = substr(s, RSTART + 2)
            if (!match(rest, /\*\//)) {
                comment = 1
                s = head
                break
            }
            s = head " " substr(rest, RSTART + 2)
        }
        sub(/\/\/.*/, "", s)
        s = " " s
        for (i = 1; i <= n; i++)
            if (match(s, "[^A-Za-z0-9_.>]" name[i] "[ \t]*\\("))
                print file ":" FNR ": calls " name[i]
    }' "$f"
done <"$scratch/files" >>"$findings"
lint_end "$(wc -l <"$scratch/files" | tr -d ' ') files"
