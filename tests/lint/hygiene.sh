#!/bin/sh
# Sizes, left-overs and words that do not belong into the repository.
. "$(dirname "$0")/common.sh"

text='\.(c|h|cc|cpp|inc|def|cu|cuh|sh|awk|txt|cmake|md|json|py)$|(^|/)(Makefile|run)$'
code='\.(c|h|cc|cpp|inc|def|cu|cuh|sh|awk|py)$'

# No file over 1,000 lines, whatever it is but data.
project_files "$text" >"$scratch/text"
while read -r f; do
    lines=$(wc -l <"$f" | tr -d ' ')
    [ "$lines" -le 1000 ] || report "$f:1000: $lines lines, the limit is 1000"
done <"$scratch/text"

# Marks of unfinished work in what is shipped.
project_files '^(include|src|host|kernels)/' | grep -E "$code" >"$scratch/code" || :
while read -r f; do
    grep -nE '\b(TODO|FIXME|XXX|HACK)\b' "$f" | sed "s|^|$f:|" >>"$findings" || :
    grep -nE '[[:blank:]]+$' "$f" | cut -d: -f1 | sed "s|^|$f:|; s|$|: space at the end|" \
        >>"$findings" || :
    grep -n "$(printf '\t')" "$f" | cut -d: -f1 | sed "s|^|$f:|; s|$|: a tab|" >>"$findings" || :
done <"$scratch/code"

# Paths of one machine, and words about how a file came to be. (Brackets keep this file clean.)
paths='/(work|farm)/[a-z]|/(home|root|Users)/[a-z]|/tmp/[a-z_]+/'
words='\b(c[l]aude|chat[g]pt|sub[a]gents?|l[l]ms?|a[i][ -](agent|session|assistant)s?)\b'
while read -r f; do
    grep -nE "$paths" "$f" | cut -c1-120 | sed "s|^|$f:|; s|$| (a path of one machine)|" \
        >>"$findings" || :
    grep -niE "$words" "$f" | cut -c1-120 | sed "s|^|$f:|; s|$| (does not belong here)|" \
        >>"$findings" || :
done <"$scratch/text"

# Generated and binary left-overs.
project_files '\.(o|a|so|pyc|orig|rej)$|~$|(^|/)(core|a\.out)$' | while read -r f; do
    report "$f: a left-over"
done
lint_end "$(wc -l <"$scratch/text" | tr -d ' ') files"
