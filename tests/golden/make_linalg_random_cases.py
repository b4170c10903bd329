"""Randomised singular values, bases and eigenvalues: scikit-learn's randomized_svd, randomized_range_finder and _randomized_eigsh.
Writes linalg_random_cases.tsv; run in tests/golden. Values of single precision come from the same numbers in double."""
import warnings

import numpy as np
from cases import Cases
from sklearn.utils import extmath as sk

warnings.simplefilter("ignore")
c = Cases()
rng = np.random.default_rng(20264)


def falling(m, n, t, rate):
    """singular values rate^i"""
    u = np.linalg.qr(rng.standard_normal((m, m)))[0]
    v = np.linalg.qr(rng.standard_normal((n, n)))[0]
    k = min(m, n)
    return ((u[:, :k] * rate ** np.arange(k)) @ v[:k]).astype(t)


def tol(t, factor=1.0):
    return f"r{(2e-4 if t == 'float32' else 1e-9) * factor:g}"


for t in ["float32", "float64"]:
    for m, n, k in [(8, 6, 2), (6, 8, 2), (7, 7, 3), (11, 4, 3), (1, 4, 1), (12, 11, 1)]:
        a = falling(m, n, t, 0.4)
        w = a.astype("float64")
        for o in [{}, {"n_iter": 2}, {"n_iter": 6, "power_iteration_normalizer": "QR"}, {"n_iter": 3, "power_iteration_normalizer": "LU"},
                  {"transpose": True}, {"transpose": False}, {"n_oversamples": 3, "n_iter": 9}]:
            def svd():
                return [x.astype(t) for x in sk.randomized_svd(w, k, random_state=7, **o)]
            c.call("randomized_svd", [a], svd, tol=[tol(t)] * 3, k=k, random_state=7, **o)
        for o in [{"n_iter": 0}, {"n_iter": 2}, {"n_iter": 4}, {"n_iter": 4, "power_iteration_normalizer": "QR"}]:
            def projector():
                q = sk.randomized_range_finder(w, size=k + 1, random_state=3, **o)
                return (q @ q.T).astype(t)
            if t == "float32" and o["n_iter"] == 2:  # what is not normalised loses the last vector in single precision
                continue
            c.call("range_finder", [a], projector, tol=tol(t, 10), size=k + 1, random_state=3, **o)
    for n, k in [(6, 2), (9, 4), (1, 1)]:
        a = falling(n, n, "float64", 0.5)
        v = np.linalg.qr(a)[0]
        s = (v * (0.5 ** np.arange(n) * np.where(np.arange(n) % 2, -1, 1))) @ v.T
        s = ((s + s.T) / 2).astype(t)
        c.call("randomized_eigh", [s], lambda: sk._randomized_eigsh(s.astype("float64"), k, random_state=5)[0].astype(t), tol=tol(t), k=k, random_state=5)
a = np.arange(12).reshape(4, 3)
c.call("randomized_svd", [a], lambda: sk.randomized_svd(a.astype("float64"), 2, random_state=0), tol=[tol("float64")] * 3, k=2, random_state=0)
c.error("randomized_svd", [np.ones((3, 3))], "ARGUMENT", k=0)
c.error("randomized_svd", [np.ones((3, 3))], "ARGUMENT", k=1, n_oversamples=-1)
c.error("randomized_svd", [np.ones((3, 3))], "ARGUMENT", k=1, n_iter=-1)
c.error("randomized_svd", [np.ones((3, 3))], "ARGUMENT", k=1, power_iteration_normalizer="some")
c.error("randomized_svd", [np.ones(3)], "SHAPE", k=1)
c.error("randomized_svd", [np.ones((3, 3), "float16")], "DTYPE", k=1)
c.error("randomized_svd", [np.full((3, 3), np.nan)], "CONVERGENCE", k=1, n_iter=1)
c.error("range_finder", [np.ones((3, 3))], "ARGUMENT", size=0)
c.error("randomized_eigh", [np.ones((3, 2))], "SHAPE", k=1)
c.write("linalg_random_cases.tsv")
