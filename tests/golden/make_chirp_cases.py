#!/usr/bin/env python3
"""Write chirp_cases.tsv: scipy.signal's chirp z-transforms (versions in tests/golden/VERSIONS).
Run: python make_chirp_cases.py"""
import numpy as np
import scipy.signal as ss

from cases import Cases

rng = np.random.default_rng(23)
c = Cases()
TYPES = "bool int8 uint16 int64 float16 float32 float64 complex64 complex128".split()


def sample(shape, t="float64"):
    x = rng.normal(size=shape) * 4
    if np.dtype(t).kind == "c":
        x = x + 1j * rng.normal(size=shape) * 4
    if t == "bool":
        return x > 0
    x = np.round(x, 2)
    return np.abs(x).astype(t) if np.dtype(t).kind == "u" else x.astype(t)


def numbers(**given):
    """Complex options in two."""
    more = {}
    for key, v in given.items():
        if v is None or key not in ("w", "a"):
            more[key] = v
        else:
            more[key + "_re"], more[key + "_im"] = float(np.real(v)), float(np.imag(v))
    return more


def exactly(x, m, w, a, axis=-1):
    """The sums themselves, in long double: what SciPy's answer is held against before it is written."""
    n = x.shape[axis]
    j, k = np.arange(n)[None, :], np.arange(m)[:, None]
    w = np.exp(np.clongdouble(-2j) * np.arccos(np.longdouble(-1)) / m) if w is None else np.clongdouble(w)
    z = np.clongdouble(1 if a is None else a) ** -j * np.exp(np.log(w) * (j * k))
    return np.moveaxis(np.tensordot(np.moveaxis(x, axis, -1).astype(np.clongdouble), z, (-1, 1)), -1, axis)


def czt(x, m=None, w=None, a=None, axis=-1):
    given = {k: v for k, v in (("m", m), ("w", w), ("a", a)) if v is not None}
    r = ss.czt(x, axis=axis, **given)
    e = exactly(x, m or x.shape[axis], w, a, axis).astype(complex)
    assert np.abs(r - e).max() <= 1e-11 * np.abs(e).max(), (x.shape, given)
    c.call("czt", [x], e.astype(r.dtype), tol="r2e-13", axis=axis, **numbers(m=m, w=w, a=a))


def zoom(x, fn, axis=-1, **given):
    r = ss.zoom_fft(x, fn, axis=axis, **given)
    f1, f2 = fn
    c.call("zoom_fft", [x], r, tol="r2e-13", f1=float(f1), f2=float(f2), axis=axis, **given)


for t in TYPES:
    czt(sample(5, t))
    czt(sample((2, 3), t), axis=0, m=4)
for n in list(range(1, 18)) + [31, 64]:
    czt(sample(n))
    czt(sample(n), m=7)
for m in (100, 257):
    czt(sample(10, "complex128"), m=m)
czt(sample(1000), m=3)
for w, a in ((np.exp(-0.1j), None), (0.98 * np.exp(-0.07j), None), (1.02 * np.exp(0.3j), 0.9 * np.exp(0.2j)),
             (None, 1j), (None, 0.95), (0.9, None), (np.exp(-1j), np.exp(2j)), (complex(-1.01), 1.0)):
    for n, m in ((6, None), (7, 12), (12, 5), (1, 4), (4, 1)):
        czt(sample(n), m=m, w=w, a=a)
for shape, axis in (((3, 4), 0), ((3, 4), 1), ((2, 3, 4), 1), ((2, 3, 4), -3), ((0, 3), 1)):
    if 0 not in shape:
        czt(sample(shape), axis=axis, m=6, w=np.exp(-0.3j))
        czt(sample(shape, "complex64"), axis=axis)
        zoom(sample(shape), (0.1, 0.6), axis=axis, m=5)
for t in TYPES:
    zoom(sample(6, t), (0.0, 1.0))
for n in (1, 2, 9, 16, 33):
    for m in (2, 7, 20):
        zoom(sample(n), (0.2, 0.35), m=m)
        zoom(sample(n), (0.2, 0.35), m=m, endpoint=True)
        zoom(sample(n), (120.0, -40.0), m=m, fs=1000.0)
zoom(sample(40, "complex128"), (-0.1, 0.1), m=1)
for m in (1, 2, 5, 16):
    c.call("czt_points", [], ss.czt_points(m), tol="r1e-15", m=m)
    for w, a in ((0.98 * np.exp(-0.07j), None), (None, 1j), (1.02 * np.exp(0.3j), 0.9 * np.exp(0.2j)), (-1.5, 0.5)):
        given = {k: v for k, v in (("w", w), ("a", a)) if v is not None}
        c.call("czt_points", [], ss.czt_points(m, **given).astype(complex), tol="r1e-14", **numbers(m=m, w=w, a=a))
for name in ("czt", "zoom_fft"):
    band = dict(f1=0.1, f2=0.4) if name == "zoom_fft" else {}
    c.error(name, [sample(4)], "ARGUMENT", m=0, **band)
    c.error(name, [sample(4)], "INDEX", axis=1, **band)
    c.error(name, [sample(())], "INDEX", **band)
    c.error(name, [sample((0, 3))], "SHAPE", axis=0, **band)
c.error("zoom_fft", [sample(4)], "ARGUMENT", f1=0.1, f2=0.4, m=1, endpoint=True)
c.error("czt_points", [], "ARGUMENT", m=0)
c.write("chirp_cases.tsv")
