#!/bin/sh
# No public function is variadic; every status that a command returns must be looked at.
. "$(dirname "$0")/common.sh"

# Queries, and cx_check, whose purpose is to be called for its mark.
may_ignore='^(cx_check|cx_error_get|cx_status_of|cx_([a-z0-9]+|fft_plan|neighbor_tree)_status)$'

prototypes >"$scratch/declared.tsv"
[ -s "$scratch/declared.tsv" ] || report "include/calx: no function found"
awk -F'\t' -v may_ignore="$may_ignore" '
    $3 ~ /e/ { print $2 ": " $1 " is variadic" }
    $4 == "cx_status" && $3 !~ /m/ && $1 !~ may_ignore { print $2 ": " $1 " lacks CX_MUST" }
    $4 == "cx_status" && $3 ~ /m/ && $1 ~ may_ignore { print $2 ": " $1 " is a query with CX_MUST" }
    $1 ~ /_into$/ && $4 != "cx_status" { print $2 ": " $1 " does not return cx_status" }
    $4 ~ /^(struct )?[a-z]* ?cx_array$/ { print $2 ": " $1 " returns an array by value" }
' "$scratch/declared.tsv" >>"$findings"
lint_end "$(wc -l <"$scratch/declared.tsv" | tr -d ' ') functions"
