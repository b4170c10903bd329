"""Cases of convolve and correlate: dtypes, lengths, modes, numbers that are none.

Whole numbers, none of them 0, are exact in every order of summation; sums that are not whole have a bound of their number.
"""
import os

import numpy as np

from cases import Cases

rng = np.random.default_rng(3)
c = Cases()
ALL = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "float32", "float64", "complex64",
       "complex128"]


def v(n, t="float64"):
    if t == "bool":
        return rng.random(n) < 0.3
    x = (rng.integers(1, 5, n) * (1 if t[0] == "u" else rng.choice([-1, 1], n))).astype(t)
    if t[0] == "c":
        x = x + 1j * rng.choice([-3, -2, 1, 2], n).astype(t)
    return np.asarray(x, t)


def every(a, b, tol="=", modes=("full", "same", "valid")):
    for mode in modes:
        c.call("convolve", [a, b], lambda: np.convolve(a, b, mode), tol=tol, mode=mode)
        c.call("correlate", [a, b], lambda: np.correlate(a, b, mode), tol=tol, mode=mode)


for t in ALL:
    for n, m in [(1, 1), (3, 2), (2, 5), (7, 7), (20, 3), (4, 20), (1, 6), (12, 8)]:
        every(v(n, t), v(m, t), modes=("full", "same", "valid") if (n, m) in [(20, 3), (2, 5), (12, 8)] else ("full", "same") if n == m else ("valid",))
for a, b in [("int8", "uint8"), ("int8", "float16"), ("int64", "float32"), ("bool", "int8"), ("complex64", "float64"), ("float32", "complex64"),
             ("uint64", "int64"), ("bool", "float16")]:
    every(v(9, a), v(4, b), modes=("full", "valid"))
    every(v(3, a), v(8, b), modes=("same", "valid"))
every(np.full(5, 100, "int8"), np.full(3, 100, "int8"))
every(np.full(5, 2**63, "uint64"), np.full(3, 3, "uint64"), modes=("full",))
x = np.linspace(-1, 1, 40)
for t, tol in [("float16", "r1e-3"), ("float32", "r1e-6"), ("float64", "r3e-15"), ("complex64", "r1e-6"), ("complex128", "r3e-15")]:
    a, b = x.astype(t), (x[:17] ** 2 - 0.3).astype(t)
    if t[0] == "c":
        a, b = a + (1j * x[::-1] ** 3).astype(t), b + (0.5j * x[:17]).astype(t)
    every(a, b, tol)
    every(b, a, tol)
odd = np.array([1.0, np.inf, 2.0, np.nan, 3.0, -np.inf, 5.0, 7.0])
every(odd, np.array([1.0, 2.0, 4.0]))
every(np.array([1.0, 2, 4, 8, 16, 32]), np.array([np.inf, 1.0, np.nan]))
every(np.array([1e308, 1e308, 5e-324]), np.array([10.0, 1.0]))
c.call("convolve", [np.float64(3), np.array([1.0, 2])], lambda: np.convolve(3.0, [1.0, 2]), mode="full")
c.call("convolve", [np.array([1, 2]), np.int64(2)], lambda: np.convolve([1, 2], 2), mode="full")
c.call("convolve", [np.int64(5), np.int64(2)], lambda: np.convolve(5, 2), mode="full")
c.call("correlate", [np.float64(3), np.array([1.0, 2])], lambda: np.correlate(3.0, [1.0, 2]), mode="valid", error="SHAPE")
for op, f in [("convolve", np.convolve), ("correlate", np.correlate)]:
    for s1, s2 in [((0,), (2,)), ((2,), (0,)), ((0,), (0,)), ((2, 2), (2,)), ((2,), (1, 2))]:
        c.call(op, [np.ones(s1), np.ones(s2)], lambda: f(np.ones(s1), np.ones(s2)), mode="full", error="SHAPE")

c.write(os.path.join(os.path.dirname(os.path.abspath(__file__)), "convolve_cases.tsv"))
