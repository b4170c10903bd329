"""The classes of numpy.polynomial: python make_polynomial_class_cases.py writes polynomial_class_cases.tsv beside this file.

Results are coefficients, domain and window of a polynomial, or arrays. basis is a number as in polynomial_bases.def; domain and window are
options with two ends each (d0, d1, w0, w1; those of the second operand e0, e1)."""
import os
import warnings

import numpy as np
from numpy.polynomial import Chebyshev, Hermite, HermiteE, Laguerre, Legendre, Polynomial

from cases import Cases

KINDS = [Polynomial, Chebyshev, Legendre, Hermite, HermiteE, Laguerre]
rng = np.random.default_rng(45)
c = Cases()
E = ["r1e-13", "r1e-15", "r1e-15"]


def reals(shape, t="float64"):
    t = np.dtype(t)
    if t.kind in "iu":
        return rng.integers(0 if t.kind == "u" else -9, 9, shape).astype(t)
    v = np.round(rng.standard_normal(shape), 3)
    if t.kind == "c":
        v = v + 1j * np.round(rng.standard_normal(shape), 3)
    return np.asarray(v).astype(t)


def whole(p):
    return p.coef, p.domain, p.window


def ends(domain, window):
    o = {}
    if domain is not None:
        o.update(d0=float(domain[0]), d1=float(domain[1]))
    if window is not None:
        o.update(w0=float(window[0]), w1=float(window[1]))
    return o


INTERVALS = [(None, None), (np.float64([0, 4]), None), (np.float64([-2, 3]), np.float64([0, 1])), (None, np.float64([-3, -1]))]
for b, kind in enumerate(KINDS):
    for domain, window in INTERVALS:
        o = dict(basis=b, **ends(domain, window))
        kw = {k: v for k, v in (("domain", domain), ("window", window)) if v is not None}
        p, q = kind(reals(5), **kw), kind(reals(3), **kw)
        c.call("new", [p.coef], lambda: whole(p), tol="r0", **o)
        for t in ("int32", "float32", "float16", "complex64"):
            k = reals(3, t)
            c.call("new", [k], lambda: whole(kind(k, **kw)), tol="r0", **o)
        for n in (0, 1, 3):
            c.call("basis", [], lambda: whole(kind.basis(n, **kw)), tol="r0", deg=n, **o)
        c.call("identity", [], lambda: whole(kind.identity(**kw)), tol=E, **o)
        for x in (reals(4), reals((2, 2), "float32"), reals((), "int8"), reals(2, "complex64"), np.zeros(0)):
            c.call("call", [p.coef, x], lambda: p(x), tol="r1e-13", **o)
        k = reals(3, "float32")
        # NumPy takes its first difference of coefficients in their float32, we in x's float64
        c.call("call", [k, np.float32([1, 2])], lambda: kind(k, **kw)(np.float32([1, 2])), tol="r5e-7", **o)
        for name in ("add", "sub", "mul"):
            op = {"add": p.__add__, "sub": p.__sub__, "mul": p.__mul__}[name]
            c.call(name, [p.coef, q.coef], lambda: whole(op(q)), tol=E, **o)
        k = q.coef.copy()
        k[-1] = 2.5     # the quotient stays small
        quo, rem = divmod(p, kind(k, **kw))
        c.call("divmod", [p.coef, k], (quo.coef, rem.coef, quo.domain, quo.window), tol=["r1e-13", "r1e-12", "r0", "r0"], **o)
        for n in (0, 1, 3):
            c.call("pow", [q.coef], lambda: whole(q ** n), tol=E, n=n, **o)
            c.call("deriv", [p.coef], lambda: whole(p.deriv(n)), tol=E, m=n, **o)
            c.call("integ", [p.coef], lambda: whole(p.integ(n)), tol=E, m=n, **o)
        c.call("integ", [p.coef, np.float64([2, -1])], lambda: whole(p.integ(2, [2, -1], 1.5)), tol=E, m=2, lbnd=1.5, **o)
        c.call("roots", [p.coef], lambda: p.roots(), tol="r1e-11", **o)
        c.call("roots", [np.float64([2, 4])], lambda: kind([2, 4], **kw).roots(), tol="r1e-14", **o)
        c.call("linspace", [p.coef], lambda: p.linspace(5), tol=["r4e-16", "r1e-12"], n=5, **o)
        c.call("linspace", [p.coef], lambda: p.linspace(4, [-1, 2]), tol=["r4e-16", "r1e-12"], n=4, e0=-1., e1=2., **o)
        for deg in (0, 2, 7):
            c.call("cutdeg", [p.coef], lambda: whole(p.cutdeg(deg)), tol="r0", deg=deg, **o)
            c.call("truncate", [p.coef], lambda: whole(p.truncate(deg + 1)), tol="r0", size=deg + 1, **o)
        c.call("truncate", [p.coef], lambda: whole(p.truncate(0)), size=0, error="ARGUMENT", **o)
        k = np.float64([1, 2, 1e-4, 0])
        for tol in (0., 1e-3, 5.):
            c.call("trim", [k], lambda: whole(kind(k, **kw).trim(tol)), tol="r0", tolerance=tol, **o)
        for roots in (reals(3), reals(2, "int32"), reals(2, "complex64"), reals(1, "float32")):
            c.call("fromroots", [roots], lambda: whole(kind.fromroots(roots, **kw)), tol=E, **o)
        x = np.round(np.linspace(-1, 3, 9), 3)
        y, w = reals(9), np.round(rng.uniform(.5, 2, 9), 2)
        c.call("fit", [x, y], lambda: whole(kind.fit(x, y, 3, **kw)), tol=["r1e-11", "r0", "r0"], deg=3, **o)
        c.call("fit", [x, y, w], lambda: whole(kind.fit(x, y, 2, w=w, **kw)), tol=["r1e-11", "r0", "r0"], deg=2, **o)
        c.call("fit", [x.astype("float32"), y], lambda: whole(kind.fit(x.astype("float32").astype(float), y, 1, **kw)), tol=["r1e-11", "r0", "r0"], deg=1, **o)
        c.call("fit", [np.int64([0, 1, 2]), np.int64([1, 2, 5])], lambda: whole(kind.fit([0, 1, 2], [1, 2, 5], 2, **kw)), tol=["r1e-11", "r0", "r0"], deg=2, **o)
        for to, other in enumerate(KINDS):
            c.call("convert", [p.coef], lambda: whole(p.convert(kind=other)), tol=["r1e-12", "r0", "r0"], to=to, **o)
            c.call("convert", [q.coef], lambda: whole(q.convert(kind=other, domain=[0, 3], window=[-1, 2])), tol=["r1e-12", "r0", "r0"], to=to, e0=0., e1=3., v0=-1., v1=2., **o)
    c.call("fit", [np.float64([2, 2]), np.float64([1, 3])], lambda: whole(kind.fit([2, 2], [1, 3], 0)), tol="r1e-14", basis=b, deg=0)
    c.call("new", [np.zeros(0)], lambda: kind([]), basis=b, error="SHAPE")
    c.call("new", [np.zeros((2, 2))], lambda: kind(np.zeros((2, 2))), basis=b, error="SHAPE")
    c.call("new", [np.ones(2, bool)], lambda: kind(np.ones(2, bool)), basis=b, error="DTYPE")
    c.call("basis", [], lambda: kind.basis(-1), basis=b, deg=-1, error="ARGUMENT")
    c.call("pow", [reals(2)], lambda: kind([1, 2]) ** 101, basis=b, n=101, error="ARGUMENT")
    c.call("deriv", [reals(2)], lambda: kind([1, 2]).deriv(-1), basis=b, m=-1, error="ARGUMENT")
    c.call("divmod", [reals(2), np.zeros(1)], lambda: divmod(kind([1, 2]), kind([0])), basis=b, error="ARGUMENT")
    c.call("add", [reals(2), reals(2)], lambda: kind([1, 2], domain=[0, 1.5]) + kind([1, 2], domain=[0, 2]), basis=b, d0=0., d1=1.5, e0=0., e1=2., error="ARGUMENT")
    c.error("new", [reals(2)], "ARGUMENT", basis=99 + b)
for domain in (None, [0, 4], [-3, -1]):
    kw = {"domain": domain} if domain else {}
    for deg in (0, 1, 2, 5):
        c.call("interpolate", [], lambda: whole(Chebyshev.interpolate(lambda x: x * x * x - 2 * x + .5, deg, **kw)), tol=["r1e-13", "r0", "r0"], basis=1, deg=deg, **ends(domain, None))
c.call("interpolate", [], lambda: Chebyshev.interpolate(np.sin, -1), basis=1, deg=-1, error="ARGUMENT")
c.write(os.path.join(os.path.dirname(os.path.abspath(__file__)), "polynomial_class_cases.tsv"))
