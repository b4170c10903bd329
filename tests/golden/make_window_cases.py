#!/usr/bin/env python3
"""Write window_cases.tsv: NumPy's window functions (versions in tests/golden/VERSIONS).

Run: python make_window_cases.py   (in tests/golden)

Weights are at most 1: a cosine window is within some eps of that, kaiser within some eps of each weight.
"""
import numpy as np

from cases import Cases

c = Cases()
for n in (-3, 0, 1, 2, 3, 4, 5, 7, 8, 12, 31, 32, 51, 60):
    for name, tol in (("bartlett", "r2.5e-16"), ("blackman", "r1e-15"), ("hamming", "r1e-15"), ("hanning", "r1e-15")):
        c.call(name, [], getattr(np, name)(n), tol=tol, n=n)
    for beta in (0.0, 0.5, 1.0, 5.0, 8.6, 14.0, 29.0, 30.5, 50.0, 100.0, 400.0, 700.0, -4.0, 1e-8, float("nan"), 800.0):
        # I0 is exponential: an ulp of its argument is beta ulps of the weight, in NumPy's as well
        c.call("kaiser", [], np.kaiser(n, beta), tol=f"u{24 + int(4 * abs(beta))}" if abs(beta) < 709 else "=", n=n, beta=beta)
c.write("window_cases.tsv")
