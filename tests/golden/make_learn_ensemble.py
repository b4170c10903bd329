"""Write learn_ensemble.tsv: scikit-learn's ensembles of other estimators, on the data sets of tests/data.

Run from this folder with the versions of VERSIONS. Each line is a key, a tab and numbers; matrices are flattened in C order. A key is
the number of a row of learn_ensemble.def, whose text both libraries read, and what is compared.
"""
import re
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import *
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge, RidgeCV, SGDClassifier, SGDRegressor
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.multioutput import MultiOutputClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor, ExtraTreeClassifier, ExtraTreeRegressor

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
out = {}


def put(key, values):
    out[key] = np.asarray(values, dtype=np.float64).ravel()


def data(name):
    m = np.loadtxt(here.parent / "data" / f"{name}.csv", delimiter=",", skiprows=1)
    y = m[:, -1]
    return np.ascontiguousarray(m[:, :-1]), y if name == "diabetes" else y.astype(int)


def weights(n):
    """0, 0.5, 1, ..., 3 by turns: some rows count nothing."""
    return np.arange(n) % 7 / 2


def results(key, m, x):
    few = x[::11]
    for method in ("predict", "predict_proba", "predict_log_proba", "decision_function", "transform"):
        if hasattr(m, method):
            put(f"{key}/{method}", getattr(m, method)(few))
    for method in ("staged_predict", "staged_predict_proba", "staged_decision_function"):
        if hasattr(m, method):
            put(f"{key}/{method}", list(getattr(m, method)(x[::37])))
    for name in ("estimator_weights_", "estimator_errors_", "oob_score_", "oob_decision_function_", "oob_prediction_", "feature_importances_",
                 "estimators_features_"):
        try:
            put(f"{key}/{name}", getattr(m, name))
        except (AttributeError, ValueError):
            pass
    if hasattr(m, "estimators_"):
        put(f"{key}/members", len(m.estimators_))


rows = re.findall(r'ENSEMBLE\("(\w+)", (true|false),\s*((?:"[^"]*"\s*)+)\)', (here / "learn_ensemble.def").read_text())
for i, (name, weighted, parts) in enumerate(rows):
    spec = "".join(re.findall(r'"([^"]*)"', parts))
    x, y = data(name)
    m = eval(spec)
    m.fit(x, y, **({"sample_weight": weights(len(y))} if weighted == "true" else {}))
    results(str(i), m, x)

# warm starts: ten members at once, or four and then six
x, y = data("iris")
m = BaggingClassifier(GaussianNB(), n_estimators=4, max_samples=0.5, warm_start=True, random_state=3).fit(x, y)
results("warm", m.set_params(n_estimators=10).fit(x, y), x)

# labels that are there or not
many = np.stack([y == 0, y != 2, x[:, 0] > 5.5], axis=1).astype(int)
for part in ("False", "True"):
    m = StackingClassifier([("smooth", MultiOutputClassifier(GaussianNB(var_smoothing=0.1))), ("nb", MultiOutputClassifier(GaussianNB()))],
                           MultiOutputClassifier(GaussianNB(var_smoothing=0.01)), cv=KFold(3, shuffle=True, random_state=0), passthrough=part == "True")
    m.fit(x, many)
    put(f"labels/{part}/predict", m.predict(x))
    put(f"labels/{part}/transform", m.transform(x[::11]))

# fitted members
half = np.arange(len(y)) % 2 == 0
a, b = GaussianNB().fit(x[half], y[half]), LinearDiscriminantAnalysis().fit(x[half], y[half])
m = StackingClassifier([("a", FrozenEstimator(a)), ("b", FrozenEstimator(b))], LogisticRegression(solver="newton-cholesky", tol=1e-10), cv="prefit")
results("prefit", m.fit(x[~half], y[~half]), x)

with open(here / "learn_ensemble.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_ensemble.py\n")
    for key, values in out.items():
        f.write(key + "\t" + " ".join(str(int(v)) if np.isfinite(v) and v == int(v) and abs(v) < 1e15 else repr(float(v)) for v in values) + "\n")
