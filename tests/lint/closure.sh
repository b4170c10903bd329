#!/bin/sh
# libcalx.so links no CUDA library, and nothing that it loads is GPL (which the transitive closure
# shows, not a package's own licence). The command must not add either.
. "$(dirname "$0")/common.sh"

cuda='lib(cuda|cudart|cublas|cublasLt|cusolver|cufft|cusparse|curand|cudnn|nccl|nvrtc|nvJitLink'
cuda="$cuda|nvidia)"
gpl='lib(cholmod|umfpack|spqr|rbio|mongoose|fftw3|gsl|gslcblas|glpk|readline|cubature|sisl|alglib'
gpl="$gpl|petsc|slepc|ceres)"

program=$(dirname "$library")/../bin/calx
checked=0
for file in "$library" "$program"; do
    [ -f "$file" ] || continue
    checked=$((checked + 1))
    readelf -d "$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' >"$scratch/needed"
    grep -E "^$cuda" "$scratch/needed" | while read -r n; do report "$file: links $n"; done
    ldd "$file" >"$scratch/closure"
    grep 'not found' "$scratch/closure" | while read -r n; do report "$file: $n"; done
    grep -oE "($cuda|$gpl)[^ ]*\.so[^ ]*" "$scratch/closure" | sort -u | while read -r n; do
        report "$file: loads $n"
    done
    readelf -d "$file" | grep -E 'R(UN)?PATH' | grep -oE '\[.*\]' | tr -d '[]' | tr ':' '\n' \
        | grep -E '^/usr/' | while read -r n; do report "$file: carries the search path $n"; done
done
[ $checked -gt 0 ] || report "$library: not built"
lint_end "$checked files"
