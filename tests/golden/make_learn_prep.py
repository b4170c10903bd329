"""Write learn_prep.tsv: what scikit-learn's transformers of numbers and selectors of features
compute on the data sets of tests/data.

Run from this folder with the versions of VERSIONS (scikit-learn 1.9.1, NumPy 2.4.6, SciPy 1.17.1).
Each line is a key, a tab and numbers. The cases stand in test_learn_prep.c under the same keys.
"""
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn import feature_selection as fs
from sklearn.feature_selection import *
from sklearn.impute import KNNImputer, MissingIndicator, SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.preprocessing import *

warnings.simplefilter("ignore")
here = Path(__file__).parent
out = {}


def put(key, values):
    out[key] = np.ravel(np.asarray(values, dtype=float))


def read(name):
    a = np.loadtxt(here.parent / "data" / f"{name}.csv", delimiter=",", skiprows=1)
    return a[:, :-1], a[:, -1]


sets = {n: read(n) for n in ("iris", "wine_data", "diabetes", "breast_cancer")}


def data(name, flags):
    x, y = sets[name]
    x = x.copy()
    if "H" in flags:  # holes
        i, j = np.indices(x.shape)
        x[(7 * i + 3 * j) % 11 == 0] = np.nan
    if "E" in flags:  # an empty column
        x[:, 1] = np.nan
    if "C" in flags:  # a constant one
        x[:, 1] = 3.0
    if "O" in flags:  # one column
        x = x[:, :1]
    if "M" in flags:  # both signs
        x = x - np.round(np.nanmean(x, axis=0), 1)
    w = 0.5 + np.arange(len(y)) % 3 if "W" in flags else None
    return x, y, w


cases = [
    ("maxabs", "MaxAbsScaler()", "iris", "HM", "scale_ max_abs_"),
    ("robust", "RobustScaler()", "diabetes", "H", "center_ scale_"),
    ("robust2", "RobustScaler(with_centering=False, quantile_range=(10, 80), unit_variance=True)", "iris", "C", "scale_"),
    ("norm1", "Normalizer('l1')", "wine_data", "M", ""),
    ("norm2", "Normalizer()", "wine_data", "M", ""),
    ("norm3", "Normalizer('max')", "wine_data", "M", ""),
    ("binarizer", "Binarizer(threshold=2.5)", "iris", "", ""),
    ("poly2", "PolynomialFeatures()", "iris", "", "powers_ n_output_features_"),
    ("poly3", "PolynomialFeatures(3, interaction_only=True, include_bias=False)", "iris", "", "powers_"),
    ("poly23", "PolynomialFeatures(degree=(2, 3))", "iris", "", "powers_"),
    ("poly1", "PolynomialFeatures(4)", "iris", "O", "powers_"),
    ("bins1", "KBinsDiscretizer(encode='onehot-dense')", "diabetes", "", "n_bins_"),
    ("bins2", "KBinsDiscretizer([3, 4, 5, 6], encode='ordinal', strategy='uniform')", "iris", "C", "n_bins_"),
    ("bins3", "KBinsDiscretizer(4, encode='ordinal', strategy='kmeans')", "breast_cancer", "", "n_bins_"),
    ("bins4", "KBinsDiscretizer(6, encode='ordinal')", "diabetes", "W", "n_bins_"),
    ("bins5", "KBinsDiscretizer(7, encode='ordinal', quantile_method='inverted_cdf')", "diabetes", "W", "n_bins_"),
    ("bins6", "KBinsDiscretizer(5, encode='ordinal', strategy='kmeans')", "diabetes", "W", "n_bins_"),
    ("bins7", "KBinsDiscretizer(5, encode='ordinal', subsample=100, random_state=3)", "diabetes", "", "n_bins_"),
    ("bins8", "KBinsDiscretizer(5, encode='ordinal', subsample=100, random_state=3)", "diabetes", "W", "n_bins_"),
] + [
    (f"bins_{m}", f"KBinsDiscretizer(7, encode='ordinal', quantile_method='{m}')", "diabetes", "", "n_bins_")
    for m in ("inverted_cdf", "closest_observation", "interpolated_inverted_cdf", "hazen", "weibull", "linear", "median_unbiased", "normal_unbiased")
] + [
    ("quantile1", "QuantileTransformer(n_quantiles=20)", "diabetes", "H", "quantiles_ references_"),
    ("quantile2", "QuantileTransformer(n_quantiles=50, output_distribution='normal')", "iris", "", "quantiles_"),
    ("quantile3", "QuantileTransformer(n_quantiles=30, subsample=100, random_state=5)", "diabetes", "", "quantiles_"),
    ("quantile4", "QuantileTransformer(n_quantiles=10)", "iris", "C", "quantiles_"),
    ("power1", "PowerTransformer()", "diabetes", "", "lambdas_"),
    ("power2", "PowerTransformer(standardize=False)", "iris", "HM", "lambdas_"),
    ("power3", "PowerTransformer('box-cox')", "iris", "H", "lambdas_"),
    ("power4", "PowerTransformer('box-cox')", "breast_cancer", "P", "lambdas_"),
    ("power5", "PowerTransformer()", "breast_cancer", "C", "lambdas_"),
    ("spline1", "SplineTransformer()", "diabetes", "", "n_features_out_"),
    ("spline2", "SplineTransformer(4, 2, knots='quantile', extrapolation='linear', include_bias=False)", "iris", "W", "n_features_out_"),
    ("spline3", "SplineTransformer(n_knots=6, extrapolation='periodic', degree=2)", "iris", "", ""),
    ("spline4", "SplineTransformer(degree=1, extrapolation='continue')", "iris", "", ""),
    ("spline5", "SplineTransformer(knots=[[4.5, 2, 1, 0], [5, 2.5, 3, 1], [7.5, 4, 6.5, 2]], degree=3)", "iris", "", ""),
    ("spline6", "SplineTransformer(handle_missing='zeros', knots='quantile')", "diabetes", "H", ""),
    ("spline7", "SplineTransformer(degree=0)", "iris", "", ""),
    ("spline8", "SplineTransformer(degree=0, extrapolation='linear')", "iris", "O", ""),
    ("impute1", "SimpleImputer()", "iris", "H", "statistics_"),
    ("impute2", "SimpleImputer(strategy='median', add_indicator=True)", "iris", "H", "statistics_"),
    ("impute3", "SimpleImputer(strategy='most_frequent')", "iris", "HE", "statistics_"),
    ("impute4", "SimpleImputer(strategy='constant', fill_value=-1, keep_empty_features=True)", "iris", "HE", "statistics_"),
    ("impute5", "SimpleImputer(strategy='mean', keep_empty_features=True, add_indicator=True)", "iris", "HE", "statistics_"),
    ("impute6", "SimpleImputer(missing_values=0.2, strategy='most_frequent')", "iris", "", "statistics_"),
    ("impute7", "SimpleImputer(strategy='constant')", "iris", "HE", "statistics_"),
    ("indicator1", "MissingIndicator(missing_values=0.2)", "iris", "", "features_"),
    ("indicator2", "MissingIndicator(features='all')", "iris", "H", "features_"),
    ("knn1", "KNNImputer()", "diabetes", "H", ""),
    ("knn2", "KNNImputer(n_neighbors=40, weights='distance', add_indicator=True)", "wine_data", "H", ""),
    ("knn3", "KNNImputer(keep_empty_features=True)", "diabetes", "HE", ""),
    ("variance", "VarianceThreshold(0.5)", "wine_data", "H", "variances_"),
    ("variance0", "VarianceThreshold()", "iris", "C", "variances_"),
    ("best1", "SelectKBest(k=5)", "wine_data", "", "scores_ pvalues_"),
    ("best2", "SelectKBest(f_regression, k=4)", "diabetes", "", "scores_ pvalues_"),
    ("best3", "SelectKBest(chi2, k=2)", "iris", "", "scores_ pvalues_"),
    ("best4", "SelectKBest(r_regression, k=3)", "diabetes", "", "scores_"),
    ("best5", "SelectKBest(k=3)", "iris", "C", "scores_ pvalues_"),
    ("best6", "SelectKBest(f_regression, k=3)", "diabetes", "C", "scores_ pvalues_"),
    ("percent", "SelectPercentile(percentile=40)", "wine_data", "", ""),
    ("fpr", "SelectFpr(f_regression, alpha=0.01)", "diabetes", "", ""),
    ("fdr", "SelectFdr(f_regression, alpha=0.01)", "diabetes", "", ""),
    ("fwe", "SelectFwe(f_regression, alpha=0.01)", "diabetes", "", ""),
    ("generic", "GenericUnivariateSelect(chi2, mode='fwe', param=1e-08)", "breast_cancer", "P", "scores_"),
    ("model1", "SelectFromModel(LinearRegression())", "diabetes", "", "threshold_"),
    ("model2", "SelectFromModel(Ridge(alpha=0.5), threshold='1.25*median', max_features=3)", "diabetes", "", "threshold_"),
    ("model3", "SelectFromModel(LogisticRegression(tol=1e-10, max_iter=10000), norm_order=2)", "iris", "", ""),
    ("rfe1", "RFE(LinearRegression())", "diabetes", "", "ranking_ n_features_"),
    ("rfe2", "RFE(LogisticRegression(tol=1e-10, max_iter=10000), n_features_to_select=0.5, step=0.25)", "iris", "", "ranking_ n_features_"),
    ("rfecv", "RFECV(LinearRegression(), min_features_to_select=2)", "diabetes", "", "ranking_ n_features_"),
]

for key, spec, name, flags, attrs in cases:
    x, y, w = data(name, flags)
    if "P" in flags:  # above 0
        x = np.abs(x) + 0.5
    m = eval(spec)
    selector = hasattr(m, "get_support")
    args = (x, y) if selector else (x,)
    m.fit(*args, **({"sample_weight": w} if w is not None else {}))
    some = x[::17]
    z = m.transform(some)
    put(f"{key}/out", z)
    if selector:
        put(f"{key}/support_", m.get_support())
    for a in attrs.split():
        put(f"{key}/{a}", getattr(m, a))
    if hasattr(m, "inverse_transform") and key not in ("impute5", "variance") and not (isinstance(m, SimpleImputer) and not m.add_indicator):
        put(f"{key}/back", m.inverse_transform(z))
    if isinstance(m, RFECV):
        for a in ("mean_test_score", "std_test_score", "n_features"):
            put(f"{key}/cv_results_{a}_", m.cv_results_[a])
    if isinstance(m, SplineTransformer) and key != "spline7":  # beyond the knots (constant ones of degree 0 fail there)
        put(f"{key}/far", m.transform(np.vstack([np.nanmin(x, axis=0) - 1.25, np.nanmax(x, axis=0) + 0.75])))
    if isinstance(m, QuantileTransformer):
        far = np.vstack([np.nanmin(x, axis=0) - 1, np.nanmax(x, axis=0) + 1, np.full(x.shape[1], np.nan)])
        put(f"{key}/far", m.transform(far))

x, y = sets["iris"]
for case, options in (("plain", {}), ("k5", {"n_neighbors": 5}), ("discrete", {"discrete_features": [1, 3]}), ("all", {"discrete_features": True})):
    put(f"mi/classif/{case}", mutual_info_classif(x, y, random_state=0, **options))
# Where numbers are equal but for the noise, distances inside a small class are scikit-learn's rounding: none here.
x, y = sets["diabetes"]
put("mi/regression/plain", mutual_info_regression(x, y, random_state=2))
put("mi/regression/k5", mutual_info_regression(x, y, random_state=1, n_neighbors=5))
put("mi/regression/discrete", mutual_info_regression(x, y + x[:, 4] / 7, random_state=1, discrete_features=[1]))
put("f_regression/free", np.array(f_regression(x, y, center=False)))
put("r_regression/free", r_regression(x, y, center=False))

# float32: at the ends of a column of whole numbers the margin of the normal result is lost in rounding
x = np.round(sets["iris"][0] * 2).astype(np.float32)
put("quantile_f32/out", QuantileTransformer(n_quantiles=40, output_distribution="normal").fit(x).transform(x[::17]))

with open(here / "learn_prep.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_prep.py\n")
    for key, values in out.items():
        f.write(key + "\t" + " ".join(str(int(v)) if np.isfinite(v) and v == int(v) and abs(v) < 1e15 else repr(float(v)) for v in values) + "\n")
