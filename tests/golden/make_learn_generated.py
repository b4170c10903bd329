"""Write learn_generated.tsv: what scikit-learn computes on 21 generated sets and on the five of tests/data.

Run from this folder with the versions of VERSIONS (scikit-learn 1.9.1, NumPy 2.4.6, SciPy 1.17.1); takes some minutes. The data itself
is not stored: Calx makes it from the same seeds. Lines, with tabs between their fields; each belongs to those above it:

    S group name maker parameters rows,columns,sum,sum    a set, and weighted sums of x and y
    F form use spec          an estimator fitted on it; form: plain, or the target as counts or as positive numbers;
                             use: w weights, c runs on the CPU only, - nothing, joined
    V attribute tolerance numbers       P method tolerance numbers (first rows)
    O number    the objective at the solution                 Q number    the score
    C spec numbers           folds of a splitter: number and weighted sum of the test rows of each
    T share seed stratify numbers       train_test_split: the same for the test rows
    G use spec               a search: M numbers mean_test_score, R numbers rank_test_score, B number best_index_
"""
import re
import warnings
from pathlib import Path

import numpy as np
import scipy.stats as st
import sklearn
from sklearn import datasets
from sklearn.covariance import OAS, EmpiricalCovariance, LedoitWolf, ShrunkCovariance  # noqa: F401: specs are evaluated
from sklearn.cluster import KMeans  # noqa: F401
from sklearn.cross_decomposition import PLSRegression  # noqa: F401
from sklearn.decomposition import PCA  # noqa: F401
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis  # noqa: F401
from sklearn.dummy import DummyClassifier, DummyRegressor  # noqa: F401
from sklearn.linear_model import *  # noqa: F403
from sklearn.model_selection import (GridSearchCV, KFold, LeaveOneOut, RandomizedSearchCV, RepeatedKFold,  # noqa: F401
                                     RepeatedStratifiedKFold, ShuffleSplit, StratifiedKFold, StratifiedShuffleSplit, TimeSeriesSplit,
                                     train_test_split)
from sklearn.multiclass import OneVsRestClassifier  # noqa: F401
from sklearn.multioutput import MultiOutputRegressor, RegressorChain  # noqa: F401
from sklearn.naive_bayes import GaussianNB  # noqa: F401
from sklearn.neighbors import KNeighborsClassifier  # noqa: F401
from sklearn.pipeline import Pipeline  # noqa: F401
from sklearn.preprocessing import (KBinsDiscretizer, MaxAbsScaler, MinMaxScaler, Normalizer, PolynomialFeatures,  # noqa: F401
                                   PowerTransformer, QuantileTransformer, RobustScaler, StandardScaler)

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
lines = [f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_generated.py"]
CLOSED, LOOSE = 1e-8, 1e-6  # closed forms; what an iteration reaches beside its objective


def line(*fields):
    lines.append("\t".join(fields))


def text(values):
    v = np.asarray(values, dtype=np.float64).ravel()
    return " ".join(str(int(a)) if np.isfinite(a) and a == int(a) and abs(a) < 1e15 else f"{a:.11g}" for a in v)


def weights(n):
    return 0.5 + np.arange(n) % 3


def weighted_sum(a):
    w = np.arange(1, len(a) + 1) % 7
    return float((np.asarray(a, dtype=float) * (w[:, None] if a.ndim == 2 else w)).sum())


def rows_sum(rows):
    return [len(rows), float(((np.asarray(rows) + 1.0) * (np.arange(len(rows)) % 7 + 1)).sum())]


def made(maker, p):
    """x and y of a set; p as the file says it."""
    if maker == "csv":
        m = np.loadtxt(here.parent / "data" / f"{p['file']}.csv", delimiter=",", skiprows=1)
        return StandardScaler().fit_transform(m[:, :-1]), m[:, -1]
    if maker == "hastie_10_2":
        p = {k: v for k, v in p.items() if k != "n_features"}
    x, y = getattr(datasets, "make_" + maker)(**p)[:2]
    return np.ascontiguousarray(x), y


def target(form, y):
    if form == "counts":
        return np.floor(6 * np.abs(y) / np.abs(y).max())
    return np.abs(y) / np.abs(y).mean() + 0.1 if form == "positive" else y


def reference(spec):
    """The model; where a tolerance is given the reference is as exact as its solver gets."""
    spec = spec.replace("'loguniform(0.001, 100.0)'", "st.loguniform(0.001, 100.0)")
    m = eval(spec)  # noqa: S307
    if "tol" in m.get_params() and "tol=" in spec and not isinstance(m, (SGDClassifier, SGDRegressor, HuberRegressor)):
        m.set_params(tol=1e-12, max_iter=200000)
    if "saga" in spec or "liblinear" in spec:
        m.set_params(random_state=0)
    if isinstance(m, LogisticRegressionCV):
        m.set_params(use_legacy_attributes=False, l1_ratios=(0.0,), scoring=None)
    return m


def objective(m, x, y, w):
    c = np.atleast_2d(m.coef_)
    s = x @ c.T + np.atleast_1d(m.intercept_)
    if isinstance(m, LogisticRegression):
        k = np.searchsorted(m.classes_, y)
        if len(m.classes_) == 2:
            s = np.column_stack([np.zeros(len(y)), s])
        top = s.max(axis=1)
        loss = np.log(np.exp(s - top[:, None]).sum(axis=1)) + top - s[np.arange(len(y)), k]
        r = m.l1_ratio
        size = r * np.abs(c).sum() + (1 - r) / 2 * (c**2).sum()
        if m.solver == "liblinear":
            b = m.intercept_[0] / m.intercept_scaling
            size += r * abs(b) + (1 - r) / 2 * b * b
        return m.C * (w * loss).sum() + size
    if isinstance(m, HuberRegressor):
        r = np.abs(y - s[:, 0])
        e, g = m.epsilon, m.scale_
        return (w * (g + np.where(r > e * g, 2 * e * r - g * e * e, r * r / g))).sum() + m.alpha * (c**2).sum()
    if isinstance(m, QuantileRegressor):
        u = y - s[:, 0]
        return (w * np.where(u > 0, m.quantile * u, (m.quantile - 1) * u)).sum() / w.sum() + m.alpha * np.abs(c).sum()
    if isinstance(m, (PoissonRegressor, GammaRegressor, TweedieRegressor)):
        p = {PoissonRegressor: 1, GammaRegressor: 2}.get(type(m), getattr(m, "power", 0))
        mu = np.exp(s[:, 0])
        if p == 1:
            d = np.where(y > 0, y * np.log(np.where(y > 0, y, 1) / mu), 0) - y + mu
        elif p == 2:
            d = np.log(mu / y) + y / mu - 1
        else:
            d = y ** (2 - p) / ((1 - p) * (2 - p)) - y * mu ** (1 - p) / (1 - p) + mu ** (2 - p) / (2 - p)
        return (w * d).sum() / w.sum() + m.alpha / 2 * (c**2).sum()
    y = y if y.ndim == 2 else y[:, None]
    r = getattr(m, "l1_ratio", 1.0)
    group = isinstance(m, (MultiTaskLasso, MultiTaskElasticNet))
    one = np.sqrt((c**2).sum(axis=0)).sum() if group else np.abs(c).sum()
    return (w[:, None] * (y - s) ** 2).sum() / (2 * w.sum()) + m.alpha * (r * one + (1 - r) / 2 * (c**2).sum())


def fit(x, y, spec, *what, use="-", form="plain"):
    """what: "coef_", "predict", ... with ~ and a tolerance after it where CLOSED is not meant; "objective", "score"."""
    t = target(form, y)
    w = weights(len(y))
    m = reference(spec)
    m.fit(x, t, sample_weight=w) if "w" in use else m.fit(x, t)
    line("F", form, use, spec)
    for name in what:
        name, _, tolerance = name.partition("~")
        tolerance = tolerance or f"{CLOSED:g}"
        if name == "objective":
            line("O", f"{objective(m, x, t, w if 'w' in use else np.ones(len(y))):.15g}")
        elif name == "score":
            line("Q", f"{m.score(x, t):.12g}")
        elif name.endswith("_"):
            line("V", name, tolerance, text(getattr(m, name)))
        else:
            line("P", name, tolerance, text(getattr(m, name)(x[:3])))


def splitter(x, y, spec):
    line("C", spec, text([v for _, test in eval(spec).split(x, y) for v in rows_sum(test)]))  # noqa: S307


def search(x, y, spec, use="-"):
    s = reference(spec).fit(x, y)
    name = "score"
    line("G", use, spec)
    line("M", text(s.cv_results_[f"mean_test_{name}"]))
    line("R", text(s.cv_results_[f"rank_test_{name}"]))
    line("B", str(s.best_index_))


def transformers(x, y):
    n, d = x.shape
    centred = np.abs(x.mean(axis=0)).max() < 1e-12  # a mean of rounding errors
    fit(x, y, "StandardScaler()", "scale_", "transform", *([] if centred else ["mean_"]))
    fit(x, y, "StandardScaler()", "mean_", "var_", use="w")
    fit(x, y, "MinMaxScaler(feature_range=(-1, 2))", "transform")
    fit(x, y, "MaxAbsScaler()", "scale_")
    fit(x, y, "RobustScaler()", "center_", "scale_")
    fit(x, y, "Normalizer()", "transform")
    if d <= 10:
        fit(x, y, "QuantileTransformer(n_quantiles=20)", "transform")
        fit(x, y, "KBinsDiscretizer(n_bins=4, encode='ordinal', quantile_method='averaged_inverted_cdf')", "transform")
        for name in ("EmpiricalCovariance", "LedoitWolf", "OAS", "ShrunkCovariance"):
            fit(x, y, name + "()", "covariance_")
    if d <= 5:
        fit(x, y, "PolynomialFeatures(degree=3)", "transform")
    if n > d:
        fit(x, y, "PCA()", "explained_variance_")


def classification(x, y):
    n, d = x.shape
    transformers(x, y)
    k = len(np.unique(y))
    fit(x, y, "LinearDiscriminantAnalysis()", "decision_function", "predict_proba")
    fit(x, y, "LinearDiscriminantAnalysis(solver='lsqr', shrinkage='auto')", "coef_", "intercept_")
    if all(np.linalg.matrix_rank(x[y == v] - x[y == v].mean(axis=0)) == d for v in np.unique(y)):
        fit(x, y, "QuadraticDiscriminantAnalysis(reg_param=0.2)", "decision_function", "score")
    fit(x, y, "RidgeClassifier(alpha=0.5)", "coef_", "intercept_", "score")
    fit(x, y, "RidgeClassifier()", "coef_", "intercept_", use="w")
    fit(x, y, "RidgeClassifierCV(alphas=[0.1, 1.0, 10.0])", "coef_", "alpha_")
    fit(x, y, "GaussianNB()", "theta_", "predict_proba", "score")
    fit(x, y, "GaussianNB()", "var_", "class_prior_", use="w")
    fit(x, y, "DummyClassifier()", "score")
    tight = "tol=1e-8, max_iter=10000"
    fit(x, y, f"LogisticRegression({tight})", "objective", "score")
    fit(x, y, f"LogisticRegression(C=0.2, {tight})", "objective", "predict_proba~1e-05", use="w")
    fit(x, y, f"LogisticRegression(C=0.5, solver='newton-cholesky', {tight})", "objective")
    fit(x, y, f"LogisticRegression(class_weight='balanced', {tight})", "predict_proba~1e-05", "score")
    if n <= 500:
        fit(x, y, f"LogisticRegression(l1_ratio=1, C=0.3, solver='saga', {tight})", "objective")
        fit(x, y, f"LogisticRegression(l1_ratio=0.4, C=0.3, solver='saga', {tight})", "objective", use="w")
    if k == 2:
        fit(x, y, f"LogisticRegression(l1_ratio=1, solver='liblinear', {tight})", "objective")
        fit(x, y, f"LogisticRegression(C=0.5, solver='liblinear', {tight})", "objective", use="w")
    fit(x, y, "LogisticRegression(max_iter=1000)", "objective", "score")
    fit(x, y, "OneVsRestClassifier(LogisticRegression(max_iter=1000))", "score")
    fit(x, y, "KNeighborsClassifier()", "score")
    fit(x, y, "KNeighborsClassifier(n_neighbors=7, weights='distance', p=1)", "predict_proba")
    fit(x, y, "KMeans(n_clusters=3, n_init=4, random_state=0)", "inertia_~0.005")
    if n <= 500:
        fit(x, y, "LogisticRegressionCV(Cs=3, cv=3, max_iter=1000)", "score", "C_")
    fit(x, y, "SGDClassifier(random_state=0)", "score", use="c")
    fit(x, y, "Perceptron(random_state=1)", "score", use="c")
    for s in ("StratifiedKFold(n_splits=3)", "StratifiedKFold(n_splits=4, shuffle=True, random_state=1)", "KFold(n_splits=5, shuffle=True, random_state=3)",
              "StratifiedShuffleSplit(n_splits=3, test_size=0.3, random_state=2)", "RepeatedStratifiedKFold(n_splits=2, n_repeats=2, random_state=5)"):
        splitter(x, y, s)
    test = train_test_split(np.arange(n), test_size=0.25, random_state=7, stratify=y)[1]
    line("T", "0.25", "7", "1", text(rows_sum(test)))
    if n <= 500:
        steps = "Pipeline(steps=[('s', StandardScaler()), ('m', LogisticRegression(max_iter=1000, tol=1e-08))])"
        search(x, y, f"GridSearchCV({steps}, {{'m__C': [0.01, 0.3, 10.0], 's__with_mean': [True, False]}}, cv=3)")
        search(x, y, f"GridSearchCV({steps}, {{'m__C': [0.003, 0.05, 1.0, 20.0]}}, cv=4, scoring='neg_log_loss')")
    search(x, y, "GridSearchCV(KNeighborsClassifier(), {'n_neighbors': [1, 3, 5, 9], 'weights': ['uniform', 'distance']}, cv=3)")
    search(x, y, "GridSearchCV(GaussianNB(), {'var_smoothing': [1e-09, 0.01, 0.1, 1.0]}, scoring='balanced_accuracy')")
    search(x, y, "RandomizedSearchCV(RidgeClassifier(), {'alpha': 'loguniform(0.001, 100.0)', 'fit_intercept': [True, False]}, n_iter=5, random_state=3, cv=3)")


def regression(x, y):
    n, d = x.shape
    transformers(x, y)
    flat = y.ndim == 1
    first = y if flat else y[:, 0]
    strongest = np.abs((x - x.mean(axis=0)).T @ (first - first.mean())).max() / n
    a, b = f"{0.1 * strongest:.3g}", f"{0.02 * strongest:.3g}"
    fit(x, y, "LinearRegression()", "coef_", "intercept_", "score")
    fit(x, y, "LinearRegression(fit_intercept=False)", "predict", use="w")
    fit(x, y, "Ridge(alpha=2.5)", "coef_", "intercept_", "score")
    fit(x, y, "Ridge(alpha=0.001)", "coef_", use="w")
    fit(x, y, "Ridge(alpha=0.3, solver='svd')", "coef_", "predict")
    fit(x, y, "RidgeCV(alphas=[0.01, 1.0, 100.0])", "coef_", "alpha_")
    fit(x, y, "RidgeCV(alphas=[0.01, 1.0, 100.0])", "coef_", "alpha_", use="w")
    fit(x, y, "PLSRegression(n_components=2)", "coef_", "predict")
    fit(x, y, "OrthogonalMatchingPursuit(n_nonzero_coefs=3)", "coef_")
    fit(x, y, "DummyRegressor(strategy='median')", "predict")
    tight = "tol=1e-10, max_iter=100000"
    fit(x, y, f"Lasso(alpha={a}, {tight})", "objective", "score")
    fit(x, y, f"ElasticNet(alpha={b}, l1_ratio=0.3, {tight})", "objective", use="w")
    fit(x, y, f"Lasso(alpha={a})", "objective", "score")
    if not flat:
        fit(x, y, f"MultiTaskLasso(alpha={a}, {tight})", "objective")
        fit(x, y, f"MultiTaskElasticNet(alpha={b}, {tight})", "objective")
        fit(x, y, "MultiOutputRegressor(Ridge())", "predict", "score")
        fit(x, y, "RegressorChain(Ridge(), order=[2, 0, 1])", "predict")
    else:
        if n > d:
            fit(x, y, "Lars(n_nonzero_coefs=3)", "coef_", "alphas_")
            fit(x, y, f"LassoLars(alpha={a})", "coef_")
            fit(x, y, "BayesianRidge()", "coef_~1e-06", "score")
        fit(x, y, "HuberRegressor(tol=1e-07, max_iter=10000)", "objective", "score")
        fit(x, y, "HuberRegressor(epsilon=1.1, alpha=0.1, tol=1e-07, max_iter=10000)", "objective", use="w")
        fit(x, y, "HuberRegressor(max_iter=1000)", "objective")
        fit(x, y, f"QuantileRegressor(quantile=0.7, alpha={b})", "objective", use="c")
        fit(x, y, f"QuantileRegressor(quantile=0.2, alpha={b})", "objective", use="wc")
        glm = "tol=1e-09, max_iter=10000"
        if np.abs(x).max() < 50:
            fit(x, y, f"PoissonRegressor(alpha=0.1, {glm})", "objective", "score", form="counts")
            fit(x, y, f"PoissonRegressor(solver='newton-cholesky', {glm})", "objective", form="counts", use="w")
            fit(x, y, "PoissonRegressor()", "objective", form="counts")
            fit(x, y, f"GammaRegressor(alpha=0.1, {glm})", "objective", "score", form="positive")
            fit(x, y, f"TweedieRegressor(power=1.5, alpha=0.05, {glm})", "objective", form="positive", use="w")
        fit(x, y, "LassoCV(alphas=10, cv=3)", "score", "alpha_")
        fit(x, y, "ElasticNetCV(alphas=6, l1_ratio=[0.3, 0.9], cv=3)", "score")
        if n > 2 * d:
            fit(x, y, "RANSACRegressor(random_state=0)", "score")
            fit(x, y, "ARDRegression()", "score")
        if d <= 5:
            fit(x, y, "TheilSenRegressor(random_state=0, max_subpopulation=200)", "score", use="c")
        fit(x, y, "Pipeline(steps=[('s', StandardScaler()), ('m', SGDRegressor(random_state=0))])", "score", use="c")
    for s in ("KFold(n_splits=4)", "KFold(n_splits=3, shuffle=True, random_state=1)", "ShuffleSplit(n_splits=3, test_size=0.2, random_state=4)",
              "RepeatedKFold(n_splits=2, n_repeats=2, random_state=6)", "TimeSeriesSplit(n_splits=4)"):
        splitter(x, y, s)
    line("T", "0.3", "11", "0", text(rows_sum(train_test_split(np.arange(n), test_size=0.3, random_state=11)[1])))
    search(x, y, "GridSearchCV(Ridge(), {'alpha': [0.001, 0.1, 10.0, 1000.0], 'fit_intercept': [True, False]}, cv=4)")
    search(x, y, f"GridSearchCV(Lasso(tol=1e-08), {{'alpha': [{b}, {a}, {0.5 * strongest:.3g}]}}, scoring='neg_mean_absolute_error')")
    search(x, y, "RandomizedSearchCV(Ridge(), {'alpha': 'loguniform(0.001, 100.0)'}, n_iter=5, random_state=0, cv=3)")


def one_set(group, name, maker, **p):
    said = dict(p)
    for key, v in list(p.items()):
        if key == "weights":
            said[key] = ",".join(map(str, v))
    x, y = made(maker, p)
    line("S", group, name, maker, " ".join(f"{k}={v}" for k, v in said.items()), text([*x.shape, weighted_sum(x), weighted_sum(y)]))
    (classification if group in ("classes", "shipped_classes") else regression)(x, y)


c = "classes"
one_set(c, "tiny", "classification", n_samples=40, n_features=3, n_informative=2, n_redundant=0, n_clusters_per_class=1, class_sep=0.7, random_state=1)
one_set(c, "imbalanced", "classification", n_samples=280, n_features=8, n_informative=4, weights=[0.93, 0.07], random_state=2)
one_set(c, "four classes", "classification", n_samples=250, n_features=12, n_informative=6, n_redundant=3, n_classes=4, random_state=3)
one_set(c, "wide", "classification", n_samples=60, n_features=40, n_informative=10, n_redundant=5, random_state=4)
one_set(c, "large", "classification", n_samples=2000, n_features=50, n_informative=12, n_redundant=6, n_classes=3, random_state=5)
one_set(c, "noisy", "classification", n_samples=500, n_features=10, n_informative=3, flip_y=0.3, class_sep=0.5, random_state=6)
one_set(c, "blobs", "blobs", n_samples=200, n_features=5, centers=4, cluster_std=4.0, random_state=7)
one_set(c, "moons", "moons", n_samples=150, noise=0.3, random_state=8)
one_set(c, "circles", "circles", n_samples=180, noise=0.15, factor=0.5, random_state=9)
one_set(c, "quantiles", "gaussian_quantiles", n_samples=240, n_features=4, n_classes=3, cov=2.0, random_state=10)
one_set(c, "hastie", "hastie_10_2", n_samples=260, random_state=11)
r = "numbers"
one_set(r, "plain", "regression", n_samples=100, n_features=10, n_informative=6, noise=5.0, random_state=12)
one_set(r, "low rank", "regression", n_samples=150, n_features=20, effective_rank=4, tail_strength=0.3, noise=1.0, random_state=13)
one_set(r, "wide", "regression", n_samples=40, n_features=60, noise=1.0, random_state=14)
one_set(r, "three targets", "regression", n_samples=200, n_features=8, n_informative=5, n_targets=3, noise=10.0, random_state=15)
one_set(r, "large", "regression", n_samples=2000, n_features=50, n_informative=20, noise=20.0, random_state=16)
one_set(r, "friedman1", "friedman1", n_samples=250, n_features=10, noise=1.0, random_state=17)
one_set(r, "friedman2", "friedman2", n_samples=200, noise=10.0, random_state=18)
one_set(r, "friedman3", "friedman3", n_samples=180, noise=0.1, random_state=19)
one_set(r, "uncorrelated", "sparse_uncorrelated", n_samples=120, n_features=10, random_state=20)
one_set(r, "roll", "swiss_roll", n_samples=160, noise=0.05, random_state=21)
for name in ("iris", "wine_data", "breast_cancer", "digits"):
    one_set("shipped_classes", name, "csv", file=name)
one_set("shipped_numbers", "diabetes", "csv", file="diabetes")

(here / "learn_generated.tsv").write_text("\n".join(lines) + "\n")
