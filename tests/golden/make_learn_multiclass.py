"""Write learn_multiclass.tsv: scikit-learn's estimators made of several others, on the data sets of
tests/data.

Run from this folder with the versions of VERSIONS. Each line is a key, a tab and numbers; matrices are flattened in C order.
"""
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier
from sklearn.multioutput import MultiOutputRegressor, RegressorChain
from sklearn.naive_bayes import GaussianNB

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
out = {}


def put(key, values):
    out[key] = np.asarray(values, dtype=np.float64).ravel()


def data(name):
    m = np.loadtxt(here.parent / "data" / f"{name}.csv", delimiter=",", skiprows=1)
    return np.ascontiguousarray(m[:, :-1]), m[:, -1]


for n in ("iris", "wine_data", "breast_cancer"):
    x, y = data(n)
    for inner in (LinearDiscriminantAnalysis(), GaussianNB(), Ridge()):
        for name, c in (("rest", OneVsRestClassifier), ("one", OneVsOneClassifier)):
            m = c(inner).fit(x, y)
            key = f"{name}/{n}/{type(inner).__name__}"
            put(f"{key}/labels", m.predict(x))
            if hasattr(m, "predict_proba"):
                put(f"{key}/proba", m.predict_proba(x[:5]))
            if hasattr(m, "decision_function"):
                put(f"{key}/decision", m.decision_function(x[:5]))

x, y = data("diabetes")
w = 0.5 + np.arange(len(y)) % 3
targets = np.column_stack([y, x[:, 0] * y, y * y / 100])
for case, weight in (("plain", None), ("weighted", w)):
    put(f"multioutput/{case}", MultiOutputRegressor(Ridge(alpha=0.5)).fit(x, targets, sample_weight=weight).predict(x[:5]))
for case, order in (("none", None), ("given", [2, 0, 1]), ("random", "random")):
    m = RegressorChain(Ridge(alpha=0.5), order=order, random_state=4).fit(x, targets)
    put(f"chain/{case}/predict", m.predict(x[:5])), put(f"chain/{case}/order", m.order_)

put("chain/cv/predict", RegressorChain(Ridge(alpha=0.5), cv=3).fit(x, targets).predict(x[:5]))

with open(here / "learn_multiclass.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_multiclass.py\n")
    for key, values in out.items():
        f.write(key + "\t" + " ".join(str(int(v)) if v == int(v) and abs(v) < 1e15 else repr(float(v)) for v in values) + "\n")
