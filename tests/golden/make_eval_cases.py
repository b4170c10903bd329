"""Cases of formulas: random expressions over dtypes and broadcast shapes, and what NumPy makes of them operation by
operation. Each is written twice, in Calx's language and in NumPy's, from one tree."""
import os
import sys

import numpy as np

from cases import Cases, weak

rng = np.random.default_rng(int(os.environ.get("SEED", "5")))
COUNT = int(os.environ.get("COUNT", "800"))
c = Cases()
DTYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64", "complex64", "complex128"]
COMMON = ["float64", "float64", "float32", "float32", "int32", "int64", "uint8", "bool", "complex128", "float16"]
SHAPES = [(3, 4), (3, 4), (4,), (3, 1), (1, 4), (), (1, 1)]
SPECIAL = [0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, 0.5]


def pick(xs):
    return xs[int(rng.integers(len(xs)))]


def array(t, shape):
    n = int(np.prod(shape))
    if t == "bool":
        x = rng.random(n) < 0.5
    elif t[0] in "iu":
        x = rng.integers(0 if t[0] == "u" else -9, 10, n)
    else:
        x = rng.standard_normal(n) * 2
        if rng.random() < 0.2 and n > 0:
            x[rng.integers(n)] = pick(SPECIAL)
        if t[0] == "c":
            x = x + 1j * rng.standard_normal(n)
    return np.asarray(x).astype(t).reshape(shape)


class Part:
    """A piece of an expression: its text here and there, its value, and how it may be compared: all its operations are
    exactly rounded in both libraries, or not."""

    def __init__(self, ours, theirs, value, exact=True, number=False):
        self.ours, self.theirs, self.value, self.exact, self.number = ours, theirs, value, exact, number


EXACT_1 = ["abs", "negative", "square", "floor", "ceil", "trunc", "rint", "isnan", "isfinite", "sign", "conjugate", "logical_not"]
LOOSE_1 = ["exp", "sin", "cos", "tanh", "arctan", "expm1", "arcsinh", "sqrt", "log1p", "cbrt"]
EXACT_2 = ["maximum", "minimum", "add", "subtract", "multiply", "fmax", "fmin", "logical_xor", "copysign", "heaviside"]
LOOSE_2 = ["hypot", "arctan2", "logaddexp"]
OPERATORS = ["+", "-", "*", "+", "-", "*", "/", "//", "%"]
BITS = ["&", "|", "^"]
COMPARE = ["<", "<=", ">", ">=", "==", "!="]


class Shaken:
    """NumPy, whose inexact functions are off by a few last bits."""

    def __getattr__(self, name):
        f = getattr(np, name)
        if name not in LOOSE_1 + LOOSE_2:
            return f

        def shaken(*args):
            v = np.asarray(f(*args))
            return (v * (1 + 4 * np.finfo(v.dtype).eps)).astype(v.dtype)[()]

        return shaken


class Formula:
    def __init__(self):
        self.args, self.names = [], {}

    def evaluate(self, theirs, library=np):
        return eval(theirs, {"np": library, **self.names})  # text of this file's own making

    def hangs_on_last_bits(self, p):
        if p.exact:
            return False
        v, w = np.asarray(p.value), np.asarray(self.evaluate(p.theirs, Shaken()))
        if v.dtype.kind not in "fc":
            return not np.array_equal(v, w)
        ended = np.isfinite(v)
        if not np.array_equal(ended, np.isfinite(w)):
            return True
        bound = {"r0.03": 1e-2, "r5e-05": 1e-5}.get(tolerance(self, p.ours, False), 1e-13)
        return bool(np.any(np.abs(v[ended] - w[ended]) > bound * np.abs(v[ended]).max(initial=0)))

    def leaf(self):
        if rng.random() < 0.25:
            v = pick([1, 2, 3, -1, 0.5, 2.5, 1e-3, True, 2j, 10, 0])
            if rng.random() < 0.4 and len(self.args) < 6:
                name = f"n{len(self.args)}"
                self.args.append((name, weak(v)))
                self.names[name] = v
                return Part(name, name, v, number=True)
            text = repr(v)
            return Part(text, text, v, number=True)
        old = [n for n, a in self.args if not isinstance(a, weak)]
        if old and (rng.random() < 0.4 or len(self.args) >= 6):
            name = pick(old)
        else:
            name = f"x{len(self.args)}"
            a = array(pick(COMMON if rng.random() < 0.7 else DTYPES), pick(SHAPES))
            self.args.append((name, a))
            self.names[name] = a
        return Part(name, name, self.names[name])

    def part(self, depth):
        if depth == 0 or rng.random() < 0.1:
            return self.leaf()
        for _ in range(20):
            p = self.attempt(depth)
            if p is None:
                continue
            try:
                p.value = self.evaluate(p.theirs)
            except (TypeError, OverflowError, ValueError, ZeroDivisionError):
                continue
            if not p.number and not isinstance(p.value, (np.ndarray, np.generic)):
                continue  # 2j + np.float64(1) is Python's own sum, without a dtype
            v = np.asarray(p.value)
            if v.dtype.kind == "c" and ("*" in p.theirs or "multiply" in p.theirs or "square" in p.theirs):
                p.exact = False  # NumPy fuses products of complex numbers where the processor can
            if v.dtype == object or v.dtype.char in "gG":
                continue
            if p.number and isinstance(p.value, int) and abs(p.value) > 2**40:
                continue
            return p
        return self.leaf()

    def attempt(self, depth):
        a = self.part(depth - 1)
        r = rng.random()
        if r < 0.08:
            f = pick(EXACT_1)
            if f in ("abs", "sign") and np.asarray(a.value).dtype.kind == "c":  # by hypot
                return Part(f"{f}({a.ours})", f"np.{f}({a.theirs})", None, False)
            return Part(f"{f}({a.ours})", f"np.{f}({a.theirs})", None, a.exact) if a.exact or f in ("abs", "negative", "square", "conjugate") else None
        if r < 0.2:
            f = pick(LOOSE_1)
            if not a.exact:
                return None  # a last bit may become any number
            return Part(f"{f}({a.ours})", f"np.{f}({a.theirs})", None, False)
        if r < 0.26:
            t = pick(DTYPES)
            if not a.exact or a.number:
                return None
            if np.asarray(a.value).dtype.kind == "c" and t[0] != "c":
                return None
            if t[0] in "iu" and np.asarray(a.value).dtype.kind not in "biu":
                return None  # floats beyond the integers' range are nobody's
            return Part(f"{t}({a.ours})", f"np.asarray({a.theirs}).astype('{t}')[()]", None)
        b = self.part(depth - 1)
        exact, number = a.exact and b.exact, a.number and b.number
        if r < 0.3:
            f = pick(EXACT_2)
            if not exact and f not in ("add", "subtract", "multiply", "maximum", "minimum"):
                return None
            return Part(f"{f}({a.ours}, {b.ours})", f"np.{f}({a.theirs}, {b.theirs})", None, exact and f[1:4] not in ("axi", "ini", "max", "min"))
        if r < 0.33:
            f = pick(LOOSE_2)
            if not exact:
                return None
            return Part(f"{f}({a.ours}, {b.ours})", f"np.{f}({a.theirs}, {b.theirs})", None, False)
        if r < 0.42:
            o = pick(COMPARE)
            if not exact:
                return None
            return Part(f"({a.ours} {o} {b.ours})", f"({a.theirs} {o} {b.theirs})", None, True, number)
        if r < 0.47:
            o = pick(BITS)
            return Part(f"({a.ours} {o} {b.ours})", f"({a.theirs} {o} {b.theirs})", None, exact, number)
        if r < 0.52:
            word = pick(["and", "or"])
            if number or not exact:
                return None
            return Part(f"({a.ours} {word} {b.ours})", f"np.logical_{word}({a.theirs}, {b.theirs})", None)
        if r < 0.57:
            d = self.part(depth - 1)
            if not d.exact or d.number or (a.number and b.number):
                return None
            for n, x in ((a, b), (b, a)):  # np.where wraps integers that do not fit; that is an error here
                t = np.asarray(x.value).dtype
                if n.number and isinstance(n.value, int) and t.kind in "iu" and not np.iinfo(t).min <= n.value <= np.iinfo(t).max:
                    return None
            return Part(f"({a.ours} if {d.ours} else {b.ours})", f"np.where({d.theirs}, {a.theirs}, {b.theirs})", None, exact)
        if r < 0.61:
            if a.number or np.asarray(a.value).dtype.kind in "cb":  # NumPy's bools of no dimension have other powers
                return None
            n = pick(["2", "3", "0.5", "2.0"])
            return Part(f"({a.ours})**{n}", f"({a.theirs})**{n}", None, a.exact and n == "2")
        if r < 0.64:
            s = pick(["-", "+", "~"])
            return Part(f"({s}{a.ours})", f"({s}{a.theirs})", None, a.exact, a.number)
        o = pick(OPERATORS)
        if o in ("//", "%") and not exact:
            return None
        if o == "/" and "c" in (np.asarray(a.value).dtype.kind, np.asarray(b.value).dtype.kind):
            exact = False
        return Part(f"({a.ours} {o} {b.ours})", f"({a.theirs} {o} {b.theirs})", None, exact, number)


def tolerance(f, ours, exact):
    """By the narrowest float that a function may have been computed in."""
    if exact:
        return "="
    seen = {np.asarray(a).dtype.name for _, a in f.args if not isinstance(a, weak)} | {t for t in DTYPES if t + "(" in ours} | {"bool" for o in COMPARE if o in ours}
    if seen & {"bool", "int8", "uint8", "float16"}:
        return "r0.03"
    return "r5e-05" if seen & {"int16", "uint16", "float32", "complex64"} else "r1e-12"


def fine(p):
    """Values whose bound says something: not all lost, and not near the ends of the range."""
    v = np.asarray(p.value)
    if not p.exact and v.dtype.kind in "fc" and not np.all(np.isfinite(v)):
        return False  # the sign of an infinity may hang on a last bit
    if v.dtype.kind not in "fc":
        return v.dtype.kind == "b" or np.abs(v.astype(float)).max(initial=0) < 2**60
    m = np.abs(v[np.isfinite(v)])
    return m.size == 0 or m.max() < (1e3 if v.dtype.itemsize == 2 else 1e15)


REDUCE = ["sum", "mean", "min", "max", "any", "all", "prod"]


def result(f, p):
    """p, or a reduction of it."""
    if rng.random() > 0.25 or np.asarray(p.value).ndim == 0 or p.number:
        return p
    r = pick(REDUCE)
    axis = pick([None, 0, -1, (0, -1) if np.asarray(p.value).ndim == 2 else 0])
    keep = rng.random() < 0.3
    words = ("" if axis is None else f", axis={axis}") + (", keepdims=True" if keep else "")
    q = Part(f"{r}({p.ours}{words})", f"np.{r}({p.theirs}{words})", None, p.exact and r in ("any", "all"))  # of equal zeros any may be the least
    if not p.exact and r in ("any", "all"):
        return p
    q.value = f.evaluate(q.theirs)
    if r in ("sum", "mean") and np.any(np.abs(q.value) < 0.01 * getattr(np, r)(np.abs(p.value).astype("float64"), axis=axis, keepdims=keep)):
        return p  # what cancels has only last bits left
    if np.asarray(q.value).dtype.kind == "c" and not np.all(np.isfinite(q.value)):
        return p  # which parts of a complex mean or product are NaN is no rule
    return q


def write(f, ours, values, exacts):
    if len(ours) > 200:
        return
    head = ", ".join(n for n, _ in f.args) + ": " if f.args else ""
    c.call("eval", [a for _, a in f.args], tuple(np.asarray(v) for v in values), tol=[tolerance(f, ours, e) for e in exacts],
           source=(head + ours).replace(";", "@"))


made = 0
while made < COUNT:
    f = Formula()
    depth = int(rng.integers(1, 5))
    p = f.part(depth)
    if p.number or not any(not isinstance(a, weak) for _, a in f.args):
        continue
    kind = rng.random()
    if kind < 0.75:
        p = result(f, p)
        if not fine(p) or f.hangs_on_last_bits(p):
            continue
        write(f, p.ours, [p.value], [p.exact])
    elif kind < 0.88:  # a name for a part, used twice
        if f.hangs_on_last_bits(p):
            continue
        f.names["part"] = p.value
        q = result(f, Part(f"part * 2 + part", "part * 2 + part", f.evaluate("part * 2 + part"), p.exact))
        if not fine(q) or not fine(p) or f.hangs_on_last_bits(q):
            continue
        write(f, f"part = {p.ours}; {q.ours}", [q.value], [q.exact])
    else:
        q = result(f, f.part(2))
        if q.number or not fine(p) or not fine(q) or f.hangs_on_last_bits(p) or f.hangs_on_last_bits(q):
            continue
        write(f, f"{p.ours}, {q.ours}", [p.value, q.value], [p.exact, q.exact])
    made += 1

x, u = np.array([1.0, 2.0, 3.0]), np.array([1, 2, 250], "uint8")
for source, args, status in [("x: x +", [x], "PARSE"), ("x: y", [x], "PARSE"), ("x: exq(x)", [x], "PARSE"), ("x: (x", [x], "PARSE"),
                             ("x: x x", [x], "PARSE"), ("x: 1 2", [x], "PARSE"), ("x: maximum(x)", [x], "PARSE"), ("x, x: x", [x, x], "PARSE"),
                             ("x: sum(x, axes=0)", [x], "PARSE"), ("x: x = 1", [x], "OK"), ("x: 99999999999999999999", [x], "PARSE"),
                             ("x, y: x", [x], "ARGUMENT"), ("x: x & 1", [x], "DTYPE"), ("u: u + 300", [u], "DTYPE"), ("x: x + 1/0", [x], "ARGUMENT"),
                             ("u: u ** -1", [u.astype("int32")], "ARGUMENT"), ("x, u: x + u", [np.ones((2, 2)), np.ones(3)], "SHAPE"), ("x: sum(x, axis=1)", [x], "INDEX"),
                             ("x: if x", [x], "PARSE"), ("", [], "PARSE"), ("x:", [x], "PARSE"), ("x: lambda", [x], "PARSE"), ("x: 0x", [x], "PARSE")]:
    if status != "OK":
        c.error("eval", args, status, source=source)
c.write(sys.argv[1] if len(sys.argv) > 1 else "eval_cases.tsv")
