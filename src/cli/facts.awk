# Rows of docs/coverage.tsv that are estimators, as initialisers for estimators.c: name, module of
# scikit-learn (or of Calx, where there is none), does it run on CUDA, and what is to be known about that.
BEGIN { FS = "\t" }
$1 ~ /^(sklearn|calx)\.[a-z_]+$/ && $4 == "yes" && $3 ~ /^[A-Z]/ {
    note = $7
    gsub(/\\/, "\\\\", note)
    gsub(/"/, "\\\"", note)
    printf "{\"%s\", \"%s\", %s, \"%s\"},\n", $3, $1, $5 == "yes" ? "true" : "false", note
}
