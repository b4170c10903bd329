"""Write learn_forest.tsv: scikit-learn's forests, tree by tree, for the rows of learn_forest_cases.def.

Run from this folder with the versions of VERSIONS. Each line is a key (the number of the case, and what), a tab and numbers; matrices are
flattened in C order. A digest folds the structure of all trees into one number, thresholds by their bits.
"""
import re
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.ensemble import (ExtraTreesClassifier, ExtraTreesRegressor, IsolationForest, RandomForestClassifier, RandomForestRegressor,
                              RandomTreesEmbedding)

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
out = {}


def put(key, values):
    out[key] = np.asarray(values, dtype=np.float64).ravel()


def table(name):
    m = np.loadtxt(here.parent / "data" / f"{name}.csv", delimiter=",", skiprows=1)
    return np.ascontiguousarray(m[:, :-1]), m[:, -1]


def made(n=600, d=6):
    """A linear congruential stream, so that C has the same numbers."""
    s, u = 12345, np.empty(n * d)
    for i in range(n * d):
        s = (s * 6364136223846793005 + 1442695040888963407) % 2**64
        u[i] = (s >> 11) / 2**53
    x = np.floor(u.reshape(n, d) * 50) / 8
    return x, x[:, 0] * x[:, 1] + 2 * x[:, 2] - x[:, 3]


def data(name):
    if name in ("iris", "digits", "diabetes"):
        x, y = table(name)
        return x, y if name == "diabetes" else y.astype(int)
    if name == "targets":
        x, y = table("diabetes")
        return x, np.column_stack([y, 100 * x[:, 2] - y])
    if name in ("pairs", "threes"):
        x, y = table("iris")
        high = x[:, 0] > 5.8
        return x, np.column_stack([(y == 1) if name == "pairs" else y, high]).astype(int)
    x, y = made()
    labels = (y > 3).astype(int) + (y > 20)
    if name.startswith("holes"):
        i, j = np.indices(x.shape)
        x[(7 * i + 3 * j) % 11 == 0] = np.nan
    return x, y if name.endswith("numbers") else labels


def digest(trees):
    h = 0
    for e in trees:
        t = e.tree_
        bits = t.threshold.view(np.uint64)
        columns = (t.children_left, t.children_right, t.feature, t.n_node_samples, bits >> np.uint64(32), bits & np.uint64(0xFFFFFFFF),
                   t.missing_go_to_left)
        for row in zip(*(c.tolist() for c in columns)):
            leaf = row[0] < 0
            for v in row[:1] + row[3:4] if leaf else row:
                h = (h * 1000003 + (v & 0xFFFFFFFF)) % 2147483647
    return h


def whole(m):
    """Features of x in the trees, which IsolationForest numbers within a tree's own."""
    for e, f in zip(m.estimators_, getattr(m, "estimators_features_", [])):
        t = e.tree_
        t.feature[t.feature >= 0] = np.asarray(f)[t.feature[t.feature >= 0]]
    return m.estimators_


weights = (lambda n: None, lambda n: np.arange(n) % 4 / 2, lambda n: 1 + np.arange(n) % 3)
cases = re.findall(r'FOREST\("(\w+)", (\d), "(.*)"\)', (here / "learn_forest_cases.def").read_text())
for number, (name, weighted, spec) in enumerate(cases):
    x, y = data(name)
    w = weights[int(weighted)](len(x))
    m = eval(spec).fit(x, y, sample_weight=w)
    key = f"{number}"
    put(f"{key}/sizes", [e.tree_.node_count for e in m.estimators_])
    if isinstance(m, IsolationForest):
        put(f"{key}/scores", m.score_samples(x)[::3])
        put(f"{key}/sides", m.predict(x))
        put(f"{key}/offset", [m.offset_, m.max_samples_])
        put(f"{key}/digest", [digest(whole(m))])
        continue
    put(f"{key}/digest", [digest(m.estimators_)])
    put(f"{key}/importances", m.feature_importances_)
    if isinstance(m, RandomTreesEmbedding):
        put(f"{key}/columns", m.transform(x[::5]).toarray().nonzero()[1])
        put(f"{key}/names", [[int(p) for p in n.split("_")[1:]] for n in m.get_feature_names_out()])
        continue
    put(f"{key}/predict", m.predict(x)[::2])
    if hasattr(m, "predict_proba"):
        p = m.predict_proba(x[::7])
        put(f"{key}/proba", np.hstack(p) if isinstance(p, list) else p)
    if m.oob_score:
        put(f"{key}/oob", [m.oob_score_])
        o = m.oob_decision_function_ if hasattr(m, "oob_decision_function_") else m.oob_prediction_
        put(f"{key}/oob_rows", o[::7] if o.ndim < 3 else np.hstack([o[::7, :, k] for k in range(o.shape[2])]))

with open(here / "learn_forest.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see {Path(__file__).name}\n")
    for key, v in out.items():
        f.write(key + "\t" + " ".join(repr(float(a)) if a != int(a) else repr(int(a)) for a in v) + "\n")
