"""Write splits.tsv: rows that scikit-learn's splitters choose.

Run from this folder with the versions of VERSIONS (scikit-learn 1.9.1, NumPy 2.4.6). Each line is one call:
kind, rows, labels, two numbers (test and train size, or folds and shuffle), seed, a tab, then for every fold the number of its
training rows, the rows, the number of its test rows, the rows. A kind with brackets is a splitter; it gets the groups of groups(n).
"""
from pathlib import Path

import numpy as np
import sklearn
from sklearn import model_selection
from sklearn.model_selection import KFold, StratifiedKFold, train_test_split

lines = []


def labels(kind, n):
    i = np.arange(n)
    if kind == "mod3":
        return i * 7 % 3
    if kind == "skew":
        return np.where(i % 10 < 6, 4, np.where(i % 10 < 9, -1, 7))
    if kind == "text":
        return np.array(["beta", "alpha", "gamma"])[i * i % 3 % 3]
    return None


def put(key, folds):
    numbers = []
    for train, test in folds:
        numbers += [len(train), *train, len(test), *test]
    lines.append(" ".join(str(k) for k in key) + "\t" + " ".join(str(int(v)) for v in numbers))


for n in (10, 37, 150):
    for seed in (0, 42, 4294967295):
        for test, train in ((0, 0), (0.3, 0), (0, 0.55), (4, 5), (0.2, 0.4)):
            put(("split", n, "none", test, train, seed),
                [train_test_split(np.arange(n), test_size=test or None, train_size=train or None, random_state=seed)])
for n in (24, 40, 150):
    for kind in ("mod3", "skew", "text"):
        for seed in (0, 7):
            for test, train in ((0, 0), (0.3, 0), (5, 7), (0.31, 0.42)):
                put(("stratified", n, kind, test, train, seed),
                    [train_test_split(np.arange(n), test_size=test or None, train_size=train or None, random_state=seed,
                                      stratify=labels(kind, n))])
put(("ordered", 11, "none", 0.3, 0, -1), [train_test_split(np.arange(11), test_size=0.3, shuffle=False)])
for n in (5, 23, 60):
    for k in (2, 5):
        put(("KFold", n, "none", k, 0, -1), KFold(k).split(np.arange(n)))
        for seed in (0, 3):
            put(("KFold", n, "none", k, 1, seed), KFold(k, shuffle=True, random_state=seed).split(np.arange(n)))
for n in (24, 61):
    for kind in ("mod3", "skew", "text"):
        for k in (2, 4):
            put(("StratifiedKFold", n, kind, k, 0, -1), StratifiedKFold(k).split(np.arange(n), labels(kind, n)))
            for seed in (0, 3):
                put(("StratifiedKFold", n, kind, k, 1, seed),
                    StratifiedKFold(k, shuffle=True, random_state=seed).split(np.arange(n), labels(kind, n)))



def groups(n):
    i = np.arange(n)
    return (i * i + i // 3) % 9 + (i % 5 == 0) * 20


def spec(text, n, kind):
    splitter = eval("model_selection." + text)
    put((text.replace(" ", ""), n, kind, 0, 0, -1), splitter.split(np.arange(n), labels(kind, n), groups(n)))


for seed in (0, 11):
    for sizes in ("", ", test_size=0.3", ", train_size=7", ", test_size=5, train_size=0.4"):
        spec(f"ShuffleSplit(3{sizes}, random_state={seed})", 31, "none")
        spec(f"GroupShuffleSplit(3{sizes.replace('7', '3').replace('5', '2')}, random_state={seed})", 47, "none")
        for kind in ("mod3", "skew", "text"):
            spec(f"StratifiedShuffleSplit(3{sizes}, random_state={seed})" if sizes else
                 f"StratifiedShuffleSplit(3, test_size=6, random_state={seed})", 41, kind)
    spec(f"RepeatedKFold(n_splits=3, n_repeats=2, random_state={seed})", 17, "none")
    for kind in ("mod3", "skew", "text"):
        spec(f"RepeatedStratifiedKFold(n_splits=3, n_repeats=2, random_state={seed})", 31, kind)
        spec(f"StratifiedGroupKFold(3, shuffle=True, random_state={seed})", 80, kind)
    spec(f"GroupKFold(4, shuffle=True, random_state={seed})", 60, "none")
for n in (40, 61, 200):
    for k in (2, 3, 5):
        spec(f"GroupKFold({k})", n, "none")
        for kind in ("mod3", "skew", "text"):
            spec(f"StratifiedGroupKFold({k})", n, kind)
spec("LeaveOneOut()", 7, "none")
spec("LeavePOut(2)", 7, "none")
spec("LeavePOut(3)", 6, "none")
spec("LeaveOneGroupOut()", 30, "none")
spec("LeavePGroupsOut(2)", 10, "none")
for extra in ("", ", max_train_size=6", ", gap=2", ", test_size=2", ", test_size=3, gap=1, max_train_size=4"):
    spec(f"TimeSeriesSplit(4{extra})", 23, "none")
spec("PredefinedSplit([0, 1, -1, 1, 0, 7, 3, -1])", 8, "none")

head = f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_splits.py"
Path("splits.tsv").write_text("\n".join([head, *lines]) + "\n")
