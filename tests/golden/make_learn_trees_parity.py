"""Write learn_trees_parity.tsv: scores of scikit-learn's trees on held-out rows, eight data sets by twenty seeds.

Run from this folder with the versions of VERSIONS (minutes). Each line is "set/model", a tab and one score for each
seed 0, 1, ...: accuracy or R^2 on the quarter that train_test_split(random_state=seed) holds out, of a model with the
same random_state. Models that do not take missing values are left out where there are some.
"""
import os
from pathlib import Path

import numpy as np
import sklearn
from sklearn import ensemble, tree
from sklearn.datasets import make_classification, make_friedman1, make_regression
from sklearn.model_selection import train_test_split

SEEDS = 20
here = Path(__file__).resolve().parent


def shipped(name):
    m = np.loadtxt(here.parent / "data" / f"{name}.csv", delimiter=",", skiprows=1)
    return np.ascontiguousarray(m[:, :-1]), m[:, -1]


def missing():
    """Every tenth value of a made classification, along a fixed pattern."""
    x, y = make_classification(500, 10, n_informative=5, n_classes=3, random_state=2)
    i, j = np.indices(x.shape)
    x[(7 * i + 3 * j) % 10 == 0] = np.nan
    return x, y


SETS = {
    "iris": lambda: shipped("iris"),
    "wine_data": lambda: shipped("wine_data"),
    "breast_cancer": lambda: shipped("breast_cancer"),
    "digits": lambda: shipped("digits"),
    "diabetes": lambda: shipped("diabetes"),
    "made_classes": lambda: make_classification(600, 12, n_informative=6, n_classes=3, random_state=1),
    "friedman": lambda: make_friedman1(400, noise=1.0, random_state=3),
    "missing": missing,
}
REGRESSION = ("diabetes", "friedman")
MODELS = {
    "DecisionTree": {},
    "RandomForest": {"n_estimators": 40},
    "ExtraTrees": {"n_estimators": 40},
    "GradientBoosting": {"n_estimators": 30},
    "HistGradientBoosting": {"max_iter": 30},
    "AdaBoost": {"n_estimators": 30},
    "Bagging": {"n_estimators": 10},
}
NO_MISSING = ("GradientBoosting", "AdaBoost")


def model(name, kind, seed):
    module = tree if name == "DecisionTree" else ensemble
    return getattr(module, name + kind)(random_state=seed, **MODELS[name])


def scores(x, y, name, kind):
    for seed in range(int(os.environ.get("SEEDS", SEEDS))):
        a, b, c, d = train_test_split(x, y, test_size=0.25, random_state=seed)
        yield model(name, kind, seed).fit(a, c).score(b, d)


with open(here / "learn_trees_parity.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_trees_parity.py\n")
    for key, make in SETS.items():
        x, y = make()
        kind = "Regressor" if key in REGRESSION else "Classifier"
        for name in MODELS:
            if key == "missing" and name in NO_MISSING:
                continue
            values = scores(x, y, name, kind)
            f.write(f"{key}/{name}{kind}\t" + " ".join(repr(float(v)) for v in values) + "\n")
            f.flush()
