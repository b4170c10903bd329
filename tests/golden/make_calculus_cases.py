"""Cases of differences, gradients, integrals, phases, and of the small functions that clean numbers up."""
import os

import numpy as np

from cases import Cases, weak

rng = np.random.default_rng(11)
c = Cases()
ALL = ["bool", "int8", "uint8", "int32", "int64", "uint64", "float16", "float32", "float64", "complex64", "complex128"]


def v(shape, t="float64", whole=False):
    n = int(np.prod(shape))
    if t == "bool":
        return rng.random(shape) < 0.5
    if whole or t[0] in "iu":
        x = rng.integers(0 if t[0] == "u" else -50, 50, n).astype(t)
    else:
        x = (rng.standard_normal(n) * 3).astype(t)
    if t[0] == "c":
        x = x + (1j * rng.standard_normal(n)).astype(t)
    return np.asarray(x, t).reshape(shape)


def strong(x):
    return x.value if isinstance(x, weak) else x


# ---- diff
for t in ALL:
    for s, n, axis in [((6,), 1, -1), ((6,), 2, 0), ((2, 4), 1, 0), ((3, 4), 2, 1), ((2, 3, 2), 1, 1), ((3,), 5, 0), ((0,), 1, 0), ((1,), 1, 0),
                       ((2, 0), 1, 0), ((4,), 0, 0)]:
        x = v(s, t)
        c.call("diff", [x], lambda: np.diff(x, n, axis), n=n, axis=axis)
    x, p, q = v((2, 3), t), v((2, 1), t), v((2, 2), t)
    c.call("diff", [x, p], lambda: np.diff(x, prepend=p), n=1, axis=-1)
    c.call("diff", [x, None, q], lambda: np.diff(x, append=q), n=1, axis=-1)
    c.call("diff", [x, p, q], lambda: np.diff(x, 2, prepend=p, append=q), n=2, axis=-1)
    for w in [weak(5), weak(2.5), weak(True)]:
        c.call("diff", [x, w], lambda: np.diff(x, axis=0, prepend=w.value), n=1, axis=0)
        c.call("diff", [x, w, w], lambda: np.diff(x, axis=1, prepend=w.value, append=w.value), n=1, axis=1)
special = np.array([np.nan, 1.0, np.inf, np.inf, -np.inf, -0.0, 0.0, 5e-324, 1e308, -1e308])
c.call("diff", [special], lambda: np.diff(special), n=1, axis=0)
c.call("diff", [special], lambda: np.diff(special, 2), n=2, axis=0)
edge = np.array([127, -128, 0, -128], "int8")
c.call("diff", [edge], lambda: np.diff(edge), n=1, axis=0)
edge = np.array([0, 2**64 - 1, 1], "uint64")
c.call("diff", [edge], lambda: np.diff(edge), n=1, axis=0)
x, p = v((3,), "int8"), v((), "float32")
c.call("diff", [x, p], lambda: np.diff(x, prepend=p), n=1, axis=0)
for s, n, axis, e in [((), 1, 0, "SHAPE"), ((3,), -1, 0, "ARGUMENT"), ((3,), 1, 1, "INDEX"), ((3,), 1, -2, "INDEX")]:
    c.call("diff", [v(s)], lambda: np.diff(np.ones(s), n, axis), n=n, axis=axis, error=e)
for s, axis in [((3,), -1), ((2, 1), 0), ((3, 1), 1), ((1, 2, 1), 1)]:
    c.call("diff", [v((2, 3)), v(s)], lambda: np.diff(np.ones((2, 3)), axis=axis, prepend=np.ones(s)), n=1, axis=axis, error="SHAPE" if s != (3,) else "SHAPE")

# ---- ediff1d
for t in ALL[1:]:
    for s in [(5,), (2, 3), (0,), (1,), ()]:
        x = v(s, t)
        c.call("ediff1d", [x], lambda: np.ediff1d(x))
    x, p, q = v((2, 2), t), v((2,), t), v((1, 2), t)
    c.call("ediff1d", [x, p], lambda: np.ediff1d(x, to_begin=p))
    c.call("ediff1d", [x, None, q], lambda: np.ediff1d(x, to_end=q))
    c.call("ediff1d", [x, p, q], lambda: np.ediff1d(x, to_begin=p, to_end=q))
    for w in [weak(2), weak(1.5)]:
        same = np.can_cast(np.asarray(w.value).dtype, t, "same_kind")
        c.call("ediff1d", [x, w, w], lambda: np.ediff1d(x, to_begin=w.value, to_end=w.value), error=None if same else "DTYPE")
c.call("ediff1d", [v((3,), "bool")], lambda: np.ediff1d(np.array([True, False])), error="DTYPE")
x = v((3,), "float32")
c.call("ediff1d", [x, v((2,), "complex64")], lambda: np.ediff1d(x, to_begin=np.ones(2, "c8")), error="DTYPE")

# ---- gradient
for t in ALL[1:]:
    for s, axis, order in [((5,), 0, 1), ((5,), 0, 2), ((3, 4), 1, 1), ((3, 4), 0, 2), ((2, 3), 0, 1), ((2,), -1, 1), ((3,), -1, 2)]:
        x = v(s, t)
        for d in [None, weak(2), weak(0.25), np.float32(3), np.float64(0.5)]:
            if d is not None and order == 1 and axis == 1:
                continue
            args = [x] if d is None else [x, d]
            sp = () if d is None else (strong(d),)
            c.call("gradient", args, lambda: np.gradient(x, *sp, axis=axis, edge_order=order),
                   tol="=", axis=axis, edge_order=order)
        n = x.shape[axis]
        for at in [np.arange(n), np.arange(n) * 0.5, np.cumsum(rng.integers(1, 5, n)), np.cumsum(rng.random(n) + 0.1), np.cumsum(rng.random(n) + 0.1).astype("f4")]:
            if x.ndim == 2 and at.dtype == "f4":
                continue
            c.call("gradient", [x, at], lambda: np.gradient(x, at, axis=axis, edge_order=order),
                   tol="r2e-3" if t == "float16" else "r1e-6" if t in ("float32", "complex64") or at.dtype == "f4" else "r1e-14",
                   axis=axis, edge_order=order)
c.call("gradient", [special], lambda: np.gradient(special), axis=0)
for s, axis, order, e in [((1,), 0, 1, "SHAPE"), ((2,), 0, 2, "SHAPE"), ((0,), 0, 1, "SHAPE"), ((3,), 1, 1, "INDEX"), ((3,), 0, 3, "ARGUMENT"), ((), 0, 1, "INDEX")]:
    c.call("gradient", [v(s)], lambda: np.gradient(np.ones(s), axis=axis, edge_order=order), axis=axis, edge_order=order, error=e)
c.call("gradient", [v((3,), "bool")], lambda: np.gradient(np.array([True, False, True])), axis=0, error="DTYPE")
for d in [(2,), (4,), (1,), (3, 1)]:
    c.call("gradient", [v((3,)), v(d)], lambda: np.gradient(np.ones(3), np.ones(d)), axis=0, error="SHAPE")
for s in [(3, 4), (2, 3, 2), (5,)]:
    x = v(s)
    for order in [1, 2] if min(s) > 2 else [1]:
        c.call("gradients", [x], lambda: tuple(np.atleast_1d(g) for g in ([np.gradient(x, edge_order=order)] if len(s) == 1 else np.gradient(x, edge_order=order))),
               tol=["u1"] * len(s), edge_order=order)
        c.call("gradients", [x, weak(2)], lambda: tuple([np.gradient(x, 2, edge_order=order)] if len(s) == 1 else np.gradient(x, 2, edge_order=order)),
               tol=["u1"] * len(s), edge_order=order)
        co = [np.cumsum(rng.random(n) + 0.1) for n in s]
        c.call("gradients", [x] + co, lambda: tuple([np.gradient(x, *co, edge_order=order)] if len(s) == 1 else np.gradient(x, *co, edge_order=order)),
               tol=["r1e-14"] * len(s), edge_order=order)
x, co = v((2, 3, 4)), [weak(0.5), np.array([0.0, 1, 4, 5])]
c.call("gradients", [x] + co, lambda: tuple(np.gradient(x, 0.5, co[1], axis=(0, 2))), tol=["u1", "r1e-14"], axes=[0, 2])
c.call("gradients", [x], lambda: tuple(np.gradient(x, axis=(-1, 1))), tol=["u1", "u1"], axes=[-1, 1])
c.call("gradients", [x, weak(1), weak(2)], lambda: np.gradient(x, 1, 2), error="ARGUMENT")
c.call("gradients", [x], lambda: np.gradient(x, axis=(0, 0)), axes=[0, 0], error="ARGUMENT")
c.call("gradients", [x], lambda: np.gradient(x, axis=(0, 3)), axes=[0, 3], error="INDEX")
c.call("gradients", [x, np.arange(3.0)], lambda: np.gradient(x, np.arange(3.0)), error="ARGUMENT")

# ---- trapezoid
for t in ALL:
    tol = {"float16": "r4e-3", "float32": "r1e-6", "complex64": "r1e-6"}.get(t, "r2e-15")
    for s, axis in [((6,), -1), ((2, 4), 0), ((3, 4), 1), ((2, 3, 2), -2), ((1,), 0), ((0,), 0), ((0, 3), 0), ((3, 0), 1)]:
        y = v(s, t)
        c.call("trapezoid", [y], lambda: np.trapezoid(y, axis=axis), tol=tol, axis=axis)
        c.call("trapezoid", [y], lambda: np.trapezoid(y, dx=0.25, axis=axis), tol=tol, axis=axis, dx=0.25)
    y = v((3, 4), t)
    for x in [v((4,), "float64"), v((3, 4), "float64"), v((4,), "int32"), v((4,), "float32"), v((1, 4), "float64")]:
        c.call("trapezoid", [y, x], lambda: np.trapezoid(y, x), tol="r2e-2" if t == "float16" else "r2e-6" if t in ("float32", "complex64") or x.dtype == "f4" else "r1e-14", axis=-1)
    x = v((3,))
    c.call("trapezoid", [y, x], lambda: np.trapezoid(y, x, axis=0), tol="r2e-2" if t == "float16" else "r2e-6" if t in ("float32", "complex64") else "r1e-14", axis=0)
y = v((3,))
x = v((2, 3))
c.call("trapezoid", [y, x], lambda: np.trapezoid(y, x), tol="r1e-14", axis=-1)
c.call("trapezoid", [np.array([1.0, np.nan, 2.0])], lambda: np.trapezoid(np.array([1.0, np.nan, 2.0])), axis=0)
c.call("trapezoid", [np.float64(1)], lambda: np.trapezoid(np.float64(1)), axis=-1, error="INDEX")
c.call("trapezoid", [y, np.float64(2)], lambda: np.trapezoid(y, np.float64(2)), axis=-1, error="SHAPE")
c.call("trapezoid", [y, v((5,))], lambda: np.trapezoid(y, np.ones(5)), axis=-1, error="SHAPE")
c.call("trapezoid", [y], lambda: np.trapezoid(y, axis=1), axis=1, error="INDEX")

# ---- unwrap
for t in ALL[:9]:
    tol = {"float16": "r4e-3", "float32": "r1e-6"}.get(t, "r2e-15")
    for s, axis in [((8,), -1), ((2, 5), 1), ((5, 2), 0), ((1,), 0), ((0,), 0)]:
        x = v(s, t, whole=True) if t[0] in "iu" else v(s, t)
        for k in [{}, dict(period=weak(7.5)), dict(discont=4.0), dict(period=weak(3.0), discont=2.5)]:
            args = [x] + ([k["period"]] if "period" in k else [])
            c.call("unwrap", args, lambda: np.unwrap(x, axis=axis, **{a: strong(b) for a, b in k.items()}), tol=tol, axis=axis, discont=k.get("discont"))
        if t[0] == "u":
            continue
        for p in [4, 5, 10, 1]:
            c.call("unwrap", [x, weak(p)], lambda: np.unwrap(x, axis=axis, period=p), tol=tol, axis=axis)
half = np.array([0, np.pi, 0, -np.pi, 2 * np.pi, 0])
c.call("unwrap", [half], lambda: np.unwrap(half), tol="r2e-15", axis=0)
x = np.array([0, 2, 0, -2, 4, 10])
c.call("unwrap", [x, weak(4)], lambda: np.unwrap(x, period=4), axis=0)
x = np.array([0.0, np.nan, 1.0, 9.0, np.inf])
c.call("unwrap", [x], lambda: np.unwrap(x), tol="r2e-15", axis=0)
c.call("unwrap", [np.array([0, 250, 10], "u1"), weak(255)], lambda: np.unwrap(np.array([0, 250, 10], "u1"), period=255), axis=0, error="DTYPE")
c.call("unwrap", [np.array([0, 25, 10], "i1"), weak(300)], lambda: np.unwrap(np.array([0, 25, 10], "i1"), period=300), axis=0, error="DTYPE")
c.call("unwrap", [np.float64(1)], lambda: np.unwrap(np.float64(1)), axis=-1, error="SHAPE")
c.call("unwrap", [y], lambda: np.unwrap(y, axis=1), axis=1, error="INDEX")
c.call("unwrap", [v((3,), "complex64")], lambda: np.unwrap(np.ones(3, "c8")), axis=0, error="DTYPE")

# ---- nan_to_num, angle, real_if_close, round
odd = np.array([np.nan, np.inf, -np.inf, -0.0, 1.5, -7.0])
for t in ALL:
    x = np.array([0, 1, 2, 3], t) if t[0] in "biu" else odd.astype(t)
    if t[0] == "c":
        x = x + (1j * odd[::-1]).astype(t)
    for k in [{}, dict(nan=3.5), dict(posinf=1.0), dict(neginf=-2.0), dict(nan=-1.0, posinf=1e6, neginf=np.nan), dict(nan=np.inf)]:
        c.call("nan_to_num", [x], lambda: np.nan_to_num(x, **k), **k)
    tol = {"float16": "u1", "float32": "u2", "complex64": "u2"}.get(t, "u2")
    x = v((2, 4), t)
    c.call("angle", [x], lambda: np.angle(x), tol=tol)
    c.call("angle", [x], lambda: np.angle(x, deg=True), tol=tol, deg=1)
c.call("angle", [odd], lambda: np.angle(odd), tol="r1e-15")
z = np.array([1 + 1j, -1 + 0j, complex(-1, -0.0), 0j, 1j, -1j])
c.call("angle", [z], lambda: np.angle(z), tol="u2")
c.call("angle", [z], lambda: np.angle(z, deg=True), tol="u2", deg=1)
for x in [z.real + 1e-14j, z.real + 1e-12j, (z.real + 1e-6j).astype("c8"), (z.real + 1e-4j).astype("c8"), z, z.real, np.array([1, 2], "i4"), np.zeros(0, complex)]:
    for tol in [None, 1e4, 1e-10, 1.0]:
        c.call("real_if_close", [x], lambda: np.real_if_close(x) if tol is None else np.real_if_close(x, tol), tol=["="], limit=tol)
for t in ALL[1:]:
    x = np.array([-1250, -150, -15, -5, 0, 5, 15, 25, 35, 149, 151, 1350]).astype("i8") % (10**2 if t in ("int8", "uint8") else 10**6)
    x = (np.array([-2.5, -1.5, -0.5, 0.5, 1.5, 2.675, 1.005, 123.456, np.nan, np.inf, -0.0]).astype(t) if t[0] in "fc" else x.astype(t))
    for d in [0, 1, 2, -1, -2]:
        c.call("round", [x], lambda: np.round(x, d), decimals=d)
for lo, hi in [(weak(-1), weak(2)), (np.array([0.0, 1, 2]), weak(1.5)), (weak(3), weak(1)), (np.float32(0), np.float64(1))]:
    for x in [np.array([-5.0, np.nan, 9.0]), np.array([-3, 0, 3], "i4"), np.array([[1.0, -0.0, 5], [np.inf, -np.inf, 2]], "f4")]:
        c.call("clip", [x, lo, hi], lambda: np.clip(x, strong(lo), strong(hi)))

c.write(os.path.join(os.path.dirname(os.path.abspath(__file__)), "calculus_cases.tsv"))
