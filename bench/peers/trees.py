"""bench/estimators.c beside XGBoost and LightGBM: python trees.py [--processor] PROGRAM [CASE[,CASE] [PAIRS]].

Histogram boosting with as many trees, leaves, bins and threads on each side; predictions of many rows and of one; and
their own models, read by cx_trees_load, beside themselves. A ratio is the peer's time by Calx's: best against best, and
the median of paired ones in brackets. Trees differ between libraries, so results are compared only where the model is
the same one.
"""
import json
import os
import sys
import tempfile
import warnings

import lightgbm
import numpy as np
import xgboost

from estimators import data
from pairs import PROCESSOR, Program, heads, row

THREADS = 1 if PROCESSOR else len(os.sched_getaffinity(0))
TREES, LEAVES, ROWS, COLUMNS = 100, 31, 100000, 20
SPEC = "HistGradientBoosting{}(early_stopping=False, random_state=0)"  # 100 trees of 31 leaves, 255 bins, 20 rows a leaf


def lgb(kind):
    model = lightgbm.LGBMClassifier if kind == "Classifier" else lightgbm.LGBMRegressor
    return model(n_estimators=TREES, num_leaves=LEAVES, learning_rate=0.1, max_bin=255, min_child_samples=20, n_jobs=THREADS,
                 verbose=-1)


def xgb(kind):
    model = xgboost.XGBClassifier if kind == "Classifier" else xgboost.XGBRegressor
    return model(n_estimators=TREES, max_leaves=LEAVES, max_depth=0, grow_policy="lossguide", tree_method="hist", max_bin=255,
                 learning_rate=0.1, n_jobs=THREADS)


PEERS = {"LightGBM": lgb, "XGBoost": xgb}
KINDS = {"Classifier": "classes 2", "Regressor": "number"}


def write(name, model, path):
    if name == "XGBoost":
        model.get_booster().save_model(path)
    else:
        with open(path, "w") as f:
            json.dump(model.booster_.dump_model(), f)


def alike(program, head, name, model, x):
    """The same model on both sides says the same, in float32's digits for XGBoost."""
    r = np.abs(np.asarray(model.predict_proba(x) if hasattr(model, "predict_proba") else model.predict(x))).ravel()
    own = float(np.mean(r.astype(np.float64) * (1 + np.arange(r.size) % 13)))
    mine = float(program.ask(head + "check"))
    good = abs(mine - own) <= (1e-5 if name == "XGBoost" else 1e-9) * abs(own)
    if not good:
        print(f"{head}: results differ, {mine} and {own}", flush=True)
    return good


def cases(program, name, kind, folder, pairs, wanted):
    rows, target = ROWS, KINDS[kind]
    x, y = data(target, np.float64, rows, COLUMNS)
    model = PEERS[name](kind)
    model.fit(x, y)
    path = os.path.join(folder, f"{name}{kind}.json")
    write(name, model, path)
    theirs = {"fit": lambda: model.fit(x, y), "predict": lambda: model.predict(x), "serve": lambda: model.predict(x[:1])}
    good = True
    for what, spec in (("ours", SPEC.format(kind)), ("theirs", "@" + path)):
        for method, call in theirs.items():
            label = f"{name:8} {kind:10} {method:7} {what:6} {rows}x{COLUMNS}"
            if (what == "theirs" and method == "fit") or not any(w in label for w in wanted):
                continue
            head = f"{spec}|{method}|{target}|f64|{rows}|{COLUMNS}|"
            if what == "theirs":
                good &= alike(program, head, name, model, x)
            row(program, head, f"{label:76}", call, pairs)
    return good


def main():
    warnings.simplefilter("ignore")
    args = [a for a in sys.argv[1:] if a != "--processor"]
    wanted = args[1].split(",") if len(args) > 1 and args[1] != "all" else [""]
    pairs = int(args[2]) if len(args) > 2 else 21
    program = Program(args[0])
    heads(program, f"LightGBM {lightgbm.__version__}, XGBoost {xgboost.__version__}, {THREADS} threads each", 76)
    with tempfile.TemporaryDirectory() as folder:
        good = [cases(program, name, kind, folder, pairs, wanted) for name in PEERS for kind in KINDS]
    return program.end() or not all(good)


if __name__ == "__main__":
    sys.exit(main())
