"""Grids of coordinates, triangles, functions over parts, views by strides. Writes grid_cases.tsv; run in tests/golden."""
import numpy as np
from cases import Cases, weak

c = Cases()
TYPES = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "float32", "float64",
         "complex64", "complex128"]
FEW = ["bool", "int8", "uint64", "float16", "float64", "complex64"]


def base(shape, t="int64"):
    n = int(np.prod(shape))
    return (np.arange(n) % 3 == 1 if t == "bool" else (np.arange(n) * 7 % 11)).astype(t).reshape(shape)


# ---- meshgrid
for t in TYPES:
    x = [base((3,), t), base((2,), t)]
    c.call("meshgrid", x, lambda: np.meshgrid(*x))
for sizes in [(3,), (0,), (2, 3), (2, 3, 2), (1, 4), (2, 0), (1, 2, 1, 3)]:
    x = [base((n,)) + i for i, n in enumerate(sizes)]
    for indexing in ["xy", "ij"]:
        for sparse in [False, True]:
            for copy in [True, False]:
                c.call("meshgrid", x, lambda: np.meshgrid(*x, indexing=indexing, sparse=sparse, copy=copy), indexing=indexing,
                       sparse=sparse, copy=copy)
x = [base((2, 2)), np.array(5.0)]
c.call("meshgrid", x, lambda: np.meshgrid(*x))
c.call("meshgrid", x, lambda: np.meshgrid(*x, indexing="no"), indexing="no", error="ARGUMENT")

# ---- indices, mgrid, ogrid
for shape in [(3,), (2, 3), (0, 2), (1, 2, 3), (4, 1)]:
    for t in [None] + TYPES[1:]:
        if t is not None and shape != (2, 3):
            continue
        c.call("indices", [], lambda: np.indices(shape, dtype=t or int), shape=shape, dtype=t)
        c.call("indices_sparse", [], lambda: np.indices(shape, dtype=t or int, sparse=True), shape=shape, dtype=t)
c.call("indices", [], lambda: np.indices((2, -1)), shape=(2, -1), error="SHAPE")
for s in [[(0, 3, 1)], [(0, 3, 1), (5, 1, -2)], [(0, 1, 0.25)], [(0, 2, 1), (0, 1, 0.5)], [(-2, 2, 3), (0, 2, 1), (1, 2, 1)]]:
    k = tuple(slice(*r) for r in s)
    flat = [float(v) for r in s for v in r]
    c.call("mgrid", [], lambda: np.mgrid[k], ranges=flat)
    c.call("ogrid", [], lambda: [*np.ogrid[k]], ranges=flat)
for s in [[(0, 1, 5)], [(-1, 1, 3), (0, 2, 4)], [(2, 2, 1)]]:
    k = tuple(slice(r[0], r[1], r[2] * 1j) for r in s)
    flat = [float(v) for r in s for v in (r[0], r[1], 0)]
    points = [r[2] for r in s]
    c.call("mgrid", [], lambda: np.mgrid[k], tol="u1", ranges=flat, points=points)
    c.call("ogrid", [], lambda: [*np.ogrid[k]], tol=["u1"] * len(s), ranges=flat, points=points)
c.error("mgrid", [], "ARGUMENT", ranges=[0.0, 3.0, 0.0])
c.error("mgrid", [], "ARGUMENT", ranges=[0.0, float("inf"), 1.0])

# ---- tri, diagflat, vander, positions of triangles
for n, m in [(3, 3), (0, 2), (2, 0), (1, 1), (4, 2), (2, 5)]:
    for k in [0, 1, -1, 3, -4, 2 ** 62, -2 ** 62]:
        c.call("tri", [], lambda: np.tri(n, m, max(-9, min(k, 9))), n=n, m=m, k=k)
        j = max(-9, min(k, 9))
        for f in ["tril_indices", "triu_indices"]:
            c.call(f, [], lambda: getattr(np, f)(n, j, m), n=n, m=m, k=k)
            c.call(f + "_from", [base((n, m), "float32")], lambda: getattr(np, f + "_from")(base((n, m)), j), k=k)
for t in TYPES:
    c.call("tri", [], lambda: np.tri(3, dtype=t), n=3, dtype=t)
c.error("tri", [], "ARGUMENT", n=-1)
c.call("tril_indices_from", [base((3,))], lambda: np.tril_indices_from(base((3,))), error="SHAPE")
c.call("triu_indices_from", [base((3, 3, 3))], lambda: np.triu_indices_from(base((3, 3, 3))), error="SHAPE")
for t in TYPES:
    c.call("diagflat", [base((3,), t)], lambda: np.diagflat(base((3,), t)))
for shape in [(), (1,), (0,), (2, 2), (1, 3)]:
    for k in [0, 1, -2]:
        c.call("diagflat", [base(shape)], lambda: np.diagflat(base(shape), k), k=k)
for n in [0, 1, 4]:
    for d in [0, 1, 2, 3]:
        c.call("diag_indices", [], lambda: np.diag_indices(n, d) if d else (), n=n, ndim=d) if d else None
c.call("diag_indices_from", [base((3, 3))], lambda: np.diag_indices_from(base((3, 3))))
c.call("diag_indices_from", [base((2, 2, 2), "int8")], lambda: np.diag_indices_from(base((2, 2, 2))))
c.call("diag_indices_from", [base((2, 3))], lambda: np.diag_indices_from(base((2, 3))), error="SHAPE")
c.call("diag_indices_from", [base((2,))], lambda: np.diag_indices_from(base((2,))), error="SHAPE")
for t in TYPES:
    for increasing in [False, True]:
        x = base((4,), t)
        c.call("vander", [x], lambda: np.vander(x, increasing=increasing), increasing=increasing)
for n in [0, 1, 2, 6]:
    x = np.array([1.5, -2.0, 0.0, np.nan, np.inf])
    c.call("vander", [x], lambda: np.vander(x, n), n=n)
    c.call("vander", [x], lambda: np.vander(x, n, increasing=True), n=n, increasing=True)
c.call("vander", [np.zeros(0)], lambda: np.vander(np.zeros(0), 3), n=3)
c.call("vander", [np.array([100, 3], "int64")], lambda: np.vander(np.array([100, 3]), 12), n=12)
c.call("vander", [base((2, 2))], lambda: np.vander(base((2, 2))), error="SHAPE")

# ---- functions of the program's: test_grid_cases.c has the same ones
for shape in [(3,), (2, 3), (0, 2), (2, 1, 2)]:
    for t in [None, "int64", "float32"]:
        c.call("fromfunction", [], lambda: np.fromfunction(lambda *x: sum(x[1:], x[0]) * 2, shape, dtype=t or float), shape=shape, dtype=t)
for t in ["int8", "int64", "float32", "float64", "complex64"]:
    x = np.arange(-3, 4).astype(t)
    m = [x.real < 0, x.real > 1]
    c.call("piecewise", [x, *m], lambda: np.piecewise(x, m, [lambda v: v * v, 1]), pieces="square,one")
    c.call("piecewise", [x, *m], lambda: np.piecewise(x, m, [lambda v: v * v, 1, lambda v: v + 5]), pieces="square,one,plus5")
    c.call("piecewise", [x, *m], lambda: np.piecewise(x, m, [1, lambda v: v * v, 1]), pieces="one,square,one")
x = np.arange(6.0).reshape(2, 3)
m = [x < 4, x > 1]
c.call("piecewise", [x, *m], lambda: np.piecewise(x, m, [lambda v: v * v, lambda v: v + 5]), pieces="square,plus5")
c.call("piecewise", [x, x > 100], lambda: np.piecewise(x, [x > 100], [lambda v: v * v]), pieces="square")
c.call("piecewise", [x, x < 100], lambda: np.piecewise(x, [x < 100], [1, lambda v: v * v]), pieces="one,square")
c.call("piecewise", [np.array(3.0), np.array(True)], lambda: np.piecewise(np.array(3.0), [np.array(True)], [lambda v: v * v]), pieces="square")
c.call("piecewise", [np.zeros((0, 2)), np.zeros((0, 2), bool)], lambda: np.zeros((0, 2)), pieces="square,one")
c.call("piecewise", [x, *m], lambda: np.piecewise(x, m, [1]), pieces="one", error="ARGUMENT")
c.error("piecewise", [x, x[0] > 1], "SHAPE", pieces="one")
c.error("piecewise", [x, x], "DTYPE", pieces="one")
for shape in [(3,), (2, 3), (2, 3, 2), (1, 1), (2, 0)]:
    for t in ["int8", "float64"]:
        for axis in range(-len(shape), len(shape)):
            x = base(shape, t)
            for f, g in [("sort", np.sort), ("total", np.sum), ("outer", lambda v: v[:, None] * v[None, :])]:
                lines = int(np.prod([n for k, n in enumerate(shape) if k != axis % len(shape)]))
                c.call("apply_along_axis", [x], lambda: np.apply_along_axis(g, axis, x), fn=f, axis=axis, error=None if lines else "SHAPE")
c.call("apply_along_axis", [base((2, 3))], lambda: np.apply_along_axis(np.sort, 2, base((2, 3))), fn="sort", axis=2, error="INDEX")
for axes in [(0,), (1,), (0, 1), (2, 0), (-1,), (0, 1, 2), ()]:
    x = base((2, 3, 2), "float64")
    c.call("apply_over_axes", [x], lambda: np.apply_over_axes(np.sum, x, axes), fn="total", axes=axes if axes else None)
    c.call("apply_over_axes", [x], lambda: np.apply_over_axes(lambda v, k: np.flip(v, k), x, axes), fn="flip", axes=axes if axes else None)
c.call("apply_over_axes", [x], lambda: np.apply_over_axes(np.sum, x, (3,)), fn="total", axes=(3,), error="INDEX")

# ---- broadcasting and strides
for shapes in [[(2, 3), (3,)], [(1,), (5,)], [(2, 1), (1, 3)], [(), (2,)], [(0,), (1,)], [(4,), (4,)], [(3, 1, 2), (2, 1), (2,)]]:
    x = [base(s) for s in shapes]
    c.call("broadcast_arrays", x, lambda: [*np.broadcast_arrays(*x)])
    c.call("broadcast_shape", x, lambda: np.array(np.broadcast_shapes(*shapes), "int64"))
for shapes in [[(2,), (3,)], [(2, 3), (2,)], [(0,), (2,)]]:
    x = [base(s) for s in shapes]
    c.call("broadcast_arrays", x, lambda: np.broadcast_arrays(*x), error="SHAPE")
    c.call("broadcast_shape", x, lambda: np.broadcast_shapes(*shapes), error="SHAPE")
window = np.lib.stride_tricks.sliding_window_view
for t in FEW:
    c.call("sliding_window_view", [base((3, 4), t)], lambda: window(base((3, 4), t), (2, 3)), window=(2, 3))
for shape, w, axes in [((5,), (2,), None), ((5,), (5,), None), ((5,), (1,), None), ((3, 4), (2,), (0,)), ((3, 4), (2,), (-1,)),
                       ((3, 4), (2, 2), (1, 1)), ((3, 4), (3, 2), (1, 0)), ((2, 3, 2), (2, 2, 1), None), ((0,), (0,), None), ((3, 4), (0, 2), None)]:
    x = base(shape)
    c.call("sliding_window_view", [x], lambda: window(x, w, axis=axes), window=w, axes=axes)
for w, axes in [((6,), None), ((2, 2), None), ((-1,), None), ((2, 2), (0,)), ((3, 4), (0, 0))]:
    x = base((5,))
    c.call("sliding_window_view", [x], lambda: window(x, w, axis=axes), window=w, axes=axes, error="ARGUMENT")
c.call("sliding_window_view", [base((5,))], lambda: window(base((5,)), (2,), axis=(1,)), window=(2,), axes=(1,), error="INDEX")
for t in TYPES:
    x = base((2, 3), t)
    c.call("asfortranarray", [x], lambda: np.asfortranarray(x))
    for order in "CFA":
        c.call("tobytes", [x], lambda: np.frombuffer(np.ascontiguousarray(x).tobytes("C" if order == "A" else order), "uint8"), order=order)
for shape in [(), (0,), (4,), (2, 3, 2), (1, 5, 1)]:
    x = base(shape, "int16")
    c.call("asfortranarray", [x], lambda: np.asfortranarray(x) if x.ndim else x)
    for order in "CF":
        c.call("tobytes", [x], lambda: np.frombuffer(x.tobytes(order), "uint8"), order=order)
c.write("grid_cases.tsv")
