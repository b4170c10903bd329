#!/usr/bin/env python3
"""Write fft_more_cases.tsv: what scipy.fft has beyond numpy.fft and the cosine transforms (versions in tests/golden/VERSIONS).
Run: python make_fft_more_cases.py"""
import warnings

import numpy as np
import scipy.fft as sf

from cases import Cases

rng = np.random.default_rng(29)
c = Cases()


def sample(shape, t="float64"):
    x = rng.normal(size=shape) * 4
    if np.dtype(t).kind == "c":
        x = x + 1j * rng.normal(size=shape) * 4
    return np.round(x, 2).astype(t)


def bound(t):
    return {"float32": "r2e-6", "complex64": "r2e-6"}.get(np.dtype(t).name, "r4e-15")


def many(name, a, error=None, **given):
    f = getattr(sf, name)
    try:
        r = f(a, **given)
    except (ValueError, IndexError, TypeError):
        c.error(name, [a], error, **given)
        return
    assert error is None, (name, given)
    c.call(name, [a], r, tol=bound(r.dtype), **given)


for name in ("hfftn", "ihfftn", "hfft2", "ihfft2"):
    kinds = ("int32", "float32", "float64") + (("complex64", "complex128") if name[0] == "h" else ())
    for t in kinds:
        many(name, sample((3, 4), t))
        many(name, sample((2, 3, 5), t))
    many(name, sample((2, 3, 4, 2, 3)))
    for axes in ((0, 1), (1, 0), (0, 2), (-1, 0), (2,)):
        many(name, sample((2, 3, 4)), axes=axes)
        many(name, sample((2, 3, 4)), axes=axes, s=(5, 4)[:len(axes)])
    for norm in ("backward", "ortho", "forward"):
        many(name, sample((4, 3)), norm=norm)
    many(name, sample((4, 3)), s=(3, 6))
    many(name, sample((4, 3)), error="ARGUMENT", axes=(0, 0))
    c.error(name, [sample((4, 3))], "INDEX", axes=(0, 5))
    c.error(name, [sample((4, 3))], "ARGUMENT", axes=(0, 1), s=(0, 2))
    c.error(name, [sample((0, 3))], "SHAPE")
    if name[0] == "i":
        c.error(name, [sample((2, 3), "complex64")], "DTYPE")
c.error("hfft2", [sample(3)], "INDEX")

warnings.simplefilter("ignore")
for name in ("fht", "ifht"):
    f = getattr(sf, name)
    for n in (1, 2, 3, 4, 7, 16, 31, 64, 101):
        a = sample(n)
        for mu, offset, bias in ((0.0, 0.0, 0.0), (2.0, 0.5, 0.0), (0.5, -0.3, 0.25), (3.0, 0.1, -0.5), (-0.3, 0.0, 0.4)):
            c.call(name, [a], f(a, 0.1, mu, offset=offset, bias=bias), tol="r2e-13", dln=0.1, mu=mu, offset=offset, bias=bias)
    for t in ("float32", "int16", "float64"):
        a = sample((2, 3, 8), t)
        c.call(name, [a], f(a, 0.4, 1.0), tol="r4e-6" if t == "float32" else "r2e-13", dln=0.4, mu=1.0)
    # singular ones, and a quotient of two poles
    for mu, bias in ((-1.0, 0.0), (0.0, 1.0), (0.0, -1.0), (0.0, 3.0), (-2.0, 0.5), (-3.0, 0.0), (-4.0, 1.0)):
        a = sample(6)
        c.call(name, [a], f(a, 0.5, mu, bias=bias), tol="r2e-12", dln=0.5, mu=mu, bias=bias)
    c.error(name, [sample(4, "complex128")], "DTYPE", dln=0.5, mu=0.0)
    c.error(name, [sample(4)], "ARGUMENT", dln=0.0, mu=0.0)
    c.error(name, [sample(4)], "ARGUMENT", dln=0.5, mu=float("nan"))
    c.error(name, [sample(())], "INDEX", dln=0.5, mu=0.0)
    c.error(name, [sample((3, 0))], "SHAPE", dln=0.5, mu=0.0)
for dln, mu, initial, bias in ((0.1, 2.0, 0.5, 0.0), (0.1, 0.0, 0.0, 0.0), (0.4, 0.5, -1.0, 0.3), (0.05, 3.0, 2.0, -0.7), (-0.1, 1.0, 0.2, 0.1)):
    c.call("fhtoffset", [], np.float64(sf.fhtoffset(dln, mu, initial=initial, bias=bias)), tol="r1e-13",
           dln=dln, mu=mu, initial=initial, bias=bias)
c.write("fft_more_cases.tsv")
