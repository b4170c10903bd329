"""Calls with where, dtype and casting; results in pairs; ldexp, sinc, i0; running sums and products.
Run: python make_ufunc_call_cases.py"""
import numpy as np

from cases import Cases, weak
from make_ufunc_cases import ALL, BINARY, COMPLEX, FLOATS, INTS, STATUS, tame, values

CASTINGS = ["no", "safe", "same_kind", "unsafe"]


def call(c, op, args, f, tol="=", **options):
    try:
        if callable(f):
            f()
    except tuple(STATUS) as e:
        c.call(op, args, f, error=STATUS[next(k for k in STATUS if isinstance(e, k))] if "broadcast" not in str(e) else "SHAPE",
               **options)
        return
    c.call(op, args, f, tol=tol, **options)


UNARY = """negative positive absolute fabs sign square reciprocal sqrt cbrt exp log sin arctan tanh degrees floor ceil trunc rint logical_not
invert isfinite isinf isnan signbit spacing conjugate bitwise_count""".split()
SMOOTH = "sqrt cbrt exp log sin arctan tanh degrees divide power float_power arctan2 hypot logaddexp logaddexp2 square absolute".split()


def masked(c):
    """where without out is 0 where it does not hold; with out the old value stays."""
    for name in UNARY + BINARY:
        u = getattr(np, name)
        for dtype in ["bool", "int8", "uint16", "int64", "float16", "float32", "float64", "complex128"]:
            n = u.nin
            small = name in ("power", "float_power", "left_shift", "right_shift", "lcm", "gcd", "sqrt", "log", "reciprocal", "divide")
            a = [tame(values(dtype, (2, 3), name, k, small=small)) for k in range(n)]
            m = np.array([[True, False, True], [False, False, True]])
            if name in ("nextafter", "spacing") and dtype in ("bool", "int8", "float16"):
                continue  # NumPy's float16 has a sign of its own here
            tol = "u8" if name in SMOOTH or (name == "multiply" and dtype in COMPLEX) else "="
            if name in ("maximum", "minimum", "fmax", "fmin"):
                tol = "u0"

            def f():
                r = u(*a)
                return np.where(m, r, np.zeros((), r.dtype))
            call(c, "call", a + [None] * (2 - n) + [m], f, tol=tol, ufunc=name)
            if dtype in ("int8", "float32") or name in ("add", "less"):
                def g():
                    r = u(*a)
                    o = np.full((2, 3), 7, r.dtype)
                    return np.where(m[0], r, o)
                call(c, "into", a + [None] * (2 - n) + [m[0]], g, tol=tol, ufunc=name)
    a, b = np.arange(3.0), np.arange(8.0, 2, -1).reshape(2, 3)
    m = np.array([[[True]], [[False]]])
    call(c, "call", [a, a, m], lambda: np.where(m, a + a, 0.0), ufunc="add")
    m = np.array([True, False])
    call(c, "call", [a, b, m], lambda: np.add(a, b, where=m), ufunc="add")
    call(c, "call", [a, b, np.array(True)], lambda: np.add(a, b, where=True), ufunc="add")
    call(c, "call", [a, b, np.array(False)], np.zeros((2, 3)), ufunc="add")
    c.error("call", [a, b, np.array([1, 0, 1])], "DTYPE", ufunc="add")
    c.error("call", [a, b, np.array([1.0, 0, 1])], "DTYPE", ufunc="add")
    e = np.zeros((0, 3))
    call(c, "call", [e, a, np.array([True, False, True])], lambda: e + a, ufunc="add")


def dtypes(c):
    for name in ["add", "multiply", "divide", "less", "bitwise_and", "sqrt", "absolute", "isnan", "hypot", "float_power", "floor", "maximum",
                 "logical_and", "bitwise_count", "remainder", "positive", "conjugate"]:
        u = getattr(np, name)
        for dtype in ["bool", "int8", "uint8", "int32", "uint64", "float16", "float32", "float64", "complex64", "complex128"]:
            for want in [None, "bool", "int8", "uint8", "int64", "float16", "float32", "float64", "complex128"]:
                a = [values(dtype, (4,), name, k, small=True) for k in range(u.nin)]
                args = a + [None] * (2 - u.nin)
                if want is None:
                    for casting in CASTINGS:
                        call(c, "typed", args, lambda: u(*a, casting=casting), tol="u4", ufunc=name, casting=CASTINGS.index(casting))
                    continue
                if name == "absolute" and dtype in COMPLEX and want != ("float32" if dtype == "complex64" else "float64"):
                    continue  # NumPy drops imaginary parts first where casting lets it
                if name == "bitwise_count" and dtype in FLOATS + COMPLEX:
                    continue
                if name == "conjugate" and want == "bool" or name == "absolute" and want[0] == "c":
                    continue  # NumPy has loops of these by other names
                for casting in ("same_kind", "unsafe"):
                    if name == "absolute" and dtype in COMPLEX and casting == "unsafe":
                        continue
                    call(c, "typed", args, lambda: u(*a, dtype=want, casting=casting), tol="u4" if want != "float16" else "r0.002",
                         ufunc=name, dtype=want, casting=CASTINGS.index(casting))
    i8, f8 = np.array([1, 2], "int8"), np.array([1.5, -2.0])
    for a, b, want in [(i8, weak(300), "int16"), (i8, weak(3), "int32"), (i8, weak(3.5), "int32"), (f8, weak(1), "float32"),
                       (i8, weak(300), "int8"), (f8, weak(1j), "complex64"), (i8, weak(2.5), "float64"), (f8, weak(2), "int8")]:
        v = b.value
        if v == 300 and want == "int8":
            c.error("typed", [a, b], "DTYPE", ufunc="add", dtype=want)
        else:
            call(c, "typed", [a, b], lambda: np.add(a, v, dtype=want), ufunc="add", dtype=want)
    for out in ("int8", "int64", "float32", "complex64", "bool", "uint8", "float16"):
        for casting in CASTINGS:
            for a in (np.array([1, 2, 3], "int32"), np.array([1.0, 2, 3], "float64")):
                k = CASTINGS.index(casting)
                call(c, "cast", [a, a, np.zeros(3, out)], lambda: np.multiply(a, a, out=np.zeros(3, out), casting=casting), ufunc="multiply",
                     casting=k)


def pairs(c):
    special = np.array([0.0, -0.0, 1.0, -1.5, np.inf, -np.inf, np.nan, 3.75, -2.0, 1e-40, 1e300, -5e-324, 0.5, 65504, 6e-8, 1e-7])
    for dtype in ALL:
        a = special.astype(dtype) if dtype in FLOATS + COMPLEX else values(dtype, (9,), "pairs")
        call(c, "frexp", [a], lambda: np.frexp(a))
        call(c, "modf", [a], lambda: np.modf(a))
        for shape in [(), (1,), (0,), (2, 3), (2, 1, 4)]:
            x = values(dtype, shape, "shape")
            call(c, "frexp", [x], lambda: np.frexp(x))
            call(c, "modf", [x], lambda: np.modf(x))
        for other in ALL:
            if other in COMPLEX and dtype in COMPLEX:
                continue
            b = special[::-1].astype(other) if other in FLOATS + COMPLEX else values(other, (9,), "other")
            n = min(a.size, b.size)
            with np.errstate(all="ignore"):
                call(c, "divmod", [a[:n], b[:n]], lambda: np.divmod(a[:n], b[:n]))
        if dtype not in COMPLEX:
            x, y = values(dtype, (2, 3), "x"), values(dtype, (3,), "y")
            call(c, "divmod", [x, y], lambda: np.divmod(x, y))
            for v in (3, -2, 2.5, 0):
                if v == -2 and dtype[0] == "u":
                    c.error("divmod", [x, weak(v)], "DTYPE")
                    continue
                call(c, "divmod", [x, weak(v)], lambda: np.divmod(x, v))
                call(c, "divmod", [weak(v), x], lambda: np.divmod(v, x))
    for lo, t in ((-128, "int8"), (-2 ** 15, "int16"), (-2 ** 31, "int32"), (-2 ** 63, "int64")):
        x, y = np.array([lo, lo, lo, lo + 1, 7, -7, 7, -7], t), np.array([-1, 0, 1, -1, 2, 2, -2, -2], t)
        c.call("divmod", [x, y], lambda: np.divmod(x, y))
    c.error("divmod", [np.zeros(2), np.zeros(3)], "SHAPE")
    c.error("frexp", [weak(1j)], "DTYPE")
    for v in (2.5, 3, -0.0):
        c.call("frexp", [weak(v)], lambda: np.frexp(v))
        c.call("modf", [weak(v)], lambda: np.modf(v))


def ldexps(c):
    x = np.array([0.0, -0.0, 1.0, -1.5, np.inf, -np.inf, np.nan, 3.75, 1e-5, 0.1, -7, 123])
    for dtype in ALL:
        a = x.astype(dtype) if dtype in FLOATS + COMPLEX else values(dtype, (12,), "ldexp")
        for other in INTS + ["float32"]:
            n = np.array([0, 1, -1, 10, -20, 3, 2, -149, -140, 127, -14, 5])
            n = n.astype(other) if other[0] != "u" and other not in ("bool", "int8") else np.abs(n % 100).astype(other)
            call(c, "ldexp", [a, n], lambda: np.ldexp(a, n))
        for v in (3, -1000, 100000, 2 ** 31 - 1, 2.0, True):
            call(c, "ldexp", [a, weak(v)], lambda: np.ldexp(a, v))
    c.call("ldexp", [np.ones(3), np.array([2 ** 62, -2 ** 62, 2 ** 40])], np.array([np.inf, 0.0, np.inf]))
    c.call("ldexp", [np.ones((2, 1)), np.arange(3)], lambda: np.ldexp(np.ones((2, 1)), np.arange(3)))
    c.call("ldexp", [weak(1.5), np.arange(3)], lambda: np.ldexp(1.5, np.arange(3)))
    c.error("ldexp", [np.ones(2), np.arange(3)], "SHAPE")


def special(c):
    x = np.concatenate([np.linspace(-3, 3, 25), [0.0, -0.0, 1e-8, 1e-300, 0.25, 0.499999, 10.3, 1000.25, 12345.5]])
    for dtype in ALL:
        a = x.astype(dtype) if dtype in FLOATS + COMPLEX else values(dtype, (9,), "sinc")
        if dtype == "float16":
            a = a[np.abs(a) < 20]
        # of x the sine of pi x loses what pi x is rounded by; ours does not
        tol = {"float16": 4e-3, "float32": 4e-7, "complex64": 1e-6}.get(dtype, 1e-15)
        exact = np.sinc(a.astype("longdouble" if a.dtype.kind != "c" else "clongdouble"))
        whole = (a != 0) & (a == np.rint(a))  # where it is 0 exactly
        exact = np.where(whole, 0 * a.real, exact)
        c.call("sinc", [a], exact.astype(np.sinc(a).dtype), tol=f"r{tol!r}")
        if dtype in COMPLEX:
            z = np.array([1 + 1j, -0.5 + 2j, 1e-3j, 3 - 0.25j, 2.5j], dtype)
            c.call("sinc", [z], np.sinc(z.astype("clongdouble")).astype(dtype), tol=f"r{tol!r}")
            c.error("i0", [a], "DTYPE")
            continue
        b = np.concatenate([x[:25], [0, 7.99, 8.0, 8.01, -12.5, 30]]).astype(dtype) if dtype in FLOATS else values(dtype, (9,), "sinc", small=True)
        r = np.i0(b.astype("float64"))
        c.call("i0", [b], r.astype(np.i0(b).dtype), tol="u8" if dtype != "float16" else "u1")
        if dtype == "float64":
            b = np.array([100.0, -500, 700, 701, 710, 713, 714, np.inf, -np.inf, np.nan])
            # exp(-x) I0(x) tends to 1 / sqrt(2 pi x) (1 + 1 / 8 x + 9 / 128 x ** 2 + ...)
            c.call("i0", [b[:3]], np.i0(b[:3]), tol="u16")
            c.call("i0", [b[7:]], np.array([np.inf, np.inf, np.nan]))
            big = np.abs(b[3:7].astype("longdouble"))
            c.call("i0", [b[3:7]], np.array([float(np.exp(v) / np.sqrt(2 * np.pi * v) * (1 + 1 / (8 * v) + 9 / (128 * v * v) + 75 / (1024 * v ** 3)
                                                                                          + 3675 / (32768 * v ** 4) + 59535 / (262144 * v ** 5)))
                                             if v < 713.9 else np.inf for v in big]), tol="u16")
        for shape in [(), (0,), (2, 3)]:
            v = values(dtype, shape, "i0", small=True)
            c.call("i0", [v], lambda: np.i0(v), tol="u8")
            c.call("sinc", [v], np.where(v == 0, 1, 0).astype(np.sinc(v).dtype), tol="r4e-7" if dtype != "float16" else "r4e-3")
    c.call("sinc", [np.array([np.inf, -np.inf, np.nan])], lambda: np.sinc(np.array([np.inf, -np.inf, np.nan])))
    c.call("sinc", [weak(0.5)], lambda: np.sinc(0.5), tol="u4")
    c.call("i0", [weak(2)], lambda: np.i0(2).reshape(()), tol="u8")


def running(c):
    for dtype in ALL:
        for shape in [(5,), (2, 3), (2, 0, 3), (2, 3, 2), (0,), (1,)]:
            a = values(dtype, shape, "running")
            if dtype in FLOATS + COMPLEX and a.size > 3:
                a.reshape(-1)[[1, 3]] = np.nan
            tol = {"float16": "r0.004", "float32": "r1e-6", "complex64": "r1e-6"}.get(dtype, "r1e-14")
            for axis in range(-len(shape), len(shape)):
                call(c, "nancumsum", [a], lambda: np.nancumsum(a, axis=axis), tol=tol, axis=axis)
                call(c, "nancumprod", [a], lambda: np.nancumprod(a, axis=axis), tol=tol, axis=axis)
            b = tame(a)
            for op, f in (("cumulative_sum", np.cumulative_sum), ("cumulative_prod", np.cumulative_prod)):
                for k in (dict(), dict(axis=0), dict(axis=-1, include_initial=True), dict(axis=len(shape)), dict(axis=0, dtype="float64"),
                          dict(include_initial=True)):
                    if k.get("dtype") and dtype in COMPLEX:
                        continue
                    call(c, op, [b], lambda: f(b, **k), tol=tol, **k)
        z = np.asarray(values(dtype, (), "zero"))
        call(c, "cumulative_sum", [z], lambda: np.cumulative_sum(z))
        call(c, "cumulative_prod", [z], lambda: np.cumulative_prod(z, include_initial=True), include_initial=True)
    c.error("nancumsum", [np.ones(3)], "INDEX", axis=1)
    c.error("nancumprod", [np.array(3.0)], "INDEX", axis=0)


if __name__ == "__main__":
    for name, fill in (("masked", masked), ("typed", dtypes), ("pairs", pairs)):
        c = Cases()
        fill(c)
        c.write(f"ufunc_{name}_cases.tsv")
    c = Cases()
    ldexps(c)
    special(c)
    running(c)
    c.write("ufunc_call_cases.tsv")
