"""Write learn_calibration.tsv: scikit-learn's calibration of classifiers, on the data sets of tests/data.

Run from this folder with the versions of VERSIONS. Each line is a key, a tab and numbers; matrices are flattened in C order.
"""
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.calibration import CalibratedClassifierCV, calibration_curve
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
out = {}


def put(key, values):
    out[key] = np.asarray(values, dtype=np.float64).ravel()


def data(name):
    m = np.loadtxt(here.parent / "data" / f"{name}.csv", delimiter=",", skiprows=1)
    return np.ascontiguousarray(m[:, :-1]), m[:, -1].astype(int)


def results(key, m, x):
    put(f"{key}/labels", m.predict(x))
    put(f"{key}/proba", m.predict_proba(x[::29]))
    pairs = m.calibrated_classifiers_
    if m.method == "sigmoid":
        put(f"{key}/a", [[c.a_ for c in p.calibrators] for p in pairs])
        put(f"{key}/b", [[c.b_ for c in p.calibrators] for p in pairs])
    if m.method == "temperature":
        put(f"{key}/beta", [p.calibrators[0].beta_ for p in pairs])
    if m.method == "isotonic":
        put(f"{key}/thresholds", pairs[0].calibrators[-1].X_thresholds_)


for n in ("iris", "breast_cancer"):
    x, y = data(n)
    w = 0.5 + np.arange(len(y)) % 3
    for inner in (LinearDiscriminantAnalysis(), GaussianNB()):
        for method in ("sigmoid", "isotonic", "temperature"):
            for ensemble in (True, False):
                key = f"{n}/{type(inner).__name__}/{method}/{ensemble}"
                results(key, CalibratedClassifierCV(inner, method=method, cv=3, ensemble=ensemble).fit(x, y), x)
    for method in ("sigmoid", "isotonic", "temperature"):
        for ensemble in (True, False):
            key = f"weighted/{n}/{method}/{ensemble}"
            m = CalibratedClassifierCV(GaussianNB(), method=method, ensemble=ensemble)
            results(key, m.fit(x, y, sample_weight=w), x)
            key = f"weighted_lda/{n}/{method}/{ensemble}"
            m = CalibratedClassifierCV(LinearDiscriminantAnalysis(), method=method, cv=3, ensemble=ensemble)
            results(key, m.fit(x, y, sample_weight=w), x)
    half = np.arange(len(y)) % 2 == 0
    fitted = make_pipeline(StandardScaler(), LinearDiscriminantAnalysis()).fit(x[half], y[half])
    for method in ("sigmoid", "isotonic", "temperature"):
        key = f"frozen/{n}/{method}"
        results(key, CalibratedClassifierCV(FrozenEstimator(fitted), method=method).fit(x[~half], y[~half]), x)
    search = GridSearchCV(CalibratedClassifierCV(FrozenEstimator(fitted)), {"method": ["sigmoid", "isotonic", "temperature"]},
                          scoring="neg_log_loss", cv=3).fit(x[~half], y[~half])
    put(f"search/{n}/scores", search.cv_results_["mean_test_score"])
    put(f"search/{n}/best", search.best_index_)

# folds that lack classes: iris is sorted by class
x, y = data("iris")
order = np.argsort((np.arange(150) * 7) % 150)
results("kfold", CalibratedClassifierCV(GaussianNB(), cv=KFold(4)).fit(x[order], y[order]), x)
lacking = np.concatenate([np.arange(0, 50), np.arange(50, 140), np.arange(140, 150)])
results("lacking", CalibratedClassifierCV(GaussianNB(), cv=KFold(3)).fit(x[lacking], y[lacking]), x)

# large scores
x, y = data("breast_cancer")
results("large", CalibratedClassifierCV(LinearDiscriminantAnalysis(), cv=3).fit(x, y), x)
p = GaussianNB().fit(x, y).predict_proba(x)[:, 1]
i = np.arange(len(y))
p2 = (p + (i * 0.618034) % 1) / 2
for strategy in ("uniform", "quantile"):
    for bins in (1, 5, 12):
        for label in (0, 1):
            t, q = calibration_curve(y, p2, n_bins=bins, strategy=strategy, pos_label=label)
            put(f"curve/{strategy}/{bins}/{label}/true", t)
            put(f"curve/{strategy}/{bins}/{label}/pred", q)

with open(here / "learn_calibration.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_calibration.py\n")
    for key, values in out.items():
        f.write(key + "\t" + " ".join(str(int(v)) if v == int(v) and abs(v) < 1e15 else repr(float(v)) for v in values) + "\n")
