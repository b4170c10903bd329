"""Write learn_search.tsv and parameter_cases.tsv: what scikit-learn's searches, curves and inspection compute.

Run from this folder with the versions of VERSIONS (scikit-learn 1.9.1, NumPy 2.4.6, SciPy 1.17.1). Each line of learn_search.tsv is a
key, a tab and numbers; of parameter_cases.tsv a grid or distributions, draws (0: the grid), seed, and the combinations, with tabs between.
"""
import warnings
from pathlib import Path

import numpy as np
import scipy.stats as st
import sklearn
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import (FixedThresholdClassifier, GridSearchCV, GroupKFold, KFold, ParameterGrid, ParameterSampler,
                                     RandomizedSearchCV, ShuffleSplit, StratifiedKFold, TunedThresholdClassifierCV, cross_val_predict,
                                     cross_validate, learning_curve, validation_curve)
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
out = {}


def put(key, values):
    out[key] = np.asarray(values, dtype=np.float64).ravel()


def data(name):
    m = np.loadtxt(here.parent / "data" / f"{name}.csv", delimiter=",", skiprows=1)
    return np.ascontiguousarray(m[:, :-1]), m[:, -1]


iris, cancer, diabetes = data("iris"), data("breast_cancer"), data("diabetes")


def search(key, s, xy, **fit):
    s.fit(*xy, **fit)
    r = s.cv_results_
    names = ["score"] if not s.multimetric_ else sorted(s.scorer_)
    for n in names:
        for part in ("mean_test", "std_test", "rank_test", "mean_train"):
            if f"{part}_{n}" in r:
                put(f"{key}/{part}_{n}", r[f"{part}_{n}"])
        put(f"{key}/splits_{n}", [r[f"split{i}_test_{n}"] for i in range(s.n_splits_)])
    if hasattr(s, "best_index_"):
        put(f"{key}/best", [s.best_index_, s.best_score_])
    if s.refit:
        put(f"{key}/predict", s.predict(xy[0])[::7])
        put(f"{key}/score", s.score(*xy))


weight = 0.5 + np.arange(len(diabetes[1])) % 3
search("ridge", GridSearchCV(Ridge(), {"alpha": [0.001, 0.01, 0.1, 1.0, 10.0]}, return_train_score=True), diabetes)
search("weighted", GridSearchCV(Ridge(), {"alpha": [0.001, 0.1, 10.0]}, cv=KFold(4)), diabetes, sample_weight=weight)
search("knn", GridSearchCV(KNeighborsClassifier(), {"weights": ["uniform", "distance"], "n_neighbors": [1, 3, 5, 9]}), iris)
search("several", GridSearchCV(GaussianNB(), {"var_smoothing": [1e-9, 1e-3, 0.1, 1.0]}, scoring=["accuracy", "f1_macro"],
                               refit="f1_macro", cv=StratifiedKFold(4, shuffle=True, random_state=1)), iris)
search("unchosen", GridSearchCV(GaussianNB(), {"var_smoothing": [1e-9, 0.1]}, scoring=["accuracy", "f1_macro"], refit=False), iris)
pipe = make_pipeline(StandardScaler(), KNeighborsClassifier())
search("pipe", GridSearchCV(pipe, [{"kneighborsclassifier__n_neighbors": [1, 5]},
                                   {"standardscaler__with_mean": [False], "kneighborsclassifier__p": [1, 2]}], cv=3), iris)
search("drawn", RandomizedSearchCV(Ridge(), {"alpha": st.loguniform(1e-4, 10), "fit_intercept": [True, False]}, n_iter=6,
                                   random_state=5), diabetes)
search("listed", RandomizedSearchCV(KNeighborsClassifier(), {"n_neighbors": [1, 2, 3, 4, 5, 6], "p": [1, 2]}, n_iter=5,
                                    random_state=3), iris)
search("failing", GridSearchCV(KNeighborsClassifier(), {"n_neighbors": [5, 500, 3]}, cv=3), iris)
search("grouped", GridSearchCV(Ridge(), {"alpha": [0.01, 1.0]}, cv=GroupKFold(3), scoring="neg_mean_absolute_error"), diabetes,
       groups=np.arange(len(diabetes[1])) % 7)

r = cross_validate(GaussianNB(), *iris, cv=4, scoring=("accuracy", "balanced_accuracy", "neg_log_loss"), return_train_score=True)
for k in r:
    if "time" not in k:
        put(f"validate/{k}", r[k])
r = cross_validate(Ridge(), *diabetes, cv=3, params={"sample_weight": weight})
put("validate/weighted", r["test_score"])

for method in ("predict", "predict_proba", "predict_log_proba"):
    put(f"predict/{method}", cross_val_predict(GaussianNB(), *iris, cv=4, method=method)[::5])
put("predict/shuffled", cross_val_predict(Ridge(), *diabetes, cv=KFold(3, shuffle=True, random_state=2))[::9])
put("predict/missing", cross_val_predict(GaussianNB(), *iris, cv=KFold(3), method="predict_proba")[::5])

s, a, b = learning_curve(GaussianNB(), *iris, cv=4, shuffle=True, random_state=0)
put("learning/sizes", s), put("learning/train", a), put("learning/test", b)
s, a, b = learning_curve(KNeighborsClassifier(3), *iris, cv=ShuffleSplit(3, test_size=0.2, random_state=1), train_sizes=[10, 40, 40, 80])
put("learning/knn/sizes", s), put("learning/knn/train", a), put("learning/knn/test", b)
a, b = validation_curve(Ridge(), *diabetes, param_name="alpha", param_range=[0.01, 0.1, 1.0], cv=3)
put("validation/train", a), put("validation/test", b)

m = LinearRegression().fit(*diabetes)
for key, more in (("plain", {}), ("weighted", {"sample_weight": weight}), ("some", {"max_samples": 0.5}), ("few", {"max_samples": 3})):
    r = permutation_importance(m, *diabetes, n_repeats=3, random_state=7, **more)
    put(f"importance/{key}/mean", r.importances_mean), put(f"importance/{key}/std", r.importances_std)
    put(f"importance/{key}/all", r.importances)
r = permutation_importance(GaussianNB().fit(*iris), *iris, random_state=0, scoring="accuracy")
put("importance/iris/all", r.importances)

nb = GaussianNB().fit(*iris)
r = partial_dependence(nb, iris[0], [2], grid_resolution=8)
put("dependence/iris/average", r["average"]), put("dependence/iris/grid", r["grid_values"][0])
r = partial_dependence(nb, iris[0], [(0, 3)], grid_resolution=5)
put("dependence/two/average", r["average"])
r = partial_dependence(GaussianNB().fit(*cancer), cancer[0], [3], grid_resolution=4, percentiles=(0.1, 0.8))
put("dependence/cancer/average", r["average"])
knn = KNeighborsClassifier(7).fit(*cancer)
r = partial_dependence(knn, cancer[0], [0], grid_resolution=4, kind="both", sample_weight=1.0 + np.arange(len(cancer[1])) % 2)
put("dependence/both/average", r["average"]), put("dependence/both/individual", r["individual"][:, ::40])
r = partial_dependence(m, diabetes[0], [1], grid_resolution=20)
put("dependence/diabetes/average", r["average"])

x = (cancer[0] - cancer[0].mean(axis=0)) / cancer[0].std(axis=0)
small = np.ascontiguousarray(x[:, [1, 8]])
y = cancer[1]
for key, t in (("default", TunedThresholdClassifierCV(GaussianNB())),
               ("f1", TunedThresholdClassifierCV(GaussianNB(), scoring="f1", thresholds=[0.1, 0.3, 0.5, 0.7], store_cv_results=True)),
               ("decision", TunedThresholdClassifierCV(LogisticRegression(tol=1e-10), response_method="decision_function",
                                                       thresholds=20, cv=3, store_cv_results=True)),
               ("share", TunedThresholdClassifierCV(GaussianNB(), cv=0.3, random_state=4, refit=False))):
    t.fit(small, y)
    put(f"tuned/{key}/best", [t.best_threshold_, t.best_score_])
    put(f"tuned/{key}/predict", t.predict(small)[::3])
    if t.store_cv_results:
        put(f"tuned/{key}/scores", t.cv_results_["scores"])
for key, t in (("auto", FixedThresholdClassifier(GaussianNB())), ("high", FixedThresholdClassifier(GaussianNB(), threshold=0.9)),
               ("first", FixedThresholdClassifier(GaussianNB(), threshold=0.8, pos_label=0)),
               ("decision", FixedThresholdClassifier(LogisticRegression(), threshold=-1.0, response_method="decision_function"))):
    put(f"fixed/{key}", t.fit(small, y).predict(small)[::3])

head = f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_search.py"
(here / "learn_search.tsv").write_text(
    "\n".join([head, *(k + "\t" + " ".join(repr(float(v)) for v in row) for k, row in out.items())]) + "\n")


def plain(v):
    return v.item() if isinstance(v, np.generic) else v


def text(p):
    return "{" + ", ".join(f"{k!r}: {plain(v)!r}" for k, v in p.items()) + "}"


names = {n: getattr(st, n) for n in ("uniform", "loguniform", "reciprocal", "randint", "norm", "expon")}


def frozen(v):
    return eval(v, names) if isinstance(v, str) else v


cases = [("{'b': [1, 2], 'a': ['x', None]}", 0, 0), ("[{'z': [1], 'c': [True, False]}, {}, {'d': [0.5, 1e-05]}]", 0, 0)]
lists = "{'b': %s, 'a': ['x', 'y', 'z']}"
for n, seed in ((1, 0), (5, 0), (11, 3), (12, 3), (20, 1)):
    cases.append((lists % [1, 2, 3, 4], n, seed))
cases.append((lists % list(range(200)), 4, 9))
cases.append((lists % list(range(200)), 598, 9))
cases.append(("[{'a': [1, 2, 3]}, {'b': [4, 5], 'a': [6, 7]}]", 4, 2))
for seed in (0, 1):
    cases.append(("{'u': 'uniform(0, 1)', 'l': 'loguniform(1e-4, 1)', 'i': 'randint(1, 5)', 'n': 'norm(2, scale=3)', "
                  "'e': 'expon(scale=2)', 'c': ['x', 'y', 'z'], 'w': 'uniform(loc=-1, scale=4)', 'r': 'reciprocal(1, 10)'}", 5, seed))
    cases.append(("[{'a': [1, 2, 3], 'b': 'uniform(0, 2)'}, {'c': 'randint(0, 1000)'}]", 6, seed))
lines = []
for grid, n, seed in cases:
    g = eval(grid)
    if n == 0:
        found = list(ParameterGrid(g))
    else:
        g = [{k: frozen(v) for k, v in d.items()} for d in (g if isinstance(g, list) else [g])]
        found = list(ParameterSampler(g if len(g) > 1 else g[0], n, random_state=seed))
    lines.append("\t".join([grid, str(n), str(seed), *map(text, found)]))
(here / "parameter_cases.tsv").write_text("\n".join([head, *lines]) + "\n")
