"""Write learn_datasets.tsv: data sets as scikit-learn makes them from seeds.

Run from this folder with the versions of VERSIONS. Each line is a key, a tab and numbers. Of larger
sets the first rows stand here and sums over all of them.
"""
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn import datasets as d

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
out = {}


def put(key, values):
    assert key not in out, key
    out[key] = np.asarray(values, dtype=np.float64).ravel()


def rows(key, x, y, more=None):
    put(key + "/x", x[:6]), put(key + "/y", y[:40])
    weight = np.arange(1, len(x) + 1) % 7
    put(key + "/sum", [(weight @ x).sum(), weight @ y if y.ndim == 1 else (weight @ y).sum()])
    if more is not None:
        put(key + "/more", more)


c = d.make_classification
rows("classification/plain", *c(random_state=0))
rows("classification/many", *c(n_samples=61, n_features=12, n_informative=5, n_redundant=3, n_repeated=2, n_classes=3, n_clusters_per_class=3,
                               weights=[0.2, 0.5, 0.3], flip_y=0.2, class_sep=1.7, random_state=1))
rows("classification/short", *c(n_samples=50, n_classes=3, n_informative=4, weights=[0.1, 0.3], random_state=2))
rows("classification/off", *c(n_samples=40, n_features=6, hypercube=False, shift=None, scale=None, shuffle=False, flip_y=0, random_state=3))
rows("classification/wide", *c(n_samples=30, n_features=40, n_informative=33, random_state=4))
rows("classification/eight", *c(n_samples=30, n_features=8, n_informative=8, n_redundant=0, flip_y=0, shift=2.5, scale=0.5, random_state=5))
rows("classification/full", *c(n_samples=30, n_features=4, n_informative=2, n_redundant=0, n_clusters_per_class=2, random_state=6))

r = d.make_regression
rows("regression/plain", *r(coef=True, random_state=0))
rows("regression/noisy", *r(n_samples=30, n_features=7, n_informative=3, n_targets=2, bias=1.5, noise=2.0, coef=True, random_state=1))
rows("regression/ranked", *r(n_samples=25, n_features=9, effective_rank=3, tail_strength=0.2, coef=True, random_state=2))
rows("regression/still", *r(n_samples=20, n_features=3, shuffle=False, coef=True, random_state=3))

b = d.make_blobs
rows("blobs/plain", *b(return_centers=True, random_state=0))
rows("blobs/given", *b(n_samples=31, centers=[[0, 1, 2], [5, 5, 5], [-3, 0, 9.5], [1, 1, 1]], cluster_std=[1, 0.1, 2, 0.5], return_centers=True, random_state=1))
rows("blobs/sizes", *b(n_samples=[5, 20, 3], n_features=4, cluster_std=0.3, center_box=(0, 2), shuffle=False, return_centers=True, random_state=2))

rows("circles/plain", *d.make_circles(random_state=0))
rows("circles/noisy", *d.make_circles(n_samples=(20, 11), noise=0.1, factor=0.3, random_state=1))
rows("moons/plain", *d.make_moons(n_samples=33, random_state=0))
rows("moons/noisy", *d.make_moons(noise=0.2, shuffle=False, random_state=1))
for k, f in ((1, d.make_friedman1), (2, d.make_friedman2), (3, d.make_friedman3)):
    rows(f"friedman{k}/plain", *f(random_state=0))
    rows(f"friedman{k}/noisy", *f(n_samples=20, noise=0.7, random_state=1))
rows("friedman1/wide", *d.make_friedman1(n_samples=20, n_features=6, random_state=2))
rows("hastie", *d.make_hastie_10_2(n_samples=60, random_state=0))
rows("sparse", *d.make_sparse_uncorrelated(n_samples=30, n_features=8, random_state=0))
rows("s_curve/plain", *d.make_s_curve(random_state=0)), rows("s_curve/noisy", *d.make_s_curve(n_samples=20, noise=0.1, random_state=1))
rows("swiss_roll/plain", *d.make_swiss_roll(random_state=0))
rows("swiss_roll/hole", *d.make_swiss_roll(n_samples=20, noise=0.1, hole=True, random_state=1))
put("low_rank/plain", d.make_low_rank_matrix(12, 7, effective_rank=3, random_state=0))
put("low_rank/wide", d.make_low_rank_matrix(5, 9, effective_rank=2, tail_strength=0.1, random_state=1))
rows("quantiles/plain", *d.make_gaussian_quantiles(random_state=0))
rows("quantiles/moved", *d.make_gaussian_quantiles(mean=[1, -2, 0.5], cov=3.0, n_samples=31, n_features=3, n_classes=4, shuffle=False, random_state=1))
put("spd/4", d.make_spd_matrix(4, random_state=0)), put("spd/9", d.make_spd_matrix(9, random_state=1)), put("spd/1", d.make_spd_matrix(1, random_state=2))
m = d.make_multilabel_classification
for name, kw in (("plain", {}), ("many", dict(n_samples=40, n_features=13, n_classes=9, n_labels=4, length=20)),
                 ("each", dict(n_samples=30, n_labels=1, allow_unlabeled=False))):
    x, y = m(random_state=3, **kw)
    rows(f"multilabel/{name}", x, y)

with open(here / "learn_datasets.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_datasets.py\n")
    for key, values in out.items():
        f.write(key + "\t" + " ".join(str(int(v)) if v == int(v) and abs(v) < 1e15 else repr(float(v)) for v in values) + "\n")
