#!/usr/bin/env python3
"""Write ma_cases.tsv: numpy.ma (versions in tests/golden/VERSIONS).

Run: python make_ma_cases.py   (in tests/golden)

Arguments are data and mask (null: nothing masked), of two operands after each other; results are the data filled with 1 and the whole
mask: what a mask hides is nobody's business. Floats that were summed differ in the order of adding; NumPy sums float32 as float32 where
it then answers in float64.
"""
import numpy as np
import numpy.ma as ma

from cases import Cases, weak

rng = np.random.default_rng(8)
nan, inf = np.nan, np.inf
DTYPES = "bool int8 uint8 int32 int64 uint64 float16 float32 float64 complex64 complex128".split()
c = Cases()


def make(dtype, shape):
    n = int(np.prod(shape))
    if dtype == "bool":
        return rng.integers(0, 2, n).astype(bool).reshape(shape)
    t = np.dtype(dtype)
    if t.kind in "iu":
        return rng.integers(0 if t.kind == "u" else -9, 9, n).astype(t).reshape(shape)
    x = np.round(rng.normal(size=n) * 4, 2)
    if t.kind == "c":
        x = x + 1j * np.round(rng.normal(size=n), 2)
    return x.astype(t).reshape(shape)


def mask_of(shape, share=0.4):
    return rng.random(shape) < share


def build(data, mask):
    return ma.array(data) if mask is None else ma.array(data, mask=mask)


def plain(r, like=None):
    """A result as (filled with 1, mask)."""
    if r is ma.masked:
        return np.array(1).astype(like), np.array(True)
    return np.asarray(ma.filled(r, 1)), np.asarray(ma.getmaskarray(r))


def reduce(op, data, mask, axis=None, keepdims=False, ddof=None, tol="=", with_=None, error=None):
    f = getattr(ma, op)
    kw = {} if ddof is None else {"ddof": ddof}

    def run():
        a = build(data, mask)
        extra = dict(kw, weights=with_) if with_ is not None else kw
        if keepdims:
            extra["keepdims"] = True
        r = f(a, axis=axis, **extra)
        # of nothing at all NumPy's masked constant has forgotten the dtype: one unmasked element says what it would be
        like = None
        if r is ma.masked:
            few = np.zeros_like(np.asarray(mask))
            few.flat[:1] = len(few.flat) > 1
            like = np.asarray(f(build(data, few), axis=axis, **extra)).dtype
        return plain(r, like)

    if op == "median":
        try:
            run()
        except ValueError as e:
            if "read-only" in str(e):   # NumPy writes into its masked constant
                return
    said = None if axis is None else list(axis) if isinstance(axis, tuple) else axis
    c.call(op, [data, mask] + ([with_] if op == "average" else []), run, tol=[tol, "="], axis=said, keepdims=int(keepdims), ddof=ddof, error=error)


def summed(dtype, op):
    if np.dtype(dtype).kind in "biu" and op in ("sum", "prod"):
        return "="
    return {"float16": "r4e-3", "float32": "r4e-6", "complex64": "r4e-6"}.get(dtype, "r1e-14")


def reductions():
    turn = 0
    for dtype in DTYPES:
        complex_ = dtype.startswith("complex")
        x = make(dtype, (3, 4))
        whole = np.ones((3, 4), bool)
        row = mask_of((3, 4))
        row[1] = True
        for mask in (None, mask_of((3, 4)), row, whole, np.zeros((3, 4), bool)):
            for axis, keep in ((None, False), (0, False), (1, False), (-1, True), ((0, 1), False)):
                if mask is whole and axis in (None, (0, 1)) and dtype == "float16":
                    continue    # the masked constant of a float16 mean is none of its dtype
                turn += 1
                if turn % 7 > 1 and dtype not in ("float64", "int32"):
                    continue    # every dtype, mask and axis meet, not all three
                for op in ("sum", "prod", "mean"):
                    if op == "prod" and dtype in ("float16",):
                        continue    # overflows on the way in another order
                    reduce(op, x, mask, axis, keep, tol=summed(dtype, op))
                for op in ("var", "std"):
                    reduce(op, x, mask, axis, keep, tol=summed(dtype, op))
                    reduce(op, x, mask, axis, keep, ddof=1, tol=summed(dtype, op)) if not (mask is whole and axis is None) else None
                for op in ("min", "max"):
                    if not complex_ and not (dtype == "bool" and False):
                        reduce(op, x, mask, axis, keep)
                if not isinstance(axis, tuple):
                    for op in ("any", "all"):
                        c.call(op, [x, mask], lambda: plain(getattr(build(x, mask), op)(axis=axis, **({"keepdims": True} if keep else {})), bool),
                               axis=axis, keepdims=int(keep))
                a = build(x, mask)
                c.call("count", [x, mask], np.asarray(a.count(axis=axis, **({"keepdims": True} if keep else {})), "i8"),
                       axis=list(axis) if isinstance(axis, tuple) else axis, keepdims=int(keep))
        if not complex_:
            for mask in (mask_of((3, 4)), row, None):
                for axis in (0, 1):
                    if dtype != "bool":
                        c.call("ptp", [x, mask], lambda: plain(build(x, mask).ptp(axis)), axis=axis)
                    if mask is not None:
                        reduce("median", x, mask, axis, tol="u1")
    for values in ([nan, 1, 2, 3], [inf, -inf, 0, 2], [nan, nan, inf, 1], [1e308, 1e308, -1e308, 5e-324]):
        x = np.array(values)
        for mask in ([1, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1], [1, 1, 1, 0], [0, 0, 0, 0]):
            m = np.array(mask, bool)
            for op in ("min", "max", "any", "all"):
                if op in ("any", "all"):
                    c.call(op, [x, m], lambda: plain(getattr(build(x, m), op)(), bool))
                else:
                    reduce(op, x, m)
            # what cancels depends on the order of adding
            if x[0] != 1e308 and not (np.isinf(x).any() and np.isnan(np.sum(x[~m]))):
                reduce("sum", x, m, tol="r1e-15")
                reduce("mean", x, m, tol="r1e-15")
            reduce("median", x, m, tol="u1")
    for shape in ((0,), (2, 0), (0, 3)):
        x = np.zeros(shape)
        for mask in (None, np.zeros(shape, bool)):
            for axis in range(len(shape)):
                if mask is None or x.ndim > 1:
                    reduce("sum", x, mask, axis)
                    if x.shape[axis]:
                        reduce("min", x, mask, axis)
                    else:
                        c.error("min", [x, mask], "ARGUMENT", axis=axis) if mask is None else None
    x, m = make("float64", (2, 3, 4)), mask_of((2, 3, 4), 0.6)
    for axis in ((0, 2), (2, 1), (1,), None, (0, 1, 2)):
        for op in ("sum", "mean", "var", "median"):
            reduce(op, x, m, axis, tol="r1e-14")
            reduce(op, x, m, axis, keepdims=True, tol="r1e-14")
    for n in range(1, 8):
        for dtype in ("int32", "float32", "float64", "bool"):
            x, m = make(dtype, (n,)), mask_of((n,), 0.3)
            if not m.all():
                reduce("median", x, m, tol="u1")
            x, m = make(dtype, (3, n)), mask_of((3, n), 0.3)
            reduce("median", x, m, 1, tol="u1")
            reduce("median", x.T.copy(), m.T.copy(), 0, keepdims=True, tol="u1")
    c.error("sum", [x, m], "INDEX", axis=5)
    c.error("median", [x, m], "INDEX", axis=-3)
    c.error("mean", [x, m[:1]], "SHAPE")
    c.error("mean", [x, m.astype("i4")], "DTYPE")
    c.error("count", [x, m[0]], "SHAPE")


def averages():
    for dtype in DTYPES:
        for wt in ("float64", "int32"):
            x, m = make(dtype, (3, 4)), mask_of((3, 4))
            m[0, 0] = False
            w = np.abs(make(wt, (3, 4))) + 1
            t = summed("float64" if wt == "float64" or dtype in ("bool", "float64", "complex128") or "int" in dtype else dtype, "mean")
            for axis in (None, 0, 1):
                for mask in (m, None):
                    reduce("average", x, mask, axis, tol=t, with_=w)
                    reduce("average", x, mask, axis, tol=summed(dtype, "mean"))
            reduce("average", x, m, 0, tol=t, with_=w[:, 0])
            reduce("average", x, m, -1, keepdims=True, tol=t, with_=w[0])
    x, m = make("float64", (2, 3, 2)), mask_of((2, 3, 2))
    reduce("average", x, m, (0, 1), tol="r1e-14", with_=np.abs(make("float64", (2, 3))) + 1)
    reduce("average", x, m, (1, 0), tol="r1e-14", with_=np.abs(make("float64", (3, 2))) + 1)
    reduce("average", x, m, (2, 0), tol="r1e-14", with_=np.abs(make("float64", (2, 2))) + 1)
    reduce("average", np.array([[1.0, 2], [3, 4]]), None, 1, with_=np.array([[1.0, -1], [1, 1]]), tol="r1e-15")
    reduce("average", np.array([[1.0, 2], [3, 4]]), np.array([[True, True], [False, True]]), 1, with_=np.array([[1.0, 1], [1, 1]]), tol="r1e-15")
    c.error("average", [np.ones((2, 3)), None, np.ones(2)], "SHAPE", axis=1)
    c.error("average", [np.ones((2, 3)), None, np.ones(3)], "SHAPE")


def maps():
    binary = {"add": ma.add, "sub": ma.subtract, "mul": ma.multiply, "div": ma.divide, "floor_divide": ma.floor_divide, "remainder": ma.remainder,
              "fmod": ma.fmod, "power": ma.power, "equal": ma.equal, "not_equal": ma.not_equal, "less": ma.less, "less_equal": ma.less_equal,
              "greater": ma.greater, "greater_equal": ma.greater_equal, "logical_and": ma.logical_and, "logical_or": ma.logical_or,
              "logical_xor": ma.logical_xor, "arctan2": ma.arctan2, "hypot": ma.hypot, "bitwise_and": ma.bitwise_and}
    soft = ("div", "remainder", "fmod", "power", "arctan2", "hypot", "floor_divide")
    for name, f in binary.items():
        for dtype in DTYPES:
            x, y, mx, my = make(dtype, (2, 3)), make(dtype, (2, 3)), mask_of((2, 3)), mask_of((2, 3))
            if dtype not in ("bool",) and np.dtype(dtype).kind in "iufc":
                y[0, 1] = 0
                y[1, 2] = 0
            if name == "power":
                y = np.abs(y) % 3 if np.dtype(dtype).kind in "iuf" else y
            tol = "u8" if name in soft else "u2" if np.dtype(dtype).kind == "c" else "="
            for a, b in ((mx, my), (None, my), (mx, None), (None, None)):
                try:
                    want = plain(f(build(x, a), build(y, b)))
                except TypeError:
                    continue
                if name == "floor_divide" and np.dtype(dtype).kind == "f":
                    tol = "="
                c.call(name, [x, a, y, b], want, tol=[tol, "="])
        x, y, mx, my = make("float64", (2, 1, 3)), make("int32", (4, 1)), mask_of((2, 1, 3)), mask_of((4, 1))
        if name != "bitwise_and":
            if name == "power":
                x, y = np.abs(x), np.abs(y)
            c.call(name, [x, mx, y, my], plain(f(build(x, mx), build(y, my))), tol=["u8", "="])
            for s in (weak(2), weak(0), weak(2.5), weak(-1)):
                c.call(name, [x, mx, s, None], plain(f(build(x, mx), s.value)), tol=["u8", "="])
                if name != "power" or s.value >= 0:
                    c.call(name, [s, None, x, mx], plain(f(s.value, build(x, mx))), tol=["u8", "="])
    special = np.array([nan, inf, -inf, -0.0, 0.0, 1.0, -1.0, 5e-324])
    for name in ("add", "mul", "div", "floor_divide", "remainder", "less", "equal"):
        for other in (0.0, 2.0, inf, nan, 1e-310, -3.5):
            y = np.full(8, other)
            c.call(name, [special, None, y, None], plain(binary[name](build(special, None), build(y, None))), tol=["u1", "="])
            c.call(name, [y, None, special, None], plain(binary[name](build(y, None), build(special, None))), tol=["u1", "="])
    c.call("div", [np.float64(1), None, np.float64(0), None], (np.array(1.0), np.array(True)))
    c.error("add", [np.ones(3), None, np.ones(4), None], "SHAPE")
    c.error("add", [np.ones(3), np.ones(2, bool), np.ones(3), None], "SHAPE")
    unary = {"sqrt": ma.sqrt, "log": ma.log, "log2": ma.log2, "log10": ma.log10, "tan": ma.tan, "arcsin": ma.arcsin, "arccos": ma.arccos,
             "arccosh": ma.arccosh, "arctanh": ma.arctanh, "exp": ma.exp, "negative": ma.negative, "abs": ma.abs, "logical_not": ma.logical_not,
             "floor": ma.floor, "sin": ma.sin}
    values = {"float64": [nan, inf, -inf, -0.0, 0.0, 0.5, -0.5, 1.0, -1.0, 2.0, -2.0, 1 - 5e-16], "float32": [0.5, -0.5, 0, 1, -1, 2, -2, inf],
              "int32": [0, 1, -1, 2, -2], "uint8": [0, 1, 2, 200], "bool": [True, False]}
    for name, f in unary.items():
        for dtype, v in values.items():
            x = np.array(v, dtype)
            for mask in (None, mask_of(x.shape)):
                try:
                    want = plain(f(build(x, mask)))
                except TypeError:
                    continue
                c.call(name, [x, mask], want, tol=["u8", "="])


def conditions():
    for dtype in DTYPES:
        x, m = make(dtype, (2, 4)), mask_of((2, 4))
        v = x[0, 1]
        for mask in (None, m):
            a = build(x, mask)
            for name in ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal"):
                f = getattr(ma, f"masked_{name}")
                c.call(f"masked_{name}", [x, mask, np.array(v)], plain(f(a, v)))
                if dtype not in ("bool", "uint8", "uint64"):
                    c.call(f"masked_{name}", [x, mask, weak(2)], plain(f(a, 2)))
            for lo, hi in ((0, 3), (3, 0), (1, 1)):
                if dtype in ("bool",) or dtype.startswith("complex"):
                    continue
                c.call("masked_inside", [x, mask, weak(lo), weak(hi)], plain(ma.masked_inside(a, lo, hi)))
                c.call("masked_outside", [x, mask, weak(lo), weak(hi)], plain(ma.masked_outside(a, lo, hi)))
            cond = mask_of((2, 4))
            c.call("masked_where", [x, mask, cond], plain(ma.masked_where(cond, a)))
            c.call("masked_where", [x, mask, cond.astype("i4") * 3], plain(ma.masked_where(cond.astype("i4") * 3, a)))
            c.call("masked_where", [x, mask, np.array(True)], plain(ma.masked_where(np.array(True), a))) if mask is None else None
            c.call("masked_invalid", [x, mask], plain(ma.masked_invalid(a)))
            c.call("filled", [x, mask], np.asarray(a.filled()))
            if dtype not in ("bool",):
                c.call("filled", [x, mask, weak(7)], np.asarray(a.filled(7)))
            c.call("compressed", [x, mask], a.compressed())
            c.call("getmaskarray", [x, mask], ma.getmaskarray(a))
            c.call("getmask", [x, mask], np.asarray(ma.getmask(a)))
            c.call("is_masked", [x, mask], np.array(ma.is_masked(a)))
        c.call("default_fill_value", [x], np.array(ma.default_fill_value(x.dtype)).astype(dtype))
        c.call("array", [x, m.ravel()], plain(ma.array(x, mask=m.ravel())))
        c.call("array", [x, np.array(True)], plain(ma.array(x, mask=True)))
        c.call("array", [x, m.astype("i8") * 2], plain(ma.array(x, mask=m)))
        c.call("fill_value", [x, m, weak(3)], np.array(3).astype(dtype)) if dtype != "bool" else None
        c.call("kept_fill_value", [x, np.array(v)], np.array(ma.masked_equal(x, v).fill_value).astype(dtype))
    s = np.array([nan, inf, -inf, -0.0, 0.0, 1.5, -2.0, 5e-324])
    for v in (0.0, 1.5, nan, inf, -0.0):
        for name in ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal"):
            c.call(f"masked_{name}", [s, None, weak(v)], plain(getattr(ma, f"masked_{name}")(s, v)))
    c.call("masked_invalid", [s, None], plain(ma.masked_invalid(s)))
    c.call("masked_inside", [s, None, weak(-2.0), weak(0.0)], plain(ma.masked_inside(s, -2.0, 0.0)))
    c.call("masked_outside", [s, None, weak(0.0), weak(-2.0)], plain(ma.masked_outside(s, 0.0, -2.0)))
    for shape in ((), (0,), (1,), (2, 2, 2)):
        x, m = make("float64", shape), np.asarray(mask_of(shape))
        c.call("masked_where", [x, m, m], plain(ma.masked_where(m, build(x, m))) if shape else (np.where(m, 1, x), m))
        c.call("compressed", [x, m], build(x, m).compressed())
        c.call("filled", [x, m, weak(5)], np.asarray(build(x, m).filled(5)))
    c.call("masked_where", [s, None, np.ones(3, bool)], lambda: ma.masked_where(np.ones(3, bool), s), error="SHAPE")
    c.error("masked_equal", [s, None, np.ones(3)], "SHAPE")
    c.error("masked_equal", [s, None, np.ones((2, 8))], "SHAPE")
    c.error("array", [s, np.ones(3, bool)], "SHAPE")
    c.error("filled", [s, None, np.ones(3)], "SHAPE")


conditions()
maps()
c.write("ma_cases.tsv")
c = Cases()
reductions()
averages()
c.write("ma_reduce_cases.tsv")
