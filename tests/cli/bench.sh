#!/bin/sh
# calx bench: the report's shape, its options and their errors, a user's own pipeline, the columns of a
# GPU (the simulated one, where it is built). usage: bench.sh CALX DATA-FOLDER [CUDASIM]
set -u
calx=$1
data=$2
simulated=${3-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset CX_PLUGIN CX_PLUGIN_PATH
failed=0
checks=0

# run NAME STATUS ARGUMENT...: calx bench with these arguments, its output kept
run() {
    name=$1
    want=$2
    shift 2
    checks=$((checks + 1))
    "$calx" bench "$@" >"$work/out" 2>"$work/err"
    got=$?
    [ $got -eq "$want" ] && return
    failed=$((failed + 1))
    printf '%s: exit status %d, not %d\n' "$name" $got "$want"
    sed 's/^/    /' "$work/out" "$work/err"
}
# has FILE TEXT / lacks FILE TEXT: of the last run
has() {
    checks=$((checks + 1))
    grep -qF -- "$2" "$work/$1" && return
    failed=$((failed + 1))
    printf '%s: no "%s" in %s\n' "$name" "$2" "$1"
    sed 's/^/    /' "$work/$1"
}
lacks() {
    checks=$((checks + 1))
    grep -qF -- "$2" "$work/$1" || return
    failed=$((failed + 1))
    printf '%s: "%s" in %s\n' "$name" "$2" "$1"
}
# count FILE TEXT NUMBER: so many lines of the file hold the text
count() {
    checks=$((checks + 1))
    there=$(grep -cF -- "$2" "$work/$1")
    [ "$there" -eq "$3" ] && return
    failed=$((failed + 1))
    printf '%s: %d lines with "%s" in %s, not %d\n' "$name" "$there" "$2" "$1" "$3"
}
# refused NAME STATUS TEXT ARGUMENT...: fails, says the text, prints no table
refused() {
    text=$3
    name=$1
    want=$2
    shift 3
    run "$name" "$want" "$@"
    has err "$text"
    checks=$((checks + 1))
    [ ! -s "$work/out" ] || { failed=$((failed + 1)); printf '%s: printed a table\n' "$name"; }
}

# ---- the report
run shape 0 --quick --device cpu --only add,invert,fft2 --size 64,32 --dtype float32,float64 --json "$work/r.json"
for key in '"calx"' '"date"' '"machine"' '"cpu"' '"threads": ' '"isa"' '"library"' '"load"' '"gpus": []' \
    '"ceilings"' '"device": "cpu"' '"copy_gbs"' '"f64_gflops"' '"f32_gflops"' '"to_gbs": null' '"from_gbs": null' '"mine": null'; do
    has r.json "$key"
done
count r.json '"suite": "ops"' 3
count r.json '"unit": "elements"' 3
count r.json '"unit": "order"' 2
count r.json '"dtype": "float32"' 2
count r.json '"dtype": "float64"' 2
count r.json '"dtype": "int64"' 1
count r.json '"n": 32' 5
count r.json '"n": 64' 5
for key in median low high best samples gflops limit per_million; do count r.json "\"$key\": " 10; done
count r.json '"per_million": null' 10
lacks r.json '"with_transfer"'
has out 'ceilings, measured'
has out 'limit'
lacks out 'speed-up'
run suite 0 --quick --device cpu --only uniform,PCA --size 1e3 --cost cpu=0.36 --json "$work/r.json"
count r.json '"suite": "random"' 1
count r.json '"suite": "estimators"' 2
count r.json '"n": 1000' 3
has out 'PCA.transform'
lacks r.json '"per_million": null'
has out 'a million elements cost'

run failing-case 1 --quick --device cpu --only PCA,uniform,add --size 1 --json "$work/r.json"
has err 'calx bench: PCA.fit, n = 1 on cpu: fit: PCA needs at least 2 rows'
count r.json '"suite"' 2

# ---- what is wrong, by name and value, before anything is measured
refused suite 2 '--suite fftt: the suites are' --suite fftt
refused only 2 '--only nothing: no such case' --only add,nothing
refused only-elsewhere 2 '--only fft2: no such case' --suite linalg --only fft2
refused size 2 '--size 12x: a size is' --size 100,12x
refused size-0 2 '--size 0: a size is' --size 0
refused sizes 2 'ten sizes at most' --size 1,2,3,4,5,6,7,8,9,10,11
refused dtype 2 '--dtype int8: a dtype is' --dtype int8
refused device 1 '--device cuda:77' --device cpu,cuda:77
refused device-text 1 '--device gpu7' --device gpu7
refused device-twice 2 '--device cpu: twice' --device cpu,cpu
refused cost 2 '--cost cpu=-1: prices are' --cost cpu=-1
refused cost-device 2 '--cost tpu=1: the devices are' --cost tpu=1
refused file 2 'iris.csv belongs to --mine' "$data/iris.csv"
refused mine-file 2 'needs a data file' --mine 'PCA()'
refused mine-suite 2 'without --suite' --mine 'PCA()' --suite ops "$data/iris.csv"
refused mine-dtype 2 'without --dtype' --mine 'PCA()' --dtype float32 "$data/iris.csv"
refused mine-spec 1 "')' expected" --mine 'PCA(' "$data/iris.csv"
refused mine-target 1 'taget' --mine 'Ridge()' --target taget "$data/iris.csv"
refused no-folder 1 "cannot write $work/none/r.json" --json "$work/none/r.json"
refused taken 1 "cannot write $work" --html "$work"
checks=$((checks + 1))
[ "$(ls "$work" | grep -c tmp)" -eq 0 ] || { failed=$((failed + 1)); echo "a file is left beside"; }

# ---- the user's own
run mine 0 --quick --device cpu --mine 'StandardScaler() | LogisticRegression()' --target target \
    --cost cpu=0.1 --json "$work/r.json" "$data/iris.csv"
has out 'rows/s'
has out 'a million rows cost'
count r.json '"suite": "mine"' 2
count r.json '"n": 150' 2
count r.json '"n": 37' 2
count r.json '"name": "predict"' 1
has r.json '"spec": "StandardScaler() | LogisticRegression()"'
run mine-more-rows 0 --quick --device cpu --mine 'PCA(2)' --size 50,400 --json "$work/r.json" "$data/iris.csv"
count r.json '"n": 400' 2
count r.json '"name": "transform"' 1
run mine-fit-alone 0 --quick --device cpu --mine 'DBSCAN()' --json "$work/r.json" "$data/iris.csv"
count r.json '"suite": "mine"' 1

# ---- a GPU
if [ -n "$simulated" ]; then
    export CX_PLUGIN="$simulated"
    run gpu 0 --quick --only add,uniform --size 100,400 --cost cpu=0.1,gpu=2.5 --json "$work/r.json"
    for text in 'cuda:0' 'transfer' 'speed-up' 'is faster' 'is cheaper' 'transfer to'; do has out "$text"; done
    has r.json '"name": "Simulated GPU 0"'
    has r.json '"break_even"'
    count r.json '"to_gbs": null' 1
    count r.json '"cuda:0": {' 8
    count r.json '"median"' 8
    count r.json '"with_transfer"' 8
fi
run text 0 --quick --mine 'OrdinalEncoder()' --target target "$data/passengers.csv"
has out 'transform'
[ -z "$simulated" ] || has err 'columns of text'

echo "$((checks - failed)) passed, $failed failed"
[ $failed -eq 0 ]
