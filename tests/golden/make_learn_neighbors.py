"""Write learn_neighbors.tsv: what stands on neighbours in scikit-learn.

Run from this folder with the versions of VERSIONS. Each line is a key, a tab and numbers; matrices are flattened in C order.
"""
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn import neighbors as N

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
out = {}


def put(key, values):
    out[key] = np.asarray(values, dtype=np.float64).ravel()


# ---- rows without ties: 120 fitted ones, 30 queries
r = np.random.RandomState(5)
centres = r.uniform(-3, 3, (3, 4))
label = r.randint(0, 3, 120)
x = centres[label] + r.standard_normal((120, 4))
q = centres[r.randint(0, 3, 30)] + 1.3 * r.standard_normal((30, 4))
y = np.c_[x[:, 0] * x[:, 1] + r.standard_normal(120), x[:, 2]]
second = (x[:, 1] + r.standard_normal(120) > 0).astype(int) * 5 - 2
put("x", x), put("q", q), put("y", y), put("label", label), put("second", second)
both = np.c_[label, second]

metrics = {
    "default": {}, "manhattan": {"metric": "manhattan"}, "chebyshev": {"metric": "chebyshev"}, "p3": {"p": 3}, "cosine": {"metric": "cosine"},
    "canberra": {"metric": "canberra"}, "correlation": {"metric": "correlation"}, "sqeuclidean": {"metric": "sqeuclidean"},
    "weighted": {"p": 3, "metric_params": {"w": [1, 0.5, 2, 3]}},
    "seuclidean": {"metric": "seuclidean", "metric_params": {"V": [1, 0.5, 2, 3]}, "algorithm": "brute"},
    "mahalanobis": {"metric": "mahalanobis", "metric_params": {"VI": [[2, 0.5, 0, 0], [0.5, 1, 0, 0], [0, 0, 3, 0.1], [0, 0, 0.1, 1]]}, "algorithm": "brute"},
}


def arrays(options):
    o = dict(options)
    if "metric_params" in o:
        o["metric_params"] = {k: np.asarray(v, float) for k, v in o["metric_params"].items()}
    return o


for name, options in metrics.items():
    o = arrays(options)
    m = N.NearestNeighbors(n_neighbors=4, **o).fit(x)
    d, i = m.kneighbors(q)
    put(f"near/{name}/distance", d), put(f"near/{name}/index", i)
    d, i = m.kneighbors()
    put(f"near/{name}/own_distance", d[:20]), put(f"near/{name}/own_index", i[:20])
    radius = np.median(m.kneighbors(q, 12)[0][:, -1])
    d, i = m.radius_neighbors(q, radius, sort_results=True)
    put(f"near/{name}/radius", radius), put(f"near/{name}/count", [len(v) for v in i])
    put(f"near/{name}/within", np.concatenate(i)), put(f"near/{name}/within_distance", np.concatenate(d))
    for weights in ("uniform", "distance"):
        c = N.KNeighborsClassifier(7, weights=weights, **o).fit(x, label)
        put(f"votes/{name}/{weights}", c.predict_proba(q))
        put(f"means/{name}/{weights}", N.KNeighborsRegressor(7, weights=weights, **o).fit(x, y).predict(q))
        put(f"radius_votes/{name}/{weights}", N.RadiusNeighborsClassifier(radius, weights=weights, outlier_label=1, **o).fit(x, label).predict_proba(q))
        put(f"radius_means/{name}/{weights}", np.nan_to_num(N.RadiusNeighborsRegressor(radius, weights=weights, **o).fit(x, y).predict(q), nan=1e300))

for weights in ("uniform", "distance"):
    c = N.KNeighborsClassifier(7, weights=weights).fit(x, both)
    put(f"columns/{weights}/shares", np.hstack(c.predict_proba(q))), put(f"columns/{weights}/labels", c.predict(q))
    for outlier in ("most_frequent", (2, 9)):
        c = N.RadiusNeighborsClassifier(1.2, weights=weights, outlier_label=outlier if isinstance(outlier, str) else list(outlier)).fit(x, both)
        key = f"columns/{weights}/{outlier if isinstance(outlier, str) else 'list'}"
        put(f"{key}/shares", np.hstack(c.predict_proba(q))), put(f"{key}/labels", c.predict(q))
c = N.RadiusNeighborsClassifier(1.0, outlier_label=17).fit(x, label)
put("outlier/shares", c.predict_proba(q)), put("outlier/labels", c.predict(q))

square = np.abs(x[:, None] - x[None]).sum(2)
far = np.abs(q[:, None] - x[None]).sum(2)
put("precomputed/square", square[:40, :40])
d, i = N.NearestNeighbors(n_neighbors=3, metric="precomputed").fit(square[:40, :40]).kneighbors(far[:, :40])
put("precomputed/far", far[:, :40]), put("precomputed/distance", d), put("precomputed/index", i)

for mode in ("distance", "connectivity"):
    put(f"transform/k/{mode}", N.KNeighborsTransformer(mode=mode, n_neighbors=3).fit(x).transform(q).toarray())
    put(f"transform/radius/{mode}", N.RadiusNeighborsTransformer(mode=mode, radius=1.5).fit(x).transform(q).toarray())
    for include in (False, True):
        put(f"graph/k/{mode}/{int(include)}", N.kneighbors_graph(x[:40], 3, mode=mode, include_self=include).toarray())
        put(f"graph/radius/{mode}/{int(include)}", N.radius_neighbors_graph(x[:40], 1.5, mode=mode, include_self=include, p=1, metric="minkowski").toarray())

# ---- outliers, densities, centres
weight = 1 + r.randint(0, 3, 120) * 0.5
put("weight", weight)
for name, options in (("default", {}), ("some", {"n_neighbors": 7, "contamination": 0.1}), ("p1", {"n_neighbors": 10, "p": 1})):
    m = N.LocalOutlierFactor(**options)
    put(f"lof/{name}/labels", m.fit_predict(x)), put(f"lof/{name}/factor", m.negative_outlier_factor_), put(f"lof/{name}/offset", m.offset_)
    m = N.LocalOutlierFactor(novelty=True, **options).fit(x)
    put(f"lof/{name}/samples", m.score_samples(q)), put(f"lof/{name}/decision", m.decision_function(q)), put(f"lof/{name}/predict", m.predict(q))
for kernel in ("gaussian", "tophat", "epanechnikov", "exponential", "linear", "cosine"):
    # kernels that end: densities, since trees leave a rounding error where there is no density
    tell = np.asarray if kernel in ("gaussian", "exponential") else np.exp
    for width in (0.7, 2.5, "scott", "silverman"):
        for columns in (4, 3, 1):
            if isinstance(width, str) and columns != 4 or kernel == "cosine" and columns == 4:  # whose cosine has no mass of even dimensions
                continue
            m = N.KernelDensity(bandwidth=width, kernel=kernel).fit(x[:, :columns])
            put(f"density/{kernel}/{width}/{columns}", tell(m.score_samples(q[:, :columns])))
    m = N.KernelDensity(bandwidth=2.5, kernel=kernel, metric="chebyshev").fit(x[:, :3], sample_weight=weight)
    put(f"density/{kernel}/weighted", tell(m.score_samples(q[:, :3])))
for kernel in ("gaussian", "tophat"):
    m = N.KernelDensity(bandwidth=0.7, kernel=kernel).fit(x)
    put(f"density/{kernel}/sample", m.sample(9, random_state=3))
    put(f"density/{kernel}/sample_weighted", m.fit(x, sample_weight=weight).sample(9, random_state=4))
for name, options in (("default", {}), ("shrunk", {"shrink_threshold": 0.8}), ("shares", {"priors": "empirical"}), ("given", {"priors": [0.2, 0.5, 0.3], "shrink_threshold": 0.2}),
                      ("sums", {"metric": "manhattan"}), ("sums_shares", {"metric": "manhattan", "priors": "empirical"})):
    for two in (False, True):
        if two and name == "given":
            continue
        m = N.NearestCentroid(**options).fit(x, second if two else label)
        key = f"centroid/{name}/{int(two)}"
        put(f"{key}/labels", m.predict(q)), put(f"{key}/centroids", m.centroids_), put(f"{key}/deviations", m.deviations_), put(f"{key}/within", m.within_class_std_dev_)
        put(f"{key}/priors", m.class_prior_)
        if not name.startswith("sums"):
            put(f"{key}/decision", m.decision_function(q)), put(f"{key}/shares", m.predict_proba(q)), put(f"{key}/log_shares", m.predict_log_proba(q))

with open(here / "learn_neighbors.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_neighbors.py\n")
    for key, values in out.items():
        f.write(key + "\t" + " ".join(str(int(v)) if abs(v) < 1e15 and v == int(v) else repr(float(v)) for v in values) + "\n")
