"""Functions of matrices, bases and factors: SciPy's expm, cosm, polar, orth... Writes linalg_functions_cases.tsv; run in
tests/golden. Values of single precision come from double precision."""
import warnings

import numpy as np
import scipy.linalg as sl
from cases import Cases

warnings.simplefilter("ignore")
c = Cases()
rng = np.random.default_rng(20261)
FLOATS = ["float32", "float64", "complex64", "complex128"]
EXACT = {"float32": "float64", "complex64": "complex128"}
WAVES = ["cosm", "sinm", "tanm", "coshm", "sinhm", "tanhm"]


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
    if t in EXACT:
        return r.astype("complex64" if r.dtype.kind == "c" else "float32")
    return r


def each(f, a):
    r = [f(a[i]) for i in np.ndindex(a.shape[:-2])]
    return np.stack(r).reshape(a.shape[:-2] + r[0].shape)


def function(name, x, factor=1.0, t=None):
    t = t or x.dtype.name
    f = getattr(sl, name)
    c.call(name, [x], lambda: same(each(f, wide(x)) if x.ndim > 2 else f(wide(x)), t), tol=tol(t, factor))


# ---- expm
for t in FLOATS:
    for n in [1, 2, 3, 5, 8]:
        for size in [1e-4, 1e-2, 0.1, 0.5, 1.0, 3.0]:
            function("expm", some((n, n), t, size / n), factor=8)
    function("expm", some((2, 3, 4, 4), t, 0.3), factor=8)
    batch = some((6, 3, 3), t)
    batch *= np.array([1e-5, 0.01, 0.1, 0.5, 2, 5]).reshape(-1, 1, 1).astype(batch.real.dtype)
    function("expm", batch[:5], factor=30)
    function("expm", np.array([[[1, 0], [0, 2]], [[0, 1], [0, 0]], [[-1, 2], [0.5, 1]]]).astype(t), factor=4)
for t in ["bool", "int8", "uint16", "int64"]:
    x = np.array([[1, 0, 1], [0, 1, 1], [1, 1, 0]]).astype(t)
    c.call("expm", [x], lambda: sl.expm(x), tol=tol("float64", 4))
x = some((3, 3), "float16")
c.call("expm", [x], lambda: sl.expm(x.astype("float64")).astype("float32"), tol=tol("float32", 4))
c.call("expm", [np.array(1.5)], lambda: sl.expm(np.array(1.5)), tol="u4")
c.call("expm", [np.array([1.5])], lambda: sl.expm(np.array([1.5])), tol="u4")
c.call("expm", [np.array([[1.5], [2.5]])], lambda: sl.expm(np.array([[1.5], [2.5]])), error="SHAPE")
c.call("expm", [np.ones(3)], lambda: sl.expm(np.ones(3)), error="SHAPE")
c.call("expm", [np.zeros((0, 0))], lambda: sl.expm(np.zeros((0, 0))))
c.call("expm", [np.zeros((0, 3, 3))], lambda: sl.expm(np.zeros((0, 3, 3))))
c.call("expm", [np.diag([-800.0, 1.0, 700.0])], lambda: sl.expm(np.diag([-800.0, 1.0, 700.0])), tol="u4")
c.call("expm", [np.zeros((3, 3))], lambda: np.eye(3))
# much larger powers in theory than in fact: the number of squarings must not follow the norm
for big in [1e3, 1e8]:
    x = np.array([[1.0, big], [0.0, -1.0]])
    c.call("expm", [x], lambda: np.array([[np.e, big * np.sinh(1.0)], [0.0, 1 / np.e]]), tol="u64")
x = np.array([[-49.0, 24.0], [-64.0, 31.0]])   # Moler and Van Loan's example
c.call("expm", [x], lambda: sl.expm(x), tol="r2e-13")

# ---- cosines and sines
for name in WAVES:
    for t in FLOATS:
        for n, size in [(1, 1.0), (2, 0.3), (3, 1.0), (4, 0.05)]:
            function(name, some((n, n), t, size / n), factor=30)
        function(name, some((2, 2, 3, 3), t, 0.2), factor=30)
    x = np.array([[0, 1], [1, 0]])
    c.call(name, [x], lambda: getattr(sl, name)(x), tol=tol("float64", 4))
    c.call(name, [np.ones((2, 3))], lambda: getattr(sl, name)(np.ones((2, 3))), error="SHAPE")
    c.error(name, [np.ones((2, 2), "float16")], "DTYPE")

# ---- polar
for t in FLOATS:
    for side in ["right", "left"]:
        for shape in [(3, 3), (4, 2), (2, 4), (1, 1), (2, 2, 3, 2)]:
            x = some(shape, t)
            def polar():
                if x.ndim == 2:
                    return [same(v, t) for v in sl.polar(wide(x), side)]
                return [same(each(lambda m: sl.polar(m, side)[k], wide(x)), t) for k in (0, 1)]
            c.call("polar", [x], polar, tol=[tol(t, 100)] * 2, left=side == "left")
x = np.array([[1, 2], [3, 4]], "int32")
c.call("polar", [x], lambda: sl.polar(x), tol=[tol("float64", 30)] * 2)
c.error("polar", [np.ones(3)], "SHAPE")
c.error("polar", [np.array([[np.nan, 1.0], [1.0, 2.0]])], "CONVERGENCE")

# ---- bases: the projector on them, and the basis's shape
def basis(f, x, rcond=None):
    q = f(wide(x), rcond=rcond)
    return [same(q @ q.conj().T, x.dtype.name), np.array(q.shape, "int64")]


for t in FLOATS:
    for m, n, r in [(3, 3, 3), (4, 3, 2), (3, 5, 3), (5, 5, 1), (2, 4, 1), (3, 2, 0)]:
        x = (wide(some((m, r), t)) @ wide(some((r, n), t))).astype(t)
        for name in ["orth", "null_space"]:
            rcond = 1e-5 if t in EXACT else None
            c.call(name, [x], lambda: basis(getattr(sl, name), x, rcond), tol=[f"r{1e-4 if t in EXACT else 1e-12}", "="], rcond=rcond)
x = np.diag([1.0, 1e-3, 1e-6])
for name in ["orth", "null_space"]:
    f = getattr(sl, name)
    for rcond in [None, 1e-2, 1e-4, 0.0, 2.0]:
        c.call(name, [x], lambda: basis(f, x, rcond), tol=["r1e-12", "="], rcond=rcond)
    c.call(name, [np.zeros((0, 3))], lambda: basis(f, np.zeros((0, 3))), tol=["r1e-12", "="])
    c.call(name, [np.zeros((3, 0))], lambda: basis(f, np.zeros((3, 0))), tol=["r1e-12", "="])
    c.error(name, [np.stack([np.eye(2), np.diag([1.0, 0.0])])], "SHAPE")
    c.error(name, [np.ones(2)], "SHAPE")

# ---- angles
for t in FLOATS:
    for m, n, k in [(4, 2, 2), (5, 3, 1), (5, 1, 3), (6, 3, 2)]:
        x, y = some((m, n), t), some((m, k), t)
        c.call("subspace_angles", [x, y], lambda: same(sl.subspace_angles(wide(x), wide(y)), t), tol=tol(t, 1e3))
x = sl.hadamard(4)
c.call("subspace_angles", [x[:, :2], x[:, 2:]], lambda: sl.subspace_angles(x[:, :2], x[:, 2:]), tol="r1e-14")
c.error("subspace_angles", [np.ones((3, 2)), np.ones((2, 2))], "SHAPE")
c.error("subspace_angles", [np.ones((3, 2)), np.ones(3)], "SHAPE")

# ---- pinvh
for t in FLOATS:
    for n, r in [(1, 1), (3, 3), (4, 2), (5, 4)]:
        v = wide(some((n, r), t))
        x = ((v * np.where(np.arange(r) % 2, -1, 1)) @ v.conj().T).astype(t)
        o = 1e-4 if t in EXACT else 1e-12
        for upper in [False, True]:
            y = np.triu(x) if upper else np.tril(x)
            c.call("pinvh", [y], lambda: same(sl.pinvh(wide(y), rtol=o, lower=not upper), t), tol=f"r{1e-2 if t in EXACT else 1e-11}",
                   upper=upper, rtol=o)
x = np.diag([2.0, -1e-3, 1e-9])
for a, r in [(None, None), (1e-6, None), (None, 1e-2), (0.1, 0.1), (None, 0.0), (5.0, None)]:
    c.call("pinvh", [x], lambda: sl.pinvh(x, atol=a, rtol=r), tol="r1e-14", atol=a, rtol=r)
c.call("pinvh", [np.stack([x, np.eye(3)])], lambda: sl.pinvh(np.stack([x, np.eye(3)])), tol="r1e-14")
c.call("pinvh", [x], lambda: sl.pinvh(x, atol=-1.0), atol=-1.0, error="ARGUMENT")
c.error("pinvh", [np.ones((2, 3))], "SHAPE")

# ---- procrustes
for t in FLOATS:
    for m, n in [(3, 3), (5, 2), (4, 4), (1, 1)]:
        x, y = some((m, n), t), some((m, n), t)
        c.call("orthogonal_procrustes", [x, y], lambda: [same(v, t) for v in sl.orthogonal_procrustes(wide(x), wide(y))],
               tol=[tol(t, 300)] * 2)
c.error("orthogonal_procrustes", [np.ones((3, 2)), np.ones((2, 3))], "SHAPE")
c.error("orthogonal_procrustes", [np.ones(3), np.ones(3)], "SHAPE")
c.write("linalg_functions_cases.tsv")
