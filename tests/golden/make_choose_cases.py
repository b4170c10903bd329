"""Choosing and placing by positions, grids, triangles, functions over parts, views by strides. Writes choose_cases.tsv and
grid_cases.tsv; run in tests/golden."""
import numpy as np
from cases import Cases, weak

c = Cases()
TYPES = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "float32", "float64",
         "complex64", "complex128"]
FEW = ["bool", "int8", "uint64", "float16", "float64", "complex64"]
INTS = ["int8", "uint8", "int32", "int64", "uint64"]
SHAPES = [(), (1,), (5,), (0,), (2, 3), (3, 0), (2, 2, 3)]


def base(shape, t="int64"):
    n = int(np.prod(shape))
    return (np.arange(n) % 3 == 1 if t == "bool" else (np.arange(n) * 7 % 11)).astype(t).reshape(shape)


SPECIAL = np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324, 1e308])


def put(a, i, v, mode="raise"):
    b = a.copy()
    np.put(b, i, v, mode=mode)
    return b


def place(a, m, v):
    b = a.copy()
    np.place(b, m, v)
    return b


def along(a, i, v, axis):
    b = a.copy()
    np.put_along_axis(b, i, v, axis)
    return b


# ---- take with axis and mode
for t in TYPES:
    a = base((3, 4), t)
    c.call("take_with", [a, np.array([0, -1, 5])], lambda: np.take(a, [0, -1, 5]))
    c.call("take_with", [a, np.array([[1], [-3]], "int8")], lambda: np.take(a, [[1], [-3]], axis=0), axis=0)
c.call("take_with", [SPECIAL, np.array([5, 3, 0, 4])], lambda: np.take(SPECIAL, [5, 3, 0, 4]))
for shape in SHAPES:
    a = base(shape)
    for mode in ["raise", "wrap", "clip"]:
        for i in [np.array(0), np.array([-1, 0, 1]), np.array([-9, 9, 100]), np.zeros((0,), "int64"), np.array([[7]], "uint8")]:
            for axis in [None] + list(range(-a.ndim, a.ndim)):
                try:
                    np.take(a, i, axis=axis, mode=mode)
                    bad = None
                except IndexError:
                    bad = "INDEX"
                except ValueError:
                    continue
                if bad is None and axis is not None and axis < 0 and mode != "raise":
                    continue
                c.call("take_with", [a, i], lambda: np.take(a, i, axis=axis, mode=mode), axis=axis, mode=mode, error=bad)
c.call("take_with", [base((2, 3)), np.array([0])], lambda: np.take(base((2, 3)), [0], axis=2), axis=2, error="INDEX")
c.call("take_with", [base((2, 3)), np.array([0.5])], lambda: np.take(base((2, 3)), np.array([0.5])), error="DTYPE")
c.error("take_with", [base((2, 3)), np.array([0])], "ARGUMENT", mode="none")

# ---- put
for t in TYPES:
    a = base((2, 3), t)
    v = base((3,), t)[::-1]
    c.call("put", [a, np.array([4, 0, -1]), v], lambda: put(a, [4, 0, -1], v))
    c.call("put", [a, np.array([1, 1, 1]), v], lambda: put(a, [1, 1, 1], v))
    c.call("put", [a, np.array([0, 5, 1, 2, 3]), v[:2]], lambda: put(a, [0, 5, 1, 2, 3], v[:2]))
for i in INTS:
    c.call("put", [base((5,)), np.array([3, 1], i), weak(-8)], lambda: put(base((5,)), np.array([3, 1], "int64"), -8))
for mode in ["raise", "wrap", "clip"]:
    for i in [[0], [-1, 2], [-7, 9], [[0, 1], [6, 13]], []]:
        for shape in [(), (1,), (4,), (0,), (2, 3), (2, 0)]:
            a, k, v = base(shape), np.array(i, "int64"), np.array([50, 51, 52])
            try:
                put(a, k, v, mode)
                bad = None
            except (IndexError, ValueError):
                bad = "INDEX"
            c.call("put", [a, k, v], lambda: put(a, k, v, mode), mode=mode, error=bad)
a = base((4,), "float64")
c.call("put", [a, np.array([2, 0, 3]), SPECIAL[:3]], lambda: put(a, [2, 0, 3], SPECIAL[:3]))
c.call("put", [a, np.array([2, 0]), np.zeros(0)], lambda: put(a, [2, 0], []))
c.call("put", [a, np.array([2, 0]), np.array([7], "int8")], lambda: put(a, [2, 0], [7]))
c.error("put", [base((4,)), np.array([1]), np.array([0.5])], "DTYPE")
c.call("put", [base((4,)), np.array([1.0]), weak(1)], lambda: put(base((4,)), np.array([1.0]), 1), error="DTYPE")

# ---- put_along_axis
for t in FEW:
    a = base((2, 3), t)
    for axis in [0, 1, -1]:
        n = a.shape[axis]
        i = np.array([[n - 1, 0, -1]]) if axis == 0 else np.array([[0, 2], [-1, 1]])
        v = base(i.shape, t)
        c.call("put_along_axis", [a, i, v], lambda: along(a, i, v, axis), axis=axis)
        c.call("put_along_axis", [a, i.astype("int8"), weak(1)], lambda: along(a, i, 1, axis), axis=axis)
a = base((2, 3, 4))
for axis in range(-3, 3):
    i = np.argmax(a, axis=axis, keepdims=True)
    c.call("put_along_axis", [a, i, weak(99)], lambda: along(a, i, 99, axis), axis=axis)
c.call("put_along_axis", [a, np.zeros((1, 1, 2), "int64"), weak(5)], lambda: along(a, np.zeros((1, 1, 2), "int64"), 5, 2), axis=2)
c.call("put_along_axis", [base((3, 0)), np.zeros((3, 0), "int64"), weak(5)], lambda: base((3, 0)), axis=0)
c.call("put_along_axis", [a, np.array([[[4]]]), weak(5)], lambda: along(a, np.array([[[4]]]), 5, 2), axis=2, error="INDEX")
c.call("put_along_axis", [a, np.array([[4]]), weak(5)], lambda: along(a, np.array([[4]]), 5, 2), axis=2, error="SHAPE")
c.call("put_along_axis", [a, np.array([[[0.0]]]), weak(5)], lambda: along(a, np.array([[[0.0]]]), 5, 2), axis=2, error="DTYPE")
c.call("put_along_axis", [a, np.array([[[0]]]), weak(5)], lambda: along(a, np.array([[[0]]]), 5, 3), axis=3, error="INDEX")
c.call("put_along_axis", [a, np.zeros((2, 2, 4), "int64"), weak(5)], lambda: along(a, np.zeros((2, 2, 4), "int64"), 5, 2), axis=2, error="SHAPE")

# ---- place, extract
for t in TYPES:
    a = base((2, 3), t)
    m = np.array([[True, False, True], [False, True, True]])
    v = base((3,), t)[::-1]
    c.call("place", [a, m, v], lambda: place(a, m, v))
    c.call("extract", [m, a], lambda: np.extract(m, a))
    c.call("extract", [a, a], lambda: np.extract(a, a))
for shape in SHAPES:
    a = base(shape)
    for m in [a > 3, np.ones(shape, bool), np.zeros(shape, bool), a % 2]:
        c.call("extract", [m, a], lambda: np.extract(m, a))
        if a.ndim > 0:
            c.call("place", [a, m, np.array([70, 71])], lambda: place(a, m.astype(bool), [70, 71]))
c.call("extract", [np.array([1, 0, 1]), base((2, 3))], lambda: np.extract([1, 0, 1], base((2, 3))))
c.call("extract", [np.ones(7), base((2, 3))], lambda: np.extract(np.ones(7), base((2, 3))), error="INDEX")
c.call("place", [base((3,)), np.ones(4, bool), weak(1)], lambda: place(base((3,)), np.ones(4, bool), [1]), error="SHAPE")
c.call("place", [base((3,)), np.ones(3, bool), np.zeros(0, "int64")], lambda: place(base((3,)), np.ones(3, bool), []), error="ARGUMENT")
c.call("place", [base((3,)), np.zeros(3, bool), np.zeros(0, "int64")], lambda: place(base((3,)), np.zeros(3, bool), []))

# ---- choose
for t in TYPES:
    x = [base((4,), t), base((4,), t)[::-1].copy(), np.ones((4,), t)]
    k = np.array([2, 0, 1, 1])
    c.call("choose", [k, *x], lambda: np.choose(k, x))
for i in INTS[:-1]:
    k = np.array([[1, 0], [0, 1]], i)
    c.call("choose", [k, weak(5), np.array([10, 20])], lambda: np.choose(k, [np.int64(5), np.array([10, 20])]))
for mode in ["raise", "wrap", "clip"]:
    for k in [np.array([0, 1, 2]), np.array([-1, 0, 3]), np.array(1), np.array(-5), np.zeros((0,), "int64"), np.array([[0], [2]])]:
        x = [np.array([1, 2, 3], "int8"), np.array([[10], [20]], "int16"), np.array(100.5, "float32")]
        bad = "INDEX" if mode == "raise" and k.size and (k.min() < 0 or k.max() > 2) else None
        if k.shape == (0,):
            x = [np.array([1], "int8"), np.array([[10], [20]], "int16"), np.array(100.5, "float32")]
        c.call("choose", [k, *x], lambda: np.choose(k, x, mode=mode), mode=mode, error=bad)
c.call("choose", [np.array([0, 0]), np.array([[1], [2]])], lambda: np.choose([0, 0], [np.array([[1], [2]])]))
c.call("choose", [np.array([True, False]), np.array([1, 2]), np.array([3, 4])],
       lambda: np.choose([True, False], [[1, 2], [3, 4]]))
c.call("choose", [np.array([0.0]), np.array([1])], lambda: np.choose(np.array([0.0]), [[1]]), error="DTYPE")
c.error("choose", [np.array([0, 1]), np.zeros(3), np.zeros(3)], "SHAPE")
c.error("choose", [np.array([0])], "ARGUMENT")

# ---- select
for t in TYPES:
    x = base((5,), t)
    m = [np.array([1, 0, 0, 1, 0], bool), np.array([1, 1, 0, 0, 0], bool)]
    v = [x, x[::-1].copy()]
    c.call("select_first", [weak(0), *m, *v], lambda: np.select(m, v))
    c.call("select_first", [np.ones((), t), *m, *v], lambda: np.select(m, v, default=np.ones((), t)))
x = np.arange(6)
for default in [0, 42, 2.5, True, 1j]:
    for v in [[x, x ** 2], [x.astype("int8"), np.array(3, "int16")], [x.astype("float32"), x]]:
        m = [x < 3, x > 4]
        c.call("select_first", [weak(default), *m, *v], lambda: np.select(m, v, default))
m = [np.array([[True], [False]]), np.array([False, True, True])]
c.call("select_first", [weak(0), *m, np.array([1, 2, 3]), np.array([[10], [20]])], lambda: np.select(m, [np.array([1, 2, 3]), np.array([[10], [20]])]))
c.call("select_first", [weak(0), np.array(True), np.array([1.5, 2.5])], lambda: np.select([np.array(True)], [np.array([1.5, 2.5])]))
c.call("select_first", [weak(0), np.zeros((0,), bool), np.zeros((0,))], lambda: np.select([np.zeros(0, bool)], [np.zeros(0)]))
c.call("select_first", [weak(0), np.array([1, 0]), np.array([1.5, 2.5])], lambda: np.select([np.array([1, 0])], [np.array([1.5, 2.5])]), error="DTYPE")
c.call("select_first", [weak(0), np.ones(2, bool), np.zeros(3)], lambda: np.select([np.ones(2, bool)], [np.zeros(3)]), error="SHAPE")

# ---- ix_, nonzero
for parts in [([0, 1], [2, 0, 1]), ([True, False, True], [1]), ([], [1, 2]), ([3],), ([0], [1], [2, 3])]:
    arrays = [np.array(p, "int64") if not p or not isinstance(p[0], bool) else np.array(p) for p in parts]
    c.call("ix_", arrays, lambda: np.ix_(*arrays))
c.call("ix_", [np.zeros(0)], lambda: np.ix_([]))
c.call("ix_", [np.array([1, 2], "int8")], lambda: np.ix_(np.array([1, 2], "int8")))
c.call("ix_", [np.array([[1]])], lambda: np.ix_(np.array([[1]])), error="SHAPE")
c.error("ix_", [np.array([1.5])], "DTYPE")
for t in TYPES:
    a = base((2, 3), t)
    c.call("nonzero", [a], lambda: np.nonzero(a))
for shape in SHAPES[1:] + [(2, 1, 2, 2)]:
    a = base(shape)
    c.call("nonzero", [a], lambda: np.nonzero(a))
    c.call("nonzero", [a == 0], lambda: np.nonzero(a == 0))
    c.call("argwhere", [a], lambda: np.argwhere(a))
    c.call("flatnonzero", [a], lambda: np.flatnonzero(a))
c.call("nonzero", [np.array([0.0, -0.0, np.nan, np.inf, 5e-324])], lambda: np.nonzero(np.array([0.0, -0.0, np.nan, np.inf, 5e-324])))
c.call("nonzero", [np.array(3)], lambda: np.nonzero(np.array(3)), error="SHAPE")

# ---- compress
for t in FEW:
    a = base((3, 4), t)
    for axis, m in [(0, [1, 0, 1]), (1, [0, 1, 1, 0]), (-1, [0, 0, 0, 0]), (0, [0, 1])]:
        m = np.array(m, bool)
        c.call("compress", [m, a], lambda: np.compress(m, a, axis=axis), axis=axis)
c.call("compress", [np.ones(5, bool), a], lambda: np.compress(np.ones(5, bool), a, axis=0), axis=0, error="INDEX")
c.call("compress", [np.ones((1, 3), bool), a], lambda: np.compress(np.ones((1, 3), bool), a, axis=0), axis=0, error="SHAPE")

# ---- ravel_multi_index, unravel_index
for dims in [(5,), (3, 4), (2, 3, 4), (1, 1), (7, 1, 2)]:
    for order in "CF":
        for shape in [(), (4,), (2, 2), (0,)]:
            g = np.random.default_rng(len(dims))
            x = [g.integers(0, n, shape) for n in dims]
            flat = np.ravel_multi_index(x, dims, order=order)
            c.call("ravel_multi_index", x, lambda: np.asarray(flat), dims=dims, order=order)
            c.call("unravel_index", [np.asarray(flat)], lambda: np.unravel_index(flat, dims, order=order), dims=dims, order=order)
        y = [g.integers(-9, 20, (4,)) for n in dims]
        for mode in ["wrap", "clip"]:
            c.call("ravel_multi_index", y, lambda: np.ravel_multi_index(y, dims, mode=mode, order=order), dims=dims, mode=mode, order=order)
x = [np.array([[0], [1]]), np.array([0, 2], "int8")]
c.call("ravel_multi_index", x, lambda: np.ravel_multi_index(x, (2, 3)), dims=(2, 3))
c.call("ravel_multi_index", [np.array([5, -1]), np.array([9, 1])], lambda: np.ravel_multi_index(([5, -1], [9, 1]), (3, 4), mode=("wrap", "clip")),
       dims=(3, 4), mode="wrap+clip")
for bad in [[3, 0], [-1, 0], [0, 4]]:
    c.call("ravel_multi_index", [np.array(v) for v in bad], lambda: np.ravel_multi_index(bad, (3, 4)), dims=(3, 4), error="INDEX")
c.call("ravel_multi_index", [np.array([0])], lambda: np.ravel_multi_index(([0],), (3, 4)), dims=(3, 4), error="ARGUMENT")
c.call("ravel_multi_index", [np.array([0.0])], lambda: np.ravel_multi_index((np.array([0.0]),), (3,)), dims=(3,), error="DTYPE")
c.call("ravel_multi_index", [np.array([0, 1]), np.array([0, 1, 2])], lambda: np.ravel_multi_index(([0, 1], [0, 1, 2]), (3, 4)), dims=(3, 4), error="SHAPE")
for bad in [12, -1, 100]:
    c.call("unravel_index", [np.array([0, bad])], lambda: np.unravel_index([0, bad], (3, 4)), dims=(3, 4), error="INDEX")
c.call("unravel_index", [np.array([0.5])], lambda: np.unravel_index(np.array([0.5]), (3, 4)), dims=(3, 4), error="DTYPE")
c.call("unravel_index", [np.array([11], "uint8")], lambda: np.unravel_index(np.array([11], "uint8"), (3, 4)), dims=(3, 4))


# ---- fill_diagonal
def filled(a, v, wrap=False):
    b = a.copy()
    np.fill_diagonal(b, v, wrap=wrap)
    return b


for t in TYPES:
    a = base((3, 4), t)
    c.call("fill_diagonal", [a, weak(1)], lambda: filled(a, 1))
    c.call("fill_diagonal", [a, base((2,), t)], lambda: filled(a, base((2,), t)))
for shape in [(2, 2), (1, 1), (5, 2), (6, 2), (7, 2), (8, 3), (9, 1), (2, 5), (3, 3, 3), (2, 2, 2, 2), (0, 3), (3, 0), (4, 3)]:
    a = base(shape)
    for v in [weak(-5), np.array([-1, -2]), np.array([[-1], [-2], [-3], [-4], [-5], [-6], [-7], [-8], [-9]])]:
        for wrap in [False, True]:
            c.call("fill_diagonal", [a, v], lambda: filled(a, v.value if isinstance(v, weak) else v, wrap), wrap=wrap)
for shape in [(3,), (), (2, 2, 3)]:
    c.call("fill_diagonal", [base(shape), weak(1)], lambda: filled(base(shape), 1), error="SHAPE")


# ---- along axes, masks, diagonals, triangles
def masked(a, m, v):
    b = a.copy()
    np.copyto(b, v, where=m)
    return b


for t in TYPES:
    a = base((3, 4), t)
    c.call("take", [a, np.array([[2, 0], [-1, 1]])], lambda: np.take(a, [[2, 0], [-1, 1]], axis=0), axis=0)
    c.call("take_along_axis", [a, np.array([[3, 0], [1, 1], [-1, -4]])],
           lambda: np.take_along_axis(a, np.array([[3, 0], [1, 1], [-1, -4]]), 1), axis=1)
    c.call("putmask", [a, a.real > 3, np.ones((), t)], lambda: masked(a, a.real > 3, np.ones((), t)))
    for k in [0, 1, -2]:
        c.call("diag", [a], lambda: np.diag(a, k), k=k)
        c.call("diag", [a[0].copy()], lambda: np.diag(a[0], k), k=k)
        c.call("tril", [a], lambda: np.tril(a, k), k=k)
        c.call("triu", [a], lambda: np.triu(a, k), k=k)
for shape in [(5,), (2, 3), (2, 3, 2), (1, 1), (3, 0), (0, 4)]:
    a = base(shape)
    for axis in range(-len(shape), len(shape)):
        i = np.argsort(a, axis=axis, kind="stable")
        c.call("take_along_axis", [a, i.astype("int16")], lambda: np.take_along_axis(a, i, axis), axis=axis)
        if a.size and len(shape) > 1:
            i = np.argmin(a, axis=axis, keepdims=True)
            c.call("take_along_axis", [a, i], lambda: np.take_along_axis(a, i, axis), axis=axis)
        n = a.shape[axis]
        for j in [np.array(0), np.array([-1]), np.zeros((2, 0), "int64")]:
            c.call("take", [a, j], lambda: np.take(a, j, axis=axis), axis=axis, error=None if n or not j.size else "INDEX")
for shape in [(3, 3), (2, 4), (4, 2), (2, 3, 4), (1, 1), (0, 3), (2, 0, 3), (1, 2, 2, 3)]:
    a = base(shape)
    for k in [0, 1, -1, 3, -9, 9]:
        c.call("diagonal", [a], lambda: np.diagonal(a, k, -2, -1), k=k)
        c.call("tril", [a], lambda: np.tril(a, k), k=k)
        c.call("triu", [a], lambda: np.triu(a, k), k=k)
        c.call("trace", [a.astype("float64")], lambda: np.asarray(np.trace(a.astype("float64"), k, -2, -1)), k=k)
for shape, m in [((4,), [1, 0, 1, 1]), ((2, 3), [[1, 0, 1]]), ((2, 3), [[1], [0]]), ((0, 3), [1, 1, 0]), ((2, 2), True)]:
    a = base(shape)
    for v in [weak(-3), np.array(5), np.arange(shape[-1]) + 50]:
        c.call("putmask", [a, np.array(m, bool), v],
               lambda: masked(a, np.array(m, bool), v.value if isinstance(v, weak) else v))
c.call("putmask", [base((3,)), np.ones(4, bool), weak(1)], lambda: masked(base((3,)), np.ones(4, bool), 1), error="SHAPE")
c.call("take_along_axis", [base((2, 3)), np.array([[3]])], lambda: np.take_along_axis(base((2, 3)), np.array([[3]]), 1), axis=1, error="INDEX")
c.call("take_along_axis", [base((2, 3)), np.array([0])], lambda: np.take_along_axis(base((2, 3)), np.array([0]), 1), axis=1, error="SHAPE")
c.call("diagonal", [base((3,))], lambda: np.diagonal(base((3,))), error="SHAPE")
c.call("diag", [base((2, 2, 2))], lambda: np.diag(base((2, 2, 2))), error="SHAPE")
for t in TYPES:
    a = base((2, 3), t) if t[0] != "c" else (base((2, 3)) + 1j * base((2, 3))[::-1]).astype(t)
    c.call("real", [a], lambda: np.real(a))
    c.call("imag", [a], lambda: np.imag(a))
for shape, to in [((3,), (2, 3)), ((), (2, 2)), ((2, 1), (2, 4)), ((0,), (3, 0)), ((1, 3), (2, 2, 3)), ((3,), (3,))]:
    c.call("broadcast_to", [base(shape)], lambda: np.broadcast_to(base(shape), to), shape=to)
for shape, to in [((3,), (2,)), ((2, 3), (3,)), ((2,), (2, 3))]:
    c.call("broadcast_to", [base(shape)], lambda: np.broadcast_to(base(shape), to), shape=to, error="SHAPE")
c.write("choose_cases.tsv")
