"""Write learn_density.tsv: clusters by density, messages and trees of features, by scikit-learn.

Run from this folder with the versions of VERSIONS. Each line is a key, a tab and numbers; matrices are flattened in C order.
"""
import csv
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.cluster import AffinityPropagation, Birch, KMeans, MeanShift, estimate_bandwidth
from sklearn.metrics.pairwise import rbf_kernel

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
out = {}


def put(key, values):
    out[key] = np.asarray(values, dtype=np.float64).ravel()


def read(name):
    with open(here.parent / "data" / f"{name}.csv") as f:
        rows = np.array([[float(v) for v in r] for r in list(csv.reader(f))[1:]])
    return rows[:, :-1]


sets = {n: read(n) for n in ("iris", "wine_data", "breast_cancer")}
std = {n: (x - x.mean(0)) / np.where(x.std(0) == 0, 1, x.std(0)) for n, x in sets.items()}

for n, x in std.items():
    put(f"bandwidth/{n}/all", estimate_bandwidth(x))
    put(f"bandwidth/{n}/some", estimate_bandwidth(x, quantile=0.1, n_samples=100, random_state=3))
    put(f"bandwidth/{n}/none", estimate_bandwidth(x, quantile=0))
    for key, m in (
        ("default", MeanShift()),
        ("narrow", MeanShift(bandwidth=1.0, cluster_all=False)),
        ("bins", MeanShift(bandwidth=1.5, bin_seeding=True, min_bin_freq=2)),
        ("estimated_bins", MeanShift(bin_seeding=True, max_iter=3)),
        ("seeds", MeanShift(bandwidth=2.0, seeds=[[0.5] * x.shape[1], [-1.0] * x.shape[1], [100.0] * x.shape[1]])),
    ):
        m.fit(x)
        put(f"shift/{n}/{key}/labels", m.labels_), put(f"shift/{n}/{key}/sums", m.cluster_centers_.sum(axis=1))
        put(f"shift/{n}/{key}/n_iter_", m.n_iter_), put(f"shift/{n}/{key}/predict", m.predict(0.9 * x))
    for key, m in (
        ("default", Birch()),
        ("none", Birch(threshold=0.8, n_clusters=None)),
        ("narrow", Birch(threshold=0.3, branching_factor=4, n_clusters=5)),
        ("few", Birch(threshold=3.0, n_clusters=40)),
        ("inner", Birch(threshold=0.7, branching_factor=8, n_clusters=KMeans(3, random_state=0))),
    ):
        m.fit(x)
        put(f"birch/{n}/{key}/labels", m.labels_), put(f"birch/{n}/{key}/predict", m.predict(0.9 * x))
        put(f"birch/{n}/{key}/sums", m.subcluster_centers_.sum(axis=1)), put(f"birch/{n}/{key}/names", m.subcluster_labels_)
    m = Birch(threshold=0.6, branching_factor=5)
    for lo in range(0, len(x), 50):
        m.partial_fit(x[lo:lo + 50])
    put(f"birch/{n}/pieces/labels", m.predict(x)), put(f"birch/{n}/pieces/last", m.labels_)
    if n == "breast_cancer":
        continue
    for key, m, z in (
        ("default", AffinityPropagation(random_state=0), x),
        ("damped", AffinityPropagation(damping=0.9, preference=-40, random_state=1), x),
        ("each", AffinityPropagation(preference=[-20.0 - i % 3 for i in range(len(x))], random_state=2, convergence_iter=30), x),
        ("short", AffinityPropagation(max_iter=6, random_state=2), x),
        ("never", AffinityPropagation(max_iter=1, preference=-1e6, random_state=2), x),
        ("given", AffinityPropagation(affinity="precomputed", random_state=2), rbf_kernel(x, gamma=0.1)),
    ):
        m.fit(z)
        put(f"messages/{n}/{key}/labels", m.labels_), put(f"messages/{n}/{key}/rows", m.cluster_centers_indices_)
        put(f"messages/{n}/{key}/n_iter_", m.n_iter_)
        if key not in ("given",):
            put(f"messages/{n}/{key}/predict", m.predict(0.9 * x))

with open(here / "learn_density.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_density.py\n")
    for key, values in out.items():
        f.write(key + "\t" + " ".join(str(int(v)) if v == int(v) and abs(v) < 1e15 else repr(float(v)) for v in values) + "\n")
