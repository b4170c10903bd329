"""Toeplitz and circulant matrices that are never made, questions about form, and matrices with names: SciPy's solve_toeplitz,
matmul_toeplitz, solve_circulant, bandwidth, issymmetric, dft, hadamard, pascal... Writes linalg_structured_cases.tsv and
linalg_toeplitz_cases.tsv; run in
tests/golden. Values of single precision come from double precision."""
import warnings

import numpy as np
import scipy.linalg as sl
from cases import Cases

warnings.simplefilter("ignore")
c = Cases()
d = Cases()
rng = np.random.default_rng(20263)
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
    return None if x is None else x.astype(EXACT.get(x.dtype.name, x.dtype))


def same(r, t):
    r = np.asarray(r)
    if t in EXACT:
        return r.astype("complex64" if r.dtype.kind == "c" else "float32")
    return r


def whole(cc, r):
    """the matrices of a batch"""
    r = np.conj(cc) if r is None else r
    shape = np.broadcast_shapes(cc.shape[:-1], r.shape[:-1])
    cc, r = np.broadcast_to(cc, shape + cc.shape[-1:]), np.broadcast_to(r, shape + r.shape[-1:])
    out = [sl.toeplitz(cc[i], r[i]) for i in np.ndindex(shape)]
    return np.stack(out).reshape(shape + (cc.shape[-1], r.shape[-1]))


# ---- Toeplitz
for t in FLOATS:
    for n in [1, 2, 3, 5, 8, 13]:
        first, row = some(n, t), some(n, t)
        first[0] += 3 * np.sqrt(n)
        for r in [None, row]:
            for b in [some(n, t), some((n, 3), t)]:
                d.call("solve_toeplitz", [first, r, b], lambda: same(np.linalg.solve(whole(wide(first), wide(r)), wide(b)), t), tol=tol(t, 50))
    for batch, rb, right in [((2,), None, (4, 2)), ((2, 1), (3,), (3, 4, 2)), ((), (), (2, 4, 1)), ((3,), None, (4,))]:
        first = some(batch + (4,), t)
        first[..., 0] += 5
        r = None if rb is None else some(rb + (4,), t)
        b = some(right, t)
        def batched():
            a, y = whole(wide(first), wide(r)), wide(b)
            return same(np.linalg.solve(a, y[:, None])[..., 0] if y.ndim == 1 else np.linalg.solve(a, y), t)
        d.call("solve_toeplitz", [first, r, b], batched, tol=tol(t, 50))
    for m, n in [(1, 1), (1, 4), (5, 1), (3, 5), (6, 4), (9, 9)]:
        first, row = some(m, t), some(n, t)
        for x in [some(n, t), some((n, 3), t)]:
            c.call("matmul_toeplitz", [first, row, x], lambda: same(sl.toeplitz(wide(first), wide(row)) @ wide(x), t), tol=tol(t))
    first, x = some(5, t), some((5, 2), t)
    c.call("matmul_toeplitz", [first, None, x], lambda: same(sl.matmul_toeplitz(wide(first), wide(x)), t), tol=tol(t))
    first, row, x = some((2, 1, 3), t), some((3, 4), t), some((2, 1, 4, 2), t)
    c.call("matmul_toeplitz", [first, row, x], lambda: same(whole(wide(first), wide(row)) @ wide(x), t), tol=tol(t))
d.call("solve_toeplitz", [np.array([3, 1, 1]), np.array([9, -1, 2]), np.arange(3)], lambda: sl.solve_toeplitz(([3, 1, 1], [9, -1, 2]), np.arange(3)), tol="r1e-14")
first, b = some(3, "float32") + 9, some(3, "complex64")
d.call("solve_toeplitz", [first, None, b], lambda: same(sl.solve_toeplitz(wide(first), wide(b)), "complex64"), tol="r1e-5")
d.call("solve_toeplitz", [np.zeros(0), None, np.zeros(0)], np.zeros(0))
d.call("solve_toeplitz", [np.zeros(0), None, np.zeros((0, 2))], np.zeros((0, 2)))
d.call("solve_toeplitz", [np.ones(2), None, np.zeros((2, 0))], np.zeros((2, 0)))
d.call("solve_toeplitz", [np.ones(2), None, np.ones(2)], lambda: sl.solve_toeplitz(np.ones(2), np.ones(2)), error="SINGULAR")
d.call("solve_toeplitz", [np.array([0.0, 1]), None, np.ones(2)], lambda: sl.solve_toeplitz(np.array([0.0, 1]), np.ones(2)), error="SINGULAR")
d.call("solve_toeplitz", [np.array([2.0, np.nan]), None, np.ones(2)], np.full(2, np.nan))
d.error("solve_toeplitz", [np.ones(2), np.ones(3), np.ones(2)], "SHAPE")
d.error("solve_toeplitz", [np.ones(2), None, np.ones(3)], "SHAPE")
d.error("solve_toeplitz", [np.array(2.0), None, np.ones(1)], "SHAPE")
d.error("solve_toeplitz", [np.ones((2, 2)) + np.eye(2), None, np.ones((3, 2, 1))], "SHAPE")
d.error("solve_toeplitz", [np.ones(2, "float16"), None, np.ones(2, "float16")], "DTYPE")
c.call("matmul_toeplitz", [np.arange(3), np.arange(2), np.array([2, 3])], lambda: sl.toeplitz(np.arange(3), np.arange(2)) @ np.array([2.0, 3.0]), tol="r1e-15")
c.call("matmul_toeplitz", [np.zeros(3), np.zeros(0), np.zeros(0)], np.zeros(3))
c.call("matmul_toeplitz", [np.zeros(0), np.zeros(2), np.zeros((2, 3))], np.zeros((0, 3)))
c.call("matmul_toeplitz", [np.zeros(2), np.zeros(2), np.zeros((2, 0))], np.zeros((2, 0)))
c.error("matmul_toeplitz", [np.ones(2), np.ones(3), np.ones(2)], "SHAPE")
c.error("matmul_toeplitz", [np.ones(2), np.array(3.0), np.ones(1)], "SHAPE")
c.error("matmul_toeplitz", [np.ones(2, "float16"), None, np.ones(2, "float16")], "DTYPE")

# ---- circulant
for t in FLOATS:
    for n in [1, 2, 5, 8]:
        first = some(n, t)
        first[0] += 2 * n
        for b in [some(n, t), some((n, 3), t)]:
            c.call("solve_circulant", [first, b], lambda: same(sl.solve_circulant(wide(first), wide(b)), t), tol=tol(t, 20))
    first, b = some((2, 3, 4), t), some((2, 3, 4), t)
    first[:, 0] += 9
    c.call("solve_circulant", [first, b], lambda: same(sl.solve_circulant(wide(first), wide(b), caxis=1, baxis=1, outaxis=1), t), tol=tol(t, 20), caxis=1, baxis=1, outaxis=1)
    c.call("solve_circulant", [first, b], lambda: same(sl.solve_circulant(wide(first), wide(b), caxis=1, baxis=1, outaxis=-1), t), tol=tol(t, 20), caxis=1, baxis=1, outaxis=-1)
    first = np.array([1, 1, 0, 0], t)  # singular
    b = some((4, 2), t)
    c.call("solve_circulant", [first, b], lambda: same(np.stack([sl.solve_circulant(wide(first), wide(v), singular="lstsq") for v in b.T], 1), t), tol=tol(t, 20), lstsq=True)
    c.call("solve_circulant", [first, b], lambda: sl.solve_circulant(wide(first), wide(b)), error="SINGULAR")
first = np.array([1.0, 0.5, 0.4])
b = np.arange(3.0)
c.call("solve_circulant", [first, b], lambda: sl.solve_circulant(first, b, singular="lstsq", tol=1.0), tol="r1e-14", lstsq=True, tol_=1.0)
c.call("solve_circulant", [first, b], lambda: sl.solve_circulant(first, b, tol=1.0), error="SINGULAR", tol_=1.0)
c.call("solve_circulant", [np.array([3, 1, 1]), np.arange(3)], lambda: sl.solve_circulant([3, 1, 1], np.arange(3)), tol="r1e-14")
c.call("solve_circulant", [np.zeros(0), np.zeros(0)], np.zeros(0))
c.call("solve_circulant", [np.ones(3), np.ones(2)], lambda: sl.solve_circulant(np.ones(3), np.ones(2)), error="SHAPE")
c.error("solve_circulant", [np.ones(3), np.ones(3)], "INDEX", baxis=1)
c.error("solve_circulant", [np.ones(3) + first, np.ones(3)], "INDEX", outaxis=3)
c.error("solve_circulant", [np.ones(3, "float16"), np.ones(3)], "DTYPE")

# ---- questions
for t in FLOATS + ["bool", "int8", "uint64", "float16"]:
    for m, n, l, u in [(1, 1, 0, 0), (4, 4, 1, 2), (5, 3, 4, 0), (3, 6, 0, 5), (6, 6, 0, 0), (5, 5, 4, 4), (2, 7, 1, 3)]:
        i, j = np.ogrid[:m, :n]
        a = ((i - j <= l) & (j - i <= u)).astype(t)
        c.call("bandwidth", [a], lambda: [np.int64(v) for v in sl.bandwidth(a if t != "float16" else a.astype("float32"))], tol=["=", "="])
    c.call("bandwidth", [np.zeros((3, 3), t)], [np.int64(0), np.int64(0)], tol=["=", "="])
a = np.zeros((2, 3, 3))
a[0, 2, 0] = np.nan
a[1, 0, 1] = 1
c.call("bandwidth", [a], [np.array([2, 0]), np.array([0, 1])], tol=["=", "="])
c.call("bandwidth", [np.zeros((2, 0, 3))], [np.zeros(2, "int64"), np.zeros(2, "int64")], tol=["=", "="])
c.call("bandwidth", [np.zeros((0, 0))], [np.int64(0), np.int64(0)], tol=["=", "="])
c.error("bandwidth", [np.ones(3)], "SHAPE")
for t in FLOATS + ["bool", "int8", "uint64"]:
    for n in [1, 2, 5]:
        a = some((n, n), "complex128" if t.startswith("complex") else "float64")
        if t in ["bool", "int8", "uint64"]:
            a = np.abs(np.rint(3 * a))
        a = a.astype(t)
        s = (a | a.T) if t == "bool" else a + a.T
        h = s if t in ["bool", "int8", "uint64"] else (a + a.conj().T)
        for m in [a, s.astype(t), h.astype(t)]:
            for name in ["issymmetric", "ishermitian"]:
                c.call(name, [m], lambda: np.bool_(getattr(sl, name)(m)))
x = np.array([[1, 2 + 1e-6], [2, 3]])
for o in [{}, {"atol": 1e-5}, {"atol": 1e-7}, {"rtol": 1e-5}, {"rtol": 1e-8}, {"atol": 3e-7, "rtol": 4e-7}]:
    for name in ["issymmetric", "ishermitian"]:
        c.call(name, [x], lambda: np.bool_(getattr(sl, name)(x, **o)), **o)
        y = x * np.array([[1, 1j], [-1j, 1]])
        c.call(name, [y], lambda: np.bool_(getattr(sl, name)(y, **o)), **o)
for name in ["issymmetric", "ishermitian"]:
    c.call(name, [np.array([[np.nan]])], np.bool_(False))
    c.call(name, [np.array([[1, np.inf], [np.inf, 1]])], np.bool_(True), atol=0.1)
    c.call(name, [np.stack([x, np.eye(2)])], np.array([False, True]))
    c.call(name, [np.zeros((0, 0))], np.bool_(True))
    c.error(name, [np.ones((2, 3))], "SHAPE")
    c.error(name, [np.ones(2)], "SHAPE")
    c.error(name, [np.ones((2, 2))], "ARGUMENT", atol=-1.0)

# ---- matrices with names
for n in [0, 1, 2, 3, 4, 7, 12]:
    for scale in [None, "n", "sqrtn"]:
        c.call("dft", [], lambda: sl.dft(n, scale) if n else np.zeros((0, 0), "complex128"), tol="r1e-14", n=n, scale=scale)
c.error("dft", [], "ARGUMENT", n=3, scale="m")
c.error("dft", [], "ARGUMENT", n=-1)
for n in [1, 2, 4, 16]:
    for t in FLOATS + ["int8", "int64", "float16"]:
        c.call("hadamard", [], lambda: sl.hadamard(n, dtype=t), n=n, dtype=t)
for n in [0, -2, 3, 12]:
    c.error("hadamard", [], "ARGUMENT", n=n, dtype="int64")
c.error("hadamard", [], "DTYPE", n=2, dtype="uint8")
for n in [1, 2, 3, 6]:
    for full in [False, True]:
        c.call("helmert", [], lambda: sl.helmert(n, full), tol="u4", n=n, full=full)
c.error("helmert", [], "ARGUMENT", n=-1)
for kind in ["symmetric", "lower", "upper"]:
    for n in [0, 1, 2, 5, 9, 20, 34]:
        if n < 20 or kind == "symmetric":
            c.call("pascal", [], lambda: sl.pascal(n, kind) if n else np.zeros((0, 0), "uint64"), n=n, kind=kind)
            c.call("invpascal", [], lambda: sl.invpascal(n, kind) if n else np.zeros((0, 0), "int64"), n=n, kind=kind)
    for n in [1, 4, 12]:
        c.call("pascal", [], lambda: sl.pascal(n, kind, exact=False), tol="u8", n=n, kind=kind, inexact=True)
        c.call("invpascal", [], lambda: sl.invpascal(n, kind, exact=False), tol="u32", n=n, kind=kind, inexact=True)
c.call("pascal", [], lambda: sl.pascal(3), n=3)
for op in ["pascal", "invpascal"]:
    c.error(op, [], "ARGUMENT", n=3, kind="middle")
    c.error(op, [], "ARGUMENT", n=-1)
    c.error(op, [], "UNSUPPORTED", n=35)
for t in FLOATS + ["int8", "int64", "float16"]:
    f, s = (some(4) * 5).astype(t), (some(3) * 5).astype(t)
    if t != "float16":
        c.call("leslie", [f, s], lambda: sl.leslie(f, s))
    c.call("fiedler", [f], lambda: sl.fiedler(f) if t != "float16" else np.abs(f[:, None] - f), tol="u2")
    for n in [1, 2, 5]:
        for m in [1, 3, 4, 6]:
            a = (some(m) * 5).astype(t)
            for mode in ["full", "same", "valid"]:
                if t in ["int8", "complex64", "float64"]:
                    c.call("convolution_matrix", [a], lambda: sl.convolution_matrix(a, n, mode), n=n, mode=mode)
for t in FLOATS + ["int64"]:
    for n in [2, 3, 4, 5, 6, 7, 9]:
        a = (some(n, t) if t in FLOATS else np.arange(1, n + 1)).astype(t)
        c.call("fiedler_companion", [a], lambda: sl.fiedler_companion(a), tol="u4")
f, s = some((2, 4)), some((3, 1, 3))
c.call("leslie", [f, s], lambda: np.stack([np.stack([sl.leslie(f[j], s[i, 0]) for j in range(2)]) for i in range(3)]))
c.call("leslie", [np.array([1, 2]), np.array([0.5])], lambda: sl.leslie([1, 2], [0.5]))
c.call("leslie", [np.ones(3), np.ones(3)], lambda: sl.leslie(np.ones(3), np.ones(3)), error="SHAPE")
c.call("leslie", [np.ones(1), np.ones(0)], lambda: sl.leslie(np.ones(1), np.ones(0)), error="SHAPE")
c.call("fiedler", [np.zeros(0)], np.zeros((0, 0)))
c.call("fiedler", [np.array([3.0])], lambda: sl.fiedler([3.0]))
c.error("fiedler_companion", [np.array([0.0, 1, 2])], "ARGUMENT")
c.error("fiedler_companion", [np.ones(1)], "SHAPE")
x = some((2, 6))
c.call("fiedler_companion", [x], lambda: np.stack([sl.fiedler_companion(v) for v in x]), tol="u4")
c.call("convolution_matrix", [x], lambda: np.stack([sl.convolution_matrix(v, 3) for v in x]), n=3)
c.error("convolution_matrix", [np.ones(3)], "ARGUMENT", n=0)
c.error("convolution_matrix", [np.ones(3)], "ARGUMENT", n=2, mode="some")
c.error("convolution_matrix", [np.ones(0)], "SHAPE", n=2)
c.write("linalg_structured_cases.tsv")
d.write("linalg_toeplitz_cases.tsv")
