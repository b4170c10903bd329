"""Write learn_neighbor_tree.tsv: what scikit-learn's KDTree and BallTree answer.

Run from this folder with the versions of VERSIONS. Each line is a key, a tab and numbers; matrices are flattened in C order.
"""
from pathlib import Path

import numpy as np
import sklearn
from sklearn.neighbors import BallTree, KDTree

here = Path(__file__).resolve().parent
out = {}


def put(key, values):
    out[key] = np.asarray(values, dtype=np.float64).ravel()


r = np.random.RandomState(8)
x = r.standard_normal((300, 3)) * [1, 2, 0.5]
q = r.standard_normal((25, 3)) * [1, 2, 0.5]
weight = r.randint(1, 5, 300) * 0.5
put("x", x), put("q", q), put("weight", weight)
earth = np.radians(r.uniform([-80, -170], [80, 170], (300, 2)))
put("earth", earth)

trees = {
    "kd/euclidean": KDTree(x), "kd/leaf": KDTree(x, leaf_size=3), "kd/manhattan": KDTree(x, metric="manhattan"), "kd/infinity": KDTree(x, metric="infinity"),
    "kd/p3": KDTree(x, metric="minkowski", p=3), "ball/euclidean": BallTree(x), "ball/canberra": BallTree(x, metric="canberra"),
    "ball/braycurtis": BallTree(np.abs(x), metric="braycurtis"), "ball/seuclidean": BallTree(x, metric="seuclidean", V=np.array([1, 4, 0.25])),
    "ball/haversine": BallTree(earth, metric="haversine"),
}
for name, tree in trees.items():
    at = {"ball/haversine": earth[:25] + 0.01, "ball/braycurtis": np.abs(q)}.get(name, q)
    d, i = tree.query(at, k=6)
    put(f"{name}/distance", d), put(f"{name}/index", i)
    radius = 1.001 * np.median(d[:, 5])
    i, d = tree.query_radius(at, radius, return_distance=True, sort_results=True)
    put(f"{name}/radius", radius), put(f"{name}/count", tree.query_radius(at, radius, count_only=True))
    put(f"{name}/within", np.concatenate(i)), put(f"{name}/within_distance", np.concatenate(d))
    each = radius * np.linspace(0, 2.5, 25)
    i, d = tree.query_radius(at, each, return_distance=True, sort_results=True)
    put(f"{name}/each", each), put(f"{name}/each_count", tree.query_radius(at, each, count_only=True))
    put(f"{name}/each_within", np.concatenate(i)), put(f"{name}/each_distance", np.concatenate(d))
    far = radius * np.array([0, 0.5, 1, 1.7, 3, 20])  # rising: that is the order of the results, whatever that of the radii
    put(f"{name}/far", far), put(f"{name}/pairs", tree.two_point_correlation(at, far))

for kernel in ("gaussian", "tophat", "epanechnikov", "exponential", "linear", "cosine"):
    for h in (0.6, 3):
        put(f"density/{kernel}/{h}", KDTree(x).kernel_density(q, h, kernel=kernel, rtol=1e-14))
    put(f"density/{kernel}/ball", BallTree(x, metric="manhattan", sample_weight=weight).kernel_density(q, 2, kernel=kernel, rtol=1e-14))
put("density/log", KDTree(x).kernel_density(q, 0.2, rtol=1e-14, return_log=True))

with open(here / "learn_neighbor_tree.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_neighbor_tree.py\n")
    for key, values in out.items():
        f.write(key + "\t" + " ".join(str(int(v)) if abs(v) < 1e15 and v == int(v) else repr(float(v)) for v in values) + "\n")
