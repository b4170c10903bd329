#!/bin/sh
# The main job on real data: fit a pipeline on the digits, score a held-out quarter, save, load
# back, predict, and time this machine. usage: bench/demo.sh CALX [OUTPUT-FOLDER]
# Any failing step ends the script with its exit status.
set -eu

calx=${1:?usage: bench/demo.sh CALX [OUTPUT-FOLDER]}
top=$(cd "$(dirname "$0")/.." && pwd)
data=$top/tests/data/digits.csv
out=${2:-$top/build/demo}
mkdir -p "$out"
rm -f "$out"/digits.safetensors "$out"/first.npy "$out"/again.npy

step() {
    printf '\n$ calx %s\n' "$*"
    "$calx" "$@"
}

step info
step fit --model 'StandardScaler() | PCA(n_components=40) | LogisticRegression()' \
    --target target --test-size 0.25 --seed 0 -o "$out/digits.safetensors" "$data"
step score "$out/digits.safetensors" "$data"

# Each command is a process of its own, so both predictions come from the file that was saved.
step predict "$out/digits.safetensors" "$data" -o "$out/first.npy"
step predict "$out/digits.safetensors" "$data" -o "$out/again.npy"
cmp "$out/first.npy" "$out/again.npy"
printf '\npredictions from the reloaded model are identical: %s bytes\n' \
    "$(wc -c <"$out/first.npy" | tr -d ' ')"

step bench --quick
