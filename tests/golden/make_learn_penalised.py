"""Write learn_penalised.tsv: what scikit-learn's penalised and Bayesian linear models compute on the data sets of tests/data.

Run from this folder with the versions of VERSIONS (scikit-learn 1.9.1, NumPy 2.4.6, SciPy 1.17.1). Each line is a key, a tab and
numbers. Matrices are flattened in C order; the tests know their shapes. Each case is a spec, as the tests write it too, data and
the attributes that are kept.
"""
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.linear_model import *  # noqa: F403: specs are evaluated
from sklearn.model_selection import KFold, ShuffleSplit  # noqa: F401
from sklearn.preprocessing import StandardScaler

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
out = {}


def put(key, values):
    out[key] = np.asarray(values, dtype=np.float64).ravel()


def data(name):
    m = np.loadtxt(here.parent / "data" / f"{name}.csv", delimiter=",", skiprows=1)
    return np.ascontiguousarray(m[:, :-1]), m[:, -1]


def weights(n):
    return 0.5 + np.arange(n) % 3


x, y = data("diabetes")
z = StandardScaler().fit_transform(x)
wide = np.ascontiguousarray(np.column_stack([z[:40, i] * z[:40, j] for i in range(10) for j in range(i + 1)]))  # 40 rows, 55 columns
odd = np.column_stack([z, np.full(len(y), 3.0)])  # a constant column
xi, yi = data("wine_data")
zi = StandardScaler().fit_transform(xi)
xb, yb = data("breast_cancer")
zb = StandardScaler().fit_transform(xb)
sets = {
    "std": (z, y, None),
    "weighted": (z, y, weights(len(y))),
    "two": (z, np.column_stack([y, z[:, 0] * y]), None),
    "two_weighted": (z, np.column_stack([y, z[:, 0] * y]), weights(len(y))),
    "two_wide": (wide, np.column_stack([y[:40], z[:40, 0] * y[:40]]), None),
    "wide": (wide, y[:40], None),
    "wide_weighted": (wide, y[:40], weights(40)),
    "constant": (odd, y, None),
    "one": (z[:, 2:3], y, None),
    "raw": (x, y, None),
    "short": (z[:12], y[:12], None),
    "classes": (zi, yi, None),
    "classes_weighted": (zi, yi, weights(len(yi))),
    "binary": (zb, yb, None),
}
C = ["coef_", "intercept_"]
CD = C + ["n_iter_", "dual_gap_"]
CV = CD + ["alpha_", "alphas_", "mse_path_"]
LARS = C + ["n_iter_", "alpha_", "alphas_", "active_", "cv_alphas_", "mse_path_"]
NULL = [a for a in LARS if a != "active_"]  # where none is
IC = C + ["n_iter_", "alpha_", "alphas_", "criterion_", "noise_variance_"]
cases = [
    ("Lasso()", "std weighted two wide wide_weighted constant one raw", CD),
    ("Lasso(alpha=0.1, tol=1e-10)", "std weighted two constant", CD),
    ("Lasso(alpha=20.0, tol=1e-10)", "wide wide_weighted", CD),
    ("Lasso(alpha=0.5, fit_intercept=False)", "std weighted wide", CD),
    ("Lasso(alpha=0.5, positive=True)", "std wide", CD),
    ("Lasso(alpha=0.5, precompute=True)", "std wide", CD),
    ("Lasso(alpha=0.5, selection='random', random_state=7)", "std two wide", CD),
    ("Lasso(alpha=100.0)", "std", CD),
    ("Lasso(alpha=0.05, max_iter=2)", "std", CD),
    ("ElasticNet()", "std weighted two wide constant one", CD),
    ("ElasticNet(alpha=0.3, l1_ratio=0.9, tol=1e-10)", "std weighted wide", CD),
    ("ElasticNet(alpha=0.3, l1_ratio=0.0, tol=1e-10)", "std", CD),
    ("ElasticNet(alpha=0.0, max_iter=20)", "std", CD),
    ("ElasticNet(alpha=0.3, positive=True, selection='random', random_state=1)", "std", CD),
    ("MultiTaskLasso()", "two two_weighted two_wide", CD + ["eps_"]),
    ("MultiTaskLasso(alpha=0.1, tol=1e-10, selection='random', random_state=5)", "two", CD),
    ("MultiTaskElasticNet(alpha=0.5, l1_ratio=0.3, fit_intercept=False)", "two two_weighted two_wide", CD + ["eps_"]),
    ("MultiTaskElasticNet(alpha=0.5, l1_ratio=0.0)", "two", CD),
    ("LassoCV()", "std weighted constant raw", CV),
    ("LassoCV(alphas=8)", "wide wide_weighted", CV),
    ("LassoCV(alphas=8, precompute=False)", "wide_weighted", CV),
    ("LassoCV(alphas=[1.0, 0.1, 10.0], cv=3, fit_intercept=False)", "std weighted", CV),
    ("LassoCV(alphas=10, eps=0.01, cv=KFold(n_splits=4, shuffle=True, random_state=0))", "std", CV),
    ("LassoCV(alphas=10, positive=True, precompute=False)", "std", CV),
    ("LassoCV(alphas=6, selection='random', random_state=3)", "std", CV),
    ("LassoCV(alphas=[0.5], cv=2)", "std", CV),
    ("ElasticNetCV(alphas=10)", "std weighted", CV + ["l1_ratio_"]),
    ("ElasticNetCV(alphas=7, l1_ratio=[0.2, 0.7, 1.0], cv=4)", "std wide", CV + ["l1_ratio_"]),
    ("ElasticNetCV(alphas=[0.1, 1.0], l1_ratio=[0.0, 0.5])", "std", CV + ["l1_ratio_"]),
    ("Ridge(positive=True)", "std weighted two wide", C),
    ("LinearRegression(positive=True)", "std weighted two raw", C),
    ("LinearRegression(positive=True, fit_intercept=False)", "std", C),
    ("RidgeClassifier()", "classes classes_weighted binary", C),
    ("RidgeClassifier(alpha=0.1, class_weight='balanced', fit_intercept=False)", "classes classes_weighted binary", C),
    ("RidgeCV()", "std weighted two wide wide_weighted constant one", C + ["alpha_", "best_score_"]),
    ("RidgeCV(alphas=[0.01, 1.0, 30.0, 100.0], gcv_mode='svd')", "std weighted two wide wide_weighted", C + ["alpha_", "best_score_"]),
    ("RidgeCV(alphas=[0.01, 1.0, 30.0, 100.0], alpha_per_target=True)", "two", C + ["alpha_", "best_score_"]),
    ("RidgeCV(alphas=[1.0, 30.0], fit_intercept=False, store_cv_results=True)", "short", C + ["alpha_", "best_score_", "cv_results_"]),
    ("RidgeCV(alphas=[1.0, 30.0], scoring='neg_mean_absolute_error')", "std weighted two", C + ["alpha_", "best_score_"]),
    ("RidgeCV(alphas=[1.0, 30.0], scoring='r2', alpha_per_target=True)", "two", C + ["alpha_", "best_score_"]),
    ("RidgeCV(alphas=[0.0, 1.0, 30.0, 100.0], cv=4)", "std weighted two", C + ["alpha_", "best_score_"]),
    ("RidgeCV(cv=KFold(n_splits=3), scoring='neg_mean_squared_error')", "std wide", C + ["alpha_", "best_score_"]),
    ("RidgeClassifierCV()", "classes classes_weighted binary", C + ["alpha_", "best_score_"]),
    ("RidgeClassifierCV(alphas=[1.0, 100.0], cv=3, class_weight='balanced')", "classes binary", C + ["alpha_", "best_score_"]),
    ("RidgeClassifierCV(alphas=[1.0, 100.0], scoring='accuracy')", "classes", C + ["alpha_", "best_score_"]),
    ("Lars()", "std one raw", C + ["n_iter_", "alphas_", "active_", "coef_path_"]),
    ("Lars()", "two", C + ["n_iter_"]),
    ("Lars(n_nonzero_coefs=20)", "wide", C + ["n_iter_", "alphas_", "active_", "coef_path_"]),
    ("Lars(n_nonzero_coefs=3)", "std wide", C + ["n_iter_", "alphas_", "active_", "coef_path_"]),
    ("Lars(n_nonzero_coefs=4, fit_path=False, fit_intercept=False, precompute=False)", "std", C + ["n_iter_", "alphas_"]),
    ("Lars(jitter=0.5, random_state=2)", "std", C + ["n_iter_", "alphas_"]),
    ("LassoLars()", "std wide one raw", C + ["n_iter_", "alphas_", "active_", "coef_path_"]),
    ("LassoLars(alpha=0.01)", "std raw", C + ["n_iter_", "alphas_", "active_", "coef_path_"]),
    ("LassoLars(alpha=0.0)", "std", C + ["n_iter_", "alphas_", "active_", "coef_path_"]),
    ("LassoLars(alpha=0.1, positive=True)", "std wide", C + ["n_iter_", "alphas_", "active_", "coef_path_"]),
    ("LassoLars(alpha=0.1, fit_path=False, fit_intercept=False)", "two", C + ["n_iter_"]),
    ("LassoLars(alpha=0.1, max_iter=5)", "wide", C + ["n_iter_", "alphas_", "active_", "coef_path_"]),
    ("OrthogonalMatchingPursuit()", "std two wide one", C + ["n_iter_", "n_nonzero_coefs_"]),
    ("OrthogonalMatchingPursuit(n_nonzero_coefs=5)", "std two wide", C + ["n_iter_", "n_nonzero_coefs_"]),
    ("OrthogonalMatchingPursuit(tol=1300000.0)", "std", C + ["n_iter_"]),
    ("OrthogonalMatchingPursuit(tol=30000.0)", "wide", C + ["n_iter_"]),
    ("OrthogonalMatchingPursuit(n_nonzero_coefs=4, precompute=False, fit_intercept=False)", "std", C + ["n_iter_"]),
    ("LarsCV()", "std constant raw one", LARS),
    ("LarsCV(max_iter=15, max_n_alphas=30)", "wide", NULL),
    ("LarsCV(max_iter=4, max_n_alphas=6, cv=3, fit_intercept=False)", "std", LARS + ["coef_path_"]),
    ("LarsCV(precompute=False, cv=KFold(n_splits=4, shuffle=True, random_state=0))", "std", LARS),
    ("LassoLarsCV()", "std constant raw one", LARS),
    ("LassoLarsCV(max_n_alphas=40)", "wide", LARS),
    ("LassoLarsCV(positive=True, cv=3)", "std", LARS),
    ("LassoLarsCV(positive=True, cv=3)", "wide", NULL),
    ("LassoLarsCV(max_n_alphas=5, precompute=True, fit_intercept=False)", "std", LARS),
    ("LassoLarsCV(max_iter=0)", "std", NULL),
    ("LassoLarsCV(cv=ShuffleSplit(n_splits=3, random_state=1))", "std", LARS),
    ("LassoLarsCV(max_n_alphas=40, cv=ShuffleSplit(n_splits=3, random_state=1))", "wide", LARS),
    ("LassoLarsIC()", "std constant raw one", IC),
    ("LassoLarsIC('bic')", "std raw", IC),
    ("LassoLarsIC('bic', noise_variance=100.0)", "std wide", IC),
    ("LassoLarsIC(positive=True, fit_intercept=False, precompute=False)", "std", IC),
    ("LassoLarsIC(max_iter=3)", "std", IC),
    ("OrthogonalMatchingPursuitCV()", "std wide constant raw", C + ["n_iter_", "n_nonzero_coefs_"]),
    ("OrthogonalMatchingPursuitCV(max_iter=10, cv=3, fit_intercept=False)", "std wide", C + ["n_iter_", "n_nonzero_coefs_"]),
    ("OrthogonalMatchingPursuitCV(max_iter=0, cv=ShuffleSplit(n_splits=3, random_state=1))", "std", C + ["n_iter_", "n_nonzero_coefs_"]),
    ("MultiTaskLassoCV(alphas=12)", "two two_weighted two_wide", CV),
    ("MultiTaskLassoCV(alphas=[1.0, 0.1, 10.0], cv=3, fit_intercept=False)", "two", CV),
    ("MultiTaskLassoCV(alphas=6, eps=0.01, selection='random', random_state=3)", "two", CV),
    ("MultiTaskElasticNetCV(alphas=10)", "two", CV + ["l1_ratio_"]),
    ("MultiTaskElasticNetCV(alphas=5, l1_ratio=[0.2, 0.7, 1.0], cv=4)", "two two_wide", CV + ["l1_ratio_"]),
    ("MultiTaskElasticNetCV(alphas=[0.1, 1.0], l1_ratio=[0.0, 0.5])", "two_weighted", CV + ["l1_ratio_"]),
    ("BayesianRidge()", "std weighted wide constant one raw", C + ["alpha_", "lambda_", "n_iter_", "X_offset_", "X_scale_"]),
    ("BayesianRidge(compute_score=True, alpha_init=0.01, lambda_init=0.5, fit_intercept=False, tol=1e-08)", "std weighted wide", C + ["alpha_", "lambda_", "n_iter_", "scores_"]),
    ("BayesianRidge(max_iter=2)", "std short", C + ["alpha_", "lambda_", "n_iter_", "sigma_"]),
    ("ARDRegression()", "std raw one constant", C + ["alpha_", "lambda_", "n_iter_", "sigma_", "X_offset_"]),
    ("ARDRegression(compute_score=True, max_iter=5, threshold_lambda=100.0)", "std wide", C + ["alpha_", "n_iter_", "scores_"]),
]


def criterion(m, a, b):
    """The criterion of LassoLarsIC, where coefficients that have left the path count as 0: scikit-learn counts what rounding leaves of them."""
    if m.fit_intercept:
        a, b = a - a.mean(axis=0), b - b.mean()
    gram = True if m.precompute == "auto" and len(a) > a.shape[1] else None
    path = lars_path(a, b, Gram=gram, method="lasso", alpha_min=0, max_iter=m.max_iter, positive=m.positive)[2]  # noqa: F405
    size = np.abs(path)
    extra = (size > np.finfo(float).eps).sum(axis=0) - (size > 1e-12 * size.max()).sum(axis=0)
    return m.criterion_ - extra * (2 if m.criterion == "aic" else np.log(len(a)))


for spec, names, attributes in cases:
    for name in names.split():
        a, b, w = sets[name]
        m = eval(spec)  # noqa: S307
        m.fit(a, b) if w is None else m.fit(a, b, sample_weight=w)
        for attribute in attributes:
            value = getattr(m, attribute) if attribute != "criterion_" else criterion(m, a, b)
            if attribute == "intercept_" and m.coef_.ndim == 2:
                value = np.broadcast_to(value, len(m.coef_))  # fit_intercept=False: scikit-learn says 0.0
            put(f"{spec}/{name}/{attribute}", value)
        put(f"{spec}/{name}/predict", m.predict(a[:3]))

with open(here / "learn_penalised.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_penalised.py\n")
    for key, values in out.items():
        f.write(key + "\t" + " ".join(str(int(v)) if v == int(v) and abs(v) < 1e15 else repr(float(v)) for v in values) + "\n")
