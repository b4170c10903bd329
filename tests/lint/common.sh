# Sourced by every lint script: where things are, and how findings are counted. From ctest the
# places come in the environment; by hand a script finds its own tree and the library of the release
# build. A script prints one line per finding, "file:line: text", and ends with lint_end.
set -eu
LC_ALL=C
export LC_ALL
here=$(cd "$(dirname "$0")" && pwd)
top=${CALX_SOURCE_DIR:-$(cd "$here/../.." && pwd)}
library=${CALX_LIBRARY:-$top/build/release/lib/libcalx.so}
cc=${CC:-cc}
cxx=${CXX:-c++}
cd "$top"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
findings=$scratch/findings
: >"$findings"

report() {
    printf '%s\n' "$*" >>"$findings"
}

lint_end() {
    if [ -s "$findings" ]; then
        cat "$findings"
        echo "$(wc -l <"$findings" | tr -d ' ') findings"
        exit 1
    fi
    echo "clean: ${1:-}"
}

# Files of the project: what git tracks or would track, else all but the build folder. Arguments are
# extended regular expressions; a path that matches one is printed.
project_files() {
    pattern=$(printf '|%s' "$@" | cut -c2-)
    if git -C "$top" rev-parse --git-dir >/dev/null 2>&1; then
        git -C "$top" ls-files -co --exclude-standard
    else
        find . -path ./build -prune -o -type f -print | sed 's|^\./||'
    fi | sort -u | grep -E "$pattern" | while read -r f; do [ ! -f "$f" ] || echo "$f"; done
}

# Every function that the public headers declare, one per line, tab-separated:
#     name  header  flags (m: warn_unused_result, v: visible, e: variadic)  return type
prototypes() {
    for h in $(cd include && ls calx/*.h); do
        echo "#include <$h>"
    done | "$cc" -std=c11 -Iinclude -E -x c - | awk -f "$here/prototypes.awk" | sort -u
}
