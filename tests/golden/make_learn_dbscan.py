"""Write learn_dbscan.tsv: density clusterers of scikit-learn (DBSCAN, HDBSCAN, OPTICS).

Run from this folder with the versions of VERSIONS, but for NumPy: scikit-learn's cluster_selection_epsilon fails with those from 2.4 on. Each line is a key, a tab and numbers; the cases are the lines of learn_dbscan_cases.def.
"""
import re
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.cluster import DBSCAN, HDBSCAN, OPTICS  # noqa: F401 (named by the cases)
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
(here / "learn_dbscan.tsv").write_text(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_dbscan.py\n" + "\n".join(lines) + "\n")
