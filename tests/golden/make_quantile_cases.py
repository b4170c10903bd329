"""Quantiles, and weighted ones, medians, averages: writes quantile_cases.tsv and average_cases.tsv (read by
test_quantile_cases.c)."""
import pathlib

import numpy as np
from cases import Cases, weak

rng = np.random.default_rng(13)
c = Cases()
nan, inf = np.nan, np.inf
METHODS = """linear inverted_cdf averaged_inverted_cdf closest_observation interpolated_inverted_cdf hazen weibull
median_unbiased normal_unbiased lower higher midpoint nearest""".split()
INTS = "int8 uint8 int16 uint16 int32 uint32 int64 uint64".split()
FLOATS = "float16 float32 float64".split()


def some(t, shape):
    x = rng.integers(0, 40, shape)
    if t[0] == "c":
        return (x - 17 + 1j * rng.integers(0, 9, shape)).astype(t)
    return ((x - 17) / 8).astype(t) if t[0] == "f" else (x - 20 if t[0] == "i" else x).astype(t)


def ask(op, a, q, method="linear", axis=None, keepdims=None, weights=None, error=None, tol="="):
    f = getattr(np, op)
    said = {}
    if axis is not None:
        said["axis"] = list(axis) if isinstance(axis, tuple) else axis
    given = q.value if isinstance(q, weak) else q
    c.call(op, [a, q, weights],
           lambda: f(a, given, axis=axis, keepdims=bool(keepdims), method=method, weights=weights),
           tol=tol, error=error, method=METHODS.index(method) or None, keepdims=keepdims, **said)


QS = [weak(0.5), weak(0.3), weak(0), weak(1), weak(0.0), weak(1.0), np.array([0.25, 0.5, 0.9]), np.array([0.7], "float32"),
      np.array([0.0, 1.0, 0.05]), np.array(0.6), np.array([[0.1, 0.2], [0.8, 0.4]]), np.array([0, 1, 1]), np.array([])]
for m in METHODS:
    for t in INTS[:1] + ["int32", "uint64", "int64"] + FLOATS:
        for n, q in enumerate(QS):
            if t in ("int8", "uint64", "float16") and n % 3 == len(m) % 3:
                continue
            a = some(t, 1 + (n * 5 + len(m)) % 12)
            ask("quantile", a, q, m)
        ask("quantile", some(t, (3, 4)), QS[6], m, axis=1)
        ask("percentile", some(t, (3, 4)), np.array([25, 100, 1.5]), m, axis=0, keepdims=True)
        ask("percentile", some(t, 10), weak(40), m)
        ask("percentile", some(t, 10), weak(12.5), m)
        ask("percentile", some(t, 9), np.array([0, 33, 100]), m)
    for n in (1, 2, 3, 4, 10):
        ask("quantile", some("float64", n), np.linspace(0, 1, 13), m)
    ask("quantile", np.array([3, inf, -inf, 1.0]), np.array([0.3, 0.5, 0.9]), m)
    ask("quantile", np.array([3, nan, -inf, 1.0]), np.array([0, 0.5]), m)
    ask("quantile", np.array([[3, nan, 1.0], [2, 5, 7]]), np.array([0.1, 0.5]), m, axis=1)
    # not a number left out
    x = some("float64", (3, 4))
    x[0, 1] = x[1, :2] = x[2] = nan
    y = some("float32", (3, 4))
    y[1, 1:] = nan
    for q in (weak(0.3), np.array([0.25, 0.8]), np.array([[0.5, 0.1]]), weak(1), np.array([0.4], "float32"), weak(0.5)):
        for a in (x, y):
            ask("nanquantile", a, q, m, axis=1)
            if a is x:
                ask("nanquantile", a, q, m, axis=0, keepdims=True)
            else:
                ask("nanquantile", a, q, m)
    ask("nanpercentile", x, np.array([10, 90.5]), m, axis=(0, 1), keepdims=True)
    ask("nanpercentile", some("int16", (3, 3)), np.array([10, 90.5]), m, axis=0)
    ask("nanquantile", some("float16", 7), weak(0.35), m)
for t in ("int16", "uint8", "float32", "float64"):
    for axis in (None, 0, 1, 2, -1, (0, 2), (1, 0), (0, 1, 2), ()):
        for keep in (None, True):
            if axis == ():
                continue
            ask("quantile", some(t, (2, 3, 4)), np.array([0.25, 0.6]), axis=axis, keepdims=keep)
big = np.array([2**63 - 1, 2**63 - 3, 2**62, -5])
ask("quantile", big, weak(0.9))
ask("quantile", big.astype("uint64") + np.uint64(2**63 - 4), np.array([0.9, 0.2]))
ask("quantile", np.array([True, False, True]), weak(0.5), "lower")
ask("quantile", np.array([True, False, True]), np.array([0.1, 0.9]), "inverted_cdf")
ask("quantile", np.array([5e-324, 0, 1e-323]), weak(0.4))
ask("quantile", np.array([-0.0, 0.0]), weak(0.0), "hazen")
ask("quantile", np.array(5.0), weak(0.5))
ask("quantile", np.array(5, "int8"), np.array([0.5, 1]))
ask("quantile", np.zeros((2, 0)), np.array([0.5]), axis=0)
ask("quantile", np.zeros((0, 3)), weak(0.5), axis=1)
x = some("float64", (3, 4))
for op in ("quantile", "nanquantile", "percentile", "nanpercentile"):
    s = 1 if "quantile" in op else 100
    for q in (weak(1.5 * s), weak(-0.1), np.array([0.5, nan]), np.array([0.1, 1.01 * s]), weak(101)):
        ask(op, x, q, error="ARGUMENT")
    ask(op, x + 1j, weak(0.5), error="DTYPE")
    ask(op, x > 0, weak(0.3), error="DTYPE")
    ask(op, x, np.full((1, 1, 1), 0.5), error="ARGUMENT" if False else "SHAPE")
    ask(op, x, weak(0.5), axis=2, error="INDEX")
    ask(op, x, weak(0.5), axis=(0, 0), error="ARGUMENT")
    ask(op, x, weak(0.5), weights=np.ones((3, 4)), error="ARGUMENT")
    ask(op, x, weak(0.5), "inverted_cdf", weights=np.ones((4, 3)), axis=0, error="SHAPE")
    ask(op, x, weak(0.5), "inverted_cdf", weights=np.ones(4), error="SHAPE")
    ask(op, x, weak(0.5), "inverted_cdf", weights=-np.ones((3, 4)), error="ARGUMENT")
    ask(op, x, weak(0.5), "inverted_cdf", weights=np.zeros((3, 4)), error="ARGUMENT")
    c.error(op, [x, weak(0.5), None], "ARGUMENT", method=13)
    c.error(op, [x, None, None], "NULL")
    c.error(op, [None, weak(0.5), None], "NULL")
for m in METHODS:
    ask("quantile", np.zeros(0), weak(0.5), m, error="INDEX") if m != "x" else None
    ask("nanquantile", np.zeros(0), weak(0.5), m)  # NumPy drops the axes of an array q here
    ask("nanquantile", np.zeros((0, 2), "float32"), weak(0.5), m, axis=0)
ask("quantile", np.zeros((0, 3)), weak(0.5), axis=0, error="INDEX")
c.write(pathlib.Path(__file__).parent / "quantile_cases.tsv")

c = Cases()
# weights (sums of which are exact)
for t in ("int32", "float32", "float64", "uint8"):
    for wt in ("int64", "float64", "float32", "uint8"):
        a = some(t, (4, 5))
        w = rng.integers(0, 4, (4, 5)).astype(wt)
        w[:, 0] += 1
        w[0] += 1
        for q in (weak(0.5), weak(0.0), np.array([0, 0.25, 1.0]), np.array([[0.5, 0.1]]), np.array([0.4], "float32"), weak(1)):
            if wt in ("int64", "float32"):
                ask("quantile", a, q, "inverted_cdf", weights=w)
                ask("quantile", a, q, "inverted_cdf", axis=1, weights=w)
            if t[0] == "f":
                b = a.copy()
                b[0, 2] = b[2, 1] = b[2, 3] = nan
                ask("nanquantile", b, q, "inverted_cdf", axis=1, weights=w)
                ask("nanquantile", b, q, "inverted_cdf", weights=w)
                ask("quantile", b, q, "inverted_cdf", axis=1, weights=w)
        ask("percentile", a, np.array([10, 70]), "inverted_cdf", axis=1, weights=w[0] + wt_one if (wt_one := np.array(1, wt)) else 0, keepdims=True)
        ask("percentile", a, weak(70), "inverted_cdf", axis=0, weights=w[:, 0])
        ask("percentile", a.reshape(2, 2, 5), weak(70), "inverted_cdf", axis=(2, 0), weights=rng.integers(1, 4, (5, 2)).astype(wt))
for t in ["bool"] + INTS + FLOATS + ["complex64", "complex128"]:
    for shape, axis in (((7,), None), ((8,), None), ((1,), 0), ((3, 4), 0), ((3, 4), (0, 1)), ((2, 3, 4), (0, 2)), ((2, 3, 4), -1), ((), None),
                        ((2, 0), 0), ((0,), None), ((2, 3), ()), ((3, 0), 1)):
        for op in ("median", "nanmedian"):
            a = some(t, shape) if t != "bool" else rng.integers(0, 2, shape).astype(bool)
            if axis == () and op == "nanmedian" or a.size == 0 and op == "nanmedian" and t in ("bool",):
                continue
            if op == "nanmedian" and t[0] in "fc" and a.size > 3:
                a.reshape(-1)[::3] = nan
            said = {} if axis is None else {"axis": list(axis) if isinstance(axis, tuple) else axis}
            with np.errstate(all="ignore"):
                c.call(op, [a], lambda: getattr(np, op)(a, axis=axis, keepdims=len(shape) > 2), keepdims=len(shape) > 2 or None, tol="u1" if t[0] == "c" else "=", **said)
    if t[0] in "fc":
        x = np.array([[nan, 1, 2], [inf, -inf, 5], [nan, nan, nan], [nan, 3, nan]], t)
        for axis in (None, 0, 1):
            c.call("median", [x], lambda: np.median(x, axis=axis), axis=axis)
            if t[0] == "f":
                c.call("nanmedian", [x], lambda: np.nanmedian(x, axis=axis), axis=axis)
for axis in (2, -3):
    c.call("median", [np.ones((2, 2))], lambda: np.median(np.ones((2, 2)), axis=axis), axis=axis, error="INDEX")
c.error("median", [None], "NULL")

for t in ["bool"] + INTS + FLOATS + ["complex64", "complex128"]:
    for wt in ("int64", "float32", "float64", "complex64", "bool"):
        a = some(t, (2, 3, 4)) if t != "bool" else rng.integers(0, 2, (2, 3, 4)).astype(bool)
        for axis, shape in ((None, (2, 3, 4)), (0, (2,)), (-1, (4,)), ((2, 0), (4, 2)), ((0, 1), (2, 3, 4)), (1, (2, 3, 4))):
            if wt != "float64" and shape != (4,) and axis != (2, 0):
                continue
            w = rng.integers(1, 5, shape).astype(wt)
            said = {} if axis is None else {"axis": list(axis) if isinstance(axis, tuple) else axis}
            for keep in (False, True):
                r = np.average(a, axis, w, True, keepdims=keep)
                c.call("average", [a, w], (r[0], r[1]), tol="r1e-3" if r[0].dtype == "float16" else "u8", keepdims=keep or None, **said)
    r = np.average(a, 1, None, True)
    c.call("average", [a, None], (r[0], r[1]), tol="u2", axis=1)
x = np.ones((2, 3))
for w, axis, e in ((np.zeros(3), 1, "ARGUMENT"), (np.ones(3), None, "SHAPE"), (np.ones(2), 1, "SHAPE"), (np.ones((3, 2)), (0, 1), "SHAPE"), (np.ones(3), 2, "INDEX"), (np.array([1, -1, 0]), -1, "ARGUMENT")):
    c.call("average", [x, w], lambda: np.average(x, axis, w), error=e, **({} if axis is None else {"axis": list(axis) if isinstance(axis, tuple) else axis}))
for t in INTS + FLOATS + ["complex64", "complex128"]:
    a = some(t, (3, 4))
    for axis in (None, 0, 1, (0, 1)):
        said = {} if axis is None else {"axis": list(axis) if isinstance(axis, tuple) else axis}
        c.call("ptp", [a], lambda: np.ptp(a, axis), **said)
    c.call("ptp", [a], lambda: np.ptp(a, 1, keepdims=True), axis=1, keepdims=True)
c.call("ptp", [np.array([1, nan, 3])], lambda: np.ptp(np.array([1, nan, 3])))
c.call("ptp", [np.array([-128, 127], "int8")], lambda: np.ptp(np.array([-128, 127], "int8")))
c.call("ptp", [np.zeros(0)], lambda: np.ptp(np.zeros(0)), error="ARGUMENT")
c.write(pathlib.Path(__file__).parent / "average_cases.tsv")
