"""Write learn_svm.tsv: what scikit-learn's support vector machines find on the data sets of tests/data.

Run from this folder with the versions of VERSIONS (scikit-learn 1.9.1, NumPy 2.4.6, SciPy 1.17.1). Each line is a key, a tab and
numbers; matrices are flattened in C order. The cases are the rows of test_learn_svm.c and test_learn_svm_linear.c: a key, the model
as both libraries write it, the data, and whether rows have weights.
"""
import re
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.preprocessing import StandardScaler
from sklearn.svm import *  # noqa: F403

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
out = {}


def put(key, values):
    if np.size(values) > 0:
        out[key] = np.asarray(values, dtype=np.float64).ravel()


def data(name):
    """The first rows of a set, columns standardised; its name may end in /two: classes 0 and 1 only; /given: inner products."""
    parts = name.split("/")
    m = np.loadtxt(here.parent / "data" / f"{parts[0]}.csv", delimiter=",", skiprows=1)
    if "two" in parts:
        m = m[m[:, -1] < 2]
    x, y = StandardScaler().fit_transform(m[:, :-1]), m[:, -1]
    if "short" in parts:
        x, y = x[:300], y[:300]
    return (x @ x.T if "given" in parts else x), y


def weights(n, some):
    """Of all rows; or 0 for each fifth."""
    w = 0.5 + np.arange(n) % 3
    return np.where(np.arange(n) % 5 == 4, 0, w) if some else w


def cases(file):
    text = re.sub(r'"\s*\n\s*"', "", (here / file).read_text())
    return re.findall(r'\{"([^"]*)",\s*"([^"]*)",\s*"([^"]*)",\s*(NONE|ALL|SOME)\}', text)


def rational(x, y):
    return 1 / (1 + 0.1 * ((x[:, None, :] - y[None, :, :]) ** 2).sum(-1))


def own_kernel(m, x):
    """A kernel that is no name of scikit-learn's, as a function: one from here, or a formula of Calx of rows and parameters."""
    text = getattr(m, "kernel", "rbf")
    if text == "rational":
        return m.set_params(kernel=rational)
    if ":" not in text:
        return m
    names, body = text.split(":", 1)
    *parts, last = body.split(";")
    gamma = {"scale": 1 / (x.shape[1] * x.var()), "auto": 1 / x.shape[1]}.get(m.gamma, m.gamma)

    def kernel(a, b):
        rows = dict(zip([n.strip() for n in names.split(",")], (a[:, None, :], b[None, :, :])))
        known = {**vars(np), **m.get_params(), "gamma": gamma, **rows}
        exec("; ".join(p.strip() for p in parts), known)
        return eval(last.strip(), known)

    return m.set_params(kernel=kernel)


ATTRS = ("dual_coef_", "intercept_", "n_iter_", "_gamma", "offset_", "coef_", "_probA", "_probB", "class_weight_", "fit_status_")
for file in ("test_learn_svm.c", "test_learn_svm_linear.c"):
    for key, spec, name, kind in cases(file) if (here / file).exists() else []:
        x, y = data(name)
        w = None if kind == "NONE" else weights(len(y), kind == "SOME")
        m = own_kernel(eval(spec), x).fit(x, y, sample_weight=w)
        own = callable(getattr(m, "kernel", None))
        kept = np.flatnonzero(w) if kind == "SOME" else np.arange(len(y))
        if hasattr(m, "support_"):
            put(f"{key}/support_", kept[m.support_])
            put(f"{key}/n_support_", m.n_support_)
        for a in ATTRS:
            if not (own and a == "_gamma") and hasattr(m, a) and np.size(getattr(m, a)) > 0:
                put(f"{key}/{a.lstrip('_')}", getattr(m, a))
        if ("given" in name or own) and kind == "SOME":  # scikit-learn takes the wrong rows of x then
            continue
        for method in ("predict", "decision_function", "score_samples", "predict_proba"):
            if hasattr(m, method):
                put(f"{key}/{method}", getattr(m, method)(x[::7]))

for name in ("iris", "breast_cancer"):
    x, y = data(name)
    for loss in ("squared_hinge", "log"):
        for intercept in (True, False):
            put(f"l1_min_c/{name}/{loss}/{int(intercept)}", l1_min_c(x, y, loss=loss, fit_intercept=intercept, intercept_scaling=2.0))

with open(here / "learn_svm.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}; written by make_learn_svm.py\n")
    for k, v in out.items():
        f.write(k + "\t" + " ".join(str(int(a)) if a == int(a) and abs(a) < 1e15 else repr(float(a)) for a in v) + "\n")
