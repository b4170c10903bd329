#!/usr/bin/env python3
"""Write reduce.tsv: reductions, scans and order statistics as NumPy computes them (versions in tests/golden/VERSIONS).

Run: python make_reduce.py > reduce.tsv
Columns: operation, dtype, shape (extents with x between; "-" is 0-d), bytes in C order in hex ("-": none), axes ("all", "none" or numbers
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


def row(op, a, axes, keepdims=False, ddof=0):
    named = "all" if axes is None else "none" if axes == () else ",".join(map(str, axes))
    axis = axes[0] if axes is not None and len(axes) == 1 else axes
    try:
        if op == "quantile25":
            r = np.quantile(a, 0.25, axis=axis, keepdims=keepdims)
        elif op in ("cumsum", "cumprod"):
            r = getattr(np, op)(a, axis=axis)
        elif op in ("var", "std", "nanvar", "nanstd"):
            r = getattr(np, op)(a, axis=axis, keepdims=keepdims, ddof=ddof)
        else:
            r = getattr(np, op)(a, axis=axis, keepdims=keepdims)
    except ValueError:
        r = None
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
