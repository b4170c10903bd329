"""Write learn_linkage.tsv: agglomerative clusterers of scikit-learn.

Run from this folder with the versions of VERSIONS. Each line is a key, a tab and numbers; the cases are the lines of learn_linkage_cases.def.
"""
import re
from pathlib import Path

import numpy as np
import sklearn
from sklearn.cluster import AgglomerativeClustering, FeatureAgglomeration  # noqa: F401 (named by the cases)
from sklearn.feature_extraction.image import grid_to_graph
from sklearn.metrics import pairwise_distances
from sklearn.neighbors import kneighbors_graph
from sklearn.preprocessing import StandardScaler

here = Path(__file__).resolve().parent


def number(v):
    return str(int(v)) if abs(v) < 1e15 and v == int(v) else repr(float(v))


lines = []


def put(key, values):
    lines.append(f"{key}\t" + " ".join(number(v) for v in np.asarray(values).ravel()))


for line in (here / "learn_linkage_cases.def").read_text().splitlines():
    found = re.fullmatch(r'CASE\((\w+), (\w+), (\w+), "(.*)"\)', line)
    if not found:
        continue
    name, set_, how, spec = found.groups()
    x = StandardScaler().fit_transform(np.loadtxt(here.parent / "data" / f"{set_}.csv", delimiter=",", skiprows=1)[:, :-1])
    if how == "MATRIX":
        x = pairwise_distances(x, metric="manhattan")
    spec = spec.replace("pooling_func='max'", "pooling_func=np.max")
    m = eval(spec)
    if isinstance(m.connectivity, int):  # k nearest, by the metric
        metric = m.metric
        m.connectivity = lambda rows, k=m.connectivity: kneighbors_graph(rows, k, include_self=False, metric=metric)
    elif isinstance(m.connectivity, tuple):  # a grid
        m.connectivity = grid_to_graph(*m.connectivity, *[1] * (2 - len(m.connectivity)))
    m.fit(x)
    for attr in ("labels_", "children_", "n_clusters_", "n_leaves_", "n_connected_components_", "distances_"):
        if hasattr(m, attr):
            put(f"{name}/{attr}", getattr(m, attr))
    if hasattr(m, "transform"):
        t = m.transform(x[:20])
        put(f"{name}/transform", t), put(f"{name}/inverse", m.inverse_transform(t))
(here / "learn_linkage.tsv").write_text(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_linkage.py\n" + "\n".join(lines) + "\n")
