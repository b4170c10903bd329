"""Sorting, partitioning and searching: writes order_cases.tsv (read by test_order_cases.c)."""
import pathlib

import numpy as np
from cases import Cases, weak

rng = np.random.default_rng(12)
c = Cases()
nan, inf = np.nan, np.inf
TYPES = "bool int8 uint8 int16 uint16 int32 uint32 int64 uint64 float16 float32 float64 complex64 complex128".split()


def some(t, shape, spread=9):
    x = rng.integers(0, spread, shape)
    if t == "bool":
        return x > spread // 2
    if t[0] == "c":
        return ((x - 3) / 2 + 1j * rng.integers(0, 3, shape)).astype(t)
    if t[0] == "i":
        return (x - 4).astype(t)
    return ((x - 4) / 2).astype(t) if t[0] == "f" else x.astype(t)


def special(t):
    if t[0] in "fc":
        a = np.array([nan, 1, -inf, inf, 5e-324, -1e-7, 0, nan, 3, 3, -2], t)
        if t[0] == "c":
            a[4] = complex(2, nan)
            a[9] = complex(nan, 1)
        return a
    if t == "bool":
        return np.array([True, False, True])
    i = np.iinfo(t)
    return np.array([i.max, i.min, 0, 1, i.max, i.min, i.max - 1], t)


# partition: the C side sorts the pieces between the positions, which must give the sorted array
for t in TYPES:
    for a in (some(t, 11), some(t, (3, 5)), some(t, (2, 3, 4)), special(t), some(t, 1), some(t, (2, 0, 3))):
        for axis in sorted({-1, 0, a.ndim // 2}):
            n = a.shape[axis]
            for kth in ([], [0], [n - 1], [n // 2], [-1, 0, n // 3, n // 3], list(range(n))):
                if n == 0 and kth:
                    continue
                if t not in ("int8", "float32", "float64", "complex128") and (len(kth) > 1 or kth == [n - 1]) and a.ndim > 1:
                    continue
                kth = [int(k) for k in kth]
                s = np.sort(a, axis=axis)
                c.call("partition", [a], (s, s), kth=kth or None, axis=axis)
                if len(kth) == 4 or kth == [0]:
                    c.call("argpartition", [a], np.sort(a, axis=axis), kth=kth, axis=axis)
for op, f in (("partition", np.partition), ("argpartition", np.argpartition)):
    a = some("float64", (3, 4))
    for k, axis, e in ((4, -1, "ARGUMENT"), (-5, 1, "ARGUMENT"), (3, 0, "ARGUMENT"), (0, 2, "INDEX"), (0, -3, "INDEX")):
        c.call(op, [a], lambda: f(a, k, axis=axis), error=e, kth=[k], axis=axis)
    for shape, axis in (((0,), 0), ((2, 0), 0), ((2, 0), 1)):
        e = np.zeros(shape)
        c.call(op, [e], (e, e) if op == "partition" else e, kth=[5], axis=axis)
    c.error(op, [np.array(1.0)], "INDEX", kth=[0], axis=-1)
    c.error(op, [None], "NULL", kth=[0], axis=-1)

for t in TYPES:
    for a in (some(t, 11), some(t, (3, 5)), some(t, (2, 3, 4)), special(t), some(t, 0), some(t, (2, 0, 3))):
        for axis in sorted({-1, 0}):
            c.call("sort", [a], np.sort(a, axis=axis), axis=axis)
            c.call("argsort", [a], np.argsort(a, axis=axis, kind="stable"), axis=axis)
zeros = np.array([0.0, -0.0, 1.0, -0.0, 0.0, -1.0])
c.call("argsort", [zeros], np.argsort(zeros, kind="stable"), axis=0)

for t in TYPES:
    keys = [some(t, 9, 3), some("int32", 9, 3), some(t, 9, 4)]
    c.call("lexsort", keys, np.lexsort(keys), axis=-1)
    c.call("lexsort", keys[:2], np.lexsort(keys[:2]), axis=0)
    c.call("lexsort", keys[:1], np.lexsort(keys[:1]), axis=-1)
    keys = [some(t, (3, 4), 3), some("float64", (3, 4), 3)]
    for axis in (-1, 0):
        c.call("lexsort", keys, np.lexsort(keys, axis=axis), axis=axis)
    s = special(t)
    c.call("lexsort", [np.arange(s.size)[::-1].copy(), s], np.lexsort([np.arange(s.size)[::-1], s]), axis=-1)
    c.call("lexsort", [s, np.arange(s.size) % 2], np.lexsort([s, np.arange(s.size) % 2]), axis=-1)
    c.call("lexsort", [some(t, 0), some(t, 0)], np.lexsort([some(t, 0), some(t, 0)]), axis=0)
    c.call("lexsort", [some(t, (2, 0)), some(t, (2, 0))], np.lexsort([np.zeros((2, 0))] * 2, axis=0), axis=0)
    c.call("lexsort", [some(t, ()), some(t, ())], np.lexsort([some(t, ()), some(t, ())]), axis=-1)
z = np.zeros((2, 3))
c.call("lexsort", [z, np.zeros(3)], lambda: np.lexsort([z, np.zeros(3)]), error="SHAPE", axis=-1)
c.call("lexsort", [z, z.T.copy()], lambda: np.lexsort([z, z.T]), error="SHAPE", axis=-1)
c.call("lexsort", [z, z], lambda: np.lexsort([z, z], axis=2), error="INDEX", axis=2)
c.call("lexsort", [], lambda: np.lexsort([]), error="ARGUMENT", axis=-1)
c.error("lexsort", [z, None], "NULL", axis=-1)

for t in TYPES:
    a, v = np.sort(some(t, 7)), some(t, (2, 3))
    order = rng.permutation(7)
    mixed = np.empty_like(a)
    mixed[order] = a
    for side in ("left", "right"):
        c.call("searchsorted", [a, v], np.searchsorted(a, v, side), side=side)
        c.call("searchsorted_by", [mixed, order, v], np.searchsorted(mixed, v, side, order), side=side)
        if side == "left":
            c.call("searchsorted_by", [mixed, order.astype("int8"), v[0, 0]], np.searchsorted(mixed, v[0, 0], side, order), side=side)
        s = special(t)
        by = np.argsort(s, kind="stable")
        c.call("searchsorted", [np.sort(s), s], np.searchsorted(np.sort(s), s, side), side=side)
        c.call("searchsorted_by", [s, by, s], np.searchsorted(s, s, side, by), side=side)
        c.call("searchsorted", [a[:0], v], np.searchsorted(a[:0], v, side), side=side)
a = np.array([3.0, 1, 2])
c.call("searchsorted_by", [a, np.array([1, 2, 0]), weak(1.5)], np.searchsorted(a, 1.5, sorter=[1, 2, 0]), side="left")
c.call("searchsorted_by", [a, np.array([1, 2, 0], "uint16"), weak(2)], np.searchsorted(a, 2, "right", [1, 2, 0]), side="right")
c.call("searchsorted_by", [a, np.array([1, 2]), weak(1.5)], lambda: np.searchsorted(a, 1.5, sorter=[1, 2]), error="SHAPE", side="left")
c.call("searchsorted_by", [a, np.array([1.0, 2, 0]), weak(1.5)], lambda: np.searchsorted(a, 1.5, sorter=np.array([1.0, 2, 0])), error="DTYPE", side="left")
c.error("searchsorted_by", [a, np.array([1, 2, 3]), weak(1.5)], "INDEX", side="left")  # NumPy sees those it meets
c.error("searchsorted_by", [np.ones((2, 2)), np.array([0, 1]), weak(1.5)], "SHAPE", side="left")

for t in [t for t in TYPES if t[0] != "c"]:
    bins = np.unique(some(t, 6))
    repeated = np.sort(some(t, 5, 3))
    for x in (some(t, 9), some(t, (2, 2)), some(t, ()), some(t, 0), special(t), some("float64", 3) + 0.25, some("int32", 3)):
        for right in (False, True):
            for b in (bins, bins[::-1].copy(), repeated, repeated[::-1].copy()):
                if b is not bins and x.size != 9:
                    continue
                c.call("digitize", [x, b], np.digitize(x, b, right), right=right or None)
for b in ([], [1.0], [2.0, 2.0], [1.0, inf], [inf, 0, -inf]):
    for right in (True,):
        x = np.array([nan, -inf, inf, 0, 1, 2])
        c.call("digitize", [x, np.array(b)], np.digitize(x, b, right), right=right)
x = np.array([1.0, 2])
c.call("digitize", [x, np.array([1.0, 3, 2])], lambda: np.digitize(x, [1, 3, 2]), error="ARGUMENT")
c.call("digitize", [x + 1j, x], lambda: np.digitize(x + 1j, x), error="DTYPE")
c.error("digitize", [x, np.ones((2, 2))], "SHAPE")
c.error("digitize", [x, None], "NULL")

# top_k: the array API's; ties by position, NaN the greatest
for t in TYPES:
    for a in (some(t, 9, 5), some(t, (3, 4), 3), special(t), some(t, (2, 3, 2), 3), some(t, 0), some(t, 1)):
        for axis in sorted({-1, 0}):
            if a.ndim == 3 and t[-1] not in "24":
                continue
            for k in sorted({min(1, a.shape[axis]), a.shape[axis] // 2, a.shape[axis]} if axis else {0, min(2, a.shape[0])}):
                for smallest in (False, True):
                    n = a.shape[axis]
                    if smallest:
                        i = np.argsort(a, axis=axis, kind="stable")
                    else:
                        i = n - 1 - np.flip(np.argsort(np.flip(a, axis), axis=axis, kind="stable"), axis)
                    i = np.take(i, np.arange(k), axis=axis)
                    c.call("top_k", [a], (np.take_along_axis(a, i, axis), i), k=k, axis=axis, smallest=smallest or None)
a = some("float64", (3, 4))
for k, axis, e in ((5, -1, "ARGUMENT"), (-1, -1, "ARGUMENT"), (4, 0, "ARGUMENT"), (1, 2, "INDEX")):
    c.error("top_k", [a], e, k=k, axis=axis)
c.error("top_k", [np.array(1.0)], "INDEX", k=1, axis=-1)
c.write(pathlib.Path(__file__).parent / "order_cases.tsv")
