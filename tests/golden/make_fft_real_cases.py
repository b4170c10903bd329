#!/usr/bin/env python3
"""Write fft_real_cases.tsv: scipy.fft's cosine and sine transforms (versions in tests/golden/VERSIONS).
Run: python make_fft_real_cases.py"""
import numpy as np
import scipy.fft as sf

from cases import Cases

rng = np.random.default_rng(17)
c = Cases()
TYPES = "bool int8 uint8 int32 int64 uint64 float16 float32 float64 complex64 complex128".split()


def sample(shape, t="float64"):
    x = rng.normal(size=shape) * 4
    if np.dtype(t).kind == "c":
        x = x + 1j * rng.normal(size=shape) * 4
    if t == "bool":
        return x > 0
    x = np.round(x, 2)
    return np.abs(x).astype(t) if np.dtype(t).kind == "u" else x.astype(t)


def bound(t):
    """Of the largest element: some eps of the precision."""
    return {"float32": "r2e-6", "complex64": "r2e-6"}.get(np.dtype(t).name, "r4e-15")


def call(name, a, error=None, **given):
    f = getattr(sf, name)
    try:
        r = f(a, **given)
    except (ValueError, IndexError, TypeError, RuntimeError):
        c.error(name, [a], error, **given)
        return
    assert error is None, (name, given)
    c.call(name, [a], r, tol=bound(r.dtype), **given)


for name in "dct idct dst idst".split():
    for kind in (1, 2, 3, 4):
        least = 2 if kind == 1 and "c" in name else 1
        for n in list(range(least, 18)) + [31, 64, 100]:
            call(name, sample(n), type=kind)
        call(name, sample(41), type=kind, n=257)
        call(name, sample(30), type=kind, n=1000, norm="ortho")
        for norm in ("backward", "ortho", "forward"):
            for n in (2, 5, 6):
                call(name, sample(n), type=kind, norm=norm)
                for ends in (False, True):
                    call(name, sample(n), type=kind, norm=norm, orthogonalize=ends)
        for t in TYPES:
            call(name, sample(4, t), type=kind)
            call(name, sample((2, 5), t), type=kind, axis=0, norm="ortho")
        for t in ("float32", "complex64"):
            for n in (16, 17, 100):
                call(name, sample(n, t), type=kind)
        for shape, axis in (((3, 4), 0), ((3, 4), 1), ((2, 3, 4), 1), ((2, 3, 4), -3), ((0, 3), 1)):
            call(name, sample(shape), type=kind, axis=axis)
            call(name, sample(shape, "float32"), type=kind, axis=axis, n=3)
            call(name, sample(shape), type=kind, axis=axis, n=6)
        call(name, sample((0, 3)), type=kind, axis=0, n=4)
        call(name, sample(3), type=kind, n=0, error="ARGUMENT")
        call(name, sample(0), type=kind, error="SHAPE")
    call(name, sample(5))
    call(name, sample(1), type=1, error="ARGUMENT") if "c" in name else call(name, sample(1), type=1)
    call(name, sample(4), type=5, error="ARGUMENT")
    c.error(name, [sample(4)], "ARGUMENT", type=-1)
    c.error(name, [sample(4)], "INDEX", axis=1)
    c.error(name, [sample(())], "INDEX")

    many = name + "n"
    for kind in (1, 2, 3, 4):
        for t in ("int32", "float32", "float64", "complex64", "complex128"):
            call(many, sample((3, 4), t), type=kind)
            call(many, sample((2, 3, 4), t), type=kind, norm="ortho")
        for axes in ((0, 1), (1, 0), (0, 2), (-1, 0), (2,)):
            call(many, sample((2, 3, 4)), type=kind, axes=axes)
            call(many, sample((2, 3, 4)), type=kind, axes=axes, s=(5, 2)[:len(axes)])
        for norm in ("ortho", "forward"):
            call(many, sample((4, 3)), type=kind, norm=norm)
            call(many, sample((4, 3)), type=kind, norm=norm, orthogonalize=False)
        call(many, sample((4, 3)), type=kind, s=(5,))
        call(many, sample((4, 3)), type=kind, s=(-1, 2))
    call(many, sample((4, 3)), axes=(0, 0), error="ARGUMENT")
    c.error(many, [sample((4, 3))], "INDEX", axes=(0, 5))
    call(many, sample((4, 3)), axes=(0, 1), s=(0, 2), error="ARGUMENT")
    call(many, sample((0, 3)), error="SHAPE")
c.write("fft_real_cases.tsv")
