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
from pairs import THREADS, Case, fingerprint, table

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


def fitted(name, kind, known={}):
    """A model of theirs with its data, fitted once, and its file."""
    if (name, kind) not in known:
        x, y = data(KINDS[kind], np.float64, ROWS, COLUMNS)
        model = PEERS[name](kind)
        model.fit(x, y)
        path = os.path.join(FOLDER.name, f"{name}{kind}.json")
        write(name, model, path)
        known[name, kind] = model, x, y, path
    return known[name, kind]


def prepare(program, case):
    name, kind, method, what = case
    model, x, y, path = fitted(name, kind)
    calls = {"fit": lambda: model.fit(x, y), "predict": lambda: model.predict(x), "serve": lambda: model.predict(x[:1])}
    spec, good = SPEC.format(kind), True
    if what == "theirs":
        spec = "@" + path
    head = f"{spec}|{method}|{KINDS[kind]}|f64|{ROWS}|{COLUMNS}|"
    if what == "theirs":  # the same model on both sides says the same, in float32's digits for XGBoost
        says = model.predict_proba(x) if hasattr(model, "predict_proba") else model.predict(x)
        good = program.agrees(head, fingerprint(says), 1e-5 if name == "XGBoost" else 1e-9)
    return Case(head, label(case), {name: calls[method]}, good)


def label(case):
    name, kind, method, what = case
    return f"{name:8} {kind:10} {method:7} {what:6} {ROWS}x{COLUMNS}"


FOLDER = tempfile.TemporaryDirectory()
CASES = [(name, kind, method, what) for name in PEERS for kind in KINDS for what in ("ours", "theirs")
         for method in ("fit", "predict", "serve") if (what, method) != ("theirs", "fit")]

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sys.exit(table(prepare, CASES, lambda c, words: any(w in label(c) for w in words),
                   f"LightGBM {lightgbm.__version__}, XGBoost {xgboost.__version__}, {THREADS} threads each", 76, 21))
