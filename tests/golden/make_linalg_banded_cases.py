"""Banded and tridiagonal matrices: SciPy's solve_banded, solveh_banded, cholesky_banded, cho_solve_banded, eigvals_banded,
eigvalsh_tridiagonal. Writes linalg_banded_cases.tsv; run in tests/golden. Values of single precision come from double precision."""
import warnings

import numpy as np
import scipy.linalg as sl
from cases import Cases

warnings.simplefilter("ignore")
c = Cases()
rng = np.random.default_rng(20262)
FLOATS = ["float32", "float64", "complex64", "complex128"]
EXACT = {"float32": "float64", "complex64": "complex128"}


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
    if t in EXACT:
        return r.astype("complex64" if r.dtype.kind == "c" else "float32")
    return r


def bands(a, l, u):
    n = a.shape[-1]
    ab = np.zeros(a.shape[:-2] + (l + u + 1, n), a.dtype)
    for i in range(n):
        for j in range(max(0, i - l), min(n, i + u + 1)):
            ab[..., u + i - j, j] = a[..., i, j]
    return ab


def general(n, l, u, t, batch=()):
    a = some(batch + (n, n), t)
    i = np.arange(n)
    a = np.where((i[:, None] - i <= l) & (i - i[:, None] <= u), a, 0).astype(t)
    a[..., i, i] += 3
    return a


def definite(n, k, t, batch=()):
    a = general(n, k, k, t, batch)
    a = (a + np.swapaxes(a, -1, -2).conj()) / 2
    a[..., np.arange(n), np.arange(n)] += 2 * k + 2
    return a.astype(t)


def each(f, *args, core):
    """f over the batch of args, whose matrices have `core` dimensions each"""
    shape = np.broadcast_shapes(*[x.shape[: x.ndim - k] for x, k in zip(args, core)])
    full = [np.broadcast_to(x, shape + x.shape[x.ndim - k:]) for x, k in zip(args, core)]
    r = [f(*[x[i] for x in full]) for i in np.ndindex(shape)]
    return np.stack(r).reshape(shape + r[0].shape)


BANDS = [(1, 0, 0), (1, 1, 1), (2, 1, 1), (5, 1, 1), (7, 1, 1), (5, 0, 0), (5, 2, 0), (5, 0, 2), (6, 2, 1), (7, 1, 3), (4, 3, 3), (3, 4, 5)]
for t in FLOATS:
    for n, l, u in BANDS:
        ab = bands(general(n, l, u, t), l, u)
        ab[ab == 0] = 77  # outside the matrix
        for b in [some(n, t) if n % 2 else some((n, 2), t)]:
            c.call("solve_banded", [ab, b], lambda: same(sl.solve_banded((l, u), wide(ab), wide(b)), t), tol=tol(t, 50), l=l, u=u)
    for batch, right in [((2,), (5, 2)), ((2, 1), (3, 5, 2)), ((), (2, 5, 1)), ((3,), (5,))]:
        ab, b = bands(general(5, 1, 2, t, batch), 1, 2), some(right, t)
        c.call("solve_banded", [ab, b], lambda: same(each(lambda x, y: sl.solve_banded((1, 2), x, y), wide(ab), wide(b), core=(2, 1 if b.ndim == 1 else 2)), t),
               tol=tol(t, 50), l=1, u=2)
    ab, b = bands(general(5, 1, 1, t, (2,)), 1, 1), some((5, 2), t)
    c.call("solve_banded", [ab, b], lambda: same(each(lambda x, y: sl.solve_banded((1, 1), x, y), wide(ab), wide(b), core=(2, 2)), t), tol=tol(t, 50), l=1, u=1)
ab = np.array([[0, 0, -1, -1, -1], [0, 2, 2, 2, 2], [5, 4, 3, 2, 1], [1, 1, 1, 1, 0]])
c.call("solve_banded", [ab, np.arange(5)], lambda: sl.solve_banded((1, 2), ab, np.arange(5)), tol="r1e-14", l=1, u=2)
c.call("solve_banded", [ab.astype("float32"), np.arange(5.0)], lambda: sl.solve_banded((1, 2), ab, np.arange(5)), tol="r1e-14", l=1, u=2)
c.call("solve_banded", [np.zeros((3, 0)), np.zeros(0)], np.zeros(0), l=1, u=1)
c.call("solve_banded", [np.zeros((3, 0)), np.zeros((0, 2))], np.zeros((0, 2)), l=1, u=1)
c.call("solve_banded", [np.ones((3, 4)), np.zeros((4, 0))], np.zeros((4, 0)), l=1, u=1)
c.call("solve_banded", [np.ones((0, 3, 4)), np.zeros(4)], np.zeros((0, 4)), l=1, u=1)
z = np.array([[0.0, 1, 1], [1, 0, 1], [1, 1, 0]])
z[1] = 0
z[2] = 0
c.call("solve_banded", [z, np.ones(3)], lambda: sl.solve_banded((1, 1), z, np.ones(3)), error="SINGULAR", l=1, u=1)
c.error("solve_banded", [np.zeros((3, 4)), np.ones(4)], "SINGULAR", l=2, u=0)
c.call("solve_banded", [np.ones((3, 4)), np.ones(4)], lambda: sl.solve_banded((1, 2), np.ones((3, 4)), np.ones(4)), error="SHAPE", l=1, u=2)
c.call("solve_banded", [np.ones((3, 4)), np.ones(3)], lambda: sl.solve_banded((1, 1), np.ones((3, 4)), np.ones(3)), error="SHAPE", l=1, u=1)
c.error("solve_banded", [np.ones((3, 4)), np.ones(4)], "ARGUMENT", l=3, u=-1)
c.error("solve_banded", [np.ones((3, 4), "float16"), np.ones(4, "float16")], "DTYPE", l=1, u=1)
c.error("solve_banded", [np.ones((2, 3, 4)), np.ones((3, 4, 1))], "SHAPE", l=1, u=1)
c.error("solve_banded", [np.ones(4), np.ones(4)], "SHAPE", l=1, u=1)
for l, u in [(1, 1), (2, 1)]:
    ab = bands(general(4, l, u, "float64"), l, u)
    ab[u, 0] = np.nan
    c.call("solve_banded", [ab, np.ones(4)], np.full(4, np.nan), l=l, u=u)

# ---- Hermitian positive definite
def half(a, k, lower):
    return bands(a, k, 0) if lower else bands(a, 0, k)


def solveh(ab, b, lower):
    if ab.shape == (2, 1):  # SciPy refuses
        return b / ab[0 if lower else 1, 0].real
    return sl.solveh_banded(ab, b, lower=lower)


for t in FLOATS:
    for n, k in [(1, 0), (1, 1), (2, 1), (6, 1), (5, 0), (6, 2), (7, 3), (4, 3), (3, 4)]:
        for lower in [False, True]:
            ab = half(definite(n, k, t), k, lower)
            for b in [some(n, t) if n % 2 else some((n, 2), t)]:
                c.call("solveh_banded", [ab, b], lambda: same(solveh(wide(ab), wide(b), lower), t), tol=tol(t, 10), lower=lower)
                f = same(sl.cholesky_banded(wide(ab), lower=lower), t)
                c.call("cho_solve_banded", [f, b], lambda: same(sl.cho_solve_banded((wide(f), lower), wide(b)), t), tol=tol(t, 10), lower=lower)
            c.call("cholesky_banded", [ab], lambda: same(sl.cholesky_banded(wide(ab), lower=lower), t), tol=tol(t, 10), lower=lower)
    for k in [1, 2]:
        ab, b = half(definite(5, k, t, (3, 2)), k, True), some((2, 5, 2), t)
        c.call("solveh_banded", [ab, b], lambda: same(each(lambda x, y: sl.solveh_banded(x, y, lower=True), wide(ab), wide(b), core=(2, 2)), t), tol=tol(t, 10), lower=True)
        c.call("cholesky_banded", [ab], lambda: same(each(lambda x: sl.cholesky_banded(x, lower=True), wide(ab), core=(2,)), t), tol=tol(t, 10), lower=True)
for k, lower in [(1, False), (1, True), (3, False), (3, True)]:
    a = definite(6, k, "float64")
    a[3, 3] = -1
    ab = half(a, k, lower)
    c.call("solveh_banded", [ab, np.ones(6)], lambda: sl.solveh_banded(ab, np.ones(6), lower=lower), error="SINGULAR", lower=lower)
    c.call("cholesky_banded", [ab], lambda: sl.cholesky_banded(ab, lower=lower), error="SINGULAR", lower=lower)
    ab[0 if lower else k, 3] = np.nan
    c.error("solveh_banded", [ab, np.ones(6)], "SINGULAR", lower=lower)
    c.error("cholesky_banded", [ab], "SINGULAR", lower=lower)
for op in ["solveh_banded", "cho_solve_banded"]:
    c.call(op, [np.zeros((2, 0)), np.zeros((0, 3))], np.zeros((0, 3)))
    c.call(op, [np.ones((2, 3)), np.zeros((3, 0))], np.zeros((3, 0)))
    c.error(op, [np.zeros((0, 3)), np.zeros(3)], "SHAPE")
    c.error(op, [np.ones((2, 3)), np.ones(4)], "SHAPE")
c.call("cholesky_banded", [np.zeros((2, 0))], np.zeros((2, 0)))
c.error("cholesky_banded", [np.zeros((0, 3))], "SHAPE")
c.error("cholesky_banded", [np.ones((1, 3), "float16")], "DTYPE")

# ---- eigenvalues
for t in FLOATS:
    for n, k in [(1, 0), (1, 1), (2, 1), (5, 0), (6, 1), (7, 2), (5, 4), (13, 3), (4, 6)]:
        for lower in [False, True]:
            a = general(n, k, k, t)
            a = ((a + a.conj().T) / 2).astype(t)
            ab = half(a, k, lower)
            c.call("eigvals_banded", [ab], lambda: same(np.linalg.eigvalsh(wide(a)), t), tol=tol(t, 10), lower=lower)
    w = np.linalg.eigvalsh(wide(a))
    c.call("eigvals_banded", [ab], same(w[1:3], t), tol=tol(t, 10), lower=True, select=2, first=1, last=2)
    c.call("eigvals_banded", [ab], same(w[3:], t), tol=tol(t, 10), lower=True, select=2, first=3, last=3)
    mid = (w[0] + w[1]) / 2
    c.call("eigvals_banded", [ab], same(w[1:], t), tol=tol(t, 10), lower=True, select=1, low=float(mid), high=float("inf"))
    c.call("eigvals_banded", [ab], same(w[:0], t), lower=True, select=1, low=1e6, high=1e7)
    c.call("eigvals_banded", [ab], same(w[:0], t), lower=True, select=1, low=float(w[3] + 1), high=float(w[0] - 1))
    a = general(5, 2, 2, t, (2, 3))
    a = ((a + np.swapaxes(a, -1, -2).conj()) / 2).astype(t)
    c.call("eigvals_banded", [half(a, 2, False)], same(np.linalg.eigvalsh(wide(a)), t), tol=tol(t, 10))
c.call("eigvals_banded", [np.zeros((2, 0))], np.zeros(0))
c.call("eigvals_banded", [np.zeros((0, 2, 4))], np.zeros((0, 4)))
c.error("eigvals_banded", [np.array([[1.0, np.nan]])], "ARGUMENT")
c.error("eigvals_banded", [np.array([[1.0, np.inf]])], "ARGUMENT")
c.error("eigvals_banded", [np.ones((2, 3))], "ARGUMENT", select=2, first=1, last=3)
c.error("eigvals_banded", [np.ones((2, 3))], "ARGUMENT", select=2, first=2, last=1)
c.error("eigvals_banded", [np.ones((2, 3))], "ARGUMENT", select=2, first=-1, last=1)
c.error("eigvals_banded", [np.ones((2, 3))], "ARGUMENT", select=3)
c.error("eigvals_banded", [np.ones((2, 3))], "ARGUMENT", select=1, low=float("nan"), high=2.0)
c.error("eigvals_banded", [np.zeros((0, 3))], "SHAPE")
c.error("eigvals_banded", [np.array([[[1.0, 2, 3]], [[4.0, 5, 6]]])], "SHAPE", select=1, low=0.0, high=4.5)

for t in ["float32", "float64"]:
    for n in [1, 2, 3, 8, 17]:
        d, e = some(n, t), some(n - 1, t)
        w = sl.eigvalsh_tridiagonal(wide(d), wide(e))
        def call(r, **o):
            c.call("eigvalsh_tridiagonal", [d, e], same(r, t), tol=tol(t, 10), **o)
        call(w)
        call(w[:1], select=2, first=0, last=0)
        call(w[n // 2:], select=2, first=n // 2, last=n - 1)
        call(w, select=1, low=float("-inf"), high=float("inf"))
        call(w[:0], select=1, low=50.0, high=60.0)
        call(w[:0], select=1, low=1.0, high=1.0)
        if n > 2:
            call(w[1:2], select=1, low=float(w[0] + w[1]) / 2, high=float(w[1] + w[2]) / 2)
    d, e = some((2, 1, 6), t), some((3, 5), t)
    c.call("eigvalsh_tridiagonal", [d, e], lambda: same(each(sl.eigvalsh_tridiagonal, wide(d), wide(e), core=(1, 1)), t), tol=tol(t, 10))
d, e = np.full(9, 2), np.full(8, -1)
c.call("eigvalsh_tridiagonal", [d, e], 2 - 2 * np.cos(np.pi * np.arange(1, 10) / 10), tol="r1e-15")
c.error("eigvalsh_tridiagonal", [np.ones(3), np.ones(3)], "SHAPE")
c.error("eigvalsh_tridiagonal", [np.array(1.0), np.ones(0)], "SHAPE")
c.error("eigvalsh_tridiagonal", [np.ones(3, "complex64"), np.ones(2)], "DTYPE")
c.error("eigvalsh_tridiagonal", [np.ones(3, "float16"), np.ones(2, "float16")], "DTYPE")
c.error("eigvalsh_tridiagonal", [np.array([1.0, np.nan]), np.ones(1)], "ARGUMENT")
c.error("eigvalsh_tridiagonal", [np.ones(2), np.array([np.inf])], "ARGUMENT")
c.error("eigvalsh_tridiagonal", [np.array([[1.0, 2], [5, 6]]), np.zeros(1)], "SHAPE", select=1, low=0.0, high=4.5)
c.write("linalg_banded_cases.tsv")
