"""Calls of ufuncs by name with where, dtype and casting; reduce, accumulate, reduceat, outer and at; results in pairs;
ldexp, sinc, i0; cumulative functions. Run: python make_ufunc_cases.py"""
import functools
import itertools
import zlib

import numpy as np

from cases import Cases, weak

INTS = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]
FLOATS = ["float16", "float32", "float64"]
COMPLEX = ["complex64", "complex128"]
ALL = INTS + FLOATS + COMPLEX
BINARY = """add subtract multiply divide floor_divide remainder fmod power float_power maximum minimum fmax fmin equal not_equal
less less_equal greater greater_equal logical_and logical_or logical_xor bitwise_and bitwise_or bitwise_xor left_shift right_shift
arctan2 hypot copysign nextafter logaddexp logaddexp2 heaviside gcd lcm""".split()
ROUGH = {"divide", "power", "float_power", "arctan2", "hypot", "logaddexp", "logaddexp2"}  # not exact, or not the same way round
SUMS = {"add", "multiply"}
EITHER = {"maximum", "minimum", "fmax", "fmin"}  # of 0 and -0 either may be the larger one


def rng_of(*key):
    return np.random.default_rng(zlib.crc32(repr(key).encode()))


def values(dtype, shape, *key, small=False):
    """Ordinary values and the special ones of the dtype."""
    g = rng_of(dtype, shape, *key)
    t = np.dtype(dtype)
    if t.kind == "b":
        return g.integers(0, 2, shape).astype(t)
    if small:
        a = g.integers(0 if t.kind == "u" else 1, 4, shape)
        return a.astype(t)
    if t.kind in "iu":
        info = np.iinfo(t)
        a = g.integers(max(info.min, -9), 10, shape).astype(t) if t.kind == "i" else g.integers(0, 12, shape).astype(t)
        flat = a.reshape(-1)
        if flat.size > 4:
            flat[1], flat[-1] = info.max, info.min
        return a
    a = np.round(g.normal(0, 3, shape), 2)
    if t.kind == "c":
        a = a + 1j * np.round(g.normal(0, 3, shape), 2)
    a = np.asarray(a).astype(t)
    flat = a.reshape(-1)
    if flat.size > 6:
        flat[2], flat[4] = 0, -0.0
        flat[5] = np.nan if g.integers(2) else np.inf
    return a


def tame(a):
    """Without what makes folds of floats overflow in one order and not in another."""
    if a.dtype.kind in "fc":
        a = np.where(np.isfinite(a), a, 1).astype(a.dtype)
    return a


def eps_tol(name, dtype, n):
    t = np.dtype(dtype)
    if name in ROUGH or name in SUMS:
        if t.kind in "fc":
            return f"r{max(1, n) * 4 * float(np.finfo(t).eps)!r}"
        if name in ROUGH:
            return f"r{n * 8 * float(np.finfo({1: np.float16, 2: np.float32}.get(t.itemsize, np.float64)).eps)!r}"
    return "u0" if name in EITHER else "="


STATUS = {IndexError: "INDEX", ValueError: "ARGUMENT", TypeError: "DTYPE"}  # an AxisError is both


def call(c, op, args, f, tol="=", shape_error=False, **options):
    """The status follows from what NumPy raises."""
    try:
        f()
    except tuple(STATUS) as e:
        status = STATUS[next(k for k in STATUS if isinstance(e, k))]
        text = str(e)
        if "could not be broadcast" in text or "broadcastable" in text or "non-broadcastable" in text:
            status = "SHAPE"
        c.call(op, args, f, error=status, **options)
        return
    c.call(op, args, f, tol=tol, **options)


def folds(c):
    for name in BINARY:
        u = getattr(np, name)
        for dtype in ALL:
            if name in ("power", "float_power", "left_shift", "right_shift", "lcm", "gcd"):
                a = values(dtype, (3, 4), name, small=True)
            else:
                a = tame(values(dtype, (3, 4), name))
            if name == "nextafter" and dtype == "float16":
                continue
            if name in ("divide", "power", "float_power") and dtype in COMPLEX:
                a[a == 0] = 2  # the signs of infinite parts are not defined
            tol = eps_tol(name, dtype, 4)
            loose = "r0.01" if dtype == "float16" and (name in ROUGH or name in SUMS) else tol
            call(c, "reduce", [a, None], lambda: u.reduce(a, axis=1), tol=loose, ufunc=name, axis=1)
            call(c, "accumulate", [a], lambda: u.accumulate(a, axis=0), tol=loose, ufunc=name, axis=0)
            if name == "arctan2" and dtype not in COMPLEX or name == "power" and np.dtype(dtype).kind == "f":
                # NumPy 2.4.6 takes other operands in the vector loops: 2 ** 2 ** 3 is 2 there in float32 and float64
                c.lines = c.lines[:-2]
                f = a.astype(u(a[:1, :1], a[:1, :1]).dtype)
                c.call("reduce", [a, None], functools.reduce(u, f.T), tol=loose, ufunc=name, axis=1)
                c.call("accumulate", [a], np.stack(list(itertools.accumulate(f, u))), tol=loose, ufunc=name, axis=0)
                continue
            if dtype in ("bool", "int8", "uint64", "float16", "float64", "complex64"):
                i = np.array([0, 2, 1, 3])
                if not (name == "power" and dtype == "int8"):
                    call(c, "reduceat", [a, i], lambda: u.reduceat(a, i, axis=1), tol=loose, ufunc=name, axis=1)
            if dtype in ("bool", "int16", "uint8", "float32", "complex128"):
                b = a[0, :3]
                call(c, "outer", [a[1, :2], b], lambda: u.outer(a[1, :2], b), tol="u8" if name in ROUGH else "u0" if name in EITHER else "=", ufunc=name)
    u = np.add
    for name in ["add", "subtract", "maximum", "bitwise_and", "bitwise_or", "bitwise_xor", "logical_xor", "hypot", "gcd", "fmax",
                 "logaddexp", "multiply", "logical_and", "lcm", "minimum"]:
        u = getattr(np, name)
        t = "float64" if name in ("hypot", "logaddexp", "fmax") else "int32"
        tol = "r1e-14" if t == "float64" else "="
        a = tame(values(t, (2, 3, 4), name, "axes")) if name not in ("gcd", "lcm") else values(t, (2, 3, 4), name, small=True)
        m = values("bool", (2, 3, 4), name, "mask")
        for axis in [0, 1, -1, (0, 1), (0, 2), (1, 2), None, ()]:
            k = dict(axis=list(axis) if isinstance(axis, tuple) else axis) if axis is not None else {}
            if axis == ():
                k = dict(no_axes=1)
            if t == "float64" or axis != ():
                call(c, "reduce", [a, None], lambda: u.reduce(a, axis=axis), tol=tol, ufunc=name, **k)
            if axis == () and name not in ("add", "multiply", "maximum", "minimum", "logical_and"):
                call(c, "reduce", [a, None], lambda: u.reduce(a, axis=axis), tol=tol, ufunc=name, **k)
            if axis in (1, (0, 1)):
                call(c, "reduce", [a, None], lambda: u.reduce(a, axis=axis, keepdims=True), tol=tol, ufunc=name, keepdims=1, **k)
                call(c, "reduce", [a, m], lambda: u.reduce(a, axis=axis, where=m), tol=tol, ufunc=name, **k)
                call(c, "reduce", [a, m[:, :1]], lambda: u.reduce(a, axis=axis, where=m[:, :1], initial=5), tol=tol, ufunc=name,
                     initial=5, **k)
                call(c, "reduce", [a, None], lambda: u.reduce(a, axis=axis, initial=3), tol=tol, ufunc=name, initial=3, **k)
        e = np.zeros((0, 3), t)
        call(c, "reduce", [e, None], lambda: u.reduce(e, axis=0), ufunc=name, axis=0)
        call(c, "reduce", [e, None], lambda: u.reduce(e, axis=1), ufunc=name, axis=1)
        call(c, "reduce", [e, None], lambda: u.reduce(e, axis=0, initial=2), ufunc=name, axis=0, initial=2)
        call(c, "accumulate", [e], lambda: u.accumulate(e, axis=0), ufunc=name, axis=0)
        for n in (1, 2, 60):
            v = tame(values(t, (n,), name, n)) if name not in ("gcd", "lcm") else values(t, (n,), name, small=True)
            call(c, "reduce", [v, None], lambda: u.reduce(v), tol="r1e-13" if t == "float64" else "=", ufunc=name)
            call(c, "accumulate", [v], lambda: u.accumulate(v), tol="r1e-13" if t == "float64" else "=", ufunc=name, axis=0)
        z = np.asarray(values(t, (), name))
        call(c, "reduce", [z, None], lambda: u.reduce(z), tol=tol, ufunc=name)
        c.error("accumulate", [z], "INDEX", ufunc=name, axis=0)
        c.error("reduce", [a, None], "INDEX", ufunc=name, axis=3)
        c.error("reduce", [a, None], "ARGUMENT", ufunc=name, axis=[1, 1])
        c.error("accumulate", [a], "INDEX", ufunc=name, axis=-4)
    for name, dtype, want in [("subtract", "int8", "float32"), ("add", "int8", "int8"), ("add", "bool", "bool"), ("add", "float32", "float64"),
                              ("multiply", "uint8", "float16"), ("maximum", "int8", "float64"), ("bitwise_or", "int8", "int64"),
                              ("bitwise_or", "int8", "float64"), ("divide", "int32", "float32"), ("divide", "int32", "int32"),
                              ("hypot", "int8", "float64"), ("logical_xor", "float32", "bool"), ("logical_xor", "float32", "int8"),
                              ("less", "bool", "bool"), ("less", "int8", "float32"), ("float_power", "float32", "float64"),
                              ("subtract", "uint16", "uint64"), ("fmin", "float16", "complex64"), ("equal", "bool", "bool")]:
        u = getattr(np, name)
        a = values(dtype, (3, 4), name, want, small=dtype != "bool" and name != "maximum")
        k = dict(ufunc=name, axis=1, dtype=want)
        tol = "r1e-3" if want == "float16" else "u4"
        call(c, "reduce", [a, None], lambda: u.reduce(a, axis=1, dtype=want), tol=tol if want[0] in "fc" else "=", **k)
        call(c, "accumulate", [a], lambda: u.accumulate(a, axis=1, dtype=want), tol=tol if want[0] in "fc" else "=", **k)
    a = np.array([3.0, np.nan, 1.0, -0.0, 0.0, np.inf])
    for name in ("maximum", "minimum", "fmax", "fmin"):
        for v in (a, a[::-1], a[2:5], -a[3:5], np.array([np.nan, np.nan]), np.array([np.nan, 2, np.nan, 5])):
            u = getattr(np, name)
            call(c, "reduce", [v, None], lambda: u.reduce(v), tol="u0", ufunc=name)
            call(c, "accumulate", [v], lambda: u.accumulate(v), tol="u0", ufunc=name, axis=0)
            call(c, "accumulate", [v.astype("float16")], lambda: u.accumulate(v.astype("float16")), tol="u0", ufunc=name, axis=0)
    for a in (np.array([2, -1]), np.array([-2, 3]), np.array([2, 3, -1], "int8"), np.array([5], "int16")):
        call(c, "reduce", [a, None], lambda: np.power.reduce(a), ufunc="power")
        call(c, "accumulate", [a], lambda: np.power.accumulate(a), ufunc="power", axis=0)
    a = np.arange(6)
    for i in ([0, 3, 1, 5], [0, 6], [-1], [0], [5, 5, 5], [1, 0]):
        i = np.array(i)
        for name in ("add", "subtract", "maximum", "bitwise_xor", "logical_and"):
            call(c, "reduceat", [a, i], lambda: getattr(np, name).reduceat(a, i), ufunc=name, axis=0)
    i = np.array([0, 2], "uint8")
    call(c, "reduceat", [a, i], lambda: np.add.reduceat(a, i), ufunc="add", axis=0)
    c.error("reduceat", [a, np.array([[0, 1]])], "SHAPE", ufunc="add", axis=0)
    c.error("reduceat", [a, np.array([0.0])], "DTYPE", ufunc="add", axis=0)
    c.error("reduceat", [np.zeros((2, 0)), np.array([0])], "INDEX", ufunc="add", axis=1)
    e = np.array([], np.int64)
    c.call("reduceat", [a, e], lambda: np.add.reduceat(a, e), ufunc="add", axis=0)
    c.call("reduceat", [np.zeros((2, 0)), e], lambda: np.add.reduceat(np.zeros((2, 0)), e, axis=1), ufunc="add", axis=1)
    b = values("float32", (3, 5, 2), "reduceat")
    for name in ("add", "subtract", "fmax", "minimum"):
        for axis in (0, 1, 2, -1):
            i = np.array([0, 1]) if axis in (2, -1) else np.array([2, 0, 1])
            call(c, "reduceat", [b, i], lambda: getattr(np, name).reduceat(b, i, axis=axis), tol="r1e-6", ufunc=name, axis=axis)
    for name in ("ldexp", "frexp", "negative", "clip", "divmod"):
        c.error("reduce", [a, None], "ARGUMENT", ufunc=name)
        c.error("accumulate", [a], "ARGUMENT", ufunc=name, axis=0)
        c.error("reduceat", [a, np.array([0])], "ARGUMENT", ufunc=name, axis=0)
    for name in ("frexp", "negative", "divmod"):
        c.error("outer", [a, a], "ARGUMENT", ufunc=name)
    c.call("outer", [np.array(3.0), a], lambda: np.add.outer(3.0, a), ufunc="add")
    c.call("outer", [np.zeros((2, 0)), a], lambda: np.add.outer(np.zeros((2, 0)), a), ufunc="add")
    c.call("outer", [a.astype("int8"), weak(3)], a.astype("int8") + np.int8(3), ufunc="add")  # stays weak here


def applied(u, a, i, b=None):
    r = a.copy()
    if b is None:
        u.at(r, i)
    else:
        u.at(r, i, b)
    return r


def at(c):
    i = np.array([0, 2, 0, -1, 2, 0])
    for name in BINARY:
        u = getattr(np, name)
        for dtype in ["bool", "int8", "uint8", "int64", "uint64", "float16", "float32", "float64", "complex64"]:
            if name == "nextafter" and dtype == "float16":
                continue
            small = name in ("power", "float_power", "left_shift", "right_shift", "lcm", "gcd")
            a = values(dtype, (3,), name, "at", small=small)
            b = tame(values(dtype, (6,), name, "b", small=small))
            if name in ("logaddexp", "logaddexp2", "arctan2", "hypot") and dtype in ("bool", "int8", "uint8", "int64", "uint64"):
                continue  # a rounded result truncated to an integer: the last bit decides
            if name in ("divide", "float_power") and dtype[0] in "bui":  # casts of infinities differ
                b = np.ones(6, dtype)
            tol = "u0" if name in EITHER else "=" if name not in ROUGH or dtype[0] in "bui" else "r0.01" if dtype == "float16" else "r1e-4" if dtype in (
                "float32", "complex64") else "r1e-13"
            call(c, "at", [a, i, b], lambda: applied(u, a, i, b), tol=tol, ufunc=name)
    for name in ("negative", "sqrt", "square", "absolute", "logical_not", "invert", "reciprocal", "floor", "isnan"):
        u = getattr(np, name)
        for dtype in ("int32", "float64", "uint8"):
            a = values(dtype, (4,), name, "unary", small=True)
            j = np.array([0, 0, 1, -1, 0])
            call(c, "at", [a, j, None], lambda: applied(u, a, j), tol="=", ufunc=name)
    a = np.arange(12.0).reshape(3, 4)
    for idx, b in [([0, 0], np.array([1.0, 2, 3, 4])), ([0, 1, 0], np.arange(12.0).reshape(3, 4)), ([[0, 1], [0, -3]], np.ones((2, 2, 4))),
                   ([], np.zeros(4)), ([2], np.array(5.0)), ([1, 1, 1], np.arange(3.0).reshape(3, 1)), (1, np.arange(4.0)),
                   ([0, 1], np.ones((3, 2))), ([3], np.ones(4)), ([-4], np.ones(4)), ([0], np.ones(5))]:
        j = np.array(idx, np.int64)
        call(c, "at", [a, j, b], lambda: applied(np.add, a, j, b), ufunc="add")
        call(c, "at", [a, j, b], lambda: applied(np.subtract, a, j, b), ufunc="subtract")
    for m in ([True, False, True], [False, False, False]):
        m = np.array(m)
        call(c, "at", [a, m, np.arange(4.0)], lambda: applied(np.multiply, a, m, np.arange(4.0)), ufunc="multiply")
    m = a > 5
    call(c, "at", [a, m, np.arange(6.0)], lambda: applied(np.add, a, m, np.arange(6.0)), ufunc="add")
    c.error("at", [a, np.array([True, False]), np.ones(4)], "SHAPE", ufunc="add")
    c.error("at", [a, np.array([0.5]), np.ones(4)], "DTYPE", ufunc="add")
    c.error("at", [np.array(3.0), np.array([0]), np.ones(1)], "INDEX", ufunc="add")
    c.error("at", [a, np.array([0]), None], "NULL", ufunc="add")
    c.error("at", [a, np.array([0]), np.ones(4)], "ARGUMENT", ufunc="negative")
    for name in ("frexp", "divmod", "clip", "ldexp"):
        c.error("at", [a, np.array([0]), np.ones(4)], "ARGUMENT", ufunc=name)
    k = np.array([4, 5, 6])
    j = np.array([0, 0, 2])
    for b in (np.array([1.5, 1.5, 2.5]), weak(3), weak(2.5), np.array([1, 1000, 7]), np.array([200, 3, 1], "uint8")):
        v = b.value if isinstance(b, weak) else b
        for t in ("int64", "int8", "uint8", "float32", "bool", "complex128"):
            kt = k.astype(t)
            for name in ("add", "multiply", "divide", "less", "maximum"):
                u = getattr(np, name)
                call(c, "at", [kt, j, b], lambda: applied(u, kt, j, v), tol="u4", ufunc=name)
    call(c, "at", [k, j, np.array([2, -1, 1])], lambda: applied(np.power, k, j, np.array([2, -1, 1])), ufunc="power")


if __name__ == "__main__":
    c = Cases()
    folds(c)
    c.write("ufunc_fold_cases.tsv")
    c = Cases()
    at(c)
    c.write("ufunc_at_cases.tsv")
