"""Histograms: writes histogram_cases.tsv (read by test_histogram_cases.c)."""
import pathlib

import numpy as np
from cases import Cases

rng = np.random.default_rng(14)
c = Cases()
nan, inf = np.nan, np.inf
INTS = "int8 uint8 int16 uint16 int32 uint32 int64 uint64".split()
FLOATS = "float16 float32 float64".split()
RULES = "auto fd doane scott stone rice sturges sqrt".split()


def some(t, shape):
    if t == "bool":
        return rng.integers(0, 2, shape).astype(bool)
    x = rng.integers(0, 60, shape)
    return ((x - 17) / 8).astype(t) if t[0] == "f" else (x - 30 if t[0] == "i" else x).astype(t)


def ask(a, bins=None, range=None, weights=None, density=None, tol="=", error=None):
    given = {} if bins is None else {"bins": bins}
    edges = bins if isinstance(bins, np.ndarray) else None
    said = {}
    if isinstance(bins, str):
        said["rule"] = bins
    elif edges is None and bins is not None:
        said["bins"] = bins
    if range is not None:
        said["first"], said["last"] = float(range[0]), float(range[1])

    def run():
        h, e = np.histogram(a, range=range, weights=weights, density=density, **given)
        return h, e, np.histogram_bin_edges(a, range=range, weights=weights, **given)

    c.call("histogram", [a, edges, weights], run, tol=tol, error=error, density=density, **said)


for t in ["bool"] + INTS + FLOATS:
    for shape in ((30,), (4, 5), (2, 3, 2), (), (1,), (0,)):
        a = some(t, shape)
        ask(a)
        ask(a, 4)
        if len(shape) != 1 and shape != (4, 5):
            continue
        ask(a, 7, density=True, tol="u4,=,=") if a.size else None
        ask(a, 5, (-1.5, 1.5))
        ask(a, 3, (2, 2))
        ask(a, 6, (0, 20))
        ask(a, np.array([-3, 0, 0, 2, 5]))
        ask(a, np.array([-0.5, 0.5, 1.5, 2]))
        ask(a, np.array([0, 1, 3, 7], "uint8"))
        ask(a, np.array([5.0, 6.0], "float32"), density=True) if shape == (30,) and t == "bool" else None
    for wt in ("int64", "float64", "float32", "complex128", "uint8", "float16"):
        a = some(t, 20)
        w = (rng.integers(1, 9, 20) + (1j if wt[0] == "c" else 0)).astype(wt)
        ask(a, 4, weights=w)
        if wt in ("int64", "float64", "complex128"):
            ask(a, 4, (0, 2), weights=w)
            ask(a, np.array([-2, 0, 1, 30]), weights=w)
            ask(a, 3, weights=w, density=True, tol="u4,=,=")
ask(some("float64", 8), 3, weights=np.ones(8, bool))
# elements at and beside edges
for t in ("float32", "float64"):
    for lo, hi, n in ((0, 1, 10), (-1, 2, 7), (0.1, 0.7, 6), (-5, -1, 13), (1e-3, 1e3, 11), (0, 3e-5, 9)):
        e = np.linspace(lo, hi, n + 1, dtype=t)
        a = np.concatenate([e, np.nextafter(e, t == "x"), np.nextafter(e, np.array(inf, t))]).astype(t)
        ask(a, n)
        ask(a, n, (lo, hi))
        ask(a, n, (lo, hi), weights=np.arange(a.size))
        ask(a, e)
ask(np.arange(8.0), 3, (0, 1))
ask(np.array([-128, 127, 0], "int8"), 5)
ask(np.array([-(2**63), 2**63 - 1, 0]), 4)
ask(np.array([0, 2**64 - 1, 2**63], "uint64"), 4)
ask(np.array([2**53, 2**53 + 1, 2**53 + 64]), 3)
ask(np.array([5e-324, 0, 1e-310]), 2)
ask(np.array([1.0, nan, 2, inf, -inf, 0.5]), np.array([0.0, 1, 2, inf]))
ask(np.array([1.0, nan, 2, inf, -inf, 0.5]), 4, (0, 2))
ask(np.array([1.0, 2]), np.array([1.0]))
ask(np.array([1.0, 2]), np.array([]))
ask(np.array([1.0, 2]), np.array([0, 1, nan]))
ask(np.array([0.0, -0.0, 1]), np.array([-0.0, 0.5]))
for t in ("float64", "float32", "int32", "uint8", "int64", "bool"):
    for rule in RULES:
        for n in (0, 1, 2, 3, 17, 60):
            if t == "bool" and n > 3 or rule == "stone" and (n not in (2, 17) or t not in ("float64", "int32", "float32")):
                continue
            a = rng.standard_normal(n) * 9
            a = np.round(a * 16) / 16
            a = a > 0 if t == "bool" else np.abs(a).astype(t) if t[0] == "u" else a.astype(t)
            ask(a, rule)
        if rule == "stone":
            ask(rng.standard_normal(40) * 9, rule) if t == "float64" else None
        elif t in ("float64", "int32"):
            ask(a, rule, (-4, 5))
            ask(a, rule, (100, 101))
            ask(np.full(5, 3).astype(t), rule)
            ask(np.array([0, 1, 0, 0, 0, 0, 0, 0, 0, 0]).astype(t), rule)
x = some("float64", 6)
for bins, range, w, e in ((-1, None, None, "ARGUMENT"), (3, (2, 1), None, "ARGUMENT"), (3, (0, inf), None, "ARGUMENT"), (3, (nan, 1), None, "ARGUMENT"),
                          ("Auto", None, None, "ARGUMENT"), ("auto", None, np.ones(6), "ARGUMENT"), (3, None, np.ones(5), "SHAPE"),
                          (3, None, np.ones((6, 1)), "SHAPE"), (np.array([1.0, 0]), None, None, "ARGUMENT"), (np.ones((2, 2)), None, None, "SHAPE"),
                          (5, (1, 1 + 4e-16), None, "ARGUMENT")):
    ask(x, bins, range, w, error=e)
ask(np.array([1, nan]), error="ARGUMENT")
ask(np.array([1, inf]), 3, error="ARGUMENT")
c.error("histogram", [x + 1j, None, None], "DTYPE")
c.error("histogram", [None, None, None], "NULL")

def nan_pairs(ranges):
    return [v for r in ranges for v in ((nan, nan) if r is None else r)]


def dd(sample, bins=10, ranges=None, weights=None, density=None, error=None, tol="="):
    said = {}
    d = sample.shape[1] if sample.ndim == 2 else 1
    edges = [None] * d
    if isinstance(bins, (list, tuple)):
        edges = [b if isinstance(b, np.ndarray) else None for b in bins]
        said["each"] = [0 if isinstance(b, np.ndarray) else b for b in bins]
    elif bins != 10:
        said["bins"] = bins
    if ranges is not None:
        said["ranges"] = nan_pairs(ranges)

    def run():
        h, e = np.histogramdd(sample, bins, ranges, density, weights)
        return (h, *e)

    c.call("histogramdd", [sample, weights] + edges, run, density=density, error=error, tol=tol, **said)


def two(x, y, bins=10, ranges=None, weights=None, density=None, error=None, tol="="):
    said = {}
    edges = [None, None]
    if isinstance(bins, (list, tuple)):
        edges = [b if isinstance(b, np.ndarray) else None for b in bins]
        said["each"] = [0 if isinstance(b, np.ndarray) else b for b in bins]
    elif bins != 10:
        said["bins"] = bins
    if ranges is not None:
        said["ranges"] = nan_pairs(ranges)
    c.call("histogram2d", [x, y, weights] + edges, lambda: np.histogram2d(x, y, bins, ranges, density, weights), density=density,
           error=error, tol=tol, **said)


e1, e2 = np.array([-2.0, 0, 0.5, 3]), np.array([0, 2, 4, 30])
for t in ["bool"] + INTS + FLOATS:
    s = some(t, (14, 2))
    dd(s, 3)
    dd(s, [2, 4])
    dd(s, [e1, e2])
    dd(s, [3, e2], [(-1, 2), None])
    dd(s, 2, [(0, 1), (-3, 3)], density=None)
    dd(s, 3, weights=np.arange(14.0))
    dd(s, [2, 3], weights=np.arange(14), density=True, tol="u8,=,=")
    x, y = some(t, 12), some("float64" if t[0] != "f" else "float32", 12)
    two(x, y, 4)
    two(x, y, [3, e1], weights=np.arange(12, dtype="float32"))
    two(x, y, [2, 3], [(0, 2), (-1, 1)], density=True, tol="u8,=,=") if t != "bool" else None
    two(x, x, [2, 3])
    dd(some(t, (9, 3)), 2)
    dd(some(t, (7, 1)), 4)
    dd(np.empty((0, 2), t), 2)
dd(rng.standard_normal((20, 4)), [2, 1, 2, 3])
dd(rng.standard_normal((5, 3)), [1, np.array([-1.0, 0, 1]), 2], [None, None, (-1, 1)], tol="=")
s = some("float64", (6, 2))
for kw, e in ((dict(bins=-1), "ARGUMENT"), (dict(bins=[2, 0]), "ARGUMENT"), (dict(bins=[e1[::-1].copy(), e2]), "ARGUMENT"),
              (dict(bins=3, ranges=[(1, 0), None]), "ARGUMENT"), (dict(bins=3, weights=np.ones(5)), "SHAPE"), (dict(bins=3, ranges=[(0, inf), None]), "ARGUMENT")):
    dd(s, error=e, **kw)
t = s.copy()
t[2, 1] = nan
dd(t, 3, error="ARGUMENT")
dd(t, 3, [None, (0, 1)])
two(s[:, 0].copy(), np.ones(5), error="SHAPE")
c.write(pathlib.Path(__file__).parent / "histogram_cases.tsv")
