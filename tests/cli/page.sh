#!/bin/sh
# The page of calx bench --html in a browser: no errors, every plot drawn, keys, filter and sorting work,
# nothing wider than the window, on a wide screen and on a narrow one. Needs Chromium.
# usage: page.sh CALX PAGE_OF TESTS-FOLDER
set -u
calx=$1
page_of=$2
tests=$3
browser=
for name in chromium chromium-browser google-chrome; do
    command -v $name >/dev/null 2>&1 && browser=$name && break
done
if [ -z "$browser" ]; then
    echo "skipped: no Chromium here (chromium, chromium-browser or google-chrome)"
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
checks=0

# watched PAGE: the page with a listener for errors before everything and the probe at its end
watched() {
    sed '/<head>/q' "$1"
    cat <<'END'
<script>
window.pageErrors = [];
for (const kind of ["error", "unhandledrejection", "securitypolicyviolation"])
    addEventListener(kind, (e) => pageErrors.push(`${kind} ${e.message || e.reason || e.blockedURI}`), true);
</script>
END
    sed -e '1,/<head>/d' -e '/<\/body>/,$d' "$1"
    echo '<script>'
    cat "$tests/cli/page_probe.js"
    echo '</script></body></html>'
}

# The harness shows each page in frames of two widths and prints what their probes tell.
harness() {
    cat <<'END'
<!DOCTYPE html><html><body><pre id="told"></pre><script>
const told = [];
addEventListener("message", (e) => {
    for (const line of e.data.lines) told.push(`${e.data.name} ${line}`);
    document.getElementById("told").textContent = "\n" + told.join("\n") + "\n";
});
</script>
END
    for page in "$@"; do
        for width in 1280 390; do
            echo "<iframe name=\"$page-$width\" src=\"$page.html\" width=\"$width\" height=\"800\" style=\"border:0\"></iframe>"
        done
    done
    echo '</body></html>'
}

# is NAME VALUE LINE...: the line was told so by both frames
is() {
    page=$1
    shift
    for width in 1280 390; do
        checks=$((checks + 1))
        grep -qxF "$page-$width $*" "$work/told" && continue
        failed=$((failed + 1))
        printf '%s at %s pixels: not "%s" but "%s"\n' "$page" $width "$*" \
            "$(sed -n "s/^$page-$width \($1 .*\)/\1/p" "$work/told")"
    done
}

# common NAME ROWS ROOFLINES
common() {
    is "$1" rows "$2"
    is "$1" plots "$2"
    is "$1" plots-drawn "$2"
    is "$1" plots-again "$2"
    is "$1" rooflines "$3"
    is "$1" not-a-number 0
    is "$1" described true
    is "$1" broken false
    is "$1" overflow false
    is "$1" tip true
    is "$1" tip-gone true
    is "$1" sorted true
    is "$1" filtered true
    is "$1" filtered-out true
}

if ! "$page_of" "$tests/data/bench_report.json" "$work/example.html"; then
    echo "the example's page was not written"
    exit 1
fi
# What the command writes where it runs: no GPU, and the user's own pipeline.
if ! "$calx" bench --device cpu --quick --only add,cholesky,normal --html "$work/real.html" >/dev/null ||
    ! "$calx" bench --device cpu --quick --mine 'StandardScaler() | Ridge()' --target target \
        --cost cpu=0.1 "$tests/data/diabetes.csv" --html "$work/mine.html" >/dev/null; then
    echo "calx bench --html failed"
    exit 1
fi
mkdir "$work/shown"
for page in example real mine; do
    watched "$work/$page.html" >"$work/shown/$page.html"
done
harness example real mine >"$work/shown/all.html"

# shown FILE: the browser's document of it. --no-sandbox: a container has no user to put it into.
shown() {
    timeout 100 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run \
        --user-data-dir="$work/profile" --enable-logging=stderr --v=0 --virtual-time-budget=20000 \
        --window-size=1400,1000 --dump-dom "file://$1" 2>"$work/log"
}
shown "$work/shown/all.html" >"$work/dom"
got=$?
if [ $got -ne 0 ] || ! grep -q '<pre id="told">' "$work/dom"; then
    tail -5 "$work/log"
    echo '<p id="plain">plain</p>' >"$work/shown/plain.html"
    if ! shown "$work/shown/plain.html" | grep -q 'id="plain"'; then
        echo "skipped: $browser does not even show a plain file here"
        exit 77
    fi
    echo "$browser: exit status $got"
    exit 1
fi
sed -n '/<pre id="told">/,/<\/pre>/p' "$work/dom" >"$work/told"

common example 14 2
is example dashed true
is example break-even true
is example no-gpu-note false
is example lines 28
is example every-line 93
common real 3 1
is real no-gpu-note true
is real dashed false
is real break-even false
common mine 2 0

checks=$((checks + 1))
if grep -q 'CONSOLE' "$work/log" || grep -qE '^[a-z]+-[0-9]+ (error|probe-failed) ' "$work/told"; then
    failed=$((failed + 1))
    grep 'CONSOLE' "$work/log"
    grep -E '^[a-z]+-[0-9]+ (error|probe-failed) ' "$work/told"
fi
echo "$((checks - failed)) passed, $failed failed"
[ $failed -eq 0 ]
