"""Systems whose structure is known and pseudo-inverses with ranks: SciPy's solve(assume_a=...), pinv and pinvh(return_rank=True). Writes
linalg_solve_cases.tsv; run in tests/golden. Values of single precision come from double precision."""
import warnings

import numpy as np
import scipy.linalg as sl
from cases import Cases

warnings.simplefilter("ignore")
c = Cases()
rng = np.random.default_rng(20265)
FLOATS = ["float32", "float64", "complex64", "complex128"]
EXACT = {"float32": "float64", "complex64": "complex128"}
KINDS = ["general", "gen", "diagonal", "tridiagonal", "banded", "upper triangular", "lower triangular", "symmetric", "sym", "hermitian", "her",
         "positive definite", "pos"]


def some(shape, t="float64"):
    x = rng.standard_normal(shape)
    if t.startswith("complex"):
        x = x + 1j * rng.standard_normal(shape)
    return x.astype(t)


def tol(t, factor=1.0):
    return f"r{(1e-5 if t in EXACT else 2e-14) * factor:g}"


def wide(x):
    return x.astype(EXACT.get(x.dtype.name, x.dtype))


def same(r, t):
    r = np.asarray(r)
    if t in EXACT and r.dtype.kind in "fc":
        return r.astype("complex64" if r.dtype.kind == "c" else "float32")
    return r


def adjoint(a):
    return np.swapaxes(a, -1, -2).conj()


def made(kind, shape, t, lower):
    """matrices that fit, and numbers in the places that are not read"""
    n = shape[-1]
    a = some(shape, t)
    a[..., np.arange(n), np.arange(n)] += 4
    noise = some(shape, t)
    i, j = np.ogrid[:n, :n]
    keep = np.ones((n, n), bool)
    if kind in ["symmetric", "sym"]:
        a = a + np.swapaxes(a, -1, -2)
    elif kind in ["hermitian", "her"]:
        a = a + adjoint(a)
    elif kind in ["positive definite", "pos"]:
        a = a @ adjoint(a) + np.eye(n)
    if kind in ["symmetric", "sym", "hermitian", "her", "positive definite", "pos"]:
        keep = i >= j if lower else i <= j
    elif kind == "diagonal":
        keep = i == j
    elif kind == "tridiagonal":
        keep = abs(i - j) <= 1
    elif kind == "upper triangular":
        keep = i <= j
    elif kind == "lower triangular":
        keep = i >= j
    elif kind == "banded":
        noise, keep = np.zeros_like(a), (i - j <= 1) & (j - i <= 2)
    full = np.where(keep, a, 0)
    if kind in ["symmetric", "sym", "hermitian", "her", "positive definite", "pos"]:
        full = a
    return np.where(keep, a, noise).astype(t), full.astype(t)


for t in FLOATS:
    for kind in KINDS:
        for n in [1, 2, 5]:
            if len(kind) == 3 and n == 5:
                continue
            for lower in [False, True]:
                if lower and kind in KINDS[:7]:
                    continue
                for transposed in [False, True]:
                    a, full = made(kind, (n, n), t, lower)
                    b = some(n, t) if transposed else some((n, 2), t)
                    def solved():
                        x = wide(full)
                        return same(np.linalg.solve(x.T if transposed else x, wide(b)), t)
                    c.call("solve_with", [a, b], solved, tol=tol(t, 100), assume_a=kind, lower=lower, transposed=transposed)
        if len(kind) == 3:
            continue
        a, full = made(kind, (2, 1, 3, 3), t, True)
        b = some((2, 3, 1), t)
        c.call("solve_with", [a, b], lambda: same(np.linalg.solve(wide(full), wide(b)), t), tol=tol(t, 100), assume_a=kind, lower=True)
a, full = made("pos", (4, 4), "float64", False)
b = some((4, 3))
c.call("solve_with", [a, b], lambda: sl.solve(a, b, assume_a="pos"), tol="r1e-12", assume_a="pos")
c.call("solve_with", [a, b], lambda: sl.solve(a, b, assume_a="gen"), tol="r1e-12")
for kind in KINDS:
    c.call("solve_with", [np.zeros((0, 0)), np.zeros((0, 2))], np.zeros((0, 2)), assume_a=kind)
    c.error("solve_with", [np.zeros((3, 3)), np.ones(3)], "SINGULAR", assume_a=kind)
    c.error("solve_with", [np.zeros((3, 2)), np.ones(3)], "SHAPE", assume_a=kind)
    c.error("solve_with", [np.eye(3), np.ones(2)], "SHAPE", assume_a=kind)
c.error("solve_with", [np.eye(3), np.ones(3)], "ARGUMENT", assume_a="round")
c.error("solve_with", [np.eye(3), np.ones(3, "float16")], "DTYPE")
x = np.array([[2, 1], [0, 3]])
c.call("solve_with", [x, np.array([1, 2])], lambda: sl.solve(x, np.array([1, 2])), tol="r1e-14", assume_a="upper triangular")

# ---- pseudo-inverses
for t in FLOATS:
    for m, n, r in [(1, 1, 1), (3, 3, 3), (4, 2, 2), (2, 5, 2), (5, 4, 2), (3, 3, 0)]:
        x = (wide(some((m, r), t)) @ wide(some((r, n), t))).astype(t)
        o = 1e-4 if t in EXACT else 1e-12
        def pinv():
            p, rank = sl.pinv(wide(x), rtol=o, return_rank=True)
            return [same(p, t), np.int64(rank)]
        c.call("pinv_ranked", [x], pinv, tol=[f"r{1e-2 if t in EXACT else 1e-11}", "="], rtol=o)
    for n, r in [(1, 1), (3, 3), (4, 2), (5, 4)]:
        v = wide(some((n, r), t))
        x = ((v * np.where(np.arange(r) % 2, -1, 1)) @ v.conj().T).astype(t)
        for upper in [False, True]:
            y = np.triu(x) if upper else np.tril(x)
            def pinvh():
                p, rank = sl.pinvh(wide(y), rtol=o, lower=not upper, return_rank=True)
                return [same(p, t), np.int64(rank)]
            c.call("pinvh_ranked", [y], pinvh, tol=[f"r{1e-2 if t in EXACT else 1e-11}", "="], rtol=o, upper=upper)
x = np.diag([2.0, 1e-3, 1e-9])
for op, f in [("pinv_ranked", sl.pinv), ("pinvh_ranked", sl.pinvh)]:
    for a, r in [(None, None), (1e-6, None), (None, 1e-2), (0.1, 0.1), (None, 0.0), (5.0, None)]:
        def ranked():
            p, rank = f(x, atol=a, rtol=r, return_rank=True)
            return [p, np.int64(rank)]
        c.call(op, [x], ranked, tol=["r1e-14", "="], atol=a, rtol=r)
    c.call(op, [np.stack([x, np.eye(3)])], lambda: [np.stack([f(x), np.eye(3)]), np.array([3, 3])], tol=["r1e-14", "="])
    c.error(op, [x], "ARGUMENT", atol=-1.0)
    c.error(op, [x], "ARGUMENT", rtol=-1.0)
    c.error(op, [np.ones(3)], "SHAPE")
    c.error(op, [np.full((2, 2), np.nan)], "CONVERGENCE")
    c.call(op, [np.zeros((2, 0, 0))], [np.zeros((2, 0, 0)), np.zeros(2, "int64")], tol=["=", "="])
c.call("pinv_ranked", [np.zeros((0, 3))], [np.zeros((3, 0)), np.int64(0)], tol=["=", "="])
c.error("pinvh_ranked", [np.ones((2, 3))], "SHAPE")
c.write("linalg_solve_cases.tsv")
