"""bench/linalg.c beside NumPy: python linalg.py [--long] [--processor] PROGRAM [CASE[,CASE] [PAIRS]].

Samples alternate, with a rest between them in which the other side's threads fall asleep. A ratio is NumPy's time by
Calx's: best against best, and the median of paired ones in brackets. A case ends early once it has had its time. With
--processor both sides have one thread, and its processor time counts: for machines with neighbours.
"""
import sys

import numpy as np

from pairs import Program, heads, numbers, row

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


def fingerprint(name, results):
    total, weights = 0, 1 if name == "eig" else 13  # the order of eigenvalues is nobody's promise
    for x in results:
        flat = np.abs(np.asarray(x, order="C")).astype(np.float64).ravel()
        total += np.mean(flat * (1 + np.arange(flat.size) % weights))
    return total


def compare(program, case, pairs):
    name, kind, batch, m, n = case
    dtype = TYPES[kind]
    head = f"{name} {kind} {batch} {m} {n} "
    a = matrices(name, dtype, batch, m, n)
    b = np.ascontiguousarray(np.flip(a, 0)) if name == "matmul" else matrices("", dtype, batch, n, 1)
    b = b.ravel() if name == "solve" and batch == 1 else b
    theirs = CALLS[name]
    mine, own = float(program.ask(head + "check")), fingerprint(name, theirs(a, b))
    bound = 1e-3 if dtype == np.float32 else 1e-6 if name == "eig" else 1e-8
    if not abs(mine - own) <= bound * abs(own):
        print(f"{head}: results differ, {mine} and {own}", flush=True)
        return False
    size = f"{batch}x{m}x{n}" if batch > 1 else f"{m}x{n}"
    row(program, head, f"{name:9} {kind} {size:12}", lambda: theirs(a, b), pairs)
    return True


def main():
    args = [a for a in sys.argv[1:] if a not in ("--long", "--processor")]
    cases = CASES + (LONG if "--long" in sys.argv else [])
    if len(args) > 1 and args[1] != "all":
        wanted = args[1].split(",")  # matmul, or eigh:1000, or inv:4
        cases = [c for c in cases + LONG if c[0] in wanted or f"{c[0]}:{c[3]}" in wanted or f":{c[3]}" in wanted]
    pairs = int(args[2]) if len(args) > 2 else 41
    program = Program(args[0])
    heads(program, "NumPy's calls", 27)
    good = [compare(program, c, pairs) for c in cases]
    return program.end() or not all(good)


if __name__ == "__main__":
    sys.exit(main())
