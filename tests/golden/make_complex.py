#!/usr/bin/env python3
"""Write complex.tsv: NumPy's functions of complex numbers, at special and at ordinary values.

Run: python make_complex.py > complex.tsv
Columns: operation, dtype, real and imaginary part of the input, of the second input (power only) and
of the result, as hex floats.
"""
import warnings

import numpy as np

warnings.simplefilter("ignore")
np.seterr(all="ignore")
UNARY = """sqrt exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan sinh cosh tanh
arcsinh arccosh arctanh reciprocal square rint""".split()
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, np.inf, -np.inf, np.nan]


def text(z):
    return f"{float(z.real).hex()}\t{float(z.imag).hex()}"


def main():
    print("# NumPy", np.__version__)
    rng = np.random.default_rng(11)
    special = [complex(a, b) for a in SPECIAL for b in SPECIAL]
    ordinary = [complex(*rng.normal(0, 2, 2)) for _ in range(20)]
    for name in UNARY:
        for dtype, values in ((np.complex128, special + ordinary), (np.complex64, ordinary)):
            for z in np.array(values, dtype):
                r = getattr(np, name)(z)
                print(f"{name}\t{np.dtype(dtype).name}\t{text(z)}\t{text(r)}")
    for dtype in (np.complex128, np.complex64):
        for z in np.array(ordinary, dtype):
            for e in np.array([0, 1, 2, 3, -1, -2, 0.5, 2.5 - 1j], dtype):
                print(f"power\t{np.dtype(dtype).name}\t{text(z)}\t{text(e)}\t{text(np.power(z, e))}")


main()
