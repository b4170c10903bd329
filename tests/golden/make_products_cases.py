"""Cases of the products (dot to multi_dot, cross, kron, traces) and of norms and condition numbers.

Products of small whole numbers are exact in every order of summation; no number is 0, so no sign of zero depends on it.
"""
import os

import numpy as np

from cases import Cases, weak

rng = np.random.default_rng(7)
c = Cases()
ALL = ["bool", "int8", "uint8", "int32", "int64", "uint64", "float16", "float32", "float64", "complex64", "complex128"]


def v(shape, t="float64"):
    n = int(np.prod(shape))
    if t == "bool":
        return rng.random(shape) < 0.6
    x = rng.integers(1, 5, n) * (1 if t[0] == "u" else rng.choice([-1, 1], n))
    x = x.astype(t)
    if t[0] == "c":
        x = x + 1j * rng.choice([-3, -2, 1, 2], n)
    return np.asarray(x, t).reshape(shape)


def both(op, f, a, b, **options):
    c.call(op, [a, b], lambda: f(a, b), **options)


# ---- dot, inner, outer, vdot, matmul
for t in ALL:
    for s1, s2 in [((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 4)), ((), (3,)), ((2, 3), ()), ((2, 2, 3), (3, 2))]:
        both("dot", np.dot, v(s1, t), v(s2, t))
    for s1, s2 in [((3,), (3,)), ((2, 3), (3,)), ((2, 3), (4, 3)), ((), (3,)), ((2, 1, 3), (2, 3))]:
        both("inner", np.inner, v(s1, t), v(s2, t))
    for s1, s2 in [((3,), (2,)), ((2, 2), (3,)), ((), (2,)), ((0,), (2,))]:
        both("outer", np.outer, v(s1, t), v(s2, t))
    for s1, s2 in [((3,), (3,)), ((2, 3), (3, 2)), ((), ()), ((0,), (0,))]:
        both("vdot", np.vdot, v(s1, t), v(s2, t))
both("dot", np.dot, v((2, 3, 2)), v((2, 2, 3)))
both("dot", np.dot, v((2, 0)), v((0, 3)))
both("dot", np.dot, v((3,), "int8"), v((3,), "float32"))
x = v((3,), "float32")
c.call("dot", [x, weak(2.5)], np.dot(x, 2.5).astype("float32"))
for s1, s2 in [((3,), (4,)), ((2, 3), (2, 3)), ((2, 3), (2,)), ((2, 3), (2, 2, 3))]:
    both("dot", np.dot, v(s1), v(s2), error="SHAPE")
both("inner", np.inner, v((2, 3)), v((3, 2)), error="SHAPE")
both("vdot", np.vdot, v((3,)), v((4,)), error="SHAPE")

# ---- tensordot
a, b = v((2, 3, 4)), v((4, 3, 2))
for ax in [([2], [0]), ([1, 2], [1, 0]), ([0], [2]), ([0, 1, 2], [2, 1, 0]), ([], []), ([-1], [-3]), ([2, 1], [0, 1])]:
    if len(ax[0]) == 0:
        continue
    both("tensordot", lambda p, q: np.tensordot(p, q, axes=ax), a, b, a_axes=ax[0], b_axes=ax[1])
for n, s1, s2 in [(0, (2,), (3,)), (1, (2, 3), (3, 2)), (2, (2, 3, 2), (3, 2, 2)), (0, (), (3,)), (2, (3, 2), (3, 2)), (1, (2, 0), (0, 3))]:
    both("tensordot", lambda p, q: np.tensordot(p, q, axes=n), v(s1), v(s2), n=n)
for t in ALL:
    both("tensordot", lambda p, q: np.tensordot(p, q, axes=2), v((2, 3, 2), t), v((3, 2, 2), t), n=2)
both("tensordot", lambda p, q: np.tensordot(p, q, axes=1), v((2, 3)), v((2, 3)), n=1, error="SHAPE")
both("tensordot", lambda p, q: np.tensordot(p, q, axes=([3], [0])), a, b, a_axes=[3], b_axes=[0], error="INDEX")

# ---- vecdot, matvec, vecmat
for t in ALL:
    for s1, s2, axis in [((3,), (3,), -1), ((2, 3), (3,), -1), ((2, 3), (2, 3), 1), ((3, 2), (3, 2), 0), ((3, 2), (3,), 0),
                         ((2, 1, 3), (4, 3), -1)]:
        both("vecdot", lambda p, q: np.vecdot(p, q, axis=axis), v(s1, t), v(s2, t), axis=axis)
    for s1, s2 in [((2, 3), (3,)), ((4, 2, 3), (3,)), ((2, 3), (2, 3)), ((2, 1, 2, 3), (4, 3))]:
        both("matvec", np.matvec, v(s1, t), v(s2, t))
    for s1, s2 in [((2,), (2, 3)), ((4, 2), (2, 3)), ((2,), (4, 2, 3)), ((4, 1, 2), (3, 2, 2))]:
        both("vecmat", np.vecmat, v(s1, t), v(s2, t))
both("vecdot", np.vecdot, v((3,), "complex64"), v((3,), "float64"), axis=-1)
both("vecdot", np.vecdot, v((3,), "float64"), v((3,), "complex64"), axis=-1)
both("vecdot", np.vecdot, v((2, 0)), v((2, 0)), axis=-1)
both("vecdot", np.vecdot, v((0, 2)), v((0, 2)), axis=-1)
both("matvec", np.matvec, v((2, 0)), v((0,)))
both("vecmat", np.vecmat, v((0,)), v((0, 2)))
for s1, s2, axis, e in [((2, 3), (2, 4), -1, "SHAPE"), ((3,), (1,), -1, "SHAPE"), ((3, 2), (3,), 1, "INDEX"), ((), (3,), -1, "SHAPE"),
                        ((2, 3), (4, 3), -1, "SHAPE"), ((3,), (3,), -2, "INDEX")]:
    both("vecdot", lambda p, q: np.vecdot(p, q, axis=axis), v(s1), v(s2), axis=axis, error=e)
for s1, s2 in [((2, 3), (2,)), ((3,), (3,)), ((2, 3), ()), ((2, 2, 3), (4, 3))]:
    both("matvec", np.matvec, v(s1), v(s2), error="SHAPE")
for s1, s2 in [((3,), (2, 3)), ((3,), (3,)), ((), (2, 3)), ((2, 2), (3, 2, 4))]:
    both("vecmat", np.vecmat, v(s1), v(s2), error="SHAPE")

# ---- cross
for t in ALL[1:]:
    for s1, s2 in [((3,), (3,)), ((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 1, 3), (2, 3))]:
        both("cross", np.cross, v(s1, t), v(s2, t))
    for s1, s2 in [((2,), (2,)), ((2,), (3,)), ((3,), (2,)), ((4, 2), (4, 3))]:
        both("cross", np.cross, v(s1, t), v(s2, t))
for s1, s2, k in [((3, 4), (4, 3), dict(axisa=0)), ((3, 2), (3, 2), dict(axisa=0, axisb=0)),
                  ((3, 2), (3, 2), dict(axisa=0, axisb=0, axisc=0)), ((2, 4, 3), (2, 3, 4), dict(axisb=1, axisc=1)),
                  ((2, 4), (4, 3), dict(axisa=0, axisc=0)), ((2, 2), (2, 2), dict(axisa=0, axisb=0))]:
    both("cross", lambda p, q: np.cross(p, q, **k), v(s1), v(s2), **k)
both("cross", np.cross, v((3,), "int8"), v((3,), "uint8"))
both("cross", np.cross, v((3,), "int64"), v((3,), "float32"))
both("cross", np.cross, v((0, 3)), v((3,)))
for s1, s2, k, e in [((4,), (3,), {}, "SHAPE"), ((3,), (1,), {}, "SHAPE"), ((), (3,), {}, "SHAPE"), ((2, 3), (4, 3), {}, "SHAPE"),
                     ((3,), (3,), dict(axisa=1), "INDEX"), ((3,), (3,), dict(axisc=1), "INDEX"), ((3,), (3,), dict(axisb=-2), "INDEX")]:
    both("cross", lambda p, q: np.cross(p, q, **k), v(s1), v(s2), error=e, **k)
both("cross", np.cross, v((3,), "bool"), v((3,), "bool"), error="DTYPE")

# ---- kron
for t in ALL:
    for s1, s2 in [((3,), (2,)), ((2, 2), (2, 3)), ((2,), (3, 2)), ((2, 3), (2,)), ((), (3,)), ((2, 1, 2), (1, 3, 1))]:
        both("kron", np.kron, v(s1, t), v(s2, t))
both("kron", np.kron, v((2,), "int8"), v((2,), "float16"))
both("kron", np.kron, v((0,)), v((2,)))
both("kron", np.kron, v((2, 0)), v((2, 3)))
both("kron", np.kron, v((2, 2, 1, 2)), v((3, 1)))
x = v((2, 2), "float32")
c.call("kron", [x, weak(3)], lambda: np.kron(x, np.float32(3)))

# ---- multi_dot
for shapes in [[(2, 3), (3, 4)], [(3,), (3, 4)], [(2, 3), (3,)], [(3,), (3,)], [(2, 3), (3, 4), (4, 2)], [(3,), (3, 4), (4,)],
               [(3,), (3, 4), (4, 2)], [(2, 3), (3, 4), (4,)], [(2, 5), (5, 1), (1, 6), (6, 2)], [(5,), (5, 2), (2, 3), (3,)],
               [(2, 3), (3, 1), (1, 4), (4, 2), (2, 3)], [(1, 4), (4, 4), (4, 1), (1, 2), (2, 2), (2, 3)], [(2, 0), (0, 3), (3, 2)],
               [(0, 2), (2, 3), (3, 0)]]:
    for t in ["int32", "float64", "complex64"]:
        m = [v(s, t) for s in shapes]
        c.call("multi_dot", m, lambda: np.linalg.multi_dot(m))
m = [v((2, 3), "int8"), v((3, 2), "int32"), v((2, 2), "float32")]
c.call("multi_dot", m, lambda: np.linalg.multi_dot(m))
for shapes, e in [([(2, 3)], "ARGUMENT"), ([(2, 3), (2, 3)], "SHAPE"), ([(2, 3), (3,), (3, 2)], "SHAPE"),
                  ([(2, 3), (3, 4), (3, 2)], "SHAPE"), ([(2, 3), (3, 4, 1), (4, 2)], "SHAPE"), ([(), (3, 2), (2, 2)], "SHAPE")]:
    m = [v(s) for s in shapes]
    c.call("multi_dot", m, lambda: np.linalg.multi_dot(m), error=e)

# ---- diagonal, trace
for t in ALL:
    m = v((3, 4), t)
    c.call("trace", [m], lambda: np.trace(m), axes=[0, 1])
    c.call("trace", [m], lambda: np.trace(m, 1), k=1, axes=[0, 1])
m = v((2, 3, 4))
for k, p, q in [(0, 0, 1), (1, 0, 2), (-1, 1, 2), (0, 2, 0), (2, -1, 0), (-2, 2, 1), (9, 0, 1), (-9, 0, 1), (0, -3, -1)]:
    c.call("trace", [m], lambda: np.trace(m, k, p, q), k=k, axes=[p, q])
    c.call("diagonal", [m], lambda: np.diagonal(m, k, p, q), k=k, axes=[p, q])
for t in ["float64", "int8", "complex64"]:
    h = v((3, 3), "int8")
    c.call("trace", [h], lambda: np.trace(h, dtype=t), axes=[0, 1], dtype=t)
c.call("diagonal", [v((0, 3))], lambda: np.diagonal(np.zeros((0, 3))), axes=[0, 1])
for s, p, q, e in [((2, 3), 0, 0, "ARGUMENT"), ((3,), 0, 1, "SHAPE"), ((2, 3), 0, 2, "INDEX"), ((2, 3), -3, 1, "INDEX"), ((2, 3), 1, -1, "ARGUMENT")]:
    c.call("trace", [v(s)], lambda: np.trace(np.ones(s), 0, p, q), axes=[p, q], error=e)
    c.call("diagonal", [v(s)], lambda: np.diagonal(np.ones(s), 0, p, q), axes=[p, q], error=e)


# ---- norms
def close(t):
    return {"f": {2: "u4", 4: "u8", 8: "u8"}, "c": {8: "u8", 16: "u8"}}.get(np.dtype(t).kind, {}).get(np.dtype(t).itemsize, "u8")


ORDS = [None, 0, 1, 2, 3, -1, -2, 0.5, np.inf, -np.inf]
for t in ["bool", "int8", "uint64", "float32", "float64", "complex64", "complex128"]:
    x = v((2, 3, 2), t) if t != "bool" else np.ones((2, 3, 2), bool)
    for i, o in enumerate(ORDS):
        axis = [None, 0, (0, 2), (2, 1, 0), -1][i % 5]
        keep = i % 3 == 0
        c.call("vector_norm", [x], lambda: np.linalg.vector_norm(x, axis=axis, keepdims=keep, ord=2 if o is None else o), tol=close(t),
               axis=list(axis) if isinstance(axis, tuple) else axis, keepdims=keep, ord=None if o is None else float(o))
for s, axis, o in [((0,), None, 2), ((2, 0), 1, np.inf), ((2, 0), 1, 1), ((2, 0), 0, 0), ((), None, 2), ((), None, 1), ((3,), [], 2), ((2, 2), (1, 0), 2)]:
    x = v(s)
    ax = tuple(axis) if isinstance(axis, (list, tuple)) else axis
    c.call("vector_norm", [x], lambda: np.linalg.vector_norm(x, axis=ax, ord=o), tol="u4", axis="" if axis == [] else list(axis) if isinstance(axis, tuple) else axis,
           ord=float(o))
special = np.array([[1.0, np.nan], [np.inf, 2.0]])
for o in [1, 2, np.inf, -np.inf]:
    c.call("vector_norm", [special], lambda: np.linalg.vector_norm(special, axis=1, ord=o), axis=1, ord=float(o))
c.call("vector_norm", [v((2, 0))], lambda: np.linalg.vector_norm(np.zeros((2, 0)), axis=1, ord=-np.inf), axis=1, ord=-np.inf, error="SHAPE")
c.call("vector_norm", [v((2, 3))], lambda: np.linalg.vector_norm(np.ones((2, 3)), axis=2), axis=2, error="INDEX")
c.call("vector_norm", [v((2, 3))], lambda: np.linalg.vector_norm(np.ones((2, 3)), axis=(0, 0)), axis=[0, 0], error="ARGUMENT")
c.error("vector_norm", [v((2, 3))], "ARGUMENT", kind="fro")
for t in ["int8", "float32", "float64", "complex64", "complex128"]:
    for i, o in enumerate(["fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf, None]):
        x = v([(2, 3), (2, 3, 2), (3, 3)][i % 3], t)
        k = dict(kind=o) if isinstance(o, str) else dict(ord=None if o is None else float(o))
        c.call("matrix_norm", [x], lambda: np.linalg.matrix_norm(x, ord="fro" if o is None else o, keepdims=i % 2 == 0),
               tol="r1e-5" if t in ("float32", "complex64") else "r1e-13", keepdims=i % 2 == 0, **k)
for o in [1, np.inf, "fro", 2, "nuc"]:
    k = dict(kind=o) if isinstance(o, str) else dict(ord=float(o))
    c.call("matrix_norm", [np.zeros((2, 0, 3))], lambda: np.linalg.matrix_norm(np.zeros((2, 0, 3)), ord=o), **k)
c.call("matrix_norm", [v((3,))], lambda: np.linalg.matrix_norm(np.ones(3)), error="SHAPE")
c.call("matrix_norm", [v((3, 3))], lambda: np.linalg.matrix_norm(np.ones((3, 3)), ord=3), ord=3.0, error="ARGUMENT")
c.call("matrix_norm", [v((3, 3))], lambda: np.linalg.matrix_norm(np.ones((3, 3)), ord="abc"), kind="abc", error="ARGUMENT")

# ---- condition numbers
good = np.array([[4.0, 1, 0], [1, 3, 1], [0, 1, 2]])
stack = np.array([good, np.eye(3), good @ good])
for o in [None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf]:
    k = dict(kind=o) if isinstance(o, str) else dict(ord=None if o is None else float(o))
    for x in [good, stack, stack.astype("f4"), stack + 1j * np.eye(3), good.astype("i4")]:
        c.call("cond", [x], lambda: np.linalg.cond(x, o), tol="r1e-4" if x.dtype == "f4" else "r1e-12", **k)
for o in ["fro", 1, np.inf, -1]:
    k = dict(kind=o) if isinstance(o, str) else dict(ord=float(o))
    x = np.array([np.eye(2), np.zeros((2, 2)), np.ones((2, 2)), [[1, np.nan], [2, 3]]])
    c.call("cond", [x], lambda: np.linalg.cond(x, o), tol="r1e-15", **k)
c.call("cond", [np.zeros((2, 2))], lambda: np.linalg.cond(np.zeros((2, 2))))
c.call("cond", [np.zeros((2, 2))], lambda: np.linalg.cond(np.zeros((2, 2)), -2), ord=-2.0)
x = v((2, 3))
for o in [2, -2]:
    c.call("cond", [x], lambda: np.linalg.cond(x, o), tol="u64", ord=float(o))
c.call("cond", [x], lambda: np.linalg.cond(x, 1), ord=1.0, error="SHAPE")
c.call("cond", [good], lambda: np.linalg.cond(good, 3), ord=3.0, error="ARGUMENT")
c.call("cond", [np.zeros((0, 0))], lambda: np.linalg.cond(np.zeros((0, 0))), error="SHAPE")
c.call("cond", [v((3,))], lambda: np.linalg.cond(np.ones(3)), error="SHAPE")
c.call("cond", [good.astype("f2")], lambda: np.linalg.cond(good.astype("f2")), error="DTYPE")

c.write(os.path.join(os.path.dirname(os.path.abspath(__file__)), "products_cases.tsv"))
