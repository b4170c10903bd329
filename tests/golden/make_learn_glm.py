"""Write learn_glm.tsv: what scikit-learn's generalised linear models, robust regressions, isotonic regression and stochastic
gradient descent compute on the data sets of tests/data.

Run from this folder with the versions of VERSIONS (scikit-learn 1.9.1, NumPy 2.4.6, SciPy 1.17.1). Each line is a key, a tab and
numbers. The cases are those of test_learn_glm.c and test_learn_sgd.c: a key, the model as both libraries write it, the data.
"""
import re
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import *  # noqa: F403
from sklearn.preprocessing import StandardScaler

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
out = {}


def put(key, values):
    out[key] = np.asarray(values, dtype=np.float64).ravel()


def data(name, raw=False):
    m = np.loadtxt(here.parent / "data" / f"{name}.csv", delimiter=",", skiprows=1)
    return m[:, :-1] if raw else StandardScaler().fit_transform(m[:, :-1]), m[:, -1]


def weights(n):
    return 0.5 + np.arange(n) % 3


def cases(file):
    """Rows {"key", "spec", "set", weighted} of a test's tables."""
    text = (here / file).read_text()
    text = re.sub(r'"\s*\n\s*"', "", text)
    for key, spec, name, weighted in re.findall(r'\{"([^"]*)",\s*"([^"]*)",\s*"([^"]*)",\s*(true|false)\}', text):
        yield key, spec, name, weighted == "true"


def target(name, x, y):
    """A set's name may end in the target that is made of its own: counts, positive, or one column."""
    if name.endswith("/counts"):
        return x, np.floor(y / 100)
    if name.endswith("/column"):
        return x[:, 2:3].copy(), y
    if name.endswith("/four"):
        return x[:, :4].copy(), y
    return x, y


def exact(spec):
    """The reference minimum: as tight as the solver goes."""
    if spec.startswith("LogisticRegression("):
        return re.sub(r"tol=[^,)]*", "tol=1e-13, random_state=0", re.sub(r"max_iter=\d+", "max_iter=200000", spec))
    return spec


ONE_CLASS = [  # as in test_learn_sgd.c; every second one with weights
    "SGDOneClassSVM(random_state=0)",
    "SGDOneClassSVM(0.1, random_state=1)",
    "SGDOneClassSVM(nu=1.0, shuffle=False, tol=None, max_iter=4)",
    "SGDOneClassSVM(nu=0.2, fit_intercept=False, random_state=2)",
    "SGDOneClassSVM(nu=0.05, average=True, random_state=3)",
    "SGDOneClassSVM(nu=0.3, average=1000, random_state=3, max_iter=2, tol=None)",
    "SGDOneClassSVM(nu=0.3, learning_rate='constant', random_state=4)",
    "SGDOneClassSVM(nu=0.3, learning_rate='invscaling', eta0=0.1, power_t=0.25, random_state=4)",
    "SGDOneClassSVM(nu=0.3, learning_rate='adaptive', eta0=0.1, random_state=4, max_iter=200)",
]
for file in ("test_learn_glm.c", "test_learn_sgd.c"):
    for key, spec, name, weighted in cases(file):
        raw = name.endswith("/raw")
        x, y = target(name, *data(name.split("/")[0], raw))
        model = eval((spec if raw else exact(spec)).replace("inf", "np.inf"))
        if isinstance(model, LogisticRegressionCV):
            model.set_params(use_legacy_attributes=False, l1_ratios=model.l1_ratios if model.l1_ratios != "warn" else (0.0,))
            model.set_params(scoring=model.scoring if model.scoring != "warn" else None)
        m = model.fit(x, y, sample_weight=weights(len(y))) if weighted else model.fit(x, y)
        if hasattr(m, "coef_"):
            put(f"{key}/coef", m.coef_), put(f"{key}/intercept", m.intercept_)
        for a in ("n_iter_", "n_trials_", "inlier_mask_", "scale_", "outliers_", "breakdown_", "n_subpopulation_", "X_thresholds_",
                  "y_thresholds_", "C_", "l1_ratio_", "scores_", "Cs_", "t_"):
            if hasattr(m, a) and not (file == "test_learn_glm.c" and a == "outliers_"):
                put(f"{key}/{a}", getattr(m, a))
        put(f"{key}/predict", m.predict(x)[:30])
        if hasattr(m, "predict_proba") and file == "test_learn_sgd.c":
            put(f"{key}/proba", m.predict_proba(x)[:5])
        if not isinstance(m, IsotonicRegression):
            put(f"{key}/score", m.score(x, y))

x, y = data("wine_data")
m = SGDClassifier(random_state=3, average=True)
for i in range(3):
    m.partial_fit(x[i::3], y[i::3], classes=np.unique(y))
    put(f"partial/classifier/{i}/t", m.t_)
m = SGDClassifier(random_state=3, loss="log_loss")
for i in range(3):
    m.partial_fit(x[i::3], y[i::3], classes=np.unique(y))
put("partial/classifier/coef", m.coef_), put("partial/classifier/intercept", m.intercept_)
m = SGDClassifier(random_state=4, warm_start=True, max_iter=5, tol=None)
m.fit(x, y), m.fit(x, y)
put("warm/classifier/coef", m.coef_)
x, y = data("diabetes")
m = SGDRegressor(random_state=3, average=5)
for i in range(3):
    m.partial_fit(x[i::3], y[i::3])
put("partial/regressor/coef", m.coef_), put("partial/regressor/intercept", m.intercept_), put("partial/regressor/t", m.t_)
for i, spec in enumerate(ONE_CLASS):
    m = eval(spec)
    m.fit(x, sample_weight=weights(len(x))) if i % 2 else m.fit(x)
    put(f"one_class/{i}/coef", m.coef_), put(f"one_class/{i}/offset", m.offset_), put(f"one_class/{i}/n_iter", m.n_iter_)
    put(f"one_class/{i}/t", m.t_), put(f"one_class/{i}/decision", m.decision_function(x)[:30]), put(f"one_class/{i}/predict", m.predict(x))
for average in (False, 7):
    m = SGDOneClassSVM(random_state=3, average=average)
    for i in range(3):
        m.partial_fit(x[i::3])
    put(f"one_class/partial/{int(average)}/coef", m.coef_), put(f"one_class/partial/{int(average)}/offset", m.offset_)
    put(f"one_class/partial/{int(average)}/t", m.t_)
m = SGDOneClassSVM(random_state=4, warm_start=True, max_iter=3, tol=None)
m.fit(x), m.fit(x)
put("one_class/warm/coef", m.coef_), put("one_class/warm/offset", m.offset_)
m = SGDOneClassSVM(nu=0.3, random_state=5).fit(x.astype(np.float32))
put("one_class/float32/coef", m.coef_), put("one_class/float32/n_iter", m.n_iter_)
x, y = data("digits")
m = SGDClassifier(random_state=0, penalty="elasticnet", max_iter=30).fit(x.astype(np.float32), y)
put("float32/coef", m.coef_), put("float32/n_iter", m.n_iter_)
x, y = data("wine_data")
for use in (False, True):
    m = LogisticRegressionCV(Cs=[0.1, 1.0], cv=3, l1_ratios=(0.0,), refit=use, tol=1e-9, max_iter=10000, scoring="neg_log_loss",
                             use_legacy_attributes=False).fit(x, y)
    put(f"cv/{int(use)}/coef", m.coef_), put(f"cv/{int(use)}/paths", m.coefs_paths_), put(f"cv/{int(use)}/scores", m.scores_)
    put(f"cv/{int(use)}/C", m.C_)

with open(here / "learn_glm.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_glm.py\n")
    for key, values in out.items():
        f.write(key + "\t" + " ".join(str(int(v)) if np.isfinite(v) and v == int(v) and abs(v) < 1e15 else repr(float(v)) for v in values) + "\n")
