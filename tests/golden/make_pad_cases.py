#!/usr/bin/env python3
"""Write pad_cases.tsv: numpy.pad in every mode (versions in tests/golden/VERSIONS).

Run: python make_pad_cases.py   (in tests/golden)
"""
import numpy as np

from cases import Cases, weak

rng = np.random.default_rng(6)
nan, inf = np.nan, np.inf
DTYPES = "bool int8 uint8 int32 int64 uint64 float16 float32 float64 complex64 complex128".split()
MODES = "constant edge linear_ramp maximum mean median minimum reflect symmetric wrap".split()
WIDTHS = {0: [[1]], 1: [[0], [2], [1, 3], [0, 2], [9, 11]], 2: [[1], [2, 0], [0, 1, 2, 3], [5, 0, 0, 7], [0, 0, 0, 0]], 3: [[1], [0, 2, 1, 0, 3, 3]]}
SHAPES = [(4,), (1,), (3,), (2, 3), (1, 2), (3, 1), (2, 2, 2), (1, 3, 1)]
c = Cases()


def make(dtype, shape):
    n = int(np.prod(shape))
    if dtype == "bool":
        return rng.integers(0, 2, n).astype(bool).reshape(shape)
    t = np.dtype(dtype)
    if t.kind in "iu":
        return rng.integers(0 if t.kind == "u" else -50, 50, n).astype(t).reshape(shape)
    x = np.round(rng.normal(size=n) * 4, 2)
    if t.kind == "c":
        x = x + 1j * np.round(rng.normal(size=n), 2)
    return x.astype(t).reshape(shape)


def pairs(w, ndim):
    if len(w) == 1:
        return w[0]
    if len(w) == 2:
        return tuple(w)
    return [tuple(w[2 * d:2 * d + 2]) for d in range(ndim)]


def tolerance(mode, dtype):
    """Means of floats differ in the order of adding; a ramp is a difference, a product and a sum."""
    if np.dtype(dtype).kind in "fc" and mode in ("mean", "linear_ramp"):
        return "r1e-3" if dtype == "float16" and mode == "mean" else "r3e-7" if dtype in ("float32", "complex64") else "r1e-15" if dtype != "float16" else "u1"
    return "="


def call(a, w, mode, tol=None, error=None, values=None, ends=None, stat=None, odd=None):
    kw = {}
    if values is not None:
        kw["constant_values"] = values.value if isinstance(values, weak) else values
    if ends is not None:
        kw["end_values"] = ends.value if isinstance(ends, weak) else ends
    if stat is not None:
        kw["stat_length"] = pairs(stat, a.ndim)
    if odd is not None:
        kw["reflect_type"] = "odd" if odd else "even"
    c.call("pad", [a, values, ends], lambda: np.pad(a, pairs(w, a.ndim), mode, **kw), tol=tol or tolerance(mode, a.dtype.name), error=error, widths=w, mode=mode,
           stat=stat, odd=odd)


for mode in MODES:
    for dtype in DTYPES:
        if dtype == "bool" and mode in ("median",):
            continue
        if mode == "median" and dtype.startswith("complex"):
            continue
        a = make(dtype, (2, 3))
        call(a, [1, 2], mode)
        call(make(dtype, (5,)), [2, 3], mode)
    for shape in SHAPES:
        for w in WIDTHS[len(shape)]:
            call(make("float64", shape), w, mode)
            call(make("int32", shape), w, mode)
    call(np.array(3.5), [1], mode)
    call(make("float32", (2, 0)), [1, 1, 0, 0] if mode != "constant" else [1, 1, 2, 2], mode)
    if mode != "constant":
        call(make("float32", (2, 0)), [0, 0, 1, 1], mode, error="ARGUMENT")
        call(make("float32", (0,)), [1], mode, error="ARGUMENT")
    else:
        call(make("float32", (0,)), [1, 2], mode)
special = np.array([nan, inf, -inf, -0.0, 0.0, 5e-324, 1.5, -2.25])
for mode in ("constant", "edge", "maximum", "minimum", "median", "reflect", "symmetric", "wrap"):
    call(special, [2, 3], mode)
    call(special[3:], [7, 1], mode)
# what the ends take
for dtype in DTYPES:
    a = make(dtype, (2, 2))
    for v in (weak(3), weak(2.75), np.array(1.0), np.array([4.0, 5.0]), np.array([[1, 2], [3, 4]]), np.array([[1], [2]])):
        if dtype == "bool" and isinstance(v, weak):
            continue
        call(a, [1, 2], "constant", values=v)
        if dtype != "bool":
            x = v if isinstance(v, weak) or np.size(v) < 3 else v.astype("f8")
            small = dtype in ("float16", "float32", "complex64")     # NumPy's lists are Python floats there: in the array's own precision
            if not (small and np.size(x) > 2) and not (small and np.shape(x) == (2, 1)):
                call(a, [3, 2], "linear_ramp", ends=x)
call(make("float64", (3,)), [1], "constant", values=weak(nan))
call(make("float64", (3,)), [1, 2], "constant", values=np.array([inf, -0.0]))
call(make("int8", (3,)), [2], "constant", values=np.array([100, -100], "i8"))
call(make("float64", (2, 2)), [3], "linear_ramp", ends=np.array([[1.0, -1.0], [0.0, 5e-324]]))
call(np.array([5e-324, 0.0]), [4], "linear_ramp", tol="=")
call(np.array([7, 7]), [5], "linear_ramp", ends=weak(7))
call(np.array([10, -10]), [6, 7], "linear_ramp", ends=np.array([-3, 4]))
call(np.array([1 + 2j, 3 - 1j]), [2, 3], "linear_ramp", ends=np.array([0, 1]))
for mode in ("maximum", "mean", "median", "minimum"):
    for stat in ([1], [2], [1, 3], [100], [2, 100]):
        for dtype in ("float64", "int32", "uint8"):
            call(make(dtype, (5,)), [1, 2], mode, stat=stat)
    call(make("float64", (3, 4)), [2], mode, stat=[1, 2, 3, 1])
    call(make("int64", (3, 4)), [2], mode, stat=[1, 2])
    call(make("int64", (2, 3, 2)), [0, 1], mode, stat=[2])
    if mode in ("maximum", "minimum"):
        call(make("float64", (3,)), [2], mode, stat=[0], error="ARGUMENT")
    else:
        call(make("float64", (3,)), [2], mode, stat=[0])
for mode in ("reflect", "symmetric"):
    for dtype in DTYPES:
        if dtype == "bool":
            continue
        call(make(dtype, (4,)), [3, 2], mode, odd=1)
        call(make(dtype, (2, 3)), [2, 7], mode, odd=1)
    for shape in SHAPES:
        for w in WIDTHS[len(shape)]:
            call(make("int64", shape), w, mode, odd=1)
            call(make("int64", shape), w, mode, odd=0)
for mode in ("reflect", "symmetric", "wrap"):
    for n in (2, 3, 5):
        for w in ([17, 0], [0, 17], [16, 16], [1, 13]):
            call(np.arange(n), w, mode)
for shape in SHAPES:
    a = make("int16", shape)
    c.call("pad_empty", [a], a, widths=[2])
e = np.zeros(3)
for w in ([-1], [1, -1], [1, 2, 3], [], [0, 0, 0, 0]):
    c.error("pad", [e, None, None], "ARGUMENT", widths=w, mode="edge")
c.error("pad", [e, None, None], "ARGUMENT", widths=[1], mode="edges")
c.error("pad", [e, None, None], "ARGUMENT", widths=[1], mode="")
call(e, [1], "edge", values=weak(1), error="ARGUMENT")
call(e, [1], "constant", ends=weak(1), error="ARGUMENT")
call(e, [1], "constant", stat=[1], error="ARGUMENT")
call(e, [1], "edge", odd=1, error="ARGUMENT")
c.error("pad", [e, None, None], "ARGUMENT", widths=[1], mode="mean", stat=[-1])
c.error("pad", [e, None, None], "ARGUMENT", widths=[1], mode="mean", stat=[1, 2, 3])
call(e, [1], "constant", values=np.zeros(3), error="SHAPE")
call(np.zeros((2, 2)), [1], "constant", values=np.zeros((3, 2)), error="SHAPE")
c.write("pad_cases.tsv")
