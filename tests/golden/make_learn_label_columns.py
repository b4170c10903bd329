"""Write learn_label_columns.tsv: scikit-learn's classifiers of several label columns, codes and sets of labels, on the data sets of
tests/data.

Run from this folder with the versions of VERSIONS. Each line is a key, a tab and numbers; matrices are flattened in C order.
"""
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold, cross_val_predict, cross_val_score
from sklearn.multiclass import OneVsRestClassifier, OutputCodeClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier, RegressorChain
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import MultiLabelBinarizer

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
out = {}


def put(key, values):
    out[key] = np.asarray(values, dtype=np.float64).ravel()


def data(name):
    m = np.loadtxt(here.parent / "data" / f"{name}.csv", delimiter=",", skiprows=1)
    return np.ascontiguousarray(m[:, :-1]), m[:, -1]


def columns(x, y):
    """Classes 0, 1, 2; 4 and -3; 0 to 3 by quarters of a column."""
    quarter = np.minimum(3, np.floor(4 * (x[:, 1] - x[:, 1].min()) / np.ptp(x[:, 1])))
    return np.column_stack([y, 4 - 7 * (x[:, 0] > x[:, 0].mean()), quarter]).astype(int)


def indicator(x, y):
    return np.column_stack([y == 1, x[:, 0] > x[:, 0].mean(), y != 0]).astype(int)


sets = {n: data(n) for n in ("iris", "wine_data")}
lda = LinearDiscriminantAnalysis()
inner = (lda, GaussianNB(), KNeighborsClassifier(3))
for n, (x, y) in sets.items():
    c, b = columns(x, y), indicator(x, y)
    w = 0.5 + np.arange(len(y)) % 3
    for e in inner:
        key = f"{n}/{type(e).__name__}"
        m = MultiOutputClassifier(e).fit(x, c)
        put(f"output/{key}/labels", m.predict(x))
        put(f"output/{key}/proba", np.hstack(m.predict_proba(x[::7])))
        put(f"output/{key}/score", m.score(x, c))
        put(f"output/{key}/classes", np.concatenate(m.classes_))
        put(f"output/{key}/offsets", np.cumsum([0] + [len(k) for k in m.classes_]))
        m = OneVsRestClassifier(e).fit(x, b)
        put(f"rest/{key}/labels", m.predict(x)), put(f"rest/{key}/proba", m.predict_proba(x[::7]))
        put(f"rest/{key}/score", m.score(x, b))
        if hasattr(m, "decision_function"):
            put(f"rest/{key}/decision", m.decision_function(x[::7]))
        m = ClassifierChain(e, order=[2, 0, 1]).fit(x, c)
        put(f"chain/{key}/labels", m.predict(x))
    for m in (OneVsRestClassifier(lda), OneVsRestClassifier(GaussianNB()), MultiOutputClassifier(GaussianNB()), ClassifierChain(GaussianNB())):
        for k in (2, 3):
            if k == 2 and isinstance(m, OneVsRestClassifier) and isinstance(m.estimator, GaussianNB):
                continue  # scikit-learn takes two labels for two classes and has no score
            for scoring in ("roc_auc", "average_precision", "f1_macro", "accuracy"):
                key = f"scores/{n}/{type(m).__name__}({type(m.estimator).__name__}())/{k}/{scoring}"
                put(key, cross_val_score(m, x, b[:, :k], cv=KFold(3, shuffle=True, random_state=0), scoring=scoring))
    m = MultiOutputClassifier(GaussianNB())
    for cv in (3, 5):  # folds in the order of the classes: some train without one
        put(f"folds/{n}/{cv}/proba", np.hstack(cross_val_predict(m, x, c, cv=KFold(cv), method="predict_proba")))
        put(f"folds/{n}/{cv}/labels", cross_val_predict(m, x, c, cv=KFold(cv)))
    put(f"output/{n}/weighted", np.hstack(MultiOutputClassifier(GaussianNB()).fit(x, c, sample_weight=w).predict_proba(x[::7])))
    for seed in range(4):
        for size in (0.7, 1.5, 4):
            for e in inner[:2]:
                m = OutputCodeClassifier(e, code_size=size, random_state=seed).fit(x, y)
                key = f"code/{n}/{type(e).__name__}/{seed}/{size:g}"
                put(f"{key}/book", m.code_book_), put(f"{key}/labels", m.predict(x))
    for case, keys in {
        "plain": {},
        "given": dict(order=[1, 2, 0]),
        "random": dict(order="random", random_state=4),
        "cv": dict(cv=3),
        "proba": dict(chain_method="predict_proba"),
        "decision": dict(chain_method=["decision_function", "predict"]),
        "cv_proba": dict(cv=4, chain_method="predict_proba", order=[2, 0, 1]),
        "cv_decision": dict(cv=4, chain_method="decision_function"),
        "log": dict(chain_method="predict_log_proba"),
    }.items():
        m = ClassifierChain(lda, **keys).fit(x, b)
        put(f"chain/{n}/{case}/order", m.order_), put(f"chain/{n}/{case}/labels", m.predict(x))
        put(f"chain/{n}/{case}/proba", m.predict_proba(x[::7])), put(f"chain/{n}/{case}/decision", m.decision_function(x[::7]))
        put(f"chain/{n}/{case}/score", m.score(x, b))
    # labels that are in all rows, in none; one at the front
    b = np.column_stack([b, np.ones(len(y)), np.zeros(len(y))]).astype(int)
    for case, take in (("end", [0, 1, 3, 4]), ("front", [3, 0, 4, 1]), ("only", [3, 4])):
        for e in (lda, GaussianNB(), Ridge()):
            m = OneVsRestClassifier(e).fit(x, b[:, take])
            key = f"constant/{n}/{case}/{type(e).__name__}"
            put(f"{key}/labels", m.predict(x))

rng = np.random.RandomState(0)
rows = [list(rng.randint(-3, 6, size=rng.randint(0, 5))) for _ in range(20)]
m = MultiLabelBinarizer()
y = m.fit_transform(rows)
put("sets/labels", [v for r in rows for v in r]), put("sets/offsets", np.cumsum([0] + [len(r) for r in rows]))
put("sets/classes", m.classes_), put("sets/matrix", y)
back = m.inverse_transform(y)
put("sets/back/labels", [v for r in back for v in r]), put("sets/back/offsets", np.cumsum([0] + [len(r) for r in back]))
m = MultiLabelBinarizer(classes=[4, -1, 2, 7]).fit(rows)
y = m.transform(rows)
put("sets/given/matrix", y), put("sets/given/back", [v for r in m.inverse_transform(y) for v in r])

with open(here / "learn_label_columns.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_label_columns.py\n")
    for key, values in out.items():
        f.write(key + "\t" + " ".join(str(int(v)) if v == int(v) and abs(v) < 1e15 else repr(float(v)) for v in values) + "\n")
