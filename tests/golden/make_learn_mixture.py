"""Write learn_mixture.tsv: mixtures of normal distributions by scikit-learn on the data sets of tests/data.

Run from this folder with the versions of VERSIONS. Each line is a key, a tab and numbers; matrices are flattened in C order.
"""
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.mixture import BayesianGaussianMixture, GaussianMixture

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
out = {}


def put(key, values):
    out[key] = np.asarray(values, dtype=np.float64).ravel()


def data(name):
    m = np.loadtxt(here.parent / "data" / f"{name}.csv", delimiter=",", skiprows=1)
    return np.ascontiguousarray(m[:, :-1])


def put_model(key, m, x):
    put(f"{key}/weights", m.weights_), put(f"{key}/means", m.means_), put(f"{key}/covariances", m.covariances_)
    put(f"{key}/precisions", m.precisions_), put(f"{key}/cholesky", m.precisions_cholesky_)
    put(f"{key}/state", [m.converged_, m.n_iter_]), put(f"{key}/bounds", m.lower_bounds_)
    put(f"{key}/labels", m.predict(x)), put(f"{key}/proba", m.predict_proba(x[:7])), put(f"{key}/samples", m.score_samples(x[:7]))
    put(f"{key}/score", m.score(x))
    if isinstance(m, GaussianMixture):
        put(f"{key}/criteria", [m.aic(x), m.bic(x)])
        return
    put(f"{key}/concentration", m.weight_concentration_), put(f"{key}/freedom", m.degrees_of_freedom_), put(f"{key}/precision", m.mean_precision_)
    put(f"{key}/priors", [m.weight_concentration_prior_, m.mean_precision_prior_, m.degrees_of_freedom_prior_])
    put(f"{key}/mean_prior", m.mean_prior_), put(f"{key}/covariance_prior", m.covariance_prior_)


iris, wine = data("iris"), data("wine_data")
wine = (wine - wine.mean(axis=0)) / wine.std(axis=0)
put("wine", wine)
for kind in ("full", "tied", "diag", "spherical"):
    for start in ("kmeans", "k-means++", "random", "random_from_data"):
        m = GaussianMixture(3, covariance_type=kind, init_params=start, random_state=3, max_iter=200)
        put_model(f"gaussian/iris/{kind}/{start}", m.fit(iris), iris)
    put_model(f"gaussian/iris/{kind}/runs", GaussianMixture(4, covariance_type=kind, n_init=3, random_state=1, tol=1e-4, reg_covar=1e-3).fit(iris), iris)
    put_model(f"gaussian/iris/{kind}/short", GaussianMixture(2, covariance_type=kind, random_state=0, max_iter=2).fit(iris), iris)
    put_model(f"gaussian/wine_data/{kind}/kmeans", GaussianMixture(3, covariance_type=kind, random_state=0).fit(wine), wine)
    for name, options in (("process", {}), ("distribution", {"weight_concentration_prior_type": "dirichlet_distribution"}),
                          ("priors", {"weight_concentration_prior": 0.01, "mean_precision_prior": 0.5, "mean_prior": [5.0, 3.0, 4.0, 1.0], "degrees_of_freedom_prior": 6.5,
                                      "covariance_prior": {"full": np.eye(4) * 0.2 + 0.05, "tied": np.eye(4) * 0.2 + 0.05, "diag": [0.1, 0.2, 0.3, 0.4], "spherical": 0.3}[kind]})):
        m = BayesianGaussianMixture(n_components=4, covariance_type=kind, random_state=2, max_iter=60, **options)
        put_model(f"bayesian/iris/{kind}/{name}", m.fit(iris), iris)

means = [[5.0, 3.4, 1.5, 0.2], [6.0, 2.8, 4.3, 1.3], [6.5, 3.0, 5.6, 2.0]]
precisions = {"full": [np.diag([2.0, 3.0, 4.0, 5.0]) + 0.5 * c for c in range(3)], "tied": np.diag([2.0, 3.0, 4.0, 5.0]) + 0.5,
              "diag": [[1.0, 2.0, 3.0, 4.0], [2.0, 2.0, 2.0, 2.0], [4.0, 3.0, 2.0, 1.0]], "spherical": [2.0, 3.0, 4.0]}
for kind in precisions:
    m = GaussianMixture(3, covariance_type=kind, weights_init=[0.2, 0.3, 0.5], means_init=means, precisions_init=precisions[kind], random_state=0)
    put_model(f"given/{kind}/all", m.fit(iris), iris)
    m = GaussianMixture(3, covariance_type=kind, means_init=means, precisions_init=precisions[kind], init_params="random", random_state=0)
    put_model(f"given/{kind}/some", m.fit(iris), iris)

for kind in ("full", "diag"):
    m = GaussianMixture(3, covariance_type=kind, random_state=0, max_iter=3, warm_start=True)
    m.fit(iris)
    put_model(f"warm/{kind}", m.fit(iris), iris)

for kind in ("diag", "spherical"):
    m = GaussianMixture(3, covariance_type=kind, random_state=7).fit(iris)
    x, y = m.sample(40)
    put(f"sample/{kind}/x", x), put(f"sample/{kind}/y", y)
for kind in ("full", "tied"):
    m = GaussianMixture(3, covariance_type=kind, random_state=7).fit(iris)
    put(f"sample/{kind}/y", m.sample(40)[1])

with open(here / "learn_mixture.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_mixture.py\n")
    for key, values in out.items():
        f.write(key + "\t" + " ".join(str(int(v)) if v == int(v) and abs(v) < 1e15 else repr(float(v)) for v in values) + "\n")
