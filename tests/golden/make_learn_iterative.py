"""Write learn_iterative.tsv: centred kernels, sequential selection and iterative imputation of scikit-learn.

Run from this folder with the versions of VERSIONS. Each line is a key, a tab and numbers; matrices are flattened in C order.
"""
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.feature_selection import SequentialFeatureSelector
from sklearn.impute import IterativeImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.preprocessing import KernelCenterer, StandardScaler

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
out = {}


def put(key, values):
    out[key] = np.asarray(values, dtype=np.float64).ravel()


def data(name):
    m = np.loadtxt(here.parent / "data" / f"{name}.csv", delimiter=",", skiprows=1)
    return np.ascontiguousarray(m[:, :-1]), m[:, -1]


# ---- kernels
x = data("iris")[0]
k = rbf_kernel(x[:40], gamma=0.3)
m = KernelCenterer().fit(k)
put("kernel/k", k), put("kernel/rows", m.K_fit_rows_), put("kernel/all", m.K_fit_all_), put("kernel/same", m.transform(k))
other = rbf_kernel(x[40:50], x[:40], gamma=0.3)
put("kernel/new", other), put("kernel/other", m.transform(other))

# ---- sequential selection
x, y = data("diabetes")
for name, options in (("default", {}), ("three", {"n_features_to_select": 3}), ("share", {"n_features_to_select": 0.35}), ("back", {"n_features_to_select": 4, "direction": "backward"}),
                      ("auto_back", {"direction": "backward"}), ("tol", {"tol": 0.01}), ("tol_back", {"tol": -0.005, "direction": "backward", "cv": 3}),
                      ("mse", {"n_features_to_select": 4, "scoring": "neg_mean_squared_error", "cv": 4})):
    put(f"sequential/diabetes/{name}", SequentialFeatureSelector(LinearRegression(), **options).fit(x, y).get_support())
x, y = data("wine_data")
x = StandardScaler().fit_transform(x)
for name, options in (("four", {"n_features_to_select": 4, "cv": 3}), ("back", {"n_features_to_select": 11, "direction": "backward", "cv": 3, "scoring": "neg_log_loss"})):
    put(f"sequential/wine_data/{name}", SequentialFeatureSelector(LogisticRegression(), **options).fit(x, y).get_support())

# ---- iterative imputation
def holes(x, share, seed):
    r = np.random.RandomState(seed)
    x = x.copy()
    x[r.uniform(size=x.shape) < share] = np.nan
    return x


x = data("wine_data")[0][:120, :6]
x = holes(x, 0.12, 1)
x[:, 4] = data("wine_data")[0][:120, 4]  # a column that lacks nothing
new = holes(data("wine_data")[0][120:150, :6], 0.2, 2)
put("iterative/x", x), put("iterative/new", new)
cases = {
    "default": {}, "descending": {"imputation_order": "descending", "max_iter": 3}, "roman": {"imputation_order": "roman", "tol": 1e-6, "max_iter": 4},
    "arabic": {"imputation_order": "arabic", "max_iter": 2}, "random": {"imputation_order": "random", "max_iter": 3, "random_state": 4},
    "nearest": {"n_nearest_features": 3, "max_iter": 3, "random_state": 6}, "complete": {"skip_complete": True, "max_iter": 3},
    "complete_down": {"skip_complete": True, "max_iter": 2, "imputation_order": "descending"},
    "median": {"initial_strategy": "median", "max_iter": 2}, "most": {"initial_strategy": "most_frequent", "max_iter": 2},
    "constant": {"initial_strategy": "constant", "fill_value": 2.0, "max_iter": 2}, "limits": {"min_value": 2.0, "max_value": 15.0, "max_iter": 2},
    "lists": {"min_value": [11, 0, 0, 10, 0, 0], "max_value": [14.0, 4.0, 3.0, 25.0, 200.0, 3.0], "max_iter": 2},
    "indicator": {"add_indicator": True, "max_iter": 2}, "ridge": {"estimator": Ridge(alpha=0.5), "max_iter": 3},
    "none": {"max_iter": 0}, "posterior": {"sample_posterior": True, "max_iter": 2, "random_state": 8},
    "posterior_limits": {"sample_posterior": True, "max_iter": 2, "random_state": 9, "min_value": 1.0, "max_value": 13.0},
}
for name, options in cases.items():
    m = IterativeImputer(**options)
    put(f"iterative/{name}/fit", m.fit_transform(x)), put(f"iterative/{name}/rounds", m.n_iter_)
    put(f"iterative/{name}/new", m.transform(new))
empty = x.copy()
empty[:, 2] = np.nan
put("iterative/empty/fit", IterativeImputer(max_iter=2).fit_transform(empty))
m = IterativeImputer(max_iter=2, keep_empty_features=True, initial_strategy="constant", fill_value=1.5)
put("iterative/empty_kept/fit", m.fit_transform(empty)), put("iterative/empty_kept/new", m.transform(new))
coded = np.where(np.isnan(x), -1, x)
put("iterative/coded/fit", IterativeImputer(missing_values=-1, max_iter=3).fit_transform(coded))

with open(here / "learn_iterative.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_iterative.py\n")
    for key, values in out.items():
        f.write(key + "\t" + " ".join(str(int(v)) if abs(v) < 1e15 and v == int(v) else repr(float(v)) for v in values) + "\n")
