#!/bin/sh
# The page of all estimators: every class and every parameter of the library stands in it, under its
# module, and it is Markdown that renders: tables have as many cells as heads, code spans are closed.
# The checks themselves are tried on pages that are wrong. usage: estimators.sh CALX SOURCE [PAGE]
set -eu
calx=$1
source=$2
page=${3-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$calx" estimators --markdown >"$work/page.md"
if [ -n "$page" ]; then # the one that the build wrote
    cmp "$page" "$work/page.md"
fi

# Tables, headings and code spans; prints what is wrong.
cat >"$work/markdown.awk" <<'END'
function cells(line,   n, i, c) {
    n = 0
    for (i = 1; i <= length(line); i++) {
        c = substr(line, i, 1)
        if (c == "\\") i++
        else if (c == "|") n++
    }
    return n - 1
}
function wrong(text) { print "line " NR ": " text ": " $0 }
{
    if (gsub(/`/, "`") % 2 != 0) wrong("a code span is not closed")
    if (after_heading && $0 != "") wrong("no empty line after a heading")
    after_heading = 0
}
/^#/ { if (before != "" && NR > 1) wrong("no empty line before a heading"); after_heading = 1 }
/^\|/ {
    if ($0 !~ /\|$/) wrong("a row without end")
    if (!table) {
        if (before != "") wrong("no empty line before a table")
        heads = cells($0)
        table = 1
    } else {
        table++
        if (table == 2 && $0 !~ /^\|(---\|)+$/) wrong("no rule under the heads")
        if (cells($0) != heads) wrong(cells($0) " cells under " heads " heads")
    }
}
!/^\|/ { if (table && (table < 3 || $0 != "")) wrong("a table without rows, or text at its end"); table = 0 }
{ before = $0 }
END

# "Class parameter" lines: of the page, and of the class tables as JSON.
cat >"$work/page.awk" <<'END'
/^## / { module = $2; next }
/^### / { class = $2; print "class " class; if (module !~ /^(sklearn|calx)\./) print "no module: " class; next }
/^\| (parameter|attribute) / { kind = $2; next }
/^\| `/ { name = $2; gsub(/[`,]/, "", name); print kind " " class " " name }
END
cat >"$work/json.awk" <<'END'
/^    "name": / { class = $2; gsub(/[",]/, "", class); print "class " class }
/^    "(parameters|attributes)": \[/ { kind = $1 == "\"parameters\":" ? "parameter" : "attribute" }
/^        "name": / { name = $2; gsub(/[",]/, "", name); print kind " " class " " name }
END

# check PAGE: 0 if it is complete and well formed; findings on stdout
check() {
    awk -f "$work/markdown.awk" "$1" >"$work/findings"
    awk -f "$work/page.awk" "$1" | sort >"$work/have"
    diff "$work/want" "$work/have" >>"$work/findings" || :
    [ ! -s "$work/findings" ] || { head -20 "$work/findings"; return 1; }
}

"$calx" estimators --json >"$work/all.json"
awk -f "$work/json.awk" "$work/all.json" | sort >"$work/want"
classes=$(grep -c '^class ' "$work/want")
rows=$(grep -c '^CX_CLASS(' "$source/src/learn/base/classes.def")
[ "$classes" -eq "$rows" ] || { echo "$classes classes are told, the library has $rows"; exit 1; }
check "$work/page.md"

# Each of these pages is wrong in one way.
broken() {
    sed "$2" "$work/page.md" >"$work/broken.md"
    ! cmp -s "$work/page.md" "$work/broken.md" || { echo "$1: the page is as it was"; exit 1; }
    ! check "$work/broken.md" >/dev/null || { echo "$1 is not found"; exit 1; }
}
broken "a lost class" '/^### Ridge$/d'
broken "a lost parameter" '/^| `l1_ratio`/d'
broken "a lost cell" 's/^| `alpha` | float |/| `alpha` |/'
broken "a bar in a cell" '/^| `alpha`/s/ |$/ a|b |/'
broken "an open code span" '/^| `alpha`/s/`alpha`/`alpha/'
broken "a class without a module" 's/^## sklearn.linear_model$/## Others/'

# One class alone is its part of the page, with what its table says.
"$calx" estimators Ridge --markdown >"$work/ridge.md"
awk '/^### / { inside = $2 == "Ridge" } /^## / { inside = 0 } inside' "$work/page.md" >"$work/part.md"
sed '/./,$!d' "$work/ridge.md" >"$work/alone.md"
awk 'NF { for (; empty > 0; empty--) print ""; print; next } { empty++ }' "$work/part.md" |
    cmp - "$work/alone.md" || { echo "Ridge alone is not its part of the page"; exit 1; }
for text in '^| `alpha` | float or list | `1.0` | ' '| strength of the penalty' '^- Devices: cpu, cuda$' '`predict`'; do
    grep -q -- "$text" "$work/ridge.md" || { echo "Ridge: no $text"; exit 1; }
done
"$calx" estimators SGDClassifier >"$work/sgd"
grep -q '^  cpu: one row after the other' "$work/sgd" || { echo "SGDClassifier: no devices"; exit 1; }
echo "$classes classes, $(grep -c '^parameter ' "$work/want") parameters"
