"""scikit-learn on the models of bench/serve.c: predict_proba on one row, and loading a model of 100 MB. Best of several rounds."""
import math
import os
import pickle
import tempfile
import time
import timeit

import numpy as np
import sklearn
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

ROWS = 400


def best_ns(f, n):
    return min(timeit.repeat(f, number=n, repeat=7)) / n * 1e9


def report(what, m, row, n):
    print(f"{what:58} {best_ns(lambda: m.predict_proba(row), n):9.0f} ns")


print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}")
for d in (20, 100):
    x = np.random.default_rng(0).standard_normal((ROWS, d))
    report(f"LogisticRegression(), {d} features", LogisticRegression().fit(x, x[:, 0] > 0), x[:1], 500)
x = x[:, :20]
report("StandardScaler() | LogisticRegression(), 20 features", make_pipeline(StandardScaler(), LogisticRegression()).fit(x, x[:, 0] > 0), x[:1], 500)

towns, kinds = ["Aue", "Bonn", "Celle", "Dachau", "Emden", "Fulda"], ["flat", "house"]
x = np.empty((ROWS, 6), dtype=object)
for i in range(ROWS):
    for k in range(4):
        x[i, k] = math.nan if (i + k) % 11 == 3 else math.sin(i * (k + 1.0)) * (k + 1) + k
    x[i, 4] = math.nan if i % 13 == 1 else towns[i * 31 % 97 % 6]
    x[i, 5] = math.nan if i % 29 == 1 else kinds[i * 17 % 97 % 2]
m = make_pipeline(
    ColumnTransformer([("n", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), [0, 1, 2, 3]),
                       ("t", make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")), [4, 5])]),
    LogisticRegression())
m.fit(x, np.nan_to_num(x[:, 1].astype(float)) > 1)
report("impute | scale, impute | one-hot, logistic; 4 + 2 columns", m, x[:1], 100)

x = np.random.default_rng(0).random((125000, 100))
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "model.pickle")
    with open(path, "wb") as f:
        pickle.dump(KNeighborsClassifier(1, algorithm="brute").fit(x, np.arange(125000) % 7), f, protocol=5)
    best = math.inf
    for _ in range(7):
        t = time.perf_counter()
        with open(path, "rb") as f:
            pickle.load(f)
        best = min(best, time.perf_counter() - t)
print(f"{'a file of 100 MB: load':58} {best * 1e3:9.1f} ms")
