#!/bin/sh
# The tutorials as a reader follows them, against an installed copy: each C block is written to the
# file that its first line names, each sh block is run in one folder, each text block is what the sh
# block before it prints. Then the same with tutorials that are wrong, which must fail.
# usage: tutorial.sh BUILD-FOLDER
set -eu
build=$1
here=$(cd "$(dirname "$0")" && pwd)
docs=$here/../../docs
document=$docs/tutorial.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$build" --prefix "$work/prefix" >"$work/log"
lib=$(dirname "$(find "$work/prefix" -name libcalx.so)")
PATH=$work/prefix/bin:$work/bin:$PATH
PKG_CONFIG_PATH=$lib/pkgconfig
LD_LIBRARY_PATH=$lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export PATH PKG_CONFIG_PATH LD_LIBRARY_PATH
[ -x "$work/prefix/bin/calx" ] || { echo "the command is not installed"; exit 1; }

# The compiler of this build, as strict as a careful reader.
mkdir "$work/bin"
printf '#!/bin/sh\nexec %s -std=c11 -Wall -Wextra -Wpedantic -Werror "$@"\n' "${CC:-$(command -v cc)}" >"$work/bin/cc"
chmod +x "$work/bin/cc"

# Blocks of a document as files 001.c, 002.sh, 003.text, ... in the current folder.
cat >"$work/blocks.awk" <<'END'
/^```[a-z]+$/ && file == "" { file = sprintf("%03d.%s", ++n, substr($0, 4)); printf "" >file; next }
/^```$/ { if (file == "") exit 1; close(file); file = ""; next }
file != "" { print >file }
END { if (file != "") exit 1 }
END

# Two texts, word by word. A number that is shown with a point is shown to as many digits as matter
# and may be off by one in the last of them; times (before "ms", and the fourth word of a candidate's
# line) and sizes of files (before "bytes") are whatever they are. Prints the first difference.
cat >"$work/compare.awk" <<'END'
function is_number(w) { return w ~ /^-?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?$/ }
function words(line, out) { gsub(/,/, " , ", line); return split(line, out, " ") }
function same(shown, real,   unit, i, off) {
    if (shown == real) return 1
    if (!is_number(shown) || !is_number(real) || shown !~ /\./ || shown ~ /e/) return 0
    unit = 1
    for (i = length(shown) - index(shown, "."); i > 0; i--) unit /= 10
    off = shown - real
    return off <= 1.01 * unit && off >= -1.01 * unit
}
function free(w, n, i) {
    if (i < n && (w[i + 1] == "ms" || w[i + 1] == "bytes")) return is_number(w[i])
    return i == 4 && n > 4 && w[5] ~ /^\{/ && is_number(w[4])
}
FILENAME == shown_file { shown[++lines] = $0; next }
{
    real++
    n = words(shown[real], a)
    m = words($0, b)
    bad = real > lines || n != m
    for (i = 1; !bad && i <= n; i++)
        if (!(free(a, n, i) && free(b, m, i)) && !same(a[i], b[i])) bad = 1
    if (bad) { print "line " real " is shown as"; print "  " shown[real]; print "and printed as"; print "  " $0; exit 1 }
}
END { if (!bad && real < lines) { print "not printed: " shown[real + 1]; exit 1 } }
END

# follow DOCUMENT FOLDER OUTPUTS PROGRAMS: 0 if a reader sees what it shows, so many outputs and
# programs at least; findings on stdout
follow() {
    rm -rf "$2"
    mkdir "$2"
    cp "$here"/../data/*.csv "$2"
    (
        cd "$2"
        awk -f "$work/blocks.awk" "$1" || { echo "a block is not closed"; exit 1; }
        shown=0
        programs=0
        for block in [0-9][0-9][0-9].*; do
            case $block in
            *.c)
                name=$(sed -n '1s|^/\* \([a-z]*\.c\) \*/$|\1|p' "$block")
                [ -n "$name" ] || { echo "$block: its first line names no file"; exit 1; }
                cp "$block" "$name"
                programs=$((programs + 1))
                ;;
            *.sh)
                sh -eu "$block" >output 2>errors </dev/null || {
                    echo "$block fails:"
                    cat "$block" output errors
                    exit 1
                }
                [ ! -s errors ] || { echo "$block complains:"; cat errors; exit 1; }
                ;;
            *.text)
                LC_ALL=C awk -v shown_file="$block" -f "$work/compare.awk" "$block" output >difference || {
                    echo "$block is not what is printed:"
                    cat difference
                    exit 1
                }
                shown=$((shown + 1))
                ;;
            *) echo "$block: a block of an unknown kind"; exit 1 ;;
            esac
        done
        [ $shown -ge "$3" ] && [ $programs -ge "$4" ] || { echo "$shown outputs, $programs programs: too few"; exit 1; }
        echo "$programs programs, $shown outputs as shown"
    )
}

follow "$document" "$work/reader" 8 2
follow "$docs/tutorial-structure.md" "$work/structure" 7 2
follow "$docs/tutorial-streaming.md" "$work/streaming" 2 2

# Each of these tutorials is wrong in one place.
wrong() {
    sed "$2" "$document" >"$work/wrong.md"
    ! cmp -s "$document" "$work/wrong.md" || { echo "$1: the tutorial is as it was"; exit 1; }
    ! follow "$work/wrong.md" "$work/misled" 8 2 >"$work/found" || { echo "$1 is not found"; exit 1; }
    grep -q "$3" "$work/found" || { echo "$1 is found as something else:"; cat "$work/found"; exit 1; }
}
wrong "another digit" 's/^0\.8195,0\.1805$/0.8185,0.1815/' 'is not what is printed'
wrong "another word" 's/^exit status 1$/exit status 2/' 'is not what is printed'
wrong "a lost line" '/^accuracy 0\.7591 on 220 rows$/d' 'is not what is printed'
wrong "a line too many" 's/^prediction$/prediction\n2/' 'is not what is printed'
wrong "a function that is not there" 's/cx_train_test_split(/cx_train_test_cut(/' 'fails'
wrong "another parameter" "s/'logisticregression__C': \[/'logisticregression__D': [/" 'fails'
wrong "an option that is not there" 's/--stratify/--stratified/' 'fails'
wrong "an open block" 's/^```text$/```text\n```sh/' .
echo "and every wrong tutorial is found"
