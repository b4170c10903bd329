#!/usr/bin/env python3
"""Write dtypes.tsv: NumPy's facts about dtypes (versions in tests/golden/VERSIONS).

Run: python make_dtypes.py > dtypes.tsv
Rows: finfo, iinfo, constant, isdtype, issubdtype, can_cast, promote, result; the last columns are NumPy's answer.
"""
import itertools

import numpy as np

names = ("bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128").split()


def row(*cells):
    print(*cells, sep="\t")


for n in names:
    try:
        f = np.finfo(n)
        row("finfo", n, f.dtype.name, f.bits, f.nmant, f.nexp, f.iexp, f.machep, f.negep, f.minexp, f.maxexp, f.precision,
            *(repr(float(x)) for x in (f.eps, f.epsneg, f.max, f.min, f.tiny, f.smallest_normal, f.smallest_subnormal, f.resolution)))
    except ValueError:
        row("finfo", n, "error")
    try:
        i = np.iinfo(n)
        row("iinfo", n, i.bits, i.min, i.max)
    except ValueError:
        row("iinfo", n, "error")
for n in "pi e euler_gamma inf nan".split():
    row("constant", n, repr(getattr(np, n)))
kinds = ["bool", "signed integer", "unsigned integer", "integral", "real floating", "complex floating", "numeric"]
for n in names:
    t = np.dtype(n)
    for k in kinds:
        row("isdtype", n, k, int(np.isdtype(t, k)))
    for pair in itertools.combinations(kinds, 2):
        row("isdtype", n, ", ".join(pair), int(np.isdtype(t, pair)))
    for m in names:
        row("isdtype", n, m, int(np.isdtype(t, np.dtype(m))))
        row("issubdtype", n, m, int(np.issubdtype(t, m)))
    for k in "generic number integer signedinteger unsignedinteger inexact floating complexfloating".split():
        row("issubdtype", n, k, int(np.issubdtype(t, getattr(np, k))))
for a, b in itertools.product(names, names):
    for c in ("no", "safe", "same_kind", "unsafe"):
        row("can_cast", a, b, c, int(np.can_cast(a, b, c)))
    row("promote", a, b, np.promote_types(a, b).name)
weak = {"b": True, "i": 3, "f": 2.5, "c": 1j}
for a in names:
    for w in weak.values():
        row("result", a, "weak:" + {v: k for k, v in weak.items()}[w], np.result_type(np.ones(2, a), w).name)
for (a, b), w in itertools.product(itertools.product(names[::3], names), "ifc"):
    row("result", a, b, "weak:" + w, np.result_type(np.ones(2, a), np.ones(3, b), weak[w]).name)
for ws in itertools.product("bifc", repeat=2):
    row("result", *("weak:" + w for w in ws), np.result_type(*(weak[w] for w in ws)).name)
