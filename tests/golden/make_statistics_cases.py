"""Covariance, correlation, interpolation, counting: writes statistics_cases.tsv (read by test_statistics_cases.c)."""
import pathlib

import numpy as np
from cases import Cases, weak

rng = np.random.default_rng(15)
c = Cases()
nan, inf = np.nan, np.inf
TYPES = "bool int8 uint8 int16 uint16 int32 uint32 int64 uint64 float16 float32 float64 complex64 complex128".split()


def some(t, shape):
    if t == "bool":
        return rng.integers(0, 2, shape).astype(bool)
    x = rng.integers(0, 60, shape)
    if t[0] == "c":
        return ((x - 17) / 8 + 1j * rng.integers(0, 5, shape)).astype(t)
    return ((x - 17) / 8).astype(t) if t[0] == "f" else (x - 30 if t[0] == "i" else x).astype(t)


# relative to the largest number: sums of products of at most 12 observations, divided twice
def tol(t, f="1"):
    return f"r{f}e-{5 if t in ('float32', 'complex64') else 2 if t == 'float16' else 14}"


def cov(m, y=None, error=None, dtype=None, **o):
    said = {"columns": not o.pop("rowvar", True) or None, "bias": o.get("bias"), "ddof": o.get("ddof"), "dtype": dtype}
    fw, aw = o.get("fweights"), o.get("aweights")
    c.call("cov", [m, y, fw, aw], lambda: np.cov(m, y, rowvar=not said["columns"], dtype=dtype, **o), tol=tol(dtype, "4"), error=error, **said)


def corrcoef(x, y=None, error=None, dtype=None, rowvar=True):
    c.call("corrcoef", [x, y], lambda: np.corrcoef(x, y, rowvar, dtype=dtype), tol=tol(dtype, "4"), error=error, columns=not rowvar or None, dtype=dtype)


for t in TYPES:
    for shape in ((6,), (3, 5), (1, 4), (4, 1), (2, 2), (0, 3)):
        for rowvar in (True, False):
            m = some(t, shape)
            cov(m, rowvar=rowvar)
            cov(m, rowvar=rowvar, bias=True)
            cov(m, rowvar=rowvar, ddof=2)
            if shape not in ((4, 1), (1, 4)):
                corrcoef(m, rowvar=rowvar)
    for other in (t, "float64", "complex64"):
        cov(some(t, 6), some(other, 6))
        cov(some(t, (2, 6)), some(other, (3, 6)))
        cov(some(t, (6, 2)), some(other, (6, 3)), rowvar=False)
        cov(some(t, (6, 2)), some(other, 6), rowvar=False)
        corrcoef(some(t, 6), some(other, 6))
        corrcoef(some(t, (2, 6)), some(other, 6))
    n = 7
    f, a = rng.integers(0, 4, n), rng.integers(1, 9, n) / 4
    for rowvar in (True, False):
        m = some(t, (3, n) if rowvar else (n, 3))
        for o in (dict(fweights=f), dict(aweights=a), dict(fweights=f, aweights=a), dict(fweights=f.astype("float32"), ddof=0), dict(aweights=a.astype("float16"), bias=True),
                  dict(aweights=rng.integers(1, 5, n), ddof=2), dict(fweights=f.astype("uint8"), aweights=a, ddof=3)):
            cov(m, rowvar=rowvar, **o)
    if t[0] not in "c":
        cov(some(t, (3, 6)), dtype="float32")
        cov(some(t, (3, 6)), dtype="float16")
        cov(some(t, (2, 6)), dtype="float32", aweights=np.arange(1.0, 7))
        corrcoef(some(t, (3, 6)), dtype="float32")
    cov(some(t, ()))
x = some("float64", (2, 3))
for kw, e in ((dict(fweights=np.array([1, 2, 1.5])), "DTYPE"), (dict(fweights=np.array([1, 2, -1])), "ARGUMENT"), (dict(fweights=np.ones(2)), "SHAPE"),
              (dict(fweights=np.ones((1, 3))), "SHAPE"), (dict(aweights=np.array([1, 2, -1.0])), "ARGUMENT"), (dict(aweights=np.ones(4)), "SHAPE"),
              (dict(aweights=np.ones((3, 1))), "SHAPE"), (dict(aweights=np.zeros(3)), "ARGUMENT"), (dict(y=np.ones(4)), "SHAPE")):
    y = kw.pop("y", None)
    if e == "SHAPE" and y is None:  # NumPy's RuntimeError
        c.error("cov", [x, None, kw.get("fweights"), kw.get("aweights")], e)
    else:
        cov(x, y, error=e, **kw)
cov(np.ones((2, 2, 2)), error="SHAPE")
cov(x, np.ones((2, 2, 2)), error="SHAPE")
corrcoef(np.array([[1, 1, 1], [1, 2, 3]]))
corrcoef(np.array([[1, nan, 1], [1, 2, 3]]))
cov(np.array([[1, inf, 1], [1, 2, 3]]))
c.error("cov", [None, None, None, None], "NULL")
c.error("corrcoef", [x, None], "ARGUMENT", bias=1)


def interp(x, xp, fp, left=None, right=None, period=None, error=None):
    def given(v):
        return v.value if isinstance(v, weak) else v.item() if isinstance(v, np.ndarray) else v

    c.call("interp", [x, xp, fp, left, right], lambda: np.interp(x, xp, fp, given(left), given(right), period), error=error,
           period=None if period is None else float(period))


REAL = [t for t in TYPES if t[0] != "c"]
for t in TYPES:
    for n in (1, 2, 3, 5, 9):
        xp = np.sort(rng.choice(np.arange(-20.0, 20), n, replace=False)) / 4
        fp = some(t, n)
        x = np.concatenate([xp, xp + 0.25, rng.integers(-90, 90, 3) / 16])
        interp(x, xp, fp)
        interp(np.array([nan, -inf, inf, 0.1, -9, 9]), xp, fp)
        interp(x[:4], xp, fp, weak(-7.5), weak(100))
        interp(x[:3], xp, fp, period=11)  # none of the points twice
        interp(x[:3], xp[::-1].copy(), fp, weak(1), weak(2), period=-12.5)
    interp(some("float32", (2, 3)), np.array([-1.0, 0, 4]), some(t, 3))
    interp(some("float64", ()), np.array([-1.0, 0, 4]), some(t, 3))
    interp(np.empty((0, 2)), np.array([-1.0, 0, 4]), some(t, 3))
    interp(some("int8", 4), np.array([-30, 0, 40], "int16"), some(t, 3))
    interp(some("float64", 4), np.array([-1.0, 0, 4]), some(t, 3), np.array(3.0, "float32"), np.array(9, "int8"))
for t in REAL:
    if t != "bool":
        xp = np.unique(some(t, 6))
        interp(some(t, 9), xp, np.linspace(-1, 1, xp.size) ** 3)
# lines that are not finite
for xp, fp in (([0, 1, 2], [inf, inf, 1]), ([0, 1, 2], [-inf, inf, 1]), ([0, 1, 2], [nan, 1, 2]), ([0, 1, 1, 2], [0, 1, 5, 6]), ([-inf, 0, inf], [1, 2, 3]),
               ([-inf, 0, inf], [1, 1, 1]), ([0, inf], [1, inf]), ([0, 1e308, 1.7e308], [1, -1e308, 1e308]), ([0, 5e-324], [0, 1]), ([0, 1, 2], [1, nan, nan]),
               ([1, 1], [2, 3]), ([1, 1, 1], [2, 3, 4]), ([0, 1, 2], [1, 2, inf])):
    x = np.array([-1, 0, 0.25, 0.5, 1, 1.5, 2, 3, 5e-324, 1e308, nan, inf, -inf, -0.0])
    interp(x, np.array(xp, float), np.array(fp, float))
    interp(x, np.array(xp, float), np.array(fp, float) + 1j * np.arange(len(fp)))
interp(np.array([0.5, 7]), np.array([0.0, 1, 2]), np.array([1 + 2j, 3j, 4]), weak(1 - 2j), weak(3 + 1j))
interp(np.array([-0.5, 7]), np.array([0.0, 1, 2]), np.array([1 + 2j, 3j, 4]), weak(1.5), np.array(3 + 1j))
x = np.array([1.0, 2])
for xp, fp, o, e in (([1.0, 2], [1.0], {}, "SHAPE"), ([[1.0]], [1.0], {}, "SHAPE"), ([1.0, 2], [[1.0, 2]], {}, "SHAPE"), ([], [], {}, "ARGUMENT"),
                     ([1.0, 2], [1.0, 2], dict(period=0), "ARGUMENT"), ([1.0, 2], [1.0, 2], dict(left=weak(1j)), "DTYPE")):
    interp(x, np.array(xp), np.array(fp), error=e, **o)
interp(x + 1j, x, x, error="DTYPE")
interp(x, x + 1j, x, error="DTYPE")
c.error("interp", [x, x, x, x, None], "SHAPE")
c.error("interp", [x, None, x, None, None], "NULL")

for t in TYPES:
    a = some(t, (3, 4))
    a[0, :2] = a[2] = 0
    if t[0] in "fc":
        a[1, 1] = nan
        a[1, 2] = -0.0
    for axis in (None, 0, 1, (0, 1)):
        said = {} if axis is None else {"axis": list(axis) if isinstance(axis, tuple) else axis}
        c.call("count_nonzero", [a], lambda: np.count_nonzero(a, axis), **said)
    c.call("count_nonzero", [a], lambda: np.count_nonzero(a, axis=1, keepdims=True), axis=1, keepdims=True)
    c.call("count_nonzero", [a[:0]], lambda: np.count_nonzero(a[:0], axis=0), axis=0)
c.write(pathlib.Path(__file__).parent / "statistics_cases.tsv")
