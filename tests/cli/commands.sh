#!/bin/sh
# The calx command as a user runs it: results, files, exit statuses (0, 1 failure, 2 wrong use), errors
# on stderr, nothing but results in a pipe. usage: commands.sh CALX TESTS-FOLDER
set -u
calx=$1
data=$2/data
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
checks=0

# check NAME STATUS COMMAND...: runs it, keeps stdout and stderr
check() {
    name=$1
    want=$2
    shift 2
    checks=$((checks + 1))
    "$@" >"$work/out" 2>"$work/err"
    got=$?
    if [ $got -ne "$want" ]; then
        failed=$((failed + 1))
        printf '%s: exit status %d, not %d\n' "$name" $got "$want"
        sed 's/^/    /' "$work/out" "$work/err"
    fi
}
# has NAME FILE TEXT: the file of the last command holds the text
has() {
    checks=$((checks + 1))
    grep -qF -- "$3" "$work/$2" && return
    failed=$((failed + 1))
    printf '%s: no "%s" in std%s:\n' "$1" "$3" "$2"
    sed 's/^/    /' "$work/$2"
}
empty() {
    checks=$((checks + 1))
    [ ! -s "$work/$2" ] && return
    failed=$((failed + 1))
    printf '%s: std%s is not empty:\n' "$1" "$2"
    sed 's/^/    /' "$work/$2"
}
same() {
    checks=$((checks + 1))
    cmp -s "$2" "$3" && return
    failed=$((failed + 1))
    printf '%s: %s and %s differ\n' "$1" "$2" "$3"
}

check help 0 "$calx" --help
has help out "predict"
check version 0 "$calx" --version
check no-command 2 "$calx"
empty no-command out
check wrong-command 2 "$calx" fitt
has wrong-command err "no such command"
for c in info fit search estimators predict transform score convert import eval cache bench; do
    check "$c --help" 0 "$calx" $c --help
    has "$c --help" out "Examples:"
done
check info 0 "$calx" info
has info out "cpu"
check info-json 0 "$calx" info --json
has info-json out '"devices"'

model=$work/digits.safetensors
check fit 0 "$calx" fit --model 'StandardScaler() | PCA(n_components=40) | LogisticRegression()' \
    --target target --test-size 0.25 --seed 0 -o "$model" "$data/digits.csv"
has fit out "accuracy 0.9644"
has fit out "450 predictions identical"
empty fit err
check fit-without-model 2 "$calx" fit -o "$model" "$data/digits.csv"
check fit-bad-spec 1 "$calx" fit --model 'LogisticRegression(c=1)' --target target \
    -o "$work/x.safetensors" "$data/digits.csv"
has fit-bad-spec err "did you mean 'C'"
empty fit-bad-spec out
check fit-no-target 1 "$calx" fit --model 'LogisticRegression()' --target taget \
    -o "$work/x.safetensors" "$data/digits.csv"
has fit-no-target err "target"
check fit-no-file 1 "$calx" fit --model 'PCA()' -o "$work/x.safetensors" "$work/none.csv"
has fit-no-file err "none.csv"
check fit-device 1 "$calx" fit --device cuda:77 --model 'PCA()' -o "$work/x.safetensors" \
    "$data/digits.csv"
checks=$((checks + 1))
[ ! -e "$work/x.safetensors" ] || { failed=$((failed + 1)); echo "a failed fit left a file"; }

check score 0 "$calx" score "$model" "$data/digits.csv"
has score out "on 1797 rows"
check predict 0 "$calx" predict "$model" "$data/digits.csv" -o "$work/a.npy"
check predict-again 0 "$calx" predict "$model" "$data/digits.csv" -o "$work/b.npy"
same predictions "$work/a.npy" "$work/b.npy"
check predict-stdout 0 "$calx" predict "$model" "$data/digits.csv"
has predict-stdout out "prediction"
checks=$((checks + 1))
[ "$(wc -l <"$work/out")" -eq 1798 ] || { failed=$((failed + 1)); echo "predict prints $(wc -l <"$work/out") lines"; }
check predict-proba 0 "$calx" predict --proba "$model" "$data/digits.csv" -o "$work/p.csv"
checks=$((checks + 1))
head -1 "$work/p.csv" | grep -q '^p_0,p_1,' || { failed=$((failed + 1)); echo "header of p.csv"; }
check predict-wrong-columns 1 "$calx" predict "$model" "$data/iris.csv"
has predict-wrong-columns err "column"
check predict-missing-file 2 "$calx" predict "$model"
check predict-no-model 1 "$calx" predict "$data/digits.csv" "$data/digits.csv"

check fit-scoring 0 "$calx" fit --model 'StandardScaler() | LogisticRegression()' --target target \
    --test-size 0.25 --seed 0 --stratify --scoring roc_auc,f1 -o "$work/cancer.safetensors" "$data/breast_cancer.csv"
has fit-scoring out "on the held-out rows: roc_auc 0.99"
has fit-scoring out ", f1 0.9"
check score-scoring 0 "$calx" score --scoring 'roc_auc, neg_log_loss' "$work/cancer.safetensors" "$data/breast_cancer.csv"
has score-scoring out "roc_auc 0.99"
has score-scoring out "neg_log_loss -0.0"
checks=$((checks + 1))
[ "$(grep -c 'on 569 rows$' "$work/out")" -eq 2 ] || { failed=$((failed + 1)); echo "score prints $(cat "$work/out")"; }
check score-unknown 1 "$calx" score --scoring roc_aux "$work/cancer.safetensors" "$data/breast_cancer.csv"
has score-unknown err "roc_auc"
empty score-unknown out

# Text, gaps and categories that fit has not seen; labels that are text.
mixed="ColumnTransformer([('numbers', SimpleImputer() | StandardScaler(), ['age', 'fare']),
    ('words', OneHotEncoder(handle_unknown='ignore'), ['port', 'deck'])]) | LogisticRegression()"
check text-target 0 "$calx" fit --model "$mixed" --target sex -o "$work/sex.safetensors" "$data/passengers.csv"
has text-target out "220 predictions identical"
has text-target out "fit       ColumnTransformer([('numbers'"
checks=$((checks + 1))
[ "$(wc -l <"$work/out")" -eq 5 ] || { failed=$((failed + 1)); echo "a spec of two lines:" && cat "$work/out"; }
printf 'age,fare,grade,port,deck,target\n,8.05,3,Reykjavik,,0\n30,9,1,,B,1\n' >"$work/new.csv"
check text-labels 0 "$calx" predict "$work/sex.safetensors" "$work/new.csv"
checks=$((checks + 1))
[ "$(grep -cE '^(fe)?male$' "$work/out")" -eq 2 ] || { failed=$((failed + 1)); echo "labels:" && cat "$work/out"; }
check text-proba 0 "$calx" predict --proba "$work/sex.safetensors" "$work/new.csv"
has text-proba out "p_female,p_male"
check text-score 0 "$calx" score --scoring f1_macro "$work/sex.safetensors" "$data/passengers.csv"
has text-score out "f1_macro 0."

check scaler 0 "$calx" fit --model 'StandardScaler()' -o "$work/scale.safetensors" "$data/wine_data.csv"
check transform 0 "$calx" transform "$work/scale.safetensors" "$data/wine_data.csv" -o "$work/t.npy"
check clusters 0 "$calx" fit --model 'KMeans(n_clusters=3, random_state=0)' -o "$work/k.safetensors" \
    "$work/t.npy"

printf '{"kneighborsclassifier__n_neighbors": [1, 5, 9], "kneighborsclassifier__weights": ["uniform"]}\n' \
    >"$work/grid.json"
printf '{"n_neighbors": [1, 5, 9]}\n' >"$work/wide.json"
check search 0 "$calx" search --model 'StandardScaler() | KNeighborsClassifier()' --grid "$work/grid.json" \
    --target target --cv 'StratifiedKFold(4)' -o "$work/best.safetensors" "$data/iris.csv"
has search out "3 candidates"
empty search err
checks=$((checks + 1))
[ "$(grep -c kneighborsclassifier__weights "$work/out")" -ge 3 ] && grep -q '^ *1  *0.9466' "$work/out" || {
    failed=$((failed + 1))
    echo "search prints:"
    cat "$work/out"
}
check search-split 0 "$calx" search --model 'KNeighborsClassifier()' --grid "$work/wide.json" --target target --test-size 30 \
    --seed 0 --stratify --scoring balanced_accuracy,accuracy -o "$work/held.safetensors" "$data/iris.csv"
has search-split out "120 rows train, 30 are held out"
has search-split out "balanced_accuracy         std"
has search-split out "on the held-out rows: balanced_accuracy 1.0000, accuracy 1.0000"
has search-split out "fitted on the rows that train"
check search-score 0 "$calx" score "$work/best.safetensors" "$data/iris.csv"
has search-score out "on 150 rows"
printf '{"alpha": "loguniform(1e-4, 10)"}\n' >"$work/drawn.json"
check search-drawn 0 "$calx" search --model 'Ridge()' --grid "$work/drawn.json" --draws 4 --seed 0 \
    --scoring r2,neg_mean_squared_error --target target "$data/diabetes.csv"
has search-drawn out "4 candidates"
has search-drawn out "{'alpha': 0.053017"
check search-no-grid 2 "$calx" search --model 'Ridge()' "$data/iris.csv"
check search-no-file 1 "$calx" search --model 'Ridge()' --grid "$work/none.json" --target target \
    "$data/diabetes.csv"
has search-no-file err "none.json"
printf '{"alfa": [1]}\n' >"$work/wrong.json"
check search-wrong 1 "$calx" search --model 'Ridge()' --grid "$work/wrong.json" --target target \
    "$data/diabetes.csv"
has search-wrong err "did you mean 'alpha'"
printf '{"alpha": [1,\n' >"$work/cut.json"
check search-cut 1 "$calx" search --model 'Ridge()' --grid "$work/cut.json" --target target \
    "$data/diabetes.csv"
has search-cut err "cut.json"

check estimators 0 "$calx" estimators
has estimators out "GridSearchCV"
has estimators out "splitter"
check estimators-one 0 "$calx" estimators Ridge
has estimators-one out "alpha: float"
has estimators-one out "coef_: float"
has estimators-one out "predict"
has estimators-one out "cpu, cuda"
check estimators-json 0 "$calx" estimators Ridge --json
has estimators-json out '"default": "1.0"'
has estimators-json out '"module": "sklearn.linear_model"'
has estimators-json out '"cuda"'
check estimators-all-json 0 "$calx" estimators --json
has estimators-all-json out '"PCA"'
check estimators-unknown 1 "$calx" estimators Rige
has estimators-unknown err "did you mean 'Ridge'"

check eval-number 0 "$calx" eval '2**10 + n' n=0x10
has eval-number out "array(1040)"
check eval-make 0 "$calx" eval 'exp(0 * float64(n)) + n' n=1.5 -o "$work/half.npy"
check eval-file 0 "$calx" eval 'd = a - 2; d * d, sum(d)' a="$work/half.npy" -o "$work/both.npz"
check eval-print 0 "$calx" eval 'a * 2' a="$work/half.npy" --time
has eval-print out "array(5.)"
has eval-print err "runs"
check eval-wrong 1 "$calx" eval 'a + b' a=1
has eval-wrong err "unknown name 'b'"
empty eval-wrong out
check eval-argument 2 "$calx" eval 'a' a
check eval-no-file 1 "$calx" eval 'a' a="$work/none.npy"
has eval-no-file err "none.npy"

check import 0 "$calx" import "$data/trees/xgb_logistic.json" -o "$work/trees.safetensors"
has import out "TreeEnsembleClassifier of 4 trees over 5 features"
check import-wrong 1 "$calx" import "$data/iris.csv" -o "$work/x.safetensors"
has import-wrong err "no JSON"
check import-nowhere 2 "$calx" import "$data/trees/xgb_logistic.json"
check to-npz 0 "$calx" convert "$data/iris.csv" "$work/iris.npz"
check to-safetensors 0 "$calx" convert "$work/iris.npz" "$work/iris.safetensors"
check back-to-csv 0 "$calx" convert "$work/iris.safetensors" "$work/iris.csv"
checks=$((checks + 1))
[ "$(wc -l <"$work/iris.csv")" -eq "$(wc -l <"$data/iris.csv")" ] || { failed=$((failed + 1)); echo "iris lost rows"; }
# svmlight: there and back, fit and score, rows that name fewer features than the model has
check to-svm 0 "$calx" convert "$data/iris.csv" "$work/iris.svm"
check svm-to-csv 0 "$calx" convert "$work/iris.svm" "$work/svm.csv"
checks=$((checks + 1))
head -n 1 "$work/svm.csv" | grep -qx 'x0,x1,x2,x3,target' || { failed=$((failed + 1)); echo "svm.csv has other columns"; }
check npy-to-svm 0 "$calx" convert "$work/svm.csv" "$work/svm.npy"
check npy-to-svm 0 "$calx" convert "$work/svm.npy" "$work/again.svm"
same svm-again "$work/iris.svm" "$work/again.svm"
check svm-fit 0 "$calx" fit --model 'StandardScaler() | LogisticRegression()' -o "$work/svm.safetensors" \
    "$work/iris.svm"
has svm-fit out "accuracy 0.97"
printf '0 0:5.1 1:3.5\n2 0:6 2:6\n' >"$work/short.svm"
check svm-score 0 "$calx" score "$work/svm.safetensors" "$work/short.svm"
has svm-score out "on 2 rows"
check svm-predict 0 "$calx" predict "$work/svm.safetensors" "$work/short.svm"
printf '0 0:5.1 9:3.5\n' >"$work/wide.svm"
check svm-wide 1 "$calx" score "$work/svm.safetensors" "$work/wide.svm"
has svm-wide err "n_features is 4, but there are 10"
check svm-target 1 "$calx" fit --model 'Ridge()' --target 3 -o "$work/x.safetensors" "$work/iris.svm"
printf '1 0:1\n2 x:1\n' >"$work/bad.svm"
check svm-bad 1 "$calx" convert "$work/bad.svm" "$work/x.csv"
has svm-bad err "line 2, column 3"
check convert-unknown 2 "$calx" convert "$data/iris.csv" "$work/iris.xyz"
printf 'a,b\n1,"2\n' >"$work/open.csv"
check convert-open-quote 1 "$calx" convert "$work/open.csv" "$work/x.npy"
has convert-open-quote err "open.csv"
printf '\223NUMPY\001\000' >"$work/cut.npy"
check convert-cut 1 "$calx" convert "$work/cut.npy" "$work/x.csv"
has convert-cut err "cut.npy"

echo "$((checks - failed)) passed, $failed failed"
[ $failed -eq 0 ]
