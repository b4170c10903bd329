"""Write learn_kmeans.tsv: k-means in its kinds, by scikit-learn.

Run from this folder with the versions of VERSIONS. Each line is a key, a tab and numbers; matrices are flattened in C order.
"""
import csv
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.cluster import BisectingKMeans, KMeans, MiniBatchKMeans, kmeans_plusplus

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
out = {}


def put(key, values):
    out[key] = np.asarray(values, dtype=np.float64).ravel()


def read(name):
    with open(here.parent / "data" / f"{name}.csv") as f:
        rows = np.array([[float(v) for v in r] for r in list(csv.reader(f))[1:]])
    return rows[:, :-1]


sets = {n: read(n) for n in ("iris", "wine_data", "digits")}
std = {n: (x - x.mean(0)) / np.where(x.std(0) == 0, 1, x.std(0)) for n, x in sets.items()}
weight = {n: 0.5 + np.arange(len(x)) % 3 for n, x in sets.items()}


def fitted(key, m, x, w=None, centres=True):
    m.fit(x, sample_weight=w)
    put(f"{key}/labels", m.labels_), put(f"{key}/inertia", m.inertia_)
    for a in ("n_iter_", "n_steps_"):
        if hasattr(m, a):
            put(f"{key}/{a}", getattr(m, a))
    if centres:
        put(f"{key}/centres", m.cluster_centers_)
    return m


for n, k in (("iris", 3), ("wine_data", 5), ("digits", 10)):
    x, w = std[n], weight[n]
    for seed in (0, 1, 2):
        c, rows = kmeans_plusplus(x, k, random_state=seed)
        put(f"plus/{n}/{seed}/rows", rows)
    c, rows = kmeans_plusplus(x, k, sample_weight=w, n_local_trials=7, random_state=3)
    put(f"plus/{n}/weighted/rows", rows)
    small = n != "digits"
    fitted(f"given/{n}", KMeans(k, init=x[:k].round(3), max_iter=7), x, centres=small)
    for seed in (0, 5):
        for batch in (40, 1024):
            fitted(f"mini/{n}/{batch}/{seed}", MiniBatchKMeans(k, batch_size=batch, random_state=seed), x, centres=small)
    fitted(f"mini/{n}/random", MiniBatchKMeans(k, init="random", batch_size=64, random_state=3, tol=1e-3, max_no_improvement=None), x, w, small)
    fitted(f"mini/{n}/given", MiniBatchKMeans(k, init=x[:k].round(3), batch_size=50, random_state=3, max_iter=5, reassignment_ratio=0), x, centres=small)
    # light centres are put elsewhere; not more than half a batch, where equal weights make NumPy's order decide
    fitted(f"mini/{n}/many", MiniBatchKMeans(4 * k, batch_size=9 * k, init_size=60, random_state=2, max_iter=20, reassignment_ratio=0.5), x, centres=small)
    m = MiniBatchKMeans(k, random_state=4, batch_size=30)
    for lo in range(0, len(x), 47):
        m.partial_fit(x[lo:lo + 47], sample_weight=w[lo:lo + 47])
    put(f"mini/{n}/pieces/labels", m.predict(x)), put(f"mini/{n}/pieces/centres", m.cluster_centers_)
    put(f"mini/{n}/pieces/n_steps_", m.n_steps_), put(f"mini/{n}/pieces/last", m.labels_)
    for strategy in ("biggest_inertia", "largest_cluster"):
        for seed in (0, 1):
            m = fitted(f"bisect/{n}/{strategy}/{seed}", BisectingKMeans(k + 2, bisecting_strategy=strategy, random_state=seed), x, centres=small)
            put(f"bisect/{n}/{strategy}/{seed}/predict", m.predict(0.9 * x + 0.1))
    fitted(f"bisect/{n}/more", BisectingKMeans(k, init="k-means++", n_init=3, random_state=2), x, w, small)

with open(here / "learn_kmeans.tsv", "w") as f:
    f.write(f"# made by make_learn_kmeans.py with scikit-learn {sklearn.__version__}, numpy {np.__version__}\n")
    for key, values in out.items():
        f.write(key + "\t" + " ".join(str(int(v)) if v == int(v) else repr(float(v)) for v in values) + "\n")
