#!/bin/sh
# Files of kernels/: a type or kernel has one name in the whole plugin (the linker merges what a
# template makes of two equal ones), and CUDA is reached through device.cuh only.
. "$(dirname "$0")/common.sh"

project_files '^kernels/.*\.(cu|cuh)$' >"$scratch/files"
[ -s "$scratch/files" ] || report "kernels/: no kernels found"
while read -r f; do
    awk -v file="$f" '
        { line = $0; sub(/\/\/.*/, "", line) }
        match(line, /^ *(template *<.*> *)?(struct|class|union) +(alignas\([^)]*\) +)?[a-z_0-9]+ *(final *)?(:[^:].*)?\{/) ||
        match(line, /^ *(template *<.*> *)?(struct|class|union) +[a-z_0-9]+$/) {
            name = line
            sub(/^ *(template *<.*> *)?(struct|class|union) +(alignas\([^)]*\) +)?/, "", name)
            sub(/[^a-z_0-9].*/, "", name)
            if (line !~ /^        /)
                print name "\t" file ":" FNR
        }
        /__global__/ { pending = 1 }
        pending && match(line, /[a-z_0-9]+\(/) && line !~ /__launch_bounds__\([^)]*\)$/ {
            name = line
            sub(/__launch_bounds__\([^)]*\)/, "", name)
            if (match(name, /[a-z_0-9]+\(/)) {
                print substr(name, RSTART, RLENGTH - 1) "\t" file ":" FNR
                pending = 0
            }
        }' "$f" >>"$scratch/names"
    # the doors: to the language (and what NVRTC lacks of it), and to the vendor's primitives
    case $f in */device.cuh | */prelude.cuh | */prim_vendor.cuh) continue ;; esac
    grep -nE '(^|[^_a-zA-Z])(__shared__|__constant__|__managed__|asm)[^_a-zA-Z]|<<<|cooperative_groups|CX_CUDASIM' "$f" |
        sed "s,^,$f:,; s,\$, (see docs/writing-kernels.md)," >>"$findings"
done <"$scratch/files"

sort "$scratch/names" | awk -F'\t' '
    { split($2, at, ":") }
    $1 == name && at[1] != place { print $2 ": " $1 " is also the name of something at " where }
    { name = $1; place = at[1]; where = $2 }' >>"$findings"
lint_end "$(wc -l <"$scratch/names" | tr -d ' ') names in $(wc -l <"$scratch/files" | tr -d ' ') files"
