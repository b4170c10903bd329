"""Write learn_semi_supervised.tsv: what scikit-learn learns from rows of which some have labels.

Run from this folder with the versions of VERSIONS. Each line is a key, a tab and numbers; matrices are flattened in C order.
"""
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.naive_bayes import GaussianNB
from sklearn.semi_supervised import LabelPropagation, LabelSpreading, SelfTrainingClassifier

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
out = {}


def put(key, values):
    out[key] = np.asarray(values, dtype=np.float64).ravel()


# ---- three groups that touch, one row far from all; three rows in four without a label
r = np.random.RandomState(11)
centres = np.array([[0, 0, 0], [2, 1, 0], [0, 2, 2]])
group = r.randint(0, 3, 120)
x = centres[group] + 0.8 * r.standard_normal((120, 3))
x[119] = 40
q = centres[r.randint(0, 3, 25)] + 0.9 * r.standard_normal((25, 3))
some = np.where(r.uniform(size=120) < 0.25, group, -1)
put("x", x), put("q", q)
labels = {"three": np.where(some < 0, -1, some * 5 - 3), "two": np.where(some < 0, -1, (some > 0).astype(int)), "all": group}
for name, y in labels.items():
    put(f"y/{name}", y)


def graph(key, model, y):
    m = model.fit(x, labels[y])
    put(f"{key}/shares", m.label_distributions_), put(f"{key}/labels", m.transduction_), put(f"{key}/n_iter", m.n_iter_), put(f"{key}/classes", m.classes_)
    put(f"{key}/predict", m.predict(q)), put(f"{key}/proba", m.predict_proba(q))


def near(a, b):
    return np.exp(-3 * np.abs(a[:, None, :] - b[None, :, :]).sum(-1))


for i, (model, y) in enumerate([
        (LabelPropagation(gamma=2), "three"), (LabelPropagation(), "two"), (LabelPropagation("knn"), "three"), (LabelPropagation("knn", n_neighbors=3), "two"),
        (LabelPropagation(gamma=0.3, max_iter=4), "three"), (LabelPropagation(gamma=2, tol=1e-9), "all"),
        (LabelSpreading(gamma=2), "three"), (LabelSpreading(alpha=0.7), "two"), (LabelSpreading("knn"), "three"), (LabelSpreading("knn", n_neighbors=4, alpha=0.9), "two"),
        (LabelSpreading(gamma=0.3, max_iter=2), "three"), (LabelSpreading("knn", tol=1e-7, max_iter=100), "all"),
        (LabelPropagation(near), "three"), (LabelSpreading(near), "two")]):
    graph(f"graph/{i}", model, y)

conditions = ["all_labeled", "max_iter", "no_change"]
for i, (model, y) in enumerate([
        (SelfTrainingClassifier(GaussianNB()), "three"), (SelfTrainingClassifier(GaussianNB(), threshold=0.95, max_iter=2), "three"),
        (SelfTrainingClassifier(LinearDiscriminantAnalysis(), criterion="k_best", k_best=7), "two"),
        (SelfTrainingClassifier(LinearDiscriminantAnalysis(), criterion="k_best", k_best=7, max_iter=None), "three"),
        (SelfTrainingClassifier(LinearDiscriminantAnalysis(), threshold=0.98, max_iter=None), "three"),
        (SelfTrainingClassifier(GaussianNB(), max_iter=0), "two"), (SelfTrainingClassifier(GaussianNB(), criterion="k_best", k_best=500), "two"),
        (SelfTrainingClassifier(GaussianNB()), "all")]):
    m = model.fit(x, labels[y])
    key = f"self/{i}"
    put(f"{key}/labels", m.transduction_), put(f"{key}/when", m.labeled_iter_), put(f"{key}/n_iter", m.n_iter_), put(f"{key}/classes", m.classes_)
    put(f"{key}/condition", conditions.index(m.termination_condition_)), put(f"{key}/predict", m.predict(q)), put(f"{key}/proba", m.predict_proba(q))

with open(here / "learn_semi_supervised.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_semi_supervised.py\n")
    for key, values in out.items():
        f.write(key + "\t" + " ".join(str(int(v)) if abs(v) < 1e15 and v == int(v) else repr(float(v)) for v in values) + "\n")
