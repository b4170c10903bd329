#!/bin/sh
# Sizes, left-overs and words that do not belong into the repository.
. "$(dirname "$0")/common.sh"

text='\.(c|h|cc|cpp|inc|def|cu|cuh|sh|awk|txt|cmake|md|json|py)$|(^|/)(Makefile|run)$'
code='\.(c|h|cc|cpp|inc|def|cu|cuh|sh|awk|py)$'

# No file over 1,000 lines, whatever it is but data.
project_files "$text" >"$scratch/text"
xargs -r wc -l <"$scratch/text" | awk '$2 != "total" && $1 > 1000 {
    print $2 ":1000: " $1 " lines, the limit is 1000" }' >>"$findings"

# Marks of unfinished work in what is shipped.
project_files '^(include|src|host|kernels)/' | grep -E "$code" >"$scratch/code" || :
each() {
    xargs -r grep -nHE "$@" <"$list" | cut -c1-160 || :
}
list=$scratch/code
each '\b(TODO|FIXME|XXX|HACK)\b' >>"$findings"
each '[[:blank:]]+$' | sed 's|$| (space at the end)|' >>"$findings"
each "$(printf '\t')" | sed 's|$| (a tab)|' >>"$findings"

# Paths of one machine, and words about how a file came to be. (Brackets keep this file clean.)
paths='/(work|farm)/[a-z]|/(home|root|Users)/[a-z]|/tmp/[a-z_]+/'
words='\b(c[l]aude|chat[g]pt|sub[a]gents?|l[l]ms?|a[i][ -](agent|session|assistant)s?)\b'
list=$scratch/text
each "$paths" | sed 's|$| (a path of one machine)|' >>"$findings"
each -i "$words" | sed 's|$| (does not belong here)|' >>"$findings"

# Generated and binary left-overs.
project_files '\.(o|a|so|pyc|orig|rej)$|~$|(^|/)(core|a\.out)$' | while read -r f; do
    report "$f: a left-over"
done
lint_end "$(wc -l <"$scratch/text" | tr -d ' ') files"
