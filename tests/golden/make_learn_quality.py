"""Write learn_quality.tsv: how good scikit-learn's models (and umap-learn's UMAP) are, over twenty seeds.

Run from this folder with the versions of VERSIONS (half an hour). Each line is "set/measure/spec", a tab and one figure for each seed
0, 1, ...; learn_quality.def says what is measured of what. --keep: lines that are there already stay, which is for new rows of the list.
"""
import re
import sys
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn import cluster, decomposition, manifold, mixture, naive_bayes, neighbors, neural_network, svm
from sklearn.datasets import make_blobs, make_circles, make_classification, make_friedman1, make_moons, make_swiss_roll
from sklearn.manifold import trustworthiness
from sklearn.metrics import adjusted_rand_score
from sklearn.model_selection import train_test_split

warnings.simplefilter("ignore")
SEEDS = 20
here = Path(__file__).resolve().parent
classes = {}
for module in (cluster, decomposition, manifold, mixture, naive_bayes, neighbors, neural_network, svm):
    classes.update({name: getattr(module, name) for name in module.__all__})


def shipped(name):
    m = np.loadtxt(here.parent / "data" / f"{name}.csv", delimiter=",", skiprows=1)
    return np.ascontiguousarray(m[:, :-1]), m[:, -1]


def scaled(name, y_too=False):
    x, y = shipped(name)
    return (x - x.mean(0)) / x.std(0), (y - y.mean()) / y.std() if y_too else y


def pixels(seed):
    x, y = shipped("digits")
    return x[:500], y[:500]


SETS = {
    "iris": lambda seed: scaled("iris"),
    "wine": lambda seed: scaled("wine_data"),
    "cancer": lambda seed: scaled("breast_cancer"),
    "diabetes": lambda seed: scaled("diabetes", True),
    "pixels": pixels,
    "classes": lambda seed: make_classification(400, 10, n_informative=6, n_classes=3, random_state=seed),
    "friedman": lambda seed: make_friedman1(300, noise=1.0, random_state=seed),
    "blobs": lambda seed: make_blobs(300, 3, centers=4, cluster_std=1.5, random_state=seed),
    "moons": lambda seed: make_moons(300, noise=0.08, random_state=seed),
    "circles": lambda seed: make_circles(300, noise=0.06, factor=0.4, random_state=seed),
    "roll": lambda seed: make_swiss_roll(300, random_state=seed),
    "mixed": lambda seed: (np.cumsum(make_friedman1(400, 5, random_state=seed)[0], axis=1), np.zeros(400)),
}


def model(spec, seed):
    if spec.startswith("UMAP"):
        import umap
        classes["UMAP"] = umap.UMAP
    return eval(spec.replace("%d", str(seed)), classes)


def score(m, x, y, tx, ty):
    if hasattr(m, "predict") and not hasattr(m, "covariance_type"):
        return m.fit(x, y).score(tx, ty)
    return m.fit(x).score(tx)


def contrast(m, x, y, tx, ty):
    """Squared differences of the mean log cosh from that of a standard normal number."""
    s = m.fit(x).transform(tx)
    return ((np.log(np.cosh(s)).mean(0) - 0.3745672075) ** 2).sum()


MEASURES = {
    "SCORE": score,
    "ARI": lambda m, x, y, tx, ty: adjusted_rand_score(y, m.fit_predict(x)),
    "TRUST": lambda m, x, y, tx, ty: trustworthiness(x, m.fit_transform(x)),
    "REBUILT": lambda m, x, y, tx, ty: np.sqrt(((m.inverse_transform(m.fit(x).transform(tx)) - tx) ** 2).sum()),
    "CONTRAST": contrast,
}


def figure(name, measure, spec, seed):
    x, y = SETS[name](seed)
    x, tx, y, ty = train_test_split(x, y, test_size=0.25, random_state=seed)
    return MEASURES[measure](model(spec, seed), x, y, tx, ty)


target = here / "learn_quality.tsv"
rows = re.findall(r'^QUALITY\(\d+, "(\w+)", (\w+), "(.+)"\)$', (here / "learn_quality.def").read_text(), re.M)
have = dict(line.split("\t") for line in target.read_text().splitlines()[1:]) if "--keep" in sys.argv and target.exists() else {}
with open(target, "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_quality.py\n")
    for name, measure, spec in rows:
        key = f"{name}/{measure}/{spec}"
        if key not in have:
            have[key] = " ".join(repr(float(figure(name, measure, spec, seed))) for seed in range(SEEDS))
        f.write(f"{key}\t{have[key]}\n")
        f.flush()
