"""Write learn_hist.tsv: scikit-learn's histogram boosting on the data sets of tests/data.

Run from this folder with the versions of VERSIONS. Each line is a key, a tab and numbers; a key is the text of the estimator, the data
set, what is done to it, and a quantity. test_learn_hist.c has the same list.
"""
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
out = {}


def data(name, how):
    m = np.loadtxt(here.parent / "data" / f"{name}.csv", delimiter=",", skiprows=1)
    x, y = np.ascontiguousarray(m[:, :-1]), m[:, -1]
    i, j = np.indices(x.shape)
    if "c" in how:  # two columns of categories, one of them with gaps between
        x[:, 0] = (i[:, 0] * i[:, 0] + 3 * i[:, 0]) % 7
        x[:, 1] = np.where(y > np.median(y), i[:, 0] % 5, i[:, 0] % 6) * 2.5 - 3
    if "m" in how:
        x[(i * 7 + j * 3) % 11 == 0] = np.nan
    return x, y, 0.5 + np.arange(len(y)) % 3 if "w" in how else None


CASES = [
    ("HistGradientBoostingClassifier(max_iter=12)", "breast_cancer", ""),
    ("HistGradientBoostingClassifier(max_iter=8, max_depth=3, l2_regularization=0.7, learning_rate=0.3)", "breast_cancer", "mw"),
    ("HistGradientBoostingClassifier(max_iter=8, class_weight='balanced', max_bins=16)", "breast_cancer", "w"),
    ("HistGradientBoostingClassifier(max_iter=6, max_leaf_nodes=None, min_samples_leaf=5)", "breast_cancer", "m"),
    ("HistGradientBoostingClassifier(max_iter=10, max_features=0.4, random_state=3)", "breast_cancer", ""),
    ("HistGradientBoostingClassifier(max_iter=8, categorical_features=[0, 1])", "breast_cancer", "cm"),
    ("HistGradientBoostingClassifier(max_iter=40, early_stopping=True, random_state=1)", "breast_cancer", ""),
    ("HistGradientBoostingClassifier(max_iter=15, early_stopping=True, scoring='accuracy', n_iter_no_change=4, random_state=1)", "breast_cancer", "m"),
    ("HistGradientBoostingClassifier(max_iter=10, early_stopping=True, scoring='roc_auc', validation_fraction=None, random_state=1)", "breast_cancer", ""),
    ("HistGradientBoostingClassifier(max_iter=5, min_samples_leaf=5)", "iris", ""),
    ("HistGradientBoostingClassifier(max_iter=6, early_stopping=True, validation_fraction=0.3, random_state=5)", "wine_data", "mw"),
    ("HistGradientBoostingRegressor(max_iter=12)", "diabetes", ""),
    ("HistGradientBoostingRegressor(max_iter=10, monotonic_cst=[1, 0, -1, 1, 0, 0, 0, 0, 1, 0])", "diabetes", "m"),
    ("HistGradientBoostingRegressor(max_iter=10, interaction_cst=[[0, 1, 2], [2, 3, 8], [8, 9]])", "diabetes", ""),
    ("HistGradientBoostingRegressor(max_iter=8, interaction_cst='no_interactions')", "diabetes", "w"),
    ("HistGradientBoostingRegressor('absolute_error', max_iter=10)", "diabetes", ""),
    ("HistGradientBoostingRegressor('absolute_error', max_iter=10)", "diabetes", "w"),
    ("HistGradientBoostingRegressor('quantile', quantile=0.8, max_iter=10)", "diabetes", "m"),
    ("HistGradientBoostingRegressor('poisson', max_iter=10)", "diabetes", "w"),
    ("HistGradientBoostingRegressor('gamma', max_iter=10)", "diabetes", "cm"),
    ("HistGradientBoostingRegressor(max_iter=8, categorical_features=[True, True, False, False, False, False, False, False, False, False])", "diabetes", "cm"),
    ("HistGradientBoostingRegressor(max_iter=30, early_stopping=True, n_iter_no_change=3, random_state=2)", "diabetes", "mw"),
]


def put(key, values):
    out[key] = np.asarray(values, dtype=np.float64).ravel()


for spec, name, how in CASES:
    x, y, w = data(name, how)
    text = spec.replace("Regressor('", "Regressor(loss='")
    m = eval(text).fit(x, y, sample_weight=w)
    key = f"{spec}/{name}/{how}"
    nodes = np.concatenate([t.nodes for it in m._predictors for t in it])
    leaf = nodes["is_leaf"] != 0
    remap = np.arange(x.shape[1])
    if m.is_categorical_ is not None:  # scikit-learn's trees have the categorical columns first
        remap = np.concatenate([np.flatnonzero(m.is_categorical_), np.flatnonzero(~m.is_categorical_)])
    put(f"{key}/feature", np.where(leaf, -2, remap[np.where(leaf, 0, nodes["feature_idx"])]))
    put(f"{key}/samples", nodes["count"])
    put(f"{key}/missing", np.where(leaf, 0, nodes["missing_go_to_left"]))
    put(f"{key}/value", nodes["value"][leaf])
    probe = x[:25].copy()
    probe[::6, 1] = 1e6
    probe[::5, 2] = np.nan
    put(f"{key}/predict", m.predict(probe))
    put(f"{key}/raw", m._raw_predict(probe))
    put(f"{key}/last", list(m.staged_predict(probe))[2])
    put(f"{key}/n_iter", m.n_iter_)
    if len(m.train_score_):
        put(f"{key}/train", m.train_score_)
    if len(m.validation_score_):
        put(f"{key}/validation", m.validation_score_)

with open(here / "learn_hist.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_hist.py\n")
    for key, values in out.items():
        f.write(key + "\t" + " ".join(str(int(v)) if v == int(v) and abs(v) < 1e15 else repr(float(v)) for v in values) + "\n")
