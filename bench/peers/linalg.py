"""bench/linalg.c beside NumPy: python linalg.py [--long] [--processor] PROGRAM [CASE[,CASE] [PAIRS]].

Samples alternate, with a rest between them in which the other side's threads fall asleep. A ratio is NumPy's time by
Calx's: best against best, and the median of paired ones in brackets. A case ends early once it has had its time. With
--processor both sides have one thread, and its processor time counts: for machines with neighbours.
"""
import sys

import numpy as np

from pairs import OTHERS, Case, fingerprint, numbers, table

if OTHERS:
    import others

TYPES = {"f64": np.float64, "f32": np.float32}
CALLS = {
    "matmul": lambda a, b: (np.matmul(a, b),),
    "gram": lambda a, b: (a.T @ a,),
    "solve": lambda a, b: (np.linalg.solve(a, b),),
    "inv": lambda a, b: (np.linalg.inv(a),),
    "det": lambda a, b: (np.linalg.det(a),),
    "cholesky": lambda a, b: (np.linalg.cholesky(a),),
    "qr": lambda a, b: tuple(np.linalg.qr(a)),
    "qr_r": lambda a, b: (np.linalg.qr(a, mode="r"),),
    "eigh": lambda a, b: tuple(np.linalg.eigh(a)),
    "eigvalsh": lambda a, b: (np.linalg.eigvalsh(a),),
    "svd": lambda a, b: tuple(np.linalg.svd(a)),
    "svdvals": lambda a, b: (np.linalg.svd(a, compute_uv=False),),
    "eig": lambda a, b: tuple(np.linalg.eig(a)),
}
SYMMETRIC, POSITIVE = ("eigh", "eigvalsh"), ("cholesky",)
STACKED = ("matmul", "inv", "solve", "cholesky", "eigh", "det", "svd")
# name: dtype, batch, rows, columns
CASES = [("matmul", "f64", 1, n, n) for n in (256, 1000, 2000)]
CASES += [("matmul", "f32", 1, 2000, 2000)]
CASES += [(f, "f64", 1, 1000000, 32) for f in ("gram", "qr_r", "qr")]
CASES += [("cholesky", "f64", 1, n, n) for n in (300, 1000)]
CASES += [("solve", "f64", 1, n, n) for n in (100, 1000)]
CASES += [(f, "f64", 1, 1000, 1000) for f in ("inv", "qr", "eigvalsh", "eigh", "svdvals", "svd", "eig")]
CASES += [(f, "f64", k, n, n) for k, n in ((100000, 4), (10000, 8), (10000, 16)) for f in STACKED]
LONG = [("matmul", "f64", 1, 4000, 4000)]


def matrices(name, dtype, batch, m, n):
    i, j = np.arange(m)[:, None], np.arange(n)[None, :]
    lo, hi = (np.minimum(i, j), np.maximum(i, j)) if name in SYMMETRIC + POSITIVE else (i, j)
    a = numbers((np.arange(batch)[:, None, None] * m + lo) * n + hi)
    if m == n and name not in SYMMETRIC:
        a[:, range(n), range(n)] += n if name in POSITIVE else 2
    return (a if batch > 1 else a[0]).astype(dtype)


def prepare(program, case):
    name, kind, batch, m, n = case
    dtype = TYPES[kind]
    head = f"{name} {kind} {batch} {m} {n} "
    a = matrices(name, dtype, batch, m, n)
    b = np.ascontiguousarray(np.flip(a, 0)) if name == "matmul" else matrices("", dtype, batch, n, 1)
    b = b.ravel() if name == "solve" and batch == 1 else b
    theirs = CALLS[name]
    weights = 1 if name == "eig" else 13  # the order of eigenvalues is nobody's promise
    own = sum(fingerprint(r, weights) for r in theirs(a, b))
    good = program.agrees(head, own, 1e-3 if dtype == np.float32 else 1e-6 if name == "eig" else 1e-8)
    size = f"{batch}x{m}x{n}" if batch > 1 else f"{m}x{n}"
    peers = {"NumPy": lambda: theirs(a, b)}
    peers.update(others.linalg(name, a, b) if OTHERS else {})
    return Case(head, f"{name:9} {kind} {size}", peers, good)


def chosen(case, words):  # matmul, or eigh:1000, or inv:4, or :4
    return any(w in words for w in (case[0], f"{case[0]}:{case[3]}", f":{case[3]}"))


if __name__ == "__main__":
    sys.exit(table(prepare, CASES + (LONG if "--long" in sys.argv else []), chosen, "NumPy's calls", 27, 41))
