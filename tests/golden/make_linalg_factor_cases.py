"""Triangular systems and factorisations: SciPy's solve_triangular, lu, ldl, qr, rq, eigh... Writes linalg_factor_cases.tsv;
run in tests/golden. Values of single precision come from double precision."""
import warnings

import numpy as np
import scipy.linalg as sl
from cases import Cases

warnings.simplefilter("ignore")
c = Cases()
rng = np.random.default_rng(20262)
FLOATS = ["float32", "float64", "complex64", "complex128"]
EXACT = {"float32": "float64", "complex64": "complex128"}


def some(shape, t="float64", size=1.0):
    x = rng.standard_normal(shape) * size
    if t.startswith("complex"):
        x = x + 1j * rng.standard_normal(shape) * size
    return x.astype(t)


def tol(t, factor=1.0):
    return f"r{(1e-5 if t in EXACT else 2e-14) * factor:g}"


def wide(x):
    return x.astype(EXACT.get(x.dtype.name, x.dtype))


def same(r, t):
    """a double precision answer in the precision of t"""
    r = np.asarray(r)
    if t in EXACT and r.dtype.kind in "fc":
        return r.astype("complex64" if r.dtype.kind == "c" else "float32")
    return r


def well(n, t, batch=()):
    """a triangle's matrices: full, with a large diagonal"""
    return (some(batch + (n, n), t) * 0.5 + np.eye(n) * (1 + n * 0.3)).astype(t)


# ---- solve_triangular
for t in FLOATS:
    for n, k in [(1, 1), (2, 3), (3, None), (5, 1), (7, 2)]:
        for trans in [0, 1, 2]:
            lower, unit = [(False, False), (True, False), (False, True), (True, True)][(n + trans) % 4]
            a, b = well(n, t), some((n,) if k is None else (n, k), t)
            c.call("solve_triangular", [a, b], lambda: same(sl.solve_triangular(wide(a), wide(b), trans, lower, unit), t),
                   tol=tol(t, 20), trans=trans or None, lower=lower or None, unit=unit or None)
    for sa, sb in [((3, 2), (2, 3)), ((1,), (4, 3)), ((2, 3), (3, 2)), ((2,), None), ((), (2, 1))]:
        a = well(3, t, sa)
        if sb is None:
            b = some((3,), t)
        else:
            b = some((tuple(sb[:-1]) if len(sb) > 1 else ()) + (3, 2), t)
        try:
            np.broadcast_shapes(sa, b.shape[:-2])
        except ValueError:
            c.error("solve_triangular", [a, b], "SHAPE")
            continue
        c.call("solve_triangular", [a, b], lambda: same(sl.solve_triangular(wide(a), wide(b), lower=True), t), tol=tol(t, 20), lower=True)
for ta, tb in [("float32", "float64"), ("float64", "complex64"), ("int32", "float32"), ("bool", "int64"), ("complex64", "float64")]:
    a, b = well(3, ta) if ta[0] != "b" else np.triu(np.ones((3, 3), bool)), (some((3, 2)) * 4).astype(tb)
    r = np.result_type("float64" if ta[0] in "ib" else ta, "float64" if tb[0] in "ib" else tb)
    c.call("solve_triangular", [a, b], lambda: sl.solve_triangular(np.asarray(a, r), np.asarray(b, r)).astype(r), tol=tol("float32" if r == "float32" else "float64", 20))
a = np.triu(some((4, 4)))
for i in range(4):
    z = a.copy()
    z[i, i] = 0
    c.call("solve_triangular", [z, np.ones(4)], lambda: sl.solve_triangular(z, np.ones(4)), error="SINGULAR")
    c.call("solve_triangular", [z, np.ones(4)], lambda: sl.solve_triangular(z, np.ones(4), unit_diagonal=True), tol="r1e-13", unit=True)
c.error("solve_triangular", [np.ones((2, 3)), np.ones(2)], "SHAPE")
c.error("solve_triangular", [np.eye(2), np.ones(3)], "SHAPE")
c.error("solve_triangular", [np.ones(3), np.ones(3)], "SHAPE")
c.error("solve_triangular", [np.eye(2, dtype="float16"), np.ones(2, "float16")], "DTYPE")
c.error("solve_triangular", [np.eye(2), np.ones(2)], "ARGUMENT", trans=3)
c.call("solve_triangular", [np.zeros((0, 0)), np.zeros(0)], lambda: np.zeros(0))
c.call("solve_triangular", [np.zeros((0, 0)), np.zeros((0, 3))], lambda: np.zeros((0, 3)))
c.call("solve_triangular", [np.eye(3), np.zeros((3, 0))], lambda: np.zeros((3, 0)))
c.call("solve_triangular", [np.zeros((0, 2, 2)), np.zeros((2, 1))], lambda: np.zeros((0, 2, 1)))
c.write("linalg_factor_cases.tsv")
