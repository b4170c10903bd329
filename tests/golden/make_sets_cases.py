"""unique and the set functions: writes sets_cases.tsv (read by test_sets_cases.c)."""
import pathlib

import numpy as np
from cases import Cases

rng = np.random.default_rng(11)
c = Cases()
nan, inf = np.nan, np.inf
TYPES = "bool int8 uint8 int16 uint16 int32 uint32 int64 uint64 float16 float32 float64 complex64 complex128".split()


def some(t, shape, spread=5):
    x = rng.integers(0, spread, shape)
    if t == "bool":
        return x > spread // 2
    if t[0] == "c":
        return (x + 1j * rng.integers(0, 2, shape)).astype(t)
    if t[0] == "i":
        return (x - 2).astype(t)
    return (x / 2).astype(t) if t[0] == "f" else x.astype(t)


def unique(a, **o):
    parts = {"return_index": "index", "return_inverse": "inverse", "return_counts": "counts"}
    names = [k for k in parts if o.get(k)]
    r = np.unique(a, return_index=True, **{k: v for k, v in o.items() if k != "return_index"})
    r = r if isinstance(r, tuple) else (r,)
    values, index, rest = r[0], r[1], list(r[2:])
    out = [values, index if o.get("return_index") else None]
    out += [rest.pop(0) if o.get(k) else None for k in ("return_inverse", "return_counts")]
    said = {k: v for k, v in o.items()}
    out = [np.zeros(0) if x is None else x for x in out]
    c.call("unique", [a], tuple(out), **said)
    return names


FULL = dict(return_index=True, return_inverse=True, return_counts=True)
for t in TYPES:
    for shape in ((), (0,), (1,), (9,), (3, 4), (2, 0), (2, 3, 2)):
        a = some(t, shape)
        unique(a)
        unique(a, **FULL)
    a = some(t, (4, 3), 3)
    for axis in (0, 1, -1):
        unique(a, axis=axis)
        unique(a, axis=axis, **FULL)
    b = np.concatenate([some(t, (2, 3, 2), 2)] * 2)
    unique(b, axis=0, **FULL)
    unique(b, axis=-2, **FULL)
    unique(some(t, (6,)), axis=0, **FULL)
    unique(some(t, (3, 0)), axis=0, **FULL)
    unique(some(t, (0, 3)), axis=0, **FULL)
    unique(some(t, (0, 3)), axis=1)
floats = [nan, 1.0, nan, -inf, inf, 1.0, 5e-324, 5e-324, nan, -1.5, 0.0]
for t in ("float16", "float32", "float64", "complex64", "complex128"):
    a = np.array(floats, t)
    if t[0] == "c":
        a[2] = complex(1, nan)
        a[3] = complex(nan, 1)
    unique(a, **FULL)
    unique(a)
    unique(a, return_counts=True)
    unique(a, return_counts=True, return_index=True, equal_nan=False)
    unique(a, return_inverse=True, equal_nan=False)
    if t == "float16":  # NumPy's order of rows puts its NaN first
        continue
    unique(np.array(floats[:10], t).reshape(5, 2), axis=0, **FULL)
    unique(np.array([[nan, 1], [nan, 1], [2, nan], [2, nan], [2, 3]], t), axis=0, **FULL)
unique(np.array([2**63 - 1, -(2**63), 2**63 - 1, 0, -1]), **FULL)
unique(np.array([2**64 - 1, 0, 2**64 - 1, 2**63], np.uint64), **FULL)
for axis in (2, -3):
    c.call("unique", [np.zeros((2, 2))], lambda: np.unique(np.zeros((2, 2)), axis=axis), error="INDEX", axis=axis)
c.call("unique", [np.zeros(())], lambda: np.unique(np.zeros(()), axis=0), error="INDEX", axis=0)

for t in TYPES:
    for a in (some(t, (8,)), some(t, (2, 3)), some(t, (0,)), some(t, ())):
        r = np.unique_all(a)
        c.call("unique_all", [a], (r.values, r.indices, r.inverse_indices, r.counts))
        r = np.unique_counts(a)
        c.call("unique_counts", [a], (r.values, r.counts))
        r = np.unique_inverse(a)
        c.call("unique_inverse", [a], (r.values, r.inverse_indices))
        c.call("unique_values", [a], np.sort(np.unique_values(a)))
for t in ("float16", "float32", "float64"):
    a = np.array(floats, t)
    r = np.unique_all(a)
    c.call("unique_all", [a], (r.values, r.indices, r.inverse_indices, r.counts))
    r = np.unique_counts(a)
    c.call("unique_counts", [a], (r.values, r.counts))
    c.call("unique_values", [a], np.sort(np.unique_values(a)))

PAIRS = [(t, t) for t in TYPES] + [
    ("bool", "int8"), ("int8", "uint8"), ("int32", "float32"), ("uint64", "int8"), ("int64", "uint64"),
    ("float16", "float64"), ("float32", "int64"), ("int16", "complex64"), ("float64", "complex64"), ("uint8", "float16"),
]
SHAPES = [((7,), (5,)), ((2, 3), (4,)), ((), (3,)), ((3,), ()), ((0,), (4,)), ((4,), (0,)), ((0,), (0, 2)), ((2, 2, 2), (3, 1)), ((1,), (1,))]


def pair(a, b):
    r = np.intersect1d(a, b, return_indices=True)
    c.call("intersect1d", [a, b], r, return_indices=True)
    c.call("intersect1d", [a, b], (np.intersect1d(a, b),))
    c.call("union1d", [a, b], lambda: np.union1d(a, b))
    c.call("setdiff1d", [a, b], lambda: np.setdiff1d(a, b))
    c.call("setxor1d", [a, b], lambda: np.setxor1d(a, b))
    c.call("isin", [a, b], lambda: np.isin(a, b))
    c.call("isin", [a, b], lambda: np.isin(a, b, invert=True), invert=True)


for n, (s, t) in enumerate(PAIRS):
    for k in range(4):
        x, y = SHAPES[(n * 4 + k) % len(SHAPES)]
        pair(some(s, x), some(t, y))
for t in ("int32", "uint8", "float64", "complex128", "float16"):
    a, b = np.unique(some(t, 12, 9)), np.unique(some(t, 12, 9))
    a, b = a[::-1].copy(), b[::-1].copy()
    r = np.intersect1d(a, b, assume_unique=True, return_indices=True)
    c.call("intersect1d", [a, b], r, assume_unique=True, return_indices=True)
    c.call("intersect1d", [a, b], (np.intersect1d(a, b, assume_unique=True),), assume_unique=True)
    c.call("setdiff1d", [a, b], np.setdiff1d(a, b, assume_unique=True), assume_unique=True)
    c.call("setxor1d", [a, b], np.setxor1d(a, b, assume_unique=True), assume_unique=True)
    c.call("isin", [a, b], np.isin(a, b, assume_unique=True), assume_unique=True)
for t in ("float16", "float32", "float64"):
    a, b = np.array([nan, 1, inf, -inf, 0.5, nan, 3], t), np.array([inf, nan, 0.5, 5], t)
    pair(a, b)
    pair(b, a[:0])
x, y = np.array([nan + 1j, 2 + 1j, 2, inf * 1j]), np.array([2, nan, 2 + 1j])  # unions keep either NaN
c.call("isin", [x, y], np.isin(x, y))
c.call("intersect1d", [x, y], np.intersect1d(x, y, return_indices=True), return_indices=True)
big = np.array([2**63, 2**63 - 1, 2**64 - 1, 0, 5], np.uint64)
signed = np.array([-1, -(2**63), 2**63 - 1, 5, 7])
c.call("isin", [big, signed], np.array([False, True, False, False, True]))
c.call("isin", [signed, big], np.array([False, False, True, True, False]))
c.call("isin", [signed, big], np.array([True, True, False, False, True]), invert=True)
c.call("isin", [signed, np.array([2.0**63, -1.0])], np.isin(signed, np.array([2.0**63, -1.0])))
z = np.zeros(2)
for op in ("intersect1d", "union1d", "setdiff1d", "setxor1d", "isin"):
    c.error(op, [z, None], "NULL")
    c.error(op, [None, z], "NULL")
c.write(pathlib.Path(__file__).parent / "sets_cases.tsv")
