"""Write learn_halving.tsv: scikit-learn's searches in rounds, on the data sets of tests/data.

Run from this folder with the versions of VERSIONS. Each line is a key, a tab and numbers; matrices are flattened in C order. Scores
are such that no two candidates of a round have the same mean: of ties NumPy's order depends on the machine.
"""
import warnings
from pathlib import Path

import numpy as np
import scipy.stats as st
import sklearn
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import Lasso, Ridge
from sklearn.model_selection import HalvingGridSearchCV, HalvingRandomSearchCV, KFold
from sklearn.naive_bayes import GaussianNB

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
out = {}


def put(key, values):
    out[key] = np.asarray(values, dtype=np.float64).ravel()


def data(name):
    m = np.loadtxt(here.parent / "data" / f"{name}.csv", delimiter=",", skiprows=1)
    return np.ascontiguousarray(m[:, :-1]), m[:, -1]


def search(key, s, x, y):
    s.fit(x, y)
    r = s.cv_results_
    for i in range(s.n_iterations_):
        mean = r["mean_test_score"][r["iter"] == i]
        assert len(np.unique(mean)) == len(mean), key
    put(f"{key}/numbers", [s.n_iterations_, s.n_required_iterations_, s.n_possible_iterations_, s.n_remaining_candidates_,
                           s.min_resources_, s.max_resources_, s.best_index_])
    put(f"{key}/n_resources", s.n_resources_)
    put(f"{key}/n_candidates", s.n_candidates_)
    put(f"{key}/best_score", s.best_score_)
    for name in ("iter", "n_resources", "mean_test_score", "std_test_score", "rank_test_score", "mean_train_score"):
        put(f"{key}/results/{name}", r[name])
    for name in r:
        if name.startswith("param_"):
            put(f"{key}/results/{name}", r[name])
    put(f"{key}/predict", s.predict(x)[::11])


x, y = data("diabetes")
alphas = {"alpha": [float(a) for a in np.geomspace(1e-3, 30, 20)]}
search("grid", HalvingGridSearchCV(Ridge(), alphas, random_state=0), x, y)
search("smallest", HalvingGridSearchCV(Ridge(), alphas, random_state=1, min_resources="smallest", factor=2, cv=3,
                                       scoring="neg_mean_absolute_error"), x, y)
search("eager", HalvingGridSearchCV(Ridge(), alphas, random_state=2, min_resources=50, max_resources=200, factor=2.5,
                                    aggressive_elimination=True, cv=KFold(4)), x, y)
search("random", HalvingRandomSearchCV(Ridge(), {"alpha": st.loguniform(1e-3, 10)}, random_state=3,
                                       scoring="neg_mean_absolute_error"), x, y)
search("some", HalvingRandomSearchCV(Ridge(), {"alpha": st.loguniform(1e-3, 10)}, n_candidates=15, random_state=4,
                                     min_resources="exhaust", return_train_score=True, refit=True), x, y)
search("parameter", HalvingGridSearchCV(Lasso(tol=1e-12), {"alpha": [0.01, 0.02, 0.05, 0.1, 0.2, 0.5]}, resource="max_iter",
                                        max_resources=400, min_resources=100, factor=2, cv=3), x, y)
x, y = data("iris")
search("classes", HalvingGridSearchCV(GaussianNB(), {"var_smoothing": [float(v) for v in np.geomspace(1e-6, 1, 9)]},
                                      scoring="neg_log_loss", random_state=5, cv=3), x, y)

with open(here / "learn_halving.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_halving.py\n")
    for key, values in out.items():
        f.write(key + "\t" + " ".join("nan" if v != v else str(int(v)) if v == int(v) and abs(v) < 1e15 else repr(float(v)) for v in values) + "\n")
