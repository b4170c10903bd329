#!/usr/bin/env python3
"""Write repr.tsv: arrays and how NumPy prints them (versions in tests/golden/VERSIONS).

Run: python make_repr.py > repr.tsv
Columns: dtype, shape (extents with x between; "-" is 0-d), the bytes in C order in hex, repr() with \\n for line ends and \\\\ for \\.
"""
import numpy as np

rng = np.random.default_rng(7)
nan, inf = np.nan, np.inf
cases = []


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
for a in cases:
    shape = "x".join(map(str, a.shape)) if a.ndim else "-"
    text = repr(a).replace("\\", "\\\\").replace("\n", "\\n")
    print(a.dtype.name, shape, a.tobytes().hex() or "-", text, sep="\t")
