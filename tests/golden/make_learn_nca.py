"""Write learn_nca.tsv: what scikit-learn's NeighborhoodComponentsAnalysis finds.

Run from this folder with the versions of VERSIONS. Each line is a key, a tab and numbers; matrices are flattened in C order.
"""
from pathlib import Path

import numpy as np
import sklearn
from scipy.spatial.distance import cdist
from sklearn.neighbors import NeighborhoodComponentsAnalysis as NCA

here = Path(__file__).resolve().parent
out = {}


def put(key, values):
    out[key] = np.asarray(values, dtype=np.float64).ravel()


r = np.random.RandomState(21)
centres = r.uniform(-1, 1, (3, 4))
y = r.randint(0, 3, 90)
x = centres[y] + r.standard_normal((90, 4)) * [0.4, 0.7, 1, 0.5]
put("x", x), put("y", y), put("given", [[1, 0.5, 0, 0], [0, 0, 1, -0.5]])


def hits(map):
    """The expected number of rows whose drawn neighbour is of their class."""
    far = cdist(x @ map.T, x @ map.T, "sqeuclidean")
    np.fill_diagonal(far, np.inf)
    p = np.exp(far.min(1, keepdims=True) - far)
    return ((p / p.sum(1, keepdims=True)) * (y[:, None] == y)).sum()


for i, model in enumerate([
        NCA(2, max_iter=6), NCA(init="identity", max_iter=5), NCA(3, max_iter=5), NCA(3, init="random", random_state=5, max_iter=5),
        NCA(init=out["given"].reshape(2, 4), max_iter=6), NCA(2, init="pca", max_iter=1), NCA(), NCA(2, tol=1e-3)]):
    m = model.fit(x, y)
    put(f"{i}/components", m.components_), put(f"{i}/metric", m.components_.T @ m.components_), put(f"{i}/n_iter", m.n_iter_), put(f"{i}/hits", hits(m.components_))
    put(f"{i}/products", m.transform(x[:9]) @ m.transform(x[:9]).T)
m = NCA(2, max_iter=3, warm_start=True).fit(x, y).fit(x, y)
put("warm/metric", m.components_.T @ m.components_)

with open(here / "learn_nca.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_nca.py\n")
    for key, values in out.items():
        f.write(key + "\t" + " ".join(str(int(v)) if abs(v) < 1e15 and v == int(v) else repr(float(v)) for v in values) + "\n")
