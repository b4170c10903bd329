"""What the cases of linear algebra share: numbers with few digits, and answers of single precision by way of double."""
import numpy as np

FLOATS = ["float32", "float64", "complex64", "complex128"]
EXACT = {"float32": "float64", "complex64": "complex128"}


def some(rng, shape, t="float64", size=1.0):
    x = rng.standard_normal(shape) * size
    if t.startswith("complex"):
        x = x + 1j * rng.standard_normal(shape) * size
    return (np.round(x * 64) / 64).astype(t)    # few digits, the same in every precision


def tol(t, factor=1.0):
    return f"r{(1e-5 if t in EXACT else 2e-14) * factor:g}"


def wide(x):
    return x.astype(EXACT.get(x.dtype.name, x.dtype))


def same(r, t):
    """a double precision answer in the precision of t"""
    r = np.asarray(r)
    if t in EXACT and r.dtype.kind in "fc":
        return r.astype("complex64" if r.dtype.kind == "c" else "float32")
    return r


def each(f, a, parts):
    """the parts of f of each matrix of a batch"""
    r = [f(a[i]) for i in np.ndindex(a.shape[:-2])]
    return [np.stack([np.asarray(x[k]) for x in r]).reshape(a.shape[:-2] + np.asarray(r[0][k]).shape) for k in range(parts)]


def single(r, t):
    return [x.astype("int64") if x.dtype.kind == "i" else same(x, t) for x in r]


def batch(f, x, parts):
    return f(x) if x.ndim == 2 else each(f, x, parts)
