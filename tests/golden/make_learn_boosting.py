"""Write learn_boosting.tsv: scikit-learn's gradient boosting of learn_boosting_cases.def.

Run from this folder with the versions of VERSIONS. Each line is a key, a tab and numbers; matrices are flattened in C order.
"""
import re
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor
from sklearn.linear_model import Ridge

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
out = {}


def put(key, values):
    out[key] = np.asarray(values, dtype=np.float64).ravel()


def data(name, kind):
    m = np.loadtxt(here.parent / "data" / f"{name}.csv", delimiter=",", skiprows=1)
    x, y = np.ascontiguousarray(m[:, :-1]), m[:, -1]
    i = np.arange(x.shape[0])
    return x, y, np.where(i % 9 == 4, 0.0, 0.5 + i % 3) if "WEIGHTED" in kind else None


def some(name, x):
    """Rows spread over the data, 30 of them."""
    return x[:: max(1, x.shape[0] // 30)][:30]


def tell(name, m, x):
    trees = [t.tree_ for t in m.estimators_.ravel()]
    put(f"{name}/nodes", [t.node_count for t in trees])
    put(f"{name}/feature", np.concatenate([t.feature for t in trees]))
    put(f"{name}/left", np.concatenate([t.children_left for t in trees]))
    put(f"{name}/samples", np.concatenate([t.n_node_samples for t in trees]))
    put(f"{name}/threshold", [t.threshold @ (1 + np.arange(t.node_count) % 7) for t in trees])
    put(f"{name}/weighted", [t.weighted_n_node_samples @ (1 + np.arange(t.node_count) % 7) for t in trees])
    put(f"{name}/impurity", [t.impurity @ (1 + np.arange(t.node_count) % 7) for t in trees])
    put(f"{name}/value", np.concatenate([t.value[:, 0, 0] for t in trees]))
    put(f"{name}/train_score", m.train_score_)
    put(f"{name}/importances", m.feature_importances_)
    put(f"{name}/sizes", [m.n_estimators_, m.n_trees_per_iteration_, m.max_features_])
    if hasattr(m, "oob_scores_"):
        put(f"{name}/oob_scores", m.oob_scores_), put(f"{name}/oob_improvement", m.oob_improvement_), put(f"{name}/oob_score", m.oob_score_)
    tell_use(name, m, x)


def tell_use(name, m, x):
    rows = some(name, x)
    put(f"{name}/predict", m.predict(rows))
    put(f"{name}/apply", m.apply(rows))
    put(f"{name}/staged_predict", np.array(list(m.staged_predict(rows)))[-3:])
    if hasattr(m, "predict_proba"):
        put(f"{name}/proba", m.predict_proba(rows)), put(f"{name}/decision", m.decision_function(rows))
        put(f"{name}/staged_proba", np.array(list(m.staged_predict_proba(rows)))[::4])
        put(f"{name}/staged_decision", np.array(list(m.staged_decision_function(rows)))[::4])


for name, spec, source, kind in re.findall(r'^CASE\((\w+), "(.*)", (\w+), ([A-Z| ]+)\)$', (here / "learn_boosting_cases.def").read_text(), re.M):
    x, y, weight = data(source, kind)
    tell(name, eval(spec).fit(x, y, sample_weight=weight), x)

# Warm starts: more stages over the same rows, with rows drawn and held out.
for name, spec, source in (
    ("warm_c", "GradientBoostingClassifier(n_estimators=4, subsample=0.7, warm_start=True, random_state=0)", "breast_cancer"),
    ("warm_k", "GradientBoostingClassifier(n_estimators=3, max_features=2, warm_start=True, random_state=1)", "iris"),
    ("warm_r", "GradientBoostingRegressor(n_estimators=5, loss='huber', warm_start=True, random_state=2)", "diabetes"),
    ("warm_stop", "GradientBoostingRegressor(n_estimators=5, n_iter_no_change=6, subsample=0.8, warm_start=True, random_state=3)", "diabetes"),
):
    x, y, _ = data(source, "PLAIN")
    m = eval(spec).fit(x, y)
    m.set_params(n_estimators=11).fit(x, y)
    tell(name, m, x)
# rows drawn only from the second fit on
x, y, _ = data("diabetes", "PLAIN")
m = GradientBoostingRegressor(n_estimators=3, warm_start=True, random_state=4).fit(x, y)
tell("warm_bag", m.set_params(n_estimators=7, subsample=0.5).fit(x, y), x)

# Estimators to start from.
x, y, weight = data("diabetes", "WEIGHTED")
tell_use("init_r", GradientBoostingRegressor(n_estimators=5, init=Ridge(alpha=0.5), random_state=0).fit(x, y, weight), x)
x, y, _ = data("breast_cancer", "PLAIN")
inner = GradientBoostingClassifier(n_estimators=2, max_depth=2, random_state=5)
tell_use("init_c", GradientBoostingClassifier(n_estimators=4, init=inner, random_state=0).fit(x, y), x)
x, y, _ = data("iris", "PLAIN")
inner = GradientBoostingClassifier(n_estimators=2, max_depth=2, random_state=5)
tell_use("init_k", GradientBoostingClassifier(n_estimators=4, init=inner, random_state=0).fit(x, y), x)

with open(here / "learn_boosting.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_boosting.py\n")
    for key, numbers in out.items():
        f.write(key + "\t" + " ".join(str(int(v)) if abs(v) < 1e15 and v == int(v) else repr(float(v)) for v in numbers) + "\n")
