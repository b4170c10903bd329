"""Factorisations of Hermitian matrices: SciPy's ldl, eigh of pairs and of subsets. Writes linalg_hermitian_cases.tsv;
run in tests/golden. What is unique up to signs is looked at through its size, or multiplied out."""
import numpy as np
import scipy.linalg as sl
from cases import Cases
from linalg_numbers import FLOATS, batch, same, single, some as numbers, tol, wide

c = Cases()
rng = np.random.default_rng(20264)


def some(shape, t="float64"):
    return numbers(rng, shape, t)


# ---- ldl
for t in FLOATS:
    for shape in [(1, 1), (2, 2), (3, 3), (5, 5), (8, 8), (2, 4, 4)]:
        for upper in [False, True]:
            for symmetric in [False, True] if t[0] == "c" else [False]:
                x = some(shape, t)
                x = x + np.swapaxes(x if symmetric else x.conj(), -1, -2)
                if shape[-1] > 2:
                    x = (x * (1 - 0.75 * np.eye(shape[-1]))).astype(t)
                side = np.triu if upper else np.tril
                c.call("ldl", [side(x)], lambda: single(batch(lambda m: sl.ldl(m, not upper, not symmetric), wide(x), 3), t),
                       tol=[tol(t, 300), tol(t, 300), "="], upper=upper or None, symmetric=symmetric or None)
x = np.array([[2, -1, 3], [0, 2, 0], [0, 0, 1]])
c.call("ldl", [x], lambda: single(sl.ldl(x, lower=False), "float64"), tol=["r1e-15", "r1e-15", "="], upper=True)
c.call("ldl", [np.zeros((3, 3))], lambda: single(sl.ldl(np.zeros((3, 3))), "float64"), tol=["=", "=", "="])
c.call("ldl", [np.zeros((0, 0))], [np.zeros((0, 0)), np.zeros((0, 0)), np.zeros(0, "int64")], tol=["=", "=", "="])
c.error("ldl", [np.ones((2, 3))], "SHAPE")


# ---- eigh: values, and sizes of the vectors' numbers
def hermitian(n, t, nd=()):
    x = some(nd + (n, n), t)
    return x + np.swapaxes(x.conj(), -1, -2)


def definite(n, t, nd=()):
    x = some(nd + (n, n), t) / 4
    return np.asarray(x @ np.swapaxes(x.conj(), -1, -2) + np.eye(n), t)


for t in FLOATS:
    for n in [1, 2, 4, 6]:
        for kind in [1, 2, 3]:
            for upper in [False, True]:
                x, y = hermitian(n, t), definite(n, t)
                side = np.triu if upper else np.tril
                o = dict(type=kind, lower=not upper)
                def run():
                    w, v = sl.eigh(wide(x), wide(y), **o)
                    return [same(w, t), same(np.abs(v), t)]
                c.call("eigh", [side(x), side(y)], run, tol=[tol(t, 200), tol(t, 2000)], type=kind if kind > 1 else None, upper=upper or None)
                c.call("eigvalsh", [side(x), side(y)], lambda: same(sl.eigvalsh(wide(x), wide(y), **o), t), tol=tol(t, 200), type=kind, upper=upper or None)
    x, y = hermitian(6, t), definite(6, t)
    for sub in [(0, 0), (1, 3), (5, 5), (0, 5)]:
        for pair in [None, y]:
            def run():
                w, v = sl.eigh(wide(x), None if pair is None else wide(pair), subset_by_index=sub)
                return [same(w, t), same(np.abs(v), t)]
            c.call("eigh", [x, pair], run, tol=[tol(t, 200), tol(t, 2000)], index=list(sub))
            c.call("eigvalsh", [x, pair], lambda: run()[0], tol=tol(t, 200), index=list(sub))
    for lo, hi in [(-1.0, 1.0), (-np.inf, 0.0), (0.5, np.inf), (-np.inf, np.inf), (1e4, 2e4)]:
        for pair in [None, y]:
            def run():
                w, v = sl.eigh(wide(x), None if pair is None else wide(pair), subset_by_value=(lo, hi))
                return [same(w, t), same(np.abs(v), t)]
            c.call("eigh", [x, pair], run, tol=[tol(t, 200), tol(t, 2000)], lo=lo, hi=hi)
    x, y = hermitian(3, t, (2, 2)), definite(3, t, (2, 2))
    def run():
        w, v = sl.eigh(wide(x), wide(y))
        return [same(w, t), same(np.abs(v), t)]
    c.call("eigh", [x, y], run, tol=[tol(t, 200), tol(t, 2000)])
for bad in [np.nan, np.inf]:
    c.error("ldl", [np.array([[1, bad], [2, 3]])], "ARGUMENT")
for name in ["ldl", "eigh"]:
    c.error(name, [np.ones(3)], "SHAPE")
    c.error(name, [np.ones((2, 2), "float16")], "DTYPE")
d = np.diag([1.0, 2.0, 2.0, 3.0])     # both ends: not above lo, up to hi
c.call("eigvalsh", [d, None], lambda: sl.eigvalsh(d, subset_by_value=(1.0, 2.0)), lo=1.0, hi=2.0)
c.call("eigvalsh", [d, None], lambda: sl.eigvalsh(d, subset_by_value=(2.0, 3.0)), lo=2.0, hi=3.0)
c.call("eigh", [np.zeros((0, 0)), None], [np.zeros(0), np.zeros((0, 0))], tol=["=", "="])
c.call("eigh", [np.zeros((0, 0)), np.zeros((0, 0))], [np.zeros(0), np.zeros((0, 0))], tol=["=", "="])
c.call("eigh", [d, -d], lambda: sl.eigh(d, -d), error="SINGULAR")
c.call("eigh", [d, np.eye(3)], lambda: sl.eigh(d, np.eye(3)), error="SHAPE")
c.call("eigh", [d, d], lambda: sl.eigh(d, d, type=4), type=4, error="ARGUMENT")
for sub in [[2, 1], [-1, 2], [0, 4]]:
    c.call("eigh", [d, None], lambda: sl.eigh(d, subset_by_index=sub), index=sub, error="ARGUMENT")
c.call("eigh", [d, None], lambda: sl.eigh(d, subset_by_value=(2, 1)), lo=2.0, hi=1.0, error="ARGUMENT")
c.call("eigh", [d, None], lambda: sl.eigh(d, subset_by_value=(0, 1), subset_by_index=(0, 1)), lo=0.0, hi=1.0, index=[0, 1], error="ARGUMENT")
c.error("eigvalsh", [np.stack([d, d + np.eye(4)]), None], "SHAPE", lo=1.5, hi=2.5)
c.write("linalg_hermitian_cases.tsv")
