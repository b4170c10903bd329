#!/usr/bin/env python3
"""Write repr.tsv and print.tsv (other functions and options): arrays and how NumPy prints them (versions in tests/golden/VERSIONS).

Run: python make_repr.py
Columns: dtype, shape (extents with x between; "-" is 0-d), the bytes in C order in hex, function, options key=value;...
or "-", its text with \\n for line ends and \\\\ for \\.
"""
import os

import numpy as np

rng = np.random.default_rng(7)
nan, inf = np.nan, np.inf
cases = []
lines = {True: [], False: []}


def add(values, dtype, shape=None):
    with np.errstate(all="ignore"):
        a = np.asarray(values).astype(dtype)
    cases.append(a if shape is None else a.reshape(shape))


for f in ("float64", "float32", "float16"):
    for v in ([0.1, 0.25, 3.0], [1.0, 2.0], [1e8, 1.0], [1e5, 0.5], [1e7, 2.5e7], [0.0001, 0.5], [0.00005, 0.01], [1.0, 1000.0],
              [1.0, 1001.0], [0.0, -0.0], [nan, inf, -inf], [1.5, nan], [inf, 2.0], [-inf, 2.0], [1e-10, nan, -3.0], [1 / 3, 2 / 3],
              [123.456789012345, 1.0], [0.123456785, 0.5], [0.999999999, 0.5], [1.0000000001, 2.25], [-1.5, 100.25], [5e-324],
              [6e-8, 1.0], [65504.0], [0.00012207], [999999.94, 1.0], [1e6, 1e5], [1e3, 999.0], [2 ** -24], [0.30000000000000004]):
        add(v, f)
    add(2.5, f)
    add(1 / 3, f)
    add(1e100, f)
    add(nan, f)
    add(rng.standard_normal(40), f)
    add(rng.standard_normal((6, 7)) * 10, f)
    add(rng.standard_normal((2, 3, 4)), f)
    add(10.0 ** rng.uniform(-5, 5, 9), f)
    add(rng.integers(0, 2 ** 63, 12, dtype="u8").view("f8"), f)
    add([], f)
    add(np.zeros((0, 3)), f)
    add(np.zeros((2, 0)), f)
for i in "int8 int16 int32 int64 uint8 uint16 uint32 uint64".split():
    add(np.arange(-3, 4), i)
    add(np.iinfo(i).max, i)
    add([np.iinfo(i).min, np.iinfo(i).max], i)
    add(np.arange(120), i, (4, 5, 6))
    add([], i)
add(np.arange(1001), "int64")
add(np.arange(1000), "int64")
add(np.arange(5000), "int32", (50, 100))
add(np.arange(3000) / 7, "float64", (3, 5, 200))
add(np.arange(1024) / 3, "float32", (4, 4, 64))
add(np.arange(2048), "int64", (2,) * 11)
add([[True, False], [False, True]], "bool")
add(True, "bool")
add([], "bool")
add(np.arange(1200) % 3 == 0, "bool", (1200, 1))
for c in ("complex64", "complex128"):
    for v in ([1 + 2j, -3.5 - 0.25j], [1e10 + 1j, 1 + 1e-10j], [nan + 1j, 1 + 2.5j], [complex(1, inf), complex(-inf, nan)], [0j],
              [1 / 3 + 2j, 4 - 1j / 3], [1j, 10 + 100j]):
        add(v, c)
    add(1 - 2j, c)
    add(rng.standard_normal(9) + 1j * rng.standard_normal(9), c)


def line(a, function, options, text):
    shape = "x".join(map(str, a.shape)) if a.ndim else "-"
    said = ";".join(f"{k}={int(v) if isinstance(v, bool) else v}" for k, v in options.items()) or "-"
    text = text.replace("\\", "\\\\").replace("\n", "\\n")
    lines[function == "repr"].append("\t".join((a.dtype.name, shape, a.tobytes().hex() or "-", function, said, text)))


def printed(a, function, **options):
    """Options of cx_print_opts; those of array2string's own and those of printoptions."""
    own = {k: options[k] for k in ("separator", "prefix", "suffix") if k in options}
    wide = {k: v for k, v in options.items() if k not in own}
    if "suppress_small" in wide:
        wide["suppress"] = wide.pop("suppress_small")
    with np.printoptions(**wide):
        text = np.array2string(a, **own) if function == "array2string" else getattr(np, function)(a)
    line(a, function, options, text)


for a in cases:
    line(a, "repr", {}, repr(a))
for a in cases:
    if a.size <= 30:
        printed(a, "array_str")
some = [a for a in cases if a.dtype.kind in "fc" and 0 < a.size < 10]
for k, a in enumerate(some[:110]):
    for mode in ("fixed", "unique", "maxprec", "maxprec_equal"):
        printed(a, "array_repr", floatmode=mode, precision=(0, 1, 3, 5, 12, 20)[k % 6])
        printed(a, "array_str", floatmode=mode, suppress_small=True, sign="-+ "[k % 3])
    printed(a, "array2string", separator=", ", prefix="abc", suffix="defgh", linewidth=30 + k % 20)
    printed(a, "array2string", nanstr="missing", infstr="oo", sign="+", precision=2)
    printed(a, "array_repr", precision=17, sign=" ")
    printed(a, "array_repr", precision=2, suppress_small=True)
for a in cases:
    if a.dtype.kind in "iub" and a.size < 100:
        for sign in "-+ ":
            printed(a, "array_str", sign=sign, linewidth=40)
            printed(a, "array2string", sign=sign, separator=",", threshold=5, edgeitems=1)
for t in ("int64", "float32", "complex128"):
    big = (np.arange(60) / 8).astype(t)
    for shape in ((60,), (6, 10), (3, 2, 10), (60, 1), (1, 60), (2, 3, 2, 5)):
        for o in ({"threshold": 10}, {"threshold": 59, "edgeitems": 1}, {"threshold": 20, "edgeitems": 2, "linewidth": 33},
                  {"threshold": 30, "edgeitems": 4}):
            printed(big.reshape(shape), "array_repr", **o)
            printed(big.reshape(shape), "array2string", **o, separator=" ; ")
for v in (1e16, 1e15, 999999.0, 1e6, 999.0, 1024.0, 0.000123, 1e-4, 1e-5, 123456789.0, 0.1, -0.0, 1e8, 3.0, nan, inf, -inf, 65504.0):
    for t in ("float64", "float32", "float16", "complex64", "complex128"):
        add(v, t)
        printed(cases[-1], "array_str", precision=2)
for v in (1j, -1j, 1 - 0j, complex(-0.0, 1), complex(nan, nan), complex(0, inf), 0.1 + 1e20j):
    add(v, "complex128")
    printed(cases[-1], "array_str")
for name, which in (("repr.tsv", True), ("print.tsv", False)):
    with open(os.path.join(os.path.dirname(__file__), name), "w", encoding="ascii") as f:
        f.write("\n".join(lines[which]) + "\n")
