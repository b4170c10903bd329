#!/usr/bin/env python3
"""Write reduce.tsv: reductions, scans and order statistics as NumPy computes them (versions in tests/golden/VERSIONS).

Run: python make_reduce.py > reduce.tsv
Columns: operation (quantile: with the dtype, shape and bytes of q; average: of the weights; "weak" is a Python number), dtype, shape (extents with x between; "-" is 0-d), bytes in C order in hex ("-": none), axes ("all", "none" or numbers
with commas), keepdims, ddof, then the result's dtype ("error" where NumPy refuses), shape and bytes.
"""
import warnings

import numpy as np

warnings.simplefilter("ignore")
np.seterr(all="ignore")
rng = np.random.default_rng(11)
nan, inf = np.nan, np.inf
DTYPES = "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128".split()
REDUCTIONS = ("sum prod min max mean var std any all argmin argmax count_nonzero nansum nanprod nanmin nanmax nanmean nanvar nanstd "
              "nanargmin nanargmax").split()
MORE = "ptp median quantile25 average cumsum cumprod".split()


def text(a):
    return "x".join(map(str, a.shape)) or "-", a.tobytes().hex() or "-"


def operand(x):
    return ("weak", "-", np.float64(x).tobytes().hex()) if isinstance(x, float) else (x.dtype.name,) + text(x)


def row(op, a, axes, keepdims=False, ddof=0, with_=None):
    named = "all" if axes is None else "none" if axes == () else ",".join(map(str, axes))
    axis = axes[0] if axes is not None and len(axes) == 1 else axes
    try:
        if op == "quantile":
            r = np.quantile(a, with_, axis=axis, keepdims=keepdims)
        elif op == "average" and with_ is not None:
            r = np.average(a, weights=with_, axis=axis, keepdims=keepdims)
        elif op == "quantile25":
            r = np.quantile(a, 0.25, axis=axis, keepdims=keepdims)
        elif op in ("cumsum", "cumprod"):
            r = getattr(np, op)(a, axis=axis)
        elif op in ("var", "std", "nanvar", "nanstd"):
            r = getattr(np, op)(a, axis=axis, keepdims=keepdims, ddof=ddof)
        else:
            r = getattr(np, op)(a, axis=axis, keepdims=keepdims)
    except (ValueError, TypeError, ZeroDivisionError):
        r = None
    if with_ is not None:
        op = " ".join((op,) + operand(with_))
    r = None if r is None else np.asarray(r)
    result = ("error", "-", "-") if r is None else (r.dtype.name,) + text(r)
    print(op, a.dtype.name, *text(a), named, int(keepdims), ddof, *result, sep="\t")


for t in DTYPES:
    x = rng.integers(0, 7, (3, 4)).astype(t) if t != "bool" else rng.random((3, 4)) < 0.5
    if x.dtype.kind in "fc":
        x = (x + rng.integers(0, 8, (3, 4)) / 8).astype(t)
    if x.dtype.kind == "c":
        x = (x + 1j * rng.integers(-4, 4, (3, 4))).astype(t)
    for op in REDUCTIONS + MORE:
        if op == "ptp" and t == "bool" or op in ("median", "quantile25") and (t == "bool" or x.dtype.kind == "c"):
            continue
        if op not in ("cumsum", "cumprod"):
            row(op, x, None)
        row(op, x, (0,), True)
        row(op, x, (1,), False, 1)
        row(op, x[0], (0,))
        row(op, np.zeros((0,), t), (0,)) if op not in ("median", "quantile25", "ptp", "average") else None
    for op in "sum min any mean var count_nonzero".split():
        if op != "count_nonzero":
            row(op, x, ())
        row(op, np.zeros((2, 0), t), (0,))
        row(op, x[1, 1], None)
for t in "float16 float32 float64".split():
    for v in ([1, nan, 3], [nan, nan], [inf, 1], [inf, -inf], [-0.0, 0.0], [0.0, -0.0], [nan, inf], [5.5], [nan], [1, 2, nan, -4, 2.5, 8]):
        for op in REDUCTIONS + "median ptp".split():
            if op == "nanargmin" and v == [nan, inf]:
                continue  # NumPy puts infinity where NaN was and finds that
            row(op, np.array(v, t), None)
            row(op, np.array(v, t), (0,), True, 2)
for v in ([1 + 2j, 1 - 2j, complex(0, nan)], [complex(nan, 1), 3], [2 + 1j, 2 + 3j, 1 + 9j], [0j, complex(0, -0.0)]):
    for op in "sum prod min max argmin argmax any all nanmin nanmax nansum var mean".split():
        row(op, np.array(v, "complex128"), None)
for v, t in (([127, 1], "int8"), ([255, 255], "uint8"), ([2 ** 63 - 1, 1], "int64"), ([2 ** 64 - 1, 3], "uint64"), ([-128, -128], "int8")):
    for op in "sum prod min max mean argmax cumsum cumprod".split():
        row(op, np.array(v, t), (0,))

# nothing along some axis, or along all
for t in "bool int16 float64 complex128".split():
    for shape in ((0, 3), (3, 0), (0, 0), (2, 0, 3)):
        for op in REDUCTIONS + "ptp median cumsum cumprod".split():
            scan = op.startswith("cum")
            if op == "ptp" and t == "bool" or op == "median" and t in ("bool", "complex128"):
                continue
            a = np.zeros(shape, t)
            if not scan:
                row(op, a, None)
                row(op, a, None, True)
            for axis in range(-len(shape), len(shape)):
                row(op, a, (axis,), axis < 0 and not scan)
            if scan or "arg" in op:
                continue
            row(op, a, tuple(range(len(shape))), True)
            if len(shape) == 3:
                for axes in ((0, 1), (0, 2), (-1, 1)):
                    if op != "median" or axes != (0, 2):  # where NumPy's reshape cannot tell the extent
                        row(op, a, axes)
            if op not in ("count_nonzero", "ptp", "median"):
                row(op, a, ())

# order statistics and averages with their operands
LINE = [2.5, 0.5, 4, 8, 1, 3.25, 7]
QS = (0.0, 1.0, 0.5, 0.25, 1 / 3, 0.1, 0.999999, 1e-9)
for t in "int8 int32 uint8 int64 uint16 float16 float32 float64".split():
    x = rng.integers(1, 100, (2, 3, 4)).astype(t)
    if x.dtype.kind == "f":
        x = (x / 8).astype(t)
    line = np.array(LINE).astype(t)
    for q in QS:
        row("quantile", line, None, with_=q)
        row("quantile", line[:6], (0,), True, with_=q)
        row("quantile", x, (1,), with_=q)
    for kind in "float64", "float32", "float16":
        row("quantile", x, (0, 2), with_=np.array([0.25, 0, 1, 0.75, 0.5], kind))
        row("quantile", x, (-2,), True, with_=np.array(0.75, kind))
    row("quantile", x, None, True, with_=np.array([0.2, 0.9]))
    row("quantile", x, (2,), with_=np.zeros(0))
    row("quantile", line, None, with_=np.array([0, 1, 1]))
    row("quantile", line[:1], None, with_=np.array([0.3, 1.0]))
    row("quantile", line, None, with_=1.5)
    row("quantile", line, None, with_=-0.25)
    row("quantile", line, None, with_=np.array([0.5, np.nan]))
    row("median", x, (0, 2), True)
    row("median", x, (-1,))
    row("median", x[:, :2], (1, 2))
    row("median", line[:2], None)
    row("ptp", x, (0, 2), True)
    row("ptp", x, None)
    for kind in "float64", "float32", "int16", "bool":
        w = rng.integers(1, 4, 4).astype(kind)
        row("average", x, (2,), with_=w)
        row("average", x, (-1,), True, with_=w)
        row("average", x, None, with_=rng.integers(1, 4, (2, 3, 4)).astype(kind))
        row("average", x, (0, 1), True, with_=rng.integers(1, 4, (2, 3, 4)).astype(kind))
        row("average", line, None, with_=rng.integers(1, 4, 7).astype(kind))
    row("average", x, (1,), with_=np.ones(5))
    row("average", x, None, with_=np.ones(5))
    row("average", line, None, with_=np.zeros(7))
    row("average", x, (2,), with_=np.array([1.0, -1, 0, 0]))
for t in "float16 float32 float64".split():
    for v in ([1, nan, 3], [inf, 1, 2], [-inf, inf, 0], [inf, inf, 1], [nan], [-0.0, 0.0]):
        for q in (0.0, 0.5, 1.0, 0.25):
            row("quantile", np.array(v, t), None, with_=q)
        row("average", np.array(v, t), None, with_=np.ones(len(v)))
    x = np.array([[1, nan, 3], [4, 5, 6]], t)
    row("quantile", x, (1,), with_=np.array([0.5, 1]))
    row("median", x, (0,))
    row("ptp", x, (1,))
row("average", np.array([1 + 2j, 3 - 1j]), None, with_=np.array([1.0, 3]))
row("average", np.array([1.5, 3]), None, with_=np.array([1j, 2 + 1j]))
