"""Write learn_covariance.tsv: sparse and robust covariances of scikit-learn.

Run from this folder with the versions of VERSIONS. Each line is a key, a tab and numbers; matrices are flattened in C order.
"""
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.covariance import EllipticEnvelope, GraphicalLasso, GraphicalLassoCV, MinCovDet, fast_mcd, graphical_lasso
from sklearn.preprocessing import StandardScaler

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
out = {}


def put(key, values):
    out[key] = np.asarray(values, dtype=np.float64).ravel()


def data(name):
    m = np.loadtxt(here.parent / "data" / f"{name}.csv", delimiter=",", skiprows=1)
    return np.ascontiguousarray(m[:, :-1]), m[:, -1]


# ---- sparse covariances, on scaled columns
for n in ("iris", "wine_data", "diabetes"):
    x = StandardScaler().fit_transform(data(n)[0])
    for name, options in (("default", {}), ("strong", {"alpha": 0.3}), ("exact", {"alpha": 0.05, "tol": 1e-8, "enet_tol": 1e-10, "max_iter": 300}),
                          ("centred", {"alpha": 0.1, "assume_centered": True}), ("lars", {"alpha": 0.2, "mode": "lars"}), ("none", {"alpha": 0.0})):
        if n == "diabetes" and name in ("default", "none"):
            continue
        m = GraphicalLasso(**options).fit(x)
        key = f"glasso/{n}/{name}"
        put(f"{key}/covariance", m.covariance_), put(f"{key}/precision", m.precision_), put(f"{key}/location", m.location_)
        put(f"{key}/rounds", m.n_iter_), put(f"{key}/costs", m.costs_), put(f"{key}/score", m.score(x[:30]))
        put(f"{key}/mahalanobis", m.mahalanobis(x[:5]))
    m = GraphicalLasso(alpha=0.2, covariance="precomputed").fit(np.cov(x.T))
    put(f"glasso/{n}/precomputed/covariance", m.covariance_), put(f"glasso/{n}/precomputed/precision", m.precision_)
    for name, options in (("default", {}), ("some", {"alphas": 3, "n_refinements": 2, "cv": 3, "enet_tol": 1e-10}), ("list", {"alphas": [0.5, 0.1, 0.3]})):
        if n != "iris" and name == "default":
            continue
        m = GraphicalLassoCV(**options).fit(x)
        key = f"glasso_cv/{n}/{name}"
        put(f"{key}/alpha", m.alpha_), put(f"{key}/covariance", m.covariance_), put(f"{key}/precision", m.precision_)
        put(f"{key}/alphas", m.cv_results_["alphas"]), put(f"{key}/mean", m.cv_results_["mean_test_score"]), put(f"{key}/std", m.cv_results_["std_test_score"])
        k = sum(s.startswith("split") for s in m.cv_results_)
        put(f"{key}/split", [m.cv_results_[f"split{i}_test_score"] for i in range(k)]), put(f"{key}/rounds", m.n_iter_)
c, p, costs, rounds = graphical_lasso(np.cov(StandardScaler().fit_transform(data("iris")[0]).T), 0.15, return_costs=True, return_n_iter=True)
put("glasso/function/covariance", c), put("glasso/function/precision", p), put("glasso/function/costs", costs), put("glasso/function/rounds", rounds)

# ---- robust covariances: continuous rows, some of them moved away
for n, rows, d in (("few", 90, 3), ("parts", 700, 4), ("many", 1700, 3), ("column", 60, 1), ("edge", 1500, 2)):
    r = np.random.RandomState(14 if n == "column" else 7)  # where NumPy takes the first of the two ends of the interval
    x = r.standard_normal((rows, d)) @ (np.eye(d) + 0.3 * np.ones((d, d)))
    x[::9] += 6
    for name, options in (("default", {}), ("more", {"support_fraction": 0.8}), ("centred", {"assume_centered": True}), ("all", {"support_fraction": 1.0})):
        if name in ("centred", "all") and n not in ("few", "column"):
            continue
        m = MinCovDet(random_state=3, **options).fit(x)
        key = f"mcd/{n}/{name}"
        put(f"{key}/location", m.location_), put(f"{key}/covariance", m.covariance_), put(f"{key}/raw_location", m.raw_location_)
        put(f"{key}/raw_covariance", m.raw_covariance_), put(f"{key}/raw_support", np.flatnonzero(m.raw_support_)[:200]), put(f"{key}/count", [m.raw_support_.sum(), m.support_.sum()])
        put(f"{key}/dist", m.dist_[:100]), put(f"{key}/score", m.score(x[:30]))
    location, covariance, support, dist = fast_mcd(x, random_state=11)
    put(f"mcd/{n}/function/location", location), put(f"mcd/{n}/function/covariance", covariance), put(f"mcd/{n}/function/dist", dist[:100]), put(f"mcd/{n}/function/count", support.sum())
    for name, options in (("default", {}), ("some", {"contamination": 0.25, "store_precision": False})):
        m = EllipticEnvelope(random_state=5, **options).fit(x)
        key = f"envelope/{n}/{name}"
        put(f"{key}/offset", m.offset_), put(f"{key}/labels", m.predict(x[:200])), put(f"{key}/decision", m.decision_function(x[:40]))
        put(f"{key}/samples", m.score_samples(x[:40])), put(f"{key}/mahalanobis", m.mahalanobis(x[:40]))
        put(f"{key}/score", m.score(x[:50], np.where(np.arange(50) % 9, 1, -1)))

with open(here / "learn_covariance.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_covariance.py\n")
    for key, values in out.items():
        f.write(key + "\t" + " ".join(str(int(v)) if abs(v) < 1e15 and v == int(v) else repr(float(v)) for v in values) + "\n")
