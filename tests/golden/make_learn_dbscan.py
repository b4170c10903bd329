"""Write learn_dbscan.tsv: density clusterers of scikit-learn (DBSCAN, HDBSCAN, OPTICS).

Run from this folder with the versions of VERSIONS, but for NumPy: scikit-learn's cluster_selection_epsilon fails with those from 2.4 on. Each line is a key, a tab and numbers; the cases are the lines of learn_dbscan_cases.def.
"""
import re
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.cluster import DBSCAN, HDBSCAN, OPTICS, cluster_optics_dbscan, cluster_optics_xi  # noqa: F401 (named by the cases)
from sklearn.metrics import pairwise_distances
from sklearn.preprocessing import StandardScaler

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
inf = np.inf


def data(name):
    m = np.loadtxt(here.parent / "data" / f"{name}.csv", delimiter=",", skiprows=1)[:, :-1]
    return m if name == "digits" else StandardScaler().fit_transform(m)


def number(v):
    if np.isnan(v):
        v = -1  # see the test
    return str(int(v)) if abs(v) < 1e15 and v == int(v) else repr(float(v))


lines = []
for line in (here / "learn_dbscan_cases.def").read_text().splitlines():
    found = re.fullmatch(r'CASE\((\w+), (\w+), (\w+), "(.*)"\)', line)
    if not found:
        continue
    name, set_, how, spec = found.groups()
    x = data(set_)
    kwargs = {}
    if how == "MATRIX":
        x = pairwise_distances(x, metric="chebyshev")  # the same to the last bit anywhere
    if how == "HOLES":
        x[::17, 1] = np.nan
    if how == "WEIGHTS":
        kwargs["sample_weight"] = 0.5 + np.arange(len(x)) % 4
    if how == "SINGLE":
        x = x.astype(np.float32).astype(np.float64)  # scikit-learn's own distances of float32 are rounded
    m = eval(spec).fit(x, **kwargs)
    for attr in ("labels_", "core_sample_indices_", "probabilities_", "centroids_", "medoids_", "ordering_", "reachability_", "core_distances_",
                 "predecessor_", "cluster_hierarchy_"):
        if hasattr(m, attr) and np.size(getattr(m, attr)):
            lines.append(f"{name}/{attr}\t" + " ".join(number(v) for v in np.asarray(getattr(m, attr)).ravel()))


def put(key, values):
    lines.append(f"{key}\t" + " ".join(number(v) for v in np.asarray(values).ravel()))


# ---- cuts of one tree, with rows of NaN among them; readings of one plot
x = data("wine_data")
x[::17, 1] = np.nan
tree = HDBSCAN(min_cluster_size=12, min_samples=4).fit(x)
for cut, least in ((1.9, 5), (2.3, 2), (2.6, 1), (0.1, 5), (100, 5)):
    put(f"cut/{cut}_{least}", tree.dbscan_clustering(cut, least))
plot = OPTICS(min_samples=5).fit(data("iris"))
for eps in (0.3, 0.5, 2.0):
    put(f"plot/{eps}", cluster_optics_dbscan(reachability=plot.reachability_, core_distances=plot.core_distances_, ordering=plot.ordering_, eps=eps))
for name, options in (("default", {"min_samples": 5}), ("steep", {"min_samples": 0.05, "xi": 0.1, "min_cluster_size": 8}),
                      ("plain", {"min_samples": 4, "min_cluster_size": 0.1, "predecessor_correction": False})):
    label, valley = cluster_optics_xi(reachability=plot.reachability_, predecessor=plot.predecessor_, ordering=plot.ordering_, **options)
    put(f"valleys/{name}/labels", label), put(f"valleys/{name}/clusters", valley)
(here / "learn_dbscan.tsv").write_text(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_dbscan.py\n" + "\n".join(lines) + "\n")
