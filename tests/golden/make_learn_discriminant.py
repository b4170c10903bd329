"""Write learn_discriminant.tsv: baselines, covariances, discriminant analyses and partial least
squares of scikit-learn on the data sets of tests/data.

Run from this folder with the versions of VERSIONS. Each line is a key, a tab and numbers; matrices are flattened in C order.
"""
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.covariance import OAS, EmpiricalCovariance, LedoitWolf, ShrunkCovariance
from sklearn.cross_decomposition import CCA, PLSSVD, PLSCanonical, PLSRegression
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.naive_bayes import ComplementNB, MultinomialNB

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
out = {}


def put(key, values):
    out[key] = np.asarray(values, dtype=np.float64).ravel()


def data(name):
    m = np.loadtxt(here.parent / "data" / f"{name}.csv", delimiter=",", skiprows=1)
    return np.ascontiguousarray(m[:, :-1]), m[:, -1]


def weights(y):
    return 0.5 + np.arange(len(y)) % 3


for n in ("iris", "wine_data"):
    x, y = data(n)
    for strategy in ("most_frequent", "prior", "stratified", "uniform"):
        for case, w in (("plain", None), ("weighted", weights(y))):
            m = DummyClassifier(strategy=strategy, random_state=5).fit(x, y, sample_weight=w)
            key = f"dummy/{n}/{strategy}/{case}"
            put(f"{key}/prior", m.class_prior_), put(f"{key}/labels", m.predict(x)), put(f"{key}/proba", m.predict_proba(x[:40]))
x, y = data("diabetes")
both = np.column_stack([y, x[:, 0] * y])
for target, t in (("one", y), ("two", both)):
    for case, w in (("plain", None), ("weighted", weights(y))):
        for name, options in (("mean", {}), ("median", {"strategy": "median"}), ("low", {"strategy": "quantile", "quantile": 0.0}),
                              ("some", {"strategy": "quantile", "quantile": 0.3}), ("high", {"strategy": "quantile", "quantile": 1.0})):
            put(f"dummy/diabetes/{target}/{case}/{name}", DummyRegressor(**options).fit(x, t, sample_weight=w).constant_)

for n in ("iris", "wine_data", "diabetes"):
    x, y = data(n)
    for centred in (False, True):
        for name, m in (("empirical", EmpiricalCovariance(assume_centered=centred)), ("shrunk", ShrunkCovariance(shrinkage=0.3, assume_centered=centred)),
                        ("ledoit_wolf", LedoitWolf(assume_centered=centred)), ("oas", OAS(assume_centered=centred))):
            m.fit(x)
            key = f"covariance/{n}/{name}/{int(centred)}"
            put(f"{key}/covariance", m.covariance_), put(f"{key}/precision", m.precision_), put(f"{key}/location", m.location_)
            put(f"{key}/score", m.score(x[:30])), put(f"{key}/mahalanobis", m.mahalanobis(x[:5]))
            if hasattr(m, "shrinkage_"):
                put(f"{key}/shrinkage", m.shrinkage_)
            other = np.diag(np.diag(m.covariance_)) * 1.5
            put(f"{key}/error", [m.error_norm(other), m.error_norm(other, scaling=False), m.error_norm(other, squared=False), m.error_norm(other, norm="spectral")])
x = data("diabetes")[0][:5]
for name, m in (("empirical", EmpiricalCovariance()), ("ledoit_wolf", LedoitWolf()), ("oas", OAS())):
    m.fit(x)
    put(f"covariance/wide/{name}/covariance", m.covariance_)
    put(f"covariance/column/{name}/covariance", type(m)().fit(x[:, 2:3]).covariance_)

linear = {
    "default": {}, "priors": {"priors": [0.2, 0.5, 0.3]}, "one": {"n_components": 1, "store_covariance": True},
    "lsqr": {"solver": "lsqr"}, "lsqr_auto": {"solver": "lsqr", "shrinkage": "auto"}, "lsqr_some": {"solver": "lsqr", "shrinkage": 0.25},
    "eigen": {"solver": "eigen"}, "eigen_auto": {"solver": "eigen", "shrinkage": "auto"}, "eigen_some": {"solver": "eigen", "shrinkage": 0.25},
    "eigen_oas": {"solver": "eigen", "covariance_estimator": OAS()},
}
quadratic = {
    "default": {}, "reg": {"reg_param": 0.2, "store_covariance": True}, "priors": {"priors": [0.2, 0.5, 0.3]},
    "eigen": {"solver": "eigen"}, "eigen_auto": {"solver": "eigen", "shrinkage": "auto"}, "eigen_some": {"solver": "eigen", "shrinkage": 0.25},
    "eigen_oas": {"solver": "eigen", "covariance_estimator": OAS()},
}
for n in ("iris", "wine_data", "breast_cancer"):
    x, y = data(n)
    for name, options in linear.items():
        if n == "breast_cancer" and ("priors" in options or name == "eigen"):
            continue
        m = LinearDiscriminantAnalysis(**options).fit(x, y)
        key = f"lda/{n}/{name}"
        put(f"{key}/coef", m.coef_), put(f"{key}/intercept", m.intercept_), put(f"{key}/means", m.means_), put(f"{key}/priors", m.priors_)
        put(f"{key}/labels", m.predict(x)), put(f"{key}/proba", m.predict_proba(x[:5])), put(f"{key}/decision", m.decision_function(x[:5]))
        put(f"{key}/log_proba", m.predict_log_proba(x[:5]))
        if m.solver != "lsqr":
            put(f"{key}/transform", np.abs(m.transform(x[:5]))), put(f"{key}/ratio", m.explained_variance_ratio_)
        if hasattr(m, "covariance_") and n != "breast_cancer":
            put(f"{key}/covariance", m.covariance_)
    for name, options in quadratic.items():
        if n == "breast_cancer" and name not in ("reg", "eigen_some"):
            continue
        m = QuadraticDiscriminantAnalysis(**options).fit(x, y)
        key = f"qda/{n}/{name}"
        put(f"{key}/labels", m.predict(x)), put(f"{key}/proba", m.predict_proba(x[:5])), put(f"{key}/log_proba", m.predict_log_proba(x[:5]))
        put(f"{key}/decision", m.decision_function(x[:5])), put(f"{key}/scalings", np.array(m.scalings_))
        if hasattr(m, "covariance_") and n == "iris":
            put(f"{key}/covariance", np.array(m.covariance_))
x, y = data("iris")
dependent = np.column_stack([x, x[:, 0] + x[:, 1], np.ones(len(x))])
m = LinearDiscriminantAnalysis().fit(dependent, y)
put("lda/dependent/decision", m.decision_function(dependent[:5])), put("lda/dependent/ratio", m.explained_variance_ratio_)
wide = np.random.RandomState(0).standard_normal((12, 30))
m = LinearDiscriminantAnalysis().fit(wide, np.arange(12) % 3)
put("lda/wide/x", wide), put("lda/wide/decision", m.decision_function(wide[:5])), put("lda/wide/ratio", m.explained_variance_ratio_)

x, y = data("diabetes")
targets = np.column_stack([y, x[:, 0] * y, x[:, 2] + 0.1 * y, np.sin(y)])
put("pls/targets", targets)
for case, t in (("one", y), ("four", targets)):
    for scale in (True, False):
        for name, c in (("regression", PLSRegression), ("canonical", PLSCanonical), ("cca", CCA), ("svd", PLSSVD)):
            if case == "one" and name != "regression":
                continue
            k = 3
            m = c(n_components=k, scale=scale, **({} if name == "svd" else {"max_iter": 2000, "tol": 1e-14})).fit(x, t)
            key = f"pls/{case}/{int(scale)}/{name}"
            put(f"{key}/x_weights", m.x_weights_), put(f"{key}/y_weights", m.y_weights_), put(f"{key}/transform", m.transform(x[:5]))
            if name == "svd":
                continue
            put(f"{key}/x_loadings", m.x_loadings_), put(f"{key}/y_loadings", m.y_loadings_), put(f"{key}/x_rotations", m.x_rotations_)
            put(f"{key}/y_rotations", m.y_rotations_), put(f"{key}/coef", m.coef_), put(f"{key}/intercept", m.intercept_)
            put(f"{key}/predict", m.predict(x[:5])), put(f"{key}/inverse", m.inverse_transform(m.transform(x[:5])))
m = PLSCanonical(n_components=2, algorithm="svd").fit(x, targets)
put("pls/algorithm_svd/x_weights", m.x_weights_), put("pls/algorithm_svd/coef", m.coef_)
m = PLSRegression().fit(x, targets)
put("pls/default/n_iter", m.n_iter_), put("pls/default/coef", m.coef_), put("pls/default/x_scores", m.x_scores_[:5]), put("pls/default/y_scores", m.y_scores_[:5])

for n in ("iris", "wine_data"):
    x, y = data(n)
    for name, m in (("multinomial", MultinomialNB()), ("multinomial_some", MultinomialNB(alpha=0.3, fit_prior=False)), ("complement", ComplementNB()),
                    ("complement_norm", ComplementNB(norm=True, alpha=0.5)), ("prior", MultinomialNB(class_prior=[0.2, 0.5, 0.3]))):
        m.fit(x, y, sample_weight=weights(y))
        key = f"counting/{n}/{name}"
        put(f"{key}/weights", m.feature_log_prob_), put(f"{key}/prior", m.class_log_prior_), put(f"{key}/counts", m.feature_count_)
        put(f"{key}/labels", m.predict(x)), put(f"{key}/log_proba", m.predict_log_proba(x[:5])), put(f"{key}/proba", m.predict_proba(x[:5]))

with open(here / "learn_discriminant.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_discriminant.py\n")
    for key, values in out.items():
        f.write(key + "\t" + " ".join(str(int(v)) if v == int(v) and abs(v) < 1e15 else repr(float(v)) for v in values) + "\n")
