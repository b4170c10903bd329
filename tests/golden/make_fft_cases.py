#!/usr/bin/env python3
"""Write fft_cases.tsv: numpy.fft (versions in tests/golden/VERSIONS). Run: python make_fft_cases.py"""
import numpy as np

from cases import Cases

rng = np.random.default_rng(5)
c = Cases()
TYPES = "bool int8 uint8 int32 int64 uint64 float16 float32 float64 complex64 complex128".split()


def sample(shape, t):
    x = rng.normal(size=shape) * 4
    if np.dtype(t).kind == "c":
        x = x + 1j * rng.normal(size=shape) * 4
    if t == "bool":
        return x > 0
    return np.abs(x).astype(t) if np.dtype(t).kind == "u" else x.astype(t)


def bound(t):
    """Of the largest element: some eps of the precision."""
    return {"float16": "r2e-3", "float32": "r2e-6", "complex64": "r2e-6"}.get(np.dtype(t).name, "r4e-15")


def call(name, a, axis=-1, n=None, norm=None, error=None, **more):
    f = getattr(np.fft, name)
    try:
        r = f(a, n=n, axis=axis, norm=norm)
    except (ValueError, IndexError, TypeError):
        c.call(name, [a], lambda: f(a, n=n, axis=axis, norm=norm), error=error, axis=axis, n=n, norm=norm)
        return
    tol = "r2e-3" if a.dtype == np.float16 else bound(r.dtype)  # NumPy divides by n in float16
    c.call(name, [a], r, tol=tol, axis=axis, n=n, norm=norm)


def many(name, a, s=None, axes=None, norm=None, error=None):
    f = getattr(np.fft, name)
    given = {k: v for k, v in (("s", s), ("axes", axes), ("norm", norm)) if v is not None}
    try:
        r = f(a, **given)
    except (ValueError, IndexError, TypeError):
        c.call(name, [a], lambda: f(a, **given), error=error, **given)
        return
    c.call(name, [a], r, tol=bound(r.dtype), **given)


ONE = "fft ifft rfft irfft hfft ihfft".split()
for name in ONE:
    for t in TYPES:
        if name in ("rfft", "ihfft") and t.startswith("complex"):
            call(name, sample(4, t), error="DTYPE")
            continue
        for n in (1, 2, 5, 8, 12):
            if name in ("irfft", "hfft") and n == 1:
                continue
            call(name, sample(n, t))
    for norm in ("backward", "ortho", "forward"):
        for n in (4, 7):
            call(name, sample(7, "float64"), norm=norm, n=n)
    for shape, axis in (((3, 4), 0), ((3, 4), 1), ((2, 3, 4), 1), ((2, 3, 4), -3), ((2, 1, 3), 1), ((0, 3), 1), ((3, 0), 0)):
        if name in ("irfft", "hfft") and shape[axis] < 2:
            continue
        call(name, sample(shape, "float64"), axis=axis, error="SHAPE")
        call(name, sample(shape, "float32"), axis=axis, n=3, error="SHAPE")
        call(name, sample(shape, "float64"), axis=axis, n=6, error="SHAPE")
    call(name, sample(3, "float64"), n=0, error="ARGUMENT")
    call(name, sample(3, "float64"), n=-2, error="ARGUMENT")
    call(name, sample(3, "float64"), axis=1, error="INDEX")
    call(name, sample((), "float64"), error="INDEX")
    call(name, sample(0, "float64"), error="SHAPE")
for name in ("fft", "ifft", "rfft", "irfft"):
    for n in list(range(1, 17)) + [25, 31, 37, 61, 64, 67, 97]:
        if name == "irfft" and n == 1:
            continue
        a = np.round(sample(min(n, 40), "float64"), 2) if name in ("rfft",) else np.round(sample(min(n, 40), "complex128"), 2)
        call(name, a, n=n)
    call(name, np.array([0.0, -0.0, 0.0, 0.0]))
for name in "fftn ifftn rfftn irfftn fft2 ifft2 rfft2 irfft2".split():
    for t in ("int32", "float32", "float64", "complex64", "complex128"):
        if name.startswith("rfft") and t.startswith("complex"):
            many(name, sample((2, 3), t), error="DTYPE")
            continue
        many(name, sample((3, 4), t))
        many(name, sample((2, 3, 4), t))
    for axes in ((0, 1), (1, 0), (0, 2), (-1, 0), (2,)):
        many(name, sample((2, 3, 4), "float64"), axes=axes)
        many(name, sample((2, 3, 4), "float64"), axes=axes, s=(5, 2)[:len(axes)])
    for norm in ("ortho", "forward"):
        many(name, sample((4, 3), "float64"), norm=norm)
    many(name, sample((4, 3), "float64"), axes=(0, 5), error="INDEX")
    many(name, sample((4, 3), "float64"), axes=(0, 1), s=(0, 2), error="ARGUMENT")
    many(name, sample((0, 3), "float64"), error="SHAPE")
    many(name, sample((2, 2, 2, 3, 2), "float64"))
many("fftn", sample((3, 4), "complex128"), axes=(0, 0))
many("ifftn", sample((3, 4), "complex128"), axes=(1, 0, 1))
many("fftn", sample((3, 4), "complex128"), s=(5, 6), axes=(0, 0))
many("fft2", sample(3, "float64"), error="INDEX")
for n in (1, 2, 5, 8):
    for d in (1.0, 0.25, -2.0):
        c.call("fftfreq", [], np.fft.fftfreq(n, d), n=n, d=d, tol="u2")
        c.call("rfftfreq", [], np.fft.rfftfreq(n, d), n=n, d=d, tol="u2")
c.error("fftfreq", [], "ARGUMENT", n=0, d=1.0)
c.error("rfftfreq", [], "ARGUMENT", n=3, d=0.0)
for t in ("int8", "float64", "complex64"):
    for shape in ((5,), (4, 3), (2, 3, 4), (0,)):
        for name in ("fftshift", "ifftshift"):
            a = sample(shape, t)
            c.call(name, [a], getattr(np.fft, name)(a))
            if len(shape) > 1:
                c.call(name, [a], getattr(np.fft, name)(a, axes=(1,)), axes=(1,))
                c.call(name, [a], getattr(np.fft, name)(a, axes=(-1, 0)), axes=(-1, 0))
c.error("fftshift", [sample(3, "float64")], "INDEX", axes=(1,))
c.write("fft_cases.tsv")
