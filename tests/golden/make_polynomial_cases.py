"""Polynomials and general eigenvalues: python make_polynomial_cases.py writes polynomial_*_cases.tsv beside this file."""
import os

import numpy as np
from numpy.polynomial import chebyshev, hermite, hermite_e, laguerre, legendre, polynomial

from cases import Cases, operand, weak

HERE = os.path.dirname(os.path.abspath(__file__))
MODULES = {"poly": polynomial, "cheb": chebyshev, "leg": legendre, "herm": hermite, "herme": hermite_e, "lag": laguerre}
FLOATS = ["float16", "float32", "float64", "complex64", "complex128"]
INTS = ["int8", "uint8", "int32", "int64", "uint64"]
rng = np.random.default_rng(44)


def reals(shape, t="float64"):
    t = np.dtype(t)
    if t.kind == "b":
        return rng.integers(0, 2, shape).astype(t)
    if t.kind in "iu":
        return rng.integers(0 if t.kind == "u" else -9, 9, shape).astype(t)
    v = np.round(rng.standard_normal(shape), 3)
    if t.kind == "c":
        v = v + 1j * np.round(rng.standard_normal(shape), 3)
    return np.asarray(v).astype(t)


def tol(t, n):
    """n ulps of the largest number; float16 rounds after each operation in other places."""
    t = np.dtype(t)
    real = np.zeros(0, t).real.dtype if t.kind == "c" else t
    eps = np.finfo(real if real.kind == "f" else np.float64).eps
    return f"r{n * float(eps)!r}"


def common(*a):
    return np.result_type(*[x.dtype if x.dtype.kind in "fc" else np.dtype("float64") for x in map(np.asarray, a)])


def trim(op, a, limit, result):
    """The option is called tol, as the parameter that Cases.call keeps for itself."""
    c.lines.append("\t".join([op, f"tol={float(limit)!r}", "r0", "1", operand(a), result]))


# ---------------------------------------------------------------------------------------------- arithmetic
c = Cases()
nan, inf = np.nan, np.inf
for p, m in MODULES.items():
    f = lambda name: getattr(m, p + name)
    pairs = [(reals(i, t), reals(j, t)) for t in FLOATS for i, j in ((1, 1), (4, 2), (2, 5))]
    pairs += [(reals(3, t), reals(4, t)) for t in INTS]
    pairs += [(reals(3, "float32"), reals(4, "int8")), (reals(2, "float16"), reals(3, "complex64")), (reals(3, "int64"), reals(2, "complex64")),
              (np.float64([1, 2, 0, 0]), np.float64([0, 0])), (np.float64([0, 0, 0]), np.float64([0])), (np.float64([1, 2, 3]), np.float64([1, 2, 3])),
              (np.float64([1, 2, 3]), np.float64([0, 0, -3])), (np.float64([1, nan, 2]), np.float64([1, 2])), (np.float64([1, 2, nan]), np.float64([1, 2])),
              (np.float64([1, inf, 2]), np.float64([1, 2])), (np.float64([5e-324, 1]), np.float64([2, 5e-324])), (np.float64(3), np.float64([1, 2]))]
    for a, b in pairs:
        t = common(a, b)
        n = 8 if t != np.float16 else 16
        c.call(p + "add", [a, b], lambda: f("add")(a, b), tol="r0")
        c.call(p + "sub", [a, b], lambda: f("sub")(a, b), tol="r0")
        if not (np.isinf(a).any() and p == "cheb"):     # z-series of infinities are NaN in other places
            c.call(p + "mul", [a, b], lambda: f("mul")(a, b), tol=tol(t, 4 * n))
        c.call(p + "mulx", [a], lambda: f("mulx")(a), tol="r5e-16" if common(a) in ("float64", "complex128") else tol(common(a), 2))
    c.call(p + "add", [np.float32([1, 2]), weak(2)], lambda: f("add")(np.float64([1, 2]), 2))
    for a, b in [(reals(i, t), reals(j, t)) for t in FLOATS for i, j in ((1, 1), (5, 2), (6, 3), (2, 4), (4, 4), (3, 1))] + [
            (reals(5, "int64"), np.int64([1, 2, 2])), (np.float64([1, 2, 3, 0]), np.float64([4, 2, 0])), (reals(7), np.float64([0, 0, 1]))]:
        b = b.copy()
        b[-1 if b[-1] else 1 if b.size < 4 else -1] += 2        # a divisor that does not blow the quotient up
        t = common(a, b)
        q, r = f("div")(a, b)
        if p == "cheb" and len(a) < len(b):
            r = np.trim_zeros(r, "b") if r.any() else r[:1]
        c.call(p + "div", [a, b], (q, r), tol=[tol(t, 400 if t == np.float16 else 200)] * 2)
    c.call(p + "div", [np.float64([1, 2, 3]), np.float64([0, 0])], lambda: f("div")(np.float64([1, 2, 3]), np.float64([0, 0])), error="ARGUMENT")
    for t in FLOATS + ["int32"]:
        for n in (0, 1, 2, 5):
            a = reals(3, t)
            c.call(p + "pow", [a], lambda: f("pow")(a, n), tol=tol(common(a), 100), n=n)
    c.call(p + "pow", [np.float64([1, 2])], lambda: f("pow")([1, 2], -1), n=-1, error="ARGUMENT")
    c.call(p + "pow", [np.float64([1, 2])], lambda: f("pow")([1, 2], 4, 3), n=4, maxpower=3, error="ARGUMENT")
    c.call(p + "pow", [np.float64([1, .25])], lambda: f("pow")([1, .25], 20, 40), n=20, maxpower=40, tol="r1e-12")
    if p != "poly":
        c.call(p + "pow", [np.float64([1, 2])], lambda: f("pow")([1, 2], 17), n=17, error="ARGUMENT")
    for bad, why in ((np.zeros((2, 2)), "SHAPE"), (np.zeros(0), "SHAPE"), (np.ones(3, bool), "DTYPE")):
        good = np.float64([1, 2])
        for op in ("add", "sub", "mul", "div"):
            c.call(p + op, [bad, good], lambda: f(op)(bad, good), error=why)
            c.call(p + op, [good, bad], lambda: f(op)(good, bad), error=why)
        c.call(p + "mulx", [bad], lambda: f("mulx")(bad), error=why)
        c.call(p + "pow", [bad], lambda: f("pow")(bad, 2), n=2, error=why)
        c.call(p + "trim", [bad], lambda: f("trim")(bad, 0), error=why)
    for a, x in ((np.float64([1, 2, 1e-3, 0]), 0), (np.float64([1, 2, 1e-3, 0]), 1e-2), (np.float64([1, 2]), 5), (np.complex64([1, 3j, 1j]), 2),
                 (np.int64([1, 2, 0]), 0), (np.float64([0, 0]), 0), (np.float64([1, nan, 0]), 0), (np.float16([1, 2, 3]), 2)):
        trim(p + "trim", a, x, operand(f("trim")(a, x)))
    trim(p + "trim", np.float64([1, 2]), -1, "error:ARGUMENT")
    for off, scl in ((1.5, 2.0), (-3.0, 0.0), (0.0, -1.0), (0.25, 1e-3)):
        c.call(p + "line", [], lambda: f("line")(off, scl), off=off, scl=scl, tol="u1")
    if p != "poly":
        for t in FLOATS + ["int64"]:
            for n in (1, 2, 3, 6):
                a = reals(n, t)
                c.call("poly2" + p, [a], lambda: getattr(m, "poly2" + p)(a), tol=tol(common(a), 64))
                c.call(p + "2poly", [a], lambda: getattr(m, p + "2poly")(a), tol=tol(common(a), 64))
    for a in (np.float64([1.5]), np.float64([1, -1, 2]), reals(5), np.complex128([1j, -1j, 2]), reals(4, "complex64"), reals(3, "float32"), np.int64([3, 1, 2]),
              np.float64([]), reals(2, "float16"), reals(7), np.float64(2.5)):
        c.call(p + "fromroots", [a], lambda: f("fromroots")(np.atleast_1d(a)), tol="r1e-13")
    c.call(p + "fromroots", [np.zeros((2, 2))], lambda: f("fromroots")(np.zeros((2, 2))), error="SHAPE")
c.write(os.path.join(HERE, "polynomial_arithmetic_cases.tsv"))

# ---------------------------------------------------------------------------------------------- values
c = Cases()
for p, m in MODULES.items():
    f = lambda name: getattr(m, p + name)
    for t in FLOATS:
        for n in (1, 2, 3, 6):
            for shape in ((), (1,), (4,), (2, 3), (0,)):
                x, k = reals(shape, t), reals(n, t)
                c.call(p + "val", [x, k], lambda: f("val")(x, k), tol=tol(t, 32 if t != "float16" else 64))
    for x, k in ((reals(3, "int8"), reals(4, "float32")), (reals(3, "int32"), reals(4, "int64")), (reals(3, "float32"), reals(3, "float64")),
                 (reals((2, 2), "complex64"), reals(3, "float64")), (reals(3), reals((4, 2))), (reals((2, 3)), reals((3, 2, 2))), (reals(3), np.float64(2)),
                 (np.float64([0, -0.0, nan, inf, -inf]), np.float64([1, 2, 3])), (np.float64([inf, 1]), np.float64([2.0])), (np.float64([1, 2]), np.float64([1, nan, 2])),
                 (weak(0.5), reals(4, "float32")), (weak(2), reals(3, "float64")), (weak(1.5), reals((3, 2))), (weak(0.5j), reals(4, "float32"))):
        xv = x.value if isinstance(x, weak) else x
        t = np.float32 if np.asarray(k).dtype == np.float32 and np.asarray(x if not isinstance(x, weak) else 1.0).dtype.kind != "i" else np.float64
        c.call(p + "val", [x, k], lambda: f("val")(xv, k), tol=tol(t, 64))
    x, k = reals(3), reals((4, 3))
    c.call(p + "val", [x, k], lambda: f("val")(x, k, tensor=False), tol="r1e-14", tensor=0)
    x, k = reals((2, 3)), reals((4, 3))
    c.call(p + "val", [x, k], lambda: f("val")(x, k, tensor=False), tol="r1e-14", tensor=0)
    c.error(p + "val", [reals(2), reals((4, 3))], "SHAPE", tensor=0)
    c.error(p + "val", [reals(2), np.zeros(0)], "SHAPE")
    x, y, z = reals(4), reals(4), reals(4)
    for k in (reals((3, 2)), reals((2, 3, 2)), reals((2, 2), "int32")):
        c.call(p + "val2d", [x, y, k], lambda: f("val2d")(x, y, k), tol="r1e-14")
        c.call(p + "grid2d", [x, y[:2], k], lambda: f("grid2d")(x, y[:2], k), tol="r1e-14")
    k = reals((2, 3, 2))
    c.call(p + "val3d", [x, y, z, k], lambda: f("val3d")(x, y, z, k), tol="r1e-14")
    c.call(p + "grid3d", [x[:2], y[:2], z[:1], k], lambda: f("grid3d")(x[:2], y[:2], z[:1], k), tol="r1e-14")
    x2, y2 = reals((2, 2), "float32"), reals((2, 2), "float32")
    k = reals((3, 2), "float32")
    c.call(p + "val2d", [x2, y2, k], lambda: f("val2d")(x2, y2, k), tol="r2e-6")
    c.call(p + "val2d", [x, y[:2], reals((2, 2))], lambda: f("val2d")(x, y[:2], reals((2, 2))), error="SHAPE")
    c.error(p + "val2d", [x, y, reals(3)], "SHAPE")
    for t in FLOATS + ["bool", "int8", "uint64"]:
        for deg in (0, 1, 4):
            x = reals(3, t)
            c.call(p + "vander", [x], lambda: f("vander")(x, deg), tol=tol(common(x), 16), deg=deg)
    for x in (np.float64(1.5), reals((2, 3)), np.zeros((0,)), np.float64([nan, inf, -0.0])):
        c.call(p + "vander", [x], lambda: f("vander")(x, 3), tol="r1e-14", deg=3)
    c.call(p + "vander", [reals(2)], lambda: f("vander")(reals(2), -1), deg=-1, error="ARGUMENT")
    x, y, z = reals(3), reals(3, "float32"), reals(3, "int8")
    c.call(p + "vander2d", [x, y], lambda: f("vander2d")(x, y, [2, 1]), tol="r1e-14", deg=2, deg_y=1)
    c.call(p + "vander2d", [y, z], lambda: f("vander2d")(y, z, [2, 3]), tol="r2e-6", deg=2, deg_y=3)
    c.call(p + "vander3d", [x, y, z], lambda: f("vander3d")(x, y, z, [1, 2, 1]), tol="r1e-14", deg=1, deg_y=2, deg_z=1)
    c.call(p + "vander2d", [np.float64(.5), np.float64(2)], lambda: f("vander2d")(.5, 2, [1, 1]), tol="r1e-14", deg=1, deg_y=1)
    c.call(p + "vander2d", [x, y], lambda: f("vander2d")(x, y, [1, -1]), deg=1, deg_y=-1, error="ARGUMENT")
    c.error(p + "vander2d", [x, reals(2)], "SHAPE", deg=1, deg_y=1)
    if p != "poly":
        for t in FLOATS + ["int8"]:
            x = reals((2, 3), t) / 4
            x = x.astype(t)
            c.call(p + "weight", [x], lambda: f("weight")(x + 0.0), tol=tol(common(x), 16 if t != "float16" else 4))
        for n in (1, 2, 3, 4, 5, 8, 17, 40):
            # NumPy rounds its nodes once more than is needed; weights of far nodes are known to fewer digits
            c.call(p + "gauss", [], lambda: f("gauss")(n), tol=["r1e-14", "r1e-12"], deg=n)
        c.call(p + "gauss", [], lambda: f("gauss")(0), deg=0, error="ARGUMENT")
for n in (1, 2, 5, 9):
    c.call("chebpts1", [], lambda: chebyshev.chebpts1(n), n=n, tol="r2e-16")
    if n > 1:
        c.call("chebpts2", [], lambda: chebyshev.chebpts2(n), n=n, tol="r3e-16")
c.call("chebpts1", [], lambda: chebyshev.chebpts1(0), n=0, error="ARGUMENT")
c.call("chebpts2", [], lambda: chebyshev.chebpts2(1), n=1, error="ARGUMENT")
for t in FLOATS + ["int32"]:
    for xs, rs in (((), 3), ((4,), 3), ((2, 2), 2), ((3,), (2, 3)), ((2,), 1)):
        x, r = reals(xs, t), reals(rs, t)
        c.call("polyvalfromroots", [x, r], lambda: polynomial.polyvalfromroots(x, r), tol=tol(common(x), 8))
x, r = reals(3), reals((2, 3))
c.call("polyvalfromroots", [x, r], lambda: polynomial.polyvalfromroots(x, r, tensor=False), tol="r1e-15", tensor=0)
c.call("polyvalfromroots", [x, reals(3)], lambda: polynomial.polyvalfromroots(x, reals(3), tensor=False), tensor=0, error="SHAPE")
c.call("polyvalfromroots", [weak(2.5), np.float32([1, 2])], lambda: polynomial.polyvalfromroots(2.5, np.float32([1, 2])), tol="r1e-6")
for tp in ["bool", *INTS, *FLOATS]:
    for tx in ["bool", *INTS, *FLOATS]:
        q, x = reals(4, tp), reals(3, tx)
        if {tp, tx} <= {"bool"}:
            continue
        t = np.polyval(q, x).dtype
        c.call("np.polyval", [q, x], lambda: np.polyval(q, x), tol="=" if t.kind in "iub" else tol(t, 8))
for q, x in ((reals(3), reals((2, 2))), (np.zeros(0), reals(3)), (reals(3), np.float64(.5)), (reals(4, "int32"), weak(2)), (reals(4, "float32"), weak(.5)),
             (np.int8([1, 1]), np.int8([127, -128])), (np.float64([1, nan]), np.float64([1, inf])), (reals((2, 3)), reals(3))):
    c.call("np.polyval", [q, x], lambda: np.polyval(q, x.value if isinstance(x, weak) else x), tol="r1e-14")
c.error("np.polyval", [np.float64(3), reals(3)], "SHAPE")
c.write(os.path.join(HERE, "polynomial_value_cases.tsv"))

# ---------------------------------------------------------------------------------------------- calculus
c = Cases()
for p, m in MODULES.items():
    f = lambda name: getattr(m, p + name)
    for t in ["bool", *INTS, *FLOATS]:
        for n in (1, 2, 3, 4, 7):
            a = reals(n, t)
            c.call(p + "der", [a], lambda: f("der")(a), tol=tol(common(a), 8))
            c.call(p + "int", [a], lambda: f("int")(a), tol=tol(common(a), 16))
    for m_ in (0, 2, 3, 5, 8):
        a = reals(6)
        c.call(p + "der", [a], lambda: f("der")(a, m_), tol="r4e-15", m=m_)
        c.call(p + "int", [a], lambda: f("int")(a, m_), tol="r1e-14", m=m_)
        c.call(p + "der", [a], lambda: f("der")(a, m_, 2.5), tol="r4e-15", m=m_, scl=2.5)
        c.call(p + "int", [a], lambda: f("int")(a, m_, scl=-.5, lbnd=1.25), tol="r1e-14", m=m_, scl=-.5, lbnd=1.25)
    for axis in (0, 1, -1, -2):
        a = reals((4, 3))
        c.call(p + "der", [a], lambda: f("der")(a, axis=axis), tol="r4e-15", axis=axis)
        c.call(p + "der", [a], lambda: f("der")(a, 2, axis=axis), tol="r4e-15", axis=axis, m=2)
        c.call(p + "int", [a], lambda: f("int")(a, axis=axis), tol="r1e-14", axis=axis)
        k = np.float64([1, -2])
        c.call(p + "int", [a, k], lambda: f("int")(a, 2, k, .5, axis=axis), tol="r1e-14", axis=axis, m=2, lbnd=.5)
    for a in (np.float64(3), np.float64([0]), np.float64([0, 0, 0]), np.float64([1, nan, 2, 3]), np.float64([inf, 1, 2]), reals((2, 3, 2))):
        c.call(p + "der", [a], lambda: f("der")(a), tol="r4e-15")
        c.call(p + "int", [a], lambda: f("int")(a), tol="r1e-14")
        c.call(p + "int", [a, np.float64(2)], lambda: f("int")(a, 1, 2), tol="r1e-14")
    c.call(p + "der", [reals(3)], lambda: f("der")(reals(3), -1), m=-1, error="ARGUMENT")
    c.call(p + "int", [reals(3)], lambda: f("int")(reals(3), -1), m=-1, error="ARGUMENT")
    c.call(p + "int", [reals(3), np.float64([1, 2])], lambda: f("int")(reals(3), 1, [1, 2]), error="ARGUMENT")
    c.call(p + "der", [reals(3)], lambda: f("der")(reals(3), axis=1), axis=1, error="INDEX")
    c.call(p + "int", [reals(3)], lambda: f("int")(reals(3), axis=-2), axis=-2, error="INDEX")
c.write(os.path.join(HERE, "polynomial_calculus_cases.tsv"))

# ---------------------------------------------------------------------------------------------- roots, fits, eigenvalues
c = Cases()
for p, m in MODULES.items():
    f = lambda name: getattr(m, p + name)
    for t in ["float32", "float64", "complex64", "complex128", "int64"]:
        for n in (1, 2, 3, 4, 7):
            a = reals(n, t)
            a[-1] = 3
            single = t in ("float32", "complex64")
            c.call(p + "roots", [a], lambda: np.sort_complex(f("roots")(a)).astype(f("roots")(a).dtype), tol="r1e-4" if single else "r1e-12")
            if n > 1:
                c.call(p + "companion", [a], lambda: f("companion")(a), tol=tol(common(a), 8))
    for a in (np.float64([1, 2, 3, 0, 0]), np.float64([0, 0]), np.float64([6, -5, 1]), np.float64([1, 0, 1]), np.float64(5)):
        c.call(p + "roots", [a], lambda: f("roots")(a), tol="r1e-13")
    c.call(p + "companion", [np.float64([1])], lambda: f("companion")([1]), error="SHAPE")
    c.call(p + "roots", [np.zeros((2, 2))], lambda: f("roots")(np.zeros((2, 2))), error="SHAPE")
    c.call(p + "roots", [np.ones(3, bool)], lambda: f("roots")(np.ones(3, bool)), error="DTYPE")
    c.error(p + "roots", [np.float16([1, 2, 3])], "DTYPE")
    c.call(p + "roots", [np.float64([1, nan, 3])], lambda: f("roots")([1, nan, 3]), error="CONVERGENCE")
    x = np.round(np.linspace(-1, 1, 9) if p != "lag" else np.linspace(0, 3, 9), 2)
    w = np.round(rng.uniform(.5, 2, 9), 2)
    for t in ("float64", "float32", "complex128", "int32"):
        y = reals(9, t)
        xs = x.astype("float32") if t == "float32" else x
        e = "r2e-4" if t == "float32" else "r1e-12"
        for deg in (0, 1, 3):
            def fit():
                k, (res, rank, s, rcond) = f("fit")(xs, y, deg, full=True)
                return k, res, np.int64(rank), s, np.float64(rcond)
            c.call(p + "fit", [xs, y], fit, tol=[e, e, "=", e, "u0"], deg=deg, full=1)
    y, y2 = reals(9), reals((9, 2))
    c.call(p + "fit", [x, y2], lambda: f("fit")(x, y2, 3), tol="r1e-12", deg=3)
    c.call(p + "fit", [x, y, w], lambda: f("fit")(x, y, 3, w=w), tol="r1e-12", deg=3)
    c.call(p + "fit", [x, y2, w], lambda: f("fit")(x, y2, 2, w=w), tol="r1e-12", deg=2)
    c.call(p + "fit", [x, y], lambda: f("fit")(x, y, [3, 0]), tol="r1e-12", terms=[3, 0])
    c.call(p + "fit", [x, y2], lambda: f("fit")(x, y2, [1, 2, 4]), tol="r1e-12", terms=[1, 2, 4])
    c.call(p + "fit", [x, y], lambda: f("fit")(x, y, 2, rcond=.6), tol="r1e-12", deg=2, rcond=.6)
    c.call(p + "fit", [np.int64([0, 1, 2, 3]), np.int64([1, 2, 5, 10])], lambda: f("fit")([0, 1, 2, 3], [1, 2, 5, 10], 2), tol="r1e-12", deg=2)
    c.call(p + "fit", [np.float64([0, 0]), np.float64([1, 2])], lambda: f("fit")([0, 0], [1, 2], 1), tol="r1e-12", deg=1)
    for args, kw, why in (([x, y], {"deg": -1}, "ARGUMENT"), ([x, y[:5]], {"deg": 1}, "SHAPE"), ([y2, y], {"deg": 1}, "SHAPE"), ([np.zeros(0), np.zeros(0)], {"deg": 1}, "SHAPE"),
                          ([x, np.zeros((9, 1, 1))], {"deg": 1}, "SHAPE")):
        c.call(p + "fit", args, lambda: f("fit")(*args, kw["deg"]), error=why, **kw)
    c.call(p + "fit", [x, y], lambda: f("fit")(x, y, [1, -1]), terms=[1, -1], error="ARGUMENT")
    c.call(p + "fit", [x, y, w[:3]], lambda: f("fit")(x, y, 1, w=w[:3]), deg=1, error="SHAPE")
    c.error(p + "fit", [x.astype("float16"), y], "DTYPE", deg=1)
for t in ("float32", "float64", "complex128", "int32"):
    xs, e = (x.astype("float32"), "r5e-4") if t == "float32" else (x, "r1e-12")
    for deg in (0, 1, 4):
        y, y2 = reals(9, t), reals((9, 2), t)
        k, res, rank, s, _ = np.polyfit(xs, y, deg, full=True)
        c.call("np.polyfit", [xs, y], (k, res, np.int64(rank), s), tol=[e, e, "=", e], deg=deg)
        c.call("np.polyfit", [xs, y2], lambda: np.polyfit(xs, y2, deg), tol=e, deg=deg)
        if t != "complex128":
            # an inverse of V^T V: the square of V's condition, 300 for degree 4
            e2 = "r5e-4" if t == "float32" else "r1e-10"
            for cov, how in ((1, True), (2, "unscaled")):
                c.call("np.polyfit", [xs, y], lambda: np.polyfit(xs, y, deg, cov=how), tol=[e, e2], deg=deg, cov=cov)
                c.call("np.polyfit", [xs, y2], lambda: np.polyfit(xs, y2, deg, cov=how), tol=[e, e2], deg=deg, cov=cov)
y, y2 = reals(9), reals((9, 2))
c.call("np.polyfit", [x, y, w], lambda: np.polyfit(x, y, 2, w=w, cov=True), tol=["r1e-12", "r1e-12"], deg=2, cov=1)
c.call("np.polyfit", [x, y2, w], lambda: np.polyfit(x, y2, 2, w=w, cov="unscaled"), tol=["r1e-12", "r1e-12"], deg=2, cov=2)
c.call("np.polyfit", [x, y], lambda: np.polyfit(x, y, 3, rcond=.5), tol="r1e-12", deg=3, rcond=.5)
c.call("np.polyfit", [x[:3], y[:3]], lambda: np.polyfit(x[:3], y[:3], 2, cov=True), deg=2, cov=1, error="ARGUMENT")
c.call("np.polyfit", [x, y], lambda: np.polyfit(x, y, -1), deg=-1, error="ARGUMENT")
c.call("np.polyfit", [x, y[:4]], lambda: np.polyfit(x, y[:4], 1), deg=1, error="SHAPE")
for t in ["float32", "float64", "complex64", "complex128", "int8", "int64", "bool"]:
    for a in (reals(2, t), reals(4, t), reals(7, t), np.array([0, 0, 1, 3, 2, 0, 0], t), np.array([0, 0], t), np.array([5], t), np.array([1, 0, 1], t), np.zeros(0, t), np.array([0, 3, 0], t)):
        def roots():
            r = np.roots(a)
            return np.sort_complex(r).astype(r.dtype)
        c.call("np.roots", [a], roots, tol="r2e-4" if t in ("float32", "complex64") else "r1e-12")
c.call("np.roots", [np.ones((2, 2))], lambda: np.roots(np.ones((2, 2))), error="SHAPE")
c.call("np.roots", [np.float64([1, nan, 2])], lambda: np.roots([1, nan, 2]), error="CONVERGENCE")
for t in ["float32", "float64", "complex64", "complex128", "int8", "int64", "bool", "uint64"]:
    e = "r5e-5" if t in ("float32", "complex64") else "r1e-12"
    for shape in ((1, 1), (2, 2), (4, 4), (2, 3, 3), (0, 0), (0, 2, 2), (3, 0, 0)):
        a = reals(shape, t)
        if t == "bool" and a.size > 1:
            a = np.triu(np.ones(shape, bool)) ^ np.eye(shape[-1], k=1, dtype=bool) if shape[-1] == 2 else np.broadcast_to(np.eye(shape[-1], dtype=bool), shape)

        def values():
            v = np.linalg.eigvals(a)
            return np.sort(v, -1)

        def pair():
            v = np.linalg.eig(a)
            return np.sort(v.eigenvalues, -1), np.matmul(v.eigenvectors * v.eigenvalues[..., None, :], np.linalg.inv(v.eigenvectors))
        c.call("eigvals", [a], values, tol=e)
        c.call("eig", [a], pair, tol=[e, e])
    a = reals((3, 3), t)
    a = a | a.T if t == "bool" else a + a.T.conj() if np.dtype(t).kind in "fc" else a
    c.call("eigvals", [a], lambda: np.sort(np.linalg.eigvals(a), -1), tol=e if t != "bool" else "r1e-7")
for op, g in (("eigvals", np.linalg.eigvals), ("eig", np.linalg.eig)):
    c.call(op, [np.ones(3)], lambda: g(np.ones(3)), error="SHAPE")
    c.call(op, [np.ones((2, 3))], lambda: g(np.ones((2, 3))), error="SHAPE")
    c.call(op, [np.ones((2, 2), "float16")], lambda: g(np.ones((2, 2), "float16")), error="DTYPE")
    c.call(op, [np.float64([[1, nan], [1, 1]])], lambda: g(np.float64([[1, nan], [1, 1]])), error="CONVERGENCE")
    c.call(op, [np.float64([[1, inf], [1, 1]])], lambda: g(np.float64([[1, inf], [1, 1]])), error="CONVERGENCE")
c.write(os.path.join(HERE, "polynomial_solve_cases.tsv"))
